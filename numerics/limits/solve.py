"""R4: the multiplier of the sparse limit, and the branch every entry takes, without iterating the method.

A solver returns a `Root` in the units of `Problem`: multiplier N, gap N − β, and a cut: entries with |w*_i| above it
are on the upper (nonzero) branch, all others on the lower one, w̄_i = y_i/N. The unknown is the gap, since N − β
would lose its digits. For l1 and l0, 1/‖w̄‖ is concave and increasing in it (a power mean of the concave 1/|w̄_i|),
so Newton's method climbs to the root from the left, and one step takes it there from the right.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numerics.limits.problem import BLOCK, Number, Problem, blocks

__all__ = ["Root", "l0_root", "l1_root", "newton", "unmoved"]

_SAMPLE = 1 << 14
"""Entries that give a first guess of the multiplier when there are many more."""


@dataclass(frozen=True)
class Root:
    """A solution in units of `Problem.scale`. `placed`: (index, |u|) of TL1 entries that the cut does not describe."""

    multiplier: Number
    gap: Number
    cut: Number
    placed: tuple[tuple[int, Number], ...] = ()


def unmoved(problem: Problem) -> Root:
    """w̄ = w*, no entry above the threshold: N = κ."""
    return Root(problem.norm, problem.norm - problem.pull, math.inf)


def newton(evaluate: Callable[[Number], tuple[Number, Number]], start: Number, low: Number, eps: Number) -> Number:
    """Root of inverse(gap) = 1, where `evaluate` gives the concave, increasing 1/‖w̄‖ and its slope; low <= root."""
    gap = start
    for _ in range(400):
        inverse, slope = evaluate(gap)
        last, gap = gap, max(gap + (1 - inverse) / slope, low)
        if abs(gap - last) <= 2 * eps * gap or abs(1 - inverse) <= 2 * eps:
            break
    return gap


class _Excesses:
    """1/‖w̄‖ for l1 from the excesses |w*_i| − λ, which do not change with the gap: an active entry is its excess/gap.

    One pass takes out those that are active at the gap `low`, the least to be asked for: no other entry ever is. λ is
    in units of the problem, `square` is Σ values².
    """

    def __init__(self, values: npt.NDArray[Any], square: Number, problem: Problem, low: Number) -> None:
        self.problem, self.square, self.level = problem, square, problem.level
        size, count = min(BLOCK, len(values)), 0
        self.buffer, self.mask = np.empty(size, values.dtype), np.empty(size, bool)
        kept = np.empty_like(values)
        for piece in blocks(values):
            excess, above = kept[count : count + len(piece)], self.mask[: len(piece)]
            np.abs(piece, out=excess)
            np.subtract(excess, self.level, out=excess)
            np.greater(excess, low * problem.rho, out=above)
            found = int(np.count_nonzero(above))
            if 2 * found > len(piece):  # where most are, the others cost less than moving them
                found = len(piece)
            else:
                excess[:found] = excess[above]
            count += found
        self.values = kept[:count]

    def inverse_norm(self, gap: Number, weight: Number) -> tuple[Number, Number]:
        """1/‖w̄‖ and its slope at N = β + gap; every entry counts `weight` times. Defined at gap = 0 too."""
        p, total = self.problem, self.problem.field.total
        sums, squares, count = [], [], 0
        for piece in blocks(self.values):
            kept, above = self.buffer[: len(piece)], self.mask[: len(piece)]
            np.greater(piece, gap * p.rho, out=above)
            np.multiply(piece, above, out=kept)
            sums.append(kept.sum())
            squares.append(np.dot(kept, kept))
            count += int(np.count_nonzero(above))
        active = total(squares)
        # The others are what the active ones, of size excess + λ, leave of Σ w*²; their part of ‖w̄‖² is at most 1.
        passive = max(self.square - active - self.level * (2 * total(sums) + count * self.level), 0)
        ratio = gap / (p.pull + gap)
        square = weight * (active + passive * ratio**2)  # gap²·‖w̄‖²
        return gap / square**0.5, weight * (active + passive * ratio**3) / square / square**0.5


def l1_root(problem: Problem) -> Root | None:
    """The l1 limit; None if there is none: lam >= kappa max|w*| although beta max|w*| > lam."""
    p, largest = problem, problem.largest
    if not p.beta or (p.lam and largest <= p.cut):
        return unmoved(p)
    if not p.lam:
        return Root(p.pull + p.norm, p.norm, p.lam)  # w̄ = w*, every entry active
    if largest - p.level <= p.rounding * largest:
        return None
    low = max(p.norm - p.pull, 0 * p.pull)
    excesses = _Excesses(p.w_star, p.norm**2, p, low)
    gap = newton(lambda g: excesses.inverse_norm(g, 1), _guess(p, low), low, p.field.eps)
    return Root(p.pull + gap, gap, excesses.level + gap * p.rho)


def _guess(problem: Problem, low: Number) -> Number:
    """Where to start: the gap of a sample of the entries, if it has one; else the lower bound."""
    w_star = problem.w_star
    if len(w_star) <= 4 * _SAMPLE:
        return low
    sample = w_star[:: len(w_star) // _SAMPLE].copy()
    square = float(np.dot(sample, sample))
    excesses = _Excesses(sample, square, problem, low)
    if not np.dot(excesses.values, excesses.values) > 1e-200:  # none is active, or squares leave float64
        return low
    weight = problem.norm**2 / square
    return newton(lambda g: excesses.inverse_norm(g, weight), low, low, 1e-3)


def l0_root(problem: Problem) -> Root:
    """The l0 limit on the support {|w*_i| > T} of S(w*): always consistent, since N >= κ and N − β <= κ."""
    p = problem
    cut = p.cut
    if not p.beta or p.largest <= cut:
        return unmoved(p)
    upper, lower = _split(p, cut)

    def evaluate(gap: Number) -> tuple[Number, Number]:
        ratio = gap / (p.pull + gap)
        square = upper + lower * ratio**2
        return gap / square**0.5, (upper + lower * ratio**3) / square / square**0.5

    low = max(p.norm - p.pull, 0 * p.pull)
    gap = min(newton(evaluate, low, low, p.field.eps), p.norm)
    return Root(max(p.pull + gap, p.norm), gap, cut)


def _split(problem: Problem, cut: Number) -> tuple[Number, Number]:
    """Σ w*_i² over |w*_i| > cut, and over the rest."""
    upper, lower = [], []
    size = min(BLOCK, problem.size)
    buffer, above = np.empty(size, problem.w_star.dtype), np.empty(size, bool)
    for piece in blocks(problem.w_star):
        kept, mask = buffer[: len(piece)], above[: len(piece)]
        np.abs(piece, out=kept)
        np.greater(kept, cut, out=mask)
        np.multiply(piece, mask, out=kept)
        upper.append(np.dot(kept, kept))
        np.subtract(piece, kept, out=kept)
        lower.append(np.dot(kept, kept))
    return problem.field.total(upper), problem.field.total(lower)
