"""Plain coarse gradient descent near the spurious minimum: the ReLU estimator rests there, the identity cannot."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np
import pytest

from numerics import best_output_weights, population_loss
from numerics.generated.network import saddle_angle
from numerics.plain_descent import plain_descent

V_STAR = np.array([2.0, -1.0, 0.5])
W_STAR = np.array([0.0, 0.0, 1.0, 0.0])
SPURIOUS = best_output_weights(math.pi, V_STAR)


def near(distance: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return SPURIOUS + distance * rng.standard_normal(3), -W_STAR + distance * rng.standard_normal(4)


@pytest.mark.parametrize("seed", range(3))
def test_relu_converges_to_the_spurious_minimum(seed: int) -> None:
    v0, w0 = near(0.05, seed)
    found = plain_descent(v0, w0, V_STAR, W_STAR, 0.2, max_steps=4000)
    assert found.converged
    assert found.angle_history[-1] == pytest.approx(math.pi, abs=1e-4)
    np.testing.assert_allclose(found.v, SPURIOUS, atol=1e-4)
    assert np.diff(found.loss_history).max() <= 1e-12
    assert found.loss_history[-1] > 0.1


@pytest.mark.parametrize("seed", range(3))
def test_identity_cannot_rest_there(seed: int) -> None:
    """It leaves, but it does not learn: w goes on crossing 0, pulled back by a v that is still near v(π)."""
    v0, w0 = near(0.05, seed)
    found = plain_descent(v0, w0, V_STAR, W_STAR, 0.2, "identity", max_steps=600)
    assert found.angle_history[0] > 2.9
    assert not found.converged
    assert found.norm_history.min() < 0.05
    assert (found.angle_history < 1).sum() > 3
    assert found.gradient_history.min() > 0.05
    assert found.loss_history.min() > 0.1


def test_identity_shrinks_by_one_amount_a_step_until_it_flips() -> None:
    m, total, eta = 3, V_STAR.sum(), 0.1
    amount = eta * 2 * (m - 1) * total**2 / (math.sqrt(2 * math.pi) * (m + 1) ** 2)
    found = plain_descent(SPURIOUS, -W_STAR, V_STAR, W_STAR, Fraction(1, 10), "identity", max_steps=80)  # a number, too
    flip = int(np.argmax(found.angle_history < 1))
    assert flip == math.ceil(1 / amount)
    np.testing.assert_allclose(found.norm_history[:flip], 1 - amount * np.arange(flip), atol=1e-12)
    assert found.angle_history[flip] == pytest.approx(0, abs=1e-7)
    assert found.norm_history[flip] == pytest.approx(amount * flip - 1, abs=1e-12)


@pytest.mark.parametrize("side", [1e-3, -1e-3])
def test_a_saddle_is_left_again(side: float) -> None:
    theta = float(saddle_angle(V_STAR)) + side
    start = np.array([0.0, math.sin(theta), math.cos(theta), 0.0])
    found = plain_descent(best_output_weights(theta, V_STAR), start, V_STAR, W_STAR, 0.2, tolerance=1e-2)
    assert found.gradient_history[0] < 1e-2
    assert found.converged
    assert found.gradient_history[-1] < 1e-2
    end = math.pi if side > 0 else 0.0
    assert found.angle_history[-1] == pytest.approx(end, abs=0.1)
    np.testing.assert_allclose(found.v, best_output_weights(end, V_STAR), atol=0.1)


@pytest.mark.parametrize("v_star", [[1.5], [1.0, -1.0]])
def test_for_one_unit_or_balanced_weights_identity_rests_too(v_star: list[float]) -> None:
    v0 = best_output_weights(math.pi, v_star)
    found = plain_descent(v0, -W_STAR, v_star, W_STAR, 0.3, "identity", max_steps=50)
    assert found.gradient_history.max() < 1e-14
    np.testing.assert_allclose(found.w, -W_STAR, atol=1e-14)


def test_relu_learns_from_half_of_the_sphere() -> None:
    v0 = V_STAR + 0.1
    w0 = np.array([0.3, 0.2, 1.0, -0.4])
    found = plain_descent(v0, w0, V_STAR, W_STAR, 0.05, max_steps=3000)
    assert found.loss_history[-1] < 1e-3 * found.loss_history[0]
    assert found.loss_history[-1] == pytest.approx(population_loss(found.v, found.w, V_STAR, W_STAR))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"eta": 0.0}, "eta"),
        ({"eta": math.nan}, "eta"),
        ({"tolerance": -1.0}, "tolerance"),
        ({"max_steps": 0}, "max_steps"),
        ({"max_steps": 2.5}, r"max_steps = 2\.5 is not allowed; an integer >= 1 is"),
        *(
            ({"eta": e, "v0": V_STAR[::-1]}, rf"eta = {re.escape(repr(e))} takes .* below 8/\(m \+ 1\) = 2 ")
            for e in (1e20, 1e200, 1e308)
        ),
        ({"ste": "none"}, "ste"),
        ({"w0": [0.0] * 4}, "w0 is the zero vector"),
        ({"v0": [[1.0, 2.0, 3.0]]}, "v0"),
        ({"v0": [1.0, 2.0]}, "v"),
    ],
)
def test_bad_arguments_are_named(change: dict[str, object], named: str) -> None:
    given = {"v0": SPURIOUS, "w0": -W_STAR, "v_star": V_STAR, "w_star": W_STAR, "eta": 0.1, **change}
    with pytest.raises(ValueError, match=named):
        plain_descent(**given)  # type: ignore[arg-type]
