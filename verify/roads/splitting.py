"""R1: what one step gains, and what a fixed point is beside all other points."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Abs, Eq, Ge, Integer, Le, Symbol

from proofs.engine.claim import Claim
from proofs.symbols import beta, lam, step
from verify.inequalities.entries import N, soft
from verify.inequalities.frame import dot, placed, reals, squares
from verify.inequalities.statement import Statement, stated
from verify.minimizer import objective

__all__: list[str] = []

_U = reals("u_1 u_2 u_3")
_W = (Integer(1), Integer(0), Integer(0))
_Z = Symbol("norm_z", positive=True)


@stated("R1", scope="all n: three coordinates hold w, w⁺ and u", whole=True)
def _lyapunov(claim: Claim) -> Iterator[Statement]:
    """w* as the step makes it: κw* = (z − w)/τ − βu, z = ‖z‖w⁺; λP(u) is a number, and u competes at w⁺ too."""
    new, (height, least) = reals("p_1 p_2 p_3"), reals("lambda_P e_plus")
    pull = [(_Z * there - here) / step - beta * own for there, here, own in zip(new, _W, _U, strict=True)]
    away = [there - here for there, here in zip(new, _W, strict=True)]
    before = dot(pull, _W) + beta / 2 - height - beta * squares(_W, _U) / 2
    after = dot(pull, new) + beta / 2 - least
    bound = placed(claim.parts["lower bound"], {"‖w⁺−w‖²": dot(away, away), "‖z‖": _Z})
    known = Eq(dot(new, new), 1), Le(least, height + beta * squares(new, _U) / 2)
    yield Statement("H(w⁺) − H(w)", Ge(after - before, bound), known)


@stated("R1.global", scope="all n, by entries: ½N(w_i² − w̄_i²) sums to 0", whole=True)
def _global(claim: Claim) -> Iterator[Statement]:
    """The envelope at w_i is the objective at some v, whichever it is; at w̄_i it is the one at S(w̄_i)."""
    here, limit, v, own, pull = reals("x x_bar v u_bar y")
    value = pull * limit + beta * limit**2 / 2 - objective(Abs(own), own, limit, lam, beta)
    other = pull * here + beta * here**2 / 2 - objective(Abs(v), v, here, lam, beta)
    bound = placed(claim.parts["lower bound"], {"‖w−w̄‖²": (here - limit) ** 2})
    known = Eq(own, soft(limit)), Eq(N * limit, pull + beta * own)
    yield Statement("an entry", Ge(value - other, bound - N * (here**2 - limit**2) / 2), known)
