"""Whether the sample loss is constant in w around a point: exact equality, no chance involved.

Unit i of a sample switches where w crosses the hyperplane ``Z_i · w = 0``, at distance
``|Z_i w|/‖Z_i‖``. Up to the nearest of these distances the sample loss must not change by one bit;
just beyond it, straight across, it must.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.model import sample_loss
from numerics.sampling import SHARD
from verify.monte_carlo.sampled import Scene

__all__ = ["flatness"]

Array = NDArray[np.float64]

_CHUNK = 512


def flatness(scene: Scene) -> dict[str, int]:
    """Counts over one shard: perturbations inside the ball, changes there, changes just beyond."""
    counts = {"networks": 0, "perturbations": 0, "changed": 0, "changed_beyond": 0}
    generator = scene.draws("networks").generator(0)
    for _ in range(0, SHARD, _CHUNK):
        Z = generator.standard_normal((_CHUNK, scene.point.m, scene.point.n))
        for name, number in _perturb(scene, Z, generator).items():
            counts[name] += number
    return counts


def _perturb(scene: Scene, Z: Array, generator: np.random.Generator) -> dict[str, int]:
    def loss(w: Array) -> Array:
        return np.asarray(sample_loss(scene.point.v, w, scene.point.v_star, scene.w_star, Z))

    radius, across = _nearest_boundary(scene.w, Z)
    random = generator.standard_normal(across.shape)
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    here = loss(scene.w)
    steps = [t * d for d in (across, -across, random) for t in (1e-3, 0.5, 0.999)]
    inside = [loss(scene.w + radius * step) for step in steps]
    beyond = loss(scene.w + 1.001 * radius * across)
    return {
        "networks": len(Z),
        "perturbations": len(inside) * len(Z),
        "changed": sum(int(np.count_nonzero(other != here)) for other in inside),
        "changed_beyond": int(np.count_nonzero(beyond != here)),
    }


def _nearest_boundary(w: Array, Z: Array) -> tuple[Array, Array]:
    """Distance (B, 1) from w to each network's nearest hyperplane, the unit step to it (B, n)."""
    product, length = Z @ w, np.linalg.norm(Z, axis=-1)
    nearest = np.argmin(np.abs(product) / length, axis=1)
    picked = np.arange(len(Z))
    normal = Z[picked, nearest] / length[picked, nearest][:, None]
    side = np.sign(product[picked, nearest])[:, None]
    return np.abs(product[picked, nearest] / length[picked, nearest])[:, None], -side * normal
