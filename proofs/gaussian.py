"""Chapter G: Gaussian half-space calculus.

z ~ N(0, I_n); a and b are unit vectors at angle θ. Coordinates: the standard normal law is invariant under
rotations, so take a = (1, 0, 0, …), b = (cos θ, sin θ, 0, …), and write s, t for the first two coordinates of
z and u for any of the others. A factor u that multiplies a function of (s, t) has mean zero, which is how a
statement about R^n becomes one about the plane; that step is part of every derivation below.

==========  ===============================================
symbol      meaning
==========  ===============================================
``a, b``    unit vectors in R^n, angle θ ∈ (0, π)
``e``       unit vector of b orthogonal to a
``s, t``    a·z and e·z, independent standard normals
``φ, Φ``    standard normal density and distribution
==========  ===============================================
"""

from __future__ import annotations

import sympy
from sympy import Expr, Integer, Integral, Matrix, Rational, cos, cot, erfc, exp, integrate, oo, pi, simplify, sin, sqrt
from sympy.simplify.fu import TR8

from proofs.engine.claim import claim, get
from proofs.engine.definitions import HalfSpaceMoment
from proofs.engine.derivation import Derivation, Obligation, nonnegative_in_theta, vanishes
from proofs.symbols import (
    CLOSED_ANGLE,
    INTEGRABLE,
    OPEN_ANGLE,
    a_hat,
    b_hat,
    b_perp,
    mu,
    phi_angle,
    r,
    rho,
    s,
    t,
    theta,
    x,
)

HALF = Rational(1, 2)


def normal_density(point: Expr) -> Expr:
    """φ, the standard normal density."""
    return exp(-(point**2) / 2) / sqrt(2 * pi)


def Phi(point: Expr) -> Expr:
    """Φ, the standard normal distribution function, in the form that is accurate in both tails."""
    return erfc(-point / sqrt(2)) / 2


def plane_density() -> Expr:
    """Joint density of (s, t)."""
    return normal_density(s) * normal_density(t)


def orthogonal_coordinates_vanish() -> Obligation:
    """A coordinate u independent of (s, t) contributes E[u] = 0 in every direction outside span(a, b)."""
    return vanishes("E[u] over any further coordinate", integrate(t * normal_density(t), (t, -oo, oo)))


def wedge(first: bool, second: bool) -> tuple[tuple[Expr, Expr], list[Obligation]]:
    """The polar angles φ with a·z > 0 (if `first`) and b·z > 0 (if `second`), and what that reading owes.

    In polar coordinates s = ρ cos φ, t = ρ sin φ one has a·z = ρ cos φ and b·z = ρ cos(φ − θ).
    """
    s_polar, t_polar = rho * cos(phi_angle), rho * sin(phi_angle)
    jacobian = Matrix([s_polar, t_polar]).jacobian([rho, phi_angle]).det()
    owes = [
        vanishes("Jacobian − ρ", simplify(jacobian) - rho),
        vanishes("s² + t² − ρ²", s_polar**2 + t_polar**2 - rho**2),
    ]
    if second:
        b_dot_z = cos(theta) * s_polar + sin(theta) * t_polar
        owes.append(vanishes("b·z − ρ cos(φ − θ)", (b_dot_z - rho * cos(phi_angle - theta)).expand(trig=True)))
    if first and second:
        owes += [
            nonnegative_in_theta("the wedge starts at θ − π/2, inside a's half-plane", theta),
            nonnegative_in_theta("b's half-plane reaches past π/2", theta),
            nonnegative_in_theta("its copy one turn back ends before −π/2", pi - theta),
        ]
        return (theta - pi / 2, pi / 2), owes
    return (-pi / 2, pi / 2), owes


def polar_mean(d: Derivation, factors: dict[Expr, Expr], halfspaces: tuple[str, ...]) -> None:
    """Derive Σ E[factor · 1{…}] · direction for factors homogeneous in (s, t), by a true polar integration."""
    (low, high), owes = wedge("a" in halfspaces, "b" in halfspaces)
    polar = {s: rho * cos(phi_angle), t: rho * sin(phi_angle)}
    weight = {factor: simplify((factor * plane_density()).subs(polar)) for factor in factors}
    # Products of sines and cosines as sums: SymPy integrates them in one way, a product in one of several.
    summed = {factor: TR8(sympy.expand(part)) for factor, part in weight.items()}
    mean = sum(
        direction * Integral(summed[factor] * rho, (rho, 0, oo), (phi_angle, low, high))
        for factor, direction in factors.items()
    )
    owes += [vanishes("products as sums", sympy.expand_trig(summed[factor] - weight[factor])) for factor in factors]
    d.step("Polar coordinates", mean, "s = ρ cos φ, t = ρ sin φ; the half-spaces cut out a wedge of φ", owes)
    d.evaluate("Integrate over ρ, then over φ")


_SOURCE = "elementary"


@claim(
    id="G1",
    title="Probability that both half-spaces hold",
    source=_SOURCE,
    subject=r"\mathbb{P}(a\cdot z>0,\; b\cdot z>0)",
    definition=HalfSpaceMoment(("a", "b"), vector=False),
    hypotheses=CLOSED_ANGLE,
    statement=HALF - theta / (2 * pi),
    code=("halfspace_probability",),
)
def G1(d: Derivation) -> None:
    d.begin("E[1{a·z > 0} 1{b·z > 0}] over the density φ(s)φ(t)", "z ~ N(0, I_n), rotated into coordinates")
    polar_mean(d, {Integer(1): Integer(1)}, ("a", "b"))
    d.conclude(G1.statement)


@claim(
    id="G2",
    title="Mean of z on a half-space",
    source=_SOURCE,
    subject=r"\mathbb{E}[z\,1\{a\cdot z>0\}]",
    definition=HalfSpaceMoment(("a",)),
    statement=a_hat / sqrt(2 * pi),
    code=("halfspace_mean",),
)
def G2(d: Derivation) -> None:
    d.begin("E[z 1{a·z > 0}]", "coordinates s = a·z and any orthogonal ones")
    mean = Integral(s * normal_density(s), (s, 0, oo)) * a_hat
    d.step("Only the coordinate s survives", mean, "", orthogonal_coordinates_vanish())
    d.evaluate("Integrate over s")
    d.conclude(G2.statement)


@claim(
    id="G3",
    title="Mean of z on the intersection of two half-spaces",
    source="elementary; the form without 0/0 at θ = π [here], the printed one holds for θ < π",
    subject=r"\mathbb{E}[z\,1\{a\cdot z>0\}\,1\{b\cdot z>0\}]",
    definition=HalfSpaceMoment(("a", "b")),
    hypotheses=CLOSED_ANGLE,
    statement=(a_hat + b_hat) / (2 * sqrt(2 * pi)),
    printed=cos(theta / 2) / sqrt(2 * pi) * (a_hat + b_hat) / sqrt(2 + 2 * cos(theta)),
    code=("wedge_mean",),
)
def G3(d: Derivation) -> None:
    d.begin("E[z 1{a·z > 0} 1{b·z > 0}]", "coordinates s = a·z, t = e·z and any orthogonal ones")
    d.step("Only s and t survive", "a E[s 1 1] + e E[t 1 1]", "", orthogonal_coordinates_vanish())
    polar_mean(d, {s: a_hat, t: b_perp}, ("a", "b"))
    d.conclude(G3.statement, G3.printed)


@claim(
    id="G4",
    title="Half-space moment of an arbitrary proxy",
    source="[here]",
    subject=r"\mathbb{E}[z\,\mu'(r\,a\cdot z)\,1\{b\cdot z>0\}]",
    definition=HalfSpaceMoment(("b",), proxy=True),
    statement=Integral(s * mu(r * s) * Phi(s * cot(theta)) * normal_density(s), (s, -oo, oo)) * a_hat
    + Integral(mu(r * s) * normal_density(s * cot(theta)) * normal_density(s), (s, -oo, oo)) * b_perp,
    hypotheses=OPEN_ANGLE,
    setting=INTEGRABLE,
)
def G4(d: Derivation) -> None:
    d.begin("E[z μ'(r a·z) 1{b·z > 0}]", "coordinates s = a·z, t = e·z and any orthogonal ones")
    start = -s * cot(theta)
    d.step(
        "Half-space as a condition on t",
        "a E[s μ'(rs) 1{t > −s cot θ}] + e E[t μ'(rs) 1{t > −s cot θ}]",
        "sin θ > 0 on (0, π), so b·z = s cos θ + t sin θ > 0 is t > −s cot θ",
        orthogonal_coordinates_vanish(),
        vanishes("b·z at t = −s cot θ", s * cos(theta) + start * sin(theta)),
    )
    along = integrate(normal_density(t), (t, start, oo))
    across = sympy.limit(-normal_density(t), t, oo) + normal_density(start)
    owes = [
        vanishes("d/dt[−φ(t)] − t φ(t)", (-normal_density(t)).diff(t) - t * normal_density(t)),
        vanishes("E[1{t > −s cot θ}] − Φ(s cot θ)", along - Phi(s * cot(theta))),
    ]
    inner = Integral(s * mu(r * s) * normal_density(s) * along.rewrite(erfc), (s, -oo, oo)) * a_hat
    inner += Integral(mu(r * s) * normal_density(s) * across, (s, -oo, oo)) * b_perp
    d.step("Integrate over t first", inner, "μ' depends on s alone", owes)
    d.conclude(G4.statement)


@claim(
    id="G5",
    title="The smoothing law: a proxy acts through its Gaussian average at scale r sin θ",
    source="[here]",
    subject=r"B(\theta)=\mathbb{E}[\mu'(rs)\,\varphi(s\cot\theta)]",
    definition=HalfSpaceMoment(("b",), proxy=True, component="across"),
    statement=sin(theta) / sqrt(2 * pi) * Integral(mu(r * sin(theta) * x) * normal_density(x), (x, -oo, oo)),
    hypotheses=OPEN_ANGLE,
    setting=INTEGRABLE,
)
def G5(d: Derivation) -> None:
    d.cite("G4")
    across = get("G4").formula.coeff(b_perp)
    d.begin(across, "the coefficient of e in G4")
    scale = sin(theta)
    changed = across.function.subs(s, scale * x) * scale
    d.step(
        "Substitute s = x sin θ",
        Integral(changed, (x, -oo, oo)),
        "increasing, since sin θ > 0 on (0, π); ds = sin θ dx",
        vanishes("ds/dx − sin θ", (scale * x).diff(x) - sin(theta)),
    )
    d.conclude(G5.statement)
