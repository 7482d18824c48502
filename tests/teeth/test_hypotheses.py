"""A hypothesis that is declared weaker than it is needed: the derivation no longer follows, or the claim fails on a
boundary that it lets in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sympy import Ge, Gt, Integer, Le, Lt
from sympy.logic.boolalg import Boolean

import proofs
from proofs.engine import claim as registry
from proofs.engine.claim import Claim
from proofs.engine.sentence import All, formula_of
from proofs.engine.smt import follows
from verify import suite
from verify.configurations import configurations
from verify.evidence import Verdict
from verify.iteration import route as iteration
from verify.mutants import weakened
from verify.precision import route

POINTS = configurations("quick", 5)


def weaker(relation: Boolean) -> Boolean | None:
    """The boundary let in; None for what has none."""
    if isinstance(relation, Gt | Lt):
        return (Ge if isinstance(relation, Gt) else Le)(*relation.args, evaluate=False)
    if isinstance(relation, Ge) and isinstance(relation.rhs, Integer) and relation.lhs.is_integer:
        return Ge(relation.lhs, relation.rhs - 1, evaluate=False)
    return None


def declared_weaker(claim: Claim) -> Iterator[tuple[str, Claim]]:
    """The claim with one relation weakened, where it is a hypothesis and where it is a premise."""
    relations = dict.fromkeys(claim.hypotheses)
    for premise in claim.premises.values():
        relations |= dict.fromkeys(premise.args if isinstance(premise, All) else [premise])
    for relation in relations:
        if (wrong := weaker(relation)) is not None:
            premises = {name: _with(said, relation, wrong) for name, said in claim.premises.items()}
            hypotheses = tuple(_with(one, relation, wrong) for one in claim.hypotheses)
            if premises == claim.premises and implied(relation, claim):
                continue  # the premises say it as well
            yield f"{relation} → {wrong}", replace(claim, premises=premises, hypotheses=hypotheses)
    for what, hypotheses in weakened(claim.hypotheses):
        if "dropped" in what:
            gone = set(claim.hypotheses) - set(hypotheses)
            premises = {name: said for name, said in claim.premises.items() if type(said) not in map(type, gone)}
            yield what, replace(claim, premises=premises, hypotheses=hypotheses)


def implied(relation: Boolean, claim: Claim) -> bool:
    premises = [formula_of(said, {}) for said in claim.premises.values()]
    return follows("the hypothesis", relation, premises).decision.zero is True


def _with(said: Boolean, relation: Boolean, wrong: Boolean) -> Boolean:
    if isinstance(said, All):
        return All(*(_with(one, relation, wrong) for one in said.args))
    return wrong if said == relation else said


def noticed(wrong: Claim, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setitem(registry._REGISTRY, wrong.id, wrong)
    registry.derive.cache_clear()
    try:
        if registry.derive(wrong.id).decided is not True:
            return True
    except (ValueError, KeyError):
        return True
    if route.checker_of(wrong) and route.check(wrong, POINTS[:1]).verdict is not Verdict.VERIFIED:
        return True
    monkeypatch.setattr(suite, "METHODS", {"iteration": suite.METHODS["iteration"]})
    monkeypatch.setattr(iteration, "mutants", lambda claim, level: ())  # it is this declaration that is asked about
    (found,) = suite.run_suite(level="quick", only=[wrong.id], seed=5).claims
    return any(one.method == "iteration" and one.verdict is not Verdict.VERIFIED for one in found.evidence)


@pytest.mark.parametrize("claim_id", [claim.id for claim in proofs.all_claims()])
def test_a_hypothesis_declared_weaker_is_noticed(claim_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    unnoticed = []
    for what, wrong in declared_weaker(proofs.get(claim_id)):
        with monkeypatch.context() as patch:
            if not noticed(wrong, patch):
                unnoticed.append(what)
    registry.derive.cache_clear()
    assert unnoticed == []
