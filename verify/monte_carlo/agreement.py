"""The reduced samplers against brute force: two samples of the same quantity, from independent random numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.reduced_sampling import Estimate
from numerics.sampling import Moments
from proofs.engine.definitions import MeanSample
from verify.monte_carlo.expectations import Expectation
from verify.monte_carlo.sampled import ALONG, SQUARED, Scene
from verify.monte_carlo.statistics import scores

__all__ = ["Agreement", "agreement"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Agreement:
    """Scores of the scalar tests of one expectation in one scene."""

    label: str
    scores: Array

    @property
    def worst(self) -> float:
        """The largest."""
        return float(np.max(self.scores))


def agreement(scene: Scene, one: Expectation, brute: dict[str, Moments], reduced: dict[str, Estimate]) -> Agreement:
    """Every coordinate in full dimension (those orthogonal to the plane must be zero), and second moments of rows."""
    label = f"{one.column}, {scene.point.label}"
    moments, estimate = brute[one.column], reduced[one.column]
    if not one.is_vector:
        return Agreement(label, _two_samples(moments, estimate, np.ones((1, 1))))
    basis = scene.basis(one.definition)
    weights = one.definition == MeanSample("gradient_v")
    directions = basis.shape[1]
    along = brute[one.column + ALONG]
    first = Moments(along.count, along.mean[:directions], along.m2[:directions])
    found = [
        _two_samples(moments, estimate, np.eye(len(basis)) if weights else basis),
        _two_samples(first, estimate, basis.T if weights else np.eye(directions)),
    ]
    if one.part == "rows":
        found.append(_two_samples(brute[one.column + SQUARED], reduced[one.column + SQUARED], np.eye(3)))
    return Agreement(label, np.concatenate(found))


def _two_samples(moments: Moments, estimate: Estimate, into: Array) -> Array:
    """Scores of differences; `into` (k, d) takes the reduced coordinates to those of brute force."""
    variance = np.einsum("ki,ij,kj->k", into, estimate.covariance, into)
    se = np.sqrt(np.reshape(moments.standard_error, -1) ** 2 + np.maximum(variance, 0.0))
    return scores(into @ estimate.mean, np.reshape(moments.mean, -1), se)
