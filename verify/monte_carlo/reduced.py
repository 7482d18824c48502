"""The reduced samplers: expectations of a scene from the two coordinates of a row in the plane of its filters.

They are many thousand times cheaper than brute force at equal error, and rest on two facts: a row's part orthogonal to
the plane has mean zero and is independent of the rest, and rows are independent. Brute force in full dimension uses
neither; `verify.monte_carlo.agreement` holds one against the other in the same run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from numerics.reduced_sampling import (
    Estimate,
    Feature,
    Form,
    coarse_gradient_forms,
    combine,
    features_of,
    gradient_v_forms,
    loss_form,
    row_means,
)
from proofs.engine.definitions import HalfSpaceMoment
from verify.monte_carlo.expectations import Expectation
from verify.monte_carlo.sampled import SQUARED, Scene
from verify.monte_carlo.sequential import Goal, Stopped, sample_until
from verify.monte_carlo.statistics import detectable
from verify.slopes import slope_of

__all__ = ["Asked", "estimate", "goals", "pilot", "sample"]

Array = NDArray[np.float64]
Asked = tuple[Expectation, int | None]
"""An expectation, and which of its coordinates is asked for (None: all of it)."""
Estimates = dict[str, Estimate]

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


def goals(asked: Mapping[Asked, float], rough: Estimates) -> list[Goal]:
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


def sample(scene: Scene, asked: Mapping[Asked, float], limit: float) -> Stopped[Estimates]:
    """Estimates of one family's expectations, continued until every one has reached its target.

    The pilots' errors set the shape of the cells and the size of the first round; each further round is half as large.
    """
    expectations = list(dict.fromkeys(one for one, _ in asked))
    rough = pilot(scene, expectations)
    wanted = goals(asked, rough)

    def shortfall(found: Estimates) -> float:
        return max((_error(goal, found, limit) / goal.target for goal in wanted), default=0.0)

    pilots = {shape: shortfall(estimate(scene, expectations, _pilot_grid(shape), 0)) for shape in _SHAPES}
    shape = min(pilots, key=lambda tried: pilots[tried])
    rings, sectors = _grid(shape, pilots[shape])

    def draw(number: int, total: Estimates | None, missing: float) -> Estimates:
        del total, missing
        return estimate(scene, expectations, (rings, sectors if number == 0 else sectors // 2), number + 1)

    return sample_until(draw, _merge, shortfall)


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


def _merge(one: Estimates, other: Estimates) -> Estimates:
    return {name: found.merge(other[name]) for name, found in one.items()}


def _error(goal: Goal, found: Estimates, limit: float) -> float:
    direction = np.ones(1) if goal.direction is None else goal.direction
    return detectable(limit, found[goal.column].error_along(direction), goal.size)


def estimate(scene: Scene, asked: Sequence[Expectation], grid: tuple[int, int], number: int) -> Estimates:
    """The round of that number, on so many rings and sectors: expectations by column, second moments of row vectors.

    The expectations must be of one family.
    """
    forms = {name: form for one in asked for name, form in _forms(scene, one).items()}
    every = [form for column in forms.values() for form in column]
    features = features_of(every)
    names = dict.fromkeys(feature.proxy for feature in features if feature.proxy)
    family = asked[0].family
    rows = row_means(
        features,
        theta=scene.point.theta,
        r=0.0 if family == "w = 0" else scene.point.r,
        proxies={name: slope_of(name, scene.point.parameters) for name in names},
        rings=grid[0],
        sectors=grid[1],
        seed=scene.seed,
        stream=(_STREAM, scene.index, number, *grid, *family.encode()),
    )
    return {name: combine(column, features, rows) for name, column in forms.items()}


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
        return {one.column: [loss_form(v, v_star)]}
    if asked.quantity == "gradient_v":
        return {one.column: gradient_v_forms(v, v_star)}
    return {one.column: coarse_gradient_forms(v, v_star, one.estimator)}
