"""Chapter `splitting`, as NumPy.

Written by `coarseproof derive` from proofs/ and the claims
R6.probability, R7.astroid.
Do not edit: change the claim and derive again. To copy this module out of the project, take
numerics/arguments.py, elementwise.py, geometry.py, quadrature.py and wide.py along; it needs nothing else but NumPy and SciPy.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from numerics.elementwise import scalars
from numerics.geometry import Array

__all__ = [
    "basin_probability",
    "spike_threshold",
]


def basin_probability(n: npt.ArrayLike, ratio: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Probability that a uniformly random start on the sphere in R^n lies in the basin theta < pi - arcsin(ratio).

        1 − I_(0, sin²α₀)((n − 1)/2, 1/2)/2, sin(α₀) = ratio

    n: (...) length of the filter, an integer >= 1. For n = 1 there are two directions, and the probability is 1/2.
    ratio: (...) r / kappa, 0 <= ratio < 1, with r >= sup beta * norm(w - S(w)) over the sphere (R6).
    Returns (...), the broadcast shape, float64; exact to a few units in the last place as ratio -> 1 and for large n.
    Raises ValueError naming the argument for other values, for what is not a real number and for shapes that do not
    broadcast.
    Source: R6.probability.
    """
    n, ratio = scalars(n=n, ratio=ratio)
    several, q = np.maximum(n, 2), ratio
    value = np.where(2 * q**2 < 1, _basin_near(q, several), _basin_far(q, several))
    return np.where(n > 1, value, 0.5)[()]


def _basin_near(q: Array, n: Array) -> Array:
    """The probability as R6.probability states it."""
    return np.asarray(1 - 0.5 * special.betainc(0.5 * n - 0.5, 0.5, q ** 2))


def _basin_far(q: Array, n: Array) -> Array:
    """The same, reflected: for ratios near 1."""
    return np.asarray(0.5 * special.betainc(0.5, 0.5 * n - 0.5, (1 - q) * (q + 1)) + 0.5)


def spike_threshold(A: npt.ArrayLike, B: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Least beta at which A**2/N**2 + B**2/(beta - N)**2 = 1 has a solution 0 < N < beta.

        (Aⱼ^(2/3) + Bⱼ^(2/3))^(3/2)

    A: (...) pull orthogonal to the axis of the spike, kappa * sqrt(1 - w_star_j**2), in [0, 6e+307].
    B: (...) lam - s * kappa * w_star_j, in [0, 6e+307], s = +1 or -1 the sign of the spike.
    Returns (...), the broadcast shape, float64. A spike needs beta above this value; where A or B is 0 it is the other.
    Raises ValueError naming the argument for other values, for what is not a real number and for shapes that do not
    broadcast.
    Source: R7.astroid.
    """
    A, B = scalars(A=A, B=B)
    a, b = np.cbrt(A), np.cbrt(B)
    return np.asarray((a ** 2 + b ** 2) ** 1.5)[()]
