"""Chapter R, continued: the limits for l0 and transformed l1 (R4.l0, R4.tl1), where several can coexist."""

from __future__ import annotations

from sympy import Abs, And, Eq, Expr, Gt, Implies, Integer, Max, Rational, Symbol, diff, oo, sqrt
from sympy.logic.boolalg import Boolean

from proofs.cubic import place
from proofs.engine.claim import claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.sentence import All, Either, If, Iff, Part, Root, Term, eq, formula_of, ge, gt, le
from proofs.limits import BEYOND, ENTRY, FROM_BETA, INACTIVE
from proofs.penalty_forms import penalty
from proofs.proximal import MAP
from proofs.rules.algebra import total
from proofs.rules.analysis import sole
from proofs.splitting import TARGET, X, at_entry
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

_S, _IN = Symbol("S(w_i)", real=True), Symbol("1_J", real=True)
_FIXED = eq(multiplier * ENTRY, kappa * TARGET + beta * _S)
_ALONG, _NORM = ge(ENTRY * TARGET, 0), Term(r"\|\bar w(N)\|", nonnegative=True)
_LARGE, _SMALL = gt(Abs(ENTRY), Part("threshold")), le(Abs(ENTRY), Part("threshold"))
_KEPT = Iff(All(_FIXED, _LARGE), All(_ALONG, eq(Abs(ENTRY), Part("kept entry")), _LARGE))
_DROPPED = Iff(All(_FIXED, _SMALL), All(_ALONG, eq(Abs(ENTRY), Part("dropped entry")), _SMALL))
_FORMS_L0 = If(eq(Abs(TARGET), star_size), All(If(gt(multiplier, beta), _KEPT), If(gt(multiplier, 0), _DROPPED)))
_UNIT = eq(Part("norm equation"), 1)


def hysteresis() -> dict[str, Boolean]:
    """Two supports can be consistent at once: w* = (3/5, 4/5), J = {1, 2} and, N the root for it, J = {2}."""
    jump = Symbol("T", positive=True)
    small = Rational(3, 5)
    large = sqrt(1 - small**2)
    root = eq(SQUARE.subs(kept_mass, large**2), 1)
    return {
        "hysteresis at w* = (3/5, 4/5), κ(3/5)/N ≤ T < 3/5: N > κ": Implies(And(BEYOND, root), multiplier > kappa),
        "there J = {2} is consistent": Implies(And(root, jump <= small), kappa * large > (multiplier - beta) * jump),
        "and J = {1, 2}": Implies(jump < small, And(small > jump, large > jump)),
    }


@claim(
    id="R4.l0",
    title="The limits for l0: w* rescaled on a support J and off it",
    source="[here]; the transformation of w* that [DX] announces",
    sentence=All(
        _FORMS_L0,
        If(gt(multiplier, beta), eq(_NORM**2, Part("norm equation"))),
        If(gt(kept_mass, 0), Root("the only", multiplier, _UNIT, (beta, oo))),
        If(All(eq(kept_mass, 0), gt(multiplier, 0)), Iff(_UNIT, eq(multiplier, kappa))),
        If(
            All(gt(multiplier, beta), le(kept_mass, 1), _UNIT),
            All(
                le(kappa, multiplier),
                le(multiplier, kappa + beta),
                If(gt(star_size, Part("threshold")), gt(Part("kept entry"), Part("threshold"))),
                If(le(star_size, Part("threshold")), le(Part("dropped entry"), Part("threshold"))),
                If(eq(kept_mass, 1), eq(Part("kept entry"), star_size)),
            ),
        ),
    ),
    definition=Splitting("limit", "l0"),
    parts={"norm equation": SQUARE, "kept entry": KEPT, "dropped entry": INACTIVE, "threshold": JUMP},
    besides=hysteresis,
    premises={
        "J": Either(
            All(eq(_IN, 1), eq((multiplier - beta) * X, kappa * TARGET)),
            All(eq(_IN, 0), eq(multiplier * X, kappa * TARGET)),
        )
    },
    names={Part("threshold"): "T", star_size: "s_i", ENTRY: r"\bar w_i", _S: r"S(\bar w_i)", X: r"\bar w_i"},
    setting="J the entries with |w̄_i| > T, q_J = Σ w*_i² over J, ‖w*‖ = 1; u = 0 is taken at |w̄_i| = T",
)
def R4_l0(d: Derivation) -> None:
    d.cite("R3")
    g = Graph(d)
    sorted_ = g.given("J")
    forms = g.fact("an entry", formula_of(_FORMS_L0, R4_l0.parts), g.cite("P2", at_entry(ENTRY), value=_S))
    beyond = g.case("N > β", multiplier > beta)
    on = _IN * TARGET**2
    square = kappa**2 * (on / (multiplier - beta) ** 2 + (TARGET**2 - on) / multiplier**2)
    entry = g.fact("w̄_i²", Eq(X**2, square), sorted_, beyond)
    sums = {on: kept_mass, X**2: _NORM**2, TARGET**2: Integer(1)}
    norm = g.rule("‖w̄‖²", total, entry, sums=sums)
    some, mass = g.case("q_J > 0", kept_mass > 0), Symbol("q", positive=True)
    equation = Eq(SQUARE.subs(kept_mass, mass), 1)
    falls = g.apply("‖w̄(N)‖ falls", sole, equation=equation, over=multiplier, low=beta, high=oo)
    only = g.instance("‖w̄‖ = 1 once", falls, {mass: kept_mass}, some)
    g.conclude(forms, g.under(beyond, norm), g.under(some, only))


def branch(level: Expr = kept_level) -> tuple[Expr, Expr]:
    """|x| and S'(x) where transformed l1 keeps an entry, in u = |S(x)|: x = u + ρp'(u)."""
    slope = diff(penalty("tl1").at(u), u).subs(u, level)
    size = level + ratio * slope
    return size, 1 / diff(size, level)


_JUMP_TL1 = sqrt(2 * ratio * (a + 1))
START = Max(0, _JUMP_TL1 - a)
"""R4.tl1: u_t, what |ū_i| exceeds where it is not 0."""

_THRESHOLD = penalty("tl1").threshold
_REST = eq(multiplier * x_in, kappa * TARGET + beta * MAP)
_SIGN = ge(x_in * TARGET, 0)


def branches() -> dict[str, Boolean]:
    """The cubic has at most two roots U > 0; the sign of D = N − βS' tells them apart."""
    _, slope = branch()
    rising = diff(UPPER, kept_level)
    return {
        "D/S' is the slope in U of the right side": eq(rising, (multiplier - beta * slope) / slope),
        "which grows, so that it is met at most twice": Gt(diff(UPPER, kept_level, 2), 0, evaluate=False),
        "the fold, where D = 0": eq(
            rising * (a + kept_level) ** 3, (multiplier - beta) * (a + kept_level) ** 3 - 2 * multiplier * ratio * SHAPE
        ),
        "an entry with w*_i = 0 has no upper branch": Gt(UPPER, 0, evaluate=False),
        "N|w̄_i| is the right side and βU": eq(multiplier * branch()[0], UPPER + beta * kept_level),
    }


@claim(
    id="R4.tl1",
    title="The limits for transformed l1: a cubic for each entry that is kept",
    source="[here]; the transformation of w* that [DX] announces",
    sentence=All(
        Iff(
            All(_REST, eq(MAP, 0)),
            All(_SIGN, eq(Abs(x_in), Part("lower entry")), le(kappa * star_size, multiplier * _THRESHOLD)),
        ),
        Iff(
            All(_REST, eq(Abs(MAP), kept_level)),
            All(
                _SIGN,
                eq(Abs(x_in), Part("kept entry")),
                gt(kept_level, START),
                eq(kappa * star_size, Part("active equation")),
            ),
        ),
    ),
    definition=Splitting("limit", "tl1"),
    parts={"lower entry": INACTIVE, "kept entry": SIZE, "active equation": UPPER},
    besides=branches,
    premises={"N ≥ β": ge(multiplier, beta), "|w*_i|": eq(Abs(TARGET), star_size)},
    names={x_in: r"\bar w_i", MAP: r"\bar u_i", star_size: "s_i"},
    hypotheses=(FROM_BETA,),
    setting="ū_i = S(w̄_i), ρ = λ/β; N from ‖w̄‖ = 1; D = N − βS'(w̄_i)",
)
def R4_tl1(d: Derivation) -> None:
    d.cite("R3")
    g = Graph(d)
    above, pull = map(g.given, R4_tl1.premises)
    mapped = g.cite("P3", {}, value=MAP)
    beyond, within = g.case("|w̄_i| > t", Abs(x_in) > _THRESHOLD), g.case("|w̄_i| ≤ t", Abs(x_in) <= _THRESHOLD)
    root, side = place(g, penalty("tl1"), mapped, beyond)
    zero = g.fact("S(x) = 0", Eq(MAP, 0), mapped, within)
    level = a + Abs(MAP)
    size = ratio * SHAPE / level**2
    far = g.fact("ū_i", And(Eq(Abs(x_in), Abs(MAP) + size), Abs(MAP) > START, MAP * x_in > 0), root, side, beyond)
    g.conclude(above, pull, g.under(within, zero), g.under(beyond, far))
