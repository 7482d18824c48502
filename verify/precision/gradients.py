"""Checks of derivatives: filter gradient, correlations with it, potentials, sample gradient.

Derivatives of the population loss are differences of quadratures, so they reach about 38 digits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import mpmath
import numpy as np
from mpmath import mp, mpf
from sympy import Expr

from proofs.engine.claim import Claim
from proofs.engine.definitions import Correlation, FilterGradient, Potential
from proofs.potentials import ENTRY, STAR_ENTRY
from proofs.proxies import Estimator, estimator
from verify.closed_form import evaluate
from verify.configurations import Configuration, Level
from verify.precision.checkers import label_of, moment_values, proxies_for
from verify.precision.comparison import (
    ROUGH,
    Comparison,
    against,
    closed_value,
    compare,
    forms,
    part,
    shown,
    true_that,
    vanishing,
)
from verify.precision.network import Network, UndefinedError, angle_after
from verify.precision.quadrature import DIGITS, Estimate

__all__ = [
    "check_correlation",
    "check_filter_gradient",
    "check_potential",
    "check_sample_gradient",
]


def check_filter_gradient(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """N3: differences of the loss along ŵ, e and u; one-sided at both ends of [0, π]."""
    network = Network.at(point)
    if cast(FilterGradient, claim.definition).one_sided:
        return _kink(claim, point, network)
    return against(claim, point, network.filter_gradient(), ROUGH, vector=True)


def _kink(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    with mp.workdps(DIGITS):
        ends = {0: mpf(0), 1: +mp.pi}
    found = []
    for name, form in forms(claim).items():
        for end, angle in ends.items():
            slope = network.turned(angle).one_sided_slope().times((-1) ** end)
            label = f"{label_of(point, name)}, θ = {'π' if end else '0'}"
            found += compare(label, [closed_value(form, point)], [slope], ROUGH)
    return found


def check_correlation(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """C6: the inner product of the coarse gradient with the differenced loss."""
    name_of_proxy = cast(Correlation, claim.definition).estimator
    true = Network.at(point).filter_gradient()
    found = []
    for proxy in proxies_for(name_of_proxy, level, point):
        coarse = Network.at(point, proxy).coarse_gradient()
        with mp.workdps(DIGITS):
            product = Estimate.total(x * y for x, y in zip(coarse, true, strict=True))
        extra = moment_values(point, proxy) if name_of_proxy == "*" else {}
        found += against(claim, point, [product], ROUGH, proxy=proxy, extra=extra)
    return found


def check_potential(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """C9: the derivative of the stated potential is the coarse gradient; jointly, mixed
    derivatives differ.
    """
    definition = cast(Potential, claim.definition)
    if not point.r:
        raise UndefinedError("‖w‖ has no gradient at w = 0")
    if definition.jointly:
        return [found for name in ("relu", "identity") for found in _mixed(claim, point, estimator(name))]
    defined = Network.at(point, estimator(definition.estimator)).coarse_gradient()
    return [
        found
        for name, form in forms(claim).items()
        for found in compare(
            label_of(point, name),
            [_slope_of(form, point, axis) for axis in range(len(defined))],
            defined,
        )
    ]


def _slope_of(potential: Expr, point: Configuration, axis: int) -> mpf:
    """Derivative of a potential of (r, θ) when w moves along ŵ, e or u, by mpmath.diff at w = r(ŵ
    + step).
    """
    with mp.workdps(DIGITS):
        r, theta = mpmath.mpmathify(point.r), mpmath.mpmathify(point.theta)

        def at(step: mpf) -> mpf:
            move = [step if k == axis else mpf(0) for k in range(3)]
            length = mpmath.sqrt(mpmath.fsum((x + y) ** 2 for x, y in zip((1, 0, 0), move, strict=True)))
            moved = replace(point, theta=angle_after(theta, move), r=r * length)
            with mp.workdps(max(mp.dps, DIGITS)):
                return evaluate(potential, moved) / r

        return mpmath.diff(at, 0)


def _mixed(claim: Claim, point: Configuration, proxy: Estimator) -> list[Comparison]:
    """∂G_ŵ/∂v_1 − ∂²f/∂v_1∂w_ŵ at the configuration against the stated one; not 0 at v = v* = (1, 0, …)."""
    label = label_of(point, "difference of the mixed derivatives", proxy)
    network = Network.at(point, proxy)
    entries = {ENTRY: network.v[0], STAR_ENTRY: network.v_star[0]}
    stated = part(claim, proxy.name, point, entries)
    unit = tuple(mpf(k == 0) for k in range(point.m))
    found = compare(label, [stated], [_curl(network)])
    return [*found, shown(f"{label}, v = v* = (1, 0, …)", _curl(replace(network, v_star=unit, v=unit)))]


def _curl(network: Network) -> Estimate:
    """By central differences, which are exact for a quadratic."""
    with mp.workdps(DIGITS):
        step, (first, *others) = mpf(1) / 8, network.v
        ahead, behind = (replace(network, v=(first + move, *others)).coarse_gradient()[0] for move in (step, -step))
        of_coarse = (ahead - behind).times(1 / (2 * step))
        ahead, behind = (replace(network, r=network.r * (1 + move)).gradient_v()[0] for move in (step, -step))
        return of_coarse - (ahead - behind).times(1 / (2 * step * network.r))


def check_sample_gradient(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """B3: ℓ is constant near a drawn (Z, w); ∂f/∂w along e is as stated, and zero exactly where v·v* is."""
    constant = true_that(f"{point.label}, sample loss", *_locally_constant(point))
    network = Network.at(point)
    defined = network.filter_gradient()
    along_e = defined[1]
    stated = [mpf(0), part(claim, "gradient along e", point), mpf(0)][: len(defined)]
    with mp.workdps(DIGITS):
        orthogonal = mpmath.fdot(network.v, network.v_star) == 0
    label = f"{point.label}, ∂f/∂w"
    return [
        constant,
        *compare(f"{label} as stated", stated, defined, ROUGH),
        *(vanishing(label, [along_e], ROUGH) if orthogonal else [shown(label, along_e)]),
    ]


def _locally_constant(point: Configuration) -> tuple[bool, str]:
    """Whether ℓ(w + h) = ℓ(w) for several ‖h‖ < min_i |Z_i·w|/‖Z_i‖, in numbers that are exact
    enough to tell.
    """
    rng = np.random.Generator(np.random.Philox(key=point.m + 1000 * point.n))
    with mp.workdps(2 * DIGITS):
        rows = [[mpf(float(x)) for x in row] for row in rng.standard_normal((point.m, point.n))]
        w, w_star = ([mpf(float(x)) for x in rng.standard_normal(point.n)] for _ in range(2))
        reach = min(abs(mpmath.fdot(row, w)) / mpmath.sqrt(mpmath.fdot(row, row)) for row in rows)

        def sample_loss(filter_: list[mpf]) -> mpf:
            model, teacher = (
                mpmath.fsum(mpf(weight) for weight, row in zip(weights, rows, strict=True) if mpmath.fdot(row, x) > 0)
                for weights, x in ((point.v, filter_), (point.v_star, w_star))
            )
            return (model - teacher) ** 2 / 2

        here = sample_loss(w)
        for part in ("1e-20", "0.3", "0.9", "0.999"):
            h = [mpf(float(x)) for x in rng.standard_normal(point.n)]
            length = mpmath.sqrt(mpmath.fdot(h, h))
            moved = [x + mpf(part) * reach * y / length for x, y in zip(w, h, strict=True)]
            if sample_loss(moved) != here:
                return (
                    False,
                    f"the loss changes within {part} of the distance to the nearest boundary",
                )
    return True, ""
