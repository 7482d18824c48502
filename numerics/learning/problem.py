"""What `learn` iterates: its arguments, checked, and the coarse gradient by kernels or by sampling."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev

from numerics.arguments import Array, check_parameters, number, vector
from numerics.generated.estimators import KERNELS, PARAMETERS
from numerics.generated.network import loss_gradient_v, population_loss
from numerics.geometry import length, unit
from numerics.learning.steps import Thresholding
from numerics.limits.problem import NORM_TOLERANCE
from numerics.model import resolve_proxy
from numerics.sampling import Moments, network_moments

GRADIENTS = ("population", "fresh", "fixed")

LARGE = 1e100
"""Norms between 1/LARGE and LARGE may be squared and divided by each other."""

_DEGREE = 24
"""Of the polynomials for Ψ: on [t, 2t] the nearest singularity of b, at 0, leaves an error below 6^-24."""


class Pull:
    """The coarse gradient `G = radial·ŵ + κ(ŵ − w*)` in span(ŵ, w*), for one estimator.

    Raises ValueError for an unknown estimator or parameter.
    """

    def __init__(self, ste: str, parameters: Mapping[str, float] | None, v_star: Array) -> None:
        if not isinstance(parameters, Mapping | None):
            raise ValueError(f"ste_parameters = {parameters!r:.200} is not allowed; a dictionary of numbers is")
        self.parameters = check_parameters(ste, parameters or {}, PARAMETERS)
        self.v_star = v_star
        self._kernels: Callable[..., tuple[Any, Any, Any, Any]] = KERNELS[ste]
        probe = np.array([0.5, 2.0])
        self.constant = all(np.ndim(kernel) == 0 for kernel in self._kernels(probe, probe, **self.parameters))

    def __call__(self, v: Array, theta: Array, r: Array) -> tuple[Array, Array]:
        """(α, κ) at angles `theta` and norms `r` (k,): G = α ŵ − κ w*. Source: C1, C9, R12."""
        with np.errstate(all="ignore"):
            p, q, c_, b = self._kernels(theta, r, **self.parameters)
        difference, overlap = v - self.v_star, float(v @ self.v_star)
        kappa = b * overlap
        radial = c_ * overlap + p * float(v @ difference) + q * float(difference.sum()) * float(v.sum())
        return np.broadcast_to(radial + kappa, theta.shape), np.broadcast_to(kappa, theta.shape)

    def at(self, v: Array, theta: float, r: float) -> tuple[float, float]:
        """(α, κ) at one angle and norm."""
        alpha, kappa = self(v, np.array([theta]), np.array([r]))
        return float(alpha[0]), float(kappa[0])

    def bounds(self, v: Array, rate: float | None = None) -> tuple[float, float]:
        """Largest α and |κ| over the unit sphere, for estimators that vary with the angle on a grid of 257 angles.

        With a `rate` η_v, over every v that a run from `v` may come to by N2. Across 1 it moves towards a point between
        −v* and v*, so it stays in their hull with the start; along 1 in `_totals`. α is a quadratic in each.
        """
        theta = np.linspace(0.0, np.pi, 257)
        if rate is None:
            alpha, kappa = self(v, theta, np.ones_like(theta))
            return float(alpha.max()), float(np.abs(kappa).max())
        with np.errstate(all="ignore"):
            p, q, c_, b = self._kernels(theta, np.ones_like(theta), **self.parameters)
            m, total, star = v.size, float(self.v_star.sum()), self.v_star - self.v_star.mean()
            vertices = (v - v.mean(), star, -star)
            least, most = _totals(float(v.sum()), total, m, rate)
            square, slope = p / m + q, ((c_ + b - p) / m - q) * total
            inner = np.where(square < 0, -slope / (2 * np.where(square < 0, square, 1.0)), least)
            along = [s * (square * s + slope) for s in (least, most, np.clip(inner, least, most))]
            across = [np.maximum(p, 0) * float(y @ y) + (c_ + b - p) * float(y @ star) for y in vertices]
            overlap = max(abs(float(y @ star) + s * total / m) for y in vertices for s in (least, most))
            alpha = functools.reduce(np.maximum, along) + functools.reduce(np.maximum, across)
            return float(np.max(alpha)), float(np.max(np.abs(b))) * overlap

    def potential(self, theta: Array) -> Array:
        """Ψ(θ)/(v·v*) = ∫₀^θ b(t) sin t dt on the unit sphere: (k,) -> (k,). Source: R12."""
        if self.constant:
            b = self._kernels(np.zeros(1), np.ones(1), **self.parameters)[3]
            return 2 * b * np.sin(theta / 2) ** 2
        ends, coefficients = self._primitive
        panel = np.clip(np.searchsorted(ends, theta, side="right") - 1, 0, len(ends) - 2)
        low, high = ends[panel], ends[panel + 1]
        place = (2 * theta - low - high) / (high - low)
        return np.asarray(chebyshev.chebval(place, coefficients[:, panel], tensor=False), dtype=np.float64)

    @cached_property
    def _primitive(self) -> tuple[Array, Array]:
        """Panels that halve towards 0 and π, where b may vary on any scale, and Ψ on each as a Chebyshev series."""
        half = np.pi / 2 * 0.5 ** np.arange(52, -1, -1)
        ends = np.concatenate([[0.0], half, np.pi - half[-2::-1], [np.pi]])
        nodes = np.cos(np.pi * (np.arange(_DEGREE + 1) + 0.5) / (_DEGREE + 1))
        half_length = np.diff(ends)[:, None] / 2
        t = ends[:-1, None] + half_length * (1 + nodes)
        with np.errstate(all="ignore"):
            b = np.broadcast_to(self._kernels(t.ravel(), np.ones(t.size), **self.parameters)[3], t.size)
        series = np.linalg.solve(chebyshev.chebvander(nodes, _DEGREE), (b.reshape(t.shape) * np.sin(t)).T)
        primitive = chebyshev.chebint(series, lbnd=-1, axis=0) * half_length.T
        primitive[0, 1:] += np.cumsum(chebyshev.chebval(1.0, primitive))[:-1]
        return ends, primitive


@dataclass(frozen=True)
class Sampling:
    """Means over sampled networks: a new minibatch each step, or minibatches of one data set.

    Networks are named by (seed, stream), so nothing has to be kept between steps. "fresh": the stream is the step.
    "fixed": the data set is cut into minibatches, stream by stream, which every epoch visits in an order of its own;
    they are drawn again when they are used, so the memory needed does not grow with the data set.
    """

    fresh: bool
    samples: int
    dataset: int
    seed: int
    ste: str
    parameters: Mapping[str, float]

    def __call__(self, step: int, v: Array, w: Array, v_star: Array, w_star: Array) -> tuple[Array, Array]:
        """Mean coarse gradient in w (n,) and gradient in v (m,) of the minibatch of `step`."""
        size, stream = (self.samples, step) if self.fresh else self._batch(step)
        proxies = {self.ste: resolve_proxy(self.ste, self.parameters)}
        moments: dict[str, Moments] = network_moments(
            v, w, v_star, w_star, samples=size, seed=self.seed, stream=stream, proxies=proxies
        )
        return moments[f"coarse_gradient:{self.ste}"].mean, moments["gradient_v"].mean

    def _batch(self, step: int) -> tuple[int, int]:
        """Size and stream of a step's minibatch of the fixed data set."""
        batches = -(-self.dataset // self.samples)
        epoch, place = divmod(step, batches)
        sequence = np.random.SeedSequence(self.seed, spawn_key=(epoch, 0, 0))
        batch = int(np.random.Generator(np.random.SFC64(sequence)).permutation(batches)[place])
        return min(self.samples, self.dataset - batch * self.samples), batch


@dataclass(frozen=True, eq=False)
class Problem:
    """The arguments of `learn`, checked."""

    w_star: Array
    v_star: Array
    beta: float
    lam: float
    eta: float
    eta_v: float
    sphere: bool
    learn_v: bool
    pull: Pull
    threshold: Thresholding
    sampling: Sampling | None
    record_every: int

    def bare(self, step: int) -> bool:
        """Whether the step after `step` steps may be made without measuring: nothing is recorded, α and κ are known."""
        fixed = self.sampling is None and self.pull.constant and not self.learn_v
        return fixed and step % self.record_every != 0


def gradient_v(v: Array, theta: float, v_star: Array) -> Array:
    """∂f/∂v (m,), which depends on the filters through their angle alone."""
    plane = np.array([math.cos(theta), math.sin(theta)])
    return np.asarray(loss_gradient_v(v, plane, v_star, np.array([1.0, 0.0])))


def loss(v: Array, theta: Array, v_star: Array) -> Array:
    """Population loss at angles `theta` (k,), which stand for the filters."""
    plane = np.stack([np.cos(theta), np.sin(theta)], axis=-1)
    return np.asarray(population_loss(v, plane, v_star, np.array([1.0, 0.0])), dtype=np.float64)


def choose_steps(
    pull: Pull, v: Array, beta: float, eta: float | None, eta_v: float | None, learn_v: bool
) -> tuple[float, float]:
    """Step sizes (η, η_v), the defaults filled in.

    Raises ValueError unless 0 < η < 1/(α+β) (any η > 0 if α+β <= 0) for every v of the run, and 0 < η_v < 8/(m+1),
    beyond which gradient descent in v diverges: (m+1)/4 is the largest eigenvalue of the Hessian.
    """
    stable = 8 / (v.size + 1)
    rate = stable / 2 if eta_v is None else number("eta_v", eta_v, "> 0")
    if not rate < stable:
        raise ValueError(f"eta_v = {eta_v!r} is too large; it must be below 8/(m + 1) = {stable:.6g}")
    alpha, kappa = pull.bounds(v, rate if learn_v else None)
    curvature = alpha + beta
    limit = 1 / curvature if curvature > 0 else math.inf
    if eta is None:
        scale = max(curvature, kappa + beta)
        eta = 0.9 / scale if scale > 0 else 1.0
    number("eta", eta, "> 0")
    if not eta < limit:
        met = ", the largest of every v that a run from v can meet," if learn_v else ""
        raise ValueError(
            f"eta = {eta!r} is too large; a step must be below 1/(alpha + beta) = {limit:.6g}, "
            f"where alpha = {alpha:.6g}{met} and beta = {beta:.6g}"
        )
    return float(eta), min(float(eta), rate) if eta_v is None else rate


def _totals(start: float, target: float, m: int, rate: float) -> tuple[float, float]:
    """The least and the largest 1ᵀv of a run that starts at `start`, 1ᵀv* = `target`.

    Each step goes the part h = η_v(m+1)/4 < 2 of the way to a point between 1ᵀv*(m−1)/(m+1) and 1ᵀv*.
    """
    h, centre, half = rate * (m + 1) / 4, target * m / (m + 1), abs(target) / (m + 1)
    if h <= 1:
        return min(start, centre - half), max(start, centre + half)
    reach = max(abs(start - centre), half * h / (2 - h))
    return centre - reach, centre + reach


def vectors(
    v: npt.ArrayLike, w0: npt.ArrayLike, v_star: npt.ArrayLike | None, w_star: npt.ArrayLike
) -> tuple[Array, Array, Array, Array]:
    """v, w0, v_star, w_star as nonempty float64 vectors of matching lengths. Raises ValueError."""
    given = {"v": v, "v_star": v if v_star is None else v_star, "w0": w0, "w_star": w_star}
    arrays = {name: vector(name, value) for name, value in given.items()}
    for first, second in (("v", "v_star"), ("w_star", "w0")):
        if arrays[first].shape != arrays[second].shape:
            raise ValueError(
                f"{second} has shape {arrays[second].shape}; it must be {arrays[first].shape} like {first}"
            )
    for name in ("v_star", "w0", "w_star"):
        if not arrays[name].any():
            raise ValueError(f"{name} is the zero vector; it must be nonzero")
    for name in ("v", "v_star"):
        if arrays[name].any() and not 1 / LARGE < (size := polar(arrays[name])[0]) < LARGE:
            raise ValueError(f"{name} has norm {size!r}; it must be between {1 / LARGE:g} and {LARGE:g}")
    return arrays["v"], arrays["w0"], arrays["v_star"], arrays["w_star"]


def unit_vector(name: str, value: Array, normalize: bool) -> Array:
    """`value` over its norm, which must be 1 within NORM_TOLERANCE unless `normalize`; ValueError stating the norm."""
    size, direction = polar(value)
    if not normalize and abs(size - 1) > NORM_TOLERANCE:
        raise ValueError(f"{name} has norm {size!r}; it must be a unit vector (normalize=True divides by the norm)")
    return direction


def polar(a: Array) -> tuple[float, Array]:
    """Norm and direction of a nonzero vector, whatever its scale."""
    with np.errstate(over="ignore", under="ignore"):
        return float(length(a)), unit(a[None])[0]


def digest(array: Array) -> str:
    """A fingerprint of an array's entries."""
    return hashlib.sha256(array.tobytes()).hexdigest()
