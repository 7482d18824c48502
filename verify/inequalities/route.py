"""The inequalities route: polynomial and piecewise statements, proved over the reals by an SMT solver.

Each claim it knows is stated as it stands, from its definition, with the formulas that the claim itself gives. A
claim is verified where the solver finds the negation of each statement unsatisfiable; its grade is *proved* if the
statements are all that the claim says, and *tested* if they are about n = 2, 3 only, or some were left out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import proofs
from proofs.engine.claim import Claim
from verify import roads
from verify.evidence import Evidence, Figures, Grade, Level, Outcome, Task, Verdict
from verify.inequalities import penalties  # noqa: F401  (of every penalty: it registers itself)
from verify.inequalities.judge import fates_of, judge
from verify.inequalities.statement import rule_of

__all__ = ["NAME", "conclude", "run", "tasks"]

NAME = "inequalities"

roads.load()


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """One task a claim that has a statement at this level."""
    found = []
    for claim in claims:
        rule = rule_of(claim)
        if rule is not None and (level == "full" or not rule.heavy(claim)):
            heavy = rule.heavy(claim)
            found.append(Task(NAME, (claim.id,), (level,), weight=8.0 if heavy else 1.0 if level == "full" else 0.1))
    return found


def run(task: Task) -> dict[str, Any]:
    """Decide the statements of one claim, then those of its mutants. Raises SolverMissingError."""
    (claim_id,), (level,) = task.claim_ids, task.arguments
    claim = proofs.get(claim_id)
    rule = rule_of(claim)
    if rule is None:
        raise ValueError(f"claim {claim_id} has no statement over the reals")
    started = time.perf_counter()
    finding = judge(rule, claim, level)
    judged = fates_of(rule, claim, level) if finding.verdict is Verdict.VERIFIED else {}
    figures: Figures = {"statements": finding.proved, "for": rule.scope, "slowest_seconds": round(finding.slowest, 2)}
    if finding.left_out:
        figures["left to the full level"] = finding.left_out
    whole = rule.whole and not finding.left_out
    return {
        "verdict": finding.verdict,
        "grade": Grade.PROVED if whole else Grade.TESTED,
        "figures": figures,
        "detail": finding.detail,
        "fates": judged,
        "seconds": time.perf_counter() - started,
    }


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """Evidence on every claim that was asked about; the suite itself reports a task that failed."""
    found: dict[str, list[Evidence]] = {}
    for outcome in outcomes:
        if outcome.error:
            continue
        said = outcome.value
        evidence = Evidence(
            NAME, said["verdict"], said["grade"], said["figures"], said["seconds"], said["detail"], said["fates"]
        )
        found[outcome.task.claim_ids[0]] = [evidence]
    return found
