"""Chapters C and B, continued: why coarse gradient descent descends, or does not (C7, B2).

C7 bounds ‖G_relu‖² by what a step of ``v ← v − η ∂f/∂v``, ``w ← w − η G_relu`` takes off the loss to first order; with
N6 it makes the ReLU estimator descend (B2.relu). The identity estimator has no such bound (C8.ratio), and does not even
rest at the spurious minimum (B2.identity).
"""

from __future__ import annotations

from sympy import And, Equivalent, Implies, Integer, Or, Subs, Symbol, UnevaluatedExpr, cos, oo, pi, sin, sqrt, symbols
from sympy.logic.boolalg import Boolean

from proofs.common_zeros import ALONG, BEST_WEIGHTS, SIZE, STEEP, Valley
from proofs.engine.claim import Kind, claim, get
from proofs.engine.combinations import coefficient
from proofs.engine.definitions import DescentConstant, PlainDescent
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import All, If, Part, Same, Tends, eq, ge, gt, le, lt, ne
from proofs.landscape import gradient_at_best_weights, on_best_weights
from proofs.lipschitz_constant import BOTH, LARGEST_V, LIPSCHITZ_CONSTANT, MOVED, N6
from proofs.network import COSINE_LIKE
from proofs.potentials import INSIDE, RELU
from proofs.rules.algebra import gram, grown
from proofs.rules.analysis import circle, convex, rising, tends
from proofs.rules.gradients import SLOPE, stepped_at_the_end
from proofs.splitting import STEPS, after_any_number
from proofs.symbols import (
    HALF,
    NONZERO_FILTER,
    OPEN_ANGLE,
    PLANE,
    PRODUCTS,
    e,
    eta,
    m,
    named,
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
    w_hat,
)

DESCENT_CONSTANT = 2 * LARGEST_V**2 / pi + sqrt(pi / 2) * r
"""A of C7, in C_v ≥ ‖v‖ and r = ‖w‖."""

VALLEY_QUOTIENT = sqrt(pi / 2) * r * ((1 - 2 * theta / pi - cos(theta)) ** 2 + sin(theta) ** 2) / sin(theta)
"""‖G_relu‖² over ‖∂f/∂v‖² + ⟨G_relu, ∂f/∂w⟩ on v = v(θ) (C7.printed)."""

VALLEY_INNER = (1 - 2 * theta / pi) * vs_vs + 2 * theta * sum_vs**2 / (pi * (m + 1))
"""v(θ)·v* of N4.inner, whose one zero C7.printed leaves out."""

(LIPSCHITZ, EXCESS), ENERGY = symbols("L A", nonnegative=True), Symbol("E", real=True)
"""In B2.relu: the constant of N6, that of C7, and ‖∂f/∂v‖² + ⟨G_relu, ∂f/∂w⟩."""

DECREASE = eta * (1 - eta * LIPSCHITZ * (1 + EXCESS) / 2) * ENERGY
"""What a step takes off the loss at least (B2.relu)."""

_NORM_V = Symbol("‖v‖", nonnegative=True)
_INNER = Symbol("⟨G,∂f/∂w⟩", real=True)
_PADDED = named("‖(∂f/∂v,0)‖²", "‖(0,G)‖²", "⟨(0,G),(0,∂f/∂w)⟩")
NAMES = {SIZE: r"\|G_{\mathrm{relu}}\|", _INNER: r"\langle G_{\mathrm{relu}},\partial f/\partial w\rangle"}

_ONE = (m, sum_vs, vs_vs, theta), (1, 1, 1, pi / 2)


@claim(
    id="C7.printed",
    title="The constant A of the descent inequality cannot depend on the bound on ‖v‖ alone",
    source="[Y], (12), as printed; the witness [here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=All(eq(SIZE**2 / (STEEP**2 + _INNER), Part("quotient")), Tends(Part("quotient"), oo, (r, oo))),
    definition=DescentConstant("printed"),
    hypotheses=(*OPEN_ANGLE, ne(VALLEY_INNER, 0)),
    premises=INSIDE | {"v = v(θ)": Same(v, BEST_WEIGHTS), "v·v* ≠ 0": ne(v_vs, 0)},
    names=NAMES,
    setting="v(θ) does not depend on ‖w‖",
    parts={"quotient": VALLEY_QUOTIENT},
    besides=lambda: {
        "a witness: m = 1, v* = 1, θ = π/2": And(
            eq(Subs(VALLEY_QUOTIENT, *_ONE), sqrt(pi / 2) * r), gt(Subs(VALLEY_INNER, *_ONE), 0)
        )
    },
)
def C7_printed(d: Derivation) -> None:
    g = Graph(d)
    inside, below = map(g.given, INSIDE)
    valley = Valley.of(g, below)
    _, size = valley.relu(g, below)
    flat = g.fact("∂f/∂v = 0", And(eq(STEEP, 0), eq(ALONG, 0)), valley.slope, valley.bounds, g.given("v = v(θ)"))
    inner_ = g.cite("C6.relu", {}, inside, below, value=_INNER)
    rises = g.fact("sin θ", sin(theta) > 0, inside, below, g.apply("signs", circle, at=theta))
    share = g.equal("(v·v*)² sin θ", v_vs**2 * sin(theta), 8 * pi * sqrt(pi / 2) * r * _INNER, inner_)
    nonzero = g.given("v·v* ≠ 0")
    factor, t = Symbol("K", positive=True), Symbol("t", real=True)
    line = g.apply("a line", tends, f=factor * t, over=t, to=oo)
    limit = g.instance("limit", line, {factor: VALLEY_QUOTIENT / r, t: r}, rises)
    quotient = eq(SIZE**2 / (STEEP**2 + _INNER), VALLEY_QUOTIENT)
    g.conclude(limit, g.fact("quotient", quotient, size, flat, share, rises, nonzero))


def tilt_is_small(g: Graph, inside: Fact) -> Fact:
    """‖c ŵ − w*‖² ≤ sin θ, c = 1 − 2θ/π: what is not algebra in C7, proved for θ and π − θ at once."""
    t, then, c = symbols("t t' c", real=True)
    quarter = {"over": t, "low": Integer(0), "high": pi / 2}
    signs = g.apply("signs", circle, at=t)
    chords = [g.apply(f"chord of {f}", convex, signs, f=-f, **quarter) for f in (sin(t), cos(t))]
    grows = g.apply("t − sin t rises", rising, f=t - sin(t), over=t, low=Integer(0), high=oo, then=then)
    below = g.instance("t ≥ sin t", grows, {t: Integer(0), then: t})
    across = g.instance("π/2 − t ≥ cos t", below, {t: pi / 2 - t})
    line, small = eq(pi * (1 - c), 2 * t), (c - cos(t)) ** 2 + sin(t) ** 2 <= sin(t)
    far = g.fact("t ≥ ½", Implies(And(t >= HALF, t <= pi / 2, line), small), *chords, across)
    all_ = g.fact("t ≤ π/2", Implies(And(t >= 0, t <= pi / 2, line), small), far, *chords)
    tilt = (COSINE_LIKE - cos(theta)) ** 2 + sin(theta) ** 2
    ends = ("t = θ", {t: theta, c: COSINE_LIKE}), ("t = π − θ", {t: pi - theta, c: -COSINE_LIKE})
    both = [g.instance(name, all_, terms) for name, terms in ends]
    return g.fact("‖cŵ − w*‖² ≤ sin θ", tilt <= sin(theta), *both, inside)


def largest_quotient() -> Boolean:
    """‖G‖² is all of (2/π)‖v‖² times the rest, so all of 2C_v²/π: v = (6, −3), v* = (1, 2), θ = π/2, any ‖w‖."""
    numbers = {m: 2, v_v: 45, v_vs: 0, sum_v: 3, sum_vs: 3, vs_vs: 5, theta: pi / 2}
    gradient = in_basic_quantities(get("C3").formula).subs(numbers)
    slope = get("N2").as_printed.subs(numbers)
    steep = sum(slope.subs({v: x, v_star: y, ones: 1}) ** 2 for x, y in ((6, 1), (-3, 2)))
    inner_ = get("C6.relu").formula.subs(v_vs, 0)
    size = sum(coefficient(gradient, basis) ** 2 for basis in (w_hat, e))
    return eq(UnevaluatedExpr(size) / UnevaluatedExpr(steep + inner_), 2 * 45 / pi)


@claim(
    id="C7",
    title="The descent inequality of the ReLU coarse gradient, with its constant",
    source="[Y], (12), with an explicit A that is sharp in ‖v‖ and in ‖w‖ [here]",
    sentence=All(ge(_INNER, 0), If(le(_NORM_V, LARGEST_V), le(SIZE**2, Part("bound") * (STEEP**2 + _INNER)))),
    definition=DescentConstant("bound"),
    parts={"bound": DESCENT_CONSTANT},
    premises=INSIDE,
    besides=lambda: {"2C_v²/π is attained: v = (6, −3), v* = (1, 2), θ = π/2, any ‖w‖": largest_quotient()},
    names={Part("bound"): "A"} | NAMES,
    hypotheses=OPEN_ANGLE + NONZERO_FILTER,
)
def C7(d: Derivation) -> None:
    g = Graph(d)
    inside, below = map(g.given, INSIDE)
    slope, relu = g.cite("N2", {}, below, value=SLOPE), g.cite("C3", {}, below, value=RELU)
    outputs = g.rule(
        "∂f/∂v", gram, slope, products=PRODUCTS, norms={v: _NORM_V, SLOPE: STEEP}, named={ALONG: (v, SLOPE)}
    )
    filters = g.rule("G", gram, relu, products=PLANE, norms={RELU: SIZE})
    first, second = 2 * LARGEST_V**2 / pi, sqrt(pi / 2) * r
    x, weight = sqrt(2 / pi) * ALONG, v_vs / (2 * sqrt(2 * pi))
    vector = (x + weight * (COSINE_LIKE - cos(theta))) ** 2 + (weight * sin(theta)) ** 2
    size = g.equal("G = √(2/π) (v·∂f/∂v) ŵ + v·v* (c ŵ − w*)/(2√(2π))", SIZE**2, vector, outputs, filters)
    inner_ = g.cite("C6.relu", {}, inside, below, value=_INNER)
    share = g.equal("(v·v*)² sin θ", weight**2 * sin(theta), second * _INNER, inner_)
    one, up, over, top, wide, left, right, total = symbols("X Y_1 Y_2 q s S I T", real=True)
    a, b = symbols("a b", positive=True)
    sums = g.fact(
        "‖X + Y‖² ≤ (a + b)(‖X‖²/a + ‖Y‖²/b)",
        Implies(
            And(
                *(eq(total, (one + top * up) ** 2 + (top * over) ** 2), one**2 <= a * left),
                *(up**2 + over**2 <= wide, eq(top**2 * wide, b * right)),
            ),
            total <= (a + b) * (left + right),
        ),
    )
    terms = {one: x, top: weight, up: COSINE_LIKE - cos(theta), over: sin(theta), wide: sin(theta), total: SIZE**2}
    bound = g.instance("both terms", sums, {**terms, a: first, b: second, left: STEEP**2, right: _INNER})
    at_most = g.case("‖v‖ ≤ C_v", _NORM_V <= LARGEST_V)
    along = g.fact("|v·∂f/∂v| ≤ C_v ‖∂f/∂v‖", x**2 <= first * STEEP**2, outputs, at_most)
    tilted = tilt_is_small(g, below)
    least = g.fact("A", SIZE**2 <= DESCENT_CONSTANT * (STEEP**2 + _INNER), size, bound, along, share, tilted)
    g.conclude(g.under(at_most, least), share, tilted)


_LOSS, _LOSS_NEXT, _SLOPE_THERE, _TURN = named("f", "f⁺", "η⟨∇f(x−tηg),g⟩", "⟨∇f(x−tηg)−∇f(x),g⟩")
_TIME, _LENGTH = symbols("t ‖g‖", nonnegative=True)
_SPENT, _SPENT_LAST, _LOSS_FIRST, _LOSS_LAST = named("ΣE", "Σ_{s<T}E_s", "f_0", "f_T")
_RUN = "with one L and one A for every step, ΣE over any number T of steps is bounded"


@claim(
    id="B2.relu",
    title="Plain coarse gradient descent with the ReLU estimator descends",
    source="[Y], Theorem 1, with the region and the step size it needs [here]",
    sentence=All(
        ge(_LOSS - _LOSS_NEXT, Part("decrease, a lower bound")),
        If(All(lt(eta, Part("largest step")), gt(ENERGY, 0)), gt(Part("decrease, a lower bound"), 0)),
        ge(ENERGY, 0),
    ),
    definition=PlainDescent("relu"),
    parts={"decrease, a lower bound": DECREASE, "largest step": 2 / (LIPSCHITZ * (1 + EXCESS))},
    besides=lambda: {_RUN: _SPENT_LAST * DECREASE / ENERGY <= _LOSS_FIRST - _LOSS_LAST},
    premises=dict(N6.premises)
    | {
        "x − tηg": eq(BOTH, _TIME * eta * _LENGTH),
        "E": eq(ENERGY, STEEP**2 + _INNER),
        "L": eq(LIPSCHITZ, LIPSCHITZ_CONSTANT),
        "A": eq(EXCESS, DESCENT_CONSTANT),
        "zeros add nothing": All(*map(eq, _PADDED, (STEEP**2, SIZE**2, _INNER))),
        "‖v‖": le(_NORM_V, LARGEST_V),
    },
    names=NAMES | {_LOSS: "f(x)", _LOSS_NEXT: r"f(x-\eta g)"} | dict(N6.names),
    hypotheses=OPEN_ANGLE + NONZERO_FILTER,
    setting="x = (v, w), g = (∂f/∂v, G_relu), (v', w') = x − tηg for every t in [0, 1]: all in N6's region",
)
def B2_relu(d: Derivation) -> None:
    g = Graph(d)
    a, b, w, q = (Symbol(name) for name in ("(∂f/∂v,0)", "(0,G)", "(0,∂f/∂w)", "∇f(x−tηg)"))
    zero, (of_a, of_b, of_both) = Integer(0), _PADDED
    of_w, of_q, *with_q = named("‖∂f/∂w‖²", "‖∇f(x−tηg)‖²", "⟨a,∇f(x−tηg)⟩", "⟨b,∇f(x−tηg)⟩", "⟨w,∇f(x−tηg)⟩")
    vectors = g.rule(
        "gradients",
        gram,
        products={(a, a): of_a, (b, b): of_b, (a, b): zero, (a, w): zero, (b, w): of_both, (w, w): of_w}
        | {(q, q): of_q, **{(other, q): name for other, name in zip((a, b, w), with_q, strict=True)}},
        norms={q - a - w: MOVED, a + b: _LENGTH},
        named={_TURN: (q - a - w, a + b)},
        expanded={_SLOPE_THERE: (q, eta * (a + b))},
        because="g = (∂f/∂v, G), ∇f(x) = (∂f/∂v, ∂f/∂w)",
    )
    told, padded = g.given("E"), g.given("zeros add nothing")
    energy = g.fact("E here", eq(ENERGY, of_a + of_both), told, padded)
    region = {name: g.given(name) for name in N6.premises}
    bound = g.cite("N6", {}, *region.values())
    moved = g.fact(
        "N6 along the step", LIPSCHITZ * _TIME * eta * _LENGTH >= MOVED, bound, g.given("L"), g.given("x − tηg")
    )
    least = eta * ENERGY - LIPSCHITZ * eta**2 * _LENGTH**2 * _TIME
    steeper = g.fact("slope", ge((_SLOPE_THERE - least) * _TIME, 0), vectors, moved, energy)
    drop = g.rule(
        "along the segment",
        grown,
        steeper,
        **{"slope": _SLOPE_THERE, "below": least, "over": _TIME},
        start=(zero, -_LOSS),
        end=(Integer(1), -_LOSS_NEXT),
        because="−f(x − tηg) has the slope η⟨∇f(x − tηg), g⟩ in t",
    )
    length = g.fact(
        "‖g‖² ≤ (1 + A) E",
        And(ENERGY >= 0, _LENGTH**2 <= (1 + EXCESS) * ENERGY),
        *(vectors, told, padded, g.cite("C7", {}, region["0 < θ₀ < π/2"], region["θ"]), g.given("A"), g.given("‖v‖")),
    )
    falls = g.fact("decrease", DECREASE <= _LOSS - _LOSS_NEXT, drop, length)
    spent = _SPENT * DECREASE / ENERGY <= _LOSS_FIRST - _LOSS
    values = {_SPENT: (Integer(0), _SPENT + ENERGY, _SPENT_LAST), _LOSS: (_LOSS_FIRST, _LOSS_NEXT, _LOSS_LAST)}
    g.beside(_RUN, after_any_number(g, "ΣE", spent, values, STEPS, (), (falls,)))
    g.conclude(falls, length)


_LOST = 2 * (m - 1) * sum_vs**2 / (sqrt(2 * pi) * (m + 1) ** 2)


@claim(
    id="B2.identity",
    title="Unless m = 1 or 1ᵀv* = 0 the spurious point does not hold the identity estimator: w shrinks through 0",
    source="[Y], section 3.3; the flip [here]",
    subject=r"\langle w^+,\hat w\rangle",
    definition=PlainDescent("identity"),
    statement=r - eta * _LOST,
    hypotheses=NONZERO_FILTER,
    besides=lambda: {
        "v⁺ = v": eq(gradient_at_best_weights(), 0),
        "G_identity is along ŵ": Same(Subs(on_best_weights(get("C2").formula, pi), theta, pi), _LOST * w_hat),
        "so that w moves towards 0": ge(_LOST, 0),
        "and stays only where m = 1 or 1ᵀv* = 0": Equivalent(eq(_LOST, 0), Or(eq(m, 1), eq(sum_vs, 0))),
    },
    setting="θ = π, v = v(π)",
)
def B2_identity(d: Derivation) -> None:
    d.open(stepped_at_the_end)
    d.cite("N2")
    d.conclude(B2_identity.statement)
