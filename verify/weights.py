"""Reading weights from a file: .npy, .csv (one row or one column) or .json (a list, or an object with "weights")."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["FORMATS", "read_exactly", "read_weights"]

FORMATS: Final = (".npy", ".csv", ".json")

Array = npt.NDArray[np.float64]


def read_weights(path: Path) -> Array:
    """The vector in `path` as float64 (n,). ValueError naming the file, what is wrong and what is allowed."""
    if _suffix(path) == ".npy":
        return _from_npy(path)
    try:
        return np.array([float(number) for number in _numbers(path)])
    except OverflowError:
        raise ValueError(f"weights file {path} holds a number beyond float64; scale the weights") from None


def read_exactly(path: Path) -> list[Fraction]:
    """The vector in `path` without rounding: a decimal in a text file is taken as the rational it denotes."""
    if _suffix(path) == ".npy":
        return [Fraction(float(value)) for value in _finite(path, _from_npy(path))]
    return [Fraction(number) for number in _numbers(path)]


def _finite(path: Path, values: Array) -> Array:
    if not np.isfinite(values).all():
        where = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ValueError(f"weights file {path}: entry {where} is {values[where]}; finite numbers are needed")
    return values


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(f"weights file {path} has suffix {suffix or 'none'!r}; allowed: {', '.join(FORMATS)}")
    if path.is_dir():
        raise ValueError(f"weights file {path} is a folder; name a file in it")
    if not path.exists():
        raise ValueError(f"weights file {path} does not exist; check the name")
    if path.stat().st_size == 0:
        raise ValueError(f"weights file {path} is empty; it must hold at least one number")
    return suffix


def _from_npy(path: Path) -> Array:
    try:
        values = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(f"weights file {path} is no readable .npy file of numbers: {error}") from None
    if values.dtype.kind not in "iuf":
        raise ValueError(f"weights file {path} holds {values.dtype}; real numbers (float or integer) are needed")
    return _vector(path, values.astype(np.float64), values.shape)


def _vector(path: Path, values: Array, shape: tuple[int, ...]) -> Array:
    """One axis, or several of which one alone is longer than 1."""
    if values.size == 0:
        raise ValueError(f"weights file {path} holds no number; shape {shape}")
    if values.size not in shape and values.size > 1:
        raise ValueError(f"weights file {path} has shape {shape}; one vector (n,) is needed")
    return values.reshape(-1)


def _numbers(path: Path) -> list[Fraction | float]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise ValueError(f"weights file {path} cannot be read as text: {error}") from None
    found = list(_of_json(path, text) if path.suffix.lower() == ".json" else _of_csv(path, text))
    if not found:
        raise ValueError(f"weights file {path} holds no number; it must hold at least one")
    return found


def _of_csv(path: Path, text: str) -> Iterator[Fraction | float]:
    lines = [(k, line.split("#")[0].strip()) for k, line in enumerate(text.splitlines(), 1)]
    rows = [(k, [cell.strip() for cell in line.replace(";", ",").split(",")]) for k, line in lines if line]
    rows = [(k, cells[:-1] if cells[-1] == "" else cells) for k, cells in rows]
    longest = max((len(cells) for _, cells in rows), default=0)
    if longest > 1 and len(rows) > 1:
        raise ValueError(f"weights file {path} is a table, {len(rows)} × {longest}; one row or one column is needed")
    for line, cells in rows:
        for cell in cells:
            yield _number(path, cell, f"line {line}")


def _of_json(path: Path, text: str) -> Iterator[Fraction | float]:
    try:
        # Numbers are kept as text: each decimal stays the rational it denotes.
        found = json.loads(text, parse_float=_Decimal, parse_int=_Decimal, parse_constant=_Decimal)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"weights file {path} is no valid JSON: {error}") from None
    if isinstance(found, dict):
        if "weights" not in found:
            raise ValueError(f'weights file {path} is an object without "weights"; a list of numbers is needed')
        found = found["weights"]
    if not isinstance(found, list):
        raise ValueError(f"weights file {path} holds {_kind(found)}; a list of numbers is needed")
    for index, value in enumerate(found):
        if not isinstance(value, str):
            raise ValueError(f"weights file {path}: entry {index} is {_kind(value)}; a number is needed")
        yield _number(path, value, f"entry {index}")


class _Decimal(str):
    """A number as it stood in the file."""

    __slots__ = ()


def _kind(value: Any) -> str:
    names = {list: "a list", dict: "an object", bool: "true or false", type(None): "null", _Decimal: "a number"}
    return names.get(type(value), "text")


def _number(path: Path, text: str, where: str) -> Fraction | float:
    """A decimal as a rational. Strings in JSON are decimals too: that is how many digits are stored."""
    try:
        if not isfinite(float(text)):
            raise OverflowError
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"weights file {path}, {where}: {text!r} is not a number") from None
    except OverflowError:
        raise ValueError(f"weights file {path}, {where}: {text!r} is not finite in float64") from None
