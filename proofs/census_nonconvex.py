"""Chapter R, continued: the census of stable limits for l0 and transformed l1 (R7.l0, R7.tl1)."""

from __future__ import annotations

from sympy import And, Eq, Expr, Implies, Ne, Poly, Symbol, cancel, diff, expand, oo, solve, sqrt, symbols

from proofs.census import (
    ACROSS_SQUARED,
    SOME_TANGENT,
    SPIKE_SIZE,
    across,
    larger_root,
    no_active_entry,
    stable_supports,
    unstable_supports,
)
from proofs.engine.claim import Kind, claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation, holds, positive_terms, vanishes
from proofs.engine.sentence import All, Either, If, Iff, Is, Part, Root, Term, eq, gt, le, lt
from proofs.engine.smt import follows
from proofs.limits import ENTRY, PULL, balance, unthresholded
from proofs.limits_nonconvex import JUMP, branch
from proofs.penalty_forms import penalty
from proofs.symbols import a, beta, kappa, kept_level, lam, multiplier, ratio, spike_sign, star_entry, star_size, w_star

SPIKE_L0 = ACROSS_SQUARED / multiplier**2 + kappa**2 * star_entry**2 / (beta - multiplier) ** 2
"""‖w̄‖² of a spike for l0."""

ENTRY_L0 = kappa * star_entry / (multiplier - beta)
"""w̄_j of a spike for l0."""

SPIKE_LEVEL = (spike_sign * kappa * star_entry + beta * kept_level) / SPIKE_SIZE
"""N of a limit with one active entry, for transformed l1."""


@claim(
    id="R7.l0",
    title="All stable limits for l0",
    source="[here]",
    kind=Kind.EQUIVALENCE,
    sentence=Iff(
        Is("stable", Term(r"\bar w")),
        Either(
            gt(multiplier, beta),
            All(eq(Term(r"\bar w"), w_star), eq(multiplier, kappa), lt(Term(r"\|w^*\|_\infty"), Part("threshold"))),
            All(
                eq(Term(r"\bar w_j"), Part("spike")),
                gt(Term(r"|\bar w_j|"), Part("threshold")),
                lt(kappa * Term(r"\max_{i\ne j}|w^*_i|"), multiplier * Part("threshold")),
                Root("the larger", multiplier, eq(1, Part("multiplier equation")), (0, beta)),
            ),
        ),
    ),
    definition=Splitting("census", "l0"),
    parts={"multiplier equation": SPIKE_L0, "spike": ENTRY_L0, "threshold": JUMP},
    names={Part("threshold"): "T"},
    hypotheses=(SOME_TANGENT,),
    setting="no |w̄_i| = T; w̄_j has the sign of −w*_j. If w*_j = 0: N = β > κ, w̄_j = ±√(1 − κ²/β²), "
    "|w̄_j| > T. If w* = ±e_j: w̄ = −w*, N = β − κ > 0. Two or more active entries with w* = 0 at N = β are neutral",
)
def R7_l0(d: Derivation) -> None:
    d.cite("P2", "R3", "R4.l0")
    d.begin((multiplier - beta) * ENTRY - kappa * star_entry, "0 = N w̄_j − βS(w̄_j) − κw*_j, S(w̄_j) = w̄_j")
    d.apply("Solve for w̄_j", lambda equation: solve(equation, ENTRY)[0])
    d.hold("spike", ENTRY_L0)
    rest = (unthresholded() / (kappa * star_size)) ** 2 * ACROSS_SQUARED
    d.apply("‖w̄‖², the other entries being κw*_i/N", lambda entry: rest + entry**2, "", across(ACROSS_SQUARED))
    d.hold("multiplier equation", SPIKE_L0)
    d.hold("threshold", JUMP, penalty("l0").threshold.subs(ratio, lam / beta), "of S (P2), at ρ = λ/β")
    stable_supports(d)
    jump = sqrt(2 * ratio)
    spiked = [multiplier > 0, multiplier < beta]
    moved = Eq((multiplier - beta) * ENTRY, PULL)
    d.step(
        "A spike solves the fixed-point equation exactly when it is consistent",
        "w̄_j = −κw*_j/(β − N) with |w̄_j| > T; w̄_i = κw*_i/N with |w̄_i| < T",
        "0 < N < β",
        follows("active ⟸", balance("P2", ENTRY), *spiked, jump**2 < ENTRY**2, moved),
        follows("active ⟹", moved, *spiked, jump**2 < ENTRY**2, balance("P2", ENTRY)),
        follows("inactive ⟸", balance("P2", ENTRY), *spiked, jump**2 > ENTRY**2, Eq(multiplier * ENTRY, PULL)),
        follows("inactive ⟹", Eq(multiplier * ENTRY, PULL), *spiked, jump**2 > ENTRY**2, balance("P2", ENTRY)),
        follows("opposite to w*_j", ENTRY * PULL < 0, *spiked, moved, Ne(PULL, 0)),
    )
    larger_root(d, SPIKE_L0, kappa * star_entry)
    _l0_edges(d)
    d.conclude_argument(
        "unlike for l1, a spike can sit at −w* when w* has one entry only, and supports compete at N > β"
    )


def _l0_edges(d: Derivation) -> None:
    size, first, second = symbols("w_j x_i x_j", real=True)
    d.step(
        "Edges",
        "w*_j = 0: N = β, w̄_j = ±√(1 − κ²/β²); w* = ±e_j: w̄ = −w*, N = β − κ",
        "N = β with w*_j ≠ 0 is impossible; with w*_j = 0 D_j = 0 and w̄_j ≠ 0: stable (R7.stability)",
        follows("w*_j = 0 ⟹ N = β", Eq(multiplier, beta), Eq((multiplier - beta) * size, 0), Ne(size, 0)),
        follows("N = β ⟹ w*_j = 0", Eq(PULL, 0), Eq((multiplier - beta) * size, PULL), Eq(multiplier, beta)),
        vanishes("‖w̄‖² − 1 for w*_j = 0", kappa**2 / beta**2 + sqrt(1 - kappa**2 / beta**2) ** 2 - 1),
        follows("it needs β > κ", beta > kappa, Eq(kappa**2 / beta**2 + size**2, 1), Ne(size, 0)),
        vanishes("‖w̄‖² − 1 for w* = ±e_j", (SPIKE_L0 - 1).subs({star_entry**2: 1, multiplier: beta - kappa})),
        vanishes(
            "w̄_j + w*_j there", (kappa * star_entry / (multiplier - beta)).subs(multiplier, beta - kappa) + star_entry
        ),
        vanishes(
            "two active entries with w* = 0 at N = β: Σ D x² on them",
            ((multiplier - beta) * (first**2 + second**2)).subs(multiplier, beta),
        ),
    )


def _octic() -> Expr:
    """The polynomial in U whose roots are the fixed points with one active entry, for transformed l1."""
    lifted = kept_level * (a + kept_level) ** 2 + ratio * a * (a + 1)
    drive = spike_sign * kappa * star_entry + beta * kept_level
    return lifted**2 * (ACROSS_SQUARED + drive**2) - drive**2 * (a + kept_level) ** 4


@claim(
    id="R7.tl1",
    title="Stable limits for transformed l1: at most one entry off its upper branch; the spikes as roots of degree 8",
    source="[here]",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        If(Is("stable", Term(r"\bar w")), le(Term(r"\#\{j\in J:D_j\le0\}"), 1)),
        If(
            eq(Term(r"J"), Term(r"\{j\}")),
            Iff(
                Is("stable", Term(r"\bar w")),
                All(
                    gt(multiplier, 0),
                    Root("a rising", kept_level, eq(Part("multiplier equation"), 0), (Term("u_t"), oo)),
                ),
            ),
        ),
        eq(multiplier, Part("multiplier")),
        eq(kept_level, Term(r"|\bar u_j|")),
    ),
    definition=Splitting("census", "tl1"),
    parts={"multiplier equation": _octic(), "multiplier": SPIKE_LEVEL},
    names={SPIKE_SIZE: r"|\bar w_j|"},
    hypotheses=(SOME_TANGENT,),
    setting="no |w̄_i| = t; |w̄_j| = U + ρp'(U), U > u_t (R4.tl1), σ the sign of w̄_j; consistent iff "
    "κ max_{i≠j}|w*_i| < N t. N ≤ β: at most one active entry. No active entry: w̄ = w*, N = κ, for ‖w*‖_∞ < t. More "
    "of them, one with D_j ≤ 0: R7.stability decides",
)
def R7_tl1(d: Derivation) -> None:
    d.cite("R3", "R4.tl1", "R7.stability")
    size, slope = branch(kept_level)
    drive = spike_sign * kappa * star_entry + beta * kept_level
    d.begin(multiplier * SPIKE_SIZE - drive, "0 = σ(N w̄_j − βS(w̄_j) − κw*_j), x_j = σw̄_j, U = |ū_j|")
    d.apply("Solve for N", lambda equation: solve(equation, multiplier)[0])
    d.hold("multiplier", SPIKE_LEVEL)
    d.apply(
        "‖w̄‖² − 1, the other entries being κw*_i/N",
        lambda level: ACROSS_SQUARED / level**2 + SPIKE_SIZE**2 - 1,
        "",
        across(ACROSS_SQUARED),
    )
    d.apply("|w̄_j| = U + ρp'(U)", lambda rest: rest.subs(SPIKE_SIZE, size), "R4.tl1")
    d.apply(
        "Clear the denominators",
        lambda rest: expand(cancel(rest * drive**2 * (a + kept_level) ** 4)),
        "by a factor that is positive, as N > 0 makes σκw*_j + βU positive",
    )
    d.hold("multiplier equation", _octic())
    polynomial = Poly(expand(_octic()), kept_level)
    d.step(
        "Its degree is 8",
        beta**2,
        "the leading coefficient",
        holds("degree", Eq(polynomial.degree(), 8)),
        vanishes("leading coefficient − β²", polynomial.LC() - beta**2),
    )
    _tl1_stability(d, size, slope)
    d.conclude_argument("every stable limit with one active entry, N < β or not, is a real root with U > u_t and N > 0")


def _tl1_stability(d: Derivation, size: Expr, slope: Expr) -> None:
    """S' ≥ 1 on active entries; with one of them, F' = (2/(S'x))(DA²/N³ + x²) for F = ‖w̄‖²."""
    drive = spike_sign * kappa * star_entry + beta * kept_level
    local, rate, stiff = symbols("S_slope N_slope D_j", real=True)
    across = Symbol("A_squared", nonnegative=True)
    stiffness = multiplier - beta * local
    moved = -2 * across / multiplier**3 * rate + 2 * SPIKE_SIZE / local
    total = across / multiplier**3 + SPIKE_SIZE**2 / stiff
    risen = stiff * across / multiplier**3 + SPIKE_SIZE**2
    turned = (beta - multiplier / local) / SPIKE_SIZE
    d.step(
        "Active entries have D_i ≤ N − β, lower ones D_i = N",
        "N ≤ β: at most one active entry, and N > 0; N > β: at most one active entry off its upper branch",
        "S' = 1/(1 + ρp''(U)) ≥ 1; two D_i ≤ 0 are never stable (R7.stability)",
        positive_terms("1 − 1/S'", 1 - 1 / slope),
        follows("D ≤ N − β", multiplier - beta * local <= multiplier - beta, local >= 1),
        *unstable_supports(),
        *no_active_entry(),
    )
    d.step(
        "One active entry, N > 0",
        risen,
        "‖w̄‖² rises in U exactly where this is > 0, that is where D_j ≥ 0, or D_j < 0 and Σ w̄_i²/D_i < 0: the stable "
        "ones (R7.stability; w̄_j ≠ 0, D_i = N > 0 otherwise). The polynomial is a positive multiple of ‖w̄‖² − 1 and "
        "rises there with it",
        vanishes(
            "dN/dU − (β − N/S')/x",
            diff(drive / size, kept_level)
            - turned.subs({multiplier: drive / size, local: slope, SPIKE_SIZE: size}, simultaneous=True),
        ),
        vanishes(
            "d‖w̄‖²/dU − (2/(S'x)) times this",
            moved.subs(rate, turned) - 2 / (local * SPIKE_SIZE) * risen.subs(stiff, stiffness),
        ),
        follows("D_j ≥ 0: it rises", risen > 0, stiff >= 0, multiplier > 0),
        follows(
            "D_j < 0: it rises exactly for Σ w̄_i²/D_i < 0",
            And(Implies(risen > 0, total < 0), Implies(total < 0, risen > 0)),
            stiff < 0,
            multiplier > 0,
        ),
    )
