"""What the whole page shows, beside the sections of its claims."""

from __future__ import annotations

from verify.evidence import ClaimReport, Grade, Report, Verdict
from verify.reading.book import CHAPTERS
from verify.reading.html_report.overview import overview
from verify.reading.html_report.section import section
from verify.reading.html_report.text import TEMPLATES
from verify.reading.kill_matrix import found_on, totals
from verify.reading.summary import counts_line, replay_command, status

__all__ = ["to_html"]

_STATES = {0: "verified", 1: "refuted", 3: "undecided"}


def to_html(report: Report) -> str:
    """The page as text, for a file of its own; equal runs give equal pages (no time is in it)."""
    return TEMPLATES.get_template("page.html").render(
        report=report,
        state=_STATES[report.exit_code],
        words=_verdict(report),
        overview=overview(report),
        totals=totals(report),
        equivalent=sum(int(found_on(claim).get("equivalent", 0)) for claim in report.claims),
        choices=_choices(report),
        section=section,
        known=frozenset(claim.id for claim in report.claims),
        chapters=CHAPTERS,
        grades=[*Grade, "—"],
        worst=_worst,
        counts_line=counts_line,
        replay_command=replay_command,
    )


def _verdict(report: Report) -> str:
    """The whole run in a few words."""
    count, verified = len(report.claims), report.summary["verified"]
    if not count:
        return "no claim was checked"
    if report.exit_code == 0:
        return f"all {count} claims are verified" if count > 1 else "the claim is verified"
    return f"{verified} of {count} claims verified"


def _worst(claim: ClaimReport) -> dict[str, str]:
    """Methods of a claim; one that is not green says so."""
    worst: dict[str, str] = {}
    for found in claim.evidence:
        if found.verdict is not Verdict.VERIFIED or found.method not in worst:
            worst[found.method] = "" if found.verdict is Verdict.VERIFIED else f" [{found.verdict.value}]"
    return worst


def _choices(report: Report) -> dict[str, dict[str, str]]:
    """What the table can be narrowed to: by column, the entries with their words."""
    letters, verdicts = (claim.id[:1] for claim in report.claims), {status(claim) for claim in report.claims}
    grades = {claim.grade.value if claim.grade else "—" for claim in report.claims}
    return {
        "chapter": {letter: CHAPTERS.get(letter, letter) for letter in letters},
        "verdict": {word: word for word in sorted(verdicts)},
        "grade": {grade: grade for grade in sorted(grades)},
        "method": {one.method: one.method.replace("_", " ") for claim in report.claims for one in claim.evidence},
    }
