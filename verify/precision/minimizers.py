"""Proximal maps and Moreau envelopes: the minimum of the defining objective (`verify.minimizer`), to 60 digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from math import nan
from typing import Any

import numpy as np
from mpmath import mp, mpf
from scipy.optimize import brentq
from sympy import Expr, Max, Min, Symbol

from proofs.engine.definitions import PenaltyLimit
from proofs.penalty_forms import Penalty
from proofs.symbols import u
from verify.closed_form import NoValueError, evaluate, prepared
from verify.configurations import Configuration, meeting
from verify.contexts.digits.network import UndefinedError
from verify.contexts.digits.quadrature import DIGITS
from verify.evidence import Level
from verify.minimizer import objective, penalty_of, pieces_of, proximal, total

WORKING = 2 * DIGITS + 20
"""Where two minima meet, and where a double root does, half the digits are lost."""


@dataclass(frozen=True)
class Minimum:
    """A minimizer of ρ p(|u|) + ½(u − x)², and the minimum."""

    point: mpf
    value: mpf


def real_value(form: Expr, values: Mapping[Symbol, mpf], where: str) -> mpf:
    """A closed form, with the digits that cancel next to a threshold; ValueError, which says `where`, where a wrong
    form leaves the domain of its functions.
    """
    try:
        with mp.workdps(WORKING):
            (value,) = prepared(form).digits(values, ())
    except TypeError as error:  # mpmath cannot order complex numbers
        raise NoValueError(f"{form} is not real at {where}") from error
    if not isinstance(value, mpf):
        raise NoValueError(f"{form} is {value} at {where}")
    return value


def penalty_function(penalty: Expr, scalars: Mapping[Symbol, mpf]) -> Callable[[mpf], mpf]:
    """p as a function of a real u, from its defining expression."""
    parts = pieces_of(penalty, scalars)
    return lambda point: total(np.array([point]), parts)[0]


def minimize(penalty: Expr, x: mpf, rho: mpf, scalars: Mapping[Symbol, mpf]) -> Minimum:
    """The global minimum of ρ p(u) + ½(u − x)² over real u; of two minimizers, the smaller in absolute value."""
    return _search(penalty, x, rho, tuple((name, scalars[name]) for name in penalty.free_symbols - {u}))


@lru_cache(maxsize=4096)
def _search(penalty: Expr, x: mpf, rho: mpf, shapes: tuple[tuple[Symbol, mpf], ...]) -> Minimum:
    """The same, remembered: the claims of a penalty, and their mutants, ask for the same minima."""
    with mp.workdps(WORKING):
        parts = pieces_of(penalty, dict(shapes))
        (point,) = proximal(np.array([x]), rho, parts)
        least = objective(total(np.array([point]), parts)[0], point, x, rho)
        for part in parts[1:]:  # where p falls at a knot, the infimum may lie just beyond it, and is no minimum
            if least - objective(part.value(part.low), part.low, abs(x), rho) > least * mpf(10) ** -(DIGITS // 2):
                raise UndefinedError(f"the objective jumps at {mp.nstr(part.low, 12)}: an infimum need not be attained")
    return Minimum(point, least)


_JUST = 1 + 1e-9
_AROUND = {
    "quick": (1 - 1e-6, 1 + 1e-6, -1.2),
    "full": (1 - 1e-3, 1 - 1e-6, _JUST, 1 + 1e-6, -1 - 1e-3, 1.2, -1.7, 3.0, 40.0),
}
_RATIOS = (0.2, 0.9, 5.0)
"""ρ by the first shape of a penalty: its map has other branches where ρ is large."""


def near_thresholds(definition: Any, points: Sequence[Configuration]) -> list[Configuration]:
    """Those of `points`, and each with x next to the threshold of the penalty there, beyond it, and on both sides of
    where the map's branches meet.

    The closed form only says where to look. Every other point has ρ six times as large, and a eight times as small, so
    that maps that jump for some ratios do; of a penalty with a shape the first point has three more ratios. What makes
    a network nasty does not concern penalties.
    """
    chosen = [point for point in points if point.label.startswith("generic")]
    level: Level = "quick" if len(chosen) <= 2 else "full"
    penalty = penalty_of(definition)
    if penalty is None:
        return chosen
    moved = [_steeper(point, penalty) if index % 2 else point for index, point in enumerate(chosen)]
    if penalty.parameters and not isinstance(definition, PenaltyLimit):
        moved += [found for point in chosen[: 1 if level == "quick" else 2] for found in _by_ratio(point, penalty)]
    first = [] if isinstance(definition, PenaltyLimit) else chosen[:1]
    turns = [turn for point in first for turn in _at_turns(point, penalty)]
    if level == "full":
        return [found for point in (*moved, *turns) for found in _at_edges(point, penalty, level)]
    just_beyond = [
        moved_to(point, "just beyond t", _JUST * float(evaluate(penalty.threshold, point))) for point in turns
    ]
    return [*(found for point in moved for found in _at_edges(point, penalty, level)), *just_beyond]


def _at_edges(point: Configuration, penalty: Penalty, level: Level) -> Iterator[Configuration]:
    yield point
    threshold = float(evaluate(penalty.threshold, point))
    for factor in _AROUND[level]:
        yield moved_to(point, f"{factor:.7g} t", factor * threshold)
    before = threshold
    for index, end in enumerate(penalty.edges):
        edge = float(evaluate(end, point))
        if edge > threshold:
            for factor in (1 - 1e-6, 1 + 1e-6):
                yield moved_to(point, f"{factor:.7g} edge {index}", factor * edge)
            yield moved_to(point, f"below edge {index}", (max(before, threshold) + edge) / 2)
        before = edge


def moved_to(point: Configuration, label: str, x: float) -> Configuration:
    """The configuration with another x."""
    return replace(point, label=f"{point.label}, x = {label}", v=(x, *point.v[1:]))


def _by_ratio(point: Configuration, penalty: Penalty) -> Iterator[Configuration]:
    shape = float(evaluate(penalty.parameters[0].symbol, point))
    for factor in _RATIOS:
        yield replace(point, label=f"{point.label}, ρ = {factor:g} a", v_star=(factor * shape, *point.v_star[1:]))


@lru_cache(maxsize=64)
def _at_turns(point: Configuration, penalty: Penalty) -> tuple[Configuration, ...]:
    """ρ just beyond where, by a search, a min or max in the thresholds passes from one of its arguments to another."""
    grid = np.geomspace(1e-3, 1e3, 61)
    extremes = [node for form in (penalty.threshold, *penalty.edges) for node in form.atoms(Max, Min)]
    found: list[Configuration] = []
    gaps = {one - other for node in extremes for one, other in combinations(sorted(node.args, key=str), 2)}
    for gap in sorted(gaps, key=str):

        def along(rho: float, gap: Expr = gap) -> float:
            moved = replace(point, v_star=(rho, *point.v_star[1:]))
            return float(evaluate(gap, moved)) if meeting(penalty.hypotheses, [moved]) else nan

        heights = np.array([along(float(rho)) for rho in grid])
        for k in np.flatnonzero(heights[1:] * heights[:-1] < 0):
            rho = 1.0002 * brentq(along, grid[k], grid[k + 1])
            found.append(replace(point, label=f"{point.label}, ρ = {rho:.7g}", v_star=(rho, *point.v_star[1:])))
    return tuple(found)


def _steeper(point: Configuration, penalty: Penalty) -> Configuration:
    shapes = dict(point.parameters)
    if not penalty.hypotheses:  # SCAD's a must not fall below 1
        shapes["a"] /= 8
    ratio_first = 6 * point.v_star[0]
    return replace(point, label=f"{point.label}, 6ρ", v_star=(ratio_first, *point.v_star[1:]), parameters=shapes)
