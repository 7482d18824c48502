"""What is stored of a figure notices what a reader would, and not the rounding of another machine."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from verify.reading.notebooks.comparison import _same as same_summary
from verify.reading.notebooks.drawn import drawn


def summary(draw: Any) -> list[dict[str, Any]]:
    from verify.reading.notebooks.reading import panels, pyplot

    figure, axes = panels()
    draw(axes)
    said = drawn(figure)
    pyplot().close(figure)
    return said


DRAWINGS = [
    lambda axes, y: axes.plot([0, 1, 2], [0, 1, y]),
    lambda axes, y: axes.scatter([0, 1, 2], [0, 1, y]),
    lambda axes, y: axes.errorbar([0, 1], [1, 1], yerr=[0.1, y / 10], fmt="o"),
    lambda axes, y: axes.fill_between([0, 1], [0, 0], [1, y]),
    lambda axes, y: axes.bar([0, 1], [1, y]),
    lambda axes, y: axes.barh([0, 1], [1, y]),
    lambda axes, y: axes.axhline(y),
    lambda axes, y: axes.pcolormesh(np.arange(4.0).reshape(2, 2) * y),
    lambda axes, y: axes.imshow([[0, 1], [2, y]]),
    lambda axes, y: axes.contour(np.outer(np.arange(4.0), np.arange(4.0)), levels=[y]),
    lambda axes, y: axes.text(0, 0, f"{y}"),
    lambda axes, y: axes.plot([0, 1], label=f"{y}") and axes.legend(),
    lambda axes, y: axes.set_xlabel(f"{y}"),
    lambda axes, y: axes.set_xticks([0, 1], ["a", f"{y}"]),
    lambda axes, y: axes.set_yscale("log" if y > 3 else "linear"),
]


@pytest.mark.parametrize("draw", DRAWINGS)
def test_whatever_is_drawn_shows_in_the_summary(draw: Any) -> None:
    once, again, changed = (summary(lambda axes, y=y: draw(axes, y)) for y in (3.0, 3.0, 3.5))
    assert once == again
    assert once != changed


X = np.linspace(0, 3, 40)
WAVE = 2 + np.sin(X)
GRID = np.add.outer(np.arange(4.0), np.arange(4.0) ** 2)
FALL = 10.0 ** -np.linspace(0, 9, 40)


def drawn_mesh(axes: Any, values: Any, x: Any = range(5), **options: Any) -> None:
    axes.figure.colorbar(axes.pcolormesh(x, range(5), values, **options), ax=axes)


def two(axes: Any, *colours: str) -> None:
    for power, colour in enumerate(colours):
        axes.plot(X, WAVE**power, color=colour, label=f"power {power}")
    axes.legend()


def on_log_axis(axes: Any, values: Any) -> None:
    axes.semilogy(values)


def filled(axes: Any, **options: Any) -> None:
    axes.fill_between(X, 0, WAVE, label="band", **options)
    axes.errorbar(X, WAVE, 0.1, capsize=2, label="bars")
    axes.axvspan(0, 1, label="span", **options)
    axes.legend()


def permuted(values: Any) -> Any:
    return values[np.random.default_rng(0).permutation(len(values))]


CHANGES: list[tuple[Any, Any]] = [
    (lambda axes: drawn_mesh(axes, GRID), lambda axes: drawn_mesh(axes, GRID.T)),
    (lambda axes: drawn_mesh(axes, GRID), lambda axes: drawn_mesh(axes, GRID[:, ::-1])),
    (lambda axes: drawn_mesh(axes, GRID), lambda axes: drawn_mesh(axes, GRID, range(0, 10, 2))),
    (lambda axes: drawn_mesh(axes, GRID), lambda axes: drawn_mesh(axes, GRID, cmap="magma")),
    (lambda axes: drawn_mesh(axes, GRID), lambda axes: drawn_mesh(axes, GRID, vmax=99)),
    (lambda axes: axes.imshow(GRID), lambda axes: axes.imshow(GRID.T)),
    (lambda axes: axes.imshow(GRID), lambda axes: axes.imshow(GRID, extent=(0, 1, 0, 1))),
    (lambda axes: axes.contourf(GRID), lambda axes: axes.contourf(GRID.T)),
    (lambda axes: axes.contourf(GRID), lambda axes: axes.contourf(GRID, cmap="magma")),
    (lambda axes: axes.contour(GRID, levels=[2, 5]), lambda axes: axes.contour(GRID, levels=[2, 5], colors="k")),
    (lambda axes: axes.plot(X, WAVE), lambda axes: axes.plot(X[::-1], WAVE)),
    (lambda axes: axes.plot(X, WAVE), lambda axes: axes.plot(X, permuted(WAVE))),
    (lambda axes: axes.plot(X, WAVE, "o"), lambda axes: axes.plot(X, permuted(WAVE), "o")),
    (lambda axes: axes.scatter(X, WAVE), lambda axes: axes.scatter(X, permuted(WAVE))),
    (lambda axes: axes.scatter(X, WAVE, c=X), lambda axes: axes.scatter(X, WAVE, c=X[::-1])),
    (lambda axes: axes.scatter(X, WAVE, marker="^"), lambda axes: axes.scatter(X, WAVE, marker="v")),
    (lambda axes: two(axes, "r", "b"), lambda axes: two(axes, "b", "r")),
    (lambda axes: two(axes, "r", "b"), lambda axes: two(axes, "w", "w")),
    (
        lambda axes: axes.bar(range(2), range(2), color=["r", "b"]),
        lambda axes: axes.bar(range(2), range(2), color=["b", "r"]),
    ),
    (lambda axes: axes.vlines(X, 0, WAVE), lambda axes: axes.vlines(X, 0, WAVE, linestyles="--")),
    (lambda axes: axes.plot(X, WAVE), lambda axes: axes.plot(X, WAVE) and axes.set_xlim(50, 60)),
    (lambda axes: axes.plot(X, WAVE), lambda axes: axes.plot(X, WAVE) and axes.invert_yaxis()),
    (lambda axes: axes.set_ylim(0, 1), lambda axes: axes.set_ylim(0, 2)),
    (lambda axes: axes.plot(X, WAVE, "-"), lambda axes: axes.plot(X, WAVE, "o")),
    (lambda axes: axes.plot(X, WAVE, "-"), lambda axes: axes.plot(X, WAVE, "--")),
    (lambda axes: axes.plot(X, WAVE, "-"), lambda axes: axes.plot(X, WAVE, "-", alpha=0)),
    (lambda axes: axes.plot(X, WAVE, "-"), lambda axes: axes.plot(X, WAVE, "-", visible=False)),
    (lambda axes: axes.plot(X, WAVE, "o"), lambda axes: axes.plot(X, WAVE, "s")),
    (lambda axes: axes.plot(X, WAVE, "o"), lambda axes: axes.plot(X, WAVE, "o", fillstyle="none")),
    (lambda axes: axes.plot(X, WAVE), lambda axes: axes.loglog(X, WAVE)),
    (lambda axes: on_log_axis(axes, FALL), lambda axes: on_log_axis(axes, np.maximum(FALL, 1e-5))),
    (lambda axes: filled(axes, linestyle="-"), lambda axes: filled(axes, linestyle="--")),
    (lambda axes: axes.figure.suptitle("one"), lambda axes: axes.figure.suptitle("two")),
]


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_a_change_that_a_reader_sees_is_noticed(before: Any, after: Any) -> None:
    stored, again, changed = (json.loads(json.dumps(summary(draw))) for draw in (before, before, after))
    assert same_summary(stored, again)
    assert not same_summary(stored, changed)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "draw",
    [
        lambda axes, noise: drawn_mesh(axes, GRID * noise((4, 4))),
        lambda axes, noise: axes.contourf(np.minimum(GRID, 7) * noise((4, 4)), levels=[0, 2, 5, 6]),
        lambda axes, noise: axes.plot(X, WAVE * noise(40)),
        lambda axes, noise: axes.plot(X, np.cos(X * math.pi / 1.5) + noise(40) - 1),
        lambda axes, noise: axes.plot(X, noise(40)) and axes.plot(X, noise(40) - 1),
        lambda axes, noise: axes.loglog(noise(40), FALL * noise(40)),
        lambda axes, noise: axes.plot(X, WAVE * noise(40)) and axes.set_ylim(bottom=0),
    ],
)
def test_the_rounding_of_another_machine_is_not_noticed(draw: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = summary(lambda axes: draw(axes, np.ones))
    other = summary(lambda axes: draw(axes, lambda shape: 1 + 1e-13 * rng.standard_normal(shape)))
    assert same_summary(one, other)


def test_on_a_linear_axis_the_rounding_of_a_zero_does_not_count() -> None:
    one, other = (summary(lambda axes, y=y: axes.plot([0, 1], [1, 1]) and axes.plot(0, y, "o")) for y in (0.0, -9e-18))
    assert one == other


def test_a_figure_that_is_cut_off_is_refused() -> None:
    from verify.reading.notebooks.reading import panels, show

    figure, axes = panels()
    axes.plot([0, 1], label="a line whose name is told at such length that no figure is wide enough to hold all of it")
    figure.legend(loc="outside upper center")
    with pytest.raises(ValueError, match=r"the figure is cut off: left by .* right by"):
        show(figure, "A line.")
