"""The reduced samplers: unbiased, with honest errors, and true to the definition for any law of independent rows."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import binom, chi2, norm

from numerics import model
from numerics.reduced_sampling import (
    Estimate,
    Feature,
    Form,
    coarse_gradient_forms,
    combine,
    features_of,
    gradient_v_forms,
    loss_form,
    row_means,
)

THETA, R = 0.9, 1.3
BOTH = Feature(sides=("a", "b"))
JUMPS = [BOTH, Feature("x", sides=("a",)), Feature("y", "step", ("b",)), Feature("x", "bump"), Feature("y", power=2)]
SLOPES = {"step": lambda x: (np.abs(x) < 1) * 1.0, "bump": lambda x: np.exp(-x * x) * (1 + x)}


def means(features=JUMPS, *, rings=64, sectors=256, seed=0, theta=THETA, r=R, stream=(0,)):
    return row_means(features, theta=theta, r=r, proxies=SLOPES, rings=rings, sectors=sectors, seed=seed, stream=stream)


def truth():
    """The means of `JUMPS`, by fine sums over the plane in Cartesian coordinates: one jump splits each inner sum."""
    x, weight = np.polynomial.hermite_e.hermegauss(200)
    gaussian = weight / math.sqrt(2 * math.pi)
    s = np.linspace(-1 / R, 1 / R, 400_001)
    across = np.trapezoid(norm.pdf(s) * norm.pdf(s / math.tan(THETA)), s)
    both = 0.5 - THETA / (2 * math.pi)
    bump = float(np.sum(gaussian * x * SLOPES["bump"](R * x)))
    return np.array([both, 1 / math.sqrt(2 * math.pi), across, bump, 1.0])


def test_means_are_right():
    found = means(rings=512, sectors=2048)
    assert np.all(np.abs(found.mean - truth()) < 7 * found.standard_error + 1e-9)
    assert np.all(found.standard_error < 5e-5)
    assert found.points == 2 * 512 * 2048


def test_estimated_errors_are_those_of_replays():
    features = [*JUMPS, Feature("x", sides=("a", "b"))]
    replays = [means(features, rings=16, sectors=32, seed=seed) for seed in range(400)]
    scatter = np.cov(np.array([one.mean for one in replays]).T)
    stated = np.mean([one.covariance for one in replays], axis=0)
    low, high = chi2.ppf([1e-7, 1 - 1e-7], 200) / 200  # half the degrees of freedom: cells are not quite normal
    ratio = np.diagonal(scatter) / np.diagonal(stated)
    assert np.all((low < ratio) & (ratio < high))
    correlation = scatter / np.sqrt(np.outer(np.diagonal(scatter), np.diagonal(scatter)))
    expected = stated / np.sqrt(np.outer(np.diagonal(stated), np.diagonal(stated)))
    assert np.abs(correlation - expected).max() < 0.3
    assert np.abs(expected - np.eye(len(features))).max() > 0.5  # some are correlated, and that is seen
    right = [*truth(), (1 + math.cos(THETA)) / (2 * math.sqrt(2 * math.pi))]
    off = (np.mean([one.mean for one in replays], axis=0) - right) / np.sqrt(np.diagonal(stated) / 400)
    assert np.abs(off).max() < 6


def test_the_error_of_a_jump_falls_with_the_three_quarter_power_of_the_points():
    few = np.mean([means(rings=64, sectors=256, seed=seed).covariance for seed in range(8)], axis=0)
    many = means(rings=512, sectors=2048).covariance
    rate = np.log(np.diagonal(many) / np.diagonal(few)) / (2 * math.log(64))
    assert np.all(np.abs(rate[:3] + 0.75) < 0.08)
    assert rate[3] < -0.85  # smooth ones are faster; squares are not: their error is that of the outermost ring


@pytest.mark.parametrize("theta", [0.0, math.pi / 2, math.pi])
def test_a_jump_at_the_edge_of_cells_has_an_error_as_well(theta):
    found = means([Feature(sides=("a",)), BOTH], sectors=64, theta=theta)
    expected = math.sqrt(64 / 6) / (64 * 64)
    assert found.standard_error[0] == pytest.approx(expected, rel=0.5)
    assert found.standard_error[1] == pytest.approx(0.0 if theta == math.pi else expected, rel=0.5)


@pytest.mark.parametrize("level", [0.05, 0.005])
def test_false_alarms_of_replays_come_at_the_nominal_rate(level):
    replays, limit = 4000, float(norm.isf(level / 2))
    features = [BOTH, Feature("y", "step", ("b",))]
    target = truth()[[0, 2]]
    alarms = np.zeros(2, int)
    for seed in range(replays):
        one = means(features, rings=64, sectors=16, seed=seed)
        alarms += np.abs(one.mean - target) > limit * one.standard_error
    low, high = binom.interval(1 - 1e-6, replays, level)
    assert np.all((low <= alarms) & (alarms <= high)), alarms


def exact(features, rows, theta):
    """Means over rows drawn from a list with equal probability: no error at all."""
    x, y = rows[:, 0], rows[:, 1]
    sides = {"a": R * x > 0, "b": math.cos(theta) * x + math.sin(theta) * y > 0}
    values = []
    for one in features:
        value = {"": np.ones(len(x)), "x": x, "y": y}[one.factor]
        value = value * (SLOPES[one.proxy](R * x) if one.proxy else 1.0)
        for side in one.sides:
            value = value * sides[side]
        values.append(np.mean(value**one.power))
    return Estimate(np.array(values), np.zeros((len(values), len(values))), 1)


def test_forms_are_the_means_of_the_network_for_any_law_of_independent_rows():
    rng = np.random.default_rng(3)
    m, rows = 3, rng.standard_normal((4, 2))
    v, v_star = rng.standard_normal((2, m))
    w, w_star = np.array([R, 0.0]), np.array([math.cos(THETA), math.sin(THETA)])
    Z = np.array([rows[list(choice)] for choice in itertools.product(range(len(rows)), repeat=m)])
    forms = [loss_form(v, v_star), *gradient_v_forms(v, v_star), *coarse_gradient_forms(v, v_star, "bump")]
    features = features_of(forms)
    assert len(set(features)) == len(features)
    found = combine(forms, features, exact(features, rows, THETA)).mean
    arguments = (v, w, v_star, w_star, Z)
    expected = [
        model.sample_loss(*arguments).mean(),
        *model.sample_gradient_v(*arguments).mean(axis=0),
        *model.sample_coarse_gradient(*arguments, ste=SLOPES["bump"]).mean(axis=0),
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_at_the_origin_no_unit_is_active():
    v, v_star = np.array([1.0, -0.5]), np.array([0.75, 0.25])
    forms = [loss_form(v, v_star), *gradient_v_forms(v, v_star)]
    features = features_of(forms)
    found = combine(forms, features, means(features, r=0.0))
    assert found.mean[1:].tolist() == [0.0, 0.0]
    assert abs(found.mean[0] - (v_star @ v_star + v_star.sum() ** 2) / 8) < 7 * found.standard_error[0]


def test_a_product_of_estimates_is_corrected_for_their_covariance():
    one, other = Feature("x"), Feature("y")
    covariance = np.array([[0.5, 0.2], [0.2, 0.3]])
    rows = Estimate(np.array([2.0, 3.0]), covariance, 7)
    form = Form({one: 1.0}, {(one, other): 10.0, (other, other): 1.0})
    found = combine([form], [one, other], rows)
    assert found.mean == pytest.approx([2 + 10 * (6 - 0.2) + 9 - 0.3], rel=1e-14)
    slope = np.array([1 + 30.0, 20 + 6.0])
    assert found.covariance == pytest.approx(slope @ covariance @ slope, rel=1e-14)
    assert found.error_along(np.array([2.0])) == pytest.approx(2 * float(found.standard_error[0]), rel=1e-14)
    with pytest.raises(KeyError):
        combine([form], [one], rows)


def test_a_mean_over_a_network_is_unbiased_on_the_coarsest_grid():
    v, v_star = np.array([5.0, -4.0, 3.0]), np.array([4.0, 4.0, -6.0])
    forms = coarse_gradient_forms(v, v_star, "bump")
    features = features_of(forms)
    fine = combine(forms, features, means(features, rings=512, sectors=1024))
    coarse = [combine(forms, features, means(features, rings=1, sectors=2, seed=seed)).mean for seed in range(4000)]
    off = (np.mean(coarse, axis=0) - fine.mean) / (np.std(coarse, axis=0) / math.sqrt(4000))
    assert np.abs(off).max() < 6


def test_points_depend_on_seed_and_stream_alone():
    one = means(stream=(1, 2))
    assert means(stream=(1, 2)).mean.tobytes() == one.mean.tobytes()
    others = [means(stream=(1, 3)), means(stream=(1, 2), seed=1), means(stream=(1, 2, 0))]
    assert all(other.mean.tobytes() != one.mean.tobytes() for other in others)
    alone = means(JUMPS[:1], stream=(1, 2))
    assert alone.mean[0] == one.mean[0]


def test_estimates_merge_by_their_points():
    one = Estimate(np.array([1.0]), np.array([[4.0]]), 10)
    other = Estimate(np.array([4.0]), np.array([[1.0]]), 20)
    merged = one.merge(other)
    assert (merged.mean[0], merged.points) == (3.0, 30)
    assert merged.covariance[0, 0] == pytest.approx(4 / 9 + 4 / 9)
    with pytest.raises(ValueError, match="shape"):
        one.merge(Estimate(np.zeros(2), np.zeros((2, 2)), 1))


@pytest.mark.parametrize("wrong", [{"features": []}, {"rings": 0}, {"sectors": 0}, {"r": -1.0}, {"r": float("nan")}])
def test_senseless_arguments_are_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        means(**wrong)


def test_a_proxy_must_be_finite_and_keep_the_shape():
    for bad in (lambda x: np.full(x.shape, np.nan), lambda x: 1.0):
        with pytest.raises(ValueError, match=r"proxies\['bad'\]"):
            row_means([Feature("x", "bad")], theta=1.0, r=1.0, proxies={"bad": bad}, rings=2, sectors=2, seed=0)
