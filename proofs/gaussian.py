"""Chapter G: Gaussian half-space calculus.

z ~ N(0, I_n); a and b are unit vectors at angle θ.

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

from sympy import Integral, cos, cot, oo, pi, sin, sqrt

from proofs.engine.claim import claim
from proofs.engine.definitions import HalfSpaceMoment
from proofs.engine.derivation import Derivation
from proofs.rules.means import Phi, gauss, normal_density
from proofs.rules.substitutions import in_units_of_sine
from proofs.symbols import CLOSED_ANGLE, HALF, INTEGRABLE, OPEN_ANGLE, a_hat, b_hat, b_perp, mu, r, s, t, theta, x

_SOURCE = "elementary"
_SETTING = "z ~ N(0, I_n); a and b are unit vectors at angle θ"


@claim(
    id="G1",
    title="Probability that both half-spaces hold",
    source=_SOURCE,
    subject=r"\mathbb{P}(a\cdot z>0,\; b\cdot z>0)",
    definition=HalfSpaceMoment(("a", "b"), vector=False),
    hypotheses=CLOSED_ANGLE,
    setting=_SETTING,
    statement=HALF - theta / (2 * pi),
    code=("halfspace_probability",),
)
def G1(d: Derivation) -> None:
    d.open(gauss)
    d.evaluate("Over ρ, then over φ")
    d.conclude(G1.statement)


@claim(
    id="G2",
    title="Mean of z on a half-space",
    source=_SOURCE,
    subject=r"\mathbb{E}[z\,1\{a\cdot z>0\}]",
    definition=HalfSpaceMoment(("a",)),
    setting="z ~ N(0, I_n)",
    statement=a_hat / sqrt(2 * pi),
    code=("halfspace_mean",),
)
def G2(d: Derivation) -> None:
    d.open(gauss)
    d.evaluate("Over ρ, then over φ")
    d.conclude(G2.statement)


@claim(
    id="G3",
    title="Mean of z on the intersection of two half-spaces",
    source="elementary; the form without 0/0 at θ = π [here], the printed one holds for θ < π",
    subject=r"\mathbb{E}[z\,1\{a\cdot z>0\}\,1\{b\cdot z>0\}]",
    definition=HalfSpaceMoment(("a", "b")),
    hypotheses=CLOSED_ANGLE,
    setting=_SETTING,
    statement=(a_hat + b_hat) / (2 * sqrt(2 * pi)),
    printed=cos(theta / 2) / sqrt(2 * pi) * (a_hat + b_hat) / sqrt(2 + 2 * cos(theta)),
    code=("wedge_mean",),
)
def G3(d: Derivation) -> None:
    d.open(gauss)
    d.evaluate("Over ρ, then over φ")
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
    setting=f"{_SETTING}; {INTEGRABLE}",
)
def G4(d: Derivation) -> None:
    d.open(gauss)
    d.evaluate("Over t", over=t)
    d.conclude(G4.statement)


@claim(
    id="G5",
    title="The smoothing law: a proxy acts through its Gaussian average at scale r sin θ",
    source="[here]",
    subject=r"B(\theta)=\mathbb{E}[\mu'(rs)\,\varphi(s\cot\theta)]",
    definition=HalfSpaceMoment(("b",), proxy=True, component="across"),
    statement=sin(theta) / sqrt(2 * pi) * Integral(mu(r * sin(theta) * x) * normal_density(x), (x, -oo, oo)),
    hypotheses=OPEN_ANGLE,
    setting="E|μ'(r sin θ s)| < ∞, s ~ N(0, 1)",
)
def G5(d: Derivation) -> None:
    d.open(gauss)
    d.evaluate("Over t", over=t)
    d.by("s = x sin θ", in_units_of_sine)
    d.conclude(G5.statement)
