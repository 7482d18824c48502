"""How far each notebook is: live bars on a terminal, else a line every ten seconds; both on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from verify.commands.progress import heartbeat

__all__ = ["notebooks_display"]

Show = Callable[[str, int, int], None]
"""(notebook, cells done, cells in all; 0 of 0 while it is put together)"""


@contextmanager
def notebooks_display(numbers: Sequence[str]) -> Iterator[Show]:
    """Show the progress of the notebooks that are executed inside."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    with _bars(console, numbers) if console.is_terminal else _lines(numbers) as show:
        yield show


@contextmanager
def _bars(console: Any, numbers: Sequence[str]) -> Iterator[Show]:
    from rich import progress

    columns = (
        progress.TextColumn("notebook {task.description}", markup=False),
        progress.BarColumn(),
        progress.TextColumn("{task.fields[state]}", markup=False),
        progress.TimeElapsedColumn(),
    )
    with progress.Progress(*columns, console=console, transient=True) as display:
        bars = {number: display.add_task(number, start=False, total=None, state="waiting") for number in numbers}

        def show(number: str, done: int, total: int) -> None:
            display.start_task(bars[number])
            display.update(bars[number], total=total or None, completed=done, state=_state(done, total))

        yield show


@contextmanager
def _lines(numbers: Sequence[str]) -> Iterator[Show]:
    states = dict.fromkeys(numbers, "waiting")
    started = time.monotonic()

    def line() -> str:
        now = dict(states)
        running = [f"{number} {state}" for number, state in now.items() if state.startswith("cell")]
        running = running or [f"{number} {state}" for number, state in now.items() if state == "preparing"][-1:]
        done = list(now.values()).count("done")
        return f"{time.monotonic() - started:.0f} s: {done}/{len(now)} notebooks; {', '.join(running)}".rstrip("; ")

    def show(number: str, done: int, total: int) -> None:
        states[number] = _state(done, total)

    with heartbeat(line):
        yield show


def _state(done: int, total: int) -> str:
    if not total:
        return "preparing"
    return "done" if done == total else f"cell {done + 1} of {total}"
