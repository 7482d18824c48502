"""What is stated over a box: a margin that must not be negative anywhere in it, and how boxes are cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import arb, fmpq
from sympy import Expr, Rational, Symbol, sympify

from verify.contexts.balls.arithmetic import ball, hull

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


@dataclass(frozen=True)
class Statement:
    """`margin` ≥ 0 wherever the coordinates lie in `box`.

    `reduction` says in words how the margin follows from the inequality of the claim: which exact scalings,
    substitutions and symmetries were used. In the coordinates `affine` the margin is expected to be affine (it is
    tried), so that only the ends of their ranges matter. `exact`: a point with a negative margin refutes the claim; not
    so where the margin is sufficient only. `equality`: the margin may be 0 on the whole box.
    """

    name: str
    margin: Expr
    box: Mapping[Symbol, Range]
    reduction: str = ""
    affine: tuple[Symbol, ...] = ()
    exact: bool = True
    equality: bool = False
    limit: int = 2_000

    def described(self) -> dict[str, list[str]]:
        """The box as text: name -> [low, high]."""
        return {str(symbol): [str(ends.low), str(ends.high)] for symbol, ends in self.box.items()}


def coordinates(**ranges: tuple[object, object]) -> dict[Symbol, Range]:
    """A box from names and exact ends: ``coordinates(theta=(0, pi))``. Its symbols are real."""
    return {Symbol(name, real=True): Range(sympify(low), sympify(high)) for name, (low, high) in ranges.items()}
