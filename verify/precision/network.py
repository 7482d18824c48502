"""Means of the sampled network, from its definition: explicit sums over rows, each mean a
quadrature.

Rows of Z are independent, so E[F(Z_i) G(Z_j)] is the mean of F·G where i = j and E[F] E[G]
where i ≠ j. Nothing else is used: no sum is simplified, no moment is known in closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final

import mpmath
from mpmath import mp, mpf

from proofs.proxies import Estimator
from verify.configurations import Configuration
from verify.precision.plane import PlaneMeans, Row, plane_means
from verify.precision.quadrature import DIGITS, Estimate

__all__ = [
    "Network",
    "UndefinedError",
    "angle_after",
    "best_weights",
    "coarse_gradient",
    "filter_gradient",
    "gradient_v",
    "inner",
    "loss",
    "one_sided_slope",
    "weighted",
]

_MODEL: Final = Row(a=True)
_TEACHER: Final = Row(b=True)
_STEP: Final = mpf(10) ** -12

Vector = tuple[mpf, ...]


class UndefinedError(ValueError):
    """Something a claim speaks of does not exist at this network: a derivative at a kink, a direction of w = 0."""


@dataclass(frozen=True)
class Network:
    """A network and its teacher in numbers; `theta` may be 0 or π. `origin` is w = 0, as r = 0 is."""

    v: Vector
    v_star: Vector
    theta: mpf
    r: mpf
    n: int = 3
    proxy: Estimator | None = None
    parameters: dict[str, float] = field(default_factory=dict, hash=False)
    origin: bool = False

    @classmethod
    def at(cls, point: Configuration, proxy: Estimator | None = None) -> Network:
        """The network of a configuration; its floats are exact."""
        v, v_star = (tuple(mpmath.mpmathify(x) for x in weights) for weights in (point.v, point.v_star))
        theta, r = mpmath.mpmathify(point.theta), mpmath.mpmathify(point.r)
        return cls(v, v_star, theta, r, point.n, proxy, point.parameters, origin=r == 0)

    def turned(self, theta: object, v: Sequence[mpf] | None = None) -> Network:
        """The same at another angle, and with other output weights if given."""
        return replace(self, theta=mpmath.mpmathify(theta), v=self.v if v is None else tuple(v))

    @property
    def at_an_end(self) -> bool:
        """Whether w is parallel to w*, so that e has no direction."""
        with mp.workdps(DIGITS):
            return bool(self.theta in (0, +mp.pi))

    @cached_property
    def _plane(self) -> PlaneMeans:
        return plane_means(self.theta, self.r, self.proxy, self.parameters)

    @cached_property
    def _sign_plane(self) -> PlaneMeans:
        return plane_means(self.theta)

    def mean(self, row: Row) -> Estimate:
        """E of a function of one row. At w = 0 the proxy sees the argument 0 only."""
        if not row.proxy:
            return self._sign_plane.mean(row)
        if self.origin:
            return self._sign_plane.mean(replace(row, proxy=False)).times(self._at_zero())
        return self._plane.mean(row)

    def _at_zero(self) -> mpf:
        return plane_means(self.theta, 1, self.proxy, self.parameters).proxy(mpf(0))

    def without_proxy(self) -> Network:
        """What the loss and its derivatives see."""
        return replace(self, proxy=None, parameters={})

    def pair(self, i: int, first: Row, j: int, second: Row) -> Estimate:
        """E[F(Z_i) G(Z_j)]."""
        return self.mean(first * second) if i == j else self.mean(first) * self.mean(second)

    def outputs(self) -> list[tuple[int, Row, mpf]]:
        """y − y* as a sum over rows: Σ v_i σ(Z_i w) − Σ v*_i σ(Z_i w*). At w = 0 every σ(Z_i w) is
        σ(0) = 0.
        """
        model = [] if self.origin else [(i, _MODEL, weight) for i, weight in enumerate(self.v)]
        return model + [(i, _TEACHER, -weight) for i, weight in enumerate(self.v_star)]


def weighted(terms: Iterable[tuple[Estimate, mpf]]) -> Estimate:
    """Σ weight · mean, the weights being exact."""
    pairs = list(terms)
    means, weights = [mean for mean, _ in pairs], [weight for _, weight in pairs]
    sizes = [abs(weight) for weight in weights]
    return Estimate(
        mpmath.fdot((mean.value for mean in means), weights),
        mpmath.fdot((mean.error for mean in means), sizes),
        mpmath.fdot((mean.size for mean in means), sizes),
    )


def _pairs(network: Network) -> Callable[[int, Row, int, Row], Estimate]:
    """`network.pair`, each of its few different values taken once."""
    known: dict[tuple[bool, Row, Row], Estimate] = {}

    def pair(i: int, first: Row, j: int, second: Row) -> Estimate:
        key = i == j, first, second
        if key not in known:
            known[key] = network.pair(i, first, j, second)
        return known[key]

    return pair


def loss(network: Network) -> Estimate:
    """f = ½ E(y − y*)², as a double sum."""
    return _loss(network.without_proxy())


@lru_cache(maxsize=4096)
def _loss(network: Network) -> Estimate:
    with mp.workdps(DIGITS):
        outputs, pair = network.outputs(), _pairs(network)
        return weighted((pair(i, first, j, second), x * y / 2) for i, first, x in outputs for j, second, y in outputs)


def gradient_v(network: Network) -> list[Estimate]:
    """E ∂ℓ/∂v_k = E[σ(Z_k w)(y − y*)] for every k."""
    return list(_gradient_v(network.without_proxy()))


@lru_cache(maxsize=1024)
def _gradient_v(network: Network) -> tuple[Estimate, ...]:
    with mp.workdps(DIGITS):
        outputs, pair = network.outputs(), _pairs(network)
        if network.origin:  # σ(0) = 0
            return (Estimate.exact(0),) * len(network.v)
        return tuple(weighted((pair(k, _MODEL, j, row), y) for j, row, y in outputs) for k in range(len(network.v)))


def coarse_gradient(network: Network) -> list[Estimate]:
    """E g_μ = E[Σ_i Z_i μ'(Z_i w) v_i (y − y*)] along ŵ, e and (n ≥ 3) a direction orthogonal to
    both; at w = 0 along the direction at angle θ to w* that stands in for ŵ.
    """
    return list(_coarse_gradient(network))


@lru_cache(maxsize=1024)
def _coarse_gradient(network: Network) -> tuple[Estimate, ...]:
    directions = [Row(s=1, proxy=True), Row(t=1, proxy=True), Row(u=1, proxy=True)][: max(2, min(network.n, 3))]
    with mp.workdps(DIGITS):
        outputs, pair = network.outputs(), _pairs(network)
        return tuple(
            weighted(
                (pair(i, direction, j, row), weight * y) for i, weight in enumerate(network.v) for j, row, y in outputs
            )
            for direction in directions
        )


def best_weights(network: Network) -> list[Estimate]:
    """The v that minimizes the loss: the m×m system E[σσᵀ] v = E[σσ*ᵀ] v*, solved by LU."""
    return list(_best_weights(network.without_proxy()))


@lru_cache(maxsize=1024)
def _best_weights(network: Network) -> tuple[Estimate, ...]:
    if network.origin:
        raise UndefinedError("at w = 0 the loss does not depend on v: no v is the best")
    m = len(network.v_star)
    with mp.workdps(DIGITS):
        pair = _pairs(network)
        matrix = [[pair(i, _MODEL, j, _MODEL) for j in range(m)] for i in range(m)]
        right = [weighted((pair(i, _MODEL, j, _TEACHER), y) for j, y in enumerate(network.v_star)) for i in range(m)]
        inverse = mpmath.inverse(mpmath.matrix([[entry.value for entry in row] for row in matrix]))
        solution = mpmath.lu_solve(
            mpmath.matrix([[entry.value for entry in row] for row in matrix]),
            mpmath.matrix([entry.value for entry in right]),
        )
        return tuple(
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
        )


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
    once. At an end of [0, π] it exists only where the loss has no kink.
    """
    return list(_filter_gradient(network.without_proxy()))


@lru_cache(maxsize=1024)
def _filter_gradient(network: Network) -> tuple[Estimate, ...]:
    if network.origin:
        raise UndefinedError("at w = 0 the loss jumps: it has no gradient in w")
    if network.at_an_end:
        return _between_two_slopes(network)
    with mp.workdps(DIGITS):
        slopes = []
        for axis in range(max(2, min(network.n, 3))):
            wide, narrow = (_central(network, axis, h) for h in (_STEP, _STEP / 2))
            value = (4 * narrow.value - wide.value) / 3
            error = narrow.error + abs(value - narrow.value) * _STEP
            slopes.append(Estimate(value, error, narrow.size).times(1 / network.r))
        return tuple(slopes)


def _between_two_slopes(network: Network) -> tuple[Estimate, ...]:
    slope = one_sided_slope(network)
    if abs(slope.value) > 100 * slope.error + slope.size * mpf(10) ** -30:
        rise = mpmath.nstr(slope.value, 8)
        raise UndefinedError(f"w ∥ w*: the slopes of the loss along d and along −d are both {rise}, a kink")
    return (slope,) * max(2, min(network.n, 3))


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


def one_sided_slope(network: Network) -> Estimate:
    """lim (f(w + hd) − f(w))/h, h → 0⁺, d orthogonal to w: quotients at h, h/2, h/4, h/8
    extrapolated to h = 0.
    """
    if network.n == 1:
        raise UndefinedError("in R¹ no direction is orthogonal to w*")
    if network.origin:
        raise UndefinedError("no direction is orthogonal to w = 0 more than any other")
    return _one_sided_slope(network.without_proxy())


@lru_cache(maxsize=1024)
def _one_sided_slope(network: Network) -> Estimate:
    with mp.workdps(DIGITS):
        here = loss(network)
        steps = [_STEP / 2**k for k in range(4)]
        table = [
            _quotient(loss(network.turned(angle_after(network.theta, [mpf(0), h, mpf(0)]))), here, h) for h in steps
        ]
        values = [entry.value for entry in table]
        last = mpf(0)
        for order in range(1, len(values)):
            last = values[-1]
            values = [(2**order * b - a) / (2**order - 1) for a, b in pairwise(values)]
        error = 20 * table[-1].error + abs(values[0] - last)
        return Estimate(values[0], error, table[-1].size).times(1 / network.r)
