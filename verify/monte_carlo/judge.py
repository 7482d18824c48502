"""The verdict on a claim: predictions against samples, the samplers against each other, mutants, the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from proofs.engine.claim import Claim
from verify.evidence import Evidence, Fate, Figures, Grade, Level, Outcome, Verdict
from verify.monte_carlo.expectations import REPRESENTATIVES, Expectation
from verify.monte_carlo.plan import Check, Group, Key, predict, size, target
from verify.monte_carlo.sampled import ALONG, SQUARED, Scene
from verify.monte_carlo.statistics import POWER, Array, detectable, finite, scores, variance_along
from verify.mutants import Mutant, fates, mutants
from verify.workers import describe

NAME = "monte_carlo"
_FAILURES = (ArithmeticError, LookupError, NameError, TypeError, ValueError)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Predicted and measured scalars of one expectation, with their names, standard errors and the power of the test.

    `target` is the relative error that was to be detectable, None if nothing was asked.
    """

    label: str
    names: Sequence[str]
    predicted: Array
    measured: Array
    se: Array
    sampler: str = ""
    scene: int = 0
    count: int = 0
    detectable: float = 0.0
    target: float | None = None

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
        return int(np.argmax(self.scores))

    @property
    def worst(self) -> float:
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


def _in_full(scene: Scene, one: Expectation, brute: dict[str, Any]) -> tuple[Array, Array, Array, int]:
    """Of a vector in full dimension: what takes its mean to its coordinates and to its projections on the basis of what
    it can be, both as measured with their errors, and how many projections these are.
    """
    basis, whole, along = scene.basis(one.definition), brute[one.column], brute[one.column + ALONG]
    k = basis.shape[1]
    into = np.vstack([np.eye(len(basis)), basis.T] if one.in_weights else [basis, np.eye(k)])
    measured, se = ((whole.mean, along.mean), (whole.standard_error, along.standard_error))
    return into, np.concatenate([measured[0], measured[1][:k]]), np.concatenate([se[0], se[1][:k]]), k


def _agreement(scene: Scene, one: Expectation, brute: dict[str, Any], reduced: dict[str, Any]) -> Comparison:
    """The reduced sampler against brute force, by independent random numbers: every coordinate in full dimension (those
    orthogonal to the plane must be zero), and second moments of rows.
    """
    estimate, into = reduced[one.column], np.ones((1, 1))
    measured, se = (np.reshape(x, -1) for x in (brute[one.column].mean, brute[one.column].standard_error))
    if one.is_vector:
        into, measured, se, _ = _in_full(scene, one, brute)
    predicted, variance = into @ estimate.mean, np.einsum("ki,ij,kj->k", into, estimate.covariance, into)
    if one.is_vector and one.part == "rows":
        squares, found = brute[one.column + SQUARED], reduced[one.column + SQUARED]
        measured, se = np.append(measured, squares.mean), np.append(se, squares.standard_error)
        predicted, variance = np.append(predicted, found.mean), np.append(variance, np.diag(found.covariance))
    se = np.sqrt(se**2 + np.maximum(variance, 0.0))
    return Comparison(f"{one.column}, {scene.point.label}", (), predicted, measured, se)


def _compared(
    level: Level, check: Check, predicted: Array, sampler: str, found: dict[str, Any], limit: float
) -> Comparison:
    """A prediction against the means of a sampler, every test's threshold being `limit`."""
    one, scene, i = check.expectation, check.scene, check.coordinate
    whole, reduced = found[one.column], sampler == "reduced"
    if check.is_vector:
        names, values, measured, se, size = _of_vector(scene, one, predicted, found, reduced=reduced)
    else:
        source = whole if reduced or i is None else found[one.column + ALONG]
        at = (i or 0) if np.ndim(source.mean) else ()
        measured, se = np.reshape(source.mean[at], 1), np.reshape(source.standard_error[at], 1)
        names, values, size = ["value"], np.reshape(predicted, 1), abs(float(predicted))
    power, asked = detectable(limit, float(se[-1]), size), target(level, sampler, scene, one, i)
    label, count = f"{one.column}, {scene.point.label}, {sampler}", whole.points if reduced else whole.count
    return Comparison(label, names, values, measured, se, sampler, scene.index, count, power, asked)


def _of_vector(
    scene: Scene, one: Expectation, predicted: Array, found: dict[str, Any], *, reduced: bool
) -> tuple[list[str], Array, Array, Array, float]:
    """Names, predictions, means and errors of every coordinate and of the predicted direction; the length predicted.

    By brute force coordinates are those in full dimension, and projections on the basis of what the vector can be.
    """
    whole = found[one.column]
    if reduced:
        values, measured, se = predicted, whole.mean, whole.standard_error
        direction, size = _direction(values)
        along, error = direction @ whole.mean, whole.error_along(direction)
        names = [f"coordinate {j} of the mean" for j in range(len(values))]
    else:
        into, measured, se, k = _in_full(scene, one, found)
        values, projected = into @ predicted, found[one.column + ALONG]
        direction, size = _direction(values[-k:])
        along = direction @ projected.mean[:k]
        error = np.sqrt(variance_along(direction, projected.standard_error**2))
        names = [f"coordinate {j}" for j in range(len(into) - k)] + [f"basis direction {j}" for j in range(k)]
    on_direction = direction @ values[-len(direction) :]
    names, values = [*names, "predicted direction"], np.append(values, on_direction)
    return names, values, np.append(measured, along), np.append(se, error), size


def _direction(vector: Array) -> tuple[Array, float]:
    norm = float(np.linalg.norm(vector))
    return (vector / norm if norm > 0 else np.eye(len(vector))[0]), norm


def for_mutants(planned: Sequence[Check]) -> list[Check]:
    """The checks at which mutants are tried: the generic scene, and two estimators stand for all."""
    generic = [check for check in planned if check.scene.index == 0]
    few = [check for check in generic if check.expectation.estimator in REPRESENTATIVES]
    return few if len(generic) > len(REPRESENTATIVES) else generic


@dataclass
class Judge:
    """Holds the samples of a run, the threshold of its tests, and the predictions made so far."""

    level: Level
    samples: Mapping[Group, Outcome]
    share: float
    limit: float
    known: dict[Key, Array]
    _agreements: dict[tuple[int, Expectation], Comparison] = field(default_factory=dict)

    def judge(self, claim: Claim, planned: Sequence[Check]) -> Evidence:
        """Evidence on one claim. A reduced sampler that brute force contradicts judges nothing: an error."""
        if not planned:
            return _evidence(Verdict.UNDECIDED, {}, "no sampled scene meets the hypotheses")
        groups = {group for check in planned for group in check.groups}
        try:
            results = [one for check in planned for one in self.compare(claim, check)]
        except _FAILURES as error:
            return _evidence(Verdict.ERROR, {}, describe(error))
        samplers = [self._agreement(check) for check in planned]
        figures = self._figures(planned, results, samplers, max(self.samples[group].value.rounds for group in groups))
        apart = max(samplers, key=lambda one: one.worst)
        if apart.worst > self.limit:
            detail = f"the reduced sampler and brute force are {apart.worst:.1f} standard errors apart at {apart.label}"
            return _evidence(Verdict.ERROR, figures, detail)
        verdict, detail = self._verdict(results)
        # The mutants of a claim that is itself refuted say nothing.
        judged = {} if verdict is Verdict.REFUTED else self._fates(claim, planned)
        return _evidence(verdict, figures, detail, judged)

    def compare(self, claim: Claim, check: Check) -> list[Comparison]:
        """A claim's formula at one check, against brute force and against the reduced sampler."""
        predicted = predict(self.known, claim, check.expectation, check.scene)
        return [
            _compared(self.level, check, predicted, group[0], self.samples[group].value.sample, self.limit)
            for group in check.groups
        ]

    def _agreement(self, check: Check) -> Comparison:
        key = check.scene.index, check.expectation
        if key not in self._agreements:
            brute, reduced = (self.samples[group].value.sample for group in check.groups)
            self._agreements[key] = _agreement(check.scene, check.expectation, brute, reduced)
        return self._agreements[key]

    def _fates(self, claim: Claim, planned: Sequence[Check]) -> dict[str, Fate]:
        """Whether the samples refute each wrong formula; weakened hypotheses are not judged here."""
        where = for_mutants(planned)

        def notices(mutant: Mutant) -> bool | None:
            if mutant.part != "statement" or not where:
                return None
            try:
                return any(one.worst > self.limit for check in where for one in self.compare(mutant.claim, check))
            except (LookupError, NameError, TypeError):
                return None

        return fates(mutants(claim, self.level), notices)

    def _verdict(self, results: Sequence[Comparison]) -> tuple[Verdict, str]:
        worst = max(results, key=lambda one: one.worst)
        if worst.worst > self.limit:
            return Verdict.REFUTED, worst.witness()
        if weak := [one for one in results if not one.reached]:
            one = max(weak, key=lambda other: other.detectable)
            return (
                Verdict.UNDECIDED,
                f"power not reached at {one.label}: {one.detectable:.2g}, asked for {one.target:.2g}",
            )
        best = min(one.detectable for one in results)
        return Verdict.VERIFIED, f"a relative error of {best:.2g} would have been caught"

    def _figures(
        self, planned: Sequence[Check], results: Sequence[Comparison], samplers: Sequence[Comparison], rounds: int
    ) -> Figures:
        """What JSON says; "rows" are samples of one row, "networks" of m rows, "reduced" points in the plane."""
        worst, apart = (max(found, key=lambda one: one.worst) for found in (results, samplers))
        sharpest = min(results, key=lambda one: one.detectable)
        asked = [one for one in results if one.target is not None]
        bluntest = max(asked, key=lambda one: one.detectable, default=sharpest)
        drawn = {(one.sampler, one.scene, one.count): one.count for one in results}
        return {
            "samples": {
                name: sum(count for (sampler, _, _), count in drawn.items() if sampler == name)
                for name in dict.fromkeys(one.sampler for one in results)
            },
            "rounds": rounds,
            "tests": sum(map(size, planned)),
            "max_z": finite(worst.worst),
            "threshold_z": self.limit,
            "false_alarm": self.share,
            "power": {
                "probability": POWER,
                "relative_error": finite(sharpest.detectable),
                "at": sharpest.label,
                "relative_error_at_worst": finite(bluntest.detectable),
                "reached": all(one.reached for one in results),
                "relative_errors": {one.label: finite(one.detectable) for one in results},
                "targets": {one.label: one.target for one in results},
            },
            "worst_at": f"{worst.label}: {worst.names[worst.index]}",
            "deviations": {one.label: one.deviations for one in results},
            "samplers": {
                "tests": sum(len(one.scores) for one in samplers),
                "max_z": finite(apart.worst),
                "worst_at": apart.label,
            },
        }


def _evidence(verdict: Verdict, figures: Figures, detail: str, fates: Mapping[str, Fate] | None = None) -> Evidence:
    return Evidence(NAME, verdict, Grade.TESTED, figures, 0.0, detail, fates or {})
