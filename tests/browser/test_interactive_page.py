"""The interactive page in a real browser: it shows what `numerics` computes, in light and dark, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
import pytest

from numerics import sparse_limit, stable_limits

if TYPE_CHECKING:
    from playwright.sync_api import Page

INDEX = Path(__file__).resolve().parents[2] / "docs" / "_static" / "interactive" / "index.html"
W = [0.9, -0.7, 0.5, 0.15, -0.1, 0.05]
"""What the page starts with."""

Opener = Callable[..., "Page"]


def at(**wanted: Any) -> str:
    """The page's address for a state."""
    return f"{INDEX.as_uri()}#{urlencode(wanted, safe=',')}"


def figures(shown: Page) -> dict[str, str]:
    names, values = (shown.locator(f".sm-figures {tag}").all_text_contents() for tag in ("dt", "dd"))
    return {name: value.replace("−", "-") for name, value in zip(names, values, strict=True)}


def settled(shown: Page) -> None:
    """Wait until the phase diagram is complete."""
    shown.wait_for_function("document.querySelectorAll('#sm-phases .sm-picture .sm-cell').length === 1600")
    shown.wait_for_function("document.querySelector('.sm-busy').textContent === ''")


def first_number(text: str) -> float:
    found = re.search(r"-?\d+\.?\d*(?:e[+-]?\d+)?", text)
    assert found, text
    return float(found[0])


def name_of(limit: Any) -> str:
    """As `coarseproof limit` names it."""
    sign = "+" if limit.sign == 1 else "-"
    return "sparse" if limit.kind == "sparse" else f"spike at entry {limit.index}, sign {sign}"


STATES: list[dict[str, Any]] = [
    {"penalty": "l1", "beta": 0.5, "lam": 0.1},
    {"penalty": "l0", "beta": 3, "lam": 0.05},
    {"penalty": "tl1", "beta": 2, "lam": 0.1, "a": 0.5},
    {"penalty": "l1", "beta": 0, "lam": 0.2},
]


@pytest.mark.parametrize("state", STATES, ids=str)
def test_what_is_shown_is_what_numerics_computes(page: Opener, state: dict[str, Any]) -> None:
    """To the digits shown."""
    shown = page(at(**state))
    told = figures(shown)
    wanted = sparse_limit(W, 1.0, normalize=True, **state)
    assert first_number(told["multiplier N"]) == float(f"{wanted.multiplier:.6g}")
    for name, value in (("angle to w*", wanted.angle), ("error ‖w̄ − w*‖", wanted.error)):
        assert first_number(told[name]) == pytest.approx(value, rel=5.1e-4, abs=1e-15), name
    bound, probability = wanted.error_bound, wanted.basin_probability
    assert bound <= first_number(told["its bound (R5)"]) <= bound * (1 + 1e-3)
    kept = ", ".join(str(index) for index in wanted.support)
    assert told["support of ū"] == f"{len(wanted.support)} of 6: {f'{{{kept}}}' if kept else 'empty'}"
    if probability:
        assert probability * (1 - 1e-3) <= first_number(told["probability to get near w* (R6)"]) <= probability
    else:
        assert told["probability to get near w* (R6)"].startswith("R6 says nothing")
    every = stable_limits(W, 1.0, normalize=True, **state)
    assert told["stable limits"] == str(len(every.limits))


@pytest.mark.parametrize("state", [STATES[0], {"penalty": "l0", "beta": 9, "lam": 1.1}, STATES[2]], ids=str)
def test_the_list_is_that_of_numerics(page: Opener, state: dict[str, Any]) -> None:
    """Kind and place, N, support, error and Lyapunov value of the best eight, and of the sparse one of R4."""
    shown = page(at(**state))
    rows = [cells.replace("−", "-").split("\t") for cells in shown.locator(".sm-list tbody tr").all_inner_texts()]
    unit = np.array(W) / np.linalg.norm(W)
    limits = stable_limits(W, 1.0, normalize=True, **state).limits
    sparse = sparse_limit(W, 1.0, normalize=True, **state).multiplier
    own = next(limit for limit in limits if limit.kind == "sparse" and limit.multiplier == pytest.approx(sparse))
    every = limits[:8] if own in limits[:8] else (*limits[:8], own)
    assert len(rows) == len(every)
    for (name, *numbers), limit in zip(rows, every, strict=True):
        assert name.strip() == name_of(limit)
        kept = ", ".join(str(index) for index in limit.support)
        assert numbers[1] == (f"{{{kept}}}" if kept else "empty")
        error = float(np.linalg.norm(limit.weights - unit))
        told = [first_number(numbers[k]) for k in (0, 2, 3)]
        assert told == pytest.approx([limit.multiplier, error, limit.lyapunov], rel=5.1e-4)
        assert told[::2] == pytest.approx([limit.multiplier, limit.lyapunov], rel=5.1e-6)


CROWDED: dict[str, Any] = {"penalty": "l1", "beta": 12, "lam": 2, "w": "0.9,-0.7,0.5,0.15,-0.1,0.05"}
"""No sparse limit, and spikes of either sign."""


def crowd() -> Any:
    given = CROWDED | {"w": W}
    return stable_limits(given.pop("w"), 1.0, normalize=True, **given).limits


def test_any_limit_of_the_list_is_shown(page: Opener) -> None:
    """Its figures and its bars; the address keeps which, and it is followed while it stays."""
    shown = page(at(**CROWDED))
    assert "multiplier N" not in figures(shown)
    place = 3
    shown.locator(".sm-list tbody tr").nth(place).click()
    wanted = crowd()[place]
    told = figures(shown)
    assert told["limit shown"] == name_of(wanted)
    assert first_number(told["multiplier N"]) == float(f"{wanted.multiplier:.6g}")
    assert not {"its bound (R5)", "probability to get near w* (R6)"} & told.keys()  # they speak of the sparse limit
    assert shown.url.endswith(f"&limit={place}")
    assert figures(page(shown.url)) == told
    bars = shown.locator("#sm-bars .sm-bar.sm-limit").evaluate_all(
        "all => all.map((b) => Number(b.getAttribute('height')))"
    )
    assert np.argmax(bars) == wanted.index
    shown.get_by_label("β, coupling (in units of κ)", exact=True).press("ArrowRight")
    assert figures(shown)["limit shown"] == name_of(wanted)
    shown.get_by_label("Penalty", exact=True).select_option("l0")
    shown.get_by_label("λ, weight of the penalty (in units of κ), as a number").fill("0.001")
    shown.keyboard.press("Tab")
    assert "limit shown" not in figures(shown)
    assert "limit=" not in shown.url


PASTED = {
    "[ 3.5  -7e-1\n 0.25 ]": [3.5, -0.7, 0.25],
    "0.9;−0.7;0.5": [0.9, -0.7, 0.5],
    "1\n2\n": [1, 2],
    "0.0008, -0.0006,": [8e-4, -6e-4],
}


def test_weights_are_pasted(page: Opener) -> None:
    shown = page(at(penalty="l1", beta=0.5, lam=0.1))
    field = shown.get_by_label("or type or paste numbers")
    for text, w in PASTED.items():
        field.fill(text)
        wanted = sparse_limit(w, 1.0, 0.5, 0.1, normalize=True)
        assert first_number(figures(shown)["multiplier N"]) == float(f"{wanted.multiplier:.6g}")
        assert field.input_value() == text
        assert shown.url.endswith(f"&w={','.join(f'{entry:g}' for entry in w)}")
        slider = shown.get_by_label("entry 0 of w*", exact=True)
        assert float(slider.input_value()) == pytest.approx(w[0], abs=0.1 * max(map(abs, w)))


NO_WEIGHTS = {
    "0,5; 0,3": "a comma may be decimal here",
    "0,25": "a comma may be decimal here",
    "1, x": "“x” is not a number",
    "1,, 2": "a number is missing",
    "0 0": "zero vector",
    " ".join("1" * 13): "13 numbers; up to 12",
    "": "a number is missing",
}


def test_what_is_no_weight_is_refused(page: Opener) -> None:
    shown = page(at(penalty="l1", beta=0.5, lam=0.1))
    field, status = shown.get_by_label("or type or paste numbers"), shown.locator(".sm-weights [role=status]")
    for text, words in NO_WEIGHTS.items():
        before = figures(shown)
        field.fill(text)
        assert words in status.inner_text()
        assert field.get_attribute("aria-invalid") == "true"
        assert figures(shown) == before
        field.fill("0.8 0.6")
        assert status.inner_text() == ""


@pytest.mark.parametrize(("beta", "lam"), [(1, 1e-7), (1, 0.00002), (0.5, 0.001), (3, 0.05), (2, 0), (0, 0.3)])
@pytest.mark.parametrize("penalty", ["l1", *(pytest.param(name, marks=pytest.mark.slow) for name in ("l0", "tl1"))])
def test_bounds_are_rounded_to_the_safe_side(page: Opener, penalty: str, beta: float, lam: float) -> None:
    """Of up to eight entries; the bound of an error is no smaller than the error shown beside it."""
    w = [1, 0.7, 0.49, 0.34, 0.24, 0.17, 0.12, 0.08]
    shown = page(at(penalty=penalty, beta=beta, lam=lam, w=",".join(map(str, w))))
    told = figures(shown)
    wanted = sparse_limit(w, 1.0, beta, lam, penalty, normalize=True)
    assert wanted.error_bound <= first_number(told["its bound (R5)"]) <= wanted.error_bound * (1 + 1.01e-3)
    assert first_number(told["error ‖w̄ − w*‖"]) <= first_number(told["its bound (R5)"])
    if wanted.basin_probability:
        least = first_number(told["probability to get near w* (R6)"])
        assert wanted.basin_probability * (1 - 1e-3) <= least <= wanted.basin_probability
        assert (least == 1) == (not (beta and lam))


def test_a_bound_is_rounded_by_less_than_a_digit(page: Opener) -> None:
    shown = page(at(penalty="l1", beta=0.5, lam=0.1))
    values = [0.9999996, 0.99996, 1.0, 0.5, 0.10004, 0.1, 1.24e-7, 3.00051e-5, 9.9996e-4, 2.0004, 123.46]
    for up in (False, True):
        texts = shown.evaluate("([all, up]) => all.map((x) => coarseproofWords.bound(x, up))", [values, up])
        for value, text in zip(values, texts, strict=True):
            told = Decimal(text.replace("−", "-"))
            context = Context(prec=4, rounding=ROUND_CEILING if up else ROUND_FLOOR)
            assert told == context.create_decimal(repr(value)), (value, text)


def test_a_slider_changes_the_limit_and_the_pictures(page: Opener) -> None:
    shown = page(at(penalty="l1", beta=0.5, lam=0.1))
    settled(shown)
    before = figures(shown)["multiplier N"]
    curve = shown.locator("#sm-map .sm-picture path.sm-limit").first.get_attribute("d")
    star = shown.locator(".sm-star").get_attribute("points")
    errors = shown.locator("#sm-errors .sm-picture path.sm-limit").get_attribute("d")
    slider = shown.get_by_label("β, coupling (in units of κ)", exact=True)
    slider.focus()
    for _ in range(20):
        slider.press("ArrowRight")
    field = shown.get_by_label("β, coupling (in units of κ), as a number")
    beta = float(field.input_value())
    assert 0.7 < beta < 0.9
    after = figures(shown)["multiplier N"]
    assert after != before
    assert first_number(after) == float(f"{sparse_limit(W, 1.0, beta, 0.1, normalize=True).multiplier:.6g}")
    assert shown.locator("#sm-map .sm-picture path.sm-limit").first.get_attribute("d") != curve
    assert shown.locator("#sm-errors .sm-picture path.sm-limit").get_attribute("d") != errors
    assert shown.locator(".sm-star").get_attribute("points") != star
    assert f"beta={field.input_value()}" in shown.url


def test_an_entry_of_the_weight_and_a_preset(page: Opener) -> None:
    shown = page(at(penalty="l0", beta=2, lam=0.05))
    settled(shown)
    entry = shown.get_by_label("entry 0 of w*")
    entry.fill("0.2")
    settled(shown)
    moved = [0.2, *W[1:]]
    wanted = sparse_limit(moved, 1.0, 2, 0.05, "l0", normalize=True)
    assert first_number(figures(shown)["multiplier N"]) == float(f"{wanted.multiplier:.6g}")
    assert shown.get_by_label("True weight w*").input_value() == "own choice"
    shown.get_by_label("True weight w*").select_option("two equal entries")
    assert shown.locator(".sm-entry").count() == 5
    shown.get_by_role("button", name="add an entry").click()
    assert shown.locator(".sm-entry").count() == 6
    assert shown.url.endswith("w=0.8,0.8,0.3,-0.2,0.1,0.2")


def test_the_phase_diagram_is_clicked_and_moved_with_keys(page: Opener) -> None:
    shown = page(at(penalty="tl1", beta=1, lam=0.1, a=1))
    settled(shown)
    picture = shown.locator("#sm-phases .sm-picture")
    box = picture.bounding_box()
    assert box
    picture.click(position={"x": box["width"] * 0.8, "y": box["height"] * 0.3})
    beta, lam = (float(part) for part in re.findall(r"(?:beta|lam)=([\d.e-]+)", shown.url))
    assert beta > 10
    assert lam > 0.2
    picture.press("ArrowLeft")
    picture.press("ArrowDown")
    after = [float(part) for part in re.findall(r"(?:beta|lam)=([\d.e-]+)", shown.url)]
    assert after[0] < beta
    assert after[1] < lam
    every = stable_limits(W, 1.0, after[0], after[1], "tl1", normalize=True)
    assert figures(shown)["stable limits"] == str(len(every.limits))


def test_a_link_to_a_heading_leaves_the_state(page: Opener) -> None:
    """In the page by itself: an address without any part of a state is neither read nor overwritten."""
    shown = page(f"{INDEX.as_uri()}#how-to-read-it")
    assert shown.url.endswith("#how-to-read-it")
    shown.get_by_label("Penalty", exact=True).select_option("l0")
    assert "#penalty=l0&beta=0.5" in shown.url
    before = figures(shown)
    shown.evaluate("location.hash = '#what-computes-here'")
    shown.wait_for_timeout(50)
    assert figures(shown) == before
    assert shown.url.endswith("#what-computes-here")
    shown.evaluate("location.hash = '#penalty=l1&beta=0.5&lam=0.1'")
    shown.wait_for_function("document.querySelector('.sm-figures dd').textContent === '1.32637'")


def test_where_there_is_no_limit_the_page_says_why(page: Opener, screenshot: Callable[..., None]) -> None:
    shown = page(at(penalty="l1", beta=3, lam=1.2, w="1,0.25,-0.2"))
    message = shown.locator(".sm-message").inner_text()
    assert "λ = 1.200 is not below κ‖w*‖∞" in message
    assert "is listed below" in message
    assert shown.locator(".sm-list tbody td").first.inner_text().strip() == "spike at entry 0, sign +"
    assert "multiplier N" not in figures(shown)
    settled(shown)
    screenshot(shown, "interactive-no-limit", full_page=True)
    shown.get_by_label("Penalty", exact=True).select_option("mcp")
    assert "l1, l0 and transformed l1 only" in shown.locator(".sm-message").inner_text()
    assert shown.locator("#sm-phases").is_hidden()
    assert shown.locator("#sm-map .sm-picture path.sm-sparse").count() > 0


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("beta=-1", "beta=-1"),
        ("penalty=l2", "penalty=l2"),
        ("w=0,0", "w=0,0"),
        ("lam=1e99", "lam=1e99"),
        ("w=1,x", "w=1,x"),
    ],
)
def test_an_address_that_makes_no_sense(page: Opener, address: str, words: str) -> None:
    shown = page(f"{INDEX.as_uri()}#{address}")
    assert f"left out: {words}." in shown.locator(".sm-message").inner_text()
    assert first_number(figures(shown)["multiplier N"]) == 1.32637


def test_a_number_out_of_range_is_refused(page: Opener) -> None:
    shown = page(at(penalty="l1", beta=0.5, lam=0.1))
    field = shown.get_by_label("λ, weight of the penalty (in units of κ), as a number")
    field.fill("-3")
    field.press("Tab")
    assert field.evaluate("field => field.validationMessage") == "a number ≥ 0 and up to 1000000 is needed"
    assert "lam=0.1" in shown.url


def test_what_a_screen_reader_is_told(page: Opener) -> None:
    shown = page(at(penalty="l1", beta=0.5, lam=0.1))
    spoken = shown.locator("[aria-live=polite]")
    spoken.filter(has_text="multiplier N 1.32637").wait_for(state="attached")
    unnamed = shown.evaluate(
        """() => {
          const named = (e) => (e.labels && e.labels.length) || e.getAttribute('aria-label') || e.textContent.trim();
          return [...document.querySelectorAll('input, select, button, svg[role]')].filter((e) => !named(e)).length;
        }"""
    )
    assert unnamed == 0


def test_mathematics_is_drawn(page: Opener, screenshot: Callable[..., None]) -> None:
    shown = page(at(penalty="tl1", beta=2, lam=0.1))
    shown.get_by_text("The formulas behind the pictures").click()
    boxes = shown.locator(".sm-formula math").evaluate_all(
        "all => all.map((m) => [m.namespaceURI, m.getBoundingClientRect().height, m.querySelectorAll('mfrac').length])"
    )
    assert len(boxes) == 8
    assert all(space == "http://www.w3.org/1998/Math/MathML" and height > 12 for space, height, _ in boxes)
    assert sum(fractions for _, _, fractions in boxes) > 5
    settled(shown)
    screenshot(shown, "interactive-formulas", full_page=True)


def brightness(shown: Page, what: str, style: str) -> float:
    red, green, blue = shown.locator(what).first.evaluate(
        f"e => getComputedStyle(e).{style}.match(/[0-9.]+/g).slice(0, 3).map(Number)"
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(page: Opener, screenshot: Callable[..., None], scheme: str) -> None:
    shown = page(at(penalty="l0", beta=3, lam=0.05), color_scheme=scheme)
    settled(shown)
    screenshot(shown, f"interactive-{scheme}", full_page=True)
    ink = brightness(shown, "#sm-map .sm-label", "fill")
    assert ink < 70 if scheme == "light" else ink > 180
    shown.evaluate("scheme => (document.body.dataset.theme = scheme)", "light" if scheme == "dark" else "dark")
    turned = brightness(shown, "#sm-map .sm-label", "fill")
    assert abs(turned - ink) > 100


def test_a_narrow_screen_does_not_overflow(page: Opener, screenshot: Callable[..., None]) -> None:
    shown = page(at(penalty="tl1", beta=2, lam=0.1), viewport={"width": 400, "height": 800})
    settled(shown)
    shown.get_by_text("The formulas behind the pictures").click()
    assert shown.evaluate("document.documentElement.scrollWidth") <= 400
    cut = "all => all.filter((e) => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > 400).length"
    assert shown.locator(".sm-list, .sm-list td, .sm-figures dd").evaluate_all(cut) == 0
    outputs = shown.locator(".sm-entry output").evaluate_all("all => all.map((e) => e.getBoundingClientRect().height)")
    assert max(outputs) == min(outputs)  # none is wrapped
    screenshot(shown, "interactive-narrow", full_page=True)


@pytest.mark.parametrize("penalty", ["l1", "l0", "tl1"])
def test_a_change_is_shown_at_once(page: Opener, penalty: str) -> None:
    """While the phase diagram is being computed: no cell of it is, within a change."""
    shown = page(at(penalty=penalty, beta=2, lam=0.05, w="1,0.7,0.49,0.34,0.24,0.17,0.12,0.08"))
    told = shown.evaluate(
        """async () => {
          const slider = document.querySelectorAll('.sm-controls fieldset input[type=range]');
          const own = [...slider].find((s) => s.closest('.sm-control') && s.labels[0].textContent.startsWith('λ'));
          const cells = () => document.querySelectorAll('#sm-phases .sm-cell').length;
          const said = () => document.querySelector('.sm-figures').textContent
            + document.querySelector('#sm-phases .sm-star').outerHTML;
          const told = [];
          const weight = document.querySelector('.sm-entry input[type=range]');
          weight.value = 0.9;
          weight.dispatchEvent(new Event('input'));  // all cells anew
          for (let k = 0; k < 15; k += 1) {
            const [before, computed] = [said(), cells()];
            own.value = -2 + k / 10;
            own.dispatchEvent(new Event('input'));
            told.push([said() !== before, cells() - computed, computed < 1600]);
            await new Promise((done) => setTimeout(done, 20));
          }
          return told;
        }"""
    )
    assert [one[:2] for one in told] == [[True, 0]] * 15
    assert told[0][2]
