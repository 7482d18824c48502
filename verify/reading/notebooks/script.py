"""Reads a notebook's script: a Python file whose cells are prose, code, or directives that name claims."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

SCRIPTS: Final = Path(__file__).resolve().parents[3] / "docs/notebooks/src"
"""The scripts of this project's notebooks, in a checkout."""

DIRECTIVES: Final = ("statement", "derivation", "generated", "verdict", "errata")
"""Cells that are made from claims: the bracketed word, then ids; `errata` takes none."""

_NAME: Final = re.compile(r"n(\d\d)_\w+\.py")
_MARKER: Final = "# %%"
_DIRECTIVE: Final = re.compile(r"\[(\w+)\](?:\s+(.*))?")
_NAMED: Final = re.compile(r"([a-z0-9][a-z0-9-]*)(?:\s+claims:\s*(.*))?")
_LONGEST_ID: Final = 64  # of nbformat


@dataclass(frozen=True)
class Cell:
    """A cell of a script: `kind` is markdown, code or a directive; `line` is where its text begins in the script."""

    id: str
    kind: str
    claims: tuple[str, ...]
    text: str
    line: int


@dataclass(frozen=True)
class Script:
    """A notebook as written: its number, title, question and cells."""

    path: Path
    number: str
    title: str
    question: str
    cells: tuple[Cell, ...]

    @property
    def notebook(self) -> str:
        """Name of the file that is made of it."""
        return f"{self.number}-{self.path.stem.partition('_')[2].replace('_', '-')}.ipynb"


def chosen_scripts(folder: Path, only: tuple[str, ...] = ()) -> list[Path]:
    """The scripts of a folder, by number; `only`: their two digits.

    Raises ValueError if there are none, or not those, or if two have the same number.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("n*.py")):
        if match := _NAME.fullmatch(path.name):
            other = found.setdefault(match[1], path)
            if other != path:
                raise ValueError(f"{other.name} and {path.name} have the same number {match[1]}; rename one of them")
    if not found:
        raise ValueError(f"folder {folder} holds no notebook scripts; they are called n01_name.py, n02_name.py, …")
    for number in only:
        if number not in found:
            raise ValueError(f"--only {number!r} is no notebook; there are {', '.join(found)}")
    return [path for number, path in found.items() if not only or number in only]


def read_script(path: Path) -> Script:
    """The script at `path`; ValueError with its line where the format is not kept."""
    source = path.read_text(encoding="utf-8")
    try:
        docstring = ast.get_docstring(ast.parse(source)) or ""
    except SyntaxError as error:
        raise ValueError(f"{path.name}, line {error.lineno}: {error.msg}; no notebook can be made of it") from error
    title, _, question = docstring.partition("\n\n")
    if not title or not question.strip():
        raise ValueError(
            f"{path.name}: the docstring must hold a title and, as a second paragraph, the question that is answered"
        )
    cells = tuple(_cells(path.name, source.splitlines()))
    return Script(path, path.name[1:3], title.strip(), " ".join(question.split()), cells)


def _cells(name: str, lines: list[str]) -> Iterator[Cell]:
    starts = [index for index, line in enumerate(lines) if line.startswith(_MARKER)]
    if not starts:
        raise ValueError(f"{name} has no cell; a line `# %% …` begins one")
    seen: set[str] = set()
    for start, end in pairwise([*starts, len(lines)]):
        heading, place = lines[start].removeprefix(_MARKER).strip(), f"{name}, line {start + 1}"
        for part in re.split(r"\s+(?=\[)", heading):
            cell = _cell(place, part, lines[start + 1 : end], start + 2)
            if cell.id in seen:
                remedy = "`# %% [markdown] other-name`" if cell.kind == "markdown" else "another name"
                raise ValueError(f"{place}: the cell id {cell.id!r} is taken; give it {remedy}")
            seen.add(cell.id)
            yield cell


def _cell(place: str, heading: str, lines: list[str], line: int) -> Cell:
    """One cell from the rest of its marker line and the lines below it."""
    if directive := _DIRECTIVE.fullmatch(heading):
        kind, rest = directive[1], (directive[2] or "").split()
        if kind == "markdown":
            text = _prose(place, lines)
            return Cell(_identifier(rest[0] if rest else f"prose-{_slug(text)}"), kind, (), text, line)
        if kind not in DIRECTIVES:
            raise ValueError(f"{place}: [{kind}] is no kind of cell; known: markdown, {', '.join(DIRECTIVES)}")
        if not rest and kind != "errata":
            raise ValueError(f"{place}: [{kind}] names no claim, e.g. `# %% [{kind}] N1`")
        return Cell(_identifier("-".join([kind, *rest])), kind, tuple(rest), "", line)
    named = _NAMED.fullmatch(heading)
    if named is None:
        raise ValueError(
            f"{place}: a code cell needs a name and the claims it belongs to, e.g. `# %% loss-curve claims: N1`"
        )
    text = "\n".join(lines).rstrip()
    blank = len(text) - len(text.lstrip("\n"))
    claims = tuple((named[2] or "").replace(",", " ").split())
    return Cell(_identifier(named[1]), "code", claims, text[blank:], line + blank)


def _prose(place: str, lines: list[str]) -> str:
    """The text of a Markdown cell, without the comment signs."""
    for line in lines:
        if line.strip() and not line.startswith("#"):
            raise ValueError(f"{place}: {line.strip()!r} stands in a Markdown cell, but is no comment")
    text = "\n".join(line[1:].removeprefix(" ").rstrip() for line in lines).strip()
    if not text:
        raise ValueError(f"{place}: a Markdown cell without text")
    return text


def _slug(text: str) -> str:
    """The first words of a text, as an id may be written."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())[:6]) or hashlib.sha256(text.encode()).hexdigest()[:8]


def _identifier(name: str) -> str:
    """A cell id of nbformat: letters, digits, - and _; a long one is cut and told apart by a digest."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", name)
    if len(plain) <= _LONGEST_ID:
        return plain
    return f"{plain[: _LONGEST_ID - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
