"""The generated code against the closed forms: what is held, and what the errors say."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sympy import Integral

import proofs
from proofs.code.generate import modules
from proofs.engine.claim import Claim
from verify.evidence import Evidence, Fate, Grade, Level, Outcome, Task, Verdict
from verify.generated import penalties, scalars, vectors
from verify.generated.held import ALLOWED, Held, Row, compared, fates_of, figures_of

NAME = "generated"

_TEXTS = ("texts",)


def stale_modules() -> dict[str, str]:
    """Generated modules whose text is not what the claims derive: file name -> what is wrong."""
    import numerics

    folder = Path(numerics.__file__).parent / "generated"
    wrong = {}
    for name, wanted in modules().items():
        path = folder / name
        if not path.is_file():
            wrong[name] = "is missing"
        elif path.read_bytes() != wanted.encode():
            wrong[name] = "differs from what the claims derive"
    return wrong


def holding(claim: Claim) -> list[Held]:
    """How the generated code of a claim is held against it; empty where nothing is."""
    return [*vectors.holding(claim), *penalties.holding(claim), *scalars.holding(claim)]


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """One task for each claim that code is generated from, and one for the modules' texts."""
    held = [claim for claim in claims if holding(claim)]
    texts = [Task(NAME, tuple(claim.id for claim in held), _TEXTS, weight=2.0)] if held else []
    return [Task(NAME, (claim.id,), (level, seed), weight=_weight(claim, level)) for claim in held] + texts


def _weight(claim: Claim, level: Level) -> float:
    """Expected seconds."""
    integrals = len(claim.formula.atoms(Integral)) if claim.statement is not None else 0
    return (0.4 + 1.2 * integrals) * (1 if level == "quick" else 6)


def run(task: Task) -> dict[str, Any]:
    """Compare one claim's generated code with its closed form over all cases, and judge mutants of either; or say which
    texts are stale.
    """
    if task.arguments == _TEXTS:
        return stale_modules()
    (claim_id,), (level, seed) = task.claim_ids, task.arguments
    return judge(proofs.get(claim_id), level, seed)


def compare(claim: Claim, level: Level, seed: int) -> dict[str, Any]:
    """Worst errors of the generated code of `claim`, which may be altered to see it refuted."""
    return figures_of([row for _, rows in _rows(claim, level, seed) for row in rows])


def _rows(claim: Claim, level: Level, seed: int) -> list[tuple[Held, list[Row]]]:
    held = holding(claim)
    if not held:
        raise ValueError(f"claim {claim.id} has no generated function")
    return [(one, compared(one, level, seed)) for one in held]


def judge(claim: Claim, level: Level, seed: int) -> dict[str, Any]:
    """Figures of the comparison, fates of the mutants; an error that is too large already makes mutants idle."""
    started = time.process_time()
    pairs = _rows(claim, level, seed)
    rows = [row for _, found in pairs for row in found]
    if not rows:
        return {"points": 0, "fates": {}, "seconds": time.process_time() - started}
    figures = figures_of(rows)
    fates: dict[str, Fate] = {}
    excluded = 0
    if figures["conditioned"] <= ALLOWED:
        for held, found in pairs:
            fates_here, left_out = fates_of(held, found, level)
            fates |= fates_here
            excluded += left_out
    return figures | {"sites_excluded": excluded, "fates": fates, "seconds": time.process_time() - started}


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """Refuted where an error is too large, or where the module's text is not what the claims derive."""
    stale = {name: what for one in outcomes if one.task.arguments == _TEXTS for name, what in (one.value or {}).items()}
    complaint = "; ".join(f"numerics/generated/{name} {what}" for name, what in stale.items())
    unheld = "code is generated from this claim, but nothing holds it against the claim"
    found = {
        claim.id: [Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, {}, 0.0, unheld)]
        for claim in claims
        if claim.code and not holding(claim)
    }
    for outcome in outcomes:
        if not outcome.error and outcome.task.arguments != _TEXTS:
            found[outcome.task.claim_ids[0]] = [_evidence(dict(outcome.value), complaint)]
    return found


def _evidence(figures: dict[str, Any], complaint: str) -> Evidence:
    seconds, fates = figures.pop("seconds"), figures.pop("fates")
    if not figures["points"]:
        nothing = "no input meets the hypotheses"
        return Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, figures, seconds, nothing)
    complaints = [f"{complaint}; run `coarseproof derive --check`"] if complaint else []
    if not figures["conditioned"] <= ALLOWED:
        complaints.append(f"error {figures['conditioned']:.3g} at {figures['worst_at']}, allowed {ALLOWED:g}")
    verdict = Verdict.REFUTED if complaints else Verdict.VERIFIED
    return Evidence(NAME, verdict, Grade.TESTED, figures, seconds, "; ".join(complaints), fates)
