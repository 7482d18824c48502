"""The one kind of plot of single claims: a labelled row for each thing that was looked at, with its values along it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verify.html_report.svg import MARKERS, Scale, label, line, marks, picture, ticks
from verify.html_report.text import escaped, number

__all__ = ["Line", "Rows", "Series", "draw"]

_MOST = 28
"""Rows shown of a plot: of more, those that say most."""

_HEIGHT = 15.0
_LETTER = 5.9
_LONGEST = 60
_PLOT, _AFTER = 430.0, 70.0


@dataclass(frozen=True)
class Series:
    """Values by row, and what they are."""

    name: str
    values: Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Line:
    """A threshold across all rows."""

    at: float
    name: str


@dataclass(frozen=True)
class Rows:
    """A plot: `axis` with its unit, `low` to `high`, `stems` from the left.

    `told` is the number at the end of each row. Of too many rows those with the largest are kept, or (`least`) with
    the smallest.
    """

    said: str
    axis: str
    series: Sequence[Series]
    told: Mapping[str, float]
    low: float
    high: float
    lines: Sequence[Line] = ()
    least: bool = False
    log: bool = False
    stems: bool = False

    @property
    def names(self) -> list[str]:
        """The rows shown, in their order."""
        known = list(dict.fromkeys(name for series in self.series for name in series.values))
        kept = set(sorted(known, key=lambda name: self.told[name], reverse=not self.least)[:_MOST])
        return [name for name in known if name in kept]


def draw(plot: Rows) -> str:
    """The plot with its caption."""
    names = plot.names
    left = min(max(map(len, names), default=0), _LONGEST) * _LETTER + 16
    scale = Scale(plot.low, plot.high, left, left + _PLOT, plot.log)
    bottom = 22 + _HEIGHT * len(names)
    places = {name: 22 + _HEIGHT * (index + 0.5) for index, name in enumerate(names)}
    parts = [*_ground(scale, bottom, plot.axis)]
    for name, y in places.items():
        parts.append(f"<g><title>{escaped(name)}</title>{label(left - 8, y + 4, _shortened(name), 'e')}</g>")
        parts.append(label(left + _PLOT + 10, y + 4, number(plot.told[name])))
    parts += [_threshold(scale, entry, bottom) for entry in plot.lines]
    for index, series in enumerate(plot.series):
        points = [(scale(x), places[name]) for name in names for x in series.values.get(name, ())]
        if plot.stems:
            parts += [line([(left, y), (x, y)], f"stem s{index}") for x, y in points]
        parts.append(marks(points, index))
    drawn = picture(left + _PLOT + _AFTER, bottom + 38, plot.said, parts)
    return f"<figure>{drawn}<figcaption>{_caption(plot)}</figcaption></figure>"


def _ground(scale: Scale, bottom: float, axis: str) -> list[str]:
    """Grid, ticks and the axis with its name."""
    parts = []
    for tick in ticks(scale):
        parts.append(line([(scale(tick), 20), (scale(tick), bottom)], "grid"))
        parts.append(label(scale(tick), bottom + 14, f"{tick:g}".replace("-", "−"), "m"))
    parts.append(line([(scale.start, bottom), (scale.end, bottom)], "axis"))
    parts.append(label((scale.start + scale.end) / 2, bottom + 31, axis, "m"))
    return parts


def _threshold(scale: Scale, entry: Line, bottom: float) -> str:
    x = scale(entry.at)
    return line([(x, 16), (x, bottom)], "limit") + label(x, 11, entry.name, "m")


def _shortened(name: str) -> str:
    """Cut in the middle: names that begin alike differ at their ends."""
    half = _LONGEST // 2
    return name if len(name) <= _LONGEST else f"{name[: half - 1]}…{name[-half:]}"


def _caption(plot: Rows) -> str:
    legend = " ".join(
        f'<span class="key k{index}">{MARKERS[index]} {escaped(series.name)}</span>'
        for index, series in enumerate(plot.series)
    )
    shown, known = len(plot.names), len({name for series in plot.series for name in series.values})
    cut = f" (the {shown} {'lowest' if plot.least else 'highest'} of {known} rows)" if shown < known else ""
    return f"{escaped(plot.said)}{cut}. {legend}"
