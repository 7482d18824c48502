"""What the cells of the notebooks call to show a figure or the verdicts on claims."""

from __future__ import annotations

import io
import json
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from verify.figure import COLOURS, pyplot
from verify.notebooks.drawn import ROUNDING, drawn
from verify.notebooks.verdicts import Verdicts, check

__all__ = ["COLOURS", "INK", "ROUNDING", "panels", "show", "verdicts"]

INK: Final = "#7a7a7a"
"""Text and axes: a contrast of 4.3 on white and on the near-black of dark themes, so one figure serves both."""

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
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 10.5,
    "ytick.color": INK,
    "ytick.labelsize": 10.5,
}


def panels(columns: int = 1, rows: int = 1, width: float = 5.0, height: float = 3.8, **options: Any) -> Any:
    """(figure, axes) as of `matplotlib.pyplot.subplots`, styled; width, height of a panel in inches."""
    plot = pyplot()
    plot.rcdefaults()  # a style of the user's own would change every picture
    pyplot().rcParams.update(_STYLE)
    return plot.subplots(rows, columns, figsize=(columns * width, rows * height), layout="constrained", **options)


def show(figure: Any, description: str) -> None:
    """Show a figure as SVG on a transparent ground.

    description: what is to be seen, in a sentence; it becomes the picture's alternative text, and a summary of the data
    drawn goes with it, by which a stored picture is compared with a new one: shapes of letters differ between machines.
    Where the data are errors of rounding, give the artist `gid=ROUNDING`: then their values are not compared. A curve
    that falls to the level of rounding on a logarithmic axis must be cut above it: logarithms are compared there.
    """
    from IPython.display import SVG, display

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
