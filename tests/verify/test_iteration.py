"""The iteration route: true claims pass, wrong ones are refuted with a witness, what cannot be judged is not passed."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from sympy import Rational, Symbol

import proofs
from numerics.limits import NoLimitError
from proofs.claim import Claim, Kind, get
from proofs.definitions import Splitting
from verify import iteration
from verify.evidence import Evidence, Outcome, Verdict
from verify.iteration.arithmetic import Exact, Iteration, Problem, pull, run_exact, unit
from verify.iteration.asked import Theory, drawn, generator
from verify.iteration.basin import CAPS, LAUNCHES
from verify.iteration.findings import Findings
from verify.iteration.local import nothing_stays
from verify.iteration.route import ASPECTS

OFF = Rational(101, 100)
CLAIMS = [claim for claim in proofs.all_claims() if isinstance(claim.definition, Splitting)]


def fake(aspect: str, penalty: str = "*", statement: Any = None) -> Claim:
    """A claim that states nothing but words."""
    definition = Splitting(aspect, penalty)
    return Claim("R90", "a test", "[here]", "x", definition, lambda _: None, Kind.INEQUALITY, statement)


def judged(claim: Claim, **options: Any) -> Evidence:
    return iteration.check(claim, "quick", 1, **options)


def spoiled(aspect: str, penalty: str = "*", **scale: float) -> Evidence:
    return judged(fake(aspect, penalty), theory=Theory(scale=scale))


# True claims.


@pytest.mark.parametrize("claim_id", [claim.id for claim in CLAIMS])
def test_every_claim_is_verified(claim_id: str) -> None:
    found = judged(get(claim_id))
    assert found.verdict is Verdict.VERIFIED, found.detail
    assert found.figures["demands"] > 5


def test_every_aspect_has_a_claim() -> None:
    assert {claim.definition.aspect for claim in CLAIMS} == set(ASPECTS)


# Wrong claims: formulas.

STATED = [claim.id for claim in CLAIMS if claim.statement is not None]


@pytest.mark.parametrize("claim_id", STATED)
@pytest.mark.parametrize("factor", [OFF, 1 / OFF])
def test_a_formula_off_by_one_per_cent_is_refuted(claim_id: str, factor: Rational) -> None:
    claim = get(claim_id)
    found = judged(replace(claim, statement=claim.formula * factor))
    assert found.verdict is Verdict.REFUTED
    assert "demands fail" in found.detail


# Wrong claims: numbers that only words name.


@pytest.mark.parametrize(
    ("aspect", "penalty", "scale"),
    [
        ("lyapunov", "*", {"gain": 1.01}),
        ("lagrangian", "l0", {"witness": 5.0}),
        ("fixed-points", "*", {"balance": 1.001}),
        ("limit", "l1", {"branch": 1.001}),
        ("limit", "l0", {"branch": 1.001}),
        ("limit", "tl1", {"branch": 1.001}),
        ("error", "*", {"bound": 0.99}),
        ("error", "*", {"square": 1.001}),
        ("error", "l1", {"radius": 0.99}),
        ("error", "l0", {"radius": 0.99}),
        ("error", "tl1", {"radius": 0.99}),
        ("sharpness", "l1", {"sharpness": 1.002}),
        ("sharpness", "tl1", {"sharpness": 1.002}),
        ("radius", "*", {"radius": 0.99}),
        ("basin", "*", {"radius": 0.99}),
        ("basin", "*", {"progress": 1.01}),
        ("census", "l1", {"spike": 1.001}),
        ("census", "l0", {"spike": 1.001}),
        ("census", "tl1", {"spike": 1.001}),
        ("probability", "*", {"probability": 1.01}),
        ("stability", "*", {"criterion": 0.0}),
        ("astroid", "*", {"astroid": 1.01}),
        ("astroid", "*", {"astroid": 0.99}),
        ("rate", "*", {"rate": 1.01}),
        ("support", "l1", {"support": 1.01}),
        ("free", "*", {"threshold": 1.007}),
        ("joint", "*", {"kappa": 1.001}),
        ("spurious", "*", {"kappa": -1.0}),
        ("any-estimator", "*", {"kappa": 1.001}),
        ("any-estimator-step", "*", {"gain": 1.01}),
    ],
)
def test_a_wrong_number_is_refuted(aspect: str, penalty: str, scale: dict[str, float]) -> None:
    found = spoiled(aspect, penalty, **scale)
    assert found.verdict is Verdict.REFUTED
    assert found.detail


def test_convexity_of_the_global_minimum_has_teeth() -> None:
    assert judged(fake("lyapunov", "l1")).verdict is Verdict.VERIFIED
    assert spoiled("lyapunov", "l1", gain=2.5).verdict is Verdict.REFUTED


def test_a_penalty_that_lets_free_runs_rest_is_noticed() -> None:
    rng = generator(1, "free", 0)
    found = Findings()
    nothing_stays(found, drawn(rng, "mcp", n=3, beta=(1.0, 1.1), lam=(0.05, 0.06)), rng)
    assert found.refuted


# Wrong code under test.


class Wrong:
    """A result of the code under test with some of its fields replaced."""

    def __init__(self, right: Any, **changed: Any) -> None:
        self.__dict__.update(changed)
        self._right = right

    def __getattr__(self, name: str) -> Any:
        return getattr(self._right, name)


@pytest.mark.parametrize("penalty", ["l1", "l0", "tl1"])
def test_a_spoiled_limit_map_is_refuted(penalty: str) -> None:
    def wrong(w_star: Any, kappa: Any, beta: Any, lam: Any, name: str, **options: Any) -> Any:
        return Theory().sparse_limit(w_star, kappa * (1 + 1e-9), beta, lam, name, **options)

    found = judged(fake("limit", penalty), theory=Theory(sparse_limit=wrong), parts=1)
    assert found.verdict is Verdict.REFUTED


def test_a_limit_wrong_in_its_46th_digit_is_refuted() -> None:
    def wrong(*arguments: Any, digits: int | None = None, **options: Any) -> Any:
        right = Theory().sparse_limit(*arguments, digits=digits, **options)
        if digits is None:
            return right
        with mp.workdps(60):
            return Wrong(right, weights=[x + mpf(10) ** -44 for x in right.weights])

    found = judged(fake("limit", "l1"), theory=Theory(sparse_limit=wrong), parts=1)
    assert found.verdict is Verdict.REFUTED
    assert "50 digits" in found.detail


def test_a_limit_denied_is_refuted() -> None:
    def wrong(*_arguments: Any, **_options: Any) -> Any:
        raise NoLimitError("never")

    found = judged(fake("limit", "l1"), theory=Theory(sparse_limit=wrong), parts=1)
    assert found.verdict is Verdict.REFUTED
    assert "no limit is predicted" in found.detail


@pytest.mark.parametrize("penalty", ["l1", "l0", "tl1"])
@pytest.mark.parametrize("change", ["dropped", "invented", "miscounted"])
def test_a_census_off_by_one_is_refuted(penalty: str, change: str) -> None:
    def wrong(*arguments: Any, **options: Any) -> Any:
        right = Theory().stable_limits(*arguments, **options)
        limits = tuple(right.limits)
        if change == "dropped":
            return Wrong(right, limits=limits[1:], total=len(limits) - 1) if len(limits) > 1 else right
        if change == "invented":
            extra = Wrong(limits[0], weights=-np.asarray(limits[0].weights))
            return Wrong(right, limits=(*limits, extra), total=len(limits) + 1)
        return Wrong(right, total=len(limits) + 1)

    found = judged(fake("census", penalty), theory=Theory(stable_limits=wrong), parts=1)
    assert found.verdict is Verdict.REFUTED


def test_a_wrong_learn_is_refuted() -> None:
    def wrong(v: Any, w0: Any, w_star: Any, beta: float, *rest: Any, **options: Any) -> Any:
        return Theory().learn(v, w0, w_star, beta * (1 + 1e-6), *rest, **options)

    for aspect in ("joint", "any-estimator", "lyapunov"):
        assert judged(fake(aspect), theory=Theory(learn=wrong)).verdict is Verdict.REFUTED


def test_sampled_gradients_notice_a_limit_five_per_cent_off() -> None:
    def wrong(*arguments: Any, **options: Any) -> Any:
        right = Theory().sparse_limit(*arguments, **options)
        w = np.asarray(right.weights, dtype=float) + np.array([0.0, 0.05, 0.0])
        return Wrong(right, weights=w / np.linalg.norm(w))

    part = ASPECTS["limit"].count("quick") - 1
    from verify.iteration.asked import Asked
    from verify.iteration.sampled import check_sampled

    found = check_sampled(Asked(fake("limit", "l1"), "quick", 1, part, theory=Theory(sparse_limit=wrong)))
    assert found.refuted
    right = check_sampled(Asked(fake("limit", "l1"), "quick", 1, part))
    assert not right.refuted
    assert abs(right.notes["exponent of the error"] + 0.5) < right.notes["exponent allowed within"] < 0.25


# The route.


def test_what_met_no_problem_is_undecided() -> None:
    assert Findings().evidence("iteration", 0.0).verdict is Verdict.UNDECIDED
    found = Findings()
    found.demand(True, "")
    found.doubt("half of it did not end")
    assert found.evidence("iteration", 0.0).detail == "half of it did not end"
    found.within("gap", np.nan, 1.0, "not a number")
    assert found.evidence("iteration", 0.0).verdict is Verdict.REFUTED


def test_merging_keeps_extremes_and_counts() -> None:
    parts = [Findings(), Findings()]
    for k, part in enumerate(parts):
        part.count("runs", 3)
        part.within("gap", 0.1 * k, 1.0, "")
        part.least("slack", -k)
    figures = Findings.merged(parts).evidence("iteration", 0.0).figures
    assert figures == {"demands": 2, "runs": 6, "max gap": 0.1, "min slack": -1.0}


def test_an_unknown_aspect_is_undecided_and_other_claims_are_left_alone() -> None:
    strange = fake("dance")
    assert iteration.tasks([strange, get("N1")], "quick", 1, 1e-6) == []
    found = iteration.conclude([strange, get("N1")], [], "quick", 1, 1e-6)
    assert set(found) == {"R90"}
    assert found["R90"][0].verdict is Verdict.UNDECIDED
    assert "dance" in found["R90"][0].detail


def test_a_formula_in_unknown_symbols_is_an_error_and_no_pass() -> None:
    with pytest.raises(ValueError, match="no value for strange"):
        judged(fake("rate", "l1", Symbol("strange")))


def test_tasks_run_conclude() -> None:
    claims = [get("R2"), get("R6.probability")]
    planned = iteration.tasks(claims, "quick", 5, 1e-6)
    assert pickle.loads(pickle.dumps(planned)) == planned
    assert {task.arguments[3] for task in planned} == {1e-6 / (len(CAPS) + len(LAUNCHES))}
    outcomes = [Outcome(task, pickle.loads(pickle.dumps(iteration.run(task))), 1.5) for task in planned]
    found = iteration.conclude(claims, outcomes, "quick", 5, 1e-6)
    for claim in claims:
        (evidence,) = found[claim.id]
        assert evidence.verdict is Verdict.VERIFIED, evidence.detail
        assert evidence.figures["seed"] == 5
    assert found["R6.probability"][0].figures["false_alarm"] == pytest.approx(1e-6)
    failed = [replace(outcomes[0], value=None, error="broken"), *outcomes[1:]]
    assert iteration.conclude(claims, failed, "quick", 5, 1e-6)["R2"][0].verdict is Verdict.ERROR


def test_the_same_seed_gives_the_same_figures() -> None:
    first, second, other = (iteration.check(get("R8"), "quick", seed).figures for seed in (3, 3, 4))
    assert first == second
    assert first != other


# Runs and digits.


def test_kappa_is_that_of_c9() -> None:
    with mp.workdps(50):
        v_star = (1.0, 0.5)
        square = mpf("1.25")
        for ste, factor in (("relu", 1), ("identity", 2)):
            alpha, kappa = pull(v_star, ste)
            assert abs(kappa - factor * square / (2 * mp.sqrt(2 * mp.pi))) < mpf(10) ** -45
            assert abs(alpha - kappa) < mpf(10) ** -45
    with pytest.raises(ValueError, match="not affine"):
        pull(v_star, "clipped-relu")


def test_exact_and_double_precision_make_the_same_steps() -> None:
    for penalty in ("l1", "l0", "tl1", "mcp", "scad", "half"):
        problem = drawn(generator(2, penalty, 0), penalty, n=4)
        w = np.array([[0.5, -0.5, 0.5, 0.5]])
        with mp.workdps(60):
            exact = Exact.of(problem)
            x = unit([mpf(float(y)) for y in w[0]])
            for _ in range(5):
                x, w = exact.step(x, mpf(2)), Iteration.of(problem).step(w, 2.0)
            assert max(abs(float(p) - q) for p, q in zip(x, w[0], strict=True)) < 1e-13
            assert abs(float(exact.lyapunov(x)) - Iteration.of(problem).lyapunov(w)[0]) < 1e-13 * problem.beta + 1e-13


def test_runs_end_at_sixty_digits() -> None:
    iteration_, end, settled = run_exact(Problem((0.6, 0.8), 0.5, 0.3, 0.02), np.array([0.0, 1.0]))
    assert settled
    with mp.workdps(60):
        assert max(abs(p - q) for p, q in zip(iteration_.step(end, mpf(1)), end, strict=True)) < mpf(10) ** -50
