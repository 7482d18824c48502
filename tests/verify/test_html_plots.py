"""The plots of the HTML report, read back: every mark, through the labels of the ticks, against the JSON of the run."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

import proofs
from proofs.engine.claim import Claim
from verify.evidence import ClaimReport, Evidence, Grade, Report, Verdict
from verify.iteration.trial import Trial
from verify.reading.html_report.page import to_html
from verify.reading.report import to_json

LIMIT = 6.5
SPREAD = [round(0.37 * k - 2.9, 3) for k in range(17)]


def found(method: str, **figures: Any) -> Evidence:
    return Evidence(method, Verdict.VERIFIED, Grade.TESTED, figures, 0.5)


EVIDENCE = {
    "deviations": found("monte_carlo", deviations={"a": SPREAD, "b <&>": [-6.2, 6.9, 0.1]}, threshold_z=LIMIT),
    "precision": found("precision", digits_by_point={"45": {"a": 46.3, "b <&>": 51.9}, "20": {"a": 23.1, "c": 38.2}}),
    "enclosure": found("enclosure", digits_by_point={"30": {"a": 61.7, "b": 30.4, "c": 88.8}}),
    "quotient": found("precision", largest_quotient=0.6125, tightest_at="θ = 1"),
    "slack": found("iteration", **{"max lower bound: reached": 0.915, "max b: reached": 0.25, "max c: reached": 1.0}),
    "margins": found("enclosure", boxes={"a": {"smallest_margin": 3e-4}, "b": {"smallest_margin": 0.45}, "c": {}}),
    "rounding": found("generated", conditioned_by_point={"a": 0.02, "b": 3.75, "c": 61.0}, allowed=16.0),
}


def claim_of(name: str, *evidence: Evidence) -> ClaimReport:
    return ClaimReport(name, name, "[here]", "identity", evidence)


def run_of(*claims: ClaimReport) -> Report:
    return Report(7, "quick", {"python": "3.11"}, claims, 1.25)


@dataclass(frozen=True)
class Drawn:
    """A picture that is read as a reader reads it: labels of ticks say what a place means."""

    svg: ET.Element

    def texts(self, kind: str) -> Iterator[tuple[str, float, float]]:
        """Text of a class with its place."""
        for one in self.svg.iter("text"):
            if one.get("class", "") == kind:
                yield one.text or "", float(one.get("x", "")), float(one.get("y", ""))

    def ticks(self, upwards: bool) -> list[tuple[float, float]]:
        """Pixel and value of each tick of an axis; a label of a threshold begins with a word."""
        known = [
            (y - 4 if upwards else x, float(text.replace("−", "-")))
            for text, x, y in self.texts("e" if upwards else "m")
            if re.fullmatch(r"−?[\d.]+(e[+-]?\d+)?", text.replace("e−", "e-"))
        ]
        assert len(known) > 1
        return sorted(known)

    def meaning(self, pixel: float, upwards: bool = False, log: bool = False) -> float:
        """The value of a place, from all the ticks."""
        pixels, values = zip(*self.ticks(upwards), strict=True)
        slope, start = np.polyfit(pixels, np.log10(values) if log else values, 1)
        said = slope * pixel + start
        return float(10**said if log else said)

    def pixel_is(self, upwards: bool = False) -> float:
        """What one pixel is on a linear axis."""
        (first, low), *_, (last, high) = self.ticks(upwards)
        return abs((high - low) / (last - first))

    def paths(self, kind: str) -> list[list[tuple[float, ...]]]:
        """Of each path of a class, the numbers after every move."""
        every = [one.get("d", "") for one in self.svg.iter("path") if one.get("class") == kind]
        return [[tuple(map(float, re.findall(r"-?[\d.]+", part))) for part in d.split("M")[1:]] for d in every]

    def points(self, kind: str) -> list[tuple[float, float]]:
        return [(numbers[0], numbers[1]) for path in self.paths(kind) for numbers in path]

    def rows(self, log: bool = False) -> list[dict[str, list[float]]]:
        """Of each series, the values of each row."""
        heights = {float(g[1].get("y", "")) + 8: g[0].text or "" for g in self.svg.iter("g")}
        read: list[dict[str, list[float]]] = []
        for series in range(3):
            read.append({})
            for x, y in self.points(f"m{series}"):
                read[-1].setdefault(heights[y], []).append(self.meaning(x, log=log))
        return [one for one in read if one]

    def claims(self) -> dict[str, float]:
        """Names of claims below the axis, with their middles."""
        return {text: x - 3.5 for text, x, _ in self.texts("e small")}


def pictures(html: str) -> list[Drawn]:
    return [Drawn(ET.fromstring(svg)) for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]


def picture_of(report: Report, name: str) -> Drawn:
    (drawn,) = (one for one in pictures(to_html(report)) if name in one.svg.get("aria-label", ""))
    return drawn


def in_section(one: Evidence) -> list[Drawn]:
    """The plots in the section of a claim with this evidence."""
    return pictures(to_html(run_of(claim_of("G1", one))).partition("<h2>Evidence</h2>")[2])


def judged(name: str) -> dict[str, Any]:
    """The figures as JSON holds them."""
    document = json.loads(to_json(run_of(claim_of("G1", EVIDENCE[name]))))
    return dict(document["claims"][0]["evidence"][0]["figures"])


def expected_rows(name: str, figures: dict[str, Any]) -> list[dict[str, list[float]]]:
    if name == "deviations":
        return [dict(figures["deviations"])]
    if "digits_by_point" in figures:
        return [{at: [x] for at, x in points.items()} for points in figures["digits_by_point"].values()]
    if name == "quotient":
        return [{figures["tightest_at"]: [figures["largest_quotient"]]}]
    if name == "slack":
        return [{key.removeprefix("max ").removesuffix(": reached"): [x] for key, x in figures.items()}]
    if name == "margins":
        return [{at: [box["smallest_margin"]] for at, box in figures["boxes"].items() if box}]
    return [{at: [x] for at, x in figures["conditioned_by_point"].items()}]


@pytest.mark.parametrize("name", EVIDENCE)
def test_every_mark_of_every_row_reads_as_the_figure(name: str) -> None:
    log = name in ("margins", "rounding")
    (drawn,) = in_section(EVIDENCE[name])
    read, expected = drawn.rows(log), expected_rows(name, judged(name))
    assert [list(one) for one in read] == [list(one) for one in expected]
    for series, values in zip(read, expected, strict=True):
        for row, numbers in values.items():
            near = pytest.approx(numbers, rel=0.01) if log else pytest.approx(numbers, abs=drawn.pixel_is() / 4)
            assert series[row] == near, row
    assert not drawn.paths("beyond")


@pytest.mark.parametrize(("name", "limits"), [("precision", [20, 45]), ("deviations", [-LIMIT, LIMIT]), ("slack", [1])])
def test_thresholds_stand_where_they_are(name: str, limits: list[float]) -> None:
    (drawn,) = in_section(EVIDENCE[name])
    read = sorted(drawn.meaning(x) for x, _ in drawn.points("limit"))
    assert read == pytest.approx(limits, abs=drawn.pixel_is() / 4)


def test_every_bar_of_the_histogram_counts_what_lies_in_it() -> None:
    report = run_of(claim_of("G1", EVIDENCE["deviations"]), claim_of("G2", EVIDENCE["deviations"]))
    scores = [
        z
        for claim in json.loads(to_json(report))["claims"]
        for row in claim["evidence"][0]["figures"]["deviations"].values()
        for z in row
    ]
    drawn = picture_of(report, "Histogram")
    (boxes,) = drawn.paths("bar s0")
    unit = drawn.pixel_is(upwards=True)
    read = {round(4 * drawn.meaning(x)): drawn.meaning(top, upwards=True) for x, top, *_ in boxes}
    assert read == pytest.approx(Counter(math.floor(4 * z) for z in scores), abs=0.1)
    assert [height * unit for _, _, _, height, _ in boxes] == pytest.approx([*read.values()], abs=0.1)
    (curve,) = drawn.paths("curve s1")
    places = list(zip(curve[0][::2], curve[0][1::2], strict=True))
    assert len(places) > 100
    for x, y in places[::10]:
        normal = len(scores) / 4 * math.exp(-(drawn.meaning(x) ** 2) / 2) / math.sqrt(2 * math.pi)
        assert drawn.meaning(y, upwards=True) == pytest.approx(normal, abs=2 * unit)


def test_the_digits_of_every_claim_read_as_the_fewest_of_it() -> None:
    report = run_of(
        claim_of("G1", EVIDENCE["precision"], EVIDENCE["enclosure"]),
        claim_of("C3", found("precision", digits_by_point={"45": {"a": 45.7, "b": 0.0}})),
        claim_of("N1", found("enclosure", digits_by_point={"45": {"a": 70.2}})),
    )
    drawn = picture_of(report, "Digits agreed")
    tolerance = drawn.pixel_is(upwards=True) / 4
    claims = drawn.claims()
    assert list(claims) == ["G1", "C3", "N1"]
    for series, method in enumerate(("precision", "enclosure")):
        read: dict[str, list[float]] = {}
        for x, y in drawn.points(f"m{series}"):
            name = min(claims, key=lambda one: abs(claims[one] - x))
            read.setdefault(name, []).append(drawn.meaning(y, upwards=True))
        expected: dict[str, list[float]] = {}
        for claim in json.loads(to_json(report))["claims"]:
            for one in claim["evidence"]:
                if one["method"] == method:
                    least = [min(points.values()) for points in one["figures"]["digits_by_point"].values()]
                    expected[claim["id"]] = sorted(least)
        assert {name: sorted(values) for name, values in read.items()} == {
            name: pytest.approx(values, abs=tolerance) for name, values in expected.items()
        }
    demands = sorted(round(drawn.meaning(y + 1, upwards=True)) for _, y in drawn.points("demand"))
    assert demands == [20, 30, 45, 45, 45]


def test_every_kill_cell_has_the_class_of_its_tally() -> None:
    tallies = {
        "G1": {"symbolic": (4, 4, 1), "precision": (2, 4, 0), "iteration": (0, 3, 0)},
        "C3": {"symbolic": (3, 5, 2), "iteration": (2, 2, 0)},
        "N1": {"precision": (0, 6, 0), "iteration": (1, 6, 0)},
    }
    claims = []
    for name, by in tallies.items():
        figures = {m: {"killed": k, "tried": t, "alone": a} for m, (k, t, a) in by.items()}
        by_method = found("mutants", killed=1, total=1, survivors=[], by_method=figures)
        claims.append(claim_of(name, *map(found, ("symbolic", "precision", "iteration")), by_method))
    drawn = picture_of(run_of(*claims), "Mutants killed")
    columns = drawn.claims()
    lines = {text: y for text, _, y in drawn.texts("e") if text in ("symbolic", "precision", "iteration")}

    def cell(x: float, y: float) -> tuple[str, str]:
        column = min(columns, key=lambda one: abs(columns[one] - x))
        return column, min(lines, key=lambda one: abs(lines[one] - 3 - y))

    read = {
        cell(box[0] + box[2] / 2, box[1] + box[3] / 2): share
        for share in ("all", "some", "none")
        for path in drawn.paths(f"kills {share}")
        for box in path
    }
    assert read == {
        (name, method): "all" if killed == tried else "some" if killed else "none"
        for name, by in tallies.items()
        for method, (killed, tried, _) in by.items()
    }
    assert {cell(x, y) for x, y in drawn.points("alone")} == {("G1", "symbolic"), ("C3", "symbolic")}


# What no axis has a place for.

WILD = {"zero": 0.0, "negative": -0.3, "nan": math.nan, "inf": math.inf, "-inf": -math.inf, "none": None}


def with_wild(kind: str, x: Any) -> Evidence:
    figures: dict[str, tuple[str, dict[str, Any]]] = {
        "deviations": ("monte_carlo", {"deviations": {"wild": [x], "tame": [1.0]}, "threshold_z": LIMIT}),
        "precision": ("precision", {"digits_by_point": {"45": {"wild": x}}}),
        "enclosure": ("enclosure", {"digits_by_point": {"45": {"wild": x, "tame": 50.0}}}),
        "quotient": ("precision", {"largest_quotient": x, "tightest_at": "wild"}),
        "slack": ("iteration", {"max wild: reached": x, "max tame: reached": 0.5}),
        "margins": ("enclosure", {"boxes": {"wild": {"smallest_margin": x}, "tame": {"smallest_margin": 0.1}}}),
        "rounding": ("generated", {"conditioned_by_point": {"wild": x, "tame": 0.5}, "allowed": 16.0}),
    }
    method, known = figures[kind]
    return found(method, **known)


PLACES = {
    "deviations": ("0", "-0.3", "high!", "high!", "low!", "high!"),
    "precision": ("low", "low!", "low!", "100", "low!", "low!"),
    "enclosure": ("low", "low!", "low!", "100", "low!", "low!"),
    "quotient": ("low", "low", "high!", "high!", "low", "high!"),
    "slack": ("low", "low", "high!", "high!", "low", "high!"),
    "margins": ("low!", "low!", "low!", "high", "low!", "low!"),
    "rounding": ("low", "low", "high!", "high!", "low", "high!"),
}
"""Where each of WILD is drawn: an end of the axis, with an alarm (!) if it is the bad end, or a value."""


@pytest.mark.parametrize(
    ("kind", "name", "place"),
    [(kind, name, place) for kind, places in PLACES.items() for name, place in zip(WILD, places, strict=True)],
)
def test_values_without_a_place_are_seen_at_the_end_where_they_belong(kind: str, name: str, place: str) -> None:
    one = with_wild(kind, WILD[name])
    (drawn,) = in_section(one)
    for path in drawn.svg.iter("path"):
        assert re.fullmatch(r"[MLhlvmz\d. -]*", path.get("d", ""))
    (height,) = (float(g[1].get("y", "")) + 8 for g in drawn.svg.iter("g") if g[0].text == "wild")
    (pixel,) = (x for x, y in drawn.points("m0") if y == height)
    (axis,) = drawn.paths("axis")
    ends = {"low": axis[0][0], "high": axis[0][2]}
    alarms = [y + 4.5 for _, y in drawn.points("beyond")]
    assert alarms == ([height] if place.endswith("!") else [])
    if (end := place.rstrip("!")) in ends:
        assert pixel == ends[end]
    else:
        assert drawn.meaning(pixel) == pytest.approx(float(end), abs=drawn.pixel_is() / 4)
    told = {y + 8: text for text, _, y in drawn.texts("e")}[height]
    assert (told == "no value") == (name in ("nan", "none") and kind != "deviations")
    assert ("beyond the axis" in to_html(run_of(claim_of("G1", one)))) == bool(alarms)


@pytest.mark.parametrize("name", WILD)
def test_the_digits_of_a_claim_are_none_where_it_has_none(name: str) -> None:
    """A wrong claim agrees to no digit, and its picture has an axis still."""
    report = run_of(claim_of("G1", with_wild("precision", WILD[name])))
    drawn = picture_of(report, "Digits agreed")
    ((_, y),) = drawn.points("m0")
    assert drawn.meaning(y, upwards=True) == pytest.approx(100 if name == "inf" else 0, abs=0.2)
    ((_, demand),) = drawn.points("demand")
    assert drawn.meaning(demand + 1, upwards=True) == pytest.approx(45, abs=0.2)


@pytest.mark.parametrize("name", WILD)
def test_no_deviation_is_lost_from_the_histogram(name: str) -> None:
    drawn = picture_of(run_of(claim_of("G1", with_wild("deviations", WILD[name]))), "Histogram")
    (boxes,) = drawn.paths("bar s0")
    unit = drawn.pixel_is(upwards=True)
    assert sum(abs(box[3]) * unit for box in boxes) == pytest.approx(2, abs=0.05)


def test_statements_without_a_margin_are_counted() -> None:
    html = to_html(run_of(claim_of("G1", EVIDENCE["margins"])))
    assert "of 2 of 3 statements (the others were decided without a margin)" in html
    every = found("enclosure", boxes={at: {"smallest_margin": 0.1} for at in "ab"})
    assert "of each of 2 statements," in to_html(run_of(claim_of("G1", every)))


# How near a bound is reached.


def reached(observed: float, rho: float, slack: float) -> tuple[float, Verdict]:
    claim = SimpleNamespace(id="R1", formulas={"bound": proofs.symbols.rho}, hypotheses=(), definition=None)
    trial = Trial(cast(Claim, claim), "quick", 1)
    trial.row("bound", "<=", observed, {"rho": rho}, slack, "here")
    evidence = trial.evidence("iteration", 0.0)
    return float(evidence.figures["max bound: reached"]), evidence.verdict


@pytest.mark.parametrize("rho", [3e-9, 1e-7, 0.3, 1.0, 7e5])
def test_a_bound_that_is_kept_has_no_negative_slack(rho: float) -> None:
    """Equal but for rounding, which is more than the slack of small bounds."""
    quotient, verdict = reached(rho + 0.9e-12, rho, 1e-12)
    assert verdict is Verdict.VERIFIED
    assert 0.999 < quotient <= 1.0


def test_a_bound_that_is_broken_is_seen_to_be() -> None:
    quotient, verdict = reached(0.36, 0.3, 1e-12)
    assert verdict is Verdict.REFUTED
    assert quotient == pytest.approx(1.2)
    assert reached(0.36, math.nan, 1e-12) == (math.inf, Verdict.REFUTED)
    assert reached(0.36, 0.0, 1e-12) == (math.inf, Verdict.REFUTED)
    assert reached(0.15, 0.3, 1e-12)[0] == pytest.approx(0.5)
