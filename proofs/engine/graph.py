"""A derivation as a graph of facts, which ends at the claim's own sentence.

Every fact is a formula, and carries what it rests on: hypotheses of the claim, and cases that are not closed yet. A
fact is proved from the facts it *uses* and from nothing else; a hypothesis is taken from the claim's declaration, never
typed into the argument; a rule computes its conclusion. `conclude` owes that the facts it is given imply the sentence,
that they rest on hypotheses alone, and that nothing in the graph was written for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sympy import And, Basic, Eq, Expr, Ge, Gt, Implies, Le, Lt, Symbol, Tuple, default_sort_key, oo
from sympy.logic.boolalg import Boolean, Equivalent, true

from proofs.engine.claim import Claim, get
from proofs.engine.decision import Decision, Obligation
from proofs.engine.derivation import Derivation, Kind, Planted, Step, name_of
from proofs.engine.facts import Fact, behind, equal, implied, named, none, numbers, reduced
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import Same, Tends, Term, changed, formula_of
from proofs.engine.terms import assumed, defined, put_in
from proofs.rules.algebra import Applied, entrywise, gram, iterated, names, total
from proofs.rules.analysis import carried, squeezed, vanishing
from proofs.symbols import INNER, QUANTITIES, is_vector

__all__ = ["Fact", "Graph"]


Called = tuple[Expr, tuple[Basic, ...]]
"""A name with what it is a name of."""


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
        if assumed({symbol: term}) != true:
            raise ValueError(f"{self._claim.id}: {symbol} assumes what {term} is not known to be")
        meant = Eq(symbol, term, evaluate=False)
        self._meant[symbol] = (meant,)  # no rule may give it to something else as well
        owed = Obligation("the name is new", meant, Decision(True, by="")), *numbers(meant, ())
        return self._keep(str(symbol), meant, (), "so named", *owed, kind="definition", bound=_symbols(meant))

    def fact(self, name: str, formula: Boolean, *uses: Fact, because: str = "") -> Fact:
        """What the solver proves from the facts it uses."""
        found = self._keep(name, formula, uses, because, implied(formula, uses))
        self._proved[name] = found, implied
        return found

    def equal(self, name: str, left: Expr, right: Expr, *uses: Fact, because: str = "", wherever: bool = False) -> Fact:
        """Two expressions that are the same: their difference reduces to zero, by what the facts say symbols are.

        Owes that they are numbers, or says it only `wherever` they are.
        """
        formula = Eq(left, right, evaluate=False)
        owed = reduced(formula, uses), *(() if wherever else numbers(formula, uses))
        self._proved[name] = Fact(name, formula, uses=uses), reduced if wherever else equal
        said = Implies(defined(formula), formula, evaluate=False) if wherever else formula
        return self._keep(name, said, uses, because, *owed, kind="SymPy")

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
        self._proved[name] = Fact(name, found.needs, uses=uses), implied
        owed = implied(found.needs, uses)
        return self._keep(name, found.gives, uses, because, owed, kind="rule", rule=called)

    def _is_new(self, name: str, symbol: Symbol, *others: Symbol) -> None:
        claim = self._claim
        said = [
            *claim.premises.values(),
            *claim.hypotheses,
            *claim.parts.values(),
            *(one for one in [claim.sentence] if one is not None),
        ]
        known = _symbols(*said, *(fact.formula for fact in self._facts.values()))
        if {symbol, *others} & (known | QUANTITIES.keys()) or not _plain(symbol):
            raise ValueError(f"{claim.id}: {name!r} needs a new real name, and {symbol} is none")

    def instance(
        self,
        name: str,
        fact: Fact,
        terms: Mapping[Symbol, Expr],
        *uses: Fact,
        because: str = "",
        wherever: bool = False,
    ) -> Fact:
        """A fact for other terms, of which the assumptions on the symbols follow from what is used.

        That they are numbers follows as well, or is supposed: `wherever` they are. ValueError for a symbol that the
        fact does not hold for all of.
        """
        if held := fact.bound & terms.keys():
            raise ValueError(f"{self._claim.id}: {fact.name!r} is not for every {', '.join(map(str, held))}")
        formula, needs, where = put_in(fact.formula, terms), assumed(terms), defined(*terms.values())
        if wherever:
            formula = Implies(where, formula, evaluate=False)
        else:
            needs = And(needs, where)
        if uses:
            self._proved[name] = Fact(name, needs, uses=uses), implied
        return self._keep(name, formula, (fact, *uses), because, implied(needs, uses))

    def rule(self, name: str, apply: Callable[..., Boolean], *premises: Fact, because: str = "", **data: Any) -> Fact:
        """What a rule computes from its premises and from what it is told of; nobody types it.

        ValueError for a name that stands for something else already: as an equation it would be a hypothesis.
        """
        for symbol, meant in names(**data) if apply is gram else _called(apply, data, premises):
            self._names(symbol, meant)
        moving = data.get("sums" if apply is total else "values", {})
        every = _symbols(*moving) | {data.get("over")}
        cases = [self._facts[case] for premise in premises for case in premise.rests - self._claim.premises.keys()]
        if apply in (carried, squeezed) and isinstance(premises[-1].formula, Tends):
            over, to = premises[-1].formula.args[2]
            every |= {over}
            self._reaches(name, over, to, premises[0])
        if any(every & case.formula.free_symbols for case in cases):
            raise ValueError(f"{self._claim.id}: {name!r} speaks of every entry or point, and a case of some")
        pairs = data["sums"] if apply is total else data["entries"] if apply is entrywise else {}
        for term, told in pairs.items():
            known = apply is entrywise and told in QUANTITIES
            if isinstance(told, Symbol) and (known or self._sums.setdefault(told, term) != term):
                of = QUANTITIES[told].meaning if known else f"the sum or an entry of {self._sums[told]}"
                raise ValueError(f"{self._claim.id}: {told} is {of}, and not of {term}")
        if apply is iterated:
            self._moving |= _symbols(*data["values"], *(then for _, then, _ in data["values"].values()))
        elif apply is vanishing:
            for premise in premises:
                self._reaches(name, data["over"], oo, premise)
        if apply is vanishing and (moved := self._not_fixed(_symbols(data["factor"], data["ratio"]), data["over"])):
            raise ValueError(f"{self._claim.id}: {name!r} needs what no step changes, and {moved} may be changed")
        elif apply is squeezed:
            bound, _, (over, _) = premises[1].formula.args
            if moved := self._not_fixed(_symbols(bound, data["value"]) - {over}, over):
                raise ValueError(f"{self._claim.id}: {name!r} needs what stays as {over} tends, and {moved} may move")
        formula = apply(*(premise.formula for premise in premises), **data)
        called = name_of(apply)
        self._derivation.trust(called)
        owed = Obligation(f"{apply.__name__} applies", formula, Decision(True, by=""))
        return self._keep(name, formula, premises, because, owed, kind="rule", rule=called, bound=_symbols(formula))

    def _names(self, called: Expr, meant: tuple[Basic, ...]) -> None:
        """ValueError for a name of something else: what says that it is this as well would be a hypothesis."""
        known = set(meant) == INNER[called] if called in INNER else called not in QUANTITIES
        if not known or self._meant.setdefault(called, meant) != meant:
            raise ValueError(f"{self._claim.id}: {called} is no new name for {' and '.join(map(str, meant))}")

    def _reaches(self, name: str, over: Symbol, to: Expr, fact: Fact) -> None:
        """ValueError if the hypotheses that a fact rests on keep a variable away from where it goes."""
        for one in (self._facts[leaf].formula for leaf in fact.rests):
            weak = {Lt: Le, Le: Le, Gt: Ge, Ge: Ge}.get(type(one))
            ends = weak and weak(*(side.xreplace({over: to}) for side in one.args))
            if one.free_symbols == {over} and ends != true:
                raise ValueError(f"{self._claim.id}: {name!r} rests on {one}, with which {over} does not tend to {to}")

    def _not_fixed(self, symbols: Iterable[Basic], count: Symbol) -> str:
        """Those that a step changes, or may: neither the theory's own nor restrained by hypotheses about fixed ones."""
        told = [_symbols(formula_of(premise, {})) for premise in self._claim.premises.values()]
        moving = self._moving | {count}

        def fixed(one: Basic) -> bool:
            said = [symbols for symbols in told if one in symbols]
            alone = bool(said) and not any(symbols & moving for symbols in said)
            term, *others = self._meant.get(one, (one,))
            let = isinstance(term, Eq) and not others and all(map(fixed, term.rhs.free_symbols))
            return one not in moving and (one in QUANTITIES or alone or let)

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
        if value is not None:
            self._names(
                value, (Symbol(claim_id), *sorted((Tuple(*pair) for pair in terms.items()), key=default_sort_key))
            )
        self._derivation.cite(claim_id)
        if cited.sentence is not None:
            told = _symbols(*cited.premises.values()) | terms.keys()
            if terms and (open_ := cited.sentence.atoms(Term) - told):
                raise ValueError(f"{self._claim.id}: {claim_id} speaks of {', '.join(map(str, open_))}; give its term")
            said = put_in(formula_of(cited.sentence, cited.parts), terms)
        elif value is not None and meant:
            said, of_every = put_in(cited.definition.says(value), terms), cited.definition.over
        elif value is not None:
            same = Same if any(map(is_vector, cited.formula.free_symbols)) else partial(Eq, evaluate=False)
            said = same(value, put_in(in_basic_quantities(cited.formula), terms))
        else:
            raise ValueError(f"{self._claim.id}: {claim_id} says what something is; give its `value`")
        conditions = [formula_of(one, {}) for one in (*cited.premises.values(), *cited.hypotheses)]
        needs = And(*(put_in(one, terms) for one in conditions), assumed(terms), defined(*terms.values()))
        if needs != true:
            self._proved[name or claim_id] = Fact(claim_id, needs, uses=uses), implied
        bound = _symbols(said) - of_every if value else ()
        owed = implied(needs, uses)
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
            return implied(formula_of(sentence, parts), facts, steps)

        said = formula_of(sentence, self._claim.parts)
        self._derivation.conclude_sentence(said, implies, named(facts), *self._ends(said, facts))

    def beside(self, name: str, *facts: Fact) -> None:
        """What the claim says besides its statement, by name, follows from these facts. ValueError if it does not."""
        if name not in (besides := self._claim.besides()):
            raise ValueError(f"{self._claim.id} says nothing besides that is called {name!r}")
        said = besides[name]
        self._besides += facts
        self._proved[name] = Fact(name, said, uses=facts), implied
        self._said[name] = said
        owed = implied(said, facts), self._closed(facts)
        self._derivation.besides[name] = Step(name, said, "", owed, kind="besides", uses=named(facts))

    def least(
        self, named: Fact, over: Symbol, *facts: Fact, also: Sequence[Fact] = (), value: Fact | None = None
    ) -> None:
        """What was reached is least over a variable at the term that is `named`, as hypotheses alone imply.

        The chain goes on with that term, or with what the fact `value` says that it is there. `also`: what is said
        besides. ValueError for a `value` of something else.
        """
        if not isinstance(named.formula, Eq):
            raise ValueError(f"{self._claim.id}: {named.name!r} does not say what the point is: {named.formula}")
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
        self._derivation.attain(name, term, said, named([*facts, *also]), *self._ends(said, facts, also))

    def _ends(self, said: Boolean, facts: Sequence[Fact], also: Sequence[Fact] = ()) -> tuple[Obligation, ...]:
        self._proved["the sentence"] = Fact("the sentence", said, uses=tuple(facts)), implied
        self._said["the sentence"] = said
        ends = [*facts, *also]
        used = {fact.name for fact in behind([*ends, *self._besides])}
        idle = (self._facts.keys() | self._claim.premises.keys()) - used
        return implied(said, facts), self._closed(ends), none("fact or hypothesis serves nothing", idle)

    def _closed(self, ends: Iterable[Fact]) -> Obligation:
        return none("case is still open", {name for one in ends for name in one.rests} - self._claim.premises.keys())

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
                yield f"{name}, {word}", partial(implied, wrong, self._proved[name][0].uses)

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
        told = because + (f" [{', '.join(named(uses))}]" if uses else "")
        self._derivation.steps.append(Step(name, formula, told.strip(), owes, not owes, kind, rule, named(uses)))
        return found


def _called(apply: Callable[..., Boolean], data: Mapping[str, Any], premises: Iterable[Fact]) -> Iterator[Called]:
    """Names that a rule gives, each with what it is a name of."""
    if "called" in data:
        told = (value for value in data.values() if isinstance(value, Basic))
        yield data["called"], (*(one.formula for one in premises), *told)
    if apply is iterated:
        yield from ((last, (first, then)) for first, then, last in data["values"].values())


def _plain(symbol: Symbol) -> bool:
    return bool(symbol.assumptions0 == Symbol(symbol.name, real=True).assumptions0)


def _symbols(*formulas: Basic) -> frozenset[Basic]:
    return frozenset().union(*(formula.free_symbols for formula in formulas))
