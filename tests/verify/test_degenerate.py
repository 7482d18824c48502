"""Degenerate points that statements must exclude: where an old wording was false, by its definition alone."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import proofs
from numerics import sparse_limit, stable_limits

Array = NDArray[np.float64]


def step(w: Array, w_star: Array, kappa: float, beta: float, tau: float, soft: float) -> Array:
    """One step of RVSCGD for l1: w + τ(κw* + βS(w)), on the sphere."""
    u = np.sign(w) * np.maximum(np.abs(w) - soft, 0)
    z = w + tau * (kappa * w_star + beta * u)
    return np.asarray(z / np.linalg.norm(z))


def test_a_joint_fixed_point_needs_a_positive_factor() -> None:
    """R11: v̄ = v(π) = v*/3 at m = 2, w̄ = −w*, λ/β = 1, so S(w̄) = 0: Nw̄ = κw* holds, yet w⁺ = w*."""
    v_star, w_star, beta, eta = np.ones(2), np.array([0.6, 0.8]), 1.0, 1.1
    v = v_star / 3
    kappa = float(v @ v_star) / (2 * np.sqrt(2 * np.pi))
    alpha = (float(v @ v) + v.sum() ** 2 - v.sum() * v_star.sum()) / (2 * np.sqrt(2 * np.pi))
    tau = eta / (1 - eta * (alpha + beta))
    level = -kappa
    np.testing.assert_allclose(level * -w_star, kappa * w_star)
    assert 1 + tau * level < -2
    np.testing.assert_allclose(step(-w_star, w_star, kappa, beta, tau, 1.0), w_star)
    assert "multiplier*step + 1 > 0" in str(proofs.get("R11").sentence)


@pytest.mark.parametrize(
    ("claim_id", "drive", "across", "beta", "ratio"),
    [("R7.l1", 3 + 0.6, 0.8, 5.753054234281244, 3 / 5.753054234281244), ("R7.l0", 0.8, 0.6, 1.9731325110870184, 0.245)],
)
def test_a_double_root_is_no_stable_spike(
    claim_id: str, drive: float, across: float, beta: float, ratio: float
) -> None:
    """1 = A²/N² + B²/(β − N)² touches 1: the second variation 1 − …, of the sign of the slope there, is 0."""
    level = beta * across ** (2 / 3) / (across ** (2 / 3) + drive ** (2 / 3))
    assert (across / level) ** 2 + (drive / (beta - level)) ** 2 == pytest.approx(1, abs=1e-15)
    assert -2 * across**2 / level**3 + 2 * drive**2 / (beta - level) ** 3 == pytest.approx(0, abs=1e-14)
    assert "a rising" in str(proofs.get(claim_id).sentence)
    w_star = np.array([np.sqrt(1 - across**2), across])
    for near, stable in ((beta * (1 - 1e-9), False), (beta * (1 + 1e-9), True)):
        found = stable_limits(w_star, 1.0, near, ratio * beta, claim_id.removeprefix("R7."))
        assert any((one.kind, one.index, one.sign) == ("spike", 0, -1) for one in found.limits) == stable


def test_where_the_true_weight_rests_the_multiplier_need_not_exceed_beta() -> None:
    """R4.l1, R4.l0: S(w*) = 0 and β > κ."""
    for penalty, claim_id in (("l1", "R4.l1"), ("l0", "R4.l0")):
        limit = sparse_limit(np.array([0.6, 0.8]), 1.0, 2.0, 2.5, penalty)
        np.testing.assert_allclose(limit.weights, [0.6, 0.8])
        assert limit.multiplier == pytest.approx(1)
        assert not proofs.get(claim_id).hypotheses


def test_at_the_second_largest_entry_no_limit_need_be_stable() -> None:
    found = stable_limits(np.full(4, 0.5), 1.0, 3.0, 0.5, "l1")
    assert found.complete
    assert not found.limits
    assert "neutrally stable" in found.continua
    just_below = stable_limits(np.full(4, 0.5), 1.0, 3.0, 0.5 - 1e-9, "l1")
    assert len(just_below.limits) == 1


def test_without_a_penalty_a_ray_rests_whatever_its_form() -> None:
    """R10: at λ = 0 u = w for l1 as well, and w = 2w* is fixed: λ > 0 is meant."""
    w_star, kappa, beta = np.array([0.6, 0.8]), 1.0, 0.5
    w = 2 * w_star
    u = np.sign(w) * np.maximum(np.abs(w) - 0.0 / beta, 0)
    np.testing.assert_allclose(kappa * (w_star - w / np.linalg.norm(w)), beta * (w - u), atol=1e-15)
    assert "λ, β > 0" in proofs.get("R10").setting
