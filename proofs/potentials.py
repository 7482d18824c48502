"""Chapter C, continued: correlation with the true gradient (C6), potentials (C9), and why proxies at all (B3)."""

from __future__ import annotations

from sympy import And, Equivalent, Expr, Heaviside, Integer, Ne, Or, Rational, Symbol, cos, pi, sin, sqrt, symbols

from proofs.engine.claim import Claim, Kind, claim, get
from proofs.engine.definitions import Correlation, Potential, SampleGradient
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import All, Iff, Is, Part, Same, Term, eq, gt, le, lt
from proofs.estimators import ANGLES, ID_OF
from proofs.rules.algebra import gram
from proofs.rules.gradients import ENTRY, SLOPE, STAR_ENTRY, constant_between, correlated, curl, joint, of_constants
from proofs.symbols import (
    CLOSED_ANGLE,
    INTEGRABLE,
    NONZERO_FILTER,
    PLANE,
    e,
    moment_across,
    r,
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

INSIDE = {"θ > 0": gt(theta, 0), "θ < π": lt(theta, pi)}


def _register_correlation(part: str, name: str, statement: Expr, source: str) -> Claim:
    def derivation(d: Derivation) -> None:
        d.open(correlated)
        d.conclude(statement)

    letter, called = (r"\mu", "") if name == "*" else (rf"\mathrm{{{name}}}", f"{name} ")
    helps = {
        "never uphill exactly where B ≥ 0 or v·v* = 0": Equivalent(statement >= 0, Or(eq(v_vs, 0), moment_across >= 0)),
        "downhill exactly where B > 0 and v·v* ≠ 0": Equivalent(statement > 0, And(Ne(v_vs, 0), moment_across > 0)),
    }
    return claim(
        id="C6" + part,
        title=f"Correlation of the {called}coarse gradient with the true gradient",
        source=source,
        subject=rf"\langle G_{{{letter}}},\partial f/\partial w\rangle",
        definition=Correlation(name),
        statement=statement,
        hypotheses=ANGLES,
        besides=(lambda: helps) if name == "*" else dict,
        setting=INTEGRABLE if name == "*" else "",
    )(derivation)


_register_correlation("", "*", v_vs**2 * moment_across / (2 * pi * r), "[here]")
_register_correlation(".relu", "relu", sin(theta) * v_vs**2 / (2 * (2 * pi) ** Rational(3, 2) * r), "[Y], Lemma 5")
_register_correlation(".identity", "identity", sin(theta) * v_vs**2 / ((2 * pi) ** Rational(3, 2) * r), "[Y], Lemma 8")


def at_teacher(expression: Expr) -> Expr:
    """`expression` at v = v*."""
    return expression.subs({v_v: vs_vs, v_vs: vs_vs, sum_v: sum_vs}, simultaneous=True)


def _register_potential(part: str, name: str, radial: Expr, pull: Expr) -> Claim:
    gradient = get(ID_OF[name]).formula

    def derivation(d: Derivation) -> None:
        d.open(of_constants)
        d.conclude(radial * r - pull * r * cos(theta))

    return claim(
        id="C9" + part,
        title=f"For fixed v the {name} coarse gradient is a gradient in w",
        source="[here]",
        subject=r"\Phi(w)",
        definition=Potential(name),
        statement=radial * r - pull * r * cos(theta),
        hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
        besides=lambda: {
            "it is αŵ − κw*": Same(gradient, radial * w_hat - pull * w_star),
            "at v = v*, α = κ": Same(at_teacher(in_basic_quantities(gradient)), at_teacher(pull) * (w_hat - w_star)),
        },
        setting=f"Φ(0) = 0, and ∇Φ = G_{name} in w at fixed v: Φ = α‖w‖ − κ⟨w*, w⟩",
    )(derivation)


_register_potential("", "relu", (v_v + sum_v**2 - sum_v * sum_vs) / (2 * sqrt(2 * pi)), v_vs / (2 * sqrt(2 * pi)))
_register_potential(".identity", "identity", v_v / sqrt(2 * pi), v_vs / sqrt(2 * pi))

RELU, IDENTITY = Term(r"G_{\mathrm{relu}}"), Term(r"G_{\mathrm{identity}}")


@claim(
    id="C9.joint",
    title="Jointly in (v, w) neither coarse gradient has a potential",
    source="[here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=All(
        *(
            clause
            for name, field in (("relu", RELU), ("identity", IDENTITY))
            for clause in (eq(joint(field)[0], Part(name)), Is("not a gradient", joint(field)[1]))
        )
    ),
    definition=Potential("relu", jointly=True),
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    premises={"θ ≤ π": le(theta, pi)},
    parts={
        "relu": (2 * ENTRY + 2 * sum_v - sum_vs - STAR_ENTRY * cos(theta)) / (2 * sqrt(2 * pi)),
        "identity": (2 * ENTRY - STAR_ENTRY * cos(theta)) / sqrt(2 * pi),
    },
    setting="on no open set of v, at no w ≠ 0: ∂/∂‖w‖ is along the ray of w, where f is smooth also at θ = 0 and π",
)
def C9_joint(d: Derivation) -> None:
    g = Graph(d)
    angle = g.given("θ ≤ π")
    slope = g.cite("N2", {}, angle, value=SLOPE)
    fields = (("relu", RELU), ("identity", IDENTITY))
    cited = [(name, g.cite(ID_OF[name], {}, angle, value=field)) for name, field in fields]
    g.conclude(*(g.rule(f"mixed derivatives, {name}", curl, slope, one) for name, one in cited))


_LOSS_SLOPE, _SAMPLE_SLOPE = Term(r"\partial f/\partial w"), Term(r"\partial\ell/\partial w")
_SIZE = Symbol("‖∂f/∂w‖", nonnegative=True)


@claim(
    id="B3",
    title="Why proxies at all: the sample gradient vanishes almost everywhere, the population gradient does not",
    source="[here]; the motivation of [Y]",
    sentence=All(
        Is("zero almost everywhere", _SAMPLE_SLOPE),
        Same(_LOSS_SLOPE, Part("gradient along e") * e),
        Iff(Same(_LOSS_SLOPE, 0), eq(v_vs, 0)),
    ),
    definition=SampleGradient(),
    hypotheses=ANGLES,
    premises=INSIDE,
    setting="ℓ = ½(vᵀσ(Zw) − v*ᵀσ(Zw*))², the loss of one sample Z, and f = Eℓ",
    parts={"gradient along e": -v_vs / (2 * pi * r)},
)
def B3(d: Derivation) -> None:
    g = Graph(d)
    row, rest = symbols("v_i y_i", real=True)
    sample = (row * Heaviside(x) - rest) ** 2 / 2
    of_row = "x = Z_i w, y − y* = v_i σ(x) − y_i"
    flat = g.rule("ℓ", constant_between, sample=sample, slope=_SAMPLE_SLOPE, because=of_row)
    true = g.cite("N3", {}, *map(g.given, INSIDE), value=_LOSS_SLOPE)
    length = g.rule("‖∂f/∂w‖", gram, true, products=PLANE, same={_SIZE: (_LOSS_SLOPE, Integer(0))})
    g.conclude(flat, true, length)
