"""What the cells of the notebooks call to draw and show a figure, or to show the verdicts on claims."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Sequence
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import numpy as np
import numpy.typing as npt

from verify.reading.figure import COLOURS, INK, panels, pyplot
from verify.reading.notebooks.drawn import ROUNDING, drawn
from verify.reading.notebooks.verdicts import Verdicts, check

__all__ = ["COLOURS", "ESTIMATORS", "INK", "MARKERS", "ROUNDING", "Array", "cut", "dots", "in_radians", "looks"]
__all__ += ["panels", "show", "verdicts"]

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


def show(figure: Any, description: str, below: Any = None, columns: int = 6) -> None:
    """Show a figure as SVG on a transparent ground.

    Panels with labels get legends if the figure has none yet; `below`: a panel whose legend stands below all, instead.
    description: what is to be seen, in a sentence; it becomes the picture's alternative text, and a summary of the data
    drawn goes with it, by which a stored picture is compared with a new one: shapes of letters differ between machines.
    Where the data are errors of rounding, give the artist `gid=ROUNDING`: then their values are not compared. A curve
    that falls to the level of rounding on a logarithmic axis must be cut above it: logarithms are compared there.
    """
    from IPython.display import SVG, display

    if below is not None:
        figure.legend(*below.get_legend_handles_labels(), loc="outside lower center", ncols=columns)
    if not figure.legends and not any(axes.get_legend() for axes in figure.axes):
        for axes in figure.axes:
            axes.legend() if axes.get_legend_handles_labels()[0] else None
    text = io.StringIO()
    said = json.dumps({"description": description, "panels": drawn(figure)}, ensure_ascii=False)
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Description": said})
    pyplot().close(figure)
    spoken = f'<svg role="img" aria-label={quoteattr(description)} '  # for readers that hear the page
    display(SVG(text.getvalue().replace("<svg ", spoken, 1)))


def verdicts(*ids: str) -> Verdicts:
    """The quick suite on these claims and their parts, with a fixed seed, as a table; its `.reports` hold the evidence.

    Raises ValueError, which fails the cell, unless every one of them is verified with all its mutants noticed.
    """
    return check(ids)
