"""Testing a mean against a prediction: thresholds from a budget of chance, and power; intervals for frequencies.

A scalar test compares ``z = (mean − predicted)/se``, se from the sample itself, with the two-sided
normal quantile of half its share of the budget (Bonferroni: shares add up, whatever the dependence).

Is the normal law good enough that far out? For a studentized mean of N independent samples of skewness γ,
``P(±z > t) = (1 − Φ(t)) · exp(∓γ t³/(3√N)) · (1 + o(1))`` for t = o(N^{1/6}): Cramér's correction, in the form of Jing,
Shao and Wang (2003), which needs third moments only. A two-sided test is off by the factor ``cosh(γ t³/(3√N))``. Brute
force has t < 6.8 and N ≥ 2^17. Network quantities have |γ| < 3 and, the loss of v* at θ = 0.05, |γ| < 5: a factor below
2.3, in the generic scene (N > 2·10^5) below 1.4. The most skewed of the single-row quantities is the wedge of
θ = π − 0.05, entered with probability 0.8 %: |γ| = 19 and N > 10^6 give a factor 4; at r = 10 |γ| ≤ 11, the same;
elsewhere |γ| < 3. Squares, which a few tests compare, have up to twice that skewness: a few tests in a hundred.

The reduced samplers' errors come from jumps, each met once a ring, at a random place p in a cell: the two points of the
cell lie on both sides of it or on one. The squared differences are small when the mean is far off, and the tail of the
studentized mean is too heavy by ``exp(0.35 t⁴/n)`` for n meetings (saddle point of the joint law, p uniform). With at
least 512 rings n, as measured by the scatter of variances, is above 600 in the generic scene, where the factor is
below 3.5, and above 1000 in most cases, where it is 1.9.

Over all tests of a run these factors average to less than 1.5. A test's `threshold` is therefore set at half its share:
the other half (`RESERVE`) is kept for what the normal law leaves out.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri

Array = NDArray[Any]

POWER = 0.999
"""Probability with which an error of the size that `detectable` names is caught."""

RESERVE = 2.0
"""By how much the normal law may understate the probability of a false alarm, on average over all tests."""

CONFIDENCE = 0.95
"""Of each exact interval by itself."""

_ROUNDING = 64 * float(np.finfo(float).eps)
"""Relative rounding of a mean and of a prediction; decides alone where the samples do not vary."""


def threshold(share: float) -> float:
    """|z| beyond which a scalar test fails: two-sided, so that half of its `share` of the budget is spent.

    Raises ValueError if share is no probability.
    """
    if not 0 < share < 1:
        raise ValueError(f"share = {share!r} must be a probability strictly between 0 and 1")
    return float(-ndtri(share / RESERVE / 2))


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


def exact_interval(successes: ArrayLike, trials: int) -> tuple[Array, Array]:
    """Clopper-Pearson intervals: lower and upper ends, (...) each, for counts of successes (...).

    They hold for every probability and number of trials. Raises ValueError unless 0 <= successes <= trials.
    """
    count, tail = np.asarray(successes, float), (1 - CONFIDENCE) / 2
    if not ((count >= 0) & (count <= trials)).all():
        raise ValueError(f"successes = {successes!r} is out of range; 0 to trials = {trials} is needed")
    low = np.where(count > 0, betaincinv(np.maximum(count, 1), trials - count + 1, tail), 0.0)
    high = np.where(count < trials, betaincinv(count + 1, np.maximum(trials - count, 1), 1 - tail), 1.0)
    return low, high


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
