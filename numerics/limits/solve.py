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


class _SoftSums:
    """Sums over the entries clipped at c, and what exceeds it: one pass in blocks, buffers reused."""

    def __init__(self, values: npt.NDArray[Any], problem: Problem) -> None:
        self.values, self.problem = values, problem
        size = min(BLOCK, len(values))
        self.clipped = np.empty(size, values.dtype)
        self.excess = np.empty(size, values.dtype)
        self.above = np.empty(size, bool)

    def __call__(self, c: Number) -> tuple[Number, Number, Number, int]:
        """(Σ clipped², Σ excess², Σ |excess|·c, how many exceed c)."""
        inside, outside, cross, count = [], [], [], 0
        for piece in blocks(self.values):
            clipped, excess, above = (buffer[: len(piece)] for buffer in (self.clipped, self.excess, self.above))
            np.clip(piece, -c, c, out=clipped)
            np.subtract(piece, clipped, out=excess)
            inside.append(np.dot(clipped, clipped))
            outside.append(np.dot(excess, excess))
            cross.append(np.dot(clipped, excess))
            count += int(np.count_nonzero(np.not_equal(excess, 0, out=above)))
        total = self.problem.field.total
        return total(inside), total(outside), total(cross), count

    def inverse_norm(self, gap: Number, weight: Number) -> tuple[Number, Number]:
        """1/‖w̄‖ and its slope at N = β + gap; every entry counts `weight` times. Defined at gap = 0 too."""
        p = self.problem
        multiplier = p.pull + gap
        c = multiplier * p.rho
        inside, outside, cross, count = self(c)
        ratio = gap / multiplier
        square = weight * (inside * ratio**2 + 2 * cross * ratio + outside)  # gap²·‖w̄‖²
        active = count * (p.rho * gap) ** 2 + 2 * cross * ratio + outside
        passive = max(inside - count * c * c, 0) * ratio**3
        return gap / square**0.5, weight * (active + passive) / square**1.5


def l1_root(problem: Problem) -> Root | None:
    """The l1 limit; None if there is none: lam >= kappa max|w*| although beta max|w*| > lam."""
    p, largest = problem, problem.largest
    if not p.beta or (p.lam and largest <= p.rho * p.norm):
        return unmoved(p)
    if p.lam >= p.scale * largest:
        return None
    low = max(p.norm - p.pull, 0 * p.pull)
    sums = _SoftSums(p.w_star, p)
    gap = newton(lambda g: sums.inverse_norm(g, 1), _guess(p, low), low, p.field.eps)
    multiplier = p.pull + gap
    return Root(multiplier, gap, multiplier * p.rho)


def _guess(problem: Problem, low: Number) -> Number:
    """Where to start: the gap of a sample of the entries, if it has one; else the lower bound."""
    w_star = problem.w_star
    if len(w_star) <= 4 * _SAMPLE:
        return low
    sample = w_star[:: len(w_star) // _SAMPLE].copy()
    square, largest = float(np.dot(sample, sample)), float(np.abs(sample).max())
    if not largest > (problem.pull + low) * problem.rho:
        return low
    sums, weight = _SoftSums(sample, problem), problem.norm**2 / square
    return newton(lambda g: sums.inverse_norm(g, weight), low, low, 1e-3)


def l0_root(problem: Problem) -> Root:
    """The l0 limit on the support {|w*_i| > T} of S(w*): always consistent, since N >= κ and N − β <= κ."""
    p = problem
    cut = p.threshold * p.norm
    if not p.beta or p.largest <= cut:
        return unmoved(p)
    upper, lower = _split(p, cut)

    def evaluate(gap: Number) -> tuple[Number, Number]:
        ratio = gap / (p.pull + gap)
        square = upper + lower * ratio**2
        return gap / square**0.5, (upper + lower * ratio**3) / square**1.5

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
