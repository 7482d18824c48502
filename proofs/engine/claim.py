"""What a claim is, and the one registry of claims.

A claim is stated once. Its declaration owns the hypotheses (as data), the closed form, and the *definition*
the closed form must agree with; every method that can check it reads them from here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from functools import cache, partial
from importlib import import_module
from typing import Any, Final

from sympy import Expr, Symbol
from sympy.logic.boolalg import Boolean, true

from proofs.engine.besides import mistaken, settled
from proofs.engine.definitions import Definition
from proofs.engine.derivation import Derivation, Planted, Step, name_of
from proofs.engine.latex import latex_of, latex_of_sentence
from proofs.engine.sentence import Relation, Role, formula_of, relation_of, roles


class Kind(StrEnum):
    """What sort of statement a claim makes; it decides which checks apply."""

    IDENTITY = "identity"
    INEQUALITY = "inequality"
    EQUIVALENCE = "equivalence"
    LIMIT = "limit"
    COUNTEREXAMPLE = "counterexample"


@dataclass(frozen=True)
class Claim:
    """One statement of the theory.

    `statement` is the form code is generated from (the stable one); `printed` the form the literature prints,
    where it differs: both are proved equal to what the derivation reaches. `subject` is the left-hand side in
    LaTeX, `setting` a hypothesis that only words can say. A claim that is not an equality of expressions has a
    `sentence` instead; the expressions in it (a bound, a threshold, the equation of a condition) stand under a name in
    `parts`, so that every method reads them and mutants can change them, and what each is in the sentence is its role.
    `besides` makes the formulas that it says beside its statement, by name; a `remark` says in words what follows, and
    nothing checks it. `premises` are hypotheses by name, at which a graph of facts begins. `names` are the claim's own
    LaTeX for symbols and parts, `code` the generated functions.
    """

    id: str
    title: str
    source: str
    definition: Definition
    derivation: Callable[[Derivation], None]
    subject: str = ""
    sentence: Boolean | None = None
    kind: Kind = Kind.IDENTITY
    statement: Expr | None = None
    printed: Expr | None = None
    hypotheses: tuple[Boolean, ...] = ()
    setting: str = ""
    remark: str = ""
    code: tuple[str, ...] = ()
    parts: Mapping[str, Expr] = field(default_factory=dict, hash=False)
    premises: Mapping[str, Boolean] = field(default_factory=dict, hash=False)
    besides: Callable[[], Mapping[str, Boolean]] = dict
    names: Mapping[Symbol, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not re.fullmatch(rf"[{''.join(_CHAPTERS)}][1-9][0-9]*(\.[a-z0-9-]+)?", self.id):
            raise ValueError(f"claim id {self.id!r} is not a chapter's letter and a number, e.g. 'C3' or 'C5.tanh'")
        for form in (*self.formulas.values(), self.printed):
            if not isinstance(form, Expr | None):
                raise ValueError(f"claim {self.id}: {form!r} is no expression of SymPy's")
        if self.kind is Kind.IDENTITY and self.statement is None:
            raise ValueError(f"claim {self.id}: an identity needs a `statement` expression")

    def _repr_latex_(self) -> str:
        """For notebooks: what it says, under which hypotheses."""
        forms = "\n".join(f"$$\n{form}\n$$" for form in forms_of(self))
        given = [f"${condition}$" for condition in supposed_by(self)] + [self.setting] * bool(self.setting)
        return f"{self.id}. {self.title}\n{forms}\n{'if ' * bool(given)}{', '.join(given)}"

    @property
    def function(self) -> Callable[..., None]:
        """The function that derives it, which may derive others, too."""
        function = self.derivation
        while isinstance(function, partial):
            function = function.func
        return function

    @property
    def formula(self) -> Expr:
        """The statement; ValueError for a claim that is not an equality of expressions."""
        if self.statement is None:
            raise ValueError(f"claim {self.id} is an {self.kind} and has no formula")
        return self.statement

    @property
    def forms(self) -> tuple[Expr, ...]:
        """The statement, and where it differs the form the literature prints."""
        return tuple(form for form in dict.fromkeys((self.statement, self.printed)) if form is not None)

    @property
    def formulas(self) -> dict[str, Expr]:
        """Every expression the claim states, by name: "statement" if there is one, and its parts."""
        own = {} if self.statement is None else {"statement": self.statement}
        return own | dict(self.parts)

    @property
    def roles(self) -> dict[str, Role]:
        """What each of `formulas` is in the sentence."""
        return {"statement": Role.VALUE} if self.sentence is None else roles(self.sentence)

    @property
    def relation(self) -> Relation:
        """What the sentence asserts between its terms."""
        return Relation.EQUAL if self.sentence is None else relation_of(self.sentence)

    @property
    def bounds(self) -> dict[str, Role]:
        """The parts that are bounds, and from which side."""
        return {name: role for name, role in self.roles.items() if role in _BOUNDS}

    @property
    def as_printed(self) -> Expr:
        """The form the literature prints, which is the statement where the two agree."""
        return self.formula if self.printed is None else self.printed


_BOUNDS: Final = frozenset({Role.UPPER, Role.LOWER})

_REGISTRY: dict[str, Claim] = {}

_CHAPTERS: Final = {
    "G": "gaussian",
    "N": "network landscape lipschitz lipschitz_constant",
    "C": "common_zeros estimators potentials descent",
    "P": "penalties envelopes penalty_limits",
    "R": "splitting lagrangian fixed_points stability any_estimator limits limits_nonconvex limit_errors "
    "limit_sharpness basin census census_nonconvex joint",
    "B": "potentials descent background relu_descent",
}
"""Letters of the chapters, in their order, and the modules that register their claims when they are imported."""


@cache
def _load(chapter: str) -> None:
    for module in _CHAPTERS.get(chapter, "").split():
        import_module(f"proofs.{module}")


def register(new: Claim) -> Claim:
    """Add a claim; an id is never reused, and every part has its place in the sentence."""
    if new.id in _REGISTRY:
        first, again = _REGISTRY[new.id].function.__module__, new.function.__module__
        taken = f"is already taken by {_REGISTRY[new.id].title!r} of {first}"
        raise ValueError(f"claim id {new.id!r} {taken}; {again} has it too: a claim of yours needs one that is free")
    if {new.statement is None, not new.subject, new.sentence is not None} not in ({True}, {False}):
        raise ValueError(f"claim {new.id}: give a `subject` and its `statement`, or a `sentence`")
    if (new.kind is Kind.INEQUALITY) != bool(new.bounds):
        raise ValueError(f"claim {new.id}: an inequality asserts a bound, and nothing else does: {dict(new.roles)}")
    if new.sentence is not None and new.roles.keys() != new.parts.keys():
        raise ValueError(f"claim {new.id}: its sentence has the parts {sorted(new.roles)}, not {sorted(new.parts)}")
    _REGISTRY[new.id] = new
    return new


def claim(**fields: object) -> Callable[[Callable[[Derivation], None]], Claim]:
    """Decorator: declare a claim around the function that derives it; a kind not given is read off its sentence."""
    sentence: Any = fields.get("sentence")
    if "kind" not in fields and sentence is not None:
        bounds, tends = _BOUNDS & set(roles(sentence).values()), relation_of(sentence) is Relation.TENDS
        fields["kind"] = Kind.INEQUALITY if bounds else Kind.LIMIT if tends else Kind.EQUIVALENCE

    def declare(derivation: Callable[[Derivation], None]) -> Claim:
        return register(Claim(derivation=derivation, **fields))  # type: ignore[arg-type]

    return declare


def all_claims() -> tuple[Claim, ...]:
    """Every claim, in the order of the theory: by chapter, then by number; parts as they were declared."""
    for chapter in _CHAPTERS:
        _load(chapter)
    return tuple(sorted(_REGISTRY.values(), key=lambda claim: _place(claim.id)))


def _place(claim_id: str) -> tuple[int, int, bool]:
    chapter, number = claim_id[0], claim_id[1:].partition(".")[0]
    return "".join(_CHAPTERS).index(chapter), int(number), "." in claim_id


def get(claim_id: str) -> Claim:
    """The claim of that id; ValueError with the known ids otherwise."""
    if claim_id not in _REGISTRY:
        _load(claim_id[:1])
    if claim_id not in _REGISTRY:
        known = ", ".join(claim.id for claim in all_claims())
        raise ValueError(f"claim id {claim_id!r} is unknown; known ids: {known}")
    return _REGISTRY[claim_id]


def nearest(claim_id: str, ids: Sequence[str]) -> str:
    """What an unknown id may stand for, as a question; "" if nothing is near."""
    upper = claim_id.upper()  # case is the commonest slip, and "c3" is nearest to "C3" only for people
    parts = [name for name in ids if f"{name.upper()}.".startswith(f"{upper}.")]
    near = parts or get_close_matches(claim_id, ids) or get_close_matches(upper, ids)
    return f"did you mean {' or '.join(near)}?" if near else ""


CARRIED_OUT: Final[dict[str, Derivation]] = {}
"""Derivations that another process carried out, by claim."""

_BEGUN: Final[list[str]] = []
"""Claims whose derivations are being carried out, each for what the one before cites."""


@cache
def derive(claim_id: str) -> Derivation:
    """Carry out a claim's derivation (once per process). It concludes only if it ends at the forms the claim states."""
    if claim_id in CARRIED_OUT:
        return CARRIED_OUT[claim_id]
    chosen = get(claim_id)
    if claim_id in _BEGUN:
        raise ValueError(f"{claim_id} is cited by what it rests on: {', '.join(_BEGUN)}")
    chain = Derivation(chosen.id, chosen.definition)
    _BEGUN.append(claim_id)
    try:
        chosen.derivation(chain)
    finally:
        _BEGUN.pop()
    for step in chain.steps:
        if step.kind == "claim" and not isinstance(step.shown, Boolean) and step.shown not in get(step.rule).forms:
            raise ValueError(f"{claim_id}: {step.rule} does not state {step.shown}")
    if any(form not in chain.held for form in chosen.forms):
        chain.concluded = ""
    if chosen.sentence is not None and chain.concluded != "sentence":
        chain.concluded = ""
    _say_besides(chosen, chain)
    return chain


def _say_besides(chosen: Claim, chain: Derivation) -> None:
    """Decide what the declaration says besides: as it stands, or as a graph has shown it."""
    supposed = [formula_of(one, {}) for one in (*chosen.premises.values(), *chosen.hypotheses)]
    alone = {name: (said, supposed, chain.deciders.get(name)) for name, said in chosen.besides().items()}
    if unsaid := (chain.besides.keys() | chain.deciders.keys()) - alone.keys():
        raise ValueError(f"{chosen.id} says nothing besides that is called {', '.join(sorted(unsaid))}")
    for name, step in chain.besides.items():
        chain.steps.append(step)
        del alone[name]
    for name, told in alone.items():
        rule = told[-1]
        chain.steps.append(Step(name, told[0], "", settled(*told), kind="besides", rule=name_of(rule) if rule else ""))
    chain.mutants = partial(_with_besides, chain.mutants, alone)


def _with_besides(others: Callable[[], Iterable[Planted]], alone: Mapping[str, Any]) -> Iterable[Planted]:
    yield from others()
    for name, told in alone.items():
        yield from ((f"{name}, {mistake}", owed) for mistake, owed in mistaken(*told))


def subject_of(claim: Claim) -> str:
    """In LaTeX what the statement says, up to the expression that an identity ends in."""
    if claim.sentence is None:
        return claim.subject
    return latex_of_sentence(claim.sentence, claim.parts, claim.names)


def forms_of(claim: Claim) -> list[str]:
    """The statement in LaTeX, and where it differs the form of the literature; each with its left-hand side."""
    return [f"{claim.subject} = {latex_of(form)}" for form in claim.forms] or [subject_of(claim)]


def latex_in(claim: Claim, shown: Expr | Boolean) -> str:
    """What a derivation shows, in LaTeX; a fact is a sentence, in the claim's own names."""
    return latex_of_sentence(shown, {}, claim.names) if isinstance(shown, Boolean) else latex_of(shown)


def supposed_by(claim: Claim) -> list[str]:
    """The hypotheses in LaTeX, but for what words alone can say."""
    return [latex_in(claim, one) for one in dict.fromkeys((*claim.hypotheses, *claim.premises.values())) if one != true]


def latex_of_claim(claim: Claim) -> str:
    """The statement in LaTeX; the form the literature prints follows after another equals sign."""
    return "\n  = ".join([subject_of(claim), *map(latex_of, claim.forms)])
