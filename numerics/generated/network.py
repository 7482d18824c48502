"""Chapter `network`, as NumPy.

Written by `coarseproof derive` from proofs/ and the claims
N1, N1.origin, N2, N3, N4, N5.saddle.
Do not edit: change the claim and derive again. To copy this module out of the project, take
numerics/arguments.py, elementwise.py, geometry.py, quadrature.py and wide.py along; it needs nothing else but NumPy and SciPy.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numerics.arguments import evaluate, require
from numerics.elementwise import check_domain
from numerics.geometry import Array, across, combine, dot, pair, rounding, total

__all__ = [
    "best_output_weights",
    "loss_gradient_v",
    "loss_gradient_w",
    "population_loss",
    "population_loss_at_origin",
    "saddle_angle",
]


def population_loss(v: npt.ArrayLike, w: npt.ArrayLike, v_star: npt.ArrayLike, w_star: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Population loss.

        ‖v−v*‖²/8 + (1ᵀ(v−v*))²/8 + θ vᵀv*/(2 π)

    v: (..., m) output weights.
    w: (..., n) filter, nonzero.
    v_star: (..., m) true output weights.
    w_star: (..., n) true filter, nonzero; only its direction matters.
    Returns (...); leading (batch) axes broadcast. float32 in, float32 out.
    Raises ValueError naming the argument for shapes that do not fit, values that are not finite and
    zero vectors.
    Source: N1, [Y], Lemma 1.
    """

    def block(v: Array, w: Array, v_star: Array, w_star: Array) -> Array:
        g = pair(w, w_star)
        dv = v - v_star
        theta = g.theta
        v_vs = dot(v, v_star)
        diff_diff = dot(dv, dv)
        sum_diff = total(dv)
        return 0.125 * diff_diff + 0.125 * sum_diff ** 2 + 0.15915494309189535 * theta * v_vs

    return evaluate(block, "", v=v, w=w, v_star=v_star, w_star=w_star)


def population_loss_at_origin(v_star: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Population loss at w = 0.

        ((1ᵀv*)² + ‖v*‖²)/8

    v_star: (..., m) true output weights.
    Returns (...); leading (batch) axes broadcast. float32 in, float32 out.
    Raises ValueError naming the argument for shapes that do not fit, values that are not finite and
    zero vectors.
    Source: N1.origin, [Y], Lemma 1.
    """

    def block(v_star: Array) -> Array:
        vs_vs = dot(v_star, v_star)
        sum_vs = total(v_star)
        return 0.125 * sum_vs ** 2 + 0.125 * vs_vs

    return evaluate(block, "", v_star=v_star)


def loss_gradient_v(v: npt.ArrayLike, w: npt.ArrayLike, v_star: npt.ArrayLike, w_star: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Gradient of the population loss in the output weights.

        (v−v*)/4 + (1ᵀ(v−v*)/4) 𝟏 + (θ/(2 π)) v*

    v: (..., m) output weights.
    w: (..., n) filter, nonzero.
    v_star: (..., m) true output weights.
    w_star: (..., n) true filter, nonzero; only its direction matters.
    Returns (..., m); leading (batch) axes broadcast. float32 in, float32 out.
    Raises ValueError naming the argument for shapes that do not fit, values that are not finite and
    zero vectors.
    Source: N2, [Y], Lemma 2.
    """

    def block(v: Array, w: Array, v_star: Array, w_star: Array) -> Array:
        g = pair(w, w_star)
        dv = v - v_star
        theta = g.theta
        sum_diff = total(dv)
        on_v_star = 0.15915494309189535 * theta
        on_ones = 0.25 * sum_diff
        on_dv = 0.25
        return combine((on_v_star, v_star), (on_ones, 1.0), (on_dv, dv))

    return evaluate(block, "m", v=v, w=w, v_star=v_star, w_star=w_star)


def loss_gradient_w(v: npt.ArrayLike, w: npt.ArrayLike, v_star: npt.ArrayLike, w_star: npt.ArrayLike, *, at_kink: str = "raise") -> npt.NDArray[np.floating]:
    """Gradient of the population loss in the filter.

        −(vᵀv*/(2 π r)) e

    v: (..., m) output weights.
    w: (..., n) filter, nonzero.
    v_star: (..., m) true output weights.
    w_star: (..., n) true filter, nonzero; only its direction matters.
    Returns (..., n); leading (batch) axes broadcast. float32 in, float32 out.
    At theta = 0 and theta = pi the loss has a kink and no gradient there: `at_kink` says what to do,
    "raise" (the default: a ValueError), "nan", or "zero" (the centre of the generalized gradient).
    Raises ValueError naming the argument for shapes that do not fit, values that are not finite and
    zero vectors.
    Source: N3, [Y], Lemma 2.
    """

    eps = rounding(w, w_star)

    def block(v: Array, w: Array, v_star: Array, w_star: Array) -> Array:
        g = pair(w, w_star)
        r = g.r
        v_vs = dot(v, v_star)
        on_e = -0.15915494309189535 * v_vs / r
        return combine((on_e, across(g, at_kink, eps)))

    return evaluate(block, "n", v=v, w=w, v_star=v_star, w_star=w_star)


def best_output_weights(theta: npt.ArrayLike, v_star: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """The best output weights at a given angle.

        v* − (2 θ/π) (v* − (1ᵀv*/(m + 1)) 𝟏)

    theta: (...) angle between w and w*, radian, 0 <= theta <= pi.
    v_star: (..., m) true output weights.
    Returns (..., m); leading (batch) axes broadcast. float32 in, float32 out.
    Raises ValueError naming the argument for shapes that do not fit, values that are not finite and
    zero vectors.
    Source: N4, [Y], Proposition 1.
    """

    def block(theta: Array, v_star: Array) -> Array:
        m = v_star.shape[-1]
        sum_vs = total(v_star)
        k0 = 0.6366197723675814 * theta
        on_v_star = 1 - k0
        on_ones = k0 * sum_vs / (m + 1)
        check_domain(theta=theta)
        return combine((on_v_star, v_star), (on_ones, 1.0))

    return evaluate(block, "m", theta=theta, v_star=v_star)


def saddle_angle(v_star: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """The only critical points with 0 < θ < π, and why they are saddles.

        π ‖v*‖² (m + 1)/(2 (‖v*‖² (m + 1) − (1ᵀv*)²))

    v_star: (..., m) true output weights.
    Returns (...); leading (batch) axes broadcast. float32 in, float32 out.
    Exists only where sum(v_star)**2 < (m + 1) * norm(v_star)**2 / 2; ValueError elsewhere.
    Raises ValueError naming the argument for shapes that do not fit, values that are not finite and
    zero vectors.
    Source: N5.saddle, [Y], Proposition 1.
    """

    def block(v_star: Array) -> Array:
        m = v_star.shape[-1]
        vs_vs = dot(v_star, v_star)
        sum_vs = total(v_star)
        k0 = m + 1
        require(2 * sum_vs**2 < (m + 1) * vs_vs, "sum(v_star)", sum_vs,
                "a saddle exists only where sum(v_star)**2 < (m + 1) * norm(v_star)**2 / 2")
        return 1.5707963267948966 * k0 * vs_vs / (k0 * vs_vs - sum_vs ** 2)

    return evaluate(block, "", v_star=v_star)
