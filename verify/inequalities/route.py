"""The inequalities route (under construction)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from proofs.claim import Claim
from verify.evidence import Evidence, Level, Outcome, Task

__all__ = ["NAME", "conclude", "run", "tasks"]

NAME = "inequalities"


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """No work yet."""
    return []


def run(task: Task) -> Any:
    """Do one task."""
    raise NotImplementedError


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """Nothing yet."""
    return {}
