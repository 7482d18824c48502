"""Chapter B: the ReLU network's formulas against numbers, and derivations that fail when a constant is wrong."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np
import pytest
from anew import decided
from sympy import Integer, Rational, lambdify, limit, oo, pi

from proofs import background, relu_descent
from proofs.engine import claim as registry
from proofs.engine.residual import in_basic_quantities
from proofs.symbols import e, k, r, r_star, theta, w_hat

OFF = Rational(1001, 1000)


@pytest.mark.parametrize(
    ("claim_id", "chapter", "name"),
    [
        ("B1.critical", background, "CRITICAL_NORM"),
        ("B1.descent", relu_descent, "LARGEST_STEP"),
        ("B1.descent", relu_descent, "NORM_FLOOR"),
    ],
)
def test_a_wrong_constant_is_not_proved(
    claim_id: str, chapter: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chapter, name, getattr(chapter, name) * OFF)
    assert decided(claim_id) is not True


def test_a_wrong_overlap_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "OVERLAP", background.OVERLAP + theta / 1000)
    monkeypatch.setattr(relu_descent, "_OVERLAP", relu_descent._OVERLAP + relu_descent._Y / 1000)
    assert decided("B1.descent") is not True
    assert decided("B1.critical") is not True


def number(expression, **values: float) -> float:
    symbols = sorted(expression.free_symbols, key=str)
    return float(lambdify(symbols, expression, "math")(*(values[s.name] for s in symbols)))


def sampled(count: int, patches: int, angle: float, size: float, star: float) -> tuple[np.ndarray, np.ndarray]:
    """Outputs of the network and its teacher on `count` inputs drawn in the plane of w and w*."""
    x = np.random.default_rng(5).standard_normal((count, patches, 2))
    w, w_star = size * np.array([1.0, 0.0]), star * np.array([math.cos(angle), math.sin(angle)])
    return np.maximum(x @ w, 0).mean(axis=1), np.maximum(x @ w_star, 0).mean(axis=1)


@pytest.mark.parametrize("form", ["statement", "printed"])
def test_the_loss_is_the_mean_square_over_samples(form: str) -> None:
    model, teacher = sampled(400_000, 3, 1.9, 0.8, 1.7)
    squares = (model - teacher) ** 2
    expression = in_basic_quantities(getattr(registry.get("B1.loss"), form))
    value = number(expression, k=3, theta=1.9, r=0.8, r_star=1.7)
    assert abs(squares.mean() - value) < 6 * squares.std() / math.sqrt(len(squares))


def test_the_kernel_is_a_mean_over_samples() -> None:
    model, teacher = sampled(400_000, 1, 0.9, 0.8, 1.7)
    value = number(registry.get("B1.kernel").formula, theta=0.9, r=0.8, r_star=1.7)
    assert abs((model * teacher).mean() - value) < 6 * (model * teacher).std() / math.sqrt(len(model))


def test_special_values() -> None:
    kernel = registry.get("B1.kernel").formula
    assert kernel.subs({theta: 0, r_star: r}) == r**2 / 2
    assert kernel.subs(theta, pi) == 0
    loss = in_basic_quantities(registry.get("B1.loss").formula)
    assert loss.subs({theta: 0, r_star: r}).simplify() == 0
    assert (loss.subs({theta: pi, k: 1}) - (r**2 + r_star**2) / 2).simplify() == 0
    assert limit(relu_descent.NORM_FLOOR, theta, 0) == r_star
    assert relu_descent.LARGEST_STEP.subs(k, 1) == 1
    assert limit(relu_descent.LARGEST_STEP, k, oo) == pi


def test_the_saddle_of_two_patches() -> None:
    gradient = in_basic_quantities(registry.get("B1.gradient").formula)
    at = {theta: pi, r: background.CRITICAL_NORM.subs(k, 2), k: 2}
    assert gradient.coeff(w_hat).subs(at).simplify() == 0
    assert gradient.expand().coeff(e).subs(at).simplify() == 0
    assert background.CRITICAL_NORM.subs({k: 1}) == Integer(0)


def test_the_bounds_hold_along_a_run() -> None:
    """The recursion of the plane, run in floats from the derivation's own form of the step."""
    patches, star, angle, size = 4, 1.3, 3.0, 0.01
    floor = number(relu_descent.NORM_FLOOR, k=patches, r_star=star, theta=angle)
    rate = 0.7
    for _ in range(300):
        own = (1 - rate) * size + rate * star * (patches - 1 + math.sin(angle)) / (patches - 1 + math.pi)
        pull = rate * star * (math.pi - angle) / (patches - 1 + math.pi)
        x, y = own + pull * math.cos(angle), pull * math.sin(angle)
        ahead, turned = math.hypot(x, y), math.atan2(y, x)
        assert 0 <= turned <= angle
        assert ahead >= min(size, floor) * (1 - 1e-12)
        angle, size = angle - turned, ahead
    assert angle < 1e-9
    assert size == pytest.approx(star)
