"""R7 for TL1: all choices of branches with at most one entry of negative D_j = N − βS'(w_j).

One entry above the threshold: `numerics.limits.single`. With more of them N > β, and all but one are on the upper
branch: a search over the choices, as for l0, each node bounded by what its completions can make of ‖w̄‖. Notation:
`numerics.limits.tl1`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from numerics.limits.problem import Problem
from numerics.limits.shape import Shape, bisect
from numerics.limits.single import Choice, Singles, apart
from numerics.limits.solve import Root, unmoved
from numerics.limits.tl1 import Selection, climb, tl1_root

__all__ = ["rises", "tl1_limits"]


_WORK = 20_000
"""Nodes of the search allowed besides 20 for every limit asked for."""

_INTERVALS = 5_000
"""Intervals allowed for one equation's roots; two roots that are not equal to rounding take some dozens."""


def tl1_limits(problem: Problem, count: int) -> tuple[list[Choice], str]:
    """At most `count` limits, and why there may be more; "" if there are none."""
    still = problem.largest <= problem.cut
    seeds = [Choice(unmoved(problem), problem.norm**2)] if still else _seed(problem)
    singles, search = Singles.of(problem), _Search(problem)
    search.seeds = seeds
    found = seeds + list(islice(singles, count - len(seeds)))
    search.unsure = singles.unsure
    if len(found) < count:
        found += islice(search.run(_WORK + 20 * count), count - len(found))
    if len(found) == count:
        return found, "the search stopped when `count` limits were found"
    if search.stopped:
        return found, "the search for supports stopped at the work allowed"
    return found, "a multiplier cannot be told from another, or from β, to rounding" if search.unsure else ""


def _seed(problem: Problem) -> list[Choice]:
    """The sparse limit, so that it is listed however early the search stops; not if `Singles` has it."""
    root, shape, size = tl1_root(problem), Shape.of(problem), np.abs(problem.w_star)
    upper = problem.above(size, root.cut / problem.threshold)
    placed = {index: float(u) for index, u in root.placed}
    on_middle = [i for i, u in placed.items() if shape.stiffness(u, root.gap) < 0]
    upper[[i for i in placed if i not in on_middle]] = True
    where = np.flatnonzero(upper)
    if len(where) + len(on_middle) < 2:
        return []
    rest = size[~upper]
    square = float(np.dot(rest, rest)) - sum(size[i] ** 2 for i in on_middle)
    signs = np.sign(problem.w_star)
    entries = tuple((i, float(signs[i] * shape.x(placed[i])), float(signs[i] * placed[i])) for i in on_middle)
    return [Choice(Root(root.multiplier, root.gap, math.inf), max(square, 0.0), (where,), entries)]


def rises(
    f: Callable[[float], float],
    enclose: Callable[[float, float], tuple[float, float, float, float]],
    low: float,
    high: float,
    eps: float,
) -> tuple[list[float], bool]:
    """Where f rises through 0 in [low, high], and whether these are all; enclose(a, b) is the range of f on [a, b], and
    that of its slope.

    Intervals are halved until f has no root there or is monotone. That does not end where two roots are one to
    rounding.
    """
    stack, certain = [(low, high)], True
    found: list[float] = []
    for _ in range(_INTERVALS):
        if not stack:
            return found, certain
        left, right = stack.pop()
        least, most, falls, climbs = enclose(left, right)
        if least > 0 or most < 0 or climbs < 0:
            continue
        middle = (left + right) / 2
        narrow = right - left <= 4 * eps * abs(right) or middle in (left, right)
        if falls > 0 or narrow:
            certain &= falls > 0
            if f(left) < 0 <= f(right):
                found.append(bisect(f, left, right, eps))
            continue
        stack += [(middle, right), (left, middle)]
    return found, False


@dataclass(frozen=True)
class _Node:
    """The first `place` undecided entries are decided: positions on the upper branch, one on the middle branch or
    None, the first one on the lower branch or None.
    """

    place: int
    upper: tuple[int, ...]
    middle: int | None
    lower: int | None

    def children(self) -> tuple[_Node, ...]:
        """The next entry on each branch."""
        here, after = self.place, self.place + 1
        fallen = _Node(after, self.upper, self.middle, here if self.lower is None else self.lower)
        joined = _Node(after, (*self.upper, here), self.middle, self.lower)
        return (
            (fallen, joined)
            if self.middle is not None
            else (fallen, replace(joined, upper=self.upper, middle=here), joined)
        )


class _Search:
    """Two entries or more above the threshold, N > β: depth first over the choices, largest entries first."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.shape = problem, Shape.of(problem)
        self.size = np.abs(problem.w_star)
        self.inside = np.zeros(0, np.intp)
        self.undecided = np.zeros(0, np.intp)
        self.low, self.high = self._bounds()
        if self.low < self.high:
            self._decide()
        order = np.argsort(-self.size[self.undecided], kind="stable")
        self.undecided = self.undecided[order]
        self.values = self.size[self.undecided]
        free = np.delete(self.size, self.inside)
        self.rest = float(np.dot(free, free))
        self.folds: dict[int, float] = {}
        self.seeds: list[Choice] = []
        self.unsure = self.stopped = False

    def _bounds(self) -> tuple[float, float]:
        """Gaps between which the limits are: an upper branch with |w_i| <= 1 needs its fold below u = 1."""
        p, shape = self.problem, self.shape
        # 1e-100: gaps below it would take entries and λ/κ below it, and leave float64 when cubed.
        low = max(p.norm - p.pull, max(p.norm * p.rho, p.level) * shape.bend(1.0), 1e-100)
        return low * (1 - 1e-12), p.norm * (1 + 1e-12)

    def _decide(self) -> None:
        """Entries that no choice leaves open, by the interval of N, which shrinks as they are found."""
        p, shape, t = self.problem, self.shape, self.problem.threshold
        decided = -1
        while True:
            possible = self.size > shape.cut(self.low) * (1 - 1e-13)
            forced = self.size > (p.pull + self.high) * t * (1 + 1e-13)
            self.inside = np.flatnonzero(forced)
            self.undecided = np.flatnonzero(possible & ~forced)
            state = len(self.inside) - len(self.undecided)
            if state == decided or self.low >= self.high:
                return
            decided = state
            self._narrow(possible)

    def _narrow(self, possible: npt.NDArray[np.bool_]) -> None:
        p, shape = self.problem, self.shape

        def most(gap: float) -> tuple[float, float]:
            """The norm with as many entries as possible on the upper branch."""
            joined = possible & (self.size > shape.cut(gap))
            others = self.size[~joined]
            return Selection(shape, self.size[joined], float(np.dot(others, others))).square(gap, p.pull + gap)

        if most(self.low)[0] < 1 - 1e-12:
            self.high = self.low
            return
        bracket = [self.low, self.high]
        for _ in range(60):
            middle = (bracket[0] + bracket[1]) / 2
            bracket[most(middle)[0] < 1] = middle
        self.high = min(self.high, bracket[1] * (1 + 1e-12))
        rest = self.size[self.size <= (p.pull + self.high) * p.threshold * (1 + 1e-13)]
        least = Selection(shape, self.size[self.inside], float(np.dot(rest, rest)))
        fold = self.high
        if len(self.inside) and least.square(self.low, p.pull + self.low)[0] > 1:
            weakest = float(self.size[self.inside].min())
            fold = min(fold, float(shape.gap(weakest, shape.fold(weakest))))
            if fold > self.low and least.square(fold, p.pull + fold)[0] < 1:
                solved = climb(lambda g: least.square(g, p.pull + g), self.low, fold, p.field.eps)
                self.low = max(self.low, solved * (1 - 1e-12))

    def run(self, work: int) -> Iterator[Choice]:
        """All limits but `seeds`; `stopped` at the end if the work allowed did not suffice."""
        known = {_key(seed) for seed in self.seeds}
        stack = [_Node(0, (), None, None)] if self.low < self.high else []
        while stack:
            node = stack.pop()
            work -= 1 + (len(node.upper) + len(self.inside)) // 200
            if work < 0:
                self.stopped = True
                return
            interval = self._interval(node)
            if interval is None:
                continue
            if node.place < len(self.values) and self._joins(node, *interval):
                stack += node.children()
                continue
            if node.place < len(self.values) and node.lower is None:
                node = replace(node, lower=node.place)
                interval = self._interval(node)
            if interval is not None:
                fallen = 0.0 if node.lower is None else self.values[node.lower]
                for choice in self._leaf(node, *interval):
                    if _key(choice) not in known and not self.problem.above(fallen, choice.root.multiplier):
                        yield choice

    def _fold(self, place: int) -> float:
        if place not in self.folds:
            self.folds[place] = float(self.shape.fold(float(self.values[place])))
        return self.folds[place]

    def _end(self, place: int) -> float:
        """The gap up to which an entry has its upper branch."""
        return float(self.shape.gap(float(self.values[place]), self._fold(place)))

    def _interval(self, node: _Node) -> tuple[float, float] | None:
        """Gaps at which the decided entries can be where they are and completions reach ‖w̄‖ = 1; None if there are
        none.
        """
        p, shape = self.problem, self.shape
        low, high = self.low, self.high
        if node.upper:
            high = min(high, self._end(node.upper[-1]))
        if node.lower is not None:
            low = max(low, (float(self.values[node.lower]) * (1 - 1e-13) - p.pull * p.threshold) / p.threshold)
        if node.middle is not None:
            if not self._fold(node.middle) > shape.u_t:
                return None
            low = max(low, float(shape.gap(float(self.values[node.middle]), shape.u_t)))
            high = min(high, self._end(node.middle))
        if not low <= high or low <= 0:
            return None
        return (low, high) if self._reaches(node, low, high) else None

    def _reaches(self, node: _Node, low: float, high: float) -> bool:
        """Whether ‖w̄‖ = 1 is between the least and the largest that completions give on the interval."""
        least, t = self._selection(node), self.problem.threshold
        if self._least(node, least, high) > 1 + 1e-12:
            return False
        above = np.searchsorted(-self.values, -self.shape.cut(low) * (1 - 1e-13))
        joined = self.values[node.place : max(above, node.place)]
        if len(joined) * t * t >= 1:
            return True
        rest = max(least.lower - float(np.dot(joined, joined)), 0.0)
        most = Selection(self.shape, np.concatenate([least.upper, joined]), rest)
        top = 0.0 if node.middle is None else self.shape.x(self._fold(node.middle)) ** 2
        return bool(most.square(low, self.problem.pull + low)[0] + top >= 1 - 1e-12)

    def _joins(self, node: _Node, low: float, high: float) -> bool:
        """Whether another entry can exceed the threshold; where the largest of those left cannot, none can."""
        high, t = min(high, self._end(node.place)), self.problem.threshold
        more = t * t - (float(self.values[node.place]) / (self.problem.pull + high)) ** 2
        return high >= low and self._least(node, self._selection(node), high) + more <= 1 + 1e-12

    def _least(self, node: _Node, chosen: Selection, gap: float) -> float:
        """‖w̄‖² at that gap with the undecided entries on the lower branch, and the middle one as small as it can be."""
        floor = 0.0 if node.middle is None else self.problem.threshold**2
        return float(chosen.square(gap, self.problem.pull + gap)[0]) + floor

    def _selection(self, node: _Node) -> Selection:
        """The decided entries without the middle one; the undecided on the lower branch."""
        upper = self.values[list(node.upper)]
        lower = self.rest - float(np.dot(upper, upper))
        if node.middle is not None:
            lower -= float(self.values[node.middle]) ** 2
        return Selection(self.shape, np.concatenate([self.size[self.inside], upper]), max(lower, 0.0))

    def _leaf(self, node: _Node, low: float, high: float) -> Iterator[Choice]:
        others = self._selection(node)
        where = (self.inside, self.undecided[list(node.upper)] if node.upper else self.inside[:0])
        pieces = tuple(piece for piece in where if len(piece))
        if node.middle is None:
            if len(others.upper) >= 2:
                yield from self._all_upper(others, pieces, low, high)
        elif len(others.upper):
            yield from self._one_middle(others, pieces, node.middle, low, high)

    def _all_upper(
        self, others: Selection, pieces: tuple[npt.NDArray[np.intp], ...], low: float, high: float
    ) -> Iterator[Choice]:
        pull = self.problem.pull
        if others.square(low, pull + low)[0] >= 1 >= others.square(high, pull + high)[0]:
            gap = others.solve(low, high)
            weakest, self.unsure = others.upper.min(), self.unsure or not self._resolved(others, gap)
            if self._resolved(others, gap) and apart(self.problem, weakest, self.shape.upper(weakest, gap), pull + gap):
                yield Choice(Root(pull + gap, gap, math.inf), others.lower, pieces)

    def _resolved(self, others: Selection, gap: float) -> bool:
        """Whether gap·w_i = y_i − λp'(u_i) is more than a rounding error: else the limits are next to a continuum."""
        y = others.upper.max()
        return bool(gap * self.shape.x(self.shape.upper(y, gap)) > self.problem.rounding * y)

    def _one_middle(
        self, others: Selection, pieces: tuple[npt.NDArray[np.intp], ...], place: int, low: float, high: float
    ) -> Iterator[Choice]:
        shape, y = self.shape, float(self.values[place])

        def at(gap: float) -> float:
            return float(bisect(lambda u: shape.gap(y, u) - gap, shape.u_t, self._fold(place), shape.field.eps))

        def excess(u: float) -> float:
            return others.square(shape.gap(y, u), shape.multiplier(y, u))[0] + shape.x(u) ** 2 - 1

        def enclose(a: float, b: float) -> tuple[float, float, float, float]:
            return _enclose(others, y, a, b)

        index = int(self.undecided[place])
        sign = 1.0 if self.problem.w_star[index] > 0 else -1.0
        found, certain = rises(excess, enclose, at(low), at(high), shape.field.eps)
        self.unsure |= not certain
        for u in found:
            root = Root(float(shape.multiplier(y, u)), float(shape.gap(y, u)), math.inf)
            self.unsure |= not self._resolved(others, root.gap)
            if u > shape.u_t and self._resolved(others, root.gap) and apart(self.problem, y, u, root.multiplier):
                yield Choice(root, others.lower, pieces, ((index, sign * float(shape.x(u)), sign * u),))


def _enclose(others: Selection, y: float, a: float, b: float) -> tuple[float, float, float, float]:
    """Range of ‖w̄‖² − 1 and of its slope for u in [a, b] of an entry y on its middle branch, where N rises with u."""
    shape = others.shape
    low, high = float(shape.gap(y, a)), float(shape.gap(y, b))
    if not low > 0:
        return -math.inf, math.inf, -math.inf, math.inf
    (small, least), (large, most) = others.range(low, high)
    slow, fast = shape.turn(y, b) / shape.x(b) ** 2, shape.turn(y, a) / shape.x(a) ** 2  # dN/du
    own, rise = (shape.x(a) ** 2 - 1, shape.x(b) ** 2 - 1), (shape.x(a) * shape.dx(a), shape.x(b) * shape.dx(b))
    return small + own[0], large + own[1], 2 * (rise[0] - most * fast), 2 * (rise[1] - least * max(slow, 0.0))


def _key(choice: Choice) -> tuple[bytes, tuple[int, ...]]:
    """What distinguishes a choice of branches: the entries on the upper ones, and that on another."""
    upper = np.sort(np.concatenate(choice.upper)) if choice.upper else np.zeros(0, np.intp)
    return upper.tobytes(), tuple(item[0] for item in choice.placed)
