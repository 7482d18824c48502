"""Docstrings of this project, which are plain text, as reStructuredText for autodoc, and signatures that stay short."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from textwrap import dedent
from typing import TYPE_CHECKING, Any, Final

import numpy.typing as npt

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["register", "rest_of", "short_signature"]

_LABEL: Final = re.compile(r"[A-Za-z_]\w*(?:, [A-Za-z_]\w*)*(?: \([^)]*\))?(?=: )|Returns\b|Raises\b")
_MARKED: Final = re.compile(
    r"``(?P<literal>.+?)``|`(?P<code>[^`]+?)`|(?<![\w*])\*(?P<stressed>[A-Za-z][\w ,-]*)\*(?![\w*])"
)
_SPECIAL: Final = re.compile(r"[\\*`|_]")
_ALIASES: Final = (
    ("npt.NDArray[np.floating]", "NDArray"),
    ("npt.NDArray[np.float64]", "NDArray"),
    ("npt.NDArray[np.int64]", "NDArray"),
    ("npt.ArrayLike", "ArrayLike"),
)


def register(app: Sphinx) -> None:
    """Let autodoc pass every docstring and signature through here."""
    app.connect("autodoc-process-docstring", _docstring)
    app.connect("autodoc-process-signature", _signature)


def _docstring(app: Sphinx, what: str, name: str, found: object, options: object, lines: list[str]) -> None:
    lines[:] = rest_of("\n".join(lines))


def rest_of(text: str) -> list[str]:
    """Plain text with indented blocks as lines of reStructuredText.

    An indented block after an empty line stays as it is, literally; `name: what it is`, Returns and Raises at the start
    of a line begin an item of a list; `code` in backticks is code, *words* between asterisks are stressed, and all
    other signs stand for themselves.
    """
    result: list[str] = []
    for number, block in enumerate(re.split(r"\n[ \t]*\n", text.strip("\n"))):
        if block.startswith(" "):
            result += ["::", "", *(f"   {line}" for line in dedent(block).splitlines()), ""]
        else:
            result += [*_paragraph(block, labelled=number > 0), ""]
    return result


def _paragraph(block: str, labelled: bool) -> Iterator[str]:
    """Items and running text of a block of lines."""
    for item in _items(block.splitlines(), labelled):
        label = _LABEL.match(item) if labelled else None
        if label is None:
            yield from ("", _inline(item))
        else:
            yield from ("", f"* **{_escape(label[0])}**{_inline(item[label.end() :])}")


def _items(lines: list[str], labelled: bool) -> list[str]:
    """The lines joined, a new item wherever a label starts a line."""
    items: list[str] = []
    for line in lines:
        if not items or (labelled and _LABEL.match(line)):
            items.append(line.strip())
        else:
            items[-1] += f" {line.strip()}"
    return items


def _inline(text: str) -> str:
    parts, last = [], 0
    for found in _MARKED.finditer(text):
        parts += [_escape(text[last : found.start()]), _marked(found)]
        last = found.end()
    return "".join([*parts, _escape(text[last:])])


def _marked(found: re.Match[str]) -> str:
    """Code or stress; reStructuredText wants an empty escape where a mark touches other signs."""
    if found["stressed"]:
        return f"\\ *{found['stressed']}*\\ "
    return f"\\ ``{(found['literal'] or found['code']).strip()}``\\ "


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _signature(
    app: Sphinx, what: str, name: str, found: Any, options: object, signature: str | None, returned: str | None
) -> tuple[str, str | None] | None:
    if signature is None:  # an exception, say: there is nothing to shorten
        return None
    if what in ("class", "exception"):
        return "", None
    return short_signature(found) if what in ("function", "method") else None


class _Words:
    """An annotation by the words that shall stand for it."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __repr__(self) -> str:
        return self.words


def short_signature(found: Any) -> tuple[str, str]:
    """(arguments, what is returned) with the names that the source has for types, not what they stand for."""
    plain = inspect.signature(found)
    named = [p for p in plain.parameters.values() if p.name != "self"]
    arguments = plain.replace(
        parameters=[p.replace(annotation=_short(p.annotation)) for p in named],
        return_annotation=inspect.Signature.empty,
    )
    words = _short(plain.return_annotation)
    return str(arguments), "" if words is inspect.Signature.empty else str(words)


def _short(annotation: Any) -> Any:
    if annotation is inspect.Signature.empty:
        return annotation
    if annotation == npt.ArrayLike:
        return _Words("ArrayLike")
    words = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    if words.startswith(("numpy.ndarray[", "np.ndarray[")):
        words = "NDArray"
    for long, alias in _ALIASES:
        words = words.replace(long, alias)
    return _Words(words)
