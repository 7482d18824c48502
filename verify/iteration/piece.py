"""One smooth piece of a penalty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Number", "Piece"]

Number = Any
"""A float array or an mpf: the pieces work on both."""


@dataclass(frozen=True)
class Piece:
    """p, p' and p'' on (low, high); `straight` where p'' is a constant, so that one Newton step is the last; `convex`
    unless p' is concave.
    """

    low: Number
    high: Number
    value: Callable[[Number], Number]
    slope: Callable[[Number], Number]
    bend: Callable[[Number], Number]
    straight: bool = True
    convex: bool = True
