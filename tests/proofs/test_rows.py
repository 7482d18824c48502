"""The row lemma against the sums it abbreviates, written out for small m with random rationals."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sympy import Expr, Integer, Rational, cos, pi, simplify, sin, sqrt

from proofs.engine.definitions import HalfSpaceMoment
from proofs.engine.derivation import Derivation
from proofs.rows import double_sum, row_lemma, single_sum
from proofs.rules.means import gauss
from proofs.symbols import m, theta


def rationals(rng: random.Random, count: int) -> list[Expr]:
    return [Rational(rng.randint(-9, 9), rng.randint(1, 7)) for _ in range(count)]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_double_sum(size: int, seed: int) -> None:
    rng = random.Random(f"{size}/{seed}")
    x, y = rationals(rng, size), rationals(rng, size)
    same, apart = rationals(rng, 2)
    explicit = sum(x[i] * y[j] * (same if i == j else apart) for i in range(size) for j in range(size))
    dot = sum(a * b for a, b in zip(x, y, strict=True))
    found = double_sum(dot, sum(x), sum(y), same, apart)
    assert found == explicit
    assert not found.has(m)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_single_sum(size: int, seed: int) -> None:
    rng = random.Random(f"{size}/{seed}/single")
    y = rationals(rng, size)
    same, apart = rationals(rng, 2)
    for k in range(size):
        explicit = sum(y[j] * (same if j == k else apart) for j in range(size))
        assert single_sum(y[k], sum(y), same, apart) == explicit


def test_independence_is_used_only_off_the_diagonal() -> None:
    """With E[FG] = E[F]E[G] the double sum is the product of the sums, and x·y drops out."""
    assert double_sum(Rational(17), Rational(3), Rational(5), Rational(2), Rational(2)) == 30
    assert double_sum(Rational(17), Rational(3), Rational(5), Rational(1), Rational(0)) == 17


def test_the_induction_is_owed_and_proved() -> None:
    owed = row_lemma()
    assert len(owed) == 4
    assert all(obligation.decision.zero is True for obligation in owed)


@pytest.mark.parametrize(
    ("halfspaces", "component", "mean"),
    [
        ((), None, Integer(1)),
        (("b",), None, Rational(1, 2)),
        (("b",), "along", cos(theta) / sqrt(2 * pi)),
        (("b",), "across", sin(theta) / sqrt(2 * pi)),
        (("a", "b"), "along", (1 + cos(theta)) / (2 * sqrt(2 * pi))),
    ],
)
def test_means_on_half_spaces(halfspaces: tuple[Any, ...], component: Any, mean: Expr) -> None:
    definition = HalfSpaceMoment(halfspaces, vector=component is not None, component=component)
    line, owes = gauss(Derivation("G0"), definition)
    assert simplify(line.doit() - mean) == 0
    assert all(owed.decision.zero for owed in owes)
