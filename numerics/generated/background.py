"""Chapter `background`, as NumPy.

Written by `coarseproof derive` from proofs/ and the claims
B1.loss, B1.gradient.
Do not edit: change the claim and derive again. To copy this module out of the project, take
numerics/arguments.py, elementwise.py, geometry.py, quadrature.py and wide.py along; it needs nothing else but NumPy and SciPy.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numerics.arguments import evaluate
from numerics.elementwise import check_domain
from numerics.geometry import Array, combine, dot, pair, unit

__all__ = [
    "relu_network_gradient",
    "relu_network_loss",
]


def relu_network_loss(w: npt.ArrayLike, w_star: npt.ArrayLike, k: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Loss of the ReLU network without overlap.

        (1/k) (‖w−w*‖²/2 + (‖w‖−‖w*‖)² (k − 1)/(2 π) − r ‖w*‖ (sin θ − θ cos θ)/π)

    w: (..., n) filter, nonzero.
    w_star: (..., n) true filter, nonzero, of any norm.
    k: (...) number of patches, whole, k >= 1.
    Returns (...); leading (batch) axes broadcast. float32 in, float32 out.
    Raises ValueError naming the argument for shapes that do not fit, values that are not finite and
    zero vectors.
    Source: B1.loss, [BG], Proposition 4.1; the form in differences [here].
    """

    def block(w: Array, w_star: Array, k: Array) -> Array:
        g = pair(w, w_star)
        dw = w - w_star
        theta = g.theta
        r = g.r
        r_star = g.r_star
        norm_gap = dot(dw, (w + w_star) / (g.r + g.r_star)[:, None])
        dw_dw = dot(dw, dw)
        check_domain(k=k)
        return (0.5 * dw_dw + 0.15915494309189535 * norm_gap ** 2 * (k - 1) - 0.3183098861837907 * r * r_star * (np.sin(theta) - theta * np.cos(theta))) / k

    return evaluate(block, "", w=w, w_star=w_star, k=k)


def relu_network_gradient(w: npt.ArrayLike, w_star: npt.ArrayLike, k: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Gradient of the loss of the ReLU network.

        ((1 − θ/π)/k) (w−w*) + (((‖w‖−‖w*‖) (k + θ − 1) + ‖w*‖ (θ − sin θ))/(π k)) ŵ

    w: (..., n) filter, nonzero.
    w_star: (..., n) true filter, nonzero, of any norm.
    k: (...) number of patches, whole, k >= 1.
    Returns (..., n); leading (batch) axes broadcast. float32 in, float32 out.
    Raises ValueError naming the argument for shapes that do not fit, values that are not finite and
    zero vectors.
    Source: B1.gradient, [BG], Proposition 4.1; the form in differences [here].
    """

    def block(w: Array, w_star: Array, k: Array) -> Array:
        g = pair(w, w_star)
        dw = w - w_star
        theta = g.theta
        r_star = g.r_star
        norm_gap = dot(dw, (w + w_star) / (g.r + g.r_star)[:, None])
        k0 = 1 / k
        on_w_hat = 0.3183098861837907 * k0 * (norm_gap * (k + theta - 1) + r_star * (theta - np.sin(theta)))
        on_dw = k0 * (1 - 0.3183098861837907 * theta)
        check_domain(k=k)
        return combine((on_w_hat, unit(w)), (on_dw, dw))

    return evaluate(block, "n", w=w, w_star=w_star, k=k)
