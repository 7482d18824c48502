"""Chapter P, continued: the transformed l1 penalty between l0 and l1 (P4).

As a → ∞ the penalty p and its map S tend to those of l1, uniformly on compact sets, at rate 1/a. As a → 0⁺ they tend to
those of l0 pointwise, and uniformly only away from the discontinuity of the limit: u = 0 for p, |x| = √(2ρ) for S.
Everything about S follows from the gap |x| − |S(x)| = K/z², where z = a + |S(x)| ≥ (2/3)(a + |x|) and K = ρa(a + 1).
"""

from __future__ import annotations

from sympy import Abs, And, Eq, Equivalent, Expr, Implies, Integer, Max, Min, Ne, Rational, Symbol, oo, sqrt

from proofs import cubic
from proofs.engine.claim import claim
from proofs.engine.definitions import PenaltyLimit
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.sentence import All, If, Iff, Part, Tends, Term, eq, formula_of, ge, gt, le, lt, ne
from proofs.penalty_forms import TL1, size
from proofs.rules.analysis import tends
from proofs.symbols import a, ratio, u, x_in

_SOURCE = "[ZX] for the limits; the rates and the places where they are not uniform [here]"

POINT = Symbol("u", positive=True)
"""|u|, u ≠ 0: what bounds on the penalty are written in."""

REACH = Symbol("R", positive=True)
"""How large |u| or |x| may be; in P4.l0, how small."""

_TO_L1 = REACH * Max(1, REACH - 1) / a
_TO_L0 = a * Abs(1 - POINT) / POINT
_TO_L0_AWAY = a * Max(1, 1 / REACH - 1)
_TO_SOFT = ratio / a * Max(1, 2 * REACH - 1)
_GAP_LEAST = ratio * a * (a + 1) / (a + size) ** 2
_GAP_MOST = ratio * (a + 1) / a
_TO_HARD = Rational(9, 4) * ratio * a * (a + 1) / (a + size) ** 2
_JUMP = sqrt(2 * ratio * (a + 1)) - a / 2
_HARD_JUMP = sqrt(2 * ratio)

_NAMES = {POINT: "|u|"}
_SOFT, _HARD, _MAP = (Term(f"S_{{{of}}}(|x|)", real=True) for of in (r"\ell_1", r"\ell_0", "a"))
_BOUND = Part("bound")


def _price(point: Expr) -> Expr:
    return TL1.on_reals.subs(u, point)


@claim(
    id="P4.l1",
    title="The transformed l1 penalty tends to l1 uniformly on compact sets, and not on the line",
    source=_SOURCE,
    sentence=All(
        If(le(Abs(u), REACH), le(Abs(_price(u) - Abs(u)), _BOUND)),
        If(eq(Abs(u), REACH), eq(Abs(_price(u) - Abs(u)), _BOUND * Min(1, Abs(1 - REACH)) * a / (a + REACH))),
        Tends(_BOUND, Integer(0), (a, oo)),
        lt(_price(u), a + 1),
    ),
    definition=PenaltyLimit("l1", "penalty"),
    parts={"bound": _TO_L1},
    names=_NAMES,
)
def P4_l1(d: Derivation) -> None:
    g = Graph(d)
    g.conclude(g.apply("the bound", tends, f=_TO_L1, over=a, to=oo))


@claim(
    id="P4.l0",
    title="The transformed l1 penalty tends to l0 uniformly away from 0, and not near 0",
    source=_SOURCE,
    sentence=All(
        le(Abs(_price(POINT) - 1), _BOUND),
        If(ge(POINT, REACH), le(Abs(_price(POINT) - 1), Part("bound away from 0"))),
        Tends(Part("bound away from 0"), Integer(0), (a, Integer(0))),
        If(eq(POINT, a), eq(_price(POINT), (a + 1) / 2)),
    ),
    definition=PenaltyLimit("l0", "penalty"),
    setting="u ≠ 0, at 0 both are 0",
    parts={"bound": _TO_L0, "bound away from 0": _TO_L0_AWAY},
    names=_NAMES,
)
def P4_l0(d: Derivation) -> None:
    g = Graph(d)
    g.conclude(g.apply("the bound", tends, f=_TO_L0_AWAY, over=a, to=Integer(0)))


_AT_ITS_THRESHOLD = All(eq(size, _GAP_MOST), le(REACH, 1), ge(a**2, 2 * ratio * (a + 1)))


@claim(
    id="P4.l1-map",
    title="The proximal map of transformed l1 tends to soft thresholding uniformly on compact sets",
    source=_SOURCE,
    sentence=All(
        If(le(size, REACH), le(Abs(_MAP - _SOFT), _BOUND)),
        If(_AT_ITS_THRESHOLD, eq(Abs(_MAP - _SOFT), _BOUND)),
        Tends(_BOUND, Integer(0), (a, oo)),
        If(ne(_MAP, 0), All(le(Part("gap lower bound"), size - _MAP), le(size - _MAP, Part("gap upper bound")))),
    ),
    definition=PenaltyLimit("l1", "proximal-map"),
    setting="for all a and ρ, and for −x as for x",
    parts={"bound": _TO_SOFT, "gap lower bound": _GAP_LEAST, "gap upper bound": _GAP_MOST},
    names=_NAMES,
)
def P4_l1_map(d: Derivation) -> None:
    g = Graph(d)
    mapped = g.cite("P3", {x_in: size}, value=_MAP)
    soft = g.cite("P1", {x_in: size}, value=_SOFT)
    beyond = g.case("beyond the threshold", size > TL1.threshold)
    root, side = cubic.place(g, TL1, mapped, beyond, size)
    gap = g.fact("the gap", And(_MAP > 0, size - _MAP >= _GAP_LEAST, size - _MAP <= _GAP_MOST), root, side)
    near = g.fact("near soft thresholding", Implies(size <= REACH, Abs(_MAP - _SOFT) <= _TO_SOFT), gap, soft)
    limit = g.apply("the bound", tends, f=_TO_SOFT, over=a, to=oo)
    g.conclude(mapped, soft, g.under(beyond, gap), g.under(beyond, near), limit)


_RATE = a * Max(1, _HARD_JUMP) / 2
_SMALL = le(a**2, 2 * ratio * (a + 1))


@claim(
    id="P4.l0-map",
    title="The proximal map of transformed l1 tends to hard thresholding uniformly away from its jump, and not near it",
    source=_SOURCE,
    sentence=All(
        If(ne(_MAP, 0), le(size - _MAP, _BOUND)),
        If(_SMALL, Iff(ne(_MAP, 0), gt(size, Part("threshold")))),
        Tends(Part("threshold"), Part("limit of the threshold"), (a, Integer(0))),
        If(
            All(_SMALL, gt(Abs(size - Part("limit of the threshold")), _RATE)),
            le(Abs(_MAP - _HARD), Rational(9, 8) * a * (a + 1)),
        ),
        If(All(eq(a**2, 2 * ratio * (a + 1)), eq(size, Part("threshold"))), eq(size - _MAP, _BOUND)),
        If(
            All(eq(ratio, 2), lt(a, 4), gt(size, Part("limit of the threshold")), le(size, Part("threshold"))),
            All(eq(_MAP, 0), eq(_HARD, size)),
        ),
        If(All(eq(ratio, 2), lt(a, 4)), gt(Part("threshold"), Part("limit of the threshold"))),
    ),
    definition=PenaltyLimit("l0", "proximal-map"),
    setting="the bound for all a and ρ, for −x as for x",
    parts={"bound": _TO_HARD, "threshold": _JUMP, "limit of the threshold": _HARD_JUMP},
    names=_NAMES,
)
def P4_l0_map(d: Derivation) -> None:
    g = Graph(d)
    mapped = g.cite("P3", {x_in: size}, value=_MAP)
    hard = g.cite("P2", {x_in: size}, value=_HARD)
    limit = g.apply("the limit of the threshold", tends, f=_JUMP, over=a, to=Integer(0))
    beyond = g.case("beyond the threshold", size > TL1.threshold)
    root, side = cubic.place(g, TL1, mapped, beyond, size)
    gap = g.under(beyond, g.fact("the gap", And(_MAP > 0, size >= _MAP, size - _MAP <= _TO_HARD), root, side))
    close = g.fact("close to x", Implies(Ne(_MAP, 0), size - _MAP <= _TO_HARD), gap, mapped)
    small = g.case("a is small", formula_of(_SMALL, {}))
    where = g.fact("kept beyond the jump", Equivalent(Ne(_MAP, 0), size > _JUMP), small, mapped, gap)
    away = g.case("away from the limit", Abs(size - _HARD_JUMP) > _RATE)
    same = g.fact("on the same side", Equivalent(Ne(_MAP, 0), size > _HARD_JUMP), where, away)
    uniform = g.fact("uniformly", Abs(_MAP - _HARD) <= Rational(9, 8) * a * (a + 1), same, gap, hard, mapped)
    jump = g.under(small, where)
    between = And(Eq(ratio, 2), a < 4, size > _HARD_JUMP, size <= _JUMP)
    two = g.fact("not near it", Implies(between, And(Eq(_MAP, 0), Eq(_HARD, size))), jump, hard)
    g.conclude(limit, close, jump, g.under(small, g.under(away, uniform)), two)
