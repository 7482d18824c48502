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
    """The cubic's data: ρ, a, λ and β (in units of the problem) and the arithmetic.

    βρ is `level`, which keeps its digits: with it nothing here subtracts numbers of the size of β.
    """

    rho: Number
    a: Number
    level: Number
    pull: Number
    field: Field

    @classmethod
    def of(cls, problem: Problem) -> Shape:
        """The shape of a problem."""
        return cls(problem.rho, problem.a, problem.level, problem.pull, problem.field)

    @property
    def u_t(self) -> Number:
        """S(t+), the least nonzero |S(x)|."""
        root = (2 * self.rho * (self.a + 1)) ** 0.5
        return root - self.a if root > self.a else 0 * self.a

    def slope(self, u: Any) -> Any:
        """p'(u), in factors that stay in range for every a."""
        reach = self.a + u
        return (self.a / reach) * ((self.a + 1) / reach)

    def bend(self, u: Any) -> Any:
        """−p''(u)."""
        return 2 * self.slope(u) / (self.a + u)

    def x(self, u: Any) -> Any:
        """X(u), the entry whose proximal value is u."""
        return u + self.rho * self.slope(u)

    def dx(self, u: Any) -> Any:
        """X'(u); S' = 1/X'."""
        return 1 - self.rho * self.bend(u)

    def multiplier(self, y: Number, u: Number) -> Number:
        """N at which u solves the entry's cubic for y."""
        return (y + self.pull * u) / self.x(u)

    def gap(self, y: Number, u: Number) -> Number:
        """N − β there, without the cancellation."""
        return (y - self.level * self.slope(u)) / self.x(u)

    def turn(self, y: Number, u: Number) -> Number:
        """X² dN/du at that y: it decreases in u, and is positive on the middle branch."""
        bend = self.bend(u)
        return self.level * (self.slope(u) + u * bend) + y * (self.rho * bend - 1)

    def stiffness(self, u: Any, gap: Any) -> Any:
        """D = N − βS' of an entry, from the gap N − β."""
        return gap - self.level * self.bend(u) / self.dx(u)

    def fold(self, y: Number) -> Number:
        """u at which `multiplier` is largest: there the upper and the middle branch of y meet; u_t if they do not,
        and at most 1, which no entry exceeds.
        """
        low = self.u_t
        high = 1 + 0 * low
        if self.turn(y, low) < 0:
            return low
        if low >= high or self.turn(y, high) >= 0:
            return max(low, high)
        return bisect(lambda u: -self.turn(y, u), low, high, self.field.eps)

    def cut(self, gap: Number) -> Number:
        """The y above which an entry has an upper branch at this gap > 0, or a middle one that reaches u = 1."""
        strength, cbrt = self.level + gap * self.rho, self.field.cbrt
        fold = cbrt(self.a) * cbrt(self.a + 1) * cbrt(2 * strength / gap) - self.a
        u = max(min(fold, 1), self.u_t)
        return gap * u + strength * self.slope(u)

    def upper(self, y: Any, gap: Number, strength: Number | None = None) -> Any:
        """Larger root u of gap·u + strength·p'(u) = y, by the trigonometric form of the cubic and one Newton step on
        it; strength is Nρ.
        """
        strength = self.level + gap * self.rho if strength is None else strength
        reach = y / gap + self.a
        q = np.minimum(27 * (strength / gap) * (self.a / reach) * ((self.a + 1) / reach) / (4 * reach), 1)
        u = y / gap - 4 * reach * self.field.sin(self.field.asin(self.field.sqrt(q)) / 3) ** 2 / 3
        u = np.maximum(u, self.u_t)
        slope = np.maximum(gap - strength * self.bend(u), gap / 100)
        return np.maximum(u - (gap * u + strength * self.slope(u) - y) / slope, self.u_t)

    def proximal(self, x: Number) -> Number:
        """Largest u with X(u) = x, for x >= t."""
        return self.upper(x, 1, self.rho)
