"""Means over rows of Z, enclosed: certified integrals of raw integrands.

A row z ~ N(0, I_n) has the coordinates s = ŵ·z, t = e·z and others u, all standard normal. Half-spaces become limits of
integration: a wedge of directions in polar coordinates where μ' is absent or depends on the sign of its argument alone,
otherwise a half-line of t, over which the Gaussian density is integrated first.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from flint import acb, arb, ctx
from sympy import Expr, Integer, Integral, Symbol, cot, erf, exp, oo, pi, sqrt

from proofs.proxies import Estimator
from proofs.symbols import mu, r, s, theta
from proofs.symbols import x as proxy_argument
from verify.contexts.balls.analytic import UncertifiedError, integrate
from verify.contexts.balls.arithmetic import as_ball, compiled, exact_key
from verify.contexts.balls.integrals import enclose
from verify.model import Row


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
        self._known: dict[Row, arb] = {}
        self._heights = _heights(proxy, values)

    def mean(self, row: Row) -> arb:
        """E of a row function; `UncertifiedError` where Arb does not enclose it."""
        if row not in self._known:
            polar = not row.proxy or self._heights is not None
            plane = self._polar(row) if polar else self._by_lines(row)
            self._known[row] = plane * line_mean(row.u) if row.u else plane
        return self._known[row]

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
