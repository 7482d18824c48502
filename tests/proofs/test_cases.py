"""Regions: together they cover everything, each holds what stands there, and none is dropped unless it is empty."""

from __future__ import annotations

import itertools

import pytest
from sympy import Abs, And, Eq, Expr, Max, Min, Ne, Or, Piecewise, Rational, Symbol, cos, exp, nan, sign, sqrt, zoo

from proofs.engine.cases import has_cases, leaves, witness
from proofs.engine.residual import decide_zero

x, y = Symbol("x", real=True), Symbol("y", real=True)
p = Symbol("p", positive=True)

EXPRESSIONS: list[Expr] = [
    Abs(x) - x,
    sign(x) * y + Abs(x - y),
    Max(x, y, 1) - Min(x, y, -1),
    Max(Abs(x), Min(y, p)),
    Piecewise((x, x < y), (y, x < 1), (p, True)),
    Piecewise((x, Eq(x, y)), (y, True)),
    Piecewise((1, And(x > 0, y > 0)), (2, Or(x > 1, y > 1)), (3, True)),
    Piecewise((Max(x, y), Abs(x) <= p), (Piecewise((1, y > 0), (0, True)), True)),
    Piecewise((p / 2, Max(x, y) > p), (sign(x - y), Ne(y, 0)), (7, True)),
    Abs(x) * sign(y) + sign(x**2 - p) * sqrt(p),
    Abs(cos(x)) + exp(Max(x, y)),
]

POINTS = [
    dict(zip((x, y, p), map(Rational, values), strict=True))
    for values in itertools.product((-2, 0, 1, "3/2"), (-2, 0, 1, "3/2"), ("1/2", 1, 4))
]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_every_point_lies_in_one_region_and_finds_its_value_there(expression: Expr) -> None:
    """Ties included: the points lie on many of the boundaries."""
    found = [(leaf, And(*region)) for leaf, region in leaves(expression)]
    assert not any(leaf.has(nan, zoo) or has_cases(leaf) for leaf, _ in found)
    for point in POINTS:
        values = [leaf.subs(point) for leaf, inside in found if inside.subs(point) == True]  # noqa: E712
        assert len(values) == 1
        assert values[0].equals(expression.subs(point))


def test_only_empty_regions_are_dropped() -> None:
    assert len(list(leaves(Piecewise((x, x < y), (p, x > y), (y, True))))) == 3
    assert len(list(leaves(Max(p, -p)))) == 1
    assert len(list(leaves(Piecewise((x, sqrt(p) > 2), (y, True)) + Piecewise((x, p < 4), (y, True))))) == 3
    assert len(list(leaves(Abs(exp(x) + y)))) == 3  # what the solver does not know stays


def test_a_form_without_a_last_piece_has_no_value_there() -> None:
    assert any(leaf.has(nan) for leaf, _ in leaves(Piecewise((x, x > 0)) - x))
    assert decide_zero(Piecewise((x, x > 0)) - x).zero is not True


@pytest.mark.parametrize(
    "expression",
    [
        Piecewise((1, Eq(x, y)), (0, True)),
        Piecewise((1, Eq(x, 1)), (0, True)),
        Max(x - 10**9, 0),
        Piecewise((1, And(x > 10**6, x < 10**6 + 1)), (0, True)),
        sign(x) ** 2 - 1,
        Piecewise((x / Abs(x), x < y), (sign(x), True)) - sign(x),
    ],
    ids=str,
)
def test_a_small_or_far_region_is_not_overlooked(expression: Expr) -> None:
    """A point, a line, a far interval: no sample need meet them, but a proof must."""
    assert decide_zero(expression).zero is not True


def test_a_witness_lies_where_the_forms_differ() -> None:
    found = witness(Piecewise((1, Abs(x) > p), (0, True)), [{x: 0.5, p: 3.0}])
    assert found is not None
    assert abs(found[0][x]) > found[0][p]
    assert found[1] == 1
    assert witness(Abs(x) - sign(x) * x, [{x: 0.5}]) is None


def test_a_part_that_sympy_would_write_anew_is_taken_apart() -> None:
    form = Piecewise((1, Abs(1 / (x - y), evaluate=False) * p <= 1), (0, True))
    assert {leaf for leaf, _ in leaves(form)} == {0, 1}
