"""Chapter R, continued: fixed points on the sphere (R3), and without it (R10)."""

from __future__ import annotations

from sympy import Abs, And, Eq, Equivalent, Implies, Integer, Ne, Piecewise, Symbol, cos, sin, solve, sqrt, symbols

from proofs.engine.claim import Kind, claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation, holds, inner, vanishes
from proofs.engine.graph import Fact, Graph
from proofs.engine.residual import in_basic_quantities
from proofs.engine.rules import gram, total
from proofs.engine.sentence import All, Either, If, Iff, Part, Same, Term, eq, ge, gt, le
from proofs.engine.smt import follows
from proofs.potentials import coarse_gradients
from proofs.splitting import ENTRY, NORM_Z, OF_A_MINIMIZER, U_VECTOR, X, minimizer_shrinks
from proofs.symbols import PLANE, a, beta, e, eta, kappa, lam, multiplier, named, r, ratio, step, theta, w_hat, w_star

_ACROSS, OVERLAP = Symbol("P_u", nonnegative=True), Symbol("u_w", real=True)
"""‖Pū‖ and ⟨ū, w̄⟩."""

RIGHT = kappa * w_star + beta * U_VECTOR
"""R3: N w̄."""

SINE = beta * _ACROSS / kappa
"""R3: sin θ̄."""

LEVEL = kappa * cos(theta) + beta * OVERLAP
"""R3: N."""

RESTS = sqrt(2 * lam / beta)
"""R10: what every nonzero |w_i| must reach, for l0."""

NEXT, _BETWEEN = Symbol("w⁺"), Symbol("∠(ū,w̄)", real=True)
_SQUARE, _U_E, _OFF_E, _OFF_W, _AHEAD = named("‖ū‖²", "⟨ū,e⟩", "⟨Nw̄−κw*−βū,e⟩", "⟨Nw̄−κw*−βū,w̄⟩", "⟨z,w̄⟩")
PRODUCTS = {(w_hat, w_hat): Integer(1), (e, e): Integer(1), (w_hat, e): Integer(0), (U_VECTOR, w_hat): OVERLAP}
PRODUCTS |= {(U_VECTOR, e): _U_E, (U_VECTOR, U_VECTOR): _SQUARE}
_NORM_U, _GAP, _MOVED, _OFF, _PULL = symbols("‖ū‖ ‖w̄−ū‖ ‖w⁺−w̄‖ ‖Nw̄−κw*−βū‖ ‖κw*+βū‖", nonnegative=True)
_NAMES = {
    **{U_VECTOR: r"\bar u", _ACROSS: r"\|P\bar u\|", OVERLAP: r"\langle\bar u,\bar w\rangle", theta: r"\bar\theta"},
    **{w_hat: r"\bar w", NEXT: "w^+", _NORM_U: r"\|\bar u\|", _GAP: r"\|\bar w-\bar u\|"},
    _BETWEEN: r"\angle(\bar u,\bar w)",
}


@claim(
    id="R3",
    title="Fixed points of the step, and their tangential balance",
    source="[here]",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        Iff(
            All(Same(NEXT, w_hat), eq(multiplier, Part("multiplier"))),
            All(Same(multiplier * w_hat, Part("right side")), gt(1 + step * multiplier, 0)),
        ),
        If(
            Same(multiplier * w_hat, Part("right side")),
            All(
                eq(sin(theta), Part("sine")),
                eq(Part("sine"), beta / kappa * _NORM_U * sin(_BETWEEN)),
                le(Part("sine"), beta / kappa * _GAP),
                le(-kappa, multiplier),
                le(multiplier, kappa + beta),
            ),
        ),
    ),
    definition=Splitting("fixed-points"),
    parts={"right side": RIGHT, "multiplier": LEVEL, "sine": SINE},
    premises=OF_A_MINIMIZER | {"θ̄ ≤ π": ge(sin(theta), 0), "∠ ≤ π": ge(sin(_BETWEEN), 0)},
    names=_NAMES,
    setting="‖w̄‖ = 1, τ > 0, ū ∈ S(w̄), P the projector off w̄; κ > 0; at ū = 0 read ‖ū‖ sin ∠ as 0",
)
def R3(d: Derivation) -> None:
    g = Graph(d)
    angle, between = g.given("θ̄ ≤ π"), g.given("∠ ≤ π")
    fixed, balanced = fixed_where_balanced(g)
    off, back = multiplier * w_hat - RIGHT, Same(multiplier * w_hat, RIGHT)
    balance = g.rule(
        "balance",
        gram,
        products=PRODUCTS,
        norms={U_VECTOR: _NORM_U, U_VECTOR - OVERLAP * w_hat: _ACROSS, w_hat - U_VECTOR: _GAP},
        named={_OFF_E: (off, e), _OFF_W: (off, w_hat)},
        cosines={cos(_BETWEEN): (U_VECTOR, w_hat)},
        same={_OFF: (multiplier * w_hat, RIGHT)},
    )
    at_rest = g.case("at rest", back)
    level = g.fact("N", Eq(multiplier, LEVEL), balance, at_rest)
    squares = g.fact("sin²θ̄", Eq(kappa**2 * sin(theta) ** 2, beta**2 * _ACROSS**2), balance, at_rest)
    sine = g.fact("sin θ̄", Eq(kappa * sin(theta), beta * _ACROSS), squares, angle)
    turned = g.fact("sin ∠", Eq(_ACROSS, _NORM_U * sin(_BETWEEN)), balance, between)
    below = g.fact("‖Pū‖", _ACROSS <= _GAP, balance)
    tilt = g.fact(
        "tilt",
        And(Eq(sin(theta), SINE), Eq(SINE, beta / kappa * _NORM_U * sin(_BETWEEN)), beta / kappa * _GAP >= SINE),
        *(sine, turned, below),
    )
    entry = g.fact("every entry", And(ENTRY * X >= 0, ENTRY * X <= X**2), *(g.given(name) for name in OF_A_MINIMIZER))
    sums = g.rule("sum", total, entry, sums={ENTRY * X: OVERLAP, X**2: Integer(1)}, because="‖w̄‖ = 1")
    within = g.fact("range", And(multiplier >= -kappa, multiplier <= kappa + beta), level, sums)
    g.conclude(fixed, balanced, g.under(at_rest, tilt), g.under(at_rest, within))


def fixed_where_balanced(g: Graph, pull: Symbol = kappa) -> tuple[Fact, Fact]:
    """w⁺ = w̄ exactly where Nw̄ = κw* + βū with 1 + τN > 0, N being ⟨w̄, κw* + βū⟩; κ, of any sign, is `pull`."""
    right, level = (whole.subs(kappa, pull) for whole in (RIGHT, LEVEL))
    z = w_hat + step * right
    step_ = g.rule(
        "step",
        gram,
        products=PRODUCTS,
        vectors={NEXT: z / NORM_Z},
        norms={z: NORM_Z, right: _PULL},
        named={_AHEAD: (z, w_hat)},
        same={_MOVED: (NEXT, w_hat), _OFF: (multiplier * w_hat, right)},
        because="w⁺ = z/‖z‖, z = w̄ + τ(κw* + βū)",
    )
    there, back = Same(NEXT, w_hat), Same(multiplier * w_hat, right)
    moved = g.fact("‖w⁺ − w̄‖", Eq(_MOVED**2 * NORM_Z, 2 * (NORM_Z - _AHEAD)), step_)
    ahead = g.fact("⟨z, w̄⟩", Eq(_AHEAD, 1 + step * level), step_)
    length = g.fact("‖z‖", Eq(NORM_Z**2, 1 + 2 * step * level + step**2 * _PULL**2), step_)
    apart = g.fact("‖Nw̄ − κw* − βū‖", Eq(_OFF**2, multiplier**2 - 2 * multiplier * level + _PULL**2), step_)
    names = g.fact("same", And(Equivalent(there, Eq(_MOVED, 0)), Equivalent(back, Eq(_OFF, 0)), _PULL >= 0), step_)
    stays, rests = And(there, Eq(multiplier, level)), And(back, 1 + step * multiplier > 0)
    known = (moved, ahead, length, apart, names)
    return (
        g.fact("fixed, so balanced", Implies(stays, rests), *known),
        g.fact("balanced, so fixed", Implies(rests, stays), *known),
    )


_FREE = r"\kappa(w^*-\hat w)=\beta(w-S(w)),\ w\ne0"


@claim(
    id="R10",
    title="Without normalization: no nonzero fixed point for l1 and transformed l1, a ray of them for l0",
    source="[here]",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        If(Either(Term(r"\ell_1"), Term(r"\mathrm{TL1}")), eq(Term(rf"\#\{{{_FREE}\}}"), 0)),
        If(
            Term(r"\ell_0"),
            Iff(
                Term(_FREE), All(eq(Term("w"), Term("cw^*")), ge(Term(r"c\min_{w^*_i\ne0}|w^*_i|"), Part("threshold")))
            ),
        ),
    ),
    definition=Splitting("free"),
    parts={"threshold": RESTS},
    setting="λ, β > 0; v = v*, so α = κ; at a tie (equality) the minimizer u = x is meant, "
    "and with S(x) = 0 there the inequality is strict",
)
def R10(d: Derivation) -> None:
    d.begin("w = w − ηG − ηβ(w − u), u ∈ S(w), w ≠ 0", "a fixed point of the step without normalization")
    moved = -eta * (kappa * w_hat - kappa * w_star) - eta * beta * (r * w_hat - U_VECTOR)
    balance = kappa * (w_star - w_hat) - beta * (r * w_hat - U_VECTOR)
    d.step(
        "κ(w* − ŵ) = β(w − u)",
        balance,
        "G = κ(ŵ − w*) at v = v*; r = ‖w‖",
        *coarse_gradients(d),
        vanishes("change of w − η times the balance", moved - eta * balance),
        holds("η > 0", eta > 0),
    )
    cosine, excess = symbols("c w_dot_w_minus_u", real=True)
    gram = {**PLANE, (U_VECTOR, w_hat): Symbol("u_w", real=True)}
    d.step(
        "Multiply by w: rκ(cos θ − 1) = β⟨w, w − u⟩",
        r * kappa * (cos(theta) - 1),
        "≤ 0 on the left; on the right each x(x − u) ≥ 0 as |u| ≤ |x|: so θ = 0, and x(x − u) = 0 in each entry",
        vanishes(
            "the product",
            inner(balance, r * w_hat, gram)
            - (r * kappa * (cos(theta) - 1) - beta * inner(r * w_hat, r * w_hat - U_VECTOR, gram)),
        ),
        *minimizer_shrinks(),
        follows("x(x − u) ≥ 0", X * (X - ENTRY) >= 0, Abs(ENTRY) <= Abs(X)),
        follows(
            "both sides vanish",
            And(Eq(cosine, 1), Eq(excess, 0)),
            cosine <= 1,
            excess >= 0,
            Eq(r * kappa * (cosine - 1), beta * excess),
        ),
    )
    moves_or_stays(d)
    d.conclude_argument("so the sphere is needed: with l1 and transformed l1 nothing but 0 could be a limit")


def moves_or_stays(d: Derivation) -> None:
    """Whether u = x ≠ 0 can be a minimizer of ρp(|u|) + ½(u − x)² (here x > 0; p is even)."""
    height, move = symbols("height move", positive=True)
    tl1 = ratio * (a + 1) * height / (a + height)
    shorter = tl1.subs(height, height - move)
    drop = ratio * a * (a + 1) * move / ((a + height) * (a + height - move))
    d.step(
        "l1 and transformed l1: u = x ≠ 0 is no minimizer",
        "a shorter u = x − m costs less: for l1 if m < 2ρ, for transformed l1 if m < 2ρa(a+1)/(a+x)², m < x",
        "so w = 0: there is no nonzero fixed point",
        follows("l1", ratio * (height - move) + move**2 / 2 < ratio * height, move < height, move < 2 * ratio),
        vanishes("transformed l1: what is saved", tl1 - shorter - drop),
        follows(
            "it is more than m²/2",
            drop > move**2 / 2,
            move < height,
            move * (a + height) ** 2 < 2 * ratio * a * (a + 1),
        ),
    )
    cost = Piecewise((ratio, Ne(ENTRY, 0)), (Integer(0), True)) + (ENTRY - height) ** 2 / 2
    d.step(
        "l0: u = x ≠ 0 is a minimizer exactly when x² ≥ 2ρ",
        sqrt(2 * ratio),
        "then w = cw* with every c|w*_i| ≥ √(2ρ) where w*_i ≠ 0, ρ = λ/β; conversely there θ = 0 and u = w, "
        "and both sides vanish",
        follows("sufficient", cost >= cost.subs(ENTRY, height), height**2 >= 2 * ratio),
        follows("necessary", height**2 >= 2 * ratio, cost.subs(ENTRY, 0) >= cost.subs(ENTRY, height)),
        vanishes(
            "the balance at θ = 0, u = w",
            in_basic_quantities(kappa * (w_star - w_hat)).subs(theta, 0)
            - beta * (r * w_hat - U_VECTOR).subs(U_VECTOR, r * w_hat),
        ),
    )
    dropped, kept = (cost.subs(ENTRY, level) for level in (Integer(0), height))
    d.hold("threshold", RESTS, solve(dropped - kept, height)[0].subs(ratio, lam / beta), "of |w_i|: both cost the same")
