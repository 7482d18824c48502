"""Closed forms in numbers: against SymPy's own evaluation, against known integrals, and far out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import mpmath
import pytest
from mpmath import mp, mpf
from sympy import Float, I, Integral, Symbol, cos, exp, oo, pi, sqrt

import proofs
from proofs.moments import folded_kernels
from proofs.proxies import ESTIMATORS
from proofs.symbols import QUANTITIES, mu, r, s, theta, w_hat
from verify.closed_form import NoValueError, evaluate, prepared
from verify.configurations import Configuration, configurations, meeting
from verify.contexts.digits.plane import PlaneMeans
from verify.precision.route import edges

POINTS = configurations("full", 3)
BASE = POINTS[0]
PARAMETERS = BASE.parameters


@pytest.fixture(autouse=True)
def _fifty_digits():
    with mp.workdps(50):
        yield


def by_sympy(expression, point: Configuration) -> mpf:
    values = {symbol: Float(str(value), 60) for symbol, value in point.scalars().items()}
    return mpf(str(expression.subs(values).evalf(50)))


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.label)
@pytest.mark.parametrize("claim_id", ["N1", "N1.origin", "N1.teacher", "N3.kink", "N4.inner", "C6.relu", "C8.identity"])
def test_scalars_as_sympy_has_them(claim_id: str, point: Configuration) -> None:
    claim = proofs.get(claim_id)
    found = evaluate(claim.formula, point)
    expected = by_sympy(claim.formula, point)
    assert abs(found - expected) <= mpf(10) ** -44 * max(1, abs(expected))
    if point.r in (1e150, 1e-150):
        return
    assert abs(evaluate(claim.as_printed, point) - found) <= mpf(10) ** -40 * max(1, abs(found))


@pytest.mark.parametrize("claim_id", ["G1", "G3", "N2", "N3", "N4", "C2", "C3", "C4", "C5.leaky-relu", "C5.gaussian"])
def test_both_forms_agree_in_coordinates(claim_id: str) -> None:
    claim = proofs.get(claim_id)
    if claim_id == "G1":
        assert abs(evaluate(claim.formula, BASE) - (mpf(1) / 2 - mpf(BASE.theta) / (2 * mp.pi))) < mpf(10) ** -48
        return
    left, right = (prepared(form).at(BASE) for form in (claim.formula, claim.as_printed))
    assert len(left) == len(right) == (BASE.m if claim_id in {"N2", "N4"} else 2)
    for one, other in zip(left, right, strict=True):
        assert abs(one - other) < mpf(10) ** -45


def test_invariants_come_from_the_vectors() -> None:
    point = replace(BASE, v=(1.0, 2.0), v_star=(3.0, -1.0))
    values = {symbol.name: value for symbol, value in point.scalars().items()}
    assert (values["v_v"], values["v_vs"], values["vs_vs"]) == (5, 1, 10)
    assert (values["sum_v"], values["sum_vs"], values["m"]) == (3, 2, 2)
    assert (values["diff_diff"], values["v_diff"], values["sum_diff"]) == (13, 4, 1)
    assert values["v_v"] - 2 * values["v_vs"] + values["vs_vs"] == values["diff_diff"]


def test_floats_are_read_as_they_are() -> None:
    """0.1 is the binary fraction 0.1, not one tenth."""
    point = replace(BASE, theta=0.1)
    assert evaluate(theta, point) == mpf(0.1) != mpf(1) / 10


def test_a_missing_value_is_named() -> None:
    with pytest.raises(ValueError, match=r"no value for \['stray'\]"):
        evaluate(theta * Symbol("stray"), BASE)
    assert prepared(theta * Symbol("stray")).at(BASE, extra={Symbol("stray"): mpf(2)}) == [2 * mpf(BASE.theta)]


# Integrals.


@pytest.mark.parametrize("power", [0, 1, 2, 3])
def test_known_integrals(power: int) -> None:
    integral = Integral(s**power * exp(-(s**2) / 2), (s, 0, oo))
    exact = mpf(2) ** (mpf(power - 1) / 2) * mpmath.gamma(mpf(power + 1) / 2)
    for point in (BASE, replace(BASE, r=1e150), replace(BASE, r=1e-150), replace(BASE, theta=1e-8)):
        assert abs(evaluate(integral, point) - exact) < mpf(10) ** -44


@pytest.mark.parametrize("size", [1e-150, 0.7, 1e150])
def test_integrals_of_roots(size: float) -> None:
    """Beside 0 and beside the end of a semicircle half of the digits would be lost without a change of variable."""
    point = replace(BASE, r=size)
    singular = Integral(exp(-(s**2) / 2) / sqrt(r * s), (s, 0, oo))
    exact = mpmath.gamma(mpf(1) / 4) / mpf(2) ** (mpf(3) / 4) / mpmath.sqrt(mpf(size))
    assert abs(evaluate(singular, point) - exact) < mpf(10) ** -47 * exact
    if size >= 0.5:  # else the range is longer than that of a Gaussian weight
        disc = Integral(sqrt(1 - (r * s) ** 2), (s, -1 / r, 1 / r))
        assert abs(evaluate(disc, point) - mp.pi / (2 * mpf(size))) < mpf(10) ** -47 / mpf(size)


@pytest.mark.parametrize("name", ["identity", "relu", "clipped-relu", "leaky-relu", "gaussian", "window"])
def test_kernels_by_quadrature_and_in_closed_form(name: str) -> None:
    """The folded integrals of a proxy that has closed kernels, integrated numerically after all."""
    from proofs.estimators import kernels_of

    for closed, integral in zip(kernels_of(name), folded_kernels(ESTIMATORS[name]), strict=True):
        assert abs(evaluate(closed, BASE) - evaluate(integral, BASE)) < mpf(10) ** -38


@pytest.mark.parametrize("scale", [1e150, 1e100, 1e20])
@pytest.mark.parametrize("angle", [0.3, 1.5707963267948966, 2.8])
def test_long_filters_see_the_mass_of_the_proxy(scale: float, angle: float) -> None:
    """∫ μ' = 1 for the sigmoid and the triangle, 2 for tanh: b ~ ∫ μ' / (2π r sin θ)."""
    point = replace(BASE, r=scale, theta=angle)
    for name, mass in (("sigmoid", 1), ("triangular", 1), ("tanh", 2)):
        b = evaluate(folded_kernels(ESTIMATORS[name]).b, point)
        expected = mass / (2 * mp.pi * mpf(scale) * mpmath.sin(mpf(angle)))
        assert abs(b / expected - 1) < mpf(10) ** -35


def test_long_filters_radially() -> None:
    """p ~ φ(0) ∫ x μ'(x) dx / r² over x > 0, which is log 2 for the sigmoid, 1/6 for the triangle."""
    point = replace(BASE, r=1e150)
    for name, first in (("sigmoid", mpmath.log(2)), ("triangular", mpf(1) / 6)):
        p = evaluate(folded_kernels(ESTIMATORS[name]).p, point)
        expected = first / mpmath.sqrt(2 * mp.pi) / mpf(1e150) ** 2
        assert abs(p / expected - 1) < mpf(10) ** -35


def test_short_filters_see_the_proxy_at_zero() -> None:
    point = replace(BASE, r=1e-150)
    for name, at_zero in (("sigmoid", mpf(1) / 4), ("tanh", mpf(1)), ("triangular", mpf(1))):
        b = evaluate(folded_kernels(ESTIMATORS[name]).b, point)
        assert abs(b / (at_zero / mpmath.sqrt(2 * mp.pi)) - 1) < mpf(10) ** -40


@pytest.mark.parametrize("name", ESTIMATORS)
def test_an_arbitrary_proxy_takes_any_estimator(name: str) -> None:
    """The smoothing law at a named proxy, whose own integral is evaluated piece by piece."""
    (smoothed,) = prepared(proofs.get("G5").formula).at(BASE, proxy=ESTIMATORS[name])
    own = evaluate(folded_kernels(ESTIMATORS[name]).b, BASE) * mpmath.sin(mpf(BASE.theta))
    assert abs(smoothed - own) < mpf(10) ** -36


@pytest.mark.parametrize("name", ESTIMATORS)
def test_proxies_as_functions(name: str) -> None:
    function = PlaneMeans(mpf(0), mpf(1), ESTIMATORS[name], PARAMETERS).proxy
    values = {
        "identity": 1,
        "relu": 1,
        "clipped-relu": 1,
        "leaky-relu": 1,
        "sigmoid": mpmath.exp(-0.125) / (1 + mpmath.exp(-0.125)) ** 2,
        "tanh": 1 / mpmath.cosh(mpf(0.125)) ** 2,
        "triangular": mpf(7) / 8,
        "gaussian": mpmath.exp(-(mpf(0.125) ** 2) / (2 * mpf(PARAMETERS["tau"]) ** 2)),
        "window": 1,
    }
    assert abs(function(mpf(0.125)) - values[name]) < mpf(10) ** -45
    left = {"relu": 0, "clipped-relu": 0, "leaky-relu": mpf(PARAMETERS["slope"])}.get(name, values[name])
    assert abs(function(mpf(-0.125)) - left) < mpf(10) ** -45


# Vectors.


def test_coordinates_of_each_vector() -> None:
    cosine, sine = mpmath.cos(mpf(BASE.theta)), mpmath.sin(mpf(BASE.theta))
    expected = {
        "w_hat": [1, 0],
        "e": [0, 1],
        "w_star": [cosine, sine],
        "w_diff": [1 - cosine, -sine],
        "a_hat": [1, 0],
        "b_hat": [cosine, sine],
        "b_perp": [0, 1],
        "v": list(map(mpf, BASE.v)),
        "v_star": list(map(mpf, BASE.v_star)),
        "ones": [1] * BASE.m,
        "dw": [mpf(BASE.r) - BASE.r_star * cosine, -BASE.r_star * sine],
        "dv": [mpf(a) - mpf(b) for a, b in zip(BASE.v, BASE.v_star, strict=True)],
    }
    vectors = [symbol for symbol in QUANTITIES if QUANTITIES[symbol].space != "scalar"]
    assert {symbol.name for symbol in vectors} == set(expected)
    for symbol in vectors:
        found = prepared(2 * symbol).at(BASE)
        assert max(abs(x - 2 * y) for x, y in zip(found, expected[symbol.name], strict=True)) < mpf(10) ** -48


def test_differences_of_close_directions() -> None:
    """ŵ − w* at θ = 1e-8: 1 − cos θ by half angles keeps all digits."""
    point = replace(BASE, theta=1e-30)
    along, across = prepared(QUANTITIES_BY_NAME["w_diff"] + 0 * w_hat).at(point)
    assert abs(along / (mpf(1e-30) ** 2 / 2) - 1) < mpf(10) ** -40
    assert abs(across / -mpf(1e-30) - 1) < mpf(10) ** -40


QUANTITIES_BY_NAME = {symbol.name: symbol for symbol in QUANTITIES}


# Configurations.


def test_configurations_are_reproducible() -> None:
    assert configurations("full", 3) == POINTS
    assert configurations("full", 4)[0] != POINTS[0]
    quick = configurations("quick", 3)
    assert quick[:2] == POINTS[:2]
    assert len(quick) < len(POINTS)


SPECIAL: dict[str, Callable[[Configuration], bool]] = {
    "m = 1": lambda p: p.m == 1,
    "1ᵀv* = 0": lambda p: sum(p.v_star) == 0,
    "v ⟂ v*": lambda p: sum(x * y for x, y in zip(p.v, p.v_star, strict=True)) == 0,
    "v = v*": lambda p: p.v == p.v_star,
    "v ≈ v*": lambda p: 0 < max(abs(x - y) for x, y in zip(p.v, p.v_star, strict=True)) < 1e-7,
    "θ ≈ 0": lambda p: 0 < p.theta < 1e-7,
    "θ ≈ π": lambda p: 0 < mp.pi - p.theta < 1e-7,
    "θ ≈ π/2": lambda p: abs(mp.pi / 2 - p.theta) < 1e-15,
    "r huge": lambda p: p.r > 1e100,
    "r tiny": lambda p: 0 < p.r < 1e-100,
}
EXACT: dict[str, Callable[[Configuration], bool]] = {
    **{name: SPECIAL[name] for name in ("m = 1", "1ᵀv* = 0", "v ⟂ v*")},
    "n = 1": lambda p: p.n == 1,
    "θ = 0": lambda p: p.theta == 0,
    "θ = π": lambda p: abs(p.theta - mp.pi) < 1e-45,
    "w = 0": lambda p: p.r == 0,
    "v* = 0": lambda p: not any(p.v_star),
}


def test_configurations_come_to_the_edges() -> None:
    """In a full run those within the domain, of which a quick one tries some; hypotheses are tried at exact ones."""
    assert [name for name, holds in SPECIAL.items() if not any(map(holds, POINTS))] == []
    assert {name for name, holds in SPECIAL.items() if any(map(holds, configurations("quick", 3)))} >= {
        "v ≈ v*",
        "θ ≈ 0",
        "θ ≈ π",
        "r huge",
    }
    exact = [edge.point for edge in edges(BASE)]
    assert [name for name, holds in EXACT.items() if not any(map(holds, exact))] == []


def test_configurations_lie_in_the_domain() -> None:
    for point in POINTS:
        assert 0 <= point.theta <= float(mp.pi)
        assert point.r > 0
        assert len(point.v) == len(point.v_star) == point.m
        assert any(point.v_star)
        assert set(point.parameters) == {"c", "slope", "tau", "a", "beta", "gamma"}


def test_hypotheses_choose_configurations() -> None:
    assert meeting([], POINTS) == POINTS
    assert all(point.theta < 1 for point in meeting([theta < 1], POINTS))
    assert 0 < len(meeting([theta < 1], POINTS)) < len(POINTS)
    assert meeting([r > 1e200], POINTS) == []
    assert meeting([theta < pi, sqrt(2) * r > 0], POINTS) == POINTS


def test_an_arbitrary_proxy_needs_one() -> None:
    with pytest.raises(ValueError, match="needs a proxy in the place of μ'"):
        evaluate(Integral(mu(s) * exp(-(s**2) / 2), (s, -oo, oo)), BASE)


def test_an_integral_with_reversed_limits_has_the_other_sign() -> None:
    """cos θ and r in either order: SymPy knows neither sign nor order."""
    for point in (replace(BASE, theta=0.3, r=0.5), replace(BASE, theta=2.5, r=0.5)):
        low, high = mpmath.cos(mpf(point.theta)), mpf(point.r)
        exact = mpmath.sqrt(mp.pi / 2) * (mpmath.erf(high / mpmath.sqrt(2)) - mpmath.erf(low / mpmath.sqrt(2)))
        found = evaluate(Integral(exp(-(s**2) / 2), (s, cos(theta), r)), point)
        assert abs(found - exact) < mpf(10) ** -44


@pytest.mark.parametrize("integrand", [exp(-(s**2) / 2) / s**2, exp(-(s**2) / 2) / (1 - exp(-s)), I * exp(-(s**2) / 2)])
def test_an_integral_over_a_pole_or_off_the_reals_has_no_value(integrand) -> None:
    with pytest.raises(NoValueError):
        evaluate(Integral(integrand, (s, -oo, oo)), BASE)
