"""Means over a row, and over a network of independent rows, by stratified sampling in a plane.

A row z ~ N(0, I_n) enters loss and gradients through its two coordinates (x, y) in the plane of w and w*, along ŵ and
along e, the unit vector of w* orthogonal to w; the rest of z is independent of them and has mean zero. So means of
functions of two normals are all that is needed, and the m rows are put together by their independence. No closed form
enters, and the sampler is not told where its integrands jump.

The pair is ``x = R cos φ, y = R sin φ`` with φ uniform and ``R² = −2 log(1 − u)``. The square of u and φ/2π is cut into
cells, rings × sectors, each ring turned by a random angle of its own, and each cell holds two independent points. The
mean over all points is unbiased, and half the squared difference of two is unbiased for the variance within their cell:
so is the covariance of the means. An integrand that jumps across a curve varies in the cells on that curve only: for N
points the standard error falls like N^{-3/4} at least. The turns keep a jump at a fixed angle from lying close to the
edge of a cell in every ring at once, where too few points would fall on one side of it for a normal law.

Means over a network are of degree two in those over a row (`Form`). The square of an estimated mean is off by its
variance, a product by the covariance; `combine` subtracts both as estimated, so nothing is biased. The covariance of
the results is that of their linear part (delta method): what is left out has the size of the product of two standard
errors of row means, a relative 1e-4 of one standard error where these are 1e-4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from numerics.arguments import Array
from numerics.model import apply_proxy

Proxy = Callable[[Array], NDArray[Any]]

_CELLS = 1024
"""Cells at a time: their values stay in a second-level cache."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """Estimated means (K,), the estimated covariance (K, K) of their errors, and the number of points."""

    mean: Array
    covariance: Array
    points: int

    def merge(self, other: Estimate) -> Estimate:
        """Both of two independent estimates, weighted by their points (never by their variances).

        Raises ValueError if the shapes differ.
        """
        if self.mean.shape != other.mean.shape:
            raise ValueError(f"other has shape {other.mean.shape}; only means of shape {self.mean.shape} merge")
        points = self.points + other.points
        mine, theirs = self.points / points, other.points / points
        mean = mine * self.mean + theirs * other.mean
        return Estimate(mean, mine**2 * self.covariance + theirs**2 * other.covariance, points)

    @property
    def standard_error(self) -> Array:
        """Standard errors of the means (K,)."""
        return np.sqrt(np.maximum(np.diagonal(self.covariance), 0.0))

    def error_along(self, direction: Array) -> float:
        """Standard error of the mean's inner product with `direction` (K,)."""
        return float(np.sqrt(max(float(direction @ self.covariance @ direction), 0.0)))


@dataclass(frozen=True)
class Feature:
    """A function of a row: ``(factor · μ'(w·z) · Π 1{side})^power``.

    `factor` is a coordinate of the row or 1, `proxy` names μ' ("" for none), `sides` are among "a",
    ``1{w·z > 0}``, and "b", ``1{w*·z > 0}``.
    """

    factor: Literal["", "x", "y"] = ""
    proxy: str = ""
    sides: tuple[str, ...] = ()
    power: int = 1


@dataclass(frozen=True)
class Form:
    """``Σ c E f + Σ c E f E g``: a mean over a network, in terms of means over a row."""

    linear: Mapping[Feature, float]
    pairs: Mapping[tuple[Feature, Feature], float] = field(default_factory=dict)

    def plus(self, other: Form, factor: float) -> Form:
        """This form and `factor` times another."""
        linear, pairs = dict(self.linear), dict(self.pairs)
        for feature, value in other.linear.items():
            linear[feature] = linear.get(feature, 0.0) + factor * value
        for pair, value in other.pairs.items():
            pairs[pair] = pairs.get(pair, 0.0) + factor * value
        return Form(linear, pairs)


_ACTIVE, _TRUE = Feature(sides=("a",)), Feature(sides=("b",))


def loss_form(v: Array, v_star: Array) -> Form:
    """E ℓ of the network, ``½ E[residual · residual]``; v, v_star (m,)."""
    learned, taught = (_with_residual(_ACTIVE, v, v, v_star), _with_residual(_TRUE, v_star, v, v_star))
    return Form({}).plus(learned, 0.5).plus(taught, -0.5)


def gradient_v_forms(v: Array, v_star: Array) -> list[Form]:
    """E ∂ℓ/∂v, entry by entry; v, v_star (m,)."""
    return [_with_residual(_ACTIVE, unit, v, v_star) for unit in np.eye(len(v))]


def coarse_gradient_forms(v: Array, v_star: Array, proxy: str) -> list[Form]:
    """The coarse gradient along ŵ and along e; v, v_star (m,). Its other coordinates have mean zero."""
    return [_with_residual(Feature("x", proxy), v, v, v_star), _with_residual(Feature("y", proxy), v, v, v_star)]


def _with_residual(feature: Feature, weights: Array, v: Array, v_star: Array) -> Form:
    """``E[ Σ_i weights_i f(z_i) · Σ_j (v_j 1{w·z_j > 0} − v*_j 1{w*·z_j > 0}) ]``: row i = j, then i ≠ j."""
    linear: dict[Feature, float] = {}
    pairs: dict[tuple[Feature, Feature], float] = {}
    for output, side, sign in ((v, _ACTIVE, 1.0), (v_star, _TRUE, -1.0)):
        same, every = float(np.sum(weights * output)), float(np.sum(weights) * np.sum(output))
        both = Feature(feature.factor, feature.proxy, tuple(sorted({*feature.sides, *side.sides})))
        linear[both] = linear.get(both, 0.0) + sign * same
        pairs[feature, side] = sign * (every - same)
    return Form(linear, pairs)


def features_of(forms: Sequence[Form]) -> list[Feature]:
    """The features whose means the forms are made of, each once, in order of appearance."""
    used = chain.from_iterable([*form.linear, *chain.from_iterable(form.pairs)] for form in forms)
    return list(dict.fromkeys(used))


def combine(forms: Sequence[Form], features: Sequence[Feature], rows: Estimate) -> Estimate:
    """Estimates of the forms from the means `rows` of `features`. Raises KeyError if a feature is missing."""
    index = {feature: number for number, feature in enumerate(features)}
    mean, slopes = np.zeros(len(forms)), np.zeros((len(forms), len(features)))
    for number, form in enumerate(forms):
        for feature, value in form.linear.items():
            mean[number] += value * rows.mean[index[feature]]
            slopes[number, index[feature]] += value
        for (one, other), value in form.pairs.items():
            i, j = index[one], index[other]
            mean[number] += value * (rows.mean[i] * rows.mean[j] - rows.covariance[i, j])
            slopes[number, i] += value * rows.mean[j]
            slopes[number, j] += value * rows.mean[i]
    return Estimate(mean, slopes @ rows.covariance @ slopes.T, rows.points)


def row_means(
    features: Sequence[Feature],
    *,
    theta: float,
    r: float,
    proxies: Mapping[str, Proxy],
    rings: int,
    sectors: int,
    seed: int,
    stream: Sequence[int] = (0,),
) -> Estimate:
    """Means of `features` over a row, from two points in each of rings × sectors cells.

    `theta` is the angle of w and w*, `r` the norm of w, 0 allowed: then w·z = 0. Computed in float64; (seed, stream)
    alone determine the points. Memory does not grow with their number.

    Raises ValueError if features is empty, rings or sectors < 1, r < 0, or a proxy returns what is not finite or has
    another shape.
    """
    if not features:
        raise ValueError("features is empty; name at least one function of a row")
    if min(rings, sectors) < 1 or not r >= 0:
        raise ValueError(f"rings = {rings}, sectors = {sectors}, r = {r}; they must be at least 1, 1 and 0")
    generator = np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=tuple(stream))))
    evaluate = _Evaluator(tuple(features), theta, r, proxies)
    total, scatter = np.zeros(len(features)), np.zeros((len(features), len(features)))
    height, width = max(1, _CELLS // sectors), min(sectors, _CELLS)
    for ring in range(0, rings, height):
        rows = np.arange(ring, min(ring + height, rings))
        turns = generator.random(len(rows))
        for first in range(0, sectors, width):
            columns = np.arange(first, min(first + width, sectors))
            shape = (2, len(rows), len(columns))
            u = (rows[:, None] + generator.random(shape)) / rings
            angle = (2 * np.pi / sectors) * (columns + turns[:, None] + generator.random(shape))
            radius = np.sqrt(-2 * np.log1p(-u))
            values = evaluate((radius * np.cos(angle)).ravel(), (radius * np.sin(angle)).ravel())
            total += values.sum(axis=1)
            half = values.shape[1] // 2
            difference = values[:, :half] - values[:, half:]
            scatter += difference @ difference.T
    cells = rings * sectors
    return Estimate(total / (2 * cells), scatter / (4.0 * cells**2), 2 * cells)


class _Evaluator:
    """Values (K, N) of features at points; what several of them share is computed once."""

    def __init__(self, features: tuple[Feature, ...], theta: float, r: float, proxies: Mapping[str, Proxy]) -> None:
        self.features, self.r, self.proxies = features, r, proxies
        self.direction = float(np.cos(theta)), float(np.sin(theta))

    def __call__(self, x: Array, y: Array) -> Array:
        argument = self.r * x
        towards = self.direction[0] * x + self.direction[1] * y
        a, b = (argument > 0).astype(float), (towards > 0).astype(float)
        sides: dict[tuple[str, ...], Array | float] = {(): 1.0, ("a",): a, ("b",): b, ("a", "b"): a * b}
        factors: dict[str, Array | float] = {"": 1.0, "x": x, "y": y}
        shared = {(factor, ""): coordinate for factor, coordinate in factors.items()}
        for name in dict.fromkeys(feature.proxy for feature in self.features if feature.proxy):
            slope = apply_proxy(f"proxies[{name!r}]", self.proxies[name], argument)
            shared |= {(factor, name): coordinate * slope for factor, coordinate in factors.items()}
        values = np.empty((len(self.features), len(x)))
        for row, feature in zip(values, self.features, strict=True):
            np.multiply(shared[feature.factor, feature.proxy], sides[tuple(sorted(feature.sides))], out=row)
            if feature.power != 1:
                np.power(row, feature.power, out=row)
        return values
