"""The folder of notebooks: writes them, or compares those stored with fresh ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click
import nbformat
from nbformat import NotebookNode

from verify.commands.progress import display
from verify.files import check_folder_writable, check_writable, difference, holds, make_folder, write_atomically
from verify.reading.markdown import page
from verify.reading.notebooks.comparison import differences
from verify.reading.notebooks.document import changed_cells, text_of
from verify.reading.notebooks.execution import Executed, execute_all
from verify.reading.notebooks.script import SCRIPTS, Script, chosen_scripts, read_script

INDEX: Final = "index.md"

HEADER: Final = "# Notebooks\n\nWritten by `coarseproof notebooks`; do not edit."
"""How the index begins; one that begins otherwise is somebody's own."""

_REMEDY: Final = "move it away, or write over it with --force"


def write_all(
    folder: Path, only: tuple[str, ...] = (), jobs: int = 1, *, force: bool = False, scripts: Path = SCRIPTS
) -> int:
    """Write the notebooks of the scripts, and the index if all are asked for; 1 if a cell failed, else 0.

    Raises ValueError, before any cell runs, for a target that cannot or must not be written over; and, after the others
    are written, for those that were changed in the meantime, which are kept even with `force`.
    """
    chosen = [read_script(path) for path in chosen_scripts(scripts, only)]
    check_folder_writable(folder)
    targets = [script.notebook for script in chosen] + ([] if only else [INDEX])
    before = {name: _refuse(folder / name, force) for name in targets}
    done = _execute(chosen, jobs)
    made = {one.script.notebook: text_of(one.notebook) for one in done if one.notebook is not None}
    if not only:
        made[INDEX] = index_page(chosen)
    kept = _write(folder, made, before)
    failed = _tell_failures(done)
    if kept:
        raise ValueError(
            f"not written: {', '.join(kept)} in {folder}, changed by another hand while the notebooks were executed; "
            "move what is there away, or run the command again to see what it is"
        )
    return failed


def check_all(folder: Path, only: tuple[str, ...] = (), jobs: int = 1, *, scripts: Path = SCRIPTS) -> int:
    """Execute the scripts afresh and print how the stored notebooks differ; 1 if they do or a cell failed, else 0."""
    chosen = [read_script(path) for path in chosen_scripts(scripts, only)]
    done = _execute(chosen, jobs)
    stale = []
    for one in done:
        if told := [*_differing(one, folder / one.script.notebook)]:
            click.echo("".join(told), nl=False)
            stale.append(one.script.notebook)
    if not only:
        stale += _superfluous(folder, chosen) + _stale_index(folder, chosen)
    failed = _tell_failures(done)
    if stale:
        click.echo(f"{len(stale)} stale: {', '.join(stale)}; run `coarseproof notebooks`", err=True)
        return 1
    if not failed:
        click.echo(f"all {len(chosen)} notebooks are current")
    return failed


def _execute(chosen: Sequence[Script], jobs: int) -> list[Executed]:
    shares, at = dict.fromkeys((script.number for script in chosen), 0.0), dict[str, str]()
    with display("notebooks") as show:

        def progress(number: str, done: int, total: int) -> None:
            if total:
                shares[number], at[number] = done / total, f"{number} cell {done + 1} of {total}"
            every = [*shares.values()]
            running = ", ".join(said for name, said in at.items() if shares[name] < 1)
            show(every.count(1.0), len(every), sum(every) / len(every), running or f"{number} preparing")

        done = execute_all(chosen, jobs, progress)
    for one in done:
        click.echo(f"{one.script.notebook}: {one.seconds:.1f} s", err=True)
    return done


def _tell_failures(done: Sequence[Executed]) -> int:
    errors = [one.error for one in done if one.notebook is None]
    for error in errors:
        click.echo(f"failed     {error}", err=True)
    return 1 if errors else 0


def index_page(scripts: Sequence[Script]) -> str:
    """The notebooks, with the question that each answers, and the table of contents of the site's notebooks."""
    return page("notebooks", header=HEADER, scripts=scripts)


# Writing.


def _refuse(path: Path, force: bool) -> bytes | None:
    """What `path` holds, if anything; ValueError if it cannot be written, or holds what nobody should lose unasked."""
    if path.is_dir():
        raise ValueError(f"cannot write {path}: it is a folder; move it away")
    if path.parent.is_dir():
        check_writable(path)
    held = _held(path)
    if force or held is None:
        return held
    if path.name == INDEX:
        if not held.decode(errors="replace").replace("\r\n", "\n").startswith(HEADER):
            raise ValueError(f"cannot write {path}: this command did not write it; {_REMEDY}")
        return held
    try:
        found = _parsed(held)
    except ValueError as error:
        raise ValueError(f"cannot write {path}: {error}; {_REMEDY}") from error
    if change := next(changed_cells(found), None):
        raise ValueError(f"cannot write {path}: it was edited by hand ({change}); {_REMEDY}")
    return held


def _held(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _parsed(held: bytes) -> NotebookNode:
    """The notebook that a file holds; ValueError that says what is there instead."""
    try:
        found = nbformat.reads(held.decode(), as_version=nbformat.NO_CONVERT)
        nbformat.validate(found)
        if found.nbformat != 4:
            raise ValueError(f"nbformat {found.nbformat} in place of 4")
    except Exception as error:  # nbformat's errors share no base, and a strange document can raise any
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ValueError(f"it is no valid notebook ({reason[0]})") from error
    return found


def _write(folder: Path, made: dict[str, str], before: dict[str, bytes | None]) -> list[str]:
    """Write the files; the names of those that no longer hold what they held before the work, which are kept."""
    make_folder(folder)
    kept = []
    for name, text in made.items():
        held = _held(folder / name)
        if held == text.encode("utf-8"):
            click.echo(f"unchanged  {name}")
        elif held != before[name]:
            kept.append(name)
        else:
            write_atomically(folder / name, text)
            click.echo(f"written    {name}")
    return kept


# Checking.


def _differing(one: Executed, path: Path) -> Iterator[str]:
    """How the notebook stored at `path` differs. One whose cells fail is reported elsewhere."""
    if (held := _held(path)) is None:
        yield f"{path} is missing\n"
        return
    try:
        stored = _parsed(held)
    except ValueError as error:
        yield f"{path} cannot be compared: {error}\n"
        return
    yield from (f"{path.name} was edited by hand: {change}\n" for change in changed_cells(stored))
    if one.notebook is not None:
        yield from differences(path.name, stored, one.notebook)


def _superfluous(folder: Path, chosen: Sequence[Script]) -> list[str]:
    wanted = {script.notebook for script in chosen}
    found = sorted(path.name for path in folder.glob("*.ipynb") if path.name not in wanted)
    for name in found:
        click.echo(f"{name} is superfluous: no script makes it; delete it, or give it a script")
    return found


def _stale_index(folder: Path, chosen: Sequence[Script]) -> list[str]:
    path, wanted = folder / INDEX, index_page(chosen)
    for line in difference(path, INDEX, wanted):
        click.echo(line, nl=False)
    return [] if holds(path, wanted) else [INDEX]
