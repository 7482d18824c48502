"""What each method measured of one claim, drawn from the figures of its evidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from verify.evidence import Evidence
from verify.reading.html_report.rows import Line, Rows, Series, draw
from verify.reading.html_report.text import real

__all__ = ["DRAWN", "deviation", "digits", "plots_of"]

DRAWN: Final = frozenset({"deviations", "digits_by_point", "conditioned_by_point", "chain", "matrix", "by_method"})
"""Figures that the page shows as plots or tables of their own."""

_REACHED: Final = ": reached"
_LEAST: Final = 1e-3
"""Where logarithmic axes of errors begin: a thousandth of a unit in the last place is no error."""

_MOST: Final = 100.0
"""Digits drawn at most: two equal numbers agree to infinitely many."""

_Figures = Mapping[str, Any]


def plots_of(found: Evidence, figures: _Figures) -> list[str]:
    """The plots of one method; empty where it measured nothing that can be drawn."""
    drawers: Mapping[str, Callable[[_Figures], list[Rows]]] = {
        "monte_carlo": _deviations,
        "precision": lambda known: [*_digits("precision", known), *_quotient(known)],
        "enclosure": lambda known: [*_digits("enclosure", known), *_margins(known)],
        "iteration": _slack,
        "generated": _rounding,
    }
    drawer = drawers.get(found.method)
    return [draw(plot) for plot in drawer(figures)] if drawer else []


def deviation(figure: Any) -> float:
    """A deviation in standard errors; what is no number is as far off as can be."""
    z = real(figure)
    return math.inf if math.isnan(z) else z


def _deviations(figures: _Figures) -> list[Rows]:
    """Monte Carlo: every test's deviation, with the thresholds."""
    if not (known := figures.get("deviations")):
        return []
    limit = float(figures["threshold_z"])
    values = {name: [*map(deviation, found)] for name, found in known.items()}
    count = sum(map(len, values.values()))
    return [
        Rows(
            f"Deviation of {count} sample means from what the claim says; right: the largest of its row",
            "measured − predicted (standard errors)",
            [Series("one test", values)],
            {name: max(map(abs, found), default=0.0) for name, found in values.items()},
            -1.08 * limit,
            1.08 * limit,
            [Line(-limit, f"alarm −{limit:.2f}"), Line(limit, f"alarm {limit:.2f}")],
            worst=(-math.inf, math.inf),
        )
    ]


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


def _digits(method: str, figures: _Figures) -> list[Rows]:
    """Precision and enclosure: the fewest digits agreed at each point, with those required."""
    if not (known := digits(figures)):
        return []
    points = dict.fromkeys(name for found in known.values() for name in found)
    carried = max((x for found in known.values() for x in found.values() if not math.isnan(x)), default=0.0)
    series = [
        Series(f"{method}, {required:g} digits required", {name: [x] for name, x in found.items()})
        for required, found in known.items()
    ]
    return [
        Rows(
            "Fewest digits at each point to which closed form and definition agree",
            "digits (decimal)",
            series,
            {name: least_of(found[name] for found in known.values() if name in found) for name in points},
            0.0,
            max(1.0, carried, *known) * 1.06,
            [Line(required, f"required {required:g}") for required in known],
            least=True,
            stems=len(series) == 1,
            worst=(-math.inf,),
        )
    ]


def _quotient(figures: _Figures) -> list[Rows]:
    """Precision: how much of a bound is used up where it is tightest."""
    if "largest_quotient" not in figures:
        return []
    return [_reached({str(figures.get("tightest_at", "")): real(figures["largest_quotient"])})]


def _slack(figures: _Figures) -> list[Rows]:
    """Iteration: how much of each bound some run used up."""
    known = {
        name.removesuffix(_REACHED).removeprefix("max "): real(x)
        for name, x in figures.items()
        if name.endswith(_REACHED)
    }
    return [_reached(known)] if known else []


def _reached(known: Mapping[str, float]) -> Rows:
    return Rows(
        "How much of each bound is used up at most; right: its slack, what is missing from 1",
        "quotient of both sides (dimensionless)",
        [Series("largest quotient", {name: [x] for name, x in known.items()})],
        {name: float(f"{1 - x:.2g}") for name, x in known.items()},
        0.0,
        1.1,
        [Line(1.0, "bound attained")],
        least=True,
        stems=True,
    )


def _margins(figures: _Figures) -> list[Rows]:
    """Enclosure over boxes: the smallest margin certified of each statement that has one."""
    boxes = figures.get("boxes", {})
    margins = {name: real(found["smallest_margin"]) for name, found in boxes.items() if "smallest_margin" in found}
    if not margins:
        return []
    usual = [x for x in margins.values() if 0 < x < math.inf] or [1.0]
    low = 10.0 ** math.floor(math.log10(min(usual)))
    count = f"{len(margins)} of {len(boxes)} statements (the others were decided without a margin)"
    count = f"each of {len(boxes)} statements" if len(margins) == len(boxes) > 1 else count
    count = "the statement" if len(margins) == len(boxes) == 1 else count
    return [
        Rows(
            f"Smallest margin certified over the whole box of {count}, divided by its zeros at the edges",
            "lower bound of the margin (units of the statement)",
            [Series("certified lower bound", {name: [x] for name, x in margins.items()})],
            margins,
            low,
            max(10.0 ** math.ceil(math.log10(max(usual))), 10 * low),
            least=True,
            log=True,
            stems=True,
            worst=(-math.inf,),
        )
    ]


def _rounding(figures: _Figures) -> list[Rows]:
    """Generated code: its error at each point, with the error allowed."""
    if not (known := figures.get("conditioned_by_point")):
        return []
    errors = {name: real(x) for name, x in known.items()}
    allowed = float(figures["allowed"])
    return [
        Rows(
            "Error of the generated code at each point, in units of the last place plus what rounding the inputs moves",
            "error (units in the last place + rounding of inputs)",
            [Series("largest of all ways to call it", {name: [x] for name, x in errors.items()})],
            errors,
            _LEAST,
            max(100.0, 2 * max((x for x in errors.values() if x < 1e8), default=0.0)),
            [Line(allowed, f"allowed {allowed:g}")],
            log=True,
        )
    ]
