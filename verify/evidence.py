"""The vocabulary of a run: what it pins, what a method does, what it found, and what that says about a claim."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

if TYPE_CHECKING:
    from proofs.engine.claim import Claim
    from proofs.engine.derivation import Step


Level = Literal["quick", "full"]
Figures = dict[str, Any]
"""Named results of a method; the values are what JSON can hold."""

PINNED: Final = "_COARSEPROOF_PINNED"
"""Variable by which worker processes, which inherit it, know the parameters that a run pins to a value."""


@contextmanager
def pinning(values: Mapping[str, float]) -> Iterator[None]:
    """Points drawn inside, in this process and those it starts, have these values of the parameters named.

    Every second generic point, and the nasty ones, which are made of the first: at the others parameters are drawn as
    ever, so that wrong formulas which agree at one value (τ² and τ³ at 1) are told apart.
    """
    before = os.environ.pop(PINNED, None)
    if values:
        os.environ[PINNED] = json.dumps(dict(values))
    try:
        yield
    finally:
        os.environ.pop(PINNED, None)
        if before is not None:
            os.environ[PINNED] = before


def pinned() -> dict[str, float]:
    """The parameters with a value of their own, by name."""
    found: dict[str, float] = json.loads(os.environ.get(PINNED, "{}"))
    return found


INDEPENDENT: Final = frozenset({"precision", "monte_carlo", "iteration", "enclosure"})
"""Methods that evaluate a claim's definition without its derivation. A claim none of them looks at is undecided."""


class Verdict(StrEnum):
    """What a method, or all of them together, says of a claim. Only `VERIFIED` is green."""

    VERIFIED = "verified"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    ERROR = "error"


class Grade(StrEnum):
    """How strong a verification is, strongest first."""

    PROVED = "proved"
    PROVED_WITH_RULES = "proved_with_rules"
    ENCLOSED = "enclosed"
    TESTED = "tested"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


class Fate(StrEnum):
    """What a method made of a mutant: refuted it, passed it, or proved that it says the same as the claim, or less."""

    KILLED = "killed"
    MISSED = "missed"
    EQUIVALENT = "equivalent"
    WEAKER = "weaker"


@dataclass(frozen=True)
class Evidence:
    """What one method found about one claim; `detail` is for people: the witness, the open step.

    `fates` says what the method made of the claim's mutants, by label; those that it cannot judge are not there.
    `steps` are those of a derivation, to be read, where that was asked for: not in JSON, which has their names.
    """

    method: str
    verdict: Verdict
    grade: Grade
    figures: Figures
    seconds: float
    detail: str = ""
    fates: Mapping[str, Fate] = field(default_factory=dict, hash=False)
    steps: Sequence[Step] = field(default=(), hash=False)


@dataclass(frozen=True)
class Task:
    """A picklable piece of work; `weight`, its expected seconds, says when it is done.

    `explained`: a derivation comes with what its steps show, in LaTeX, which few runs are asked for.
    """

    method: str
    claim_ids: tuple[str, ...]
    arguments: tuple[Any, ...] = ()
    weight: float = 1.0
    explained: bool = True


@dataclass(frozen=True)
class Outcome:
    """What became of a task: its value, or the error that ended it."""

    task: Task
    value: Any
    seconds: float
    error: str = ""


class Method(Protocol):
    """A module that can check claims. `run` works in a worker process, the others in the parent."""

    NAME: str

    def tasks(self, claims: Sequence[Claim], level: Level, seed: int, budget: float) -> Sequence[Task]:
        """The work to be done, in an order that depends on nothing but the arguments."""

    def run(self, task: Task) -> Any:
        """Do one task; the value returned must be picklable."""

    def conclude(
        self, claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
    ) -> dict[str, list[Evidence]]:
        """Claim id -> evidence, from the outcomes without an error, in the order of `tasks`: errors are the suite's."""


@dataclass(frozen=True)
class ClaimReport:
    """A claim with all the evidence about it."""

    id: str
    title: str
    source: str
    kind: str
    evidence: tuple[Evidence, ...]

    def figures_of(self, method: str) -> Figures:
        """What a method found, in figures; none if it said nothing."""
        return next((found.figures for found in self.evidence if found.method == method), {})

    @property
    def survivors(self) -> tuple[str, ...]:
        """The mutants of this claim that no check noticed."""
        return tuple(map(str, self.figures_of("mutants").get("survivors", ())))

    @property
    def too_weak(self) -> bool:
        """Whether a wrong version of the claim would have passed as well."""
        return bool(self.survivors)

    @property
    def mutants(self) -> tuple[int, int]:
        """Mutants killed, and mutants in all; those that are weaker and true are in neither."""
        return int(self.figures_of("mutants").get("killed", 0)), int(self.figures_of("mutants").get("total", 0))

    @property
    def weaker(self) -> int:
        """Mutants proved to say less than the claim, and nothing wrong."""
        return int(self.figures_of("mutants").get("weaker", 0))

    @property
    def verdict(self) -> Verdict:
        """The worst that any method found; undecided without a derivation, or without a second road to the claim."""
        # A surviving mutant shows that the checks are blind, not that the claim is false: not green, but no refutation.
        weak = {"mutants"} if self.too_weak else set()
        said = {Verdict.UNDECIDED if found.method in weak else found.verdict for found in self.evidence}
        for verdict in (Verdict.REFUTED, Verdict.ERROR, Verdict.UNDECIDED):
            if verdict in said:
                return verdict
        methods = {found.method for found in self.evidence}
        return Verdict.VERIFIED if "symbolic" in methods and methods & INDEPENDENT else Verdict.UNDECIDED

    @property
    def grade(self) -> Grade | None:
        """The strongest grade of a verified claim. That mutants died says nothing by itself.

        Only a derivation proves a claim: that the statements of another method are the claim is its author's word.
        """
        if self.verdict is not Verdict.VERIFIED:
            return None
        verified = [one for one in self.evidence if one.verdict is Verdict.VERIFIED and one.method != "mutants"]
        given = {Grade.TESTED if one.method == "inequalities" else one.grade for one in verified}
        return next((grade for grade in Grade if grade in given), None)

    @property
    def rules(self) -> tuple[str, ...]:
        """What a proof with rules trusts beside the solvers."""
        return tuple(self.figures_of("symbolic").get("rules", ())) if self.grade is Grade.PROVED_WITH_RULES else ()

    @property
    def parts(self) -> dict[str, Grade | None]:
        """The expressions of the statement, by name, each as strong as the claim: one argument carries them all."""
        return dict.fromkeys(self.figures_of("symbolic").get("parts", ()), self.grade)

    @property
    def seconds(self) -> float:
        """Processor time of all methods together."""
        return sum(found.seconds for found in self.evidence)


@dataclass(frozen=True)
class Report:
    """One run of the suite."""

    seed: int
    level: Level
    environment: dict[str, str | int]
    claims: tuple[ClaimReport, ...]
    seconds: float

    def __repr__(self) -> str:
        """The verdicts; the evidence is in `claims`."""
        said = [f"{claim.id} {claim.verdict}{f', {claim.grade.words}' if claim.grade else ''}" for claim in self.claims]
        return f"<level {self.level}, seed {self.seed}: {'; '.join(said)}>"

    @property
    def summary(self) -> dict[str, Any]:
        """Counts of verdicts, of grades among the verified, and of mutants."""
        verdicts = [claim.verdict for claim in self.claims]
        grades = [claim.grade for claim in self.claims]
        killed, total = (sum(claim.mutants[k] for claim in self.claims) for k in (0, 1))
        return {
            "verified": verdicts.count(Verdict.VERIFIED),
            **{grade.value: grades.count(grade) for grade in Grade},
            "refuted": verdicts.count(Verdict.REFUTED),
            "undecided": verdicts.count(Verdict.UNDECIDED),
            "error": verdicts.count(Verdict.ERROR),
            "mutants": {"killed": killed, "total": total, "weaker": sum(claim.weaker for claim in self.claims)},
        }

    @property
    def exit_code(self) -> int:
        """0: all verified; 1: any refuted, too weak or in error; 3: else any undecided."""
        verdicts = {claim.verdict for claim in self.claims}
        weak = any(claim.too_weak for claim in self.claims)
        if weak or verdicts & {Verdict.REFUTED, Verdict.ERROR}:
            return 1
        return 0 if verdicts == {Verdict.VERIFIED} else 3
