"""Text and formulas of the claims as Markdown that reads the same on a code host, in a notebook and in the site."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from unicodedata import category

from jinja2 import Environment, PackageLoader, StrictUndefined

from proofs.engine.lines import broken

_SPECIAL: Final = re.compile(r"[\\*_`<>|$~]|&(?=#?\w+;)|\](?=[\[(:])")


def inline(latex: str) -> str:
    """A formula in a line of text; a wide one is as high as it has lines."""
    return f"${broken(latex)}$"


def displayed(latex: str) -> str:
    """A formula as a display, a wide one line by line."""
    return f"$${broken(latex)}$$"


def escaped(text: str) -> str:
    r"""`text` with a backslash before what Markdown would read as its own: `‖v*‖` -> `‖v\*‖`."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def _cell(text: str) -> str:
    """In a table, or in an item of a list."""
    return text.replace("|", "\\|").replace("\n", " ")


def slug(title: str) -> str:
    """The anchor that code hosts give to a heading: `N1 · Population loss` -> `n1--population-loss`.

    Letters, marks, decimal digits, underscores and hyphens stay, in lower case; spaces become hyphens; the rest goes
    (½ and ² too, which Python would count as word characters).
    """
    return "".join(sign for sign in title.lower() if sign in "- " or _is_word(sign)).replace(" ", "-")


def _is_word(sign: str) -> bool:
    return category(sign)[0] in "LM" or category(sign) in ("Nd", "Pc")


def environment(folder: str, **more: Any) -> Environment:
    """The templates of a folder of this package; what they name and nobody defined is an error."""
    loader = PackageLoader("verify.reading", folder)
    return Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, **more)


def page(name: str, *tools: Callable[..., Any], **known: Any) -> str:
    """A page, or a part of one, from its template in pages/; it calls the tools by their names."""
    return _PAGES.get_template(f"{name}.md.jinja").render({tool.__name__: tool for tool in tools}, **known)


_PAGES: Final = environment("pages", keep_trailing_newline=True)
_PAGES.filters |= {"cell": _cell, "escaped": escaped}
_PAGES.globals |= {"broken": broken, "displayed": displayed, "inline": inline}
