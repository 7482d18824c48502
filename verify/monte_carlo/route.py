"""The Monte Carlo route: closed forms held against sample means (m = 16, n = 64), by two samplers.

Brute force draws inputs Z entry by entry and pushes them through the definition of the network; no rotation, symmetry
or independence of rows is used. The reduced samplers reach a hundred times its precision and
are themselves held against it in the same run. A vector is tested coordinate by coordinate, along the basis of the
space the theory puts it in, and along its predicted direction, the most powerful test of its size.

Every scalar test gets the same share of the budget; `verify.monte_carlo.statistics` says why the normal threshold holds
and what `power` means, `verify.monte_carlo.samplers` how long sampling goes on. All rounds of a sample happen inside
one task, so nothing depends on how tasks are spread over processes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from time import process_time
from typing import Any

import proofs
from proofs.engine.claim import Claim
from proofs.engine.definitions import SampleGradient
from verify.evidence import Evidence, Level, Outcome, Task
from verify.monte_carlo.expectations import expectations
from verify.monte_carlo.judge import NAME, Judge, for_mutants
from verify.monte_carlo.plan import Check, Group, Key, checks, every, grouped, share
from verify.monte_carlo.sampled import flatness, judged, scenes
from verify.monte_carlo.samplers import sample_in_full, sample_reduced
from verify.monte_carlo.statistics import threshold
from verify.mutants import mutants

_SAMPLED = ("rows", "networks", "reduced")
_SECONDS: dict[Level, dict[str, tuple[float, float]]] = {
    "quick": {"networks": (5.5, 5.5), "rows": (1.2, 1.2), "reduced": (0.3, 0.3), "predictions": (0.3, 0.3)},
    "full": {"networks": (26.0, 8.0), "rows": (8.0, 4.0), "reduced": (0.4, 2.0), "predictions": (1.0, 1.0)},
}
"""Rough cost of a task in the generic scene and in the others."""


def _planned(claims: Sequence[Claim], level: Level, seed: int) -> dict[str, list[Check]]:
    """The checks of each claim that is a formula for means over samples."""
    return {
        claim.id: checks(claim, level, seed) for claim in claims if claim.statement is not None and expectations(claim)
    }


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """One task for each scene and sampler, one for the predictions of each claim and its mutants, one for flatness."""
    planned = _planned(claims, level, seed)
    every_check = [check for found in planned.values() for check in found]
    limit = threshold(share(every_check, budget))
    readers: dict[Group, dict[str, None]] = defaultdict(dict)
    for name, found in planned.items():
        for group in (group for check in found for group in check.groups):
            readers[group][name] = None
    work = []
    for group, wanted in grouped(every_check, level).items():
        part, index, family = group
        arguments = (part, level, seed, index, family, tuple(wanted.items()), limit)
        work.append(Task(NAME, tuple(readers[group]), arguments, _SECONDS[level][part][min(index, 1)]))
    for name in (name for name, found in planned.items() if found):
        work.append(Task(NAME, (name,), ("predictions", level, seed, 0), _SECONDS[level]["predictions"][0]))
    if flat := tuple(claim.id for claim in claims if isinstance(claim.definition, SampleGradient)):
        work.append(Task(NAME, flat, ("flatness", level, seed, 0), 1.0))
    return work


def run(task: Task) -> Any:
    """What was sampled, with its rounds; or the predictions of a claim; or the figures of the flatness check."""
    part, level, seed, index, *rest = task.arguments
    if part == "predictions":  # what the claim says everywhere, and what its mutants say where they are tried
        claim = proofs.get(task.claim_ids[0])
        planned = checks(claim, level, seed)
        wrong = [mutant.claim for mutant in mutants(claim, level) if mutant.part == "statement"]
        pairs = [(claim, check) for check in planned]
        pairs += [(mutant, check) for mutant in wrong for check in for_mutants(planned)]
        return every((one, check.expectation, check.scene) for one, check in pairs)
    scene = scenes(level, seed)[index]
    if part == "flatness":
        return flatness(scene)
    _, wanted, limit = rest
    asked = dict(wanted)
    return sample_reduced(scene, asked, limit) if part == "reduced" else sample_in_full(scene, part, asked, limit)


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """Evidence on each claim about a mean over samples, and on the flatness of the sample loss."""
    planned = _planned(claims, level, seed)
    each = share((check for found in planned.values() for check in found), budget)
    known: dict[Key, Any] = {}
    for outcome in outcomes:
        if outcome.task.arguments[0] == "predictions":
            known |= outcome.value
    sampled = (one for one in outcomes if one.task.arguments[0] in _SAMPLED)
    samples = {(part, index, family): one for one in sampled for part, _, _, index, family, *_ in [one.task.arguments]}
    judge = Judge(level, samples, each, threshold(each), known)
    evidence: dict[str, list[Evidence]] = {}
    for claim in claims:
        if claim.id in planned:
            if not samples.keys() >= {group for check in planned[claim.id] for group in check.groups}:
                continue  # drawing them failed
            started = process_time()
            found = judge.judge(claim, planned[claim.id])
            spent = sum(one.seconds / len(one.task.claim_ids) for one in outcomes if claim.id in one.task.claim_ids)
            evidence[claim.id] = [replace(found, seconds=spent + process_time() - started)]
        elif isinstance(claim.definition, SampleGradient):
            flat = [(one, len(one.task.claim_ids)) for one in outcomes if one.task.arguments[0] == "flatness"]
            evidence[claim.id] = [replace(judged(one.value), seconds=one.seconds / count) for one, count in flat]
    return evidence
