"""Chapter R, continued: the basin of the sparse limit, whatever the penalty, and its probability (R6).

One step is w⁺ = z/‖z‖ with ``z = (1 + τβ)w + τy, y = κw* + β(u − w)``. The vector y stays in the ball of radius
``r = κ sin α₀`` about κw*, which lies in the cone of half-angle α₀ about w*; a step adds τy to a multiple of w.
"""

from __future__ import annotations

import sympy
from sympy import Abs, And, Eq, Expr, Min, Symbol, betainc_regularized, cos, pi, sin, sqrt, symbols

from proofs.engine.claim import claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.sentence import All, If, Part, eq, ge, gt, le, lt
from proofs.rules.algebra import gram, total
from proofs.rules.substitutions import CAP, in_squares, missed_cap, reflected
from proofs.splitting import COUNT, ENTRY, U_VECTOR, X, after_any_number
from proofs.symbols import CLOSED_ANGLE, HALF, beta, cap_angle, kappa, lam, n, named, step, theta, w_hat

BASIN_REFLECTED = HALF + betainc_regularized(HALF, (n - 1) / 2, 0, (1 - CAP) * (1 + CAP)) / 2
"""The probability of R6, in the form that keeps its digits as q → 1."""

_DELTA = Symbol("delta", positive=True)
WIDEST = beta * _DELTA * sqrt(n)

_PRICE = Symbol("λp(u_i)", nonnegative=True)

_NEXT_ANGLE = Symbol("θ⁺", real=True)

_GAP, _NORM_Y, _NORM_Z = symbols("‖w−u‖ ‖y‖ ‖z‖", nonnegative=True)
_MOVED = beta * _GAP


@claim(
    id="R6.radius",
    title="How far y is from κw*, over the whole sphere",
    source="[here]",
    sentence=All(
        le(_MOVED, Part("bound")),
        If(eq(_DELTA, lam / beta), le(_MOVED, lam * sqrt(n))),
        If(eq(_DELTA, sqrt(2 * lam / beta)), le(_MOVED, sqrt(2 * lam * beta * n))),
    ),
    definition=Splitting("radius"),
    parts={"bound": Min(beta, WIDEST)},
    premises={
        "an entry moves by δ at most": le(Abs(X - ENTRY), _DELTA),
        "u_i costs no more than 0": le(_PRICE + beta * (X - ENTRY) ** 2 / 2, beta * X**2 / 2),
    },
    names={_GAP: r"\|w-S(w)\|", X: "w_i", _PRICE: r"\lambda p(|u_i|)"},
    setting="‖w‖ = 1, δ = sup |x − S(x)| (P5), ∞ if there is no bound; p(0) = 0 ≤ p; λ/β for l1, √(2λ/β) for l0, t for "
    "transformed l1",
)
def R6_radius(d: Derivation) -> None:
    g = Graph(d)
    moves, costs = map(g.given, R6_radius.premises)
    one, on_w, of_u = sympy.Integer(1), *named("⟨w,u⟩", "‖u‖²")
    least = g.fact("an entry moves by less than it is", (X - ENTRY) ** 2 <= X**2, costs)
    each = g.fact("and by δ", (X - ENTRY) ** 2 <= _DELTA**2, moves)
    sums = {X**2: one, X * ENTRY: on_w, ENTRY**2: of_u, one: n}
    vectors = g.rule(
        "‖w − u‖",
        gram,
        products={(w_hat, w_hat): one, (w_hat, U_VECTOR): on_w, (U_VECTOR, U_VECTOR): of_u},
        norms={w_hat - U_VECTOR: _GAP},
    )
    by_entries = g.fact("by entries", _MOVED <= WIDEST, g.rule("n entries", total, each, sums=sums), vectors)
    g.conclude(g.rule("summed", total, least, sums=sums), vectors, by_entries)


_INNER, _AHEAD_Y, _ON_STAR, _ON_W, _OVER = named("⟨y,w*⟩", "⟨y,w⟩", "⟨u−w,w*⟩", "⟨u−w,w⟩", "⟨z,w*⟩")
_AHEAD = 1 + step * beta
_LEAST_PULL = kappa * (1 - sin(cap_angle))


def _gain(margin: Expr) -> Expr:
    return step * _LEAST_PULL * margin / (_AHEAD + step * _LEAST_PULL)


GAIN = _gain(cos(cap_angle) - Abs(cos(theta)))
"""What one step adds to cos θ at least, outside the cap and its opposite."""

_FIRST, _LAST = named("θ_0", "θ_t")
_MARGIN = Symbol("ε", positive=True)
_EDGE = cos(cap_angle) - _MARGIN
_REACHED = Min(_EDGE, cos(_FIRST) + COUNT * _gain(Min(cos(cap_angle) - Abs(cos(_FIRST)), _MARGIN)))
"""How large cos θ is after t steps at least."""

_STAR, _OFF, _Y, _Z = symbols("w^* u-w y z")


@claim(
    id="R6",
    title="The basin: in the limit the angle is at most α₀, from everywhere but the opposite cap",
    source="[here]; the convergence that [DX] announces",
    sentence=All(
        If(
            lt(Abs(cos(theta)), cos(cap_angle)),
            All(ge(cos(_NEXT_ANGLE) - cos(theta), Part("gain lower bound")), gt(cos(_NEXT_ANGLE), cos(theta))),
        ),
        If(ge(cos(theta), cos(cap_angle)), ge(cos(_NEXT_ANGLE), cos(cap_angle))),
        ge(cos(_LAST), _REACHED),
    ),
    definition=Splitting("basin"),
    parts={"gain lower bound": GAIN},
    premises={
        "cap": gt(cos(cap_angle), 0),
        "ball": le(beta * _GAP, kappa * sin(cap_angle)),
        "start": lt(Abs(cos(_FIRST)), cos(cap_angle)),
        "margin": le(_MARGIN, cos(cap_angle)),
    },
    names={_GAP: r"\|w-S(w)\|"},
    hypotheses=CLOSED_ANGLE,
    setting="sin α₀ = r/κ, r ≥ sup β‖w − S(w)‖ over the sphere, for which β will do (R6.radius), r < κ; any τ > 0, any "
    "penalty with p(0) = 0 ≤ p",
)
def R6(d: Derivation) -> None:
    g = Graph(d)
    cap, ball = g.given("cap"), g.given("ball")
    c, c_0, q = cos(theta), cos(cap_angle), sin(cap_angle)
    vectors = g.rule(
        "vectors",
        gram,
        products={
            **{(w_hat, w_hat): sympy.Integer(1), (_STAR, _STAR): sympy.Integer(1), (w_hat, _STAR): c},
            **{(_OFF, _OFF): _GAP**2, (_OFF, _STAR): _ON_STAR, (_OFF, w_hat): _ON_W},
        },
        vectors={_Y: kappa * _STAR + beta * _OFF, _Z: w_hat + step * (kappa * _STAR + beta * (w_hat + _OFF))},
        norms={_Y: _NORM_Y, _Z: _NORM_Z},
        named={_INNER: (_Y, _STAR), _AHEAD_Y: (_Y, w_hat), _OVER: (_Z, _STAR)},
        cosines={cos(_NEXT_ANGLE): (_Z, _STAR)},
        because="y = κw* + β(u − w), and w⁺ is the direction of z = w + τ(κw* + βu)",
    )
    cone = g.fact("the ball lies in the cone", c_0 * _NORM_Y <= _INNER, ball, vectors)
    pull = g.fact("y is no shorter than κ(1 − q)", kappa * (1 - q) <= _NORM_Y, ball, vectors)
    length = g.fact("triangle", Abs(_NORM_Z - _AHEAD) <= step * _NORM_Y, vectors)
    out = g.case("outside", Abs(c) < c_0)
    along = g.fact("z on w*", Eq(_OVER, _AHEAD * c + step * _INNER), vectors)
    angle = g.fact("z and w⁺", And(Eq(cos(_NEXT_ANGLE) * _NORM_Z, _OVER), Abs(_OVER) <= _NORM_Z), vectors)
    gained = step * _NORM_Y * (c_0 - Abs(c))
    raised = g.fact("raised", And(_OVER - c * _NORM_Z >= gained, gained > 0), along, length, cone, pull, out)
    inside = g.fact("z is no zero", And(_NORM_Z > 0, _AHEAD + step * _NORM_Y >= _NORM_Z), raised, angle, length)
    gain = g.fact("gain", And(cos(_NEXT_ANGLE) - c >= GAIN, cos(_NEXT_ANGLE) > c), *(raised, angle, inside, pull))
    within = g.case("inside", c >= c_0)
    stay = g.fact("stay", cos(_NEXT_ANGLE) >= c_0, within, along, angle, length, cone, cap)
    moved = g.under(out, gain), g.under(within, stay)
    values = {c: (cos(_FIRST), cos(_NEXT_ANGLE), cos(_LAST))}
    kept = *moved, g.given("start"), g.given("margin")
    g.conclude(*moved, after_any_number(g, "run", c >= _REACHED, values, COUNT, (), kept))


_PROBABILITY = 1 - betainc_regularized((n - 1) / 2, HALF, 0, sin(cap_angle) ** 2) / 2
_REFLECTED = "the same by I_x(a, b) = 1 − I_{1−x}(b, a), with q = sin α₀, which keeps its digits as q → 1"


@claim(
    id="R6.probability",
    title="Probability that a uniformly random start lies in the basin",
    source="[here]; high probability as in [DX], made explicit",
    subject=r"\mathbb{P}(\theta<\pi-\alpha_0)",
    definition=Splitting("probability"),
    statement=_PROBABILITY,
    hypotheses=(n >= 2, cap_angle <= pi / 2),
    besides=lambda: {_REFLECTED: eq(_PROBABILITY.subs(sin(cap_angle), CAP), BASIN_REFLECTED)},
    setting="sin α₀ = r/κ; the start is uniform on the sphere",
    code=("basin_probability",),
)
def R6_probability(d: Derivation) -> None:
    d.open(missed_cap)
    d.by("φ = arcsin √t", in_squares)
    d.conclude(R6_probability.statement)
    d.decide(_REFLECTED, reflected)
