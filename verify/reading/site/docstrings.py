"""Docstrings of this project, which are Markdown with labelled lines, for autodoc, and signatures that stay short."""

from __future__ import annotations

import inspect
import re
from typing import Any, Final

from docutils import nodes
from docutils.utils import new_document
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.inspect import stringify_signature

_LABEL: Final = re.compile(r"^([A-Za-z_]\w*(?:, [A-Za-z_]\w*)*(?: \([^)]*\))?(?=: )|Returns\b|Raises\b)", re.MULTILINE)
_STAR: Final = re.compile(r"`[^`]*`|^ {4}.*|(?<=[\w)\]])\*+(?=[\w(])", re.MULTILINE)
_NUMPY: Final = re.compile(r"\bnpt\.|(?<=NDArray)\[[\w.]+\]")


def register(app: Sphinx) -> None:
    """Let autodoc pass every docstring and signature through here."""
    app.add_directive("docstring", _Docstring)
    app.connect("autodoc-process-docstring", _docstring)
    app.connect("autodoc-process-signature", _signature)


def _docstring(app: Sphinx, what: str, name: str, found: object, options: object, lines: list[str]) -> None:
    """`name: what it is`, Returns and Raises at the start of a line after the first paragraph begin items of a list.

    Between two factors, an asterisk is one.
    """
    plain = _STAR.sub(lambda found: found[0].replace("*", r"\*" if found[0][0] == "*" else "*"), "\n".join(lines))
    first, gap, rest = plain.partition("\n\n")
    text = first + gap + _LABEL.sub(r"- **\1**", rest)
    lines[:] = [".. docstring::", "", *(f"   {line}" for line in text.splitlines()), ""]


class _Docstring(SphinxDirective):
    """Markdown in reStructuredText, which autodoc writes."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        document = new_document(self.env.docname, self.state.document.settings)
        MystParser().parse("\n".join(self.content), document)
        return document.children


def _signature(
    app: Sphinx, what: str, name: str, found: Any, options: object, signature: str | None, returned: str | None
) -> tuple[str, str | None] | None:
    """The names that the source has for types, not what they stand for; a class has attributes, and no arguments."""
    if what in ("class", "exception") and signature is not None:
        return "", None
    if what not in ("function", "method"):
        return None
    plain = inspect.signature(found)
    shown = plain.replace(parameters=[given for name, given in plain.parameters.items() if name != "self"])
    arguments, _, result = _NUMPY.sub("", stringify_signature(shown)).rpartition(" -> ")
    return arguments, result
