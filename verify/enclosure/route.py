"""The enclosure route: ball arithmetic, at points for integrals and over whole boxes for inequalities.

A claim whose definition is an integral is judged at configurations (verify.enclosure.certified), of grade *tested*,
since certified at points is not proved between them; a claim with a statement over a parameter box by adaptive
subdivision (verify.enclosure.boxes), of grade *enclosed* if its boxes say all that the claim says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from proofs.engine.claim import Claim, get
from verify import roads
from verify.configurations import Configuration, Level, configurations, meeting
from verify.enclosure.boxes.judge import judge_boxes
from verify.enclosure.certified import DIGITS, Comparison, compare, covered
from verify.evidence import Evidence, Fate, Figures, Grade, Outcome, Task, Verdict
from verify.mutants import Mutant, mutants

__all__ = ["NAME", "Judged", "check", "conclude", "run", "tasks"]

NAME = "enclosure"

_LONGEST: Final = 4.0
"""Seconds that a task of several claims may be expected to take."""

_MUTANT_BOXES: Final = 100
"""Boxes that may be tried on a mutant: the points that refute one are found in the first few."""

_INTEGRALS, _BOXES = "integrals", "boxes"

_ORDER: Final = (Verdict.REFUTED, Verdict.ERROR, Verdict.UNDECIDED, Verdict.VERIFIED)


@dataclass(frozen=True)
class Judged:
    """What a part of the work found about one claim."""

    verdict: Verdict
    seconds: float
    figures: Figures = field(default_factory=dict)
    detail: str = ""
    whole: bool = False
    fates: dict[str, Fate] = field(default_factory=dict)
    comparisons: tuple[Comparison, ...] = ()
    point: str = ""


def points_for(claim: Claim, points: Sequence[Configuration]) -> list[Configuration]:
    """The configurations at which the claim's hypotheses hold."""
    return meeting(claim.hypotheses, points)


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """Integrals: a task per configuration and group of claims, which share its means; boxes: a task per claim."""
    points = configurations(level, seed)
    far = {point.label for point in points if point.r > 1e100}
    found = []
    by_label: dict[str, list[Claim]] = {}
    for claim in claims:
        if covered(claim):
            for point in points_for(claim, points):
                by_label.setdefault(point.label, []).append(claim)
    for label, concerned in by_label.items():
        for group in _groups(concerned, level):
            ids = tuple(claim.id for claim in group)
            weight = sum(_weight(claim, level) for claim in group)
            if label == points[0].label:  # mutants are judged there
                weight *= 1.5 if level == "quick" else 4.0
            if label in far:  # a power's tail is enclosed over every scale up to there
                weight *= 20
            found.append(Task(NAME, ids, (_INTEGRALS, level, seed, label), weight))
    for claim in claims:
        if _boxed(claim):
            found.append(Task(NAME, (claim.id,), (_BOXES, level, seed), 1.5 if level == "quick" else 10.0))
    return found


def _weight(claim: Claim, level: Level) -> float:
    """Expected seconds at one configuration."""
    definition = claim.definition
    arbitrary = getattr(definition, "estimator", "") == "*" or getattr(definition, "proxy", False)
    if not arbitrary:
        return 0.05 if getattr(definition, "estimator", "") else 0.01
    return 0.15 if level == "quick" else 0.4


def _groups(claims: Sequence[Claim], level: Level) -> list[list[Claim]]:
    """Claims in their order, cut where a group would take too long."""
    groups: list[list[Claim]] = [[]]
    filled = 0.0
    for claim in claims:
        weight = _weight(claim, level)
        if groups[-1] and filled + weight > _LONGEST:
            groups.append([])
            filled = 0.0
        groups[-1].append(claim)
        filled += weight
    return groups


def _boxed(claim: Claim) -> bool:
    """Whether a statement over a box is known for the claim."""
    return claim.id in roads.BOXES


def run(task: Task) -> dict[str, Judged]:
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


def _at(claim: Claim, point: Configuration, level: Level) -> Judged:
    """Compare at one configuration; what Arb cannot enclose is undecided."""
    started = time.perf_counter()
    try:
        found = tuple(compare(claim, point, level))
    except (ArithmeticError, ValueError) as trouble:
        detail = f"{point.label}: {trouble}"
        return Judged(Verdict.UNDECIDED, time.perf_counter() - started, detail=detail)
    verdict = _worst([comparison.verdict for comparison in found])
    detail = next((c.witness for c in found if c.verdict is verdict), "") if verdict is not Verdict.VERIFIED else ""
    seconds = time.perf_counter() - started
    return Judged(verdict, seconds, detail=detail, comparisons=found, point=point.label)


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    return next((verdict for verdict in _ORDER if verdict in verdicts), Verdict.UNDECIDED)


def _over_boxes(claim: Claim, level: Level) -> Judged:
    """The claim over its boxes; in a full run its mutants as well, each of which costs about as much."""
    started = time.perf_counter()
    found = judge_boxes(claim, level)
    if found is None:
        return Judged(Verdict.UNDECIDED, time.perf_counter() - started, detail="no box is stated")

    def notices(mutant: Mutant) -> bool | None:
        judged = judge_boxes(mutant.claim, level, _MUTANT_BOXES)
        if judged is None:
            return None
        return judged.verdict is Verdict.REFUTED

    fates = _fates(mutants(claim, level), notices) if level == "full" else {}
    seconds = time.perf_counter() - started
    return Judged(found.verdict, seconds, {"boxes": found.figures}, found.detail, found.whole, fates)


def _with_mutants(found: Judged, claim: Claim, points: Sequence[Configuration], level: Level) -> Judged:
    """The claim's wrong formulas against the definition as well, at the first configuration that tells them apart."""
    started = time.perf_counter()

    def notices(mutant: Mutant) -> bool | None:
        if mutant.part != "statement":
            return None
        return _first_refutation(mutant.claim, points, level)

    fates = _fates(mutants(claim, level), notices)
    return replace(found, fates=fates, seconds=found.seconds + time.perf_counter() - started)


def _first_refutation(claim: Claim, points: Sequence[Configuration], level: Level) -> bool | None:
    """Whether some definition's ball is disjoint from the closed form's; None if nowhere, but not all were known."""
    open_somewhere = False
    for point in points:
        found = list(compare(claim, point, level))
        if any(comparison.verdict is Verdict.REFUTED for comparison in found):
            return True
        open_somewhere |= any(comparison.verdict is Verdict.UNDECIDED for comparison in found)
    return None if open_somewhere else False


def _fates(chosen: Sequence[Mutant], notices: Callable[[Mutant], bool | None]) -> dict[str, Fate]:
    """Only what is certified kills: a mutant that cannot be enclosed, or not be evaluated, is not judged."""
    found = {}
    for mutant in chosen:
        try:
            noticed = notices(mutant)
        except (ArithmeticError, ValueError):
            continue
        if noticed is not None:
            found[mutant.label] = Fate.KILLED if noticed else Fate.MISSED
    return found


def check(claim: Claim, points: Sequence[Configuration], level: Level = "quick") -> Evidence:
    """Check any claim, registered or not, at those of `points` that meet its hypotheses."""
    if not covered(claim):
        name = type(claim.definition).__name__
        return Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, {}, 0.0, f"no integral is known for {name}")
    return _evidence([_at(claim, point, level) for point in points_for(claim, points)], [])


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """One evidence a claim: the worst of its points and boxes; what neither speaks of has none."""
    evidence: dict[str, list[Evidence]] = {}
    for claim in claims:
        if not covered(claim) and not _boxed(claim):
            continue
        parts: dict[str, list[Judged]] = {_INTEGRALS: [], _BOXES: []}
        for outcome in outcomes:
            if claim.id in outcome.task.claim_ids:
                parts[outcome.task.arguments[0]].append(_of(outcome, claim.id))
        evidence[claim.id] = [_evidence(*parts.values())]
    return evidence


def _of(outcome: Outcome, claim_id: str) -> Judged:
    if outcome.error:
        return Judged(Verdict.ERROR, outcome.seconds, detail=outcome.error)
    found: Judged = outcome.value[claim_id]
    return found


def _evidence(at_points: Sequence[Judged], over_boxes: Sequence[Judged]) -> Evidence:
    """The worst verdict; *enclosed* only where a box says all that the claim says."""
    judged = [*at_points, *over_boxes]
    verdict = _worst([entry.verdict for entry in judged])
    whole = bool(over_boxes) and all(entry.whole for entry in over_boxes)
    figures = _figures(at_points)
    fates: dict[str, Fate] = {}
    for entry in judged:
        figures |= entry.figures
        fates |= {label: fate for label, fate in entry.fates.items() if fates.get(label) is not Fate.KILLED}
    detail = next((entry.detail for entry in judged if entry.verdict is verdict and entry.detail), "")
    if not judged:
        detail = "no configuration meets the hypotheses"
    grade = Grade.ENCLOSED if whole else Grade.TESTED
    return Evidence(NAME, verdict, grade, figures, sum(entry.seconds for entry in judged), detail, fates)


def _figures(at_points: Sequence[Judged]) -> dict[str, Any]:
    """Points, comparisons, and the least certified agreement with where it was."""
    comparisons = [comparison for entry in at_points for comparison in entry.comparisons]
    figures: dict[str, Any] = {"points": len(at_points)} if at_points else {}
    if comparisons:
        worst = min(comparisons, key=lambda comparison: comparison.digits)
        widest = max(comparison.radius for comparison in comparisons)
        figures |= {"comparisons": len(comparisons), "digits": round(worst.digits, 1), "worst_at": worst.label}
        figures["widest_radius"] = float(f"{widest:.2g}")
        least = {
            entry.point: round(min(comparison.digits for comparison in entry.comparisons), 1)
            for entry in at_points
            if entry.comparisons
        }
        figures["digits_by_point"] = {str(DIGITS): least}
    return figures
