"""Chapter B, continued: plain gradient descent on the ReLU network without overlap (B1.descent).

A step is w⁺ = p ŵ + p* w*/‖w*‖ with p, p* ≥ 0. Hence tan(θ⁺/2) ≤ p/(p + p*) tan(θ/2), and ‖w‖ moves towards an
average of ‖w*‖ and of numbers that come near it as θ falls.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, And, Eq, Implies, Integer, Max, Min, Symbol, cos, oo, pi, sin, symbols
from sympy.logic.boolalg import Boolean

from proofs.background import OVERLAP
from proofs.engine.claim import claim
from proofs.engine.definitions import ReluNetwork
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, If, Part, Tends, ge, gt, le, lt
from proofs.rules.algebra import gram, iterated
from proofs.rules.analysis import circle, rising, vanishing
from proofs.symbols import CLOSED_ANGLE, NONZERO_FILTER, OPEN_ANGLE, PLANE, e, eta, k, named, r, r_star, theta, w_hat

LARGEST_STEP = k * pi / (k - 1 + pi)
"""The largest step size of B1.descent: at least 1, below π."""

NORM_FLOOR = r_star * (k - 1 + OVERLAP) / (k - 1 + pi)
"""At a first angle θ₀ < π: what ‖w‖ never falls below once it is above it (B1.descent)."""

LEAST_FACTOR = 1 - eta * r_star * (pi - theta) / (k * pi * Max(r, r_star))
"""At a first angle θ₀ and norm r₀: what tan(θ/2) is multiplied by in a step, at most (B1.descent)."""

_ANGLE, _NEXT_ANGLE, _FACTOR = named("θ_t", "θ_t⁺", "q")
_NORM, _NEXT_NORM, _APART, _WIDE = symbols("r_t r_t⁺ ‖w_t−w*‖ A", nonnegative=True)
_COUNT = Symbol("t", integer=True, nonnegative=True)
_OWN, _PULL, _ALONG, _ACROSS, _Y, _LATER = named("p", "p*", "⟨w_t⁺,ŵ⟩", "⟨w_t⁺,e⟩", "y", "y'")
_W, _STAR, _GRADIENT = symbols("w_t w*/‖w*‖ ∇ℓ(w_t)")
_COS, _NEXT_COS, _BOTH, _TAU, _FAR = cos(_ANGLE), cos(_NEXT_ANGLE), _OWN + _PULL, eta / LARGEST_STEP, Max(r, r_star)
_FLOOR, _OVERLAP = NORM_FLOOR.subs(theta, _ANGLE), OVERLAP.subs(theta, _Y)
_TURN: dict[str, Any] = {"over": _Y, "low": Integer(0), "high": pi, "then": _LATER}
_SLOWER, _HALF_TURN = (1 + _FACTOR) / 2, (1 - cos(theta)) / (1 + cos(theta))
_SHRINKS, _SETTLES = _FACTOR ** (2 * _COUNT), _SLOWER**_COUNT

# What holds after t steps.
_BETWEEN = And(Min(r, NORM_FLOOR) <= _NORM, _FAR >= _NORM)
_HALVED = (1 - _COS) * (1 + cos(theta)) <= (1 + _COS) * (1 - cos(theta)) * _SHRINKS
_SETTLED = Abs(_NORM - r_star) <= _WIDE * _SETTLES
_POWERS = And(_SHRINKS >= 0, _SHRINKS <= _SETTLES, _SETTLES <= 1)
_REACHED = And(theta >= _ANGLE, _BETWEEN, _HALVED, _SETTLED, _POWERS)


def _later(formula: Boolean) -> Boolean:
    return formula.xreplace({_ANGLE: _NEXT_ANGLE, _NORM: _NEXT_NORM}).subs(_COUNT, _COUNT + 1)


@claim(
    id="B1.descent",
    title="Plain gradient descent learns the ReLU network from every start that is not on the ray of −w*",
    source="[BG]: with high probability, in polynomial time; step size, angle and almost sure linear rate [here]",
    sentence=If(
        All(le(eta, Part("largest step")), ge(_FACTOR, Part("factor"))),
        All(
            le(_NEXT_ANGLE, _ANGLE),
            If(gt(_ANGLE, 0), lt(_NEXT_ANGLE, _ANGLE)),
            ge(_NORM, Min(r, Part("norm, a lower bound"))),
            le(_NORM, Max(r, r_star)),
            le((1 - _COS) / (1 + _COS), _SHRINKS * _HALF_TURN),
            le(Abs(_NORM - r_star), _WIDE * _SETTLES),
            Tends(_APART**2, Integer(0), (_COUNT, oo)),
        ),
    ),
    definition=ReluNetwork("descent"),
    parts={"largest step": LARGEST_STEP, "norm, a lower bound": NORM_FLOOR, "factor": LEAST_FACTOR},
    premises={
        "θ_0 < π": lt(theta, pi),
        "angles": All(ge(_ANGLE, 0), le(_ANGLE, pi), ge(_NEXT_ANGLE, 0), le(_NEXT_ANGLE, pi)),
        "q < 1": lt(_FACTOR, 1),
        "A": All(
            ge(_WIDE, Abs(r - r_star)), ge(_WIDE * (k - 1 + pi) * (1 + cos(theta)), 4 * pi * r_star * (1 - cos(theta)))
        ),
    },
    names={theta: r"\theta_0", r: "r_0", Part("factor"): r"q_{\min}", _NEXT_ANGLE: r"\theta_{t+1}"}
    | {_NORM: "r_{t}", Part("norm, a lower bound"): r"\rho(\theta_0)"},
    hypotheses=(CLOSED_ANGLE[0], OPEN_ANGLE[1], *NONZERO_FILTER),
    setting="w_{t+1} = w_t − η∇ℓ(w_t), r_t = ‖w_t‖; (1 − cos θ)/(1 + cos θ) = tan²(θ/2)",
    remark="a start drawn from a density satisfies w₀ ≠ 0, θ₀ < π with probability 1 (n ≥ 2)",
)
def B1_descent(d: Derivation) -> None:
    g = Graph(d)
    start, angles, below_one, wide = map(g.given, B1_descent.premises)
    step = g.case("η and q", And(eta <= LARGEST_STEP, _FACTOR >= LEAST_FACTOR))
    state = g.case("after t steps", _REACHED)
    signs = g.apply("signs", circle, at=_Y)
    here, first = (g.instance(f"signs at {angle}", signs, {_Y: angle}) for angle in (_ANGLE, theta))
    falling = g.apply("g falls", rising, signs, f=-_OVERLAP, **_TURN, strict=True)
    floor = g.instance("g(θ_0) > 0", falling, {_Y: theta, _LATER: pi})
    own, pull, size, ahead = own_and_pull(g, angles, state, floor, start)
    shares = g.fact("p ≥ 0, p* > 0", And(_OWN >= 0, _PULL > 0), own, pull, step, here, angles, state, start)
    longer = g.fact("between", And(Abs(_OWN + _PULL * _COS) <= _NEXT_NORM, _NEXT_NORM <= _BOTH), size, shares)
    sine = g.apply("sin y ≤ y", rising, f=_Y - sin(_Y), **_TURN)
    sine = g.instance("sin θ ≤ θ", sine, {_Y: Integer(0), _LATER: _ANGLE})
    together = g.fact("p + p*", (1 - _TAU) * _NORM + _TAU * r_star >= _BOTH, own, pull, sine, angles)
    most = g.fact("r⁺ is no larger than both", _FAR >= _BOTH, together, step, state)

    # The angle.
    halves = (1 - _NEXT_COS) * (1 + _COS) * _BOTH**2 <= (1 + _NEXT_COS) * (1 - _COS) * _OWN**2
    halves = g.fact("tan²(θ⁺/2)", halves, size, ahead, longer)
    shorter = g.fact("0 ≤ q < 1", And(_FACTOR >= 0, _FACTOR < 1), below_one, step)
    open_ = g.fact("1 + cos θ > 0", And(1 + _COS > 0, 1 + cos(theta) > 0), first, state, start)
    nearer = angle_falls(g, signs, angles, open_, halves, shares)
    angle = g.fact("tan²(θ/2) after t + 1 steps", _later(_HALVED), state, halves, shares, step, most, pull)

    # The norm.
    lower = g.apply("g does not rise", rising, signs, f=-_OVERLAP, **_TURN)
    lower = g.instance("g(θ_t) ≥ g(θ_0)", lower, {_Y: _ANGLE, _LATER: theta})
    lowest = g.fact("ρ does not fall", _FLOOR >= NORM_FLOOR, lower, angles, state, start)
    by_floor = g.fact("by ρ", Eq(_OWN + _PULL * _COS, (1 - _TAU) * _NORM + _TAU * _FLOOR), own, pull)
    part = g.fact("0 ≤ τ ≤ 1", And(_TAU >= 0, _TAU <= 1), step)
    kept = g.fact("r_t lies between", _BETWEEN, state)
    mean = Min(r, NORM_FLOOR) <= (1 - _TAU) * _NORM + _TAU * _FLOOR
    mean = g.fact("a mean is no lower", mean, lowest, kept, part)
    norm = g.fact("r stays", _later(_BETWEEN), longer, most, by_floor, mean)
    slower = g.fact("1 − q ≤ τ", And(_TAU >= 1 - _FACTOR, _TAU <= 1), step)
    near = floor_is_near(g, signs, wide, state, angles)
    settles = norm_settles(g, longer, together, by_floor, near, slower, state)

    onward = g.fact("after t + 1 steps", _later(_REACHED), nearer, norm, angle, settles, state, shorter)
    begun = g.fact("at the start", _REACHED.xreplace({_ANGLE: theta, _NORM: r}).subs(_COUNT, 0), wide)
    values = {_ANGLE: (theta, _NEXT_ANGLE, _ANGLE), _NORM: (r, _NEXT_NORM, _NORM)}
    run = g.rule("run", iterated, begun, g.under(state, onward), holds=_REACHED, values=values, count=_COUNT)
    turned = g.fact("tan²(θ/2)", (1 - _COS) / (1 + _COS) <= _SHRINKS * _HALF_TURN, state, open_)
    limit = distance_vanishes(g, state, run, open_, shorter)
    g.conclude(*(g.under(step, one) for one in (g.under(state, nearer), run, limit)), g.under(state, turned))


def own_and_pull(g: Graph, angles: Fact, *state: Fact) -> tuple[Fact, Fact, Fact, Fact]:
    """w⁺ = p ŵ + p* w*/‖w*‖: what p and p* are, the length of w⁺, and how far it is along w*."""
    alive = g.fact("w_t ≠ 0", _NORM > 0, *state)
    gradient = g.cite("B1.gradient", {theta: _ANGLE, r: _NORM}, alive, angles, value=_GRADIENT)
    own = g.let(_OWN, (1 - _TAU) * _NORM + eta * r_star * (k - 1 + sin(_ANGLE)) / (k * pi))
    pull = g.let(_PULL, eta * r_star * (pi - _ANGLE) / (k * pi))
    moved = _NORM * w_hat - eta * _GRADIENT
    told = g.rule(
        "w⁺",
        gram,
        gradient,
        products=PLANE,
        vectors={_STAR: _COS * w_hat + sin(_ANGLE) * e},
        norms={moved: _NEXT_NORM, _STAR: Integer(1)},
        expanded={_ALONG: (moved, w_hat), _ACROSS: (moved, e)},
        cosines={_NEXT_COS: (moved, _STAR)},
    )
    c, s = _COS, sin(_ANGLE)
    square = g.equal("‖w⁺‖²", _NEXT_NORM**2, _ALONG**2 + _ACROSS**2, told)
    over = g.equal("⟨w⁺,w*⟩", _NEXT_COS * _NEXT_NORM, c * _ALONG + s * _ACROSS, told)
    along = g.equal("along ŵ", _ALONG, _OWN + _PULL * c, told, own, pull)
    across = g.equal("along e", _ACROSS, _PULL * s, told, pull)
    size = g.fact("its size", Eq(_NEXT_NORM**2, (_OWN + _PULL * c) ** 2 + (_PULL * s) ** 2), square, along, across)
    ahead = g.fact("cos θ⁺", Eq(_NEXT_COS * _NEXT_NORM, _OWN * c + _PULL), over, along, across)
    return own, pull, size, ahead


def angle_falls(g: Graph, signs: Fact, angles: Fact, *known: Fact) -> Fact:
    """θ⁺ ≤ θ, and θ⁺ < θ for θ > 0: the cosine falls on [0, π]."""
    back = g.apply("cos falls", rising, signs, f=-cos(_Y), **_TURN)
    back = g.instance("from θ_t to θ⁺", back, {_Y: _ANGLE, _LATER: _NEXT_ANGLE})
    there = g.instance("signs at θ⁺", signs, {_Y: _NEXT_ANGLE})
    turned = And(_NEXT_ANGLE <= _ANGLE, Implies(_ANGLE > 0, _NEXT_ANGLE < _ANGLE))
    return g.fact("θ falls", turned, back, there, angles, *known)


def floor_is_near(g: Graph, signs: Fact, wide: Fact, state: Fact, angles: Fact) -> Fact:
    """‖w*‖ − ρ(θ) is small with θ, as π − g(θ) ≤ π(1 − cos θ)."""
    drag = g.apply("π − g ≤ π(1 − cos)", rising, signs, f=pi * (1 - cos(_Y)) - pi + _OVERLAP, **_TURN)
    dragged = g.instance("from 0 to θ_t", drag, {_Y: Integer(0), _LATER: _ANGLE})
    return g.fact("ρ is near ‖w*‖", r_star - _FLOOR <= _WIDE * _SHRINKS / 2, dragged, wide, state, angles)


def norm_settles(g: Graph, longer: Fact, together: Fact, by_floor: Fact, near: Fact, slower: Fact, state: Fact) -> Fact:
    """|r⁺ − ‖w*‖| is at most (1 − τ)|r − ‖w*‖|, and what ρ(θ) is away."""
    gap, kept = _NEXT_NORM - r_star, (1 - _TAU) * (_NORM - r_star)
    above = g.fact("from above", gap <= kept, longer, together)
    below = g.fact("from below", gap >= kept - _TAU * _WIDE * _SHRINKS / 2, longer, by_floor, near)
    return g.fact("r settles", _later(_SETTLED), above, below, slower, state)


def distance_vanishes(g: Graph, state: Fact, run: Fact, open_: Fact, shorter: Fact) -> Fact:
    """‖w_t − w*‖² is at most a multiple of ((1 + q)/2)^t."""
    w, star = _NORM * w_hat, _COS * w_hat + sin(_ANGLE) * e
    told = g.rule("w − w*", gram, products=PLANE, vectors={_W: w, _STAR: star}, norms={_W - r_star * _STAR: _APART})
    radial = g.fact("(r − ‖w*‖)²", (_NORM - r_star) ** 2 <= _WIDE**2 * _SETTLES, state)
    turn = 2 * _HALF_TURN * _SETTLES
    chord = g.fact("r(1 − cos θ)", _FAR * turn >= _NORM * (1 - _COS), state, open_)
    multiple = _WIDE**2 + 4 * _FAR * r_star * _HALF_TURN
    close = g.fact("‖w_t − w*‖² is small", multiple * _SETTLES >= _APART**2, radial, chord, told)
    between = g.fact("at every t", close.formula, g.under(state, close), run)
    base = g.fact("0 ≤ (1 + q)/2 < 1", And(_SLOWER >= 0, _SLOWER < 1), shorter)
    return g.rule("limit", vanishing, between, base, value=_APART**2, factor=multiple, ratio=_SLOWER, over=_COUNT)
