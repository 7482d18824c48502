"""A closed form made ready for evaluation at many configurations.

The form is translated into a function once; its integrals are Arb's, and those of one configuration are computed once,
in however many coefficients or mutants they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

import mpmath
from flint import acb, arb, ctx
from mpmath import mpf
from sympy import Dummy, Expr, Integral, Symbol, lambdify, oo

from proofs.proxies import Estimator
from proofs.symbols import QUANTITIES
from verify.closed_form import MPMATH, NoValueError, split_points, vector_coordinates
from verify.configurations import Configuration
from verify.enclosure.analytic import integrand
from verify.enclosure.arithmetic import as_ball, compiled, digits
from verify.enclosure.integrals import enclose, integrate

__all__ = ["Formula", "Known", "known_integral"]

Known = MutableMapping[tuple[Any, ...], mpf]
"""Integrals computed already, by configuration and digits."""

_SPARE: Final = 10
"""Digits more than asked for, of which an integral may lose some."""

_LOST: Final = 8
"""Bits of those asked for that it may lose."""

_CUT: Final = 16
"""exp(−16²/2) < 1e-55: where the Gaussian weight ends at 50 digits."""


def known_integral(part: Integral, point: Configuration, known: Known, proxy: Estimator | None = None) -> mpf:
    """The integral at mpmath's current precision, if it is not among the `known` ones.

    ArithmeticError where Arb does not certify a panel: the integral may not exist.
    """
    key = part, point.label, str(point.theta), str(point.r), mpmath.mp.dps
    if key not in known:
        with digits(mpmath.mp.dps + _SPARE):
            values = {symbol: as_ball(value) for symbol, value in point.scalars().items()}
            found = _by_panels(part, values, point) if proxy is None else enclose(part, values, proxy)
            if not found.rad() <= abs(found.mid()) * arb(2) ** (_LOST - mpmath.mp.prec):
                raise ArithmeticError(f"{part} is known to too few digits at {point.label}")
            mantissa, exponent = found.mid().man_exp()
            known[key] = mpmath.ldexp(mpf(int(mantissa)), int(exponent))
    return known[key]


def _by_panels(part: Integral, values: Mapping[Symbol, arb], point: Configuration) -> arb:
    """The sum over the panels on which the integrand is of one scale, the largest first; Arb certifies each."""
    variable, low, high = part.limits[0]
    function = integrand(part.function, variable).bind(values)
    ends = [mpf(-_CUT), *(_end(end, values) for end in (low, high)), mpf(_CUT)]
    nodes = [as_ball(node) for node in split_points(max(ends[:2]), min(ends[2:]), point, None)]
    panels = [(_size(function, *panel), *panel) for panel in zip(nodes, nodes[1:], strict=False)]
    floor = max((size for size, _, _ in panels), default=arb(0)) * arb(2) ** -ctx.prec
    total = arb(0)
    for size, start, stop in sorted(panels, key=lambda panel: -panel[0]):
        if not size < floor:
            total += integrate(function, start, stop, size if total == 0 else total.abs_lower())
    return total


def _end(end: Expr, values: Mapping[Symbol, arb]) -> mpf:
    if end in (oo, -oo):
        return mpf("inf") if end == oo else mpf("-inf")
    mantissa, exponent = compiled(end)(values).mid().man_exp()
    return mpmath.ldexp(mpf(int(mantissa)), int(exponent))


def _size(function: Callable[[acb, bool], acb], start: arb, stop: arb) -> arb:
    """About as large as the integral between two points."""
    places = (start + (stop - start) * arb(part) for part in (0.03, 0.5, 0.97))
    return ((stop - start) * max(abs(function(acb(place), False)).mid() for place in places)).mid()


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

        `extra` gives values of further symbols. Raises ValueError where the value is no real number.
        """
        values = {**point.scalars(), **extra}
        if missing := set(self.names) - values.keys():
            raise ValueError(f"no value for {sorted(map(str, missing))}")
        integrals = [known_integral(part, point, known) for part in self.integrals]
        found = [mpmath.mpmathify(x) for x in self._compiled(*(values[name] for name in self.names), *integrals)]
        if not all(isinstance(value, mpf) for value in found):
            raise NoValueError("the value is not a real number")
        if not self.vectors:
            return found
        bases = [vector_coordinates(vector, point)["vector"] for vector in self.vectors]
        return [mpmath.fdot(found, entries) for entries in zip(*bases, strict=True)]
