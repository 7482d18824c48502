"""A function on a box that should not be negative: its balls, its slopes, and what it is near the ends of ranges."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from math import factorial
from typing import Final

import sympy
from flint import arb, ctx
from sympy import Expr, Pow, Symbol, expand, factor, simplify

from verify.contexts.balls.arithmetic import Compiled
from verify.enclosure.boxes.statement import Box, Range

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
        self._faces: dict[tuple[Symbol, int], Margin | None] = {}
        self._quotients: dict[tuple[Symbol, int], tuple[int, Margin]] = {}
        self._slopes: dict[Symbol, Margin | None] = {}

    def over(self, box: Box) -> arb:
        """A ball that contains its values on the box."""
        return self._compiled.at(*(self.ranges[symbol].over(box[symbol]) for symbol in self._compiled.symbols))

    def at(self, shares: Mapping[Symbol, Fraction]) -> arb:
        """A ball around its value at a point."""
        return self._compiled.at(*(self.ranges[symbol].at(shares[symbol]) for symbol in self._compiled.symbols))

    @cached_property
    def smooth(self) -> bool:
        """Whether it may be differentiated."""
        return not self.expression.has(*_UNSMOOTH)

    @cached_property
    def zero(self) -> bool:
        """Whether it is proved to vanish identically."""
        return identically_zero(self.expression, self.ranges)

    def slope(self, symbol: Symbol) -> Margin | None:
        """Its partial derivative, None where it has corners."""
        if symbol not in self._slopes:
            self._slopes[symbol] = Margin(self.expression.diff(symbol), self.ranges) if self.smooth else None
        return self._slopes[symbol]

    def face(self, symbol: Symbol, end: int) -> Margin | None:
        """Its restriction to the low (0) or high (1) end of a range; None if it has no value there."""
        if (symbol, end) not in self._faces:
            value = self.expression.subs(symbol, self.ranges[symbol].high if end else self.ranges[symbol].low)
            lost = value.has(sympy.nan, sympy.zoo) or value.is_infinite
            self._faces[symbol, end] = None if lost else Margin(value, self.ranges)
        return self._faces[symbol, end]

    def quotient(self, symbol: Symbol, end: int) -> tuple[int, Margin]:
        """(k, q): it has a zero of order k at that end, and ``distance^k`` times a value of q between here and the end.

        q is the k-th derivative over k!, by Taylor's theorem with the k lower terms proved to vanish identically.
        """
        if (symbol, end) not in self._quotients:
            self._quotients[symbol, end] = self._divided(symbol, end)
        return self._quotients[symbol, end]

    def _divided(self, symbol: Symbol, end: int) -> tuple[int, Margin]:
        if not self.smooth:
            return 0, self
        derivative: Margin = self
        for order in range(_ORDERS + 1):
            face = derivative.face(symbol, end) if symbol in derivative.ranges else derivative
            if face is None:
                break
            if not face.zero:
                if order == 0:
                    break
                towards = 1 if end == 0 else (-1) ** order
                return order, Margin(derivative.expression * towards / factorial(order), self.ranges)
            following = derivative.slope(symbol)
            if following is None:
                break
            derivative = following
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
