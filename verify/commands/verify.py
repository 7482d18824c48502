"""`coarseproof verify`: every claim by every method."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verify.commands import options as common
from verify.commands.exits import INTERRUPTED, terminable
from verify.commands.parameters import Parametrized, of_claims

if TYPE_CHECKING:
    from verify.evidence import Level


class _Verify(common.ManyValues, Parametrized):
    """With options for the parameters at which claims are checked."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as wrong:
            if "unexpected extra argument" not in wrong.message:
                raise
            hint = "claims are named with --only, as in: coarseproof verify --only C3 N1"
            raise click.UsageError(f"{wrong.message}; {hint}", ctx) from None


def _report_folder(ctx: click.Context, param: click.Parameter, folder: Path | None) -> Path | None:
    """Fail before the work, not after it."""
    if folder is not None:
        from verify.files import check_folder_writable, check_writable
        from verify.reading.report import REPORT_FILES

        check_folder_writable(folder)
        for name in REPORT_FILES if folder.is_dir() else ():
            check_writable(folder / name)
        common.keep_apart(ctx, param, *(folder / name for name in REPORT_FILES[1:]))  # the first is --json's, too
    return folder


@click.command(
    cls=_Verify,
    epilog="""\b
Examples:
  coarseproof verify                            all claims, the quick level
  coarseproof verify --level full --jobs 8      more points and samples
  coarseproof verify --only C3 N1               two claims, with their parts
  coarseproof verify --only C5.gaussian --tau 3 at points with τ = 3
  coarseproof verify --seed 7 --json -          replay; JSON to standard output
  coarseproof verify --report out               report.html, JSON, JUnit, CSV

Exit codes: 0 every claim verified, 1 something refuted, too weak or in error,
3 something undecided, 2 usage, 74 a file or standard output that could not be written, 130 interrupted.""",
)
@click.option("--level", type=click.Choice(["quick", "full"]), default="quick", help="How many points and samples.")
@common.only_option("ID", "claims and their parts", shell_complete=common.claim_ids)
@common.count_option("--seed", least=0, help="Replay a run.  [default: fresh, shown]")
@common.JOBS
@common.SCHEDULER
@click.option(
    "--report",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    callback=_report_folder,
    help="Write report.html, report.json, junit.xml, summary.md and mutants.csv into DIR.",
)
@common.json_option("results")
@click.option("--verbose", is_flag=True, help="Print every method with its figures, not two lines a claim.")
def verify(
    level: Level,
    only: tuple[str, ...],
    seed: int | None,
    jobs: int | None,
    scheduler: str | None,
    folder: Path | None,
    json_path: Path | None,
    verbose: bool,
) -> None:
    """Check every claim by every method.

    A claim holds for every value of the parameters of its estimator or penalty, and is checked at values drawn. With
    an option for a parameter, half of the points, and the extreme ones, have that value.
    """
    from verify.commands.progress import display
    from verify.suite import run_suite

    ids = common.split_names(only)
    pins = of_claims(ids)
    seed = secrets.randbits(32) if seed is None else seed
    where = common.where(jobs, scheduler)
    on = scheduler or f"{where['jobs']} job{'s' * (where['jobs'] > 1)}"
    click.echo(f"level {level}, seed {seed}, {on}", err=True)
    written: list[Path] = []
    try:
        with terminable(), display() as show:
            explained = folder is not None
            report = run_suite(level=level, only=ids, seed=seed, **where, progress=show, pins=pins, explained=explained)
        from verify.reading.report import print_report, to_json, write_report  # the workers had better start first

        to_stderr = str(json_path) == "-"
        with common.at_last(lambda: print_report(report, common.console(stderr=to_stderr), verbose=verbose)):
            if json_path is not None:
                common.write_document(json_path, to_json(report))
                written += [] if to_stderr else [json_path]
            if folder is not None:
                written += write_report(report, folder)
    except KeyboardInterrupt:
        kept = ", ".join(map(str, written))
        kept = f"written before: {kept}" if kept else "nothing was written"
        click.echo(f"Interrupted; {kept}.", err=True)
        sys.exit(INTERRUPTED)
    sys.exit(report.exit_code)
