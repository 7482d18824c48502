"""The HTML report: whole, self-contained, the same for equal runs, and true to the figures it shows."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

import proofs
from verify.evidence import ClaimReport, Evidence, Grade, Report, Verdict
from verify.reading.html_report import page, plots
from verify.reading.html_report.page import to_html
from verify.reading.html_report.text import TEMPLATES, Scale, anchor, number, ticks, value
from verify.reading.summary import complaints, replay_command

LIMIT = 6.5
FATES = {"sign <of> A": {"symbolic": "killed", "precision": "missed"}, "A dropped": {"precision": "killed"}}


def found(method: str, verdict: str = "verified", detail: str = "", **figures: Any) -> Evidence:
    return Evidence(method, Verdict(verdict), Grade.TESTED, figures, 0.5, detail)


def mutants(matrix: dict[str, dict[str, str]], survivors: tuple[str, ...] = ()) -> Evidence:
    tally = {"tried": len(matrix), "killed": len(matrix) - len(survivors), "alone": 1}
    figures = {"killed": tally["killed"], "total": tally["tried"], "equivalent": 0, "survivors": list(survivors)}
    return found("mutants", **figures, by_method={"symbolic": tally, "precision": tally}, matrix=matrix)


def whole(name: str = "G1", title: str = "Both half-spaces", points: int = 3, rows: int = 2) -> ClaimReport:
    """A claim on which every method has said what it can say."""
    deviations = {f"loss, scene {k}": [0.25 * k, -1.5, 3.0] for k in range(points)}
    digits = {"45": {f"point {k}": 50.0 + k for k in range(points)}, "20": {"point 0": 31.5}}
    margins = {"in θ": {"box": {"theta": ["0", "pi"]}, "subdivisions": 4, "smallest_margin": 0.02}}
    return ClaimReport(
        name,
        title,
        "[Y] & [here]",
        "identity",
        (
            found("symbolic", steps=2, obligations=3, rests_on=["G2"], chain=[["Definition", 0], ["Rotate", 3]]),
            found("precision", digits=31.5, digits_by_point=digits, largest_quotient=0.75, tightest_at="θ = 1"),
            found("generated", conditioned=0.5, allowed=16.0, conditioned_by_point={"generic": 0.5, "θ = 0": 0.0}),
            found("monte_carlo", deviations=deviations, threshold_z=LIMIT, slowest_seconds=3.25),
            found("iteration", **{"demands": 3, "max bound: reached": 0.875}),
            found("enclosure", digits_by_point={"45": {"point 0": 55.0}}, boxes=margins),
            mutants({f"{label} {k}": fates for k in range(rows) for label, fates in FATES.items()}),
        ),
    )


def run_of(*claims: ClaimReport) -> Report:
    return Report(7, "quick", {"python": "3.11", "jobs": 1}, claims, 1.25)


def plotted(one: Evidence) -> list[str]:
    rows = TEMPLATES.get_template("plots.html").module.rows  # type: ignore[attr-defined]
    return [str(rows(plot)) for plot in plots.plots_of(one, one.figures)]


def section(claim: ClaimReport, known: frozenset[str]) -> str:
    return str(TEMPLATES.get_template("claim.html").module.section(claim, known))  # type: ignore[attr-defined]


class Page(HTMLParser):
    """Ids, links and everything that a browser would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.tags: Counter[str] = Counter()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags[tag] += 1
        self.ids += [str(known["id"])] if "id" in known else []
        if tag == "a":
            self.links.append(str(known["href"]))
        elif tag in ("link", "img", "iframe", "object", "embed", "base") or "src" in known:
            self.fetched.append(tag)


def test_the_page_is_whole_and_fetches_nothing() -> None:
    text = to_html(run_of(whole("G1"), whole("C5.tanh"), ClaimReport("Ä x", "own", "[here]", "identity", ())))
    page = Page(text)
    assert not page.fetched
    assert len(set(page.ids)) == len(page.ids)
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert "url(" not in text
    assert "@import" not in text
    assert not re.findall(r"[\"'(=]https?://(?!www\.w3\.org/1998/Math/MathML)", text)
    assert page.tags["math"] >= 2


def test_equal_runs_give_equal_pages_whatever_they_took() -> None:
    claim = whole()
    slower = replace(claim, evidence=tuple(replace(one, seconds=99.0) for one in claim.evidence))
    assert to_html(run_of(claim)) == to_html(replace(run_of(slower), seconds=500.0))
    assert "3.25" not in to_html(run_of(claim))


def test_whatever_a_claim_is_called_stays_text() -> None:
    wild = "<script>alert(1)</script> & \x00\ud800 \"'"
    claim = ClaimReport(wild, wild, wild, wild, (found(wild, "refuted", wild, **{wild: wild}), mutants({wild: {}})))
    text = to_html(run_of(claim))
    text.encode("utf-8")
    assert Page(text).tags["script"] == 1
    assert "\x00" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; \ufffd\ufffd &quot;&#x27;" in text


@pytest.mark.parametrize(
    ("claims", "state", "words"),
    [
        ((whole(),), "verified", "The claim is verified"),
        ((whole(), whole("N1")), "verified", "All 2 claims are verified"),
        ((whole(), replace(whole("N1"), evidence=(found("symbolic"),))), "undecided", "1 of 2 claims verified"),
        ((whole(), replace(whole("N1"), evidence=(found("precision", "refuted"),))), "refuted", "1 of 2 claims"),
        ((replace(whole(), evidence=(*whole().evidence[:2], mutants(FATES, ("A dropped",)))),), "refuted", "0 of 1"),
        ((), "undecided", "No claim was checked"),
    ],
)
def test_only_a_run_without_complaints_is_green(claims: tuple[ClaimReport, ...], state: str, words: str) -> None:
    text = to_html(run_of(*claims))
    (header,) = re.findall(r'<header class="([a-z]+)">.*?</header>', text)
    assert header == state
    assert words in text
    assert (state == "verified" or not claims) == ("Not verified" not in text)


def test_reasons_come_before_everything_else_and_are_those_of_the_other_formats() -> None:
    red = replace(whole("N1", "red"), evidence=(found("precision", "refuted", "at θ = 0.1: 2 ≠ 3"),))
    text = to_html(run_of(whole(), red))
    before, _, _ = text.partition("<h2>The run at a glance")
    assert len(complaints(red)) == 2
    assert all(line in before for line in complaints(red))
    assert "✗ refuted" in before


def test_every_deviation_is_drawn_in_its_place() -> None:
    claim = whole()
    (drawn,) = (one for one in claim.evidence if one.method == "monte_carlo")
    (plot,) = plotted(drawn)
    (path,) = re.findall(r'class="m0" d="([^"]*)"', plot)
    places = [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)h0", path)]
    assert len(places) == 9
    limits = [float(x) for x in re.findall(r'class="limit" d="M([\d.]+)', plot)]
    middle, unit = sum(limits) / 2, (limits[1] - limits[0]) / (2 * LIMIT)
    expected = [z for row in drawn.figures["deviations"].values() for z in row]
    assert [(x - middle) / unit for x, _ in places] == pytest.approx(expected, abs=0.01)
    assert len({y for _, y in places}) == 3


def test_an_infinite_deviation_is_seen_and_counted() -> None:
    broken = found("monte_carlo", "refuted", "apart", deviations={"loss": [None, 0.5]}, threshold_z=LIMIT)
    text = to_html(run_of(replace(whole(), evidence=(broken,))))
    assert "1 is beyond it" in text
    assert re.search(r"largest deviation is ∞", text)
    assert "none is beyond it" in to_html(run_of(whole()))
    (plot,) = plotted(broken)
    (path,) = re.findall(r'class="m0" d="M([\d.]+) [\d.]+h0M([\d.]+) ', plot)
    right = max(float(x) for x in re.findall(r'class="axis" d="M[\d.]+ [\d.]+L([\d.]+)', plot))
    assert float(path[0]) == right > float(path[1])
    assert ">∞</text>" in plot


def test_many_rows_are_cut_to_the_telling_ones() -> None:
    points = {f"point {k}": 46.0 + (k * 37 % 100) / 10 for k in range(100)}
    drawn = found("precision", digits_by_point={"45": points})
    (plot,) = plotted(drawn)
    shown = re.findall(r"<title>(point \d+)</title>", plot)
    assert 0 < len(shown) < 100
    assert set(shown) == set(sorted(points, key=lambda name: points[name])[: len(shown)])
    assert f"the {len(shown)} lowest of 100 rows" in plot


@pytest.mark.parametrize("method", ["precision", "generated", "monte_carlo", "iteration", "enclosure"])
def test_a_method_without_figures_draws_nothing(method: str) -> None:
    assert plots.plots_of(found(method, "error"), {}) == []


def test_every_method_that_measures_is_drawn() -> None:
    counts = {one.method: len(plots.plots_of(one, one.figures)) for one in whole().evidence}
    expected = {"precision": 2, "generated": 1, "monte_carlo": 1, "iteration": 1, "enclosure": 2}
    assert counts == {"symbolic": 0, "mutants": 0} | expected


def test_the_kill_matrix_has_a_letter_for_every_fate() -> None:
    text = section(whole(rows=5), frozenset())
    assert text.count("<td class=k>K") == 10
    assert text.count("<td class=m>M") == 5
    assert text.count("<td>·") == 5
    assert "sign &lt;of&gt; A 0" in text
    weak = replace(whole(), evidence=(mutants({"A dropped": {"precision": "missed"}}, ("A dropped",)),))
    assert "<tr class=survivor><th scope=row>A dropped<td class=m>M" in section(weak, frozenset())


def test_links_go_to_claims_of_the_run_only() -> None:
    assert 'rests on <a href="#claim-G2">G2</a>' in section(whole(), frozenset({"G1", "G2"}))
    assert "rests on G2" in section(whole(), frozenset({"G1"}))


def test_formulas_without_a_form_are_shown_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(latex: str, display: bool = False) -> str:
        raise ValueError(latex)

    monkeypatch.setattr(page, "mathml", none)
    text = section(whole(), frozenset())
    assert "<math" not in text
    assert r"\frac" in text


def test_a_claim_that_is_not_registered_has_its_evidence() -> None:
    text = section(whole("X1", "from elsewhere"), frozenset())
    assert "from elsewhere" in text
    assert "<math" not in text
    assert "Kill matrix" in text


def test_the_replay_names_claims_unless_all_were_checked() -> None:
    assert replay_command(run_of(whole("C5"), whole("C5.tanh"), whole("G1"))).endswith("--seed 7 --only C5 G1")
    assert replay_command(run_of()) == "coarseproof verify --level quick --seed 7"
    every = run_of(*(whole(claim.id) for claim in proofs.all_claims()))
    assert replay_command(every) == "coarseproof verify --level quick --seed 7"


def test_the_replay_of_an_extensions_claim_names_the_extension(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COARSEPROOF_EXTENSIONS", "my_ste, my_penalty")
    assert replay_command(run_of(whole("G1"))).startswith("coarseproof verify")
    monkeypatch.setattr("proofs.extensions.is_own", lambda claim: claim.id != "G1")
    command = replay_command(run_of(whole("G1")))
    assert command.startswith("COARSEPROOF_EXTENSIONS='my_ste, my_penalty' coarseproof verify")


def test_the_report_of_a_full_run_is_small() -> None:
    """As many claims, mutants, points and sample means as a full run has (102, 3635, 45 and 6400), or more."""
    claims = [
        replace(whole(claim.id, claim.title, points=45, rows=20), source=claim.source) for claim in proofs.all_claims()
    ]
    assert len(to_html(run_of(*claims)).encode()) < 5e6


# Pieces.


@pytest.mark.parametrize(
    ("figure", "text"),
    [(None, "∞"), (math.inf, "∞"), (True, "yes"), (0.123456, "0.1235"), (12, "12"), ("a<b", "a<b"), (2e-17, "2e-17")],
)
def test_figures_as_words(figure: Any, text: str) -> None:
    assert number(figure) == text


def test_nested_figures_are_tables_folded_where_long() -> None:
    assert value({"a": [1, 2.5], "b": []}) == "<table><tr><th scope=row>a<td>1, 2.5<tr><th scope=row>b<td>none</table>"
    assert value({str(k): k for k in range(20)}).startswith("<details><summary>20 entries")


def test_anchors_hold_any_id() -> None:
    assert anchor("C5.leaky-relu") == "claim-C5.leaky-relu"
    assert re.fullmatch(r"claim-[\w.-]+", anchor('a "b" <c>'))


def test_scales_keep_what_lies_outside_at_their_ends() -> None:
    linear, log = Scale(-2, 2, 100, 300), Scale(1e-3, 1e3, 0, 60, log=True)
    assert [linear(x) for x in (-9, -2, 0, 1, math.inf)] == [100, 100, 200, 250, 300]
    assert [log(x) for x in (0.0, 1e-3, 1.0, 1e9)] == pytest.approx([0, 0, 30, 60])
    assert ticks(linear, 4) == [-2, -1, 0, 1, 2]
    assert ticks(log) == pytest.approx([1e-3, 1e-2, 1e-1, 1, 10, 100, 1e3])
