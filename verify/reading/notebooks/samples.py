"""What the cells of several notebooks draw and run: random teachers, many runs at once, and exact intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta as beta_law

from numerics import coarse_gradient, proximal_map

__all__ = ["exact_interval", "run_all", "sparse_teacher"]

Array = npt.NDArray[np.float64]

_MOST_STEPS = 20_000
_AT_REST = 1e-9


def sparse_teacher(n: int, nonzeros: int, seed: int | Sequence[int]) -> Array:
    """A true filter (n,) of unit norm with 1 <= `nonzeros` <= n Gaussian entries at random places.

    The entries do not depend on n for a whole number as the seed; give (n, number) where filters of several lengths
    shall be independent. Raises ValueError if `nonzeros` is out of range.
    """
    if not 1 <= nonzeros <= n:
        raise ValueError(f"nonzeros = {nonzeros} is out of range; 1 to n = {n} is needed")
    rng = np.random.default_rng(seed)
    w = np.zeros(n)
    w[rng.choice(n, nonzeros, replace=False)] = rng.standard_normal(nonzeros)
    return np.asarray(w / np.linalg.norm(w))


def exact_interval(successes: npt.ArrayLike, trials: int) -> tuple[Array, Array]:
    """Clopper-Pearson intervals of 95 %: lower and upper ends, (...) each, for counts of successes (...).

    They hold for every probability and number of trials. Raises ValueError unless 0 <= successes <= trials.
    """
    count = np.asarray(successes, float)
    if not ((count >= 0) & (count <= trials)).all():
        raise ValueError(f"successes = {successes!r} is out of range; 0 to trials = {trials} is needed")
    low = np.where(count > 0, beta_law.ppf(0.025, np.maximum(count, 1), trials - count + 1), 0.0)
    high = np.where(count < trials, beta_law.ppf(0.975, count + 1, np.maximum(trials - count, 1)), 1.0)
    return low, high


def run_all(
    starts: npt.ArrayLike,
    v_star: npt.ArrayLike,
    w_star: npt.ArrayLike,
    beta: float,
    lam: float,
    eta: float,
    penalty: str = "l1",
    **shape: Any,
) -> Array:
    """Where RVSCGD with v = v* ends from each start, all made at once by the three lines of the method.

    starts (runs, n), nonzero, are normalized; v_star (m,); w_star (n,) of unit norm; beta > 0; eta below the largest
    step. Returns (runs, n). Raises RuntimeError where runs still move after 20000 steps.
    """
    w = np.asarray(starts, float)
    w, move = w / np.linalg.norm(w, axis=1, keepdims=True), np.inf
    for _ in range(_MOST_STEPS):
        u = proximal_map(w, lam / beta, penalty, **shape)
        new = w - eta * coarse_gradient(v_star, w, v_star, w_star) - eta * beta * (w - u)
        new /= np.linalg.norm(new, axis=1, keepdims=True)
        w, move = new, float(np.abs(new - w).max())
        if move < _AT_REST:
            return w
    raise RuntimeError(f"after {_MOST_STEPS} steps the runs still move by {move:.1e} a step")
