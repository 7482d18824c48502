"""Each derivation's graph as a picture below its heading, out of docs/formulas.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from verify.reading.picture import folded
from verify.reading.site.claims import entries


def register(app: Sphinx) -> None:
    """Draw when a page has been read."""
    app.connect("doctree-read", _draw)


def _draw(app: Sphinx, doctree: nodes.document) -> None:
    book = Path(app.srcdir) / "formulas.json"
    page = f"docs/{app.env.docname}.md"
    sections = {section.get("slug"): section for section in doctree.findall(nodes.section)}
    for entry in entries(book).values():
        if entry["derivation_page"] == page:
            app.env.note_dependency(str(book))
            section = sections[entry["anchor"]]
            section.insert(2, nodes.raw("", _drawn(entry, entries(book)), format="html"))  # below heading and grade


def _drawn(entry: dict[str, Any], known: dict[str, dict[str, Any]]) -> str:
    def address(claim_id: str) -> str:
        return f"{Path(known[claim_id]['derivation_page']).stem}.html#{known[claim_id]['anchor']}"

    return f"{folded(entry['graph'], entry['id'], entry['grade'], address)}\n"
