"""Gauss–Legendre nodes and weights, from Arb: mpmath's own take it seconds at 60 digits, for every process anew."""

from __future__ import annotations

from functools import cache
from typing import Final

import mpmath
from flint import arb, ctx
from mpmath import mp, mpf

_SPARE: Final = 20
"""Bits more than asked for."""


def midpoint(ball: arb) -> mpf:
    """The middle of a ball, whatever the working precision."""
    mantissa, exponent = ball.mid().man_exp()
    return mp.make_mpf(mpmath.libmp.from_man_exp(int(mantissa), int(exponent)))


@cache
def gauss_legendre(order: int, bits: int) -> tuple[tuple[mpf, mpf], ...]:
    """Nodes and weights on [−1, 1], to that many bits."""
    with ctx.workprec(bits + _SPARE):
        half = [arb.legendre_p_root(order, k, weight=True) for k in range((order + 1) // 2)]
    positive = [(midpoint(node), midpoint(weight)) for node, weight in half]
    return tuple(positive + [(-node, weight) for node, weight in reversed(positive) if node])
