"""Chapter R, continued: how far the sparse limit is from w* (R5), and to first order in λ exactly."""

from __future__ import annotations

import sympy
from sympy import Eq, Expr, Min, Or, Symbol, cos, diff, limit, sin, sqrt, symbols
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim, Kind, claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation, Obligation, vanishes
from proofs.engine.graph import Graph
from proofs.engine.rules import gram, total
from proofs.engine.sentence import All, If, Part, Same, Term, eq, ge, le
from proofs.engine.smt import follows
from proofs.fixed_points import RIGHT
from proofs.limits import ACTIVE, BEYOND, ENTRY, FROM_BETA, PULL, balance, proximal
from proofs.limits_nonconvex import SHAPE, UPPER, branch
from proofs.penalty_forms import penalty
from proofs.splitting import ENTRY as OUTPUT
from proofs.splitting import OF_A_MINIMIZER, PLANE, U_VECTOR, X
from proofs.symbols import (
    a,
    beta,
    e,
    kappa,
    kept_level,
    lam,
    multiplier,
    named,
    nonzeros,
    ratio,
    slope_squares,
    slope_sum,
    star_size,
    taxicab,
    theta,
    thresholded,
    w_hat,
    w_star,
)

THRESHOLD = Symbol("t", positive=True)
"""The threshold of transformed l1, P3's t."""

GAP, OVERLAP = Symbol("gap", nonnegative=True), Symbol("u_w", real=True)
"""‖w̄ − ū‖ and ⟨ū, w̄⟩."""

BY_GAP = beta * GAP / kappa
"""R5: a bound of sin θ̄."""

SINE_SQUARE = (beta / kappa) ** 2 * (GAP**2 - (1 - OVERLAP) ** 2)
"""R5: sin²θ̄."""

CHORD = 2 * sin(theta / 2)
"""R5: ‖w̄ − w*‖."""

LEAST_COSINE = kappa / multiplier
"""R5: a lower bound of cos θ̄ for N ≥ β."""

_NAMES = {GAP: r"\|\bar w-\bar u\|", OVERLAP: r"\langle\bar u,\bar w\rangle", THRESHOLD: "t", theta: r"\bar\theta"}

_AWAY = Symbol("‖w̄−w*‖", nonnegative=True)


@claim(
    id="R5",
    title="How far the limit is from w*: by the displacement of its entries",
    source="[DX] announces error estimates; this form [here]",
    kind=Kind.INEQUALITY,
    sentence=All(
        le(sin(theta), Part("bound")),
        eq(sin(theta) ** 2, Part("square of the sine")),
        eq(_AWAY, Part("distance")),
        If(ge(multiplier, beta), ge(cos(theta), Part("lower bound"))),
    ),
    definition=Splitting("error"),
    parts={"bound": BY_GAP, "square of the sine": SINE_SQUARE, "distance": CHORD, "lower bound": LEAST_COSINE},
    premises={**OF_A_MINIMIZER, "fixed": Same(multiplier * w_hat, RIGHT), "θ̄ ≤ π": ge(sin(theta / 2), 0)},
    names=_NAMES | {_AWAY: r"\|\bar w-w^*\|", w_hat: r"\bar w", U_VECTOR: r"\bar u"},
    setting="‖w̄‖ = ‖w*‖ = 1, ū_i a minimizer at w̄_i; p even, p(0) = 0 ≤ p",
)
def R5(d: Derivation) -> None:
    g = Graph(d)
    fixed, square_u = g.given("fixed"), Symbol("‖ū‖²", real=True)
    off, u_e, off_w, off_e = multiplier * w_hat - RIGHT, *named("⟨ū,e⟩", "⟨off,w̄⟩", "⟨off,e⟩")
    vectors = g.rule(
        "inner products",
        gram,
        products={**PLANE, (w_hat, e): sympy.Integer(0)}
        | {(U_VECTOR, w_hat): OVERLAP, (U_VECTOR, e): u_e, (U_VECTOR, U_VECTOR): square_u},
        norms={w_hat - U_VECTOR: GAP, w_hat - w_star: _AWAY},
        named={off_w: (off, w_hat), off_e: (off, e)},
        same={Symbol("‖off‖", nonnegative=True): (multiplier * w_hat, RIGHT)},
    )
    level = g.fact("N", Eq(multiplier, kappa * cos(theta) + beta * OVERLAP), vectors, fixed)
    square = g.fact("sin²θ̄", Eq(sin(theta) ** 2, SINE_SQUARE), vectors, fixed)
    half = g.equal("half the angle", cos(theta), 1 - 2 * sin(theta / 2) ** 2)
    away = g.fact("distance", Eq(_AWAY, CHORD), vectors, half, g.given("θ̄ ≤ π"))
    entry = g.fact("an entry", OUTPUT * X >= OUTPUT**2, *map(g.given, OF_A_MINIMIZER))
    shrunk = g.rule("summed", total, entry, sums={OUTPUT * X: OVERLAP, OUTPUT**2: square_u})
    size = g.fact(
        "κ", Eq(kappa**2, multiplier**2 - 2 * multiplier * beta * OVERLAP + beta**2 * square_u), vectors, fixed
    )
    far = g.case("N ≥ β", multiplier >= beta)
    acute = g.fact("acute", cos(theta) >= LEAST_COSINE, level, size, shrunk, far)
    g.conclude(square, away, g.under(far, acute))


def _register_error(name: str, count: Symbol, bound: Expr, hypothesis: Boolean, rest: tuple[str, str]) -> Claim:
    """r/κ of one penalty: `count` entries, each displaced by at most the δ of P5; `rest` is its setting, and why."""
    setting, why = rest

    def derivation(d: Derivation) -> None:
        d.cite("R5", "R3", f"P5.{name}")
        displacement = penalty(name).farthest
        named = THRESHOLD if name == "tl1" else displacement.subs(ratio, lam / beta)
        total, length = Symbol("sum", nonnegative=True), Symbol("d", nonnegative=True)
        d.begin(named, "δ, the largest |x − S(x)| (P5)" + (": the threshold t" if name == "tl1" else ", ρ = λ/β"))
        owes = _displaced(name)
        if name == "tl1":
            owes = [*owes, vanishes("δ of P5 − the threshold t of P3", displacement - penalty(name).threshold)]
        d.step("Which entries are displaced", why, "the others have w̄_i = ū_i", owes)
        d.apply(
            "sin θ̄ ≤ β‖w̄ − ū‖/κ ≤ β√(count · δ²)/κ",
            lambda each: beta / kappa * sqrt(count) * each,
            "R5",
            follows(
                "a sum of `count` squares, each ≤ δ²",
                length <= sqrt(count) * THRESHOLD,
                Eq(length**2, total),
                total <= count * THRESHOLD**2,
            ),
        )
        d.hold("bound", bound)
        d.conclude_argument("r/κ bounds sin θ̄, and for N ≥ β θ̄ < π/2 by R5")

    return claim(
        id=f"R5.{name}",
        title=f"Error of the limit for {name}",
        source="[DX] announces error estimates; this form [here]",
        kind=Kind.INEQUALITY,
        sentence=All(le(sin(theta), Part("bound")), eq(Part("bound"), Term(r"\tfrac r\kappa"))),
        definition=Splitting("error", name),
        parts={"bound": bound},
        names=_NAMES,
        hypotheses=(hypothesis,),
        setting=setting,
    )(derivation)


def _displaced(name: str) -> list[Obligation]:
    """Entries with w*_i = 0 are not displaced; for l0 no entry of the support is."""
    if name == "l1":
        given = [balance("P1", ENTRY), FROM_BETA]
        return [follows("w̄_i = 0 = ū_i where w*_i = 0", Eq(ENTRY, 0), *given, Eq(PULL, 0))]
    if name == "tl1":
        rest = multiplier * branch()[0] - beta * kept_level
        return [
            follows("ū_i = 0 where w*_i = 0", rest > 0, FROM_BETA),
            follows("and then w̄_i = 0", Eq(ENTRY, 0), Eq(multiplier * ENTRY, 0), FROM_BETA),
        ]
    given = [balance("P2", ENTRY), multiplier > 0]
    kept = Eq(proximal("P2", ENTRY), ENTRY)
    return [
        follows("an entry is kept as it is or thresholded", Or(kept, Eq(proximal("P2", ENTRY), 0)), given),
        follows("w̄_i = 0 where w*_i = 0 and ū_i = 0", Eq(ENTRY, 0), *given, Eq(PULL, 0), Eq(proximal("P2", ENTRY), 0)),
    ]


_register_error("l1", nonzeros, lam * sqrt(nonzeros) / kappa, FROM_BETA, ("‖w*‖ = 1", "only those with w*_i ≠ 0"))
_register_error(
    "l0",
    thresholded,
    sqrt(2 * lam * beta * thresholded) / kappa,
    multiplier > 0,
    ("s₀ is the number of nonzero w*_i whose ū_i is 0", "only those with w*_i ≠ 0 and ū_i = 0"),
)
_register_error(
    "tl1",
    nonzeros,
    beta * THRESHOLD * sqrt(nonzeros) / kappa,
    FROM_BETA,
    ("t the threshold of P3 at ρ = λ/β", "only those with w*_i ≠ 0"),
)


def _sharp(d: Derivation, pull: Expr, square: Expr) -> None:
    """First order of ‖w̄ − w*‖ when w̄ is along κw* − λ(g + λh): ⟨g, w*⟩ = `pull`, ‖g‖² = `square`, h bounded."""
    g_h, h_w, h_h = symbols("g_h h_w h_h", real=True)
    along = kappa - lam * (pull + lam * h_w)
    length = kappa**2 - 2 * kappa * lam * (pull + lam * h_w) + lam**2 * (square + 2 * lam * g_h + lam**2 * h_h)
    spread = length - along**2
    d.step(
        "sin²θ̄ = (‖z‖² − ⟨z, w*⟩²)/‖z‖², z = κw* − λ(g + λh)",
        spread / length,
        "w̄ = z/‖z‖, ‖w*‖ = 1",
        vanishes(
            "Gram matrix of w*, g, h",
            spread - lam**2 * (square + 2 * lam * g_h + lam**2 * h_h - (pull + lam * h_w) ** 2),
        ),
    )
    d.apply(
        "Divide by λ² and let λ → 0",
        lambda sine: limit(sympy.together(sine / lam**2), lam, 0),
        "what h contributes vanishes; ‖w̄ − w*‖ = 2 sin(θ̄/2) and sin θ̄ have one first order",
        vanishes("4 sin²(θ/2)/sin²θ at θ → 0", limit(4 * sin(theta / 2) ** 2 / sin(theta) ** 2, theta, 0) - 1),
    )
    d.apply("The distance itself", lambda squared: lam * sqrt(squared))


TANGENT = lam * sqrt(nonzeros - taxicab**2) / (kappa - lam * taxicab)
"""tan θ̄ for l1, exact while every nonzero entry of w* is active."""


@claim(
    id="R5.sharp-l1",
    title="Error of the limit for l1, sharp to first order in λ",
    source="[here]",
    subject=r"\|\bar w-w^*\|\,(1+O(\lambda))",
    definition=Splitting("sharpness", "l1"),
    statement=lam / kappa * sqrt(nonzeros - taxicab**2),
    setting="λ → 0 at fixed β, κ and w*, N > β; ‖w*‖₁² ≤ ‖w*‖₀ as ‖w*‖ = 1",
)
def R5_sharp_l1(d: Derivation) -> None:
    d.cite("R4.l1")
    active = ACTIVE
    d.begin(active, "w̄_i for small λ: every nonzero w*_i is active, as Nλ/(κβ) → 0 and N ≤ κ + β")
    d.step(
        "w̄ is along κw* − λ sgn(w*), exactly",
        "g = sgn(w*), ⟨g, w*⟩ = ‖w*‖₁, ‖g‖² = ‖w*‖₀, h = 0",
        "",
        vanishes("(N − β)w̄_i", active * (multiplier - beta) - (kappa * star_size - lam)),
        follows(
            "all are active",
            kappa * star_size > multiplier * lam / beta,
            multiplier <= kappa + beta,
            lam * (kappa + beta) < kappa * beta * star_size,
        ),
    )
    _sharp(d, taxicab, nonzeros)
    d.conclude(R5_sharp_l1.formula)
    d.step(
        "While every nonzero entry is active, tan θ̄ is known exactly",
        TANGENT,
        "h = 0; N = β + √(κ² − 2κλ‖w*‖₁ + λ²‖w*‖₀)",
        follows(
            "⟨z, w*⟩ = κ − λ‖w*‖₁ > 0, entry by entry",
            kappa * star_size**2 > lam * star_size,
            BEYOND,
            kappa * star_size > multiplier * lam / beta,
        ),
        vanishes(
            "tan²θ̄ − (‖z‖² − ⟨z, w*⟩²)/⟨z, w*⟩²",
            TANGENT**2 - (lam**2 * nonzeros + kappa**2 - 2 * kappa * lam * taxicab) / (kappa - lam * taxicab) ** 2 + 1,
        ),
    )


@claim(
    id="R5.sharp-tl1",
    title="Error of the limit for transformed l1, sharp to first order in λ",
    source="[here]",
    subject=r"\|\bar w-w^*\|\,(1+O(\lambda))",
    definition=Splitting("sharpness", "tl1"),
    statement=lam / kappa * sqrt(slope_squares - slope_sum**2),
    setting="λ → 0 at fixed β, κ, a and w*, N > β; p'(x) = a(a+1)/(a+x)²; over the nonzero entries "
    "d₁ = Σ p'(|w*_i|)|w*_i|, d₂ = Σ p'(|w*_i|)², and d₁² ≤ d₂ as ‖w*‖ = 1",
)
def R5_sharp_tl1(d: Derivation) -> None:
    d.cite("R4.tl1", "R5.tl1")
    form = UPPER
    size, _ = branch()
    slope = SHAPE / (a + kept_level) ** 2
    d.begin(form - kappa * star_size, "vanishes on the upper branch (R4.tl1); U = |ū_i|")
    at_lam = (form - kappa * star_size).subs(ratio, lam / beta)
    start = {lam: 0, multiplier: kappa + beta, kept_level: star_size}
    d.step(
        "(N − β)w̄_i = κω_i − λp'(U)",
        kappa * star_size - lam * slope,
        "|w̄_i| = U + ρp'(U)",
        vanishes(
            "the form, rearranged",
            form - kappa * star_size - (multiplier - beta) * size + kappa * star_size - beta * ratio * slope,
        ),
    )
    _all_upper(d)
    d.step(
        "N and every U are smooth in λ at λ = 0",
        "implicit functions from N = κ + β, U = ω_i, w̄ = w*, where R5.tl1 sends every limit with N > β",
        "so p'(U) = p'(ω_i) + λ(…): g_i = p'(ω_i) sgn(w*_i), and h is bounded; entries with w*_i = 0 stay 0",
        vanishes("the equation at λ = 0", at_lam.subs(start)),
        vanishes("its slope in U there is κ ≠ 0", diff(at_lam, kept_level).subs(start) - kappa),
        vanishes(
            "and in λ finite", diff(at_lam, lam).subs(start) - (kappa + beta) / beta * slope.subs(kept_level, star_size)
        ),
        vanishes(
            "∂‖w̄‖²/∂N = −2/κ ≠ 0 at ‖w*‖ = 1",
            diff((kappa / (multiplier - beta)) ** 2, multiplier).subs(start) + 2 / kappa,
        ),
    )
    _sharp(d, slope_sum, slope_squares)
    d.conclude(R5_sharp_tl1.formula)


def _all_upper(d: Derivation) -> None:
    """Transformed l1: for small λ no entry with w*_i ≠ 0 is on the lower or on the middle branch."""
    drive, slope, share, jump = symbols("y_i q share j", positive=True)
    at_zero = ratio * (a + 1) / a
    small = [multiplier <= kappa + beta, BEYOND, 3 * (kappa + beta) * slope < drive]
    rest = drive + a * (multiplier - beta) - 3 * multiplier * slope * share
    capped = Min(jump, a)
    threshold = capped * (2 * jump - capped) / (2 * a)
    d.step(
        "For small λ every nonzero entry is on its upper branch",
        3 * (kappa + beta) * at_zero / kappa,
        "where |w*_i| exceeds this; y_i = κ|w*_i|, q = ρ(a+1)/a, ρ = λ/β, N ≤ κ + β (R3). Not on the lower one, as "
        "Nt ≤ Nq < y_i; not on the middle one, where the form does not rise in U (R4.tl1)",
        vanishes("t, in j = √(2ρ(a+1))", penalty("tl1").threshold - threshold.subs(jump, sqrt(2 * ratio * (a + 1)))),
        vanishes("q, in j", at_zero - (jump**2 / (2 * a)).subs(jump, sqrt(2 * ratio * (a + 1)))),
        follows("t ≤ q", jump**2 / (2 * a) >= threshold),
        follows("y_i > Nq", drive > multiplier * slope, small),
        vanishes(
            "(a+U) times the form's slope − [form + a(N − β) − 3Nq a²/(a+U)²]",
            (a + kept_level) * diff(UPPER, kept_level)
            - rest.subs({drive: UPPER, slope: at_zero, share: (a / (a + kept_level)) ** 2}),
        ),
        follows("so it rises at U", rest > 0, *small, share <= 1),
    )
