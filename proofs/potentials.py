"""Chapter C, continued: correlation with the true gradient (C6), potentials (C9), and why proxies at all (B3)."""

from __future__ import annotations

from sympy import (
    And,
    Eq,
    Equivalent,
    Expr,
    Heaviside,
    Integer,
    Ne,
    Or,
    Rational,
    Symbol,
    cos,
    diff,
    pi,
    simplify,
    sin,
    sqrt,
    symbols,
)
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim, Kind, claim, get
from proofs.engine.definitions import Correlation, Potential, SampleGradient
from proofs.engine.derivation import Derivation, Line, coefficient, inner, vanishes
from proofs.engine.graph import Graph
from proofs.engine.residual import in_basic_quantities
from proofs.engine.rules import gram
from proofs.engine.sentence import All, Iff, Is, Part, Same, Term, eq, gt, le, lt
from proofs.estimators import ANGLES, ID_OF
from proofs.symbols import (
    CLOSED_ANGLE,
    INTEGRABLE,
    NONZERO_FILTER,
    PLANE,
    e,
    moment_across,
    ones,
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
    w_star,
    x,
)

INSIDE = {"θ > 0": gt(theta, 0), "θ < π": lt(theta, pi)}


def _register_correlation(part: str, name: str, statement: Expr, source: str) -> Claim:
    def derivation(d: Derivation) -> None:
        true, origin = get("N3").formula, "C1" if name == "*" else ID_OF[name]
        d.cite("N3", origin)
        d.begin(inner(get(origin).as_printed, true, PLANE), f"⟨G_μ, ∂f/∂w⟩, G_μ as in {origin}, ∂f/∂w as in N3")
        d.conclude(statement)

    helps = {
        "never uphill exactly where B ≥ 0": Equivalent(statement >= 0, Or(eq(v_vs, 0), moment_across >= 0)),
        "downhill exactly where B > 0": Equivalent(statement > 0, And(Ne(v_vs, 0), moment_across > 0)),
    }
    return claim(
        id="C6" + part,
        title="Correlation of the coarse gradient with the true gradient",
        source=source,
        subject=r"\langle G_\mu,\partial f/\partial w\rangle",
        definition=Correlation(name),
        statement=statement,
        hypotheses=ANGLES,
        besides=helps if name == "*" else {},
        setting=INTEGRABLE if name == "*" else "",
    )(derivation)


_register_correlation("", "*", v_vs**2 * moment_across / (2 * pi * r), "[here]")
_register_correlation(".relu", "relu", sin(theta) * v_vs**2 / (2 * (2 * pi) ** Rational(3, 2) * r), "[Y], Lemma 5")
_register_correlation(".identity", "identity", sin(theta) * v_vs**2 / ((2 * pi) ** Rational(3, 2) * r), "[Y], Lemma 8")


def of_constants(d: Derivation, definition: Potential) -> Line:
    """DIFF: αŵ − κw* with α and κ constant in w is the gradient of α‖w‖ − κ⟨w*, w⟩, at every w ≠ 0.

    For ∇‖w‖ = ŵ, and a linear function is its own derivative. Source: Rudin, Principles of Mathematical Analysis, 9.15.
    """
    origin = ID_OF[definition.estimator]
    d.cite(origin)
    gradient = in_basic_quantities(get(origin).formula)
    pull = simplify(-coefficient(gradient, e) / sin(theta))
    radial = simplify(coefficient(gradient, w_hat) + pull * cos(theta))
    owes = [vanishes("G − (αŵ − κw*)", in_basic_quantities(gradient - radial * w_hat + pull * w_star))]
    both = (("α", radial), ("κ", pull))
    owes += [vanishes(f"∂{name}/∂{by}", diff(one, by)) for name, one in both for by in (r, theta)]
    return radial * r - pull * r * cos(theta), owes


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
        besides={
            "it is αŵ − κw*": Same(gradient, radial * w_hat - pull * w_star),
            "at v = v*, α = κ": Same(at_teacher(in_basic_quantities(gradient)), at_teacher(pull) * (w_hat - w_star)),
        },
        setting=f"Φ(0) = 0, and ∇Φ = G_{name} in w at fixed v: Φ = α‖w‖ − κ⟨w*, w⟩",
    )(derivation)


_register_potential("", "relu", (v_v + sum_v**2 - sum_v * sum_vs) / (2 * sqrt(2 * pi)), v_vs / (2 * sqrt(2 * pi)))
_register_potential(".identity", "identity", v_v / sqrt(2 * pi), v_vs / sqrt(2 * pi))


ENTRY, STAR_ENTRY = symbols("v_k v^*_k", real=True)
"""One entry of v, and that of v*."""

RELU_CURL = (2 * ENTRY + 2 * sum_v - sum_vs - STAR_ENTRY * cos(theta)) / (2 * sqrt(2 * pi))
IDENTITY_CURL = (2 * ENTRY - STAR_ENTRY * cos(theta)) / sqrt(2 * pi)
"""By how much the mixed derivatives in v_k and along ŵ differ (C9.joint)."""


SLOPE, RELU, IDENTITY = Term(r"\partial f/\partial v"), Term(r"G_{\mathrm{relu}}"), Term(r"G_{\mathrm{identity}}")


def _joint(field: Term) -> tuple[Term, Term]:
    """By how much mixed derivatives differ, and (∂f/∂v, G)."""
    mixed = rf"\left\langle\tfrac{{\partial {field}}}{{\partial v_k}},\hat w\right\rangle"
    other = r"\tfrac{\partial}{\partial\|w\|}\tfrac{\partial f}{\partial v_k}"
    return Term(f"{mixed}-{other}"), Term(f"({SLOPE},{field})")


def curl(slope: Boolean, field: Boolean) -> Boolean:
    """CURL: mixed derivatives of a twice differentiable function agree, in the plane of v_k and of w along a ray.

    slope, field: what ∂f/∂v and G are; both are smooth there, at any angle. They are no gradient on an open set if the
    difference changes with v_k at a positive rate. ValueError if it does not. Source: Rudin, Principles of Mathematical
    Analysis, 9.41.
    """
    (_, in_v), (called, in_w) = slope.args, field.args

    def by_entry(term: Expr) -> Expr:
        through = diff(term, v_v) * 2 * ENTRY + diff(term, v_vs) * STAR_ENTRY + diff(term, sum_v)
        return simplify(through + diff(term, ENTRY))

    entry = in_basic_quantities(in_v).subs({v: ENTRY, v_star: STAR_ENTRY, ones: 1})
    mixed = by_entry(coefficient(in_w, w_hat)) - diff(entry, r)
    if by_entry(mixed).is_positive is not True:
        raise ValueError(f"CURL needs mixed derivatives that differ at some v, not by {mixed}")
    difference, both = _joint(called)
    return And(Eq(difference, mixed), Is("not a gradient", both))


@claim(
    id="C9.joint",
    title="Jointly in (v, w) neither coarse gradient has a potential",
    source="[here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=All(
        *(
            clause
            for name, field in (("relu", RELU), ("identity", IDENTITY))
            for clause in (eq(_joint(field)[0], Part(name)), Is("not a gradient", _joint(field)[1]))
        )
    ),
    definition=Potential("relu", jointly=True),
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    premises={"θ ≤ π": le(theta, pi)},
    parts={"relu": RELU_CURL, "identity": IDENTITY_CURL},
    setting="on no open set of v, at no w ≠ 0: ∂/∂‖w‖ is along the ray of w, where f is smooth also at θ = 0 and π",
)
def C9_joint(d: Derivation) -> None:
    g = Graph(d)
    angle = g.given("θ ≤ π")
    slope = g.cite("N2", {}, angle, value=SLOPE)
    fields = (("relu", RELU), ("identity", IDENTITY))
    cited = [(name, g.cite(ID_OF[name], {}, angle, value=field)) for name, field in fields]
    g.conclude(*(g.rule(f"mixed derivatives, {name}", curl, slope, one) for name, one in cited))


TRUE_GRADIENT = -v_vs / (2 * pi * r)
"""∂f/∂w along e, as B3 states it."""


_LOSS_SLOPE, _SAMPLE_SLOPE = Term(r"\partial f/\partial w"), Term(r"\partial\ell/\partial w")
_SIZE = Symbol("‖∂f/∂w‖", nonnegative=True)


def constant_between(*, sample: Expr, slope: Term) -> Boolean:
    """NULL: a function of the signs of Z_i w, i = 1, …, m, is constant near every w on none of the m hyperplanes.

    sample: the function, in x = Z_i w. ValueError if it is not constant on both sides of 0. Almost surely no row is on
    its hyperplane. Source: Rudin, Real and Complex Analysis, 2.20 (e).
    """
    for side in (Symbol("z", positive=True), Symbol("z", negative=True)):
        if diff(sample, x).subs(x, side) != 0:
            raise ValueError(f"NULL needs a function of the sign of {x}, not {sample}")
    return Is("zero almost everywhere", slope)


@claim(
    id="B3",
    title="Why proxies at all: the sample gradient vanishes almost everywhere, the population gradient does not",
    source="[here]; the motivation of [Y]",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        Is("zero almost everywhere", _SAMPLE_SLOPE),
        Same(_LOSS_SLOPE, Part("gradient along e") * e),
        Iff(Same(_LOSS_SLOPE, 0), eq(v_vs, 0)),
    ),
    definition=SampleGradient(),
    hypotheses=ANGLES,
    premises=INSIDE,
    parts={"gradient along e": TRUE_GRADIENT},
)
def B3(d: Derivation) -> None:
    g = Graph(d)
    row, rest = symbols("v_i y_i", real=True)
    sample = (row * Heaviside(x) - rest) ** 2 / 2
    of_row = "x = Z_i w, y − y* = v_i σ(x) − y_i"
    flat = g.rule("ℓ", constant_between, sample=sample, slope=_SAMPLE_SLOPE, because=of_row)
    true = g.cite("N3", {}, *map(g.given, INSIDE), value=_LOSS_SLOPE)
    length = g.rule("‖∂f/∂w‖", gram, true, products=PLANE, same={_SIZE: (_LOSS_SLOPE, Integer(0))})
    zeros = g.fact("∂f/∂w = 0", Equivalent(Same(_LOSS_SLOPE, 0), Eq(v_vs, 0)), length)
    g.conclude(flat, true, zeros)
