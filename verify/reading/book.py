"""The formula book: every claim with its statement, hypotheses, source, grade, derivation and code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from sympy import true

import proofs
from proofs.engine.claim import Claim
from proofs.engine.render import forms_of, latex_of
from proofs.extensions import is_own
from verify.reading.markdown import displayed, escaped, slug

__all__ = [
    "CHAPTERS",
    "PAGES",
    "derived_at",
    "entry",
    "formula_book",
    "grade_of",
    "heading_of",
    "markdown",
    "owed_by",
    "slug_of",
]

CHAPTERS: Final = {
    "G": "Gaussian half-space calculus",
    "N": "The population loss",
    "C": "Coarse gradients",
    "P": "Penalties",
    "R": "Relaxed variable splitting",
    "B": "Background",
}
"""Title of each chapter by the letter of its claims."""

PAGES: Final = {
    "G": "gaussian",
    "N": "network",
    "C": "estimators",
    "P": "penalties",
    "R": "splitting",
    "B": "background",
}
"""Name of the page in docs/derivations/ that holds a chapter's derivations."""

_GRADES: Final = {True: "proved", False: "refuted", None: "undecided"}

_HEAD: Final = (
    "# Formula book",
    "",
    "Written by `coarseproof derive` from the claims in `proofs/`; do not edit. Code is generated from the first form;",
    "a printed form is the literature's, and both are proved equal. *Proved* means that every step of the derivation,",
    "and of those it rests on, is computed or owed something, and that all that was owed was decided exactly. What the",
    "numerical routes say is in the report of `coarseproof verify`.",
)


def formula_book(generated: Mapping[str, str]) -> dict[str, str]:
    """Text of docs/formulas.md and docs/formulas.json; `generated` is the text of the generated modules by path."""
    claims = [claim for claim in proofs.all_claims() if is_own(claim)]
    entries = [entry(claim, generated) for claim in claims]
    document = {"schema": 1, "claims": entries}
    return {
        "docs/formulas.md": markdown(claims, generated),
        "docs/formulas.json": json.dumps(document, ensure_ascii=False, indent=1) + "\n",
    }


def heading_of(claim: Claim) -> str:
    """The heading of a claim in the book, and of its derivation, as plain text."""
    return f"{claim.id} · {claim.title}"


def slug_of(claim: Claim) -> str:
    """The anchor of a claim's heading: `formulas.md#n1--population-loss`."""
    return slug(heading_of(claim))


def grade_of(claim: Claim) -> str:
    """What the derivation decides: "proved", "refuted" or "undecided"."""
    return _GRADES[proofs.proved(claim.id)]


def owed_by(claim: Claim) -> int:
    """How many obligations the steps of the claim's own derivation have."""
    return sum(len(step.obligations) for step in proofs.derive(claim.id).steps)


def derived_at(claim: Claim) -> tuple[str, int]:
    """(path, line) of the declaration or function that derives it; one may serve a claim on several penalties."""
    derivation = claim.derivation
    while isinstance(derivation, partial):
        derivation = derivation.func
    return derivation.__module__.replace(".", "/") + ".py", derivation.__code__.co_firstlineno


def defined_at(name: str, generated: Mapping[str, str]) -> tuple[str, int]:
    """(path, line) of a generated function; ValueError if no module defines it."""
    for path, text in generated.items():
        if found := re.search(rf"^def {name}\(", text, flags=re.MULTILINE):
            return path, text.count("\n", 0, found.start()) + 1
    raise ValueError(f"no generated module defines {name!r}, which a claim names as its code")


def entry(claim: Claim, generated: Mapping[str, str]) -> dict[str, Any]:
    """One claim as JSON."""
    path, line = derived_at(claim)
    return {
        "id": claim.id,
        "title": claim.title,
        "kind": str(claim.kind),
        "source": claim.source,
        "grade": grade_of(claim),
        "obligations": owed_by(claim),
        "subject": claim.subject,
        "statement": latex_of(claim.statement) if claim.statement is not None else None,
        "printed": latex_of(claim.printed) if claim.printed is not None else None,
        "hypotheses": [latex_of(hypothesis) for hypothesis in claim.hypotheses if hypothesis != true],
        "setting": claim.setting,
        "rests_on": list(proofs.rests_on(claim.id)),
        "steps": [step.name for step in proofs.derive(claim.id).steps],
        "anchor": slug_of(claim),
        "derivation": path,
        "derivation_line": line,
        "derivation_page": f"docs/derivations/{PAGES[claim.id[0]]}.md",
        "code": [f"numerics.{name}" for name in claim.code],
        "code_links": ["{}#L{}".format(*defined_at(name, generated)) for name in claim.code],
    }


def markdown(claims: Sequence[Claim], generated: Mapping[str, str]) -> str:
    """The book as Markdown with LaTeX."""
    lines = list(_HEAD)
    chapter = ""
    for claim in claims:
        if claim.id[0] != chapter:
            chapter = claim.id[0]
            lines += ["", f"## {CHAPTERS[chapter]}"]
        lines += ["", f"### {escaped(heading_of(claim))}", "", *_formulas(claim), "", *_facts(claim, generated)]
    return "\n".join(lines) + "\n"


def _formulas(claim: Claim) -> list[str]:
    """Display formulas of a claim."""
    stated, *printed = forms_of(claim)
    lines = displayed(stated)
    for form in printed:
        lines += ["", "printed as", "", *displayed(form)]
    return lines


def _facts(claim: Claim, generated: Mapping[str, str]) -> list[str]:
    """Kind, hypotheses, source, grade, derivation and code of a claim."""
    stated = [f"${latex_of(hypothesis)}$" for hypothesis in claim.hypotheses if hypothesis != true]
    stated += [escaped(claim.setting)] if claim.setting else []
    path, line = derived_at(claim)
    steps = len(proofs.derive(claim.id).steps)
    page = f"derivations/{PAGES[claim.id[0]]}.md#{slug_of(claim)}"
    lines = [
        f"- {claim.kind}; hypotheses: {', '.join(stated) or 'none beyond the model’s'}",
        f"- source: {escaped(claim.source)}",
        f"- {grade_of(claim)}: [derivation]({page}) in {steps} steps with {owed_by(claim)} obligations, "
        f"[`{path}`](../{path}#L{line})",
    ]
    if cited := [proofs.get(other) for other in proofs.rests_on(claim.id)]:
        lines.append(f"- rests on: {', '.join(f'[{other.id}](#{slug_of(other)})' for other in cited)}")
    if claim.code:
        lines.append(f"- code: {', '.join(_code(name, generated) for name in claim.code)}")
    return lines


def _code(name: str, generated: Mapping[str, str]) -> str:
    path, line = defined_at(name, generated)
    return f"[`numerics.{name}`](../{path}#L{line}) ([reference](api/numerics.md#numerics.{name}))"
