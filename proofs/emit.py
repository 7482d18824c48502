"""SymPy expressions as NumPy source text.

The text is a function of the expression alone: terms are ordered by SymPy's canonical keys, numbers are folded to the
shortest literal that reads back as the same float64, nothing depends on hashing. Nothing is simplified: a claim's
stable form is emitted as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite

import sympy
from sympy import Add, Expr, Float, Integer, Mul, Pow, Rational, Symbol, cot, cse, numbered_symbols
from sympy.codegen.cfunctions import expm1
from sympy.core.relational import Relational

__all__ = ["assignments", "number", "text"]

_CALLS = {
    sympy.sin: "np.sin",
    sympy.cos: "np.cos",
    sympy.exp: "np.exp",
    expm1: "np.expm1",
    sympy.erf: "special.erf",
    sympy.erfc: "special.erfc",
    sympy.Abs: "np.abs",
    sympy.sign: "np.sign",
}

_SUM, _PRODUCT, _POWER = 1, 2, 3


def number(value: Expr) -> str:
    """A constant expression as a float literal (an int literal where it is one)."""
    if isinstance(value, Integer):
        return str(int(value))
    literal = float(value.evalf(30))
    if not isfinite(literal):
        raise ValueError(f"no NumPy form for {value}: it is not a finite number")
    return repr(literal)


def text(expression: Expr) -> str:
    """One expression as Python source over arrays named like the symbols."""
    return _print(expression, 0)


def _print(part: Expr, context: int) -> str:
    if part.is_number:
        literal = number(part)
        return f"({literal})" if literal.startswith("-") and context >= _PRODUCT else literal
    if isinstance(part, Symbol):
        return part.name
    if isinstance(part, Add):
        return _wrap(_sum(part), context > _SUM)
    if isinstance(part, Mul):
        return _wrap(_product(part), context > _PRODUCT)
    if isinstance(part, Pow):
        return _power(part, context)
    if isinstance(part, cot):
        angle = _print(part.args[0], 0)
        return _wrap(f"np.cos({angle}) / np.sin({angle})", context >= _PRODUCT)
    if part.func in _CALLS:
        return f"{_CALLS[part.func]}({_print(part.args[0], 0)})"
    if isinstance(part, sympy.asin):  # an angle of the theory: its sine is at most 1, but for rounding
        return f"np.arcsin(np.minimum({_print(part.args[0], 0)}, 1))"
    if isinstance(part, sympy.Max | sympy.Min):
        return _extreme(part)
    if isinstance(part, Relational | sympy.And | sympy.Or):  # a condition that several pieces share
        return _condition(part)
    if isinstance(part, sympy.Piecewise):
        return _piecewise(part)
    raise ValueError(f"no NumPy form for {part.func.__name__} in {part}")


def _wrap(source: str, needed: bool) -> str:
    return f"({source})" if needed else source


def _sum(part: Add) -> str:
    pieces = [_print(term, _SUM) for term in part.as_ordered_terms()]
    pieces.sort(key=lambda piece: piece.startswith("-"))
    joined = pieces[0]
    for piece in pieces[1:]:
        joined += f" - {piece[1:]}" if piece.startswith("-") else f" + {piece}"
    return joined


def _product(part: Mul) -> str:
    constant = Mul(*(factor for factor in part.args if factor.is_number))
    factors = [factor for factor in part.as_ordered_factors() if not factor.is_number]
    above = [factor for factor in factors if not _is_reciprocal(factor)]
    below = [1 / factor for factor in factors if _is_reciprocal(factor)]
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
    names = [_print(factor, _PRODUCT) for factor in above]
    if magnitude != 1 or not names:
        names.insert(0, number(magnitude))
    source = sign + " * ".join(names)
    for factor in below:
        if _is_three_halves(factor):  # one after the other: their product may leave the range of a float64
            source += f" / {factor.base} / np.sqrt({factor.base})"
        else:
            source += f" / {_print(factor, _POWER)}"
    return source


def _is_three_halves(part: Expr) -> bool:
    return isinstance(part, Pow) and part.exp == Rational(3, 2) and isinstance(part.base, Symbol)


def _is_dyadic(value: int) -> bool:
    return value & (value - 1) == 0


def _is_reciprocal(factor: Expr) -> bool:
    return isinstance(factor, Pow) and factor.exp.is_number and factor.exp.is_negative


def _power(part: Pow, context: int) -> str:
    base, exponent = part.args
    if exponent.is_negative:
        return _wrap(f"1 / {_print(1 / part, _POWER)}", context >= _PRODUCT)
    if exponent == Rational(1, 2):
        return f"np.sqrt({_print(base, 0)})"
    if _is_three_halves(part):  # five times as fast as a power
        return _wrap(f"{base.name} * np.sqrt({base.name})", context >= _PRODUCT)
    if isinstance(exponent, Rational) and exponent.q == 3:  # a float64 is not a third: x ** (1/3) loses digits far out
        root = f"np.cbrt({_print(base, 0)})"
        return root if exponent.p == 1 else _wrap(f"{root} ** {exponent.p}", context >= _POWER)
    return _wrap(f"{_print(base, _POWER)} ** {_print(exponent, _POWER)}", context >= _POWER)


def _extreme(part: Expr) -> str:
    """Nested two-argument calls; max(low, min(value, high)) is one call of np.clip."""
    *others, last = sorted(part.args, key=lambda arg: (isinstance(arg, sympy.Min), sympy.default_sort_key(arg)))
    if isinstance(part, sympy.Max) and isinstance(last, sympy.Min) and len(others) == 1 and len(last.args) == 2:
        bounds = [arg for arg in last.args if -arg == others[0] and arg.is_nonnegative]  # np.clip needs low <= high
        if bounds:
            (value,) = (arg for arg in last.args if arg != bounds[0])
            return f"np.clip({', '.join(_print(arg, 0) for arg in (value, others[0], bounds[0]))})"
    name = "np.maximum" if isinstance(part, sympy.Max) else "np.minimum"
    source = _print(last, 0)
    for arg in reversed(others):
        source = f"{name}({_print(arg, 0)}, {source})"
    return source


def _piecewise(part: sympy.Piecewise) -> str:
    if all(_is_reciprocal(value) or value == 1 for value, _ in part.args):  # no division where another piece holds
        inverse = sympy.Piecewise(*((1 / value, condition) for value, condition in part.args))
        return f"(1 / {_pieces(inverse)})"
    return _pieces(part)


def _pieces(part: sympy.Piecewise) -> str:
    *pieces, (last, otherwise) = part.args
    if otherwise != True:  # noqa: E712  (SymPy's true)
        raise ValueError(f"no NumPy form for Piecewise without a last piece that always holds in {part}")
    source = _print(last, 0)
    for value, condition in reversed(pieces):
        source = f"np.where({_condition(condition)}, {_print(value, 0)}, {source})"
    return source


def _condition(relation: Expr) -> str:
    if isinstance(relation, sympy.And):
        return " & ".join(f"({_condition(arg)})" for arg in sorted(relation.args, key=sympy.default_sort_key))
    if isinstance(relation, sympy.Or):
        return " | ".join(f"({_condition(arg)})" for arg in sorted(relation.args, key=sympy.default_sort_key))
    if isinstance(relation, Symbol):
        return relation.name
    return f"{_print(relation.lhs, 0)} {relation.rel_op} {_print(relation.rhs, 0)}"


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


def assignments(
    expressions: Sequence[Expr], names: Sequence[str], reserved: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """(name, source) pairs that compute `expressions` under `names`, common subexpressions computed once."""
    taken = set(reserved) | set(names)
    temporaries = (symbol for symbol in numbered_symbols("k", real=True) if symbol.name not in taken)
    shared, reduced = cse(
        [fold_constants(expression) for expression in expressions], temporaries, order="canonical", ignore=()
    )
    pairs = [(symbol.name, text(value)) for symbol, value in shared]
    return pairs + [(name, text(value)) for name, value in zip(names, reduced, strict=True)]
