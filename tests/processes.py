"""Commands that tests carry out, in this process or in one of their own: none of these outlives the test, and Ctrl-C
reaches them wherever the tests run.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager, suppress
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from verify.cli import main

__all__ = ["Done", "alive", "coarseproof", "run", "started"]

Done = subprocess.CompletedProcess[str]


@contextmanager
def started(arguments: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """`subprocess.Popen` of text, standard output and error in pipes; at the end whatever is left of it is killed.

    It leads a session of its own, so that one signal reaches all that it starts.
    """
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"} | options
    with _interruptible():
        process = subprocess.Popen(arguments, start_new_session=True, **options)
    with process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def _interruptible() -> Iterator[None]:
    """A process inherits that SIGINT is ignored, as it is after `nohup` and on many machines of CI; not from here."""
    if (
        signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def run(arguments: Sequence[str], *, said: str | None = None, timeout: float = 120, **options: Any) -> Done:
    """What `subprocess.run` returns, `said` being the standard input."""
    given = {} if said is None else {"stdin": subprocess.PIPE}
    with started(arguments, **given, **options) as process:
        out, err = process.communicate(said, timeout)
    return Done(process.args, process.returncode, out, err)


def coarseproof(*arguments: object, cwd: Path | None = None) -> Done:
    """What the command prints and its exit code, in this process; what a user would see as a traceback is raised."""
    with chdir(cwd or Path.cwd()):
        done = CliRunner().invoke(main, [*map(str, arguments)], prog_name="coarseproof")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(arguments, done.exit_code, done.stdout, done.stderr)


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
