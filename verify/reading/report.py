"""A run of the suite, for people and for programs: table, JSON, JUnit XML, Markdown, HTML."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from verify.evidence import ClaimReport, Evidence, Grade, Report, Verdict
from verify.files import make_folder, write_atomically
from verify.reading.markdown import page
from verify.reading.summary import (
    complaints,
    csv_matrix,
    findings,
    is_green,
    plain,
    replay_command,
    status,
    summary_line,
    totals,
    words,
)

REPORT_FILES: Final = ("report.json", "junit.xml", "summary.md", "mutants.csv", "report.html")

_COLORS: Final = {"verified": "green", "undecided": "yellow", "refuted": "bold red"}  # and all else as refuted
_GRADE: Final = max(len(grade.words) for grade in Grade)

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


# For programs.


def to_json(report: Report) -> str:
    """Schema 1; equal runs give equal text except for the seconds."""
    names = ("seed", "level", "environment", "summary")
    document = {"schema": 1, **{name: getattr(report, name) for name in names}}
    document["claims"] = [_claim_entry(claim) for claim in report.claims]
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _claim_entry(claim: ClaimReport) -> dict[str, Any]:
    names = ("id", "title", "source", "verdict", "grade", "parts", "rules")
    about = {name: getattr(claim, name) for name in names}
    return {**about, "evidence": [_evidence_entry(found) for found in claim.evidence]}


def _evidence_entry(found: Evidence) -> dict[str, Any]:
    figures = plain(found.figures)
    if found.verdict is not Verdict.VERIFIED and found.detail:
        figures.setdefault("detail", found.detail)  # a refutation without its witness helps nobody
    told = {"method": found.method, "verdict": found.verdict.value, "figures": figures}
    return {**told, "seconds": round(found.seconds, 6)}


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
        missing = [line for line in complaints(claim) if line.startswith(("too weak", "undecided:"))]
        if missing:
            counts["failure"] += 1
            case = _test_case(suite, claim, "completeness", 0.0)
            _problem(case, "failure", status(claim), "; ".join(missing))
    totals = {"tests": len(suite), "failures": counts["failure"], "errors": counts["error"]}
    suite.attrib |= {name: str(count) for name, count in totals.items()} | {"time": f"{report.seconds:.3f}"}
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
    """Summary line, table, the reasons for everything that is not green, and what noticed the mutants."""
    tools = (complaints, findings, is_green, replay_command, status, summary_line, totals)
    return page("summary", *tools, report=report)


def write_report(report: Report, folder: Path) -> list[Path]:
    """Write report.json, junit.xml, summary.md, mutants.csv and report.html into `folder`, made if need be.

    Each is written before the next is made, the page last: what goes wrong in drawing it costs nobody the verdict.
    ValueError if a file cannot be written; RuntimeError, which names what is written, if one cannot be made.
    """
    from verify.reading.html_report.page import to_html  # half of what a run without a report would import

    make_folder(folder)
    paths: list[Path] = []
    makers = (to_json, to_junit, to_markdown, csv_matrix, to_html)
    for name, make in zip(REPORT_FILES, makers, strict=True):
        try:
            text = make(report)
        except Exception as error:
            kept = ", ".join(map(str, paths)) or "nothing"
            raise RuntimeError(f"{folder / name} could not be made; written before: {kept}") from error
        write_atomically(folder / name, text)
        paths.append(folder / name)
    return paths


def print_report(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Two lines a claim, or one a method with its figures; the reasons for everything not green; the summary line."""
    ids = max((len(claim.id) for claim in report.claims), default=0)
    titles = max((cell_len(claim.title) for claim in report.claims), default=0)
    titles = max(1, min(titles, console.width - ids - _GRADE - 4))
    for claim in report.claims:
        console.print(_heading(claim, ids, titles), no_wrap=True, overflow="ellipsis")
        if verbose:
            for found in claim.evidence:
                console.print(Padding(Text(_details(found)), (0, 0, 0, 4)))
        else:
            console.print(Text(f"  {_fitting(findings(claim), console.width - 2)}"), no_wrap=True, overflow="ellipsis")
    for claim in report.claims:
        if not is_green(claim):
            console.print(Text(f"{claim.id} {status(claim)}: {claim.title}", style="bold"))
            for line in complaints(claim):
                console.print(Text(f"  {line}"), soft_wrap=True)
    if verbose and (tallies := totals(report)):
        said = (f"{name} {one['killed']}/{one['tried']} ({one['alone']} alone)" for name, one in tallies.items())
        console.print(Text(f"mutants killed/tried: {', '.join(said)}"), soft_wrap=True)
    console.print(Text(summary_line(report)), soft_wrap=True)
    if not report.claims:
        console.print(Text("No claim was checked."))


def _heading(claim: ClaimReport, ids: int, titles: int) -> Text:
    """Id, title and verdict, which for what is verified is its grade. Text, not str: titles contain brackets."""
    word = claim.grade.words if claim.grade and is_green(claim) else status(claim)
    title = Text(claim.title)
    title.truncate(titles, overflow="ellipsis", pad=True)
    color = _COLORS.get("verified" if is_green(claim) else word, _COLORS["refuted"])
    return Text.assemble((f"{claim.id:{ids}}  ", "bold"), title, "  ", (word, color))


def _fitting(said: Sequence[str], room: int) -> str:
    """As many of the words as fit into a line, the first at any rate."""
    line = "".join(said[:1])
    for one in said[1:]:
        line = longer if cell_len(longer := f"{line}; {one}") <= room else line
    return line


def _details(found: Evidence) -> str:
    """A method with all it found that is not a table: what it counted, where its worst was, its power."""
    figures: dict[str, Any] = {}
    for name, value in plain(found.figures).items():
        inner = {f"{name} {key}": one for key, one in value.items()} if isinstance(value, dict) else {name: value}
        figures |= {key: one for key, one in inner.items() if not (isinstance(one, dict | list) or "_by_point" in key)}
    said = ", ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in figures.items())
    return f"{found.method.replace('_', ' ')}: {words(found)} ({said or 'no figures'}; {found.seconds:.2f} s)"


def _short(value: Any) -> str:
    return f"{value + 0.0:.2g}" if isinstance(value, float) else str(value)  # -0.0 + 0.0 is 0.0
