"""The problem N w = κ w* + β S(w) on the unit sphere: its checked arguments, in float64 or in digits.

Everything is computed in units of κ: with y = w* as given and ν = ‖y‖ it reads (N/scale) w = y + pull·S(w), where
scale = κ/ν and pull = β/scale. Arrays are float64, or hold mpmath numbers when digits are asked for; the same code
runs on both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, wraps
from typing import Any, Final, NoReturn

import numpy as np
import numpy.typing as npt

from numerics.arguments import ONE_THREAD, Array, float_range, real_array, refuse_masked
from numerics.generated.penalties import PENALTY_PARAMETERS, PROXIMAL_MAPS
from numerics.geometry import length
from numerics.limits.field import FLOATS, Field, Number
from numerics.limits.law import Law

__all__ = ["BLOCK", "NORM_TOLERANCE", "Problem", "blocks", "in_range", "pose"]

PENALTIES: Final = ("l1", "l0", "tl1")
"""Penalties whose limit is known as a map of w*."""

BLOCK: Final = ONE_THREAD
"""Entries worked on at a time: the buffers stay in the cache, and BLAS does not wake threads for an inner product,
which on a busy machine costs ten times what it saves.
"""

NORM_TOLERANCE: Final = 1e-9
"""How far from 1 the norm of w* may be. Any float64 normalization of up to 1e7 entries is closer, even one that sums
naively; one made in float32 is not.
"""


@dataclass(frozen=True, eq=False)
class Problem:
    """Checked arguments. `w_star` (n,) has the norm `norm`, within rounding of 1; the true weight is w_star/norm."""

    w_star: npt.NDArray[Any]
    norm: Number
    kappa: Number
    beta: Number
    lam: Number
    penalty: str
    parameters: Mapping[str, Number]
    field: Field

    @property
    def size(self) -> int:
        """n, the length of w*."""
        return len(self.w_star)

    @property
    def remedy(self) -> str:
        """What to do where the numbers are too far apart for float64."""
        given = {"kappa": self.kappa, "beta": self.beta, "lam": self.lam, **self.parameters}
        listed = ", ".join(f"{name} = {value!s}" for name, value in given.items())
        return f"{listed} are too far apart; scale them, or ask sparse_limit for digits"

    @cached_property
    def scale(self) -> Number:
        """The unit of multipliers: N = scale · (N in these units)."""
        return self.kappa / self.norm

    @cached_property
    def pull(self) -> Number:
        """β in units of `scale`."""
        return self.beta / self.scale

    @cached_property
    def level(self) -> Number:
        """λ in units of `scale`."""
        return self.lam / self.scale

    @cached_property
    def rho(self) -> Number:
        """λ/β; infinite for β = 0 < λ, and 0 for β = λ = 0."""
        if self.beta:
            return self.lam / self.beta
        return math.inf if self.lam else self.lam

    @cached_property
    def law(self) -> Law:
        """How entries answer to N; for β > 0, as S does not matter otherwise."""
        return Law(self.penalty, self.parameters, self.rho, self.level, self.pull, self.field)

    @cached_property
    def threshold(self) -> Number:
        """Largest |x| with S(x) = 0; infinite for β = 0."""
        return self.law.threshold if self.beta else math.inf

    @cached_property
    def largest(self) -> Number:
        """max |w*_i|, as given."""
        return max(max(piece.max(), -piece.min()) for piece in blocks(self.w_star))

    @property
    def rounding(self) -> Number:
        """Relative distance of a tie: numbers closer than that are equal as far as the arguments, rounded, tell."""
        return 2 * self.field.eps

    @cached_property
    def cut(self) -> Number:
        """Largest |w*_i|, as given, with S(w*_i) = 0, ties included."""
        return self.threshold * self.norm * (1 + 4 * self.rounding)

    def above(self, y: Any, multiplier: Number) -> Any:
        """Whether an entry of magnitude y exceeds the threshold where w_i = y/N would be at most that but for a tie."""
        return y > multiplier * self.threshold * (1 + 4 * self.rounding)

    def apart(self, y: Any, u: Any, multiplier: Any) -> Any:
        """Whether an entry with u = S(w) is another than w = y/N below the threshold: not so at a tie, where u is 0 to
        rounding and S is continuous there.
        """
        if self.law.least > 0:
            return u > self.law.least * (1 + 4 * self.rounding)
        tie = np.abs(y - multiplier * self.threshold) <= 4 * self.rounding * np.abs(y)
        return ~tie | (u > self.field.eps**0.5)

    def proximal(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """S(x): in float64 the generated map, where it costs much only where |x| exceeds its threshold; in digits P1 to
        P3 there.
        """
        if not self.beta:
            return x * 0 if self.lam else x * 1
        if self.penalty == "l1" and self.field is FLOATS:
            return PROXIMAL_MAPS["l1"](x, self.rho)
        result = x * 0
        above = np.flatnonzero(np.abs(x) > self.threshold)
        if len(above) and self.field is FLOATS:
            result[above] = PROXIMAL_MAPS[self.penalty](x[above], self.rho, **self.parameters)
        elif len(above):
            result[above] = np.sign(x[above]) * self.law.proximal(np.abs(x[above]))
        return result


def blocks(array: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Consecutive views of at most `BLOCK` entries."""
    for start in range(0, len(array), BLOCK):
        yield array[start : start + BLOCK]


def pose(
    w_star: Any,
    kappa: Any,
    beta: Any,
    lam: Any,
    penalty: str,
    parameters: Mapping[str, Any],
    *,
    normalize: bool,
    field: Field | None = None,
) -> Problem:
    """Check the arguments. Raises ValueError that names the argument, its value and what is allowed."""
    field = field or FLOATS
    exact, context = field is not FLOATS, field.context
    if not isinstance(penalty, str) or penalty not in PENALTIES:
        raise ValueError(f"penalty = {penalty!r} has no known limit; allowed: {', '.join(PENALTIES)}")
    vector = _exact_vector(w_star, context) if exact else _float_vector(w_star)
    size = _exact_norm(vector, field) if exact else _float_norm(vector)
    if normalize and abs(size - 1) > NORM_TOLERANCE:
        vector = _scaled(vector, size, field)
        size = field.sqrt(field.total([np.dot(piece, piece) for piece in blocks(vector)]))
        size = size if exact else float(size)
    elif abs(size - 1) > NORM_TOLERANCE:
        raise ValueError(
            f"w_star has norm {float(size):.17g}; a unit vector (within {NORM_TOLERANCE:g}) is needed: "
            "divide by the norm, or pass normalize=True"
        )
    checked = {
        "kappa": _number("kappa", kappa, context, positive=True),
        "beta": _number("beta", beta, context, positive=False),
        "lam": _number("lam", lam, context, positive=False),
    }
    shapes = _shape(penalty, parameters, context)
    if not exact:
        _check_range("kappa", checked["kappa"], 1e-200, 1e200)
        _check_range("beta", checked["beta"], 0, 1e100 * checked["kappa"], "1e100 kappa")
        if "a" in shapes:
            _check_range("a", shapes["a"], 1e-300, 1e300)
    return Problem(vector, size, **checked, penalty=penalty, parameters=shapes, field=field)


def _check_range(name: str, value: Number, least: Number, most: Number, words: str = "") -> None:
    """Where nothing below overflows: cubes of multipliers in units of kappa, a(a + 1)/(a + u)²."""
    if not least <= value <= most:
        raise ValueError(f"{name} = {float(value)!r} is out of range; {least:g} to {words or f'{most:g}'} is allowed")


def _shape(penalty: str, given: Mapping[str, Any], context: Any) -> dict[str, Number]:
    """Parameters of the penalty, defaults filled in."""
    known = PENALTY_PARAMETERS[penalty]
    for name, value in given.items():
        if name not in known:
            allowed = ", ".join(known) or "none"
            raise ValueError(f"{name} = {value!r} is no parameter of penalty = {penalty!r}; its parameters: {allowed}")
    return {
        name: _number(name, given.get(name, default), context, positive=sign == "> 0")
        for name, (default, sign) in known.items()
    }


def _number(name: str, value: Any, context: Any, *, positive: bool) -> Number:
    rule = f"a finite number {'> 0' if positive else '>= 0'} is needed"
    try:
        number = float(value) if context is None else _to_digits(value, context)
        good = math.isfinite(float(number)) and (number > 0 if positive else number >= 0)
    except (TypeError, ValueError, OverflowError):
        good = False
    if not good or isinstance(value, str | bool | np.bool_ | np.ma.MaskedArray):
        raise ValueError(f"{name} = {value!r} is out of range; {rule}")
    return number


def _to_digits(value: Any, context: Any) -> Number:
    """The number itself: floats and integers are exact, a Fraction is rounded once, at the working precision."""
    if isinstance(value, Fraction):
        return context.fdiv(value.numerator, value.denominator)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not (isinstance(value, int | float) or hasattr(value, "_mpf_")):
        raise TypeError
    return context.mpf(value)


def _float_vector(w_star: Any) -> Array:
    array = real_array("w_star", w_star)
    _check_axis(array)
    return np.ascontiguousarray(array, np.float64)


def _exact_vector(w_star: Any, context: Any) -> npt.NDArray[Any]:
    refuse_masked("w_star", w_star)
    if isinstance(w_star, np.ndarray) and w_star.dtype != object:
        real_array("w_star", w_star)
    array = np.asarray(w_star, dtype=object)
    _check_axis(array)
    result = np.empty(len(array), dtype=object)
    for index, value in enumerate(array):
        try:
            result[index] = _to_digits(value, context)
        except TypeError:
            raise ValueError(
                f"w_star[{index}] = {value!r} is no number; use float, int, fractions.Fraction or mpmath.mpf"
            ) from None
        if not math.isfinite(float(result[index])):
            _not_finite(index, value)
    return result


def _check_axis(array: npt.NDArray[Any]) -> None:
    if array.ndim != 1 or not array.size:
        raise ValueError(f"w_star has shape {array.shape}; one vector of shape (n,), n >= 1, is needed")


def _not_finite(index: int, value: Any) -> NoReturn:
    raise ValueError(f"w_star[{index}] = {value!s} is not finite; finite numbers are needed")


def _float_norm(vector: Array) -> float:
    """‖w*‖, without overflow or underflow; ValueError for a value that is not finite and for the zero vector."""
    with np.errstate(all="ignore"):
        square = [float(np.dot(piece, piece)) for piece in blocks(vector)]
    if 1e-280 < sum(square) < 1e280:
        return math.sqrt(math.fsum(square))
    bad = np.flatnonzero(~np.isfinite(vector))
    if bad.size:
        _not_finite(int(bad[0]), vector[bad[0]])
    if not vector.any():
        _zero()
    return float(length(vector))


def in_range(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The value of a record's property; ValueError if it is not finite. `_problem` is the record's attribute."""

    @wraps(method)
    def checked(self: Any) -> Any:
        problem = self._problem
        if problem.field is not FLOATS:
            return method(self)
        with float_range(problem.remedy):
            value = method(self)
        if not np.isfinite(value).all():
            raise ValueError(f"the computation leaves the range of float64; {problem.remedy}")
        return value

    return checked


def _exact_norm(vector: npt.NDArray[Any], field: Field) -> Number:
    size = field.sqrt(field.total([x * x for x in vector]))
    if not size:
        _zero()
    return size


def _zero() -> NoReturn:
    raise ValueError("w_star is the zero vector, which has no direction; it must be nonzero")


def _scaled(vector: npt.NDArray[Any], size: Number, field: Field) -> npt.NDArray[Any]:
    """w*/‖w*‖, in two steps where the quotient would leave the range of float64."""
    if field is FLOATS and not 1e-140 < size < 1e140:
        vector = vector / np.abs(vector).max()
        size = math.sqrt(math.fsum(float(np.dot(piece, piece)) for piece in blocks(vector)))
    return vector / size
