"""The text of the cells that are made from claims: statement, derivation, generated code, verdict, errata."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Final

from proofs.engine import claim as registry
from proofs.engine.claim import Claim
from proofs.engine.derivation import Derivation, Obligation
from verify.generated.route import holding
from verify.reading.book import of_claims
from verify.reading.derivations import errata_page
from verify.reading.notebooks.script import Cell, Script

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
