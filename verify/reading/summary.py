"""What every format of a report says of a run: reasons of a claim, the summary line, mutants, how to replay it."""

from __future__ import annotations

import csv
import io
import math
import os
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import ROUND_CEILING, Context
from typing import Any, Final

from verify.evidence import INDEPENDENT, ClaimReport, Evidence, Grade, Report, Verdict


def status(claim: ClaimReport) -> str:
    """The verdict as shown: "too weak" says more than the undecided it amounts to."""
    weak = claim.too_weak and claim.verdict is Verdict.UNDECIDED
    return "too weak" if weak else claim.verdict.value


def is_green(claim: ClaimReport) -> bool:
    """Whether nothing is left to complain about."""
    return claim.verdict is Verdict.VERIFIED


def plain(value: Any) -> Any:
    """A figure as JSON can hold it: NumPy numbers unpacked, NaN and infinities as words."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str | int | float | None) else str(value)


_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "precision": ("agrees to {digits:.0f} digits", "{comparisons} comparisons agree"),
    "monte_carlo": (
        "{percent} % error would have been caught",
        "within {max_z:.1f} standard errors, {threshold_z:.1f} allowed",
    ),
    "iteration": ("the iteration meets {demands} demands",),
    "mutants": ("{killed}/{total} mutants killed",),
    "enclosure": (
        "{statements} statements enclosed on whole boxes",
        "enclosed to {digits:.0f} digits",
        "enclosed at {points} points",
    ),
    "inequalities": ("{statements} inequalities decided",),
    "generated": ("code within rounding at {points} points",),
    "symbolic": ("{obligations} obligations proved",),
}
"""By method, the most telling first: the first words that it has the figures for.

Times and errors of rounding are left out: they differ between machines.
"""


def words(found: Evidence) -> str:
    """What a method found, in a few words and without its name if that can be."""
    name = found.method.replace("_", " ")
    if found.verdict is not Verdict.VERIFIED and found.method != "mutants":
        return f"{name} {found.verdict.value}"
    figures = dict(found.figures)
    if "boxes" in figures:
        figures["statements"] = len(figures["boxes"])
    error = plain(figures.get("power", {})).get("relative_error")
    if isinstance(error, float) and error < 1:
        figures["percent"] = f"{float(Context(1, ROUND_CEILING).create_decimal(100 * error)):g}"
    for said in _WORDS.get(found.method, ()):
        with suppress(KeyError):
            return said.format_map(figures)
    return name


def findings(claim: ClaimReport) -> list[str]:
    """What every method found, in words: what is not green first, then the most telling."""
    order = list(_WORDS)

    def place(found: Evidence) -> tuple[bool, int]:
        known = order.index(found.method) if found.method in order else len(order)
        return found.verdict is Verdict.VERIFIED, known

    return [words(found) for found in sorted(claim.evidence, key=place)]


def complaints(claim: ClaimReport) -> list[str]:
    """Why a claim is not green, a line each."""
    wrong = (found for found in claim.evidence if found.verdict is not Verdict.VERIFIED)
    lines = [f"{found.method} {found.verdict.value}: {found.detail or 'no detail given'}" for found in wrong]
    if claim.survivors:
        lines.append(f"too weak: no check noticed the mutants {', '.join(claim.survivors)}")
    if not any(found.method == "symbolic" for found in claim.evidence):
        lines.append("undecided: no derivation was checked (no evidence from symbolic)")
    if not any(found.method in INDEPENDENT for found in claim.evidence):
        lines.append(f"undecided: no second road was taken (no evidence from {', '.join(sorted(INDEPENDENT))})")
    return lines


def counts_line(report: Report) -> str:
    """How many claims are verified, by grade, how many are not, and how many mutants were killed."""
    counts = report.summary
    grades = ", ".join(f"{counts[grade.value]} {grade.words}" for grade in Grade)
    others = ", ".join(f"{counts[name]} {name}" for name in ("refuted", "undecided", "error"))
    weak = sum(claim.too_weak for claim in report.claims)
    mutants = "{killed}/{total} mutants killed".format(**counts["mutants"])
    return f"{counts['verified']} of {len(report.claims)} verified ({grades}); {others}, {weak} too weak; {mutants}"


def summary_line(report: Report) -> str:
    """The whole run in one line, with what is needed to replay it."""
    pins = f", {pins}" if (pins := report.environment.get("parameters")) else ""
    return f"{counts_line(report)}; level {report.level}, seed {report.seed}{pins}, {report.seconds:.1f} s"


def replay_command(report: Report) -> str:
    """The command that makes this run again. A run of some claims names them: shares of chance depend on who is in."""
    import proofs
    from proofs.extensions import is_own

    known, ids = proofs.all_claims(), [claim.id for claim in report.claims]
    command = f"coarseproof verify --level {report.level} --seed {report.seed}"
    if set(ids) != {claim.id for claim in known}:
        named = [name for name in ids if not any(name.startswith(f"{other}.") for other in ids)]
        command = f"{command} --only {' '.join(named)}" if named else command
    command = " ".join([command, str(report.environment.get("parameters", ""))]).strip()
    modules = os.environ.get("COARSEPROOF_EXTENSIONS", "").strip()
    foreign = any(claim.id in ids and not is_own(claim) for claim in known)
    return f"COARSEPROOF_EXTENSIONS={shlex.quote(modules)} {command}" if modules and foreign else command


_COUNTS = ("tried", "killed", "alone")


def methods_of(claims: Sequence[ClaimReport]) -> list[str]:
    """Methods that judged any mutant, in the order of the evidence."""
    found = [claim.figures_of("mutants") for claim in claims]
    tables = [table for one in found for table in (one.get("by_method", {}), *one.get("matrix", {}).values())]
    judged = {method for table in tables for method in table}
    order = dict.fromkeys([*(one.method for claim in claims for one in claim.evidence), *sorted(judged)])
    return [method for method in order if method in judged]


def totals(report: Report) -> dict[str, dict[str, int]]:
    """By method: mutants tried, killed, and killed by no other method."""
    tallies = [claim.figures_of("mutants").get("by_method", {}) for claim in report.claims]
    return {
        method: {name: sum(tally.get(method, {}).get(name, 0) for tally in tallies) for name in _COUNTS}
        for method in methods_of(report.claims)
    }


def csv_matrix(report: Report) -> str:
    """One row a mutant, one column a method: killed, missed, equivalent, weaker, or empty where it was not judged."""
    methods = methods_of(report.claims)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["claim", "mutant", *methods])
    for claim in report.claims:
        for label, fates in claim.figures_of("mutants").get("matrix", {}).items():
            writer.writerow([claim.id, label, *(fates.get(method, "") for method in methods)])
    return text.getvalue()
