"""The Monte Carlo route: true claims pass, wrong ones fall, and who did the work is irrelevant."""

import json
import math
import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import own_sides
import pytest
from sympy import Rational

import proofs
from numerics.model import resolve_proxy
from numerics.reduced_sampling import Estimate
from proofs.engine.definitions import Correlation, HalfSpaceMoment, MeanSample, SampleGradient
from proofs.proxies import ESTIMATORS
from proofs.symbols import theta
from verify import suite
from verify.contexts.slopes import slope_of
from verify.evidence import Evidence, Fate, Grade, Outcome, Verdict
from verify.monte_carlo import plan, sampled, samplers
from verify.monte_carlo import route as monte_carlo
from verify.monte_carlo.expectations import expectations
from verify.mutants import mutants

SEED, BUDGET = 20, 5e-7
CLAIMS = proofs.all_claims()
MEANS = [c.id for c in CLAIMS if isinstance(c.definition, (HalfSpaceMoment, MeanSample, Correlation))]
LOOSE = {"networks": (0.15, 0.15), "rows": (0.15, 0.15), "reduced": (2e-3, 2e-3)}


def moved(**changes):
    """Scenes of the quick level, their points changed."""

    def scenes(level, seed):
        return tuple(replace(one, point=replace(one.point, **changes)) for one in sampled.scenes("quick", seed))

    return scenes


@pytest.fixture(scope="module", autouse=True)
def _small():
    """Less power than a real run: every other part of the procedure is as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(plan.TARGETS, "quick", LOOSE)
        patch.setattr(samplers, "FIRST", 4)
        yield


@pytest.fixture(scope="module")
def outcomes(_small):
    return work(CLAIMS)


def work(claims):
    planned = monte_carlo.tasks(claims, "quick", SEED, BUDGET)
    return [Outcome(task, monte_carlo.run(task), 1.0) for task in planned]


def judge(claims, outcomes, budget=BUDGET):
    return monte_carlo.conclude(claims, outcomes, "quick", SEED, budget)


def without_seconds(evidence):
    return {name: [replace(one, seconds=0.0) for one in found] for name, found in evidence.items()}


@pytest.fixture(scope="module")
def found(outcomes):
    return judge(CLAIMS, outcomes)


def test_every_claim_about_a_mean_is_verified_and_no_other_is_touched(found):
    assert set(found) == {*MEANS, "B3"}
    for name, (evidence,) in found.items():
        assert isinstance(evidence, Evidence)
        assert (evidence.method, evidence.grade) == ("monte_carlo", Grade.TESTED)
        assert evidence.verdict is Verdict.VERIFIED, (name, evidence.detail)
        assert evidence.seconds > 0


def test_figures_state_chance_power_and_samples(found):
    json.dumps([evidence.figures for (evidence,) in found.values()], allow_nan=False)
    columns = {one for name in MEANS for one in expectations(proofs.get(name))}
    (scene,) = sampled.scenes("quick", SEED)
    between = sum(plan.agreement_size(scene, one) for one in columns)
    own = sum(found[name][0].figures["tests"] for name in MEANS)
    for name in MEANS:
        figures = found[name][0].figures
        assert figures["false_alarm"] * (own + between) == pytest.approx(BUDGET, rel=1e-12)
        assert max(figures["max_z"], figures["samplers"]["max_z"]) < figures["threshold_z"]
        assert 1 <= figures["rounds"] <= 8
        assert min(figures["samples"].values()) > 4096
        power = figures["power"]
        assert power["reached"]
        assert power["probability"] == 0.999
        assert power["relative_errors"].keys() == power["targets"].keys()
        for label, reached in power["relative_errors"].items():
            sampler = label.rsplit(", ", 1)[1]
            assert 0 < reached <= power["targets"][label] == LOOSE[sampler][0]
    assert found["C3"][0].figures["tests"] == 64 + 3 + 3
    assert found["N2"][0].figures["tests"] == 16 + 4 + 17
    assert found["N1"][0].figures["tests"] == 2
    assert set(found["C3"][0].figures["samples"]) == {"networks", "reduced"}
    assert found["G2"][0].figures["samplers"]["tests"] == 64 + 2 + 3


@pytest.mark.parametrize("factor", [-1, Rational(1003, 1000), Rational(997, 1000)])
@pytest.mark.parametrize("name", MEANS)
def test_a_wrong_closed_form_is_refuted(outcomes, name, factor):
    claim = proofs.get(name)
    wrong = replace(claim, statement=factor * claim.statement)
    (evidence,) = judge([wrong], outcomes)[name]
    assert evidence.verdict is Verdict.REFUTED
    assert "predicted" in evidence.detail
    assert "generic" in evidence.figures["worst_at"]
    assert not evidence.fates


def test_an_error_in_one_term_alone_is_refuted(outcomes):
    for name, other in [("C3", "C2"), ("C5.sigmoid", "C5.tanh"), ("N1", "N1.origin"), ("C6.relu", "C6.identity")]:
        wrong = replace(proofs.get(name), statement=proofs.get(other).statement)
        assert judge([wrong], outcomes)[name][0].verdict is Verdict.REFUTED


def test_verdicts_do_not_depend_on_the_order_or_place_of_tasks(outcomes):
    claims = [proofs.get(name) for name in ("G3", "N1", "N2", "C3", "B3")]
    one = work(claims)
    expected = without_seconds(judge(claims, one))
    assert without_seconds(judge(claims, one[::-1])) == expected
    alone = [outcome for outcome in one if outcome.task.arguments[0] != "predictions"]
    assert without_seconds(judge(claims, alone)) == expected


@pytest.mark.parametrize("kept", [(), ("rows",), ("predictions", "rows"), ("predictions", "networks", "rows")])
def test_a_failed_task_is_an_error_not_a_verdict(outcomes, kept):
    broken = [one if one.task.arguments[0] in kept else replace(one, value=None, error="boom") for one in outcomes]
    found = suite._Plan("monte_carlo", CLAIMS, "quick", SEED).conclude(broken)
    for name in [*MEANS, "B3"]:
        assert [(one.verdict, one.detail) for one in found[name]] == [(Verdict.ERROR, "boom")]


def test_power_that_is_not_reached_is_undecided(monkeypatch):
    claims = [proofs.get(name) for name in ("N1", "C4")]
    monkeypatch.setattr(sampled, "CAP", {"rows": 2**10, "networks": 2**10})
    for (evidence,) in judge(claims, work(claims)).values():
        assert evidence.verdict is Verdict.UNDECIDED
        assert "power not reached" in evidence.detail
        assert not evidence.figures["power"]["reached"]


def test_samples_that_do_not_vary_must_match_exactly(monkeypatch):
    monkeypatch.setattr(plan, "scenes", moved(theta=0.0))
    monkeypatch.setattr(monte_carlo, "scenes", moved(theta=0.0))
    claim = proofs.get("N1.teacher")
    found = work([claim])
    (evidence,) = judge([claim], found)["N1.teacher"]
    assert evidence.figures["max_z"] < 1e-3  # no sample varies; by brute force the score is exactly 0
    assert evidence.verdict is Verdict.UNDECIDED  # zero has no relative error
    wrong = replace(claim, statement=claim.statement + 1e-9)
    (evidence,) = judge([wrong], found)["N1.teacher"]
    assert evidence.verdict is Verdict.REFUTED
    assert evidence.figures["max_z"] is None
    json.dumps(evidence.figures, allow_nan=False)


def changed(outcomes, part, family, change):
    """The outcomes with one sample changed by hand."""

    def hit(outcome):
        return outcome.task.arguments[0] == part and outcome.task.arguments[4] == family

    return [
        replace(one, value=replace(one.value, sample=one.value.sample | change(one.value.sample))) if hit(one) else one
        for one in outcomes
    ]


@pytest.mark.parametrize(
    ("family", "column", "name"),
    [
        ("relu", "coarse_gradient:relu", "C3"),
        ("", "loss", "N1"),
        ("", "gradient_v", "N2"),
        ("", "z a>0|squared", "G2"),
        ("w = 0", "origin/loss", "N1.origin"),
    ],
)
def test_a_reduced_sampler_that_brute_force_contradicts_is_an_error(outcomes, family, column, name):
    def scaled(sample):
        old = sample[column]
        return {column: Estimate(1.2 * old.mean, old.covariance, old.points)}

    (evidence,) = judge([proofs.get(name)], changed(outcomes, "reduced", family, scaled))[name]
    assert evidence.verdict is Verdict.ERROR
    assert "the reduced sampler and brute force are" in evidence.detail


def test_brute_force_sees_what_leaves_the_plane(outcomes):
    (scene,) = sampled.scenes("quick", SEED)

    def tilted(sample):
        old = sample["coarse_gradient:relu"]
        return {"coarse_gradient:relu": replace(old, mean=old.mean + 0.5 * scene.orthogonal)}

    (evidence,) = judge([proofs.get("C3")], changed(outcomes, "networks", "", tilted))["C3"]
    assert evidence.verdict is Verdict.ERROR
    assert evidence.figures["max_z"] > evidence.figures["threshold_z"]


def test_fates_of_mutants_are_what_the_route_says_of_them(outcomes, found):
    for name in ("G3", "N1", "C2", "C6.relu"):
        claim = proofs.get(name)
        fates = found[name][0].fates
        formulas = [mutant for mutant in mutants(claim, "quick") if mutant.part == "statement"]
        assert set(fates) == {mutant.label for mutant in formulas}
        alone, among = (one[name][0].figures["false_alarm"] for one in (judge([claim], outcomes), found))
        for mutant in formulas:  # with the share of the budget that a test has among all claims
            verdict = judge([mutant.claim], outcomes, BUDGET * among / alone)[name][0].verdict
            assert (verdict is Verdict.REFUTED) == (fates[mutant.label] is Fate.KILLED), mutant.label
    assert sum(fate is Fate.KILLED for name in MEANS for fate in found[name][0].fates.values()) > 80


def test_its_own_side_needs_no_formula_of_the_claim():
    for name in ("G4", "N2", "C3", "C6"):
        claim = proofs.get(name)
        bare = replace(claim, statement=Rational(7), printed=None, parts={})
        numbers = own_sides.of_monte_carlo(bare)
        assert numbers == own_sides.of_monte_carlo(claim)
        for label, values in numbers.items():
            assert len(values) == (16 if "gradient_v" in label else 2 if label.endswith("reduced") else 64)
            assert np.any(np.array(values) != 0)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_slopes_read_off_the_pieces_are_those_of_the_generated_proxies(name):
    x = np.concatenate([np.random.default_rng(0).standard_normal(2000) * 3, [800.0, -800.0]])
    given = {p.name: 1.3 * float(p.default) for p in ESTIMATORS[name].parameters}
    np.testing.assert_allclose(slope_of(name, {**given, "other": 1.0})(x), resolve_proxy(name, given)(x), atol=1e-15)


def test_a_closed_form_without_a_value_is_an_error(outcomes):
    claim = proofs.get("N1")
    for statement in (claim.statement / (theta - theta), proofs.get("C6").statement):
        (evidence,) = judge([replace(claim, statement=statement)], outcomes)["N1"]
        assert evidence.verdict is Verdict.ERROR
        assert evidence.detail


def test_a_claim_whose_hypotheses_no_scene_meets_is_undecided(outcomes):
    claim = replace(proofs.get("C3"), hypotheses=(theta > 4,))
    (evidence,) = judge([claim], outcomes)["C3"]
    assert evidence.verdict is Verdict.UNDECIDED
    assert monte_carlo.tasks([claim], "quick", SEED, BUDGET) == []


def test_a_claim_about_no_mean_makes_no_work():
    others = [c for c in CLAIMS if c.id not in MEANS and not isinstance(c.definition, SampleGradient)]
    assert others
    assert monte_carlo.tasks(others, "quick", SEED, BUDGET) == []
    assert judge(others, []) == {}


@pytest.mark.parametrize("level", ["quick", "full"])
def test_every_sample_is_one_task_and_all_is_picklable(level):
    planned = monte_carlo.tasks(CLAIMS, level, SEED, BUDGET)
    assert pickle.loads(pickle.dumps(planned)) == planned
    assert planned == monte_carlo.tasks(CLAIMS, level, SEED, BUDGET)
    assert all(task.weight > 0 and task.claim_ids for task in planned)
    groups = [task.arguments[:5] for task in planned if task.arguments[0] in ("rows", "networks", "reduced")]
    assert len(set(groups)) == len(groups)
    for scene in sampled.scenes(level, SEED):
        families = {group[4] for group in groups if group[0] == "reduced" and group[3] == scene.index}
        assert families == {"", *ESTIMATORS} | ({"w = 0"} if scene.index == 0 else set())
        assert {group[0] for group in groups if group[3] == scene.index} == {"rows", "networks", "reduced"}


def test_every_coarse_gradient_is_asked_for_as_precisely_as_the_full_level_promises():
    for scene in sampled.scenes("full", SEED):
        for name in ("C1", "C2", "C3", "C4", "C5", *(f"C5.{one}" for one in ESTIMATORS if f"C5.{one}" in MEANS)):
            for one in expectations(proofs.get(name)):
                assert plan.target("full", "reduced", scene, one, None) <= 5e-4


def test_a_worker_process_computes_the_same_bits():
    chosen = [proofs.get("G1"), proofs.get("B3")]
    planned = monte_carlo.tasks(chosen, "quick", SEED, BUDGET)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there = list(pool.map(monte_carlo.run, planned, timeout=100))
    for task, other in zip(planned, there, strict=True):
        here = monte_carlo.run(task)
        if task.arguments[0] in ("rows", "reduced"):
            continue  # compared below: their rounds depend on what is patched in this process alone
        assert here == other or task.arguments[0] == "predictions"
    task = next(task for task in planned if task.arguments[0] == "reduced")
    here, other = monte_carlo.run(task), there[planned.index(task)]
    assert here.rounds == other.rounds
    assert here.sample.keys() == other.sample.keys()
    for name, estimate in here.sample.items():
        assert estimate.mean.tobytes() == other.sample[name].mean.tobytes()
        assert estimate.covariance.tobytes() == other.sample[name].covariance.tobytes()


def test_scenes_are_placed_as_they_say():
    for scene in sampled.scenes("full", SEED):
        point = scene.point
        assert np.linalg.norm(scene.w) == pytest.approx(point.r, rel=1e-13)
        assert np.linalg.norm(scene.w_star) == pytest.approx(1, rel=1e-13)
        a, b = scene.w / point.r, scene.w_star
        angle = 2 * math.atan2(float(np.linalg.norm(a - b)), float(np.linalg.norm(a + b)))
        assert angle == pytest.approx(point.theta, abs=1e-13)
        assert np.abs(a).max() < 0.7  # aligned with no axis
        assert (point.m, point.n) == (16, 64)
        assert point.v != point.v_star
        assert abs(sum(point.v)) > 2.5  # of an odd μ' the coarse gradient is a multiple of it
    streams = [scene.draws(part).stream for scene in sampled.scenes("full", 0) for part in ("rows", "networks")]
    assert len(set(streams)) == len(streams)
    one, same, other = (sampled.scenes("quick", seed)[0].point for seed in (1, 1, 2))
    assert one == same != other


def test_the_sample_loss_is_flat_up_to_the_nearest_boundary_only(monkeypatch):
    claim = proofs.get("B3")
    (task,) = monte_carlo.tasks([claim], "quick", SEED, BUDGET)
    figures = monte_carlo.run(task)
    assert figures == {"networks": 4096, "perturbations": 9 * 4096, "changed": 0, "changed_beyond": 4096}
    blind = Outcome(task, {**figures, "changed_beyond": 4095}, 1.0)
    assert judge([claim], [blind])["B3"][0].verdict is Verdict.UNDECIDED

    def smooth(v, w, v_star, w_star, Z):
        return np.tanh(np.einsum("bmn,bn->bm", Z, np.broadcast_to(w, Z.shape[::2]))) @ np.asarray(v)

    monkeypatch.setattr(sampled, "sample_loss", smooth)
    wrong = Outcome(task, monte_carlo.run(task), 1.0)
    (evidence,) = judge([claim], [wrong])["B3"]
    assert evidence.verdict is Verdict.REFUTED
    assert "changed" in evidence.detail
