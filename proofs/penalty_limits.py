"""Chapter P, continued: the transformed l1 penalty between l0 and l1 (P4).

As a → ∞ the penalty p and its map S tend to those of l1, uniformly on compact sets, at rate 1/a. As a → 0⁺ they tend to
those of l0 pointwise, and uniformly only away from the discontinuity of the limit: u = 0 for p, |x| = √(2ρ) for S. With
Z = a + |x| and z = a + |S(x)| as in `proofs.cubic`, K = ρa(a + 1), everything about S follows from the gap
|x| − |S(x)| = K/z² and from (2/3)Z ≤ z ≤ Z.
"""

from __future__ import annotations

from sympy import Abs, Add, Expr, Ge, Gt, Le, Lt, Max, Min, Rational, Symbol, expand, fraction, limit, oo, sqrt

from proofs import cubic
from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import PenaltyLimit
from proofs.engine.derivation import Derivation, vanishes
from proofs.engine.sentence import All, If, Part, Tends, Term, eq, ge, gt, le, ne
from proofs.engine.smt import follows
from proofs.penalty_forms import TL1, size
from proofs.symbols import a, ratio, u, x_in

_SOURCE = "[ZX] for the limits; the rates and the places where they are not uniform [here]"
_P = TL1.pieces[0][2]
_Z, _z, _m = cubic.Z, cubic.z, cubic.m
_K = cubic.K

POINT = Symbol("u", positive=True)
"""|u|, u ≠ 0: what bounds on the penalty are written in."""

REACH = Symbol("R", positive=True)
"""How large |u| or |x| may be; in P4.l0, how small."""

_TO_L1 = REACH * (1 + REACH) / a
_TO_L0 = a * Abs(1 - POINT) / POINT
_TO_L0_AWAY = a * Max(1, 1 / REACH - 1)
_TO_SOFT = ratio / a * Max(1, 2 * REACH - 1)
_GAP_LEAST = ratio * a * (a + 1) / (a + size) ** 2
_GAP_MOST = ratio * (a + 1) / a
_TO_HARD = Rational(9, 4) * ratio * a * (a + 1) / (a + size) ** 2
_JUMP = sqrt(2 * ratio * (a + 1)) - a / 2
_HARD_JUMP = sqrt(2 * ratio)


_NAMES = {size: "|x|", POINT: "|u|"}
_TL1_OF_U = Term(r"\tfrac{(a+1)|u|}{a+|u|}")
_GAP = Term("|x|-|S_a(x)|")
_THRESHOLD = Term("t_a")


def _largest(form: Expr) -> Expr:
    """A bound of a polynomial by the sum of the sizes of its terms, all symbols being positive."""
    return Add(*map(Abs, Add.make_args(expand(form))))


@claim(
    id="P4.l1",
    title="The transformed l1 penalty tends to l1",
    source=_SOURCE,
    sentence=All(
        If(le(Abs(u), REACH), le(Abs(_TL1_OF_U - Abs(u)), Part("bound"))),
        Tends(Term("p_a"), Term(r"|\cdot|"), (a, oo), Term(r"\text{compact sets}")),
    ),
    definition=PenaltyLimit("l1", "penalty"),
    kind=Kind.INEQUALITY,
    setting="at |u| = R the quotient of both sides tends to 1 as R → 0, and as R → ∞ with R/a → 0; not uniformly on "
    "the line: p_a is bounded by a + 1",
    parts={"bound": _TO_L1},
    names=_NAMES,
)
def P4_l1(d: Derivation) -> None:
    p = _P.subs(u, POINT)
    d.begin(p - POINT, "u > 0; p depends on |u|")
    apart = POINT * (1 - POINT) / (a + POINT)
    d.step("Over a common denominator", apart, "", vanishes("", p - POINT - apart))
    above, below = fraction(apart)
    largest = (_largest(above) / below.subs(POINT, 0)).subs(POINT, REACH)
    d.step(
        "On 0 < u ≤ R",
        largest,
        "|u − u²| ≤ u + u², a + u ≥ a, and the quotient of these increases with u",
        follows("|u − u²| ≤ u + u²", Le(Abs(above), _largest(above))),
        follows("a + u ≥ a", Ge(below, below.subs(POINT, 0))),
        follows("|p − u| ≤ its value at R", Le(Abs(p - POINT), largest), POINT <= REACH),
    )
    d.hold("bound", _TO_L1)
    quotient = (REACH - p.subs(POINT, REACH)) / _TO_L1
    d.step(
        "How good it is",
        quotient,
        "both sides at u = R; with R = √a, R/a → 0",
        vanishes("the limit at a fixed u, by SymPy", limit(p, a, oo) - POINT),
        vanishes("1 − the limit as R → 0", 1 + limit(quotient, REACH, 0, "+")),
        vanishes("1 − the limit as R → ∞, a = R²", 1 - limit(quotient.subs(a, REACH**2), REACH, oo)),
        follows("p stays below a + 1: no uniform limit on the line", Lt(p, a + 1)),
    )
    d.conclude_argument("the bound tends to 0 with 1/a")


@claim(
    id="P4.l0",
    title="The transformed l1 penalty tends to l0",
    source=_SOURCE,
    sentence=All(
        le(Abs(_TL1_OF_U - 1), Part("bound")),
        If(ge(Abs(u), REACH), le(Abs(_TL1_OF_U - 1), Part("bound away from 0"))),
        Tends(Term("p_a(u)"), Term(r"1\{u\ne0\}"), (a, Term("0^+"))),
    ),
    definition=PenaltyLimit("l0", "penalty"),
    kind=Kind.INEQUALITY,
    setting="uniformly on |u| ≥ R for every R > 0; not near 0: p_a(a) = (a + 1)/2 → ½",
    parts={"bound": _TO_L0, "bound away from 0": _TO_L0_AWAY},
    names=_NAMES,
)
def P4_l0(d: Derivation) -> None:
    p = _P.subs(u, POINT)
    d.begin(p - 1, "u > 0; at u = 0 both are 0")
    apart = a * (POINT - 1) / (a + POINT)
    d.step("Over a common denominator", apart, "", vanishes("", p - 1 - apart))
    above, below = fraction(apart)
    d.step(
        "At a fixed u",
        Abs(above) / below.subs(a, 0),
        "a + u ≥ u",
        follows("a + u ≥ u > 0", Ge(below, below.subs(a, 0))),
    )
    d.hold("bound", _TO_L0)
    relative = (apart / a).subs(a, 0)
    largest = a * Max(limit(relative, POINT, oo), -relative.subs(POINT, REACH))
    d.step(
        "On u ≥ R",
        largest,
        "|1 − 1/u| lies between 0 and the larger of its limit 1 at ∞ and, where R < 1, its value at R",
        follows("|p − 1| there", Le(Abs(p - 1), largest), POINT >= REACH),
    )
    d.hold("bound away from 0", _TO_L0_AWAY)
    d.step(
        "Not near 0",
        "p_a(a) − (a + 1)/2 = 0",
        "",
        vanishes("the limit at a fixed u, by SymPy", limit(p, a, 0, "+") - 1),
        vanishes("p_a(a) − (a + 1)/2", _P.subs(u, a) - (a + 1) / 2),
    )
    d.conclude_argument("the bounds tend to 0 with a; p_a(a) stays ½ away from 1")


@claim(
    id="P4.l1-map",
    title="The proximal map of transformed l1 tends to soft thresholding",
    source=_SOURCE,
    sentence=All(
        If(le(Abs(x_in), REACH), le(Term(r"|S_a(x)-\operatorname{sgn}(x)(|x|-\rho)_+|"), Part("bound"))),
        Tends(Term("S_a"), Term(r"S_{\ell_1}"), (a, oo), Term(r"\text{compact sets}")),
        If(
            Term(r"|x|\text{ beyond the threshold}"),
            All(le(Part("gap lower bound"), _GAP), le(_GAP, Part("gap upper bound"))),
        ),
    ),
    definition=PenaltyLimit("l1", "proximal-map"),
    kind=Kind.INEQUALITY,
    setting="for all a and ρ; with equality at the threshold where that is ρ(a+1)/a and R is it and at most 1",
    parts={"bound": _TO_SOFT, "gap lower bound": _GAP_LEAST, "gap upper bound": _GAP_MOST},
    names=_NAMES,
)
def P4_l1_map(d: Derivation) -> None:
    d.begin("S_a(x) − sgn(x)(|x| − ρ)₊", "odd in x: x ≥ 0")
    d.cite("P1", "P3")
    least = _gaps(d)
    own = Symbol("gap", positive=True)
    rates = [limit(a * (_GAP_MOST - ratio), a, oo), limit(a * (ratio - least), a, oo).subs(size, REACH)]
    bound = Max(*rates) / a
    d.step(
        "Distance to soft thresholding",
        bound,
        "soft thresholding is max(|x| − ρ, 0) by P1, and S = max(|x| − gap, 0): they differ by |gap − ρ| at most "
        "beyond the threshold, which is the first-order term in 1/a at either end, and by max(|x| − ρ, 0) below it",
        vanishes("P1's map at x ≥ 0, less max(x − ρ, 0)", get("P1").formula.subs(x_in, size) - Max(size - ratio, 0)),
        follows(
            "|max(x − gap, 0) − max(x − ρ, 0)| ≤ |gap − ρ|",
            Le(Abs(Max(size - own, 0) - Max(size - ratio, 0)), Abs(own - ratio)),
        ),
        follows(
            "|gap − ρ| beyond the threshold",
            Le(Abs(own - ratio), bound),
            own >= _GAP_LEAST,
            own <= _GAP_MOST,
            size <= REACH,
        ),
        follows("|x| − ρ below it", Le(Max(size - ratio, 0), bound), size <= _GAP_MOST),
    )
    d.hold("bound", _TO_SOFT, bound)
    d.conclude_argument("the bound tends to 0 with 1/a")


def _gaps(d: Derivation) -> Expr:
    """Between what the gap |x| − |S(x)| = K/z² lies beyond the threshold, which is at most its largest value."""
    gap = _K / _z**2
    root = [*cubic.tl1_root, _z > a, _z >= _m]  # the last two are P3's
    threshold = cubic.tl1_least - a
    d.step(
        "Threshold",
        "t ≤ ρ(a + 1)/a, with equality where a² ≥ 2ρ(a + 1)",
        "ρ = m²/(2(a + 1))",
        vanishes("P3's map, less 0 up to its threshold and x − sgn(x) gap beyond", get("P3").formula - TL1.proximal),
        vanishes("P3's threshold, in m", TL1.threshold - threshold.subs(_m, sqrt(2 * ratio * (a + 1)))),
        follows("t ≤ m²/(2a)", Le(threshold, _m**2 / (2 * a))),
        follows("with equality where m ≤ a", Le(_m**2 / (2 * a), threshold), _m <= a),
    )
    ends = []
    for name, stated, z in (("gap lower bound", _GAP_LEAST, _Z), ("gap upper bound", _GAP_MOST, a)):
        end = gap.subs(_z, z)
        side = Ge(gap, end) if z == _Z else Le(gap, end)
        d.step(f"Gap beyond it, z = {z} at most" if z == _Z else f"z = {z} at least", end, "", follows("", side, root))
        ends.append(end.subs({_Z: a + size, _m: sqrt(2 * ratio * (a + 1))}))
        d.hold(name, stated, ends[-1])
    return ends[0]


@claim(
    id="P4.l0-map",
    title="The proximal map of transformed l1 tends to hard thresholding",
    source=_SOURCE,
    sentence=All(
        If(gt(Abs(x_in), _THRESHOLD), le(_GAP, Part("bound"))),
        If(le(a**2, 2 * ratio * (a + 1)), eq(_THRESHOLD, Part("threshold"))),
        Tends(_THRESHOLD, Part("limit of the threshold"), (a, Term("0^+"))),
        If(
            ne(Abs(x_in), Part("limit of the threshold")),
            Tends(Term("S_a(x)"), Term(r"S_{\ell_0}(x)"), (a, Term("0^+"))),
        ),
    ),
    definition=PenaltyLimit("l0", "proximal-map"),
    kind=Kind.INEQUALITY,
    setting="the bound for all a and ρ, with equality at the threshold where a² = 2ρ(a + 1); uniformly on "
    "||x| − √(2ρ)| ≥ ε for every ε > 0, not near |x| = √(2ρ): for ρ = 2, 0 < a < 4 the threshold "
    "t_a exceeds √(2ρ) = 2, and S_a(x) = 0 while S(x) = x > 2 in between",
    parts={"bound": _TO_HARD, "threshold": _JUMP, "limit of the threshold": _HARD_JUMP},
    names=_NAMES,
)
def P4_l0_map(d: Derivation) -> None:
    d.begin("S_a(x) − x 1{|x| > √(2ρ)}", "odd in x: x ≥ 0")
    d.cite("P2", "P3")
    _hard_thresholds(d)
    end = (_K / _z**2).subs(_z, Rational(2, 3) * _Z)
    d.step(
        "Gap beyond the threshold",
        end,
        "|x| − |S_a(x)| = K/z², z ≥ (2/3)Z in the cubic of P3",
        follows("K/z² is at most that", Le(_K / _z**2, end), *cubic.tl1_root),
        vanishes("it tends to 0 at |x| > 0", limit(_TO_HARD.subs(size, REACH), a, 0, "+")),
        follows(
            "on |x| ≥ R, a ≤ 1: at most 9ρa/(2R²)", Le(_TO_HARD, 9 * ratio * a / (2 * REACH**2)), size >= REACH, a <= 1
        ),
    )
    d.hold("bound", _TO_HARD, end.subs({_Z: a + size, _m: sqrt(2 * ratio * (a + 1))}))
    at_two = _JUMP.subs(ratio, 2)
    d.step(
        "Not uniformly near √(2ρ)",
        "ρ = 2: 2 < |x| ≤ t_a gives S_a(x) = 0, S(x) = x",
        "",
        follows("t_a > 2 for 0 < a < 4", Gt(at_two, 2), a < 4),
        follows("and t_a is P3's threshold there", Gt(sqrt(4 * (a + 1)), a), a < 4),
    )
    d.conclude_argument(
        "|x| ≠ √(2ρ) is on the same side of t_a for all small a; there the gap, or S_a itself, tends to 0"
    )


def _hard_thresholds(d: Derivation) -> None:
    """P3's threshold where a² ≤ 2ρ(a + 1), its limit as a → 0, and P2's map there."""
    jump = sqrt(2 * ratio * (a + 1))
    found = TL1.threshold.replace(lambda part: isinstance(part, Min), lambda part: a)
    d.step(
        "Threshold",
        found,
        "P3's, min(√(2ρ(a + 1)), a) being a",
        vanishes("P3's map, less 0 up to its threshold and x − sgn(x) gap beyond", get("P3").formula - TL1.proximal),
        follows("P3's threshold", Le(Abs(TL1.threshold - found), 0), Ge(jump, a)),
    )
    d.hold("threshold", _JUMP)
    d.apply("Its limit", lambda current: limit(expand(found), a, 0, "+"), "a → 0⁺")
    d.hold("limit of the threshold", _HARD_JUMP)
    d.step("Beyond it S(x) = x", x_in, "P2", vanishes("S(x) of P2 beyond √(2ρ), less x", _hard_beyond()))


def _hard_beyond() -> Expr:
    beyond = sqrt(2) * sqrt(ratio) + Symbol("d", positive=True)
    return get("P2").formula.subs(x_in, beyond) - beyond
