"""Chapter N, continued: a Lipschitz constant of the population gradient (N6), from its rows.

Points, angles and q are those of `proofs.lipschitz`.
"""

from __future__ import annotations

from sympy import Abs, Add, Eq, Expr, Integer, Matrix, Symbol, cos, pi, sin, solve, sqrt, symbols

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import LipschitzGradient
from proofs.engine.derivation import Derivation, coefficient, vanishes
from proofs.engine.sentence import All, Part, Term, eq, le
from proofs.engine.smt import follows
from proofs.lipschitz import COS, COS_2, DIRECTION_CONSTANT, SIN, SIN_2, STRETCH, Q, filters_apart, jordan, largest_turn
from proofs.symbols import e, m, ones, phi_angle, r, sum_v, theta, v, v_star, v_vs, vs_vs

LEAST_W = Symbol("c_w", positive=True)
"""c_w: the region keeps ‖w‖ ≥ c_w."""

LARGEST_V = Symbol("C_v", positive=True)
"""C_v: the region keeps ‖v‖ ≤ C_v."""

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
        vanishes("Δ ∂f/∂v − form", moved - form),
        vanishes(
            "‖x + (1ᵀx)1‖² = ‖x‖² + 2(1ᵀx)(1ᵀx) + (1ᵀx)²‖1‖², less the form",
            square + 2 * total * total + total**2 * m - (square + (m + 2) * total**2),
        ),
        follows(
            "‖(I + 11ᵀ)x‖ ≤ (m + 1)‖x‖", square + (m + 2) * total**2 <= (m + 1) ** 2 * square, total**2 <= m * square
        ),
    )
    h, product = Symbol("h", nonnegative=True), Symbol("rr", positive=True)
    apart = filters_apart(COS * COS_2, SIN * SIN_2)
    d.step(
        "|Δθ| ≤ (π/2)‖Δŵ‖",
        "‖Δŵ‖² ≥ 2 − 2cos Δθ = 4 sin²(Δθ/2) ≥ (2Δθ/π)²",
        "q ≤ 1 and ss' ≥ 0; Jordan's inequality at h = |Δθ|/2",
        follows(
            "‖Δŵ‖² ≥ 2 − 2(cc' + ss')", apart >= 2 - 2 * COS * COS_2 - 2 * SIN * SIN_2, Q <= 1, SIN >= 0, SIN_2 >= 0
        ),
        vanishes(
            "cc' + ss' − cos(θ − θ')",
            cos(theta) * cos(phi_angle) + sin(theta) * sin(phi_angle) - cos(theta - phi_angle),
        ),
        vanishes("2 − 2 cos 2h − 4 sin²h", 2 - 2 * cos(2 * theta) - 4 * sin(theta) ** 2),
        *jordan(),
        follows("2h ≤ (π/2)‖Δŵ‖", 2 * h <= pi / 2 * _HAT_GAP, _HAT_GAP**2 >= 4 * SIN**2, SIN * pi >= 2 * h),
    )
    d.step(
        "‖Δŵ‖ ≤ ‖Δw‖/c_w",
        "‖w − w'‖² = (r − r')² + r r'‖ŵ − ŵ'‖²",
        "",
        vanishes("law of cosines", _R**2 + _R_2**2 - 2 * _R * _R_2 * Q - (_R - _R_2) ** 2 - _R * _R_2 * (2 - 2 * Q)),
        follows("r r' ≥ c_w²", _R * _R_2 >= LEAST_W**2, _LONG),
        follows(
            "c_w²‖Δŵ‖² ≤ (r − r')² + rr'‖Δŵ‖²",
            Q**2 + product * _HAT_GAP**2 >= LEAST_W**2 * _HAT_GAP**2,
            product >= LEAST_W**2,
        ),
    )


def gradient_w_moves(d: Derivation) -> None:
    """The row of ∂f/∂w: ‖Δ ∂f/∂w‖ ≤ ‖v*‖/(2π c_w) ‖Δv‖ + C_v ‖v*‖ K/(2π c_w²) ‖Δw‖."""
    d.cite("N3", "N6.direction")
    e_2 = Symbol("e_2")
    other = Symbol("v_2_vs", real=True)
    gradient = get("N3").formula
    moved = gradient.subs(r, _R) - gradient.subs({r: _R_2, v_vs: other, e: e_2}, simultaneous=True)
    form = -((v_vs - other) * e / _R + other * (e / _R - e_2 / _R_2)) / (2 * pi)
    d.step(
        "Δ ∂f/∂w = −1/(2π) [(Δv·v*) e/r + (v'·v*)(e/r − e'/r')]",
        form,
        "N3 at both points",
        vanishes("Δ ∂f/∂w − form", moved - form),
    )
    square = (1 / _R - 1 / _R_2) ** 2 + _E_GAP**2 / (_R * _R_2)
    product = Symbol("rr", positive=True)
    d.step(
        "‖e/r − e'/r'‖ ≤ K‖Δw‖/c_w²",
        square,
        "N6.direction, K ≥ 1, and the law of cosines again",
        vanishes(
            "‖e/r − e'/r'‖² − form",
            1 / _R**2 + 1 / _R_2**2 - 2 * Q / (_R * _R_2) - square.subs(_E_GAP, sqrt(2 - 2 * Q)),
        ),
        vanishes(
            "(rr')² form − [(r − r')² + rr'‖Δe‖²]",
            square * (_R * _R_2) ** 2 - ((_R - _R_2) ** 2 + _R * _R_2 * _E_GAP**2),
        ),
        follows(
            "(r − r')² + rr'‖Δe‖² ≤ K²‖Δw‖²",
            Q**2 + product * _E_GAP**2 <= STRETCH**2 * (Q**2 + product * _HAT_GAP**2),
            STRETCH >= 1,
            _E_GAP**2 <= STRETCH**2 * _HAT_GAP**2,
        ),
        follows("c_w² ≤ rr'", LEAST_W**2 <= _R * _R_2, _LONG),
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
        vanishes("det(μ − MᵀM)", (largest * Matrix.eye(2) - gram).det()),
        vanishes(
            "tr(μ − MᵀM) − √(T² − 4D²)",
            (2 * largest - gram.trace()) - sqrt(Add(*(x**2 for x in entries)) ** 2 - 4 * matrix.det() ** 2),
        ),
        follows("T² ≥ 4D²", _square_sum(entries) >= 2 * Abs(matrix.det())),
        follows(
            "a symmetric matrix of trace ≥ 0 and determinant 0 is ≥ 0",
            left * x**2 - 2 * mixed * x * y + right * y**2 >= 0,
            left + right >= 0,
            Eq(left * right, mixed**2),
        ),
    )
    return sqrt(largest)


def _square_sum(entries: tuple[Symbol, ...]) -> Expr:
    return Add(*(entry**2 for entry in entries))


_DV, _DW = Term(r"\|v-v'\|"), Term(r"\|w-w'\|")


@claim(
    id="N6",
    title="A Lipschitz constant of the population gradient away from the kinks and from w = 0",
    source="[Y], Lemma 3, with the region it needs and an explicit constant [here]",
    kind=Kind.INEQUALITY,
    sentence=All(
        le(Term(r"\|\nabla f(v,w)-\nabla f(v',w')\|"), Part("bound") * Term(r"\|(v,w)-(v',w')\|")),
        eq(Part("bound"), Term(r"\left\|\begin{pmatrix}L_{vv}&L_{vw}\\L_{wv}&L_{ww}\end{pmatrix}\right\|_2")),
        le(Term(r"\|\partial_vf(v,w)-\partial_vf(v',w)\|"), Part("bound of ∂f/∂v in v") * _DV),
        le(Term(r"\|\partial_vf(v,w)-\partial_vf(v,w')\|"), Part("bound of ∂f/∂v in w") * _DW),
        le(Term(r"\|\partial_wf(v,w)-\partial_wf(v',w)\|"), Part("bound of ∂f/∂w in v") * _DV),
        le(Term(r"\|\partial_wf(v,w)-\partial_wf(v,w')\|"), Part("bound of ∂f/∂w in w") * _DW),
        eq(STRETCH, Part("constant")),
    ),
    definition=LipschitzGradient("region"),
    parts={
        **{name: PARTIAL_CONSTANTS[entry] for entry, name in ENTRIES.items()},
        "bound": LIPSCHITZ_CONSTANT,
        "constant": DIRECTION_CONSTANT,
    },
    names={Part("bound"): "L", **{Part(name): f"L_{{{'vw'[i]}{'vw'[j]}}}" for (i, j), name in ENTRIES.items()}},
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
        follows(
            "row of ∂f/∂v",
            (m + 1) / 4 * x + turned / (2 * pi) * norm <= first.subs(rows),
            turned <= pi / 2 * _HAT_GAP,
            y >= LEAST_W * _HAT_GAP,
        ),
        follows(
            "row of ∂f/∂w",
            (product / _R + other * unit) / (2 * pi) <= second.subs(rows),
            product <= x * norm,
            other <= LARGEST_V * norm,
            unit * LEAST_W**2 <= STRETCH * y,
            _R >= LEAST_W,
        ),
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
