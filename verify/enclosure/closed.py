"""A claim's closed forms in balls: scalars, coordinates of vectors, gradients of potentials."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from flint import arb, ctx
from sympy import Dummy, Expr, Integral, Symbol

from proofs.proxies import Estimator
from proofs.symbols import QUANTITIES, r, theta
from verify.configurations import Configuration
from verify.enclosure.arithmetic import ball
from verify.enclosure.integrals import enclose
from verify.enclosure.points import basis, exact_key

__all__ = ["gradient_of", "is_vector", "scalar", "vector"]

_INTEGRALS: dict[object, arb] = {}


def scalar(form: Expr, values: Mapping[Symbol, arb], proxy: Estimator | None = None) -> arb:
    """A scalar form; its integrals are enclosed, `proxy` standing in for an arbitrary μ'."""
    known = dict(values)
    for part, name in _integrals(form).items():
        known[name] = _enclosed(part, values, proxy)
    return ball(form.xreplace(_integrals(form)), known)


@lru_cache(maxsize=1024)
def _integrals(form: Expr) -> dict[Expr, Symbol]:
    """The integrals of a form, outermost ones, and a name for each."""
    return {part: Dummy("integral", real=True) for part in sorted(form.atoms(Integral), key=str)}


def _enclosed(part: Integral, values: Mapping[Symbol, arb], proxy: Estimator | None) -> arb:
    """An integral, remembered by the values that go into it."""
    own = {p.symbol for p in proxy.parameters} if proxy else set()
    used = sorted((part.free_symbols | own) & values.keys(), key=str)
    key = part, proxy, ctx.prec, tuple(exact_key(values[symbol]) for symbol in used)
    if key not in _INTEGRALS:
        if len(_INTEGRALS) > 4096:
            _INTEGRALS.clear()
        _INTEGRALS[key] = enclose(part, values, proxy)
    return _INTEGRALS[key]


@lru_cache(maxsize=1024)
def _coefficients(form: Expr) -> dict[Symbol, Expr]:
    """The vectors of a form, each with its factor; empty for a scalar."""
    vectors = [s for s in form.free_symbols if s in QUANTITIES and QUANTITIES[s].space != "scalar"]
    return {symbol: form.diff(symbol) for symbol in sorted(vectors, key=str)}


def is_vector(form: Expr) -> bool:
    """Whether a form has vectors in it."""
    return bool(_coefficients(form))


def vector(form: Expr, point: Configuration, values: Mapping[Symbol, arb], proxy: Estimator | None = None) -> list[arb]:
    """A vector form: along ŵ and e for filters, entrywise for output weights; ValueError for a scalar."""
    factors = _coefficients(form)
    if not factors:
        raise ValueError(f"{form} is a scalar; a vector is wanted")
    known = basis(point)
    columns = [(scalar(factor, values, proxy), known[symbol]) for symbol, factor in factors.items()]
    return [sum((factor * column[k] for factor, column in columns), arb(0)) for k in range(len(columns[0][1]))]


@lru_cache(maxsize=256)
def _slopes(potential: Expr) -> tuple[Expr, Expr]:
    return potential.diff(r), -potential.diff(theta) / r


def gradient_of(potential: Expr, values: Mapping[Symbol, arb]) -> list[arb]:
    """∇_w of a potential of (r, θ) along ŵ and e: a step along e lowers θ."""
    return [scalar(slope, values) for slope in _slopes(potential)]
