"""Claim × method × mutant, for people: which method noticed which mistake, and which it alone noticed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from verify.evidence import ClaimReport, Report

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


def csv_matrix(report: Report) -> str:
    """One row a mutant, one column a method: killed, missed, equivalent, weaker, or empty where it was not judged."""
    methods = methods_of(report)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["claim", "mutant", *methods])
    for claim in report.claims:
        for label, fates in found_on(claim).get("matrix", {}).items():
            writer.writerow([claim.id, label, *(fates.get(method, "") for method in methods)])
    return text.getvalue()
