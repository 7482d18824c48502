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

from sympy import And, Basic, Eq, Expr, Implies, Le, Symbol, Tuple, default_sort_key
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean, Equivalent, true

from proofs.engine.claim import Claim, get
from proofs.engine.decision import Decision, Obligation
from proofs.engine.derivation import Derivation, Kind, Planted, Step, name_of
from proofs.engine.facts import Fact, behind, equal, implied, named, none, numbers, reduced
from proofs.engine.names import Names, names_of, plain, symbols_of
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import Same, Term, changed, formula_of
from proofs.engine.terms import assumed, defined, put_in, still_numbers
from proofs.rules.algebra import Applied
from proofs.symbols import QUANTITIES, is_vector

__all__ = ["Fact", "Graph"]


class Graph:
    """The facts of one claim, written into its derivation as they are found."""

    def __init__(self, derivation: Derivation) -> None:
        self._derivation = derivation
        self._claim: Claim = get(derivation.claim_id)
        self._facts: dict[str, Fact] = {}
        self._proved: dict[str, tuple[Fact, Callable[[Boolean, Iterable[Fact]], Obligation]]] = {}
        self._said: dict[str, Boolean] = {}
        self._besides: tuple[Fact, ...] = ()
        self._names = Names(self._claim, lambda leaf: self._facts[leaf].formula)
        derivation.names, derivation.mutants = self._names, self._mutants

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
        """Suppose `guard`; what rests on it is closed by `under`. ValueError for the name of a hypothesis."""
        if name in self._claim.premises:
            raise ValueError(f"{self._claim.id}: {name!r} is a hypothesis, and no case")
        return self._leaf(name, guard, "suppose", "case")

    def let(self, symbol: Symbol, term: Expr) -> Fact:
        """A new name for a term; ValueError for one that is not new, or assumes what the term is not known to be."""
        claim, here = self._claim, self._derivation.current
        said = (*claim.premises.values(), *claim.hypotheses, *claim.formulas.values(), *claim.forms)
        said += (*claim.besides().values(), *(one for one in (claim.sentence, here) if one is not None))
        known = symbols_of(*said, *(fact.formula for fact in self._facts.values())) | QUANTITIES.keys()
        if not symbol.is_real or (known | term.free_symbols) & {symbol, Symbol(symbol.name, real=True)}:
            raise ValueError(f"{claim.id}: 'let' needs a new real name, and {symbol} is none")
        if assumed({symbol: term}) != true:
            raise ValueError(f"{self._claim.id}: {symbol} assumes what {term} is not known to be")
        meant = Eq(symbol, term, evaluate=False)
        owed = Obligation("the name is new", meant, Decision(True, by="")), *numbers(meant, ())
        found = self._keep(str(symbol), meant, (), "so named", *owed, kind="definition", bound=symbols_of(meant))
        self._names.let(symbol, found)
        return found

    def fact(self, name: str, formula: Boolean, *uses: Fact, because: str = "") -> Fact:
        """What the solver proves from the facts it uses."""
        return self._keep(name, formula, uses, because, self._owed(name, formula, uses))

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
        self._names.given(found)
        bound = symbols_of(found.gives) if found.called or found.sums else ()
        if (over := found.over) is not None:
            if not plain(over):
                raise ValueError(f"{self._claim.id}: {name!r} is for every real {over}, and assumes something of it")
            if any(over in use.bound for use in uses):
                raise ValueError(f"{self._claim.id}: {name!r} is for every {over}, which what it uses restricts")
        if found.fixed is not None or found.free:
            told = symbols_of(*(self._facts[leaf].formula for use in uses for leaf in use.rests))
            told |= self._names.let_behind(uses)
            if moving := told & found.free if found.fixed is None else told - found.fixed:
                raise ValueError(f"{self._claim.id}: {name!r} rests on what restricts {', '.join(map(str, moving))}")
        owed = self._owed(name, found.needs, uses)
        return self._keep(name, found.gives, uses, because, owed, kind="rule", rule=called, bound=bound)

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
        formula, where = put_in(fact.formula, terms), defined(*terms.values())
        needs = And(assumed(terms), still_numbers(fact.formula, formula, terms))
        if wherever:
            formula = Implies(where, formula, evaluate=False)
        else:
            needs = And(needs, where)
        return self._keep(name, formula, (fact, *uses), because, self._owed(name, needs, uses))

    def rule(self, name: str, apply: Callable[..., Boolean], *premises: Fact, because: str = "", **data: Any) -> Fact:
        """What a rule computes from its premises and from what it is told of; nobody types it.

        ValueError for a name that stands for something else already: as an equation it would be a hypothesis.
        """
        self._names.allow(name, apply, data, *premises)
        formula = apply(*(premise.formula for premise in premises), **data)
        called = name_of(apply)
        self._derivation.trust(called)
        owed = Obligation(f"{apply.__name__} applies", formula, Decision(True, by=""))
        return self._keep(name, formula, premises, because, owed, kind="rule", rule=called, bound=symbols_of(formula))

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
        cited, sentence, of_every, still, called = get(claim_id), true, frozenset[Symbol](), true, dict[Symbol, Expr]()
        if value is not None:
            about = dict.fromkeys((*in_basic_quantities(cited.formula).free_symbols, *terms))
            pairs = (Tuple(Str(one.name), terms.get(one, one)) for one in about)
            self._names.call(value, (Symbol(claim_id), *sorted(pairs, key=default_sort_key)))
        self._derivation.cite(claim_id)
        if cited.sentence is not None:
            told = symbols_of(*cited.premises.values()) | terms.keys()
            if terms and (open_ := cited.sentence.atoms(Term) - told):
                raise ValueError(f"{self._claim.id}: {claim_id} speaks of {', '.join(map(str, open_))}; give its term")
            sentence = formula_of(cited.sentence, cited.parts)
            said = put_in(sentence, terms)
            still = still_numbers(sentence, said, terms)
        elif value is not None and meant:
            if not plain(value):
                raise ValueError(
                    f"{self._claim.id}: what {claim_id} means any real number may be; {value} assumes more"
                )
            said, of_every = put_in(cited.definition.says(value), terms), cited.definition.over
        elif value is not None:
            same = Same if any(map(is_vector, cited.formula.free_symbols)) else partial(Eq, evaluate=False)
            said = same(value, put_in(in_basic_quantities(cited.formula), terms))
            called = {value: said.args[1]}
        else:
            raise ValueError(f"{self._claim.id}: {claim_id} says what something is; give its `value`")
        conditions = [formula_of(one, {}) for one in (*cited.premises.values(), *cited.hypotheses)]
        if (names := names_of(cited)) is not None:
            self._names.take(names, terms, Tuple(sentence, *conditions, *cited.formulas.values()))
        owes = assumed({**terms, **called}), defined(*terms.values()), still
        needs = And(*(put_in(one, terms) for one in conditions), *owes)
        name, bound = name or claim_id, symbols_of(said) - of_every if value else ()
        owed = implied(needs, uses) if needs == true else self._owed(name, needs, uses)
        return self._keep(name, said, uses, claim_id, owed, kind="claim", rule=claim_id, bound=bound)

    def under(self, case: Fact, fact: Fact) -> Fact:
        """In that case, the fact: it no longer rests on the case. ValueError if it never did."""
        if case.name not in fact.rests:
            raise ValueError(f"{self._claim.id}: {fact.name!r} does not rest on the case {case.name!r}")
        self._own(case)
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
        self._own(*facts)
        said = besides[name]
        self._besides += facts
        self._said[name] = said
        owed = self._owed(name, said, facts), self._closed(facts)
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
        self._any(over, *facts)
        point, term = named.formula.args
        reached = self._derivation.reached("least()")
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
        self._any(over, *facts)
        said = Equivalent(Eq(self._derivation.reached("zero()"), 0, evaluate=False), Eq(over, term, evaluate=False))
        self._attain("Zero", term, said, facts, also)

    def _any(self, over: Symbol, *facts: Fact) -> None:
        leaves = {self._facts[leaf] for one in facts for leaf in one.rests}
        if held := sorted(one.name for one in leaves if over in one.formula.free_symbols):
            raise ValueError(f"{self._claim.id}: what is said is for every {over}, which {', '.join(held)} restricts")
        if over not in QUANTITIES:
            self._names.call(over, (over,))

    def _attain(self, name: str, term: Expr, said: Boolean, facts: Sequence[Fact], also: Sequence[Fact]) -> None:
        self._derivation.attain(name, term, said, named([*facts, *also]), *self._ends(said, facts, also))

    def _ends(self, said: Boolean, facts: Sequence[Fact], also: Sequence[Fact] = ()) -> tuple[Obligation, ...]:
        self._said["the sentence"] = said
        ends = [*facts, *also]
        self._own(*ends)
        used = {fact.name for fact in behind([*ends, *self._besides])}
        idle = (self._facts.keys() | self._claim.premises.keys()) - used
        owed = self._owed("the sentence", said, facts)
        return owed, self._closed(ends), none("fact or hypothesis serves nothing", idle)

    def _owed(self, name: str, needs: Boolean, uses: Sequence[Fact]) -> Obligation:
        """What a step owes, in which mistakes are planted: that it follows from the facts it uses."""
        self._proved[name] = Fact(name, needs, uses=tuple(uses)), implied
        return implied(needs, uses)

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

    def _own(self, *uses: Fact) -> None:
        if strangers := [use.name for use in uses if self._facts.get(use.name) is not use]:
            raise ValueError(f"{self._claim.id}: {', '.join(strangers)} is no fact of this graph")

    def _leaf(self, name: str, formula: Boolean, because: str, kind: Kind) -> Fact:
        return self._keep(name, formula, (), because, kind=kind, rests=frozenset([name]), bound=symbols_of(formula))

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
        self._own(*uses)
        resting = rests.union(*(use.rests for use in uses)) - {closed}
        found = Fact(name, formula, resting, tuple(uses), frozenset(bound).union(*(use.bound for use in uses)))
        self._facts[name] = found
        told = because + (f" [{', '.join(named(uses))}]" if uses else "")
        self._derivation.steps.append(Step(name, formula, told.strip(), owes, not owes, kind, rule, named(uses)))
        return found
