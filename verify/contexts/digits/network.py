"""The networks at 60 digits: the sums of verify.model, each mean a quadrature; gradients also by differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, wraps
from itertools import pairwise
from typing import Any, Final, TypeVar

import mpmath
from mpmath import mp, mpf

from verify.contexts.digits.plane import plane_means
from verify.contexts.digits.quadrature import DIGITS, Estimate
from verify.model import BinarizedNetwork, RectifiedNetwork, Row, axes

_STEP: Final = mpf(10) ** -12

Vector = tuple[mpf, ...]
_Asked = TypeVar("_Asked")
_Found = TypeVar("_Found")


class UndefinedError(ValueError):
    """Something a claim speaks of does not exist at this network: a derivative at a kink, a direction of w = 0."""


def remembered(quantity: Callable[[_Asked], _Found]) -> Callable[[_Asked], _Found]:
    """A quantity at 60 digits, remembered for the last networks it was asked of."""

    @lru_cache(maxsize=4096)
    @wraps(quantity)
    def found(network: _Asked) -> _Found:
        with mp.workdps(DIGITS):
            return quantity(network)

    return found


@dataclass(frozen=True)
class Network(BinarizedNetwork[Estimate]):
    """The binarized network in digits."""

    weighted = Estimate.weighted
    exact = mpmath.mpmathify

    def turned(self, theta: object, v: Sequence[mpf] | None = None) -> Network:
        """The same at another angle, and with other output weights if given."""
        return replace(self, theta=mpmath.mpmathify(theta), v=self.v if v is None else tuple(v))

    def valley(self, theta: object) -> Network:
        """The same at another angle, with the best output weights there."""
        turned = self.turned(theta)
        return turned.turned(theta, [weight.value for weight in turned.best_weights()])

    def mean(self, row: Row) -> Estimate:
        """E of a function of one row. At w = 0 the proxy sees the argument 0 only."""
        if not row.proxy:
            return plane_means(self.theta).mean(row)
        if self.origin:
            at_zero = plane_means(self.theta, 1, self.proxy, self.parameters).proxy(mpf(0))
            return plane_means(self.theta).mean(replace(row, proxy=False)).times(at_zero)
        return plane_means(self.theta, self.r, self.proxy, self.parameters).mean(row)

    loss = remembered(BinarizedNetwork[Estimate].loss)
    gradient_v = remembered(BinarizedNetwork[Estimate].gradient_v)
    coarse_gradient = remembered(BinarizedNetwork[Estimate].coarse_gradient)

    @remembered
    def best_weights(self) -> list[Estimate]:
        """The v that minimizes the loss: the m×m system E[σσᵀ] v = E[σσ*ᵀ] v*, solved by LU."""
        if self.origin:
            raise UndefinedError("at w = 0 the loss does not depend on v: no v is the best")
        matrix, right = self.normal_equations()
        units = range(len(right))
        values = mpmath.matrix([[entry.value for entry in row] for row in matrix])
        inverse = mpmath.inverse(values)
        solution = mpmath.lu_solve(values, mpmath.matrix([entry.value for entry in right]))
        return [
            Estimate(
                solution[k],
                mpmath.fsum(
                    abs(inverse[k, i])
                    * (right[i].error + mpmath.fsum(matrix[i][j].error * abs(solution[j]) for j in units))
                    for i in units
                ),
                mpmath.fsum(abs(inverse[k, i]) * right[i].size for i in units),
            )
            for k in units
        ]

    @remembered
    def filter_gradient(self) -> list[Estimate]:
        """∂f/∂w along ŵ, e and (n ≥ 3) u: central differences of the loss of a moved w, extrapolated
        once. At an end of [0, π] it exists only where the loss has no kink.
        """
        if self.proxy:
            return replace(self, proxy=None).filter_gradient()
        if self.origin:
            raise UndefinedError("at w = 0 the loss jumps: it has no gradient in w")
        if self.theta in (0, +mp.pi):  # w ∥ w*: e has no direction
            slope = self.one_sided_slope()
            if abs(slope.value) > 100 * slope.error + slope.size * mpf(10) ** -30:
                rise = mpmath.nstr(slope.value, 8)
                raise UndefinedError(f"w ∥ w*: the slopes of the loss along d and along −d are both {rise}, a kink")
            return [slope] * len(axes(self.n))
        return [
            central_slope(lambda move: moved(self, move).loss(), axis).times(1 / self.r)
            for axis in range(len(axes(self.n)))
        ]

    @remembered
    def one_sided_slope(self) -> Estimate:
        """lim (f(w + hd) − f(w))/h, h → 0⁺, d orthogonal to w: quotients at h, h/2, h/4, h/8 extrapolated to h = 0."""
        if self.n == 1:
            raise UndefinedError("in R¹ no direction is orthogonal to w*")
        if self.origin:
            raise UndefinedError("no direction is orthogonal to w = 0 more than any other")
        here = self.loss()
        steps = [_STEP / 2**k for k in range(4)]
        table = [_quotient(moved(self, [mpf(0), h, mpf(0)]).loss(), here, h) for h in steps]
        value, change = extrapolated([entry.value for entry in table])
        return Estimate(value, 20 * table[-1].error + change, table[-1].size).times(1 / self.r)


@dataclass(frozen=True)
class ReluPatches(RectifiedNetwork[Estimate]):
    """The ReLU network in digits."""

    weighted = Estimate.weighted
    exact = mpmath.mpmathify

    def mean(self, row: Row) -> Estimate:
        return plane_means(self.theta).mean(row)

    def turn(self) -> tuple[mpf, mpf]:
        return mpmath.cos_sin(self.theta)

    @remembered
    def gradient(self) -> list[Estimate]:
        """2 E[(f(w) − f(w*)) ∇f(w)] along ŵ, e and u."""
        if not self.r:
            raise UndefinedError("at w = 0 the loss has a kink in every direction: no gradient")
        return super().gradient()

    def differenced(self) -> list[Estimate]:
        """The slopes of ℓ along ŵ, e and u, by central differences extrapolated once."""
        return [central_slope(lambda move: moved(self, move).loss(), axis).times(1 / self.r) for axis in range(3)]

    def descended(self, rate: mpf) -> ReluPatches:
        """After one step w − rate ∇ℓ."""
        return moved(self, [-rate * slope.value / self.r for slope in self.gradient()])


def inner(first: Sequence[Estimate], second: Sequence[object]) -> Estimate:
    """The inner product of estimated and exact numbers."""
    with mp.workdps(DIGITS):
        return Estimate.total(x.times(y) for x, y in zip(first, second, strict=True))


def apart(first: Sequence[mpf], second: Sequence[mpf]) -> list[mpf]:
    """The difference of two vectors."""
    return [x - y for x, y in zip(first, second, strict=True)]


def distance(first: Sequence[mpf], second: Sequence[mpf]) -> mpf:
    """The Euclidean distance."""
    return mpmath.norm(apart(first, second))


def values(vector: Sequence[Estimate]) -> list[mpf]:
    """What was estimated."""
    return [entry.value for entry in vector]


def moved(network: Any, step: Sequence[mpf]) -> Any:
    """A network of either kind after w moves by ‖w‖·step, given along ŵ, e, u; θ = 2 atan2(‖a − b‖, ‖a + b‖) of unit
    vectors.
    """
    after, target = [1 + step[0], step[1], step[2]], [mpmath.cos(network.theta), mpmath.sin(network.theta), mpf(0)]
    length = mpmath.norm(after)
    gap, total = ([x / length + sign * y for x, y in zip(after, target, strict=True)] for sign in (-1, 1))
    theta = 2 * mpmath.atan2(mpmath.norm(gap), mpmath.norm(total))
    return replace(network, theta=theta, r=network.r * length)


def extrapolated(values: Sequence[mpf]) -> tuple[mpf, mpf]:
    """The limit of what was found at steps h, h/2, h/4, … as h → 0, and the last change of it."""
    last = values[0]
    for order in range(1, len(values)):
        last = values[-1]
        values = [(2**order * b - a) / (2**order - 1) for a, b in pairwise(values)]
    return values[0], abs(values[0] - last)


def secant(function: Callable[[mpf], mpf], before: mpf, place: mpf) -> mpf:
    """A root by the secant method, from two places on."""
    tolerance = mpf(10) ** (4 - DIGITS)
    return mpmath.findroot(function, (before, place), solver="secant", tol=tolerance, maxsteps=8, verify=False)


def central_slope(loss_after: Callable[[Vector], Estimate], axis: int) -> Estimate:
    """The slope at 0 of a loss after ŵ moves along an axis, by central differences extrapolated once."""

    def central(h: mpf) -> Estimate:
        ahead, behind = (loss_after(tuple(step if k == axis else mpf(0) for k in range(3))) for step in (h, -h))
        return _quotient(ahead, behind, 2 * h)

    wide, narrow = central(_STEP), central(_STEP / 2)
    value = (4 * narrow.value - wide.value) / 3
    return Estimate(value, narrow.error + abs(value - narrow.value) * _STEP, narrow.size)


def _quotient(ahead: Estimate, behind: Estimate, h: mpf) -> Estimate:
    """A difference quotient: what two rules agree on still carries the rounding of its loss."""
    rounding = (ahead.size + behind.size) * mpf(10) ** (3 - DIGITS)
    error = (ahead.error + behind.error + rounding) / h
    return Estimate((ahead.value - behind.value) / h, error, max(ahead.size, behind.size))
