"""The explicit constants of N6 and C7 are not proved when they are wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from anew import FEW, decided
from sympy import Matrix, Rational, Symbol, pi

from proofs import common_zeros, descent, lipschitz_constant
from proofs.engine import claim as registry
from proofs.engine.smt import follows


@pytest.mark.parametrize("off", [Rational(999, 1000), Rational(1001, 1000)])
def test_another_descent_constant_is_not_proved(off: Rational, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descent, "DESCENT_CONSTANT", descent.DESCENT_CONSTANT * off)
    assert decided("C7") is not True


@pytest.mark.parametrize(("claim_id", "name"), [("N6.direction", "bound"), ("N5", "threshold")])
def test_a_part_that_is_not_held_leaves_the_claim_open(
    claim_id: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = registry.get(claim_id)
    wrong = replace(claim, parts={**claim.parts, name: Rational(1001, 1000) * claim.parts[name]})
    monkeypatch.setitem(registry._REGISTRY, claim_id, wrong)
    assert decided(claim_id) is None


@pytest.mark.parametrize("entry", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_smaller_partial_constant_is_not_proved(entry: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    smaller = lipschitz_constant.PARTIAL_CONSTANTS.copy()
    smaller[entry] *= Rational(999, 1000)
    monkeypatch.setattr(lipschitz_constant, "PARTIAL_CONSTANTS", smaller)
    assert decided("N6") is not True


@pytest.mark.parametrize("entry", [(0, 0), (1, 0), (1, 1)])
def test_a_larger_one_is_not_attained(entry: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert registry.derive("N6").decided is True
    larger = lipschitz_constant.PARTIAL_CONSTANTS.copy()
    larger[entry] *= Rational(1001, 1000)
    monkeypatch.setattr(lipschitz_constant, "PARTIAL_CONSTANTS", larger)
    assert decided("N6", FEW) is not True


def test_the_tilt_must_be_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """With c = 1 − θ in the place of 1 − 2θ/π nothing of C7 goes through."""
    for module in (descent, common_zeros):
        monkeypatch.setattr(module, "COSINE_LIKE", 1 - descent.theta)
    assert decided("C7") is not True
    assert decided("C7.printed") is not True


def test_spectral_norm_is_that_of_numpy() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        numbers = rng.uniform(0, 3, (2, 2))
        assert float(lipschitz_constant.spectral_norm(Matrix(numbers))) == pytest.approx(np.linalg.norm(numbers, 2))


def test_the_thresholds_of_the_two_regimes_matter() -> None:
    """2z/π ≤ 1 − z fails at z = 0.7, and (1 − 2/π)²(1 + cos y) ≤ cos y at cos y = 0.1: the split at ½ is needed."""
    z, cosine = Symbol("z", nonnegative=True), Symbol("cos_y", real=True)
    assert follows("too wide", 2 * z / pi <= 1 - z, (z <= Rational(7, 10),)).decision.zero is not True
    wide = (1 - 2 / pi) ** 2 * (1 + cosine) <= cosine
    assert follows("too low", wide, (cosine >= Rational(1, 10), cosine <= 1)).decision.zero is not True
