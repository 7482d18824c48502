"""Expressions and sentences in LaTeX.

The symbols of the registry carry their printed names; the printer uses those names without rebuilding the expression,
because two different symbols may print alike (the slope and a unit vector are both "a").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sympy import Basic, Eq, Expr, Mul, Piecewise, S, Symbol, default_sort_key
from sympy.core.relational import Relational
from sympy.logic import boolalg
from sympy.logic.boolalg import Boolean
from sympy.printing.latex import greek_letters_set

from proofs.engine.abbreviations import abbreviations
from proofs.engine.product import product
from proofs.engine.sentence import KINDS, All, Either, If, Iff, Part, Same, Tends, Term
from proofs.engine.written import Written, bracketed
from proofs.naming import keyword
from proofs.symbols import QUANTITIES, mu

_REMEMBERED: Final = 2048
"""Formulas whose LaTeX is kept: those of a claim stand on several pages."""


@lru_cache(maxsize=_REMEMBERED)
def latex_of(expression: Expr | Boolean) -> str:
    """The expression in LaTeX, without delimiters; what is too wide gets letters, and what they are follows."""
    text = _plain(expression, {})
    (shorter,), names, meant = abbreviations([expression], text, _plain)
    if not names:
        return text
    told = (f"{names[symbol]}={_plain(sub, names)}" for symbol, sub in meant.items())
    return _plain(shorter, names) + r",\quad \text{where }" + r",\quad ".join(told)


def _plain(expression: Basic, names: Mapping[Symbol, str]) -> str:
    return str(_Latex(names).doprint(expression))


def latex_of_all(expression: Expr | Boolean) -> str:
    """An expression or a fact in LaTeX, however wide."""
    return str(_Sentence({}, {}).doprint(expression))


def latex_of_sentence(sentence: Boolean, parts: Mapping[str, Expr], names: Mapping[Symbol, str]) -> str:
    """A sentence in LaTeX, `names` for what the claim calls by names of its own.

    A part is printed as the expression it stands for; one that has a name by that, and what it is follows, as with
    what is too wide and gets a letter.
    """
    return _written(sentence, tuple(parts.items()), tuple(names.items()))


@lru_cache(maxsize=_REMEMBERED)
def _written(sentence: Boolean, stand: tuple[tuple[str, Expr], ...], own: tuple[tuple[Symbol, str], ...]) -> str:
    parts, names = dict(stand), dict(own)
    called = {Part(name): (Part(name), part) for name, part in parts.items() if Part(name) in names}
    told = {relation.lhs for relation in sentence.atoms(Eq)}
    clauses = All(sentence, *(Eq(*pair, evaluate=False) for name, pair in called.items() if name not in told))

    def printed(form: Basic, letters: Mapping[Symbol, str]) -> str:
        return str(_Sentence(parts, {**names, **letters}).doprint(form))

    text = printed(clauses, {})
    (said, *shorter), letters, meant = abbreviations([clauses, *parts.values()], text, printed)
    if not letters:
        return text
    also = (Eq(symbol, sub, evaluate=False) for symbol, sub in meant.items())
    written = _Sentence(dict(zip(parts, shorter, strict=True)), {**names, **letters})
    return str(written.doprint(All(*said.args, *also)))


_TAKEN: Final = {name for entry in QUANTITIES.values() for name in (entry.symbol.name, entry.latex)} | {
    *("s", "t", "x", "u", "rho", "phi", "size", "pi", "π", "E", "exp")
}
"""What a formula of this package may show: a parameter that a user calls so is shown under its own symbol's name."""


def shown(symbol: Symbol) -> str:
    """The name of a symbol that the registry does not know."""
    word = keyword(symbol)
    bare = word.strip("_")
    return str(symbol.name) if {bare, _spelled(bare).strip()} & _TAKEN else word


_HELPERS: Final = {entry.symbol.name: entry.latex for entry in QUANTITIES.values()} | {"size": "|x|"}
"""Names of a derivation's own symbols: one that is called like a quantity of the registry stands for it."""

_ALPHABET: Final = {*greek_letters_set, "epsilon", "omega"}

LETTERS: Final[dict[str, str]] = {
    **{"⟨": r"\langle ", "⟩": r"\rangle ", "‖": r"\|", "*": "^*", "ᵀ": r"^\top ", "⁺": "^+", "²": "^2", "−": "-"},
    **{"∇": r"\nabla ", "ℓ": r"\ell ", "Σ": r"\textstyle\sum ", "π": r"\pi ", "τ": r"\tau ", "η": r"\eta "},
    **{"α": r"\alpha ", "ε": r"\varepsilon ", "γ": r"\gamma ", "μ": r"\mu ", "σ": r"\sigma "},
    **{"φ": r"\varphi ", "∞": r"\infty ", "∠": r"\angle ", "₊": "_+", "⁻": "^-", "ẇ": r"\dot w "},
    **{"₀": "_0", "₁": "_1", "₂": "_2"},
    **{"·": r"\cdot ", "ŵ": r"\hat w ", "ū": r"\bar u ", "∂": r"\partial ", "Δ": r"\Delta ", "δ": r"\delta "},
    **{"θ": r"\theta ", "κ": r"\kappa ", "β": r"\beta ", "λ": r"\lambda ", "ρ": r"\rho ", "Ψ": r"\Psi "},
}


_COMMANDS: Final = str.maketrans(LETTERS)


@lru_cache(maxsize=_REMEMBERED)
def _spelled(name: str) -> str:
    """A name with its subscripts: a word stands upright, as cos or start; w*_i has its star above.

    One that is a formula, as ⟨u,w*⟩, keeps what it says. A prime is a superscript: in braces, y' can be squared.
    """
    base, *below = name.split("_")
    star = "^{*}" if base.endswith(("*", "^*")) else ""
    told = _word(base.removesuffix("*").removesuffix("^")) + star
    under = r"\,".join(map(_word, below))
    told += f"_{{{under}}}" if below else ""
    if any(sign in name for sign in "(⟨‖Σ√| "):
        told = re.sub(r"√(\|[^|]*\||\w)", r"\\sqrt{\1}", re.sub(r"(?<!\\)\b(sin|cos|tan)\b", r"\\\1", _letters(name)))
        told = re.sub(r"_([A-Za-z]{2,})", r"_{\\mathrm{\1}}", told)
    return f"{{{told}}}" if "'" in told else told


def _letters(text: str) -> str:
    told = re.sub("(\\w)\u0304", r"\\bar \1", text).translate(_COMMANDS)
    return re.sub(r"(?<=[A-Za-z]) (?![A-Za-z])", "", told)  # the space that ends a command


def _word(text: str) -> str:
    if text in _ALPHABET or text.lower() in _ALPHABET:
        return rf"\{text}"
    return rf"\mathrm{{{text}}}" if len(text) > 1 and text.isalpha() and text.isascii() else _letters(text)


class _Latex(Written):
    def __init__(self, names: Mapping[Symbol, str]) -> None:
        super().__init__({"symbol_names": dict(names)})

    def _print_Subs(self, expr: Any) -> str:
        told, *pairs = expr.args
        where = ",\\ ".join(f"{self._print(one)}={self._print(value)}" for one, value in zip(*pairs, strict=True))
        return rf"[{self._print(told)}]_{{{where}}}"

    def _print_UnevaluatedExpr(self, expr: Any) -> str:
        text = str(self._print(expr.args[0]))
        return rf"\left({text}\right)" if expr.args[0].is_Add else text

    def _print_Symbol(self, expr: Symbol, style: str = "plain") -> str:
        known = self._settings["symbol_names"].get(expr) or _HELPERS.get(expr.name)
        return known or _spelled(shown(expr))

    def _print_ITE(self, expr: Any) -> Any:
        condition, yes, no = expr.args
        if not (isinstance(yes, Relational) and yes.func == no.func and yes.lhs == no.lhs):
            return self._print(boolalg.Or(boolalg.And(condition, yes), boolalg.And(boolalg.Not(condition), no)))
        bound = Piecewise((yes.rhs, condition), (no.rhs, True))
        sign = latex_of(yes.func(Symbol("l"), Symbol("r"), evaluate=False)).removeprefix("l").removesuffix("r")
        return f"{self._print(yes.lhs)}{sign}{self._print(bound)}"

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        if expr.func != mu:
            return str(super()._print_Function(expr, exp))
        applied = f"\\mu'{bracketed(str(self._print(expr.args[0])))}"
        return f"{applied}^{{{exp}}}" if exp is not None else applied


_SIGNS: Final = {"==": "=", "!=": r"\ne ", "<=": r"\le ", "<": "<", ">=": r"\ge ", ">": ">"}

CLAUSES: Final = r";\quad "
"""Between what a sentence asserts."""

_COMPOUND: Final = (All, boolalg.And, boolalg.Or, If, Iff, boolalg.Implies, boolalg.Equivalent)
"""What stands in brackets inside a sentence; from the fourth on, also after an implication."""


class _Sentence(_Latex):
    """`deep` counts the conditions around what is printed."""

    def __init__(self, parts: Mapping[str, Expr], names: Mapping[Symbol, str]) -> None:
        super().__init__(names)
        # Braces put what has a name of its own behind the letters: \beta\|z\|, not \|z\|\beta.
        own = {symbol: Term(f"{{{latex}}}") for symbol, latex in names.items()}
        self._parts, self._deep = {name: part.xreplace(own) for name, part in parts.items()}, 0

    def _print_Term(self, expr: Symbol) -> str:
        return self._settings["symbol_names"].get(expr) or str(expr.name)

    def _print_Part(self, expr: Symbol) -> str:
        return self._settings["symbol_names"].get(expr) or str(self._print(self._parts[expr.name]))

    def _print_Relational(self, expr: Basic) -> str:
        return self._print(expr.args[0]) + self._turned(expr)

    _print_Same = _print_Tends = _print_Relational  # noqa: N815 -- the printer's names

    def _turned(self, relation: Basic) -> str:
        """A relation without its left side, so that the next can go on from what stands on its right."""
        if isinstance(relation, Same):
            return f"={self._print(relation.args[1])}"
        if isinstance(relation, Tends):
            _, limit, (symbol, to) = relation.args
            return rf"\to {self._print(limit)}\ ({self._print(symbol)}\to {self._print(to)})"
        return f"{_SIGNS[relation.rel_op]}{self._print(relation.rhs)}"

    def _print_Mul(self, expr: Expr) -> str:
        # What has a name comes first, L‖w − w'‖; another part is a factor like others.
        called = [part for part in expr.args if part in self._settings["symbol_names"] and isinstance(part, Part)]
        factors = [self._parts[one.name] if isinstance(one, Part) else one for one in expr.args if one not in called]
        rest = Mul(*factors, evaluate=False) if len(factors) > 1 else factors[0] if factors else S.One
        if not called:
            return str(super()._print_Mul(rest))
        named = " ".join(self._settings["symbol_names"][part] for part in called)
        if rest == 1:
            return named
        told = product(rest)
        sign = "- " * told.negative
        told.negative = False
        text = self._written(told)
        return rf"{sign}{named}\,{bracketed(text) if rest.is_Add else text}"

    def _print_All(self, expr: All) -> str:
        # What is asserted alone stands apart; inside a condition the clauses are close together.
        flat = [one for clause in expr.args for one in (clause.args if isinstance(clause, All) else [clause])]
        return self._chained(flat, r",\ " if self._deep else CLAUSES)

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

    def _print_And(self, expr: Any) -> str:
        return self._within(All(*sorted(expr.args, key=default_sort_key)))

    def _print_Either(self, expr: Any) -> str:
        return r"\ \text{or}\ ".join(map(self._grouped, expr.args))

    def _print_Or(self, expr: Any) -> str:
        return self._print_Either(Either(*sorted(expr.args, key=default_sort_key)))

    def _grouped(self, clause: Basic) -> str:
        text = self._within(clause)
        return rf"\bigl({text}\bigr)" if isinstance(clause, _COMPOUND) else text

    def _within(self, clause: Basic) -> str:
        self._deep += 1
        text = str(self._print(clause))
        self._deep -= 1
        return text

    def _print_If(self, expr: Any) -> str:
        premise, conclusion = expr.args
        told = self._grouped(conclusion) if isinstance(conclusion, _COMPOUND[3:]) else self._within(conclusion)
        return rf"{self._within(premise)}\implies {told}"

    def _print_Iff(self, expr: Any) -> str:
        return r"\iff ".join(map(self._within, expr.args))

    _print_Implies, _print_Equivalent = _print_If, _print_Iff  # noqa: N815 -- the printer's names

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
