"""The precision route: true claims pass, wrong ones do not, what cannot be told is not passed."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import own_sides
import pytest
from mpmath import mpf
from sympy import Abs, Eq, Gt, Max, Piecewise, Rational, Symbol, erf, pi, sign, sin, sqrt

import proofs
from proofs.engine.claim import Claim, Kind, get
from proofs.engine.definitions import ProximalMap
from proofs.estimators import KERNELS
from proofs.moments import Kernels
from proofs.symbols import m, r, ratio, sum_diff, theta, u, v_v, v_vs, vs_vs, w_diff, w_hat, x_in
from verify import suite
from verify.configurations import Configuration, configurations
from verify.contexts.digits.quadrature import Estimate
from verify.evidence import Evidence, Fate, Outcome, Verdict
from verify.mutants import mutants
from verify.precision import route as precision
from verify.precision.comparison import FINE, ROUGH, Held, compare

POINTS = configurations("full", 3)
GENERIC = POINTS[:2]
HARD = [p for p in POINTS if p.label in ("r = 1e150", "r = 1e-150", "θ = π − 1e-8", "m = 1")]


def verdict_of(claim: Claim, points: list[Any] | None = None) -> Evidence:
    chosen = precision.points_for(claim, GENERIC if points is None else points)
    return precision.check(claim, chosen)


CHECKED = [claim.id for claim in proofs.all_claims() if precision.checker_of(claim)]


@pytest.mark.parametrize("claim_id", ["N1", "N2", "N4", "C1", "C3", "C4", "C5.gaussian", "G5"])
def test_edges_of_the_domain(claim_id: str) -> None:
    found = verdict_of(get(claim_id), HARD)
    assert found.verdict is Verdict.VERIFIED, found.detail
    assert found.figures["digits"] >= 45


OFF = Rational(1001, 1000)
WRONG = {
    "G1, sign": ("G1", lambda s: Rational(1, 2) + theta / (2 * pi)),
    "G2, 0.1 %": ("G2", lambda s: s * OFF),
    "G3, sign": ("G3", lambda s: -s),
    "G4, 0.1 %": ("G4", lambda s: s * OFF),
    "G5, factor": ("G5", lambda s: s / sin(theta)),
    "N1, dropped term": ("N1", lambda s: s - theta / (2 * pi) * v_vs),
    "N1, 0.1 %": ("N1", lambda s: s + Rational(1, 1000) * theta / (2 * pi) * v_vs),
    "N1.origin, dropped": ("N1.origin", lambda s: vs_vs / 8),
    "N1.teacher, factor 2": ("N1.teacher", lambda s: 2 * s),
    "N2, 0.1 %": ("N2", lambda s: s * OFF),
    "N3, sign": ("N3", lambda s: -s),
    "N3, component added": ("N3", lambda s: s + v_vs / (1000 * r) * w_hat),
    "N3.kink, factor": ("N3.kink", lambda s: s * OFF),
    "N4, 0.1 %": ("N4", lambda s: s * OFF),
    "N4.inner, dropped": ("N4.inner", lambda s: (1 - 2 * theta / pi) * vs_vs),
    "N5.saddle, 0.1 %": ("N5.saddle", lambda s: s * OFF),
    "C1, sign of w_diff": ("C1", lambda s: s.subs(w_diff, -w_diff)),
    "C2, 0.1 %": ("C2", lambda s: s * OFF),
    "C3, dropped": ("C3", lambda s: s.subs(sum_diff, 0)),
    "C5, 0.1 %": ("C5", lambda s: s * OFF),
    "C5.sigmoid, sign": ("C5.sigmoid", lambda s: -s),
    "C6, 0.1 %": ("C6", lambda s: s * OFF),
    "C6.relu, factor 2": ("C6.relu", lambda s: 2 * s),
    "C8.identity, 0.1 %": ("C8.identity", lambda s: s * OFF),
    "C9, dropped": ("C9", lambda s: s.subs(v_v, 0)),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_statements_are_refuted(name: str) -> None:
    claim_id, change = WRONG[name]
    claim = get(claim_id)
    wrong = replace(claim, statement=change(claim.statement))
    assert wrong.statement != claim.statement
    points = GENERIC if claim_id != "C8.identity" else POINTS[:4]
    found = verdict_of(wrong, points)
    assert found.verdict is Verdict.REFUTED
    assert "statement" in found.detail
    assert "definition" in found.detail


def test_a_wrong_printed_form_is_refuted_too() -> None:
    claim = get("C3")
    found = verdict_of(replace(claim, printed=claim.printed * OFF))
    assert found.verdict is Verdict.REFUTED
    assert "printed form" in found.detail


def test_a_wrong_kernel_inside_a_long_formula_is_refuted() -> None:
    right = KERNELS["clipped-relu"]
    wrong = Kernels(right.p, right.q, right.c, right.b + erf(r) * Rational(1, 10**6))
    found = verdict_of(replace(get("C4"), statement=wrong.gradient(), printed=None))
    assert found.verdict is Verdict.REFUTED


@dataclass(frozen=True)
class Unheard:
    """A definition nobody wrote a check for."""


def test_of_a_definition_without_a_checker_nothing_is_said() -> None:
    strange = replace(get("N1"), definition=Unheard())
    found = precision.check(strange, GENERIC)
    assert found.verdict is Verdict.UNDECIDED
    assert "Unheard" in found.detail
    assert precision.tasks([strange], "quick", 1, 0.0) == []
    assert precision.conclude([strange], [], "quick", 1, 0.0) == {}


def test_hypotheses_met_nowhere_leave_a_claim_undecided() -> None:
    found = precision.check(replace(get("N1"), hypotheses=(theta > 4,)), GENERIC)
    assert found.verdict is Verdict.UNDECIDED
    assert found.figures["hypotheses_met"] == 0


def test_thresholds() -> None:
    def verdict(error: float, difference: str, demand: Any = FINE) -> Verdict:
        defined = Estimate(mpf(1), mpf(10) ** error, mpf(1))
        return compare("here", [1 + mpf(difference)], [defined], demand)[0].verdict

    with precision.mp.workdps(60):
        assert verdict(-55, "1e-47") is Verdict.VERIFIED
        assert verdict(-55, "1e-42") is Verdict.UNDECIDED
        assert verdict(-55, "1e-38") is Verdict.REFUTED
        assert verdict(-30, "1e-31") is Verdict.UNDECIDED
        assert verdict(-30, "1e-60") is Verdict.UNDECIDED
        assert verdict(-30, "1e-29", ROUGH) is Verdict.VERIFIED
        assert verdict(-30, "1e-10", ROUGH) is Verdict.REFUTED
        assert compare("here", [mpf("nan")], [Estimate.exact(1)])[0].verdict is Verdict.UNDECIDED


def test_signs_are_told_from_noise() -> None:
    clear = Estimate(mpf(-1), mpf(0), mpf(1))
    noise = Estimate(mpf(10) ** -58, mpf(10) ** -59, mpf(1))
    held = Held(get("N1"), POINTS[0], "a")
    rough = Estimate(mpf(10) ** -20, mpf(10) ** -21, mpf(1))
    for number, way in ((clear, -1), (clear, 1), (clear, 0), (noise, 0), (noise, 1), (rough, 1)):
        held.shown("a", number, way)
    verdicts = [Verdict.VERIFIED, Verdict.REFUTED, Verdict.VERIFIED, *[Verdict.UNDECIDED] * 3]
    assert [one.verdict for one in held.found] == verdicts


def test_tasks_run_and_conclude() -> None:
    claims = [get(claim_id) for claim_id in ("G1", "N1", "N5.saddle", "C8.beyond")]
    tasks = precision.tasks(claims, "quick", 5, 0.0)
    assert tasks == precision.tasks(claims, "quick", 5, 0.0)
    outcomes = [Outcome(task, pickle.loads(pickle.dumps(precision.run(task))), 0.1) for task in tasks]
    found = precision.conclude(claims, outcomes, "quick", 5, 0.0)
    assert {key: [entry.verdict for entry in value] for key, value in found.items()} == {
        claim.id: [Verdict.VERIFIED] for claim in claims
    }
    assert found["N1"][0].figures["points"] == 5
    assert found["N1"][0].figures["digits"] >= 45
    for claim in claims:
        assert set(found[claim.id][0].fates) == {mutant.label for mutant in mutants(claim, "quick")}
        assert set(found[claim.id][0].fates.values()) == {Fate.KILLED}


def test_a_failed_task_is_an_error_not_a_pass() -> None:
    claims = [get("N1")]
    tasks = precision.tasks(claims, "quick", 5, 0.0)
    outcomes = [Outcome(task, precision.run(task), 0.1) for task in tasks]
    outcomes[0] = Outcome(tasks[0], None, 0.1, "ValueError: no")
    found = suite._Plan("precision", claims, "quick", 5).conclude(outcomes)["N1"]
    assert [evidence.verdict for evidence in found] == [Verdict.VERIFIED, Verdict.ERROR]
    nothing = [replace(outcome, value=None, error="ValueError: no") for outcome in outcomes]
    (evidence,) = suite._Plan("precision", claims, "quick", 5).conclude(nothing)["N1"]
    assert evidence.verdict is Verdict.ERROR


def test_precision_outside_does_not_matter() -> None:
    found = {}
    for digits in (5, 15, 80):
        with precision.mp.workdps(digits):
            found[digits] = verdict_of(get("N3.kink")).figures["digits"]
    assert min(found.values()) >= 20
    assert max(found.values()) - min(found.values()) < 1


def proximal(penalty, statement) -> Claim:
    def derivation(d):
        d.begin(statement)

    return Claim("P99", "a test", "[here]", ProximalMap(penalty), derivation, "S(x)", statement=statement)


SOFT = sign(x_in) * Max(Abs(x_in) - ratio, 0)


@pytest.mark.parametrize(
    ("penalty", "statement", "verdict"),
    [
        (Abs(u), SOFT, "verified"),
        (Abs(u), sign(x_in) * Max(Abs(x_in) - Rational(1001, 1000) * ratio, 0), "refuted"),
        (Piecewise((0, Eq(u, 0)), (1, True)), Piecewise((x_in, Abs(x_in) > sqrt(2 * ratio)), (0, True)), "verified"),
        (Piecewise((0, Eq(u, 0)), (1, True)), Piecewise((x_in, Abs(x_in) > sqrt(ratio)), (0, True)), "refuted"),
        (u**2, x_in / (1 + 2 * ratio), "verified"),
    ],
    ids=["soft", "soft, 0.1 % off", "hard", "hard, wrong threshold", "squared"],
)
def test_proximal_maps_are_found_by_search(penalty, statement, verdict):
    base = configurations("quick", 1)[0]
    spread = [replace(base, label=f"x = {x}", v=(x, 1.0), v_star=(0.5, 1.0)) for x in (-3.0, -0.9, 0.25, 0.75, 2.0)]
    assert precision.check(proximal(penalty, statement), spread).verdict == verdict


PARTS = [
    (claim_id, name)
    for claim_id in ("N5", "N5.minimum", "N5.spurious", "C8", "C8.beyond", "C8.ratio", "C9.joint", "B3")
    for name in get(claim_id).parts
]


@pytest.mark.parametrize(("claim_id", "name"), PARTS)
def test_every_part_off_by_little_is_refuted(claim_id: str, name: str) -> None:
    claim = get(claim_id)
    wrong = replace(claim, parts={**claim.parts, name: claim.parts[name] * OFF})
    found = verdict_of(wrong, POINTS[:1])
    assert found.verdict is Verdict.REFUTED
    assert found.detail


WEAKENED = [
    (claim.id, mutant.label)
    for claim in proofs.all_claims()
    if claim.id[0] in "GNCB" and claim.id in CHECKED
    for mutant in mutants(replace(claim, statement=None, kind=Kind.EQUIVALENCE, parts={}), "full")
]


@pytest.mark.parametrize(("claim_id", "label"), WEAKENED)
def test_no_hypothesis_can_be_weakened(claim_id: str, label: str) -> None:
    claim = get(claim_id)
    (weaker,) = (mutant for mutant in mutants(claim, "full") if mutant.label == label)
    fate, reason = judged(claim, weaker.claim)
    assert fate is Fate.KILLED
    assert reason


def judged(claim: Claim, weaker: Claim) -> tuple[Fate, str]:
    checking = partial(precision._check, level="quick")
    found = precision.judge(claim, weaker, POINTS[0], checking)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("claim_id", "symbol", "low"),
    [
        ("B1.kernel", r, 0),
        ("B1.loss", r, 0),
        ("C5.gaussian", theta, 0),
        ("C5.leaky-relu", theta, 0),
        ("C8.ratio", m, 1),
        ("C9", theta, 0),
        ("C9.joint", theta, 0),
    ],
)
def test_a_hypothesis_that_is_not_needed_is_noticed(claim_id: str, symbol: Symbol, low: int) -> None:
    claim = get(claim_id)
    narrow = replace(claim, hypotheses=(*claim.hypotheses, Gt(symbol, low, evaluate=False)))
    assert judged(narrow, claim) == (Fate.MISSED, "holds there as well")


class Sealed:
    """A claim whose formulas nobody may read."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim

    def __getattr__(self, name: str) -> object:
        if name in ("statement", "printed", "parts", "formula", "formulas", "as_printed"):
            raise AssertionError(f"{self._claim.id}: the definition's side reads {name}")
        return getattr(self._claim, name)


@pytest.mark.parametrize("claim_id", [claim_id for claim_id in CHECKED if claim_id[0] in "GNCB"])
def test_the_definition_is_computed_without_the_claim(claim_id: str) -> None:
    own = own_sides.of_precision(Sealed(get(claim_id)), POINTS[:1])  # type: ignore[arg-type]
    assert own
    assert all(isinstance(number, mpf) for _, numbers in own for number in numbers)


def test_the_distance_to_soft_thresholding_need_not_fall_in_proportion() -> None:
    """P4.l1-map: at S(x) next to 1/2 the distance is of second order in 1/a."""
    for offset in (-3e-5, -1e-4):
        point = Configuration("", (1.25 + offset, 0.0), (0.75, 0.0), theta=1.0, r=1.0)
        assert precision.check(get("P4.l1-map"), [point]).verdict is Verdict.VERIFIED
