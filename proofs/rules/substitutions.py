"""Rules of substitution in integrals, and of functions of one slope."""

from __future__ import annotations

import sympy
from sympy import And, Expr, Integral, Symbol, betainc_regularized, cos, diff, oo, pi, simplify, sin, sqrt
from sympy import beta as beta_function
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import get
from proofs.engine.definitions import Splitting, demand
from proofs.engine.derivation import Derivation, Line, Obligation, vanishes
from proofs.engine.sentence import le
from proofs.engine.smt import follows
from proofs.rules.analysis import circle
from proofs.symbols import HALF, cap_angle, n, s, theta, x

CAP = Symbol("q", positive=True)
"""sin α₀ = r/κ, 0 < q < 1."""

_RADIUS, _ANGLE, _SQUARED = Symbol("R", positive=True), Symbol("phi", positive=True), Symbol("t", positive=True)


def missed_cap(d: Derivation, definition: Splitting) -> Line:
    """POLAR: the direction of a Gaussian z is uniform, and its angle to w* has a density ∝ sin^{n−2} θ.

    For the density of z, in its part along w* and the length ρ of the rest, is ∝ ρ^{n−2} exp(−(s² + ρ²)/2), and there
    the length separates. What is missed is the cap about −w*. ValueError for another definition. Source: Muirhead,
    Aspects of Multivariate Statistical Theory, 1.5.5 and 2.1.3.
    """
    demand(definition, Splitting("probability"))
    along, across = _RADIUS * cos(theta), _RADIUS * sin(theta)
    joint = across ** (n - 2) * sympy.exp(-(along**2 + across**2) / 2)
    jacobian = sympy.Matrix([along, across]).jacobian([_RADIUS, theta]).det()
    rest = simplify(joint * jacobian / sin(theta) ** (n - 2))
    density = sin(_ANGLE) ** (n - 2)
    halves = Integral(density, (_ANGLE, 0, cap_angle)), Integral(density, (_ANGLE, 0, pi / 2))
    return 1 - halves[0] / (2 * halves[1]), [
        vanishes("Jacobian − R", jacobian - _RADIUS),
        vanishes("slope of density/sin^{n−2}θ in θ", diff(rest, theta)),
        vanishes("density at π − φ", density.subs(_ANGLE, pi - _ANGLE) - density),
    ]


def in_squares(d: Derivation, line: Expr) -> Line:
    """SUBSTITUTE: φ = arcsin √t, which rises on [0, π/2]; ∫ t^{a−1}(1 − t)^{b−1} over (0, x) is I_x(a, b) B(a, b).

    For n ≥ 2, which the hypotheses of the claim have to imply, as that an angle ends in [0, π/2]. Source: Rudin,
    Principles of Mathematical Analysis, 6.19; DLMF 8.17.1 and 8.17.2.
    """
    angle, a, b = sympy.asin(sqrt(_SQUARED)), (n - 1) / 2, HALF
    supposed = get(d.claim_id).hypotheses
    value = betainc_regularized(a, b, 0, _SQUARED) * beta_function(a, b) / 2
    owes = [follows("(n − 1)/2 is > 0", a > 0, supposed)]

    def changed(integral: Integral) -> Expr:
        ((bound, low, high),) = integral.limits
        into = sympy.powsimp(integral.function.subs(bound, angle) * diff(angle, _SQUARED))
        owes.extend([vanishes("slope − integrand", value.diff(_SQUARED) - into), vanishes("it begins at 0", low)])
        owes.append(follows("it ends in [0, π/2]", And(le(0, high), le(high, pi / 2)), supposed))
        return value.subs(_SQUARED, sin(high) ** 2)

    found = line.replace(lambda part: isinstance(part, Integral), changed)
    return found.subs(betainc_regularized(a, b, 0, 1), 1), owes


def reflected(same: Boolean) -> list[Obligation]:
    """SLOPE: functions with one slope in q are equal if they are at q = 1, where I_0 = 0 and I_1 = 1.

    Source: Rudin, Principles of Mathematical Analysis, 5.11.
    """
    gap = same.lhs - same.rhs
    return [
        vanishes("difference of the slopes in q", simplify(diff(gap, CAP).rewrite(sympy.gamma))),
        vanishes("difference at q = 1", gap.subs(CAP, 1).replace(betainc_regularized, _at_an_end)),
    ]


def _at_an_end(a: Expr, b: Expr, low: Expr, high: Expr) -> Expr:
    return high - low if {low, high} <= {0, 1} else betainc_regularized(a, b, low, high)


def in_units_of_sine(d: Derivation, integral: Integral) -> Line:
    """SUBSTITUTE: s = x sin θ, which grows with x, as sin θ > 0: so the hypotheses of the claim have to imply.

    ValueError for what is no integral over every s. Source: Rudin, Principles of Analysis, 6.19.
    """
    if not isinstance(integral, Integral) or integral.limits != ((s, -oo, oo),):
        raise ValueError(f"SUBSTITUTE needs an integral over every {s}, not {integral}")
    changed = integral.function.subs(s, sin(theta) * x) * sin(theta)
    positive = follows("sin θ > 0", sin(theta) > 0, circle(at=theta).gives, get(d.claim_id).hypotheses)
    return Integral(changed, (x, -oo, oo)), [positive]
