"""The penalties of extensions: their pieces from what is declared of p, and nothing of the map that is declared.

Where p' turns from convex to concave a piece is cut in two, so that in each the slope of the objective is one of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
from mpmath import mpf
from scipy.optimize import brentq
from sympy import Expr, Symbol, diff, lambdify, true

from proofs.emit import in_log1p
from proofs.extensions import penalties
from proofs.penalty_forms import Penalty
from proofs.symbols import ratio, u
from verify.closed_form import MPMATH
from verify.iteration.piece import Number, Piece

__all__ = ["BROUGHT", "closed_at", "declared_pieces"]

BROUGHT: Final[dict[str, Penalty]] = {
    penalty.name: penalty for penalty in penalties(own=False) if penalty not in penalties(own=True)
}
"""By name: the penalties that extensions declare."""

_WIDEST: Final = 1e3
"""p' of a piece without an end is looked at up to here."""


def closed_at(name: str, rho: float, parameters: Mapping[str, float]) -> bool:
    """Whether the closed form of the map is declared for this ρ; it is for every ρ of the package's own penalties."""
    if name not in BROUGHT or BROUGHT[name].domain == true:
        return True
    values = {shape.symbol: parameters[shape.name] for shape in BROUGHT[name].parameters}
    return bool(BROUGHT[name].domain.subs({ratio: rho, **values}))


def declared_pieces(name: str, parameters: Mapping[str, Number]) -> Iterator[Piece]:
    """The pieces of a penalty in BROUGHT."""
    symbols = tuple(shape.symbol for shape in BROUGHT[name].parameters)
    values = tuple(parameters[shape.name] for shape in BROUGHT[name].parameters)
    for low, high, piece in BROUGHT[name].pieces:
        ends = [_function(end, symbols)(*values) for end in (low, high)]
        value, slope, bend, turn = (_held(diff(piece, u, order), symbols, values) for order in range(4))
        cuts = _turns(turn, *map(float, ends))
        for start, stop in zip([ends[0], *cuts], [*cuts, ends[1]], strict=True):
            middle = start + min(float(stop - start) / 2, 1.0)
            straight = not diff(piece, u, 3)
            yield Piece(start, stop, value, slope, bend, straight, convex=straight or float(turn(middle)) >= 0)


@lru_cache(maxsize=256)
def _function(form: Expr, names: tuple[Symbol, ...]) -> Callable[..., Any]:
    """Of arrays and floats, or, if one argument is an mpf, in mpmath."""
    fast, exact = lambdify(names, in_log1p(form), "numpy"), lambdify(names, form, MPMATH)

    def function(*arguments: Any) -> Any:
        return (exact if any(isinstance(argument, mpf) for argument in arguments) else fast)(*arguments)

    return function


def _held(form: Expr, symbols: tuple[Symbol, ...], values: tuple[Number, ...]) -> Callable[[Number], Number]:
    function = _function(form, (u, *symbols))
    return lambda point: function(point, *values) + 0 * point


def _turns(turn: Callable[[Number], Number], low: float, high: float) -> list[float]:
    """Where p''' changes its sign."""
    grid = np.geomspace(1e-6, min(high - low, _WIDEST), 400)[:-1] + low
    signs = np.sign([float(turn(point)) for point in grid])
    grid, signs = grid[signs != 0], signs[signs != 0]
    return [
        float(brentq(lambda point: float(turn(point)), grid[k], grid[k + 1]))
        for k in np.flatnonzero(signs[:-1] * signs[1:] < 0)
    ]
