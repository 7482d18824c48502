"""Checks of the explicit constants (N6, C7), of the ReLU network (B1) and of plain coarse gradient descent (B2).

Gradients are those of verify.precision.network, from quadrature and differences; the ReLU network's means are sums over
patches of raw integrals. What a claim contributes is its constant, its formula or its bound, never a gradient. An
inequality is measured by the quotient of its two sides, which must not exceed 1; at the pairs the theory calls extremal
it must come close to 1, or the stated constant is not the sharp one it claims to be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Final, cast

import mpmath
import numpy as np
from mpmath import mp, mpf
from sympy import Symbol

from proofs import symbols
from proofs.descent import ENERGY, EXCESS, LIPSCHITZ
from proofs.engine.claim import Claim, get
from proofs.engine.definitions import DescentConstant, LipschitzGradient, PlainDescent
from proofs.lipschitz import LEAST_ANGLE, STRETCH
from proofs.lipschitz_constant import ENTRIES, LARGEST_V, LEAST_W
from proofs.proxies import estimator
from verify.configurations import Configuration, Level
from verify.precision.comparison import (
    ROUGH,
    Comparison,
    against,
    compare,
    part,
    quotient_of,
    true_that,
    vanishing,
)
from verify.precision.network import Network, UndefinedError, moved
from verify.precision.quadrature import DIGITS, Estimate

__all__ = ["check_descent_constant", "check_lipschitz", "check_plain_descent"]

_NOISE: Final = mpf(10) ** -15
"""Differenced gradients carry twenty digits; a quotient may exceed 1 by what they leave."""

Vector = list[mpf]


def within(label: str, left: mpf, right: mpf, least: object = 0) -> Comparison:
    """The claim says left ≤ right; and, where `least` is given, that left/right is at least that."""
    return quotient_of(label, left, right, _NOISE, least)


def length(vector: Sequence[mpf]) -> mpf:
    """The Euclidean norm."""
    return mpmath.sqrt(mpmath.fdot(vector, vector))


def apart(first: Sequence[mpf], second: Sequence[mpf]) -> Vector:
    """The difference of two vectors."""
    return [x - y for x, y in zip(first, second, strict=True)]


def values(vector: Sequence[Estimate]) -> Vector:
    """What was estimated."""
    return [entry.value for entry in vector]


@dataclass(frozen=True)
class _Place:
    """A network whose filter is a vector of R³: angle θ to w* = (1, 0, 0), norm r, and the azimuth of its n."""

    network: Network
    azimuth: mpf

    def frame(self) -> tuple[Vector, Vector, Vector]:
        """ŵ, the unit vector orthogonal to ŵ in the plane of w*, and the one orthogonal to both."""
        n = [mpf(0), *mpmath.cos_sin(self.azimuth)]
        cosine, sine = mpmath.cos_sin(self.network.theta)
        star = [mpf(1), mpf(0), mpf(0)]
        hat = [cosine * x + sine * y for x, y in zip(star, n, strict=True)]
        across = [sine * x - cosine * y for x, y in zip(star, n, strict=True)]
        return hat, across, [mpf(0), -n[2], n[1]]

    def embedded(self, coordinates: Sequence[mpf]) -> Vector:
        """A vector of R³ from its coordinates in the frame."""
        return [mpmath.fdot(coordinates, column) for column in zip(*self.frame()[: len(coordinates)], strict=True)]

    def filter(self) -> Vector:
        """w."""
        return [self.network.r * x for x in self.frame()[0]]

    def slope(self) -> Vector:
        """∂f/∂w in R³, by differences of the loss."""
        return self.embedded(values(self.network.filter_gradient()))


def check_lipschitz(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """N6 and its parts: quotients of differences over pairs of points, one of them the configuration."""
    aspect = cast(LipschitzGradient, claim.definition).aspect
    with mp.workdps(DIGITS):
        network = Network.at(point)
        if aspect == "printed":
            return _between_mirrored(claim, point, network)
        pairs = _pairs(network, 3 if level == "quick" else 6)
        if aspect == "direction":
            checks: list[_PairCheck] = [partial(_directions, claim, "bound")]
        else:
            checks = [partial(_directions, claim, "constant"), partial(_gradients, claim)]
        return [
            one
            for index, pair in enumerate(pairs)
            for check in checks
            for one in check(point, f"{point.label}, pair {index}", pair)
        ]


def _between_mirrored(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    """(cos ε, ± sin ε) at one v: the quotient is as stated and grows like 1/ε, so no constant bounds it."""
    if network.n == 1:
        raise UndefinedError("in R¹ there is no (cos ε, sin ε)")
    squares, found = [], []
    for power in (2, 4, 6):
        near = replace(network, theta=mpf(10) ** -power, r=mpf(1))
        first, second = _Place(near, mpf(0)), _Place(near, +mp.pi)
        quotient = length(apart(first.slope(), second.slope())) / length(apart(first.filter(), second.filter()))
        squares.append(quotient**2)
        stated = part(claim, "squared quotient", point, {symbols.theta: near.theta})
        estimate = Estimate(squares[-1], squares[-1] * mpf(10) ** -22, squares[-1])
        found += compare(f"{point.label}, ε = 1e-{power}", [stated], [estimate], ROUGH)
    grows = all(9900 * before < after < 10100 * before for before, after in pairwise(squares))
    text = ", ".join(mpmath.nstr(square, 6) for square in squares)
    return [*found, true_that(f"{point.label}, growth", grows, f"squared quotients {text}")]


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


_PairCheck = Callable[[Configuration, str, _Pair], list[Comparison]]


def _pairs(network: Network, count: int) -> Iterator[_Pair]:
    """The extremal pair at θ₀ ≤ 1/100, with v = v*, and one at θ₀ = 1, where K = 1; the configuration with a close
    neighbour, and with drawn ones.
    """
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


def _directions(claim: Claim, name: str, point: Configuration, label: str, pair: _Pair) -> list[Comparison]:
    """‖Δe‖ ≤ K‖Δŵ‖, e being the direction of the differenced loss; equal at the extremal pair."""
    steep = []
    for place in (pair.first, pair.second):
        inner = mpmath.fdot(place.network.v, place.network.v_star)
        if not inner:
            return []  # a gradient that vanishes has no direction
        slope, sign = place.slope(), -1 if inner > 0 else 1
        steep.append([sign * x / length(slope) for x in slope])
    turned = length(apart(pair.first.frame()[0], pair.second.frame()[0]))
    bound = part(claim, name, point, {LEAST_ANGLE: pair.low}) * turned
    attained = pair.extremal or pair.straight
    return [within(f"{label}, ‖Δe‖/K‖Δŵ‖", length(apart(*steep)), bound, 1 if attained else 0)]


def lipschitz_constants(
    claim: Claim, point: Configuration, c_w: mpf, c_v: mpf, low: mpf
) -> tuple[list[list[mpf]], mpf]:
    """The partial constants of N6 and the norm of them all; `low` is θ₀."""
    known: dict[Symbol, mpf] = {LEAST_W: c_w, LARGEST_V: c_v}
    known[STRETCH] = part(claim, "constant", point, {LEAST_ANGLE: low})
    entries = [[part(claim, ENTRIES[i, j], point, known) for j in (0, 1)] for i in (0, 1)]
    return entries, part(claim, "bound", point, known)


def _gradients(claim: Claim, point: Configuration, label: str, pair: _Pair) -> list[Comparison]:
    """The whole gradient, and each of its two parts against its row of partial constants."""
    networks = pair.first.network, pair.second.network
    c_w, c_v = min(net.r for net in networks), max(length(net.v) for net in networks)
    rows, constant = lipschitz_constants(claim, point, c_w, c_v, pair.low)
    moved_v = length(apart(networks[0].v, networks[1].v))
    moved_w = length(apart(pair.first.filter(), pair.second.filter()))
    slope_v = length(apart(*(values(net.gradient_v()) for net in networks)))
    slope_w = length(apart(pair.first.slope(), pair.second.slope()))
    parts = [
        within(f"{label}, ∂f/∂v", slope_v, rows[0][0] * moved_v + rows[0][1] * moved_w),
        within(f"{label}, ∂f/∂w", slope_w, rows[1][0] * moved_v + rows[1][1] * moved_w, 1 if pair.extremal else 0),
    ]
    if pair.extremal:
        parts += _attained(label, networks[0], rows)
    whole = within(f"{label}, ‖Δ∇f‖/L‖Δ‖", length([slope_v, slope_w]), constant * length([moved_v, moved_w]))
    # The figure that is reported is that of L; its parts are judged, not measured.
    return [whole, *(replace(part, quotient=None) for part in parts)]


def _attained(label: str, network: Network, rows: list[list[mpf]]) -> list[Comparison]:
    """The two entries that v alone moves: Δv ∥ 1 for ∂f/∂v, Δv ∥ v* for ∂f/∂w at ‖w‖ = c_w."""
    along_ones = replace(network, v=tuple(x + 1 for x in network.v))
    along_star = replace(network, v=tuple(x + y for x, y in zip(network.v, network.v_star, strict=True)))
    moved_v = apart(values(along_ones.gradient_v()), values(network.gradient_v()))
    moved_w = apart(values(along_star.filter_gradient()), values(network.filter_gradient()))
    size = mpmath.sqrt(len(network.v))
    return [
        within(f"{label}, Δv = 1", length(moved_v), rows[0][0] * size, 1),
        within(f"{label}, Δv = v*", length(moved_w), rows[1][0] * length(network.v_star), 1),
    ]


def _energy(network: Network) -> tuple[mpf, mpf]:
    """‖G‖² and E = ‖∂f/∂v‖² + ⟨G, ∂f/∂w⟩."""
    coarse, slope = values(network.coarse_gradient()), values(network.filter_gradient())
    steep = values(network.gradient_v())
    return mpmath.fdot(coarse, coarse), mpmath.fdot(steep, steep) + mpmath.fdot(coarse, slope)


def check_descent_constant(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """C7: the quotient ‖G‖²/E against A, and where it is all of A; as printed, its growth with ‖w‖."""
    with mp.workdps(DIGITS):
        network = Network.at(point, estimator("relu"))
        if cast(DescentConstant, claim.definition).aspect == "printed":
            return _grows_with_norm(claim, point, network)
        against = partial(_against_constant, claim, point)
        found = [against(point.label, network)]
        rng = np.random.Generator(np.random.Philox(key=point.m))
        for index in range(2 if level == "quick" else 8):
            theta, size = (mpf(float(x)) for x in rng.uniform(0.05, 1, size=2))
            v = [mpf(float(x)) for x in rng.standard_normal(point.m)]
            drawn = replace(network.turned(mp.pi * theta, v), r=10 ** (4 * size - 2))
            found.append(against(f"{point.label}, drawn {index}", drawn))
        slow = replace(network, v=(mpf(6), mpf(-3)), v_star=(mpf(1), mpf(2)), theta=mp.pi / 2, r=mpf(10) ** -6)
        wide = replace(slow.valley(mp.pi / 2), r=mpf(10) ** 6)
        edges = ((wide, "v = v(π/2), v* = (1, 2), ‖w‖ = 1e6"), (slow, "v = (6, −3), v* = (1, 2), ‖w‖ = 1e-6"))
        return found + [against(f"{point.label}, {name}", edge, mpf("0.9999")) for edge, name in edges]


def _excess(claim: Claim, point: Configuration, network: Network) -> mpf:
    """A of C7."""
    return part(claim, "bound", point, {LARGEST_V: length(network.v), symbols.r: network.r})


def _against_constant(
    claim: Claim, point: Configuration, label: str, network: Network, least: object = 0
) -> Comparison:
    square, energy = _energy(network)
    return within(f"{label}, ‖G‖²/AE", square, _excess(claim, point, network) * energy, least)


def _grows_with_norm(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    """On v = v(θ), which is the same at every ‖w‖, the quotient is as stated, a multiple of ‖w‖."""
    valley = network.valley(network.theta)
    quotients, found = [], []
    for power in (0, 3, 6):
        square, energy = _energy(replace(valley, r=mpf(10) ** power))
        if abs(energy) <= mpf(10) ** -35 * length(valley.v_star) ** 4:
            raise UndefinedError("v(θ)·v* = 0: the quotient is 0/0")
        quotients.append(square / energy)
        stated = part(claim, "quotient", point, {symbols.r: mpf(10) ** power})
        estimate = Estimate(quotients[-1], quotients[-1] * mpf(10) ** -22, quotients[-1])
        found += compare(f"{point.label}, ‖w‖ = 1e{power}", [stated], [estimate], ROUGH)
    growth = [after / before for before, after in pairwise(quotients)]
    text = f"‖G‖²/E is {', '.join(mpmath.nstr(quotient, 6) for quotient in quotients)} at ‖w‖ = 1, 1e3, 1e6"
    return [*found, true_that(f"{point.label}, growth", all(999 < rate < 1001 for rate in growth), text)]


def check_plain_descent(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """B2: steps of v ← v − η ∂f/∂v, w ← w − ηG with gradients from quadrature."""
    name = cast(PlainDescent, claim.definition).estimator
    with mp.workdps(DIGITS):
        network = Network.at(point, estimator(name))
        if name == "identity":
            return _repelled(claim, point, network)
        return _descends(claim, point, network, 2 if level == "quick" else 6)


def _repelled(claim: Claim, point: Configuration, network: Network) -> list[Comparison]:
    """One step from the spurious minimum: v stays, w keeps its line, and shrinks by what the claim says."""
    there = network.valley(+mp.pi)
    rate = mpf(3) / 8
    radial, *others = there.coarse_gradient()
    found = vanishing(f"{point.label}, ∂f/∂v", there.gradient_v())
    found += vanishing(f"{point.label}, G off the line", others)
    shrunk = Estimate.exact(there.r) - radial.times(rate)
    return found + against(claim, point, shrunk, {symbols.eta: rate})


def _descends(claim: Claim, point: Configuration, network: Network, steps: int) -> list[Comparison]:
    """Each step lowers f by what B2.relu promises, with the constants of a region that holds the step's segment."""
    found = []
    whole, share = get("N6"), get("C7")  # L and A are theirs
    for index in range(steps):
        low = min(network.theta, mp.pi - network.theta) / 2
        _, energy = _energy(network)
        c_w, c_v = network.r / 2, _reach(network)
        _, constant = lipschitz_constants(whole, point, c_w, c_v, low)
        known = {LIPSCHITZ: constant, EXCESS: _excess(share, point, network), ENERGY: energy}
        rate = 1 / (constant * (1 + known[EXCESS]))
        ahead, inside = _stepped(network, rate, low)
        label = f"{point.label}, step {index}"
        found.append(true_that(f"{label}, region", inside, "the step leaves the region of its constants"))
        fall = network.loss().value - ahead.loss().value
        promised = part(claim, "decrease, a lower bound", point, {**known, symbols.eta: rate})
        found.append(within(f"{label}, promised/actual decrease", promised, fall))
        longest = part(claim, "largest step", point, known)
        found.append(true_that(f"{label}, largest step", rate < longest, f"{mpmath.nstr(longest, 12)} is too small"))
        found.append(_vanishing_step(claim, label, point, network, known))
        network = ahead
    return found


def _vanishing_step(
    claim: Claim, label: str, point: Configuration, network: Network, known: dict[Symbol, mpf]
) -> Comparison:
    """As η → 0 the decrease over η tends to E, so all that is promised to first order is taken."""
    rate = mpf(10) ** -12 / (1 + network.r) / (1 + known[EXCESS] + known[LIPSCHITZ])
    ahead = _moved(network, values(network.gradient_v()), values(network.coarse_gradient()), rate)
    fall = network.loss().value - ahead.loss().value
    promised = part(claim, "decrease, a lower bound", point, {**known, symbols.eta: rate})
    return within(f"{label}, promised/actual decrease, η → 0", promised, fall, mpf("0.9999"))


def _reach(network: Network) -> mpf:
    """A bound on ‖v‖ that holds along a short step too."""
    return 2 * length(network.v) + length(network.v_star)


def _stepped(network: Network, rate: mpf, low: mpf) -> tuple[Network, bool]:
    """The network after one step, and whether sixteen points of the segment lie in the region of `_descends`."""
    steep, coarse = values(network.gradient_v()), values(network.coarse_gradient())
    ends = [_moved(network, steep, coarse, rate * part / 16) for part in range(1, 17)]
    inside = all(
        low <= end.theta <= mp.pi - low and 2 * end.r >= network.r and length(end.v) <= _reach(network) for end in ends
    )
    return ends[-1], inside


def _moved(network: Network, steep: Vector, coarse: Vector, rate: mpf) -> Network:
    """v − rate ∂f/∂v and w − rate G, as angle and norm; G in coordinates along ŵ, e, u."""
    step = [*(-rate * x / network.r for x in coarse), mpf(0)]
    return replace(moved(network, step), v=tuple(apart(network.v, [rate * x for x in steep])))
