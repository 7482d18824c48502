"""Claims and their expressions in LaTeX and in plain Unicode.

The symbols of the registry carry their printed names; the printers below use those names without
rebuilding the expression, because two different symbols may print alike (the slope and a unit
vector are both "a").
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent
from typing import Any

from sympy import And, Eq, Expr, Symbol, default_sort_key, true
from sympy.logic.boolalg import Boolean
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.pretty_symbology import pretty_use_unicode
from sympy.printing.pretty.stringpict import prettyForm

from proofs.engine.claim import Claim, derive, forms_of, latex_of_claim, subject_of
from proofs.engine.derivation import Obligation, Step
from proofs.engine.latex import CLAUSES, latex_of, latex_of_all
from proofs.engine.sentence import formula_of
from proofs.engine.unicode import unicode_of
from proofs.symbols import QUANTITIES, mu, quantity

__all__ = ["describe", "forms_of", "latex_of", "latex_of_claim", "line_of", "subject_of", "text_of"]


def text_of(expression: Expr | Boolean) -> str:
    """The expression in Unicode, two-dimensional (fractions take several lines), never wrapped."""
    before = pretty_use_unicode(True)
    try:
        lines = str(_Pretty().doprint(expression)).splitlines()
        return "\n".join(line.rstrip() for line in lines)
    finally:
        pretty_use_unicode(before)


def line_of(expression: Expr | Boolean) -> str:
    """The expression in Unicode on a single line."""
    return unicode_of(latex_of_all(expression))


def _is_compound(text: str) -> bool:
    """Whether a printed name needs brackets under a power, as v·v* does and (v−v*) does not."""
    return not text.startswith("(") and any(mark in text for mark in "·ᵀ²−*")


class _Pretty(PrettyPrinter):
    def __init__(self) -> None:
        super().__init__({"use_unicode": True, "wrap_line": False})

    def _print_Symbol(self, e: Symbol, bold_name: bool = False) -> prettyForm:
        known = quantity(e)
        if known is None:
            return prettyForm(line_of(e))
        binding = prettyForm.POW if _is_compound(known.text) else prettyForm.ATOM
        if "·" in known.text and binding != prettyForm.ATOM:  # as a factor, too, a·b wants brackets
            binding = prettyForm.ADD
        return prettyForm(known.text, binding=binding)

    def _print_Is(self, e: Any) -> prettyForm:
        return prettyForm(line_of(e))

    _print_Tends = _print_Is  # noqa: N815 -- the printer's name

    def _print_Same(self, e: Any) -> prettyForm:
        return self._print_Relational(Eq(*e.args, evaluate=False))

    def _print_Function(self, e: Any, *arguments: Any, **options: Any) -> prettyForm:
        if e.func == mu:
            options["func_name"] = "μ'"
        return super()._print_Function(e, *arguments, **options)


# Whole claims.


def describe(claim: Claim, width: int = 100) -> str:
    """Everything about a claim: what it says, its hypotheses, its derivation step by step."""
    return "\n".join([*_head(claim, width), "", "Derivation", *_derivation(claim, width)])


def _head(claim: Claim, width: int) -> Iterator[str]:
    yield f"{claim.id}  {claim.title}"
    yield f"{claim.kind.value}; source: {claim.source}"
    ends = "" if claim.statement is None else " ="
    yield from ("", "Statement", *(f"  {unicode_of(clause)}{ends}" for clause in subject_of(claim).split(CLAUSES)))
    if claim.statement is not None:
        yield _block(claim.statement, width, "    ")
    for printed in claim.forms[1:]:
        yield from ("", "Printed form", _block(printed, width))
    if besides := claim.besides():
        yield from ("", "Besides", *(f"  {name}" for name in besides))
    hypotheses = [line_of(condition) for condition in claim.hypotheses if condition != true]
    hypotheses += [
        line_of(formula_of(premise, {})) for premise in claim.premises.values() if premise not in claim.hypotheses
    ]
    if claim.setting:
        hypotheses.append(claim.setting)
    symbols = list(_symbols(claim))
    if hypotheses or symbols:
        yield from ("", "Hypotheses", *(f"  {text}" for text in [*hypotheses, *symbols]))
    if claim.code:
        yield from ("", f"Generated code: {', '.join(claim.code)}")


def _symbols(claim: Claim) -> Iterator[str]:
    """The symbols of the statement, with the domains their assumptions give them.

    A hypothesis such as r > 0 is an assumption on the symbol: SymPy has reduced it to "true".
    """
    free = {symbol for part in (*claim.forms, *claim.hypotheses) for symbol in part.free_symbols}
    for symbol, entry in QUANTITIES.items():
        if symbol in free:
            yield f"{entry.text}: {entry.meaning}{_domain(symbol, entry.text)}"


def _domain(symbol: Symbol, text: str) -> str:
    if symbol.is_integer:
        return f"; {text} ≥ 1, an integer"
    if symbol.is_positive:
        return f"; {text} > 0"
    return f"; {text} ≥ 0" if symbol.is_nonnegative else ""


def _derivation(claim: Claim, width: int) -> Iterator[str]:
    chain = derive(claim.id)
    if chain.cited:
        yield f"  rests on {', '.join(chain.cited)}"
    for number, step in enumerate(chain.steps, start=1):
        yield from _step(number, step, width)
    if chain.decided is not True:
        yield "  REFUTED" if chain.decided is False else "  UNDECIDED"
        return
    yield "  every step is decided" + (f"; trusted: {', '.join(chain.rules)}" if chain.rules else "")
    yield from (f"  words alone join: {name}" for name in chain.words)


def _step(number: int, step: Step, width: int) -> Iterator[str]:
    name = f"besides: {step.name}" if step.kind == "besides" else step.name
    yield f"  {number}. {name}" + (f"  ({step.because})" if step.because else "")
    yield _block(step.shown, width, "       ")
    for obligation in step.obligations:
        yield f"     owes {obligation.what}: {_decision(obligation)}"


def _decision(obligation: Obligation) -> str:
    decision = obligation.decision
    if decision.zero is True:
        condition = isinstance(obligation.expression, Boolean) and not isinstance(obligation.expression, Symbol)
        return "holds" if condition else "exactly zero"
    word = "REFUTED" if decision.zero is False else "UNDECIDED"
    return f"{word} {decision.witness}".rstrip()


def _block(shown: str | Expr, width: int, margin: str = "  ") -> str:
    """An expression in two dimensions if it fits the width, on one line otherwise; facts below one another."""
    if isinstance(shown, str):
        return indent(shown, margin)
    if isinstance(shown, And):
        return "\n".join(_block(fact, width, margin) for fact in sorted(shown.args, key=default_sort_key))
    text = text_of(shown)
    fits = max(len(line) for line in text.splitlines()) + len(margin) <= width
    return indent(text if fits else line_of(shown), margin)
