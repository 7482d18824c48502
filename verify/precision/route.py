"""The precision route: every closed form against its definition, at 50 digits.

The definition is evaluated by quadrature of raw integrands (verify.precision.quadrature), explicit sums
over rows (verify.precision.network), linear solves and differences; the closed form by mpmath.
A claim is verified when every comparison agrees to 45 digits (20 where the definition is a
derivative), refuted when one falls below 40 (15) with a witness, undecided in between, without
a configuration that meets its hypotheses.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import Final, cast

from mpmath import mp, mpf
from sympy import Integer, Integral

from proofs.engine.claim import Claim, get
from proofs.engine.definitions import CommonZeros, Landscape, ReluNetwork
from verify import at_points, roads
from verify.at_points import Comparison, Found, by_configuration, evidence_of
from verify.configurations import Configuration, Level, configurations, meeting
from verify.evidence import Evidence, Fate, Grade, Outcome, Task, Verdict
from verify.mutants import Mutant, fates, mutants
from verify.precision import hypotheses
from verify.precision.checkers import check_sides
from verify.precision.comparison import coarse
from verify.precision.quadrature import DIGITS
from verify.sides import speaks_of

__all__ = ["NAME", "check", "checker_of", "conclude", "own_side", "points_for", "run", "tasks"]

NAME = "precision"

roads.load()

Checker = Callable[[Claim, Configuration, Level], list[Comparison]]


def checker_of(claim: Claim) -> Checker | None:
    """How a claim is checked; of one without a checker this method says nothing, and if none does it is undecided."""
    if claim.id in roads.CHECKERS:
        return roads.CHECKERS[claim.id]
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


def points_for(claim: Claim, points: Sequence[Configuration]) -> list[Configuration]:
    """The configurations a claim is checked at: those that meet its hypotheses, and those its
    definition needs.
    """
    choose = roads.POINTS.get(claim.id) or roads.POINTS.get(type(claim.definition))
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
    """One task per configuration and group of claims, which shares its integrals, and one for a claim's mutants."""
    points = configurations(level, seed)
    far = {point.label for point in points if point.r > 1e100}
    checked = [claim for claim in claims if checker_of(claim)]

    def weight(claim: Claim, label: str) -> float:
        # A μ' that decays like a power is integrated over every scale up to there.
        return _weight(claim, level) * (4 if label in far else 1)

    return by_configuration(NAME, checked, lambda claim: points_for(claim, points), weight, level, seed) + [
        Task(NAME, (claim.id,), (_MUTANTS, level, seed), _mutant_weight(claim, level)) for claim in checked
    ]


def _mutant_weight(claim: Claim, level: Level) -> float:
    """Expected seconds for all mutants of a claim. How many there are is known only once they are made."""
    forms = claim.formulas.values()
    integrals = sum(len(form.atoms(Integral)) for form in forms)
    count = 6 if level == "quick" else sum(form.count_ops() for form in forms)
    return 0.1 + count * (0.02 + 0.03 * integrals)


def run(task: Task) -> dict[str, Found]:
    """Check each claim of the task at its configuration, or judge its mutants."""
    if task.arguments[0] == _MUTANTS:
        (claim_id,), (_, level, seed) = task.claim_ids, task.arguments
        return {claim_id: _judged(get(claim_id), level, seed)}
    level, seed, label = task.arguments
    found: dict[str, Found] = {}
    for claim_id in task.claim_ids:
        point = next(point for point in _chosen(claim_id, level, seed) if point.label == label)
        found[claim_id] = _at(get(claim_id), point, level)
    return found


def _at(claim: Claim, point: Configuration, level: Level) -> Found:
    started = time.perf_counter()
    comparisons = _check(claim, point, level)
    return Found(time.perf_counter() - started, point.label, tuple(comparisons))


def _judged(claim: Claim, level: Level, seed: int) -> Found:
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
    figures = {"without_hypothesis": reasons} if reasons else {}
    return Found(time.perf_counter() - started, figures=figures, fates=found)


def _refuted(claim: Claim, point: Configuration, level: Level) -> bool:
    return any(found.verdict is Verdict.REFUTED for found in _check(claim, point, level))


def own_side(claim: Claim, level: Level, seed: int) -> list[tuple[str, tuple[mpf, ...]]]:
    """What the definition gives at the claim's configurations: (label, values), from no formula of the claim.

    Every formula of the claim is taken to be 1: none is read. Empty for a claim without a checker.
    """
    if not checker_of(claim):
        return []
    unstated = SimpleNamespace(
        id=claim.id,
        definition=claim.definition,
        statement=Integer(1),
        printed=None,
        parts=defaultdict(lambda: Integer(1)),
    )
    compared = (
        one
        for point in points_for(claim, configurations(level, seed))
        for one in _check(cast(Claim, unstated), point, level)
    )
    return [(one.label, (one.defined,)) for one in compared if one.defined is not None]


def check(claim: Claim, points: Sequence[Configuration], level: Level = "quick") -> Evidence:
    """Check any claim, registered or not, at those of `points` that meet its hypotheses."""
    if not checker_of(claim):
        name = type(claim.definition).__name__
        return Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, {}, 0.0, f"no check is written for {name}")
    return evidence_of(NAME, [_at(claim, point, level) for point in meeting(claim.hypotheses, points)])


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """Gather the comparisons of each claim over its configurations, and the fates of its mutants."""
    return at_points.conclude(NAME, [claim for claim in claims if checker_of(claim)], outcomes)
