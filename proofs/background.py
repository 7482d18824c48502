"""Chapter B: the ReLU network without overlap.

B1 [BG]: patches x_1, …, x_k i.i.d. N(0, I_n), network ``f(w) = (1/k) Σ_i relu(w·x_i)``, loss
``ℓ(w) = E(f(w) − f(w*))²``; ‖w*‖ is any positive number in this part. θ = angle(w, w*), r = ‖w‖.
"""

from __future__ import annotations

from sympy import Expr, Integer, Rational, Symbol, cos, diff, limit, pi, sin, solve

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import ReluNetwork
from proofs.engine.derivation import Derivation, Obligation, coefficient, positive_terms, vanishes
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import All, Either, If, Iff, Is, Part, Term, eq, ge
from proofs.means import angle_along, of_patches, relu_kernel
from proofs.rows import double_sum
from proofs.symbols import CLOSED_ANGLE, NONZERO_FILTER, dw, dw_dw, e, k, n, norm_gap, r, r_star, theta, w_hat, w_star

HALF = Rational(1, 2)

OVERLAP = sin(theta) + (pi - theta) * cos(theta)
"""g(θ): E[relu(a·z) relu(b·z)] = ‖a‖‖b‖ g(θ)/2π. It falls from π at θ = 0 to 0 at θ = π."""

CRITICAL_NORM = (k - 1) * r_star / (k - 1 + pi)
"""‖w‖ at the critical point w ∥ −w* of B1.critical, for k ≥ 2."""

CRITICAL_FACTOR = (k - 1) / (k - 1 + pi)
"""‖w‖/‖w*‖ there."""


@claim(
    id="B1.kernel",
    title="Mean product of two rectified projections",
    source="[BG]; the arc-cosine kernel of order 1",
    subject=r"\mathbb{E}[\mathrm{relu}(w\cdot z)\,\mathrm{relu}(w^*\cdot z)]",
    definition=ReluNetwork("kernel"),
    statement=r * r_star / (2 * pi) * OVERLAP,
    hypotheses=CLOSED_ANGLE,
    setting="at w = 0 both sides are 0, whatever θ is called there",
)
def B1_kernel(d: Derivation) -> None:
    d.open(relu_kernel)
    d.evaluate("Over ρ, then over φ")
    d.conclude(B1_kernel.statement)
    d.step("w = 0", Integer(0), "relu(0) = 0", vanishes("the statement at w = 0", B1_kernel.formula.subs(r, 0)))


_GAMMA, _B = (k**2 - k) / (2 * pi) + k * HALF, (k**2 - k) / (2 * pi)


@claim(
    id="B1.loss",
    title="Loss of the ReLU network without overlap",
    source="[BG], Proposition 4.1; the form in differences [here]",
    subject=(
        r"\ell(w)=\mathbb{E}\Bigl(\tfrac1k\sum_i\mathrm{relu}(w\cdot x_i)"
        r"-\tfrac1k\sum_i\mathrm{relu}(w^*\cdot x_i)\Bigr)^2"
    ),
    definition=ReluNetwork("loss"),
    statement=(dw_dw / 2 - r * r_star / pi * (sin(theta) - theta * cos(theta)) + (k - 1) * norm_gap**2 / (2 * pi)) / k,
    printed=(_GAMMA * (r**2 + r_star**2) - 2 * k * r * r_star / (2 * pi) * OVERLAP - 2 * _B * r * r_star) / k**2,
    hypotheses=CLOSED_ANGLE,
    setting="w = 0 included: nothing there depends on θ",
    code=("relu_network_loss",),
)
def B1_loss(d: Derivation) -> None:
    d.open(of_patches)
    d.conclude(B1_loss.statement, B1_loss.printed)
    at_origin = in_basic_quantities(B1_loss.formula).subs(r, 0)
    teacher = double_sum(k, k, k, r_star**2 / 2, r_star**2 / (2 * pi)) / k**2
    d.step("w = 0", at_origin, "relu(0) = 0 leaves the teacher", vanishes("the teacher's", at_origin - teacher))


@claim(
    id="B1.gradient",
    title="Gradient of the loss of the ReLU network",
    source="[BG], Proposition 4.1; the form in differences [here]",
    subject=r"\nabla\ell(w)",
    definition=ReluNetwork("gradient"),
    statement=(1 - theta / pi) / k * dw
    + ((k - 1 + theta) * norm_gap + r_star * (theta - sin(theta))) / (k * pi) * w_hat,
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    code=("relu_network_gradient",),
)
def B1_gradient(d: Derivation) -> None:
    d.open(of_patches)
    d.cite("B1.loss")
    gradient = d.current
    assert gradient is not None
    d.step(
        "The gradient of the mean is the mean of the gradient",
        gradient,
        "B1.loss differentiated along ŵ, e and any u orthogonal to both, 0 < θ < π; both sides are continuous "
        "in w ≠ 0, so B1.loss is differentiable at θ = 0 and θ = π too",
        [vanishes(f"slope along {name}", slope) for name, slope in slopes_against(gradient).items()],
    )
    d.conclude(B1_gradient.statement)


def slopes_against(gradient: Expr) -> dict[str, Expr]:
    """Derivative of B1.loss along ŵ, e and u, minus that component of `gradient`."""
    loss = get("B1.loss").as_printed
    found = {}
    for name, basis, radial in (("ŵ", w_hat, 1), ("e", e, 0), ("u", None, 0)):
        _, turn, _ = angle_along(name)
        component = coefficient(gradient, basis) if basis is not None else Integer(0)
        found[name] = diff(loss, r) * radial + diff(loss, theta) * turn - component
    return found


def components() -> tuple[Expr, Expr, Obligation]:
    """∇ℓ along ŵ and along e; owes that there is no more to it."""
    gradient = in_basic_quantities(get("B1.gradient").formula)
    radial, across = coefficient(gradient, w_hat), coefficient(gradient, e)
    return radial, across, vanishes("∇ℓ outside ŵ and e", gradient - radial * w_hat - across * e)


@claim(
    id="B1.critical",
    title="Critical points of the loss of the ReLU network, and what they are",
    source="[BG], Proposition 4.1; the case k = 1 [here]",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        Iff(
            eq(Term(r"\nabla\ell(w)"), 0),
            Either(eq(Term("w"), w_star), All(ge(k, 2), eq(Term("w"), -Part("critical radius") * w_star))),
        ),
        If(All(ge(k, 2), eq(Term("w"), -Part("critical radius") * w_star)), Is("a saddle", Term("w"))),
        Is("without a gradient", Term(r"\ell\text{ at }w=0")),
        Iff(Is("largest nearby", Term(r"\ell\text{ at }w=0")), ge(k, 2)),
    ),
    definition=ReluNetwork("critical"),
    hypotheses=(*NONZERO_FILTER, n >= 2),
    setting="n ≥ 2 is for the saddle: its falling directions leave the line of w*",
    parts={"critical radius": CRITICAL_FACTOR},
)
def B1_critical(d: Derivation) -> None:
    d.cite("B1.gradient", "B1.loss")
    radial, across, nothing_else = components()
    d.begin("∇ℓ(w) = 0, w ≠ 0", "B1.gradient, along ŵ and e")
    d.step(
        "Along e",
        across,
        "zero only at θ = 0 and θ = π",
        nothing_else,
        vanishes("component − form", across + (1 - theta / pi) * r_star * sin(theta) / k),
    )
    (opposite,) = solve(radial.subs(theta, pi), r)
    d.step(
        "Along ŵ at both ends",
        opposite,
        "affine in r with positive slope: one root each, ‖w*‖ at θ = 0, and (k−1)‖w*‖/(k−1+π) at θ = π, "
        "which is 0 at k = 1",
        vanishes("at θ = 0", radial.subs(theta, 0).subs(r, r_star)),
        vanishes("root at θ = π − its form", opposite - CRITICAL_NORM),
        *(positive_terms(f"slope at θ = {end}", _more_patches(diff(radial.subs(theta, end), r))) for end in (0, pi)),
        vanishes("second derivative in r", diff(radial, r, 2)),
        vanishes("k = 1 leaves no second point", CRITICAL_NORM.subs(k, 1)),
    )
    d.hold("critical radius", CRITICAL_FACTOR, opposite / r_star, "‖w‖/‖w*‖ at the second point")
    loss = in_basic_quantities(get("B1.loss").formula)
    d.step(
        "w* is the global minimum; at θ = π the point is a saddle",
        diff(loss, theta),
        "∂ℓ/∂θ = r‖w*‖(π − θ) sin θ/(πk) > 0 for 0 < θ < π: ℓ falls as θ leaves π; along r it is convex there",
        vanishes("∂ℓ/∂θ − form", diff(loss, theta) - r * r_star * (pi - theta) * sin(theta) / (pi * k)),
        positive_terms("∂²ℓ/∂r²", _more_patches(diff(loss, r, 2))),
        vanishes("ℓ(w*)", loss.subs({theta: 0, r: r_star})),
    )
    at_origin(d, loss)
    d.conclude_argument("[BG] has k ≥ 2 in mind: with one patch there is no saddle, and w = 0 is no local maximum")


def _more_patches(expression: Expr) -> Expr:
    """`expression` with k = 1 + a number ≥ 0."""
    return expression.subs(k, 1 + Symbol("k_1", integer=True, nonnegative=True))


def at_origin(d: Derivation, loss: Expr) -> None:
    """One-sided slopes of ℓ at w = 0 in every direction: not those of a linear map; all negative exactly for k ≥ 2."""
    slope = limit(diff(loss, r), r, 0)
    one = loss.subs({k: 1, theta: pi})
    more = r_star * (1 + Symbol("k_2", nonnegative=True) + Symbol("g", nonnegative=True))  # k = 2 + a number ≥ 0
    d.step(
        "w = 0",
        slope,
        "the slope along a direction at angle θ is −(‖w*‖/πk)(k − 1 + g(θ)), and g falls from π to g(π) = 0",
        vanishes("slope − form", slope + r_star / (pi * k) * (k - 1 + OVERLAP)),
        vanishes("slope of g + (π − θ) sin θ", diff(OVERLAP, theta) + (pi - theta) * sin(theta)),
        vanishes("g(π)", OVERLAP.subs(theta, pi)),
        positive_terms(
            "minus the sum of the slopes along w* and −w*", _more_patches(-slope.subs(theta, 0) - slope.subs(theta, pi))
        ),
        positive_terms("πk times minus the slope, k = 2 + k₂, g ≥ 0", more),
        vanishes("ℓ is a quadratic in r on every ray", diff(loss, r, 3)),
        vanishes("k = 1: ℓ along −w* is ½(r² + ‖w*‖²), which grows", one - (r**2 + r_star**2) / 2),
        vanishes("k = 1: the slope along w* is −‖w*‖", slope.subs({k: 1, theta: 0}) + r_star),
    )
