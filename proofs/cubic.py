"""The nonzero branches of the transformed l1 and l½ maps: the largest root of a cubic, by the sine of a triple angle.

Roots are removed from what the solver is asked: m stands for √(2ρ(a + 1)) in the first and for ρ^(1/3) in the second.
"""

from __future__ import annotations

from sympy import (
    Abs,
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Le,
    Piecewise,
    Rational,
    Symbol,
    asin,
    cos,
    diff,
    expand_trig,
    factor_terms,
    pi,
    sin,
    sqrt,
    true,
)
from sympy.logic.boolalg import Boolean

from proofs.engine.derivation import Obligation, vanishes
from proofs.engine.graph import Fact, Graph
from proofs.engine.rules import addition, arcsine
from proofs.engine.sentence import ge, gt, le
from proofs.engine.smt import follows
from proofs.penalty_forms import Penalty, size
from proofs.proximal import Branch
from proofs.symbols import a, phi_angle, ratio, u, x_in

HALF = Rational(1, 2)
y = phi_angle
m, z, Z = Symbol("m", positive=True), Symbol("z", positive=True), Symbol("Z", positive=True)
q, w, h = Symbol("q", positive=True), Symbol("w", positive=True), Symbol("h", positive=True)
sine = Symbol("s", nonnegative=True)


def place(g: Graph, penalty: Penalty, mapped: Fact, beyond: Fact, at: Expr = x_in) -> tuple[Fact, Fact]:
    """Where |S(x)| is beyond the threshold, x being `at`, by the formula `mapped`, and that S(x) has the sign of x."""
    x, chosen, (angle,) = Abs(at), Abs(mapped.formula.lhs), mapped.formula.rhs.atoms(asin)
    half, third, turn = penalty.name == "half", angle / 3, pi / 3
    expanded = {sin(third + turn): expand_trig(sin(y + turn)).subs(y, third)}
    kept = x - factor_terms(penalty.branches[0][0].subs(size, x).subs(expanded))
    sines = g.apply("a third of the angle", arcsine, beyond, angle=third)

    def stationary(point: Expr) -> Boolean:
        if half:
            return Eq(4 * point * (x - point) ** 2, ratio**2, evaluate=False)
        return Eq((x - point) * (a + point) ** 2, ratio * a * (a + 1), evaluate=False)

    def far(point: Expr) -> Boolean:
        """So far from 0 that no other u is better, if it is stationary."""
        if half:
            return gt(point, ratio ** Rational(2, 3))
        return And(gt(point, 0), ge((a + point) ** 2, 2 * ratio * (a + 1)))

    start = 0 if half else a
    known = (sines, beyond) if half else (sines,)
    larger = g.fact("the larger root", And(le(kept, x), ge(3 * (start + kept), 2 * (start + x))), *known)
    equation = g.fact("stationary", stationary(kept), *known)
    least = g.fact("far from 0", far(kept), *(() if half else (equation,)), larger, beyond)
    turned = g.rule("turned by 60°", addition, first=third, second=turn) if half else least
    size_of = g.fact("|S(x)|", Eq(chosen, kept), mapped, turned, beyond)
    within = (larger,) if half else ()
    side = g.fact("on the side of x", Eq(Abs(at - mapped.formula.lhs), x - chosen), mapped, size_of, *within)
    return g.fact("S(x) is that root", And(stationary(chosen), far(chosen)), equation, least, size_of), side


# Transformed l1: z = a + |u|, Z = a + |x|, K = ρa(a + 1).

K = m**2 * a / 2
tl1_least = Piecewise((a + m**2 / (2 * a), m <= a), (m + a / 2, True))
"""a + threshold, in m."""

tl1_root = (Gt(Z, tl1_least), Eq((Z - z) * z**2, K), Ge(3 * z, 2 * Z))
"""What defines z: |x| is beyond the threshold, and z the largest root."""


def tl1_branch(penalty: Penalty) -> list[Branch]:
    """|S(x)| beyond the threshold for the transformed l1 penalty."""
    piece = penalty.pieces[0][2]
    by_sine = Z * (1 - Rational(4, 3) * sin(y) ** 2)
    slope = ratio * diff(piece, u).subs(u, z - a) + z - Z
    owes = [
        vanishes("slope · z² − (K − (Z − z)z²)", slope * z**2 - (ratio * a * (a + 1) - (Z - z) * z**2)),
        vanishes("K − m²a/2", ratio * a * (a + 1) - K.subs(m, sqrt(2 * ratio * (a + 1)))),
        vanishes(
            "(Z − z)z² − (4/27)Z³ sin²(3y) at z = Z(1 − (4/3)sin²y)",
            (Z - by_sine) * by_sine**2 - Rational(4, 27) * Z**3 * sin(3 * y) ** 2,
        ),
        vanishes("a + threshold, in m", a + penalty.threshold - tl1_least.subs(m, sqrt(2 * ratio * (a + 1)))),
        follows("sin²(3y) = 27K/(4Z³) ≤ 1: such a y exists, 0 ≤ 3y ≤ π/2", Le(27 * K, 4 * Z**3), Gt(Z, tl1_least)),
        follows("sin y ≤ ½, so 3z ≥ 2Z", Ge(3 * (1 - Rational(4, 3) * sine**2), 2), sine <= HALF),
        follows("z > a and z ≥ m", And(z > a, z >= m), tl1_root),
        *_tl1_optimal(piece),
    ]
    big = a + size
    angle = asin(sqrt(27 * ratio * a * (a + 1) / (4 * big**3))) / 3
    return [Branch(big * (1 - Rational(4, 3) * sin(angle) ** 2) - a, true, tuple(owes))]


def _tl1_value(piece: Expr, point: Expr, x: Expr) -> Expr:
    """F at u = point − a, in m."""
    return (ratio * piece.subs(u, point - a)).subs(ratio, m**2 / (2 * (a + 1))) + (point - a - x) ** 2 / 2


def _tl1_optimal(piece: Expr) -> list[Obligation]:
    x = z + K / z**2 - a
    bracket = HALF - K / (z**2 * q)
    difference = _tl1_value(piece, q, x) - _tl1_value(piece, z, x)
    return [
        vanishes("F(v) − F(u) − (v − u)²(½ − K/(z²(a + v))), q = a + v", difference - (q - z) ** 2 * bracket),
        follows("½ − K/(z²(a + v)) > 0 for v > 0", bracket > 0, z > a, z >= m, q > a),
        follows("and F(0) is no smaller", bracket.subs(q, a) >= 0, z > a, z >= m),
    ]


def tl1_ties(penalty: Penalty) -> list[Obligation]:
    """At the threshold: a second minimizer m − a if m > a; if m ≤ a the root starts at 0 there."""
    piece = penalty.pieces[0][2]
    at_jump = m - a / 2
    return [
        vanishes("F(m − a) − F(0) at |x| = m − a/2", _tl1_value(piece, m, at_jump) - at_jump**2 / 2),
        vanishes("(Z − z)z² − K at z = a, Z = a + m²/(2a)", m**2 / (2 * a) * a**2 - K),
    ]


# l½: w = √|u|, |x| = 3h², ρ = m³.


def half_branch(penalty: Penalty) -> list[Branch]:
    """|S(x)| beyond the threshold for the l½ penalty."""
    piece = penalty.pieces[0][2]
    slope = (ratio * diff(piece, u).subs(u, w**2)).subs(ratio, m**3) + w**2 - 3 * h**2
    by_cosine = 2 * h * cos(pi / 6 + y)
    x = w**2 + m**3 / (2 * w)
    bracket = (q + w) ** 2 - m**3 / w
    owes = [
        vanishes("slope · w − (w³ − 3h²w + m³/2)", slope * w - (w**3 - 3 * h**2 * w + m**3 / 2)),
        vanishes(
            "w³ − 3h²w + 2h³ sin(3y) at w = 2h cos(π/6 + y)",
            by_cosine**3 - 3 * h**2 * by_cosine + 2 * h**3 * sin(3 * y),
        ),
        vanishes("threshold, in m", penalty.threshold.subs(ratio, m**3) - Rational(3, 2) * m**2),
        follows("sin²(3y) = (m³/(4h³))² ≤ ½: such a y exists, 0 ≤ 3y ≤ π/4", 2 * m**6 <= 16 * h**6, 2 * h**2 > m**2),
        vanishes("w² − 2h²(1 + cos(π/3 + 2y))", by_cosine**2 - 2 * h**2 * (1 + cos(pi / 3 + 2 * y))),
        follows("π/3 + 2y ≤ π/2, so w² ≥ 2h² and w > m", w > m, w**2 >= 2 * h**2, 2 * h**2 > m**2),
        vanishes(
            "F(v) − F(u) − ½(√v − w)²((√v + w)² − ρ/w), q = √v",
            m**3 * (q - w) + ((q**2 - x) ** 2 - (w**2 - x) ** 2) / 2 - (q - w) ** 2 * bracket / 2,
        ),
        follows("(√v + w)² − ρ/w > 0 for v ≥ 0", bracket.subs(q, sine) > 0, w > m),
    ]
    angle = asin(ratio / (4 * (size / 3) ** Rational(3, 2))) / 3
    return [Branch(Rational(2, 3) * size * (1 + cos(pi / 3 + 2 * angle)), true, tuple(owes))]


def half_ties(penalty: Penalty) -> list[Obligation]:
    """At the threshold: a second minimizer ρ^(2/3)."""
    x = Rational(3, 2) * m**2
    return [vanishes("F(m²) − F(0) at |x| = (3/2)m²", m**3 * m + (m**2 - x) ** 2 / 2 - x**2 / 2)]
