"""A derivation's graph as a picture: an inline SVG of boxes in rows, each below what it uses, the statement last.

A hypothesis stands right above the first that uses it, like any fact. A use that a longer way through the picture shows
already is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any, Final

from scipy.optimize import isotonic_regression

from verify.reading.html_report.text import breadth

_WIDTH, _HEIGHT, _RISE, _MARGIN = 134, 56, 34, 4
_APART: Final = (12, _WIDTH + 12)
"""Room for a line that goes through a row, and for a box."""

_MOST: Final = 5
"""Boxes in a row, where they may stand in one further up: a page scrolls down more readily than to the side."""

_FOLDED: Final = 12
"""Steps from which on a picture is folded."""

_SWEEPS: Final = 24
_KINDS: Final = {
    "hypothesis": ("by hypothesis", 'rx="16" fill-opacity=".1"'),
    "case": ("suppose", 'rx="16" fill-opacity="0" stroke-dasharray="5 3"'),
    "case closed": ("the case is closed", 'fill-opacity="0" stroke-dasharray="5 3"'),
    "definition": ("definition", 'fill-opacity=".1"'),
    "solver": ("by the solver", 'fill-opacity="0"'),
    "SymPy": ("by SymPy", 'fill-opacity="0"'),
    "rule": ("by {}", 'fill-opacity="0" stroke-width="2.5"'),
    "claim": ("claim {}", 'fill-opacity="0" stroke-width="2.5" rx="5"'),
    "statement": ("", 'fill-opacity=".18" stroke-width="2.5"'),
}
"""By kind, what is said in a box, and how it looks."""

_PIECE: Final = re.compile(r"\s*(?:[^\s–]+–?|–)")
"""A word, or half of one."""

Vertex = tuple[int, int]
"""(number of a step, row): its box, or where the line from it goes through a row further down."""


def folded(nodes: Sequence[Mapping[str, Any]], claim_id: str, grade: str, address: Callable[[str], str]) -> str:
    """The picture of a claim's derivation in a box that scrolls, folded where it has many steps; else as `picture`."""
    count, shut = len(nodes), "" if len(nodes) >= _FOLDED else " open"
    drawn = picture(nodes, f"Derivation of {claim_id}", grade, address)
    return (
        f'<details class="derivation"{shut}><summary>{count} step{"s" * (count > 1)} as a picture</summary>'
        f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(f"Picture of {claim_id}")}">'
        f"{drawn}</div></details>"
    )


def picture(nodes: Sequence[Mapping[str, Any]], title: str, grade: str, address: Callable[[str], str]) -> str:
    """The graph as an `<svg>` element, in the colour of the text around it.

    nodes: the steps up to the statement, with name, kind, rule and uses, as docs/formulas.json has them; title: what
    the picture is of; grade: of the statement; address: of a claim by its id, "" if it has none.
    """
    uses = _shown(nodes)
    row_of = _rows(uses)
    at, lines = _layout(uses, row_of)
    wide, high = max(at.values()) + _WIDTH / 2 + _MARGIN, _top(max(row_of)) + _HEIGHT + _MARGIN
    said = escape(f"{title}: {len(nodes)} steps, each below what it uses, the statement last")
    boxes = (
        _box(number, node, at[number, row_of[number]], _top(row_of[number]), grade, address)
        for number, node in enumerate(nodes)
    )
    return (
        f'<svg role="img" aria-label="{said}" width="{wide:.0f}" height="{high}" viewBox="0 0 {wide:.0f} {high}"'
        ' font-size="12" font-family="system-ui, DejaVu Sans, sans-serif" fill="currentColor" text-anchor="middle">'
        f'<title>{said}</title><path fill="none" stroke="currentColor" stroke-opacity=".6" d="{_ways(lines, at)}"/>'
        f"{''.join(boxes)}</svg>"
    )


def _shown(nodes: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    """By node, the numbers of those it uses, without any that one of the others rests on."""
    number = {node["name"]: k for k, node in enumerate(nodes)}
    above: list[set[int]] = []
    shown = []
    for node in nodes:
        uses = dict.fromkeys(number[use] for use in node["uses"])
        shown.append([use for use in uses if not any(use in above[other] for other in uses)])
        above.append(set(uses).union(*(above[use] for use in uses)))
    return shown


def _rows(uses: Sequence[Sequence[int]]) -> list[int]:
    """Row by step: right above the first that uses it, or further up where that row is full."""
    height, held = [0] * len(uses), defaultdict[int, int](int)
    for number in reversed(range(len(uses))):
        while held[height[number]] >= _MOST:
            height[number] += 1
        held[height[number]] += 1
        for use in uses[number]:
            height[use] = max(height[use], height[number] + 1)
    return [max(height) - one for one in height]


def _layout(
    uses: Sequence[Sequence[int]], row_of: Sequence[int]
) -> tuple[dict[Vertex, float], Iterable[tuple[Vertex, Vertex]]]:
    """The middle of all that stands in the rows, and lines from one row to the next; lines from one step are shared."""
    rows: list[dict[Vertex, None]] = [{} for _ in range(max(row_of) + 1)]
    lines: dict[tuple[Vertex, Vertex], None] = {}
    for number, row in enumerate(row_of):
        rows[row][number, row] = None
        for use in uses[number]:
            way = [*((use, one) for one in range(row_of[use], row)), (number, row)]
            lines |= dict.fromkeys(pairwise(way))
            for vertex in way[1:-1]:
                rows[vertex[1]][vertex] = None
    beside = defaultdict[Vertex, list[Vertex]](list)
    for upper, lower in lines:
        beside[upper].append(lower)
        beside[lower].append(upper)
    ordered, at = _untangled([*map(list, rows)], lines, beside), dict[Vertex, float]()
    for sweep in range(2 * _SWEEPS):
        for vertices in ordered[:: 1 if sweep % 2 else -1]:
            at |= _placed(vertices, at, beside, row_of)
    left = min(x - _APART[row_of[number] == row] / 2 for (number, row), x in at.items())
    return {vertex: x - left + _MARGIN for vertex, x in at.items()}, lines


def _untangled(
    rows: list[list[Vertex]], lines: Iterable[tuple[Vertex, Vertex]], beside: Mapping[Vertex, Sequence[Vertex]]
) -> list[list[Vertex]]:
    """The order with the fewest crossings that sweeps up and down find, each vertex to the mean of its neighbours."""
    least, best = _crossings(rows, lines), rows
    for sweep in range(_SWEEPS):
        rows, step = [*rows], 1 if sweep % 2 else -1
        for k in range(len(rows))[::step][1:]:
            before = {vertex: place for place, vertex in enumerate(rows[k - step])}
            means = {}
            for place, vertex in enumerate(rows[k]):
                near = [before[one] for one in beside[vertex] if one in before] or [place]
                means[vertex] = sum(near) / len(near)
            rows[k] = sorted(rows[k], key=means.__getitem__)
        if (found := _crossings(rows, lines)) < least:
            least, best = found, rows
    return best


def _crossings(rows: Sequence[Sequence[Vertex]], lines: Iterable[tuple[Vertex, Vertex]]) -> int:
    at = {vertex: place for row in rows for place, vertex in enumerate(row)}
    by_row = defaultdict[int, list[tuple[int, int]]](list)
    for upper, lower in lines:
        by_row[upper[1]].append((at[upper], at[lower]))
    return sum((a - c) * (b - d) < 0 for found in by_row.values() for a, b in found for c, d in found) // 2


def _placed(
    row: Sequence[Vertex], at: Mapping[Vertex, float], beside: Mapping[Vertex, Sequence[Vertex]], row_of: Sequence[int]
) -> Iterable[tuple[Vertex, float]]:
    """A row in its order, without overlap, by least squares near what is placed beside, and near the middle."""
    rooms = [_APART[row_of[number] == one] for number, one in row]
    places = [sum(rooms[:k]) + (room - sum(rooms)) / 2 for k, room in enumerate(rooms)]
    wishes = []
    for vertex, place in zip(row, places, strict=True):
        near = [at[one] for one in beside[vertex] for _ in range(4 if one[0] == vertex[0] else 1) if one in at]
        wishes.append(sum(x - place for x in near) / (len(near) + 1))
    shifts = isotonic_regression(wishes).x.tolist()
    return [(vertex, place + shift) for vertex, place, shift in zip(row, places, shifts, strict=True)]


def _top(row: int) -> int:
    return _MARGIN + row * (_HEIGHT + _RISE)


def _ways(lines: Iterable[tuple[Vertex, Vertex]], at: Mapping[Vertex, float]) -> str:
    """From the middle of a box, past those of the rows between, into the upper edge of another, side by side."""
    into, drawn = defaultdict[Vertex, list[Vertex]](list), []
    for upper, lower in lines:
        into[lower].append(upper)
    for lower, each in into.items():
        low = _top(lower[1])
        for k, upper in enumerate(sorted(each, key=at.__getitem__)):
            goes_on = upper[0] == lower[0]
            end = f"{at[lower] + (2 * k + 1 - len(each)) / len(each) * _WIDTH * 0.36:.1f}"
            start, high = f"{at[upper]:.1f}", _top(upper[1]) + _HEIGHT
            tail = f"V{low + _HEIGHT}" if goes_on else "l-3-6m3 6l3-6"
            drawn.append(f"M{start} {high}C{start} {high + _RISE / 2:g} {end} {low - _RISE / 2:g} {end} {low}{tail}")
    return "".join(drawn)


def _box(
    number: int, node: Mapping[str, Any], middle: float, top: int, grade: str, address: Callable[[str], str]
) -> str:
    words, look = _KINDS[node["kind"]]
    name, why = f"{number + 1}. {node['name']}", (words or grade).format(node["rule"])
    why += f", {node['rule']}" if node["rule"] not in why else ""
    told = f"{name} — {why}" + (f", from {', '.join(node['uses'])}" if node["uses"] else "")
    lines = [*_wrapped(name), why]
    first = top + _HEIGHT / 2 + 4 - 7.5 * (len(lines) - 1)
    texts = "".join(
        f'<text x="{middle:.1f}" y="{first + 15 * k:g}"{small}>{escape(line, quote=False)}</text>'
        for k, line in enumerate(lines)
        for small in [' font-size="11"' if line is why else ""]
    )
    drawn = (
        f'<g><title>{escape(told, quote=False)}</title><rect x="{middle - _WIDTH / 2:.1f}" y="{top}" width="{_WIDTH}"'
        f' height="{_HEIGHT}" stroke="currentColor" {look}/>{texts}</g>'
    )
    link = address(node["rule"]) if node["kind"] == "claim" else ""
    return f'<a href="{escape(link)}">{drawn}</a>' if link else drawn


def _wrapped(text: str) -> list[str]:
    """Two lines at most, as wide as a box; of a long text the end stays, which tells it from others like it."""
    pieces, most = _PIECE.findall(text), (_WIDTH - 8) * 11 / 12  # breadth is that of 11 pixels
    lines = [pieces.pop(0)]
    while pieces and breadth(lines[0] + pieces[0]) <= most:
        lines[0] += pieces.pop(0)
    second = "".join(pieces).lstrip()
    while breadth(second) > most:
        second = f"…{second.removeprefix('…')[1:].lstrip()}"
    return [*lines, second] if second else lines
