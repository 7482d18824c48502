"""Claims judged over their whole boxes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sympy.polys.polyerrors import PolynomialError

from proofs.engine.claim import Claim
from verify import roads
from verify.enclosure.boxes.search import Found, search
from verify.enclosure.boxes.stated import Stated
from verify.enclosure.boxes.statement import Statement
from verify.evidence import Figures, Level, Verdict

__all__ = ["Boxed", "judge_boxes"]
roads.load()


@dataclass(frozen=True)
class Boxed:
    """What the boxes of a claim came to.

    `whole`: together they say all that the claim says. `figures`: by statement the box, how often it was subdivided,
    the smallest lower bound of the margin (divided at its edges) and what covers the edges.
    """

    verdict: Verdict
    whole: bool
    figures: Figures
    detail: str = ""


def judge_boxes(claim: Claim, level: Level, most: int | None = None) -> Boxed | None:
    """Enclose what the claim object states, over its whole box; None where nothing is stated over a box.

    A quick run leaves out the statements marked slow, and then does not cover the whole claim. `most` boxes may be
    tried (else as many as each statement says): a wrong claim is refuted soon or not at all.
    """
    if claim.id not in roads.BOXES:
        return None
    try:
        stated = roads.BOXES[claim.id](claim)
        return _judged(stated, level, most)
    except (ArithmeticError, ValueError, TypeError, NotImplementedError, PolynomialError) as trouble:
        return Boxed(Verdict.UNDECIDED, False, {}, f"not judged over its box: {trouble}")


def _judged(stated: Stated, level: Level, most: int | None) -> Boxed:
    chosen = [statement for statement in stated.statements if level == "full" or not statement.slow]
    figures: Figures = {}
    for statement in chosen:
        found = search(statement if most is None else replace(statement, limit=min(most, statement.limit)))
        figures[statement.name] = _figures(statement, found)
        if found.verdict is not Verdict.VERIFIED:
            return Boxed(found.verdict, False, figures, _why(statement, found))
    if not chosen:
        return Boxed(Verdict.UNDECIDED, False, figures, "every statement is left to a full run")
    whole = stated.whole and len(chosen) == len(stated.statements)
    left = [
        *([stated.left] if stated.left else []),
        *(f"full only: {s.name}" for s in stated.statements if s not in chosen),
    ]
    return Boxed(Verdict.VERIFIED, whole, figures, f"not covered: {'; '.join(left)}" if left else "")


def _figures(statement: Statement, found: Found) -> dict[str, Any]:
    return {"box": statement.described()} | found.figures() | {"reduction": statement.reduction}


def _why(statement: Statement, found: Found) -> str:
    if found.verdict is Verdict.REFUTED:
        at = ", ".join(f"{name} = {value}" for name, value in found.witness.items())
        return f"{statement.name}: violated at {at}"
    return f"{statement.name}: {found.detail}"
