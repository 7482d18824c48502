"""Means of the sampled network, from its definition: explicit sums over rows, each mean a
quadrature.

Rows of Z are independent, so E[F(Z_i) G(Z_j)] is the mean of F·G where i = j and E[F] E[G]
where i ≠ j. Nothing else is used: no sum is simplified, no moment is known in closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

import mpmath
from mpmath import mp, mpf

from proofs.proxies import Estimator
from verify.configurations import Configuration
from verify.precision.plane import Row, plane_means
from verify.precision.quadrature import DIGITS, Estimate

__all__ = [
    "Network",
    "angle_after",
    "best_weights",
    "coarse_gradient",
    "filter_gradient",
    "gradient_v",
    "inner",
    "loss",
    "one_sided_slope",
]

_MODEL: Final = Row(a=True)
_TEACHER: Final = Row(b=True)
_STEP: Final = mpf(10) ** -12

Vector = tuple[mpf, ...]


@dataclass(frozen=True)
class Network:
    """A network and its teacher in numbers; `theta` may be 0 or π. `origin` is w = 0."""

    v: Vector
    v_star: Vector
    theta: mpf
    r: mpf
    n: int = 3
    proxy: Estimator | None = None
    parameters: dict[str, float] = field(default_factory=dict)
    origin: bool = False

    @classmethod
    def at(cls, point: Configuration, proxy: Estimator | None = None) -> Network:
        """The network of a configuration; its floats are exact."""
        v, v_star = (tuple(mpmath.mpmathify(x) for x in weights) for weights in (point.v, point.v_star))
        theta, r = mpmath.mpmathify(point.theta), mpmath.mpmathify(point.r)
        return cls(v, v_star, theta, r, point.n, proxy, point.parameters)

    def turned(self, theta: object, v: Sequence[mpf] | None = None) -> Network:
        """The same at another angle, and with other output weights if given."""
        return replace(self, theta=mpmath.mpmathify(theta), v=self.v if v is None else tuple(v))

    def mean(self, row: Row) -> Estimate:
        """E of a function of one row."""
        proxy = self.proxy if row.proxy else None
        return plane_means(self.theta, self.r, proxy, self.parameters).mean(row)

    def pair(self, i: int, first: Row, j: int, second: Row) -> Estimate:
        """E[F(Z_i) G(Z_j)]."""
        return self.mean(first * second) if i == j else self.mean(first) * self.mean(second)

    def outputs(self) -> list[tuple[int, Row, mpf]]:
        """y − y* as a sum over rows: Σ v_i σ(Z_i w) − Σ v*_i σ(Z_i w*). At w = 0 every σ(Z_i w) is
        σ(0) = 0.
        """
        model = [] if self.origin else [(i, _MODEL, weight) for i, weight in enumerate(self.v)]
        return model + [(i, _TEACHER, -weight) for i, weight in enumerate(self.v_star)]


def loss(network: Network) -> Estimate:
    """f = ½ E(y − y*)², as a double sum."""
    with mp.workdps(DIGITS):
        outputs = network.outputs()
        return Estimate.total(
            network.pair(i, first, j, second).times(x * y / 2) for i, first, x in outputs for j, second, y in outputs
        )


def gradient_v(network: Network) -> list[Estimate]:
    """E ∂ℓ/∂v_k = E[σ(Z_k w)(y − y*)] for every k."""
    with mp.workdps(DIGITS):
        return [
            Estimate.total(network.pair(k, _MODEL, j, row).times(y) for j, row, y in network.outputs())
            for k in range(len(network.v))
        ]


def coarse_gradient(network: Network) -> list[Estimate]:
    """E g_μ = E[Σ_i Z_i μ'(Z_i w) v_i (y − y*)] along ŵ, e and (n ≥ 3) a direction orthogonal to
    both.
    """
    directions = [Row(s=1, proxy=True), Row(t=1, proxy=True), Row(u=1, proxy=True)][: max(2, min(network.n, 3))]
    with mp.workdps(DIGITS):
        return [
            Estimate.total(
                network.pair(i, direction, j, row).times(weight * y)
                for i, weight in enumerate(network.v)
                for j, row, y in network.outputs()
            )
            for direction in directions
        ]


def best_weights(network: Network) -> list[Estimate]:
    """The v that minimizes the loss: the m×m system E[σσᵀ] v = E[σσ*ᵀ] v*, solved by LU."""
    m = len(network.v_star)
    with mp.workdps(DIGITS):
        matrix = [[network.pair(i, _MODEL, j, _MODEL) for j in range(m)] for i in range(m)]
        right = [
            Estimate.total(network.pair(i, _MODEL, j, _TEACHER).times(y) for j, y in enumerate(network.v_star))
            for i in range(m)
        ]
        inverse = mpmath.inverse(mpmath.matrix([[entry.value for entry in row] for row in matrix]))
        solution = mpmath.lu_solve(
            mpmath.matrix([[entry.value for entry in row] for row in matrix]),
            mpmath.matrix([entry.value for entry in right]),
        )
        return [
            Estimate(
                solution[k],
                mpmath.fsum(
                    abs(inverse[k, i])
                    * (right[i].error + mpmath.fsum(matrix[i][j].error * abs(solution[j]) for j in range(m)))
                    for i in range(m)
                ),
                mpmath.fsum(abs(inverse[k, i]) * right[i].size for i in range(m)),
            )
            for k in range(m)
        ]


def inner(first: Sequence[Estimate], second: Sequence[object]) -> Estimate:
    """The inner product of estimated and exact numbers."""
    with mp.workdps(DIGITS):
        return Estimate.total(x.times(y) for x, y in zip(first, second, strict=True))


def angle_after(theta: mpf, step: Sequence[mpf]) -> mpf:
    """The angle to w* after ŵ moves by `step`, given along (ŵ, e, u): 2 atan2(‖a − b‖, ‖a + b‖) of
    unit vectors.
    """
    moved = [1 + step[0], step[1], step[2]]
    length = mpmath.sqrt(mpmath.fdot(moved, moved))
    target = [mpmath.cos(theta), mpmath.sin(theta), mpf(0)]
    apart = mpmath.sqrt(mpmath.fsum((x / length - y) ** 2 for x, y in zip(moved, target, strict=True)))
    together = mpmath.sqrt(mpmath.fsum((x / length + y) ** 2 for x, y in zip(moved, target, strict=True)))
    return 2 * mpmath.atan2(apart, together)


def filter_gradient(network: Network) -> list[Estimate]:
    """∂f/∂w along ŵ, e and (n ≥ 3) u: central differences of the loss of a moved w, extrapolated
    once.
    """
    with mp.workdps(DIGITS):
        slopes = []
        for axis in range(max(2, min(network.n, 3))):
            wide, narrow = (_central(network, axis, h) for h in (_STEP, _STEP / 2))
            value = (4 * narrow.value - wide.value) / 3
            error = narrow.error + abs(value - narrow.value) * _STEP
            slopes.append(Estimate(value, error, narrow.size).times(1 / network.r))
        return slopes


def _central(network: Network, axis: int, h: mpf) -> Estimate:
    ahead, behind = (_moved_loss(network, axis, step) for step in (h, -h))
    return _quotient(ahead, behind, 2 * h)


def _moved_loss(network: Network, axis: int, step: mpf) -> Estimate:
    move = [step if k == axis else mpf(0) for k in range(3)]
    return loss(network.turned(angle_after(network.theta, move)))


def _quotient(ahead: Estimate, behind: Estimate, h: mpf) -> Estimate:
    """A difference quotient: what two rules agree on still carries the rounding of its loss."""
    rounding = (ahead.size + behind.size) * mpf(10) ** (3 - DIGITS)
    error = (ahead.error + behind.error + rounding) / h
    return Estimate((ahead.value - behind.value) / h, error, max(ahead.size, behind.size))


def one_sided_slope(network: Network, function: Callable[[Network], Estimate] = loss) -> Estimate:
    """lim (f(w + hd) − f(w))/h, h → 0⁺, d orthogonal to w: quotients at h, h/2, h/4, h/8
    extrapolated to h = 0.
    """
    with mp.workdps(DIGITS):
        here = function(network)
        steps = [_STEP / 2**k for k in range(4)]
        table = [
            _quotient(function(network.turned(angle_after(network.theta, [mpf(0), h, mpf(0)]))), here, h) for h in steps
        ]
        values = [entry.value for entry in table]
        last = mpf(0)
        for order in range(1, len(values)):
            last = values[-1]
            values = [(2**order * b - a) / (2**order - 1) for a, b in pairwise(values)]
        error = 20 * table[-1].error + abs(values[0] - last)
        return Estimate(values[0], error, table[-1].size).times(1 / network.r)
