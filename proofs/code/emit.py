"""SymPy expressions as source text: NumPy over arrays, or JavaScript over numbers.

The text is a function of the expression alone: terms are ordered by SymPy's canonical keys, numbers are folded to the
shortest literal that reads back as the same float64, nothing depends on hashing. Nothing is simplified: a claim's
stable form is emitted as it stands. One walk serves both languages; what differs is `proofs.code.dialect`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

import sympy
from sympy import Add, Expr, Float, Integer, Mul, Pow, Rational, Symbol, cot, cse, numbered_symbols
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.relational import Relational

from proofs.code.dialect import NUMPY, Dialect

__all__ = ["assignments", "fold_constants", "gather_roots", "gather_squares", "in_log1p", "number", "text"]

_CALLS = (
    *(sympy.sin, sympy.cos, sympy.atan, sympy.exp, expm1, sympy.log, log1p),
    *(sympy.erf, sympy.erfc, sympy.Abs, sympy.sign),
)

_SUM, _PRODUCT, _POWER = 1, 2, 3


class root(sympy.Function):  # noqa: N801  (called as it is emitted)
    """√(a·b·…) as one operation of its factors, as `gather_roots` writes it."""


class square(sympy.Function):  # noqa: N801
    """The square of a quotient of two terms, as `gather_squares` writes it."""


class hypot(sympy.Function):  # noqa: N801
    """√(1 + y²) as one operation of 1 and y, as `gather_squares` writes it."""


def number(value: Expr, dialect: Dialect = NUMPY) -> str:
    """A constant expression as a float literal (an int literal where it is one)."""
    if isinstance(value, Integer) and (dialect is NUMPY or abs(value) <= 2**53):
        return str(int(value))
    literal = float(value.evalf(30))
    if not isfinite(literal):
        raise ValueError(f"no {dialect.name} form for {value}: it is not a finite number")
    return repr(literal)


def text(expression: Expr, dialect: Dialect = NUMPY) -> str:
    """One expression as source; variables are named like the symbols. ValueError for what the language has not."""
    return _Printer(dialect).show(expression, 0)


@dataclass(frozen=True)
class _Printer:
    """The walk. `context` is how tightly the surrounding operator binds."""

    dialect: Dialect

    def show(self, part: Expr, context: int) -> str:
        call = self.dialect.call
        if part.is_number:
            literal = number(part, self.dialect)
            return f"({literal})" if literal.startswith("-") and context >= _PRODUCT else literal
        if isinstance(part, Symbol):
            return self.dialect.symbol(part.name)
        if isinstance(part, Add):
            return _wrap(self._sum(part), context > _SUM)
        if isinstance(part, Mul):
            return _wrap(self._product(part), context > _PRODUCT)
        if isinstance(part, Pow):
            return self._power(part, context)
        if isinstance(part, cot):
            angle = self.show(part.args[0], 0)
            return _wrap(f"{call('cos', angle)} / {call('sin', angle)}", context >= _PRODUCT)
        if part.func in _CALLS:
            return call(part.func.__name__, self.show(part.args[0], 0))
        if isinstance(part, root | square | hypot):
            return self._gathered(part, context)
        if isinstance(part, sympy.asin):  # an angle of the theory: its sine is at most 1, but for rounding
            return call("asin", call("Min", self.show(part.args[0], 0), "1"))
        if isinstance(part, sympy.Max | sympy.Min):
            return self._extreme(part)
        if isinstance(part, Relational | sympy.And | sympy.Or):  # a condition that several pieces share
            return self._condition(part)
        if isinstance(part, sympy.Piecewise):
            return self._piecewise(part)
        raise ValueError(f"no {self.dialect.name} form for {part.func.__name__} in {part}")

    def _gathered(self, part: Expr, context: int) -> str:
        call = self.dialect.call
        if isinstance(part, hypot):
            return call("hypot", *(self.show(side, 0) for side in part.args))
        terms = [self.show(term, _POWER) for term in part.args]
        if isinstance(part, root):
            return call("root", *terms) if "root" in self.dialect.functions else call("sqrt", " * ".join(terms))
        quotient = " / ".join(terms)
        return self._raised(quotient if self.dialect.power is None else f"({quotient})", "2", context)

    def _sum(self, part: Add) -> str:
        pieces = [self.show(term, _SUM) for term in part.as_ordered_terms()]
        pieces.sort(key=lambda piece: piece.startswith("-"))
        joined = pieces[0]
        for piece in pieces[1:]:
            joined += f" - {piece[1:]}" if piece.startswith("-") else f" + {piece}"
        return joined

    def _product(self, part: Mul) -> str:
        constant = Mul(*(factor for factor in part.args if factor.is_number))
        factors = [factor for factor in part.as_ordered_factors() if not factor.is_number]
        above = [factor for factor in factors if not _is_reciprocal(factor)]
        below = [1 / factor for factor in factors if _is_reciprocal(factor)]
        below.sort(key=lambda factor: isinstance(factor, Symbol))  # first by what may be 0, a sine: 0/0 has no value
        sign = "-" if constant.is_negative else ""
        magnitude = abs(constant)
        if (
            isinstance(magnitude, Rational)
            and magnitude.p == 1
            and magnitude.q != 1
            and above
            and not _is_dyadic(magnitude.q)
        ):
            below.insert(0, Integer(magnitude.q))
            magnitude = Integer(1)
        names = [self.show(factor, _PRODUCT) for factor in above]
        if magnitude != 1 or not names:
            names.insert(0, number(magnitude, self.dialect))
        source = " * ".join(names)
        if sign and source.startswith("-") and not self.dialect.doubled_sign:
            source = f"({source})"
        source = sign + source
        for factor in below:
            if _is_three_halves(factor):  # one after the other: their product may leave the range of a float64
                base = self.show(factor.base, _POWER)
                source += f" / {base} / {self.dialect.call('sqrt', base)}"
            else:
                source += f" / {self.show(factor, _POWER)}"
        return source

    def _power(self, part: Pow, context: int) -> str:
        base, exponent = part.args
        if exponent.is_negative:
            return _wrap(f"1 / {self.show(1 / part, _POWER)}", context >= _PRODUCT)
        if exponent == Rational(1, 2):
            return self.dialect.call("sqrt", self.show(base, 0))
        if _is_three_halves(part):  # five times as fast as a power
            name = self.show(base, _POWER)
            return _wrap(f"{name} * {self.dialect.call('sqrt', name)}", context >= _PRODUCT)
        if isinstance(exponent, Rational) and exponent.q == 3:  # a float64 is no third: x ** (1/3) loses digits far out
            root = self.dialect.call("cbrt", self.show(base, 0))
            return root if exponent.p == 1 else self._raised(root, str(exponent.p), context)
        binds = 0 if self.dialect.power is None else _POWER
        return self._raised(self.show(base, binds), self.show(exponent, binds), context)

    def _raised(self, base: str, exponent: str, context: int) -> str:
        if self.dialect.power is None:
            return self.dialect.call("Pow", base, exponent)
        return _wrap(self.dialect.power.format(base=base, exponent=exponent), context >= _POWER)

    def _extreme(self, part: Expr) -> str:
        """Nested two-argument calls; max(low, min(value, high)) is one clip."""
        *others, last = sorted(part.args, key=lambda arg: (isinstance(arg, sympy.Min), sympy.default_sort_key(arg)))
        if isinstance(part, sympy.Max) and isinstance(last, sympy.Min) and len(others) == 1 and len(last.args) == 2:
            bounds = [arg for arg in last.args if -arg == others[0] and arg.is_nonnegative]  # a clip needs low <= high
            if bounds:
                (value,) = (arg for arg in last.args if arg != bounds[0])
                names = (self.show(arg, 0) for arg in (value, others[0], bounds[0]))
                return self.dialect.clip.format(**dict(zip(("value", "low", "high"), names, strict=True)))
        source = self.show(last, 0)
        for arg in reversed(others):
            source = self.dialect.call("Max" if isinstance(part, sympy.Max) else "Min", self.show(arg, 0), source)
        return source

    def _piecewise(self, part: sympy.Piecewise) -> str:
        if all(_is_reciprocal(value) or value == 1 for value, _ in part.args):  # no division where another piece holds
            inverse = sympy.Piecewise(*((1 / value, condition) for value, condition in part.args))
            return f"(1 / {self._pieces(inverse)})"
        return self._pieces(part)

    def _pieces(self, part: sympy.Piecewise) -> str:
        *pieces, (last, otherwise) = part.args
        if otherwise != True:  # noqa: E712  (SymPy's true)
            raise ValueError(
                f"no {self.dialect.name} form for Piecewise without a last piece that always holds in {part}"
            )
        source = self.show(last, 0)
        for value, condition in reversed(pieces):
            source = self.dialect.where.format(
                condition=self._condition(condition), value=self.show(value, 0), otherwise=source
            )
        return source

    def _condition(self, relation: Expr) -> str:
        if isinstance(relation, sympy.And | sympy.Or):
            word = self.dialect.both if isinstance(relation, sympy.And) else self.dialect.either
            return word.join(f"({self._condition(arg)})" for arg in sorted(relation.args, key=sympy.default_sort_key))
        if isinstance(relation, Symbol):
            return self.dialect.symbol(relation.name)
        operator = self.dialect.relations.get(relation.rel_op, relation.rel_op)
        return f"{self.show(relation.lhs, 0)} {operator} {self.show(relation.rhs, 0)}"


def _wrap(source: str, needed: bool) -> str:
    return f"({source})" if needed else source


def _is_three_halves(part: Expr) -> bool:
    return isinstance(part, Pow) and part.exp == Rational(3, 2) and isinstance(part.base, Symbol)


def _is_dyadic(value: int) -> bool:
    return value & (value - 1) == 0


def _is_reciprocal(factor: Expr) -> bool:
    return isinstance(factor, Pow) and factor.exp.is_number and factor.exp.is_negative


def fold_constants(expression: Expr) -> Expr:
    """`expression` with the constant factor of every product evaluated, so that none is computed at run time."""
    if expression.is_number and not expression.is_Rational:
        return Float(expression.evalf(30), 30)
    if not expression.args or expression.is_number:
        return expression
    parts = [fold_constants(part) for part in expression.args if not (expression.is_Mul and part.is_number)]
    if expression.is_Mul:
        constant = Mul(*(part for part in expression.args if part.is_number))
        return Mul(constant if constant.is_Rational else Float(constant.evalf(30), 30), *parts)
    return expression.func(*parts)


def gather_roots(expression: Expr) -> Expr:
    """`expression` with products of square roots, which SymPy takes apart, as one `root` each: √2·√ρ as that of 2ρ."""
    if not expression.args:
        return expression
    parts = [gather_roots(part) for part in expression.args]
    if not expression.is_Mul:
        return expression.func(*parts)
    roots = [part.base for part in parts if _is_root(part) and not part.is_number]
    rational, radical = Mul(*(part for part in parts if part.is_number)).as_coeff_Mul()
    if _is_root(radical):
        roots.insert(0, radical.base)
        radical = Integer(1)
    if len(roots) < 2:
        return expression.func(*parts)
    others = [part for part in parts if not _is_root(part) and not part.is_number]
    return Mul(rational, radical, root(*roots), *others)


def gather_squares(expression: Expr) -> Expr:
    """`expression` with c²/r² as the square of c/r and √(1 + c²/r²) as one operation: the squares alone, of sizes that
    may be 1e±200, leave the range of a float64 where the quotient does not.
    """
    if isinstance(expression, Pow) and abs(expression.exp) == Rational(1, 2) and expression.base.is_Add:
        one, *others = sorted(expression.base.args, key=lambda term: term != 1)
        halves = [_half(term) for term in others]
        if one == 1 and len(halves) == 1 and halves[0] is not None:
            return hypot(1, gather_squares(halves[0])) ** (2 * expression.exp)
    if not expression.args:
        return expression
    parts = [gather_squares(part) for part in expression.args]
    halves = [_half(part) if expression.is_Mul and not part.is_number else None for part in parts]
    inside = [half for half in halves if half is not None]
    if not any(_is_reciprocal(half) for half in inside) or all(_is_reciprocal(half) for half in inside):
        return expression.func(*parts)
    above = Mul(*(half for half in inside if not _is_reciprocal(half)))
    rest = (part for part, half in zip(parts, halves, strict=True) if half is None)
    return Mul(square(above, above / Mul(*inside)), *rest)


def _half(part: Expr) -> Expr | None:
    """The nonnegative product whose square a product is, if it is one of even powers."""
    if part.is_Mul:
        halves = [_half(factor) for factor in part.args]
        return None if None in halves else Mul(*halves)
    even = isinstance(part, Pow) and part.exp.is_Integer and part.exp % 2 == 0
    return part.base ** (part.exp / 2) if even else None


def _is_root(part: Expr) -> bool:
    return isinstance(part, Pow) and part.exp == Rational(1, 2)


def in_log1p(expression: Expr) -> Expr:
    """log(1 + x) as log1p(x), which keeps the digits of a small x."""
    return expression.replace(
        lambda part: isinstance(part, sympy.log) and part.args[0].is_Add and Integer(1) in part.args[0].args,
        lambda part: log1p(part.args[0] - 1),
    )


def in_expm1(expression: Expr) -> Expr:
    """c − c·exp(y) as −c·expm1(y), beside other terms too: of a small y the difference has no digits."""
    if not expression.args:
        return expression
    parts = [in_expm1(part) for part in expression.args]
    if expression.is_Add:
        for constant in [part for part in parts if part.is_number]:
            for part in parts:
                power = part / -constant
                if isinstance(power, sympy.exp):
                    kept = [other for other in parts if other not in (constant, part)]
                    return Add(*kept, -constant * expm1(power.args[0]))
    return expression.func(*parts)


def assignments(
    expressions: Sequence[Expr], names: Sequence[str], reserved: Iterable[str] = (), dialect: Dialect = NUMPY
) -> list[tuple[str, str]]:
    """(name, source) pairs that compute `expressions` under `names`, common subexpressions computed once."""
    taken = {*reserved, *names, *(symbol.name for form in expressions for symbol in form.atoms(Symbol))}
    temporaries = (symbol for symbol in numbered_symbols("k", real=True) if symbol.name not in taken)
    written = [in_log1p(fold_constants(gather_squares(in_expm1(expression)))) for expression in expressions]
    shared, reduced = cse(written, temporaries, order="canonical", ignore=())
    pairs = [(symbol.name, text(value, dialect)) for symbol, value in shared]
    return pairs + [(name, text(value, dialect)) for name, value in zip(names, reduced, strict=True)]
