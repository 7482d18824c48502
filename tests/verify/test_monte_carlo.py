"""The Monte Carlo route: true claims pass, wrong ones fall, and who did the work is irrelevant."""

import json
import math
import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

import proofs
from numerics.sampling import SHARD
from proofs.definitions import Correlation, HalfSpaceMoment, MeanSample, SampleGradient
from proofs.symbols import theta
from verify.evidence import Evidence, Grade, Outcome, Verdict
from verify.monte_carlo import flatness, sampled
from verify.monte_carlo import route as monte_carlo

SEED, BUDGET = 20, 1e-6
SIZE = 2**18
CLAIMS = proofs.all_claims()
MEANS = [c.id for c in CLAIMS if isinstance(c.definition, (HalfSpaceMoment, MeanSample, Correlation))]


def sized(size, **changes):
    """Scenes of the quick level with another number of samples, their points changed."""

    def scenes(level, seed):
        return tuple(
            replace(
                scene,
                samples=dict.fromkeys(("rows", "networks"), size),
                point=replace(scene.point, **changes),
            )
            for scene in sampled.scenes("quick", seed)
        )

    return scenes


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(monte_carlo, "scenes", sized(SIZE))
    monkeypatch.setitem(monte_carlo.WEAK, "quick", 0.1)


@pytest.fixture(scope="module")
def outcomes():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monte_carlo, "scenes", sized(SIZE))
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
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monte_carlo, "scenes", sized(SIZE))
        patch.setitem(monte_carlo.WEAK, "quick", 0.1)
        return judge(CLAIMS, outcomes)


def test_every_claim_about_a_mean_is_verified_and_no_other_is_touched(found):
    assert set(found) == {*MEANS, "B3"}
    for name, (evidence,) in found.items():
        assert isinstance(evidence, Evidence)
        assert (evidence.method, evidence.grade) == ("monte_carlo", Grade.TESTED)
        assert evidence.verdict is Verdict.VERIFIED, (name, evidence.detail)
        assert evidence.seconds > 0


def test_figures_state_chance_and_power(found):
    json.dumps([evidence.figures for (evidence,) in found.values()], allow_nan=False)
    spent = sum(found[name][0].figures["tests"] * found[name][0].figures["false_alarm"] for name in MEANS)
    assert spent == pytest.approx(BUDGET, rel=1e-12)
    for name in MEANS:
        figures = found[name][0].figures
        assert figures["networks"] == SIZE
        assert figures["max_z"] < figures["threshold_z"]
        assert 0 < figures["power"]["relative_error"] < 0.1
    assert found["C3"][0].figures["tests"] == 64 + 3
    assert found["N2"][0].figures["tests"] == 16 + 4
    assert found["N1"][0].figures["tests"] == 1


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("factor", [-1, 1.05, 0.95])
@pytest.mark.parametrize("name", MEANS)
def test_a_wrong_closed_form_is_refuted(outcomes, name, factor):
    claim = proofs.get(name)
    wrong = replace(claim, statement=factor * claim.statement)
    (evidence,) = judge([wrong], outcomes)[name]
    assert evidence.verdict is Verdict.REFUTED
    assert "predicted" in evidence.detail
    assert "generic" in evidence.figures["worst_at"]


@pytest.mark.usefixtures("small")
def test_an_error_in_one_term_alone_is_refuted(outcomes):
    for name, other in [
        ("C3", "C2"),
        ("C5.sigmoid", "C5.tanh"),
        ("N1", "N1.origin"),
        ("C6.relu", "C6.identity"),
    ]:
        wrong = replace(proofs.get(name), statement=proofs.get(other).statement)
        assert judge([wrong], outcomes)[name][0].verdict is Verdict.REFUTED


@pytest.mark.usefixtures("small")
def test_verdicts_do_not_depend_on_the_grouping_or_order_of_tasks(outcomes, monkeypatch):
    claims = [proofs.get(name) for name in ("G3", "N1", "N2", "C3", "B3")]
    monkeypatch.setattr(monte_carlo, "scenes", sized(7 * SHARD + 100))
    one = work(claims)
    monkeypatch.setattr(monte_carlo, "SECONDS", {"rows": 1.2 / SHARD, "networks": 0.4 / SHARD})
    many = work(claims)
    assert len(many) > len(one)
    expected = without_seconds(judge(claims, one))
    assert without_seconds(judge(claims, many[::-1])) == expected


@pytest.mark.usefixtures("small")
def test_a_lost_or_failed_task_is_an_error_not_a_verdict(outcomes):
    rows, *_ = (outcome for outcome in outcomes if outcome.task.arguments[0] == "rows")
    found = judge(CLAIMS, [replace(rows, value=rows.value[:-1])])
    assert found["N1"][0].verdict is found["G1"][0].verdict is Verdict.ERROR
    assert found["N1"][0].detail == "no samples of ('networks', 0)"
    assert found["G1"][0].detail == "63 of 64 shards of ('rows', 0) came back"
    failed = [replace(outcome, value=None, error="boom") for outcome in outcomes]
    found = judge(CLAIMS, failed)
    assert all(found[name][0].verdict is Verdict.ERROR for name in [*MEANS, "B3"])
    assert found["C3"][0].detail == found["B3"][0].detail == "boom"
    assert judge([proofs.get("B3")], [])["B3"][0].verdict is Verdict.ERROR


def test_a_sample_too_small_to_mean_anything_is_undecided(monkeypatch):
    monkeypatch.setattr(monte_carlo, "scenes", sized(2**13))
    claims = [proofs.get(name) for name in ("N1", "C4")]
    for (evidence,) in judge(claims, work(claims)).values():
        assert evidence.verdict is Verdict.UNDECIDED
        assert "too small" in evidence.detail


def test_samples_that_do_not_vary_must_match_exactly(monkeypatch):
    monkeypatch.setattr(monte_carlo, "scenes", sized(SHARD, theta=0.0))
    claim = proofs.get("N1.teacher")
    found = work([claim])
    (evidence,) = judge([claim], found)["N1.teacher"]
    assert evidence.figures["max_z"] == 0.0
    assert evidence.verdict is Verdict.UNDECIDED  # zero has no relative error
    wrong = replace(claim, statement=claim.statement + 1e-9)
    (evidence,) = judge([wrong], found)["N1.teacher"]
    assert evidence.verdict is Verdict.REFUTED
    assert evidence.figures["max_z"] is None
    json.dumps(evidence.figures, allow_nan=False)


@pytest.mark.usefixtures("small")
def test_a_closed_form_without_a_value_is_an_error(outcomes):
    claim = proofs.get("N1")
    for statement in (claim.statement / (theta - theta), proofs.get("C6").statement):
        (evidence,) = judge([replace(claim, statement=statement)], outcomes)["N1"]
        assert evidence.verdict is Verdict.ERROR
        assert evidence.detail


@pytest.mark.usefixtures("small")
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
def test_tasks_cut_every_stream_into_runs_of_about_a_second(level):
    planned = monte_carlo.tasks(CLAIMS, level, SEED, BUDGET)
    assert pickle.loads(pickle.dumps(planned)) == planned
    assert planned == monte_carlo.tasks(CLAIMS, level, SEED, BUDGET)
    assert all(0 < task.weight < 2 and task.claim_ids for task in planned)
    for scene in sampled.scenes(level, SEED):
        for part in ("rows", "networks"):
            runs = [t.arguments[5:] for t in planned if t.arguments[0] == part and t.arguments[3] == scene.index]
            covered = [shard for first, count in runs for shard in range(first, first + count)]
            assert covered == list(range(scene.draws(part).shards))


def test_a_worker_process_computes_the_same_bits():
    planned = monte_carlo.tasks([proofs.get("G1"), proofs.get("B3")], "quick", SEED, BUDGET)
    task, flat = planned[0], planned[-1]
    task = replace(task, arguments=(*task.arguments[:-1], 2))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there, flat_there = pool.map(monte_carlo.run, [task, flat], timeout=100)
    here = monte_carlo.run(task)
    assert flat_there == monte_carlo.run(flat)
    assert len(here) == len(there) == 2
    for one, other in zip(here, there, strict=True):
        assert one.keys() == other.keys()
        for name, moments in one.items():
            assert moments.mean.tobytes() == other[name].mean.tobytes()
            assert moments.m2.tobytes() == other[name].m2.tobytes()


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
    streams = [scene.draws(part).stream for scene in sampled.scenes("full", 0) for part in ("rows", "networks")]
    assert len(set(streams)) == len(streams)
    one, same, other = (sampled.scenes("quick", seed)[0].point for seed in (1, 1, 2))
    assert one == same != other


def test_the_sample_loss_is_flat_up_to_the_nearest_boundary_only(monkeypatch):
    claim = proofs.get("B3")
    (task,) = monte_carlo.tasks([claim], "quick", SEED, BUDGET)
    figures = monte_carlo.run(task)
    assert figures == {
        "networks": 4096,
        "perturbations": 9 * 4096,
        "changed": 0,
        "changed_beyond": 4096,
    }
    blind = Outcome(task, {**figures, "changed_beyond": 4095}, 1.0)
    assert judge([claim], [blind])["B3"][0].verdict is Verdict.UNDECIDED

    def smooth(v, w, v_star, w_star, Z):
        return np.tanh(np.einsum("bmn,bn->bm", Z, np.broadcast_to(w, Z.shape[::2]))) @ np.asarray(v)

    monkeypatch.setattr(flatness, "sample_loss", smooth)
    wrong = Outcome(task, monte_carlo.run(task), 1.0)
    (evidence,) = judge([claim], [wrong])["B3"]
    assert evidence.verdict is Verdict.REFUTED
    assert "changed" in evidence.detail
