"""Limits of the transformed l1 penalty and of its map (P4), by the search of verify.minimizer."""

from __future__ import annotations

from typing import Final, cast

from mpmath import mp, mpf, sign

from proofs.engine.claim import Claim
from proofs.engine.definitions import PenaltyLimit
from proofs.penalty_forms import PENALTIES, size
from proofs.penalty_limits import POINT, REACH
from proofs.symbols import a, ratio, x_in
from verify.configurations import Configuration, Level
from verify.precision.comparison import Comparison, true_that
from verify.precision.minimizers import minimize, near_thresholds, penalty_function
from verify.roads import checks
from verify.roads.penalties import NEAR, Values, at_most, reached, stated

_SHAPES: Final = {"l1": (mpf(10) ** 4, mpf(10) ** 8), "l0": (mpf(10) ** -4, mpf(10) ** -8)}
"""Two shapes a on the way to each limit: where the distance is of order a (or 1/a), it falls by 10⁴ between them."""


@checks(PenaltyLimit, points=near_thresholds)
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
        found.append(at_most(f"{point.label}, a = {mp.nstr(shape, 3)}", distance, bound))
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
    return _apart(limit, values), stated(claim, "bound", values)


def _both(label: str, distance: mpf, bound: mpf) -> list[Comparison]:
    """A bound where it is reached: kept, and nearly attained."""
    return [at_most(label, distance, bound), reached(label, distance, bound)]


def _sharp_to_l1(claim: Claim, scalars: Values) -> list[Comparison]:
    found = []
    for reach, shape in ((mpf("1e-5"), mpf("1e5")), (mpf("1e5"), mpf("1e12"))):
        values = {a: shape, REACH: reach, POINT: reach}
        found += _both(f"|u| = R = {mp.nstr(reach, 3)}", _apart("l1", values), stated(claim, "bound", values))
    return found


def _sharp_to_l0(claim: Claim, scalars: Values) -> list[Comparison]:
    found = []
    for point, reach in ((mpf("0.4"), mpf("0.4")), (mpf("1e6"), mpf(2))):
        values = {a: mpf("1e-9"), POINT: point, REACH: reach}
        distance = _apart("l0", values)
        for part in ("bound", "bound away from 0"):
            found += _both(f"u = {mp.nstr(point, 3)}, {part}", distance, stated(claim, part, values))
    return found


def _map_distance(claim: Claim, limit: str, values: Values) -> tuple[mpf, mpf]:
    x, rho, shape = values[x_in], values[ratio], values[a]
    near, end = (minimize(PENALTIES[name].on_reals, x, rho, values).point for name in ("tl1", limit))
    if sign(near) * sign(x) < 0:
        return mp.inf, mpf(0)
    if limit == "l1":
        return abs(near - end), stated(claim, "bound", values)
    if abs(abs(x) - mp.sqrt(2 * rho)) < 10 * shape:  # where the limit is not uniform, nothing is claimed
        return mpf(0), mpf(0)
    return abs(near - end), stated(claim, "bound", {**values, size: abs(x)}) if end != 0 else mpf(0)


def _shrinks(x: mpf, rho: mpf, shape: mpf) -> mpf:
    """|x| − |S_a(x)| at x > 0."""
    return x - minimize(PENALTIES["tl1"].on_reals, x, rho, {a: shape}).point


def _sharp_to_soft(claim: Claim, scalars: Values) -> list[Comparison]:
    """On both sides of the threshold ρ(a + 1)/a, where |x| exceeds ρ by far, and at no special place."""
    small, edge = mpf("1e-6"), mpf("2e-6")
    found = []
    for x, rho, shape, attained in (
        (edge * (1 - NEAR), small, mpf(1), ("bound",)),
        (edge * (1 + NEAR), small, mpf(1), ("bound", "gap upper bound")),
        (mpf(3), small, mpf(1), ("gap lower bound",)),
        (mpf(2), small, mpf("1e6"), ("bound", "gap lower bound", "gap upper bound")),
        (mpf(3), mpf(1) / 2, mpf(1), ()),
    ):
        values = {x_in: x, ratio: rho, a: shape, REACH: x, size: x}
        gap = _shrinks(x, rho, shape)
        sides = {"bound": (abs(gap - min(x, rho)), stated(claim, "bound", values))}
        if gap < x:
            sides["gap lower bound"] = (stated(claim, "gap lower bound", values), gap)
            sides["gap upper bound"] = (gap, stated(claim, "gap upper bound", values))
        for part, (left, right) in sides.items():
            label = f"x = {mp.nstr(x, 8)}, ρ = {mp.nstr(rho, 3)}, a = {mp.nstr(shape, 3)}, {part}"
            found += _both(label, left, right) if part in attained else [at_most(label, left, right)]
    return found


def _sharp_to_hard(claim: Claim, scalars: Values) -> list[Comparison]:
    """At a² = 2ρ(a + 1), next to the threshold, where the cubic has a double root; and both thresholds."""
    shape = mpf("1.5")
    rho = shape**2 / (2 * (shape + 1))
    x = shape / 2 * (1 + mpf("1e-12"))
    values = {x_in: x, ratio: rho, a: shape, size: x}
    found = _both("a² = 2ρ(a + 1)", _shrinks(x, rho, shape), stated(claim, "bound", values))
    far = {**values, size: mpf(3), a: mpf(1) / 5}
    found.append(at_most("x = 3", _shrinks(far[size], rho, far[a]), stated(claim, "bound", far)))
    for part, name, small in (("threshold", "tl1", mpf(1) / 5), ("limit of the threshold", "l0", mpf(1))):
        edge = stated(claim, part, {ratio: rho, a: small})
        for side in (-1, 1):
            point = minimize(PENALTIES[name].on_reals, edge * (1 + side * NEAR), rho, {a: small}).point
            right = edge > 0 and (point != 0) == (side > 0)
            found.append(true_that(part, right, f"S = {mp.nstr(point, 12)} next to {mp.nstr(edge, 12)}"))
    return found
