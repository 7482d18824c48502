"""Where runs in double precision end: fixed points refined, slow runs brought to their end, saddles told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from verify.iteration.arithmetic import Iteration, Problem, unit
from verify.minimizer import Array, proximal, threshold
from verify.rows import Relation

_SETTLED: Final = 1e-13
"""A run whose last step is longer has not ended, and is not judged."""
_ROUNDING: Final = 1e-15
"""The last step of a run that rests."""
_LEAPS: Final = 24
"""As many new starts as a slow run gets."""
_LONGEST: Final = 0.2
_TINY: Final = 1e-6
"""The tangents of the angles of the longest leap and of a refinement."""
_FLAT: Final = 1e-9
"""Curvatures below this, over κ + β, may be 0."""


def ended(problem: Problem, starts: Array) -> tuple[Array, Array, int]:
    """Where runs from the starts end, which of them have ended, and how many of these leapt.

    Next to a limit that keeps small entries of w* alone N is close to β, and the rate βμ/N to 1: no run gets there step
    by step. A slow run is begun again further on, at last where Newton's method sends it, and has ended if it then
    stays, and not at a saddle: Newton's method finds those as well. Whatever did not rest to rounding is refined.
    """
    iteration = Iteration.of(problem)
    ends, last = iteration.run(starts)
    slow = np.flatnonzero(last > _ROUNDING)
    going = leapt = slow[last[slow] > _SETTLED]
    for _ in range(_LEAPS):
        if not going.size:
            break
        begun = np.array([_further(problem, w) for w in ends[going]])
        ends[going], last[going] = iteration.run(begun, steps=64)
        going = going[last[going] > _SETTLED]
    for k in slow:
        ends[k] = refined(problem, ends[k])
        last[k] = last[k] if _curvatures(problem, ends[k]).min() > -_FLAT else np.inf
    settled = last <= _SETTLED
    return ends, settled, int(settled[leapt].sum())


def _newton(problem: Problem, w: Array) -> tuple[Array, Array]:
    """The direction of the iteration's step at w, and Newton's step to a fixed point; infinite where none attracts."""
    curvatures, basis = np.linalg.eigh(_bend(problem, w))
    axes = tangent(w) @ basis
    slope = axes.T @ (problem.kappa * problem.unit + problem.beta * Iteration.of(problem).split(w))
    step = axes @ (slope / curvatures) if curvatures.min() > 0 else np.full(problem.n, np.inf)
    return axes @ slope, step


def _further(problem: Problem, w: Array) -> Array:
    """By Newton's step where that is short, else by a leap in the direction of the iteration's."""
    direction, step = _newton(problem, w)
    if not np.linalg.norm(step) < _LONGEST:
        step = direction * (_LONGEST / max(float(np.linalg.norm(direction)), np.finfo(float).tiny))
    return unit(w + step)


def refined(problem: Problem, w: Array) -> Array:
    """By Newton's step if that is tiny: a run at the rate 1 − ε rests at a distance of its last step over ε."""
    step = _newton(problem, w)[1]
    return unit(w + step) if np.linalg.norm(step) < _TINY else w


def neutral(problem: Problem, w: Array) -> bool:
    """Whether the second derivative of H on the sphere vanishes in some direction: then w need not attract anything."""
    return bool(np.abs(_curvatures(problem, w)).min() < _FLAT)


def uncertainty(problem: Problem, w: Array) -> float:
    """How far from its fixed point a run that ended at w may be: a step of rounding over how far the rate is from 1."""
    return float(_ROUNDING / max(np.abs(_curvatures(problem, w)).min(), _FLAT))


def _bend(problem: Problem, w: Array) -> Array:
    """The second derivative of H on the sphere: (n − 1, n − 1)."""
    iteration, basis = Iteration.of(problem), tangent(w)
    bent = problem.beta * iteration.slopes(iteration.split(w))
    return np.asarray(basis.T @ ((iteration.multiplier(w) - bent)[:, None] * basis))


def _curvatures(problem: Problem, w: Array) -> Array:
    """Its eigenvalues, over κ + β."""
    return np.asarray(np.linalg.eigvalsh(_bend(problem, w)) / (problem.kappa + problem.beta))


def next_to_threshold(problem: Problem) -> Iterator[tuple[float, Relation]]:
    """Sizes of entries on both sides of where, by a search, S begins to keep them, each with its relation to that."""
    edge = threshold(problem.rho, problem.parts)
    for size in (edge * (1 - 1e-4), edge * (1 + 1e-4)):
        yield size, ">=" if proximal(np.array([size]), problem.rho, problem.parts)[0] else "<="


def different(points: Iterable[Array], apart: float) -> list[Array]:
    """One of each group of points that are within `apart` of each other."""
    groups: list[Array] = []
    for point in points:
        if not groups or np.linalg.norm(np.array(groups) - point, axis=-1).min() > apart:
            groups.append(point)
    return groups


def tangent(w: Array) -> Array:
    """An orthonormal basis (n, n − 1) of what is orthogonal to w."""
    return np.asarray(np.linalg.svd(w[None, :])[2][1:].T)
