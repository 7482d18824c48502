"""Chapter N, continued: the critical points of the population loss (N5), and where coarse gradients vanish (C8).

Write V = ‖v*‖² > 0 and S = 1ᵀv*; by Cauchy–Schwarz ``S² = mV − d`` with d ≥ 0. Everything happens on the curve
v = v(θ) of N4. At θ = 0 and θ = π the loss has a kink in w (N3.kink), so those points are judged by exact
increments of the loss, not by derivatives: in (v, θ) the loss is a quadratic plus a product, and so

    f(v₀ + δ, θ₀ + h) − f(v₀, θ₀) = ⅛ δᵀ(I + 11ᵀ)δ + h (v₀ + δ)·v*/(2π)   whenever v₀ = v(θ₀).
"""

from __future__ import annotations

from sympy import Expr, Gt, Integer, Symbol, diff, expand, pi, simplify, solve, sqrt, symbols

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import Landscape
from proofs.engine.derivation import (
    Derivation,
    Obligation,
    coefficient,
    holds,
    nonnegative_in_theta,
    positive_terms,
    vanishes,
)
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import All, Either, Iff, Is, Part, Term, eq, le, lt
from proofs.symbols import (
    CLOSED_ANGLE,
    NONZERO_FILTER,
    e,
    m,
    n,
    ones,
    r,
    sum_v,
    sum_vs,
    theta,
    v,
    v_star,
    v_v,
    v_vs,
    vs_vs,
)

THRESHOLD = (m + 1) * vs_vs / 2
"""What S² stays below where the spurious minimum exists (N5): ½(m + 1)‖v*‖²."""

SPURIOUS = sum_vs**2 < THRESHOLD
"""The condition of N5: S² < ½(m + 1)‖v*‖²."""

SADDLE_ANGLE = pi / 2 * (m + 1) * vs_vs / ((m + 1) * vs_vs - sum_vs**2)

LEAST_VALUE = theta / (2 * pi) * ((1 - theta / pi) * vs_vs + theta / pi * sum_vs**2 / (m + 1))
"""The least value of the loss at angle θ, over all v (N5.minimum)."""

_SPREAD, _SQUARE = Symbol("d", nonnegative=True), Symbol("V", positive=True)
_STEP = Symbol("h", positive=True)
_GAP = Symbol("g", positive=True)
_DD, _DS, _DVS = symbols("delta_delta sum_delta delta_vs", real=True)


def cauchy_schwarz(expression: Expr) -> Expr:
    """`expression` with S² = mV − d, d ≥ 0, V > 0: the sign of a rational function becomes that of its terms."""
    return simplify(expression.subs(sum_vs**2, m * vs_vs - _SPREAD).subs(vs_vs, _SQUARE))


def under_condition(expression: Expr, gap: Expr) -> Expr:
    """`expression`, which depends on S through S² alone, with S² = ½(m + 1)V + gap, V > 0."""
    return simplify(simplify(expression).subs(sum_vs, sqrt((m + 1) * vs_vs / 2 + gap)).subs(vs_vs, _SQUARE))


def best_invariants(angle: Expr = theta) -> dict[Symbol, Expr]:
    """‖v‖², v·v* and 1ᵀv at v = v(angle) of N4."""
    weights = get("N4").as_printed
    along, constant = (coefficient(weights, basis).subs(theta, angle) for basis in (v_star, ones))
    return {
        v_v: along**2 * vs_vs + 2 * along * constant * sum_vs + constant**2 * m,
        v_vs: along * vs_vs + constant * sum_vs,
        sum_v: along * sum_vs + constant * m,
    }


def on_best_weights(expression: Expr, angle: Expr = theta) -> Expr:
    """`expression` restricted to v = v(angle)."""
    return in_basic_quantities(expression).subs(best_invariants(angle), simultaneous=True)


def increment(angle: Expr, h: Expr) -> tuple[Expr, Obligation]:
    """f(v(angle) + δ, angle + h) − f(v(angle), angle) in ‖δ‖², 1ᵀδ, δ·v*; owes that it is the form in the header."""
    weights = get("N4").as_printed
    along, constant = (coefficient(weights, basis).subs(theta, angle) for basis in (v_star, ones))
    base = best_invariants(angle)
    moved = {
        v_v: base[v_v] + 2 * (along * _DVS + constant * _DS) + _DD,
        v_vs: base[v_vs] + _DVS,
        sum_v: base[sum_v] + _DS,
        theta: angle + h,
    }
    loss = get("N1").as_printed
    difference = loss.subs(moved, simultaneous=True) - loss.subs(theta, angle).subs(base, simultaneous=True)
    form = (_DD + _DS**2) / 8 + h * (base[v_vs] + _DVS) / (2 * pi)
    return form, vanishes("increment of f − its form", difference - form)


def threshold_of(inner: Expr) -> Expr:
    """The S² at which v(π)·v*, affine in S², is 0."""
    square = Symbol("S_2", nonnegative=True)
    (root,) = solve(expand(inner).subs(sum_vs**2, square), square)
    return root


def along_teacher(form: Expr, scale: Expr) -> Expr:
    """An increment in the direction δ = scale · v*."""
    return form.subs({_DD: scale**2 * vs_vs, _DS: scale * sum_vs, _DVS: scale * vs_vs}, simultaneous=True)


@claim(
    id="N5.minimum",
    title="Global minima of the population loss",
    source="[Y], Proposition 1; the second minimum at 1ᵀv* = 0 [here]",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        eq(Term(r"\min_vf(v,w)"), Part("least value")),
        Iff(
            eq(Term("f(v,w)"), 0),
            Either(All(eq(theta, 0), eq(v, v_star)), All(eq(sum_vs, 0), eq(theta, pi), eq(v, -v_star))),
        ),
    ),
    definition=Landscape("minimum"),
    parts={"least value": LEAST_VALUE},
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    setting="v* ≠ 0",
)
def N5_minimum(d: Derivation) -> None:
    d.cite("N1", "N4")
    d.begin("f = ½ E(y − y*)² ≥ 0; for each θ its only minimizer in v is v(θ)", "a mean of squares; N4")
    bracket = (1 - theta / pi) * vs_vs + theta / pi * sum_vs**2 / (m + 1)
    d.step(
        "Least value at angle θ",
        theta / (2 * pi) * bracket,
        "a convex combination of V > 0 and S²/(m+1) ≥ 0, times θ/2π: zero only at θ = 0, or at θ = π with S = 0",
        vanishes("f(v(θ), θ) − form", on_best_weights(get("N1").as_printed) - theta / (2 * pi) * bracket),
        nonnegative_in_theta("weight of V", 1 - theta / pi),
        nonnegative_in_theta("weight of S²/(m+1)", theta / pi),
        holds("V ≥ 0", vs_vs >= 0),
        holds("S²/(m+1) ≥ 0", sum_vs**2 / (m + 1) >= 0),
    )
    d.hold("least value", LEAST_VALUE, on_best_weights(get("N1").as_printed), "f at v(θ)")
    weights = get("N4").as_printed
    d.step(
        "The minimizers there",
        "v(0) = v*, and v(π) = −v* when S = 0",
        "",
        vanishes("v(0) − v*", weights.subs(theta, 0) - v_star),
        vanishes("v(π) + v* at S = 0", weights.subs({theta: pi, sum_vs: 0}) + v_star),
    )
    d.conclude_argument("for S = 0 the mirrored network y = −v*ᵀσ(−Zw*) equals the teacher almost surely")


@claim(
    id="N5.spurious",
    title="The point θ = π, v = v(π): a local minimum, strict but for ‖w‖, exactly when (1ᵀv*)² < ½(m+1)‖v*‖²",
    source="[Y], Proposition 1",
    kind=Kind.EQUIVALENCE,
    sentence=Iff(Is("a strict local minimum", Term(r"(v(\pi),\,\theta=\pi)")), lt(sum_vs**2, Part("threshold"))),
    definition=Landscape("spurious"),
    parts={"threshold": THRESHOLD},
    hypotheses=(*NONZERO_FILTER, n >= 2),
)
def N5_spurious(d: Derivation) -> None:
    d.cite("N1", "N4")
    d.begin("f(v(π) + δ, π − h) − f(v(π), π), 0 ≤ h ≤ π")
    form, owed = increment(pi, -_STEP)
    at_end = best_invariants(pi)[v_vs]
    d.step("Exact increment", form, "⅛ δᵀ(I+11ᵀ)δ − h (v(π) + δ)·v*/(2π)", owed)
    d.step(
        "Sign of v(π)·v*",
        at_end,
        "negative exactly when S² < ½(m+1)V",
        vanishes("v(π)·v* − 2/(m+1) [S² − ½(m+1)V]", at_end - 2 / (m + 1) * (sum_vs**2 - (m + 1) * vs_vs / 2)),
    )
    d.hold("threshold", THRESHOLD, threshold_of(at_end), "the S² at which v(π)·v* vanishes")
    distance, apart = Symbol("q", positive=True), Symbol("delta_delta", positive=True)
    near = form.subs(_DVS, -at_end - distance)
    d.step(
        "Condition met: minimum",
        near,
        "v(π)·v* < 0; in the neighbourhood δ·v* < −v(π)·v* write (v(π) + δ)·v* = −q, q > 0",
        positive_terms("−v(π)·v*", under_condition(-at_end, -_GAP)),
        positive_terms("increment for h > 0", near.subs(_DD, Symbol("delta_delta", nonnegative=True))),
        positive_terms("increment for h = 0, δ ≠ 0", near.subs({_STEP: 0, _DD: apart})),
    )
    d.step(
        "Condition reversed: descent at δ = 0",
        along_teacher(form, Integer(0)),
        "v(π)·v* > 0",
        positive_terms("minus the increment", under_condition(-along_teacher(form, Integer(0)), _GAP)),
    )
    falling = under_condition(along_teacher(form, 2 * _STEP * vs_vs / (pi * (vs_vs + sum_vs**2))), Integer(0))
    d.step(
        "Equality: descent along δ = (2hV/π(V+S²)) v*",
        falling,
        "v(π)·v* = 0",
        positive_terms("minus the increment", -falling),
    )
    d.conclude_argument("a strict local minimum (up to the scale of w) if and only if the condition holds")


@claim(
    id="N5.saddle",
    title="The only critical points with 0 < θ < π, and why they are saddles",
    source="[Y], Proposition 1",
    subject=r"\theta_{\mathrm{saddle}}",
    definition=Landscape("saddle"),
    statement=SADDLE_ANGLE,
    hypotheses=(SPURIOUS,),
    code=("saddle_angle",),
)
def N5_saddle(d: Derivation) -> None:
    d.cite("N1", "N3", "N4", "N4.inner")
    d.begin("∂f/∂v = 0 and ∂f/∂w = 0, 0 < θ < π", "by N4 v = v(θ); by N3 v·v* = 0")
    inner = get("N4.inner").formula
    (root,) = solve(inner, theta)
    d.step(
        "Solve v(θ)·v* = 0",
        root,
        "affine in θ with negative slope: one root",
        vanishes("N3 vanishes where v·v* does", get("N3").formula.subs(v_vs, 0)),
        holds("and nowhere else", coefficient(get("N3").formula, e).diff(v_vs) < 0),
        vanishes("v(θ)·v* is affine in θ", diff(inner, theta, 2)),
        positive_terms("minus its slope", cauchy_schwarz(-diff(inner, theta))),
        positive_terms("the root", cauchy_schwarz(root)),
        vanishes(
            "π − root has the sign of ½(m+1)V − S²",
            pi - root - pi * ((m + 1) * vs_vs / 2 - sum_vs**2) / ((m + 1) * vs_vs - sum_vs**2),
        ),
    )
    form, owed = increment(theta, _STEP)
    scale = 2 * _STEP * vs_vs / (pi * (vs_vs + sum_vs**2))
    there = (form - _STEP * best_invariants()[v_vs] / (2 * pi)).expand()
    d.step(
        "Both signs nearby",
        root,
        "at the root v·v* = 0, so the increment is ⅛ δᵀ(I+11ᵀ)δ + h δ·v*/(2π): "
        "along δ = ∓(2hV/π(V+S²)) v* it falls and rises",
        owed,
        positive_terms("the rise", along_teacher(there, scale).subs(vs_vs, _SQUARE)),
        positive_terms("minus the fall", -along_teacher(there, -scale).subs(vs_vs, _SQUARE)),
    )
    d.conclude(N5_saddle.statement)


def gradient_at_best_weights() -> Expr:
    """∂f/∂v of N2 at v = v(θ) of N4."""
    weights = get("N4").as_printed
    total = coefficient(weights, v_star) * sum_vs + coefficient(weights, ones) * m
    return get("N2").as_printed.subs({v: weights, sum_v: total}, simultaneous=True)


@claim(
    id="N5",
    title="All critical points of the population loss",
    source="[Y], Proposition 1",
    kind=Kind.EQUIVALENCE,
    sentence=Iff(
        Is("stationary", Term("(v,w)")),
        Either(
            All(eq(v, v_star), eq(theta, 0)),
            All(eq(v, Term(r"v(\pi)")), eq(theta, pi), le(sum_vs**2, Part("threshold"))),
            All(eq(v, Term(r"v(\theta)")), eq(theta, Part("saddle angle")), lt(sum_vs**2, Part("threshold"))),
        ),
    ),
    definition=Landscape("all"),
    parts={"threshold": THRESHOLD, "saddle angle": SADDLE_ANGLE},
    hypotheses=(*CLOSED_ANGLE, *NONZERO_FILTER, Gt(vs_vs, 0, evaluate=False), n >= 2),
)
def N5(d: Derivation) -> None:
    d.cite("N2", "N3.kink", "N4", "N4.inner", "N5.minimum", "N5.spurious", "N5.saddle")
    d.begin("stationary: no direction in (v, w) along which f falls to first order", "w ≠ 0")
    gradient = get("N2").as_printed
    off_ones, on_ones = gradient.diff(v), gradient.diff(v) + m * gradient.diff(sum_v).coeff(ones)
    d.step(
        "v = v(θ) at every stationary point",
        "f is a strictly convex quadratic in v at every θ, the ends included; v(θ) is its minimizer",
        "",
        vanishes("∂f/∂v at v(θ)", gradient_at_best_weights()),
        holds("the Hessian on 1^⊥ is positive", off_ones > 0),
        holds("and on 1", on_ones > 0),
    )
    slope = get("N3.kink").formula
    d.step(
        "θ = 0",
        slope.subs(v_vs, best_invariants(Integer(0))[v_vs]),
        "one-sided slope in every direction away from w*: positive, so (v*, θ = 0) is stationary (N5.minimum)",
        positive_terms("the slope", cauchy_schwarz(slope.subs(v_vs, best_invariants(Integer(0))[v_vs]))),
    )
    d.step(
        "θ = π",
        -slope.subs(v_vs, best_invariants(pi)[v_vs]),
        "one-sided slope: > 0 where S² < ½(m+1)V (the spurious minimum), 0 at equality (no minimum), < 0 beyond",
        vanishes(
            "slope − [½(m+1)V − S²]/(π r (m+1))",
            -slope.subs(v_vs, best_invariants(pi)[v_vs]) - ((m + 1) * vs_vs / 2 - sum_vs**2) / (pi * r * (m + 1)),
        ),
    )
    d.hold("threshold", THRESHOLD, threshold_of(best_invariants(pi)[v_vs]), "the S² at which that slope is 0")
    (saddle,) = solve(get("N4.inner").formula, theta)
    d.step(
        "0 < θ < π",
        saddle,
        "v(θ)·v* = 0: the one saddle of N5.saddle",
        vanishes("v(θ)·v* there", get("N4.inner").formula.subs(theta, saddle)),
        vanishes("the angle of N5.saddle", get("N5.saddle").formula - saddle),
    )
    d.hold("saddle angle", SADDLE_ANGLE)
    d.conclude_argument("there are no others")
