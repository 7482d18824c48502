"""The one kind of plot of single claims: a labelled row for each thing that was looked at, with its values along it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from verify.reading.html_report.svg import Scale, breadth
from verify.reading.html_report.text import TEMPLATES

_MOST = 28
"""Rows shown of a plot: of more, those that say most."""

_HEIGHT = 15.0
_LONGEST = 60
_WIDTH = 430.0

Series = Mapping[str, Sequence[float]]
"""Values by row."""


@dataclass(frozen=True)
class Rows:
    """A plot: series by what they are, `axis` with its unit, `low` to `high`, `stems` from the left.

    `told` is the number at the end of each row. Of too many rows those with the largest are kept, or (`least`) with
    the smallest; NaN, the lack of a value, is kept before any number. `lines` are thresholds across all rows, `worst`
    the ends beyond which a value is an alarm; NaN is drawn beyond the first.
    """

    said: str
    axis: str
    series: Mapping[str, Series]
    told: Mapping[str, float]
    low: float
    high: float
    lines: Mapping[str, float] = field(default_factory=dict)
    least: bool = False
    log: bool = False
    stems: bool = False
    worst: tuple[float, ...] = (math.inf,)

    @cached_property
    def _known(self) -> dict[str, None]:
        return dict.fromkeys(name for series in self.series.values() for name in series)

    @cached_property
    def places(self) -> dict[str, float]:
        """The rows shown, in their order, with their heights."""
        kept = set(sorted(self._known, key=self._rank)[:_MOST])
        return {name: 22 + _HEIGHT * (k + 0.5) for k, name in enumerate(name for name in self._known if name in kept)}

    def _rank(self, name: str) -> float:
        told = self.told[name]
        return -math.inf if math.isnan(told) else told if self.least else -told

    @property
    def bottom(self) -> float:
        """Where the axis is."""
        return 22 + _HEIGHT * len(self.places)

    @cached_property
    def scale(self) -> Scale:
        """Of the values, right of the longest name."""
        left = max((breadth(_shortened(name)) for name in self.places), default=0.0) + 20
        return Scale(self.low, self.high, left, left + _WIDTH, self.log)

    @property
    def cut(self) -> str:
        """What is said where not all rows are shown."""
        shown, known = len(self.places), len(self._known)
        which = "lowest" if self.least else "highest"
        return f" (the {shown} {which} of {known} rows)" if shown < known else ""

    def _drawn(self, series: Series) -> list[tuple[float, float]]:
        """Values of the rows shown, NaN in its place, with their heights."""
        return [
            (self.worst[0] if math.isnan(x) else x, y) for name, y in self.places.items() for x in series.get(name, ())
        ]

    def points(self, series: Series) -> list[tuple[float, float]]:
        """Where the marks are."""
        return [(self.scale(x), y) for x, y in self._drawn(series)]

    def alarms(self, series: Series) -> list[tuple[float, float, float]]:
        """Arrows (x, y, length) at the ends of the axis, for what is beyond them and an alarm."""
        sides = ((x, y, -1 if x < self.low else int(x > self.high)) for x, y in self._drawn(series))
        found = ((self.scale(x) + side, y - 4.5, 7 * side) for x, y, side in sides if side * math.inf in self.worst)
        return [*dict.fromkeys(found)]


def _shortened(name: str) -> str:
    """Cut in the middle: names that begin alike differ at their ends."""
    half = _LONGEST // 2
    return name if len(name) <= _LONGEST else f"{name[: half - 1]}…{name[-half:]}"


TEMPLATES.globals.update(shortened=_shortened)
