"""The census of stable limits: all that iteration from many starts finds is listed, all that is listed is a limit."""

from __future__ import annotations

import math
import tracemalloc
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics import NoLimitError, sparse_limit, stable_limits
from numerics.limits.field import rises

EPS = np.finfo(float).eps
PENALTIES = ("l1", "l0", "tl1")
quick = settings(deadline=None, max_examples=40)
seeds = st.integers(0, 2**32 - 1)


def proximal(x: np.ndarray, rho: float, penalty: str, a: float) -> np.ndarray:
    """S, TL1 by the formula of [ZX] in its printed form."""
    size = np.abs(x)
    if penalty == "l1":
        return np.sign(x) * np.maximum(size - rho, 0)
    if penalty == "l0":
        return np.where(x * x > 2 * rho, x, 0)
    t = rho * (a + 1) / a if rho <= a * a / (2 * (a + 1)) else math.sqrt(2 * rho * (a + 1)) - a / 2
    phi = np.arccos(np.clip(1 - 27 * rho * a * (a + 1) / (2 * (a + size) ** 3), -1, 1))
    u = 2 * (a + size) * np.cos(phi / 3) / 3 - 2 * a / 3 + size / 3
    return np.where(size > t, np.sign(x) * u, 0)


def step(w: np.ndarray, w_star: np.ndarray, problem: dict[str, float], penalty: str, tau: float) -> np.ndarray:
    """One step of the method with κ = 1, for a batch of points (b, n)."""
    u = proximal(w, problem["lam"] / problem["beta"], penalty, problem.get("a", 1.0))
    z = w + tau * (w_star + problem["beta"] * u)
    return z / np.linalg.norm(z, axis=-1, keepdims=True)


def ends(w: np.ndarray, w_star: np.ndarray, problem: dict[str, float], penalty: str) -> np.ndarray:
    """Where the iteration from the rows of w comes to rest; rows that are still moving are left out."""
    for _ in range(3000):
        new = step(w, w_star, problem, penalty, 1e3)
        if np.abs(new - w).max() < 1e-15:
            break
        w = new
    return w[np.abs(step(w, w_star, problem, penalty, 1e3) - w).max(axis=1) < 1e-14]


def draw(seed: int, penalty: str) -> tuple[np.ndarray, dict[str, float]]:
    """Few entries, dominating ones, ties and zeros; β up to 100 κ."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 8))
    w = rng.standard_normal(n) * 10.0 ** (rng.uniform(-2, 2, n) * rng.integers(0, 2))
    if rng.random() < 0.3:
        w[rng.integers(n)] = 0
    if rng.random() < 0.2:
        w = rng.choice([1.0, -1.0, 2.0, 0.0], n)
    if not w.any():
        w[0] = 1
    beta = 10 ** rng.uniform(-1, 2)
    problem = {"kappa": 1.0, "beta": beta, "lam": beta * 10 ** rng.uniform(-2, 0.3)}
    if penalty == "tl1":
        problem["a"] = 10 ** rng.uniform(-2, 1.5)
    return w / np.linalg.norm(w), problem


def starts(seed: int, n: int) -> np.ndarray:
    """Random directions, most of them near few axes, and both ends of every axis."""
    rng = np.random.default_rng(seed + 1)
    w = rng.standard_normal((120, n)) * 10.0 ** rng.uniform(-2, 0, (120, n))
    axes = np.concatenate([np.eye(n), -np.eye(n)]) + 0.01 * rng.standard_normal((2 * n, n))
    w = np.concatenate([w, axes])
    return w / np.linalg.norm(w, axis=1, keepdims=True)


@quick
@given(seeds, st.sampled_from(PENALTIES))
@example(7582, "tl1")  # two entries above the threshold, one of them on its middle branch
def test_iteration_finds_nothing_else(seed: int, penalty: str) -> None:
    w_star, problem = draw(seed, penalty)
    census = stable_limits(w_star, penalty=penalty, **problem)
    assert census.complete
    assert census.total == len(census.limits)
    listed = np.array([limit.weights for limit in census.limits]).reshape(-1, len(w_star))
    rng = np.random.default_rng(seed + 2)
    for w in ends(starts(seed, len(w_star)), w_star, problem, penalty):
        if len(listed) and np.abs(listed - w).max(axis=1).min() < 1e-6:
            continue
        u = proximal(w, problem["lam"] / problem["beta"], penalty, problem.get("a", 1.0))
        if census.continua and abs((w_star + problem["beta"] * u) @ w - problem["beta"]) < 1e-6:
            continue
        near = w + 1e-5 * rng.standard_normal((4, len(w)))
        left = ends(near / np.linalg.norm(near, axis=1, keepdims=True), w_star, problem, penalty)
        assert not len(left) or np.abs(left - w).max() > 1e-4, f"{w} attracts and is not listed"


@quick
@given(seeds, st.sampled_from(PENALTIES))
@example(7582, "tl1")  # two entries above the threshold, one of them on its middle branch
def test_each_is_a_stable_limit(seed: int, penalty: str) -> None:
    w_star, problem = draw(seed, penalty)
    census = stable_limits(w_star, penalty=penalty, **problem)
    rng = np.random.default_rng(seed)
    rho, a = problem["lam"] / problem["beta"], problem.get("a", 1.0)
    for limit in census.limits:
        w = limit.weights
        assert abs(np.linalg.norm(w) - 1) <= 1e-10
        assert limit.residual <= 2e-15 * max(50.0, problem["beta"] / limit.multiplier)  # S is rounded to some eps
        assert limit.margin > 0
        u = proximal(w, rho, penalty, a)
        assert list(limit.support) == list(np.flatnonzero(u))
        assert np.linalg.norm(limit.multiplier * w - w_star - problem["beta"] * u) <= 1e-11 * limit.multiplier
        cost = {"l1": np.abs(u), "l0": u != 0, "tl1": (a + 1) * np.abs(u) / (a + np.abs(u))}[penalty].sum()
        value = 1 - w @ w_star + problem["lam"] * cost + problem["beta"] / 2 * np.sum((w - u) ** 2)
        assert limit.lyapunov == pytest.approx(value, rel=1e-10, abs=1e-12)
        distance = np.abs(np.abs(w) - (np.sqrt(2 * rho) if penalty == "l0" else 1e9)).min()
        if limit.margin > 0.01 and distance > 1e-4 and penalty != "tl1":
            near = w + 1e-6 * rng.standard_normal((4, len(w)))
            back = ends(near / np.linalg.norm(near, axis=1, keepdims=True), w_star, problem, penalty)
            assert np.abs(back - w).max(initial=0.0) <= 1e-9
    values = [limit.lyapunov for limit in census.limits]
    assert values == sorted(values)
    pairs = [(tuple(np.round(limit.weights, 9))) for limit in census.limits]
    assert len(set(pairs)) == len(pairs)


@quick
@given(seeds, st.sampled_from(PENALTIES))
def test_the_sparse_limit_is_among_them(seed: int, penalty: str) -> None:
    w_star, problem = draw(seed, penalty)
    census = stable_limits(w_star, penalty=penalty, **problem)
    try:
        limit = sparse_limit(w_star, penalty=penalty, **problem)
    except NoLimitError:
        assert all(other.kind == "spike" for other in census.limits)
        return
    assert min(np.abs(other.weights - limit.weights).max() for other in census.limits) <= 1e-9
    if penalty == "l1" and limit.multiplier > problem["beta"]:
        assert census.limits[0].kind == "sparse"  # the global minimizer


# l1, counted by a grid over N.


def spikes_by_scanning(w_star: np.ndarray, beta: float, lam: float) -> list[tuple[int, int]]:
    """(j, s) of every spike for κ = 1: larger root of A²/N² + B²/(β − N)² = 1 on a fine grid, then its conditions."""
    found = []
    for j, s in product(range(len(w_star)), (1, -1)):
        others = np.delete(w_star, j)
        a, b = np.linalg.norm(others), lam - s * w_star[j]
        if b <= 0:
            continue
        n = np.linspace(0, beta, 400_001)[1:-1]
        f = (a / n) ** 2 + (b / (beta - n)) ** 2 - 1
        rising = np.flatnonzero((f[:-1] < 0) & (f[1:] >= 0))
        if len(rising):
            root = n[rising[-1]]
            if b / (beta - root) > lam / beta and np.abs(others).max(initial=0.0) <= root * lam / beta:
                found.append((j, s))
    return found


@pytest.mark.parametrize("seed", range(30))
def test_l1_spikes_by_scanning(seed: int) -> None:
    w_star, problem = draw(seed, "l1")
    problem["lam"] = max(problem["lam"], 0.3)
    problem["beta"] = max(problem["beta"], 1.5)
    census = stable_limits(w_star, **problem)
    spikes = sorted((limit.index, limit.sign) for limit in census.limits if limit.kind == "spike")
    assert spikes == sorted(spikes_by_scanning(w_star, problem["beta"], problem["lam"]))


def test_l1_symmetric_spikes() -> None:
    """n equal entries, λ large: all 2n spikes."""
    n = 5
    census = stable_limits(np.full(n, n**-0.5), 1.0, 30.0, 10.0)
    assert census.total == 2 * n
    assert {(limit.index, limit.sign) for limit in census.limits} == set(product(range(n), (1, -1)))
    assert [limit.sign for limit in census.limits] == [1] * n + [-1] * n
    assert census.limits[0].multiplier < 30


def test_l1_on_an_axis() -> None:
    """A = 0: w* = e_1, N = β − B; and B = 0: λ = κ, N = β."""
    census = stable_limits([1.0, 0.0], 1.0, 10.0, 3.0)
    along = {limit.sign: limit for limit in census.limits if limit.index == 0}
    assert along[1].multiplier == pytest.approx(10 - 2)
    assert along[-1].multiplier == pytest.approx(10 - 4)
    census = stable_limits([0.0, -1.0], 1.0, 10.0, 1.0)
    best = census.limits[0]
    assert (best.index, best.sign, best.multiplier) == (1, -1, 10.0)
    assert best.weights == pytest.approx([0, -1])
    census = stable_limits([0.6, 0.8], 1.0, 10.0, 0.8)
    best = census.limits[0]
    assert best.multiplier == pytest.approx(10)
    assert best.weights == pytest.approx([0.06, math.sqrt(1 - 0.06**2)])
    assert best.margin > 0


def test_lam_at_most_the_second_largest_leaves_one() -> None:
    rng = np.random.default_rng(5)
    for beta in (0.1, 1.0, 10.0, 1000.0):
        w_star = rng.standard_normal(6)
        w_star /= np.linalg.norm(w_star)
        second = float(np.sort(np.abs(w_star))[-2])
        census = stable_limits(w_star, 1.0, beta, second * 0.999)
        assert (census.total, census.limits[0].kind) == (1, "sparse")


# One entry, no threshold, continua.


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize(
    ("beta", "lam"), [(0.5, 0.1), (3.0, 0.5), (3.0, 1.5), (3.0, 30.0), (3.0, 0.0), (0.0, 1.0), (0.0, 0.0)]
)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_one_entry(penalty: str, beta: float, lam: float, sign: float) -> None:
    """n = 1: w* always; −w* where it stays fixed for every step size, N = βS(1) − κ > 0."""
    census = stable_limits([sign], 1.0, beta, lam, penalty)
    size = float(proximal(np.array([1.0]), lam / beta, penalty, 1.0)[0]) if beta else 0.0
    expected = {sign: 1 + beta * size} | ({-sign: beta * size - 1} if beta * size > 1 else {})
    assert {round(float(limit.weights[0]), 12): pytest.approx(limit.multiplier) for limit in census.limits} == expected
    assert census.complete


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize(("beta", "lam"), [(7.0, 0.0), (0.0, 1.0), (0.0, 0.0)])
def test_no_threshold(penalty: str, beta: float, lam: float) -> None:
    census = stable_limits([0.6, 0.0, -0.8], 2.0, beta, lam, penalty)
    (limit,) = census.limits
    assert (census.total, census.complete) == (1, True)
    assert limit.weights == pytest.approx([0.6, 0, -0.8])
    assert limit.multiplier == pytest.approx(2 + beta if not lam else 2)
    assert limit.lyapunov == pytest.approx(0 if not lam else beta / 2, abs=1e-15)
    assert limit.margin > 0
    assert limit.residual <= 2 * EPS


def test_l0_spikes_at_zero_entries() -> None:
    """w*_j = 0: N = β and w_j = ±√(1 − κ²/β²), both signs."""
    census = stable_limits([0.6, 0.0, 0.8], 1.0, 2.0, 2 * 0.81 / 2, "l0")
    zero = [limit for limit in census.limits if limit.index == 1]
    assert sorted(limit.sign for limit in zero) == []  # max|w*| = 0.8 <= βT, but √(3/4) < T = 0.9
    census = stable_limits([0.6, 0.0, 0.8], 1.0, 2.0, 2 * 0.49 / 2, "l0")
    zero = [limit for limit in census.limits if limit.index == 1]
    assert sorted(limit.sign for limit in zero) == [-1, 1]
    for limit in zero:
        assert limit.multiplier == 2.0
        assert limit.weights == pytest.approx([0.3, limit.sign * 0.75**0.5, 0.4])
    assert not census.continua


def test_continua_are_named() -> None:
    w_star = [0.0, 1.0, 0.0, 0.0]
    assert "w*_i = 0" in stable_limits(w_star, 1.0, 5.0, 5 * 0.3**2 / 2, "l0").continua
    assert not stable_limits(w_star, 1.0, 5.0, 5 * 0.75**2 / 2, "l0").continua
    assert "lam/kappa" in stable_limits([0.5] * 4, 1.0, 3.0, 0.5).continua
    assert not stable_limits([0.5] * 4, 1.0, 3.0, 0.49).continua


# l0 by exhaustion.


@pytest.mark.parametrize("seed", range(25))
def test_l0_by_trying_every_support(seed: int) -> None:
    w_star, problem = draw(300 + seed, "l0")
    beta, t = problem["beta"], math.sqrt(2 * problem["lam"] / problem["beta"])
    expected = set()
    for chosen in product((False, True), repeat=len(w_star)):
        inside = np.array(chosen)
        q, r = float(np.sum(w_star[inside] ** 2)), float(np.sum(w_star[~inside] ** 2))
        if not inside.any():
            n = 1.0
        elif q == 0:
            continue
        else:
            low, high = max(beta, 0.0), 1 + beta
            for _ in range(200):
                middle = (low + high) / 2
                low, high = (middle, high) if q / (middle - beta) ** 2 + r / middle**2 > 1 else (low, middle)
            n = high
        if np.all(np.abs(w_star[inside]) > (n - beta) * t) and np.all(np.abs(w_star[~inside]) <= n * t):
            expected.add(tuple(np.flatnonzero(inside)))
    census = stable_limits(w_star, penalty="l0", **problem)
    sparse = [tuple(limit.support) for limit in census.limits if limit.kind == "sparse"]
    assert len(sparse) == len(set(sparse))
    assert set(sparse) == expected


# Large problems, counts, errors.


@pytest.mark.parametrize("penalty", PENALTIES)
def test_count_stops_the_listing(penalty: str) -> None:
    w_star = np.random.default_rng(3).standard_normal(30)
    w_star /= np.linalg.norm(w_star)
    problem: dict[str, Any] = {"kappa": 1.0, "beta": 20.0, "lam": 8.0 if penalty == "l1" else 1.0, "penalty": penalty}
    everything = stable_limits(w_star, count=100_000 if penalty == "l1" else 50, **problem)
    few = stable_limits(w_star, count=3, **problem)
    every, thousand = (
        stable_limits(w_star[:5], 1.0, 20.0, 1.0, penalty, count=k, normalize=True) for k in (2**70, 1000)
    )
    assert every.total == thousand.total == len(every.limits)
    assert len(few.limits) == 3
    assert not few.complete
    if penalty == "l1":
        assert few.total == everything.total == len(everything.limits) > 3
        assert [limit.lyapunov for limit in few.limits] == [limit.lyapunov for limit in everything.limits[:3]]
    else:
        assert few.total is None


def test_many_entries() -> None:
    n = 300_000
    w_star = np.random.default_rng(4).standard_normal(n)
    w_star /= np.linalg.norm(w_star)
    census = stable_limits(w_star, 1.0, 2.0, 0.05, count=5)
    assert census.total == 2 * n + 1
    assert len(census.limits) == 5
    assert all(limit.residual <= 1e-14 and abs(np.linalg.norm(limit.weights) - 1) < 1e-12 for limit in census.limits)
    assert stable_limits(w_star, 1.0, 2.0, 0.5 / n**0.5).total == 1


def test_records_keep_their_own_copy() -> None:
    w_star = np.array([0.6, 0.8])
    census = stable_limits(w_star, 1.0, 5.0, 2.0)
    w_star[:] = 0
    assert census.limits[0].residual <= 1e-14
    with pytest.raises(ValueError, match="read-only"):
        census.limits[0].weights[0] = 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"count": 0}, "count = 0"),
        ({"count": 1.5}, "count = 1.5"),
        ({"w_star": [3.0, 4.0]}, "norm 5"),
        ({"penalty": "half"}, "penalty = 'half'"),
        ({"a": 1.0}, "a = 1.0"),
        ({"beta": -1}, "beta = -1"),
    ],
)
def test_errors_name_what_is_wrong(change: dict[str, Any], says: str) -> None:
    arguments: dict[str, Any] = {"w_star": [0.6, 0.8], "kappa": 1.0, "beta": 1.0, "lam": 0.1} | change
    with pytest.raises(ValueError, match=says):
        stable_limits(**arguments)


@quick
@given(
    st.lists(st.sampled_from([0.0, 1.0, -1.0, 1e-300, 5e-324, 0.5, 0.1]), min_size=1, max_size=5),
    st.floats(0, 1e3),
    st.floats(0, 1e3),
    st.sampled_from(PENALTIES),
)
def test_nasty_inputs(values: list[float], beta: float, lam: float, penalty: str) -> None:
    if not any(values):
        return
    census = stable_limits(values, 1.0, beta, lam, penalty, normalize=True, count=200)
    for limit in census.limits:
        assert limit.residual <= 1e-12
        assert abs(np.linalg.norm(limit.weights) - 1) <= 1e-9
        assert np.isfinite(limit.lyapunov)


# Ties, extreme parameters, and all stable points of the circle, found by a scan.


def displacement(x: np.ndarray, problem: dict[str, float], penalty: str, a: float) -> np.ndarray:
    """β(x − S(x)) for x >= 0 without subtracting: λp'(u) above the threshold, u by Newton's method from u = x."""
    beta, lam, rho = problem["beta"], problem["lam"], problem["lam"] / problem["beta"]
    if penalty == "l1":
        return np.minimum(beta * x, lam)
    if penalty == "l0":
        return np.where(x * x > 2 * rho, 0, beta * x)
    slope = lambda u: (a / (a + u)) * ((a + 1) / (a + u))  # noqa: E731
    least = np.maximum(np.cbrt(2 * rho * a) * np.cbrt(a + 1) - a, 0)
    u = np.maximum(x, least)
    for _ in range(60):
        steep = np.maximum(1 - 2 * rho * slope(u) / (a + u), 1e-3)
        u = np.maximum(u - (u - x + rho * slope(u)) / steep, least)
    kept = (np.abs(u - x + rho * slope(u)) <= 1e-15) & (rho * (a + 1) * u / (a + u) + (u - x) ** 2 / 2 < x * x / 2)
    return np.where(kept, lam * slope(u), beta * x)


def scanned(w_star: np.ndarray, problem: dict[str, float], penalty: str, a: float) -> np.ndarray:
    """Points of the circle where the tangential force passes 0 from above, continuously: all stable limits, (k, 2)."""

    def force(phi: np.ndarray) -> np.ndarray:
        w = np.array([np.cos(phi), np.sin(phi)])
        pull = np.sign(w) * displacement(np.abs(w), problem, penalty, a)
        return -w[1] * (w_star[0] - pull[0]) + w[0] * (w_star[1] - pull[1])

    near = np.concatenate([10.0 ** np.linspace(-17, -2, 300), -(10.0 ** np.linspace(-17, -2, 300))])
    axes = np.array([0, np.pi / 2, np.pi, -np.pi / 2])
    phi = np.unique(np.concatenate([np.linspace(-1, 2 * np.pi - 1, 20_001), *(axis + near for axis in axes)]))
    value = force(phi)
    at = np.flatnonzero((value[:-1] > 0) & (value[1:] <= 0))
    low, high = phi[at], phi[at + 1]
    for _ in range(60):
        middle = (low + high) / 2
        up = force(middle) > 0
        low, high = np.where(up, middle, low), np.where(up, high, middle)
    smooth = np.abs(force(low)) + np.abs(force(high)) < 1e-9 + 4e-16 * problem["beta"]
    return np.stack([np.cos(high), np.sin(high)], 1)[smooth]


@quick
@given(seeds, st.sampled_from(PENALTIES))
def test_the_circle_has_no_other_stable_point(seed: int, penalty: str) -> None:
    """n = 2, β/κ from 1e-3 to 1e14, a from 1e-6 to 1e250: complete, or complete=False with words why."""
    rng = np.random.default_rng(seed)
    w_star = rng.uniform(0.1, 1, 2)
    w_star /= np.linalg.norm(w_star)
    beta = 10 ** rng.uniform(-3, 14)
    problem = {"beta": beta, "lam": min(1.0, beta) * 10 ** rng.uniform(-2, 1)}
    a = 10 ** (rng.uniform(-6, 250) if rng.random() < 0.2 else rng.uniform(-2, 2))
    census = stable_limits(w_star, 1.0, penalty=penalty, **problem, **({"a": a} if penalty == "tl1" else {}))
    assert census.complete == (not census.reason)
    listed = np.array([limit.weights for limit in census.limits]).reshape(-1, 2)
    for w in scanned(w_star, problem, penalty, a) if census.complete else ():
        assert np.abs(listed - w).max(axis=1).min(initial=9) <= 1e-6
    for limit in census.limits:
        assert np.isfinite(limit.lyapunov)
        assert limit.margin > 0
        assert limit.residual <= 2e-15 * max(50.0, beta / limit.multiplier)


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("beta", [1e15, 1e16, 1e18, 1e40])
def test_beta_that_rounds_kappa_away(penalty: str, beta: float) -> None:
    """N − β, of the size of κ, is below the rounding error of N; the margin (N − βμ)/N is known all the same."""
    (limit,) = [one for one in stable_limits([0.6, 0.8], 1, beta, 0.1, penalty).limits if len(one.support) == 2]
    exact = sparse_limit([0.6, 0.8], 1, beta, 0.1, penalty, digits=80, normalize=True)
    assert limit.weights == pytest.approx([float(x) for x in exact.weights], rel=4 * EPS)
    assert limit.margin == pytest.approx(float(exact.margin), rel=1e-12)
    assert limit.margin > 0


@pytest.mark.parametrize(
    ("penalty", "n"), [("l1", 2), ("l1", 3), ("l1", 13), ("l0", 3), ("l0", 7), ("tl1", 7), ("tl1", 13)]
)
def test_limits_that_coincide_are_one(penalty: str, n: int) -> None:
    """w* flat with every entry at its threshold, β = κ: w̄ = w* once, whatever side of it rounding is on."""
    level = {"l1": n**-0.5, "l0": 0.5 / n, "tl1": 0.5 * n**-0.5}[penalty]
    census = stable_limits(np.full(n, n**-0.5), 1, 1, level, penalty)
    listed = np.array([limit.weights for limit in census.limits])
    apart = np.abs(listed[:, None] - listed[None]).max(axis=2) + np.eye(len(listed))
    assert apart.min() > 1e-6
    assert np.count_nonzero(np.abs(listed - n**-0.5).max(axis=1) < 1e-12) == 1
    assert census.complete
    assert penalty != "l1" or (census.total, census.continua) == (1, "")


@pytest.mark.parametrize(
    ("w_star", "kappa", "beta", "lam", "shape"),
    [
        ([-0.4, -0.2], 0.15, 0.5, 0.4472135954999578, {}),
        ([0.4], 0.1, 1.0, 0.9999999999999998, {}),
        ([-0.5], 0.15, 0.5, 0.3749999999999999, {"a": 3.0}),
    ],
)
def test_a_limit_at_a_tie_is_listed_once(
    w_star: list[float], kappa: float, beta: float, lam: float, shape: dict[str, float]
) -> None:
    """λ below β max|w*| by an ulp or two: w* is a limit, and the spike at its largest entry is no other."""
    census = stable_limits(w_star, kappa, beta, lam, "tl1" if shape else "l1", normalize=True, **shape)
    assert (census.total, census.complete) == (1, True)


@pytest.mark.parametrize(("w_star", "beta", "lam"), [([0.5] * 4, 3.0, 0.5), ([0.6, 0.8, 0, -0.8], 40.0, 0.8)])
def test_the_ends_of_a_continuum_are_not_listed(w_star: list[float], beta: float, lam: float) -> None:
    """λ = κ|w*_i| twice: N = β on a connected set, of which points with one entry above the threshold are corners."""
    norm = float(np.linalg.norm(w_star))
    census = stable_limits(w_star, norm, beta, lam, normalize=True)
    assert "lam/kappa" in census.continua
    assert all(limit.multiplier < beta * (1 - 1e-9) for limit in census.limits)


@pytest.mark.parametrize("a", [1e16, 1e103, 1e200, 1e300])
def test_tl1_of_huge_a_is_l1(a: float) -> None:
    w_star = np.array([0.5812, 0.8137]) / np.hypot(0.5812, 0.8137)
    for beta, lam in [(1.0, 0.1), (1e16, 0.1), (30.0, 2.0), (3.0, 0.7)]:
        own, other = (stable_limits(w_star, 1, beta, lam, **kind) for kind in ({"penalty": "tl1", "a": a}, {}))
        assert own.total == other.total
        for limit, expected in zip(own.limits, other.limits, strict=True):
            assert limit.weights == pytest.approx(expected.weights, rel=20 * EPS)
            assert limit.multiplier == pytest.approx(expected.multiplier, rel=20 * EPS)


@pytest.mark.parametrize("a", [1e-300, 1e-200, 1e-40])
def test_tl1_of_tiny_a_is_l0(a: float) -> None:
    w_star = np.array([0.1, 0.5, -0.86])
    for beta, lam in [(1.0, 0.1), (1e16, 0.1), (30.0, 0.5)]:
        limit = sparse_limit(w_star, 1, beta, lam, "tl1", a=a, normalize=True)
        expected = sparse_limit(w_star, 1, beta, lam, "l0", normalize=True)
        assert limit.weights == pytest.approx(expected.weights, rel=20 * EPS)


@pytest.mark.parametrize(("n", "flat"), [(30_000, False), (100_000, True)])
def test_tl1_of_many_entries(n: int, flat: bool) -> None:
    """The sparse limit is listed, and memory follows n and what is listed, not the choices of branches."""
    w_star = np.full(n, n**-0.5) if flat else np.random.default_rng(0).standard_normal(n)
    w_star /= np.linalg.norm(w_star)
    tracemalloc.start()
    census = stable_limits(w_star, 1.0, 3.0, 0.5 if flat else 0.1, "tl1", a=1.0 if flat else 0.01, count=20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500 * 8 * n
    assert len(census.limits) == 20
    assert (census.complete, census.total) == (False, None)
    assert "count" in census.reason
    assert all(limit.residual <= 1e-14 and abs(np.linalg.norm(limit.weights) - 1) <= 1e-12 for limit in census.limits)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"beta": 1e300}, "beta = 1e[+]300.*1e100 kappa"),
        ({"kappa": 1e-250}, "kappa = 1e-250"),
        ({"a": 1e305}, "a = 1e"),
    ],
)
@pytest.mark.parametrize("limits", [sparse_limit, stable_limits])
def test_what_float64_cannot_hold_is_refused(limits: Any, change: dict[str, float], says: str) -> None:
    arguments: dict[str, Any] = {"w_star": [0.6, 0.8], "kappa": 1.0, "beta": 1.0, "lam": 0.1, "penalty": "tl1"} | change
    with pytest.raises(ValueError, match=says):
        limits(**arguments)


@pytest.mark.parametrize("distance", [1e-3, 1e-6, 1e-9, 1e-12])
def test_l1_near_the_critical_lambda(distance: float) -> None:
    """As λ rises to κ max|w*| the gap N − β vanishes; the record keeps the digits that `sparse_limit` keeps."""
    w_star = np.array([0.8, -0.6])
    lam = 0.8 * (1 - distance)
    predicted = sparse_limit(w_star, 1.0, 2.0, lam)
    (found,) = [one for one in stable_limits(w_star, 1.0, 2.0, lam).limits if one.kind == "sparse"]
    assert np.abs(found.weights - predicted.weights).max() <= 1e-15


@pytest.mark.parametrize(
    ("w_star", "at", "beta"),
    [([0.28, 0.96], 1, 2.0), ([0.437, 0.3, 1.3], 2, 1.3), ([3.0, 3.0, 1.0], 0, 3.0), ([0.7, 0.7, 0.7, 0.2], 0, 5.0)],
)
def test_where_lambda_is_kappa_times_an_entry_rounding_decides_nothing(
    w_star: list[float], at: int, beta: float
) -> None:
    """B = λ − κ|w*_j| = 0: N = β, whatever the sign of what rounding leaves of B."""
    w, said = np.array(w_star) / np.linalg.norm(w_star), set()
    for kappa in np.random.default_rng(1).uniform(0.1, 10, 60):
        found = stable_limits(w, kappa, beta * kappa, kappa * w[at], "l1", normalize=True)
        said.add((tuple((one.kind, one.index, one.sign) for one in found.limits), found.continua))
    assert len(said) == 1


@pytest.mark.parametrize("apart", [0.5, 1e-3, 1e-9])
def test_roots_next_to_each_other_are_all_found(apart: float) -> None:
    """A cubic rises through its first root and its last; three factors lie in intervals, so does their product."""
    roots = (1.0, 1 + apart, 1 + 2 * apart)

    def span(factors: list[tuple[float, float]]) -> tuple[float, float]:
        ends = [math.prod(chosen) for chosen in product(*factors)]
        return min(ends), max(ends)

    def enclose(low: float, high: float) -> tuple[float, float, float, float]:
        factors = [(low - root, high - root) for root in roots]
        slopes = [span([one for one in factors if one is not left]) for left in factors]
        return *span(factors), sum(least for least, _ in slopes), sum(most for _, most in slopes)

    found, certain = rises(lambda x: math.prod(x - root for root in roots), enclose, 0.3, 3.0, 2.0**-52)
    assert certain
    assert sorted(found) == pytest.approx([roots[0], roots[2]], abs=1e-15)
