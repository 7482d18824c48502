"""R5: the error of a limit, for any penalty and for three."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Abs, And, Eq, Expr, Ge, Integer, Le, Lt, Ne, Or, Rational, Symbol, cos, sin, sqrt
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim
from proofs.symbols import a, beta, kappa, lam, nonzeros, ratio, theta, thresholded
from verify.inequalities.entries import ABOVE, OWN, N, X, soft
from verify.inequalities.frame import CIRCLE, C, S, circle_point, placed, reals
from verify.inequalities.statement import Statement, stated
from verify.minimizer import objective

__all__: list[str] = []

_HALF = Symbol("sin_half", nonnegative=True)
_STAR = (C, S, Integer(0))
_SUM = Symbol("gaps_squared", nonnegative=True)


@stated("R5", scope="all n: three coordinates hold w̄, w* and ū", whole=True)
def _error(claim: Claim) -> Iterator[Statement]:
    own, gap, (apart, inner) = reals("u_1 u_2 u_3"), Symbol("gap", nonnegative=True), reals("distance star_u")
    level = [Eq(N * w, kappa * s + beta * u) for w, s, u in zip((1, 0, 0), _STAR, own, strict=True)]
    known = (*CIRCLE, *level, Eq(gap**2, (1 - own[0]) ** 2 + own[1] ** 2 + own[2] ** 2))
    part = {name: placed(form, {"gap": gap, "u_w": own[0]}) for name, form in claim.parts.items()}
    yield Statement("sin θ̄", Le(S, part["bound"]), known)
    yield Statement("its square", Eq(S**2, part["square of the sine"]), known)
    by_half = part["distance"].xreplace({sin(theta / 2): _HALF, cos(theta / 2): sqrt(1 - _HALF**2)})
    chord = Eq(apart**2, (1 - C) ** 2 + S**2), Ge(apart, 0), Eq(C, 1 - 2 * _HALF**2), Le(_HALF, 1)
    yield Statement("the distance", Eq(apart, by_half), (*CIRCLE, *chord))
    yield from _same_sign(N * X - beta * OWN)
    ahead = Eq(N * C, kappa + beta * inner), Ge(inner, 0), Ge(N, beta)
    yield Statement("cos θ̄", Ge(C, part["lower bound"]), ahead)


def _same_sign(pull: Expr) -> Iterator[Statement]:
    """A minimizer is no longer than x and on its side, so that u_i has the sign of N x − βu: of w*_i."""
    price, at_x = reals("p_u p_x")
    better = [
        Le(objective(price, OWN, X, lam, beta), lam * at_x),
        Le((X - OWN) ** 2, (X + OWN) ** 2),
        Or(Lt(Abs(OWN), Abs(X)), Ge(price, at_x)),
    ]
    yield Statement("u_i w*_i ≥ 0", Ge(OWN * pull, 0), (*better, Ge(N, beta)))


def _sum_of_gaps(claim: Claim, count: Symbol, most: Expr) -> Statement:
    """κ sin θ̄ ≤ β‖w̄ − ū‖ (R5), of which `count` entries are not 0 and none is more than `most`."""
    known = Ge(S, 0), Le((kappa * S) ** 2, _SUM), Le(_SUM, count * most)
    return Statement("the sum", Le(S, claim.parts["bound"]), known, relaxed=True)


def _instance(
    bound: Expr, counted: Symbol, count: int, entries: list[tuple[int, Expr, Expr]], known: Boolean
) -> Statement:
    """w̄ and ū of a few different entries (how often, w̄_i, ū_i), N = 3/2 and β = 1: κw* = (3/2)w̄ − ū."""
    pull = [Rational(3, 2) * x - u for _, x, u in entries]
    square = sum((times * y**2 for (times, _, _), y in zip(entries, pull, strict=True)), Integer(0))
    along = sum((times * x * y for (times, x, _), y in zip(entries, pull, strict=True)), Integer(0))
    bound = bound.xreplace({counted: Integer(count)})
    given = (known, Eq(beta, 1), Eq(kappa**2, square), Eq(kappa**2 * S**2, square - along**2))
    return Statement(f"an instance of {sum(times for times, _, _ in entries)} entries", Le(S, bound), given)


@stated("R5.l1", scope="all n, by entries", whole=True)
def _l1_error(claim: Claim) -> Iterator[Statement]:
    gap, star = beta * (X - OWN), Symbol("y", real=True)
    known = *ABOVE, Eq(OWN, soft(X)), Eq(N * X, star + beta * OWN)
    yield Statement("an entry", Le(Abs(gap), lam), known)
    yield Statement("where w*_i = 0", Eq(gap, 0), (*known, Eq(star, 0)))
    yield _sum_of_gaps(claim, nonzeros, lam**2)
    (large, small), least = circle_point(Rational(1, 1000)), Rational(1, 10**6)
    entries = [(1, large, large - least), (400, small / 20, small / 20 - least)]
    yield _instance(claim.parts["bound"], nonzeros, 401, entries, Eq(lam, least))


@stated("R5.l0", scope="all n, by entries", whole=True)
def _l0_error(claim: Claim) -> Iterator[Statement]:
    gap, star = beta * (X - OWN), Symbol("y", real=True)
    known = (Or(Eq(OWN, 0), Eq(OWN, X)), Le(beta * (X - OWN) ** 2 / 2, lam), Eq(N * X, star + beta * OWN), *ABOVE)
    yield Statement("an entry", Le(gap**2, 2 * lam * beta), known)
    yield Statement("where w*_i = 0, or u_i is not", Eq(gap, 0), (*known, Or(Eq(star, 0), Ne(OWN, 0))))
    yield _sum_of_gaps(claim, thresholded, 2 * lam * beta)
    large, small = circle_point(Rational(1, 100))
    yield _instance(
        claim.parts["bound"], thresholded, 1, [(1, large, large), (1, small, Integer(0))], Eq(2 * lam, small**2)
    )


@stated("R5.tl1", scope="all n, by entries, with P5's bound", whole=True)
def _tl1_error(claim: Claim) -> Iterator[Statement]:
    threshold, star = Symbol("t", positive=True), Symbol("y", real=True)
    closer = Le(Abs(X - OWN), threshold), Le(Abs(OWN), Abs(X)), Ge(OWN * X, 0)
    known = *closer, Eq(N * X, star + beta * OWN), *ABOVE
    yield Statement("where w*_i = 0", Eq(X, 0), (*known, Eq(star, 0)))
    bound = placed(claim.parts["bound"], {"t": threshold})
    sums = Ge(S, 0), Le((kappa * S) ** 2, _SUM), Le(_SUM, nonzeros * (beta * threshold) ** 2)
    yield Statement("the sum", Le(S, bound), sums, relaxed=True)
    (large, small), least = circle_point(Rational(1, 1000)), Symbol("gap", positive=True)
    own = large - small / 80  # = a, where the gap ρa(a + 1)/(a + u)² is a quarter of the threshold ρ(a + 1)/a
    shape = Eq(a, own), Eq(threshold, small / 20), Eq(ratio * (a + 1), a * threshold), Ge(a**2, 2 * ratio * (a + 1))
    kept = Eq(least, ratio * a * (a + 1) / (a + own) ** 2), Eq(least, large - own)
    entries = [(1, large, own), (400, small / 20, Integer(0))]
    yield _instance(bound, nonzeros, 401, entries, And(*shape, *kept))
