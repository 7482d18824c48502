"""LaTeX to MathML: every claim has a form, and what has none is an error, not a word on the page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator

import pytest

import proofs
from proofs.engine.render import latex_of, latex_of_claim
from verify.reading.mathml import mathml


def test_every_claim_has_mathml() -> None:
    claims = proofs.all_claims()
    conditions = (latex_of(condition) for claim in claims for condition in claim.hypotheses)
    for latex in (*map(latex_of_claim, claims), *conditions):
        assert ET.fromstring(mathml(latex, display=True)).attrib["display"] == "block"


GREEK = dict(
    zip(
        ["alpha", "beta", "delta", "eta", "kappa", "lambda", "mu", "pi", "rho", "theta", "tau"],
        "αβδηκλμπρθτ",
        strict=True,
    )
)


PARTS = {"mfrac": 2, "msup": 2, "msub": 2, "mover": 2, "munder": 2, "mroot": 2, "msubsup": 3, "munderover": 3}
"""By element: of how many parts it has to be."""


def formulas() -> Iterator[str]:
    for claim in proofs.all_claims():
        yield from (latex_of_claim(claim), *(latex_of(condition) for condition in claim.hypotheses))


def leaves(element: ET.Element) -> str:
    return "".join(element.itertext())


def test_nothing_is_lost_or_exchanged() -> None:
    """Digits, signs, Greek letters, fractions and roots are as many, formula by formula, as in the LaTeX."""
    for latex in formulas():
        found = ET.fromstring(mathml(latex))
        tags = Counter(element.tag.rpartition("}")[2] for element in found.iter())
        assert tags["mfrac"] == len(re.findall(r"\\[dt]?frac(?![A-Za-z])", latex)), latex
        for element in found.iter():
            tag = element.tag.rpartition("}")[2]
            assert len(element) == PARTS.get(tag, len(element)), (tag, latex)
        assert tags["msqrt"] + tags["mroot"] == latex.count(r"\sqrt"), latex
        text, plain = leaves(found), latex.replace(r"\mathbf{1}", "")
        for digit in "0123456789":
            assert text.count(digit) == plain.count(digit), (digit, latex)
        for name, letter in GREEK.items():
            command = rf"\\{name}(?![A-Za-z])"
            assert text.count(letter) == len(re.findall(command, latex)), (letter, latex)
        assert text.count("+") == latex.count("+"), latex
        assert text.count("−") + text.count("-") == latex.count("-"), latex


@pytest.mark.parametrize("words", ["<img src=x onerror=alert(1)>", "a & b", "1 < 2"])
def test_words_stay_words(words: str) -> None:
    (text,) = [part for part in ET.fromstring(mathml(rf"\text{{{words}}}")).iter() if part.tag.endswith("mtext")]
    assert leaves(text).replace("\xa0", " ") == words
    assert not list(text)


@pytest.mark.parametrize(
    ("latex", "said"),
    [
        (r"a\foo b", r"\\foo"),
        (r"a,\quadf", r"\\quadf"),
        (r"x^", "MissingSuperScript"),
        (r"\href{javascript:f()}{x}", "href|links"),
    ],
)
def test_what_has_no_form_is_named(latex: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        mathml(latex)


def test_sized_delimiters_keep_their_pairs() -> None:
    assert mathml(r"\Bigl\langle a,b\Bigr\rangle") == mathml(r"\left\langle a,b\right\rangle")
