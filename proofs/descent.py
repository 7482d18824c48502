"""Chapters C and B, continued: why coarse gradient descent descends, or does not (C7, B2).

C7 bounds ‖G_relu‖² by what a step of ``v ← v − η ∂f/∂v``, ``w ← w − η G_relu`` takes off the loss to first order; with
N6 it makes the ReLU estimator descend (B2.relu). The identity estimator has no such bound (C8.ratio), and does not even
rest at the spurious minimum (B2.identity).
"""

from __future__ import annotations

import sympy
from sympy import Abs, Add, Expr, Integer, Integral, Matrix, Ne, Rational, Symbol, cos, diff, oo, pi, sin, sqrt, symbols

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import DescentConstant, PlainDescent
from proofs.engine.derivation import Derivation, coefficient, holds, inner, positive_terms, vanishes
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import All, If, Part, Tends, Term, Where, eq, ge, gt, le, lt, ne
from proofs.engine.smt import follows
from proofs.landscape import gradient_at_best_weights, on_best_weights
from proofs.lipschitz import below_its_argument, jordan
from proofs.lipschitz_constant import LARGEST_V
from proofs.network import COSINE_LIKE
from proofs.symbols import (
    NONZERO_FILTER,
    OPEN_ANGLE,
    PLANE,
    e,
    eta,
    m,
    ones,
    phi_angle,
    r,
    sum_v,
    sum_vs,
    theta,
    v,
    v_star,
    v_v,
    v_vs,
    vs_vs,
    w_hat,
)

DESCENT_CONSTANT = 2 * LARGEST_V**2 / pi + sqrt(pi / 2) * r
"""A of C7, in C_v ≥ ‖v‖ and r = ‖w‖."""


VALLEY_QUOTIENT = sqrt(pi / 2) * r * ((1 - 2 * theta / pi - cos(theta)) ** 2 + sin(theta) ** 2) / sin(theta)
"""‖G_relu‖² over ‖∂f/∂v‖² + ⟨G_relu, ∂f/∂w⟩ on v = v(θ) (C7.printed)."""

VALLEY_INNER = (1 - 2 * theta / pi) * vs_vs + 2 * theta * sum_vs**2 / (pi * (m + 1))
"""v(θ)·v* of N4.inner, whose one zero C7.printed leaves out."""

LIPSCHITZ, EXCESS, ENERGY = symbols("L A E", nonnegative=True)
"""In B2.relu: the constant of N6, that of C7, and ‖∂f/∂v‖² + ⟨G_relu, ∂f/∂w⟩."""

DECREASE = eta * (1 - eta * LIPSCHITZ * (1 + EXCESS) / 2) * ENERGY
"""What a step takes off the loss at least (B2.relu)."""

SHRINKING_STEP = 2 / (LIPSCHITZ * (1 + EXCESS))
"""The step size below which that is positive."""


_SLOPE_SQUARE = Term(r"\left\|\tfrac{\partial f}{\partial v}\right\|^2")
_INNER = Term(r"\left\langle G_{\mathrm{relu}},\tfrac{\partial f}{\partial w}\right\rangle")


def tilt(angle: Expr = theta) -> Expr:
    """‖c ŵ − w*‖² at an angle, c = 1 − 2θ/π."""
    return ((COSINE_LIKE - cos(theta)) ** 2 + sin(theta) ** 2).subs(theta, angle)


@claim(
    id="C7.printed",
    title="The constant A of the descent inequality cannot depend on the bound on ‖v‖ alone",
    source="[Y], (12), as printed; the witness [here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=Where(
        All(
            eq(Term(r"\|G_{\mathrm{relu}}\|^2") / (_SLOPE_SQUARE + _INNER), Part("quotient")),
            Tends(Part("quotient"), oo, (r, oo)),
        ),
        eq(v, Term(r"v(\theta)")),
        ne(v_vs, 0),
        eq(r, Term(r"\|w\|")),
    ),
    definition=DescentConstant("printed"),
    hypotheses=(*OPEN_ANGLE, Ne(VALLEY_INNER, 0)),
    parts={"quotient": VALLEY_QUOTIENT},
)
def C7_printed(d: Derivation) -> None:
    d.cite("C3", "C6.relu", "N2", "N4", "N4.inner")
    d.begin("‖G_relu‖² / (‖∂f/∂v‖² + ⟨G_relu, ∂f/∂w⟩) on v = v(θ)", "there ∂f/∂v = 0 (N4), and v(θ) does not know ‖w‖")
    gradient = on_best_weights(get("C3").formula)
    top = Add(*(coefficient(gradient, basis) ** 2 for basis in (w_hat, e)))
    bottom = on_best_weights(get("C6.relu").formula)
    factor = sqrt(pi / 2) * tilt() / sin(theta)
    d.step(
        "The quotient is a multiple of ‖w‖",
        r * factor,
        "",
        vanishes("∂f/∂v on v = v(θ)", gradient_at_best_weights()),
        vanishes("‖G‖² − the multiple of ⟨G, ∂f/∂w⟩", top - r * factor * bottom),
        vanishes("slope of v(θ) in ‖w‖", diff(get("N4").as_printed, r)),
        vanishes("slope of the multiple in ‖w‖", diff(factor, r)),
        vanishes("v(θ)·v*, which is not to be 0, is that of N4.inner", get("N4.inner").formula - VALLEY_INNER),
    )
    d.hold("quotient", VALLEY_QUOTIENT)
    at_right_angle = factor.subs(theta, pi / 2)
    one = {m: 1, sum_vs: 1, vs_vs: 1, theta: pi / 2}
    d.step(
        "A witness: m = 1, v* = 1, θ = π/2, v = ½",
        r * at_right_angle,
        "the quotient is √(π/2)‖w‖ there, with ‖v‖ = ½",
        vanishes("v(π/2) − ½", get("N4").as_printed.subs({**one, v_star: 1, ones: 1}) - Rational(1, 2)),
        vanishes("the multiple − √(π/2)", at_right_angle - sqrt(pi / 2)),
        positive_terms("⟨G, ∂f/∂w⟩ there", bottom.subs(one)),
        holds("the quotient tends to +∞", sympy.limit(r * at_right_angle, r, oo) == oo),
    )
    d.conclude_argument("A has to grow at least like √(π/2)‖w‖; C7 shows that it need not grow faster")


def tilt_is_small(d: Derivation) -> None:
    """‖c ŵ − w*‖² ≤ sin θ, the one inequality of C7 that is not algebra."""
    reduced = (COSINE_LIKE - cos(theta)) ** 2 - sin(theta) * (1 - sin(theta))
    y = phi_angle
    d.step(
        "‖cŵ − w*‖² ≤ sin θ is (c − cos θ)² ≤ sin θ (1 − sin θ)",
        reduced,
        "unchanged by θ → π − θ, so let y = π/2 − θ ∈ [0, π/2]: D = sin y − 2y/π, and D² ≤ cos y (1 − cos y) is owed",
        vanishes("‖cŵ − w*‖² − sin θ − form", tilt() - sin(theta) - reduced),
        vanishes("symmetry", reduced - reduced.subs(theta, pi - theta)),
        vanishes("in y", reduced.subs(theta, pi / 2 - y) - (sin(y) - 2 * y / pi) ** 2 + cos(y) * (1 - cos(y))),
    )
    angle, rest, wide = Symbol("y", nonnegative=True), Symbol("z", nonnegative=True), Symbol("D", real=True)
    sine, cosine = Symbol("sin_y", real=True), Symbol("cos_y", real=True)
    share = (1 - 2 / pi) ** 2
    d.step(
        "π/2 − y ≥ ½: D ≤ (1 − 2/π) sin y, and cos y is not small",
        "D² ≤ (1 − 2/π)²(1 + cos y)(1 − cos y) ≤ cos y (1 − cos y)",
        "Jordan gives D ≥ 0 and cos y = sin z ≥ 2z/π ≥ 1/π, z = π/2 − y; and sin y ≤ y",
        *jordan(),
        *below_its_argument(),
        vanishes("cos y − sin(π/2 − y)", cos(y) - sin(pi / 2 - y)),
        follows("2z/π ≥ 1/π", 2 * rest / pi >= 1 / pi, rest >= Rational(1, 2)),
        follows(
            "0 ≤ D ≤ (1 − 2/π) sin y",
            Abs(sine - 2 * angle / pi) <= (1 - 2 / pi) * sine,
            sine <= angle,
            sine >= 2 * angle / pi,
        ),
        follows("D² ≤ (1 − 2/π)² sin²y", wide**2 <= share * sine**2, wide >= 0, wide <= (1 - 2 / pi) * sine, sine >= 0),
        vanishes("sin²y − (1 + cos y)(1 − cos y)", sin(y) ** 2 - (1 + cos(y)) * (1 - cos(y))),
        follows("(1 − 2/π)²(1 + cos y) ≤ cos y", share * (1 + cosine) <= cosine, cosine >= 1 / pi, cosine <= 1),
    )
    d.step(
        "π/2 − y ≤ ½: D ≤ 2z/π",
        "D² ≤ (2z/π)² ≤ (2z/π)(1 − z) ≤ sin z (1 − sin z)",
        "z = π/2 − y; D = cos z − 1 + 2z/π, and 2z/π ≤ sin z ≤ z",
        vanishes("sin y − 2y/π in z", sin(pi / 2 - y) - 2 * (pi / 2 - y) / pi - (cos(y) - 1 + 2 * y / pi)),
        follows("D ≤ 2z/π", sine - 1 + 2 * rest / pi <= 2 * rest / pi, sine <= 1),
        follows("2z/π ≤ 1 − z", 2 * rest / pi <= 1 - rest, rest <= Rational(1, 2)),
        follows(
            "(2z/π)² ≤ sin z (1 − sin z)",
            wide**2 <= cosine * (1 - cosine),
            wide >= 0,
            wide <= 1 - rest,
            cosine >= wide,
            cosine <= rest,
            rest <= Rational(1, 2),
        ),
    )


@claim(
    id="C7",
    title="The descent inequality of the ReLU coarse gradient, with its constant",
    source="[Y], (12), with an explicit A that is sharp in ‖v‖ and in ‖w‖ [here]",
    kind=Kind.INEQUALITY,
    sentence=If(
        All(eq(r, Term(r"\|w\|")), le(Term(r"\|v\|"), LARGEST_V)),
        le(Term(r"\|G_{\mathrm{relu}}\|^2"), Part("bound") * (_SLOPE_SQUARE + _INNER)),
    ),
    definition=DescentConstant("bound"),
    parts={"bound": DESCENT_CONSTANT},
    names={Part("bound"): "A"},
    hypotheses=OPEN_ANGLE + NONZERO_FILTER,
)
def C7(d: Derivation) -> None:
    d.cite("C3", "N2", "C6.relu")
    slope = in_basic_quantities(get("N2").as_printed)
    along_v = coefficient(slope, v) * v_v + coefficient(slope, v_star) * v_vs + coefficient(slope, ones) * sum_v
    w_star_there = cos(theta) * w_hat + sin(theta) * e
    share = 2 / sqrt(2 * pi)
    split = share * along_v * w_hat + share / 4 * v_vs * (COSINE_LIKE * w_hat - w_star_there)
    d.begin(get("C3").formula, "G_relu of C3")
    d.step(
        "G_relu = (1/(2√(2π))) [4 (v·∂f/∂v) ŵ + v·v* (c ŵ − w*)]",
        split,
        "v·∂f/∂v from N2, c = 1 − 2θ/π",
        vanishes("G_relu − form", get("C3").formula - split),
    )
    tilt_is_small(d)
    one, two, first, second = symbols("X Y a b", positive=True)
    size, inner, squared = symbols("g_norm v_dot_g T", nonnegative=True)
    across = get("C6.relu").formula
    bound_v = (share * LARGEST_V) ** 2
    bound_w = sympy.simplify((share * v_vs / 4) ** 2 * sin(theta) / across)
    d.step(
        "Its two terms",
        bound_v,
        "|v·∂f/∂v| ≤ C_v‖∂f/∂v‖; and (v·v*)² sin θ is a multiple of ⟨G_relu, ∂f/∂w⟩, by C6",
        vanishes(
            "‖cŵ − w*‖² − form",
            Add(*(coefficient(COSINE_LIKE * w_hat - w_star_there, basis) ** 2 for basis in (w_hat, e))) - tilt(),
        ),
        follows(
            "[4 v·∂f/∂v]²/(8π) ≤ (2C_v²/π)‖∂f/∂v‖²",
            16 * inner**2 / (8 * pi) <= bound_v * size**2,
            inner <= LARGEST_V * size,
        ),
        vanishes("(v·v*)² sin θ/(8π) − √(π/2) r ⟨G, ∂f/∂w⟩", v_vs**2 * sin(theta) / (8 * pi) - bound_w * across),
    )
    d.step(
        "The square of a sum",
        bound_v + bound_w,
        "(X + Y)² ≤ (a + b)(X²/a + Y²/b), a = 2C_v²/π, b = √(π/2)‖w‖, both terms on the right being ≥ 0",
        vanishes(
            "(a + b)(X²/a + Y²/b) − (X + Y)² − a square",
            (first + second) * (one**2 / first + two**2 / second)
            - (one + two) ** 2
            - (second * one - first * two) ** 2 / (first * second),
        ),
        follows("that square is ≥ 0", (second * one - first * two) ** 2 / (first * second) >= 0),
        follows(
            "X² ≤ a‖∂f/∂v‖², Y² ≤ bT give the bound",
            (first + second) * (one**2 / first + two**2 / second) <= (first + second) * (size**2 + squared),
            one**2 <= first * size**2,
            two**2 <= second * squared,
        ),
    )
    d.hold("bound", DESCENT_CONSTANT)
    sharp_in_both(d)
    d.conclude_argument(
        "A depends on the bound on ‖v‖ and on ‖w‖, linearly in ‖w‖, and neither coefficient can be smaller"
    )


def sharp_in_both(d: Derivation) -> None:
    """Two families on which the quotient is all of 2C_v²/π, and all of √(π/2)‖w‖."""
    numbers = {m: 2, v_v: 45, v_vs: 0, sum_v: 3, sum_vs: 3, vs_vs: 5, theta: pi / 2}
    gradient = in_basic_quantities(get("C3").formula).subs(numbers)
    weights, star = Matrix([6, -3]), Matrix([1, 2])
    slope = get("N2").as_printed.subs(numbers)
    entries = [slope.subs({v: weights[i], v_star: star[i], ones: 1}) for i in (0, 1)]
    d.step(
        "Neither coefficient can be smaller",
        "2C_v²/π: v = (6, −3), v* = (1, 2), θ = π/2, ‖w‖ → 0;  √(π/2): v = v(π/2), ‖w‖ → ∞ (C7.printed)",
        "in the first v·v* = 0 and ∂f/∂v = v/4, so the quotient is (2/π)‖v‖² for every ‖w‖",
        vanishes("v·v*", weights.dot(star)),
        vanishes("‖v‖² − 45", weights.dot(weights) - 45),
        vanishes("1ᵀv − 1ᵀv*", sum(weights) - sum(star)),
        *(vanishes("∂f/∂v − v/4", entries[i] - weights[i] / Integer(4)) for i in (0, 1)),
        vanishes("⟨G, ∂f/∂w⟩", get("C6.relu").formula.subs(v_vs, 0)),
        vanishes(
            "‖G‖² − (2/π)‖v‖²‖∂f/∂v‖²",
            Add(*(coefficient(gradient, basis) ** 2 for basis in (w_hat, e)))
            - 2 / pi * 45 * Add(*(entry**2 for entry in entries)),
        ),
    )


@claim(
    id="B2.relu",
    title="Plain coarse gradient descent with the ReLU estimator descends",
    source="[Y], Theorem 1, with the region and the step size it needs [here]",
    kind=Kind.INEQUALITY,
    sentence=All(
        ge(Term("f(v,w)") - Term("f(v^+,w^+)"), Part("decrease, a lower bound")),
        If(lt(eta, Part("largest step")), gt(Part("decrease, a lower bound"), 0)),
        eq(ENERGY, _SLOPE_SQUARE + _INNER),
        ge(_SLOPE_SQUARE + _INNER, 0),
        eq(Term("(v^+,w^+)"), Term(r"(v,w)-\eta\,\bigl(\tfrac{\partial f}{\partial v},G_{\mathrm{relu}}\bigr)")),
    ),
    definition=PlainDescent("relu"),
    parts={"decrease, a lower bound": DECREASE, "largest step": SHRINKING_STEP},
    hypotheses=OPEN_ANGLE + NONZERO_FILTER,
    setting="the segment from (v, w) to (v⁺, w⁺) lies in N6's region; L is N6's constant of it, A is C7's at (v, w)",
)
def B2_relu(d: Derivation) -> None:
    d.cite("N6", "C7", "C6.relu")
    d.begin(
        "φ(t) = f(x − tηg), 0 ≤ t ≤ 1",
        "x = (v, w), g = (∂f/∂v, G_relu); φ is differentiable as the segment is in the region",
    )
    larger, excess, energy = LIPSCHITZ, EXCESS, ENERGY
    time, length = symbols("t g_norm", nonnegative=True)
    slope, steep, inner, squared = symbols("slope slope_0 inner g_v", real=True)
    d.step(
        "φ'(t) ≤ φ'(0) + L η²‖g‖² t",
        slope,
        "φ'(t) = −η⟨∇f(x − tηg), g⟩; N6 between x and x − tηg, and Cauchy–Schwarz",
        follows(
            "difference of slopes",
            slope - steep <= larger * eta**2 * length**2 * time,
            slope - steep <= eta * squared * length,
            squared <= larger * time * eta * length,
        ),
    )
    bound = Integral(steep + larger * eta**2 * length**2 * time, (time, 0, 1))
    d.step(
        "Integrate: f(x − ηg) ≤ f(x) − η⟨∇f, g⟩ + ½ L η²‖g‖²",
        bound,
        "⟨∇f, g⟩ = ‖∂f/∂v‖² + ⟨∂f/∂w, G⟩ = E",
        vanishes("integral − form", bound.doit() - steep - larger * eta**2 * length**2 / 2),
    )
    taken = bound.doit() - steep  # ½Lη²‖g‖²
    decrease = eta * energy - taken.subs(length**2, (1 + excess) * energy)
    d.step(
        "‖g‖² = ‖∂f/∂v‖² + ‖G‖² ≤ (1 + A) E",
        -decrease,
        "C7, and ‖∂f/∂v‖² ≤ E since ⟨G, ∂f/∂w⟩ ≥ 0 by C6",
        vanishes(
            "⟨G, ∂f/∂w⟩ − (v·v*)² sin θ/(2(2π)^(3/2)‖w‖), which is ≥ 0",
            get("C6.relu").formula - v_vs**2 * sin(theta) / (2 * sqrt(2 * pi) ** 3 * r),
        ),
        follows(
            "‖g‖² ≤ (1 + A) E", squared + inner <= (1 + excess) * energy, squared <= energy, inner <= excess * energy
        ),
        follows(
            "−ηE + ½Lη²‖g‖² ≤ −the decrease",
            -eta * energy + larger * eta**2 * squared / 2 <= -decrease,
            squared <= (1 + excess) * energy,
        ),
    )
    d.hold("decrease, a lower bound", DECREASE, decrease)
    (largest,) = (root for root in sympy.solve(decrease / energy, eta) if root != 0)
    d.hold("largest step", SHRINKING_STEP, largest, "the other zero of the decrease in η")
    d.step(
        "η < 2/(L(1 + A)) descends",
        decrease,
        "if one L and one A serve every step (one region, ‖w‖ bounded), ΣE ≤ f(x₀)/(η(1 − ηL(1 + A)/2)): so E → 0, "
        "hence ∂f/∂v → 0, and by C7 G_relu → 0",
        follows("the factor is positive", 1 - eta * larger * (1 + excess) / 2 > 0, eta * larger * (1 + excess) < 2),
    )
    d.conclude_argument("that the iterates stay away from θ = 0 and π is a hypothesis: at w ∥ w* the loss has a kink")


@claim(
    id="B2.identity",
    title="The spurious minimum is no resting point of the identity estimator: w shrinks through 0",
    source="[Y], section 3.3; the flip [here]",
    subject=r"\langle w^+,\hat w\rangle\quad\text{at }\theta=\pi,\ v=v(\pi)",
    definition=PlainDescent("identity"),
    statement=r - 2 * eta * (m - 1) * sum_vs**2 / (sqrt(2 * pi) * (m + 1) ** 2),
    hypotheses=NONZERO_FILTER,
    setting="v⁺ = v and w⁺ stays on the line of w*: ‖w‖ falls by one amount a step until w flips to θ = 0, after which "
    "nothing is claimed; for m = 1 or 1ᵀv* = 0 that amount is 0 and the point is fixed",
)
def B2_identity(d: Derivation) -> None:
    d.cite("C2", "N2", "N4")
    gradient = on_best_weights(get("C2").formula, pi).subs(theta, pi)
    rows_beyond_one = Symbol("m_1", nonnegative=True)
    amount = coefficient(gradient, w_hat)
    d.begin(inner(r * w_hat - eta * gradient, w_hat, PLANE), "⟨w − η G_identity, ŵ⟩ at v = v(π), w* = −ŵ")
    d.conclude(B2_identity.statement)
    d.step(
        "v⁺ = v, and w⁺ = (r − η·amount) ŵ",
        r - eta * amount,
        "v(π) is a zero of ∂f/∂v; G_identity has no component along e; its component along ŵ is ≥ 0",
        vanishes("∂f/∂v on v = v(θ)", gradient_at_best_weights()),
        vanishes("component along e", coefficient(gradient, e)),
        holds("amount ≥ 0", amount.subs(m, 1 + rows_beyond_one).factor() >= 0),
        vanishes("amount at m = 1", amount.subs(m, 1)),
        vanishes("amount at 1ᵀv* = 0", amount.subs(sum_vs, 0)),
    )
