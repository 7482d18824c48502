"""What is made of expressions before they are written: constants folded, cancellations and squares out of range kept
away, common subexpressions named. A claim's stable form is otherwise emitted as it stands. And functions and tables of
them, as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import indent

import sympy
from sympy import Add, Expr, Float, Integer, Mul, Pow, Rational, Symbol, cse, numbered_symbols
from sympy.codegen.cfunctions import expm1, log1p

from proofs.code.printers import NUMPY, SourcePrinter, is_reciprocal

Steps = list[tuple[str, str]]
"""(name, source) pairs, of which the last one is what a function returns."""


class root(sympy.Function):  # noqa: N801  (called as it is emitted)
    """√(a·b·…) as one operation of its factors, as `gather_roots` writes it."""


class square(sympy.Function):  # noqa: N801
    """The square of a quotient of two terms, as `gather_squares` writes it."""


class hypot(sympy.Function):  # noqa: N801
    """√(1 + y²) as one operation of 1 and y, as `gather_squares` writes it."""


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
    return _of(expression, parts)


def _of(expression: Expr, parts: Sequence[Expr]) -> Expr:
    """The same function of `parts`; itself where they are its own, for a maximum takes long to be made anew."""
    return expression if tuple(parts) == expression.args else expression.func(*parts)


def gather_roots(expression: Expr) -> Expr:
    """`expression` with products of square roots, which SymPy takes apart, as one `root` each: √2·√ρ as that of 2ρ."""
    if not expression.args:
        return expression
    parts = [gather_roots(part) for part in expression.args]
    if not expression.is_Mul:
        return _of(expression, parts)
    roots = [part.base for part in parts if _is_root(part) and not part.is_number]
    rational, radical = Mul(*(part for part in parts if part.is_number)).as_coeff_Mul()
    if _is_root(radical):
        roots.insert(0, radical.base)
        radical = Integer(1)
    if len(roots) < 2:
        return _of(expression, parts)
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
    if not any(is_reciprocal(half) for half in inside) or all(is_reciprocal(half) for half in inside):
        return _of(expression, parts)
    above = Mul(*(half for half in inside if not is_reciprocal(half)))
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
    return _of(expression, parts)


def assignments(
    expressions: Sequence[Expr], names: Sequence[str], reserved: Iterable[str] = (), printer: SourcePrinter = NUMPY
) -> Steps:
    """What computes `expressions` under `names`, common subexpressions once."""
    taken = {*reserved, *names, *(symbol.name for form in expressions for symbol in form.atoms(Symbol))}
    temporaries = (symbol for symbol in numbered_symbols("k", real=True) if symbol.name not in taken)
    written = [in_log1p(fold_constants(gather_squares(in_expm1(expression)))) for expression in expressions]
    shared, reduced = cse(written, temporaries, order="canonical", ignore=())
    pairs = [(symbol.name, printer.show(value)) for symbol, value in shared]
    return pairs + [(name, printer.show(value)) for name, value in zip(names, reduced, strict=True)]


def lines_of(steps: Steps) -> list[str]:
    """The body of a function of these steps."""
    *shared, (_, value) = steps
    return [*(f"{name} = {source}" for name, source in shared), f"return {value}"]


def written(head: str, documentation: str, lines: Iterable[str]) -> str:
    """A function, from its first line on."""
    inner = "\n".join([f'"""{documentation}"""', *lines])
    return f"{head}\n{indent(inner, '    ')}\n"


def table(name: str, kind: str, rows: Mapping[str, str], meaning: str) -> str:
    """A dictionary from names to what is written for each, and what it means."""
    lines = "".join(f'    "{key}": {source},\n' for key, source in rows.items())
    return f'{name}: Final[dict[str, {kind}]] = {{\n{lines}}}\n"""{meaning}."""\n'
