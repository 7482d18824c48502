"""R7 for TL1: all choices of branches with at most one entry of negative D_j = N − βS'(w_j).

One entry above the threshold: `numerics.limits.single`. With more of them N > β, and all but one are on the upper
branch: a search over the choices, as for l0, each node bounded by what its completions can make of ‖w̄‖. Notation:
`numerics.limits.tl1`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numerics.arguments import Array
from numerics.limits.problem import Problem
from numerics.limits.shape import Shape, bisect
from numerics.limits.single import Choice, rises, single_entries
from numerics.limits.solve import Root, unmoved
from numerics.limits.tl1 import Selection, climb

__all__ = ["tl1_limits"]


_WORK = 20_000
"""Nodes of the search allowed besides 20 for every limit asked for."""


def tl1_limits(problem: Problem, count: int) -> tuple[list[Choice], bool]:
    """At most `count` limits, and whether the search came to its end."""
    found: list[Choice] = []
    if problem.largest <= problem.threshold * problem.norm:
        found.append(Choice(unmoved(problem), problem.norm**2))
    search = _Search(problem)
    finished = True
    for choice in _chain(problem, search, count):
        if choice is None:
            finished = False
        elif len(found) == count:
            return found, False
        else:
            found.append(choice)
    return found, finished


def _chain(problem: Problem, search: _Search, count: int) -> Iterator[Choice | None]:
    yield from single_entries(problem)
    yield from search.run(_WORK + 20 * count)


@dataclass(frozen=True)
class _Node:
    """The first `place` undecided entries are decided: positions on the upper branch, one on the middle branch or
    None.
    """

    place: int
    upper: tuple[int, ...]
    middle: int | None


class _Search:
    """Two entries or more above the threshold, N > β: depth first over the choices, largest entries first."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.shape = problem, Shape.of(problem)
        self.size = np.abs(problem.w_star)
        self.inside = np.zeros(0, np.intp)
        self.undecided = np.zeros(0, np.intp)
        self.outside_square = 0.0
        self.low, self.high = self._bounds()
        if self.low < self.high:
            self._decide()
        order = np.argsort(-self.size[self.undecided], kind="stable")
        self.undecided = self.undecided[order]
        self.values = self.size[self.undecided]
        self.tail = np.append(np.cumsum((self.values**2)[::-1])[::-1], 0.0)
        self.folds = [float(self.shape.fold(y)) for y in self.values[:64]]

    def _bounds(self) -> tuple[float, float]:
        """Gaps between which the limits are: an upper branch with |w_i| <= 1 needs its fold below u = 1."""
        p, shape = self.problem, self.shape
        least = max(p.norm, p.pull)
        # 1e-100: gaps below it would take entries and λ/κ below it, and leave float64 when cubed.
        low = max(p.norm - p.pull, 2 * least * shape.c / (1 + shape.a) ** 3, 1e-100)
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
            outside = self.size[~(possible | forced)]
            self.outside_square = float(np.dot(outside, outside))
            state = len(self.inside) - len(self.undecided)
            if state == decided or self.low >= self.high:
                return
            decided = state
            self._narrow(outside, possible)

    def _narrow(self, outside: Array, possible: npt.NDArray[np.bool_]) -> None:
        p, shape = self.problem, self.shape

        def most(gap: float) -> tuple[float, float]:
            """The norm with as many entries as possible on the upper branch."""
            joined = possible & (self.size > shape.cut(gap))
            others = self.size[~joined]
            return Selection(shape, self.size[joined], float(np.dot(others, others))).square(gap, p.pull + gap)

        if most(self.low)[0] < 1:
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

    def run(self, work: int) -> Iterator[Choice | None]:
        """All limits; None at the end if the work allowed did not suffice."""
        stack = [_Node(0, (), None)] if self.low < self.high else []
        while stack:
            node = stack.pop()
            work -= 1 + (len(self.values) + len(self.inside)) // 200
            if work < 0:
                yield None
                return
            interval = self._interval(node)
            if interval is None:
                continue
            if node.place == len(self.values):
                yield from self._leaf(node, *interval)
                continue
            following = node.place + 1
            stack.append(_Node(following, node.upper, node.middle))
            if node.middle is None:
                stack.append(_Node(following, node.upper, node.place))
            stack.append(_Node(following, (*node.upper, node.place), node.middle))

    def _fold(self, place: int) -> float:
        return self.folds[place] if place < len(self.folds) else float(self.shape.fold(float(self.values[place])))

    def _interval(self, node: _Node) -> tuple[float, float] | None:
        """Gaps at which the decided entries can be where they are and completions reach ‖w̄‖ = 1; None if there are
        none.
        """
        p, shape = self.problem, self.shape
        low, high = self.low, self.high
        if node.upper:
            weakest = node.upper[-1]
            high = min(high, float(shape.gap(float(self.values[weakest]), self._fold(weakest))))
        taken = {*node.upper, node.middle}
        dropped = next((i for i in range(node.place) if i not in taken), None)
        if dropped is not None:
            low = max(low, float(self.values[dropped]) / p.threshold - p.pull)
        if node.middle is not None:
            y, fold = float(self.values[node.middle]), self._fold(node.middle)
            if not fold > shape.u_t:
                return None
            low, high = max(low, float(shape.gap(y, shape.u_t))), min(high, float(shape.gap(y, fold)))
        if not low <= high or low <= 0:
            return None
        return (low, high) if self._reaches(node, low, high) else None

    def _reaches(self, node: _Node, low: float, high: float) -> bool:
        """Whether ‖w̄‖ = 1 is between the least and the largest that completions give on the interval."""
        least = self._selection(node, node.place)
        extra = self.shape.u_t if node.middle is not None else None
        floor = 0.0 if extra is None else self.shape.x(extra) ** 2
        if least.square(high, self.problem.pull + high)[0] + floor > 1 + 1e-12:
            return False
        free = self.values[node.place :]
        joined = free[free > self.shape.cut(low) * (1 - 1e-13)]
        most = Selection(self.shape, np.concatenate([least.upper, joined]), least.lower - float(np.dot(joined, joined)))
        top = 0.0 if node.middle is None else self.shape.x(self._fold(node.middle)) ** 2
        return most.square(low, self.problem.pull + low)[0] + top >= 1 - 1e-12

    def _selection(self, node: _Node, place: int) -> Selection:
        """The decided entries without the middle one; the undecided on the lower branch."""
        upper = np.concatenate([self.size[self.inside], self.values[list(node.upper)]])
        mask = np.ones(len(self.values), bool)
        mask[list(node.upper)] = False
        if node.middle is not None:
            mask[node.middle] = False
        lower = self.values[mask]
        return Selection(self.shape, upper, self.outside_square + float(np.dot(lower, lower)))

    def _leaf(self, node: _Node, low: float, high: float) -> Iterator[Choice]:
        others = self._selection(node, node.place)
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
            yield Choice(Root(pull + gap, gap, math.inf), others.lower, pieces)

    def _one_middle(
        self, others: Selection, pieces: tuple[npt.NDArray[np.intp], ...], place: int, low: float, high: float
    ) -> Iterator[Choice]:
        shape, y = self.shape, float(self.values[place])

        def at(gap: float) -> float:
            return float(bisect(lambda u: shape.gap(y, u) - gap, shape.u_t, self._fold(place), shape.field.eps))

        def rest(u: float) -> float:
            return others.square(shape.gap(y, u), shape.multiplier(y, u))[0] - 1

        def bounds(a: float, b: float) -> tuple[float, float]:
            return rest(b) + shape.x(a) ** 2, rest(a) + shape.x(b) ** 2

        index = int(self.undecided[place])
        sign = 1.0 if self.problem.w_star[index] > 0 else -1.0
        for u in rises(lambda u: rest(u) + shape.x(u) ** 2, bounds, at(low), at(high), shape.field.eps):
            root = Root(float(shape.multiplier(y, u)), float(shape.gap(y, u)), math.inf)
            yield Choice(root, others.lower, pieces, ((index, sign * float(shape.x(u)), sign * u),))
