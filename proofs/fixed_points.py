"""Chapter R, continued: fixed points on the sphere (R3), and without it (R10)."""

from __future__ import annotations

from sympy import Abs, And, Eq, Equivalent, Expr, Implies, Integer, Max, Ne, Piecewise, Symbol, cos, sin, sqrt, symbols
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, Either, If, Iff, Part, Same, eq, formula_of, ge, gt, le, ne
from proofs.rules.algebra import entrywise, gram, total
from proofs.splitting import ENTRY, NORM_Z, OF_A_MINIMIZER, P_ENTRY, P_X, SHORTER, U_VECTOR, X, priced
from proofs.symbols import a, beta, e, eta, kappa, lam, multiplier, named, r, step, theta, u, w_hat, w_star

ACROSS, OVERLAP = Symbol("P_u", nonnegative=True), Symbol("u_w", real=True)
"""‖Pū‖ and ⟨ū, w̄⟩."""

RIGHT = kappa * w_star + beta * U_VECTOR
"""R3: N w̄."""

SINE = beta * ACROSS / kappa
"""R3: sin θ̄."""

LEVEL = kappa * cos(theta) + beta * OVERLAP
"""R3: N."""

NEXT, BETWEEN = Symbol("w⁺"), Symbol("∠(ū,w̄)", real=True)
SQUARE_U, _U_E, _OFF_E, _OFF_W, _AHEAD = named("‖ū‖²", "⟨ū,e⟩", "⟨Nw̄−κw*−βū,e⟩", "⟨Nw̄−κw*−βū,w̄⟩", "⟨z,w̄⟩")
PRODUCTS = {(w_hat, w_hat): Integer(1), (e, e): Integer(1), (w_hat, e): Integer(0), (U_VECTOR, w_hat): OVERLAP}
PRODUCTS |= {(U_VECTOR, e): _U_E, (U_VECTOR, U_VECTOR): SQUARE_U}
_NORM_U, GAP, _MOVED, _OFF, _PULL = symbols("‖ū‖ ‖w̄−ū‖ ‖w⁺−w̄‖ ‖Nw̄−κw*−βū‖ ‖κw*+βū‖", nonnegative=True)
BARRED = {OVERLAP: r"\langle\bar u,\bar w\rangle", U_VECTOR: r"\bar u", w_hat: r"\bar w", theta: r"\bar\theta"}
"""What belongs to a limit."""

ENTRIES = {X: r"\bar w_i", ENTRY: r"\bar u_i", P_X: r"\lambda p(|\bar w_i|)", P_ENTRY: r"\lambda p(|\bar u_i|)"}
"""What `OF_A_MINIMIZER` speaks of, as a fixed point has it."""


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
                eq(Part("sine"), beta / kappa * _NORM_U * sin(BETWEEN)),
                le(Part("sine"), beta / kappa * GAP),
                le(-kappa, multiplier),
                le(multiplier, kappa + beta),
            ),
        ),
    ),
    definition=Splitting("fixed-points"),
    parts={"right side": RIGHT, "multiplier": LEVEL, "sine": SINE},
    premises=OF_A_MINIMIZER | {"θ̄ ≤ π": ge(sin(theta), 0), "∠ ≤ π": ge(sin(BETWEEN), 0)},
    names=BARRED | {ACROSS: r"\|P\bar u\|"} | ENTRIES,
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
        cosines={cos(BETWEEN): (U_VECTOR, w_hat)},
        same={_OFF: (multiplier * w_hat, RIGHT)},
    )
    at_rest = g.case("at rest", back)
    tilt = g.fact(
        "tilt",
        And(Eq(sin(theta), SINE), Eq(SINE, beta / kappa * _NORM_U * sin(BETWEEN)), beta / kappa * GAP >= SINE),
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


_OTHER = Symbol("u'", real=True)
_W = Symbol("w")
_REST, _OFF_AXIS, _KEPT = symbols("‖κ(w*−ŵ)−β(w−u)‖ ‖w−rw*‖ ‖u−w‖", nonnegative=True)
_REST_W, _KEPT_W, _KEPT_E = named("⟨κ(w*−ŵ)−β(w−u),ŵ⟩", "⟨u−w,ŵ⟩", "⟨u−w,e⟩")
_FREE = Same(kappa * (w_star - w_hat), beta * (r * w_hat - U_VECTOR))


def _l0(at: Expr) -> Expr:
    return priced(at, lam * Piecewise((1, Ne(at, 0)), (0, True)))


def _none(shape: Expr, slope: Expr) -> Boolean:
    """An entry is 0 if its u costs no more than an x that is shorter by λp'(|x|)/β, or 0; p is `shape`, of u."""
    shorter = eq(_OTHER, Max(0, Abs(X) - lam / beta * slope))
    costs = priced(ENTRY, lam * shape.subs(u, Abs(ENTRY))), priced(_OTHER, lam * shape.subs(u, _OTHER), Abs(X))
    return If(All(shorter, le(*costs)), eq(X, 0))


_FAR = ge(Abs(X), Part("threshold"))
_ENTRIES = {
    "l1": _none(u, Integer(1)),
    "transformed l1": _none((a + 1) * u / (a + u), a * (a + 1) / (a + Abs(X)) ** 2),
    "l0, as good as 0": If(ne(X, 0), Iff(le(_l0(ENTRY), _l0(Integer(0))), _FAR)),
    "l0, as good as any": If(Either(eq(X, 0), _FAR), le(_l0(ENTRY), _l0(_OTHER))),
}


@claim(
    id="R10",
    title="Without normalization: no nonzero fixed point for l1 and transformed l1, a ray of them for l0",
    source="[here]",
    sentence=All(
        Iff(_FREE, All(Same(r * w_hat, r * w_star), Same(U_VECTOR, r * w_hat))), If(_FREE, All(*_ENTRIES.values()))
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
    names={U_VECTOR: "u", ENTRY: "u_{i}", X: "w_i", P_ENTRY: r"\lambda p(|u_i|)", P_X: r"\lambda p(|w_i|)"},
    setting="w = rŵ, r > 0, and fixed is κ(w* − ŵ) = β(w − u), u ∈ S(w); λ, β > 0, v = v*, so α = κ; p even and "
    "nondecreasing in |u|; of what is said of an entry, first l1 is the penalty, then transformed l1, then l0",
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
    fixed = g.case("w is fixed", _FREE)
    whole = g.rule("w = rŵ", gram, products=PRODUCTS, vectors={_W: r * w_hat}, same={_KEPT: (U_VECTOR, _W)})
    kept = g.fact("u = w", Same(U_VECTOR, _W), ray, fixed, vectors, whole)
    own = g.rule("so entry by entry", entrywise, kept, entries={U_VECTOR: ENTRY, _W: X})
    told = (g.fact(name, formula_of(line, R10.parts), own) for name, line in _ENTRIES.items())
    g.conclude(ray, *(g.under(fixed, line) for line in told))
