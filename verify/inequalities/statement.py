"""A statement about real numbers that says what a claim says, and the register of what is stated about which claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sympy import And, Expr, Implies, Symbol
from sympy.logic.boolalg import Boolean, true

from proofs.engine.cases import leaves
from proofs.engine.claim import Claim
from proofs.engine.decision import Decision
from proofs.engine.smt import follows, impossible


@dataclass(frozen=True)
class Statement:
    """`given` implies `conclusion`, for all real values of the symbols.

    `pieces` are symbols and what they stand for, in the conclusion and in later pieces: the solver is asked region by
    region. `slow` leaves the statement to the full level. A `relaxed` one knows less than the claim's definition does:
    that it fails somewhere refutes nothing.
    """

    what: str
    conclusion: Boolean
    given: tuple[Boolean, ...] = ()
    pieces: tuple[tuple[Symbol, Expr], ...] = ()
    slow: bool = False
    relaxed: bool = False


@dataclass(frozen=True)
class Rule:
    """How a claim is stated: its statements, what they are proved for, and whether that is all that it says.

    `heavy` says which claims belong to the full level only, `applies` which of the claims it is for.
    """

    statements: Callable[[Claim], Iterable[Statement]]
    scope: str
    whole: bool
    heavy: Callable[[Claim], bool] = lambda claim: False
    applies: Callable[[Claim], object] = lambda claim: True


_RULES: Final[dict[Any, Rule]] = {}


def stated(
    *keys: Any, scope: str, whole: bool, **which: Callable[[Claim], Any]
) -> Callable[[Callable[[Claim], Iterator[Statement]]], Callable[[Claim], Iterator[Statement]]]:
    """Decorator: state the claims of these ids, or of these types of definition; `which` are `heavy` and `applies`."""

    def declare(statements: Callable[[Claim], Iterator[Statement]]) -> Callable[[Claim], Iterator[Statement]]:
        for key in keys:
            if key in _RULES:
                raise ValueError(f"{key} is stated twice")
            _RULES[key] = Rule(statements, scope, whole, **which)
        return statements

    return declare


def rule_of(claim: Claim) -> Rule | None:
    """The rule of a claim, by its id or else by its definition; None if it is none for this method."""
    rule = _RULES.get(claim.id) or _RULES.get(type(claim.definition))
    return rule if rule is not None and rule.applies(claim) else None


def decide(statement: Statement, steps: int) -> Decision:
    """Whether the statement holds; undecided after so many steps, or where its hypotheses contradict each other."""
    vacuous = Decision(None, "the hypotheses contradict each other")
    proved, undecided = 0, vacuous
    for conclusion, region in _regions(statement.conclusion, statement.given, statement.pieces):
        for part in And.make_args(conclusion):
            decision = _ask(part, region, steps)
            if decision is None:
                continue
            if decision.zero is False and not statement.relaxed:
                return decision
            if decision.zero is False:
                decision = Decision(None, f"the estimate does not suffice: it {decision.witness}")
            proved += decision.zero is True
            undecided = decision if decision.zero is None else undecided
    return Decision(True) if proved and undecided is vacuous else undecided


def _regions(
    conclusion: Boolean, given: tuple[Boolean, ...], pieces: tuple[tuple[Symbol, Expr], ...]
) -> Iterator[tuple[Boolean, tuple[Boolean, ...]]]:
    """The conclusion where each of the `pieces` is one expression, and where that is."""
    if not pieces:
        yield conclusion, given
        return
    (name, value), *rest = pieces
    for leaf, region in leaves(value, given):
        others = tuple((other, later.xreplace({name: leaf})) for other, later in rest)
        yield from _regions(conclusion.xreplace({name: leaf}), region, others)


def _ask(conclusion: Boolean, given: tuple[Boolean, ...], steps: int) -> Decision | None:
    """None for an implication whose premise is never met in the region."""
    premises: list[Boolean] = []
    while isinstance(conclusion, Implies):
        premise, conclusion = conclusion.args
        premises.append(premise)
    known = [part for part in (*given, *premises) if part != true]
    decision = follows("", conclusion, known, steps=steps).decision
    return None if decision.zero is None and premises and impossible(known) else decision
