"""Claims at configurations: how the work is cut into tasks, and what the comparisons made there come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

from proofs.engine.claim import Claim
from verify.configurations import Configuration
from verify.evidence import Evidence, Fate, Figures, Grade, Outcome, Task, Verdict

__all__ = ["Comparison", "Found", "by_configuration", "conclude", "evidence_of"]

_LONGEST: Final = 4.0
"""Seconds that a task of several claims may be expected to take."""

_ORDER: Final = (Verdict.REFUTED, Verdict.ERROR, Verdict.UNDECIDED, Verdict.VERIFIED)


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


def by_configuration(
    name: str,
    claims: Iterable[Claim],
    points: Callable[[Claim], Iterable[Configuration]],
    weight: Callable[[Claim, str], float],
    *arguments: Any,
) -> list[Task]:
    """Tasks of some claims at one configuration, which share what is remembered there; its label is the last argument.

    `weight` gives the seconds expected of a claim at a label.
    """
    by_label: dict[str, list[Claim]] = {}
    for claim in claims:
        for point in points(claim):
            by_label.setdefault(point.label, []).append(claim)
    groups: list[tuple[str, list[Claim], float]] = []
    for label, concerned in by_label.items():
        filled = inf
        for claim in concerned:
            cost = weight(claim, label)
            if filled + cost > _LONGEST:
                groups.append((label, [], 0.0))
            _, group, filled = groups[-1]
            group.append(claim)
            filled += cost
            groups[-1] = label, group, filled
    return [Task(name, tuple(c.id for c in group), (*arguments, label), cost) for label, group, cost in groups]


def conclude(name: str, claims: Iterable[Claim], outcomes: Sequence[Outcome]) -> dict[str, list[Evidence]]:
    """One evidence a claim, of all that was found out about it."""
    return {
        claim.id: [evidence_of(name, [_of(outcome, claim.id) for outcome in outcomes if _is_about(outcome, claim.id)])]
        for claim in claims
    }


def _is_about(outcome: Outcome, claim_id: str) -> bool:
    return claim_id in outcome.task.claim_ids


def _of(outcome: Outcome, claim_id: str) -> Found:
    if outcome.error:
        return Found(outcome.seconds, verdict=Verdict.ERROR, detail=outcome.error)
    found: Found = outcome.value[claim_id]
    return found


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
    """Points and comparisons; the fewest digits agreed, where, and at each point; the largest quotients."""
    comparisons = [comparison for one in found for comparison in one.comparisons]
    figures: Figures = {"points": len(found), "hypotheses_met": len(found), "comparisons": len(comparisons)}
    if measured := [(c.digits, c.label) for c in comparisons if c.digits is not None]:
        digits, label = min(measured)
        figures |= {"digits": round(digits, 1), "worst_at": label, "digits_by_point": _by_point(found)}
    if quotients := [(c.quotient, c.label) for c in comparisons if c.quotient is not None]:
        largest, label = max(quotients)
        sharpness: dict[str, float] = {}
        for quotient, place in sorted(quotients):
            sharpness[place.rpartition(", ")[2]] = round(quotient, 6)  # the largest comes last
        figures |= {"largest_quotient": round(largest, 6), "tightest_at": label, "sharpness": sharpness}
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
