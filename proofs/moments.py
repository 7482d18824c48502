"""The four Gaussian moments of a proxy, and the four kernels its coarse gradient is computed from.

With r = ‖w‖ and s ~ N(0, 1): ``M = E[s μ'(rs)]``, ``M₊ = E[s μ'(rs) 1{s>0}]``, ``A = E[s μ'(rs) Φ(s cot θ)]`` and
``B = E[μ'(rs) φ(s cot θ)]``, the last by the smoothing law G5. In these the coarse gradient has terms that cancel
as the network approaches its teacher; in the kernels

    p = M₊ − M/2,   q = M/2,   b = B/sin θ,   C = M₊ − A − b (1 − cos θ)

it is ``(p v·(v−v*) + q (1ᵀv)(1ᵀ(v−v*)) + C v·v*) ŵ + b (v·v*) (ŵ − w*)``, in which nothing does.
"""

from __future__ import annotations

from typing import NamedTuple

from sympy import Add, Expr, Integer, Integral, cos, cot, erf, exp, oo, pi, sin, sqrt, symbols

from proofs.engine.claim import get
from proofs.engine.derivation import Obligation, vanishes
from proofs.proxies import Estimator
from proofs.rules.means import Phi, normal_density
from proofs.symbols import a_hat, e, mu, r, s, sum_diff, sum_v, sum_vs, theta, v_diff, v_v, v_vs, w_diff, w_hat, x

PHI_0 = 1 / sqrt(2 * pi)


class Moments(NamedTuple):
    """M, M₊, A and B of a proxy."""

    full: Expr
    half: Expr
    along: Expr
    across: Expr

    def gradient(self) -> Expr:
        """The expected coarse gradient in the form of C1."""
        mean = self.full / 2
        radial = v_v * (self.half - mean) + sum_v**2 * mean - (sum_v * sum_vs - v_vs) * mean
        return (radial - v_vs * self.along) * w_hat - v_vs * self.across * e

    def kernels(self) -> Kernels:
        """The kernels these moments amount to."""
        b = self.across / sin(theta)
        mean = self.full / 2
        return Kernels(self.half - mean, mean, self.half - self.along - 2 * b * sin(theta / 2) ** 2, b)


KERNEL_SYMBOLS = symbols("p q c_ b", real=True)
"""Names of the kernels in generated code (c is the clipping level there)."""


class Kernels(NamedTuple):
    """p, q, C and b of a proxy."""

    p: Expr
    q: Expr
    c: Expr
    b: Expr

    def gradient(self) -> Expr:
        """The expected coarse gradient, in differences."""
        radial = self.p * v_diff + self.q * sum_v * sum_diff + self.c * v_vs
        return radial * w_hat + self.b * v_vs * w_diff


def constant_on_sides(proxy: Estimator) -> bool:
    """Whether μ' is one number below 0 and one above it."""
    return {*proxy.breakpoints} <= {Integer(0)} and not any(piece.has(x) for _, _, piece in proxy.pieces)


def is_gaussian_on_pieces(proxy: Estimator) -> bool:
    """Whether μ' is a constant times exp(−q x²/2) on each piece, so that all four moments are closed."""
    return all(_rate(piece) is not None for _, _, piece in proxy.pieces)


def _rate(piece: Expr) -> tuple[Expr, Expr] | None:
    """(κ, q) with piece = κ exp(−q x²/2), or None."""
    height = piece.subs(x, 0)
    if not piece.has(x):
        return piece, Integer(0)
    if not isinstance(piece / height, exp):
        return None
    q = -2 * (piece / height).args[0] / x**2
    return None if q.has(x) or not q.is_positive else (height, q)


class Lines(NamedTuple):
    """Integrands over the whole line whose integrals are M (and M₊, over s > 0), A and B, for an arbitrary μ'."""

    full: Expr
    along: Expr
    across: Expr


def lines() -> Lines:
    """s φ(s) μ'(rs) by definition; the integrand of A as G4 states it; that of B as the smoothing law G5 states it."""
    along = get("G4").formula.coeff(a_hat)
    law = get("G5").formula
    (smoothed,) = law.atoms(Integral)
    across = (law / smoothed) * smoothed.function.subs(x, s)
    return Lines(s * normal_density(s) * mu(r * s), along.function, across)


def at_piece(integrand: Expr, piece: Expr) -> Expr:
    """An integrand with the expression of one piece in the place of μ'."""
    return integrand.replace(mu, lambda argument: piece.subs(x, argument))


def closed_moments(proxy: Estimator) -> tuple[Moments, list[Obligation]]:
    """M, M₊, A, B of a proxy that is Gaussian on its pieces, by antiderivatives that are themselves proved.

    ∫ s φ(s) e^{−q r² s²/2} Φ(ks) ds is integrated by parts (sφ is a derivative); what is left is a Gaussian
    integral. Each antiderivative is differentiated back and held against the integrand; the residual is owed.
    """
    full, half, along, across = ([Integer(0)] for _ in range(4))
    owes: list[Obligation] = []
    for low, high, piece in proxy.pieces:
        rate = _rate(piece)
        if rate is None:
            raise ValueError(f"estimator {proxy.name!r} has no closed moments on ({low}, {high})")
        antiderivatives = _antiderivatives(*rate)
        for name, guess, integrand in zip(Lines._fields, antiderivatives, lines(), strict=True):
            owes.append(vanishes(f"antiderivative, {name}", guess.diff(s) - at_piece(integrand, piece)))
        first, second, third = antiderivatives
        _, start, stop = limits(low, high, r)
        full.append(_between(first, start, stop))
        along.append(_between(second, start, stop))
        if not high.is_nonpositive:
            half.append(_between(first, start if low.is_nonnegative else Integer(0), stop))
        across.append(_between(third, *limits(low, high, r * sin(theta))[1:]))
    return Moments(*(Add(*parts) for parts in (full, half, along, across))), owes


def _antiderivatives(height: Expr, q: Expr) -> tuple[Expr, Expr, Expr]:
    """Antiderivatives in s of the three integrands, where μ'(x) = height·exp(−q x²/2)."""
    decay = 1 + q * r**2
    across_decay = sqrt(1 + q * r**2 * sin(theta) ** 2)
    first = -height * PHI_0 * exp(-decay * s**2 / 2) / decay
    tail = height * PHI_0 * cos(theta) / (2 * decay * across_decay) * erf(across_decay / sin(theta) * s / sqrt(2))
    third = PHI_0 * sin(theta) * height / (2 * across_decay) * erf(across_decay * s / sqrt(2))
    return first, first * Phi(cot(theta) * s) + tail, third


def folded_moments(proxy: Estimator) -> Moments:
    """M, M₊, A, B as integrals over s > 0: piece by piece, ∫ F(s) ds over s < 0 is ∫ F(−s) ds over s > 0."""
    full, half, along, across = ([Integer(0)] for _ in range(4))
    for sign, low, high, piece in proxy.halves():
        on_full, on_along, on_across = (at_piece(integrand, piece).subs(s, sign * s) for integrand in lines())
        at_r, at_y = limits(low, high, r), limits(low, high, r * sin(theta))
        full.append(Integral(on_full, at_r))
        along.append(Integral(on_along, at_r))
        across.append(Integral(on_across, at_y))
        if sign > 0:
            half.append(Integral(on_full, at_r))
    return Moments(*(Add(*parts) for parts in (full, half, along, across)))


def _between(antiderivative: Expr, low: Expr, high: Expr) -> Expr:
    return _value_at(antiderivative, high) - _value_at(antiderivative, low)


def _value_at(antiderivative: Expr, point: Expr) -> Expr:
    """Value at a point, or the limit at ±∞: there exp(−positive·s²) times anything bounded vanishes and
    erf(positive·s) tends to ±1. (erfc is bounded by 2 and only ever stands beside such an exponential.)
    """
    if point not in (oo, -oo):
        return antiderivative.subs(s, point)
    sign = 1 if point == oo else -1
    without_densities = antiderivative.replace(lambda part: isinstance(part, exp) and part.has(s), lambda _: Integer(0))
    return without_densities.replace(lambda part: isinstance(part, erf) and part.has(s), lambda _: Integer(sign))


def limits(low: Expr, high: Expr, size: Expr) -> tuple[Expr, Expr, Expr]:
    """The range of s on which low < size·s < high, for size > 0."""
    return s, low if low == -oo else low / size, high if high == oo else high / size


def folded_kernels(proxy: Estimator) -> Kernels:
    """The kernels as integrals over s > 0, μ' entering through μ'(rs) and μ'(−rs): the form quadrature uses, stated
    here and derived from `folded_moments`.

    Every integrand keeps one sign where μ' does, so nothing cancels before the final combination.
    """
    p, q, turned, b = ([Integer(0)] for _ in range(4))
    for low, high, right, left in proxy.folded():
        at_r, at_y = (limits(low, high, size) for size in (r, r * sin(theta)))
        plus, minus = right.subs(x, r * s), left.subs(x, r * s)
        weight = s * normal_density(s)
        if plus != minus:  # an even proxy has M = 0
            q.append(Integral(weight * (plus - minus) / 2, at_r))
        if right + left == 0:  # of an odd one nothing else is left
            continue
        p.append(Integral(weight * (plus + minus) / 2, at_r))
        turned.append(Integral(weight * (plus + minus) * Phi(-s * cot(theta)), at_r))
        across = (right + left).subs(x, r * sin(theta) * s)
        b.append(Integral(PHI_0 * normal_density(s) * across, at_y))
    b_sum = Add(*b)
    return Kernels(Add(*p), Add(*q), Add(*turned) - 2 * b_sum * sin(theta / 2) ** 2, b_sum)
