"""Chapter R, continued: the splitting iteration with any straight-through estimator (R12)."""

from __future__ import annotations

import sympy
from sympy import Eq, Expr, Implies, Integral, Symbol, cos, diff, oo, pi, sin, sqrt, symbols

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation, coefficient, inner, vanishes
from proofs.engine.graph import Graph
from proofs.engine.residual import in_basic_quantities
from proofs.engine.rules import grown
from proofs.engine.sentence import All, If, Part, Term, eq, ge, gt, le, lt
from proofs.engine.smt import follows
from proofs.means import normal_density
from proofs.splitting import (
    C_NEXT,
    F_VECTOR,
    H_NEXT,
    H_W,
    NAMES,
    NORM_Z,
    OF_E,
    OF_W,
    SQUARE,
    STEP_GAIN,
    C,
    gain_of_a_step,
    of_a_step,
)
from proofs.symbols import (
    INTEGRABLE,
    OPEN_ANGLE,
    PLANE,
    beta,
    e,
    moment_across,
    mu,
    named,
    r,
    step,
    theta,
    v_vs,
    w_hat,
    w_star,
    x,
)

POTENTIAL_SLOPE = v_vs * moment_across
"""R12: Ψ'."""

STRENGTH = v_vs * moment_across / sin(theta)
"""R12: κ(θ)."""

_STEEPEST = Symbol("L", nonnegative=True)

STEP_GAIN_CURVED = (STEP_GAIN - _STEEPEST / 2) * SQUARE
"""R12.step: what one step adds to H at least."""


@claim(
    id="R12",
    title="Any straight-through estimator on the sphere has a potential",
    source="[here]",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        eq(Term(r"P\,G_\mu"), Term(r"\nabla_{S^{n-1}}\Psi")),
        eq(Term(r"\Psi(0)"), 0),
        eq(Term(r"\Psi'(\theta)"), Part("slope of the potential")),
        eq(Term(r"G_\mu"), Term(r"\alpha(\theta)\hat w-\kappa(\theta)w^*")),
        eq(Term(r"\kappa(\theta)"), Part("strength")),
        eq(Term(r"\kappa(\bar\theta)\sin\bar\theta"), Term(r"\beta\|P\bar u\|")),
        le(Term(r"\beta\|P\bar u\|"), Term(r"\beta\|\bar w-\bar u\|")),
    ),
    definition=Splitting("any-estimator"),
    parts={"slope of the potential": POTENTIAL_SLOPE, "strength": STRENGTH},
    hypotheses=OPEN_ANGLE,
    setting=f"‖w‖ = 1, v fixed; {INTEGRABLE}; in the balance κ(θ̄) ≥ 0 (|κ(θ̄)| otherwise)",
)
def R12(d: Derivation) -> None:
    d.cite("C1", "G5", "R1", "R3")
    gradient = in_basic_quantities(get("C1").as_printed)
    across = coefficient(gradient, e)
    slope = v_vs * moment_across
    d.begin(get("C1").as_printed, "C1 at r = 1; Ψ' = (v·v*)B")
    d.step(
        "The tangential part is ∇Ψ on the sphere",
        -slope * e,
        "θ = arccos⟨w, w*⟩ has the gradient −(w* − cos θ ŵ)/sin θ = −e on the sphere",
        vanishes("component of G along e + Ψ'", across + slope),
        vanishes("the stable form of C1 has the same", coefficient(get("C1").formula, e) + slope),
        vanishes("(w* − cos θ ŵ)/sin θ − e", (in_basic_quantities(w_star) - cos(theta) * w_hat) / sin(theta) - e),
        vanishes("dθ/dc = −1/sin θ: differentiate cos θ = c", _arc_slope()),
    )
    d.hold("slope of the potential", POTENTIAL_SLOPE, -across, "minus the component of G along e")
    strength = slope / sin(theta)
    radial = coefficient(gradient, w_hat) + strength * cos(theta)
    smooth = Integral(mu(r * sin(theta) * x) * normal_density(x), (x, -oo, oo))
    d.step(
        "G = α(θ)ŵ − κ(θ)w*",
        v_vs / sqrt(2 * pi) * smooth,
        "κ(θ) = (v·v*)B/sin θ, by G5 the Gaussian average shown (r = 1 here), which has no 0/0 at θ = 0 and π. So a "
        "step from w is the step of R1 with κ(θ), α(θ), and R3, with its balance, holds with κ(θ̄)",
        vanishes("G − form", gradient - in_basic_quantities(radial * w_hat - strength * w_star)),
        vanishes("κ(θ) − its average", strength.subs(moment_across, get("G5").formula) - v_vs / sqrt(2 * pi) * smooth),
    )
    d.hold(
        "strength", STRENGTH, -across / coefficient(in_basic_quantities(w_star), e), "the component along e is −κ sin θ"
    )
    dissipates(d, slope)
    d.conclude_argument(
        "where S is continuous Ψ(θ) + λP(u) + (β/2)‖w − u‖² never increases along the flow; R3's balance holds with "
        "κ(θ̄)"
    )


def _arc_slope() -> Expr:
    """What is left of d/dc cos θ(c) = 1 at dθ/dc = −1/sin θ."""
    return diff(cos(theta), theta) * (-1 / sin(theta)) - 1


def dissipates(d: Derivation, slope: Expr) -> None:
    """Along ẇ = −P(G + β(w − u)) the potential falls at the rate ‖ẇ‖²."""
    q, across, off = symbols("q C k", real=True)
    u = q * w_hat - across * e + off * F_VECTOR
    gram = {**PLANE, (F_VECTOR, F_VECTOR): sympy.Integer(1)}
    force = -slope * e + beta * (w_hat - u)
    velocity = -(force - inner(force, w_hat, gram) * w_hat)
    along = -slope * inner(e, velocity, gram) + beta * inner(w_hat - u, velocity, gram)
    d.step(
        "The flow descends",
        "d/dt [Ψ + λP(u) + (β/2)‖w − u‖²] = −‖ẇ‖², ẇ = −P(G + β(w − u))",
        "u = qŵ − Ce + kf, f ⟂ ŵ, e; the least value over u has the gradient β(w − u) where S is continuous (R1)",
        vanishes("rate + ‖ẇ‖²", along + inner(velocity, velocity, gram)),
    )


_HERE, _THERE, _Y, _FIT, _FIT_NEXT = named("κ(θ)", "κ(y)", "y", "−Ψ(θ)", "−Ψ(θ⁺)")
_BELOW = _HERE - _STEEPEST * (_Y - C)
_OF_L = ge((_THERE - _BELOW) * (_Y - C), 0)


@claim(
    id="R12.step",
    title="A step size for any straight-through estimator",
    source="[here]",
    kind=Kind.INEQUALITY,
    sentence=All(
        ge(H_NEXT - H_W, Part("lower bound")), If(lt(step * _STEEPEST, 1 + NORM_Z), gt(STEP_GAIN - _STEEPEST / 2, 0))
    ),
    definition=Splitting("any-estimator-step"),
    parts={"lower bound": STEP_GAIN_CURVED},
    premises=OF_E | of_a_step(_HERE, _FIT, _FIT_NEXT) | {"L": _OF_L},
    names=NAMES
    | OF_W
    | {_HERE: r"\kappa(\theta)", _THERE: r"\kappa(y)", _FIT: r"-\Psi(\theta)", _FIT_NEXT: r"-\Psi(\theta^+)"},
    setting="‖w‖ = 1, z = w + τ(κ(θ)w* + βu) ≠ 0, v fixed; κ as a function of y = cos θ, for every y between those of "
    "w and w⁺: L ≥ sup (−dκ/dy)₊. Positive for τ ≤ 1/L, and for every τ > 0 where κ is nonincreasing in θ there "
    "(L = 0); τ = η/(1 − η(α(θ) + β)); with constant κ this is R1",
)
def R12_step(d: Derivation) -> None:
    d.cite("G5", "R12")
    g = Graph(d)
    pulled, _, moved, gained = gain_of_a_step(g, _HERE)
    fit = g.rule(
        "a parabola below −Ψ",
        grown,
        g.given("L"),
        **{"slope": _THERE, "below": _BELOW, "over": _Y, "start": (C, _FIT), "end": (C_NEXT, _FIT_NEXT)},
        because="−Ψ has the slope κ in y: dΨ/dθ = κ(θ) sin θ (R12), dy/dθ = −sin θ",
    )
    turned = g.fact("|⟨w*, w⁺ − w⟩| ≤ ‖w⁺ − w‖", (C_NEXT - C) ** 2 <= SQUARE, moved)
    lost = _STEEPEST / 2 * (C_NEXT - C) ** 2
    raised = g.fact("u is kept", pulled - lost <= H_NEXT - H_W, fit, *map(g.given, ("H(w)", "H(w⁺)", *OF_E)))
    gain = g.fact("what is left", (STEP_GAIN - _STEEPEST / 2) * SQUARE <= H_NEXT - H_W, raised, gained, turned)
    g.conclude(gain)
    without_loss(d)


def without_loss(d: Derivation) -> None:
    """Where L = 0 will do: κ as a function of c = cos θ is even."""
    cosine, other, here, there = symbols("c c' kappa_c kappa_c'", real=True)
    mirrored = get("G5").formula / sin(theta)
    d.step(
        "Where L = 0",
        mirrored,
        "κ(θ)/(v·v*) depends on sin θ alone (G5): κ(c) is even, so it is nondecreasing in c on all of [−1, 1] only "
        "if it is constant; if it falls with sin θ, L = 0 serves wherever both angles are ≤ π/2",
        vanishes("d(−Ψ)/dc − κ", -POTENTIAL_SLOPE / diff(cos(theta), theta) - STRENGTH),
        vanishes("κ(π − θ) − κ(θ)", mirrored.subs(theta, pi - theta) - mirrored),
        follows(
            "nondecreasing and even: constant",
            Eq(here, there),
            Implies(cosine <= other, here <= there),
            Implies(other <= cosine, there <= here),
            Implies(-cosine <= -other, here <= there),
            Implies(-other <= -cosine, there <= here),
        ),
    )
