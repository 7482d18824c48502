"""Chapter N: the population loss of the binarized network.

``y = vᵀσ(Zw)``, ``y* = v*ᵀσ(Zw*)``, ``ℓ = ½(y − y*)²``, ``f(v, w) = E ℓ`` with Z of m independent rows N(0, I_n) and
σ(x) = 1{x > 0}. The loss depends on w only through θ = angle(w, w*); θ ∈ (0, π), r = ‖w‖ > 0.

Stable forms are written in v − v* and θ, whose errors are relative to how far the network still is from its
teacher; the printed forms subtract numbers of the size of ‖v‖².
"""

from __future__ import annotations

import sympy
from sympy import Expr, IndexedBase, Integer, KroneckerDelta, Rational, Symbol, acos, diff, limit, pi, sqrt, symbols
from sympy.concrete.delta import deltasummation

from proofs.engine.claim import claim, get
from proofs.engine.definitions import FilterGradient, MeanSample, OutputMinimizer
from proofs.engine.derivation import Derivation, Obligation, coefficient, holds, vanishes
from proofs.engine.residual import in_basic_quantities
from proofs.rows import double_sum, row_lemma, single_sum
from proofs.symbols import (
    CLOSED_ANGLE,
    NONZERO_FILTER,
    OPEN_ANGLE,
    diff_diff,
    dv,
    e,
    m,
    n,
    ones,
    r,
    sum_diff,
    sum_v,
    sum_vs,
    theta,
    v,
    v_star,
    v_v,
    v_vs,
    vs_vs,
    w_hat,
)

HALF, QUARTER = Rational(1, 2), Rational(1, 4)

COSINE_LIKE = 1 - 2 * theta / pi
"""c(θ) = 1 − 2θ/π: the correlation of the two activation signs, which replaces cos θ throughout chapter N."""


def both_hold(d: Derivation) -> Expr:
    """P(a·z > 0, b·z > 0) at angle θ, from G1, which is cited."""
    d.cite("G1")
    return get("G1").formula


def loss_of_probability(same_w: Expr, both: Expr, same_star: Expr) -> Expr:
    """½ E(Σ v_i σ_i − Σ v*_i σ*_i)² by the row lemma, given the three one-row probabilities."""
    apart = HALF * HALF
    return HALF * (
        double_sum(v_v, sum_v, sum_v, same_w, apart)
        - 2 * double_sum(v_vs, sum_v, sum_vs, both, apart)
        + double_sum(vs_vs, sum_vs, sum_vs, same_star, apart)
    )


def _quadratic(first: Expr, second: Expr) -> Expr:
    """xᵀ(I + 11ᵀ)y from x·y and (1ᵀx)(1ᵀy)."""
    return first + second


def _distributivity() -> list[Obligation]:
    """(α − β)(γ − δ) expands into the four products whose sums over i and j are taken."""
    alpha, beta, gamma, delta = symbols("alpha beta gamma delta")
    product = (alpha - beta) * (gamma - delta)
    return [
        vanishes(
            "product of two residual terms", product - (alpha * gamma - alpha * delta - beta * gamma + beta * delta)
        )
    ]


@claim(
    id="N1",
    title="Population loss",
    source="[Y], Lemma 1",
    subject=r"f(v,w)",
    definition=MeanSample("loss"),
    statement=(diff_diff + sum_diff**2 + 4 * theta / pi * v_vs) / 8,
    printed=(_quadratic(v_v, sum_v**2) - 2 * (COSINE_LIKE * v_vs + sum_v * sum_vs) + _quadratic(vs_vs, sum_vs**2)) / 8,
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    code=("population_loss",),
)
def N1(d: Derivation) -> None:
    d.begin("½ E[(Σ_i v_i σ(Z_i w) − Σ_i v*_i σ(Z_i w*))²]")
    d.step(
        "Square as a double sum over rows",
        "½ Σ_i Σ_j { v_i v_j E[σ_i σ_j] − 2 v_i v*_j E[σ_i σ*_j] + v*_i v*_j E[σ*_i σ*_j] }",
        "the mean is linear; σ_i = σ(Z_i w), σ*_i = σ(Z_i w*)",
        _distributivity(),
    )
    both = both_hold(d)
    alone = both.subs(theta, 0)
    d.step(
        "Independent rows, symbolic m",
        loss_of_probability(alone, both, alone),
        "i = j: G1 at angle 0, θ, 0; i ≠ j: ½ · ½",
        *row_lemma(),
        vanishes("P(a·z > 0) − ½", alone - HALF),
    )
    d.conclude(N1.statement, N1.printed)


@claim(
    id="N1.origin",
    title="Population loss at w = 0",
    source="[Y], Lemma 1",
    subject=r"f(v,0)",
    definition=MeanSample("loss", at="origin"),
    statement=(vs_vs + sum_vs**2) / 8,
    code=("population_loss_at_origin",),
)
def N1_origin(d: Derivation) -> None:
    d.begin("½ E[(0 − Σ_i v*_i σ(Z_i w*))²]", "σ(0) = 1{0 > 0} = 0")
    alone = both_hold(d).subs(theta, 0)
    d.step(
        "Independent rows",
        loss_of_probability(Integer(0), Integer(0), alone).subs({v_v: 0, v_vs: 0, sum_v: 0}),
        "",
        row_lemma(),
    )
    d.conclude(N1_origin.statement)


@claim(
    id="N1.teacher",
    title="Population loss once the output weights are right",
    source="[Y], Lemma 1",
    subject=r"f(v^*,w)",
    definition=MeanSample("loss", at="teacher"),
    statement=theta * vs_vs / (2 * pi),
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
)
def N1_teacher(d: Derivation) -> None:
    d.begin("f(v*, w)")
    both = both_hold(d)
    alone = both.subs(theta, 0)
    loss = loss_of_probability(alone, both, alone)
    d.step("v = v* in the double sums", loss.subs({v_v: vs_vs, v_vs: vs_vs, sum_v: sum_vs}), "", row_lemma())
    d.conclude(N1_teacher.statement)


@claim(
    id="N2",
    title="Gradient of the population loss in the output weights",
    source="[Y], Lemma 2",
    subject=r"\partial f/\partial v",
    definition=MeanSample("gradient_v"),
    statement=(dv + sum_diff * ones + 2 * theta / pi * v_star) / 4,
    printed=(v + sum_v * ones) / 4 - (COSINE_LIKE * v_star + sum_vs * ones) / 4,
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    code=("loss_gradient_v",),
)
def N2(d: Derivation) -> None:
    d.begin("E[σ(Z_k w)(Σ_j v_j σ(Z_j w) − Σ_j v*_j σ(Z_j w*))], entry k")
    both = both_hold(d)
    alone, apart = both.subs(theta, 0), QUARTER
    entry = single_sum(v, sum_v, alone, apart) - single_sum(v_star, sum_vs, both, apart)
    d.step("Independent rows, symbolic m", "a multiple of v_k, of v*_k and of 1", "", row_lemma())
    constant = entry.subs({v: 0, v_star: 0})
    vector = entry - constant + constant * ones
    d.step(
        "As a vector",
        vector,
        "v_k, v*_k are entries of v, v*; the part that does not depend on k multiplies 1",
        vanishes("linear in the vectors", vector - sum(vector.diff(x) * x for x in (v, v_star, ones))),
    )
    d.step(
        "The gradient of the mean is the mean of the gradient",
        vector,
        "differentiating N1 with respect to v_k, for symbolic m, gives the same vector",
        vanishes("∂f/∂v − E ∂ℓ/∂v", gradient_of_loss(d) - vector),
    )
    d.conclude(N2.statement, N2.printed)


def gradient_of_loss(d: Derivation) -> Expr:
    """∂f/∂v of N1 by the chain rule through ‖v‖², v·v* and 1ᵀv, differentiated entrywise for symbolic m."""
    d.cite("N1")
    loss = get("N1").as_printed
    i, k = Symbol("i", integer=True), Symbol("k", integer=True)
    x, y = IndexedBase("x"), IndexedBase("y")
    names = {x[k]: v, y[k]: v_star}
    gradient = Integer(0)
    for invariant, summand in ((v_v, x[i] ** 2), (v_vs, x[i] * y[i]), (sum_v, x[i])):
        entry = deltasummation(sympy.expand(diff(summand, x[i]) * KroneckerDelta(i, k)), (i, 1, m), no_piecewise=True)
        vector = entry.subs(names) if entry.has(x, y) else entry * ones
        gradient += diff(loss, invariant) * vector
    return gradient


def angle_along(direction: str) -> tuple[Expr, Expr, Symbol]:
    """θ(w + h·direction) as a function of h, its derivative at h = 0, and h.

    ``direction`` is one of ŵ, e, or u, any unit vector orthogonal to both: together they span R^n.
    """
    h = Symbol("h", real=True)
    radial, across, other = {"ŵ": (r + h, 0, 0), "e": (r, h, 0), "u": (r, 0, h)}[direction]
    inner = radial * sympy.cos(theta) + across * sympy.sin(theta)
    angle = acos(inner / sqrt(radial**2 + across**2 + other**2))
    return angle, sympy.simplify(diff(angle, h).subs(h, 0)), h


@claim(
    id="N3",
    title="Gradient of the population loss in the filter",
    source="[Y], Lemma 2",
    subject=r"\partial f/\partial w",
    definition=FilterGradient(),
    statement=-v_vs / (2 * pi * r) * e,
    hypotheses=OPEN_ANGLE + NONZERO_FILTER,
    code=("loss_gradient_w",),
)
def N3(d: Derivation) -> None:
    d.cite("N1")
    d.begin("∂f/∂w = (∂f/∂θ) ∂θ/∂w", "f depends on w only through θ, and θ is smooth in w for 0 < θ < π")
    slopes = {}
    for direction in ("ŵ", "e", "u"):
        _, slopes[direction], _ = angle_along(direction)
    d.step(
        "∂θ/∂w",
        slopes["ŵ"] * w_hat + slopes["e"] * e,
        "cos θ(w + h d) differentiated at h = 0 along ŵ, e and any u orthogonal to both",
        vanishes("∂θ along ŵ", slopes["ŵ"]),
        vanishes("∂θ along u", slopes["u"]),
        vanishes("∂θ along e + 1/r", slopes["e"] + 1 / r),
    )
    d.apply("Times ∂f/∂θ", lambda gradient: diff(get("N1").as_printed, theta) * gradient)
    d.conclude(N3.statement)


@claim(
    id="N3.kink",
    title="One-sided slope of the population loss at θ = 0 (and minus it at θ = π)",
    source="[here]",
    subject=r"\lim_{h\to0^+}\tfrac1h\,[f(v,w+hd)-f(v,w)],\quad w=rw^*,\ d\perp w^*,\ \|d\|=1",
    definition=FilterGradient(one_sided=True),
    statement=v_vs / (2 * pi * r),
    hypotheses=(*NONZERO_FILTER, n >= 2),
)
def N3_kink(d: Derivation) -> None:
    d.cite("N1")
    h = Symbol("h", positive=True)
    angle = acos(r / sqrt(r**2 + h**2))
    d.begin("slope of f(v, r w* + h d) as h → 0⁺", "d any unit vector orthogonal to w*")
    slope = limit(angle.diff(h), h, 0)
    other_end = limit(acos(-r / sqrt(r**2 + h**2)).diff(h), h, 0)  # w = −r w*
    d.step(
        "Slope of θ",
        slope,
        "θ leaves 0 at the same rate in every direction d; from π it falls at that rate",
        vanishes("slope at π + slope at 0", slope + other_end),
    )
    d.apply("Times ∂f/∂θ", lambda slope: slope * diff(get("N1").as_printed, theta))
    d.conclude(N3_kink.statement)


def stationary_weights() -> Expr:
    """The solution of ∂f/∂v = 0 (N2) in span{v*, 1}, by solving for its two coefficients."""
    alpha, beta = symbols("alpha beta", real=True)
    there = {v: alpha * v_star + beta * ones, sum_v: alpha * sum_vs + beta * m}
    gradient = in_basic_quantities(get("N2").as_printed).subs(there, simultaneous=True)
    equations = [coefficient(gradient, basis) for basis in (v_star, ones)]
    (solution,) = sympy.solve(equations, [alpha, beta], dict=True)
    return solution[alpha] * v_star + solution[beta] * ones


@claim(
    id="N4",
    title="The best output weights at a given angle",
    source="[Y], Proposition 1",
    subject=r"v(\theta)=\operatorname{argmin}_v f(v,w)",
    definition=OutputMinimizer(),
    statement=v_star - 2 * theta / pi * (v_star - sum_vs / (m + 1) * ones),
    printed=COSINE_LIKE * v_star + sum_vs * (1 - COSINE_LIKE) / (m + 1) * ones,
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    code=("best_output_weights",),
)
def N4(d: Derivation) -> None:
    d.cite("N2")
    gradient = get("N2").as_printed
    d.begin("(I + 11ᵀ) v = ((1 − 2θ/π) I + 11ᵀ) v*", "∂f/∂v = 0; f is a convex quadratic in v")
    eigenvalues = (Integer(1), m + 1)
    d.step(
        "The minimizer is unique",
        "I + 11ᵀ has eigenvalue 1 on 1^⊥ and m + 1 on 1, both positive",
        "11ᵀ1 = m·1 and 11ᵀx = 0 for x ⟂ 1",
        [positive_eigenvalue(value) for value in eigenvalues],
    )
    solution = stationary_weights()
    total = coefficient(solution, v_star) * sum_vs + coefficient(solution, ones) * m
    at_solution = gradient.subs({v: solution, sum_v: total}, simultaneous=True)
    d.step("Solve in span{v*, 1}", solution, "", vanishes("∂f/∂v at the solution", at_solution))
    d.conclude(N4.statement, N4.printed)


def positive_eigenvalue(value: Expr) -> Obligation:
    """Owe: an eigenvalue of I + 11ᵀ is positive for every m ≥ 1."""
    return holds(f"eigenvalue {value} > 0", (value > 0))


@claim(
    id="N4.inner",
    title="Inner product of the best output weights with the true ones",
    source="[Y], Proposition 1",
    subject=r"v(\theta)^\top v^*",
    definition=OutputMinimizer("inner"),
    statement=COSINE_LIKE * vs_vs + sum_vs**2 * (1 - COSINE_LIKE) / (m + 1),
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
)
def N4_inner(d: Derivation) -> None:
    d.cite("N4")
    d.begin(get("N4").as_printed, "v(θ)·v*, v(θ) as in N4")
    d.apply("Multiply by v*", lambda weights: weights.subs({v_star: vs_vs, ones: sum_vs}), "v*·v* = ‖v*‖², 1·v* = 1ᵀv*")
    d.conclude(N4_inner.statement)
