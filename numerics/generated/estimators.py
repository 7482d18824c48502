"""Chapter `estimators`, as NumPy.

Written by `coarseproof derive` from proofs/ and the claims
C1, C2, C3, C4, C5.leaky-relu, C5.sigmoid, C5.tanh, C5.triangular, C5.gaussian, C5.window.
Do not edit: change the claim and derive again. To copy this module out of the project, take
numerics/arguments.py, elementwise.py, geometry.py, quadrature.py and wide.py along; it needs nothing else but NumPy and SciPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

from numerics.arguments import Limit, check_parameters, evaluate
from numerics.geometry import Array, along, dot, pair, plain, total
from numerics.quadrature import decay_length, half_line

__all__ = [
    "KERNELS",
    "PARAMETERS",
    "coarse_gradient",
]

Kernels = tuple[Array | float, Array | float, Array | float, Array | float]


def _identity_kernels(theta: Array, r: Array) -> Kernels:
    p = 0.3989422804014327
    q = 0
    c_ = 0
    b = 0.3989422804014327
    return p, q, c_, b


def _relu_kernels(theta: Array, r: Array) -> Kernels:
    p = 0.19947114020071635
    q = 0.19947114020071635
    c_ = 0
    b = 0.19947114020071635
    return p, q, c_, b


def _clipped_relu_kernels(theta: Array, r: Array, c: float) -> Kernels:
    k0 = -0.5 * (c / r) ** 2
    k1 = 0.19947114020071635 * np.expm1(k0)
    k2 = -k1
    k3 = 0.7071067811865476 * c / np.sin(theta) / r
    k4 = 0.19947114020071635 * special.erf(k3)
    p = k2
    q = k2
    c_ = 0.19947114020071635 * np.exp(k0) * special.erf(k3 * np.cos(theta)) - k1 - k4
    b = k4
    return p, q, c_, b


def _leaky_relu_kernels(theta: Array, r: Array, slope: float) -> Kernels:
    k0 = 0.19947114020071635 * slope
    k1 = k0 + 0.19947114020071635
    p = k1
    q = 0.19947114020071635 - k0
    c_ = 0
    b = k1
    return p, q, c_, b


def _sigmoid_kernels(theta: Array, r: Array) -> Kernels:
    def integrand_0(s: Array) -> Array:
        k0 = np.exp(-r * s * np.sin(theta))
        return 0.3183098861837907 * k0 * np.exp(-0.5 * s ** 2) / ((k0 + 1) ** 2)

    integral_0 = half_line(integrand_0, 0, 45 / np.sin(theta) / r, 1 / np.sin(theta) / r)

    def integrand_1(s: Array) -> Array:
        k0 = np.exp(-r * s)
        return 0.3989422804014327 * k0 * s * np.exp(-0.5 * s ** 2) / ((k0 + 1) ** 2)

    integral_1 = half_line(integrand_1, 0, 45 / r, 1 / r)

    def integrand_2(s: Array) -> Array:
        k0 = np.exp(-r * s)
        return 0.3989422804014327 * k0 * s * np.exp(-0.5 * s ** 2) * special.erfc(0.7071067811865476 * s * (np.cos(theta) / np.sin(theta))) / ((k0 + 1) ** 2)

    integral_2 = half_line(integrand_2, 0, np.minimum(45 / r, decay_length(0.7071067811865476 * (np.cos(theta) / np.sin(theta)))), 1 / r)

    p = integral_1
    q = 0
    c_ = integral_2 - 2 * integral_0 * np.sin(0.5 * theta) ** 2
    b = integral_0
    return p, q, c_, b


def _tanh_kernels(theta: Array, r: Array) -> Kernels:
    def integrand_0(s: Array) -> Array:
        k0 = np.exp(-2 * r * s * np.sin(theta))
        return 1.2732395447351628 * k0 * np.exp(-0.5 * s ** 2) / ((k0 + 1) ** 2)

    integral_0 = half_line(integrand_0, 0, 23 / np.sin(theta) / r, 1 / np.sin(theta) / r)

    def integrand_1(s: Array) -> Array:
        k0 = np.exp(-2 * r * s)
        return 1.5957691216057308 * k0 * s * np.exp(-0.5 * s ** 2) / ((k0 + 1) ** 2)

    integral_1 = half_line(integrand_1, 0, 23 / r, 1 / r)

    def integrand_2(s: Array) -> Array:
        k0 = np.exp(-2 * r * s)
        return 1.5957691216057308 * k0 * s * np.exp(-0.5 * s ** 2) * special.erfc(0.7071067811865476 * s * (np.cos(theta) / np.sin(theta))) / ((k0 + 1) ** 2)

    integral_2 = half_line(integrand_2, 0, np.minimum(23 / r, decay_length(0.7071067811865476 * (np.cos(theta) / np.sin(theta)))), 1 / r)

    p = integral_1
    q = 0
    c_ = integral_2 - 2 * integral_0 * np.sin(0.5 * theta) ** 2
    b = integral_0
    return p, q, c_, b


def _triangular_kernels(theta: Array, r: Array) -> Kernels:
    def integrand_0(s: Array) -> Array:
        return 0.15915494309189535 * (2 - 2 * r * s * np.sin(theta)) * np.exp(-0.5 * s ** 2)

    integral_0 = half_line(integrand_0, 0, 1 / np.sin(theta) / r, 1 / np.sin(theta) / r)

    def integrand_1(s: Array) -> Array:
        return 0.19947114020071635 * s * (2 - 2 * r * s) * np.exp(-0.5 * s ** 2)

    integral_1 = half_line(integrand_1, 0, 1 / r, 1 / r)

    def integrand_2(s: Array) -> Array:
        return 0.19947114020071635 * s * (2 - 2 * r * s) * np.exp(-0.5 * s ** 2) * special.erfc(0.7071067811865476 * s * (np.cos(theta) / np.sin(theta)))

    integral_2 = half_line(integrand_2, 0, np.minimum(1 / r, decay_length(0.7071067811865476 * (np.cos(theta) / np.sin(theta)))), 1 / r)

    p = integral_1
    q = 0
    c_ = integral_2 - 2 * integral_0 * np.sin(0.5 * theta) ** 2
    b = integral_0
    return p, q, c_, b


def _gaussian_kernels(theta: Array, r: Array, tau: float) -> Kernels:
    k0 = 1 / np.hypot(1, r * np.sin(theta) / tau)
    p = 0.3989422804014327 / ((r / tau) ** 2 + 1)
    q = 0
    c_ = -0.7978845608028654 * k0 * (1 - k0 * np.cos(theta)) * np.sin(0.5 * theta) ** 2 / (k0 + 1) / ((tau / r) ** 2 + 1)
    b = 0.3989422804014327 * k0
    return p, q, c_, b


def _window_kernels(theta: Array, r: Array, c: float) -> Kernels:
    k0 = -0.5 * (c / r) ** 2
    k1 = 0.3989422804014327 * np.expm1(k0)
    k2 = 0.7071067811865476 * c / np.sin(theta) / r
    k3 = 0.3989422804014327 * special.erf(k2)
    p = -k1
    q = 0
    c_ = 0.3989422804014327 * np.exp(k0) * special.erf(k2 * np.cos(theta)) - k1 - k3
    b = k3
    return p, q, c_, b


KERNELS: Final[dict[str, Callable[..., Kernels]]] = {
    "identity": _identity_kernels,
    "relu": _relu_kernels,
    "clipped-relu": _clipped_relu_kernels,
    "leaky-relu": _leaky_relu_kernels,
    "sigmoid": _sigmoid_kernels,
    "tanh": _tanh_kernels,
    "triangular": _triangular_kernels,
    "gaussian": _gaussian_kernels,
    "window": _window_kernels,
}
"""By estimator: (theta, r, **parameters) -> (p, q, c_, b), the coefficients of its coarse gradient."""

PARAMETERS: Final[dict[str, dict[str, Limit]]] = {
    "identity": {},
    "relu": {},
    "clipped-relu": {"c": (1.0, "> 0")},
    "leaky-relu": {"slope": (0.01, ">= 0")},
    "sigmoid": {},
    "tanh": {},
    "triangular": {},
    "gaussian": {"tau": (1.0, "> 0")},
    "window": {"c": (1.0, "> 0")},
}
"""By estimator: its parameters, each with its default and its domain."""


def coarse_gradient(
    v: npt.ArrayLike,
    w: npt.ArrayLike,
    v_star: npt.ArrayLike,
    w_star: npt.ArrayLike,
    ste: str = "relu",
    **parameters: float,
) -> npt.NDArray[np.floating]:
    """Expected coarse gradient of the binarized network for a straight-through estimator.

        b vᵀv* (ŵ−w*) + (c vᵀv* + p vᵀ(v−v*) + q (1ᵀ(v−v*)) (1ᵀv)) ŵ

    with kernels p, q, C, b of the angle and of norm(w) by estimator.
    v: (..., m) output weights.
    w: (..., n) filter, nonzero.
    v_star: (..., m) true output weights.
    w_star: (..., n) true filter, nonzero; only its direction matters.
    ste: name of the estimator, one of identity, relu, clipped-relu, leaky-relu, sigmoid, tanh,
        triangular, gaussian, window.
    parameters: c, clipping level, c > 0 (clipped-relu, default 1); slope, slope for x < 0, a ≥ 0
        (leaky-relu, default 0.01); tau, width, τ > 0 (gaussian, default 1); c, half-width, c > 0
        (window, default 1).
    Returns (..., n); leading (batch) axes broadcast. float32 in, float32 out.
    Raises ValueError naming the argument for shapes that do not fit, values that are not finite and
    zero vectors. So do an unknown `ste`
    and a parameter that it does not have or that is out of its domain.
    Source: C1 and, by estimator, C2 to C5.
    """
    known = check_parameters(ste, parameters, PARAMETERS)
    kernels = KERNELS[ste]

    def block(v: Array, w: Array, v_star: Array, w_star: Array) -> Array:
        g = pair(w, w_star)
        p, q, c_, b = kernels(g.theta, plain(g.r), **known)
        dv = v - v_star
        v_vs = dot(v, v_star)
        sum_v = total(v)
        v_diff = dot(v, dv)
        sum_diff = total(dv)
        on_w_hat = c_ * v_vs + p * v_diff + q * sum_diff * sum_v
        on_w_diff = b * v_vs
        return along(g, on_w_hat, on_w_diff)

    return evaluate(block, "n", v=v, w=w, v_star=v_star, w_star=w_star)
