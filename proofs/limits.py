"""Chapter R, continued: the limit for l1 as a sparsifying map of w* (R4.l1) and its support (R9).

A fixed point satisfies ``N w̄ = κw* + βS(w̄)`` (R3), which couples its entries through the multiplier N alone. Each
entry is therefore solved for at given N first, and N is then found from ‖w̄‖ = 1. ``w_i`` is one entry of w̄.
"""

from __future__ import annotations

from sympy import Abs, And, Eq, Equivalent, Implies, Integer, Max, Min, Ne, Or, Symbol

from proofs.engine.claim import claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.sentence import All, Either, Exists, If, Iff, Part, Term, eq, ge, gt, le, lt, ne
from proofs.rules.algebra import total
from proofs.rules.forms import reached
from proofs.splitting import ENTRY as OUTPUT
from proofs.splitting import TARGET, X_OTHER, X, at_entry
from proofs.symbols import beta, kappa, lam, multiplier, named, star_size

ENTRY = Symbol("w_i", real=True)

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

_SHRUNK, _SHRUNK_LARGEST, _SHRUNK_STAR = named("S(w_i)", "S(‖w*‖_∞)", "S(w*_i)")
_LATER, _OUTPUT_LATER, _OVERLAP = named("N'", "u'_i", "⟨w̄,w̄'⟩")
_SIZE = Symbol("|w*_i|", nonnegative=True)
_NORM = Term(r"\|\bar w(N)\|", nonnegative=True)
_FORMS = If(
    All(gt(multiplier, beta), eq(Abs(TARGET), star_size)),
    Iff(
        eq(multiplier * ENTRY, kappa * TARGET + beta * _SHRUNK),
        All(
            ge(ENTRY * TARGET, 0),
            If(le(star_size, Part("active threshold")), eq(Abs(ENTRY), Part("inactive entry"))),
            If(gt(star_size, Part("active threshold")), eq(Abs(ENTRY), Part("active entry"))),
        ),
    ),
)
_LIMIT = Exists(multiplier, All(gt(multiplier, beta), eq(_NORM, 1)))
_AT_STAR = "w* is a limit with N = κ, which may be ≤ β, where S(w*) = 0"
_EITHER = "where that is allowed for, β < κ adds nothing"
_ROOM = Either(lt(lam, Part("existence")), lt(beta, kappa))


@claim(
    id="R4.l1",
    title="The limit for l1: a soft threshold of w*, rescaled to the sphere",
    source="[here]; the transformation of w* that [DX] announces",
    sentence=All(
        _FORMS,
        If(_ROOM, _LIMIT),
        If(gt(multiplier, beta), All(_ROOM, If(ge(_LATER, beta), eq(_LATER, multiplier)))),
        Iff(eq(_SHRUNK_LARGEST, 0), le(beta * LARGEST, lam)),
    ),
    definition=Splitting("limit", "l1"),
    parts={"inactive entry": INACTIVE, "active entry": ACTIVE, "active threshold": R9_BOUND, "existence": EXISTS},
    premises={
        "an entry of w̄": eq(multiplier * X, kappa * TARGET + beta * OUTPUT),
        "an entry of w̄'": eq(_LATER * X_OTHER, kappa * TARGET + beta * _OUTPUT_LATER),
        "‖w*‖_∞": le(Abs(TARGET), LARGEST),
    },
    names={
        **{LARGEST: r"\|w^*\|_\infty", ENTRY: r"\bar w_i", star_size: "s_i", _SHRUNK: r"S(\bar w_i)"},
        **{X: r"\bar w_i", X_OTHER: r"\bar w'_i", OUTPUT: r"\bar u_i", _OUTPUT_LATER: r"\bar u'_i"},
    },
    setting="‖w̄‖ = ‖w̄'‖ = ‖w*‖ = 1, ū_i = S(w̄_i), ū'_i = S(w̄'_i); ‖w̄(N)‖ is that of the entries with κw*_i = "
    "Nw̄_i − βS(w̄_i)",
    besides=lambda: {
        _AT_STAR: Implies(Eq(_SHRUNK_LARGEST, 0), eq(kappa * TARGET, beta * _SHRUNK_STAR + kappa * TARGET)),
        _EITHER: Equivalent(
            Or(lam < EXISTS, beta < kappa, Eq(_SHRUNK_LARGEST, 0)), Or(lam < EXISTS, beta * LARGEST <= lam)
        ),
    },
)
def R4_l1(d: Derivation) -> None:
    d.cite("R3", "R1.global")
    g = Graph(d)
    at_rest, other, largest = map(g.given, R4_l1.premises)
    soft, soft_other, own, top, star = (
        g.cite("P1", at_entry(at), value=value, name=str(value))
        for at, value in (
            *((X, OUTPUT), (X_OTHER, _OUTPUT_LATER), (ENTRY, _SHRUNK)),
            *((LARGEST, _SHRUNK_LARGEST), (TARGET, _SHRUNK_STAR)),
        )
    )

    one = Integer(1)
    sums = {X**2: one, X_OTHER**2: one, TARGET**2: one, X * X_OTHER: _OVERLAP}
    moved, apart = multiplier * X - _LATER * X_OTHER, X - X_OTHER
    both = at_rest, other, soft, soft_other
    pulled = le(moved * apart, beta * apart**2), ge(apart**2, 0)
    between = g.fact("two limits", And(*pulled), *both)
    gap = multiplier - _LATER
    level = g.fact("two multipliers", 2 * gap * X * moved <= gap**2 * X**2 + beta**2 * apart**2, *both)
    beyond, later = g.case("N > β", multiplier > beta), g.case("N' ≥ β", beta <= _LATER)
    summed = (g.rule(name, total, one, sums=sums) for name, one in (("⟨w̄,w̄'⟩", between), ("(N − N')²", level)))
    unique = g.fact("N' = N", Eq(_LATER, multiplier), *summed, beyond, later)

    none = g.case("λ ≥ κ‖w*‖_∞", lam >= EXISTS)
    still = Eq(multiplier**2 * X**2, kappa**2 * TARGET**2)
    rests = g.fact("no entry is active", still, at_rest, soft, largest, none, beyond)
    needed = g.fact("N = κ > β", beta < kappa, g.rule("N² = κ²", total, rests, sums=sums), beyond)

    entry = Max(INACTIVE, ACTIVE).subs(star_size, _SIZE)
    ends = {"said": _LIMIT, "entry": entry, "over": multiplier, "high": kappa + beta, "most": _SIZE}
    room, short = g.case("λ < κ‖w*‖_∞", lam < EXISTS), g.case("β < κ", beta < kappa)
    low = beta + Min(kappa, EXISTS - lam)
    found = g.apply("by the largest", reached, room, low=low, alone={_SIZE: LARGEST}, **ends)
    at_kappa = g.apply("from κ on", reached, short, low=kappa, **ends)

    g.beside(_AT_STAR, star, top, largest)
    g.beside(_EITHER, top)
    g.conclude(
        *(own, g.under(beyond, g.under(none, needed)), g.under(beyond, g.under(later, unique)), top),
        *(g.under(room, found), g.under(short, at_kappa)),
    )


# R9: the support.

_WITHIN = "supp ū lies in supp w*"


@claim(
    id="R9",
    title="The support of the limit for l1",
    source="[here]",
    sentence=All(
        Iff(ne(OUTPUT, 0), gt(Abs(TARGET), Part("threshold"))),
        If(gt(Abs(TARGET), lam * (kappa + beta) / (kappa * beta)), ne(OUTPUT, 0)),
        If(ne(OUTPUT, 0), gt(Abs(TARGET), lam / beta)),
    ),
    definition=Splitting("support", "l1"),
    parts={"threshold": R9_BOUND},
    premises={"N > β": gt(multiplier, beta), "an entry of Nw̄": eq(multiplier * X, kappa * TARGET + beta * OUTPUT)},
    names={OUTPUT: r"\bar u_i", X: r"\bar w_i"},
    hypotheses=(BEYOND,),
    setting="the limit of R4.l1, ū_i = S(w̄_i), ‖w̄‖ = ‖w*‖ = 1",
    besides=lambda: {_WITHIN: Implies(Ne(OUTPUT, 0), Ne(TARGET, 0))},
)
def R9(d: Derivation) -> None:
    g = Graph(d)
    beyond, entry = g.given("N > β"), g.given("an entry of Nw̄")
    soft = g.cite("P1", at_entry(X), value=OUTPUT)
    size = kappa**2 * TARGET**2
    sizes = g.fact(
        "an entry", And((multiplier - beta) ** 2 * X**2 <= size, size <= multiplier**2 * X**2), entry, soft, beyond
    )
    range_ = g.rule("‖w̄‖ = ‖w*‖ = 1", total, sizes, sums={X**2: Integer(1), TARGET**2: Integer(1)})
    kept = g.fact("kept", Equivalent(Ne(OUTPUT, 0), Abs(TARGET) > R9_BOUND), entry, soft, beyond)
    g.beside(_WITHIN, kept, beyond)
    g.conclude(kept, range_)
