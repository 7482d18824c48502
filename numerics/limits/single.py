"""R7 for TL1: limits with a single entry above the threshold, of either sign and on any branch.

u = |S(w_j)| is the unknown: N = (s y_j + βu)/X(u), and ‖w̄‖² = X(u)² (1 + A²/(s y_j + βu)²), A the norm of the other
entries of w*. It is a stable limit where this rises through 1, whichever branch that is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numerics.arguments import Array
from numerics.limits.problem import Problem
from numerics.limits.shape import Shape, bisect
from numerics.limits.solve import Root
from numerics.limits.spikes import largest_other, norm_of_others

__all__ = ["Choice", "rises", "single_entries"]


_DEPTH = 14
"""Halvings of the range of u down to which roots are told apart."""


class Choice(NamedTuple):
    """A limit: its root, squared norm of the entries on the lower branch, indices on the upper one, (index, w, u) of
    the entry on another branch, whether it is a spike.
    """

    root: Root
    lower: float
    upper: tuple[npt.NDArray[np.intp], ...] = ()
    placed: tuple[tuple[int, float, float], ...] = ()
    spike: bool = False


def rises(
    f: Callable[[float], float],
    bounds: Callable[[float, float], tuple[float, float]],
    low: float,
    high: float,
    eps: float,
) -> Iterator[float]:
    """Where f rises through 0 in [low, high]; bounds(a, b) enclose f on [a, b]."""
    stack = [(low, high, 0)]
    while stack:
        left, right, depth = stack.pop()
        least, most = bounds(left, right)
        if least > 0 or most < 0:
            continue
        if depth == _DEPTH:
            if f(left) < 0 <= f(right):
                yield bisect(f, left, right, eps)
            continue
        middle = (left + right) / 2
        stack += [(middle, right, depth + 1), (left, middle, depth + 1)]


def single_entries(problem: Problem) -> Iterator[Choice]:
    """All limits with one entry above the threshold, of either sign and on any branch."""
    p, shape, t = problem, Shape.of(problem), problem.threshold
    size = np.abs(p.w_star)
    others, across = largest_other(size), norm_of_others(p, size)
    rows = np.flatnonzero(others <= (p.norm + p.pull) * t) if t < 1 else np.zeros(0, np.intp)
    index, sign = np.repeat(rows, 2), np.tile([1, -1], len(rows))
    push = sign * size[index]
    which, u = _roots(shape, push, across[index])
    multiplier = shape.multiplier(push[which], u)
    for row, at, n in zip(which, u, multiplier, strict=True):
        j = int(index[row])
        if n > 0 and at > shape.u_t and others[j] <= n * t:
            yield _alone(p, shape, j, int(sign[row]), (float(at), float(n)), float(across[j]) ** 2)


def _alone(problem: Problem, shape: Shape, j: int, sign: int, root: tuple[float, float], lower: float) -> Choice:
    """The limit whose only entry above the threshold is j; on the upper branch it is a sparse one."""
    y, (u, multiplier) = float(problem.w_star[j]), root
    direction = sign * (1 if y >= 0 else -1)
    gap = shape.gap(abs(y) * sign, u)
    curvature = multiplier - shape.pull / shape.dx(u)
    placed = ((j, direction * float(shape.x(u)), direction * u),)
    return Choice(Root(multiplier, gap, math.inf), lower, (), placed, not (curvature > 0 or multiplier > shape.pull))


def _roots(shape: Shape, push: Array, across: Array) -> tuple[npt.NDArray[np.intp], Array]:
    """(row, u) wherever the norm rises through 1, for all rows (s y_j, A) together; intervals are halved as in `rises`.

    Defined for thresholds below 1.
    """
    if not len(push):
        return np.zeros(0, np.intp), push

    def excess(inner: Array, outer: Array, row: npt.NDArray[np.intp]) -> Array:
        """‖w̄‖² − 1 with the force at one u and the entry at another; both are monotone in their u."""
        force = push[row] + shape.pull * inner
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            return np.where(force > 0, shape.x(outer) ** 2 * (1 + (across[row] / force) ** 2) - 1, np.inf)

    left = np.maximum(shape.u_t, -push / shape.pull)
    right = np.full(len(push), float(shape.proximal(1.0)) * (1 + 1e-9) + 1e-300)
    row = np.flatnonzero(left < right)
    left, right = left[row], right[row]
    for depth in range(_DEPTH + 1):
        keep = (excess(right, left, row) <= 0) & (excess(left, right, row) >= 0)
        left, right, row = left[keep], right[keep], row[keep]
        if depth < _DEPTH:
            middle = (left + right) / 2
            left, right, row = np.append(left, middle), np.append(middle, right), np.append(row, row)
    keep = (excess(left, left, row) < 0) & (excess(right, right, row) >= 0)
    left, right, row = left[keep], right[keep], row[keep]
    for _ in range(60):
        middle = (left + right) / 2
        below = excess(middle, middle, row) < 0
        left, right = np.where(below, middle, left), np.where(below, right, middle)
    order = np.argsort(row, kind="stable")
    return row[order], right[order]
