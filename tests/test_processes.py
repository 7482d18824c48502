"""The helper by which tests start processes: nothing is left of them, and they can be interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from processes import run, started

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and sessions of POSIX")

PARENT = "import subprocess, sys, time; print(subprocess.Popen(['sleep', '100']).pid, flush=True); time.sleep(100)"


def gone(pid: int) -> bool:
    """Whether nothing but a corpse, which its parent has yet to bury, is left of a process."""
    for _ in range(100):
        listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
        if listed.stdout.strip()[:1] in {"", "Z"}:
            return True
        time.sleep(0.05)
    return False


def test_a_failing_test_leaves_no_process() -> None:
    child = 0
    try:
        with started([sys.executable, "-c", PARENT]) as process:
            assert process.stdout is not None
            child = int(process.stdout.readline())
            raise AssertionError("a test fails")
    except AssertionError:
        assert child
    assert gone(child)


def test_one_that_takes_too_long_is_ended_with_what_it_started() -> None:
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        run([sys.executable, "-c", PARENT], timeout=3)
    assert caught.value.stdout
    assert gone(int(caught.value.stdout))


def test_it_can_be_interrupted_where_interrupts_are_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = run([sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT))"])
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert "default_int_handler" in done.stdout
