"""Chapter B: the ReLU network without overlap.

B1 [BG]: patches x_1, …, x_k i.i.d. N(0, I_n), network ``f(w) = (1/k) Σ_i relu(w·x_i)``, loss
``ℓ(w) = E(f(w) − f(w*))²``; ‖w*‖ is any positive number in this part. θ = angle(w, w*), r = ‖w‖.
"""

from __future__ import annotations

from sympy import And, Eq, Equivalent, Expr, Implies, Integer, Ne, Or, Subs, cos, diff, pi, sin, symbols

from proofs.engine.claim import claim, get
from proofs.engine.combinations import coefficient
from proofs.engine.definitions import ReluNetwork
from proofs.engine.derivation import Derivation, vanishes
from proofs.engine.graph import Fact, Graph
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import All, Either, If, Iff, Part, Same, eq, gt, le, lt, ne
from proofs.rows import double_sum
from proofs.rules.algebra import gram
from proofs.rules.analysis import circle, rising
from proofs.rules.means import of_patches, relu_kernel
from proofs.rules.slopes import turning
from proofs.symbols import (
    CLOSED_ANGLE,
    HALF,
    NONZERO_FILTER,
    PLANE,
    dw,
    dw_dw,
    e,
    k,
    n,
    named,
    norm_gap,
    r,
    r_star,
    theta,
    w_hat,
)

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
    setting="z ~ N(0, I_n); at w = 0 both sides are 0, whatever θ is called there",
)
def B1_kernel(d: Derivation) -> None:
    d.open(relu_kernel)
    d.evaluate("Over ρ, then over φ")
    d.conclude(B1_kernel.statement)


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
    besides=lambda: {
        "at w = 0, where relu(0) = 0 leaves the teacher": eq(
            Subs(in_basic_quantities(get("B1.loss").formula), r, 0),
            double_sum(k, k, k, r_star**2 / 2, r_star**2 / (2 * pi)) / k**2,
        )
    },
    setting="x_1, …, x_k are independent and N(0, I_n); w = 0 included: nothing there depends on θ",
    code=("relu_network_loss",),
)
def B1_loss(d: Derivation) -> None:
    d.open(of_patches)
    d.conclude(B1_loss.statement, B1_loss.printed)


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
    gradient = d.reached("step()")
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
    parts = {"ŵ": coefficient(gradient, w_hat) - diff(loss, r), "e": coefficient(gradient, e), "u": Integer(0)}
    return {name: diff(loss, theta) * turning(name) - part for name, part in parts.items()}


_W, _STAR, _GRADIENT = symbols("w w* ∇ℓ(w)")
_LOSS, _SADDLE, _ORIGIN, _T, _U = named("ℓ(w)", "ℓ(−ρw*)", "ℓ(0)", "t", "u")
_STEEP, _OFF, _OFF_SADDLE = symbols("‖∇ℓ(w)‖ ‖w−w*‖ ‖w+ρw*‖", nonnegative=True)
_SECOND = All(gt(k, 1), Same(_W, -Part("critical radius") * _STAR))
_SLOPE = -r_star / (pi * k) * (k - 1 + OVERLAP)
"""One-sided slope of ℓ at w = 0 in a direction at angle θ."""


@claim(
    id="B1.critical",
    title="Critical points of the loss of the ReLU network: w*, and for k > 1 a saddle at −ρw*",
    source="[BG], Proposition 4.1; the case k = 1 [here]",
    sentence=All(
        Iff(Same(_GRADIENT, Integer(0)), Either(Same(_W, _STAR), _SECOND)),
        If(All(gt(k, 1), eq(r, CRITICAL_NORM), lt(theta, pi)), lt(_LOSS, _SADDLE)),
        If(All(gt(k, 1), ne(r, CRITICAL_NORM), eq(theta, pi)), gt(_LOSS, _SADDLE)),
        eq(_LOSS - _ORIGIN, r * _SLOPE + r**2 * (k - 1 + pi) / (2 * pi * k)),
        If(All(gt(k, 1), lt(r, 2 * CRITICAL_NORM)), lt(_LOSS, _ORIGIN)),
        If(All(eq(k, 1), eq(theta, pi)), gt(_LOSS, _ORIGIN)),
    ),
    definition=ReluNetwork("critical"),
    premises={"θ ≤ π": le(theta, pi), "ℓ(0)": eq(_ORIGIN, r_star**2 * (k - 1 + pi) / (2 * pi * k))},
    hypotheses=(*CLOSED_ANGLE, *NONZERO_FILTER, n >= 2),
    names={Part("critical radius"): r"\rho", _W: "w"},
    parts={"critical radius": CRITICAL_FACTOR},
    besides=lambda: {
        "at w = 0 the slopes along w* and −w* do not cancel: no gradient": lt(
            _SLOPE.subs(theta, 0) + _SLOPE.subs(theta, pi), 0
        )
    },
)
def B1_critical(d: Derivation) -> None:
    g = Graph(d)
    angle, sine = g.given("θ ≤ π"), g.apply("sine", circle, at=_T)
    at_angle = g.instance("sin θ and cos θ", sine, {_T: theta})
    falls = g.apply(
        "g falls", rising, sine, f=-OVERLAP.subs(theta, _T), over=_T, low=Integer(0), high=pi, then=_U, strict=True
    )
    falling = g.instance("g(θ) > g(π)", falls, {_T: theta, _U: pi})
    g.conclude(*critical_points(g, angle, at_angle), *nature(g, angle, at_angle, falling))


def critical_points(g: Graph, angle: Fact, at_angle: Fact) -> tuple[Fact, ...]:
    """Where ∇ℓ vanishes: along e at θ = 0 and θ = π only, along ŵ there at one r each."""
    opposite = -CRITICAL_FACTOR * _STAR
    told = g.rule(
        "∇ℓ and the two points",
        gram,
        g.cite("B1.gradient", {}, angle, value=_GRADIENT),
        products=PLANE,
        vectors={_W: r * w_hat, _STAR: r_star * (cos(theta) * w_hat + sin(theta) * e)},
        same={_STEEP: (_GRADIENT, Integer(0)), _OFF: (_W, _STAR), _OFF_SADDLE: (_W, opposite)},
    )
    zero, teacher, second = Same(_GRADIENT, Integer(0)), Same(_W, _STAR), Same(_W, opposite)
    first_end, last_end = And(Eq(theta, 0), Eq(r, r_star)), And(Eq(theta, pi), Eq(r, CRITICAL_NORM))
    return (
        g.fact("∇ℓ = 0", Equivalent(zero, Or(first_end, last_end)), at_angle, angle, told),
        g.fact("w = w*", Equivalent(teacher, first_end), at_angle, angle, told),
        g.fact("w = −ρw*", Implies(k > 1, Equivalent(second, last_end)), at_angle, angle, told),
    )


def nature(g: Graph, angle: Fact, at_angle: Fact, falling: Fact) -> tuple[Fact, ...]:
    """What the second point and the origin are, from the values of ℓ."""
    loss = g.cite("B1.loss", {}, angle, value=_LOSS)
    square = (r**2 + r_star**2) / 2 - r * r_star * OVERLAP / pi + (k - 1) * (r - r_star) ** 2 / (2 * pi)
    by_kernel = g.equal("ℓ by g", _LOSS, square / k, loss)
    more = g.case("k > 1", k > 1)
    saddle = g.cite("B1.loss", {theta: pi, r: CRITICAL_NORM}, more, value=_SADDLE, name="ℓ(−ρw*)")
    off, rise = r - CRITICAL_NORM, (k - 1 + pi) / (2 * pi * k)
    height = off**2 * rise - r * r_star * OVERLAP / (pi * k)
    above = g.equal("ℓ − ℓ(−ρw*)", _LOSS - _SADDLE, height, by_kernel, saddle)
    falls = g.fact(
        "ℓ falls as θ leaves π", Implies(And(Eq(r, CRITICAL_NORM), theta < pi), _LOSS < _SADDLE), above, falling
    )
    grows = g.fact(
        "and grows along r", Implies(And(Ne(r, CRITICAL_NORM), Eq(theta, pi)), _LOSS > _SADDLE), above, at_angle
    )
    origin = g.given("ℓ(0)")
    ray = g.equal("on a ray", _LOSS - _ORIGIN, r * _SLOPE + r**2 * rise, by_kernel, origin)
    least = g.fact("below ℓ(0)", Implies(r < 2 * CRITICAL_NORM, _LOSS < _ORIGIN), ray, falling, at_angle, angle)
    one = g.fact("k = 1", Implies(And(Eq(k, 1), Eq(theta, pi)), _LOSS > _ORIGIN), ray, at_angle)
    return (*(g.under(more, fact) for fact in (falls, grows)), least, one, ray)
