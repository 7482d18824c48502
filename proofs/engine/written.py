"""Sums, products, powers and functions in LaTeX as people write them: cos θ/2 and |x| without brackets to spare."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from sympy import Expr, Function, Integral, Mul, Pow, Rational, S, default_sort_key, exp, pi, true
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter, accepted_latex_functions

from proofs.engine.lines import width
from proofs.engine.product import VECTOR, Product, content, divided, negative, place, product, with_normal_law

_TALL: Final = re.compile(r"\\(?:[dt]?frac|sqrt|left|int|sum|begin|bigl|Bigl)(?![A-Za-z])")
_SQUARE: Final = re.compile(r"(\\\|[^|]*\\\|)\^2")
_NAMES: Final = {"sign": "sgn"} | {f"a{name}": f"arc{name}" for name in ("sin", "cos", "tan")}
_CLOSED: Final = re.compile(r"\((?:[^()]|\([^()]*\))*\)")

WIDE: Final = 24.0
"""A sum that is wider, in em, stands beside its fraction: a numerator cannot go on in the next line."""


def bracketed(text: str) -> str:
    """In brackets, as high as what they hold."""
    return rf"\left({text}\right)" if _TALL.search(text) else f"({text})"


@lru_cache(maxsize=20_000)  # a sum is printed again where its width is asked; SymPy evaluates its coefficients to sort
def _in_order(total: Expr) -> tuple[Expr, ...]:
    """The terms of a sum: what is added comes before what is taken away, N − β, not −β + N."""
    return tuple(sorted(with_normal_law(total).as_ordered_terms(), key=negative))


class Written(LatexPrinter):
    """Sums, products, powers and functions; `_flat` inside an exponent, where a fraction stands in one line."""

    _flat = 0

    def _print_Add(self, expr: Expr, order: Any = None) -> str:
        if not (common := content(expr)).is_Integer:
            return self._print_Mul(Mul(common, divided(expr, common), evaluate=False))
        text = ""
        for term in _in_order(expr):
            told = self._written(product(term, not text)) if isinstance(term, Mul | Pow) else str(self._print(term))
            minus = told.startswith("-")
            text += (" - " if minus else " + ") + told.removeprefix("-").lstrip() if text else told
        return text

    def _print_Mul(self, expr: Expr) -> str:
        return self._written(product(expr))

    def _written(self, found: Product) -> str:
        vectors = [one for one in found.aside[:1] if place(one) == VECTOR and (one.is_Symbol or len(found.aside) == 1)]
        over, after = found.above, found.aside
        if found.below and not over and vectors:
            over, after = vectors, after[1:]
        alone = bool(found.below and not self._flat) or not (after or found.negative)
        above, below = self._row(over, alone), self._row(found.below, not self._flat)
        text = above
        if below and self._flat:
            text = f"{above or 1}/{bracketed(below) if len(found.below) > 1 else below}"
        elif below and len(over) == 1 and over[0].is_Add and width(above) > WIDE:
            text = rf"\frac{{1}}{{{below}}} {bracketed(above)}"
        elif below:
            text = rf"\frac{{{above or 1}}}{{{below}}}"
        aside = self._row(after, not text and not found.negative)
        applied = bool(over) and isinstance(over[-1], Function) and not below
        gap = _gap(text, aside)
        if applied and re.match(r"\(|\\left|\\begin", aside):
            gap = r"\,"
        return ("- " if found.negative else "") + (text + gap + aside or "1")

    def _row(self, factors: Iterable[Expr], alone: bool) -> str:
        """Factors beside one another; a sum needs no brackets if it is the only one, and `alone`."""
        text, many = "", len(list(factors)) > 1
        for factor in factors:
            told = str(self._print(factor))
            if not many and alone and _CLOSED.fullmatch(told):
                told = told[1:-1]
            if (many or not alone) and (factor.is_Add or factor.is_Relational or told.startswith(r"\begin")):
                told = bracketed(told)
            text += _gap(text, told) + told
        return text

    def _print_Rational(self, expr: Rational) -> str:
        return str(expr) if expr.is_Integer else self._written(product(expr))

    def _print_Integral(self, expr: Integral) -> str:
        if any(len(limit) < 3 for limit in expr.limits):
            return str(super()._print_Integral(expr))
        if expr.function.as_independent(*expr.variables, as_Add=False)[0] != 1:
            return self._written(product(expr))
        # SymPy integrates over the first variable first: its sign stands innermost.
        outer = reversed(expr.limits)
        signs = "".join(rf"\int_{{{self._raised(low)}}}^{{{self._raised(high)}}}" for _, low, high in outer)
        told = str(self._print(expr.function))
        told = bracketed(told) if expr.function.is_Add else told
        return f"{signs} {told}" + "".join(rf"\,d{self._print(one)}" for one in expr.variables)

    def _print_Pow(self, expr: Pow) -> str:
        base, power = expr.args
        if power.could_extract_minus_sign() and expr.base.is_commutative:
            return self._written(product(expr))
        if base.is_Symbol and (squared := _SQUARE.fullmatch(str(self._print(base)))):
            return squared[1] if 2 * power == 1 else f"{squared[1]}^{{{self._raised(2 * power)}}}"
        if power == S.Half:
            self._flat, before = 0, self._flat
            text = rf"\sqrt{{{self._print(base)}}}"
            self._flat = before
            return text
        if isinstance(base, Function) and not isinstance(base, exp):
            return str(self._print(base, exp=self._raised(power)))
        told = str(self._print(base))
        if base.is_Symbol:
            told = self.parenthesize_super(told)
        elif not (base.is_Integer and base >= 0) and base != pi:
            told = bracketed(told)
        return f"{told}^{{{self._raised(power)}}}"

    def _raised(self, power: Expr) -> str:
        self._flat += 1
        text = str(self._print(power))
        self._flat -= 1
        return text

    def _print_ExpBase(self, expr: Any, exp: str | None = None) -> str:
        return str(self._do_exponent(f"e^{{{self._raised(expr.args[0])}}}", exp))

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        name = _NAMES.get(expr.func.__name__, expr.func.__name__)
        if hasattr(self, f"_print_{expr.func.__name__}") and not isinstance(expr, AppliedUndef):
            return str(super()._print_Function(expr, exp))
        called = rf"\{name}" if name in accepted_latex_functions else str(self._hprint_Function(name))
        called += f"^{{{exp}}}" if exp else ""
        told = ", ".join(str(self._print(one)) for one in expr.args)
        bare = name in accepted_latex_functions and len(expr.args) == 1 and _is_short(expr.args[0])
        return f"{called}{'' if told[0] == chr(92) else ' '}{told}" if bare else called + bracketed(told)

    def _print_Abs(self, expr: Any, exp: str | None = None) -> str:
        told = str(self._print(expr.args[0]))
        told = rf"\left|{told}\right|" if _TALL.search(told) or "|" in told else f"|{told}|"
        return f"{told}^{{{exp}}}" if exp else told

    def _hprint_variadic_function(self, expr: Any, exp: str | None = None) -> str:  # of minima and maxima
        told = ", ".join(str(self._print(one)) for one in sorted(expr.args, key=default_sort_key))
        return rf"\{expr.func.__name__.lower()}{f'^{{{exp}}}' if exp else ''}{bracketed(told)}"

    _print_Min = _print_Max = _hprint_variadic_function  # noqa: N815 -- the printer's names

    def _add_parens(self, s: str) -> str:
        return bracketed(s)

    def _print_Piecewise(self, expr: Any) -> str:
        if len(expr.args) == 2 and [one for one, _ in expr.args] == [1, 0] and expr.args[1][1] == true:
            return rf"1\{{{self._print(expr.args[0][1])}\}}"
        rows = [
            rf"{self._print(one)} & \text{{otherwise}}"
            if where == true
            else rf"{self._print(one)} & \text{{if }}{self._print(where)}"
            for one, where in expr.args
        ]
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"

    def parenthesize_super(self, s: str) -> str:
        """A name that gets an exponent: in brackets if it has one, as w* does and ‖w*‖ does not."""
        closed = (s.startswith("(") and s.endswith(")")) or re.fullmatch(r"\\\|[^|]*\\\|(?:_\w+)?", s)
        return s if closed or "^" not in s else f"({s})"


def _gap(left: str, right: str) -> str:
    """What stands between two factors: no two numbers may read as one."""
    if left[-1:].isdigit() and right[:1].isdigit():
        return r" \cdot "
    return " " if left and right else ""


def _is_short(argument: Expr) -> bool:
    """Whether a function needs no brackets around it: θ, θ/2."""
    if argument.is_Symbol:
        return "(" not in str(argument)
    number, rest = argument.as_coeff_Mul()
    return bool(rest.is_Symbol and isinstance(number, Rational) and number.p == 1)
