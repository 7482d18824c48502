"""The sampled network, straight from the definition (THEORY section 0).

Shares no code and no algebra with the closed forms: they are checked against what is computed here.

| symbol          | shape     | meaning                                             |
|-----------------|-----------|-----------------------------------------------------|
| `v`, `v_star`   | (..., m)  | output weights, learned and true                    |
| `w`, `w_star`   | (..., n)  | shared filter, learned and true (zero is allowed)   |
| `Z`             | (..., m, n) | one input: m patches of length n                  |
| `sigma(x)`      |           | `1{x > 0}`, so `sigma(0) = 0`                       |
| `mu'` (`ste`)   |           | proxy derivative, an elementwise function           |

Leading shapes broadcast. The result is float32 when every argument is float32, otherwise float64; a result beyond the
range of its dtype is a ValueError.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.arguments import broadcast, check_parameters, finite_array, keywords, numbers, watched

Array = NDArray[Any]
Proxy = Callable[[Array], Array]


def forward(v: ArrayLike, w: ArrayLike, Z: ArrayLike) -> NDArray[Any]:
    """Output `y = v . sigma(Z w)` of the network: (..., m), (..., n), (..., m, n) -> (...).

    Source: THEORY section 0. Raises ValueError on a wrong shape or dtype, NaN or infinity.
    """
    arrays = _prepare({"v": v, "w": w, "Z": Z})
    with np.errstate(all="ignore"):
        return _in_range(_output(arrays["v"], arrays["w"], arrays["Z"]))


def sample_loss(v: ArrayLike, w: ArrayLike, v_star: ArrayLike, w_star: ArrayLike, Z: ArrayLike) -> NDArray[Any]:
    """Sample loss `(y - y*)^2 / 2`: v (..., m), w (..., n), Z (..., m, n) -> (...).

    Source: THEORY section 0. Raises ValueError on a wrong shape or dtype, NaN or infinity.
    """
    arrays = _prepare({"v": v, "w": w, "v_star": v_star, "w_star": w_star, "Z": Z})
    with np.errstate(all="ignore"):
        residual = _residual(arrays)
        return _in_range((0.5 * residual) * residual)


def sample_gradient_v(v: ArrayLike, w: ArrayLike, v_star: ArrayLike, w_star: ArrayLike, Z: ArrayLike) -> NDArray[Any]:
    """Gradient of the sample loss in v, `sigma(Z w) (y - y*)`: -> (..., m).

    Source: THEORY section 0 and N2. Raises ValueError on a wrong shape or dtype, NaN or infinity.
    """
    arrays = _prepare({"v": v, "w": w, "v_star": v_star, "w_star": w_star, "Z": Z})
    with np.errstate(all="ignore"):
        active = _preactivation(arrays["w"], arrays["Z"]) > 0
        return _in_range(active * _in_range(_residual(arrays))[..., None])


def sample_coarse_gradient(
    v: ArrayLike,
    w: ArrayLike,
    v_star: ArrayLike,
    w_star: ArrayLike,
    Z: ArrayLike,
    ste: str | Proxy = "relu",
    **parameters: float,
) -> NDArray[Any]:
    """Sample coarse gradient in w, `Z^T (mu'(Z w) * v) (y - y*)`: -> (..., n).

    `ste` is the name of a proxy derivative (`parameters` are its own, such as `c=1.0` of
    "clipped-relu") or a function `mu'(x)` of an array returning an array of the same shape.

    Source: THEORY section 0. Raises ValueError on a wrong shape or dtype, NaN or infinity (in an
    argument or from `ste`), an unknown name, an unknown or invalid parameter.
    """
    proxy = resolve_proxy(ste, parameters)
    arrays = _prepare({"v": v, "w": w, "v_star": v_star, "w_star": w_star, "Z": Z})
    v, Z = arrays["v"], arrays["Z"]
    with np.errstate(all="ignore"):
        slope = apply_proxy("ste", proxy, _in_range(_preactivation(arrays["w"], Z)))
        residual = _in_range(_residual(arrays))[..., None]
        with watched() as left_range:
            gradient = _times_rows(slope * v * residual, Z)
        if left_range:  # then in an order in which only the result can
            (v, i), (residual, j) = _scaled(v), _scaled(residual)
            gradient = np.ldexp(_times_rows(slope * (v * residual), Z), i + j)
        return _in_range(gradient)


def resolve_proxy(ste: str | Proxy, parameters: Mapping[str, float]) -> Proxy:
    """The function `mu'(x)` that `ste` names, its `parameters` bound; a callable is taken as it is.

    Source: THEORY section 0 and C2-C5. Raises ValueError on an unknown name, on a parameter the
    proxy does not have or that is out of its domain.
    """
    if isinstance(ste, str):
        # Imported here, so that the definition can be used before any code has been generated.
        known = importlib.import_module("numerics.generated.estimators").PARAMETERS
        parameters = check_parameters(ste, parameters, known)
        return partial(importlib.import_module("numerics.generated.proxies").PROXIES[ste], **parameters)
    function = ste
    if not callable(function):
        raise ValueError(f"ste = {ste!r} is neither a name nor a function; pass a name or mu'(x)")
    if not parameters:
        return function
    numbers(parameters, {each.name: "> -inf" for each in keywords(function)}, f"ste = {ste!r}")
    return partial(function, **parameters)


def apply_proxy(name: str, proxy: Proxy, x: Array) -> Array:
    """`proxy(x)` in the dtype of x, any shape; `name` is what an error message calls the proxy.

    Raises ValueError if the proxy returns another shape, something not real, NaN or infinity.
    """
    slope = np.asarray(proxy(x))
    if slope.shape != x.shape:
        raise ValueError(
            f"{name} returned shape {slope.shape} for an argument of shape {x.shape}; "
            "return one value per entry (np.ones_like(x) for a constant)"
        )
    if slope.dtype.kind not in "biuf":
        raise ValueError(f"{name} returned dtype {slope.dtype}; return real numbers")
    if not np.isfinite(slope).all():
        raise ValueError(f"{name} returned NaN or infinity; it must be finite at every finite x")
    return slope.astype(x.dtype, copy=False)


def _prepare(arguments: Mapping[str, ArrayLike]) -> dict[str, Array]:
    arrays = {name: finite_array(name, value) for name, value in arguments.items()}
    Z = arrays["Z"]
    if Z.ndim < 2 or 0 in Z.shape[-2:]:
        raise ValueError(f"Z has shape {Z.shape}; it must be (..., m, n) with m, n >= 1")
    m, n = Z.shape[-2:]
    for name, array in arrays.items():
        letter, length = ("m", m) if name.startswith("v") else ("n", n)
        if name != "Z" and array.shape[-1:] != (length,):
            raise ValueError(
                f"{name} has shape {array.shape}; it must be (..., {letter}) = (..., {length}) "
                f"to go with Z of shape {Z.shape}"
            )
    leading = {name: arrays[name].shape[: -2 if name == "Z" else -1] for name in sorted(arrays)}
    broadcast("leading shapes", leading)
    dtype = np.result_type(*arrays.values())
    return {name: array.astype(dtype, copy=False) for name, array in arrays.items()}


def _preactivation(w: Array, Z: Array) -> Array:
    """`Z w`, of the right sign also where it underflows or overflows: as the least number, or as infinity."""
    with watched() as left_range:
        product: Array = np.matmul(Z, w[..., :, None])[..., 0]
    if left_range:
        sign = np.sign(np.matmul(_scaled(Z)[0], _scaled(w)[0][..., :, None])[..., 0])
        product = np.where(np.isfinite(product), product, np.inf * np.where(sign == 0, 1, sign))
        product = np.where(product == 0, np.finfo(product.dtype).smallest_subnormal * sign, product)
    return product


def _scaled(a: Array) -> tuple[Array, NDArray[np.intc]]:
    """Rows times a power of two that makes the sum of their sizes 1 at most, and the exponents (..., 1) taken out."""
    exponent = np.frexp(np.max(np.abs(a), axis=-1, keepdims=True))[1] + a.shape[-1].bit_length()
    return np.ldexp(a, -exponent), exponent


def _times_rows(weights: Array, Z: Array) -> Array:
    return np.matmul(weights[..., None, :], Z)[..., 0, :]


def _in_range(result: Array) -> Array:
    if not np.isfinite(result).all():
        raise ValueError(f"the result leaves the range of {result.dtype}; scale v, v_star, w or Z down")
    return result[()]


def _output(v: Array, w: Array, Z: Array) -> Array:
    return np.sum((_preactivation(w, Z) > 0) * v, axis=-1)


def _residual(arrays: Mapping[str, Array]) -> Array:
    learned, true = (_output(arrays[f"v{star}"], arrays[f"w{star}"], arrays["Z"]) for star in ("", "_star"))
    return np.asarray(learned - true)
