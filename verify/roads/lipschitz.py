"""How fast the gradient of the population loss turns: N6 and its parts.

In digits gradients are those of verify.contexts.digits, from quadrature and differences; a claim contributes its
constant or bound, never a gradient. An inequality is measured by the quotient of its two sides, which must not exceed
1; at the pairs the theory calls extremal it must come close to 1, or the stated constant is not the sharp one it claims
to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, cast

import mpmath
import numpy as np
from mpmath import mp, mpf
from sympy import Expr, Integer, Symbol, cos, cot, expand, pi, sin

from proofs import symbols
from proofs.engine.claim import Claim, get
from proofs.engine.definitions import LipschitzGradient
from proofs.lipschitz import LEAST_ANGLE, STRETCH
from proofs.lipschitz_constant import ENTRIES, LARGEST_V, LEAST_W
from verify.configurations import Configuration
from verify.contexts.digits.network import Network, UndefinedError, distance, values
from verify.contexts.digits.quadrature import Estimate
from verify.enclosure.boxes.margin import Range
from verify.enclosure.boxes.search import Statement, agrees, coordinates, in_plane, named, resolved
from verify.evidence import Level
from verify.precision.comparison import ROUGH, Held, generic, holding
from verify.roads import checks, over_boxes

_NEAR: Final = mpf(10) ** -6


@dataclass(frozen=True)
class _Place:
    """A network whose filter is a vector of R³: angle θ to w* = (1, 0, 0), norm r, and the azimuth of its n."""

    network: Network
    azimuth: mpf

    def frame(self) -> tuple[list[mpf], list[mpf], list[mpf]]:
        """ŵ, the unit vector orthogonal to ŵ in the plane of w*, and the one orthogonal to both."""
        (cosine, sine), (y, z) = mpmath.cos_sin(self.network.theta), mpmath.cos_sin(self.azimuth)
        return [cosine, sine * y, sine * z], [sine, -cosine * y, -cosine * z], [mpf(0), -z, y]

    def filter(self) -> list[mpf]:
        return [self.network.r * x for x in self.frame()[0]]

    def slope(self) -> list[mpf]:
        """∂f/∂w in R³, by differences of the loss."""
        steep = values(self.network.filter_gradient())
        return [mpmath.fdot(steep, column) for column in zip(*self.frame()[: len(steep)], strict=True)]


def _inside(definition: LipschitzGradient, points: Sequence[Configuration]) -> Sequence[Configuration]:
    if definition.aspect == "direction":  # a gradient that vanishes has none
        return [point for point in points if point.scalars()[symbols.v_vs]]
    return generic(points) if definition.aspect == "region" else points


@checks(LipschitzGradient, points=_inside)
@holding
def check_lipschitz(held: Held, level: Level) -> None:
    """N6 and its parts: quotients of differences over pairs of points, one of them the configuration."""
    aspect = cast(LipschitzGradient, held.claim.definition).aspect
    network = Network.at(held.point)
    if aspect == "printed":
        _between_mirrored(held, network)
        return
    for index, pair in enumerate(_pairs(network, 3 if level == "quick" else 6)):
        there = held.at(f"pair {index}")
        _directions(there, "bound" if aspect == "direction" else "constant", pair)
        if aspect != "direction":
            _gradients(there, pair)


def _between_mirrored(held: Held, network: Network) -> None:
    """(cos ε, ± sin ε) at one v: the quotient is as stated and grows like 1/ε, so no constant bounds it."""
    if network.n == 1:
        raise UndefinedError("in R¹ there is no (cos ε, sin ε)")
    squares = []
    for power in (2, 4, 6):
        near = replace(network, theta=mpf(10) ** -power, r=mpf(1))
        first, second = _Place(near, mpf(0)), _Place(near, +mp.pi)
        quotient = distance(first.slope(), second.slope()) / distance(first.filter(), second.filter())
        squares.append(quotient**2)
        estimate = Estimate(squares[-1], squares[-1] * mpf(10) ** -22, squares[-1])
        held.equal(f"ε = 1e-{power}", held.part("squared quotient", {symbols.theta: near.theta}), estimate, ROUGH)
    grows = all(9900 * before < after < 10100 * before for before, after in pairwise(squares))
    held.true("growth", grows, f"squared quotients {', '.join(mpmath.nstr(square, 6) for square in squares)}")


@dataclass(frozen=True)
class _Pair:
    """Two places in the region of an angle θ₀; at `extremal` pairs the theory says K = cot θ₀ is attained, at
    `straight` ones, whose n are equal, K = 1.
    """

    first: _Place
    second: _Place
    low: mpf
    extremal: bool = False
    straight: bool = False


def _pairs(network: Network, count: int) -> Iterator[_Pair]:
    """The extremal pair at θ₀ ≤ 1/100, v = v*; one at θ₀ = 1, where K = 1; the configuration with near and drawn."""
    low = min(network.theta, mp.pi - network.theta)
    least = min(low, mpf("0.01"))
    edge = replace(network, theta=least, v=network.v_star)
    yield _Pair(_Place(edge, mpf(0)), _Place(edge, +mp.pi), least, extremal=True)
    wide = replace(network, theta=mpf(1), v=network.v_star)
    yield _Pair(_Place(wide, mpf(0)), _Place(replace(wide, theta=mpf("1.5")), mpf(0)), mpf(1), straight=True)
    here = _Place(network, mpf(0))
    yield _Pair(here, replace(here, azimuth=mpf("1e-3")), low)
    rng = np.random.Generator(np.random.Philox(key=len(network.v)))
    for _ in range(count):
        theta, azimuth, longer = (mpf(float(x)) for x in rng.uniform(size=3))
        v = tuple(x + mpf(float(y)) for x, y in zip(network.v, rng.standard_normal(len(network.v)), strict=True))
        moved = replace(network, theta=low + (mp.pi - 2 * low) * theta, r=network.r * (1 + longer), v=v)
        yield _Pair(here, _Place(moved, 2 * mp.pi * azimuth), low)


def _directions(held: Held, name: str, pair: _Pair) -> None:
    """‖Δe‖ ≤ K‖Δŵ‖, e being the direction of the differenced loss; equal at the extremal pair."""
    steep = []
    for place in (pair.first, pair.second):
        inner = mpmath.fdot(place.network.v, place.network.v_star)
        if not inner:
            return  # a gradient that vanishes has no direction
        slope, sign = place.slope(), -1 if inner > 0 else 1
        steep.append([sign * x / mpmath.norm(slope) for x in slope])
    bound = held.part(name, {LEAST_ANGLE: pair.low}) * distance(pair.first.frame()[0], pair.second.frame()[0])
    held.quotient("‖Δe‖/K‖Δŵ‖", distance(*steep), bound, 1 if pair.extremal or pair.straight else 0)


def constant_of_gradient() -> Claim:
    """The claim on L."""
    return get("N6")


def constants(held: Held, c_w: mpf, c_v: mpf, low: mpf) -> tuple[list[list[mpf]], mpf]:
    """The partial constants of N6 and the norm of them all; `low` is θ₀."""
    known: dict[Symbol, mpf] = {LEAST_W: c_w, LARGEST_V: c_v, STRETCH: held.part("constant", {LEAST_ANGLE: low})}
    return [[held.part(ENTRIES[i, j], known) for j in (0, 1)] for i in (0, 1)], held.part("bound", known)


def _gradients(held: Held, pair: _Pair) -> None:
    """The whole gradient, and each of its two parts against its row of partial constants."""
    networks = pair.first.network, pair.second.network
    c_w, c_v = min(net.r for net in networks), max(mpmath.norm(net.v) for net in networks)
    rows, constant = constants(held, c_w, c_v, pair.low)
    moved_v = distance(networks[0].v, networks[1].v)
    moved_w = distance(pair.first.filter(), pair.second.filter())
    slope_v = distance(*(values(net.gradient_v()) for net in networks))
    slope_w = distance(pair.first.slope(), pair.second.slope())
    # The figure that is reported is that of L; its parts are judged, not measured.
    held.quotient("‖Δ∇f‖/L‖Δ‖", mpmath.norm([slope_v, slope_w]), constant * mpmath.norm([moved_v, moved_w]))
    bounds = [row[0] * moved_v + row[1] * moved_w for row in rows]
    held.quotient("∂f/∂v", slope_v, bounds[0], measured=False)
    held.quotient("∂f/∂w", slope_w, bounds[1], 1 if pair.extremal else 0, measured=False)
    if (pair.extremal or pair.straight) and any(networks[0].v_star):  # v* = 0: ∂f/∂w is 0, and moves nowhere
        _attained(held, networks[0], rows, slope_w / moved_w, constant)


def _attained(held: Held, network: Network, rows: list[list[mpf]], turning: mpf, constant: mpf) -> None:
    """The two entries that v alone moves: Δv ∥ 1 for ∂f/∂v, Δv ∥ v* for ∂f/∂w at ‖w‖ = c_w; and ∂f/∂v in w, which
    is all of its bound between θ and π − θ as θ → 0. L is the norm of these and of `turning`, all as measured.
    """
    along_ones = replace(network, v=tuple(x + 1 for x in network.v))
    along_star = replace(network, v=tuple(x + y for x, y in zip(network.v, network.v_star, strict=True)))
    near, far = (replace(network, theta=theta) for theta in (_NEAR, mp.pi - _NEAR))
    moved_v = distance(values(along_ones.gradient_v()), values(network.gradient_v()))
    moved_w = distance(values(along_star.filter_gradient()), values(network.filter_gradient()))
    across = distance(values(near.gradient_v()), values(far.gradient_v()))
    size, star, chord = mpmath.sqrt(len(network.v)), mpmath.norm(network.v_star), 2 * network.r * mpmath.cos(_NEAR)
    norm = mp.svd_r(mp.matrix([[moved_v / size, across / chord], [moved_w / star, turning]]), compute_uv=False)[0]
    for name, left, right, least in (
        ("Δv = 1", moved_v, rows[0][0] * size, 1),
        ("Δv = v*", moved_w, rows[1][0] * star, 1),
        ("θ and π − θ", across, rows[0][1] * chord, 1 - _NEAR),
        ("the norm of the four", norm, constant, 1 - _NEAR),
    ):
        held.quotient(name, left, right, least, measured=False)


# Over boxes.

_TURN: Final = (
    "about w*, ŵ = cos θ w* + sin θ n and e = sin θ w* − cos θ n; the difference of the squares is affine in k = n·n', "
    "so its ends decide; θ, θ' ∈ [θ₀, π − θ₀], σ half their sum, by θ → π − θ at most π/2"
)

_NEAREST: Final = (
    "‖e/r − e'/r'‖ ≤ K‖w − w'‖/c_w², c_w = 1, is worst at r = r' = 1: with s = r/r' ≤ 1 and P = 1/r⁴ ≤ 1 the "
    "difference of the squares is (1 − s)²(K² − s²P) + 2s(K²(1 − ŵ·ŵ') − s²P(1 − e·e')) times r'² > 0"
)

_ANGLE: Final = Symbol("theta_0", positive=True)


def gradient() -> Expr:
    """∂f/∂v in closed form, which has an enclosure of its own."""
    return get("N2").formula


def pull_along_e() -> Expr:
    """∂f/∂w in closed form: its only coordinate that is not 0."""
    return in_plane(get("N3").formula)[1]


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


def _turning(constant: Expr, reduction: str) -> Iterator[Statement]:
    """‖e − e'‖ ≤ K‖ŵ − ŵ'‖, K > 0 an expression in θ₀.

    k = 1: both sides are the same multiple of sin²((θ − θ')/2), so K ≥ 1. k = −1: K sin σ ≥ cos σ.
    """
    for which, box, least, ends in _regimes():
        sigma = next(iter(box))
        size = resolved(named(constant, theta_0=_ANGLE), {_ANGLE: ends})
        scaled = expand(size * sin(_ANGLE)).replace(cot, lambda angle: cos(angle) / sin(angle))
        margin = scaled.subs(_ANGLE, least) * sin(sigma) - sin(least) * cos(sigma)
        times = f"{reduction}; times sin θ₀"
        yield Statement(f"k = 1, {which}", scaled - sin(_ANGLE), {_ANGLE: ends}, reduction=times, equality=True)
        yield Statement(f"k = −1, {which}", margin, box, reduction=times)


@over_boxes("N6.direction")
def _direction(claim: Claim) -> Iterator[Statement]:
    """The bound for any two points of the region."""
    return _turning(claim.parts["bound"], _TURN)


@over_boxes("N6", left="the norm of the 2×2 matrix of the four is the bound: an identity, without a margin")
def _region(claim: Claim) -> Iterator[Statement]:
    """The entries of the constant's matrix; ‖w*‖ = 1, and C_v, c_w, ‖v*‖ are set to 1 by scaling v, w, v*."""
    one = {"C_v": 1, "c_w": 1, "vs_vs": 1}
    in_w = named(claim.parts["bound of ∂f/∂v in w"], **one)
    (gap,) = angle = coordinates(gap=(0, pi))
    slope = gradient().coeff(symbols.v_star).diff(symbols.theta)
    (inverse,) = units = coordinates(inverse=(0, 1))
    in_v = named(claim.parts["bound of ∂f/∂v in v"], m=1 / inverse)
    out_v = named(claim.parts["bound of ∂f/∂w in v"], **one)
    pull = pull_along_e().subs({symbols.v_vs: 1, symbols.r: 1})
    across = named(claim.parts["bound of ∂f/∂w in w"], K=claim.parts["constant"], **one) * 2 * pi
    alone = "Cauchy–Schwarz, attained for v − v' along v* and ‖w‖ = c_w; C_v = c_w = ‖v*‖ = 1 by scaling"
    chord = "|θ − θ'| ≤ ∠(ŵ, ŵ') = gap; ‖w − w'‖ ≥ c_w‖ŵ − ŵ'‖ as ‖w‖, ‖w'‖ ≥ c_w; C_v = c_w = ‖v*‖ = 1 by scaling"
    norm, least = "the norm of I + 11ᵀ is m + 1, m = 1/inverse; times inverse", (1 / inverse + 1) / 4
    yield Statement("∂f/∂v in v", expand((in_v - least) * inverse), units, reduction=norm, equality=True)
    yield Statement("∂f/∂w in v", out_v + pull, {}, reduction=alone, equality=True)
    yield Statement("∂f/∂v in w", 2 * in_w * sin(gap / 2) - slope * gap, angle, reduction=chord)
    yield from _turning(across, f"{_NEAREST}; {_TURN}")


@over_boxes("N6.printed", left="that the formula is exact, beyond a millionth")
def _printed(claim: Claim) -> Iterator[Statement]:
    """The squared quotient at two points mirrored in w*, by N3, and that it has no bound."""
    (angle,) = box = coordinates(theta=(0, pi / 2))
    pull = pull_along_e().subs({symbols.v_vs: 1, symbols.r: 1})
    # In the plane of the two points: ŵ = (cos θ, ± sin θ), e = (sin θ, ∓ cos θ), w* = (1, 0).
    quotient = expand((2 * pull * cos(angle)) ** 2)  # times ‖w − w'‖² = 4 sin²θ
    stated = named(claim.parts["squared quotient"], v_vs=1, theta=angle).replace(cot, lambda x: cos(x) / sin(x))
    scaled = expand(stated * 4 * sin(angle) ** 2)
    reduction = "v·v* ≠ 0 is set to 1: both sides are its square times their value there; times ‖w − w'‖² = 4 sin²θ"
    (close,) = near = coordinates(theta=(0, pi / 4))
    grows = (quotient * 100 * angle**2 - 4 * sin(angle) ** 2).subs(angle, close)
    none = f"{reduction}, and θ²: it has no bound as θ → 0"
    yield Statement("the squared quotient is at least 1/(100 θ²)", grows, near, reduction=none)
    yield from agrees("squared quotient", scaled, quotient, box, reduction)
