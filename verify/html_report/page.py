"""The whole page: what is not green first, then the run at a glance, the table, and a section for every claim."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

from verify.evidence import Report
from verify.html_report.mutants import run_matrix
from verify.html_report.overview import overview
from verify.html_report.section import section
from verify.html_report.table import claims_table
from verify.html_report.text import anchor, badge, escaped
from verify.kill_matrix import totals
from verify.summary import complaints, counts_line, is_green, replay_command, status

__all__ = ["to_html"]

_STATES = {0: "verified", 1: "refuted", 3: "undecided"}

_GRADES = {
    "proved": "exactly, by algebra or by an SMT solver",
    "enclosed": "by ball arithmetic over the whole stated box",
    "tested": "at points or on samples",
}


def to_html(report: Report) -> str:
    """The page as text, for a file of its own; equal runs give equal pages (no time is in it)."""
    return "".join(_page(report))


def _page(report: Report) -> Iterator[str]:
    known = frozenset(claim.id for claim in report.claims)
    yield (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'\">"
        f"<title>Verification report: {escaped(_verdict(report))}</title><style>{_resource('style.css')}</style></head>"
        "<body><main>"
    )
    yield from _summary(report)
    yield from _not_green(report)
    yield from _teeth(report)
    yield f'<section aria-label="All claims"><h2>Claims</h2>{claims_table(report)}</section>'
    yield '<section aria-label="Evidence"><h2>Evidence</h2>'
    yield from (f"{section(claim, known)}\n" for claim in report.claims)
    yield f"</section></main><script>{_resource('script.js')}</script></body></html>\n"


def _resource(name: str) -> str:
    return resources.files("verify.html_report").joinpath(name).read_text(encoding="utf-8")


def _verdict(report: Report) -> str:
    """The whole run in a few words."""
    count, verified = len(report.claims), report.summary["verified"]
    if not count:
        return "no claim was checked"
    if report.exit_code == 0:
        return f"all {count} claims are verified" if count > 1 else "the claim is verified"
    return f"{verified} of {count} claims verified"


def _summary(report: Report) -> Iterator[str]:
    """Verdict, counts, and what a reader needs to make the run again."""
    counts = report.summary
    state = _STATES[report.exit_code]
    words = _verdict(report)
    yield f'<header class="{state}"><p>coarseproof · verification report</p><h1>{_mark(state)} '
    yield f"{escaped(words[0].upper() + words[1:])}</h1><p>{escaped(counts_line(report))}</p></header>"
    tiles = [(name, counts[name], said) for name, said in _GRADES.items()]
    mutants = "{killed}/{total}".format(**counts["mutants"])
    yield '<section aria-label="Summary"><div class="tiles">'
    yield "".join(f"<div><b>{count}</b> {name}<small>{said}</small></div>" for name, count, said in tiles)
    yield f"<div><b>{mutants}</b> mutants killed<small>mistakes made on purpose that some check noticed</small></div>"
    yield "".join(f"<div><b>{counts[name]}</b> {name}</div>" for name in ("refuted", "undecided", "error"))
    yield f"<div><b>{sum(claim.too_weak for claim in report.claims)}</b> too weak</div></div>"
    environment = ", ".join(f"{name} {said}" for name, said in report.environment.items())
    facts = (("level", report.level), ("seed", report.seed), ("environment", environment))
    rows = "".join(f"<dt>{name}<dd>{escaped(text)}" for name, text in facts)
    yield f'<dl class="facts">{rows}<dt>replay<dd><code>{escaped(replay_command(report))}</code></dl></section>'


def _mark(state: str) -> str:
    """The mark alone; the words beside it say the same."""
    mark = {"verified": "✓", "refuted": "✗"}.get(state, "?")
    return f'<span aria-hidden="true">{mark}</span>'


def _not_green(report: Report) -> Iterator[str]:
    """Every claim that is not green with the reasons, before anything else is shown of the run."""
    wrong = [claim for claim in report.claims if not is_green(claim)]
    if not wrong:
        return
    yield '<section aria-label="What is not verified" class="wrong"><h2>Not verified</h2>'
    for claim in wrong:
        lines = "".join(f"<li>{escaped(line)}" for line in complaints(claim))
        link = f'<a href="#{anchor(claim.id)}">{escaped(claim.id)}</a>'
        yield f"<h3>{link} {escaped(claim.title)} {badge(status(claim))}</h3><ul>{lines}</ul>"
    yield "</section>"


def _teeth(report: Report) -> Iterator[str]:
    """The pictures of the run, and what each method noticed."""
    pictures, matrix = overview(report), run_matrix(report)
    if not pictures and not matrix:
        return
    yield f'<section aria-label="The run in pictures"><h2>The run at a glance</h2>{pictures}'
    rows = "".join(
        f"<tr><th scope=row>{escaped(name)}<td>{tally['killed']}<td>{tally['tried']}<td>{tally['alone']}"
        for name, tally in totals(report).items()
    )
    if rows:
        yield (
            '<div class="scroll"><table class="tallies"><thead><tr><th scope=col>method<th scope=col>mutants killed'
            f"<th scope=col>of those tried<th scope=col>noticed by no other</thead><tbody>{rows}</tbody></table></div>"
        )
    yield f"{matrix}</section>"
