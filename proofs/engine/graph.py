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

from sympy import Eq, Expr, Ge, Gt, Implies, Le, Lt, Ne, Symbol, default_sort_key
from sympy.logic.boolalg import Boolean, true

from proofs.engine.claim import Claim, get
from proofs.engine.decision import Decision, Obligation
from proofs.engine.derivation import Derivation, vanishes
from proofs.engine.rules import gram, names
from proofs.engine.sentence import formula_of
from proofs.engine.smt import follows
from proofs.symbols import QUANTITIES

__all__ = ["Fact", "Graph"]


@dataclass(frozen=True, eq=False)
class Fact:
    """`formula` holds wherever the hypotheses and cases it `rests` on do, by name; `uses` is what proved it."""

    name: str
    formula: Boolean
    rests: frozenset[str] = frozenset()
    uses: tuple[Fact, ...] = ()


class Graph:
    """The facts of one claim, written into its derivation as they are found."""

    def __init__(self, derivation: Derivation) -> None:
        self._derivation = derivation
        self._claim: Claim = get(derivation.claim_id)
        self._facts: dict[str, Fact] = {}
        self._solved: dict[str, Fact] = {}
        self._meant: dict[Expr, tuple[Expr, ...]] = {}
        derivation.mutants = self._mutants

    def given(self, name: str) -> Fact:
        """A hypothesis of the claim's declaration; ValueError if it declares none of that name."""
        if name not in self._claim.premises:
            known = ", ".join(self._claim.premises) or "none"
            raise ValueError(f"{self._claim.id} declares no premise {name!r}; it declares {known}")
        return self._leaf(name, formula_of(self._claim.premises[name], {}), "by hypothesis")

    def case(self, name: str, guard: Boolean) -> Fact:
        """Suppose `guard`; what rests on it is closed by `under`."""
        return self._leaf(name, guard, "suppose")

    def fact(self, name: str, formula: Boolean, *uses: Fact, because: str = "") -> Fact:
        """What the solver proves from the facts it uses."""
        found = self._keep(name, formula, uses, because, _implied(formula, uses))
        self._solved[name] = found
        return found

    def equal(self, name: str, left: Expr, right: Expr, because: str = "") -> Fact:
        """Two expressions that are the same: their difference reduces to zero."""
        return self._keep(name, Eq(left, right, evaluate=False), (), because, vanishes(name, left - right))

    def rule(self, name: str, apply: Callable[..., Boolean], *premises: Fact, because: str = "", **data: Any) -> Fact:
        """What a rule computes from its premises and from what it is told of; nobody types it.

        ValueError for a name that stands for something else already: as an equation it would be a hypothesis.
        """
        for symbol, meant in names(**data) if apply is gram else ():
            if symbol in QUANTITIES or self._meant.setdefault(symbol, meant) != meant:
                raise ValueError(f"{self._claim.id}: {symbol} is no new name for {' and '.join(map(str, meant))}")
        formula = apply(*(premise.formula for premise in premises), **data)
        owed = Obligation(f"{apply.__name__} applies", formula, Decision(True))
        return self._keep(name, formula, premises, because, owed)

    def cite(self, claim_id: str, value: Expr, terms: Mapping[Symbol, Expr], *uses: Fact) -> Fact:
        """Another claim's equality for these terms, `value` being its left side; owes its hypotheses for them."""
        cited = get(claim_id)
        self._derivation.cite(claim_id)
        owed = [_implied(hypothesis.subs(terms), uses) for hypothesis in cited.hypotheses]
        owed.append(Obligation(f"{claim_id} is cited", cited.formula, Decision(True)))
        return self._keep(claim_id, Eq(value, cited.formula.subs(terms), evaluate=False), uses, claim_id, *owed)

    def under(self, case: Fact, fact: Fact) -> Fact:
        """In that case, the fact: it no longer rests on the case. ValueError if it never did."""
        if case.name not in fact.rests:
            raise ValueError(f"{self._claim.id}: {fact.name!r} does not rest on the case {case.name!r}")
        formula = Implies(case.formula, fact.formula, evaluate=False)
        owed = Obligation("the case is closed", formula, Decision(True))
        return self._keep(f"{case.name}, so {fact.name}", formula, (fact,), "", owed, closed=case.name)

    def conclude(self, *facts: Fact) -> None:
        """End at the claim's sentence, from hypotheses alone, with no fact that serves nothing."""
        sentence = self._claim.sentence
        if sentence is None:
            raise ValueError(f"{self._claim.id} has no sentence to conclude with")
        behind = {fact.name for fact in _behind(facts)}
        still_open = {name for fact in facts for name in fact.rests} - self._claim.premises.keys()
        idle = (self._facts.keys() | self._claim.premises.keys()) - behind

        def implies(parts: Mapping[str, Expr]) -> Obligation:
            return _implied(formula_of(sentence, parts), facts)

        said = formula_of(sentence, self._claim.parts)
        self._solved["the sentence"] = Fact("the sentence", said, uses=facts)
        self._derivation.conclude_sentence(
            said,
            implies,
            _implied(said, facts),
            _none("case is still open", still_open),
            _none("fact or hypothesis serves nothing", idle),
        )

    def _mutants(self) -> Iterator[tuple[str, Callable[[], Obligation]]]:
        """The graph with one mistake each: what is proved all the same was not needed, or is not what was said."""
        for name, fact in self._solved.items():
            for use in fact.uses:
                others = [other for other in fact.uses if other is not use]
                yield f"{name}, without {use.name}", partial(_implied, fact.formula, others)
        said = self._solved["the sentence"]
        for word, wrong in _changed(said.formula):
            yield f"{said.name}, {word}", partial(_implied, wrong, said.uses)

    def _leaf(self, name: str, formula: Boolean, because: str) -> Fact:
        return self._keep(name, formula, (), because, rests=frozenset([name]))

    def _keep(
        self,
        name: str,
        formula: Boolean,
        uses: Sequence[Fact],
        because: str,
        *owes: Obligation,
        rests: frozenset[str] = frozenset(),
        closed: str = "",
    ) -> Fact:
        if name in self._facts:
            raise ValueError(f"{self._claim.id}: two facts are called {name!r}")
        if strangers := [use.name for use in uses if self._facts.get(use.name) is not use]:
            raise ValueError(f"{self._claim.id}: {name!r} uses {', '.join(strangers)}, of another claim")
        found = Fact(name, formula, rests.union(*(use.rests for use in uses)) - {closed}, tuple(uses))
        self._facts[name] = found
        told = because + (f" [{', '.join(use.name for use in uses)}]" if uses else "")
        self._derivation.record(name, formula, told.strip(), *owes)
        return found


def _implied(formula: Boolean, uses: Iterable[Fact]) -> Obligation:
    return follows("it follows", formula, *(use.formula for use in uses))


_REVERSED: Final = {Le: Gt, Lt: Ge, Ge: Lt, Gt: Le, Eq: Ne}


def _changed(formula: Boolean) -> Iterator[tuple[str, Boolean]]:
    """The sentence with one word changed: a relation reversed, or a condition left out."""
    for part in sorted(formula.atoms(*_REVERSED), key=default_sort_key):
        yield f"{part} reversed", formula.xreplace({part: _REVERSED[type(part)](*part.args, evaluate=False)})
    for part in sorted(formula.atoms(Implies), key=default_sort_key):
        yield f"whether or not {part.args[0]}", formula.xreplace({part: part.args[1]})


def _none(what: str, found: Collection[str]) -> Obligation:
    return Obligation(f"no {what}", true, Decision(None, ", ".join(sorted(found))) if found else Decision(True))


def _behind(facts: Iterable[Fact]) -> Iterator[Fact]:
    for fact in facts:
        yield fact
        yield from _behind(fact.uses)
