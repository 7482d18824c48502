"""Chapter R, continued: the limit for l1 as a sparsifying map of w* (R4.l1) and its support (R9).

A fixed point satisfies ``N w̄ = κw* + βS(w̄)`` (R3), which couples its entries through the multiplier N alone. Each
entry is therefore solved for at given N first, and N is then found from ‖w̄‖ = 1.

=============  ===================================================================
symbol         stands for
=============  ===================================================================
``w_i, y_i``   one entry of w̄ and of κw*
=============  ===================================================================
"""

from __future__ import annotations

from sympy import Abs, And, Eq, Equivalent, Expr, Integer, Ne, Or, Symbol, limit, oo, simplify, solve, symbols
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation, Obligation, vanishes
from proofs.engine.graph import Graph
from proofs.engine.rules import total
from proofs.engine.sentence import All, Either, Exists, If, Iff, Part, Root, Term, eq, gt, le, lt, ne
from proofs.engine.smt import follows
from proofs.penalty_forms import penalty
from proofs.splitting import ENTRY as OUTPUT
from proofs.splitting import ENTRY_SIZE, TARGET, X
from proofs.symbols import beta, kappa, lam, multiplier, ratio, star_size, w_star, x_in

ENTRY, PULL = symbols("w_i y_i", real=True)

_OTHER, _LATER = symbols("w_i_2 N_2", real=True)
LARGEST = Symbol("omega_max", positive=True)
"""‖w*‖_∞."""

BEYOND = multiplier > beta
FROM_BETA = multiplier >= beta

ACTIVE = (kappa * star_size - lam) / (multiplier - beta)
"""R4.l1: |w̄_i| where ū_i ≠ 0."""

INACTIVE = kappa * star_size / multiplier
"""R4: |w̄_i| where ū_i = 0, whatever the penalty."""

EXISTS = kappa * LARGEST
"""R4.l1: what λ must be below, for β ≥ κ."""

R9_BOUND = multiplier * lam / (kappa * beta)
"""Nλ/(κβ): the size of |w*_i| beyond which ū_i ≠ 0, for l1."""


def unthresholded() -> Expr:
    """|w̄_i| from N w̄_i = κw*_i + βū_i (R3) at ū_i = 0."""
    return solve(multiplier * ENTRY - kappa * star_size, ENTRY)[0]


def proximal(claim_id: str, at: Expr) -> Expr:
    """S of a proximal claim (P1, P2) at an expression, ρ standing for λ/β."""
    return get(claim_id).formula.subs(x_in, at)


def balance(claim_id: str, at: Expr, n_: Expr = multiplier, pull: Expr = PULL) -> Boolean:
    """N w_i = y_i + βS(w_i), the entry equation of R3."""
    return Eq(n_ * at - beta * proximal(claim_id, at), pull)


def keeps_sign(claim_id: str) -> list[Obligation]:
    """For N > β an entry keeps the sign of w*_i, and (N − β)|w_i| ≤ |y_i| ≤ N|w_i|."""
    given = [balance(claim_id, ENTRY), BEYOND]
    return [
        follows("y_i w_i ≥ 0", PULL * ENTRY >= 0, given),
        follows("|y_i| ≤ N|w_i|", Abs(PULL) <= multiplier * Abs(ENTRY), given),
        follows("(N − β)|w_i| ≤ |y_i|", (multiplier - beta) * Abs(ENTRY) <= Abs(PULL), given),
    ]


@claim(
    id="R4.l1",
    title="The limit for l1: a soft threshold of w*, rescaled to the sphere",
    source="[here]; the transformation of w* that [DX] announces",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        If(le(star_size, Part("active threshold")), eq(ENTRY_SIZE, Part("inactive entry"))),
        If(gt(star_size, Part("active threshold")), eq(ENTRY_SIZE, Part("active entry"))),
        Root("the only", multiplier, eq(Term(r"\|\bar w(N)\|"), 1), (beta, oo)),
        Iff(
            Exists(multiplier, All(gt(multiplier, beta), eq(Term(r"\|\bar w(N)\|"), 1))),
            Either(lt(lam, Part("existence")), lt(beta, kappa)),
        ),
        Iff(All(eq(Term(r"\bar w"), w_star), eq(multiplier, kappa)), le(beta * LARGEST, lam)),
    ),
    definition=Splitting("limit", "l1"),
    parts={"inactive entry": INACTIVE, "active entry": ACTIVE, "active threshold": R9_BOUND, "existence": EXISTS},
    names={LARGEST: r"\|w^*\|_\infty"},
    hypotheses=(BEYOND,),
    setting="‖w*‖ = 1; w̄_i has the sign of w*_i; at w̄ = w* N = κ, which need not exceed β. There is a limit of either "
    "kind exactly for λ < κ‖w*‖_∞ or "
    "β‖w*‖_∞ ≤ λ",
)
def R4_l1(d: Derivation) -> None:
    d.cite("R3", "P1")
    active = multiplier * ENTRY - beta * (ENTRY - lam / beta) - kappa * star_size
    d.begin(active, "N w_i − βS(w_i) − κ|w*_i| for w*_i > 0, S(w_i) = w_i − λ/β; it must vanish")
    d.step(
        "Which entries are active", "|y_i| > Nρ, y_i = κw*_i, ρ = λ/β", "the equation, solved both ways", _l1_entries()
    )
    d.apply("Solve for w_i", lambda equation: solve(equation, ENTRY)[0])
    d.hold("active entry", ACTIVE)
    d.hold("inactive entry", INACTIVE, unthresholded(), "N w_i = κ|w*_i|")
    edge = solve(unthresholded() - penalty("l1").threshold, star_size)[0].subs(ratio, lam / beta)
    d.hold("active threshold", R9_BOUND, edge, "of |w*_i|: where an inactive entry reaches the threshold of S (P1)")
    d.step("N is unique", "‖w̄(N)‖ falls strictly, from N = β on", "S is 1-Lipschitz", _l1_monotone())
    _l1_ends(d)
    _l1_existence(d)
    d.step(
        "κ ≤ N ≤ κ + β",
        "N²‖w̄‖² ≥ κ²‖w*‖² ≥ (N − β)²‖w̄‖²",
        "entry by entry, then summed; ‖w̄‖ = ‖w*‖ = 1",
        *keeps_sign("P1"),
        follows("N ≥ κ", multiplier >= kappa, BEYOND, multiplier**2 >= kappa**2),
        follows("N ≤ κ + β", multiplier <= kappa + beta, BEYOND, (multiplier - beta) ** 2 <= kappa**2),
    )
    d.cite("R1.global")
    here, there, apart = Symbol("H_bar", real=True), Symbol("H", real=True), Symbol("distance", positive=True)
    least = (multiplier - beta) / 2 * apart**2
    d.step(
        "It is the only global maximizer of H on the sphere",
        least,
        "R1.global: H(w̄) − H(w) is at least this, the distance being ‖w − w̄‖ > 0",
        follows("H(w̄) > H(w)", here > there, here - there >= least, BEYOND),
    )
    d.conclude_argument("w* with its small entries shrunk by κ/N and its large ones by a soft threshold")


def _l1_entries() -> list[Obligation]:
    solved = Or(
        And(Abs(PULL) <= multiplier * ratio, Eq(multiplier * ENTRY, PULL)),
        And(
            Abs(PULL) > multiplier * ratio,
            Eq((multiplier - beta) * Abs(ENTRY), Abs(PULL) - beta * ratio),
            PULL * ENTRY > 0,
        ),
    )
    return [
        follows("the equation ⟹ one of the two forms", solved, balance("P1", ENTRY), BEYOND),
        follows("either form ⟹ the equation", balance("P1", ENTRY), solved, BEYOND),
        vanishes("threshold of |w*_i|", solve(kappa * star_size - multiplier * lam / beta, star_size)[0] - R9_BOUND),
    ]


def _l1_monotone() -> list[Obligation]:
    here, there = proximal("P1", ENTRY), proximal("P1", _OTHER)
    difference = multiplier * (ENTRY - _OTHER) - beta * (here - there)
    both = [balance("P1", ENTRY), balance("P1", _OTHER, _LATER), BEYOND, multiplier < _LATER]
    return [
        follows("|S(x) − S(x')| ≤ |x − x'|", Abs(here - there) <= Abs(ENTRY - _OTHER)),
        follows(
            "N x − βS(x) increases: each entry has one solution",
            (ENTRY - _OTHER) * difference >= (multiplier - beta) * (ENTRY - _OTHER) ** 2,
            BEYOND,
        ),
        follows("|w_i(N)| falls where w*_i ≠ 0", Abs(_OTHER) < Abs(ENTRY), *both, Ne(PULL, 0)),
        follows("and is 0 where w*_i = 0", Eq(ENTRY, 0), balance("P1", ENTRY), BEYOND, Eq(PULL, 0)),
    ]


def _l1_ends(d: Derivation) -> None:
    """‖w̄(N)‖ is continuous on N > β, tends to 0, and to ∞ at N → β when an entry has κ|w*_i| > λ."""
    active = ACTIVE
    pole = limit(active * (multiplier - beta), multiplier, beta)
    knot = {kappa: multiplier * lam / beta / star_size}
    bound = Symbol("K", positive=True)
    d.step(
        "Its ends",
        "‖w̄(N)‖ is continuous, → 0 as N → ∞, → ∞ as N → β⁺ if λ < κ‖w*‖_∞",
        "so it takes the value 1 there",
        vanishes(
            "the two forms meet at κ|w*_i| = Nλ/β", simplify((active - kappa * star_size / multiplier).subs(knot))
        ),
        vanishes("→ 0", limit(active, multiplier, oo)),
        vanishes("(N − β)|w_i| at N → β", pole - kappa * star_size + lam),
        follows(
            "|w_i| exceeds any bound K near β",
            active > bound,
            BEYOND,
            kappa * star_size > lam,
            (multiplier - beta) * bound < kappa * star_size - lam,
        ),
    )


def _l1_existence(d: Derivation) -> None:
    """The iff of R4.l1, with M = ‖w*‖_∞ standing in `omega_max`."""
    low, high = lam >= kappa * LARGEST, lam < beta * LARGEST
    at_star = Eq(kappa * ENTRY - beta * proximal("P1", ENTRY), kappa * ENTRY)
    d.step(
        "Which of the cases hold",
        "λ < κ‖w*‖_∞, or β‖w*‖_∞ ≤ λ; both only for β < κ, where they are one limit",
        "otherwise every N > β leaves no entry active, which gives N = κ, and then κ < β",
        follows(
            "β‖w*‖_∞ ≤ λ: N = κ and w̄ = w* solve the equation",
            at_star,
            Abs(ENTRY) <= LARGEST,
            beta * LARGEST <= lam,
            Eq(beta * ratio, lam),
        ),
        follows(
            "w̄ = w* with N = κ needs β‖w*‖_∞ ≤ λ",
            beta * LARGEST <= lam,
            Eq(beta * ratio, lam),
            at_star.subs(ENTRY, LARGEST),
        ),
        follows(
            "λ ≥ κ‖w*‖_∞: at N > β no entry is active",
            kappa * star_size <= multiplier * lam / beta,
            low,
            star_size <= LARGEST,
            BEYOND,
        ),
        follows("and then N = κ > β gives β‖w*‖_∞ ≤ λ", beta * LARGEST <= lam, low, kappa > beta),
        follows("both hold: κ > β", kappa > beta, lam < kappa * LARGEST, beta * LARGEST <= lam),
        follows("the rest: neither N = κ > β nor S(w*) = 0", kappa < beta, low, high),
    )
    pole = limit(ACTIVE * (multiplier - beta), multiplier, beta).subs(star_size, LARGEST)
    d.hold("existence", EXISTS, solve(pole, lam)[0], "the λ at which no entry has a pole at N = β, whatever its size")


# R9: the support.


@claim(
    id="R9",
    title="The support of the limit for l1",
    source="[here]",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        Iff(ne(OUTPUT, 0), gt(Abs(TARGET), Part("threshold"))),
        If(gt(Abs(TARGET), lam * (kappa + beta) / (kappa * beta)), ne(OUTPUT, 0)),
        If(ne(OUTPUT, 0), gt(Abs(TARGET), lam / beta)),
    ),
    definition=Splitting("support", "l1"),
    parts={"threshold": R9_BOUND},
    premises={"N > β": gt(multiplier, beta), "an entry of Nw̄": eq(multiplier * X, kappa * TARGET + beta * OUTPUT)},
    names={OUTPUT: r"\bar u_i", TARGET: "w^*_i", X: r"\bar w_i"},
    hypotheses=(BEYOND,),
    setting="the limit of R4.l1, ū_i = S(w̄_i), ‖w̄‖ = ‖w*‖ = 1; so supp ū = supp w* exactly if every nonzero |w*_i| is "
    "beyond the threshold",
)
def R9(d: Derivation) -> None:
    g = Graph(d)
    beyond, entry = g.given("N > β"), g.given("an entry of Nw̄")
    soft = g.cite("P1", {x_in: X, ratio: lam / beta}, value=OUTPUT)
    kept = g.fact("kept", Equivalent(Ne(OUTPUT, 0), Abs(TARGET) > R9_BOUND), entry, soft, beyond)
    size = kappa**2 * TARGET**2
    sizes = g.fact(
        "an entry", And((multiplier - beta) ** 2 * X**2 <= size, size <= multiplier**2 * X**2), entry, soft, beyond
    )
    range_ = g.rule("‖w̄‖ = ‖w*‖ = 1", total, sizes, sums={X**2: Integer(1), TARGET**2: Integer(1)})
    level = g.fact("κ ≤ N ≤ κ + β", And(kappa <= multiplier, multiplier <= kappa + beta), range_)
    g.conclude(kept, level)
