"""N6, N6.direction, N6.printed: how fast the gradient of the population loss turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sympy import Expr, Integer, Symbol, cos, cot, expand, pi, sin

from proofs import symbols
from proofs.engine.claim import Claim, get
from verify.enclosure.boxes.stated import Stated, agrees, in_plane, named, part, resolved
from verify.enclosure.boxes.statement import Range, Statement, coordinates

__all__ = ["BUILDERS"]

_TURN: Final = (
    "about w*, ŵ = cos θ w* + sin θ n and e = sin θ w* − cos θ n; the difference of the squares is affine in k = n·n', "
    "so its ends decide; θ, θ' ∈ [θ₀, π − θ₀], σ half their sum, by θ → π − θ at most π/2"
)

_NEAREST: Final = (
    "‖e/r − e'/r'‖ ≤ K‖w − w'‖/c_w², c_w = 1, is worst at r = r' = 1: with s = r/r' ≤ 1 and P = 1/r⁴ ≤ 1 the "
    "difference of the squares is (1 − s)²(K² − s²P) + 2s(K²(1 − ŵ·ŵ') − s²P(1 − e·e')) times r'² > 0"
)

_ANGLE: Final = Symbol("theta_0", positive=True)


def _regimes() -> tuple[tuple[str, dict[Symbol, Range], Expr, Range], ...]:
    """(which, box, θ₀ on it, its range): together all 0 < θ₀ ≤ σ ≤ π/2."""
    low, high = coordinates(sigma=(0, pi / 4), y=(0, 1)), coordinates(sigma=(pi / 4, pi / 2), y=(0, 1))
    sigma, y = low
    small, large = Range(Integer(0), pi / 4), Range(pi / 4, pi / 2)
    return (
        ("σ ≤ π/4", low, sigma * y, small),
        ("θ₀ ≤ π/4 ≤ σ", high, pi / 4 * y, small),
        ("π/4 ≤ θ₀", high, pi / 4 + (sigma - pi / 4) * y, large),
    )


def _turning(constant: Expr, reduction: str) -> tuple[Statement, ...]:
    """‖e − e'‖ ≤ K‖ŵ − ŵ'‖, K > 0 an expression in θ₀.

    k = 1: both sides are the same multiple of sin²((θ − θ')/2), so K ≥ 1. k = −1: K sin σ ≥ cos σ.
    """
    statements = []
    for which, box, least, ends in _regimes():
        sigma = next(iter(box))
        size = resolved(named(constant, theta_0=_ANGLE), {_ANGLE: ends})
        scaled = expand(size * sin(_ANGLE)).replace(cot, lambda angle: cos(angle) / sin(angle))
        margin = scaled.subs(_ANGLE, least) * sin(sigma) - sin(least) * cos(sigma)
        aligned = {_ANGLE: ends}
        statements += [
            Statement(
                f"k = 1, {which}", scaled - sin(_ANGLE), aligned, reduction=f"{reduction}; times sin θ₀", equality=True
            ),
            Statement(f"k = −1, {which}", margin, box, reduction=f"{reduction}; times sin θ₀"),
        ]
    return tuple(statements)


def _direction(claim: Claim) -> Stated:
    """The bound for any two points of the region."""
    return Stated(_turning(part(claim, "bound"), _TURN), whole=True)


def _region(claim: Claim) -> Stated:
    """The entries of the constant's matrix; ‖w*‖ = 1, and C_v, c_w, ‖v*‖ are set to 1 by scaling v, w, v*."""
    one = {"C_v": 1, "c_w": 1, "vs_vs": 1}
    in_w = named(part(claim, "bound of ∂f/∂v in w"), **one)
    (gap,) = angle = coordinates(gap=(0, pi))
    slope = get("N2").formula.coeff(symbols.v_star).diff(symbols.theta)
    units = coordinates(inverse=(0, 1))
    (inverse,) = units
    in_v = named(part(claim, "bound of ∂f/∂v in v"), m=1 / inverse)
    out_v = named(part(claim, "bound of ∂f/∂w in v"), **one)
    pull = in_plane(get("N3").formula)[1].subs({symbols.v_vs: 1, symbols.r: 1})
    across = named(part(claim, "bound of ∂f/∂w in w"), K=part(claim, "constant"), **one) * 2 * pi
    statements = (
        Statement(
            "∂f/∂v in v",
            expand((in_v - (1 / inverse + 1) / 4) * inverse),
            units,
            reduction="the norm of I + 11ᵀ is m + 1, m = 1/inverse; times inverse",
            equality=True,
        ),
        Statement(
            "∂f/∂w in v",
            out_v + pull,
            {},
            reduction="Cauchy–Schwarz, attained for v − v' along v* and ‖w‖ = c_w; C_v = c_w = ‖v*‖ = 1 by scaling",
            equality=True,
        ),
        Statement(
            "∂f/∂v in w",
            2 * in_w * sin(gap / 2) - slope * gap,
            angle,
            reduction="|θ − θ'| ≤ ∠(ŵ, ŵ') = gap; ‖w − w'‖ ≥ c_w‖ŵ − ŵ'‖ as ‖w‖, ‖w'‖ ≥ c_w; "
            "C_v = c_w = ‖v*‖ = 1 by scaling",
        ),
        *_turning(across, f"{_NEAREST}; {_TURN}"),
    )
    left = "the norm of the 2×2 matrix of the four is the bound: an identity, without a margin"
    return Stated(statements, whole=False, left=left)


def _printed(claim: Claim) -> Stated:
    """The squared quotient at two points mirrored in w*, by N3, and that it has no bound."""
    box = coordinates(theta=(0, pi / 2))
    (angle,) = box
    pull = in_plane(get("N3").formula)[1].subs({symbols.v_vs: 1, symbols.r: 1})
    # In the plane of the two points: ŵ = (cos θ, ± sin θ), e = (sin θ, ∓ cos θ), w* = (1, 0).
    quotient = expand((2 * pull * cos(angle)) ** 2)  # times ‖w − w'‖² = 4 sin²θ
    stated = named(part(claim, "squared quotient"), v_vs=1, theta=angle).replace(cot, lambda x: cos(x) / sin(x))
    scaled = expand(stated * 4 * sin(angle) ** 2)
    reduction = "v·v* ≠ 0 is set to 1: both sides are its square times their value there; times ‖w − w'‖² = 4 sin²θ"
    near = coordinates(theta=(0, pi / 4))
    (close,) = near
    grows = Statement(
        "the squared quotient is at least 1/(100 θ²)",
        (quotient * 100 * angle**2 - 4 * sin(angle) ** 2).subs(angle, close),
        near,
        reduction=f"{reduction}, and θ²: it has no bound as θ → 0",
    )
    return Stated(
        (grows, *agrees("squared quotient", scaled, quotient, box, reduction)),
        whole=False,
        left="that the formula is exact, beyond a millionth",
    )


BUILDERS: Final[Mapping[str, Callable[[Claim], Stated]]] = {
    "N6": _region,
    "N6.direction": _direction,
    "N6.printed": _printed,
}
