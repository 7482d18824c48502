"""Sampling until a stated power is reached, and one test at the end.

A goal asks that a relative error of size `target` in one quantity be caught with probability `POWER`. The size of the
quantity, and the direction in which a vector is tested, come from a pilot whose samples are used for nothing else; from
then on the rule looks at standard errors only. After each round the standard errors say how much is missing, which
sets the length of the next round; sampling stops when every goal is met, or at a cap, where the claim stays undecided.

Why the test at the end keeps its level: stopping when an estimated standard error has fallen to a given length is
Chow and Robbins' (1965) rule, and by Anscombe's theorem the studentized mean of the sample it leaves is normal in the
limit. Mean and variance of a sample are asymptotically independent but for its skewness γ, so the rule shifts the score
by O(γ/√N), the size of the correction that a fixed sample needs as well (`verify.monte_carlo.statistics`); the variance
is on average underestimated by O(1/N) of itself, as small rounds at the end could choose a lucky moment. Rounds are few
and long: at most `ROUNDS`, most often two. Whatever the rule, the sample that is tested is one of these, so that a
share of the budget is exceeded by the factor `ROUNDS` at the very worst. A rule that looked at the deviation of the
mean from what is predicted would come close to that: tests show that it fails the calibration which this one passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Sample = TypeVar("Sample")
Array = NDArray[np.float64]

ROUNDS = 8
"""Rounds after which sampling ends, whatever its power."""


@dataclass(frozen=True, eq=False)
class Goal:
    """A relative error `target` is to be caught in the quantity `column`, whose length is about `size`.

    `direction` is that of a vector, in the coordinates of its mean; None for a scalar.
    """

    column: str
    size: float
    target: float
    direction: Array | None = None


@dataclass(frozen=True, eq=False)
class Stopped(Generic[Sample]):
    """A sample, the rounds it took, and the largest power missing: met if `shortfall` <= 1."""

    sample: Sample
    rounds: int
    shortfall: float


def sample_until(
    draw: Callable[[int, Sample | None, float], Sample | None],
    merge: Callable[[Sample, Sample], Sample],
    shortfall: Callable[[Sample], float],
    rounds: int = ROUNDS,
) -> Stopped[Sample]:
    """Draw rounds and merge them until `shortfall` is at most 1.

    ``draw(round, so far, shortfall)`` returns the next round's sample, None at its cap; the first must return one. The
    shortfall is the standard error reached over the one asked for, the largest of all goals: it must not depend on how
    far a mean is from a prediction. Raises ValueError if there is no first round.
    """
    total = draw(0, None, np.inf)
    if total is None:
        raise ValueError("draw returned no sample in the first round")
    done, missing = 1, shortfall(total)
    while missing > 1 and done < rounds:
        more = draw(done, total, missing)
        if more is None:
            break
        total, done = merge(total, more), done + 1
        missing = shortfall(total)
    return Stopped(total, done, missing)
