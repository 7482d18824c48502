"""R7.stability: the second variation at a fixed point."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import And, Eq, Equivalent, Expr, Gt, Integer, Lt, Ne, Or, Symbol
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim
from proofs.symbols import beta
from verify.inequalities.entries import N
from verify.inequalities.frame import dot, placed, reals
from verify.inequalities.statement import Statement, stated

__all__: list[str] = []


@stated("R7.stability", scope="n = 2, 3", whole=False)
def _stability(claim: Claim) -> Iterator[Statement]:
    for size in (2, 3):
        entries, slopes = (reals(" ".join(f"{name}_{i}" for i in range(1, size + 1))) for name in "wS")
        stiff = [placed(claim.parts["stiffness"], {"S_slope": slope}) for slope in slopes]
        known = Eq(dot(entries, entries), 1), Ne(entries[0], 0)
        claimed = Or(And(*(Gt(d, 0) for d in stiff)), *_soft_cases(claim.parts["secular sum"], entries, stiff))
        bent = [N - beta * slope for slope in slopes]  # N − h'', h' = βS
        yield Statement(f"n = {size}", Equivalent(_definite(entries, bent), claimed), known, slow=size > 2)


def _soft_cases(part: Expr, entries: list[Symbol], stiff: list[Expr]) -> Iterator[Boolean]:
    for j, (own, d) in enumerate(zip(entries, stiff, strict=True)):
        others = [(w, other) for i, (w, other) in enumerate(zip(entries, stiff, strict=True)) if i != j]
        secular = placed(part, {"A": sum((w**2 / other for w, other in others), Integer(0)), "w_j": own, "d": -d})
        rest = [Gt(other, 0) for _, other in others]
        yield And(Lt(d, 0), *rest, Lt(secular, 0))
        yield And(Eq(d, 0), *rest, Ne(own, 0))


def _definite(entries: list[Symbol], stiff: list[Expr]) -> Boolean:
    """diag(D) > 0 on the complement of w, which (−w_k, …, w_1, …) span where w_1 ≠ 0: by its leading minors."""
    first, *rest = entries
    tangents = [[-other, *(first if k == i else Integer(0) for k in range(len(rest)))] for i, other in enumerate(rest)]
    gram = [[dot([d * a for d, a in zip(stiff, one, strict=True)], other) for other in tangents] for one in tangents]
    if len(gram) == 1:
        return Gt(gram[0][0], 0)
    return And(Gt(gram[0][0], 0), Gt(gram[0][0] * gram[1][1] - gram[0][1] ** 2, 0))
