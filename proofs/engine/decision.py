"""What a proof owes, and whether it was paid: the verdict on one expression or condition."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr
from sympy.logic.boolalg import Boolean


@dataclass(frozen=True)
class Decision:
    """Whether an expression is zero: True, False or None (undecided), with the witness of a refutation.

    `stopped` where it is undecided because the solver had no more steps. `by` is who decided: nobody, where it holds by
    construction.
    """

    zero: bool | None
    witness: str = ""
    stopped: bool = False
    by: str = "SymPy"


@dataclass(frozen=True)
class Obligation:
    """Something a step owes: `what` in words, the expression it is about, and its decision."""

    what: str
    expression: Expr | Boolean
    decision: Decision
