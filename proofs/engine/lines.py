"""How wide a formula is, and a wide one over several lines.

Widths are estimates in em, at the wide end of what fonts have: what is said to fit a column fits it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

COLUMN: Final = 38.0
"""Width of the narrowest column that formulas are displayed in, on a screen that is no phone's."""

_SEEN: Final = 20_000
"""Formulas that are remembered: each is measured again wherever it might be broken."""

_TOKEN: Final = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", flags=re.DOTALL)
_WIDTHS: Final = {
    **dict.fromkeys("=<>", 1.4) | dict.fromkeys("+-", 1.3) | dict.fromkeys("()[]|", 0.42) | dict.fromkeys(",;:.'", 0.4),
    **dict.fromkeys((r"\le", r"\ge", r"\ne", r"\leq", r"\geq", r"\neq", r"\to", r"\in"), 1.6),
    **dict.fromkeys("mwMW", 0.85) | dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZ", 0.8),
    **dict.fromkeys((r"\implies", r"\iff", r"\Rightarrow"), 2.4)
    | dict.fromkeys((r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\left", r"\right", "&"), 0.0),
    **{r"\quad": 1.0, r"\qquad": 2.0, r"\,": 0.17, r"\;": 0.3, r"\ ": 0.3, r"\cdot": 0.8, r"\int": 0.8, r"\infty": 1.0},
    **dict.fromkeys((r"\|", r"\{", r"\}"), 0.5) | dict.fromkeys((r"\langle", r"\rangle"), 0.45) | {r"\top": 0.8},
}
_ACCENTS: Final = frozenset({r"\hat", r"\bar", r"\dot", r"\tilde", r"\limits", r"\textstyle", r"\displaystyle"})
_WORDS: Final = frozenset({r"\text", r"\mathrm", r"\operatorname", r"\mathbf", r"\mathbb"})
_SMALL: Final = 0.74


class _Measure:
    def __init__(self, text: str) -> None:
        self._tokens = [token for token in _TOKEN.findall(text) if not token.isspace()]
        self._place, self._deep = 0, 0

    def sequence(self, *stops: str) -> float:
        """The width up to one of `stops`, which is read too."""
        total, script = 0.0, 0.0
        while self._place < len(self._tokens):
            token = self._tokens[self._place]
            if token in stops:
                self._place += 1
                break
            if token in "^_":
                self._place += 1
                wide = _SMALL * self._one()
                total += max(0.0, wide - script)
                script = max(script, wide)
            else:
                total, script = total + self._one(), 0.0
        return total

    def _one(self) -> float:
        """The width of what the next token begins."""
        if self._place == len(self._tokens):
            return 0.0
        token = self._tokens[self._place]
        self._place += 1
        if token == "{":
            return self.sequence("}")
        if token in (r"\frac", r"\tfrac", r"\dfrac"):
            self._deep += 1
            wide = max(self._one(), self._one()) + 0.3
            self._deep -= 1
            return wide * (_SMALL if self._deep or token == r"\tfrac" else 1.0)
        if token == r"\sqrt":
            return 1.0 + self._one()
        if token in _WORDS:
            return 0.6 * len(re.sub(r"[{}\\]", "", "".join(self._braced())))
        if token == r"\begin":
            return self._cases() if "".join(self._braced()) == "{cases}" else 0.0
        if token in _ACCENTS:
            return 0.0
        if len(token) > 1 and token[1].isalpha():
            plain = 0.65 if token[1:] in _GREEK else 0.58 * len(token) - 0.2
            return _WIDTHS.get(token, plain)
        return _WIDTHS.get(token, 0.62 if token.isascii() else 0.8)

    def _braced(self) -> Iterator[str]:
        end = self._tokens.index("}", self._place) + 1
        yield from self._tokens[self._place : end]
        self._place = end

    def _cases(self) -> float:
        left = right = 0.0
        while True:
            begun = self._place
            left = max(left, self.sequence("&"))
            right = max(right, self.sequence(r"\\", r"\end"))
            if self._tokens[self._place - 1] == r"\end" or self._place >= len(self._tokens) or begun == self._place:
                list(self._braced())
                return left + right + 1.8


_GREEK: Final = frozenset(
    (
        *("alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "eta", "theta", "kappa", "lambda", "mu", "pi"),
        *("rho", "sigma", "tau", "phi", "varphi", "psi", "omega", "Delta", "Phi", "Psi", "Sigma", "Gamma"),
        *("partial", "nabla", "ell", "sum"),
    )
)


@lru_cache(maxsize=_SEEN)
def width(latex: str) -> float:
    """About how wide a formula is on one line, in em."""
    return _Measure(latex).sequence()


_OPENING: Final = frozenset({"{", "(", "[", r"\{", r"\left", r"\begin", r"\langle"})
_CLOSING: Final = frozenset({"}", ")", "]", r"\}", r"\right", r"\end", r"\rangle"})
_CUTS: Final = (
    r"\\q?quad(?![A-Za-z])",
    r"(?=\\(?:implies|iff|Rightarrow)(?![A-Za-z]))",
    r"\\ (?=\\text\{or\})",
    r"(?<=,)\\ |(?<=,) (?=.*[=<>])",
    r"(?=(?:[=<>]|\\(?:leq?|geq?|neq?|to)(?![A-Za-z])))",
    r"(?= [+-] )",
    r" (?=\\int|\\left|\(|\\frac)|(?<=\\text\{ of \})",
)
"""Where a line may end, the best places first."""

_GAPS: Final = {0: r"\quad ", 2: r"\ ", 3: r"\ "}
"""What stands at such a place if the line goes on."""

_STARTS: Final = {4: 9.0, 6: 12.0}
"""What is narrower begins the line that it stands before: a left-hand side, a sign, a factor."""


def broken(latex: str, column: float = COLUMN) -> str:
    """The formula as it is if it fits the column, else line by line, one below the other."""
    rows = list(_rows(latex.strip(), column, 0))
    if len(rows) == 1:
        return latex
    lines = ("& " + r"\quad " * indent + "{} " * (row[0] in "+-") + row for indent, row in rows)
    return r"\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}"


def fits(latex: str, column: float = COLUMN) -> bool:
    """Whether no line of it is wider than the column."""
    return all(width(row) + indent <= column for indent, row in _rows(latex, column, 0))


def _rows(text: str, column: float, indent: int) -> Iterator[tuple[int, str]]:
    """Lines with their indentation."""
    if width(text) + indent <= column:
        yield indent, text
        return
    for level, cut in enumerate(_CUTS):
        pieces = _pieces(text, cut)
        while len(pieces) > 1 and width(pieces[0]) < _STARTS.get(level, 0):
            pieces[:2] = [f"{pieces[0]} {pieces[1]}"]
        lines = list(_packed(pieces, column - indent, _GAPS.get(level, "")))
        if len(lines) > 1:
            for number, line in enumerate(lines):
                yield from _rows(line, column, indent + (number > 0 and level > 0))
            return
    yield from _opened(text, column, indent)


def _pieces(text: str, cut: str) -> list[str]:
    """The text cut outside all brackets."""
    outside = _outside(text)
    found, start = [], 0
    for place in re.finditer(cut, text):
        if place.start() > start and place.start() in outside:
            found.append(text[start : place.start()].strip())
            start = place.end()
    return [piece for piece in [*found, text[start:].strip()] if piece]


@lru_cache(maxsize=_SEEN)
def _outside(text: str) -> frozenset[int]:
    """Where the words and signs outside all brackets begin."""
    places, depth, skipped = [], 0, False
    for token in _TOKEN.finditer(text):
        if depth == 0:
            places.append(token.start())
        sized = token[0] in (r"\left", r"\right")
        if not skipped:
            depth += (token[0] in _OPENING) - (token[0] in _CLOSING)
        skipped = sized
    return frozenset(places)


def _packed(pieces: list[str], room: float, gap: str) -> Iterator[str]:
    line = ""
    for piece in pieces:
        longer = f"{line} {gap}{piece}" if line else piece
        if line and width(longer) > room:
            yield line
            longer = piece
        line = longer
    yield line


_BRACKETS: Final = re.compile(r"\\left[(|]|\\right[)|]|\\bigl\(|\\bigr\)|\(|\)|\\[{}]|[{}]|\\begin|\\end")


def _opened(text: str, column: float, indent: int) -> Iterator[tuple[int, str]]:
    """A line that goes on inside its widest brackets; as it is if it has none."""
    groups: list[tuple[float, re.Match[str], re.Match[str]]] = []
    stack: list[re.Match[str]] = []
    braces = 0  # what stands in braces cannot go on in another line
    for token in _BRACKETS.finditer(text):
        if token[0] in ("{", r"\begin", "}", r"\end"):
            braces += 1 if token[0] in ("{", r"\begin") else -1
        elif ("(" in token[0] or token[0] == r"\left|") and not braces:
            stack.append(token)
        elif (")" in token[0] or token[0] == r"\right|") and not braces and stack:
            begun = stack.pop()
            if not stack:
                groups.append((width(text[begun.end() : token.start()]), begun, token))
    if not groups:
        yield indent, text
        return
    _, begun, ended = max(groups, key=lambda group: group[0])
    tall = begun[0].startswith(r"\left")
    first, last = (begun[0], ended[0]) if tall else ("(", ")")
    head, tail = text[: begun.start()], text[ended.end() :]
    room = max(column / 2, column - width(head) - width(tail) - 2)
    inside = list(_rows(text[begun.end() : ended.start()], room, indent))
    if len(inside) == 1:
        yield indent, text
        return
    for number, (deep, row) in enumerate(inside):
        begin = head + first if number == 0 else r"\left. " if tall else ""
        end = last + tail if number == len(inside) - 1 else r" \right." if tall else ""
        yield (indent if number == 0 else deep), begin + row + end
