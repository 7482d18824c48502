"""What the page shows beside pictures: the run as a whole, what a claim says, how it was derived and judged."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup
from sympy import true

import proofs
from proofs.engine.render import forms_of, latex_of
from verify.evidence import ClaimReport, Grade, Report, Verdict
from verify.reading.book import CHAPTERS
from verify.reading.html_report.overview import overview
from verify.reading.html_report.plots import DRAWN, plots_of
from verify.reading.html_report.text import TEMPLATES, escaped
from verify.reading.mathml import mathml
from verify.reading.summary import complaints, counts_line, found_on, is_green, plain, replay_command, status, totals

_STATES: Final = {0: "verified", 1: "refuted", 3: "undecided"}
_MARKS: Final = {"verified": "✓", "refuted": "✗", "too weak": "✗", "error": "!", "undecided": "?"}
"""Marks beside the words of verdicts: colour alone says nothing to many."""


def to_html(report: Report) -> str:
    """The page as text, for a file of its own; equal runs give equal pages (no time is in it)."""
    known: dict[str, Any] = {"report": report, "state": _STATES[report.exit_code], "words": _verdict(report)}
    known |= {"choices": _choices(report), "overview": overview(report), "totals": totals(report)}
    for name in ("equivalent", "weaker"):
        known[name] = sum(int(found_on(claim).get(name, 0)) for claim in report.claims)
    ids = frozenset(claim.id for claim in report.claims)
    return TEMPLATES.get_template("page.html").render(known, known=ids)


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
    grades = {claim.grade.words if claim.grade else "—" for claim in report.claims}
    return {
        "chapter": {letter: CHAPTERS.get(letter, letter) for letter in letters},
        "verdict": {word: word for word in sorted(verdicts)},
        "grade": {grade: grade for grade in sorted(grades)},
        "method": {one.method: one.method.replace("_", " ") for claim in report.claims for one in claim.evidence},
    }


def _registered(claim_id: str) -> dict[str, Any]:
    """Formulas, hypotheses and code of a claim; nothing of one that is not registered here."""
    claim = next((one for one in proofs.all_claims() if one.id == claim_id), None)
    if claim is None:
        return {}
    conditions = [_math(latex_of(one)) for one in claim.hypotheses if one != true]
    conditions += [escaped(claim.setting)] if claim.setting else []
    said = Markup(", ").join(conditions) or "none beyond the model’s"
    return {"forms": [_math(one, display=True) for one in forms_of(claim)], "hypotheses": said, "code": claim.code}


def _math(latex: str, display: bool = False) -> Markup:
    """MathML; an extension may use a command that has no such form, and is no reason to lose the report of a run."""
    try:
        return Markup(mathml(latex, display))
    except ValueError:
        return Markup("<code>{}</code>").format(escaped(latex))


def _judges(claim: ClaimReport) -> list[str]:
    """Methods that judged any mutant, in the order of the evidence."""
    judged = {method for fates in found_on(claim).get("matrix", {}).values() for method in fates}
    order = dict.fromkeys([*(one.method for one in claim.evidence), *sorted(judged)])
    return [method for method in order if method in judged]


_TOOLS: Final = (complaints, counts_line, found_on, is_green, plain, plots_of, replay_command, status)
TEMPLATES.globals.update({tool.__name__: tool for tool in _TOOLS}, chapters=CHAPTERS, drawn=DRAWN, marks=_MARKS)
TEMPLATES.globals.update(
    grades=[*(grade.words for grade in Grade), "—"], judges=_judges, registered=_registered, worst=_worst
)
