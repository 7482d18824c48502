"""What "converged" promises, a fixed point that the run leads to within `distance`; steps that never turn w round."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from numerics import LearningResult, coarse_gradient, learn, loss_gradient_v, proximal_map
from numerics.generated.penalties import PENALTY_PARAMETERS

Array = NDArray[np.float64]

V = np.array([1.0, -0.5])
KAPPA = 1.25 / (2 * math.sqrt(2 * math.pi))


def unit(a: Array) -> Array:
    return a / np.linalg.norm(a)


def led_to(w: Array, w_star: Array, beta: float, lam: float, penalty: str, count: int = 10_000) -> Array:
    """Where the fastest step, the direction of κw* + βu, leads: of relu and v = v* = V; it is there once it repeats."""
    seen = set[bytes]()
    while w.tobytes() not in seen and len(seen) < count:
        seen.add(w.tobytes())
        w = unit(KAPPA * w_star + beta * proximal_map(w, lam / beta, penalty))
    return w


def problems(seed: int, count: int = 14) -> Any:
    """(w0, w*, β, λ): from anywhere, next to w*, next to −w* and next to one or two axes, where saddles are."""
    rng = np.random.default_rng(seed)
    for k in range(count):
        n = int(rng.integers(2, 9))
        w_star = unit(np.where(rng.random(n) < 0.7, rng.standard_normal(n), 0) + 0.3 * np.eye(n)[0])
        near = 10.0 ** rng.uniform(-9, -1) * rng.standard_normal(n)
        axes = np.eye(n)[rng.integers(n)] + np.eye(n)[rng.integers(n)]
        w0 = (rng.standard_normal(n), w_star + near, -w_star + near, axes + near)[k % 4]
        beta, lam = KAPPA * 10 ** rng.uniform(-1, 2), KAPPA * 10 ** rng.uniform(-2, 0.2)
        yield w0, w_star, beta, lam, 10 ** rng.uniform(-9, -1.5)


@pytest.mark.parametrize("seed", [40, pytest.param(43, marks=pytest.mark.slow)])
@pytest.mark.parametrize("penalty", sorted(PENALTY_PARAMETERS))
def test_the_distance_is_an_upper_bound(penalty: str, seed: int) -> None:
    converged = 0
    for k, (w0, w_star, beta, lam, tolerance) in enumerate(problems(seed)):
        eta = None if k % 3 else 0.05 / (KAPPA + beta)
        given: dict[str, Any] = {"tolerance": tolerance, "record_every": (1, 7)[k % 2], "max_steps": 2000}
        result = learn(V, w0, w_star, beta, lam, eta, penalty, **given)
        if math.isfinite(result.distance):
            limit = led_to(result.w, w_star, beta, lam, penalty)
            assert np.linalg.norm(result.w - limit) <= result.distance + 1e-13, (k, result.distance)
        assert result.converged == (result.distance <= max(tolerance, 1.5e-8 if result.residual < 1e-14 else 0))
        converged += result.converged
    assert converged >= 9


@pytest.mark.parametrize("ste", ["relu", "gaussian"])
@pytest.mark.parametrize("eta_v", [None, pytest.param(1.9, marks=pytest.mark.slow)])
def test_that_of_learned_output_weights_too(ste: str, eta_v: float | None) -> None:
    rng, converged = np.random.default_rng(41), 0
    for _ in range(6):
        n, v_star = int(rng.integers(2, 6)), rng.standard_normal(3)
        w_star, w0, v0 = unit(rng.standard_normal(n)), rng.standard_normal(n), v_star + 0.3 * rng.standard_normal(3)
        size = float(v_star @ v_star) / 5
        beta, lam, tolerance = size * rng.uniform(0.1, 3), size * rng.uniform(0.01, 0.3), 10 ** rng.uniform(-7, -2)
        given: dict[str, Any] = {"v_star": v_star, "learn_v": True, "tolerance": tolerance, "max_steps": 1500}
        result = learn(v0, w0, w_star, beta, lam, ste=ste, eta_v=eta_v, **given)
        v, w, steps = result.v, result.w, result.state.settings
        for _ in range(700 if result.converged else 0):
            u, slope = proximal_map(w, lam / beta), loss_gradient_v(v, w, v_star, w_star)
            w = unit(w - steps["eta"] * (coarse_gradient(v, w, v_star, w_star, ste) + beta * (w - u)))
            v = v - steps["eta_v"] * slope
        assert math.hypot(*(w - result.w), *(v - result.v)) <= result.distance + 1e-13
        assert result.converged == (result.distance <= tolerance)
        converged += result.converged
    assert converged >= 4


def test_a_plateau_is_crossed() -> None:
    # H hardly rises on the way from one active entry to the other: steps of 1e-6, half a unit away from the limit.
    w_star, v = np.array([-2.0, 3.0, 0.0]) / math.sqrt(13), np.full(4, math.sqrt(math.sqrt(2 * math.pi) / 2))
    result = learn(v, [0.7, -0.5, -0.4], w_star, 300, 0.56, 0.05 / 301, "tl1", tolerance=1e-3)
    w = result.w
    for _ in range(3000):
        w = unit(w_star + 300 * proximal_map(w, 0.56 / 300, "tl1"))
    assert result.converged
    assert np.linalg.norm(result.w - w) <= result.distance <= 1e-3


@pytest.mark.parametrize("change", [{"eta": 1e-15}, {"eta": 1e-18}, {"beta": 1e15}, {"beta": 1e90}])
@pytest.mark.parametrize("learn_v", [False, True])
@pytest.mark.parametrize("penalty", ["l1", "tl1"])
def test_standing_still_is_not_convergence(change: dict[str, float], learn_v: bool, penalty: str) -> None:
    arguments: dict[str, Any] = {"beta": 0.5, "lam": 0.02, "penalty": penalty, "learn_v": learn_v, "max_steps": 40}
    result = learn(V, [0.3, 0.8, 0.1], [0.6, 0.8, 0.0], tolerance=1e-2, **(arguments | change))
    assert not result.converged
    assert result.distance == math.inf
    assert result.steps == 40


def test_a_start_on_a_saddle_gets_no_bound() -> None:
    w_star = np.array([0.6, 0.64, 0.48])
    for w0, beta in ((-w_star, 0.2), (np.array([1.0, 1.0, 0.0]), 60.0)):
        result = learn(V, w0, w_star, beta, 0.0 if beta < 1 else 30.0, max_steps=3, tolerance=1e-2)
        assert not result.converged


@pytest.mark.parametrize("eta", [None, 1e-3])
def test_nor_does_one_that_exact_zeros_keep_a_run_on(eta: float | None) -> None:
    w_star = np.array([1.0, 0.0, 0.0])
    result = learn(V, -w_star, w_star, 1.0, 0.0, eta, tolerance=1e-2, max_steps=3)
    np.testing.assert_array_equal(result.w, -w_star)
    assert not result.converged
    assert result.distance == math.inf


E = np.array([1.0, 0.0])


def alpha_at(v: Array, w: Array, v_star: Array, ste: str) -> Array:
    """α of G = αŵ − κw*, read off G in the plane."""
    columns = np.stack([w, np.broadcast_to(E, w.shape)], axis=-1)
    return np.linalg.solve(columns, coarse_gradient(v, w, v_star, E, ste)[..., None])[..., 0, 0]


def largest_step(v: Array, v_star: Array, beta: float, ste: str, eta_v: float | None) -> float:
    with pytest.raises(ValueError, match=r"eta = 1e\+300 is too large; a step must be below .* every v") as info:
        learn(v, [0.3, 1.0], [0.6, 0.8], beta, 0.02, 1e300, ste=ste, v_star=v_star, learn_v=True, eta_v=eta_v)
    return float(re.search(r"\) = ([^,]*), where", str(info.value))[1])  # type: ignore[index]


@pytest.mark.parametrize("ste", ["relu", "identity", "leaky-relu", "gaussian"])
@pytest.mark.parametrize("part", [None, 0.3, 1.0, 1.3, 1.9])
def test_the_step_bound_covers_every_v(ste: str, part: float | None) -> None:
    """Whatever way the angle takes; and the bound is not far from what some way needs."""
    rng, beta, closest, many = np.random.default_rng(42), 0.5, 0.0, 4
    for m in range(1, 8):
        v_star, v = rng.standard_normal((2, many, m)) + rng.standard_normal((2, many, 1))
        eta_v = None if part is None else part * 4 / (m + 1)
        limits = np.array([largest_step(*one, beta, ste, eta_v) for one in zip(v, v_star, strict=True)])
        theta, rate = np.ones(many), 4 / (m + 1) if eta_v is None else eta_v
        for _ in range(60):
            w = np.stack([np.cos(theta), np.sin(theta)], axis=-1)
            share = limits * (alpha_at(v, w, v_star, ste) + beta)
            closest = max(closest, share.max())
            assert np.all(share < 1 + 1e-5)
            ends = rng.choice([1e-3, math.pi - 1e-3], many)
            theta = np.where(rng.random(many) < 0.8, ends, rng.uniform(0.1, 3, many))
            v = v - rate * loss_gradient_v(v, np.stack([np.cos(theta), np.sin(theta)], axis=-1), v_star, E)
    assert closest > 0.6


def run_of_forty(eta: float | None) -> LearningResult:
    v = 0.5 + 1.5 * np.resize([1.0, -1.0], 40)
    return learn(v, [1, 0.9], [0.6, 0.8], 0.5, 0.02, eta, v_star=np.ones(40), learn_v=True, tolerance=1e-9)


def test_output_weights_that_would_turn_w_round_are_foreseen() -> None:
    # α is −60 at v and 8 at v*, but 25 on the way.
    with pytest.raises(ValueError, match=r"eta = 0\.1 is too large; .* = 0\.0378.*, where alpha = 25\.9.* every v"):
        run_of_forty(0.1)
    result = run_of_forty(None)
    assert result.converged
    assert np.abs(np.diff(result.angle_history)).max() < 0.5


def test_what_was_not_foreseen_is_an_error() -> None:
    # Sampled gradients throw v beyond what the population's can make of it.
    given: dict[str, Any] = {"gradient": "fresh", "samples": 1, "learn_v": True, "max_steps": 500}
    message = r"eta = .* is too large for step \d+; a step must be below 1/\(alpha \+ beta\) = .* alpha = "
    with pytest.raises(ValueError, match=message):
        learn(V, [0.3, 1.0], [0.6, 0.8], 0.0, 0.0, 0.99 / KAPPA, eta_v=1.0, **given)
