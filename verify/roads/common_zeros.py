"""C8: where ∂f/∂v and the coarse gradient vanish together, by quadrature and over the reals for few hidden units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import cast

import mpmath
from mpmath import mp, mpf
from sympy import Add, And, Eq, Equivalent, Expr, Gt, Integer, Lt, Symbol, diff, expand, pi

from proofs.engine.claim import Claim
from proofs.engine.definitions import CommonZeros
from proofs.proxies import estimator
from verify.closed_form import prepared
from verify.configurations import Configuration
from verify.contexts.digits.network import Network, extrapolated
from verify.contexts.digits.quadrature import Estimate
from verify.evidence import Level
from verify.inequalities import Statement, dot, stated
from verify.precision.comparison import ROUGH, Held, closed_coordinates, holding
from verify.roads import checks
from verify.roads.landscape import constructed, drawn, saddle_angle, shallow
from verify.roads.network import ANGLE, INSIDE, TURN, at_saddle, few_units, loss, stationary, units, vector


def _zeros_at(definition: CommonZeros, points: Sequence[Configuration]) -> Sequence[Configuration]:
    match definition.aspect:
        case "zeros":
            return [*points, *constructed(points[0])]
        case "ratio":
            return [point for point in [*points, *drawn(points[0])] if sum(point.v_star)]
        case "beyond":
            return points[:1]
    return points


@checks(CommonZeros, points=_zeros_at)
@holding
def check_common_zeros(held: Held, level: Level) -> None:
    """C8 and its parts."""
    definition = cast(CommonZeros, held.claim.definition)
    network = Network.at(held.point, estimator(definition.estimator))
    if definition.aspect == "spurious":
        held.forms(_norm(network.valley(mp.pi).coarse_gradient()))
        return
    for check in {"zeros": (_zeros,), "beyond": (_beyond,)}.get(definition.aspect, (_ratio, _rates)):
        check(held, network)


def _norm(vector: Sequence[Estimate]) -> Estimate:
    length = mpmath.sqrt(mpmath.fsum(x.value**2 for x in vector))
    return Estimate(length, mpmath.fsum(x.error for x in vector), max(x.size for x in vector))


def _zeros(held: Held, network: Network) -> None:
    """∂f/∂v vanishes at the stated v alone; there G does at θ = 0, π and the stated saddle, and nowhere else tried."""
    angles, point = {"0": mpf(0), "π": +mp.pi}, held.point
    stated = closed_coordinates(prepared(held.claim.parts["best weights"]), point)
    held.equal("best weights", stated + [mpf(0)] * (point.m - len(stated)), network.best_weights())
    if shallow(point.v_star) > 0:
        saddle = saddle_angle(network)
        angles["the saddle"] = saddle.value
        held.equal("saddle angle", held.part("saddle angle"), saddle)
    for name, angle in angles.items():
        valley = network.valley(angle)
        held.vanish(f"∂f/∂v at θ = {name}", valley.gradient_v())
        held.vanish(f"G at θ = {name}", valley.coarse_gradient())
    for k in (1, 5, 9, 14):
        angle = mp.pi * k / 15
        if all(abs(angle - zero) > mpf("1e-3") for zero in angles.values()):
            held.shown(f"‖G‖ at θ = {k}π/15", _norm(network.valley(angle).coarse_gradient()), 1)


def _beyond(held: Held, network: Network) -> None:
    """The witness m = 2, v* = (1, 1), θ = π: at the stated v both gradients vanish, f falls at the stated rate."""
    witness = replace(network, v=(mpf(1),) * 2, v_star=(mpf(1),) * 2).valley(+mp.pi)
    held = replace(held, place="witness")
    held.equal("v", [held.part("weight")] * 2, witness.best_weights())
    held.vanish("∂f/∂v", witness.gradient_v())
    held.equal("slope", held.part("slope"), witness.one_sided_slope().times(witness.r), ROUGH)
    held.vanish("G", witness.coarse_gradient())
    held.shown("slope of f as θ leaves π", witness.one_sided_slope(), -1)
    held.shown("f at π − 0.01 minus f at π", witness.turned(mp.pi - mpf("0.01")).loss() - witness.loss(), -1)


def _rates(held: Held, network: Network) -> None:
    """The limit of the numerator, and that of the denominator over π − θ, extrapolated from four angles."""
    top = Estimate.total(x * x for x in network.valley(mp.pi).coarse_gradient())
    held.equal("numerator", held.part("numerator"), top)
    quotients = []
    for power in range(4):
        apart = mpf(10) ** -6 / 2**power
        valley = network.valley(mp.pi - apart)
        products = (x * y for x, y in zip(valley.coarse_gradient(), valley.filter_gradient(), strict=True))
        quotients.append(Estimate.total(products).times(1 / apart))
    limit, _ = extrapolated([quotient.value for quotient in quotients])
    size = mpmath.fdot(network.v_star, network.v_star) ** 2 / network.r  # the rate itself may be 0
    held.equal("rate", held.part("rate"), Estimate(limit, 20 * quotients[-1].error, size), ROUGH)


def _ratio(held: Held, network: Network) -> None:
    """‖G‖²/(‖∂f/∂v‖² + ⟨G, ∂f/∂w⟩) on the valley at π − θ = 1e-5, 1e-7, 1e-9: each at least 50 times the last."""
    ratios = []
    for power in (5, 7, 9):
        valley = network.valley(mp.pi - mpf(10) ** -power)
        coarse, true = valley.coarse_gradient(), valley.filter_gradient()
        # What a solve to 60 digits leaves of ∂f/∂v is rounding; a tiny ∂f/∂w does not outweigh it.
        held.vanish(f"∂f/∂v at π − θ = 1e-{power}", valley.gradient_v())
        top = Estimate.total(x * x for x in coarse)
        bottom = Estimate.total(x * y for x, y in zip(coarse, true, strict=True))
        ratios.append(top.value / bottom.value)
    growth = [after / before for before, after in pairwise(ratios)]
    text = ", ".join(mpmath.nstr(ratio, 6) for ratio in ratios)
    held.true("ratio", all(rate >= 50 for rate in growth), f"ratios {text}")


# Over the reals.


def _radial(v: Sequence[Expr], star: Sequence[Expr]) -> Expr:
    """h − v·v* = ‖v‖² + (1ᵀv)² − (1ᵀv)(1ᵀv*)."""
    return dot(v, v) + Add(*v) ** 2 - Add(*v) * Add(*star)


@stated("C8", scope="m = 1, 2, 3", whole=False)
def _zeros_stated(claim: Claim) -> Iterator[Statement]:
    """G_relu ∝ (h − v·v*)ŵ − (v·v*)w*: its parts along ŵ and across."""
    sine, cosine = Symbol("sin_theta", positive=True), Symbol("cos_theta", real=True)
    for size, v, star in few_units():
        gradient = stationary(v, star)
        best = And(*map(Eq, v, vector(claim.parts["best weights"], star)))
        yield Statement(f"∂f/∂v = 0, m = {size}", Equivalent(And(*gradient), best), ANGLE, slow=size > 2)
        along = _radial(v, star)
        gone = And(Eq(along - dot(v, star) * cosine, 0), Eq(dot(v, star) * sine, 0))
        room = Gt((size + 1) * dot(star, star), Add(*star) ** 2)  # Cauchy and Schwarz, star ≠ 0
        inside = (*INSIDE, *gradient, Eq(sine**2 + cosine**2, 1), room)
        yield Statement(f"G = 0 inside, m = {size}", Equivalent(gone, at_saddle(claim, star)), inside, slow=size > 1)
        for end in (1, -1):
            known, gone = (Eq(TURN, end), *gradient), Eq(along - dot(v, star) * end, 0)
            yield Statement(f"G = 0 at cos θ = {end}, m = {size}", gone, known, slow=size > 2)


@stated("C8.beyond", scope="the witness", whole=True)
def _beyond_stated(claim: Claim) -> Iterator[Statement]:
    """v = v(π) is a number times v* = (1, 1); the slope of f in π − θ is that in c, times 2/π."""
    v, star = units(2)
    ones_here = [Integer(1), Integer(1)]
    weight = claim.parts["weight"]
    known = (Eq(TURN, -1), *stationary(v, ones_here))
    yield Statement("v(π)", And(*(Eq(entry, weight) for entry in v)), known)
    slope = diff(loss(v, star), TURN).subs(dict(zip(star, ones_here, strict=True))) * 2
    yield Statement("the slope, times π", And(Eq(slope, expand(claim.parts["slope"] * pi)), Lt(slope, 0)), known)
    yield Statement("G_relu = 0", Eq(_radial(v, ones_here) + dot(v, ones_here), 0), known)
