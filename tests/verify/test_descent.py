"""The 50-digit checks of N6, C7, B1 and B2 pass what is true and refute constants that are off by little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from mpmath import mp, mpf
from sympy import Integer, Min, Rational, cot

from proofs import lipschitz
from proofs.descent import ENERGY, EXCESS, LIPSCHITZ
from proofs.engine.claim import get
from verify.configurations import configurations
from verify.contexts.digits.network import Network, ReluPatches
from verify.evidence import Evidence, Verdict
from verify.precision import route
from verify.roads import descent
from verify.roads.lipschitz import _Place

POINTS = configurations("quick", 11)
GENERIC = POINTS[:1]
CLAIMS = ("N6.printed", "N6.direction", "N6", "C7.printed", "C7", "B1.kernel", "B1.loss", "B1.gradient")
CLAIMS += ("B1.critical", "B1.descent", "B2.relu", "B2.identity")


def verdict_of(claim_id: str, points=GENERIC, **changes: object) -> Evidence:
    claim = replace(get(claim_id), **changes)
    return route.check(claim, route.points_for(claim, points))


@pytest.mark.parametrize("claim_id", ["N6.direction", "N6", "C7", "B2.relu"])
def test_inequalities_report_how_close_they_come(claim_id: str) -> None:
    figures = verdict_of(claim_id).figures
    assert 0.3 < figures["largest_quotient"] <= 1
    assert figures["tightest_at"]


SHARP = [
    ("N6.printed", "squared quotient"),
    ("N6.direction", "bound"),
    ("N6", "constant"),
    ("N6", "bound of ∂f/∂v in v"),
    ("N6", "bound of ∂f/∂w in v"),
    ("N6", "bound of ∂f/∂w in w"),
    ("C7", "bound"),
    ("C7.printed", "quotient"),
    ("B1.critical", "critical radius"),
    ("B1.descent", "largest step"),
    ("B1.descent", "norm, a lower bound"),
    ("B1.descent", "factor"),
    ("B2.relu", "decrease, a lower bound"),
]


def spoiled(claim_id: str, name: str, factor: Rational) -> dict[str, object]:
    parts = get(claim_id).parts
    return {**parts, name: factor * parts[name]}


@pytest.mark.parametrize("factor", [Rational(999, 1000), Rational(1001, 1000)])
@pytest.mark.parametrize(("claim_id", "name"), SHARP)
def test_sharp_parts_off_by_little_are_refuted(claim_id: str, name: str, factor: Rational) -> None:
    found = verdict_of(claim_id, parts=spoiled(claim_id, name, factor))
    assert found.verdict is Verdict.REFUTED
    assert found.detail


@pytest.mark.parametrize("off", [Rational(-1, 10**6), Rational(1, 10**6)])
def test_a_loss_of_the_angle_off_by_a_millionth_is_refuted(off: Rational) -> None:
    parts = get("B1.descent").parts
    wrong = parts | {"factor": 1 - (1 - parts["factor"]) * (1 + off)}
    assert verdict_of("B1.descent", parts=wrong).verdict is Verdict.REFUTED


def test_what_is_not_sharp_is_refuted_where_it_fails() -> None:
    assert verdict_of("N6", parts=spoiled("N6", "bound", Rational(1, 1000))).verdict is Verdict.REFUTED
    other = "bound of ∂f/∂v in w"
    assert verdict_of("N6", parts=spoiled("N6", other, Rational(1, 1000))).verdict is Verdict.REFUTED
    shorter = spoiled("B2.relu", "largest step", Rational(1, 3))
    assert verdict_of("B2.relu", parts=shorter).verdict is Verdict.REFUTED


def test_each_term_of_the_direction_constant_is_needed() -> None:
    for wrong in (cot(lipschitz.LEAST_ANGLE), Integer(1), Min(1, cot(lipschitz.LEAST_ANGLE))):
        assert verdict_of("N6.direction", parts={"bound": wrong}).verdict is Verdict.REFUTED


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
        assert still.loss().value == pytest.approx(float(network.loss().value))


def test_frames_are_orthonormal() -> None:
    with mp.workdps(40):
        place = _Place(Network.at(GENERIC[0]), mpf("0.7"))
        frame = place.frame()
        for i, first in enumerate(frame):
            for j, second in enumerate(frame):
                assert abs(mp.fdot(first, second) - (i == j)) < mpf(10) ** -35
        assert abs(frame[0][0] - mp.cos(place.network.theta)) < mpf(10) ** -35


def test_no_function_with_its_constants_falls_less_than_the_worst_one() -> None:
    """f(x − ηg) − f(x) ≤ −ηE + L η² ‖g‖²/2, with equality; drawn ones with the same constants fall at least as far."""
    known = {LIPSCHITZ: mpf(3), EXCESS: mpf(2), ENERGY: mpf(5)}
    assert abs(descent._worst_decrease(known, mpf(1) / 10).value - mpf("0.275")) < 1e-14
    assert abs(descent._worst_decrease(known, mpf(2) / 9).value) < 1e-14
    rng = np.random.Generator(np.random.Philox(3))
    for _ in range(100):
        hessian = np.diag(rng.uniform(-3, 3, 2))
        slope = np.sqrt(5.0) * np.array([np.cos(1.0), np.sin(1.0)])
        step = slope + np.sqrt(10.0) * np.array([-np.sin(1.0), np.cos(1.0)])
        fall = 0.1 * slope @ step - 0.005 * step @ hessian @ step
        assert fall >= 0.275 - 1e-12
