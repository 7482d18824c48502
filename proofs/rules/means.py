"""How the definition of a mean is read: rules that compute the first line of a derivation from it.

z ~ N(0, I_n); a and b are unit vectors at angle θ, e the unit vector of b orthogonal to a. In the coordinates
``s = a·z``, ``t = e·z`` one has ``b·z = s cos θ + t sin θ``, and ``b·z = ρ cos(φ − θ)`` in polar ones.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import sympy
from sympy import Expr, Integer, Integral, cos, cot, erfc, exp, expand, integrate, oo, pi, simplify, sin, sqrt
from sympy.simplify.fu import TR8

from proofs.engine.claim import get
from proofs.engine.definitions import ACTIVATIONS, HalfSpaceMoment, MeanSample, ReluNetwork, demand
from proofs.engine.derivation import Derivation, Line, Obligation, evaluated, nonnegative_in_theta, vanishes
from proofs.rows import double_sum, row_lemma, single_sum
from proofs.symbols import (
    HALF,
    MOMENTS,
    QUARTER,
    a_hat,
    b_perp,
    e,
    k,
    mu,
    ones,
    phi_angle,
    r,
    r_star,
    rho,
    s,
    sum_v,
    sum_vs,
    t,
    theta,
    v,
    v_star,
    v_v,
    v_vs,
    vs_vs,
    w_hat,
)


def normal_density(point: Expr) -> Expr:
    """φ, the standard normal density."""
    return exp(-(point**2) / 2) / sqrt(2 * pi)


def Phi(point: Expr) -> Expr:
    """Φ, the standard normal distribution function, in the form that is accurate in both tails."""
    return erfc(-point / sqrt(2)) / 2


# Half-spaces.


def gauss(d: Derivation, definition: HalfSpaceMoment) -> Line:
    """GAUSS: the law of z is that of its rotations; coordinates outside span(a, b) are independent, with mean 0.

    So the mean is an integral over the plane: over a wedge, in polar coordinates; with a proxy, over s and, within,
    over the t with b·z > 0. ValueError for another definition, and for a proxy or a component without the factor z.
    Source: Durrett, Probability: Theory and Examples, 1.6.9 and 1.7.2.
    """
    demand(definition, HalfSpaceMoment)
    if not definition.vector and (definition.proxy or definition.component):
        raise ValueError(f"GAUSS has no proxy, and no component, without the factor z: {definition}")
    if not definition.proxy:
        along, across = {"along": (1, 0), "across": (0, 1)}.get(definition.component or "", (a_hat, b_perp))
        factors = {s: along, t: across} if definition.vector else {Integer(1): Integer(1)}
        return _wedge(factors, definition.halfspaces)
    start = -s * cot(theta) if "b" in definition.halfspaces else -oo
    weight = mu(r * s) * normal_density(s)

    def mean(of_s: Expr, of_t: Expr) -> Expr:
        within = Integral(of_t * normal_density(t), (t, start, oo))
        return Integral(of_s * weight * within, (s, 0 if "a" in definition.halfspaces else -oo, oo))

    owes = [_no_mean(), vanishes("b·z at t = −s cot θ", s * cos(theta) - s * cot(theta) * sin(theta))]
    along, across = mean(s, Integer(1)), mean(Integer(1), t)
    one = {"along": along, "across": across}.get(definition.component or "")
    return along * a_hat + across * b_perp if one is None else one, owes


def relu_kernel(d: Derivation, definition: ReluNetwork) -> Line:
    """GAUSS: E[relu(w·z) relu(w*·z)], the kernel, over the wedge on which both are positive.

    ValueError for another definition. Source: as of `gauss`.
    """
    demand(definition, ReluNetwork("kernel"))
    return _wedge({r * s * r_star * (s * cos(theta) + t * sin(theta)): Integer(1)}, ("a", "b"))


@cache
def _no_mean() -> Obligation:
    return vanishes("E[u] over any further coordinate", integrate(t * normal_density(t), (t, -oo, oo)))


_POLAR: Final = {s: rho * cos(phi_angle), t: rho * sin(phi_angle)}


@cache
def _in_polar() -> tuple[Obligation, ...]:
    s_polar, t_polar = _POLAR.values()
    jacobian = sympy.Matrix([s_polar, t_polar]).jacobian([rho, phi_angle]).det()
    return vanishes("Jacobian − ρ", jacobian - rho), vanishes("s² + t² − ρ²", s_polar**2 + t_polar**2 - rho**2)


def _wedge(factors: dict[Expr, Expr], halfspaces: tuple[str, ...]) -> Line:
    """Σ E[factor · 1{…}] · direction for factors in s and t, as an integral over ρ and φ.

    a·z > 0 is |φ| < π/2; b·z > 0 is |φ − θ| < π/2; both together are θ − π/2 < φ < π/2.
    """
    s_polar, t_polar = _POLAR.values()
    first, second = "a" in halfspaces, "b" in halfspaces
    low = theta - pi / 2 if second else -pi / 2 if first else -pi
    high = pi / 2 if first else theta + pi / 2 if second else pi
    owes = [_no_mean(), *_in_polar()]
    if second:
        b_dot_z = cos(theta) * s_polar + sin(theta) * t_polar
        owes += [
            vanishes("b·z − ρ cos(φ − θ)", (b_dot_z - rho * cos(phi_angle - theta)).expand(trig=True)),
            nonnegative_in_theta("the wedge starts at θ − π/2, inside a's half-plane", theta),
            nonnegative_in_theta("b's half-plane reaches past π/2", theta),
            nonnegative_in_theta("its copy one turn back ends before −π/2", pi - theta),
        ]
    mean = Integer(0)
    density = simplify((normal_density(s) * normal_density(t)).subs(_POLAR))
    for factor, direction in factors.items():
        weight = simplify(factor.subs(_POLAR)) * density
        summed = TR8(expand(weight))  # SymPy integrates a sum of sines in one way, a product in one of several
        owes.append(vanishes("products as sums", sympy.expand_trig(summed - weight)))
        mean += direction * Integral(summed * rho, (rho, 0, oo), (phi_angle, low, high))
    return mean, owes


# Rows.


def of_rows(d: Derivation, definition: MeanSample) -> Line:
    """ROWS: the rows of Z are independent and alike, so that a sum over them has a mean for each pair, or each row.

    Means of one row: of σ(w·z), σ(w*·z) and their product by G1, of z times 1{w·z > 0} or 1{w*·z > 0} by G4, its
    integrals named A, B and, for w alone, M and M₊. ValueError for another definition, for the coarse gradient of one
    proxy, and, but in the loss, for another σ than 1{x > 0} or arguments that are fixed. Source: Durrett, Probability:
    Theory and Examples, 2.1.9; induction on the rows.
    """
    demand(definition, MeanSample)
    if definition.activation != "binary" and (definition.quantity != "loss" or definition.at):
        raise ValueError(f"ROWS has the loss alone of a network whose activation is {definition.activation}")
    if definition.quantity != "loss" and definition.at:
        raise ValueError(f"ROWS has no {definition.quantity} at the {definition.at}; it has the loss there")
    if definition.quantity == "coarse_gradient":
        demand(definition, MeanSample("coarse_gradient", "*"))
    d.cite("G1")
    both = get("G1").formula
    alone = both.subs(theta, 0)
    owes = [*row_lemma(), vanishes("P(a·z > 0) − ½", alone - HALF)]
    if definition.quantity == "coarse_gradient":
        full, half, star = _with_a_proxy(d)
        return coarse_gradient_of(full, half, star), owes
    if definition.quantity == "gradient_v":
        entry = single_sum(v, sum_v, alone, QUARTER) - single_sum(v_star, sum_vs, both, QUARTER)
        constant = entry.subs({v: 0, v_star: 0})  # the same in each entry: a multiple of 1
        return entry - constant + constant * ones, owes
    if definition.at == "origin":  # σ(0) = 0
        return HALF * double_sum(vs_vs, sum_vs, sum_vs, alone, QUARTER), owes
    low, high = ACTIVATIONS[definition.activation]
    own, shared = (low**2 + 2 * low * (high - low) * alone + (high - low) ** 2 * joint for joint in (alone, both))
    apart = (low + (high - low) * alone) ** 2
    loss = HALF * (
        double_sum(v_v, sum_v, sum_v, own, apart)
        - 2 * double_sum(v_vs, sum_v, sum_vs, shared, apart)
        + double_sum(vs_vs, sum_vs, sum_vs, own, apart)
    )
    return loss.subs({v_v: vs_vs, v_vs: vs_vs, sum_v: sum_vs}) if definition.at == "teacher" else loss, owes


def coarse_gradient_of(full: Expr, half: Expr, star: Expr) -> Expr:
    """G_μ from the one-row means E[z μ'], E[z μ' 1{w·z > 0}] and E[z μ' 1{w*·z > 0}]."""
    apart = full * HALF
    return expand(double_sum(v_v, sum_v, sum_v, half, apart) - double_sum(v_vs, sum_v, sum_vs, star, apart))


def _with_a_proxy(d: Derivation) -> tuple[Expr, Expr, Expr]:
    """E[z μ'], E[z μ' 1{w·z > 0}] and E[z μ' 1{w*·z > 0}], their integrals named M, M₊, A and B."""
    d.cite("G4")
    full, half = (evaluated(gauss(d, HalfSpaceMoment(where, proxy=True))[0], t).coeff(a_hat) for where in ((), ("a",)))
    star = get("G4").formula
    names = dict(zip((full, half, star.coeff(a_hat), star.coeff(b_perp)), MOMENTS, strict=True))
    return full.xreplace(names) * w_hat, half.xreplace(names) * w_hat, star.xreplace(names | {a_hat: w_hat, b_perp: e})


def of_patches(d: Derivation, definition: ReluNetwork) -> Line:
    """ROWS: the same for k independent patches, with relu for the activation: for each pair a mean, 1/k² of them.

    Means of one patch: of two rectified projections by B1.kernel, of one by G2, of 1{w·z > 0} z times one over a wedge.
    ValueError for another definition than that of the loss or of its gradient. Source: Durrett, Probability: Theory and
    Examples, 2.1.9; induction on the patches.
    """
    demand(definition, ReluNetwork("loss"), ReluNetwork("gradient"))
    d.cite("G2")
    of_a = get("G2").formula
    mean = of_a.coeff(a_hat)  # of relu(ŵ·z)
    if definition.aspect == "gradient":
        star = r_star * (s * cos(theta) + t * sin(theta))
        of_star, owes = _wedge({s * star: w_hat, t * star: e}, ("a", "b"))
        of_w, _ = _wedge({r * s * s: w_hat, r * s * t: e}, ("a",))
        gap = mean * (r - r_star)
        pairs = double_sum(k, k, k, (of_w - of_star).doit(), of_a.subs(a_hat, w_hat) * gap)
        return expand(2 * pairs / k**2), [*owes, *row_lemma()]
    d.cite("B1.kernel")
    kernel = get("B1.kernel").formula
    of_w, of_star = (kernel.subs(theta, 0).subs(one, other) for one, other in ((r_star, r), (r, r_star)))
    same, apart = of_w - 2 * kernel + of_star, (mean * (r - r_star)) ** 2
    return double_sum(k, k, k, same, apart) / k**2, [*row_lemma(), vanishes("E relu(w·z)² − r²/2", of_w - r**2 / 2)]
