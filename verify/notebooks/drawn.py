"""What a figure shows, in words and a few numbers: a stored picture is compared with a new one by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["ROUNDING", "drawn"]

ROUNDING: Final = "rounding"
"""As an artist's `gid`: what it shows are errors of rounding, whose values are another machine's own."""

_DIGITS: Final = 6

Array = npt.NDArray[np.float64]


def drawn(figure: Any) -> list[dict[str, Any]]:
    """Panel by panel: the words, and of everything drawn its label, how many points it has, and where they are.

    A coordinate is told by its mean and root mean square over the finite values, to six digits; on a linear axis to a
    millionth of the largest value in the panel, so that what should be 0 does not differ in its rounding.
    """
    beside = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return [_panel(axes) | ({"beside": beside} if beside else {}) for axes in figure.axes]


def _panel(axes: Any) -> dict[str, Any]:
    words = [text.get_text() for text in axes.texts]
    legend = axes.get_legend()
    if legend is not None:
        words += [text.get_text() for text in (legend.get_title(), *legend.get_texts())]
    return {
        "title": axes.get_title(),
        "x": [axes.get_xlabel(), axes.get_xscale(), *_ticks(axes.xaxis)],
        "y": [axes.get_ylabel(), axes.get_yscale(), *_ticks(axes.yaxis)],
        "words": [word for word in words if word],
        "drawn": _told(axes),
    }


def _ticks(axis: Any) -> list[str]:
    """Labels that were set by hand; matplotlib's own choice is its version's."""
    from matplotlib.ticker import FixedFormatter, FuncFormatter

    by_hand = isinstance(axis.get_major_formatter(), FixedFormatter | FuncFormatter)
    return [str(label.get_text()) for label in axis.get_ticklabels()] if by_hand else []


def _artists(axes: Any) -> Iterator[tuple[Any, Array]]:
    """Everything drawn, with its points (points, 2), or its values (points, 1) where it is an image or a mesh."""
    for line in axes.get_lines():
        yield line, line.get_xydata()
    for collection in axes.collections:
        yield collection, _of_collection(collection)
    for patch in axes.patches:
        yield patch, patch.get_patch_transform().transform(patch.get_path().vertices)
    for image in axes.images:
        yield image, np.reshape(image.get_array(), (-1, 1))


def _of_collection(collection: Any) -> Array:
    """Where the points lie; for lines, bands and contours the vertices; for a mesh the values.

    Paths of a scatter plot are its marker, so the offsets come first, but a collection without any has one at 0.
    """
    values = collection.get_array()
    offsets: Array = np.ma.filled(np.ma.asarray(collection.get_offsets(), float), np.nan)
    if values is not None and np.size(values) > max(1, len(offsets)):
        return np.ma.filled(np.ma.asarray(values, float), np.nan).reshape(-1, 1)
    if len(offsets) > 1 or np.any(offsets):
        return offsets
    return np.concatenate([np.empty((0, 2)), *(path.vertices for path in collection.get_paths())])


def _told(axes: Any) -> list[list[Any]]:
    """Label, number of points and summary of everything in a panel."""
    found: list[tuple[Any, Array]] = [
        (artist, np.ma.filled(np.ma.asarray(points, float), np.nan)) for artist, points in _artists(axes)
    ]
    steps = [0.0, 0.0]
    for place, scale in enumerate((axes.get_xscale(), axes.get_yscale())):
        if scale == "linear":
            columns = [np.abs(data[:, place]) for _, data in found if data.shape[1] == 2]
            largest = max((float(column[np.isfinite(column)].max(initial=0.0)) for column in columns), default=0.0)
            steps[place] = largest * 10.0**-_DIGITS
    return [_artist(artist, data, steps if data.shape[1] == 2 else [0.0]) for artist, data in found]


def _artist(artist: Any, data: Array, steps: list[float]) -> list[Any]:
    label = str(artist.get_label())
    shown = "" if label.startswith("_") else label  # matplotlib numbers what has no label
    if artist.get_gid() == ROUNDING:
        return [shown, len(data)]
    return [shown, len(data), *(_summary(column, step) for column, step in zip(data.T, steps, strict=True))]


def _summary(values: Array, step: float) -> list[float]:
    """Mean and root mean square of the finite values, and 0 for what is below the step; empty without any."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return []
    both = (float(finite.mean()), float(np.sqrt((finite**2).mean())))
    return [float(f"{value:.{_DIGITS}g}") if abs(value) > step else 0.0 for value in both]
