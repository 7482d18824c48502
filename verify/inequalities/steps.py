"""What one step gains where a slope is bounded: R12.step and B2.relu.

The bound on the slope is integrated along the step. Vectors are given by coordinates that hold any n.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Eq, Equivalent, Expr, Ge, Gt, Implies, Integer, Le, Lt, Rational, Symbol, diff, integrate

from proofs.engine.claim import Claim
from proofs.symbols import beta, eta, step
from verify.inequalities.frame import CIRCLE, C, S, circle_point, dot, placed, reals
from verify.inequalities.landscape import loss
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
    envelope = height + beta * _gap(_W, own) / 2 - least
    bound = _gain(claim, dot(away, away), _Z, _STEEPEST)
    known = unit, Le(shift**2, dot(away, away)), Ge(rise, fit), Le(least, height + beta * _gap(new, own) / 2)
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


def _gap(one: Sequence[Expr], other: Sequence[Symbol]) -> Expr:
    return dot(*[[a - b for a, b in zip(one, other, strict=True)]] * 2)


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


_LIPSCHITZ, _EXCESS, _ENERGY = (Symbol(name, nonnegative=True) for name in ("L", "A", "E"))


@stated("B2.relu", scope="all n and m, with N6, C6 and C7; slopes are integrated", whole=True)
def _descends(claim: Claim) -> Iterator[Statement]:
    """φ(t) = f(x − tηg) has the slope −η⟨∇f(x − tηg), g⟩: −ηE at 0, and N6 bounds the change of ∇f."""
    along, across, after, before = reals("change_along_g change_across_g f_plus f")
    size, part_v, part_w, inner = (Symbol(name, nonnegative=True) for name in ("g", "g_v", "g_w", "inner"))
    steep = -eta * _ENERGY + _LIPSCHITZ * eta**2 * size**2 * _T
    near = Le(along**2 + across**2, (_LIPSCHITZ * eta * size * _T) ** 2)
    slope = -eta * (_ENERGY + along * size)
    yield Statement("φ'(t)", Le(slope, steep), (near,))
    decrease = placed(claim.parts["decrease, a lower bound"], {})
    known = (
        Le(after, before + integrate(steep, (_T, 0, 1))),
        Eq(size**2, part_v**2 + part_w**2),
        Eq(_ENERGY, part_v**2 + inner),  # inner = ⟨G, ∂f/∂w⟩ ≥ 0 by C6
        Le(part_w**2, _EXCESS * _ENERGY),  # C7
    )
    yield Statement("f(v⁺, w⁺)", Le(after, before - decrease), known, relaxed=True)
    moving = Gt(_ENERGY, 0), Gt(_LIPSCHITZ, 0), Gt(_EXCESS, 0)
    largest = claim.parts["largest step"]
    yield Statement("the largest step", Equivalent(Gt(decrease, 0), Lt(eta, largest)), moving)
    yield _orthogonal(decrease)


def _orthogonal(decrease: Expr) -> Statement:
    """v ⟂ v*, θ = π/2: ∂f/∂w = 0, G is along w, and a step changes v alone. It is small: E is all that counts."""
    v, star = (Integer(6), Integer(-3)), (Integer(1), Integer(2))
    weights = reals("v_1 v_2")
    here = dict(zip(weights, v, strict=True))
    gradient = [diff(loss(weights, star, Integer(0)), entry).subs(here) for entry in weights]
    tiny = 1 / Integer(10) ** 20
    moved = [entry - tiny * slope for entry, slope in zip(v, gradient, strict=True)]
    taken = loss(v, star, Integer(0)) - loss(moved, star, Integer(0))
    values = Eq(eta, tiny), Eq(_ENERGY, dot(gradient, gradient))
    constants = Ge(_LIPSCHITZ, 1), Le(_LIPSCHITZ, 10**6), Le(_EXCESS, 10**6)  # ∂²f/∂v² is at most ¾
    return Statement("an instance, θ = π/2", Ge(taken, decrease), (*values, *constants))
