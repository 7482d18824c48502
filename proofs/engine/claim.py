"""What a claim is, and the one registry of claims.

A claim is stated once. Its declaration owns the hypotheses (as data), the closed form, and the *definition*
the closed form must agree with; every method that can check it reads them from here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from sympy import Expr
from sympy.logic.boolalg import Boolean

from proofs.engine.definitions import Definition
from proofs.engine.derivation import Derivation

__all__ = ["Claim", "Kind", "Side", "all_claims", "claim", "derive", "get", "proved", "register", "rests_on"]


class Kind(StrEnum):
    """What sort of statement a claim makes; it decides which checks apply."""

    IDENTITY = "identity"
    INEQUALITY = "inequality"
    EQUIVALENCE = "equivalence"
    COUNTEREXAMPLE = "counterexample"


class Side(StrEnum):
    """From which side a bound bounds."""

    UPPER = "upper"
    LOWER = "lower"


@dataclass(frozen=True)
class Claim:
    """One statement of the theory.

    `statement` is the form code is generated from (the stable one); `printed` the form the literature prints,
    where it differs: both are proved equal to what the derivation reaches. `subject` is the left-hand side in
    LaTeX, `setting` a hypothesis that only words can say. Claims that are not an equality of expressions put their
    whole statement into `subject` and leave `statement` None; what is a formula in it (a bound, a threshold, the
    equation of a condition) stands under a name in `parts`, so that every method reads it and mutants can change it.
    `bounds` says which parts of an inequality are bounds, and from which side. `code` names the generated functions.
    """

    id: str
    title: str
    source: str
    subject: str
    definition: Definition
    derivation: Callable[[Derivation], None]
    kind: Kind = Kind.IDENTITY
    statement: Expr | None = None
    printed: Expr | None = None
    hypotheses: tuple[Boolean, ...] = ()
    setting: str = ""
    code: tuple[str, ...] = ()
    parts: Mapping[str, Expr] = field(default_factory=dict, hash=False)
    bounds: Mapping[str, Side] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not re.fullmatch(rf"[{_CHAPTERS}][1-9][0-9]*(\.[a-z0-9-]+)?", self.id):
            raise ValueError(f"claim id {self.id!r} is not a chapter's letter and a number, e.g. 'C3' or 'C5.tanh'")
        if self.kind is Kind.IDENTITY and self.statement is None:
            raise ValueError(f"claim {self.id}: an identity needs a `statement` expression")

    @property
    def formula(self) -> Expr:
        """The statement; ValueError for a claim that is not an equality of expressions."""
        if self.statement is None:
            raise ValueError(f"claim {self.id} is an {self.kind} and has no formula")
        return self.statement

    @property
    def formulas(self) -> dict[str, Expr]:
        """Every expression the claim states, by name: "statement" if there is one, and its parts."""
        own = {} if self.statement is None else {"statement": self.statement}
        return own | dict(self.parts)

    @property
    def as_printed(self) -> Expr:
        """The form the literature prints, which is the statement where the two agree."""
        return self.formula if self.printed is None else self.printed


_REGISTRY: dict[str, Claim] = {}

_CHAPTERS = "GNCPRB"
"""Letters of the chapters, in their order."""


def register(new: Claim) -> Claim:
    """Add a claim; an id is never reused, and an inequality says what in it is a bound."""
    if new.id in _REGISTRY:
        raise ValueError(f"claim id {new.id!r} is already taken by {_REGISTRY[new.id].title!r}")
    if (new.kind is Kind.INEQUALITY) != bool(new.bounds) or not new.bounds.keys() <= new.parts.keys():
        raise ValueError(f"claim {new.id}: `bounds` names parts of an inequality, and only of one: {sorted(new.parts)}")
    _REGISTRY[new.id] = new
    return new


def claim(**fields: object) -> Callable[[Callable[[Derivation], None]], Claim]:
    """Decorator: declare a claim around the function that derives it."""

    def declare(derivation: Callable[[Derivation], None]) -> Claim:
        return register(Claim(derivation=derivation, **fields))  # type: ignore[arg-type]

    return declare


def all_claims() -> tuple[Claim, ...]:
    """Every claim, in the order of the theory: by chapter, then by number; parts as they were declared."""
    return tuple(sorted(_REGISTRY.values(), key=lambda claim: _place(claim.id)))


def _place(claim_id: str) -> tuple[int, int, bool]:
    chapter, number = claim_id[0], claim_id[1:].partition(".")[0]
    return _CHAPTERS.index(chapter), int(number), "." in claim_id


def get(claim_id: str) -> Claim:
    """The claim of that id; ValueError with the known ids otherwise."""
    try:
        return _REGISTRY[claim_id]
    except KeyError:
        known = ", ".join(_REGISTRY)
        raise ValueError(f"claim id {claim_id!r} is unknown; known ids: {known}") from None


@cache
def derive(claim_id: str) -> Derivation:
    """Carry out a claim's derivation (once per process). It concludes only if it ends at the forms the claim states."""
    chosen = get(claim_id)
    chain = Derivation(chosen.id)
    chosen.derivation(chain)
    if any(form is not None and form not in chain.held for form in (chosen.statement, chosen.printed)):
        chain.concluded = ""
    if any(name not in chain.parts or chain.parts[name].stated != part for name, part in chosen.parts.items()):
        chain.concluded = ""
    return chain


def rests_on(claim_id: str) -> Iterable[str]:
    """The ids a claim's derivation cites, directly or through others; with its own if the citations run in a circle."""
    seen: list[str] = []
    queue = list(derive(claim_id).cited)
    while queue:
        cited = queue.pop(0)
        if cited not in seen:
            seen.append(cited)
            queue.extend(derive(cited).cited)
    return seen


def proved(claim_id: str) -> bool | None:
    """True if the chain of a claim and those of all it rests on are proved, False if its own is refuted, else None."""
    own = derive(claim_id).decided
    cited = list(rests_on(claim_id))
    if own is not True:
        return own
    return True if claim_id not in cited and all(derive(other).decided is True for other in cited) else None
