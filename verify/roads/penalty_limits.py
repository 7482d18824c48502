"""Limits of the transformed l1 penalty and of its map (P4), by the search of verify.minimizer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, cast

from mpmath import mp, mpf, sign
from sympy import Abs, And, Eq, Equivalent, Expr, Ge, Gt, Implies, Integer, Le, Lt, Max, Symbol, diff, sqrt
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim, get
from proofs.engine.definitions import PenaltyLimit
from proofs.penalty_forms import PENALTIES, penalty, size
from proofs.penalty_limits import POINT, REACH
from proofs.symbols import a, ratio, u, x_in
from verify.evidence import Level
from verify.inequalities import Statement, placed, stated
from verify.minimizer import objective
from verify.precision.comparison import Held, holding
from verify.precision.minimizers import minimize, near_thresholds, penalty_function
from verify.roads import checks
from verify.roads.penalties import NEAR, Values, at_most, reached, value_of

_SHAPES: Final = {"l1": (mpf(10) ** 4, mpf(10) ** 8), "l0": (mpf(10) ** -4, mpf(10) ** -8)}
"""Two shapes a on the way to each limit."""


@checks(PenaltyLimit, points=near_thresholds)
@holding
def check_penalty_limit(held: Held, level: Level) -> None:
    """P4: the distance to the limit at two shapes against the stated bounds; then the bounds where they are reached.

    It need not fall in proportion: to first order in 1/a it is ρ|1 − 2S|/a, which is 0 at S = 1/2.
    """
    definition = cast(PenaltyLimit, held.claim.definition)
    sharp = {
        ("l1", "penalty"): _sharp_to_l1,
        ("l0", "penalty"): _sharp_to_l0,
        ("l1", "proximal-map"): _sharp_to_soft,
        ("l0", "proximal-map"): _sharp_to_hard,
    }[definition.penalty, definition.of]
    measure = _penalty_distance if definition.of == "penalty" else _map_distance
    scalars = held.point.scalars()
    for shape in _SHAPES[definition.penalty]:
        values = {**scalars, a: shape, REACH: abs(scalars[x_in])}
        distance, bound = measure(held, definition.penalty, values)
        at_most(held, f"a = {mp.nstr(shape, 3)}", distance, bound)
    sharp(replace(held, place=""))


def _apart(limit: str, values: Values) -> mpf:
    """|p_a(u) − p(u)| at POINT, p being the penalty of the limit."""
    tl1, other = (penalty_function(PENALTIES[name].on_reals, values) for name in ("tl1", limit))
    return abs(tl1(values[POINT]) - other(values[POINT]))


def _penalty_distance(held: Held, limit: str, values: Values) -> tuple[mpf, mpf]:
    values = {**values, POINT: abs(values[x_in])}
    return _apart(limit, values), value_of(held, "bound", values)


def _both(held: Held, name: str, distance: mpf, bound: mpf) -> None:
    """A bound where it is reached: kept, and nearly attained."""
    at_most(held, name, distance, bound)
    reached(held, name, distance, bound)


def _sharp_to_l1(held: Held) -> None:
    for reach, shape in ((mpf("1e-5"), mpf("1e5")), (mpf(3), mpf("1e12")), (mpf("1e5"), mpf("1e12"))):
        values = {a: shape, REACH: reach, POINT: reach}
        _both(held, f"|u| = R = {mp.nstr(reach, 3)}", _apart("l1", values), value_of(held, "bound", values))


def _sharp_to_l0(held: Held) -> None:
    for point, reach in ((mpf("0.4"), mpf("0.4")), (mpf("1e6"), mpf(2))):
        values = {a: mpf("1e-9"), POINT: point, REACH: reach}
        for part in ("bound", "bound away from 0"):
            _both(held, f"u = {mp.nstr(point, 3)}, {part}", _apart("l0", values), value_of(held, part, values))


def _map_distance(held: Held, limit: str, values: Values) -> tuple[mpf, mpf]:
    x, rho, shape = values[x_in], values[ratio], values[a]
    near, end = (minimize(PENALTIES[name].on_reals, x, rho, values).point for name in ("tl1", limit))
    if sign(near) * sign(x) < 0:
        return mp.inf, mpf(0)
    if limit == "l1":
        return abs(near - end), value_of(held, "bound", values)
    if abs(abs(x) - mp.sqrt(2 * rho)) < 10 * shape:  # where the limit is not uniform, nothing is claimed
        return mpf(0), mpf(0)
    return abs(near - end), value_of(held, "bound", {**values, size: abs(x)}) if end != 0 else mpf(0)


def _shrinks(x: mpf, rho: mpf, shape: mpf) -> mpf:
    """|x| − |S_a(x)| at x > 0."""
    return x - minimize(PENALTIES["tl1"].on_reals, x, rho, {a: shape}).point


def _sharp_to_soft(held: Held) -> None:
    """On both sides of the threshold ρ(a + 1)/a, where |x| exceeds ρ by far, and at no special place."""
    small, edge = mpf("1e-6"), mpf("2e-6")
    for x, rho, shape, attained in (
        (edge * (1 - NEAR), small, mpf(1), ("bound",)),
        (edge * (1 + NEAR), small, mpf(1), ("bound", "gap upper bound")),
        (mpf(3), small, mpf(1), ("gap lower bound",)),
        (mpf(2), small, mpf("1e6"), ("bound", "gap lower bound", "gap upper bound")),
        (mpf(3), mpf(1) / 2, mpf(1), ()),
    ):
        values = {x_in: x, ratio: rho, a: shape, REACH: x, size: x}
        gap = _shrinks(x, rho, shape)
        sides = {"bound": (abs(gap - min(x, rho)), value_of(held, "bound", values))}
        if gap < x:
            sides["gap lower bound"] = (value_of(held, "gap lower bound", values), gap)
            sides["gap upper bound"] = (gap, value_of(held, "gap upper bound", values))
        for part, (left, right) in sides.items():
            label = f"x = {mp.nstr(x, 8)}, ρ = {mp.nstr(rho, 3)}, a = {mp.nstr(shape, 3)}, {part}"
            (_both if part in attained else at_most)(held, label, left, right)


def _sharp_to_hard(held: Held) -> None:
    """At a² = 2ρ(a + 1), next to the threshold, where the cubic has a double root; and both thresholds."""
    shape = mpf("1.5")
    rho = shape**2 / (2 * (shape + 1))
    x = shape / 2 * (1 + mpf("1e-12"))
    values = {x_in: x, ratio: rho, a: shape, size: x}
    _both(held, "a² = 2ρ(a + 1)", _shrinks(x, rho, shape), value_of(held, "bound", values))
    far = {**values, size: mpf(3), a: mpf(1) / 5}
    at_most(held, "x = 3", _shrinks(far[size], rho, far[a]), value_of(held, "bound", far))
    for part, name, small in (("threshold", "tl1", mpf(1) / 5), ("limit of the threshold", "l0", mpf(1))):
        edge = value_of(held, part, {ratio: rho, a: small})
        for side in (-1, 1):
            point = minimize(PENALTIES[name].on_reals, edge * (1 + side * NEAR), rho, {a: small}).point
            right = edge > 0 and (point != 0) == (side > 0)
            held.true(part, right, f"S = {mp.nstr(point, 12)} next to {mp.nstr(edge, 12)}")


# Over the reals.

_V, _S, _FAR = (Symbol(name, positive=True) for name in ("v", "S", "R"))
_STEEPEST = (a + 1) / a


def _price(point: Expr) -> Expr:
    return penalty("tl1").on_reals.xreplace({u: point})


def _cost(point: Expr) -> Expr:
    return objective(_price(point), point, size, ratio)


def _kept() -> tuple[Boolean, ...]:
    """What S(x) = S > 0 satisfies. The cubic's other root is a maximum: it is worse than 0."""
    return Eq(size - _S, ratio * diff(_price(_S), _S)), Le(_cost(_S), _cost(Integer(0)))


def _dropped() -> tuple[Boolean, ...]:
    """What is so where S(x) = 0: two points that would do better beyond the threshold do not."""
    jump = sqrt(2 * ratio * (a + 1)) - a
    beyond = size - ratio * _STEEPEST
    return tuple(Implies(Gt(v, 0), Le(_cost(Integer(0)), _cost(v)), evaluate=False) for v in (jump, beyond))


@stated("P4.l1", scope="all u, a and R", whole=True)
def _to_l1(claim: Claim) -> Iterator[Statement]:
    bound = placed(claim.parts["bound"], {"R": _FAR})
    yield Statement("|u| ≤ R", Le(Abs(_price(u) - Abs(u)), bound), (Le(Abs(u), _FAR),))
    less = Symbol("epsilon", positive=True)
    near_one = Ge(Abs(_price(_FAR) - _FAR), (1 - less) * bound)
    flat = Le(4 * _FAR, less * a), Lt(less, 1)
    yield Statement("the quotient tends to 1 as R → 0", near_one, (*flat, Le(4 * _FAR, less)))
    yield Statement("the quotient tends to 1 as R → ∞", near_one, (*flat, Ge(less * _FAR, 4)))


@stated("P4.l0", scope="all u ≠ 0, a and R", whole=True)
def _to_l0(claim: Claim) -> Iterator[Statement]:
    bound = placed(claim.parts["bound"], {"u": Abs(_V)})
    yield Statement("u ≠ 0", Le(Abs(_price(_V) - 1), bound))
    if "bound away from 0" in claim.parts:
        away = placed(claim.parts["bound away from 0"], {"R": _FAR})
        yield Statement("|u| ≥ R", Le(Abs(_price(_V) - 1), away), (Ge(_V, _FAR),))


@stated("P4.l1-map", scope="all x, a, ρ and R, with P1's map", whole=True)
def _to_soft(claim: Claim) -> Iterator[Statement]:
    bound = placed(claim.parts["bound"], {"R": _FAR})
    least, most = claim.parts["gap lower bound"], claim.parts["gap upper bound"]
    soft, within = get("P1").formula.subs(x_in, size), (Le(size, _FAR),)
    yield Statement("the gap from below", Ge(size - _S, least), _kept())
    yield Statement("the gap from above", Le(size - _S, most), _kept())
    yield Statement("S(x) > 0", Le(Abs(_S - soft), bound), (*_kept(), *within))
    yield Statement("S(x) = 0", Le(Abs(soft), bound), (*_dropped(), *within))
    level = size / _STEEPEST  # x = ρp'(0⁺)
    about_to_rise = (bound, Max(size - level, 0)), (most, size)  # a bound, and what it bounds at S(x) = 0
    edge = And(*(Eq(form.xreplace({ratio: level}), gap) for form, gap in about_to_rise))
    yield Statement("equality at the threshold", edge, (Le(2 * size, a), Le(size, 1), Eq(_FAR, size)))


@stated("P4.l0-map", scope="all x, a and ρ; the bound is at most a multiple of a", whole=True)
def _to_hard(claim: Claim) -> Iterator[Statement]:
    bound, threshold, limit = (claim.parts[name] for name in ("bound", "threshold", "limit of the threshold"))
    jumps = (Le(a**2, 2 * ratio * (a + 1)),)
    yield Statement("the gap", Le(size - _S, bound), _kept())
    yield Statement("S(x) > 0 beyond the threshold only", Ge(size, threshold), (*_kept(), *jumps))
    yield Statement("S(x) = 0 up to it only", Le(size, threshold), (*_dropped(), *jumps))
    yield Statement("l0: x is as good as 0", Equivalent(Ge(size**2 / 2, ratio), Ge(size, limit)))
    late = Gt(threshold.xreplace({ratio: Integer(2)}), limit.xreplace({ratio: Integer(2)}))
    yield Statement("not uniformly near it: ρ = 2", late, (Lt(a, 4),))
    yield Statement("the limit", Le(Abs(threshold - limit), a * (1 + ratio)))
    small = Le(bound, 100 * ratio * a / size**2)
    yield Statement("the gap vanishes", small, (Le(a, 1), Gt(size, 0)))
    edge = {ratio: a**2 / (2 * (a + 1)), size: a / 2}  # the jump is 0: x = ρp'(0⁺) and S(x) = 0
    yield Statement("equality at the threshold", Eq(bound.xreplace(edge), a / 2))
