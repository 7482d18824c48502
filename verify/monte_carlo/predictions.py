"""What a claim's formula says of a scene: the theory's side, in the coordinates of the mean.

It reads the formula it is handed, be it the claim's own or a wrong one; no sample is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import mpmath
import numpy as np
from mpmath import mpf
from sympy import Expr, Integral, Symbol, cot, oo

from proofs.engine.claim import Claim, all_claims
from proofs.engine.definitions import Correlation, Definition, FilterGradient, MeanSample
from proofs.proxies import estimator
from proofs.rules.means import Phi, normal_density
from proofs.symbols import moment_across, moment_along, moment_full, moment_half, mu, r, s, theta
from verify.closed_form import NoValueError, integral, prepared
from verify.configurations import Configuration
from verify.monte_carlo.expectations import Expectation, component
from verify.monte_carlo.sampled import Scene
from verify.monte_carlo.statistics import Array

Key = tuple[Expr, Definition, Expectation, int]
"""A formula, the definition it is said to agree with, the expectation, the number of the scene."""

_DIGITS = 18
_WEIGHT = mu(r * s) * normal_density(s)
DEFINITIONS: dict[Symbol, Expr] = {
    moment_full: Integral(s * _WEIGHT, (s, -oo, oo)),
    moment_half: Integral(s * _WEIGHT, (s, 0, oo)),
    moment_along: Integral(s * _WEIGHT * Phi(s * cot(theta)), (s, -oo, oo)),
    moment_across: Integral(_WEIGHT * normal_density(s * cot(theta)), (s, -oo, oo)),
}
"""The scalar moments of an arbitrary μ', as the expectations they stand for."""


def _key(claim: Claim, asked: Expectation, scene: Scene) -> Key:
    """Under which name a prediction is kept: equal formulas have equal values."""
    return claim.formula, claim.definition, asked, scene.index


@dataclass
class Predictor:
    """Values of formulas in scenes; `known` holds what was computed elsewhere."""

    known: dict[Key, Array] = field(default_factory=dict)

    def predict(self, claim: Claim, asked: Expectation, scene: Scene) -> Array:
        """The claim's formula: a scalar (), or a vector along (ŵ, e), or entry by entry in R^m.

        ValueError where it has no finite value; ArithmeticError, TypeError, … where it cannot be evaluated.
        """
        key = _key(claim, asked, scene)
        if key not in self.known:
            with mpmath.workdps(_DIGITS):
                self.known[key] = self._predict(claim, asked, scene)
        if not np.isfinite(self.known[key]).all():
            raise NoValueError(f"the closed form of {claim.id} is {self.known[key]} at {scene.point.label}")
        return self.known[key]

    def _predict(self, claim: Claim, asked: Expectation, scene: Scene) -> Array:
        point, definition = scene.point, claim.definition
        if isinstance(definition, MeanSample) and definition.at == "teacher":
            point = replace(point, v=point.v_star)
        proxy = estimator(asked.estimator) if asked.estimator else None
        used, scalars = claim.formula.free_symbols, point.scalars()
        extra = {name: integral(part, scalars, point, proxy) for name, part in DEFINITIONS.items() if name in used}
        entries = prepared(claim.formula).at(point, extra=extra, proxy=proxy)
        if component(claim) is None and asked.is_vector:
            return np.array([float(entry) for entry in entries])
        (value,) = entries
        return np.array(float(value / _slope(point) if isinstance(definition, Correlation) else value))


def _slope(point: Configuration) -> mpf:
    """Coordinate along e of the true gradient ∂f/∂w, its only one that is not zero: the factor in a correlation."""
    (claim,) = (one for one in all_claims() if one.definition == FilterGradient())
    return prepared(claim.formula).at(point)[1]


def every(wanted: Iterable[tuple[Claim, Expectation, Scene]]) -> dict[Key, Array]:
    """Predictions of all the formulas; NaN for those without a value."""
    predictor = Predictor()
    for claim, one, scene in wanted:
        try:
            predictor.predict(claim, one, scene)
        except (ArithmeticError, TypeError):  # not finite, or complex
            predictor.known[_key(claim, one, scene)] = np.array(np.nan)
        except (LookupError, NameError, ValueError):
            continue  # left to the parent, where it is reported
    return predictor.known
