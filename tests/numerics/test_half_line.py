"""The float64 rule of the kernels without a closed form, against mpmath, on every scale it is used on."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from scipy import special

from numerics.quadrature import GAUSSIAN_REACH, decay_length, half_line

RELATIVE = 1e-14
SCALES = [1e-150, 1e-100, 1e-30, 1e-8, 1e-3, 0.1, 1.0, 3.0, 10.0]


def integral(
    function: Callable[[np.ndarray], np.ndarray], low: float, high: float, finest: float, width: int = 1
) -> np.ndarray:
    return half_line(function, low, np.full(width, high), np.full(width, finest))


def gauss(s: np.ndarray) -> np.ndarray:
    return np.exp(-0.5 * s**2)


@pytest.mark.parametrize("power", [0, 1, 2, 3])
def test_gaussian_moments(power: int) -> None:
    exact = 2 ** ((power - 1) / 2) * math.gamma((power + 1) / 2)
    (found,) = integral(lambda s: s**power * gauss(s), 0.0, np.inf, 1.0)
    assert abs(found / exact - 1) <= RELATIVE


@pytest.mark.parametrize("scale", SCALES)
def test_fast_decay(scale: float) -> None:
    """∫ exp(−s/scale) φ-weight: the proxy's tail on a scale far below that of the weight."""
    (found,) = integral(lambda s: np.exp(-s / scale) * gauss(s), 0.0, 45 * scale, scale)
    with mp.workdps(40):
        a = 1 / (mpf(scale) * mpmath.sqrt(2))
        scaled = mpmath.exp(a * a) * mpmath.erfc(a) if a < 100 else mpmath.hyperu(0.5, 0.5, a * a) / mpmath.sqrt(mp.pi)
        exact = mpmath.sqrt(mp.pi / 2) * scaled
        assert abs(mpf(float(found)) / exact - 1) <= RELATIVE


@pytest.mark.parametrize("scale", SCALES)
def test_sech_squared(scale: float) -> None:
    """The sigmoid's derivative at x = s/scale against mpmath."""

    def function(s: np.ndarray) -> np.ndarray:
        k = np.exp(-s / scale)
        return k / (1 + k) ** 2 * gauss(s)

    (found,) = integral(function, 0.0, 45 * scale, scale)
    with mp.workdps(30):
        h = mpf(scale)
        nodes = [node for node in (0, 1, 4, 12, 30, 80) if node * h < 14]

        def exact_function(t: mpf) -> mpf:
            return mpmath.exp(-t) / (1 + mpmath.exp(-t)) ** 2 * mpmath.exp(-((h * t) ** 2) / 2)

        exact = h * mpmath.quad(exact_function, [*nodes, min(mpf(120), 14 / h)])
        assert abs(mpf(float(found)) / exact - 1) <= 3 * RELATIVE


@pytest.mark.parametrize("kink", [1e-150, 1e-20, 1e-3, 0.5, 1.0, 5.0, 12.0, 40.0])
def test_ending_at_a_kink(kink: float) -> None:
    (found,) = integral(lambda s: (1 - s / kink) * gauss(s), 0.0, kink, kink)
    with mp.workdps(40):
        h = mpf(kink)
        whole = mpmath.sqrt(mp.pi / 2) * mpmath.erf(h / mpmath.sqrt(2))
        exact = whole + mpmath.expm1(-(h**2) / 2) / h
        if kink < 1e-2:
            exact = h / 2 - h**3 / 24 + h**5 / 240
        assert abs(mpf(float(found)) / exact - 1) <= 2 * RELATIVE


@pytest.mark.parametrize("low", [0.25, 1.0, 3.0])
def test_starting_past_zero(low: float) -> None:
    (found,) = integral(gauss, low, np.inf, 1.0)
    exact = math.sqrt(math.pi / 2) * special.erfc(low / math.sqrt(2))
    assert abs(found / exact - 1) <= 10 * RELATIVE


def test_an_empty_range_is_zero() -> None:
    assert integral(gauss, 0.0, 0.0, 1.0) == 0
    assert integral(gauss, 2.0, 1.0, 1.0) == 0
    assert integral(gauss, 20.0, np.inf, 1.0) == 0
    with np.errstate(all="ignore"):
        nothing = half_line(lambda s: s * (1 / np.zeros(2)), 0.0, np.array([0.0, 0.0]), np.ones(2))
    np.testing.assert_array_equal(nothing, 0)


def test_an_empty_range_beside_others() -> None:
    slopes = np.array([1.0, np.inf, 4.0])
    with np.errstate(all="ignore"):
        found = half_line(lambda s: special.erfc(slopes * s), 0.0, decay_length(slopes), 1 / slopes)
    np.testing.assert_allclose(found, [1 / math.sqrt(math.pi), 0, 0.25 / math.sqrt(math.pi)], rtol=RELATIVE)


def test_rows_of_very_different_scale() -> None:
    """One block holds filters of every length: each row is as accurate as it is alone."""
    scales = np.array(SCALES)
    found = half_line(lambda s: np.exp(-s / scales) * gauss(s), 0.0, 45 * scales, scales)
    alone = [integral(lambda s, h=h: np.exp(-s / h) * gauss(s), 0.0, 45 * h, h)[0] for h in SCALES]
    np.testing.assert_allclose(found, alone, rtol=RELATIVE)
    np.testing.assert_allclose(found[:3], scales[:3], rtol=RELATIVE)


def test_no_rows() -> None:
    assert half_line(gauss, 0.0, np.zeros(0), np.zeros(0)).shape == (0,)


def test_decay_lengths() -> None:
    rates = np.array([2.0, 1e-9, 0.0, -3.0])
    with np.errstate(divide="ignore"):
        found = decay_length(rates)
    np.testing.assert_array_equal(found, [3.25, 6.5e9, np.inf, np.inf])
    assert special.erfc(2.0 * found[0]) < 1e-19
    assert math.exp(-(GAUSSIAN_REACH**2) / 2) < 3e-37
