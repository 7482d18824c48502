"""The directive `{claim}`, the role `{c}`, and each derivation's graph below its heading, out of docs/formulas.json."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from verify.reading.markdown import page
from verify.reading.picture import folded


def register(app: Sphinx) -> None:
    """Add the directive and the role; draw when a page has been read."""
    app.add_directive("claim", _ClaimDirective)
    app.add_role("c", _ClaimRole())
    app.connect("doctree-read", _draw)


@cache
def entries(book: Path) -> dict[str, dict[str, Any]]:
    """The claims of a formulas.json by id."""
    document = json.loads(book.read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in document["claims"]}


def _used(environment: Any, claim_id: str) -> dict[str, Any]:
    """What the book holds of a claim, for a page, which is to be built again when it changes; ValueError for an id that
    is not in it.
    """
    book = Path(environment.srcdir) / "formulas.json"
    environment.note_dependency(str(book))
    if claim_id not in entries(book):
        raise ValueError(f"claim {claim_id!r} is not in the formula book; `coarseproof claims` lists all")
    return entries(book)[claim_id]


class _ClaimDirective(SphinxDirective):
    """```{claim} C3```: the claim as a block."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        try:
            entry = _used(self.env, self.arguments[0])
        except ValueError as error:
            raise self.error(str(error)) from error
        from verify.reading.site.sources import links_of_the_site

        text = links_of_the_site(page("claim", **entry))
        return [nodes.container("", *self.parse_text_to_nodes(text), classes=["claim"])]


class _ClaimRole(SphinxRole):
    """{c}`C3`: a link to the claim in the book."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        try:
            entry = _used(self.env, self.text)
        except ValueError as error:
            said = self.inliner.reporter.error(str(error), line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, said)], [said]
        to = {"refdomain": "doc", "reftype": "myst", "reftarget": "formulas", "reftargetid": entry["anchor"]}
        shown = nodes.inline("", entry["id"])
        return [addnodes.pending_xref("", shown, refdoc=self.env.docname, refexplicit=True, **to)], []


def _draw(app: Sphinx, doctree: nodes.document) -> None:
    book = Path(app.srcdir) / "formulas.json"
    own = f"docs/{app.env.docname}.md"
    sections = {section.get("slug"): section for section in doctree.findall(nodes.section)}
    for entry in entries(book).values():
        if entry["derivation_page"] == own:
            app.env.note_dependency(str(book))
            section = sections[entry["anchor"]]
            section.insert(2, nodes.raw("", _drawn(entry, entries(book)), format="html"))  # below heading and grade


def _drawn(entry: dict[str, Any], known: dict[str, dict[str, Any]]) -> str:
    def address(claim_id: str) -> str:
        return f"{Path(known[claim_id]['derivation_page']).stem}.html#{known[claim_id]['anchor']}"

    return f"{folded(entry['graph'], entry['id'], entry['grade'], address)}\n"
