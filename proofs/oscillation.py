"""Proxies that oscillate without end: a constant and waves cos(kx + d), sin(kx + d) on the whole line.

Beside large ‖w‖ no quadrature resolves μ'(rs). Its Gaussian averages have no waves: with y = r sin ψ and
g(y) = E μ'(yu), of a wave cos kx it is g = exp(−k²y²/2), the moments G4 and G5 of C1 are, for the even part of μ',

    B = sin θ g(r sin θ)/√(2π),    dA/dθ = −sin θ E[u² μ'(r sin θ u)]/√(2π),    A(π/2) = M/2,

and for the odd part B = 0 and A = M₊ = M/2. In t = tan(ψ/2), or its inverse beyond π/2, the kernels p and C are smooth
integrals over parts of (0, 1), in which nothing cancels beyond a factor of about 3.
"""

from __future__ import annotations

from typing import Final

from sympy import Add, Expr, Integer, Integral, Max, Min, Symbol, cos, cot, diff, exp, integrate, oo, pi, sin, sqrt

from proofs.engine.derivation import Obligation, vanishes
from proofs.moments import PHI_0, Kernels, Moments
from proofs.rules.means import Phi, normal_density
from proofs.symbols import r, s, theta
from proofs.waves import Waves

_ANGLE: Final = 2 * s / (1 + s**2), (1 - s**2) / (1 + s**2), 2 / (1 + s**2)
"""sin ψ, cos ψ and dψ/ds, where s = tan(ψ/2)."""

_NOTHING_LEFT: Final = 40


def _turning(k: Expr) -> tuple[Expr, Expr, Expr]:
    """By dψ/ds, where s = tan(ψ/2) and y = r sin ψ: sin ψ E[u² cos(kyu)], and (1 − cos ψ) r g'(y), also at π − ψ."""
    sine, _, slope = _ANGLE
    phase = k * r * sine
    decay = exp(-(phase**2) / 2)
    falling = -(phase**2) * decay * slope  # (1 − cos ψ)/sin ψ = s, (1 + cos ψ)/sin ψ = 1/s
    return sine * (1 - phase**2) * decay * slope, falling * s, falling / s


def wave_kernels(proxy: Waves) -> Kernels:
    """p, q, C and b. With θ the integral C runs over 0 < ψ < θ, folded at π/2."""
    near, far = Min(theta, pi / 2) / 2, Max(theta, pi / 2) / 2  # neither quotient has a pole, and 1 is exact beyond π/2
    ends = Min(1, sin(theta / 2) / cos(near)), Min(1, cos(theta / 2) / sin(far))
    p, q, turned, b = ([Integer(0)] for _ in range(4))
    p.append(PHI_0 * proxy.constant)
    b.append(PHI_0 * proxy.constant)
    for k, height in proxy.even.items():
        if height == 0:
            continue
        whole, part, mirrored = _turning(k)
        p.append(PHI_0 * height * Integral(whole, (s, 0, 1)))
        b.append(PHI_0 * height * exp(-((k * r * sin(theta)) ** 2) / 2))
        turned.append(PHI_0 * height * Integral(part, (s, 0, ends[0])))
        turned.append(PHI_0 * height * Integral(mirrored, (s, ends[1], 1)))
    q += [height * k * r * exp(-((k * r) ** 2) / 2) / 2 for k, height in proxy.odd.items()]
    return Kernels(*(Add(*parts) for parts in (p, q, turned, b)))


def frequency(integral: Integral) -> Expr:
    """The k of the wave that an integral in a kernel is of."""
    (decay,) = integral.function.atoms(exp)
    return sqrt(-2 * decay.args[0].subs(integral.limits[0][0], 1)) / r


def moments_of(kernels: Kernels) -> Moments:
    """M, M₊, A and B that amount to these kernels."""
    p, q, c, b = kernels
    return Moments(2 * q, p + q, p + q - c - 2 * b * sin(theta / 2) ** 2, b * sin(theta))


def owed() -> list[Obligation]:
    """That the moments of a wave of any frequency are those that `wave_kernels` amounts to; they are linear in μ'."""
    k, y = Symbol("k", positive=True), Symbol("y", positive=True)
    mean = exp(-((k * y) ** 2) / 2)
    second = (1 - (k * y) ** 2) * mean
    density = normal_density(s)

    def average(function: Expr) -> Expr:
        return integrate(function * density, (s, -oo, oo))

    density_of_pair = density * normal_density(s * cot(theta))
    found = [
        vanishes("E cos(kyu) − g", average(cos(k * y * s)) - mean),
        vanishes("E sin(kyu)", average(sin(k * y * s))),
        vanishes("E[u sin(kyu)] − ky g", average(s * sin(k * y * s)) - k * y * mean),
        vanishes("E[u² cos(kyu)]", average(s**2 * cos(k * y * s)) - second),
        vanishes("E[u² sin(kyu)]", average(s**2 * sin(k * y * s))),
        vanishes("Φ(0) − ½", Phi(Integer(0)) - Integer(1) / 2),
        vanishes(
            "dΦ(s cot θ)/dθ", diff(Phi(s * cot(theta)), theta) + s * normal_density(s * cot(theta)) / sin(theta) ** 2
        ),
        vanishes(
            "the densities at s = u sin θ",
            (density_of_pair - PHI_0 * density.subs(s, s / sin(theta))).subs(s, s * sin(theta)),
        ),
    ]
    return [*found, *_owed_in_the_angle(k, y, mean, second)]


def _owed_in_the_angle(k: Expr, y: Expr, mean: Expr, second: Expr) -> list[Obligation]:
    """A = p + q − C − b(1 − cos θ): its slope on both sides of π/2, and its value there, where it is q."""
    sine, cosine, slope = _ANGLE
    whole, part, mirrored = _turning(k)
    found = [
        vanishes("sin² ψ + cos² ψ − 1", sine**2 + cosine**2 - 1),
        vanishes("d sin ψ − cos ψ dψ", diff(sine, s) - cosine * slope),
    ]
    for side, integrand in ((1, part), (-1, mirrored)):
        bent = (1 - side * cosine) * mean.subs(y, r * sine)
        slopes = side * diff(bent, s) + integrand - whole
        found.append(vanishes(f"slope of C + b(1 − cos θ), cos θ {'>' if side > 0 else '<'} 0", slopes))
    at_middle = ((1 - cosine) * mean.subs(y, r * sine)).subs(s, 1) - mean.subs(y, r)
    found.append(vanishes("b(1 − cos θ) at π/2", at_middle))
    found.append(vanishes("p's integrand", whole - sine * second.subs(y, r * sine) * slope))
    return found


def in_units(integral: Integral, ratio: Symbol, width: Symbol) -> Expr:
    """The integrand in s/width, width = 1/max(1, kr), ratio = min(1, kr): no power of these overflows."""
    changed = integral.function.subs(r, ratio / width / frequency(integral))
    return changed.subs(s, s * width) * width


def within_range(kernel: Expr) -> Expr:
    """A kernel for float64: exp(−u²/2) with u at most 40, beyond which it is 0 there, so that no square overflows."""
    return kernel.replace(
        lambda part: isinstance(part, exp), lambda part: exp(-(Min(sqrt(-2 * part.args[0]), _NOTHING_LEFT) ** 2) / 2)
    )
