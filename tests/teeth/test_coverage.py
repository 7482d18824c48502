"""No claim without teeth: every one can be mutated, and no inequality rests on points alone."""

from __future__ import annotations

from importlib import import_module

import pytest

import proofs
from proofs.engine.claim import Claim, Kind
from verify.evidence import INDEPENDENT
from verify.mutants import mutants
from verify.suite import METHODS

CLAIMS = proofs.all_claims()


def speaks_of(method: str, claim: Claim) -> bool:
    return bool(import_module(METHODS[method]).tasks([claim], "full", 1, 1e-7))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_claim_names_what_a_mutant_can_change(claim: Claim) -> None:
    assert claim.formulas, "neither a statement nor parts"
    assert mutants(claim, "quick")
    assert {mutant.label for mutant in mutants(claim, "quick")} <= {mutant.label for mutant in mutants(claim, "full")}


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.kind is Kind.INEQUALITY], ids=lambda claim: claim.id)
def test_every_inequality_is_enclosed_or_decided_over_the_reals(claim: Claim) -> None:
    assert speaks_of("enclosure", claim) or speaks_of("inequalities", claim)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_claim_has_a_second_road(claim: Claim) -> None:
    assert any(speaks_of(method, claim) for method in INDEPENDENT)
