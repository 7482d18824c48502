"""The samplers: brute force in full dimension, and means from the coordinates of a row in the plane of its filters.

The reduced ones are many thousand times cheaper at equal error, and rest on two facts: a row's part orthogonal to the
plane has mean zero and is independent of the rest, and rows are independent. Brute force uses neither;
`verify.monte_carlo.judge` holds one against the other in the same run.

Both sample until a stated power is reached, and test once at the end.
A goal asks that a relative error of size `target` in one quantity be caught with probability `POWER`. The size of the
quantity, and the direction in which a vector is tested, come from a pilot whose samples are used for nothing else; from
then on the rule looks at standard errors only. After each round the standard errors say how much is missing, which
sets the length of the next round; sampling stops when every goal is met, or at a cap, where the claim stays undecided.

Why the test at the end keeps its level: stopping when an estimated standard error has fallen to a given length is
Chow and Robbins' (1965) rule, and by Anscombe's theorem the studentized mean of the sample it leaves is normal in the
limit. Mean and variance of a sample are asymptotically independent but for its skewness γ, so the rule shifts the score
by O(γ/√N), the size of the correction that a fixed sample needs as well (`verify.monte_carlo.statistics`); the variance
is on average underestimated by O(1/N) of itself, as small rounds at the end could choose a lucky moment. Rounds are few
and long: at most `ROUNDS`, most often two. Whatever the rule, the sample that is tested is one of these, so that a
share of the budget is exceeded by the factor `ROUNDS` at the very worst. A rule that looked at the deviation of the
mean from what is predicted would come close to that: tests show that it fails the calibration which this one passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Generic, TypeVar

import numpy as np

from numerics import reduced_sampling
from numerics.problems import SHARD
from numerics.reduced_sampling import Estimate, Feature, Form
from numerics.sampling import Moments, iterate_shards, merge_all
from proofs.engine.definitions import HalfSpaceMoment
from verify.contexts.slopes import slope_of
from verify.monte_carlo.expectations import Expectation
from verify.monte_carlo.sampled import ALONG, SQUARED, Scene, problem
from verify.monte_carlo.statistics import Array, detectable, variance_along

Sample = TypeVar("Sample")

ROUNDS = 8
"""Rounds after which sampling ends, whatever its power."""


@dataclass(frozen=True, eq=False)
class Goal:
    """A relative error `target` is to be caught in the quantity `column`, whose length is about `size`.

    `direction` is that of a vector, in the coordinates of its mean; None for a scalar.
    """

    column: str
    size: float
    target: float
    direction: Array | None = None


@dataclass(frozen=True, eq=False)
class Stopped(Generic[Sample]):
    """A sample, the rounds it took, and the largest power missing: met if `shortfall` <= 1."""

    sample: Sample
    rounds: int
    shortfall: float


def sample_until(
    draw: Callable[[int, Sample | None, float], Sample | None],
    merge: Callable[[Sample, Sample], Sample],
    shortfall: Callable[[Sample], float],
    rounds: int = ROUNDS,
) -> Stopped[Sample]:
    """Draw rounds and merge them until `shortfall` is at most 1.

    ``draw(round, so far, shortfall)`` returns the next round's sample, None at its cap; the first must return one. The
    shortfall is the standard error reached over the one asked for, the largest of all goals: it must not depend on how
    far a mean is from a prediction. Raises ValueError if there is no first round.
    """
    total = draw(0, None, np.inf)
    if total is None:
        raise ValueError("draw returned no sample in the first round")
    done, missing = 1, shortfall(total)
    while missing > 1 and done < rounds:
        more = draw(done, total, missing)
        if more is None:
            break
        total, done = merge(total, more), done + 1
        missing = shortfall(total)
    return Stopped(total, done, missing)


Asked = tuple[Expectation, int | None]
"""An expectation, and which of its coordinates is asked for (None: all of it)."""
Estimates = dict[str, Estimate]

FIRST = 32
"""Shards of the first round of brute force, from whose variance the second is planned."""
_PILOT = 2**16
"""Cells of a pilot."""
_SHAPES = (16, 64)
"""Sectors for each ring, of which the better is chosen: what jumps does so at fixed angles more often than not."""
_RINGS = 512
"""At least: a jump is met once a ring, and few meetings make a poor normal law (`verify.monte_carlo.statistics`)."""
_MOST = 2**28
"""Cells of one round at most."""
_MARGIN = 0.97
"""Of the target that the stopping rule asks for: the pilot's idea of a size is good to a per cent or so."""
_STREAM = 0x5EC7


def pilot(scene: Scene, asked: Sequence[Expectation]) -> Estimates:
    """A rough estimate of each expectation, from points that nothing else uses."""
    found: Estimates = {}
    for family in dict.fromkeys(one.family for one in asked):
        found |= estimate(scene, [one for one in asked if one.family == family], _pilot_grid(_SHAPES[0]), 0)
    return found


def _goals(asked: Mapping[Asked, float], rough: Estimates) -> list[Goal]:
    """What the stopping rule asks for: the power that is the target of each expectation.

    A target of 0 asks for nothing, and of what the pilot cannot tell from zero no relative error can be asked.
    """
    found = []
    for (one, coordinate), target in asked.items():
        if target == 0:
            continue
        mean, se = rough[one.column].mean, rough[one.column].standard_error
        direction = np.eye(len(mean))[coordinate] if coordinate is not None else None
        if direction is None and one.is_vector:
            direction = mean / max(float(np.linalg.norm(mean)), 1e-300)
        size = float(abs(mean[0] if direction is None else direction @ mean))
        if size > 5 * float(np.linalg.norm(se)):
            found.append(Goal(one.column, size, _MARGIN * target, direction))
    return found


def _shortfall(goals: Sequence[Goal], error: Callable[[Goal, Any], float]) -> Callable[[Any], float]:
    """The largest error of a sample over the one asked for."""
    return lambda found: max((error(goal, found) / goal.target for goal in goals), default=0.0)


def sample_in_full(
    scene: Scene, part: str, asked: Mapping[Asked, float], limit: float, rounds: int = ROUNDS
) -> Stopped[dict[str, Moments]]:
    """Moments of one part ("rows" or "networks") of a scene, shard by shard until each has reached its target or to the
    cap.

    How long the quantities are is taken from a pilot of the reduced sampler: it sets the length of the run, no more.
    """
    expectations = list(dict.fromkeys(one for one, _ in asked))
    sampled = problem(scene, part, expectations)
    bases = {one.column: scene.basis(one.definition) for one in expectations}

    def error(goal: Goal, found: dict[str, Moments]) -> float:
        if goal.direction is None:
            return detectable(limit, float(found[goal.column].standard_error), goal.size)
        basis = bases[goal.column]
        # The weights' gradient is given in R^m, the others along their basis.
        direction = basis.T @ goal.direction if len(goal.direction) == len(basis) else goal.direction
        variance = variance_along(direction, found[goal.column + ALONG].standard_error ** 2)
        return detectable(limit, float(np.sqrt(variance)), goal.size)

    def draw(number: int, total: dict[str, Moments] | None, missing: float) -> dict[str, Moments] | None:
        done = 0 if total is None else -(-next(iter(total.values())).count // SHARD)
        wish = FIRST if number == 0 else enough(done, missing)
        count = min(wish, sampled.draws.shards) - done
        return merge_all(iterate_shards(sampled, done, count)) if count > 0 else None

    shortfall = _shortfall(_goals(asked, pilot(scene, expectations)), error)
    return sample_until(draw, lambda one, other: merge_all([one, other]), shortfall, rounds)


def enough(done: int, missing: float) -> int:
    """Samples after which an error `missing` times too large will be small enough, one in a hundred to spare."""
    return ceil(done * min(missing, 1e9) ** 2 * 1.01)


def sample_reduced(scene: Scene, asked: Mapping[Asked, float], limit: float) -> Stopped[Estimates]:
    """Estimates of one family's expectations, continued until every one has reached its target.

    The pilots' errors set the shape of the cells and the size of the first round; each further round is half as large.
    """
    expectations = list(dict.fromkeys(one for one, _ in asked))

    def error(goal: Goal, found: Estimates) -> float:
        direction = np.ones(1) if goal.direction is None else goal.direction
        return detectable(limit, found[goal.column].error_along(direction), goal.size)

    shortfall = _shortfall(_goals(asked, pilot(scene, expectations)), error)
    pilots = {shape: shortfall(estimate(scene, expectations, _pilot_grid(shape), 0)) for shape in _SHAPES}
    shape = min(pilots, key=lambda tried: pilots[tried])
    rings, sectors = _grid(shape, pilots[shape])

    def draw(number: int, total: Estimates | None, missing: float) -> Estimates:
        del total, missing
        return estimate(scene, expectations, (rings, sectors if number == 0 else sectors // 2), number + 1)

    def merge(one: Estimates, other: Estimates) -> Estimates:
        return {name: found.merge(other[name]) for name, found in one.items()}

    return sample_until(draw, merge, shortfall)


def _pilot_grid(shape: int) -> tuple[int, int]:
    rings = round((_PILOT / shape) ** 0.5)
    return rings, shape * rings


def _grid(shape: int, missing: float) -> tuple[int, int]:
    """Rings and sectors by which a pilot's error shrinks by the factor `missing`, and a tenth more.

    That spares a second round most of the time. An error from jumps goes with √rings / cells.
    """
    cells = min(_MOST, _PILOT * (1.1 * missing) ** (4 / 3))
    rings = round((cells / shape) ** 0.5)
    if rings < _RINGS:
        cells = _PILOT * 1.1 * missing * (_RINGS / _pilot_grid(shape)[0]) ** 0.5
        rings = _RINGS
    return rings, max(64, round(cells / rings))


def estimate(scene: Scene, asked: Sequence[Expectation], grid: tuple[int, int], number: int) -> Estimates:
    """The round of that number, on so many rings and sectors: expectations by column, second moments of row vectors.

    The expectations must be of one family.
    """
    forms = {name: form for one in asked for name, form in _forms(scene, one).items()}
    every = [form for column in forms.values() for form in column]
    features = reduced_sampling.features_of(every)
    names = dict.fromkeys(feature.proxy for feature in features if feature.proxy)
    family = asked[0].family
    rows = reduced_sampling.row_means(
        features,
        theta=scene.point.theta,
        r=0.0 if family == "w = 0" else scene.point.r,
        proxies={name: slope_of(name, scene.point.parameters) for name in names},
        rings=grid[0],
        sectors=grid[1],
        seed=scene.seed,
        stream=(_STREAM, scene.index, number, *grid, *family.encode()),
    )
    return {name: reduced_sampling.combine(column, features, rows) for name, column in forms.items()}


def _forms(scene: Scene, one: Expectation) -> dict[str, list[Form]]:
    """An expectation in terms of means over a row: of a vector along (ŵ, e), or entry by entry in R^m."""
    asked = one.definition
    if isinstance(asked, HalfSpaceMoment):
        sides = tuple(sorted(asked.halfspaces))
        if not asked.vector:
            return {one.column: [Form({Feature("", one.estimator, sides): 1.0})]}
        found = {one.column: [Form({Feature(axis, one.estimator, sides): 1.0}) for axis in ("x", "y")]}
        # A direction orthogonal to the plane is independent of it and has variance one.
        squares = [Form({Feature(axis, one.estimator, sides, power=2): 1.0}) for axis in ("x", "y", "")]
        return found | {one.column + SQUARED: squares}
    v_star = np.array(scene.point.v_star)
    v = v_star if asked.at == "teacher" else np.array(scene.point.v)
    if asked.quantity == "loss":
        return {one.column: [reduced_sampling.loss_form(v, v_star)]}
    if asked.quantity == "gradient_v":
        return {one.column: reduced_sampling.gradient_v_forms(v, v_star)}
    return {one.column: reduced_sampling.coarse_gradient_forms(v, v_star, one.estimator)}
