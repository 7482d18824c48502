"""A generated function held against a formula: errors in units in the last place, and what mistakes would do to them.

An error is judged by what the input's own rounding would cause: `conditioned` is the error in units of (one ulp of the
result + the change of the result when the inputs move by half an ulp).
"""

from __future__ import annotations

import importlib
import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mpf

from proofs.engine.claim import Claim
from verify.closed_form import NoValueError, real
from verify.evidence import Fate, Figures, Level
from verify.extensions import Text
from verify.mutants import Mutant, fates, mutants, sample
from verify.mutants.equal_text import same_value
from verify.mutants.text import text_mutants

ALLOWED: Final = 16.0
"""Largest `conditioned` error accepted: some thirty roundings, of half a unit each, lie between input and result.

Measured over 80 seeds and at the full level: up to 5.2, mostly near 1. An error of 0.1 % would be 10¹².
"""

_QUICK: Final = 6
"""Mutants of a function's text that a quick run tries."""

Names = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """Inputs of one evaluation, as floats; `inputs` is what the held function makes of them."""

    label: str
    generic: bool
    inputs: Any


def errors(value: Sequence[mpf], moved: mpf, results: Iterable[Sequence[float]]) -> tuple[float, float]:
    """The largest distance of results from a value: in ulps of its norm, and in units of such an ulp + `moved`."""
    with mpmath.workdps(60):
        ulp = mpf(math.ulp(float(mpmath.norm(value))))
        far = [distance([mpf(float(x)) for x in result], value) for result in results]
        return worst(error / ulp for error in far), worst(error / (ulp + moved) for error in far)


@dataclass(frozen=True)
class Held(ABC):
    """Functions of a generated module that compute one formula of a claim."""

    claim: Claim
    module: str
    functions: tuple[str, ...]
    """Names in the module whose text computes this formula."""

    trials = 2
    """Cases at which a wrong formula is tried."""

    reads_formula = True
    """Whether what it is held against is the claim's statement, and not its definition."""

    @abstractmethod
    def cases(self, level: Level, seed: int) -> list[Case]:
        """Inputs that meet the claim's hypotheses, generic ones first."""

    @abstractmethod
    def results(self, names: Names, case: Case) -> Iterable[Any]:
        """What the functions in `names` give, by every way that leads to them: numbers, or vectors."""

    def computed(self, names: Names, case: Case) -> list[list[float]]:
        """Results entry by entry. No input may cause a warning."""
        with np.errstate(all="raise", under="ignore"):
            return [[float(entry) for entry in np.atleast_1d(result)] for result in self.results(names, case)]

    @abstractmethod
    def value(self, case: Case) -> list[mpf]:
        """The formula's value at the case, to many more digits than float64 has; ValueError if it is no real number."""

    @abstractmethod
    def moved(self, case: Case, value: list[mpf]) -> mpf:
        """How far the value moves when the inputs are rounded."""

    @property
    def endless(self) -> frozenset[str]:
        """Names in the text of integrals over an infinite range."""
        return frozenset()


@dataclass(frozen=True)
class OfNumbers(Held):
    """A formula of numbers, which are rounded one at a time; 0 and those at the positions `whole` are exact.

    `numbers` are what the formula is evaluated at, of the inputs of a case, and `side` is where to they are moved: away
    from the end of their domain. `called` is what the functions give at the inputs.
    """

    drawn: Callable[[Level, int], Iterable[Case]]
    called: Callable[[Names, Any], Iterable[Any]]
    numbers: Callable[[Any], Sequence[float]]
    formula: Callable[[Claim], Callable[..., Any]]
    reads_formula: bool = True
    digits: int = 60
    side: int = 1
    whole: tuple[int, ...] = ()

    trials = 1000  # one case is cheap, and every branch of a formula has its own

    @cached_property
    def _stated(self) -> Callable[..., Any]:
        return self.formula(self.claim)

    def cases(self, level: Level, seed: int) -> list[Case]:
        return list(self.drawn(level, seed))

    def results(self, names: Names, case: Case) -> Iterable[Any]:
        return self.called(names, case.inputs)

    def value(self, case: Case) -> list[mpf]:
        with mpmath.workdps(self.digits):
            return [self._at([mpf(number) for number in self.numbers(case.inputs)])]

    def moved(self, case: Case, value: list[mpf]) -> mpf:
        """The sum of its moves when one number at a time moves by half an ulp."""
        numbers, total = self.numbers(case.inputs), mpf(0)
        with mpmath.workdps(self.digits):
            for index, number in enumerate(numbers):
                if number and index not in self.whole:
                    point = [mpf(other) for other in numbers]
                    point[index] += self.side * mpf(math.ulp(number)) / 2
                    total += abs(self._at(point) - value[0])
        return total

    def _at(self, numbers: list[mpf]) -> mpf:
        try:
            return real(self._stated(*numbers))
        except TypeError as error:  # mpmath cannot compare complex numbers
            raise NoValueError("a condition is not about real numbers") from error


@dataclass(frozen=True)
class Row:
    """One comparison: the formula's value, how far rounding the inputs moves it, what the code gives, its errors."""

    case: Case
    value: list[mpf]
    moved: mpf
    results: list[list[float]]
    ulps: float
    conditioned: float


def published(module: str) -> Names:
    """What a user gets: the names of a generated module, and those that the package passes on from it."""
    import numerics

    own = vars(importlib.import_module(f"numerics.generated.{module}"))
    return {**own, **{name: value for name, value in vars(numerics).items() if name in own}}


def compared(held: Held, level: Level, seed: int) -> list[Row]:
    """Errors at all cases."""
    names = published(held.module)
    rows = []
    for case in held.cases(level, seed):
        value = held.value(case)
        moved, results = held.moved(case, value), held.computed(names, case)
        rows.append(Row(case, value, moved, results, *errors(value, moved, results)))
    return rows


def worst(values: Iterable[Any]) -> float:
    """The largest value; NaN counts as infinite."""
    return max(math.inf if math.isnan(value) else float(value) for value in values)


def figures_of(rows: Sequence[Row]) -> Figures:
    """Worst errors, and where."""
    at = max(rows, key=lambda row: row.conditioned)
    return {
        "conditioned": at.conditioned,
        "worst_at": at.case.label,
        "ulp_generic": max((row.ulps for row in rows if row.case.generic), default=0.0),
        "ulp_nasty": max((row.ulps for row in rows if not row.case.generic), default=0.0),
        "points": len(rows),
        "allowed": ALLOWED,
        "conditioned_by_point": {
            label: float(f"{worst(row.conditioned for row in rows if row.case.label == label):.3g}")
            for label in dict.fromkeys(row.case.label for row in rows)
        },
    }


def fates_of(held: Held, rows: Sequence[Row], level: Level) -> tuple[dict[str, Fate], int]:
    """Fates of the claim's mutants and of those of the text, and how many places of the text were left out."""
    ordered = sorted(rows, key=lambda row: not row.case.generic)
    chosen = mutants(held.claim, level) if held.reads_formula else ()

    def notices(mutant: Mutant) -> bool | None:
        """Whether the generated code (as it is) contradicts a wrong formula."""
        if mutant.part != next(iter(held.claim.formulas)):
            return None
        wrong = replace(held, claim=mutant.claim)
        return any(_off(row, wrong.value(row.case), row.results) for row in ordered[: held.trials])

    found = fates(chosen, notices)
    source = inspect.getsource(importlib.import_module(f"numerics.generated.{held.module}"))
    made, excluded = text_mutants(source, held.functions, held.endless)
    text = Text(f"numerics.generated.{held.module}", source)
    for mutant in made if level == "full" else sample(made, _QUICK):
        with text.with_mistake(mutant) as mistaken:
            noticed = any(_fails(held, row, mistaken) for row in ordered)
        same = not noticed and same_value(text.source, mutant)
        found[mutant.label] = Fate.KILLED if noticed else Fate.EQUIVALENT if same else Fate.MISSED
    return found, excluded


def _off(row: Row, value: list[mpf], results: list[list[float]]) -> bool:
    return not errors(value, row.moved, results)[1] <= ALLOWED


def _fails(held: Held, row: Row, names: Names) -> bool:
    try:
        return _off(row, row.value, held.computed(names, row.case))
    except (ArithmeticError, ValueError, TypeError, IndexError):
        return True


def distance(left: Sequence[mpf], right: Sequence[mpf]) -> mpf:
    """Euclidean distance; NaN stays NaN, what has another length is infinitely far."""
    if len(left) != len(right):
        return mpf("inf")
    return mpmath.sqrt(mpmath.fsum((a - b) ** 2 for a, b in zip(left, right, strict=True)))
