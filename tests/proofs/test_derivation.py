"""A chain is proved only if it is concluded, owes something, and everything it owes is proved."""

from __future__ import annotations

import pytest
from sympy import Function, Integral, Rational, Symbol, cos, exp, oo, pi, sin, sqrt

from proofs.engine.combinations import coefficient
from proofs.engine.derivation import Derivation, holds, nonnegative_in_theta, vanishes
from proofs.symbols import e, m, r, s, theta, v_v, v_vs, w_hat, w_star, x

f = Function("f")
TRUE = vanishes("sin² + cos² − 1", sin(theta) ** 2 + cos(theta) ** 2 - 1)
FALSE = vanishes("wrong", sin(theta) - theta)
OPEN = vanishes("unknown", f(x) - f(2 * x))


def chain(*owed: object) -> Derivation:
    d = Derivation("T1")
    d.begin(sin(theta + pi / 2))
    d.step("a step", cos(theta), "", owed)  # type: ignore[arg-type]
    return d


def test_a_proved_chain() -> None:
    d = chain(TRUE)
    assert d.decided is None
    d.conclude(cos(theta))
    assert d.decided is True
    assert d.derived == cos(theta)
    assert d.steps[-1].name == "Statement"


def test_a_refuted_step_refutes_the_chain() -> None:
    d = chain(TRUE, FALSE, OPEN)
    d.conclude(cos(theta))
    assert d.decided is False
    assert d.steps[1].decided is False


def test_an_undecided_step_leaves_the_chain_undecided() -> None:
    d = chain(TRUE, OPEN)
    d.conclude(cos(theta))
    assert d.steps[1].decided is None
    assert d.decided is None


def test_a_refuted_chain_needs_no_conclusion() -> None:
    assert chain(FALSE).decided is False


def test_no_conclusion_is_not_a_proof() -> None:
    assert chain(TRUE).decided is None
    assert Derivation("T1").decided is None


def test_no_obligations_is_not_a_proof() -> None:
    d = Derivation("T1")
    d.begin(cos(theta))
    d.step("a step that owes nothing", cos(theta), "because")
    d.conclude(cos(theta))
    assert d.decided is None


@pytest.mark.parametrize("factor", [Rational(1001, 1000), -1, 2])
def test_a_wrong_statement_is_refuted(factor: Rational) -> None:
    d = chain()
    d.conclude(factor * cos(theta))
    assert d.decided is False


def test_a_statement_out_of_reach_is_undecided() -> None:
    d = chain()
    d.conclude(f(theta))
    assert d.decided is None


def test_the_printed_form_is_owed_too() -> None:
    d = chain(TRUE)
    d.conclude(cos(theta), 1 - 2 * sin(theta / 2) ** 2)
    assert [o.what for o in d.steps[-1].obligations] == ["derived − statement", "derived − printed form"]
    assert d.decided is True
    d = chain()
    d.conclude(cos(theta), 1 - sin(theta / 2) ** 2)
    assert d.decided is False


def test_evaluating_is_left_to_sympy() -> None:
    d = Derivation("T1")
    d.begin(Integral(s * exp(-(s**2) / 2), (s, 0, oo)))
    d.evaluate("integrate")
    d.conclude(1 + 0 * x)
    assert d.decided is True


def test_nothing_happens_before_an_expression_is_reached() -> None:
    d = Derivation("T1")
    with pytest.raises(ValueError, match=r"T1: evaluate\('e'\) before any expression"):
        d.evaluate("e")
    with pytest.raises(ValueError, match=r"T1: conclude\(\) before any expression"):
        d.conclude(cos(theta))


def test_citations_are_kept_once() -> None:
    d = Derivation("T1")
    for cited in ("G1", "N1", "G1"):
        d.cite(cited)
    assert d.cited == ["G1", "N1"]


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        (r > 0, True),
        (m + 1 > 0, True),
        (v_v >= 0, True),
        (r <= 0, False),
        (v_vs > 0, None),
        (r > 1, None),
        (True, True),
        (False, False),
    ],
)
def test_conditions(condition: object, verdict: bool | None) -> None:
    assert holds("condition", condition).decision.zero is verdict  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expression", "verdict"),
    [
        (theta, True),
        (pi - theta, True),
        (1 - theta / pi, True),
        (theta - pi / 2, False),
        (1 - theta, False),
        (theta**2, None),
        (theta * (pi - theta), None),
        (r * theta, None),
    ],
)
def test_signs_of_affine_expressions(expression: object, verdict: bool | None) -> None:
    assert nonnegative_in_theta("sign", expression).decision.zero is verdict  # type: ignore[arg-type]


def test_coefficients_of_a_vector() -> None:
    assert coefficient(w_star * r, w_hat) == r * cos(theta)
    assert coefficient(w_star * r, e) == r * sin(theta)
    assert coefficient(sqrt(2) * w_hat, e) == 0
    assert coefficient(Symbol("other") * w_hat, w_hat) == Symbol("other")
