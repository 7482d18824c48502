"""Names that a graph gives, and what may be said of every value of one: what a rule is told must be no hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sympy import And, Basic, Dummy, Eq, Expr, Ge, Gt, Le, Lt, Mul, Rational, Symbol, cos, oo, sympify
from sympy.logic.boolalg import Boolean, true

from proofs.engine import claim as registry
from proofs.engine.claim import Claim
from proofs.engine.facts import Fact, behind
from proofs.engine.sentence import Is, Tends, Term, formula_of
from proofs.engine.smt import impossible
from proofs.rules.algebra import Applied, entrywise, gram, grown, iterated, names, total
from proofs.rules.analysis import carried, cluster, slope, squeezed, vanishing
from proofs.rules.forms import names_of_form, tried
from proofs.symbols import (
    INNER,
    QUANTITIES,
    a,
    alpha,
    beta,
    k,
    kappa,
    kept_mass,
    lam,
    m,
    n,
    nonzeros,
    r,
    r_star,
    slope_squares,
    slope_sum,
    star_entry,
    taxicab,
    theta,
    thresholded,
)

Called = tuple[Expr, tuple[Basic, ...]]
"""A name with what it is a name of."""


_SUMS: Final = frozenset({nonzeros, thresholded, taxicab, slope_sum, slope_squares, kept_mass})
"""Sums over w*, and over entries of it, that the theory has names for."""

_STILL: Final = frozenset({kappa, beta, lam, alpha, a, n, nonzeros, taxicab, slope_sum, slope_squares})
"""Parameters of a problem and sums over w*: they stay while another tends, where N and θ would not."""


@cache
def names_of(claim: Claim) -> Names | None:
    """The names that a claim's graph gives; None if what it states is of quantities of the theory alone, no sums."""
    said = symbols_of(*claim.premises.values(), *claim.hypotheses, *claim.formulas.values())
    if claim.sentence is None and not claim.names and said <= QUANTITIES.keys() - _SUMS:
        return None
    found: Names | None = registry.derive(claim.id).names
    return found


class Names:
    """The names of one claim's graph; `leaf` says what a hypothesis or a case is, by its name."""

    def __init__(self, claim: Claim, leaf: Callable[[str], Boolean]) -> None:
        self._claim = claim
        self._leaf = leaf
        self._meant: dict[Basic, tuple[Basic, ...]] = {}
        self._sums: dict[Expr, Expr] = {}
        self._moving: set[Basic] = set()
        self._lets: dict[Fact, Symbol] = {}

    def let(self, symbol: Symbol, said: Fact) -> None:
        """A fact that says what a symbol is: no rule may give it to something else as well."""
        self._meant[symbol] = (said.formula,)
        self._lets[said] = symbol

    def let_behind(self, facts: Iterable[Fact]) -> frozenset[Symbol]:
        """Names that `let` gave, of what is used."""
        return frozenset(self._lets[one] for one in behind(facts) if one in self._lets)

    def call(self, called: Basic, meant: tuple[Basic, ...]) -> None:
        """ValueError for a name of something else: what says that it is this as well would be a hypothesis."""
        if not isinstance(meant[0], Is):  # whose D are what its claim says
            self._shown(called)
        known = set(meant) == INNER[called] if called in INNER else called not in QUANTITIES
        known &= called.is_Symbol or isinstance(called, Is) or (isinstance(called, cos) and called.args[0].is_Symbol)
        if not known or self._meant.setdefault(called, meant) != meant:
            raise ValueError(f"{self._claim.id}: {called} is no new name for {' and '.join(map(str, meant))}")

    def take(self, cited: Names, terms: Mapping[Any, Expr], said: Basic) -> None:
        """The names that stand in what is `said` of a cited claim, for these terms: they mean here what they do there.

        ValueError for one that means something else here, and for a term that is no name in the place of one.
        """
        for name, meant in cited._meant.items():
            if said.has(name):
                self.call(name.xreplace(terms), tuple(one.xreplace(terms) for one in meant))
        for name, term in cited._sums.items():
            if said.has(name):
                self._of_entries({term.xreplace(terms): name.xreplace(terms)}, entries=False)

    def allow(self, name: str, apply: Callable[..., Boolean], data: Mapping[str, Any], *premises: Fact) -> None:
        """ValueError for what would be a hypothesis in what a rule is told."""
        for symbol, meant in names(**data) if apply is gram else _called(apply, data, premises):
            self.call(symbol, meant)
        if assuming := ", ".join(str(one) for one in _signed(data) if one not in QUANTITIES):
            raise ValueError(f"{self._claim.id}: {assuming} would be a hypothesis, not a name; declare it real")
        every = self._every(apply, data, premises)
        cases = [self._leaf(case) for premise in premises for case in premise.rests - self._claim.premises.keys()]
        if any(every & case.free_symbols for case in cases) or every & self.let_behind(premises):
            what = "and a case of some, or a name of one"
            raise ValueError(f"{self._claim.id}: {name!r} speaks of every entry or point, {what}")
        if apply in (carried, squeezed) and isinstance(premises[-1].formula, Tends):
            over, to = premises[-1].formula.args[2]
            self._reaches(name, over, to, premises[0])
            if apply is squeezed:
                still = symbols_of(premises[-1].formula, data["value"]) - {over}
                self._stay(f"{name!r} needs what stays as {over} tends", still, over, _STILL)
        elif apply is entrywise:
            self._of_entries(data["entries"], entries=True)
        elif apply in (total, tried):
            self._of_entries(data.get("sums") or {}, entries=False)
        elif apply is grown:
            self._along(name, data, premises[0])
        elif apply is iterated:
            self._goes_on(name, data["values"], *premises)
            self._moving |= symbols_of(*data["values"], *(then for _, then, _ in data["values"].values()))
        elif apply is vanishing:
            for premise in premises:
                self._reaches(name, data["over"], oo, premise)
            self._stay(f"{name!r} needs what no step changes", symbols_of(data["factor"], data["ratio"]), data["over"])

    def _every(self, apply: Callable[..., Boolean], data: Mapping[str, Any], premises: Sequence[Fact]) -> set[Any]:
        """What a rule speaks of every value of; ValueError for a coefficient of entries that is named after one."""
        every = {*symbols_of(*data.get("sums" if apply is total else "values", {})), data.get("over")}
        if apply is cluster:
            every |= symbols_of(*data["there"])
        elif apply in (carried, squeezed) and isinstance(premises[-1].formula, Tends):
            every |= {premises[-1].formula.args[2][0]}
        elif apply is total:
            self._untied(every, *(premise.formula for premise in premises))
        elif apply is slope:
            value, _, (moving, _) = premises[1].formula.args[1].args
            self._untied({moving, value, data["f"][1]}, premises[0].formula)
            if any(moving in self._leaf(case).free_symbols for case in premises[0].rests - self._claim.premises.keys()):
                raise ValueError(f"{self._claim.id}: {premises[0].name!r} is to be so at every {moving}, not in a case")
        return every

    def _untied(self, every: set[Any], *formulas: Basic) -> None:
        """ValueError for a coefficient of every entry, or point, that is named after one."""
        meant = {name: symbols_of(*what) for name, what in self._meant.items()}
        tied = {*every}
        while new := {name for name, symbols in meant.items() if tied & symbols} - tied:
            tied |= new
        if wrong := (tied - every) & symbols_of(*formulas):
            told = f"{', '.join(map(str, wrong))} is named after an entry or a point, and no coefficient of all"
            raise ValueError(f"{self._claim.id}: {told}; write the term in its place")

    def given(self, by: Applied) -> None:
        """Names that a rule gives which is told of a function; ValueError for one of something else."""
        for called, meant in by.called:
            self.call(called, meant)
        self._of_entries(by.sums, entries=False)

    def _along(self, name: str, data: Mapping[str, Any], premise: Fact) -> None:
        """ValueError for a function without names of its own, and where hypotheses keep its variable from an end."""
        over, said = data["over"], [self._leaf(leaf) for leaf in premise.rests]
        self._untied({over}, data["below"])
        if impossible(one.xreplace({over: point}) for one in said for point, _ in (data["start"], data["end"])):
            raise ValueError(f"{self._claim.id}: {name!r} rests on what keeps {over} away from an end")
        for point, value in (data["start"], data["end"]):
            sign, called = sympify(value).as_coeff_Mul()
            if abs(sign) != 1 or not (called.is_Symbol and plain(called) and plain(data["slope"])):
                told = f"a function and a slope that have names, not of {value} and {data['slope']}"
                raise ValueError(f"{self._claim.id}: {name!r} is of {told}")
            self.call(called, (data["slope"], sympify(point)))

    def _of_entries(self, pairs: Mapping[Expr, Expr], entries: bool) -> None:
        """ValueError for a name of another sum, or entry; and for what no sum of such terms need be."""
        for term, told in pairs.items():
            self._shown(told)
            known = entries and told in QUANTITIES
            if not entries and not _may_be_sum(sympify(term), sympify(told)):
                raise ValueError(f"{self._claim.id}: the sum of {term} need not be {told}; give it a name")
            if isinstance(told, Symbol) and (known or self._sums.setdefault(told, term) != term):
                of = QUANTITIES[told].meaning if known else f"the sum or an entry of {self._sums[told]}"
                raise ValueError(f"{self._claim.id}: {told} is {of}, and not of {term}")

    def _shown(self, called: Basic) -> None:
        """ValueError for a name, in what the claim says or supposes, that does not say what it is a name of."""
        claim = self._claim
        if called.is_Symbol and not isinstance(called, Term) and called not in QUANTITIES | claim.names.keys():
            said = *claim.premises.values(), *claim.hypotheses, *claim.formulas.values()
            stands = called in symbols_of(*said, *([] if claim.sentence is None else [claim.sentence]))
            if stands and called.name.isascii() and called.name.isidentifier():
                raise ValueError(f"{claim.id}: {called} is a name, and the claim has it; say in `names` how it reads")

    def _reaches(self, name: str, over: Symbol, to: Expr, fact: Fact) -> None:
        """ValueError if the hypotheses that a fact rests on keep a variable away from where it goes."""
        said = [part for leaf in fact.rests for part in And.make_args(self._leaf(leaf))]
        near = [to + side * Rational(1, 10**6) for side in (1, -1)]
        if to != oo and all(impossible(one.xreplace({over: there}) for one in said) for there in near):
            raise ValueError(f"{self._claim.id}: {name!r} rests on what keeps {over} away from {to}")
        for one in said:
            weak = {Lt: Le, Le: Le, Gt: Ge, Ge: Ge}.get(type(one))
            ends = weak and weak(*(side.xreplace({over: to}) for side in one.args))
            if weak and one.free_symbols == {over} and ends != true:
                raise ValueError(f"{self._claim.id}: {name!r} rests on {one}, with which {over} does not tend to {to}")

    def _goes_on(self, name: str, values: Mapping[Basic, Sequence[Expr]], *premises: Fact) -> None:
        """ValueError if the hypotheses, which are supposed at every step, are at no two that follow each other."""
        said = [self._leaf(leaf) for leaf in set().union(*(one.rests for one in premises))]
        later: dict[Basic, Basic] = {one: Dummy(f"{one}, later", **one.assumptions0) for one in symbols_of(*said)}
        later |= {value: then for value, (_, then, _) in values.items()}
        if impossible((*said, *(one.xreplace(later) for one in said))):
            raise ValueError(f"{self._claim.id}: {name!r} rests on what holds at no two steps: {said}")

    def _stay(self, needed: str, symbols: Iterable[Basic], count: Symbol, own: Collection[Basic] = QUANTITIES) -> None:
        """ValueError for what a step changes, or may: not the theory's `own`, no names of fixed terms, and not
        restrained by hypotheses about fixed ones.
        """
        told = [symbols_of(formula_of(premise, {})) for premise in self._claim.premises.values()]
        moving = self._moving | {count}

        def fixed(one: Basic) -> bool:
            said = [symbols for symbols in told if one in symbols]
            alone = bool(said) and not any(symbols & moving for symbols in said)
            term, *others = self._meant.get(one, (one,))
            let = isinstance(term, Eq) and not others and all(map(fixed, term.rhs.free_symbols))
            return one not in moving and (one in own or (alone and one not in QUANTITIES) or let)

        if moved := ", ".join(sorted(str(one) for one in symbols if not fixed(one))):
            raise ValueError(f"{self._claim.id}: {needed}, and {moved} may move")


def _called(apply: Callable[..., Boolean], data: Mapping[str, Any], premises: Iterable[Fact]) -> Iterator[Called]:
    """Names that a rule gives, each with what it is a name of."""
    if "called" in data:
        told = (value for value in data.values() if isinstance(value, Basic))
        yield data["called"], (*(one.formula for one in premises), *told)
    if apply is tried:
        yield from names_of_form(data["positive"], data["entries"])
    if apply is iterated:
        yield from ((last, (first, then)) for first, then, last in data["values"].values())


def _signed(data: Mapping[str, Any]) -> Iterator[Symbol]:
    """Names of inner products that assume a sign, but for that of a square; and such a name of a slope."""
    for name, (first, second) in (data.get("expanded", {}) | data.get("named", {})).items():
        length = first == second and name.assumptions0 == Symbol(name.name, nonnegative=True).assumptions0
        if name.is_Symbol and not (plain(name) or length):
            yield name
    if isinstance(called := data.get("called"), Symbol) and called.is_nonzero:
        yield called


def _may_be_sum(term: Expr, told: Expr) -> bool:
    """Whether a sum of such terms is that by what it is called.

    A name of its own, which assumes no more than the terms do; a number of entries; for squares the square of a length,
    1 or what an entry leaves of it; for a product of entries that of lengths and of a cosine.
    """
    if isinstance(told, Symbol):
        squared = all(one.is_nonnegative or (one.is_Pow and one.exp.is_even) for one in Mul.make_args(term))
        mild = plain(told) or (squared and told.assumptions0 == Symbol("_", nonnegative=True).assumptions0)
        return told in _SUMS or (told in (n, m, k) and term == 1) or (told not in QUANTITIES and bool(mild))
    lengths = {r, r_star, star_entry, theta}
    if told.free_symbols & QUANTITIES.keys() - lengths or term == 1:
        return False
    if term.is_Pow:
        return told == 1 or any(one.is_Pow and one.exp == 2 and one.base.is_Symbol for one in (told, 1 - told))
    return term.is_Mul and all(one.is_Symbol or isinstance(one, cos) for one in Mul.make_args(told))


def plain(symbol: Symbol) -> bool:
    """Whether a symbol is real, and no more is assumed of it."""
    return bool(symbol.assumptions0 == Symbol(symbol.name, real=True).assumptions0)


def symbols_of(*formulas: Basic) -> frozenset[Basic]:
    """What formulas speak of."""
    return frozenset().union(*(formula.free_symbols for formula in formulas))
