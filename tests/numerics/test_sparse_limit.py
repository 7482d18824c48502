"""The sparse limit against plain iteration, against limits built backwards from their answer, and in many digits."""

from __future__ import annotations

import copy
import math
import pickle
import re
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy import special

import numerics
from numerics import NoLimitError, SparseLimit, sparse_limit, stable_limits
from numerics.limits.field import BLOCK, FLOATS, Field, digits_field
from numerics.limits.fill import fill, residual
from numerics.limits.folds import sparse_root
from numerics.limits.problem import pose

EPS = np.finfo(float).eps
PENALTIES = ("l1", "l0", "tl1")
quick = settings(deadline=None, max_examples=80)
seeds = st.integers(0, 2**32 - 1)


def tl1(u: float, a: float) -> float:
    return (a + 1) * u / (a + u)


def threshold_tl1(x: float, rho: float, a: float) -> float:
    """argmin of ρp(u) + (u − x)²/2 over u >= 0, x >= 0: the best of 0 and the stationary points, 0 at a tie."""
    # (u − x)(a + u)² + ρa(a + 1) = 0
    roots = np.roots([1, 2 * a - x, a * a - 2 * a * x, rho * a * (a + 1) - x * a * a])
    candidates = [0.0, *(float(r.real) for r in roots if abs(r.imag) < 1e-7 and 0 < r.real <= x)]
    return min(candidates, key=lambda u: rho * tl1(u, a) + (u - x) ** 2 / 2)


def proximal(x: np.ndarray, rho: float, penalty: str, a: float = 1.0) -> np.ndarray:
    """S from its definition, sharing nothing with the package."""
    if penalty == "l1":
        return np.sign(x) * np.maximum(np.abs(x) - rho, 0)
    if penalty == "l0":
        return np.where(x * x / 2 > rho, x, 0.0)
    return np.array([math.copysign(threshold_tl1(abs(float(v)), rho, a), float(v)) for v in x])


def iterate(
    w: np.ndarray, w_star: np.ndarray, problem: dict[str, float], penalty: str, steps: int = 20_000, tau: float = 100.0
) -> np.ndarray:
    """The method with constant κ: w ← normalize(w + τ(κw* + βS(w)))."""
    kappa, beta, lam = problem["kappa"], problem["beta"], problem["lam"]
    for _ in range(steps):
        u = proximal(w, lam / beta, penalty, problem.get("a", 1.0))
        new = w + tau / kappa * (kappa * w_star + beta * u)
        new /= np.linalg.norm(new)
        if np.abs(new - w).max() < 1e-16:
            break
        w = new
    return w


def draw(seed: int, penalty: str) -> tuple[np.ndarray, dict[str, float]]:
    """A unit vector with zeros and entries of all sizes, and numbers from weak to dominating."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    w = rng.standard_normal(n) * 10.0 ** (rng.uniform(-2, 2, n) * rng.integers(0, 2))
    w[rng.random(n) < 0.15] = 0
    if rng.random() < 0.2:
        w = rng.choice([1.0, -1.0, 0.5, 0.0], n)
    if not w.any():
        w[0] = 1
    kappa = 10 ** rng.uniform(-2, 2)
    beta = kappa * 10 ** rng.uniform(-2, 2)
    problem = {"kappa": kappa, "beta": beta, "lam": beta * 10 ** rng.uniform(-3, 0.5)}
    if penalty == "tl1":
        problem["a"] = 10 ** rng.uniform(-2, 2)
    return w / np.linalg.norm(w), problem


def largest_eigenvalue(w: np.ndarray, slopes: np.ndarray) -> float:
    """Of diag(slopes) on the tangent space at w, densely."""
    basis = np.linalg.svd(w[None])[2][1:]
    return float(np.linalg.eigvalsh(basis @ np.diag(slopes) @ basis.T).max())


def sensitivity(limit: SparseLimit) -> float:
    """Relative change of ‖w̄‖ per relative change of N, Σ w_i² N/|D_i|: large where an entry is near its fold."""
    rho, a, u = limit.lam / limit.beta if limit.beta else 0.0, limit.parameters.get("a", 1.0), np.abs(limit.auxiliary)
    slopes = (u != 0) / (1 - 2 * rho * a * (a + 1) / (a + u) ** 3) if limit.penalty == "tl1" else u != 0
    d = limit.multiplier - limit.beta * slopes
    return float(np.sum(limit.weights**2 * limit.multiplier / np.maximum(np.abs(d), 1e-300)))


# Against iteration.


@quick
@given(seeds, st.sampled_from(["l1", "l0"]))
def test_where_the_iteration_from_w_star_ends(seed: int, penalty: str) -> None:
    w_star, problem = draw(seed, penalty)
    try:
        limit = sparse_limit(w_star, penalty=penalty, **problem)
    except NoLimitError:
        assert penalty == "l1"
        largest = np.abs(w_star).max()
        assert problem["lam"] >= problem["kappa"] * largest * (1 - 4 * EPS)
        assert problem["beta"] * largest > problem["lam"] * (1 - 4 * EPS)
        return
    end = iterate(w_star, w_star, problem, penalty)
    room = 1e-12 if limit.margin > 1e-2 else 1e-6
    assert np.abs(end - limit.weights).max() <= room


@quick
@given(seeds, st.sampled_from(PENALTIES))
@example(473, "tl1")
def test_is_a_stable_fixed_point(seed: int, penalty: str) -> None:
    w_star, problem = draw(seed, penalty)
    try:
        limit = sparse_limit(w_star, penalty=penalty, **problem)
    except NoLimitError:
        return
    assert abs(np.linalg.norm(limit.weights) - 1) <= 8 * EPS * max(sensitivity(limit), 1)
    assert limit.residual <= 1e-14
    assert limit.margin > 0
    assert np.all(limit.weights * w_star >= 0)
    assert limit.error <= limit.error_bound * (1 + 1e-12) + 4 * EPS
    assert problem["kappa"] * (1 - 4 * EPS) <= limit.multiplier <= (problem["kappa"] + problem["beta"]) * (1 + 4 * EPS)
    if limit.margin < 1e-2 or len(w_star) == 1:
        return
    rng = np.random.default_rng(seed)
    start = limit.weights + 1e-7 * rng.standard_normal(len(w_star))
    gap = np.abs(np.abs(limit.weights) - np.sqrt(2 * problem["lam"] / problem["beta"])).min()
    if penalty == "l1" or gap > 1e-5:
        end = iterate(start / np.linalg.norm(start), w_star, problem, penalty, 3000)
        assert np.abs(end - limit.weights).max() <= 1e-10


@quick
@given(seeds)
def test_tl1_keeps_what_the_threshold_took(seed: int) -> None:
    w_star, problem = draw(seed, "tl1")
    limit = sparse_limit(w_star, penalty="tl1", **problem)
    kept = np.flatnonzero(proximal(w_star, problem["lam"] / problem["beta"], "tl1", problem["a"]))
    assert set(limit.support) <= set(kept)


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("beta", [0.5, 3.0, 50.0])
@pytest.mark.parametrize("ratio", [0.01, 0.2, 0.4])
def test_one_entry_alone(penalty: str, beta: float, ratio: float) -> None:
    """w* = e_1: w̄ = w*, whatever branch that is on."""
    lam = min(ratio * beta, 0.9)
    limit = sparse_limit([1.0, 0, 0], 1.0, beta, lam, penalty)
    assert limit.weights == pytest.approx([1, 0, 0], abs=4 * EPS)
    u = proximal(np.array([1.0]), lam / beta, penalty)[0]
    assert limit.multiplier == pytest.approx(1 + beta * u, rel=1e-14)
    assert limit.margin > 0


def test_tl1_folds_onto_the_middle_branch() -> None:
    """A dominating entry whose upper branch ends before the norm is 1: D_j < 0 for it, and stable all the same."""
    w_star = np.array([0.999, 0.03, -0.02])
    w_star /= np.linalg.norm(w_star)
    problem = {"kappa": 1.0, "beta": 30.0, "lam": 12.0, "a": 5.0}
    limit = sparse_limit(w_star, penalty="tl1", **problem)
    rho, a, u = 12 / 30, 5.0, float(abs(limit.auxiliary[0]))
    slope = 1 / (1 - 2 * rho * a * (a + 1) / (a + u) ** 3)
    assert limit.multiplier - 30 * slope < 0
    assert limit.margin > 0
    end = iterate(w_star, w_star, problem, "tl1")
    assert np.abs(end - limit.weights).max() <= 1e-12


@pytest.mark.parametrize("k", [2, 3, 5])
def test_tl1_breaks_ties_where_symmetry_is_unstable(k: int) -> None:
    """Equal entries that fold together: w* itself is a saddle then; a stable limit is returned all the same."""
    w_star = np.full(k, k**-0.5)
    worst = []
    for ratio in np.geomspace(1e-3, 0.9, 25):
        limit = sparse_limit(w_star, 1.0, 20.0, 20.0 * ratio / k**0.5, "tl1", a=0.7)
        assert abs(np.linalg.norm(limit.weights) - 1) <= 8 * EPS * sensitivity(limit)
        assert limit.residual <= 1e-14
        assert limit.margin > 0
        worst.append(len(set(np.round(limit.weights, 9))))
    assert max(worst) > 1


# Against limits built backwards: w̄ and N are chosen, κ and w* follow from the equation.


@quick
@given(seeds, st.floats(1e-9, 1e3), st.floats(1e-3, 0.9))
def test_backwards_l1(seed: int, gap: float, rho: float) -> None:
    rng = np.random.default_rng(seed)
    w = rng.standard_normal(int(rng.integers(2, 40)))
    w /= np.linalg.norm(w)
    beta, rho = 2.0, rho * np.abs(w).max()
    u = proximal(w, rho, "l1")
    pulled = gap * u + (beta + gap) * (w - u)  # N w − βS(w) without cancellation
    kappa = float(np.linalg.norm(pulled))
    limit = sparse_limit(pulled / kappa, kappa, beta, beta * rho)
    assert limit.multiplier == pytest.approx(beta + gap, rel=8 * EPS)
    # N − β = gap inherits an absolute error of eps from λ and κ.
    assert limit.weights == pytest.approx(w, abs=20 * EPS * (1 + beta / gap))


@quick
@given(seeds, st.floats(0.05, 50), st.floats(0.05, 0.6))
def test_backwards_l0(seed: int, beta: float, cut: float) -> None:
    rng = np.random.default_rng(seed)
    w_star = rng.standard_normal(int(rng.integers(2, 40)))
    w_star /= np.linalg.norm(w_star)
    inside = np.abs(w_star) > cut
    q, r = float(w_star[inside] @ w_star[inside]), float(w_star[~inside] @ w_star[~inside])
    limit = sparse_limit(w_star, 1.0, beta, beta * cut**2 / 2, "l0")
    n = limit.multiplier
    assert list(limit.support) == list(np.flatnonzero(inside))
    assert limit.weights[~inside] == pytest.approx(w_star[~inside] / n, rel=4 * EPS)
    if q:
        assert q / (n - beta) ** 2 + r / n**2 == pytest.approx(1, rel=1e-13 * (1 + n / (n - beta)))
    else:
        assert n == 1


@quick
@given(seeds, st.floats(0.01, 20), st.floats(0.05, 5), st.floats(1e-3, 0.9))
def test_backwards_tl1(seed: int, gap: float, a: float, ratio: float) -> None:
    """All entries on the upper branch, N so large that no other choice competes."""
    rng = np.random.default_rng(seed)
    u = rng.uniform(0.5, 1, int(rng.integers(2, 20))) * rng.choice([-1, 1])
    rho = ratio * a * a / (2 * (a + 1))
    w = u + np.sign(u) * rho * a * (a + 1) / (a + np.abs(u)) ** 2
    size = float(np.linalg.norm(w))
    w, u, a = w / size, u / size, a / size  # S scales: only ρ changes, and is read off
    rho = float(np.mean((np.abs(w) - np.abs(u)) * (a + np.abs(u)) ** 2 / (a * (a + 1))))
    beta = 1.0
    upper = beta + gap - beta / (1 - 2 * rho * a * (a + 1) / (a + np.abs(u)) ** 3)
    pulled = (beta + gap) * w - beta * u
    kappa = float(np.linalg.norm(pulled))
    limit = sparse_limit(pulled / kappa, kappa, beta, beta * rho, "tl1", a=a)
    if np.all(upper > 0.05) and np.all(np.abs(pulled) / kappa > limit._problem.threshold):
        assert limit.multiplier == pytest.approx(beta + gap, rel=1e-13)
        assert limit.weights == pytest.approx(w, rel=1e-11)


# Closed forms.


@pytest.mark.parametrize("lam", [0.01, 0.1, 0.5])
def test_l1_all_active(lam: float) -> None:
    """(N − β)² = Σ(κ|w*_i| − λ)² while all entries exceed the threshold."""
    limit = sparse_limit([0.6, -0.8], 1.0, 0.5, lam)
    gap = math.hypot(0.6 - lam, 0.8 - lam)
    if (0.5 + gap) * lam / 0.5 < 0.6:
        assert limit.multiplier == pytest.approx(0.5 + gap, rel=2 * EPS)
        assert limit.weights == pytest.approx([(0.6 - lam) / gap, -(0.8 - lam) / gap], rel=4 * EPS)


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize(("beta", "lam"), [(0.0, 0.0), (0.0, 1.0), (0.7, 0.0), (0.7, 5.0), (30.0, 1e9)])
def test_nothing_moves(penalty: str, beta: float, lam: float) -> None:
    w_star = np.array([0.48, -0.6, 0.0, 0.64])
    limit = sparse_limit(w_star, 2.0, beta, lam, penalty)
    assert limit.weights == pytest.approx(w_star, rel=2 * EPS)
    assert limit.multiplier == pytest.approx(2.0 if lam else 2.0 + beta, rel=2 * EPS)
    assert list(limit.support) == ([] if lam else [0, 1, 3])
    assert limit.margin == pytest.approx(1.0 if lam or not beta else 2 / (2 + beta))
    assert limit.residual <= 2 * EPS
    assert limit.error <= 4 * EPS


def test_a_tie_counts_as_thresholded() -> None:
    """|w*_i| exactly at the threshold: S = 0 there. 0.5 and 0.125 are exact."""
    w_star = np.array([0.5, 0.5, 0.5, -0.5])
    for penalty, lam in (("l1", 0.5), ("l0", 0.125)):
        limit = sparse_limit(w_star, 1.0, 1.0, lam, penalty)
        assert limit.multiplier == 1
        assert not len(limit.support)
        assert np.array_equal(limit.weights, w_star)


def test_rounding_decides_nothing_at_a_tie() -> None:
    """λ = ½βw*_0² rounds; the entry is thresholded all the same."""
    for beta in np.random.default_rng(1).uniform(0.01, 0.1, 60):
        limit = sparse_limit([0.28, 0.96], 1.0, beta, beta * 0.28**2 / 2, "l0", normalize=True)
        assert limit.support.tolist() == [1]


def test_l0_at_its_threshold_and_one_ulp_above() -> None:
    for power in range(20):
        w = np.array([0.6, 0.8]) if power % 2 else np.array([0.28, 0.96])
        t = float(w[0]) * (1 + (power - 10) * EPS)
        limit = sparse_limit(w, 1.0, 3.0, 3.0 * t * t / 2, "l0", normalize=True)
        assert limit.residual <= 4 * EPS
        assert len(limit.support) in (1, 2)


# Digits.


def multiplier_by_bisection(w_star: list[mpf], kappa: mpf, beta: mpf, lam: mpf) -> mpf:
    """l1: ‖w̄(N)‖ decreases in N > β; halve until the digits are used up."""

    def norm(n: mpf) -> mpf:
        return mpmath.fsum(
            (kappa * x / n) ** 2 if kappa * x <= n * lam / beta else ((kappa * x - lam) / (n - beta)) ** 2
            for x in map(abs, w_star)
        )

    low, high = beta, kappa + beta
    for _ in range(4 * mp.dps):
        middle = (low + high) / 2
        low, high = (middle, high) if norm(middle) > 1 else (low, middle)
    return high


@pytest.mark.parametrize("digits", [1, 15, 40, 120])
def test_digits_against_bisection(digits: int) -> None:
    w_star = [Fraction(2, 7), Fraction(-3, 7), Fraction(6, 7), 0]
    limit = sparse_limit(w_star, Fraction(1, 3), 2, Fraction(1, 10), digits=digits)
    with mp.workdps(digits + 10):
        exact = multiplier_by_bisection([mpf(f.numerator) / f.denominator for f in map(Fraction, w_star)],
                                        mpf(1) / 3, mpf(2), mpf(1) / 10)  # fmt: skip
        assert abs(limit.multiplier - exact) <= mpf(10) ** -digits
        assert limit.residual <= mpf(10) ** -digits
        assert isinstance(limit.weights, tuple)


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("seed", range(25))
def test_float64_to_a_few_ulp(penalty: str, seed: int) -> None:
    w_star, problem = draw(1000 + seed, penalty)
    try:
        limit = sparse_limit(w_star, penalty=penalty, **problem)
    except NoLimitError:
        with pytest.raises(NoLimitError):
            sparse_limit(w_star, penalty=penalty, digits=30, **problem)
        return
    exact = sparse_limit(w_star, penalty=penalty, digits=40, **problem)
    with mp.workdps(50):
        assert abs(mpmath.fsum(x * x for x in exact.weights) - 1) <= mpf(10) ** -39
    assert exact.residual <= mpf(10) ** -39
    assert list(limit.support) == list(exact.support)
    condition = 1 + problem["beta"] / (float(exact.margin) * float(exact.multiplier))
    assert abs(limit.multiplier - exact.multiplier) <= 8 * EPS * exact.multiplier * condition
    error = max(abs(a - b) for a, b in zip(limit.weights, exact.weights, strict=True))
    assert error <= 8 * EPS * condition
    for name in ("angle", "error", "error_bound", "margin"):
        assert float(getattr(exact, name)) == pytest.approx(getattr(limit, name), abs=100 * EPS * condition**2)


@pytest.mark.parametrize(
    ("w_star", "beta", "lam", "a"),
    [
        ([-0.82839, 0.0, 0.56011], 26.331447, 0.77465656, 1.20487738),
        ([2.3831, -0.7293, 2.3113, -1.9257, -2.072], 1.0296459812037255, 0.3135306166657176, 2.206464966757088),
        ([1.0959, -0.8867], 4.225995110014628, 0.8053899221445864, 0.5168734979785515),
        ([-0.5, -0.5], 8.137614495573311, 0.7694267823158388, 0.5910882655698713),
        ([-0.5, -0.5], 8.137614495573311, 0.7694266823, 0.5910882655698713),
        ([-0.41753530, 0.26518002, 0.02287782, -0.23233903], 35.066387675397415, 0.6821010347821139, 5.030832987864256),
    ],
)
def test_tl1_next_to_the_fold(w_star: list[float], beta: float, lam: float, a: float) -> None:
    """D = N − βS'(w̄) is next to 0 for an entry of a well-conditioned limit: digits of N alone do not give it."""
    limit = sparse_limit(w_star, 1.0, beta, lam, "tl1", a=a, normalize=True)
    exact = sparse_limit(w_star, 1.0, beta, lam, "tl1", a=a, normalize=True, digits=30)
    u = np.array([float(x) for x in exact.auxiliary])
    slopes = 1 - 2 * lam / beta * a * (a + 1) / (a + np.abs(u[u != 0])) ** 3
    assert np.abs(1 - beta / (limit.multiplier * slopes)).min() < 1e-2
    assert limit.margin > 0.02
    assert max(abs(x - y) for x, y in zip(limit.weights, exact.weights, strict=True)) <= 4 * EPS
    assert limit.residual <= 4 * EPS
    every = stable_limits(w_star, 1.0, beta, lam, "tl1", a=a, normalize=True).limits
    assert min(np.abs(other.weights - limit.weights).max() for other in every) <= 4 * EPS


def test_digits_leave_the_precision_alone() -> None:
    before = mp.dps
    sparse_limit([0.6, 0.8], 1, 1, 0.1, digits=60)
    assert mp.dps == before


def test_digits_normalize_exactly() -> None:
    limit = sparse_limit([1, 1, 1], 1, Fraction(1, 2), Fraction(1, 4), digits=50, normalize=True)
    with mp.workdps(60):
        assert max(abs(x - 1 / mp.sqrt(3)) for x in limit.weights) < mpf(10) ** -50
        assert abs(limit.multiplier - (mpf(1) / 2 + 1 - mp.sqrt(3) / 4)) < mpf(10) ** -50


# What comes with it.


@quick
@given(seeds, st.sampled_from(PENALTIES))
def test_margin_against_a_dense_eigenvalue(seed: int, penalty: str) -> None:
    w_star, problem = draw(seed, penalty)
    if len(w_star) == 1:
        return
    try:
        limit = sparse_limit(w_star, penalty=penalty, **problem)
    except NoLimitError:
        return
    u, rho, a = limit.auxiliary, problem["lam"] / problem["beta"], problem.get("a", 1.0)
    slopes = (u != 0).astype(float)
    if penalty == "tl1":
        slopes /= 1 - 2 * rho * a * (a + 1) / (a + np.abs(u)) ** 3
    expected = 1 - problem["beta"] * largest_eigenvalue(limit.weights, slopes) / limit.multiplier
    scale = 1 + problem["beta"] * slopes.max() / limit.multiplier
    assert limit.margin == pytest.approx(expected, abs=1e-12 * scale)


def test_basin_probability() -> None:
    w_star = np.full(16, 0.25)
    limit = sparse_limit(w_star, 1.0, 0.5, 0.1)
    r = min(0.5, 0.1 * 4)
    assert limit.basin_probability == pytest.approx(1 - special.betainc(7.5, 0.5, r * r) / 2, rel=1e-14)
    assert sparse_limit(w_star, 1.0, 5.0, 0.2).basin_probability > 0
    assert sparse_limit(w_star, 1.0, 5.0, 0.249).basin_probability > 0
    assert sparse_limit(w_star, 0.5, 5.0, 0.12, "l0").basin_probability == 0.0


@pytest.mark.parametrize(("penalty", "radius"), [("l1", 0.01 * 3**0.5), ("l0", 0.0), ("tl1", 0.02 * 3**0.5)])
def test_error_bound_by_hand(penalty: str, radius: float) -> None:
    limit = sparse_limit([0.48, -0.6, 0.0, 0.64], 1.0, 0.5, 0.01, penalty)
    assert limit.error_bound == pytest.approx(2 * math.sin(math.asin(radius) / 2), rel=1e-14)


def test_angle_and_error_by_hand() -> None:
    limit = sparse_limit([0.6, 0.8], 1.0, 0.5, 0.1)
    w = np.array([0.5, 0.7]) / math.hypot(0.5, 0.7)
    assert limit.error == pytest.approx(np.linalg.norm(w - [0.6, 0.8]), rel=1e-14)
    assert limit.angle == pytest.approx(math.atan2(0.8, 0.6) - math.atan2(0.7, 0.5), abs=1e-15) or (
        limit.angle == pytest.approx(math.atan2(0.7, 0.5) - math.atan2(0.8, 0.6), abs=1e-15)
    )


# Near λ = κ‖w*‖∞, where N − β vanishes.

UNIT = 2**26
HEADS = {
    "one": [0.7],
    "one, negative": [-0.7],
    "equal, both signs": [0.6, -0.6],
    "four equal": [0.45, 0.45, -0.45, -0.45],
    "hardly apart": [-0.6, 0.6 - 1 / UNIT],
    "apart by more and more": [0.5, -0.5 + 1 / UNIT, 0.5 - 100 / UNIT, -0.5 + 10_000 / UNIT],
}


def completed(head: list[float]) -> np.ndarray:
    """The entries with smaller ones that make the norm 1 exactly: all are multiples of 2⁻²⁶, so that no sum of their
    squares is rounded.
    """
    entries = [round(x * UNIT) for x in head]
    while rest := UNIT**2 - sum(x * x for x in entries):
        entries.append(min(math.isqrt(rest), int(0.3 * UNIT)) * (-1) ** len(entries))
    return np.array(entries) / UNIT


def true_residual(limit: SparseLimit, w_star: np.ndarray) -> float:
    """‖N w̄ − κw* − βS(w̄)‖/N of the weights as they are, in digits."""
    rho = mpf(limit.lam) / limit.beta
    rows = []
    for w, y in zip(map(float, limit.weights), w_star.tolist(), strict=True):
        u = mpmath.sign(w) * max(abs(mpf(w)) - rho, 0)
        rows.append(mpf(limit.multiplier) * w - mpf(limit.kappa) * y - mpf(limit.beta) * u)
    return float(mpmath.norm(rows) / limit.multiplier)


@pytest.mark.parametrize("kappa", [1.0, 0.25, 0.37, 11.3])
@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_l1_near_the_critical_lambda(head: list[float], kappa: float) -> None:
    """Against 30 digits. Entries that exceed λ‖w*‖/κ by different amounts feel how that level is rounded: their ratio
    changes by about ε(λ/κ)/(|w*_i| − λ/κ), whatever is done after. For κ a power of two nothing is rounded here.
    """
    w_star, beta = completed(head), 3 * kappa
    for distance in (10.0**-k for k in range(3, 13)):
        lam = kappa * float(np.abs(w_star).max()) * (1 - distance)
        limit = sparse_limit(w_star, kappa, beta, lam)
        exact = sparse_limit(w_star, kappa, beta, lam, digits=30)
        gap = exact.multiplier - beta
        assert float(gap) < 3 * distance * kappa
        felt = float(lam / gap) if len(set(map(abs, head))) > 1 and kappa not in (1.0, 0.25) else 0.0
        error = max(abs(float(a - b)) for a, b in zip(limit.weights, exact.weights, strict=True))
        with mp.workdps(50):
            norm = mpmath.norm([mpf(float(x)) for x in limit.weights])
            residual = true_residual(limit, w_star)
        assert error <= EPS * (2 + felt)
        assert abs(float(norm - 1)) <= 2 * EPS
        assert abs(float(limit.multiplier - exact.multiplier)) <= 2 * EPS * limit.multiplier
        assert list(limit.support) == list(exact.support)
        assert abs(limit.residual - residual) <= 2 * EPS


@pytest.mark.parametrize("seed", range(40))
def test_l1_one_rounding_error_from_the_critical_lambda(seed: int) -> None:
    """A limit of norm 1, or none: κ‖w*‖∞ and λ cannot be told apart any more."""
    rng = np.random.default_rng(seed)
    w_star = rng.uniform(-1, 1, 5)
    w_star /= np.linalg.norm(w_star)
    kappa = 10 ** rng.uniform(-3, 3)
    lam = kappa * float(np.abs(w_star).max())
    for ulps in range(-4, 5):
        try:
            limit = sparse_limit(w_star, kappa, 4 * kappa, lam * (1 + ulps * EPS))
        except NoLimitError:
            assert ulps >= -3
            continue
        assert ulps <= 3
        assert np.linalg.norm(limit.weights) == pytest.approx(1, abs=4 * EPS)
        assert list(limit.support) == [int(np.abs(w_star).argmax())]


@pytest.mark.parametrize("field", [FLOATS, digits_field(35)], ids=["float64", "digits"])
def test_the_residual_is_that_of_the_weights(field: Field) -> None:
    """For multipliers that are off, by the definition: the residual of N is not small then."""
    w_star, beta, lam = completed([0.7, -0.4]), 3.0, 0.7 * (1 - 1e-7)
    problem = pose(w_star, 1.0, beta, lam, "l1", {}, normalize=False, field=field)
    root = sparse_root(problem)
    assert root is not None
    for off in (1e-9, 1e-6, 1e-3):
        wrong = root.multiplier * (1 + off)
        moved = replace(root, multiplier=wrong)
        weights = fill(problem, moved).weights
        told = float(residual(problem, moved, weights, problem.proximal(weights)))
        w = weights.astype(np.float64)
        row = float(wrong) * w - w_star - beta * proximal(w, lam / beta, "l1")
        assert np.linalg.norm(row) / float(wrong) == pytest.approx(told, rel=1e-5, abs=2 * EPS)
        assert told > off / 10


# Shapes, sizes, sign and order.


@quick
@given(seeds, st.sampled_from(PENALTIES))
def test_permutations_and_signs(seed: int, penalty: str) -> None:
    w_star, problem = draw(seed, penalty)
    if len(set(np.abs(w_star[w_star != 0]))) < np.count_nonzero(w_star):
        return  # ties are broken by index
    rng = np.random.default_rng(seed + 1)
    order, signs = rng.permutation(len(w_star)), rng.choice([-1.0, 1.0], len(w_star))
    try:
        limit = sparse_limit(w_star, penalty=penalty, **problem)
    except NoLimitError:
        with pytest.raises(NoLimitError):
            sparse_limit(signs * w_star[order], penalty=penalty, **problem)
        return
    other = sparse_limit(signs * w_star[order], penalty=penalty, **problem)
    condition = 1 + problem["beta"] / (limit.margin * limit.multiplier)
    assert other.multiplier == pytest.approx(limit.multiplier, rel=8 * EPS * condition)
    assert other.weights == pytest.approx(signs * limit.weights[order], abs=16 * EPS * condition)


nasty = st.lists(
    st.one_of(st.sampled_from([0.0, 1.0, -1.0, 1e-300, 5e-324, 1e-160, 0.5]), st.floats(-1, 1)), min_size=1, max_size=12
)


@quick
@given(nasty, st.floats(1e-6, 1e6), st.floats(0, 1e6), st.floats(0, 1e6), st.sampled_from(PENALTIES))
@example([1.0, 1.0, 1.0], 1.0, 100.0, 20.0, "tl1")
@example([1.0, 1e-300], 1.0, 2.0, 1e-301, "l0")
@example([0.5, 0.5, 0.125], 516157.0, 608429.0, 312719.0, "l1")  # N/(N − β) = 10: the entries feel N's rounding
def test_nasty_inputs(values: list[float], kappa: float, beta: float, lam: float, penalty: str) -> None:
    if not any(values):
        with pytest.raises(ValueError, match="zero vector"):
            sparse_limit(values, kappa, beta, lam, penalty, normalize=True)
        return
    try:
        limit = sparse_limit(values, kappa, beta, lam, penalty, normalize=True)
    except NoLimitError:
        assert penalty == "l1"
        return
    assert abs(np.linalg.norm(limit.weights) - 1) <= 8 * EPS * max(sensitivity(limit), 1)
    assert limit.residual <= 1e-13
    assert limit.margin > -1e-12
    assert limit.error <= limit.error_bound + 8 * EPS
    assert 0 <= limit.basin_probability <= 1


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("n", [BLOCK - 1, BLOCK, 2 * BLOCK + 3, 5 * BLOCK + 1])
def test_across_blocks(penalty: str, n: int) -> None:
    """Long vectors, whose first guess comes from a sample, against the equation itself."""
    rng = np.random.default_rng(n)
    w_star = rng.standard_normal(n)
    w_star /= np.linalg.norm(w_star)
    beta, lam = (0.7, 0.7 / n) if penalty == "l0" else (0.7, 0.3 / n**0.5)
    for start in (w_star, np.sort(w_star)):
        limit = sparse_limit(start, 1.0, beta, lam, penalty)
        u = np.array(limit.auxiliary)
        if penalty != "tl1":
            assert np.array_equal(u != 0, proximal(limit.weights, lam / beta, penalty) != 0)
            assert u == pytest.approx(proximal(limit.weights, lam / beta, penalty), abs=1e-15)
        assert np.linalg.norm(limit.multiplier * limit.weights - start - beta * u) <= 1e-14
        assert np.linalg.norm(limit.weights) == pytest.approx(1, abs=1e-14)
        assert len(limit.support) > n / 100
        assert limit.margin > 0


def test_one_large_entry_that_the_sample_misses() -> None:
    n = 300_001
    w_star = np.full(n, 1e-7)
    w_star[17] = 0.999
    w_star /= np.linalg.norm(w_star)
    limit = sparse_limit(w_star, 1.0, 4.0, 0.5)
    assert list(limit.support) == [17]
    assert limit.residual <= 1e-15


@pytest.mark.parametrize(("rest", "lam"), [(1e-200, 0.0), (1e-200, 1e-220), (1e-160, 1e-170), (1e-160, 1e-150)])
def test_a_sample_whose_squares_underflow(rest: float, lam: float) -> None:
    w_star = np.full(100_000, rest)
    w_star[17] = 1.0
    limit = sparse_limit(w_star, 1.0, 2.0, lam)
    assert limit.multiplier == pytest.approx(3, rel=2 * EPS)
    assert limit.weights[[17, 18]] == pytest.approx([1, rest], rel=1e-15)


@pytest.mark.parametrize("beta", [0.5, 4.0])
@pytest.mark.parametrize("share", [0.0, 1e-6, 0.01, 1.0])
def test_l1_when_few_or_most_of_many_entries_are_active(share: float, beta: float) -> None:
    """Blocks in which no, few, most or all entries are, for each lam; against the equation in extended precision."""
    rng = np.random.default_rng(11)
    w_star = rng.standard_normal(6 * BLOCK + 5) * np.where(rng.random(6 * BLOCK + 5) < 0.02, 1, 0.05)
    w_star[:BLOCK] *= 1e-3
    w_star[BLOCK : 2 * BLOCK] += 3
    w_star /= np.linalg.norm(w_star)
    lam = float(np.abs(w_star).max()) * (1 - share) if share else 0.0
    if share == 1:
        lam = 0.1 / len(w_star) ** 0.5
    limit = sparse_limit(w_star, 1.0, beta, lam)
    w, n = limit.weights.astype(np.longdouble), np.longdouble(limit.multiplier)
    u = np.sign(w) * np.maximum(np.abs(w) - np.longdouble(lam) / beta, 0)
    assert float(np.linalg.norm(n * w - w_star - beta * u)) <= 1e-15 * float(n)
    assert abs(float(np.sqrt(np.sum(w * w))) - 1) <= 4 * EPS
    assert limit.multiplier > beta


@pytest.mark.parametrize("penalty", PENALTIES)
def test_memory(penalty: str) -> None:
    n = 1_000_000
    w_star = np.random.default_rng(4).standard_normal(n)
    w_star /= np.linalg.norm(w_star)
    tracemalloc.start()
    limit = sparse_limit(w_star, 1.0, 0.5, 0.5 / n**0.5 if penalty != "l0" else 0.5 / n, penalty)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(limit.support) > n / 100
    assert peak <= 5 * 8 * n


def test_arguments_are_left_alone() -> None:
    w_star = np.array([0.6, 0.8])
    copy = w_star.copy()
    for penalty in PENALTIES:
        limit = sparse_limit(w_star, 1.0, 2.0, 0.3, penalty)
        assert limit.auxiliary.shape == (2,)
        with pytest.raises(ValueError, match="read-only"):
            limit.weights[0] = 0
    assert np.array_equal(w_star, copy)
    assert sparse_limit(np.float32([0, 1]), 1, 1, 0.1).weights.dtype == np.float64
    assert sparse_limit([0, -1], 1, 1, 0.1).weights == pytest.approx([0, -1], abs=2 * EPS)


# Errors.


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"w_star": [1, 2]}, r"w_star has norm 2\.23.*normalize=True"),
        ({"w_star": [0.6, 0.80001]}, r"w_star has norm"),
        ({"normalize": "no"}, "normalize = .no. is not allowed; True or False is"),
        ({"w_star": [0.0, 0.0]}, "zero vector"),
        ({"w_star": [0.6, math.nan]}, r"w_star\[1\] = nan"),
        ({"w_star": [math.inf, 0]}, r"w_star\[0\] = inf"),
        ({"w_star": [[0.6, 0.8]]}, r"shape \(1, 2\)"),
        ({"w_star": 1.0}, r"shape \(\)"),
        ({"w_star": []}, r"shape \(0,\)"),
        ({"w_star": [[1], [1, 2]]}, "ragged"),
        ({"w_star": ["a"]}, "dtype"),
        ({"kappa": 0}, "kappa = 0 .*> 0"),
        ({"kappa": -1.0}, "kappa = -1.0"),
        ({"kappa": "1"}, "kappa = '1'"),
        ({"beta": -0.1}, "beta = -0.1 .*>= 0"),
        ({"beta": math.nan}, "beta = nan"),
        ({"lam": math.inf}, "lam = inf"),
        ({"lam": None}, "lam = None"),
        ({"penalty": "mcp"}, "penalty = 'mcp'.*l1, l0, tl1"),
        ({"penalty": ["l1"]}, "penalty = "),
        ({"a": 2.0}, "a = 2.0 is no parameter of penalty = 'l1'"),
        ({"penalty": "tl1", "a": 0}, "a = 0"),
        ({"penalty": "tl1", "gamma": 1}, "gamma = 1 is no parameter.*a"),
        ({"digits": 0}, "digits = 0"),
        ({"digits": 2.5}, "digits = 2.5"),
        ({"digits": 10**12}, "digits = 1000000000000 is not allowed; an integer >= 1 and <= 1000000 is"),
        ({"digits": True}, "digits = True"),
        ({"digits": 20, "w_star": ["0.6", 0.8]}, r"w_star\[0\] = '0.6'"),
        ({"digits": 20, "w_star": [0.6, math.nan]}, r"w_star\[1\]"),
        ({"digits": 20, "w_star": [3, 4]}, "norm 5"),
    ],
)
def test_errors_name_what_is_wrong(change: dict[str, Any], says: str) -> None:
    arguments: dict[str, Any] = {"w_star": [0.6, 0.8], "kappa": 1.0, "beta": 1.0, "lam": 0.1} | change
    with pytest.raises(ValueError, match=says):
        sparse_limit(**arguments)


def test_a_norm_within_rounding_is_taken_out() -> None:
    limit = sparse_limit(np.array([0.6, 0.8]) * (1 + 5e-10), 1.0, 0.5, 0.1)
    assert limit.multiplier == pytest.approx(0.5 + math.hypot(0.5, 0.7), rel=4 * EPS)


@pytest.mark.parametrize("digits", [None, 30])
def test_no_limit_says_why_and_what_attracts(digits: int | None) -> None:
    with pytest.raises(NoLimitError, match=r"lam = 2 .*0\.8.* = 4 .*entry 1 with sign \+1 \(N = 3\.78") as caught:
        sparse_limit([0.6, 0.8], 1, 5, 2.0, digits=digits)
    assert isinstance(caught.value, ValueError)
    assert sparse_limit([0.6, 0.8], 1, 5, 0.79).multiplier > 5
    assert sparse_limit([0.6, 0.8], 1, 5, 4.01).multiplier == 1


def test_no_limit_by_less_than_a_float_resolves_says_so() -> None:
    with pytest.raises(NoLimitError, match=r"exceeds lam; what attracts instead: .* Lower lam or beta"):
        sparse_limit([1, 1], 2.33400174741127, 4.884592809242158, 3.453928698750178, normalize=True, digits=30)


# Records.


def test_digits_are_kept_beside_other_threads() -> None:
    """mpmath's global precision is everybody's: calls that overlap must not see each other's."""
    w_star = [Fraction(1, k + 1) for k in range(40)]

    def found(digits: int) -> Any:
        return sparse_limit(
            w_star, 1, Fraction(1, 2), Fraction(1, 100), "tl1", digits=digits, normalize=True
        ).multiplier

    wanted = [15, 60, 25, 120] * 3
    alone = {digits: found(digits) for digits in set(wanted)}
    with ThreadPoolExecutor(4) as pool:
        for digits, multiplier in zip(wanted, pool.map(found, wanted), strict=True):
            assert multiplier == alone[digits]
    with mp.workdps(130):
        assert abs(alone[60] - alone[120]) < mpf(10) ** -60


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("digits", [None, 40])
def test_records_are_copied_pickled_and_printed(penalty: str, digits: int | None) -> None:
    w_star = np.random.default_rng(0).standard_normal(300)
    limit = sparse_limit(w_star, 1, 0.5, 0.01, penalty, normalize=True, digits=digits)
    for other in (pickle.loads(pickle.dumps(limit)), copy.deepcopy(limit), copy.copy(limit)):
        assert list(other.weights) == list(limit.weights)
        assert list(other.auxiliary) == list(limit.auxiliary)
        for name in ("multiplier", "margin", "error_bound", "basin_probability", "residual"):
            assert getattr(other, name) == getattr(limit, name)
    assert len(str(limit).splitlines()) <= 5
    if digits is None:
        census = numerics.stable_limits(w_star, 1, 0.5, 0.01, penalty, normalize=True, count=2)
        again = pickle.loads(pickle.dumps(census))
        assert np.array_equal(again.limits[0].weights, census.limits[0].weights)
        assert len(str(census).splitlines()) <= 5


def test_more_digits_where_beta_dwarfs_kappa() -> None:
    """N − β is of the size of κ: 388 digits below N here."""
    limit = sparse_limit([1, -2, 3, -4], 1e-90, 1e298, 0.25, "tl1", a=0.6, digits=20, normalize=True)
    assert limit.residual < 1e-20
    assert abs(sum(w * w for w in limit.weights) - 1) < 1e-20


@pytest.mark.parametrize(
    ("numbers", "shape"),
    [((1e-90, 1e298, 0.25), {"a": 0.6}), ((1.0, 1e246, 1.0), {}), ((1.3, 4.6e20, 2.1), {}), ((1e-256, 1e83, 0.5), {})],
)
def test_numbers_too_far_apart_for_float64(numbers: tuple[float, float, float], shape: dict[str, float]) -> None:
    """At 4.6e20, ‖w̄‖ was 5.4."""
    for solve in (sparse_limit, numerics.stable_limits):
        told, weights = "", []
        try:
            found: Any = solve([0.3, 0.5], *numbers, "tl1", normalize=True, **shape)  # type: ignore[operator]
            weights = [record.weights for record in getattr(found, "limits", (found,))]
        except ValueError as error:
            told = str(error)
        assert re.search("too far apart; scale them, or ask sparse_limit for digits|is out of range", told) or weights
        assert all(abs(np.linalg.norm(w) - 1) < 1e-12 for w in weights)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_what_float64_does_not_refuse_solves_the_equation(penalty: str) -> None:
    """Numbers up to hundreds of decades apart: ‖w̄‖ tells what float64 does not reach, the residual nothing more."""
    rng = np.random.default_rng(1)
    solved = 0
    for _ in range(2000):
        w_star = rng.standard_normal(4) * 10.0 ** (rng.uniform(-1, 0, 4) * rng.choice([0, 1, 5, 20, 150]))
        kappa = 10.0 ** (rng.uniform(-3, 3) + rng.choice([0, 50, -50, 190, -190]))
        beta = kappa * 10.0 ** (rng.uniform(-2, 2) + rng.choice([0, 5, 12, 16, 40, 95, -5, -20, -100]))
        lam = beta * 10.0 ** (rng.uniform(-3, 1) + rng.choice([0, 0, 0, -10, -16, -90, 3]))
        shape = {"a": 10.0 ** (rng.uniform(-2, 2) * rng.choice([1, 5, 50, 140]))} if penalty == "tl1" else {}
        try:
            limit = sparse_limit(w_star, kappa, beta, lam, penalty, normalize=True, **shape)
        except ValueError:
            continue
        solved += 1
        assert limit.residual <= 1e-12
    assert solved > 1000
