"""Formulas for a terminal: fractions are drawn, and what is too wide goes on below, cut where it is outermost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final
from unicodedata import combining

from proofs.engine.unicode import FRACTION, read

_CUTS: Final = (
    r"(?<=;) ",
    r" (?=[⟹⟺])",
    r" (?=or )",
    r"(?<=,) ",
    r" (?=[=<>≤≥≠→∈] )",
    r" (?=[+−] )",
    rf" (?=[({{∫√]|{FRACTION}|if |otherwise)",
    r"(?<![a-z=<>≤≥≠→∈⟹⟺+−·]) ",
)
"""Spaces at which a line may end, the best places first."""

_CUT: Final = re.compile("|".join(f"({cut})" for cut in _CUTS))
_CLAUSES: Final = 1
"""The first of them: what ends there has a line of its own if not all fits one."""

_NARROW: Final = 14
"""What is narrower begins the line that it stands before: a left-hand side, a sign, a factor."""

_MARGIN: Final = 16
"""Columns that a fraction leaves for what stands before and behind it."""

Words = list[tuple[tuple[int, int], str]]
"""Pieces of a formula, each with how deep in brackets, and before what, it begins."""


def drawn(latex: str, width: int) -> str:
    """The formula in Unicode; only what has no place to be cut is wider than `width` columns."""
    told, fractions = read(latex, width - _MARGIN)
    bars = {ord(sign): "─" * max(map(_columns, halves)) for sign, halves in fractions.items()}
    words, begun, key, depth = [], 0, (0, 0), 0
    for place in _CUT.finditer(told):
        depth += _opened(told[begun : place.start()])
        words.append((key, told[begun : place.start()]))
        key, begun = (depth, place.lastindex or 0), place.end()
    rows = _rows([*words, (key, told[begun:])], width, bars)
    return "\n".join(line for indent, row in rows for line in _lines(" " * indent + row, fractions, bars))


def _columns(text: str) -> int:
    return sum(not combining(sign) for sign in text)


def _opened(text: str) -> int:
    """How many brackets more are opened than closed."""
    return sum(text.count(sign) for sign in "([{⟨") - sum(text.count(sign) for sign in ")]}⟩")


def _rows(
    words: Words, room: int, bars: Mapping[int, str], indent: int = 0, hang: int = 2
) -> Iterator[tuple[int, str]]:
    """Lines with their indentation; those that go on stand `hang` columns farther right."""

    def wide(some: Words) -> int:
        return _columns(" ".join(text for _, text in some).translate(bars))

    if wide(words) <= room or len(words) == 1:
        yield indent, " ".join(text for _, text in words)
        return
    outermost = min(key for key, _ in words[1:])
    starts = [place for place, (key, _) in enumerate(words) if place and key == outermost]
    rows: list[Words] = []
    for begin, end in pairwise([0, *starts, len(words)]):
        piece = words[begin:end]
        if rows and outermost[1] != _CLAUSES and (wide(rows[-1]) < _NARROW or wide(rows[-1] + piece) <= room):
            *before, (key, last) = rows[-1]
            rows[-1] = [*before, (key, f"{last} {piece[0][1]}"), *piece[1:]]
        else:
            rows.append(piece)
    for number, row in enumerate(rows):
        if number == 0:
            yield from _rows(row, room, bars, indent, hang + 2 * (len(rows) > 1))
        else:
            yield from _rows(row, room - hang, bars, indent + hang)


def _lines(row: str, fractions: Mapping[str, tuple[str, str]], bars: Mapping[int, str]) -> Iterator[str]:
    """A row as it is, or with its fractions above and below their bars."""
    if not any(sign in fractions for sign in row):
        yield row
        return
    for half in (0, None, 1):
        line = ""
        for sign in row:
            room = _columns(bars.get(ord(sign), sign))
            told = fractions[sign][half] if sign in fractions and half is not None else ""
            left = (room - _columns(told)) // 2
            line += " " * left + told + " " * (room - left - _columns(told))
        yield row.translate(bars) if half is None else line.rstrip()
