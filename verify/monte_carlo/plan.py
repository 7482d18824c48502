"""What is to be tested: the checks of a claim, how many scalar tests they are, the power each asks for, and what the
claim's formula says of a scene.

The false-alarm budget is divided evenly over all scalar tests of the run: those of every claim by brute force and by
the reduced sampler, and those of the reduced samplers against brute force. A prediction is the theory's side, in the
coordinates of the mean: it reads the formula it is handed, the claim's own or a wrong one; no sample is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import mpmath
import numpy as np
from flint import ctx
from mpmath import mpf
from sympy import Expr

from proofs.engine.claim import Claim, all_claims
from proofs.engine.definitions import Correlation, Definition, FilterGradient, MeanSample
from proofs.proxies import estimator
from verify.closed_form import SPARE, NoValueError, prepared
from verify.configurations import Configuration, meeting
from verify.contexts.balls.analytic import UncertifiedError
from verify.contexts.balls.arithmetic import midpoint
from verify.contexts.balls.network import Network
from verify.evidence import Level
from verify.model import PROXY_MOMENTS
from verify.monte_carlo.expectations import Expectation, component, expectations
from verify.monte_carlo.sampled import Scene, scenes
from verify.monte_carlo.samplers import Asked
from verify.monte_carlo.statistics import Array

TARGETS: dict[Level, dict[str, tuple[float, float]]] = {
    "quick": {"networks": (0.06, 0.06), "rows": (0.06, 0.06), "reduced": (1e-3, 1e-3)},
    "full": {"networks": (0.025, 0.1), "rows": (0.02, 0.1), "reduced": (5e-4, 2e-3)},
}
"""Relative errors to be caught: in the generic scene, and in the others, by what is drawn.

In the others some terms nearly cancel. Coarse gradients are asked for by the reduced sampler as precisely there.
"""

Group = tuple[str, int, str]
"""What is drawn ("rows", "networks", "reduced"), the number of the scene, the family of a reduced sampler."""


@dataclass(frozen=True)
class Check:
    """One expectation of one scene, as a claim predicts it; `coordinate` is the one it states, None for all of it."""

    scene: Scene
    expectation: Expectation
    coordinate: int | None

    @property
    def groups(self) -> tuple[Group, Group]:
        """The samples it reads: brute force, reduced."""
        one = self.expectation
        return (one.part, self.scene.index, ""), ("reduced", self.scene.index, one.family)

    @property
    def is_vector(self) -> bool:
        return self.coordinate is None and self.expectation.is_vector


def checks(claim: Claim, level: Level, seed: int) -> list[Check]:
    """Every check of a claim. At w = 0 the angle and v play no role: one scene is enough."""
    asked = expectations(claim)
    every = scenes(level, seed)
    met = meeting(claim.hypotheses, [scene.point for scene in every]) if asked else []
    chosen = [scene for scene in every if scene.point in met]
    if isinstance(claim.definition, MeanSample) and claim.definition.at == "origin":
        chosen = chosen[:1]
    return [Check(scene, one, component(claim)) for scene in chosen for one in asked]


def target(level: Level, sampler: str, scene: Scene, one: Expectation, coordinate: int | None) -> float | None:
    """The relative error `sampler` must catch; None for one coordinate outside the generic scene: it may be small."""
    generic, elsewhere = TARGETS[level][sampler]
    if scene.index == 0:
        return generic
    if coordinate is not None:
        return None
    coarse = isinstance(one.definition, MeanSample) and one.definition.quantity == "coarse_gradient"
    return generic if sampler == "reduced" and coarse else elsewhere


def size(check: Check) -> int:
    """Scalar tests of a check by both samplers: coordinates and the predicted direction.

    By brute force in R^n also the directions of the plane, or of span{v, v*, 1}.
    """
    if not check.is_vector:
        return 2
    length, directions = check.scene.basis(check.expectation.definition).shape
    reduced = length if check.expectation.in_weights else directions
    return int(length + directions + 1) + int(reduced + 1)


def agreement_size(scene: Scene, one: Expectation) -> int:
    """Scalar tests of the reduced sampler against brute force: coordinates, directions, squares of a row vector's."""
    if not one.is_vector:
        return 1
    length, directions = scene.basis(one.definition).shape
    return int(length + directions) + 3 * (one.part == "rows")


def share(planned: Iterable[Check], budget: float) -> float:
    """The false-alarm probability of each scalar test of a run."""
    found = list(planned)
    pairs = {(check.scene.index, check.expectation): check for check in found}
    between = sum(agreement_size(check.scene, check.expectation) for check in pairs.values())
    return budget / max(1, sum(map(size, found)) + between)


def grouped(planned: Sequence[Check], level: Level) -> dict[Group, dict[Asked, float]]:
    """What each group of samples has to give, with its target (0 where it is to be sampled but has none)."""
    found: dict[Group, dict[Asked, float]] = defaultdict(dict)
    for check in planned:
        for group in check.groups:
            asked = target(level, group[0], check.scene, check.expectation, check.coordinate)
            found[group][check.expectation, check.coordinate] = asked or 0.0
    return dict(found)


Key = tuple[Expr, Definition, Expectation, int]
"""A formula, the definition it is said to agree with, the expectation, the number of the scene."""

_DIGITS = 18


def _key(claim: Claim, asked: Expectation, scene: Scene) -> Key:
    """Under which name a prediction is kept: equal formulas have equal values."""
    return claim.formula, claim.definition, asked, scene.index


def predict(known: dict[Key, Array], claim: Claim, asked: Expectation, scene: Scene) -> Array:
    """The claim's formula: a scalar (), or a vector along (ŵ, e), or entry by entry in R^m; kept in `known`.

    ValueError where it has no finite value; ArithmeticError, TypeError, … where it cannot be evaluated.
    """
    key = _key(claim, asked, scene)
    if key not in known:
        with mpmath.workdps(_DIGITS), ctx.workdps(_DIGITS + SPARE):
            known[key] = _predicted(claim, asked, scene)
    if not np.isfinite(known[key]).all():
        raise NoValueError(f"the closed form of {claim.id} is {known[key]} at {scene.point.label}")
    return known[key]


def _predicted(claim: Claim, asked: Expectation, scene: Scene) -> Array:
    point, definition = scene.point, claim.definition
    if isinstance(definition, MeanSample) and definition.at == "teacher":
        point = replace(point, v=point.v_star)
    proxy = estimator(asked.estimator) if asked.estimator else None
    network, used = Network.at(point, proxy), claim.formula.free_symbols
    try:
        extra = {name: midpoint(network.mean(row).value) for name, row in PROXY_MOMENTS.items() if name in used}
    except UncertifiedError as error:
        raise NoValueError(f"a moment of {claim.id} at {point.label}: {error}") from error
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
    known: dict[Key, Array] = {}
    for claim, one, scene in wanted:
        try:
            predict(known, claim, one, scene)
        except (ArithmeticError, TypeError):  # not finite, or complex
            known[_key(claim, one, scene)] = np.array(np.nan)
        except (LookupError, NameError, ValueError):
            continue  # left to the parent, where it is reported
    return known
