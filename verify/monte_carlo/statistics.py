"""Testing a mean against a prediction: thresholds from a budget of chance, and power.

A scalar test compares ``z = (mean − predicted)/se``, se from the sample itself, with the two-sided
normal quantile of its share of the budget (Bonferroni: shares add up, whatever the dependence).

Is the normal law good enough that far out? For a studentized mean of N independent samples of
skewness γ, ``P(±z > t) = (1 − Φ(t)) · exp(∓γ t³/(3√N)) · (1 + o(1))`` for t = o(N^{1/6}): Cramér's
correction, in the form of Jing, Shao and Wang (2003) for studentized means, which needs third
moments only. A two-sided test is therefore off by the factor ``cosh(γ t³/(3√N))``. The Monte Carlo
route has t < 6.5 and N ≥ 2^20. Its network quantities have |γ| < 5, a factor below 1.1. The most
skewed of its single-row quantities is the wedge of θ = π − 0.05, entered with probability 0.8 %:
|γ| = 19 and N = 2^21 give 1.8; apart from this scene and the one at r = 10 (|γ| ≤ 10, a factor
below 1.2) no |γ| exceeds 4. A whole run keeps its budget to within a few per cent.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

__all__ = ["POWER", "detectable", "finite", "polarised", "scores", "threshold", "variance_along"]

Array = NDArray[np.float64]

POWER = 0.999
"""Probability with which an error of the size that `detectable` names is caught."""

_ROUNDING = 64 * float(np.finfo(float).eps)
"""Relative rounding of a mean and of a prediction; decides alone where the samples do not vary."""


def threshold(share: float) -> float:
    """|z| beyond which a scalar test fails, at false-alarm probability `share` (two-sided)."""
    if not 0 < share < 1:
        raise ValueError(f"share = {share!r} must be a probability strictly between 0 and 1")
    return float(-ndtri(share / 2))


def scores(predicted: ArrayLike, measured: ArrayLike, se: ArrayLike) -> Array:
    """``|measured − predicted| / se`` entrywise, rounding forgiven.

    Where se = 0 the samples do not vary: the score is 0 if both agree up to rounding, and infinite
    otherwise. NaN anywhere scores as infinite.
    """
    prediction, mean, error = (np.asarray(x, dtype=float) for x in (predicted, measured, se))
    slack = _ROUNDING * (np.abs(prediction) + np.abs(mean))
    gap = np.maximum(np.abs(mean - prediction) - slack, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(gap == 0, 0.0, gap / error)
    return np.asarray(np.where(np.isnan(score), np.inf, score))


def detectable(limit: float, se: float, size: float) -> float:
    """Smallest relative error of a `size` that a test at `limit` catches with probability `POWER`.

    Infinite if the quantity is zero, which has no relative error.
    """
    return (limit + float(ndtri(POWER))) * se / size if size > 0 else float("inf")


def polarised(basis: Array) -> Array:
    """Directions (n, k(k+1)/2) whose variances determine those along every vector of a span.

    The columns of `basis` (n, k), orthonormal, then ``(b_i + b_j)/√2`` for i < j, in order.
    """
    pairs = [(basis[:, i] + basis[:, j]) / np.sqrt(2) for i, j in combinations(range(basis.shape[1]), 2)]
    return np.column_stack([basis, *pairs])


def variance_along(coordinates: Array, variances: Array) -> float:
    """Variance of the projection on ``Σ c_i b_i``, from those along the columns of `polarised`."""
    k = len(coordinates)
    total = float(np.sum(coordinates**2 * variances[:k]))
    for (i, j), mixed in zip(combinations(range(k), 2), variances[k:], strict=True):
        covariance = mixed - (variances[i] + variances[j]) / 2
        total += 2 * float(coordinates[i] * coordinates[j] * covariance)
    return max(total, 0.0)


def finite(value: float) -> Any:
    """`value` as JSON can hold it: None in place of an infinity."""
    return float(value) if np.isfinite(value) else None
