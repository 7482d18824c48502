"""What the solver makes of a claim, and of its mutants."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sympy import And, Eq, Ne, Pow, default_sort_key
from sympy.logic.boolalg import Boolean, true

from proofs.engine.claim import Claim
from verify.evidence import Fate, Level, Verdict
from verify.inequalities.statement import Rule, Statement, decide
from verify.mutants import Mutant, fates, mutants, sample

__all__ = ["Finding", "fates_of", "judge", "says_the_same"]

_TIMEOUT: Final = 20_000
"""Milliseconds for a question about the claim itself; a timeout leaves it undecided."""

_MUTANT_TIMEOUT: Final[dict[Level, int]] = {"quick": 300, "full": 3_000}
"""The same for a question about a mutant; a timeout leaves it unnoticed."""

_FEW: Final[dict[Level, int]] = {"quick": 2, "full": 4}
"""How many mutants are judged in a quick run, and of a heavy claim in a full one; other methods judge the others."""


@dataclass(frozen=True)
class Finding:
    """What became of the statements of a claim."""

    verdict: Verdict
    proved: int
    left_out: int
    slowest: float
    detail: str = ""


def _chosen(rule: Rule, claim: Claim, level: Level) -> tuple[list[Statement], int]:
    """The statements of a level, and how many are left to the full one."""
    found = list(rule.statements(claim))
    kept = [statement for statement in found if level == "full" or not statement.slow]
    return kept, len(found) - len(kept)


def judge(rule: Rule, claim: Claim, level: Level, timeout: int = _TIMEOUT) -> Finding:
    """Decide the statements of a claim. Raises SolverMissingError."""
    statements, left_out = _chosen(rule, claim, level)
    proved, slowest, open_ones = 0, 0.0, []
    for statement in statements:
        started = time.perf_counter()
        decision = decide(statement, timeout)
        slowest = max(slowest, time.perf_counter() - started)
        if decision.zero is False:
            return Finding(Verdict.REFUTED, proved, left_out, slowest, f"{statement.what}: {decision.witness}")
        if decision.zero is None:
            open_ones.append(f"{statement.what}: {decision.witness}")
        proved += decision.zero is True
    verdict = Verdict.VERIFIED if statements and not open_ones else Verdict.UNDECIDED
    detail = "; ".join(open_ones) if statements else "nothing is stated at this level"
    return Finding(verdict, proved, left_out, slowest, detail)


def fates_of(rule: Rule, claim: Claim, level: Level) -> dict[str, Fate]:
    """What the solver makes of the mutants: refuted with a counterexample, proved to say the same, or neither; nothing
    where no statement reads what was changed, or the solver does not know its functions.
    """
    own, _ = _chosen(rule, claim, level)
    chosen: Sequence[Mutant] = mutants(claim, level)
    if level == "quick" or rule.heavy(claim):
        chosen = sample(chosen, _FEW[level])
    timeout = _MUTANT_TIMEOUT[level]

    def notices(mutant: Mutant) -> Fate | bool | None:
        statements, _ = _chosen(rule, mutant.claim, level)
        changed = [statement for statement in statements if statement not in own]
        if not changed:
            return None
        refuted = _refuted(changed, timeout)
        return Fate.EQUIVALENT if not refuted and says_the_same(claim, mutant, timeout) else refuted

    return fates(chosen, notices)


def _refuted(statements: Iterable[Statement], timeout: int) -> bool:
    """Also where no divisor is 0: a counterexample there is one, while the solver's quotient by 0 is any number."""
    for statement in statements:
        zero = decide(statement, timeout).zero
        if zero is None and (divisors := _divisors(statement)):
            zero = decide(replace(statement, given=(*statement.given, *divisors)), timeout).zero
        if zero is False:
            return True
    return False


def _divisors(statement: Statement) -> list[Boolean]:
    """That what the statement divides by is not 0, for all that is not so by its symbols' assumptions."""
    powers = And(statement.conclusion, *statement.given, evaluate=False).atoms(Pow)
    found = [Ne(power.base, 0) for power in powers if power.exp.is_negative]
    return sorted((part for part in found if part != true), key=default_sort_key)


def says_the_same(claim: Claim, mutant: Mutant, timeout: int) -> bool:
    """Whether the changed formula provably has the value of the claim's, under the claim's hypotheses."""
    if not mutant.part:
        return False
    equal = Eq(mutant.formula, claim.formulas[mutant.part], evaluate=False)
    return decide(Statement("", equal, claim.hypotheses), timeout).zero is True
