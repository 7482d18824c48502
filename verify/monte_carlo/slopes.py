"""μ' of a declared estimator as a NumPy function, read off its pieces.

The generated proxies are not used: they come out of the machinery that is to be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import lambdify

from numerics.model import Proxy
from proofs.proxies import Estimator, estimator
from proofs.symbols import x as argument

__all__ = ["slope_of"]

Array = NDArray[np.float64]


def slope_of(name: str, parameters: Mapping[str, float]) -> Proxy:
    """μ' of the estimator of that name at its own `parameters` (further ones are ignored), in float64.

    Each piece is evaluated on its own interval only, its upper end included. ValueError for an unknown name.
    """
    proxy = estimator(name)
    values = [float(parameters[parameter.name]) for parameter in proxy.parameters]
    pieces = [
        (float(low(*values)), float(high(*values)), function, tuple(values)) for low, high, function in _compiled(proxy)
    ]

    def slope(x: Array) -> NDArray[Any]:
        result = np.zeros(x.shape)
        for low, high, function, given in pieces:
            on = (x > low) & (x <= high)
            result[on] = function(x[on], *given)
        return result

    return slope


@cache
def _compiled(proxy: Estimator) -> list[tuple[Callable[..., float], Callable[..., float], Callable[..., Array]]]:
    symbols = [parameter.symbol for parameter in proxy.parameters]
    modules = ["numpy", "scipy"]
    return [
        (
            lambdify(symbols, low, modules),
            lambdify(symbols, high, modules),
            lambdify([argument, *symbols], piece, modules, cse=True),
        )
        for low, high, piece in proxy.pieces
    ]
