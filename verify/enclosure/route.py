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

from proofs.engine.claim import Claim, get
from verify import at_points, roads
from verify.at_points import Found, by_configuration, evidence_of
from verify.configurations import Configuration, Level, configurations, meeting
from verify.enclosure.boxes.judge import judge_boxes
from verify.enclosure.certified import compare, covered
from verify.evidence import Evidence, Grade, Outcome, Task, Verdict
from verify.mutants import Mutant, fates, mutants

__all__ = ["NAME", "check", "conclude", "run", "tasks"]

NAME = "enclosure"

_MUTANT_BOXES: Final = 100
"""Boxes that may be tried on a mutant: the points that refute one are found in the first few."""

_INTEGRALS, _BOXES = "integrals", "boxes"


def points_for(claim: Claim, points: Sequence[Configuration]) -> list[Configuration]:
    """The configurations at which the claim's hypotheses hold."""
    return meeting(claim.hypotheses, points)


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """Integrals: a task per configuration and group of claims, which share its means; boxes: a task per claim."""
    points = configurations(level, seed)
    far = {point.label for point in points if point.r > 1e100}

    def weight(claim: Claim, label: str) -> float:
        expected = _weight(claim, level) * (20 if label in far else 1)  # a power's tail is enclosed over every scale
        return expected * ((1.5 if level == "quick" else 4.0) if label == points[0].label else 1)  # with mutants

    integrals = [claim for claim in claims if covered(claim)]
    found = by_configuration(NAME, integrals, lambda claim: points_for(claim, points), weight, _INTEGRALS, level, seed)
    boxes = [claim for claim in claims if claim.id in roads.BOXES]
    seconds = 1.5 if level == "quick" else 10.0
    return found + [Task(NAME, (claim.id,), (_BOXES, level, seed), seconds) for claim in boxes]


def _weight(claim: Claim, level: Level) -> float:
    """Expected seconds at one configuration."""
    definition = claim.definition
    arbitrary = getattr(definition, "estimator", "") == "*" or getattr(definition, "proxy", False)
    if not arbitrary:
        return 0.05 if getattr(definition, "estimator", "") else 0.01
    return 0.15 if level == "quick" else 0.4


def run(task: Task) -> dict[str, Found]:
    """Do one task: integrals of several claims at one configuration, or one claim's boxes or mutants."""
    kind, level, seed, *rest = task.arguments
    points = configurations(level, seed)
    claims = [get(claim_id) for claim_id in task.claim_ids]
    if kind == _BOXES:
        return {claim.id: _over_boxes(claim, level) for claim in claims}
    found = {}
    for claim in claims:
        chosen = points_for(claim, points)
        (point,) = (point for point in chosen if point.label == rest[0])
        found[claim.id] = _at(claim, point, level)
        if point == chosen[0]:
            found[claim.id] = _with_mutants(found[claim.id], claim, chosen, level)
    return found


def _at(claim: Claim, point: Configuration, level: Level) -> Found:
    """Compare at one configuration; what Arb cannot enclose is undecided."""
    started = time.perf_counter()
    try:
        comparisons = tuple(compare(claim, point, level))
    except (ArithmeticError, ValueError) as trouble:
        seconds, detail = time.perf_counter() - started, f"{point.label}: {trouble}"
        return Found(seconds, point.label, verdict=Verdict.UNDECIDED, detail=detail)
    return Found(time.perf_counter() - started, point.label, comparisons)


def _over_boxes(claim: Claim, level: Level) -> Found:
    """The claim over its boxes; in a full run its mutants as well, each of which costs about as much."""
    started = time.perf_counter()
    found = judge_boxes(claim, level)
    if found is None:
        return Found(0.0, verdict=Verdict.UNDECIDED, detail="no box is stated", whole=False)

    def notices(mutant: Mutant) -> bool | None:
        judged = judge_boxes(mutant.claim, level, _MUTANT_BOXES)
        return None if judged is None else judged.verdict is Verdict.REFUTED

    told = fates(mutants(claim, level), notices) if level == "full" else {}
    seconds, figures = time.perf_counter() - started, {"boxes": found.figures}
    return Found(seconds, verdict=found.verdict, detail=found.detail, figures=figures, fates=told, whole=found.whole)


def _with_mutants(found: Found, claim: Claim, points: Sequence[Configuration], level: Level) -> Found:
    """The claim's wrong formulas against the definition as well, at the first configuration that tells them apart."""
    started = time.perf_counter()

    def notices(mutant: Mutant) -> bool | None:
        return _first_refutation(mutant.claim, points, level) if mutant.part == "statement" else None

    told = fates(mutants(claim, level), notices)
    return replace(found, fates=told, seconds=found.seconds + time.perf_counter() - started)


def _first_refutation(claim: Claim, points: Sequence[Configuration], level: Level) -> bool | None:
    """Whether some definition's ball is disjoint from the closed form's; None if nowhere, but not all were known."""
    open_somewhere = False
    for point in points:
        found = list(compare(claim, point, level))
        if any(comparison.verdict is Verdict.REFUTED for comparison in found):
            return True
        open_somewhere |= any(comparison.verdict is Verdict.UNDECIDED for comparison in found)
    return None if open_somewhere else False


def check(claim: Claim, points: Sequence[Configuration], level: Level = "quick") -> Evidence:
    """Check any claim, registered or not, at those of `points` that meet its hypotheses."""
    if not covered(claim):
        name = type(claim.definition).__name__
        return Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, {}, 0.0, f"no integral is known for {name}")
    return evidence_of(NAME, [_at(claim, point, level) for point in points_for(claim, points)])


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """One evidence a claim: the worst of its points and boxes; what neither speaks of has none."""
    return at_points.conclude(NAME, [claim for claim in claims if covered(claim) or claim.id in roads.BOXES], outcomes)
