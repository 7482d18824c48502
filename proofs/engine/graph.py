"""A derivation as a graph of facts, which ends at the claim's own sentence.

Every fact is a formula, and carries what it rests on: hypotheses of the claim, and cases that are not closed yet. A
fact is proved from the facts it *uses* and from nothing else; a hypothesis is taken from the claim's declaration, never
typed into the argument; a rule computes its conclusion. `conclude` owes that the facts it is given imply the sentence,
that they rest on hypotheses alone, and that nothing in the graph was written for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sympy import And, Basic, Derivative, Eq, Expr, Implies, Lambda, Le, Limit, Ne, Subs, Symbol, default_sort_key
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.logic.boolalg import Boolean, Equivalent, true

from proofs.engine.claim import Claim, get
from proofs.engine.decision import Decision, Obligation
from proofs.engine.derivation import Derivation, Kind, Planted, Step, name_of, vanishes
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import Same, Term, changed, formula_of
from proofs.engine.smt import STEPS, follows
from proofs.rules.algebra import Applied, gram, iterated, names, total
from proofs.rules.analysis import vanishing
from proofs.symbols import INNER, QUANTITIES, is_vector

__all__ = ["Fact", "Graph"]


_BINDING: Final = (ExprWithLimits, Derivative, Lambda, Limit, Subs)
"""What has variables of its own, which no term is put in for."""


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


class Graph:
    """The facts of one claim, written into its derivation as they are found."""

    def __init__(self, derivation: Derivation) -> None:
        self._derivation = derivation
        self._claim: Claim = get(derivation.claim_id)
        self._facts: dict[str, Fact] = {}
        self._proved: dict[str, tuple[Fact, Callable[[Boolean, Iterable[Fact]], Obligation]]] = {}
        self._said: dict[str, Boolean] = {}
        self._besides: tuple[Fact, ...] = ()
        self._meant: dict[Expr, tuple[Expr, ...]] = {}
        self._sums: dict[Expr, Expr] = {}
        self._moving: set[Basic] = set()
        derivation.mutants = self._mutants

    @property
    def premises(self) -> Iterable[str]:
        """Names of the hypotheses that the claim declares."""
        return self._claim.premises.keys()

    def given(self, name: str) -> Fact:
        """A hypothesis of the claim's declaration; ValueError if it declares none of that name."""
        if name not in self._claim.premises:
            known = ", ".join(self._claim.premises) or "none"
            raise ValueError(f"{self._claim.id} declares no premise {name!r}; it declares {known}")
        return self._leaf(name, formula_of(self._claim.premises[name], {}), "by hypothesis", "hypothesis")

    def case(self, name: str, guard: Boolean) -> Fact:
        """Suppose `guard`; what rests on it is closed by `under`."""
        return self._leaf(name, guard, "suppose", "case")

    def let(self, symbol: Symbol, term: Expr) -> Fact:
        """A new name for a term; ValueError for one that is not new, or assumes what the term is not known to be."""
        self._is_new("let", Symbol(symbol.name, real=True), symbol)
        if any(one != true for one in _assumed({symbol: term})):
            raise ValueError(f"{self._claim.id}: {symbol} assumes what {term} is not known to be")
        meant = Eq(symbol, term, evaluate=False)
        self._meant[symbol] = (meant,)  # no rule may give it to something else as well
        owed = Obligation("the name is new", meant, Decision(True, by=""))
        return self._keep(str(symbol), meant, (), "so named", owed, kind="definition", bound=_symbols(meant))

    def fact(self, name: str, formula: Boolean, *uses: Fact, because: str = "") -> Fact:
        """What the solver proves from the facts it uses."""
        found = self._keep(name, formula, uses, because, _implied(formula, uses))
        self._proved[name] = found, _implied
        return found

    def equal(self, name: str, left: Expr, right: Expr, *uses: Fact, because: str = "") -> Fact:
        """Two expressions that are the same: their difference reduces to zero, by what the facts say symbols are."""
        formula = Eq(left, right, evaluate=False)
        found = self._keep(name, formula, uses, because, _reduced(formula, uses), kind="SymPy")
        self._proved[name] = found, _reduced
        return found

    def apply(self, name: str, rule: Callable[..., Applied], *uses: Fact, because: str = "", **data: Any) -> Fact:
        """What a rule gives, where what it needs follows from the facts it uses.

        ValueError for a variable that those facts restrict.
        """
        found, called = rule(**data), name_of(rule)
        self._derivation.trust(called)
        if (over := found.over) is not None:
            if not _plain(over):
                raise ValueError(f"{self._claim.id}: {name!r} is for every real {over}, and assumes something of it")
            if any(over in use.bound for use in uses):
                raise ValueError(f"{self._claim.id}: {name!r} is for every {over}, which what it uses restricts")
        if found.fixed is not None:
            leaves = _symbols(*(self._facts[leaf].formula for use in uses for leaf in use.rests))
            if moving := leaves - found.fixed:
                raise ValueError(f"{self._claim.id}: {name!r} rests on what restricts {', '.join(map(str, moving))}")
        self._proved[name] = Fact(name, found.needs, uses=uses), _implied
        owed = _implied(found.needs, uses)
        return self._keep(name, found.gives, uses, because, owed, kind="rule", rule=called)

    def _is_new(self, name: str, symbol: Symbol, *others: Symbol) -> None:
        claim = self._claim
        said = [*claim.premises.values(), *claim.hypotheses, *claim.parts.values(), *filter(None, [claim.sentence])]
        known = _symbols(*said, *(fact.formula for fact in self._facts.values()))
        if {symbol, *others} & (known | QUANTITIES.keys()) or not _plain(symbol):
            raise ValueError(f"{claim.id}: {name!r} needs a new real name, and {symbol} is none")

    def instance(self, name: str, fact: Fact, terms: Mapping[Symbol, Expr], *uses: Fact, because: str = "") -> Fact:
        """A fact for other terms, of which the assumptions on the symbols follow from what is used.

        ValueError for a symbol that the fact does not hold for all of.
        """
        if held := fact.bound & terms.keys():
            raise ValueError(f"{self._claim.id}: {fact.name!r} is not for every {', '.join(map(str, held))}")
        formula = _with(fact.formula, terms)
        owed = _implied(And(*_assumed(terms)), uses)
        if uses:
            self._proved[name] = Fact(name, And(*_assumed(terms)), uses=uses), _implied
        return self._keep(name, formula, (fact, *uses), because, owed)

    def rule(self, name: str, apply: Callable[..., Boolean], *premises: Fact, because: str = "", **data: Any) -> Fact:
        """What a rule computes from its premises and from what it is told of; nobody types it.

        ValueError for a name that stands for something else already: as an equation it would be a hypothesis.
        """
        for symbol, meant in names(**data) if apply is gram else ():
            known = set(meant) == INNER[symbol] if symbol in INNER else symbol not in QUANTITIES
            if not known or self._meant.setdefault(symbol, meant) != meant:
                raise ValueError(f"{self._claim.id}: {symbol} is no new name for {' and '.join(map(str, meant))}")
        moving = data.get("sums" if apply is total else "values", {})
        every = _symbols(*moving) | {data.get("over")}
        cases = [self._facts[case] for premise in premises for case in premise.rests - self._claim.premises.keys()]
        if any(every & case.formula.free_symbols for case in cases):
            raise ValueError(f"{self._claim.id}: {name!r} speaks of every entry or point, and a case of some")
        for term, summed in data.get("sums", {}).items() if apply is total else ():
            if isinstance(summed, Symbol) and self._sums.setdefault(summed, term) != term:
                raise ValueError(f"{self._claim.id}: {summed} is the sum of {self._sums[summed]}, and not of {term}")
        if apply is iterated:
            self._moving |= _symbols(*data["values"], *(then for _, then, _ in data["values"].values()))
        elif apply is vanishing and (moved := self._not_fixed(_symbols(data["factor"], data["ratio"]), data["over"])):
            raise ValueError(f"{self._claim.id}: {name!r} needs what no step changes, and {moved} may be changed")
        formula = apply(*(premise.formula for premise in premises), **data)
        called = name_of(apply)
        self._derivation.trust(called)
        owed = Obligation(f"{apply.__name__} applies", formula, Decision(True, by=""))
        return self._keep(name, formula, premises, because, owed, kind="rule", rule=called, bound=_symbols(formula))

    def _not_fixed(self, symbols: Iterable[Basic], count: Symbol) -> str:
        """Those that a step changes, or may: neither the theory's own nor restrained by hypotheses about fixed ones."""
        told = [_symbols(formula_of(premise, {})) for premise in self._claim.premises.values()]
        moving = self._moving | {count}

        def fixed(one: Basic) -> bool:
            said = [symbols for symbols in told if one in symbols]
            alone = bool(said) and not any(symbols & moving for symbols in said)
            return one not in moving and (one in QUANTITIES or alone)

        return ", ".join(sorted(str(one) for one in symbols if not fixed(one)))

    def cite(
        self,
        claim_id: str,
        terms: Mapping[Symbol, Expr],
        *uses: Fact,
        value: Expr | None = None,
        name: str = "",
        meant: bool = False,
    ) -> Fact:
        """Another claim for these terms; owes its hypotheses for them, and what its symbols assume.

        `value` is the left side of one that is an equality of expressions; that of vectors is for GRAM. What is `meant`
        by it is said instead of the equality, where the definition can say it. ValueError if it is missing, or a term
        for what the definition of the cited claim gives, which for other terms is another thing.
        """
        cited, of_every = get(claim_id), frozenset[Symbol]()
        self._derivation.cite(claim_id)
        if cited.sentence is not None:
            told = _symbols(*cited.premises.values()) | terms.keys()
            if terms and (open_ := cited.sentence.atoms(Term) - told):
                raise ValueError(f"{self._claim.id}: {claim_id} speaks of {', '.join(map(str, open_))}; give its term")
            said = _with(formula_of(cited.sentence, cited.parts), terms)
        elif value is not None and meant:
            said, of_every = _with(cited.definition.says(value), terms), cited.definition.over
        elif value is not None:
            same = Same if any(map(is_vector, cited.formula.free_symbols)) else partial(Eq, evaluate=False)
            said = same(value, _with(in_basic_quantities(cited.formula), terms))
        else:
            raise ValueError(f"{self._claim.id}: {claim_id} says what something is; give its `value`")
        conditions = [formula_of(one, {}) for one in (*cited.premises.values(), *cited.hypotheses)]
        needs = And(*(_with(one, terms) for one in conditions), *_assumed(terms))
        if needs != true:
            self._proved[name or claim_id] = Fact(claim_id, needs, uses=uses), _implied
        bound = _symbols(said) - of_every if value else ()
        owed = _implied(needs, uses)
        return self._keep(name or claim_id, said, uses, claim_id, owed, kind="claim", rule=claim_id, bound=bound)

    def under(self, case: Fact, fact: Fact) -> Fact:
        """In that case, the fact: it no longer rests on the case. ValueError if it never did."""
        if case.name not in fact.rests:
            raise ValueError(f"{self._claim.id}: {fact.name!r} does not rest on the case {case.name!r}")
        formula = Implies(case.formula, fact.formula, evaluate=False)
        owed = Obligation("the case is closed", formula, Decision(True, by=""))
        name = f"{case.name}, so {fact.name}"
        return self._keep(name, formula, (fact,), "", owed, kind="case closed", closed=case.name)

    def conclude(self, *facts: Fact) -> None:
        """End at the claim's sentence, from hypotheses alone, with no fact that serves nothing."""
        sentence = self._claim.sentence
        if sentence is None:
            raise ValueError(f"{self._claim.id} has no sentence to conclude with")

        def implies(parts: Mapping[str, Expr], steps: int) -> Obligation:
            return _implied(formula_of(sentence, parts), facts, steps)

        said = formula_of(sentence, self._claim.parts)
        self._derivation.conclude_sentence(said, implies, _named(facts), *self._ends(said, facts))

    def beside(self, name: str, *facts: Fact) -> None:
        """What the claim says besides its statement, by name, follows from these facts. ValueError if it does not."""
        if name not in (besides := self._claim.besides()):
            raise ValueError(f"{self._claim.id} says nothing besides that is called {name!r}")
        said = besides[name]
        self._besides += facts
        self._proved[name] = Fact(name, said, uses=facts), _implied
        self._said[name] = said
        owed = _implied(said, facts), self._closed(facts)
        self._derivation.besides[name] = Step(name, said, "", owed, kind="besides", uses=_named(facts))

    def least(
        self, named: Fact, over: Symbol, *facts: Fact, also: Sequence[Fact] = (), value: Fact | None = None
    ) -> None:
        """What was reached is least over a variable at the term that is `named`, as hypotheses alone imply.

        The chain goes on with that term, or with what the fact `value` says that it is there. `also`: what is said
        besides. ValueError for a `value` of something else.
        """
        point, term = named.formula.args
        reached = self._reached("least")
        there = reached.xreplace({over: point})
        if value is not None:
            if not isinstance(value.formula, Eq) or value.formula.lhs != there:
                raise ValueError(f"{self._claim.id}: {value.name!r} does not say what {there} is: {value.formula}")
            term = value.formula.rhs
            also = (*also, value)
        self._attain("Minimizer", term, Le(there, reached, evaluate=False), facts, also)

    def zero(self, over: Symbol, term: Expr, *facts: Fact, also: Sequence[Fact] = ()) -> None:
        """What was reached is zero exactly where the variable is the term, with which the chain goes on.

        `also`: what is said besides.
        """
        said = Equivalent(Eq(self._reached("zero"), 0, evaluate=False), Eq(over, term, evaluate=False))
        self._attain("Zero", term, said, facts, also)

    def _reached(self, asked: str) -> Expr:
        if self._derivation.current is None:
            raise ValueError(f"{self._claim.id}: {asked}() before any expression was reached")
        return self._derivation.current

    def _attain(self, name: str, term: Expr, said: Boolean, facts: Sequence[Fact], also: Sequence[Fact]) -> None:
        self._derivation.attain(name, term, said, _named([*facts, *also]), *self._ends(said, facts, also))

    def _ends(self, said: Boolean, facts: Sequence[Fact], also: Sequence[Fact] = ()) -> tuple[Obligation, ...]:
        self._proved["the sentence"] = Fact("the sentence", said, uses=tuple(facts)), _implied
        self._said["the sentence"] = said
        ends = [*facts, *also]
        behind = {fact.name for fact in _behind([*ends, *self._besides])}
        idle = (self._facts.keys() | self._claim.premises.keys()) - behind
        return _implied(said, facts), self._closed(ends), _none("fact or hypothesis serves nothing", idle)

    def _closed(self, ends: Iterable[Fact]) -> Obligation:
        return _none("case is still open", {name for one in ends for name in one.rests} - self._claim.premises.keys())

    def _mutants(self) -> Iterator[Planted]:
        """The graph with one mistake each: what is proved all the same was not needed, or is not what was said.

        How many `steps` the solver may take is a keyword of what is owed.
        """
        for name, (fact, shown) in self._proved.items():
            for use in fact.uses:
                others = [other for other in fact.uses if other is not use]
                yield f"{name}, without {use.name}", partial(shown, fact.formula, others)
        for name, said in self._said.items():
            for word, wrong in changed(said):
                yield f"{name}, {word}", partial(_implied, wrong, self._proved[name][0].uses)

    def _leaf(self, name: str, formula: Boolean, because: str, kind: Kind) -> Fact:
        return self._keep(name, formula, (), because, kind=kind, rests=frozenset([name]), bound=_symbols(formula))

    def _keep(
        self,
        name: str,
        formula: Boolean,
        uses: Sequence[Fact],
        because: str,
        *owes: Obligation,
        kind: Kind = "solver",
        rule: str = "",
        rests: frozenset[str] = frozenset(),
        closed: str = "",
        bound: Collection[Basic] = (),
    ) -> Fact:
        if name in self._facts:
            raise ValueError(f"{self._claim.id}: two facts are called {name!r}")
        if strangers := [use.name for use in uses if self._facts.get(use.name) is not use]:
            raise ValueError(f"{self._claim.id}: {name!r} uses {', '.join(strangers)}, of another claim")
        resting = rests.union(*(use.rests for use in uses)) - {closed}
        found = Fact(name, formula, resting, tuple(uses), frozenset(bound).union(*(use.bound for use in uses)))
        self._facts[name] = found
        named = _named(uses)
        told = because + (f" [{', '.join(named)}]" if uses else "")
        self._derivation.steps.append(Step(name, formula, told.strip(), owes, not owes, kind, rule, named))
        return found


def _implied(formula: Boolean, uses: Iterable[Fact], steps: int = STEPS) -> Obligation:
    return follows("it follows", formula, *(use.formula for use in uses), steps=steps)


def _named(facts: Iterable[Fact]) -> tuple[str, ...]:
    return tuple(fact.name for fact in facts)


def _symbols(*formulas: Basic) -> frozenset[Basic]:
    return frozenset().union(*(formula.free_symbols for formula in formulas))


def _plain(symbol: Symbol) -> bool:
    return bool(symbol.assumptions0 == Symbol(symbol.name, real=True).assumptions0)


def _with(form: Any, terms: Mapping[Any, Expr]) -> Any:
    """The form for these terms, put in at once; by `subs`, one after the other, where something is bound."""
    if form.has(*_BINDING) or not all(one.is_Symbol for one in terms):
        return form.subs(dict(terms), simultaneous=True)
    return form.xreplace(dict(terms))


def _assumed(terms: Mapping[Symbol, Expr]) -> Iterator[Boolean]:
    """What the symbols assume, of the terms that take their place."""
    for symbol, term in terms.items():
        if symbol.is_integer and not term.is_integer:
            raise ValueError(f"{term} is not known to be an integer, as {symbol} is")
        if symbol.is_positive:
            yield term > 0
        elif symbol.is_nonnegative:
            yield term >= 0
        elif symbol.is_negative:
            yield term < 0
        elif symbol.is_nonpositive:
            yield term <= 0
        elif symbol.is_nonzero:
            yield Ne(term, 0)


def _reduced(formula: Boolean, uses: Iterable[Fact], steps: int = STEPS) -> Obligation:
    """Owe: both sides of an equation are the same once what the facts define stands for itself."""
    defined = {
        part.lhs: part.rhs
        for use in uses
        for part in sorted(And.make_args(use.formula), key=default_sort_key)
        if isinstance(part, Eq) and (part.lhs.is_Mul or part.lhs.as_base_exp()[0].is_Symbol)
    }
    residual, before = formula.lhs - formula.rhs, None
    for _ in defined:  # what is defined may stand in what defines another
        if residual == before:
            break
        residual, before = _with(residual, defined), residual
    return vanishes("they are the same", residual)


def _none(what: str, found: Collection[str]) -> Obligation:
    return Obligation(f"no {what}", true, Decision(None, ", ".join(sorted(found))) if found else Decision(True, by=""))


def _behind(facts: Iterable[Fact]) -> Iterator[Fact]:
    for fact in facts:
        yield fact
        yield from _behind(fact.uses)
