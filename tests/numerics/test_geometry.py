"""The angle, unit vectors and norms at the edges of float64, against 60 digits."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from numerics import angle
from numerics.geometry import BadRowsError, across, along, combine, norm, pair, unit

EPS = np.finfo(float).eps
ABSOLUTE = 6 * EPS
"""A few eps: the angle's conditioning with respect to rounding of its inputs is 1 to 2 eps."""

seeds = st.integers(0, 2**32 - 1)
quick = settings(deadline=None, max_examples=60)


def exact_angle(a: np.ndarray, b: np.ndarray) -> mpf:
    """Angle of the float64 vectors as they are, by Kahan's formula in 400 digits (products of 1e±150 stay exact)."""
    with mp.workdps(400):
        x, y = [mpf(float(v)) for v in a], [mpf(float(v)) for v in b]
        p, q = mpmath.sqrt(mpmath.fdot(x, x)), mpmath.sqrt(mpmath.fdot(y, y))
        minus = mpmath.sqrt(mpmath.fsum((i * q - j * p) ** 2 for i, j in zip(x, y, strict=True)))
        plus = mpmath.sqrt(mpmath.fsum((i * q + j * p) ** 2 for i, j in zip(x, y, strict=True)))
        return 2 * mpmath.atan2(minus, plus)


def error(a: np.ndarray, b: np.ndarray) -> float:
    return float(abs(mpf(float(angle(a, b))) - exact_angle(a, b)))


def rotated(theta: float, n: int = 2) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.zeros(n), np.zeros(n)
    a[0], b[0], b[1] = 1, math.cos(theta), math.sin(theta)
    return a, b


# The angle.


@quick
@given(seeds, st.integers(1, 9))
def test_against_many_digits(seed: int, n: int) -> None:
    a, b = np.random.default_rng(seed).standard_normal((2, n))
    assert error(a, b) <= ABSOLUTE


@quick
@given(seeds, st.integers(2, 9), st.floats(-16, 0), st.booleans())
def test_nearly_parallel(seed: int, n: int, exponent: float, opposite: bool) -> None:
    rng = np.random.default_rng(seed)
    a = rng.standard_normal(n)
    b = (-a if opposite else a) + 10**exponent * rng.standard_normal(n)
    assert error(a, b) <= ABSOLUTE


@pytest.mark.parametrize("theta", [1e-3, 1e-7, 1e-8, 1e-12, 1e-15, 1e-20, 1e-100])
def test_tiny_angles(theta: float) -> None:
    a, b = rotated(theta)
    assert abs(angle(a, b) - theta) <= 4 * EPS * theta
    assert error(a, b) <= EPS


@pytest.mark.parametrize("short", [1e-3, 1e-8, 1e-12])
def test_almost_opposite(short: float) -> None:
    a, b = rotated(math.pi - short)
    assert error(a, b) <= 4 * EPS
    b = np.array([-1.0, short])
    assert abs((math.pi - float(angle(a, b))) - math.atan(short)) <= 2 * EPS


@pytest.mark.parametrize("theta", [*np.linspace(0.001, 3.14, 41).tolist(), 0.4505, 0.451, 0.4511, math.pi / 2])
def test_everywhere_in_between(theta: float) -> None:
    """Also where the two formulas meet, at cosine ±0.9."""
    assert error(*rotated(theta, 3)) <= ABSOLUTE
    assert error(*rotated(math.pi - theta, 3)) <= ABSOLUTE


@quick
@given(seeds, st.integers(1, 6))
def test_symmetric(seed: int, n: int) -> None:
    a, b = np.random.default_rng(seed).standard_normal((2, n))
    assert angle(a, b) == angle(b, a)
    assert abs(angle(a, -b) + angle(a, b) - math.pi) <= 2 * ABSOLUTE


@quick
@given(seeds, st.integers(1, 6), st.integers(-500, 500), st.integers(-500, 500))
def test_powers_of_two_change_nothing(seed: int, n: int, i: int, j: int) -> None:
    a, b = np.random.default_rng(seed).standard_normal((2, n))
    assert abs(angle(math.ldexp(1, i) * a, math.ldexp(1, j) * b) - angle(a, b)) <= ABSOLUTE


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e-150, 1e-70, 1e70, 1e150, 1e160, 1e300])
@pytest.mark.parametrize("theta", [0.0, 1e-8, 0.3, 1.5, 2.9, math.pi - 1e-8])
def test_scales(scale: float, theta: float) -> None:
    a, b = rotated(theta, 3)
    for x, y in ((scale * a, b), (a, scale * b), (scale * a, scale * b), (scale * a, b / scale)):
        assert abs(angle(x, y) - theta) <= ABSOLUTE


@quick
@given(seeds, st.integers(1, 7), st.floats(1e-3, 1e3))
def test_multiples_of_one_vector(seed: int, n: int, factor: float) -> None:
    a = np.random.default_rng(seed).standard_normal(n)
    assert angle(a, a) == 0
    assert angle(a, -a) == math.pi
    for power in (0.25, 2, 2.0**40):
        assert angle(a, power * a) == 0
        assert angle(a, -power * a) == math.pi
    assert angle(a, factor * a) <= 4 * EPS
    assert math.pi - angle(a, -factor * a) <= 4 * EPS


def test_known_angles() -> None:
    assert angle([1.0, 0.0], [0.0, 2.0]) == math.pi / 2
    assert abs(angle([1.0, 0.0], [3.0, 3.0]) - math.pi / 4) <= EPS
    assert abs(angle([1.0, 0, 0], [1.0, 1, 1]) - math.acos(1 / math.sqrt(3))) <= 2 * EPS
    assert angle([2.0], [3.0]) == 0
    assert angle([2.0], [-3.0]) == math.pi


def test_components_of_very_different_size() -> None:
    assert error(np.array([1e200, 1e-200]), np.array([1e200, 1.0])) <= EPS
    assert error(np.array([1e-200, 1e-210]), np.array([1e-210, 1e-200])) <= 2 * EPS
    assert angle([5e-324, 0.0], [0.0, 5e-324]) == math.pi / 2


# Batches.


@pytest.mark.parametrize(
    ("left", "right", "batch"),
    [
        ((), (), ()),
        ((4,), (), (4,)),
        ((), (4,), (4,)),
        ((4, 1), (3,), (4, 3)),
        ((2, 1, 3), (5, 1), (2, 5, 3)),
        ((1,), (1,), (1,)),
        ((0,), (), (0,)),
        ((0,), (1,), (0,)),
        ((3, 0), (1, 1), (3, 0)),
    ],
)
def test_broadcasting(left: tuple[int, ...], right: tuple[int, ...], batch: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((*left, 3)), rng.standard_normal((*right, 3))
    found = angle(a, b)
    assert found.shape == batch
    wide_a, wide_b = (np.broadcast_to(x, (*batch, 3)) for x in (a, b))
    for index in np.ndindex(*batch):
        assert abs(found[index] - angle(wide_a[index], wide_b[index])) <= ABSOLUTE


def test_a_single_pair_gives_a_scalar() -> None:
    found = angle([1.0, 2.0], [2.0, 1.0])
    assert isinstance(found, np.float64)
    assert angle(np.float32([1, 2]), np.float32([2, 1])).dtype == np.float32


# The other primitives.


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1.0, 1e160, 1e300])
def test_norms_and_units(scale: float) -> None:
    rows = scale * np.array([[3.0, 4.0], [-5.0, 12.0]])
    with np.errstate(all="ignore"):
        sizes, directions = norm(rows), unit(rows)
    np.testing.assert_allclose(sizes, scale * np.array([5.0, 13.0]), rtol=4 * EPS)
    np.testing.assert_allclose(directions, [[0.6, 0.8], [-5 / 13, 12 / 13]], rtol=4 * EPS)


def test_rows_of_mixed_size() -> None:
    rows = np.array([[3e-200, 4e-200], [3.0, 4.0], [3e200, 4e200]])
    with np.errstate(all="ignore"):
        sizes, directions = norm(rows), unit(rows)
    np.testing.assert_allclose(sizes, [5e-200, 5.0, 5e200], rtol=4 * EPS)
    np.testing.assert_allclose(directions, [[0.6, 0.8]] * 3, rtol=4 * EPS)


@pytest.mark.parametrize("bad", [[0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_rows_without_a_direction(bad: list[float]) -> None:
    with pytest.raises(BadRowsError), np.errstate(all="ignore"):
        norm(np.array([[1.0, 2.0], bad]))


def test_the_difference_of_close_directions_keeps_its_digits() -> None:
    """ŵ − ŵ* at angle 1e-9: formed directly, not as the difference of two scaled filters."""
    w_star = np.array([[1.0, 0.0]])
    w = 7 * np.array([[1.0, 1e-9]])
    found = along(pair(w, w_star), np.zeros(1), np.ones(1))
    assert abs(found[0, 1] / 1e-9 - 1) <= 8 * EPS
    assert abs(found[0, 0]) <= EPS


def test_a_small_component_survives_beside_a_vanishing_difference() -> None:
    """At the teacher the coarse gradient is on_w_hat·ŵ alone, however small beside on_w_diff."""
    w = np.random.default_rng(4).standard_normal((1, 5))
    found = along(pair(w, 2 * w), np.array([1e-20]), np.ones(1))
    np.testing.assert_allclose(found, 1e-20 * unit(w), rtol=4 * EPS)


def test_weights_may_have_more_rows_than_the_filters() -> None:
    w, w_star = np.array([[1.0, 2.0]]), np.array([[2.0, -1.0]])
    for other in (w_star, 3 * w, w + 1e-9 * w_star):
        p = pair(w, other)
        found = along(p, np.arange(3.0), np.ones(3))
        assert found.shape == (3, 2)
        for row in range(3):
            alone = along(p, np.array([float(row)]), np.ones(1))
            np.testing.assert_array_equal(found[row], alone[0])


def test_combining() -> None:
    vector = np.array([[1.0, 2.0], [3.0, 4.0]])
    weight = np.array([2.0, 3.0])
    np.testing.assert_array_equal(combine((weight, vector), (weight, 1.0)), [[4, 6], [12, 15]])
    np.testing.assert_array_equal(combine((weight, 1.0), (1.0, vector)), [[3, 4], [6, 7]])
    np.testing.assert_array_equal(combine((0.5, vector[:1]), (weight, vector)), [[2.5, 5], [9.5, 13]])
    np.testing.assert_array_equal(vector, [[1, 2], [3, 4]])


@quick
@given(seeds, st.integers(2, 8), st.floats(-13, 0), st.booleans())
def test_the_orthogonal_direction(seed: int, n: int, exponent: float, opposite: bool) -> None:
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((1, n))
    w_star = (-w if opposite else w) + 10**exponent * rng.standard_normal((1, n))
    p = pair(w, w_star)
    e = across(p)
    assert abs(norm(e)[0] - 1) <= 4 * EPS
    assert abs(np.vecdot(e, unit(w))[0]) <= 4 * EPS
    np.testing.assert_allclose(np.cos(p.theta) * unit(w) + np.sin(p.theta) * e, unit(w_star), rtol=0, atol=6 * EPS)
