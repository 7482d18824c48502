"""The verdict on a claim: its predictions against all samples, what its mutants would have met, the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofs.engine.claim import Claim
from verify.configurations import Level
from verify.evidence import Evidence, Fate, Figures, Grade, Verdict
from verify.monte_carlo.agreement import Agreement, agreement
from verify.monte_carlo.comparison import Comparison, with_brute_force, with_reduced
from verify.monte_carlo.expectations import REPRESENTATIVES, Expectation
from verify.monte_carlo.plan import Check, Group, size, target
from verify.monte_carlo.predictions import Predictor
from verify.monte_carlo.statistics import POWER, finite
from verify.mutants import Mutant, fates, mutants

__all__ = ["Collected", "Judge", "for_mutants"]

NAME = "monte_carlo"
_FAILURES = (ArithmeticError, LookupError, NameError, TypeError, ValueError)


@dataclass(frozen=True)
class Collected:
    """What became of a group of samples: moments or estimates by column, or the error that ended it."""

    sample: dict[str, Any]
    rounds: int = 0
    seconds: float = 0.0
    error: str = ""


def for_mutants(planned: Sequence[Check]) -> list[Check]:
    """The checks at which mutants are tried: the generic scene, and two estimators stand for all."""
    generic = [check for check in planned if check.scene.index == 0]
    few = [check for check in generic if check.expectation.estimator in REPRESENTATIVES]
    return few if len(generic) > len(REPRESENTATIVES) else generic


@dataclass
class Judge:
    """Holds the samples of a run, the threshold of its tests, and the predictions made so far."""

    level: Level
    samples: Mapping[Group, Collected]
    share: float
    limit: float
    predictor: Predictor

    def __post_init__(self) -> None:
        self._agreements: dict[tuple[int, Expectation], Agreement] = {}

    def judge(self, claim: Claim, planned: Sequence[Check]) -> Evidence:
        """Evidence on one claim. A reduced sampler that brute force contradicts judges nothing: an error."""
        if not planned:
            return _evidence(Verdict.UNDECIDED, {}, "no sampled scene meets the hypotheses")
        groups = list(dict.fromkeys(group for check in planned for group in check.groups))
        found = {group: self.samples.get(group, Collected({}, error=f"no samples of {group}")) for group in groups}
        if errors := [one.error for one in found.values() if one.error]:
            return _evidence(Verdict.ERROR, {}, errors[0])
        try:
            results = [one for check in planned for one in self.compare(claim, check)]
        except _FAILURES as error:
            return _evidence(Verdict.ERROR, {}, f"{type(error).__name__}: {error}")
        samplers = [self._agreement(check) for check in planned]
        figures = self._figures(planned, results, samplers, found)
        apart = max(samplers, key=lambda one: one.worst)
        if apart.worst > self.limit:
            detail = f"the reduced sampler and brute force are {apart.worst:.1f} standard errors apart at {apart.label}"
            return _evidence(Verdict.ERROR, figures, detail)
        verdict, figures, detail = self._verdict(results, figures)
        # The mutants of a claim that is itself refuted say nothing.
        judged = {} if verdict is Verdict.REFUTED else self._fates(claim, planned)
        return _evidence(verdict, figures, detail, judged)

    def compare(self, claim: Claim, check: Check) -> list[Comparison]:
        """A claim's formula at one check, against brute force and against the reduced sampler."""
        predicted = self.predictor.predict(claim, check.expectation, check.scene)
        brute, reduced = (self.samples[group].sample for group in check.groups)
        asked = check.scene, check.expectation, check.coordinate
        return [
            with_brute_force(check, predicted, brute, self.limit, target(self.level, check.expectation.part, *asked)),
            with_reduced(check, predicted, reduced, self.limit, target(self.level, "reduced", *asked)),
        ]

    def _agreement(self, check: Check) -> Agreement:
        key = check.scene.index, check.expectation
        if key not in self._agreements:
            brute, reduced = (self.samples[group].sample for group in check.groups)
            self._agreements[key] = agreement(check.scene, check.expectation, brute, reduced)
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

    def _verdict(self, results: Sequence[Comparison], figures: Figures) -> tuple[Verdict, Figures, str]:
        worst = max(results, key=lambda one: one.worst)
        if worst.worst > self.limit:
            return Verdict.REFUTED, figures, worst.witness()
        if weak := [one for one in results if not one.reached]:
            one = max(weak, key=lambda other: other.detectable)
            reason = f"power not reached at {one.label}: {one.detectable:.2g}, asked for {one.target:.2g}"
            return Verdict.UNDECIDED, figures, reason
        best = min(one.detectable for one in results)
        return Verdict.VERIFIED, figures, f"a relative error of {best:.2g} would have been caught"

    def _figures(
        self,
        planned: Sequence[Check],
        results: Sequence[Comparison],
        samplers: Sequence[Agreement],
        found: Mapping[Group, Collected],
    ) -> Figures:
        """What JSON says; "rows" are samples of one row, "networks" of m rows, "reduced" points in the plane."""
        worst = max(results, key=lambda one: one.worst)
        sharpest = min(results, key=lambda one: one.detectable)
        bluntest = max(
            (one for one in results if one.target is not None), key=lambda one: one.detectable, default=sharpest
        )
        drawn = {(one.sampler, one.scene, one.count): one.count for one in results}
        apart = max(samplers, key=lambda one: one.worst)
        return {
            "samples": {
                name: sum(count for (sampler, _, _), count in drawn.items() if sampler == name)
                for name in dict.fromkeys(one.sampler for one in results)
            },
            "rounds": max(one.rounds for one in found.values()),
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
