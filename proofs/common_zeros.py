"""Chapter C, continued: where coarse gradients vanish together with ∂f/∂v, and where they do not (C8).

Notation and increments of the loss are those of `proofs.landscape`: V = ‖v*‖², S = 1ᵀv*, v = v(θ) of N4.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Abs, And, Eq, Equivalent, Expr, Implies, Or, Rational, S, Symbol, cos, oo, pi, sin, sqrt, symbols

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import CommonZeros
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, Either, If, Iff, Part, Same, Tends, eq, formula_of, le, lt, ne
from proofs.landscape import BELOW_PI, NONZERO_TEACHER, PLANE_OR_MORE, SADDLE_ANGLE, THRESHOLD, best_invariants
from proofs.network import COSINE_LIKE
from proofs.potentials import IDENTITY, INSIDE, RELU
from proofs.rules.algebra import gram
from proofs.rules.analysis import carried, circle, tends, unbounded
from proofs.rules.gradients import SLOPE, length_at_the_end
from proofs.symbols import (
    CLOSED_ANGLE,
    NONZERO_FILTER,
    PLANE,
    PRODUCTS,
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
)

BEST_WEIGHTS = COSINE_LIKE * v_star + sum_vs * (1 - COSINE_LIKE) / (m + 1) * ones
"""v(θ) as C8 states it."""

_GAP, STEEP, SIZE = symbols("‖v−v(θ)‖ ‖∂f/∂v‖ ‖G‖", nonnegative=True)
_OFF_STAR, _OFF_ONES, ALONG = named("⟨v−v(θ),v*⟩", "⟨v−v(θ),1⟩", "⟨v,∂f/∂v⟩")


@dataclass(frozen=True)
class Valley:
    """v near v(θ): lengths and inner products, by which ∂f/∂v = 0 exactly there."""

    weights: Fact
    bounds: Fact
    slope: Fact

    @classmethod
    def of(cls, g: Graph, *inside: Fact) -> Valley:
        """Facts of a claim that has the angle `inside` its range."""
        off, zero = v - BEST_WEIGHTS, S.Zero
        weights = g.rule(
            "v − v(θ) and ∂f/∂v",
            gram,
            g.cite("N2", {}, *inside, value=SLOPE),
            products=PRODUCTS,
            same={_GAP: (v, BEST_WEIGHTS), STEEP: (SLOPE, zero)},
            named={sum_vs: (v_star, ones), _OFF_STAR: (off, v_star), _OFF_ONES: (off, ones), ALONG: (v, SLOPE)},
        )
        said = And(Equivalent(Eq(_GAP, 0), Same(v, BEST_WEIGHTS)), Equivalent(Eq(STEEP, 0), Same(SLOPE, 0)))
        small = And(Abs(_OFF_ONES) <= _GAP * sqrt(m), Abs(_OFF_STAR) <= _GAP * sqrt(vs_vs))
        bounds = g.fact("bounds", And(said, small, Abs(ALONG) <= STEEP * sqrt(v_v)), weights)
        lengths = g.equal("‖4∂f/∂v‖²", 16 * STEEP**2, _GAP**2 + (m + 2) * _OFF_ONES**2, weights)
        return cls(weights, bounds, lengths)

    def relu(self, g: Graph, *inside: Fact) -> tuple[Fact, Fact]:
        """What G_relu is, and its length."""
        relu = g.cite("C3", {}, *inside, value=RELU)
        filters = g.rule("G_relu", gram, relu, products=PLANE, same={SIZE: (RELU, S.Zero)})
        vector = (4 * ALONG + v_vs * (COSINE_LIKE - cos(theta))) ** 2 + v_vs**2 * sin(theta) ** 2
        return filters, g.equal("‖G_relu‖²", 8 * pi * SIZE**2, vector, self.weights, filters, because="c(θ) = 1 − 2θ/π")


@claim(
    id="C8",
    title="Where the ReLU coarse gradient and ∂f/∂v vanish together",
    source="[Y], Lemma 6, with the case S² ≥ ½(m+1)‖v*‖² added [here]",
    sentence=Iff(
        All(Same(SLOPE, 0), Same(RELU, 0)),
        All(
            Same(v, Part("best weights")),
            Either(eq(theta, 0), eq(theta, pi), All(eq(theta, Part("saddle angle")), le(theta, pi))),
        ),
    ),
    definition=CommonZeros("relu", "zeros"),
    parts={"best weights": BEST_WEIGHTS, "saddle angle": SADDLE_ANGLE},
    premises=NONZERO_TEACHER | BELOW_PI,
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
)
def C8(d: Derivation) -> None:
    g = Graph(d)
    teacher, angle = g.given("v* ≠ 0"), g.given("θ ≤ π")
    valley = Valley.of(g, angle)
    filters, size = valley.relu(g, angle)
    at_best = g.case("there", Eq(STEEP, 0))
    still = Equivalent(Eq(SIZE, 0), Same(RELU, 0))
    along = g.fact("along v", And(Eq(ALONG, 0), still), valley.bounds, filters, at_best)
    circled = g.apply("sine and cosine", circle, at=theta)
    ends = Or(eq(theta, 0), eq(theta, pi))
    zeros = g.fact("G = 0", Equivalent(Same(RELU, 0), Or(Eq(v_vs, 0), ends)), size, along, circled)
    product = g.equal("v·v*", v_vs, get("N4.inner").formula + _OFF_STAR, valley.weights)
    spread = g.fact("|1ᵀv*|", Abs(sum_vs) <= sqrt(m) * sqrt(vs_vs), valley.weights)
    of_root = product, valley.bounds, valley.slope, at_best, teacher, spread
    root = g.fact("one root", Equivalent(Eq(v_vs, 0), Eq(theta, SADDLE_ANGLE)), *of_root)
    g.conclude(valley.slope, valley.bounds, g.under(at_best, zeros), g.under(at_best, root), angle)


WITNESS_WEIGHT = Rational(1, 3)
"""Both entries of v(π) in the witness of C8.beyond."""

WITNESS_SLOPE = -1 / (3 * pi)
"""The slope of f there, as θ leaves π."""

_TURN, _LOSS, _TURNED = Symbol("h", nonnegative=True), *named("f(π)", "f(π−h)")
_BEYOND = (eq(m, 2), Same(v_star, ones), eq(theta, pi))


@claim(
    id="C8.beyond",
    title="A common zero of ∂f/∂v and the ReLU coarse gradient that is not a critical point of N5",
    source="[here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=If(
        All(*_BEYOND, Same(v, Part("weight") * v_star), le(_TURN, pi)),
        All(Same(SLOPE, 0), Same(RELU, 0), eq(_TURNED - _LOSS, Part("slope") * _TURN), lt(Part("slope"), 0)),
    ),
    definition=CommonZeros("relu", "beyond"),
    parts={"weight": WITNESS_WEIGHT, "slope": WITNESS_SLOPE},
    names={_LOSS: r"f|_{\theta=\pi}", _TURNED: r"f|_{\theta=\pi-h}"},
    hypotheses=tuple(PLANE_OR_MORE.values()),
)
def C8_beyond(d: Derivation) -> None:
    g = Graph(d)
    zero, third = S.Zero, WITNESS_WEIGHT * v_star
    here = g.case("there", formula_of(All(*_BEYOND, Same(v, third), le(_TURN, pi)), {}))
    apart, off = symbols("‖v*−1‖ ‖v−v*/3‖", nonnegative=True)
    names = named("⟨v*−1,v*⟩", "⟨v*−1,1⟩", "⟨v−v*/3,v⟩", "⟨v−v*/3,v*⟩", "⟨v−v*/3,1⟩")
    pairs = [(v_star - ones, v_star), (v_star - ones, ones), *((v - third, other) for other in (v, v_star, ones))]
    weights = g.rule(
        "output weights",
        gram,
        g.cite("N2", {}, here, value=SLOPE),
        products=PRODUCTS,
        same={STEEP: (SLOPE, zero), apart: (v_star, ones), off: (v, third)},
        named=dict(zip(names, pairs, strict=True)),
    )
    filters = g.rule("G", gram, g.cite("C3", {}, here, value=RELU), products=PLANE, same={SIZE: (RELU, zero)})
    sizes = {vs_vs: 2, sum_vs: 2, v_v: Rational(2, 9), v_vs: Rational(2, 3), sum_v: Rational(2, 3)}
    numbers = g.fact("numbers", And(*(Eq(*pair) for pair in sizes.items())), weights, here)
    flat = g.fact("∂f/∂v = 0", Same(SLOPE, 0), weights, here)
    at_rest = g.fact("G = 0", Same(RELU, 0), filters, numbers, g.apply("at π", circle, at=theta), here)
    loss = g.cite("N1", {}, here, value=_LOSS)
    turned = g.cite("N1", {theta: pi - _TURN}, here, value=_TURNED, name="N1 at π − h")
    falls = g.fact("the loss falls", Eq(_TURNED - _LOSS, WITNESS_SLOPE * _TURN), loss, turned, numbers, here)
    g.conclude(*(g.under(here, fact) for fact in (flat, at_rest, falls)))


@claim(
    id="C8.identity",
    title="The identity coarse gradient at the spurious point θ = π, v = v(π)",
    source="[Y], Lemma 7; that m ≥ 2 and 1ᵀv* ≠ 0 are needed for it not to vanish [here]",
    subject=r"\|G_{\mathrm{identity}}(v(\pi),w)\|",
    definition=CommonZeros("identity", "spurious"),
    statement=2 * (m - 1) * sum_vs**2 / (sqrt(2 * pi) * (m + 1) ** 2),
    setting="θ = π",
)
def C8_identity(d: Derivation) -> None:
    d.open(length_at_the_end)
    d.conclude(C8_identity.statement)


TOP_AT_PI = 2 * (m - 1) ** 2 * sum_vs**4 / (pi * (m + 1) ** 4)
"""What the numerator of C8.ratio tends to as θ → π."""

BOTTOM_RATE = (2 * sum_vs**2 / (m + 1) - vs_vs) ** 2 / ((2 * pi) ** Rational(3, 2) * r)
"""The rate at which its denominator tends to 0, per unit of π − θ."""

_T = Symbol("t", real=True)
_TO_PI = (theta, pi)
_LENGTH, _INNER = Symbol("‖G_id‖", nonnegative=True), Symbol("⟨G_id,∂f/∂w⟩", real=True)


def numerator_denominator(angle: Expr) -> tuple[Expr, Expr]:
    """‖G_identity‖² and ⟨G_identity, ∂f/∂w⟩ at v(angle)."""
    squares, inner_, _ = best_invariants(angle).values()
    square = (squares - inner_ * cos(angle)) ** 2 + inner_**2 * sin(angle) ** 2
    return square / (2 * pi), inner_**2 * sin(angle) / ((2 * pi) ** Rational(3, 2) * r)


@claim(
    id="C8.ratio",
    title="The descent ratio of the identity estimator is unbounded near θ = π",
    source="[Y], (16); that it needs neither m ≥ 2 nor a spurious minimum, only 1ᵀv* ≠ 0 [here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=All(
        Tends(_LENGTH**2 / (STEEP**2 + _INNER), oo, _TO_PI),
        Tends(_LENGTH**2, Part("numerator"), _TO_PI),
        Tends(_INNER / (pi - theta), Part("rate"), _TO_PI),
    ),
    definition=CommonZeros("identity", "ratio"),
    hypotheses=(*NONZERO_FILTER, ne(sum_vs, 0)),
    premises=INSIDE
    | {"v = v(θ)": Same(v, BEST_WEIGHTS), "1ᵀv* ≠ 0": ne(sum_vs, 0), "one row": If(eq(m, 1), eq(vs_vs, sum_vs**2))},
    parts={"numerator": TOP_AT_PI, "rate": BOTTOM_RATE},
)
def C8_ratio(d: Derivation) -> None:
    g = Graph(d)
    inside, below = map(g.given, INSIDE)
    valley = Valley.of(g, below)
    _, here, total = best_invariants(theta).values()
    zero = And(Eq(STEEP, 0), Eq(ALONG, 0), Eq(_OFF_STAR, 0), Eq(_OFF_ONES, 0))
    flat = g.fact("∂f/∂v = 0", zero, valley.slope, valley.bounds, g.given("v = v(θ)"))
    known = And(Eq(v_vs, here), Eq(sum_v, total), Eq(v_v, COSINE_LIKE * v_vs + sum_vs * sum_v - sum_v**2))
    at_best = g.fact("on the valley", known, flat, valley.weights)
    filters = g.rule("G", gram, g.cite("C2", {}, below, value=IDENTITY), products=PLANE, norms={IDENTITY: _LENGTH})
    top, bottom = numerator_denominator(theta)
    size = g.equal("‖G‖²", _LENGTH**2, top, filters, at_best)
    inner_ = g.equal("⟨G, ∂f/∂w⟩", _INNER, bottom, g.cite("C6.identity", {}, inside, below, value=_INNER), at_best)
    rate = g.equal("per unit of π − θ", _INNER / (pi - theta), bottom / (pi - theta), inner_, below)
    ratio = g.equal("ratio", _LENGTH**2 / (STEEP**2 + _INNER), top / bottom, size, inner_, flat, wherever=True)
    limits = [
        g.rule(
            name, carried, same, g.apply(f"limit of the {name}", tends, f=f, over=theta, to=pi, side="-"), value=value
        )
        for name, same, f, value in (
            ("numerator", size, top, TOP_AT_PI),
            ("rate", rate, bottom / (pi - theta), BOTTOM_RATE),
        )
    ]
    g.conclude(g.rule("ratio → ∞", carried, ratio, _escapes(g, valley)), *limits)


def _escapes(g: Graph, valley: Valley) -> Fact:
    """Where v(π)·v* ≥ 0 the denominator falls faster than the numerator; elsewhere the numerator has a limit > 0."""
    nonzero, row = g.given("1ᵀv* ≠ 0"), g.given("one row")
    signs = g.apply("signs", circle, at=_T)
    (_, here, _), (top, bottom) = best_invariants(_T).values(), numerator_denominator(_T)
    one, other = symbols("a b", real=True)
    squared = g.fact("‖a v* + b 1‖²", vs_vs * one**2 + 2 * sum_vs * one * other + m * other**2 >= 0, valley.weights)
    c = COSINE_LIKE.subs(theta, _T)
    positive = g.instance("‖v(t)‖²", squared, {one: c, other: sum_vs * (1 - c) / (m + 1)})
    large = g.case("v(π)·v* ≥ 0", sum_vs**2 >= THRESHOLD)
    ahead = g.fact("v(t)·v* > 0", Implies(And(_T >= 0, pi > _T), here > 0), large, nonzero, valley.weights)
    longer = And(here > 0, sin(_T) > 0, top * 2 * pi >= here**2)
    far = g.fact("at least (v·v*)²", Implies(And(pi / 2 < _T, pi > _T), longer), ahead, positive, signs)
    data = {"f": top / bottom, "over": _T, "to": pi}
    slow = g.apply("by 1/sin t", unbounded, far, top=sqrt(2 * pi) * r, bottom=sin(_T), start=pi / 2, **data)
    small = g.case("v(π)·v* < 0", sum_vs**2 < THRESHOLD)
    data |= {"top": top, "bottom": bottom, "start": SADDLE_ANGLE}
    fast = g.apply("by its numerator", unbounded, small, signs, row, nonzero, **data)
    cases = (large, slow), (small, fast)
    limits = [g.under(case, g.instance(f"{case.name}, at θ", one, {_T: theta})) for case, one in cases]
    return g.fact("either way", Tends((top / bottom).subs(_T, theta), oo, _TO_PI), *limits)
