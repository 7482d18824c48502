"""A claim's section: what it says, how it was derived, and what each method found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import true

import proofs
from proofs.claim import Claim
from proofs.render import forms_of, latex_of
from verify.evidence import ClaimReport, Evidence
from verify.html_report.mutants import kill_matrix
from verify.html_report.plots import DRAWN, plots_of
from verify.html_report.text import anchor, badge, counted, escaped, value
from verify.mathml import mathml
from verify.summary import complaints, is_green, plain, status

__all__ = ["section"]


def section(claim: ClaimReport, known: frozenset[str]) -> str:
    """The section, folded; `known` are the ids that have one, to which others may link."""
    grade = f'<span class="grade">{claim.grade.value}</span>' if claim.grade else ""
    parts = [*_not_green(claim), *_stated(claim), *_derived(claim, known)]
    parts += [_found(found) for found in claim.evidence if found.method not in ("symbolic", "mutants")]
    parts.append(kill_matrix(claim))
    return (
        f'<details class="claim" id="{anchor(claim.id)}"><summary><h3><span class="id">{escaped(claim.id)}</span> '
        f"{escaped(claim.title)}</h3> {badge(status(claim))} {grade}</summary>"
        f'<div class="body">{"".join(parts)}</div></details>'
    )


def _not_green(claim: ClaimReport) -> Iterator[str]:
    if not is_green(claim):
        lines = "".join(f"<li>{escaped(line)}" for line in complaints(claim))
        yield f'<ul class="complaints">{lines}</ul>'


def _stated(claim: ClaimReport) -> Iterator[str]:
    """Formulas, hypotheses and source; a claim that is not registered here has its source only."""
    stated = next((one for one in proofs.all_claims() if one.id == claim.id), None)
    facts = [("kind", escaped(claim.kind)), ("source", escaped(claim.source))]
    if stated is not None:
        yield from _formulas(stated)
        conditions = [_math(latex_of(one)) for one in stated.hypotheses if one != true]
        conditions += [escaped(stated.setting)] if stated.setting else []
        facts.insert(0, ("hypotheses", ", ".join(conditions) or "none beyond the model’s"))
        if stated.code:
            facts.append(("code", ", ".join(f"<code>numerics.{escaped(name)}</code>" for name in stated.code)))
    yield f'<dl class="facts">{"".join(f"<dt>{name}<dd>{text}" for name, text in facts)}</dl>'


def _formulas(claim: Claim) -> Iterator[str]:
    stated, *printed = forms_of(claim)
    yield _math(stated, display=True)
    for form in printed:
        yield f"<p>printed as</p>{_math(form, display=True)}"


def _math(latex: str, display: bool = False) -> str:
    """MathML; an extension may use a command that has no such form, and is no reason to lose the report of a run."""
    try:
        return mathml(latex, display)
    except ValueError:
        return f"<code>{escaped(latex)}</code>"


def _derived(claim: ClaimReport, known: frozenset[str]) -> Iterator[str]:
    """The derivation in the names of its steps, with what each owed."""
    for found in (one for one in claim.evidence if one.method == "symbolic"):
        figures = plain(found.figures)
        yield _heading(found)
        if found.detail:
            yield f"<p>{escaped(found.detail)}</p>"
        if cited := figures.get("rests_on"):
            links = (f'<a href="#{anchor(one)}">{escaped(one)}</a>' if one in known else escaped(one) for one in cited)
            yield f"<p>rests on {', '.join(links)}</p>"
        steps = "".join(f"<li>{escaped(name)} <small>{_owed(owed)}</small>" for name, owed in figures.get("chain", ()))
        yield f"<ol>{steps}</ol>" if steps else _table(figures)


def _owed(count: int) -> str:
    """Words for the obligations of a step."""
    return counted(count, "obligation") if count else "computed"


def _heading(found: Evidence) -> str:
    grade = f'<span class="grade">{found.grade.value}</span>' if found.verdict.value == "verified" else ""
    return f"<h4>{escaped(found.method.replace('_', ' '))} {badge(found.verdict.value)} {grade}</h4>"


def _found(found: Evidence) -> str:
    """One method: its figures and its plots."""
    figures = plain(found.figures)
    detail = f"<p>{escaped(found.detail)}</p>" if found.detail else ""
    return f"{_heading(found)}{detail}{_table(figures)}{''.join(plots_of(found, figures))}"


def _table(figures: dict[str, Any]) -> str:
    """Figures by name. Seconds are left out: equal seeds give equal pages."""
    shown = {name: one for name, one in figures.items() if name not in DRAWN and "seconds" not in name}
    rows = "".join(
        f"<tr><th scope=row>{escaped(name.replace('_', ' '))}<td>{value(one)}" for name, one in shown.items()
    )
    return f'<div class="scroll"><table class="figures">{rows}</table></div>' if rows else ""
