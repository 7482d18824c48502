"""What statements over the reals of several chapters are written in: vectors as coordinates, entries of fixed points.

Inner products of w, w* and u are all that the statements are about, so that three coordinates with w = (1, 0, 0) and
w* = (c, s, 0) stand for any n. For an entry of a fixed point of the splitting iteration N x = y + βu, y = κ|w*_i| > 0,
u a minimizer at x; a spike is one active entry j with N < β, where y = σκw*_j and x = |w̄_j|.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sympy import Eq, Equivalent, Expr, Gt, Integer, Lt, Rational, Symbol, cos, sin
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim, get
from proofs.penalties import map_id
from proofs.symbols import beta, kappa, lam, multiplier, ratio, spike_sign, star_entry, star_size, theta, x_in
from verify.inequalities.statement import Statement

C, S = Symbol("c", real=True), Symbol("s", nonnegative=True)
"""Cosine and sine of an angle in [0, π]."""

CIRCLE: tuple[Boolean, ...] = (Eq(C**2 + S**2, 1),)
W, STAR = (Integer(1), Integer(0), Integer(0)), (C, S, Integer(0))
Z = Symbol("norm_z", positive=True)


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


U = reals("u_1 u_2 u_3")
N = multiplier
X, OWN = reals("x_i u_i")
"""x and u of one entry."""


def soft(point: Expr) -> Expr:
    """P1's map at ρ = λ/β."""
    return get(map_id("l1")).formula.subs({x_in: point, ratio: lam / beta})


SOFT = Eq(OWN, soft(X)), Eq(N * X, kappa * star_size + beta * OWN)
ABOVE = (Gt(N, beta),)
SPIKE = Symbol("x_j", positive=True)
ALONG = spike_sign * kappa * star_entry
BELOW = Gt(N, 0), Lt(N, beta)


def others(claim: Claim, spike: Expr) -> Iterator[Statement]:
    """n = 2, 3: ‖w̄‖ = 1 with entries κw*_i/N beside the spike."""
    for count in (1, 2):
        rest = reals(" ".join(f"w_{i}" for i in range(count)))
        total = spike**2 + sum(((kappa * w / N) ** 2 for w in rest), Integer(0))
        known = *BELOW, Eq(star_entry**2 + dot(rest, rest), 1), Eq(spike_sign**2, 1)
        equation = Equivalent(Eq(total, 1), Eq(claim.parts["multiplier equation"], 1))
        yield Statement(f"‖w̄‖ = 1, n = {count + 1}", equation, known)
