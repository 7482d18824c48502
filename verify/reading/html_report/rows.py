"""The one kind of plot of single claims: a labelled row for each thing that was looked at, with its values along it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from verify.reading.html_report.svg import BEYOND, MARKERS, Scale, arrows, breadth, label, line, marks, picture, ticks
from verify.reading.html_report.text import escaped, number

__all__ = ["Line", "Rows", "Series", "draw"]

_MOST = 28
"""Rows shown of a plot: of more, those that say most."""

_HEIGHT = 15.0
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
    the smallest; NaN, the lack of a value, is kept before any number. `worst` are the ends beyond which a value is an
    alarm; NaN is drawn beyond the first.
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
    worst: tuple[float, ...] = (math.inf,)

    @property
    def names(self) -> list[str]:
        """The rows shown, in their order."""
        known = list(dict.fromkeys(name for series in self.series for name in series.values))
        kept = set(sorted(known, key=self._rank)[:_MOST])
        return [name for name in known if name in kept]

    def _rank(self, name: str) -> float:
        told = self.told[name]
        return -math.inf if math.isnan(told) else told if self.least else -told

    def drawn(self, series: Series) -> Iterator[tuple[str, float]]:
        """The values of the rows shown, NaN in its place."""
        for name in self.names:
            yield from ((name, self.worst[0] if math.isnan(x) else x) for x in series.values.get(name, ()))

    def beyond(self, value: float) -> int:
        """The side, -1 or 1, on which a value is beyond the axis and an alarm; 0 if it is none."""
        side = -1 if value < self.low else int(value > self.high)
        return side if side * math.inf in self.worst else 0


def draw(plot: Rows) -> str:
    """The plot with its caption."""
    names = plot.names
    left = max((breadth(_shortened(name)) for name in names), default=0.0) + 20
    scale = Scale(plot.low, plot.high, left, left + _PLOT, plot.log)
    bottom = 22 + _HEIGHT * len(names)
    places = {name: 22 + _HEIGHT * (index + 0.5) for index, name in enumerate(names)}
    parts = [*_ground(scale, bottom, plot.axis)]
    for name, y in places.items():
        parts.append(f"<g><title>{escaped(name)}</title>{label(left - 12, y + 4, _shortened(name), 'e')}</g>")
        parts.append(label(left + _PLOT + 10, y + 4, number(plot.told[name])))
    parts += [_threshold(scale, entry, bottom) for entry in plot.lines]
    for index, series in enumerate(plot.series):
        points = [(scale(x), places[name]) for name, x in plot.drawn(series)]
        if plot.stems:
            parts += [line([(left, y), (x, y)], f"stem s{index}") for x, y in points]
        parts.append(marks(points, index))
        sides = [(scale(x), places[name], plot.beyond(x)) for name, x in plot.drawn(series)]
        parts.append(arrows(dict.fromkeys(one for one in sides if one[2])))
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
    beyond = any(plot.beyond(x) for series in plot.series for _, x in plot.drawn(series))
    alarm = f' <span class="key alarm">{BEYOND} beyond the axis, or no value</span>' if beyond else ""
    return f"{escaped(plot.said)}{cut}. {legend}{alarm}"
