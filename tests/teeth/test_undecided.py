"""Undecided kills no mutant, calls none equivalent or weaker and proves nothing, whichever method cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from sympy import And, Function, Gt, Implies, Rational, Symbol, cos, pi

from proofs import get
from proofs.engine.claim import Claim
from proofs.engine.decision import Decision
from proofs.symbols import theta
from verify import symbolic
from verify.at_points import Comparison, Found
from verify.configurations import configurations
from verify.enclosure import route as enclosure
from verify.evidence import Fate, Verdict
from verify.inequalities import Statement, decide, rule_of
from verify.inequalities import route as inequalities
from verify.mutants import Mutant, matrix, mutants
from verify.mutants.equal_text import same_value
from verify.mutants.text import text_mutants
from verify.precision import route as precision

OPEN = Decision(None)
N1 = get("N1")


def owing(decision: Decision) -> SimpleNamespace:
    return SimpleNamespace(decision=decision)


def judged(chain: SimpleNamespace) -> Fate | bool | None:
    """Of a mutant whose formula nobody knows."""
    unknown = Mutant("", "statement", replace(N1, statement=Function("f")(theta)))
    return symbolic._fate(chain, 1, unknown)  # type: ignore[arg-type]


def test_by_comparisons_in_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "_check", lambda *_, **__: [Comparison("", Verdict.UNDECIDED, 1.0, "unlike")])
    claim, points = get("C9"), configurations("quick", 3)
    claim = replace(claim, hypotheses=(*claim.hypotheses, Gt(theta, 0, evaluate=False)))
    found, _ = precision._fates(claim, points, points[0], "full")
    assert {bool(mutant.part) for mutant in mutants(claim, "full") if mutant.label in found} == {True, False}
    assert set(found.values()) == {Fate.MISSED}


def test_by_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosure, "judge_boxes", lambda *_: Found(0.0, verdict=Verdict.UNDECIDED))
    assert set(enclosure._over_boxes(get("R7.astroid"), "full").fates.values()) == {Fate.MISSED}


@pytest.mark.parametrize("claim_id", ["R3", "R4.l0", "P2"])
def test_by_the_solver(claim_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inequalities, "_MUTANT_STEPS", {"quick": 1})
    claim = get(claim_id)
    assert set(inequalities.fates_of(rule_of(claim), claim, "quick").values()) == {Fate.MISSED}


def test_one_part_that_is_proved_does_not_prove_the_others() -> None:
    x, p = Symbol("x", real=True), Symbol("p", positive=True)
    proved, unknown = Gt(x**2 + p**2, x * p), Gt(pi * p, Rational(31415926535, 10**10) * p)
    for part, verdict in ((unknown, None), (Implies(Gt(p, 1), unknown), None), (Implies(Gt(p, 1), proved), True)):
        assert decide(Statement("", And(proved, part)), 100_000).zero is verdict
        assert decide(Statement("", And(part, proved)), 100_000).zero is verdict


def test_by_derivations() -> None:
    other = SimpleNamespace(implies=None, derived=cos(theta), held=(cos(theta),))
    assert judged(other) is False
    undecided: Any = SimpleNamespace(implies=lambda *_: owing(OPEN))
    assert judged(undecided) is None
    same = next(one for one in mutants(get("C7.printed"), "full") if one.label == "quotient: θ → π − θ")
    assert symbolic._fate(undecided, 1, same) is Fate.EQUIVALENT
    planted = {"open": OPEN, "stopped": Decision(None, "", stopped=True), "proved": Decision(True)}
    chain: Any = SimpleNamespace(mutants=lambda: ((name, lambda steps, d=d: owing(d)) for name, d in planted.items()))
    fates = {"derivation: open": Fate.KILLED, "derivation: proved": Fate.MISSED}
    assert symbolic._mistaken(chain, "quick") == fates
    assert symbolic._mistaken(chain, "full") == fates | {"derivation: stopped": Fate.KILLED}


@pytest.mark.parametrize("answers", [(None, False), (True, None), (False, False)])
def test_by_what_is_weaker(answers: tuple[bool | None, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Iterator[bool | None] = iter(answers)
    monkeypatch.setattr(matrix, "follows", lambda *_, **__: owing(Decision(next(asked), "fails at x = 1")))
    claim: Claim = get("R5.l1")
    assert matrix.says_less(claim, next(one for one in mutants(claim, "full") if one.part == "bound")) == ""


def test_by_text_that_cannot_be_carried_out() -> None:
    source = "def f(x):\n    return np.strange(2 * x)\n"
    made, _ = text_mutants(source, ["f"])
    assert made
    assert not any(same_value(source, one) for one in made)
