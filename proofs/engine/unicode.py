"""Formulas in one line of Unicode, for terminals and docstrings: what the LaTeX printer writes, read once more.

So there is one printer of sentences, and a reader of the terminal sees the formula that the pages show.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize

from proofs.engine.latex import LETTERS

_LETTERS: Final = {command.strip()[1:]: sign for sign, command in LETTERS.items() if command.strip()[1:].isalpha()} | {
    **{"Gamma": "Γ", "Phi": "Φ", "omega": "ω", "Omega": "Ω", "nu": "ν", "xi": "ξ", "chi": "χ", "psi": "ψ", "zeta": "ζ"},
    **{"epsilon": "ε", "phi": "φ", "top": "ᵀ", "int": "∫", "sum": "Σ", "dots": "…", "ldots": "…", "cdots": "…"},
    **{"lvert": "|", "rvert": "|", "lfloor": "⌊", "rfloor": "⌋", "neg": "¬", "pm": "±", "Big": "", "big": ""},
}
_RELATIONS: Final = {
    **{"le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "in": "∈", "to": "→", "mapsto": "↦"},
    **{"implies": "⟹", "Rightarrow": "⟹", "iff": "⟺", "Leftrightarrow": "⟺", "wedge": "and", "vee": "or"},
    **{"perp": "⟂", "subset": "⊂", "approx": "≈", "times": "×", "odot": "⊙"},
}
_IGNORED: Final = {"left", "right", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "textstyle", "limits"}
_WORDS: Final = {"text", "mathrm", "operatorname", "mathbf", "mathbb", "mathcal"}
_MARKS: Final = {"bar": "\u0304", "hat": "\u0302", "dot": "\u0307", "tilde": "\u0303"}
_SPACES: Final = {**dict.fromkeys(",;: ", " "), "!": "", "|": "‖", "\\": "; ", "quad": " "}
_CLOSE: Final = {"∂", "∇", "Δ", "⟨", "·", "∫", ""}
"""Signs to which what follows is close."""

_RAISED: Final = dict(zip("0123456789+-−nij*ᵀ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿⁱʲ*ᵀ", strict=True))
_LOWERED: Final = dict(zip("0123456789+-−ijkntam", "₀₁₂₃₄₅₆₇₈₉₊₋₋ᵢⱼₖₙₜₐₘ", strict=True))
_TOKEN: Final = re.compile(r"\\[A-Za-z]+|\\.|\s+|[^\\]", re.DOTALL)
_SIMPLE: Final = re.compile(r"(√?(\w|[.∞…⁺⁻*'\u0300-\u0307])+|√?\([^()]*\)|‖[^‖|]*‖|\|[^‖|]*\|)[²³⁰-⁹₀-₉*ᵀ]*")
_FUNCTION: Final = r"(?:sin|cos|tan|cot|erfc?|arccos|arcsin)[⁰-⁹²³]*"
_PROPER: Final = (
    (r" {2,}", " "),
    (r" +(?=[,;)⟩·₀-₉ᵢⱼₖₙₜ⁰¹²³⁴-⁹ᵀ⁺⁻'_\u0300-\u0307])", ""),
    (r"\( +", "("),
    (r"ᵀ (?=[\w(])", "ᵀ"),
    (rf"\b({_FUNCTION}) \(", r"\1("),
    (r"(^|[(=<>≤≥→{,;⟨] ?)− (?![\ue000-\uf8ff])", r"\1−"),
)
"""What LaTeX spaces by itself."""

FRACTION: Final = "[\ue000-\uf8ff]"
"""What stands for a fraction that is drawn."""


def unicode_of(latex: str) -> str:
    """The LaTeX of a formula or a statement in a line of text, with the brackets that fractions and powers need."""
    return read(latex)[0]


def name_of(latex: str) -> str:
    """What a list of symbols calls one, without the brackets that keep it together in a formula."""
    return re.sub(r"^\((.*)\)$", r"\1", unicode_of(latex))


def read(latex: str, room: int = 0) -> tuple[str, dict[str, tuple[str, str]]]:
    """The same, but with one sign for a fraction in no other whose halves fit the room; and the halves by the sign."""
    reader = _Reader(latex, room)
    return _proper(reader.all()), reader.fractions


def _proper(told: str) -> str:
    for found, instead in _PROPER:
        told = re.sub(found, instead, told)
    return normalize("NFC", told.strip())


def _bracketed(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _shifted(text: str, where: str) -> str:
    """A superscript or a subscript: small where Unicode has the characters."""
    known = _RAISED if where == "^" else _LOWERED
    return "".join(map(known.__getitem__, text)) if set(text) <= known.keys() else where + _bracketed(text)


def _terms(text: str) -> int:
    """How many terms a sum has, outside of brackets."""
    while text != (inner := re.sub(r"\([^()]*\)|\{[^{}]*\}|‖[^‖]*‖|\|[^|]*\|", "x", text)):
        text = inner
    return len(re.split(r"(?<=\S) ?[+−=<>≤≥,] ?", text))


class _Reader:
    def __init__(self, text: str, room: int) -> None:
        self._rest = _TOKEN.findall(text)[::-1]
        self._room, self.fractions = room, dict[str, tuple[str, str]]()

    def _next(self) -> str:
        return self._rest[-1] if self._rest else ""

    def all(self, end: str = "") -> str:
        """Everything up to a token."""
        told = ""
        while self._rest and not (end and self._next() == end):
            told += self._one(told)
        if end:
            self._rest.pop()
        return told

    def _group(self) -> str:
        """What stands in the next braces, or the next token alone."""
        while self._next().isspace():
            self._rest.pop()
        self._room, room = 0, self._room
        told = self._one("").strip()
        self._room = room
        return told

    def _raw(self) -> str:
        """The characters in the next braces."""
        told = self._rest.pop().removeprefix("{")
        while (token := self._rest.pop()) != "}":
            told += token
        return told

    def _one(self, before: str) -> str:
        token = self._rest.pop()
        if token.startswith("\\"):
            return self._command(token[1:], before)
        if token == "{":
            return self.all("}")
        if token in "^_":
            return _shifted(self._group(), token)
        if token.isspace():
            return " "
        return {"-": "−", "&": " ", "=": " = ", "<": " < ", ">": " > ", "~": " "}.get(token, token)

    def _command(self, name: str, before: str) -> str:
        if name in _SPACES:
            return _SPACES[name]
        if name in _IGNORED:
            if self._next() == ".":
                self._rest.pop()
            return ""
        if name in _WORDS:
            told = self._raw()
            return "𝟏" if (name, told) == ("mathbf", "1") else told
        if name in _MARKS:
            told = self._group()
            return told[:1] + _MARKS[name] + told[1:]
        if name in ("frac", "tfrac"):
            return self._fraction(before)
        if name == "sqrt":
            return f"√{_bracketed(self._group())}"
        if name in ("begin", "end"):
            self._raw()
            return "{" if name == "begin" else "}"
        if name in _RELATIONS:
            return f" {_RELATIONS[name]} "
        return self._sign(name)

    def _sign(self, name: str) -> str:
        sign = _LETTERS.get(name, name)
        follows = self._rest[-2] if len(self._rest) > 1 else ""
        if self._next().isspace() and sign in _CLOSE and follows not in ("+", "-"):  # Δ may stand alone, too
            self._rest.pop()
        if len(name) > 1 and sign == name and self._next().strip() and self._next() not in "^_({":
            sign += " " * (self._next() not in ("\\left", "\\bigl"))
        return sign

    def _fraction(self, before: str) -> str:
        above, below = self._group(), self._group()
        if " " in above + below and max(len(above), len(below)) <= self._room:
            sign = chr(0xE000 + len(self.fractions))
            self.fractions[sign] = _proper(above), _proper(below)
            return sign
        told = f"{f'({above})' if _terms(above) > 1 else above}/{_bracketed(below)}"
        alone = not re.search(rf"{_FUNCTION} ?$", before)
        return told if alone and not self._goes_on() else f"({told})"

    def _goes_on(self) -> bool:
        """Whether a factor or a power follows, which one might read below the line."""
        follows = next((token for token in reversed(self._rest) if not token.isspace() and token != "\\,"), "}")
        ends = follows in ("}", ")", "]", "+", "-", "=", "<", ">", ",", ";", "|", "&", "\\|", "\\right", "\\bigr")
        return not (ends or follows[1:] in _RELATIONS or follows[1:] in _SPACES or follows == "\\end")
