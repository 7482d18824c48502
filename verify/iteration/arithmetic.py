"""RVSCGD itself, in double precision on many starts at once and in mpmath on one: the same step of arrays of
either kind of number.

u = S(w), found by minimization (`verify.minimizer`); w ← normalize(w − ηG(w) − ηβ(w − u)) with the coarse
gradient G = αŵ − κw*, α and κ from quadrature of its definition. The step is named by τ = η/(1 − η(α + β)).
Nothing of `numerics` and no closed form is used here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mp, mpf

from proofs.proxies import estimator
from verify.contexts.digits.network import Network
from verify.minimizer import Array, Piece, map_slope, pieces, proximal, total
from verify.rows import DIGITS

FAST: Final = 1e8
"""A step τ at which w goes to the direction of κw* + βu, nearly."""
_STRIDE: Final = 16
"""Steps of a run, of which the last is measured."""


@cache
def pull(v_star: tuple[float, ...], ste: str = "relu") -> tuple[mpf, mpf]:
    """(α, κ) of the coarse gradient αŵ − κw* at v = v*, by quadrature at three angles; ValueError if they differ."""
    found, proxy = [], estimator(ste)
    shape = {parameter.name: float(parameter.default) for parameter in proxy.parameters}
    with mp.workdps(DIGITS):
        weights = tuple(mpf(x) for x in v_star)
        for theta in (mpf("0.4"), mpf("1.3"), mpf("2.9")):
            gradient = Network(weights, weights, theta, mpf(1), 3, proxy, shape).coarse_gradient()
            kappa = -gradient[1].value / mpmath.sin(theta)
            found.append((gradient[0].value + kappa * mpmath.cos(theta), kappa))
        spread = max(abs(x - y) for one in found for x, y in zip(one, found[0], strict=True))
        if spread > mpf(10) ** -45 * abs(found[0][1]):
            raise ValueError(f"the coarse gradient of {ste} at v = v* is not affine: κ differs by {float(spread):.2g}")
    return found[0]


@dataclass(frozen=True)
class Problem:
    """One instance: the true filter (normalized where it is used), κ, β, λ, the penalty and its parameters."""

    w_star: tuple[float, ...]
    kappa: float
    beta: float
    lam: float
    penalty: str = "l1"
    parameters: dict[str, Any] = field(default_factory=dict)
    alpha: float = 0.0

    @property
    def n(self) -> int:
        return len(self.w_star)

    @property
    def rho(self) -> float:
        return self.lam / self.beta

    @property
    def unit(self) -> Array:
        w = np.array(self.w_star)
        return np.asarray(w / np.linalg.norm(w))

    @property
    def least(self) -> float:
        """The smallest |w*_i| that is not 0."""
        return float(np.abs(self.unit[self.unit != 0]).min())

    @property
    def values(self) -> dict[str, Any]:
        """κ, β and λ, as rows name them."""
        return {"kappa": self.kappa, "beta": self.beta, "lam": self.lam}

    @property
    def parts(self) -> tuple[Piece, ...]:
        return pieces(self.penalty, self.parameters)

    def __str__(self) -> str:
        """All that is needed to replay it."""
        shape = "".join(f", {name} = {value!r}" for name, value in self.parameters.items())
        return (
            f"{self.penalty}{shape}, w* ∝ {[float(x) for x in self.w_star]}, "
            f"κ = {self.kappa!r}, β = {self.beta!r}, λ = {self.lam!r}"
        )


@dataclass(frozen=True)
class Iteration:
    """RVSCGD on the sphere in double precision; all arrays are (starts, n), the numbers may be (starts, 1).

    An array stands left of a number: mpf · array writes the array out before it gives way.
    """

    w_star: Array
    kappa: Any
    beta: Any
    lam: Any
    parts: tuple[Piece, ...]
    alpha: Any = 0.0

    @classmethod
    def of(cls, problem: Problem) -> Iteration:
        return cls(problem.unit, problem.kappa, problem.beta, problem.lam, problem.parts, problem.alpha)

    def split(self, w: Array) -> Array:
        return proximal(w, self.lam / self.beta, self.parts)

    def slopes(self, u: Array) -> Array:
        """S'(w) where u = S(w)."""
        return map_slope(u, self.lam / self.beta, self.parts)

    def raw(self, w: Array, u: Array, eta: Any, gradient: Array | None = None) -> Array:
        """w − ηG − ηβ(w − u), before normalization; w need not be a unit vector, G is αŵ − κw* unless given."""
        if gradient is None:
            gradient = w * self.alpha / norm(w) - self.w_star * self.kappa
        return np.asarray(w - gradient * eta - (w - u) * (eta * self.beta))

    def unnormalized(self, w: Array, tau: Any) -> tuple[Array, Any]:
        """w − ηG(w) − ηβ(w − u) at the step τ, and 1 − η(α + β), by which z of R1 is longer."""
        eta = tau / (1 + tau * (self.alpha + self.beta))
        return self.raw(w, self.split(w), eta), 1 - eta * (self.alpha + self.beta)

    def step(self, w: Array, tau: Any) -> Array:
        return unit(self.unnormalized(w, tau)[0])

    def angle(self, w: Array) -> Any:
        """Angle to w* by Kahan's formula, in radians: (starts,)."""
        apart = np.linalg.norm(w - self.w_star, axis=-1)
        return 2 * np.arctan2(apart, np.linalg.norm(w + self.w_star, axis=-1))

    def splitting(self, w: Array) -> Any:
        """λP(u) + (β/2)‖w − u‖²: (starts,)."""
        u = self.split(w)
        return np.sum(total(u, self.parts) * self.lam + (w - u) ** 2 * (self.beta / 2), axis=-1)

    def lyapunov(self, w: Array) -> Any:
        """κ(1 − cos θ) + λP(u) + (β/2)‖w − u‖²: (starts,)."""
        return np.sum((w - self.w_star) ** 2 * (self.kappa / 2), axis=-1) + self.splitting(w)

    def force(self, w: Array) -> Array:
        """κw* + βS(w)."""
        return np.asarray(self.w_star * self.kappa + self.split(w) * self.beta)

    def multiplier(self, w: Array) -> Any:
        """N = ⟨w, κw* + βS(w)⟩: (starts,)."""
        return dot(w, self.force(w))

    def residual(self, w: Array) -> Array:
        """‖κw* + βS(w) − Nw‖: (starts,)."""
        force = self.force(w)
        across = force - np.sum(w * force, axis=-1, keepdims=True) * w
        return np.asarray(np.linalg.norm(across, axis=-1))

    def run(self, w: Array, steps: int = 4000, tolerance: float = 3e-16) -> tuple[Array, Array]:
        """Run until every step is below `tolerance`: where the starts end (starts, n), the last steps (starts,)."""
        moved = np.full(len(w), np.inf)
        for _ in range(0, steps, _STRIDE):
            for _ in range(_STRIDE):
                w, before = self.step(w, FAST), w
            moved = np.linalg.norm(w - before, axis=-1)
            if not (moved > tolerance).any():
                break
        return w, moved


class Exact(Iteration):
    """RVSCGD on one start, arrays of mpf, at mpmath's current precision. The problem's floats are exact; ‖w*‖ = 1."""

    @classmethod
    def of(cls, problem: Problem) -> Exact:
        kappa, beta, lam, alpha = (mpf(x) for x in (problem.kappa, problem.beta, problem.lam, problem.alpha))
        return cls(unit(vector(problem.w_star)), kappa, beta, lam, problem.parts, alpha)

    def angle(self, w: Array) -> mpf:
        return 2 * mpmath.atan2(norm(w - self.w_star), norm(w + self.w_star))


def run_exact(problem: Problem, start: Array) -> tuple[Exact, Array, bool]:
    """Run one start in double precision, then on from there with 60 digits: the iteration, the end, has it settled."""
    near, _ = Iteration.of(problem).run(start[None, :])
    with mp.workdps(DIGITS):
        iteration, w, moved = Exact.of(problem), unit(vector(near[0])), mpf(1)
        for _ in range(3000):
            new = iteration.step(w, mpf(FAST))
            moved, w = norm(new - w), new
            if moved < mpf(10) ** (5 - DIGITS):
                break
        return iteration, w, bool(moved < mpf(10) ** (6 - DIGITS))


def vector(x: Iterable[float]) -> Array:
    """Floats as numbers of mpmath."""
    return np.array([mpf(float(y)) for y in x])


def dot(x: Array, y: Array) -> Any:
    """The inner product along the last axis."""
    return mpmath.fdot(x, y) if x.dtype == object else np.sum(x * y, axis=-1)


def norm(x: Array) -> Any:
    """Euclidean length along the last axis, which is kept; one number for numbers of mpmath."""
    return mpmath.sqrt(mpmath.fdot(x, x)) if x.dtype == object else np.sqrt(np.sum(x * x, axis=-1, keepdims=True))


def unit(x: Array) -> Array:
    """x/‖x‖."""
    return np.asarray(x / norm(x))
