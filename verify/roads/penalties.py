"""Proximal maps, how far they move their argument, and Moreau envelopes: P1–P3 and P5–P7.

In digits everything is evaluated from the definition, by the search of verify.minimizer; the formulas on the other side
are the parts of the claim that is given. A bound is also tried where it is reached, or nearly: one that is a little too
strong fails there, and one that is too weak is not reached. Over boxes the map itself is not used: u > 0 can be a
minimizer at x only if x = u + ρp'(u) and u is no worse than 0, and 0 only if x ≤ u/2 + ρp(u)/u for every u > 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, cast

from mpmath import mp, mpf, sign
from sympy import Expr, Rational, Symbol, expand, powdenest, simplify

from proofs.engine.claim import Claim
from proofs.engine.definitions import Displacement, Envelope, ProximalMap
from proofs.envelopes import H_HERE, H_THERE, HERE, PART, PENALTY_THERE, S_HERE, S_THERE, THERE
from proofs.penalty_forms import PENALTIES, penalty
from proofs.symbols import a, beta, ratio, u, x_in
from verify.closed_form import NoValueError, evaluate
from verify.configurations import Configuration, configurations, meeting
from verify.contexts.digits.quadrature import DIGITS, Estimate
from verify.enclosure.boxes.search import Statement, coordinates, named
from verify.evidence import Level, Verdict
from verify.minimizer import BROUGHT, objective, penalty_of
from verify.precision.comparison import ROUGH, Held, holding
from verify.precision.minimizers import minimize, moved_to, near_thresholds, penalty_function, real_value
from verify.roads import checks, over_boxes
from verify.sides import forms

_ROUNDING: Final = mpf(10) ** (10 - DIGITS)
_STEP: Final = mpf(10) ** -15
"""For difference quotients: their error is of its square."""

_SHARP: Final = mpf("1e-4")
"""How near a bound must come to what it bounds where it is claimed to be reached in the limit."""

NEAR: Final = mpf(10) ** -6

Values = Mapping[Symbol, mpf]


def _exact(value: mpf, size: mpf) -> Estimate:
    return Estimate(value, size * mpf(10) ** -DIGITS, size)


def value_of(held: Held, part: str, values: Values) -> mpf:
    """A part of the claim that is given; ValueError where it is no real number."""
    value = real_value(held.claim.parts[part], values, f"{part} of claim {held.claim.id}")
    if not mp.isfinite(value):
        raise NoValueError(f"claim {held.claim.id}: its {part} is {value}")
    return value


def at_most(held: Held, name: str, left: mpf, right: mpf, noise: object = 0, *, attained: bool = False) -> None:
    """left ≤ right, and equal where `attained`, up to rounding of their own size and `noise`."""
    allowed = _ROUNDING * max(abs(left), abs(right)) + noise
    held.true(name, left <= right + allowed, f"{mp.nstr(left, 12)} > {mp.nstr(right, 12)}")
    if attained:
        held.true(f"{name}, attained", right <= left + allowed, f"{mp.nstr(right, 12)} > {mp.nstr(left, 12)}")


def reached(held: Held, name: str, left: mpf, right: mpf) -> None:
    """left is next to the bound `right`."""
    witness = f"{mp.nstr(left, 12)} is not next to the bound {mp.nstr(right, 12)}"
    held.true(f"{name}, reached" if name else "reached", left >= right * (1 - _SHARP), witness)


def outside(claim: Claim) -> Iterator[Configuration]:
    """Configurations of chapter P at which a hypothesis on a shape fails: at its bound where the bound is excluded, and
    half way from there to 0; and each with x just below the places where p has a kink. None without such hypotheses.
    """
    declared = penalty_of(claim.definition)
    if declared is None:
        return
    for shape in (shape for shape in declared.parameters if shape.above != 0):
        bound = float(shape.above)
        values = (bound / 2,) if shape.attained else (bound, bound / 2)
        for value, point in product(values, configurations("quick", 1)):
            label, changed = f"{point.label}, {shape.name} = {value:g}", point.parameters | {shape.name: value}
            for near in near_thresholds(claim.definition, [replace(point, label=label, parameters=changed)]):
                for _, knot, _ in declared.pieces[:-1]:
                    yield moved_to(near, f"0.98 of the knot {knot}", 0.98 * float(evaluate(knot, near)))
                yield near


# Proximal maps.


@checks(ProximalMap, points=near_thresholds)
@holding
def check_proximal_map(held: Held, level: Level) -> None:
    """argmin over u of ρ p(u) + ½(u − x)², x and ρ being those of the configuration."""
    point, scalars = held.point, held.point.scalars()
    found = minimize(cast(ProximalMap, held.claim.definition).penalty, scalars[x_in], scalars[ratio], scalars).point
    for name, form in forms(held.claim).items():
        value = real_value(form, scalars, point.label)
        held.equal(name, value, _exact(found, abs(scalars[x_in])))  # judged by |x|: S(x) itself may be 0
        if held.found[-1].verdict is not Verdict.VERIFIED:
            told = _told(held, value, found)
            held.found[-1] = replace(held.found[-1], witness=f"{held.found[-1].witness}; {told}")


def _told(held: Held, stated: mpf, found: mpf) -> str:
    """What the objective is at both."""
    scalars, definition = held.point.scalars(), cast(ProximalMap, held.claim.definition)
    x, rho = scalars[x_in], scalars[ratio]
    p = penalty_function(definition.penalty, scalars)
    with mp.workdps(2 * DIGITS):
        values = [objective(p(at), at, x, rho) for at in (stated, found)]
    shapes = sorted(definition.penalty.free_symbols - {u}, key=str)
    where = [f"x = {mp.nstr(x, 12)}", f"ρ = {mp.nstr(rho, 12)}", *(f"{s} = {mp.nstr(scalars[s], 12)}" for s in shapes)]
    sides = [f"{mp.nstr(value, 15)} at {mp.nstr(at, 12)}" for value, at in zip(values, (stated, found), strict=True)]
    return f"at {', '.join(where)} the objective ρp(u) + ½(u − x)² is {sides[0]}, as claimed, and {sides[1]}"


# P5.


@checks(Displacement, points=near_thresholds)
@holding
def check_displacement(held: Held, level: Level) -> None:
    """|x − S(x)| ≤ min(|x|, δ) at the point and on both sides of δ, and S = 0 up to δ, or |x − S| comes near δ."""
    declared = penalty(cast(Displacement, held.claim.definition).penalty)
    scalars = held.point.scalars()
    farthest = value_of(held, "bound", scalars)

    def moved(x: mpf) -> mpf:
        return abs(x - minimize(declared.on_reals, x, scalars[ratio], scalars).point)

    for x in (scalars[x_in], farthest * (1 + NEAR)):
        at_most(held, f"x = {mp.nstr(x, 12)}", moved(x), min(abs(x), farthest))
    if declared.displacement is not None:
        edges = (real_value(end, scalars, held.point.label) * (1 - NEAR) for end in declared.edges)
        reached(held, "", max(map(moved, [mpf(10) ** 6 * (1 + abs(farthest)), *edges])), farthest)
        return
    edge = farthest * (1 - NEAR)
    witness = f"|x − S(x)| = {mp.nstr(moved(edge), 12)} at x = {mp.nstr(edge, 12)}, claimed x"
    held.true("attained", moved(edge) == edge, witness)


# P6.


@checks(Envelope, points=near_thresholds)
@holding
def check_envelope(held: Held, level: Level) -> None:
    """P6: the value, for one penalty; convexity of (β/2)w² − e(w) and its gradient, for every penalty."""
    definition, point = cast(Envelope, held.claim.definition), held.point
    if definition.aspect == "value":
        scalars = point.scalars()
        x, p = scalars[x_in], penalty(definition.penalty).on_reals
        value = scalars[beta] * minimize(p, x, scalars[ratio], scalars).value
        for name, form in forms(held.claim).items():
            held.equal(name, real_value(form, scalars, point.label), _exact(value, scalars[beta] * x**2 / 2))
        return
    check = _convexity if definition.aspect == "convexity" else _gradient
    for name in PENALTIES if level == "full" else ("l1", "l0", "tl1", *BROUGHT):
        if meeting(PENALTIES[name].hypotheses, [point]):
            check(held.at(name), name)


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
        own = {HERE: self.w, H_HERE: self.height, S_HERE: self.minimizer}
        return own | {THERE: there.w, H_THERE: there.height, S_THERE: there.minimizer}


def _beyond(scalars: Values) -> mpf:
    """An argument beyond the thresholds, so that h and S are not 0 there, with the sign of x."""
    x = scalars[x_in]
    return x + (2 + 2 * scalars[ratio]) * (sign(x) or 1)


def _convexity(held: Held, name: str) -> None:
    """h is the largest of the affine functions, and lies below its chords, on which it lies at their ends."""
    scalars = held.point.scalars()
    p = penalty_function(PENALTIES[name].on_reals, scalars)
    ends = [_Touching.at(name, w, scalars) for w in (_beyond(scalars), scalars[x_in], -scalars[x_in] / 2)]
    for end in ends:
        there = held.at(f"w = {mp.nstr(end.w, 8)}")
        noise = _ROUNDING * max(abs(end.height), scalars[beta] * end.w**2)
        for at in (end.minimizer, end.w, -end.w, 2 * end.w, mpf(1)):
            value = value_of(held, "affine function", {**scalars, x_in: end.w, u: at, PENALTY_THERE: p(at)})
            at_most(there, f"u = {mp.nstr(at, 8)}", value, end.height, noise, attained=at == end.minimizer)
    for first, last in ((ends[0], ends[1]), (ends[1], ends[2]), (ends[2], ends[0])):
        values = {**scalars, **first.values(last)}
        noise = _ROUNDING * max(abs(first.height), abs(last.height), mpf(1))
        for part in (mpf(0), mpf("0.3"), mpf("0.75"), mpf(1)):
            middle = _Touching.at(name, (1 - part) * first.w + part * last.w, scalars)
            chord = value_of(held, "bound", {**values, PART: part})
            label = f"t = {part} from {mp.nstr(first.w, 8)} to {mp.nstr(last.w, 8)}"
            at_most(held, label, middle.height, chord, noise, attained=part in (0, 1))


def _gradient(held: Held, name: str) -> None:
    """The two-sided inequality for pairs, near and far, and the difference quotient of h against its gradient."""
    scalars = held.point.scalars()
    w = _beyond(scalars)
    here = _Touching.at(name, w, scalars)
    for other in (w * (1 + mpf(10) ** -5), w * (1 - mpf(10) ** -5), w, scalars[x_in], -w):
        there = _Touching.at(name, other, scalars)
        values, same = {**scalars, **here.values(there)}, other == w
        noise = _ROUNDING * max(abs(here.height), abs(there.height), mpf(1))
        label = f"from {mp.nstr(w, 8)} to {mp.nstr(other, 8)}"
        at_most(held, label, value_of(held, "lower bound", values), there.height, noise, attained=same)
        at_most(held, label, there.height, value_of(held, "upper bound", values), noise, attained=same)
    step = abs(w) * _STEP
    left, right = (_Touching.at(name, w + side * step, scalars) for side in (-1, 1))
    if abs(right.minimizer - left.minimizer) < abs(w) * mpf(10) ** -6:  # not across a jump
        slope, natural = (right.height - left.height) / (2 * step), scalars[beta] * abs(w)
        steep = value_of(held, "gradient", {**scalars, **here.values(here)})
        held.equal("slope", steep, Estimate(slope, natural * mpf(10) ** -25, natural), ROUGH)


# Over boxes.


def _level(claim: Claim, way: int, place: Symbol) -> Expr:
    """δ/a at ρ = q²a²/(2(a + 1)), where `place` in (0, 1) is q or, for `way` −1, 1/q; ValueError if a stays in it."""
    size = Symbol("z", positive=True)
    root = (size / (1 + size)) ** way
    bound = named(claim.parts["bound"], a=a, ratio=root**2 * a**2 / (2 * (a + 1)))
    level = simplify(powdenest(simplify(bound / a), force=True))
    if level.has(a):
        raise ValueError("δ/a depends on more than ρ(a + 1)/a²")
    return simplify(level.subs(size, place / (1 - place)))


@over_boxes("P5.tl1", left="that δ is attained")
def _transformed(claim: Claim) -> Iterator[Statement]:
    """u = as, R = ρ(a + 1)/a² = q²/2: then ρp'(u) = aR/(1 + s)², and u is no worse than 0 for (1 + s)² ≥ 2R = q²."""
    q, y = small = coordinates(q=(0, 1), y=(0, 1))
    p, _ = large = coordinates(p=(0, 1), y=(0, 1))
    first, second = _level(claim, 1, q), _level(claim, -1, p)
    reduction = "u = as, ρ = q²a²/(2(a + 1)): both sides over a depend on q and s alone"
    steep, beyond = expand(simplify((second - y**2 / 2) * p)), "q = 1/p, 1 + s = q/y as (1 + s)² ≥ q²; times p"
    least, at_once = "x ≤ the limit of s/2 + R/(1 + s) at s = 0", expand(first - q**2 / 2)
    later, there = expand(simplify((second + Rational(1, 2) - 1 / p) * p)), "x ≤ s/2 + R/(1 + s) at 1 + s = q; times p"
    yield Statement("u > 0, q ≤ 1", expand(first - q**2 * y**2 / 2), small, reduction=f"{reduction}; 1 + s = 1/y")
    yield Statement("u > 0, q ≥ 1", steep, large, reduction=f"{reduction}; {beyond}")
    yield Statement("u = 0, q ≤ 1", at_once, {q: small[q]}, reduction=f"{reduction}; {least}", equality=True)
    yield Statement("u = 0, q ≥ 1", later, {p: large[p]}, reduction=f"{reduction}; {there}", equality=True)


@over_boxes("P5.half", left="that δ is attained")
def _half(claim: Claim) -> Iterator[Statement]:
    """u = ρ^{2/3} s: then ρp'(u) = ρ^{2/3}/(2√s), and u is no worse than 0 for s ≥ 1."""
    rho = Symbol("rho", positive=True)
    level = simplify(named(claim.parts["bound"], ratio=rho) / rho ** Rational(2, 3))
    if level.free_symbols:
        raise ValueError("δ is not proportional to ρ^{2/3}")
    (y,) = box = coordinates(y=(0, 1))
    reduction = "u = ρ^{2/3} s, over ρ^{2/3}"
    yield Statement("u > 0", level - y / 2, box, reduction=f"{reduction}; y = 1/√s ≤ 1 where u is no worse than 0")
    yield Statement("u = 0", level - Rational(3, 2), {}, reduction=f"{reduction}; x at s = 1", equality=True)
