"""docs/notebooks/index.md: the notebooks, with the question that each answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from verify.reading.markdown import page
from verify.reading.notebooks.script import Script

__all__ = ["HEADER", "INDEX", "index_page"]

INDEX: Final = "index.md"

HEADER: Final = "# Notebooks\n\nWritten by `coarseproof notebooks`; do not edit."
"""How the page begins; an index.md that begins otherwise is somebody's own."""


def index_page(scripts: Sequence[Script]) -> str:
    """Text of the page; it holds the table of contents of the site's notebooks, too."""
    return page("notebooks", header=HEADER, scripts=scripts)
