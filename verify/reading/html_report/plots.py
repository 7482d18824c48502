"""What each method measured of one claim, drawn from the figures of its evidence.

There is one kind of plot: a labelled row for each thing that was looked at, with its values along it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from verify.evidence import Evidence
from verify.reading.html_report.text import TEMPLATES, Scale, breadth, number, real

DRAWN: Final = frozenset({"deviations", "digits_by_point", "conditioned_by_point", "chain", "matrix", "by_method"})
"""Figures that the page shows as plots or tables of their own."""

_LEAST: Final = 1e-3
"""Where logarithmic axes of errors begin: a thousandth of a unit in the last place is no error."""

_MOST: Final = 100.0
"""Digits drawn at most: two equal numbers agree to infinitely many."""

_Figures = Mapping[str, Any]


def plots_of(found: Evidence, figures: _Figures) -> list[Rows]:
    """The plots of one method; empty where it measured nothing that can be drawn."""
    return [plot for draw in _DRAWERS.get(found.method, ()) if (plot := draw(found.method, figures))]


def deviation(figure: Any) -> float:
    """A deviation in standard errors; what is no number is as far off as can be."""
    z = real(figure)
    return math.inf if math.isnan(z) else z


def _one(series: str, known: Mapping[str, float]) -> dict[str, dict[str, list[float]]]:
    """A single series with one value a row."""
    return {series: {name: [x] for name, x in known.items()}}


def _deviations(_: str, figures: _Figures) -> Rows | None:
    """Monte Carlo: every test's deviation, with the thresholds."""
    if not (known := figures.get("deviations")):
        return None
    limit = float(figures["threshold_z"])
    values = {name: [*map(deviation, found)] for name, found in known.items()}
    many, told = sum(map(len, values.values())), {name: max(map(abs, row), default=0.0) for name, row in values.items()}
    said = f"Deviation of {many} sample means from what the claim says; right: the largest of its row"
    lines = {f"alarm −{limit:.2f}": -limit, f"alarm {limit:.2f}": limit}
    axis, ends = "measured − predicted (standard errors)", (-math.inf, math.inf)
    return Rows(said, axis, {"one test": values}, told, -1.08 * limit, 1.08 * limit, lines, worst=ends)


def digits(figures: _Figures) -> dict[float, dict[str, float]]:
    """Digits required -> point -> fewest digits agreed there; NaN where there is no value, which agrees to none."""
    return {
        float(required): {name: x if math.isnan(x := real(one)) else min(x, _MOST) for name, one in found.items()}
        for required, found in figures.get("digits_by_point", {}).items()
    }


def least_of(found: Iterable[float]) -> float:
    """The smallest; NaN if one is NaN, whatever their order."""
    known = [*found]
    return math.nan if any(map(math.isnan, known)) else min(known)


def _digits(method: str, figures: _Figures) -> Rows | None:
    """Precision and enclosure: the fewest digits agreed at each point, with those required."""
    if not (known := digits(figures)):
        return None
    carried = max((x for found in known.values() for x in found.values() if not math.isnan(x)), default=0.0)
    series = {f"{method}, {d:g} digits required": {name: [x] for name, x in row.items()} for d, row in known.items()}
    points = dict.fromkeys(name for found in known.values() for name in found)
    told = {name: least_of(found[name] for found in known.values() if name in found) for name in points}
    said, axis = "Fewest digits at each point to which closed form and definition agree", "digits (decimal)"
    lines, high = {f"required {required:g}": required for required in known}, max(1.0, carried, *known) * 1.06
    return Rows(said, axis, series, told, 0.0, high, lines, least=True, stems=len(series) == 1, worst=(-math.inf,))


def _reached(_: str, figures: _Figures) -> Rows | None:
    """How much of each bound is used up: precision where it is tightest, iteration by some run."""
    reached = {name.removesuffix(": reached"): x for name, x in figures.items() if name.endswith(": reached")}
    known = {name.removeprefix("max "): real(x) for name, x in reached.items()}
    if "largest_quotient" in figures:
        known = {str(figures.get("tightest_at", "")): real(figures["largest_quotient"])}
    if not known:
        return None
    said = "How much of each bound is used up at most; right: its slack, what is missing from 1"
    slack = {name: float(f"{1 - x:.2g}") for name, x in known.items()}
    axis, series = "quotient of both sides (dimensionless)", _one("largest quotient", known)
    return Rows(said, axis, series, slack, 0.0, 1.1, {"bound attained": 1.0}, least=True, stems=True)


def _margins(_: str, figures: _Figures) -> Rows | None:
    """Enclosure over boxes: the smallest margin certified of each statement that has one."""
    boxes = figures.get("boxes", {})
    margins = {name: real(found["smallest_margin"]) for name, found in boxes.items() if "smallest_margin" in found}
    if not margins:
        return None
    usual = [x for x in margins.values() if 0 < x < math.inf] or [1.0]
    low = 10.0 ** math.floor(math.log10(min(usual)))
    high = max(10.0 ** math.ceil(math.log10(max(usual))), 10 * low)
    count = f"{len(margins)} of {len(boxes)} statements (the others were decided without a margin)"
    if len(margins) == len(boxes):
        count = f"each of {len(boxes)} statements" if len(boxes) > 1 else "the statement"
    said = f"Smallest margin certified over the whole box of {count}, divided by its zeros at the edges"
    axis, series = "lower bound of the margin (units of the statement)", _one("certified lower bound", margins)
    return Rows(said, axis, series, margins, low, high, least=True, log=True, stems=True, worst=(-math.inf,))


def _rounding(_: str, figures: _Figures) -> Rows | None:
    """Generated code: its error at each point, with the error allowed."""
    if not (known := figures.get("conditioned_by_point")):
        return None
    errors, allowed = {name: real(x) for name, x in known.items()}, float(figures["allowed"])
    said = "Error of the generated code at each point, in units of the last place plus what rounding the inputs moves"
    axis = "error (units in the last place + input rounding)"
    series = _one("largest of all ways to call it", errors)
    high = max(100.0, 2 * max((x for x in errors.values() if x < 1e8), default=0.0))
    return Rows(said, axis, series, errors, _LEAST, high, {f"allowed {allowed:g}": allowed}, log=True)


_DRAWERS: Final[Mapping[str, tuple[Callable[[str, _Figures], Rows | None], ...]]] = {
    "monte_carlo": (_deviations,),
    "precision": (_digits, _reached),
    "enclosure": (_digits, _margins),
    "iteration": (_reached,),
    "generated": (_rounding,),
}


_SHOWN = 28
"""Rows shown of a plot: of more, those that say most."""

_HEIGHT = 27.0
_ENDS = 20.0, 322.0
"""Of the axes: a plot fits a phone, and its names stand above their rows."""

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
        kept = set(sorted(self._known, key=self._rank)[:_SHOWN])
        return {name: 14 + _HEIGHT * (k + 1) for k, name in enumerate(name for name in self._known if name in kept)}

    def _rank(self, name: str) -> float:
        told = self.told[name]
        return -math.inf if math.isnan(told) else told if self.least else -told

    @property
    def bottom(self) -> float:
        return 26 + _HEIGHT * len(self.places)

    @cached_property
    def scale(self) -> Scale:
        return Scale(self.low, self.high, *_ENDS, self.log)

    def named(self, name: str) -> str:
        """The name of a row, as far as there is room beside the number told of it."""
        return _shortened(name, _ENDS[1] - _ENDS[0] + 4 - breadth(number(self.told[name])))

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
        return [(self.scale(x), y) for x, y in self._drawn(series)]

    def alarms(self, series: Series) -> list[tuple[float, float, float]]:
        """Arrows (x, y, length) at the ends of the axis, for what is beyond them and an alarm."""
        sides = ((x, y, -1 if x < self.low else int(x > self.high)) for x, y in self._drawn(series))
        found = ((self.scale(x) + side, y - 4.5, 7 * side) for x, y, side in sides if side * math.inf in self.worst)
        return [*dict.fromkeys(found)]


def _shortened(name: str, room: float) -> str:
    """Cut in the middle: names that begin alike differ at their ends."""
    half, cut = len(name) // 2, name
    while breadth(cut) > room:
        half -= 1
        cut = f"{name[:half]}…{name[len(name) - half :]}"
    return cut


def _side(scale: Scale, at: float) -> str:
    """Of a text at a place of the axis: it must not leave the picture at either end."""
    return "" if at < scale.start + 50 else "e" if at > scale.end - 50 else "m"


TEMPLATES.globals.update(side=_side)
