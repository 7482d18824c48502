"""Chapter N, continued: the Lipschitz constant of the population gradient (N6).

Write V = ‖v*‖². Two points (v, w), (v', w') with angles θ, θ'; in the coordinates w*, n, … with n the unit vector of w
orthogonal to w*, ŵ = cos θ w* + sin θ n and e = sin θ w* − cos θ n. All that is left of the second point's direction is
q = n·n' ∈ [−1, 1], so every distance below is an expression in θ, θ' and q.
"""

from __future__ import annotations

from sympy import (
    Abs,
    Add,
    Eq,
    Expr,
    Integer,
    Matrix,
    Max,
    Ne,
    Rational,
    Symbol,
    cos,
    cot,
    diff,
    limit,
    oo,
    pi,
    sin,
    solve,
    sqrt,
    symbols,
    tan,
)

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import LipschitzGradient
from proofs.engine.derivation import Derivation, Obligation, coefficient, holds, vanishes
from proofs.engine.render import latex_of
from proofs.engine.smt import follows
from proofs.symbols import (
    e,
    m,
    n,
    ones,
    phi_angle,
    r,
    sum_v,
    theta,
    v,
    v_star,
    v_vs,
    vs_vs,
    w_hat,
)

__all__ = [
    "DIRECTION_CONSTANT",
    "LARGEST_V",
    "LEAST_ANGLE",
    "LEAST_W",
    "LIPSCHITZ_CONSTANT",
    "PARTIAL_CONSTANTS",
    "STRETCH",
    "below_its_argument",
    "jordan",
]

LEAST_ANGLE = Symbol("theta_0", positive=True)
"""θ₀ ∈ (0, π/2): the region keeps θ₀ ≤ θ ≤ π − θ₀."""

LEAST_W = Symbol("c_w", positive=True)
"""c_w: the region keeps ‖w‖ ≥ c_w."""

LARGEST_V = Symbol("C_v", positive=True)
"""C_v: the region keeps ‖v‖ ≤ C_v."""

DIRECTION_CONSTANT = Max(1, cot(LEAST_ANGLE))
"""K of N6.direction, in θ₀."""

STRETCH = Symbol("K", positive=True)
"""K, where another constant is written in it."""

PARTIAL_CONSTANTS = Matrix(
    [
        [(m + 1) / Integer(4), sqrt(vs_vs) / (4 * LEAST_W)],
        [sqrt(vs_vs) / (2 * pi * LEAST_W), LARGEST_V * sqrt(vs_vs) * STRETCH / (2 * pi * LEAST_W**2)],
    ]
)
"""How far (∂f/∂v, ∂f/∂w) moves, by rows, per unit of (‖Δv‖, ‖Δw‖), by columns."""


def spectral_norm(matrix: Matrix) -> Expr:
    """The largest singular value of a 2×2 matrix."""
    total, det = Add(*(entry**2 for entry in matrix)), matrix.det()
    return sqrt((total + sqrt(total**2 - 4 * det**2)) / 2)


LIPSCHITZ_CONSTANT = spectral_norm(PARTIAL_CONSTANTS)
"""L of N6, in m, ‖v*‖², C_v, c_w and K."""

ENTRIES = {
    (0, 0): "bound of ∂f/∂v in v",
    (0, 1): "bound of ∂f/∂v in w",
    (1, 0): "bound of ∂f/∂w in v",
    (1, 1): "bound of ∂f/∂w in w",
}
"""The partial constants as parts of N6."""

MIRRORED_QUOTIENT = (v_vs / (2 * pi)) ** 2 * cot(theta) ** 2
"""The squared quotient of N6.printed, ε being θ."""

_Q = Symbol("q", real=True)
_COS, _SIN, _COS_2, _SIN_2 = symbols("cos_1 sin_1 cos_2 sin_2", real=True)
_COS_0, _SIN_0 = symbols("cos_0 sin_0", positive=True)
_CIRCLE = (Eq(_COS**2 + _SIN**2, 1), Eq(_COS_2**2 + _SIN_2**2, 1))
_REGION = (*_CIRCLE, Eq(_COS_0**2 + _SIN_0**2, 1), _SIN >= _SIN_0, _SIN_2 >= _SIN_0)


def jordan() -> list[Obligation]:
    """What Jordan's inequality owes: sin z ≥ 2z/π on [0, π/2], as sin is concave there, with equality at the ends."""
    z = Symbol("z", real=True)
    gap = sin(z) - 2 * z / pi
    return [
        vanishes("Jordan: (sin z − 2z/π)'' + sin z", diff(gap, z, 2) + sin(z)),
        vanishes("Jordan: both sides at z = 0", gap.subs(z, 0)),
        vanishes("Jordan: both sides at z = π/2", gap.subs(z, pi / 2)),
    ]


def below_its_argument() -> list[Obligation]:
    """What sin y ≤ y owes for y ≥ 0: y − sin y is 0 at 0 and has the slope 1 − cos y ≥ 0."""
    y = Symbol("y", real=True)
    return [
        vanishes("slope of y − sin y", diff(y - sin(y), y) - (1 - cos(y))),
        vanishes("y − sin y at 0", (y - sin(y)).subs(y, 0)),
        follows("1 − cos y ≥ 0", 1 - _COS >= 0, _CIRCLE),
    ]


def filters_apart(first: Expr, second: Expr) -> Expr:
    """‖ŵ − ŵ'‖² from the cosines and sines (c, s, c', s') of the two angles, and q."""
    return 2 - 2 * first - 2 * second * _Q


def coordinates(angle: Expr, along: Expr, beyond: Expr) -> tuple[Matrix, Matrix]:
    """ŵ and e in the coordinates w*, n and a third one, for a filter whose n is (along, beyond)."""
    w = Matrix([cos(angle), along * sin(angle), beyond * sin(angle)])
    return w, Matrix([sin(angle), -along * cos(angle), -beyond * cos(angle)])


@claim(
    id="N6.printed",
    title="No Lipschitz constant holds between any two points where the population loss is differentiable",
    source="[Y], Lemma 3, as printed; the witness [here]",
    kind=Kind.COUNTEREXAMPLE,
    subject=(
        r"\frac{\|\partial_wf(v,w)-\partial_wf(v,w')\|^2}{\|w-w'\|^2}="
        + latex_of(MIRRORED_QUOTIENT)
        + r"\to\infty\quad(\theta\to0,\ w^*=(1,0),\ w=(\cos\theta,\sin\theta),\ w'=(\cos\theta,-\sin\theta))"
    ),
    definition=LipschitzGradient("printed"),
    hypotheses=(Ne(v_vs, 0), n >= 2),
    parts={"squared quotient": MIRRORED_QUOTIENT},
    setting="‖w‖ = ‖w'‖ = 1 and one v, so every bound on ‖v‖ and ‖w‖ is met",
)
def N6_printed(d: Derivation) -> None:
    d.cite("N3")
    d.begin("w = (cos ε, sin ε), w' = (cos ε, −sin ε), w* = (1, 0), ε → 0⁺", "the loss has its kink between them")
    (w, along), (mirrored, across) = (coordinates(theta, Integer(side), Integer(0)) for side in (1, -1))
    star = Matrix([1, 0, 0])
    d.step(
        "Their unit vectors e",
        "e = (sin ε, −cos ε),  e' = (sin ε, cos ε)",
        "orthogonal to w, of length 1, and w* = cos ε w + sin ε e",
        [
            owed
            for one, unit in ((w, along), (mirrored, across))
            for owed in (
                vanishes("e·w", one.dot(unit)),
                vanishes("‖e‖² − 1", unit.dot(unit) - 1),
                *(vanishes("w* − cos ε w − sin ε e", x) for x in star - cos(theta) * one - sin(theta) * unit),
            )
        ],
    )
    scale = coefficient(get("N3").formula, e).subs(r, 1)
    moved, apart = scale**2 * (along - across).dot(along - across), (w - mirrored).dot(w - mirrored)
    d.step(
        "The square of the quotient",
        moved / apart,
        "by N3 ∂f/∂w = −(v·v*)/(2π) e at ‖w‖ = 1, at both points",
        [vanishes("∂f/∂w − (…) e", get("N3").formula.coeff(w_hat))],
    )
    d.hold("squared quotient", MIRRORED_QUOTIENT)
    nonzero = (moved / apart).simplify().subs(v_vs, Symbol("v_vs", real=True, nonzero=True))
    d.step("Its limit", oo, "", [holds("limit as ε → 0⁺ is +∞", limit(nonzero, theta, 0, "+") == oo)])
    d.conclude_argument("whatever L is, some pair violates ‖∇f − ∇f'‖ ≤ L ‖(v, w) − (v', w')‖")


def on_the_region() -> list[Obligation]:
    """sin θ ≥ sin θ₀ for θ₀ ≤ θ ≤ π − θ₀, with x = (θ − θ₀)/2 and y = (θ + θ₀)/2."""
    x, y = phi_angle, theta
    angle, half = Symbol("theta", positive=True), Rational(1, 2)
    given = (pi / 2 > LEAST_ANGLE, angle >= LEAST_ANGLE, angle <= pi - LEAST_ANGLE)
    return [
        vanishes("sin θ − sin θ₀ − 2 sin x cos y", sin(x + y) - sin(y - x) - 2 * sin(x) * cos(y)),
        follows("x ≥ 0", half * (angle - LEAST_ANGLE) >= 0, given),
        follows("x ≤ π/2", half * (angle - LEAST_ANGLE) <= pi / 2, given),
        follows("y ≥ 0", half * (angle + LEAST_ANGLE) >= 0, given),
        follows("y ≤ π/2", half * (angle + LEAST_ANGLE) <= pi / 2, given),
    ]


@claim(
    id="N6.direction",
    title="How fast the direction of the gradient turns away from the kinks",
    source="[here]",
    kind=Kind.INEQUALITY,
    subject=(
        rf"\|e-e'\|\le K\,\|\hat w-\hat w'\|,\quad K={latex_of(DIRECTION_CONSTANT)},"
        r"\qquad\theta,\theta'\in[\theta_0,\pi-\theta_0],\ 0<\theta_0<\tfrac\pi2;\ \text{no smaller }K\text{ will do}"
    ),
    definition=LipschitzGradient("direction"),
    parts={"bound": DIRECTION_CONSTANT},
    setting="any two points of the region, n ≥ 2; no path between them is needed",
)
def N6_direction(d: Derivation) -> None:
    d.begin("K²‖ŵ − ŵ'‖² − ‖e − e'‖²", "ŵ = cos θ w* + sin θ n, e = sin θ w* − cos θ n, and q = n·n'")
    (w, unit), (other, unit_2) = (
        coordinates(theta, Integer(1), Integer(0)),
        coordinates(phi_angle, _Q, sqrt(1 - _Q**2)),
    )
    cosines, sines = cos(theta) * cos(phi_angle), sin(theta) * sin(phi_angle)
    d.step(
        "The two distances",
        "‖ŵ − ŵ'‖² = 2 − 2cc' − 2ss'q,   ‖e − e'‖² = 2 − 2ss' − 2cc'q",
        "c = cos θ, s = sin θ; the second angle is written φ",
        [
            vanishes("e·ŵ", w.dot(unit)),
            vanishes("‖ŵ − ŵ'‖² − form", (w - other).dot(w - other) - filters_apart(cosines, sines)),
            vanishes("‖e − e'‖² − form", (unit - unit_2).dot(unit - unit_2) - filters_apart(sines, cosines)),
        ],
    )
    cc, ss = _COS * _COS_2, _SIN * _SIN_2
    gap = STRETCH**2 * filters_apart(cc, ss) - filters_apart(ss, cc)
    d.step(
        "Affine in q, so its sign at q = 1 and q = −1 decides",
        gap,
        "",
        [
            vanishes("second derivative in q", diff(gap, _Q, 2)),
            vanishes("at q = 1: − 2(K² − 1)(1 − cc' − ss')", gap.subs(_Q, 1) - 2 * (STRETCH**2 - 1) * (1 - cc - ss)),
            follows("1 − cc' − ss' ≥ 0", cc + ss <= 1, _CIRCLE),
            follows("(K² − 1) · a number ≥ 0", (STRETCH**2 - 1) * _Q >= 0, (STRETCH >= 1, _Q >= 0)),
        ],
    )
    d.step("On the region sin θ ≥ sin θ₀", "sin θ − sin θ₀ = 2 sin x cos y ≥ 0", "0 ≤ x, y ≤ π/2", on_the_region())
    turn, bound = Symbol("C", real=True), STRETCH * _SIN_0 >= _COS_0
    small = (1 + turn <= 2 * _COS_0**2, 1 - turn >= 2 * _SIN_0**2, Eq(_COS_0**2 + _SIN_0**2, 1))
    d.step(
        "q = −1: with C = cc' − ss' = cos(θ + θ')",
        2 * STRETCH**2 * (1 - turn) - 2 * (1 + turn),
        "C ≤ cos²θ₀ − sin²θ₀, and K ≥ cot θ₀",
        [
            vanishes("gap − form", gap.subs(_Q, -1) - 2 * STRETCH**2 * (1 - (cc - ss)) + 2 * (1 + (cc - ss))),
            follows("|cos θ| ≤ cos θ₀", _COS**2 <= _COS_0**2, _REGION),
            follows(
                "cc' ≤ cos²θ₀",
                cc <= _COS_0**2,
                (_COS**2 <= _COS_0**2, _COS_2**2 <= _COS_0**2),
            ),
            follows("ss' ≥ sin²θ₀", ss >= _SIN_0**2, (_SIN >= _SIN_0, _SIN_2 >= _SIN_0)),
            follows("K²(1 − C) ≥ 2cos²θ₀", STRETCH**2 * (1 - turn) >= 2 * _COS_0**2, (bound, *small)),
            follows("so the gap is ≥ 0", 2 * _COS_0**2 - (1 + turn) >= 0, small),
        ],
    )
    d.hold("bound", DIRECTION_CONSTANT, largest_turn(d, cosines, sines), "the larger of the two: no smaller K will do")
    d.conclude_argument("K = max(1, cot θ₀) is the Lipschitz constant of ŵ ↦ e on the region, and it is sharp")


def largest_turn(d: Derivation, cosines: Expr, sines: Expr) -> Expr:
    """The larger of the two quotients ‖e − e'‖/‖ŵ − ŵ'‖ that are attained on the region: no smaller K will do."""
    turned, moved = filters_apart(sines, cosines), filters_apart(cosines, sines)
    mirrored = {phi_angle: theta, _Q: -1}
    d.step(
        "Both ends of the maximum are attained",
        "θ = θ' = θ₀ with n' = −n, and θ ≠ θ' with n' = n",
        "the first lengths are 2 cos θ₀ and 2 sin θ₀, both positive as 0 < θ₀ < π/2; the second two are equal",
        [
            vanishes("‖e − e'‖² − (2 cos θ)² at θ = θ', q = −1", turned.subs(mirrored) - (2 * cos(theta)) ** 2),
            vanishes("‖ŵ − ŵ'‖² − (2 sin θ)² there", moved.subs(mirrored) - (2 * sin(theta)) ** 2),
            vanishes("‖e − e'‖² − ‖ŵ − ŵ'‖² at q = 1", (turned - moved).subs(_Q, 1)),
        ],
    )
    quotient = (turned.subs(mirrored) / moved.subs(mirrored)).simplify()
    return Max(sqrt((turned / moved).subs(_Q, 1).simplify()), cot(LEAST_ANGLE) * _ratio(quotient))


def _ratio(square: Expr) -> Expr:
    """√square/cot θ for a positive multiple of cot²θ, 0 < θ < π/2."""
    return sqrt((square * tan(theta) ** 2).simplify())


_R, _R_2 = symbols("r_1 r_2", positive=True)
_W_GAP, _HAT_GAP, _V_GAP, _E_GAP = symbols("Delta_w Delta_hat Delta_v Delta_e", nonnegative=True)
_LONG = (_R >= LEAST_W, _R_2 >= LEAST_W)


def gradient_v_moves(d: Derivation) -> None:
    """The row of ∂f/∂v: ‖Δ ∂f/∂v‖ ≤ ¼(m + 1)‖Δv‖ + ‖v*‖/(4 c_w) ‖Δw‖."""
    d.cite("N2")
    v_2, sum_2, theta_2 = symbols("v_2 sum_v_2 theta_2", real=True)
    gradient = get("N2").as_printed
    moved = gradient - gradient.subs({v: v_2, sum_v: sum_2, theta: theta_2}, simultaneous=True)
    form = ((v - v_2) + (sum_v - sum_2) * ones) / 4 + (theta - theta_2) / (2 * pi) * v_star
    total, square = symbols("total square", real=True)
    d.step(
        "Δ ∂f/∂v = ¼(I + 11ᵀ)Δv + Δθ/(2π) v*",
        form,
        "N2 at both points; ‖(I + 11ᵀ)x‖² = ‖x‖² + (m + 2)(1ᵀx)² ≤ (m + 1)²‖x‖² by Cauchy–Schwarz",
        [
            vanishes("Δ ∂f/∂v − form", moved - form),
            vanishes(
                "‖x + (1ᵀx)1‖² = ‖x‖² + 2(1ᵀx)(1ᵀx) + (1ᵀx)²‖1‖², less the form",
                square + 2 * total * total + total**2 * m - (square + (m + 2) * total**2),
            ),
            follows(
                "‖(I + 11ᵀ)x‖ ≤ (m + 1)‖x‖",
                square + (m + 2) * total**2 <= (m + 1) ** 2 * square,
                (total**2 <= m * square,),
            ),
        ],
    )
    h, product = Symbol("h", nonnegative=True), Symbol("rr", positive=True)
    apart = filters_apart(_COS * _COS_2, _SIN * _SIN_2)
    d.step(
        "|Δθ| ≤ (π/2)‖Δŵ‖",
        "‖Δŵ‖² ≥ 2 − 2cos Δθ = 4 sin²(Δθ/2) ≥ (2Δθ/π)²",
        "q ≤ 1 and ss' ≥ 0; Jordan's inequality at h = |Δθ|/2",
        [
            follows(
                "‖Δŵ‖² ≥ 2 − 2(cc' + ss')",
                apart >= 2 - 2 * _COS * _COS_2 - 2 * _SIN * _SIN_2,
                (_Q <= 1, _SIN >= 0, _SIN_2 >= 0),
            ),
            vanishes(
                "cc' + ss' − cos(θ − θ')",
                cos(theta) * cos(phi_angle) + sin(theta) * sin(phi_angle) - cos(theta - phi_angle),
            ),
            vanishes("2 − 2 cos 2h − 4 sin²h", 2 - 2 * cos(2 * theta) - 4 * sin(theta) ** 2),
            *jordan(),
            follows(
                "2h ≤ (π/2)‖Δŵ‖",
                2 * h <= pi / 2 * _HAT_GAP,
                (_HAT_GAP**2 >= 4 * _SIN**2, _SIN * pi >= 2 * h),
            ),
        ],
    )
    d.step(
        "‖Δŵ‖ ≤ ‖Δw‖/c_w",
        "‖w − w'‖² = (r − r')² + r r'‖ŵ − ŵ'‖²",
        "",
        [
            vanishes(
                "law of cosines", _R**2 + _R_2**2 - 2 * _R * _R_2 * _Q - (_R - _R_2) ** 2 - _R * _R_2 * (2 - 2 * _Q)
            ),
            follows("r r' ≥ c_w²", _R * _R_2 >= LEAST_W**2, _LONG),
            follows(
                "c_w²‖Δŵ‖² ≤ (r − r')² + rr'‖Δŵ‖²",
                _Q**2 + product * _HAT_GAP**2 >= LEAST_W**2 * _HAT_GAP**2,
                (product >= LEAST_W**2,),
            ),
        ],
    )


def gradient_w_moves(d: Derivation) -> None:
    """The row of ∂f/∂w: ‖Δ ∂f/∂w‖ ≤ ‖v*‖/(2π c_w) ‖Δv‖ + C_v ‖v*‖ K/(2π c_w²) ‖Δw‖."""
    d.cite("N3")
    d.cite("N6.direction")
    e_2 = Symbol("e_2")
    other = Symbol("v_2_vs", real=True)
    gradient = get("N3").formula
    moved = gradient.subs(r, _R) - gradient.subs({r: _R_2, v_vs: other, e: e_2}, simultaneous=True)
    form = -((v_vs - other) * e / _R + other * (e / _R - e_2 / _R_2)) / (2 * pi)
    d.step(
        "Δ ∂f/∂w = −1/(2π) [(Δv·v*) e/r + (v'·v*)(e/r − e'/r')]",
        form,
        "N3 at both points",
        [vanishes("Δ ∂f/∂w − form", moved - form)],
    )
    square = (1 / _R - 1 / _R_2) ** 2 + _E_GAP**2 / (_R * _R_2)
    product = Symbol("rr", positive=True)
    d.step(
        "‖e/r − e'/r'‖ ≤ K‖Δw‖/c_w²",
        square,
        "N6.direction, K ≥ 1, and the law of cosines again",
        [
            vanishes(
                "‖e/r − e'/r'‖² − form",
                1 / _R**2 + 1 / _R_2**2 - 2 * _Q / (_R * _R_2) - square.subs(_E_GAP, sqrt(2 - 2 * _Q)),
            ),
            vanishes(
                "(rr')² form − [(r − r')² + rr'‖Δe‖²]",
                square * (_R * _R_2) ** 2 - ((_R - _R_2) ** 2 + _R * _R_2 * _E_GAP**2),
            ),
            follows(
                "(r − r')² + rr'‖Δe‖² ≤ K²‖Δw‖²",
                _Q**2 + product * _E_GAP**2 <= STRETCH**2 * (_Q**2 + product * _HAT_GAP**2),
                (STRETCH >= 1, _E_GAP**2 <= STRETCH**2 * _HAT_GAP**2),
            ),
            follows("c_w² ≤ rr'", LEAST_W**2 <= _R * _R_2, _LONG),
        ],
    )


_MATRIX = Matrix(2, 2, symbols("m_11 m_12 m_21 m_22", nonnegative=True))
_SAMPLE = dict(zip(_MATRIX, (1, 2, 3, 5), strict=True))


def norm_of_both(d: Derivation) -> Expr:
    """From the two rows to one constant: ‖(a, b)‖ ≤ ‖M‖ ‖(x, y)‖ for the spectral norm of M, which is returned."""
    matrix, entries = _MATRIX, tuple(_MATRIX)
    gram = matrix.T * matrix
    root = Symbol("mu_root")
    largest = max(solve(gram.charpoly(root).as_expr(), root), key=lambda value: value.subs(_SAMPLE).evalf())
    left, right, mixed, x, y = symbols("left right mixed x_1 y_1", real=True)
    d.step(
        "The larger eigenvalue μ of MᵀM",
        largest,
        "μ − MᵀM has trace √(…) ≥ 0 and determinant 0, so it is positive semidefinite",
        [
            vanishes("det(μ − MᵀM)", (largest * Matrix.eye(2) - gram).det()),
            vanishes(
                "tr(μ − MᵀM) − √(T² − 4D²)",
                (2 * largest - gram.trace()) - sqrt(Add(*(x**2 for x in entries)) ** 2 - 4 * matrix.det() ** 2),
            ),
            follows("T² ≥ 4D²", _square_sum(entries) >= 2 * Abs(matrix.det()), ()),
            follows(
                "a symmetric matrix of trace ≥ 0 and determinant 0 is ≥ 0",
                left * x**2 - 2 * mixed * x * y + right * y**2 >= 0,
                (left + right >= 0, Eq(left * right, mixed**2)),
            ),
        ],
    )
    return sqrt(largest)


def _square_sum(entries: tuple[Symbol, ...]) -> Expr:
    return Add(*(entry**2 for entry in entries))


@claim(
    id="N6",
    title="A Lipschitz constant of the population gradient away from the kinks and from w = 0",
    source="[Y], Lemma 3, with the region it needs and an explicit constant [here]",
    kind=Kind.INEQUALITY,
    subject=(
        r"\|\nabla f(v,w)-\nabla f(v',w')\|\le L\,\|(v,w)-(v',w')\|,\quad "
        rf"L=\left\|{latex_of(PARTIAL_CONSTANTS)}\right\|_2,\quad K={latex_of(DIRECTION_CONSTANT)}"
    ),
    definition=LipschitzGradient("region"),
    parts={
        **{name: PARTIAL_CONSTANTS[entry] for entry, name in ENTRIES.items()},
        "bound": LIPSCHITZ_CONSTANT,
        "constant": DIRECTION_CONSTANT,
    },
    setting="both points with ‖w‖ ≥ c_w, ‖v‖ ≤ C_v and θ ∈ [θ₀, π − θ₀], 0 < θ₀ < π/2; ‖w*‖ = 1",
)
def N6(d: Derivation) -> None:
    d.begin("(∂f/∂v, ∂f/∂w) at (v, w) and at (v', w')")
    gradient_v_moves(d)
    gradient_w_moves(d)
    x, y = _V_GAP, _W_GAP
    first, second = (PARTIAL_CONSTANTS[row, 0] * x + PARTIAL_CONSTANTS[row, 1] * y for row in (0, 1))
    norm, product, other, unit = symbols("norm_vs dv_vs v_2_vs E", nonnegative=True)
    turned = Symbol("Delta_theta", nonnegative=True)
    rows = {sqrt(vs_vs): norm}
    d.step(
        "The two rows",
        "‖Δ ∂f/∂v‖ ≤ M₁₁‖Δv‖ + M₁₂‖Δw‖,  ‖Δ ∂f/∂w‖ ≤ M₂₁‖Δv‖ + M₂₂‖Δw‖",
        "triangle inequality, and |x·v*| ≤ ‖x‖‖v*‖",
        [
            follows(
                "row of ∂f/∂v",
                (m + 1) / 4 * x + turned / (2 * pi) * norm <= first.subs(rows),
                (turned <= pi / 2 * _HAT_GAP, y >= LEAST_W * _HAT_GAP),
            ),
            follows(
                "row of ∂f/∂w",
                (product / _R + other * unit) / (2 * pi) <= second.subs(rows),
                (product <= x * norm, other <= LARGEST_V * norm, unit * LEAST_W**2 <= STRETCH * y, _R >= LEAST_W),
            ),
        ],
    )
    bound = norm_of_both(d)
    attained(d, bound)
    d.conclude_argument("L depends on C_v, c_w and θ₀ (through K), and on m and ‖v*‖; L → ∞ as θ₀ → 0")


def attained(d: Derivation, bound: Expr) -> None:
    """What the two rows come to, entry by entry; three of the four are attained, so none of these can be smaller."""
    gradient = get("N2").as_printed
    along_ones = gradient.diff(v) + m * gradient.diff(sum_v).coeff(ones)
    scale = coefficient(get("N3").formula, e).subs(r, LEAST_W)
    sizes = {
        (0, 0): along_ones,
        (0, 1): pi / 2 * gradient.diff(theta).coeff(v_star) * sqrt(vs_vs) / LEAST_W,
        (1, 0): -scale.diff(v_vs) * sqrt(vs_vs),
        (1, 1): -scale.subs(v_vs, LARGEST_V * sqrt(vs_vs)) * STRETCH / LEAST_W,
    }
    why = {
        (0, 0): "attained: Δv ∥ 1",
        (0, 1): "Jordan's π/2 times the slope in θ; it loses at most that factor",
        (1, 0): "attained: Δv ∥ v*, ‖w‖ = c_w",
        (1, 1): "attained: v ∥ v*, ‖v‖ = C_v, ‖w‖ = ‖w'‖ = c_w, the extremal pair of N6.direction",
    }
    for entry, size in sizes.items():
        d.hold(ENTRIES[entry], PARTIAL_CONSTANTS[entry], size, why[entry])
    of_both = bound.subs({_MATRIX[entry]: size for entry, size in sizes.items()}, simultaneous=True)
    d.hold("bound", LIPSCHITZ_CONSTANT, of_both, "the norm of the matrix of the four")
    d.hold("constant", DIRECTION_CONSTANT, largest_turn(d, cos(theta) * cos(phi_angle), sin(theta) * sin(phi_angle)))
