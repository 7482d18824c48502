"""How boxes are cut; a function on one that should not be negative: its balls, its slopes, what it is near the ends of
ranges; and the attempt to close a box, by balls and by exact arguments at the ends of ranges. See `search`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from math import factorial
from typing import Final

import sympy
from flint import arb, ctx, fmpq
from sympy import Expr, Pow, Rational, Symbol, expand, factor, simplify

from verify.contexts.balls.arithmetic import Compiled, ball, hull

Span = tuple[Fraction, Fraction]
"""Part of a range, in shares: 0 is its low end, 1 its high end. Bisection keeps shares exact."""

Box = dict[Symbol, Span]
"""A span for each coordinate."""


@dataclass(frozen=True)
class Range:
    """A closed interval with exact ends; a coordinate runs through all of it."""

    low: Expr
    high: Expr

    @cached_property
    def _ends(self) -> tuple[arb, arb]:
        return ball(self.low, {}), ball(self.high, {})

    def at(self, share: Fraction) -> arb:
        """A ball around the point at that share; the ends are met as exactly as balls can."""
        low, high = self._ends
        if share in (0, 1):
            return high if share else low
        part = arb(fmpq(share.numerator, share.denominator))
        return low + (high - low) * part

    def over(self, span: Span) -> arb:
        """A ball that contains the whole span."""
        return self.at(span[0]) if span[0] == span[1] else hull(self.at(span[0]), self.at(span[1]))

    def point(self, share: Fraction) -> Expr:
        return self.low + (self.high - self.low) * Rational(share.numerator, share.denominator)


_ORDERS: Final = 4
"""Highest order of a zero at the end of a range that is looked for."""

_PROBES: Final = (Fraction(5, 17), Fraction(11, 19), Fraction(3, 13), Fraction(16, 23), Fraction(7, 29))

_UNSMOOTH: Final = (
    *(sympy.Abs, sympy.Max, sympy.Min, sympy.Piecewise, sympy.Heaviside, sympy.sign),
    *(sympy.Derivative, sympy.Subs),
)


class Margin:
    """An expression in some of the coordinates of a box.

    `faces` restricts it to an end of a range, `quotient` divides it by the power of the distance to an end at which it
    vanishes: both are margins again.
    """

    def __init__(self, expression: Expr, ranges: Mapping[Symbol, Range]) -> None:
        self.expression = expression
        self.ranges = {symbol: ends for symbol, ends in ranges.items() if expression.has(symbol)}
        self._compiled = Compiled(expression)
        self.slope, self.face, self.quotient = cache(self._slope), cache(self._face), cache(self._quotient)

    def over(self, box: Box) -> arb:
        """A ball that contains its values on the box."""
        return self._compiled.at(*(self.ranges[symbol].over(box[symbol]) for symbol in self._compiled.symbols))

    @cached_property
    def smooth(self) -> bool:
        """Whether it may be differentiated."""
        return not self.expression.has(*_UNSMOOTH)

    @cached_property
    def zero(self) -> bool:
        """Whether it is proved to vanish identically."""
        return identically_zero(self.expression, self.ranges)

    def _slope(self, symbol: Symbol) -> Margin:
        """Its partial derivative, where it is smooth."""
        return Margin(self.expression.diff(symbol), self.ranges)

    def _face(self, symbol: Symbol, end: int) -> Margin | None:
        """Its restriction to the low (0) or high (1) end of a range; None if it has no value there."""
        value = self.expression.subs(symbol, self.ranges[symbol].high if end else self.ranges[symbol].low)
        lost = value.has(sympy.nan, sympy.zoo) or value.is_infinite
        return None if lost else Margin(value, self.ranges)

    def _quotient(self, symbol: Symbol, end: int) -> tuple[int, Margin]:
        """(k, q): it has a zero of order k at that end, and ``distance^k`` times a value of q between here and the end.

        q is the k-th derivative over k!, by Taylor's theorem with the k lower terms proved to vanish identically.
        """
        derivative: Margin = self
        for order in range(_ORDERS + 1):
            if not derivative.smooth:
                break
            face = derivative.face(symbol, end) if symbol in derivative.ranges else derivative
            if face is None:
                break
            if not face.zero:
                if order == 0:
                    break
                towards = 1 if end == 0 else (-1) ** order
                return order, Margin(derivative.expression * towards / factorial(order), self.ranges)
            derivative = derivative.slope(symbol)
        return 0, self


def identically_zero(expression: Expr, ranges: Mapping[Symbol, Range]) -> bool:
    """Whether an expression is proved to be 0 everywhere on the box. A point where it is not ends the search."""
    if expression.is_zero is not None:
        return bool(expression.is_zero)
    probe = {symbol: ends.at(_PROBES[index % len(_PROBES)]) for index, (symbol, ends) in enumerate(ranges.items())}
    with ctx.workdps(30):
        found = Compiled(expression)(probe)
        if not found.is_finite() or not found.contains(0):
            return False
    if any(power.free_symbols and not power.exp.is_integer for power in expression.atoms(Pow)):
        return bool(expand(expression) == 0)  # SymPy may take minutes over roots of sums
    return any(change(expression) == 0 for change in (expand, factor, simplify))


def middle(box: Mapping[Symbol, Span]) -> Box:
    """Its middle point, a box too."""
    return {symbol: ((low + high) / 2, (low + high) / 2) for symbol, (low, high) in box.items()}


def halves(box: Box, symbol: Symbol) -> Iterator[Box]:
    """A box cut in two across a coordinate."""
    low, high = box[symbol]
    middle = (low + high) / 2
    yield box | {symbol: (low, middle)}
    yield box | {symbol: (middle, high)}


class Closing:
    """The attempt to close one box: `closed`, with `lowest` where the margin is positive on it, or the place to `cut`.

    `divided` tells that `lowest` bounds the margin over powers of distances to the edges; None: equality is attained.
    """

    def __init__(self, margin: Margin, box: Box, edges: set[str]) -> None:
        self.edges = edges
        self.lowest: arb | None = None
        self.divided = False
        self.cut = max(box, key=lambda symbol: box[symbol][1] - box[symbol][0]) if box else Symbol("none")
        self.closed = self._close(margin, box, outer=True)

    def _close(self, margin: Margin, box: Box, outer: bool = False, done: frozenset[Symbol] = frozenset()) -> bool:
        """By balls; else divided at the edges the box touches; else on the faces it is monotone towards."""
        box = {symbol: box[symbol] for symbol in margin.ranges}
        if self._positive(margin.over(box)):
            return True
        if margin.zero:
            self.edges.add("equality on a face")
            return True
        if not box or not margin.smooth:
            return False
        slopes = {symbol: margin.slope(symbol).over(box) for symbol in box}
        lowered, least = _mean_value(margin, box, slopes)
        if outer:
            widest = max(high - low for low, high in box.values())
            broad = [symbol for symbol, (low, high) in box.items() if 16 * (high - low) >= widest]
            self.cut = max(broad, key=lambda symbol: _spread(margin, box, slopes, symbol))
        if self._positive(least):
            return True
        return self._at_edges(margin, box, done) or self._on_faces(margin, lowered, done)

    def _positive(self, value: arb) -> bool:
        if value > 0:
            self.lowest = value
            return True
        return False

    def _at_edges(self, margin: Margin, box: Box, done: frozenset[Symbol]) -> bool:
        """Divide at an end that the box touches, once for each coordinate."""
        for symbol, (low, high) in box.items():
            for end in (0, 1):
                touches = symbol not in done and low < high and (high == 1 if end else low == 0)
                order, divided = margin.quotient(symbol, end) if touches else (0, margin)
                if order and self._close(divided, box, done=done | {symbol}):
                    at = margin.ranges[symbol].high if end else margin.ranges[symbol].low
                    self.edges.add(f"{symbol} = {at}: zero of order {order}, divided by its power")
                    self.divided = True
                    return True
        return False

    def _on_faces(self, margin: Margin, lowered: Box, done: frozenset[Symbol]) -> bool:
        """Restrict to the ends of ranges towards which the margin falls."""
        restricted: Margin | None = margin
        for symbol, (low, high) in lowered.items():
            if low == high and low in (0, 1) and restricted is not None and symbol in restricted.ranges:
                restricted = restricted.face(symbol, int(low))
        if restricted is None or restricted is margin:
            return False
        if self._close(restricted, lowered, done=done):
            self.edges.add("falls towards a face, where it is not negative")
            self.divided = True
            return True
        return False


def _spread(margin: Margin, box: Box, slopes: Mapping[Symbol, arb], symbol: Symbol) -> float:
    """How much the margin may vary along a coordinate of the box; a slope without bound is cut first."""
    span = box[symbol]
    if span[0] == span[1]:
        return -1.0
    width = float((margin.ranges[symbol].at(span[1]) - margin.ranges[symbol].at(span[0])).mid())
    slope = slopes[symbol]
    return abs(width) * float(abs(slope).upper()) if slope.is_finite() else 1e9 * float(span[1] - span[0])


def _mean_value(margin: Margin, box: Box, slopes: Mapping[Symbol, arb]) -> tuple[Box, arb]:
    """The box with every monotone coordinate at its lower end, and a lower bound of the margin on it."""
    lowered = dict(box)
    for symbol, slope in slopes.items():
        if slope >= 0:
            lowered[symbol] = (box[symbol][0], box[symbol][0])
        elif slope <= 0:
            lowered[symbol] = (box[symbol][1], box[symbol][1])
    centre = middle(lowered)
    least = margin.over(centre)
    for symbol, (low, high) in lowered.items():
        if low < high:
            ends = margin.ranges[symbol]
            least += slopes[symbol] * (ends.over((low, high)) - ends.over(centre[symbol]))
    return lowered, least.lower() if least.is_finite() else arb.nan()
