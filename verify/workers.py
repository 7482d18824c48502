"""Carrying out the pieces of a run: the heaviest first, beside them the lightest. An executor says where.

A task that raises becomes an outcome with an error; so does one whose process dies, if it dies again in a fresh one.
"""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol, Self, cast

from verify.evidence import Method, Outcome, Task

DIED: Final = "the worker process died (killed, out of memory, or crashed)"


Callback = Callable[[int, int, float, str], None]
"""Of a run: how many things are done and how many there are, which share of the work that is, and what is under way."""


def describe(error: BaseException) -> str:
    """An error in one line, with the place it came from (a file's name, not its path)."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}"


@dataclass(frozen=True, eq=False)
class Piece:
    """A task and the module that can do it."""

    module_path: str
    task: Task


Answer = tuple[Any, float, str]
"""A value, the processor seconds it took, and the error in its place."""


def perform(piece: Piece) -> Answer:
    """Do one piece of work. Errors are returned as text: an exception need not survive pickling."""
    started, value, error = time.process_time(), None, ""
    try:
        value = cast(Method, import_module(piece.module_path)).run(piece.task)
    except (Exception, SystemExit) as raised:  # noqa: BLE001, RUF100 (becomes evidence)
        error = describe(raised)
    return value, time.process_time() - started, error


class Executor(Protocol):
    """Where pieces are done. Leaving its context stops whatever it has begun, and leaves nothing running."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return

    def room(self) -> int:
        """How many pieces can be done at a time."""

    def begin(self, piece: Piece) -> None:
        """Do this piece next; an exception if it cannot be sent there."""

    def ended(self) -> Iterator[tuple[Piece, Outcome]]:
        """What has ended since, after waiting for a while if nothing has."""


def carry_out(pieces: Sequence[Piece], executor: Executor, callback: Callback | None) -> list[Outcome]:
    """Do all the pieces of a run: the outcomes in the order given; what stops it, KeyboardInterrupt say, goes through.

    One process takes the lightest, so that something is done at once; the others the heaviest, which then share what a
    process remembers, and leave no long piece for the end.
    """
    waiting = deque(sorted(pieces, key=lambda piece: -piece.task.weight))
    running: dict[Piece, None] = {}
    outcomes: dict[Piece, Outcome] = {}
    light: Piece | None = None
    total = sum(piece.task.weight for piece in pieces)

    def tell() -> None:
        if callback is not None:
            share = sum(piece.task.weight for piece in outcomes) / total if total else 1.0
            now = _named([piece.task for piece in running]) if waiting or running else "concluding"
            callback(len(outcomes), len(pieces), share, now)

    def finish(piece: Piece, outcome: Outcome) -> None:
        running.pop(piece, None)
        outcomes[piece] = outcome
        tell()

    tell()
    while waiting or running:
        while waiting and len(running) < executor.room():
            if light in running:
                piece = waiting.popleft()
            else:
                piece = light = waiting.pop()
            try:
                executor.begin(piece)
            except Exception as error:  # noqa: BLE001, RUF100 (it cannot be sent between processes)
                finish(piece, Outcome(piece.task, None, 0.0, describe(error)))
            else:
                running[piece] = None
                tell()
        for piece, outcome in executor.ended():
            finish(piece, outcome)
    return [outcomes[piece] for piece in pieces]


def _named(tasks: Sequence[Task]) -> str:
    """What is being worked on, short enough for a line."""
    shown = [f"{task.method} {' '.join(task.claim_ids[:2])}".strip() for task in tasks[:3]]
    more = len(tasks) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def values(pieces: Sequence[Piece], where: Executor, callback: Callback | None) -> list[Any]:
    """What the pieces come to, in their order; ValueError for the first that came to nothing."""
    outcomes = carry_out(pieces, where, callback)
    for outcome in outcomes:
        if outcome.error:
            raise ValueError(f"{' '.join((outcome.task.method, *outcome.task.claim_ids))}: {outcome.error}")
    return [outcome.value for outcome in outcomes]


class Here(Executor):
    """In this process, one piece after the other."""

    def room(self) -> int:
        return 1

    def begin(self, piece: Piece) -> None:
        self._piece = piece

    def ended(self) -> Iterator[tuple[Piece, Outcome]]:
        yield self._piece, Outcome(self._piece.task, *perform(self._piece))
