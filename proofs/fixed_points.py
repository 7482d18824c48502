"""Chapter R, continued: fixed points on the sphere (R3), and without it (R10)."""

from __future__ import annotations

from sympy import Abs, And, Eq, Expr, Integer, Ne, Piecewise, Symbol, cos, expand, simplify, sin, solve, sqrt, symbols

from proofs.engine.claim import Kind, claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation, holds, inner, vanishes
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import All, Either, If, Iff, Is, Part, Term, eq, ge, gt, le
from proofs.engine.smt import follows
from proofs.potentials import coarse_gradients
from proofs.splitting import ENTRY, NORM_Z, PLANE, U_VECTOR, X, descent_step, minimizer_shrinks
from proofs.symbols import a, alpha, beta, e, eta, kappa, lam, multiplier, r, ratio, step, theta, w_hat, w_star

_ACROSS, _OVERLAP = Symbol("P_u", nonnegative=True), Symbol("u_w", real=True)
"""‖Pū‖ and ⟨ū, w̄⟩."""

RIGHT = kappa * w_star + beta * U_VECTOR
"""R3: N w̄."""

SINE = beta * _ACROSS / kappa
"""R3: sin θ̄."""

LEVEL = kappa * cos(theta) + beta * _OVERLAP
"""R3: N."""

RESTS = sqrt(2 * lam / beta)
"""R10: what every nonzero |w_i| must reach, for l0."""

_NAMES = {U_VECTOR: r"\bar u", _ACROSS: r"\|P\bar u\|", _OVERLAP: r"\langle\bar u,\bar w\rangle", theta: r"\bar\theta"}

_LIMIT = Term(r"\bar w")


@claim(
    id="R3",
    title="Fixed points of the step, and their tangential balance",
    source="[here]",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        Iff(
            eq(Term("w^+"), _LIMIT),
            All(eq(multiplier * _LIMIT, Part("right side")), gt(1 + step * multiplier, 0), Is("a minimizer", U_VECTOR)),
        ),
        eq(multiplier, Part("multiplier")),
        eq(sin(theta), Part("sine")),
        eq(Part("sine"), Term(r"\tfrac\beta\kappa\|\bar u\|\sin\angle(\bar u,\bar w)")),
        le(Term(r"\tfrac\beta\kappa\|\bar u\|\sin\angle(\bar u,\bar w)"), Term(r"\tfrac\beta\kappa\|\bar w-\bar u\|")),
    ),
    definition=Splitting("fixed-points"),
    parts={"right side": RIGHT, "multiplier": LEVEL, "sine": SINE},
    names=_NAMES,
    setting="‖w̄‖ = 1, τ > 0, P the projector off w̄; κ > 0 in the balance; at ū = 0 read ‖ū‖ sin ∠ as 0",
)
def R3(d: Derivation) -> None:
    d.begin("w̄ = z/‖z‖, z = w̄ + τ(κw* + βū), ū ∈ S(w̄)")
    pull = kappa * w_star + beta * U_VECTOR
    length = 1 + step * multiplier
    from_fixed = {U_VECTOR: (multiplier * w_hat - kappa * w_star) / beta}
    d.step(
        "N = (‖z‖ − 1)/τ, and back",
        multiplier,
        "if z = ‖z‖w̄ then κw* + βū = N w̄ with 1 + τN = ‖z‖ > 0; if κw* + βū = N w̄ then z = (1 + τN)w̄, "
        "whose direction is w̄ exactly when 1 + τN > 0",
        vanishes("(‖z‖w̄ − w̄)/τ − N w̄", (NORM_Z * w_hat - w_hat) / step - ((NORM_Z - 1) / step) * w_hat),
        vanishes("1 + τN − ‖z‖", length.subs(multiplier, (NORM_Z - 1) / step) - NORM_Z),
        vanishes("z − (1 + τN)w̄", (w_hat + step * pull).subs(from_fixed) - length * w_hat),
        follows("for N ≥ 0 every τ will do", length > 0, multiplier >= 0),
    )
    shrink = 1 - eta * (alpha + beta)
    whole = descent_step() / shrink
    d.hold(
        "right side",
        RIGHT,
        expand(simplify((whole - w_hat) * shrink / eta)),
        "(‖z‖ − 1)w̄/τ where z = w̄ − ηG − ηβ(w̄ − ū) over 1 − η(α+β), τ = η/(1 − η(α+β)), is along w̄",
    )
    u_bar = from_fixed[U_VECTOR]
    along, square = inner(u_bar, w_hat, PLANE), inner(u_bar, u_bar, PLANE)
    off = u_bar - along * w_hat
    size, left = symbols("P_u kappa_sin", nonnegative=True)
    gap, radial = Symbol("gap", nonnegative=True), Symbol("radial", real=True)
    d.step(
        "Tangential balance",
        kappa * sin(theta),
        "ū = (N w̄ − κw*)/β; both sides are ≥ 0 and have equal squares; ‖ū‖² sin²∠ = ‖ū‖² − ⟨ū, w̄⟩²",
        vanishes("Pū + (κ/β) sin θ̄ e", off + kappa / beta * sin(theta) * e),
        vanishes("‖ū‖² sin²∠ − ‖Pū‖²", square - along**2 - inner(off, off, PLANE)),
        vanishes("(κ sin θ̄)² − β²‖Pū‖²", (kappa * sin(theta)) ** 2 - beta**2 * inner(off, off, PLANE)),
        follows("so the sides are equal", Eq(left, beta * size), Eq(left**2, beta**2 * size**2)),
        vanishes(
            "‖w̄ − ū‖² − ‖Pū‖² − ⟨w̄ − ū, w̄⟩²",
            inner(w_hat - u_bar, w_hat - u_bar, PLANE)
            - inner(off, off, PLANE)
            - inner(w_hat - u_bar, w_hat, PLANE) ** 2,
        ),
        follows("‖Pū‖ ≤ ‖w̄ − ū‖", size <= gap, Eq(gap**2, size**2 + radial**2)),
    )
    ratio_of_squares = simplify(sin(theta) ** 2 / inner(off, off, PLANE))
    d.hold("sine", SINE, sqrt(ratio_of_squares) * _ACROSS, "sin²θ̄/‖Pū‖² is constant, and both are ≥ 0")
    fixed_multiplier(d, u_bar)
    d.conclude_argument("the fixed points are where κw* + βū is a multiple N > −1/τ of w̄")


def fixed_multiplier(d: Derivation, u_bar: Expr) -> None:
    """N = κ cos θ̄ + β⟨ū, w̄⟩, between −κ and κ + β."""
    cosine, overlap = Symbol("c", real=True), _OVERLAP
    gram = {**PLANE, (U_VECTOR, w_hat): overlap}
    d.hold("multiplier", LEVEL, inner(kappa * w_star + beta * U_VECTOR, w_hat, gram), "the component of N w̄ along w̄")
    d.step(
        "Its range",
        kappa * cos(theta) + beta * overlap,
        "the component along w̄; 0 ≤ ⟨ū, w̄⟩ ≤ 1 as each ū_i lies between 0 and w̄_i (p(|u|) nondecreasing)",
        vanishes("N − its form", multiplier - kappa * cos(theta) - beta * inner(u_bar, w_hat, PLANE)),
        *minimizer_shrinks(),
        follows(
            "0 ≤ u x ≤ x² in each entry", And(ENTRY * X >= 0, ENTRY * X <= X**2), ENTRY * X >= 0, Abs(ENTRY) <= Abs(X)
        ),
        follows(
            "−κ ≤ N ≤ κ + β",
            And(multiplier >= -kappa, multiplier <= kappa + beta),
            Eq(multiplier, kappa * cosine + beta * overlap),
            cosine >= -1,
            cosine <= 1,
            overlap >= 0,
            overlap <= 1,
        ),
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
