"""R4: the sparse limit of every law, without iterating the method.

An entry y > 0 has an upper branch up to a multiplier that grows with y, so "as many as possible on it" is a cut in
|w*|. Where the law is curved (TL1) entries join at a fold, and the norm jumps. Notation: `numerics.limits.law`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numerics.arguments import float_range
from numerics.limits.field import BLOCK, FLOATS, Number, bisect, blocks, climb, inner
from numerics.limits.law import Law, Root, Selection
from numerics.limits.problem import Problem, in_floats, unmoved

_SAMPLES = ((1 << 13, 1e-3), (1 << 16, 1e-6))
"""Entries that give a first guess of the multiplier when there are many more, and to what precision."""

_NEAR = 0.02
"""Relative distance of a guess from the gap, at most; several standard errors of the larger sample's."""


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
    if not above_beta:  # N is the same for all u of the largest entry to rounding, or rises with it
        return _middle(p, _Candidates.of(p, p.cut), largest, 0, (1 + 0 * largest, p.norm))
    start = _guess(p, low)
    gap = _near(p, low, start)
    if gap is None:
        candidates, found = _Candidates.of(p, p.cut), []

        def stuck(low: Number, high: Number) -> bool:
            between = candidates.between(law.cut(low) if low > 0 else 0, law.cut(high))
            alone = len(between) > 0 and (between[0] == between[-1] or high - low <= 4 * p.field.eps * high)
            if alone:
                found.append((between[-1], low, high))
            return alone

        gap = climb(candidates.inverse, low, p.norm, p.field.eps, stuck if law.curved else None, start)
        if found:
            return _joining(p, candidates, *found[0])
    gap = min(gap, p.norm)
    return Root(max(p.pull + gap, p.norm), gap, max(law.cut(gap), p.cut))


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Entries that may be on the upper branch, as magnitudes: the first `open` increase, all others of `values` are
    above them. `rest`: squared norm of what is always on the lower branch; `beside`: as in `Selection`.
    """

    law: Law
    values: npt.NDArray[Any]
    open: int
    rest: Number
    beside: Number

    @classmethod
    def of(cls, problem: Problem, low: Number, high: Number = np.inf, every: int = 1) -> _Candidates:
        """Every `every`-th entry: on the lower branch up to `low`, where those thresholded in w* never leave it, as
        N >= κ; on the upper one above `high`.
        """
        law, w_star = problem.law, problem.w_star[::every]
        low, total = max(low, problem.cut), problem.field.total
        kept, count, top, least = np.empty_like(w_star), 0, len(w_star), np.full(min(len(w_star), BLOCK), high)
        squares, excesses = [0 * problem.norm], [0 * problem.norm]
        for piece in blocks(w_star):
            size = np.abs(piece)
            inside, beyond = size > low, size > high
            many = int(np.count_nonzero(beyond))
            if many < np.count_nonzero(inside):
                chosen = size.compress(inside ^ beyond)
                kept[count : count + len(chosen)] = chosen
                count += len(chosen)
                squares.append(inner(chosen, chosen))
            if many and law.curved:
                chosen = size.compress(beyond)  # takes half as long as indexing
                kept[top - many : top] = chosen
                top -= many
                squares.append(inner(chosen, chosen))
            elif many:
                np.maximum(size, least[: len(size)], out=size)  # an array takes half as long as a number
                size -= high
                square, once, more = inner(size, size), 2 * size.sum(), high - law.offset
                squares.append(square + high * (once + many * high))
                excesses.append(square + more * (once + many * more))
        kept[top - count : top] = np.sort(kept[:count])
        whole = problem.norm**2 if every == 1 else inner(w_star, w_star)
        return cls(law, kept[top - count :], count, max(whole - total(squares), 0 * problem.norm), total(excesses))

    def _place(self, cut: Number) -> int:
        return int(np.searchsorted(self.values[: self.open], cut, "right"))

    def between(self, low: Number, high: Number) -> npt.NDArray[Any]:
        """Magnitudes in (low, high], increasing."""
        return self.values[self._place(low) : self._place(high)]

    def inverse(self, gap: Number) -> tuple[Number, Number]:
        """1/‖w̄‖ and its slope with as many as possible on the upper branch."""
        return self.above(self.law.cut(gap)).inverse(gap)

    def above(self, cut: Number, joining: int = 0) -> Selection:
        """Every candidate above the cut on the upper branch, and `joining` of those at it."""
        place = self._place(cut) - joining
        lower = [self.rest, *(inner(piece, piece) for piece in blocks(self.values[:place]))]
        return Selection(self.law, self.values[place:], self.law.field.total(lower), self.beside)


def _guess(problem: Problem, low: Number) -> Number | None:
    """Where to start: in digits, where an evaluation is expensive, at the gap in float64; of many entries, at that of a
    sample, if it has one.
    """
    p, gap = problem, None
    if p.field is FLOATS:
        for size, eps in _SAMPLES:
            every = p.size // size
            if every < 4:
                break
            sample = _Candidates.of(p, p.cut, every=every)
            whole = sample.rest + inner(sample.values, sample.values)
            if not inner(sample.values, sample.values) > 1e-200:  # squares leave float64
                break
            share = p.norm**2 / whole

            def evaluate(gap: Number, sample: _Candidates = sample, share: Number = share) -> tuple[Number, Number]:
                square, slope = sample.above(p.law.cut(gap)).square(gap)
                return (share * square) ** -0.5, share * slope * (share * square) ** -1.5

            gap = climb(evaluate, max(low, 1e-6 * p.norm), p.norm, eps, None, gap)  # a sample may have none
        return gap
    try:
        with float_range("the digits asked for need no guess"):
            rough = sparse_root(in_floats(p))
    except ValueError:
        return None
    gap = p.field.number(rough.gap) if rough is not None else low
    return gap if low < gap < p.norm else None


def _near(problem: Problem, low: Number, guess: Number | None) -> Number | None:
    """The gap at which ‖w̄‖ = 1, if it is next to a guess from a sample: only entries that join thereabouts have to be
    looked at again. None if it is not, or if the norm jumps there.
    """
    p, law = problem, problem.law
    if p.field is not FLOATS or guess is None:
        return None
    ends = max(guess * (1 - _NEAR), low), min(guess * (1 + _NEAR), p.norm)
    candidates, gap, last = _Candidates.of(p, *map(law.cut, ends)), guess, 0.0
    for _ in range(8):
        inverse, slope = candidates.inverse(gap)
        error, new = abs(1 - inverse), gap + (1 - inverse) / slope
        if not ends[0] < new < ends[1]:
            break
        # Newton's method squares the error, times what the last step tells, unless the norm jumps on the way.
        joins = law.curved and len(candidates.between(*map(law.cut, sorted((gap, new)))))
        if error <= 2 * p.field.eps or (error**3 <= p.field.eps / 4 * last**2 and not joins):
            return new
        gap, last = new, error
    return None


def _joining(problem: Problem, candidates: _Candidates, y: Number, low: Number, high: Number) -> Root:
    """The limit near the multiplier at which the entries of magnitude y join."""
    law, equal = problem.law, int(np.count_nonzero(candidates.values[: candidates.open] == y))
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
