"""R3, R10: fixed points of the splitting iteration, with and without normalization."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Abs, And, Eq, Equivalent, Ge, Implies, Integer, Le, Lt, Ne, Or, Symbol

from proofs.engine.claim import Claim
from proofs.symbols import beta, kappa, lam, step
from verify.inequalities.entries import N, soft
from verify.inequalities.frame import CIRCLE, C, S, dot, placed, reals, squares
from verify.inequalities.statement import Statement, stated
from verify.minimizer import objective

__all__: list[str] = []

_U = reals("u_1 u_2 u_3")
_W = (Integer(1), Integer(0), Integer(0))
_STAR = (C, S, Integer(0))
_Z = Symbol("norm_z", positive=True)


@stated("R3", scope="all n: three coordinates hold w̄, w* and ū", whole=True)
def _fixed(claim: Claim) -> Iterator[Statement]:
    right = [placed(claim.parts["right side"], {"u": u, "w_star": s}) for u, s in zip(_U, _STAR, strict=True)]
    moved = [w + step * (kappa * s + beta * u) for w, s, u in zip(_W, _STAR, _U, strict=True)]
    level = placed(claim.parts["multiplier"], {"u_w": _U[0]})
    norm = Eq(_Z**2, dot(moved, moved))
    balance = [Eq(N * w, part) for w, part in zip(_W, right, strict=True)]
    stays = And(*(Eq(there, _Z * w) for there, w in zip(moved, _W, strict=True)))
    own = [part.xreplace({N: level}) for part in balance]
    yield Statement("fixed, so N w̄ is that", And(*own, 1 + step * level > 0), (*CIRCLE, norm, stays))
    positive = 1 + step * N > 0
    yield Statement("N w̄ is that, so fixed", And(stays, Eq(N, level)), (*CIRCLE, norm, *balance, positive))
    across = Symbol("norm_P_u", nonnegative=True)
    sine = placed(claim.parts["sine"], {"P_u": across})
    known = (*CIRCLE, *balance, Eq(across**2, _U[1] ** 2 + _U[2] ** 2))
    yield Statement("sin θ̄", Eq(S, sine), known)
    yield Statement("‖Pū‖ ≤ ‖w̄ − ū‖", Le(across**2, squares(_W, _U)), known)


@stated("R10", scope="all n, by entries", whole=True)
def _free(claim: Claim) -> Iterator[Statement]:
    """κ(w* − ŵ) = β(w − u), w = r ŵ: every term of w·(w − u) is ≥ 0, p being even and nondecreasing in |u|."""
    w, own, price, at_w, inner = reals("w_i u_i p_u p_w w_dot")
    r = Symbol("norm_w", positive=True)
    better = [
        Le(objective(price, own, w, lam, beta), lam * at_w),
        Le((w - own) ** 2, (w + own) ** 2),
        Implies(Ge(Abs(own), Abs(w)), Ge(price, at_w)),
    ]
    yield Statement("w_i(w_i − u_i) ≥ 0", Ge(w * (w - own), 0), tuple(better))
    balance = Eq(kappa * (C - 1) * r, beta * inner)
    known = (*CIRCLE, balance, Ge(inner, 0))
    yield Statement("so w is along w*, and w·(w − u) = 0", And(Eq(C, 1), Eq(inner, 0)), known)
    yield Statement("so an entry of w that is not 0 is u_i", Eq(w, own), (Eq(w * (w - own), 0), Ne(w, 0)))
    v = Symbol("v", real=True)
    here = Symbol("x", positive=True)
    yield Statement("l1: S(x) ≠ x", Ne(soft(here), here))
    a = Symbol("a", positive=True)
    slope = lam / beta * a * (a + 1) / (a + here) ** 2
    shorter = objective((a + 1) * v / (a + v), v, here, lam, beta)
    yield Statement(
        "transformed l1: a shorter one is better than x",
        Lt(shorter, lam * (a + 1) * here / (a + here)),
        (Or(Eq(v, here - slope), Eq(v, here / 2)), Ge(v, here / 2), Ge(v, here - slope)),
    )
    keeps = Ge(beta * here**2 / 2, lam)
    yield Statement("l0: x is as good as 0", Equivalent(keeps, Ge(here, claim.parts["threshold"])))
