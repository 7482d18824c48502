"""What the cells of the notebooks call to show a figure or the verdicts on claims."""

from __future__ import annotations

import io
import json
from typing import Any, Final

import numpy as np

from verify.figure import COLOURS, pyplot

__all__ = ["COLOURS", "INK", "panels", "show"]

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
    plot.rcParams.update(_STYLE)
    return plot.subplots(rows, columns, figsize=(columns * width, rows * height), layout="constrained", **options)


def show(figure: Any, description: str) -> None:
    """Show a figure as SVG on a transparent ground.

    description: what is to be seen, in a sentence; it becomes the picture's alternative text, and a summary of the data
    drawn goes with it, by which a stored picture is compared with a new one: shapes of letters differ between machines.
    """
    from IPython.display import SVG, display

    text = io.StringIO()
    said = json.dumps({"description": description, "drawn": [_drawn(axes) for axes in figure.axes]}, ensure_ascii=False)
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Description": said})
    pyplot().close(figure)
    display(SVG(text.getvalue()))


def _drawn(axes: Any) -> dict[str, Any]:
    """The words of a panel; of each line and set of points how many there are, their means and root mean squares."""
    curves = [(line.get_label(), line.get_xydata()) for line in axes.get_lines()]
    curves += [(points.get_label(), points.get_offsets()) for points in axes.collections if len(points.get_offsets())]
    curves += [(mesh.get_label(), np.ravel(mesh.get_array())[:, None]) for mesh in axes.collections if _is_mesh(mesh)]
    return {
        "title": axes.get_title(),
        "x": axes.get_xlabel(),
        "y": axes.get_ylabel(),
        "curves": [[str(label), *_summary(np.ma.filled(np.ma.asarray(data, float), np.nan))] for label, data in curves],
    }


def _is_mesh(collection: Any) -> bool:
    return collection.get_array() is not None and np.size(collection.get_array()) > len(collection.get_offsets())


def _summary(data: Any) -> list[Any]:
    """How many rows, and per column the mean and the root mean square of the finite entries, to six digits."""
    columns = [column[np.isfinite(column)] for column in np.atleast_2d(data.T)]
    return [
        int(data.shape[0]),
        *(float(f"{value:.6g}") for c in columns if len(c) for value in (c.mean(), np.sqrt((c**2).mean()))),
    ]
