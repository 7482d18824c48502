"""A claim's closed forms in numbers, of any kind and to any number of digits.

This is the theory's side of a check. It reads the claim's expressions and nothing else; the other side (quadrature,
sampling, generated code) lives in other modules and shares none of this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from typing import Any, Final

import mpmath
from flint import arb, ctx
from mpmath import mpf
from sympy import Dummy, Expr, I, Integral, Symbol, lambdify

from proofs.proxies import Estimator
from proofs.symbols import QUANTITIES
from verify.configurations import DIGITS, Configuration, Numbers
from verify.contexts.balls.analytic import UncertifiedError
from verify.contexts.balls.arithmetic import as_ball, ball, exact_key, midpoint
from verify.contexts.balls.integrals import enclose

_CUT: Final = 17
"""exp(−17²/2) < 2e-63: where the Gaussian weight of an integral ends."""

_LOW, _HIGH = Dummy("low", real=True), Dummy("high", real=True)

SPARE: Final = 20
"""Digits more than asked for, of which an integral may lose some, most where it is steep at a limit."""


class NoValueError(ValueError):
    """A formula has no real value at a point: what a wrong formula may come to, and a right one must not."""


def real(value: Any) -> mpf:
    """The value of a form in digits; NoValueError if it is no real number."""
    number = mpmath.mpmathify(value)
    if not isinstance(number, mpf):
        raise NoValueError(f"the value {mpmath.nstr(number, 8)} is not a real number")
    return number


MPMATH: Final[list[Any]] = [{"betainc_regularized": partial(mpmath.betainc, regularized=True)}, "mpmath"]
"""For lambdify: what SymPy's functions are in mpmath. By itself it forgets the normalization of this one."""


class Form:
    """A form made ready: a factor for each of its `vectors`, or the scalar itself, with names for its `integrals`."""

    def __init__(self, form: Expr) -> None:
        free = form.free_symbols
        self.vectors = [symbol for symbol in QUANTITIES if symbol in free and QUANTITIES[symbol].space != "scalar"]
        self.integrals = {part: Dummy("integral", real=True) for part in sorted(form.atoms(Integral), key=str)}
        reduced = form.xreplace(self.integrals)
        self.factors: list[Expr] = [reduced.diff(vector) for vector in self.vectors] or [reduced]
        free = {symbol for factor in self.factors for symbol in factor.free_symbols}
        self.names = sorted(free - set(self.integrals.values()), key=str)

    @cached_property
    def _compiled(self) -> Callable[..., list[Any]]:
        names = [*self.names, *self.integrals.values()]
        compiled: Callable[..., list[Any]] = lambdify(names, self.factors, MPMATH, docstring_limit=0)
        return compiled

    def digits(self, values: Mapping[Symbol, mpf], integrals: Sequence[mpf]) -> list[Any]:
        """The factors at mpmath's current precision, as mpf or mpc; ValueError where a symbol has no value."""
        if missing := [str(name) for name in self.names if name not in values]:
            raise ValueError(f"no value for {missing} in {self.factors}")
        found = self._compiled(*(values[name] for name in self.names), *integrals)
        return [mpmath.mpmathify(factor) for factor in found]

    def balls(self, values: Mapping[Symbol, arb], proxy: Estimator | None = None) -> list[arb]:
        """Balls that contain the factors; their integrals are enclosed, `proxy` standing in for an arbitrary μ'."""
        known = {**values, **{name: enclosed(part, values, proxy) for part, name in self.integrals.items()}}
        return [ball(factor, known) for factor in self.factors]

    def coordinates(self, factors: Sequence[Any], point: Configuration, numbers: Numbers = DIGITS) -> list[Any]:
        """Of its factors: a scalar as it is, a vector along (ŵ, e) for filters, entrywise for output weights."""
        if not self.vectors:
            return list(factors)
        basis = point.vectors(numbers)
        columns = zip(*(basis[vector] for vector in self.vectors), strict=True)
        return [numbers.total([x * y for x, y in zip(factors, entries, strict=True)]) for entries in columns]

    def at(
        self,
        point: Configuration,
        *,
        extra: Mapping[Symbol, mpf] | None = None,
        proxy: Estimator | None = None,
        spare: int = 0,
    ) -> list[mpf]:
        """Its coordinates at mpmath's current precision; all but integrals with `spare` digits more. mpc if not real.

        `extra` gives values of further symbols (the moments of C1); `proxy` stands in for an arbitrary μ'.
        """
        values = {**point.scalars(), **(extra or {})} if self.integrals else {}
        integrals = [integral(part, values, point, proxy) for part in self.integrals]
        with mpmath.workdps(mpmath.mp.dps + spare):
            return self.coordinates(self.digits({**point.scalars(), **(extra or {})}, integrals), point)


@lru_cache(maxsize=2048)
def prepared(form: Expr) -> Form:
    """A form made ready, remembered."""
    return Form(form)


def evaluate(expression: Expr, point: Configuration) -> mpf:
    """A scalar closed form at `point`: see `Form.at`."""
    (value,) = prepared(expression).at(point)
    return value


_INTEGRALS: dict[object, arb] = {}


def enclosed(part: Integral, values: Mapping[Symbol, Any], proxy: Estimator | None = None) -> arb:
    """An integral at Arb's current precision, remembered by the values, exact numbers or balls, that go into it."""
    own = {p.symbol for p in proxy.parameters} if proxy else set()
    used = {symbol: as_ball(values[symbol]) for symbol in part.free_symbols | own if symbol in values}
    key = part, proxy, ctx.prec, tuple((name, exact_key(used[name])) for name in sorted(used, key=str))
    if key not in _INTEGRALS:
        if len(_INTEGRALS) > 4096:
            _INTEGRALS.clear()
        _INTEGRALS[key] = enclose(part, used, proxy)
    return _INTEGRALS[key]


def integral(part: Integral, values: Mapping[Symbol, mpf], point: Configuration, proxy: Estimator | None = None) -> mpf:
    """A one-dimensional integral with a Gaussian weight, up to where that ends, at mpmath's current precision.

    NoValueError where Arb finds none: over a bounded range only a pole, or what is as bad as one, leaves it none.
    """
    if part.has(I):
        raise NoValueError(f"{part} is not real")
    variable, *limits = part.limits[0]
    own = {p.symbol: mpf(point.parameters[p.name]) for p in (proxy.parameters if proxy else ())}
    with ctx.workdps(mpmath.mp.dps + SPARE):
        every = {**values, **own}
        known = {symbol: as_ball(every[symbol]) for symbol in part.free_symbols & every.keys()}
        low, high = (ball(limit, known).max(arb(-_CUT)).min(arb(_CUT)) for limit in limits)
        within = Integral(part.function, (variable, _LOW, _HIGH))
        try:
            return midpoint(enclosed(within, {**known, **own, _LOW: low, _HIGH: high}, proxy))
        except UncertifiedError as error:
            raise NoValueError(f"{part} at {point.label} has no value: {error}") from error
