"""`coarseproof notebooks`: writes and executes docs/notebooks, or says how it is stale."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from verify.commands.options import ManyValues, count_option, cpus, only_option, split_names

_NEEDED: Final = ("nbformat", "nbclient", "ipykernel", "matplotlib")


@click.command(
    cls=ManyValues,
    epilog="""\b
Examples:
  coarseproof notebooks                         all of them into docs/notebooks
  coarseproof notebooks --only 01 03            two of them
  coarseproof notebooks --check                 execute all, write nothing; exit 1 and show a diff if one is stale
  coarseproof notebooks --only 07 --output out  one of them into another folder

A notebook is made from docs/notebooks/src/nNN_name.py and the claims named there; change the script, not the
notebook. A notebook edited by hand, or an index.md that this command did not write, is not written over without
--force. Exit codes: 0 written or current, 1 stale or a cell failed, 2 usage or a file that is kept,
130 interrupted.""",
)
@click.option("--check", is_flag=True, help="Write nothing; execute all, print how files differ, exit 1 if stale.")
@only_option("NN", "notebooks")
@click.option(
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to write into.  [default: docs/notebooks of the checkout]",
)
@count_option("--jobs", help="Notebooks at once.  [default: the CPUs]")
@click.option("--force", is_flag=True, help="Write over notebooks that were edited by hand, and files of another kind.")
def notebooks(check: bool, only: tuple[str, ...], output: Path | None, jobs: int | None, force: bool) -> None:
    """Write the notebooks from the claims and execute them."""
    from verify.build import project_root

    if check and force:
        raise ValueError("--check writes nothing, so --force has no meaning with it; give one of them")
    own = project_root() / "docs/notebooks"  # the scripts are there, whatever the output
    folder = output or own
    for package in _NEEDED:
        import_module(package)
    from verify.reading.notebooks.book import check_all, write_all

    numbers = split_names(only, "notebook; give numbers, e.g. --only 01 03")
    jobs = jobs or cpus()
    sys.exit(check_all(folder, numbers, jobs) if check else write_all(folder, numbers, jobs, force=force))
