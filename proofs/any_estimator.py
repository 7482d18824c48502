"""Chapter R, continued: the splitting iteration with any straight-through estimator (R12)."""

from __future__ import annotations

import sympy
from sympy import And, Eq, Equivalent, Implies, Integer, Symbol, cos, oo, pi, sin, sqrt, symbols
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import claim, get
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.sentence import All, If, Iff, Part, Same, eq, ge, gt, le, lt
from proofs.fixed_points import ACROSS, BETWEEN, ENTRIES, GAP, OVERLAP, PRODUCTS, R3, RIGHT
from proofs.potentials import INSIDE
from proofs.rules.algebra import gram, grown
from proofs.rules.analysis import circle
from proofs.rules.means import normal_density
from proofs.splitting import C_NEXT, H_NEXT, H_W, NORM_Z, OF_E, SQUARE, STEP_GAIN, U_VECTOR, C, gain_of_a_step, of_step
from proofs.symbols import (
    INTEGRABLE,
    OPEN_ANGLE,
    alpha,
    beta,
    e,
    kappa,
    moment_across,
    mu,
    multiplier,
    named,
    r,
    s,
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

_GRADIENT, _MOVE = symbols("G t")
_PULL, _G_W, _OFF_W, _OFF_E, _ON_T, _E_T, _U_T, _TURN, _AGAINST, _ALONG = named(
    "κ(θ)", "⟨G,ŵ⟩", "⟨G−αŵ+κw*,ŵ⟩", "⟨G−αŵ+κw*,e⟩", "⟨G,t⟩", "⟨e,t⟩", "⟨u,t⟩", "θ̇", "⟨F,ŵ⟩", "⟨t−ẇ,t⟩"
)
_SPEED, _OFF_FORM, _OFF_FLOW = symbols("‖t‖ ‖G−αŵ+κw*‖ ‖t−ẇ‖", nonnegative=True)
_BALANCED = Same(multiplier * w_hat, RIGHT.subs(kappa, _PULL))
_FORM = Same(_GRADIENT, alpha * w_hat - _PULL * w_star)
_OF_R3 = {name: said for name, said in R3.premises.items() if theta not in said.free_symbols}
_FLOW = Same(_MOVE, _AGAINST * w_hat - _GRADIENT - beta * (w_hat - U_VECTOR))


@claim(
    id="R12",
    title="Any straight-through estimator on the sphere has a potential",
    source="[here]",
    sentence=All(
        eq(_ON_T, Part("slope of the potential") * _TURN),
        If(_FLOW, eq(Part("slope of the potential") * _TURN - beta * _U_T, -(_SPEED**2))),
        Iff(_FORM, All(eq(_PULL, Part("strength")), eq(alpha, _G_W + _PULL * cos(theta)))),
        If(gt(_PULL, 0), If(_BALANCED, All(eq(_PULL * sin(theta), beta * ACROSS), le(beta * ACROSS, beta * GAP)))),
    ),
    definition=Splitting("any-estimator"),
    parts={"slope of the potential": POTENTIAL_SLOPE, "strength": STRENGTH},
    besides=lambda: {
        "κ(θ) is a Gaussian average by G5, for r = 1, without 0/0 at θ = 0 and π": eq(
            STRENGTH.subs(moment_across, sympy.UnevaluatedExpr(get("G5").formula.xreplace({x: s}))),
            v_vs / sqrt(2 * pi) * sympy.Integral(mu(r * sin(theta) * s) * normal_density(s), (s, -oo, oo)),
        )
    },
    premises={**INSIDE, "cos θ = ⟨w, w*⟩ along t": eq(-sin(theta) * _TURN, sin(theta) * _E_T), **_OF_R3},
    names={
        **{**R3.names, Part("slope of the potential"): r"\Psi'(\theta)", _ON_T: r"\langle G_\mu,t\rangle"},
        **{_GRADIENT: r"G_\mu", _TURN: r"\dot\theta", _G_W: r"\langle G_\mu,\hat w\rangle", theta: r"\theta"},
        **{w_hat: r"\hat w", U_VECTOR: "u", OVERLAP: r"\langle u,\hat w\rangle", BETWEEN: r"\angle(u,\hat w)"},
        **{ACROSS: r"\|Pu\|", GAP: r"\|\hat w-u\|", _MOVE: "t"},
        **{at: told.replace(r"\bar w", r"\hat w").replace(r"\bar u", "u") for at, told in ENTRIES.items()},
    },
    hypotheses=OPEN_ANGLE,
    setting=f"‖w‖ = 1, v fixed; {INTEGRABLE}; t ⟂ w, and θ̇ is the derivative of θ along t; Ψ(0) = 0; "
    "F = G + β(w − u), and P is the projector off w",
    remark="PG is the gradient of Ψ on the sphere; along the flow t = −PF the rate of Ψ + λP(u) + (β/2)‖w − u‖² is "
    "−‖t‖² where S is continuous (R1); a step from w is that of R1 with κ(θ)",
)
def R12(d: Derivation) -> None:
    g = Graph(d)
    *inside, turned = (g.given(name) for name in (*INSIDE, "cos θ = ⟨w, w*⟩ along t"))
    positive = g.fact("sin θ > 0", sin(theta) > 0, g.apply("signs", circle, at=theta), *inside)
    d.cite("C1")
    gradient = {_GRADIENT: get("C1").as_printed}
    products = {
        **PRODUCTS,
        (w_hat, _MOVE): Integer(0),
        (e, _MOVE): _E_T,
        (_MOVE, _MOVE): _SPEED**2,
        (U_VECTOR, _MOVE): _U_T,
    }
    frame = {pair: value for pair, value in products.items() if U_VECTOR not in pair}
    off = _FORM.args[0] - _FORM.args[1]
    vectors = g.rule(
        "G",
        gram,
        vectors=gradient,
        products=frame,
        expanded={_ON_T: (_GRADIENT, _MOVE), _G_W: (_GRADIENT, w_hat)},
        same={_OFF_FORM: _FORM.args},
        named={_OFF_W: (off, w_hat), _OFF_E: (off, e)},
    )
    flow = g.rule(
        "flow",
        gram,
        vectors=gradient,
        products=products,
        expanded={_ON_T: (_GRADIENT, _MOVE)},
        same={_OFF_FLOW: _FLOW.args},
        named={_ALONG: (_FLOW.args[0] - _FLOW.args[1], _MOVE)},
    )
    both = And(Eq(_PULL, STRENGTH), Eq(alpha, _G_W + _PULL * cos(theta)))
    form = g.fact("G as κ and α", Equivalent(_FORM, both), vectors, positive)
    pulled = g.case("κ > 0", _PULL > 0)
    rest = g.cite("R3", {kappa: _PULL}, *map(g.given, _OF_R3), positive, pulled)
    balance = Implies(_BALANCED, And(Eq(_PULL * sin(theta), beta * ACROSS), ACROSS <= GAP))
    balanced = g.under(pulled, g.fact("balance", balance, rest, pulled))
    slope = g.fact("⟨G, t⟩", Eq(_ON_T, POTENTIAL_SLOPE * _TURN), vectors, turned, positive)
    falls = g.fact("the flow descends", Implies(_FLOW, Eq(_ON_T - beta * _U_T, -(_SPEED**2))), flow)
    g.conclude(slope, falls, form, balanced)
    d.cite("G5")


_HERE, _THERE, _Y, _FIT, _FIT_NEXT = named("κ(θ)", "κ(y)", "y", "−Ψ(θ)", "−Ψ(θ⁺)")
_BELOW = _HERE - _STEEPEST * (_Y - C)
_OF_L = ge((_THERE - _BELOW) * (_Y - C), 0)


def without_loss() -> dict[str, Boolean]:
    """Where L = 0 will do: κ/(v·v*) is an even function of y = cos θ, so that it may fall with sin θ."""
    mirrored = get("G5").formula / sin(theta)
    return {
        "−Ψ has the slope κ in y": eq(-POTENTIAL_SLOPE / sympy.Derivative(cos(theta), theta), STRENGTH),
        "the gain is positive for τ ≤ 1/L, and for L = 0": Implies(
            step * _STEEPEST <= 1, STEP_GAIN - _STEEPEST / 2 > 0
        ),
        "κ is even in y": eq(sympy.Subs(mirrored, theta, pi - theta), mirrored),
    }


@claim(
    id="R12.step",
    title="A step size for any straight-through estimator",
    source="[here]",
    sentence=All(
        ge(H_NEXT - H_W, Part("lower bound")), If(lt(step * _STEEPEST, 1 + NORM_Z), gt(STEP_GAIN - _STEEPEST / 2, 0))
    ),
    definition=Splitting("any-estimator-step"),
    parts={"lower bound": (STEP_GAIN - _STEEPEST / 2) * SQUARE},
    premises=OF_E | of_step(_HERE, _FIT, _FIT_NEXT) | {"L": _OF_L},
    besides=without_loss,
    setting="‖w‖ = 1, z = w + τ(κ(θ)w* + βu) ≠ 0, v fixed; κ as a function of y = cos θ, for every y between those of "
    "w and w⁺: L ≥ sup (−dκ/dy)₊; τ = η/(1 − η(α(θ) + β))",
    remark="L = 0 will do where κ is nonincreasing in θ there; with constant κ this is R1",
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
    lost = _STEEPEST / 2 * (C_NEXT - C) ** 2
    raised = g.fact("u is kept", pulled - lost <= H_NEXT - H_W, fit, *map(g.given, ("H(w)", "H(w⁺)", *OF_E)))
    gain = (STEP_GAIN - _STEEPEST / 2) * SQUARE <= H_NEXT - H_W
    g.conclude(g.fact("what is left", gain, raised, gained, moved))
