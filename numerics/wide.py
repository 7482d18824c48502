"""Numbers with an exponent of their own, for rows whose squares leave the range of float64.

A block of a generated function is a polynomial in its vectors, with coefficients that depend on an angle. Run on `Wide`
rows instead of arrays it gives the same numbers, whatever their size, at several times the cost.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_NOTHING = -(1 << 24)
"""Exponent of zero: below that of any product of a few float64 numbers."""


class Wide:
    """``mantissa · 2**exponent``, entry by entry, ½ <= |mantissa| < 1."""

    __array_ufunc__ = None  # what array ∘ Wide is, Wide answers

    def __init__(self, mantissa: Array, exponent: npt.NDArray[np.intc] | int) -> None:
        self.mantissa, shift = np.frexp(mantissa)
        self.exponent = np.where(self.mantissa == 0, _NOTHING, exponent + shift).astype(np.intc)

    @classmethod
    def of(cls, values: Any) -> Wide:
        """An array or a number; a Wide as it is."""
        return values if isinstance(values, Wide) else cls(np.asarray(values, np.float64), 0)

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the mantissas."""
        return self.mantissa.shape

    def value(self) -> Array:
        """In float64: inf above its range."""
        return np.ldexp(self.mantissa, self.exponent)

    def split(self) -> tuple[Array, npt.NDArray[np.intc]]:
        """Rows (b, n) whose largest entry is in [½, 1), and their exponents (b,)."""
        top = self.exponent.max(axis=-1, keepdims=True)
        return np.ldexp(self.mantissa, self.exponent - top), top[..., 0]

    def total(self) -> Wide:
        """Sums of rows: (b, n) -> (b,)."""
        rows, exponent = self.split()
        return Wide(rows.sum(axis=-1), exponent)

    def __getitem__(self, key: Any) -> Wide:
        return Wide(self.mantissa[key], self.exponent[key])

    def __neg__(self) -> Wide:
        return Wide(-self.mantissa, self.exponent)

    def __add__(self, other: Any) -> Wide:
        other = Wide.of(other)
        top = np.maximum(self.exponent, other.exponent)
        mine, theirs = (np.ldexp(x.mantissa, x.exponent - top) for x in (self, other))
        return Wide(mine + theirs, top)

    def __sub__(self, other: Any) -> Wide:
        return self + -Wide.of(other)

    def __rsub__(self, other: Any) -> Wide:
        return Wide.of(other) + -self

    def __mul__(self, other: Any) -> Wide:
        other = Wide.of(other)
        return Wide(self.mantissa * other.mantissa, self.exponent + other.exponent)

    def __truediv__(self, other: Any) -> Wide:
        other = Wide.of(other)
        return Wide(self.mantissa / other.mantissa, self.exponent - other.exponent)

    def __rtruediv__(self, other: Any) -> Wide:
        return Wide.of(other) / self

    def __pow__(self, power: int) -> Wide:
        return Wide(self.mantissa**power, self.exponent * power)

    def __lt__(self, other: Any) -> npt.NDArray[np.bool_]:
        return np.asarray((self - other).mantissa < 0)

    __radd__, __rmul__ = __add__, __mul__
