"""What the cells of several notebooks draw and run: teachers, the landscape, many runs at once, exact intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from numerics import best_output_weights, coarse_gradient, population_loss, proximal_map, saddle_angle
from verify.monte_carlo.statistics import exact_interval
from verify.reading.figure import Array, dots, in_radians, means, turned

__all__ = ["dots_of_counts", "exact_interval", "landscape", "means", "network", "run_all", "sparse_teacher", "step"]
__all__ += ["teacher", "turned", "unit"]

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


def unit(rows: npt.ArrayLike) -> Array:
    """Filters (..., n), not zero, divided by their norms."""
    return np.asarray(rows, float) / np.linalg.norm(rows, axis=-1, keepdims=True)


def network(m: int, n: int) -> tuple[np.random.Generator, Array, Array, Array, Array]:
    """The network that several notebooks draw: the generator, for more; two filters (n,) of length one at a right angle
    to each other; the teacher's output weights, and others near them: (m,) each. n >= 2.
    """
    rng = np.random.default_rng(1)
    along, across = np.linalg.qr(rng.standard_normal((n, 2)))[0].T
    v_star = rng.standard_normal(m)
    return rng, along, across, v_star, v_star + 0.3 * rng.standard_normal(m)


def teacher(ratio: float, m: int) -> Array:
    """Output weights (m,) of length one whose squared sum is `ratio` times m + 1."""
    shape = np.random.default_rng(3).standard_normal(m)
    shape -= shape.mean()
    level = math.sqrt(ratio * (m + 1)) / m
    return level + unit(shape) * math.sqrt(1 - m * level**2)


Point = tuple[str, float, Array, float]


def landscape(
    axes: Any, v_star: Array, ends: tuple[float, float], colours: tuple[str, str, str], **shading: Any
) -> tuple[Any, list[Point]]:
    """A map of the loss over the angle and v·v*, whose `ends` are given: of all v with that product, the least loss.

    v_star (m,) of length one; colours of the shading, the lines and the points. Returns the shading, and of each
    critical point its name, angle, v and v·v*.
    """
    theta, inner = np.linspace(0, math.pi, 49), np.linspace(*ends, round(20 * (ends[1] - ends[0])) + 1)
    end = best_output_weights(math.pi, v_star)
    line = v_star + np.multiply.outer((inner - 1) / ((end - v_star) @ v_star), end - v_star)  # the same at every angle
    loss = population_loss(line[:, None], turned(theta, *np.eye(2)), v_star, np.eye(2)[0])
    shaded = axes.contourf(theta, inner, np.minimum(loss, 1), np.linspace(0, 1, 26) ** 2, cmap=colours[0], **shading)
    axes.contour(theta, inner, loss, np.linspace(0.02, 0.3, 15), colors=colours[1], linewidths=0.5)
    places = [("teacher", 0.0, "*", 16)]
    if v_star.sum() ** 2 < (len(v_star) + 1) / 2:
        places += [("saddle", float(saddle_angle(v_star)), "X", 10), ("spurious minimum", math.pi, "o", 9)]
    points = []
    for name, at, marker, size in places:
        best = best_output_weights(at, v_star)
        product = round(float(best @ v_star), 12) + 0.0  # not −0
        style = {"ms": size, "color": colours[2], "mec": "#f0f0f0", "clip_on": False, "zorder": 9, "ls": "none"}
        axes.plot(at, product, marker, label=name, **style)
        points.append((name, at, best, product))
    in_radians(axes)
    axes.grid(visible=False)
    return shaded, points


def dots_of_counts(axes: Any, x: Any, successes: Any, trials: int, number: int, **look: Any) -> None:
    """Draw frequencies as `dots`, with exact intervals as bars."""
    (low, high), rate = exact_interval(successes, trials), np.asarray(successes) / trials
    dots(axes, x, rate, number, np.abs([rate - low, high - rate]), **{"ms": 5} | look)


def step(w: Array, pull: Array, beta: float, lam: float, eta: float, penalty: str = "l1", **shape: Any) -> Array:
    """Thresholding and descent of RVSCGD, without normalization: w, and its coarse gradient `pull`, (..., n)."""
    return np.asarray(w - eta * pull - eta * beta * (w - proximal_map(w, lam / beta, penalty, **shape)))


def run_all(
    starts: Any, v_star: Any, w_star: Any, beta: float, lam: float, eta: float, penalty: str = "l1", **shape: Any
) -> Array:
    """Where RVSCGD with v = v* ends from each start, all made at once by the three lines of the method.

    starts (runs, n), nonzero, are normalized; v_star (m,); w_star (n,) of unit norm; beta > 0; eta below the largest
    step. Returns (runs, n). Raises RuntimeError where runs still move after 20000 steps.
    """
    w, move = unit(starts), np.inf
    for _ in range(_MOST_STEPS):
        new = unit(step(w, coarse_gradient(v_star, w, v_star, w_star), beta, lam, eta, penalty, **shape))
        w, move = new, float(np.abs(new - w).max())
        if move < _AT_REST:
            return w
    raise RuntimeError(f"after {_MOST_STEPS} steps the runs still move by {move:.1e} a step")
