"""Chapter C, continued: correlation with the true gradient (C6), potentials (C9), and why proxies at all (B3)."""

from __future__ import annotations

import sympy
from sympy import Expr, Heaviside, Integral, Rational, Symbol, cos, diff, expand, pi, simplify, sin, sqrt, symbols

from proofs.engine.claim import Claim, Kind, claim, get
from proofs.engine.definitions import Correlation, Potential, SampleGradient
from proofs.engine.derivation import Derivation, Obligation, coefficient, holds, inner, vanishes
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import All, If, Iff, Is, Part, Term, eq
from proofs.estimators import ANGLES, ID_OF
from proofs.means import angle_along, normal_density
from proofs.symbols import (
    CLOSED_ANGLE,
    INTEGRABLE,
    NONZERO_FILTER,
    PLANE,
    alpha,
    e,
    kappa,
    moment_across,
    r,
    s,
    sum_v,
    sum_vs,
    theta,
    v_v,
    v_vs,
    vs_vs,
    w_hat,
    w_star,
    x,
)


def _register_correlation(part: str, name: str, statement: Expr, source: str) -> Claim:
    def derivation(d: Derivation) -> None:
        true, origin = get("N3").formula, "C1" if name == "*" else ID_OF[name]
        d.cite("N3", origin)
        d.begin(inner(get(origin).as_printed, true, PLANE), f"⟨G_μ, ∂f/∂w⟩, G_μ as in {origin}, ∂f/∂w as in N3")
        d.conclude(statement)
        if name == "*":
            nonzero = Symbol("v_vs", real=True, nonzero=True)
            factor_of_b = (statement / moment_across).subs(v_vs, nonzero)
            d.step(
                "Hence the estimator never points uphill exactly where B ≥ 0; downhill where B > 0 and v·v* ≠ 0",
                factor_of_b,
                "the factor beside B is positive whenever v·v* ≠ 0",
                holds("factor > 0", factor_of_b > 0),
                vanishes("no other term", statement.subs(moment_across, 0)),
            )

    return claim(
        id="C6" + part,
        title="Correlation of the coarse gradient with the true gradient",
        source=source,
        subject=r"\langle G_\mu,\partial f/\partial w\rangle",
        definition=Correlation(name),
        statement=statement,
        hypotheses=ANGLES,
        setting=INTEGRABLE if name == "*" else "",
    )(derivation)


_register_correlation("", "*", v_vs**2 * moment_across / (2 * pi * r), "[here]")
_register_correlation(".relu", "relu", sin(theta) * v_vs**2 / (2 * (2 * pi) ** Rational(3, 2) * r), "[Y], Lemma 5")
_register_correlation(".identity", "identity", sin(theta) * v_vs**2 / ((2 * pi) ** Rational(3, 2) * r), "[Y], Lemma 8")


def _register_potential(part: str, name: str, radial: Expr, pull: Expr) -> Claim:
    h = Symbol("h", real=True)

    def derivation(d: Derivation) -> None:
        d.cite(ID_OF[name])
        gradient = in_basic_quantities(get(ID_OF[name]).formula)
        alpha, kappa = symbols("alpha kappa", real=True)
        d.begin("Is G = ∇(α‖w‖ − κ⟨w*, w⟩) for some α, κ that do not depend on w?", "v fixed")
        slopes = {}
        for basis, shift in ((w_hat, (h, 0)), (e, (0, h))):
            x_w, y_w = r + shift[0], shift[1]
            potential = alpha * sqrt(x_w**2 + y_w**2) - kappa * (x_w * cos(theta) + y_w * sin(theta))
            slopes[basis] = diff(potential, h).subs(h, 0)
        equations = [slopes[basis] - coefficient(gradient, basis) for basis in (w_hat, e)]
        (found,) = sympy.solve(equations, [alpha, kappa], dict=True)
        d.step(
            "Solve for α and κ",
            found[alpha] * r - found[kappa] * r * cos(theta),
            "derivatives along ŵ and e; along any other direction both sides vanish. The potential is smooth in w ≠ 0 "
            "and G is continuous there, so θ = 0 and θ = π are included",
            vanishes("∂κ/∂θ", diff(found[kappa], theta)),
            vanishes("∂κ/∂r", diff(found[kappa], r)),
            vanishes("∂α/∂θ", diff(found[alpha], theta)),
            vanishes("∂α/∂r", diff(found[alpha], r)),
        )
        d.conclude(radial * r - pull * r * cos(theta))

    return claim(
        id="C9" + part,
        title=f"For fixed v the {name} coarse gradient is a gradient in w",
        source="[here]",
        subject=rf"\nabla_w\Phi=G_{{\mathrm{{{name}}}}},\quad\Phi=\alpha\|w\|-\kappa\langle w^*,w\rangle",
        definition=Potential(name),
        statement=radial * r - pull * r * cos(theta),
        hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    )(derivation)


_register_potential("", "relu", (v_v + sum_v**2 - sum_v * sum_vs) / (2 * sqrt(2 * pi)), v_vs / (2 * sqrt(2 * pi)))
_register_potential(".identity", "identity", v_v / sqrt(2 * pi), v_vs / sqrt(2 * pi))


def radial_and_pull(d: Derivation, part: str) -> tuple[Expr, Expr, list[Obligation]]:
    """α and κ of G = αŵ − κw*, read off the potential of C9 (at any fixed v); owes that they are constant in w."""
    d.cite("C9" + part)
    potential = expand(get("C9" + part).formula / r)
    pull = -potential.coeff(cos(theta))
    radial = simplify(potential + pull * cos(theta))
    h = Symbol("h", real=True)
    text_of, owes = {w_hat: "ŵ", e: "e", r: "r", theta: "θ"}, []
    for basis, (along, across) in ((w_hat, (h, 0)), (e, (0, h))):
        length = sqrt((r + along) ** 2 + across**2)
        moved = alpha * length - kappa * ((r + along) * cos(theta) + across * sin(theta))
        gradient = coefficient(alpha * w_hat - kappa * w_star, basis)
        owes.append(vanishes(f"∇(α‖w‖ − κ⟨w*, w⟩) along {text_of[basis]}", diff(moved, h).subs(h, 0) - gradient))
    owes += [
        vanishes(f"∂{name}/∂{text_of[by]} in C9{part}", diff(value, by))
        for name, value in (("α", radial), ("κ", pull))
        for by in (r, theta)
    ]
    return radial, pull, owes


def at_teacher(expression: Expr) -> Expr:
    """`expression` at v = v*."""
    return expression.subs({v_v: vs_vs, v_vs: vs_vs, sum_v: sum_vs}, simultaneous=True)


def coarse_gradients(d: Derivation) -> list[Obligation]:
    """Owe: the ReLU and the identity coarse gradients are αŵ − κw*, and α = κ at v = v*."""
    owes = []
    for part in ("", ".identity"):
        radial, pull, constant = radial_and_pull(d, part)
        owes += [*constant, vanishes(f"α − κ at v = v* (C9{part})", at_teacher(radial - pull))]
    return owes


ENTRY, STAR_ENTRY = symbols("v_k v^*_k", real=True)
"""One entry of v, and that of v*."""

RELU_CURL = (2 * ENTRY + 2 * sum_v - sum_vs - STAR_ENTRY * cos(theta)) / (2 * sqrt(2 * pi))
IDENTITY_CURL = (2 * ENTRY - STAR_ENTRY * cos(theta)) / sqrt(2 * pi)
"""By how much the mixed derivatives in v_k and along ŵ differ (C9.joint)."""


_FIELD = Term(r"(\partial f/\partial v,G)")
_CURL = Term(
    r"\left\langle\tfrac{\partial G}{\partial v_k},\hat w\right\rangle"
    r"-\tfrac{\partial}{\partial\|w\|}\tfrac{\partial f}{\partial v_k}"
)


@claim(
    id="C9.joint",
    title="Jointly in (v, w) neither coarse gradient has a potential",
    source="[here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=All(
        *(
            If(
                eq(Term("G"), Term(rf"G_{{\mathrm{{{name}}}}}")),
                All(eq(_CURL, Part(name)), Is("not a gradient", _FIELD)),
            )
            for name in ("relu", "identity")
        )
    ),
    definition=Potential("relu", jointly=True),
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    parts={"relu": RELU_CURL, "identity": IDENTITY_CURL},
)
def C9_joint(d: Derivation) -> None:
    d.begin(
        "A potential needs symmetric mixed derivatives (Schwarz)",
        "in v_k and r, on the plane of a fixed direction ŵ, both fields are smooth where r > 0, whatever θ is",
    )
    d.cite("N2", "N3")
    v_k, vs_k = ENTRY, STAR_ENTRY
    of_angle, of_loss = get("N2").as_printed.diff(theta), get("N2").as_printed.diff(r)
    d.step(
        "∂/∂w of (∂f/∂v)_k has no component along ŵ",
        of_angle,
        "N2 depends on w only through θ, whose gradient lies along e as that of f does in N3",
        vanishes("N2 does not depend on ‖w‖", of_loss),
        vanishes("component of ∂θ/∂w along ŵ", coefficient(get("N3").formula, w_hat)),
    )
    for name in ("relu", "identity"):
        d.cite(ID_OF[name])
        gradient = in_basic_quantities(get(ID_OF[name]).formula)
        by_v_k = diff(gradient, v_v) * 2 * v_k + diff(gradient, v_vs) * vs_k + diff(gradient, sum_v)
        radial = coefficient(by_v_k, w_hat)
        # ∂/∂v_k once more: sum_v and v_k move together.
        again = simplify(radial.diff(v_k) + radial.diff(sum_v))
        d.step(
            f"∂/∂v_k of G_{name} along ŵ",
            radial,
            "it changes with v_k at a constant positive rate, so it vanishes on no open set",
            holds("rate of change in v_k is positive", again > 0),
            holds("and constant", not again.free_symbols),
        )
        d.hold(name, C9_joint.parts[name], radial - of_loss, "less the other mixed derivative, which is 0")
    d.conclude_argument("so in no open set of v do the mixed derivatives agree, at any w ≠ 0: there is no potential")


TRUE_GRADIENT = -v_vs / (2 * pi * r)
"""∂f/∂w along e, as B3 states it."""


def slope_along_e(d: Derivation) -> Expr:
    """∂f/∂w along e: N1 differentiated in θ, times the slope of θ(w + h e)."""
    d.cite("N1")
    _, turn, _ = angle_along("e")
    return diff(get("N1").as_printed, theta) * turn


@claim(
    id="B3",
    title="Why proxies at all: the sample gradient vanishes almost everywhere, the population gradient does not",
    source="[here]; the motivation of [Y]",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        Is("zero almost everywhere", Term(r"\partial\ell/\partial w")),
        eq(Term(r"\partial f/\partial w"), Part("gradient along e") * e),
        Iff(eq(Term(r"\partial f/\partial w"), 0), eq(v_vs, 0)),
    ),
    definition=SampleGradient(),
    hypotheses=ANGLES,
    parts={"gradient along e": TRUE_GRADIENT},
)
def B3(d: Derivation) -> None:
    d.begin("∂ℓ/∂w = (y − y*) Σ_i v_i σ'(Z_i w) Z_i where every Z_i w ≠ 0")
    above, below = Symbol("z", positive=True), Symbol("z", negative=True)
    d.step(
        "σ is locally constant off 0",
        "σ'(x) = 0 for x ≠ 0",
        "",
        [vanishes(f"σ' for x {sign} 0", diff(Heaviside(x), x).subs(x, z)) for sign, z in ((">", above), ("<", below))],
    )
    half_width = Symbol("epsilon", positive=True)
    strip = Integral(normal_density(s), (s, -half_width, half_width)).doit()
    d.step(
        "Almost surely no row is on the boundary",
        "P(Z_i w = 0) = lim P(|Z_i ŵ| < ε) = 0, and there are finitely many rows",
        "Z_i ŵ ~ N(0, 1)",
        vanishes("lim P(|Z_i ŵ| < ε)", sympy.limit(strip, half_width, 0)),
    )
    d.cite("N3")
    true = coefficient(get("N3").formula, e)
    d.step(
        "The population gradient is a nonzero multiple of v·v*",
        true * e,
        "so it vanishes exactly when v·v* does",
        holds("its factor beside v·v* is negative", true / v_vs < 0),
        vanishes("linear in v·v*", diff(true, v_vs, 2)),
        vanishes("nothing along ŵ", coefficient(get("N3").formula, w_hat)),
    )
    d.hold("gradient along e", TRUE_GRADIENT, slope_along_e(d), "the chain rule through θ, on N1")
    d.conclude_argument("differentiation in w and expectation do not commute: E ∂ℓ/∂w = 0 ≠ ∂f/∂w unless v·v* = 0")
