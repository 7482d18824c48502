"""Chapter R, continued: how far the sparse limit is from w* (R5)."""

from __future__ import annotations

from sympy import And, Eq, Expr, Integer, Ne, Or, Piecewise, Symbol, cos, sin, sqrt
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim, claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, If, Part, Same, eq, ge, gt, le
from proofs.fixed_points import BARRED, ENTRIES, OVERLAP, PRODUCTS, RIGHT, SQUARE_U
from proofs.penalty_forms import penalty
from proofs.proximal import MAP
from proofs.rules.algebra import entrywise, gram, total
from proofs.splitting import ENTRY, OF_A_MINIMIZER, P_ENTRY, P_X, TARGET, U_VECTOR, X, at_entry
from proofs.symbols import beta, e, kappa, lam, multiplier, nonzeros, ratio, theta, thresholded, w_hat, w_star

THRESHOLD = Symbol("t", positive=True)
"""The threshold of transformed l1, P3's t."""

GAP = Symbol("gap", nonnegative=True)
"""‖w̄ − ū‖."""

SINE_SQUARE = (beta / kappa) ** 2 * (GAP**2 - (1 - OVERLAP) ** 2)
"""R5: sin²θ̄."""

CHORD = 2 * sin(theta / 2)
"""R5: ‖w̄ − w*‖."""

LEAST_COSINE = kappa / multiplier
"""R5: a lower bound of cos θ̄ for N ≥ β."""

NAMES = BARRED | {GAP: r"\|\bar w-\bar u\|"} | ENTRIES

AWAY = Symbol("‖w̄−w*‖", nonnegative=True)


def inner_products(g: Graph) -> Fact:
    """N, sin θ̄, ‖w̄ − w*‖ and ‖w̄ − ū‖."""
    off, (off_w, off_e) = multiplier * w_hat - RIGHT, (Symbol(f"⟨off,{of}⟩", real=True) for of in ("w̄", "e"))
    return g.rule(
        "inner products",
        gram,
        products=PRODUCTS,
        norms={w_hat - w_star: AWAY, w_hat - U_VECTOR: GAP},
        named={off_w: (off, w_hat), off_e: (off, e)},
        same={Symbol("‖off‖", nonnegative=True): (multiplier * w_hat, RIGHT)},
    )


def one_entry(g: Graph, fixed: Fact) -> Fact:
    """N w̄ = κw* + βū, entry by entry."""
    return g.rule("an entry", entrywise, fixed, entries={w_hat: X, w_star: TARGET, U_VECTOR: ENTRY})


@claim(
    id="R5",
    title="How far the limit is from w*: by the displacement of its entries",
    source="[DX] announces error estimates; this form [here]",
    sentence=All(
        le(sin(theta), Part("bound")),
        eq(sin(theta) ** 2, Part("square of the sine")),
        eq(AWAY, Part("distance")),
        If(ge(multiplier, beta), ge(cos(theta), Part("lower bound"))),
    ),
    definition=Splitting("error"),
    parts={"bound": beta * GAP / kappa, "square of the sine": SINE_SQUARE, "distance": CHORD}
    | {"lower bound": LEAST_COSINE},
    premises={**OF_A_MINIMIZER, "fixed": Same(multiplier * w_hat, RIGHT), "θ̄ ≤ π": ge(sin(theta / 2), 0)},
    names=NAMES,
    setting="‖w̄‖ = ‖w*‖ = 1, ū_i a minimizer at w̄_i; p even, p(0) = 0 ≤ p",
)
def R5(d: Derivation) -> None:
    g = Graph(d)
    fixed, vectors = g.given("fixed"), inner_products(g)
    level = g.fact("N", Eq(multiplier, kappa * cos(theta) + beta * OVERLAP), vectors, fixed)
    half = g.equal("half the angle", cos(theta), 1 - 2 * sin(theta / 2) ** 2)
    entry = g.fact("an entry", ENTRY * X >= ENTRY**2, *map(g.given, OF_A_MINIMIZER))
    shrunk = g.rule("summed", total, entry, sums={ENTRY * X: OVERLAP, ENTRY**2: SQUARE_U})
    size = g.fact(
        "κ", Eq(kappa**2, multiplier**2 - 2 * multiplier * beta * OVERLAP + beta**2 * SQUARE_U), vectors, fixed
    )
    far = g.case("N ≥ β", multiplier >= beta)
    acute = g.fact("acute", cos(theta) >= LEAST_COSINE, level, size, shrunk, far)
    away = g.fact("distance", Eq(AWAY, CHORD), vectors, half, g.given("θ̄ ≤ π"))
    g.conclude(vectors, fixed, away, g.under(far, acute))


def _register_error(
    name: str, count: Symbol, counted: Boolean, bound: Expr, premises: dict[str, Boolean], setting: str
) -> Claim:
    """R5 for one penalty: the entries that are `counted`, `count` of them, are displaced by at most the δ of P5."""
    prices = {P_ENTRY: lam * _l0(ENTRY), P_X: lam * _l0(X)} if name == "l0" else {}

    def derivation(d: Derivation) -> None:
        g = Graph(d)
        fixed, *told = (g.given(premise) for premise in ("fixed", *premises))
        entry = one_entry(g, fixed)
        if name == "l0":
            near = g.fact("kept or dropped", Or(Eq(ENTRY, X), And(Eq(ENTRY, 0), 2 * lam / beta >= X**2)), told.pop())
            minimizer = [near]
        else:
            minimizer = [g.given(premise) for premise in OF_A_MINIMIZER]
            near = g.cite(f"P5.{name}", {MAP: ENTRY} | at_entry(X))
        known = dict.fromkeys((entry, *told, *minimizer[-2:], near))
        moved = g.fact("an entry of w̄ − ū", farthest**2 * indicator(counted) >= (X - ENTRY) ** 2, *known)
        sums = {X**2: Integer(1), X * ENTRY: OVERLAP, ENTRY**2: SQUARE_U, indicator(counted): count}
        together = g.rule("summed", total, moved, sums=sums)
        sine = g.cite("R5", prices, fixed, g.given("θ̄ ≤ π"), *minimizer)
        g.conclude(sine, together, inner_products(g))

    farthest = THRESHOLD if name == "tl1" else penalty(name).farthest.subs(ratio, lam / beta)
    return claim(
        id=f"R5.{name}",
        title=f"Error of the limit for {name}",
        source="[DX] announces error estimates; this form [here]",
        sentence=le(sin(theta), Part("bound")),
        definition=Splitting("error", name),
        parts={"bound": bound},
        premises={key: R5.premises[key] for key in R5.premises if name != "l0" or key not in OF_A_MINIMIZER} | premises,
        names=NAMES,
        hypotheses=(next(iter(premises.values())),),
        setting=f"‖w̄‖ = ‖w*‖ = 1; {setting}; this is r/κ",
    )(derivation)


def indicator(counted: Boolean) -> Expr:
    return Piecewise((Integer(1), counted), (Integer(0), True))


def _l0(entry: Expr) -> Expr:
    return indicator(Ne(entry, 0))


_FAR = {"N ≥ β": ge(multiplier, beta)}
_register_error("l1", nonzeros, Ne(TARGET, 0), lam * sqrt(nonzeros) / kappa, _FAR, "ū_i = S(w̄_i)")
_register_error(
    "l0",
    thresholded,
    And(Ne(TARGET, 0), Eq(ENTRY, 0)),
    sqrt(2 * lam * beta * thresholded) / kappa,
    {
        "N > 0": gt(multiplier, 0),
        "ū_i is as good as w̄_i": le(lam * _l0(ENTRY) + beta * (X - ENTRY) ** 2 / 2, lam * _l0(X)),
    },
    "s₀ is the number of nonzero w*_i whose ū_i is 0",
)
R5_TL1 = _register_error(
    "tl1",
    nonzeros,
    Ne(TARGET, 0),
    beta * THRESHOLD * sqrt(nonzeros) / kappa,
    _FAR | {"t": eq(THRESHOLD, penalty("tl1").farthest.subs(ratio, lam / beta))},
    "ū_i = S(w̄_i), t the threshold of P3 at ρ = λ/β",
)
