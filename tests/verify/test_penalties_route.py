"""Chapter P under the methods that evaluate definitions: right claims pass, wrong ones and wrong code are caught."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from mpmath import mp, mpf
from sympy import Rational

import proofs
from numerics.generated import penalties as generated
from proofs.claim import Claim
from proofs.penalty_forms import PENALTIES
from proofs.symbols import ratio
from verify.configurations import configurations
from verify.evidence import Verdict
from verify.generated import ALLOWED
from verify.generated_penalties import compare_penalty, stated_penalty
from verify.precision import check, points_for
from verify.precision.minimizers import minimize, near_thresholds

POINTS = configurations("quick", 7)
CLAIMS = [claim for claim in proofs.all_claims() if claim.id.startswith("P")]
STATED = [claim for claim in CLAIMS if stated_penalty(claim) is not None]
OFF = Rational(1001, 1000)


def name_of(claim: Claim) -> str:
    return claim.id


def verdict_of(claim: Claim) -> Verdict:
    return check(claim, points_for(claim, POINTS)).verdict


@pytest.mark.parametrize("claim", CLAIMS, ids=name_of)
def test_claims_agree_with_their_definitions(claim: Claim) -> None:
    assert verdict_of(claim) is Verdict.VERIFIED


@pytest.mark.parametrize("claim", STATED, ids=name_of)
def test_a_ratio_off_by_a_thousandth_is_caught(claim: Claim) -> None:
    wrong = replace(claim, statement=claim.formula.subs({symbol: symbol * OFF for symbol in proofs_ratio(claim)}))
    assert verdict_of(wrong) is Verdict.REFUTED


def proofs_ratio(claim: Claim) -> list:
    from proofs.symbols import lam

    return [symbol for symbol in (ratio, lam) if claim.formula.has(symbol)]


@pytest.mark.parametrize("claim_id", ["P5.l1", "P5.l0", "P5.tl1", "P5.half"])
@pytest.mark.parametrize("factor", [OFF, 1 / OFF])
def test_a_wrong_displacement_is_caught(claim_id: str, factor: Rational, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = proofs.get(claim_id)
    name = claim.definition.penalty
    right = PENALTIES[name]
    monkeypatch.setitem(PENALTIES, name, replace(right, displacement=factor * right.farthest))
    assert verdict_of(claim) is Verdict.REFUTED


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


@pytest.mark.parametrize("claim", STATED, ids=name_of)
def test_generated_code_is_accurate(claim: Claim) -> None:
    penalty = stated_penalty(claim)
    assert penalty is not None
    assert compare_penalty(claim, penalty, "quick", 3)["conditioned"] <= ALLOWED


@pytest.mark.parametrize("claim_id", ["P1", "P2", "P3", "P7.mcp", "P7.scad", "P7.half"])
def test_corrupted_code_is_caught(claim_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = proofs.get(claim_id)
    penalty = stated_penalty(claim)
    assert penalty is not None
    right = generated.PROXIMAL_MAPS[penalty.name]
    monkeypatch.setitem(generated.PROXIMAL_MAPS, penalty.name, lambda x, rho, **k: right(x, rho * (1 + 1e-6), **k))
    assert compare_penalty(claim, penalty, "quick", 3)["conditioned"] > 100 * ALLOWED


def test_corrupted_envelopes_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = generated.ENVELOPES["tl1"]
    monkeypatch.setitem(generated.ENVELOPES, "tl1", lambda *a, **k: right(*a, **k) * (1 + 1e-12))
    found = compare_penalty(proofs.get("P6.tl1"), PENALTIES["tl1"], "quick", 3)
    assert found["conditioned"] > 100 * ALLOWED
    monkeypatch.setitem(generated.ENVELOPES, "tl1", lambda *a, **k: np.full_like(right(*a, **k), np.nan))
    found = compare_penalty(proofs.get("P6.tl1"), PENALTIES["tl1"], "quick", 3)
    assert not found["conditioned"] <= ALLOWED
