"""Chapter R, continued: the basin of the sparse limit, whatever the penalty, and its probability (R6).

One step is w⁺ = z/‖z‖ with ``z = (1 + τβ)w + τy, y = κw* + β(u − w)``. The vector y stays in the ball of radius
``r = κ sin α₀`` about κw*, which lies in the cone of half-angle α₀ about w*; a step adds τy to a multiple of w.
"""

from __future__ import annotations

import sympy
from sympy import Abs, And, Eq, Integral, Min, Symbol, betainc_regularized, cos, diff, pi, simplify, sin, sqrt, symbols
from sympy import beta as beta_function

from proofs.engine.claim import Kind, claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation, Obligation, vanishes
from proofs.engine.sentence import All, If, Part, Term, ge, le, lt
from proofs.engine.smt import follows
from proofs.penalty_forms import penalty
from proofs.symbols import beta, cap_angle, kappa, lam, n, ratio, step, theta, w_hat, w_star

__all__ = ["BASIN_REFLECTED", "CAP"]

HALF = sympy.Rational(1, 2)

CAP = Symbol("q", positive=True)
"""sin α₀ = r/κ, 0 < q < 1."""

BASIN_REFLECTED = HALF + betainc_regularized(HALF, (n - 1) / 2, 0, (1 - CAP) * (1 + CAP)) / 2
"""The probability of R6, in the form that keeps its digits as q → 1."""

_DELTA = Symbol("delta", positive=True)
WIDEST = beta * _DELTA * sqrt(n)
RADIUS = Min(beta, WIDEST)
"""R6.radius: a bound of β‖w − S(w)‖ on the unit sphere, δ = sup |x − S(x)|."""

_RADIUS, _ANGLE, _SQUARED = Symbol("R", positive=True), Symbol("phi", positive=True), Symbol("t", positive=True)

_NEXT_ANGLE = Term(r"\theta^+")


@claim(
    id="R6.radius",
    title="How far y is from κw*, over the whole sphere",
    source="[here]",
    kind=Kind.INEQUALITY,
    sentence=le(Term(r"\sup_{\|w\|=1}\beta\|w-S(w)\|"), Part("bound")),
    definition=Splitting("radius"),
    parts={"bound": RADIUS},
    names={_DELTA: r"\delta"},
    setting="δ = sup |x − S(x)| (P5), ∞ if there is no bound; p(0) = 0 ≤ p. βδ√n is λ√n for l1, √(2λβn) for l0, "
    "βt√n for transformed l1",
)
def R6_radius(d: Derivation) -> None:
    d.cite("P5.l1", "P5.l0", "P5.tl1")
    entry, output = symbols("w_i u_i", real=True)
    p_u, total, length = symbols("p_u sum d", nonnegative=True)
    d.begin(_DELTA**2, "the largest (w_i − u_i)², u_i = S(w_i)")
    d.apply(
        "n entries",
        lambda square: beta * sqrt(n * square),
        "β‖w − u‖ is at most this",
        follows("n squares ≤ δ²", length <= sqrt(n) * _DELTA, Eq(length**2, total), total <= n * _DELTA**2),
    )
    by_entries = d.current
    d.apply(
        "And at most β",
        lambda widest: Min(widest, beta * sqrt(1)),
        "|w_i − u_i| ≤ |w_i|: the minimizer u_i costs no more than 0; squares sum to at most ‖w‖² = 1",
        follows(
            "|w_i − u_i| ≤ |w_i|",
            Abs(entry - output) <= Abs(entry),
            p_u + beta / 2 * (entry - output) ** 2 <= beta / 2 * entry**2,
        ),
        follows("β‖w − u‖ ≤ β", beta * length <= beta, Eq(length**2, total), total <= 1),
    )
    d.hold("bound", RADIUS)
    d.step("The first of the two", WIDEST, "", vanishes("the bound by entries − this", by_entries - WIDEST))
    at_lam = {name: penalty(name).farthest.subs(ratio, lam / beta) for name in ("l1", "l0", "tl1")}
    d.step(
        "For the three penalties",
        "λ√n, √(2λβn), βt√n",
        "δ = ρ, √(2ρ), t at ρ = λ/β",
        vanishes("l1", WIDEST.subs(_DELTA, at_lam["l1"]) - lam * sqrt(n)),
        vanishes("l0", WIDEST.subs(_DELTA, at_lam["l0"]) - sqrt(2 * lam * beta * n)),
        vanishes("transformed l1: δ is its threshold", penalty("tl1").farthest - penalty("tl1").threshold),
    )
    d.conclude_argument("so r = β will always do, for every λ and every penalty")


_COSINE, _INNER, _OVERLAP = symbols("c y_w_star y_w", real=True)
_NORM_Y, _NORM_Z = symbols("norm_y norm_z", nonnegative=True)
_COS_CAP = Symbol("c_0", positive=True)
_AHEAD = 1 + step * beta
_LEAST_PULL = kappa * (1 - sin(cap_angle))
GAIN = step * _LEAST_PULL * (cos(cap_angle) - Abs(cos(theta))) / (_AHEAD + step * _LEAST_PULL)
"""What one step adds to cos θ at least, outside the cap and its opposite."""

_IN_BALL = (_NORM_Y**2 - 2 * kappa * _INNER + kappa**2 <= kappa**2 * CAP**2,)
_OF_CAP = (Eq(_COS_CAP**2 + CAP**2, 1), CAP < 1)


@claim(
    id="R6",
    title="The basin: the angle falls while it is above α₀, from everywhere but the opposite cap",
    source="[here]; the convergence that [DX] announces",
    kind=Kind.INEQUALITY,
    sentence=All(
        If(All(lt(cap_angle, theta), lt(theta, pi - cap_angle)), lt(_NEXT_ANGLE, theta)),
        If(le(theta, cap_angle), le(_NEXT_ANGLE, cap_angle)),
        ge(cos(_NEXT_ANGLE) - cos(theta), Part("gain lower bound")),
    ),
    definition=Splitting("basin"),
    parts={"gain lower bound": GAIN},
    hypotheses=(sympy.Ge(theta, cap_angle), sympy.Le(theta, pi - cap_angle)),
    setting="sin α₀ = r/κ, r ≥ sup β‖w − S(w)‖ over the sphere, r < κ; any τ > 0, any penalty with p(0) = 0 ≤ p; "
    "θ is that of the bound. As r = β will do (R6.radius), β < κ suffices",
)
def R6(d: Derivation) -> None:
    d.cite("R1", "R6.radius")
    u = Symbol("u_vector")
    y = kappa * w_star + beta * (u - w_hat)
    d.begin("w⁺ = z/‖z‖, z = w + τ(κw* + βu), u = S(w)", "R1's form of the step")
    d.step(
        "z = (1 + τβ)w + τy, ‖y − κw*‖ ≤ r",
        _AHEAD * w_hat + step * y,
        "y = κw* + β(u − w)",
        vanishes("z − its form", w_hat + step * (kappa * w_star + beta * u) - _AHEAD * w_hat - step * y),
        vanishes("y − κw* − β(u − w)", y - kappa * w_star - beta * (u - w_hat)),
    )
    _in_the_cone(d)
    gain = step * _NORM_Y * (_COS_CAP - Abs(_COSINE)) / (_AHEAD + step * _NORM_Y)
    _falls(d, gain)
    in_angles = {_COS_CAP: cos(cap_angle), _COSINE: cos(theta), CAP: sin(cap_angle)}
    d.apply("‖y‖ ≥ κ − r = κ(1 − q), and the bound rises with ‖y‖", lambda form: form.subs(_NORM_Y, kappa * (1 - CAP)))
    d.apply(
        "In θ and α₀",
        lambda form: form.subs(in_angles),
        "c = cos θ, c₀ = cos α₀, q = sin α₀",
        vanishes("c₀² + q² − 1", simplify((_COS_CAP**2 + CAP**2 - 1).subs(in_angles))),
    )
    d.hold("gain lower bound", GAIN)
    _never_left(d)
    _limit_points(d)
    d.conclude_argument("every limit point has θ ≤ α₀, from every start with θ < π − α₀")


def _in_the_cone(d: Derivation) -> None:
    """⟨y, w*⟩ ≥ cos α₀ ‖y‖, and y ≠ 0."""
    slack = (_NORM_Y - kappa * _COS_CAP) ** 2 / (2 * kappa)
    d.step(
        "The ball lies in the cone θ ≤ α₀",
        slack,
        "⟨y, w*⟩ − c₀‖y‖ is at least this square; ‖y − κw*‖² = ‖y‖² − 2κ⟨y, w*⟩ + κ² ≤ κ²q²",
        vanishes(
            "(‖y‖² + κ²c₀²)/(2κ) − c₀‖y‖ − the square",
            (_NORM_Y**2 + kappa**2 * _COS_CAP**2) / (2 * kappa) - _COS_CAP * _NORM_Y - slack,
        ),
        follows("⟨y, w*⟩ − c₀‖y‖ ≥ the square", slack <= _INNER - _COS_CAP * _NORM_Y, *_IN_BALL, *_OF_CAP),
        follows(
            "‖y‖ ≥ κ(1 − q) > 0",
            And(kappa * (1 - CAP) <= _NORM_Y, kappa * (1 - CAP) > 0),
            *_IN_BALL,
            CAP < 1,
            _INNER <= _NORM_Y,
        ),
    )


def _falls(d: Derivation, gain: sympy.Expr) -> None:
    """cos θ⁺ − cos θ ≥ τ‖y‖(c₀ − |c|)/(1 + τβ + τ‖y‖), by the triangle inequality alone."""
    along = _AHEAD * _COSINE + step * _INNER
    square = _AHEAD**2 + 2 * _AHEAD * step * _OVERLAP + step**2 * _NORM_Y**2
    raised = step * _NORM_Y * (_COS_CAP - Abs(_COSINE))
    inside = [_NORM_Y > 0, _INNER >= _COS_CAP * _NORM_Y, Abs(_COSINE) < _COS_CAP]
    triangle = Abs(_NORM_Z - _AHEAD) <= step * _NORM_Y
    d.step(
        "For |cos θ| < cos α₀: ⟨z, w*⟩ − c‖z‖ ≥ τ‖y‖(c₀ − |c|) > 0",
        raised,
        "⟨z, w*⟩ − c‖z‖ = τ⟨y, w*⟩ − c(‖z‖ − (1 + τβ)), and the triangle inequality bounds the last bracket by τ‖y‖",
        follows("triangle inequality", triangle, Eq(_NORM_Z**2, square), Abs(_OVERLAP) <= _NORM_Y),
        vanishes("⟨z, w*⟩ − c‖z‖ − form", along - _COSINE * _NORM_Z - step * _INNER + _COSINE * (_NORM_Z - _AHEAD)),
        follows("the last term", Abs(_COSINE) * Abs(_NORM_Z - _AHEAD) <= Abs(_COSINE) * step * _NORM_Y, triangle),
        follows(
            "the bound",
            And(step * _INNER - _COSINE * (_NORM_Z - _AHEAD) >= raised, raised > 0),
            *inside,
            Abs(_COSINE * (_NORM_Z - _AHEAD)) <= Abs(_COSINE) * step * _NORM_Y,
        ),
    )
    lower, more = kappa * (1 - CAP), Symbol("more", nonnegative=True)
    d.step(
        "Divided by ‖z‖ ≤ 1 + τβ + τ‖y‖",
        gain,
        "cos θ⁺ = ⟨z, w*⟩/‖z‖; z ≠ 0, since z = 0 would give 0 > 0",
        follows("z ≠ 0", _NORM_Z > 0, Abs(along) <= _NORM_Z, along - _COSINE * _NORM_Z > 0),
        follows("‖z‖ ≤ 1 + τβ + τ‖y‖", _AHEAD + step * _NORM_Y >= _NORM_Z, triangle),
        follows("raised/‖z‖ ≥ form", _OVERLAP / more <= _OVERLAP / _NORM_Z, _OVERLAP > 0, _NORM_Z > 0, more >= _NORM_Z),
        follows(
            "the form rises with ‖y‖",
            _NORM_Y / (_AHEAD + step * _NORM_Y) >= lower / (_AHEAD + step * lower),
            lower <= _NORM_Y,
            CAP < 1,
        ),
    )


def _never_left(d: Derivation) -> None:
    along = _AHEAD * _COSINE + step * _INNER
    given = [_INNER >= _COS_CAP * _NORM_Y, _COSINE >= _COS_CAP, _AHEAD + step * _NORM_Y >= _NORM_Z]
    d.step(
        "The cap is never left",
        "θ ≤ α₀ ⟹ ⟨z, w*⟩ ≥ c₀‖z‖",
        "w and y lie in the cone, and so does their sum with positive weights",
        follows("⟨z, w*⟩ ≥ c₀(1 + τβ + τ‖y‖)", along >= _COS_CAP * (_AHEAD + step * _NORM_Y), given[:2]),
        follows("≥ c₀‖z‖", along >= _COS_CAP * _NORM_Z, along >= _COS_CAP * (_AHEAD + step * _NORM_Y), given[2]),
        follows("so z ≠ 0", along > 0, along >= _COS_CAP * (_AHEAD + step * _NORM_Y)),
    )


def _limit_points(d: Derivation) -> None:
    start, margin = Symbol("c_start", real=True), Symbol("epsilon", positive=True)
    d.step(
        "All limit points lie in the cap",
        Min(_COS_CAP - Abs(start), margin),
        "while cos θ ≤ c₀ − ε, c₀ − |cos θ| is at least this: cos θ rises by a fixed amount in each step, and it is at "
        "most 1; so cos θ > c₀ − ε after finitely many steps, for every ε, and stays so",
        follows(
            "the margin",
            _COS_CAP - Abs(_COSINE) >= Min(_COS_CAP - Abs(start), margin),
            start <= _COSINE,
            _COS_CAP - margin >= _COSINE,
            Abs(start) < _COS_CAP,
        ),
        follows("it is > 0", Min(_COS_CAP - Abs(start), margin) > 0, Abs(start) < _COS_CAP),
        follows("r = β < κ is enough", And(beta / kappa < 1, beta / kappa > 0), beta < kappa),
    )


def _direction_density() -> list[Obligation]:
    """A Gaussian z has density ∝ ρ^{n−2} exp(−(s² + ρ²)/2) in its part s along w* and the length ρ of the rest."""
    along, across = _RADIUS * cos(theta), _RADIUS * sin(theta)
    joint = across ** (n - 2) * sympy.exp(-(along**2 + across**2) / 2)
    jacobian = sympy.Matrix([along, across]).jacobian([_RADIUS, theta]).det()
    rest = simplify(joint * jacobian / sin(theta) ** (n - 2))
    return [
        vanishes("Jacobian − R", jacobian - _RADIUS),
        vanishes("slope of density/sin^{n−2}θ in θ", diff(rest, theta)),
    ]


@claim(
    id="R6.probability",
    title="Probability that a uniformly random start lies in the basin",
    source="[here]; high probability as in [DX], made explicit",
    subject=r"\mathbb{P}(\theta<\pi-\alpha_0)",
    definition=Splitting("probability"),
    statement=1 - betainc_regularized((n - 1) / 2, HALF, 0, sin(cap_angle) ** 2) / 2,
    hypotheses=(n >= 2,),
    setting="α₀ < π/2, sin α₀ = r/κ; the start is uniform on the sphere; for n = 1 the probability is ½",
    code=("basin_probability",),
)
def R6_probability(d: Derivation) -> None:
    d.begin("P(θ < π − α₀), the start being z/‖z‖ with z ~ N(0, I_n)", "θ is its angle to w*")
    d.step("Density of θ", sin(theta) ** (n - 2), "polar coordinates: the length separates", _direction_density())
    density = sin(_ANGLE) ** (n - 2)
    whole = 2 * Integral(density, (_ANGLE, 0, pi / 2))
    d.step(
        "The cap about −w* is missed",
        1 - Integral(density, (_ANGLE, 0, cap_angle)) / whole,
        "the density is symmetric about π/2",
        vanishes("density at π − φ", density.subs(_ANGLE, pi - _ANGLE) - density),
    )
    angle = sympy.asin(sqrt(_SQUARED))
    in_squares = sympy.powsimp(density.subs(_ANGLE, angle) * diff(angle, _SQUARED))
    beta_density = _SQUARED ** ((n - 1) / 2 - 1) * (1 - _SQUARED) ** (HALF - 1)
    of_t = betainc_regularized((n - 1) / 2, HALF, 0, _SQUARED)
    printed = 1 - of_t.subs(_SQUARED, sin(cap_angle) ** 2) / 2
    d.step(
        "Substitute φ = arcsin √t",
        printed,
        "both integrals become ½ ∫ t^{(n−3)/2}(1−t)^{−1/2} dt, over (0, sin²α₀) and over (0, 1): the definition of I",
        vanishes("integrand", in_squares - beta_density / 2),
        vanishes("t = sin²φ, so the cap ends at sin²α₀", sin(angle) ** 2 - _SQUARED),
        vanishes("the half sphere at t = 1", angle.subs(_SQUARED, 1) - pi / 2),
        vanishes("B(a, b) dI/dt − integrand", of_t.diff(_SQUARED) * beta_function((n - 1) / 2, HALF) - beta_density),
    )
    d.conclude(R6_probability.statement)
    in_q = printed.subs(sin(cap_angle), CAP)
    slope = simplify((diff(in_q, CAP) - diff(BASIN_REFLECTED, CAP)).rewrite(sympy.gamma))
    (reflected,) = BASIN_REFLECTED.atoms(betainc_regularized)
    d.step(
        "The same by I_x(a, b) = 1 − I_{1−x}(b, a)",
        BASIN_REFLECTED,
        "q = sin α₀; the form that keeps its digits as q → 1; at q = 1 both are ½, as I_0 = 0 and I_1 = 1",
        vanishes("difference of the slopes in q", slope),
        vanishes("x − 1 at q = 1", (CAP**2 - 1).subs(CAP, 1)),
        vanishes("1 − x at q = 1", reflected.args[3].subs(CAP, 1)),
    )
