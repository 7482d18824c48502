"""The generated functions of numbers are held against their claims, and a wrong one shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Rational

import numerics
import proofs
from verify.evidence import Verdict
from verify.generated import route as generated
from verify.generated.held import OfNumbers
from verify.generated.scalars import SCALARS

CLAIMS = {claim.code[0]: claim for claim in proofs.all_claims() if claim.code and claim.code[0] in SCALARS}


def test_every_generated_function_of_a_claim_is_held() -> None:
    assert set(CLAIMS) == set(SCALARS)
    assert generated.conclude(proofs.all_claims(), [], "quick", 1, 0.0) == {}


@pytest.mark.parametrize("name", SCALARS)
@pytest.mark.parametrize("level", ["quick", "full"])
def test_accurate(name: str, level: str) -> None:
    figures = generated.compare(CLAIMS[name], level, 2)  # type: ignore[arg-type]
    assert figures["conditioned"] <= generated.ALLOWED
    assert figures["points"] >= 20


@pytest.mark.parametrize("name", SCALARS)
def test_a_wrong_function_shows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = getattr(numerics, name)
    monkeypatch.setattr(numerics, name, lambda *values: right(*values) * (1 + 1e-12))
    assert generated.compare(CLAIMS[name], "quick", 2)["conditioned"] > generated.ALLOWED


@pytest.mark.parametrize("name", SCALARS)
def test_a_wrong_statement_shows(name: str) -> None:
    claim = CLAIMS[name]
    ((part, right),) = claim.formulas.items()
    changed = right * Rational(1001, 1000)
    wrong = replace(claim, **({"statement": changed} if claim.parts == {} else {"parts": {part: changed}}))
    assert generated.compare(wrong, "quick", 2)["conditioned"] > generated.ALLOWED


def test_one_patch_is_a_case_of_its_own() -> None:
    """n = 1, where the formula only has a limit: two directions, one of them in the basin."""
    (held,) = generated.holding(CLAIMS["basin_probability"])
    assert isinstance(held, OfNumbers)
    (case,) = (case for case in held.cases("quick", 1) if case.label == "n = 1")
    assert abs(held.value(case)[0] - Rational(1, 2)) < 1e-40


def test_proxies_are_held_against_their_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    from numerics.generated import proxies

    found = [held for held in generated.holding(proofs.get("C5.sigmoid")) if isinstance(held, OfNumbers)]
    assert len(found) == 1
    right = proxies.PROXIES["sigmoid"]
    monkeypatch.setitem(proxies.PROXIES, "sigmoid", lambda x: 1.001 * right(x))
    assert generated.compare(proofs.get("C5.sigmoid"), "quick", 2)["conditioned"] > 1e6


def test_code_that_nothing_holds_is_undecided() -> None:
    claim = replace(CLAIMS["spike_threshold"], code=("spike_threshold", "another"))
    (evidence,) = generated.conclude([claim], [], "quick", 1, 0.0)[claim.id]
    assert evidence.verdict is Verdict.UNDECIDED
