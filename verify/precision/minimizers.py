"""Proximal maps and Moreau envelopes by search: the minimum of the defining objective, found without its derivative.

The objective ρ p(|u|) + ½(u − x)² exceeds its value at 0 wherever |u − x| > |x|, so every minimizer lies between 0 and
2x: a grid there, golden sections around each of its local minima, and 0 itself, where penalties have a kink or jump.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

from mpmath import mp, mpf, sqrt
from sympy import Expr, Symbol, lambdify

from proofs.claim import Claim
from proofs.definitions import PenaltyLimit, ProximalMap
from proofs.penalty_forms import PENALTIES, Penalty
from proofs.symbols import ratio, u, x_in
from verify.closed_form import evaluate
from verify.configurations import Configuration
from verify.evidence import Level
from verify.precision.checkers import label_of
from verify.precision.comparison import Comparison, closed_value, compare, forms
from verify.precision.quadrature import DIGITS, Estimate

__all__ = ["Minimum", "check_proximal_map", "minimize", "near_thresholds", "penalty_function", "penalty_of"]

_GRID = 200
_WORKING = 2 * DIGITS + 20
"""Near a minimum f is flat: half the digits of f are lost in u."""


@dataclass(frozen=True)
class Minimum:
    """A minimizer of ρ p(|u|) + ½(u − x)², and the minimum."""

    point: mpf
    value: mpf


def check_proximal_map(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """argmin over u of ρ p(u) + ½(u − x)², x and ρ being those of the configuration."""
    scalars = point.scalars()
    x = scalars[x_in]
    found = minimize(cast(ProximalMap, claim.definition).penalty, x, scalars[ratio], scalars).point
    estimate = Estimate(found, abs(x) * mpf(10) ** -DIGITS, abs(x))  # judged by |x|: S(x) itself may be 0
    return [
        comparison
        for name, form in forms(claim).items()
        for comparison in compare(label_of(point, name), [closed_value(form, point)], [estimate])
    ]


@lru_cache(maxsize=64)
def _compiled(penalty: Expr, names: tuple[Symbol, ...]) -> Callable[..., mpf]:
    return cast(Callable[..., mpf], lambdify([u, *names], penalty, "mpmath"))


def penalty_function(penalty: Expr, scalars: Mapping[Symbol, mpf]) -> Callable[[mpf], mpf]:
    """p as a function of a real u, from its defining expression."""
    names = tuple(sorted(penalty.free_symbols - {u}, key=str))
    compiled, values = _compiled(penalty, names), [scalars[name] for name in names]
    return lambda point: mpf(compiled(point, *values))


def minimize(penalty: Expr, x: mpf, rho: mpf, scalars: Mapping[Symbol, mpf]) -> Minimum:
    """The global minimum of ρ p(u) + ½(u − x)² over real u; of two minimizers, the smaller in absolute value."""
    p = penalty_function(penalty, scalars)
    with mp.workdps(_WORKING):

        def objective(point: mpf) -> mpf:
            return rho * p(point) + (point - x) ** 2 / 2

        grid = [2 * x * mpf(k) / _GRID for k in range(_GRID + 1)]
        heights = [objective(point) for point in grid]
        found = [Minimum(mpf(0), heights[0])]
        for k in range(_GRID + 1):
            left, right = max(k - 1, 0), min(k + 1, _GRID)
            if heights[k] <= heights[left] and heights[k] <= heights[right]:
                best = _golden(objective, grid[left], grid[right])
                found.append(Minimum(best, objective(best)))
        return min(found, key=lambda minimum: minimum.value)


def _golden(function: Callable[[mpf], mpf], low: mpf, high: mpf) -> mpf:
    """Golden section, one new value a step, down to 10^−(DIGITS + 5) of the interval."""
    golden = (sqrt(mpf(5)) - 1) / 2
    stop = abs(high - low) * mpf(10) ** -(DIGITS + 5)
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = function(left), function(right)
    while abs(high - low) > stop:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = function(right)
    return (low + high) / 2


_AROUND = {"quick": (1 - 1e-6, 1 + 1e-6, -1.2), "full": (1 - 1e-3, 1 - 1e-6, 1 + 1e-6, -1 - 1e-3, 1.2, -1.7, 3.0, 40.0)}


def near_thresholds(definition: Any, points: Sequence[Configuration]) -> list[Configuration]:
    """Those of `points`, and each with x next to the threshold of the penalty there and beyond it.

    The closed form only says where to look. Every other point has ρ six times as large, and a eight times as small, so
    that maps that jump for some ratios do. What makes a network nasty does not concern penalties.
    """
    chosen = [point for point in points if point.label.startswith("generic")]
    level = "quick" if len(chosen) <= 2 else "full"
    penalty = penalty_of(definition)
    if penalty is None:
        return chosen
    found = []
    for index, point in enumerate(chosen):
        moved = _steeper(point, penalty) if index % 2 else point
        threshold = float(evaluate(penalty.threshold, moved))
        found.append(moved)
        for factor in _AROUND[level]:
            x = threshold * factor
            found.append(replace(moved, label=f"{moved.label}, x = {factor:.7g} t", v=(x, *point.v[1:])))
    return found


def _steeper(point: Configuration, penalty: Penalty) -> Configuration:
    shapes = dict(point.parameters)
    if not penalty.hypotheses:  # SCAD's a must stay above 1
        shapes["a"] /= 8
    ratio_first = 6 * point.v_star[0]
    return replace(point, label=f"{point.label}, 6ρ", v_star=(ratio_first, *point.v_star[1:]), parameters=shapes)


def penalty_of(definition: Any) -> Penalty | None:
    """The declared penalty that a definition is about."""
    if isinstance(definition, ProximalMap):
        return next((known for known in PENALTIES.values() if known.on_reals == definition.penalty), None)
    if isinstance(definition, PenaltyLimit):
        return PENALTIES["tl1"]
    return PENALTIES.get(getattr(definition, "penalty", ""))
