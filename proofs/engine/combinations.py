"""Linear combinations of vectors: their coefficients and inner products."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from sympy import Expr, Integer, Symbol, expand

from proofs.engine.residual import in_basic_quantities


def coefficient(vector: Expr, basis: Symbol) -> Expr:
    """The coefficient of `basis` in a vector expression (linear in the vector symbols)."""
    return expand(in_basic_quantities(vector)).coeff(basis, 1)


def inner(first: Expr, second: Expr, gram: dict[tuple[Symbol, Symbol], Expr]) -> Expr:
    """⟨first, second⟩ of two combinations of vectors; `gram` holds each inner product once, absent ones are 0.

    ValueError for what is no combination of those vectors: nothing is known of its inner products.
    """
    basis = sorted({symbol for pair in gram for symbol in pair}, key=str)
    products = {**gram, **{(right, left): value for (left, right), value in gram.items()}}
    lefts, rights = (_combination(vector, basis) for vector in (first, second))
    pairs = product(lefts.items(), rights.items())
    return expand(sum(x * y * products.get((left, right), Integer(0)) for (left, x), (right, y) in pairs))


def _combination(vector: Expr, basis: Iterable[Symbol]) -> dict[Symbol, Expr]:
    written = expand(in_basic_quantities(vector))
    found = {symbol: written.coeff(symbol, 1) for symbol in basis}
    if rest := expand(written - sum(coefficient * symbol for symbol, coefficient in found.items())):
        raise ValueError(f"{rest} in {vector} is no combination of {', '.join(map(str, found))}")
    return found
