"""What the cells of the notebooks call to show a figure or the verdicts on claims."""

from __future__ import annotations

import io
import json
from typing import Any
from xml.sax.saxutils import quoteattr

from verify.reading.figure import COLOURS, INK, panels, pyplot
from verify.reading.notebooks.drawn import ROUNDING, drawn
from verify.reading.notebooks.verdicts import Verdicts, check

__all__ = ["COLOURS", "INK", "ROUNDING", "panels", "show", "verdicts"]


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
