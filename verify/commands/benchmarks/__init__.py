"""What `coarseproof benchmark` measures, each against the obvious alternative in the same run; none of it gates a test.

A benchmark yields its figures as (what, value, unit) or (what, value, unit, the largest value that is promised).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

from threadpoolctl import threadpool_limits

Work = Mapping[str, Callable[[], object]]
Figures = list[tuple[Any, ...]]


class Seconds(dict[str, list[float]]):
    """Seconds by piece of work, round by round."""

    def median(self, name: str) -> float:
        return statistics.median(self[name])

    def ratio(self, above: str, below: str) -> float:
        return statistics.median(a / b for a, b in zip(self[above], self[below], strict=True))


def paired(work: Work, rounds: int = 7) -> Seconds:
    """All on one thread for linear algebra, one warm-up first: drift of the machine hits all alike."""
    seconds = Seconds({name: [] for name in work})
    with threadpool_limits(1):
        for piece in work.values():
            piece()
        for _ in range(rounds):
            for name, piece in work.items():
                started = time.perf_counter()
                piece()
                seconds[name].append(time.perf_counter() - started)
    return seconds
