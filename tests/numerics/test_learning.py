"""RVSCGD against a textbook loop of it, against what the theory says of it, and against its own interruptions."""

from __future__ import annotations

import math
import os
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad

import numerics
from numerics import (
    LearningInterrupted,
    LearningState,
    angle,
    best_output_weights,
    coarse_gradient,
    learn,
    loss_gradient_v,
    penalty_value,
    population_loss,
    proximal_map,
)
from numerics.generated.estimators import PARAMETERS
from numerics.generated.penalties import PENALTY_PARAMETERS
from numerics.learning import run as learning_run
from numerics.learning import steps
from numerics.learning.problem import Sampling

Array = NDArray[np.float64]

PENALTIES = sorted(PENALTY_PARAMETERS)
ESTIMATORS = sorted(PARAMETERS)
VARYING = ["clipped-relu", "gaussian", "sigmoid", "triangular"]
NEVER = 1e-300  # a tolerance that only steps at rounding level end
KAPPA = 1 / (2 * math.sqrt(2 * math.pi))  # of relu, v = v* and ‖v‖ = 1


def unit(a: Array) -> Array:
    return a / np.linalg.norm(a)


def problem(seed: int = 0, n: int = 12, m: int = 3) -> tuple[Array, Array, Array]:
    """(v, w0, w*): ‖v‖ = 1, and w* with half of its entries zero."""
    rng = np.random.default_rng(seed)
    w_star = rng.standard_normal(n)
    w_star[n // 2 :] = 0
    return unit(rng.standard_normal(m)), unit(rng.standard_normal(n)), unit(w_star)


def textbook(
    v: Array, w: Array, v_star: Array, w_star: Array, beta: float, lam: float, eta: float, count: int, **options: Any
) -> list[tuple[Array, Array]]:
    """All iterates (v, w), as the definition says."""
    penalty, ste, sphere, learn_v = (options[key] for key in ("penalty", "ste", "sphere", "learn_v"))
    iterates = [(v, w)]
    for _ in range(count):
        u = proximal_map(w, lam / beta, penalty)
        slope = loss_gradient_v(v, w, v_star, w_star)
        w = w - eta * coarse_gradient(v, w, v_star, w_star, ste) - eta * beta * (w - u)
        w = unit(w) if sphere else w
        v = v - eta * slope if learn_v else v
        iterates.append((v, w))
    return iterates


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What each pass over memory was asked for."""
    made: list[Any] = []
    sweep = steps.Sweep.__call__
    monkeypatch.setattr(steps.Sweep, "__call__", lambda self, *given: made.append(given) or sweep(self, *given))
    return made


class TestAgainstTheTextbook:
    @pytest.mark.parametrize(
        ("penalty", "ste", "sphere", "learn_v"),
        [(penalty, "relu", True, False) for penalty in PENALTIES]
        + [("l1", ste, True, False) for ste in ESTIMATORS]
        + [("l0", "relu", False, False), ("l1", "gaussian", False, True), ("tl1", "relu", True, True)],
    )
    def test_every_iterate_and_history(self, penalty: str, ste: str, sphere: bool, learn_v: bool) -> None:
        v_star, w0, w_star = problem(3)
        v = v_star + 0.2
        options: dict[str, Any] = {"penalty": penalty, "ste": ste, "sphere": sphere, "learn_v": learn_v}
        beta, lam, eta, count = 0.2, 0.02, 0.6, 24
        expected = textbook(v, w0, v_star, w_star, beta, lam, eta, count, **options)
        for stop in (0, 1, 2, 3, 7, count):
            result = learn(
                v, w0, w_star, beta, lam, eta, v_star=v_star, eta_v=eta, max_steps=stop, tolerance=NEVER, **options
            )
            assert result.steps == stop
            np.testing.assert_allclose(result.w, expected[stop][1], rtol=0, atol=1e-13)
            np.testing.assert_allclose(result.v, expected[stop][0], rtol=0, atol=1e-13)
            np.testing.assert_array_equal(result.u, proximal_map(result.w, lam / beta, penalty))
        vs, ws = (np.array(part) for part in zip(*expected, strict=True))
        us = proximal_map(ws, lam / beta, penalty)
        split = lam * penalty_value(us, penalty) + beta / 2 * np.sum((ws - us) ** 2, axis=-1)
        np.testing.assert_allclose(result.angle_history, angle(ws, w_star), rtol=0, atol=1e-13)
        np.testing.assert_array_equal(result.support_history, np.count_nonzero(us, axis=-1))
        lagrangian = population_loss(vs, ws, v_star, w_star) + split
        np.testing.assert_allclose(result.lagrangian_history, lagrangian, rtol=0, atol=1e-13)

    @pytest.mark.parametrize("ste", ["relu", *VARYING])
    def test_lyapunov_values_are_those_of_the_coarse_gradient(self, ste: str) -> None:
        # Ψ' is minus the part of the coarse gradient towards w*, integrated by SciPy.
        v, w0, w_star = problem(4)
        result = learn(v, w0, w_star, 0.2, 0.02, ste=ste, max_steps=6)

        def slope(theta: float) -> float:
            w, e = np.array([math.cos(theta), math.sin(theta)]), np.array([math.sin(theta), -math.cos(theta)])
            return float(-coarse_gradient(v, w, v, np.array([1.0, 0.0]), ste) @ e)

        for step in (0, 6):
            again = learn(v, w0, w_star, 0.2, 0.02, ste=ste, max_steps=step)
            psi = quad(slope, 0, result.angle_history[step], epsabs=1e-13, epsrel=1e-12)[0]
            split = 0.02 * np.abs(again.u).sum() + 0.1 * np.sum((again.w - again.u) ** 2)
            assert result.lyapunov_history[step] == pytest.approx(psi + split, abs=1e-12)

    def test_a_narrow_estimator_is_integrated_well(self) -> None:
        v, w0, w_star = problem(5)
        tau = 1e-4
        options: dict[str, Any] = {"ste": "gaussian", "ste_parameters": {"tau": tau}, "eta": 1e-3, "max_steps": 0}
        result = learn(v, w0, w_star, 0.2, 0.0, **options)
        # ∫ sin t/√(1 + sin²t/τ²) dt = τ (arcsin(1/√(1+τ²)) − arcsin(cos θ/√(1+τ²)))
        size = math.hypot(1.0, tau)
        exact = tau * (math.asin(1 / size) - math.asin(math.cos(result.angle_history[0]) / size))
        assert result.lyapunov_history[0] == pytest.approx(exact / math.sqrt(2 * math.pi), rel=1e-11)

    @pytest.mark.parametrize(
        ("eta", "sphere", "lam"), [(None, True, 0.02), (None, True, 0.0), (0.02, True, 0.02), (0.02, False, 0.02)]
    )
    def test_a_step_is_one_pass(self, eta: float | None, sphere: bool, lam: float, passes: list[Any]) -> None:
        v, w0, w_star = problem(6)
        result = learn(v, w0, w_star, 0.2, lam, eta, sphere=sphere, max_steps=25, tolerance=NEVER)
        assert result.steps == 25
        assert len(passes) == 25 + 3 + 2  # the start and the summary measure

    def test_more_than_one_block(self) -> None:
        v, w0, w_star = problem(6, n=3 * steps.BLOCK + 17)
        result = learn(v, w0, w_star, 0.2, 1e-3, eta=1.0, max_steps=5)
        options = {"penalty": "l1", "ste": "relu", "sphere": True, "learn_v": False}
        expected = textbook(v, w0, v, w_star, 0.2, 1e-3, 1.0, 5, **options)[-1][1]
        np.testing.assert_allclose(result.w, expected, rtol=0, atol=1e-15)


class TestTheory:
    @pytest.mark.parametrize("penalty", PENALTIES)
    @pytest.mark.parametrize("fraction", [1e-3, 0.5, 0.9, 1 - 1e-6])
    def test_r1_decreases_by_the_square_of_the_step(self, penalty: str, fraction: float) -> None:
        v, w0, w_star = problem(7)
        for beta, lam in ((0.2, 0.02), (3.0, 0.2)):
            eta = fraction / (KAPPA + beta)
            tau = eta / (1 - eta * (KAPPA + beta))
            count = 12
            values = learn(v, w0, w_star, beta, lam, eta, penalty, max_steps=count, tolerance=NEVER).lyapunov_history
            options = {"penalty": penalty, "ste": "relu", "sphere": True, "learn_v": False}
            iterates = textbook(v, w0, v, w_star, beta, lam, eta, count, **options)
            for step in range(len(values) - 1):
                moved = np.linalg.norm(iterates[step + 1][1] - iterates[step][1])
                assert values[step] - values[step + 1] >= moved**2 / (2 * tau) - 1e-14 * (KAPPA + beta)

    @pytest.mark.parametrize("ste", VARYING)
    def test_r12_decreases_for_other_estimators(self, ste: str) -> None:
        v, w0, w_star = problem(8)
        values = learn(v, w0, w_star, 0.1, 0.01, ste=ste).lyapunov_history
        assert np.all(np.diff(values) <= 1e-15)
        assert values[-1] < values[0] - 1e-3

    def test_r3_and_r4_at_the_l1_limit(self) -> None:
        v, w0, w_star = problem(9)
        beta, lam = 0.1, 0.01
        result = learn(v, w0, w_star, beta, lam, tolerance=NEVER)
        y = KAPPA * w_star
        small = np.abs(y) <= result.multiplier * lam / beta
        limit = np.where(small, y / result.multiplier, np.sign(y) * (np.abs(y) - lam) / (result.multiplier - beta))
        assert result.converged
        assert result.residual < 1e-14
        np.testing.assert_allclose(result.w, limit, rtol=0, atol=1e-12)
        assert np.any(small & (y != 0))
        balance = beta * np.linalg.norm(result.u) * math.sin(angle(result.u, result.w))
        assert KAPPA * math.sin(result.angle_history[-1]) == pytest.approx(balance, rel=1e-10)

    def test_r10_free_l0_keeps_a_multiple_of_the_true_filter(self) -> None:
        w_star = np.array([0.5, 0.5, -0.5, 0.5, 0.0, 0.0])
        noise = 0.05 * np.random.default_rng(3).standard_normal(6)
        result = learn(np.array([1.0, -0.5]), 2 * w_star + noise, w_star, 0.2, 0.02, None, "l0", sphere=False)
        size = np.linalg.norm(result.w)
        assert result.converged
        assert size * 0.5 > math.sqrt(2 * 0.02 / 0.2)
        np.testing.assert_allclose(result.w, size * w_star, rtol=0, atol=1e-11)
        assert np.all(np.diff(result.lyapunov_history) <= 1e-15)

    @pytest.mark.parametrize("penalty", ["l1", "tl1"])
    def test_r10_the_others_lose_the_filter(self, penalty: str) -> None:
        w_star = np.array([0.5, 0.5, -0.5, 0.5, 0.0, 0.0])
        start = 2 * w_star + 0.05 * np.random.default_rng(3).standard_normal(6)
        result = learn(np.array([1.0, -0.5]), start, w_star, 0.2, 0.02, 0.1, penalty, sphere=False, max_steps=3000)
        assert not result.converged
        # What is left is of the length of one step: there the gradient, which does not shrink, throws w about.
        assert np.linalg.norm(result.w) < 0.1 * KAPPA * 1.25
        assert result.residual > 0.1

    def test_r11_learned_output_weights_are_the_best_at_the_angle(self) -> None:
        v_star, w0, w_star = problem(10)
        result = learn(v_star + 0.3, w0, w_star, 0.1, 0.01, v_star=v_star, learn_v=True)
        assert result.converged
        assert result.angle_history[-1] > 1e-3
        best = best_output_weights(result.angle_history[-1], v_star)
        np.testing.assert_allclose(result.v, best, rtol=0, atol=1e-11)

    def test_r11_the_spurious_minimum_attracts(self) -> None:
        v_star, w_star = np.array([1.0, -1.0]), np.array([0.6, 0.8, 0.0])
        result = learn(-v_star, -w_star + 0.1, w_star, 0.0, 0.0, v_star=v_star, learn_v=True)
        assert result.converged
        assert math.pi - result.angle_history[-1] < 1e-11
        np.testing.assert_allclose(result.v, best_output_weights(math.pi, v_star), rtol=0, atol=1e-11)

    def test_beta_zero_is_coarse_gradient_descent(self) -> None:
        v, w0, w_star = problem(11)
        result = learn(v, w0, w_star, 0.0, 0.3)
        assert result.converged
        assert not result.u.any()
        np.testing.assert_allclose(result.w, w_star, rtol=0, atol=1e-12)
        np.testing.assert_array_equal(result.support_history, 0)

    def test_lam_zero_thresholds_nothing(self) -> None:
        v, w0, w_star = problem(11)
        for penalty in PENALTIES:
            result = learn(v, w0, w_star, 0.3, 0.0, penalty=penalty)
            np.testing.assert_array_equal(result.u, result.w)
            np.testing.assert_allclose(result.w, w_star, rtol=0, atol=1e-12)


class TestAngles:
    @pytest.mark.parametrize("tilt", [1e-3, 1e-9, 1e-12])
    @pytest.mark.parametrize("side", [1.0, -1.0])
    def test_small_and_flat_angles_keep_their_digits(self, tilt: float, side: float) -> None:
        v, w_star = np.array([1.0]), np.array([0.6, 0.8, 0.0])
        eta = 2.0
        result = learn(v, side * w_star + tilt * np.eye(3)[2], w_star, 0.0, 0.0, eta, max_steps=5)
        theta = math.atan(tilt)
        for value in result.angle_history:
            assert (value if side > 0 else math.pi - value) == pytest.approx(theta, rel=1e-12, abs=1e-15)
            # z = (1 − ηκ) w + ηκ w*, at angle θ or π − θ from w*
            a, b = (1 - eta * KAPPA), eta * KAPPA * side
            theta = math.atan2(a * math.sin(theta), a * math.cos(theta) + b)

    def test_a_jump_onto_the_limit_is_measured_again(self) -> None:
        v, w_star = np.array([1.0]), np.array([0.6, 0.8, 0.0])
        left = 1e-10
        result = learn(v, np.array([0.0, 0.0, 1.0]), w_star, 0.0, 0.0, (1 - left) / KAPPA, max_steps=1)
        # The start is at a right angle, so the predicted cosine, 0, is wrong by 1; 1 − η κ = left up to rounding.
        assert result.angle_history[1] == pytest.approx(left, abs=2e-16)


class TestStopping:
    @pytest.mark.parametrize(("beta", "lam"), [(0.1, 0.01), (5.0, 0.05)])
    @pytest.mark.parametrize("tolerance", [1e-4, 1e-6, 1e-9])
    def test_the_distance_is_the_distance(self, beta: float, lam: float, tolerance: float) -> None:
        v, w0, w_star = problem(12)
        limit = learn(v, w0, w_star, beta, lam, tolerance=NEVER)
        result = learn(v, w0, w_star, beta, lam, tolerance=tolerance)
        assert result.converged
        assert result.distance <= tolerance
        assert result.distance / 1.5 < np.linalg.norm(result.w - limit.w) <= result.distance
        assert result.steps < limit.steps

    def test_rounding_ends_a_run(self) -> None:
        v, w0, w_star = problem(12)
        result = learn(v, w0, w_star, 5.0, 0.05, tolerance=NEVER)
        assert result.converged
        assert 1e-14 < result.distance < 1e-10  # it contracts slowly, so rounding adds up
        assert result.residual < 1e-14

    def test_a_start_at_the_limit(self) -> None:
        v, _, w_star = problem(14)
        result = learn(v, w_star, w_star, 0.2, 0.0)
        assert result.converged
        assert result.steps <= 16
        assert result.distance < 1e-13

    @pytest.mark.parametrize("every", [1, 25])
    def test_leaving_a_maximum_slowly_is_not_convergence(self, every: int) -> None:
        v, w_star = np.array([1.0]), np.array([0.6, 0.8, 0.0])
        start = -w_star + 1e-9 * np.eye(3)[2]
        result = learn(v, start, w_star, 0.1, 0.0, 0.05, tolerance=1e-6, record_every=every)
        assert result.converged
        assert result.angle_history[0] > 3.14
        assert result.angle_history[-1] < 1e-6

    def test_passing_a_saddle_is_not_convergence(self) -> None:
        w_star = unit(np.array([0.1, 0.1, 0.7, 0.7, 0.0, 0.0]))
        start = np.array([1.0, 1 + 1e-5, 0.01, 0.01, 0.0, 0.0])
        result = learn(np.array([1.0, -0.5]), start, w_star, 8.0, 2.0, tolerance=1e-9)
        # Two equal active entries are a saddle (R7): the run comes close to it, then one of them wins.
        assert result.support_history[5] == 2
        assert result.support_history[-1] == 1
        assert result.converged

    def test_a_filter_that_dies_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # Below the threshold and at angle 0 nothing acts on w but (β/2)‖w‖²: it is halved by every step.
        w_star = np.array([1.0, 0.0])
        arguments: tuple[Any, ...] = (np.array([1.0]), 0.1 * w_star, w_star, 1.0, 1.0, 0.5, "l0")
        result = learn(*arguments, sphere=False)
        assert result.converged
        assert np.linalg.norm(result.w) <= 1e-12
        monkeypatch.setattr(learning_run, "LARGE", 1e3)
        with pytest.raises(ValueError, match=r"step 7 has norm 0\.0007813: w has lost its direction"):
            learn(*arguments, sphere=False)


HISTORIES = ("angle_history", "lyapunov_history", "lagrangian_history", "support_history")


class TestSparseRecords:
    @pytest.mark.parametrize("penalty", PENALTIES)
    @pytest.mark.parametrize("sphere", [True, False])
    @pytest.mark.parametrize("lam", [0.02, 0.0])
    def test_iterates_and_records_are_the_same(self, penalty: str, sphere: bool, lam: float) -> None:
        v, w0, w_star = problem(30)
        for beta, eta in ((0.2, None), (0.2, 0.3), (0.0, 0.2)):
            given = 1.5 * v if sphere else v
            arguments: tuple[Any, ...] = (given, 3 * w0, w_star, beta, lam, eta, penalty)
            options: dict[str, Any] = {"v_star": v, "sphere": sphere, "tolerance": NEVER}
            every = learn(*arguments, max_steps=24, **options)
            kept = int(np.argmin(np.append(every.state.record[:, 1] > 0.2, False)))  # near 0 rounding turns w freely
            assert kept >= 8
            for stop in (count for count in (0, 1, 6, 7, 8, 20, 21, 24) if count <= kept):
                dense = learn(*arguments, max_steps=stop, **options)
                thin = learn(*arguments, max_steps=stop, record_every=7, **options)
                shown = sorted({*range(0, stop, 7), stop})
                np.testing.assert_array_equal(thin.step_history, shown)
                np.testing.assert_allclose(thin.w, dense.w, rtol=0, atol=1e-14)
                for name in HISTORIES:
                    recorded = getattr(every, name)[shown]
                    np.testing.assert_allclose(getattr(thin, name), recorded, rtol=0, atol=2e-14)
                assert thin.multiplier == pytest.approx(dense.multiplier, rel=1e-13)
                assert thin.residual == pytest.approx(dense.residual, rel=1e-10, abs=1e-15)

    @pytest.mark.parametrize("penalty", PENALTIES)
    @pytest.mark.parametrize(("beta", "lam"), [(0.1, 0.01), (3.0, 0.03)])
    @pytest.mark.parametrize("tolerance", [1e-6, 1e-10])
    def test_the_end_is_the_same(self, penalty: str, beta: float, lam: float, tolerance: float) -> None:
        v, w0, w_star = problem(12)
        limit = learn(v, w0, w_star, beta, lam, penalty=penalty, tolerance=NEVER)
        dense = learn(v, w0, w_star, beta, lam, penalty=penalty, tolerance=tolerance)
        for every in (2, 7, 100):
            thin = learn(v, w0, w_star, beta, lam, penalty=penalty, tolerance=tolerance, record_every=every)
            assert thin.converged
            assert thin.steps % every == 1  # only a recorded step ends a run
            assert -7 <= thin.steps - dense.steps <= max(7, 2 * every)
            assert np.linalg.norm(thin.w - limit.w) <= thin.distance <= tolerance

    def test_a_fast_start_does_not_hide_a_slow_end(self) -> None:
        # Entries below the threshold shrink to a tenth in a step, those above it by a hundredth.
        v, w0, w_star = problem(31)
        beta, lam = 20.0, 0.02
        limit = learn(v, w0, w_star, beta, lam, tolerance=1e-13, record_every=50)
        for every in (30, 300):
            result = learn(v, w0, w_star, beta, lam, tolerance=1e-5, record_every=every)
            assert result.converged
            assert np.linalg.norm(result.w - limit.w) < 1e-5

    @pytest.mark.parametrize("ste", ["gaussian", "sigmoid"])
    def test_where_the_angle_is_needed_only_the_records_are_thin(self, ste: str) -> None:
        v, w0, w_star = problem(32)
        for options in ({"ste": ste}, {"learn_v": True}, {"gradient": "fresh", "samples": 4}):
            given: dict[str, Any] = {"max_steps": 16, "tolerance": NEVER, **options}
            dense = learn(v, w0, w_star, 0.2, 0.02, **given)
            thin = learn(v, w0, w_star, 0.2, 0.02, record_every=5, **given)
            assert thin.w.tobytes() == dense.w.tobytes()
            np.testing.assert_array_equal(thin.step_history, [0, 5, 10, 15, 16])
            for name in HISTORIES:
                np.testing.assert_array_equal(getattr(thin, name), getattr(dense, name)[thin.step_history])

    def test_steps_between_records_are_not_measured(self, passes: list[Any]) -> None:
        v, w0, w_star = problem(6)
        learn(v, w0, w_star, 0.2, 0.02, max_steps=400, tolerance=NEVER, record_every=1000)
        assert len(passes) <= 3 + 1 + 2 + 2  # the start, its step, where the end is, and its summary

    def test_bare_steps_in_many_blocks(self) -> None:
        v, w0, w_star = problem(6, n=3 * steps.BLOCK + 17)
        for sphere in (True, False):
            result = learn(v, w0, w_star, 0.2, 1e-3, eta=1.0, max_steps=9, record_every=20, sphere=sphere)
            options = {"penalty": "l1", "ste": "relu", "sphere": sphere, "learn_v": False}
            expected = textbook(v, w0, v, w_star, 0.2, 1e-3, 1.0, 9, **options)[-1][1]
            np.testing.assert_allclose(result.w, expected, rtol=0, atol=1e-15)

    def test_a_bare_step_that_loses_its_direction(self, monkeypatch: pytest.MonkeyPatch) -> None:
        w_star = np.array([1.0, 0.0])
        monkeypatch.setattr(learning_run, "LARGE", 1e3)
        with pytest.raises(ValueError, match=r"step 7 has norm 0\.0007813: w has lost its direction"):
            learn(np.array([1.0]), 0.1 * w_star, w_star, 1.0, 1.0, 0.5, "l0", sphere=False, record_every=100)


class TestSampledGradients:
    @pytest.mark.parametrize("gradient", ["fresh", "fixed"])
    def test_the_limit_is_approached_at_the_monte_carlo_rate(self, gradient: str) -> None:
        v, w0, w_star = problem(15, n=5, m=2)
        limit = w0 = learn(v, w0, w_star, 0.1, 0.01).w
        errors = []
        for samples in (64, 4096):
            options: dict[str, Any] = {"samples": samples, "eta": 0.3, "max_steps": 60, "dataset": 3 * samples}
            runs = [learn(v, w0, w_star, 0.1, 0.01, gradient=gradient, seed=s, **options) for s in range(4)]
            assert not any(run.converged for run in runs)
            assert all(math.isnan(run.distance) and run.residual > 1e-6 for run in runs)
            errors.append(math.sqrt(np.mean([np.sum((run.w - limit) ** 2) for run in runs])))
        assert 3 < errors[0] / errors[1] < 20  # 8 at the Monte Carlo rate
        assert errors[1] < 0.05

    def test_a_large_batch_gives_the_population_step(self) -> None:
        v_star, w0, w_star = problem(16, n=4, m=2)
        v = v_star + 0.2
        shared: dict[str, Any] = {"v_star": v_star, "learn_v": True, "eta": 0.5, "max_steps": 1}
        step = learn(v, w0, w_star, 0.1, 0.01, **shared)
        for gradient in ("fresh", "fixed"):
            for sphere in (True, False):
                sampled = learn(v, w0, w_star, 0.1, 0.01, gradient=gradient, samples=100_000, sphere=sphere, **shared)
                exact = step if sphere else learn(v, w0, w_star, 0.1, 0.01, sphere=False, **shared)
                np.testing.assert_allclose(sampled.w, exact.w, rtol=0, atol=0.02)
                np.testing.assert_allclose(sampled.v, exact.v, rtol=0, atol=0.02)
                assert np.abs(sampled.w - exact.w).max() > 1e-6

    def test_one_data_set_is_one_data_set(self) -> None:
        v, w0, w_star = problem(17, n=4, m=2)

        def path(gradient: str, dataset: int, count: int, samples: int = 32) -> Array:
            return learn(
                v, w0, w_star, 0.1, 0.01, 0.3, gradient=gradient, samples=samples, dataset=dataset, max_steps=count
            ).angle_history

        # With a single minibatch, all of the data, the sampled gradient does not change with the step.
        once, whole = path("fixed", 32, 2), path("fixed", 32, 2, samples=1000)
        np.testing.assert_array_equal(once, whole)
        fresh = path("fresh", 32, 2)
        assert fresh[1] == once[1]
        assert fresh[2] != once[2]

    @pytest.mark.parametrize(("samples", "dataset"), [(8, 30), (8, 8), (5, 31)])
    def test_an_epoch_visits_the_data_set_once(self, samples: int, dataset: int) -> None:
        sampling = Sampling(False, samples, dataset, 3, "relu", {})
        batches = -(-dataset // samples)
        epochs = [[sampling._batch(epoch * batches + place) for place in range(batches)] for epoch in range(6)]
        for epoch in epochs:
            assert sorted(stream for _, stream in epoch) == list(range(batches))
            assert sum(size for size, _ in epoch) == dataset
        assert (len({tuple(epoch) for epoch in epochs}) > 1) == (batches > 1)


RESUMED: dict[str, dict[str, Any]] = {
    "population": {},
    "varying": {"ste": "gaussian", "penalty": "tl1"},
    "learned": {"learn_v": True, "v_star": np.array([0.5, 1.0, -0.25])},
    "free": {"sphere": False, "penalty": "l0"},
    "fresh": {"gradient": "fresh", "samples": 8},
    "fixed": {"gradient": "fixed", "samples": 8, "dataset": 30, "learn_v": True},
    "thin": {"record_every": 5},
    "thin free": {"record_every": 5, "sphere": False, "penalty": "mcp"},
    "thin varying": {"record_every": 5, "ste": "gaussian"},
}


def assert_same_to_the_bit(one: Any, other: Any) -> None:
    for name in (
        "w",
        "u",
        "v",
        "step_history",
        "angle_history",
        "lyapunov_history",
        "lagrangian_history",
        "support_history",
    ):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
    for name in ("steps", "converged"):
        assert getattr(one, name) == getattr(other, name)
    for name in ("residual", "distance", "multiplier"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


class TestResuming:
    @pytest.mark.parametrize("kind", list(RESUMED))
    def test_to_the_last_bit(self, kind: str, tmp_path: Path) -> None:
        v, w0, w_star = problem(18)
        arguments: tuple[Any, ...] = (v, w0, w_star, 0.2, 0.02, 0.4)
        whole = learn(*arguments, max_steps=23, tolerance=NEVER, **RESUMED[kind])
        state: LearningState | None = None
        for stop in (0, 6, 7, 8, 15, 16, 23):
            part = learn(*arguments, max_steps=stop, tolerance=NEVER, state=state, **RESUMED[kind])
            part.state.save(tmp_path / "state.npz")
            state = LearningState.load(tmp_path / "state.npz")
        assert whole.steps == 23
        assert_same_to_the_bit(part, whole)
        assert [path.name for path in tmp_path.iterdir()] == ["state.npz"]

    @pytest.mark.parametrize("call", [5, 9])
    def test_an_interrupt_carries_the_state(self, call: int, monkeypatch: pytest.MonkeyPatch) -> None:
        v, w0, w_star = problem(19)
        arguments: tuple[Any, ...] = (v, w0, w_star, 0.2, 0.02)
        whole = learn(*arguments)
        sweep, count = steps.Sweep.__call__, 0

        def interrupted(self: steps.Sweep, *given: Any) -> steps.Sums:
            nonlocal count
            count += 1
            sums = sweep(self, *given)
            if count == call:  # the next iterate has been written, but the step is not complete
                raise KeyboardInterrupt
            return sums

        monkeypatch.setattr(steps.Sweep, "__call__", interrupted)
        with pytest.raises(LearningInterrupted, match="interrupted after step") as info:
            learn(*arguments)
        monkeypatch.undo()
        assert isinstance(info.value, KeyboardInterrupt)
        assert info.value.state.step == call - 4
        assert_same_to_the_bit(learn(*arguments, state=info.value.state), whole)

    @pytest.mark.parametrize("every", [7, 1000])
    @pytest.mark.parametrize("block", [0, 1, 2])
    def test_an_interrupt_amid_bare_steps(self, every: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
        v, w0, w_star = problem(19, n=40)
        monkeypatch.setattr(steps, "BLOCK", 16)
        arguments: dict[str, Any] = {"v": v, "w0": w0, "w_star": w_star, "beta": 5.0, "lam": 0.05}
        arguments |= {"record_every": every, "max_steps": 250}
        whole, part, calls = learn(**arguments), steps.Thresholding.part, 0

        for step in (1, 2, 5, 64, 65, 66, 67, 130, 200):
            bare = [done for done in range(250) if done % every][step]

            def interrupted(self: steps.Thresholding, *given: Any, until: int = 3 * step + block) -> Array:
                nonlocal calls
                calls += 1
                if calls > until:  # some blocks of the iterate have been overwritten
                    raise KeyboardInterrupt
                return part(self, *given)

            calls = 0
            monkeypatch.setattr(steps.Thresholding, "part", interrupted)
            with pytest.raises(LearningInterrupted) as info:
                learn(**arguments)
            monkeypatch.setattr(steps.Thresholding, "part", part)
            assert bare - 64 <= info.value.state.step <= bare
            assert_same_to_the_bit(learn(**arguments, state=info.value.state), whole)

    def test_an_interrupt_between_the_record_and_the_end_of_a_step(self, monkeypatch: pytest.MonkeyPatch) -> None:
        v, w0, w_star = problem(19)
        whole, advance = learn(v, w0, w_star, 0.2, 0.02), learning_run.Run._advance

        def interrupted(self: learning_run.Run, point: learning_run.Point) -> Any:
            row, following = advance(self, point)
            if point.step == 4:
                self.rows.append(row)
                raise KeyboardInterrupt
            return row, following

        monkeypatch.setattr(learning_run.Run, "_advance", interrupted)
        with pytest.raises(LearningInterrupted) as info:
            learn(v, w0, w_star, 0.2, 0.02)
        monkeypatch.undo()
        assert_same_to_the_bit(learn(v, w0, w_star, 0.2, 0.02, state=info.value.state), whole)

    def test_a_converged_state_stays_converged(self) -> None:
        v, w0, w_star = problem(19)
        result = learn(v, w0, w_star, 0.2, 0.02)
        assert_same_to_the_bit(learn(v, w0, w_star, 0.2, 0.02, state=result.state), result)

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"lam": 0.03}, "lam"),
            ({"penalty": "l0"}, "penalty"),
            ({"sphere": False}, "sphere"),
            ({"eta": 0.1}, "eta"),
            ({"gradient": "fresh"}, "gradient"),
            ({"w0": np.eye(12)[0]}, "w0"),
            ({"w_star": np.eye(12)[0]}, "w_star"),
            ({"v": np.ones(3)}, "v"),
            ({"record_every": 2}, "record_every"),
        ],
    )
    def test_another_problem_is_refused(self, change: dict[str, Any], name: str) -> None:
        v, w0, w_star = problem(20)
        arguments: dict[str, Any] = {"v": v, "w0": w0, "w_star": w_star, "beta": 0.2, "lam": 0.02, "eta": 0.2}
        state = learn(**arguments, max_steps=3).state
        with pytest.raises(ValueError, match=rf"state is of another problem: .*\b{name}\b"):
            learn(**(arguments | change), state=state)
        with pytest.raises(ValueError, match="max_steps = 2; the state has made 3 steps"):
            learn(**arguments, state=state, max_steps=2)
        with pytest.raises(ValueError, match=r"state = 'run.npz' is no LearningState; LearningState.load\(path\)"):
            learn(**arguments, state="run.npz")

    def test_damaged_files_are_refused(self, tmp_path: Path) -> None:
        v, w0, w_star = problem(21)
        good = tmp_path / "good.npz"
        learn(v, w0, w_star, 0.2, 0.02, max_steps=3).state.save(good)
        content = good.read_bytes()
        middle = content.index(b"x.npy") + 200
        stored = dict(np.load(good))
        bad: dict[str, bytes | dict[str, Any]] = {
            "truncated": content[: len(content) // 2],
            "empty": b"",
            "text": b"hello",
            "flipped": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            "missing": {name: value for name, value in stored.items() if name != "x"},
            "version": stored | {"version": np.array(99)},
            "record": stored | {"record": stored["record"][1:]},
            "nan": stored | {"x": stored["x"] * np.nan},
            "dtype": stored | {"x": stored["x"].astype(np.float32)},
            "settings": stored | {"settings": np.array("no json")},
            "list": stored | {"settings": np.array("[]")},
            "every": stored | {"settings": np.array(str(stored["settings"]).replace('y": 1', 'y": 0'))},
        }
        for name, wrong in bad.items():
            path = tmp_path / f"{name}.npz"
            if isinstance(wrong, bytes):
                path.write_bytes(wrong)
            else:
                np.savez(path, **wrong)
            with pytest.raises(ValueError, match=rf"{name}\.npz is not a state that learn can go on from: \S"):
                LearningState.load(path)
        np.save(tmp_path / "array.npy", np.ones(3))
        with pytest.raises(ValueError, match=r"array\.npy is not a state"):
            LearningState.load(tmp_path / "array.npy")
        with pytest.raises(FileNotFoundError):
            LearningState.load(tmp_path / "absent.npz")

    def test_a_failed_save_leaves_the_old_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        v, w0, w_star = problem(21)
        state = learn(v, w0, w_star, 0.2, 0.02, max_steps=3).state
        path = tmp_path / "state.npz"
        state.save(path)
        before = path.read_bytes()

        def full(*_: Any, **__: Any) -> None:
            raise OSError("no space left")

        monkeypatch.setattr(np, "savez", full)
        with pytest.raises(OSError, match="no space left"):
            state.save(path)
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]

    def test_a_state_is_an_ordinary_file_and_goes_into_a_device(self, tmp_path: Path) -> None:
        v, w0, w_star = problem(21)
        state = learn(v, w0, w_star, 0.2, 0.02, max_steps=3).state
        path, other = tmp_path / "state.npz", tmp_path / "other"
        other.touch()
        for mode in (other.stat().st_mode, other.stat().st_mode ^ 0o040):
            state.save(path)
            assert path.stat().st_mode == mode
            path.chmod(mode ^ 0o040)
        state.save(os.devnull)


class TestProgress:
    def test_every_step_when_it_is_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        v, w0, w_star = problem(22)
        monkeypatch.setattr(learning_run, "_QUIET", 0.0)
        monkeypatch.setattr(learning_run, "_INTERVAL", 0.0)
        calls: list[tuple[int, float, float]] = []
        result = learn(v, w0, w_star, 0.2, 0.02, progress=lambda *given: calls.append(given))
        assert [call[0] for call in calls] == list(range(1, result.steps + 1))
        assert [call[1] for call in calls] == list(result.angle_history[1:])
        assert calls[-1][2] < 1e-12 < calls[0][2]

    def test_not_in_short_runs(self) -> None:
        v, w0, w_star = problem(22)
        learn(v, w0, w_star, 0.2, 0.02, progress=lambda *given: pytest.fail(f"called with {given}"))

    def test_at_most_ten_times_a_second(self, monkeypatch: pytest.MonkeyPatch) -> None:
        v, w0, w_star = problem(22)
        clock = iter(np.arange(0.0, 1e6, 0.03))
        monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
        calls: list[int] = []
        learn(v, w0, w_star, 0.2, 0.02, 1e-3, progress=lambda step, *_: calls.append(step), max_steps=300)
        assert calls[0] > 60  # two seconds of this clock
        assert min(b - a for a, b in pairwise(calls)) >= 3
        assert len(calls) > 30


FLAGS = ("sphere", "learn_v", "normalize")


class TestArguments:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"w0": np.zeros(12)}, "w0 is the zero vector"),
            ({"w_star": np.zeros(12)}, "w_star is the zero vector"),
            ({"v": np.zeros(3)}, "v_star is the zero vector"),
            ({"v": np.zeros(3), "v_star": np.ones(3)}, "v is the zero vector; it must be nonzero unless it is learned"),
            ({"w_star": np.full(12, 0.5)}, r"w_star has norm 1\.73.*; it must be a unit vector"),
            ({"w0": np.ones(11)}, r"w0 has shape \(11,\); it must be \(12,\) like w_star"),
            ({"v_star": np.ones(2)}, r"v_star has shape \(2,\); it must be \(3,\) like v"),
            ({"w0": np.ones((2, 6))}, r"w0 has shape \(2, 6\)"),
            ({"w0": np.full(12, 1e160), "sphere": False}, "w0 has norm 3.46.*e.160; without normalization"),
            ({"w0": np.full(12, np.nan)}, r"w0\[0\] = nan is not finite"),
            ({"v": ["a"]}, "v has dtype"),
            ({"beta": -1.0}, r"beta = -1.0 is out of range; a finite number >= 0"),
            ({"lam": -1.0}, "lam = -1.0 is out of range"),
            ({"lam": math.nan}, "lam = nan is out of range"),
            ({"beta": "1"}, "beta = '1' is out of range"),
            ({"eta": 0.0}, "eta = 0.0 is out of range; a finite number > 0"),
            ({"eta": 2.51}, r"eta = 2.51 is too large; a step must be below 1/\(alpha \+ beta\) = 2.5"),
            ({"eta_v": 2.0, "learn_v": True}, r"eta_v = 2.0 is too large; it must be below 8/\(m \+ 1\) = 2"),
            ({"max_steps": -1}, "max_steps = -1 is not allowed; an integer >= 0"),
            ({"max_steps": 1.5}, "max_steps = 1.5 is not allowed"),
            ({"record_every": 0}, "record_every = 0 is not allowed; an integer >= 1"),
            ({"record_every": 2.0}, "record_every = 2.0 is not allowed"),
            ({"tolerance": 0.0}, "tolerance = 0.0 is out of range; a finite number > 0"),
            ({"penalty": "l2"}, "penalty = 'l2' is unknown; allowed: .*l1"),
            ({"ste": "sign"}, "ste = 'sign' is unknown; allowed: .*relu"),
            ({"a": 1.0}, "a = 1.0 is no parameter of penalty = 'l1'"),
            ({"penalty": "tl1", "a": 0.0}, "a = 0.0 is out of range"),
            ({"ste_parameters": {"tau": 1.0}}, "tau = 1.0 is no parameter of ste = 'relu'"),
            ({"gradient": "sgd"}, "gradient = 'sgd' is unknown; allowed: population, fresh, fixed"),
            ({"gradient": "fresh", "samples": 0}, "samples = 0 is not allowed; an integer >= 1"),
            ({"gradient": "fixed", "dataset": 0}, "dataset = 0 is not allowed"),
            ({"gradient": "fresh", "seed": -1}, "seed = -1 is not allowed"),
            *(({name: "no"}, f"{name} = 'no' is not allowed; True or False is") for name in FLAGS),
            *(({name: 1}, f"{name} = 1 is not allowed; True or False is") for name in FLAGS),
            ({"progress": "yes"}, "progress = 'yes' cannot be called; a function of"),
            ({"ste_parameters": [1]}, r"ste_parameters = \[1\] is not allowed; a dictionary of numbers is"),
        ],
    )
    def test_errors_name_the_argument(self, change: dict[str, Any], message: str) -> None:
        v, w0, w_star = problem(23)
        arguments: dict[str, Any] = {"v": v, "w0": w0, "w_star": w_star, "beta": 0.2, "lam": 0.02}
        with pytest.raises(ValueError, match=message):
            learn(**(arguments | change))

    def test_the_step_bound_is_sharp(self) -> None:
        v, w0, w_star = problem(23)
        limit = 1 / (KAPPA + 0.2)
        learn(v, w0, w_star, 0.2, 0.02, limit * (1 - 1e-9), max_steps=1)
        with pytest.raises(ValueError, match=r"eta = .* is too large"):
            learn(v, w0, w_star, 0.2, 0.02, limit * (1 + 1e-9), max_steps=1)

    @pytest.mark.parametrize("ste", VARYING)
    def test_the_step_bound_covers_every_angle(self, ste: str) -> None:
        v_star, w0, w_star = problem(24)
        v, e = v_star + 0.2, np.eye(2)
        # α is minus the pull along w when w* is not in it: ⟨G, w⟩ + ⟨G, w*⟩-part, read off G in the plane.
        alphas = []
        for theta in np.linspace(0.01, 3.13, 40):
            w = np.array([math.cos(theta), math.sin(theta)])
            alphas.append(np.linalg.solve(np.stack([w, e[0]], axis=1), coarse_gradient(v, w, v_star, e[0], ste))[0])
        assert max(alphas) > min(alphas)
        with pytest.raises(ValueError, match=r"eta = .* is too large"):
            learn(v, w0, w_star, 0.2, 0.02, 1.001 / (max(alphas) + 0.2), ste=ste, v_star=v_star)

    def test_the_start_on_the_sphere_is_a_direction(self) -> None:
        v, w0, w_star = problem(25)
        for size in (1e-300, 3.0, 1e300):
            result = learn(v, size * w0, w_star, 0.2, 0.02)
            np.testing.assert_allclose(result.w, learn(v, w0, w_star, 0.2, 0.02).w, rtol=0, atol=1e-12)

    def test_normalize(self) -> None:
        v, w0, w_star = problem(25)
        result = learn(v, w0, 4 * w_star, 0.2, 0.02, normalize=True)
        assert_same_to_the_bit(result, learn(v, w0, w_star, 0.2, 0.02, normalize=True))

    def test_arguments_are_left_alone(self) -> None:
        v, w0, w_star = problem(26)
        for array in (v, w0, w_star):
            array.flags.writeable = False
        result = learn(v, w0, w_star, 0.2, 0.02, sphere=False, max_steps=4)
        result.w[:] = 0
        assert learn(v, w0, w_star, 0.2, 0.02, sphere=False, max_steps=4, state=result.state).w.any()

    def test_integers_and_float32_are_accepted(self) -> None:
        result = learn([1, 2], [1, 0, 1], np.array([0, 1, 0], dtype=np.float32), 0, 0)
        assert result.converged
        assert result.w.dtype == np.float64


@pytest.mark.parametrize("off", [1e-10, -9e-10])
def test_unit_vectors_are_those_of_sparse_limit(off: float) -> None:
    w_star = (1 + off) * np.array([0.6, 0.8])
    found = learn([1.0], [1.0, 0.0], w_star, 0.1, 0.01).w
    np.testing.assert_allclose(found, learn([1.0], [1.0, 0.0], [0.6, 0.8], 0.1, 0.01).w, atol=1e-12)
    kappa = 1 / (2 * math.sqrt(2 * math.pi))
    np.testing.assert_allclose(found, numerics.sparse_limit(w_star, kappa, 0.1, 0.01).weights, atol=1e-11)
    for solve in (
        lambda w: learn([1.0], [1.0, 0.0], w, 0.1, 0.01),
        lambda w: numerics.sparse_limit(w, kappa, 0.1, 0.01),
    ):
        with pytest.raises(ValueError, match="w_star has norm"):
            solve(w_star * (1 + 3e-9))
