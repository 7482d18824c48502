"""Chapter R, the iteration: none of its claims survives a spoiled ingredient."""

from __future__ import annotations

from dataclasses import replace

import pytest
from anew import decided
from sympy import Abs, Eq, Expr, Integer, Piecewise, Rational, expand, pi

import proofs
from proofs import any_estimator, fixed_points, lagrangian, splitting
from proofs.engine import claim as registry
from proofs.engine.combinations import inner
from proofs.engine.residual import decide_zero
from proofs.engine.sentence import All
from proofs.lagrangian import LAGRANGIAN_WITNESS, LAGRANGIAN_WITNESSES
from proofs.splitting import STEP_GAIN
from proofs.symbols import (
    PLANE,
    alpha,
    beta,
    curvature,
    e,
    kappa,
    moment_across,
    multiplier,
    ratio,
    step,
    theta,
    w_hat,
    x_in,
)

SLIGHTLY = Rational(1001, 1000)


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_REGISTRY", {claim.id: claim for claim in proofs.all_claims()})


def restate(claim_id: str, statement: Expr) -> None:
    registry._REGISTRY[claim_id] = replace(proofs.get(claim_id), statement=statement, printed=None)


@pytest.mark.parametrize(("claim_id", "module"), [("R1", splitting), ("R12.step", any_estimator)])
@pytest.mark.parametrize("factor", [SLIGHTLY, 2, -1])
def test_another_gain_is_refuted(
    claim_id: str, module: object, factor: Rational, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEP_GAIN", factor * STEP_GAIN)
    assert decided(claim_id) is not True


def test_the_hard_threshold_has_no_global_fixed_point(scratch: None) -> None:
    restate("P1", Piecewise((x_in, Abs(x_in) > ratio), (Integer(0), True)))
    assert decided("R1.global") is not True


@pytest.mark.parametrize(
    "changed",
    [
        {"beta": Rational(1, 10), "lam": Rational(49, 2000)},  # βC below κ sin θ: θ falls
        {"beta": Rational(2, 5), "lam": Rational(49, 500)},  # βC above ‖v*‖²/2π: the Lagrangian falls
        {"lam": Rational(1, 10)},  # both entries are dropped
        {"lam": Rational(1, 100)},  # both are kept
        {"w": (Rational(4, 5), Rational(4, 5))},
    ],
)
def test_another_witness_is_refuted(changed: dict[str, object], scratch: None, monkeypatch: pytest.MonkeyPatch) -> None:
    both = (replace(LAGRANGIAN_WITNESS, **changed), LAGRANGIAN_WITNESSES[1])
    monkeypatch.setattr(lagrangian, "LAGRANGIAN_WITNESSES", both)
    told = {name: given for witness in both for name, given in lagrangian.premises(witness).items()}
    right = proofs.get("R2")
    sentence = All(*map(lagrangian.said, both))
    registry._REGISTRY["R2"] = replace(right, premises={**right.premises, **told}, sentence=sentence)
    assert decided("R2") is not True


def test_the_identity_estimator_pulls_harder(scratch: None) -> None:
    """With twice the κ the angle falls at the witness of R2."""
    right = proofs.get("R2")
    harder = {**right.premises, "κ": Eq(2 * pi * kappa**2, 1)}
    registry._REGISTRY["R2"] = replace(right, premises=harder)
    assert decided("R2") is not True


def test_a_frame_that_is_not_orthonormal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixed_points, "PRODUCTS", fixed_points.PRODUCTS | {(w_hat, e): Rational(1, 1000)})
    with pytest.raises(ValueError, match="is 1/1000, which is not what it is called"):
        decided("R10")


def test_the_rate_refutes_its_mutants() -> None:
    chain, right = proofs.derive("R8"), proofs.get("R8").formula
    wrong = [
        SLIGHTLY * right,
        (1 - step * beta * curvature) / (1 + step * multiplier),
        (1 + step * beta * curvature) / (1 - step * multiplier),
        (1 + step * curvature) / (1 + step * multiplier),
        (1 + beta * curvature) / (1 + multiplier),
    ]
    assert decide_zero(chain.derived - right).zero is True
    assert [decide_zero(chain.derived - mutant).zero for mutant in wrong] == [False] * len(wrong)


def test_the_potential_reads_the_coarse_gradient(scratch: None) -> None:
    gradient = proofs.get("C1").as_printed
    restate("C1", expand(gradient).subs(moment_across, -moment_across))
    assert decided("R12") is not True


def test_any_estimator_reads_the_smoothing_law(scratch: None) -> None:
    restate("G5", proofs.get("G5").formula * (1 + theta))
    assert decided("R12") is False
    assert decided("R12.step") is False


def test_inner_products() -> None:
    gram = {**PLANE, (w_hat, e): alpha}
    assert inner(2 * w_hat + e, w_hat - 3 * e, gram) == -1 - 5 * alpha
    assert inner(w_hat, e, PLANE) == 0
    assert inner(e, w_hat, gram) == inner(w_hat, e, gram) == alpha
