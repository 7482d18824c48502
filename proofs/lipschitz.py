"""Chapter N, continued: how fast the population gradient turns (N6.printed, N6.direction).

Write V = ‖v*‖². Two points (v, w), (v', w') with angles θ, θ'; in the coordinates w*, n, … with n the unit vector of w
orthogonal to w*, ŵ = cos θ w* + sin θ n and e = sin θ w* − cos θ n. All that is left of the second point's direction is
q = n·n' ∈ [−1, 1], so every distance below is an expression in θ, θ' and q.
"""

from __future__ import annotations

import sympy
from sympy import Eq, Expr, Integer, Matrix, Max, Ne, Rational, Symbol, cos, cot, diff, oo, pi, sin, sqrt, symbols, tan

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import LipschitzGradient
from proofs.engine.derivation import Derivation, Obligation, coefficient, holds, vanishes
from proofs.engine.sentence import All, If, Is, Part, Tends, Term, Where, eq, le
from proofs.engine.smt import follows
from proofs.symbols import e, n, phi_angle, r, theta, v_vs, w_hat, w_star

LEAST_ANGLE = Symbol("theta_0", positive=True)
"""θ₀ ∈ (0, π/2): the region keeps θ₀ ≤ θ ≤ π − θ₀."""

DIRECTION_CONSTANT = Max(1, cot(LEAST_ANGLE))
"""K of N6.direction, in θ₀."""

STRETCH = Symbol("K", positive=True)
"""K, where another constant is written in it."""

MIRRORED_QUOTIENT = (v_vs / (2 * pi)) ** 2 * cot(theta) ** 2
"""The squared quotient of N6.printed, ε being θ."""

Q = Symbol("q", real=True)
COS, SIN, COS_2, SIN_2 = symbols("cos_1 sin_1 cos_2 sin_2", real=True)
_COS_0, _SIN_0 = symbols("cos_0 sin_0", positive=True)
CIRCLE = (Eq(COS**2 + SIN**2, 1), Eq(COS_2**2 + SIN_2**2, 1))
_REGION = (*CIRCLE, Eq(_COS_0**2 + _SIN_0**2, 1), SIN >= _SIN_0, SIN_2 >= _SIN_0)


def jordan() -> list[Obligation]:
    """What Jordan's inequality owes: sin z ≥ 2z/π on [0, π/2], as sin is concave there, with equality at the ends."""
    z = Symbol("z", real=True)
    gap = sin(z) - 2 * z / pi
    return [
        vanishes("Jordan: (sin z − 2z/π)'' + sin z", diff(gap, z, 2) + sin(z)),
        vanishes("Jordan: both sides at z = 0", gap.subs(z, 0)),
        vanishes("Jordan: both sides at z = π/2", gap.subs(z, pi / 2)),
    ]


def below_its_argument() -> list[Obligation]:
    """What sin y ≤ y owes for y ≥ 0: y − sin y is 0 at 0 and has the slope 1 − cos y ≥ 0."""
    y = Symbol("y", real=True)
    return [
        vanishes("slope of y − sin y", diff(y - sin(y), y) - (1 - cos(y))),
        vanishes("y − sin y at 0", (y - sin(y)).subs(y, 0)),
        follows("1 − cos y ≥ 0", 1 - COS >= 0, CIRCLE),
    ]


def filters_apart(first: Expr, second: Expr) -> Expr:
    """‖ŵ − ŵ'‖² from the cosines and sines (c, s, c', s') of the two angles, and q."""
    return 2 - 2 * first - 2 * second * Q


def coordinates(angle: Expr, along: Expr, beyond: Expr) -> tuple[Matrix, Matrix]:
    """ŵ and e in the coordinates w*, n and a third one, for a filter whose n is (along, beyond)."""
    w = Matrix([cos(angle), along * sin(angle), beyond * sin(angle)])
    return w, Matrix([sin(angle), -along * cos(angle), -beyond * cos(angle)])


@claim(
    id="N6.printed",
    title="No Lipschitz constant holds between any two points where the population loss is differentiable",
    source="[Y], Lemma 3, as printed; the witness [here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=Where(
        All(
            eq(Term(r"\frac{\|\partial_wf(v,w)-\partial_wf(v,w')\|^2}{\|w-w'\|^2}"), Part("squared quotient")),
            Tends(Part("squared quotient"), oo, (theta, 0)),
        ),
        eq(w_star, Term("(1,0)")),
        eq(Term("w"), Term(r"(\cos\theta,\sin\theta)")),
        eq(Term("w'"), Term(r"(\cos\theta,-\sin\theta)")),
    ),
    definition=LipschitzGradient("printed"),
    hypotheses=(Ne(v_vs, 0), n >= 2),
    parts={"squared quotient": MIRRORED_QUOTIENT},
    setting="‖w‖ = ‖w'‖ = 1 and one v, so every bound on ‖v‖ and ‖w‖ is met",
)
def N6_printed(d: Derivation) -> None:
    d.cite("N3")
    d.begin("w = (cos ε, sin ε), w' = (cos ε, −sin ε), w* = (1, 0), ε → 0⁺", "the loss has its kink between them")
    (w, along), (mirrored, across) = (coordinates(theta, Integer(side), Integer(0)) for side in (1, -1))
    star = Matrix([1, 0, 0])
    d.step(
        "Their unit vectors e",
        "e = (sin ε, −cos ε),  e' = (sin ε, cos ε)",
        "orthogonal to w, of length 1, and w* = cos ε w + sin ε e",
        [
            owed
            for one, unit in ((w, along), (mirrored, across))
            for owed in (
                vanishes("e·w", one.dot(unit)),
                vanishes("‖e‖² − 1", unit.dot(unit) - 1),
                *(vanishes("w* − cos ε w − sin ε e", x) for x in star - cos(theta) * one - sin(theta) * unit),
            )
        ],
    )
    scale = coefficient(get("N3").formula, e).subs(r, 1)
    moved, apart = scale**2 * (along - across).dot(along - across), (w - mirrored).dot(w - mirrored)
    d.step(
        "The square of the quotient",
        moved / apart,
        "by N3 ∂f/∂w = −(v·v*)/(2π) e at ‖w‖ = 1, at both points",
        vanishes("∂f/∂w − (…) e", get("N3").formula.coeff(w_hat)),
    )
    d.hold("squared quotient", MIRRORED_QUOTIENT)
    nonzero = (moved / apart).simplify().subs(v_vs, Symbol("v_vs", real=True, nonzero=True))
    d.step("Its limit", oo, "", holds("limit as ε → 0⁺ is +∞", sympy.limit(nonzero, theta, 0, "+") == oo))
    d.conclude_argument("whatever L is, some pair violates ‖∇f − ∇f'‖ ≤ L ‖(v, w) − (v', w')‖")


def on_the_region() -> list[Obligation]:
    """sin θ ≥ sin θ₀ for θ₀ ≤ θ ≤ π − θ₀, with x = (θ − θ₀)/2 and y = (θ + θ₀)/2."""
    x, y = phi_angle, theta
    angle, half = Symbol("theta", positive=True), Rational(1, 2)
    given = (pi / 2 > LEAST_ANGLE, angle >= LEAST_ANGLE, angle <= pi - LEAST_ANGLE)
    return [
        vanishes("sin θ − sin θ₀ − 2 sin x cos y", sin(x + y) - sin(y - x) - 2 * sin(x) * cos(y)),
        follows("x ≥ 0", half * (angle - LEAST_ANGLE) >= 0, given),
        follows("x ≤ π/2", half * (angle - LEAST_ANGLE) <= pi / 2, given),
        follows("y ≥ 0", half * (angle + LEAST_ANGLE) >= 0, given),
        follows("y ≤ π/2", half * (angle + LEAST_ANGLE) <= pi / 2, given),
    ]


@claim(
    id="N6.direction",
    title="How fast the direction of the gradient turns away from the kinks",
    source="[here]",
    kind=Kind.INEQUALITY,
    sentence=If(
        Term(r"\theta,\theta'\in[\theta_0,\pi-\theta_0],\ 0<\theta_0<\tfrac\pi2"),
        All(le(Term(r"\|e-e'\|"), Part("bound") * Term(r"\|\hat w-\hat w'\|")), Is("sharp", Part("bound"))),
    ),
    definition=LipschitzGradient("direction"),
    parts={"bound": DIRECTION_CONSTANT},
    names={Part("bound"): "K"},
    setting="any two points of the region, n ≥ 2; no path between them is needed",
)
def N6_direction(d: Derivation) -> None:
    d.begin("K²‖ŵ − ŵ'‖² − ‖e − e'‖²", "ŵ = cos θ w* + sin θ n, e = sin θ w* − cos θ n, and q = n·n'")
    (w, unit), (other, unit_2) = (coordinates(theta, Integer(1), Integer(0)), coordinates(phi_angle, Q, sqrt(1 - Q**2)))
    cosines, sines = cos(theta) * cos(phi_angle), sin(theta) * sin(phi_angle)
    d.step(
        "The two distances",
        "‖ŵ − ŵ'‖² = 2 − 2cc' − 2ss'q,   ‖e − e'‖² = 2 − 2ss' − 2cc'q",
        "c = cos θ, s = sin θ; the second angle is written φ",
        vanishes("e·ŵ", w.dot(unit)),
        vanishes("‖ŵ − ŵ'‖² − form", (w - other).dot(w - other) - filters_apart(cosines, sines)),
        vanishes("‖e − e'‖² − form", (unit - unit_2).dot(unit - unit_2) - filters_apart(sines, cosines)),
    )
    cc, ss = COS * COS_2, SIN * SIN_2
    gap = STRETCH**2 * filters_apart(cc, ss) - filters_apart(ss, cc)
    d.step(
        "Affine in q, so its sign at q = 1 and q = −1 decides",
        gap,
        "",
        vanishes("second derivative in q", diff(gap, Q, 2)),
        vanishes("at q = 1: − 2(K² − 1)(1 − cc' − ss')", gap.subs(Q, 1) - 2 * (STRETCH**2 - 1) * (1 - cc - ss)),
        follows("1 − cc' − ss' ≥ 0", cc + ss <= 1, CIRCLE),
        follows("(K² − 1) · a number ≥ 0", (STRETCH**2 - 1) * Q >= 0, STRETCH >= 1, Q >= 0),
    )
    d.step("On the region sin θ ≥ sin θ₀", "sin θ − sin θ₀ = 2 sin x cos y ≥ 0", "0 ≤ x, y ≤ π/2", on_the_region())
    turn, bound = Symbol("C", real=True), STRETCH * _SIN_0 >= _COS_0
    small = (1 + turn <= 2 * _COS_0**2, 1 - turn >= 2 * _SIN_0**2, Eq(_COS_0**2 + _SIN_0**2, 1))
    d.step(
        "q = −1: with C = cc' − ss' = cos(θ + θ')",
        2 * STRETCH**2 * (1 - turn) - 2 * (1 + turn),
        "C ≤ cos²θ₀ − sin²θ₀, and K ≥ cot θ₀",
        vanishes("gap − form", gap.subs(Q, -1) - 2 * STRETCH**2 * (1 - (cc - ss)) + 2 * (1 + (cc - ss))),
        follows("|cos θ| ≤ cos θ₀", COS**2 <= _COS_0**2, _REGION),
        follows("cc' ≤ cos²θ₀", cc <= _COS_0**2, COS**2 <= _COS_0**2, COS_2**2 <= _COS_0**2),
        follows("ss' ≥ sin²θ₀", ss >= _SIN_0**2, SIN >= _SIN_0, SIN_2 >= _SIN_0),
        follows("K²(1 − C) ≥ 2cos²θ₀", STRETCH**2 * (1 - turn) >= 2 * _COS_0**2, bound, *small),
        follows("so the gap is ≥ 0", 2 * _COS_0**2 - (1 + turn) >= 0, small),
    )
    d.hold("bound", DIRECTION_CONSTANT, largest_turn(d, cosines, sines), "the larger of the two: no smaller K will do")
    d.conclude_argument("K = max(1, cot θ₀) is the Lipschitz constant of ŵ ↦ e on the region, and it is sharp")


def largest_turn(d: Derivation, cosines: Expr, sines: Expr) -> Expr:
    """The larger of the two quotients ‖e − e'‖/‖ŵ − ŵ'‖ that are attained on the region: no smaller K will do."""
    turned, moved = filters_apart(sines, cosines), filters_apart(cosines, sines)
    mirrored = {phi_angle: theta, Q: -1}
    d.step(
        "Both ends of the maximum are attained",
        "θ = θ' = θ₀ with n' = −n, and θ ≠ θ' with n' = n",
        "the first lengths are 2 cos θ₀ and 2 sin θ₀, both positive as 0 < θ₀ < π/2; the second two are equal",
        vanishes("‖e − e'‖² − (2 cos θ)² at θ = θ', q = −1", turned.subs(mirrored) - (2 * cos(theta)) ** 2),
        vanishes("‖ŵ − ŵ'‖² − (2 sin θ)² there", moved.subs(mirrored) - (2 * sin(theta)) ** 2),
        vanishes("‖e − e'‖² − ‖ŵ − ŵ'‖² at q = 1", (turned - moved).subs(Q, 1)),
    )
    quotient = (turned.subs(mirrored) / moved.subs(mirrored)).simplify()
    return Max(sqrt((turned / moved).subs(Q, 1).simplify()), cot(LEAST_ANGLE) * _ratio(quotient))


def _ratio(square: Expr) -> Expr:
    """√square/cot θ for a positive multiple of cot²θ, 0 < θ < π/2."""
    return sqrt((square * tan(theta) ** 2).simplify())
