"""Checks of derivatives beyond those that a network has: mixed ones (C9.joint), and of a sample (B3)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import mpmath
import numpy as np
from mpmath import mpf

from numerics.model import sample_loss
from proofs.engine.definitions import Potential, SampleGradient
from proofs.proxies import estimator
from proofs.rules.gradients import ENTRY, STAR_ENTRY
from verify.configurations import Configuration
from verify.contexts.digits.network import Network, UndefinedError
from verify.contexts.digits.quadrature import Estimate
from verify.evidence import Level
from verify.precision.comparison import ROUGH, Held, holding
from verify.roads import checks


@checks(Potential, points=lambda of, points: [one for one in points if not of.jointly or 1e-6 < one.r < 1e6])
@holding
def check_joint_potential(held: Held, level: Level) -> None:
    """C9.joint: ∂G_ŵ/∂v_1 − ∂²f/∂v_1∂w_ŵ at the configuration against the stated one; not 0 at v = v* = (1, 0, …).

    Those along ŵ are differences over r: at r = 1e-150 rounding hides the rest.
    """
    if not held.point.r:
        raise UndefinedError("‖w‖ has no gradient at w = 0")
    unit = tuple(mpf(k == 0) for k in range(held.point.m))
    for name in ("relu", "identity"):
        label, network = f"difference of the mixed derivatives, {name}", Network.at(held.point, estimator(name))
        held.equal(label, held.part(name, {ENTRY: network.v[0], STAR_ENTRY: network.v_star[0]}), _curl(network))
        held.shown(f"{label}, v = v* = (1, 0, …)", _curl(replace(network, v_star=unit, v=unit)))


def _curl(network: Network) -> Estimate:
    """By central differences, which are exact for a quadratic."""
    step, (first, *others) = mpf(1) / 8, network.v
    ahead, behind = (replace(network, v=(first + move, *others)).coarse_gradient()[0] for move in (step, -step))
    of_coarse = (ahead - behind).times(1 / (2 * step))
    ahead, behind = (replace(network, r=network.r * (1 + move)).gradient_v()[0] for move in (step, -step))
    return of_coarse - (ahead - behind).times(1 / (2 * step * network.r))


_ORTHOGONAL = partial(replace, label="v·v* = 0", v=(1.0, 2.0), v_star=(2.0, -1.0))


@checks(SampleGradient, points=lambda definition, points: [*points, _ORTHOGONAL(points[0])])
@holding
def check_sample_gradient(held: Held, level: Level) -> None:
    """B3: ℓ is constant near a drawn (Z, w); ∂f/∂w along e is as stated, and zero exactly where v·v* is."""
    held.true("sample loss", *_locally_constant(held.point))
    network = Network.at(held.point)
    defined = network.filter_gradient()
    stated = [mpf(0), held.part("gradient along e"), mpf(0)][: len(defined)]
    held.equal("∂f/∂w as stated", stated, defined, ROUGH)
    if mpmath.fdot(network.v, network.v_star) == 0:
        held.vanish("∂f/∂w", [defined[1]], ROUGH)
    else:
        held.shown("∂f/∂w", defined[1])


def _locally_constant(point: Configuration) -> tuple[bool, str]:
    """Whether ℓ(w + h) = ℓ(w) to the last bit for several ‖h‖ < min_i |Z_i·w|/‖Z_i‖."""
    rng = np.random.Generator(np.random.Philox(key=point.m + 1000 * point.n))
    Z, (w, w_star) = rng.standard_normal((point.m, point.n)), rng.standard_normal((2, point.n))
    reach = np.min(np.abs(Z @ w) / np.linalg.norm(Z, axis=-1))
    here = sample_loss(point.v, w, point.v_star, w_star, Z)
    for part in (1e-12, 0.3, 0.9, 0.999):
        h = rng.standard_normal(point.n)
        if sample_loss(point.v, w + part * reach * h / np.linalg.norm(h), point.v_star, w_star, Z) != here:
            return False, f"the loss changes within {part} of the distance to the nearest boundary"
    return True, "does not hold"
