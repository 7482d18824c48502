"""The sampled network, straight from the definition (THEORY section 0).

Shares no code and no algebra with the closed forms: they are checked against what is computed here.

| symbol          | shape     | meaning                                             |
|-----------------|-----------|-----------------------------------------------------|
| `v`, `v_star`   | (..., m)  | output weights, learned and true                    |
| `w`, `w_star`   | (..., n)  | shared filter, learned and true (zero is allowed)   |
| `Z`             | (..., m, n) | one input: m patches of length n                  |
| `sigma(x)`      |           | `1{x > 0}`, so `sigma(0) = 0`                       |
| `mu'` (`ste`)   |           | proxy derivative, an elementwise function           |

Leading shapes broadcast. The result is float32 when every argument is float32, otherwise float64.
"""

import importlib
import inspect
import math
from collections.abc import Callable, Mapping
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
Proxy = Callable[[Array], Array]


def forward(v: ArrayLike, w: ArrayLike, Z: ArrayLike) -> Array:
    """Output `y = v . sigma(Z w)` of the network: (..., m), (..., n), (..., m, n) -> (...).

    Source: THEORY section 0. Raises ValueError on a wrong shape or dtype, NaN or infinity.
    """
    arrays = _prepare({"v": v, "w": w, "Z": Z})
    return _output(arrays["v"], arrays["w"], arrays["Z"])


def sample_loss(v: ArrayLike, w: ArrayLike, v_star: ArrayLike, w_star: ArrayLike, Z: ArrayLike) -> Array:
    """Sample loss `(y - y*)^2 / 2`: v (..., m), w (..., n), Z (..., m, n) -> (...).

    Source: THEORY section 0. Raises ValueError on a wrong shape or dtype, NaN or infinity.
    """
    arrays = _prepare({"v": v, "w": w, "v_star": v_star, "w_star": w_star, "Z": Z})
    residual = _residual(arrays)
    loss: Array = (0.5 * residual) * residual
    return loss


def sample_gradient_v(v: ArrayLike, w: ArrayLike, v_star: ArrayLike, w_star: ArrayLike, Z: ArrayLike) -> Array:
    """Gradient of the sample loss in v, `sigma(Z w) (y - y*)`: -> (..., m).

    Source: THEORY section 0 and N2. Raises ValueError on a wrong shape or dtype, NaN or infinity.
    """
    arrays = _prepare({"v": v, "w": w, "v_star": v_star, "w_star": w_star, "Z": Z})
    active = _preactivation(arrays["w"], arrays["Z"]) > 0
    gradient: Array = active * _residual(arrays)[..., None]
    return gradient


def sample_coarse_gradient(
    v: ArrayLike,
    w: ArrayLike,
    v_star: ArrayLike,
    w_star: ArrayLike,
    Z: ArrayLike,
    ste: str | Proxy = "relu",
    **parameters: float,
) -> Array:
    """Sample coarse gradient in w, `Z^T (mu'(Z w) * v) (y - y*)`: -> (..., n).

    `ste` is the name of a proxy derivative (`parameters` are its own, such as `c=1.0` of
    "clipped-relu") or a function `mu'(x)` of an array returning an array of the same shape.

    Source: THEORY section 0. Raises ValueError on a wrong shape or dtype, NaN or infinity (in an
    argument or from `ste`), an unknown name, an unknown or invalid parameter.
    """
    proxy = resolve_proxy(ste, parameters)
    arrays = _prepare({"v": v, "w": w, "v_star": v_star, "w_star": w_star, "Z": Z})
    slope = apply_proxy("ste", proxy, _preactivation(arrays["w"], arrays["Z"]))
    weights = slope * arrays["v"] * _residual(arrays)[..., None]
    gradient: Array = np.matmul(weights[..., None, :], arrays["Z"])[..., 0, :]
    return gradient


def resolve_proxy(ste: str | Proxy, parameters: Mapping[str, float]) -> Proxy:
    """The function `mu'(x)` that `ste` names, its `parameters` bound; a callable is taken as it is.

    Source: THEORY section 0 and C2-C5. Raises ValueError on an unknown name, on a parameter the
    proxy does not have, and on a parameter that is not a finite real number.
    """
    function = _named_proxy(ste) if isinstance(ste, str) else ste
    if not callable(function):
        raise ValueError(f"ste = {ste!r} is neither a name nor a function; pass a name or mu'(x)")
    if not parameters:
        return function
    allowed = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    for name, value in parameters.items():
        if name not in allowed:
            raise ValueError(
                f"{name} = {value!r} is not a parameter of ste = {ste!r}; allowed: {', '.join(allowed) or 'none'}"
            )
        if not isinstance(value, Real) or isinstance(value, bool) or not math.isfinite(value):
            raise ValueError(f"{name} = {value!r} must be a finite real number")
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


def real_array(name: str, value: ArrayLike) -> Array:
    """`value` as a finite float32 or float64 array of any shape; integers become float64.

    Raises ValueError, calling the argument `name`, for any other dtype, NaN or infinity.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} = {value!r} is not a rectangular array of numbers") from error
    if array.dtype.kind in "iu":
        array = array.astype(np.float64)
    if array.dtype not in (np.float32, np.float64):
        raise ValueError(
            f"{name} has dtype {array.dtype}; pass float64, float32 or integers "
            f"(convert with np.asarray({name}, dtype=float))"
        )
    finite = np.isfinite(array)
    if not finite.all():
        where = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise ValueError(f"{name} = {array[where]} at index {where}; every entry must be finite")
    return array


def _named_proxy(name: str) -> Proxy:
    # Imported here, so that the definition can be used before any code has been generated.
    proxies: dict[str, Proxy] = importlib.import_module("numerics.generated.proxies").PROXIES
    if name not in proxies:
        raise ValueError(f"ste = {name!r} is unknown; allowed: {', '.join(sorted(proxies))}")
    return proxies[name]


def _prepare(arguments: Mapping[str, ArrayLike]) -> dict[str, Array]:
    arrays = {name: real_array(name, value) for name, value in arguments.items()}
    Z = arrays["Z"]
    if Z.ndim < 2 or 0 in Z.shape[-2:]:
        raise ValueError(f"Z has shape {Z.shape}; it must be (..., m, n) with m, n >= 1")
    m, n = Z.shape[-2:]
    leading = {"Z": Z.shape[:-2]}
    for name in arguments:
        if name == "Z":
            continue
        letter, length = ("m", m) if name.startswith("v") else ("n", n)
        shape = arrays[name].shape
        if not shape or shape[-1] != length:
            raise ValueError(
                f"{name} has shape {shape}; it must be (..., {letter}) = (..., {length}) "
                f"to go with Z of shape {Z.shape}"
            )
        leading[name] = shape[:-1]
    try:
        np.broadcast_shapes(*leading.values())
    except ValueError as error:
        shapes = ", ".join(f"{name} {shape}" for name, shape in sorted(leading.items()))
        raise ValueError(f"leading shapes do not broadcast: {shapes}; make them agree") from error
    dtype = np.result_type(*arrays.values())
    return {name: array.astype(dtype, copy=False) for name, array in arrays.items()}


def _preactivation(w: Array, Z: Array) -> Array:
    product: Array = np.matmul(Z, w[..., :, None])[..., 0]
    return product


def _output(v: Array, w: Array, Z: Array) -> Array:
    active = _preactivation(w, Z) > 0
    output: Array = np.sum(active * v, axis=-1)
    return output


def _residual(arrays: Mapping[str, Array]) -> Array:
    Z = arrays["Z"]
    learned = _output(arrays["v"], arrays["w"], Z)
    residual: Array = np.asarray(learned - _output(arrays["v_star"], arrays["w_star"], Z))
    return residual
