"""Audited primitives that generated code calls: inner products, unit vectors, the angle.

Written by hand because each has a right way and a tempting wrong one. ``acos(a·b)`` loses half the digits near 0 and
π; Kahan's ``2 atan2(‖a − b‖, ‖a + b‖)`` on unit vectors does not. Norms are rescaled only where squares would leave the
range of float64, so the common case pays nothing for ‖w‖ = 1e-300. What is said of arrays holds of `Wide` rows too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from numerics.arguments import BadRowsError, evaluate, products
from numerics.wide import Wide

Array = npt.NDArray[np.float64]

_SAFE_LOW, _SAFE_HIGH = 1e-280, 1e280
"""Squared norms in this range have neither lost digits to underflow nor overflowed."""

KINK_CHOICES = ("raise", "nan", "zero")
"""What a function with a kink may be asked to do there."""

_TINY, _HUGE = 1e-140, 1e140
"""Norms in this range can be multiplied and divided without leaving float64."""

_SURE_COSINE = 0.9
"""Below it arccos loses a factor 2.3 at most; towards 1 it loses half the digits."""

_CLOSE = 0.451
"""Angle whose cosine is that."""

_PARTS = 4
"""A product of all rows beside their result would be memory that the C library returns to the system block by block."""


class Pair(NamedTuple):
    """A block of filters w, w* (b, n) or (1, n), their norms r, r* and the angle θ between them (b,); whether a norm is
    near the ends of the range of float64.
    """

    w: Array
    w_star: Array
    r: Array
    r_star: Array
    theta: Array
    extreme: bool = False


def dot(a: Array, b: Array) -> Array:
    """Inner products of the rows of a and b: (b, n), (b, n) -> (b,)."""
    if isinstance(a, Wide) or isinstance(b, Wide):
        return (a * b).total()
    return products(a, b)


def total(a: Array) -> Array:
    """Sums of the rows of a: (b, m) -> (b,)."""
    if isinstance(a, Wide):
        return a.total()
    return a @ np.ones(a.shape[-1])


def column(a: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A (b,) array as a column, to scale the rows of a (b, n) array."""
    return a[..., None]


def norm(a: Array) -> Array:
    """Euclidean norms of rows, for any finite nonzero row; raises BadRowsError for a zero or non-finite one."""
    if isinstance(a, Wide):
        rows, exponent = a.split()
        return Wide(norm(rows), exponent)
    square = dot(a, a)
    if square.min(initial=1.0) > _SAFE_LOW and square.max(initial=1.0) < _SAFE_HIGH:
        return np.sqrt(square)
    largest = np.max(np.abs(a), axis=-1, initial=0.0)
    if not np.all(largest > 0) or not np.all(np.isfinite(largest)):
        raise BadRowsError
    scaled = a / column(largest)
    return largest * np.sqrt(dot(scaled, scaled))


def length(a: Array) -> Array:
    """Euclidean norms of the rows of any finite (..., n), 0 for a zero row; inf beyond the range of float64."""
    with np.errstate(all="ignore"):
        largest = np.max(np.abs(a), axis=-1, keepdims=True)
        scaled = a / np.where(largest > 0, largest, 1.0)
        return np.asarray(largest[..., 0] * np.sqrt(np.vecdot(scaled, scaled)))


def unit(a: Array) -> Array:
    """Unit vectors of rows: (b, n) -> (b, n)."""
    if isinstance(a, Wide):
        a = a.split()[0]
    return _scaled(a, norm(a))


def _scaled(a: Array, size: Array) -> Array:
    """a/size by row, also where the quotient needs two steps to stay in the range of float64."""
    if size.min(initial=1.0) > _TINY and size.max(initial=1.0) < _HUGE:
        return a / column(size)
    largest = np.max(np.abs(a), axis=-1)
    scaled = a / column(largest)
    return scaled / column(np.sqrt(dot(scaled, scaled)))


def pair(w: Array, w_star: Array) -> Pair:
    """Norms and angles of two blocks of filters: arccos where the cosine is below 0.9 and has all its digits,
    Kahan's formula in the other rows.
    """
    if isinstance(w, Wide) or isinstance(w_star, Wide):
        return Pair(w, w_star, norm(w), norm(w_star), pair(w.split()[0], w_star.split()[0]).theta)
    r, r_star = norm(w), norm(w_star)
    cosine = dot(w, w_star) / (r * r_star)
    theta = np.arccos(np.clip(cosine, -1.0, 1.0))
    extreme = any(size.min(initial=1.0) < _TINY or size.max(initial=1.0) > _HUGE for size in (r, r_star))
    rows = _rows(~(np.abs(cosine) < _SURE_COSINE), extreme)
    if rows.size:
        theta[rows] = _kahan(unit(_take(w, rows)), unit(_take(w_star, rows)))
    return Pair(w, w_star, r, r_star, theta, extreme)


def _rows(wanted: npt.NDArray[np.bool_], extreme: bool) -> npt.NDArray[np.intp]:
    """Indices of the rows that need care: the wanted ones, or all where a norm is extreme."""
    return np.arange(len(wanted)) if extreme else np.flatnonzero(wanted)


def _take(block: Array, rows: npt.NDArray[np.intp] | slice) -> Array:
    """Rows of a block; a single row stands for all of them."""
    return block if len(block) == 1 else block[rows]


def _kahan(a: Array, b: Array) -> Array:
    """2 atan2(‖a − b‖, ‖a + b‖) for rows of unit vectors."""
    difference, sum_ = a - b, a + b
    return 2 * np.arctan2(np.sqrt(dot(difference, difference)), np.sqrt(dot(sum_, sum_)))


def along(p: Pair, on_w_hat: Array, on_w_diff: Array) -> Array:
    """on_w_hat·ŵ + on_w_diff·(ŵ − ŵ*) by row: (b,), (b,) -> (b, n).

    Where ŵ and ŵ* are far apart the difference need not be formed, which saves half of the passes over memory; in the
    rows where it is short, it is.
    """
    if isinstance(p.w, Wide):
        w_hat = unit(p.w)
        return combine((on_w_hat, w_hat), (on_w_diff, w_hat - unit(p.w_star)))
    on_w_hat, on_w_diff, theta = np.broadcast_arrays(on_w_hat, on_w_diff, p.theta)
    result = column((on_w_hat + on_w_diff) / p.r) * p.w
    towards = column(on_w_diff / p.r_star)
    step = -(-len(result) // _PARTS) or 1
    for part in (slice(start, start + step) for start in range(0, len(result), step)):
        result[part] -= towards[part] * _take(p.w_star, part)
    rows = _rows(theta < _CLOSE, p.extreme)
    if rows.size:
        w_hat = unit(_take(p.w, rows))
        difference = w_hat - unit(_take(p.w_star, rows))
        result[rows] = column(on_w_hat[rows]) * w_hat + column(on_w_diff[rows]) * difference
    return result


def combine(*terms: tuple[Array | float, Array | float]) -> Array:
    """Σ weight·vector, row by row: weights (b,) or numbers, vectors (b, n), or the number 1 for the vector of ones."""
    (weight, vector), *rest = terms
    total_of: Any = _as_column(weight) * vector
    for weight, vector in rest:
        product: Any = _as_column(weight) * vector
        if isinstance(product, Wide) or isinstance(total_of, Wide):
            total_of = total_of + product
        elif np.broadcast_shapes(total_of.shape, product.shape) == total_of.shape:
            np.add(total_of, product, out=total_of)
        else:
            total_of = total_of + product
    return total_of


def _as_column(weight: Array | float) -> Array | float:
    return weight[..., None] if isinstance(weight, np.ndarray | Wide) else weight


def plain(norms: Array) -> Array:
    """Norms as float64; ValueError for one that is beyond its range."""
    if isinstance(norms, Wide):
        norms = norms.value()
    if np.isinf(norms.max(initial=0.0)):
        raise ValueError(
            "w has a norm beyond the range of float64, on which the coarse gradient depends; scale it down"
        )
    return norms


def rounding(*arguments: npt.ArrayLike) -> float:
    """The largest relative error that arguments of these dtypes were rounded with on their way in."""
    types = (np.asarray(argument).dtype for argument in arguments)
    return max(float(np.finfo(kind if kind.kind == "f" else np.float64).eps) for kind in types)


def across(p: Pair, at_kink: str = "raise", eps: float = float(np.finfo(np.float64).eps)) -> Array:
    """e, the unit vector of w* orthogonal to ŵ: (b, n).

    At θ = 0 and θ = π there is none. Rounding in ŵ alone moves θ by a few `eps`, so rows closer than that to an end
    cannot be told from it: `at_kink` raises a ValueError for them, or fills them with "nan" or "zero".
    """
    if at_kink not in KINK_CHOICES:
        raise ValueError(f"at_kink = {at_kink!r} is unknown; allowed: {', '.join(KINK_CHOICES)}")
    w_hat = unit(p.w)
    e = unit(p.w_star) - column(np.cos(p.theta)) * w_hat
    # What rounding left along ŵ is as large as eps/θ; taking it out again makes e orthogonal to working precision.
    e -= column(dot(e, w_hat)) * w_hat
    size = np.sqrt(dot(e, e))
    kink = np.minimum(p.theta, np.pi - p.theta) < 8 * eps
    if not kink.any():
        return e / column(size)
    if at_kink == "raise":
        raise ValueError(
            f"w is parallel to w_star (angle {p.theta[kink][0]:.3g}): the loss has a kink and no gradient there; "
            'move w, or pass at_kink="nan" or at_kink="zero"'
        )
    return np.where(column(kink), np.nan if at_kink == "nan" else 0.0, e / column(np.where(kink, 1.0, size)))


def angle(a: npt.ArrayLike, b: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Angle between vectors, in radians: a, b (..., n), broadcasting -> (...), in [0, π].

    Accurate to ~eps in absolute terms at every angle, also near 0 and π. Domain: any finite nonzero vectors.
    Raises ValueError for zero or non-finite vectors and for shapes that do not fit, naming the argument.
    Source: W. Kahan, "How futile are mindless assessments of roundoff", section 12.
    """
    return evaluate(lambda a, b: pair(a, b).theta, "", a=a, b=b)
