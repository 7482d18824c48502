"""Runs every method on the chosen claims, in several processes, and gathers the evidence.

Whatever goes wrong inside a method becomes evidence: a module that does not import, a task that
raises, a worker that dies. Each gives `ERROR` to the claims concerned, so that nothing that was not
checked can look green. The evidence depends on level, seed and claims, but not on the number of
jobs or on who finished first.
"""

from __future__ import annotations

import os
import platform
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib import import_module, metadata
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from verify.evidence import (
    ClaimReport,
    Evidence,
    Grade,
    Level,
    Method,
    Outcome,
    Report,
    Task,
    Verdict,
)

if TYPE_CHECKING:
    from proofs.claim import Claim

__all__ = ["FALSE_ALARM_BUDGET", "METHODS", "Callback", "Progress", "run_suite", "select"]

METHODS: Final[dict[str, str]] = {
    "symbolic": "verify.symbolic",
    "precision": "verify.precision",
    "generated": "verify.generated",
    "monte_carlo": "verify.monte_carlo",
    "mutants": "verify.mutants",
}
"""Name -> module, imported only when the suite runs: a broken one must not take down the others."""

FALSE_ALARM_BUDGET: Final = 1e-6
"""Probability that a whole run of a correct theory refutes something by chance."""

_BUDGETS: Final = {"monte_carlo": FALSE_ALARM_BUDGET}
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


def select(claims: Sequence[Claim], only: Sequence[str]) -> list[Claim]:
    """The claims named by `only`, in the theory's order; C5 takes its parts (C5.tanh …) along."""

    def named(claim: Claim, wanted: str) -> bool:
        return claim.id == wanted or claim.id.startswith(f"{wanted}.")

    for wanted in only:
        if not wanted or not any(named(claim, wanted) for claim in claims):
            ids = [claim.id for claim in claims]
            near = get_close_matches(wanted, ids)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            raise ValueError(f"claim id {wanted!r} is unknown; {hint}known ids: {', '.join(ids)}")
    return [claim for claim in claims if not only or any(named(claim, w) for w in only)]


def run_suite(
    *,
    level: Level,
    only: Sequence[str] = (),
    seed: int,
    jobs: int = 1,
    progress: Callback | None = None,
) -> Report:
    """Check the claims of `only` (all if empty) by every method."""
    import proofs  # SymPy: not at import time, so that workers and `--help` start fast

    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, not {jobs}")
    started = time.perf_counter()
    claims = select(proofs.all_claims(), only)
    with _single_threaded():
        plans = [_Plan.make(name, claims, level, seed) for name in METHODS]
        work = _Work([_Piece(plan.module_path, task) for plan in plans for task in plan.tasks])
        outcomes = iter(work.carry_out(jobs, progress))
        found = [plan.conclude([next(outcomes) for _ in plan.tasks]) for plan in plans]
    reports = tuple(
        ClaimReport(
            claim.id,
            claim.title,
            claim.source,
            claim.kind.value,
            tuple(evidence for by_claim in found for evidence in by_claim[claim.id]),
        )
        for claim in claims
    )
    return Report(seed, level, _environment(jobs), reports, time.perf_counter() - started)


def _environment(jobs: int) -> dict[str, str | int]:
    """What the numbers may depend on; nothing that says whose machine it was."""
    versions: dict[str, str | int] = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
    }
    for package in ("numpy", "scipy", "sympy", "mpmath", "gmpy2"):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions | {"jobs": jobs}


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
            plan.tasks = list(plan.module.tasks(claims, level, seed, plan.budget))
        except (Exception, SystemExit) as error:  # noqa: BLE001, RUF100 (becomes evidence)
            plan.error = _describe(error)
        return plan

    @property
    def module_path(self) -> str:
        return METHODS[self.name]

    @property
    def module(self) -> Method:
        return cast(Method, import_module(self.module_path))

    @property
    def budget(self) -> float:
        return _BUDGETS.get(self.name, 0.0)

    def conclude(self, outcomes: list[Outcome]) -> dict[str, list[Evidence]]:
        """The method's evidence by claim id, completed by what it cannot or does not say itself."""
        if self.error:
            return {claim.id: [self._failed(self.error)] for claim in self.claims}
        try:
            found = self._ask(outcomes)
        except (Exception, SystemExit) as error:  # noqa: BLE001, RUF100 (becomes evidence)
            return {claim.id: [self._failed(_describe(error))] for claim in self.claims}
        for outcome in outcomes:
            self._complete(found, outcome)
        return found

    def _ask(self, outcomes: list[Outcome]) -> dict[str, list[Evidence]]:
        said = self.module.conclude(self.claims, outcomes, self.level, self.seed, self.budget)
        found = {claim.id: list(said.get(claim.id, ())) for claim in self.claims}
        for item in (item for items in found.values() for item in items):
            if not isinstance(item, Evidence):
                raise TypeError(f"{self.name} returned {type(item).__name__} instead of Evidence")
        return {key: [replace(item, method=self.name) for item in found[key]] for key in found}

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


def _describe(error: BaseException) -> str:
    """An error in one line, with the place it came from (a file's name, not its path)."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}"


# Carrying out the work.


@dataclass(frozen=True, eq=False)
class _Piece:
    module_path: str
    task: Task


def _perform(piece: _Piece) -> Outcome:
    """Do one piece of work. Errors are returned as text: an exception need not survive pickling."""
    started = time.perf_counter()
    try:
        value = cast(Method, import_module(piece.module_path)).run(piece.task)
    except (Exception, SystemExit) as error:  # noqa: BLE001, RUF100 (becomes evidence)
        return Outcome(piece.task, None, time.perf_counter() - started, _describe(error))
    return Outcome(piece.task, value, time.perf_counter() - started)


class _Work:
    """All the pieces of a run: the heaviest first in time, the outcomes in the order given."""

    def __init__(self, pieces: Sequence[_Piece]) -> None:
        self.pieces = pieces
        self.waiting = deque(sorted(pieces, key=lambda piece: -piece.task.weight))
        self.running: dict[_Piece, None] = {}
        self.outcomes: dict[_Piece, Outcome] = {}
        self.callback: Callback | None = None
        self.weight = sum(piece.task.weight for piece in pieces)
        self.weight_done = 0.0

    def carry_out(self, jobs: int, callback: Callback | None) -> list[Outcome]:
        """Do everything; KeyboardInterrupt stops the workers and goes through."""
        self.callback = callback
        self._tell()
        if jobs == 1:
            while self.waiting:
                piece = self.waiting.popleft()
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

    def _until_broken(self, waiting: deque[_Piece], workers: int) -> list[_Piece]:
        """Work `waiting` off; if the pool breaks, return the pieces one of which broke it."""
        flying: dict[Future[Outcome], _Piece] = {}
        with _pool(workers) as pool:
            while waiting or flying:
                while waiting and len(flying) < workers:
                    piece = waiting.popleft()
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

    def _collect(self, flying: dict[Future[Outcome], _Piece]) -> bool:
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
                self._finish(piece, Outcome(piece.task, None, 0.0, _describe(error)))
        return broken

    def _start(self, piece: _Piece) -> None:
        self.running[piece] = None
        self._tell()

    def _finish(self, piece: _Piece, outcome: Outcome) -> None:
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
def _single_threaded() -> Iterator[None]:
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
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
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
