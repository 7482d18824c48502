"""Checks of chapter P besides the maps: displacement, Moreau envelopes, limits of the transformed l1 penalty.

Everything is evaluated from the definition, by the search of verify.precision.minimizers; a stated bound or closed form
stands on the other side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from mpmath import mp, mpf, sign
from sympy import Expr, Symbol

from proofs.claim import Claim
from proofs.definitions import Displacement, Envelope, PenaltyLimit
from proofs.penalty_forms import PENALTIES, penalty
from proofs.symbols import a, beta, ratio, x_in
from verify.closed_form import evaluate
from verify.configurations import Configuration, Level
from verify.precision.checkers import label_of
from verify.precision.comparison import ROUGH, Comparison, closed_value, compare, forms, true_that
from verify.precision.minimizers import minimize, penalty_function
from verify.precision.quadrature import DIGITS, Estimate

__all__ = ["check_displacement", "check_envelope", "check_penalty_limit"]

_ROUNDING: Final = mpf(10) ** (10 - DIGITS)
_STEP: Final = mpf(10) ** -15
"""For difference quotients: their error is of its square."""


def _exact(value: mpf, size: mpf) -> Estimate:
    return Estimate(value, size * mpf(10) ** -DIGITS, size)


def check_displacement(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """|x − S(x)| ≤ min(|x|, δ) at the point, and |x − S(x)| = |x| up to |x| = δ, S being found by search."""
    declared = penalty(cast(Displacement, claim.definition).penalty)
    scalars = point.scalars()
    x, farthest = scalars[x_in], evaluate(declared.farthest, point)
    moved = abs(x - minimize(declared.on_reals, x, scalars[ratio], scalars).point)
    bound = min(abs(x), farthest)
    witness = f"x = {mp.nstr(x, 12)}: |x − S(x)| = {mp.nstr(moved, 12)}, bound {mp.nstr(bound, 12)}"
    edge = farthest * (1 - mpf(10) ** -6)
    stays = minimize(declared.on_reals, edge, scalars[ratio], scalars).point
    return [
        true_that(f"{point.label}, bound", moved <= bound * (1 + _ROUNDING), witness),
        true_that(f"{point.label}, attained", stays == 0, f"S({mp.nstr(edge, 12)}) = {mp.nstr(stays, 12)}, claimed 0"),
    ]


def check_envelope(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """P6: the value, for one penalty; convexity of (β/2)w² − e(w) and its gradient, for every penalty."""
    definition = cast(Envelope, claim.definition)
    if definition.aspect == "value":
        return _envelope_value(claim, point, penalty(definition.penalty).on_reals)
    check = _convexity if definition.aspect == "convexity" else _gradient
    names = PENALTIES if level == "full" else ("l1", "l0", "tl1")
    applicable = [name for name in names if all(_met(hypothesis, point) for hypothesis in PENALTIES[name].hypotheses)]
    return [found for name in applicable for found in check(name, point)]


def _met(hypothesis: Expr, point: Configuration) -> bool:
    return bool(evaluate(hypothesis.lhs - hypothesis.rhs, point) > 0)


def _envelope_value(claim: Claim, point: Configuration, p: Expr) -> list[Comparison]:
    scalars = point.scalars()
    x = scalars[x_in]
    value = scalars[beta] * minimize(p, x, scalars[ratio], scalars).value
    estimate = _exact(value, scalars[beta] * x**2 / 2)
    return [
        comparison
        for name, form in forms(claim).items()
        for comparison in compare(label_of(point, name), [closed_value(form, point)], [estimate])
    ]


@dataclass(frozen=True)
class _Touching:
    """h and S at one w, by search: h(w) = (β/2)w² − e(w)."""

    w: mpf
    height: mpf
    minimizer: mpf

    @classmethod
    def at(cls, name: str, w: mpf, scalars: Mapping[Symbol, mpf]) -> _Touching:
        found = minimize(PENALTIES[name].on_reals, w, scalars[ratio], scalars)
        with mp.workdps(2 * DIGITS):
            return cls(w, scalars[beta] * (w**2 / 2 - found.value), found.point)


def _convexity(name: str, point: Configuration) -> list[Comparison]:
    """h lies below its chord from w to −w/2, and from w to w*'s entry, at two points of each."""
    scalars = point.scalars()
    w = scalars[x_in]
    ends = [(w, -w / 2), (w, w + scalars[ratio])]
    found = []
    for left, right in ends:
        first, last = (_Touching.at(name, end, scalars) for end in (left, right))
        for part in (mpf("0.3"), mpf("0.75")):
            middle = _Touching.at(name, (1 - part) * left + part * right, scalars)
            chord = (1 - part) * first.height + part * last.height
            noise = _ROUNDING * max(abs(first.height), abs(last.height), mpf(1))
            label = f"{point.label}, {name}, between {mp.nstr(left, 8)} and {mp.nstr(right, 8)}"
            found.append(true_that(label, middle.height <= chord + noise, f"{mp.nstr(middle.height - chord, 12)} > 0"))
    return found


def _gradient(name: str, point: Configuration) -> list[Comparison]:
    """The two-sided inequality for pairs, and the difference quotient of h against βS."""
    scalars = point.scalars()
    strength, w = scalars[beta], scalars[x_in]
    here = _Touching.at(name, w, scalars)
    found = []
    for other in (w + mpf("0.1"), -w, w * (1 + mpf(10) ** -3)):
        there = _Touching.at(name, other, scalars)
        step = other - w
        rest = there.height - here.height - strength * here.minimizer * step
        above = strength * (there.minimizer - here.minimizer) * step
        noise = _ROUNDING * max(abs(here.height), abs(there.height), mpf(1))
        label = f"{point.label}, {name}, from {mp.nstr(w, 8)} to {mp.nstr(other, 8)}"
        witness = f"remainder {mp.nstr(rest, 12)} outside [0, {mp.nstr(above, 12)}]"
        found.append(true_that(label, -noise <= rest <= above + noise, witness))
    step = abs(w) * _STEP
    left, right = (_Touching.at(name, w + side * step, scalars) for side in (-1, 1))
    if abs(right.minimizer - left.minimizer) < abs(w) * mpf(10) ** -6:  # not across a jump
        slope = (right.height - left.height) / (2 * step)
        size = strength * abs(w)
        estimate = Estimate(slope, size * mpf(10) ** -25, size)
        found += compare(f"{point.label}, {name}, slope", [strength * here.minimizer], [estimate], ROUGH)
    return found


_SHAPES: Final = {"l1": (mpf(10) ** 4, mpf(10) ** 8), "l0": (mpf(10) ** -4, mpf(10) ** -8)}
"""Two shapes a on the way to each limit: where the distance is of order a (or 1/a), it falls by 10⁴ between them."""


def check_penalty_limit(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """P4: the distance to the limit at two shapes, against the stated bound, and that it falls in proportion."""
    definition = cast(PenaltyLimit, claim.definition)
    measure = _penalty_distance if definition.of == "penalty" else _map_distance
    scalars = point.scalars()
    found, distances = [], []
    for shape in _SHAPES[definition.penalty]:
        distance, bound = measure(definition.penalty, scalars | {a: shape})
        distances.append(distance)
        witness = f"distance {mp.nstr(distance, 12)}, bound {mp.nstr(bound, 12)} at a = {mp.nstr(shape, 3)}"
        found.append(true_that(f"{point.label}, a = {mp.nstr(shape, 3)}", distance <= bound * (1 + _ROUNDING), witness))
    falls = distances[1] <= distances[0] * mpf("1.1e-4")
    pair = " to ".join(mp.nstr(distance, 6) for distance in distances)
    return [*found, true_that(f"{point.label}, rate", falls, f"the distance falls from {pair}, not by 10⁴")]


def _penalty_distance(limit: str, scalars: Mapping[Symbol, mpf]) -> tuple[mpf, mpf]:
    point, shape = abs(scalars[x_in]), scalars[a]
    distance = abs(
        penalty_function(PENALTIES["tl1"].on_reals, scalars)(point)
        - penalty_function(PENALTIES[limit].on_reals, scalars)(point)
    )
    return distance, point * (1 + point) / shape if limit == "l1" else shape * abs(1 - point) / point


def _map_distance(limit: str, scalars: Mapping[Symbol, mpf]) -> tuple[mpf, mpf]:
    x, rho, shape = scalars[x_in], scalars[ratio], scalars[a]
    near, end = (minimize(PENALTIES[name].on_reals, x, rho, scalars).point for name in ("tl1", limit))
    if sign(near) * sign(x) < 0:
        return mp.inf, mpf(0)
    if limit == "l1":
        return abs(near - end), rho / shape * max(1, 2 * abs(x))
    if abs(abs(x) - mp.sqrt(2 * rho)) < 10 * shape:  # where the limit is not uniform, nothing is claimed
        return mpf(0), mpf(0)
    return abs(near - end), 9 * rho * shape * (shape + 1) / (4 * (shape + abs(x)) ** 2) if end != 0 else mpf(0)
