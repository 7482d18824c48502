"""Which functions of the enclosure return balls, and which test holds each: a test says so by `holds`."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any

import verify.closed_form
import verify.contexts.balls
import verify.enclosure
import verify.model
import verify.sides

SOURCES = [
    *(
        path
        for part in (verify.contexts.balls, verify.enclosure)
        for path in sorted(Path(part.__path__[0]).rglob("*.py"))
    ),
    *(Path(module.__file__) for module in (verify.model, verify.closed_form, verify.sides)),
]
FILES = {str(path) for path in SOURCES}
HELD: dict[str, str] = {}
"""Function -> the test that holds what it returns against an independent value."""


def holds(always: str = "", **cases: str) -> Callable[[Any], Any]:
    """The test holds these functions; some in single cases only, which go by the words of the parameter.

    It fails if it does not come to one of them, so that the list cannot say more than is done.
    """

    def decorate(test: Any) -> Any:
        HELD.update(dict.fromkeys(" ".join([always, *cases.values()]).split(), test.__name__))

        @wraps(test)
        def held(*arguments: Any, **chosen: Any) -> None:
            words = [getattr(value, "__name__", str(value)) for value in chosen.values()]
            owed = {*always.split(), *(name for word in words for name in cases.get(word, "").split())}

            def note(frame: FrameType, event: str, _: object) -> None:
                code = frame.f_code
                if event == "call" and code.co_filename in FILES:
                    owed.discard(_named(Path(code.co_filename), code.co_qualname.replace(".<locals>", "")))
                    if not owed:
                        sys.setprofile(before)

            before = sys.getprofile()
            sys.setprofile(note if owed else before)
            try:
                test(*arguments, **chosen)
            finally:
                sys.setprofile(before)
            assert not owed, f"{test.__name__} does not come to {sorted(owed)}"

        return held

    return decorate


def _named(path: Path, name: str) -> str:
    return f"{path.stem}.{name}"


def returning_balls() -> set[str]:
    """Every function whose annotation says that it returns balls, what holds balls, or anything."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
    kinds, before = {"arb", "acb", "Number", "Terms", "Side"}, 0
    while len(kinds) > before:
        before = len(kinds)
        kinds |= {name for tree in trees.values() for name in _holding(tree, kinds)}
    found = set()
    for path, tree in trees.items():
        for name, returned in _functions(tree, ""):
            if returned == {"Any"} or returned & kinds:
                found.add(_named(path, name))
    return found


def _holding(tree: ast.Module, kinds: set[str]) -> Iterator[str]:
    """Data classes with a ball among their fields, and names for types with balls in them."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            if any(_words(part.annotation) & kinds for part in node.body if isinstance(part, ast.AnnAssign)):
                yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript) and _words(node.value) & kinds:
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _words(node: ast.AST | None) -> set[str]:
    return set(re.findall(r"\w+", ast.unparse(node))) if node else set()


def _functions(node: ast.AST, inside: str) -> Iterator[tuple[str, set[str]]]:
    """Names, and the words of what they return."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{inside}{child.name}.")
        elif isinstance(child, ast.FunctionDef):
            yield inside + child.name, _words(child.returns)
            yield from _functions(child, f"{inside}{child.name}.")
        elif isinstance(child, ast.stmt):
            yield from _functions(child, inside)
