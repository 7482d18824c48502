"""Words and numbers as HTML, and the templates that hold them."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from verify.reading.markdown import environment

_NO_CHARACTER: Final = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What HTML forbids, or no file can hold: control characters and halves of surrogate pairs."""

_FOLDED: Final = 8
"""Entries from which on a nested table is folded."""


def escaped(text: object) -> Markup:
    """Text between tags or in a quoted attribute; what is HTML already stays so."""
    return text if isinstance(text, Markup) else Markup(html.escape(_NO_CHARACTER.sub("\ufffd", str(text))))


TEMPLATES: Final = environment("html_report", autoescape=True, finalize=escaped)


def anchor(claim_id: str) -> str:
    """The id of a claim's section; an address cannot hold every character."""
    return "claim-" + re.sub(r"[^\w.-]", "_", claim_id)


def counted(count: int, what: str) -> str:
    """A number of things: `1 test`, `2 tests`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def real(figure: Any) -> float:
    """A figure as a float: infinities may stand in it as words, as in JSON; NaN for what is no number."""
    if isinstance(figure, bool) or not isinstance(figure, int | float | str):
        return math.nan
    try:
        return float(figure)
    except (ValueError, OverflowError):
        return math.nan


def number(figure: Any) -> str:
    """A figure as text: floats to four significant digits, infinite ones (None) as ∞, NaN as the lack of a value."""
    if figure is None or (isinstance(figure, float) and math.isinf(figure)):
        return "−∞" if figure is not None and figure < 0 else "∞"
    if isinstance(figure, float) and math.isnan(figure):
        return "no value"
    if isinstance(figure, bool):
        return "yes" if figure else "no"
    return f"{figure + 0.0:.4g}" if isinstance(figure, float) else str(figure)


def value(figure: Any) -> Markup:
    """A figure of any shape: a number, words, a list, or a table in the table, folded where it is long."""
    if isinstance(figure, Mapping):
        rows = (Markup("<tr><th scope=row>{}<td>{}").format(escaped(name), value(one)) for name, one in figure.items())
        table = Markup("<table>{}</table>").format(Markup("").join(rows))
        folded = Markup("<details><summary>{} entries</summary>{}</details>")
        return table if len(figure) < _FOLDED else folded.format(len(figure), table)
    if isinstance(figure, list):
        return Markup(", ").join(map(value, figure)) or Markup("none")
    return escaped(number(figure))


TEMPLATES.globals.update(anchor=anchor, counted=counted, number=number, value=value)
