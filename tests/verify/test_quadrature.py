"""The raw integrals: rules of known exactness, known means, and one road against the other."""

from __future__ import annotations

import mpmath
import pytest
from mpmath import mp, mpf
from sympy import Abs, Rational, exp, oo

from proofs.proxies import ESTIMATORS, Estimator
from proofs.symbols import x
from verify.contexts.digits.plane import PlaneMeans, plane_means
from verify.contexts.digits.quadrature import CUT, DIGITS, Estimate, gauss_legendre, line_mean, tails
from verify.model import Row

PARAMETERS = {"c": 0.75, "a": 0.125, "tau": 1.5}


@pytest.fixture(autouse=True)
def _sixty_digits():
    with mp.workdps(DIGITS):
        yield


def agree(estimate: Estimate, value: mpf, digits: int = 50) -> bool:
    return abs(estimate.value - value) <= mpf(10) ** -digits * max(estimate.size, mpf(10) ** -400)


@pytest.mark.parametrize("order", [5, 26, 52])
def test_rule_is_exact_for_polynomials_of_degree_twice_the_order_less_one(order: int) -> None:
    rule = gauss_legendre(order)
    for degree in (0, 1, order, 2 * order - 2, 2 * order - 1):
        exact = mpf(0) if degree % 2 else mpf(2) / (degree + 1)
        assert abs(mpmath.fsum(w * t**degree for t, w in rule) - exact) < mpf(10) ** -58
    degree = 2 * order
    missed = mpmath.fsum(w * t**degree for t, w in rule) - mpf(2) / (degree + 1)
    assert abs(missed) > mpf(10) ** -45


@pytest.mark.parametrize(("power", "value"), [(0, 1), (1, 0), (2, 1), (4, 3)])
def test_moments_of_the_line(power: int, value: int) -> None:
    assert agree(line_mean(power), mpf(value), 55)


@pytest.mark.parametrize("start", [-17, -3, 0, 2, 9])
def test_tails_agree_with_the_error_function(start: int) -> None:
    for rule in (0, 1):
        mass, first = tails(rule)[start]
        assert abs(mass - mpmath.erfc(start / mpmath.sqrt(2)) / 2) < mpf(10) ** -52
        density = mpmath.exp(-(mpf(start) ** 2) / 2) / mpmath.sqrt(2 * mp.pi)
        assert abs(first - density) < mpf(10) ** -52


@pytest.mark.parametrize("size", ["1e-150", "0.7", "1e150"])
@pytest.mark.parametrize("power", [-Rational(1, 2), -Rational(1, 4), Rational(1, 2)])
def test_roots_at_zero(power: Rational, size: str) -> None:
    """E s^i |rs|^e over s > 0, by the Gamma function."""
    means = PlaneMeans(mpf(1), mpf(size), Estimator("root", "", ((-oo, oo, Abs(x) ** power),)))
    for i in (0, 1):
        e = mpf(int(power.p)) / int(power.q) + i
        exact = mpf(2) ** (e / 2 - 1) * mpmath.gamma((e + 1) / 2) / mpmath.sqrt(mp.pi) * mpf(size) ** (e - i)
        assert agree(means.mean(Row(s=i, proxy=True, a=True)), exact, 52)


@pytest.mark.parametrize("theta", ["1e-8", "0.4", "1.5707963267948966", "2.9"])
def test_polar_and_nested_roads_agree(theta: str) -> None:
    """The same proxy, once recognised as a sign and once with a kink that changes nothing."""
    relu = ESTIMATORS["relu"]
    (low, high, one), *_ = relu.pieces
    split = Estimator("relu-in-two", "", ((low, high, one),))
    object.__setattr__(split, "pieces", ((low, low + 1, one), (low + 1, high, one)))  # a declaration would join them
    polar = plane_means(mpf(theta), 1, relu)
    nested = plane_means(mpf(theta), 1, split)
    for row in (Row(proxy=True, b=True), Row(s=1, proxy=True, a=True), Row(s=1, proxy=True, b=True)):
        assert agree(nested.mean(row), polar.mean(row).value, 48)
    across = Row(t=1, proxy=True, b=True)
    assert agree(nested.mean(across), polar.mean(across).value, 48)


def test_half_plane_probability_and_its_ends() -> None:
    for theta in (mpf(0), mpf(1), +mp.pi):
        both = plane_means(theta).mean(Row(a=True, b=True))
        assert agree(both, (mp.pi - theta) / (2 * mp.pi))
        assert both.error <= mpf(10) ** -50


@pytest.mark.parametrize("name", ["clipped-relu", "sigmoid", "tanh", "triangular", "gaussian"])
@pytest.mark.parametrize("r", [1e150, 30.0, 0.5, 1e-150])
def test_error_estimates_are_small_at_every_scale(name: str, r: float) -> None:
    means = plane_means(2.0, r, ESTIMATORS[name], PARAMETERS)
    for row in (Row(s=1, proxy=True, b=True), Row(t=1, proxy=True, b=True), Row(proxy=True)):
        estimate = means.mean(row)
        assert estimate.size > 0
        assert estimate.error < mpf(10) ** -50 * estimate.size


def test_gaussian_proxy_against_its_known_mean() -> None:
    r, tau = mpf(30), mpf("1.5")
    means = plane_means(0.5, 30.0, ESTIMATORS["gaussian"], PARAMETERS)
    assert agree(means.mean(Row(proxy=True)), 1 / mpmath.sqrt(1 + (r / tau) ** 2))


def test_huge_r_shrinks_a_bounded_proxy_to_its_integral() -> None:
    """E[t μ'(rs) 1{w*·z > 0}] tends to ∫μ'/(2π r); for the sigmoid's derivative ∫μ' = 1."""
    found = plane_means(1.0, 1e150, ESTIMATORS["sigmoid"], PARAMETERS)
    across = found.mean(Row(t=1, proxy=True, b=True))
    assert agree(across, 1 / (mpf(1e150) * 2 * mp.pi), 48)


def test_direction_orthogonal_to_the_plane_contributes_nothing() -> None:
    means = plane_means(1.0, 2.0, ESTIMATORS["sigmoid"], PARAMETERS)
    outside = means.mean(Row(u=1, proxy=True, b=True))
    assert outside.size > 0.01
    assert abs(outside.value) < mpf(10) ** -55


def test_an_unresolved_kink_shows_in_the_error_estimate() -> None:
    """A jump that the declaration hides: the estimate must not claim digits it does not have."""
    hidden = Estimator("hidden", "", ((-oo, oo, exp(-(x**2))),))
    means = PlaneMeans(mpf(1), mpf(1), hidden)
    means.proxy = lambda s: mpf(2) if s < mpf("0.3711") else mpf(3)  # type: ignore[method-assign]
    estimate = means.mean(Row(s=1, proxy=True, b=True))
    assert estimate.error > mpf(10) ** -45 * estimate.size


def test_estimates_carry_sizes_through_cancellation() -> None:
    one = Estimate(mpf(1), mpf(10) ** -50, mpf(1))
    difference = one - one
    assert difference.value == 0
    assert difference.size == 2
    assert difference.error == 2 * mpf(10) ** -50
    product = one * one.times(3)
    assert product.value == 3
    assert product.error > 5 * mpf(10) ** -50


def test_nested_road_refuses_what_is_no_angle() -> None:
    with pytest.raises(ValueError, match=r"an angle lies in \[0, pi\]"):
        PlaneMeans(mpf(-1), mpf(1), ESTIMATORS["sigmoid"]).mean(Row(s=1, proxy=True, b=True))


def test_cut_is_beyond_the_digits_kept() -> None:
    assert mpmath.exp(-(mpf(CUT) ** 2) / 2) < mpf(10) ** -DIGITS
