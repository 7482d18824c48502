"""A notebook as a document: its cells with stable ids, and the digests by which a change by hand is noticed.

Some cells are made from claims: statement, derivation, generated code, verdict, errata.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final
from xml.etree import ElementTree

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from proofs.engine import claim as registry
from proofs.engine.claim import Claim
from proofs.engine.derivation import Derivation, Obligation
from verify.generated.route import holding
from verify.reading.book import of_claims
from verify.reading.derivations import errata_page
from verify.reading.notebooks.script import Cell, Script

SVG: Final = "image/svg+xml"
_OURS: Final = "coarseproof"
_EDITORS: Final = ("kernelspec", "language_info")
_DESCRIPTION: Final = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_DC: Final = "{http://purl.org/dc/elements/1.1/}description"


def assemble(script: Script) -> NotebookNode:
    """The notebook of a script, not yet executed. Raises ValueError, naming the cell, for what no claim can give."""
    cells = [new_markdown_cell(opening(script), id="question")]
    for cell in script.cells:
        try:
            source = source_of(cell)
        except ValueError as error:
            raise ValueError(f"{script.path.name}, cell {cell.id!r}: {error}") from error
        made = new_code_cell if cell.kind in ("code", "verdict") else new_markdown_cell
        cells.append(made(source, id=cell.id))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def finish(notebook: NotebookNode, script: Script) -> NotebookNode:
    """After execution: alternative texts of the pictures, the digests, and nothing that changes from run to run."""
    for cell in notebook.cells:
        alternatives = [said["description"] for output in cell.get("outputs", []) if (said := described(output))]
        image = {"alt": " ".join(alternatives)}  # and the code of what draws is folded by the site and by Jupyter
        drawing = {"mystnb": {"image": image}, "tags": ["hide-input"], "jupyter": {"source_hidden": True}}
        cell.metadata = NotebookNode(drawing if alternatives else {})
    notebook.metadata.language_info = NotebookNode({"name": "python"})
    digests = [f"{cell.id} {_digest(cell)}" for cell in notebook.cells]
    said = {"script": f"docs/notebooks/src/{script.path.name}", "digests": digests}
    notebook.metadata[_OURS] = NotebookNode(said, metadata=_digest_of(_metadata(notebook)))
    nbformat.validate(notebook)
    return notebook


def text_of(notebook: NotebookNode) -> str:
    """What the file holds."""
    return f"{nbformat.writes(notebook, version=4).rstrip()}\n"


def described(output: NotebookNode) -> dict[str, Any] | None:
    """What `show` says of a picture: its description and the data drawn; None for any other output."""
    picture = output.get("data", {}).get(SVG)
    if picture is None or (found := _DESCRIPTION.search(picture)) is None:
        return None
    try:
        words = ElementTree.fromstring(found[0]).findtext(f".//{_DC}")
        said = json.loads(words or "null")
    except (ElementTree.ParseError, ValueError):
        return None
    return said if isinstance(said, dict) and "description" in said else None


def _digest(cell: NotebookNode) -> str:
    """Of what somebody may have put there: kind, source, outputs, attachments (e.g. pictures) and metadata (e.g. tags).

    The order and indentation of the file, and the numbers of execution, are an editor's.
    """
    said = {name: cell.get(name) for name in ("cell_type", "source", "outputs")}
    said |= {name: cell[name] for name in ("attachments", "metadata") if cell.get(name)}
    return _digest_of(said)


def _metadata(notebook: NotebookNode) -> dict[str, Any]:
    """Of the notebook, without what editors rewrite and what is written here."""
    return {key: value for key, value in notebook.metadata.items() if key not in (*_EDITORS, _OURS)}


def _digest_of(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def changed_cells(notebook: NotebookNode) -> Iterator[str]:
    """What was changed since it was written, by cell id; a notebook without digests was not written here."""
    ours = notebook.metadata.get(_OURS)
    written = ours.get("digests") if isinstance(ours, Mapping) else None
    if not isinstance(written, list) or not all(isinstance(line, str) for line in written):
        yield "a notebook that this command did not write"
        return
    if "metadata" not in ours:
        yield "an earlier version of this command wrote it, so that changes by hand cannot be told"
        return
    before = dict(line.partition(" ")[::2] for line in written)
    now = {cell.get("id", "without id"): _digest(cell) for cell in notebook.cells}
    yield from (f"cell {name!r} was added" for name in now if name not in before)
    yield from (f"cell {name!r} was changed" for name in now if name in before and now[name] != before[name])
    yield from (f"cell {name!r} was removed" for name in before if name not in now)
    if len(now) == len(before) and list(now) != list(before):
        yield "the cells were put in another order"
    if _digest_of(_metadata(notebook)) != ours["metadata"]:
        yield "the notebook's metadata were changed"


LONGEST_FORMULA: Final = 600
"""Of the LaTeX of a step: beyond it a reader meets a wall of symbols, so the step is told in words."""


def opening(script: Script) -> str:
    """The first cell: title, question, and what made the notebook."""
    made = (
        f"*Written by `coarseproof notebooks` from `docs/notebooks/src/{script.path.name}` and the claims it names: "
        "the formulas, derivations, code and verdicts below come from them. Change the script, not this file.*"
    )
    return f"# {script.title}\n\n**Question.** {script.question}\n\n{made}"


def source_of(cell: Cell) -> str:
    """The source of a notebook's cell. Raises ValueError for an unknown claim, or one without what is asked for."""
    if cell.kind in ("markdown", "code"):
        return cell.text
    claims = [registry.get(name) for name in cell.claims]
    if cell.kind == "errata":
        return _errata()
    if cell.kind == "verdict":
        named = ", ".join(f'"{claim.id}"' for claim in claims)
        return f"from verify.reading.notebooks.reading import verdicts\n\nverdicts({named})"
    known = {"kind": cell.kind, "claims": claims, "longest": LONGEST_FORMULA}
    return of_claims("cell", **known, proved=_proved, decision=_decision, written=_written).strip()


def _proved(claim: Claim) -> Derivation:
    chain = registry.derive(claim.id)
    if chain.decided is not True:
        raise ValueError(f"the derivation of {claim.id} is not proved; see `coarseproof claims {claim.id}`")
    return chain


def _decision(obligation: Obligation) -> str:
    """How an obligation of a proved chain was decided."""
    return "holds" if obligation.expression.is_Boolean or obligation.expression.is_Relational else "zero"


def _written(claim: Claim) -> tuple[list[str], list[str]]:
    """The generated modules that hold code of the claim, and the text of its functions in them."""
    held = dict.fromkeys((one.module, name) for one in holding(claim) for name in one.functions)
    if not held:
        raise ValueError(f"claim {claim.id} has no generated code; leave its [generated] cell out")
    sources = [inspect.getsource(getattr(import_module(f"numerics.generated.{module}"), name)) for module, name in held]
    return list(dict.fromkeys(module for module, _ in held)), sources


def _errata() -> str:
    """The entries of the errata page, one heading down and linked from this folder."""
    page = errata_page()
    entries = page[page.index("\n## ") :].strip()
    return entries.replace("## ", "### ").replace("](formulas.md", "](../formulas.md")
