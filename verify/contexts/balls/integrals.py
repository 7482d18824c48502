"""Certified integrals: a ball that contains ∫ F, or `UncertifiedError`.

A SymPy integral is cut where its parts change: at the ends of the pieces of a proxy μ'. Finite ranges go to Arb's
quadrature; what lies beyond the cut of an infinite one is bounded (`tail_bound`) and added to the radius. Nothing is
returned unless every part is certified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from math import frexp, lcm, log
from typing import Final

from flint import acb, arb, ctx
from sympy import And, Dummy, Expr, Integer, Integral, Piecewise, Pow, Symbol

from proofs.proxies import Estimator
from proofs.symbols import mu, r, theta
from proofs.symbols import x as proxy_argument
from verify.contexts.balls.analytic import SPARE, UncertifiedError, fraction, integrand, integrate, short
from verify.contexts.balls.arithmetic import compiled, hull
from verify.contexts.balls.growth import UnboundedError, tail_bound

_CUTS: Final = (17, 20, 26, 32, 40, 48)
"""Where infinite ranges are cut, tried in turn until the tail is small beside the integral."""

_PANELS: Final = (1, 2, 4, 8, 12, *_CUTS)
"""Where ranges are cut before Arb bisects them: of a Gaussian weight on a long one it sees little."""

_NARROW: Final = 8
_LEAST: Final = 1e-300
"""Scales between which and 1 ranges are cut for their sake."""

_STEPS: Final = 6
"""Cuts beyond a scale; the last of so many is one where what is left is asked for."""

_DOUBLINGS: Final = 64
"""Of the length over which an integrand falls far out, until it is as long as the way there."""


def _edges(values: Mapping[Symbol, arb]) -> list[tuple[arb, bool]]:
    """Where ranges are cut, by the scales of this theory's integrands, and whether what is left may be next to nothing
    there. They need only be close.
    """
    edges = {float(panel): panel in _CUTS for panel in _PANELS}
    scales = [abs(values[theta].tan())] if theta in values else []
    if r in values:
        scales += [1 / values[r], 1 / (values[r] * values.get(theta, arb.pi() / 2).sin())]
    small = sorted(float(scale.mid()) for scale in scales if scale > _LEAST and scale * _NARROW < 1)
    for place, scale in enumerate(small):
        # μ' may decay like a power: from the least scale on, the whole way to 1.
        steps = _STEPS if place else max(_STEPS, int(-log(scale, 4)))
        edges |= {scale * 4.0**power: power % _STEPS == _STEPS - 1 for power in range(steps)}
    return [(arb(edge), last) for edge, last in sorted(edges.items())]


def enclose(part: Integral, values: Mapping[Symbol, arb], proxy: Estimator | None = None) -> arb:
    """A one-dimensional SymPy integral, with `proxy` in the place of an arbitrary μ'.

    μ' must stand at multiples of the variable; `values` gives every other symbol, the proxy's parameters among them.
    The limits may be reversed or equal, on either side of 0, and balls whose order is not known. `UncertifiedError`
    where no ball is found; ValueError for what is no integral of this kind.
    """
    if len(part.limits) != 1 or len(part.limits[0]) != 3:
        raise ValueError(f"{part} is not an integral over one variable from one limit to another")
    variable, *limits = part.limits[0]
    if limits[0] == limits[1]:
        return arb(0)
    ends = [compiled(limit)(values) for limit in limits]
    for limit, end in zip(limits, ends, strict=True):
        if not (end.is_finite() or end in (arb.pos_inf(), arb.neg_inf())):
            raise UncertifiedError(f"the limit {limit} of {part} is not known")
    line = _Line(part.function, variable, values, proxy)
    total = -line.between(*reversed(ends)) if ends[0] > ends[1] else line.between(*ends)
    if not total.is_finite():
        raise UncertifiedError(f"{part} is not certified")
    return total


def _halves(start: arb, stop: arb) -> list[tuple[int, arb, arb]]:
    """The range between two exact points as ranges (low, high) of sign·variable ≥ 0, with that sign."""
    found = [(1, start.max(arb(0)), stop)] if stop > 0 else []
    return [*found, (-1, (-stop).max(arb(0)), -start)] if start < 0 else found


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


@lru_cache(maxsize=4096)
def _mirrored(function: Expr, variable: Symbol) -> Expr:
    return function.subs(variable, -variable)


class _Line:
    """An integrand on the line, with numbers for its symbols."""

    def __init__(self, function: Expr, variable: Symbol, values: Mapping[Symbol, arb], proxy: Estimator | None) -> None:
        self.function, self.variable, self.values = function, variable, values
        self.edges = _edges(values)
        self.size = arb(0)
        """Of what is integrated so far, whether or not it cancels: an error far below it does not count."""
        self.factors = [(part, compiled(factor)(values)) for part, factor in _proxied(function, variable)]
        if self.factors and proxy is None:
            raise ValueError(f"{function} needs a proxy in the place of μ'")
        self._declared = proxy.pieces if proxy else ()
        self._pieces = [(self._end(low), self._end(high), piece) for low, high, piece in self._declared]

    def _end(self, end: Expr) -> arb:
        return compiled(end)(self.values)

    def between(self, first: arb, last: arb) -> arb:
        """∫ from `first` to `last`, of which it is not known that first > last."""
        start, stop = first.upper(), last.lower()
        if not start <= stop:  # either order is possible: the length, of either sign, times a mean
            return (last - first) * self._anywhere(first.lower().min(last.lower()), start.max(last.upper()))
        kinks = self._kinks(start, stop)
        parts = [self._fringe(first.lower(), start), self._fringe(stop, last.upper())]
        parts += [(high - low) * self._anywhere(low, high) for low, high in kinks if low < high]
        total, self.size = sum(parts, arb(0)), sum((abs(part).abs_lower() for part in parts), arb(0))
        gaps = zip([start, *(high for _, high in kinks)], [*(low for low, _ in kinks), stop], strict=True)
        halves = [half for low, high in gaps if low < high for half in _halves(low, high)]
        for sign, low, high in sorted(halves, key=lambda half: half[1]):  # the large parts first
            total += self._panel(sign, low, high)
        return total

    def _kinks(self, start: arb, stop: arb) -> list[tuple[arb, arb]]:
        """Where μ' passes the end of a piece: ranges without a common point, ascending, inside the range given."""
        nowhere = (arb.neg_inf(), arb.pos_inf(), arb(0))  # ranges are cut at 0 anyway
        ends = [end for low, high, _ in self._pieces for end in (low, high) if end not in nowhere]
        found = []
        for kink in (end / factor for _, factor in self.factors for end in ends):
            if not kink.is_finite():
                raise UncertifiedError(f"a kink of {self.function} may lie anywhere")
            found.append((kink.lower(), kink.upper()))
        merged: list[tuple[arb, arb]] = []
        for low, high in sorted((low.max(start), high.min(stop)) for low, high in found):
            if merged and low <= merged[-1][1]:
                merged[-1] = merged[-1][0], high.max(merged[-1][1])
            elif low <= high:  # not outside
                merged.append((low, high))
        return merged

    def _fringe(self, low: arb, high: arb) -> arb:
        """∫ between some point of a range, which is a limit of the integral, and one of its ends."""
        return hull(arb(0), high - low) * self._anywhere(low, high) if low < high else arb(0)

    def _anywhere(self, low: arb, high: arb) -> arb:
        """The integrand on a range, whatever the pieces there."""
        cases = [(piece, And(a < proxy_argument, proxy_argument < b)) for a, b, piece in self._declared]
        pieces = tuple((part, Piecewise(*cases, (0, True))) for part, _ in self.factors)
        place = hull(low, high)
        return compiled(_with_pieces(self.function, pieces))({**self.values, self.variable: place})

    def _integrated(self, function: Callable[[acb, bool], acb], low: arb, high: arb, size: arb) -> arb:
        """∫ from one point to another, to an accuracy that counts beside `size`."""
        part = integrate(function, low, high, size)
        self.size = (self.size + part.abs_lower()).mid()
        return part

    def _panel(self, sign: int, start: arb, stop: arb) -> arb:
        """∫ over start < sign·variable < stop, where no kink lies."""
        middle = (start + stop) / 2 if stop.is_finite() else 2 * start + 1
        pieces = tuple((part, self._piece_at(factor * sign * middle)) for part, factor in self.factors)
        smooth = _with_pieces(self.function, pieces)
        if smooth == 0:
            return arb(0)
        smooth = smooth if sign > 0 else _mirrored(smooth, self.variable)
        if start == 0 and _order_of_root(smooth, self.variable) > 1:
            near, start = self._from_root(smooth, stop)
            return near + self._panel(sign, start, stop)
        function = integrand(smooth, self.variable).bind(self.values)
        if stop < _CUTS[-1]:
            return self._by_panels(function, start, stop)
        return self._far(smooth, function, start, stop)

    def _by_panels(self, function: Callable[[acb, bool], acb], low: arb, high: arb) -> arb:
        """∫ from one exact point s ≥ 0 to another."""
        total, edge = arb(0), low
        for stop in (*(stop for stop, _ in self.edges if low < stop < high), high):
            total += self._integrated(function, edge, stop, self.size)
            edge = stop
        return total

    def _from_root(self, smooth: Expr, stop: arb) -> tuple[arb, arb]:
        """∫ from 0, where a root in the integrand is 0 or ∞, to a point short of all scales, and that point: in y,
        variable = y^k, of which the integrand is analytic.
        """
        order, y = _order_of_root(smooth, self.variable), Dummy("y", positive=True)
        scale = min(float(edge) for edge, _ in self.edges)
        mantissa, exponent = frexp(min(scale, float(stop)) ** (1 / order) / 2)
        bits = max(1, min(SPARE, ctx.prec // order))  # so few that its power is exact
        root = arb((int(mantissa * 2**bits), exponent - bits))
        changed = smooth.subs(self.variable, y**order) * order * y ** (order - 1)
        return self._integrated(integrand(changed, y).bind(self.values), arb(0), root, self.size), root**order

    def _piece_at(self, argument: arb) -> Expr:
        for low, high, piece in self._pieces:
            if low < argument < high:
                return piece
            if not (argument < low or argument > high):
                raise UncertifiedError(f"{short(argument)} cannot be placed among the pieces of μ'")
        return Integer(0)

    def _far(self, smooth: Expr, function: Callable[[acb, bool], acb], start: arb, stop: arb) -> arb:
        """∫ from `start` to a far end or ∞: up to a cut, and a bound of the rest, which holds for either."""
        reached, edge, rest = arb(0), start, arb.pos_inf()
        for cut, last in self._cuts(smooth, start, stop):
            if edge < cut < stop:
                size = self.size if self.size > 0 or not rest.is_finite() else rest
                # Of exp(−s²/2) the rounding of s² leaves no more.
                reached += self._integrated(function, edge, cut, size * edge.max(arb(1)) ** 2)
                edge = cut
            if last:
                rest = self._rest(smooth, edge, stop)
                if rest <= self.size * fraction():
                    break
        if rest.is_finite():
            return reached + arb(0, rest)
        if not stop.is_finite():
            raise UncertifiedError(f"the tail of {smooth} in {self.variable} is not bounded")
        return reached + self._integrated(function, edge, stop, self.size)

    def _cuts(self, smooth: Expr, start: arb, stop: arb) -> Iterator[tuple[arb, bool]]:
        """Where to cut, and whether what is left may be next to nothing there. Beyond all scales the lengths double
        from the one on which the integrand is seen to fall.
        """
        yield start, bool(start >= 1)
        yield from ((cut, last) for cut, last in self.edges if cut > start)
        if start >= _CUTS[-1]:
            whole = self._rest(smooth, start, stop)
            for power in range(-_DOUBLINGS, 1):
                cut = (start * (1 + arb((1, power)))).mid()
                if 2 * self._rest(smooth, cut, stop) < whole:
                    yield cut, True

    def _rest(self, smooth: Expr, edge: arb, stop: arb) -> arb:
        """A bound of what lies beyond an edge; ∞ where none is known of an integral that may be computed instead."""
        try:
            return tail_bound(smooth, self.variable, edge, self.values)
        except UnboundedError:
            if stop.is_finite():
                return arb.pos_inf()
            raise
