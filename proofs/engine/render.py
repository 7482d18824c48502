"""Claims and their expressions in LaTeX, and as a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill, indent

from sympy import And, Expr, Symbol, default_sort_key
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim, derive, forms_of, latex_in, latex_of_claim, subject_of, supposed_by
from proofs.engine.derivation import Obligation, Step
from proofs.engine.drawn import drawn
from proofs.engine.latex import CLAUSES, latex_of, latex_of_all
from proofs.engine.unicode import name_of, unicode_of
from proofs.symbols import QUANTITIES

__all__ = ["describe", "forms_of", "latex_in", "latex_of", "latex_of_claim", "line_of", "subject_of", "supposed_by"]


def line_of(expression: Expr | Boolean) -> str:
    """The expression in Unicode on a single line."""
    return unicode_of(latex_of_all(expression))


# Whole claims.


def describe(claim: Claim, width: int = 100) -> str:
    """Everything about a claim: what it says, its hypotheses, its derivation step by step."""
    return "\n".join([*_head(claim, width), "", "Derivation", *_derivation(claim, width)])


def _head(claim: Claim, width: int) -> Iterator[str]:
    yield _words(f"{claim.id}  {claim.title}", width)
    yield _words(f"{claim.kind.value}; source: {claim.source}", width)
    for heading, form in zip(("Statement", "Printed form"), forms_of(claim), strict=False):
        yield from ("", heading, *(_formula(clause, width, "  ") for clause in form.split(CLAUSES)))
    if besides := claim.besides():
        yield from ("", "Besides")
        for name, said in besides.items():
            yield from (_words(f"  {name}", width), _formula(latex_in(claim, said), width, "    "))
    hypotheses = [_formula(one, width, "  ") for one in supposed_by(claim)]
    told = [*([claim.setting] if claim.setting else []), *_symbols(claim)]
    if hypotheses or told:
        yield from ("", "Hypotheses", *hypotheses, *(_words(f"  {one}", width) for one in told))
    if claim.remark:
        yield from ("", "In words, and checked by nothing", _words(f"  {claim.remark}", width))
    if claim.code:
        yield from ("", f"Generated code: {', '.join(claim.code)}")


def _words(text: str, width: int) -> str:
    """A paragraph, indented as it begins; its other lines two columns more."""
    margin = text[: len(text) - len(text.lstrip())]
    return fill(text.lstrip(), width, initial_indent=margin, subsequent_indent=f"{margin}  ", break_on_hyphens=False)


def _formula(latex: str, width: int, margin: str) -> str:
    return indent(drawn(latex, width - len(margin)), margin)


def _symbols(claim: Claim) -> Iterator[str]:
    """The symbols that the claim and its hypotheses are about, with the domains their assumptions give them.

    A hypothesis such as r > 0 is an assumption on the symbol: SymPy has reduced it to "true".
    """
    stated = (*claim.forms, *claim.parts.values(), *claim.hypotheses, *claim.premises.values())
    free = {symbol for part in stated for symbol in part.free_symbols}
    supposed = {unicode_of(one) for one in supposed_by(claim)}
    for symbol, entry in QUANTITIES.items():
        name = name_of(entry.latex)
        if symbol in free and name != entry.meaning.replace(" ", ""):
            domain = _domain(symbol, name)
            yield f"{name}: {entry.meaning}" + (f"; {domain}" if domain and domain not in supposed else "")


def _domain(symbol: Symbol, name: str) -> str:
    if symbol.is_integer:
        return f"{name} ≥ 1, an integer"
    return f"{name} > 0" if symbol.is_positive else f"{name} ≥ 0" if symbol.is_nonnegative else ""


def _derivation(claim: Claim, width: int) -> Iterator[str]:
    chain = derive(claim.id)
    if chain.cited:
        yield f"  rests on {', '.join(chain.cited)}"
    for number, step in enumerate(chain.steps, start=1):
        yield from _step(claim, number, step, width)
    if chain.decided is not True:
        yield "  REFUTED" if chain.decided is False else "  UNDECIDED"
        return
    yield "  every step is decided" + (f"; trusted: {', '.join(chain.rules)}" if chain.rules else "")
    yield from (f"  words alone join: {name}" for name in chain.words)


def _step(claim: Claim, number: int, step: Step, width: int) -> Iterator[str]:
    name = f"besides: {step.name}" if step.kind == "besides" else step.name
    because = step.because if step.because.startswith("[") else f"({step.because})" * bool(step.because)
    yield _words(f"  {number}. {name}  {because}".rstrip(), width)
    facts = sorted(step.shown.args, key=default_sort_key) if isinstance(step.shown, And) else [step.shown]
    yield from (_formula(latex_in(claim, fact), width, "       ") for fact in facts)
    for obligation in step.obligations:
        yield _words(f"     owes {obligation.what}: {_decision(obligation)}", width)


def _decision(obligation: Obligation) -> str:
    decision = obligation.decision
    if decision.zero is True:
        condition = isinstance(obligation.expression, Boolean) and not isinstance(obligation.expression, Symbol)
        return "holds" if condition else "exactly zero"
    word = "REFUTED" if decision.zero is False else "UNDECIDED"
    return f"{word} {decision.witness}".rstrip()
