"""The enclosure route: ball arithmetic, at points for integrals and over whole boxes for inequalities.

A claim whose definition is an integral is judged at configurations (verify.enclosure.certified), of grade *tested*,
since certified at points is not proved between them; a claim with a statement over a parameter box by adaptive
subdivision (verify.enclosure.boxes), of grade *enclosed* if its boxes say all that the claim says. Only what is
certified kills a mutant: one that cannot be enclosed, or not be evaluated, is not judged.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sympy.polys.polyerrors import PolynomialError

from proofs.engine.claim import Claim, get
from verify import roads
from verify.at_points import AtPoints, Comparison, Found
from verify.configurations import Configuration, meeting
from verify.enclosure.boxes.search import Found as Search
from verify.enclosure.boxes.search import search
from verify.enclosure.boxes.stated import Stated
from verify.enclosure.boxes.statement import Statement
from verify.enclosure.certified import compare, covered
from verify.evidence import Evidence, Fate, Figures, Level, Outcome, Task, Verdict
from verify.mutants import Mutant, fates, mutants

NAME = "enclosure"

roads.load()

_MUTANT_BOXES: Final = 100
"""Boxes that may be tried on a mutant: the points that refute one are found in the first few."""

_BOXES: Final = "boxes"


def _compare(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """What Arb cannot enclose is undecided."""
    try:
        return list(compare(claim, point, level))
    except (ArithmeticError, ValueError) as trouble:
        return [Comparison(point.label, Verdict.UNDECIDED, None, f"{point.label}: {trouble}")]


def _weight(claim: Claim, level: Level) -> float:
    definition = claim.definition
    arbitrary = getattr(definition, "estimator", "") == "*" or getattr(definition, "proxy", False)
    if not arbitrary:
        return 0.05 if getattr(definition, "estimator", "") else 0.01
    return 0.15 if level == "quick" else 0.4


def _fates(
    claim: Claim, points: Sequence[Configuration], base: Configuration, level: Level
) -> tuple[dict[str, Fate], Figures]:
    """The claim's wrong formulas against the definition as well, at the first configuration that tells them apart."""

    def notices(mutant: Mutant) -> bool | None:
        return _first_refutation(mutant.claim, points, level) if mutant.part == "statement" else None

    return fates(mutants(claim, level), notices), {}


def _first_refutation(claim: Claim, points: Sequence[Configuration], level: Level) -> bool | None:
    """Whether some definition's ball is disjoint from the closed form's; None if nowhere, but not all were known."""
    open_somewhere = False
    for point in points:
        said = {comparison.verdict for comparison in compare(claim, point, level)}
        if Verdict.REFUTED in said:
            return True
        open_somewhere |= Verdict.UNDECIDED in said
    return None if open_somewhere else False


_METHOD: Final = AtPoints(
    NAME,
    "no integral is known for",
    covers=covered,
    points=lambda claim, points: meeting(claim.hypotheses, points),
    compare=_compare,
    fates=_fates,
    weight=_weight,
    far=3,  # a power's tail is enclosed over every scale
    tried=lambda claim, level: _weight(claim, level) * (0.5 if level == "quick" else 3),
)
check = _METHOD.check


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """Integrals: a task per configuration and group of claims, which share its means; boxes: a task per claim."""
    seconds = 0.6 if level == "quick" else 10.0
    boxes = [Task(NAME, (claim.id,), (level, _BOXES), seconds) for claim in claims if claim.id in roads.BOXES]
    return _METHOD.tasks(claims, level, seed, budget) + boxes


def run(task: Task) -> dict[str, Found]:
    """Do one task: integrals of several claims at one configuration, or one claim's boxes, with mutants."""
    if task.arguments[-1] == _BOXES:
        return {claim_id: _over_boxes(get(claim_id), task.arguments[0]) for claim_id in task.claim_ids}
    return _METHOD.run(task)


def _over_boxes(claim: Claim, level: Level) -> Found:
    """The claim over its boxes; in a full run its mutants as well, each of which costs about as much."""
    started = time.process_time()
    found = judge_boxes(claim, level)
    if found is None:
        return Found(0.0, verdict=Verdict.UNDECIDED, detail="no box is stated", whole=False)

    def notices(mutant: Mutant) -> bool | None:
        judged = judge_boxes(mutant.claim, level, _MUTANT_BOXES)
        return None if judged is None else judged.verdict is Verdict.REFUTED

    told = fates(mutants(claim, level), notices) if level == "full" else {}
    seconds = time.process_time() - started
    return replace(found, figures={"boxes": found.figures}, fates=told, seconds=seconds)


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """One evidence a claim: the worst of its points and boxes; what neither speaks of has none."""
    concerned = replace(_METHOD, covers=lambda claim: covered(claim) or claim.id in roads.BOXES)
    return concerned.conclude(claims, outcomes, level, seed, budget)


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
        return Found(0.0, verdict=Verdict.UNDECIDED, detail=f"not judged over its box: {trouble}", whole=False)


def _judged(stated: Stated, level: Level, most: int | None) -> Found:
    chosen = [statement for statement in stated.statements if level == "full" or not statement.slow]
    figures: Figures = {}
    for statement in chosen:
        found = search(statement if most is None else replace(statement, limit=min(most, statement.limit)))
        figures[statement.name] = {"box": statement.described()} | found.figures() | {"reduction": statement.reduction}
        if found.verdict is not Verdict.VERIFIED:
            return Found(0.0, "", (), found.verdict, _why(statement, found), figures, whole=False)
    if not chosen:
        return Found(0.0, verdict=Verdict.UNDECIDED, detail="every statement is left to a full run", whole=False)
    whole = stated.whole and len(chosen) == len(stated.statements)
    left = [stated.left] * bool(stated.left) + [f"full only: {s.name}" for s in stated.statements if s not in chosen]
    detail = f"not covered: {'; '.join(left)}" if left else ""
    return Found(0.0, "", (), Verdict.VERIFIED, detail, figures, whole=whole)


def _why(statement: Statement, found: Search) -> str:
    if found.verdict is Verdict.REFUTED:
        at = ", ".join(f"{name} = {value}" for name, value in found.witness.items())
        return f"{statement.name}: violated at {at}"
    return f"{statement.name}: {found.detail}"
