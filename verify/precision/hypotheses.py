"""Boundaries: a claim holds on those that its hypotheses admit, and fails on one that only weaker hypotheses do.

Such configurations lie on the boundary of a domain (θ = 0 or π, w = 0, one row, one dimension, 1ᵀv* = 0 …), where
floats are not exact: what a formula becomes there is found by exact substitution. A claim fails where definition and
closed form differ, and where one of the two does not exist. If it holds there all the same, its hypothesis was not
needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from mpmath import mp
from sympy import Expr, Float, Integer, Rational, Symbol, nan, oo, pi, zoo
from sympy.logic.boolalg import Boolean

from proofs import symbols
from proofs.engine.claim import Claim
from proofs.engine.definitions import HalfSpaceMoment, Potential
from proofs.engine.sentence import formula_of
from proofs.engine.smt import impossible
from verify.at_points import Comparison
from verify.closed_form import NoValueError
from verify.configurations import Configuration
from verify.contexts.digits.network import UndefinedError
from verify.contexts.digits.quadrature import DIGITS
from verify.evidence import Fate, Level, Verdict
from verify.roads.landscape import constructed
from verify.roads.penalties import outside

Checking = Callable[[Claim, Configuration], list[Comparison]]

_DIRECTIONS: Final = {symbols.e, symbols.b_perp}
_OF_FILTER: Final = {symbols.e, symbols.w_hat}


@dataclass(frozen=True)
class Edge:
    """A configuration on the boundary of a domain; `exact` are the coordinates that its floats cannot carry."""

    point: Configuration
    exact: dict[Symbol, Expr] = field(default_factory=dict)
    about: frozenset[Symbol] = frozenset()
    """Symbols whose domain ends here, beside the exact ones."""

    def meets(self, hypotheses: Iterable[Boolean]) -> bool:
        """Whether all of the hypotheses hold here."""
        return all(self._meets(hypothesis) for hypothesis in hypotheses)

    def _meets(self, hypothesis: Boolean) -> bool:
        exact = hypothesis.subs(self.exact)
        return bool(exact.subs({symbol: self._values[symbol] for symbol in exact.free_symbols}))

    @cached_property
    def _values(self) -> dict[Symbol, Float]:
        with mp.workdps(DIGITS):
            return {symbol: Float(str(value), DIGITS) for symbol, value in self.point.scalars().items()}

    def admitted_by(self, claim: Claim) -> bool:
        """Whether the claim speaks of this boundary: its hypotheses hold here, nothing shows that its premises do not,
        and its symbols assume no more, unless a hypothesis says that itself.
        """
        told = {symbol for hypothesis in claim.hypotheses for symbol in hypothesis.free_symbols}
        if any(symbol.is_positive and value == 0 and symbol not in told for symbol, value in self.exact.items()):
            return False
        known = self.exact | {symbol: Rational(self._values[symbol]) for symbol in self.about & self._values.keys()}
        premises = [formula_of(said, {}).subs(known) for said in claim.premises.values()]
        return self.meets(claim.hypotheses) and not impossible(premises)

    def reduced(self, formula: Expr) -> Expr:
        """A formula at the exact coordinates; `UndefinedError` where it divides by 0 there."""
        found = formula.subs(self.exact)
        if found.has(zoo, nan, oo, -oo) and not formula.has(oo, -oo):
            raise UndefinedError(f"the closed form divides by 0 at {self.point.label}")
        if found.has(zoo, nan):
            raise UndefinedError(f"the closed form does not exist at {self.point.label}")
        return found


def edges(base: Configuration) -> Iterator[Edge]:
    """Boundaries of the domains that claims name, with the other coordinates of a generic configuration."""
    with mp.workdps(DIGITS):
        half_turn, quarter_turn = +mp.pi, mp.pi / 2
    yield Edge(replace(base, label="w = 0", r=0.0), {symbols.r: Integer(0)})
    yield Edge(replace(base, label="θ = 0", theta=0.0), {symbols.theta: Integer(0)})
    yield Edge(replace(base, label="θ = π", theta=half_turn), {symbols.theta: pi})
    for point in constructed(base):
        yield Edge(replace(point, label=f"n = 1, {point.label}", n=1), about=frozenset({symbols.n}))
        yield Edge(point, about=frozenset({symbols.sum_vs, symbols.vs_vs}))
    yield Edge(replace(base, label="m = 1", v=(0.75,), v_star=(-1.25,)), about=frozenset({symbols.m}))
    yield Edge(replace(base, label="v ⟂ v*", v=(1.0, 2.0), v_star=(2.0, -1.0)), about=frozenset({symbols.v_vs}))
    yield Edge(
        replace(base, label="v* = 0", v_star=(0.0,) * base.m), {symbols.vs_vs: Integer(0), symbols.sum_vs: Integer(0)}
    )
    level = replace(base, label="v(θ) ⟂ v*", v=(0.75, -0.5), v_star=(1.0, -1.0), theta=quarter_turn)
    yield Edge(level, {symbols.theta: pi / 2})
    for symbol, value in ((symbols.c, -1), (symbols.tau, 0)):
        moved = {**base.parameters, symbol.name: float(value)}
        yield Edge(replace(base, label=f"{symbol.name} = {value}", parameters=moved), {symbol: Integer(value)})


def judge(claim: Claim, weakened: Claim, base: Configuration, checking: Checking) -> tuple[Fate, str] | None:
    """Whether the claim fails where only the weakened one speaks, and how; None if no such configuration is known, or
    none at which the definition can be evaluated.
    """
    known = False
    for edge in (*edges(base), *map(Edge, outside(claim))):
        if edge.meets(weakened.hypotheses) and not edge.meets(claim.hypotheses):
            try:
                found = _compared(weakened, edge, checking)
            except (ArithmeticError, ValueError):
                continue
            known = True
            if wrong := [one.witness for one in found if one.verdict is Verdict.REFUTED]:
                return Fate.KILLED, wrong[0]
    return (Fate.MISSED, "holds there as well") if known else None


def on_boundaries(claim: Claim, base: Configuration, checking: Checking, level: Level) -> Iterator[Comparison]:
    """The claim at every boundary that its own hypotheses admit, where it must hold; a quick run takes those that the
    hypotheses are about.
    """
    told = {symbol for hypothesis in claim.hypotheses for symbol in hypothesis.free_symbols}
    for edge in (*edges(base), *(Edge(point, about=frozenset(told)) for point in outside(claim))):
        concerned = told & (edge.exact.keys() | edge.about)
        if (level == "full" or concerned) and edge.admitted_by(claim):
            yield from _compared(claim, edge, checking)


def _compared(claim: Claim, edge: Edge, checking: Checking) -> list[Comparison]:
    try:
        _without_direction(claim, edge)
        return checking(_at(claim, edge), edge.point)
    except (UndefinedError, NoValueError) as why:
        return [Comparison(edge.point.label, Verdict.REFUTED, None, str(why))]


def _at(claim: Claim, edge: Edge) -> Claim:
    parts = {
        name: edge.reduced(form)
        for name, form in claim.parts.items()
        if not edge.exact.keys() & _RUNNING.get(name, set())
    }
    statement = claim.statement
    if statement is not None and not isinstance(claim.definition, Potential):  # which is differentiated there
        statement = edge.reduced(statement)
    return replace(claim, statement=statement, printed=_printed_at(claim, edge), parts={**claim.parts, **parts})


def _printed_at(claim: Claim, edge: Edge) -> Expr | None:
    """The printed form there; None where it divides by 0, which the statement does without."""
    try:
        return None if claim.printed is None else edge.reduced(claim.printed)
    except UndefinedError:
        return None


_RUNNING: Final = {
    **{"squared quotient": {symbols.theta}, "norm, a lower bound": {symbols.theta}},
    **{"quotient": {symbols.r}, "factor": {symbols.theta, symbols.r}},
}
"""Coordinates over which a checker runs a part by itself, wherever the configuration is."""


def _without_direction(claim: Claim, edge: Edge) -> None:
    """`UndefinedError` where a formula or the definition names a direction that is none there."""
    free = {symbol for form in claim.formulas.values() for symbol in form.free_symbols}
    if not edge.point.r and free & _OF_FILTER:
        raise UndefinedError("w = 0 has no direction ŵ")
    across = isinstance(claim.definition, HalfSpaceMoment) and claim.definition.component == "across"
    if edge.exact.get(symbols.theta) in (0, pi) and (across or free & _DIRECTIONS):
        raise UndefinedError(f"{edge.point.label}: the vectors are parallel, so e is no direction")
