"""The generated formulas of chapter R are held against their claims, and a wrong one shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

import proofs
from verify import generated, generated_splitting
from verify.evidence import Verdict
from verify.generated_splitting import SCALARS, compare_scalar

CLAIMS = {claim.code[0]: claim for claim in proofs.all_claims() if claim.code and claim.code[0] in SCALARS}


def test_every_generated_function_of_a_claim_is_held() -> None:
    assert set(CLAIMS) == set(SCALARS)
    evidence = generated.conclude(proofs.all_claims(), [], "quick", 1, 0.0)
    assert evidence == {}


@pytest.mark.parametrize("name", SCALARS)
@pytest.mark.parametrize("level", ["quick", "full"])
def test_accurate(name: str, level: str) -> None:
    figures = compare_scalar(CLAIMS[name], level, 2)  # type: ignore[arg-type]
    assert figures["conditioned"] <= generated.ALLOWED
    assert figures["points"] >= 20


@pytest.mark.parametrize("name", SCALARS)
def test_a_wrong_formula_shows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = SCALARS[name]
    wrong = replace(right, function=lambda *values: right.function(*values) * (1 + 1e-12))
    monkeypatch.setitem(generated_splitting.SCALARS, name, wrong)
    assert compare_scalar(CLAIMS[name], "quick", 2)["conditioned"] > generated.ALLOWED


def test_code_that_nothing_holds_is_undecided() -> None:
    claim = replace(CLAIMS["spike_threshold"], code=("spike_threshold", "another"))
    (evidence,) = generated.conclude([claim], [], "quick", 1, 0.0)[claim.id]
    assert evidence.verdict is Verdict.UNDECIDED
