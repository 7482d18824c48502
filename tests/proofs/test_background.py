"""Chapter B: special values of the ReLU network's formulas, and derivations that fail when a constant is wrong."""

from __future__ import annotations

from types import ModuleType

import pytest
from anew import decided
from sympy import Integer, Rational, limit, oo, pi

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
