"""A claim with one mistake, and what a method makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Final, Literal, TypeVar

from sympy import Expr, Rational

from proofs.engine.claim import Claim
from proofs.engine.sentence import Role
from verify.closed_form import NoValueError
from verify.evidence import Fate, Level
from verify.mutants.expressions import Made, mutants_of, weakened

_QUICK: Final = 6
"""Mutants of a claim that a quick run tries, at most: two of them may be the same."""

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Mutant:
    """A wrong version of a claim: `part` names the formula that was changed, or is "" where a hypothesis was."""

    label: str
    part: str
    claim: Claim

    @property
    def kind(self) -> Literal["formula", "hypothesis"]:
        return "formula" if self.part else "hypothesis"

    @property
    def formula(self) -> Expr:
        """The wrong formula; KeyError where a hypothesis was changed."""
        return self.claim.formulas[self.part]


@lru_cache(maxsize=512)
def mutants(claim: Claim, level: Level) -> tuple[Mutant, ...]:
    """The mutants of a claim that a run of this level tries, in a fixed order: the same for every method. All differ
    from it, and those of a part from each other.
    """
    names: Counter[str] = Counter()
    planned = []
    for label, part, make in _all(claim):
        names[label] += 1  # one constant may stand in several places
        again = f" ({names[label]})" if names[label] > 1 else ""
        planned.append((label + again, part, make))
    found, seen = [], {*claim.formulas.items()}
    for label, part, make in planned if level == "full" else sample(planned, _QUICK):
        mutant = Mutant(label, part, make())
        if not part or (part, mutant.formula) not in seen:
            found.append(mutant)
            seen.add((part, mutant.claim.formulas.get(part)))
    return tuple(found)


def sample(items: Sequence[_Item], count: int) -> list[_Item]:
    """`count` of the items, evenly spread; all if there are no more."""
    if len(items) <= count:
        return list(items)
    return [items[index * len(items) // count] for index in range(count)]


def _all(claim: Claim) -> Iterator[tuple[str, str, Callable[[], Claim]]]:
    for name, formula in claim.formulas.items():
        for what, make in _wrong(claim, name, formula):
            yield f"{name}: {what}", name, partial(_with, claim, name, make)
    for what, hypotheses in weakened(claim.hypotheses):
        yield f"hypothesis {what}", "", partial(replace, claim, hypotheses=hypotheses)


def _wrong(claim: Claim, name: str, formula: Expr) -> Iterator[tuple[str, Made]]:
    if way := side(claim, name):
        yield "too strong by 1 %", lambda: formula * (1 - way * Rational(1, 100))
    yield from mutants_of(formula)


def side(claim: Claim, part: str) -> int:
    """1 for an upper bound, −1 for a lower one, 0 for what is no bound."""
    return {None: 0, Role.UPPER: 1, Role.LOWER: -1}[claim.bounds.get(part)]


def _with(claim: Claim, name: str, make: Made) -> Claim:
    """The claim with another formula of that name. It keeps no printed form, which would be judged as well."""
    formula = make()
    if name == "statement":
        return replace(claim, statement=formula, printed=None)
    return replace(claim, parts={**claim.parts, name: formula}, printed=None)


def fates(chosen: Iterable[Mutant], notices: Callable[[Mutant], Fate | bool | None]) -> dict[str, Fate]:
    """What becomes of each mutant by one method: `notices` says whether it refutes it, or else what became of it; None
    where it cannot judge it.

    A wrong formula may leave the domain of its functions: that it has no real value is noticed too. Any other failure
    to evaluate says nothing.
    """
    found: dict[str, Fate] = {}
    for mutant in chosen:
        try:
            noticed = notices(mutant)
        except NoValueError:
            noticed = True
        except (ArithmeticError, ValueError):
            noticed = None
        if noticed is not None:
            found[mutant.label] = noticed if isinstance(noticed, Fate) else Fate.KILLED if noticed else Fate.MISSED
    return found
