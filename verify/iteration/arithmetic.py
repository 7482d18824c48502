"""RVSCGD itself, in double precision on many starts at once and in mpmath on one.

u = S(w), found by minimization (`verify.iteration.penalties`); w ← normalize(w − ηG(w) − ηβ(w − u)) with the coarse
gradient G = αŵ − κw*, α and κ from quadrature of its definition. The step is named by τ = η/(1 − η(α + β)).
Nothing of `numerics` and no closed form is used here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray

from proofs.proxies import estimator
from verify.iteration.penalties import pieces, proximal, proximal_exact, total
from verify.iteration.piece import Piece
from verify.precision.network import Network, coarse_gradient

__all__ = ["DIGITS", "FAST", "Exact", "Iteration", "Problem", "pull", "run_exact"]

Array = NDArray[np.float64]
Vector = list[mpf]

DIGITS: Final = 60
"""Working precision of the exact runs; what they find is asked for to 45 digits."""

FAST: Final = 1e8
"""A step τ at which w goes to the direction of κw* + βu, nearly."""


@cache
def pull(v_star: tuple[float, ...], ste: str = "relu") -> tuple[mpf, mpf]:
    """(α, κ) of the coarse gradient αŵ − κw* at v = v*, by quadrature at three angles; ValueError if they differ."""
    found, proxy = [], estimator(ste)
    shape = {parameter.name: float(parameter.default) for parameter in proxy.parameters}
    with mp.workdps(DIGITS):
        weights = tuple(mpf(x) for x in v_star)
        for theta in (mpf("0.4"), mpf("1.3"), mpf("2.9")):
            gradient = coarse_gradient(Network(weights, weights, theta, mpf(1), 3, proxy, shape))
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
    parameters: dict[str, float] = field(default_factory=dict)
    alpha: float = 0.0

    @property
    def n(self) -> int:
        """Length of the filter."""
        return len(self.w_star)

    @property
    def rho(self) -> float:
        """λ/β."""
        return self.lam / self.beta

    @property
    def unit(self) -> Array:
        """w* in double precision."""
        w = np.array(self.w_star)
        return np.asarray(w / np.linalg.norm(w))

    @property
    def parts(self) -> tuple[Piece, ...]:
        """The penalty."""
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
    """RVSCGD on the sphere in double precision; all arrays are (starts, n), the numbers may be (starts, 1)."""

    w_star: Array
    kappa: Any
    beta: Any
    lam: Any
    parts: tuple[Piece, ...]
    alpha: Any = 0.0

    @classmethod
    def of(cls, problem: Problem) -> Iteration:
        """The iteration of one problem."""
        return cls(problem.unit, problem.kappa, problem.beta, problem.lam, problem.parts, problem.alpha)

    def split(self, w: Array) -> Array:
        """u = S(w)."""
        return proximal(w, self.lam / self.beta, self.parts)

    def raw(self, w: Array, u: Array, eta: Any) -> Array:
        """w − ηG(w) − ηβ(w − u), before normalization; w need not be a unit vector."""
        gradient = self.alpha * w / np.linalg.norm(w, axis=-1, keepdims=True) - self.kappa * self.w_star
        return np.asarray(w - eta * gradient - eta * self.beta * (w - u))

    def step(self, w: Array, tau: Any) -> Array:
        """One step on the sphere."""
        z = self.raw(w, self.split(w), tau / (1 + tau * (self.alpha + self.beta)))
        return np.asarray(z / np.linalg.norm(z, axis=-1, keepdims=True))

    def lyapunov(self, w: Array) -> Array:
        """κ(1 − cos θ) + λP(u) + (β/2)‖w − u‖²: (starts,)."""
        u = self.split(w)
        terms = self.lam * total(u, self.parts) + self.beta / 2 * (w - u) ** 2 + self.kappa / 2 * (w - self.w_star) ** 2
        return np.asarray(np.sum(terms, axis=-1))

    def multiplier(self, w: Array) -> Array:
        """N = ⟨w, κw* + βS(w)⟩: (starts,)."""
        return np.asarray(np.sum(w * (self.kappa * self.w_star + self.beta * self.split(w)), axis=-1))

    def residual(self, w: Array) -> Array:
        """‖κw* + βS(w) − Nw‖: (starts,)."""
        force = self.kappa * self.w_star + self.beta * self.split(w)
        across = force - np.sum(w * force, axis=-1, keepdims=True) * w
        return np.asarray(np.linalg.norm(across, axis=-1))

    def take(self, rows: Any) -> Iteration:
        """The same for some of the starts."""

        def some(value: Any) -> Any:
            return value[rows] if isinstance(value, np.ndarray) and value.ndim == 2 else value

        return Iteration(
            some(self.w_star), some(self.kappa), some(self.beta), some(self.lam), self.parts, some(self.alpha)
        )

    def run(self, w: Array, tau: float, steps: int = 4000, tolerance: float = 3e-16) -> tuple[Array, Array]:
        """Run every start until its step is below `tolerance`: where they end (starts, n), the last steps (starts,)."""
        ends, last = w.copy(), np.full(len(w), np.inf)
        rows, current, iteration = np.arange(len(w)), w, self
        for k in range(steps):
            new = iteration.step(current, tau)
            moved = np.linalg.norm(new - current, axis=-1)
            ends[rows], last[rows], current = new, moved, new
            if k % 16 == 15:
                going = moved > tolerance
                if not going.any():
                    break
                if going.sum() < 0.8 * len(rows):
                    rows, current, iteration = rows[going], current[going], iteration.take(going)
        return ends, last


@dataclass(frozen=True)
class Exact:
    """RVSCGD on one start at mpmath's current precision. The floats of the problem are taken as exact; ‖w*‖ = 1."""

    w_star: tuple[mpf, ...]
    kappa: mpf
    beta: mpf
    lam: mpf
    parts: tuple[Piece, ...]
    alpha: mpf

    @classmethod
    def of(cls, problem: Problem) -> Exact:
        """The iteration of one problem."""
        parts = pieces(problem.penalty, {name: mpf(value) for name, value in problem.parameters.items()})
        kappa, beta, lam, alpha = (mpf(x) for x in (problem.kappa, problem.beta, problem.lam, problem.alpha))
        return cls(tuple(unit([mpf(x) for x in problem.w_star])), kappa, beta, lam, parts, alpha)

    def split(self, w: Vector) -> Vector:
        """u = S(w)."""
        return [proximal_exact(x, self.lam / self.beta, self.parts) for x in w]

    def raw(self, w: Vector, u: Vector, eta: mpf) -> Vector:
        """w − ηG(w) − ηβ(w − u)."""
        length = norm(w)
        return [
            x - eta * (self.alpha * x / length - self.kappa * y) - eta * self.beta * (x - z)
            for x, y, z in zip(w, self.w_star, u, strict=True)
        ]

    def step(self, w: Vector, tau: mpf) -> Vector:
        """One step on the sphere."""
        return unit(self.unnormalized(w, tau)[0])

    def unnormalized(self, w: Vector, tau: mpf) -> tuple[Vector, mpf]:
        """w − ηG(w) − ηβ(w − u) at the step τ, and 1 − η(α + β), by which z of R1 is longer."""
        eta = tau / (1 + tau * (self.alpha + self.beta))
        return self.raw(w, self.split(w), eta), 1 - eta * (self.alpha + self.beta)

    def angle(self, w: Vector) -> mpf:
        """Angle to w* by Kahan's formula."""
        sums = [x + y for x, y in zip(w, self.w_star, strict=True)]
        return 2 * mpmath.atan2(norm(less(w, self.w_star)), norm(sums))

    def lyapunov(self, w: Vector) -> mpf:
        """κ(1 − cos θ) + λP(u) + (β/2)‖w − u‖²."""
        u = self.split(w)
        fit = self.kappa * (1 - mpmath.fdot(w, self.w_star))
        return fit + self.lam * mpmath.fsum(total(x, self.parts) for x in u) + self.beta / 2 * norm(less(w, u)) ** 2

    def force(self, w: Vector) -> Vector:
        """κw* + βS(w)."""
        return [self.kappa * y + self.beta * z for y, z in zip(self.w_star, self.split(w), strict=True)]

    def multiplier(self, w: Vector) -> mpf:
        """N = ⟨w, κw* + βS(w)⟩."""
        return mpmath.fdot(w, self.force(w))

    def run(self, w: Vector, tau: mpf, steps: int = 3000) -> tuple[Vector, mpf]:
        """Run until the step is below 10^(5 − digits): the end, and the last step."""
        moved, small = mpf(1), mpf(10) ** (5 - mp.dps)
        for _ in range(steps):
            new = self.step(w, tau)
            moved, w = norm(less(new, w)), new
            if moved < small:
                break
        return w, moved


def run_exact(problem: Problem, start: Array, tau: float = FAST) -> tuple[Exact, Vector, bool]:
    """Run one start in double precision, then on from there with 60 digits: the iteration, the end, has it settled."""
    near, _ = Iteration.of(problem).run(start[None, :], tau)
    with mp.workdps(DIGITS):
        iteration = Exact.of(problem)
        end, moved = iteration.run(unit([mpf(float(x)) for x in near[0]]), mpf(tau))
        return iteration, end, bool(moved < mpf(10) ** (6 - DIGITS))


def norm(x: Vector) -> mpf:
    """Euclidean length."""
    return mpmath.sqrt(mpmath.fdot(x, x))


def unit(x: Vector) -> Vector:
    """x/‖x‖."""
    length = norm(x)
    return [y / length for y in x]


def less(x: Any, y: Any) -> Vector:
    """x − y."""
    return [p - q for p, q in zip(x, y, strict=True)]
