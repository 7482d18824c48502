"""Printed NumPy text means what the expression means: both are evaluated, for every branch of the printer."""

from __future__ import annotations

import ast
import random

import numpy as np
import pytest
from scipy import special
from sympy import (
    ITE,
    Abs,
    Add,
    And,
    Equivalent,
    Expr,
    Float,
    Function,
    Implies,
    Integer,
    Integral,
    Max,
    Min,
    Mul,
    Not,
    Or,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    Xor,
    asin,
    cos,
    cot,
    erf,
    erfc,
    exp,
    gamma,
    log,
    oo,
    pi,
    sign,
    sin,
    sqrt,
    tan,
    zoo,
)
from sympy.codegen.cfunctions import expm1

from proofs.code.emit import assignments, fold_constants
from proofs.code.printers import NUMPY

a, b, c, x, y = (Symbol(name, real=True) for name in "abcxy")
p = Symbol("p", positive=True)
SCOPE = {"np": np, "special": special}


def raw(kind: type[Expr], *arguments: Expr) -> Expr:
    """An expression that SymPy does not tidy up."""
    return kind(*arguments, evaluate=False)


EXPRESSIONS: list[Expr] = [
    # sums
    a + b,
    a - b,
    -a - b,
    -a + b,
    a - (b - c),
    raw(Add, a, raw(Mul, Integer(-1), raw(Add, b, -c))),
    a - b * (c - x),
    -(a + b),
    1 - a,
    -1 - a,
    a + Rational(1, 3),
    a - Rational(1, 3),
    a + pi - sqrt(2),
    (a + b) * (a - b),
    raw(Add, a, raw(Add, b, raw(Add, c, x))),
    # products and constants
    2 * a,
    -2 * a * b,
    a / 3,
    -a / 3,
    a / 4,
    2 * a / 3,
    -2 * a / 7,
    pi * a,
    -pi * a,
    a / pi,
    -a / sqrt(2 * pi),
    sqrt(2) * a * b / (4 * sqrt(pi)),
    raw(Mul, Integer(-1), raw(Mul, Integer(-1), a)),
    raw(Mul, Integer(2), raw(Mul, Integer(3), a)),
    raw(Mul, a, raw(Mul, b, c)),
    Float("1e-30") * a,
    Float("-1e30") * a,
    # quotients
    a / b,
    a / (b * c),
    a * b / (c * x),
    raw(Mul, a, raw(Pow, raw(Mul, b, c), Integer(-1))),
    raw(Mul, a, raw(Pow, raw(Mul, b, raw(Pow, c, Integer(-1))), Integer(-1))),
    a / (b / c),
    1 / a,
    -1 / a,
    1 / (a * b),
    1 / (3 * a),
    -2 / (3 * a),
    1 / (a + b),
    a / (b + c),
    (a + b) / (c + x),
    (a + b) ** 2 / c,
    (a + b) / c**2,
    a / b / c,
    a / (b / c) ** 2,
    1 / (1 + 1 / (1 + a**2)),
    (1 / a + 1 / b) / (1 / c),
    # powers
    a**2,
    -(a**2),
    (-a) ** 3,
    raw(Pow, raw(Mul, Integer(-1), a), Integer(2)),
    a**-1,
    a**-2,
    -(a**-2),
    (a + b) ** 2,
    (a * b) ** 2,
    raw(Pow, raw(Mul, a, b), Integer(2)),
    raw(Pow, raw(Pow, a, Integer(2)), Integer(3)),
    raw(Pow, p, raw(Pow, p, Integer(2))),
    (p**2 + 1) ** p,
    p**b,
    Integer(2) ** a,
    2**-a,
    Rational(1, 3) ** a,
    p ** (-a),
    p ** (a - b),
    raw(Pow, Integer(-2), Integer(3)),
    raw(Pow, Integer(-2), Integer(2)) * a,
    a ** Integer(3) / b ** Integer(3),
    2 * a**2,
    -2 * a**2 / b**2,
    # roots
    sqrt(p),
    sqrt(p) ** 3,
    1 / sqrt(p),
    -1 / sqrt(p),
    a / sqrt(p),
    a / sqrt(p) ** 3,
    sqrt(a**2 + b**2),
    a / sqrt(a**2 + b**2),
    p ** Rational(1, 3),
    p ** Rational(-2, 3),
    sqrt(1 + sqrt(1 + a**2)),
    sqrt(2 * p) / sqrt(3),
    # functions
    sin(a) + cos(b),
    sin(a) ** 2,
    -sin(a),
    a * sin(b) / cos(c),
    exp(a),
    exp(-(a**2) / 2),
    exp(-a) * exp(-b) / (1 + exp(-c)) ** 2,
    1 / exp(p),
    expm1(a),
    -expm1(-(a**2)),
    erf(a),
    erf(-a / sqrt(2)),
    erfc(a * b),
    1 - erfc(a),
    Abs(a - b),
    cot(p),
    -cot(p),
    2 * cot(p),
    a * cot(p),
    a / cot(p),
    a - cot(p),
    cot(p) ** 2,
    1 / cot(p),
    1 / cot(p) ** 2,
    raw(Mul, cot(p), cot(a)),
    erfc(-a * cot(p) / sqrt(2)) / 2,
    # pieces
    Piecewise((a, a > 0), (-b, True)),
    Piecewise((1, a > b), (2, a > c), (3, True)),
    Piecewise((1 - p, (p > 0) & (p < 1)), (0, True)),
    Piecewise((-a, a < 0), (a, True)) ** 2,
    2 * Piecewise((a, a >= b), (b, True)) - c,
    a - Piecewise((b, b > 0), (-b, True)),
    Piecewise((a, Or(a > b, a < c)), (b, True)),
    Piecewise((1, (a > 0) & (b > 0)), (2, True)) - c,
    *(
        Piecewise((a, condition), (b, True))
        for condition in (
            ITE(a > 0, b > 0, c > 0),
            Xor(a > 0, b > 0, c > 0),
            Equivalent(a > 0, b > 0),
            Implies(a > b, b > c),
            Not(And(a > 0, Or(b > 0, ITE(c > 0, a > b, a > c)))),
            Piecewise((1, a > 0), (c, True)) > b,
        )
    ),
    # pieces that divide: one quotient, whose divisor is 1 where another piece holds
    Piecewise((1 / p, p > 1), (1, True)),
    a * Piecewise((1 / p, p > 1), (1, True)),
    a - b / Piecewise((p, p > 1), (1, True)),
    Piecewise((p**-2, p > 1), (1, True)) ** 2,
    Piecewise((1 / p, a > 0), (p**-3, b > 0), (1, True)) * c,
    Piecewise((1 / p, p > 1), (a, True)),
    # extremes, and the clip they are together
    Max(a, b),
    Min(a, b, c),
    a - Max(b, -c),
    Max(-p, Min(a, p)),
    a - Max(-p, Min(a, p)),
    Max(-2, Min(a * b, 2)),
    Max(-p, Min(a, 2 * p)),
    Max(-b, Min(a, b)),
    Max(-p, Min(a, b, p)),
    Max(c, Min(a, p)),
    sign(a) * Max(Abs(a) - p, 0),
    asin(p / (1 + p)) / 3,
    # three halves and thirds
    p ** Rational(3, 2),
    2 * p ** Rational(3, 2) - a,
    p ** Rational(-3, 2),
    a / p ** Rational(3, 2),
    -2 * a / (3 * b * p ** Rational(3, 2)),
    (1 + p) ** Rational(3, 2),
    a / (1 + p) ** Rational(3, 2),
    p ** Rational(4, 3),
    p ** Rational(-1, 3),
    a / p ** Rational(5, 3),
    (1 + p**2) ** Rational(2, 3) * b,
    # constants
    Integer(0),
    Integer(7),
    Integer(-7),
    Rational(-2, 7),
    sqrt(2) / (4 * sqrt(pi)),
    -sqrt(pi),
    a + 0 * b,
]


def numeric(source: str, values: dict[str, np.ndarray]) -> np.ndarray:
    return np.asarray(eval(source, {**SCOPE, **values}), dtype=float)


def points(seed: int) -> dict[str, np.ndarray]:
    rng = random.Random(seed)
    drawn = {name: [rng.choice((-1, 1)) * rng.uniform(0.3, 2) for _ in range(5)] for name in "abcxy"}
    drawn["p"] = [rng.uniform(0.2, 2.5) for _ in range(5)]
    return {name: np.array(row) for name, row in drawn.items()}


def exactly(expression: Expr, values: dict[str, np.ndarray]) -> list[float]:
    by_symbol = {symbol: values[symbol.name] for symbol in (a, b, c, x, y, p)}
    return [
        float(expression.subs({symbol: Float(row[i], 40) for symbol, row in by_symbol.items()}).evalf(30))
        for i in range(5)
    ]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=[f"{i}: {e}" for i, e in enumerate(EXPRESSIONS)])
def test_text_means_the_expression(expression: Expr) -> None:
    source = NUMPY.show(expression)
    ast.parse(source, mode="eval")
    values = points(len(source))
    got = np.broadcast_to(numeric(source, values), 5)
    np.testing.assert_allclose(got, exactly(expression, values), rtol=2e-14, atol=1e-14)
    # Precedence: the same text inside a difference, a quotient, a product and a power.
    values = points(3)
    for wrapped in (c - expression, c / (expression**2 + 1), -expression * c, (expression - c) ** 2):
        got = np.broadcast_to(numeric(NUMPY.show(wrapped), values), 5)
        np.testing.assert_allclose(got, exactly(wrapped, values), rtol=1e-13, atol=1e-13, err_msg=str(wrapped))


def test_one_of_each() -> None:
    """What the list above is for: changing the printer must change one of these."""
    assert NUMPY.show(a - (b - c)) == "a + c - b"
    assert NUMPY.show(-(a**2)) == "-a ** 2"
    assert NUMPY.show(a / (b * c)) == "a / b / c"
    assert NUMPY.show((a + b) ** 2 / c) == "(a + b) ** 2 / c"
    assert NUMPY.show(a / 4) == "0.25 * a"
    assert NUMPY.show(a / 3) == "a / 3"
    assert NUMPY.show(2 * sqrt(p)) == "2 * np.sqrt(p)"
    assert NUMPY.show(Integer(-7)) == "-7"
    assert NUMPY.show(Max(-p, Min(a, p))) == "np.clip(a, -p, p)"
    assert NUMPY.show(Max(-b, Min(a, b))) == "np.maximum(-b, np.minimum(a, b))"  # np.clip differs where b < 0
    assert NUMPY.show(p ** Rational(2, 3)) == "np.cbrt(p) ** 2"
    assert NUMPY.show(2 * p ** Rational(3, 2)) == "2 * (p * np.sqrt(p))"
    assert NUMPY.show(a / p ** Rational(3, 2)) == "a / p / np.sqrt(p)"
    assert NUMPY.show(Piecewise((1 / p, p > 1), (1, True))) == "(1 / np.where(p > 1, p, 1))"
    assert NUMPY.show(Piecewise((a, (a > 0) & (b > 0)), (c, True))) == "np.where((a > 0) & (b > 0), a, c)"


def test_what_three_halves_divide_stays_in_range() -> None:
    """p ** 1.5 would be inf, or 0: the quotient is neither."""
    for size in (1e250, 1e-250):
        with np.errstate(all="raise"):
            got = numeric(NUMPY.show(a / p ** Rational(3, 2)), {"a": np.array(size), "p": np.array(size)})
        np.testing.assert_allclose(got, size**-0.5, rtol=1e-15)


def test_pieces_divide_where_they_hold() -> None:
    source = NUMPY.show(a * Piecewise((1 / b, b > 0), (1, True)))
    with np.errstate(all="raise"):
        got = numeric(source, {"a": np.array([3.0, 3.0]), "b": np.array([0.0, 2.0])})
    assert got.tolist() == [3.0, 1.5]


def test_an_angle_survives_rounding_of_its_sine() -> None:
    with np.errstate(all="raise"):
        assert numeric(NUMPY.show(asin(p)), {"p": np.array(1 + 2.3e-16)}) == np.pi / 2


@pytest.mark.parametrize(
    "expression",
    [
        tan(a),
        Piecewise((a, Not(Symbol("q"))), (b, True)),
        gamma(a),
        Function("f")(a),
        Integral(exp(-(x**2)), (x, 0, a)),
        a + tan(b),
        sqrt(gamma(p)),
        exp(tan(a)),
    ],
)
def test_what_has_no_form_is_refused(expression: Expr) -> None:
    with pytest.raises(ValueError, match="no NumPy form for"):
        NUMPY.show(expression)


def test_a_piecewise_form_must_cover_everything() -> None:
    with pytest.raises(ValueError, match="no NumPy form for Piecewise without a last piece"):
        NUMPY.show(Piecewise((a + b, a <= 0)))


@pytest.mark.parametrize("expression", [oo, -oo, zoo])
def test_numbers_that_are_none(expression: Expr) -> None:
    """An infinite constant has no literal: `inf` would be an undefined name in the generated module."""
    with pytest.raises((ValueError, TypeError)):
        NUMPY.show(expression)


def test_literals_read_back() -> None:
    rng = random.Random(1)
    for _ in range(200):
        value = rng.choice((-1, 1)) * rng.uniform(1, 10) * 10.0 ** rng.randint(-300, 300)
        assert float(NUMPY.number(Float(value, 40))) == value
        irrational = Rational(rng.randint(1, 999), rng.randint(1, 999)) * sqrt(pi)
        assert float(NUMPY.number(irrational)) == float(irrational.evalf(60))


def test_integers_stay_integers() -> None:
    assert NUMPY.number(Integer(3)) == "3"
    assert NUMPY.number(Integer(-3)) == "-3"
    assert "." in NUMPY.number(Rational(1, 3))


# Assignments.


def run_assignments(pairs: list[tuple[str, str]], values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    known = dict(values)
    for name, source in pairs:
        known[name] = numeric(source, known)
    return known


def test_common_parts_are_computed_once() -> None:
    shared = exp(-(a**2)) / sqrt(2 * pi)
    wanted = {"first": shared * b, "second": shared - b, "third": Integer(2) + 0 * a}
    pairs = assignments(list(wanted.values()), list(wanted))
    assert sum("np.exp" in source for _, source in pairs) == 1
    assert [name for name, _ in pairs][-3:] == list(wanted)
    values = points(9)
    known = run_assignments(pairs, values)
    for name, expression in wanted.items():
        np.testing.assert_allclose(np.broadcast_to(known[name], 5), exactly(expression, values), rtol=1e-14)


def test_the_log_of_one_and_a_little_keeps_its_digits() -> None:
    """Also where the sum is a common part."""
    pairs = assignments([log(1 + a / b), 1 / (1 + a / b)], ["low", "other"])
    known = run_assignments(pairs, {"a": np.array([1e-20]), "b": np.array([2.0])})
    assert known["low"].tolist() == [5e-21]
    assert known["other"].tolist() == [1.0]
    assert assignments([log(a)], ["value"]) == [("value", "np.log(a)")]


def test_temporaries_avoid_taken_names() -> None:
    shared = exp(-(a**2))
    pairs = assignments([shared * b, shared - b], ["k0", "out"], reserved=["k1"])
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names)
    assert names[0] == "k2"


def test_constants_are_folded() -> None:
    """No constant is computed when the generated code runs, and none loses digits."""
    (pair,) = assignments([sqrt(2) * a / (4 * sqrt(pi))], ["value"])
    assert pair == ("value", "0.19947114020071635 * a")
    folded = fold_constants(a * sqrt(2) / sqrt(pi) + sqrt(3) * b + Rational(1, 3) * c)
    assert not folded.has(pi, sqrt(2), sqrt(3))
    assert folded.coeff(c) == Rational(1, 3)


def test_repeated_runs_agree() -> None:
    expressions = [exp(-(a**2)) * (b + c), exp(-(a**2)) / (b + c), sqrt(b + c)]
    assert assignments(expressions, ["f", "g", "h"]) == assignments(expressions, ["f", "g", "h"])


def test_a_difference_from_one_keeps_its_digits() -> None:
    """1 − exp(−y²), beside another term too, as a user writes a moment: it is y² of small y, and float64 has 0."""
    y = Symbol("y", real=True)
    names = {"np": np, "y": 1e-9}
    for name, source in assignments([(1 - exp(-(y**2))) / 3, 1 - exp(-(y**2)) + y**2], ["alone", "beside"]):
        names[name] = eval(source, names)
    assert names["alone"] == pytest.approx(1e-18 / 3, rel=1e-14)
    assert names["beside"] == pytest.approx(2e-18, rel=1e-14)
