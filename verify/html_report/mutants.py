"""Kill matrices as tables: coloured, and lettered for who cannot tell the colours apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from verify.evidence import ClaimReport, Report
from verify.html_report.text import anchor, escaped
from verify.kill_matrix import found_on, methods_of, totals

__all__ = ["kill_matrix", "run_matrix"]

_LETTERS: Final = {"killed": "K", "missed": "M", "equivalent": "E"}

_KEY: Final = (
    '<p class="keys"><span class="k">K</span> killed: the method refutes the mutant '
    '<span class="m">M</span> missed: it passes it <span class="e">E</span> equivalent: proved to say the same '
    '<span class="none">·</span> not judged</p>'
)


def kill_matrix(claim: ClaimReport) -> str:
    """Mutants of a claim by methods; empty without mutants."""
    rows: Mapping[str, Mapping[str, str]] = found_on(claim).get("matrix", {})
    if not rows:
        return ""
    judged = {method for fates in rows.values() for method in fates}
    order = dict.fromkeys([*(one.method for one in claim.evidence), *sorted(judged)])
    methods = [method for method in order if method in judged]
    head = "".join(f"<th scope=col>{escaped(method)}" for method in methods)
    body = "".join(_row(label, fates, methods) for label, fates in rows.items())
    killed, total = claim.mutants
    return (
        f'<details class="matrix"><summary>Kill matrix: {killed} of {total} mutants killed</summary>{_KEY}'
        f'<div class="scroll" tabindex="0" role="group" aria-label="Kill matrix of {escaped(claim.id)}">'
        f'<table class="fates"><thead><tr><th scope=col>mutant{head}</thead>'
        f"<tbody>{body}</tbody></table></div></details>"
    )


def _row(label: str, fates: Mapping[str, str], methods: list[str]) -> str:
    """A mutant; end tags that HTML lets out are left out, as there are thousands of cells."""
    survived = "killed" not in fates.values() and "equivalent" not in fates.values()
    cells = "".join(_fate(fates.get(method, "")) for method in methods)
    kind = " class=survivor" if survived else ""
    return f"<tr{kind}><th scope=row>{escaped(label)}{cells}"


def _fate(fate: str) -> str:
    letter = _LETTERS.get(fate)
    return f"<td class={letter.lower()}>{letter}" if letter else "<td>·"


def run_matrix(report: Report) -> str:
    """Claims by methods: killed/tried and, in brackets, killed by no other; the sums on top."""
    methods = methods_of(report)
    if not methods:
        return ""
    whole = totals(report)
    head = "".join(f"<th scope=col>{escaped(method)}" for method in methods)
    sums = "".join(_tally(whole[method]) for method in methods)
    body = "".join(_claim(claim, methods) for claim in report.claims)
    survivors = sum(len(claim.survivors) for claim in report.claims)
    equivalent = sum(int(found_on(claim).get("equivalent", 0)) for claim in report.claims)
    return (
        '<details><summary>The same in numbers, by claim</summary><div class="scroll" tabindex="0" role="group" '
        'aria-label="Mutants killed by claim and method"><table class="tallies">'
        "<caption>Killed/tried by each method; in brackets those that no other method noticed.</caption>"
        f"<thead><tr><th scope=col>claim{head}<th scope=col>equivalent<th scope=col>survivors"
        f"<tr><th scope=row>all{sums}<td>{equivalent}<td>{survivors}</thead>"
        f"<tbody>{body}</tbody></table></div></details>"
    )


def _claim(claim: ClaimReport, methods: list[str]) -> str:
    found = found_on(claim)
    cells = "".join(_tally(found.get("by_method", {}).get(method)) for method in methods)
    ends = f"<td>{found.get('equivalent', 0)}<td>{len(claim.survivors)}"
    return f'<tr><th scope=row><a href="#{anchor(claim.id)}">{escaped(claim.id)}</a>{cells}{ends}'


def _tally(tally: Mapping[str, Any] | None) -> str:
    if not tally:
        return "<td>"
    alone = f" ({tally['alone']})" if tally["alone"] else ""
    return f"<td>{tally['killed']}/{tally['tried']}{alone}"
