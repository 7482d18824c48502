"""Expressions and sentences in LaTeX.

The symbols of the registry carry their printed names; the printer uses those names without rebuilding the expression,
because two different symbols may print alike (the slope and a unit vector are both "a").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sympy import Basic, Eq, Expr, Mul, Piecewise, Symbol
from sympy.core.relational import Relational
from sympy.logic import boolalg
from sympy.logic.boolalg import Boolean
from sympy.printing.latex import LatexPrinter, greek_letters_set
from sympy.printing.precedence import PRECEDENCE

from proofs.engine.sentence import KINDS, All, If, Iff, Part, Same, Tends, Term
from proofs.naming import keyword
from proofs.symbols import QUANTITIES, mu


def latex_of(expression: Expr | Boolean) -> str:
    """The expression in LaTeX, without delimiters."""
    return str(_Latex().doprint(expression))


def latex_of_sentence(sentence: Boolean, parts: Mapping[str, Expr], names: Mapping[Symbol, str]) -> str:
    """A sentence in LaTeX, `names` for what the claim calls by names of its own.

    A part is printed as the expression it stands for; one that has a name by that, and what it is follows.
    """
    called = {Part(name): (Part(name), part) for name, part in parts.items() if Part(name) in names}
    told = {relation.lhs for relation in sentence.atoms(Eq)}
    clauses = [sentence, *(Eq(*pair, evaluate=False) for name, pair in called.items() if name not in told)]
    return str(_Sentence(parts, names).doprint(All(*clauses)))


_TAKEN: Final = {name for entry in QUANTITIES.values() for name in (entry.symbol.name, entry.text)} | {
    *("s", "t", "x", "u", "rho", "phi", "size", "pi", "π", "E", "exp")
}
"""What a formula of this package may show: a parameter that a user calls so is shown under its own symbol's name."""


def shown(symbol: Symbol) -> str:
    """The name of a symbol that the registry does not know."""
    word = keyword(symbol)
    return str(symbol.name) if word.strip("_") in _TAKEN else word


_HELPERS: Final = {entry.symbol.name: entry.latex for entry in QUANTITIES.values()} | {"size": "|x|"}
"""Names of a derivation's own symbols: one that is called like a quantity of the registry stands for it."""

_ALPHABET: Final = {*greek_letters_set, "epsilon", "omega"}


_LETTERS: Final[dict[str, str | int | None]] = {
    **{"⟨": r"\langle ", "⟩": r"\rangle ", "‖": r"\|", "*": "^*", "ᵀ": r"^\top ", "⁺": "^+", "²": "^2", "−": "-"},
    **{"·": r"\cdot ", "ŵ": r"\hat w ", "ū": r"\bar u ", "∂": r"\partial ", "Δ": r"\Delta ", "δ": r"\delta "},
    **{"θ": r"\theta ", "κ": r"\kappa ", "β": r"\beta ", "λ": r"\lambda ", "ρ": r"\rho ", "Ψ": r"\Psi "},
}


def _spelled(name: str) -> str:
    """A name with its subscripts: a word stands upright, as cos or start; w*_i has its star above.

    One that is a formula, as ⟨u,w*⟩, keeps what it says. A prime is a superscript: in braces, y' can be squared.
    """
    base, *below = name.split("_")
    star = "^{*}" if base.endswith(("*", "^*")) else ""
    told = _word(base.removesuffix("*").removesuffix("^")) + star
    under = r"\,".join(map(_word, below))
    told += f"_{{{under}}}" if below else ""
    if any(sign in name for sign in "(⟨‖"):
        told = _letters(name)
    return f"{{{told}}}" if "'" in told else told


def _letters(text: str) -> str:
    return re.sub("(\\w)\u0304", r"\\bar \1", text).translate(str.maketrans(_LETTERS))


def _word(text: str) -> str:
    if text in _ALPHABET or text.lower() in _ALPHABET:
        return rf"\{text}"
    return rf"\mathrm{{{text}}}" if len(text) > 1 and text.isalpha() and text.isascii() else _letters(text)


class _Latex(LatexPrinter):
    def __init__(self) -> None:
        names = {entry.symbol: entry.latex for entry in QUANTITIES.values()}
        super().__init__({"symbol_names": names})

    def _print_Symbol(self, expr: Symbol, style: str = "plain") -> str:
        known = self._settings["symbol_names"].get(expr) or _HELPERS.get(expr.name)
        return known or _spelled(shown(expr))

    def _as_ordered_terms(self, expr: Expr, order: str | None = None) -> list[Expr]:
        # What is added comes before what is taken away: N − β, not −β + N.
        terms = super()._as_ordered_terms(expr, order=order)
        return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))

    def _print_expm1(self, expr: Any, exp: str | None = None) -> str:
        raised = rf"\left(e^{{{self._print(expr.args[0])}}} - 1\right)"
        return raised if exp is None else f"{raised}^{{{exp}}}"

    def _print_ITE(self, expr: Any) -> Any:
        condition, yes, no = expr.args
        if not (isinstance(yes, Relational) and yes.func == no.func and yes.lhs == no.lhs):
            return self._print(boolalg.Or(boolalg.And(condition, yes), boolalg.And(boolalg.Not(condition), no)))
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


_SIGNS: Final = {"==": "=", "!=": r"\ne ", "<=": r"\le ", "<": "<", ">=": r"\ge ", ">": ">"}


class _Sentence(_Latex):
    """`deep` counts the conditions around what is printed."""

    def __init__(self, parts: Mapping[str, Expr], names: Mapping[Symbol, str]) -> None:
        super().__init__()
        # Braces put what has a name of its own behind the letters: \beta\|z\|, not \|z\|\beta.
        own = {symbol: Term(f"{{{latex}}}") for symbol, latex in names.items()}
        self._parts, self._deep = {name: part.xreplace(own) for name, part in parts.items()}, 0
        self._settings["symbol_names"] |= names

    def _print_Term(self, expr: Symbol) -> str:
        return str(expr.name)

    def _print_Part(self, expr: Symbol) -> str:
        return self._settings["symbol_names"].get(expr) or str(self._print(self._parts[expr.name]))

    def _print_Relational(self, expr: Relational) -> str:
        return self._print(expr.lhs) + self._turned(expr)

    def _turned(self, relation: Basic) -> str:
        """A relation without its left side, so that the next can go on from what stands on its right."""
        if isinstance(relation, Same):
            return f"={self._print(relation.args[1])}"
        if isinstance(relation, Tends):
            return rf"\to {self._print(relation.args[1])}" + self._approach(*relation.args[2:])
        return f"{_SIGNS[relation.rel_op]}{self._print(relation.rhs)}"

    def _print_Mul(self, expr: Expr) -> str:
        # What is a part comes first: L‖w − w'‖.
        first = [factor for factor in expr.args if isinstance(factor, Part)]
        if not first:
            return str(super()._print_Mul(expr))
        rest = expr / Mul(*first)
        sign = "-" if rest.could_extract_minus_sign() else ""
        named = "".join(self._factor(part) for part in first)
        return rf"{sign}{named}\,{self.parenthesize(-rest if sign else rest, PRECEDENCE['Mul'])}"

    def _factor(self, part: Part) -> str:
        called = self._settings["symbol_names"].get(part)
        return called or str(self.parenthesize(self._parts[part.name], PRECEDENCE["Mul"]))

    def _print_Tends(self, expr: Tends) -> str:
        return self._print(expr.args[0]) + self._turned(expr)

    def _print_Same(self, expr: Same) -> str:
        return self._print(expr.args[0]) + self._turned(expr)

    def _approach(self, where: Any, domain: Basic | None = None) -> str:
        symbol, to = map(self._print, where)
        uniformly = rf"\ \text{{uniformly on }}{self._print(domain)}" if domain is not None else ""
        return rf"{uniformly}\ ({symbol}\to {to})"

    def _print_All(self, expr: All) -> str:
        # What is asserted alone stands apart; inside a condition the clauses are close together.
        flat = [one for clause in expr.args for one in (clause.args if isinstance(clause, All) else [clause])]
        return self._chained(flat, r",\ " if self._deep else r";\quad ")

    def _chained(self, clauses: Sequence[Basic], separator: str) -> str:
        """a = b, b < c reads a = b < c."""
        text, right = "", None
        for clause in clauses:
            chained = isinstance(clause, Relational | Same | Tends)
            if chained and right is not None and clause.args[0] == right:
                text += self._turned(clause)
            else:
                text += (separator if text else "") + (self._grouped(clause) if self._deep else self._print(clause))
            right = clause.args[1] if chained else None
        return text

    def _print_Either(self, expr: Any) -> str:
        return r"\ \text{or}\ ".join(map(self._grouped, expr.args))

    def _grouped(self, clause: Basic) -> str:
        text = self._within(clause)
        return rf"\bigl({text}\bigr)" if isinstance(clause, All | If | Iff) else text

    def _within(self, clause: Basic) -> str:
        self._deep += 1
        text = str(self._print(clause))
        self._deep -= 1
        return text

    def _print_If(self, expr: Any) -> str:
        premise, conclusion = expr.args
        told = self._grouped(conclusion) if isinstance(conclusion, Iff) else self._within(conclusion)
        return rf"{self._within(premise)}\implies {told}"

    def _print_Iff(self, expr: Any) -> str:
        return r"\iff ".join(map(self._within, expr.args))

    def _print_Exists(self, expr: Any) -> str:
        symbol, sentence = map(self._within, expr.args)
        return rf"\text{{some }}{symbol}\text{{ has }}{sentence}"

    def _print_Root(self, expr: Any) -> str:
        which, symbol, equation, (low, high) = expr.args
        ends = rf"({self._print(low)},{self._print(high)})"
        return rf"{self._print(symbol)}\text{{ is {which.name} root in }}{ends}\text{{ of }}{self._within(equation)}"

    def _print_Is(self, expr: Any) -> str:
        kind, thing = expr.args
        return KINDS[kind.name].format(self._print(thing))
