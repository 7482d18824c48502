"""SymPy expressions as source text: NumPy over arrays, or JavaScript over numbers.

The text is a function of the expression alone: terms are ordered by SymPy's canonical keys, numbers are folded to the
shortest literal that reads back as the same float64, nothing depends on hashing. Nothing is simplified.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from math import isfinite
from typing import ClassVar, Final

import sympy
from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol
from sympy.printing.printer import Printer

_SUM, _PRODUCT, _POWER = 1, 2, 3


class SourcePrinter(Printer):
    """The walk over an expression; a language is a table. What has no method and is no function of it is refused.

    `functions`: by the name of a SymPy function, or of an operation, the callable that computes it. `clip`, `where`:
    templates of the arguments (value, low, high) and (condition, value, otherwise). `relations`: operators written
    otherwise than SymPy does. `reserved`: names that no symbol may have. A method's `context` is how tightly the
    surrounding operator binds.
    """

    name: str
    functions: ClassVar[Mapping[str, str]]
    clip: str
    where: str
    both: str
    either: str
    relations: Mapping[str, str]
    reserved: frozenset[str]
    largest: float
    """Largest whole number that is written as one."""
    doubled_sign: bool
    """Whether −−x is x twice negated; in JavaScript it is a decrement."""
    operands: int
    """How tightly a power binds its operands."""
    exact: bool = False
    """Whether numbers may have more digits than a float64, so that no fraction is to be rounded to one."""

    def call(self, function: str, *arguments: str) -> str:
        """A call of a function by its SymPy name."""
        return f"{self.functions[function]}({', '.join(arguments)})"

    def raised(self, base: str, exponent: str, context: int) -> str:
        """A power of source text, whose operands are bracketed where they must be."""
        raise NotImplementedError

    def number(self, value: Expr) -> str:
        """A constant expression as a float literal (an int literal where it is one)."""
        if isinstance(value, Integer) and abs(value) <= self.largest:
            return str(int(value))
        literal = float(value.evalf(30))
        if not isfinite(literal):
            raise ValueError(f"no {self.name} form for {value}: it is not a finite number")
        return repr(literal)

    def show(self, part: Expr, context: int = 0) -> str:
        """One expression as source; variables are named like the symbols. ValueError for what the language has not."""
        if part.is_number:
            literal = self.number(part)
            return _wrap(literal, literal.startswith("-") and context >= _PRODUCT)
        return str(self._print(part, context=context))

    def emptyPrinter(self, part: Expr, context: int = 0) -> str:
        """What has no form."""
        raise ValueError(f"no {self.name} form for {part.func.__name__} in {part}")

    _print_AppliedUndef = emptyPrinter  # noqa: N815

    def _print_Symbol(self, part: Symbol, context: int) -> str:
        if not part.name.isidentifier() or part.name in self.reserved:
            raise ValueError(f"no {self.name} form for the symbol {part.name!r}: it cannot name a variable")
        return str(part.name)

    def _print_Add(self, part: Add, context: int) -> str:
        pieces = [self.show(term, _SUM) for term in part.as_ordered_terms()]
        pieces.sort(key=lambda piece: piece.startswith("-"))
        joined = pieces[0]
        for piece in pieces[1:]:
            joined += f" - {piece[1:]}" if piece.startswith("-") else f" + {piece}"
        return _wrap(joined, context > _SUM)

    def _print_Mul(self, part: Mul, context: int) -> str:
        constant = Mul(*(factor for factor in part.args if factor.is_number))
        factors = [factor for factor in part.as_ordered_factors() if not factor.is_number]
        above = [factor for factor in factors if not is_reciprocal(factor)]
        below = [1 / factor for factor in factors if is_reciprocal(factor)]
        below.sort(key=lambda factor: isinstance(factor, Symbol))  # first by what may be 0, a sine: 0/0 has no value
        magnitude = abs(constant)
        whole = isinstance(magnitude, Rational) and (magnitude.p == 1 or self.exact)
        if whole and above and magnitude.q & (magnitude.q - 1):
            below.insert(0, Integer(magnitude.q))  # no power of 2, so the quotient has more digits than a product
            magnitude = Integer(magnitude.p)
        names = [self.show(factor, _PRODUCT) for factor in above]
        if magnitude != 1 or not names:
            names.insert(0, self.number(magnitude))
        source = " * ".join(names)
        if constant.is_negative:
            source = "-" + _wrap(source, source.startswith("-") and not self.doubled_sign)
        for factor in below:
            if _is_three_halves(factor):  # one after the other: their product may leave the range of a float64
                base = self.show(factor.base, _POWER)
                source += f" / {base} / {self.call('sqrt', base)}"
            else:
                source += f" / {self.show(factor, _POWER)}"
        return _wrap(source, context > _PRODUCT)

    def _print_Pow(self, part: Pow, context: int) -> str:
        base, exponent = part.args
        if exponent.is_negative:
            return _wrap(f"1 / {self.show(1 / part, _POWER)}", context >= _PRODUCT)
        if exponent == Rational(1, 2):
            return self.call("sqrt", self.show(base))
        if _is_three_halves(part):  # five times as fast as a power
            name = self.show(base, _POWER)
            return _wrap(f"{name} * {self.call('sqrt', name)}", context >= _PRODUCT)
        if isinstance(exponent, Rational) and exponent.q == 3:  # a float64 is no third: x ** (1/3) loses digits far out
            root = self.call("cbrt", self.show(base))
            return root if exponent.p == 1 else self.raised(root, str(exponent.p), context)
        return self.raised(self.show(base, self.operands), self.show(exponent, self.operands), context)

    def _print_Function(self, part: Expr, context: int) -> str:
        if len(part.args) != 1 or part.func.__name__ not in self.functions:
            return self.emptyPrinter(part)
        return self.call(part.func.__name__, self.show(part.args[0]))

    def _print_cot(self, part: Expr, context: int) -> str:
        angle = self.show(part.args[0])
        return _wrap(f"{self.call('cos', angle)} / {self.call('sin', angle)}", context >= _PRODUCT)

    def _print_asin(self, part: Expr, context: int) -> str:
        """An angle of the theory: its sine is at most 1, but for rounding."""
        return self.call("asin", self.call("Min", self.show(part.args[0]), "1"))

    def _print_hypot(self, part: Expr, context: int) -> str:
        return self.call("hypot", *map(self.show, part.args))

    def _print_root(self, part: Expr, context: int) -> str:
        terms = [self.show(term, _POWER) for term in part.args]
        return self.call("root", *terms) if "root" in self.functions else self.call("sqrt", " * ".join(terms))

    def _print_square(self, part: Expr, context: int) -> str:
        quotient = " / ".join(self.show(term, _POWER) for term in part.args)
        return self.raised(_wrap(quotient, self.operands > 0), "2", context)

    def _print_MinMaxBase(self, part: Expr, context: int) -> str:
        """Nested two-argument calls; max(low, min(value, high)) is one clip."""
        *others, last = sorted(part.args, key=lambda arg: (isinstance(arg, sympy.Min), sympy.default_sort_key(arg)))
        if isinstance(part, sympy.Max) and isinstance(last, sympy.Min) and len(others) == 1 and len(last.args) == 2:
            bounds = [arg for arg in last.args if -arg == others[0] and arg.is_nonnegative]  # a clip needs low <= high
            if bounds:
                (value,) = (arg for arg in last.args if arg != bounds[0])
                value, low, high = map(self.show, (value, others[0], bounds[0]))
                return self.clip.format(value=value, low=low, high=high)
        source = self.show(last)
        for arg in reversed(others):
            source = self.call(part.func.__name__, self.show(arg), source)
        return source

    def _print_Piecewise(self, part: sympy.Piecewise, context: int) -> str:
        if all(is_reciprocal(value) or value == 1 for value, _ in part.args):  # no division where another piece holds
            inverse = sympy.Piecewise(*((1 / value, condition) for value, condition in part.args))
            return f"(1 / {self._pieces(inverse)})"
        return self._pieces(part)

    def _pieces(self, part: sympy.Piecewise) -> str:
        *pieces, (last, otherwise) = part.args
        if otherwise != True:  # noqa: E712  (SymPy's true)
            raise ValueError(f"no {self.name} form for Piecewise without a last piece that always holds in {part}")
        source = self.show(last)
        for value, condition in reversed(pieces):
            source = self.where.format(condition=self.show(condition), value=self.show(value), otherwise=source)
        return source

    def _print_And(self, part: Expr, context: int) -> str:
        word = self.both if isinstance(part, sympy.And) else self.either
        return word.join(f"({self.show(arg)})" for arg in sorted(part.args, key=sympy.default_sort_key))

    _print_Or = _print_And  # noqa: N815

    def _print_BooleanFunction(self, part: Expr, context: int) -> str:
        """By and, or, and relations, whose negations are relations: ITE, Not, Xor, Implies, Equivalent."""
        plain = part.to_nnf(simplify=False)
        return self.emptyPrinter(part) if plain == part else self.show(plain)

    def _print_Relational(self, part: Expr, context: int) -> str:
        operator = self.relations.get(part.rel_op, part.rel_op)
        return f"{self.show(part.lhs)} {operator} {self.show(part.rhs)}"


def _wrap(source: str, needed: bool) -> str:
    return f"({source})" if needed else source


def _is_three_halves(part: Expr) -> bool:
    return isinstance(part, Pow) and part.exp == Rational(3, 2) and isinstance(part.base, Symbol)


def is_reciprocal(factor: Expr) -> bool:
    """Whether a factor stands below the line."""
    return isinstance(factor, Pow) and factor.exp.is_number and factor.exp.is_negative


_SAME = "sin", "cos", "exp", "expm1", "log", "log1p", "sign", "sqrt", "hypot", "cbrt"
"""Called alike in both languages."""


class _NumPy(SourcePrinter):
    name = "NumPy"
    functions: ClassVar = {name: f"np.{name}" for name in _SAME} | {
        **{"asin": "np.arcsin", "atan": "np.arctan", "Abs": "np.abs", "Max": "np.maximum", "Min": "np.minimum"},
        **{"erf": "special.erf", "erfc": "special.erfc", "root": "root", "acute": "acute_sine"},
    }
    clip = "np.clip({value}, {low}, {high})"
    where = "np.where({condition}, {value}, {otherwise})"
    both, either, relations = " & ", " | ", {}
    reserved = frozenset(keyword.kwlist)
    largest, doubled_sign, operands = float("inf"), True, _POWER

    def raised(self, base: str, exponent: str, context: int) -> str:
        return _wrap(f"{base} ** {exponent}", context >= _POWER)

    def _print_sin(self, part: Expr, context: int) -> str:
        factor, angle = part.args[0].as_coeff_Mul()
        acute = isinstance(angle, sympy.asin) and 0 < factor <= 1
        return self.call("acute" if acute else "sin", self.show(part.args[0]))


class _Field(_NumPy):
    """Of mpmath's numbers as of arrays: what these do not share is called by the field `f` that a function is given."""

    name = "field"
    functions: ClassVar = _NumPy.functions | {
        **{name: f"f.{name}" for name in ("sin", "asin", "sqrt", "cbrt", "root")},
        "acute": "f.sin",
    }
    exact = True


_SCRIPT_WORDS = """
arguments await break case catch class const continue debugger default delete do else enum eval export extends false
finally for function if implements import in instanceof interface let new null package private protected public return
static super switch this throw true try typeof undefined var void while with yield NaN Infinity Math
"""


class _JavaScript(SourcePrinter):
    name = "JavaScript"
    functions: ClassVar = {
        name: f"Math.{name.lower()}" for name in (*_SAME, "asin", "atan", "Abs", "Max", "Min", "Pow")
    }
    clip = "Math.min(Math.max({value}, {low}), {high})"
    where = "({condition} ? {value} : {otherwise})"
    both, either, relations = " && ", " || ", {"==": "===", "!=": "!=="}
    reserved = frozenset(_SCRIPT_WORDS.split())
    largest, doubled_sign, operands = 2**53, False, 0

    def raised(self, base: str, exponent: str, context: int) -> str:
        return self.call("Pow", base, exponent)  # `-x ** 2` is a syntax error, and a call needs no brackets


NUMPY: Final = _NumPy()
FIELD: Final = _Field()
JAVASCRIPT: Final = _JavaScript()
