"""Claims and their expressions in LaTeX and in plain Unicode.

The symbols of the registry carry their printed names; the printers below use those names without
rebuilding the expression, because two different symbols may print alike (the slope and a unit
vector are both "a").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from textwrap import indent
from typing import Any, Final

from sympy import Expr, Piecewise, Symbol, true
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, Not, Or
from sympy.printing.latex import LatexPrinter, greek_letters_set
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.pretty_symbology import pretty_use_unicode
from sympy.printing.pretty.stringpict import prettyForm
from sympy.printing.str import StrPrinter

from proofs.engine.claim import Claim, derive
from proofs.engine.derivation import Obligation, Step
from proofs.naming import keyword
from proofs.symbols import QUANTITIES, mu, quantity

__all__ = ["describe", "forms_of", "latex_of", "latex_of_claim", "line_of", "text_of", "worded"]

_FIRST_PRIVATE = 0xE000


def latex_of(expression: Expr | Boolean) -> str:
    """The expression in LaTeX, without delimiters."""
    return str(_Latex().doprint(expression))


def text_of(expression: Expr | Boolean) -> str:
    """The expression in Unicode, two-dimensional (fractions take several lines), never wrapped."""
    before = pretty_use_unicode(True)
    try:
        lines = str(_Pretty().doprint(expression)).splitlines()
        return "\n".join(line.rstrip() for line in lines)
    finally:
        pretty_use_unicode(before)


def line_of(expression: Expr | Boolean) -> str:
    """The expression in Unicode on a single line, with `·` and `^` for product and power."""
    printer = _Line()
    text = re.sub(r"sqrt\((\d+|π)\)", r"√\1", printer.doprint(expression))
    for ascii_form, sign in (("**", "^"), ("*", "·"), ("<=", "≤"), (">=", "≥"), ("sqrt(", "√(")):
        text = text.replace(ascii_form, sign)
    for placeholder, name in printer.names.items():
        text = text.replace(placeholder, name)
    return str(text)


def worded(part: Expr, names: Mapping[Symbol, str]) -> str:
    """A part of a statement in LaTeX, a chapter's own symbols by their LaTeX `names`."""
    printed = {symbol: Symbol(f"{{{latex}}}", **symbol.assumptions0) for symbol, latex in names.items()}
    return latex_of(part.xreplace(printed))


_TAKEN: Final = {name for entry in QUANTITIES.values() for name in (entry.symbol.name, entry.text)} | {
    *("s", "t", "x", "u", "rho", "phi", "size", "pi", "π", "E", "exp")
}
"""What a formula of this package may show: a parameter that a user calls so is shown under its own symbol's name."""


def _shown(symbol: Symbol) -> str:
    word = keyword(symbol)
    return str(symbol.name) if word.strip("_") in _TAKEN else word


def _is_compound(text: str) -> bool:
    """Whether a printed name needs brackets under a power, as v·v* does and (v−v*) does not."""
    return not text.startswith("(") and any(mark in text for mark in "·ᵀ²−*")


_HELPERS: Final = {entry.symbol.name: entry.latex for entry in QUANTITIES.values()} | {"size": "|x|"}
"""Names of a derivation's own symbols: one that is called like a quantity of the registry stands for it."""

_ALPHABET: Final = {*greek_letters_set, "epsilon", "omega"}


def _spelled(name: str) -> str:
    """A name with its subscripts: a word stands upright, as cos or start; w*_i has its star above."""
    base, *below = name.split("_")
    star = "^{*}" if base.endswith(("*", "^*")) else ""
    word = _word(base.removesuffix("*").removesuffix("^"))
    under = r"\,".join(_word(part) for part in below)
    return f"{word}{star}" + (f"_{{{under}}}" if below else "")


def _word(text: str) -> str:
    if text in _ALPHABET or text.lower() in _ALPHABET:
        return rf"\{text}"
    return rf"\mathrm{{{text}}}" if len(text) > 1 and text.isalpha() and text.isascii() else text


class _Latex(LatexPrinter):
    def __init__(self) -> None:
        names = {entry.symbol: entry.latex for entry in QUANTITIES.values()}
        super().__init__({"symbol_names": names})

    def _print_Symbol(self, expr: Symbol, style: str = "plain") -> str:
        known = self._settings["symbol_names"].get(expr) or _HELPERS.get(expr.name)
        return known or _spelled(_shown(expr))

    def _print_expm1(self, expr: Any, exp: str | None = None) -> str:
        raised = rf"\left(e^{{{self._print(expr.args[0])}}} - 1\right)"
        return raised if exp is None else f"{raised}^{{{exp}}}"

    def _print_ITE(self, expr: Any) -> Any:
        condition, yes, no = expr.args
        if not (isinstance(yes, Relational) and yes.func == no.func and yes.lhs == no.lhs):
            return self._print(Or(And(condition, yes), And(Not(condition), no)))
        bound = Piecewise((yes.rhs, condition), (no.rhs, True))
        sign = latex_of(yes.func(Symbol("l"), Symbol("r"), evaluate=False)).removeprefix("l").removesuffix("r")
        return f"{self._print(yes.lhs)}{sign}{self._print(bound)}"

    def parenthesize_super(self, s: str) -> str:
        if s.startswith("(") and s.endswith(")"):
            return s
        return f"({s})" if "^" in s else s

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        if expr.func != mu:
            return str(super()._print_Function(expr, exp))
        applied = rf"\mu'\left({self._print(expr.args[0])}\right)"
        return f"{applied}^{{{exp}}}" if exp is not None else applied


class _Pretty(PrettyPrinter):
    def __init__(self) -> None:
        super().__init__({"use_unicode": True, "wrap_line": False})

    def _print_Symbol(self, e: Symbol, bold_name: bool = False) -> prettyForm:
        known = quantity(e)
        if known is None:
            return super()._print_Symbol(Symbol(_shown(e)), bold_name)
        binding = prettyForm.POW if _is_compound(known.text) else prettyForm.ATOM
        if "·" in known.text and binding != prettyForm.ATOM:  # as a factor, too, a·b wants brackets
            binding = prettyForm.ADD
        return prettyForm(known.text, binding=binding)

    def _print_Function(self, e: Any, *arguments: Any, **options: Any) -> prettyForm:
        if e.func == mu:
            options["func_name"] = "μ'"
        return super()._print_Function(e, *arguments, **options)


class _Line(StrPrinter):
    """Names become single private characters first: their own `*` is not a product."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, str] = {}

    def _placeholder(self, name: str) -> str:
        known = {text: key for key, text in self.names.items()}
        return known.get(name) or self._new_placeholder(name)

    def _new_placeholder(self, name: str) -> str:
        placeholder = chr(_FIRST_PRIVATE + len(self.names))
        self.names[placeholder] = name
        return placeholder

    def _print_Symbol(self, expr: Symbol) -> str:
        known = quantity(expr)
        if known is None:
            return _shown(expr)
        return self._placeholder(f"({known.text})" if _is_compound(known.text) else known.text)

    def _print_Function(self, expr: Any) -> str:
        name = "μ'" if expr.func == mu else expr.func.__name__
        return f"{name}({self.stringify(expr.args, ', ')})"

    def _print_ITE(self, expr: Any) -> str:
        condition, yes, no = (self._print(part) for part in expr.args)
        return f"({yes} if {condition} else {no})"

    def _print_Pi(self, expr: Any) -> str:
        return "π"

    def _print_Infinity(self, expr: Any) -> str:
        return "∞"


# Whole claims.


def forms_of(claim: Claim) -> list[str]:
    """The statement in LaTeX, and where it differs the form of the literature; each with its left-hand side."""
    if claim.statement is None:
        return [claim.subject]
    forms = [claim.statement] + [claim.printed] * (claim.printed not in (None, claim.statement))
    return [f"{claim.subject} = {latex_of(form)}" for form in forms]


def latex_of_claim(claim: Claim) -> str:
    """The statement in LaTeX; the form the literature prints follows after another equals sign."""
    parts = [claim.subject]
    if claim.statement is not None:
        parts.append(latex_of(claim.statement))
    if claim.printed is not None and claim.printed != claim.statement:
        parts.append(latex_of(claim.printed))
    return "\n  = ".join(parts)


def describe(claim: Claim, width: int = 100) -> str:
    """Everything about a claim: what it says, its hypotheses, its derivation step by step."""
    return "\n".join([*_head(claim, width), "", "Derivation", *_derivation(claim, width)])


def _head(claim: Claim, width: int) -> Iterator[str]:
    yield f"{claim.id}  {claim.title}"
    yield f"{claim.kind.value}; source: {claim.source}"
    yield from ("", "Statement", indent(latex_of_claim(claim), "  "))
    if claim.statement is not None:
        yield from ("", _block(claim.statement, width))
    if claim.printed is not None and claim.printed != claim.statement:
        yield from ("", "Printed form", _block(claim.printed, width))
    hypotheses = [line_of(condition) for condition in claim.hypotheses if condition != true]
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
    parts = [part for part in (claim.statement, claim.printed, *claim.hypotheses) if part is not None]
    free = {symbol for part in parts for symbol in part.free_symbols}
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
    marks = {True: "every step is proved", False: "REFUTED", None: "UNDECIDED"}
    yield f"  {marks[chain.decided]}"


def _step(number: int, step: Step, width: int) -> Iterator[str]:
    yield f"  {number}. {step.name}" + (f"  ({step.because})" if step.because else "")
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
    """An expression in two dimensions if it fits the width, on one line otherwise."""
    if isinstance(shown, str):
        return indent(shown, margin)
    text = text_of(shown)
    fits = max(len(line) for line in text.splitlines()) + len(margin) <= width
    return indent(text if fits else line_of(shown), margin)
