"""LaTeX to MathML, for pages that show mathematics without a network and without scripts."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import Final
from xml.etree import ElementTree

from latex2mathml.converter import convert

_SIZED: Final = re.compile(r"\\[Bb]ig(?:g)?([lr])(?![A-Za-z])")
_LETTERS: Final = {r"\mathbb{E}": "𝔼", r"\mathbb{P}": "ℙ", r"\mathbb{R}": "ℝ", r"\mathbf{1}": "𝟏"}
"""MathML Core has no variants of a letter: the characters themselves."""

_TEXT: Final = re.compile(r"(\\text\{)([^{}]*)\}")
"""Words, which the converter copies as they are."""

_OPERATORS: Final = re.compile(r"<mi>(&#x027FA;|&#x027F9;|&#x027F8;|&#x027C2;|&#x027E8;|&#x027E9;|&#x02032;|[;:])</mi>")
"""⟺ ⟹ ⟸ ⟂ ⟨ ⟩ ′ ; : which the converter takes for identifiers, so that they would stand without space."""

_APPLIED: Final = re.compile(
    r"(?<!<msup>)(?<!<msub>)(?<!<msubsup>)(?<!<munder>)(<mi>[a-z]{2,}</mi>)(?=<mi>|<mn>|<mfrac>|<msub>|<msup>)"
)
"""A function's name right before its argument, cos ε, but not as the base of a script, sin²."""

_BEFORE: Final = re.compile(r"(</(?:mi|mn|msup|msub|msubsup|msqrt|mfrac)>)(?=(?:<msup>)?<mi>[a-z]{2,}</mi>)")
"""A factor right before a function's name."""

_THIN: Final = '<mspace width="0.167em" />'
_CLOSED: Final = {
    "<mo>&#x0002F;</mo>": '<mo lspace="0" rspace="0">/</mo>',
    '<mo stretchy="false">&#x0007C;</mo>': '<mo stretchy="false" lspace="0" rspace="0">|</mo>',
    **{f"<mo>{sign}</mo>": f'<mo stretchy="false">{sign}</mo>' for sign in ("&#x027E8;", "&#x027E9;")},
}
"""A slash and bars without space, and angles that are no higher than what they hold: nobody sized them."""
_CLOSE: Final = re.compile("|".join(map(re.escape, _CLOSED)))

_BEGIN, _END = r"\begin{aligned} & ", r" \end{aligned}"
"""Around lines, one below the other, as `proofs.engine.lines` writes them."""

_LEFT_OVER: Final = re.compile(r"\\(?:[A-Za-z]+|.)")


@cache
def mathml(latex: str, display: bool = False) -> str:
    r"""A `<math>` element.

    latex: without delimiters, as `proofs.engine.render` writes it; display: on a line of its own, else inline.
    Raises ValueError where a command has no MathML form: its bare name on the page would pass for a symbol.
    """
    if (lines := latex.removeprefix(_BEGIN)) != latex:
        rows = [mathml(line, display) for line in lines.removesuffix(_END).split(r" \\ & ")]
        inner = (row[row.index(">") + 1 :].removesuffix("</math>") for row in rows)
        table = "".join(f'<mtr><mtd columnalign="left">{row}</mtd></mtr>' for row in inner)
        return f'{rows[0][: rows[0].index(">") + 1]}<mtable displaystyle="true">{table}</mtable></math>'
    source = _SIZED.sub(lambda found: r"\left" if found[1] == "l" else r"\right", latex)
    source = _TEXT.sub(lambda found: found[1] + escape(found[2], quote=False) + "}", source)
    for command, letter in _LETTERS.items():
        source = source.replace(command, letter)
    try:
        found = str(convert(source, display="block" if display else "inline"))
    except Exception as error:  # the converter's errors share no base of their own
        raise ValueError(f"no MathML for {latex!r}: {type(error).__name__} {error}".rstrip()) from error
    try:
        linked = any("href" in name for part in ElementTree.fromstring(found).iter() for name in part.attrib)
    except ElementTree.ParseError as error:
        raise ValueError(f"no MathML for {latex!r}: {error}") from error
    if linked:
        raise ValueError(f"no MathML for {latex!r}: a formula holds no links")
    if left := _LEFT_OVER.search(found):
        raise ValueError(f"no MathML for the command {left[0]!r} in {latex!r}")
    found = _CLOSE.sub(lambda sign: _CLOSED[sign[0]], _OPERATORS.sub(r"<mo>\1</mo>", found))
    return _BEFORE.sub(rf"\1{_THIN}", _APPLIED.sub(rf"\1{_THIN}", found))
