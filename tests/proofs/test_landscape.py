"""Chapter N: what the landscape of the loss supposes, and the witnesses against less."""

from dataclasses import replace

import pytest
from anew import decided
from sympy.logic.boolalg import Boolean

import proofs
from proofs.engine import claim as registry
from proofs.engine.sentence import ge, le
from proofs.symbols import n, sum_v, sum_vs, theta, v_v, v_vs, vs_vs

WEAKER = {"θ ≤ π": le(theta, 4), "v* ≠ 0": ge(vs_vs, 0), "n ≥ 2": ge(n, 1)}


@pytest.mark.parametrize(
    ("claim_id", "name"),
    [(claim_id, name) for claim_id in ("N5", "N5.minimum", "N5.spurious") for name in proofs.get(claim_id).premises],
)
def test_a_weaker_hypothesis_is_not_enough(claim_id: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = proofs.get(claim_id)
    weaker: Boolean = WEAKER.get(name, ge(n, n))
    monkeypatch.setitem(registry._REGISTRY, claim_id, replace(claim, premises={**claim.premises, name: weaker}))
    assert decided(claim_id) is not True


def test_without_true_weights_every_filter_is_best() -> None:
    """v* = 0: the loss vanishes at v = v(θ) = 0 for every θ, and no point is a strict minimum."""
    loss = proofs.get("N1").as_printed.subs({v_vs: 0, vs_vs: 0, sum_vs: 0})
    assert loss.diff(theta) == 0
    assert loss.subs({v_v: 0, sum_v: 0}) == 0
