"""LaTeX to MathML: every claim has a form, and what has none is an error, not a word on the page."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

import proofs
from proofs.render import latex_of, latex_of_claim
from verify.mathml import mathml


@pytest.mark.parametrize("claim", proofs.all_claims(), ids=lambda claim: claim.id)
def test_every_claim_has_mathml(claim: proofs.Claim) -> None:
    for latex in (latex_of_claim(claim), *(latex_of(condition) for condition in claim.hypotheses)):
        assert ET.fromstring(mathml(latex, display=True)).attrib["display"] == "block"


@pytest.mark.parametrize(
    ("latex", "said"),
    [(r"a\foo b", r"\\foo"), (r"a,\quadf", r"\\quadf"), (r"x^", "MissingSuperScript")],
)
def test_what_has_no_form_is_named(latex: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        mathml(latex)


def test_sized_delimiters_keep_their_pairs() -> None:
    assert mathml(r"\Bigl\langle a,b\Bigr\rangle") == mathml(r"\left\langle a,b\right\rangle")
