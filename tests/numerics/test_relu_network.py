"""Plain gradient descent on the ReLU network: learned from random starts, at an angle that never grows."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np
import pytest

from numerics import relu_network_gradient, relu_network_loss
from numerics.relu_network import largest_step, learn_relu_network

CASES = [(2, 1), (2, 8), (5, 2), (10, 3), (40, 16), (100, 50)]


def starts(n: int, k: int, count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([n, k])
    return rng.standard_normal((count, n)) * np.exp(rng.uniform(-3, 3, (count, 1))), 1.7 * rng.standard_normal(n)


@pytest.mark.parametrize(("n", "k"), CASES)
def test_every_random_start_learns_the_filter(n: int, k: int) -> None:
    w0, w_star = starts(n, k)
    found = learn_relu_network(w0, w_star, k)
    assert found.converged.shape == (200,)
    assert found.converged.sum() == 200, f"{found.converged.sum()} of 200"
    np.testing.assert_allclose(
        found.weights, np.broadcast_to(w_star, w0.shape), rtol=0, atol=1e-9 * np.abs(w_star).max()
    )
    assert found.loss_history[-1].max() < 1e-18


@pytest.mark.parametrize("part", [1.0, 0.3])
@pytest.mark.parametrize(("n", "k"), CASES[:4])
def test_the_angle_never_grows_and_the_norm_keeps_its_bounds(n: int, k: int, part: float) -> None:
    w0, w_star = starts(n, k)
    size = np.linalg.norm(w_star)
    found = learn_relu_network(w0, w_star, k, part * largest_step(k), max_steps=50)
    assert np.diff(found.angle_history, axis=0).max() <= 1e-14
    theta, radius = found.angle_history[0], np.linalg.norm(w0, axis=1)
    overlap = np.sin(theta) + (np.pi - theta) * np.cos(theta)
    floor = np.minimum(radius, size * (k - 1 + overlap) / (k - 1 + np.pi))
    last = np.linalg.norm(found.weights, axis=1)
    assert (last >= floor * (1 - 1e-12)).all()
    assert (last <= np.maximum(radius, size) * (1 + 1e-12)).all()


def test_beyond_the_largest_step_the_angle_can_grow() -> None:
    """The bound is no accident: with one patch and a long w, twice the step turns w away from w*."""
    w_star = np.array([1.0, 0.0])
    w0 = 30 * np.array([math.cos(0.5), math.sin(0.5)])
    ahead = learn_relu_network(w0, w_star, 1, 2.2, max_steps=1)
    assert ahead.angle_history[1] > ahead.angle_history[0]
    kept = learn_relu_network(w0, w_star, 1, max_steps=1)
    assert kept.angle_history[1] < kept.angle_history[0]


def test_the_ray_of_minus_w_star_ends_at_the_saddle() -> None:
    w_star = np.array([0.0, 2.0])
    found = learn_relu_network(-3 * w_star, w_star, 4, Fraction(1, 2), max_steps=200)
    assert not found.converged
    np.testing.assert_allclose(found.weights, -3 / (3 + np.pi) * w_star, atol=1e-12)
    np.testing.assert_allclose(relu_network_gradient(found.weights, w_star, 4), 0, atol=1e-12)


def test_the_loss_is_the_mean_over_samples() -> None:
    rng = np.random.default_rng(4)
    w, w_star = rng.standard_normal((2, 3))
    patches = rng.standard_normal((400_000, 2, 3))
    outputs = [np.maximum(patches @ x, 0).mean(axis=1) for x in (w, w_star)]
    squares = (outputs[0] - outputs[1]) ** 2
    assert abs(squares.mean() - relu_network_loss(w, w_star, 2)) < 6 * squares.std() / math.sqrt(len(squares))


def test_near_the_teacher_the_loss_keeps_its_digits() -> None:
    """ℓ = ½‖w − w*‖²/k to leading order across w*, and (k + π − 1)/(2πk)… along it, at distances of 1e-9."""
    w_star, k = np.array([3.0, 4.0]), 5
    across, along = 1e-9 * np.array([-4.0, 3.0]) / 5, 1e-9 * np.array([3.0, 4.0]) / 5
    assert relu_network_loss(w_star + across, w_star, k) == pytest.approx(0.5e-18 / k, rel=1e-6)
    expected = 0.5e-18 / k + (k - 1) / k * 1e-18 / (2 * np.pi)
    assert relu_network_loss(w_star + along, w_star, k) == pytest.approx(expected, rel=1e-6)


def test_counts_broadcast_and_do_not_change_the_precision() -> None:
    w, w_star = np.float32([1, 2]), np.float32([2, 1])
    losses = relu_network_loss(w, w_star, np.arange(1, 5))
    assert losses.shape == (4,)
    assert losses.dtype == np.float32
    assert losses[1] == relu_network_loss(w, w_star, 2)


@pytest.mark.parametrize("k", [0, -1, 2.5, math.nan])
def test_a_wrong_number_of_patches_is_refused(k: float) -> None:
    with pytest.raises(ValueError, match="k = "):
        relu_network_loss([1.0, 0.0], [0.0, 1.0], k)
    with pytest.raises(ValueError, match="k = "):
        learn_relu_network([1.0, 0.0], [0.0, 1.0], k)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"eta": 0.0}, "eta"),
        ({"eta": math.inf}, "eta"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"max_steps": 0}, "max_steps"),
        ({"max_steps": 2.5}, r"max_steps = 2\.5 is not allowed; an integer >= 1 is"),
        *(({"eta": e}, rf"eta = {re.escape(repr(e))} takes .*; up to .* = 1\.517") for e in (1e20, 1e200, 1e308)),
        ({"w0": [0.0, 0.0]}, "w0"),
        ({"w0": [1.0, 2.0, 3.0]}, "w0"),
        ({"w_star": [0.0, 0.0]}, "w_star"),
        ({"w0": [math.nan, 1.0]}, "w0"),
    ],
)
def test_bad_arguments_are_named(change: dict[str, object], named: str) -> None:
    given = {"w0": [1.0, 0.5], "w_star": [0.0, 1.0], "k": 2, **change}
    with pytest.raises(ValueError, match=named):
        learn_relu_network(**given)  # type: ignore[arg-type]
