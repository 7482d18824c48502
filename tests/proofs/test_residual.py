"""Zero, not zero, or undecided: never "zero" without a proof, never "not zero" without a witness."""

from __future__ import annotations

import pytest
from sympy import (
    Eq,
    Expr,
    Function,
    Integral,
    Piecewise,
    Rational,
    Symbol,
    acos,
    asin,
    besselj,
    cos,
    cot,
    erf,
    erfc,
    exp,
    gamma,
    oo,
    pi,
    sin,
    sqrt,
    tan,
)
from sympy.codegen.cfunctions import expm1

from proofs import symbols as known
from proofs.engine.decision import Decision
from proofs.engine.residual import decide_zero, in_basic_quantities, reduce_exactly
from proofs.symbols import c, m, mu, phi_angle, r, s, slope, tau, theta, x

HALF_LINE = (s, 0, oo)
LINE = (s, -oo, oo)
DENSITY = exp(-(s**2) / 2)
RATIO = (r / tau) ** 2
SPREAD = sqrt(1 + RATIO * sin(theta) ** 2)

EQUAL: dict[str, tuple[Expr, Expr]] = {
    "pythagoras": (sin(theta) ** 2 + cos(theta) ** 2, 1 + 0 * x),
    "half angle": (cos(theta / 2) / sqrt(2 + 2 * cos(theta)), Rational(1, 2) + 0 * x),
    "half tangent": (tan(theta / 2), (1 - cos(theta)) / sin(theta)),
    "cotangent": (cot(theta) * sin(theta), cos(theta)),
    "double angle": (sin(2 * theta), 2 * sin(theta) * cos(theta)),
    "cosine of a difference": (cos(phi_angle - theta), cos(phi_angle) * cos(theta) + sin(phi_angle) * sin(theta)),
    "versine": (1 - cos(theta), 2 * sin(theta / 2) ** 2),
    "rational": (1 / (1 + r) - 1 / (2 + r), 1 / ((1 + r) * (2 + r))),
    "numbers": ((1 + sqrt(2)) ** 2, 3 + 2 * sqrt(2)),
    "conjugate radical": ((sqrt(1 + r**2) - 1) * (sqrt(1 + r**2) + 1), r**2),
    "radical below": (1 / (sqrt(1 + RATIO) - 1), (sqrt(1 + RATIO) + 1) * tau**2 / r**2),
    "two radicals": ((sqrt(r + 1) + sqrt(r + 2)) ** 2, 2 * r + 3 + 2 * sqrt(r + 1) * sqrt(r + 2)),
    "radical of a sine": ((SPREAD - cos(theta)) * (SPREAD + cos(theta)), (1 + RATIO) * sin(theta) ** 2),
    "erfc": (erfc(c / r), 1 - erf(c / r)),
    "erf is odd": (erf(-c / r) + 2 * erf(c / r), erf(c / r)),
    "one argument, two forms": (
        erf(c / (sqrt(2) * r * sin(theta))),
        erf(sqrt(2) * c * (1 + cot(theta) ** 2) * sin(theta) / (2 * r)),
    ),
    "expm1": (expm1(-(r**2)), exp(-(r**2)) - 1),
    "product of exponentials": (exp(-r) * exp(-c), exp(-r - c)),
    "exponentials in the plane": (DENSITY * exp(-((s * cot(theta)) ** 2) / 2), exp(-(s**2) / (2 * sin(theta) ** 2))),
    "logistic": (exp(-s) / (1 + exp(-s)) ** 2, exp(s) / (1 + exp(s)) ** 2),
    "any proxy": (mu(r * s) * (1 + slope), mu(s * r) + slope * mu(r * s)),
    "any proxy, tidied": (mu(r * (1 + cot(theta) ** 2)), mu(r / sin(theta) ** 2)),
    "differences": (known.diff_diff, known.v_v - 2 * known.v_vs + known.vs_vs),
    "true filter": (known.w_diff, known.w_hat - known.w_star),
    "sum of integrals": (
        Integral(s * DENSITY, HALF_LINE) + Integral(s**2 * DENSITY, HALF_LINE),
        Integral(s * (1 + s) * DENSITY, HALF_LINE),
    ),
    "integrals with a proxy": (r * Integral(mu(r * s) * DENSITY, LINE), Integral(r * mu(r * s) * DENSITY, LINE)),
    "integrals, two ranges": (
        Integral(2 * DENSITY, LINE) + 3 * Integral(DENSITY, HALF_LINE) + r,
        2 * Integral(DENSITY, LINE) + Integral(3 * DENSITY, HALF_LINE) + r,
    ),
    "sizes": ((m + 1) ** 2 - m**2, 2 * m + 1),
}


@pytest.mark.parametrize("name", EQUAL)
def test_identities_are_proved(name: str) -> None:
    left, right = EQUAL[name]
    assert decide_zero(left - right) == Decision(True)


@pytest.mark.parametrize("name", EQUAL)
@pytest.mark.parametrize("factor", [Rational(1001, 1000), Rational(999, 1000), -1, 2])
def test_near_identities_are_refuted_with_a_witness(name: str, factor: Expr) -> None:
    left, right = EQUAL[name]
    decision = decide_zero(left - factor * right)
    assert decision.zero is False
    assert "residual" in decision.witness
    assert any(mark in decision.witness for mark in ("=", "every point"))


@pytest.mark.parametrize(
    "expression",
    [
        theta - pi + r / 1000,
        sin(theta) - theta,
        erf(r) - 2 * r / sqrt(pi),
        exp(-r) - 1 + r,
        sqrt(1 + r**2) - 1 - r**2 / 2,
        mu(r * s) - mu(-r * s),
        mu(r * s) - mu(s),
        cos(theta) - sin(theta + Rational(11, 7)),
        pi - Rational(314159265358979, 10**14),
        known.v_vs - known.v_v,
        Integral(DENSITY, HALF_LINE) - Rational(1253, 1000),
        Integral(s * mu(s) * DENSITY, LINE) - Integral(s * mu(-s) * DENSITY, LINE),
        Integral((r * s) ** (1 / tau - 1) * DENSITY / tau, (s, 1 / (10 * r), 1 / r)) - Rational(1, 3),
    ],
)
def test_other_differences_are_refuted(expression: Expr) -> None:
    decision = decide_zero(expression)
    assert decision.zero is False
    assert decision.witness


f = Function("f")
A, B = Integral(DENSITY, HALF_LINE), Integral(s * DENSITY, HALF_LINE)


@pytest.mark.parametrize(
    "expression",
    [
        f(x) - f(2 * x),
        f(r) - r,
        f(r) * sin(theta) - f(r),
        gamma(r + 1) - r * gamma(r),
        besselj(Rational(1, 2), r) - sqrt(2 / (pi * r)) * sin(r),
        A - Integral(DENSITY, LINE) / 2,
        A - sqrt(pi / 2),
        A * B - sqrt(pi / 2) * B,
        A**2 - pi / 2,
        Integral(mu(s) * DENSITY, LINE) - Integral(mu(-s) * DENSITY, LINE),
        sqrt(3 + 2 * sqrt(2)) - 1 - sqrt(2),
    ],
)
def test_what_cannot_be_decided_is_not_passed(expression: Expr) -> None:
    """Unknown functions, functions outside the theory, and equal integrals whose integrands differ."""
    assert decide_zero(expression) == Decision(None)


y = Symbol("y", real=True)
ZERO_OVER_ZERO = (sin(2 * theta) - 2 * sin(theta) * cos(theta)) / (sin(theta) ** 2 + cos(theta) ** 2 - 1)
STEP = Integral(Piecewise((1, s > 0), (2, True)), (s, -1, 1))


@pytest.mark.parametrize(
    "expression",
    [
        asin(sqrt(x)) - asin(x),
        asin(x - 1) - asin(sqrt(x - 1)),
        acos(sqrt(x)) + asin(x) - pi / 2,
        asin((x - 1) * sqrt(r)) - asin((1 - x) * sqrt(r)),
        ZERO_OVER_ZERO,
        (STEP - Integral(1, (s, -1, 1))) * (STEP - Integral(2, (s, -1, 1))),
        sqrt((x - 1) ** 2) - (x - 1),
        Piecewise(((x**2 - y**2) / (x - y), Eq(x, y)), (x + y, True)) - (x + y),
        sqrt(x) - sqrt(-x),
        sqrt(r - 2) * sqrt(c) - sqrt(2 - r) * sqrt(c),
        sqrt(r + c) - sqrt(r + 2 * c),
        Integral(DENSITY, HALF_LINE) - Integral(DENSITY, LINE),
        Integral(2 * DENSITY, HALF_LINE) - 2 * Integral(DENSITY, HALF_LINE) + r,
        Integral(DENSITY, (s, 0, 1)) - Integral(DENSITY, (s, 0, 2)),
        Integral(s * DENSITY, (s, 0, 1)) - Integral(s * DENSITY, (s, -1, 0)),
    ],
)
def test_no_proof_of_what_is_not_zero(expression: Expr) -> None:
    """f hides the witness, so that only the proof itself can fail: these names, quotients and pieces once met in 0."""
    assert decide_zero(f(x) * expression).zero is not True
    assert decide_zero(expression).zero is not True


@pytest.mark.parametrize(
    "expression",
    [
        sqrt((1 - r) ** 2) - (1 - r),
        abs(cos(theta)) - cos(theta),
        sqrt(x**2 + 2 * x + 1) - (x + 1),
        sqrt(sin(theta / 2) ** 2 - sin(theta) ** 2 / 4) + cos(theta) - 1,
    ],
)
def test_a_branch_is_not_chosen_silently(expression: Expr) -> None:
    assert decide_zero(expression).zero is not True


def test_zero_itself() -> None:
    assert decide_zero(r - r).zero is True
    assert decide_zero(0 * theta).zero is True
    assert decide_zero(Rational(1, 10**9)).zero is False


def test_the_witness_does_not_depend_on_the_order_of_symbols() -> None:
    first = decide_zero(r * c - tau).witness
    assert first == decide_zero(-tau + c * r).witness
    assert [part.split(" = ")[0] for part in first.partition(" at ")[2].split(", ")] == ["c", "r", "tau"]


def test_samples_respect_the_domain() -> None:
    """θ stays inside (0, π), m is an integer, positive symbols are positive: |x| − x vanishes there."""
    assert decide_zero(sqrt(r**2) - r).zero is True
    assert decide_zero(cos(pi * m) ** 2 - 1).zero is not False
    assert decide_zero(sqrt(x**2) - x).zero is False


def test_basic_quantities() -> None:
    assert in_basic_quantities(known.dv) == known.v - known.v_star
    assert in_basic_quantities(Symbol("unknown")) == Symbol("unknown")
    assert not in_basic_quantities(known.w_star + known.b_hat).has(known.w_star, known.b_hat)


def test_reduction_keeps_what_does_not_vanish() -> None:
    assert reduce_exactly(sin(theta) ** 2 + cos(theta) ** 2 - 1) == 0
    assert reduce_exactly(sin(theta) + cos(theta) - 1) != 0
    assert reduce_exactly(exp(-r) - exp(-2 * r)) != 0
    assert reduce_exactly(sqrt(1 + r) - sqrt(2 + r)) != 0
