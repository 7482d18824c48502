"""No claim without teeth: every one can be mutated, and no inequality rests on points alone."""

from __future__ import annotations

from importlib import import_module

import proofs
from proofs.engine.claim import Claim, Kind
from verify.evidence import INDEPENDENT
from verify.mutants import mutants
from verify.suite import METHODS

CLAIMS = proofs.all_claims()


def speaks_of(method: str, claim: Claim) -> bool:
    return bool(import_module(METHODS[method]).tasks([claim], "full", 1, 1e-7))


def test_every_claim_names_what_a_mutant_can_change() -> None:
    for claim in CLAIMS:
        assert claim.formulas, f"{claim.id}: neither a statement nor parts"
        few, every = ({mutant.claim for mutant in mutants(claim, level)} for level in ("quick", "full"))
        assert few, claim.id
        assert few <= every, claim.id


def test_every_inequality_is_enclosed_or_decided_over_the_reals() -> None:
    bounds = [claim for claim in CLAIMS if claim.kind is Kind.INEQUALITY]
    assert [c.id for c in bounds if not (speaks_of("enclosure", c) or speaks_of("inequalities", c))] == []


def test_every_claim_has_a_second_road() -> None:
    assert [claim.id for claim in CLAIMS if not any(speaks_of(method, claim) for method in INDEPENDENT)] == []
