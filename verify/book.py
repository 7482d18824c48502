"""The formula book: every claim with its statement, hypotheses, source, derivation and code."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import proofs
from proofs.claim import Claim
from proofs.extensions import is_own
from proofs.render import latex_of

__all__ = ["formula_book"]

_CHAPTERS = {
    "G": "Gaussian half-space calculus",
    "N": "The population loss",
    "C": "Coarse gradients",
    "P": "Penalties",
    "R": "Relaxed variable splitting",
    "B": "Background",
}


def formula_book() -> dict[str, str]:
    """Text of docs/formulas.md and docs/formulas.json."""
    claims = [claim for claim in proofs.all_claims() if is_own(claim)]
    entries = [entry(claim) for claim in claims]
    document = {"schema": 1, "claims": entries}
    return {
        "docs/formulas.md": markdown(claims),
        "docs/formulas.json": json.dumps(document, ensure_ascii=False, indent=1) + "\n",
    }


def entry(claim: Claim) -> dict[str, Any]:
    """One claim as JSON."""
    return {
        "id": claim.id,
        "title": claim.title,
        "kind": str(claim.kind),
        "source": claim.source,
        "subject": claim.subject,
        "statement": latex_of(claim.statement) if claim.statement is not None else None,
        "printed": latex_of(claim.printed) if claim.printed is not None else None,
        "hypotheses": [latex_of(hypothesis) for hypothesis in claim.hypotheses],
        "setting": claim.setting,
        "rests_on": list(proofs.rests_on(claim.id)),
        "steps": [step.name for step in proofs.derive(claim.id).steps],
        "derivation": module_of(claim),
        "code": [f"numerics.{name}" for name in claim.code],
    }


def module_of(claim: Claim) -> str:
    """Path of the chapter that derives the claim; one derivation may serve the same claim on several penalties."""
    derivation = claim.derivation
    while isinstance(derivation, partial):
        derivation = derivation.func
    return derivation.__module__.replace(".", "/") + ".py"


def markdown(claims: list[Claim]) -> str:
    """The book as Markdown with LaTeX."""
    lines = [
        "# Formula book",
        "",
        "Written by `coarseproof derive` from the claims in `proofs/`; do not edit. Each derivation prints with",
        "`coarseproof claims ID`. Stable forms are what code is generated from; printed forms are the literature's.",
    ]
    chapter = ""
    for claim in claims:
        if _CHAPTERS[claim.id[0]] != chapter:
            chapter = _CHAPTERS[claim.id[0]]
            lines += ["", f"## {chapter}"]
        lines += ["", f"### {claim.id} · {claim.title}", "", *formulas(claim), "", *facts(claim)]
    return "\n".join(lines) + "\n"


def formulas(claim: Claim) -> list[str]:
    """Display formulas of a claim."""
    if claim.statement is None:
        return [f"$${claim.subject}$$"]
    lines = [f"$${claim.subject} = {latex_of(claim.statement)}$$"]
    if claim.printed is not None:
        lines += ["", "printed as", "", f"$${claim.subject} = {latex_of(claim.printed)}$$"]
    return lines


def facts(claim: Claim) -> list[str]:
    """Kind, hypotheses, source, derivation and code of a claim."""
    stated = [f"${latex_of(hypothesis)}$" for hypothesis in claim.hypotheses] + (
        [claim.setting] if claim.setting else []
    )
    conditions = ", ".join(stated) or "none beyond the model's"
    module = module_of(claim)
    lines = [
        f"- {claim.kind}; hypotheses: {conditions}",
        f"- source: {claim.source}",
        f"- derivation: [`{module}`](../{module}), {len(proofs.derive(claim.id).steps)} steps",
    ]
    cited = list(proofs.rests_on(claim.id))
    if cited:
        lines.append(f"- rests on: {', '.join(cited)}")
    if claim.code:
        lines.append(f"- code: {', '.join(f'`numerics.{name}`' for name in claim.code)}")
    return lines
