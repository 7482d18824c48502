"""The pictures that commands draw: the landscape, the sparsifying map, the phases over (β, λ), a run and its limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from numerics.arguments import Array
from verify.phases import LISTED, Phases
from verify.reading.figure import COLOURS, INK, dots, in_radians, means, panels, save, turned

if TYPE_CHECKING:
    from numerics import LearningResult, SparseLimit

_TRUE, _LIMIT, _SPARSE, _BOUND = COLOURS
_LARGEST: Final = 40
_LONG: Final = 1000


def draw_landscape(path: Path) -> None:
    """Left: population loss against the angle between student and teacher. Right: how hard each coarse gradient pulls
    towards the teacher, −⟨G, e⟩ = (v·v*) B(θ). Closed forms as lines, brute-force Monte Carlo as points.
    """
    from numerics import coarse_gradient, population_loss
    from numerics.model import resolve_proxy
    from numerics.sampling import network_moments

    (m, n), samples, seed = (16, 64), 4096, 20190128
    rng = np.random.Generator(np.random.Philox(seed))
    v_star = rng.standard_normal(m)
    v = v_star + 0.5 * rng.standard_normal(m)
    w, e = np.linalg.qr(rng.standard_normal((n, 2)))[0].T  # the plane in which w* turns
    at, theta = np.linspace(0, math.pi, 13), np.linspace(0, math.pi, 361)
    proxies = {name: resolve_proxy(name, {}) for name in ("identity", "relu", "clipped-relu")}
    drawn: dict[str, Any] = {"samples": samples, "seed": seed, "proxies": proxies, "directions": -e[:, None]}
    sampled = [network_moments(v, w, v_star, star, stream=k, **drawn) for k, star in enumerate(turned(at, w, e))]
    stars, style = turned(theta, w, e), {"ms": 4, "lw": 1}
    figure, (left, right) = panels(2, 2, 5.0, 4.0)
    left.plot(theta, population_loss(v, w, v_star, stars), color=COLOURS[3])
    mean, error = means(sampled, "loss")
    dots(left, at, mean, 3, 3 * error, marker="o", **style)
    for k, name in enumerate(proxies):
        right.plot(theta, -coarse_gradient(v, w, v_star, stars, ste=name) @ e, color=COLOURS[k], label=name)
        mean, error = means(sampled, f"coarse_gradient_along:{name}")
        dots(right, at, mean[:, 0], k, 3 * error[:, 0], **style)
    left.set_ylabel("population loss f(v, w)")
    right.set_ylabel("pull towards the teacher, −⟨G, e⟩")
    right.legend()
    for axes in (left, right):
        in_radians(axes)
        axes.set_ylim(bottom=0)
    figure.suptitle(f"Lines: derived closed forms.  Points: {samples} sampled networks, m = {m}, n = {n}, ±3 s.e.")
    save(figure, path)


def draw_map(path: Path, w_star: Sequence[float], found: SparseLimit) -> None:
    """Left: the entries of w̄ against those of w*, on the curve that maps one to the other. Right: the largest."""
    figure, (left, right) = panels(2, 2, 5.0, 4.2)
    true, weights, sparse = (np.array([float(x) for x in row]) for row in (w_star, found.weights, found.auxiliary))
    true = true / np.linalg.norm(true)
    reach = 1.1 * max(np.abs(true).max(), np.abs(weights).max())
    left.axline((0, 0), slope=1, color=INK, linewidth=1, linestyle=":", label="w̄ = w*")
    curve, entry = _curve(found, reach)
    left.plot(curve, entry, color=_LIMIT, linewidth=1, label="N x − βS(x) = κ w*")
    left.set(xlabel="entry of the true weight w*", ylabel="entry of the limit")
    left.set(xlim=(-reach, reach), ylim=(-reach, reach))
    order = np.argsort(-np.abs(true), kind="stable")[:_LARGEST]
    for values, marker, colour, label, said in (
        (true, "s", _TRUE, "w*", ""),
        (weights, "o", _LIMIT, "w̄", "entries of w̄"),
        (sparse, "x", _SPARSE, "ū", "entries of ū = S(w̄)"),
    ):
        right.plot(np.arange(1, len(order) + 1), values[order], marker, color=colour, label=label, ms=4)
        if said:
            left.plot(true, values, marker, color=colour, label=said, ms=4)
    left.legend()
    right.axhline(0, color=INK, linewidth=1)
    right.set(xlabel=f"entry by size of |w*| (largest {len(order)} of {len(true)})", ylabel="value")
    right.legend()
    figure.suptitle(
        f"{found.penalty}, κ = {float(found.kappa):g}, β = {float(found.beta):g}, λ = {float(found.lam):g}:  "
        f"N = {float(found.multiplier):.6g}, angle {float(found.angle):.3g} rad, "
        f"error {float(found.error):.3g} ≤ {float(found.error_bound):.3g}"
    )
    save(figure, path)


def _curve(found: SparseLimit, reach: float) -> tuple[Array, Array]:
    """The relation between w*_i and w̄_i, from w̄_i: w*_i = (N x − βS(x))/κ. Folds show where supports coexist."""
    from numerics import proximal_map

    x = np.linspace(-reach, reach, 2001)
    numbers = found.kappa, found.beta, found.lam, found.multiplier
    kappa, beta, lam, multiplier = map(float, numbers)  # mpmath's, with digits
    shapes = {name: float(value) for name, value in found.parameters.items()}
    shrunk = np.asarray(proximal_map(x, lam / beta if beta else 0.0, found.penalty, **shapes), float)
    return (multiplier * x - beta * shrunk) / kappa, x


def draw_phases(path: Path, found: Phases, kappa: float, here: tuple[float, float], about: str) -> None:
    """Over (β, λ): how many stable limits there are, the support of the sparse one, its error. A star marks `here`."""
    grid, spikes = (found.betas / kappa, found.lams / kappa), found.spikes
    figure, three = panels(3, 3, 4.4, 4.2, sharey=True)
    titles = ("stable limits, all kinds", "support of ū at the sparse limit", "error ‖w̄ − w*‖")
    for axes, values, title in zip(three, (found.counts, found.support, found.error), titles, strict=True):
        scale = {"norm": "log", "vmin": 0.99} if values is found.counts else {}
        drawn = axes.pcolormesh(*grid, values, cmap="cividis", shading="nearest", rasterized=True, **scale)
        figure.colorbar(drawn, ax=axes)
        if np.nanmin(spikes) == 0 < np.nanmax(spikes):
            axes.contour(*grid, spikes, [0.5], colors="w", linewidths=1.5, linestyles="--")
        if min(here) > 0:
            axes.plot(here[0] / kappa, here[1] / kappa, "*", color="w", markeredgecolor="k", markersize=13)
        axes.set(xscale="log", yscale="log", xlabel="β / κ", title=title)
        axes.grid(visible=False)
    three[0].set_ylabel("λ / κ")
    notes = [about, "star: the given (β, λ)", "dashed: where spikes, limits near one ±eⱼ, join in"]
    notes += ["blank: no sparse limit"] * bool(np.isnan(found.error).any())
    notes += [f"counts stop at {LISTED}"] * bool(found.counts.max() >= LISTED)
    figure.suptitle(";  ".join(notes), fontsize="medium")
    save(figure, path)


def draw_run(path: Path, result: LearningResult, predicted: SparseLimit | None, cap: float | None) -> None:
    """Left: the angle between w and w* step by step, with the limit and the bounds. Right: what decreases."""
    figure, (left, right) = panels(2, 2, 5.0, 4.2)
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
