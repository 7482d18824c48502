"""The iteration route: what is said of RVSCGD, held against runs of RVSCGD.

Every claim whose definition is `Splitting(aspect, penalty)` is judged by its aspect's checker (`verify.roads`) on
problems drawn from the seed: the iteration is run in double precision and with 60 digits, and its steps, ends and rates
are compared with the claim's formula and with the code of `numerics.limits` and `numerics.learning`. Refuted comes with
the problem to replay; undecided means that nothing could be judged. Random tests share the budget equally. The mutants
of a claim are judged by the same runs (`verify.rows`).

Besides there are points just outside the hypotheses of a claim, in exact numbers: there the claim fails, so the
hypotheses are needed. A run that is started at a fixed point stays there, stable or not. Random runs never end exactly
at N = β or N = 0, so these points are given; that a step leaves them where they are is checked at 60 digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from mpmath import mp, mpf
from sympy import Integer, Rational

from proofs.engine.claim import Claim, get
from proofs.engine.definitions import Splitting
from verify import roads
from verify.evidence import Evidence, Fate, Grade, Level, Outcome, Task, Verdict
from verify.iteration.arithmetic import Exact, norm
from verify.iteration.trial import ASPECTS, Aspect, Findings, Trial
from verify.minimizer import pieces
from verify.mutants import mutants
from verify.rows import DIGITS, Relation, fates_of


@dataclass(frozen=True)
class Point:
    """A fixed point of the step in rational numbers; `multiplier` is its N, `tau` a step under which it stays."""

    penalty: str
    w: tuple[Rational, ...]
    w_star: tuple[Rational, ...]
    kappa: Rational
    beta: Rational
    lam: Rational
    multiplier: Rational
    tau: Rational

    def rests(self) -> bool:
        """Whether a step of length τ leaves it where it is, to 50 digits, with this N."""
        with mp.workdps(DIGITS):
            w, w_star = (np.array([_digits(x) for x in entries]) for entries in (self.w, self.w_star))
            kappa, beta, lam, tau = map(_digits, (self.kappa, self.beta, self.lam, self.tau))
            z, shrink = Exact(w_star, kappa, beta, lam, pieces(self.penalty), mpf(0)).unnormalized(w, tau)
            grown = w * (1 + _digits(self.tau * self.multiplier))
            return bool(norm(z / shrink - grown) < mpf(10) ** -50)


def _digits(number: Rational) -> mpf:
    return mpf(int(number.p)) / int(number.q)


def _point(penalty: str, w: str, w_star: str, numbers: str) -> Point:
    """The point of these numbers as text: the last are κ, β, λ, N and τ."""
    vectors = (tuple(Rational(x) for x in vector.split()) for vector in (w, w_star))
    return Point(penalty, *vectors, *(Rational(x) for x in numbers.split()))


_SOFT = _point("l1", "5/13 12/13", "3/5 4/5", "1 39/25 4/5 39/25 1/4")
"""N = β: κ|w*_2| = λ, and its entry is active."""

_STUCK = _point("l0", "-4/5 3/5", "1 0", "4 5 49/40 0 1/4")
"""N = 0: whatever is off the support of w* stays."""

_ZEROS = _point("l1", "-1 0", "1 0", "1 2 3 -1 1/2")
"""At τ = 1/κ instead its z is 0, and there is no step."""

_ALONE = {
    "l1": _point("l1", "-1", "1", "1 2 3 -1 1/2"),
    "l0": _point("l0", "-1", "1", "1 2 4 -1 1/2"),
    "tl1": _point("tl1", "-1", "1", "2 1 64/125 -7/5 1/2"),
}
"""n = 1: nothing is near −w*, so it attracts whatever is near it."""

_AT: Final = {"star_entry": "1", "spike_sign": "-1"}

EDGES: Final[Mapping[tuple[str, str], tuple[Point, str, Relation, str, dict[str, str]]]] = {
    ("support", "l1"): (_SOFT, "threshold", ">", "4/5", {}),
    ("error", "l0"): (_STUCK, "bound", "<=", "3/5", {"thresholded": "0"}),
    ("rate", "*"): (_ZEROS, "statement", "=", "0", {"step": "1", "curvature": "0"}),
    ("census", "l1"): (_ALONE["l1"], "multiplier equation", "=", "1", _AT),
    ("census", "l0"): (_ALONE["l0"], "multiplier equation", "=", "1", _AT),
    ("census", "tl1"): (_ALONE["tl1"], "multiplier", "<=", "0", {**_AT, "kept_level": "3/5", "x_j": "1"}),
    ("spurious", "*"): (_ALONE["l1"], "strength", ">=", "0", {"m": "2", "vs_vs": "2", "sum_vs": "2"}),
}
"""(aspect, penalty) -> a point, and what a claim of it that held there would say: part, relation, observed, values."""


def check_edges(trial: Trial) -> None:
    """The point given for the aspect, and the row it leaves."""
    if (edge := EDGES.get((trial.aspect, trial.penalty))) is None:
        return
    point, part, relation, observed, more = edge
    trial.demand(point.rests(), f"no fixed point: {point}")
    values: dict[str, Any] = {name: getattr(point, name) for name in ("kappa", "beta", "lam", "multiplier")}
    values |= {"ratio": point.lam / point.beta, "a": Integer(1), "n": Integer(len(point.w))}
    values |= {name: Rational(value) for name, value in more.items()}
    trial.row(part, relation, Rational(observed), values, Integer(0), point)


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


def _judge(claim: Claim, level: Level, seed: int, part: int, share: float, *, blind: bool = False) -> Findings:
    """What a part of the problems says, and the first part the points outside the hypotheses."""
    aspect = _aspect(claim)
    if aspect is None:
        raise ValueError(f"no aspect of the iteration is known for {claim.definition} of claim {claim.id}")
    checkers = (aspect.checker, check_edges) if part == 0 else (aspect.checker,)
    trials = [Trial(claim, level, seed, part, share, blind=blind) for _ in checkers]
    for checker, trial in zip(checkers, trials, strict=True):
        checker(trial)
    return Findings.merged(trials)


def check(
    claim: Claim, level: Level = "quick", seed: int = 1, *, budget: float = 1e-6, parts: int | None = None
) -> Evidence:
    """Judge any claim, registered or not; `parts` limits the work."""
    aspect = _aspect(claim)
    numbers = range(parts or (aspect.count(level) if aspect else 1))
    share = _share([claim], budget)
    return Findings.merged(_judge(claim, level, seed, part, share) for part in numbers).evidence(NAME, 0.0)


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
