"""The text of the cells that are made from claims: statement, derivation, generated code, verdict, errata."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Final

from sympy import true

from proofs.engine import claim as registry
from proofs.engine.claim import Claim
from proofs.engine.derivation import Obligation, Step
from proofs.engine.render import forms_of, latex_of
from verify.generated.route import holding
from verify.reading.book import PAGES, heading_of, slug_of
from verify.reading.errata import errata_page
from verify.reading.markdown import escaped
from verify.reading.notebooks.script import Cell, Script

__all__ = ["LONGEST_FORMULA", "opening", "source_of"]

LONGEST_FORMULA: Final = 600
"""Of the LaTeX of a step: beyond it a reader meets a wall of symbols, so the step is told in words."""


def opening(script: Script) -> str:
    """The first cell: title, question, and what made the notebook."""
    return "\n\n".join(
        [
            f"# {script.title}",
            f"**Question.** {script.question}",
            f"*Written by `coarseproof notebooks` from `docs/notebooks/src/{script.path.name}` and the claims it "
            "names: the formulas, derivations, code and verdicts below come from them. Change the script, not this "
            "file.*",
        ]
    )


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
    return "\n\n".join(_FORMS[cell.kind](claim) for claim in claims)


def _statement(claim: Claim) -> str:
    return "\n\n".join([f"**{_linked(claim)}**", *_formulas(claim), "\n".join(_facts(claim))])


def _linked(claim: Claim) -> str:
    return f"[{escaped(heading_of(claim))}](../formulas.md#{slug_of(claim)})"


def _formulas(claim: Claim) -> Iterator[str]:
    stated, *printed = forms_of(claim)
    yield _display(stated)
    for form in printed:
        yield "which the literature prints as"
        yield _display(form)


def _facts(claim: Claim) -> Iterator[str]:
    stated = [f"${latex_of(condition)}$" for condition in claim.hypotheses if condition != true]
    if claim.setting:
        stated.append(escaped(claim.setting))
    yield f"- hypotheses: {'; '.join(stated) or 'none beyond those of the model'}"
    yield f"- {claim.kind}; source: {escaped(claim.source)}"
    if claim.code:
        yield f"- generated code: {', '.join(f'`numerics.{name}`' for name in claim.code)}"


def _derivation(claim: Claim) -> str:
    chain = registry.derive(claim.id)
    if chain.decided is not True:
        raise ValueError(f"the derivation of {claim.id} is not proved; see `coarseproof claims {claim.id}`")
    head = f"**[Derivation](../derivations/{PAGES[claim.id[0]]}.md#{slug_of(claim)}) of {_linked(claim)}**"
    if chain.cited:
        head += f", which rests on {', '.join(chain.cited)}"
    steps = [part for number, step in enumerate(chain.steps, start=1) for part in _step(claim, number, step)]
    return "\n\n".join([head, *steps, "Every step is proved."])


def _step(claim: Claim, number: int, step: Step) -> Iterator[str]:
    name = f"**{number}. {escaped(step.name)}**"
    yield f"{name}: {escaped(step.because)}" if step.because else name
    if isinstance(step.shown, str):
        yield f"> {escaped(step.shown)}"
    else:
        latex = latex_of(step.shown)
        long = f"> An expression too long to be read; `coarseproof claims {claim.id}` prints it."
        yield _display(latex) if len(latex) <= LONGEST_FORMULA else long
    if step.obligations:
        owed = "; ".join(f"{escaped(owes.what)}: {_decision(owes)}" for owes in step.obligations)
        yield f"- owed, and decided exactly: {owed}"


def _decision(obligation: Obligation) -> str:
    """How an obligation of a proved chain was decided."""
    return "holds" if obligation.expression.is_Boolean or obligation.expression.is_Relational else "zero"


def _generated(claim: Claim) -> str:
    held = dict.fromkeys((one.module, name) for one in holding(claim) for name in one.functions)
    if not held:
        raise ValueError(f"claim {claim.id} has no generated code; leave its [generated] cell out")
    sources = [inspect.getsource(getattr(import_module(f"numerics.generated.{module}"), name)) for module, name in held]
    called = " and ".join(f"`numerics.{name}`" for name in claim.code)
    through = f"; users call {called}" if called else ""
    modules = ", ".join(dict.fromkeys(f"`numerics/generated/{module}.py`" for module, _ in held))
    head = f"**Code generated from {_linked(claim)}**, in {modules}{through}:"
    return "\n\n".join([head, *(f"```python\n{source.rstrip()}\n```" for source in sources)])


def _errata() -> str:
    """The entries of the errata page, one heading down and linked from this folder."""
    page = errata_page()
    entries = page[page.index("\n## ") :].strip()
    return entries.replace("## ", "### ").replace("](formulas.md", "](../formulas.md")


_FORMS: Final[dict[str, Callable[[Claim], str]]] = {
    "statement": _statement,
    "derivation": _derivation,
    "generated": _generated,
}


def _display(latex: str) -> str:
    """On lines of its own: that is what Jupyter, GitHub and MyST all read as a displayed formula."""
    return f"$$\n{latex}\n$$"
