"""B1.descent: one step of gradient descent on the loss of the ReLU network; its gradient is taken from B1.gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sympy import Expr, Symbol, cancel, cos, pi, simplify, sin

from proofs.engine.claim import Claim, get
from verify.enclosure.boxes.stated import Stated, in_plane, named, part
from verify.enclosure.boxes.statement import Statement, coordinates

__all__ = ["BUILDERS"]

_SCALED: Final = "‖w*‖ = 1 by scaling w, w* together; k = 1/p, η = y times the step bound"


def _descent(claim: Claim) -> Stated:
    """θ⁺ ≤ θ and min(r, ρ) ≤ r⁺ ≤ max(r, 1), for one step from any w, θ < π; later steps repeat it as ρ falls in θ."""
    box = coordinates(theta=(0, pi), p=(0, 1), y=(0, 1), t=(0, 1))
    theta, p, y, t = box
    start = Symbol("r", positive=True)

    def step(length: Expr) -> tuple[Expr, Expr]:
        """Coefficients of w⁺ along ŵ and w*, for a start of that length."""
        values = {"theta": theta, "k": 1 / p, "r": length, "r_star": 1}
        eta = y * named(part(claim, "largest step"), k=1 / p)
        along, across = (named(coefficient, **values) for coefficient in in_plane(get("B1.gradient").formula))
        towards = simplify(-eta * across / sin(theta))
        return length - eta * along - towards * cos(theta), towards

    radial, towards = step(start)
    floor = named(part(claim, "norm, a lower bound"), theta=theta, k=1 / p, r_star=1)
    inner = radial + towards * cos(theta)

    def at(margin: Expr, length: Expr, factor: Expr) -> Expr:
        return cancel(margin.subs(start, length) * factor)

    far = t / (1 - t)
    cone = f"θ⁺ ≤ θ where w⁺ is in the cone of ŵ and w*; else r → ∞ makes θ⁺ > θ; {_SCALED}; r = t/(1 − t), times 1 − t"
    below = f"‖w⁺‖ ≥ ⟨w⁺, ŵ⟩; {_SCALED}"
    above = f"‖w⁺‖ ≤ the sum of the coefficients of ŵ, w*, both ≥ 0; {_SCALED}"
    straight = {symbol: box[symbol] for symbol in (p, y, t)}
    affine = (t, y)
    return Stated(
        (
            Statement("ŵ in w⁺", at(radial, far, 1 - t), box, reduction=cone, affine=affine),
            Statement("w* in w⁺", towards, {s: box[s] for s in (theta, p, y)}, reduction=cone, affine=(y,)),
            Statement(
                "‖w⁺‖ ≥ ρ from r ≥ ρ, θ = 0",
                at((inner - floor).subs(theta, 0), floor.subs(theta, 0) + far, 1 - t),
                straight,
                reduction=f"at θ = 0 ‖w⁺‖ = ⟨w⁺, ŵ⟩; {_SCALED}",
                affine=affine,
            ),
            Statement(
                "‖w⁺‖ ≥ ρ from r ≥ ρ",
                at(inner - floor, floor + far, 1 - t),
                box,
                reduction=below,
                affine=affine,
                exact=False,
            ),
            Statement(
                "‖w⁺‖ ≥ r from r ≤ ρ", at(inner - start, t * floor, 1), box, reduction=below, affine=affine, exact=False
            ),
            Statement(
                "‖w⁺‖ ≤ r from r ≥ 1",
                at(start - radial - towards, 1 + far, 1 - t),
                box,
                reduction=above,
                affine=affine,
                exact=False,
            ),
            Statement(
                "ρ falls in θ",
                simplify(-floor.diff(theta)),
                {s: box[s] for s in (theta, p)},
                reduction="so ρ(θ₀) stays a floor as θ falls",
                exact=False,
            ),
            Statement(
                "‖w⁺‖ ≤ 1 from r ≤ 1", at(1 - radial - towards, t, 1), box, reduction=above, affine=affine, exact=False
            ),
        ),
        whole=False,
        left="w_t → w*, which is a limit",
    )


BUILDERS: Final[Mapping[str, Callable[[Claim], Stated]]] = {"B1.descent": _descent}
