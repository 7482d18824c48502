"""What all pictures have in common: their style, points with bars, turned filters, means of samples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from verify.files import write_atomically

if TYPE_CHECKING:
    from numerics.sampling import Moments

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
"""Of Okabe and Ito: distinguishable with any colour vision, on white and on black."""

INK: Final = "#7a7a7a"
"""Of what is drawn beside the colours: lines to compare with, grids."""

_SMALL = ("legend.fontsize", "xtick.labelsize", "ytick.labelsize")
_STYLE: Final[dict[str, Any]] = {
    **dict.fromkeys(_SMALL, 10.5),
    **{"axes.titlesize": 12, "axes.labelsize": 11},
    **dict.fromkeys(("axes.spines.right", "axes.spines.top", "legend.frameon"), False),
    **{"axes.grid": True, "grid.color": INK, "grid.alpha": 0.25, "svg.fonttype": "path"},
    "svg.hashsalt": "coarseproof",  # the same bytes every time
}

_UNDATED: Final = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}

ESTIMATORS: Final = ("identity", "relu", "clipped-relu", "leaky-relu", "sigmoid", "tanh", "triangular", "gaussian")
MARKERS: Final = "os^D"
Array = npt.NDArray[np.floating[Any]]


def looks(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Colour, line style and label of up to eight lines, by name."""
    return {name: {"color": COLOURS[k % 4], "ls": ("-", "--")[k // 4], "label": name} for k, name in enumerate(names)}


def dots(axes: Any, x: npt.ArrayLike, y: npt.ArrayLike, number: int, error: Any = None, **look: Any) -> None:
    """Points in the colour and marker of that number, hollow from the fifth on; with bars, if the error is given."""
    colour = look.get("color", COLOURS[number % 4])
    style: dict[str, Any] = {"color": colour, "mfc": "none" if number > 3 else colour, "marker": MARKERS[number % 4]}
    style |= {"ls": "none", "ms": 4.5} | look
    axes.plot(x, y, **style) if error is None else axes.errorbar(x, y, error, capsize=2, **style)


def cut(values: Array, most: float = 0.02) -> Array:
    """The values of a line, with a gap after each jump by more than `most`."""
    return np.where(np.abs(np.diff(values, prepend=values[:1])) > most, np.nan, values)


def in_radians(axes: Any, low: int = 0) -> None:
    """Label the axis of the angle from low·π to π."""
    words = {-2: "−π", -1: "−π/2", 0: "0", 1: "π/2", 2: "π"}
    marks = range(2 * low, 3)
    axes.set_xticks([mark * math.pi / 2 for mark in marks], [words[mark] for mark in marks])
    axes.set_xlabel(f"angle {'turned away from w*' if low else 'θ between w and w*'} (radian)")


def pyplot() -> Any:
    """matplotlib.pyplot, drawing into files."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as found

    return found


def panels(count: int = 1, columns: int = 1, width: float = 5.4, height: float = 3.6, **options: Any) -> Any:
    """(figure, axes): styled panels, by rows; width, height of each in inches. `options`: as of `pyplot.subplots`.

    One below the other, unless `columns` says otherwise: side by side their text is too small on a phone.
    """
    plot = pyplot()
    plot.rcdefaults()  # a style of the user's own would change every picture
    plot.rcParams.update(_STYLE)
    rows = math.ceil(count / columns)
    figure, axes = plot.subplots(
        rows, columns, figsize=(columns * width, rows * height), layout="constrained", **options
    )
    return figure, axes if count == 1 else axes.ravel()


def turned(theta: npt.ArrayLike, w: Array, across: Array) -> Array:
    """The filter w, turned by theta (radian) towards `across`: (...) and twice (n,) -> (..., n)."""
    return np.multiply.outer(np.cos(theta), w) + np.multiply.outer(np.sin(theta), across)


def means(moments: Sequence[Mapping[str, Moments]], name: str) -> tuple[Array, Array]:
    """Means and standard errors of one quantity, over samples (k): (k, ...) each."""
    found = [(one[name].mean, one[name].standard_error) for one in moments]
    return np.array([mean for mean, _ in found]), np.array([error for _, error in found])


def save(figure: Any, path: Path) -> None:
    """Write the picture, so that an interrupted run leaves the old one whole; errors as of `write_atomically`."""
    kind = path.suffix.lower().removeprefix(".")
    drawn = BytesIO()
    figure.savefig(drawn, format=kind, dpi=160, metadata=_UNDATED.get(kind))
    pyplot().close(figure)
    write_atomically(path, drawn.getvalue())
