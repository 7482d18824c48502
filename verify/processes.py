"""Fresh processes of this machine, and pieces done in them: one thread each for linear algebra, Ctrl-C not theirs."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Final, cast

from verify.evidence import Outcome
from verify.workers import DIED, Answer, Executor, Piece, describe, perform

THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Variables by which libraries of linear algebra learn how many threads they may have."""


class Processes(Executor):
    """In fresh processes of this machine. A piece whose process dies is begun again, once, in another.

    The first two, which no run does without, start before there are pieces, and import while these are made.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._idle = [Hand() for _ in range(min(jobs, 2))]
        self._busy: dict[Connection, tuple[Hand, Piece]] = {}
        self._suspects: set[Piece] = set()

    def __exit__(self, *error: object) -> None:
        for hand in (*self._idle, *(hand for hand, _ in self._busy.values())):
            hand.stop()

    def room(self) -> int:
        return self._jobs

    def begin(self, piece: Piece) -> None:
        packed = pack(piece)
        hand = self._idle.pop() if self._idle else Hand()
        self._busy[hand.connection] = hand, piece
        hand.give(packed)

    def ended(self) -> Iterator[tuple[Piece, Outcome]]:
        for connection in wait(list(self._busy)):
            hand, piece = self._busy.pop(cast(Connection, connection))
            answer = hand.answer()
            if answer is not None:
                self._idle.append(hand)
                yield piece, Outcome(piece.task, *unpack(answer))
            elif piece in self._suspects:
                yield piece, Outcome(piece.task, None, 0.0, DIED)
            else:
                self._suspects.add(piece)
                self.begin(piece)


def pack(value: object) -> bytes:
    """What a process can be sent; an exception if it cannot."""
    return bytes(ForkingPickler.dumps(value))


def unpack(answer: bytes) -> Answer:
    """What became of a piece; an error if its value cannot be read here."""
    try:
        return cast(Answer, ForkingPickler.loads(answer))
    except Exception as error:  # noqa: BLE001, RUF100 (becomes evidence)
        return None, 0.0, describe(error)


class Hand:
    """A fresh process that does one piece at a time, with these `variables` in its environment.

    It ends with the process that started it, and after `patience` seconds without a piece.
    """

    def __init__(self, variables: Mapping[str, str] | None = None, patience: float | None = None) -> None:
        self.variables = variables or {}
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        arguments = theirs, self.variables, patience
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        with _interrupts_held():  # it inherits that: Ctrl-C is the parent's business
            self._process.start()
        theirs.close()

    def is_alive(self) -> bool:
        return self._process.is_alive()

    def give(self, piece: bytes) -> None:
        with suppress(ConnectionError):  # it is dead, as `answer` will say
            self.connection.send_bytes(piece)

    def answer(self) -> bytes | None:
        """The answer, packed, once `connection` is ready; None if the process died, which is stopped then."""
        try:
            return self.connection.recv_bytes()
        except (EOFError, ConnectionError):
            self.stop()
            return None

    def stop(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.join()
        self.connection.close()


def _serve(connection: Connection, variables: Mapping[str, str], patience: float | None) -> None:
    """Do what is asked for until nobody is there to ask."""
    _limit_threads()  # before NumPy is there
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    os.environ.update(variables)
    with suppress(Exception, SystemExit):  # what fails will fail again in a piece, and be told
        import proofs

        proofs.all_claims()
    with suppress(EOFError, ConnectionError):
        while connection.poll(patience):
            try:
                connection.send(perform(connection.recv()))
            except (EOFError, ConnectionError):
                raise
            except Exception as error:  # noqa: BLE001, RUF100 (the piece or its value cannot be sent)
                connection.send((None, 0.0, describe(error)))


@contextmanager
def single_threaded() -> Iterator[None]:
    """One thread for linear algebra: sums then have one order, and jobs do not fight over cores."""
    before = {name: os.environ.get(name) for name in THREADS}
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
    os.environ.update(dict.fromkeys(THREADS, "1"))


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
