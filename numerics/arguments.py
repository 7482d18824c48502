"""Arguments of generated functions: checking, broadcasting, and evaluation block by block.

A generated function is written for blocks of rows that fit the processor's cache. `evaluate` checks the arguments,
broadcasts their leading axes, runs the blocks and assembles the result; float32 in, float32 out, the arithmetic in
between being float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, Signature, signature
from math import inf, isfinite, pi, prod
from numbers import Integral
from typing import Any, Final, NoReturn, TypeVar

import numpy as np
import numpy.typing as npt

from numerics.wide import Wide

T = TypeVar("T")
Array = npt.NDArray[np.float64]
Block = Callable[..., Array]
Place = tuple[int | slice, ...]
Limit = tuple[float, str]
"""Default of a parameter and its domain: ``">= 0"``, or ``"> 0"`` or another bound."""

AXIS: Final = {"v": "m", "v_star": "m", "w": "n", "w_star": "n", "a": "n", "b": "n", "theta": "", "k": ""}
"""What the last axis of an argument runs over; the empty string marks a scalar argument."""

COUNTS: Final = frozenset({"k"})
"""Whole numbers, which say nothing about the precision wanted."""

NONZERO: Final = frozenset({"w", "w_star", "a", "b"})

ANGLES: Final = frozenset({"theta"})
"""Their largest value π is rounded up in float32, where it stands for π all the same."""

BLOCK_ELEMENTS: Final = 1 << 17
"""Entries of one (block, n) array. 1 MiB: the two or three alive at a time stay close to the processor. Where the
result has no such axis each is read once or twice, and blocks half as large again waste less on calls.
"""

_LARGE: Final = 1e140
"""Numbers between 1/_LARGE and _LARGE can be squared, and their squares added, without leaving float64."""

ONE_THREAD: Final = 1 << 13
"""Longest inner product handed to BLAS; OpenBLAS starts threads at 10000 entries."""


class OutOfRangeError(ValueError):
    """A block met an argument out of its domain."""


class BadRowsError(ValueError):
    """A block met a zero vector or a value that is not finite; `evaluate` knows the argument's name."""


def evaluate(block: Block, result: str, **arguments: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Run `block` over the broadcast batch of `arguments` and assemble its results.

    `result` names the last axis of the result: "" for scalars, "m" or "n". Raises ValueError naming the argument
    that has a wrong shape, a wrong dtype, a zero vector or a value that is not finite, and where the result leaves the
    range of its dtype.

    Rows for which float64 overflows or underflows on the way are evaluated once more, as `Wide` numbers. That it did
    is what the processor reports, which costs nothing; whether it mattered, `_outlying` asks of the arguments.
    """
    arrays = {name: real_array(name, value) for name, value in arguments.items()}
    sizes = axis_sizes(arrays)
    leading = {name: array.shape[: array.ndim - bool(AXIS[name])] for name, array in arrays.items()}
    batch = broadcast("leading (batch) shapes", leading)
    single = all(array.dtype == np.float32 for name, array in arrays.items() if name not in COUNTS)
    tail, most = ((sizes[result],), BLOCK_ELEMENTS) if result else ((), BLOCK_ELEMENTS * 3 // 2)
    out = np.empty((prod(batch), *tail), np.float32 if single else np.float64)
    start = 0
    try:
        with watched() as left_range:
            for place, rows in _places(batch, max(1, most // max(sizes.values(), default=1))):
                inputs = {name: _as_rows(name, array, batch, place) for name, array in arrays.items()}
                if not all(np.isfinite(array).all() for name, array in inputs.items() if name not in NONZERO):
                    raise BadRowsError
                _evaluate_rows(block, inputs, out[start : start + rows], left_range)
                start += rows
    except BadRowsError:
        _diagnose(arrays)
    return out.reshape(batch + tail)[()]


def _places(batch: tuple[int, ...], most: int) -> Iterator[tuple[Place, int]]:
    """The batch in order, at most `most` rows at a time: where they are, and how many.

    What an argument repeats is repeated for one place only, so memory follows the result and not the product of the
    arguments.
    """
    rows = prod(batch)
    if rows <= most:
        if rows:
            yield (), rows
        return
    cut = len(batch)  # axes from here on are taken whole, the one before is cut, those before that are looped over
    while prod(batch[cut - 1 :]) <= most:
        cut -= 1
    length, inner = batch[cut - 1], prod(batch[cut:])
    step = -(-length // -(-length * inner // most))
    for index in np.ndindex(batch[: cut - 1]):
        for start in range(0, length, step):
            yield (*index, slice(start, start + step)), min(step, length - start) * inner


def _as_rows(name: str, array: npt.NDArray[np.floating], batch: tuple[int, ...], place: Place) -> Array:
    """One float64 row for each entry of a place in the batch, (rows, ...); a single row that stands for all of them,
    without copies, where the argument has but one there.
    """
    tail = array.shape[-1:] if AXIS[name] else ()
    if array.size > prod(tail):
        array = np.broadcast_to(array, batch + tail)[place]
        axes = array.ndim - len(tail)
        if all(size == 1 or not step for size, step in zip(array.shape[:axes], array.strides, strict=False)):
            array = array[(slice(1),) * axes]
    wide = array.reshape((-1, *tail)).astype(np.float64, copy=False)
    if name in ANGLES and array.dtype == np.float32:
        return np.where(wide == np.float32(pi), pi, wide)
    return wide


@contextmanager
def watched() -> Iterator[list[str]]:
    """What the processor reports in here, by NumPy's name of it: "overflow", "underflow", "invalid value", ..."""
    reported: list[str] = []
    with np.errstate(all="call", call=lambda kind, _: reported.append(kind)):
        yield reported


def _evaluate_rows(
    block: Block, inputs: dict[str, Array], values: npt.NDArray[np.floating], left_range: list[str]
) -> None:
    """Fill `values` with what the block makes of its inputs."""
    left_range.clear()
    try:
        values[...] = block(*inputs.values())  # that float32 cannot hold it is reported too
    except OutOfRangeError:
        if not left_range:
            raise
        values[...] = np.nan
    if left_range:
        _repair(block, inputs, values, left_range)


def _repair(block: Block, inputs: dict[str, Array], values: npt.NDArray[np.floating], left_range: list[str]) -> None:
    """Make those rows of `values` anew for which it mattered that something overflowed or underflowed, in place.

    Raises ValueError where the result is beyond the range of its dtype.
    """
    rows = len(values)
    again = ~np.isfinite(values).reshape(rows, -1).all(axis=1)
    for name, array in inputs.items():
        if AXIS[name]:
            again |= _outlying(name, array)
    places = np.flatnonzero(again)
    if not places.size:
        return
    left_range.clear()
    taken = {name: array if len(array) == 1 else array[places] for name, array in inputs.items()}
    anew = block(*(Wide.of(array) if AXIS[name] else array for name, array in taken.items()))
    values[places] = anew.value() if isinstance(anew, Wide) else anew
    bad = np.isinf(values)
    if "invalid value" in left_range:  # a NaN that is asked for, at a kink, comes about without
        bad |= np.isnan(values)
    if bad.any():
        where = int(np.flatnonzero(bad.reshape(rows, -1).any(axis=1))[0])
        largest = {name: np.max(np.abs(array[where if len(array) > 1 else 0])) for name, array in inputs.items()}
        sizes = ", ".join(f"{name} up to {size:.3g}" for name, size in largest.items())
        raise ValueError(f"the result leaves the range of {values.dtype} for {sizes}; scale the arguments")


def _outlying(name: str, array: Array) -> npt.NDArray[np.bool_]:
    """Rows whose squares and products may leave float64. Filters count by their largest entry, since beside that the
    others make no difference; output weights by each of them, since their inner product may have the small ones only.
    """
    size = np.abs(array)
    largest = size.max(axis=-1)
    least = largest if name in NONZERO else np.where(size > 0, size, 1.0).min(axis=-1)
    return (largest > _LARGE) | (least < 1 / _LARGE)


def require(condition: npt.NDArray[np.bool_], argument: str, values: Array | Wide, rule: str) -> None:
    """Raise ValueError unless `condition` holds in every row; the message names the first value that fails."""
    if not np.all(condition):
        where = int(np.flatnonzero(~np.atleast_1d(condition))[0])
        given = np.atleast_1d(Wide.of(values).value())
        value = given[where if given.shape[0] > 1 else 0]
        raise OutOfRangeError(f"{argument} = {value!s} is out of range; {rule}")


def check_parameters(
    choice: str, given: Mapping[str, float], known: Mapping[str, Mapping[str, Limit]], argument: str = "ste"
) -> dict[str, float]:
    """Parameters of what `argument` names, defaults filled in. ValueError for an unknown name or a bad value."""
    if not isinstance(choice, str) or choice not in known:
        raise ValueError(f"{argument} = {choice!r} is unknown; allowed: {', '.join(sorted(known))}")
    limits = known[choice]
    numbers(given, {name: domain for name, (_, domain) in limits.items()}, f"{argument} = {choice!r}")
    # NumPy's float: where a power of Python's own overflows, it raises
    return {name: np.float64(given.get(name, default)) for name, (default, _) in limits.items()}


def numbers(given: Mapping[str, float], domains: Mapping[str, str], owner: str) -> None:
    """ValueError naming the parameter of `owner` that it does not have, or that is out of its domain."""
    for name, value in given.items():
        if name not in domains:
            allowed = ", ".join(domains) or "none"
            raise ValueError(f"{name} = {value!r} is no parameter of {owner}; its parameters: {allowed}")
        number(name, value, domains[name])


def number(name: str, value: Any, domain: str = ">= 0", most: float = inf) -> float:
    """`value` as a float. ValueError unless it is a finite number in its domain, ``"> 0"`` say, and `most` at most."""
    sign, _, bound = domain.partition(" ")
    try:
        good = isfinite(value) and (value > float(bound) if sign == ">" else value >= float(bound)) and value <= most
    except (TypeError, OverflowError):
        good = False
    if not good or isinstance(value, bool | np.bool_ | np.ma.MaskedArray) or getattr(value, "ndim", None):
        domain += f" and <= {most:g}" if most < inf else ""
        raise ValueError(f"{name} = {value!r} is out of range; a finite number {domain} is allowed")
    return float(value)


def integer(name: str, value: Any, least: int, most: float = inf) -> int:
    """`value` as an int. Raises ValueError unless it is an integer >= `least`, and `most` at most."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least or int(value) > most:
        also = f" and <= {most}" if most < inf else ""
        raise ValueError(f"{name} = {value!r} is not allowed; an integer >= {least}{also} is")
    return int(value)


def flag(name: str, value: Any) -> bool:
    """`value` as a bool. Raises ValueError unless it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} = {value!r} is not allowed; True or False is")
    return bool(value)


@contextmanager
def stepping(eta: float, step: int, allowed: str) -> Iterator[None]:
    """What is refused in here after a `step` is the step size's doing: ValueError naming it, and what is `allowed`."""
    try:
        yield
    except ValueError as error:
        if not step:
            raise
        told = f"eta = {eta!r} takes an iterate to 0 or out of the range of float64 in step {step}; {allowed}"
        raise ValueError(told) from error


def keywords(function: Callable[..., Any]) -> list[Parameter]:
    """The parameters that a function takes by name alone."""
    return [each for each in signature(function).parameters.values() if each.kind is each.KEYWORD_ONLY]


def renamed(**names: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Decorator of a generated function whose own names of parameters no user can have: `names` gives the keywords.

    Its signature has these only, and none of the arguments that come before: they may be called like one of them.
    """
    given_by = {own: name for name, own in names.items()}

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        @wraps(function)
        def called(*arguments: Any, **given: Any) -> T:
            return function(*arguments, **{names.get(name, name): value for name, value in given.items()})

        shown = Signature([each.replace(name=given_by.get(each.name, each.name)) for each in keywords(function)])
        called.__signature__ = shown  # type: ignore[attr-defined]
        return called

    return decorate


def real_array(name: str, value: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """`value` as a float64 or float32 array in native byte order, integers as float64.

    Raises ValueError naming the argument for any other dtype, for ragged rows and for masked arrays.
    """
    refuse_masked(name, value)
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} is ragged; rows of equal length are needed") from None
    except (RuntimeError, TypeError) as error:  # of a tensor: it requires a gradient, or is elsewhere
        raise ValueError(f"{name} cannot be read as an array: {error}") from None
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype.kind != "f" or array.dtype.itemsize not in (4, 8):
        raise ValueError(f"{name} has dtype {array.dtype}; use float64, float32 or integers")
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def refuse_masked(name: str, value: object) -> None:
    """ValueError if `value` is a masked array or holds one: what is masked has no value."""
    if _is_masked(value):
        raise ValueError(f"{name} is a masked array; fill what is masked, or take the rows without any")


def finite_array(name: str, value: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """`real_array` of finite entries; ValueError naming the first that is not."""
    array = real_array(name, value)
    refuse_first(name, array, ~np.isfinite(array), "is not finite; finite numbers are needed")
    return array


def vector(name: str, value: npt.ArrayLike) -> Array:
    """One vector of finite entries, not empty, as float64 and contiguous. Raises ValueError naming the argument."""
    array = finite_array(name, value)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} has shape {array.shape}; it must be one vector, not empty")
    return np.ascontiguousarray(array, dtype=np.float64)


def _is_masked(value: object) -> bool:
    if isinstance(value, list | tuple):
        kinds = set(map(type, value))
        nested = any(issubclass(kind, list | tuple) for kind in kinds)
        return any(issubclass(kind, np.ma.MaskedArray) for kind in kinds) or (nested and any(map(_is_masked, value)))
    return isinstance(value, np.ma.MaskedArray)


def axis_sizes(arrays: Mapping[str, Any]) -> dict[str, int]:
    """Lengths of the last axes, by axis; ValueError naming the argument that has none, or another one."""
    first: dict[str, str] = {}
    for name, array in arrays.items():
        if axis := AXIS[name]:
            if array.ndim == 0 or array.shape[-1] == 0:
                raise ValueError(f"{name} has shape {tuple(array.shape)}; its last axis must have length {axis} >= 1")
            size = arrays[owner := first.setdefault(axis, name)].shape[-1]
            if array.shape[-1] != size:
                raise ValueError(
                    f"{name} has shape {tuple(array.shape)}, {owner} has last axis {size}; both need length {axis}"
                )
    return {axis: arrays[name].shape[-1] for axis, name in first.items()}


def broadcast(what: str, shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The shape that these broadcast to; ValueError that lists them, as `what`, where they do not."""
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"{what} do not broadcast: {listed}") from None


@contextmanager
def float_range(remedy: str) -> Iterator[None]:
    """Overflow, as a ValueError with the `remedy` where Python raises, and without a warning where NumPy gives inf or
    nan, which is for the caller to find.
    """
    try:
        with np.errstate(all="ignore"):
            yield
    except (OverflowError, ZeroDivisionError) as error:
        raise ValueError(f"the computation leaves the range of float64; {remedy}") from error


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
        refuse_first(name, array, ~np.isfinite(array), "is not finite; finite numbers are needed")
    for name in sorted(NONZERO & arrays.keys()):
        zero = ~np.any(arrays[name], axis=-1)
        refuse_first(name, arrays[name], zero, "is the zero vector, which has no direction; it must be nonzero")
    raise AssertionError("a block failed on finite, nonzero arguments")


def refuse_first(name: str, array: npt.NDArray[np.floating], bad: npt.NDArray[np.bool_], why: str) -> None:
    """ValueError naming the first place where `bad` holds, with what is there, and why."""
    if np.any(bad):
        index = tuple(int(i) for i in np.argwhere(np.atleast_1d(bad))[0])
        label = f"{name}[{', '.join(map(str, index))}]" if np.ndim(bad) else name
        value = np.atleast_1d(array)[index] if np.ndim(bad) or not array.ndim else array
        shown = np.array2string(value, threshold=4) if np.ndim(value) else str(value)
        raise ValueError(f"{label} = {shown} {why}")
