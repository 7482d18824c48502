"""Claim × method × mutant, for people: which method noticed which mistake, and which it alone noticed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from verify.evidence import ClaimReport, Report

__all__ = ["csv_matrix", "found_on", "markdown_matrix", "methods_of", "totals"]

_COUNTS = ("tried", "killed", "alone")


def found_on(claim: ClaimReport) -> Mapping[str, Any]:
    """The figures that were gathered on the claim's mutants."""
    return next((one.figures for one in claim.evidence if one.method == "mutants"), {})


def methods_of(report: Report) -> list[str]:
    """Methods that judged any mutant, in the order of the evidence."""
    judging = {method for claim in report.claims for method in found_on(claim).get("by_method", {})}
    order = dict.fromkeys(one.method for claim in report.claims for one in claim.evidence)
    return [method for method in order if method in judging]


def totals(report: Report) -> dict[str, dict[str, int]]:
    """By method: mutants tried, killed, and killed by no other method."""
    tallies = [found_on(claim).get("by_method", {}) for claim in report.claims]
    return {
        method: {name: sum(tally.get(method, {}).get(name, 0) for tally in tallies) for name in _COUNTS}
        for method in methods_of(report)
    }


def markdown_matrix(report: Report) -> list[str]:
    """A table of killed/tried, with those that the method alone noticed; the last line sums up."""
    methods = methods_of(report)
    if not methods:
        return []
    lines = [
        "## Mutants",
        "",
        "Killed/tried by each method; in brackets those that no other method noticed. mutants.csv has every mutant.",
        "The symbolic method notices what provably is not what was derived, be it false or, for a bound, only weaker.",
        "",
        f"| claim | {' | '.join(methods)} | equivalent | survivors |",
        "|---" * (len(methods) + 3) + "|",
    ]
    for claim in report.claims:
        found = found_on(claim)
        cells = [_cell(found.get("by_method", {}).get(method)) for method in methods]
        ends = [str(found.get("equivalent", 0)), str(len(found.get("survivors", ())))]
        lines.append(f"| {' | '.join([claim.id, *cells, *ends])} |")
    whole = totals(report)
    lines.append(f"| all | {' | '.join(_cell(whole[method]) for method in methods)} | | |")
    return lines


def _cell(tally: Mapping[str, int] | None) -> str:
    if not tally:
        return "—"
    alone = f" ({tally['alone']})" if tally["alone"] else ""
    return f"{tally['killed']}/{tally['tried']}{alone}"


def csv_matrix(report: Report) -> str:
    """One row a mutant, one column a method: killed, missed, equivalent, or empty where it was not judged."""
    methods = methods_of(report)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["claim", "mutant", *methods])
    for claim in report.claims:
        for label, fates in found_on(claim).get("matrix", {}).items():
            writer.writerow([claim.id, label, *(fates.get(method, "") for method in methods)])
    return text.getvalue()
