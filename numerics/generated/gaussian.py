"""Chapter `gaussian`, as NumPy.

Written by `coarseproof derive` from proofs/ and the claims
G1, G2, G3.
Do not edit: change the claim and derive again. To copy this module out of the project, take
numerics/arguments.py, elementwise.py, geometry.py, quadrature.py and wide.py along; it needs nothing else but NumPy and SciPy.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numerics.arguments import evaluate
from numerics.elementwise import check_domain
from numerics.geometry import Array, combine, unit

__all__ = [
    "halfspace_mean",
    "halfspace_probability",
    "wedge_mean",
]


def halfspace_probability(theta: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Probability that both half-spaces hold.

        1/2 − θ/(2 π)

    theta: (...) angle between w and w*, radian, 0 <= theta <= pi.
    Returns (...); leading (batch) axes broadcast. float32 in, float32 out.
    Raises ValueError naming the argument for shapes that do not fit, values that are not finite and
    zero vectors.
    Source: G1, elementary.
    """

    def block(theta: Array) -> Array:
        check_domain(theta=theta)
        return 0.5 - 0.15915494309189535 * theta

    return evaluate(block, "", theta=theta)


def halfspace_mean(a: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Mean of z on a half-space.

        a/√(2 π)

    a: (..., n) nonzero; only its direction matters.
    Returns (..., n); leading (batch) axes broadcast. float32 in, float32 out.
    Raises ValueError naming the argument for shapes that do not fit, values that are not finite and
    zero vectors.
    Source: G2, elementary.
    """

    def block(a: Array) -> Array:
        on_a_hat = 0.3989422804014327
        return combine((on_a_hat, unit(a)))

    return evaluate(block, "n", a=a)


def wedge_mean(a: npt.ArrayLike, b: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Mean of z on the intersection of two half-spaces.

        (a + b)/(2 √(2 π))

    a: (..., n) nonzero; only its direction matters.
    b: (..., n) nonzero; only its direction matters.
    Returns (..., n); leading (batch) axes broadcast. float32 in, float32 out.
    Raises ValueError naming the argument for shapes that do not fit, values that are not finite and
    zero vectors.
    Source: G3, elementary; the form without 0/0 at θ = π [here], the printed one holds for θ < π.
    """

    def block(a: Array, b: Array) -> Array:
        on_a_hat = 0.19947114020071635
        on_b_hat = 0.19947114020071635
        return combine((on_a_hat, unit(a)), (on_b_hat, unit(b)))

    return evaluate(block, "n", a=a, b=b)
