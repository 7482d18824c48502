"""Bounds that say less than the claim's: by the SMT solver, which also exhibits a point where the two differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sympy import Add, Basic, Eq, Expr, Ge, Le, Symbol, cos, pi, sin
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim
from proofs.engine.smt import follows
from proofs.symbols import cap_angle, theta
from verify.mutants.mutant import Mutant, side

_STEPS: Final = 1_250_000
"""Milliseconds for each of the two questions about a mutant."""

_ANGLES: Final = frozenset({theta, cap_angle})
"""Between 0 and π."""


def says_less(claim: Claim, mutant: Mutant) -> str:
    """Where the mutant's bound is weaker than the claim's, if it provably is nowhere stronger; "" if that is not shown.

    Such a mutant is true wherever the claim is.
    """
    way = side(claim, mutant.part)
    if not way:
        return ""
    own, wrong = (_algebraic(form) * way for form in (claim.formulas[mutant.part], mutant.formula))
    given = [*_of_angles(claim.hypotheses, own.free_symbols | wrong.free_symbols)]
    try:
        if follows("", Ge(wrong, own, evaluate=False), given, steps=_STEPS).decision.zero is not True:
            return ""
        equal = follows("", Eq(wrong, own, evaluate=False), given, steps=_STEPS).decision
    except ValueError:  # a function the solver does not know
        return ""
    return "" if equal.zero is not False else f"equality {equal.witness}"


def _of_angles(hypotheses: Sequence[Boolean], used: set[Basic]) -> Iterator[Boolean]:
    """The hypotheses, with those on angles said of their cosines, which fall where angles rise."""
    for angle in _ANGLES:
        if used & _algebraic(cos(angle) + sin(angle)).free_symbols:
            yield Eq(_algebraic(cos(angle)) ** 2 + _algebraic(sin(angle)) ** 2, 1)
    for hypothesis in hypotheses:
        if not hypothesis.free_symbols & _ANGLES:
            yield hypothesis
        elif isinstance(hypothesis, Relational) and all(map(_is_angle, hypothesis.args)):
            yield Le(_algebraic(cos(hypothesis.gts)), _algebraic(cos(hypothesis.lts)))


def _is_angle(form: Expr) -> bool:
    return form in _ANGLES or (isinstance(form, Add) and pi - form in _ANGLES)


def _algebraic(form: Expr) -> Expr:
    """Sines and cosines of angles as symbols."""
    return form.xreplace(
        {
            function(angle): Symbol(f"{name}_{angle.name}", **assumed)
            for angle in _ANGLES
            for function, name, assumed in ((cos, "cos", {"real": True}), (sin, "sin", {"nonnegative": True}))
        }
    )
