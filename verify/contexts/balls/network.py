"""Means over rows of Z and of the sampled networks, enclosed: certified integrals of raw integrands.

A row z ~ N(0, I_n) has the coordinates s = ŵ·z, t = e·z and others u, all standard normal. Half-spaces become limits of
integration: a wedge of directions in polar coordinates where μ' is absent or depends on the sign of its argument alone,
otherwise a half-line of t, over which the Gaussian density is integrated first. The networks are the sums of
verify.model, each mean such an integral.

The derivative of a mean in w is an integral over the boundary that moves: w·z > 0 changes where s = 0, so along a unit
vector d the mean of 1{w·z > 0} g(z) changes at the rate (1/‖w‖) ∫ (d·z) g(z) φ over the plane s = 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from flint import acb, arb, arb_mat, ctx
from sympy import Expr, Integer, Integral, Symbol, cot, erf, exp, oo, pi, sqrt

from proofs.proxies import Estimator
from proofs.symbols import mu, r, s, theta
from proofs.symbols import x as proxy_argument
from verify.contexts.balls.analytic import UncertifiedError, integrate
from verify.contexts.balls.arithmetic import as_ball, compiled, exact_key
from verify.contexts.balls.integrals import enclose
from verify.model import BinarizedNetwork, RectifiedNetwork, Row, axes


def _density(point: Expr) -> Expr:
    return exp(-(point**2) / 2) / sqrt(2 * pi)


@lru_cache(maxsize=64)
def _on_the_line(function: Expr, low: Expr, precision: int) -> arb:
    return enclose(Integral(function, (s, low, oo)), {})


def forget() -> None:
    """Drop what is remembered, so that the next mean is computed from nothing."""
    _on_the_line.cache_clear()
    _MEANS.clear()


def line_mean(power: int) -> arb:
    """E[u^power] of a standard normal u."""
    return _on_the_line(s**power * _density(s), -oo, ctx.prec)


def first_moment() -> arb:
    """∫ tφ(t) dt over t > 0."""
    return _on_the_line(s * _density(s), Integer(0), ctx.prec)


def _radial(power: int) -> arb:
    """∫ ρ^{power+1} exp(−ρ²/2)/2π dρ over ρ > 0."""
    return _on_the_line(s ** (power + 1) * exp(-(s**2) / 2) / (2 * pi), Integer(0), ctx.prec)


def _arc(low: arb, high: arb, i: int, j: int) -> arb:
    """∫ cos^i φ sin^j φ dφ over an arc whose ends are balls, drawn from [0, 1]."""
    length = high - low

    def function(x: acb, analytic: bool) -> acb:
        sine, cosine = (low + length * x).sin_cos()
        found = acb(1)
        for factor in [cosine] * i + [sine] * j:
            found = found * factor
        return found

    return length * integrate(function, arb(0), arb(1))


_MEANS: dict[object, Means] = {}


def means_at(
    angle: arb, norm: arb, proxy: Estimator | None = None, parameters: Mapping[str, float] | None = None
) -> Means:
    """The means at one network, remembered: claims at one configuration share them."""
    given, own = parameters or {}, proxy.parameters if proxy else ()
    values = {theta: angle, r: norm} | {p.symbol: as_ball(given.get(p.name, float(p.default))) for p in own}
    key = *map(exact_key, values.values()), proxy, ctx.prec
    if key not in _MEANS:
        if len(_MEANS) > 256:
            _MEANS.clear()
        _MEANS[key] = Means(values, proxy)
    return _MEANS[key]


class Means:
    """Means of row functions at one network: balls of θ ∈ [0, π] and of r > 0, and of a proxy's parameters."""

    def __init__(self, values: Mapping[Symbol, arb], proxy: Estimator | None = None) -> None:
        if values[theta] < 0 or values[theta] > arb.pi():
            raise ValueError(f"θ = {values[theta]}; it lies in [0, π]")
        if proxy and not values[r] > 0:
            raise ValueError(f"r = {values[r]}; beside a proxy it is above 0")
        self.values, self.proxy = values, proxy
        self._heights = _heights(proxy, values)
        self.mean = cache(self._mean)

    def _mean(self, row: Row) -> arb:
        """E of a row function; `UncertifiedError` where Arb does not enclose it."""
        polar = not row.proxy or self._heights is not None
        plane = self._polar(row) if polar else self._by_lines(row)
        return plane * line_mean(row.u) if row.u else plane

    def _polar(self, row: Row) -> arb:
        """Directions with cos φ > 0 (`a`) and cos(φ − θ) > 0 (`b`), which for 0 ≤ θ ≤ π lie between these cuts."""
        right_angle = arb.pi() / 2
        angle = self.values[theta] if row.b else arb(0)
        cuts = [angle - right_angle, right_angle]
        sides = [1]
        if not row.a:  # the half-plane s < 0
            cuts.append(angle + right_angle if row.b else 3 * right_angle)
            sides.append(-1)
        total = arb(0)
        for sign, (low, high) in zip(sides, pairwise(cuts), strict=True):
            height = self._heights[sign] if row.proxy and self._heights else arb(1)
            if height == 0:  # exactly: of a ball around 0 neither this nor its contrary holds
                continue
            total += height * _arc(low, high, row.s, row.t)
        return total * _radial(row.s + row.t)

    def _by_lines(self, row: Row) -> arb:
        """The integral over s of μ'(rs) and what the half-line of t leaves."""
        if not 0 < self.values[theta] < arb.pi():
            raise UncertifiedError("θ must lie inside (0, π) beside a proxy with a scale")
        if row.t > 1:
            raise ValueError(f"{row} has a power above 1 beside μ'")
        if row.t and not row.b:
            return line_mean(row.t) * self._by_lines(Row(s=row.s, proxy=True, a=row.a))
        return enclose(_line(row), self.values, self.proxy)


@lru_cache(maxsize=64)
def _line(row: Row) -> Integral:
    """The integral over s; over t > −s cot θ, φ(t) has the mass (1 + erf(s cot θ/√2))/2 and tφ(t) has φ(s cot θ)."""
    edge = s * cot(theta)
    inner = Integer(1) if not row.b else _density(edge) if row.t else (1 + erf(edge / sqrt(2))) / 2
    return Integral(s**row.s * mu(r * s) * _density(s) * inner, (s, 0 if row.a else -oo, oo))


def _heights(proxy: Estimator | None, values: Mapping[Symbol, arb]) -> dict[int, arb] | None:
    """μ' at positive and at negative arguments, if it depends on the sign alone; None if it does not."""
    if proxy is None:
        return None
    found = {1: arb(0), -1: arb(0)}
    for low, high, piece in proxy.pieces:
        if piece.has(proxy_argument) or {low, high} - {Integer(0), oo, -oo}:
            return None
        for sign in (1, -1):
            if (high if sign > 0 else -low) == oo:
                found[sign] = compiled(piece)(values)
    return found


@dataclass(frozen=True)
class Enclosed:
    """A ball and the natural size of the number in it: the sum of the |terms| it is the sum of."""

    value: arb
    size: arb

    @classmethod
    def of(cls, value: arb) -> Enclosed:
        """A number that is no sum."""
        return cls(value, abs(value))

    def __mul__(self, other: Enclosed) -> Enclosed:
        return Enclosed(self.value * other.value, self.size * other.size)

    @classmethod
    def weighted(cls, terms: Iterable[tuple[Enclosed, Any]]) -> Enclosed:
        """Σ weight · number, the weights being balls or whole numbers."""
        value, size = arb(0), arb(0)
        for term, weight in terms:
            value += weight * term.value
            size += abs(weight) * term.size
        return cls(value, size)


@dataclass(frozen=True)
class Network(BinarizedNetwork[Enclosed]):
    """The binarized network in balls."""

    weighted = Enclosed.weighted
    exact = staticmethod(as_ball)

    def mean(self, row: Row) -> Enclosed:
        return Enclosed.of(self._means.mean(row))

    @property
    def _means(self) -> Means:
        return means_at(self.theta, self.r, self.proxy, self.parameters)

    def filter_gradient(self) -> list[Enclosed]:
        """∂f/∂w along ŵ, e and u; at θ = 0 and π along e the slope of the side θ moves to."""
        outputs = self.outputs()
        return [
            self.weighted(
                (Enclosed.of(self._slope(axis, i, first, j, second)), x * y / 2)
                for i, first, x in outputs
                for j, second, y in outputs
            )
            for axis in range(len(axes(self.n)))
        ]

    def one_sided_slope(self) -> Enclosed:
        """The slope along e at an end of [0, π]."""
        return self.filter_gradient()[1]

    def _slope(self, axis: int, i: int, first: Row, j: int, second: Row) -> arb:
        """The derivative of E[F(Z_i) G(Z_j)] as w moves along a unit vector."""
        if i == j:
            return self._surface(axis, first * second)
        mean = self._means.mean
        return self._surface(axis, first) * mean(second) + mean(first) * self._surface(axis, second)

    def _surface(self, axis: int, row: Row) -> arb:
        """(1/‖w‖) ∫ (d·z) g(z) φ(z) over s = 0, for a row function 1{w·z > 0} g(z)."""
        if not row.a or axis == 0:  # nothing moves; or d·z = s, which is 0 there
            return arb(0)
        height = 1 / (2 * arb.pi()).sqrt() / self.r
        half = first_moment()
        if axis > 1:
            return height * line_mean(1) * (line_mean(0) / 2 if row.b else line_mean(0))
        if not row.b:
            return height * (half - half)
        return height * (half if self._teacher_beyond() else -half)

    def _teacher_beyond(self) -> bool:
        """Where w* lies at the boundary s = 0: w*·z > 0 is t > 0 if so, t < 0 if not.

        Inside (0, π), w*·z = t sin θ there. At the ends it is ±s, and for t > 0 the boundary moves to s < 0.
        """
        angle = self.theta
        if angle == 0:
            return False
        if angle > 0 and (angle < arb.pi() or angle.overlaps(arb.pi())):
            return True
        raise UncertifiedError(f"θ = {angle} is not known to lie in [0, π]")

    def best_weights(self) -> list[Enclosed]:
        """The v that minimizes the loss: the m×m system E[σσᵀ] v = E[σσ*ᵀ] v*, solved with certified error."""
        matrix, right = self.normal_equations()
        solution = arb_mat([[entry.value for entry in row] for row in matrix]).solve(
            arb_mat([[entry.value] for entry in right])
        )
        size = sum((entry.size for entry in right), arb(0))
        return [Enclosed(solution[k, 0], abs(solution[k, 0]) + size) for k in range(len(right))]


@dataclass(frozen=True)
class ReluPatches(RectifiedNetwork[Enclosed]):
    """The ReLU network in balls."""

    weighted = Enclosed.weighted
    exact = staticmethod(as_ball)

    def mean(self, row: Row) -> Enclosed:
        return Enclosed.of(means_at(self.theta, self.r).mean(row))

    def turn(self) -> tuple[arb, arb]:
        return self.theta.cos(), self.theta.sin()
