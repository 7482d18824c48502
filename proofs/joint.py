"""Chapter R, continued: learning the output weights too (R11). V = ‖v*‖², S = 1ᵀv*."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import (
    Abs,
    And,
    Eq,
    Equivalent,
    Expr,
    Implies,
    Integer,
    Min,
    Ne,
    Or,
    Subs,
    Symbol,
    cos,
    pi,
    sin,
    sqrt,
    symbols,
)

from proofs.engine.claim import claim, get
from proofs.engine.combinations import coefficient
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.sentence import All, If, Iff, Part, Same, eq, formula_of, ge, gt, le, lt
from proofs.fixed_points import BARRED, NEXT, OVERLAP, fixed_where_balanced
from proofs.rules.algebra import gram
from proofs.rules.analysis import circle, rising
from proofs.splitting import COUNT, NORM_Z, U_VECTOR, after_any_number
from proofs.symbols import (
    CLOSED_ANGLE,
    PRODUCTS,
    beta,
    m,
    multiplier,
    n,
    named,
    ones,
    step,
    sum_v,
    sum_vs,
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

STRENGTH = ((1 - 2 * theta / pi) * vs_vs + 2 * theta * sum_vs**2 / (pi * (m + 1))) / (2 * sqrt(2 * pi))
"""R11: κ(θ) at the best v."""


def after(weights: Expr, gradient: Expr) -> Expr:
    """The step of the output weights; as ∂f/∂v depends on v, also that of v − v(π)."""
    return weights - _RATE * gradient


@claim(
    id="R11",
    title="Learning v too: the joint fixed points, and the strength there",
    source="[here]",
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
    names=BARRED | {v: r"\bar v"},
    hypotheses=CLOSED_ANGLE,
    besides=lambda: {
        "κ(0)": eq(Subs(STRENGTH, theta, 0), vs_vs / (2 * sqrt(2 * pi))),
        "κ falls in θ": Implies(And(sum_vs**2 <= m * vs_vs, vs_vs > 0), sympy.Derivative(STRENGTH, theta) < 0),
        "its zero is N5's saddle angle": eq(Subs(STRENGTH, theta, get("N5.saddle").formula), 0),
    },
    setting="ReLU estimator; v⁺ = v̄ − η_v ∂f/∂v, any η_v > 0; w⁺ = z/‖z‖, z = w̄ + τ(κ(v̄)w* + βū) ≠ 0; ‖w̄‖ = 1; "
    "for the identity estimator its κ takes the place of κ",
    remark="so θ̄ solves a scalar equation: for l1 with every nonzero entry of w* active that of R5.sharp-l1 at κ(θ̄), "
    "(κ(θ̄) − λ‖w*‖₁) tan θ̄ = λ√(‖w*‖₀ − ‖w*‖₁²)",
)
def R11(d: Derivation) -> None:
    d.cite("N2", "N4")
    g = Graph(d)
    gradient, best = get("N2").as_printed, get("N4").as_printed
    outputs = g.rule(
        "output weights",
        gram,
        products=PRODUCTS,
        vectors={_V_NEXT: after(v, gradient), _BEST: best},
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


SPURIOUS_STRENGTH = (2 * sum_vs**2 - (m + 1) * vs_vs) / (2 * sqrt(2 * pi) * (m + 1))

_PHI_FIRST, _PHI_LAST = named("φ_0", "φ_t")
_PHI, _PHI_NEXT, _PULL_END, _TOP, _BACK = named("φ", "φ⁺", "κ(π)", "v(π)·v*", "⟨v−v(π),v*⟩")
_TILT, _TILT_NEXT, _TILT_FIRST, _TILT_LAST = named("tan φ", "tan φ⁺", "tan φ_0", "tan φ_t")
_APART, _APART_NEXT, _APART_FIRST, _APART_LAST, _SHRUNK, _LENGTH_VS = symbols(
    "‖v−v(π)‖ ‖v⁺−v(π)‖ ‖v_0−v(π)‖ ‖v_t−v(π)‖ ‖m‖ ‖v*‖", nonnegative=True
)
_ON, _ON_NEXT, _OFF, _SHARE, _FACTOR, _WIDE, _FLAT, _SLOW = symbols("T T⁺ T_off c p Δ ε γ", nonnegative=True)
_STEP = Symbol("τ_t", positive=True)
"""κ + ‖v‖² and so τ of R1 change with v, where η does not."""
_STAR, _TANGENT, _TANGENT_NEXT, _OUTER, _APART_V, _GRADIENT = symbols("w^* t_J t_J⁺ t_off v−v(π) ∂f/∂v")
_KEPT = 1 + _STEP * beta * _SHARE
_LEAST_GAIN = step * Abs(_PULL_END) / (2 * (1 + step * beta * _SHARE))
_Y, _LATER, _TURNED = named("y", "y'", "⟨m,v*⟩")
_SINE: dict[str, Any] = {"f": sin(_Y) - _Y * cos(_Y), "over": _Y, "low": Integer(0), "high": pi / 2, "then": _LATER}
_NEAR = {_TILT_LAST: _FLAT, _APART_LAST: _WIDE}

_ONWARD = All(gt(_PULL_END, 0), le(_APART, _WIDE), gt(cos(_PHI), 0), gt(cos(_PHI_NEXT), 0))


def _slowly(bound: Expr) -> Expr:
    return bound / (1 + _SLOW * COUNT)


@claim(
    id="R11.spurious",
    title="When the spurious point θ = π, v = v(π) attracts the joint iteration",
    source="[here]",
    sentence=All(
        eq(_PULL_END, Part("strength")),
        Iff(lt(sum_vs**2, (m + 1) * vs_vs / 2), lt(_PULL_END, 0)),
        If(lt(_PULL_END, 0), All(gt(cos(_PHI_LAST), 0), *(le(size, _slowly(bound)) for size, bound in _NEAR.items()))),
        If(_ONWARD, ge(_ON_NEXT / cos(_PHI_NEXT), (1 + _SLOW) * _ON / cos(_PHI))),
    ),
    definition=Splitting("spurious"),
    parts={"strength": SPURIOUS_STRENGTH},
    premises={
        "‖w‖": eq(cos(_PHI) ** 2 + _ON**2 + _OFF**2, 1),
        "φ": All(ge(_PHI, 0), le(_PHI, pi)),
        "tan φ": eq(_TILT * cos(_PHI), sin(_PHI)),
        "tan φ⁺": eq(_TILT_NEXT * cos(_PHI_NEXT), sin(_PHI_NEXT)),
        "κ": eq(_PULL, _PULL_END + _BACK / (2 * sqrt(2 * pi))),
        "κ(π)": eq(_PULL_END, _TOP / (2 * sqrt(2 * pi))),
        "p": All(ge(_FACTOR, Abs(1 - _RATE / 4)), ge(_FACTOR, Abs(1 - _RATE * (m + 1) / 4))),
        "Δ": le(_WIDE * sqrt(vs_vs), sqrt(2 * pi) * Abs(_PULL_END)),
        "τ": ge(_STEP, step),
        "γ": le(_SLOW, _LEAST_GAIN),
        "ε": le((_FACTOR * _WIDE + _RATE * sqrt(vs_vs) * _FLAT / (2 * pi)) * (1 + _SLOW), _WIDE),
        "start": All(gt(cos(_PHI_FIRST), 0), le(_TILT_FIRST, _FLAT), le(_APART_FIRST, _WIDE)),
    },
    names={_STEP: r"\tau_t", _PULL: r"\kappa", _TOP: r"v(\pi)^\top v^*", _ON: "T", _OFF: r"T_{\mathrm{off}}"},
    hypotheses=(n >= 2,),
    besides=lambda: {
        "p may be below 1": Implies(_RATE * (m + 1) < 8, And(Abs(1 - _RATE / 4) < 1, Abs(1 - _RATE * (m + 1) / 4) < 1)),
        "(1 + γ)p < 1 for some γ > 0, as an ε > 0 needs": Implies(
            And(_FACTOR < 1, Ne(_PULL_END, 0)),
            And(Min(_LEAST_GAIN, 1 - _FACTOR) > 0, (1 + Min(_LEAST_GAIN, 1 - _FACTOR)) * _FACTOR < 1),
        ),
    },
    setting="ReLU estimator; φ = π − θ ∈ [0, π], w = −cos φ w* + t_J + t_off, w*, t_J and t_off orthogonal, T = ‖t_J‖, "
    "and u = c(w − t_off): λ = 0, or an S that about each entry of w* is 0 (c = 0: any threshold above ‖w*‖_∞), or the "
    "identity on the support J of w* and 0 off it (c = 1: l0 with every nonzero |w*_i| beyond the threshold); after t "
    "steps v_t, φ_t; τ_t = η/(1 − η(α(v_t) + β)), η(α(v) + β) < 1 for every ‖v − v(π)‖ ≤ Δ, and τ is the least there",
    remark="for w* = ±e_j and c = 1 there is no t_J, and −w* is a spike of R7.l0",
)
def R11_spurious(d: Derivation) -> None:
    d.cite("N2", "N4")
    g = Graph(d)
    here, pulled, at_end, tilt = map(g.given, ("φ", "κ", "κ(π)", "tan φ"))
    top = g.cite("N4.inner", {theta: pi}, value=_TOP)
    signs = g.apply("signs", circle, at=_PHI)
    acute = g.fact("acute", And(sin(_PHI) >= 0, Or(cos(_PHI) <= 0, pi / 2 >= _PHI)), signs, here)
    s = Symbol("⟨v−v(π),1⟩", real=True)
    best = get("N4").as_printed.subs(theta, pi)
    total_best = coefficient(best, v_star) * sum_vs + coefficient(best, ones) * m
    near_it = {v: best + _APART_V, sum_v: total_best + s, theta: pi - _PHI}
    gradient = sympy.simplify(get("N2").as_printed.subs(near_it, simultaneous=True))
    shrunk = _APART_V - _RATE / 4 * (_APART_V + s * ones)
    outputs = g.rule(
        "output weights",
        gram,
        vectors={_GRADIENT: gradient},
        products={
            **{(_APART_V, _APART_V): _APART**2, (_APART_V, v_star): _BACK, (_APART_V, ones): s},
            **{pair: value for pair, value in PRODUCTS.items() if v not in pair},
        },
        norms={v_star: _LENGTH_VS, after(_APART_V, _GRADIENT): _APART_NEXT, shrunk: _SHRUNK, _APART_V: _APART},
        named={_TURNED: (shrunk, v_star), _BACK: (_APART_V, v_star), s: (_APART_V, ones)},
    )
    w = _TANGENT + _OUTER - cos(_PHI) * _STAR
    moved = w + _STEP * (_PULL * _STAR + beta * _SHARE * (_TANGENT - cos(_PHI) * _STAR))
    bit, size_vs = _RATE * _PHI / (2 * pi), sqrt(vs_vs)
    less = g.fact("m is shorter", _SHRUNK <= _FACTOR * _APART, outputs, g.given("p"))
    bounds = g.fact("Cauchy–Schwarz", And(Abs(_BACK) <= _APART * size_vs, Abs(_TURNED) <= _SHRUNK * size_vs), outputs)
    squared = g.fact("v⁺", Eq(_APART_NEXT**2, _SHRUNK**2 + 2 * bit * _TURNED + bit**2 * vs_vs), outputs)
    nearer = g.fact("v⁺ is nearer", _FACTOR * _APART + bit * size_vs >= _APART_NEXT, squared, bounds, less, here)
    filters = g.rule(
        "filter",
        gram,
        products={
            **{(_STAR, _STAR): Integer(1), (_STAR, _TANGENT): Integer(0), (_STAR, _OUTER): Integer(0)},
            **{(_TANGENT, _TANGENT): _ON**2, (_TANGENT, _OUTER): Integer(0), (_OUTER, _OUTER): _OFF**2},
        },
        vectors={_TANGENT_NEXT: _KEPT * _TANGENT / NORM_Z},
        norms={moved: NORM_Z, _TANGENT: _ON, _TANGENT_NEXT: _ON_NEXT},
        cosines={cos(_PHI_NEXT): (moved, -_STAR)},
        because="w = −cos φ w* + t_J + t_off, u = c(−cos φ w* + t_J), z/‖z‖ = w⁺ = −cos φ⁺ w* + t_J⁺ + t_off⁺",
    )
    ahead = g.fact("along −w*", Eq(cos(_PHI_NEXT) * NORM_Z, _KEPT * cos(_PHI) - _STEP * _PULL), filters)
    across = g.fact("across", NORM_Z * sin(_PHI_NEXT) <= _KEPT * sin(_PHI), filters, acute, g.given("‖w‖"))
    far = g.given("Δ")
    drawn = g.fact(
        "κ is near κ(π)", Implies(_APART <= _WIDE, 2 * Abs(_PULL - _PULL_END) <= Abs(_PULL_END)), pulled, bounds, far
    )
    room = g.given("ε")
    slow = g.fact("γ at τ_t", _STEP * Abs(_PULL_END) / 2 >= _SLOW * _KEPT, g.given("γ"), g.given("τ"))
    back = g.case("κ(π) < 0", _PULL_END < 0)
    turned = g.fact(
        "φ falls",
        Implies(And(cos(_PHI) > 0, _APART <= _WIDE), And(cos(_PHI_NEXT) > 0, (1 + _SLOW) * _TILT_NEXT <= _TILT)),
        *(back, ahead, across, drawn, slow, acute, tilt, g.given("tan φ⁺")),
    )
    tangent = g.apply("φ cos φ ≤ sin φ", rising, g.apply("signs of y", circle, at=_Y), **_SINE)
    tangent = g.instance("from 0 to φ", tangent, {_Y: Integer(0), _LATER: _PHI})
    near = And(cos(_PHI) > 0, _slowly(_FLAT) >= _TILT, _slowly(_WIDE) >= _APART)
    values = {_TILT: (_TILT_FIRST, _TILT_NEXT, _TILT_LAST), _APART: (_APART_FIRST, _APART_NEXT, _APART_LAST)}
    values |= {cos(_PHI): (cos(_PHI_FIRST), cos(_PHI_NEXT), cos(_PHI_LAST))}
    run = after_any_number(
        g, "run", near, values, COUNT, (g.given("start"),), (turned, nearer, tangent, acute, tilt, room)
    )
    away = g.case("κ(π) > 0", formula_of(_ONWARD, {}))
    grown = g.fact(
        "what is on J grows", _ON_NEXT / cos(_PHI_NEXT) >= (1 + _SLOW) * _ON / cos(_PHI), *(away, filters, drawn, slow)
    )
    g.conclude(top, at_end, g.under(back, run), g.under(away, grown))
