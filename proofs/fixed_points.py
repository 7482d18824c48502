"""Chapter R, continued: fixed points on the sphere (R3), and without it (R10)."""

from __future__ import annotations

from sympy import Abs, And, Eq, Equivalent, Expr, Implies, Integer, Ne, Piecewise, Symbol, cos, sin, sqrt, symbols
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, If, Iff, Part, Same, eq, formula_of, ge, gt, le, lt
from proofs.rules.algebra import gram, total
from proofs.splitting import ENTRY, NORM_Z, OF_A_MINIMIZER, SHORTER, U_VECTOR, X
from proofs.symbols import a, beta, e, eta, kappa, lam, multiplier, named, r, step, theta, w_hat, w_star

ACROSS, OVERLAP = Symbol("P_u", nonnegative=True), Symbol("u_w", real=True)
"""‖Pū‖ and ⟨ū, w̄⟩."""

RIGHT = kappa * w_star + beta * U_VECTOR
"""R3: N w̄."""

SINE = beta * ACROSS / kappa
"""R3: sin θ̄."""

LEVEL = kappa * cos(theta) + beta * OVERLAP
"""R3: N."""

NEXT, _BETWEEN = Symbol("w⁺"), Symbol("∠(ū,w̄)", real=True)
SQUARE_U, _U_E, _OFF_E, _OFF_W, _AHEAD = named("‖ū‖²", "⟨ū,e⟩", "⟨Nw̄−κw*−βū,e⟩", "⟨Nw̄−κw*−βū,w̄⟩", "⟨z,w̄⟩")
PRODUCTS = {(w_hat, w_hat): Integer(1), (e, e): Integer(1), (w_hat, e): Integer(0), (U_VECTOR, w_hat): OVERLAP}
PRODUCTS |= {(U_VECTOR, e): _U_E, (U_VECTOR, U_VECTOR): SQUARE_U}
_NORM_U, GAP, _MOVED, _OFF, _PULL = symbols("‖ū‖ ‖w̄−ū‖ ‖w⁺−w̄‖ ‖Nw̄−κw*−βū‖ ‖κw*+βū‖", nonnegative=True)
_NAMES = {ACROSS: r"\|P\bar u\|", OVERLAP: r"\langle\bar u,\bar w\rangle"}
_NAMES |= {U_VECTOR: r"\bar u", w_hat: r"\bar w", theta: r"\bar\theta"}


@claim(
    id="R3",
    title="Fixed points of the step, and their tangential balance",
    source="[here]",
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
                le(Part("sine"), beta / kappa * GAP),
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
        norms={U_VECTOR: _NORM_U, U_VECTOR - OVERLAP * w_hat: ACROSS, w_hat - U_VECTOR: GAP},
        named={_OFF_E: (off, e), _OFF_W: (off, w_hat)},
        cosines={cos(_BETWEEN): (U_VECTOR, w_hat)},
        same={_OFF: (multiplier * w_hat, RIGHT)},
    )
    at_rest = g.case("at rest", back)
    tilt = g.fact(
        "tilt",
        And(Eq(sin(theta), SINE), Eq(SINE, beta / kappa * _NORM_U * sin(_BETWEEN)), beta / kappa * GAP >= SINE),
        *(angle, balance, at_rest, between),
    )
    entry = g.fact("every entry", And(ENTRY * X >= 0, ENTRY * X <= X**2), *(g.given(name) for name in OF_A_MINIMIZER))
    sums = g.rule("sum", total, entry, sums={ENTRY * X: OVERLAP, X**2: Integer(1)}, because="‖w̄‖ = 1")
    within = g.fact("range", And(multiplier >= -kappa, multiplier <= kappa + beta), sums, balance, at_rest)
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


_MOVE, _OTHER = Symbol("m", positive=True), Symbol("u'", real=True)
_REST, _OFF_AXIS, _KEPT = symbols("‖κ(w*−ŵ)−β(w−u)‖ ‖w−rw*‖ ‖u−w‖", nonnegative=True)
_REST_W, _KEPT_W, _KEPT_E = named("⟨κ(w*−ŵ)−β(w−u),ŵ⟩", "⟨u−w,ŵ⟩", "⟨u−w,e⟩")
_FREE = Same(kappa * (w_star - w_hat), beta * (r * w_hat - U_VECTOR))


def _saved(shape: Expr) -> Boolean:
    """Of λp(|u|) + (β/2)(x − u)² there is less at a shorter u = x − m sgn x than at u = x; λp is `shape` of |u|."""
    longer, shorter = (shape.subs(_MOVE, size) for size in (Abs(X), Abs(X) - _MOVE))
    return lt(shorter + beta * _MOVE**2 / 2, longer)


@claim(
    id="R10",
    title="Without normalization: no nonzero fixed point for l1 and transformed l1, a ray of them for l0",
    source="[here]",
    sentence=All(
        Iff(_FREE, All(Same(r * w_hat, r * w_star), Same(U_VECTOR, r * w_hat))),
        If(
            lt(_MOVE, Abs(X)),
            All(
                If(lt(_MOVE, 2 * lam / beta), _saved(lam * _MOVE)),
                If(
                    lt(_MOVE, 2 * lam / beta * a * (a + 1) / (a + Abs(X)) ** 2),
                    _saved(lam * (a + 1) * _MOVE / (a + _MOVE)),
                ),
            ),
        ),
        Iff(ge(Abs(X), Part("threshold")), le(lam, beta * X**2 / 2)),
        If(
            le(lam, beta * X**2 / 2),
            le(lam, lam * Piecewise((1, Ne(_OTHER, 0)), (0, True)) + beta * (X - _OTHER) ** 2 / 2),
        ),
    ),
    definition=Splitting("free"),
    parts={"threshold": sqrt(2 * lam / beta)},
    besides=lambda: {
        "by how much a step moves w": Same(
            -eta * (kappa * w_hat - kappa * w_star) - eta * beta * (r * w_hat - U_VECTOR),
            eta * (kappa * (w_star - w_hat) - beta * (r * w_hat - U_VECTOR)),
        )
    },
    premises=SHORTER,
    names={U_VECTOR: "u"},
    setting="w = rŵ, r > 0, is fixed exactly if κ(w* − ŵ) = β(w − u), u ∈ S(w); λ, β > 0, v = v*, so α = κ; p even and "
    "nondecreasing in |u|. So every x ≠ 0 of w is its own minimizer u = x: for l1 and transformed l1 a shorter one, "
    "u = x − m sgn x, costs less; for l0 none does exactly for |x| at the threshold or beyond",
)
def R10(d: Derivation) -> None:
    g = Graph(d)
    entry = g.fact("every entry", And(ENTRY * X <= X**2, ENTRY**2 <= X**2), *map(g.given, SHORTER))
    sums = g.rule(
        "sums", total, entry, sums={X**2: r**2, ENTRY * X: r * OVERLAP, ENTRY**2: SQUARE_U}, because="‖w‖ = r"
    )
    vectors = g.rule(
        "vectors",
        gram,
        products=PRODUCTS,
        same={_REST: _FREE.args, _OFF_AXIS: (r * w_hat, r * w_star), _KEPT: (U_VECTOR, r * w_hat)},
        named={
            _REST_W: (_FREE.args[0] - _FREE.args[1], w_hat),
            **{_KEPT_W: (U_VECTOR - r * w_hat, w_hat), _KEPT_E: (U_VECTOR - r * w_hat, e)},
        },
    )
    along = All(Same(r * w_hat, r * w_star), Same(U_VECTOR, r * w_hat))
    ray = g.fact("fixed", Equivalent(_FREE, formula_of(along, {})), vectors, sums)
    g.conclude(ray)
