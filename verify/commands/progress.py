"""Progress of a run: a live bar on a terminal, else a line soon and every ten seconds; both on standard error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from math import isnan
from typing import Any, Final

import click

from verify.commands.options import console
from verify.workers import Callback

_HEARTBEAT: Final = 10.0  # seconds between lines when nobody watches a bar
_FIRST: Final = 5.0


def display(things: str = "tasks") -> AbstractContextManager[Callback]:
    """Show how far what runs inside is; `things` are what is counted."""
    shown = console(stderr=True)
    return _bar(shown) if shown.is_terminal else _lines(things)


@contextmanager
def _bar(shown: Any) -> Iterator[Callback]:
    from rich import progress

    count, now = (progress.TextColumn(f"{{task.fields[{name}]}}", markup=False) for name in ("count", "now"))
    times = progress.TimeElapsedColumn(), progress.TextColumn("left"), progress.TimeRemainingColumn()
    columns = count, progress.BarColumn(), progress.TaskProgressColumn(), *times, now
    with progress.Progress(*columns, console=shown, transient=True) as bars:
        bar = bars.add_task("", total=None, count="", now="preparing")
        yield lambda done, total, share, now: bars.update(
            bar, total=1.0, completed=share, count=f"{done}/{total}", now=now
        )


@contextmanager
def _lines(things: str) -> Iterator[Callback]:
    latest, started, over = ["preparing"], time.monotonic(), threading.Event()

    def say() -> None:
        with suppress(OSError):  # nobody loses a run over a line of progress
            click.echo(f"{time.monotonic() - started:.0f} s: {latest[0]}", err=True)

    def beat() -> None:
        wait = _FIRST
        while not over.wait(wait):
            wait = _HEARTBEAT
            say()

    def show(done: int, total: int, share: float, now: str) -> None:
        latest[0] = f"{done}/{total} {things}, {share:.0%} of the work; {now}"

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield show
    finally:
        over.set()
        thread.join()
    say()


@contextmanager
def run_display(most: int) -> Iterator[Callable[[int, float, float], None]]:
    """Show how far an iteration is, of at most `most` steps: (step, angle, residual)."""
    shown = console(stderr=True)
    last = [time.monotonic()]

    def text(step: int, angle: float, residual: float) -> str:
        left = "" if isnan(residual) else f", residual {residual:.2g}"  # sampled gradients leave none
        return f"step {step} of at most {most}, angle {angle:.3g} rad{left}"

    if shown.is_terminal:
        with shown.status("starting") as status:
            yield lambda *state: status.update(text(*state))
        return

    def line(*state: Any) -> None:
        if time.monotonic() - last[0] >= _HEARTBEAT:
            last[0] = time.monotonic()
            with suppress(OSError):
                click.echo(text(*state), err=True)

    yield line
