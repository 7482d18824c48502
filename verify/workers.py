"""Carrying out the pieces of a run in several processes: the heaviest first, beside them the lightest.

A task that raises becomes an outcome with an error; when a worker dies, what was in flight is done again one piece at a
time, so that only the guilty piece is lost.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from typing import Final, cast

from verify.evidence import Method, Outcome, Task

__all__ = ["Callback", "Piece", "Progress", "Work", "describe", "fresh_processes", "single_threaded"]

_THREAD_VARIABLES: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Progress:
    """How far a run is; weights are expected seconds of work."""

    done: int
    total: int
    done_weight: float
    total_weight: float
    running: tuple[Task, ...]


Callback = Callable[[Progress], None]


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


def _perform(piece: Piece) -> Outcome:
    """Do one piece of work. Errors are returned as text: an exception need not survive pickling."""
    started = time.perf_counter()
    try:
        value = cast(Method, import_module(piece.module_path)).run(piece.task)
    except (Exception, SystemExit) as error:  # noqa: BLE001, RUF100 (becomes evidence)
        return Outcome(piece.task, None, time.perf_counter() - started, describe(error))
    return Outcome(piece.task, value, time.perf_counter() - started)


class Work:
    """All the pieces of a run, the outcomes in the order given.

    One process takes the lightest, so that something is done at once; the others the heaviest, which then share what a
    process remembers, and leave no long piece for the end.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self.waiting = deque(sorted(pieces, key=lambda piece: -piece.task.weight))
        self.running: dict[Piece, None] = {}
        self.outcomes: dict[Piece, Outcome] = {}
        self.callback: Callback | None = None
        self.weight = sum(piece.task.weight for piece in pieces)
        self.weight_done = 0.0

    def carry_out(self, jobs: int, callback: Callback | None) -> list[Outcome]:
        """Do everything; KeyboardInterrupt stops the workers and goes through."""
        self.callback = callback
        self._tell()
        if jobs == 1:
            while self.waiting:
                piece = self.waiting.pop()
                self._start(piece)
                self._finish(piece, _perform(piece))
        else:
            self._in_processes(jobs)
        return [self.outcomes[piece] for piece in self.pieces]

    def _in_processes(self, jobs: int) -> None:
        """When a worker dies its pool is lost: what was in flight is done again, piece by piece."""
        while self.waiting:
            for suspect in self._until_broken(self.waiting, min(jobs, len(self.waiting))):
                if self._until_broken(deque([suspect]), 1):
                    died = "the worker process died (killed, out of memory, or crashed)"
                    self._finish(suspect, Outcome(suspect.task, None, 0.0, died))

    def _until_broken(self, waiting: deque[Piece], workers: int) -> list[Piece]:
        """Work `waiting` off; if the pool breaks, return the pieces one of which broke it."""
        flying: dict[Future[Outcome], Piece] = {}
        light: Piece | None = None
        with fresh_processes(workers) as pool:
            while waiting or flying:
                while waiting and len(flying) < workers:
                    if light in flying.values():
                        piece = waiting.popleft()
                    else:
                        piece = light = waiting.pop()
                    try:
                        # Workers inherit the held signal: Ctrl-C is the parent's business.
                        with _interrupts_held():
                            flying[pool.submit(_perform, piece)] = piece
                    except BrokenProcessPool:
                        return [piece, *flying.values()]
                    self._start(piece)
                wait(flying, return_when=FIRST_COMPLETED)
                if self._collect(flying):
                    return list(flying.values())
        return []

    def _collect(self, flying: dict[Future[Outcome], Piece]) -> bool:
        """Take what has landed out of `flying`; True if the pool broke."""
        broken = False
        for future in [future for future in flying if future.done()]:
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                broken = True
                continue
            piece = flying.pop(future)
            if error is None:
                self._finish(piece, future.result())
            else:  # the task or its value could not be sent between processes
                self._finish(piece, Outcome(piece.task, None, 0.0, describe(error)))
        return broken

    def _start(self, piece: Piece) -> None:
        self.running[piece] = None
        self._tell()

    def _finish(self, piece: Piece, outcome: Outcome) -> None:
        self.running.pop(piece, None)
        self.outcomes[piece] = outcome
        self.weight_done += piece.task.weight
        self._tell()

    def _tell(self) -> None:
        if self.callback is None:
            return
        running = tuple(piece.task for piece in self.running)
        counts = len(self.outcomes), len(self.pieces)
        self.callback(Progress(*counts, self.weight_done, self.weight, running))


@contextmanager
def single_threaded() -> Iterator[None]:
    """One thread for linear algebra: sums then have one order, and jobs do not fight over cores."""
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    _limit_threads()
    import numpy  # noqa: F401  (loaded now, so that the limit below finds its library)
    from threadpoolctl import threadpool_limits

    try:
        with threadpool_limits(limits=1):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _limit_threads() -> None:
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))


def _start_worker() -> None:
    """First thing in every worker, before NumPy is there."""
    _limit_threads()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """A parent that was killed cannot stop its workers, and they would wait for work forever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep SIGINT waiting for a moment, where the system can."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def fresh_processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of fresh processes; if anything is raised inside, they are stopped at once."""
    others = set(active_children())
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start_worker)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        ours = [child for child in active_children() if child not in others]
        for child in ours:
            child.terminate()
        for child in ours:
            child.join(2)
            if child.is_alive():
                child.kill()
        raise
    pool.shutdown()
