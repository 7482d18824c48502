"""How the definition of a mean or a gradient is read: rules that compute the first line of a derivation from it.

z ~ N(0, I_n); a and b are unit vectors at angle θ, e the unit vector of b orthogonal to a. In the coordinates
``s = a·z``, ``t = e·z`` one has ``b·z = s cos θ + t sin θ``, and ``b·z = ρ cos(φ − θ)`` in polar ones.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from sympy import (
    Expr,
    IndexedBase,
    Integer,
    Integral,
    KroneckerDelta,
    Matrix,
    Symbol,
    acos,
    cos,
    cot,
    diff,
    erfc,
    exp,
    expand,
    expand_trig,
    integrate,
    limit,
    oo,
    pi,
    simplify,
    sin,
    solve,
    sqrt,
    symbols,
)
from sympy.concrete.delta import deltasummation
from sympy.simplify.fu import TR8

from proofs.engine.claim import get
from proofs.engine.definitions import (
    ACTIVATIONS,
    FilterGradient,
    HalfSpaceMoment,
    MeanSample,
    OutputMinimizer,
    ReluNetwork,
)
from proofs.engine.derivation import (
    Derivation,
    Line,
    Obligation,
    coefficient,
    evaluated,
    holds,
    inner,
    nonnegative_in_theta,
    vanishes,
)
from proofs.engine.residual import in_basic_quantities
from proofs.rows import double_sum, row_lemma, single_sum
from proofs.symbols import (
    HALF,
    QUARTER,
    a_hat,
    b_perp,
    e,
    k,
    m,
    moment_across,
    moment_along,
    moment_full,
    moment_half,
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
    over the t with b·z > 0. Source: Durrett, Probability: Theory and Examples, 1.6.9 and 1.7.2.
    """
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
    return across if definition.component == "across" else along * a_hat + across * b_perp, owes


def relu_kernel(d: Derivation, definition: ReluNetwork) -> Line:
    """GAUSS: E[relu(w·z) relu(w*·z)] over the wedge on which both are positive. Source: as of `gauss`."""
    return _wedge({r * s * r_star * (s * cos(theta) + t * sin(theta)): Integer(1)}, ("a", "b"))


@cache
def _no_mean() -> Obligation:
    return vanishes("E[u] over any further coordinate", integrate(t * normal_density(t), (t, -oo, oo)))


_POLAR: Final = rho * cos(phi_angle), rho * sin(phi_angle)


@cache
def _in_polar() -> tuple[Obligation, ...]:
    s_polar, t_polar = _POLAR
    jacobian = Matrix(_POLAR).jacobian([rho, phi_angle]).det()
    return vanishes("Jacobian − ρ", jacobian - rho), vanishes("s² + t² − ρ²", s_polar**2 + t_polar**2 - rho**2)


def _wedge(factors: dict[Expr, Expr], halfspaces: tuple[str, ...]) -> Line:
    """Σ E[factor · 1{…}] · direction for factors in s and t, as an integral over ρ and φ.

    a·z > 0 is |φ| < π/2; b·z > 0 is |φ − θ| < π/2; both together are θ − π/2 < φ < π/2.
    """
    s_polar, t_polar = _POLAR
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
    density = normal_density(s) * normal_density(t)
    for factor, direction in factors.items():
        weight = simplify((factor * density).subs({s: s_polar, t: t_polar}))
        summed = TR8(expand(weight))  # SymPy integrates a sum of sines in one way, a product in one of several
        owes.append(vanishes("products as sums", expand_trig(summed - weight)))
        mean += direction * Integral(summed * rho, (rho, 0, oo), (phi_angle, low, high))
    return mean, owes


# Rows.


def of_rows(d: Derivation, definition: MeanSample) -> Line:
    """ROWS: the rows of Z are independent and alike, so that a sum over them has a mean for each pair, or each row.

    Means of one row: of σ(w·z), σ(w*·z) and their product by G1, of z times 1{w·z > 0} or 1{w*·z > 0} by G4, its
    integrals named A, B and, for w alone, M and M₊. ValueError for another σ than 1{x > 0}, but in the loss. Source:
    Durrett, Probability: Theory and Examples, 2.1.9; induction on the rows.
    """
    if definition.activation != "binary" and (definition.quantity != "loss" or definition.at):
        raise ValueError(f"ROWS has the loss alone of a network whose activation is {definition.activation}")
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
    names = {full: moment_full, half: moment_half, star.coeff(a_hat): moment_along, star.coeff(b_perp): moment_across}
    return full.xreplace(names) * w_hat, half.xreplace(names) * w_hat, star.xreplace(names | {a_hat: w_hat, b_perp: e})


def of_patches(d: Derivation, definition: ReluNetwork) -> Line:
    """ROWS: the same for k independent patches, with relu for the activation: for each pair a mean, 1/k² of them.

    Means of one patch: of two rectified projections by B1.kernel, of one by G2, of 1{w·z > 0} z times one over a wedge.
    Source: Durrett, Probability: Theory and Examples, 2.1.9; induction on the patches.
    """
    d.cite("G2")
    of_a = get("G2").formula
    mean = coefficient(of_a, a_hat)  # of relu(ŵ·z)
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


# Gradients.


def angle_along(direction: str) -> tuple[Expr, Expr, Symbol]:
    """θ(w + h·direction) as a function of h, its derivative at h = 0, and h.

    ``direction`` is one of ŵ, e, or u, any unit vector orthogonal to both: together they span R^n.
    """
    h = Symbol("h", real=True)
    radial, across, other = {"ŵ": (r + h, 0, 0), "e": (r, h, 0), "u": (r, 0, h)}[direction]
    inner = radial * cos(theta) + across * sin(theta)
    angle = acos(inner / sqrt(radial**2 + across**2 + other**2))
    return angle, simplify(diff(angle, h).subs(h, 0)), h


def through_the_angle(d: Derivation, definition: FilterGradient) -> Line:
    """CHAIN: the loss depends on w through θ alone, and θ is smooth in w for 0 < θ < π; so its gradient is
    (∂f/∂θ)·∂θ/∂w, whose components along ŵ, e and any u orthogonal to both are derivatives along lines.

    At θ = 0 the slope in any direction off w is the limit of slopes beyond. Source: Rudin, Principles of Mathematical
    Analysis, 9.15 and 9.21; 5.10 for the one-sided slope.
    """
    d.cite("N1")
    loss = get("N1").as_printed
    owes = [vanishes("slope of the loss in ‖w‖", diff(loss, r))]
    if definition.one_sided:
        h = Symbol("h", positive=True)
        slope, other = (limit(acos(sign * r / sqrt(r**2 + h**2)).diff(h), h, 0) for sign in (1, -1))
        return slope * diff(loss, theta), [*owes, vanishes("slope at π + slope at 0", slope + other)]
    slopes = {direction: angle_along(direction)[1] for direction in ("ŵ", "e", "u")}
    owes.append(vanishes("∂θ along u", slopes["u"]))
    return diff(loss, theta) * (slopes["ŵ"] * w_hat + slopes["e"] * e), owes


def gradient_in_v(loss: Expr) -> Expr:
    """∂f/∂v by the chain rule through ‖v‖², v·v* and 1ᵀv, differentiated entrywise for symbolic m."""
    i, one = Symbol("i", integer=True), Symbol("k", integer=True)
    x, y = IndexedBase("x"), IndexedBase("y")
    names = {x[one]: v, y[one]: v_star}
    gradient = Integer(0)
    for invariant, summand in ((v_v, x[i] ** 2), (v_vs, x[i] * y[i]), (sum_v, x[i])):
        entry = deltasummation(expand(diff(summand, x[i]) * KroneckerDelta(i, one)), (i, 1, m), no_piecewise=True)
        vector = entry.subs(names) if entry.has(x, y) else entry * ones
        gradient += diff(loss, invariant) * vector
    return gradient


def stationary_weights() -> Expr:
    """The solution of ∂f/∂v = 0 (N2) in span{v*, 1}, by solving for its two coefficients."""
    on_star, on_ones = symbols("alpha beta", real=True)
    there = {v: on_star * v_star + on_ones * ones, sum_v: on_star * sum_vs + on_ones * m}
    gradient = in_basic_quantities(get("N2").as_printed).subs(there, simultaneous=True)
    equations = [coefficient(gradient, basis) for basis in (v_star, ones)]
    (solution,) = solve(equations, [on_star, on_ones], dict=True)
    return solution[on_star] * v_star + solution[on_ones] * ones


def least_in_v(d: Derivation, definition: OutputMinimizer) -> Line:
    """QUADRATIC: where its matrix is positive definite a quadratic has one minimizer, the zero of its gradient.

    The gradient in v is N2's, its matrix a + b 11ᵀ, and the zero is in span{v*, 1}. Source: Boyd & Vandenberghe,
    Convex Optimization, 4.2.3 and example 4.5.
    """
    d.cite("N2")
    gradient, found = in_basic_quantities(get("N2").as_printed), stationary_weights()
    total = coefficient(found, v_star) * sum_vs + coefficient(found, ones) * m
    own, shared = gradient.diff(v), coefficient(gradient.diff(sum_v), ones)
    constant = gradient.subs({v: 0, sum_v: 0}, simultaneous=True)
    return found, [
        vanishes("∂f/∂v at the solution", gradient.subs({v: found, sum_v: total}, simultaneous=True)),
        vanishes("∂f/∂v less what it is at 0 and (a + b 11ᵀ)v", gradient - constant - own * v - shared * sum_v * ones),
        holds("the eigenvalue a on 1^⊥ is positive", own > 0),
        holds("the eigenvalue a + bm on 1 is positive", own + shared * m > 0),
    ]


def of_best_weights(d: Derivation, definition: OutputMinimizer) -> Line:
    """GRAM: v(θ)·v*, v(θ) being the combination of v* and 1 that N4 states. Source: bilinearity."""
    d.cite("N4")
    return inner(get("N4").as_printed, v_star, {(v_star, v_star): vs_vs, (ones, v_star): sum_vs}), []
