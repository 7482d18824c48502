"""Text of the script `formulas.js`: what the interactive page computes with, as functions of numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from textwrap import fill, indent

from proofs.code.emit import assignments
from proofs.code.page_formulas import LONGEST, Scalar, scalars
from proofs.code.penalties import map_form, steps, value_form
from proofs.code.printers import JAVASCRIPT
from proofs.engine.claim import get
from proofs.engine.render import line_of
from proofs.penalties import map_id
from proofs.penalty_forms import Penalty, penalty

__all__ = ["CAPTIONED", "LONGEST", "PAGE_PENALTIES", "SCRIPT", "Scalar", "javascript", "scalars"]

SCRIPT = "docs/_static/interactive/formulas.js"
"""Path of the script, relative to the root."""

PAGE_PENALTIES = ("l1", "l0", "tl1", "mcp", "scad", "half")
"""Penalties of the page; the limit is a known map of w* for the first three."""

CAPTIONED = (
    *(map_id(name) for name in PAGE_PENALTIES),
    *(f"{claim}.{name}" for claim in ("R4", "R5", "R7") for name in ("l1", "l0", "tl1")),
    *("R3", "R5", "R6.radius", "R6.probability", "R7.astroid"),
)
"""Claims whose statement the page shows."""


def javascript(captions: Mapping[str, str]) -> str:
    """The script. `captions`: by claim id, the statement as MathML."""
    own = [penalty(name) for name in PAGE_PENALTIES]
    rows = scalars()
    groups = list(dict.fromkeys(row.group for row in rows))
    parts = [_group("penalties", [_penalty(each) for each in own])]
    parts += [_group(group, [_function(row) for row in rows if row.group == group]) for group in groups]
    parts.append(_group("captions", [_caption(claim_id, captions[claim_id]) for claim_id in CAPTIONED]))
    body = indent("\n".join(parts), "  ", lambda line: bool(line.strip()))
    ids = dict.fromkeys([*(map_id(each.name) for each in own), *(row.claim_id for row in rows)])
    return f'{_header(list(ids))}\n"use strict";\n\nglobalThis.coarseproofFormulas = {{\n{body}}};\n'


def _header(ids: Sequence[str]) -> str:
    listed = fill(", ".join(ids), 112, initial_indent=" * ", subsequent_indent=" * ")
    return (
        "/*\n * Formulas of the interactive page, as functions of numbers.\n *\n"
        f" * Written by `coarseproof derive` from proofs/ and the claims\n{listed}.\n"
        " * Do not edit: change the claim and derive again.\n */"
    )


def _group(name: str, members: Sequence[str]) -> str:
    return f"{name}: {{\n{indent(''.join(members), '  ', lambda line: bool(line.strip()))}}},\n"


def _caption(claim_id: str, mathml: str) -> str:
    shown = {"title": get(claim_id).title, "mathml": mathml}
    return f"{json.dumps(claim_id)}: {json.dumps(shown, ensure_ascii=False)},\n"


# Penalties: the same forms as NumPy's.


def _penalty(each: Penalty) -> str:
    shapes = [
        {
            "name": shape.name,
            "default": float(shape.default),
            "above": int(shape.above),
            "attained": shape.attained,
            "meaning": shape.meaning,
        }
        for shape in each.parameters
    ]
    names = tuple(shape.symbol.name for shape in each.parameters)
    map_claim = map_id(each.name)
    rows = [
        f"title: {json.dumps(each.title, ensure_ascii=False)},\n",
        f"claim: {json.dumps(map_claim)},\n",
        f"parameters: {json.dumps(shapes, ensure_ascii=False)},\n",
        _method("value", "p(|u|)", ("u", *names), steps(each, value_form(each), JAVASCRIPT)),
        _method("map", f"S(x), {map_claim}", ("x", "rho", *names), steps(each, map_form(each), JAVASCRIPT)),
        _method("threshold", "largest |x| with S(x) = 0", ("rho", *names), steps(each, each.threshold, JAVASCRIPT)),
        _method("displacement", "largest |x − S(x)|", ("rho", *names), steps(each, each.farthest, JAVASCRIPT)),
    ]
    return _group(each.name, rows)


def _method(name: str, comment: str, arguments: Sequence[str], pairs: Sequence[tuple[str, str]]) -> str:
    *shared, (_, value) = pairs
    lines = [f"const {key} = {source};" for key, source in shared] + [f"return {value};"]
    head = f"/** {comment} */\n" if comment else ""
    return f"{head}{name}({', '.join(arguments)}) {{\n{indent(chr(10).join(lines), '  ')}\n}},\n"


# Chapter R.


def _function(scalar: Scalar) -> str:
    names = [symbol.name for symbol in scalar.arguments]
    if missing := scalar.form.free_symbols - set(scalar.arguments):
        raise ValueError(f"{scalar.claim_id}, {scalar.what}: {sorted(map(str, missing))} are no arguments")
    pairs = assignments([scalar.form], ["value"], names, JAVASCRIPT)
    return _method(scalar.name, f"{scalar.claim_id}, {scalar.what}: {line_of(scalar.form)}", names, pairs)
