"""The picture of the README: closed forms as lines, brute-force Monte Carlo as points with error bars."""

from __future__ import annotations

import math
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

import numerics
from numerics.model import resolve_proxy
from numerics.sampling import network_moments
from verify.files import write_atomically

__all__ = ["COLOURS", "INK", "draw", "panels", "pyplot", "save"]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
"""Of Okabe and Ito: distinguishable with any colour vision, on white and on black."""

INK: Final = "#7a7a7a"
"""Text and axes: a contrast of at least 4.1 on white and on the near-black of dark themes; one figure serves both."""

_STYLE: Final = {
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 12,
    "axes.labelsize": 12,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "grid.color": INK,
    "legend.fontsize": 10.5,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "coarseproof",  # the same bytes every time
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 10.5,
    "ytick.color": INK,
    "ytick.labelsize": 10.5,
}

_STYLES = dict(zip(("identity", "relu", "clipped-relu"), zip(COLOURS, "os^", strict=False), strict=True))

_SAMPLES = 4096
_ANGLES = np.linspace(0.0, math.pi, 13)
_M, _N, _RADIUS = 16, 64, 1.0

Array = npt.NDArray[np.float64]


def _network(seed: int) -> tuple[Array, Array, Array, Array]:
    """v, v*, ŵ and a unit vector orthogonal to it: the plane in which w* turns."""
    rng = np.random.Generator(np.random.Philox(seed))
    v_star = rng.standard_normal(_M)
    v = v_star + 0.5 * rng.standard_normal(_M)
    plane = np.linalg.qr(rng.standard_normal((_N, 2)))[0].T
    return v, v_star, plane[0], plane[1]


def _sampled(seed: int) -> dict[str, tuple[Array, Array]]:
    """Mean and standard error, by angle, of the loss and of the coarse gradients' components along e."""
    v, v_star, w_hat, e = _network(seed)
    proxies = {name: resolve_proxy(name, {}) for name in _STYLES}
    drawn: dict[str, Any] = {"samples": _SAMPLES, "seed": seed, "proxies": proxies, "directions": e[:, None]}
    rows: dict[str, list[tuple[float, float]]] = {"loss": [], **{name: [] for name in proxies}}
    for index, theta in enumerate(_ANGLES):
        w_star = math.cos(theta) * w_hat + math.sin(theta) * e
        moments = network_moments(v, _RADIUS * w_hat, v_star, w_star, stream=index, **drawn)
        rows["loss"].append((float(moments["loss"].mean), float(moments["loss"].standard_error)))
        for name in proxies:
            along = moments[f"coarse_gradient_along:{name}"]
            rows[name].append((-float(along.mean[0]), float(along.standard_error[0])))
    return {name: (np.array(pairs)[:, 0], np.array(pairs)[:, 1]) for name, pairs in rows.items()}


def pyplot() -> Any:
    """matplotlib.pyplot, drawing into files. ValueError where it is missing."""
    try:
        import matplotlib
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        raise ValueError("figures need matplotlib: pip install 'coarseproof[docs]'") from error
    matplotlib.use("Agg")
    from matplotlib import pyplot as found

    return found


def panels(columns: int = 1, rows: int = 1, width: float = 5.0, height: float = 3.8, **options: Any) -> Any:
    """(figure, axes) as of `matplotlib.pyplot.subplots`, styled; width, height of a panel in inches."""
    plot = pyplot()
    plot.rcdefaults()  # a style of the user's own would change every picture
    plot.rcParams.update(_STYLE)
    return plot.subplots(rows, columns, figsize=(columns * width, rows * height), layout="constrained", **options)


def draw(path: Path, seed: int = 20190128) -> None:
    """Write the picture to `path` (.png, .svg or .pdf). Raises ValueError for another suffix.

    Left: population loss against the angle between student and teacher. Right: how hard each coarse gradient pulls
    towards the teacher, −⟨G, e⟩ = (v·v*) B(θ). m = 16, n = 64, error bars of three standard errors.
    """
    if path.suffix not in (".png", ".svg", ".pdf"):
        raise ValueError(f"output {str(path)!r} has suffix {path.suffix!r}; .png, .svg or .pdf is allowed")
    v, v_star, w_hat, e = _network(seed)
    theta = np.linspace(0, math.pi, 361)
    w_star = np.cos(theta)[:, None] * w_hat + np.sin(theta)[:, None] * e
    sampled = _sampled(seed)
    figure, (left, right) = panels(2, height=4.0)
    loss = np.asarray(numerics.population_loss(v, _RADIUS * w_hat, v_star, w_star), float)
    _plot(left, theta, loss, sampled["loss"], COLOURS[3], "o", "")
    for name, (colour, marker) in _STYLES.items():
        pull = -numerics.coarse_gradient(v, _RADIUS * w_hat, v_star, w_star, ste=name) @ e
        _plot(right, theta, pull, sampled[name], colour, marker, name)
    left.set_ylabel("population loss f(v, w)")
    right.set_ylabel("pull towards the teacher, −⟨G, e⟩")
    right.legend()
    for axes in (left, right):
        axes.set_xlabel("angle θ between w and w* (radian)")
        axes.set_xticks([0, math.pi / 2, math.pi], ["0", "π/2", "π"])
        axes.set_ylim(bottom=0)
    figure.suptitle(f"Lines: derived closed forms.  Points: {_SAMPLES} sampled networks, m = {_M}, n = {_N}, ±3 s.e.")
    save(figure, path)


def _plot(
    axes: Any, theta: Array, theory: Array, sampled: tuple[Array, Array], colour: str, marker: str, label: str
) -> None:
    axes.plot(theta, theory, color=colour, label=label or None)
    mean, error = sampled
    axes.errorbar(_ANGLES, mean, yerr=3 * error, fmt=marker, color=colour, markersize=4, capsize=2, linewidth=1)


def save(figure: Any, path: Path) -> None:
    """Write the picture, so that an interrupted run leaves the old one whole; errors as of `write_atomically`.

    The ground is transparent: `panels` gives text and axes a colour that is read on white and on near-black.
    """
    kind = path.suffix.lower().removeprefix(".")
    drawn = BytesIO()
    figure.savefig(drawn, format=kind, dpi=160, transparent=True, metadata={"Date": None} if kind == "svg" else None)
    pyplot().close(figure)
    write_atomically(path, drawn.getvalue())
