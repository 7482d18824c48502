"""The derivations as pages: every step with its formula, its reason, what it owed and how that was decided.

And the errata page: printed statements that fail or hide a condition, each with its witness.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sympy import And, Basic, Expr, default_sort_key
from sympy.logic.boolalg import Boolean

import proofs
from proofs.engine.claim import Claim
from proofs.engine.derivation import Derivation, Obligation, Step
from proofs.engine.render import latex_in, latex_of
from proofs.engine.standing import proved
from proofs.errata import ERRATA, Erratum, Line
from proofs.extensions import is_own
from proofs.symbols import QUANTITIES
from verify.reading.book import CHAPTERS, PAGES, of_claims
from verify.reading.markdown import displayed, escaped, inline

MOST_LINES: Final = 14
"""Lines beyond which a formula is a wall of symbols, and is left to `coarseproof claims ID`."""


def derivation_pages() -> dict[str, str]:
    """Text of docs/derivations/*.md, one page a chapter, and of their index, by path."""
    pages = {"docs/derivations/index.md": of_claims("derivations-index")}
    for chapter, title in CHAPTERS.items():
        claims = [claim for claim in proofs.all_claims() if is_own(claim) and claim.id[0] == chapter]
        text = of_claims("derivations", formula, meanings, settled, title=title, claims=claims)
        pages[f"docs/derivations/{PAGES[chapter]}.md"] = text
    return pages


class Written(str):
    """What a step shows, as Markdown."""


def as_told(claim_id: str) -> Derivation:
    """The derivation as it is written about: without expressions, so that one process can tell it to another."""
    told = Written(meanings(claim_id))
    forms: dict[str, Any] = {"definition": told, "current": None, "derived": None, "held": ()}
    forms |= {"names": None, "implies": None, "mutants": tuple}
    return replace(proofs.derive(claim_id), steps=steps_of(claim_id), **forms)


def steps_of(claim_id: str) -> list[Step]:
    """The steps of a derivation as they are written about."""
    steps = []
    for step in proofs.derive(claim_id).steps:
        owes = tuple(replace(owed, expression=Written(settled(owed))) for owed in step.obligations)
        steps.append(replace(step, shown=Written(formula(claim_id, step)), obligations=owes))
    return steps


def formula(claim_id: str, step: Step) -> str:
    """What a step shows, displayed: a fact as it is, an expression with what it is."""
    if isinstance(step.shown, str):  # as another process wrote it
        return step.shown
    claim = proofs.get(claim_id)
    if not isinstance(step.shown, Boolean):
        return _displayed(claim_id, f"{_left(claim, step)} = {latex_of(step.shown)}")
    facts = sorted(And.make_args(step.shown), key=default_sort_key)
    return "\n\n".join(_displayed(claim_id, latex_in(claim, one)) for one in facts)


def _left(claim: Claim, step: Step) -> str:
    """The left-hand side of a line: that of the statement, but for what a minimum or a zero is sought of."""
    lines = [one for one in proofs.derive(claim.id).steps if one.kind not in ("besides", "hypothesis")]
    sought = any(isinstance(one.shown, Boolean) for one in lines) and step.kind != "statement"
    return "F" if sought else claim.subject


def _displayed(claim_id: str, latex: str) -> str:
    if (shown := displayed(latex)).count(r" \\ & ") < MOST_LINES:
        return shown
    return f"A formula of {len(latex)} characters of LaTeX, which `coarseproof claims {claim_id}` prints."


def settled(owed: Obligation) -> str:
    """How an obligation was decided, by whom, and what was zero; in words."""
    decision, shown = owed.decision, owed.expression
    if isinstance(shown, Written):
        return shown
    if decision.zero is not True:
        return f"{'refuted' if decision.zero is False else 'undecided'} {escaped(decision.witness)}".rstrip()
    if not isinstance(shown, Expr):
        return f"holds ({decision.by})" if decision.by else "holds by construction"
    if shown == 0:
        return f"exactly zero, it cancels as it stands ({decision.by})"
    told = inline(f"{latex_of(shown)} = 0")
    readable = told.count(r" \\ & ") < MOST_LINES // 2
    return f"exactly zero ({decision.by}){f': {told}' if readable else ''}"


def meanings(claim_id: str) -> str:
    """The symbols of a derivation with what they stand for; of those that are not the theory's, where they enter."""
    chain, claim = proofs.derive(claim_id), proofs.get(claim_id)
    if isinstance(chain.definition, Written):
        return chain.definition
    forms = [form for form in (claim.printed, claim.sentence) if form is not None]
    stated = [*claim.formulas.values(), *claim.hypotheses, *forms]
    met: dict[Basic, int] = dict.fromkeys((one for form in stated for one in form.free_symbols), 0)
    new: dict[int, list[str]] = {}
    for number, step in enumerate(chain.steps, start=1):
        entering = (step.shown.free_symbols if isinstance(step.shown, Basic) else set()) - met.keys()
        met |= dict.fromkeys(entering, number)
        # What a rule of a graph brings in is a name of its own, even if the theory has one that looks alike.
        own = [one for one in entering if one not in QUANTITIES or (step.kind == "rule" and step.uses)]
        new |= {number: sorted(f"${latex_in(claim, one)}$" for one in own)} if own else {}
        met = {one: at for one, at in met.items() if one not in own} | dict.fromkeys(own, -1)
    known = {one: entry for one, entry in QUANTITIES.items() if met.get(one, -1) >= 0 and one not in claim.names}
    told = [f"${entry.latex}$: {escaped(entry.meaning)}" for entry in known.values()]
    return "; ".join([*told, *(f"{', '.join(names)} from step {number} on" for number, names in new.items())])


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
