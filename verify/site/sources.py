"""Links that lead to repository files on a code host lead to pages with the source, or into the API reference, here."""

from __future__ import annotations

import inspect
import posixpath
import re
from collections.abc import Iterator
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["links_of_the_site", "register", "source_of_object"]

_LOG = logging.getLogger(__name__)

PACKAGES: Final = ("proofs", "numerics", "verify")

_FILE: Final = re.compile(
    r"\]\((?P<up>(?:\.\./)+)(?P<path>(?:proofs|numerics|verify)/[\w/]+\.py)(?:#L(?P<line>\d+))?\)"
)
_REFERENCE: Final = re.compile(r"\[`?(?P<text>[^\[\]`]+)`?\]\((?:\.\./)*api/\w+\.md#(?P<name>[a-z_]+\.[\w.]+)\)")


def register(app: Sphinx) -> None:
    """Rewrite links as pages are read, and write the pages they lead to."""
    app.connect("source-read", _rewrite)
    app.connect("config-inited", _configure)
    app.connect("html-collect-pages", _pages)
    app.add_post_transform(_SourceLinks)


def _configure(app: Sphinx, config: Any) -> None:
    config.linkcode_resolve = _linkcode


def _rewrite(app: Sphinx, docname: str, content: list[str]) -> None:
    content[0] = links_of_the_site(content[0], docname)


def links_of_the_site(text: str, docname: str) -> str:
    """Markdown (or a notebook's JSON) whose links to code lead to pages of the site.

    `](../proofs/x.py#L7)` becomes `](source:proofs/x.py#L-7)`; `[text](api/numerics.md#numerics.f)` a cross-reference.
    """
    depth = docname.count("/")

    def source(found: re.Match[str]) -> str:
        if found["up"].count("../") != depth + 1:
            return found[0]
        anchor = f"#L-{found['line']}" if found["line"] else ""
        return f"](source:{found['path']}{anchor})"

    return _REFERENCE.sub(r"{py:obj}`\g<text> <\g<name>>`", _FILE.sub(source, text))


class _SourceLinks(SphinxPostTransform):
    """`source:` links become relative ones; one that leads nowhere is a warning."""

    default_priority = 20

    def run(self, **_: Any) -> None:
        for link in self.document.findall(nodes.reference):
            target = link.get("refuri", "")
            if target.startswith("source:"):
                path, _, anchor = target.removeprefix("source:").partition("#")
                if not (_root(self.app) / path).is_file():
                    _LOG.warning("there is no file %s", path, location=link)
                uri = self.app.builder.get_relative_uri(self.env.docname, f"source/{path.removesuffix('.py')}")
                link["refuri"] = f"{uri}#{anchor}" if anchor else uri
                link["internal"] = True
                link["classes"] = []


def _root(app: Sphinx) -> Path:
    return Path(app.srcdir).parent


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """A page for each module of the packages."""
    lexer = PythonLexer()
    formatter = HtmlFormatter(linenos="inline", linespans="L", wrapcode=True)
    for package in PACKAGES:
        for path in sorted((_root(app) / package).rglob("*.py")):
            name = path.relative_to(_root(app)).as_posix()
            code = highlight(path.read_text(encoding="utf-8"), lexer, formatter)
            body = f"<h1><code>{escape(name)}</code></h1>\n{code}"
            yield f"source/{name.removesuffix('.py')}", {"title": name, "body": body}, "page.html"


# Links from the API reference to the source.


def _linkcode(domain: str, info: dict[str, str]) -> str | None:
    """Where the source of a documented object is, relative to a page in docs/api/."""
    if domain != "py" or not info["module"]:
        return None
    found: Any = import_module(info["module"])
    for part in info["fullname"].split("."):
        found = getattr(found, part, None)
    place = source_of_object(found)
    return place and "../source/{}.html#L-{}".format(*place)


def source_of_object(found: Any) -> tuple[str, int] | None:
    """(module path without .py, line) of a function, class or property of this project, else None."""
    found = getattr(found, "fget", found)
    if not (inspect.isfunction(found) or inspect.isclass(found)):
        return None
    module = found.__module__.replace(".", "/")
    if module.split("/")[0] not in PACKAGES:
        return None
    if Path(inspect.getfile(found)).name == "__init__.py":
        module += "/__init__"
    try:
        return posixpath.normpath(module), inspect.getsourcelines(found)[1]
    except OSError:
        return None
