"""How far the limit of a run is: a bound, from where it stands.

On the unit sphere the steps ascend H of R1, whose slope at w is the part of F = κw* + βS(w) across w, whatever the step
size. Let H bend down, on all points within R of w, by c > 0 at least: Σ D_i t_i² >= c for unit t across w, with
D_i = N − βS'(w_i) (R7.stability). Then a slope of at most cR has one fixed point within R of w, at most slope/c away.
By R8 a step is a contraction there with the factor 1 − τc/(1 + τN) or a smaller one, so it leads to that point.

S' is bounded by its secants on both sides, which a jump makes steep: what is near one, or near a saddle (c <= 0), gets
no bound; nor does a saddle that a run cannot leave for want of a nonzero entry in w and w*.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from numerics.arguments import Array
from numerics.generated.network import best_output_weights
from numerics.learning.problem import Problem
from numerics.learning.steps import BLOCK, EPS

_RESOLUTIONS = 1e-5, 1e-8
"""Of the secants, as a part of where they are taken: the second for entries next to a kink or a jump."""

_FAR = 0.1
"""No bound is looked for beyond this distance, on the unit sphere."""

_NOISE = 8 * EPS
"""Relative errors of what is summed or subtracted here."""


class Bound(NamedTuple):
    """The fixed point is at most `distance` away (inf: not known), where H bends by `curvature` (<= 0: not known).

    `resolved`: what is left of the slope, and of v's way to its best, is no more than rounding.
    """

    distance: float
    curvature: float
    resolved: bool = False


class Slope(NamedTuple):
    """At w: its angle with w*, N = ⟨w, F⟩/‖w‖², the size of the slope and how much of that may be rounding.

    Without normalization the slope is all of κw* − αŵ − β(w − u), not its part across w alone.
    """

    angle: float
    multiplier: float
    size: float
    floor: float


_NONE = Bound(math.inf, 0.0)


def distance_bound(problem: Problem, w: Array, v: Array, slope: Slope) -> Bound:
    """Bound how far the limit of a population run at (v, w), w (n,), is; where v is learned, in (v, w) together."""
    if problem.sampling is not None or not math.isfinite(slope.size):
        return _NONE
    if problem.sphere:
        found, apart = _on_sphere(problem, w, v, slope)
    elif problem.learn_v or not problem.pull.constant:
        return _NONE  # α‖w‖ − κ⟨w*, w⟩ is not what descends
    else:
        found, apart = _free(problem, w, v, slope), 0.0
    rests = apart <= _NOISE * float(np.linalg.norm(problem.v_star)) * (2 + 4 / problem.eta_v)
    return found._replace(resolved=slope.size <= slope.floor and rests)


def _on_sphere(problem: Problem, w: Array, v: Array, slope: Slope) -> tuple[Bound, float]:
    """The bound, and how far v is from the best one at the angle, where it is learned."""
    size, multiplier, apart, turning = slope.size + slope.floor, slope.multiplier, 0.0, 0.0
    if problem.learn_v:  # the limit has the best v at its angle (R11); v is `apart` from the best at this one
        best = np.asarray(best_output_weights(min(slope.angle, math.pi), problem.v_star))
        gap = problem.pull.at(best, slope.angle, 1.0)[1] - problem.pull.at(v, slope.angle, 1.0)[1]
        size += abs(gap) * math.sin(slope.angle)
        multiplier += gap * math.cos(slope.angle)
        apart = float(np.linalg.norm(v - best)) + _NOISE * float(np.linalg.norm(problem.v_star))
        turning = float(np.linalg.norm(problem.v_star - problem.v_star.sum() / (v.size + 1))) * 2 / math.pi
    if w.size == 1:  # there is nowhere to go, unless a step turns w round
        found = Bound(0.0, multiplier) if multiplier > 0 else _NONE
    else:
        wider = 2.0 if problem.learn_v else 1.0  # v's way to its best moves w to and fro
        found = _enclosed(lambda r: _bend(problem, w, v, slope, multiplier, wider * r), size, multiplier)
    away = found.distance + 4 * EPS
    return found._replace(distance=math.hypot(away, apart + turning * away) if problem.learn_v else away), apart


def _enclosed(bend: Callable[[float], float], size: float, largest: float, room: float = _FAR) -> Bound:
    """The bound size/c, c = bend(R) <= `largest` for an R < `room` that is not smaller."""
    if not largest > 0:
        return _NONE
    radius, curvature = 1.02 * size / largest, largest
    for _ in range(4):
        if not radius < room:
            return Bound(math.inf, curvature)
        curvature = bend(radius)
        if not curvature > 0:
            return _NONE
        if size <= curvature * radius:
            return Bound(size / curvature, curvature)
        radius = 1.25 * size / curvature
    return Bound(math.inf, curvature)


def _bend(problem: Problem, w: Array, v: Array, slope: Slope, multiplier: float, radius: float) -> float:
    """The least curvature of −H on the sphere within `radius` of w."""
    falls, rises = _strength_slopes(problem, v, slope.angle, radius)
    sine = min(1.0, math.sin(slope.angle) + radius)
    keep = 1 - problem.eta * (problem.pull.at(v, slope.angle, 1.0)[0] + problem.beta)
    if keep < problem.eta * rises * sine:  # a step might jump over the limit
        return -math.inf
    steepest, least = _steepness(problem, w, radius, multiplier - falls * sine)
    top, low = problem.beta * float(steepest.max()), problem.beta * least
    stiffness = multiplier - falls * sine - problem.beta * steepest
    # N at x: F − sx, s = (top + low)/2, changes by (top − low)/2 times the way, and ⟨x − w, w⟩ is −radius²/2 at most.
    drop = radius * (slope.size + abs(multiplier - (top + low) / 2) * radius / 2 + max(falls, rises))
    drop += 1.5 * radius * (top - low)  # that of N, and turning w to x
    drop += _NOISE * (abs(multiplier) + top)
    return _least(stiffness, w**2, None) - drop


def _strength_slopes(problem: Problem, v: Array, angle: float, radius: float) -> tuple[float, float]:
    """Bounds of −κ' and of κ' within `radius` of an angle, κ being that of the best v where v is learned."""
    pull, star = problem.pull, problem.v_star
    if pull.constant and not problem.learn_v:
        return 0.0, 0.0
    size, total, m = float(star @ star), float(star.sum()), star.size
    reach = max(radius, _RESOLUTIONS[0] * min(angle, math.pi - angle))
    places = np.abs(angle + reach * np.arange(-2.0, 3.0))
    places = np.where(places > math.pi, 2 * math.pi - places, places)
    overlap, excess = np.full(5, float(v @ star)), 0.0
    if problem.learn_v:
        overlap = size - 2 * places / math.pi * (size - total**2 / (m + 1))
        # Beyond 4/(m+1) v overshoots along 1, and answers the angle more strongly for a while than in the end.
        h = problem.eta_v * (m + 1) / 4
        excess = 2 / math.pi * total**2 / m * (problem.eta_v / 4 / (2 - h) - 1 / (m + 1)) if h > 1 else 0.0
    unit_strength = pull(star, places, np.ones(5))[1] / size
    kappa = unit_strength * overlap
    slopes = np.diff(kappa) / reach
    noise = _NOISE * float(np.abs(kappa).max()) / reach
    falls = float(-slopes.min()) + noise + excess * float(np.abs(unit_strength).max())
    return max(falls, 0.0), max(float(slopes.max()) + noise, 0.0)


def _steepness(problem: Problem, w: Array, radius: float, enough: float) -> tuple[Array, float]:
    """Bounds of S' from above within `radius` of each entry, and one from below for all.

    Secants on either side of |x − w_i| <= radius bound S' wherever it is monotone but for one kink. Those that leave
    no more than β S' < `enough` are not looked at any closer.
    """
    threshold = problem.threshold
    if threshold.rho == 0 or math.isinf(threshold.rho) or problem.beta == 0:
        value = float(threshold.rho == 0)
        return np.full(w.size, value), value
    most, least = np.empty_like(w), math.inf
    for start in range(0, w.size, BLOCK):
        x = w[start : start + BLOCK]
        bounds, lowest = _secants(problem, x, radius, _RESOLUTIONS[0])
        close = np.flatnonzero(problem.beta * bounds >= enough)
        if close.size:
            bounds[close] = np.minimum(bounds[close], _secants(problem, x[close], radius, _RESOLUTIONS[1])[0])
        most[start : start + BLOCK], least = bounds, min(least, lowest)
    return most, max(least, 0.0)


def _secants(problem: Problem, x: Array, radius: float, resolution: float) -> tuple[Array, float]:
    reach = np.maximum(radius, resolution * np.abs(x))
    values = problem.threshold(x + reach * np.arange(-2.0, 3.0)[:, None])
    secants = np.diff(values, axis=0) / reach
    noise = _NOISE * (np.abs(x) / reach + 2)
    return secants.max(axis=0) + noise, float(np.min(secants - noise, initial=math.inf))


def _least(stiffness: Array, squares: Array, outward: float | None) -> float:
    """A lower bound of Σ D_i t_i² over the unit vectors t, D_i = `stiffness`, squares = ŵ_i².

    None: over those across ŵ. Else less outward·⟨ŵ, t⟩², outward >= 0. Source: R7.stability's secular sum.
    """
    first, second = (float(value) for value in np.partition(stiffness, 1)[:2])
    low, high, level = (first, second, 0.0) if outward is None else (first - outward, first, 1.0)
    weights = squares if outward is None else outward * squares
    for _ in range(60):
        middle = (low + high) / 2
        if high <= 0 or high - low <= 1e-3 * low or not low < middle < high:
            break
        with np.errstate(divide="ignore", over="ignore"):
            inside = float(np.sum(weights / (stiffness - middle))) <= level
        low, high = (middle, high) if inside else (low, middle)
    return low


def _free(problem: Problem, w: Array, v: Array, slope: Slope) -> Bound:
    """Without normalization: a ray of fixed points c·w* if α = κ (R10), or a single one."""
    alpha, kappa = problem.pull.at(v, slope.angle, 1.0)
    norm, beta, eta = float(np.linalg.norm(w)), problem.beta, problem.eta
    across = norm * math.sin(slope.angle) + _NOISE * norm
    on = problem.w_star != 0
    far = w[on] - np.sign(w[on]) * 2 * across
    kept = beta == 0 or bool(np.all((problem.threshold(far) == far) & (problem.threshold(w[on]) == w[on])))
    aligned = alpha == kappa > 0 and slope.angle < 1
    if aligned and kept and 4 * across < norm:
        # What is across w* shrinks, by ηα/‖w‖ of it or more, and lengthens w by ηκ(1 − cos θ) at each step.
        shrinks = min(eta * alpha / (norm + across), 2 - eta * (alpha / (norm - 2 * across) + beta))
        if shrinks * norm**2 > eta * kappa * across:
            return Bound(across + eta * kappa * (across / norm) ** 2 / shrinks, alpha / norm)
    if np.count_nonzero((w != 0) | on) < 2:  # nothing turns w: it shrinks, to a fixed point between it and 0
        return Bound(norm, beta) if aligned else _NONE
    largest = abs(alpha) / norm + beta
    size = slope.size + slope.floor
    return _enclosed(lambda radius: _bend_free(problem, w, alpha, norm, radius), size, largest, norm / 2)


def _bend_free(problem: Problem, w: Array, alpha: float, norm: float, radius: float) -> float:
    """The least curvature of α‖x‖ − κ⟨w*, x⟩ + (β/2)‖x‖² less the integral of βS, within `radius` of w."""
    steepest, _ = _steepness(problem, w, radius, problem.beta)
    outward = alpha / (norm + radius if alpha > 0 else norm - radius)
    stiffness = outward + problem.beta * (1 - steepest)
    overshot = 2 / problem.eta - abs(alpha) / (norm - radius) - problem.beta  # what a step leaves on the other side
    if outward <= 0:
        return min(float(stiffness.min()), overshot)
    return min(_least(stiffness, (w / norm) ** 2, outward) - 2 * outward * radius / norm, overshot)
