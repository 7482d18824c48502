"""μ' of a declared estimator as a function of floats and in digits, read off its pieces.

The generated proxies are not used: they come out of the machinery that is to be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from math import lcm
from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mpc, mpf
from numpy.typing import NDArray
from sympy import Expr, I, Pow, Symbol, cos, exp, lambdify, pi, sin

from proofs.proxies import Estimator, estimator
from proofs.symbols import x as argument

Slope = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def slope_of(name: str, parameters: Mapping[str, float]) -> Slope:
    """μ' of the estimator of that name at its own `parameters` (further ones are ignored), in float64.

    Each piece is evaluated on its own interval only, its upper end included. ValueError for an unknown name.
    """
    proxy = estimator(name)
    return _slope(proxy, tuple((one.symbol, float(parameters[one.name])) for one in proxy.parameters))


@cache
def _slope(proxy: Estimator, values: tuple[tuple[Symbol, float], ...]) -> Slope:
    pieces = [
        (*(float(end.subs(values)) for end in ends), lambdify([argument], piece.subs(values), ["numpy", "scipy"]))
        for *ends, piece in proxy.pieces
    ]

    def slope(x: NDArray[np.float64]) -> NDArray[np.float64]:
        result = np.zeros(x.shape)
        for low, high, function in pieces:
            on = (x > low) & (x <= high)
            result[on] = function(x[on])
        return result

    return slope


Piece = tuple[mpf, mpf, Callable[[mpf], mpf]]
"""Ends of a piece of μ', and what it is between them."""


_compiled: Final = cache(partial(lambdify, modules="mpmath", cse=True))


def _in_digits(form: Expr, values: Mapping[Symbol, mpf], *arguments: Symbol) -> Callable[..., Any]:
    compiled = _compiled((*arguments, *values), form)
    return lambda *at: mpmath.mpmathify(compiled(*at, *values.values()))


def pieces_in_digits(proxy: Estimator, parameters: Mapping[str, mpf]) -> list[Piece]:
    """The pieces of μ', in its own argument."""
    values = {one.symbol: mpf(parameters[one.name]) for one in proxy.parameters}
    return [
        (_in_digits(low, values)(), _in_digits(high, values)(), _in_digits(piece, values, argument))
        for low, high, piece in proxy.pieces
    ]


def slope_in_digits(pieces: Iterable[Piece], x: mpf) -> mpf:
    """μ'(x); 0 outside its pieces and at their ends."""
    return next((piece(x) for low, high, piece in pieces if low < x < high), mpf(0))


def flatness(proxy: Estimator) -> int:
    """The least k such that the roots in μ' are powers of k-th roots of x − end; 1 without roots."""
    powers = (power for *_, piece in proxy.pieces for power in piece.atoms(Pow) if power.base.has(argument))
    return lcm(*(int(power.exp.q) for power in powers if power.exp.is_Rational))


def exponentials(proxy: Estimator, parameters: Mapping[str, mpf], sign: int) -> Callable[[mpc], mpc]:
    """The sum of exponentials c·exp(ik(x + d)), k > 0, of which μ'(sign·x) is the real part where x is real."""
    ((_, _, piece),) = proxy.pieces
    values = {one.symbol: mpf(parameters[one.name]) for one in proxy.parameters}

    def wave(angle: Expr) -> Expr:
        return exp(I * (angle if angle.diff(argument).subs(values) > 0 else -angle))

    waves = piece.expand().subs(argument, sign * argument)
    return _in_digits(waves.replace(cos, wave).replace(sin, lambda angle: wave(angle - pi / 2)), values, argument)
