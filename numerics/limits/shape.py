"""The cubic that an entry of the fixed-point equation solves under TL1, its branches, and a bracketing root finder.

u = S(x) ranges over [u_t, ∞); x = X(u) = u + ρp'(u), with p'(u) = a(a+1)/(a+u)². In units of `Problem.scale` an entry
obeys gap·u + Nρp'(u) = y, where gap = N − β. See `numerics.limits.tl1`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.limits.problem import Field, Number, Problem

__all__ = ["Shape", "bisect"]


def bisect(f: Callable[[Number], Number], low: Number, high: Number, eps: Number) -> Number:
    """Root of a function with f(low) <= 0 <= f(high): Illinois steps, a halving whenever two of them did not halve
    the bracket.
    """
    below, above = f(low), f(high)
    if not below < 0:
        return low
    if not above > 0:
        return high
    width, side, tries = abs(high - low), 0, 0
    while abs(high - low) > eps * max(abs(low), abs(high)):
        middle = low + (high - low) * (below / (below - above))
        if tries >= 2 or not min(low, high) < middle < max(low, high):
            middle, tries = (low + high) / 2, 0
            if middle in (low, high):
                break
        value = f(middle)
        if not value:
            return middle
        if value < 0:
            low, below, above, side = middle, value, above / 2 if side < 0 else above, -1
        else:
            high, above, below, side = middle, value, below / 2 if side > 0 else below, 1
        halved = abs(high - low) <= width / 2
        width, tries = (abs(high - low), 0) if halved else (width, tries + 1)
    return (low + high) / 2


@dataclass(frozen=True)
class Shape:
    """The cubic's data: ρ, a, β (in units of the problem) and the arithmetic."""

    rho: Number
    a: Number
    pull: Number
    field: Field

    @classmethod
    def of(cls, problem: Problem) -> Shape:
        """The shape of a problem."""
        return cls(problem.rho, problem.a, problem.pull, problem.field)

    @property
    def c(self) -> Number:
        """ρa(a+1)."""
        return self.rho * self.a * (self.a + 1)

    @property
    def u_t(self) -> Number:
        """S(t+), the least nonzero |S(x)|."""
        size = 2 * self.rho * (self.a + 1)
        return size**0.5 - self.a if size > self.a * self.a else 0 * self.a

    def x(self, u: Any) -> Any:
        """X(u), the entry whose proximal value is u."""
        return u + self.c / (self.a + u) ** 2

    def dx(self, u: Any) -> Any:
        """X'(u); S' = 1/X'."""
        return 1 - 2 * self.c / (self.a + u) ** 3

    def multiplier(self, y: Number, u: Number) -> Number:
        """N at which u solves the entry's cubic for y."""
        return (y + self.pull * u) / self.x(u)

    def gap(self, y: Number, u: Number) -> Number:
        """N − β there, without the cancellation."""
        return (y - self.pull * self.c / (self.a + u) ** 2) / self.x(u)

    def fold(self, y: Number) -> Number:
        """u at which `multiplier` is largest: there the upper and the middle branch of y meet; u_t if they do not."""
        low = self.u_t

        def falling(u: Number) -> Number:
            return (y + self.pull * u) * self.dx(u) - self.pull * self.x(u)

        if falling(low) >= 0:
            return low
        high = 1 + low
        while falling(high) < 0:
            high *= 2
        return bisect(falling, low, high, self.field.eps)

    def cut(self, gap: Number) -> Number:
        """The y above which an entry has an upper branch at this gap > 0."""
        multiplier = self.pull + gap
        fold = self.field.cbrt(2 * multiplier * self.c / gap) - self.a
        u = max(fold, self.u_t)
        return gap * u + multiplier * self.c / (self.a + u) ** 2

    def upper(self, y: Any, gap: Number, multiplier: Number | None = None) -> Any:
        """Larger root u of gap·u + Nρp'(u) = y, by the trigonometric form of the cubic and one Newton step on it."""
        n = self.pull + gap if multiplier is None else multiplier
        pull = n * self.c
        reach = y / gap + self.a
        q = np.minimum(27 * (pull / gap) / (4 * reach**3), 1)
        u = y / gap - 4 * reach * self.field.sin(self.field.asin(self.field.sqrt(q)) / 3) ** 2 / 3
        u = np.maximum(u, self.u_t)
        slope = np.maximum(gap - 2 * pull / (self.a + u) ** 3, gap / 100)
        return np.maximum(u - (gap * u + pull / (self.a + u) ** 2 - y) / slope, self.u_t)

    def proximal(self, x: Number) -> Number:
        """Largest u with X(u) = x, for x >= t."""
        return self.upper(x, 1, 1)
