"""Pictures of the whole run: all deviations against the normal law, digits over claims, kills by claim and method."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from verify.evidence import ClaimReport, Report
from verify.reading.html_report.plots import deviation, digits, least_of
from verify.reading.html_report.svg import MARKERS, Scale, bars, breadth, label, line, marks, picture, ticks
from verify.reading.html_report.text import anchor, counted, escaped, number
from verify.reading.kill_matrix import found_on, methods_of

__all__ = ["overview"]

_BIN: Final = 0.25
_PITCH: Final = 10.0
_SMALL: Final = 10 / 11
"""Size of the names of claims, which are written upwards, to that of other text."""


def overview(report: Report) -> str:
    """The pictures for which the run has figures."""
    return "".join([*_deviations(report), *_digits(report), *_kills(report)])


def _of(report: Report, method: str) -> Iterator[tuple[ClaimReport, Mapping[str, Any]]]:
    for claim in report.claims:
        for found in claim.evidence:
            if found.method == method:
                yield claim, found.figures


def _figure(title: str, drawn: str, caption: str) -> str:
    return f"<figure><h3>{escaped(title)}</h3>{drawn}<figcaption>{caption}</figcaption></figure>"


# Deviations.


def _deviations(report: Report) -> Iterator[str]:
    """Histogram of all z of the Monte Carlo tests, the normal law, and the thresholds."""
    known = [figures for _, figures in _of(report, "monte_carlo") if figures.get("deviations")]
    scores = [deviation(z) for figures in known for row in figures["deviations"].values() for z in row]
    if not scores:
        return
    limit = min(float(figures["threshold_z"]) for figures in known)
    drawn = _histogram(scores, limit)
    largest, beyond = max(map(abs, scores)), sum(abs(z) > limit for z in scores)
    alarm = f"the alarm is at {limit:.2f}; {beyond or 'none'} {'are' if beyond > 1 else 'is'} beyond it"
    yield _figure(
        "Deviations of all sample means",
        drawn,
        f'<span class="key k0">{MARKERS[1]} {counted(len(scores), "test")} of {counted(len(known), "claim")}</span> '
        '<span class="key k1">— the normal law</span>. '
        f"The largest deviation is {number(largest)} standard errors, {alarm}. "
        "Tests share samples: the bars scatter about the curve more than those of independent tests would.",
    )


def _histogram(scores: Sequence[float], limit: float) -> str:
    end = math.ceil((limit + 0.5) / _BIN) * _BIN
    bins = round(2 * end / _BIN)
    counts = [0] * bins
    for z in scores:
        counts[min(math.floor((min(max(z, -end), end) + end) / _BIN), bins - 1)] += 1
    expected = [len(scores) * _BIN * math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) for z in _along(end)]
    x = Scale(-end, end, 60, 760)
    y = Scale(0, 1.08 * max(*counts, *expected), 200, 24)
    boxes = [(x(k * _BIN - end), y(n), x(_BIN) - x(0) - 1, y(0) - y(n)) for k, n in enumerate(counts) if n]
    parts = [*_grid(x, y, "measured − predicted (standard errors)", "tests")]
    parts.append(bars(boxes, "bar s0"))
    parts.append(line([(x(z), y(n)) for z, n in zip(_along(end), expected, strict=True)], "curve s1"))
    for z in (-limit, limit):
        parts += [line([(x(z), 20), (x(z), 200)], "limit"), label(x(z), 14, f"alarm {z:.2f}".replace("-", "−"), "m")]
    return picture(800, 246, "Histogram of all Monte Carlo deviations with the normal law and the thresholds", parts)


def _along(end: float) -> list[float]:
    return [k * end / 80 for k in range(-80, 81)]


def _grid(x: Scale, y: Scale, across: str, upwards: str) -> Iterator[str]:
    """Axes with ticks, their names and a grid."""
    for tick in ticks(x, 14):
        yield label(x(tick), y.start + 15, f"{tick:g}".replace("-", "−"), "m")
    yield from _upright(x, y, [tick for tick in ticks(y, 5) if tick == round(tick)])
    yield label((x.start + x.end) / 2, y.start + 34, across, "m")
    yield label(x.start - 40, (y.start + y.end) / 2, upwards, "m", turned=True)


# Digits.


def _digits(report: Report) -> Iterator[str]:
    """By claim, the fewest digits agreed: one mark for each method and demand, with the demand below it."""
    known: dict[str, dict[int, dict[float, float]]] = {}
    for series, method in enumerate(("precision", "enclosure")):
        for claim, figures in _of(report, method):
            least = {required: least_of(found.values()) for required, found in digits(figures).items() if found}
            if least:
                known.setdefault(claim.id, {})[series] = least
    if not known:
        return
    bottom = 210.0
    pitch = max(_PITCH, 460 / len(known))
    x = Scale(0, len(known), 60, 60 + pitch * len(known))
    y = Scale(0, 1.05 * _top(known), bottom, 12)
    places = {name: x(index + 0.5) for index, name in enumerate(known)}
    parts = [
        *_upright(x, y, ticks(y, 6)),
        *_names(places, bottom),
        label(20, 110, "digits (decimal)", "m", turned=True),
    ]
    demands = {(places[name], y(req)) for name, by in known.items() for least in by.values() for req in least}
    parts += [bars([(at - 4, height - 1, 8, 2) for at, height in sorted(demands)], "demand")]
    for series in (0, 1):
        found = [(places[name], d) for name, by in known.items() for d in by.get(series, {}).values()]
        parts.append(marks([(at + 4 * series - 2, y(0 if math.isnan(d) else d)) for at, d in found], series))
    caption = (
        f'<span class="key k0">{MARKERS[0]} precision (quadrature to many digits)</span> '
        f'<span class="key k1">{MARKERS[1]} enclosure (certified)</span> '
        '<span class="key demanded">▬ required</span>. The worst point of each claim; '
        "differences of quadratures are asked for fewer digits."
    )
    drawn = picture(x.end + 20, bottom + _below(places), "Digits agreed by claim, with the digits required", parts)
    yield _figure("Digits to which closed forms and definitions agree", drawn, caption)


def _top(known: Mapping[str, Mapping[int, Mapping[float, float]]]) -> float:
    """The most digits agreed or required, and never an axis without length."""
    leasts = [least for by in known.values() for least in by.values()]
    return max(1.0, *(d for least in leasts for pair in least.items() for d in pair if not math.isnan(d)))


def _upright(x: Scale, y: Scale, heights: Sequence[float]) -> Iterator[str]:
    """The axis below, with a line of the grid at each height."""
    for tick in heights:
        yield line([(x.start, y(tick)), (x.end, y(tick))], "grid") + label(x.start - 6, y(tick) + 4, f"{tick:g}", "e")
    yield line([(x.start, y.start), (x.end, y.start)], "axis")


def _below(places: Mapping[str, float]) -> float:
    """Height that the names take."""
    return 12 + _SMALL * max(map(breadth, places))


def _names(places: Mapping[str, float], y: float) -> Iterator[str]:
    """Names of claims below the axis, each a link to its section."""
    for name, x in places.items():
        yield f'<a href="#{anchor(name)}">{label(x + 3.5, y + 6, name, "e small", turned=True)}</a>'


# Kills.


def _kills(report: Report) -> Iterator[str]:
    """By claim and method, whether the method noticed all, some or none of the mutants it judged."""
    methods = methods_of(report)
    if not methods:
        return
    names = [claim.id for claim in report.claims]
    pitch = max(_PITCH, 460 / len(names))
    left, row = 96.0, 17.0
    places = {name: left + pitch * (index + 0.5) for index, name in enumerate(names)}
    cells: dict[str, list[tuple[float, float, float, float]]] = {"all": [], "some": [], "none": []}
    alone = []
    for claim in report.claims:
        by_method = found_on(claim).get("by_method", {})
        for index, method in enumerate(methods):
            tally = by_method.get(method)
            if tally and tally["tried"]:
                share = "all" if tally["killed"] == tally["tried"] else "some" if tally["killed"] else "none"
                cells[share].append((places[claim.id] - pitch / 2 + 0.5, 6 + row * index, pitch - 1, row - 2))
                if tally["alone"]:
                    alone.append((places[claim.id], 6 + row * index + row / 2 - 1))
    parts = [label(left - 8, 6 + row * (index + 0.7), method, "e") for index, method in enumerate(methods)]
    parts += [bars(boxes, f"kills {share}") for share, boxes in cells.items()]
    bottom = 8 + row * len(methods)
    parts += [line([(x, y), (x, y)], "alone") for x, y in alone]
    parts += _names(places, bottom)
    caption = (
        '<span class="key"><i class="swatch all"></i> all mutants tried were killed</span> '
        '<span class="key"><i class="swatch some"></i> some</span> '
        '<span class="key"><i class="swatch none"></i> none</span> '
        "<span class=key>• some that no other method noticed</span>. An empty place: the method judged no mutant there."
    )
    size = left + pitch * len(names) + 10, bottom + _below(places)
    drawn = picture(*size, "Mutants killed by claim and method", parts)
    yield _figure("Which method notices mistakes in which claim", drawn, caption)
