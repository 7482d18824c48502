"""Results as a notebook shows them: tables in HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any


def number(value: Any) -> str:
    """Nine digits of a number, of mpmath's too."""
    return f"{float(value):.9g}"


def pairs(said: Mapping[str, str]) -> str:
    """A table of names and what stands for them."""
    return _table(_cell("th", name) + _cell("td", value) for name, value in said.items())


def listed(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a line above it and a head."""
    body = ("".join(_cell("td", value) for value in row) for row in rows)
    return f"<p>{escape(caption)}</p>{_table([''.join(_cell('th', name) for name in head), *body])}"


def _cell(kind: str, text: str) -> str:
    return f'<{kind} style="text-align:left">{escape(text)}</{kind}>'


def _table(lines: Iterable[str]) -> str:
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
