"""N4: the best output weights, of few hidden units."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Eq, Ge, expand

from proofs.engine.claim import Claim
from verify.inequalities.frame import dot
from verify.inequalities.statement import Statement, stated
from verify.inequalities.units import ANGLE, SIZES, at, loss, stationary, units, vector

__all__: list[str] = []


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
