"""Brute force in full dimension, shard by shard, until the goals of a scene are met."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

import numpy as np

from numerics.sampling import SHARD, Moments, iterate_shards, merge_all
from verify.monte_carlo.reduced import Asked, goals, pilot
from verify.monte_carlo.sampled import ALONG, Scene, problem
from verify.monte_carlo.sequential import ROUNDS, Goal, Stopped, sample_until
from verify.monte_carlo.statistics import detectable, variance_along

__all__ = ["FIRST", "enough", "sample"]

FIRST = 32
"""Shards of the first round, from whose variance the second is planned."""


def sample(
    scene: Scene, part: str, asked: Mapping[Asked, float], limit: float, rounds: int = ROUNDS
) -> Stopped[dict[str, Moments]]:
    """Moments of one part ("rows" or "networks") of a scene, continued until each has reached its target or to the cap.

    How long the quantities are is taken from a pilot of the reduced sampler: it sets the length of the run, no more.
    """
    expectations = list(dict.fromkeys(one for one, _ in asked))
    sampled = problem(scene, part, expectations)
    wanted = goals(asked, pilot(scene, expectations))
    bases = {one.column: scene.basis(one.definition) for one in expectations}

    def error(goal: Goal, found: dict[str, Moments]) -> float:
        if goal.direction is None:
            return detectable(limit, float(found[goal.column].standard_error), goal.size)
        basis = bases[goal.column]
        # The weights' gradient is given in R^m, the others along their basis.
        direction = basis.T @ goal.direction if len(goal.direction) == len(basis) else goal.direction
        variance = variance_along(direction, found[goal.column + ALONG].standard_error ** 2)
        return detectable(limit, float(np.sqrt(variance)), goal.size)

    def shortfall(found: dict[str, Moments]) -> float:
        return max((error(goal, found) / goal.target for goal in wanted), default=0.0)

    def draw(number: int, total: dict[str, Moments] | None, missing: float) -> dict[str, Moments] | None:
        done = 0 if total is None else -(-next(iter(total.values())).count // SHARD)
        wish = FIRST if number == 0 else enough(done, missing)
        count = min(wish, sampled.draws.shards) - done
        return merge_all(iterate_shards(sampled, done, count)) if count > 0 else None

    return sample_until(draw, _merge, shortfall, rounds)


def enough(done: int, missing: float) -> int:
    """Samples after which an error `missing` times too large will be small enough, one in a hundred to spare."""
    return ceil(done * min(missing, 1e9) ** 2 * 1.01)


def _merge(one: dict[str, Moments], other: dict[str, Moments]) -> dict[str, Moments]:
    return merge_all([one, other])
