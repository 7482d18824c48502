"""The 50-digit checks of N6, C7, B1 and B2 pass what is true and refute constants that are off by little."""

from __future__ import annotations

from dataclasses import replace

import pytest
from mpmath import mp, mpf
from sympy import Rational

from proofs import background, lipschitz
from proofs import descent as bounds
from proofs.claim import get
from verify.configurations import configurations
from verify.evidence import Evidence, Verdict
from verify.precision import descent, route
from verify.precision.network import Network, loss
from verify.precision.relu_network import ReluPatches

POINTS = configurations("quick", 11)
GENERIC = POINTS[:1]
CLAIMS = ("N6.printed", "N6.direction", "N6", "C7.printed", "C7", "B1.kernel", "B1.loss", "B1.gradient")
CLAIMS += ("B1.critical", "B1.descent", "B2.relu", "B2.identity")


def verdict_of(claim_id: str, points=GENERIC, **changes: object) -> Evidence:
    claim = replace(get(claim_id), **changes)
    return route.check(claim, route.points_for(claim, points))


@pytest.mark.parametrize("claim_id", CLAIMS)
def test_true_claims_are_verified(claim_id: str) -> None:
    found = verdict_of(claim_id, POINTS)
    assert found.verdict is Verdict.VERIFIED, found.detail


@pytest.mark.parametrize("claim_id", ["N6.direction", "N6", "C7", "B2.relu"])
def test_inequalities_report_how_close_they_come(claim_id: str) -> None:
    figures = verdict_of(claim_id).figures
    assert 0.3 < figures["largest_quotient"] <= 1
    assert figures["tightest_at"]


SHARP = [
    ("N6.direction", lipschitz, "DIRECTION_CONSTANT"),
    ("N6", lipschitz, "PARTIAL_CONSTANTS"),
    ("C7", bounds, "DESCENT_CONSTANT"),
    ("B1.critical", background, "CRITICAL_NORM"),
]


@pytest.mark.parametrize("factor", [Rational(998, 1000), Rational(1002, 1000)])
@pytest.mark.parametrize(("claim_id", "module", "name"), SHARP)
def test_sharp_constants_off_by_little_are_refuted(
    claim_id: str, module: object, name: str, factor: Rational, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, getattr(module, name) * factor)
    found = verdict_of(claim_id)
    assert found.verdict is Verdict.REFUTED
    assert found.detail


def test_a_step_that_is_too_long_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lipschitz, "LIPSCHITZ_CONSTANT", lipschitz.LIPSCHITZ_CONSTANT / 1000)
    assert verdict_of("B2.relu").verdict is Verdict.REFUTED


def test_a_norm_bound_that_is_too_tight_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "NORM_FLOOR", 3 * background.NORM_FLOOR)
    points = [replace(GENERIC[0], r=5.0)]
    assert verdict_of("B1.descent", points).verdict is Verdict.REFUTED


def test_a_largest_step_that_is_too_large_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "LARGEST_STEP", Rational(22, 10) * background.LARGEST_STEP)
    points = [replace(GENERIC[0], r=30.0, theta=0.5, v=(1.0,), v_star=(1.0,))]
    assert verdict_of("B1.descent", points).verdict is Verdict.REFUTED


FORMS = [
    ("B1.loss", "printed"),
    *((name, "statement") for name in ("B1.kernel", "B1.loss", "B1.gradient", "B2.identity")),
]


@pytest.mark.parametrize(("claim_id", "form"), FORMS)
def test_formulas_off_by_little_are_refuted(claim_id: str, form: str) -> None:
    found = verdict_of(claim_id, **{form: getattr(get(claim_id), form) * Rational(1001, 1000)})
    assert found.verdict is Verdict.REFUTED


def test_a_gradient_that_has_no_potential_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Differences of the loss are a second definition of the gradient: with another loss the two part."""
    right = ReluPatches.loss
    monkeypatch.setattr(ReluPatches, "loss", lambda self: right(self).times(mpf("1.001")))
    assert verdict_of("B1.gradient").verdict is Verdict.REFUTED


def test_a_step_moves_the_network_as_vectors_do() -> None:
    with mp.workdps(50):
        network = Network.at(GENERIC[0])
        still = descent._moved(network, [mpf(0)] * len(network.v), [mpf(0)] * 3, mpf(1))
        assert abs(still.theta - network.theta) < mpf(10) ** -45
        longer = descent._moved(network, [mpf(0)] * len(network.v), [-network.r, mpf(0), mpf(0)], mpf(1))
        assert abs(longer.r - 2 * network.r) < mpf(10) ** -45
        assert abs(longer.theta - network.theta) < mpf(10) ** -45
        turned = descent._moved(network, [mpf(0)] * len(network.v), [mpf(0), -network.r, mpf(0)], mpf(1))
        assert abs(turned.theta - abs(network.theta - mp.pi / 4)) < mpf(10) ** -45
        assert loss(still).value == pytest.approx(float(loss(network).value))


def test_frames_are_orthonormal() -> None:
    with mp.workdps(40):
        place = descent._Place(Network.at(GENERIC[0]), mpf("0.7"))
        frame = place.frame()
        for i, first in enumerate(frame):
            for j, second in enumerate(frame):
                assert abs(mp.fdot(first, second) - (i == j)) < mpf(10) ** -35
        assert abs(frame[0][0] - mp.cos(place.network.theta)) < mpf(10) ** -35
