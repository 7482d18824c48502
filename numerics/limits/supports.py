"""R7 for l0: all supports J of limits with N > β, that is w_i = y_i/(N − β) on J and y_i/N off it.

N depends on q = Σ_J y_i² alone, and increases with it. J fits when |y_i| > (N − β)T on it and |y_i| <= N T off it. An
interval for q gives one for N, which decides entries outside of the band between; the others are searched depth
first, largest first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numerics.arguments import Array
from numerics.limits.problem import Problem
from numerics.limits.solve import Root, l0_root, newton, unmoved

__all__ = ["l0_supports"]

Found = list[tuple[Root, float, tuple[npt.NDArray[np.intp], ...]]]

_WORK = 20_000
"""Nodes of the search allowed besides 20 for every limit asked for."""


@dataclass(frozen=True, eq=False)
class _Band:
    """Entries surely in J, and those yet to be decided with their magnitudes, largest first; squared norms of both
    and of the rest.
    """

    inside: npt.NDArray[np.intp]
    undecided: npt.NDArray[np.intp]
    size: Array
    square_in: float
    square_out: float


def l0_supports(problem: Problem, count: int) -> tuple[Found, str]:
    """At most `count` limits (root, squared norm off J, indices of J in pieces), and why there may be more; "" if there
    are none.
    """
    p = problem
    found: Found = []
    if p.largest <= p.cut:
        found.append((unmoved(p), p.norm**2, ()))
    band = _decide(p) if p.threshold < 1 else None  # an entry of J exceeds the threshold
    if band is None:
        return found[:count], ""
    finished = _Search(p, band, count, found).run()
    return found[:count], "" if finished else "the search for supports stopped, at `count` or at the work allowed"


def gap_of(problem: Problem, upper: float, lower: float) -> float:
    """N − β > 0 where upper/(N − β)² + lower/N² = 1; 0 if upper is."""
    p = problem
    low = max(p.norm - p.pull, 0.0)
    if not upper > 0:
        return low

    def evaluate(gap: float) -> tuple[float, float]:
        ratio = gap / (p.pull + gap)
        square = upper + lower * ratio**2
        return gap / math.sqrt(square), (upper + lower * ratio**3) / square / math.sqrt(square)

    return min(newton(evaluate, low, low, p.field.eps), p.norm)


def _decide(problem: Problem) -> _Band | None:
    """Decide entries by the bounds on N until nothing changes; None if that leaves no support but the empty one."""
    p = problem
    size = np.abs(p.w_star)
    inside, outside = np.zeros(p.size, bool), size == 0
    while True:
        square_in, square_out = (float(np.dot(size[mask], size[mask])) for mask in (inside, outside))
        undecided = ~(inside | outside)
        free = float(np.dot(size[undecided], size[undecided]))
        low, high = gap_of(p, square_in, square_out + free), gap_of(p, square_in + free, square_out)
        # A rounding error of slack: what is decided here must not depend on it.
        more_in = undecided & (size > (p.pull + high) * p.threshold * (1 + 1e-13))
        more_out = undecided & (size < low * p.threshold * (1 - 1e-13))
        if not (more_in.any() or more_out.any()):
            break
        inside |= more_in
        outside |= more_out
    if not inside.any() and not undecided.any():
        return None
    places = np.flatnonzero(undecided)
    places = places[np.argsort(-size[places], kind="stable")]
    return _Band(np.flatnonzero(inside), places, size[places], square_in, square_out)


class _Search:
    """Depth first over the undecided entries; a node is (how many are decided, which of them are in J)."""

    def __init__(self, problem: Problem, band: _Band, count: int, found: Found) -> None:
        self.problem, self.band, self.count, self.found = problem, band, count, found
        self.tail = np.append(np.cumsum((band.size**2)[::-1])[::-1], 0.0)
        size = np.abs(problem.w_star)
        self.least_in = float(size[band.inside].min(initial=math.inf))
        decided_out = np.ones(problem.size, bool)
        decided_out[band.inside] = decided_out[band.undecided] = False
        self.largest_out = float(size[decided_out].max(initial=0.0))

    def run(self) -> bool:
        """Whether all supports were seen."""
        chosen = self._seed()
        stack: list[tuple[int, tuple[int, ...], float, float]] = [(0, (), 0.0, 0.0)]
        work = _WORK + 20 * self.count
        while stack:
            place, inside, square, dropped = stack.pop()
            work -= 1 + len(self.band.size) // 1000
            if len(self.found) >= self.count or work < 0:
                return False
            if not self._possible(place, inside, square, dropped):
                continue
            if place == len(self.band.size):
                if inside != chosen:
                    self._add(inside, square, dropped)
                continue
            entry = float(self.band.size[place])
            stack.append((place + 1, inside, square, dropped + entry**2))
            stack.append((place + 1, (*inside, place), square + entry**2, dropped))
        return True

    def _seed(self) -> tuple[int, ...] | None:
        """The support of `sparse_limit` first: it is listed however early the search stops."""
        root = l0_root(self.problem)
        if root.cut == math.inf:
            return None
        inside = tuple(int(i) for i in np.flatnonzero(self.band.size > root.cut))
        dropped = self.band.size[len(inside) :]  # the cut keeps the largest
        self.found.append((root, self.band.square_out + float(np.dot(dropped, dropped)), self._indices(inside)))
        return inside

    def _indices(self, inside: tuple[int, ...]) -> tuple[npt.NDArray[np.intp], ...]:
        pieces = (self.band.inside, self.band.undecided[list(inside)] if inside else self.band.inside[:0])
        return tuple(piece for piece in pieces if len(piece))

    def _possible(self, place: int, inside: tuple[int, ...], square: float, dropped: float) -> bool:
        """Whether some N that completions of this node can have fits the entries decided."""
        p, band = self.problem, self.band
        free = float(self.tail[place])
        upper, lower = band.square_in + square, band.square_out + dropped
        least = float(band.size[inside[-1]]) if inside else self.least_in
        largest = self.largest_out
        if len(inside) < place:
            first_out = next((i for i, taken in enumerate(inside) if i != taken), len(inside))
            largest = max(largest, float(band.size[first_out]))
        if (len(band.inside) + len(inside)) * p.threshold**2 >= 1:
            return False
        low, high = gap_of(p, upper, lower + free), gap_of(p, upper + free, lower)
        return least > low * p.threshold * (1 - 1e-15) and largest <= (p.pull + high) * p.threshold

    def _add(self, inside: tuple[int, ...], square: float, dropped: float) -> None:
        upper = self.band.square_in + square
        if not upper > 0:
            return
        gap = gap_of(self.problem, upper, self.band.square_out + dropped)
        multiplier = self.problem.pull + gap
        least = float(self.band.size[inside[-1]]) if inside else self.least_in
        if gap > 0 and self.problem.above(least, gap):
            lower = self.band.square_out + dropped
            self.found.append((Root(multiplier, gap, math.inf), lower, self._indices(inside)))
