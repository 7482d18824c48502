"""Checks of the landscape (N5) and of the common zeros of coarse gradients (C8), by quadrature of
the loss.

Critical points are tested from the definition: increments of the loss in random directions and
along its own valley v = argmin f(·, θ), which is found by solving the normal equations, never
by a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final, cast

import mpmath
import numpy as np
from mpmath import mp, mpf

from proofs.engine.claim import Claim
from proofs.engine.definitions import CommonZeros, Landscape
from proofs.proxies import estimator
from verify.configurations import Configuration, Level
from verify.precision.comparison import (
    ROUGH,
    Comparison,
    against,
    compare,
    part,
    part_vector,
    shown,
    true_that,
    vanishing,
)
from verify.precision.network import Network, inner, secant
from verify.precision.quadrature import DIGITS, Estimate
from verify.roads import checks

__all__ = ["constructed"]

_DIRECTIONS: Final = 4
_RADIUS: Final = mpf(10) ** -9
"""Of the neighbourhood a local minimum is tested in; increments there are about 1e-18, noise about
1e-58.
"""


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


def _drawn(base: Configuration) -> list[Configuration]:
    """Three true output weights, drawn until the spurious minimum exists."""
    rng = np.random.Generator(np.random.Philox(key=sum(map(ord, base.label)) + base.m))
    found: list[Configuration] = []
    while len(found) < 3:
        m = int(rng.integers(2, 6))
        v_star, v = (tuple(row.tolist()) for row in rng.standard_normal((2, m)))
        if shallow(v_star) > 0:
            found.append(replace(base, label=f"drawn {len(found)}", v=v, v_star=v_star))
    return found


def _cases(definition: Landscape, points: Sequence[Configuration]) -> list[Configuration]:
    return [*points, *(_drawn(points[0]) if definition.point == "saddle" else constructed(points[0]))]


def _zeros_at(definition: CommonZeros, points: Sequence[Configuration]) -> Sequence[Configuration]:
    match definition.aspect:
        case "zeros":
            return [*points, *constructed(points[0])]
        case "ratio":
            return [point for point in [*points, *_drawn(points[0])] if sum(point.v_star)]
        case "beyond":
            return points[:1]
    return points


def _floor_inner(network: Network, theta: object) -> Estimate:
    """v·v* on the valley; it is −2π times the slope of the loss in θ at fixed v."""
    return inner(network.turned(theta).best_weights(), network.v_star)


def _saddle_angle(network: Network) -> mpf:
    """Where ∂f/∂v and v·v* vanish together: a root of v(θ)·v* by the secant method, from anywhere
    in (0, π).
    """
    return secant(lambda theta: _floor_inner(network, theta).value, mpf("1.5"), mpf("1.75"))


def _increments(network: Network) -> list[Estimate]:
    """f near (v, π) minus f there: random δ with θ = π and with θ = π − h, and the valley at π −
    h.
    """
    rng = np.random.Generator(np.random.Philox(key=len(network.v)))
    here = network.loss()
    inside = network.theta - _RADIUS
    found = [network.valley(inside).loss() - here] if network.n > 1 else []  # R¹ has two angles, 0 and π
    for _ in range(_DIRECTIONS):
        delta = [_RADIUS * mpf(float(x)) for x in rng.standard_normal(len(network.v))]
        v = [x + y for x, y in zip(network.v, delta, strict=True)]
        angles = (network.theta, inside) if network.n > 1 else (network.theta,)
        found += [network.turned(theta, v).loss() - here for theta in angles]
    return found


@checks(Landscape, points=_cases)
def check_landscape(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """N5 and its parts at one v*."""
    aspect = cast(Landscape, claim.definition).point
    network = Network.at(point)
    if aspect == "minimum":
        return _minimum(claim, point, network)
    if aspect == "spurious":
        return [*_threshold(claim, point, network), *_spurious(claim, point, network)]
    if aspect == "saddle":
        return _saddle(claim, point, network)
    return [*_threshold(claim, point, network), *_all(claim, point, network)]


def _margin(claim: Claim, point: Configuration) -> int:
    """Sign of the stated threshold − S²; what the claim says of a v* follows from it."""
    total = mpmath.fsum(mpmath.mpmathify(x) for x in point.v_star)
    margin = part(claim, "threshold", point) - total**2
    return int(mpmath.sign(margin)) if abs(margin) > mpf(10) ** (10 - DIGITS) * total**2 else 0


def _threshold(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    """The stated threshold is the S² at which v(π)·v* changes sign, found by shifting v* by multiples of 1."""
    shift = mpf(0)
    if point.m > 1:
        base = [mpmath.mpmathify(x) for x in point.v_star]
        middle = mpmath.fsum(base) / point.m
        across = [x - middle for x in base]
        if not any(across):
            across[0] += 1
            across[1] -= 1
        shift = _balanced_shift(network, across)
        network = replace(network, v_star=tuple(x + shift for x in across))
    total = mpmath.fsum(network.v_star)
    noise = total**2 * mpf(10) ** (8 - DIGITS)
    at_root = replace(point, v_star=network.v_star)
    found = vanishing(f"{point.label}, v(π)·v* at the threshold", [_floor_inner(network, +mp.pi)])
    stated = part(claim, "threshold", at_root)
    return [*found, *compare(f"{point.label}, threshold", [stated], [Estimate(total**2, noise, total**2)])]


def _balanced_shift(network: Network, across: Sequence[mpf]) -> mpf:
    """The t > 0 with v(π)·v* = 0 for v* = across + t·1, by the secant method in t², in which it is affine."""

    def product(square: mpf) -> mpf:
        shifted = tuple(x + mpmath.sqrt(square) for x in across)
        return _floor_inner(replace(network, v_star=shifted), +mp.pi).value

    scale = mpmath.fdot(across, across)
    return mpmath.sqrt(secant(product, scale / 2, scale))


def _minimum(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    """f = 0 at (v*, 0), and at (−v*, π) exactly when S = 0; positive at the configuration and on
    the valley, where it is as stated.
    """
    mirrored = network.turned(mp.pi, [-x for x in network.v_star]).loss()
    balanced = sum(Fraction(x) for x in point.v_star) == 0
    label = f"{point.label}, f(−v*, −w*)"
    at_teacher = network.turned(0, network.v_star).loss()
    found = vanishing(f"{point.label}, f(v*, w*)", [at_teacher])
    found += vanishing(label, [mirrored]) if balanced else [shown(label, mirrored, 1)]
    found.append(shown(f"{point.label}, f(v, w)", network.loss(), 1))
    floor = network.valley(network.theta).loss()
    found.append(shown(f"{point.label}, f(v(θ), w)", floor, 1))
    found += compare(f"{point.label}, least value", [part(claim, "least value", point)], [floor])
    if not balanced:
        found.append(shown(f"{point.label}, f(v(π), −w*)", network.valley(mp.pi).loss(), 1))
    return found


def _spurious(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    """All increments around (v(π), π) are positive where the condition holds; else one is
    negative.
    """
    increments = _increments(network.valley(+mp.pi))
    label = f"{point.label}, increment of f at (v(π), −w*)"
    if _margin(claim, point) > 0:
        return [shown(f"{label} {k}", found, 1) for k, found in enumerate(increments)]
    lowest = min(increments, key=lambda found: found.value)
    return [shown(f"{label}, the lowest", lowest, -1)]


def _saddle(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    """The stated angle is the root of v(θ)·v*, and f both rises and falls around it."""
    angle = _saddle_angle(network)
    residue = _floor_inner(network, angle)
    found = vanishing(f"{point.label}, v(θ)·v* at the root", [residue])
    inside = mpf(10) ** -30 < angle < mp.pi - mpf(10) ** -30
    found.append(true_that(f"{point.label}, inside", inside, f"the root {mpmath.nstr(angle, 20)} is not in (0, π)"))
    root = Estimate(angle, residue.error + mpf(10) ** (6 - DIGITS), mp.pi)
    found += against(claim, point, root)
    valley = network.valley(angle)
    # Beside the random directions: δ ∥ v* with θ moving either way, along which the loss must tilt.
    here, moved = valley.loss(), []
    for sign in (1, -1):
        v = [x + sign * _RADIUS * y for x, y in zip(valley.v, valley.v_star, strict=True)]
        length = 100 * len(v) * _RADIUS
        moved.append(valley.turned(valley.theta + length, v).loss() - here)
    found.append(shown(f"{point.label}, rise", max(moved, key=lambda item: item.value), 1))
    found.append(shown(f"{point.label}, fall", min(moved, key=lambda item: item.value), -1))
    return found


def _all(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    """Stationary points on the valley: θ = 0, θ = π and one in between, exactly as the condition
    says.
    """
    condition = _margin(claim, point)
    start, end = network.valley(mpf(0)), network.valley(mp.pi)
    found = compare(f"{point.label}, v(0) − v*", list(start.v_star), start.best_weights())
    found.append(shown(f"{point.label}, slope leaving θ = 0", start.one_sided_slope(), 1))
    slope = end.one_sided_slope()
    label = f"{point.label}, slope leaving θ = π"
    found += vanishing(label, [slope], ROUGH) if condition == 0 else [shown(label, slope, condition)]
    products = [_floor_inner(network, mp.pi * k / 16).value for k in range(1, 16)]
    changes = sum(1 for a, b in pairwise(products) if (a > 0) != (b > 0))
    if condition <= 0:
        found.append(true_that(f"{point.label}, no interior zero", changes == 0, f"{changes} sign changes"))
        return found
    angle = _saddle_angle(network)
    saddle = network.valley(angle)
    found += _compared_angle(claim, point, network, angle)
    found.append(true_that(f"{point.label}, one interior zero", changes <= 1, f"{changes} sign changes"))
    found += vanishing(f"{point.label}, ∂f/∂v at the saddle", saddle.gradient_v())
    found += vanishing(f"{point.label}, ∂f/∂w at the saddle", saddle.filter_gradient(), ROUGH)
    generic = network.valley(angle / 2)
    found.append(shown(f"{point.label}, ∂f/∂w half way to the saddle", generic.filter_gradient()[1]))
    return found


def _compared_angle(claim: Claim, point: Configuration, network: Network, angle: mpf) -> list[Comparison]:
    """The stated saddle angle against the root of v(θ)·v*."""
    root = Estimate(angle, _floor_inner(network, angle).error + mpf(10) ** (6 - DIGITS), mp.pi)
    return compare(f"{point.label}, saddle angle", [part(claim, "saddle angle", point)], [root])


@checks(CommonZeros, points=_zeros_at)
def check_common_zeros(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """C8 and its parts."""
    definition = cast(CommonZeros, claim.definition)
    network = Network.at(point, estimator(definition.estimator))
    if definition.aspect == "zeros":
        return _zeros(claim, point, network)
    if definition.aspect == "beyond":
        return _beyond(claim, point, network)
    if definition.aspect == "spurious":
        return _at_spurious(claim, point, network)
    return [*_ratio(point, network), *_rates(claim, point, network)]


def _norm(vector: Sequence[Estimate]) -> Estimate:
    length = mpmath.sqrt(mpmath.fsum(x.value**2 for x in vector))
    return Estimate(length, mpmath.fsum(x.error for x in vector), max(x.size for x in vector))


def _zeros(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    """∂f/∂v vanishes at the stated v alone; there G does at θ = 0, π and the stated saddle, and nowhere else tried."""
    angles = {"0": mpf(0), "π": +mp.pi}
    stated = part_vector(claim, "best weights", point)
    stated += [mpf(0)] * (point.m - len(stated))
    found = compare(f"{point.label}, best weights", stated, network.best_weights())
    if shallow(point.v_star) > 0:
        angles["the saddle"] = _saddle_angle(network)
        found += _compared_angle(claim, point, network, angles["the saddle"])
    for name, angle in angles.items():
        valley = network.valley(angle)
        found += vanishing(f"{point.label}, ∂f/∂v at θ = {name}", valley.gradient_v())
        found += vanishing(f"{point.label}, G at θ = {name}", valley.coarse_gradient())
    for k in (1, 5, 9, 14):
        angle = mp.pi * k / 15
        if all(abs(angle - zero) > mpf("1e-3") for zero in angles.values()):
            elsewhere = _norm(network.valley(angle).coarse_gradient())
            found.append(shown(f"{point.label}, ‖G‖ at θ = {k}π/15", elsewhere, 1))
    return found


def _beyond(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    """The stated witness: both gradients vanish at m = 2, v* = (1, 1), θ = π and the stated v, and the loss falls
    at the stated rate.
    """
    witness = replace(network, v=(mpf(1),) * 2, v_star=(mpf(1),) * 2).valley(+mp.pi)
    weight = part(claim, "weight", point)
    found = compare("witness, v", [weight] * 2, witness.best_weights())
    found += vanishing("witness, ∂f/∂v", witness.gradient_v())
    slope = witness.one_sided_slope().times(witness.r)
    found += compare("witness, slope", [part(claim, "slope", point)], [slope], ROUGH)
    found += vanishing("witness, G", witness.coarse_gradient())
    found.append(shown("witness, slope of f as θ leaves π", witness.one_sided_slope(), -1))
    fall = witness.turned(mp.pi - mpf("0.01")).loss() - witness.loss()
    return [*found, shown("witness, f at π − 0.01 minus f at π", fall, -1)]


def _at_spurious(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    return against(claim, point, _norm(network.valley(mp.pi).coarse_gradient()))


def _rates(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    """The limit of the numerator, and that of the denominator over π − θ, extrapolated from four angles."""
    top = Estimate.total(x * x for x in network.valley(mp.pi).coarse_gradient())
    found = compare(f"{point.label}, numerator", [part(claim, "numerator", point)], [top])
    quotients = []
    for power in range(4):
        apart = mpf(10) ** -6 / 2**power
        valley = network.valley(mp.pi - apart)
        products = (x * y for x, y in zip(valley.coarse_gradient(), valley.filter_gradient(), strict=True))
        quotients.append(Estimate.total(products).times(1 / apart))
    values = [quotient.value for quotient in quotients]
    for order in range(1, 4):
        values = [(2**order * b - a) / (2**order - 1) for a, b in pairwise(values)]
    size = mpmath.fdot(network.v_star, network.v_star) ** 2 / network.r  # the rate itself may be 0
    rate = Estimate(values[0], 20 * quotients[-1].error, size)
    return [*found, *compare(f"{point.label}, rate", [part(claim, "rate", point)], [rate], ROUGH)]


def _ratio(point: Configuration, network: Network) -> list[Comparison]:
    """‖G‖²/(‖∂f/∂v‖² + ⟨G, ∂f/∂w⟩) on the valley at π − θ = 1e-5, 1e-7, 1e-9: each at least 50
    times the last.
    """
    ratios, found = [], []
    for power in (5, 7, 9):
        valley = network.valley(mp.pi - mpf(10) ** -power)
        coarse, true = valley.coarse_gradient(), valley.filter_gradient()
        # What a solve to 60 digits leaves of ∂f/∂v is rounding; a tiny ∂f/∂w does not outweigh it.
        found += vanishing(f"{point.label}, ∂f/∂v at π − θ = 1e-{power}", valley.gradient_v())
        top = Estimate.total(x * x for x in coarse)
        bottom = Estimate.total(x * y for x, y in zip(coarse, true, strict=True))
        ratios.append(top.value / bottom.value)
    growth = [after / before for before, after in pairwise(ratios)]
    text = ", ".join(mpmath.nstr(ratio, 6) for ratio in ratios)
    return [*found, true_that(f"{point.label}, ratio", all(rate >= 50 for rate in growth), f"ratios {text}")]
