"""Chapter R, continued: the census of stable limits for l1 (R7.l1): the sparse limit, and spikes.

Stable means that Σ D_i x_i² > 0 on the tangent space at w̄, D_i = N − βS'(w̄_i) (R7.stability). An entry is *active* when
ū_i ≠ 0. A spike has one active entry j and N ≤ β; its other entries are κw*_i/N. Entries exactly at a kink or jump of S
are left out.
"""

from __future__ import annotations

from sympy import And, Eq, Expr, Ge, Ne, Or, Rational, Symbol, diff, limit, simplify, solve, sqrt, symbols

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation, Obligation, holds, positive_terms, vanishes
from proofs.engine.sentence import All, Either, Iff, Is, Part, Root, Term, eq, gt, le, lt
from proofs.engine.smt import follows
from proofs.limits import BEYOND, ENTRY, PULL, R9_BOUND, balance, unthresholded
from proofs.penalty_forms import penalty
from proofs.symbols import (
    beta,
    kappa,
    lam,
    multiplier,
    n,
    ratio,
    spike_across,
    spike_along,
    spike_sign,
    star_entry,
    star_size,
    w_star,
)

_CUBE_A, _CUBE_B = Symbol("a_j", positive=True), Symbol("b_j", positive=True)
SPIKE_SIZE = Symbol("x_j", positive=True)
"""|w̄_j| of a spike."""
_SECOND, _OTHER = symbols("omega_2 omega_i", nonnegative=True)

ACROSS_SQUARED = kappa**2 * (1 - star_entry**2)
SPIKE_L1 = ACROSS_SQUARED / multiplier**2 + (lam - spike_sign * kappa * star_entry) ** 2 / (beta - multiplier) ** 2
"""‖w̄‖² of a spike for l1."""

SIZE_L1 = (lam - spike_sign * kappa * star_entry) / (beta - multiplier)
"""|w̄_j| of a spike for l1."""

LEVEL_L1 = lam / beta
"""What |w̄_j| of an active entry exceeds, for l1."""

SOME_TANGENT = Ge(n, 2)
"""For n = 1 nothing is tangent, and every fixed point is stable."""


@claim(
    id="R7.astroid",
    title="Least β at which a spike exists",
    source="[here]",
    subject=r"\min\{\beta:\ A_j^2/N^2+B_j^2/(\beta-N)^2\le1\ \text{for some}\ 0<N<\beta\}",
    definition=Splitting("astroid"),
    statement=(spike_across ** Rational(2, 3) + spike_along ** Rational(2, 3)) ** Rational(3, 2),
    setting="A = κ√(1 − w*_j²), B = λ − sκw*_j for a spike at j of sign s; for B = 0 or A = 0 the infimum, A or B",
    code=("spike_threshold",),
)
def R7_astroid(d: Derivation) -> None:
    inside = spike_across**2 / multiplier**2 + spike_along**2 / (beta - multiplier) ** 2
    d.begin(inside, "F(N), to be minimized over 0 < N < β")
    left, right = Symbol("N_+", positive=True), Symbol("M_+", positive=True)
    bent = diff(inside, multiplier, 2).subs(beta, multiplier + right).subs(multiplier, left)
    roots = {spike_across: _CUBE_A**3, spike_along: _CUBE_B**3}
    least = beta * _CUBE_A**2 / (_CUBE_A**2 + _CUBE_B**2)
    d.step(
        "F is strictly convex and least at N = βA^{2/3}/(A^{2/3} + B^{2/3})",
        least,
        "A = a³, B = b³",
        positive_terms("F'' at N > 0, β − N > 0", bent),
        vanishes("F' there", diff(inside, multiplier).subs(roots).subs(multiplier, least)),
        positive_terms("N", least),
        positive_terms("β − N", simplify(beta - least)),
    )
    value = (_CUBE_A**2 + _CUBE_B**2) ** 3 / beta**2
    d.step(
        "Its least value", value, "", vanishes("F there − value", inside.subs(roots).subs(multiplier, least) - value)
    )
    (threshold,) = solve(value - 1, beta)
    d.step(
        "At most 1 exactly when β reaches the root",
        threshold,
        "the value falls with β; beyond the root, F = 1 once on each side of the minimum, as F → ∞ at both ends",
        vanishes("value − 1 at the root", simplify(value.subs(beta, threshold)) - 1),
        positive_terms("minus its slope in β", -diff(value, beta)),
        vanishes("A²/N² N² − A² at N → 0", limit(inside * multiplier**2, multiplier, 0) - spike_across**2),
        vanishes("B² at N → β", limit(inside * (beta - multiplier) ** 2, multiplier, beta) - spike_along**2),
    )
    back = {_CUBE_A: spike_across ** Rational(1, 3), _CUBE_B: spike_along ** Rational(1, 3)}
    d.apply("In A and B", lambda root: root.subs(back), "", vanishes("a³ − A", (_CUBE_A**3).subs(back) - spike_across))
    d.conclude(R7_astroid.statement)


def across(square: Expr) -> list[Obligation]:
    """`square` is A_j² = Σ_{i≠j} (κw*_i)², as ‖w*‖ = 1."""
    rest = Symbol("rest", nonnegative=True)
    return [follows("Σ_{i≠j} κ²w*_i² = A²", Eq(kappa**2 * rest, square), Eq(rest + star_entry**2, 1))]


def unstable_supports() -> list[Obligation]:
    """Tangent vectors x = w_j e_i − w_i e_j with Σ D x² ≤ 0; D = N on inactive entries, ≤ N − β on active."""
    first, second, stiff, other = symbols("w_i w_j D_i D_j", real=True)
    form = stiff * second**2 + other * first**2
    below = [stiff <= multiplier - beta, other <= multiplier - beta]
    return [
        vanishes("x ⟂ w̄", second * first - first * second),
        follows("two active, N < β: < 0", form < 0, *below, multiplier < beta, Ne(first, 0)),
        follows("two active, N = β: ≤ 0", form <= 0, *below, Eq(multiplier, beta)),
        follows(
            "one active, N ≤ 0: ≤ 0", form <= 0, Eq(stiff, multiplier), other <= multiplier - beta, multiplier <= 0
        ),
    ]


def no_active_entry() -> list[Obligation]:
    """With ū = 0 only w̄ = w*, N = κ is stable: there every D_i is N."""
    strength = Symbol("N_none", real=True)
    return [
        follows(
            "no active entry, N w̄ = κw*: N = ±κ",
            Or(Eq(strength, kappa), Eq(strength, -kappa)),
            Eq(strength**2, kappa**2),
        ),
        follows("and only N = κ has D_i = N > 0", Eq(strength, kappa), Eq(strength**2, kappa**2), strength > 0),
    ]


def stable_supports(d: Derivation) -> None:
    """Which active sets can be stable when S' ∈ {0, 1}: l1 and l0."""
    d.step(
        "Which active sets can be stable",
        "N > β: any; no active entry: w̄ = w*, N = κ; N ≤ β: exactly one active entry, and N > 0",
        "D_i = N − β on active entries, N on the others; x = w_j e_i − w_i e_j has Σ D x² = D_i w_j² + D_j w_i²",
        *unstable_supports(),
        follows("N > β: all D_i > 0", And(multiplier > 0, multiplier - beta > 0), BEYOND),
        *no_active_entry(),
    )


def _least_at(threshold: Expr) -> Expr:
    """The least value (A^{2/3} + B^{2/3})³/β² of F at β = `threshold`, in cube roots."""
    roots = {spike_across: _CUBE_A**3, spike_along: _CUBE_B**3}
    return (_CUBE_A**2 + _CUBE_B**2) ** 3 / threshold.subs(roots) ** 2


def larger_root(d: Derivation, square: Expr, along: Expr) -> None:
    """Σ w̄_i²/D_i = −F'(N)/2, F = ‖w̄(N)‖²; F is convex, so F' > 0 at the larger root."""
    d.cite("R7.stability", "R7.astroid")
    total = ACROSS_SQUARED / multiplier**3 + (along / (beta - multiplier)) ** 2 / (multiplier - beta)
    least = get("R7.astroid").formula.subs({spike_across: sqrt(ACROSS_SQUARED), spike_along: sqrt(along**2)})
    names = {spike_across: sqrt(ACROSS_SQUARED), spike_along: sqrt(along**2)}
    inside = spike_across**2 / multiplier**2 + spike_along**2 / (beta - multiplier) ** 2
    d.step(
        "0 < N < β: stable exactly at the larger root",
        least,
        "D_j = N − β < 0, the others are N > 0: stable iff Σ w̄_i²/D_i < 0 (R7.stability), where the square "
        "rises; it is convex, and has two roots iff β exceeds this (R7.astroid)",
        vanishes("Σ w̄_i²/D_i + ½ dF/dN", total + diff(square, multiplier) / 2),
        vanishes("at that β the least value of F is 1", simplify(_least_at(get("R7.astroid").formula)) - 1),
        vanishes("F is R7.astroid's", simplify(square - inside.subs(names))),
    )


@claim(
    id="R7.l1",
    title="All stable limits for l1",
    source="[here]",
    kind=Kind.EQUIVALENCE,
    sentence=Iff(
        Is("stable", Term(r"\bar w")),
        Either(
            gt(multiplier, beta),
            All(eq(Term(r"\bar w"), w_star), eq(multiplier, kappa), lt(beta * Term(r"\|w^*\|_\infty"), lam)),
            All(
                eq(Term(r"|\bar w_j|"), Part("spike")),
                gt(Part("spike"), Part("active threshold")),
                le(Term(r"\max_{i\ne j}|w^*_i|"), Part("inactive threshold")),
                Root("the larger", multiplier, eq(1, Part("multiplier equation")), (0, beta)),
            ),
        ),
    ),
    definition=Splitting("census", "l1"),
    parts={
        "multiplier equation": SPIKE_L1,
        "spike": SIZE_L1,
        "active threshold": LEVEL_L1,
        "inactive threshold": R9_BOUND,
    },
    hypotheses=(SOME_TANGENT,),
    setting="no |w̄_i| = λ/β; B_j = λ − σκw*_j > 0. If B_j = 0: N = β > A_j, |w̄_j| = √(1 − A_j²/β²) > λ/β. "
    "If w* = ±e_j: N = β − B_j > 0. A spike needs λ > κ·(second largest |w*_i|); at N = β, ≥",
)
def R7_l1(d: Derivation) -> None:
    d.cite("P1", "R3", "R4.l1")
    d.begin(
        (multiplier - beta) * SPIKE_SIZE + lam - spike_sign * kappa * star_entry,
        "0 = σ(N w̄_j − βS(w̄_j) − κw*_j), x_j = σw̄_j > λ/β",
    )
    d.apply("Solve for x_j", lambda equation: solve(equation, SPIKE_SIZE)[0])
    d.hold("spike", SIZE_L1)
    rest = (unthresholded() / (kappa * star_size)) ** 2 * ACROSS_SQUARED
    d.apply("‖w̄‖², the other entries being κw*_i/N", lambda size: rest + size**2, "", across(ACROSS_SQUARED))
    d.hold("multiplier equation", SPIKE_L1)
    level = penalty("l1").threshold
    d.hold("active threshold", LEVEL_L1, level.subs(ratio, lam / beta), "of S (P1), at ρ = λ/β")
    edge = solve(unthresholded() - level, star_size)[0].subs(ratio, lam / beta)
    d.hold("inactive threshold", R9_BOUND, edge, "of |w*_i|: where κ|w*_i|/N reaches it")
    along = lam - spike_sign * kappa * star_entry
    stable_supports(d)
    d.step(
        "A spike solves the fixed-point equation exactly when it is consistent",
        "w̄_j = σB/(β − N) with |w̄_j| > λ/β; w̄_i = κw*_i/N with |w̄_i| ≤ λ/β",
        "0 < N < β; then B > 0",
        *_l1_spike_entries(),
        follows("B > 0", along > 0, Eq((beta - multiplier) * SPIKE_SIZE, along), multiplier < beta),
    )
    larger_root(d, SPIKE_L1, along)
    _l1_edges(d, along)
    _l1_corollary(d)
    d.conclude_argument("for λ < κ·(second largest |w*_i|) R4.l1's limit is the only stable one, for every β > 0")


def _l1_spike_entries() -> list[Obligation]:
    spiked = [multiplier > 0, multiplier < beta]
    up, down = (beta - multiplier) * ENTRY, beta * ratio
    return [
        follows("active, σ = 1 ⟸", balance("P1", ENTRY), *spiked, ratio < ENTRY, Eq(up, down - PULL)),
        follows("active, σ = 1 ⟹", Eq(up, down - PULL), *spiked, ratio < ENTRY, balance("P1", ENTRY)),
        follows("active, σ = −1 ⟸", balance("P1", ENTRY), *spiked, -ratio > ENTRY, Eq(-up, down + PULL)),
        follows("active, σ = −1 ⟹", Eq(-up, down + PULL), *spiked, -ratio > ENTRY, balance("P1", ENTRY)),
        follows(
            "inactive ⟸", balance("P1", ENTRY), *spiked, ratio >= ENTRY, -ratio <= ENTRY, Eq(multiplier * ENTRY, PULL)
        ),
        follows(
            "inactive ⟹", Eq(multiplier * ENTRY, PULL), *spiked, ratio >= ENTRY, -ratio <= ENTRY, balance("P1", ENTRY)
        ),
    ]


def _l1_edges(d: Derivation, along: Expr) -> None:
    at_beta = ACROSS_SQUARED / beta**2 + SPIKE_SIZE**2
    axis = {star_entry**2: 1, multiplier: beta - along}
    d.step(
        "Edges",
        "N = β: B = 0, x_j = √(1 − A²/β²); w* = ±e_j: N = β − B; λ = 0: only w*",
        "at N = β D_j = 0 with w̄_j ≠ 0 and the other D_i = β > 0: stable; w* = ±e_j leaves w̄ = σe_j, A = 0",
        follows("N = β ⟺ B = 0", Eq(along, 0), Eq((beta - multiplier) * SPIKE_SIZE, along), Eq(multiplier, beta)),
        follows("and back", Eq(multiplier, beta), Eq((beta - multiplier) * SPIKE_SIZE, along), Eq(along, 0)),
        vanishes("‖w̄‖² − 1 at N = β", at_beta.subs(SPIKE_SIZE, sqrt(1 - ACROSS_SQUARED / beta**2)) - 1),
        vanishes("‖w̄‖² − 1 for w* = ±e_j", (SPIKE_L1 - 1).subs(axis)),
        follows("there Σ w̄_i²/D_i = 1/(N − β) < 0", 1 / (multiplier - beta) < 0, multiplier < beta),
        vanishes(
            "λ = 0, w̄ = −w*: N = β − κ", (beta - kappa) * (-star_entry) - kappa * star_entry - beta * (-star_entry)
        ),
        holds("and every D_i = N − β = −κ < 0", simplify(beta - kappa - beta) < 0),
    )


def _l1_corollary(d: Derivation) -> None:
    """λ below κ times the second largest |w*_i|: no spike. `omega_2` is the latter, ω_1 = ‖w*‖_∞."""
    largest = Symbol("omega_1", positive=True)
    others = [_SECOND <= _OTHER, kappa * _OTHER <= multiplier * lam / beta]
    d.step(
        "A spike needs λ > κω₂",
        "ω₂ the second largest |w*_i|; so for λ < κω₂ only R4.l1's limit is stable",
        "some i ≠ j has |w*_i| ≥ ω₂; it is inactive. N = κ ≤ β with no active entry is out as well: λ < κ‖w*‖_∞",
        follows("N < β", lam > kappa * _SECOND, *others, multiplier > 0, multiplier < beta),
        follows("N = β: λ ≥ κω₂", lam >= kappa * _SECOND, *others, Eq(multiplier, beta)),
        follows(
            "λ < κω₂ ≤ κ‖w*‖_∞, so the limit of R4.l1 exists",
            lam < kappa * largest,
            lam < kappa * _SECOND,
            largest >= _SECOND,
        ),
        follows("and w̄ = w* with N = κ means N > β", kappa > beta, lam < kappa * largest, beta * largest <= lam),
    )
    half = sqrt(Rational(1, 2))
    flat = multiplier * ENTRY - beta * (ENTRY - lam / beta) - kappa * half
    d.step(
        "λ = κω₂ is not enough at a tie: w* = (1, 1)/√2, λ = κ/√2, β > κ",
        "N = β: every unit vector with both entries > λ/β is a fixed point, and no N > β is one",
        "a continuum of neutral limits: equality will not do where ω₂ = ‖w*‖_∞",
        vanishes("the entry equation at N = β", flat.subs({multiplier: beta, lam: kappa * half})),
        follows("both entries can be > λ/β", half > kappa * half / beta, kappa < beta),
        follows("N > β has no active entry, hence N = κ < β", kappa * half <= multiplier * kappa * half / beta, BEYOND),
    )
