"""R4.l1, R9: the entries of the limit for l1, and its support."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import And, Eq, Equivalent, Ge, Gt, Le, Lt, Ne, Piecewise, Symbol

from proofs.engine.claim import Claim
from proofs.symbols import beta, kappa, lam, star_size
from verify.inequalities.entries import ABOVE, OWN, SOFT, N, X, soft
from verify.inequalities.frame import C, placed
from verify.inequalities.statement import Statement, stated

__all__: list[str] = []


@stated("R4.l1", scope="all n, by entries; that ‖w̄(N)‖ = 1 has a root is its continuity", whole=False)
def _l1_limit(claim: Claim) -> Iterator[Statement]:
    parts = claim.parts
    active = Gt(star_size, parts["active threshold"])
    form = Piecewise((parts["active entry"], active), (parts["inactive entry"], True))
    balance = Eq(N * X, kappa * star_size + beta * soft(X))
    yield Statement("an entry", Equivalent(balance, Eq(X, form)), ABOVE)
    other, later = Symbol("M", positive=True), Symbol("x_M", real=True)
    after = Eq(other * later, kappa * star_size + beta * soft(later))
    yield Statement("it falls as N grows", And(Gt(later, 0), Lt(later, X)), (*ABOVE, balance, after, Gt(other, N)))
    largest, size = Symbol("omega_max", positive=True), Symbol("K", positive=True)
    exists = placed(parts["existence"], {"omega_max": largest})
    near = Le(size * (N - beta), kappa * star_size - lam), Lt(N * lam, beta * kappa * star_size)
    yield Statement(
        "the largest entry tends to ∞ as N → β, if λ is below",
        Ge(X, size),
        (*ABOVE, *SOFT, *near, Eq(star_size, largest), Lt(lam, exists)),
    )
    yield Statement("there are such N, if λ is below", Gt(kappa * largest, lam), (Lt(lam, exists),))
    yield Statement("else no entry is active", Eq(OWN, 0), (*ABOVE, *SOFT, Le(star_size, largest), Ge(lam, exists)))
    rests = Eq(kappa * star_size, kappa * star_size + beta * soft(star_size))
    yield Statement("w̄ = w*, N = κ", Equivalent(rests, Le(beta * star_size, lam)))


@stated("R9", scope="all n, by entries", whole=True)
def _support(claim: Claim) -> Iterator[Statement]:
    yield Statement("an entry", Equivalent(Ne(OWN, 0), Gt(star_size, claim.formula)), (*ABOVE, *SOFT))
    inner = Symbol("w_u", real=True)
    most = claim.formula.xreplace({N: kappa + beta})
    known = Eq(N, kappa * C + beta * inner), Le(C, 1), Le(inner, 1)
    yield Statement("N ≤ κ + β", Le(claim.formula, most), known)
