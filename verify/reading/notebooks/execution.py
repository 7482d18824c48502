"""Executes notebooks, several at once, each in a kernel of its own that never outlives this process.

A kernel works in an empty folder, with one thread for linear algebra and a fixed hash seed: sums then have one order,
sets have one order, and notebooks that run side by side do not fight over cores. Settings of the user's that would
change what is shown (IPython's profile, start-up files, warning filters, extensions) are left out.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

import verify
from verify.commands.exits import terminable
from verify.processes import THREADS
from verify.reading.notebooks.document import assemble, finish
from verify.reading.notebooks.script import Cell, Script

Progress = Callable[[str, int, int], None]
"""(notebook, cells done, cells in all; 0 of 0 while it is put together)"""

_TIMEOUT: Final = 300  # seconds of one cell, or of a kernel's start: many times what any takes, for machines under load
_LEFT_OUT: Final = ("COARSEPROOF_EXTENSIONS", "PYTHONSTARTUP", "PYTHONWARNINGS", "MATPLOTLIBRC")
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_PLACE: Final = re.compile(r"Cell In\[\d+\], line (\d+)|ipykernel_\d+[/\\]\d+\.py:(\d+)")
_ROOT: Final = Path(verify.__file__).resolve().parents[1]


class CellFailedError(Exception):
    """A notebook that could not be executed: names the cell, its claims, the error and the line of code."""


@dataclass(frozen=True)
class Executed:
    """What became of a script: the notebook, or why there is none."""

    script: Script
    notebook: NotebookNode | None
    seconds: float
    error: str = ""


def execute_all(scripts: Sequence[Script], jobs: int, progress: Progress) -> list[Executed]:
    """Execute the notebooks of `scripts`, at most `jobs` at once; one that fails does not stop the others.

    Raises ValueError for cells that no claim can give, before anything runs. KeyboardInterrupt, on SIGINT and SIGTERM
    alike, after the kernels are gone.
    """
    work = []
    for script in scripts:
        progress(script.number, 0, 0)
        work.append((script, assemble(script)))
    with tempfile.TemporaryDirectory(prefix="notebooks-", ignore_cleanup_errors=True) as folder, terminable():
        return asyncio.run(_all(work, jobs, progress, Path(folder)))


async def _all(work: list[tuple[Script, NotebookNode]], jobs: int, progress: Progress, folder: Path) -> list[Executed]:
    free = asyncio.Semaphore(jobs)

    async def one(script: Script, notebook: NotebookNode) -> Executed:
        async with free:
            place = folder / script.number
            for name in ("work", "ipython"):
                (place / name).mkdir(parents=True)
            return await _execute(script, notebook, place, progress)

    return await asyncio.gather(*(one(*pair) for pair in work))


async def _execute(script: Script, notebook: NotebookNode, place: Path, progress: Progress) -> Executed:
    started = time.perf_counter()
    try:
        async with _kernel(place) as (manager, channels):
            client = NotebookClient(notebook, km=manager, timeout=_TIMEOUT, record_timing=False, coalesce_streams=True)
            client.kc = channels
            for index, (cell, written) in enumerate(zip(notebook.cells[1:], script.cells, strict=True), 1):
                progress(script.number, index, len(notebook.cells))
                if cell.cell_type == "code":
                    await _execute_cell(client, script, index, written, place)
    except CellFailedError as failure:
        return Executed(script, None, time.perf_counter() - started, str(failure))
    progress(script.number, len(notebook.cells), len(notebook.cells))
    return Executed(script, finish(notebook, script), time.perf_counter() - started)


async def _execute_cell(client: NotebookClient, script: Script, index: int, known: Cell, place: Path) -> None:
    cell, said, where = client.nb.cells[index], "", ""
    try:
        await client.async_execute_cell(cell, index)
    except CellExecutionError as error:
        said, where = f"{error.ename}: {_COLOURS.sub('', error.evalue).strip()}", error.traceback
    except CellTimeoutError:
        said = f"took more than {_TIMEOUT} s"
    except DeadKernelError:
        said = "the kernel died (killed, out of memory, or crashed)"
    written = [one.text for one in cell.outputs if (one.output_type, one.get("name")) == ("stream", "stderr")]
    if not said and written:
        line = next((line for line in written[0].splitlines() if line.strip()), "")
        told = line.partition(": ")[2] if _PLACE.search(line) else line
        said, where = f"wrote to standard error: {told.strip()}", written[0]
    if not said and any(str(path) in str(output) for path in (_ROOT, place) for output in cell.outputs):
        said = "its output holds a path of this machine"
    if said:
        raise _failure(script, known, cell, said, where)


def _failure(script: Script, known: Cell, cell: NotebookNode, error: str, where: str) -> CellFailedError:
    """The message: notebook, cell, claims, error, and the line of code if the traceback names one of this cell's."""
    claims = f" (of {', '.join(known.claims)})" if known.claims else ""
    message = f"{script.notebook}, cell {known.id!r}{claims}: {' '.join(error.split())}"
    places = [int(first or second) for first, second in _PLACE.findall(_COLOURS.sub("", where))]
    lines = cell.source.splitlines()
    if not places or not 1 <= places[0] <= len(lines):
        return CellFailedError(message)
    code = f"line {places[0]} of the cell: {lines[places[0] - 1].strip()}"
    script_line = f" ({script.path.name}, line {known.line + places[0] - 1})" if known.kind == "code" else ""
    return CellFailedError(f"{message}\n  {code}{script_line}")


@asynccontextmanager
async def _kernel(place: Path) -> AsyncIterator[tuple[Any, Any]]:
    """(manager, client) of a kernel, which ends whatever happens inside."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    # Without folders there is one kernel, this Python's: a "python3" elsewhere may be another Python.
    named = {"kernel_name": "python3", "kernel_spec_manager": KernelSpecManager(kernel_dirs=[])}
    manager: Any = AsyncKernelManager(**named, connection_file=str(place / "kernel.json"))
    client, log = None, place / "kernel.log"
    try:
        try:
            with log.open("wb") as stream:
                streams = {"stdout": stream, "stderr": stream}
                await manager.start_kernel(cwd=str(place / "work"), env=_environment(place), **streams)
            client = manager.client()
            client.start_channels()
            await client.wait_for_ready(timeout=_TIMEOUT)
        except RuntimeError as error:
            said = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise CellFailedError(f"no kernel could be started: {' '.join([str(error), *said])}") from error
        client.allow_stdin = False
        yield manager, client
    finally:
        if client is not None:
            client.stop_channels()
        if manager.has_kernel:
            await manager.shutdown_kernel(now=True)


def _environment(place: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    paths = [str(_ROOT), *filter(None, [kept.get("PYTHONPATH")])]
    own = {"IPYTHONDIR": str(place / "ipython"), "PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(paths)}
    return kept | dict.fromkeys(THREADS, "1") | own
