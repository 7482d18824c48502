"""The law of a penalty: an entry of N w = y + pull·S(w) as a function of N (R4), and how it answers to N (R7). And what
a choice of branches comes to.

u = |S(w)| ranges over [u_t, ∞), and x = |w| is X(u) = u + ρp'(u). In units of `Problem.scale` an entry obeys
gap·u + Nρp'(u) = y, where gap = N − β. All that differs between penalties is p', p'', u_t and S beyond the threshold,
which are generated; the rest is said once, here. l1 and l0 are straight: p' is a number, and x = (y − λp')/gap. TL1 is
curved: the left side is convex in u, its larger root the upper branch (stable by itself), the smaller one the middle
branch, of which a stable limit may use one at most. They meet at the fold; below u_t the proximal map is never.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from numerics.generated.limits import BENDS, CURVED, KEPT, LEAST, SLOPES, TURNING
from numerics.generated.penalties import THRESHOLDS
from numerics.limits.field import FLOATS, Field, Number, bisect, blocks, climb, inner


@dataclass(frozen=True, eq=False)
class Law:
    """A penalty's law for one ρ, with λ (`level`) and β (`pull`) in units of the problem.

    βρ is `level`, which keeps its digits: with it nothing here subtracts numbers of the size of β.
    """

    penalty: str
    parameters: Mapping[str, Number]
    rho: Number
    level: Number
    pull: Number
    field: Field

    @cached_property
    def curved(self) -> bool:
        """Whether p' varies, so that an entry may have two nonzero branches."""
        return self.penalty in CURVED and bool(self.rho)

    @cached_property
    def convex(self) -> bool:
        """Whether p is convex (l1): S does not jump, and there is one limit with N > β at most."""
        return not self.curved and not self.least

    @cached_property
    def least(self) -> Number:
        """u_t = S(t+), the least nonzero |S(x)|."""
        return self.field.number(LEAST[self.penalty](self.field, self.rho, **self.parameters))

    @cached_property
    def threshold(self) -> Number:
        """t, the largest |x| with S(x) = 0; in float64 that of the generated map, to the last bit."""
        if self.field is not FLOATS:
            return self.x(self.least)
        with np.errstate(over="ignore"):  # beyond float64 is beyond every entry
            return float(THRESHOLDS[self.penalty](self.rho, **self.parameters))

    @cached_property
    def offset(self) -> Number:
        """λp' of a straight law."""
        return self.level * self.slope(self.least) if self.rho else 0 * self.level

    def slope(self, u: Any) -> Any:
        """p'(u)."""
        return SLOPES[self.penalty](u, **self.parameters)

    def bend(self, u: Any) -> Any:
        """−p''(u)."""
        return BENDS[self.penalty](u, **self.parameters)

    def x(self, u: Any) -> Any:
        """X(u), the entry whose proximal value is u."""
        return u + self.rho * self.slope(u)

    def dx(self, u: Any) -> Any:
        """X'(u); S' = 1/X'."""
        return 1 - self.rho * self.bend(u)

    def multiplier(self, y: Number, u: Number) -> Number:
        """N at which u solves the entry's equation for y."""
        return (y + self.pull * u) / self.x(u)

    def gap(self, y: Any, u: Any) -> Any:
        """N − β there, without the cancellation."""
        return (y - self.level * self.slope(u)) / self.x(u)

    def turn(self, y: Number, u: Number) -> Number:
        """X² dN/du at that y: it decreases in u, and is positive on the middle branch."""
        bend = self.bend(u)
        return self.level * (self.slope(u) + u * bend) + y * (self.rho * bend - 1)

    def stiffness(self, u: Any, gap: Any) -> Any:
        """D = N − βS' of an entry, from the gap N − β."""
        bend = self.bend(u)
        return gap - self.level * bend / (1 - self.rho * bend)

    def fold(self, y: Number) -> Number:
        """u at which `multiplier` is largest: there the upper and the middle branch of y meet; u_t if they do not,
        and at most 1, which no entry exceeds.
        """
        low = self.least
        high = 1 + 0 * low
        if self.turn(y, low) < 0:
            return low
        if low >= high or self.turn(y, high) >= 0:
            return max(low, high)
        return bisect(lambda u: -self.turn(y, u), low, high, self.field.eps)

    def cut(self, gap: Number) -> Number:
        """The y above which an entry has an upper branch at this gap > 0, or a middle one that reaches u = 1."""
        strength, u = self.level + gap * self.rho, self.least
        if self.curved:
            turning = TURNING[self.penalty](self.field, 2 * strength / gap, **self.parameters)
            u = max(min(turning, 1), u)
        return gap * u + strength * self.slope(u)

    def kept(self, y: Any, gap: Number, strength: Number | None = None) -> Any:
        """`upper` to a few rounding errors."""
        strength = self.level + gap * self.rho if strength is None else strength
        u = KEPT[self.penalty](self.field, y / gap, strength / gap, **self.parameters)
        return np.maximum(u, self.least) if self.curved else u

    def upper(self, y: Any, gap: Number, strength: Number | None = None) -> Any:
        """Larger root u of gap·u + strength·p'(u) = y, strength being Nρ: S(y/gap) at ρ = strength/gap, with one Newton
        step on what is curved.
        """
        strength = self.level + gap * self.rho if strength is None else strength
        u = self.kept(y, gap, strength)
        if not self.curved:
            return u
        slope = np.maximum(gap - strength * self.bend(u), gap / 100)
        return np.maximum(u - (gap * u + strength * self.slope(u) - y) / slope, self.least)

    def proximal(self, x: Any) -> Any:
        """Largest u with X(u) = x, for x >= t."""
        return self.upper(x, 1, self.rho)

    def beyond(self, x: Any) -> tuple[Any, Any]:
        """λp'(u) and S' at entries x beyond the threshold, at it where they are not."""
        if not self.curved:
            return self.offset, 1
        u = self.proximal(np.maximum(x, self.threshold))
        return self.level * self.slope(u), 1 / self.dx(u)

    def entries(self, y: Any, gap: Number, multiplier: Number) -> tuple[Any, Any]:
        """(x, u) of magnitudes y on the upper branch, x above the threshold by a rounding error at least."""
        limit = self.threshold * (1 + self.field.eps)
        if self.curved:
            u = self.upper(y, gap)
            return np.maximum((y + self.pull * u) / multiplier, limit), u
        x = np.maximum((y - self.offset) / gap, limit)  # an excess over λ keeps its digits where the gap is small
        return x, (x - self.rho * self.slope(x) if self.rho else x)


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


class Selection:
    """Entries `upper` (magnitudes) on the upper branch, all others together of squared norm `lower`.

    A function of the gap: N − β would lose its digits. For straight laws 1/‖w̄‖ is concave and increasing in it (a
    power mean of the concave 1/|w̄_i|).
    `beside`: Σ (y − λp')² of further entries on the upper branch of a straight law.
    """

    def __init__(self, law: Law, upper: npt.NDArray[Any], lower: Number, beside: Number = 0.0) -> None:
        self.law, self.upper, self.lower, self.beside = law, upper, lower, beside

    @cached_property
    def active(self) -> Number:
        """Σ (y − λp')² over the upper branch of a straight law."""
        excesses = (piece - self.law.offset for piece in blocks(self.upper))
        return self.beside + self.law.field.total([inner(excess, excess) for excess in excesses])

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
            u = law.kept(y, gap)
            x = (y + law.pull * u) / n
            curvature = np.maximum(law.stiffness(u, gap), law.field.eps * gap)
            squares.append(inner(x, x))
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
