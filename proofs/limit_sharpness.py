"""Chapter R, continued: how far the sparse limit is from w* to first order in λ, exactly (R5.sharp)."""

from __future__ import annotations

from sympy import Abs, And, Eq, Expr, Implies, Integer, Ne, Symbol, cos, sign, sin, sqrt
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, If, Part, Tends, eq, ge, gt, le, lt, ne
from proofs.fixed_points import OVERLAP, SQUARE_U
from proofs.limit_errors import AWAY, NAMES, R5, R5_TL1, THRESHOLD, indicator, inner_products, one_entry
from proofs.limits_nonconvex import SHAPE
from proofs.proximal import MAP
from proofs.rules.algebra import total
from proofs.rules.analysis import carried, squeezed, tends
from proofs.splitting import ENTRY, OF_A_MINIMIZER, TARGET, X, at_entry
from proofs.symbols import a, beta, kappa, lam, multiplier, named, nonzeros, slope_squares, slope_sum, taxicab, theta

TANGENT = lam * sqrt(nonzeros - taxicab**2) / (kappa - lam * taxicab)
"""R5.sharp-l1: tan θ̄, exact while every nonzero entry of w* is active."""


def _distance(pull: Expr, square: Expr) -> Expr:
    """‖w̄ − w*‖ where w̄ is along κw* − λg: ⟨g, w*⟩ = `pull`, ‖g‖² = `square`."""
    along, across = kappa - lam * pull, lam * sqrt(square - pull**2)
    length = sqrt(along**2 + across**2)
    return across * sqrt(2 / (length * (length + along)))


_ON = indicator(Ne(TARGET, 0))
_SUMS = {X * TARGET: cos(theta), X * ENTRY: OVERLAP, X**2: Integer(1), TARGET**2: Integer(1), _ON: nonzeros}


def _products(slope: Expr) -> Boolean:
    """Of an entry where (N − β)w̄_i = κw*_i − λp' sgn w*_i, p' being the `slope`: its products with w*_i and itself."""
    pull = kappa**2 * TARGET**2 - 2 * kappa * lam * slope * Abs(TARGET) + lam**2 * slope**2 * _ON
    on_star = kappa * TARGET**2 - lam * slope * Abs(TARGET)
    return And(Eq((multiplier - beta) * X * TARGET, on_star), Eq((multiplier - beta) ** 2 * X**2, pull))


@claim(
    id="R5.sharp-l1",
    title="Error of the limit for l1, exact for small λ and sharp to first order",
    source="[here]",
    sentence=All(
        eq(sin(theta), Part("tangent") * cos(theta)),
        eq(AWAY, Part("distance")),
        Tends(AWAY / lam, Part("slope"), (lam, Integer(0))),
    ),
    definition=Splitting("sharpness", "l1"),
    parts={"tangent": TANGENT, "distance": _distance(taxicab, nonzeros), "slope": sqrt(nonzeros - taxicab**2) / kappa},
    premises={
        "fixed": R5.premises["fixed"],
        "N ≥ β": ge(multiplier, beta),
        "λ is small": If(ne(TARGET, 0), lt(lam * (kappa + beta), kappa * beta * Abs(TARGET))),
        "θ̄ ≤ π": ge(sin(theta), 0),
    },
    names=NAMES,
    setting="‖w̄‖ = ‖w*‖ = 1, ū_i = S(w̄_i), so that ‖w*‖₁² ≤ ‖w*‖₀; λ → 0 at fixed κ and w*",
)
def R5_sharp_l1(d: Derivation) -> None:
    g = Graph(d)
    fixed, beyond, small = map(g.given, ("fixed", "N ≥ β", "λ is small"))
    soft = g.cite("P1", at_entry(X), value=ENTRY)
    sums = _SUMS | {Abs(TARGET): taxicab}
    level = inner_products(g)
    entry = one_entry(g, fixed)
    shrunk = g.rule("⟨ū, w̄⟩", total, g.fact("shrunk", X * ENTRY <= X**2, soft), sums=sums)
    most = g.fact("N ≤ κ + β", multiplier <= kappa + beta, level, fixed, shrunk)
    told = And(_products(Integer(1)), lam * (kappa + beta) * Abs(TARGET) <= kappa * beta * TARGET**2)
    summed = g.rule("summed", total, g.fact("products", told, small, entry, soft, beyond, most), sums=sums)
    tangent = g.fact("tangent", Eq(sin(theta), TANGENT * cos(theta)), summed, beyond, g.given("θ̄ ≤ π"))
    away = g.fact("distance", Eq(AWAY, _distance(taxicab, nonzeros)), level, summed, beyond)
    per = g.fact("distance, per λ", Eq(AWAY / lam, _distance(taxicab, nonzeros) / lam), away)
    slope = g.apply("limit of its form", tends, f=per.formula.rhs, over=lam, to=Integer(0))
    g.conclude(tangent, away, g.rule("first order", carried, per, slope))


_P, _P_STAR, _G_1, _G_2, _BOTH = named("p'(|ū_i|)", "p'(|w*_i|)", "g₁", "g₂", "Σ p'(|ū_i|) p'(|w*_i|)")
_STEEP = 2 * (a + 1) ** 2 / (a**3 * beta) * sqrt(2 * nonzeros * (1 + 2 * beta**2 / kappa**2))
"""R5.sharp-tl1: by how much, per λ, the p'(|ū_i|) differ from the p'(|w*_i|) at most."""

_OFF = _G_2 - _G_1**2
"""R5.sharp-tl1: the square of g's part across w*."""


def _within(steep: Expr) -> Boolean:
    """g₁ and √g₂ differ from d₁ and √d₂ by at most λ times that."""
    return And(Abs(_G_1 - slope_sum) <= lam * steep, Abs(sqrt(_G_2) - sqrt(slope_squares)) <= lam * steep)


@claim(
    id="R5.sharp-tl1",
    title="Error of the limit for transformed l1, sharp to first order in λ",
    source="[here]",
    sentence=All(
        eq(AWAY, Part("distance")),
        le(Abs(_G_1 - slope_sum), lam * _STEEP),
        le(Abs(sqrt(_G_2) - sqrt(slope_squares)), lam * _STEEP),
        Tends(AWAY / lam, Part("slope"), (lam, Integer(0))),
    ),
    definition=Splitting("sharpness", "tl1"),
    parts={"distance": _distance(_G_1, _G_2), "slope": sqrt(slope_squares - slope_sum**2) / kappa},
    premises={
        **R5.premises,
        "t": R5_TL1.premises["t"],
        "N > β": gt(multiplier, beta),
        "λ is small": If(ne(TARGET, 0), lt((kappa + beta) * THRESHOLD, kappa * Abs(TARGET))),
        "ū_i is stationary": If(ne(ENTRY, 0), eq(X, ENTRY + lam / beta * _P * sign(ENTRY))),
        "p'(|ū_i|)": eq(_P, SHAPE / (a + Abs(ENTRY)) ** 2),
        "p'(|w*_i|)": eq(_P_STAR, SHAPE / (a + Abs(TARGET)) ** 2),
    },
    names=NAMES | {_G_1: "g_1", _G_2: "g_2"},
    setting="‖w̄‖ = ‖w*‖ = 1, ū_i = S(w̄_i), t the threshold of P3 at ρ = λ/β; over the nonzero w*_i "
    "g₁ = Σ p'(|ū_i|)|w*_i|, g₂ = Σ p'(|ū_i|)², "
    "d₁ = Σ p'(|w*_i|)|w*_i|, d₂ = Σ p'(|w*_i|)²; λ → 0 at fixed β, κ, a and w*",
)
def R5_sharp_tl1(d: Derivation) -> None:
    g = Graph(d)
    fixed, beyond, small, threshold = map(g.given, ("fixed", "N > β", "λ is small", "t"))
    stationary, slope, slope_star = map(g.given, ("ū_i is stationary", "p'(|ū_i|)", "p'(|w*_i|)"))
    minimizer, angle = [g.given(premise) for premise in OF_A_MINIMIZER], g.given("θ̄ ≤ π")
    on, sums = _ON, _SUMS | {_P_STAR * Abs(TARGET): slope_sum, _P_STAR**2 * _ON: slope_squares}
    sums |= {ENTRY**2: SQUARE_U, _P * Abs(TARGET): _G_1, _P**2 * on: _G_2, _P * _P_STAR * on: _BOTH}
    level = inner_products(g)
    entry = one_entry(g, fixed)
    shrunk = g.fact("shrunk", And(X * ENTRY <= X**2, X * ENTRY >= 0, Abs(ENTRY) <= Abs(X)), *minimizer)
    overlap = g.rule("⟨ū, w̄⟩", total, g.fact("an entry of ⟨ū, w̄⟩", X * ENTRY <= X**2, shrunk), sums=sums)
    near = g.cite("P5.tl1", {MAP: ENTRY} | at_entry(X))
    width = g.fact("t is of order λ", And(lam * (a + 1) / (a * beta) >= THRESHOLD, THRESHOLD > 0), threshold)
    moved = g.fact("how far", Abs(X - ENTRY) <= THRESHOLD, near, threshold)
    large = entry, moved, small, beyond, level, fixed, overlap
    none = g.fact("none is thresholded", Implies(Ne(TARGET, 0), Ne(ENTRY, 0)), *large)
    products = g.fact("products", _products(_P), entry, stationary, beyond, shrunk, none)
    summed = g.rule("summed", total, products, sums=sums)
    error = g.cite("R5", {}, fixed, angle, *minimizer)
    away = g.fact("distance", Eq(AWAY, _distance(_G_1, _G_2)), summed, beyond, error, level)
    gaps = g.fact("an entry of w̄ − ū", THRESHOLD**2 * on >= (X - ENTRY) ** 2, moved, entry, beyond, shrunk)
    shift = g.rule("‖w̄ − ū‖²", total, gaps, sums=sums)
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
    small_ = g.fact("what is left", _G_2 - 2 * _BOTH + slope_squares <= left, spread, error, beyond, level, shift)
    nearest = g.fact("√g₂", (roots[0] - roots[1]) ** 2 <= left, small_, second)
    bound = g.fact("in λ", _within(_STEEP), small_, first, nearest, width)
    part = lam * _P * (kappa + beta) * Abs(TARGET) <= kappa * beta * TARGET**2
    part_ = g.fact("an entry of λg₁", part, stationary, moved, small, none)
    pull = g.rule("λg₁ ≤ κβ/(κ + β)", total, part_, sums=sums)
    most = g.fact("N ≤ κ + β", multiplier <= kappa + beta, level, fixed, overlap)
    chord = g.fact(
        "the chord between sine and tangent",
        And(kappa**2 * AWAY**2 >= lam**2 * _OFF, (kappa - lam * _G_1) ** 2 * AWAY**2 <= lam**2 * _OFF, _OFF >= 0),
        *(summed, level, beyond, most, error),
    )
    on_star = 2 * slope_sum * _P_STAR * Abs(TARGET) <= _P_STAR**2 * on + slope_sum**2 * TARGET**2
    across = g.rule("d₁² ≤ d₂", total, g.fact("a third square", on_star), sums=sums)
    g.conclude(away, bound, _first_order(g, chord, pull, across, bound))


def _between(x: Expr, most: Expr) -> Boolean:
    """|x| <= most as two bounds: with a sign to guess, what adds up takes the solver ten times as long."""
    return And(x <= most, -x <= most)


def _first_order(g: Graph, chord: Fact, pull: Fact, across: Fact, bound: Fact) -> Fact:
    """‖w̄ − w*‖/λ is next to √(g₂ − g₁²)/κ, and that to √(d₂ − d₁²)/κ."""
    steep, root, end = Symbol("k", real=True), sqrt(_OFF), sqrt(slope_squares - slope_sum**2)
    most_1, most_2 = slope_sum + lam * steep, sqrt(slope_squares) + lam * steep
    square, per = 2 * lam * steep * (most_1 + sqrt(slope_squares)), lam * (kappa + beta) / kappa**3
    within = g.fact("by λk", And(_within(steep), steep > 0), bound, g.let(steep, _STEEP))
    first, second = (
        _between(new - old**2, lam * steep * (2 * old + lam * steep))
        for new, old in ((_G_1**2, slope_sum), (_G_2, sqrt(slope_squares)))
    )
    each = g.fact("g₁²", first, within), g.fact("g₂", second, within, chord)
    gap = g.fact("a gap of squares", _between(root**2 - end**2, square), *each)
    closer = g.fact("of roots", (root - end) ** 2 <= square, gap, chord, across)
    apart = g.fact("of roots, over κ", _between(root / kappa - end / kappa, sqrt(square) / kappa), closer)
    curved = g.fact("from the chord", Abs(AWAY / lam - root / kappa) <= per * (_G_1 * root), chord, pull)
    flat = g.fact("of which", _G_1 * root <= most_1 * most_2, chord, within)
    most = per * most_1 * most_2
    chords = g.fact("so at most", _between(AWAY / lam - root / kappa, most), curved, flat)
    near = le(Abs(AWAY / lam - end / kappa), most + sqrt(square) / kappa)
    told = g.fact("‖w̄ − w*‖/λ", near, chords, apart)
    zero = g.apply("what it differs by", tends, within, f=near.rhs, over=lam, to=Integer(0))
    return g.rule("first order", squeezed, told, zero, of=AWAY / lam, value=end / kappa)
