"""Composite Gauss–Legendre integration of a normal density to 50 digits, with an error estimate.

Nothing but rules: no antiderivative and no error function. Two rules of different order give each result, and their
difference its error. The line is cut at 17 standard deviations: exp(−17²/2) < 2e-63. The double integrals over a row of
Z that are built from these stand in verify.contexts.digits.plane.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import mpmath
from flint import arb, ctx
from mpmath import mp, mpc, mpf

from verify.contexts.balls.arithmetic import midpoint

DIGITS: Final = 60
"""Working precision of the integrals."""

_BITS: Final = 233
"""Ten digits more."""

CUT: Final = 17

RULES: Final = ((40, 26), (52, 32))
"""Orders (outer, inner) of the two rules; the second gives the value."""


@dataclass(frozen=True)
class Estimate:
    """A number, a bound on its error as two rules saw it, and its natural size (the sum of |terms|)."""

    value: mpf
    error: mpf
    size: mpf

    @classmethod
    def exact(cls, value: object) -> Estimate:
        """A number that no rule computed."""
        number = mpmath.mpmathify(value)
        return cls(number, mpf(0), abs(number))

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(self.value + other.value, self.error + other.error, self.size + other.size)

    def __sub__(self, other: Estimate) -> Estimate:
        return self + other.times(-1)

    def __mul__(self, other: Estimate) -> Estimate:
        error = self.size * other.error + other.size * self.error + self.error * other.error
        return Estimate(self.value * other.value, error, self.size * other.size)

    def times(self, factor: object) -> Estimate:
        return self * Estimate.exact(factor)

    @classmethod
    def weighted(cls, terms: Iterable[tuple[Estimate, Any]]) -> Estimate:
        """Σ weight · mean, the weights being exact."""
        pairs = list(terms)
        means, weights = [mean for mean, _ in pairs], [weight for _, weight in pairs]
        sizes = [abs(weight) for weight in weights]
        return cls(
            mpmath.fdot((mean.value for mean in means), weights),
            mpmath.fdot((mean.error for mean in means), sizes),
            mpmath.fdot((mean.size for mean in means), sizes),
        )

    @classmethod
    def total(cls, terms: Iterable[Estimate]) -> Estimate:
        return sum(terms, cls.exact(0))


@cache
def gauss_legendre(order: int) -> tuple[tuple[mpf, mpf], ...]:
    """Nodes and weights on [−1, 1], from Arb: mpmath's own take it seconds, for every process anew."""
    with ctx.workprec(_BITS + 20):
        half = [arb.legendre_p_root(order, k, weight=True) for k in range((order + 1) // 2)]
    positive = [(midpoint(node), midpoint(weight)) for node, weight in half]
    return tuple(positive + [(-node, weight) for node, weight in reversed(positive) if node])


def panel(function: Callable[[mpf], mpf], low: mpf, high: mpf, order: int) -> mpf:
    """∫ function over low < x < high by one rule."""
    half, middle = (high - low) / 2, (high + low) / 2
    return half * mpmath.fsum(weight * function(middle + half * node) for node, weight in gauss_legendre(order))


def two_rules(integral: Callable[[int], mpf]) -> Estimate:
    """An integral by both rules."""
    coarse, fine = (integral(rule) for rule in (0, 1))
    return Estimate(fine, abs(fine - coarse), abs(fine))


@cache
def half_mean(power: int) -> Estimate:
    """E[u^power 1{u > 0}] of a standard normal u."""
    with mp.workdps(DIGITS):

        def density(u: mpf) -> mpf:
            return u**power * mpmath.exp(-u * u / 2) / mpmath.sqrt(2 * mp.pi)

        return two_rules(
            lambda rule: mpmath.fsum(panel(density, mpf(k), mpf(k + 1), RULES[rule][1]) for k in range(CUT))
        )


def line_mean(power: int) -> Estimate:
    """E[u^power] of a standard normal u, with E|u|^power as its size."""
    half = half_mean(power)
    return Estimate(mpf(0), mpf(0), 2 * half.size) if power % 2 else half.times(2)


def reach(turn: mpc | None) -> int:
    """Where exp(−(turn·t)²/2) is as small as at the cut of the line, rounded up."""
    return CUT if turn is None else int(mpmath.ceil(CUT / mpmath.sqrt((turn * turn).real)))


class HalfLine:
    """∫ φ(t) dt and ∫ t φ(t) dt over t > −s cot θ, by panels; remembered, since every proxy asks the same s.

    Both are entire in s. With a `turn` of the plane, |turn| = 1, |arg turn| < π/4, they are those at turn·s, along the
    line through 0 of that direction.
    """

    def __init__(self, theta: mpf, turn: mpc | None = None) -> None:
        sine = mpmath.sin(theta)
        # At θ = 0 the half-line is all of it where s > 0, and empty where s < 0; so it is at π, mirrored.
        self.cotangent = mpmath.cos(theta) / sine if sine else mpf("inf")
        self.turn, self._cut = turn, reach(turn)
        self.beyond = cache(self._beyond)

    def _beyond(self, s: mpf, rule: int) -> tuple[mpf, mpf]:
        """Both integrals for one s."""
        start = -s * self.cotangent
        if start <= -self._cut:
            return tails(rule, self.turn)[-self._cut]
        if start >= self._cut:
            return mpf(0), mpf(0)
        stop = int(mpmath.nint(start))  # the nearer whole number: the shorter a strip, the fewer its nodes
        mass, first = _strip(start, mpf(stop), rule, self.turn)
        tail = tails(rule, self.turn)[stop]
        return mass + tail[0], first + tail[1]


def _strip(low: mpf, high: mpf, rule: int, turn: mpc | None) -> tuple[mpf, mpf]:
    """∫ φ and ∫ tφ over low < t < high, or of turn·t there."""
    half, middle = (high - low) / 2, (high + low) / 2
    mass = first = mpf(0)
    exp = mp.exp
    for node, weight in gauss_legendre(_order(half, rule)):
        t = middle + half * node
        if turn is not None:
            t *= turn
        term = weight * exp(-(t * t) / 2)
        mass += term
        first += term * t
    scale = half / mpmath.sqrt(2 * mp.pi) * (1 if turn is None else turn)
    return mass * scale, first * scale


def _order(half: mpf, rule: int) -> int:
    """The inner order of a rule, or what is enough on an interval so short: within 1 of t ≤ 17 the density is at most
    4e7 times its value, so that 2n powers of `half` bound the error.
    """
    order, bits = RULES[rule][1], -mp.mag(half)
    return min(order, 2 * (rule + 1) + int((_BITS + 27) / (2 * bits))) if bits > 0 else order


@cache
def tails(rule: int, turn: mpc | None = None) -> dict[int, tuple[mpf, mpf]]:
    """The two integrals from every whole number on, panel by panel from the far end."""
    cut = reach(turn)
    found = {cut: (mpf(0), mpf(0))}
    for k in range(cut - 1, -cut - 1, -1):
        mass, first = _strip(mpf(k), mpf(k + 1), rule, turn)
        found[k] = found[k + 1][0] + mass, found[k + 1][1] + first
    return found


half_line: Final = lru_cache(maxsize=32)(HalfLine)
"""The half-line integrals of an angle, remembered for the last few angles."""
