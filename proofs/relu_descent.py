"""Chapter B, continued: plain gradient descent on the ReLU network without overlap (B1.descent)."""

from __future__ import annotations

from sympy import Abs, Eq, Expr, Max, Min, Symbol, cos, diff, limit, oo, pi, sin, sqrt, symbols

from proofs.background import OVERLAP, components
from proofs.engine.claim import Kind, claim
from proofs.engine.definitions import ReluNetwork
from proofs.engine.derivation import Derivation, Obligation, vanishes
from proofs.engine.sentence import All, If, Part, Tends, Term, Where, eq, ge, gt, le, lt, ne
from proofs.engine.smt import follows
from proofs.symbols import CLOSED_ANGLE, NONZERO_FILTER, OPEN_ANGLE, e, eta, k, r, r_star, theta, w_hat, w_star

LARGEST_STEP = k * pi / (k - 1 + pi)
"""The largest step size of B1.descent: at least 1, below π."""

NORM_FLOOR = r_star * (k - 1 + OVERLAP) / (k - 1 + pi)
"""At a first angle θ₀ < π: what ‖w‖ never falls below once it is above it (B1.descent)."""

_NEXT_R, _START, _COSINE, _SINE = symbols("r_2 theta_0 cos_1 sin_1", real=True)
_RATE, _PULL, _OWN = symbols("tau q p", nonnegative=True)


def step_as_average(d: Derivation) -> tuple[Expr, Expr]:
    """w − η∇ℓ = p ŵ + q w*/‖w*‖ with p, q ≥ 0 for η ≤ kπ/(k − 1 + π): what stands in their place."""
    d.cite("B1.gradient")
    radial, across, nothing_else = components()
    rate = eta / LARGEST_STEP
    own = (1 - rate) * r + rate * r_star * (k - 1 + sin(theta)) / (k - 1 + pi)
    pull = rate * r_star * (pi - theta) / (k - 1 + pi)
    patches = Symbol("k_1", nonnegative=True)
    steepness = diff(radial, r)
    d.hold("largest step", LARGEST_STEP, 1 / steepness, "below it ⟨w⁺, ŵ⟩ = r − η⟨∇ℓ, ŵ⟩ does not fall in r")
    d.hold(
        "norm, a lower bound", NORM_FLOOR, r - radial / steepness, "its fixed point: where ⟨∇ℓ, ŵ⟩, affine in r, is 0"
    )
    d.step(
        "w⁺ = p ŵ + q w*/‖w*‖",
        own * w_hat + pull * (cos(theta) * w_hat + sin(theta) * e),
        "p = (1 − τ) r + τ‖w*‖(k − 1 + sin θ)/(k − 1 + π), q = τ‖w*‖(π − θ)/(k − 1 + π), τ = η/(kπ/(k − 1 + π)) ≤ 1: "
        "w⁺ is an average of w and of a point that depends on the direction of w alone",
        nothing_else,
        vanishes("along ŵ", r - eta * radial - own - pull * cos(theta)),
        vanishes("along e", -eta * across - pull * sin(theta)),
        follows(
            "p ≥ 0", (1 - _RATE) * r + _RATE * r_star * (patches + _SINE) / (patches + pi) >= 0, _RATE <= 1, _SINE >= 0
        ),
        follows("q ≥ 0", (pi - _START) * _RATE * r_star / (patches + pi) >= 0, pi >= _START),
    )
    return own, pull


@claim(
    id="B1.descent",
    title="Plain gradient descent learns the ReLU network from every start that is not on the ray of −w*",
    source="[BG]: with high probability, in polynomial time; step size, angle and almost sure limit [here]",
    kind=Kind.INEQUALITY,
    sentence=Where(
        All(
            le(Term(r"\theta_{t+1}"), Term(r"\theta_t")),
            If(gt(Term(r"\theta_t"), 0), lt(Term(r"\theta_{t+1}"), Term(r"\theta_t"))),
            ge(Term("r_t"), Min(Term("r_0"), Part("norm, a lower bound"))),
            le(Term("r_t"), Max(Term("r_0"), r_star)),
            Tends(Term("w_t"), w_star, (Term("t"), oo)),
        ),
        eq(Term("w_{t+1}"), Term(r"w_t-\eta\nabla\ell(w_t)")),
        lt(0, eta),
        le(eta, Part("largest step")),
        ne(Term("w_0"), 0),
        eq(theta, Term(r"\theta_0")),
    ),
    definition=ReluNetwork("descent"),
    parts={"largest step": LARGEST_STEP, "norm, a lower bound": NORM_FLOOR},
    names={Part("norm, a lower bound"): r"\rho(\theta)"},
    hypotheses=(CLOSED_ANGLE[0], OPEN_ANGLE[1], *NONZERO_FILTER),
    setting="a start drawn from a density satisfies w₀ ≠ 0, θ₀ < π with probability 1 (n ≥ 2)",
)
def B1_descent(d: Derivation) -> None:
    d.begin("w⁺ = w − η ∇ℓ(w)", "∇ℓ of B1.gradient")
    own, pull = step_as_average(d)
    angle_falls(d)
    norm_stays(d, own, pull)
    limit_is_reached(d)
    d.conclude_argument(
        "so a start from any density learns w* with probability 1, at every step size up to kπ/(k − 1 + π)"
    )


def angle_falls(d: Derivation) -> None:
    """θ⁺ = θ − δ with δ ∈ [0, θ], the angle between w and p ŵ + q ŵ*."""
    size = sqrt((_OWN + _PULL * cos(theta)) ** 2 + (_PULL * sin(theta)) ** 2)
    cosine, sine = (_OWN + _PULL * cos(theta)) / size, _PULL * sin(theta) / size
    d.step(
        "θ⁺ = θ − δ,  r⁺ sin δ = q sin θ,  r⁺ sin θ⁺ = p sin θ",
        sine,
        "δ = angle(w, w⁺), turned towards w*; both sines are ≥ 0 and δ, θ lie in [0, π], so 0 ≤ δ ≤ θ; "
        "δ > 0 where q sin θ > 0, that is for 0 < θ < π",
        vanishes("cos²δ + sin²δ − 1", cosine**2 + sine**2 - 1),
        vanishes("r⁺ sin(θ − δ) − p sin θ", size * (sin(theta) * cosine - cos(theta) * sine) - _OWN * sin(theta)),
        follows("q sin θ ≥ 0", _PULL * _SINE >= 0, _SINE >= 0),
        follows("p sin θ ≥ 0", _OWN * _SINE >= 0, _SINE >= 0),
    )


def _below_its_argument() -> list[Obligation]:
    """What sin y ≤ y owes for y ≥ 0: y − sin y is 0 at 0 and has the slope 1 − cos y ≥ 0."""
    y = Symbol("y", real=True)
    return [
        vanishes("slope of y − sin y", diff(y - sin(y), y) - (1 - cos(y))),
        vanishes("y − sin y at 0", (y - sin(y)).subs(y, 0)),
        follows("1 − cos y ≥ 0", 1 - cos(y) >= 0),
    ]


def norm_stays(d: Derivation, own: Expr, pull: Expr) -> None:
    """(1 − τ) r + τρ(θ) ≤ r⁺ ≤ (1 − τ) r + τ‖w*‖."""
    rate = eta / LARGEST_STEP
    above, target, floor, start = symbols("bound target floor start", nonnegative=True)
    d.step(
        "Upper bound",
        (1 - rate) * r + rate * r_star,
        "r⁺ ≤ p + q, and sin θ ≤ θ",
        vanishes(
            "p + q − form", own + pull - (1 - rate) * r - rate * r_star * (1 - (theta - sin(theta)) / (k - 1 + pi))
        ),
        *_below_its_argument(),
        follows(
            "‖pŵ + qŵ*‖ ≤ p + q", _OWN**2 + 2 * _OWN * _PULL * _COSINE + _PULL**2 <= (_OWN + _PULL) ** 2, _COSINE <= 1
        ),
        follows(
            "an average stays below the larger of the two",
            (1 - _RATE) * start + _RATE * target <= above,
            _RATE <= 1,
            start <= above,
            target <= above,
        ),
    )
    d.step(
        "Lower bound",
        (1 - rate) * r + rate * NORM_FLOOR,
        "r⁺ ≥ ⟨w⁺, ŵ⟩ = p + q cos θ; and g(θ) ≥ g(θ₀) > 0 while θ ≤ θ₀ < π",
        vanishes("p + q cos θ − form", own + pull * cos(theta) - (1 - rate) * r - rate * NORM_FLOOR),
        follows(
            "‖w⁺‖ ≥ ⟨w⁺, ŵ⟩",
            _NEXT_R >= _OWN + _PULL * _COSINE,
            Eq(_NEXT_R**2, (_OWN + _PULL * _COSINE) ** 2 + (_PULL * _SINE) ** 2),
            _NEXT_R >= 0,
        ),
        vanishes("slope of g + (π − θ) sin θ, so g falls", diff(OVERLAP, theta) + (pi - theta) * sin(theta)),
        vanishes("g(π)", OVERLAP.subs(theta, pi)),
        follows(
            "an average stays above the smaller of the two",
            (1 - _RATE) * start + _RATE * target >= floor,
            _RATE <= 1,
            start >= floor,
            target >= floor,
        ),
    )


def limit_is_reached(d: Derivation) -> None:
    """θ_t → 0, since otherwise it would fall by a fixed amount forever; then r_t → ‖w*‖."""
    least, angle, most, lag, small = symbols("sin_least theta_1 r_most lag small", positive=True)
    d.step(
        "θ_t → 0",
        _PULL * _SINE,
        "if θ_t stayed ≥ ε, then sin θ_t ≥ min(sin ε, sin θ₀), and each step would take off at least "
        "sin δ ≥ τ‖w*‖(π − θ₀) min(sin ε, sin θ₀)/((k − 1 + π) max(r₀, ‖w*‖)) > 0, by the upper bound: "
        "too much in the end",
        follows(
            "q sin θ/r⁺ ≥ a positive number",
            lag * least / most <= _PULL * _SINE / _NEXT_R,
            lag <= _PULL,
            least <= _SINE,
            _NEXT_R > 0,
            most >= _NEXT_R,
        ),
        follows("that number is > 0", lag * least / most > 0),
        follows("δ ≥ sin δ leaves θ⁺ ≤ θ − a positive number", angle - _START <= angle - small, small <= _START),
    )
    ratio = Symbol("ratio", real=True)
    d.step(
        "r_t → ‖w*‖, hence w_t → w*",
        limit(NORM_FLOOR, theta, 0),
        "both bounds are averages with weight τ of r and of a number that tends to ‖w*‖ as θ_t → 0",
        vanishes("ρ(0) − ‖w*‖", NORM_FLOOR.subs(theta, 0) - r_star),
        vanishes(
            "r⁺ − ‖w*‖ is (1 − τ)(r − ‖w*‖), up to τ times what vanishes",
            (1 - _RATE) * r + _RATE * (r_star - ratio) - r_star - ((1 - _RATE) * (r - r_star) - _RATE * ratio),
        ),
        follows("|1 − τ| < 1", Abs(1 - _RATE) < 1, _RATE > 0, _RATE <= 1),
    )
