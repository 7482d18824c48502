"""One closed form against one sample mean: prediction in coordinates, scores, the witness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf
from numpy.typing import NDArray
from sympy import Expr, Integral, Symbol, cot, oo

from numerics.sampling import Moments
from proofs.claim import Claim, get
from proofs.definitions import Correlation, HalfSpaceMoment, MeanSample
from proofs.gaussian import Phi, normal_density
from proofs.proxies import Estimator, estimator
from proofs.symbols import moment_across, moment_along, moment_full, moment_half, mu, r, s, theta
from verify.closed_form import evaluate, vector_coordinates
from verify.configurations import Configuration
from verify.monte_carlo.expectations import Expectation
from verify.monte_carlo.sampled import ALONG, Scene
from verify.monte_carlo.statistics import detectable, scores, variance_along

__all__ = ["Comparison", "compare"]

Array = NDArray[np.float64]

_DIGITS = 25
_WEIGHT = mu(r * s) * normal_density(s)
DEFINITIONS: dict[Symbol, Expr] = {
    moment_full: Integral(s * _WEIGHT, (s, -oo, oo)),
    moment_half: Integral(s * _WEIGHT, (s, 0, oo)),
    moment_along: Integral(s * _WEIGHT * Phi(s * cot(theta)), (s, -oo, oo)),
    moment_across: Integral(_WEIGHT * normal_density(s * cot(theta)), (s, -oo, oo)),
}
"""The scalar moments of an arbitrary μ', as the expectations they stand for."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Predicted and measured scalars of one expectation, with their names and standard errors."""

    label: str
    scene: int
    count: int
    names: tuple[str, ...]
    predicted: Array
    measured: Array
    se: Array
    detectable: float

    @property
    def scores(self) -> Array:
        """|z| of each scalar."""
        return scores(self.predicted, self.measured, self.se)

    @property
    def index(self) -> int:
        """Which scalar is furthest off."""
        return int(np.argmax(self.scores))

    @property
    def worst(self) -> float:
        """Its |z|."""
        return float(self.scores[self.index])

    def witness(self) -> str:
        """What was predicted and measured there."""
        i = self.index
        return (
            f"{self.names[i]} at {self.label}: predicted {self.predicted[i]:.9g}, "
            f"measured {self.measured[i]:.9g} ± {self.se[i]:.2g} over {self.count} samples, "
            f"{self.worst:.1f} standard errors apart"
        )


def compare(claim: Claim, asked: Expectation, scene: Scene, moments: Mapping[str, Moments], limit: float) -> Comparison:
    """Hold a claim's closed form against the moments of a scene; `limit` is every test's threshold.

    Raises ValueError if the closed form has no finite value there.
    """
    with mpmath.workdps(_DIGITS):
        predicted = _predict(claim, asked, scene)
        factor = _slope(scene) if isinstance(claim.definition, Correlation) else 1.0
    if not np.isfinite(predicted).all():
        raise ValueError(f"the closed form of {claim.id} is {predicted} at {scene.point.label}")
    sample = moments[asked.column]
    label = f"{asked.column}, {scene.point.label}"
    if predicted.ndim == 0:
        if asked.is_vector:  # one component of it: along ŵ (or a) where the claim says so, else along e
            sample = moments[asked.column + ALONG]
            which = 0 if getattr(claim.definition, "component", None) == "along" else 1
            mean, se = factor * sample.mean[which], abs(factor) * sample.standard_error[which]
        else:
            mean, se = sample.mean, sample.standard_error
        power = detectable(limit, float(se), abs(float(predicted)))
        values, means, errors = (np.reshape(x, 1) for x in (predicted, mean, se))
        return Comparison(label, scene.index, sample.count, (claim.subject,), values, means, errors, power)
    along = moments[asked.column + ALONG]
    return _vector(label, scene, predicted, scene.basis(asked.definition), sample, along, limit)


def _vector(
    label: str,
    scene: Scene,
    predicted: Array,
    basis: Array,
    sample: Moments,
    along: Moments,
    limit: float,
) -> Comparison:
    """Every coordinate, and projections on the basis and on the predicted direction."""
    k = basis.shape[1]
    coordinates = basis.T @ predicted
    norm = float(np.linalg.norm(coordinates))
    direction = coordinates / norm if norm > 0 else np.eye(k)[0]
    variances = along.standard_error**2
    se = float(np.sqrt(variance_along(direction, variances)))
    names = [f"coordinate {i}" for i in range(len(predicted))]
    names += [f"basis direction {i}" for i in range(k)] + ["predicted direction"]
    return Comparison(
        label,
        scene.index,
        sample.count,
        tuple(names),
        np.concatenate([predicted, coordinates, [direction @ coordinates]]),
        np.concatenate([sample.mean, along.mean[:k], [direction @ along.mean[:k]]]),
        np.concatenate([sample.standard_error, along.standard_error[:k], [se]]),
        detectable(limit, se, norm),
    )


def _predict(claim: Claim, asked: Expectation, scene: Scene) -> Array:
    """The closed form: a scalar, or a vector entry by entry in R^m or R^n."""
    assert claim.statement is not None
    point, definition = scene.point, claim.definition
    if isinstance(definition, MeanSample) and definition.at == "teacher":
        point = replace(point, v=point.v_star)
    proxy = estimator(asked.estimator) if asked.estimator else None
    options: dict[str, Any] = {"proxy": proxy, "extra": _moments_in(claim.statement, point, proxy)}
    component = isinstance(definition, HalfSpaceMoment) and definition.component is not None
    if component or isinstance(definition, Correlation) or not asked.is_vector:
        return np.array(float(evaluate(claim.statement, point, **options)))
    entries = vector_coordinates(claim.statement, point, **options)["vector"]
    values = np.array([float(entry) for entry in entries])
    if asked.definition == MeanSample("gradient_v"):
        return values
    return np.asarray(np.column_stack([scene.w_hat, scene.e]) @ values)


def _moments_in(statement: Expr, point: Configuration, proxy: Estimator | None) -> dict[Symbol, mpf]:
    used = [symbol for symbol in DEFINITIONS if symbol in statement.free_symbols]
    return {symbol: evaluate(DEFINITIONS[symbol], point, proxy=proxy) for symbol in used}


def _slope(scene: Scene) -> float:
    """Coordinate along e of the true gradient ∂f/∂w, its only one that is not zero."""
    statement = get("N3").statement
    assert statement is not None
    return float(vector_coordinates(statement, scene.point)["vector"][1])
