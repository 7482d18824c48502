"""What a claim's section shows: what it says, how it was derived, and what each method found."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup
from sympy import true

import proofs
from proofs.engine.render import forms_of, latex_of
from verify.evidence import ClaimReport
from verify.reading.html_report.plots import DRAWN, plots_of
from verify.reading.html_report.text import TEMPLATES, escaped
from verify.reading.kill_matrix import found_on
from verify.reading.mathml import mathml
from verify.reading.summary import complaints, is_green, plain, status

__all__ = ["section"]

_MARKS: Final = {"verified": "✓", "refuted": "✗", "too weak": "✗", "error": "!", "undecided": "?"}
"""Marks beside the words of verdicts: colour alone says nothing to many."""


def section(claim: ClaimReport, known: frozenset[str]) -> str:
    """The section, folded; `known` are the ids that have one, to which others may link."""
    return str(TEMPLATES.get_template("claim.html").module.section(claim, known))  # type: ignore[attr-defined]


def _registered(claim_id: str) -> dict[str, Any]:
    """Formulas, hypotheses and code of a claim; nothing of one that is not registered here."""
    claim = next((one for one in proofs.all_claims() if one.id == claim_id), None)
    if claim is None:
        return {}
    conditions = [_math(latex_of(one)) for one in claim.hypotheses if one != true]
    conditions += [escaped(claim.setting)] if claim.setting else []
    hypotheses = Markup(", ").join(conditions) or "none beyond the model’s"
    return {
        "forms": [_math(one, display=True) for one in forms_of(claim)],
        "hypotheses": hypotheses,
        "code": claim.code,
    }


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


TEMPLATES.globals.update(
    complaints=complaints,
    drawn=DRAWN,
    found_on=found_on,
    is_green=is_green,
    judges=_judges,
    marks=_MARKS,
    plain=plain,
    plots_of=plots_of,
    registered=_registered,
    status=status,
)
