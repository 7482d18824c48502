"""The ReLU network without overlap (B1), from its definition: the sums over patches of verify.model, each mean a plane
integral. Gradients are means of the sample's gradient, and differences of the loss; descent is run, not argued, and one
step of it, with the gradient of B1.gradient, is enclosed over boxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, cast

import mpmath
from mpmath import mp, mpf
from sympy import Expr, Symbol, cancel, cos, pi, simplify, sin

from proofs import symbols
from proofs.engine.claim import Claim, get
from proofs.engine.definitions import ReluNetwork
from verify.configurations import Configuration, Level
from verify.enclosure.boxes.stated import Stated, formula, in_plane, named
from verify.enclosure.boxes.statement import Statement, coordinates
from verify.precision.comparison import (
    ROUGH,
    Comparison,
    check_sides,
    compare,
    part,
    quotient_of,
    shown,
    true_that,
    vanishing,
)
from verify.precision.network import ReluPatches, secant
from verify.precision.quadrature import DIGITS, Estimate
from verify.roads import checks, over_boxes
from verify.roads.lipschitz import generic
from verify.sides import NORM_STAR


@checks(ReluNetwork, points=lambda definition, points: generic(points) if definition.aspect == "descent" else points)
def check_relu_network(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """B1 and its parts."""
    point = replace(point, r_star=NORM_STAR)
    patches = ReluPatches.at(point)
    match cast(ReluNetwork, claim.definition).aspect:
        case "gradient":
            return [*check_sides(claim, point, level), *_differences(point, patches)]
        case "critical":
            return _critical(claim, point, patches)
        case "descent":
            return _descends(claim, point, patches, 4 if level == "quick" else 8)
        case _:
            return check_sides(claim, point, level)


def _differences(point: Configuration, patches: ReluPatches) -> list[Comparison]:
    """The mean of the sample's gradient against differences of the loss."""
    if not 1e-6 < patches.theta < mp.pi - mpf("1e-6"):
        return []
    values = [entry.value for entry in patches.gradient()]
    return compare(f"{point.label}, differences of the loss", values, patches.differenced(), ROUGH, joint=True)


def _critical(claim: Claim, point: Configuration, patches: ReluPatches) -> list[Comparison]:
    """∇ℓ vanishes at w*, and on the ray of −w* at the stated norm, where ℓ rises along r and falls along θ."""
    label, turn = point.label, mpf(10) ** -4
    found = vanishing(f"{label}, ∇ℓ(w*)", replace(patches, theta=mpf(0), r=patches.r_star).gradient())
    for k in (1, patches.k + 1):
        here = replace(patches, k=k, theta=+mp.pi, r=patches.r_star)
        norm = part(claim, "critical radius", point, {symbols.k: mpf(k)}) * patches.r_star
        found += _on_the_ray(f"{label}, k = {k}", here, norm)
        found += _at_origin(f"{label}, k = {k}", replace(here, r=turn))
    aside = replace(patches, theta=mpf(2), r=patches.r_star)
    slopes = patches.gradient()
    steepest = max(slopes, key=lambda slope: abs(slope.value) / (slope.size or 1))
    found.append(shown(f"{label}, ∇ℓ", steepest))
    return [*found, shown(f"{label}, ∇ℓ along e at θ = 2", aside.gradient()[1], -1)]


def _on_the_ray(label: str, here: ReluPatches, norm: mpf) -> list[Comparison]:
    """w ∥ −w*: one zero of ∇ℓ, a saddle, where k ≥ 2; none where k = 1, and the stated norm is 0."""
    if here.k == 1:
        found = compare(f"{label}, critical norm", [norm], [Estimate(mpf(0), mpf(0), here.r_star)])
        return [*found, shown(f"{label}, ∇ℓ along ŵ at θ = π", here.gradient()[0], 1)]
    turn, root = mpf(10) ** -4, _radial_root(here)
    found = compare(f"{label}, critical norm", [norm], [Estimate(root, here.r_star * mpf(10) ** (8 - DIGITS), root)])
    there, norm = replace(here, r=root), root
    level = there.loss()
    found += vanishing(f"{label}, ∇ℓ at the saddle", there.gradient())
    for shift in (-turn, turn):
        rise = replace(there, r=norm * (1 + shift)).loss() - level
        found.append(shown(f"{label}, rise along r", rise, 1))
    if here.n == 1:
        return [*found, true_that(f"{label}, fall", False, "in R¹ no direction leaves the line of w*: a minimum")]
    return [*found, shown(f"{label}, fall as θ leaves π", replace(there, theta=mp.pi - turn).loss() - level, -1)]


def _radial_root(here: ReluPatches) -> mpf:
    """Where ⟨∇ℓ, ŵ⟩ vanishes on the ray, by the secant method."""
    return secant(lambda r: replace(here, r=r).gradient()[0].value, here.r_star / 2, here.r_star)


def _at_origin(label: str, near: ReluPatches) -> list[Comparison]:
    """ℓ(w) − ℓ(0) for a short w along −w* and along w*: not of opposite signs if k ≥ 2, and unequal in size."""
    at_zero = near.over_patches(near.teacher(), near.teacher())
    away, towards = (replace(near, theta=theta).loss() - at_zero for theta in (near.theta, mpf(0)))
    found = [shown(f"{label}, ℓ near 0 along w*", towards, -1), shown(f"{label}, their sum", away + towards, -1)]
    return [*found, shown(f"{label}, ℓ near 0 along −w*", away, 1 if near.k == 1 else -1)]


def _descends(claim: Claim, point: Configuration, patches: ReluPatches, steps: int) -> list[Comparison]:
    """Gradient descent with the largest step size: θ falls, ‖w‖ keeps its bounds, w gets nearer to w*; and where the
    two bounds are all but reached.
    """
    if not patches.r:
        patches.gradient()
    rate = part(claim, "largest step", point)
    floor = part(claim, "norm, a lower bound", point)
    low, high = min(patches.r, floor), max(patches.r, patches.r_star)
    found = []
    for index in range(steps):
        ahead = patches.descended(rate)
        label = f"{point.label}, step {index}"
        angles = f"θ goes from {mpmath.nstr(patches.theta, 12)} to {mpmath.nstr(ahead.theta, 12)}"
        slack = mpf(10) ** -40
        kept = low * (1 - slack) <= ahead.r <= high * (1 + slack)
        text = f"‖w‖ = {mpmath.nstr(ahead.r, 12)}, claimed in [{mpmath.nstr(low, 12)}, {mpmath.nstr(high, 12)}]"
        found += [
            true_that(f"{label}, angle", ahead.theta < patches.theta or ahead.theta == 0, angles),
            true_that(f"{label}, norm", bool(kept), text),
        ]
        patches = ahead
    return [*found, *_longest_step(point, patches, rate), *_lowest_norm(claim, point, patches)]


def _longest_step(point: Configuration, patches: ReluPatches, rate: mpf) -> list[Comparison]:
    """From ‖w‖ = 1e6 the stated step still turns w towards w*; one that is longer by 1e-4 turns it away."""
    far = replace(patches, theta=mpf(1), r=10**6 * patches.r_star)
    found = []
    for factor, name in ((mpf(1), "the longest step"), (1 + mpf(10) ** -4, "a longer one")):
        ahead = far.descended(rate * factor)
        falls = ahead.theta < far.theta
        text = f"from ‖w‖ = 1e6 ‖w*‖ θ goes from 1 to {mpmath.nstr(ahead.theta, 12)}"
        found.append(true_that(f"{point.label}, {name}", falls == (factor == 1), text))
    return found


def _lowest_norm(claim: Claim, point: Configuration, patches: ReluPatches) -> list[Comparison]:
    """One step from far away leaves of w along ŵ what the stated lower bound is."""
    found = []
    for theta in (mpf(10) ** -6, mpf(2), mp.pi - mpf(10) ** -6):
        start = replace(patches, k=point.m + 1, theta=theta, r=2 * patches.r_star)
        known = {symbols.theta: theta, symbols.k: mpf(start.k)}
        floor = part(claim, "norm, a lower bound", point, known)
        step = part(claim, "largest step", point, known)
        label, ahead = f"{point.label}, θ = {mpmath.nstr(theta, 6)}, lower bound/‖w‖", start.descended(step)
        along = ahead.r * mpmath.cos(theta - ahead.theta)
        found.append(quotient_of(label, floor, along, mpf(10) ** -20, mpf("0.9999")))
    return found


# Over boxes.

_SCALED: Final = "‖w*‖ = 1 by scaling w, w* together; k = 1/p, η = y times the step bound"


@over_boxes("B1.descent")
def _descent(claim: Claim) -> Stated:
    """θ⁺ ≤ θ and min(r, ρ) ≤ r⁺ ≤ max(r, 1), for one step from any w, θ < π; later steps repeat it as ρ falls in θ."""
    box = coordinates(theta=(0, pi), p=(0, 1), y=(0, 1), t=(0, 1))
    theta, p, y, t = box
    start = Symbol("r", positive=True)

    def step(length: Expr) -> tuple[Expr, Expr]:
        """Coefficients of w⁺ along ŵ and w*, for a start of that length."""
        values = {"theta": theta, "k": 1 / p, "r": length, "r_star": 1}
        eta = y * named(formula(claim, "largest step"), k=1 / p)
        along, across = (named(coefficient, **values) for coefficient in in_plane(get("B1.gradient").formula))
        towards = simplify(-eta * across / sin(theta))
        return length - eta * along - towards * cos(theta), towards

    radial, towards = step(start)
    floor = named(formula(claim, "norm, a lower bound"), theta=theta, k=1 / p, r_star=1)
    inner = radial + towards * cos(theta)

    def at(margin: Expr, length: Expr, factor: Expr) -> Expr:
        return cancel(margin.subs(start, length) * factor)

    far = t / (1 - t)
    cone = f"θ⁺ ≤ θ where w⁺ is in the cone of ŵ and w*; else r → ∞ makes θ⁺ > θ; {_SCALED}; r = t/(1 − t), times 1 − t"
    below = f"‖w⁺‖ ≥ ⟨w⁺, ŵ⟩; {_SCALED}"
    above = f"‖w⁺‖ ≤ the sum of the coefficients of ŵ, w*, both ≥ 0; {_SCALED}"
    falls = simplify(-floor.diff(theta))

    def stays(
        name: str,
        margin: Expr,
        why: str,
        over: Sequence[Symbol] = (),
        linear: Sequence[Symbol] = (t, y),
        *,
        exact: bool = True,
    ) -> Statement:
        inside = {symbol: box[symbol] for symbol in over or box}
        return Statement(name, margin, inside, reduction=why, affine=tuple(linear), exact=exact)

    start_theta, at_zero = (inner - floor).subs(theta, 0), floor.subs(theta, 0) + far
    flat = f"at θ = 0 ‖w⁺‖ = ⟨w⁺, ŵ⟩; {_SCALED}"
    return Stated(
        (
            stays("ŵ in w⁺", at(radial, far, 1 - t), cone),
            stays("w* in w⁺", towards, cone, (theta, p, y), (y,)),
            stays("‖w⁺‖ ≥ ρ from r ≥ ρ, θ = 0", at(start_theta, at_zero, 1 - t), flat, (p, y, t)),
            stays("‖w⁺‖ ≥ ρ from r ≥ ρ", at(inner - floor, floor + far, 1 - t), below, exact=False),
            stays("‖w⁺‖ ≥ r from r ≤ ρ", at(inner - start, t * floor, 1), below, exact=False),
            stays("‖w⁺‖ ≤ r from r ≥ 1", at(start - radial - towards, 1 + far, 1 - t), above, exact=False),
            stays("ρ falls in θ", falls, "so ρ(θ₀) stays a floor as θ falls", (theta, p), (), exact=False),
            stays("‖w⁺‖ ≤ 1 from r ≤ 1", at(1 - radial - towards, t, 1), above, exact=False),
        ),
        whole=False,
        left="w_t → w*, which is a limit",
    )
