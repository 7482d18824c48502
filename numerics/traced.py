"""What the generated functions for JAX and PyTorch stand on: as `arguments`, `elementwise`, `geometry`, `quadrature`,
but in one expression over the whole batch, which can be traced, compiled and differentiated.

Values cannot be looked at while a function is traced, so they raise nothing: where NumPy's function raises ValueError
for a value, the result is NaN. Names, shapes and numbers given as parameters are refused as there. Squares of norms and
of output weights must be normal float64 numbers; beyond that the result is inf, 0 or NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import reduce
from numbers import Real
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from numerics import arguments as checked
from numerics.geometry import KINK_CHOICES
from numerics.quadrature import GAUSSIAN_REACH, LEFT, RIGHT, STEP

Array = Any
"""Of the library in question."""

_REQUIRED: Final[ContextVar[list[Array]]] = ContextVar("_REQUIRED")
"""By row, what must hold of the arguments of the function that is evaluated."""

_NODES: Final = np.arange(LEFT - 4.0, RIGHT, STEP)[:, None]
"""A fixed number: no integrand of this package varies on less than e^-4 of its range."""

_AT_ONCE: Final = 32
"""Nodes: what they leave in memory follows the batch, and one sum after the other leaves less rounding."""

_NEAR_0: Final = 1e-100
"""What can be divided by, and the derivative of the quotient formed."""


class Operations:
    """NumPy's functions by name, over the arrays of a library.

    A derivative that is infinite at an end of the domain is 0 there: where another piece is chosen afterwards, 0·∞
    would make it NaN.
    """

    def own(self, name: str) -> Callable[..., Any]:
        """The library's own function."""
        raise NotImplementedError

    def wide(self, value: Any) -> tuple[Array, bool]:
        """As an array of float64, and whether it was float32."""
        raise NotImplementedError

    def narrow(self, array: Array) -> Array:
        """As float32."""
        raise NotImplementedError

    def constant(self, values: npt.NDArray[np.float64], beside: Array) -> Array:
        """As an array where another one is."""
        raise NotImplementedError

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):  # as copying and showing ask for
            raise AttributeError(name)
        return self.own(name)

    def asarray(self, value: Array, dtype: Any) -> Array:
        return value

    def sqrt(self, x: Any) -> Any:
        return self._but_at(0, 0.0, "sqrt", x, 1.0)

    def cbrt(self, x: Any) -> Any:
        return self._but_at(0, 0.0, "cbrt", x, 1.0)

    def arcsin(self, x: Any) -> Any:
        return self._but_at(1, math.pi / 2, "arcsin", x, 0.0)

    def _but_at(self, end: int, value: float, name: str, x: Any, instead: float) -> Any:
        at = x == end
        return self.where(at, value, self.own(name)(self.where(at, instead, x)))


class Pair(NamedTuple):
    """Directions of the rows of w and w* (b, n), their norms and the angle between them (b,)."""

    w_hat: Array
    w_star_hat: Array
    r: Array
    r_star: Array
    theta: Array


class Primitives:
    """The primitives over the arrays of a library; rows are along the last axis, of a batch with one axis."""

    def __init__(self, xp: Operations) -> None:
        self.xp = xp

    def evaluate(self, block: Callable[..., Array], result: str, **arguments: Any) -> Array:
        """Run `block` over the broadcast batch, as `arguments.evaluate`."""
        given = {name: self.xp.wide(value) for name, value in arguments.items()}
        arrays = {
            name: self._angle(array, single and name in checked.ANGLES) for name, (array, single) in given.items()
        }
        sizes = checked.axis_sizes(arrays)
        tails = {name: array.shape[-1:] if checked.AXIS[name] else () for name, array in arrays.items()}
        leading = {name: array.shape[: array.ndim - len(tails[name])] for name, array in arrays.items()}
        batch = tuple(checked.broadcast("leading (batch) shapes", leading))
        rows = {name: self._rows(array, leading[name], batch, tails[name]) for name, array in arrays.items()}
        token = _REQUIRED.set([])
        try:
            value = block(**rows)
            for condition in _REQUIRED.get():
                value = self.xp.where(condition[..., None] if result else condition, value, math.nan)
        finally:
            _REQUIRED.reset(token)
        tail = (sizes[result],) if result else ()
        value = self.xp.broadcast_to(value, (math.prod(batch), *tail)).reshape((*batch, *tail))
        single = all(single for name, (_, single) in given.items() if name not in checked.COUNTS)
        return self.xp.narrow(value) if single else value

    def _angle(self, array: Array, single: bool) -> Array:
        return self.xp.where(array == float(np.float32(math.pi)), math.pi, array) if single else array

    def _rows(self, array: Array, own: tuple[int, ...], batch: tuple[int, ...], tail: tuple[int, ...]) -> Array:
        if math.prod(own) == 1:
            return array.reshape((1, *tail))
        return self.xp.broadcast_to(array, (*batch, *tail)).reshape((math.prod(batch), *tail))

    def require(self, condition: Array, argument: str, values: Array, rule: str) -> None:
        _REQUIRED.get().append(condition)

    def check_domain(self, **arguments: Array) -> None:
        domains = {"theta": lambda x: (x >= 0) & (x <= math.pi), "k": lambda x: (x >= 1) & (x % 1 == 0)}
        for name, array in arguments.items():
            self.require(domains[name](array), name, array, "")

    def check_parameters(
        self, choice: str, given: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], argument: str = "ste"
    ) -> dict[str, Any]:
        """As `arguments.check_parameters`; an array of the library is taken as it is."""
        traced = {name: value for name, value in given.items() if not isinstance(value, Real)}
        defaults = {name: known.get(choice, {}).get(name, (1.0, ""))[0] for name in traced}
        numbers = checked.check_parameters(choice, {**given, **defaults}, known, argument)
        return {name: traced.get(name, float(value)) for name, value in numbers.items()}

    # Entry by entry.

    def entrywise(
        self, function: Callable[..., Array], name: str, values: Any, parameters: Mapping[str, Any], **sizes: Any
    ) -> Array:
        """``function(values, *sizes, **parameters)``; ρ = ∞ gives 0.

        Near 0 with ρ = 0 or λ = 0 a proximal map or envelope is that of no penalty, whose derivative is finite there.
        """
        array, single = self.xp.wide(values)
        weights = {key: self.xp.wide(size)[0] for key, size in sizes.items()}
        checked.broadcast("shapes", {key: tuple(each.shape) for key, each in {name: array, **weights}.items()})
        allowed = ((each >= 0) & ((each < math.inf) | (key == "rho")) for key, each in weights.items())
        good = reduce(lambda all_, each: all_ & each, allowed, self.xp.isfinite(array))
        known = []
        for key, none in (("rho", array), ("lam", 0.0)):
            if (weight := weights.get(key)) is not None:
                infinite, nothing = self.xp.isinf(weight), (weight == 0) & (self.xp.abs(array) < _NEAR_0)
                known += [(infinite, 0.0), (nothing, none)]
                weights[key] = self.xp.where(infinite | nothing, 1.0, weight)
        value = function(array, *weights.values(), **parameters)
        for holds, instead in (*known, (~good, math.nan)):
            value = self.xp.where(holds, instead, value)
        return self.xp.narrow(value) if single else value

    def row_sums(
        self, function: Callable[..., Array], name: str, values: Any, parameters: Mapping[str, Any], **sizes: Any
    ) -> Array:
        """The results of `entrywise` summed over the last axis of the values."""
        beside = {key: self.xp.wide(size)[0][..., None] for key, size in sizes.items()}
        return self.entrywise(function, name, values, parameters, **beside).sum(-1)

    def root(self, *factors: Any) -> Any:
        return self.xp.sqrt(math.prod(factors))

    def acute_sine(self, angle: Array) -> Array:
        return self.xp.sin(angle)

    def quotient(self, lam: Array, beta: Array) -> Array:
        decoupled = beta == 0
        ratio = self.xp.where(decoupled, math.inf, lam / self.xp.where(decoupled, 1.0, beta))
        return self.xp.where(lam > 0, ratio, 0.0)

    # Vectors.

    def dot(self, a: Array, b: Array) -> Array:
        return (a * b).sum(-1)

    def total(self, a: Array) -> Array:
        return a.sum(-1)

    def norm(self, a: Array) -> Array:
        return self.xp.sqrt(self.dot(a, a))

    def unit(self, a: Array) -> Array:
        return a / self.norm(a)[..., None]

    def pair(self, w: Array, w_star: Array) -> Pair:
        """By Kahan's formula. At θ = 0 and π the derivative is 0, the centre of the generalized one."""
        r, r_star = self.norm(w), self.norm(w_star)
        w_hat, w_star_hat = w / r[..., None], w_star / r_star[..., None]
        near, far = self.norm(w_hat - w_star_hat), self.norm(w_hat + w_star_hat)
        theta = self.xp.where(far == 0, math.pi, 2 * self.xp.arctan2(near, far))
        return Pair(w_hat, w_star_hat, r, r_star, self.xp.where(near == 0, 0.0, theta))

    def inside(self, theta: Array) -> Array:
        """Angles that kernels can be differentiated at."""
        return self.xp.maximum(theta, _NEAR_0)

    def plain(self, norms: Array) -> Array:
        return norms

    def along(self, p: Pair, on_w_hat: Array, on_w_diff: Array) -> Array:
        return self.combine((on_w_hat, p.w_hat), (on_w_diff, p.w_hat - p.w_star_hat))

    def combine(self, *terms: tuple[Any, Any]) -> Array:
        return sum(_as_column(weight) * vector for weight, vector in terms)

    def rounding(self, *arguments: Any) -> float:
        single = any(self.xp.wide(argument)[1] for argument in arguments)
        return float(np.finfo(np.float32 if single else np.float64).eps)

    def across(self, p: Pair, at_kink: str, eps: float) -> Array:
        """e as in `geometry`; at its kinks NaN, or 0."""
        if at_kink not in KINK_CHOICES[1:]:
            raise ValueError(f"at_kink = {at_kink!r} is not allowed here; allowed: {', '.join(KINK_CHOICES[1:])}")
        e = p.w_star_hat - self.xp.cos(p.theta)[..., None] * p.w_hat
        e = e - self.dot(e, p.w_hat)[..., None] * p.w_hat
        kink = (self.xp.minimum(p.theta, math.pi - p.theta) < 8 * eps)[..., None]
        size = self.xp.where(kink, 1.0, self.norm(e)[..., None])
        return self.xp.where(kink, math.nan if at_kink == "nan" else 0.0, e / size)

    # Quadrature.

    def decay_length(self, rate: Array) -> Array:
        falls = rate > 0
        return self.xp.where(falls, 6.5 / self.xp.where(falls, rate, 1.0), math.inf)

    def half_line(self, integrand: Callable[[Array], Array], low: float, high: Array, finest: Array) -> Array:
        """As `quadrature.half_line`, on nodes that do not depend on `finest`."""
        length = self.xp.minimum(high, GAUSSIAN_REACH) - low
        total = 0.0
        for start in range(0, len(_NODES), _AT_ONCE):
            growth = np.exp(_NODES[start : start + _AT_ONCE])
            nodes = low - length * self.xp.constant(np.expm1(-growth), length)
            weights = self.xp.constant(growth * np.exp(-growth), length)
            total = total + (integrand(nodes) * weights).sum(0)
        return STEP * length * total


def _as_column(weight: Any) -> Any:
    return weight[..., None] if getattr(weight, "ndim", 0) else weight
