"""Claims at configurations: how the work is cut into tasks, and what the comparisons made there come to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import inf
from typing import Any, Final

from proofs.engine.claim import Claim, get
from verify.configurations import Configuration, configurations, meeting
from verify.evidence import Evidence, Fate, Figures, Grade, Level, Outcome, Task, Verdict, pinned

_LONGEST: Final = 4.0
"""Seconds that a task of several claims may be expected to take."""

_FAR: Final = 1e100

_Points = Callable[[Claim, Sequence[Configuration]], list[Configuration]]

_ORDER: Final = (Verdict.REFUTED, Verdict.UNDECIDED, Verdict.VERIFIED)


@dataclass(frozen=True)
class Comparison:
    """One comparison: where, what it says, digits agreed (None for a yes-or-no question), both sides in words.

    For an inequality the quotient of its sides; the digits it must reach; of balls the radius beside their size.
    """

    label: str
    verdict: Verdict
    digits: float | None
    witness: str = ""
    quotient: float | None = None
    required: float | None = None
    radius: float | None = None
    defined: Any = None
    """The definition's number, if there is one."""


@dataclass(frozen=True)
class Found:
    """What a part of the work came to for one claim: at a configuration, which has a label, or elsewhere.

    `verdict`, with `detail`, is of what is no comparison; `whole` of boxes, whether they say all that the claim says.
    """

    seconds: float
    label: str = ""
    comparisons: tuple[Comparison, ...] = ()
    verdict: Verdict | None = None
    detail: str = ""
    figures: Figures = field(default_factory=dict)
    fates: dict[str, Fate] = field(default_factory=dict)
    whole: bool | None = None


@dataclass(frozen=True)
class AtPoints:
    """A method that compares claims with their definitions at configurations; `missing` says of whose type it cannot.

    `points` are those of a claim, `fates` what the method makes of its mutants there, with figures, beside a generic
    configuration; `beside` what it compares besides, starting from that one. The seconds expected of a claim at a
    point: `weight`, times `far` where ‖w‖ is huge; `tried` for its mutants.
    """

    name: str
    missing: str
    covers: Callable[[Claim], object]
    points: _Points
    compare: Callable[[Claim, Configuration, Level], Iterable[Comparison]]
    fates: Callable[[Claim, Sequence[Configuration], Configuration, Level], tuple[dict[str, Fate], Figures]]
    weight: Callable[[Claim, Level], float]
    far: float
    tried: Callable[[Claim, Level], float]
    beside: Callable[[Claim, Configuration, Level], Iterable[Comparison]] = lambda claim, base, level: ()

    def tasks(self, claims: Iterable[Claim], level: Level, seed: int, budget: float) -> list[Task]:
        """Tasks of some claims at one configuration, which share what is remembered there; of a claim's mutants at the
        first.
        """
        groups: dict[str, list[tuple[list[str], float]]] = {}
        for claim in filter(self.covers, claims):
            for index, point in enumerate(self.points(claim, configurations(level, seed))):
                cost = self.weight(claim, level) * (self.far if point.r > _FAR else 1)
                cost += 0 if index else self.tried(claim, level)
                own = groups.setdefault(point.label, [])
                if not own or own[-1][1] + cost > _LONGEST:
                    own.append(([], 0.0))
                ids, filled = own[-1]
                own[-1] = [*ids, claim.id], filled + cost
        flat = [(label, *group) for label, own in groups.items() for group in own]
        return [Task(self.name, tuple(ids), (level, seed, label), cost) for label, ids, cost in flat]

    def run(self, task: Task) -> dict[str, Found]:
        """Check each claim of the task at its configuration; at its first one judge its mutants too, at them all."""
        level, seed, label = task.arguments
        found: dict[str, Found] = {}
        for claim in map(get, task.claim_ids):
            chosen = _chosen(self.points, claim, level, seed, tuple(pinned().items()))
            point = next(point for point in chosen if point.label == label)
            here = found[claim.id] = self._at(claim, point, level)
            if point is chosen[0]:
                started, base = time.process_time(), configurations(level, seed)[0]
                besides = tuple(self.beside(claim, base, level))
                fates, figures = self.fates(claim, chosen, base, level)
                seconds = here.seconds + time.process_time() - started
                compared = (*here.comparisons, *besides)
                found[claim.id] = replace(here, comparisons=compared, fates=fates, figures=figures, seconds=seconds)
        return found

    def _at(self, claim: Claim, point: Configuration, level: Level) -> Found:
        started = time.process_time()
        comparisons = tuple(self.compare(claim, point, level))
        return Found(time.process_time() - started, point.label, comparisons)

    def check(self, claim: Claim, points: Sequence[Configuration], level: Level = "quick") -> Evidence:
        """Check any claim, registered or not, at those of `points` that meet its hypotheses."""
        if not self.covers(claim):
            detail = f"{self.missing} {type(claim.definition).__name__}"
            return Evidence(self.name, Verdict.UNDECIDED, Grade.TESTED, {}, 0.0, detail)
        found = [self._at(claim, one, level) for one in meeting(claim.hypotheses, points)]
        besides = [Found(0.0, "", tuple(self.beside(claim, points[0], level)))] if found else []
        return evidence_of(self.name, found + besides)

    def conclude(self, claims: Iterable[Claim], outcomes: Sequence[Outcome], *_: object) -> dict[str, list[Evidence]]:
        """One evidence a claim, of all that was found out about it."""
        return {
            claim.id: [
                evidence_of(self.name, [one.value[claim.id] for one in outcomes if claim.id in one.task.claim_ids])
            ]
            for claim in filter(self.covers, claims)
        }


@lru_cache(maxsize=256)
def _chosen(points: _Points, claim: Claim, level: Level, seed: int, pins: object) -> list[Configuration]:
    return points(claim, configurations(level, seed))


def evidence_of(name: str, found: Sequence[Found]) -> Evidence:
    """The worst verdict, with its witness; *enclosed* only where boxes say all that the claim says."""
    comparisons = [comparison for one in found for comparison in one.comparisons]
    said = {*(one.verdict for one in found), *(comparison.verdict for comparison in comparisons)}
    verdict = next((verdict for verdict in _ORDER if verdict in said), None)
    detail = next((one.detail for one in found if one.verdict is verdict and one.detail), "")
    if verdict is None:
        verdict = Verdict.UNDECIDED
        compared = any(one.label for one in found)
        detail = "nothing was compared" if compared else "no configuration meets the hypotheses"
    elif verdict is not Verdict.VERIFIED and not detail:
        concerned = [comparison for comparison in comparisons if comparison.verdict is verdict]
        detail = min(concerned, key=lambda c: -1.0 if c.digits is None else c.digits).witness
    boxed = [one.whole for one in found if one.whole is not None]
    there = [one for one in found if one.label]
    figures: Figures = _figures(there) if there or not boxed else {}
    fates: dict[str, Fate] = {}
    for one in found:
        figures |= one.figures
        fates |= {label: fate for label, fate in one.fates.items() if fates.get(label) is not Fate.KILLED}
    grade = Grade.ENCLOSED if boxed and all(boxed) else Grade.TESTED
    return Evidence(name, verdict, grade, figures, sum(one.seconds for one in found), detail, fates)


def _figures(found: Sequence[Found]) -> Figures:
    """Points and comparisons; the fewest digits agreed, where, and at each point; the largest quotients.

    Rounded before they are compared: the last bits of Arb's radii depend on what the process has computed before, and
    the place that is named must not.
    """
    comparisons = [comparison for one in found for comparison in one.comparisons]
    figures: Figures = {"points": len(found), "hypotheses_met": len(found), "comparisons": len(comparisons)}
    if measured := [(round(c.digits, 1), c.label) for c in comparisons if c.digits is not None]:
        digits, label = min(measured)
        figures |= {"digits": digits, "worst_at": label, "digits_by_point": _by_point(found)}
    if quotients := [(round(c.quotient, 6), c.label) for c in comparisons if c.quotient is not None]:
        largest, label = max(quotients)
        sharpness = {place.rpartition(", ")[2]: quotient for quotient, place in sorted(quotients)}  # the largest last
        figures |= {"largest_quotient": largest, "tightest_at": label, "sharpness": sharpness}
    if radii := [c.radius for c in comparisons if c.radius is not None]:
        figures["widest_radius"] = float(f"{max(radii):.2g}")
    return figures


def _by_point(found: Sequence[Found]) -> dict[str, dict[str, float]]:
    """Digits required -> configuration -> the fewest digits agreed there."""
    least: dict[str, dict[str, float]] = {}
    for one in found:
        for comparison in one.comparisons:
            if comparison.digits is not None and comparison.required is not None:
                at = least.setdefault(f"{comparison.required:g}", {})
                at[one.label] = min(at.get(one.label, inf), round(comparison.digits, 1))
    return least
