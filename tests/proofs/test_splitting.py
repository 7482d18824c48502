"""Chapter R, the iteration: every claim is proved, none survives a spoiled ingredient, and numbers agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from anew import decided
from sympy import Abs, Eq, Expr, Integer, Piecewise, Rational, expand, pi

import proofs
from proofs import any_estimator, fixed_points, lagrangian, splitting
from proofs.engine import claim as registry
from proofs.engine.derivation import inner
from proofs.engine.residual import decide_zero
from proofs.engine.sentence import All
from proofs.lagrangian import LAGRANGIAN_WITNESS, LAGRANGIAN_WITNESSES, Witness
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


# A spoiled ingredient.


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


def test_a_frame_that_is_not_orthonormal_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixed_points, "PRODUCTS", fixed_points.PRODUCTS | {(w_hat, e): Rational(1, 1000)})
    assert decided("R10") is not True


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


# The statements in numbers; nothing below is shared with the derivations.

KAPPA = 1 / (2 * np.sqrt(2 * np.pi))
THRESHOLDS = {
    "l0": lambda x, rho: np.where(np.abs(x) > np.sqrt(2 * rho), x, 0.0),
    "l1": lambda x, rho: np.sign(x) * np.maximum(np.abs(x) - rho, 0.0),
}
TOTALS = {"l0": np.count_nonzero, "l1": lambda u: np.abs(u).sum()}


def advance(w: np.ndarray, w_star: np.ndarray, penalty: str, rates: tuple[float, float, float, float]) -> np.ndarray:
    """One RVSCGD step on the sphere with G = κ(ŵ − w*)."""
    pull, b, lam, eta = rates
    moved = w - eta * pull * (w - w_star) - eta * b * (w - THRESHOLDS[penalty](w, lam / b))
    return moved / np.linalg.norm(moved)


def angle_between(w: np.ndarray, w_star: np.ndarray) -> float:
    return 2 * np.arctan2(np.linalg.norm(w - w_star), np.linalg.norm(w + w_star))


@pytest.mark.parametrize("witness", LAGRANGIAN_WITNESSES, ids=lambda witness: witness.penalty)
@pytest.mark.parametrize("share", [1e-3, 1e-2, 0.1, 0.2])
def test_both_rise_at_the_witness(witness: Witness, share: float) -> None:
    b, lam = float(witness.beta), float(witness.lam)
    w, w_star = (np.array(vector, dtype=float) for vector in (witness.w, witness.w_star))

    def both(w: np.ndarray) -> np.ndarray:
        u = THRESHOLDS[witness.penalty](w, lam / b)
        angle = angle_between(w, w_star)
        return np.array([angle, angle / (2 * np.pi) + lam * TOTALS[witness.penalty](u) + b / 2 * ((w - u) ** 2).sum()])

    assert THRESHOLDS[witness.penalty](w, lam / b) == pytest.approx(np.array(witness.u, dtype=float), abs=1e-15)
    after = advance(w, w_star, witness.penalty, (KAPPA, b, lam, share / (KAPPA + b)))
    assert angle_between(after, w) < witness.turn
    assert (both(after) - both(w)).min() > 1e-9


def test_both_rise_for_the_longest_step() -> None:
    witness = LAGRANGIAN_WITNESS
    w, w_star = (np.array(vector, dtype=float) for vector in (witness.w, witness.w_star))
    b = float(witness.beta)
    after = advance(w, w_star, "l0", (KAPPA, b, float(witness.lam), 0.999 / (KAPPA + b)))
    rise = angle_between(after, w_star) - angle_between(w, w_star)
    assert rise > 0.1
    assert rise / (2 * np.pi) + b / 2 * (after[1] ** 2 - w[1] ** 2) > 1e-3


def test_eigenvalues_of_the_step_for_l1() -> None:
    """Central differences of the iteration at its own limit, against the spectrum that R8 states."""
    w_star = np.array([0.8, 0.5, 0.3, 0.1, 0.05])
    w_star /= np.linalg.norm(w_star)
    rates = (KAPPA, 0.1, 0.03, 1.2)
    w = w_star
    for _ in range(4000):
        w = advance(w, w_star, "l1", rates)
    active = np.abs(w) > rates[2] / rates[1]
    assert 2 <= active.sum() <= 3
    h = 1e-6
    columns = [(advance((w + h * t) / np.linalg.norm(w + h * t), w_star, "l1", rates) - w) / h for t in np.eye(5)]
    projector = np.eye(5) - np.outer(w, w)
    found = np.sort(np.linalg.eigvalsh(projector @ np.array(columns).T @ projector))[1:]
    tau = rates[3] / (1 - rates[3] * (rates[0] + rates[1]))
    u = THRESHOLDS["l1"](w, rates[2] / rates[1])
    scale = rates[0] * w_star @ w + rates[1] * u @ w
    size = int(active.sum())
    spectrum = [1.0] * (size - 1) + [1 - (w[active] ** 2).sum()] + [0.0] * (4 - size)
    formula = proofs.get("R8").formula
    stated = [
        float(formula.subs({step: tau, beta: rates[1], multiplier: scale, curvature: mu})) for mu in sorted(spectrum)
    ]
    assert found == pytest.approx(stated, abs=2e-5)
    assert max(stated) < 1


def test_the_stability_criterion_on_random_forms() -> None:
    """R7.stability against the eigenvalues of diag(D) restricted to w^⊥."""
    rng = np.random.default_rng(7)
    seen = {True: 0, False: 0}
    for _ in range(400):
        n = int(rng.integers(2, 6))
        w = rng.standard_normal(n)
        w /= np.linalg.norm(w)
        d = rng.uniform(0.1, 2, n)
        d[: rng.integers(0, 3)] *= -rng.uniform(0.01, 1.0)
        complement = np.linalg.svd(w[None, :])[2][1:]
        positive = bool(np.linalg.eigvalsh(complement @ np.diag(d) @ complement.T).min() > 0)
        negatives = int((d < 0).sum())
        stated = negatives == 0 or (negatives == 1 and bool((w**2 / d).sum() < 0))
        assert positive == stated
        if negatives:
            seen[positive] += 1
    assert min(seen.values()) > 20
