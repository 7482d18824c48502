"""Generated penalties, proximal maps and envelopes: the definition on a grid, the ends of float64, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numerics import moreau_envelope, penalty_value, proximal_map
from numerics.generated.penalties import (
    DISPLACEMENTS,
    ENVELOPES,
    PENALTIES,
    PENALTY_PARAMETERS,
    PROXIMAL_MAPS,
    THRESHOLDS,
)

NAMES = list(PROXIMAL_MAPS)
X = np.random.default_rng(3).normal(scale=2.5, size=40)
SETTINGS = [(name, {}) for name in NAMES] + [("tl1", {"a": 0.2}), ("mcp", {"gamma": 0.3}), ("scad", {"a": 1.2})]


def by_hand(name: str, u: np.ndarray, a: float = 1.0, gamma: float = 2.0) -> np.ndarray:
    """The penalties once more, straight from their definitions."""
    size = np.abs(u)
    if name == "scad":
        steps = np.linspace(0, 1, 2001)
        slopes = np.clip((a - size[..., None] * steps) / (a - 1), 0, 1)
        return np.trapezoid(slopes, steps, axis=-1) * size
    return {
        "l1": size,
        "l0": (u != 0).astype(float),
        "tl1": (a + 1) * size / (a + size),
        "mcp": np.where(size <= gamma, size - size**2 / (2 * gamma), gamma / 2),
        "half": np.sqrt(size),
    }[name]


@pytest.mark.parametrize(("name", "shapes"), SETTINGS)
def test_penalties_are_their_definitions(name: str, shapes: dict[str, float]) -> None:
    defaults = {"scad": {"a": 3.7}}.get(name, {}) | shapes
    u = np.concatenate([X, [0.0, -0.0, 1e-3]])
    np.testing.assert_allclose(PENALTIES[name](u, **shapes), by_hand(name, u, **defaults), rtol=1e-5, atol=1e-12)
    assert PENALTIES[name](np.zeros(2), **shapes).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("name", "shapes"), SETTINGS)
@pytest.mark.parametrize("rho", [0.02, 0.4, 1.5, 6.0])
def test_no_other_value_is_better(name: str, shapes: dict[str, float], rho: float) -> None:
    """ρp(u) + ½(u − x)² on a fine grid of u never falls below its value at S(x)."""
    u = np.concatenate([np.linspace(-10, 10, 20001), [0.0]])
    found = proximal_map(X, rho, name, **shapes)
    here = rho * PENALTIES[name](found, **shapes) + (found - X) ** 2 / 2
    there = rho * PENALTIES[name](u, **shapes) + (u - X[:, None]) ** 2 / 2
    assert np.all(here <= there.min(axis=1) + 1e-14)
    assert np.all(here >= there.min(axis=1) - 1e-5)
    envelope = np.array([moreau_envelope([x], 2.0, 2 * rho, name, **shapes) for x in X])
    np.testing.assert_allclose(envelope, 2 * here, rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize(("name", "shapes"), SETTINGS)
@pytest.mark.parametrize("rho", [1e-6, 0.4, 30.0])
def test_thresholds_and_displacements(name: str, shapes: dict[str, float], rho: float) -> None:
    threshold = float(THRESHOLDS[name](rho, **shapes))
    just = np.array([1 - 1e-12, 1 + 1e-9]) * threshold
    below, above = proximal_map(just, rho, name, **shapes)
    assert below == 0 < above
    x = np.linspace(-4, 4, 4001) * threshold
    moved = np.abs(x - proximal_map(x, rho, name, **shapes))
    assert np.all(moved <= np.minimum(np.abs(x), DISPLACEMENTS[name](rho, **shapes)) * (1 + 1e-14))
    assert moved.max() >= 0.998 * DISPLACEMENTS[name](rho, **shapes)


@pytest.mark.parametrize("name", NAMES)
def test_at_a_tie_zero_is_returned(name: str) -> None:
    threshold = THRESHOLDS[name](0.5)
    assert proximal_map(threshold, 0.5, name) == 0 == proximal_map(-threshold, 0.5, name)


@pytest.mark.parametrize("name", NAMES)
def test_raw_maps_warn_of_nothing(name: str) -> None:
    with np.errstate(all="raise", under="ignore"):
        for scale in (1e-150, 1e-10, 1.0, 1e10, 1e150):
            for rho in (0.0, 1e-150, 1e-5, 1.0, 2.7, 1e5, 1e150):
                x = np.array([0.0, -0.0, 1.0, -1.0, 0.3, -2.0]) * scale
                found = PROXIMAL_MAPS[name](x, rho)
                assert np.all(np.isfinite(found))
                assert np.all(np.abs(found) <= np.abs(x))
                assert np.all(found * x >= 0)
                if rho == 0:
                    assert np.array_equal(found, x)


@pytest.mark.parametrize("power", [-680, -400, 400, 680])
def test_half_thresholding_scales_to_the_ends_of_float64(power: int) -> None:
    """S(c x) at c^(3/2) ρ is c S(x): no digit is lost where x^(3/2) is no normal number."""
    x = np.array([-8.0, -2.0, -1.6, 0.0, 1.0, 1.51, 1.6, 3.0, 8.0])
    far = proximal_map(np.ldexp(x, power), 2.0 ** (power * 3 // 2), "half")
    np.testing.assert_allclose(np.ldexp(far, -power), proximal_map(x, 1.0, "half"), rtol=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_ends_of_the_ratio(name: str) -> None:
    x = np.array([-3.0, -0.0, 0.0, 1e-300, 5.0])
    assert np.array_equal(proximal_map(x, 0, name), x)
    assert np.array_equal(proximal_map(x, math.inf, name), np.zeros(5))
    mixed = proximal_map(np.array([0.0, 2.0, 2.0]), np.array([0.0, 0.0, math.inf]), name)
    assert mixed.tolist() == [0.0, 2.0, 0.0]
    assert (
        moreau_envelope(x, 0.0, 1.0, name)
        == 0
        == moreau_envelope(x, 0.0, 0.0, name)
        == moreau_envelope(x, 1.0, 0.0, name)
    )


@pytest.mark.parametrize("name", NAMES)
def test_shapes_and_types(name: str) -> None:
    x = X.reshape(5, 8)
    found = proximal_map(x, np.full((5, 1), 0.3), name)
    assert found.shape == (5, 8)
    np.testing.assert_allclose(found, proximal_map(x, 0.3, name), rtol=1e-15)
    many = np.resize(X, 100_001)
    np.testing.assert_allclose(proximal_map(many, 0.3, name)[-40:], proximal_map(many[-40:], 0.3, name), rtol=1e-15)
    assert proximal_map(x.astype(np.float32), 0.3, name).dtype == np.float32
    assert np.ndim(proximal_map(1.5, 0.3, name)) == 0
    assert proximal_map([1, 2], 0.3, name).dtype == np.float64
    assert proximal_map(np.empty((0, 3)), 0.3, name).shape == (0, 3)
    assert penalty_value(x, name).shape == (5,)
    assert moreau_envelope(x, 1.0, 0.3, name).shape == (5,)
    each = moreau_envelope(x, np.ones(5), np.full(5, 0.3), name)
    np.testing.assert_allclose(each, moreau_envelope(x, 1.0, 0.3, name), rtol=1e-15)
    assert set(ENVELOPES) == set(PENALTY_PARAMETERS) == set(NAMES)


@pytest.mark.parametrize(
    ("arguments", "shapes", "complaint"),
    [
        (([1.0], -0.5), {}, r"rho = -0.5 is out of range; rho must be >= 0"),
        (([1.0, 2.0], [0.1, -2.0]), {}, r"rho\[1\] = -2.0"),
        (([1.0], math.nan), {}, r"rho = nan"),
        (([1.0, math.inf], 0.5), {}, r"x\[1\] = inf is out of range; x must be finite"),
        (([1.0], 0.5, "lasso"), {}, r"penalty = 'lasso' is unknown; allowed: half, l0, l1, mcp, scad, tl1"),
        (([1.0], 0.5, "l1"), {"a": 1.0}, r"a = 1.0 is no parameter of penalty = 'l1'; its parameters: none"),
        (([1.0], 0.5, "tl1"), {"a": 0.0}, r"a = 0.0 is out of range; a finite number > 0"),
        (([1.0], 0.5, "scad"), {"a": 0.5}, r"a = 0.5 is out of range; a finite number >= 1"),
        (([[1.0, 2.0]], [1.0, 2.0, 3.0]), {}, r"shapes do not broadcast: x \(1, 2\), rho \(3,\)"),
        ((["a"], 0.5), {}, r"x has dtype"),
        (([[1.0], [1.0, 2.0]], 0.5), {}, r"x is ragged"),
    ],
)
def test_refusals(arguments: tuple, shapes: dict, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        proximal_map(*arguments, **shapes)
