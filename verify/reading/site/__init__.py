"""The site's Sphinx extension: MathML, claims and graphs out of the formula book, source pages, plain docstrings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything; Sphinx calls this because docs/conf.py names the module."""
    from verify.reading.site import claims, docstrings, mathematics, sources

    for part in (mathematics, claims, sources, docstrings):
        part.register(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
