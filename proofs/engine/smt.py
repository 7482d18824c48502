"""Statements over the reals, decided by an SMT solver: ``given`` implies ``conclusion`` for all real values.

The obligation is written in the mathematics: SymPy relations between polynomials, quotients, roots, |·|, min, max and
pieces. It is proved when the solver finds its negation unsatisfiable, refuted when the solver exhibits a
counterexample, and undecided otherwise: where it takes too many steps, and when the hypotheses cannot be shown to be
satisfiable, for then anything would follow. A counterexample whose values are rational is put back into the statement
itself, and believed only if that is false there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from sympy import And, Basic, Implies, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanFunction

from proofs.engine.decision import Decision, Obligation
from proofs.engine.latex import latex_of_all
from proofs.engine.smt_terms import SolverMissingError, Translation, Words, solver_module
from proofs.engine.unicode import unicode_of

__all__ = ["STEPS", "SolverMissingError", "follows", "impossible"]

STEPS: Final = 5_000_000
"""Steps that the solver may take over one obligation: as it counts them, so that no verdict depends on the clock."""

_FEW: Final = 500_000
"""The same for one region of a case distinction."""


def follows(what: str, conclusion: Boolean, *given: Boolean | Iterable[Boolean], steps: int = STEPS) -> Obligation:
    """Owe: every real point that satisfies `given`, and the assumptions on the symbols, satisfies `conclusion`.

    Integer symbols are taken as reals: what holds for all reals holds for them. The solver may take so many
    `steps`. Raises ValueError for what it cannot express, SolverMissingError where there is no solver.
    """
    hypotheses = tuple(one for part in given for one in ([part] if isinstance(part, Boolean) else part))
    shown = Implies(And(*hypotheses, evaluate=False), conclusion, evaluate=False) if hypotheses else conclusion
    solver_module()  # missing, it is named also where the answer is known
    return Obligation(what, shown, replace(_decide(hypotheses, conclusion, steps), by="z3"))


def impossible(conditions: Iterable[Boolean]) -> bool:
    """Whether no real point satisfies all of `conditions` and the assumptions on the symbols: True only if proved."""
    solver_module()  # missing, it is named also where the answer is known
    return _impossible(tuple(conditions))


@lru_cache(maxsize=4096)
def _impossible(conditions: tuple[Boolean, ...]) -> bool:
    translation = Translation()
    try:
        parts = [translation.boolean(part) for part in conditions]
    except ValueError:  # a function the solver does not know
        return False
    return bool(translation.answer(translation.solver(_FEW, *parts)) == translation.z3.unsat)


@lru_cache(maxsize=4096)
def _decide(given: tuple[Boolean, ...], conclusion: Boolean, steps: int) -> Decision:
    translation = Translation()
    z3 = translation.z3
    hypotheses = [translation.boolean(part) for part in given]
    claim = translation.boolean(conclusion)
    if _follows_in_words(given, conclusion):
        answer = z3.unsat
    else:
        solver = translation.solver(steps, *hypotheses, z3.Not(claim))
        answer = translation.answer(solver)
    if answer == z3.unsat:  # a counterexample satisfies the hypotheses: only where there is none may they be impossible
        if (consistent := translation.answer(translation.solver(steps, *hypotheses))) == z3.sat:
            return Decision(True)
        why = "contradict each other" if consistent == z3.unsat else "were not shown to be satisfiable"
        return Decision(None, f"the hypotheses {why}", stopped=consistent == z3.unknown)
    if answer == z3.unknown or translation.approximate:
        why = solver.reason_unknown() or translation.approximate
        return Decision(None, f"the solver gave no proof ({why})", stopped=answer == z3.unknown)
    model = solver.model()
    names = translation.symbols
    found = {name: model.eval(names[name], model_completion=True) for name in sorted(names)}
    where = ", ".join(f"{unicode_of(latex_of_all(Symbol(name)))} = {value}" for name, value in found.items())
    arbitrary = any(z3.is_true(model.eval(part, model_completion=True)) for part in translation.undefined)
    if arbitrary or translation.spurious(found, given, conclusion):
        return Decision(None, f"the solver's counterexample is none ({where})")
    return Decision(False, f"fails at {where}")


def _follows_in_words(given: tuple[Boolean, ...], conclusion: Boolean) -> bool:
    """Whether the conclusion follows whatever the relations mean: one that does not stand in `given` follows from no
    others that can be satisfied.
    """
    known = set().union(*map(_relations, given))
    if any(isinstance(part, Relational) and part not in known for part in And.make_args(conclusion)):
        return False
    words = Words()
    parts = [*map(words.boolean, given), words.z3.Not(words.boolean(conclusion))]
    return bool(words.answer(words.solver(_FEW, *parts)) == words.z3.unsat)


def _relations(part: Basic) -> set[Relational]:
    if isinstance(part, Relational):
        return {part}
    return set().union(*map(_relations, part.args)) if isinstance(part, BooleanFunction) else set()
