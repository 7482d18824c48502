"""What the cells of the notebooks call to draw and show a figure, or to show the verdicts on claims."""

from __future__ import annotations

import html
import io
import json
from collections.abc import Sequence
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from verify.evidence import ClaimReport
from verify.reading.figure import COLOURS, ESTIMATORS, INK, MARKERS, Array, cut, dots, in_radians, looks, panels, pyplot
from verify.reading.notebooks.drawn import drawn
from verify.reading.summary import complaints, is_green, words

__all__ = ["COLOURS", "ESTIMATORS", "INK", "MARKERS", "Array", "cut", "dots", "in_radians", "looks"]
__all__ += ["panels", "show", "verdicts"]


def show(figure: Any, description: str, below: Any = None, columns: int = 3) -> None:
    """Show a figure as SVG.

    Panels with labels get legends if the figure has none yet; `below`: a panel whose legend stands below all, instead.
    description: what is to be seen, in a sentence; it becomes the picture's alternative text, and a summary of the data
    drawn goes with it, by which a stored picture is compared with a new one: shapes of letters differ between machines.
    A curve that falls to the level of rounding on a logarithmic axis must end above it: logarithms are compared there.
    Raises ValueError for a figure beyond whose edge something would be cut off.
    """
    from IPython.display import SVG, display

    if below is not None:
        figure.legend(*below.get_legend_handles_labels(), loc="outside lower center", ncols=columns)
    if not figure.legends and not any(axes.get_legend() for axes in figure.axes):
        for axes in figure.axes:
            axes.legend() if axes.get_legend_handles_labels()[0] else None
    _refuse_cut(figure)
    text = io.StringIO()
    said = json.dumps({"description": description, "panels": drawn(figure)}, ensure_ascii=False)
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Description": said})
    pyplot().close(figure)
    spoken = f'<svg role="img" aria-label={quoteattr(description)} '  # for readers that hear the page
    display(SVG(text.getvalue().replace("<svg ", spoken, 1)))


def _refuse_cut(figure: Any) -> None:
    figure.draw_without_rendering()
    (left, bottom), (right, top) = figure.get_tightbbox().get_points()
    width, height = figure.get_size_inches()
    beyond = {"left": -left, "bottom": -bottom, "right": right - width, "top": top - height}
    cut_off = ", ".join(f"{side} by {inches:.2f} in" for side, inches in beyond.items() if inches > 1 / figure.dpi)
    if cut_off:
        raise ValueError(f"the figure is cut off: {cut_off}; shorten its labels or legends, or give these more rows")


SEED: Final = 20190128
"""Of the samples: fixed, so that a notebook says the same every time it is executed."""

_HEAD: Final = ("claim", "title", "verdict", "grade", "what the methods found")


class Verdicts:
    """A table of verified claims; `.reports` holds the evidence, as `verify.evidence.ClaimReport`s."""

    def __init__(self, reports: Sequence[ClaimReport]) -> None:
        self.reports = tuple(reports)

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (
                one.id,
                one.title,
                one.verdict.value,
                one.grade.words if one.grade else "—",
                "; ".join(map(words, one.evidence)),
            )
            for one in self.reports
        ]

    def __repr__(self) -> str:
        return "\n".join("{}  {}: {}, {}\n    {}".format(*row) for row in self._rows())

    def _repr_html_(self) -> str:
        head, *body = (_html_row(tag, row) for tag, row in [("th", _HEAD), *(("td", row) for row in self._rows())])
        return "\n".join(["<table>", "<thead>", head, "</thead>", "<tbody>", *body, "</tbody>", "</table>"])


def _html_row(tag: str, row: Sequence[str]) -> str:
    cells = (f'<{tag} style="text-align:left">{html.escape(cell)}</{tag}>' for cell in row)
    return f"<tr>{''.join(cells)}</tr>"


def verdicts(*ids: str) -> Verdicts:
    """The quick suite on these claims and their parts, with a fixed seed, as a table; its `.reports` hold the evidence.

    Raises ValueError, which fails the cell, unless every one of them is verified with all its mutants noticed.
    """
    from verify.suite import run_suite

    if not ids:
        raise ValueError("verdicts() names no claim; give ids, e.g. verdicts('N1')")
    report = run_suite(level="quick", only=ids, seed=SEED, explained=False)
    for one in report.claims:
        if not is_green(one):
            raise ValueError(f"claim {one.id} is not verified: {'; '.join(complaints(one)) or one.verdict.value}")
    return Verdicts(report.claims)
