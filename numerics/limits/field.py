"""The arithmetic that limits are computed in, float64 or mpmath's numbers in a context of their own, its root finders,
and blocks of entries.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from numerics.arguments import ONE_THREAD
from numerics.elementwise import acute_sine, root

BLOCK: Final = 15 << 10
"""Entries worked on at a time: few calls for the work in them, buffers that stay in the cache, and none of 128 KiB, for
which C libraries may ask the system each time.
"""

Number = Any
"""A float, or an mpmath number."""


@dataclass(frozen=True)
class Field:
    """Relative precision, and the functions that float64 arrays and arrays of mpmath numbers do not share."""

    eps: Number
    sqrt: Callable[[Any], Any]
    asin: Callable[[Any], Any]
    sin: Callable[[Any], Any]
    cbrt: Callable[[Any], Any]
    root: Callable[..., Any]
    """√(a·b·…) of numbers whose product may leave the range of float64."""
    total: Callable[[list[Any]], Number]
    """Sum without rounding on the way."""
    number: Callable[[Any], Number]
    context: Any = None
    """mpmath's, of numbers in digits."""

    def __reduce__(self) -> str:
        if self.context is not None:
            raise TypeError("arithmetic in digits is not pickled; what is computed in it is")
        return "FLOATS"  # the one there is, by its name: it is told by its identity


FLOATS: Final = Field(float(np.finfo(np.float64).eps), np.sqrt, np.arcsin, acute_sine, np.cbrt, root, math.fsum, float)


def digits_field(digits: int) -> Field:
    """mpmath's numbers at `digits` digits, in a context of their own: the global one belongs to every thread."""
    from mpmath.ctx_mp import MPContext

    mp = MPContext()
    mp.dps = digits
    sqrt, asin, sin, cbrt = (np.frompyfunc(function, 1, 1) for function in (mp.sqrt, mp.asin, mp.sin, mp.cbrt))
    return Field(mp.eps, sqrt, asin, sin, cbrt, lambda *factors: sqrt(math.prod(factors)), mp.fsum, mp.mpf, mp)


def blocks(array: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Consecutive views of at most `BLOCK` entries."""
    for start in range(0, len(array), BLOCK):
        yield array[start : start + BLOCK]


def inner(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Number:
    """⟨a, b⟩, in pieces for which BLAS wakes no threads: on a busy machine that costs ten times what it saves."""
    starts = range(0, len(a), ONE_THREAD)
    return sum([np.dot(a[start : start + ONE_THREAD], b[start : start + ONE_THREAD]) for start in starts])


def climb(
    evaluate: Callable[[Number], tuple[Number, Number]],
    low: Number,
    high: Number,
    eps: Number,
    stuck: Callable[[Number, Number], bool] | None = None,
    start: Number | None = None,
) -> Number:
    """Gap in (low, high] at which 1/‖w̄‖, which `evaluate` gives with its slope, is 1: Newton's method, halving where it
    does not converge.

    Asks `stuck` then whether the bracket has become small enough to be looked at in another way; -1 if so.
    """
    gap, step = high if start is None else start, high - low
    for _ in range(2000):
        inverse, slope = evaluate(gap)
        low, high = (gap, high) if inverse < 1 else (low, gap)
        new = gap + (1 - inverse) / slope
        if low < new < high and abs(1 - inverse) <= 2 * eps:
            return new
        # At a fold the slope is infinite: a short step alone is no sign of a root.
        if abs(new - gap) <= 2 * eps * gap and abs(1 - inverse) <= 10 * eps**0.5:
            return new
        if not low < new < high or abs(new - gap) > step / 2:
            if stuck is not None and stuck(low, high):
                return -1
            new = (low + high) / 2
            if new in (low, high) or high - low <= 2 * eps * high:
                return new
        step, gap = abs(new - gap), new
    return gap


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


_INTERVALS = 5_000
"""Intervals allowed for one equation's roots; two roots that are not equal to rounding take some dozens."""


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
