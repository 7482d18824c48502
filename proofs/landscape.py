"""Chapter N, continued: the critical points of the population loss (N5), and where coarse gradients vanish (C8).

Write V = ‖v*‖² and S = 1ᵀv*. Everything happens on the curve v = v(θ) of N4, the valley: with δ = v − v(θ)

    f(v, θ) = ⅛ δᵀ(I + 11ᵀ)δ + L(θ),   L(θ) the least value at θ (N5.minimum), a quadratic,

so that the kinks of the loss at θ = 0 and θ = π (N3.kink) are judged by its values, not by derivatives.
"""

from __future__ import annotations

from sympy import And, Eq, Equivalent, Expr, Implies, Integer, Or, Symbol, pi, solve, symbols

from proofs.engine.claim import claim, get
from proofs.engine.definitions import Landscape
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import All, Either, If, Iff, Is, Part, Same, Term, eq, ge, gt, le, lt
from proofs.rules.algebra import gram
from proofs.rules.analysis import falling, least, partial
from proofs.symbols import (
    CLOSED_ANGLE,
    NONZERO_FILTER,
    PRODUCTS,
    m,
    n,
    named,
    ones,
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

SADDLE_VALUE = SADDLE_ANGLE * vs_vs / (4 * pi)
"""f at the saddle."""

LEAST_VALUE = theta / (2 * pi) * ((1 - theta / pi) * vs_vs + theta / pi * sum_vs**2 / (m + 1))
"""The least value of the loss at angle θ, over all v (N5.minimum)."""


def best_invariants(angle: Expr = theta) -> dict[Symbol, Expr]:
    """‖v‖², v·v* and 1ᵀv at v = v(angle) of N4."""
    weights = get("N4").as_printed
    along, constant = (weights.coeff(basis).subs(theta, angle) for basis in (v_star, ones))
    return {
        v_v: along**2 * vs_vs + 2 * along * constant * sum_vs + constant**2 * m,
        v_vs: along * vs_vs + constant * sum_vs,
        sum_v: along * sum_vs + constant * m,
    }


def on_best_weights(expression: Expr, angle: Expr = theta) -> Expr:
    """`expression` restricted to v = v(angle)."""
    return in_basic_quantities(expression).subs(best_invariants(angle), simultaneous=True)


BEST = Symbol("v(θ)")
LOSS, _TILT, _LEAN, _SLOPE = named("f", "⟨v−v(θ),1⟩", "⟨v−v(θ),v*⟩", "∂f/∂θ")
_GRADIENT, _AT_PI, _PAIR = Symbol("∂f/∂v"), Term(r"(v(\pi),\,\theta=\pi)"), Term("(v,w)")
_OFF, _OFF_STAR, _OFF_MIRROR, _OFF_PATH, _STEEP = symbols("‖v−v(θ)‖ ‖v−v*‖ ‖v+v*‖ ‖v−p(θ)‖ ‖∂f/∂v‖", nonnegative=True)
_ON_VALLEY, _AS_HIGH = Same(v, BEST), Eq(LOSS, SADDLE_VALUE)
NAMES = {LOSS: "f(v,w)"}

BELOW_PI, NONZERO_TEACHER, PLANE_OR_MORE = {"θ ≤ π": le(theta, pi)}, {"v* ≠ 0": gt(vs_vs, 0)}, {"n ≥ 2": ge(n, 2)}
STATIONARY = {
    "stationary": Iff(
        Is("stationary", _PAIR),
        All(
            Same(_GRADIENT, Integer(0)),
            If(All(ge(n, 2), lt(theta, pi)), ge(_SLOPE, 0)),
            If(All(ge(n, 2), gt(theta, 0)), le(_SLOPE, 0)),
        ),
    )
}
"""f depends on w through θ alone, which moves where there is more than one dimension: up below π, down above 0."""


@claim(
    id="N5.minimum",
    title="Global minima of the population loss",
    source="[Y], Proposition 1; the second minimum at 1ᵀv* = 0 [here]",
    sentence=All(
        Iff(eq(LOSS, Part("least value")), Same(v, BEST)),
        ge(LOSS, Part("least value")),
        Iff(
            eq(LOSS, 0), Either(All(eq(theta, 0), Same(v, v_star)), All(eq(sum_vs, 0), eq(theta, pi), Same(v, -v_star)))
        ),
    ),
    definition=Landscape("minimum"),
    parts={"least value": LEAST_VALUE},
    premises=BELOW_PI | NONZERO_TEACHER,
    names=NAMES,
    hypotheses=(*CLOSED_ANGLE, *NONZERO_FILTER, *NONZERO_TEACHER.values()),
    setting="v(θ) is that of N4",
    remark="for 1ᵀv* = 0 the mirrored network −v*ᵀσ(−Zw*) equals the teacher almost surely",
)
def N5_minimum(d: Derivation) -> None:
    g = Graph(d)
    angle = g.given("θ ≤ π")
    off, tilt = {_OFF: (v, BEST)}, {_TILT: (v - BEST, ones)}
    best = g.cite("N4", {}, angle, value=BEST)
    distances = g.rule(
        "distances",
        gram,
        best,
        products=PRODUCTS,
        named=tilt,
        same=off | {_OFF_STAR: (v, v_star), _OFF_MIRROR: (v, -v_star)},
    )
    loss, least_value = g.cite("N1", {}, angle, value=LOSS), Eq(LOSS, (_OFF**2 + _TILT**2) / 8 + LEAST_VALUE)
    apart = g.rule("v − v(θ)", gram, best, products=PRODUCTS, same=off, expanded=tilt)
    square = g.fact("completed square", least_value, loss, apart)
    zero = g.fact(
        "where the least value is 0",
        And(LEAST_VALUE >= 0, Equivalent(Eq(LEAST_VALUE, 0), Or(Eq(theta, 0), And(Eq(theta, pi), Eq(sum_vs, 0))))),
        *(angle, g.given("v* ≠ 0")),
    )
    g.conclude(square, zero, distances)


@claim(
    id="N5.spurious",
    title="The point θ = π, v = v(π): a local minimum, strict but for ‖w‖, exactly when (1ᵀv*)² < ½(m+1)‖v*‖²",
    source="[Y], Proposition 1",
    sentence=All(
        Iff(Is("a strict local minimum", _AT_PI), lt(sum_vs**2, Part("threshold"))),
        If(All(_ON_VALLEY, eq(theta, pi)), eq(LOSS, Part("value there"))),
        If(All(ge(sum_vs**2, Part("threshold")), _ON_VALLEY, lt(theta, pi)), lt(LOSS, Part("value there"))),
    ),
    definition=Landscape("spurious"),
    parts={"threshold": THRESHOLD, "value there": LEAST_VALUE.subs(theta, pi)},
    premises=NONZERO_TEACHER | PLANE_OR_MORE,
    names=NAMES,
    hypotheses=(*NONZERO_FILTER, *NONZERO_TEACHER.values(), *PLANE_OR_MORE.values()),
    setting="v(θ) is that of N4",
)
def N5_spurious(d: Derivation) -> None:
    g = Graph(d)
    inside, weights = g.case("θ ≤ π", theta <= pi), get("N4").as_printed
    loss, end = g.cite("N1", {}, inside, value=LOSS), N5_spurious.parts["value there"]
    there = Same(v, weights)
    distances = g.rule(
        "distances",
        gram,
        g.cite("N4", {}, inside, value=BEST),
        products=PRODUCTS,
        named={_TILT: (v - weights, ones)},
        same={_OFF_PATH: (v, weights), _OFF: (v, BEST)},
    )
    above = And(Implies(there, Eq(LOSS, LEAST_VALUE)), Or(there, LOSS > LEAST_VALUE), Equivalent(there, _ON_VALLEY))
    valley = g.under(inside, g.fact("above its valley", above, loss, distances))
    met, not_met = g.case("condition met", sum_vs**2 < THRESHOLD), g.case("not met", sum_vs**2 >= THRESHOLD)
    near = pi * (vs_vs - 4 * end) / (vs_vs - 2 * end)
    rises = g.fact("the valley rises", Implies(And(theta > pi - near, theta < pi), end < LEAST_VALUE), met)
    width = g.fact("next to π", near > 0, met)
    point = {"value": LOSS, "level": end, "place": there, "called": _AT_PI}
    point["fixed"] = {vs_vs, sum_vs, m, n}
    minimum = g.apply("LOCAL", least, valley, rises, width, near=near, **point)
    falls = g.fact("the valley falls", Implies(theta < pi, end > LEAST_VALUE), not_met, g.given("v* ≠ 0"))
    none = g.apply("LOCAL: no minimum", falling, valley, falls, g.given("n ≥ 2"), **point)
    g.conclude(*(g.under(met, minimum), g.under(not_met, none), g.under(not_met, falls)), valley)


def gradient_at_best_weights() -> Expr:
    """∂f/∂v of N2 at v = v(θ) of N4."""
    weights = get("N4").as_printed
    return get("N2").as_printed.subs({v: weights, sum_v: best_invariants()[sum_v]}, simultaneous=True)


@claim(
    id="N5",
    title="All critical points of the population loss",
    source="[Y], Proposition 1",
    sentence=Iff(
        Is("stationary", Term("(v,w)")),
        Either(
            All(Same(v, v_star), eq(theta, 0)),
            All(Same(v, BEST), eq(theta, pi), le(sum_vs**2, Part("threshold"))),
            All(Same(v, BEST), eq(theta, Part("saddle angle")), lt(sum_vs**2, Part("threshold"))),
        ),
    ),
    definition=Landscape("all"),
    parts={"threshold": THRESHOLD, "saddle angle": SADDLE_ANGLE},
    premises=BELOW_PI | NONZERO_TEACHER | PLANE_OR_MORE | STATIONARY,
    names=NAMES,
    hypotheses=(*CLOSED_ANGLE, *NONZERO_FILTER, *NONZERO_TEACHER.values(), *PLANE_OR_MORE.values()),
    setting="stationary: f falls to first order in no direction, of v or of w; v(θ) is that of N4",
)
def N5(d: Derivation) -> None:
    g = Graph(d)
    angle, along = g.given("θ ≤ π"), {_LEAN: (v - BEST, v_star)}
    slope = g.rule("∂f/∂θ", partial, g.cite("N1", {}, angle, value=LOSS), over=theta, called=_SLOPE)
    at_best = g.cite("N4", {}, angle, value=BEST)
    of_v = g.rule(
        "∂f/∂v at v",
        gram,
        *(at_best, g.cite("N2", {}, angle, value=_GRADIENT)),
        products=PRODUCTS,
        named=along | {_TILT: (v - BEST, ones)},
        same={_STEEP: (_GRADIENT, Integer(0)), _OFF: (v, BEST)},
    )
    away = g.rule(
        "v − v(θ)", gram, at_best, products=PRODUCTS, named=along, same={_OFF: (v, BEST), _OFF_STAR: (v, v_star)}
    )
    best = g.fact("v = v(θ)", Equivalent(Same(_GRADIENT, Integer(0)), Same(v, BEST)), of_v)
    ahead = g.fact("v(θ)·v*", Implies(Same(v, BEST), Eq(v_vs, get("N4.inner").formula)), away)
    start = g.fact("v(0)", Implies(Eq(theta, 0), Equivalent(Same(v, BEST), Same(v, v_star))), away)
    g.conclude(best, ahead, start, slope, angle, *map(g.given, ("v* ≠ 0", "n ≥ 2", "stationary")))


_ONLY, _FALLS, _RISES = "nothing else is critical", "f is largest there along v = v(θ)", "and least as v moves"


@claim(
    id="N5.saddle",
    title="The only critical points with 0 < θ < π, and why they are saddles",
    source="[Y], Proposition 1",
    subject=r"\theta_{\mathrm{saddle}}",
    definition=Landscape("saddle"),
    statement=SADDLE_ANGLE,
    premises={"S² < ½(m + 1)‖v*‖²": lt(sum_vs**2, THRESHOLD)} | BELOW_PI | PLANE_OR_MORE | STATIONARY,
    names=NAMES,
    hypotheses=(SPURIOUS,),
    besides=lambda: {
        _ONLY: Implies(
            And(theta > 0, theta < pi), Equivalent(Is("stationary", _PAIR), And(_ON_VALLEY, Eq(theta, SADDLE_ANGLE)))
        ),
        _FALLS: Implies(_ON_VALLEY, And(LOSS <= SADDLE_VALUE, Equivalent(_AS_HIGH, Eq(theta, SADDLE_ANGLE)))),
        _RISES: Implies(Eq(theta, SADDLE_ANGLE), And(LOSS >= SADDLE_VALUE, Equivalent(_AS_HIGH, _ON_VALLEY))),
    },
    setting="v(θ) is that of N4",
    code=("saddle_angle",),
)
def N5_saddle(d: Derivation) -> None:
    d.recall("N4.inner", get("N4.inner").formula)
    g = Graph(d)
    below, angle, plane, stationary = map(g.given, N5_saddle.premises)
    (root,) = solve(get("N4.inner").formula, theta)
    teacher = g.fact("v* ≠ 0", vs_vs > 0, below)
    critical = g.cite("N5", {}, angle, teacher, plane, stationary)
    valley = g.cite("N5.minimum", {}, angle, teacher)
    for name, found in {_ONLY: critical, _FALLS: valley, _RISES: valley}.items():
        g.beside(name, found, below)
    g.zero(theta, root, below)
    d.conclude(N5_saddle.statement)
