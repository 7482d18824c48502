"""Enclosed means enclosed: what returns a ball is held at random against mpmath at more digits.

Integrals are held against antiderivatives written down here; signs and orders of their limits are unknown to SymPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from flint import acb, arb, ctx
from grown import LEAVES, a, b, grow, near, p, q, random, real
from held import holds
from mpmath import mpf
from sympy import Abs, Expr, Integer, Integral, Max, Min, Piecewise, Rational, cos, exp, oo, pi, sin

from proofs.proxies import Estimator, Parameter
from proofs.symbols import mu, r, s, theta, x
from verify.contexts.balls import analytic, arithmetic, integrals
from verify.contexts.balls.analytic import UncertifiedError, integrand
from verify.contexts.balls.arithmetic import LOGIC, as_ball, ball, compare
from verify.contexts.balls.integrals import enclose

mp = mpmath.mp


# Functions of real balls.

SPECIAL = (0.0, 0.0, 1.0, -1.0, 0.5, -0.5, 1.5707963267948966, -1.5707963267948966, 3.141592653589793, 12.0, -30.0)
WIDTHS = (0.0, 0.0, 1e-20, 1e-5, 0.3, 0.5, 1.0, 3.0)
PLACES = (-0.9, 0.1, 0.8)
SHARES = (-1.0, 1.0, 0.0, -0.73, 0.41)


def unary(name: str) -> Callable[..., Any]:
    return getattr(mpmath, name)


NAMES = (
    *("exp", "log", "sin", "cos", "sec", "csc", "tan", "cot", "sinh", "cosh", "tanh", "coth", "sech", "csch"),
    *("asin", "acos", "atan", "asinh", "erf", "erfc", "sign"),
)
REAL: dict[Any, tuple[int, Callable[..., Any]]] = {
    **{getattr(sympy, name): (1, unary(name)) for name in NAMES},
    arithmetic.expm1: (1, mpmath.expm1),
    arithmetic.log1p: (1, mpmath.log1p),
    sympy.Abs: (1, mpmath.fabs),
    sympy.Heaviside: (2, lambda y, z: mpf(y > 0) if y else z),
    sympy.Add: (2, lambda *t: mpmath.fsum(t)),
    sympy.Mul: (2, lambda *t: mpmath.fprod(t)),
    sympy.Max: (3, max),
    sympy.Min: (3, min),
    sympy.atan2: (2, mpmath.atan2),
}
"""By function: how many arguments are drawn, and the same in mpmath."""


def draw(rng: np.random.Generator) -> tuple[arb, Callable[[float], mpf]]:
    """A ball, at a special place or anywhere, and its points by share."""
    centre = float(rng.choice(SPECIAL)) if rng.random() < 0.5 else float(rng.normal()) * 2
    width = float(rng.choice(WIDTHS))
    return arb(centre, width), lambda share: mpf(centre) + mpf(share) * mpf(width)


@holds(Heaviside="arithmetic._at_zero")
@pytest.mark.parametrize("function", REAL, ids=lambda f: f.__name__)
def test_functions_of_balls_contain(function: Any) -> None:
    count, independent = REAL[function]
    rng, known = random(1), 0
    with mpmath.workdps(60):
        for _ in range(300):
            drawn = [draw(rng) for _ in range(count)]
            with ctx.workdps(int(rng.choice([15, 30]))):
                found = arithmetic.FUNCTIONS[function](*(one for one, _ in drawn))
            known += found.is_finite()
            for _ in SHARES if found.is_finite() else ():
                value = real(independent, *(at(float(rng.choice(SHARES))) for _, at in drawn))
                assert value is None or found.overlaps(near(value)), (drawn, value)
    assert known > 50


CASES = {*LOGIC, Piecewise}
"""Relations, connectives and case distinctions: below, and in test_balls_built.py."""

COMPLEX = [function for function in (*analytic.FUNCTIONS, sympy.Pow) if function not in CASES]


@holds("arithmetic._incomplete_beta")
def test_incomplete_beta_functions_contain_and_no_function_is_left_out() -> None:
    assert {*REAL, *CASES, arithmetic.betainc_regularized} == set(arithmetic.FUNCTIONS)
    rng = random(5)
    with mpmath.workdps(50):
        for _ in range(60):
            m, n, low, high = rng.uniform((0.2, 0.2, 0, 0), (4, 4, 1, 1))
            width = min(float(rng.choice([0.0, 1e-9, 0.2])), low, high, 1 - low, 1 - high)
            balls = arb(m), arb(n), arb(low, width), arb(high, width)
            found = arithmetic.FUNCTIONS[arithmetic.betainc_regularized](*balls)
            ends = mpf(low) + mpf(width) / 2, mpf(high) - mpf(width)
            assert found.is_finite()
            assert found.overlaps(near(mpmath.betainc(mpf(m), mpf(n), *ends, regularized=True)))


@holds("arithmetic.as_ball arithmetic.hull arithmetic.power arithmetic._general_power")
def test_powers_hulls_and_comparisons_contain() -> None:
    rng = random(2)
    relations = {"Gt": lambda d: d > 0, "Ge": lambda d: d >= 0, "Lt": lambda d: d < 0, "Le": lambda d: d <= 0}
    relations |= {"Eq": lambda d: d == 0, "Ne": lambda d: d != 0}
    with mpmath.workdps(60):
        for _ in range(1500):
            (one, at), (other, there) = draw(rng), draw(rng)
            exponent = Rational(int(rng.integers(-7, 8)), int(rng.integers(1, 5)))
            raised, both = ball(p**exponent, {p: one}), arithmetic.hull(one, other)
            general = ball(Abs(p) ** q, {p: one, q: other})
            for share in SHARES:
                value = real(lambda y, e=exponent: y ** (mpf(int(e.p)) / int(e.q)), at(share))
                assert value is None or not raised.is_finite() or raised.overlaps(near(value))
                value = real(lambda y, z: abs(y) ** z, at(share), there(-share))
                assert value is None or not general.is_finite() or general.overlaps(near(value))
                assert both.contains(as_ball(at(share)))
                assert both.contains(as_ball(there(share)))
                for name, holds in relations.items():
                    assert compare(name, one) in (None, holds(at(share)))


@holds(
    """
    arithmetic.ball arithmetic.Compiled.__call__ arithmetic.Compiled.at arithmetic._number
    arithmetic.chosen
    arithmetic._monotone.enclosed
    """
)
def test_grown_expressions_contain() -> None:
    rng, known = random(3), 0
    with mpmath.workdps(60):
        for _ in range(1200):
            tree = grow(rng, LEAVES, int(rng.integers(1, 4)))
            if tree.expression.has(sympy.zoo, sympy.nan, sympy.I, oo, sympy.ITE):
                continue
            (one, at), (other, there) = draw(rng), draw(rng)
            found = ball(tree.expression, {p: one, q: other})
            known += found.is_finite()
            for share in SHARES if found.is_finite() else ():
                value = real(tree.function, at(share), there(-share))
                assert value is None or found.overlaps(near(value)), (tree.expression, one, other)
    assert known > 500


# Functions of complex balls.

SIDED: dict[Any, Callable[..., Any]] = {
    sympy.Abs: lambda z, w: z if z.real > 0 else -z,
    sympy.sign: lambda z, w: mpmath.sign(z.real),
    sympy.Heaviside: lambda z, w: mpf(z.real > 0),
    sympy.Max: lambda z, w: z if z.real > w.real else w,
    sympy.Min: lambda z, w: w if z.real > w.real else z,
    sympy.Add: lambda z, w: z + w + mpmath.sin(z),
    sympy.Mul: lambda z, w: z * w,
    sympy.Pow: lambda z, w: z ** (mpf(2) / 3),
}


@holds(
    "analytic.Integrand.bind analytic.Integrand.bind.function",
    Mul="analytic.Integrand.bind.complex_ball",
    Pow="analytic._general_power",
    asin="analytic._cut.apply",
    erf="analytic._entire.apply",
    log="analytic._flagged.apply",
)
@pytest.mark.parametrize(
    "function", [f for f in (*analytic.FUNCTIONS, sympy.Pow) if f not in CASES], ids=lambda f: f.__name__
)
def test_functions_of_complex_balls_contain_and_are_analytic_where_they_say_so(function: Any) -> None:
    """Analytic: the mean over a circle is the value in its middle."""
    independent = SIDED.get(function) or (lambda z, w: unary(function.__name__)(z))
    two = function in (sympy.Max, sympy.Min, sympy.Mul)
    special = {sympy.Pow: p ** Rational(2, 3), sympy.Add: p + q + sin(p)}
    expression = special[function] if function in special else function(p, q) if two else function(p)
    rng, known, smooth = random(4), 0, 0
    with mpmath.workdps(60), ctx.workdps(15):
        for _ in range(120):
            (one, _), (imaginary, _) = draw(rng), draw(rng)
            other = float(rng.normal())
            z = acb(one, imaginary if rng.random() < 0.7 else arb(0))
            if z.real.rad() > 1 or z.imag.rad() > 1 or abs(z.imag) > 6:
                continue
            apply = integrand(expression, p).bind({q: arb(other)})
            plain, flagged = apply(z, False), apply(z, True)
            radii = [mpmath.mpmathify(float(part.rad().mid())) for part in (z.real, z.imag)]
            centre = mpmath.mpc(float(z.real.mid()), float(z.imag.mid()))
            points = [
                centre + mpmath.mpc(u * radii[0], v * radii[1]) for u in (-0.9, 0.1, 0.8) for v in (-0.9, 0.2, 0.9)
            ]
            for found in (plain, flagged):
                known += found.is_finite()
                for point in points if found.is_finite() and centre.real else ():
                    value = mpmath.mpc(independent(point, mpmath.mpc(other)))
                    assert found.real.overlaps(near(value.real)), (z, point)
                    assert found.imag.overlaps(near(value.imag)), (z, point)
            if flagged.is_finite() and min(radii) > 0:
                smooth += 1
                circle = [centre + min(radii) / 2 * mpmath.expjpi(mpf(k) / 32) for k in range(64)]
                values = [independent(point, mpmath.mpc(other)) for point in circle]
                away = abs(mpmath.fsum(values) / 64 - independent(centre, mpmath.mpc(other)))
                assert away < mpf(10) ** -12 * (1 + max(abs(value) for value in values)), z
    assert known > 60
    assert smooth > 2


# Integrals.


def sided(y: mpf, power: Rational) -> mpf:
    return mpmath.sign(y) * abs(y) ** (mpf(int(power.p)) / int(power.q))


def largest(y: mpf, c: mpf) -> mpf:
    """An antiderivative of max(y, c)."""
    return c * y if y < c else (y * y + c * c) / 2


OWN = (Parameter(a, Rational(1), ""), Parameter(b, Rational(1), ""))
FIFTH, MOST = Rational(1, 5), Rational(7, 10)
STEPS = Estimator("steps", "", ((-b, FIFTH, Integer(2)), (FIFTH, MOST, -x), (MOST, oo, a / 3)), OWN)


def steps(y: mpf, m: mpf, c: mpf) -> mpf:
    """An antiderivative of `STEPS`, continuous."""
    first, second = mpf(1) / 5, mpf(7) / 10
    found = 2 * (min(max(y, -c), first) + c)
    found -= (min(max(y, first), second) ** 2 - first**2) / 2
    return found + m / 3 * max(y - second, mpf(0))


WINDOW = Estimator("window", "", ((b / 5, b, Integer(1)),), OWN)


def gaussian(y: mpf) -> mpf:
    return mpmath.sqrt(mp.pi / 2) * mpmath.erf(y / mpmath.sqrt(2))


def window(y: mpf, k: mpf, c: mpf) -> mpf:
    """An antiderivative of 1{c/5 < ky < c} exp(−y²/2) for either sign of k."""
    low, high = sorted((c / 5 / k, c / k))
    return gaussian(min(max(y, low), high))


FAMILIES: dict[str, tuple[Expr, Callable[[mpf, mpf, mpf], mpf], Estimator | None, bool]] = {
    "bell": (
        exp(-((a * s - b) ** 2)),
        lambda y, m, c: mpmath.sqrt(mp.pi) / (2 * m) * mpmath.erf(m * y - c),
        None,
        True,
    ),
    "moment": (s * exp(-a * s**2), lambda y, m, c: -mpmath.exp(-m * y * y) / (2 * m), None, True),
    "laplace": (exp(-a * Abs(s)), lambda y, m, c: mpmath.sign(y) * -mpmath.expm1(-m * abs(y)) / m, None, True),
    "abs": (Abs(s - b), lambda y, m, c: (y - c) * abs(y - c) / 2, None, False),
    "sign": (sympy.sign(s + b), lambda y, m, c: abs(y + c), None, False),
    "heaviside": (sympy.Heaviside(s - b / 2), lambda y, m, c: max(y - c / 2, mpf(0)), None, False),
    "max": (Max(s, b), lambda y, m, c: largest(y, c), None, False),
    "min": (Min(-s, b), lambda y, m, c: -largest(y, -c), None, False),
    "cases": (
        Piecewise((a, s < b), (exp(-s), True)),
        lambda y, m, c: m * y if y < c else m * c + mpmath.exp(-c) - mpmath.exp(-y),
        None,
        False,
    ),
    "erf": (
        sympy.erf(a * s),
        lambda y, m, c: y * mpmath.erf(m * y) + mpmath.exp(-((m * y) ** 2)) / (m * mpmath.sqrt(mp.pi)),
        None,
        False,
    ),
    "erfc": (
        sympy.erfc(a * s),
        lambda y, m, c: y * mpmath.erfc(m * y) - mpmath.exp(-((m * y) ** 2)) / (m * mpmath.sqrt(mp.pi)),
        None,
        False,
    ),
    "root": (sympy.sqrt(Abs(s)), lambda y, m, c: 2 * sided(y, Rational(3, 2)) / 3, None, False),
    "third": (Abs(s - b) ** Rational(1, 3), lambda y, m, c: 3 * sided(y - c, Rational(4, 3)) / 4, None, False),
    "log": (sympy.log(1 + s**2), lambda y, m, c: y * mpmath.log1p(y * y) - 2 * y + 2 * mpmath.atan(y), None, False),
    "pole": (1 / (a**2 + s**2), lambda y, m, c: mpmath.atan(y / m) / m, None, False),
    "polynomial": ((s - b) ** 3 - a, lambda y, m, c: (y - c) ** 4 / 4 - m * y, None, False),
    "proxy": (mu(a * s), lambda y, m, c: steps(m * y, m, c) / m, STEPS, False),
    "turned proxy": (mu(-s), lambda y, m, c: -steps(-y, m, c), STEPS, False),
    "two proxies": (
        mu(a * s) + 3 * mu(s / a),
        lambda y, m, c: steps(m * y, m, c) / m + 3 * m * steps(y / m, m, c),
        STEPS,
        False,
    ),
    "window": (mu(a * s) * exp(-(s**2) / 2), window, WINDOW, True),
    "turned window": (mu(-a * s) * exp(-(s**2) / 2), lambda y, m, c: window(y, -m, c), WINDOW, True),
}
"""By name: an integrand, its antiderivative by (s, a, b), the proxy in it, and whether it may be taken to infinity."""

LIMITS: tuple[tuple[Expr, Callable[[mpf, mpf], mpf]], ...] = (
    (cos(theta), lambda t, size: mpmath.cos(t)),
    (cos(theta) - Rational(1, 2), lambda t, size: mpmath.cos(t) - mpf(1) / 2),
    (theta - pi / 2, lambda t, size: t - mp.pi / 2),
    (r * cos(theta), lambda t, size: size * mpmath.cos(t)),
    (1 / (5 * r), lambda t, size: 1 / (5 * size)),
    (1 / r, lambda t, size: 1 / size),
    (-sin(theta) / r, lambda t, size: -mpmath.sin(t) / size),
    (r - 1, lambda t, size: size - 1),
    (sin(theta) ** 2 + cos(theta) ** 2 - 1, lambda t, size: mpf(0)),
    (Integer(0), lambda t, size: mpf(0)),
    (Rational(7, 10), lambda t, size: mpf(7) / 10),
    (-r, lambda t, size: -size),
    (1 / r**8, lambda t, size: 1 / size**8),
)
"""Limits by (θ, r): SymPy knows neither the signs of most nor the order of any two."""

INFINITE = ((oo, lambda t, size: mpf("inf")), (-oo, lambda t, size: mpf("-inf")))


def missed(name: str, count: int) -> tuple[int, int, int]:
    """How many of the integrals of a family are not where the antiderivative says, not certified, or wide."""
    integrand_, antiderivative, proxy, far = FAMILIES[name]
    rng = random(sum(map(ord, name)))
    wrong = refused = wide = 0
    choices = [*LIMITS, *(INFINITE if far else ())]
    with mpmath.workdps(60), ctx.workdps(15):
        for _ in range(count):
            (low, at_low), (high, at_high) = (choices[int(k)] for k in rng.integers(len(choices), size=2))
            width = float(rng.choice([0.0, 0.0, 0.0, 1e-15, 1e-3]))
            drawn = map(float, rng.uniform((0.05, 0.4, 0.3, 0.2), (3.1, 2.5, 2, 2)))
            centres = dict(zip((theta, r, a, b), drawn, strict=True))
            if rng.random() < 0.1:
                centres[r] = 1.0
            try:
                found = enclose(
                    Integral(integrand_, (s, low, high)), {k: arb(c, width) for k, c in centres.items()}, proxy
                )
            except UncertifiedError:
                refused += 1
                continue
            wide += not found.rad() < 1e-7 if width < 1e-9 else not found.rad() < 3
            for share in SHARES[:3]:
                t, size, m, c = (
                    mpf(centre) + sign * share * mpf(width)
                    for centre, sign in zip(centres.values(), (1, -1, 1, 1), strict=True)
                )
                value = antiderivative(at_high(t, size), m, c) - antiderivative(at_low(t, size), m, c)
                wrong += not found.overlaps(near(value))
    return wrong, refused, wide


@holds(
    """
    integrals.enclose analytic.integrate analytic.integrate.guarded integrals._Line.between
    integrals._Line._by_panels integrals._Line._integrated integrals._Line._kinks
    integrals._Line._fringe integrals._Line._anywhere integrals._Line._panel
    """,
    bell="integrals._Line._far integrals._Line._rest",
    cases="analytic._cases",
    root="integrals._Line._from_root",
    proxy="integrals._Line._end",
)
@pytest.mark.parametrize("name", FAMILIES)
def test_integrals_contain(name: str) -> None:
    wrong, refused, wide = missed(name, 100)
    assert wrong == 0
    assert refused <= 5
    assert wide <= 5


def test_both_halves_of_a_line_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault that certified twice an integral: a limit of unknown sign, and both halves taken."""

    def both(start: arb, stop: arb) -> list[tuple[int, arb, arb]]:
        return [(1, start, stop), (-1, -stop, -start)]

    monkeypatch.setattr(integrals, "_halves", both)
    assert all(missed(name, 10)[0] for name in ("bell", "abs", "window"))


def test_a_root_of_high_order_in_a_proxy_is_enclosed() -> None:
    """E[|s|^(-9/20); 0 < rs < 1] = 2^(e/2 − 1) γ((e + 1)/2, 1/(2r²)) r^e/√π, e = −9/20."""
    e, size = Rational(-9, 20), Rational(3, 2)
    proxy = Estimator("root", "", ((Integer(0), Integer(1), x**e),))
    gaussian = mu(r * s) * exp(-(s**2) / 2) / sympy.sqrt(2 * pi)
    with mpmath.workdps(60), ctx.workdps(50):
        found = enclose(Integral(gaussian, (s, 0, oo)), {r: arb(1.5)}, proxy)
        power, scale = mpf(e.p) / e.q, mpf(size.p) / size.q
        part = mpmath.gammainc((power + 1) / 2, 0, 1 / (2 * scale**2))
        assert found.overlaps(near(2 ** (power / 2 - 1) * part * scale**power / mpmath.sqrt(mpmath.pi)))
        assert found.rad() < 1e-45
