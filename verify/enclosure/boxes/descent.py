"""C7, C7.printed, C8.ratio: the descent inequalities of coarse gradients.

G, ∂f/∂v and ∂f/∂w are taken in closed form from C3, N2 and N3, which have enclosures of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sympy import Expr, Poly, Rational, Symbol, expand, pi, simplify, sin, solve, sqrt

from proofs import symbols
from proofs.engine.claim import Claim, get
from verify.enclosure.boxes.stated import Stated, agrees, basic, in_plane, named, part, without_factor
from verify.enclosure.boxes.statement import Statement, coordinates

__all__ = ["BUILDERS"]

_SLOPE: Final = Symbol("slope", real=True)
"""δ = v·∂f/∂v."""

_PRODUCT: Final = symbols.v_vs


def _sides() -> tuple[Expr, Expr]:
    """‖G_relu‖² and ⟨G_relu, ∂f/∂w⟩ by δ = v·∂f/∂v, v·v*, θ and ‖w‖: nothing else of v and v* enters."""
    along, across = in_plane(get("C3").formula)
    gradient = get("N2").formula
    # N2 is linear in the vectors v − v*, 1 and v*: its product with v needs theirs only.
    products = {symbols.dv: symbols.v_v - _PRODUCT, symbols.ones: symbols.sum_v, symbols.v_star: _PRODUCT}
    slope = basic(gradient.xreplace(products))
    square = solve(slope - _SLOPE, symbols.v_v)[0]
    along = expand(along.subs(symbols.v_v, square))
    pull = in_plane(get("N3").formula)[1]
    return expand(along**2 + across**2), across * pull


def _descent(claim: Claim) -> Stated:
    """‖G‖² ≤ A(‖∂f/∂v‖² + ⟨G, ∂f/∂w⟩), as a quadratic form in (δ, v·v*).

    ‖∂f/∂v‖ ≥ |δ|/C_v, with equality where ∂f/∂v is along v and ‖v‖ = C_v; such v, v* exist for m ≥ 2 and every ratio of
    δ to v·v* but one. So the claim says that the form is ≥ 0: both diagonal entries and the determinant are.
    """
    box = coordinates(theta=(0, pi), t=(0, 1))
    angle, t = box
    constant = part(claim, "bound")
    scaled = {name: Symbol(name, positive=True) for name in ("C_v", "r", "s")}
    size, norm, s = scaled.values()
    own = named(constant, C_v=size, r=norm)
    if simplify(own.subs({size: s * size, norm: s**2 * norm}, simultaneous=True) - s**2 * own) != 0:
        raise ValueError("A is not of degree 1 in (C_v², ‖w‖), so its box is unbounded")
    # v → sv, v* → sv*, w → s²w multiplies both sides by s⁴: take C_v² + ‖w‖ = 1, C_v² = t.
    square, inner = (side.subs({symbols.theta: angle, symbols.r: 1 - t}) for side in _sides())
    largest = own.subs({size: sqrt(t), norm: 1 - t})
    form = Poly(expand(largest * (_SLOPE**2 / t + inner) - square), _SLOPE, _PRODUCT)
    first, mixed, last = (form.coeff_monomial(monomial) for monomial in (_SLOPE**2, _SLOPE * _PRODUCT, _PRODUCT**2))
    first, last = simplify(first * t), simplify(last * (1 - t))
    determinant = without_factor(expand(first * last) - t * (1 - t) * mixed**2 / 4, t, box)
    reduction = (
        "‖∂f/∂v‖ ≥ |v·∂f/∂v|/C_v (attained); scaled to C_v² + ‖w‖ = 1, C_v² = t; ≥ 0 for all (v·∂f/∂v, v·v*) "
        "as a quadratic form: entries times t and 1 − t, determinant times t(1 − t), over its factors 1 − t"
    )
    halves = [coordinates(theta=ends, t=(0, 1)) for ends in ((0, pi / 2), (pi / 2, pi))]
    statements = [Statement("coefficient of (v·∂f/∂v)²", first, {t: box[t]}, reduction=reduction, equality=True)]
    for words, margin in (("coefficient of (v·v*)²", last), ("determinant", determinant)):
        for half, side in zip(halves, ("θ ≤ π/2", "θ ≥ π/2"), strict=True):
            statements.append(Statement(f"{words}, {side}", margin, half, reduction=reduction, affine=(t,)))
    return Stated(tuple(statements), whole=True)


def _printed(claim: Claim) -> Stated:
    """At v = v(θ) the quotient grows like ‖w‖: no constant A will do."""
    box = coordinates(theta=(0, pi))
    (angle,) = box
    square, inner = (side.subs({_SLOPE: 0, symbols.theta: angle, _PRODUCT: 1, symbols.r: 1}) for side in _sides())
    stated = named(part(claim, "quotient"), theta=angle, r=1)
    grows = named(part(claim, "quotient"), theta=angle, r=Symbol("r", positive=True))
    if simplify(grows - Symbol("r", positive=True) * stated) != 0:
        raise ValueError("the quotient is not proportional to ‖w‖")
    quotient = simplify(square / inner)
    reduction = "at v = v(θ) ∂f/∂v = 0; both sides are squares of v·v* ≠ 0, set to 1, and ‖w‖ times their value at 1"
    middle = coordinates(theta=(pi / 4, 3 * pi / 4))
    grown = Statement(
        "the quotient is at least ‖w‖/2",
        quotient - Rational(1, 2),
        middle,
        reduction=f"{reduction}: as ‖w‖ → ∞ no A will do",
    )
    parted = agrees("quotient", expand(stated * sin(angle)), expand(simplify(quotient * sin(angle))), box, reduction)
    return Stated((grown, *parted), whole=False, left="that the formula is exact, beyond a millionth")


BUILDERS: Final[Mapping[str, Callable[[Claim], Stated]]] = {"C7": _descent, "C7.printed": _printed}
