"""Chapter R, continued: learning the output weights too (R11). V = ‖v*‖², S = 1ᵀv*."""

from __future__ import annotations

from sympy import Abs, And, Eq, Equivalent, Symbol, cos, diff, pi, simplify, solve, sqrt, symbols, tan

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation, coefficient, positive_terms, vanishes
from proofs.engine.graph import Graph
from proofs.engine.residual import in_basic_quantities
from proofs.engine.rules import gram
from proofs.engine.sentence import All, If, Iff, Part, Same, eq, gt
from proofs.engine.smt import follows
from proofs.fixed_points import NEXT, OVERLAP, fixed_where_balanced
from proofs.landscape import SPURIOUS, cauchy_schwarz, gradient_at_best_weights
from proofs.limit_errors import TANGENT
from proofs.potentials import radial_and_pull
from proofs.splitting import U_VECTOR
from proofs.symbols import (
    CLOSED_ANGLE,
    PRODUCTS,
    beta,
    curvature,
    e,
    kappa,
    lam,
    m,
    multiplier,
    n,
    named,
    nonzeros,
    ones,
    ratio,
    star_size,
    step,
    sum_v,
    sum_vs,
    taxicab,
    theta,
    v,
    v_star,
    v_vs,
    vs_vs,
    w_hat,
    w_star,
)

_PULL, _PULL_IDENTITY = named("κ(v̄)", "κ_identity(v̄)")
_V_NEXT, _BEST = symbols("v⁺ v(θ̄)")
_MOVED_V, _OFF_V = symbols("‖v⁺−v̄‖ ‖v̄−v(θ̄)‖", nonnegative=True)
_SUM_OFF, _OFF_STAR = named("⟨v̄−v(θ̄),1⟩", "⟨v̄−v(θ̄),v*⟩")
_RATE = Symbol("η_v", positive=True)
_NAMES = {
    **{_PULL: r"\kappa(\bar v)", _PULL_IDENTITY: r"\kappa_{\mathrm{identity}}(\bar v)", v: r"\bar v", _V_NEXT: "v^+"},
    **{_BEST: r"v(\bar\theta)", w_hat: r"\bar w", NEXT: "w^+", U_VECTOR: r"\bar u", theta: r"\bar\theta"},
    OVERLAP: r"\langle\bar u,\bar w\rangle",
}

STRENGTH = ((1 - 2 * theta / pi) * vs_vs + 2 * theta * sum_vs**2 / (pi * (m + 1))) / (2 * sqrt(2 * pi))
"""R11: κ(θ) at the best v."""


@claim(
    id="R11",
    title="Learning v too: the joint fixed points, and the strength there",
    source="[here]",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        Iff(
            All(Same(_V_NEXT, v), Same(NEXT, w_hat)),
            All(
                Same(v, _BEST), Same(multiplier * w_hat, _PULL * w_star + beta * U_VECTOR), gt(1 + step * multiplier, 0)
            ),
        ),
        If(Same(v, _BEST), All(eq(_PULL, Part("strength")), eq(_PULL_IDENTITY, 2 * Part("strength")))),
    ),
    definition=Splitting("joint"),
    parts={"strength": STRENGTH},
    premises={
        "κ": eq(_PULL, v_vs / (2 * sqrt(2 * pi))),
        "κ of the identity": eq(_PULL_IDENTITY, v_vs / sqrt(2 * pi)),
        "N": eq(multiplier, _PULL * cos(theta) + beta * OVERLAP),
    },
    names=_NAMES,
    hypotheses=CLOSED_ANGLE,
    setting="ReLU estimator; v⁺ = v̄ − η_v ∂f/∂v, any η_v > 0; w⁺ = z/‖z‖, z = w̄ + τ(κ(v̄)w* + βū) ≠ 0; ‖w̄‖ = 1; "
    "for the identity estimator its κ takes the place of κ",
)
def R11(d: Derivation) -> None:
    d.cite("N2", "N4")
    g = Graph(d)
    gradient, best = get("N2").as_printed, get("N4").as_printed
    outputs = g.rule(
        "output weights",
        gram,
        products=PRODUCTS,
        vectors={_V_NEXT: v - _RATE * gradient, _BEST: best},
        same={_MOVED_V: (_V_NEXT, v), _OFF_V: (v, _BEST)},
        named={_SUM_OFF: (v - best, ones), _OFF_STAR: (v - best, v_star)},
        because="∂f/∂v by N2, v(θ̄) by N4",
    )
    stays, there = Same(_V_NEXT, v), Same(v, _BEST)
    still = g.fact("v̄ stays exactly at v(θ̄)", Equivalent(stays, there), outputs)
    fixed, balanced = fixed_where_balanced(g, _PULL)
    level = g.given("N")
    back = And(Same(multiplier * w_hat, _PULL * w_star + beta * U_VECTOR), 1 + step * multiplier > 0)
    both = g.fact("joint", Equivalent(And(stays, Same(NEXT, w_hat)), And(there, back)), still, fixed, balanced, level)
    at_best = g.case("at v(θ̄)", there)
    pulls = And(Eq(_PULL, STRENGTH), Eq(_PULL_IDENTITY, 2 * STRENGTH))
    strength = g.fact("strength", pulls, outputs, at_best, g.given("κ"), g.given("κ of the identity"))
    g.conclude(both, g.under(at_best, strength))
    for part, name in (("", "κ"), (".identity", "κ of the identity")):
        _, pull, owes = radial_and_pull(d, part)
        d.step(name, pull, f"C9{part}", *owes, vanishes(f"{name} − C9's", R11.premises[name].rhs - pull))
    slope = diff(STRENGTH, theta)
    d.step(
        "κ falls in θ",
        slope,
        "from ‖v*‖²/(2√(2π)); by Cauchy–Schwarz S² ≤ m‖v*‖²",
        positive_terms("κ(0)", cauchy_schwarz(STRENGTH.subs(theta, 0))),
        positive_terms("minus its slope", cauchy_schwarz(-slope)),
        vanishes("the slope is constant", diff(slope, theta)),
        vanishes("its zero is N5's saddle angle", simplify(STRENGTH.subs(theta, get("N5.saddle").formula))),
    )
    _joint_equation(d)


def _joint_equation(d: Derivation) -> None:
    """The scalar equation for θ̄, and its closed form for l1."""
    d.cite("R5.sharp-l1")
    d.step(
        "The scalar equation",
        (STRENGTH - lam * taxicab) * tan(theta) - lam * sqrt(nonzeros - taxicab**2),
        "θ̄ = Θ(κ(θ̄)), Θ(κ) the angle of R4's limit at strength κ; for l1, while every nonzero entry is active, this "
        "must vanish",
        vanishes("tan θ̄ by R5.sharp-l1", (kappa - lam * taxicab) * TANGENT - lam * sqrt(nonzeros - taxicab**2)),
    )


SPURIOUS_STRENGTH = (2 * sum_vs**2 - (m + 1) * vs_vs) / (2 * sqrt(2 * pi) * (m + 1))


@claim(
    id="R11.spurious",
    title="When the spurious point θ = π, v = v(π) attracts the joint iteration",
    source="[here]",
    subject=(
        r"w\to-w^*,\ v\to v(\pi)\ \text{attracts if}\ (1^\top v^*)^2<\tfrac12(m+1)\|v^*\|^2,"
        r"\ \text{repels if}\ >;\quad\kappa(\pi)"
    ),
    definition=Splitting("spurious"),
    statement=SPURIOUS_STRENGTH,
    hypotheses=(n >= 2,),
    setting="ReLU estimator, 0 < η_v < 8/(m+1), 1 + τN > 0; λ = 0, or any S with S(w*) = c w*, c ∈ {0, 1}, "
    "that is 0 or the identity about each entry of w* (l0 with every nonzero |w*_i| > T; any threshold above ‖w*‖_∞). "
    "For c = 1, λ > 0, w* = ±e_j the bound is κ(π) = β, not 0: there −w* is a spike of R7.l0. At equality first order "
    "decides nothing",
)
def R11_spurious(d: Derivation) -> None:
    d.cite("N2", "N4", "N5.spurious", "R3", "R8", "R11")
    d.begin(STRENGTH, "κ(θ) = v(θ)·v*/(2√(2π)), at θ = π")
    d.apply("At θ = π", lambda strength: strength.subs(theta, pi))
    d.conclude(R11_spurious.formula)
    there, scale = R11_spurious.formula, sqrt(2 * pi) * (m + 1)
    d.step(
        "Its sign is that of S² − ½(m+1)‖v*‖²",
        scale * there,
        "negative exactly under N5.spurious's condition",
        vanishes("difference", scale * there - (SPURIOUS.lhs - SPURIOUS.rhs)),
    )
    _spurious_fixed_points(d)
    _spurious_stability(d)


def _spurious_fixed_points(d: Derivation) -> None:
    """−w* is fixed exactly when S(w*) is a multiple of w*; with κ < 0 a limit is R4's for −w* at strength |κ|."""
    share, strength = Symbol("c", real=True), Symbol("K", real=True)
    u_bar = Symbol("u_vector")
    level = beta * share - strength
    d.step(
        "−w* is fixed exactly when S(w*) = c w*, with N = βc − κ",
        level,
        "K stands for κ(π); S is odd, so ū = −S(w*)",
        vanishes("κw* + βū − N w̄", strength * w_star + beta * (-share * w_star) - level * (-w_star)),
        vanishes(
            "and back: ū is a multiple of w*",
            solve(strength * w_star + beta * u_bar + multiplier * w_star, u_bar)[0]
            + (multiplier + strength) / beta * w_star,
        ),
        vanishes(
            "l1, all nonzero |w*_i| = ω > ρ: c = 1 − ρ/ω", (star_size - ratio) - (1 - ratio / star_size) * star_size
        ),
    )
    pull = Symbol("kappa_size", positive=True)
    d.step(
        "Any penalty: where κ(θ̄) < 0 the limit is R4's with −w* and |κ(θ̄)|",
        pull * (-w_star) + beta * u_bar,
        "the same fixed-point equation; so R4 and R5 hold with π − θ̄ in the place of θ̄",
        vanishes("κw* + βū", (-pull) * w_star + beta * u_bar - (pull * (-w_star) + beta * u_bar)),
    )


def _spurious_stability(d: Derivation) -> None:
    """The linear part is triangular: v moves w only along w*, which is radial at −w*."""
    strength, rate = Symbol("K", real=True), Symbol("eta_v", positive=True)
    gradient = get("N2").formula
    off_ones = in_basic_quantities(gradient).diff(v)
    on_ones = off_ones + m * in_basic_quantities(gradient).diff(sum_v).coeff(ones)
    kept = get("R8").formula.subs({multiplier: beta - strength, curvature: 1})
    other = get("R8").formula.subs({multiplier: beta - strength, curvature: 0})
    none = get("R8").formula.subs({multiplier: -strength, curvature: 0})
    valid, free = 1 + step * (beta - strength) > 0, 1 - step * strength > 0
    d.step(
        "The w-part contracts for κ(π) < 0 and grows for κ(π) > 0",
        kept,
        "R8 with c = 1, N = β − K: μ = 1 on the support J of w* (all of R^n for λ = 0), 0 off it; with c = 0, N = −K: "
        "μ = 0. A tangent vector on J needs two entries there: for w* = ±e_j, λ > 0 only μ = 0 is left",
        follows("c = 1: contracts", And(kept < 1, kept > 0, other < 1, other > 0), strength < 0),
        follows("c = 1: grows on J for κ(π) > 0", kept > 1, strength > 0, valid),
        follows("w* = ±e_j, c = 1, λ > 0: contracts for κ(π) < β", And(other < 1, other > 0), strength < beta),
        follows("and grows for κ(π) > β", other > 1, strength > beta, valid),
        follows("c = 0: contracts", And(none < 1, none > 0), strength < 0),
        follows("c = 0: grows for κ(π) > 0", none > 1, strength > 0, free),
    )
    v_off, v_on = 1 - rate * off_ones, 1 - rate * on_ones
    d.step(
        "The v-part contracts, and does not move w to first order",
        v_on,
        "factors 1 − η_v/4 off 1 and 1 − η_v(m+1)/4 on 1; κ changes with v, but w* is radial at w̄ = −w*",
        vanishes("∂f/∂v at v(π)", gradient_at_best_weights().subs(theta, pi)),
        vanishes("factor off 1", v_off - (1 - rate / 4)),
        vanishes("factor on 1", v_on - (1 - rate * (m + 1) / 4)),
        follows("contracts", And(Abs(v_off) < 1, Abs(v_on) < 1), rate < 8 / (m + 1), m >= 1),
        vanishes("tangential part of w* at θ = π", coefficient(in_basic_quantities(w_star), e).subs(theta, pi)),
    )
    dv, dw, q, p, cross, weight = symbols("d_v d_w q p C L", positive=True)
    d.step(
        "Together: |δv| + L|δw| contracts for large L",
        dv + weight * dw,
        "|δv⁺| ≤ q|δv| + C|δw| (v(θ) is Lipschitz in θ), |δw⁺| ≤ p|δw|, p and q < 1, up to second order",
        follows(
            "by the factor max(q, (1 + p)/2) < 1",
            q * dv + cross * dw + weight * p * dw <= q * dv + weight * (1 + p) / 2 * dw,
            p < 1,
            q < 1,
            weight >= 2 * cross / (1 - p),
        ),
    )
