"""What the page shows: the run as a whole, what a claim says, how it was derived and judged.

Pictures of the whole run: all deviations against the normal law, digits over claims, kills by claim and method.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from markupsafe import Markup

import proofs
from proofs.engine.lines import broken
from proofs.engine.render import forms_of, latex_in, supposed_by
from verify.evidence import ClaimReport, Evidence, Grade, Report, Verdict
from verify.reading.book import CHAPTERS, graph_of
from verify.reading.html_report.plots import DRAWN, deviation, digits, least_of, plots_of
from verify.reading.html_report.text import TEMPLATES, Scale, anchor, breadth, escaped, printable, ticks
from verify.reading.mathml import mathml
from verify.reading.picture import folded
from verify.reading.references import CITED, REFERENCES
from verify.reading.summary import (
    complaints,
    counts_line,
    is_green,
    methods_of,
    plain,
    replay_command,
    status,
    totals,
    words,
)

_STATES: Final = {0: "verified", 1: "refuted", 3: "undecided"}
_MARKS: Final = {"verified": "✓", "refuted": "✗", "too weak": "✗", "error": "!", "undecided": "?"}
"""Marks beside the words of verdicts: colour alone says nothing to many."""


def to_html(report: Report) -> str:
    """The page as text, for a file of its own; equal runs give equal pages (no time is in it)."""
    known: dict[str, Any] = {"report": report, "state": _STATES[report.exit_code], "words": _verdict(report)}
    known |= {"choices": _choices(report), "overview": overview(report), "totals": totals(report)}
    for name in ("equivalent", "weaker"):
        known[name] = sum(int(claim.figures_of("mutants").get(name, 0)) for claim in report.claims)
    ids = frozenset(claim.id for claim in report.claims)
    return TEMPLATES.get_template("page.html").render(known, known=ids)


def _verdict(report: Report) -> str:
    """The whole run in a few words."""
    count, verified = len(report.claims), report.summary["verified"]
    if not count:
        return "no claim was checked"
    if report.exit_code == 0:
        return f"all {count} claims are verified" if count > 1 else "the claim is verified"
    return f"{verified} of {count} claims verified"


def _worst(claim: ClaimReport) -> dict[str, str]:
    """Methods of a claim; one that is not green says so."""
    worst: dict[str, str] = {}
    for found in claim.evidence:
        if found.verdict is not Verdict.VERIFIED or found.method not in worst:
            worst[found.method] = "" if found.verdict is Verdict.VERIFIED else f" [{found.verdict.value}]"
    return worst


def _cited(source: str) -> Markup:
    """A source, its letters in brackets links to what they stand for."""
    return Markup(CITED.sub(r'<a href="#source-\1">\g<0></a>', str(escaped(source))))


def _choices(report: Report) -> dict[str, dict[str, str]]:
    """What the table can be narrowed to: by column, the entries with their words."""
    letters, verdicts = (claim.id[:1] for claim in report.claims), {status(claim) for claim in report.claims}
    grades = {claim.grade.words if claim.grade else "—" for claim in report.claims}
    return {
        "chapter": {letter: CHAPTERS.get(letter, letter) for letter in letters},
        "verdict": {word: word for word in sorted(verdicts)},
        "grade": {grade: grade for grade in sorted(grades)},
        "method": {one.method: one.method.replace("_", " ") for claim in report.claims for one in claim.evidence},
    }


def _registered(claim_id: str) -> dict[str, Any]:
    """Formulas, hypotheses and code of a claim; nothing of one that is not registered here."""
    claim = next((one for one in proofs.all_claims() if one.id == claim_id), None)
    if claim is None:
        return {}
    conditions = [_math(broken(one)) for one in supposed_by(claim)]
    conditions += [escaped(claim.setting)] if claim.setting else []
    return {
        "forms": [_math(broken(one), display=True) for one in forms_of(claim)],
        "besides": {name: _math(broken(latex_in(claim, said))) for name, said in claim.besides().items()},
        "hypotheses": Markup(", ").join(conditions) or "none beyond the model’s",
        "remark": escaped(claim.remark),
        "code": claim.code,
    }


def _shown(text: str) -> Markup:
    """What a step shows, from Markdown: words, a formula, words, a formula, ..."""
    parts = enumerate(part.strip() for part in text.split("$$"))
    return Markup("").join(
        _math(part, display=True) if place % 2 else Markup("<p>{}</p>").format(escaped(part))
        for place, part in parts
        if part
    )


def _picture(claim: ClaimReport, found: Evidence, known: frozenset[str]) -> Markup:
    """The graph of a derivation up to the statement, as the site shows it."""
    grade = found.grade.words if found.verdict is Verdict.VERIFIED else found.verdict.value

    def address(cited: str) -> str:
        return f"#{anchor(cited)}" if cited in known else ""

    return Markup(printable(folded(graph_of(found.steps), claim.id, grade, address)))


def _math(latex: str, display: bool = False) -> Markup:
    """MathML; an extension may use a command that has no such form, and is no reason to lose the report of a run."""
    try:
        return Markup(mathml(latex, display))
    except ValueError:
        return Markup("<code>{}</code>").format(escaped(latex))


_TOOLS: Final = (complaints, counts_line, is_green, methods_of, plain, plots_of, replay_command, status, words)
TEMPLATES.globals.update({tool.__name__: tool for tool in _TOOLS}, chapters=CHAPTERS, drawn=DRAWN, marks=_MARKS)
TEMPLATES.globals.update(cited=_cited, picture_of=_picture, registered=_registered, shown=_shown, worst=_worst)
TEMPLATES.globals.update(grades=[*(grade.words for grade in Grade), "—"], references=REFERENCES)


_BIN: Final = 0.25
_ROW: Final = 17.0
_SMALL: Final = 10 / 11
"""Size of the names of claims, which are written upwards, to that of other text."""


_PIECE: Final = 24
"""Claims side by side in a picture: as many as fit a phone."""


def overview(report: Report) -> dict[str, Any]:
    """Of each picture for which the run has figures, what its template draws; of one by claims, piece by piece."""
    deviations = _deviations(report)
    pictures = {"deviations": deviations, "digits": [*_digits(report)], "kills": [*_kills(report)]}
    return {name: found for name, found in pictures.items() if found}


def _pieces(ids: list[str]) -> list[list[str]]:
    """Claims in their order, in pieces that are about equally long."""
    count = math.ceil(len(ids) / _PIECE)
    return [ids[len(ids) * k // count : len(ids) * (k + 1) // count] for k in range(count)]


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
    counts = np.histogram(np.clip(scores, -end, end), round(2 * end / _BIN), (-end, end))[0].tolist()
    along = [k * end / 80 for k in range(-80, 81)]
    expected = [len(scores) * _BIN * math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) for z in along]
    x, y = Scale(-end, end, 44, 390), Scale(0, 1.08 * max(*counts, *expected), 200, 24)
    boxes = [(x(k * _BIN - end), y(n), x(_BIN) - x(0) - 1, y(0) - y(n)) for k, n in enumerate(counts) if n]
    told = {"limit": limit, "tests": len(scores), "claims": len(known), "largest": max(map(abs, scores))}
    drawn = {"x": x, "y": y, "boxes": boxes, "curve": [(x(z), y(n)) for z, n in zip(along, expected, strict=True)]}
    heights = [tick for tick in ticks(y, 5) if tick == round(tick)]
    return told | drawn | {"heights": heights, "beyond": sum(abs(z) > limit for z in scores)}


def _digits(report: Report) -> Iterator[dict[str, Any]]:
    """By claim, the fewest digits agreed: one mark for each method and demand, with the demand below it."""
    known: dict[str, dict[int, dict[float, float]]] = {}
    for series, method in enumerate(("precision", "enclosure")):
        for claim, figures in _of(report, method):
            least = {required: least_of(found.values()) for required, found in digits(figures).items() if found}
            if least:
                known.setdefault(claim.id, {})[series] = least
    pairs = [pair for by in known.values() for least in by.values() for pair in least.items()]
    top = max((d for pair in pairs for d in pair if not math.isnan(d)), default=0.0)
    y = Scale(0, 1.05 * max(1.0, top), 210, 12)  # an axis has a length
    for ids in _pieces([*known]):
        yield _piece_of_digits({name: known[name] for name in ids}, y, _pitch(len(known)))


def _piece_of_digits(known: Mapping[str, dict[int, dict[float, float]]], y: Scale, pitch: float) -> dict[str, Any]:
    places = _places(known, 44, pitch)
    demands = {(places[name], y(required)) for name, by in known.items() for least in by.values() for required in least}
    marks: tuple[list[tuple[float, float]], ...] = ([], [])
    for name, by in known.items():
        for series, least in by.items():
            marks[series].extend((places[name] + 4 * series - 2, y(0 if math.isnan(d) else d)) for d in least.values())
    boxes = [(at - 4, height - 1, 8, 2) for at, height in sorted(demands)]
    x = Scale(0, len(known), 44, 44 + pitch * len(known))
    return {"x": x, "y": y, "places": places, "below": _below(places), "demands": boxes, "marks": marks}


def _kills(report: Report) -> Iterator[dict[str, Any]]:
    """By claim and method, whether the method noticed all, some or none of the mutants it judged."""
    if methods := methods_of(report.claims):
        known = {claim.id: claim for claim in report.claims}
        for ids in _pieces([*known]):
            yield _piece_of_kills([known[name] for name in ids], methods, _pitch(len(known)))


def _piece_of_kills(claims: Sequence[ClaimReport], methods: Sequence[str], pitch: float) -> dict[str, Any]:
    places = _places([claim.id for claim in claims], 96, pitch)
    boxes: dict[str, list[tuple[float, ...]]] = {"all": [], "some": [], "none": []}
    alone = []
    for claim in claims:
        by_method = claim.figures_of("mutants").get("by_method", {})
        for index, method in enumerate(methods):
            tally = by_method.get(method)
            if tally and tally["tried"]:
                share = "all" if tally["killed"] == tally["tried"] else "some" if tally["killed"] else "none"
                boxes[share].append((places[claim.id] - pitch / 2 + 0.5, 6 + _ROW * index, pitch - 1, _ROW - 2))
                if tally["alone"]:
                    alone.append((places[claim.id], 6 + _ROW * index + _ROW / 2 - 1))
    size = {"width": 96 + pitch * len(claims) + 10, "bottom": 8 + _ROW * len(methods), "below": _below(places)}
    heights = {method: 6 + _ROW * (index + 0.7) for index, method in enumerate(methods)}
    return {"methods": heights, "boxes": boxes, "alone": alone, "places": places, **size}


def _pitch(count: int) -> float:
    """Of columns, so that few claims are as wide as one piece of many."""
    return max(10.0, 10.0 * _PIECE / count)


def _places(ids: Iterable[str], left: float, pitch: float) -> dict[str, float]:
    """The middle of each claim's column."""
    return {name: left + pitch * (index + 0.5) for index, name in enumerate(ids)}


def _below(places: Mapping[str, float]) -> float:
    """Height that the names take."""
    return 12 + _SMALL * max(map(breadth, places))
