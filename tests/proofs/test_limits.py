"""Chapter R from R4 on: claims are proved, spoiled ingredients are noticed, and numbers agree that share no algebra."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType

import mpmath
import numpy as np
import pytest
from anew import decided
from sympy import Expr, Rational, sqrt

import proofs
from numerics.generated.splitting import basin_probability, spike_threshold
from proofs import basin, census_nonconvex, joint, limit_errors, limits_nonconvex
from proofs.code import splitting as generate_splitting
from proofs.engine import claim as registry
from proofs.rules import substitutions
from proofs.symbols import kappa, spike_across, spike_along, x_in

Shrinkage = Callable[[np.ndarray, float], np.ndarray]
RNG = np.random.default_rng(20260715)


# Spoiled ingredients.


@pytest.mark.parametrize(
    ("claim_id", "own", "other"),
    [("R4.l1", "P1", "P2"), ("R7.l1", "P1", "P2"), ("R4.l0", "P2", "P1"), ("R7.l0", "P2", "P1")],
)
def test_the_limits_of_another_map(claim_id: str, own: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(proofs.get(own), statement=proofs.get(other).formula)
    monkeypatch.setitem(registry._REGISTRY, own, wrong)
    assert decided(claim_id) is not True


@pytest.mark.parametrize(
    ("claim_id", "part"),
    [
        (name, part)
        for name in ("R4.l1", "R4.l0", "R4.tl1", "R7.l1", "R7.l0", "R7.tl1")
        for part in proofs.get(name).parts
    ],
)
def test_another_part(claim_id: str, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = proofs.get(claim_id)
    wrong = replace(claim, parts={**claim.parts, part: claim.parts[part] * Rational(1001, 1000)})
    monkeypatch.setitem(registry._REGISTRY, claim_id, wrong)
    assert decided(claim_id) is not True


@pytest.mark.parametrize(
    ("chapter", "name", "wrong", "claim_id"),
    [
        (limit_errors, "TANGENT", limit_errors.TANGENT * Rational(1001, 1000), "R5.sharp-l1"),
        (basin, "WIDEST", basin.WIDEST * Rational(1001, 1000), "R6.radius"),
        (basin, "GAIN", basin.GAIN * Rational(1001, 1000), "R6"),
        (basin, "_AHEAD", 1 - basin.beta, "R6"),
        (substitutions, "HALF", Rational(1, 3), "R6.probability"),
        (basin, "BASIN_REFLECTED", 2 * basin.BASIN_REFLECTED, "R6.probability"),
        (joint, "TANGENT", joint.TANGENT * Rational(1001, 1000), "R11"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_spoiled_ingredient(
    chapter: ModuleType, name: str, wrong: object, claim_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chapter, name, wrong)
    assert decided(claim_id) is not True


def test_the_slope_of_a_branch_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    right = limits_nonconvex.branch

    def wrong(*level: Expr) -> tuple[Expr, Expr]:
        size, slope = right(*level)
        return size, slope * Rational(1001, 1000)

    monkeypatch.setattr(limits_nonconvex, "branch", wrong)
    assert decided("R4.tl1") is not True
    monkeypatch.setattr(census_nonconvex, "branch", wrong)
    with pytest.raises(ValueError, match="ROOT"):
        decided("R7.tl1")


def test_the_norm_of_the_others_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census_nonconvex, "ACROSS_SQUARED", kappa**2)
    assert decided("R7.tl1") is not True


# Numbers: the iteration itself, and integrals.


def soft_threshold(x: np.ndarray, rho: float) -> np.ndarray:
    return np.sign(x) * np.maximum(np.abs(x) - rho, 0)


def hard_threshold(x: np.ndarray, rho: float) -> np.ndarray:
    return np.where(np.abs(x) > np.sqrt(2 * rho), x, 0)


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x)


def step_of(w: np.ndarray, w_star: np.ndarray, k: float, b: float, u: np.ndarray, tau: float) -> np.ndarray:
    return unit(w + tau * (k * w_star + b * u))


def runs(count: int = 20) -> Iterator[tuple[np.ndarray, float, float, float]]:
    """(w*, κ, β, λ) with several entries active and β < κ."""
    for _ in range(count):
        w_star = unit(RNG.standard_normal(6) * (RNG.random(6) < 0.7) + 1e-300)
        k = RNG.uniform(0.5, 2)
        yield w_star, k, RNG.uniform(0.1, 0.9) * k, RNG.uniform(0.05, 0.4) * k * np.abs(w_star).max()


@pytest.mark.parametrize(("shrink", "name"), [(soft_threshold, "l1"), (hard_threshold, "l0")])
def test_the_iteration_ends_at_the_forms(shrink: Shrinkage, name: str) -> None:
    for w_star, k, b, weight in runs():
        w = unit(RNG.standard_normal(6) + 2 * w_star)
        for _ in range(4000):
            w = step_of(w, w_star, k, b, shrink(w, weight / b), 5.0)
        u = shrink(w, weight / b)
        n = k * (w_star @ w) + b * (u @ w)
        on = u != 0
        value = (k * np.abs(w_star) - weight) / (n - b) if name == "l1" else k * np.abs(w_star) / (n - b)
        np.testing.assert_allclose(np.abs(w), np.where(on, value, k * np.abs(w_star) / n), atol=1e-9)
        assert k - 1e-12 <= n <= k + b + 1e-12
        sine = np.linalg.norm(w - (w @ w_star) * w_star)
        gone = np.count_nonzero(w_star) if name == "l1" else np.count_nonzero((w_star != 0) & ~on)
        r = weight * np.sqrt(gone) if name == "l1" else np.sqrt(2 * weight * b * gone)
        assert sine <= r / k + 1e-9
        assert w @ w_star >= k / n - 1e-12


def test_first_order_errors() -> None:
    """R5.sharp-l1 against the iteration, at two λ: the relative error of the first order is itself first order."""
    w_star, k, b = np.array([0.6, 0.64, 0.48]), 1.0, 0.3
    found = []
    for weight in (1e-3, 1e-4):
        w = w_star
        for _ in range(400):
            w = step_of(w, w_star, k, b, soft_threshold(w, weight / b), 20.0)
        first = weight / k * np.sqrt(3 - np.abs(w_star).sum() ** 2)
        found.append(abs(np.linalg.norm(w - w_star) / first - 1))
    assert found[0] < 1e-2
    assert found[1] < found[0] / 5


@pytest.mark.parametrize("shrink", [soft_threshold, hard_threshold])
def test_one_step_gains_what_r6_says(shrink: Shrinkage) -> None:
    checked = 0
    for w_star, k, b, weight in runs(50):
        q, tau = b / k, RNG.uniform(0.01, 30)
        for _ in range(40):
            w = unit(RNG.standard_normal(6))
            after = step_of(w, w_star, k, b, shrink(w, weight / b), tau)
            if abs(w @ w_star) < np.sqrt(1 - q**2):
                gain = np.sqrt(1 - q**2) - abs(w @ w_star)
                assert (after - w) @ w_star >= tau * k * (1 - q) * gain / (1 + tau * (b + k * (1 - q))) - 1e-14
                checked += 1
    assert checked > 500


def test_runs_gain_what_r6_says() -> None:
    for w_star, k, b, weight in runs():
        q, tau, w = b / k, RNG.uniform(0.01, 30), unit(RNG.standard_normal(6))
        edge, start = np.sqrt(1 - q**2), w @ w_star
        margin = 0.1 * edge
        gain = tau * k * (1 - q) * min(margin, edge - abs(start)) / (1 + tau * (b + k * (1 - q)))
        for t in range(50 if abs(start) < edge else 0):
            assert w @ w_star >= min(edge - margin, start + t * gain) - 1e-12
            w = step_of(w, w_star, k, b, soft_threshold(w, weight / b), tau)


@pytest.mark.parametrize("kept", [0, 1])
def test_the_spurious_point_attracts_as_said(kept: int) -> None:
    """R11.spurious: 1/t at least, from the edge of the neighbourhood; and what is on J grows where κ(π) > 0."""
    w_star, on, off, tau, b, rate = np.eye(3)[0], np.eye(3)[1], np.eye(3)[2], 0.5, 0.5, 0.5
    for v_star, attracts in ((np.array([1.0, -0.5]), True), (np.array([1.0, 0.9]), False)):
        pull = (2 * v_star.sum() ** 2 - 3 * v_star @ v_star) / (6 * np.sqrt(2 * np.pi))
        assert (pull < 0) == attracts
        size, p = np.sqrt(v_star @ v_star), 1 - rate / 4
        wide, slow = (
            np.sqrt(2 * np.pi) * abs(pull) / size,
            min(tau * abs(pull) / 2 / (1 + tau * b * kept), (1 / p - 1) / 2),
        )
        flat = 2 * np.pi * (wide / (1 + slow) - p * wide) / (rate * size)
        last = -v_star + 2 * v_star.sum() / 3
        v, w = last + wide * np.array([0.6, -0.8]), unit(flat * unit(on + off) - w_star)
        for t in range(300):
            angle, side = np.arccos(-w @ w_star), w @ on / -(w @ w_star)
            apart = np.linalg.norm(v - last)
            if attracts:
                assert np.tan(angle) <= flat / (1 + slow * t) + 1e-12
                assert apart <= wide / (1 + slow * t) + 1e-12
            before, inside = side, apart <= wide
            k = v @ v_star / (2 * np.sqrt(2 * np.pi))
            gradient = (v - v_star + (v - v_star).sum() + 2 * (np.pi - angle) / np.pi * v_star) / 4
            w, v = step_of(w, w_star, k, b, kept * (w - (w @ off) * off), tau), v - rate * gradient
            side = w @ on / -(w @ w_star)
            if not attracts and inside and side > 0:
                assert side >= (1 + slow) * before - 1e-12
        assert (np.linalg.norm(w + w_star) < 1e-3) == attracts


def test_a_tie_makes_a_continuum() -> None:
    """λ = κω₂ with ω₂ = ‖w*‖_∞ and β > κ: R7.l1's strict inequality is needed."""
    w_star = np.sqrt([0.5, 0.5])
    for angle in (0.4, 0.6, np.pi / 4, 1.1):
        w = np.array([np.cos(angle), np.sin(angle)])
        u = soft_threshold(w, np.sqrt(0.5) / 2)
        np.testing.assert_allclose(step_of(w, w_star, 1.0, 2.0, u, 3.0), w, atol=1e-14)


@pytest.mark.parametrize(("pull", "attracts"), [(-0.3, True), (0.2, True), (0.45, True), (0.55, False), (0.9, False)])
def test_the_spurious_point_on_an_axis_is_a_spike(pull: float, attracts: bool) -> None:
    """R11.spurious: for w* = e_1, λ > 0 and S(w*) = w* the sign of κ(π) − β decides, not that of κ(π)."""
    w_star, b = np.array([1.0, 0.0, 0.0]), 0.5
    w = unit(np.array([-1.0, 0.01, -0.02]))
    for _ in range(2000):
        w = step_of(w, w_star, pull, b, hard_threshold(w, 0.1), 0.5)
    assert (np.linalg.norm(w + w_star) < 1e-6) == attracts
    if not attracts:
        np.testing.assert_allclose(w, w_star, atol=1e-6)


def test_one_active_entry_is_stable_where_the_norm_rises() -> None:
    """R7.tl1 by differences of ‖w̄‖ in U, against the eigenvalues of diag(D) on w̄^⊥."""
    seen = {True: 0, False: 0}
    for _ in range(2000):
        shape, rho, b, k = RNG.uniform(0.3, 3), 10 ** RNG.uniform(-1, 0.5), RNG.uniform(0.1, 3), RNG.uniform(0.1, 3)
        along, level = RNG.uniform(-1, 1), max(0, np.sqrt(2 * rho * (shape + 1)) - shape) + RNG.uniform(0.05, 3)

        def entries(at: float) -> tuple[float, float, np.ndarray]:
            x = at + rho * shape * (shape + 1) / (shape + at) ** 2  # noqa: B023 (called within the round)
            n = (k * along + b * at) / x  # noqa: B023
            return n, x, k * np.sqrt(1 - along**2) / n * np.array([0.6, 0.8])  # noqa: B023

        h = 1e-5
        (n, x, rest), (_, low, left), (_, high, right) = (entries(level + shift) for shift in (0, -h, h))
        rise = (high**2 + right @ right - low**2 - left @ left) / (2 * h)
        stiffness = np.diag([n - b * 2 * h / (high - low), n, n])
        complement = np.linalg.svd(np.array([[x, *rest]]))[2][1:]
        least = np.linalg.eigvalsh(complement @ stiffness @ complement.T).min()
        if n > 0 and abs(rise) > 1e-3 and abs(least) > 1e-4:
            assert (least > 0) == (rise > 0)
            seen[bool(rise > 0)] += 1
    assert min(seen.values()) > 50


def test_spikes_appear_beyond_the_astroid() -> None:
    for across, along in RNG.uniform(0.05, 2, (20, 2)):
        least = spike_threshold(across, along)
        for factor, exists in ((0.999, False), (1.001, True)):
            level = np.linspace(0, factor * least, 20001)[1:-1]
            square = across**2 / level**2 + along**2 / (factor * least - level) ** 2
            assert (square.min() < 1) == exists


# Generated code.


@pytest.mark.parametrize("n", [2, 3, 4, 10, 1000, 10**7])
@pytest.mark.parametrize("q", [0.0, 1e-8, 1e-3, 0.5, 0.7, 0.71, 0.9, 1 - 1e-9, float(np.nextafter(1, 0))])
def test_the_probability_is_that_of_the_density(n: int, q: float) -> None:
    """Against ∫ cos^{n−2} over latitudes, at 50 digits."""
    with mpmath.workdps(50):
        top = min(mpmath.pi / 2, 40 / mpmath.sqrt(n))
        reach = min(mpmath.acos(mpmath.mpf(q)), top)

        def density(t: mpmath.mpf) -> mpmath.mpf:
            return mpmath.cos(t) ** (n - 2)

        part = mpmath.quad(density, mpmath.linspace(0, reach, 5)) / mpmath.quad(density, mpmath.linspace(0, top, 9))
        assert abs(basin_probability(n, q) / ((1 + part) / 2) - 1) < 4e-16


def test_the_probability_by_sampling() -> None:
    z = RNG.standard_normal((200_000, 5))
    share = np.mean(z[:, 0] / np.linalg.norm(z, axis=1) > -np.sqrt(1 - 0.3**2))
    assert abs(share - basin_probability(5, 0.3)) < 5 * np.sqrt(0.25 / len(z))


def test_the_edges_of_the_probability() -> None:
    assert basin_probability(1, 0.0) == basin_probability(1, 0.9) == 0.5
    assert basin_probability(2, 0.0) == 1
    assert basin_probability([[2], [3]], [0.1, 0.2, 0.3]).shape == (2, 3)
    assert basin_probability(3, 0.5).dtype == np.float64


@pytest.mark.parametrize(
    ("n", "q", "named"),
    [
        (0, 0.1, "n = 0.0"),
        (2.5, 0.1, "n = 2.5"),
        (np.inf, 0.1, "n = inf"),
        (3, 1.0, "ratio = 1.0"),
        (3, -0.1, "ratio = -0.1"),
        (3, np.nan, "ratio = nan"),
        ([[2, 2], [2, 0]], 0.1, "n = 0.0"),
        ("3", 0.1, "n has dtype"),
        (3, True, "ratio has dtype"),
        ([[1], [1, 2]], 0.1, "n is ragged"),
        ([1, 2], [0.1, 0.2, 0.3], "do not broadcast"),
    ],
)
def test_the_probability_names_what_is_wrong(n: object, q: object, named: str) -> None:
    with pytest.raises(ValueError, match=named.replace(".", r"\.")):
        basin_probability(n, q)  # type: ignore[arg-type]


def test_the_threshold_at_any_scale() -> None:
    for across, along in [(0.0, 2.0), (2.0, 0.0), (0.0, 0.0), (3.0, 4.0), (1e-300, 1e-300), (1e300, 1e-300)]:
        with mpmath.workdps(40):
            third = mpmath.mpf(1) / 3
            exact = (mpmath.mpf(across) ** (2 * third) + mpmath.mpf(along) ** (2 * third)) ** (3 * mpmath.mpf("0.5"))
        assert abs(spike_threshold(across, along) - exact) <= 8e-16 * exact
    with pytest.raises(ValueError, match=r"B = -1\.0"):
        spike_threshold(1.0, -1.0)


def test_the_generator_refuses_another_form() -> None:
    with pytest.raises(ValueError, match="does not start at 0"):
        generate_splitting._as_scipy(basin.betainc_regularized(1, 2, Rational(1, 3), x_in))
    with pytest.raises(ValueError, match="not a polynomial of cube roots"):
        generate_splitting._threshold_source(sqrt(spike_across) + spike_along)
