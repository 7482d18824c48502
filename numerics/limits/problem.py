"""The problem N w = κ w* + β S(w) on the unit sphere, in float64 or in digits, its arguments checked.

Everything is computed in units of κ: with y = w* as given and ν = ‖y‖ it reads (N/scale) w = y + pull·S(w), where
scale = κ/ν and pull = β/scale. Arrays are float64, or hold mpmath numbers when digits are asked for; the same code
runs on both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, wraps
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from numerics.arguments import (
    Array,
    check_parameters,
    flag,
    float_range,
    number,
    real_array,
    refuse_first,
    refuse_masked,
)
from numerics.generated.limits import SLOPES
from numerics.generated.penalties import PENALTY_PARAMETERS, PROXIMAL_MAPS
from numerics.geometry import length
from numerics.limits.field import FLOATS, Field, Number, blocks, inner
from numerics.limits.law import Law, Root

NORM_TOLERANCE: Final = 1e-9
"""How far from 1 the norm of w* may be. Any float64 normalization of up to 1e7 entries is closer, even one that sums
naively; one made in float32 is not.
"""


@dataclass(frozen=True, eq=False)
class Problem:
    """Checked arguments. `w_star` (n,) has the norm `norm`, within rounding of 1; the true weight is w_star/norm."""

    w_star: npt.NDArray[Any]
    norm: Number
    largest: Number
    """max |w*_i|, as given."""
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

    def lyapunov(self, overlap: Any, cost: Any, moved: Any) -> Any:
        """κ(1 − cos θ) + λP(u) + (β/2)‖w − u‖², given ⟨w, w*⟩, P(u) and ‖w − u‖²."""
        return self.kappa * (1 - overlap / self.norm) + self.lam * cost + self.beta / 2 * moved

    def proximal(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """S(x): in float64 the generated map, where it costs much only where |x| exceeds its threshold; in digits P1 to
        P3 there.
        """
        if not self.beta:
            return x * 0 if self.lam else x * 1
        beyond = np.abs(x) > self.threshold if self.law.curved or self.field is not FLOATS else None
        if beyond is None or (self.field is FLOATS and 2 * np.count_nonzero(beyond) > len(x)):
            return PROXIMAL_MAPS[self.penalty](x, self.rho, **self.parameters)
        result, above = x * 0, np.flatnonzero(beyond)
        if len(above) and self.field is FLOATS:
            result[above] = PROXIMAL_MAPS[self.penalty](x[above], self.rho, **self.parameters)
        elif len(above):
            result[above] = np.sign(x[above]) * self.law.proximal(np.abs(x[above]))
        return result


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


def pose(
    w_star: Any,
    kappa: Any,
    beta: Any,
    lam: Any,
    penalty: str,
    parameters: Mapping[str, Any],
    *,
    normalize: bool,
    field: Field = FLOATS,
) -> Problem:
    """Check the arguments. Raises ValueError that names the argument, its value and what is allowed."""
    if not isinstance(penalty, str) or penalty not in SLOPES:
        raise ValueError(f"penalty = {penalty!r} has no known limit; allowed: {', '.join(SLOPES)}")
    normalize, vector = flag("normalize", normalize), _vector(w_star, field)
    size, largest = _norm(vector, field)
    if abs(size - 1) > NORM_TOLERANCE:
        if not normalize:
            raise ValueError(
                f"w_star has norm {float(size):.17g}; a unit vector (within {NORM_TOLERANCE:g}) is needed: "
                "divide by the norm, or pass normalize=True"
            )
        if field is FLOATS and not 1e-140 < size < 1e140:  # the quotient would leave the range of float64
            vector = vector / largest
            size, _ = _norm(vector, field)
        vector = vector / size
        size, largest = _norm(vector, field)
    kappa, beta = _number("kappa", kappa, field, "> 0"), _number("beta", beta, field, ">= 0")
    lam = _number("lam", lam, field, ">= 0")
    known = check_parameters(penalty, parameters, PENALTY_PARAMETERS, "penalty")
    shapes = {name: _number(name, parameters.get(name, value), field, "> 0") for name, value in known.items()}
    if field is FLOATS:
        _check_range("kappa", kappa, 1e-200, 1e200)
        _check_range("beta", beta, 0, 1e100 * kappa, "1e100 kappa")
        for name, value in shapes.items():
            _check_range(name, value, 1e-300, 1e300)
    return Problem(vector, size, largest, kappa, beta, lam, penalty, shapes, field)


def in_floats(problem: Problem) -> Problem:
    """A problem in digits, rounded. Raises ValueError where float64 does not reach."""
    kappa, beta, lam, *shapes = map(float, (problem.kappa, problem.beta, problem.lam, *problem.parameters.values()))
    given, w_star = dict(zip(problem.parameters, shapes, strict=True)), problem.w_star.astype(np.float64)
    return pose(w_star, kappa, beta, lam, problem.penalty, given, normalize=True)


def _check_range(name: str, value: Number, least: Number, most: Number, words: str = "") -> None:
    """Where nothing below overflows: cubes of multipliers in units of kappa, a(a + 1)/(a + u)²."""
    if not least <= value <= most:
        raise ValueError(f"{name} = {float(value)!r} is out of range; {least:g} to {words or f'{most:g}'} is allowed")


def _number(name: str, value: Any, field: Field, domain: str) -> Number:
    rounded = number(name, value, domain)
    return rounded if field is FLOATS else _to_digits(name, value, field)


def _to_digits(name: str, value: Any, field: Field) -> Number:
    """The number itself: floats and integers are exact, a Fraction is rounded once, at the working precision."""
    if isinstance(value, Fraction):
        return field.context.fdiv(value.numerator, value.denominator)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not (isinstance(value, int | float) or hasattr(value, "_mpf_")):
        raise ValueError(f"{name} = {value!r} is no number; use float, int, fractions.Fraction or mpmath.mpf")
    return field.number(value)


def _vector(w_star: Any, field: Field) -> npt.NDArray[Any]:
    refuse_masked("w_star", w_star)
    if field is FLOATS or getattr(w_star, "dtype", np.dtype(object)) != np.dtype(object):
        w_star = real_array("w_star", w_star)
    array = np.asarray(w_star, dtype=None if field is FLOATS else object)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"w_star has shape {array.shape}; one vector of shape (n,), n >= 1, is needed")
    if field is FLOATS:
        return np.ascontiguousarray(array, np.float64)
    result = np.empty(len(array), dtype=object)
    for index, value in enumerate(array):
        result[index] = _to_digits(f"w_star[{index}]", value, field)
    _require_finite(array, result.astype(np.float64))
    return result


def _require_finite(given: npt.NDArray[Any], vector: Array) -> None:
    refuse_first("w_star", given, ~np.isfinite(vector), "is not finite; finite numbers are needed")


def _norm(vector: npt.NDArray[Any], field: Field) -> tuple[Number, Number]:
    """‖w*‖, without overflow or underflow, and max |w*_i|; ValueError for a value that is not finite and for the zero
    vector.
    """
    with np.errstate(all="ignore"):
        found = [(inner(piece, piece), piece.max(), -piece.min()) for piece in blocks(vector)]
    squares, highest, lowest = ([*each] for each in zip(*found, strict=True))
    if field is not FLOATS or 1e-280 < sum(squares) < 1e280:
        size = field.sqrt(field.total(squares))
    else:
        _require_finite(vector, vector)
        size = length(vector)
    if not size:
        raise ValueError("w_star is the zero vector, which has no direction; it must be nonzero")
    return field.number(size), max(*highest, *lowest)


def unmoved(problem: Problem) -> Root:
    """w̄ = w*, no entry above the threshold: N = κ."""
    return Root(problem.norm, problem.norm - problem.pull, lower=problem.norm**2)
