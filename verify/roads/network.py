"""N4: the best output weights, of few hidden units; and the population loss of these, with its angle as a number.

From the definition, f = ½E(Σ v_i σ(Z_i w) − Σ v*_i σ(Z_i w*))² with E σσ = ½ for one unit and one filter, ¼ for two
units, and ½ − θ/2π for one unit and two filters (G1): with c = 1 − 2θ/π in [−1, 1] this is (1 + c)/4. So π cancels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Eq, Expr, Ge, Gt, Integer, Le, Lt, Rational, Symbol, diff, expand, pi
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim
from proofs.symbols import m, ones, sum_vs, theta, v_star, vs_vs
from verify.inequalities import Statement, dot, reals, stated

TURN = Symbol("one_minus_2_theta_over_pi", real=True)
ANGLE = Ge(TURN, -1), Le(TURN, 1)
INSIDE = Gt(TURN, -1), Lt(TURN, 1)
SIZES = (1, 2, 3)


def units(size: int) -> tuple[list[Symbol], list[Symbol]]:
    """Output weights v and v*."""
    numbers = range(1, size + 1)
    return reals(" ".join(f"v_{i}" for i in numbers)), reals(" ".join(f"vs_{i}" for i in numbers))


def loss(v: Sequence[Expr], star: Sequence[Expr], c: Expr = TURN) -> Expr:
    """f for these output weights, at 1 − 2θ/π = c."""
    quarter = Rational(1, 4)

    def mean(one: Sequence[Expr], other: Sequence[Expr], same: Expr) -> Expr:
        pairs = ((i, j, a * b) for i, a in enumerate(one) for j, b in enumerate(other))
        return sum(((same if i == j else quarter) * ab for i, j, ab in pairs), Integer(0))

    half = Rational(1, 2)
    return half * (mean(v, v, half) - 2 * mean(v, star, (1 + c) / 4) + mean(star, star, half))


def at(form: Expr, star: Sequence[Expr]) -> Expr:
    """A claim's formula for the output weights `star`: its θ in c, its invariants in coordinates."""
    turned = form.xreplace({theta: pi * (1 - TURN) / 2})
    total = sum(star, Integer(0))
    return expand(expand(turned).xreplace({sum_vs: total, vs_vs: dot(star, star), m: Integer(len(star))}), deep=False)


def vector(form: Expr, star: Sequence[Expr]) -> list[Expr]:
    """The entries of a claim's formula for a vector of output weights."""
    return [at(form, star).xreplace({v_star: entry, ones: Integer(1)}) for entry in star]


def stationary(v: Sequence[Symbol], star: Sequence[Expr]) -> list[Boolean]:
    """∂f/∂v = 0."""
    value = loss(v, star)
    return [Eq(diff(value, entry), 0) for entry in v]


def at_angle(equation: Eq) -> Boolean:
    """θ = … without its π."""
    return Eq(expand(equation.lhs / pi), expand(equation.rhs / pi))


@stated("N4", scope="m = 1, 2, 3", whole=False)
def _best(claim: Claim) -> Iterator[Statement]:
    for size in SIZES:
        v, star = units(size)
        best = vector(claim.formula, star)
        away = [entry + change for entry, change in zip(best, v, strict=True)]
        more = expand(loss(away, star) - loss(best, star))
        yield Statement(f"m = {size}", Ge(more, 0), ANGLE, slow=size > 2)


@stated("N4.inner", scope="m = 1, 2, 3", whole=False)
def _inner(claim: Claim) -> Iterator[Statement]:
    for size in SIZES:
        v, star = units(size)
        known = (*ANGLE, *stationary(v, star))
        yield Statement(f"m = {size}", Eq(dot(v, star), at(claim.formula, star)), known, slow=size > 2)
