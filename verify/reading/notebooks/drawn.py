"""What a figure shows, in words and a few numbers: a stored picture is compared with a new one by it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import LogNorm, to_hex, to_rgba, to_rgba_array
from matplotlib.contour import ContourSet
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.ticker import FixedFormatter, FuncFormatter

from numerics.arguments import Array

_DIGITS: Final = 6
_MANY: Final = 8  # colours that are still written out


def drawn(figure: Any) -> list[dict[str, Any]]:
    """Panel by panel: words, axes, and of everything drawn its label, its look, how many points it has, and where.

    A coordinate is told by mean, root mean square and trend along the order of the points; both together by the mean
    and root mean square of their product. On a logarithmic axis all this is of the decimal logarithm, as a reader sees
    it. Meshes and images are told by their corners and by the values with their trends along rows and columns; contours
    level by level, by length and middle, since the number of their points hangs on rounding.

    Six digits are kept. A millionth of the largest value in the panel counts as 0 (of 1 at least, for a logarithm), so
    that what should be 0 does not differ in its rounding.
    """
    beside = [text.get_text() for text in figure.texts]
    beside += [word for legend in figure.legends for word in _entries(legend)]
    return [_panel(axes) | ({"beside": beside} if beside else {}) for axes in figure.axes]


def _panel(axes: Any) -> dict[str, Any]:
    words, legend = [text.get_text() for text in axes.texts], axes.get_legend()
    if legend is not None:
        words += [legend.get_title().get_text(), *_entries(legend)]
    sides = (axes.xaxis, axes.get_autoscalex_on()), (axes.yaxis, axes.get_autoscaley_on())
    x, y = ([axis.label.get_text(), axis.get_scale(), *_ticks(axis)] for axis, _ in sides)
    told = {"title": axes.get_title(), "x": x, "y": y, "limits": [_limits(*side) for side in sides]}
    return told | {"words": [word for word in words if word], "drawn": _told(axes)}


def _entries(legend: Any) -> list[str]:
    """The words of a legend, each with the look of what stands beside it, as far as it is a line or a patch."""
    beside = [_look(handle) if isinstance(handle, Line2D | Patch) else "" for handle in legend.legend_handles]
    words = [text.get_text() for text in legend.get_texts()]
    return [f"{word} ({look})" if look else word for word, look in zip(words, beside, strict=True)]


def _ticks(axis: Any) -> list[str]:
    """Labels that were set by hand; matplotlib's own choice is its version's."""
    by_hand = isinstance(axis.get_major_formatter(), FixedFormatter | FuncFormatter)
    return [str(label.get_text()) for label in axis.get_ticklabels()] if by_hand else []


def _limits(axis: Any, automatic: bool) -> list[Any]:
    """The ends of an axis if they were set by hand, and whether it runs backwards."""
    if automatic:
        return ["inverted"] if axis.get_inverted() else []
    ends = _as_seen(np.asarray(axis.get_view_interval(), float), axis.get_scale())
    return [_rounded(float(end), 0.0) for end in ends]


# What is drawn.


def _told(axes: Any) -> list[list[Any]]:
    """Label, look, number of points and summary of everything in a panel."""
    found = []
    for artist, points in _artists(axes):
        x, y = _filled(points).reshape(-1, 2).T
        found.append((artist, np.column_stack([_as_seen(x, axes.get_xscale()), _as_seen(y, axes.get_yscale())])))
    every = np.concatenate([np.empty((0, 2)), *(points for _, points in found)])
    steps = [_step(every[:, 0], axes.get_xscale()), _step(every[:, 1], axes.get_yscale())]
    return [_artist(artist, points, steps) for artist, points in found]


def _artists(axes: Any) -> Iterator[tuple[Any, Array]]:
    """Everything drawn, with its points (points, 2); those of an image or a mesh are corners."""
    for line in axes.get_lines():
        yield line, line.get_xydata()
    for collection in axes.collections:
        yield collection, _of_collection(collection)
    for patch in axes.patches:
        yield patch, patch.get_patch_transform().transform(patch.get_path().vertices)
    for image in axes.images:
        yield image, np.reshape(image.get_extent(), (2, 2)).T


def _of_collection(collection: Any) -> Array:
    """Where the points lie; for lines, bands and contours the vertices; for a mesh the corners of its cells.

    Paths of a scatter plot are its marker, so the offsets come first, but a collection without any has one at 0.
    """
    if hasattr(collection, "get_coordinates"):
        return np.asarray(collection.get_coordinates(), float).reshape(-1, 2)
    offsets = _filled(collection.get_offsets())
    if len(offsets) > 1 or np.any(offsets):
        return offsets
    return np.concatenate([np.empty((0, 2)), *(path.vertices for path in collection.get_paths())])


def _artist(artist: Any, points: Array, steps: list[float]) -> list[Any]:
    label = str(artist.get_label())
    head = ["" if label.startswith("_") else label, _look(artist)]  # matplotlib numbers what has no label
    if isinstance(artist, ContourSet):
        return [*head, *_contours(artist, points, steps)]
    where = [_summary(points[:, place], steps[place]) for place in (0, 1)]
    together = _summary(points.prod(axis=1), steps[0] * steps[1] * 10**_DIGITS)[:2]
    return [*head, len(points), *where, together, *_values(artist)]


def _values(artist: Any) -> list[Any]:
    """Shape, range of colours and summary of the values behind the colours; nothing for an artist without."""
    if not hasattr(artist, "get_array") or artist.get_array() is None:
        return []
    table = _filled(artist.get_array()).reshape(len(artist.get_array()), -1)
    scale = "log" if isinstance(artist.norm, LogNorm) else "linear"
    ends = _as_seen(np.asarray(artist.get_clim(), float), scale)
    seen = _as_seen(table, scale)
    told = [_summary(one.ravel(), _step(seen, scale)) for one in (seen, seen.T)]  # trends along rows and along columns
    return [list(table.shape), [_rounded(float(end), 0.0) for end in ends], *told]


def _contours(artist: Any, points: Array, steps: list[float]) -> list[list[float]]:
    """Of contours the levels, and level by level the length, the middle, and the mean product of the coordinates."""
    told: list[list[float]] = [[_rounded(float(level), 0.0) for level in artist.levels]]
    start = 0
    for path in artist.get_paths():
        vertices, start = points[start : start + len(path.vertices)], start + len(path.vertices)
        if len(vertices) < 2:
            told.append([])
            continue
        on = np.ones(len(vertices) - 1, bool) if path.codes is None else path.codes[1:] != Path.MOVETO
        lengths = np.hypot(*np.diff(vertices, axis=0).T) * on
        x, y = (vertices[1:] + vertices[:-1]).T / 2
        whole = float(lengths.sum())
        means = [float((lengths * one).sum()) / whole if whole else 0.0 for one in (x, y, x * y)]
        least = [*steps, steps[0] * steps[1] * 10**_DIGITS]
        told.append([_rounded(whole, max(steps)), *(_rounded(*pair) for pair in zip(means, least, strict=True))])
    return told


# How it looks.


def _look(artist: Any) -> str:
    """Colours, marker, line style, and whether it is hidden."""
    if isinstance(artist, Line2D):
        said = _look_of_line(artist)
    elif hasattr(artist, "get_facecolor"):
        said = _look_of_area(artist)
    else:
        said = [_scale(artist)]  # an image
    return ", ".join([*said, *["hidden"] * (not artist.get_visible())])


def _scale(artist: Any) -> str:
    return _colours(artist.cmap(np.linspace(0, 1, 5)))


def _look_of_line(line: Any) -> list[str]:
    said = [_colours([to_rgba(line.get_color(), line.get_alpha())]), f"line {line.get_linestyle()}"]
    said += [line.get_drawstyle()] * (line.get_drawstyle() != "default")
    marker = line.get_marker()
    if isinstance(marker, str | int) and marker not in ("", " ", "None", "none"):
        said += [f"marker {marker}", _colours([to_rgba(line.get_markerfacecolor(), line.get_alpha())])]
    return said


def _look_of_area(artist: Any) -> list[str]:
    """Of a patch or a collection. Colours that follow from values are told by the scale, but of contours all."""
    mapped = getattr(artist, "get_array", lambda: None)() is not None
    if mapped and isinstance(artist, ContourSet):
        artist.update_scalarmappable()
        mapped = False
    edges = [f"face {_colours(artist.get_facecolor())}", f"edge {_colours(artist.get_edgecolor())}"]
    said = [_scale(artist)] if mapped else edges
    style = artist.get_linestyle()  # by name, as (offset, dashes), or as a list of these
    pairs = [(0, style not in ("-", "solid") or None)] if isinstance(style, str) else style
    said += ["dashed"] * any(dashes is not None for _, dashes in ([pairs] if isinstance(pairs, tuple) else pairs))
    if isinstance(artist, PathCollection) and artist.get_paths():
        vertices = np.asarray(artist.get_paths()[0].vertices, float)
        said.append(f"marker of {len(vertices)} points from {' '.join(f'{x:.2f}' for x in vertices[0].round(2) + 0.0)}")
    return said


def _colours(colours: Any) -> str:
    """Hexadecimal, one after the other; equal neighbours once, and a digest if there are many."""
    every = [to_hex(colour, keep_alpha=True) for colour in to_rgba_array(colours)]
    told = [one for place, one in enumerate(every) if place == 0 or one != every[place - 1]]
    if len(told) <= _MANY:
        return " ".join(told) or "none"
    return f"{len(told)} colours {hashlib.sha256(' '.join(told).encode()).hexdigest()[:12]}"


# Numbers.


def _filled(values: Any) -> Array:
    return np.ma.filled(np.ma.asarray(values, float), np.nan)


def _as_seen(values: Array, scale: str) -> Array:
    """Decimal logarithms on a logarithmic axis, where nothing that is not positive can be seen."""
    return np.log10(np.where(values > 0, values, np.nan)) if scale == "log" else values


def _step(values: Array, scale: str) -> float:
    """What counts as 0: a millionth of the largest value; of 1 at least for a logarithm, since it is a factor then."""
    largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    return max(1.0 if scale == "log" else 0.0, largest) * 10.0**-_DIGITS


def _summary(values: Array, step: float) -> list[float]:
    """Mean, root mean square and trend of the finite values, 0 for what is below the step; empty without any.

    The trend is the mean product with the place in the order, which runs from -1/2 to 1/2.
    """
    kept = np.isfinite(values)
    if not kept.any():
        return []
    finite, place = values[kept], ((np.arange(len(values)) + 0.5) / len(values) - 0.5)[kept]
    three = (finite.mean(), np.sqrt((finite**2).mean()), (finite * place).mean())
    return [_rounded(float(value), step) for value in three]


def _rounded(value: float, step: float) -> float:
    return float(f"{value:.{_DIGITS}g}") if abs(value) > step else 0.0
