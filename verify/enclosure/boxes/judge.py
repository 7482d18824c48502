"""Claims judged over their whole boxes."""

from __future__ import annotations

from dataclasses import replace

from sympy.polys.polyerrors import PolynomialError

from proofs.engine.claim import Claim
from verify import roads
from verify.at_points import Found
from verify.enclosure.boxes.search import Found as Search
from verify.enclosure.boxes.search import search
from verify.enclosure.boxes.stated import Stated
from verify.enclosure.boxes.statement import Statement
from verify.evidence import Figures, Level, Verdict

roads.load()


def judge_boxes(claim: Claim, level: Level, most: int | None = None) -> Found | None:
    """Enclose what the claim object states, over its whole box; None where nothing is stated over a box.

    A quick run leaves out the statements marked slow, and then does not cover the whole claim. `most` boxes may be
    tried (else as many as each statement says): a wrong claim is refuted soon or not at all. The figures give by
    statement the box, how often it was subdivided, the smallest lower bound of the margin (divided at its edges) and
    what covers the edges.
    """
    if claim.id not in roads.BOXES:
        return None
    try:
        stated = roads.BOXES[claim.id](claim)
        return _judged(stated, level, most)
    except (ArithmeticError, ValueError, TypeError, NotImplementedError, PolynomialError) as trouble:
        return _found(Verdict.UNDECIDED, f"not judged over its box: {trouble}")


def _judged(stated: Stated, level: Level, most: int | None) -> Found:
    chosen = [statement for statement in stated.statements if level == "full" or not statement.slow]
    figures: Figures = {}
    for statement in chosen:
        found = search(statement if most is None else replace(statement, limit=min(most, statement.limit)))
        figures[statement.name] = {"box": statement.described()} | found.figures() | {"reduction": statement.reduction}
        if found.verdict is not Verdict.VERIFIED:
            return _found(found.verdict, _why(statement, found), figures)
    if not chosen:
        return _found(Verdict.UNDECIDED, "every statement is left to a full run")
    whole = stated.whole and len(chosen) == len(stated.statements)
    left = [
        *([stated.left] if stated.left else []),
        *(f"full only: {s.name}" for s in stated.statements if s not in chosen),
    ]
    return _found(Verdict.VERIFIED, f"not covered: {'; '.join(left)}" if left else "", figures, whole)


def _found(verdict: Verdict, detail: str, figures: Figures | None = None, whole: bool = False) -> Found:
    return Found(0.0, verdict=verdict, detail=detail, figures=figures or {}, whole=whole)


def _why(statement: Statement, found: Search) -> str:
    if found.verdict is Verdict.REFUTED:
        at = ", ".join(f"{name} = {value}" for name, value in found.witness.items())
        return f"{statement.name}: violated at {at}"
    return f"{statement.name}: {found.detail}"
