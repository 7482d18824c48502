"""The iteration route: what is said of RVSCGD, held against runs of RVSCGD.

Every claim whose definition is `Splitting(aspect, penalty)` is judged by its aspect's checker (`verify.roads`) on
problems drawn from the seed: the iteration is run in double precision and with 60 digits, and its steps, ends and rates
are compared with the claim's formula and with the code of `numerics.limits` and `numerics.learning`. Refuted comes with
the problem to replay; undecided means that nothing could be judged. Random tests share the budget equally. The mutants
of a claim are judged by the same runs (`verify.rows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from proofs.engine.claim import Claim, get
from proofs.engine.definitions import Splitting
from verify import roads
from verify.evidence import Evidence, Fate, Grade, Level, Outcome, Task, Verdict
from verify.iteration.edges import check_edges
from verify.iteration.trial import ASPECTS, THEORY, Aspect, Findings, Theory, Trial
from verify.mutants import mutants
from verify.rows import fates_of

NAME = "iteration"


roads.load()


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
    found, chosen, aspect = _judge(claim, level, seed, part, share), mutants(claim, level), _aspect(claim)
    found.fates = fates_of(claim, chosen, found.rows)
    parts = aspect.count(level) if aspect else 1
    # At the full level other parts look as well; what is tested at random is tested once.
    again = (level == "quick" or parts == 1) and not (aspect and aspect.chances and part == parts - 1)
    for number in range(part + parts, part + _MORE * parts if again else 0, parts):
        chosen = tuple(mutant for mutant in chosen if found.fates.get(mutant.label) is Fate.MISSED)
        if not chosen:
            break
        more = _judge(claim, level, seed, number, share)
        more.fates, more.doubts = fates_of(claim, chosen, more.rows), []  # what it did not meet, the first part met
        found = Findings.merged([found, more])
    found.rows = []  # judged; nobody needs them in the parent
    return found


def _judge(claim: Claim, level: Level, seed: int, part: int, share: float, theory: Theory | None = THEORY) -> Findings:
    """What a part of the problems says, and the first part the points outside the hypotheses."""
    aspect = _aspect(claim)
    if aspect is None:
        raise ValueError(f"no aspect of the iteration is known for {claim.definition} of claim {claim.id}")
    checkers = (aspect.checker, check_edges) if part == 0 else (aspect.checker,)
    trials = [Trial(claim, level, seed, part, share, theory) for _ in checkers]
    for checker, trial in zip(checkers, trials, strict=True):
        checker(trial)
    return Findings.merged(trials)


def check(
    claim: Claim,
    level: Level = "quick",
    seed: int = 1,
    *,
    budget: float = 1e-6,
    theory: Theory = THEORY,
    parts: int | None = None,
) -> Evidence:
    """Judge any claim, registered or not, by the theory given; `parts` limits the work."""
    aspect = _aspect(claim)
    numbers = range(parts or (aspect.count(level) if aspect else 1))
    share = _share([claim], budget)
    return Findings.merged(_judge(claim, level, seed, part, share, theory) for part in numbers).evidence(NAME, 0.0)


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """Evidence on every claim about the iteration; one whose aspect has no checker is undecided."""
    share, evidence = _share(claims, budget), dict[str, list[Evidence]]()
    for claim in claims:
        if not isinstance(claim.definition, Splitting):
            continue
        if (aspect := _aspect(claim)) is None:
            detail = f"no check is written for the aspect {claim.definition.aspect!r}"
            evidence[claim.id] = [Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, {}, 0.0, detail)]
            continue
        mine = [outcome for outcome in outcomes if claim.id in outcome.task.claim_ids]
        found = Findings.merged(outcome.value for outcome in mine)
        found.notes["seed"] = seed
        if aspect.chances:
            found.notes["false_alarm"] = share * aspect.chances
        evidence[claim.id] = [found.evidence(NAME, sum(outcome.seconds for outcome in mine))]
    return evidence
