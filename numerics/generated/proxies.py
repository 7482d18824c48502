"""Chapter `proxies`, as NumPy.

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


__all__ = [
    "PROXIES",
]


def _identity_proxy(x: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """identity, μ'(x) = 1."""
    on_0 = 1
    return np.full(x.shape, on_0, float)


def _relu_proxy(x: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """ReLU, μ'(x) = 1{x > 0}."""
    on_0 = 1
    return np.where((x > 0), on_0, 0.0)


def _clipped_relu_proxy(x: npt.NDArray[np.floating], *, c: float = 1.0) -> npt.NDArray[np.floating]:
    """clipped ReLU, μ'(x) = 1{0 < x < c}."""
    on_0 = 1
    return np.where((x > 0) & (x < c), on_0, 0.0)


def _leaky_relu_proxy(x: npt.NDArray[np.floating], *, slope: float = 0.01) -> npt.NDArray[np.floating]:
    """leaky ReLU, μ'(x) = 1 for x > 0, a for x < 0."""
    on_1 = 1
    on_0 = slope
    return np.where((x <= 0), on_0, np.where((x > 0), on_1, 0.0))


def _sigmoid_proxy(x: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """derivative of the sigmoid."""
    x1 = np.maximum(x, 0)
    k0 = np.exp(-x1)
    on_1 = k0 / ((k0 + 1) ** 2)
    x0 = np.minimum(x, 0)
    k0 = np.exp(x0)
    on_0 = k0 / ((k0 + 1) ** 2)
    return np.where((x <= 0), on_0, np.where((x > 0), on_1, 0.0))


def _tanh_proxy(x: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """derivative of tanh."""
    x1 = np.maximum(x, 0)
    k0 = np.exp(-2 * x1)
    on_1 = 4 * k0 / ((k0 + 1) ** 2)
    x0 = np.minimum(x, 0)
    k0 = np.exp(2 * x0)
    on_0 = 4 * k0 / ((k0 + 1) ** 2)
    return np.where((x <= 0), on_0, np.where((x > 0), on_1, 0.0))


def _triangular_proxy(x: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """triangular, μ'(x) = max(0, 1 − |x|)."""
    x1 = np.minimum(np.maximum(x, 0), 1)
    on_1 = 1 - x1
    x0 = np.minimum(np.maximum(x, -1), 0)
    on_0 = x0 + 1
    return np.where((x > -1) & (x <= 0), on_0, np.where((x > 0) & (x < 1), on_1, 0.0))


def _gaussian_proxy(x: npt.NDArray[np.floating], *, tau: float = 1.0) -> npt.NDArray[np.floating]:
    """Gaussian, μ'(x) = exp(−x²/2τ²)."""
    x0 = x
    on_0 = np.exp(-0.5 * (x0 / tau) ** 2)
    return np.full(x.shape, on_0, float)


def _window_proxy(x: npt.NDArray[np.floating], *, c: float = 1.0) -> npt.NDArray[np.floating]:
    """window, μ'(x) = 1{|x| < c}."""
    on_0 = 1
    return np.where((x > -c) & (x < c), on_0, 0.0)


PROXIES: Final[dict[str, Callable[..., npt.NDArray[np.floating]]]] = {
    "identity": _identity_proxy,
    "relu": _relu_proxy,
    "clipped-relu": _clipped_relu_proxy,
    "leaky-relu": _leaky_relu_proxy,
    "sigmoid": _sigmoid_proxy,
    "tanh": _tanh_proxy,
    "triangular": _triangular_proxy,
    "gaussian": _gaussian_proxy,
    "window": _window_proxy,
}
"""Proxy derivative by estimator; parameters are keywords."""
