"""Pictures of the whole run: all deviations against the normal law, digits over claims, kills by claim and method."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from verify.evidence import ClaimReport, Report
from verify.reading.html_report.plots import deviation, digits, least_of
from verify.reading.html_report.text import Scale, breadth, ticks
from verify.reading.summary import found_on, methods_of

_BIN: Final = 0.25
_ROW: Final = 17.0
_SMALL: Final = 10 / 11
"""Size of the names of claims, which are written upwards, to that of other text."""


def overview(report: Report) -> dict[str, dict[str, Any]]:
    """Of each picture for which the run has figures, what its template draws."""
    pictures = {"deviations": _deviations(report), "digits": _digits(report), "kills": _kills(report)}
    return {name: found for name, found in pictures.items() if found}


def _of(report: Report, method: str) -> Iterator[tuple[ClaimReport, Mapping[str, Any]]]:
    for claim in report.claims:
        for found in claim.evidence:
            if found.method == method:
                yield claim, found.figures


def _deviations(report: Report) -> dict[str, Any]:
    """Histogram of all z of the Monte Carlo tests, the normal law, and the thresholds."""
    known = [figures for _, figures in _of(report, "monte_carlo") if figures.get("deviations")]
    scores = [deviation(z) for figures in known for row in figures["deviations"].values() for z in row]
    if not scores:
        return {}
    limit = min(float(figures["threshold_z"]) for figures in known)
    end = math.ceil((limit + 0.5) / _BIN) * _BIN
    counts = [0] * round(2 * end / _BIN)
    for z in scores:
        counts[min(math.floor((min(max(z, -end), end) + end) / _BIN), len(counts) - 1)] += 1
    along = [k * end / 80 for k in range(-80, 81)]
    expected = [len(scores) * _BIN * math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) for z in along]
    x, y = Scale(-end, end, 60, 760), Scale(0, 1.08 * max(*counts, *expected), 200, 24)
    boxes = [(x(k * _BIN - end), y(n), x(_BIN) - x(0) - 1, y(0) - y(n)) for k, n in enumerate(counts) if n]
    told = {"limit": limit, "tests": len(scores), "claims": len(known), "largest": max(map(abs, scores))}
    drawn = {"x": x, "y": y, "boxes": boxes, "curve": [(x(z), y(n)) for z, n in zip(along, expected, strict=True)]}
    heights = [tick for tick in ticks(y, 5) if tick == round(tick)]
    return told | drawn | {"heights": heights, "beyond": sum(abs(z) > limit for z in scores)}


def _digits(report: Report) -> dict[str, Any]:
    """By claim, the fewest digits agreed: one mark for each method and demand, with the demand below it."""
    known: dict[str, dict[int, dict[float, float]]] = {}
    for series, method in enumerate(("precision", "enclosure")):
        for claim, figures in _of(report, method):
            least = {required: least_of(found.values()) for required, found in digits(figures).items() if found}
            if least:
                known.setdefault(claim.id, {})[series] = least
    if not known:
        return {}
    places = _places(known, 60)
    pairs = [pair for by in known.values() for least in by.values() for pair in least.items()]
    top = max(1.0, *(d for pair in pairs for d in pair if not math.isnan(d)))  # an axis has a length
    y = Scale(0, 1.05 * top, 210, 12)
    demands = {(places[name], y(required)) for name, by in known.items() for least in by.values() for required in least}
    marks: tuple[list[tuple[float, float]], ...] = ([], [])
    for name, by in known.items():
        for series, least in by.items():
            marks[series].extend((places[name] + 4 * series - 2, y(0 if math.isnan(d) else d)) for d in least.values())
    boxes = [(at - 4, height - 1, 8, 2) for at, height in sorted(demands)]
    x = Scale(0, len(known), 60, 60 + _pitch(known) * len(known))
    return {"x": x, "y": y, "places": places, "below": _below(places), "demands": boxes, "marks": marks}


def _kills(report: Report) -> dict[str, Any]:
    """By claim and method, whether the method noticed all, some or none of the mutants it judged."""
    if not (methods := methods_of(report)):
        return {}
    ids = [claim.id for claim in report.claims]
    places, pitch = _places(ids, 96), _pitch(ids)
    boxes: dict[str, list[tuple[float, ...]]] = {"all": [], "some": [], "none": []}
    alone = []
    for claim in report.claims:
        by_method = found_on(claim).get("by_method", {})
        for index, method in enumerate(methods):
            tally = by_method.get(method)
            if tally and tally["tried"]:
                share = "all" if tally["killed"] == tally["tried"] else "some" if tally["killed"] else "none"
                boxes[share].append((places[claim.id] - pitch / 2 + 0.5, 6 + _ROW * index, pitch - 1, _ROW - 2))
                if tally["alone"]:
                    alone.append((places[claim.id], 6 + _ROW * index + _ROW / 2 - 1))
    size = {"width": 96 + pitch * len(ids) + 10, "bottom": 8 + _ROW * len(methods), "below": _below(places)}
    heights = {method: 6 + _ROW * (index + 0.7) for index, method in enumerate(methods)}
    return {"methods": heights, "boxes": boxes, "alone": alone, "places": places, **size}


def _pitch(ids: Mapping[str, Any] | list[str]) -> float:
    return max(10.0, 460 / len(ids))


def _places(ids: Mapping[str, Any] | list[str], left: float) -> dict[str, float]:
    """The middle of each claim's column."""
    return {name: left + _pitch(ids) * (index + 0.5) for index, name in enumerate(ids)}


def _below(places: Mapping[str, float]) -> float:
    """Height that the names take."""
    return 12 + _SMALL * max(map(breadth, places))
