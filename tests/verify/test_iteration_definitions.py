"""What the iteration route computes from definitions: proximal maps by search, means by polar quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp, mpf

from numerics import coarse_gradient, loss_gradient_v, population_loss
from numerics.generated.penalties import DISPLACEMENTS, PENALTIES, PROXIMAL_MAPS, THRESHOLDS
from proofs.proxies import ESTIMATORS
from verify.contexts.digits.network import Network
from verify.contexts.doubles import Network as Doubles
from verify.contexts.doubles import potential_rise
from verify.minimizer import DEFAULTS, _turns, curvature, displacement, map_slope, pieces, proximal, threshold, total
from verify.model import Row

V, V_STAR = np.array([0.7, -0.2, 1.1]), np.array([1.0, 0.5, -0.3])


@pytest.mark.parametrize("penalty", DEFAULTS)
@pytest.mark.parametrize("rho", [0.03, 0.4, 2.5, 6.0])
def test_the_search_finds_the_generated_maps(penalty: str, rho: float) -> None:
    parts, shape = pieces(penalty), DEFAULTS[penalty]
    x = np.linspace(-8, 8, 4003)
    found, generated = proximal(x, rho, parts), PROXIMAL_MAPS[penalty](x, rho, **shape)
    jump = np.abs(np.abs(x) - np.abs(x)[np.argmin(np.where(found != 0, np.abs(x), np.inf))]) < 1e-9
    assert np.max(np.abs(found - generated)[~jump]) < 1e-13
    assert np.max(np.abs(total(found, parts) - PENALTIES[penalty](found, **shape))) < 1e-13
    assert threshold(rho, parts) == pytest.approx(THRESHOLDS[penalty](rho, **shape), rel=1e-14)
    assert displacement(rho, parts) == pytest.approx(DISPLACEMENTS[penalty](rho, **shape), rel=1e-6)
    assert displacement(rho, parts) <= DISPLACEMENTS[penalty](rho, **shape) * (1 + 1e-12)


@pytest.mark.parametrize("penalty", DEFAULTS)
def test_the_search_finds_minimizers(penalty: str) -> None:
    parts = pieces(penalty)
    grid = np.linspace(0, 7, 14_001)
    for x in (0.01, 0.3, 0.9, 1.7, 3.9, 6.5):
        (u,) = proximal(np.array([x]), 0.8, parts)
        least = np.min(0.8 * total(grid, parts) + (grid - x) ** 2 / 2)
        assert 0.8 * total(np.array([u]), parts)[0] + (u - x) ** 2 / 2 <= least + 1e-15
        with mp.workdps(50):
            (exact,) = proximal(np.array([mpf(x)]), mpf(0.8), pieces(penalty))
            assert float(exact) == pytest.approx(u, abs=1e-13)


@pytest.mark.parametrize("penalty", DEFAULTS)
def test_the_search_ends_with_rounding(penalty: str) -> None:
    """In ulps of x, times S'(x), by which the rounding of x shows in S(x): without Newton's last step sixty."""
    rng = np.random.default_rng(0)
    for _ in range(40):
        rho = float(10 ** rng.uniform(-2, 1))
        parts = pieces(penalty)
        x = threshold(rho, parts) * float(rng.uniform(1.001, 4))
        u = proximal(np.array([x]), rho, parts)
        with mp.workdps(40):
            (exact,) = proximal(np.array([mpf(x)]), mpf(rho), pieces(penalty))
            assert abs(u[0] - exact) <= 4 * 2.0**-52 * x * map_slope(u, rho, parts)[0]


def test_pieces_end_where_the_third_derivative_changes_its_sign() -> None:
    assert [float(x) for x in _turns(lambda x: (x - 0.3) * (x - 7), 0.0, 50.0)] == pytest.approx([0.3, 7], rel=1e-11)


def test_at_a_tie_the_search_takes_zero() -> None:
    """l0, x² = 2ρ, in exact numbers; not next to it."""
    for kind in (float, mpf):
        x = np.array([kind(y) for y in (0.5, -0.5, 0.5 * (1 + 2**-40), -0.5 * (1 + 2**-40))])
        assert (proximal(x, kind(0.125), pieces("l0")) != 0).tolist() == [False, False, True, True]


@pytest.mark.parametrize("penalty", DEFAULTS)
def test_curvature_is_the_slope_of_the_slope(penalty: str) -> None:
    parts, u, h = pieces(penalty), np.array([0.3, 0.7, 1.6, 4.5]), 1e-4
    second = (total(u + h, parts) - 2 * total(u, parts) + total(u - h, parts)) / h**2
    assert curvature(u, parts) == pytest.approx(second, abs=1e-5)


@pytest.mark.parametrize("ste", ESTIMATORS)
@pytest.mark.parametrize("theta", [0.3, np.pi / 2, 2.8])
def test_polar_means_agree_with_generated_gradients(ste: str, theta: float) -> None:
    w, w_star = np.array([1.0, 0.0]), np.array([np.cos(theta), np.sin(theta)])
    generated = coarse_gradient(V, w, V_STAR, w_star, ste=ste)
    assert Doubles(V, V_STAR, theta, ste=ste).coarse_gradient() == pytest.approx(generated, abs=2e-11)


def test_polar_means_agree_with_50_digits() -> None:
    with mp.workdps(50):
        weights = [tuple(mpf(float(x)) for x in v) for v in (V, V_STAR)]
        exact = Network(*weights, mpf(1.1), mpf(1), 3, ESTIMATORS["relu"]).coarse_gradient()
    assert Doubles(V, V_STAR, 1.1).coarse_gradient() == pytest.approx([float(x.value) for x in exact[:2]], abs=1e-14)
    assert Doubles(V, V_STAR, 1.1).mean(Row(a=True)) == pytest.approx(0.5, abs=1e-14)


def test_output_gradient_and_potential() -> None:
    w, w_star = np.array([1.0, 0.0]), np.array([np.cos(0.9), np.sin(0.9)])
    assert Doubles(V, V_STAR, 0.9).gradient_v() == pytest.approx(loss_gradient_v(V, w, V_STAR, w_star), abs=1e-13)
    # Of the ReLU estimator −G·e = κ sin θ, κ = v·v*/(2√(2π)).
    rise = potential_rise(0.4, 1.3, lambda theta: np.array(Doubles(V, V_STAR, theta).coarse_gradient()))
    assert rise == pytest.approx(V @ V_STAR / (2 * np.sqrt(2 * np.pi)) * (np.cos(0.4) - np.cos(1.3)), abs=1e-13)
    assert population_loss(V, w, V_STAR, w_star) > 0
