"""R6: the basin of the splitting iteration."""

from __future__ import annotations

from typing import Final

from sympy import Abs, Expr, cos, expand, fraction, pi, simplify, sin, together

from proofs.engine.claim import Claim
from verify.enclosure.boxes.stated import Stated, as_product, formula, named
from verify.enclosure.boxes.statement import Statement, coordinates
from verify.roads import over_boxes

_TANGENT: Final = (
    "z/(1 + τβ) lies in the ball of radius g sin α₀ about w + g w*, g = τκ/(1 + τβ); the largest θ⁺ over the ball is "
    "the angle φ in (α₀, θ) of the tangent from 0, with g = sin(θ − φ)/(sin φ − sin α₀): each φ is one g > 0, "
    "and conversely"
)


@over_boxes("R6")
def _basin(claim: Claim) -> Stated:
    """cos θ⁺ − cos θ against the gain, for the worst y in the ball about κw*; α₀ = π/2 − γ, φ = α₀ + s, θ = φ + b.

    With cos φ − cos θ = 2 sin((θ + φ)/2) sin((θ − φ)/2) and sin(θ − φ) = 2 sin((θ − φ)/2) cos((θ − φ)/2) the factor
    sin((θ − φ)/2) > 0 leaves both sides; of what is left, sin(s/2) is a factor for θ ≤ π/2.
    """
    box = coordinates(gamma=(0, pi / 2), x=(0, 1), y=(0, 1))
    gamma, x, y = box
    cap, s, b = pi / 2 - gamma, gamma * x, gamma * (1 - x) * y
    phi, theta = cap + s, cap + s + b
    pull, drag = sin(b), sin(phi) - sin(cap)
    other = 2 * gamma
    bounds = [_gain(claim, cap, theta, pull, drag, share) for share in (0, other)]
    if simplify(bounds[0] - bounds[1]) != 0:
        raise ValueError("the gain depends on τβ at fixed τκ/(1 + τβ)")
    numerator, denominator = fraction(together(bounds[0]))
    positive = Statement("denominator of the gain", denominator, box, reduction=_TANGENT, limit=400)
    # Divided by sin(b/2): the numerator has the factor sin b.
    halved = numerator.subs(sin(b), 2 * cos(b / 2))
    if expand(halved * sin(b / 2) - numerator.subs(sin(b), 2 * sin(b / 2) * cos(b / 2))) != 0:
        raise ValueError("sin(θ − φ) is no factor of the gain")
    margin = 2 * sin((theta + phi) / 2) * denominator - halved
    mixed = sin(theta - b / 2) * cos(cap + s / 2) - (1 - sin(cap)) * cos(b / 2) * sin(cap + s / 2)
    reduced = as_product(margin, 4 * sin(s / 2), mixed)
    # Without the factor another gain can be refuted, but hardly closed: that is not tried for long.
    limit = 2_000 if reduced == mixed else 20
    gain = Statement("gain, θ ≤ π/2", reduced, box, reduction=_TANGENT, limit=limit)
    return Stated((positive, gain), whole=False, left="the gain for π/2 < θ < π − α₀; the cap θ ≤ α₀")


def _gain(claim: Claim, cap: Expr, theta: Expr, pull: Expr, drag: Expr, share: Expr) -> Expr:
    """The gain for θ ≤ π/2 with τβ = `share` and τκ/(1 + τβ) = pull/drag."""
    bound = formula(claim, "gain lower bound").replace(Abs, lambda inside: inside)
    scale = (1 + share) * pull / drag
    return named(bound, kappa=scale, step=1, beta=share, cap_angle=cap, theta=theta)
