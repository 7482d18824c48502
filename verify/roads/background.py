"""The ReLU network without overlap (B1), from its definition: the sums over patches of verify.model, each mean a plane
integral. Gradients are means of the sample's gradient, and differences of the loss; descent is run, not argued, and one
step of it, with the gradient of B1.gradient, is enclosed over boxes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, cast

import mpmath
from mpmath import mp, mpf
from sympy import Expr, Symbol, cancel, cos, pi, simplify, sin

from proofs import symbols
from proofs.engine.claim import Claim, get
from proofs.engine.definitions import ReluNetwork
from verify.contexts.digits.network import ReluPatches, secant
from verify.contexts.digits.quadrature import DIGITS, Estimate
from verify.enclosure.boxes.search import Statement, coordinates, in_plane, named
from verify.evidence import Level
from verify.precision.comparison import ROUGH, Held, check_sides, generic, holding
from verify.roads import checks, over_boxes
from verify.sides import NORM_STAR


@checks(ReluNetwork, points=lambda definition, points: generic(points) if definition.aspect == "descent" else points)
@holding
def check_relu_network(held: Held, level: Level) -> None:
    """B1 and its parts."""
    held = replace(held, point=replace(held.point, r_star=NORM_STAR))
    aspect, patches = cast(ReluNetwork, held.claim.definition).aspect, ReluPatches.at(held.point)
    if aspect not in ("critical", "descent"):
        held.found += check_sides(held.claim, held.point, level)
    # The mean of the sample's gradient against differences of the loss.
    if aspect == "gradient" and 1e-6 < patches.theta < mp.pi - mpf("1e-6"):
        slopes = [entry.value for entry in patches.gradient()]
        held.equal("differences of the loss", slopes, patches.differenced(), ROUGH, joint=True)
    if aspect == "critical":
        _critical(held, patches)
    if aspect == "descent":
        _descends(held, patches, 4 if level == "quick" else 8)


def _critical(held: Held, patches: ReluPatches) -> None:
    """∇ℓ vanishes at w*, and on the ray of −w* at the stated norm, where ℓ rises along r and falls along θ."""
    held.vanish("∇ℓ(w*)", replace(patches, theta=mpf(0), r=patches.r_star).gradient())
    for k in (1, patches.k + 1):
        here, there = replace(patches, k=k, theta=+mp.pi, r=patches.r_star), held.at(f"k = {k}")
        _on_the_ray(there, here, held.part("critical radius", {symbols.k: mpf(k)}) * patches.r_star)
        # ℓ(w) − ℓ(0) for a short w along −w* and along w*: not of opposite signs if k ≥ 2, and unequal in size.
        at_zero = here.over_patches(here.teacher(), here.teacher())
        short = replace(here, r=mpf(10) ** -4)
        away, towards = (replace(short, theta=theta).loss() - at_zero for theta in (here.theta, mpf(0)))
        there.shown("ℓ near 0 along w*", towards, -1)
        there.shown("their sum", away + towards, -1)
        there.shown("ℓ near 0 along −w*", away, 1 if k == 1 else -1)
    held.shown("∇ℓ", max(patches.gradient(), key=lambda slope: abs(slope.value) / (slope.size or 1)))
    held.shown("∇ℓ along e at θ = 2", replace(patches, theta=mpf(2), r=patches.r_star).gradient()[1], -1)


def _on_the_ray(held: Held, here: ReluPatches, norm: mpf) -> None:
    """w ∥ −w*: one zero of ∇ℓ, a saddle, where k ≥ 2; none where k = 1, and the stated norm is 0."""
    if here.k == 1:
        held.equal("critical norm", norm, Estimate(mpf(0), mpf(0), here.r_star))
        held.shown("∇ℓ along ŵ at θ = π", here.gradient()[0], 1)
        return
    turn = mpf(10) ** -4
    root = secant(lambda r: replace(here, r=r).gradient()[0].value, here.r_star / 2, here.r_star)
    held.equal("critical norm", norm, Estimate(root, here.r_star * mpf(10) ** (8 - DIGITS), root))
    there = replace(here, r=root)
    level = there.loss()
    held.vanish("∇ℓ at the saddle", there.gradient())
    for shift in (-turn, turn):
        held.shown("rise along r", replace(there, r=root * (1 + shift)).loss() - level, 1)
    if here.n == 1:
        held.true("fall", False, "in R¹ no direction leaves the line of w*: a minimum")
    else:
        held.shown("fall as θ leaves π", replace(there, theta=mp.pi - turn).loss() - level, -1)


def _half_turn(patches: ReluPatches) -> mpf:
    return mpmath.tan(patches.theta / 2)


def _descends(held: Held, patches: ReluPatches, steps: int) -> None:
    """Gradient descent with the largest step size: θ falls, ‖w‖ keeps its bounds, w gets nearer to w*; and where the
    two bounds are all but reached.
    """
    if not patches.r:
        patches.gradient()
    rate, slack = held.part("largest step"), mpf(10) ** -40
    low, high = min(patches.r, held.part("norm, a lower bound")), max(patches.r, patches.r_star)
    factor, first = held.part("factor", {symbols.eta: rate}), _half_turn(patches)
    drag = 4 * mp.pi * patches.r_star * first**2 / (patches.k - 1 + mp.pi)
    wide = max(abs(patches.r - patches.r_star), drag)
    for index in range(steps):
        ahead, there = patches.descended(rate), held.at(f"step {index}")
        angles = f"θ goes from {mpmath.nstr(patches.theta, 12)} to {mpmath.nstr(ahead.theta, 12)}"
        text = f"‖w‖ = {mpmath.nstr(ahead.r, 12)}, claimed in [{mpmath.nstr(low, 12)}, {mpmath.nstr(high, 12)}]"
        there.true("angle", ahead.theta < patches.theta or ahead.theta < slack, angles)
        there.true("norm", low * (1 - slack) <= ahead.r <= high * (1 + slack), text)
        there.quotient("tan(θ/2)/bound", _half_turn(ahead), factor ** (index + 1) * first + slack)
        there.quotient("|‖w‖ − ‖w*‖|/bound", abs(ahead.r - ahead.r_star), wide * ((1 + factor) / 2) ** (index + 1))
        patches = ahead
    # From a small angle at ‖w‖ = ‖w*‖, or by a short step, tan(θ/2) becomes the stated factor of itself.
    for times, angle, eta in ((1, mpf(10) ** -12, mpf(1) / 2), (2, mpf(1), mpf(10) ** -9)):
        near = replace(patches, k=held.point.m + 1, theta=angle, r=times * patches.r_star)
        known = {symbols.theta: near.theta, symbols.k: mpf(near.k), symbols.r: near.r, symbols.eta: eta}
        lost = 1 - _half_turn(near.descended(eta)) / _half_turn(near)
        claimed = 1 - held.part("factor", known)
        held.quotient(f"‖w‖ = {times}‖w*‖: claimed/lost of tan(θ/2)", claimed, lost, 1 - mpf(10) ** -9)
    # From ‖w‖ = 1e6 the stated step still turns w towards w*; one that is longer by 1e-4 turns it away.
    far = replace(patches, theta=mpf(1), r=10**6 * patches.r_star)
    for factor, name in ((mpf(1), "the longest step"), (1 + mpf(10) ** -4, "a longer one")):
        ahead = far.descended(rate * factor)
        text = f"from ‖w‖ = 1e6 ‖w*‖ θ goes from 1 to {mpmath.nstr(ahead.theta, 12)}"
        held.true(name, (ahead.theta < far.theta) == (factor == 1), text)
    # One step from far away leaves of w along ŵ what the stated lower bound is.
    for theta in (mpf(10) ** -6, mpf(2), mp.pi - mpf(10) ** -6):
        start = replace(patches, k=held.point.m + 1, theta=theta, r=2 * patches.r_star)
        known = {symbols.theta: theta, symbols.k: mpf(start.k)}
        ahead = start.descended(held.part("largest step", known))
        floor, along = held.part("norm, a lower bound", known), ahead.r * mpmath.cos(theta - ahead.theta)
        name = f"θ = {mpmath.nstr(theta, 6)}, lower bound/‖w‖"
        held.quotient(name, floor, along, mpf("0.9999"), mpf(10) ** -20)


# Over boxes.

_SCALED: Final = "‖w*‖ = 1 by scaling w, w* together; k = 1/p, η = y times the step bound"


@over_boxes("B1.descent", left="w_t → w*, which is a limit")
def _descent(claim: Claim) -> Iterator[Statement]:
    """θ⁺ ≤ θ and min(r, ρ) ≤ r⁺ ≤ max(r, 1), for one step from any w, θ < π; later steps repeat it as ρ falls in θ."""
    theta, p, y, t = box = coordinates(theta=(0, pi), p=(0, 1), y=(0, 1), t=(0, 1))
    start = symbols.r
    values = {"theta": theta, "k": 1 / p, "r": start, "r_star": 1}
    eta = y * named(claim.parts["largest step"], k=1 / p)
    along, across = (named(coefficient, **values) for coefficient in in_plane(get("B1.gradient").formula))
    towards = simplify(-eta * across / sin(theta))  # the coefficients of w⁺ along w* and ŵ
    radial = start - eta * along - towards * cos(theta)
    floor = named(claim.parts["norm, a lower bound"], theta=theta, k=1 / p, r_star=1)
    inner = radial + towards * cos(theta)

    def at(margin: Expr, length: Expr, factor: Expr) -> Expr:
        return cancel(margin.subs(start, length) * factor)

    far = t / (1 - t)
    cone = f"θ⁺ ≤ θ where w⁺ is in the cone of ŵ and w*; else r → ∞ makes θ⁺ > θ; {_SCALED}; r = t/(1 − t), times 1 − t"
    below = f"‖w⁺‖ ≥ ⟨w⁺, ŵ⟩; {_SCALED}"
    above = f"‖w⁺‖ ≤ the sum of the coefficients of ŵ, w*, both ≥ 0; {_SCALED}"
    falls = simplify(-floor.diff(theta))

    def stays(name: str, margin: Expr, why: str, over: Sequence[Symbol] = (), **how: bool) -> Statement:
        inside = {symbol: box[symbol] for symbol in over or box}
        linear = tuple(symbol for symbol in (t, y) if symbol in inside)
        return Statement(name, margin, inside, reduction=why, affine=linear, **how)

    start_theta, at_zero = (inner - floor).subs(theta, 0), floor.subs(theta, 0) + far
    flat = f"at θ = 0 ‖w⁺‖ = ⟨w⁺, ŵ⟩; {_SCALED}"
    yield stays("ŵ in w⁺", at(radial, far, 1 - t), cone)
    yield stays("w* in w⁺", towards, cone, (theta, p, y))
    yield stays("‖w⁺‖ ≥ ρ from r ≥ ρ, θ = 0", at(start_theta, at_zero, 1 - t), flat, (p, y, t))
    yield stays("‖w⁺‖ ≥ ρ from r ≥ ρ", at(inner - floor, floor + far, 1 - t), below, exact=False)
    yield stays("‖w⁺‖ ≥ r from r ≤ ρ", at(inner - start, t * floor, 1), below, exact=False)
    yield stays("‖w⁺‖ ≤ r from r ≥ 1", at(start - radial - towards, 1 + far, 1 - t), above, exact=False)
    yield stays("ρ falls in θ", falls, "so ρ(θ₀) stays a floor as θ falls", (theta, p), exact=False)
    yield stays("‖w⁺‖ ≤ 1 from r ≤ 1", at(1 - radial - towards, t, 1), above, exact=False)
