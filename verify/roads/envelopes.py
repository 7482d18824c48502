"""P6: what holds for every penalty: its values are numbers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sympy import Abs, Eq, Expr, Ge, Le, Symbol

from proofs.engine.claim import Claim
from proofs.symbols import beta, lam, u, x_in
from verify.inequalities.frame import placed
from verify.inequalities.statement import Statement, stated
from verify.minimizer import objective

__all__: list[str] = []

_P_HERE, _P_THERE, _E_HERE, _E_THERE = (Symbol(name, real=True) for name in ("p_u0", "p_u1", "e_0", "e_1"))
_HERE, _THERE = Symbol("w_0", real=True), Symbol("w_1", real=True)
_cost = partial(objective, weight=lam, pull=beta)


def _bent(point: Expr, least: Expr) -> Expr:
    """h = (β/2)w² − e(w)."""
    return beta * point**2 / 2 - least


@stated("P6.convexity", scope="every penalty, all n by entries", whole=True)
def _convexity(claim: Claim) -> Iterator[Statement]:
    affine = placed(claim.parts["affine function"], {"p_u": _P_HERE})
    yield Statement("the affine function of a u", Eq(_bent(x_in, _cost(_P_HERE, u, x_in)), affine))
    part = Symbol("t", real=True)
    between = (1 - part) * _HERE + part * _THERE
    ends = {"h_0": _bent(_HERE, _E_HERE), "h_1": _bent(_THERE, _E_THERE), "t": part}
    chord = placed(claim.parts["bound"], ends)
    least = Le(_E_HERE, _cost(_P_HERE, u, _HERE)), Le(_E_THERE, _cost(_P_HERE, u, _THERE))
    known = (*least, Ge(part, 0), Le(part, 1))
    yield Statement("h lies below its chord", Le(_bent(between, _cost(_P_HERE, u, between)), chord), known)


@stated("P6.gradient", scope="every penalty, all n by entries", whole=True)
def _gradient(claim: Claim) -> Iterator[Statement]:
    own, other = Symbol("S_0", real=True), Symbol("S_1", real=True)
    e_here, e_there = _cost(_P_HERE, own, _HERE), _cost(_P_THERE, other, _THERE)
    known = Le(e_here, _cost(_P_THERE, other, _HERE)), Le(e_there, _cost(_P_HERE, own, _THERE))
    here, there = _bent(_HERE, e_here), _bent(_THERE, e_there)
    names = {"h_0": here, "w_0": _HERE, "w_1": _THERE, "S_0": own, "S_1": other}
    part = {name: placed(form, names) for name, form in claim.parts.items()}
    yield Statement("from below", Ge(there, part["lower bound"]), known)
    yield Statement("from above", Le(there, part["upper bound"]), known)
    rest = there - here - part["gradient"] * (_THERE - _HERE)
    far = beta * Abs((other - own) * (_THERE - _HERE))
    yield Statement("the gradient, where S is continuous", Le(Abs(rest), far), known)
