"""The arguments of `sparse_limit` and `stable_limits`, checked."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from numerics.arguments import Array, check_parameters, number, real_array, refuse_first, refuse_masked
from numerics.generated.limits import SLOPES
from numerics.generated.penalties import PENALTY_PARAMETERS
from numerics.geometry import length
from numerics.limits.field import FLOATS, Field, Number
from numerics.limits.problem import Problem, blocks

__all__ = ["NORM_TOLERANCE", "pose"]

_PENALTIES: Final = tuple(SLOPES)
"""Penalties whose limit is known as a map of w*."""

NORM_TOLERANCE: Final = 1e-9
"""How far from 1 the norm of w* may be. Any float64 normalization of up to 1e7 entries is closer, even one that sums
naively; one made in float32 is not.
"""


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
    if not isinstance(penalty, str) or penalty not in _PENALTIES:
        raise ValueError(f"penalty = {penalty!r} has no known limit; allowed: {', '.join(_PENALTIES)}")
    vector = _vector(w_star, field)
    size = _norm(vector, field)
    if abs(size - 1) > NORM_TOLERANCE:
        if not normalize:
            raise ValueError(
                f"w_star has norm {float(size):.17g}; a unit vector (within {NORM_TOLERANCE:g}) is needed: "
                "divide by the norm, or pass normalize=True"
            )
        if field is FLOATS and not 1e-140 < size < 1e140:  # the quotient would leave the range of float64
            vector = vector / np.abs(vector).max()
            size = _norm(vector, field)
        vector = vector / size
        size = _norm(vector, field)
    kappa, beta = _number("kappa", kappa, field, "> 0"), _number("beta", beta, field, ">= 0")
    lam = _number("lam", lam, field, ">= 0")
    known = check_parameters(penalty, parameters, PENALTY_PARAMETERS, "penalty")
    shapes = {name: _number(name, parameters.get(name, value), field, "> 0") for name, value in known.items()}
    if field is FLOATS:
        _check_range("kappa", kappa, 1e-200, 1e200)
        _check_range("beta", beta, 0, 1e100 * kappa, "1e100 kappa")
        for name, value in shapes.items():
            _check_range(name, value, 1e-300, 1e300)
    return Problem(vector, size, kappa, beta, lam, penalty, shapes, field)


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
    if field is FLOATS or (isinstance(w_star, np.ndarray) and w_star.dtype != object):
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


def _norm(vector: npt.NDArray[Any], field: Field) -> Number:
    """‖w*‖, without overflow or underflow; ValueError for a value that is not finite and for the zero vector."""
    with np.errstate(all="ignore"):
        squares = [np.dot(piece, piece) for piece in blocks(vector)]
    if field is not FLOATS or 1e-280 < sum(squares) < 1e280:
        size = field.sqrt(field.total(squares))
    else:
        _require_finite(vector, vector)
        size = length(vector)
    if not size:
        raise ValueError("w_star is the zero vector, which has no direction; it must be nonzero")
    return field.number(size)
