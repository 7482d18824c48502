"""Chapter R from R4 on: spoiled ingredients are noticed; R11.spurious and generated code in numbers."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import mpmath
import numpy as np
import pytest
from anew import FEW, decided
from sympy import Eq, Expr, Piecewise, Rational, diff, sqrt

import proofs
from numerics.generated.splitting import basin_probability, spike_threshold
from proofs import basin, census, census_nonconvex, joint, limit_sharpness, limits_nonconvex
from proofs.code import splitting as generate_splitting
from proofs.engine import claim as registry
from proofs.engine.smt import follows
from proofs.rules import substitutions
from proofs.splitting import at_entry
from proofs.stability import W_J
from proofs.symbols import beta, kappa, m, multiplier, spike_across, spike_along, sum_vs, vs_vs, x_in

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


@pytest.mark.parametrize("of", [census._L1, census_nonconvex._L0], ids=["l1", "l0"])
def test_what_a_census_takes_for_the_slope_of_the_map(of: census.Census) -> None:
    """S' is 1 beyond the threshold and 0 below: the derivative of the formula of the map, but at the threshold."""
    mapped = proofs.get(of.claim_id).formula.subs(at_entry(W_J)).rewrite(Piecewise)
    said, off = of.premises()["entry j"].args
    slope = Eq(said.rhs, multiplier - beta * diff(mapped, W_J))
    assert follows("", slope, off).decision.zero is True


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
    assert proofs.derive(claim_id).decided is True
    wrong = replace(claim, parts={**claim.parts, part: claim.parts[part] * Rational(1001, 1000)})
    monkeypatch.setitem(registry._REGISTRY, claim_id, wrong)
    assert decided(claim_id, FEW) is not True


@pytest.mark.parametrize(
    ("chapter", "name", "wrong", "claim_id"),
    [
        (limit_sharpness, "TANGENT", limit_sharpness.TANGENT * Rational(1001, 1000), "R5.sharp-l1"),
        (basin, "WIDEST", basin.WIDEST * Rational(1001, 1000), "R6.radius"),
        (basin, "GAIN", basin.GAIN * Rational(1001, 1000), "R6"),
        (basin, "_AHEAD", 1 - basin.beta, "R6"),
        (substitutions, "HALF", Rational(1, 3), "R6.probability"),
        (basin, "BASIN_REFLECTED", 2 * basin.BASIN_REFLECTED, "R6.probability"),
        (joint, "_KEPT", 2 * joint._KEPT, "R11.spurious"),
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


# R11.spurious in numbers.


def hard_threshold(x: np.ndarray, rho: float) -> np.ndarray:
    return np.where(np.abs(x) > np.sqrt(2 * rho), x, 0)


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x)


def step_of(w: np.ndarray, w_star: np.ndarray, k: float, b: float, u: np.ndarray, tau: float) -> np.ndarray:
    return unit(w + tau * (k * w_star + b * u))


@pytest.mark.parametrize("kept", [0, 1])
def test_the_spurious_point_attracts_as_said(kept: int) -> None:
    """R11.spurious: 1/t at least, from the edge of the neighbourhood; and what is on J grows where κ(π) > 0."""
    w_star, on, off, tau, b, rate = np.eye(3)[0], np.eye(3)[1], np.eye(3)[2], 0.5, 0.5, 0.5
    for v_star, attracts in ((np.array([1.0, -0.5]), True), (np.array([1.0, 0.9]), False)):
        given = {m: 2, sum_vs: v_star.sum(), vs_vs: v_star @ v_star}
        pull = float(proofs.get("R11.spurious").parts["strength"].subs(given))
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
