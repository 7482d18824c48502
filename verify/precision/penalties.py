"""Checks of chapter P besides the maps: displacement, Moreau envelopes, limits of the transformed l1 penalty.

Everything is evaluated from the definition, by the search of verify.precision.minimizers; the formulas on the other
side are the parts of the claim that is given. A bound is also tried where it is reached, or nearly: one that is a
little too strong fails there, and one that is too weak is not reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, cast

from mpmath import mp, mpf, sign
from sympy import Expr, Symbol

from proofs.engine.claim import Claim
from proofs.engine.definitions import Displacement, Envelope, PenaltyLimit
from proofs.envelopes import H_HERE, H_THERE, HERE, PART, PENALTY_THERE, S_HERE, S_THERE, THERE
from proofs.penalty_forms import PENALTIES, penalty, size
from proofs.penalty_limits import POINT, REACH
from proofs.symbols import a, beta, ratio, u, x_in
from verify.closed_form import NoValueError, evaluate
from verify.configurations import Configuration, Level, configurations, meeting
from verify.minimizer import BROUGHT
from verify.precision.checkers import label_of
from verify.precision.comparison import ROUGH, Comparison, compare, forms, true_that
from verify.precision.minimizers import minimize, moved_to, near_thresholds, penalty_function, penalty_of, real_value
from verify.precision.quadrature import DIGITS, Estimate

__all__ = ["check_displacement", "check_envelope", "check_penalty_limit", "outside"]

_ROUNDING: Final = mpf(10) ** (10 - DIGITS)
_STEP: Final = mpf(10) ** -15
"""For difference quotients: their error is of its square."""

_SHARP: Final = mpf("1e-4")
"""How near a bound must come to what it bounds where it is claimed to be reached in the limit."""

_NEAR: Final = mpf(10) ** -6

Values = Mapping[Symbol, mpf]


def _exact(value: mpf, size: mpf) -> Estimate:
    return Estimate(value, size * mpf(10) ** -DIGITS, size)


def _stated(claim: Claim, part: str, values: Values) -> mpf:
    """A part of the claim that is given; ValueError where it is no real number."""
    value = real_value(claim.parts[part], values, f"{part} of claim {claim.id}")
    if not mp.isfinite(value):
        raise NoValueError(f"claim {claim.id}: its {part} is {value}")
    return value


def _at_most(label: str, left: mpf, right: mpf, noise: mpf | None = None) -> Comparison:
    """left ≤ right, up to rounding of their own size and `noise`."""
    allowed = _ROUNDING * max(abs(left), abs(right)) + (noise or mpf(0))
    return true_that(label, left <= right + allowed, f"{mp.nstr(left, 12)} > {mp.nstr(right, 12)}")


def _reached(label: str, left: mpf, right: mpf) -> Comparison:
    """left is next to the bound `right`."""
    witness = f"{mp.nstr(left, 12)} is not next to the bound {mp.nstr(right, 12)}"
    return true_that(f"{label}, reached", left >= right * (1 - _SHARP), witness)


def outside(claim: Claim, level: Level = "quick", seed: int = 1) -> list[Configuration]:
    """Configurations of chapter P at which a hypothesis on a shape fails: at its bound where the bound is excluded, and
    half way from there to 0. Empty for a claim without such hypotheses.
    """
    declared = penalty_of(claim.definition)
    shapes = [] if declared is None else [shape for shape in declared.parameters if shape.above != 0]
    found: list[Configuration] = []
    for shape in shapes:
        bound = float(shape.above)
        for value in (bound / 2,) if shape.attained else (bound, bound / 2):
            for point in configurations(level, seed):
                changed = point.parameters | {shape.name: value}
                moved = replace(point, label=f"{point.label}, {shape.name} = {value:g}", parameters=changed)
                found += _at_knots(claim.definition, moved)
    return found


def _at_knots(definition: object, point: Configuration) -> Iterator[Configuration]:
    """The point's neighbours, and each with x just below the places where p has a kink."""
    declared = penalty_of(definition)
    knots = [] if declared is None else [high for _, high, _ in declared.pieces[:-1]]
    for near in near_thresholds(definition, [point]):
        for knot in knots:
            yield moved_to(near, f"0.98 of the knot {knot}", 0.98 * float(evaluate(knot, near)))
        yield near


# P5.


def check_displacement(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """|x − S(x)| ≤ min(|x|, δ) at the point and on both sides of δ, and S = 0 up to δ, or |x − S| comes near δ."""
    declared = penalty(cast(Displacement, claim.definition).penalty)
    scalars = point.scalars()
    farthest = _stated(claim, "bound", scalars)

    def moved(x: mpf) -> mpf:
        return abs(x - minimize(declared.on_reals, x, scalars[ratio], scalars).point)

    found = [
        _at_most(f"{point.label}, x = {mp.nstr(x, 12)}", moved(x), min(abs(x), farthest))
        for x in (scalars[x_in], farthest * (1 + _NEAR))
    ]
    if declared.displacement is not None:
        ends = [
            mpf(10) ** 6 * (1 + abs(farthest)),
            *(real_value(end, scalars, point.label) * (1 - _NEAR) for end in declared.edges),
        ]
        return [*found, _reached(point.label, max(map(moved, ends)), farthest)]
    edge = farthest * (1 - _NEAR)
    witness = f"|x − S(x)| = {mp.nstr(moved(edge), 12)} at x = {mp.nstr(edge, 12)}, claimed x"
    return [*found, true_that(f"{point.label}, attained", moved(edge) == edge, witness)]


# P6.


def check_envelope(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """P6: the value, for one penalty; convexity of (β/2)w² − e(w) and its gradient, for every penalty."""
    definition = cast(Envelope, claim.definition)
    if definition.aspect == "value":
        return _envelope_value(claim, point, penalty(definition.penalty).on_reals)
    check = _convexity if definition.aspect == "convexity" else _gradient
    names = PENALTIES if level == "full" else ("l1", "l0", "tl1", *BROUGHT)
    applicable = [name for name in names if meeting(PENALTIES[name].hypotheses, [point])]
    return [found for name in applicable for found in check(claim, name, point)]


def _envelope_value(claim: Claim, point: Configuration, p: Expr) -> list[Comparison]:
    scalars = point.scalars()
    x = scalars[x_in]
    value = scalars[beta] * minimize(p, x, scalars[ratio], scalars).value
    estimate = _exact(value, scalars[beta] * x**2 / 2)
    return [
        comparison
        for name, form in forms(claim).items()
        for comparison in compare(label_of(point, name), [real_value(form, scalars, point.label)], [estimate])
    ]


@dataclass(frozen=True)
class _Touching:
    """h and S at one w, by search: h(w) = (β/2)w² − e(w)."""

    w: mpf
    height: mpf
    minimizer: mpf

    @classmethod
    def at(cls, name: str, w: mpf, scalars: Values) -> _Touching:
        found = minimize(PENALTIES[name].on_reals, w, scalars[ratio], scalars)
        with mp.workdps(2 * DIGITS):
            return cls(w, scalars[beta] * (w**2 / 2 - found.value), found.point)

    def values(self, there: _Touching) -> dict[Symbol, mpf]:
        """What the parts of P6 are written in, of this point and another."""
        return {
            **{HERE: self.w, H_HERE: self.height, S_HERE: self.minimizer},
            **{THERE: there.w, H_THERE: there.height, S_THERE: there.minimizer},
        }


def _beyond(scalars: Values) -> mpf:
    """An argument beyond the thresholds, so that h and S are not 0 there, with the sign of x."""
    x = scalars[x_in]
    return x + (2 + 2 * scalars[ratio]) * (sign(x) or 1)


def _convexity(claim: Claim, name: str, point: Configuration) -> list[Comparison]:
    """h is the largest of the affine functions, and lies below its chords, on which it lies at their ends."""
    scalars = point.scalars()
    p = penalty_function(PENALTIES[name].on_reals, scalars)
    ends = [_Touching.at(name, w, scalars) for w in (_beyond(scalars), scalars[x_in], -scalars[x_in] / 2)]
    found = []
    for end in ends:
        label = f"{point.label}, {name}, w = {mp.nstr(end.w, 8)}"
        noise = _ROUNDING * max(abs(end.height), scalars[beta] * end.w**2)
        for at in (end.minimizer, end.w, -end.w, 2 * end.w, mpf(1)):
            known = {**scalars, x_in: end.w, u: at, PENALTY_THERE: p(at)}
            value = _stated(claim, "affine function", known)
            found.append(_at_most(f"{label}, u = {mp.nstr(at, 8)}", value, end.height, noise))
            if at == end.minimizer:
                found.append(_at_most(f"{label}, attained", end.height, value, noise))
    for first, last in ((ends[0], ends[1]), (ends[1], ends[2]), (ends[2], ends[0])):
        values = {**scalars, **first.values(last)}
        noise = _ROUNDING * max(abs(first.height), abs(last.height), mpf(1))
        for part in (mpf(0), mpf("0.3"), mpf("0.75"), mpf(1)):
            middle = _Touching.at(name, (1 - part) * first.w + part * last.w, scalars)
            chord = _stated(claim, "bound", {**values, PART: part})
            label = f"{point.label}, {name}, t = {part} from {mp.nstr(first.w, 8)} to {mp.nstr(last.w, 8)}"
            found.append(_at_most(label, middle.height, chord, noise))
            if part in (0, 1):
                found.append(_at_most(f"{label}, attained", chord, middle.height, noise))
    return found


def _gradient(claim: Claim, name: str, point: Configuration) -> list[Comparison]:
    """The two-sided inequality for pairs, near and far, and the difference quotient of h against its gradient."""
    scalars = point.scalars()
    w = _beyond(scalars)
    here = _Touching.at(name, w, scalars)
    found = []
    for other in (w * (1 + mpf(10) ** -5), w * (1 - mpf(10) ** -5), w, scalars[x_in], -w):
        there = _Touching.at(name, other, scalars)
        values = {**scalars, **here.values(there)}
        noise = _ROUNDING * max(abs(here.height), abs(there.height), mpf(1))
        label = f"{point.label}, {name}, from {mp.nstr(w, 8)} to {mp.nstr(other, 8)}"
        found.append(_at_most(label, _stated(claim, "lower bound", values), there.height, noise))
        found.append(_at_most(label, there.height, _stated(claim, "upper bound", values), noise))
        if other == w:
            found.append(_at_most(f"{label}, attained", there.height, _stated(claim, "lower bound", values), noise))
            found.append(_at_most(f"{label}, attained", _stated(claim, "upper bound", values), there.height, noise))
    step = abs(w) * _STEP
    left, right = (_Touching.at(name, w + side * step, scalars) for side in (-1, 1))
    if abs(right.minimizer - left.minimizer) < abs(w) * mpf(10) ** -6:  # not across a jump
        slope = (right.height - left.height) / (2 * step)
        natural = scalars[beta] * abs(w)
        estimate = Estimate(slope, natural * mpf(10) ** -25, natural)
        stated = _stated(claim, "gradient", {**scalars, **here.values(here)})
        found += compare(f"{point.label}, {name}, slope", [stated], [estimate], ROUGH)
    return found


# P4.

_SHAPES: Final = {"l1": (mpf(10) ** 4, mpf(10) ** 8), "l0": (mpf(10) ** -4, mpf(10) ** -8)}
"""Two shapes a on the way to each limit: where the distance is of order a (or 1/a), it falls by 10⁴ between them."""


def check_penalty_limit(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """P4: the distance to the limit at two shapes against the stated bounds, and that it falls in proportion; then the
    stated bounds where they are reached.
    """
    definition = cast(PenaltyLimit, claim.definition)
    sharp = {
        ("l1", "penalty"): _sharp_to_l1,
        ("l0", "penalty"): _sharp_to_l0,
        ("l1", "proximal-map"): _sharp_to_soft,
        ("l0", "proximal-map"): _sharp_to_hard,
    }[definition.penalty, definition.of]
    measure = _penalty_distance if definition.of == "penalty" else _map_distance
    scalars = point.scalars()
    found, distances = [], []
    for shape in _SHAPES[definition.penalty]:
        values = {**scalars, a: shape, REACH: abs(scalars[x_in])}
        distance, bound = measure(claim, definition.penalty, values)
        distances.append(distance)
        found.append(_at_most(f"{point.label}, a = {mp.nstr(shape, 3)}", distance, bound))
    falls = distances[1] <= distances[0] * mpf("1.1e-4")
    pair = " to ".join(mp.nstr(distance, 6) for distance in distances)
    rate = true_that(f"{point.label}, rate", falls, f"the distance falls from {pair}, not by 10⁴")
    return [*found, rate, *sharp(claim, scalars)]


def _apart(limit: str, values: Values) -> mpf:
    """|p_a(u) − p(u)| at POINT, p being the penalty of the limit."""
    tl1, other = (penalty_function(PENALTIES[name].on_reals, values) for name in ("tl1", limit))
    return abs(tl1(values[POINT]) - other(values[POINT]))


def _penalty_distance(claim: Claim, limit: str, values: Values) -> tuple[mpf, mpf]:
    values = {**values, POINT: abs(values[x_in])}
    return _apart(limit, values), _stated(claim, "bound", values)


def _both(label: str, distance: mpf, bound: mpf) -> list[Comparison]:
    """A bound where it is reached: kept, and nearly attained."""
    return [_at_most(label, distance, bound), _reached(label, distance, bound)]


def _sharp_to_l1(claim: Claim, scalars: Values) -> list[Comparison]:
    found = []
    for reach, shape in ((mpf("1e-5"), mpf("1e5")), (mpf("1e5"), mpf("1e12"))):
        values = {a: shape, REACH: reach, POINT: reach}
        found += _both(f"|u| = R = {mp.nstr(reach, 3)}", _apart("l1", values), _stated(claim, "bound", values))
    return found


def _sharp_to_l0(claim: Claim, scalars: Values) -> list[Comparison]:
    found = []
    for point, reach in ((mpf("0.4"), mpf("0.4")), (mpf("1e6"), mpf(2))):
        values = {a: mpf("1e-9"), POINT: point, REACH: reach}
        distance = _apart("l0", values)
        for part in ("bound", "bound away from 0"):
            found += _both(f"u = {mp.nstr(point, 3)}, {part}", distance, _stated(claim, part, values))
    return found


def _map_distance(claim: Claim, limit: str, values: Values) -> tuple[mpf, mpf]:
    x, rho, shape = values[x_in], values[ratio], values[a]
    near, end = (minimize(PENALTIES[name].on_reals, x, rho, values).point for name in ("tl1", limit))
    if sign(near) * sign(x) < 0:
        return mp.inf, mpf(0)
    if limit == "l1":
        return abs(near - end), _stated(claim, "bound", values)
    if abs(abs(x) - mp.sqrt(2 * rho)) < 10 * shape:  # where the limit is not uniform, nothing is claimed
        return mpf(0), mpf(0)
    return abs(near - end), _stated(claim, "bound", {**values, size: abs(x)}) if end != 0 else mpf(0)


def _shrinks(x: mpf, rho: mpf, shape: mpf) -> mpf:
    """|x| − |S_a(x)| at x > 0."""
    return x - minimize(PENALTIES["tl1"].on_reals, x, rho, {a: shape}).point


def _sharp_to_soft(claim: Claim, scalars: Values) -> list[Comparison]:
    """On both sides of the threshold ρ(a + 1)/a, where |x| exceeds ρ by far, and at no special place."""
    small, edge = mpf("1e-6"), mpf("2e-6")
    found = []
    for x, rho, shape, reached in (
        (edge * (1 - _NEAR), small, mpf(1), ("bound",)),
        (edge * (1 + _NEAR), small, mpf(1), ("bound", "gap upper bound")),
        (mpf(3), small, mpf(1), ("gap lower bound",)),
        (mpf(2), small, mpf("1e6"), ("bound", "gap lower bound", "gap upper bound")),
        (mpf(3), mpf(1) / 2, mpf(1), ()),
    ):
        values = {x_in: x, ratio: rho, a: shape, REACH: x, size: x}
        gap = _shrinks(x, rho, shape)
        sides = {"bound": (abs(gap - min(x, rho)), _stated(claim, "bound", values))}
        if gap < x:
            sides["gap lower bound"] = (_stated(claim, "gap lower bound", values), gap)
            sides["gap upper bound"] = (gap, _stated(claim, "gap upper bound", values))
        for part, (left, right) in sides.items():
            label = f"x = {mp.nstr(x, 8)}, ρ = {mp.nstr(rho, 3)}, a = {mp.nstr(shape, 3)}, {part}"
            found += _both(label, left, right) if part in reached else [_at_most(label, left, right)]
    return found


def _sharp_to_hard(claim: Claim, scalars: Values) -> list[Comparison]:
    """At a² = 2ρ(a + 1), next to the threshold, where the cubic has a double root; and both thresholds."""
    shape = mpf("1.5")
    rho = shape**2 / (2 * (shape + 1))
    x = shape / 2 * (1 + mpf("1e-12"))
    values = {x_in: x, ratio: rho, a: shape, size: x}
    found = _both("a² = 2ρ(a + 1)", _shrinks(x, rho, shape), _stated(claim, "bound", values))
    far = {**values, size: mpf(3), a: mpf(1) / 5}
    found.append(_at_most("x = 3", _shrinks(far[size], rho, far[a]), _stated(claim, "bound", far)))
    for part, name, small in (("threshold", "tl1", mpf(1) / 5), ("limit of the threshold", "l0", mpf(1))):
        edge = _stated(claim, part, {ratio: rho, a: small})
        for side in (-1, 1):
            point = minimize(PENALTIES[name].on_reals, edge * (1 + side * _NEAR), rho, {a: small}).point
            right = edge > 0 and (point != 0) == (side > 0)
            found.append(true_that(part, right, f"S = {mp.nstr(point, 12)} next to {mp.nstr(edge, 12)}"))
    return found
