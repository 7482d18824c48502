"""The table of all claims, with the controls that narrow it."""

from __future__ import annotations

from collections.abc import Iterable

from verify.book import CHAPTERS
from verify.evidence import ClaimReport, Grade, Report, Verdict
from verify.html_report.text import anchor, badge, escaped
from verify.summary import status

__all__ = ["claims_table"]

_COLUMNS = ("claim", "title", "chapter", "kind", "verdict", "grade", "methods", "mutants killed")


def claims_table(report: Report) -> str:
    """Controls, hidden until the script has taken them over, and a table that is whole without it."""
    head = "".join(f'<th scope=col aria-sort="none" data-key="{k}">{name}' for k, name in enumerate(_COLUMNS))
    body = "".join(_row(claim, index) for index, claim in enumerate(report.claims))
    return (
        f'{_controls(report)}<div class="scroll" tabindex="0" role="group" aria-label="Table of claims">'
        f'<table id="claims"><thead><tr>{head}</thead><tbody>{body}</tbody></table></div>'
    )


def _row(claim: ClaimReport, index: int) -> str:
    """The words that are filtered by stand in data attributes; `data-v` is what a column is sorted by, if not text."""
    letter = claim.id[:1]
    word, grade = status(claim), claim.grade.value if claim.grade else "—"
    methods = dict.fromkeys(found.method for found in claim.evidence)
    killed, total = claim.mutants
    data = (("chapter", letter), ("verdict", word), ("grade", grade), ("methods", " ".join(methods)))
    attributes = "".join(f' data-{name}="{escaped(text)}"' for name, text in data)
    ranks = [*Grade, "—"]
    return (
        f'<tr{attributes}><th scope=row data-v="{index}"><a href="#{anchor(claim.id)}">{escaped(claim.id)}</a>'
        f'<td class="title">{escaped(claim.title)}<td data-v="{index}">{escaped(CHAPTERS.get(letter, letter))}'
        f'<td>{escaped(claim.kind)}<td>{badge(word)}<td data-v="{ranks.index(grade)}">{escaped(grade)}'
        f'<td class="methods">{_methods(claim)}<td class="n" data-v="{total}">{killed}/{total}'
    )


def _methods(claim: ClaimReport) -> str:
    """Names of the methods; one that is not green says so."""
    worst: dict[str, str] = {}
    for found in claim.evidence:
        if found.verdict is not Verdict.VERIFIED or found.method not in worst:
            worst[found.method] = "" if found.verdict is Verdict.VERIFIED else f" [{found.verdict.value}]"
    return " · ".join(escaped(method.replace("_", " ") + said) for method, said in worst.items())


def _controls(report: Report) -> str:
    chapters = {claim.id[:1]: CHAPTERS.get(claim.id[:1], claim.id[:1]) for claim in report.claims}
    verdicts = {status(claim) for claim in report.claims}
    grades = {claim.grade.value if claim.grade else "—" for claim in report.claims}
    methods = dict.fromkeys(found.method for claim in report.claims for found in claim.evidence)
    return (
        '<form id="filter" hidden><label>text <input type="search" name="text" autocomplete="off"></label>'
        f"{_choice('chapter', chapters.items())}{_choice('verdict', ((v, v) for v in sorted(verdicts)))}"
        f"{_choice('grade', ((g, g) for g in sorted(grades)))}"
        f"{_choice('method', ((m, m.replace('_', ' ')) for m in methods))}"
        '<button type="reset">show all</button><output id="count" aria-live="polite"></output></form>'
    )


def _choice(name: str, entries: Iterable[tuple[str, str]]) -> str:
    options = "".join(f'<option value="{escaped(key)}">{escaped(said)}</option>' for key, said in entries)
    return f'<label>{name} <select name="{name}"><option value="">all</option>{options}</select></label>'
