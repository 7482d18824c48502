"""μ' of a declared estimator as a NumPy function, read off its pieces.

The generated proxies are not used: they come out of the machinery that is to be checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol, lambdify

from numerics.model import Proxy
from proofs.proxies import Estimator, estimator
from proofs.symbols import x as argument


def slope_of(name: str, parameters: Mapping[str, float]) -> Proxy:
    """μ' of the estimator of that name at its own `parameters` (further ones are ignored), in float64.

    Each piece is evaluated on its own interval only, its upper end included. ValueError for an unknown name.
    """
    proxy = estimator(name)
    return _slope(proxy, tuple((one.symbol, float(parameters[one.name])) for one in proxy.parameters))


@cache
def _slope(proxy: Estimator, values: tuple[tuple[Symbol, float], ...]) -> Proxy:
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
