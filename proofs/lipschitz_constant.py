"""Chapter N, continued: a Lipschitz constant of the population gradient (N6), from its rows.

Points, angles and frames are those of `proofs.lipschitz`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sympy import Abs, And, Derivative, Eq, Expr, Implies, Integer, Matrix, Subs, Symbol, pi, sin, sqrt, symbols
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import claim, get
from proofs.engine.combinations import coefficient
from proofs.engine.definitions import LipschitzGradient
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, Part, Same, eq, ge, le
from proofs.lipschitz import CC, DIRECTION_CONSTANT, E_GAP, FRAMES, HAT_GAP, NAMES, REGION, SS, STRETCH, frames
from proofs.rules.algebra import gram
from proofs.rules.analysis import circle, convex
from proofs.symbols import PRODUCTS, e, m, named, ones, phi_angle, r, sum_v, theta, v, v_star, v_vs, vs_vs

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
    (a, b), (c, d) = matrix.tolist()
    total, det = a**2 + b**2 + c**2 + d**2, a * d - b * c
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

_R_2 = Symbol("r'", positive=True)
_V_2, _SLOPE, _SLOPE_2, _STEEP, _STEEP_2 = symbols("v' ∂f/∂w ∂f/∂w' ∂f/∂v ∂f/∂v'")
_V_GAP, _W_GAP, _V_2_SIZE, _MOVED_V, _MOVED_W, MOVED, BOTH, _LINEAR, _BENT = named(
    *("‖v−v'‖", "‖w−w'‖", "‖v'‖", "‖∂f/∂v−∂f/∂v'‖", "‖∂f/∂w−∂f/∂w'‖", "‖∇f−∇f'‖", "‖(v,w)−(v',w')‖"),
    *("‖(I+11ᵀ)(v−v')/4‖", "‖e/r−e'/r'‖"),
    nonnegative=True,
)
_SUM_2, _V_2_VS, _SUM_GAP, _STAR_GAP, _CROSS, _PUSH, _T = named(
    "1ᵀv'", "v'·v*", "1ᵀ(v−v')", "(v−v')·v*", "⟨(I+11ᵀ)(v−v')/4,v*⟩", "⟨e,e/r−e'/r'⟩", "t"
)
_OUTPUTS = PRODUCTS | dict(zip(((_V_2, _V_2), (v, _V_2)), named("‖v'‖²", "v·v'"), strict=True))
_OUTPUTS |= {(_V_2, v_star): _V_2_VS, (_V_2, ones): _SUM_2}


def angle_moves(g: Graph, told: Fact, apart: Fact, unit: Fact, *where: Fact) -> Fact:
    """|θ − θ'| ≤ (π/2)‖ŵ − ŵ'‖."""
    half, sine = (theta - phi_angle) / 2, g.apply("sine", circle, at=_T)
    signs = [g.instance(f"sin {x}", sine, {_T: x}) for x in (theta, phi_angle)]
    concave = g.apply("−sin is convex on [0, π/2]", convex, sine, f=-sin(_T), over=_T, low=Integer(0), high=pi / 2)
    jordan = g.fact("Jordan", Implies(And(_T >= 0, pi / 2 >= _T), sin(_T) >= 2 * _T / pi), concave)
    turn = g.equal("cos(θ − θ')", CC + SS, 1 - 2 * sin(half) ** 2, told)
    same_side = g.fact("both sines are ≥ 0", SS >= 0, told, *signs, *where)
    either = [g.instance(f"Jordan at {x}", jordan, {_T: x}) for x in (half, -half)]
    steep = g.fact("sin |θ − θ'|/2", Abs(theta - phi_angle) <= pi * Abs(sin(half)), *either, *where)
    return g.fact("|θ − θ'|", Abs(theta - phi_angle) <= pi / 2 * HAT_GAP, steep, apart, turn, unit, same_side)


def gradient_v_moves(g: Graph, turned: Fact, near: Sequence[Fact], *angles: Fact) -> Fact:
    """The row of ∂f/∂v: ‖Δ ∂f/∂v‖ ≤ ¼(m + 1)‖Δv‖ + ‖v*‖/(4 c_w) ‖Δw‖."""
    second = {v: _V_2, sum_v: _SUM_2, theta: phi_angle}
    slopes = (
        g.cite("N2", {}, *angles[:2], value=_STEEP),
        g.cite("N2", second, *angles[::2], value=_STEEP_2, name="N2 at v', w'"),
    )
    linear = (v - _V_2 + (sum_v - _SUM_2) * ones) / 4
    told = g.rule(
        "Δ ∂f/∂v",
        gram,
        *slopes,
        products=_OUTPUTS,
        norms={v - _V_2: _V_GAP, linear: _LINEAR, _STEEP - _STEEP_2: _MOVED_V},
        named={_SUM_GAP: (v - _V_2, ones), _CROSS: (linear, v_star)},
    )
    angle = (theta - phi_angle) / (2 * pi)
    long = g.fact("‖(I + 11ᵀ)Δv‖", (m + 1) / 4 * _V_GAP >= _LINEAR, told)
    triangle = g.fact("triangle in R^m", _LINEAR + Abs(angle) * sqrt(vs_vs) >= _MOVED_V, told)
    row = PARTIAL_CONSTANTS[0, 0] * _V_GAP + PARTIAL_CONSTANTS[0, 1] * _W_GAP
    return g.fact("row of ∂f/∂v", le(_MOVED_V, row), long, triangle, turned, *near)


def gradient_w_moves(g: Graph, told: Fact, square: Fact, direction: Sequence[Fact], *far: Fact) -> Fact:
    """The row of ∂f/∂w: ‖Δ ∂f/∂w‖ ≤ ‖v*‖/(2π c_w) ‖Δv‖ + C_v ‖v*‖ K/(2π c_w²) ‖Δw‖."""
    outputs = g.rule(
        "v and v'",
        gram,
        products=_OUTPUTS,
        norms={v - _V_2: _V_GAP, _V_2: _V_2_SIZE},
        named={_STAR_GAP: (v - _V_2, v_star), _V_2_VS: (_V_2, v_star)},
    )
    bent = g.equal("law of cosines of e/r", (r * _R_2 * _BENT) ** 2, (r - _R_2) ** 2 + r * _R_2 * E_GAP**2, told)
    gap = v_vs - _V_2_VS
    terms = (gap / r) ** 2 + 2 * (gap / r) * _V_2_VS * _PUSH + _V_2_VS**2 * _BENT**2
    parts = g.equal("‖Δ ∂f/∂w‖²", (2 * pi * _MOVED_W) ** 2, terms, told)
    push = g.fact("Cauchy–Schwarz in R^n", Abs(_PUSH) <= _BENT, told)
    sharper = g.fact("K ≥ 1", r * _R_2 * _BENT <= STRETCH * _W_GAP, bent, square, *direction)
    row = PARTIAL_CONSTANTS[1, 0] * _V_GAP + PARTIAL_CONSTANTS[1, 1] * _W_GAP
    return g.fact("row of ∂f/∂w", le(_MOVED_W, row), outputs, parts, push, sharper, *far)


def norm_of_rows(g: Graph) -> Fact:
    """Two numbers ≤ ax + by and ≤ cx + dy are no longer than ‖M‖‖(x, y)‖, whatever the numbers: ‖M‖² is an eigenvalue.

    For μ = ‖M‖² it says that (μ − α)(μ − δ) = o², α, δ and o the entries of MᵀM, and 2μ ≥ α + δ.
    """
    a, b, c, d, x, y, norm, total, det = symbols("a b c d x y ‖M‖ T D", real=True)
    first, second, both, apart = symbols("first second both apart", real=True)
    along, across, mixed = a**2 + c**2, b**2 + d**2, a * b + c * d
    own = {total: a**2 + b**2 + c**2 + d**2, det: a * d - b * c}
    known = And(*(Eq(name, known_as) for name, known_as in own.items()))
    largest = And(norm >= 0, Eq(norm**4 - total * norm**2 + det**2, 0), 2 * norm**2 >= total)
    factors = And(Eq((norm**2 - along) * (norm**2 - across), mixed**2), 2 * norm**2 >= along + across)
    eigen = g.fact("det(μ − MᵀM) = 0", Implies(And(known, largest), factors))
    rows = And(
        *(first >= 0, second >= 0, first <= a * x + b * y, second <= c * x + d * y, apart >= 0),
        *(Eq(both**2, first**2 + second**2), Eq(apart**2, x**2 + y**2)),
    )
    form = along * x**2 + 2 * mixed * x * y + across * y**2 <= norm**2 * (x**2 + y**2)
    longest = g.fact("rows", Implies(And(rows, norm >= 0, form), both <= norm * apart))
    any_norm = g.fact("‖M‖", Implies(And(rows, known, largest), both <= norm * apart), eigen, longest)
    value = sqrt((total + sqrt(total**2 - 4 * det**2)) / 2)
    bound = g.fact(
        "the larger eigenvalue",
        Implies(And(rows, known), both <= value * apart),
        g.instance("at the larger", any_norm, {norm: value}, wherever=True),
    )
    entries = dict(zip((a, b, c, d), PARTIAL_CONSTANTS, strict=True))
    entries |= {name: known_as.subs(entries, simultaneous=True) for name, known_as in own.items()}
    moved = {x: _V_GAP, y: _W_GAP, first: _MOVED_V, second: _MOVED_W, both: MOVED, apart: BOTH}
    return g.instance("of the gradient", bound, entries | moved)


_ALONG = Symbol("t", real=True)


def attained() -> dict[str, Boolean]:
    """Three of the four entries are attained, so that none of these can be smaller."""
    gradient = get("N2").as_printed
    moved = gradient.subs({v: v + _ALONG * ones, sum_v: sum_v + _ALONG * m}, simultaneous=True)
    scale = -coefficient(get("N3").formula, e)
    at = partial(Subs, scale, (v_vs, r))
    turned = at((LARGEST_V * sqrt(vs_vs), LEAST_W)) * STRETCH / LEAST_W
    return {
        "∂f/∂v in v is attained along 1": Same(Derivative(moved, _ALONG), PARTIAL_CONSTANTS[0, 0] * ones),
        "∂f/∂w in v is at ‖w‖ = c_w, Δv ∥ v*": eq(at((sqrt(vs_vs), LEAST_W)), PARTIAL_CONSTANTS[1, 0]),
        "∂f/∂w in w is at ‖v‖ = C_v, v ∥ v*, ‖w‖ = ‖w'‖ = c_w, where N6.direction is": eq(
            turned, PARTIAL_CONSTANTS[1, 1]
        ),
    }


@claim(
    id="N6",
    title="A Lipschitz constant of the population gradient away from the kinks and from w = 0",
    source="[Y], Lemma 3, with the region it needs and an explicit constant [here]",
    sentence=All(
        le(MOVED, Part("bound") * BOTH),
        le(_MOVED_V, Part("bound of ∂f/∂v in v") * _V_GAP + Part("bound of ∂f/∂v in w") * _W_GAP),
        le(_MOVED_W, Part("bound of ∂f/∂w in v") * _V_GAP + Part("bound of ∂f/∂w in w") * _W_GAP),
        eq(STRETCH, Part("constant")),
    ),
    definition=LipschitzGradient("region"),
    parts={
        **{name: PARTIAL_CONSTANTS[entry] for entry, name in ENTRIES.items()},
        "bound": LIPSCHITZ_CONSTANT,
        "constant": DIRECTION_CONSTANT,
    },
    premises=REGION
    | {
        "‖w‖": ge(r, LEAST_W),
        "‖w'‖": ge(_R_2, LEAST_W),
        "‖v'‖": le(_V_2_SIZE, LARGEST_V),
        "K": eq(STRETCH, DIRECTION_CONSTANT),
        "∇f": eq(MOVED**2, _MOVED_V**2 + _MOVED_W**2),
        "(v, w)": eq(BOTH**2, _V_GAP**2 + _W_GAP**2),
    },
    names=NAMES
    | {Part("bound"): "L", **{Part(name): f"L_{{{'vw'[i]}{'vw'[j]}}}" for (i, j), name in ENTRIES.items()}}
    | {MOVED: r"\|\nabla f(v,w)-\nabla f(v',w')\|", _R_2: r"\|w'\|"}
    | {_MOVED_V: r"\|\partial_vf(v,w)-\partial_vf(v',w')\|", _MOVED_W: r"\|\partial_wf(v,w)-\partial_wf(v',w')\|"},
    besides=attained,
    setting="‖w*‖ = 1; L is the spectral norm of the matrix of the four",
)
def N6(d: Derivation) -> None:
    g = Graph(d)
    where = tuple(g.given(name) for name in REGION)
    far, far_2, narrow, stretch = (g.given(name) for name in ("‖w‖", "‖w'‖", "‖v'‖", "K"))
    (w, e_1), (w_2, e_2) = FRAMES
    slopes = (
        g.cite("N3", {e: e_1}, *where[:2], value=_SLOPE),
        g.cite(
            "N3", {e: e_2, r: _R_2, theta: phi_angle, v_vs: _V_2_VS}, *where[::2], value=_SLOPE_2, name="N3 at v', w'"
        ),
    )
    bent = e_1 / r - e_2 / _R_2
    lengths = {r * w - _R_2 * w_2: _W_GAP, bent: _BENT, _SLOPE - _SLOPE_2: _MOVED_W, e_1: Integer(1)}
    told, apart, unit = frames(g, lengths, {_PUSH: (e_1, bent)}, *slopes)
    square = g.equal("law of cosines", _W_GAP**2, (r - _R_2) ** 2 + r * _R_2 * HAT_GAP**2, told)
    turned = angle_moves(g, told, apart, unit, *where)
    of_v = gradient_v_moves(g, turned, (square, far, far_2), *where)
    direction = g.cite("N6.direction", {}, *where)
    of_w = gradient_w_moves(g, told, square, (direction, stretch), far, far_2, narrow)
    g.conclude(norm_of_rows(g), of_v, of_w, stretch, g.given("∇f"), g.given("(v, w)"))
