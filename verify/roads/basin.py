"""R6: the basin of the splitting iteration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sympy import (
    Abs,
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Le,
    Lt,
    Rational,
    Symbol,
    cos,
    expand,
    fraction,
    pi,
    simplify,
    sin,
    together,
)

from proofs.engine.claim import Claim
from proofs.symbols import beta, cap_angle, kappa, lam, n, step
from verify.enclosure.boxes.stated import Stated, as_product, formula, named
from verify.enclosure.boxes.statement import Statement, coordinates
from verify.inequalities.frame import C, S, circle_point, dot, placed, reals
from verify.inequalities.statement import Statement as OverReals
from verify.inequalities.statement import stated
from verify.minimizer import objective
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


# Over the reals.

_Z = Symbol("norm_z", positive=True)


@stated("R6", scope="all n, by inner products", whole=True)
def _basin_kept(claim: Claim) -> Iterator[OverReals]:
    """z = (1 + τβ)w + τκy, y = w* + d with ‖d‖ ≤ sin α₀: in numbers Y = ‖y‖, y·w*, ‖z‖ and cos θ.

    The first two statements say what these numbers satisfy, the others what follows from that.
    """
    along, across, inner, own, far = reals("d_1 d_2 w_y y_w Y")
    q, root = Symbol("q", positive=True), Symbol("cos_cap", positive=True)
    heavy, pull = 1 + step * beta, step * kappa
    angle = Eq(q**2 + root**2, 1)
    ball = angle, Le(along**2 + across**2, q**2), Eq(far**2, (1 + along) ** 2 + across**2), Ge(far, 0)
    yield OverReals("the ball lies in the cone", And(Ge(1 + along, root * far), Ge(far, 1 - q)), ball)
    norm = Eq(_Z**2, heavy**2 + 2 * heavy * pull * inner + pull**2 * far**2)
    triangle = And(Le(_Z, heavy + pull * far), Ge(_Z, heavy - pull * far), Ge(_Z, pull * far - heavy))
    yield OverReals("the triangle inequality", triangle, (norm, Ge(far, 0), Le(Abs(inner), far)))
    known = angle, Ge(own, root * far), Ge(far, 1 - q), *triangle.args
    part = claim.parts["gain lower bound"].xreplace({sin(cap_angle): q, cos(cap_angle): root})
    gain, ahead = placed(part, {}), heavy * C + pull * own
    inside = Lt(C, root), Gt(C, -root)
    yield OverReals("the gain", Ge(ahead, (C + gain) * _Z), (*known, *inside), relaxed=True)
    yield OverReals("which is an increase", Gt(gain, 0), (angle, *inside), relaxed=True)
    yield OverReals("the cap is kept", Ge(ahead, root * _Z), (*known, Ge(C, root), Le(C, 1)), relaxed=True)
    yield _near_the_cap(gain, q, root)


def _near_the_cap(gain: Expr, q: Symbol, root: Symbol) -> OverReals:
    """w a little outside a narrow cap, and y where the cone touches the ball: there the gain is all but the least."""
    (cap_cos, cap_sin), (own_cos, own_sin) = circle_point(Rational(1, 1000)), circle_point(Rational(1, 995))
    ball = (cap_cos**2, cap_cos * cap_sin)  # along w*, and across it on the side of w
    moved = [own + other for own, other in zip((2 * own_cos, 2 * own_sin), ball, strict=True)]
    values = (Eq(q, cap_sin), Eq(root, cap_cos), Eq(C, own_cos), Eq(S, own_sin), Eq(beta, 1), Eq(kappa, 1), Eq(step, 1))
    known = (*values, Eq(_Z**2, dot(moved, moved)))
    return OverReals("an instance near the cap", Ge(moved[0], (C + gain) * _Z), known)


@stated("R6.radius", scope="all n, by entries", whole=True)
def _radius(claim: Claim) -> Iterator[OverReals]:
    """An entry's gap is at most |w_i|, as 0 competes, and at most δ, which is its supremum; the squares are summed."""
    w, own, price, square = reals("w_i u_i p_i sum")
    delta = Symbol("far", positive=True)
    better = Le(objective(price, own, w, lam, beta), beta * w**2 / 2)
    yield OverReals("an entry", Le((w - own) ** 2, w**2), (better, Ge(price, 0)))
    bound = placed(claim.parts["bound"], {"delta": delta})
    known = Ge(square, 0), Le(square, 1), Le(square, n * delta**2)
    yield OverReals("the sum", And(Ge(bound, 0), Le(beta**2 * square, bound**2)), known)
