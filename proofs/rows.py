"""From one row to m rows, for symbolic m.

The rows of Z are independent and alike. For row functions F and G the mean of F(Z_i) G(Z_j) is therefore
``same = E[F G]`` where i = j and ``apart = E[F] E[G]`` where i ≠ j. `double_sum` is ``Σ_ij x_i y_j E[F(Z_i) G(Z_j)]``,
`single_sum` ``Σ_j y_j E[F(Z_k) G(Z_j)]`` for a fixed row k; an induction over m is owed.
"""

from __future__ import annotations

from sympy import Expr, Integer, symbols

from proofs.engine.derivation import Obligation, vanishes

_SAME, _APART = symbols("same apart", real=True)
_TOTAL_X, _TOTAL_Y, _DOT = symbols("total_x total_y dot", real=True)


def single_sum(y_k: Expr, total_y: Expr, same: Expr, apart: Expr) -> Expr:
    """Σ_j y_j E[F(Z_k) G(Z_j)] for one row k, given E[FG] = `same` and E[F]E[G] = `apart`."""
    return same * y_k - apart * y_k + apart * total_y


def double_sum(dot: Expr, total_x: Expr, total_y: Expr, same: Expr, apart: Expr) -> Expr:
    """Σ_ij x_i y_j E[F(Z_i) G(Z_j)], given x·y = `dot` and the sums of x and y."""
    return (same - apart) * dot + apart * total_x * total_y


def row_lemma() -> list[Obligation]:
    """What the two sums owe: an induction over m (no rows: 0; one more row adds what it must)."""
    x_new, y_new, y_row = symbols("x_new y_new y_row", real=True)
    before = double_sum(_DOT, _TOTAL_X, _TOTAL_Y, _SAME, _APART)
    after = double_sum(_DOT + x_new * y_new, _TOTAL_X + x_new, _TOTAL_Y + y_new, _SAME, _APART)
    added = x_new * y_new * _SAME + (x_new * _TOTAL_Y + y_new * _TOTAL_X) * _APART
    single, more = (single_sum(y_row, total, _SAME, _APART) for total in (_TOTAL_Y, _TOTAL_Y + y_new))
    return [
        vanishes("double sum over no rows", double_sum(Integer(0), Integer(0), Integer(0), _SAME, _APART)),
        vanishes("double sum: what one more row adds", after - before - added),
        vanishes("single sum over the row alone", single_sum(y_row, y_row, _SAME, _APART) - y_row * _SAME),
        vanishes("single sum: what one other row adds", more - single - y_new * _APART),
    ]
