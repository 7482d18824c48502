"""Mutants: different from the statement and from one another, killed, and reported when they are not."""

from __future__ import annotations

import pytest
from sympy import Expr, Integral, Rational, cos, exp, oo, pi, sin, sqrt

import proofs
from proofs import claim as registry
from proofs.claim import Claim
from proofs.definitions import HalfSpaceMoment
from proofs.derivation import Derivation
from proofs.symbols import r, s, theta, v_vs, vs_vs
from verify import mutants
from verify.evidence import Outcome, Task, Verdict
from verify.mutants import conclude, mutants_of, run, tasks

IDENTITIES = [claim for claim in proofs.all_claims() if claim.statement is not None]


def register(monkeypatch: pytest.MonkeyPatch, statement: Expr, derivation: object) -> Claim:
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry._REGISTRY))
    claim = Claim("B91", "a test", "[here]", "x", HalfSpaceMoment(("a",)), derivation, statement=statement)  # type: ignore[arg-type]
    monkeypatch.setattr(proofs, "derive", registry.derive.__wrapped__)
    return registry.register(claim)


def task(claim_id: str, limit: int = 0) -> Task:
    return Task("mutants", (claim_id,), (limit,))


@pytest.mark.parametrize("claim", IDENTITIES, ids=lambda claim: claim.id)
def test_mutants_are_new_expressions(claim: Claim) -> None:
    found = list(mutants_of(claim.formula))
    expressions = [mutant for _, mutant in found]
    assert len(found) >= 3
    assert len(set(expressions)) == len(expressions)
    assert claim.formula not in expressions
    assert list(mutants_of(claim.formula)) == found


def test_each_kind_of_mistake_is_made() -> None:
    statement = theta * v_vs / (2 * pi) + vs_vs / 8
    made = dict(mutants_of(statement))
    assert made["sign of the whole"] == -statement
    assert made["factor 2"] == 2 * statement
    assert made["θ → π − θ"] == (pi - theta) * v_vs / (2 * pi) + vs_vs / 8
    expressions = set(made.values())
    assert theta * v_vs / (2 * pi) in expressions
    assert theta * v_vs / (2 * pi) - vs_vs / 8 in expressions
    assert theta * v_vs / (2 * pi) + vs_vs / 8 * Rational(1001, 1000) in expressions
    assert any("off by 0.1 %" in what for what in made)


def test_bound_variables_and_exponents_are_left_alone() -> None:
    statement = Integral(exp(-(s**2) / 2) * sin(theta) ** 2, (s, 0, oo)) / sqrt(2 * pi)
    for _, mutant in mutants_of(statement):
        (integral,) = mutant.atoms(Integral)
        assert integral.limits == statement.atoms(Integral).pop().limits
        assert all(power.is_integer or power.q == 2 for power in exponents(mutant))


def exponents(expression: Expr) -> set[Expr]:
    from sympy import Pow

    return {power.exp for power in expression.atoms(Pow) if power.exp.is_number}


@pytest.mark.parametrize("claim_id", ["N1", "C3", "G3"])
def test_all_are_killed(claim_id: str) -> None:
    value = run(task(claim_id))
    assert value["survivors"] == []
    assert value["killed"] == value["total"] >= 5
    assert value["killed"] + value["equivalent"] == len(list(mutants_of(proofs.get(claim_id).formula)))


def test_a_sample_is_taken_in_quick() -> None:
    (quick,) = tasks([proofs.get("C4")], "quick", 1, 0.0)
    (full,) = tasks([proofs.get("C4")], "full", 1, 0.0)
    assert quick.arguments != full.arguments
    value = run(quick)
    assert value["total"] + value["equivalent"] == quick.arguments[0] == mutants._QUICK


def test_only_identities_have_mutants() -> None:
    assert {t.claim_ids[0] for t in tasks(proofs.all_claims(), "full", 1, 0.0)} == {claim.id for claim in IDENTITIES}


def test_nothing_derived_is_a_survivor(monkeypatch: pytest.MonkeyPatch) -> None:
    def argue(d: Derivation) -> None:
        d.begin("because")
        d.conclude_argument("it is so")

    register(monkeypatch, cos(theta), argue)
    value = run(task("B91"))
    assert value["survivors"] == ["nothing was derived"]
    assert value["killed"] == 0
    (evidence,) = conclude([], [Outcome(task("B91"), value, 0.1)], "full", 1, 0.0)["B91"]
    assert evidence.verdict is not Verdict.VERIFIED


def test_a_chain_that_cannot_see_a_mistake_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is derived contains an unknown function: no mutant can be told from the truth."""
    from sympy import Function

    unknown = Function("f")(theta)

    def derive(d: Derivation) -> None:
        d.begin(unknown * r)
        d.conclude(unknown * r)

    register(monkeypatch, unknown * r, derive)
    value = run(task("B91"))
    assert value["killed"] < value["total"]
    assert value["survivors"]
    (evidence,) = conclude([], [Outcome(task("B91"), value, 0.1)], "full", 1, 0.0)["B91"]
    assert evidence.verdict is Verdict.UNDECIDED
    assert evidence.detail.startswith("not refuted: ")


def test_a_derivation_that_copies_the_statement_keeps_its_mutants(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deriving cos θ and stating 1.001 cos θ: none of the mutants is equal to what was derived but one."""

    def derive(d: Derivation) -> None:
        d.begin(cos(theta))
        d.conclude(cos(theta))

    register(monkeypatch, Rational(1000, 1001) * cos(theta), derive)
    value = run(task("B91"))
    assert value["survivors"], "a mutant that equals what was derived shows the statement to be wrong"


def test_an_equivalent_mutant_is_proved_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """sin θ is its own mirror image under θ → π − θ (SymPy writes it so at once); 1 + cos θ is not."""
    assert "θ → π − θ" not in dict(mutants_of(sin(theta)))
    assert "θ → π − θ" in dict(mutants_of(1 + cos(theta)))
    statement = sin(theta) * (1 + cos(theta) ** 2) / (2 - sin(theta) ** 2 + cos(theta) ** 2)

    def derive(d: Derivation) -> None:
        d.begin(statement)
        d.conclude(statement)

    register(monkeypatch, statement, derive)
    assert run(task("B91"))["survivors"] == []


def test_conclusions() -> None:
    good = {"killed": 3, "total": 3, "equivalent": 1, "survivors": [], "seconds": 0.5}
    outcomes = [
        Outcome(task("N1"), good, 0.5),
        Outcome(task("C3"), good | {"killed": 2, "survivors": ["factor 2"]}, 0.5),
        Outcome(task("G3"), good | {"killed": 0, "total": 0}, 0.5),
        Outcome(task("G1"), None, 0.5, "broken"),
    ]
    found = conclude([], outcomes, "full", 1, 0.0)
    assert set(found) == {"N1", "C3", "G3"}
    assert [found[key][0].verdict for key in ("N1", "C3", "G3")] == [
        Verdict.VERIFIED,
        Verdict.UNDECIDED,
        Verdict.UNDECIDED,
    ]
    assert found["C3"][0].detail == "not refuted: factor 2"
