"""What was observed of a claim's formulas, and holding it against any version of the claim: the one judge.

A checker writes down rows: the values of the symbols at a place, what was observed there, with its error, and how the
formula of that name should relate to it. The claim's formulas enter only when a row is judged, so the same rows judge
the claim and every mutant of it, and what is dear to observe is observed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, Literal, get_args

import mpmath
import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray
from sympy import Basic, Expr, cancel, lambdify
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim
from verify.closed_form import MPMATH
from verify.evidence import Fate
from verify.mutants import Mutant, fates

Bound = Literal["=", "<=", ">=", ">"]
Relation = Literal[Bound, "frequency", "frequency at least"]
"""How `observed` relates to the formula; with "frequency" it is (hits, count), of that probability."""

Mask = NDArray[np.bool_]

DIGITS: Final = 60
"""Working precision, of the exact runs as well; what they find is asked for to 45 digits."""


@dataclass(frozen=True)
class Row:
    """One comparison, or many at once where `values` and `observed` are arrays of one length.

    `part` names the formula, `values` gives its symbols by name (floats or arrays, mpf, or exact SymPy numbers);
    `slack` is what the observation may be off by, for frequencies the false-alarm probability. `where` is all that is
    needed to replay it, as text or as an object that prints so.
    """

    part: str
    relation: Relation
    observed: Any
    values: Mapping[str, Any]
    slack: Any
    where: Any


@dataclass(frozen=True)
class Judgement:
    """Of a row: where the hypotheses hold, where the comparison holds, and what the formula says."""

    applies: Mask
    holds: Mask
    stated: Any

    @property
    def refuted(self) -> bool:
        """Whether the claim says something wrong here."""
        return bool(np.any(self.applies & ~self.holds))


def judge(claim: Claim, row: Row) -> Judgement:
    """Hold a row against a claim; ValueError if the claim states no such part, or needs a symbol the row lacks."""
    formula = claim.formulas.get(row.part)
    if formula is None:
        raise ValueError(f"{claim.id} states no {row.part!r}")
    with mp.workdps(DIGITS):
        applies = _meets(claim.hypotheses, row.values)
        if not applies.any():
            return Judgement(applies, applies, None)
        stated = _value(claim.id, formula, row.values)
        return Judgement(applies, np.atleast_1d(_compared(row, stated)).astype(bool), stated)


def _meets(hypotheses: Sequence[Boolean], values: Mapping[str, Any]) -> Mask:
    """Where the hypotheses hold. One about what a row gives no value of says nothing about it."""
    known = [hypothesis for hypothesis in hypotheses if all(name in values for name in _names(hypothesis))]
    holding = [np.atleast_1d(_evaluated(hypothesis, values)).astype(bool) for hypothesis in known]
    shape = np.broadcast_shapes((1,), *(value.shape for value in values.values() if isinstance(value, np.ndarray)))
    return np.broadcast_to(np.logical_and.reduce(holding) if holding else np.array([True]), shape)


def _value(claim_id: str, formula: Expr, values: Mapping[str, Any]) -> Any:
    """The formula's value, NaN where it has none."""
    if missing := [name for name in _names(formula) if name not in values]:
        raise ValueError(f"{claim_id}: no value was observed for {', '.join(missing)}")
    try:
        stated = _evaluated(formula, values)
    except (ArithmeticError, TypeError):  # a division by 0, or complex numbers compared: it has no real value
        return np.nan
    if isinstance(stated, Basic):
        return stated if stated.is_real and stated.is_finite else np.nan
    if isinstance(stated, mpmath.mpc):
        return stated.real if stated.imag == 0 else np.nan
    return stated


def _evaluated(expression: Basic, values: Mapping[str, Any]) -> Any:
    """By exact substitution, by mpmath, or by NumPy: whatever the values are."""
    given = [values[name] for name in _names(expression)]
    if any(isinstance(value, Basic) for value in given):
        # Not `subs`, which would make 0/sin θ at θ = 0 into 0.
        return expression.xreplace({symbol: values[symbol.name] for symbol in expression.free_symbols})
    exact = not given or any(isinstance(value, mpf) for value in given)
    function = _compiled(expression, exact)
    if exact:
        return function(*map(mpmath.mpmathify, given))
    arrays = [np.asarray(value, dtype=float) for value in given]
    with np.errstate(all="ignore"):
        return function(*(np.broadcast_arrays(*arrays) if any(array.ndim for array in arrays) else arrays))


@lru_cache(maxsize=4096)
def _names(expression: Basic) -> tuple[str, ...]:
    """The names of an expression's symbols, sorted."""
    return tuple(sorted(symbol.name for symbol in expression.free_symbols))


@lru_cache(maxsize=4096)
def _compiled(expression: Basic, exact: bool) -> Callable[..., Any]:
    """The expression as a function of its symbols, in the order of their names."""
    symbols = sorted(expression.free_symbols, key=lambda symbol: str(symbol.name))
    return lambdify(symbols, expression, MPMATH if exact else "numpy", docstring_limit=0)


def _compared(row: Row, stated: Any) -> Any:
    if isinstance(stated, float) and np.isnan(stated):
        return False
    if row.relation in ("frequency", "frequency at least"):
        return chance_of(row, stated) >= row.slack
    if row.relation == "=":
        return abs(row.observed - stated) <= row.slack
    if row.relation == "<=":
        return row.observed <= stated + row.slack
    return row.observed > stated if row.relation == ">" else row.observed >= stated - row.slack


def chance_of(row: Row, stated: Any) -> float:
    """The probability of a frequency as far off as this one; 0 if what is stated is no probability."""
    from scipy.stats import binomtest  # a third of a second, which most processes can do without

    hits, count = row.observed
    if not 0 <= stated <= 1:
        return 0.0
    side: Literal["two-sided", "less"] = "two-sided" if row.relation == "frequency" else "less"
    return float(binomtest(hits, count, float(stated), alternative=side).pvalue)


def fates_of(claim: Claim, chosen: Iterable[Mutant], rows: Sequence[Row]) -> dict[str, Fate]:
    """What the rows of a claim make of its mutants: a wrong formula fails at one, or a hypothesis at one it excluded.

    A mutant that no row concerns is not judged.
    """
    outside = [row for row in rows if claim.hypotheses and not _meets(claim.hypotheses, row.values).all()]
    rows, outside = _stacked(rows), _stacked(outside)

    def notices(mutant: Mutant) -> Fate | bool | None:
        if mutant.part:
            concerned = [row for row in rows if row.part == mutant.part]
        else:
            concerned = [row for row in outside if _meets(mutant.claim.hypotheses, row.values).any()]
        if not concerned:
            return None
        noticed = any(judge(mutant.claim, row).refuted for row in concerned)
        return Fate.EQUIVALENT if not noticed and _says_the_same(claim, mutant, concerned) else noticed

    return fates(chosen, notices)


def _stacked(rows: Iterable[Row]) -> list[Row]:
    """The same comparisons, those of one kind between floats as one row of arrays: each mutant is held against all."""
    kinds: dict[Any, list[Row]] = {}
    for row in rows:
        plain = row.relation in get_args(Bound) and all(map(_is_float, (row.observed, row.slack, *row.values.values())))
        kinds.setdefault((row.part, row.relation, *row.values) if plain else id(row), []).append(row)
    return [one[0] if len(one) == 1 else _as_one(one) for one in kinds.values()]


def _is_float(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype == float)


def _as_one(rows: Sequence[Row]) -> Row:
    lined = [np.broadcast_arrays(np.zeros(1), row.observed, row.slack, *row.values.values())[1:] for row in rows]
    observed, slack, *values = map(np.concatenate, zip(*lined, strict=True))
    return replace(rows[0], observed=observed, slack=slack, values=dict(zip(rows[0].values, values, strict=True)))


def _says_the_same(claim: Claim, mutant: Mutant, rows: Sequence[Row]) -> bool:
    """Whether a formula of which only the zeros matter, or its sign, was multiplied by a number."""
    if not mutant.part or any(np.any(row.observed != 0) for row in rows):
        return False
    factor = cancel(mutant.formula / claim.formulas[mutant.part])
    return bool(factor.is_positive or (factor.is_nonzero and all(row.relation == "=" for row in rows)))
