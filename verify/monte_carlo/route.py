"""The Monte Carlo route: closed forms held against sample means in full dimension (m = 16, n = 64).

Inputs Z are drawn entry by entry and pushed through the definition of the network; no rotation,
symmetry or independence of rows is used. A vector is tested coordinate by coordinate, along the
basis of the space the theory puts it in, and along its predicted direction, the most powerful test
of its size. Every scalar test gets the same share of the budget; `verify.monte_carlo.statistics` says why the
normal threshold holds and what `power` means.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from numerics.sampling import SHARD, Moments, iterate_shards, merge_all
from proofs.claim import Claim
from proofs.definitions import Correlation, HalfSpaceMoment, MeanSample, SampleGradient
from verify.configurations import Level, meeting
from verify.evidence import Evidence, Figures, Grade, Outcome, Task, Verdict
from verify.monte_carlo.comparison import Comparison, compare
from verify.monte_carlo.expectations import Expectation, expectations
from verify.monte_carlo.flatness import flatness
from verify.monte_carlo.sampled import Scene, problem, scenes
from verify.monte_carlo.statistics import POWER, finite, threshold

__all__ = ["NAME", "conclude", "run", "tasks"]

NAME = "monte_carlo"

WEAK: dict[Level, float] = {"quick": 0.05, "full": 0.01}
"""A sample that could not have caught a relative error of this size anywhere means nothing."""

SECONDS = {"rows": 4e-6, "networks": 18e-6}
"""Rough cost of a sample, by which shards are grouped into tasks of about a second."""

Group = tuple[str, int]
"""What is drawn ("rows", "networks", "flatness") and the number of the scene."""


@dataclass(frozen=True)
class Check:
    """One expectation of one scene, as a claim predicts it."""

    scene: Scene
    expectation: Expectation

    @property
    def group(self) -> Group:
        """The samples it reads."""
        return self.expectation.part, self.scene.index


def checks(claim: Claim, level: Level, seed: int) -> list[Check]:
    """Every check of a claim. At w = 0 the angle and v play no role: one scene is enough."""
    asked = expectations(claim)
    every = scenes(level, seed)
    met = meeting(claim.hypotheses, [scene.point for scene in every])
    chosen = [scene for scene in every if scene.point in met]
    if isinstance(claim.definition, MeanSample) and claim.definition.at == "origin":
        chosen = chosen[:1]
    return [Check(scene, one) for scene in chosen for one in asked]


def size(claim: Claim, check: Check) -> int:
    """Number of scalar tests of a check: coordinates, basis directions, the predicted direction."""
    asked, scene = claim.definition, check.scene
    scalar = isinstance(asked, Correlation) or (isinstance(asked, HalfSpaceMoment) and asked.component is not None)
    if scalar or not check.expectation.is_vector:
        return 1
    length, directions = scene.basis(check.expectation.definition).shape
    return int(length + directions + 1)


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """Runs of shards of about a second each, and one task for the flatness of the sample loss."""
    del budget  # sample sizes do not depend on it
    asked: dict[Group, dict[Expectation, None]] = defaultdict(dict)
    readers: dict[Group, dict[str, None]] = defaultdict(dict)
    for claim in claims:
        for check in checks(claim, level, seed):
            asked[check.group][check.expectation] = None
            readers[check.group][claim.id] = None
    work: list[Task] = []
    every = scenes(level, seed)
    for (part, index), wanted in asked.items():
        total = every[index].draws(part).shards
        run_length = max(1, round(1.2 / (SECONDS[part] * SHARD)))
        for first in range(0, total, run_length):
            count = min(run_length, total - first)
            arguments = (part, level, seed, index, tuple(wanted), first, count)
            work.append(Task(NAME, tuple(readers[part, index]), arguments, count * SHARD * SECONDS[part]))
    if flat := tuple(claim.id for claim in claims if isinstance(claim.definition, SampleGradient)):
        work.append(Task(NAME, flat, ("flatness", level, seed, 0), 1.0))
    return work


def run(task: Task) -> Any:
    """Moments of each shard of the task, in order; or the figures of the flatness check."""
    part, level, seed, index, *rest = task.arguments
    scene = scenes(level, seed)[index]
    if part == "flatness":
        return flatness(scene)
    wanted, first, count = rest
    return list(iterate_shards(problem(scene, part, wanted), first, count))


@dataclass
class Collected:
    """The samples of a group, merged in shard order and so independent of who drew them."""

    moments: dict[str, Moments]
    seconds: float
    error: str = ""


def collect(outcomes: Iterable[Outcome], level: Level, seed: int) -> dict[Group, Collected]:
    """Merge the outcomes of each group; a failed or missing task leaves an error instead."""
    grouped: dict[Group, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.task.method == NAME and outcome.task.arguments[0] != "flatness":
            grouped[outcome.task.arguments[0], outcome.task.arguments[3]].append(outcome)
    return {group: _merge(group, found, level, seed) for group, found in grouped.items()}


def _merge(group: Group, outcomes: list[Outcome], level: Level, seed: int) -> Collected:
    outcomes = sorted(outcomes, key=lambda outcome: int(outcome.task.arguments[5]))
    seconds = sum(outcome.seconds / len(outcome.task.claim_ids) for outcome in outcomes)
    if failed := [outcome.error for outcome in outcomes if outcome.error]:
        return Collected({}, seconds, failed[0])
    parts = [shard for outcome in outcomes for shard in outcome.value]
    total = scenes(level, seed)[group[1]].draws(group[0]).shards
    if len(parts) != total:
        return Collected({}, seconds, f"{len(parts)} of {total} shards of {group} came back")
    return Collected(merge_all(parts), seconds)


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """Evidence on each claim about a mean over samples, and on the flatness of the sample loss."""
    planned = {claim.id: checks(claim, level, seed) for claim in claims if expectations(claim)}
    count = sum(size(claim, check) for claim in claims for check in planned.get(claim.id, []))
    share = budget / max(count, 1)
    samples = collect(outcomes, level, seed)
    evidence: dict[str, list[Evidence]] = {}
    for claim in claims:
        if claim.id in planned:
            evidence[claim.id] = [_judge(claim, planned[claim.id], samples, level, share)]
        elif isinstance(claim.definition, SampleGradient):
            evidence[claim.id] = [_judge_flatness(outcomes)]
    return evidence


def _judge(claim: Claim, planned: list[Check], samples: dict[Group, Collected], level: Level, share: float) -> Evidence:
    start = perf_counter()
    groups = list(dict.fromkeys(check.group for check in planned))
    found = [samples.get(group, Collected({}, 0.0, f"no samples of {group}")) for group in groups]
    drawn = sum(one.seconds for one in found)

    def evidence(verdict: Verdict, figures: Figures, detail: str) -> Evidence:
        seconds = drawn + perf_counter() - start
        return Evidence(NAME, verdict, Grade.TESTED, figures, seconds, detail)

    if not planned:
        return evidence(Verdict.UNDECIDED, {}, "no sampled scene meets the hypotheses")
    if errors := [one.error for one in found if one.error]:
        return evidence(Verdict.ERROR, {}, errors[0])
    limit = threshold(share)
    try:
        results = [
            compare(claim, check.expectation, check.scene, samples[check.group].moments, limit) for check in planned
        ]
    except (ArithmeticError, LookupError, NameError, TypeError, ValueError) as error:
        return evidence(Verdict.ERROR, {}, f"{type(error).__name__}: {error}")
    tests = sum(size(claim, check) for check in planned)
    figures = _figures(planned[0].expectation.part, results, tests, limit, share)
    return evidence(*_verdict(results, figures, limit, WEAK[level]))


def _figures(part: str, results: list[Comparison], tests: int, limit: float, share: float) -> Figures:
    """What JSON says; `networks` counts samples, which are single rows if `part` is "rows"."""
    worst = max(results, key=lambda one: one.worst)
    sharpest = min(results, key=lambda one: one.detectable)
    bluntest = max(results, key=lambda one: one.detectable)
    return {
        "networks": sum({one.scene: one.count for one in results}.values()),
        "sampled": part,
        "tests": tests,
        "max_z": finite(worst.worst),
        "threshold_z": limit,
        "false_alarm": share,
        "power": {
            "probability": POWER,
            "relative_error": finite(sharpest.detectable),
            "at": sharpest.label,
            "relative_error_at_worst": finite(bluntest.detectable),
        },
        "worst_at": f"{worst.label}: {worst.names[worst.index]}",
    }


def _verdict(results: list[Comparison], figures: Figures, limit: float, weak: float) -> tuple[Verdict, Figures, str]:
    worst = max(results, key=lambda one: one.worst)
    if worst.worst > limit:
        return Verdict.REFUTED, figures, worst.witness()
    best = min(one.detectable for one in results)
    if not best <= weak:
        reason = f"sample too small to mean anything: its best relative power is {best:.2g}"
        return Verdict.UNDECIDED, figures, reason
    return Verdict.VERIFIED, figures, f"a relative error of {best:.2g} would have been caught"


def _judge_flatness(outcomes: Sequence[Outcome]) -> Evidence:
    """Exact equality spends no chance. It is blind unless the boundary is where it looked."""
    mine = [one for one in outcomes if one.task.method == NAME and one.task.arguments[0] == "flatness"]
    if not mine or mine[0].error:
        detail = mine[0].error if mine else "the check was not run"
        return Evidence(NAME, Verdict.ERROR, Grade.TESTED, {}, 0.0, detail)
    figures, seconds = dict(mine[0].value), mine[0].seconds / len(mine[0].task.claim_ids)
    if figures["changed"]:
        verdict, detail = Verdict.REFUTED, f"ℓ changed in {figures['changed']} perturbations"
    elif figures["changed_beyond"] < figures["networks"]:
        verdict, detail = (
            Verdict.UNDECIDED,
            "some steps across the nearest boundary left ℓ as it was",
        )
    else:
        verdict = Verdict.VERIFIED
        detail = "ℓ is constant around w up to the nearest boundary, and changes just beyond it"
    return Evidence(NAME, verdict, Grade.TESTED, figures, seconds, detail)
