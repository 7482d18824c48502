"""Chapters N, C and the witness of R2: the population loss of few hidden units, with its angle as a number.

From the definition, f = ½E(Σ v_i σ(Z_i w) − Σ v*_i σ(Z_i w*))² with E σσ = ½ for one unit and one filter, ¼ for two
units, and ½ − θ/2π for one unit and two filters (G1): with c = 1 − 2θ/π in [−1, 1] this is (1 + c)/4. So π cancels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import And, Eq, Equivalent, Expr, Ge, Gt, Integer, Le, Lt, Or, Rational, Symbol, diff, expand, pi, sqrt
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim
from proofs.symbols import m, ones, sum_vs, theta, v_star, vs_vs
from verify.inequalities.frame import dot, reals
from verify.inequalities.statement import Statement, stated

__all__ = ["loss"]

_C = Symbol("one_minus_2_theta_over_pi", real=True)
_ANGLE = Ge(_C, -1), Le(_C, 1)
_INSIDE = Gt(_C, -1), Lt(_C, 1)
_SQRT_PI = Symbol("sqrt_pi", positive=True)
_SIZES = (1, 2, 3)


def _units(size: int) -> tuple[list[Symbol], list[Symbol]]:
    numbers = range(1, size + 1)
    return reals(" ".join(f"v_{i}" for i in numbers)), reals(" ".join(f"vs_{i}" for i in numbers))


def loss(v: Sequence[Expr], star: Sequence[Expr], c: Expr = _C) -> Expr:
    """f for these output weights, at 1 − 2θ/π = c."""
    quarter = Rational(1, 4)

    def mean(one: Sequence[Expr], other: Sequence[Expr], same: Expr) -> Expr:
        pairs = ((i, j, a * b) for i, a in enumerate(one) for j, b in enumerate(other))
        return sum(((same if i == j else quarter) * ab for i, j, ab in pairs), Integer(0))

    half = Rational(1, 2)
    return half * (mean(v, v, half) - 2 * mean(v, star, (1 + c) / 4) + mean(star, star, half))


def _at(form: Expr, star: Sequence[Expr]) -> Expr:
    """A claim's formula for the output weights `star`: its θ in c, its invariants in coordinates."""
    turned = form.xreplace({theta: pi * (1 - _C) / 2})
    total = sum(star, Integer(0))
    return expand(expand(turned).xreplace({sum_vs: total, vs_vs: dot(star, star), m: Integer(len(star))}), deep=False)


def _vector(form: Expr, star: Sequence[Expr]) -> list[Expr]:
    return [_at(form, star).xreplace({v_star: entry, ones: Integer(1)}) for entry in star]


def _stationary(v: Sequence[Symbol], star: Sequence[Expr]) -> list[Boolean]:
    value = loss(v, star)
    return [Eq(diff(value, entry), 0) for entry in v]


@stated("N4", scope="m = 1, 2, 3", whole=False)
def _best(claim: Claim) -> Iterator[Statement]:
    for size in _SIZES:
        v, star = _units(size)
        best = _vector(claim.formula, star)
        away = [entry + change for entry, change in zip(best, v, strict=True)]
        more = expand(loss(away, star) - loss(best, star))
        yield Statement(f"m = {size}", Ge(more, 0), _ANGLE, slow=size > 2)


@stated("N4.inner", scope="m = 1, 2, 3", whole=False)
def _inner(claim: Claim) -> Iterator[Statement]:
    for size in _SIZES:
        v, star = _units(size)
        known = (*_ANGLE, *_stationary(v, star))
        yield Statement(f"m = {size}", Eq(dot(v, star), _at(claim.formula, star)), known, slow=size > 2)


@stated("N5", scope="m = 1, 2, 3", whole=False)
def _critical(claim: Claim) -> Iterator[Statement]:
    """Inside, ∂f/∂θ ∝ v·v* vanishes too; at θ = π the loss has a slope ≥ 0 away from it where v·v* ≤ 0."""
    for size in _SIZES:
        v, star = _units(size)
        known = (Gt(dot(star, star), 0), *_stationary(v, star))
        below = Lt(sum(star, Integer(0)) ** 2, _at(claim.parts["threshold"], star))
        saddle = _at(claim.parts["saddle angle"], star)
        own = Eq(pi * (1 - _C) / 2, saddle)
        there = _at_angle(own)
        yield Statement(
            f"saddles, m = {size}",
            Equivalent(Eq(dot(v, star), 0), And(below, there)),
            (*_INSIDE, *known),
            slow=size > 1,
        )
        most = Le(sum(star, Integer(0)) ** 2, _at(claim.parts["threshold"], star))
        yield Statement(
            f"θ = π, m = {size}", Equivalent(Le(dot(v, star), 0), most), (Eq(_C, -1), *known), slow=size > 2
        )


def _at_angle(equation: Eq) -> Boolean:
    """θ = … without its π."""
    return Eq(expand(equation.lhs / pi), expand(equation.rhs / pi))


@stated("N5.minimum", scope="m = 1, 2, 3", whole=False)
def _minimum(claim: Claim) -> Iterator[Statement]:
    for size in _SIZES:
        v, star = _units(size)
        least = _at(claim.parts["least value"], star)
        away = reals(" ".join(f"d_{i}" for i in range(size)))
        more = expand(loss([a + b for a, b in zip(v, away, strict=True)], star) - loss(v, star))
        known = (*_ANGLE, *_stationary(v, star))
        yield Statement(f"the stationary v is the best, m = {size}", Ge(more, 0), known, slow=size > 2)
        attained = Eq(loss(v, star), least)
        yield Statement(f"its loss, m = {size}", attained, known, slow=size > 2)
        same = And(Eq(_C, 1), *(Eq(a, b) for a, b in zip(v, star, strict=True)))
        opposite = And(Eq(sum(star, Integer(0)), 0), Eq(_C, -1), *(Eq(a, -b) for a, b in zip(v, star, strict=True)))
        zero = Equivalent(Eq(loss(v, star), 0), Or(same, opposite))
        yield Statement(f"zero, m = {size}", zero, (*_ANGLE, Gt(dot(star, star), 0)), slow=size > 1)


@stated("N5.spurious", scope="m = 1, 2, 3: the sign of the slope at θ = π", whole=False)
def _spurious(claim: Claim) -> Iterator[Statement]:
    for size in _SIZES:
        v, star = _units(size)
        known = (Eq(_C, -1), Gt(dot(star, star), 0), *_stationary(v, star))
        below = Lt(sum(star, Integer(0)) ** 2, _at(claim.parts["threshold"], star))
        rises = Gt(diff(loss(v, star), _C), 0)
        yield Statement(f"m = {size}", Equivalent(rises, below), known, slow=size > 2)


@stated("C8", scope="m = 1, 2, 3", whole=False)
def _zeros(claim: Claim) -> Iterator[Statement]:
    """G_relu ∝ (h − v·v*)ŵ − (v·v*)w*, h − v·v* = ‖v‖² + (1ᵀv)² − (1ᵀv)(1ᵀv*): its parts along ŵ and across."""
    sine, cosine = Symbol("sin_theta", positive=True), Symbol("cos_theta", real=True)
    for size in _SIZES:
        v, star = _units(size)
        gradient, total = _stationary(v, star), sum(v, Integer(0))
        best = And(*(Eq(a, b) for a, b in zip(v, _vector(claim.parts["best weights"], star), strict=True)))
        yield Statement(f"∂f/∂v = 0, m = {size}", Equivalent(And(*gradient), best), _ANGLE, slow=size > 2)
        along = dot(v, v) + total**2 - total * sum(star, Integer(0))
        gone = And(Eq(along - dot(v, star) * cosine, 0), Eq(dot(v, star) * sine, 0))
        saddle = _at_angle(Eq(pi * (1 - _C) / 2, _at(claim.parts["saddle angle"], star)))
        room = Gt((size + 1) * dot(star, star), sum(star, Integer(0)) ** 2)  # Cauchy and Schwarz, star ≠ 0
        inside = (*_INSIDE, *gradient, Eq(sine**2 + cosine**2, 1), room)
        yield Statement(f"G = 0 inside, m = {size}", Equivalent(gone, saddle), inside, slow=size > 1)
        for end in (1, -1):
            known = (Eq(_C, end), *gradient)
            yield Statement(
                f"G = 0 at cos θ = {end}, m = {size}", Eq(along - dot(v, star) * end, 0), known, slow=size > 2
            )


@stated("C8.beyond", scope="the witness", whole=True)
def _beyond(claim: Claim) -> Iterator[Statement]:
    """v = v(π) is a number times v* = (1, 1); the slope of f in π − θ is that in c, times 2/π."""
    v, star = _units(2)
    ones_here = [Integer(1), Integer(1)]
    weight = claim.parts["weight"]
    known = (Eq(_C, -1), *_stationary(v, ones_here))
    yield Statement("v(π)", And(*(Eq(entry, weight) for entry in v)), known)
    slope = diff(loss(v, star), _C).subs(dict(zip(star, ones_here, strict=True))) * 2
    yield Statement("the slope, times π", And(Eq(slope, expand(claim.parts["slope"] * pi)), Lt(slope, 0)), known)
    total = sum(v, Integer(0))
    along = dot(v, v) + total**2 - total * 2 + dot(v, ones_here)
    yield Statement("G_relu = 0", Eq(along, 0), known)


@stated("R2", scope="the rates at τ = 0", whole=False)
def _rates(claim: Claim) -> Iterator[Statement]:
    """θ and the Lagrangian along w⁺ of the witnesses: κ = 1/(2√(2π)), and f = θ/2π at v = v*."""
    w, star = (Rational(4, 5), Rational(3, 5)), (Rational(3, 5), Rational(4, 5))
    tangent = Rational(-3, 5), Rational(4, 5)
    strength = 1 / (2 * sqrt(2) * _SQRT_PI)
    known = Gt(_SQRT_PI**2, Rational(314159, 100000)), Lt(_SQRT_PI**2, Rational(314160, 100000))
    minimizers = {"l0": (Rational(1, 5), (w[0], Integer(0))), "l1": (Integer(1), (Rational(3, 10), Rational(1, 10)))}
    for name, (coupling, own) in minimizers.items():
        pull = [strength * s + coupling * u for s, u in zip(star, own, strict=True)]
        turn = -dot(tangent, pull)  # w* lies on the side of the tangent
        rise = turn / (2 * _SQRT_PI**2) - coupling * dot(own, tangent) * dot(tangent, pull)
        for what, rate in (("angle", turn), ("Lagrangian", rise)):
            part = claim.parts[f"rate of the {what}, {name}"]
            stated_rate = part.xreplace({pi: _SQRT_PI**2, 1 / sqrt(pi): 1 / _SQRT_PI, 1 / pi: 1 / _SQRT_PI**2})
            yield Statement(f"{what}, {name}", And(Eq(rate, stated_rate), Gt(stated_rate, 0)), known)
