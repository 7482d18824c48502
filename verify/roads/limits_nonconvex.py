"""R4.l0, R4.tl1: the entries of the limits for l0 and transformed l1."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Abs, Eq, Equivalent, Ge, Gt, Le, Symbol

from proofs.engine.claim import Claim
from proofs.symbols import a, beta, kappa, kept_level, lam, ratio, star_size
from verify.inequalities.entries import ABOVE, N, X
from verify.inequalities.frame import dot, placed, reals
from verify.inequalities.statement import Statement, stated
from verify.minimizer import objective

__all__: list[str] = []


@stated("R4.l0", scope="all n, by entries; the norm for n = 3", whole=False)
def _l0_limit(claim: Claim) -> Iterator[Statement]:
    parts = claim.parts
    kept, dropped = Eq(N * X, kappa * star_size + beta * X), Eq(N * X, kappa * star_size)
    yield Statement("kept", Equivalent(kept, Eq(X, parts["kept entry"])), ABOVE)
    yield Statement("dropped", Equivalent(dropped, Eq(X, parts["dropped entry"])), ABOVE)
    yield Statement("x is as good as 0", Equivalent(Ge(beta * X**2 / 2, lam), Ge(Abs(X), parts["threshold"])))
    entries = reals("w_1 w_2 w_3")
    for support in (1, 2):
        found = [kappa * w / (N - beta if i < support else N) for i, w in enumerate(entries)]
        mass = dot(entries[:support], entries[:support])
        equation = placed(parts["norm equation"], {"kept_mass": mass})
        yield Statement(
            f"norm, {support} kept of 3", Eq(dot(found, found), equation), (*ABOVE, Eq(dot(entries, entries), 1))
        )


@stated("R4.tl1", scope="all n, by entries: that these are limits, not that there are no others", whole=False)
def _tl1_limit(claim: Claim) -> Iterator[Statement]:
    parts, v = claim.parts, Symbol("v", nonnegative=True)
    yield Statement("dropped", Equivalent(Eq(N * X, kappa * star_size), Eq(X, parts["lower entry"])), (Gt(N, 0),))
    x = parts["kept entry"]
    level, other = ((a + 1) * u / (a + u) for u in (kept_level, v))
    here, there = (objective(p, u, x, ratio) for p, u in ((level, kept_level), (other, v)))
    beyond = Ge((a + kept_level) ** 2, 2 * ratio * (a + 1))
    yield Statement("kept: U minimizes at x", Le(here, there), (beyond,))
    yield Statement("its equation", Eq(N * x - beta * kept_level, parts["active equation"]))
