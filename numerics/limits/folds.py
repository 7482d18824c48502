"""R4: the sparse limit of every law, without iterating the method.

An entry y > 0 has an upper branch up to a multiplier that grows with y, so "as many as possible on it" is a cut in
|w*|. Where the law is curved (TL1) entries join at a fold, and the norm jumps. Notation: `numerics.limits.law`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from numerics.arguments import float_range
from numerics.limits.field import FLOATS, Number, bisect, blocks, climb
from numerics.limits.law import Law, Root, Selection
from numerics.limits.problem import Problem, in_floats, unmoved

_SAMPLE = 1 << 14
"""Entries that give a first guess of the multiplier when there are many more."""


def sparse_root(problem: Problem) -> Root | None:
    """The limit whose support lies in that of S(w*), with as many entries as possible on the upper branch; None if
    there is none: lam >= kappa max|w*| although beta max|w*| > lam (l1 only).

    N falls from κ + β, entries joining as their upper branch begins to exist, until ‖w̄‖ = 1. If the norm jumps over 1
    because an entry joins (TL1), that entry is on its middle branch; if no point of that does it, it stays on the lower
    one. For l0 all are on it, as N − β <= κ.
    """
    p, law = problem, problem.law
    if not p.beta or (p.lam and p.largest <= p.cut):
        return unmoved(p)
    if not p.threshold:
        return Root(p.pull + p.norm, p.norm, 0 * p.norm)  # w̄ = w*, every entry active
    low = max(p.norm - p.pull, 0 * p.pull)
    if low >= p.norm:
        low = 0 * p.pull
    largest = 0 * low + p.largest
    above_beta = largest - law.level * law.slope(law.fold(largest)) > p.rounding * largest
    if law.convex and not above_beta:
        return None
    candidates, found = _Candidates.of(p), []
    if not above_beta:  # N is the same for all u of the largest entry to rounding, or rises with it
        return _middle(p, candidates, largest, 0, (1 + 0 * largest, p.norm))

    def stuck(low: Number, high: Number) -> bool:
        cut = law.cut(low) if low > 0 else 0
        between = candidates.values[(candidates.values > cut) & (candidates.values <= law.cut(high))]
        alone = len(between) > 0 and (between.min() == between.max() or high - low <= 4 * p.field.eps * high)
        if alone:
            found.append((between.max(), low, high))
        return alone

    start = _guess(p, candidates, low)
    gap = climb(candidates.inverse, low, p.norm, p.field.eps, stuck if law.curved else None, start)
    if found:
        return _joining(p, candidates, *found[0])
    gap = min(gap, p.norm)
    return Root(max(p.pull + gap, p.norm), gap, max(law.cut(gap), p.cut))


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Entries above the threshold in w*, as magnitudes; the others never leave the lower branch, as N >= κ."""

    law: Law
    values: npt.NDArray[Any]
    rest: Number

    @classmethod
    def of(cls, problem: Problem) -> _Candidates:
        kept, rest, count = np.empty_like(problem.w_star), [], 0
        for piece in blocks(problem.w_star):
            size = np.abs(piece)
            above = size > problem.cut
            chosen = size.compress(above)  # takes half as long as indexing
            kept[count : count + len(chosen)] = chosen
            count += len(chosen)
            size *= ~above
            rest.append(np.dot(size, size))
        return cls(problem.law, kept[:count], problem.field.total(rest))

    @cached_property
    def _all(self) -> Selection:
        return Selection(self.law, self.values, self.rest)

    @cached_property
    def _smallest(self) -> Number:
        return self.values.min()

    def inverse(self, gap: Number) -> tuple[Number, Number]:
        """1/‖w̄‖ and its slope with as many as possible on the upper branch."""
        return self.above(self.law.cut(gap)).inverse(gap)

    def above(self, cut: Number, joining: int = 0) -> Selection:
        """Every candidate above the cut on the upper branch, and `joining` of those at it."""
        if cut < self._smallest:
            return self._all
        if not self.law.curved:
            active, lower = [], [self.rest]
            for piece in blocks(self.values):
                mask = piece > cut
                excess, others = (piece - self.law.offset) * mask, piece * ~mask
                active.append(np.dot(excess, excess))
                lower.append(np.dot(others, others))
            total = self.law.field.total
            return Selection(self.law, self.values[:0], total(lower), total(active))
        mask = self.values > cut
        upper, others = self.values[mask], self.values[~mask]
        lower = self.rest + np.dot(others, others) - joining * cut * cut
        if joining:
            upper = np.concatenate([upper, np.repeat(self.values[:1] * 0 + cut, joining)])
        return Selection(self.law, upper, lower)


def _guess(problem: Problem, candidates: _Candidates, low: Number) -> Number | None:
    """Where to start: in digits, where an evaluation is expensive, at the gap in float64; of many entries, at that of a
    sample, if it has one.
    """
    values, p = candidates.values, problem
    if p.field is FLOATS:
        step = len(values) // _SAMPLE
        if step < 4:
            return None
        sample = _Candidates(p.law, values[::step].copy(), candidates.rest / step)
        if not np.dot(sample.values, sample.values) > 1e-200:  # squares leave float64
            return None

        def evaluate(gap: Number) -> tuple[Number, Number]:
            square, slope = sample.above(p.law.cut(gap)).square(gap)
            return (step * square) ** -0.5, step * slope * (step * square) ** -1.5

        return climb(evaluate, low, p.norm, 1e-3)
    try:
        with float_range("the digits asked for need no guess"):
            rough = sparse_root(in_floats(p))
    except ValueError:
        return None
    gap = p.field.number(rough.gap) if rough is not None else low
    return gap if low < gap < p.norm else None


def _joining(problem: Problem, candidates: _Candidates, y: Number, low: Number, high: Number) -> Root:
    """The limit near the multiplier at which the entries of magnitude y join."""
    law, equal = problem.law, int(np.count_nonzero(candidates.values == y))
    u = law.fold(y)
    gap, beyond = law.gap(y, u), u >= 1  # beyond 1 no entry of a unit vector is
    without = candidates.above(y)
    square, jump = without.square(gap)[0], law.x(u) ** 2 - (y / law.multiplier(y, u)) ** 2
    if square >= 1:
        return _at(problem, y, without.solve(gap, max(high, gap)), 0)
    if not beyond and square + equal * jump <= 1:
        return _at(problem, y, candidates.above(y, equal).solve(min(low, gap), gap), equal)
    joining = 0 if beyond else min(int((1 - square) / jump), equal - 1)
    return _middle(problem, candidates, y, joining, (u, high))


def _at(problem: Problem, y: Number, gap: Number, joining: int, *last: Number) -> Root:
    """The root with the first `joining` entries of magnitude y on the upper branch; `last`: u of the next one."""
    law, where = problem.law, np.flatnonzero(np.abs(problem.w_star) == y)
    levels = [*([law.upper(y, gap)] * joining if joining else ()), *last]
    multiplier = law.multiplier(y, last[0]) if last else problem.pull + gap
    signed = [(int(i), u if problem.w_star[i] > 0 else -u) for i, u in zip(where, levels, strict=False)]
    return Root(multiplier, gap, y, tuple(signed))


def _middle(problem: Problem, candidates: _Candidates, y: Number, joining: int, ends: tuple[Number, Number]) -> Root:
    """`joining` entries of magnitude y on the upper branch, the next one on its middle branch, if that meets ‖w̄‖ = 1,
    else on the lower. `ends`: u at the fold, and a gap beyond it at which ‖w̄‖ <= 1.
    """
    law, (fold, high) = problem.law, ends
    fallen = candidates.above(y, joining)
    others = Selection(law, fallen.upper, fallen.lower - y * y)

    def excess(u: Number) -> Number:
        return others.square(law.gap(y, u))[0] + law.x(u) ** 2 - 1

    u = _descend(law, excess, fold)
    if u is not None:
        return _at(problem, y, law.gap(y, u), joining, u)
    return _at(problem, y, fallen.solve(0 * y, law.gap(y, fold) if joining else high), joining)


def _descend(law: Law, excess: Callable[[Number], Number], fold: Number) -> Number | None:
    """First u below the fold at which `excess` = ‖w̄‖² − 1 is no longer positive; None if u_t comes before.

    The others' share of the norm grows as u falls, so the u that would give the present rest is passed by no root:
    steps to it are safe. They are lengthened by half, and a change of sign ends the search.
    """
    low, u = law.least, fold
    if not u > low:
        return None
    value = excess(u)
    for _ in range(10_000):
        if not value > 0:
            return u
        rest = value + 1 - law.x(u) ** 2
        if not rest < 1:
            return None
        safe = (1 - rest) ** 0.5
        target = law.proximal(safe) if safe > law.x(low) else low
        if target >= u * (1 - 4 * law.field.eps):
            return u
        new = max(target - (u - target) / 2, low)
        value_new = excess(new)
        if not value_new > 0:
            return bisect(excess, new, u, law.field.eps)
        if new == low:
            return None
        u, value = new, value_new
    return None
