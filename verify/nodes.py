"""Gauss–Legendre nodes and weights, from Arb: mpmath's own take it seconds at 60 digits, for every process anew."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import mpmath
from flint import arb, ctx
from mpmath import mp, mpf
from mpmath.calculus.quadrature import GaussLegendre

__all__ = ["gauss_legendre", "midpoint", "mpmath_rule"]

_SPARE: Final = 20
"""Bits more than asked for."""

_FIRST: Final = 16
_RULES: Final = 5
"""The order of the first of the rules that are compared, and how many there are at most."""


def midpoint(ball: arb) -> mpf:
    """The middle of a ball, whatever the working precision."""
    mantissa, exponent = ball.mid().man_exp()
    return mp.make_mpf(mpmath.libmp.from_man_exp(int(mantissa), int(exponent)))


@cache
def gauss_legendre(order: int, bits: int) -> tuple[tuple[mpf, mpf], ...]:
    """Nodes and weights on [−1, 1], to that many bits."""
    before = ctx.prec
    ctx.prec = bits + _SPARE
    try:
        half = [arb.legendre_p_root(order, k, weight=True) for k in range((order + 1) // 2)]
    finally:
        ctx.prec = before
    positive = [(midpoint(node), midpoint(weight)) for node, weight in half]
    return tuple(positive + [(-node, weight) for node, weight in reversed(positive) if node])


class _Rule(GaussLegendre):
    """Orders 16, 32, …: on the panels of this theory mpmath's first, 3 to 12, settle nothing at 50 digits."""

    def calc_nodes(self, degree: int, prec: int, verbose: bool = False) -> list[tuple[mpf, mpf]]:
        return list(gauss_legendre(_FIRST * 2 ** (degree - 1), prec))

    def guess_degree(self, prec: int) -> int:
        return _RULES


_RULE: Final = _Rule(mp)


def mpmath_rule(_: Any) -> GaussLegendre:
    """`mpmath.quad(…, method=mpmath_rule)` is its "gauss-legendre" with these nodes."""
    return _RULE
