"""N4: the best output weights, of few hidden units; and the population loss of these, with its angle as a number.

From the definition, f = ½E(Σ v_i σ(Z_i w) − Σ v*_i σ(Z_i w*))² with E σσ = ½ for one unit and one filter, ¼ for two
units, and ½ − θ/2π for one unit and two filters (G1): with c = 1 − 2θ/π in [−1, 1] this is (1 + c)/4. So π cancels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Add, Eq, Expr, Ge, Gt, Integer, Le, Lt, Matrix, Rational, Symbol, diff, expand, pi
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim
from proofs.symbols import m, ones, sum_vs, theta, v_star, vs_vs
from verify.inequalities import Statement, dot, reals, stated

TURN = Symbol("one_minus_2_theta_over_pi", real=True)
ANGLE = Ge(TURN, -1), Le(TURN, 1)
INSIDE = Gt(TURN, -1), Lt(TURN, 1)


def units(size: int) -> tuple[Matrix, Matrix]:
    """Output weights v and v*."""
    return reals(f"v_1:{size + 1}"), reals(f"vs_1:{size + 1}")


def few_units() -> Iterator[tuple[int, Matrix, Matrix]]:
    """m, v and v* for m = 1, 2, 3."""
    for size in (1, 2, 3):
        yield size, *units(size)


def loss(v: Sequence[Expr], star: Sequence[Expr], c: Expr = TURN) -> Expr:
    """f for these output weights, at 1 − 2θ/π = c."""
    quarter = Rational(1, 4)

    def mean(one: Sequence[Expr], other: Sequence[Expr], same: Expr) -> Expr:
        pairs = ((i, j, a * b) for i, a in enumerate(one) for j, b in enumerate(other))
        return Add(*((same if i == j else quarter) * ab for i, j, ab in pairs))

    half = Rational(1, 2)
    return half * (mean(v, v, half) - 2 * mean(v, star, (1 + c) / 4) + mean(star, star, half))


def at(form: Expr, star: Sequence[Expr]) -> Expr:
    """A claim's formula for the output weights `star`: its θ in c, its invariants in coordinates."""
    turned = expand(form.xreplace({theta: pi * (1 - TURN) / 2}))
    return expand(turned.xreplace({sum_vs: Add(*star), vs_vs: dot(star, star), m: Integer(len(star))}), deep=False)


def vector(form: Expr, star: Sequence[Expr]) -> Matrix:
    """The entries of a claim's formula for a vector of output weights."""
    return Matrix([at(form, star).xreplace({v_star: entry, ones: Integer(1)}) for entry in star])


def stationary(v: Sequence[Symbol], star: Sequence[Expr]) -> list[Boolean]:
    """∂f/∂v = 0."""
    value = loss(v, star)
    return [Eq(diff(value, entry), 0) for entry in v]


def at_saddle(claim: Claim, star: Sequence[Expr]) -> Boolean:
    """θ is the claim's saddle angle; without its π."""
    return Eq((1 - TURN) / 2, expand(at(claim.parts["saddle angle"], star) / pi))


@stated("N4", scope="m = 1, 2, 3", whole=False)
def _best(claim: Claim) -> Iterator[Statement]:
    for size, v, star in few_units():
        best = vector(claim.formula, star)
        more = expand(loss(best + v, star) - loss(best, star))
        yield Statement(f"m = {size}", Ge(more, 0), ANGLE, slow=size > 2)


@stated("N4.inner", scope="m = 1, 2, 3", whole=False)
def _inner(claim: Claim) -> Iterator[Statement]:
    for size, v, star in few_units():
        known = (*ANGLE, *stationary(v, star))
        yield Statement(f"m = {size}", Eq(dot(v, star), at(claim.formula, star)), known, slow=size > 2)
