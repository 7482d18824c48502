"""R12.step: what one step gains where the slope of κ is bounded, which is integrated along the step."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Eq, Expr, Ge, Gt, Implies, Integer, Le, Rational, Symbol, integrate

from proofs.engine.claim import Claim
from proofs.symbols import beta, eta, step
from verify.inequalities.frame import CIRCLE, C, S, circle_point, dot, placed, reals, squares
from verify.inequalities.statement import Statement, stated

__all__: list[str] = []

_T, _STEEPEST, _Z = Symbol("t", nonnegative=True), Symbol("L", nonnegative=True), Symbol("norm_z", positive=True)
_W = (Integer(1), Integer(0), Integer(0))


@stated("R12.step", scope="all n: three coordinates hold w, w⁺ and u; slopes are integrated", whole=True)
def _curved(claim: Claim) -> Iterator[Statement]:
    """−Ψ has the slope κ in c = cos θ (R12), and κ(c) + Lc is nondecreasing: dκ/dc ≥ −L."""
    here, there, rise, height, least = reals("kappa_0 kappa_c rise lambda_P e_plus")
    shift, new, own = Symbol("s", real=True), reals("p_1 p_2 p_3"), reals("u_1 u_2 u_3")
    risen = there + _STEEPEST * shift
    nondecreasing = Implies(Ge(shift, 0), Ge(risen, here)), Implies(Le(shift, 0), Le(risen, here))
    yield Statement("κ(c + s)s ≥ (κ(c) − Ls)s", Ge(there * shift, (here - _STEEPEST * shift) * shift), nondecreasing)
    away = [after - before for after, before in zip(new, _W, strict=True)]
    unit = Eq(dot(new, new), 1)
    moved = dot((C, S, Integer(0)), away)
    yield Statement("|cos θ⁺ − cos θ| ≤ ‖w⁺ − w‖", Le(moved**2, dot(away, away)), CIRCLE)
    pull = [(_Z * after - before) / step - beta * entry for after, before, entry in zip(new, _W, own, strict=True)]
    fit = integrate(here - _STEEPEST * _T, (_T, 0, shift)).subs(here * shift, dot(pull, away))  # κw* = (z − w)/τ − βu
    envelope = height + beta * squares(_W, own) / 2 - least
    bound = _gain(claim, dot(away, away), _Z, _STEEPEST)
    known = unit, Le(shift**2, dot(away, away)), Ge(rise, fit), Le(least, height + beta * squares(new, own) / 2)
    yield Statement("H(w⁺) − H(w)", Ge(rise + envelope, bound), known, relaxed=True)
    yield Statement("an increase for τ ≤ 1/L", Gt(bound, 0), (Gt(dot(away, away), 0), Le(step * _STEEPEST, 1)))
    yield _square_estimator(claim)
    yield _own_step()


def _own_step() -> Statement:
    """w − η(G + β(w − u)) with G = α w − κw* (R12) is along z, by entries."""
    w, star, own, level, pull = reals("w_i w_star_i u_i alpha kappa_0")
    left = 1 - eta * (level + beta)
    moved = w - eta * (level * w - pull * star + beta * (w - own))
    along = left * (w + step * (pull * star + beta * own))
    return Statement("τ = η/(1 − η(α + β))", Eq(moved, along), (Eq(step, eta / left), Gt(left, 0)))


def _gain(claim: Claim, square: Expr, norm: Expr, steepest: Expr) -> Expr:
    return placed(claim.parts["lower bound"], {"‖w⁺−w‖²": square, "‖z‖": norm, "L": steepest})


def _square_estimator(claim: Claim) -> Statement:
    """μ'(x) ∝ x²: κ = k sin²θ (G5). With l0 and a small λ u = w at w and at w⁺, and H gains what −Ψ does."""
    (near, across), (far, beyond) = circle_point(Rational(999, 1000)), circle_point(Rational(998, 1000))
    weak = 1 / Integer(10) ** 12
    norm = (1 + weak) * across / beyond  # z = (1 + τβ)w + τκw*, τ = 1
    strength = (norm * far - (1 + weak) * near) / across**2
    rise = integrate(strength * (1 - _T**2), (_T, near, far))
    square = (far - near) ** 2 + (beyond - across) ** 2
    bound = _gain(claim, square, norm, 2 * strength * far)  # −dκ/dc = 2kc is largest at the end
    return Statement("an instance, κ = k sin²θ", Ge(rise, bound), (Eq(step, 1), Eq(beta, weak)))
