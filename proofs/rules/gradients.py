"""Rules of gradients, and of first lines that are inner products of what other claims state."""

from __future__ import annotations

from sympy import And, Eq, Expr, Integer, Limit, Symbol, cos, diff, pi, simplify, sin, symbols
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import get
from proofs.engine.combinations import coefficient, inner
from proofs.engine.definitions import (
    CommonZeros,
    Correlation,
    Definition,
    Envelope,
    PlainDescent,
    Potential,
    ProximalMap,
    Splitting,
    demand,
)
from proofs.engine.derivation import Derivation, Line, vanishes
from proofs.engine.residual import in_basic_quantities
from proofs.engine.sentence import Is, Same, Term
from proofs.engine.smt import follows
from proofs.estimators import ID_OF
from proofs.landscape import on_best_weights
from proofs.penalty_forms import PENALTIES
from proofs.rules.slopes import gradient_in_v
from proofs.symbols import (
    PLANE,
    QUANTITIES,
    beta,
    curvature,
    e,
    eta,
    lam,
    multiplier,
    ones,
    r,
    step,
    theta,
    u,
    v,
    v_star,
    w_hat,
    w_star,
    x,
    x_in,
)


def of_constants(d: Derivation, definition: Potential) -> Line:
    """DIFF: αŵ − κw* with α and κ constant in w is the gradient of α‖w‖ − κ⟨w*, w⟩, at every w ≠ 0.

    For ∇‖w‖ = ŵ, and a linear function is its own derivative. ValueError for another definition, and jointly in (v, w).
    Source: Rudin, Principles of Mathematical Analysis, 9.15.
    """
    demand(definition, Potential)
    demand(definition, Potential(definition.estimator))
    origin = ID_OF[definition.estimator]
    d.cite(origin)
    gradient = in_basic_quantities(get(origin).formula)
    pull = simplify(-coefficient(gradient, e) / sin(theta))
    radial = simplify(coefficient(gradient, w_hat) + pull * cos(theta))
    owes = [vanishes("G − (αŵ − κw*)", in_basic_quantities(gradient - radial * w_hat + pull * w_star))]
    both = (("α", radial), ("κ", pull))
    owes += [vanishes(f"∂{name}/∂{by}", diff(one, by)) for name, one in both for by in (r, theta)]
    return radial * r - pull * r * cos(theta), owes


SLOPE = Term(r"\partial f/\partial v")

ENTRY, STAR_ENTRY = symbols("v_k v^*_k", real=True)
"""One entry of v, and that of v*."""


def joint(field: Term) -> tuple[Term, Term]:
    """By how much mixed derivatives differ, and (∂f/∂v, G)."""
    mixed = rf"\left\langle\tfrac{{\partial {field}}}{{\partial v_k}},\hat w\right\rangle"
    other = r"\tfrac{\partial}{\partial\|w\|}\tfrac{\partial f}{\partial v_k}"
    return Term(f"{mixed}-{other}"), Term(f"({SLOPE},{field})")


def curl(slope: Boolean, field: Boolean) -> Boolean:
    """CURL: mixed derivatives of a twice differentiable function agree, in the plane of v_k and of w along a ray.

    slope, field: what ∂f/∂v and G are; both are smooth there, at any angle. They are no gradient on an open set if the
    difference changes with v_k at a positive rate. ValueError if it does not, and for facts that do not say so. Source:
    Rudin, Principles of Mathematical Analysis, 9.41.
    """
    if not isinstance(slope, Same) or not isinstance(field, Same) or slope.args[0] != SLOPE:
        raise ValueError(f"CURL needs what {SLOPE} and a field are, not {slope} and {field}")
    (_, in_v), (called, in_w) = slope.args, field.args

    def by_entry(term: Expr) -> Expr:
        return simplify(gradient_in_v(term).subs(entries) + diff(term, ENTRY))

    entries = {v: ENTRY, v_star: STAR_ENTRY, ones: 1}
    entry = in_basic_quantities(in_v).subs(entries)
    mixed = by_entry(coefficient(in_w, w_hat)) - diff(entry, r)
    if by_entry(mixed).is_positive is not True:
        raise ValueError(f"CURL needs mixed derivatives that differ at some v, not by {mixed}")
    difference, both = joint(called)
    return And(Eq(difference, mixed), Is("not a gradient", both))


def constant_between(*, sample: Expr, slope: Term) -> Boolean:
    """NULL: a function of the signs of Z_i w, i = 1, …, m, is constant near every w on none of the m hyperplanes.

    sample: the function, in x = Z_i w and in what does not change with w, of names of its own. ValueError if it is not
    constant on both sides of 0. Almost surely no row is on its hyperplane. Source: Rudin, Real and Complex Analysis,
    2.20 (e).
    """
    if moving := sample.free_symbols & QUANTITIES.keys():
        raise ValueError(f"NULL needs names of its own for what stands still, and {moving} may change with w")
    for side in (Symbol("z", positive=True), Symbol("z", negative=True)):
        if sample.subs(x, side).has(x, side):
            raise ValueError(f"NULL needs a function of the sign of {x}, not {sample}")
    return Is("zero almost everywhere", slope)


def cost_of(d: Derivation, definition: ProximalMap | Envelope) -> Line:
    """COST: what a proximal map minimizes, and what an envelope is the least value of, for the penalty that is named.

    ValueError for another definition. By definition.
    """
    demand(definition, ProximalMap, *map(Envelope, PENALTIES))
    if isinstance(definition, ProximalMap):
        return definition.cost, []
    return lam * PENALTIES[definition.penalty].on_reals + beta * (u - x_in) ** 2 / 2, []


def correlated(d: Derivation, definition: Correlation) -> Line:
    """GRAM: ⟨G, ∂f/∂w⟩ of the combinations of ŵ and e that N3 and the claim on G state.

    ValueError for another definition. Source: bilinearity.
    """
    demand(definition, Correlation)
    origin = "C1" if definition.estimator == "*" else ID_OF[definition.estimator]
    d.cite("N3", origin)
    return inner(get(origin).as_printed, get("N3").formula, PLANE), []


def identity_at_the_end(d: Derivation) -> Expr:
    """G_identity of C2 at the spurious minimum: θ = π, v = v(π) of N4."""
    d.cite("C2", "N4")
    return on_best_weights(get("C2").formula, pi).subs(theta, pi)


def length_at_the_end(d: Derivation, definition: Definition) -> Line:
    """GRAM: a multiple c ≥ 0 of ŵ has the length c.

    ValueError for another definition. Source: the definition of a norm.
    """
    demand(definition, CommonZeros("identity", "spurious"))
    gradient = identity_at_the_end(d)
    along = coefficient(gradient, w_hat)
    return along, [vanishes("component along e", coefficient(gradient, e)), follows("that along ŵ is ≥ 0", along >= 0)]


def stepped_at_the_end(d: Derivation, definition: Definition) -> Line:
    """GRAM: ⟨w − ηG, ŵ⟩ of the combination that C2 states.

    ValueError for another definition. Source: bilinearity.
    """
    demand(definition, PlainDescent("identity"))
    return inner(r * w_hat - eta * identity_at_the_end(d), w_hat, PLANE), []


_TANGENT = Symbol("t")
_H, _ALONG = symbols("h D_t_w", real=True)


def linearized(d: Derivation, definition: Definition) -> Line:
    """DIFF: the slope of w ↦ z/‖z‖ along a unit t ⟂ w̄ for which diag(S')t = μt + ⟨w̄, diag(S')t⟩w̄.

    S is differentiable at each entry, so z = w̄ + ht + τ(κw* + βS(w̄) + hβ diag(S')t) up to o(h), and κw* + βS(w̄) = Nw̄
    by R3; ‖z‖ divides, and across w̄ and t there is nothing. ValueError for another definition. Source: Rudin,
    Principles of Mathematical Analysis, 9.15.
    """
    demand(definition, Splitting("rate"))
    d.cite("R3")
    frame = dict.fromkeys(((w_hat, w_hat), (_TANGENT, _TANGENT)), Integer(1))
    bent = curvature * _TANGENT + _ALONG * w_hat
    z = w_hat + _H * _TANGENT + step * (multiplier * w_hat + _H * beta * bent)
    return Limit(inner(z, _TANGENT, frame) / (_H * inner(z, w_hat, frame)), _H, 0), []
