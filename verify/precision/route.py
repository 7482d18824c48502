"""The precision route: every closed form against its definition, at 50 digits.

The definition is evaluated by quadrature of raw integrands (verify.contexts.digits.quadrature), explicit sums over rows
(verify.contexts.digits.network), linear solves and differences; the closed form by mpmath. A claim is verified when
every comparison agrees to 45 digits (20 where the definition is a derivative), refuted when one falls below 40 (15)
with a witness, undecided in between, without a configuration that meets its hypotheses.

Boundaries: a claim holds on those that its hypotheses admit, and fails on one that only weaker hypotheses do. Such
configurations lie on the boundary of a domain (θ = 0 or π, w = 0, one row, one dimension, 1ᵀv* = 0 …), where floats are
not exact: what a formula becomes there is found by exact substitution. A claim fails where definition and closed form
differ, and where one of the two does not exist. If it holds there all the same, its hypothesis was not needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from typing import Final

from mpmath import mp
from sympy import Expr, Float, Integer, Integral, Rational, Symbol, nan, oo, pi, zoo
from sympy.logic.boolalg import Boolean

from proofs import symbols
from proofs.engine.claim import Claim
from proofs.engine.definitions import CommonZeros, HalfSpaceMoment, Landscape, Potential, ReluNetwork
from proofs.engine.sentence import formula_of
from proofs.engine.smt import impossible
from verify import roads
from verify.at_points import AtPoints, Comparison
from verify.closed_form import NoValueError
from verify.configurations import Configuration, meeting
from verify.contexts.digits.network import UndefinedError
from verify.contexts.digits.quadrature import DIGITS
from verify.evidence import Fate, Figures, Level, Verdict
from verify.mutants import Mutant, fates, mutants
from verify.precision.comparison import check_sides
from verify.roads.landscape import constructed
from verify.roads.penalties import outside
from verify.sides import speaks_of

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
        exact = (hypothesis.subs(self.exact) for hypothesis in hypotheses)
        return all(bool(one.subs({symbol: self._values[symbol] for symbol in one.free_symbols})) for one in exact)

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


@lru_cache(maxsize=16)
def edges(base: Configuration) -> tuple[Edge, ...]:
    """Boundaries of the domains that claims name, with the other coordinates of a generic configuration."""
    with mp.workdps(DIGITS):
        half_turn, quarter_turn = +mp.pi, mp.pi / 2
    at = partial(replace, base)
    found = [
        Edge(at(label="w = 0", r=0.0), {symbols.r: Integer(0)}),
        Edge(at(label="θ = 0", theta=0.0), {symbols.theta: Integer(0)}),
        Edge(at(label="θ = π", theta=half_turn), {symbols.theta: pi}),
    ]
    for point in constructed(base):
        found.append(Edge(replace(point, label=f"n = 1, {point.label}", n=1), about=frozenset({symbols.n})))
        found.append(Edge(point, about=frozenset({symbols.sum_vs, symbols.vs_vs})))
    level = at(label="v(θ) ⟂ v*", v=(0.75, -0.5), v_star=(1.0, -1.0), theta=quarter_turn)
    found += [
        Edge(at(label="m = 1", v=(0.75,), v_star=(-1.25,)), about=frozenset({symbols.m})),
        Edge(at(label="v ⟂ v*", v=(1.0, 2.0), v_star=(2.0, -1.0)), about=frozenset({symbols.v_vs})),
        Edge(at(label="v* = 0", v_star=(0.0,) * base.m), dict.fromkeys((symbols.vs_vs, symbols.sum_vs), Integer(0))),
        Edge(level, {symbols.theta: pi / 2}),
    ]
    for symbol, value in ((symbols.c, -1), (symbols.tau, 0)):
        moved = at(label=f"{symbol.name} = {value}", parameters={**base.parameters, symbol.name: float(value)})
        found.append(Edge(moved, {symbol: Integer(value)}))
    return tuple(found)


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


def on_boundaries(claim: Claim, base: Configuration, level: Level) -> Iterator[Comparison]:
    """The claim at every boundary that its own hypotheses admit, where it must hold; a quick run takes those that the
    hypotheses are about.
    """
    told = {symbol for hypothesis in claim.hypotheses for symbol in hypothesis.free_symbols}
    for edge in (*edges(base), *(Edge(point, about=frozenset(told)) for point in outside(claim))):
        concerned = told & (edge.exact.keys() | edge.about)
        if (level == "full" or concerned) and edge.admitted_by(claim):
            yield from _compared(claim, edge, partial(_check, level=level))


def _compared(claim: Claim, edge: Edge, checking: Checking) -> list[Comparison]:
    free = {symbol for form in claim.formulas.values() for symbol in form.free_symbols}
    across = isinstance(claim.definition, HalfSpaceMoment) and claim.definition.component == "across"
    try:
        if not edge.point.r and free & _OF_FILTER:
            raise UndefinedError("w = 0 has no direction ŵ")
        if edge.exact.get(symbols.theta) in (0, pi) and (across or free & _DIRECTIONS):
            raise UndefinedError(f"{edge.point.label}: the vectors are parallel, so e is no direction")
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
    printed = None
    with suppress(UndefinedError):  # where the printed form divides by 0 the statement does without
        printed = None if claim.printed is None else edge.reduced(claim.printed)
    return replace(claim, statement=statement, printed=printed, parts={**claim.parts, **parts})


_RUNNING: Final = {
    **{"squared quotient": {symbols.theta}, "norm, a lower bound": {symbols.theta}},
    **{"quotient": {symbols.r}, "factor": {symbols.theta, symbols.r}},
}
"""Coordinates over which a checker runs a part by itself, wherever the configuration is."""


NAME = "precision"

roads.load()

Checker = Callable[[Claim, Configuration, Level], list[Comparison]]


def checker_of(claim: Claim) -> Checker | None:
    """How a claim is checked; of one without a checker this method says nothing, and if none does it is undecided."""
    if claim.id in roads.CHECKERS:
        return roads.CHECKERS[claim.id]
    if isinstance(claim.definition, ReluNetwork) or not speaks_of(claim.definition):
        return roads.CHECKERS.get(type(claim.definition))
    return check_sides


def _check(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    checker = checker_of(claim)
    if checker is None:
        raise ValueError(f"no check is written for {type(claim.definition).__name__}")
    with mp.workdps(DIGITS):
        return checker(claim, point, level)


def points_for(claim: Claim, points: Sequence[Configuration]) -> list[Configuration]:
    """The configurations a claim is checked at: those that meet its hypotheses, and those its definition needs."""
    choose = roads.POINTS.get(claim.id) or roads.POINTS.get(type(claim.definition))
    return meeting(claim.hypotheses, choose(claim.definition, points) if choose else points)


def _weight(claim: Claim, level: Level) -> float:
    proxies = 8 if level == "full" else 3
    arbitrary = getattr(claim.definition, "estimator", "") == "*" or getattr(claim.definition, "proxy", False)
    integrals = 0 if claim.statement is None else len(claim.statement.atoms(Integral))
    if isinstance(claim.definition, Landscape | CommonZeros):
        return 0.05
    return 0.01 + (0.02 * integrals + 0.01) * (proxies if arbitrary else 1)


def _mutant_weight(claim: Claim, level: Level) -> float:
    """How many mutants there are is known only once they are made."""
    forms = claim.formulas.values()
    integrals = sum(len(form.atoms(Integral)) for form in forms)
    count = 6 if level == "quick" else sum(form.count_ops() for form in forms)
    return 0.03 + count * (0.006 + 0.01 * integrals)


def _fates(
    claim: Claim, points: Sequence[Configuration], base: Configuration, level: Level
) -> tuple[dict[str, Fate], Figures]:
    """The fates of a claim's mutants: by the same checkers, generic configurations first."""
    ordered = sorted(points, key=lambda point: not point.label.startswith("generic"))
    reasons: dict[str, str] = {}

    def notices(mutant: Mutant) -> bool | None:
        if mutant.part:
            compared = (one for point in ordered for one in _check(mutant.claim, point, level))
            return any(one.verdict is Verdict.REFUTED for one in compared) if points else None
        judged = judge(claim, mutant.claim, base, partial(_check, level=level))
        if judged is None:
            return None
        fate, reasons[mutant.label] = judged
        return fate is Fate.KILLED

    return fates(mutants(claim, level), notices), {"without_hypothesis": reasons} if reasons else {}


_METHOD: Final = AtPoints(
    NAME,
    "no check is written for",
    covers=checker_of,
    points=points_for,
    compare=_check,
    fates=_fates,
    weight=_weight,
    far=2,  # a μ' that decays like a power is integrated over every scale up to there
    tried=_mutant_weight,
    beside=on_boundaries,
)
tasks, run, check, conclude = _METHOD.tasks, _METHOD.run, _METHOD.check, _METHOD.conclude
