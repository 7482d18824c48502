"""The inequalities route: a statement about real numbers that says what a claim says, the register of what is stated
about which claim, and what statements of several chapters are written in. What is stated of a claim stands in its road.

Inner products of w, w* and u are all that the statements are about, so that three coordinates with w = (1, 0, 0) and
w* = (c, s, 0) stand for any n. For an entry of a fixed point of the splitting iteration N x = y + βu, y = κ|w*_i|,
u a minimizer at x.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sympy import Add, And, Eq, Expr, Implies, Rational, Symbol, cos, sin, symbols
from sympy import ImmutableMatrix as Matrix
from sympy.logic.boolalg import Boolean, true

from proofs.engine.cases import leaves
from proofs.engine.claim import Claim, get
from proofs.engine.decision import Decision
from proofs.engine.smt import follows, impossible
from proofs.penalties import map_id
from proofs.symbols import beta, lam, multiplier, ratio, theta, x_in


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


C, S = Symbol("c", real=True), Symbol("s", nonnegative=True)
"""Cosine and sine of an angle in [0, π]."""

CIRCLE: tuple[Boolean, ...] = (Eq(C**2 + S**2, 1),)
W, STAR = Matrix([1, 0, 0]), Matrix([C, S, 0])
Z = Symbol("norm_z", positive=True)


def reals(names: str) -> Matrix:
    """A vector of real symbols, named as in SymPy's ``symbols``: "x y", "w_1:4"."""
    return Matrix(symbols(names, real=True, seq=True))


def on_circle(half_tangent: Rational) -> tuple[Rational, Rational]:
    """Cosine and sine of an angle, both rational, from the tangent of its half."""
    square = half_tangent**2
    return (1 - square) / (1 + square), 2 * half_tangent / (1 + square)


def dot(left: Sequence[Expr], right: Sequence[Expr]) -> Expr:
    """The inner product."""
    return Add(*(one * other for one, other in zip(left, right, strict=True)))


def placed(part: Expr, values: Mapping[str, Expr]) -> Expr:
    """A claim's formula with symbols replaced by name, and cos θ and sin θ by C and S."""
    part = part.xreplace({cos(theta): C, sin(theta): S})
    return part.xreplace({symbol: values[symbol.name] for symbol in part.free_symbols if symbol.name in values})


def squares(one: Matrix, other: Matrix) -> Expr:
    """The square of a distance."""
    return dot(one - other, one - other)


U = reals("u_1:4")
N = multiplier
X, OWN = reals("x_i u_i")
"""x and u of one entry."""


def soft(point: Expr) -> Expr:
    """P1's map at ρ = λ/β."""
    return get(map_id("l1")).formula.subs({x_in: point, ratio: lam / beta})
