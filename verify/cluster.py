"""Pieces done on a Dask cluster: each in a process of its own there, which the Dask worker starts, watches and ends.

So a piece has what it has on one machine, a fresh process with one thread, however many threads the Dask worker has;
and it can be stopped, which a task of Dask's cannot.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import current_process
from queue import Empty, SimpleQueue
from typing import Any, Final, Self

import click

from verify.evidence import PINNED, Outcome
from verify.processes import Hand, Processes, pack, unpack
from verify.versions import identity
from verify.workers import DIED, Executor, Here, Piece

_EXTENSIONS: Final = "COARSEPROOF_EXTENSIONS"
_CARRIED: Final = (_EXTENSIONS, PINNED)
"""Variables of this process that pieces see there."""

_ANSWER: Final = 4.0
"""Seconds for a scheduler to answer, and half as long for the first worker to be there."""

_BEAT: Final = 0.2
_RETURN: Final = 1800.0
"""Seconds to wait for a scheduler that was lost."""

_PATIENCE: Final = 5.0
"""Seconds that a process there waits for its next piece."""


def executor(jobs: int, scheduler: str | None = None) -> Executor:
    """`jobs` processes of this machine, or the cluster whose scheduler has this address."""
    if scheduler is not None:
        return Cluster(scheduler)
    return Here() if jobs == 1 else Processes(jobs)


class _NoAnswerError(ValueError):
    """Nobody is there, or nobody yet."""


class Cluster:
    """The workers of a Dask cluster, those included that join later.

    Whatever is lost with a worker or with the scheduler is begun again. ValueError if the address does not answer, or
    for a worker whose versions or sources are not those of this process.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._flying: dict[Piece, Any] = {}
        self._landed: SimpleQueue[tuple[Piece, Any]] = SimpleQueue()

    def __enter__(self) -> Self:
        self._connect()
        return self

    def __exit__(self, *error: object) -> None:
        self._close()

    def room(self) -> int:
        with suppress(OSError, RuntimeError):  # of a connection that is lost, as `ended` will find
            self._threads = sum(self._client.nthreads().values())
        return max(self._threads, 1)

    def begin(self, piece: Piece) -> None:
        variables = {_EXTENSIONS: ""} | {name: os.environ[name] for name in _CARRIED if name in os.environ}
        packed = pack(piece)
        self._flying[piece] = None
        with suppress(OSError, RuntimeError):  # the same
            future = self._client.submit(_perform, packed, variables, self._here, pure=False)
            self._flying[piece] = future
            future.add_done_callback(lambda done: self._landed.put((piece, done)))

    def ended(self) -> Iterator[tuple[Piece, Outcome]]:
        from distributed import CancelledError, KilledWorker

        try:
            piece, future = self._landed.get(timeout=1.0)
        except Empty:
            if self._client.status != "running" or None in self._flying.values():
                self._again()
            return
        if self._flying.get(piece) is not future or future is None:  # of a connection before
            return
        try:
            error = future.exception()
            answer = unpack(future.result()) if error is None else (None, 0.0, DIED)
        except (CancelledError, OSError, RuntimeError):  # of the connection
            self._again()
            return
        if not isinstance(error, KilledWorker | None):
            raise ValueError(f"--scheduler {self._address} has a worker that cannot do the work: {error}") from error
        del self._flying[piece]
        yield piece, Outcome(piece.task, *answer)

    def _again(self) -> None:
        """Wait for the scheduler, and begin anew what was in flight."""
        click.echo(f"{self._address} does not answer; waiting for it", err=True)
        self._close()
        until = time.monotonic() + _RETURN
        while True:
            try:
                self._connect()
                break
            except _NoAnswerError:
                if time.monotonic() > until:
                    raise
                time.sleep(1.0)
        for piece in list(self._flying):
            self.begin(piece)

    def _close(self) -> None:
        with suppress(Exception):
            self._client.close(timeout=2)

    def _connect(self) -> None:
        """Find scheduler and workers, and hold the workers' versions against those here."""
        from distributed import Client

        for name in ("distributed", "distributed.client"):  # what matters is told here
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            with ThreadPoolExecutor(1) as thread:  # in this one a loop may run already, as in Jupyter
                thread.submit(asyncio.run, _require_scheduler(self._address)).result()
            self._client: Any = Client(self._address, timeout=_ANSWER, set_as_default=False)
        except Exception as error:  # whatever a stranger's answer leads to
            said = str(error) or f"nothing within {_ANSWER:g} s"
            raise _NoAnswerError(f"--scheduler {self._address}: no Dask scheduler answers there ({said})") from error
        named = os.environ.get(_EXTENSIONS, "")
        self._here, self._threads = identity(named), 1
        try:
            self._client.wait_for_workers(1, timeout=_ANSWER / 2)
            every = self._client.run(identity, named, on_error="return")
        except (OSError, RuntimeError) as error:
            self._close()
            raise _NoAnswerError(f"--scheduler {self._address}: it has no workers") from error
        for worker, there in every.items():
            if not isinstance(there, OSError) and (complaint := _complaint(there, self._here)):  # OSError: it is gone
                self._close()
                raise ValueError(f"worker {worker} of --scheduler {self._address}: {complaint}")


async def _require_scheduler(address: str) -> None:
    """ValueError unless one answers; a `Client` would wait forever for what speaks another language."""
    from distributed import rpc

    async with asyncio.timeout(_ANSWER), rpc(address) as there:
        if (kind := (await there.identity())["type"]) != "Scheduler":
            raise ValueError(f"it is a {kind}")


def _complaint(there: Mapping[str, str] | Exception, here: Mapping[str, str]) -> str:
    """What keeps a worker from doing what is done here; nothing if nothing does."""
    if isinstance(there, Exception):
        return f"coarseproof is not installed there, or is another version ({' '.join(str(there).split())})"
    names = [name for name in {**here, **there} if here.get(name) != there.get(name)]
    told = (f"{name} is {there.get(name, 'missing')} there, {here.get(name, 'missing')} here" for name in names)
    return f"{'; '.join(told)}; install the same versions there, and start it again" if names else ""


_IDLE: Final[list[Hand]] = []
"""Processes of this Dask worker that wait for a piece."""


def _perform(piece: bytes, variables: Mapping[str, str], wanted: Mapping[str, str]) -> bytes:
    """Do a piece in a process of this Dask worker, twice if the process dies, and end it when nobody wants it done."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()
    for _ in range(2):
        hand = _hand(worker.address, variables, wanted)
        hand.give(piece)
        while not hand.connection.poll(_BEAT):
            task = worker.state.tasks.get(key)  # Dask itself lets what was cancelled go on to its end
            if task is None or task.state != "executing" or worker.status.name not in ("running", "paused"):
                hand.stop()
                raise RuntimeError("nobody waits for this any more")
        answer = hand.answer()
        if answer is not None:
            _IDLE.append(hand)
            return answer
    return pack((None, 0.0, DIED))


def _hand(worker: str, variables: Mapping[str, str], wanted: Mapping[str, str]) -> Hand:
    """One with these variables; ValueError if what it would import is not what is wanted."""
    with suppress(IndexError):
        while True:
            hand = _IDLE.pop()
            if hand.variables == variables and hand.is_alive():
                return hand
            hand.stop()
    if complaint := _complaint(identity(variables[_EXTENSIONS]), wanted):
        raise ValueError(f"worker {worker}: {complaint}")
    current_process().daemon = False  # Dask's nanny says it is one; those must not have children
    return Hand(variables, _PATIENCE)
