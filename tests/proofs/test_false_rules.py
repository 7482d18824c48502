"""What a rule does not look at it must refuse: each use here is wrong by one thing, and stands beside the right one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sympy import Abs, Expr, Integer, Integral, Lt, Symbol, exp, oo, pi, sin

from proofs.engine import claim as registry
from proofs.engine.claim import Claim, Kind
from proofs.engine.definitions import (
    CommonZeros,
    Correlation,
    Definition,
    Envelope,
    FilterGradient,
    HalfSpaceMoment,
    MeanSample,
    OutputMinimizer,
    PlainDescent,
    Potential,
    ProximalMap,
    ReluNetwork,
    Splitting,
)
from proofs.engine.derivation import Derivation
from proofs.engine.sentence import ge
from proofs.rules.analysis import linearized
from proofs.rules.gradients import correlated, cost_of, length_at_the_end, of_constants, stepped_at_the_end
from proofs.rules.means import gauss, of_patches, of_rows, relu_kernel
from proofs.rules.moments import of_half_spaces, with_moments
from proofs.rules.slopes import least_in_v, of_best_weights, through_the_angle
from proofs.rules.substitutions import in_squares, in_units_of_sine, missed_cap
from proofs.symbols import OPEN_ANGLE, cap_angle, n, s, u

z = Symbol("z", real=True)
STATED = Claim("B91", "a test", "[here]", Splitting("test"), lambda d: None, kind=Kind.INEQUALITY, sentence=ge(z, 0))


def stated(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    monkeypatch.setitem(registry._REGISTRY, "B91", replace(STATED, **fields))


READ: list[tuple[Callable[..., Any], Definition, Definition]] = [
    (gauss, HalfSpaceMoment(("a",)), ReluNetwork("kernel")),
    (gauss, HalfSpaceMoment(("a",), component="along"), HalfSpaceMoment(("a",), vector=False, component="along")),
    (gauss, HalfSpaceMoment(("a",), proxy=True), HalfSpaceMoment(("a",), vector=False, proxy=True)),
    (relu_kernel, ReluNetwork("kernel"), ReluNetwork("loss")),
    (of_rows, MeanSample("gradient_v"), MeanSample("gradient_v", at="origin")),
    (of_rows, MeanSample("coarse_gradient", "*"), MeanSample("coarse_gradient", "*", at="teacher")),
    (of_rows, MeanSample("coarse_gradient", "*"), MeanSample("coarse_gradient", "relu")),
    (of_rows, MeanSample("loss", at="origin"), ReluNetwork("loss")),
    (of_half_spaces, MeanSample("coarse_gradient", "relu"), MeanSample("coarse_gradient", "clipped-relu")),
    (of_half_spaces, MeanSample("coarse_gradient", "relu"), MeanSample("gradient_v", "relu")),
    (of_patches, ReluNetwork("loss"), ReluNetwork("kernel")),
    (through_the_angle, FilterGradient(), MeanSample("gradient_v")),
    (least_in_v, OutputMinimizer(), OutputMinimizer("inner")),
    (of_best_weights, OutputMinimizer("inner"), OutputMinimizer()),
    (of_constants, Potential("relu"), Potential("relu", jointly=True)),
    (cost_of, ProximalMap(Abs(u)), Splitting("rate")),
    (cost_of, Envelope("l1"), Envelope("l1", "gradient")),
    (correlated, Correlation("relu"), Potential("relu")),
    (length_at_the_end, CommonZeros("identity", "spurious"), CommonZeros("relu", "spurious")),
    (stepped_at_the_end, PlainDescent("identity"), PlainDescent("relu")),
    (linearized, Splitting("rate"), Splitting("basin")),
    (missed_cap, Splitting("probability"), Splitting("basin")),
]


@pytest.mark.parametrize(("rule", "own", "other"), READ)
def test_a_first_line_is_of_the_definition(rule: Callable[..., Any], own: Definition, other: Definition) -> None:
    Derivation("B91", own).open(rule)
    for wrong in (other, Integer(3)):
        with pytest.raises(ValueError, match=r"the rule reads|has no|ROWS needs"):
            Derivation("B91", wrong).open(rule)
    chain = Derivation("B91", own)
    chain.begin(Integer(3))
    with pytest.raises(ValueError, match="the rule reads"):
        chain.by("in the middle", rule)


def test_moments_are_those_of_the_claims_proxy() -> None:
    chain = Derivation("B91", MeanSample("coarse_gradient", "relu"))
    chain.begin(Integer(3))
    chain.definition = MeanSample("loss")
    with pytest.raises(ValueError, match="the rule reads"):
        chain.by("moments", partial(with_moments, closed=True))


PHI = Symbol("phi", positive=True)
PLANE_OR_MORE, SHARP = (n >= 2,), (n >= 2, Lt(cap_angle, pi / 2, evaluate=False))


def of_sines(low: Expr, high: Expr) -> Integral:
    return Integral(sin(PHI) ** (n - 2), (PHI, low, high))


@pytest.mark.parametrize(
    ("line", "rule", "supposed", "right"),
    [
        (Integral(exp(-(s**2)), (s, -oo, oo)), in_units_of_sine, OPEN_ANGLE, True),
        (Integral(exp(-(s**2)), (s, -oo, oo)), in_units_of_sine, (), False),
        (Integral(exp(-(s**2)), (s, 0, oo)), in_units_of_sine, OPEN_ANGLE, False),
        (Integral(exp(-(z**2)), (z, -oo, oo)), in_units_of_sine, OPEN_ANGLE, False),
        (of_sines(Integer(0), pi / 2), in_squares, PLANE_OR_MORE, True),
        (of_sines(Integer(0), pi / 2), in_squares, (), False),
        (of_sines(Integer(0), 5 * pi / 6), in_squares, PLANE_OR_MORE, False),
        (of_sines(pi / 6, pi / 2), in_squares, PLANE_OR_MORE, False),
        (of_sines(Integer(0), cap_angle), in_squares, SHARP, True),
        (of_sines(Integer(0), cap_angle), in_squares, PLANE_OR_MORE, False),
    ],
    ids=str,
)
def test_a_substitution_is_one_where_it_rises(
    line: Expr, rule: Callable[..., Any], supposed: tuple[Any, ...], right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated(monkeypatch, hypotheses=supposed)
    chain = Derivation("B91")
    chain.begin(line)
    try:
        chain.by("substituted", rule)
    except ValueError:
        assert not right
    else:
        assert (chain.steps[-1].decided is True) is right
