"""Chapter R, continued: the limits for l0 and transformed l1 (R4.l0, R4.tl1), where several can coexist."""

from __future__ import annotations

from sympy import Abs, And, Eq, Expr, Implies, Or, Rational, Symbol, diff, limit, oo, solve, sqrt

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation, Obligation, positive_terms, vanishes
from proofs.engine.sentence import All, Either, If, Iff, Is, Part, Term, eq, ge, gt, le
from proofs.engine.smt import follows
from proofs.limits import BEYOND, ENTRY, FROM_BETA, INACTIVE, PULL, balance, keeps_sign, unthresholded
from proofs.penalty_forms import penalty
from proofs.splitting import ENTRY_SIZE
from proofs.symbols import a, beta, kappa, kept_level, kept_mass, lam, multiplier, ratio, star_size, u, x_in

SQUARE = kappa**2 * (kept_mass / (multiplier - beta) ** 2 + (1 - kept_mass) / multiplier**2)
"""R4.l0: ‖w̄(N)‖² for the support J."""

KEPT = kappa * star_size / (multiplier - beta)
"""R4.l0: |w̄_i| on J."""

JUMP = sqrt(2 * lam / beta)
"""R4.l0: the T of |w̄_i| > T on J, |w̄_i| ≤ T off it."""

SHAPE = a * (a + 1)
"""(a+U)² p'(U) of transformed l1."""

UPPER = (multiplier - beta) * kept_level + multiplier * ratio * SHAPE / (a + kept_level) ** 2
"""R4.tl1: κ|w*_i| of an entry with |ū_i| = U > 0."""

SIZE = kept_level + ratio * SHAPE / (a + kept_level) ** 2
"""R4.tl1: |w̄_i| of such an entry."""


@claim(
    id="R4.l0",
    title="The limits for l0: w* rescaled on a support J and off it",
    source="[here]; the transformation of w* that [DX] announces",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        If(Is("in J", Term("i")), eq(ENTRY_SIZE, Part("kept entry"))),
        If(Is("off J", Term("i")), eq(ENTRY_SIZE, Part("dropped entry"))),
        Iff(
            Is("consistent", Term("J")),
            All(
                If(Is("in J", Term("i")), gt(ENTRY_SIZE, Part("threshold"))),
                If(Is("off J", Term("i")), le(ENTRY_SIZE, Part("threshold"))),
            ),
        ),
        eq(1, Term(r"\|\bar w(N)\|^2")),
        eq(Term(r"\|\bar w(N)\|^2"), Part("norm equation")),
    ),
    definition=Splitting("limit", "l0"),
    parts={"norm equation": SQUARE, "kept entry": KEPT, "dropped entry": INACTIVE, "threshold": JUMP},
    names={Part("threshold"): "T"},
    hypotheses=(BEYOND,),
    setting="q_J = Σ w*_i² over J; w̄_i has the sign of w*_i; with J empty N = κ, which need not exceed β; u = 0 is "
    "taken at |w̄_i| = T",
)
def R4_l0(d: Derivation) -> None:
    d.cite("R3", "P2")
    d.begin(multiplier * ENTRY - beta * ENTRY - kappa * star_size, "N w_i − βS(w_i) − κ|w*_i| on J, where S(w_i) = w_i")
    jump = sqrt(2 * ratio)
    solved = Or(
        And(Abs(ENTRY) <= jump, Eq(multiplier * ENTRY, PULL)),
        And(Abs(ENTRY) > jump, Eq((multiplier - beta) * ENTRY, PULL)),
    )
    d.step(
        "Each entry has two forms",
        "(N − β)w_i = y_i with |w_i| > T, or N w_i = y_i with |w_i| ≤ T",
        "y_i = κw*_i; in κ|w*_i| the bounds are those of the statement",
        follows("the equation ⟹ one of the two", solved, balance("P2", ENTRY)),
        follows("either ⟹ the equation", balance("P2", ENTRY), solved),
        *_l0_bounds(jump),
        *keeps_sign("P2"),
    )
    d.apply("Solve on J", lambda equation: solve(equation, ENTRY)[0])
    d.hold("kept entry", KEPT)
    off = unthresholded()
    d.hold("dropped entry", INACTIVE, off)
    d.hold("threshold", JUMP, penalty("l0").threshold.subs(ratio, lam / beta), "of S (P2), at ρ = λ/β")
    d.apply(
        "Sum of squares",
        lambda on: (on / star_size) ** 2 * kept_mass + (off / star_size) ** 2 * (1 - kept_mass),
        "w̄_i/w*_i is one number on J and one off J; Σ w*_i² is q_J on J and 1 − q_J off it",
    )
    d.hold("norm equation", SQUARE)
    _l0_root(d)
    _l0_hard_threshold(d)
    _l0_hysteresis(d)
    d.conclude_argument("several can coexist; those with no |w̄_i| = T are stable, as every D_i is N − β or N (R7.l0)")


def _l0_bounds(jump: Expr) -> list[Obligation]:
    """|w̄_i| > T and |w̄_i| ≤ T in κ|w*_i|."""
    on, off = Eq((multiplier - beta) * ENTRY, PULL), Eq(multiplier * ENTRY, PULL)
    large, small = Abs(PULL) > (multiplier - beta) * jump, Abs(PULL) <= multiplier * jump
    return [
        follows(
            "on J: |w_i| > T ⟺ |y_i| > (N − β)T",
            And(Implies(Abs(ENTRY) > jump, large), Implies(large, Abs(ENTRY) > jump)),
            on,
            BEYOND,
        ),
        follows(
            "off J: |w_i| ≤ T ⟺ |y_i| ≤ NT",
            And(Implies(Abs(ENTRY) <= jump, small), Implies(small, Abs(ENTRY) <= jump)),
            off,
            multiplier > 0,
        ),
    ]


def _l0_root(d: Derivation) -> None:
    """N(q): one root beyond β, increasing in q from κ to κ + β."""
    square, gap = SQUARE, Symbol("g", positive=True)
    inside = [BEYOND, kept_mass > 0, kept_mass <= 1]
    beyond = square.subs(multiplier, beta + gap)
    positive = Symbol("q_J", positive=True)
    rest = Symbol("q_rest", nonnegative=True)
    d.step(
        "One root N for each q_J, κ ≤ N ≤ κ + β",
        "‖w̄(N)‖² falls in N and rises in q_J, so N rises with q_J; N = κ for q_J = 0, N = κ + β for q_J = 1",
        "on N > β, where it falls from ∞ to 0",
        positive_terms("minus its slope in N", -diff(beyond, gap).subs(kept_mass, positive).subs(1 - positive, rest)),
        positive_terms("its slope in q_J", diff(beyond, kept_mass)),
        vanishes(
            "(N − β)²‖w̄‖² at N → β", limit(square * (multiplier - beta) ** 2, multiplier, beta) - kappa**2 * kept_mass
        ),
        vanishes("‖w̄‖² at N → ∞", limit(square, multiplier, oo)),
        vanishes("q_J = 0: ‖w̄(κ)‖² − 1", square.subs({kept_mass: 0, multiplier: kappa}) - 1),
        vanishes("q_J = 1: ‖w̄(κ + β)‖² − 1", square.subs({kept_mass: 1, multiplier: kappa + beta}) - 1),
        follows("N ≥ κ", multiplier >= kappa, *inside, Eq(square, 1)),
        follows("N ≤ κ + β", multiplier <= kappa + beta, *inside, Eq(square, 1)),
    )


def _l0_hard_threshold(d: Derivation) -> None:
    """The support of the hard-thresholded w* is consistent, whatever the parameters."""
    jump = Symbol("T", positive=True)
    between = [BEYOND, multiplier >= kappa, multiplier <= kappa + beta]
    d.step(
        "J₀ = {i : |w*_i| > T} is always consistent",
        "κ|w*_i|/(N − β) ≥ |w*_i| on J₀, κ|w*_i|/N ≤ |w*_i| off it",
        "by κ ≤ N ≤ κ + β; for J₀ empty N = κ and w̄ = w*, which needs ‖w*‖_∞ ≤ T and no more",
        follows("on J₀", kappa * star_size > (multiplier - beta) * jump, *between, jump < star_size),
        follows("off J₀", kappa * star_size <= multiplier * jump, multiplier >= kappa, jump >= star_size),
        follows("J₀ empty", balance("P2", ENTRY, kappa, kappa * ENTRY), Abs(ENTRY) <= sqrt(2 * ratio)),
    )
    d.step(
        "All nonzero |w*_i| > T: w̄ = w* exactly",
        "J₀ = supp w*, q_J = 1, N = κ + β",
        "",
        vanishes("w̄_i − w*_i", (kappa * star_size / (multiplier - beta) - star_size).subs(multiplier, kappa + beta)),
    )


def _l0_hysteresis(d: Derivation) -> None:
    """Two supports can be consistent at once: w* = (3/5, 4/5), J = {1, 2} and J = {2}."""
    jump = Symbol("T", positive=True)
    small, large = Rational(3, 5), Rational(4, 5)
    square = SQUARE.subs(kept_mass, large**2)
    d.step(
        "Hysteresis: w* = (3/5, 4/5)",
        "for κ(3/5)/N ≤ T < 3/5 both J = {1, 2}, w̄ = w*, and J = {2} are consistent",
        "N the root for J = {2}; the interval is not empty",
        follows("N > κ there, so the interval is not empty", multiplier > kappa, BEYOND, Eq(square, 1)),
        follows(
            "J = {2} is consistent",
            And(kappa * large > (multiplier - beta) * jump, kappa * small <= multiplier * jump),
            BEYOND,
            Eq(square, 1),
            kappa * small <= multiplier * jump,
            jump < small,
        ),
        follows("J = {1, 2} is", And(kappa * small > kappa * jump, kappa * large > kappa * jump), jump < small),
    )


def branch(level: Expr = kept_level) -> tuple[Expr, Expr]:
    """|x| and S'(x) where transformed l1 keeps an entry, in u = |S(x)|: x = u + ρp'(u)."""
    slope = diff(penalty("tl1").at(u), u).subs(u, level)
    size = level + ratio * slope
    return size, 1 / diff(size, level)


@claim(
    id="R4.tl1",
    title="The limits for transformed l1: a cubic for each entry that is kept",
    source="[here]; the transformation of w* that [DX] announces",
    kind=Kind.EQUIVALENCE,
    sentence=Either(
        All(eq(ENTRY_SIZE, Part("lower entry")), le(kappa * star_size, multiplier * Term("t"))),
        All(
            eq(ENTRY_SIZE, Part("kept entry")),
            ge(kept_level, Term("u_t")),
            eq(kappa * star_size, Part("active equation")),
        ),
    ),
    definition=Splitting("limit", "tl1"),
    parts={"lower entry": INACTIVE, "kept entry": SIZE, "active equation": UPPER},
    hypotheses=(FROM_BETA,),
    setting="U = |ū_i|, ρ = λ/β; w̄_i has the sign of w*_i; t is P3's threshold, u_t = 0 where "
    "ρ ≤ a²/(2(a+1)), else √(2ρ(a+1)) − a; N from ‖w̄‖ = 1",
)
def R4_tl1(d: Derivation) -> None:
    d.cite("R3", "P3")
    size, _ = branch()
    d.begin(multiplier * ENTRY - beta * kept_level, "N|w_i| − βU, which is κ|w*_i| (R3); U the minimizer, > 0")
    objective = ratio * penalty("tl1").at(u) + (u - ENTRY) ** 2 / 2
    d.apply(
        "U is stationary: |w_i| = U + ρp'(U)",
        lambda left: left.subs(ENTRY, size),
        "P3: S(x) is a minimizer, and beyond the threshold it is not 0",
        vanishes("slope of the objective at U", diff(objective, u).subs(u, kept_level).subs(ENTRY, size)),
    )
    d.hold("active equation", UPPER)
    d.hold("kept entry", SIZE, size, "where U = |ū_i| is stationary")
    d.hold("lower entry", INACTIVE, unthresholded(), "where ū_i = 0")
    form = UPPER
    cubic = (multiplier - beta) * kept_level * (a + kept_level) ** 2 + multiplier * ratio * SHAPE
    d.step(
        "The cubic",
        cubic - PULL * (a + kept_level) ** 2,
        "y_i = κ|w*_i|",
        vanishes(
            "(form − y_i)(a+U)² − cubic", (form - PULL) * (a + kept_level) ** 2 - cubic + PULL * (a + kept_level) ** 2
        ),
    )
    _tl1_range(d)
    _tl1_branches(d)
    d.conclude_argument("for N ≥ β an entry lies on its lower, its middle or its upper branch, with the sign of w*_i")


def _tl1_range(d: Derivation) -> None:
    """U ≥ u_t: the map U ↦ U + ρp'(U) is increasing from t on."""
    size, slope = branch()
    convex = ratio <= a**2 / (2 * (a + 1))
    root, jump = Symbol("j", positive=True), sqrt(2 * ratio * (a + 1))
    start = jump - a
    threshold = penalty("tl1").threshold
    cost = ratio * penalty("tl1").at(kept_level) + (kept_level - size) ** 2 / 2
    saved = kept_level**2 * (1 - root**2 / (a + kept_level) ** 2) / 2
    d.step(
        "Where U starts",
        "U = u_t at |w_i| = t, and |w_i| rises with U beyond: S'(w_i) = 1/(1 + ρp''(U)) ≥ 1",
        "a stationary U costs no more than 0 exactly where U ≥ j − a, j = √(2ρ(a+1)); so |w_i| > t exactly where "
        "U > u_t, and each such U is the minimizer at its |w_i|",
        vanishes("cost of 0 − cost of U − ½U²(1 − j²/(a+U)²)", (size**2 / 2 - cost - saved).subs(root, jump)),
        follows("it is ≥ 0: U ≥ u_t", kept_level >= root - a, saved >= 0),
        follows("and back", saved >= 0, kept_level >= root - a),
        follows("u_t ↦ t, ρ ≤ a²/(2(a+1))", Eq(size.subs(kept_level, 0), threshold), convex),
        follows("u_t ↦ t, ρ > a²/(2(a+1))", Eq(size.subs(kept_level, start), threshold), ratio > a**2 / (2 * (a + 1))),
        follows("rises, first case", 1 / slope > 0, convex),
        follows("rises, second case", 1 / slope > 0, Eq(root**2, 2 * ratio * (a + 1)), root > a, root - a < kept_level),
        positive_terms("1 − 1/S'", 1 - 1 / slope),
    )


def _tl1_branches(d: Derivation) -> None:
    """The cubic has at most two roots U > 0; the sign of D = N − βS' tells them apart."""
    form = UPPER
    _, slope = branch()
    positive = Symbol("N", positive=True)
    stiffness = multiplier - beta * slope
    d.step(
        "Two branches and a fold",
        multiplier - beta * slope,
        "D = N − βS'(w_i) has the sign of the form's slope in U; the form is convex, so y_i is met at most twice: at "
        "the larger U (upper branch) D > 0, at the smaller (middle branch) D < 0, at the fold D = 0",
        vanishes("slope − D/S'", diff(form, kept_level) - stiffness / slope),
        positive_terms("its second derivative", diff(form, kept_level, 2).subs(multiplier, positive)),
        vanishes(
            "fold − [(N − β)(a+U)³ − 2Nρa(a+1)]",
            diff(form, kept_level) * (a + kept_level) ** 3
            - (multiplier - beta) * (a + kept_level) ** 3
            + 2 * multiplier * ratio * SHAPE,
        ),
    )
    d.step(
        "An entry with w*_i = 0 stays 0 for N ≥ β",
        form,
        "the form is > 0, so only the lower branch w_i = y_i/N = 0 is left; and it has the sign of w*_i otherwise",
        follows("form > 0", form > 0, FROM_BETA),
        vanishes("S(0)", get("P3").formula.subs(x_in, 0)),
        vanishes("N|w_i| − y_i − βU, so |y_i| ≤ N|w_i|", multiplier * branch()[0] - form - beta * kept_level),
    )
