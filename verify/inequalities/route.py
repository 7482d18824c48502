"""The inequalities route: polynomial and piecewise statements, proved over the reals by an SMT solver.

Each claim it knows is stated in its road as it stands, from its definition, with the formulas that the claim itself
gives. A claim is verified where the solver finds the negation of each statement unsatisfiable; its grade is *proved* if
the statements are all that the claim says, and *tested* if they are about n = 2, 3 only, or some were left out.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from sympy import And, Eq, Ne, Pow, default_sort_key
from sympy.logic.boolalg import Boolean, true

import proofs
from proofs.engine.claim import Claim
from verify import roads
from verify.evidence import Evidence, Fate, Figures, Grade, Level, Outcome, Task, Verdict
from verify.inequalities import Rule, Statement, decide, rule_of
from verify.mutants import Mutant, fates, mutants, sample

NAME = "inequalities"

_STEPS: Final = 5_000_000
"""Steps of the solver for a question about the claim itself; more leave it undecided."""

_MUTANT_STEPS: Final[dict[Level, int]] = {"quick": 75_000, "full": 150_000}
"""The same for a question about a mutant; more leave it unnoticed."""

_FEW: Final[dict[Level, int]] = {"quick": 2, "full": 4}
"""How many mutants are judged in a quick run, and of a heavy claim in a full one; other methods judge the others."""

roads.load()


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """One task a claim that has a statement at this level."""
    return [
        Task(NAME, (claim.id,), (level,), weight=8.0 if rule.heavy(claim) else 1.0 if level == "full" else 0.1)
        for claim in claims
        if (rule := rule_of(claim)) and (level == "full" or not rule.heavy(claim))
    ]


def run(task: Task) -> Evidence:
    """Decide the statements of one claim, then those of its mutants. Raises SolverMissingError."""
    (claim_id,), (level,) = task.claim_ids, task.arguments
    claim = proofs.get(claim_id)
    rule = rule_of(claim)
    if rule is None:
        raise ValueError(f"claim {claim_id} has no statement over the reals")
    found = judge(rule, claim, level)
    return replace(found, fates=fates_of(rule, claim, level)) if found.verdict is Verdict.VERIFIED else found


def conclude(claims: Sequence[Claim], outcomes: Sequence[Outcome], *_: object) -> dict[str, list[Evidence]]:
    """Evidence on every claim that was asked about."""
    return {one.task.claim_ids[0]: [replace(one.value, seconds=one.seconds)] for one in outcomes}


def _chosen(rule: Rule, claim: Claim, level: Level) -> tuple[list[Statement], int]:
    """The statements of a level, and how many are left to the full one."""
    found = list(rule.statements(claim))
    kept = [statement for statement in found if level == "full" or not statement.slow]
    return kept, len(found) - len(kept)


def judge(rule: Rule, claim: Claim, level: Level, steps: int = _STEPS) -> Evidence:
    """Decide the statements of a claim. Raises SolverMissingError."""
    statements, left_out = _chosen(rule, claim, level)
    proved, slowest, verdict, open_ones = 0, 0.0, Verdict.VERIFIED, []
    for statement in statements:
        started = time.perf_counter()
        decision = decide(statement, steps)
        slowest = max(slowest, time.perf_counter() - started)
        proved += decision.zero is True
        if decision.zero is True:
            continue
        open_ones.append(f"{statement.what}: {decision.witness}")
        verdict = Verdict.UNDECIDED
        if decision.zero is False:
            verdict, open_ones = Verdict.REFUTED, open_ones[-1:]
            break
    if not statements:
        verdict, open_ones = Verdict.UNDECIDED, ["nothing is stated at this level"]
    figures: Figures = {"statements": proved, "for": rule.scope, "slowest_seconds": round(slowest, 2)}
    if left_out:
        figures["left to the full level"] = left_out
    grade = Grade.PROVED if rule.whole and not left_out else Grade.TESTED
    return Evidence(NAME, verdict, grade, figures, 0.0, "; ".join(open_ones))


def fates_of(rule: Rule, claim: Claim, level: Level) -> dict[str, Fate]:
    """What the solver makes of the mutants: refuted with a counterexample, proved to say the same, or neither; nothing
    where no statement reads what was changed, or the solver does not know its functions.
    """
    own, _ = _chosen(rule, claim, level)
    chosen: Sequence[Mutant] = mutants(claim, level)
    if level == "quick" or rule.heavy(claim):
        chosen = sample(chosen, _FEW[level])
    steps = _MUTANT_STEPS[level]

    def notices(mutant: Mutant) -> Fate | bool | None:
        statements, _ = _chosen(rule, mutant.claim, level)
        changed = [statement for statement in statements if statement not in own]
        if not changed:
            return None
        refuted = _refuted(changed, steps)
        return Fate.EQUIVALENT if not refuted and says_the_same(claim, mutant, steps) else refuted

    return fates(chosen, notices)


def _refuted(statements: Iterable[Statement], steps: int) -> bool:
    """Also where no divisor is 0: a counterexample there is one, while the solver's quotient by 0 is any number."""
    for statement in statements:
        zero = decide(statement, steps).zero
        if zero is None and (divisors := _divisors(statement)):
            zero = decide(replace(statement, given=(*statement.given, *divisors)), steps).zero
        if zero is False:
            return True
    return False


def _divisors(statement: Statement) -> list[Boolean]:
    """That what the statement divides by is not 0, for all that is not so by its symbols' assumptions."""
    powers = And(statement.conclusion, *statement.given, evaluate=False).atoms(Pow)
    found = [Ne(power.base, 0) for power in powers if power.exp.is_negative]
    return sorted((part for part in found if part != true), key=default_sort_key)


def says_the_same(claim: Claim, mutant: Mutant, steps: int) -> bool:
    """Whether the changed formula provably has the value of the claim's, under the claim's hypotheses."""
    if not mutant.part:
        return False
    equal = Eq(mutant.formula, claim.formulas[mutant.part], evaluate=False)
    return decide(Statement("", equal, claim.hypotheses), steps).zero is True
