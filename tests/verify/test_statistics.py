"""The statistics of the random checks: calibrated false alarms, and power as stated."""

import math

import numpy as np
import pytest
from scipy.stats import binom, norm

from verify.monte_carlo.statistics import (
    POWER,
    RESERVE,
    detectable,
    finite,
    polarised,
    scores,
    threshold,
    variance_along,
)

REPLAYS = 10_000


def bernoulli_scores(rng, p, n, replays, predicted=None):
    """Signed studentized deviations of `replays` means of n Bernoulli(p) samples."""
    mean = rng.binomial(n, p, replays) / n
    se = np.sqrt(mean * (1 - mean) / (n - 1))
    target = np.full(replays, p if predicted is None else predicted)
    return np.sign(mean - target) * scores(target, mean, se)


@pytest.mark.parametrize("p", [0.5, 0.1, 0.02])
def test_false_alarms_come_at_the_nominal_rate_for_skewed_samples(p):
    level = 1e-2
    z = bernoulli_scores(np.random.default_rng(1), p, 2**18, REPLAYS)
    low, high = binom.interval(1 - 1e-6, REPLAYS, level)
    assert low <= np.count_nonzero(np.abs(z) > threshold(RESERVE * level)) <= high


def test_false_alarms_come_at_the_nominal_rate_for_squares_of_normals():
    level, n = 1e-2, 2000
    rng = np.random.default_rng(2)
    alarms = 0
    for _ in range(10):
        samples = rng.standard_normal((REPLAYS // 10, n)) ** 2
        se = samples.std(axis=1, ddof=1) / math.sqrt(n)
        z = scores(np.ones(len(samples)), samples.mean(axis=1), se)
        alarms += int(np.count_nonzero(z > threshold(RESERVE * level)))
    low, high = binom.interval(1 - 1e-6, REPLAYS, level)
    assert low <= alarms <= high


def test_cramers_correction_has_the_sign_and_size_the_docstring_states():
    p, n, t, replays = 0.02, 20_000, 3.0, 4_000_000
    skewness = (1 - 2 * p) / math.sqrt(p * (1 - p))
    z = bernoulli_scores(np.random.default_rng(3), p, n, replays)
    upper, lower = (np.count_nonzero(s * z > t) / replays / norm.sf(t) for s in (1, -1))
    expected = skewness * t**3 / (3 * math.sqrt(n))
    assert math.log(lower / upper) == pytest.approx(2 * expected, rel=0.3)


@pytest.mark.parametrize("meetings", [200, 1000])
def test_the_tail_of_a_stratified_mean_of_jumps_is_as_heavy_as_the_docstring_states(meetings):
    """Each ring meets a jump at a random place p of a cell with two points; the studentized sum of many rings."""
    t, replays = 3.0, 400_000
    rng = np.random.default_rng(8)
    alarms = 0
    for _ in range(replays // 1000):
        p, *drawn = rng.random((3, 1000, meetings), np.float32)
        one, other = (one < p for one in drawn)
        error = ((one + 0.0 + other) / 2 - p).sum(axis=1)
        se = np.sqrt((one != other).sum(axis=1) / 4)
        alarms += int(np.count_nonzero(np.abs(error) > t * se))
    expected = replays * 2 * norm.sf(t) * math.exp(0.35 * t**4 / meetings)
    low, high = binom.interval(1 - 1e-6, replays, expected / replays)
    assert 0.95 * low <= alarms <= 1.05 * high


def test_an_error_of_the_stated_size_is_caught():
    p, n, limit = 0.3, 2**16, threshold(1e-9)
    error = detectable(limit, math.sqrt(p * (1 - p) / n), p)
    wrong = p / (1 + error)  # the truth p is off from it by the stated relative error
    z = bernoulli_scores(np.random.default_rng(4), p, n, REPLAYS, predicted=wrong)
    assert np.mean(np.abs(z) > limit) >= 0.99
    half = bernoulli_scores(np.random.default_rng(5), p, n, REPLAYS, predicted=p / (1 + error / 2))
    assert np.mean(np.abs(half) > limit) < 0.5


def test_the_stated_power_is_reached_for_normal_means():
    limit, se, size, replays = threshold(1e-7), 0.2, 5.0, 100_000
    truth = size * (1 + detectable(limit, se, size))
    mean = truth + se * np.random.default_rng(6).standard_normal(replays)
    caught = int(np.count_nonzero(scores(size, mean, se) > limit))
    low, high = binom.interval(1 - 1e-6, replays, POWER)
    assert low <= caught <= high


@pytest.mark.parametrize("share", [0.5, 1e-2, 1e-6, 1e-10, 1e-15])
def test_threshold_is_the_two_sided_normal_quantile_of_half_the_share(share):
    assert RESERVE == 2
    assert 2 * norm.sf(threshold(share)) == pytest.approx(share / RESERVE, rel=1e-9)


@pytest.mark.parametrize("share", [0.0, 1.0, -1e-6, 2.0, float("nan")])
def test_threshold_refuses_what_is_no_probability(share):
    with pytest.raises(ValueError, match="share"):
        threshold(share)


def test_a_union_of_shares_spends_at_most_the_budget():
    budget, tests, runs = 0.2, 40, 5000
    z = np.random.default_rng(7).standard_normal((runs, tests))
    alarms = int(np.count_nonzero((np.abs(z) > threshold(budget / tests)).any(axis=1)))
    assert alarms <= binom.isf(1e-6, runs, budget)


def test_samples_that_do_not_vary_must_match_up_to_rounding():
    value = 0.1 + 0.2
    assert scores([0.3, 0.0, 7.0], [value, 0.0, 7.0], [0.0, 0.0, 0.0]).tolist() == [0, 0, 0]
    assert scores(0.3, 0.3 + 1e-12, 0.0) == math.inf
    assert scores(0.0, 1e-300, 0.0) == math.inf


def test_a_score_that_is_not_a_number_is_infinite():
    nan = float("nan")
    triples = [(nan, 0.0, 1.0), (0.0, nan, 1.0), (0.0, 1.0, nan)]
    assert [float(scores(*triple)) for triple in triples] == [math.inf] * 3


def test_scores_are_distances_in_standard_errors():
    assert scores([1.0, -1.0], [1.5, -2.0], [0.25, 0.5]) == pytest.approx([2.0, 2.0], rel=1e-12)


def test_nothing_relative_can_be_said_of_zero():
    assert detectable(6.0, 0.1, 0.0) == math.inf


@pytest.mark.parametrize("k", [1, 2, 3])
def test_polarised_directions_give_the_variance_along_any_vector_of_the_span(k):
    rng = np.random.default_rng(k)
    basis = np.linalg.qr(rng.standard_normal((7, k)))[0]
    root = rng.standard_normal((7, 7))
    covariance = root @ root.T
    directions = polarised(basis)
    variances = np.einsum("ik,ij,jk->k", directions, covariance, directions)
    coordinates = rng.standard_normal(k)
    vector = basis @ coordinates
    assert np.linalg.norm(directions, axis=0) == pytest.approx(1.0)
    expected = vector @ covariance @ vector
    assert variance_along(coordinates, variances) == pytest.approx(expected, rel=1e-10)


def test_a_variance_is_never_negative():
    assert variance_along(np.array([1.0, -1.0]), np.array([1.0, 1.0, 2.0 + 1e-15])) == 0.0


def test_infinity_is_none_in_a_report():
    assert finite(math.inf) is None
    assert finite(2) == 2.0
