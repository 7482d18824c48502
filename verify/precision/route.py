"""The precision route: every closed form against its definition, at 50 digits.

The definition is evaluated by quadrature of raw integrands (verify.contexts.digits.quadrature), explicit sums over rows
(verify.contexts.digits.network), linear solves and differences; the closed form by mpmath. A claim is verified when
every comparison agrees to 45 digits (20 where the definition is a derivative), refuted when one falls below 40 (15)
with a witness, undecided in between, without a configuration that meets its hypotheses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from mpmath import mp
from sympy import Integral

from proofs.engine.claim import Claim
from proofs.engine.definitions import CommonZeros, Landscape, ReluNetwork
from verify import roads
from verify.at_points import AtPoints, Comparison
from verify.configurations import Configuration, meeting
from verify.contexts.digits.quadrature import DIGITS
from verify.evidence import Fate, Figures, Level, Verdict
from verify.mutants import Mutant, fates, mutants
from verify.precision import hypotheses
from verify.precision.comparison import check_sides
from verify.sides import speaks_of

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


def points_for(claim: Claim, points: Sequence[Configuration]) -> list[Configuration]:
    """The configurations a claim is checked at: those that meet its hypotheses, and those its definition needs."""
    choose = roads.POINTS.get(claim.id) or roads.POINTS.get(type(claim.definition))
    return meeting(claim.hypotheses, choose(claim.definition, points) if choose else points)


def _weight(claim: Claim, level: Level) -> float:
    proxies = 8 if level == "full" else 3
    arbitrary = getattr(claim.definition, "estimator", "") == "*" or getattr(claim.definition, "proxy", False)
    integrals = 0 if claim.statement is None else len(claim.statement.atoms(Integral))
    if isinstance(claim.definition, Landscape | CommonZeros):
        return 0.05
    return 0.01 + (0.02 * integrals + 0.01) * (proxies if arbitrary else 1)


def _mutant_weight(claim: Claim, level: Level) -> float:
    """How many mutants there are is known only once they are made."""
    forms = claim.formulas.values()
    integrals = sum(len(form.atoms(Integral)) for form in forms)
    count = 6 if level == "quick" else sum(form.count_ops() for form in forms)
    return 0.03 + count * (0.006 + 0.01 * integrals)


def _fates(
    claim: Claim, points: Sequence[Configuration], base: Configuration, level: Level
) -> tuple[dict[str, Fate], Figures]:
    """The fates of a claim's mutants: by the same checkers, generic configurations first."""
    ordered = sorted(points, key=lambda point: not point.label.startswith("generic"))
    reasons: dict[str, str] = {}

    def notices(mutant: Mutant) -> bool | None:
        if mutant.kind == "formula":
            compared = (one for point in ordered for one in _check(mutant.claim, point, level))
            return any(one.verdict is Verdict.REFUTED for one in compared) if points else None
        judged = hypotheses.judge(claim, mutant.claim, base, partial(_check, level=level))
        if judged is None:
            return None
        fate, reasons[mutant.label] = judged
        return fate is Fate.KILLED

    return fates(mutants(claim, level), notices), {"without_hypothesis": reasons} if reasons else {}


_METHOD: Final = AtPoints(
    NAME,
    "no check is written for",
    covers=checker_of,
    points=points_for,
    compare=_check,
    fates=_fates,
    weight=_weight,
    far=2,  # a μ' that decays like a power is integrated over every scale up to there
    tried=_mutant_weight,
    beside=lambda claim, base, level: hypotheses.on_boundaries(claim, base, partial(_check, level=level), level),
)
tasks, run, check, conclude = _METHOD.tasks, _METHOD.run, _METHOD.check, _METHOD.conclude
