"""Means over rows of Z by two-dimensional numerical integration.

A row z ~ N(0, I_n) enters the network through s = ŵ·z and t = e·z, independent standard normals, and other coordinates
u. Every mean is the integral of the raw integrand ``s^i t^j u^k μ'(r s) 1{s > 0} 1{s cos θ + t sin θ > 0}`` against the
density. Where μ' depends on the sign of its argument alone the plane is swept in polar coordinates, otherwise the
integral over t is nested in that over s. Where μ' oscillates without end, both run along a line turned into the complex
plane, on which exp(ikrs) decays. θ in [0, π], r ≥ 0.
"""

from __future__ import annotations

from functools import cache, lru_cache, partial
from itertools import pairwise, product
from typing import Final

import mpmath
from mpmath import mp, mpf

from proofs.proxies import Estimator
from proofs.symbols import x as proxy_argument
from verify.contexts.digits.quadrature import (
    CUT,
    DIGITS,
    RULES,
    Estimate,
    HalfLine,
    gauss_legendre,
    half_line,
    half_mean,
    line_mean,
    reach,
    tails,
    two_rules,
)
from verify.contexts.slopes import exponentials, flatness, pieces_in_digits, slope_in_digits
from verify.model import Row

_TOLERANCE: Final = mpf(10) ** -52
_DEPTH: Final = 24
"""Bisections of a panel before its error is left as it is."""

_THINNEST: Final = 1.4
_DOUBLINGS: Final = 8
_LEAP: Final = 2**16
_WIDE: Final = 4
"""Quotient of the ends of a panel beyond which its nodes lie evenly in the logarithm."""

_NOTHING: Final = mpf(10) ** -75

_Sums = dict[tuple[int, int, bool], mpf]
"""By powers of s and t, and whether t is kept to w*'s half-plane."""


def _radial(power: int) -> Estimate:
    """∫ ρ^{power+1} exp(−ρ²/2) dρ / 2π over ρ > 0."""
    return half_mean(power + 1).times(1 / mpmath.sqrt(2 * mp.pi))


@lru_cache(maxsize=4096)
def _directions(low: mpf, high: mpf, rule: int) -> list[tuple[mpf, mpf, mpf]]:
    """Weight, cos φ and sin φ at the nodes of an arc."""
    half, middle = (high - low) / 2, (high + low) / 2
    nodes = gauss_legendre(RULES[rule][1])
    return [(half * w, *mpmath.cos_sin(middle + half * x)) for x, w in nodes]


@lru_cache(maxsize=4096)
def _arc(low: mpf, high: mpf, i: int, j: int, rule: int) -> mpf:
    """∫ cos^i φ sin^j φ dφ over an arc."""
    return mpmath.fsum(weight * cosine**i * sine**j for weight, cosine, sine in _directions(low, high, rule))


class PlaneMeans:
    """Means of row functions at one θ and one ‖w‖ = r, for one proxy."""

    def __init__(
        self, theta: mpf, r: mpf, proxy: Estimator | None = None, parameters: dict[str, mpf] | None = None
    ) -> None:
        self.theta, self.r = theta, r
        given = parameters or {}
        self._pieces = pieces_in_digits(proxy, given) if proxy else []
        self._sign_only = proxy is None or (
            all(not piece.has(proxy_argument) for _, _, piece in proxy.pieces)
            and all(end == 0 for end in proxy.breakpoints)
        )
        self._flat = flatness(proxy) if proxy else 1
        endless = proxy is not None and proxy.waves is not None
        self._turn = mpmath.expjpi(mpf(1) / 8) if endless else None
        self._waves = {sign: exponentials(proxy, given, sign) for sign in (1, -1)} if proxy and endless else {}
        self.mean, self._side = cache(self._mean), cache(self._half_plane)

    def _mean(self, row: Row) -> Estimate:
        """E of a row function; its size is the mean of its absolute value without the half-spaces, or above it."""
        with mp.workdps(DIGITS):
            polar = self._sign_only or not row.proxy
            plane = self._polar(row) if polar else self._nested(row)
            return plane * line_mean(row.u) if row.u else plane

    def proxy(self, x: mpf) -> mpf:
        """μ'(x)."""
        return slope_in_digits(self._pieces, x)

    def _polar(self, row: Row) -> Estimate:
        """s = ρ cos φ, t = ρ sin φ: a wedge of directions φ, times an integral over ρ."""
        angular, size, quarter = Estimate.exact(0), mpf(0), mp.pi / 2
        cuts = {k * quarter for k in range(-1, 4)} | {self.theta - quarter, self.theta + quarter}
        for low, high in pairwise(sorted(cuts)):  # between these no indicator, s or t changes sign
            middle = (low + high) / 2
            height = self.proxy(mpmath.cos(middle)) if row.proxy else mpf(1)
            arc = two_rules(partial(_arc, low, high, row.s, row.t)).times(height)
            size += arc.size
            in_a = not row.a or mpmath.cos(middle) > 0
            if in_a and (not row.b or mpmath.cos(middle - self.theta) > 0):
                angular += arc
        return Estimate(angular.value, angular.error, size) * _radial(row.s + row.t)

    def _nested(self, row: Row) -> Estimate:
        """The sums over s > 0 and s < 0, each computed once for all row functions."""
        if row.s > 1 or row.t > 1:
            raise ValueError(f"row function {row} has a power above 1 beside μ'")
        key = row.s, row.t, row.b
        total = Estimate.exact(0)
        size = mpf(0)
        for sign in (1, -1):
            values, errors, sizes = self._side(sign)
            size += sizes[key]
            if sign > 0 or not row.a:
                total += Estimate(values[key], errors[key], mpf(0))
        return Estimate(total.value, total.error, size)

    def _half_plane(self, sign: int) -> tuple[_Sums, _Sums, _Sums]:
        """Values, errors, sizes over the half-plane sign·s > 0, panel by panel from s = 0 on."""
        if not 0 <= self.theta <= +mp.pi:
            raise ValueError(f"theta is {self.theta}; an angle lies in [0, pi]")
        inner = half_line(self.theta, self._turn)
        totals: tuple[_Sums, _Sums, _Sums] = ({}, {}, {})
        rough = {mpf(0), *self._kinks(sign)}
        waiting = [(low, high, 0) for low, high in pairwise(self._edges(sign))][::-1]
        while waiting:
            low, high, depth = waiting.pop()
            if self._flat > 1 and {low, high} <= rough:
                waiting += [((low + high) / 2, high, depth), (low, (low + high) / 2, depth)]
                continue
            (coarse, _), (fine, sizes) = (
                self._strip(self._nodes(sign, low, high, rule, rough), inner, rule, totals[2]) for rule in (0, 1)
            )
            errors = {key: abs(fine[key] - coarse[key]) for key in fine}
            near = all(errors[key] <= _TOLERANCE * (totals[2].get(key, 0) + sizes[key]) for key in errors)
            if not near and depth < _DEPTH:
                middle = mpmath.sqrt(low * high) if high > _WIDE * low > 0 else (low + high) / 2
                waiting += [(middle, high, depth + 1), (low, middle, depth + 1)]
                continue
            for total, part in zip(totals, (fine, errors, sizes), strict=True):
                for key, amount in part.items():
                    total[key] = total.get(key, mpf(0)) + mpmath.re(amount)
        return totals

    def _kinks(self, sign: int) -> set[mpf]:
        """Where μ' passes the ends of its pieces."""
        ends = {end for low, high, _ in self._pieces for end in (low, high) if mpmath.isfinite(end)}
        return {sign * end / self.r for end in ends if self.r and 0 < sign * end / self.r < CUT}

    def _edges(self, sign: int) -> list[mpf]:
        """0, the kinks of μ', and doublings of each scale on which the integrand changes: of that of μ', which
        may decay like a power, up to the cut.
        """
        own = {1 / self.r} if self.r else set()  # at r = 0 the proxy is a constant
        kinks = self._kinks(sign)
        scales = {mpf(1), abs(mpmath.tan(self.theta))} | own
        ladder = {scale * 2**k for scale in scales for k in range(_DOUBLINGS) if scale}
        ladder |= {scale * _LEAP**k for scale in own if scale < 1 for k in range(int(mpmath.log(CUT / scale, _LEAP)))}
        edges, cut = [mpf(0)], reach(self._turn)
        for edge in sorted(kinks | {step for step in ladder if step < cut}):
            if edge in kinks and edges[-1] not in kinks and edge < _THINNEST * edges[-1]:
                edges[-1] = edge
            elif edge in kinks or edge >= _THINNEST * edges[-1]:
                edges.append(edge)
        return [*edges, mpf(cut)]

    def _nodes(self, sign: int, low: mpf, high: mpf, rule: int, rough: set[mpf]) -> list[tuple[mpf, mpf]]:
        """Nodes and weights of a panel: beside a `rough` end, where μ' may be a root of the distance, flat to it."""
        if self._flat > 1 and rough & {low, high}:
            start, stop = (low, high) if low in rough else (high, low)
            return [
                (sign * (start + (stop - start) * y), (high - low) * weight)
                for y, weight in _flat_nodes(rule, self._flat)
            ]
        return _nodes(sign * low, sign * high, rule)

    def _strip(self, nodes: list[tuple[mpf, mpf]], inner: HalfLine, rule: int, before: _Sums) -> tuple[_Sums, _Sums]:
        """Σ weight·φ(s) s^i μ'(rs) · ∫ t^j φ(t) over all t, or over w*'s half-plane; and the same
        of |…|. What is nothing beside the latter sums `before` is left out.
        """
        whole, scale = tails(rule)[-CUT], 1 / mpmath.sqrt(2 * mp.pi)
        terms: tuple[list[mpf], list[mpf]] = ([], [])
        beyond = []
        floors = [_NOTHING * before.get((i, 0, False), mpf(0)) for i in (0, 1)]
        for place, weight in nodes:
            s = place
            if self._turn is None:
                base = self.proxy(self.r * s)
            else:
                s = place * self._turn
                base = self._waves[1 if place > 0 else -1](self.r * abs(place) * self._turn) * self._turn
            if not base:
                continue
            base *= weight * scale * mpmath.exp(-s * s / 2)
            term = base * s
            if abs(base) < floors[0] and abs(term) < floors[1]:
                continue
            beyond.append(inner.beyond(place, rule))
            for kept, amount in zip(terms, (base, term), strict=True):
                kept.append(amount)
        sums, sizes = {}, {}
        for i, j in product((0, 1), repeat=2):
            sums[i, j, False] = mpmath.fsum(terms[i]) * whole[j]
            sums[i, j, True] = mpmath.fdot(terms[i], [both[j] for both in beyond])
            sizes[i, j, False] = sizes[i, j, True] = mpmath.fsum(terms[i], absolute=True)
        return sums, sizes


def _nodes(start: mpf, stop: mpf, rule: int) -> list[tuple[mpf, mpf]]:
    """Nodes and weights between two points of one sign; evenly in log s where they are far apart."""
    small, large = sorted((abs(start), abs(stop)))
    if not large > _WIDE * small > 0:
        half, middle = (large - small) / 2, (stop + start) / 2
        return [(middle + half * x, half * weight) for x, weight in gauss_legendre(RULES[rule][0])]
    half, middle = mpmath.log(large / small) / 2, mpmath.sqrt(start * stop) * mpmath.sign(start)
    found = ((middle * mpmath.exp(half * x), half * weight) for x, weight in gauss_legendre(RULES[rule][0]))
    return [(s, weight * abs(s)) for s, weight in found]


@cache
def _flat_nodes(rule: int, flat: int) -> list[tuple[mpf, mpf]]:
    """Nodes y and weights on [0, 1] by Gauss–Legendre in the root t of y = t^flat, of which a root of y is a power."""
    nodes = gauss_legendre(RULES[rule][0])
    return [(((1 + x) / 2) ** flat, flat * ((1 + x) / 2) ** (flat - 1) * weight / 2) for x, weight in nodes]


@lru_cache(maxsize=512)
def _plane_means(theta: mpf, r: mpf, proxy: Estimator | None, parameters: tuple[tuple[str, mpf], ...]) -> PlaneMeans:
    return PlaneMeans(theta, r, proxy, dict(parameters))


def plane_means(
    theta: object, r: object = 1, proxy: Estimator | None = None, parameters: dict[str, float] | None = None
) -> PlaneMeans:
    """`PlaneMeans` remembered by its arguments, so that claims at one configuration share their integrals."""
    used = [p.name for p in proxy.parameters] if proxy else []
    values = tuple((name, mpf((parameters or {})[name])) for name in used)
    with mp.workdps(DIGITS):
        size = mpmath.mpmathify(r) if proxy else mpf(1)
        return _plane_means(mpmath.mpmathify(theta), size, proxy, values)
