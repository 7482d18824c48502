"""N5: the landscape, by quadrature of the loss and over the reals for few hidden units.

Critical points are tested from the definition: increments of the loss in random directions and along its own valley v =
argmin f(·, θ), which is found by solving the normal equations, never by a formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final, cast

import mpmath
import numpy as np
from mpmath import mp, mpf
from sympy import Add, And, Eq, Equivalent, Ge, Gt, Le, Lt, Or, diff, expand

from proofs.engine.claim import Claim
from proofs.engine.definitions import Landscape
from proofs.landscape import SADDLE_VALUE
from verify.configurations import Configuration
from verify.contexts.digits.network import Network, inner, secant
from verify.contexts.digits.quadrature import DIGITS, Estimate
from verify.evidence import Level
from verify.inequalities import Statement, dot, reals, stated
from verify.precision.comparison import ROUGH, Held, closed_value, holding
from verify.roads import checks
from verify.roads.network import ANGLE, INSIDE, TURN, at, at_saddle, few_units, loss, stationary

_DIRECTIONS: Final = 4
_RADIUS: Final = mpf(10) ** -9
"""Of the neighbourhood a local minimum is tested in; increments there are about 1e-18, noise about 1e-58."""


def shallow(v_star: Sequence[float]) -> int:
    """Sign of ½(m+1)‖v*‖² − (1ᵀv*)², decided exactly."""
    exact = [Fraction(x) for x in v_star]
    margin = Fraction(len(exact) + 1, 2) * sum(x * x for x in exact) - sum(exact) ** 2
    return (margin > 0) - (margin < 0)


def constructed(base: Configuration) -> list[Configuration]:
    """One configuration for every case of N5: condition met, reversed, at equality, and S = 0."""
    cases = {
        "S² < ½(m+1)V": (2.0, -1.0, 0.5),
        "S² > ½(m+1)V": (1.0, 1.0),
        "S² = ½(m+1)V": (1.0, 1.0, 4.0),
        "S = 0": (1.0, -1.0),
    }
    return [
        replace(base, label=label, v_star=v_star, v=(0.75, -0.5, 0.25)[: len(v_star)], theta=1.25)
        for label, v_star in cases.items()
    ]


def drawn(base: Configuration) -> list[Configuration]:
    """Three true output weights, drawn until the spurious minimum exists."""
    rng = np.random.Generator(np.random.Philox(key=sum(map(ord, base.label)) + base.m))
    found: list[Configuration] = []
    while len(found) < 3:
        m = int(rng.integers(2, 6))
        v_star, v = (tuple(row.tolist()) for row in rng.standard_normal((2, m)))
        if shallow(v_star) > 0:
            found.append(replace(base, label=f"drawn {len(found)}", v=v, v_star=v_star))
    return found


def _floor_inner(network: Network, theta: object) -> Estimate:
    """v·v* on the valley; it is −2π times the slope of the loss in θ at fixed v."""
    return inner(network.turned(theta).best_weights(), network.v_star)


def saddle_angle(network: Network) -> Estimate:
    """Where ∂f/∂v and v·v* vanish together: a root of v(θ)·v* by the secant method, from anywhere in (0, π)."""
    root = secant(lambda theta: _floor_inner(network, theta).value, mpf("1.5"), mpf("1.75"))
    return Estimate(root, _floor_inner(network, root).error + mpf(10) ** (6 - DIGITS), mp.pi)


def _around(network: Network) -> Iterator[list[mpf]]:
    """Output weights near those of the network, in random directions."""
    rng = np.random.Generator(np.random.Philox(key=len(network.v)))
    for _ in range(_DIRECTIONS):
        yield [x + _RADIUS * mpf(float(y)) for x, y in zip(network.v, rng.standard_normal(len(network.v)), strict=True)]


def _increments(network: Network) -> list[Estimate]:
    """f near (v, π) minus f there: random δ with θ = π and with θ = π − h, and the valley at π − h."""
    here = network.loss()
    inside = network.theta - _RADIUS
    found = [network.valley(inside).loss() - here] if network.n > 1 else []  # R¹ has two angles, 0 and π
    angles = (network.theta, inside) if network.n > 1 else (network.theta,)
    return found + [network.turned(theta, v).loss() - here for v in _around(network) for theta in angles]


@checks(Landscape, points=lambda of, points: [*points, *(drawn if of.point == "saddle" else constructed)(points[0])])
@holding
def check_landscape(held: Held, level: Level) -> None:
    """N5 and its parts at one v*."""
    parts = {"minimum": (_minimum,), "spurious": (_threshold, _spurious), "saddle": (_saddle,)}
    for check in parts.get(cast(Landscape, held.claim.definition).point, (_threshold, _all)):
        check(held, Network.at(held.point))


def _margin(held: Held) -> int:
    """Sign of the stated threshold − S²; what the claim says of a v* follows from it."""
    total = mpmath.fsum(mpmath.mpmathify(x) for x in held.point.v_star)
    margin = held.part("threshold") - total**2
    return int(mpmath.sign(margin)) if abs(margin) > mpf(10) ** (10 - DIGITS) * total**2 else 0


def _threshold(held: Held, network: Network) -> None:
    """The stated threshold is the S² at which v(π)·v* changes sign, found by shifting v* by multiples of 1."""
    if held.point.m > 1:
        middle = mpmath.fsum(network.v_star) / held.point.m
        across = [x - middle for x in network.v_star]
        if not any(across):
            across[0] += 1
            across[1] -= 1
        network = _balanced(network, across)
    total = mpmath.fsum(network.v_star)
    noise = total**2 * mpf(10) ** (8 - DIGITS)
    held.vanish("v(π)·v* at the threshold", [_floor_inner(network, +mp.pi)])
    stated = replace(held, point=replace(held.point, v_star=network.v_star)).part("threshold")
    held.equal("threshold", stated, Estimate(total**2, noise, total**2))


def _balanced(network: Network, across: Sequence[mpf]) -> Network:
    """With v* = across + t·1, t > 0, and v(π)·v* = 0: by the secant method in t², in which it is affine."""

    def shifted(square: mpf) -> Network:
        return replace(network, v_star=tuple(x + mpmath.sqrt(square) for x in across))

    scale = mpmath.fdot(across, across)
    return shifted(secant(lambda square: _floor_inner(shifted(square), +mp.pi).value, scale / 2, scale))


def _minimum(held: Held, network: Network) -> None:
    """f = 0 at (v*, 0), and at (−v*, π) exactly when S = 0; positive elsewhere, and as stated on the valley."""
    mirrored = network.turned(mp.pi, [-x for x in network.v_star]).loss()
    balanced = sum(Fraction(x) for x in held.point.v_star) == 0
    held.vanish("f(v*, w*)", [network.turned(0, network.v_star).loss()])
    if balanced:
        held.vanish("f(−v*, −w*)", [mirrored])
    else:
        held.shown("f(−v*, −w*)", mirrored, 1)
    held.shown("f(v, w)", network.loss(), 1)
    floor = network.valley(network.theta).loss()
    if network.theta:
        held.shown("f(v(θ), w)", floor, 1)
    held.equal("least value", held.part("least value"), floor)
    if not balanced:
        held.shown("f(v(π), −w*)", network.valley(mp.pi).loss(), 1)


def _spurious(held: Held, network: Network) -> None:
    """Around (v(π), π) f is larger where the condition holds; else it is less somewhere near, and along the valley."""
    end = network.valley(+mp.pi)
    increments = _increments(end)
    held.equal("value there", held.part("value there"), end.loss())
    label = "increment of f at (v(π), −w*)"
    if _margin(held) > 0:
        for k, found in enumerate(increments):
            held.shown(f"{label} {k}", found, 1)
    else:
        held.shown(f"{label}, the lowest", min(increments, key=lambda found: found.value), -1)
        for near in (mpf(0), mpf(2)):
            held.shown(f"f along the valley, θ = {mpmath.nstr(near, 6)}", network.valley(near).loss() - end.loss(), -1)


def _saddle(held: Held, network: Network) -> None:
    """The stated angle is the root of v(θ)·v*; f is as stated there, falls along the valley, and rises as v moves."""
    found = saddle_angle(network)
    angle = found.value
    held.vanish("v(θ)·v* at the root", [_floor_inner(network, angle)])
    inside = mpf(10) ** -30 < angle < mp.pi - mpf(10) ** -30
    held.true("inside", inside, f"the root {mpmath.nstr(angle, 20)} is not in (0, π)")
    held.forms(found)
    valley = network.valley(angle)
    here = valley.loss()
    held.equal("f", closed_value(SADDLE_VALUE, held.point), here)
    for word, near in (("below", angle - _RADIUS), ("above", angle + _RADIUS)):
        held.shown(f"fall along the valley, {word}", network.valley(near).loss() - here, -1)
    for k, v in enumerate(_around(valley)):
        held.shown(f"rise as v moves {k}", valley.turned(angle, v).loss() - here, 1)


def _all(held: Held, network: Network) -> None:
    """Stationary points on the valley: θ = 0, θ = π and one in between, exactly as the condition says."""
    condition = _margin(held)
    start, end = network.valley(mpf(0)), network.valley(mp.pi)
    held.equal("v(0) − v*", list(start.v_star), start.best_weights())
    held.shown("slope leaving θ = 0", start.one_sided_slope(), 1)
    slope = end.one_sided_slope()
    if condition == 0:
        held.vanish("slope leaving θ = π", [slope], ROUGH)
    else:
        held.shown("slope leaving θ = π", slope, condition)
    products = [_floor_inner(network, mp.pi * k / 16).value for k in range(1, 16)]
    changes = sum(1 for a, b in pairwise(products) if (a > 0) != (b > 0))
    if condition <= 0:
        held.true("no interior zero", changes == 0, f"{changes} sign changes")
        return
    angle = saddle_angle(network)
    saddle = network.valley(angle.value)
    held.equal("saddle angle", held.part("saddle angle"), angle)
    held.true("one interior zero", changes <= 1, f"{changes} sign changes")
    held.vanish("∂f/∂v at the saddle", saddle.gradient_v())
    held.vanish("∂f/∂w at the saddle", saddle.filter_gradient(), ROUGH)
    held.shown("∂f/∂w half way to the saddle", network.valley(angle.value / 2).filter_gradient()[1])


# Over the reals.


@stated("N5", scope="m = 1, 2, 3", whole=False)
def _critical(claim: Claim) -> Iterator[Statement]:
    """Inside, ∂f/∂θ ∝ v·v* vanishes too; at θ = π the loss has a slope ≥ 0 away from it where v·v* ≤ 0."""
    for size, v, star in few_units():
        known, square = (Gt(dot(star, star), 0), *stationary(v, star)), Add(*star) ** 2
        threshold, orthogonal = at(claim.parts["threshold"], star), Eq(dot(v, star), 0)
        saddles = Equivalent(orthogonal, And(Lt(square, threshold), at_saddle(claim, star)))
        yield Statement(f"saddles, m = {size}", saddles, (*INSIDE, *known), slow=size > 1)
        at_end = Equivalent(Le(dot(v, star), 0), Le(square, threshold))
        yield Statement(f"θ = π, m = {size}", at_end, (Eq(TURN, -1), *known), slow=size > 2)


@stated("N5.minimum", scope="m = 1, 2, 3", whole=False)
def _minimum_stated(claim: Claim) -> Iterator[Statement]:
    for size, v, star in few_units():
        more = expand(loss(v + reals(f"d_:{size}"), star) - loss(v, star))
        known = (*ANGLE, *stationary(v, star))
        yield Statement(f"the stationary v is the best, m = {size}", Ge(more, 0), known, slow=size > 2)
        attained = Eq(loss(v, star), at(claim.parts["least value"], star))
        yield Statement(f"its loss, m = {size}", attained, known, slow=size > 2)
        same = And(Eq(TURN, 1), *map(Eq, v, star))
        opposite = And(Eq(Add(*star), 0), Eq(TURN, -1), *map(Eq, v, -star))
        zero = Equivalent(Eq(loss(v, star), 0), Or(same, opposite))
        yield Statement(f"zero, m = {size}", zero, (*ANGLE, Gt(dot(star, star), 0)), slow=size > 1)


@stated("N5.spurious", scope="m = 1, 2, 3: the sign of the slope at θ = π, and f along v(θ)", whole=False)
def _spurious_stated(claim: Claim) -> Iterator[Statement]:
    for size, v, star in few_units():
        known = (Gt(dot(star, star), 0), *stationary(v, star))
        square, threshold = Add(*star) ** 2, at(claim.parts["threshold"], star)
        value, there = at(claim.parts["value there"], star), (Eq(TURN, -1), *known)
        rises = Equivalent(Gt(diff(loss(v, star), TURN), 0), Lt(square, threshold))
        yield Statement(f"m = {size}", rises, there, slow=size > 2)
        yield Statement(f"its value, m = {size}", Eq(loss(v, star), value), there, slow=size > 2)
        before = (Gt(TURN, -1), *known, Ge(square, threshold), ANGLE[1])
        yield Statement(f"f is less before, m = {size}", Lt(loss(v, star), value), before, slow=size > 1)
