"""Chapter R: relaxed variable splitting: its Lyapunov function, its fixed points, their stability and its rate.

One step on the unit sphere, at fixed output weights: u any minimizer of λP(u) + (β/2)‖w − u‖², then
``w⁺ = normalize(w − ηG − ηβ(w − u))``. The coarse gradient is ``G = αŵ − κw*`` (C9), the penalty ``P(u) = Σ p(|u_i|)``.
A statement about sums over the entries is proved entry by entry; one about vectors by their inner products.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Abs, And, Eq, Expr, Implies, Integer, Or, Symbol, cos, symbols
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, Either, If, Part, Same, eq, ge, gt, le, lt
from proofs.rules.algebra import gram, iterated, total
from proofs.symbols import alpha, beta, eta, kappa, lam, multiplier, named, ratio, step, theta, w_hat, w_star, x_in

NORM_Z, SQUARE = Symbol("‖z‖", positive=True), Symbol("‖w⁺−w‖²", nonnegative=True)
_ZW = Symbol("⟨z,w⟩", real=True)

STEP_GAIN = (1 + NORM_Z) / (2 * step)
"""R1: what H gains for each unit of ‖w⁺ − w‖²."""

APART = Symbol("‖w−w̄‖²", real=True)

LEAST_DROP = (multiplier - beta) * APART / 2
"""R1.global: how far H(w) is below H(w̄) at least."""


# Vectors that are no registry names, and the entries of one.
U_VECTOR, F_VECTOR, _ZV, _W_BAR = symbols("u f z w̄")
X, X_OTHER, TARGET, ENTRY, _BEST = symbols("x x' w*_i u_i ū_i", real=True)


def at_entry(entry: Expr) -> dict[Symbol, Expr]:
    """Of what is claimed of a proximal map: at an entry, with ρ = λ/β."""
    return {x_in: entry, ratio: lam / beta}


def descent_step() -> Expr:
    """w − ηG − ηβ(w − u) on the sphere, G = αŵ − κw*."""
    return w_hat - eta * (alpha * w_hat - kappa * w_star) - eta * beta * (w_hat - U_VECTOR)


P_ENTRY, P_X = symbols("p_u p_x", real=True)


def priced(u: Expr, penalty: Expr, x: Expr = X) -> Expr:
    """λp(|u|) + (β/2)(x − u)², λp(|u|) being `penalty`."""
    return penalty + beta / 2 * (x - u) ** 2


EVEN = {"ū_i costs no more than −ū_i": le(priced(ENTRY, P_ENTRY), priced(-ENTRY, P_ENTRY))}
SHORTER = {
    "ū_i costs no more than w̄_i": le(priced(ENTRY, P_ENTRY), priced(X, P_X)),
    "p(|u|) does not fall": If(ge(Abs(ENTRY), Abs(X)), ge(P_ENTRY, P_X)),
}
OF_A_MINIMIZER = EVEN | SHORTER
"""What an entry of ū is: p even, and of SHORTER nondecreasing in |u|."""

H_W, H_NEXT, _E_W, _E_NEXT, _P_U = named("H(w)", "H(w⁺)", "E(w)", "E(w⁺)", "λP(u)")
C, C_NEXT, _ON_U = named("⟨w*,w⟩", "⟨w*,w⁺⟩", "⟨w,u⟩")
_OFF, _OFF_NEXT = symbols("‖w−u‖ ‖w⁺−u‖", nonnegative=True)
_STAR, _NEXT = symbols("w^* w⁺")
OF_E = {
    "u attains E(w)": eq(_E_W, _P_U + beta / 2 * _OFF**2),
    "E(w⁺) is least": le(_E_NEXT, _P_U + beta / 2 * _OFF_NEXT**2),
}
"""What the Moreau envelope E is at w and at w⁺."""


def of_step(pull: Expr, here: Expr, there: Expr) -> dict[str, Boolean]:
    """H, `here` and `there` being its part that E is not, and z."""
    return {
        "H(w)": eq(H_W, here + beta / 2 - _E_W),
        "H(w⁺)": eq(H_NEXT, there + beta / 2 - _E_NEXT),
        "z": Same(_ZV, w_hat + step * (pull * _STAR + beta * U_VECTOR)),
    }


_SHRINK = 1 - eta * (alpha + beta)
_TAU = eta / _SHRINK
_SPENT, _SPENT_LAST, _H_FIRST, _H_LAST = named("Σ‖w⁺−w‖²", "Σ_{s<T}‖w_{s+1}−w_s‖²", "H(w_0)", "H(w_T)")
STEPS, COUNT = (Symbol(name, integer=True, nonnegative=True) for name in "Tt")
"""A number of steps, and how many have been taken."""

_SUMMABLE = "squared steps are summable, however many there are"
_POTENTIAL = "it is a constant less κ(1 − cos θ) + λP(u) + (β/2)‖w − u‖²"


@claim(
    id="R1",
    title="The Lyapunov function of the splitting iteration",
    source="[here]; the generalized power method is [J]",
    sentence=All(ge(H_NEXT - H_W, Part("lower bound")), If(Either(lt(step * kappa, 1), ge(C, 0)), gt(_ZW, 0))),
    definition=Splitting("lyapunov"),
    parts={"lower bound": STEP_GAIN * SQUARE},
    besides=lambda: {
        "the step is a multiple of z": Same(
            descent_step(), _SHRINK * (w_hat + _TAU * (kappa * w_star + beta * U_VECTOR))
        ),
        "a positive one, with τ = η/(1 − η(α+β)) > 0": Implies(eta * (alpha + beta) < 1, And(_SHRINK > 0, _TAU > 0)),
        _POTENTIAL: eq(kappa * (1 - C) + _E_W, kappa + beta / 2 - H_W),
        "H is bounded on the sphere": Implies(
            And(Abs(C) <= 1, _E_W >= 0, beta / 2 >= _E_W), And(-kappa <= H_W, kappa + beta / 2 >= H_W)
        ),
        _SUMMABLE: Implies(
            And(-kappa <= _H_FIRST, kappa + beta / 2 >= _H_LAST), step * (4 * kappa + beta) >= _SPENT_LAST
        ),
    },
    premises=OF_E | of_step(kappa, kappa * C, kappa * C_NEXT) | EVEN,
    names={X: "w_i", P_ENTRY: r"\lambda p(|u_i|)"},
    setting="E(w) = min over u of λP(u) + (β/2)‖w − u‖², u any minimizer; v·v* > 0 fixed, ‖w‖ = 1, w⁺ = z/‖z‖, "
    "τ > 0, z ≠ 0 (certain where ⟨z, w⟩ > 0); p even, p(0) = 0 ≤ p; a step is w − ηG − ηβ(w − u), G = αŵ − κw*",
)
def R1(d: Derivation) -> None:
    g = Graph(d)
    height = g.given("H(w)")
    _, long, moved, gained = gain_of_a_step(g)
    raised = height, *map(g.given, ("H(w⁺)", *OF_E))
    entry = g.fact("every entry", ENTRY * X >= 0, g.given("ū_i costs no more than −ū_i"))
    overlap = g.rule("⟨w, u⟩ ≥ 0", total, entry, sums={ENTRY * X: _ON_U})
    cosine = g.fact("|⟨w*, w⟩| ≤ 1", Abs(C) <= 1, moved)
    ahead = g.fact("z ≠ 0", Implies(Or(step * kappa < 1, C >= 0), _ZW > 0), overlap, cosine, long)
    spent = 2 * step * (H_W - _H_FIRST) >= _SPENT
    values = {_SPENT: (Integer(0), _SPENT + SQUARE, _SPENT_LAST), H_W: (_H_FIRST, H_NEXT, _H_LAST)}
    run = after_any_number(g, "Σ‖w⁺ − w‖²", spent, values, STEPS, (), (*raised, gained))
    g.beside(_SUMMABLE, run)
    g.beside(_POTENTIAL, height)
    g.conclude(*raised, gained, ahead)


def after_any_number(
    g: Graph,
    name: str,
    holds: Boolean,
    values: Mapping[Expr, tuple[Expr, Expr, Expr]],
    count: Symbol,
    begun: Iterable[Fact],
    kept: Iterable[Fact],
) -> Fact:
    """ITER for what `holds` after `count` steps: from `begun` at the start, and from `kept` after one step more.

    values: each quantity in it with what it is at the start, one step later, and at last.
    """
    first, later, _ = ({value: told[place] for value, told in values.items()} for place in range(3))
    start = g.fact("at the start", holds.xreplace(first).subs(count, 0), *begun)
    passed = Implies(holds, holds.xreplace(later).subs(count, count + 1), evaluate=False)
    return g.rule(
        name, iterated, start, g.fact("one step more", passed, *kept), holds=holds, values=values, count=count
    )


def gain_of_a_step(g: Graph, pull: Symbol = kappa) -> tuple[Expr, Fact, Fact, Fact]:
    """κ⟨w*, w⁺ − w⟩ + (β/2)(‖w − u‖² − ‖w⁺ − u‖²), and that it is R1's gain; κ, of any sign, is `pull`.

    The facts between them have the inner products of z and of w⁺.
    """
    one = Integer(1)
    star_u, of_u, star_z, u_z = named("⟨w*,u⟩", "‖u‖²", "⟨w*,z⟩", "⟨u,z⟩")
    products = {
        **{(w_hat, w_hat): one, (_STAR, _STAR): one, (U_VECTOR, U_VECTOR): of_u, (_ZV, _ZV): NORM_Z**2},
        **{(w_hat, _STAR): C, (w_hat, U_VECTOR): _ON_U, (_STAR, U_VECTOR): star_u},
        **{(_ZV, w_hat): _ZW, (_ZV, _STAR): star_z, (_ZV, U_VECTOR): u_z},
    }
    drawn = w_hat + step * (pull * _STAR + beta * U_VECTOR)
    off_w, off_z = named("⟨z−w−τ(κw*+βu),w⟩", "⟨z−w−τ(κw*+βu),z⟩")
    told = g.rule(
        "inner products with z",
        gram,
        products=products,
        same={Symbol("‖z−w−τ(κw*+βu)‖", nonnegative=True): (_ZV, drawn)},
        named={off_w: (_ZV - drawn, w_hat), off_z: (_ZV - drawn, _ZV)},
    )
    long = g.fact(
        "along w and z",
        And(Eq(_ZW, 1 + step * (pull * C + beta * _ON_U)), Eq(NORM_Z**2, _ZW + step * (pull * star_z + beta * u_z))),
        *(told, g.given("z")),
    )
    move = _NEXT - w_hat
    moved = g.rule(
        "w⁺ = z/‖z‖",
        gram,
        products=products,
        vectors={_NEXT: _ZV / NORM_Z},
        norms={w_hat - U_VECTOR: _OFF, _NEXT - U_VECTOR: _OFF_NEXT, move: Symbol("‖w⁺−w‖", nonnegative=True)},
        expanded={C_NEXT: (_STAR, _NEXT), SQUARE: (move, move)},
        named={Symbol("⟨w*,w⁺−w⟩", real=True): (_STAR, move), C: (w_hat, _STAR)},
    )
    pulled = pull * (C_NEXT - C) + beta / 2 * (_OFF**2 - _OFF_NEXT**2)
    return pulled, long, moved, g.fact("gain", Eq(pulled, STEP_GAIN * SQUARE), long, moved)


_H_BAR, _E_BAR, _ENTRY_COST, _BEST_COST = named("H(w̄)", "E(w̄)", "λp(u_i)+(β/2)(w_i−u_i)²", "λp(ū_i)+(β/2)(w̄_i−ū_i)²")


def _cost(x_: Expr, u_: Expr) -> Expr:
    """λ|u_i| + (β/2)(x_i − u_i)², λ = ρβ."""
    return beta * (ratio * Abs(u_) + (x_ - u_) ** 2 / 2)


_ALONE = "for N > β it is the only one that does"


@claim(
    id="R1.global",
    title="For l1 a fixed point with N ≥ β maximizes H on the whole sphere",
    source="[here]",
    sentence=All(ge(_H_BAR - H_W, Part("lower bound")), If(ge(multiplier, beta), ge(_H_BAR, H_W))),
    definition=Splitting("lyapunov", "l1"),
    parts={"lower bound": LEAST_DROP},
    premises={
        "H(w)": eq(H_W, kappa * C + beta / 2 - _E_W),
        "H(w̄)": eq(_H_BAR, kappa * cos(theta) + beta / 2 - _E_BAR),
        "fixed": Same(multiplier * _W_BAR, kappa * _STAR + beta * U_VECTOR),
        "an entry of E(w)": eq(_ENTRY_COST, _cost(X_OTHER, ENTRY)),
        "an entry of E(w̄)": eq(_BEST_COST, _cost(X, _BEST)),
    },
    besides=lambda: {_ALONE: Implies(And(multiplier > beta, APART > 0), _H_BAR > H_W)},
    names={U_VECTOR: r"\bar u", X: r"\bar w_i", X_OTHER: "w_i"},
    setting="‖w‖ = ‖w̄‖ = 1; θ is the angle of w̄ and w*; u = S(w), ū = S(w̄), ρ = λ/β",
)
def R1_global(d: Derivation) -> None:
    g = Graph(d)
    entry = g.fact(
        "the envelope lies above its tangents",
        beta * (X - _BEST) * (X_OTHER - X) <= _ENTRY_COST - _BEST_COST,
        g.cite("P1", {x_in: X}, value=_BEST),
        *map(g.given, ("an entry of E(w)", "an entry of E(w̄)")),
    )
    one, both, on_w, on_bar = Integer(1), *named("⟨w̄,w⟩", "⟨ū,w⟩", "⟨ū,w̄⟩")
    sums = {X**2: one, X * X_OTHER: both, _BEST * X_OTHER: on_w, _BEST * X: on_bar}
    above = g.rule("summed", total, entry, sums=sums | {_ENTRY_COST: _E_W, _BEST_COST: _E_BAR})
    star_u, of_u, off_w, off_bar = named("⟨w*,ū⟩", "‖ū‖²", "⟨off,w⟩", "⟨off,w̄⟩")
    pair = multiplier * _W_BAR, kappa * _STAR + beta * U_VECTOR
    balance = g.rule(
        "inner products",
        gram,
        products={
            **{(w_hat, w_hat): one, (_W_BAR, _W_BAR): one, (_STAR, _STAR): one, (U_VECTOR, U_VECTOR): of_u},
            **{(w_hat, _W_BAR): both, (w_hat, _STAR): C, (w_hat, U_VECTOR): on_w, (_STAR, U_VECTOR): star_u},
            **{(_W_BAR, _STAR): cos(theta), (_W_BAR, U_VECTOR): on_bar},
        },
        same={Symbol("‖off‖", nonnegative=True): pair},
        named={off_w: (pair[0] - pair[1], w_hat), off_bar: (pair[0] - pair[1], _W_BAR)},
        norms={w_hat - _W_BAR: Symbol("‖w−w̄‖", nonnegative=True)},
        expanded={APART: (w_hat - _W_BAR, w_hat - _W_BAR)},
    )
    drop = above, balance, *map(g.given, ("H(w)", "H(w̄)", "fixed"))
    g.beside(_ALONE, *drop)
    g.conclude(*drop)
