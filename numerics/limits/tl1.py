"""R4 for TL1: every entry of N w = κw* + βS(w) solves a cubic, which has up to two nonzero branches.

With u = S(x) the entry is x = X(u) = u + ρp'(u), p'(u) = a(a+1)/(a+u)², and in units of `Problem.scale` it obeys
gap·u + Nρp'(u) = y, convex in u. The larger root is the upper branch (stable by itself), the smaller one the middle
branch, of which a stable limit may use one at most. They meet at the fold; below u_t = S(t+) the proximal map is
never. An entry y > 0 has an upper branch up to a multiplier that grows with y, so "as many as possible on it" is a
cut in |w*|.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numerics.arguments import float_range
from numerics.limits.problem import FLOATS, Number, Problem, blocks, pose
from numerics.limits.shape import Shape, bisect
from numerics.limits.solve import Root, unmoved

__all__ = ["Selection", "climb", "tl1_root"]


class Selection:
    """Entries `upper` (magnitudes) on the upper branch, all others together of squared norm `lower`."""

    def __init__(self, shape: Shape, upper: npt.NDArray[Any], lower: Number) -> None:
        self.shape, self.upper, self.lower = shape, upper, lower

    def square(self, gap: Number, multiplier: Number) -> tuple[Number, Number]:
        """‖w̄‖² and Σ w̄_i²/D_i = −½ d‖w̄‖²/dN; infinite where the upper branch does not exist."""
        shape, n = self.shape, multiplier
        if len(self.upper) and not gap > 0:
            return math.inf, math.inf
        squares, slopes = [self.lower / n**2], [self.lower / n**3]
        for y in blocks(self.upper):
            u = shape.upper(y, gap)
            x = (y + shape.pull * u) / n
            curvature = np.maximum(shape.stiffness(u, gap), shape.field.eps * gap)
            squares.append(np.dot(x, x))
            slopes.append(np.dot(x, x / curvature))
        return shape.field.total(squares), shape.field.total(slopes)

    def range(self, low: Number, high: Number) -> tuple[tuple[Number, Number], tuple[Number, Number]]:
        """Least (‖w̄‖², Σ w̄_i²/D_i) for gaps from low to high, and most: u and x fall as the gap grows."""
        shape, lost = self.shape, self.lower
        first, last = (
            (shape.pull + low, shape.upper(self.upper, low)),
            (shape.pull + high, shape.upper(self.upper, high)),
        )
        (least, small), (most, large) = ((lost / n**2, shape.x(u) ** 2) for n, u in (last, first))
        ends = shape.stiffness(last[1], low), shape.stiffness(first[1], high)
        soft = math.inf if (ends[0] <= 0).any() else float((large / ends[0]).sum()) + lost / first[0] ** 3
        stiff = float((small / np.maximum(ends[1], shape.field.eps * high)).sum()) + lost / last[0] ** 3
        return (least + small.sum(), stiff), (most + large.sum(), soft)

    def solve(self, low: Number, high: Number) -> Number:
        """Gap in (low, high] at which ‖w̄‖ = 1; the norm decreases from >= 1 to <= 1 there."""
        return climb(lambda gap: self.square(gap, self.shape.pull + gap), low, high, self.shape.field.eps)


def climb(
    square: Callable[[Number], tuple[Number, Number]],
    low: Number,
    high: Number,
    eps: Number,
    stuck: Callable[[Number, Number], bool] | None = None,
    start: Number | None = None,
) -> Number:
    """Newton's method on 1/‖w̄‖ = 1 inside (low, high], halving where it does not converge.

    Asks `stuck` then whether the bracket has become small enough to be looked at in another way; -1 if so.
    """
    gap, step = high if start is None else start, high - low
    for _ in range(2000):
        value, slope = square(gap)
        inverse = value**-0.5
        low, high = (gap, high) if inverse < 1 else (low, gap)
        new = gap + (1 - inverse) * value**1.5 / slope
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


@dataclass(frozen=True)
class _Candidates:
    """Entries above the threshold in w*, as magnitudes; the others never leave the lower branch."""

    problem: Problem
    shape: Shape
    values: npt.NDArray[Any]
    rest: Number

    @classmethod
    def of(cls, problem: Problem) -> _Candidates:
        limit, total = problem.cut, problem.field.total
        kept, rest = [], []
        for piece in blocks(problem.w_star):
            size = np.abs(piece)
            above = size > limit
            kept.append(size[above])
            size[above] = 0
            rest.append(np.dot(size, size))
        return cls(problem, Shape.of(problem), np.concatenate(kept), total(rest))

    def above(self, cut: Number) -> Selection:
        """Every candidate above the cut on the upper branch."""
        mask = self.values > cut
        if mask.all():
            return Selection(self.shape, self.values, self.rest)
        others = self.values[~mask]
        return Selection(self.shape, self.values[mask], self.rest + np.dot(others, others))


def tl1_root(problem: Problem) -> Root:
    """The TL1 limit whose support lies in that of S(w*), with as many entries as possible on the upper branch.

    N falls from κ + β, entries joining as their upper branch begins to exist, until ‖w̄‖ = 1. If the norm jumps over
    1 because an entry joins, that entry is on its middle branch; if no point of that does it, it stays on the lower
    one.
    """
    p = problem
    if not p.beta or p.largest <= p.cut:
        return unmoved(p)
    if not p.threshold:
        return Root(p.pull + p.norm, p.norm, 0 * p.norm)  # w̄ = w*, every entry active
    candidates = _Candidates.of(p)
    shape, found = candidates.shape, []

    def stuck(low: Number, high: Number) -> bool:
        cut = shape.cut(low) if low > 0 else 0
        between = candidates.values[(candidates.values > cut) & (candidates.values <= shape.cut(high))]
        alone = len(between) > 0 and (between.min() == between.max() or high - low <= 4 * p.field.eps * high)
        if alone:
            found.append((between.max(), low, high))
        return alone

    low = max(p.norm - p.pull, 0 * p.pull)
    if low >= p.norm:
        low = 0 * p.pull
    largest = 0 * low + p.largest
    u = shape.fold(largest)
    if not largest - shape.level * shape.slope(u) > p.rounding * largest:  # no N > β, to rounding
        return _alone(candidates, largest)
    gap = climb(
        lambda g: candidates.above(shape.cut(g)).square(g, p.pull + g), low, p.norm, p.field.eps, stuck, _guess(p)
    )
    if not found:
        return Root(p.pull + gap, gap, max(shape.cut(gap), p.cut))
    return _joining(candidates, *found[0])


def _guess(problem: Problem) -> Number | None:
    """In digits, where an evaluation is expensive: the gap in float64, if that is inside of the bracket."""
    if problem.field is FLOATS:
        return None
    w_star = np.array([float(x) for x in problem.w_star])
    kappa, beta, lam = (float(value) for value in (problem.kappa, problem.beta, problem.lam))
    try:
        with float_range("the digits asked for need no guess"):
            rough = pose(w_star, kappa, beta, lam, "tl1", {"a": float(problem.a)}, normalize=True)
            gap = problem.w_star[0] * 0 + tl1_root(rough).gap
    except ValueError:
        return None
    return gap if max(problem.norm - problem.pull, 0) < gap < problem.norm else None


def _alone(candidates: _Candidates, y: Number) -> Root:
    """The limit with one entry of the largest magnitude y above the threshold, N being the same for all u to rounding
    or rising with it."""
    p, where = candidates.problem, _places(candidates.problem, y)
    others = candidates.values[candidates.values < y]
    rest = candidates.rest + np.dot(others, others) + (len(where) - 1) * y * y
    return _middle(Selection(candidates.shape, others[:0], rest), y, (1 + 0 * y, p.norm), where[:1], p)


def _joining(candidates: _Candidates, y: Number, low: Number, high: Number) -> Root:
    """The limit near the multiplier at which the entries of magnitude y join."""
    shape, p = candidates.shape, candidates.problem
    u = shape.fold(y)
    gap, multiplier = shape.gap(y, u), shape.multiplier(y, u)
    without = candidates.above(y)
    where = _places(p, y)
    square = without.square(gap, multiplier)[0]
    jump = shape.x(u) ** 2 - (y / multiplier) ** 2
    if square >= 1:
        gap = without.solve(gap, max(high, gap))
        return Root(p.pull + gap, gap, y)
    beyond = u >= 1  # the fold is where no entry of a unit vector is
    if not beyond and square + len(where) * jump <= 1:
        joined = Selection(shape, candidates.values[candidates.values >= y], without.lower - len(where) * y * y)
        gap = joined.solve(min(low, gap), gap)
        return Root(p.pull + gap, gap, y, _upper_places(shape, where, y, gap))
    joining = 0 if beyond else min(int((1 - square) / jump), len(where) - 1)
    others = candidates.values[candidates.values < y]
    upper = np.concatenate([without.upper, np.repeat(candidates.values[:1] * 0 + y, joining)])
    lower = candidates.rest + np.dot(others, others) + (len(where) - joining - 1) * y * y
    return _middle(Selection(shape, upper, lower), y, (u, high), where[: joining + 1], p)


def _places(problem: Problem, y: Number) -> list[int]:
    """Indices of the entries of magnitude y."""
    return [int(index) for index in np.flatnonzero(np.abs(problem.w_star) == y)]


def _upper_places(shape: Shape, where: list[int], y: Number, gap: Number) -> tuple[tuple[int, Number], ...]:
    """`where` on the upper branch of y."""
    if not where:
        return ()
    u = shape.upper(y, gap)
    return tuple((index, u) for index in where)


def _middle(others: Selection, y: Number, ends: tuple[Number, Number], where: list[int], problem: Problem) -> Root:
    """The last of `where` on its middle branch, if that meets ‖w̄‖ = 1, else on the lower; the first ones are on the
    upper. `ends`: u at the fold, and a gap beyond it at which ‖w̄‖ <= 1.
    """
    shape, (fold, high) = others.shape, ends

    def excess(u: Number) -> Number:
        return others.square(shape.gap(y, u), shape.multiplier(y, u))[0] + shape.x(u) ** 2 - 1

    u = _descend(shape, excess, fold)
    if u is not None:
        gap = shape.gap(y, u)
        placed = (*_upper_places(shape, where[:-1], y, gap), (where[-1], u))
        return Root(shape.multiplier(y, u), gap, y, placed)
    fallen = Selection(shape, others.upper, others.lower + y * y)
    gap = fallen.solve(0 * y, shape.gap(y, fold) if len(where) > 1 else high)
    return Root(problem.pull + gap, gap, y, _upper_places(shape, where[:-1], y, gap))


def _descend(shape: Shape, excess: Callable[[Number], Number], fold: Number) -> Number | None:
    """First u below the fold at which `excess` = ‖w̄‖² − 1 is no longer positive; None if u_t comes before.

    The others' share of the norm grows as u falls, so the u that would give the present rest is passed by no root:
    steps to it are safe. They are lengthened by half, and a change of sign ends the search.
    """
    low, u = shape.u_t, fold
    if not u > low:
        return None
    value = excess(u)
    for _ in range(10_000):
        if not value > 0:
            return u
        rest = value + 1 - shape.x(u) ** 2
        if not rest < 1:
            return None
        safe = (1 - rest) ** 0.5
        target = shape.proximal(safe) if safe > shape.x(low) else low
        if target >= u * (1 - 4 * shape.field.eps):
            return u
        new = max(target - (u - target) / 2, low)
        value_new = excess(new)
        if not value_new > 0:
            return bisect(excess, new, u, shape.field.eps)
        if new == low:
            return None
        u, value = new, value_new
    return None
