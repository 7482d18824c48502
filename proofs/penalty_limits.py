"""Chapter P, continued: the transformed l1 penalty between l0 and l1 (P4).

As a → ∞ the penalty p and its map S tend to those of l1, uniformly on compact sets, at rate 1/a. As a → 0⁺ they tend to
those of l0 pointwise, and uniformly only away from the discontinuity of the limit: u = 0 for p, |x| = √(2ρ) for S. With
Z = a + |x| and z = a + |S(x)| as in `proofs.cubic`, K = ρa(a + 1), everything about S follows from the gap
|x| − |S(x)| = K/z² and from (2/3)Z ≤ z ≤ Z.
"""

from __future__ import annotations

from sympy import Abs, Expr, Ge, Gt, Le, Lt, Max, Rational, Symbol, limit, oo, sqrt

from proofs import cubic
from proofs.claim import Kind, claim, get
from proofs.definitions import PenaltyLimit
from proofs.derivation import Derivation, Obligation, vanishes
from proofs.penalty_forms import TL1, size
from proofs.smt import follows
from proofs.symbols import a, ratio, u, x_in

_SOURCE = "[ZX] for the limits; the rates and the places where they are not uniform [here]"
_P = TL1.pieces[0][2]
_V = Symbol("u", positive=True)
_R = Symbol("R", positive=True)
_T = sqrt(2 * ratio * (a + 1)) - a / 2
_Z, _z, _m = cubic.Z, cubic.z, cubic.m
_K = cubic.K


@claim(
    id="P4.l1",
    title="The transformed l1 penalty tends to l1",
    source=_SOURCE,
    subject=r"\bigl|\tfrac{(a+1)|u|}{a+|u|} - |u|\bigr| \le \tfrac{R(1+R)}{a}\ \text{for } |u| \le R:\quad"
    r"p_a \to |\cdot|\ \text{uniformly on compact sets as } a \to \infty",
    definition=PenaltyLimit("l1", "penalty"),
    kind=Kind.INEQUALITY,
    setting="not uniformly on the line: p_a is bounded by a + 1",
)
def P4_l1(d: Derivation) -> None:
    p = _P.subs(u, _V)
    d.begin(p - _V, "u > 0; p depends on |u|")
    d.step("Over a common denominator", _V * (1 - _V) / (a + _V), "", [vanishes("", p - _V - _V * (1 - _V) / (a + _V))])
    d.step(
        "On 0 < u ≤ R",
        "|u(1 − u)|/(a + u) ≤ R(1 + R)/a",
        "",
        [
            follows("the bound", Le(Abs(p - _V), _R * (1 + _R) / a), [_V <= _R]),
            vanishes("the limit at a fixed u, by SymPy", limit(p, a, oo) - _V),
            follows("p stays below a + 1: no uniform limit on the line", Lt(p, a + 1)),
        ],
    )
    d.conclude_argument("the bound tends to 0 with 1/a")


@claim(
    id="P4.l0",
    title="The transformed l1 penalty tends to l0",
    source=_SOURCE,
    subject=r"\bigl|\tfrac{(a+1)|u|}{a+|u|} - 1\bigr| \le \tfrac{a\,|1-|u||}{|u|}:\quad"
    r"p_a \to 1\{u \ne 0\}\ \text{pointwise as } a \to 0^+",
    definition=PenaltyLimit("l0", "penalty"),
    kind=Kind.INEQUALITY,
    setting="uniformly on |u| ≥ ε for every ε > 0, with bound a·max(1, 1/ε); not near 0: p_a(a) = (a + 1)/2 → ½",
)
def P4_l0(d: Derivation) -> None:
    p = _P.subs(u, _V)
    d.begin(p - 1, "u > 0; at u = 0 both are 0")
    d.step("Over a common denominator", a * (_V - 1) / (a + _V), "", [vanishes("", p - 1 - a * (_V - 1) / (a + _V))])
    d.step(
        "Bounds",
        "a|u − 1|/(a + u) ≤ a|1 − u|/u",
        "",
        [
            follows("at a fixed u", Le(Abs(p - 1), a * Abs(1 - _V) / _V)),
            follows("on u ≥ ε", Le(Abs(p - 1), a * Max(1, 1 / _R)), [_V >= _R]),
            vanishes("the limit at a fixed u, by SymPy", limit(p, a, 0, "+") - 1),
            vanishes("p_a(a) − (a + 1)/2", _P.subs(u, a) - (a + 1) / 2),
        ],
    )
    d.conclude_argument("the bounds tend to 0 with a; p_a(a) stays ½ away from 1")


@claim(
    id="P4.l1-map",
    title="The proximal map of transformed l1 tends to soft thresholding",
    source=_SOURCE,
    subject=r"|S_a(x) - \operatorname{sgn}(x)(|x|-\rho)_+| \le \tfrac{\rho}{a}\max(1, 2R)"
    r"\ \text{for } |x| \le R,\ a^2 \ge 2\rho(a+1):\quad"
    r"S_a \to S_{\ell_1}\ \text{uniformly on compact sets as } a \to \infty",
    definition=PenaltyLimit("l1", "proximal-map"),
    kind=Kind.INEQUALITY,
    setting="beyond the threshold the gap |x| − |S(x)| lies between ρa(a+1)/(a+|x|)² and ρ(a+1)/a",
)
def P4_l1_map(d: Derivation) -> None:
    d.begin("S_a(x) − sgn(x)(|x| − ρ)₊", "odd in x: x ≥ 0")
    d.cite("P1")
    d.cite("P3")
    small = [_m <= a]
    root = [*small, *cubic.tl1_root, _z > a, _z >= _m]
    rho = _m**2 / (2 * (a + 1))
    gap = _K / _z**2
    d.step("Threshold", "t = ρ(a + 1)/a = ρ + ρ/a once a² ≥ 2ρ(a + 1)", "", _l1_threshold())
    d.step(
        "Gap beyond it",
        "ρa(a+1)/(a+|x|)² ≤ |x| − |S(x)| ≤ ρ(a+1)/a",
        "a ≤ z ≤ Z in the cubic of P3, ρ = m²/(2(a + 1))",
        [
            follows("from below", Ge(gap, _K / _Z**2), [*root]),
            follows("from above", Le(gap, rho * (a + 1) / a), [*root]),
            vanishes("the lower bound tends to ρ", limit(ratio * a * (a + 1) / (a + size) ** 2, a, oo) - ratio),
            vanishes("the upper bound tends to ρ", limit(ratio * (a + 1) / a, a, oo) - ratio),
        ],
    )
    low, high = ratio * a * (a + 1) / (a + size) ** 2, ratio * (a + 1) / a
    own = Symbol("gap", positive=True)
    bound = ratio / a * Max(1, 2 * _R)
    d.step(
        "Distance to soft thresholding",
        "at most (ρ/a) max(1, 2R) for |x| ≤ R",
        "soft thresholding: max(|x| − ρ, 0) by P1, and |x| > t lies beyond ρ",
        [
            vanishes(
                "P1's map at x ≥ 0, less max(x − ρ, 0)", get("P1").formula.subs(x_in, size) - Max(size - ratio, 0)
            ),
            follows("t ≥ ρ", high >= ratio),
            follows("|gap − ρ| beyond t", Le(Abs(own - ratio), bound), [own >= low, own <= high, size <= _R]),
            follows("|x| − ρ below t", Le(Max(size - ratio, 0), bound), [size <= high, size <= _R]),
        ],
    )
    d.conclude_argument("the bound tends to 0 with 1/a")


def _l1_threshold() -> list[Obligation]:
    threshold = ratio * (a + 1) / a
    return [
        vanishes("P3's map, less 0 up to its threshold and x − sgn(x) gap beyond", get("P3").formula - TL1.proximal),
        follows("P3's threshold", Le(Abs(TL1.threshold - threshold), 0), [Le(sqrt(2 * ratio * (a + 1)), a)]),
        vanishes("its limit", limit(threshold, a, oo) - ratio),
    ]


@claim(
    id="P4.l0-map",
    title="The proximal map of transformed l1 tends to hard thresholding",
    source=_SOURCE,
    subject=r"|x| - |S_a(x)| \le \tfrac{9\rho a(a+1)}{4(a+|x|)^2}\ \text{beyond } t_a \to \sqrt{2\rho}:\quad"
    r"S_a(x) \to S_{\ell_0}(x)\ \text{pointwise for } |x| \ne \sqrt{2\rho}\ \text{as } a \to 0^+",
    definition=PenaltyLimit("l0", "proximal-map"),
    kind=Kind.INEQUALITY,
    setting="uniformly on ||x| − √(2ρ)| ≥ ε for every ε > 0, not near |x| = √(2ρ): for ρ = 2, 0 < a < 4 the threshold "
    "t_a exceeds √(2ρ) = 2, and S_a(x) = 0 while S(x) = x > 2 in between",
)
def P4_l0_map(d: Derivation) -> None:
    d.begin("S_a(x) − x 1{|x| > √(2ρ)}", "odd in x: x ≥ 0")
    d.cite("P2")
    d.cite("P3")
    limit_threshold = sqrt(2 * ratio)
    d.step(
        "Thresholds",
        "t_a = √(2ρ(a+1)) − a/2 → √(2ρ) once 2ρ(a + 1) > a²",
        "",
        [
            vanishes(
                "P3's map, less 0 up to its threshold and x − sgn(x) gap beyond", get("P3").formula - TL1.proximal
            ),
            follows("P3's threshold", Le(Abs(TL1.threshold - _T), 0), [Gt(sqrt(2 * ratio * (a + 1)), a)]),
            vanishes("its limit", limit(_T, a, 0, "+") - limit_threshold),
            vanishes("S(x) of P2 beyond √(2ρ), less x", _hard_beyond()),
        ],
    )
    d.step(
        "Gap beyond the threshold",
        "|x| − |S_a(x)| = K/z² ≤ 9ρa(a+1)/(4(a+|x|)²)",
        "z ≥ (2/3)Z in the cubic of P3",
        [
            follows("the bound", Le(_K / _z**2, Rational(9, 4) * _K / _Z**2), [*cubic.tl1_root]),
            vanishes("it tends to 0 at |x| > 0", limit(9 * ratio * a * (a + 1) / (4 * (a + _R) ** 2), a, 0, "+")),
            follows(
                "on |x| ≥ R, a ≤ 1: at most 9ρa/(2R²)",
                Le(9 * ratio * a * (a + 1) / (4 * (a + size) ** 2), 9 * ratio * a / (2 * _R**2)),
                [size >= _R, a <= 1],
            ),
        ],
    )
    at_two = _T.subs(ratio, 2)
    d.step(
        "Not uniformly near √(2ρ)",
        "ρ = 2: 2 < |x| ≤ t_a gives S_a(x) = 0, S(x) = x",
        "",
        [
            follows("t_a > 2 for 0 < a < 4", Gt(at_two, 2), [a < 4]),
            follows("and t_a is P3's threshold there", Gt(sqrt(4 * (a + 1)), a), [a < 4]),
        ],
    )
    d.conclude_argument(
        "|x| ≠ √(2ρ) is on the same side of t_a for all small a; there the gap, or S_a itself, tends to 0"
    )


def _hard_beyond() -> Expr:
    beyond = sqrt(2) * sqrt(ratio) + Symbol("d", positive=True)
    return get("P2").formula.subs(x_in, beyond) - beyond
