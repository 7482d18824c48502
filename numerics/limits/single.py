"""R7 for TL1: limits with a single entry above the threshold, of either sign and on any branch.

u = |S(w_j)| is the unknown: N = (s y_j + βu)/X(u), and ‖w̄‖² = X(u)² (1 + A²/(s y_j + βu)²), A the norm of the other
entries of w*. It is a stable limit where this rises through 1, whichever branch that is: where

    h(u) = A X(u)/√(1 − X(u)²) − βu − s y_j

rises through 0. X is convex and increasing, and so is x/√(1 − x²): h is convex, and rises through 0 once at most, at
the larger of its roots.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from numerics.arguments import Array
from numerics.limits.problem import Problem
from numerics.limits.shape import Shape
from numerics.limits.solve import Root
from numerics.limits.spikes import largest_other, norm_of_others

__all__ = ["Choice", "Singles", "apart"]

_HALVINGS = 64


class Choice(NamedTuple):
    """A limit: its root, squared norm of the entries on the lower branch, indices on the upper one, (index, w, u) of
    the entry on another branch, whether it is a spike.
    """

    root: Root
    lower: float
    upper: tuple[npt.NDArray[np.intp], ...] = ()
    placed: tuple[tuple[int, float, float], ...] = ()
    spike: bool = False


@dataclass(frozen=True, eq=False)
class Singles:
    """All limits with one entry above the threshold, as arrays (k,): its index, the sign s to w*_j, u = |S(w_j)|.

    unsure: whether the two roots of some h are one to rounding, so that it may be a limit or none.
    """

    problem: Problem
    index: npt.NDArray[np.intp]
    sign: npt.NDArray[np.intp]
    u: Array
    across: Array
    unsure: bool

    @classmethod
    def of(cls, problem: Problem) -> Singles:
        """Solve for every entry and both signs."""
        p, t = problem, problem.threshold
        size = np.abs(p.w_star)
        others, norms = largest_other(size), norm_of_others(p, size)
        rows = np.flatnonzero(~p.above(others, p.norm + p.pull)) if t < 1 else np.zeros(0, np.intp)
        index, sign = np.repeat(rows, 2), np.tile([1, -1], len(rows))
        push, across = sign * size[index], norms[index]
        if not len(index):
            return cls(p, index, sign, push, across, False)
        shape = Shape.of(p)
        u, depth = _larger_root(shape, push, across)
        force = push + p.pull * u
        multiplier = force / shape.x(u)
        fits = (u > shape.u_t) & apart(p, push, u, multiplier) & (multiplier > 0) & ~p.above(others[index], multiplier)
        found, even = fits & (depth > 0), fits & (depth == 0)
        return cls(p, index[found], sign[found], u[found], across[found], bool(even.any()))

    def __iter__(self) -> Iterator[Choice]:
        p, shape = self.problem, Shape.of(self.problem)
        for j, sign, u, across in zip(
            self.index.tolist(), self.sign.tolist(), self.u.tolist(), self.across.tolist(), strict=True
        ):
            y = float(p.w_star[j])
            x, gap = float(shape.x(u)), float(shape.gap(abs(y) * sign, u))
            # N = F/x, or A/√(1 − x²), which does not cancel where βu and s y_j do.
            multiplier = float(shape.multiplier(abs(y) * sign, u)) if x > 0.7 else across / math.sqrt((1 - x) * (1 + x))
            direction = sign if y >= 0 else -sign
            placed = ((j, direction * x, direction * u),)
            spike = not (gap > 0 or shape.stiffness(u, gap) > 0)
            yield Choice(Root(multiplier, gap, math.inf), across**2, (), placed, spike)


def apart(problem: Problem, y: Any, u: Any, multiplier: Any) -> Any:
    """Whether an entry with u = S(w) is another than w = y/N below the threshold: not so at a tie, where u is 0 to
    rounding and S is continuous there.
    """
    tie = np.abs(y - multiplier * problem.threshold) <= 4 * problem.rounding * np.abs(y)
    return (Shape.of(problem).u_t > 0) | ~tie | (u > problem.field.eps**0.5)


def _larger_root(shape: Shape, push: Array, across: Array) -> tuple[Array, npt.NDArray[np.intp]]:
    """(u, depth): where h rises through 0, or where it is least if it does not; depth is 1 if it does, 0 if h is 0
    there to rounding, else -1. Defined for thresholds below 1.
    """
    end = float(shape.proximal(1.0)) * (1 + 1e-9)

    def excess(u: Array) -> Array:
        x = shape.x(u)
        below = (1 - x) * (1 + x)
        inside = below > 0
        height = np.where(inside, across * x / np.sqrt(np.where(inside, below, 1.0)), np.inf)
        return np.asarray(height - (shape.pull * u + push))

    def rises(u: Array) -> npt.NDArray[np.bool_]:
        x = shape.x(u)
        below = np.maximum((1 - x) * (1 + x), 0.0)
        return np.asarray((below <= 0) | (across * shape.dx(u) > shape.pull * (below * np.sqrt(below))))

    low, high = np.full(len(push), shape.u_t), np.full(len(push), end)
    left, right = low, high
    for _ in range(_HALVINGS):
        middle = (left + right) / 2
        up = rises(middle)
        left, right = np.where(up, left, middle), np.where(up, middle, right)
    left = least = np.where(rises(low), low, left)
    value, noise = excess(least), 8 * shape.field.eps * (np.abs(push) + shape.pull * least)
    right = high
    for _ in range(_HALVINGS):
        middle = (left + right) / 2
        negative = excess(middle) < 0
        left, right = np.where(negative, middle, left), np.where(negative, right, middle)
    depth = np.where(value < -noise, 1, np.where(value <= noise, 0, -1))
    return np.where(depth > 0, right, least), depth
