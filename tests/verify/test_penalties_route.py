"""Chapter P under the methods that evaluate definitions: wrong claims and wrong code are caught. That right ones pass,
`coarseproof verify` says.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from mpmath import mp, mpf
from sympy import Abs, Ge, Piecewise, Rational

import proofs
from numerics.generated import penalties as generated
from proofs.engine.claim import Claim
from proofs.penalty_forms import PENALTIES
from proofs.symbols import a, ratio, u
from verify.configurations import Configuration, configurations
from verify.evidence import Verdict
from verify.generated.held import ALLOWED
from verify.generated.penalties import stated_penalty
from verify.generated.route import compare
from verify.mutants import mutants
from verify.precision.minimizers import minimize, near_thresholds
from verify.precision.route import check, points_for
from verify.roads.penalties import outside

POINTS = configurations("quick", 7)
CLAIMS = [claim for claim in proofs.all_claims() if claim.id.startswith("P")]
STATED = [claim for claim in CLAIMS if stated_penalty(claim) is not None]
OFF = Rational(1001, 1000)


def name_of(claim: Claim) -> str:
    return claim.id


def verdict_of(claim: Claim) -> Verdict:
    return check(claim, points_for(claim, POINTS)).verdict


@pytest.mark.parametrize("claim", STATED, ids=name_of)
def test_a_ratio_off_by_a_thousandth_is_caught(claim: Claim) -> None:
    wrong = replace(claim, statement=claim.formula.subs({symbol: symbol * OFF for symbol in proofs_ratio(claim)}))
    assert verdict_of(wrong) is Verdict.REFUTED


def proofs_ratio(claim: Claim) -> list:
    from proofs.symbols import lam

    return [symbol for symbol in (ratio, lam) if claim.formula.has(symbol)]


@pytest.mark.parametrize("claim_id", ["P5.l1", "P5.l0", "P5.tl1", "P5.half"])
@pytest.mark.parametrize("factor", [OFF, 1 / OFF])
def test_a_wrong_displacement_is_caught(claim_id: str, factor: Rational) -> None:
    claim = proofs.get(claim_id)
    assert verdict_of(replace(claim, parts={"bound": factor * claim.parts["bound"]})) is Verdict.REFUTED


INEQUALITIES = [claim for claim in CLAIMS if claim.parts]


@pytest.mark.parametrize("claim", INEQUALITIES, ids=name_of)
def test_every_wrong_part_is_caught(claim: Claim) -> None:
    """Also a bound that is too weak: it is not reached where the claim says that it is."""
    chosen = [mutant for mutant in mutants(claim, "full") if mutant.part]
    points = points_for(claim, POINTS)
    assert len(chosen) >= 3
    assert [mutant.label for mutant in chosen if not noticed(mutant.claim, points)] == []


def noticed(claim: Claim, points: list[Configuration]) -> bool:
    try:
        return check(claim, points).verdict is Verdict.REFUTED
    except ValueError:
        return True


@pytest.mark.parametrize("claim_id", ["P5.scad", "P6.scad", "P7.scad"])
def test_a_shape_outside_its_domain_is_noticed(claim_id: str) -> None:
    """At a = ½ the claims on SCAD fail, or there is no minimizer for them to speak of; a = 1 is capped l1."""
    claim = replace(proofs.get(claim_id), hypotheses=())
    assert proofs.get(claim_id).hypotheses == (Ge(a, 1),)
    assert any(noticed(claim, [point]) for point in outside(proofs.get(claim_id)))
    at_one = [replace(point, parameters=point.parameters | {"a": 1.0}) for point in POINTS]
    assert verdict_of_at(claim, near_thresholds(claim.definition, at_one)) is Verdict.VERIFIED


def verdict_of_at(claim: Claim, points: list[Configuration]) -> Verdict:
    return check(claim, points).verdict


def test_claims_without_such_shapes_have_no_outside() -> None:
    assert {len(list(outside(claim))) for claim in CLAIMS if not claim.hypotheses} == {0}


def test_an_infimum_that_is_not_attained_is_no_minimum() -> None:
    """p jumps down at 1: just below, u → 1⁺ is best and 1 itself is not."""
    falling = Piecewise((Abs(u), Abs(u) <= 1), (Rational(3, 4), True))
    with mp.workdps(60), pytest.raises(ValueError, match="need not be attained"):
        minimize(falling, mpf("0.98"), mpf("0.1"), {})


def test_the_search_finds_the_global_minimum() -> None:
    """Next to a jump, where two minima differ by a millionth, and where SCAD has two positive ones."""
    scalars = configurations("quick", 1)[0].scalars()
    scad = PENALTIES["scad"]
    (shape,) = scad.parameters
    values = scalars | {shape.symbol: mpf(3)}
    with mp.workdps(60):
        for shift in (mpf(10) ** -6, -(mpf(10) ** -6)):
            x = mpf("3.5") + shift  # between x − ρ = 0.5 and x itself
            found = minimize(scad.on_reals, x, mpf(3), values).point
            assert abs(found - (x if shift > 0 else x - 3)) < mpf(10) ** -50


def test_points_lie_on_both_sides_of_the_threshold() -> None:
    points = near_thresholds(proofs.get("P3").definition, POINTS)
    labels = [point.label for point in points]
    assert any("0.999999 t" in label for label in labels)
    assert any("1.000001 t" in label for label in labels)
    assert any("6ρ" in label for label in labels)
    shape = POINTS[0].parameters["a"]
    turn = shape**2 / (2 * (shape + 1))  # there P3's threshold passes from one form to the other
    assert any(1 < point.v_star[0] / turn < 1.001 for point in points)


@pytest.mark.parametrize("claim_id", ["P1", "P2", "P3", "P7.mcp", "P7.scad", "P7.half"])
def test_corrupted_code_is_caught(claim_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = proofs.get(claim_id)
    penalty = stated_penalty(claim)
    assert penalty is not None
    right = generated.PROXIMAL_MAPS[penalty.name]
    monkeypatch.setitem(generated.PROXIMAL_MAPS, penalty.name, lambda x, rho, **k: right(x, rho * (1 + 1e-6), **k))
    assert compare(claim, "quick", 3)["conditioned"] > 100 * ALLOWED


def test_corrupted_envelopes_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = generated.ENVELOPES["tl1"]
    monkeypatch.setitem(generated.ENVELOPES, "tl1", lambda *a, **k: right(*a, **k) * (1 + 1e-12))
    found = compare(proofs.get("P6.tl1"), "quick", 3)
    assert found["conditioned"] > 100 * ALLOWED
    monkeypatch.setitem(generated.ENVELOPES, "tl1", lambda *a, **k: np.full_like(right(*a, **k), np.nan))
    with pytest.raises(ValueError, match=r"w is out of range"):
        compare(proofs.get("P6.tl1"), "quick", 3)
