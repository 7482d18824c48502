"""Sources such as [Y], wherever a page names one, lead to the bibliography."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from verify.reading.references import CITED

_PAGE = "references"
_APART = (nodes.title, nodes.reference, nodes.literal, nodes.literal_block, nodes.raw, nodes.math, nodes.math_block)


def register(app: Sphinx) -> None:
    """Link when a page is about to be written."""
    app.connect("doctree-resolved", _link)


def _link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    address = app.builder.get_relative_uri(docname, _PAGE)
    for text in () if docname == _PAGE else list(doctree.findall(nodes.Text)):
        if _within(text) or not CITED.search(text):
            continue
        parts = CITED.split(text)  # words, letters, words, letters, ..., words
        for place in range(1, len(parts), 2):
            key = parts[place]
            parts[place] = nodes.reference("", f"[{key}]", internal=True, refuri=f"{address}#{key.lower()}")
        text.parent.replace(text, [part if isinstance(part, nodes.Node) else nodes.Text(part) for part in parts])


def _within(text: nodes.Node) -> bool:
    """Whether the words are a title's, code's or another link's."""
    parent = text.parent
    while parent is not None and not isinstance(parent, _APART):
        parent = parent.parent
    return parent is not None
