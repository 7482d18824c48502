"""Whether the sample loss is constant in w around a point: exact equality, no chance involved.

Unit i of a sample switches where w crosses the hyperplane ``Z_i · w = 0``, at distance
``|Z_i w|/‖Z_i‖``. Up to the nearest of these distances the sample loss must not change by one bit;
just beyond it, straight across, it must.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from numerics.model import sample_loss
from numerics.sampling import SHARD
from verify.evidence import Evidence, Figures, Grade, Verdict
from verify.monte_carlo.sampled import Scene
from verify.monte_carlo.statistics import Array

_CHUNK = 512


def flatness(scene: Scene) -> Figures:
    """Counts over one shard: perturbations inside the ball, changes there, changes just beyond."""
    counts: Counter[str] = Counter()
    generator, point = scene.draws("networks").generator(0), scene.point
    for _ in range(0, SHARD, _CHUNK):
        Z = generator.standard_normal((_CHUNK, point.m, point.n))
        radius, across = _nearest_boundary(scene.w, Z)
        random = generator.standard_normal(across.shape)
        random /= np.linalg.norm(random, axis=1, keepdims=True)
        steps = [t * d for d in (across, -across, random) for t in (1e-3, 0.5, 0.999)]
        here, *inside, beyond = (
            sample_loss(point.v, scene.w + radius * step, point.v_star, scene.w_star, Z)
            for step in (0 * across, *steps, 1.001 * across)
        )
        counts["networks"] += _CHUNK
        counts["perturbations"] += len(inside) * _CHUNK
        counts["changed"] += sum(int(np.count_nonzero(other != here)) for other in inside)
        counts["changed_beyond"] += int(np.count_nonzero(beyond != here))
    return dict(counts)


def _nearest_boundary(w: Array, Z: Array) -> tuple[Array, Array]:
    """Distance (B, 1) from w to each network's nearest hyperplane, the unit step to it (B, n)."""
    product, length = Z @ w, np.linalg.norm(Z, axis=-1)
    nearest = np.argmin(np.abs(product) / length, axis=1)
    picked = np.arange(len(Z)), nearest
    signed = (product[picked] / length[picked])[:, None]
    return np.abs(signed), -np.sign(signed) * Z[picked] / length[picked][:, None]


def judged(figures: Figures) -> Evidence:
    """Exact equality spends no chance. It is blind unless the boundary is where it looked."""
    if figures["changed"]:
        verdict, detail = Verdict.REFUTED, f"ℓ changed in {figures['changed']} perturbations"
    elif figures["changed_beyond"] < figures["networks"]:
        verdict, detail = Verdict.UNDECIDED, "some steps across the nearest boundary left ℓ as it was"
    else:
        verdict = Verdict.VERIFIED
        detail = "ℓ is constant around w up to the nearest boundary, and changes just beyond it"
    return Evidence("monte_carlo", verdict, Grade.TESTED, figures, 0.0, detail)
