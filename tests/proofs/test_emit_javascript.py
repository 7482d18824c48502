"""JavaScript as the second language of the emitter: the text means what the expression means, in a real engine."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp, mpf
from py_mini_racer import MiniRacer
from sympy import (
    And,
    Eq,
    Expr,
    Float,
    Integer,
    Max,
    Min,
    Mul,
    Ne,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    cbrt,
    erf,
    erfc,
    lambdify,
    sin,
    sqrt,
    tan,
)
from test_emit import EXPRESSIONS, a, b, c, exactly, p, points, raw

from proofs.code.emit import assignments
from proofs.code.javascript import CAPTIONED, SCRIPT, Scalar, scalars
from proofs.code.printers import JAVASCRIPT, NUMPY
from verify.build import project_root, script

WITHOUT_FORM = (erf, erfc)
EMITTED = [expression for expression in EXPRESSIONS if not expression.has(*WITHOUT_FORM)]


@pytest.fixture(scope="module")
def engine() -> MiniRacer:
    return MiniRacer()


@pytest.fixture(scope="module")
def formulas(engine: MiniRacer) -> MiniRacer:
    engine.eval((project_root() / SCRIPT).read_text(encoding="utf-8"))
    return engine


def numeric(engine: MiniRacer, source: str, values: dict[str, np.ndarray]) -> list[float]:
    names = list(values)
    rows = np.array([values[name] for name in names]).T.tolist()
    call = f'"use strict"; JSON.stringify({json.dumps(rows)}.map(([{", ".join(names)}]) => ({source})))'
    return json.loads(str(engine.eval(call)))


def meaning(engine: MiniRacer, expression: Expr, values: dict[str, np.ndarray], tolerance: float) -> None:
    got = numeric(engine, JAVASCRIPT.show(expression), values)
    np.testing.assert_allclose(got, exactly(expression, values), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("expression", EMITTED, ids=[f"{i}: {e}" for i, e in enumerate(EMITTED)])
def test_text_means_the_expression(engine: MiniRacer, expression: Expr) -> None:
    meaning(engine, expression, points(len(str(expression))), 2e-14)


CONTEXTS: list[Callable[[Expr], Expr]] = [
    lambda e: c - e,
    lambda e: c / (e**2 + 1),
    lambda e: -e * c,
    lambda e: (e - c) ** 2,
    lambda e: raw(Mul, Integer(-1), e),
    lambda e: raw(Pow, e, Integer(2)) / c,
]


@pytest.mark.parametrize("expression", EMITTED, ids=[f"{i}: {e}" for i, e in enumerate(EMITTED)])
def test_text_keeps_its_meaning_in_a_context(engine: MiniRacer, expression: Expr) -> None:
    for wrap in CONTEXTS:
        meaning(engine, wrap(expression), points(3), 1e-13)


def test_one_of_each() -> None:
    def source(expression: Expr) -> str:
        return JAVASCRIPT.show(expression)

    assert source(a - (b - c)) == "a + c - b"
    assert source(-(a**2)) == "-Math.pow(a, 2)"
    assert source((-a) ** 3) == "-Math.pow(a, 3)"
    assert source(raw(Mul, Integer(-1), raw(Mul, Integer(-1), a))) == "-(-a)"
    assert source((a + b) ** 2 / c) == "Math.pow(a + b, 2) / c"
    assert source(2 * sqrt(p)) == "2 * Math.sqrt(p)"
    assert source(cbrt(p)) == "Math.cbrt(p)"
    assert source(p ** Rational(2, 3)) == "Math.pow(Math.cbrt(p), 2)"
    assert source(a / p ** Rational(3, 2)) == "a / p / Math.sqrt(p)"
    assert source(Max(-p, Min(a, p))) == "Math.min(Math.max(a, -p), p)"
    assert source(Piecewise((1 / p, p > 1), (1, True))) == "(1 / (p > 1 ? p : 1))"
    assert source(Piecewise((a, And(a > 0, b > 0)), (c, True))) == "((a > 0) && (b > 0) ? a : c)"
    assert source(Piecewise((a, Eq(a, b)), (c, True))) == "(a === b ? a : c)"
    assert source(Piecewise((a, Ne(a, b)), (c, True))) == "(a !== b ? a : c)"


def test_both_languages_agree_to_the_last_digits(engine: MiniRacer) -> None:
    """One walk: the operations and their order are the same, so only the functions of the two libraries differ."""
    values = points(11)
    for expression in EMITTED:
        here = numeric(engine, JAVASCRIPT.show(expression), values)
        there = np.broadcast_to(np.asarray(eval(NUMPY.show(expression), {"np": np, **values}), float), 5)
        np.testing.assert_allclose(here, there, rtol=1e-14, atol=1e-15, err_msg=str(expression))


@pytest.mark.parametrize("expression", [erf(a), a + erfc(b), tan(a), sqrt(erf(p))])
def test_what_has_no_form_is_refused(expression: Expr) -> None:
    with pytest.raises(ValueError, match=f"no JavaScript form for {'tan' if expression.has(tan) else 'erf'}"):
        JAVASCRIPT.show(expression)


@pytest.mark.parametrize("name", ["var", "new", "function", "arguments", "Math", "w*", "2a", ""])
def test_names_that_no_variable_can_have(name: str) -> None:
    with pytest.raises(ValueError, match="no JavaScript form for the symbol"):
        JAVASCRIPT.show(Symbol(name, real=True) + 1)


@pytest.mark.parametrize("name", ["lambda", "in", "w*"])
def test_names_that_no_variable_of_python_can_have(name: str) -> None:
    with pytest.raises(ValueError, match="no NumPy form for the symbol"):
        NUMPY.show(Symbol(name, real=True) + 1)


def test_numbers_read_back(engine: MiniRacer) -> None:
    rng = random.Random(4)
    values = [rng.choice((-1, 1)) * rng.uniform(1, 10) * 10.0 ** rng.randint(-300, 300) for _ in range(300)]
    literals = [JAVASCRIPT.number(Float(value, 40)) for value in values]
    read = json.loads(str(engine.eval(f"JSON.stringify([{', '.join(literals)}])")), parse_int=float)
    assert read == values
    assert JAVASCRIPT.number(Integer(10) ** 20) == "1e+20"
    with pytest.raises(ValueError, match="not a finite number"):
        JAVASCRIPT.number(Integer(10) ** 400)


def test_conditions_that_pieces_share_have_a_name(engine: MiniRacer) -> None:
    form = Piecewise((a, a > b), (c, True)) + sin(Piecewise((b, a > b), (a, True)))
    pairs = assignments([form], ["value"], printer=JAVASCRIPT)
    body = " ".join(f"const {name} = {source};" for name, source in pairs)
    values = points(2)
    got = numeric(engine, f"(() => {{ {body} return value; }})()", values)
    np.testing.assert_allclose(got, exactly(form, values), rtol=1e-14)


# The script of the page.


@pytest.mark.parametrize("scalar", scalars(), ids=lambda scalar: f"{scalar.group}.{scalar.name}")
def test_a_function_of_the_script_is_its_claims(formulas: MiniRacer, scalar: Scalar) -> None:
    """At 25 points each, against the expression in 40 digits."""
    rng = np.random.default_rng(5)
    rows = 10 ** rng.uniform(-1.2, 1.2, (25, len(scalar.arguments)))
    if scalar.name.startswith("probability"):
        rows = rng.uniform(0, np.pi / 2, (25, 1))
    if scalar.name == "tl1_kept":  # where an entry has that branch
        rows[:, 0] += np.cbrt(6.75 * rows[:, 1] * rows[:, 2] * (rows[:, 2] + 1))
    call = f"coarseproofFormulas.{scalar.group}.{scalar.name}(...row)"
    got = json.loads(str(formulas.eval(f"JSON.stringify({json.dumps(rows.tolist())}.map((row) => {call}))")))
    exact = lambdify(scalar.arguments, scalar.form, "mpmath")
    with mp.workdps(40):
        wanted = [exact(*map(mpf, row)) for row in rows.tolist()]
        # What cancels, cancels in the arguments themselves: the error is measured against the largest term.
        scale = [max(abs(term(*map(mpf, row))) for term in terms(scalar)) for row in rows.tolist()]
    for value, true, size in zip(got, wanted, scale, strict=True):
        assert abs(value - true) <= 3e-14 * size, (scalar.name, value, true)


def terms(scalar: Scalar) -> list[Callable[..., object]]:
    """The form itself, and the terms of the sums in it that may cancel."""
    sums = [part for part in scalar.form.atoms(Expr) | {scalar.form} if part.is_Add]
    numerators = [part for factor in Mul.make_args(scalar.form) if factor.is_Add for part in factor.args]
    rest = [scalar.form, *(part for each in sums for part in each.args), *numerators]
    return [lambdify(scalar.arguments, part, "mpmath") for part in rest]


def test_the_script_is_up_to_date_and_repeatable() -> None:
    stored = Path(project_root() / SCRIPT).read_text(encoding="utf-8")
    assert script() == stored, "run `coarseproof derive`"
    assert stored.startswith("/*\n")
    assert "Do not edit" in stored.partition("*/")[0]


def test_every_caption_is_mathematics_and_nothing_else(formulas: MiniRacer) -> None:
    captions = json.loads(str(formulas.eval("JSON.stringify(coarseproofFormulas.captions)")))
    assert list(captions) == list(CAPTIONED)
    for caption in captions.values():
        assert caption["mathml"].startswith("<math")
        assert caption["mathml"].endswith("</math>")
        assert "<script" not in caption["mathml"]
        assert "\\" not in caption["mathml"]
