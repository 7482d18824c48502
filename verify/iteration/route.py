"""The iteration route: what is said of RVSCGD, held against runs of RVSCGD.

Every claim whose definition is `Splitting(aspect, penalty)` is judged by its aspect's checker on problems drawn from
the seed: the iteration is run in double precision and with 60 digits (`verify.iteration.arithmetic`), and its
steps, ends and rates are compared with the claim's formula and with the code of `numerics.limits` and
`numerics.learning`. Refuted comes with the problem to replay; undecided means that nothing could be judged.
Random tests share the budget equally. The mutants of a claim are judged by the same runs (`verify.rows`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from proofs.engine.claim import Claim, get
from proofs.engine.definitions import Splitting
from verify.evidence import Evidence, Fate, Grade, Level, Outcome, Task, Verdict
from verify.iteration import ascent, basin, census, errors, estimators, free, learned, limits, local, sampled
from verify.iteration.asked import Asked, Theory
from verify.iteration.edges import check_edges
from verify.iteration.findings import Findings
from verify.mutants import mutants
from verify.rows import Row, fates_of

__all__ = ["ASPECTS", "NAME", "Aspect", "check", "conclude", "own_side", "run", "tasks"]

NAME = "iteration"


@dataclass(frozen=True)
class Aspect:
    """How claims of one aspect are judged: `parts` tasks (quick, full), each of about `weight` seconds.

    `chances` is the number of random tests of the last part.
    """

    checker: Callable[[Asked], Findings]
    parts: tuple[int, int] = (1, 1)
    weight: float = 1.0
    chances: int = 0

    def count(self, level: Level) -> int:
        """Parts at this level."""
        return self.parts[level == "full"]


def _check_limit(asked: Asked) -> Findings:
    """The last part is about sampled gradients, for l1; the others are about the population's."""
    if asked.part != ASPECTS["limit"].count(asked.level) - 1:
        return limits.check_limit(asked)
    return sampled.check_sampled(asked) if asked.penalty == "l1" else Findings()


ASPECTS: Final[dict[str, Aspect]] = {
    "lyapunov": Aspect(ascent.check_lyapunov),
    "lagrangian": Aspect(ascent.check_lagrangian),
    "fixed-points": Aspect(ascent.check_fixed_points),
    "limit": Aspect(_check_limit, parts=(2, 3), chances=sampled.CHANCES),
    "error": Aspect(errors.check_error),
    "sharpness": Aspect(errors.check_sharpness),
    "support": Aspect(errors.check_support),
    "radius": Aspect(basin.check_radius),
    "basin": Aspect(basin.check_basin),
    "probability": Aspect(basin.check_probability, chances=len(basin.CAPS) + len(basin.LAUNCHES)),
    "stability": Aspect(local.check_stability),
    "astroid": Aspect(census.check_astroid),
    "census": Aspect(census.check_census, parts=(1, 4), weight=3.0),
    "rate": Aspect(local.check_rate),
    "free": Aspect(free.check_free),
    "joint": Aspect(learned.check_joint, weight=2.0),
    "spurious": Aspect(learned.check_spurious, weight=2.0),
    "any-estimator": Aspect(estimators.check_any_estimator, weight=2.0),
    "any-estimator-step": Aspect(estimators.check_any_step, weight=2.0),
}
"""Aspect of a `Splitting` -> its checker."""


def _aspect(claim: Claim) -> Aspect | None:
    definition = claim.definition
    return ASPECTS.get(definition.aspect) if isinstance(definition, Splitting) else None


def _share(claims: Sequence[Claim], budget: float) -> float:
    """What one random test may spend. It counts those of all claims of the run, so it needs no agreement."""
    chances = sum(found.chances for claim in claims if (found := _aspect(claim)))
    return budget / max(chances, 1)


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """One task per claim and part."""
    share = _share(claims, budget)
    return [
        Task(NAME, (claim.id,), (level, seed, part, share), aspect.weight)
        for claim in claims
        if (aspect := _aspect(claim)) is not None
        for part in range(aspect.count(level))
    ]


_MORE: Final = 4
"""Times that a part of a claim is judged at most."""


def run(task: Task) -> Findings:
    """Judge the claim of the task on the problems of its part, and its mutants by the same runs.

    Whether the problems drawn tell a wrong formula from the right one is chance: where they do not, others are drawn.
    """
    level, seed, part, share = task.arguments
    claim = get(task.claim_ids[0])
    found, chosen, aspect = _judge(Asked(claim, level, seed, part, share)), mutants(claim, level), _aspect(claim)
    found.fates = fates_of(claim, chosen, found.rows)
    parts = aspect.count(level) if aspect else 1
    # At the full level other parts look as well; what is tested at random is tested once.
    again = (level == "quick" or parts == 1) and not (aspect and aspect.chances and part == parts - 1)
    for number in range(part + parts, part + _MORE * parts if again else 0, parts):
        chosen = tuple(mutant for mutant in chosen if found.fates.get(mutant.label) is Fate.MISSED)
        if not chosen:
            break
        more = _judge(Asked(claim, level, seed, number, share))
        more.fates, more.doubts = fates_of(claim, chosen, more.rows), []  # what it did not meet, the first part met
        found = Findings.merged([found, more])
    found.rows = []  # judged; nobody needs them in the parent
    return found


def _judge(asked: Asked) -> Findings:
    aspect = _aspect(asked.claim)
    if aspect is None:
        raise ValueError(f"claim {asked.claim.id} is no statement about the iteration: {asked.claim.definition}")
    found = [aspect.checker(asked)]
    if asked.part == 0:
        found.append(check_edges(asked))
    return Findings.merged(found)


def own_side(claim: Claim, level: Level = "quick", seed: int = 1) -> tuple[Row, ...]:
    """What the runs say, before any formula of the claim or any code under test is looked at.

    Each row gives the values of the symbols at a run and what was observed there; of the claim its id and its
    definition are used. ValueError if no aspect of the iteration is known for it.
    """
    aspect = _aspect(claim)
    if aspect is None:
        raise ValueError(f"no aspect of the iteration is known for {claim.definition}")
    parts = range(aspect.count(level))
    return tuple(Findings.merged(_judge(Asked(claim, level, seed, part, theory=None)) for part in parts).rows)


def check(
    claim: Claim,
    level: Level = "quick",
    seed: int = 1,
    *,
    budget: float = 1e-6,
    theory: Theory | None = None,
    parts: int | None = None,
) -> Evidence:
    """Judge any claim, registered or not, by the theory given; `parts` limits the work."""
    aspect = _aspect(claim)
    if aspect is None:
        raise ValueError(f"no aspect of the iteration is known for {claim.definition}")
    share = _share([claim], budget)
    numbers = range(aspect.count(level) if parts is None else parts)
    asked = [Asked(claim, level, seed, part, share, theory or Theory()) for part in numbers]
    return Findings.merged(_judge(one) for one in asked).evidence(NAME, 0.0)


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """Evidence on every claim about the iteration; one whose aspect has no checker is undecided."""
    evidence: dict[str, list[Evidence]] = {}
    for claim in claims:
        if not isinstance(claim.definition, Splitting):
            continue
        if _aspect(claim) is None:
            detail = f"no check is written for the aspect {claim.definition.aspect!r}"
            evidence[claim.id] = [Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, {}, 0.0, detail)]
            continue
        mine = [outcome for outcome in outcomes if claim.id in outcome.task.claim_ids]
        evidence[claim.id] = [_gathered(mine, seed, _share(claims, budget), _aspect(claim))]
    return evidence


def _gathered(outcomes: Sequence[Outcome], seed: int, share: float, aspect: Aspect | None) -> Evidence:
    seconds = sum(outcome.seconds for outcome in outcomes)
    found = Findings.merged(outcome.value for outcome in outcomes if not outcome.error)
    found.notes["seed"] = seed
    if aspect is not None and aspect.chances:
        found.notes["false_alarm"] = share * aspect.chances
    evidence = found.evidence(NAME, seconds)
    errors = [outcome.error for outcome in outcomes if outcome.error]
    if errors and evidence.verdict is not Verdict.REFUTED:
        return Evidence(NAME, Verdict.ERROR, Grade.TESTED, evidence.figures, seconds, errors[0])
    return evidence
