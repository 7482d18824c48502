"""From one row to m rows, for symbolic m.

The rows of Z are independent and alike. For row functions F and G the mean of F(Z_i) G(Z_j) is therefore
``same = E[F G]`` where i = j and ``apart = E[F] E[G]`` where i ≠ j: with Kronecker's delta,
``δ_ij same + (1 − δ_ij) apart``. `double_sum` carries out ``Σ_i Σ_j x_i y_j E[F(Z_i) G(Z_j)]`` and `single_sum`
``Σ_j y_j E[F(Z_k) G(Z_j)]`` for a fixed row k. SymPy sums the deltas for symbolic m; an induction over m is owed
besides.
"""

from __future__ import annotations

from sympy import Expr, IndexedBase, Integer, KroneckerDelta, Sum, Symbol, expand, symbols
from sympy.concrete.delta import deltasummation

from proofs.engine.derivation import Obligation, vanishes
from proofs.symbols import m

_I, _J = Symbol("i", integer=True), Symbol("j", integer=True)
_X, _Y = IndexedBase("x"), IndexedBase("y")
_SAME, _APART = symbols("same apart", real=True)
_TOTAL_X, _TOTAL_Y, _DOT = symbols("total_x total_y dot", real=True)


def _mean_of_product(i: Expr, j: Expr) -> Expr:
    delta = KroneckerDelta(i, j)
    return delta * _SAME + (1 - delta) * _APART


def _sum_over_j() -> Expr:
    """Σ_j y_j E[F(Z_i) G(Z_j)] with Σ_j y_j named, from SymPy's summation of deltas."""
    summand = expand(_Y[_J] * _mean_of_product(_I, _J))
    summed = deltasummation(summand, (_J, 1, m), no_piecewise=True)
    return expand(expand(summed.expand()).subs(Sum(_APART * _Y[_J], (_J, 1, m)), _APART * _TOTAL_Y))


def _sum_over_both() -> Expr:
    """Σ_i x_i of the above, its two kinds of terms recognised as x·y and (Σx)(Σy)."""
    summand = expand(_X[_I] * _sum_over_j())
    return summand.coeff(_X[_I] * _Y[_I]) * _DOT + summand.subs(_Y[_I], 0).coeff(_X[_I]) * _TOTAL_X


def single_sum(y_k: Expr, total_y: Expr, same: Expr, apart: Expr) -> Expr:
    """Σ_j y_j E[F(Z_k) G(Z_j)] for one row k, given E[FG] = `same` and E[F]E[G] = `apart`."""
    values = {_Y[_I]: y_k, _TOTAL_Y: total_y, _SAME: same, _APART: apart}
    return _sum_over_j().subs(values, simultaneous=True)


def double_sum(dot: Expr, total_x: Expr, total_y: Expr, same: Expr, apart: Expr) -> Expr:
    """Σ_ij x_i y_j E[F(Z_i) G(Z_j)], given x·y = `dot` and the sums of x and y."""
    values = {_DOT: dot, _TOTAL_X: total_x, _TOTAL_Y: total_y, _SAME: same, _APART: apart}
    return _sum_over_both().subs(values, simultaneous=True)


def row_lemma() -> list[Obligation]:
    """What the two sums owe: an induction over m (no rows: 0; one more row adds what it must)."""
    x_new, y_new = symbols("x_new y_new", real=True)
    before = double_sum(_DOT, _TOTAL_X, _TOTAL_Y, _SAME, _APART)
    after = double_sum(_DOT + x_new * y_new, _TOTAL_X + x_new, _TOTAL_Y + y_new, _SAME, _APART)
    added = x_new * y_new * _SAME + (x_new * _TOTAL_Y + y_new * _TOTAL_X) * _APART
    y_row = symbols("y_row", real=True)
    single = single_sum(y_row, _TOTAL_Y, _SAME, _APART)
    return [
        vanishes("double sum over no rows", double_sum(Integer(0), Integer(0), Integer(0), _SAME, _APART)),
        vanishes("double sum: what one more row adds", after - before - added),
        vanishes("single sum over the row alone", single_sum(y_row, y_row, _SAME, _APART) - y_row * _SAME),
        vanishes(
            "single sum: what one other row adds",
            single_sum(y_row, _TOTAL_Y + y_new, _SAME, _APART) - single - y_new * _APART,
        ),
    ]
