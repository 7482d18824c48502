"""Coordinates: what a claim says about vectors, for vectors in the span of two or three of them.

Inner products of w, w* and u are all that the statements are about, so that three coordinates with w = (1, 0, 0) and
w* = (c, s, 0) stand for any n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Eq, Expr, Integer, Rational, Symbol, cos, sin
from sympy.logic.boolalg import Boolean

from proofs.symbols import theta

__all__ = ["CIRCLE", "C", "S", "circle_point", "dot", "placed", "reals", "squares"]

C, S = Symbol("c", real=True), Symbol("s", nonnegative=True)
"""Cosine and sine of an angle in [0, π]."""

CIRCLE: tuple[Boolean, ...] = (Eq(C**2 + S**2, 1),)


def reals(names: str) -> list[Symbol]:
    """Real symbols of these names."""
    return [Symbol(name, real=True) for name in names.split()]


def circle_point(half_tangent: Rational) -> tuple[Rational, Rational]:
    """Cosine and sine of an angle, both rational, from the tangent of its half."""
    square = half_tangent**2
    return (1 - square) / (1 + square), 2 * half_tangent / (1 + square)


def dot(left: Sequence[Expr], right: Sequence[Expr]) -> Expr:
    """The inner product."""
    return sum((one * other for one, other in zip(left, right, strict=True)), start=Integer(0))


def placed(part: Expr, values: Mapping[str, Expr]) -> Expr:
    """A claim's formula with symbols replaced by name, and cos θ and sin θ by C and S."""
    part = part.xreplace({cos(theta): C, sin(theta): S})
    return part.xreplace({symbol: values[symbol.name] for symbol in part.free_symbols if symbol.name in values})


def squares(one: Sequence[Expr], other: Sequence[Expr]) -> Expr:
    """The square of a distance."""
    apart = [a - b for a, b in zip(one, other, strict=True)]
    return dot(apart, apart)
