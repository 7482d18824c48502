"""Obligations the solver decides: true ones proved, false ones refuted with a witness, hopeless ones left open."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from unittest.mock import Mock

import pytest
import z3
from sympy import Abs, And, Dummy, Eq, Equivalent, Max, Min, Ne, Or, Piecewise, Rational, Symbol, exp, pi, sign, sqrt

from proofs.engine import smt
from proofs.engine.sentence import Is
from proofs.engine.smt import SolverMissingError, follows, impossible

x, y = Symbol("x", real=True), Symbol("y", real=True)
p, k = Symbol("p", positive=True), Symbol("k", integer=True, positive=True)


@pytest.mark.parametrize(
    ("conclusion", "given"),
    [
        (x**2 + y**2 >= 2 * x * y, []),
        (Abs(x + y) <= Abs(x) + Abs(y), []),
        (Max(x, y) + Min(x, y) <= x + y, []),
        (sqrt(p) * sqrt(p) <= p, []),
        (p ** Rational(2, 3) < 1, [p < 1]),
        (p + 1 / p >= 2, []),
        (k >= 1, []),
        (sign(x) * x >= 0, []),
        (Piecewise((x, x > 0), (-x, True)) >= 0, []),
        (pi > 3, []),
        (Or(x > 0, x <= 0), []),
        (x < y, [x < 1, y > 2]),
        (Ne(x, 0), [x * y > 1]),
        (Equivalent(2 * x > 2 * y, x > y), []),
    ],
)
def test_true_statements_are_proved(conclusion, given) -> None:
    assert follows("", conclusion, given).decision.zero is True


@pytest.mark.parametrize(
    ("conclusion", "given"),
    [
        (x**2 >= x, []),
        (p ** Rational(1, 3) < 1, []),
        (sqrt(p) <= p, []),
        (And(x > 0, y > 0), [x * y > 0]),
        (Max(x, y) <= x, []),
        (Eq(x, y), [Eq(x**2, y**2)]),
        (Equivalent(x > y, x**2 > y**2), []),
    ],
)
def test_false_statements_are_refuted_with_a_witness(conclusion, given) -> None:
    decision = follows("", conclusion, given).decision
    assert decision.zero is False
    assert decision.witness.startswith("fails at ")


def test_a_witness_calls_symbols_as_pages_and_users_do() -> None:
    decision = follows("", Symbol("lam", real=True) > Symbol("given_cap", positive=True), []).decision
    assert set(re.findall(r"(\w+) = ", decision.witness)) == {"λ", "cap"}


def test_nothing_follows_from_a_contradiction() -> None:
    decision = follows("", x > 0, [x > 1, x < 0]).decision
    assert decision.zero is None
    assert "contradict" in decision.witness


def test_pi_is_known_to_six_digits_only() -> None:
    """No witness is believed in which π is another number."""
    assert follows("", pi * p > Rational(3141, 1000) * p).decision.zero is True
    assert follows("", pi * p > Rational(31415926535, 10**10) * p).decision.zero is None
    assert follows("", pi * p > 4 * p).decision.zero is not True


def test_names_do_not_identify() -> None:
    """A symbol named like another, like π or like a root is not that number."""
    for other in (Symbol("x", positive=True), Symbol("x")):
        with pytest.raises(ValueError, match="two symbols print alike: x"):
            follows("", Eq(x, other))
        assert not impossible([Ne(x, other)])
    with pytest.raises(ValueError, match="two symbols print alike: t"):
        follows("", Eq(Dummy("t", real=True), Dummy("t", real=True)))
    with pytest.raises(ValueError, match="two symbols print alike: x"):
        follows("", Eq(x**p, Symbol("x", positive=True) ** p))
    assert follows("", Symbol("pi", positive=True) < 4, [pi * p > 3 * p]).decision.zero is not True
    assert follows("", Eq(Symbol("root 0", real=True) ** 2, 2), [sqrt(2) * p > p]).decision.zero is False


def test_predicates_of_symbols_that_print_alike_are_two() -> None:
    here, there = (Is("a strict local minimum", one) for one in (Symbol("w", real=True), Symbol("w", positive=True)))
    assert str(here) == str(there)
    assert follows("", here, here).decision.zero is True
    assert follows("", here, there).decision.zero is not True


def test_nothing_is_known_of_what_is_undefined() -> None:
    """A root of a negative number and a quotient by 0 prove nothing, and contradict nothing."""
    assert follows("", sqrt(x) >= 0).decision.zero is not True
    assert follows("", Eq(sqrt(x) ** 4, x**2) & (sqrt(x) > -1)).decision.zero is not True
    assert follows("", Eq((x**2 - y**2) / (x - y), x + y)).decision.zero is not True
    assert follows("", x > 5, [sqrt(p) < 0]).decision.zero is None
    assert not impossible([sqrt(x) < 0])
    assert not impossible([1 / x > 0, Eq(x, 0)])


def test_unknown_functions_are_refused() -> None:
    with pytest.raises(ValueError, match="no SMT form for exp"):
        follows("", exp(x) > y)


def test_impossible_regions() -> None:
    assert impossible([x > y, y > x])
    assert impossible([sqrt(p) > 1, p < 1])
    assert not impossible([x > y])
    assert not impossible([exp(x) < y, y < 0])  # empty, but not for the solver: kept


def test_a_counterexample_must_be_one() -> None:
    """Where the solver's point is not in the statement's domain, or an integer is a fraction, nothing is refuted."""
    assert follows("", Or(k >= 2, k <= 1)).decision.zero is None
    assert follows("", Or(x >= 2, x <= 1)).decision.zero is False
    undefined = follows("", Eq((x**2 - y**2) / (x - y), x + y)).decision
    assert undefined.zero is None
    assert "counterexample is none" in undefined.witness


HARD = x**6 + y**6 + p**6 + (x * y * p) ** 2 + 1 >= x**3 * y**2 * p + y**5 * x + p**3


def test_too_many_steps_are_undecided() -> None:
    assert follows("", HARD, steps=1).decision.zero is None


@pytest.mark.parametrize("ignored", [False, True])
def test_an_interrupt_is_no_reason_not_to_know(ignored: bool) -> None:
    """Z3 takes SIGINT for itself: the claim would be undecided, and the command go on."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.default_int_handler)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        if ignored:
            assert "resource limit" in follows("", HARD, steps=600_000).decision.witness
        else:
            with pytest.raises(KeyboardInterrupt):
                follows("", HARD)
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("stopped", "answers"),
    [({0}, (True, False)), ({1}, (None, None)), ({2}, (None, False)), ({0, 1, 2}, (None, None))],
    ids=str,
)
def test_a_question_without_answer_proves_nothing_and_refutes_nothing(stopped, answers, monkeypatch) -> None:
    """Of three: does it follow from the words alone, does it follow, and if so, can the hypotheses be met."""
    solver, asked = smt.Translation.solver, []

    def ask(self, *given):
        asked.append(solver(self, *given))
        return Mock(check=lambda: z3.unknown) if len(asked) - 1 in stopped else asked[-1]

    monkeypatch.setattr(smt.Translation, "solver", ask)
    smt._decide.cache_clear()
    for conclusion, answer in zip((x * y <= (x**2 + y**2) / 2, x > y), answers, strict=True):
        asked.clear()
        assert follows("", Or(conclusion, x < 0), x > 1).decision.zero is answer
    if 0 in stopped:
        asked.clear()
        smt._impossible.cache_clear()
        assert not impossible([x > y, y > x])
        smt._impossible.cache_clear()
    smt._decide.cache_clear()


def test_what_is_said_already_needs_no_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it asked about words where a relation is new: that follows from none."""
    hard, asked = p**x > y, []
    monkeypatch.setattr(smt.Words, "boolean", lambda *of: asked.append(of) or smt.Translation.boolean(*of))
    assert follows("", And(hard, Or(hard, x < 1)), hard, x > 0, x < 2).decision.zero is True
    assert len(asked) > 3
    asked.clear()
    assert follows("", And(y < 3, x > 0), x > 0).decision.zero is False
    assert asked == []


def test_a_missing_solver_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    for ask in (lambda: follows("", x**2 >= 0), lambda: impossible([x > 0])):
        with pytest.raises(SolverMissingError, match="pip install z3-solver"):
            ask()


@pytest.mark.parametrize("conclusion", [1 / (x**2 - 2) >= 0, sqrt(1 - x) >= 0])
def test_an_irrational_point_where_nothing_is_defined_refutes_nothing(conclusion: object) -> None:
    """At x = ±√2 the solver may take any number for the quotient by 0, or for the root of a negative number."""
    assert follows("", conclusion, [Eq(x**2, 2), x > 0]).decision.zero is None


def test_an_irrational_counterexample_is_one() -> None:
    assert follows("", x < 1, [Eq(x**2, 2), x > 0]).decision.zero is False
