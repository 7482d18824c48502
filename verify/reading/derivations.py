"""The derivations as pages: every step with its formula, its reason, what it owed and how that was decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sympy import Expr

import proofs
from proofs.engine.claim import Claim
from proofs.engine.derivation import Obligation, Step
from proofs.engine.render import latex_of, line_of
from proofs.extensions import is_own
from verify.reading.book import CHAPTERS, PAGES, derived_at, grade_of, heading_of, owed_by, slug_of
from verify.reading.markdown import escaped

__all__ = ["LONGEST_FORMULA", "LONGEST_LINE", "derivation_pages", "formula", "settled", "steps"]

LONGEST_FORMULA: Final = 600
"""Characters of LaTeX beyond which a formula is a wall of symbols, and is given on one line of text instead."""

LONGEST_LINE: Final = 900
"""Characters beyond which a line of text is left to `coarseproof claims ID`."""


def derivation_pages() -> dict[str, str]:
    """Text of docs/derivations/*.md, one page a chapter, and of their index, by path."""
    pages = {f"docs/derivations/{PAGES[chapter]}.md": _page(chapter) for chapter in CHAPTERS}
    return {"docs/derivations/index.md": _index()} | pages


def _index() -> str:
    listed = [f"- [{CHAPTERS[chapter]}]({name}.md)" for chapter, name in PAGES.items()]
    toctree = ["```{toctree}", ":hidden:", "", *PAGES.values(), "```"]
    head = [
        "# Derivations",
        "",
        "Written by `coarseproof derive` from the claims in `proofs/`; do not edit. A derivation starts at the",
        "definition and never uses the statement it ends at. A step either lets SymPy compute, or puts something else",
        "in the place of what stands there: then it owes a residual that reduces to exactly zero, or a condition that",
        "is proved. `coarseproof claims ID` prints the same.",
    ]
    return "\n".join([*head, "", *listed, "", *toctree]) + "\n"


def _page(chapter: str) -> str:
    """All derivations of a chapter."""
    lines = [f"# {CHAPTERS[chapter]}: derivations", "", "Written by `coarseproof derive`; do not edit."]
    for claim in proofs.all_claims():
        if is_own(claim) and claim.id[0] == chapter:
            lines += ["", f"## {escaped(heading_of(claim))}", "", *_head(claim), *steps(claim)]
    return "\n".join(lines) + "\n"


def _head(claim: Claim) -> list[str]:
    path, line = derived_at(claim)
    facts = [
        f"[Statement](../formulas.md#{slug_of(claim)})",
        f"[`{path}`](../../{path}#L{line})",
        f"{grade_of(claim)} with {owed_by(claim)} obligations",
    ]
    if cited := [proofs.get(other) for other in proofs.derive(claim.id).cited]:
        facts.append(f"rests on {', '.join(_link(other) for other in cited)}")
    return [" · ".join(facts)]


def _link(claim: Claim) -> str:
    return f"[{claim.id}]({PAGES[claim.id[0]]}.md#{slug_of(claim)})"


def steps(claim: Claim) -> Iterator[str]:
    """The derivation of a claim as lines of Markdown."""
    for number, step in enumerate(proofs.derive(claim.id).steps, start=1):
        yield from ("", f"**{number}. {escaped(step.name)}**" + (f" — {escaped(step.because)}" if step.because else ""))
        yield from ("", *formula(claim.id, step))
        if step.obligations:
            yield from ("", *(f"- owes: {escaped(owed.what)} — {settled(owed)}" for owed in step.obligations))


def formula(claim_id: str, step: Step) -> list[str]:
    """What a step shows: words as text, an expression in LaTeX, a long one on a line or left to the command line."""
    if not isinstance(step.shown, Expr):
        return ["```text", step.shown, "```"]
    latex = latex_of(step.shown)
    if len(latex) <= LONGEST_FORMULA:
        return [f"$${latex}$$"]
    line = line_of(step.shown)
    if len(line) <= LONGEST_LINE:
        return ["```text", line, "```"]
    return [f"An expression of {len(line)} characters, which `coarseproof claims {claim_id}` prints."]


def settled(owed: Obligation) -> str:
    """How an obligation was decided, in words."""
    decision = owed.decision
    if decision.zero is True:
        return "exactly zero" if isinstance(owed.expression, Expr) else "holds"
    return f"{'refuted' if decision.zero is False else 'undecided'} {escaped(decision.witness)}".rstrip()
