"""Rules of the slopes of the loss that N1 states, and of the output weights at which it is least."""

from __future__ import annotations

from sympy import Expr, Symbol, acos, cos, diff, limit, simplify, sin, solve, sqrt, symbols

from proofs.engine.claim import get
from proofs.engine.combinations import coefficient, inner
from proofs.engine.definitions import Definition, FilterGradient, OutputMinimizer, demand
from proofs.engine.derivation import Derivation, Line, holds, vanishes
from proofs.engine.residual import in_basic_quantities
from proofs.symbols import e, m, ones, r, sum_v, sum_vs, theta, v, v_star, v_v, v_vs, vs_vs, w_hat


def turning(direction: str) -> Expr:
    """The derivative of θ(w + h·direction) at h = 0.

    ``direction`` is one of ŵ, e, or u, any unit vector orthogonal to both: together they span R^n.
    """
    h = Symbol("h", real=True)
    radial, across, other = {"ŵ": (r + h, 0, 0), "e": (r, h, 0), "u": (r, 0, h)}[direction]
    along = radial * cos(theta) + across * sin(theta)
    return simplify(diff(acos(along / sqrt(radial**2 + across**2 + other**2)), h).subs(h, 0))


def through_the_angle(d: Derivation, definition: FilterGradient) -> Line:
    """CHAIN: the loss depends on w through θ alone, and θ is smooth in w for 0 < θ < π; so its gradient is
    (∂f/∂θ)·∂θ/∂w, whose components along ŵ, e and any u orthogonal to both are derivatives along lines.

    At θ = 0 the slope in any direction off w is the limit of slopes beyond. ValueError for another definition. Source:
    Rudin, Principles of Mathematical Analysis, 9.15 and 9.21; 5.10 for the one-sided slope.
    """
    demand(definition, FilterGradient)
    d.cite("N1")
    loss = get("N1").as_printed
    owes = [vanishes("slope of the loss in ‖w‖", diff(loss, r))]
    if definition.one_sided:
        h = Symbol("h", positive=True)
        slope, other = (limit(acos(sign * r / sqrt(r**2 + h**2)).diff(h), h, 0) for sign in (1, -1))
        return slope * diff(loss, theta), [*owes, vanishes("slope at π + slope at 0", slope + other)]
    owes.append(vanishes("∂θ along u", turning("u")))
    return diff(loss, theta) * (turning("ŵ") * w_hat + turning("e") * e), owes


def gradient_in_v(loss: Expr) -> Expr:
    """∂f/∂v by the chain rule through ‖v‖², v·v* and 1ᵀv, whose gradients are 2v, v* and 1."""
    return diff(loss, v_v) * 2 * v + diff(loss, v_vs) * v_star + diff(loss, sum_v) * ones


def least_in_v(d: Derivation, definition: Definition) -> Line:
    """QUADRATIC: where its matrix is positive definite a quadratic has one minimizer, the zero of its gradient.

    The gradient in v is N2's, its matrix a + b 11ᵀ, and the zero is in span{v*, 1}. ValueError for another definition.
    Source: Boyd & Vandenberghe, Convex Optimization, 4.2.3 and example 4.5.
    """
    demand(definition, OutputMinimizer("weights"))
    d.cite("N2")
    gradient = in_basic_quantities(get("N2").as_printed)
    on_star, on_ones = symbols("alpha beta", real=True)
    there = {v: on_star * v_star + on_ones * ones, sum_v: on_star * sum_vs + on_ones * m}
    at_rest = gradient.subs(there, simultaneous=True)
    (solution,) = solve([coefficient(at_rest, basis) for basis in (v_star, ones)], [on_star, on_ones], dict=True)
    found, total = (there[one].subs(solution) for one in (v, sum_v))
    own, shared = gradient.diff(v), coefficient(gradient.diff(sum_v), ones)
    constant = gradient.subs({v: 0, sum_v: 0}, simultaneous=True)
    return found, [
        vanishes("∂f/∂v at the solution", gradient.subs({v: found, sum_v: total}, simultaneous=True)),
        vanishes("∂f/∂v less what it is at 0 and (a + b 11ᵀ)v", gradient - constant - own * v - shared * sum_v * ones),
        holds("the eigenvalue a on 1^⊥ is positive", own > 0),
        holds("the eigenvalue a + bm on 1 is positive", own + shared * m > 0),
    ]


def of_best_weights(d: Derivation, definition: Definition) -> Line:
    """GRAM: v(θ)·v*, v(θ) being the combination of v* and 1 that N4 states.

    ValueError for another definition. Source: bilinearity.
    """
    demand(definition, OutputMinimizer("inner"))
    d.cite("N4")
    return inner(get("N4").as_printed, v_star, {(v_star, v_star): vs_vs, (ones, v_star): sum_vs}), []
