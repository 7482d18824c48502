"""The iteration route: true claims pass, wrong ones are refuted with a witness, what cannot be judged is not passed."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import own_sides
import pytest
from mpmath import mp, mpf
from sympy import Integer, Rational, Symbol, log, sqrt

import numerics
import proofs
from numerics import NoLimitError, learn, sparse_limit, stable_limits
from proofs.engine.claim import Claim, get
from proofs.engine.definitions import Splitting
from proofs.engine.sentence import Role
from proofs.symbols import beta, kappa, kept_level, multiplier
from verify import suite
from verify.evidence import Evidence, Fate, Outcome, Verdict
from verify.iteration import route as iteration
from verify.iteration.arithmetic import Exact, Iteration, Problem, pull, run_exact, unit, vector
from verify.iteration.ends import ended
from verify.iteration.route import EDGES
from verify.iteration.training import check_sampled
from verify.iteration.trial import ASPECTS, Findings, Trial, directions, drawn, generator
from verify.mutants import Mutant, mutants
from verify.roads import fixed_points
from verify.roads.census import check_census
from verify.roads.fixed_points import nothing_stays
from verify.rows import Relation, Row, fates_of, judge

CLAIMS = [claim for claim in proofs.all_claims() if isinstance(claim.definition, Splitting)]


def judged(claim: Claim, seed: int = 1, **options: Any) -> Evidence:
    return iteration.check(claim, "quick", seed, **options)


@cache
def watched(claim_id: str) -> tuple[tuple[Row, ...], float]:
    """The runs' own side of a claim, made once; which share of the starts, or of all steps, was further than π/2 from
    w*.
    """
    starts, passed, run, raw = [], [], Iteration.run, Iteration.raw

    def note(kept: list[bool], self: Iteration, w: Any) -> None:
        kept.extend(np.ravel(np.sum(w * self.w_star, axis=-1)) < 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Iteration, "run", lambda self, w, *a, **o: (note(starts, self, w), run(self, w, *a, **o))[1])
        patch.setattr(Iteration, "raw", lambda self, w, *a: (note(passed, self, w), raw(self, w, *a))[1])
        rows = own_sides.of_iteration(get(claim_id), seed=1)
    return rows, float(np.mean(starts or passed or [True]))


def rows_of(claim_id: str) -> tuple[Row, ...]:
    """The rows of these runs."""
    return watched(claim_id)[0]


def refuted(claim: Claim) -> bool:
    """Whether a version of a claim is refuted by the runs made for that claim."""
    return any(judge(claim, row).refuted for row in rows_of(claim.id) if row.part in claim.formulas)


def spoiled(claim: Claim, part: str, factor: Rational) -> Claim:
    """The claim with one of its formulas multiplied; in an equation "… = 0" U is."""
    if (claim.id, part) == ("R7.tl1", "multiplier equation"):
        scaled = claim.parts[part].xreplace({kept_level: factor * kept_level})
        return replace(claim, parts={**claim.parts, part: scaled})
    if part == "statement":
        return replace(claim, statement=claim.formula * factor)
    return replace(claim, parts={**claim.parts, part: claim.parts[part] * factor})


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few problems are drawn: as many as show that the code under test is wrong."""
    monkeypatch.setattr(Trial, "many", lambda trial, quick, full: min(quick, 1))


# True claims: that all are verified, `coarseproof verify` says.


def test_every_aspect_has_a_claim() -> None:
    assert {claim.definition.aspect for claim in CLAIMS} == set(ASPECTS)


def test_every_formula_is_looked_at() -> None:
    for claim in CLAIMS:
        assert claim.formulas, claim.id
        assert {row.part for row in rows_of(claim.id)} == set(claim.formulas)


FROM_W_STAR = ("R2", "R4", "R5.sharp", "R7.astroid", "R8", "R9", "R10")
"""What is said of the limits that runs from w* have, of witnesses, and of the free iteration."""


@pytest.mark.parametrize("claim_id", [claim.id for claim in CLAIMS if not claim.id.startswith(FROM_W_STAR)])
def test_starts_are_all_over_the_sphere(claim_id: str) -> None:
    assert watched(claim_id)[1] > 0.1


def test_directions_are_uniform() -> None:
    w = directions(generator(1, "uniform", 0), 8000, 3)
    assert np.abs(np.bincount((w > 0) @ [1, 2, 4], minlength=8) - 1000).max() < 150
    assert np.abs((w**2).mean(axis=0) - 1 / 3).max() < 0.02


COARSE = {
    ("R5.sharp-l1", "slope"),  # what two runs differ by
    ("R5.sharp-tl1", "slope"),
    ("R6", "gain lower bound"),  # steps next to their limit
    ("R7.stability", "stiffness"),  # a difference quotient
    ("R7.tl1", "multiplier equation"),  # a polynomial with large terms
}
"""What runs know to three digits; all else to six."""


@pytest.mark.parametrize("claim_id", [claim.id for claim in CLAIMS])
def test_a_value_next_to_the_right_one_is_refuted(claim_id: str) -> None:
    claim = get(claim_id)
    for one in rows_of(claim_id):
        if one.relation in ("frequency", "frequency at least"):
            assert 0 < one.slack < 1e-6
            continue
        said, side = judge(claim, one), -1 if one.relation in (">", ">=") else 1
        if said.applies.any():
            apart = (1e-3 if (claim_id, one.part) in COARSE else 1e-6) * (1 + abs(said.stated))
            wrong = judge(claim, replace(one, observed=said.stated + side * apart))
            assert not np.any(wrong.holds & said.applies), one


# Wrong claims.

UP, DOWN = Rational(101, 100), Rational(100, 101)

FACTORS: dict[tuple[str, str], tuple[Rational, ...]] = {
    ("R4.l1", "existence"): (Rational(51, 50), Rational(49, 50)),
    ("R7.stability", "secular sum"): (Rational(-1),),  # only its sign is claimed
    ("R7.l1", "active threshold"): (Rational(5),),
    ("R7.l1", "inactive threshold"): (Rational(7, 10),),
    ("R7.l0", "threshold"): (Rational(9, 10),),
}
"""What runs notice where they come less near to what is claimed."""


def factors(claim: Claim, part: str) -> tuple[Rational, ...]:
    """Off by 1 % either way; a bound is only wrong where it is too strong."""
    if part in claim.bounds:
        return (UP,) if claim.bounds[part] is Role.LOWER else (DOWN,)
    return FACTORS.get((claim.id, part), (UP, DOWN))


@pytest.mark.parametrize(
    ("claim_id", "part"), [(claim.id, part) for claim in CLAIMS for part in claim.formulas], ids=str
)
def test_a_formula_off_by_one_per_cent_is_refuted(claim_id: str, part: str) -> None:
    claim = get(claim_id)
    assert not refuted(claim)
    for factor in factors(claim, part):
        assert refuted(spoiled(claim, part, factor)), factor


WEAKENED = [(claim.id, mutant.label) for claim in CLAIMS for mutant in mutants(claim, "full") if not mutant.part]


@pytest.mark.parametrize(("claim_id", "label"), WEAKENED)
def test_no_hypothesis_is_superfluous(claim_id: str, label: str) -> None:
    claim = get(claim_id)
    assert fates_of(claim, mutants(claim, "full"), rows_of(claim_id))[label] is Fate.KILLED


def test_a_wrong_claim_is_refuted_with_a_witness() -> None:
    found = judged(spoiled(get("R5.l1"), "bound", DOWN))
    assert found.verdict is Verdict.REFUTED
    assert "bound: observed" in found.detail
    assert "nonzeros = " in found.detail
    assert "demands fail" in found.detail


def test_mutants_are_judged_by_the_runs_of_the_claim() -> None:
    (task,) = iteration.tasks([get("R3")], "full", 1, 1e-6)
    found = iteration.run(replace(task, arguments=("quick", *task.arguments[1:])))
    assert found.rows == []
    assert set(found.fates) == {mutant.label for mutant in mutants(get("R3"), "quick")}
    assert set(found.fates.values()) == {Fate.KILLED}


def test_a_penalty_that_lets_free_runs_rest_is_noticed() -> None:
    found = Trial(get("R10"), "quick", 1)
    found.rng = generator(1, "free", 0)
    nothing_stays(found, [drawn(found.rng, "mcp", n=3, beta=(1.0, 1.1), lam=(0.05, 0.06))])
    assert any("is a fixed point" in text for text in found.refuted)


def test_a_free_run_that_ends_next_to_the_ray_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = fixed_points._free_runs

    def astray(*given: Any) -> Any:
        ends, moved = plain(*given)
        return ends + 1e-5 * np.cos(range(ends.shape[-1])), moved

    monkeypatch.setattr(fixed_points, "_free_runs", astray)
    fixed_points.check_free(found := Trial(get("R10"), "quick", 1))
    assert any("which is no cw*" in text for text in found.refuted)


# The runs' own side.


def test_points_outside_the_hypotheses_are_fixed() -> None:
    for point, *_ in EDGES.values():
        assert point.rests()
        assert not replace(point, multiplier=point.multiplier + Rational(1, 10**9)).rests()
        assert not replace(point, tau=point.tau, w=tuple(-x for x in point.w), beta=point.beta * 2).rests()


# Rows.


def row(relation: Relation, observed: Any, values: Any, slack: Any = 0.0, part: str = "statement") -> Row:
    return Row(part, relation, observed, values, slack, "nowhere")


def stating(statement: Any, **fields: Any) -> Claim:
    return Claim("R90", "a test", "[here]", Splitting("rate"), lambda _: None, statement=statement, **fields)


def test_rows_hold_a_formula_against_what_was_observed() -> None:
    twice = stating(2 * kappa)
    assert not judge(twice, row("=", 6.0, {"kappa": 3.0})).refuted
    assert judge(twice, row("=", 6.1, {"kappa": 3.0})).refuted
    assert not judge(twice, row("=", mpf(6), {"kappa": mpf(3)})).refuted
    assert not judge(twice, row("=", Integer(6), {"kappa": Integer(3)}, Integer(0))).refuted
    assert not judge(twice, row("<=", np.array([5.0, 8.0]), {"kappa": np.array([3.0, 4.0])})).refuted
    assert judge(twice, row("<=", np.array([5.0, 8.1]), {"kappa": np.array([3.0, 4.0])})).refuted
    assert judge(twice, row(">", 6.0, {"kappa": 3.0})).refuted
    assert not judge(twice, row(">=", 6.0, {"kappa": 3.0})).refuted


@pytest.mark.parametrize("statement", [1 / (kappa - beta), sqrt(kappa - beta - 1), log(kappa - beta)])
@pytest.mark.parametrize("number", [float, mpf, Integer])
def test_a_formula_without_a_value_is_refuted(statement: Any, number: Any) -> None:
    wrong = stating(statement)
    assert judge(wrong, row("=", number(0), {"kappa": number(3), "beta": number(3)}, number(10))).refuted


def test_frequencies() -> None:
    half = stating(kappa)
    assert not judge(half, row("frequency", (5050, 10_000), {"kappa": mpf("0.5")}, 1e-8)).refuted
    assert judge(half, row("frequency", (6000, 10_000), {"kappa": mpf("0.5")}, 1e-8)).refuted
    assert not judge(half, row("frequency at least", (6000, 10_000), {"kappa": mpf("0.5")}, 1e-8)).refuted
    assert judge(half, row("frequency at least", (4000, 10_000), {"kappa": mpf("0.5")}, 1e-8)).refuted
    assert judge(half, row("frequency", (9999, 10_000), {"kappa": mpf("1.5")}, 1e-8)).refuted


def test_what_the_hypotheses_exclude_is_not_judged() -> None:
    limited = stating(kappa, hypotheses=(multiplier > beta,))
    values = {"kappa": 1.0, "beta": 2.0, "multiplier": np.array([1.0, 3.0])}
    assert list(judge(limited, row("=", np.array([7.0, 1.0]), values)).applies) == [False, True]
    assert not judge(limited, row("=", np.array([7.0, 1.0]), values)).refuted
    assert judge(limited, row("=", np.array([1.0, 7.0]), values)).refuted
    weaker = Mutant("weaker", "", replace(limited, hypotheses=()))
    assert fates_of(limited, [weaker], [row("=", np.array([7.0, 1.0]), values)]) == {"weaker": Fate.KILLED}
    assert fates_of(limited, [weaker], [row("=", np.array([1.0, 1.0]), values)]) == {"weaker": Fate.MISSED}
    assert fates_of(limited, [weaker], [row("=", 1.0, {**values, "multiplier": 3.0})]) == {}


def test_a_part_that_is_not_stated_is_an_error() -> None:
    with pytest.raises(ValueError, match="states no 'bound'"):
        judge(stating(kappa), row("=", 1.0, {"kappa": 1.0}, part="bound"))


# Wrong code under test.


class Wrong:
    """A result of the code under test with some of its fields replaced."""

    def __init__(self, right: Any, **changed: Any) -> None:
        self.__dict__.update(changed)
        self._right = right

    def __getattr__(self, name: str) -> Any:
        return getattr(self._right, name)


@pytest.mark.parametrize("penalty", ["l1", "l0", "tl1"])
def test_a_spoiled_limit_map_is_refuted(penalty: str, few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(w_star: Any, kappa: Any, beta: Any, lam: Any, name: str, **options: Any) -> Any:
        return sparse_limit(w_star, kappa * (1 + 1e-9), beta, lam, name, **options)

    monkeypatch.setattr(numerics, "sparse_limit", wrong)
    found = judged(get(f"R4.{penalty}"), parts=1)
    assert found.verdict is Verdict.REFUTED


def test_a_limit_wrong_in_its_46th_digit_is_refuted(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*arguments: Any, digits: int | None = None, **options: Any) -> Any:
        right = sparse_limit(*arguments, digits=digits, **options)
        if digits is None:
            return right
        with mp.workdps(60):
            return Wrong(right, weights=[x + mpf(10) ** -44 for x in right.weights])

    monkeypatch.setattr(numerics, "sparse_limit", wrong)
    found = judged(get("R4.l1"), parts=1)
    assert found.verdict is Verdict.REFUTED
    assert "50 digits" in found.detail


def test_a_limit_denied_is_refuted(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_arguments: Any, **_options: Any) -> Any:
        raise NoLimitError("never")

    monkeypatch.setattr(numerics, "sparse_limit", wrong)
    found = judged(get("R4.l1"), parts=1)
    assert found.verdict is Verdict.REFUTED
    assert "no limit is predicted" in found.detail


@pytest.mark.parametrize("penalty", ["l1", "l0", "tl1"])
@pytest.mark.parametrize("change", ["dropped", "invented", "moved", "miscounted"])
def test_a_census_off_by_one_is_refuted(penalty: str, change: str, few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*arguments: Any, **options: Any) -> Any:
        right = stable_limits(*arguments, **options)
        limits = tuple(right.limits)
        if change == "dropped":
            return Wrong(right, limits=limits[1:], total=len(limits) - 1) if len(limits) > 1 else right
        if change == "moved":
            moved = Wrong(limits[0], weights=limits[0].weights + 1e-5 * np.cos(range(len(limits[0].weights))))
            return Wrong(right, limits=(moved, *limits[1:]))
        if change == "invented":
            extra = Wrong(limits[0], weights=-np.asarray(limits[0].weights))
            return Wrong(right, limits=(*limits, extra), total=len(limits) + 1)
        return Wrong(right, total=len(limits) + 1)

    monkeypatch.setattr(numerics, "stable_limits", wrong)
    found = judged(get(f"R7.{penalty}"), parts=1)
    assert found.verdict is Verdict.REFUTED


def test_a_wrong_learn_is_refuted(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(v: Any, w0: Any, w_star: Any, beta: float, *rest: Any, **options: Any) -> Any:
        return learn(v, w0, w_star, beta * (1 + 1e-6), *rest, **options)

    monkeypatch.setattr(numerics, "learn", wrong)
    for claim_id in ("R11", "R12", "R1"):
        assert judged(get(claim_id)).verdict is Verdict.REFUTED


def test_sampled_gradients_notice_a_limit_five_per_cent_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*arguments: Any, **options: Any) -> Any:
        right = sparse_limit(*arguments, **options)
        w = np.asarray(right.weights, dtype=float) + np.array([0.0, 0.05, 0.0])
        return Wrong(right, weights=w / np.linalg.norm(w))

    part = ASPECTS["limit"].count("quick") - 1
    found, right = (Trial(get("R4.l1"), "quick", 1, part) for _ in range(2))
    check_sampled(right)
    monkeypatch.setattr(numerics, "sparse_limit", wrong)
    check_sampled(found)
    assert found.refuted
    assert not right.refuted
    assert abs(right.notes["exponent of the error"] + 0.5) < right.notes["exponent allowed within"] < 0.25


def test_slow_runs_leap_to_where_they_would_have_ended() -> None:
    problem = Problem((0.03, 0.027, 0.99), 1.0, 50.0, 0.05, "l0")
    starts = np.array([[1.0, 0.2, 0.0], [0.2, 1.0, 0.0], [0.1, 0.1, 1.0], [-0.9, -0.1, 0.0]])
    starts /= np.linalg.norm(starts, axis=-1, keepdims=True)
    _, last = Iteration.of(problem).run(starts)
    assert (last > 1e-6).tolist() == [True, True, False, False]
    patient, last = Iteration.of(problem).run(starts, steps=60_000)
    assert last.max() < 1e-15
    ends, settled, leapt = ended(problem, starts)
    assert settled.all()
    assert leapt == 2
    assert np.abs(ends - patient).max() < 1e-12


def test_problems_with_tiny_weights_are_judged() -> None:
    """The seed draws one whose entries of 0.0003 attract too slowly to wait for."""
    check_census(trial := Trial(get("R7.l0"), "quick", 41))
    assert trial.counts["runs that leapt to their end"] > 25
    assert trial.counts["predicted limits not judged"] == trial.counts["runs not ended"] == 0


def test_output_weights_too_small_to_tell_in_time_are_not_judged() -> None:
    """The seed draws v* = (0.059, −0.032): in 3000 steps the spurious minimum comes 59 times closer, not 100."""
    assert judged(get("R11.spurious"), 2715278145).verdict is Verdict.VERIFIED


# The route.


def test_what_met_no_problem_is_undecided() -> None:
    assert Findings().evidence("iteration", 0.0).verdict is Verdict.UNDECIDED
    found = Findings()
    found.demand(True, "")
    found.doubts.append("half of it did not end")
    assert found.evidence("iteration", 0.0).detail == "half of it did not end"
    found.within("gap", np.nan, 1.0, "not a number")
    found.within("gap", 0.5, 1.0, "")
    found.extreme("min slack", np.nan)
    found.extreme("min slack", 0.5)
    evidence = found.evidence("iteration", 0.0)
    assert evidence.verdict is Verdict.REFUTED
    assert np.isnan(evidence.figures["max gap"])
    assert np.isnan(evidence.figures["min slack"])


def test_merging_keeps_extremes_and_counts() -> None:
    parts = [Findings(), Findings()]
    for k, part in enumerate(parts):
        part.count("runs", 3)
        part.within("gap", 0.1 * k, 1.0, "")
        part.extreme("min slack", -k)
    figures = Findings.merged(parts).evidence("iteration", 0.0).figures
    assert figures == {"demands": 2, "runs": 6, "max gap": 0.1, "min slack": -1.0}


def test_an_unknown_aspect_is_undecided_and_other_claims_are_left_alone() -> None:
    strange = replace(stating(kappa), definition=Splitting("dance"))
    assert iteration.tasks([strange, get("N1")], "quick", 1, 1e-6) == []
    found = iteration.conclude([strange, get("N1")], [], "quick", 1, 1e-6)
    assert set(found) == {"R90"}
    assert found["R90"][0].verdict is Verdict.UNDECIDED
    assert "dance" in found["R90"][0].detail


def test_a_formula_in_unknown_symbols_is_an_error_and_no_pass() -> None:
    with pytest.raises(ValueError, match="no value was observed for strange"):
        judged(replace(get("R8"), statement=Symbol("strange")))


def test_tasks_run_conclude() -> None:
    claims = [get("R2"), get("R6.probability")]
    planned = iteration.tasks(claims, "quick", 5, 1e-6)
    assert pickle.loads(pickle.dumps(planned)) == planned
    assert {task.arguments[3] for task in planned} == {1e-6 / ASPECTS["probability"].chances}
    outcomes = [Outcome(task, pickle.loads(pickle.dumps(iteration.run(task))), 1.5) for task in planned]
    found = iteration.conclude(claims, outcomes, "quick", 5, 1e-6)
    for claim in claims:
        (evidence,) = found[claim.id]
        assert evidence.verdict is Verdict.VERIFIED, evidence.detail
        assert evidence.figures["seed"] == 5
    assert found["R6.probability"][0].figures["false_alarm"] == pytest.approx(1e-6)
    failed = [replace(outcomes[0], value=None, error="broken"), *outcomes[1:]]
    assert suite._Plan("iteration", claims, "quick", 5).conclude(failed)["R2"][0].verdict is Verdict.ERROR


def test_the_same_seed_gives_the_same_figures() -> None:
    first, second, other = (judged(get("R6.radius"), seed).figures for seed in (3, 3, 4))
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
            x = unit(vector(w[0]))
            for _ in range(5):
                x, w = exact.step(x, mpf(2)), Iteration.of(problem).step(w, 2.0)
            assert max(abs(float(p) - q) for p, q in zip(x, w[0], strict=True)) < 1e-13
            assert abs(float(exact.lyapunov(x)) - Iteration.of(problem).lyapunov(w)[0]) < 1e-13 * problem.beta + 1e-13


def test_runs_end_at_sixty_digits() -> None:
    iteration_, end, settled = run_exact(Problem((0.6, 0.8), 0.5, 0.3, 0.02), np.array([0.0, 1.0]))
    assert settled
    with mp.workdps(60):
        assert max(abs(p - q) for p, q in zip(iteration_.step(end, mpf(1)), end, strict=True)) < mpf(10) ** -50
