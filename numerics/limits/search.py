"""R7: all limits with two entries or more above the threshold, N > β, of which one at most is on its middle branch.

A search over the choices of branches, depth first, largest entries first; each node is bounded by what its completions
can make of ‖w̄‖. Of an entry alone `numerics.limits.singles` knows. Notation: `numerics.limits.law`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from numerics.arguments import Array
from numerics.limits.field import bisect, rises
from numerics.limits.folds import sparse_root
from numerics.limits.law import Root, Selection
from numerics.limits.problem import Problem

_WORK = 20_000
"""Nodes of the search allowed besides 20 for every limit asked for."""


def seeds(problem: Problem) -> list[Root]:
    """w̄ = w*, or the sparse limit, so that it is listed however early the search stops; not if `singles` has it."""
    root, size = sparse_root(problem), np.abs(problem.w_star)
    if root is None or root.cut == math.inf:
        return [root] if root is not None else []
    above = problem.above(size, root.cut / problem.threshold)
    middle = tuple((i, u) for i, u in root.placed if problem.law.stiffness(abs(u), root.gap) < 0)
    above[[i for i, _ in root.placed]] = True
    above[[i for i, _ in middle]] = False
    where = np.flatnonzero(above)
    if len(where) + len(middle) < 2:
        return []
    rest = size[~above]
    lower = float(np.dot(rest, rest)) - sum(size[i] ** 2 for i, _ in middle)
    return [Root(root.multiplier, root.gap, math.inf, middle, (where,), max(lower, 0.0))]


@dataclass(frozen=True)
class _Node:
    """The first `place` undecided entries are decided: positions on the upper branch, one on the middle branch or
    None, the first one on the lower branch or None.
    """

    place: int
    upper: tuple[int, ...]
    middle: int | None
    lower: int | None

    def children(self, curved: bool) -> Iterator[_Node]:
        """The next entry on each branch."""
        here, after = self.place, self.place + 1
        yield _Node(after, self.upper, self.middle, here if self.lower is None else self.lower)
        if curved and self.middle is None:
            yield _Node(after, self.upper, here, self.lower)
        yield _Node(after, (*self.upper, here), self.middle, self.lower)


class Search:
    """The search; `unsure` says at its end whether a multiplier could not be told from another or from β to rounding,
    `stopped` whether the work allowed did not suffice.
    """

    def __init__(self, problem: Problem) -> None:
        p, law = problem, problem.law
        self.problem, self.law, self.size = p, law, np.abs(p.w_star)
        # Gaps between which the limits are: an upper branch with |w_i| <= 1 needs its fold below u = 1. 1e-100: gaps
        # below it would take entries and λ/κ below it, and leave float64 when cubed.
        self.low = max(p.norm - p.pull, max(p.norm * p.rho, p.level) * law.bend(1.0), 1e-100) * (1 - 1e-12)
        self.high = p.norm * (1 + 1e-12) if p.threshold < 1 else self.low  # an entry above the threshold exceeds it
        inside, undecided = self._decide()
        self.inside, self.undecided = inside, undecided[np.argsort(-self.size[undecided], kind="stable")]
        self.sure, self.values = self.size[self.inside], self.size[self.undecided]
        self.negated, self.squares = -self.values, np.append(0.0, np.cumsum(self.values**2))
        free = np.delete(self.size, self.inside)
        self.rest = float(np.dot(free, free))
        self.beside = Selection(law, self.sure, 0.0).active if not law.curved else 0.0
        self.unsure = self.stopped = False
        self._fold = cache(lambda place: float(law.fold(float(self.values[place]))))

    def _decide(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Entries that every choice has on the upper branch, and those that are open, by the interval of N, which
        shrinks as they are found.
        """
        p, decided = self.problem, -1
        inside = undecided = np.zeros(0, np.intp)
        while self.low < self.high:
            possible = self.size > self.law.cut(self.low) * (1 - 1e-13)
            forced = self.size > (p.pull + self.high) * p.threshold * (1 + 1e-13)
            inside, undecided = np.flatnonzero(forced), np.flatnonzero(possible & ~forced)
            if len(inside) - len(undecided) == decided:
                break
            decided = len(inside) - len(undecided)
            self._narrow(np.sort(self.size[possible])[::-1], self.size[inside])
        return inside, undecided

    def _narrow(self, possible: Array, forced: Array) -> None:
        p, law = self.problem, self.law
        negated, squares = -possible, np.append(0.0, np.cumsum(possible**2))

        def most(gap: float) -> float:
            """The norm with as many entries as possible on the upper branch."""
            count = int(np.searchsorted(negated, -law.cut(gap)))
            upper, rest = possible[: count if law.curved else 0], max(p.norm**2 - squares[count], 0.0)
            return float(Selection(law, upper, rest, squares[count]).square(gap)[0])

        if most(self.low) < 1 - 1e-12:
            self.high = self.low
            return
        bracket = [self.low, self.high]
        for _ in range(60):
            middle = (bracket[0] + bracket[1]) / 2
            bracket[most(middle) < 1] = middle
            if bracket[1] - bracket[0] <= 1e-9 * bracket[1]:
                break
        self.high = min(self.high, bracket[1] * (1 + 1e-12))
        rest = self.size[self.size <= (p.pull + self.high) * p.threshold * (1 + 1e-13)]
        least = Selection(law, forced, float(np.dot(rest, rest)))
        fold = self.high
        if len(forced) and least.square(self.low)[0] > 1:
            weakest = float(forced.min())
            fold = min(fold, float(law.gap(weakest, law.fold(weakest))))
            if fold > self.low and least.square(fold)[0] < 1:
                self.low = max(self.low, least.solve(self.low, fold) * (1 - 1e-12))

    def run(self, count: int, found: list[Root]) -> Iterator[Root]:
        """All limits but those `found` before, while the work allowed for `count` lasts."""
        known, work = {_key(root) for root in found}, _WORK + 20 * count
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
                stack += node.children(self.law.curved)
                continue
            if node.place < len(self.values) and node.lower is None:
                node = replace(node, lower=node.place)
                interval = self._interval(node)
            if interval is not None:
                fallen = 0.0 if node.lower is None else self.values[node.lower]
                for root in self._leaf(node, *interval):
                    if _key(root) not in known and not self.problem.above(fallen, root.multiplier):
                        yield root

    def _end(self, place: int) -> float:
        """The gap up to which an entry has its upper branch."""
        return float(self.law.gap(float(self.values[place]), self._fold(place)))

    def _interval(self, node: _Node) -> tuple[float, float] | None:
        """Gaps at which the decided entries can be where they are and completions reach ‖w̄‖ = 1; None if there are
        none.
        """
        p, law = self.problem, self.law
        low, high = self.low, self.high
        if node.upper:
            high = min(high, self._end(node.upper[-1]))
        if node.lower is not None:
            low = max(low, (float(self.values[node.lower]) * (1 - 1e-13) - p.pull * p.threshold) / p.threshold)
        if node.middle is not None:
            if not self._fold(node.middle) > law.least:
                return None
            low = max(low, float(law.gap(float(self.values[node.middle]), law.least)))
            high = min(high, self._end(node.middle))
        if not low <= high or low <= 0:
            return None
        return (low, high) if self._reaches(node, low, high) else None

    def _reaches(self, node: _Node, low: float, high: float) -> bool:
        """Whether ‖w̄‖ = 1 is between the least and the largest that completions give on the interval."""
        least, t = self._selection(node), self.problem.threshold
        if self._least(node, least, high) > 1 + 1e-12:
            return False
        above = max(int(np.searchsorted(self.negated, -self.law.cut(low) * (1 - 1e-13))), node.place)
        if (above - node.place) * t * t >= 1:
            return True
        upper, mass = least.upper, self.squares[above] - self.squares[node.place]
        if self.law.curved:
            upper = np.concatenate([upper, self.values[node.place : above]])
        most = Selection(self.law, upper, max(least.lower - mass, 0.0), self.beside + mass)
        top = 0.0 if node.middle is None else self.law.x(self._fold(node.middle)) ** 2
        return bool(most.square(low)[0] + top >= 1 - 1e-12)

    def _joins(self, node: _Node, low: float, high: float) -> bool:
        """Whether another entry can exceed the threshold; where the largest of those left cannot, none can."""
        high, t = min(high, self._end(node.place)), self.problem.threshold
        more = t * t - (float(self.values[node.place]) / (self.problem.pull + high)) ** 2
        return high >= low and self._least(node, self._selection(node), high) + more <= 1 + 1e-12

    def _least(self, node: _Node, chosen: Selection, gap: float) -> float:
        """‖w̄‖² at that gap with the undecided entries on the lower branch, and the middle one as small as it can be."""
        floor = 0.0 if node.middle is None else self.problem.threshold**2
        return float(chosen.square(gap)[0]) + floor

    def _selection(self, node: _Node) -> Selection:
        """The decided entries without the middle one; the undecided on the lower branch."""
        upper = self.values[list(node.upper)]
        lower = self.rest - float(np.dot(upper, upper))
        if node.middle is not None:
            lower -= float(self.values[node.middle]) ** 2
        if self.law.curved and len(self.sure):
            upper = np.concatenate([self.sure, upper])
        return Selection(self.law, upper, max(lower, 0.0), self.beside)

    def _leaf(self, node: _Node, low: float, high: float) -> Iterator[Root]:
        others = self._selection(node)
        pieces = tuple(piece for piece in (self.inside, self.undecided[list(node.upper)]) if len(piece))
        if node.middle is not None:
            if pieces:
                yield from self._one_middle(others, pieces, node.middle, low, high)
        elif len(self.inside) + len(node.upper) >= 2 and others.square(low)[0] >= 1 >= others.square(high)[0]:
            gap = others.solve(low, high)
            multiplier = self.problem.pull + gap
            weakest = min(float(self.size[piece].min()) for piece in pieces)
            resolved = self._resolved(pieces, gap)
            self.unsure |= not resolved
            if resolved and self.problem.apart(weakest, self.law.upper(weakest, gap), multiplier):
                yield Root(multiplier, gap, upper=pieces, lower=others.lower)

    def _resolved(self, pieces: tuple[npt.NDArray[np.intp], ...], gap: float) -> bool:
        """Whether gap·w_i = y_i − λp'(u_i) is more than a rounding error: else the limits are next to a continuum."""
        y = max(float(self.size[piece].max()) for piece in pieces)
        return bool(gap * self.law.x(self.law.upper(y, gap)) > self.problem.rounding * y)

    def _one_middle(
        self, others: Selection, pieces: tuple[npt.NDArray[np.intp], ...], place: int, low: float, high: float
    ) -> Iterator[Root]:
        law, y = self.law, float(self.values[place])

        def at(gap: float) -> float:
            return float(bisect(lambda u: law.gap(y, u) - gap, law.least, self._fold(place), law.field.eps))

        def excess(u: float) -> float:
            return others.square(law.gap(y, u))[0] + law.x(u) ** 2 - 1

        def enclose(a: float, b: float) -> tuple[float, float, float, float]:
            """Range of `excess` and of its slope for u in [a, b], where N rises with u."""
            low, high = float(law.gap(y, a)), float(law.gap(y, b))
            if not low > 0:
                return -math.inf, math.inf, -math.inf, math.inf
            (small, least), (large, most) = others.range(low, high)
            slow, fast = law.turn(y, b) / law.x(b) ** 2, law.turn(y, a) / law.x(a) ** 2  # dN/du
            own, rise = (law.x(a) ** 2 - 1, law.x(b) ** 2 - 1), (law.x(a) * law.dx(a), law.x(b) * law.dx(b))
            falls, climbs = 2 * (rise[0] - most * fast), 2 * (rise[1] - least * max(slow, 0.0))
            return small + own[0], large + own[1], falls, climbs

        index = int(self.undecided[place])
        sign = 1.0 if self.problem.w_star[index] > 0 else -1.0
        found, certain = rises(excess, enclose, at(low), at(high), law.field.eps)
        self.unsure |= not certain
        for u in found:
            multiplier, gap = float(law.multiplier(y, u)), float(law.gap(y, u))
            resolved = self._resolved(pieces, gap)
            self.unsure |= not resolved
            if u > law.least and resolved and self.problem.apart(y, u, multiplier):
                yield Root(multiplier, gap, math.inf, ((index, sign * u),), pieces, others.lower)


def _key(root: Root) -> tuple[bytes, tuple[int, ...]]:
    """What distinguishes a choice of branches: the entries on the upper ones, and that on another."""
    return np.sort(np.concatenate([*root.upper, np.zeros(0, np.intp)])).tobytes(), tuple(i for i, _ in root.placed)
