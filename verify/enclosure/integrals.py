"""Certified integrals: a ball that contains ∫ F, or `UncertifiedError`.

A SymPy integral is cut where its parts change: at the ends of the pieces of a proxy μ'. Finite ranges go to Arb's
quadrature; what lies beyond the cut of an infinite one is bounded (`tail_bound`) and added to the radius. Nothing is
returned unless every part is certified.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import frexp, lcm, log
from typing import Final

from flint import acb, arb, ctx
from sympy import And, Dummy, Expr, Integer, Integral, Piecewise, Pow, Symbol, oo

from proofs.proxies import Estimator
from proofs.symbols import mu, r, theta
from proofs.symbols import x as proxy_argument
from verify.enclosure.analytic import integrand
from verify.enclosure.arithmetic import compiled, hull
from verify.enclosure.growth import tail_bound

__all__ = ["UncertifiedError", "enclose", "integrate"]

_CUTS: Final = (17, 20, 26, 32, 40, 48)
"""Where infinite ranges are cut, tried in turn until the tail is small beside the integral."""

_PANELS: Final = (1, 2, 4, 8, 12, *_CUTS)
"""Where ranges are cut before Arb bisects them: of a Gaussian weight on a long one it sees little."""

_NARROW: Final = 8
_EVALUATIONS: Final = 20_000
_SPARE: Final = 12
"""Bits of the working precision that the quadrature need not reach."""


class UncertifiedError(ArithmeticError):
    """An integral of which Arb cannot say where it lies, or not closely."""


def integrate(function: Callable[[acb, bool], acb], low: arb, high: arb, size: arb | None = None) -> arb:
    """∫ function(z, analytic) from an exact point to another; errors far below |size| do not count.

    `UncertifiedError` if the result is not finite. What `function` raises, Arb would swallow: it is raised again here.
    """
    raised: list[Exception] = []

    def guarded(z: acb, analytic: bool) -> acb:
        try:
            return function(z, analytic)
        except Exception as error:
            raised.append(error)
            return acb(arb.nan(), arb.nan())

    relative = arb((1, _SPARE - ctx.prec))
    absolute = size if size is not None and size > 0 else arb((1, -100 * ctx.prec))  # Arb takes 0 for "any"
    found = acb.integral(
        guarded,
        acb(low),
        acb(high),
        rel_tol=relative,
        abs_tol=relative * absolute,
        eval_limit=_EVALUATIONS,
        depth_limit=8 * ctx.prec,
    )
    if raised:
        raise raised[0]
    if not found.is_finite():
        raise UncertifiedError(f"the integral from {_short(low)} to {_short(high)} is not certified")
    return found.real


def _edges(values: Mapping[Symbol, arb]) -> list[tuple[arb, bool]]:
    """Where ranges are cut, by the scales of this theory's integrands, and whether what is left may be next to nothing
    there. They need only be close.
    """
    edges = {float(panel): panel in _CUTS for panel in _PANELS}
    scales = [abs(values[theta].tan())] if theta in values else []
    if r in values:
        scales += [1 / values[r], 1 / (values[r] * values.get(theta, arb.pi() / 2).sin())]
    for scale in scales:
        if scale * _NARROW < 1:
            steps = max(6, int(-log(float(scale.mid()), 4)))  # μ' may decay like a power
            edges |= {float(scale.mid()) * 4.0**power: power > 2 for power in range(steps)}
    return [(arb(edge), last) for edge, last in sorted(edges.items())]


def _by_panels(
    function: Callable[[acb, bool], acb], low: arb, high: arb, before: arb, edges: list[tuple[arb, bool]]
) -> arb:
    """∫ from one exact point s ≥ 0 to another; errors far below what is there already do not count."""
    total, edge = arb(0), low
    for stop in (*(stop for stop, _ in edges if low < stop < high), high):
        total += integrate(function, edge, stop, (before + abs(total)).abs_lower())
        edge = stop
    return total


def _short(number: arb) -> str:
    return str(number.str(8, radius=False))


def enclose(part: Integral, values: Mapping[Symbol, arb], proxy: Estimator | None = None) -> arb:
    """A one-dimensional SymPy integral, with `proxy` in the place of an arbitrary μ'.

    μ' must stand at multiples of the variable; `values` gives every other symbol, the proxy's parameters among them.
    """
    variable, low, high = part.limits[0]
    total, size = arb(0), arb(0)
    for function, start, stop in _halves(part.function, variable, low, high):
        half = _HalfLine(function, variable, values, proxy).integral(start, stop, size)
        total, size = total + half, size + abs(half)
    if not total.is_finite():
        raise UncertifiedError(f"{part} is not certified")
    return total


@lru_cache(maxsize=1024)
def _halves(function: Expr, variable: Symbol, low: Expr, high: Expr) -> list[tuple[Expr, Expr, Expr]]:
    """The integral as integrals over parts of s ≥ 0."""
    found = []
    if not high.is_extended_nonpositive:
        found.append((function, Integer(0) if low.is_extended_nonpositive else low, high))
    if not low.is_extended_nonnegative:
        found.append((function.subs(variable, -variable), Integer(0) if high.is_extended_nonnegative else -high, -low))
    return found


@lru_cache(maxsize=1024)
def _proxied(function: Expr, variable: Symbol) -> list[tuple[Expr, Expr]]:
    """Every μ'(k·variable) in an integrand, with its k."""
    found = [(part, part.args[0] / variable) for part in sorted(function.atoms(mu), key=str)]
    for part, factor in found:
        if factor.has(variable):
            raise ValueError(f"{part} is not taken at a multiple of {variable}")
    return found


@lru_cache(maxsize=4096)
def _with_pieces(function: Expr, pieces: tuple[tuple[Expr, Expr], ...]) -> Expr:
    """The integrand with an expression in the place of each μ'(…)."""
    return function.xreplace({part: piece.subs(proxy_argument, part.args[0]) for part, piece in pieces})


@lru_cache(maxsize=4096)
def _order_of_root(smooth: Expr, variable: Symbol) -> int:
    """The least k such that an integrand is a function of the k-th root of the variable at 0."""
    powers = (power for power in smooth.atoms(Pow) if power.exp.is_integer is False and power.exp.is_Rational)
    return lcm(*(int(power.exp.q) for power in powers if power.base.subs(variable, 0) == 0))


class _HalfLine:
    """An integrand on s ≥ 0, with numbers for its symbols."""

    def __init__(self, function: Expr, variable: Symbol, values: Mapping[Symbol, arb], proxy: Estimator | None) -> None:
        self.function, self.variable, self.values, self.proxy = function, variable, values, proxy
        self.edges = _edges(values)
        self.factors = [(part, compiled(factor)(values)) for part, factor in _proxied(function, variable)]
        if self.factors and proxy is None:
            raise ValueError(f"{function} needs a proxy in the place of μ'")
        self._pieces = [
            (self._end(low), self._end(high), piece) for low, high, piece in (proxy.pieces if proxy else ())
        ]

    def _end(self, end: Expr) -> arb:
        return compiled(end)(self.values)

    def integral(self, low: Expr, high: Expr, before: arb) -> arb:
        """∫ from `low` to `high`, to an accuracy that counts beside `before` ≥ 0 and itself."""
        first, last = self._end(low), self._end(high)
        if first.is_nan() or last.is_nan() or (not last.is_finite() and high != oo):
            raise UncertifiedError(f"the range from {low} to {high} is not known")
        kinks = self._kinks(first, last)
        total = self._fringe(first) + sum((self._jump(kink) for kink in kinks), arb(0))
        if high != oo:
            total += self._fringe(last)
        starts = [first.upper(), *(kink.upper() for kink in kinks)]
        stops = [*(kink.lower() for kink in kinks), None if high == oo else last.lower()]
        for start, stop in zip(starts, stops, strict=True):
            if stop is None or start < stop:
                total += self._panel(start, stop, before + abs(total))
        return total

    def _kinks(self, first: arb, last: arb) -> list[arb]:
        """Where μ' passes the end of a piece, ascending; those that cannot be told apart are one ball."""
        ends = [self._end(end) for end in (self.proxy.breakpoints if self.proxy else ())]
        found = [end / factor for _, factor in self.factors for end in ends if end != 0]
        merged: list[arb] = []
        for kink in sorted((kink for kink in found if not (kink <= first or kink >= last)), key=lambda k: k.mid()):
            if not kink > first or not kink < last:
                raise UncertifiedError(f"a kink at {_short(kink)} and an end of the range cannot be told apart")
            if merged and not merged[-1] < kink:
                merged[-1] = merged[-1].union(kink)
            else:
                merged.append(kink)
        return merged

    def _jump(self, kink: arb) -> arb:
        """∫ over the ball of a kink, by the hull of both pieces."""
        return (kink.upper() - kink.lower()) * self._anywhere(kink)

    def _fringe(self, end: arb) -> arb:
        """∫ between an end of the range, of which only a ball is known, and the nearer end of that ball."""
        if end.is_exact():
            return arb(0)
        return hull(arb(0), end.upper() - end.lower()) * self._anywhere(end)

    def _anywhere(self, place: arb) -> arb:
        """The integrand on a small ball, whatever the pieces there."""
        pieces = tuple((part, self._cases()) for part, _ in self.factors)
        return compiled(_with_pieces(self.function, pieces))({**self.values, self.variable: place})

    def _cases(self) -> Expr:
        cases = [
            (piece, And(low < proxy_argument, proxy_argument < high))
            for low, high, piece in (self.proxy.pieces if self.proxy else ())
        ]
        return Piecewise(*cases, (0, True))

    def _panel(self, start: arb, stop: arb | None, before: arb) -> arb:
        """∫ between two neighbouring kinks or ends, or from one to ∞."""
        middle = (start + stop) / 2 if stop is not None else 2 * start + 1
        pieces = tuple((part, self._piece_at(factor * middle)) for part, factor in self.factors)
        smooth = _with_pieces(self.function, pieces)
        if smooth == 0:
            return arb(0)
        if start == 0 and _order_of_root(smooth, self.variable) > 1:
            near, start = self._from_root(smooth, stop)
            return near + self._panel(start, stop, before + abs(near))
        function = integrand(smooth, self.variable).bind(self.values)
        if stop is not None and stop < _CUTS[-1]:
            return _by_panels(function, start, stop, before, self.edges)
        return self._to_infinity(smooth, function, start, before)

    def _from_root(self, smooth: Expr, stop: arb | None) -> tuple[arb, arb]:
        """∫ from 0, where a root in the integrand is 0 or ∞, to a point short of all scales, and that point: in y,
        variable = y^k, of which the integrand is analytic.
        """
        order, y = _order_of_root(smooth, self.variable), Dummy("y", positive=True)
        scale = min(float(edge) for edge, _ in self.edges)
        mantissa, exponent = frexp((scale if stop is None else min(scale, float(stop))) ** (1 / order) / 2)
        root = arb((int(mantissa * 2**_SPARE), exponent - _SPARE))  # of few bits: its power is exact
        changed = smooth.subs(self.variable, y**order) * order * y ** (order - 1)
        return integrate(integrand(changed, y).bind(self.values), arb(0), root), root**order

    def _piece_at(self, argument: arb) -> Expr:
        for low, high, piece in self._pieces:
            if low < argument < high:
                return piece
            if not (argument < low or argument > high):
                raise UncertifiedError(f"{_short(argument)} cannot be placed among the pieces of μ'")
        return Integer(0)

    def _to_infinity(self, smooth: Expr, function: Callable[[acb, bool], acb], start: arb, before: arb) -> arb:
        """∫ from `start` to a far end or ∞: up to a cut, and a bound of the rest, which holds for either."""
        reached, edge, rest = arb(0), start, arb.pos_inf()
        for cut, last in ((start, start >= 1), *self.edges):
            if cut < edge or cut == 0:
                continue
            if edge < cut:
                reached += integrate(function, edge, cut, (before + abs(reached)).abs_lower())
                edge = cut
            if last:
                rest = tail_bound(smooth, self.variable, edge, self.values)
                if rest <= (before + abs(reached)).abs_lower() * arb((1, _SPARE - ctx.prec)):
                    break
        if not rest.is_finite():
            raise UncertifiedError(f"the tail of {smooth} in {self.variable} is not bounded")
        return reached + arb(0, rest)
