"""The exact route: carry out each claim's derivation and decide every obligation.

A claim is *proved* only if its own chain is, and the chain of every claim it rests on. A mutant is noticed where what
was derived provably differs from it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import proofs
from proofs.claim import Claim
from proofs.derivation import Derivation
from proofs.residual import decide_zero
from proofs.smt import impossible
from verify.evidence import Evidence, Fate, Grade, Level, Outcome, Task, Verdict
from verify.mutants import Mutant, mutants

__all__ = ["NAME", "conclude", "run", "tasks"]

NAME = "symbolic"

_VERDICTS = {True: Verdict.VERIFIED, False: Verdict.REFUTED, None: Verdict.UNDECIDED}


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """One task a claim."""
    return [Task(NAME, (claim.id,), (level,), weight=0.5) for claim in claims]


def run(task: Task) -> dict[str, Any]:
    """Derive one claim and those it rests on, then hold its mutants against what was derived."""
    (claim_id,), (level,) = task.claim_ids, task.arguments
    claim = proofs.get(claim_id)
    started = time.perf_counter()
    chain = proofs.derive(claim_id)
    cited = list(proofs.rests_on(claim_id))
    open_ids = [other for other in cited if other == claim_id or proofs.derive(other).decided is not True]
    obligations = [obligation for step in chain.steps for obligation in step.obligations]
    contradictory = bool(claim.hypotheses) and impossible(claim.hypotheses)
    return {
        "decided": None if contradictory else proofs.proved(claim_id),
        "figures": {"steps": len(chain.steps), "obligations": len(obligations), "rests_on": cited},
        "detail": "its hypotheses contradict each other" if contradictory else _detail(chain, open_ids),
        "fates": _fates(chain, mutants(claim, level)),
        "seconds": time.perf_counter() - started,
    }


def _fates(chain: Derivation, chosen: Sequence[Mutant]) -> dict[str, Fate]:
    """Of every changed formula: does what was derived differ from it, or does it equal what the claim states?"""
    own = {name: (held.derived, held.stated) for name, held in chain.parts.items()}
    if chain.derived is not None:
        own["statement"] = (chain.derived, chain.held[0])
    found = {}
    for mutant in chosen:
        if mutant.part in own:
            derived, stated = own[mutant.part]
            decision = decide_zero(derived - mutant.formula).zero
            same = decision is True and decide_zero(mutant.formula - stated).zero is True
            found[mutant.label] = Fate.EQUIVALENT if same else Fate.KILLED if decision is False else Fate.MISSED
    return found


def _detail(chain: Derivation, open_ids: list[str]) -> str:
    """Which step is not proved, with the witness or the residual; else which cited claim."""
    for step in chain.steps:
        for obligation in step.obligations:
            if obligation.decision.zero is not True:
                word = "refuted" if obligation.decision.zero is False else "undecided"
                why = obligation.decision.witness or f"residual {obligation.expression}"
                return f"step {step.name!r}, {obligation.what}: {word}; {why[:400]}"
        if step.decided is not True:
            return f"step {step.name!r} owes nothing and is computed from nothing"
    if not chain.concluded:
        return "the derivation never reaches its statement"
    return f"rests on {', '.join(open_ids)}, not proved" if open_ids else ""


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """Evidence of grade *proved* where every obligation was."""
    found: dict[str, list[Evidence]] = {}
    for outcome in outcomes:
        if outcome.error:
            continue
        value = outcome.value
        verdict = _VERDICTS[value["decided"]]
        evidence = Evidence(
            NAME, verdict, Grade.PROVED, value["figures"], value["seconds"], value["detail"], value["fates"]
        )
        found[outcome.task.claim_ids[0]] = [evidence]
    return found
