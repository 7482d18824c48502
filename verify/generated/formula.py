"""A closed form at a configuration, with what Arb leaves open of its integrals counted beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import mpmath
from flint import arb, ctx
from mpmath import mpf
from sympy import Integral, Symbol

from verify.closed_form import Form, enclosed, real
from verify.configurations import Configuration
from verify.enclosure.arithmetic import midpoint

SPARE: Final = 20
"""Digits more than asked for, of which an integral may lose some, most where it is steep at a limit."""

_LOST: Final = 8
"""Bits of those asked for that it may lose."""

_NOTHING: Final = mpf(2) ** -8192
"""Seven of the largest float64 numbers times this are still below the smallest: how far below is not asked."""


def _require_close(error: mpf, size: mpf, what: str) -> None:
    """ArithmeticError where an error counts beside a size: an integral may not exist, or have cancelled."""
    if not (error <= size * mpf(2) ** (_LOST - mpmath.mp.prec) or error + size < _NOTHING):
        raise ArithmeticError(f"{what} known to too few digits")


def required(found: arb, what: str) -> mpf:
    """The number in a ball; ArithmeticError where Arb does not certify it to mpmath's current precision."""
    value = midpoint(found)
    _require_close(midpoint(found.rad()), abs(value), what)
    return value


def certified(form: Form, point: Configuration, extra: Mapping[Symbol, mpf]) -> list[mpf]:
    """The entries of a form's value at mpmath's current precision; one for a scalar form.

    `extra` gives values of further symbols. Raises ValueError where the value is no real number, ArithmeticError where
    what Arb leaves open of an integral counts beside it: one that cancels does not where others are large.
    """
    values = {**point.scalars(), **extra}
    with ctx.workdps(mpmath.mp.dps + SPARE):
        balls = {part: enclosed(part, values) for part in form.integrals}
    integrals = {part: midpoint(found) for part, found in balls.items()}

    def entries(known: Mapping[Integral, mpf]) -> list[mpf]:
        return form.coordinates([real(factor) for factor in form.digits(values, list(known.values()))], point)

    found = entries(integrals)
    for part, value in integrals.items():
        error = midpoint(balls[part].rad())
        if error > abs(value) * mpf(2) ** (-SPARE - mpmath.mp.prec):
            moved = entries({**integrals, part: value + error})
            change = mpmath.norm([a - b for a, b in zip(moved, found, strict=True)])
            _require_close(change, mpmath.norm(found), f"by {part} at {point.label} it is")
    return found
