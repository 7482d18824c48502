"""A closed form made ready for evaluation at many configurations.

The form is translated into a function once; its integrals are Arb's, and those of one configuration are computed once,
in however many coefficients or mutants they stand.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import mpmath
from mpmath import mpf
from sympy import Dummy, Expr, Integral, Symbol, lambdify

from proofs.proxies import Estimator
from proofs.symbols import QUANTITIES
from verify.closed_form import MPMATH, NoValueError, vector_coordinates
from verify.configurations import Configuration
from verify.enclosure.arithmetic import as_ball, digits
from verify.enclosure.integrals import enclose
from verify.nodes import midpoint

__all__ = ["Formula", "Known", "known_integral"]

Known = MutableMapping[tuple[Any, ...], tuple[mpf, mpf]]
"""Integrals computed already, each with a bound of its error, by configuration and digits."""

_SPARE: Final = 20
"""Digits more than asked for, of which an integral may lose some, most where it is steep at a limit."""

_LOST: Final = 8
"""Bits of those asked for that it may lose."""

_NOTHING: Final = mpf(2) ** -8192
"""Seven of the largest float64 numbers times this are still below the smallest: how far below is not asked."""


def _enclosed(part: Integral, point: Configuration, known: Known, proxy: Estimator | None) -> tuple[mpf, mpf]:
    """The integral and a bound of its error, if it is not among the `known` ones."""
    key = part, point.label, str(point.theta), str(point.r), mpmath.mp.dps
    if key not in known:
        with digits(mpmath.mp.dps + _SPARE):
            values = {symbol: as_ball(value) for symbol, value in point.scalars().items()}
            found = enclose(part, values, proxy)
        known[key] = midpoint(found), midpoint(found.rad())
    return known[key]


def _require_close(error: mpf, size: mpf, what: str) -> None:
    """ArithmeticError where an error counts beside a size: an integral may not exist, or have cancelled."""
    if not (error <= size * mpf(2) ** (_LOST - mpmath.mp.prec) or error + size < _NOTHING):
        raise ArithmeticError(f"{what} known to too few digits")


def known_integral(part: Integral, point: Configuration, known: Known, proxy: Estimator | None = None) -> mpf:
    """The integral at mpmath's current precision; ArithmeticError where Arb does not certify that."""
    value, error = _enclosed(part, point, known, proxy)
    _require_close(error, abs(value), f"{part} at {point.label} is")
    return value


class Formula:
    """A scalar or vector form: `at` gives its value, entry by entry, in the coordinates of verify.closed_form."""

    def __init__(self, form: Expr) -> None:
        self.vectors: list[Symbol] = [
            symbol for symbol in QUANTITIES if symbol in form.free_symbols and QUANTITIES[symbol].space != "scalar"
        ]
        found = sorted(form.atoms(Integral), key=str)
        self.integrals = {part: Dummy() for part in found}
        reduced = form.xreplace(self.integrals)
        parts = [reduced.diff(vector) for vector in self.vectors] or [reduced]
        free = {symbol for part in parts for symbol in part.free_symbols}
        self.names = sorted(free - set(self.integrals.values()), key=str)
        self._compiled = lambdify([*self.names, *self.integrals.values()], parts, MPMATH, cse=True)

    def at(self, point: Configuration, known: Known, extra: Mapping[Symbol, mpf]) -> list[mpf]:
        """The entries of the form's value at mpmath's current precision; one for a scalar form.

        `extra` gives values of further symbols. Raises ValueError where the value is no real number, ArithmeticError
        where what Arb leaves open of an integral counts beside it: one that cancels does not where others are large.
        """
        values = {**point.scalars(), **extra}
        if missing := set(self.names) - values.keys():
            raise ValueError(f"no value for {sorted(map(str, missing))}")
        balls = [_enclosed(part, point, known, None) for part in self.integrals]
        integrals, scalars = [value for value, _ in balls], [values[name] for name in self.names]
        entries = self._entries(point, scalars, integrals)
        for index, (value, error) in enumerate(balls):
            if error > abs(value) * mpf(2) ** (-_SPARE - mpmath.mp.prec):
                moved = self._entries(point, scalars, [*integrals[:index], value + error, *integrals[index + 1 :]])
                change = mpmath.norm([a - b for a, b in zip(moved, entries, strict=True)])
                _require_close(change, mpmath.norm(entries), f"by {list(self.integrals)[index]} at {point.label} it is")
        return entries

    def _entries(self, point: Configuration, scalars: list[mpf], integrals: list[mpf]) -> list[mpf]:
        """The value with numbers in the place of its scalars and integrals."""
        found = [mpmath.mpmathify(x) for x in self._compiled(*scalars, *integrals)]
        if not all(isinstance(value, mpf) for value in found):
            raise NoValueError("the value is not a real number")
        if not self.vectors:
            return found
        bases = [vector_coordinates(vector, point)["vector"] for vector in self.vectors]
        return [mpmath.fdot(found, entries) for entries in zip(*bases, strict=True)]
