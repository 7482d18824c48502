"""Each derivation's graph as a picture below its heading, out of docs/formulas.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from docutils import nodes
from sphinx.application import Sphinx

from verify.reading.picture import picture
from verify.reading.site.claims import entries

_FOLDED: Final = 12
"""Steps from which on a picture is folded."""


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
            section.insert(2, nodes.raw("", _folded(entry, entries(book)), format="html"))  # below heading and grade


def _folded(entry: dict[str, Any], known: dict[str, dict[str, Any]]) -> str:
    def address(claim_id: str) -> str:
        return f"{Path(known[claim_id]['derivation_page']).stem}.html#{known[claim_id]['anchor']}"

    drawn = picture(entry["graph"], f"Derivation of {entry['id']}", entry["grade"], address)
    count, shut = len(entry["graph"]), "" if len(entry["graph"]) >= _FOLDED else " open"
    return (
        f'<details class="derivation"{shut}><summary>{count} step{"s" * (count > 1)} as a picture</summary>'
        f'<div tabindex="0" role="group" aria-label="Picture of {entry["id"]}">{drawn}</div></details>\n'
    )
