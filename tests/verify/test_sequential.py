"""Sampling until a stated power is reached: calibrated alarms, the power as stated, and a rule that peeks is caught."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from numerics.sampling import Moments
from verify.monte_carlo.samplers import ROUNDS, enough, sample_until
from verify.monte_carlo.statistics import RESERVE, detectable, scores, threshold

REPLAYS = 10_000
MEAN, SKEWNESS = 0.2, 4.5
"""Of an exponential variable that is zero four times in five: as skewed as the most skewed network quantity."""
FIRST, CAP = 1500, 60_000


def batch(rng, size):
    values = rng.standard_exponential(rng.binomial(size, 0.2))  # all others are zero
    total = values.sum()
    return Moments(size, np.asarray(total / size), np.asarray(values @ values - total**2 / size))


def replay(rng, level, target, size=MEAN, peek=False):
    """One run of the decision procedure: rounds as brute force plans them, |z| against the truth once, at the end."""

    def draw(number, total, missing):
        done = 0 if total is None else total.count
        wish = FIRST if number == 0 else enough(done, missing)
        return batch(rng, min(wish, CAP) - done) if min(wish, CAP) > done else None

    def shortfall(found):
        if peek:
            distance = float(scores(MEAN, found.mean, found.standard_error))
            return 0.5 if distance > threshold(level) else 1.25
        return detectable(threshold(level), float(found.standard_error), size) / target

    return sample_until(draw, Moments.merge, shortfall)


def count(level, target, predicted, seed, replays=REPLAYS, peek=False):
    rng = np.random.default_rng(seed)
    caught, rounds = 0, []
    for _ in range(replays):
        stopped = replay(rng, level, target, predicted, peek)
        found = stopped.sample
        assert peek or stopped.shortfall <= 1
        caught += bool(scores(predicted, found.mean, found.standard_error) > threshold(level))
        rounds.append(stopped.rounds)
    return caught, rounds


def test_the_replayed_data_are_as_skewed_as_they_are_said_to_be():
    values = np.random.default_rng(0).standard_exponential(10**6) * (np.random.default_rng(1).random(10**6) < 0.2)
    assert values.mean() == pytest.approx(MEAN, rel=0.02)
    assert np.mean((values - values.mean()) ** 3) / values.std() ** 3 == pytest.approx(SKEWNESS, rel=0.05)


@pytest.mark.parametrize("nominal", [0.05, 0.005])
def test_false_alarms_come_at_the_nominal_rate(nominal):
    level = RESERVE * nominal  # the threshold is set at this part of a share
    alarms, rounds = count(level, 0.16, MEAN, seed=4)
    assert len(set(rounds)) > 1, "the rule must have stopped at random"
    low, high = binom.interval(1 - 1e-6, REPLAYS, nominal)
    assert low <= alarms <= high, alarms


@pytest.mark.parametrize("nominal", [0.05, 0.005])
def test_a_rule_that_peeks_at_the_deviation_is_caught(nominal):
    alarms, _ = count(RESERVE * nominal, 0.16, MEAN, seed=5, replays=REPLAYS // 2, peek=True)
    _, high = binom.interval(1 - 1e-6, REPLAYS // 2, nominal)
    assert alarms > high


@pytest.mark.parametrize("level", [1e-2, 1e-4])
def test_an_error_of_the_stated_size_is_caught_with_the_stated_probability(level):
    target = 0.12
    caught, _ = count(level, target, MEAN / (1 + target), seed=6)
    low, _ = binom.interval(1 - 1e-6, REPLAYS, 0.999)
    assert caught >= low
    half, _ = count(level, target, MEAN / (1 + target / 2), seed=7, replays=500)
    assert half < 0.8 * 500


def test_rounds_end_at_the_cap_and_say_what_is_missing():
    rng = np.random.default_rng(8)
    stopped = replay(rng, 1e-6, 1e-4)
    assert stopped.sample.count == CAP
    assert stopped.shortfall > 1
    assert stopped.rounds == 2
    endless = sample_until(lambda number, total, missing: batch(rng, 10), Moments.merge, lambda found: 2.0)
    assert endless.rounds == ROUNDS
    assert endless.sample.count == 10 * ROUNDS
    with pytest.raises(ValueError, match="no sample"):
        sample_until(lambda number, total, missing: None, Moments.merge, lambda found: 0.0)


def test_no_round_is_drawn_beyond_the_need():
    drawn = []

    def draw(number, total, missing):
        drawn.append((number, missing))
        return Moments(4 ** (number + 1), np.zeros(()), np.ones(()))

    stopped = sample_until(draw, Moments.merge, lambda found: math.sqrt(20 / found.count))
    assert drawn == [(0, math.inf), (1, math.sqrt(5))]
    assert (stopped.rounds, stopped.shortfall) == (2, 1.0)


def test_the_next_round_is_planned_from_the_variance_seen():
    assert enough(100, 3.0) == 909
    assert enough(100, 1.001) > 100
    assert enough(1, 1e300) > 10**12
