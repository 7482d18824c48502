"""Chapter B, continued: plain gradient descent on the ReLU network without overlap (B1.descent).

A step is w⁺ = p ŵ + q w*/‖w*‖ with p, q ≥ 0. Hence tan(θ⁺/2) ≤ p/(p + q) tan(θ/2), and ‖w‖ moves towards an average of
‖w*‖ and of numbers that come near it as θ falls.
"""

from __future__ import annotations

from sympy import Abs, And, Eq, Implies, Integer, Max, Min, Symbol, cos, oo, pi, sin, symbols

from proofs.background import OVERLAP
from proofs.engine.analysis import circle, rising, vanishing
from proofs.engine.claim import Kind, claim
from proofs.engine.definitions import ReluNetwork
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.rules import gram, iterated
from proofs.engine.sentence import All, If, Part, Tends, eq, ge, gt, le, lt
from proofs.symbols import CLOSED_ANGLE, NONZERO_FILTER, OPEN_ANGLE, PLANE, e, eta, k, named, r, r_star, theta, w_hat

LARGEST_STEP = k * pi / (k - 1 + pi)
"""The largest step size of B1.descent: at least 1, below π."""

NORM_FLOOR = r_star * (k - 1 + OVERLAP) / (k - 1 + pi)
"""At a first angle θ₀ < π: what ‖w‖ never falls below once it is above it (B1.descent)."""

_ANGLE, _NEXT_ANGLE, _FACTOR, _WIDE = named("θ_t", "θ_t⁺", "q", "A")
_NORM, _NEXT_NORM, _APART = symbols("r_t r_t⁺ ‖w_t−w*‖", nonnegative=True)
_COUNT = Symbol("t", integer=True, nonnegative=True)
_OWN, _PULL, _ALONG, _ACROSS, _Y, _LATER = named("p", "p*", "⟨w_t⁺,ŵ⟩", "⟨w_t⁺,e⟩", "y", "y'")
_W, _STAR, _GRADIENT = symbols("w_t w*/‖w*‖ ∇ℓ(w_t)")
_SLOWER = (1 + _FACTOR) / 2
_FAR = Max(r, r_star)
_FLOORED_GAP = r_star - NORM_FLOOR.subs(theta, _ANGLE)
_SHRINKS, _SETTLES = _FACTOR ** (2 * _COUNT), _SLOWER**_COUNT
_REACHED = And(
    _ANGLE <= theta,
    Min(r, NORM_FLOOR) <= _NORM,
    _NORM <= _FAR,
    (1 - cos(_ANGLE)) * (1 + cos(theta)) <= (1 + cos(_ANGLE)) * (1 - cos(theta)) * _SHRINKS,
    Abs(_NORM - r_star) <= _WIDE * _SETTLES,
    _SHRINKS >= 0,
    _SHRINKS <= _SETTLES,
    _SETTLES <= 1,
)


@claim(
    id="B1.descent",
    title="Plain gradient descent learns the ReLU network from every start that is not on the ray of −w*",
    source="[BG]: with high probability, in polynomial time; step size, angle and almost sure linear rate [here]",
    kind=Kind.INEQUALITY,
    sentence=If(
        le(eta, Part("largest step")),
        All(
            le(_NEXT_ANGLE, _ANGLE),
            If(gt(_ANGLE, 0), lt(_NEXT_ANGLE, _ANGLE)),
            ge(_NORM, Min(r, Part("norm, a lower bound"))),
            le(_NORM, Max(r, r_star)),
            le((1 - cos(_ANGLE)) / (1 + cos(_ANGLE)), _SHRINKS * (1 - cos(theta)) / (1 + cos(theta))),
            le(Abs(_NORM - r_star), _WIDE * _SETTLES),
            Tends(_APART**2, Integer(0), (_COUNT, oo)),
        ),
    ),
    definition=ReluNetwork("descent"),
    parts={"largest step": LARGEST_STEP, "norm, a lower bound": NORM_FLOOR},
    premises={
        "θ_0 < π": lt(theta, pi),
        "angles": All(ge(_ANGLE, 0), le(_ANGLE, pi), ge(_NEXT_ANGLE, 0), le(_NEXT_ANGLE, pi)),
        "q": eq(_FACTOR, 1 - eta * r_star * (pi - theta) / (k * pi * _FAR)),
        "A": All(
            ge(_WIDE, Abs(r - r_star)), ge(_WIDE * (k - 1 + pi) * (1 + cos(theta)), 4 * pi * r_star * (1 - cos(theta)))
        ),
    },
    names={theta: r"\theta_0", r: "r_0", _ANGLE: r"\theta_t", _NEXT_ANGLE: r"\theta_{t+1}", _NORM: "r_t"}
    | {Part("norm, a lower bound"): r"\rho(\theta_0)", _APART: r"\|w_t-w^*\|"},
    hypotheses=(CLOSED_ANGLE[0], OPEN_ANGLE[1], *NONZERO_FILTER),
    setting="w_{t+1} = w_t − η∇ℓ(w_t), r_t = ‖w_t‖; (1 − cos θ)/(1 + cos θ) = tan²(θ/2). A start drawn from a density "
    "satisfies w₀ ≠ 0, θ₀ < π with probability 1 (n ≥ 2)",
)
def B1_descent(d: Derivation) -> None:
    g = Graph(d)
    start, angles, factor, wide = map(g.given, B1_descent.premises)
    step = g.case("step size", eta <= LARGEST_STEP)
    state = g.case("after t steps", _REACHED)
    signs = g.apply("signs", circle, at=_Y)
    here, first, there = (
        g.instance(f"signs at {angle}", signs, {_Y: angle}) for angle in (_ANGLE, theta, _NEXT_ANGLE)
    )
    falls = {"f": -OVERLAP.subs(theta, _Y), "over": _Y, "low": Integer(0), "high": pi, "then": _LATER}
    falling = g.apply("g falls", rising, signs, **falls, strict=True)
    floor = g.fact("ρ > 0", NORM_FLOOR > 0, g.instance("g(θ_0) > 0", falling, {_Y: theta, _LATER: pi}), start)
    (size, ahead, apart), (own, pull) = own_and_pull(g, state, floor, angles)
    p, q, c, tau = _OWN, _PULL, cos(_ANGLE), eta / LARGEST_STEP
    shares = g.fact("p ≥ 0, q > 0", And(p >= 0, q > 0), own, pull, step, here, angles, state, start)
    sines = g.apply("sin y ≤ y", rising, f=_Y - sin(_Y), over=_Y, low=Integer(0), high=pi, then=_LATER)
    sine = g.instance("sin θ ≤ θ", sines, {_Y: Integer(0), _LATER: _ANGLE})
    together = g.fact("p + q", p + q <= (1 - tau) * _NORM + tau * r_star, own, pull, sine, angles)
    most = g.fact("p + q is small", p + q <= _FAR, together, step, state)
    longer = g.fact("r⁺ ≥ p + q cos θ", And(_NEXT_NORM >= Abs(p + q * c), _NEXT_NORM <= p + q), size, shares)
    half = (1 - cos(_NEXT_ANGLE)) * (1 + c) * (p + q) ** 2 <= (1 + cos(_NEXT_ANGLE)) * (1 - c) * p**2
    halves = g.fact("tan²(θ⁺/2)", half, size, ahead, longer)
    shorter = g.fact("0 ≤ q < 1", And(_FACTOR >= 0, _FACTOR < 1), factor, step, start)
    less = g.fact("p is a part", p <= _FACTOR * (p + q), factor, most, pull, state, start)
    down = (1 - cos(_NEXT_ANGLE)) * (1 + c) <= _FACTOR**2 * (1 + cos(_NEXT_ANGLE)) * (1 - c)
    once = g.fact("one step", down, halves, less, shares)
    open_ = g.fact("1 + cos θ > 0", And(1 + c > 0, 1 + cos(theta) > 0), first, state, start)
    known = [once, open_, shorter]
    grows = g.fact("cos θ grows", And(cos(_NEXT_ANGLE) >= c, Implies(c < 1, cos(_NEXT_ANGLE) > c)), *known)
    cosine = g.apply("cos falls", rising, signs, f=-cos(_Y), over=_Y, low=Integer(0), high=pi, then=_LATER)
    back = g.instance("from θ_t to θ⁺", cosine, {_Y: _ANGLE, _LATER: _NEXT_ANGLE})
    turned = And(_NEXT_ANGLE <= _ANGLE, Implies(_ANGLE > 0, _NEXT_ANGLE < _ANGLE))
    nearer = g.fact("θ falls", turned, grows, back, there, angles)
    further = (1 - cos(_NEXT_ANGLE)) * (1 + cos(theta)) <= (1 + cos(_NEXT_ANGLE)) * (1 - cos(theta)) * (
        _SHRINKS.subs(_COUNT, _COUNT + 1)
    )
    angle = g.fact("tan²(θ/2) after t + 1 steps", further, once, state)
    never = g.apply("g does not rise", rising, signs, **falls)
    lower = g.instance("g(θ_t) ≥ g(θ_0)", never, {_Y: _ANGLE, _LATER: theta})
    floored = NORM_FLOOR.subs(theta, _ANGLE)
    ahead_of = g.fact("along ŵ, by ρ", Eq(p + q * c, (1 - tau) * _NORM + tau * floored), own, pull)
    lowest = g.fact("ρ does not fall", floored >= NORM_FLOOR, lower, angles, state, start)
    stays = And(Min(r, NORM_FLOOR) <= _NEXT_NORM, _NEXT_NORM <= _FAR)
    norm = g.fact("r stays", stays, longer, most, ahead_of, lowest, state, step)
    drag = g.apply(
        "π − g ≤ π(1 − cos)",
        rising,
        signs,
        f=pi * (1 - cos(_Y)) - pi + OVERLAP.subs(theta, _Y),
        over=_Y,
        low=Integer(0),
        high=pi,
        then=_LATER,
    )
    dragged = g.instance("from 0 to θ_t", drag, {_Y: Integer(0), _LATER: _ANGLE})
    near = g.fact("ρ is near ‖w*‖", _FLOORED_GAP <= _WIDE * _SHRINKS / 2, dragged, wide, state, angles)
    slower = g.fact("1 − q ≤ τ", And(1 - _FACTOR <= tau, tau <= 1), factor, step)
    gap = _NEXT_NORM - r_star
    above = g.fact("from above", gap <= (1 - tau) * (_NORM - r_star), longer, together)
    from_below = (1 - tau) * (_NORM - r_star) - tau * _WIDE * _SHRINKS / 2
    below = g.fact("from below", gap >= from_below, longer, ahead_of, near)
    settled = Abs(gap) <= _WIDE * _SETTLES.subs(_COUNT, _COUNT + 1)
    settles = g.fact("r settles", settled, above, below, slower, state)
    powers = And(_SHRINKS >= 0, _SHRINKS <= _SETTLES, _SETTLES <= 1).subs(_COUNT, _COUNT + 1)
    later = _REACHED.xreplace({_ANGLE: _NEXT_ANGLE, _NORM: _NEXT_NORM}).subs(_COUNT, _COUNT + 1)
    onward = g.under(state, g.fact("after t + 1 steps", later, nearer, norm, angle, settles, g.fact("powers", powers, shorter, state), state))
    begun = g.fact("at the start", _REACHED.xreplace({_ANGLE: theta, _NORM: r}).subs(_COUNT, 0), wide)
    values = {_ANGLE: (theta, _NEXT_ANGLE, _ANGLE), _NORM: (r, _NEXT_NORM, _NORM)}
    run = g.rule("run", iterated, begun, onward, holds=_REACHED, values=values, count=_COUNT)
    factor_of = _WIDE**2 + 4 * _FAR * r_star * (1 - cos(theta)) / (1 + cos(theta))
    radial = g.fact("(r − ‖w*‖)²", (_NORM - r_star) ** 2 <= _WIDE**2 * _SETTLES, state)
    angular = g.fact("1 − cos θ", 1 - c <= 2 * (1 - cos(theta)) / (1 + cos(theta)) * _SETTLES, state, open_)
    chord = g.fact("the rest", _NORM * (1 - c) <= _FAR * 2 * (1 - cos(theta)) / (1 + cos(theta)) * _SETTLES, angular, state)
    close = g.fact("‖w_t − w*‖² is small", _APART**2 <= factor_of * _SETTLES, apart, radial, chord)
    between = g.fact("bound", close.formula, g.under(state, close), run)
    base = g.fact("0 ≤ (1 + q)/2 < 1", And(_SLOWER >= 0, _SLOWER < 1), shorter)
    limit = g.rule("limit", vanishing, between, base, value=_APART**2, factor=factor_of, ratio=_SLOWER, count=_COUNT)
    turns = g.fact("tan²(θ/2)", (1 - c) / (1 + c) <= _SHRINKS * (1 - cos(theta)) / (1 + cos(theta)), state, open_)
    g.conclude(*(g.under(step, one) for one in (g.under(state, nearer), run, limit)), g.under(state, turns))


def own_and_pull(g: Graph, state: Fact, floor: Fact, angles: Fact) -> tuple[tuple[Fact, Fact, Fact], tuple[Fact, Fact]]:
    """w⁺ = p ŵ + q w*/‖w*‖: its length, its inner product with w*, and ‖w − w*‖; and what p and q are."""
    alive = g.fact("w_t ≠ 0", _NORM > 0, state, floor)
    gradient = g.cite("B1.gradient", {theta: _ANGLE, r: _NORM}, alive, angles, value=_GRADIENT)
    tau = eta / LARGEST_STEP
    own = g.let(_OWN, (1 - tau) * _NORM + eta * r_star * (k - 1 + sin(_ANGLE)) / (k * pi))
    pull = g.let(_PULL, eta * r_star * (pi - _ANGLE) / (k * pi))
    moved = _NORM * w_hat - eta * _GRADIENT
    star = cos(_ANGLE) * w_hat + sin(_ANGLE) * e
    told = g.rule(
        "w⁺",
        gram,
        gradient,
        products=PLANE,
        vectors={_STAR: star},
        norms={moved: _NEXT_NORM, _STAR: Integer(1)},
        expanded={_ALONG: (moved, w_hat), _ACROSS: (moved, e)},
        cosines={cos(_NEXT_ANGLE): (moved, _STAR)},
    )
    c, s = cos(_ANGLE), sin(_ANGLE)
    square = g.equal("‖w⁺‖²", _NEXT_NORM**2, _ALONG**2 + _ACROSS**2, told)
    over = g.equal("⟨w⁺,w*⟩", cos(_NEXT_ANGLE) * _NEXT_NORM, c * _ALONG + s * _ACROSS, told)
    along = g.equal("along ŵ", _ALONG, _OWN + _PULL * c, told, own, pull)
    across = g.equal("along e", _ACROSS, _PULL * s, told, pull)
    size = g.fact("its size", Eq(_NEXT_NORM**2, (_OWN + _PULL * c) ** 2 + (_PULL * s) ** 2), square, along, across)
    ahead = g.fact("cos θ⁺", Eq(cos(_NEXT_ANGLE) * _NEXT_NORM, _OWN * c + _PULL), over, along, across)
    distance = g.rule(
        "w − w*", gram, products=PLANE, vectors={_W: _NORM * w_hat, _STAR: star}, norms={_W - r_star * _STAR: _APART}
    )
    off = g.fact("‖w − w*‖²", Eq(_APART**2, (_NORM - r_star) ** 2 + 2 * _NORM * r_star * (1 - c)), distance)
    return (size, ahead, off), (own, pull)
