"""The verdicts on claims as a table in a notebook: what each method found, in figures that any machine finds."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, Final

from verify.evidence import ClaimReport, Evidence, Verdict

__all__ = ["SEED", "Verdicts", "check"]

SEED: Final = 20190128
"""Of the samples: fixed, so that a notebook says the same every time it is executed."""

_HEAD: Final = ("claim", "title", "verdict", "grade", "what the methods found")


class Verdicts:
    """A table of verified claims; `.reports` holds the evidence, as `verify.evidence.ClaimReport`s."""

    def __init__(self, reports: Sequence[ClaimReport]) -> None:
        self.reports = tuple(reports)

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (one.id, one.title, one.verdict.value, str(one.grade), " · ".join(filter(None, map(_found, one.evidence))))
            for one in self.reports
        ]

    def __repr__(self) -> str:
        return "\n".join("{}  {}: {}, {}\n    {}".format(*row) for row in self._rows())

    def _repr_html_(self) -> str:
        head, *body = (_html_row(tag, row) for tag, row in [("th", _HEAD), *(("td", row) for row in self._rows())])
        lines = ["<table>", "<thead>", head, "</thead>", "<tbody>", *body, "</tbody>", "</table>"]
        return "\n".join(lines)


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
        if one.verdict is not Verdict.VERIFIED or one.too_weak:
            raise ValueError(f"claim {one.id} is not verified: {'; '.join(_complaints(one)) or one.verdict.value}")
    return Verdicts(report.claims)


def _complaints(one: ClaimReport) -> list[str]:
    said = [
        f"{found.method} {found.verdict.value}: {found.detail}"
        for found in one.evidence
        if found.verdict is not Verdict.VERIFIED
    ]
    return said + [f"no method noticed the mutant {name!r}" for name in one.survivors]


def _found(found: Evidence) -> str:
    """The main figure of a method. Times and errors of rounding are left out: they differ between machines."""
    figures = found.figures
    said = {
        "symbolic": _count(figures, "obligations", "obligations proved"),
        "precision": _digits(figures),
        "generated": _count(figures, "points", "points within rounding"),
        "monte_carlo": _deviation(figures),
        "iteration": _count(figures, "demands", "demands met"),
        "enclosure": _enclosed(figures),
        "inequalities": _count(figures, "statements", "statements decided"),
        "mutants": f"{figures.get('killed', 0)}/{figures.get('total', 0)} mutants killed",
    }
    if found.method == "mutants":
        return said["mutants"]
    detail = said.get(found.method, "")
    return f"{found.method.replace('_', ' ')}: {detail}" if detail else found.method.replace("_", " ")


def _count(figures: dict[str, Any], name: str, words: str) -> str:
    return f"{figures[name]} {words}" if name in figures else ""


def _digits(figures: dict[str, Any]) -> str:
    if "digits" in figures:
        return f"{figures['digits']:.0f} digits at {figures.get('points', 0)} points"
    return _count(figures, "comparisons", "comparisons")


def _deviation(figures: dict[str, Any]) -> str:
    if "max_z" not in figures:
        return ""
    return f"{figures['max_z']:.1f} of {figures['threshold_z']:.1f} standard errors, {figures['tests']} tests"


def _enclosed(figures: dict[str, Any]) -> str:
    parts = []
    if "boxes" in figures:
        parts.append(f"{len(figures['boxes'])} statements on whole boxes")
    if "digits" in figures:
        parts.append(f"{figures['digits']:.0f} digits enclosed")
    return ", ".join(parts) or _count(figures, "points", "points")
