"""A run of the suite, for people and for programs: table, JSON, JUnit XML, Markdown."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from verify.evidence import INDEPENDENT, ClaimReport, Evidence, Report, Verdict
from verify.files import write_atomically
from verify.kill_matrix import csv_matrix, markdown_matrix, totals

__all__ = ["REPORT_FILES", "print_report", "to_json", "to_junit", "to_markdown", "write_report"]

REPORT_FILES: Final = ("report.json", "junit.xml", "summary.md", "mutants.csv")

_COLORS: Final = {
    "verified": "green",
    "refuted": "bold red",
    "too weak": "bold red",
    "error": "bold red",
    "undecided": "yellow",
}
_TELLING: Final = {"precision": "digits", "monte_carlo": "max_z"}
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


# What the formats share.


def _status(claim: ClaimReport) -> str:
    """The verdict as shown: "too weak" says more than the undecided it amounts to."""
    weak = claim.too_weak and claim.verdict is Verdict.UNDECIDED
    return "too weak" if weak else claim.verdict.value


def _is_green(claim: ClaimReport) -> bool:
    return claim.verdict is Verdict.VERIFIED and not claim.too_weak


def _plain(value: Any) -> Any:
    """A figure as JSON can hold it: NumPy numbers unpacked, NaN and infinities as words."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str | int | float | None) else str(value)


def _short(value: Any) -> str:
    return f"{value:.2g}" if isinstance(value, float) else str(value)


def _main_figure(found: Evidence) -> str:
    """The one figure for the table: mutants killed, else the first number of the method."""
    if found.method == "mutants" and "total" in found.figures:
        return f"{found.figures.get('killed', 0)}/{found.figures['total']}"
    figures = _plain(found.figures)
    telling = [name for name in (_TELLING.get(found.method),) if name in figures]
    for name in [*telling, *figures]:
        value = figures[name]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return f"{name.replace('_', ' ')} {_short(value)}"
    return ""


def _methods(claim: ClaimReport) -> str:
    """All methods in one cell; a method that is not green says so."""
    entries = []
    for found in claim.evidence:
        verdict = "" if found.verdict is Verdict.VERIFIED else f"[{found.verdict.value}]"
        parts = (found.method, verdict, _main_figure(found))
        entries.append(" ".join(part for part in parts if part))
    return " · ".join(entries)


def _complaints(claim: ClaimReport) -> list[str]:
    """Why a claim is not green, a line each."""
    lines = [
        f"{found.method} {found.verdict.value}: {found.detail or 'no detail given'}"
        for found in claim.evidence
        if found.verdict is not Verdict.VERIFIED
    ]
    if claim.survivors:
        lines.append(f"too weak: no check noticed the mutants {', '.join(claim.survivors)}")
    elif claim.too_weak:
        lines.append("too weak: not all mutants were noticed ({}/{})".format(*claim.mutants))
    if not any(found.method == "symbolic" for found in claim.evidence):
        lines.append("undecided: no derivation was checked (no evidence from symbolic)")
    if not any(found.method in INDEPENDENT for found in claim.evidence):
        lines.append(f"undecided: no second road was taken (no evidence from {', '.join(sorted(INDEPENDENT))})")
    return lines


def _summary_line(report: Report) -> str:
    """The whole run in one line, with what is needed to replay it."""
    counts = report.summary
    grades = ", ".join(f"{counts[grade]} {grade}" for grade in ("proved", "enclosed", "tested"))
    others = ", ".join(f"{counts[name]} {name}" for name in ("refuted", "undecided", "error"))
    weak = sum(claim.too_weak for claim in report.claims)
    mutants = "{killed}/{total} mutants killed".format(**counts["mutants"])
    return (
        f"{counts['verified']} of {len(report.claims)} verified ({grades}); {others}, "
        f"{weak} too weak; {mutants}; "
        f"level {report.level}, seed {report.seed}, {report.seconds:.1f} s"
    )


# For programs.


def to_json(report: Report) -> str:
    """Schema 1; equal runs give equal text except for the seconds."""
    document = {
        "schema": 1,
        "seed": report.seed,
        "level": report.level,
        "environment": report.environment,
        "summary": report.summary,
        "claims": [_claim_entry(claim) for claim in report.claims],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _claim_entry(claim: ClaimReport) -> dict[str, Any]:
    return {
        "id": claim.id,
        "title": claim.title,
        "source": claim.source,
        "verdict": claim.verdict.value,
        "grade": claim.grade.value if claim.grade else None,
        "evidence": [_evidence_entry(found) for found in claim.evidence],
    }


def _evidence_entry(found: Evidence) -> dict[str, Any]:
    figures = _plain(found.figures)
    if found.verdict is not Verdict.VERIFIED and found.detail:
        figures.setdefault("detail", found.detail)  # a refutation without its witness helps nobody
    return {
        "method": found.method,
        "verdict": found.verdict.value,
        "figures": figures,
        "seconds": round(found.seconds, 6),
    }


def to_junit(report: Report) -> str:
    """JUnit XML: a test case per claim and method. Undecided is a failure, never a skip."""
    suite = ET.Element("testsuite", name="coarseproof")
    counts = {"failure": 0, "error": 0}
    for claim in report.claims:
        for found in claim.evidence:
            case = _test_case(suite, claim, found.method, found.seconds)
            if found.verdict is not Verdict.VERIFIED:
                tag = "error" if found.verdict is Verdict.ERROR else "failure"
                counts[tag] += 1
                _problem(case, tag, found.verdict.value, found.detail)
        complaints = _complaints(claim)
        missing = [line for line in complaints if line.startswith(("too weak", "undecided:"))]
        if missing:
            counts["failure"] += 1
            case = _test_case(suite, claim, "completeness", 0.0)
            _problem(case, "failure", _status(claim), "; ".join(missing))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("time", f"{report.seconds:.3f}")
    ET.indent(suite)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(suite, encoding="unicode")}\n'


def _test_case(suite: ET.Element, claim: ClaimReport, method: str, seconds: float) -> ET.Element:
    attributes = {"classname": f"coarseproof.{claim.id}", "name": method, "time": f"{seconds:.3f}"}
    return ET.SubElement(suite, "testcase", attributes)


def _problem(case: ET.Element, tag: str, kind: str, detail: str) -> None:
    text = _NOT_IN_XML.sub("\ufffd", detail or kind)
    ET.SubElement(case, tag, {"type": kind, "message": text.splitlines()[0][:200]}).text = text


# For people.


def to_markdown(report: Report) -> str:
    """Summary line, table, and the reasons for everything that is not green."""

    def cell(text: str) -> str:
        return text.replace("|", "\\|").replace("\n", " ")

    lines = ["# Verification report", "", _summary_line(report) + ".", ""]
    lines += ["| claim | title | verdict | grade | methods |", "|---|---|---|---|---|"]
    for claim in report.claims:
        grade = claim.grade.value if claim.grade else "—"
        cells = (claim.id, claim.title, _status(claim), grade, _methods(claim))
        lines.append(f"| {' | '.join(cell(text) for text in cells)} |")
    for claim in report.claims:
        if not _is_green(claim):
            lines += ["", f"## {claim.id}: {_status(claim)}", ""]
            lines += [f"- {cell(line)}" for line in _complaints(claim)]
    lines += ["", *markdown_matrix(report)]
    lines += ["", f"Replay: `coarseproof verify --level {report.level} --seed {report.seed}`", ""]
    return "\n".join(lines)


def write_report(report: Report, folder: Path) -> list[Path]:
    """Write report.json, junit.xml, summary.md and mutants.csv into `folder`, made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"cannot make the folder {folder}: {error.strerror}") from error
    texts = (to_json(report), to_junit(report), to_markdown(report), csv_matrix(report))
    paths = [folder / name for name in REPORT_FILES]
    for path, text in zip(paths, texts, strict=True):
        write_atomically(path, text)
    return paths


def print_report(report: Report, console: Console) -> None:
    """The table, then the reasons for everything not green, then the summary line."""
    table = Table(header_style="bold")
    table.add_column("claim", no_wrap=True)
    table.add_column("title", ratio=3)
    table.add_column("verdict", no_wrap=True)
    table.add_column("grade", no_wrap=True)
    table.add_column("methods", ratio=4)
    table.add_column("seconds", justify="right", no_wrap=True)
    for claim in report.claims:
        status = _status(claim)
        grade = claim.grade.value if claim.grade else "—"
        # Text, not str: sources and titles contain brackets, which rich would take for markup.
        cells = (claim.id, claim.title, grade, _methods(claim), f"{claim.seconds:.2f}")
        row = [Text(text) for text in cells]
        table.add_row(*row[:2], Text(status, style=_COLORS[status]), *row[2:])
    console.print(table)
    for claim in report.claims:
        if not _is_green(claim):
            console.print(Text(f"{claim.id} {_status(claim)}: {claim.title}", style="bold"))
            for line in _complaints(claim):
                console.print(Text(f"  {line}"), soft_wrap=True)
    if tallies := totals(report):
        said = (f"{name} {one['killed']}/{one['tried']} ({one['alone']} alone)" for name, one in tallies.items())
        console.print(Text(f"mutants killed/tried: {', '.join(said)}"), soft_wrap=True)
    console.print(Text(_summary_line(report)), soft_wrap=True)
    if not report.claims:
        console.print(Text("No claim was checked."))
