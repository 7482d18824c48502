"""The HTML report of a real run in a real browser: mathematics, filter, order, links, contrast, speed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import proofs
from verify.evidence import ClaimReport, Evidence, Grade, Report, Verdict
from verify.reading.book import graph_of
from verify.reading.html_report.page import to_html
from verify.suite import run_suite

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]

IDS = ("G1", "N6.direction", "P1", "R5.l1")
"""Cheap, and together: Monte Carlo, generated code, enclosure at points and over boxes, runs against a bound, SMT."""

ROWS = "#claims tbody tr:not([hidden])"

_CONTRASTS = """() => {
  const channel = (x) => (x /= 255) <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  const rgba = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = rgba(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = {};
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(rgba(element.closest("svg") ? style.fill : style.color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const name = `${element.tagName}.${element.getAttribute("class")} in ${element.parentElement.tagName}`;
    found[name] = Math.min(ratio, found[name] ?? 99);
  }
  return found;
}"""
"""Text by what it stands in, with its contrast as of WCAG: (lighter + 0.05)/(darker + 0.05)."""


@pytest.fixture(scope="module")
def report() -> Report:
    """Four claims checked in earnest, and a claim that is false."""
    found = run_suite(level="quick", only=IDS, seed=7)
    assert all(claim.verdict is Verdict.VERIFIED for claim in found.claims)
    witness = Evidence("precision", Verdict.REFUTED, Grade.TESTED, {"points": 1}, 0.1, "at θ = 0.1: 2 < 3 & so on")
    derived = Evidence("symbolic", Verdict.VERIFIED, Grade.PROVED, {"steps": 1}, 0.1)
    false = ClaimReport("X1", "a < b & c", "[here]", "inequality", (derived, witness))
    return replace(found, claims=(*found.claims, false))


@pytest.fixture(scope="module")
def path(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("report") / "report.html"
    target.write_text(to_html(report), encoding="utf-8")
    return target


@pytest.fixture
def shown(page: Open, path: Path) -> Page:
    return page(path)


def test_what_is_drawn_is_what_was_judged(report: Report) -> None:
    """The figures behind the plots say no other than those that the verdicts were made of."""
    figures: dict[str, list[dict[str, Any]]] = {}
    for claim in report.claims[: len(IDS)]:
        for one in claim.evidence:
            figures.setdefault(one.method, []).append(one.figures)
    for found in figures["symbolic"]:
        assert (len(found["chain"]), sum(owed for _, owed in found["chain"])) == (found["steps"], found["obligations"])
    for found in figures["monte_carlo"]:
        scores = [abs(z) for row in found["deviations"].values() for z in row]
        assert len(scores) == found["tests"]
        assert max(scores) == pytest.approx(found["max_z"], abs=1e-4)
    for found in [*figures["precision"], *figures["enclosure"]]:
        least = [digits for at in found.get("digits_by_point", {}).values() for digits in at.values()]
        assert ("digits" in found) == bool(least)
        assert min(least, default=None) == found.get("digits")
    for found in figures["generated"]:
        assert max(found["conditioned_by_point"].values()) == pytest.approx(found["conditioned"], rel=0.01)
        assert found["conditioned"] <= found["allowed"]


def test_the_summary_comes_first_and_is_red(shown: Page, screenshot: Callable[..., None]) -> None:
    header = shown.locator("header").bounding_box()
    wrong = shown.locator(".wrong").bounding_box()
    table = shown.locator("#claims").bounding_box()
    assert header
    assert wrong
    assert table
    assert header["y"] < wrong["y"] < table["y"]
    red, green, _ = shown.eval_on_selector("header", "e => getComputedStyle(e).color.match(/\\d+/g).map(Number)")
    assert red > 2 * green
    assert "at θ = 0.1: 2 < 3 & so on" in shown.locator(".wrong").inner_text()
    screenshot(shown, "report_light", full_page=True)


def test_mathematics_is_laid_out(shown: Page) -> None:
    shown.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    heights = shown.eval_on_selector_all("math", "all => all.map(one => one.getBoundingClientRect().height)")
    assert len(heights) > 5
    assert min(heights) > 5
    gaps = shown.eval_on_selector_all(
        "mfrac",
        "all => all.map(({children: [over, under]}) =>"
        " under.getBoundingClientRect().top - over.getBoundingClientRect().bottom)",
    )
    assert gaps
    assert min(gaps) >= 0


def test_plots_are_seen_and_said(shown: Page) -> None:
    shown.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    plots = shown.eval_on_selector_all(
        "svg", "all => all.map(e => [e.getAttribute('aria-label'), e.getBoundingClientRect().height])"
    )
    assert len(plots) >= 9
    assert all(said and height > 40 for said, height in plots)
    dots = shown.eval_on_selector_all("#claim-G1 path.m0", "all => all.map(e => e.getBBox().width)")
    assert max(dots) > 50


def test_the_filter_narrows_counts_and_is_kept_in_the_address(shown: Page, page: Open) -> None:
    from playwright.sync_api import expect

    assert shown.locator("#count").inner_text() == "5 of 5 claims"
    shown.get_by_label("text").fill("PROXIMAL")
    assert shown.locator(ROWS).evaluate_all("rows => rows.map(r => r.cells[0].textContent)") == ["P1"]
    assert shown.locator("#count").inner_text() == "1 of 5 claims"
    shown.get_by_label("text").fill("")
    for name, choice, ids in (
        ("verdict", "refuted", ["X1"]),
        ("grade", "proved with rules", ["G1", "N6.direction", "P1", "R5.l1"]),
        ("method", "monte_carlo", ["G1"]),
        ("chapter", "R", ["R5.l1"]),
    ):
        shown.get_by_role("combobox", name=name).select_option(choice)
        assert shown.locator(f"{ROWS} th").all_inner_texts() == ids
        again = page(shown.url)
        assert again.locator(f"{ROWS} th").all_inner_texts() == ids
        assert again.get_by_role("combobox", name=name).input_value() == choice
        shown.get_by_role("button", name="show all").click()
        expect(shown.locator("#count")).to_have_text("5 of 5 claims")


def test_the_filter_applies_to_evidence(shown: Page) -> None:
    """A section that a link leads to is shown all the same."""
    from playwright.sync_api import expect

    sections = "details.claim:not([hidden])"
    shown.get_by_role("combobox", name="chapter").select_option("R")
    assert shown.locator(sections).evaluate_all("all => all.map(e => e.id)") == ["claim-R5.l1"]
    shown.evaluate("location.hash = '#claim-G1'")
    shown.locator("#claim-G1 .body").wait_for(state="visible")
    shown.get_by_role("button", name="show all").click()
    expect(shown.locator(sections)).to_have_count(
        5
    )  # a predicate in JavaScript, asked twice, the page's policy forbids


def test_a_derivation_is_read_step_by_step(report: Report, shown: Page) -> None:
    """Its picture, as on the site, and below it each step with what it shows."""
    for claim in report.claims[: len(IDS)]:
        shown.evaluate("id => { document.getElementById(id).open = true }", f"claim-{claim.id}")
        section = shown.locator(f"[id='claim-{claim.id}']")
        section.locator(".steps").wait_for()
        assert section.locator(".steps > li > b").all_inner_texts() == [
            step.name for step in proofs.derive(claim.id).steps
        ]
        assert section.locator(".steps math").count() > 0
        drawn = section.get_by_role("group", name=f"Picture of {claim.id}", exact=True)
        section.locator(".derivation").evaluate("one => { one.open = true }")
        assert drawn.locator("rect").count() == len(graph_of(proofs.derive(claim.id).steps))


def test_keys_are_words(shown: Page) -> None:
    shown.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    keys = shown.locator(".figures th").all_inner_texts()
    assert len(keys) > 30
    assert [key for key in keys if "_" in key and " " not in key] == []
    assert any("(relative)" in key for key in keys)


def test_columns_are_sorted_by_number_and_by_name_with_the_keyboard(shown: Page) -> None:
    def killed() -> list[int]:
        cells = shown.locator("#claims tbody td:last-child").all_inner_texts()
        return [int(text.split("/")[1]) for text in cells]

    before = killed()
    assert before != sorted(before)
    button = shown.get_by_role("button", name="mutants killed")
    button.focus()
    shown.keyboard.press("Enter")
    assert killed() == sorted(before)
    shown.keyboard.press("Enter")
    assert killed() == sorted(before, reverse=True)
    assert shown.locator("th[aria-sort=descending]").all_inner_texts() == ["mutants killed"]
    shown.reload()
    assert killed() == sorted(before, reverse=True)
    outline = button.evaluate("e => (e.focus(), getComputedStyle(e).outlineStyle)")
    assert outline != "none"


def test_an_address_opens_its_section(page: Open, path: Path) -> None:
    from playwright.sync_api import expect

    shown = page(f"{path.as_uri()}#claim-R5.l1")
    section = shown.locator("[id='claim-R5.l1']")
    assert section.evaluate("e => e.open")
    assert not shown.locator("#claim-G1").evaluate("e => e.open")
    assert abs(section.bounding_box()["y"]) < 900  # type: ignore[index]
    shown.locator("#claims a", has_text="G1").click()
    expect(shown.locator("#claim-G1")).to_have_attribute("open", "")
    shown.locator("#claim-G1 > summary").click()
    shown.locator("#claims a", has_text="G1").click()
    expect(shown.locator("#claim-G1")).to_have_attribute("open", "")


@pytest.mark.parametrize("address", ["%", "%E0%A4", "claim-none", "?%"])
def test_an_address_that_leads_nowhere_does_no_harm(address: str, page: Open, path: Path) -> None:
    shown = page(path)
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    shown.goto(f"{path.as_uri()}#{address}")
    shown.reload()
    assert shown.locator("#count").inner_text() == "5 of 5 claims"
    shown.evaluate("address => { location.hash = address; }", f"{address}x")
    shown.get_by_label("text").fill("PROXIMAL")
    assert shown.locator("#count").inner_text() == "1 of 5 claims"
    assert errors == []


def test_no_text_of_a_plot_is_cut_off(shown: Page) -> None:
    shown.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    outside = shown.evaluate(
        """() => [...document.querySelectorAll("svg text")].filter((text) => {
            const [box, whole] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()];
            return box.left < whole.left || box.right > whole.right || box.top < whole.top || box.bottom > whole.bottom;
        }).map((text) => text.textContent)"""
    )
    assert outside == []


def test_without_scripts_the_table_is_whole(page: Open, path: Path) -> None:
    shown = page(path, java_script_enabled=False)
    assert shown.locator("#claims tbody tr").count() == 5
    assert not shown.locator("#filter").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: Any, page: Open, path: Path, screenshot: Callable[..., None]) -> None:
    shown = page(path, color_scheme=scheme)
    shown.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    contrasts = shown.evaluate(_CONTRASTS)
    assert len(contrasts) > 30
    assert {name: ratio for name, ratio in contrasts.items() if ratio < 4.5} == {}
    ground = shown.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (max(ground) < 60) == (scheme == "dark")
    screenshot(shown, f"report_open_{scheme}", full_page=True)


def test_a_narrow_screen_scrolls_boxes_not_the_page(page: Open, path: Path, screenshot: Callable[..., None]) -> None:
    shown = page(path, viewport={"width": 400, "height": 800})
    shown.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert shown.evaluate("document.documentElement.scrollWidth") <= 400
    wide = "all => all.filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
    for fits in (".scroll:has(> #claims)", ".scroll:has(> .plot)", ".scroll:has(> .figures)", ".pieces > .scroll"):
        assert shown.locator(fits).count() > 0
        assert shown.locator(fits).evaluate_all(wide) == []
    assert shown.locator("#claims tbody tr").count() == 5
    screenshot(shown, "report_narrow", full_page=True)


def test_a_report_of_all_claims_lays_out_what_is_seen(page: Open, report: Report, tmp_path: Path) -> None:
    """The evidence of the four in turn, with as many mutants as the richest has: more than a full run has."""
    full = []
    for claim in report.claims[: len(IDS)]:
        matrix = {f"mutant {k}": {one.method: "killed" for one in claim.evidence} for k in range(36)}
        evidence = (replace(one, figures=one.figures | {"matrix": matrix}) for one in claim.evidence)
        full.append(replace(claim, evidence=tuple(evidence)))
    claims = tuple(replace(one, id=claim.id) for one, claim in zip(cycle(full), proofs.all_claims(), strict=False))
    target = tmp_path / "report.html"
    target.write_text(to_html(replace(report, claims=claims)), encoding="utf-8")
    shown = page(target)
    browser = shown.context.new_cdp_session(shown)
    browser.send("Performance.enable")
    shown.reload()
    assert shown.locator("#count").inner_text() == f"{len(claims)} of {len(claims)} claims"
    spent = {one["name"]: one["value"] for one in browser.send("Performance.getMetrics")["metrics"]}
    assert 10_000 < spent["Nodes"] < 400_000, spent["Nodes"]  # what is not opened is text, and laid out by nobody
    assert 3e6 < target.stat().st_size < 9e6
