"""The inequalities route: true claims proved, false ones refuted with a point, and nothing else green."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from sympy import Abs, Eq, Ge, Gt, Integer, Le, Lt, Min, Symbol, exp, oo, sqrt

import proofs
from proofs.engine.definitions import ProximalMap
from proofs.engine.smt import SolverMissingError
from proofs.penalty_forms import PENALTIES, Penalty, size
from proofs.symbols import a, beta, lam, ratio, u, x_in
from verify import suite
from verify.evidence import Fate, Grade, Outcome, Task, Verdict
from verify.inequalities import Statement, decide, rule_of
from verify.inequalities import route as inequalities
from verify.inequalities.route import fates_of, judge, says_the_same
from verify.mutants import Mutant, mutants
from verify.workers import Here, Piece, carry_out

STATED = [claim.id for claim in proofs.all_claims() if rule_of(claim) is not None]
x = Symbol("x", real=True)


def test_the_claims_that_must_be_stated_are() -> None:
    expected = {"N4", "N5", "C8", "P1", "P2", "P3", "P5.l1", "P5.tl1", "P6.convexity", "P7.scad", "R1", "R6", "R10"}
    assert expected <= set(STATED)


@pytest.mark.parametrize(
    ("claim_id", "wrong"), [("P1", x_in - 2 * ratio), ("P2", x_in), ("P6.l0", Min(beta * x_in**2 / 2, 2 * lam))]
)
def test_a_wrong_formula_is_refuted_with_a_point(claim_id: str, wrong) -> None:
    claim = replace(proofs.get(claim_id), statement=wrong, printed=None)
    finding = judge(rule_of(claim), claim, "quick")
    assert finding.verdict is Verdict.REFUTED
    assert "fails at" in finding.detail


APPROACHED = ["P4.l1", "P4.l1-map", "P4.l0-map", "P5.l1", "P5.half", "R1", "R1.global", "R5.l1", "R5.l0", "R5.tl1"]
APPROACHED += ["R6", "R6.radius", "R12.step", "B2.relu"]


@pytest.mark.parametrize("claim_id", APPROACHED)
def test_a_bound_too_strong_by_one_per_cent_is_refuted(claim_id: str) -> None:
    """Each of these bounds is attained or approached, so that it may not be tightened."""
    claim = proofs.get(claim_id)
    tight = [mutant for mutant in mutants(claim, "full") if "too strong" in mutant.label]
    assert tight
    for mutant in tight:
        assert judge(rule_of(claim), mutant.claim, "full").verdict is Verdict.REFUTED, mutant.label


@pytest.mark.parametrize(
    ("claim_id", "label"),
    [
        ("R12.step", "lower bound: -L/2 dropped"),
        ("R5.tl1", "bound: kappa ↔ beta"),
        ("P4.l0-map", "threshold: -1/2 off by 0.1 %"),
        ("P4.l1-map", "bound: 2 off by 0.1 %"),
    ],
)
def test_a_wrong_part_is_refuted(claim_id: str, label: str) -> None:
    claim = proofs.get(claim_id)
    (wrong,) = [mutant for mutant in mutants(claim, "full") if mutant.label == label]
    assert judge(rule_of(claim), wrong.claim, "full", steps=100_000).verdict is Verdict.REFUTED


def test_mutants_that_divide_by_zero_somewhere_are_judged_elsewhere() -> None:
    """The solver first offers κ = N for β|w*_i|/(N − κ), where the entry is undefined: that refutes nothing."""
    claim = proofs.get("R4.l0")
    found = fates_of(rule_of(claim), claim, "full")
    assert found["kept entry: kappa ↔ beta"] is Fate.KILLED


def test_mutants_are_judged() -> None:
    claim = proofs.get("R3")
    found = fates_of(rule_of(claim), claim, "quick")
    assert found
    assert set(found.values()) == {Fate.KILLED}


def test_an_equal_formula_is_called_equivalent() -> None:
    """Not because no counterexample was met: because the solver proves the difference to be 0."""
    claim = proofs.get("P2")
    written = Mutant("", "statement", replace(claim, statement=claim.formula + x_in - x_in * Integer(1)))
    doubled = Mutant("", "statement", replace(claim, statement=2 * claim.formula))
    assert says_the_same(claim, written, 1000)
    assert not says_the_same(claim, doubled, 1000)


def test_contradictory_hypotheses_are_undecided() -> None:
    claim = replace(proofs.get("P7.mcp"), hypotheses=(Gt(ratio, 1, evaluate=False), Lt(ratio, 1, evaluate=False)))
    assert judge(rule_of(claim), claim, "quick").verdict is Verdict.UNDECIDED
    assert decide(Statement("", Gt(x, 0), (Gt(x, 1), Lt(x, 0))), 1000).zero is None


def test_too_many_steps_are_undecided() -> None:
    claim = proofs.get("P7.mcp")
    finding = judge(rule_of(claim), claim, "quick", steps=1)
    assert finding.verdict is Verdict.UNDECIDED
    assert "no proof" in finding.detail or "satisfiable" in finding.detail


def test_without_a_solver_there_is_an_error_that_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    task = Task(inequalities.NAME, ("P1",), ("quick",))
    with pytest.raises(SolverMissingError, match="pip install z3-solver"):
        inequalities.run(task)
    (outcome,) = carry_out([Piece("verify.inequalities.route", task)], Here(), None)
    (found,) = suite._Plan("inequalities", [proofs.get("P1")], "quick", 0).conclude([outcome])["P1"]
    assert found.verdict is Verdict.ERROR
    assert "pip install z3-solver" in found.detail


def test_an_estimate_that_does_not_suffice_refutes_nothing() -> None:
    statement = Statement("", Le(x, 1), (Le(x, 2),))
    assert decide(statement, 1000).zero is False
    assert decide(replace(statement, relaxed=True), 1000).zero is None


def test_counterexamples_are_evaluated_exactly() -> None:
    """The solver may give x/0 any value, and take an integer for a fraction: such points refute nothing."""
    k = Symbol("k", integer=True, positive=True)
    assert decide(Statement("", Eq(x / x**2 * x**2, x) & Ge(1 / x**2, 0)), 1000).zero is not False
    assert decide(Statement("", Ge(k, 3) | Le(k, 2)), 1000).zero is None
    assert decide(Statement("", Ge(x, 3) | Le(x, 2)), 1000).zero is False


def test_a_new_penalty_is_covered_and_one_with_an_exponential_is_left_alone(monkeypatch) -> None:
    one, zero = Integer(1), Integer(0)
    capped = Penalty(
        "capped-l1",
        "capped l1",
        ((zero, one, u), (one, oo, one)),
        threshold=sqrt(ratio) * sqrt(Min(ratio, 2)),
        branches=((ratio, size <= Min(1 + ratio / 2, 2)), (zero, True)),
    )
    monkeypatch.setitem(PENALTIES, capped.name, capped)
    definition = ProximalMap(capped.on_reals)
    claim = replace(proofs.get("P2"), id="P7.capped-l1", definition=definition, statement=capped.proximal, printed=None)
    assert judge(rule_of(claim), claim, "full").verdict is Verdict.VERIFIED
    assert rule_of(replace(claim, definition=ProximalMap(1 - exp(-Abs(u))))) is None


def test_the_grade_is_proved_only_where_the_whole_claim_was() -> None:
    asked = {claim_id: inequalities.run(Task(inequalities.NAME, (claim_id,), ("quick",))) for claim_id in ("R9", "N4")}
    assert asked["R9"].grade is Grade.PROVED
    assert asked["N4"].grade is Grade.TESTED
    assert asked["N4"].figures["for"] == "m = 1, 2, 3"
    task = Task(inequalities.NAME, ("R9",), ("quick",))
    (evidence,) = inequalities.conclude([proofs.get("R9")], [Outcome(task, asked["R9"], 0.1)], "quick", 0, 0.0)["R9"]
    assert evidence.verdict is Verdict.VERIFIED
    assert evidence.fates


def test_hypotheses_are_read_from_the_claim() -> None:
    """The map of SCAD is not the minimizer for a < 1: without that hypothesis the claim is false."""
    claim = proofs.get("P7.scad")
    freed = replace(claim, hypotheses=(Lt(a, 1, evaluate=False),))
    assert judge(rule_of(freed), freed, "quick", steps=750_000).verdict is not Verdict.VERIFIED
