"""One-dimensional quadrature for the kernels that have no closed form.

The integrands are smooth inside (low, high), decay like a Gaussian or stop at a kink, and may live on any scale
between 1e-150 and 10: an estimator sees x = r·s. The rule is the trapezoid in u after

    s = low + (high − low) · (1 − exp(−exp(u))),

which spaces nodes evenly in log s at the left end, so that every scale is resolved alike, and doubly exponentially at
the right end, where a kink or a cut-off Gaussian may stand.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from numerics.geometry import Array

GAUSSIAN_REACH = 13.0
"""φ(13)/φ(0) < 3e-37: beyond it nothing is added in float64."""

_NODES = 1 << 15
"""Nodes of all rows together that are worked on at a time: 256 KiB an array, however many rows there are."""

STEP = 0.125
LEFT, RIGHT = -38.0, 3.75


def decay_length(rate: Array) -> Array:
    """Where erfc(rate·s) has fallen below 1e-19, for rate > 0; infinite where rate <= 0. Shape of `rate`."""
    return np.where(rate > 0, 6.5 / rate, np.inf)


def half_line(integrand: Callable[[Array], Array], low: Array | float, high: Array, finest: Array) -> Array:
    """Integral of `integrand` over (low, high), row by row: low, high, finest (b,) -> (b,).

    `integrand` maps nodes of shape (k, b) to values of that shape. `finest` is the smallest length on which the
    integrand varies; the nodes reach e^-38 of it. Relative error ~1e-15 for integrands of one sign.
    """
    high = np.minimum(high, GAUSSIAN_REACH)
    length = np.maximum(high - low, 0.0)
    ratio = np.min(np.where(length > 0, finest / np.where(length > 0, length, 1.0), 1.0), initial=1.0)
    left = LEFT + min(0.0, float(np.log(max(ratio, 1e-300))))
    u = np.arange(left, RIGHT, STEP)[:, None]
    total, few = np.zeros(length.shape), max(1, _NODES // max(1, len(length)))
    for start in range(0, len(u), few):
        growth = np.exp(u[start : start + few])
        nodes = low - length * np.expm1(-growth)
        weights = growth * np.exp(-growth)
        total += _summed(integrand(nodes) * weights)
    return np.where(length > 0, STEP * length * total, 0.0)  # an empty range may stand where the integrand has 0·∞


def _summed(rows: Array) -> Array:
    """Sums of the columns of (k, b), of 32 rows at a time first: one after the other, thousands leave more rounding."""
    whole = len(rows) - len(rows) % 32
    parts = rows[:whole].reshape(whole // 32, 32, rows.shape[1]).sum(axis=1)
    return np.asarray(parts.sum(axis=0) + rows[whole:].sum(axis=0))
