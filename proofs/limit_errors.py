"""Chapter R, continued: how far the sparse limit is from w* (R5), and to first order in λ exactly."""

from __future__ import annotations

from sympy import Abs, And, Eq, Expr, Implies, Integer, Ne, Or, Piecewise, Symbol, cos, sign, sin, sqrt
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim, claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, If, Part, Same, Tends, eq, ge, gt, le, lt, ne
from proofs.fixed_points import RIGHT
from proofs.limits_nonconvex import SHAPE
from proofs.penalty_forms import penalty
from proofs.proximal import MAP
from proofs.rules.algebra import entrywise, gram, total
from proofs.rules.analysis import tends
from proofs.splitting import ENTRY, OF_A_MINIMIZER, P_ENTRY, P_X, TARGET, U_VECTOR, X
from proofs.symbols import (
    PLANE,
    a,
    beta,
    e,
    kappa,
    lam,
    multiplier,
    named,
    nonzeros,
    ratio,
    slope_squares,
    slope_sum,
    taxicab,
    theta,
    thresholded,
    w_hat,
    w_star,
    x_in,
)

THRESHOLD = Symbol("t", positive=True)
"""The threshold of transformed l1, P3's t."""

GAP, OVERLAP = Symbol("gap", nonnegative=True), Symbol("u_w", real=True)
"""‖w̄ − ū‖ and ⟨ū, w̄⟩."""

SINE_SQUARE = (beta / kappa) ** 2 * (GAP**2 - (1 - OVERLAP) ** 2)
"""R5: sin²θ̄."""

CHORD = 2 * sin(theta / 2)
"""R5: ‖w̄ − w*‖."""

LEAST_COSINE = kappa / multiplier
"""R5: a lower bound of cos θ̄ for N ≥ β."""

_NAMES = {GAP: r"\|\bar w-\bar u\|", OVERLAP: r"\langle\bar u,\bar w\rangle"}
_NAMES |= {theta: r"\bar\theta", w_hat: r"\bar w", U_VECTOR: r"\bar u"}

_AWAY = Symbol("‖w̄−w*‖", nonnegative=True)


@claim(
    id="R5",
    title="How far the limit is from w*: by the displacement of its entries",
    source="[DX] announces error estimates; this form [here]",
    sentence=All(
        le(sin(theta), Part("bound")),
        eq(sin(theta) ** 2, Part("square of the sine")),
        eq(_AWAY, Part("distance")),
        If(ge(multiplier, beta), ge(cos(theta), Part("lower bound"))),
    ),
    definition=Splitting("error"),
    parts={"bound": beta * GAP / kappa, "square of the sine": SINE_SQUARE, "distance": CHORD}
    | {"lower bound": LEAST_COSINE},
    premises={**OF_A_MINIMIZER, "fixed": Same(multiplier * w_hat, RIGHT), "θ̄ ≤ π": ge(sin(theta / 2), 0)},
    names=_NAMES,
    setting="‖w̄‖ = ‖w*‖ = 1, ū_i a minimizer at w̄_i; p even, p(0) = 0 ≤ p",
)
def R5(d: Derivation) -> None:
    g = Graph(d)
    fixed, square_u = g.given("fixed"), Symbol("‖ū‖²", real=True)
    vectors = _inner_products(g)
    level = g.fact("N", Eq(multiplier, kappa * cos(theta) + beta * OVERLAP), vectors, fixed)
    square = g.fact("sin²θ̄", Eq(sin(theta) ** 2, SINE_SQUARE), vectors, fixed)
    half = g.equal("half the angle", cos(theta), 1 - 2 * sin(theta / 2) ** 2)
    away = g.fact("distance", Eq(_AWAY, CHORD), vectors, half, g.given("θ̄ ≤ π"))
    entry = g.fact("an entry", ENTRY * X >= ENTRY**2, *map(g.given, OF_A_MINIMIZER))
    shrunk = g.rule("summed", total, entry, sums={ENTRY * X: OVERLAP, ENTRY**2: square_u})
    size = g.fact(
        "κ", Eq(kappa**2, multiplier**2 - 2 * multiplier * beta * OVERLAP + beta**2 * square_u), vectors, fixed
    )
    far = g.case("N ≥ β", multiplier >= beta)
    acute = g.fact("acute", cos(theta) >= LEAST_COSINE, level, size, shrunk, far)
    g.conclude(square, away, g.under(far, acute))


def _register_error(
    name: str, count: Symbol, counted: Boolean, bound: Expr, premises: dict[str, Boolean], setting: str
) -> Claim:
    """R5 for one penalty: the entries that are `counted`, `count` of them, are displaced by at most the δ of P5."""
    prices = {P_ENTRY: lam * _l0(ENTRY), P_X: lam * _l0(X)} if name == "l0" else {}

    def derivation(d: Derivation) -> None:
        g = Graph(d)
        fixed, *told = (g.given(premise) for premise in ("fixed", *premises))
        entry = g.rule("an entry", entrywise, fixed, entries={w_hat: X, w_star: TARGET, U_VECTOR: ENTRY})
        if name == "l0":
            near = g.fact("kept or dropped", Or(Eq(ENTRY, X), And(Eq(ENTRY, 0), 2 * lam / beta >= X**2)), told.pop())
            minimizer = [near]
        else:
            minimizer = [g.given(premise) for premise in OF_A_MINIMIZER]
            near = g.cite(f"P5.{name}", {MAP: ENTRY, x_in: X, ratio: lam / beta})
        kept = g.fact("the others rest", Or(counted, Eq(ENTRY, X)), entry, told[0], *minimizer[-2:])
        far = g.fact("how far", farthest**2 >= (X - ENTRY) ** 2, near, *told[1:])
        moved = g.fact("an entry of w̄ − ū", farthest**2 * _one(counted) >= (X - ENTRY) ** 2, kept, far)
        square_u = Symbol("‖ū‖²", real=True)
        sums = {X**2: Integer(1), X * ENTRY: OVERLAP, ENTRY**2: square_u, _one(counted): count}
        together = g.rule("summed", total, moved, sums=sums)
        away = g.rule(
            "‖w̄ − ū‖",
            gram,
            products={(w_hat, w_hat): Integer(1), (w_hat, U_VECTOR): OVERLAP, (U_VECTOR, U_VECTOR): square_u},
            norms={w_hat - U_VECTOR: GAP},
        )
        sine = g.cite("R5", prices, fixed, g.given("θ̄ ≤ π"), *minimizer)
        g.conclude(g.fact("bound", sin(theta) <= bound, sine, together, away))

    farthest = THRESHOLD if name == "tl1" else penalty(name).farthest.subs(ratio, lam / beta)
    return claim(
        id=f"R5.{name}",
        title=f"Error of the limit for {name}",
        source="[DX] announces error estimates; this form [here]",
        sentence=le(sin(theta), Part("bound")),
        definition=Splitting("error", name),
        parts={"bound": bound},
        premises={key: R5.premises[key] for key in R5.premises if name != "l0" or key not in OF_A_MINIMIZER} | premises,
        names=_NAMES,
        hypotheses=(next(iter(premises.values())),),
        setting=f"‖w̄‖ = ‖w*‖ = 1; {setting}; this is r/κ",
    )(derivation)


def _one(counted: Boolean) -> Expr:
    return Piecewise((Integer(1), counted), (Integer(0), True))


def _l0(entry: Expr) -> Expr:
    return _one(Ne(entry, 0))


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
_register_error(
    "tl1",
    nonzeros,
    Ne(TARGET, 0),
    beta * THRESHOLD * sqrt(nonzeros) / kappa,
    _FAR | {"t": eq(THRESHOLD, penalty("tl1").farthest.subs(ratio, lam / beta))},
    "ū_i = S(w̄_i), t the threshold of P3 at ρ = λ/β",
)


TANGENT = lam * sqrt(nonzeros - taxicab**2) / (kappa - lam * taxicab)
"""R5.sharp-l1: tan θ̄, exact while every nonzero entry of w* is active."""


def _distance(pull: Expr, square: Expr) -> Expr:
    """‖w̄ − w*‖ where w̄ is along κw* − λg: ⟨g, w*⟩ = `pull`, ‖g‖² = `square`."""
    along, across = kappa - lam * pull, lam * sqrt(square - pull**2)
    length = sqrt(along**2 + across**2)
    return across * sqrt(2 / (length * (length + along)))


def _inner_products(g: Graph) -> Fact:
    """N, sin θ̄, ‖w̄ − w*‖ and ‖w̄ − ū‖."""
    off, (u_e, square_u, off_w, off_e) = multiplier * w_hat - RIGHT, named("⟨ū,e⟩", "‖ū‖²", "⟨off,w̄⟩", "⟨off,e⟩")
    return g.rule(
        "inner products",
        gram,
        products=PLANE | {(U_VECTOR, w_hat): OVERLAP, (U_VECTOR, e): u_e, (U_VECTOR, U_VECTOR): square_u},
        norms={w_hat - w_star: _AWAY, w_hat - U_VECTOR: GAP},
        named={off_w: (off, w_hat), off_e: (off, e)},
        same={Symbol("‖off‖", nonnegative=True): (multiplier * w_hat, RIGHT)},
    )


@claim(
    id="R5.sharp-l1",
    title="Error of the limit for l1, exact for small λ and sharp to first order",
    source="[here]",
    sentence=All(
        eq(sin(theta), Part("tangent") * cos(theta)),
        eq(_AWAY, Part("distance")),
        Tends(Part("distance") / lam, Part("slope"), (lam, Integer(0))),
    ),
    definition=Splitting("sharpness", "l1"),
    parts={"tangent": TANGENT, "distance": _distance(taxicab, nonzeros), "slope": sqrt(nonzeros - taxicab**2) / kappa},
    premises={
        "fixed": R5.premises["fixed"],
        "N ≥ β": ge(multiplier, beta),
        "λ is small": If(ne(TARGET, 0), lt(lam * (kappa + beta), kappa * beta * Abs(TARGET))),
        "θ̄ ≤ π": ge(sin(theta), 0),
    },
    names=_NAMES,
    setting="‖w̄‖ = ‖w*‖ = 1, ū_i = S(w̄_i), so that ‖w*‖₁² ≤ ‖w*‖₀; λ → 0 at fixed κ and w*",
)
def R5_sharp_l1(d: Derivation) -> None:
    g = Graph(d)
    fixed, beyond, small = map(g.given, ("fixed", "N ≥ β", "λ is small"))
    soft = g.cite("P1", {x_in: X, ratio: lam / beta}, value=ENTRY)
    sums = {X * TARGET: cos(theta), X * ENTRY: OVERLAP, X**2: Integer(1), TARGET**2: Integer(1)}
    sums |= {Abs(TARGET): taxicab, _one(Ne(TARGET, 0)): nonzeros}
    level = _inner_products(g)
    entry = g.rule("an entry", entrywise, fixed, entries={w_hat: X, w_star: TARGET, U_VECTOR: ENTRY})
    shrunk = g.rule("⟨ū, w̄⟩", total, g.fact("shrunk", X * ENTRY <= X**2, soft), sums=sums)
    most = g.fact("N ≤ κ + β", multiplier <= kappa + beta, level, fixed, shrunk)
    active = Eq((multiplier - beta) * X, kappa * TARGET - lam * sign(TARGET))
    each = g.fact("every nonzero entry is active", active, entry, soft, beyond, small, most)
    on = _one(Ne(TARGET, 0))
    told = And(
        Eq((multiplier - beta) * X * TARGET, kappa * TARGET**2 - lam * Abs(TARGET)),
        Eq((multiplier - beta) ** 2 * X**2, kappa**2 * TARGET**2 - 2 * kappa * lam * Abs(TARGET) + lam**2 * on),
        lam * (kappa + beta) * Abs(TARGET) <= kappa * beta * TARGET**2,
    )
    summed = g.rule("summed", total, g.fact("products", told, each, small), sums=sums)
    tangent = g.fact("tangent", Eq(sin(theta), TANGENT * cos(theta)), summed, beyond, g.given("θ̄ ≤ π"))
    away = g.fact("distance", Eq(_AWAY, _distance(taxicab, nonzeros)), level, summed, beyond)
    limit_ = g.apply("first order", tends, f=_distance(taxicab, nonzeros) / lam, over=lam, to=Integer(0))
    g.conclude(tangent, away, limit_)


_P, _P_STAR, _G_1, _G_2, _BOTH = named("p'(|ū_i|)", "p'(|w*_i|)", "g₁", "g₂", "Σ p'(|ū_i|) p'(|w*_i|)")
_STEEP = 2 * (a + 1) ** 2 / (a**3 * beta) * sqrt(2 * nonzeros * (1 + 2 * beta**2 / kappa**2))
"""R5.sharp-tl1: by how much, per λ, the p'(|ū_i|) differ from the p'(|w*_i|) at most."""


@claim(
    id="R5.sharp-tl1",
    title="Error of the limit for transformed l1, sharp to first order in λ",
    source="[here]",
    sentence=All(
        eq(_AWAY, Part("distance")),
        le(Abs(_G_1 - slope_sum), lam * _STEEP),
        le(Abs(sqrt(_G_2) - sqrt(slope_squares)), lam * _STEEP),
        Tends(_distance(slope_sum, slope_squares) / lam, Part("slope"), (lam, Integer(0))),
    ),
    definition=Splitting("sharpness", "tl1"),
    parts={"distance": _distance(_G_1, _G_2), "slope": sqrt(slope_squares - slope_sum**2) / kappa},
    premises={
        **R5.premises,
        "t": eq(THRESHOLD, penalty("tl1").farthest.subs(ratio, lam / beta)),
        "N > β": gt(multiplier, beta),
        "λ is small": If(ne(TARGET, 0), lt((kappa + beta) * THRESHOLD, kappa * Abs(TARGET))),
        "ū_i is stationary": If(ne(ENTRY, 0), eq(X, ENTRY + lam / beta * _P * sign(ENTRY))),
        "p'(|ū_i|)": eq(_P, SHAPE / (a + Abs(ENTRY)) ** 2),
        "p'(|w*_i|)": eq(_P_STAR, SHAPE / (a + Abs(TARGET)) ** 2),
    },
    names=_NAMES | {_G_1: "g_1", _G_2: "g_2"},
    setting="‖w̄‖ = ‖w*‖ = 1, ū_i = S(w̄_i), t the threshold of P3 at ρ = λ/β; over the nonzero w*_i "
    "g₁ = Σ p'(|ū_i|)|w*_i|, g₂ = Σ p'(|ū_i|)², "
    "d₁ = Σ p'(|w*_i|)|w*_i|, d₂ = Σ p'(|w*_i|)²; λ → 0 at fixed β, κ, a and w*",
)
def R5_sharp_tl1(d: Derivation) -> None:
    g = Graph(d)
    fixed, beyond, small, threshold = map(g.given, ("fixed", "N > β", "λ is small", "t"))
    stationary, slope, slope_star = map(g.given, ("ū_i is stationary", "p'(|ū_i|)", "p'(|w*_i|)"))
    minimizer, angle = [g.given(premise) for premise in OF_A_MINIMIZER], g.given("θ̄ ≤ π")
    on, one = _one(Ne(TARGET, 0)), Integer(1)
    sums = {X * TARGET: cos(theta), X * ENTRY: OVERLAP, X**2: one, TARGET**2: one, on: nonzeros}
    sums |= {ENTRY**2: Symbol("‖ū‖²", real=True), _P * Abs(TARGET): _G_1, _P**2 * on: _G_2, _P * _P_STAR * on: _BOTH}
    sums |= {_P_STAR * Abs(TARGET): slope_sum, _P_STAR**2 * on: slope_squares}
    level = _inner_products(g)
    entry = g.rule("an entry", entrywise, fixed, entries={w_hat: X, w_star: TARGET, U_VECTOR: ENTRY})
    shrunk = g.fact("shrunk", And(X * ENTRY <= X**2, X * ENTRY >= 0, Abs(ENTRY) <= Abs(X)), *minimizer)
    most = g.fact(
        "N ≤ κ + β",
        multiplier <= kappa + beta,
        *(level, fixed, g.rule("⟨ū, w̄⟩", total, g.fact("an entry of ⟨ū, w̄⟩", X * ENTRY <= X**2, shrunk), sums=sums)),
    )
    near = g.cite("P5.tl1", {MAP: ENTRY, x_in: X, ratio: lam / beta})
    width = g.fact("t is of order λ", And(lam * (a + 1) / (a * beta) >= THRESHOLD, THRESHOLD > 0), threshold)
    moved = g.fact("how far", Abs(X - ENTRY) <= THRESHOLD, near, threshold)
    kept = g.fact(
        "entries with w*_i ≠ 0 only", Implies(Eq(TARGET, 0), And(Eq(X, 0), Eq(ENTRY, 0))), entry, beyond, shrunk
    )
    none = g.fact("none is thresholded", Implies(Ne(TARGET, 0), Ne(ENTRY, 0)), entry, moved, most, small, beyond)
    active = Eq((multiplier - beta) * X, kappa * TARGET - lam * _P * sign(TARGET))
    each = g.fact("every entry", active, entry, stationary, beyond, shrunk, none)
    told = And(
        Eq((multiplier - beta) * X * TARGET, kappa * TARGET**2 - lam * _P * Abs(TARGET)),
        Eq(
            (multiplier - beta) ** 2 * X**2,
            kappa**2 * TARGET**2 - 2 * kappa * lam * _P * Abs(TARGET) + lam**2 * _P**2 * on,
        ),
    )
    summed = g.rule("summed", total, g.fact("products", told, each), sums=sums)
    error = g.cite("R5", {}, fixed, angle, *minimizer)
    acute = g.fact("acute", cos(theta) > 0, error, beyond)
    chord = g.fact("chord", And(Eq(_AWAY**2, 2 - 2 * cos(theta)), _AWAY >= 0), level)
    away = g.fact("distance", Eq(_AWAY, _distance(_G_1, _G_2)), chord, summed, beyond, acute)
    gaps = g.fact("an entry of w̄ − ū", THRESHOLD**2 * on >= (X - ENTRY) ** 2, kept, moved)
    shift = g.fact("‖w̄ − ū‖", THRESHOLD**2 * nonzeros >= GAP**2, level, g.rule("its square", total, gaps, sums=sums))
    tilt = g.fact("sin θ̄", sin(theta) ** 2 <= (beta * THRESHOLD / kappa) ** 2 * nonzeros, error, shift)
    apart = g.fact("‖w̄ − w*‖", 2 - 2 * cos(theta) <= 2 * (beta * THRESHOLD / kappa) ** 2 * nonzeros, tilt, acute)
    steep = 2 * (a + 1) / a**2
    change = g.fact("p' is Lipschitz", steep**2 * (ENTRY - TARGET) ** 2 >= (_P - _P_STAR) ** 2, slope, slope_star)
    square = (_P - _P_STAR) ** 2 * on <= 2 * steep**2 * (THRESHOLD**2 * on + (X - TARGET) ** 2)
    spread = g.rule("Σ (p'(|ū_i|) − p'(|w*_i|))²", total, g.fact("an entry of it", square, change, moved), sums=sums)
    gap = _G_1 - slope_sum
    turned = 2 * gap * (_P - _P_STAR) * Abs(TARGET) <= (_P - _P_STAR) ** 2 * on + gap**2 * TARGET**2
    first = g.rule("Cauchy–Schwarz", total, g.fact("a square", turned), sums=sums)
    roots = sqrt(_G_2), sqrt(slope_squares)
    mixed = slope_squares * _P, _BOTH * _P_STAR
    crossed = 2 * mixed[0] * mixed[1] * on <= mixed[0] ** 2 * on + mixed[1] ** 2 * on
    second = g.rule("and once more", total, g.fact("another square", crossed), sums=sums)
    left = 2 * steep**2 * nonzeros * THRESHOLD**2 * (1 + 2 * beta**2 / kappa**2)
    small_ = g.fact("what is left", _G_2 - 2 * _BOTH + slope_squares <= left, spread, apart)
    nearer = g.fact("g₁", gap**2 <= left, small_, first)
    product = g.fact("Cauchy–Schwarz in full", And(roots[0] * roots[1] >= _BOTH, _G_2 >= 0), second)
    nearest = g.fact("√g₂", (roots[0] - roots[1]) ** 2 <= left, small_, product)
    bound = g.fact(
        "in λ", And(Abs(gap) <= lam * _STEEP, Abs(roots[0] - roots[1]) <= lam * _STEEP), nearer, nearest, width
    )
    found = g.apply("first order", tends, f=_distance(slope_sum, slope_squares) / lam, over=lam, to=Integer(0))
    g.conclude(away, bound, found)
