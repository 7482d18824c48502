"""Pictures of chapter R: the sparsifying map, the phases over (β, λ), a run against the limit predicted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from verify.reading.figure import COLOURS, INK, panels, save

if TYPE_CHECKING:
    from numerics import LearningResult, SparseLimit

Array = npt.NDArray[np.float64]
Watch = Callable[[Iterable[Any]], Iterator[Any]]
"""Hands on what it is given, item by item, and may show how far it is."""

_TRUE, _LIMIT, _SPARSE, _BOUND = COLOURS
_LARGEST: Final = 40
_GRID: Final = 40
_LONG: Final = 1000
_LISTED: Final = 100
"""Limits counted at one point of a phase diagram."""


def draw_map(path: Path, w_star: Sequence[float], found: SparseLimit) -> None:
    """Left: the entries of w̄ against those of w*, on the curve that maps one to the other. Right: the largest."""
    figure, (left, right) = panels(2, height=4.2)
    true, weights, sparse = (np.array([float(x) for x in row]) for row in (w_star, found.weights, found.auxiliary))
    true = true / np.linalg.norm(true)
    reach = 1.1 * max(np.abs(true).max(), np.abs(weights).max())
    left.axline((0, 0), slope=1, color=INK, linewidth=1, linestyle=":", label="w̄ = w*")
    curve, entry = _curve(found, reach)
    left.plot(curve, entry, color=_LIMIT, linewidth=1, label="N x − βS(x) = κ w*")
    left.plot(true, weights, "o", color=_LIMIT, markersize=4, label="entries of w̄")
    left.plot(true, sparse, "x", color=_SPARSE, markersize=4, label="entries of ū = S(w̄)")
    left.set(
        xlabel="entry of the true weight w*", ylabel="entry of the limit", xlim=(-reach, reach), ylim=(-reach, reach)
    )
    left.legend()
    order = np.argsort(-np.abs(true), kind="stable")[:_LARGEST]
    for values, marker, colour, label in (
        (true, "s", _TRUE, "w*"),
        (weights, "o", _LIMIT, "w̄"),
        (sparse, "x", _SPARSE, "ū"),
    ):
        right.plot(np.arange(1, len(order) + 1), values[order], marker, color=colour, label=label, markersize=4)
    right.axhline(0, color=INK, linewidth=1)
    right.set(xlabel=f"entry by size of |w*| (largest {len(order)} of {len(true)})", ylabel="value")
    right.legend()
    figure.suptitle(
        f"{found.penalty}, κ = {found.kappa:g}, β = {found.beta:g}, λ = {found.lam:g}:  "
        f"N = {float(found.multiplier):.6g}, angle {float(found.angle):.3g} rad, "
        f"error {float(found.error):.3g} ≤ {float(found.error_bound):.3g}"
    )
    save(figure, path)


def _curve(found: SparseLimit, reach: float) -> tuple[Array, Array]:
    """The relation between w*_i and w̄_i, from w̄_i: w*_i = (N x − βS(x))/κ. Folds show where supports coexist."""
    from numerics import proximal_map

    x = np.linspace(-reach, reach, 2001)
    rho = found.lam / found.beta if found.beta else 0.0
    shrunk = np.asarray(proximal_map(x, rho, found.penalty, **found.parameters), float)
    return (float(found.multiplier) * x - found.beta * shrunk) / found.kappa, x


def draw_phases(
    path: Path,
    w_star: Sequence[float],
    kappa: float,
    here: tuple[float, float],
    settings: dict[str, Any],
    watch: Watch = iter,
) -> None:
    """Over (β, λ): how many stable limits there are, the support of the sparse one, its error. A star marks `here`."""
    betas, lams, found = phases(np.asarray(w_star, float), kappa, here, settings, watch)
    figure, three = panels(3, width=4.4, height=4.2, sharey=True)
    counts, spikes, support, error = found
    titles = ("stable limits, all kinds", "support of ū at the sparse limit", "error ‖w̄ − w*‖")
    for axes, values, title in zip(three, (counts, support, error), titles, strict=True):
        scale = {"norm": "log", "vmin": 0.99} if values is counts else {}
        drawn = axes.pcolormesh(
            betas / kappa, lams / kappa, values, cmap="cividis", shading="nearest", rasterized=True, **scale
        )
        figure.colorbar(drawn, ax=axes)
        if np.nanmin(spikes) == 0 < np.nanmax(spikes):
            axes.contour(betas / kappa, lams / kappa, spikes, [0.5], colors="w", linewidths=1.5, linestyles="--")
        if min(here) > 0:
            axes.plot(here[0] / kappa, here[1] / kappa, "*", color="w", markeredgecolor="k", markersize=13)
        axes.set(xscale="log", yscale="log", xlabel="β / κ", title=title)
        axes.grid(visible=False)
    three[0].set_ylabel("λ / κ")
    notes = ["star: the given (β, λ)", "dashed: where spikes, limits near one ±eⱼ, join in"]
    notes += ["blank: no sparse limit"] * bool(np.isnan(error).any())
    notes += [f"counts stop at {_LISTED}"] * bool(counts.max() >= _LISTED)
    figure.suptitle(f"{settings['penalty']}, n = {len(w_star)};  " + ";  ".join(notes), fontsize="medium")
    save(figure, path)


def phases(
    w_star: Array, kappa: float, here: tuple[float, float], settings: dict[str, Any], watch: Watch = iter
) -> tuple[Array, Array, tuple[Array, Array, Array, Array]]:
    """β and λ on a logarithmic grid around `here` and κ, and at each point: stable limits, whether spikes are among
    them (NaN where it was not settled), support size and error of the sparse limit (NaN where there is none).
    """
    from numerics import NoLimitError, sparse_limit, stable_limits

    w_star = w_star / np.linalg.norm(w_star)
    known = {name: value for name, value in settings.items() if name != "normalize"}
    largest = kappa * float(np.abs(w_star).max())
    betas = _around(kappa, here[0], 30.0)
    lams = _around(largest / 10, here[1], 100.0)
    counts, spikes, support, error = (np.full((len(lams), len(betas)), np.nan) for _ in range(4))
    for row, lam in enumerate(watch(lams)):
        for column, beta in enumerate(betas):
            every = stable_limits(w_star, kappa, float(beta), float(lam), count=_LISTED, **known)
            counts[row, column] = len(every.limits)
            joined = any(record.kind == "spike" for record in every.limits)
            if joined or every.complete:  # else those listed say nothing about the others
                spikes[row, column] = joined
            try:
                one = sparse_limit(w_star, kappa, float(beta), float(lam), **known)
            except NoLimitError:
                continue
            support[row, column], error[row, column] = len(one.support), one.error
    return betas, lams, (counts, spikes, support, error)


def _around(middle: float, given: float, factor: float) -> Array:
    """A logarithmic grid that holds `middle` and, if positive, `given` well inside."""
    low, high = min(middle, given or middle), max(middle, given or middle)
    return np.geomspace(low / factor, high * factor, _GRID)


def draw_run(path: Path, result: LearningResult, predicted: SparseLimit | None, cap: float | None) -> None:
    """Left: the angle between w and w* step by step, with the limit and the bounds. Right: what decreases."""
    figure, (left, right) = panels(2, height=4.2)
    steps = result.step_history
    left.plot(steps, result.angle_history, color=_TRUE, label="angle of w")
    if predicted is not None:
        left.axhline(float(predicted.angle), color=_LIMIT, linestyle="--", label="limit predicted (R4)")
    if cap is not None:
        left.axhline(cap, color=_BOUND, linestyle=":", label="bound arcsin(r/κ) (R5, R6)")
    left.set(xlabel="step", ylabel="angle between w and w* (radian)", yscale="log")
    left.legend()
    for values, colour, style, label in (
        (result.lyapunov_history, _LIMIT, "-", "Lyapunov function (R1)"),
        (result.lagrangian_history, _SPARSE, "--", "true Lagrangian (R2)"),
    ):
        right.plot(steps, values, style, color=colour, label=label)
    right.set(xlabel="step", ylabel="value")
    right.legend()
    for axes in (left, right):
        if result.steps >= _LONG:
            axes.set_xscale("symlog", linthresh=100)
        axes.set_xlim(0, max(result.steps, 1))
    save(figure, path)
