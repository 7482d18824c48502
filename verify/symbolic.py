"""The exact route: carry out each claim's derivation and decide every obligation.

A claim is *proved* only if its own chain is, and the chain of every claim it rests on: from its hypotheses to its
statement, or *with rules* if theorems that are named had to be trusted. Where it is a sentence that joins two lines,
every step may be decided, and nothing is proved. Of a mutant is said whether what
was derived provably differs from it, which alone is no evidence that the checks would notice it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Final

import proofs
from proofs.engine.claim import Claim
from proofs.engine.derivation import Derivation
from proofs.engine.residual import decide_zero, is_seen_not_to_vanish
from proofs.engine.smt import STEPS, impossible
from verify.evidence import Evidence, Fate, Grade, Level, Outcome, Task, Verdict
from verify.mutants import Mutant, fates, mutants, sample
from verify.reading.derivations import steps_of
from verify.workers import describe

NAME = "symbolic"

_TOGETHER: Final = 7
"""Claims of a task: these are the heaviest, and one process does them one after the other."""

_QUICK: Final = 6
"""Mistakes in a derivation that a quick run plants."""

_STEPS: Final[dict[Level, int]] = {"quick": 50_000, "full": 500_000}
"""Steps of the solver for a changed formula: many times what the statement takes where its facts imply it."""

_PLANTED: Final[dict[Level, int]] = {"quick": 200_000, "full": STEPS}
"""The same for a derivation with a mistake."""

_VERDICTS = {True: Verdict.VERIFIED, False: Verdict.REFUTED, None: Verdict.UNDECIDED}


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """Tasks of some claims that follow each other: they rest on each other, and a process derives each of them once."""
    weight = 0.6 if level == "quick" else 2.0
    some = (claims[start : start + _TOGETHER] for start in range(0, len(claims), _TOGETHER))
    return [Task(NAME, tuple(claim.id for claim in part), (level,), weight * len(part)) for part in some]


def run(task: Task) -> dict[str, Evidence]:
    """Derive each claim and those it rests on; one that raises must not take down its chapter."""
    (level,) = task.arguments
    found: dict[str, Evidence] = {}
    for claim_id in task.claim_ids:
        try:
            found[claim_id] = _derived(claim_id, level, task.explained)
        except (Exception, SystemExit) as error:  # noqa: BLE001, RUF100 (becomes evidence)
            found[claim_id] = Evidence(NAME, Verdict.ERROR, Grade.PROVED, {}, 0.0, describe(error))
    return found


def _derived(claim_id: str, level: Level, explained: bool) -> Evidence:
    """What became of the derivation, and of the mutants held against it: *proved* where every obligation was."""
    claim = proofs.get(claim_id)
    started = time.process_time()
    chain = proofs.derive(claim_id)
    cited = list(proofs.rests_on(claim_id))
    open_ids = [other for other in cited if other == claim_id or proofs.derive(other).decided is not True]
    figures = {
        "steps": len(chain.steps),
        "obligations": sum(len(step.obligations) for step in chain.steps),
        "rests_on": cited,
        "chain": [[step.name, len(step.obligations)] for step in chain.steps],
    }
    stands = proofs.standing(claim_id)
    figures |= {"parts": list(claim.formulas), "rules": list(stands.rules)}
    figures |= {"words": {one: list(lines) for one, lines in stands.words.items()}}
    grade = Grade.TESTED if stands.words else Grade.PROVED_WITH_RULES if stands.rules else Grade.PROVED
    verdict, detail = _VERDICTS[proofs.proved(claim_id)], _detail(chain, open_ids)
    if claim.hypotheses and impossible(claim.hypotheses):
        verdict, detail = Verdict.UNDECIDED, "its hypotheses contradict each other"
    told = fates(mutants(claim, level), partial(_fate, chain, _STEPS[level])) | _mistaken(chain, level)
    seconds = time.process_time() - started
    return Evidence(NAME, verdict, grade, figures, seconds, detail, told, steps_of(claim_id) if explained else ())


def _fate(chain: Derivation, steps: int, mutant: Mutant) -> Fate | bool | None:
    """Of a changed formula: does what was derived differ from it, or does it equal what the claim states?"""
    if mutant.part and chain.implies is not None:
        # What the facts prove as well is weaker, or the same; no counterexample is no refutation.
        implied = chain.implies(mutant.claim.formulas, steps).decision.zero
        if implied is not None:
            return not implied
        changed = mutant.formula - proofs.get(mutant.claim.id).formulas[mutant.part]
        return Fate.EQUIVALENT if decide_zero(changed).zero is True else None
    if mutant.part != "statement" or chain.derived is None:
        return None
    if is_seen_not_to_vanish(chain.derived - mutant.formula):
        return True
    decision = decide_zero(chain.derived - mutant.formula).zero
    same = decision is True and decide_zero(mutant.formula - chain.held[0]).zero is True
    return Fate.EQUIVALENT if same else decision is False


def _mistaken(chain: Derivation, level: Level) -> dict[str, Fate]:
    """The derivation with one mistake each: it has to be undecided, as what owes it then is.

    Of one over which the solver is stopped early, nothing is said.
    """
    planted = list(chain.mutants())
    chosen = planted if level == "full" else sample(planted, _QUICK)
    told = {f"derivation: {label}": owed(steps=_PLANTED[level]).decision for label, owed in chosen}
    early = _PLANTED[level] < STEPS
    return {
        label: Fate.MISSED if decision.zero else Fate.KILLED
        for label, decision in told.items()
        if not (early and decision.stopped)
    }


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


def conclude(claims: Sequence[Claim], outcomes: Sequence[Outcome], *_: object) -> dict[str, list[Evidence]]:
    """Each claim has its own; the suite itself reports a task that failed."""
    return {key: [evidence] for outcome in outcomes if not outcome.error for key, evidence in outcome.value.items()}
