"""Links that lead to repository files on a code host lead to pages with the source, or into the API reference, here;
and sources such as [Y], wherever a page names one, lead to the bibliography.

`sphinx.ext.viewcode` has pages for documented modules alone, and no anchors of lines.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.application import Sphinx
from sphinx.util import logging

from verify.reading.references import CITED

_PAGE = "references"
_APART = (nodes.title, nodes.reference, nodes.literal, nodes.literal_block, nodes.raw, nodes.math, nodes.math_block)
_ROOT: Final = Path(__file__).parents[3]
_FILE: Final = re.compile(
    r"\]\(\.\./(?P<up>(?:\.\./)*)(?P<path>(?:proofs|numerics|verify)/[\w/]+)\.py(?P<line>(?:#L\d+)?)\)"
)
_SOURCE: Final = re.compile(r"(?:\.\./)*source/(.+)\.html(?:#.*)?")
_REFERENCE: Final = re.compile(r"\[`?(?P<text>[^\[\]`]+)`?\]\((?:\.\./)*api/\w+\.md#(?P<name>[a-z_]+\.[\w.]+)\)")


def register(app: Sphinx) -> None:
    """Rewrite links as pages are read, and write the pages they lead to."""
    app.connect("source-read", _rewrite)
    app.connect("doctree-read", _from_the_page, priority=900)  # after sphinx.ext.linkcode
    app.connect("html-collect-pages", _pages)
    app.connect("doctree-resolved", _link)


def _rewrite(app: Sphinx, docname: str, content: list[str]) -> None:
    folder = app.env.doc2path(docname).parent
    for found in _FILE.finditer(content[0]):
        if not (folder / f"../{found['up']}{found['path']}.py").is_file():
            logging.getLogger(__name__).warning("there is no file for %s", found[0], location=docname)
    content[0] = links_of_the_site(content[0])


def _from_the_page(app: Sphinx, doctree: nodes.document) -> None:
    for link in doctree.findall(nodes.reference):
        if link.get("refuri", "").startswith("source/"):
            link["refuri"] = "../" * app.env.docname.count("/") + link["refuri"]


def links_of_the_site(text: str) -> str:
    """Markdown (or a notebook's JSON) whose links to code lead to pages of the site.

    `](../proofs/x.py#L7)` becomes `](source:source/proofs/x.html#L-7)`, of which MyST leaves the scheme out;
    `[text](api/numerics.md#numerics.f)` a cross-reference.
    """
    text = _FILE.sub(lambda to: f"](source:{to['up']}source/{to['path']}.html{to['line'].replace('L', 'L-')})", text)
    return _REFERENCE.sub(r"{py:obj}`\g<text> <\g<name>>`", text)


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """A page for each module that a link leads to."""
    lexer = PythonLexer()
    formatter = HtmlFormatter(linenos="inline", linespans="L", wrapcode=True)
    links = (link for name in app.env.found_docs for link in app.env.get_doctree(name).findall(nodes.reference))
    for name in sorted({found[1] for link in links if (found := _SOURCE.fullmatch(link.get("refuri", "")))}):
        path = (_ROOT / name).with_suffix(".py")
        code = highlight(path.read_text(encoding="utf-8"), lexer, formatter)
        body = f"<h1><code>{escape(name)}.py</code></h1>\n{code}"
        yield f"source/{name}", {"title": f"{name}.py", "body": body}, "page.html"


def linkcode_resolve(domain: str, info: dict[str, str]) -> str | None:
    """Where the source of a documented function, class or property is, relative to the site's first page."""
    found: Any = import_module(info["module"])
    for part in info["fullname"].split("."):
        found = getattr(found, part, None)
    found = inspect.unwrap(getattr(found, "fget", found))  # a context manager is one of contextlib's until then
    ours = inspect.isfunction(found) or inspect.isclass(found)
    if not ours or found.__module__ == "builtins":  # an alias of types, or a type for a default
        return None
    path = Path(inspect.getsourcefile(found) or "").relative_to(_ROOT).with_suffix(".html")
    return f"source/{path.as_posix()}#L-{inspect.getsourcelines(found)[1]}"


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
