"""The verdicts on claims as a table in a notebook: what each method found, in figures that any machine finds."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

from verify.evidence import ClaimReport
from verify.reading.summary import complaints, is_green, words

SEED: Final = 20190128
"""Of the samples: fixed, so that a notebook says the same every time it is executed."""

_HEAD: Final = ("claim", "title", "verdict", "grade", "what the methods found")


class Verdicts:
    """A table of verified claims; `.reports` holds the evidence, as `verify.evidence.ClaimReport`s."""

    def __init__(self, reports: Sequence[ClaimReport]) -> None:
        self.reports = tuple(reports)

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (
                one.id,
                one.title,
                one.verdict.value,
                one.grade.words if one.grade else "—",
                "; ".join(map(words, one.evidence)),
            )
            for one in self.reports
        ]

    def __repr__(self) -> str:
        return "\n".join("{}  {}: {}, {}\n    {}".format(*row) for row in self._rows())

    def _repr_html_(self) -> str:
        head, *body = (_html_row(tag, row) for tag, row in [("th", _HEAD), *(("td", row) for row in self._rows())])
        return "\n".join(["<table>", "<thead>", head, "</thead>", "<tbody>", *body, "</tbody>", "</table>"])


def _html_row(tag: str, row: Sequence[str]) -> str:
    cells = (f'<{tag} style="text-align:left">{html.escape(cell)}</{tag}>' for cell in row)
    return f"<tr>{''.join(cells)}</tr>"


def check(ids: Sequence[str]) -> Verdicts:
    """Run the quick suite on the claims (C5 takes C5.tanh etc. along). Raises ValueError unless all are verified."""
    from verify.suite import run_suite

    if not ids:
        raise ValueError("verdicts() names no claim; give ids, e.g. verdicts('N1')")
    report = run_suite(level="quick", only=ids, seed=SEED)
    for one in report.claims:
        if not is_green(one):
            raise ValueError(f"claim {one.id} is not verified: {'; '.join(complaints(one)) or one.verdict.value}")
    return Verdicts(report.claims)
