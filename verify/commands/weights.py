"""Reading weights from a file: .npy, .csv (one row or one column) or .json (a list, or an object with "weights").

Text is UTF-8, or UTF-16 with its mark. In a .csv numbers are separated by commas, blanks, tabs or semicolons, and #
starts a comment. Beside semicolons and tabs a comma is a decimal comma; what can be read in two ways is refused.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from verify.commands.options import rational

_FORMATS: Final = (".npy", ".csv", ".json")
_MARKS: Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

_DECIMAL_COMMA: Final = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.ASCII)
_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_FRACTION: Final = re.compile(r"0\d", re.ASCII)
"""How a fraction may begin, and no whole number does."""

_POINTS: Final = "write decimals with points"

Array = npt.NDArray[np.float64]


def read_weights(path: Path) -> Array:
    """The vector in `path` as float64 (n,). ValueError naming the file, what is wrong and what is allowed."""
    return np.asarray(_read(path), np.float64)


def read_exactly(path: Path) -> list[Fraction]:
    """The vector in `path` without rounding: a decimal in a text file is taken as the rational it denotes."""
    return [Fraction(value) for value in _read(path)]


def _read(path: Path) -> Any:
    suffix = path.suffix.lower()
    try:
        if suffix not in _FORMATS:
            raise ValueError(f" has suffix {suffix or 'none'!r}; allowed: {', '.join(_FORMATS)}")
        if path.is_dir():
            raise ValueError(" is a folder; name a file in it")
        if not path.exists():
            raise ValueError(" does not exist; check the name")
        if path.stat().st_size == 0:
            raise ValueError(" is empty; it must hold at least one number")
        found = _of_npy(path) if suffix == ".npy" else [*(_of_json if suffix == ".json" else _of_csv)(_text(path))]
        if len(found) == 0:
            raise ValueError(" holds no number; it must hold at least one")
        if not np.asarray(found).any():
            raise ValueError(" holds zeros alone; a vector with a direction is needed")
        return found
    except ValueError as error:
        raise ValueError(f"weights file {path}{error}") from None


def _of_npy(path: Path) -> Array:
    """One axis, or several of which one alone is longer than 1."""
    try:
        values = np.load(path, allow_pickle=False)
        if not isinstance(values, np.ndarray):
            raise ValueError("it is an archive of arrays")
    except (ValueError, EOFError, OSError, MemoryError) as error:
        raise ValueError(f" is no readable .npy file of numbers: {error}") from None
    if values.dtype.kind not in "iuf":
        raise ValueError(f" holds {values.dtype}; real numbers (float or integer) are needed")
    if values.size not in values.shape and values.size > 1:
        raise ValueError(f" has shape {values.shape}; one vector (n,) is needed")
    with np.errstate(over="ignore"):  # long double may hold more; what is not finite is told
        vector = values.astype(np.float64).reshape(-1)
    if not np.isfinite(vector).all():
        where = int(np.flatnonzero(~np.isfinite(vector))[0])
        raise ValueError(f": entry {where} is {vector[where]}; finite numbers are needed")
    return vector


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        text = data.decode(next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8"))
    except (UnicodeDecodeError, OSError) as error:
        raise ValueError(f" cannot be read as text: {error}; save it as UTF-8") from None
    if "\0" in text:
        raise ValueError(" holds NUL characters; save it as UTF-8")
    return text


def _of_csv(text: str) -> Iterator[Fraction]:
    lines = [(k, line.split("#")[0].strip(" ")) for k, line in enumerate(text.splitlines(), 1)]
    lines = [(k, line) for k, line in lines if line.strip()]
    delimiter = next((mark for mark in ";\t," if any(mark in line for _, line in lines)), None)
    rows = [(k, [cell.strip() for cell in line.split(delimiter)]) for k, line in lines]
    rows = [(k, cells[:-1] if cells[-1] == "" else cells) for k, cells in rows]
    rows = _decimal_commas(rows) if delimiter in {";", "\t"} else rows
    longest = max((len(cells) for _, cells in rows), default=0)
    if longest > 1 and len(rows) > 1:
        hint = f"; {_POINTS}, if these commas are decimal" if delimiter == "," else ""
        raise ValueError(f" is a table, {len(rows)} × {longest}; one row or one column is needed{hint}")
    if delimiter == "," and longest > 1:
        _refuse_ambiguous(*lines[0])
    for line, cells in rows:
        for cell in cells:
            yield _number(cell, f"line {line}")


Rows = list[tuple[int, list[str]]]


def _decimal_commas(rows: Rows) -> Rows:
    """The rows with a point for each decimal comma; ValueError where a comma, or a point beside one, may be another."""
    comma = [(k, cell) for k, cells in rows for cell in cells if "," in cell]
    point = [(k, cell) for k, cells in rows for cell in cells if "." in cell]
    strange = [(k, cell) for k, cell in comma if not _DECIMAL_COMMA.fullmatch(cell)]
    if comma and (point or strange or all(_THOUSANDS.fullmatch(cell) for _, cell in comma)):
        line, cell = (strange or comma)[0]
        beside = f" beside {point[0][1]!r}" if point and not strange else ""
        raise ValueError(
            f", line {line}: the comma in {cell!r}{beside} may be decimal, separate thousands or "
            f"separate weights; {_POINTS}, and use one separator"
        )
    return [(k, [cell.replace(",", ".") for cell in cells]) for k, cells in rows]


def _refuse_ambiguous(number: int, line: str) -> None:
    """ValueError where commas stand between whole numbers that may be the halves of decimals: 0,25."""
    line = line.strip().rstrip(",")
    cells = [cell.strip() for cell in line.split(",")]
    spaced = len(re.findall(r",\s", line))
    halves = len(cells) == 2 and _DECIMAL_COMMA.fullmatch(line) is not None
    halves |= any(_FRACTION.match(cell) for cell in cells[1:]) or 0 < spaced < len(cells) - 1
    if "." not in line and halves and spaced < len(cells) - 1:
        raise ValueError(
            f", line {number}: {line[:40]!r} may be {len(cells)} weights or have decimal commas; "
            f"{_POINTS}, or a blank after each comma that separates"
        )


def _of_json(text: str) -> Iterator[Fraction]:
    try:
        # Numbers are kept as text: each decimal stays the rational it denotes.
        found = json.loads(text, parse_float=_Decimal, parse_int=_Decimal, parse_constant=_Decimal)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f" is no valid JSON: {error}") from None
    if isinstance(found, dict):
        if "weights" not in found:
            raise ValueError(' is an object without "weights"; a list of numbers is needed')
        found = found["weights"]
    if not isinstance(found, list):
        raise ValueError(f" holds {_kind(found)}; a list of numbers is needed")
    for index, value in enumerate(found):
        if not isinstance(value, str):
            raise ValueError(f": entry {index} is {_kind(value)}; a number is needed")
        yield _number(value, f"entry {index}")


class _Decimal(str):
    """A number as it stood in the file."""

    __slots__ = ()


def _kind(value: Any) -> str:
    names = {list: "a list", dict: "an object", bool: "true or false", type(None): "null", _Decimal: "a number"}
    return names.get(type(value), "text")


def _number(text: str, where: str) -> Fraction:
    """A decimal as a rational. Strings in JSON are decimals too: that is how many digits are stored."""
    try:
        if "/" in text:
            raise ValueError("is not a number")
        return rational(text)
    except ValueError as error:
        raise ValueError(f", {where}: {text!r} {error}") from None
