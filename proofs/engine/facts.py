"""Facts of a derivation, and what a step that says one owes: by the solver, by reduction, or that something is none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sympy import And, Basic, Dummy, Eq, Expr, default_sort_key
from sympy.logic.boolalg import Boolean, true

from proofs.engine.decision import Decision, Obligation
from proofs.engine.derivation import vanishes
from proofs.engine.residual import at_any_angle
from proofs.engine.smt import STEPS, follows
from proofs.engine.terms import BINDING, bound_in, defined, replaced
from proofs.symbols import phi_angle, theta


@dataclass(frozen=True, eq=False)
class Fact:
    """`formula` holds wherever the hypotheses and cases it `rests` on do, by name; `uses` is what proved it.

    It holds whatever the values of its symbols are, but for those that are `bound`: by a hypothesis, by a case, or
    because a rule made them names.
    """

    name: str
    formula: Boolean
    rests: frozenset[str] = frozenset()
    uses: tuple[Fact, ...] = ()
    bound: frozenset[Basic] = frozenset()


def implied(formula: Boolean, uses: Iterable[Fact], steps: int = STEPS) -> Obligation:
    """Owe: the solver proves it from the facts used."""
    return follows("it follows", formula, *(use.formula for use in uses), steps=steps)


def numbers(formula: Boolean, uses: Iterable[Fact], steps: int = STEPS) -> tuple[Obligation, ...]:
    """Owe: what is said to be equal is a number; the solver would take any for a quotient by 0, and for such a root."""
    needs = defined(formula)
    told = (use.formula for use in uses)
    return () if needs == true else (follows("it is a number", needs, *told, steps=steps),)


def equal(formula: Boolean, uses: Iterable[Fact], steps: int = STEPS) -> Obligation:
    """Of what an equality owes, the first that is not paid."""
    known = tuple(uses)
    owed = reduced(formula, known), *numbers(formula, known, steps)
    return next((one for one in owed if one.decision.zero is not True), owed[0])


def reduced(formula: Boolean, uses: Iterable[Fact], steps: int = STEPS) -> Obligation:
    """Owe: both sides of an equation are the same once what the facts define stands for itself."""
    meant = {
        part.lhs: part.rhs
        for use in uses
        for part in sorted(And.make_args(use.formula), key=default_sort_key)
        if isinstance(part, Eq) and (part.lhs.is_Mul or part.lhs.as_base_exp()[0].is_Symbol)
    }
    before: Expr | None = None
    residual = formula.lhs - formula.rhs

    def catches(part: Basic) -> bool:
        into = [term for one, term in meant.items() if one.free_symbols <= part.free_symbols]
        return any(bound_in(part) & term.free_symbols for term in into)

    caught = {part: Dummy() for part in residual.atoms(*BINDING) if catches(part)}
    residual = residual.xreplace(caught)
    for _ in meant:  # what is defined may stand in what defines another
        if residual == before:
            break
        residual, before = replaced(residual, meant), residual
    residual = residual.xreplace({name: part for part, name in caught.items()})
    return vanishes("they are the same", residual.xreplace(at_any_angle(residual, (theta, phi_angle))))


def none(what: str, found: Collection[str]) -> Obligation:
    """Owe: there is nothing of the kind."""
    return Obligation(f"no {what}", true, Decision(None, ", ".join(sorted(found))) if found else Decision(True, by=""))


def named(facts: Iterable[Fact]) -> tuple[str, ...]:
    """What facts are called."""
    return tuple(fact.name for fact in facts)


def behind(facts: Iterable[Fact]) -> Iterator[Fact]:
    """These facts and all that proved them."""
    for fact in facts:
        yield fact
        yield from behind(fact.uses)
