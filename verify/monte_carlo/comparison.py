"""One prediction against one sample mean: scores, power, the witness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.reduced_sampling import Estimate
from numerics.sampling import Moments
from proofs.engine.definitions import MeanSample
from verify.monte_carlo.plan import Check
from verify.monte_carlo.sampled import ALONG
from verify.monte_carlo.statistics import detectable, finite, scores, variance_along

__all__ = ["Comparison", "with_brute_force", "with_reduced"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Predicted and measured scalars of one expectation, with their names, standard errors and the power of the test.

    `target` is the relative error that was to be detectable, None if nothing was asked.
    """

    label: str
    sampler: str
    scene: int
    count: int
    names: tuple[str, ...]
    predicted: Array
    measured: Array
    se: Array
    detectable: float
    target: float | None

    @property
    def scores(self) -> Array:
        """|z| of each scalar."""
        return scores(self.predicted, self.measured, self.se)

    @property
    def deviations(self) -> list[float | None]:
        """measured − predicted of each scalar in standard errors; None where that is infinite."""
        return [finite(round(z, 4)) for z in np.copysign(self.scores, self.measured - self.predicted).tolist()]

    @property
    def index(self) -> int:
        """Which scalar is furthest off."""
        return int(np.argmax(self.scores))

    @property
    def worst(self) -> float:
        """Its |z|."""
        return float(self.scores[self.index])

    @property
    def reached(self) -> bool:
        """Whether the test has the power that was asked for."""
        return self.target is None or self.detectable <= self.target

    def witness(self) -> str:
        """What was predicted and measured there."""
        i = self.index
        return (
            f"{self.names[i]} at {self.label}: predicted {self.predicted[i]:.9g}, "
            f"measured {self.measured[i]:.9g} ± {self.se[i]:.2g} over {self.count} samples, "
            f"{self.worst:.1f} standard errors apart"
        )


def with_brute_force(
    check: Check, predicted: Array, moments: dict[str, Moments], limit: float, target: float | None
) -> Comparison:
    """Against means in full dimension; `limit` is every test's threshold.

    Of a vector: every coordinate, projections on the basis of what it can be, and on its predicted direction.
    """
    one, scene = check.expectation, check.scene
    label = f"{one.column}, {scene.point.label}, {one.part}"
    whole = moments[one.column]
    if not check.is_vector:
        mean, se = whole.mean, whole.standard_error
        if check.coordinate is not None:
            along = moments[one.column + ALONG]
            mean, se = along.mean[check.coordinate], along.standard_error[check.coordinate]
        return _scalar(label, one.part, scene.index, whole.count, predicted, mean, se, limit, target)
    basis, along = scene.basis(one.definition), moments[one.column + ALONG]
    k = basis.shape[1]
    weights = one.definition == MeanSample("gradient_v")
    coordinates = basis.T @ predicted if weights else predicted
    direction, norm = _direction(coordinates)
    se = np.sqrt(variance_along(direction, along.standard_error**2))
    entries = predicted if weights else basis @ predicted
    return Comparison(
        label,
        one.part,
        scene.index,
        whole.count,
        (*(f"coordinate {i}" for i in range(len(entries))), *_BASIS[:k], "predicted direction"),
        np.concatenate([entries, coordinates, [direction @ coordinates]]),
        np.concatenate([whole.mean, along.mean[:k], [direction @ along.mean[:k]]]),
        np.concatenate([whole.standard_error, along.standard_error[:k], [se]]),
        detectable(limit, float(se), norm),
        target,
    )


_BASIS = ("basis direction 0", "basis direction 1", "basis direction 2")


def with_reduced(
    check: Check, predicted: Array, estimates: dict[str, Estimate], limit: float, target: float | None
) -> Comparison:
    """Against means in the plane of the filters: every coordinate of the mean, and its predicted direction."""
    one, scene = check.expectation, check.scene
    label = f"{one.column}, {scene.point.label}, reduced"
    found = estimates[one.column]
    if not check.is_vector:
        i = check.coordinate or 0
        mean, se = found.mean[i], found.standard_error[i]
        return _scalar(label, "reduced", scene.index, found.points, predicted, mean, se, limit, target)
    direction, norm = _direction(predicted)
    se = found.error_along(direction)
    return Comparison(
        label,
        "reduced",
        scene.index,
        found.points,
        (*(f"coordinate {i} of the mean" for i in range(len(predicted))), "predicted direction"),
        np.concatenate([predicted, [norm]]),
        np.concatenate([found.mean, [direction @ found.mean]]),
        np.concatenate([found.standard_error, [se]]),
        detectable(limit, se, norm),
        target,
    )


def _direction(vector: Array) -> tuple[Array, float]:
    norm = float(np.linalg.norm(vector))
    return (vector / norm if norm > 0 else np.eye(len(vector))[0]), norm


def _scalar(
    label: str,
    sampler: str,
    scene: int,
    count: int,
    predicted: Array,
    mean: Array,
    se: Array,
    limit: float,
    target: float | None,
) -> Comparison:
    power = detectable(limit, float(se), abs(float(predicted)))
    values, means, errors = (np.reshape(x, 1) for x in (predicted, mean, se))
    return Comparison(label, sampler, scene, count, ("value",), values, means, errors, power, target)
