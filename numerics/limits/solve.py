"""R4: what a solver returns, and how it finds the multiplier: the unknown is the gap N − β, since N − β would lose its
digits. For straight laws 1/‖w̄‖ is concave and increasing in it (a power mean of the concave 1/|w̄_i|).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from numerics.limits.field import Number
from numerics.limits.law import Law
from numerics.limits.problem import Problem, blocks

__all__ = ["Root", "Selection", "climb", "unmoved"]


@dataclass(frozen=True, eq=False)
class Root:
    """A solution in units of `Problem.scale`, and what is above the threshold there: the entries with |w*_i| > cut and
    those at `upper` (pieces that roots share), on the upper branch, and those `placed` elsewhere, as (index, u).
    """

    multiplier: Number
    gap: Number
    cut: Number = math.inf
    placed: tuple[tuple[int, Number], ...] = ()
    upper: tuple[npt.NDArray[np.intp], ...] = ()
    lower: float = 0.0
    """Squared norm of w* off `upper` and `placed`, where these are all."""


def unmoved(problem: Problem) -> Root:
    """w̄ = w*, no entry above the threshold: N = κ."""
    return Root(problem.norm, problem.norm - problem.pull, lower=problem.norm**2)


def climb(
    evaluate: Callable[[Number], tuple[Number, Number]],
    low: Number,
    high: Number,
    eps: Number,
    stuck: Callable[[Number, Number], bool] | None = None,
    start: Number | None = None,
) -> Number:
    """Gap in (low, high] at which 1/‖w̄‖, which `evaluate` gives with its slope, is 1: Newton's method, halving where it
    does not converge.

    Asks `stuck` then whether the bracket has become small enough to be looked at in another way; -1 if so.
    """
    gap, step = high if start is None else start, high - low
    for _ in range(2000):
        inverse, slope = evaluate(gap)
        low, high = (gap, high) if inverse < 1 else (low, gap)
        new = gap + (1 - inverse) / slope
        if low < new < high and abs(1 - inverse) <= 2 * eps:
            return new
        # At a fold the slope is infinite: a short step alone is no sign of a root.
        if abs(new - gap) <= 2 * eps * gap and abs(1 - inverse) <= 10 * eps**0.5:
            return new
        if not low < new < high or abs(new - gap) > step / 2:
            if stuck is not None and stuck(low, high):
                return -1
            new = (low + high) / 2
            if new in (low, high) or high - low <= 2 * eps * high:
                return new
        step, gap = abs(new - gap), new
    return gap


class Selection:
    """Entries `upper` (magnitudes) on the upper branch, all others together of squared norm `lower`.

    `beside`: Σ (y − λp')² of further entries on the upper branch of a straight law.
    """

    def __init__(self, law: Law, upper: npt.NDArray[Any], lower: Number, beside: Number = 0.0) -> None:
        self.law, self.upper, self.lower, self.beside = law, upper, lower, beside

    @cached_property
    def active(self) -> Number:
        """Σ (y − λp')² over the upper branch of a straight law."""
        excesses = (piece - self.law.offset for piece in blocks(self.upper))
        return self.beside + self.law.field.total([np.dot(excess, excess) for excess in excesses])

    def square(self, gap: Number) -> tuple[Number, Number]:
        """‖w̄‖² and Σ w̄_i²/D_i = −½ d‖w̄‖²/dN; infinite where the upper branch does not exist."""
        law, n = self.law, self.law.pull + gap
        if len(self.upper) and not gap > 0:
            return math.inf, math.inf
        squares, slopes = [self.lower / n**2], [self.lower / n**3]
        if not law.curved:
            active = self.active / gap**2
            return squares[0] + active, slopes[0] + active / gap
        for y in blocks(self.upper):
            u = law.upper(y, gap)
            x = (y + law.pull * u) / n
            curvature = np.maximum(law.stiffness(u, gap), law.field.eps * gap)
            squares.append(np.dot(x, x))
            slopes.append(np.dot(x, x / curvature))
        return law.field.total(squares), law.field.total(slopes)

    def inverse(self, gap: Number) -> tuple[Number, Number]:
        """1/‖w̄‖ and its slope."""
        square, slope = self.square(gap)
        return square**-0.5, slope * square**-1.5

    def range(self, low: Number, high: Number) -> tuple[tuple[Number, Number], tuple[Number, Number]]:
        """Least (‖w̄‖², Σ w̄_i²/D_i) for gaps from low to high, and most: u and x fall as the gap grows."""
        law, lost = self.law, self.lower
        first, last = ((law.pull + gap, law.upper(self.upper, gap)) for gap in (low, high))
        (least, small), (most, large) = ((lost / n**2, law.x(u) ** 2) for n, u in (last, first))
        ends = law.stiffness(last[1], low), law.stiffness(first[1], high)
        soft = math.inf if (ends[0] <= 0).any() else float((large / ends[0]).sum()) + lost / first[0] ** 3
        stiff = float((small / np.maximum(ends[1], law.field.eps * high)).sum()) + lost / last[0] ** 3
        return (least + small.sum(), stiff), (most + large.sum(), soft)

    def solve(self, low: Number, high: Number) -> Number:
        """Gap in (low, high] at which ‖w̄‖ = 1; the norm decreases from >= 1 to <= 1 there."""
        return climb(self.inverse, low, high, self.law.field.eps)
