"""The problem N w = κ w* + β S(w) on the unit sphere, in float64 or in digits; `numerics.limits.pose` poses it.

Everything is computed in units of κ: with y = w* as given and ν = ‖y‖ it reads (N/scale) w = y + pull·S(w), where
scale = κ/ν and pull = β/scale. Arrays are float64, or hold mpmath numbers when digits are asked for; the same code
runs on both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from numerics.arguments import ONE_THREAD, float_range
from numerics.generated.penalties import PROXIMAL_MAPS
from numerics.limits.field import FLOATS, Field, Number
from numerics.limits.law import Law

__all__ = ["BLOCK", "Problem", "blocks", "in_range"]

BLOCK: Final = ONE_THREAD
"""Entries worked on at a time: the buffers stay in the cache, and BLAS does not wake threads for an inner product,
which on a busy machine costs ten times what it saves.
"""


@dataclass(frozen=True, eq=False)
class Problem:
    """Checked arguments. `w_star` (n,) has the norm `norm`, within rounding of 1; the true weight is w_star/norm."""

    w_star: npt.NDArray[Any]
    norm: Number
    kappa: Number
    beta: Number
    lam: Number
    penalty: str
    parameters: Mapping[str, Number]
    field: Field

    @property
    def size(self) -> int:
        """n, the length of w*."""
        return len(self.w_star)

    @property
    def remedy(self) -> str:
        """What to do where the numbers are too far apart for float64."""
        given = {"kappa": self.kappa, "beta": self.beta, "lam": self.lam, **self.parameters}
        listed = ", ".join(f"{name} = {value!s}" for name, value in given.items())
        return f"{listed} are too far apart; scale them, or ask sparse_limit for digits"

    @cached_property
    def scale(self) -> Number:
        """The unit of multipliers: N = scale · (N in these units)."""
        return self.kappa / self.norm

    @cached_property
    def pull(self) -> Number:
        """β in units of `scale`."""
        return self.beta / self.scale

    @cached_property
    def level(self) -> Number:
        """λ in units of `scale`."""
        return self.lam / self.scale

    @cached_property
    def rho(self) -> Number:
        """λ/β; infinite for β = 0 < λ, and 0 for β = λ = 0."""
        if self.beta:
            return self.lam / self.beta
        return math.inf if self.lam else self.lam

    @cached_property
    def law(self) -> Law:
        """How entries answer to N; for β > 0, as S does not matter otherwise."""
        return Law(self.penalty, self.parameters, self.rho, self.level, self.pull, self.field)

    @cached_property
    def threshold(self) -> Number:
        """Largest |x| with S(x) = 0; infinite for β = 0."""
        return self.law.threshold if self.beta else math.inf

    @cached_property
    def largest(self) -> Number:
        """max |w*_i|, as given."""
        return max(max(piece.max(), -piece.min()) for piece in blocks(self.w_star))

    @property
    def rounding(self) -> Number:
        """Relative distance of a tie: numbers closer than that are equal as far as the arguments, rounded, tell."""
        return 2 * self.field.eps

    @cached_property
    def cut(self) -> Number:
        """Largest |w*_i|, as given, with S(w*_i) = 0, ties included."""
        return self.threshold * self.norm * (1 + 4 * self.rounding)

    def above(self, y: Any, multiplier: Number) -> Any:
        """Whether an entry of magnitude y exceeds the threshold where w_i = y/N would be at most that but for a tie."""
        return y > multiplier * self.threshold * (1 + 4 * self.rounding)

    def apart(self, y: Any, u: Any, multiplier: Any) -> Any:
        """Whether an entry with u = S(w) is another than w = y/N below the threshold: not so at a tie, where u is 0 to
        rounding and S is continuous there.
        """
        if self.law.least > 0:
            return u > self.law.least * (1 + 4 * self.rounding)
        tie = np.abs(y - multiplier * self.threshold) <= 4 * self.rounding * np.abs(y)
        return ~tie | (u > self.field.eps**0.5)

    def proximal(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """S(x): in float64 the generated map, where it costs much only where |x| exceeds its threshold; in digits P1 to
        P3 there.
        """
        if not self.beta:
            return x * 0 if self.lam else x * 1
        if self.penalty == "l1" and self.field is FLOATS:
            return PROXIMAL_MAPS["l1"](x, self.rho)
        result = x * 0
        above = np.flatnonzero(np.abs(x) > self.threshold)
        if len(above) and self.field is FLOATS:
            result[above] = PROXIMAL_MAPS[self.penalty](x[above], self.rho, **self.parameters)
        elif len(above):
            result[above] = np.sign(x[above]) * self.law.proximal(np.abs(x[above]))
        return result


def blocks(array: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Consecutive views of at most `BLOCK` entries."""
    for start in range(0, len(array), BLOCK):
        yield array[start : start + BLOCK]


def in_range(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The value of a record's property; ValueError if it is not finite. `_problem` is the record's attribute."""

    @wraps(method)
    def checked(self: Any) -> Any:
        problem = self._problem
        if problem.field is not FLOATS:
            return method(self)
        with float_range(problem.remedy):
            value = method(self)
        if not np.isfinite(value).all():
            raise ValueError(f"the computation leaves the range of float64; {problem.remedy}")
        return value

    return checked
