"""The precision route: every closed form against its definition, at 50 digits.

The definition is evaluated by quadrature of raw integrands (verify.precision.quadrature), explicit sums
over rows (verify.precision.network), linear solves and differences; the closed form by mpmath.
A claim is verified when every comparison agrees to 45 digits (20 where the definition is a
derivative), refuted when one falls below 40 (15) with a witness, undecided in between, without
a configuration that meets its hypotheses.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from math import inf
from typing import Any, Final

from mpmath import mp, mpf
from sympy import Integral

from proofs.engine.claim import Claim, get
from proofs.engine.definitions import (
    CommonZeros,
    Landscape,
    ReluNetwork,
)
from verify import roads
from verify.configurations import Configuration, Level, configurations, meeting
from verify.evidence import Evidence, Fate, Grade, Outcome, Task, Verdict
from verify.mutants import Mutant, fates, mutants
from verify.precision import hypotheses
from verify.precision.checkers import check_sides
from verify.precision.comparison import Comparison, blind, coarse
from verify.precision.quadrature import DIGITS
from verify.sides import speaks_of

__all__ = ["NAME", "check", "checker_of", "conclude", "own_side", "points_for", "run", "tasks"]

NAME = "precision"

roads.load()

Checker = Callable[[Claim, Configuration, Level], list[Comparison]]


def checker_of(claim: Claim) -> Checker | None:
    """How a claim is checked; of one without a checker this method says nothing, and if none does it is undecided."""
    if isinstance(claim.definition, ReluNetwork) or not speaks_of(claim.definition):
        return roads.CHECKERS.get(type(claim.definition))
    return check_sides


def _check(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    checker = checker_of(claim)
    if checker is None:
        raise ValueError(f"no check is written for {type(claim.definition).__name__}")
    with mp.workdps(DIGITS):
        return checker(claim, point, level)


_MUTANTS: Final = "mutants"

_LONGEST: Final = 4.0
"""Seconds that a task of several claims may be expected to take."""


@dataclass(frozen=True)
class _Found:
    """What one claim gave at one configuration."""

    comparisons: tuple[Comparison, ...]
    seconds: float
    label: str


@dataclass(frozen=True)
class _Judged:
    """What became of one claim's mutants, and how it fails where only a weakened hypothesis lets it speak."""

    fates: dict[str, Fate]
    seconds: float
    reasons: dict[str, str] = field(default_factory=dict)


def points_for(claim: Claim, points: Sequence[Configuration]) -> list[Configuration]:
    """The configurations a claim is checked at: those that meet its hypotheses, and those its
    definition needs.
    """
    choose = roads.POINTS.get(type(claim.definition))
    return meeting(claim.hypotheses, choose(claim.definition, points) if choose else points)


@lru_cache(maxsize=256)
def _chosen(claim_id: str, level: Level, seed: int) -> tuple[Configuration, ...]:
    return tuple(points_for(get(claim_id), configurations(level, seed)))


def _weight(claim: Claim, level: Level) -> float:
    """Expected seconds at one configuration."""
    proxies = 8 if level == "full" else 3
    arbitrary = getattr(claim.definition, "estimator", "") == "*" or getattr(claim.definition, "proxy", False)
    integrals = 0 if claim.statement is None else len(claim.statement.atoms(Integral))
    if isinstance(claim.definition, Landscape | CommonZeros):
        return 0.5
    return 0.1 + (0.2 * integrals + 0.1) * (proxies if arbitrary else 1)


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """One task per configuration and group of claims; a group shares the integrals of its
    configuration.
    """
    by_label: dict[str, list[Claim]] = {}
    for claim in claims:
        if checker_of(claim):
            for point in points_for(claim, configurations(level, seed)):
                by_label.setdefault(point.label, []).append(claim)
    far = {point.label for point in configurations(level, seed) if point.r > 1e100}
    checks = [
        Task(
            NAME,
            tuple(claim.id for claim in group),
            (level, seed, label),
            # A μ' that decays like a power is integrated over every scale up to there.
            sum(_weight(c, level) for c in group) * (4 if label in far else 1),
        )
        for label, concerned in by_label.items()
        for group in _groups(concerned, level)
    ]
    return checks + [
        Task(NAME, (claim.id,), (_MUTANTS, level, seed), _mutant_weight(claim, level))
        for claim in claims
        if checker_of(claim)
    ]


def _mutant_weight(claim: Claim, level: Level) -> float:
    """Expected seconds for all mutants of a claim. How many there are is known only once they are made."""
    forms = claim.formulas.values()
    integrals = sum(len(form.atoms(Integral)) for form in forms)
    count = 6 if level == "quick" else sum(form.count_ops() for form in forms)
    missed_everywhere = 10 if getattr(claim.definition, "aspect", "") == "region" else 1  # L of N6 is not sharp
    return 0.1 + count * (0.02 + 0.03 * integrals) * missed_everywhere


def _groups(claims: Iterable[Claim], level: Level) -> list[list[Claim]]:
    """Claims in their order, cut where a group would take too long."""
    groups: list[list[Claim]] = []
    filled = _LONGEST
    for claim in claims:
        weight = _weight(claim, level)
        if filled + weight > _LONGEST:
            groups.append([])
            filled = 0.0
        groups[-1].append(claim)
        filled += weight
    return groups


def run(task: Task) -> dict[str, _Found | _Judged]:
    """Check each claim of the task at its configuration, or judge its mutants."""
    if task.arguments[0] == _MUTANTS:
        (claim_id,), (_, level, seed) = task.claim_ids, task.arguments
        return {claim_id: _judged(get(claim_id), level, seed)}
    level, seed, label = task.arguments
    found: dict[str, _Found | _Judged] = {}
    for claim_id in task.claim_ids:
        point = next(point for point in _chosen(claim_id, level, seed) if point.label == label)
        found[claim_id] = _at(get(claim_id), point, level)
    return found


def _at(claim: Claim, point: Configuration, level: Level) -> _Found:
    started = time.perf_counter()
    comparisons = _check(claim, point, level)
    return _Found(tuple(comparisons), time.perf_counter() - started, point.label)


def _judged(claim: Claim, level: Level, seed: int) -> _Judged:
    """The fates of a claim's mutants: by the same checkers, at the configurations of the claim, generic ones first."""
    started = time.perf_counter()
    everywhere = configurations(level, seed)
    points = sorted(points_for(claim, everywhere), key=lambda point: not point.label.startswith("generic"))
    reasons: dict[str, str] = {}
    passed: dict[str, bool] = {}

    def telling(point: Configuration) -> bool:
        """Whether the claim itself passes there with these few digits: else nothing can be said of its mutants."""
        if point.label not in passed:
            try:
                passed[point.label] = not _refuted(claim, point, level)
            except (ArithmeticError, ValueError):
                passed[point.label] = False
        return passed[point.label]

    def notices(mutant: Mutant) -> bool | None:
        if mutant.kind == "formula":
            chosen = [point for point in points if telling(point)]
            return any(_refuted(mutant.claim, point, level) for point in chosen) if chosen else None
        judged = hypotheses.judge(claim, mutant.claim, everywhere[0], partial(_check, level=level))
        if judged is None:
            return None
        fate, reasons[mutant.label] = judged
        return fate is Fate.KILLED

    with coarse():
        found = fates(mutants(claim, level), notices)
    return _Judged(found, time.perf_counter() - started, reasons)


def _refuted(claim: Claim, point: Configuration, level: Level) -> bool:
    return any(found.verdict is Verdict.REFUTED for found in _check(claim, point, level))


def own_side(claim: Claim, level: Level, seed: int) -> list[tuple[str, tuple[mpf, ...]]]:
    """What the definition gives at the claim's configurations: (label, values), from no formula of the claim.

    Neither its statement nor its printed form nor its parts are read. Empty for a claim without a checker.
    """
    if not checker_of(claim):
        return []
    with blind() as seen:
        for point in points_for(claim, configurations(level, seed)):
            _check(claim, point, level)
    return seen


def check(claim: Claim, points: Sequence[Configuration], level: Level = "quick") -> Evidence:
    """Check any claim, registered or not, at those of `points` that meet its hypotheses."""
    if not checker_of(claim):
        return _no_checker(claim)
    return _evidence([_at(claim, point, level) for point in meeting(claim.hypotheses, points)])


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """Gather the comparisons of each claim over its configurations."""
    evidence: dict[str, list[Evidence]] = {}
    for claim in claims:
        if not checker_of(claim):
            continue
        concerned = [outcome for outcome in outcomes if claim.id in outcome.task.claim_ids]
        values = [outcome.value[claim.id] for outcome in concerned if not outcome.error]
        found = _evidence([value for value in values if isinstance(value, _Found)])
        for judged in (value for value in values if isinstance(value, _Judged)):
            figures = found.figures | ({"without_hypothesis": judged.reasons} if judged.reasons else {})
            found = replace(found, fates=judged.fates, figures=figures, seconds=found.seconds + judged.seconds)
        errors = [outcome.error for outcome in concerned if outcome.error]
        if errors and found.verdict is not Verdict.REFUTED:
            found = replace(found, verdict=Verdict.ERROR, detail=errors[0])
        evidence[claim.id] = [found]
    return evidence


def _no_checker(claim: Claim) -> Evidence:
    name = type(claim.definition).__name__
    return Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, {}, 0.0, f"no check is written for {name}")


def _by_point(found: Sequence[_Found]) -> dict[str, dict[str, float]]:
    """Digits required -> configuration -> the fewest digits agreed there."""
    least: dict[str, dict[str, float]] = {}
    for entry in found:
        for one in entry.comparisons:
            if one.digits is not None and one.required is not None:
                at = least.setdefault(f"{one.required:g}", {})
                at[entry.label] = min(at.get(entry.label, inf), round(one.digits, 1))
    return least


def _evidence(found: Sequence[_Found]) -> Evidence:
    """The worst of all comparisons: refuted before undecided before verified."""
    comparisons = [comparison for entry in found for comparison in entry.comparisons]
    seconds = sum(entry.seconds for entry in found)
    figures: dict[str, Any] = {
        "points": len(found),
        "comparisons": len(comparisons),
        "hypotheses_met": len(found),
    }
    measured = [(c.digits, c.label) for c in comparisons if c.digits is not None]
    if measured:
        digits, label = min(measured)
        figures |= {"digits": round(digits, 1), "worst_at": label, "digits_by_point": _by_point(found)}
    if quotients := [(c.quotient, c.label) for c in comparisons if c.quotient is not None]:
        largest, label = max(quotients)
        sharpness: dict[str, float] = {}
        for quotient, place in sorted(quotients):
            sharpness[place.rpartition(", ")[2]] = round(quotient, 6)  # the largest comes last
        figures |= {"largest_quotient": round(largest, 6), "tightest_at": label, "sharpness": sharpness}
    if not comparisons:
        detail = "no configuration meets the hypotheses" if not found else "nothing was compared"
        return Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, figures, seconds, detail)
    for verdict in (Verdict.REFUTED, Verdict.UNDECIDED):
        if concerned := [c for c in comparisons if c.verdict is verdict]:
            worst = min(concerned, key=lambda c: -1.0 if c.digits is None else c.digits)
            return Evidence(NAME, verdict, Grade.TESTED, figures, seconds, worst.witness)
    return Evidence(NAME, Verdict.VERIFIED, Grade.TESTED, figures, seconds)
