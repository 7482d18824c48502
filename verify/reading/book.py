"""The formula book: every claim with its statement, hypotheses, source, grade, derivation and code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sympy import true

import proofs
from proofs.engine.claim import Claim
from proofs.engine.derivation import Step
from proofs.engine.render import forms_of, latex_in, latex_of, subject_of, supposed_by
from proofs.extensions import is_own
from verify.reading.markdown import escaped, inline, page, slug

CHAPTERS: Final = {
    "G": "Gaussian half-space calculus",
    "N": "The population loss",
    "C": "Coarse gradients",
    "P": "Penalties",
    "R": "Relaxed variable splitting",
    "B": "Background",
}
"""Title of each chapter by the letter of its claims."""

_NAMES = ("gaussian", "network", "estimators", "penalties", "splitting", "background")
PAGES: Final = dict(zip(CHAPTERS, _NAMES, strict=True))
"""Name of the page in docs/derivations/ that holds a chapter's derivations."""

_NODE: Final = re.compile(r'\{\s+"name": [^{}]*\}')
"""A step in a claim's graph, which is written on one line."""


def formula_book(generated: Mapping[str, str]) -> dict[str, str]:
    """Text of docs/formulas.md and docs/formulas.json; `generated` is the text of the generated modules by path."""
    claims = [claim for claim in proofs.all_claims() if is_own(claim)]
    document = {"schema": 1, "claims": [entry(claim, generated) for claim in claims]}
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    text = _NODE.sub(lambda node: json.dumps(json.loads(node[0]), ensure_ascii=False), text)
    book = of_claims("formulas", defined_at, claims=claims, generated=generated)
    return {"docs/formulas.md": book, "docs/formulas.json": text}


def heading_of(claim: Claim) -> str:
    """The heading of a claim in the book, and of its derivation, as plain text."""
    return f"{claim.id} · {claim.title}"


def slug_of(claim: Claim) -> str:
    """The anchor of a claim's heading: `formulas.md#n1--population-loss`."""
    return slug(heading_of(claim))


def owed_by(claim: Claim) -> int:
    """How many obligations the steps of the claim's own derivation have."""
    return sum(len(step.obligations) for step in proofs.derive(claim.id).steps)


def derived_at(claim: Claim) -> tuple[str, int]:
    """(path, line) of the declaration or function that derives it; one may serve a claim on several penalties."""
    derivation = claim.function
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
    statement, printed = (None if form is None else latex_of(form) for form in (claim.statement, claim.printed))
    told: dict[str, Any] = {"id": claim.id, "title": claim.title, "kind": str(claim.kind), "source": claim.source}
    stands = proofs.standing(claim.id)
    told |= {"grade": stands.grade, "rules": list(stands.rules), "standing": str(stands)}
    told |= {"obligations": owed_by(claim), "subject": subject_of(claim)}
    told |= {"relation": claim.relation, "roles": {name: str(role) for name, role in claim.roles.items()}}
    told |= {"statement": statement, "printed": printed}
    told["besides"] = {name: latex_in(claim, said) for name, said in claim.besides().items()}
    told["hypotheses"] = [latex_of(hypothesis) for hypothesis in claim.hypotheses if hypothesis != true]
    told |= {"setting": claim.setting, "remark": claim.remark, "rests_on": list(proofs.rests_on(claim.id))}
    told["steps"] = [step.name for step in proofs.derive(claim.id).steps]
    told["graph"] = graph_of(proofs.derive(claim.id).steps)
    told |= {"anchor": slug_of(claim), "derivation": path, "derivation_line": line}
    told["derivation_page"] = f"docs/derivations/{PAGES[claim.id[0]]}.md"
    told["code"] = [f"numerics.{name}" for name in claim.code]
    return told | {"code_links": ["{}#L{}".format(*defined_at(name, generated)) for name in claim.code]}


def graph_of(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The steps that the statement rests on, as JSON, it the last; all, if the derivation stops before."""
    before = [step for step in steps if step.kind != "besides"]
    behind = {step.name for step in before if step.kind == "statement"} or {step.name for step in before}
    kept: list[Step] = []
    for step in reversed(before):
        if step.name in behind:
            behind |= set(step.uses)
            kept.append(step)
    return [{"name": s.name, "kind": s.kind, "rule": s.rule, "uses": list(s.uses)} for s in reversed(kept)]


def conditions(claim: Claim) -> list[str]:
    """What a claim supposes, as Markdown."""
    return [*map(inline, supposed_by(claim)), *([escaped(claim.setting)] if claim.setting else [])]


def of_claims(name: str, *tools: Callable[..., Any], **known: Any) -> str:
    """A page whose template looks claims up."""
    ours = (conditions, derived_at, forms_of, heading_of, latex_in, latex_of, owed_by, slug_of)
    theirs = (proofs.derive, proofs.get, proofs.rests_on, proofs.standing)
    return page(name, *ours, *theirs, *tools, chapters=CHAPTERS, pages=PAGES, **known)
