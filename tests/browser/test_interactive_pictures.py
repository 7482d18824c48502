"""The pictures of the interactive page, read back through the ticks of their axes: what `numerics` computes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from numerics import NoLimitError, sparse_limit, stable_limits
from numerics.generated.penalties import PROXIMAL_MAPS, THRESHOLDS

if TYPE_CHECKING:
    from playwright.sync_api import Page

INDEX = Path(__file__).resolve().parents[2] / "docs" / "_static" / "interactive" / "index.html"
W = np.array([0.9, -0.7, 0.5, 0.15, -0.1, 0.05])
UNIT = W / np.linalg.norm(W)
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
STATES: list[dict[str, Any]] = [
    {"penalty": "l1", "beta": 0.5, "lam": 0.1},
    {"penalty": "l1", "beta": 3, "lam": 0.02},
    {"penalty": "l0", "beta": 3, "lam": 0.05},
    {"penalty": "tl1", "beta": 2, "lam": 0.1, "a": 0.5},
]
"""With several sizes of the support; at the second, large λ leave no sparse limit."""

Opener = Callable[..., "Page"]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """What a position on the screen means: value, or its logarithm, = slope·position + start."""

    slope: float
    start: float
    log: bool

    def read(self, position: npt.ArrayLike) -> Numbers:
        value = self.slope * np.asarray(position, float) + self.start
        return np.asarray(10**value if self.log else value)


def axis(ticks: list[tuple[float, str]]) -> Axis:
    log = all(re.fullmatch("10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", text) for _, text in ticks)
    places = np.array([place for place, _ in ticks])
    values = np.array([float(text.translate(RAISED)[2 if log else 0 :]) for _, text in ticks])
    slope, start = np.polyfit(places, values, 1)
    assert len(ticks) > 2
    np.testing.assert_allclose(slope * places + start, values, atol=1e-9)
    return Axis(float(slope), float(start), log)


@dataclass(frozen=True)
class Picture:
    """A picture of the page, its axes, and its shapes by class as [name, attributes]."""

    x: Axis
    y: Axis
    shapes: list[tuple[str, dict[str, str]]]

    def of(self, name: str, look: str) -> list[dict[str, str]]:
        return [given for tag, given in self.shapes if tag == name and given.get("class") == look]

    def bars(self, look: str) -> list[tuple[float, float, float, float]]:
        """Left, right, upper and lower end of each, on the axes."""
        rows = []
        for bar in self.of("rect", f"sm-bar {look}"):
            left, top, width, height = (float(bar[name]) for name in ("x", "y", "width", "height"))
            across, up = self.x.read([left, left + width]), self.y.read([top, top + height])
            rows.append((float(across[0]), float(across[1]), float(up[0]), float(up[1])))
        return rows

    def circles(self) -> Numbers:
        """(count, 2), on the axes."""
        places = np.array([(float(c["cx"]), float(c["cy"])) for c in self.of("circle", "sm-mark sm-limit")])
        return np.stack([self.x.read(places[:, 0]), self.y.read(places[:, 1])], axis=1)

    def crosses(self) -> Numbers:
        """(count, 2), on the axes: the middle of two strokes that begin 4 to the left and above."""
        drawn = [re.fullmatch(r"M(\S+) (\S+)l8 8m0-8l-8 8", c["d"]) for c in self.of("path", "sm-mark sm-sparse")]
        places = np.array([(float(found[1]) + 4, float(found[2]) + 4) for found in drawn if found])
        assert len(places) == len(drawn)
        return np.stack([self.x.read(places[:, 0]), self.y.read(places[:, 1])], axis=1)

    def line(self, look: str) -> Numbers:
        """(count, 2), on the axes: the points of all lines of that look."""
        pieces = "".join(line["d"] for line in self.of("path", f"sm-line {look}"))
        places = np.array([(float(x), float(y)) for x, y in re.findall(r"[ML](\S+?) ([^ML]+)", pieces)])
        return np.stack([self.x.read(places[:, 0]), self.y.read(places[:, 1])], axis=1)


def picture(shown: Page, name: str) -> Picture:
    parts = shown.locator(f"#sm-{name} svg.sm-picture").evaluate(
        """svg => [...svg.querySelectorAll('*')].map((e) =>
             [e.tagName, Object.fromEntries([...e.attributes].map((a) => [a.name, a.value])), e.textContent])"""
    )
    across: list[tuple[float, str]] = []
    up: list[tuple[float, str]] = []
    for (_, grid, _), (_, _, text) in zip(parts, parts[1:], strict=False):
        if grid.get("class") == "sm-grid":
            vertical = grid["x1"] == grid["x2"]
            (across if vertical else up).append((float(grid["x1" if vertical else "y1"]), text))
    return Picture(axis(across), axis(up), [(tag, given) for tag, given, _ in parts])


def open_state(page: Opener, state: dict[str, Any]) -> Page:
    return page(f"{INDEX.as_uri()}#{'&'.join(f'{name}={value}' for name, value in state.items())}")


def limit_of(state: dict[str, Any], **changed: float) -> Any:
    return sparse_limit(W, 1.0, normalize=True, **state | changed)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_bars_are_the_entries(page: Opener, state: dict[str, Any]) -> None:
    """w* to the left of its place and w̄ to the right of it, from 0 on; half a unit of the screen is drawn at least."""
    drawn = picture(open_state(page, state), "bars")
    wanted = limit_of(state)
    half = abs(drawn.y.slope) / 2
    for look, values, side in (("sm-true", UNIT, 1), ("sm-limit", wanted.weights, 0)):
        bars = drawn.bars(look)
        assert len(bars) == len(W)
        for place, (value, bar) in enumerate(zip(values, bars, strict=True)):
            assert bar[side] == pytest.approx(place, abs=1e-9)
            assert bar[2] == pytest.approx(max(value, 0), abs=1e-9)
            assert bar[3] == pytest.approx(min(value, 0), abs=1e-9 if abs(value) > half else half)
    np.testing.assert_allclose(drawn.crosses()[:, 1], wanted.auxiliary, atol=1e-9)
    middles = [(left + right) / 2 for left, right, _, _ in drawn.bars("sm-limit")]
    np.testing.assert_allclose(drawn.crosses()[:, 0], middles, atol=1e-9)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_circles_and_crosses_are_the_limit_on_its_curve(page: Opener, state: dict[str, Any]) -> None:
    drawn = picture(open_state(page, state), "map")
    wanted = limit_of(state)
    np.testing.assert_allclose(drawn.circles(), np.stack([UNIT, wanted.weights], axis=1), atol=1e-9)
    np.testing.assert_allclose(drawn.crosses(), np.stack([UNIT, wanted.auxiliary], axis=1), atol=1e-9)
    shape = {"a": state["a"]} if "a" in state else {}
    rho = state["lam"] / state["beta"]
    threshold = float(THRESHOLDS[state["penalty"]](rho, **shape))
    points = drawn.line("sm-limit")
    inside = np.abs(points).max(axis=1) < 1.12 * max(np.abs(UNIT).max(), np.abs(wanted.weights).max())
    off, x = points[inside & (np.abs(np.abs(points[:, 1]) - threshold) > 1e-3)].T
    there = wanted.multiplier * x - state["beta"] * PROXIMAL_MAPS[state["penalty"]](x, rho, **shape)
    assert len(x) > 100
    assert np.ptp(x) > 1.2
    assert min(np.sum(np.abs(x) < threshold), np.sum(np.abs(x) > threshold)) > 20
    # Positions are written to a hundredth of a unit of the screen.
    step = 0.006 * (abs(drawn.x.slope) + (wanted.multiplier + 10 * state["beta"]) * abs(drawn.y.slope))
    np.testing.assert_allclose(off, there, atol=step)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_curves_are_error_and_bound(page: Opener, state: dict[str, Any]) -> None:
    """At every eighth λ that has a limit, to a hundredth of a unit of the screen; a value of 0 lies below."""
    drawn = picture(open_state(page, state), "errors")
    wanted = limit_of(state)
    every = [(lam, limit_at(state, lam)) for lam in 10 ** np.linspace(-3, 1, 161)]
    there = [(lam, limit) for lam, limit in every if limit is not None]
    assert (len(there) < len(every)) == (state["penalty"] == "l1" and state["beta"] > 1)
    digits = 0.006 * abs(drawn.y.slope) * np.log(10)
    for look, name in (("sm-limit", "error"), ("sm-bound", "error_bound")):
        curve = drawn.line(look)
        assert len(curve) == len(there)
        compared = 0
        for (lam, limit), (at, value) in zip(there[::8], curve[::8], strict=True):
            assert at == pytest.approx(lam, rel=2e-3)
            own = getattr(limit, name)
            if own > 1e-4:
                assert value == pytest.approx(own, rel=digits)
                compared += 1
            else:
                assert value <= 1.01e-4
        assert compared > 5
    here = [[state["lam"], wanted.error]]
    np.testing.assert_allclose(drawn.circles(), here, rtol=1e-9)
    (square,) = drawn.of("rect", "sm-mark sm-bound")
    middle = [drawn.x.read(float(square["x"]) + 3.5), drawn.y.read(float(square["y"]) + 3.5)]
    np.testing.assert_allclose(middle, [state["lam"], wanted.error_bound], rtol=1e-9)


def limit_at(state: dict[str, Any], lam: float) -> Any:
    try:
        return limit_of(state, lam=lam)
    except NoLimitError:
        return None


def settled(shown: Page) -> None:
    """Wait until the phase diagram is complete."""
    shown.wait_for_function("document.querySelectorAll('#sm-phases .sm-picture .sm-cell').length === 1600")
    shown.wait_for_function("document.querySelector('.sm-busy').textContent === ''")


def test_a_cell_has_the_number_of_limits_under_it(page: Opener) -> None:
    shown = open_state(page, {"penalty": "l0", "beta": 1, "lam": 0.1})
    settled(shown)
    classes = shown.locator("#sm-phases .sm-picture .sm-cell").evaluate_all("cells => cells.map((c) => c.classList[1])")
    for cell in range(0, 1600, 97):
        column, row = cell % 40, cell // 40
        beta, lam = 10 ** (-2 + 4 * (column + 0.5) / 40), 10 ** (-3 + 4 * (row + 0.5) / 40)
        count = len(stable_limits(W, 1.0, beta, lam, "l0", normalize=True).limits)
        level = next((k for k, most in enumerate((1, 2, 3, 4, 8, 16)) if count <= most), 6) if count else -1
        assert classes[cell] == f"sm-level-{level}", (beta, lam, count)


@pytest.mark.parametrize("n", [1, 5, 6, 7, 12])
def test_a_cell_has_the_support_that_its_colour_means(page: Opener, n: int) -> None:
    """By the legend beside the diagram, which names every size of a support once."""
    w = [round(0.9**k * (-1) ** k, 4) for k in range(n)]
    shown = open_state(page, {"penalty": "l1", "beta": 1, "lam": 0.1, "w": ",".join(map(str, w))})
    shown.locator("#sm-show").select_option("support")
    settled(shown)
    rows = shown.locator("#sm-phases .sm-legend li").evaluate_all(
        "rows => rows.map((row) => [row.querySelector('.sm-cell').classList[1], row.textContent])"
    )
    means = dict(rows)
    sizes = {look: range(int(words.split("–")[0]), int(words.split("–")[-1]) + 1) for look, words in rows[1:]}
    assert rows[0] == ["sm-level--1", "no sparse limit"]
    assert [size for own in sizes.values() for size in own] == list(range(n + 1))
    cells = shown.locator("#sm-phases .sm-picture .sm-cell").evaluate_all("cells => cells.map((c) => c.classList[1])")
    seen = set()
    for cell in range(0, 1600, 13):
        beta, lam = 10 ** (-2 + 4 * (cell % 40 + 0.5) / 40), 10 ** (-3 + 4 * (cell // 40 + 0.5) / 40)
        try:
            size = len(sparse_limit(w, 1.0, beta, lam, "l1", normalize=True).support)
        except NoLimitError:
            assert means[cells[cell]] == "no sparse limit"
            continue
        assert size in sizes[cells[cell]], (beta, lam, size)
        seen.add(size)
    assert {0, n} <= seen
