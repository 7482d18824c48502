"""Progress of a run: a live bar on a terminal, else a line every ten seconds; both on standard error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import click

from verify.commands.options import console
from verify.workers import Callback, Progress

__all__ = ["heartbeat", "progress_display", "run_display"]

_HEARTBEAT: Final = 10.0  # seconds between lines when nobody watches a bar


@contextmanager
def progress_display() -> Iterator[Callback]:
    """Show the progress of what runs inside."""
    shown = console(stderr=True)
    with _bar(shown) if shown.is_terminal else _lines() as show:
        yield show


@contextmanager
def _bar(shown: Any) -> Iterator[Callback]:
    from rich import progress

    columns = (
        progress.TextColumn("{task.fields[count]}", markup=False),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TimeElapsedColumn(),
        progress.TextColumn("left"),
        progress.TimeRemainingColumn(),
        progress.TextColumn("{task.fields[now]}", markup=False),
    )
    with progress.Progress(*columns, console=shown, transient=True) as display:
        bar = display.add_task("", total=None, count="", now="preparing")

        def show(state: Progress) -> None:
            display.update(
                bar,
                total=state.total_weight,
                completed=state.done_weight,
                count=f"{state.done}/{state.total}",
                now=_running(state),
            )

        yield show


@contextmanager
def heartbeat(line: Callable[[], str]) -> Iterator[None]:
    """Say a line, made anew each time, on standard error every ten seconds."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(_HEARTBEAT):
            click.echo(line(), err=True)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _lines() -> Iterator[Callback]:
    latest: list[Progress] = []
    started = time.monotonic()

    def line() -> str:
        seconds = f"{time.monotonic() - started:.0f} s"
        if not latest:
            return f"{seconds}: preparing"
        state = latest[-1]
        share = state.done_weight / state.total_weight if state.total_weight else 1.0
        count = f"{state.done}/{state.total} tasks, {share:.0%} of the work"
        return f"{seconds}: {count}; {_running(state)}"

    def show(state: Progress) -> None:
        latest[:] = [state]

    with heartbeat(line):
        yield show
    click.echo(line(), err=True)


def _running(state: Progress) -> str:
    """What is being worked on, short enough for a line."""
    if state.done == state.total:
        return "concluding"
    shown = [f"{task.method} {' '.join(task.claim_ids[:2])}".strip() for task in state.running[:3]]
    more = len(state.running) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


@contextmanager
def run_display(most: int) -> Iterator[Callable[[int, float, float], None]]:
    """Show how far an iteration is, of at most `most` steps: (step, angle, residual)."""
    shown = console(stderr=True)
    last = [time.monotonic()]

    def text(step: int, angle: float, residual: float) -> str:
        return f"step {step} of at most {most}, angle {angle:.3g} rad, residual {residual:.2g}"

    if shown.is_terminal:
        with shown.status("starting") as status:
            yield lambda *state: status.update(text(*state))
        return

    def line(*state: Any) -> None:
        if time.monotonic() - last[0] >= _HEARTBEAT:
            last[0] = time.monotonic()
            click.echo(text(*state), err=True)

    yield line
