"""Arguments of generated functions: checking, broadcasting, and evaluation block by block.

A generated function is written for blocks of rows that fit the processor's cache. `evaluate` checks the arguments,
broadcasts their leading axes, runs the blocks and assembles the result; float32 in, float32 out, the arithmetic in
between being float64.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import Signature, signature
from math import isfinite, prod
from typing import Any, Final, NoReturn, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = [
    "ONE_THREAD",
    "Array",
    "BadRowsError",
    "Limit",
    "check_parameters",
    "evaluate",
    "products",
    "renamed",
    "require",
]

T = TypeVar("T")
Array = npt.NDArray[np.float64]
Block = Callable[..., Array]
Limit = tuple[float, str]
"""Default of a parameter and its domain: ``">= 0"``, or ``"> 0"`` or another bound."""

AXIS: Final = {"v": "m", "v_star": "m", "w": "n", "w_star": "n", "a": "n", "b": "n", "theta": "", "k": ""}
"""What the last axis of an argument runs over; the empty string marks a scalar argument."""

COUNTS: Final = frozenset({"k"})
"""Whole numbers, which say nothing about the precision wanted."""

NONZERO: Final = frozenset({"w", "w_star", "a", "b"})

BLOCK_ELEMENTS: Final = 1 << 16
"""Entries of one (block, n) array. 512 KiB: the two or three alive at a time stay close to the processor."""


ONE_THREAD: Final = 1 << 13
"""Longest inner product handed to BLAS; OpenBLAS starts threads at 10000 entries."""


class BadRowsError(ValueError):
    """A block met a zero vector or a value that is not finite; `evaluate` knows the argument's name."""


def evaluate(block: Block, result: str, **arguments: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Run `block` over the broadcast batch of `arguments` and assemble its results.

    `result` names the last axis of the result: "" for scalars, "m" or "n". Raises ValueError naming the argument
    that has a wrong shape, a wrong dtype, a zero vector or a value that is not finite.
    """
    arrays = {name: _real_array(name, value) for name, value in arguments.items()}
    sizes = _axis_sizes(arrays)
    batch = _batch_shape(arrays)
    rows = prod(batch)
    single = all(array.dtype == np.float32 for name, array in arrays.items() if name not in COUNTS)
    out = np.empty((rows, sizes[result]) if result else (rows,), np.float32 if single else np.float64)
    flat = {name: _as_rows(name, array, batch) for name, array in arrays.items()}
    step = max(1, BLOCK_ELEMENTS // max(sizes.values(), default=1))

    try:
        with np.errstate(all="ignore"):
            for start in range(0, rows, step):
                piece = slice(start, start + step)
                inputs = {name: _wide(array if len(array) == 1 else array[piece]) for name, array in flat.items()}
                if not all(_finite(array) for name, array in inputs.items() if name not in NONZERO):
                    raise BadRowsError
                out[piece] = block(*inputs.values())
    except BadRowsError:
        _diagnose(arrays)
    return out.reshape(batch + ((sizes[result],) if result else ()))[()]


def require(condition: npt.NDArray[np.bool_], argument: str, values: Array, rule: str) -> None:
    """Raise ValueError unless `condition` holds in every row; the message names the first value that fails."""
    if not np.all(condition):
        where = int(np.flatnonzero(~np.atleast_1d(condition))[0])
        value = np.atleast_1d(values)[where if np.atleast_1d(values).shape[0] > 1 else 0]
        raise ValueError(f"{argument} = {value!s} is out of range; {rule}")


def check_parameters(
    choice: str, given: Mapping[str, float], known: Mapping[str, Mapping[str, Limit]], argument: str = "ste"
) -> dict[str, float]:
    """Parameters of what `argument` names, defaults filled in. ValueError for an unknown name or a bad value."""
    if not isinstance(choice, str) or choice not in known:
        raise ValueError(f"{argument} = {choice!r} is unknown; allowed: {', '.join(sorted(known))}")
    limits = known[choice]
    for name, value in given.items():
        if name not in limits:
            allowed = ", ".join(limits) or "none"
            raise ValueError(
                f"{name} = {value!r} is no parameter of {argument} = {choice!r}; its parameters: {allowed}"
            )
        sign, _, bound = (domain := limits[name][1]).partition(" ")
        try:
            good = isfinite(value) and (value > float(bound) if sign == ">" else value >= float(bound))
        except TypeError:
            good = False
        if not good:
            raise ValueError(f"{name} = {value!r} is out of range; a finite number {domain} is allowed")
    # NumPy's float: where a power of Python's own overflows, it raises
    return {name: np.float64(given.get(name, default)) for name, (default, _) in limits.items()}


def renamed(**names: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Decorator of a generated function whose own names of parameters no user can have: `names` gives the keywords.

    Its signature has these only, and none of the arguments that come before: they may be called like one of them.
    """
    keywords = {own: name for name, own in names.items()}

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        @wraps(function)
        def called(*arguments: Any, **given: Any) -> T:
            return function(*arguments, **{names.get(name, name): value for name, value in given.items()})

        own = [each for each in signature(function).parameters.values() if each.kind is each.KEYWORD_ONLY]
        shown = Signature([each.replace(name=keywords.get(each.name, each.name)) for each in own])
        called.__signature__ = shown  # type: ignore[attr-defined]
        return called

    return decorate


def _real_array(name: str, value: npt.ArrayLike) -> npt.NDArray[np.floating]:
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} is ragged; rows of equal length are needed") from None
    if array.dtype.kind in "iu":
        array = array.astype(np.float64)
    if array.dtype not in (np.float32, np.float64):
        raise ValueError(f"{name} has dtype {array.dtype}; use float64, float32 or integers")
    if AXIS[name] and (array.ndim == 0 or array.shape[-1] == 0):
        axis = AXIS[name]
        raise ValueError(f"{name} has shape {array.shape}; its last axis must have length {axis} >= 1")
    return array


def _axis_sizes(arrays: Mapping[str, npt.NDArray[np.floating]]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    owner: dict[str, str] = {}
    for name, array in arrays.items():
        if not (axis := AXIS[name]):
            continue
        if sizes.setdefault(axis, array.shape[-1]) != array.shape[-1]:
            first = owner[axis]
            raise ValueError(
                f"{name} has shape {array.shape}, {first} has last axis {sizes[axis]}; both need length {axis}"
            )
        owner.setdefault(axis, name)
    return sizes


def _batch_of(name: str, array: npt.NDArray[np.floating]) -> tuple[int, ...]:
    return array.shape[:-1] if AXIS[name] else array.shape


def _batch_shape(arrays: Mapping[str, npt.NDArray[np.floating]]) -> tuple[int, ...]:
    shapes = {name: _batch_of(name, array) for name, array in arrays.items()}
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"leading (batch) shapes do not broadcast: {listed}") from None


def _as_rows(name: str, array: npt.NDArray[np.floating], batch: tuple[int, ...]) -> npt.NDArray[np.floating]:
    """One row per batch entry; a single row, without copies, where the argument has no batch of its own."""
    tail = array.shape[-1:] if AXIS[name] else ()
    if prod(_batch_of(name, array)) == 1:
        return array.reshape((1, *tail))
    return np.broadcast_to(array, batch + tail).reshape((-1, *tail))


def _wide(array: npt.NDArray[np.floating]) -> Array:
    return array.astype(np.float64, copy=False)


def _finite(array: Array) -> bool:
    """Whether every entry is finite: if the sum of squares is, they all are; else look at each."""
    flat = array.reshape(1, -1)
    return bool(np.isfinite(products(flat, flat))[0]) or bool(np.isfinite(array).all())


def products(a: Array, b: Array) -> Array:
    """Inner products of the rows of a and b, (b, n), (b, n) -> (b,), in pieces for which BLAS wakes no threads: on a
    busy machine waiting for them costs ten times what they save.
    """
    if a.shape[-1] <= ONE_THREAD:
        return np.vecdot(a, b)
    pieces = (slice(start, start + ONE_THREAD) for start in range(0, a.shape[-1], ONE_THREAD))
    return np.sum([np.vecdot(a[..., piece], b[..., piece]) for piece in pieces], axis=0)


def _diagnose(arrays: Mapping[str, npt.NDArray[np.floating]]) -> NoReturn:
    """Name the argument, and the first row of it, that made a block fail."""
    for name, array in arrays.items():
        _first_bad(name, array, ~np.isfinite(array), "is not finite; finite numbers are needed")
    for name in sorted(NONZERO & arrays.keys()):
        zero = ~np.any(arrays[name], axis=-1)
        _first_bad(name, arrays[name], zero, "is the zero vector, which has no direction; it must be nonzero")
    raise AssertionError("a block failed on finite, nonzero arguments")


def _first_bad(name: str, array: npt.NDArray[np.floating], bad: npt.NDArray[np.bool_], why: str) -> None:
    if np.any(bad):
        index = tuple(int(i) for i in np.argwhere(np.atleast_1d(bad))[0])
        label = f"{name}[{', '.join(map(str, index))}]" if bad.ndim else name
        value = array[index] if bad.ndim else array
        raise ValueError(f"{label} = {np.array2string(value, threshold=4)} {why}")
