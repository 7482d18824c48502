"""Runs every method on the chosen claims, in several processes, and gathers the evidence.

Whatever goes wrong inside a method becomes evidence: a module that does not import, a task that raises, a worker that
dies. Each gives `ERROR` to the claims concerned, so that nothing that was not checked can look green. The evidence
depends on level, seed and claims, but not on the number of jobs or on who finished first.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from numbers import Integral
from typing import TYPE_CHECKING, Final, cast, get_args

from verify.cluster import executor
from verify.evidence import ClaimReport, Evidence, Grade, Level, Method, Outcome, Report, Task, Verdict, pinning
from verify.processes import single_threaded
from verify.versions import versions
from verify.workers import Callback, Piece, carry_out, describe

if TYPE_CHECKING:
    from proofs.engine.claim import Claim

METHODS: Final[dict[str, str]] = {
    "symbolic": "verify.symbolic",
    "precision": "verify.precision.route",
    "generated": "verify.generated.route",
    "monte_carlo": "verify.monte_carlo.route",
    "iteration": "verify.iteration.route",
    "enclosure": "verify.enclosure.route",
    "inequalities": "verify.inequalities.route",
}
"""Name -> module, imported only when the suite runs: a broken one must not take down the others."""

FALSE_ALARM_BUDGET: Final = 1e-6
"""Probability that a whole run of a correct theory refutes something by chance."""

_BUDGETS: Final = dict.fromkeys(("monte_carlo", "iteration"), FALSE_ALARM_BUDGET / 2)
"""What each method that draws samples may spend of it: half each. The others refute nothing by chance."""


def select(claims: Sequence[Claim], only: Sequence[str]) -> list[Claim]:
    """The claims named by `only`, in the theory's order; C5 takes its parts (C5.tanh …) along."""

    from proofs.engine.claim import nearest

    chosen: set[str] = set()
    for wanted in only:
        found = {claim.id for claim in claims if f"{claim.id}.".startswith(f"{wanted}.")}
        chosen |= found
        if not found:
            ids = [claim.id for claim in claims]
            hint = f"{nearest(str(wanted), ids)} known ids: {', '.join(ids)}".lstrip()
            raise ValueError(f"claim id {wanted!r} is unknown; {hint}")
    return [claim for claim in claims if not only or claim.id in chosen]


def run_suite(
    *,
    level: Level,
    only: Sequence[str] = (),
    seed: int,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Callback | None = None,
    pins: Mapping[str, tuple[str, float]] | None = None,
    explained: bool = True,
) -> Report:
    """Check the claims of `only` (all if empty) by every method, in `jobs` processes or on a Dask cluster.

    `pins`, by option, are parameters of estimators and penalties with the value they have at every point drawn.
    `explained` takes along what the steps of derivations show, for a report that is a page.
    """
    if level not in get_args(Level):
        raise ValueError(f"level is {level!r}; allowed: {', '.join(get_args(Level))}")
    for name, value, least in (("jobs", jobs, 1), ("seed", seed, 0)):
        if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
            raise ValueError(f"{name} must be an integer, at least {least}, not {value!r}")
    started = time.perf_counter()
    pins = pins or {}
    with single_threaded(), pinning(dict(pins.values())), executor(jobs, scheduler) as where:
        import proofs  # SymPy: when the workers have begun to import it, too
        from verify.mutants import matrix

        claims = select(proofs.all_claims(), only)
        environment: dict[str, str | int] = {**versions(), "jobs": where.room()}
        plans = [_Plan.make(name, claims, level, seed) for name in METHODS]
        asked = ((plan.name, replace(task, explained=explained)) for plan in plans for task in plan.tasks)
        outcomes = iter(carry_out([Piece(METHODS[name], task) for name, task in asked], where, progress))
        found = [plan.conclude([next(outcomes) for _ in plan.tasks]) for plan in plans]
        said = {claim.id: [evidence for by_claim in found for evidence in by_claim[claim.id]] for claim in claims}
        judged = matrix.conclude(claims, said, level)
    reports = tuple(
        ClaimReport(claim.id, claim.title, claim.source, claim.kind.value, (*said[claim.id], *judged[claim.id]))
        for claim in claims
    )
    if pins:
        environment["parameters"] = " ".join(f"{word} {value!r}" for word, (_, value) in pins.items())
    return Report(seed, level, environment, reports, time.perf_counter() - started)


@dataclass
class _Plan:
    """One method's part of a run."""

    name: str
    claims: Sequence[Claim]
    level: Level
    seed: int
    tasks: list[Task] = field(default_factory=list)
    error: str = ""

    @classmethod
    def make(cls, name: str, claims: Sequence[Claim], level: Level, seed: int) -> _Plan:
        """Ask the method for its tasks; a failure is kept for `conclude`."""
        plan = cls(name, claims, level, seed)
        try:
            plan.tasks = list(plan.module.tasks(claims, level, seed, _BUDGETS.get(name, 0.0)))
        except (Exception, SystemExit) as error:  # noqa: BLE001, RUF100 (becomes evidence)
            plan.error = describe(error)
        return plan

    @property
    def module(self) -> Method:
        return cast(Method, import_module(METHODS[self.name]))

    def conclude(self, outcomes: list[Outcome]) -> dict[str, list[Evidence]]:
        """The method's evidence by claim id, completed by what it cannot or does not say itself."""
        if self.error:
            return {claim.id: [self._failed(self.error)] for claim in self.claims}
        try:
            done = [outcome for outcome in outcomes if not outcome.error]
            budget = _BUDGETS.get(self.name, 0.0)
            said = self.module.conclude(self.claims, done, self.level, self.seed, budget)
            asked, judged = ({key for one in some for key in one.task.claim_ids} for some in (outcomes, done))
            lost = asked - judged  # where all that was asked failed, what a method says of nothing is left out
            found = {claim.id: [] if claim.id in lost else list(said.get(claim.id, ())) for claim in self.claims}
            for item in (item for items in found.values() for item in items):
                if not isinstance(item, Evidence):
                    raise TypeError(f"{self.name} returned {type(item).__name__} instead of Evidence")
            found = {key: [replace(item, method=self.name) for item in found[key]] for key in found}
        except (Exception, SystemExit) as error:  # noqa: BLE001, RUF100 (becomes evidence)
            return {claim.id: [self._failed(describe(error))] for claim in self.claims}
        for outcome in sorted(outcomes, key=lambda one: not one.error):  # what failed says why nothing was concluded
            self._complete(found, outcome)
        return found

    def _complete(self, found: dict[str, list[Evidence]], outcome: Outcome) -> None:
        """A failed task gives an error, a silently dropped one is undecided; neither vanishes."""
        concerned = [key for key in outcome.task.claim_ids if key in found]
        if outcome.error and not concerned:  # work for claims cited, or for all: nobody can tell
            concerned = list(found)
        for key in concerned:
            verdicts = [evidence.verdict for evidence in found[key]]
            if outcome.error and Verdict.ERROR not in verdicts:
                found[key].append(self._failed(outcome.error, outcome.seconds))
            elif not verdicts:
                silent = self._failed("the method ran but drew no conclusion", outcome.seconds)
                found[key].append(replace(silent, verdict=Verdict.UNDECIDED))

    def _failed(self, message: str, seconds: float = 0.0) -> Evidence:
        return Evidence(self.name, Verdict.ERROR, Grade.TESTED, {}, seconds, message)
