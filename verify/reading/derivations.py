"""The derivations as pages: every step with its formula, its reason, what it owed and how that was decided.

And the errata page: printed statements that fail or hide a condition, each with its witness.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sympy import And, Expr, S, default_sort_key, true
from sympy.logic.boolalg import Boolean

import proofs
from proofs.engine.claim import proved
from proofs.engine.derivation import Derivation, Obligation, Step
from proofs.engine.render import line_of
from proofs.errata import ERRATA, Erratum, Line
from proofs.extensions import is_own
from verify.reading.book import CHAPTERS, PAGES, latex_in, of_claims
from verify.reading.markdown import escaped

LONGEST_FORMULA: Final = 600
"""Characters of LaTeX beyond which a formula is a wall of symbols, and is given on one line of text instead."""

LONGEST_LINE: Final = 900
"""Characters beyond which a line of text is left to `coarseproof claims ID`."""


def derivation_pages() -> dict[str, str]:
    """Text of docs/derivations/*.md, one page a chapter, and of their index, by path."""
    pages = {"docs/derivations/index.md": of_claims("derivations-index")}
    for chapter, title in CHAPTERS.items():
        claims = [claim for claim in proofs.all_claims() if is_own(claim) and claim.id[0] == chapter]
        text = of_claims("derivations", formula, settled, title=title, claims=claims)
        pages[f"docs/derivations/{PAGES[chapter]}.md"] = text
    return pages


class Written(str):
    """What a step shows, as Markdown."""


def as_told(claim_id: str) -> Derivation:
    """The derivation as it is written about: without expressions, so that one process can tell it to another."""
    chain, steps = proofs.derive(claim_id), []
    for step in chain.steps:
        owes = tuple(
            replace(owed, expression=S.Zero if isinstance(owed.expression, Expr) else true) for owed in step.obligations
        )
        steps.append(replace(step, shown=Written("\n".join(formula(claim_id, step))), obligations=owes))
    forms: dict[str, Any] = {"definition": None, "current": None, "derived": None, "held": ()}
    return replace(chain, steps=steps, **forms, implies=None, mutants=tuple)


def steps_of(claim_id: str) -> tuple[dict[str, Any], ...]:
    """The steps as a report takes them along: name, kind, rule, uses, reason, and what each shows, as Markdown."""
    return tuple(
        {
            "name": step.name,
            "kind": step.kind,
            "rule": step.rule,
            "uses": list(step.uses),
            "because": step.because,
            "shown": "\n".join(formula(claim_id, step)),
            "owed": len(step.obligations),
        }
        for step in proofs.derive(claim_id).steps
    )


def formula(claim_id: str, step: Step) -> list[str]:
    """What a step shows: words as text, an expression in LaTeX, a long one on a line or left to the command line."""
    if isinstance(step.shown, Written):
        return [step.shown]
    if isinstance(step.shown, str):
        return ["```text", step.shown, "```"]
    claim, facts = proofs.get(claim_id), [step.shown]
    if isinstance(step.shown, Boolean):
        facts = sorted(And.make_args(step.shown), key=default_sort_key)
    return [line for one in facts for line in _displayed(claim_id, one, latex_in(claim, one))][:-1]


def _displayed(claim_id: str, shown: Expr | Boolean, latex: str) -> list[str]:
    if len(latex) <= LONGEST_FORMULA:
        return [f"$${latex}$$", ""]
    line = line_of(shown)
    if len(line) <= LONGEST_LINE:
        return ["```text", line, "```", ""]
    return [f"An expression of {len(line)} characters, which `coarseproof claims {claim_id}` prints.", ""]


def settled(owed: Obligation) -> str:
    """How an obligation was decided, in words."""
    decision = owed.decision
    if decision.zero is True:
        return "exactly zero" if isinstance(owed.expression, Expr) else "holds"
    return f"{'refuted' if decision.zero is False else 'undecided'} {escaped(decision.witness)}".rstrip()


def errata_page(entries: tuple[Erratum, ...] = ERRATA) -> str:
    """Text of docs/errata.md; ValueError if an entry is not shown."""
    return of_claims("errata", entries=entries, witness=_witness)


def _witness(entry: Erratum) -> list[Line]:
    lines = [] if (unproved := [name for name in entry.claims if proved(name) is not True]) else list(entry.witness())
    faults = [f"claim {', '.join(unproved)} is not proved"] if unproved else []
    faults += [f"{line.text} is not shown" for line in lines if not line.shown]
    if faults:
        raise ValueError(f"erratum {entry.where}: {faults[0]}, so nothing is written")
    return lines
