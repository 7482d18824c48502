"""How a stored notebook differs from a fresh one, cell by cell.

Everything is compared exactly but pictures: the shapes of letters depend on fonts and on the version of matplotlib, so
a picture is compared by what `show` says of it: words, colours, markers and line styles exactly, numbers to 1e-4 of the
size of the data.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any, Final

from nbformat import NotebookNode

from verify.reading.notebooks.document import SVG, described

_TOLERANCE: Final = 1e-4


def differences(name: str, stored: NotebookNode, fresh: NotebookNode) -> Iterator[str]:
    """Unified diffs, one for each cell that differs; `name` is the notebook's."""
    old, new = ({cell.get("id", f"number {k}"): cell for k, cell in enumerate(one.cells, 1)} for one in (stored, fresh))
    texts = {"cell ids": ("\n".join(old), "\n".join(new))}
    texts |= {f"cell {id_}": _texts(old.get(id_), new.get(id_)) for id_ in dict.fromkeys([*new, *old])}
    texts["metadata"] = _metadata(stored), _metadata(fresh)
    for part, (before, after) in texts.items():
        names = f"a/{name} {part}", f"b/{name} {part}"
        if lines := [*unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="")]:
            yield "".join(f"{line}\n" for line in lines)


def _metadata(notebook: NotebookNode) -> str:
    """Without the digests: they change with the letter shapes of pictures, and the cells are compared themselves."""
    ours = notebook.metadata.get("coarseproof")
    known = {key: value for key, value in ours.items() if key != "digests"} if isinstance(ours, Mapping) else ours
    version = [notebook.nbformat, notebook.nbformat_minor]
    return _json({"nbformat": version, **notebook.metadata, "coarseproof": known})


def _texts(old: NotebookNode | None, new: NotebookNode | None) -> tuple[str, str]:
    """Both cells as text; pictures that agree within the tolerance give the same text."""
    if old is None or new is None:
        return _text(old), _text(new)
    pairs = zip(old.get("outputs", []), new.get("outputs", []), strict=False)
    agreeing = {id(one): two for one, two in pairs if (said := described(one)) and _same(said, described(two))}
    return _text(old, agreeing), _text(new)


def _text(cell: NotebookNode | None, instead: Mapping[int, NotebookNode] = {}) -> str:
    if cell is None:
        return ""
    parts = [f"{cell.cell_type}, metadata {json.dumps(cell.metadata, sort_keys=True, ensure_ascii=False)}"]
    parts += ["", *cell.source.splitlines()]
    if cell.cell_type == "code":
        parts += ["", f"executed as {cell.get('execution_count')}"]
    for output in cell.get("outputs", []):
        parts += ["", _output_text(instead.get(id(output), output))]
    return "\n".join(parts) + "\n"


def _output_text(output: NotebookNode) -> str:
    """An output for a diff: its texts line by line, and of a picture what it says of itself."""
    shown = {key: value for key, value in output.items() if key not in ("data", "text")}
    parts = [_json(shown), output.get("text", "")]
    for kind, content in sorted(output.get("data", {}).items()):
        said = (described(output) if kind == SVG else None) or content
        parts.append(f"{kind}:\n{said if isinstance(said, str) else _json(said)}")
    return "\n".join(parts)


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


def _same(one: Any, two: Any, size: float = 0.0) -> bool:
    """Equal, but for the last digits of the numbers in a list: they are measured by the largest among them."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(_same(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        largest = max((abs(x) for x in one if isinstance(x, float)), default=0.0)
        return len(one) == len(two) and all(_same(x, y, largest) for x, y in zip(one, two, strict=True))
    if isinstance(one, float) and isinstance(two, float):
        return math.isclose(one, two, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE * size)
    return bool(one == two)
