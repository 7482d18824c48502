"""The command line `coarseproof`. Commands import what is heavy (SymPy, NumPy) when they run."""

from __future__ import annotations

import secrets
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches, unified_diff
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verify.commands.exits import INTERRUPTED, Group
from verify.commands.learn import learn
from verify.commands.limit import limit
from verify.commands.notebooks import notebooks
from verify.commands.options import ManyValues, console, cpus, split_names, width, write_document
from verify.commands.parameters import Parametrized, of_claims

if TYPE_CHECKING:
    from proofs.engine.claim import Claim
    from verify.evidence import Level, Report

__all__ = ["main"]


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    try:
        number = metadata.version("coarseproof")
    except metadata.PackageNotFoundError:
        number = "(not installed: running from a checkout)"
    click.echo(f"coarseproof {number}")
    ctx.exit()


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  coarseproof claims                  all statements of the theory
  coarseproof claims C3               one of them, derived step by step
  coarseproof verify                  check everything, about two minutes
  coarseproof verify --only C3 N1     check two claims
  coarseproof limit --weights w.npy --penalty l1 --beta 0.5 --lam 0.02
                                      where the iteration ends for a true weight
  coarseproof derive --check          is the generated code up to date?""",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Derive, generate and verify the formulas of coarse-gradient training.

    Every claim is stated once; it is proved symbolically, turned into NumPy code, and checked
    against its definition by independent methods.

    Exit codes of every command: 2 usage, 74 a file or standard output that could not be written, 130 interrupted; 1 is
    told by the command.
    """


# derive


@main.command(
    epilog="""\b
Examples:
  coarseproof derive                  write every file whose content changed
  coarseproof derive --check          write nothing; show a diff and exit 1 if anything is stale
  COARSEPROOF_EXTENSIONS=my_ste coarseproof derive --output my_code
                                      the generated modules with your own estimators and penalties"""
)
@click.option("--check", is_flag=True, help="Write nothing; print a unified diff, exit 1 if stale.")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder to write into.  [default: the checkout]",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the modules that hold the code of extensions into this folder, and nothing else.",
)
def derive(check: bool, root: Path | None, output: Path | None) -> None:
    """Derive every formula; write the generated code and the formula book."""
    from verify import build

    started = time.perf_counter()
    if output is not None:
        if root is not None:
            raise ValueError("--output and --root are two places to write to; give one of them")
        outputs = build.extension_outputs()
        if check:
            sys.exit(_check_outputs(output, outputs, []))
        _write_outputs(output, outputs, [])
        return
    root = root or build.project_root()

    def progress(claim_id: str) -> None:
        click.echo(f"deriving {claim_id}", err=True)

    outputs = build.derive_outputs(progress)
    superfluous = sorted(Path(path) for path in build.stale_files(root))
    if check:
        sys.exit(_check_outputs(root, outputs, superfluous))
    _write_outputs(root, outputs, superfluous)
    click.echo(f"{len(outputs)} files derived in {time.perf_counter() - started:.1f} s")


def _check_outputs(root: Path, outputs: Mapping[str, str], superfluous: Sequence[Path]) -> int:
    """Print how the files differ from what they should be; 1 if they do."""
    wanted = dict(sorted(outputs.items()))
    wanted |= {_relative(path, root): "" for path in superfluous}
    stale = [name for name, text in wanted.items() if not _is_current(root, name, text, outputs)]
    for name in stale:
        old = _read_leniently(root / name).splitlines(keepends=True)
        new = wanted[name].splitlines(keepends=True)
        for line in unified_diff(old, new, f"a/{name}", f"b/{name}"):
            ended = line.endswith("\n")
            click.echo(line if ended else f"{line}\n\\ No newline at end of file\n", nl=False)
    if stale:
        listed = ", ".join(stale)
        click.echo(f"{len(stale)} stale: {listed}; run `coarseproof derive`", err=True)
        return 1
    click.echo(f"all {len(outputs)} files are current")
    return 0


def _write_outputs(root: Path, outputs: Mapping[str, str], superfluous: Sequence[Path]) -> None:
    from verify.files import make_folder, write_atomically, writing

    for name, text in sorted(outputs.items()):
        if _is_current(root, name, text, outputs):
            click.echo(f"unchanged  {name}")
            continue
        make_folder((root / name).parent)
        write_atomically(root / name, text)
        click.echo(f"written    {name}")
    for path in superfluous:
        name = _relative(path, root)
        with writing(root / name):
            (root / name).unlink()
        click.echo(f"deleted    {name}")


def _relative(path: Path, root: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _is_current(root: Path, name: str, text: str, outputs: Mapping[str, str]) -> bool:
    """Whether the file holds exactly this text, byte for byte; a superfluous one never does."""
    path = root / name
    return name in outputs and path.is_file() and path.read_bytes() == text.encode("utf-8")


def _read_leniently(path: Path) -> str:
    """Text for a diff: bytes that are not UTF-8 show as escapes instead of failing."""
    return path.read_bytes().decode("utf-8", errors="backslashreplace") if path.is_file() else ""


# verify


class _Verify(ManyValues, Parametrized):
    """With options for the parameters at which claims are checked."""


@main.command(
    cls=_Verify,
    epilog="""\b
Examples:
  coarseproof verify                            all claims, the quick level
  coarseproof verify --level full --jobs 8      more points and samples
  coarseproof verify --only C3 N1               two claims; C5 takes C5.tanh etc. along
  coarseproof verify --only C5.gaussian --tau 3 at points with τ = 3
  coarseproof verify --seed 7 --json -          replay a run; JSON on standard output
  coarseproof verify --report out               out/report.html; JSON, JUnit, CSV beside it
\b
Exit codes: 0 every claim verified, 1 something refuted, too weak or in error,
3 something undecided, 2 usage, 74 a file or standard output that could not be written, 130 interrupted.""",
)
@click.option(
    "--level",
    type=click.Choice(["quick", "full"]),
    default="quick",
    show_default=True,
    help="How many points and samples.",
)
@click.option("--only", metavar="ID ...", multiple=True, help="Only these claims and their parts.")
@click.option("--seed", type=click.IntRange(min=0), help="Replay a run.  [default: fresh, shown]")
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes.  [default: the CPUs]")
@click.option(
    "--report",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write report.html, report.json, junit.xml, summary.md and mutants.csv into DIR.",
)
@click.option(
    "--json",
    "json_path",
    metavar="FILE",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write the results as JSON; - for standard output.",
)
def verify(
    level: Level,
    only: tuple[str, ...],
    seed: int | None,
    jobs: int | None,
    folder: Path | None,
    json_path: Path | None,
) -> None:
    """Check every claim by every method.

    A claim holds for every value of the parameters of its estimator or penalty, and is checked at values drawn. With
    an option for a parameter, half of the points, and the extreme ones, have that value.
    """
    from verify.commands.progress import progress_display
    from verify.reading.report import print_report
    from verify.suite import run_suite

    ids = split_names(only)
    pins = of_claims(ids)
    seed = secrets.randbits(32) if seed is None else seed
    _check_targets(folder, json_path)
    jobs = jobs or cpus()
    click.echo(f"level {level}, seed {seed}, {jobs} jobs", err=True)
    written: list[Path] = []
    try:
        with _terminable(), progress_display() as show:
            report = run_suite(level=level, only=ids, seed=seed, jobs=jobs, progress=show, pins=pins)
        trouble = _write_results(report, folder, json_path, written)
    except KeyboardInterrupt:
        kept = ", ".join(map(str, written))
        kept = f"written before: {kept}" if kept else "nothing was written"
        click.echo(f"Interrupted; {kept}.", err=True)
        sys.exit(INTERRUPTED)
    to_stderr = json_path is not None and str(json_path) == "-"
    print_report(report, console(stderr=to_stderr))
    if trouble is not None:
        raise trouble
    sys.exit(report.exit_code)


def _check_targets(folder: Path | None, json_path: Path | None) -> None:
    """Fail before the work, not after it."""
    from verify.files import check_folder_writable, check_writable
    from verify.reading.report import REPORT_FILES

    if json_path is not None and str(json_path) != "-":
        check_writable(json_path)
    if folder is None:
        return
    check_folder_writable(folder)
    for name in REPORT_FILES:
        if folder.is_dir():
            check_writable(folder / name)


def _write_results(
    report: Report, folder: Path | None, json_path: Path | None, written: list[Path]
) -> Exception | None:
    """What went wrong, to be raised when the table is printed: nobody loses the verdict of a run over a file."""
    from verify.reading.report import to_json, write_report

    try:
        if json_path is not None:
            write_document(json_path, to_json(report))
            written.extend([json_path] if str(json_path) != "-" else [])
        if folder is not None:
            written.extend(write_report(report, folder))
    except Exception as error:  # it is raised after the table, whatever it is
        return error
    return None


@contextmanager
def _terminable() -> Iterator[None]:
    """Treat a polite kill like Ctrl-C, so that it stops the workers as well."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# claims


@main.command(
    epilog="""\b
Examples:
  coarseproof claims                  the list
  coarseproof claims C3               statement, hypotheses, derivation
  coarseproof claims C3 --latex       the statement for a paper"""
)
@click.argument("claim_id", metavar="[ID]", required=False)
@click.option("--latex", is_flag=True, help="Print LaTeX only.")
def claims(claim_id: str | None, latex: bool) -> None:
    """List the claims, or show one with its derivation."""
    import proofs
    from proofs.engine.render import describe, latex_of_claim

    known = proofs.all_claims()
    if claim_id is None:
        _list_claims(known, latex)
        return
    chosen = _find_claim(known, claim_id)
    click.echo(latex_of_claim(chosen) if latex else describe(chosen, width()))


def _find_claim(known: Sequence[Claim], claim_id: str) -> Claim:
    ids = [claim.id for claim in known]
    if claim_id in ids:
        return known[ids.index(claim_id)]
    # Case is the commonest slip, and "c3" is nearest to "C3" only for people.
    upper = claim_id.upper()
    parts = [name for name in ids if f"{name.upper()}.".startswith(f"{upper}.")]
    near = parts or get_close_matches(claim_id, ids) or get_close_matches(upper, ids)
    hint = f"did you mean {' or '.join(near)}?" if near else "`coarseproof claims` lists them"
    raise ValueError(f"claim id {claim_id!r} is unknown; {hint}")


def _list_claims(known: Sequence[Claim], latex: bool) -> None:
    if latex:
        from proofs.engine.render import latex_of_claim

        for claim in known:
            click.echo(f"% {claim.id}: {claim.title}\n{latex_of_claim(claim)}\n")
        return
    from rich.table import Table
    from rich.text import Text

    table = Table("id", "kind", "title", "source", header_style="bold")
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for claim in known:  # Text, not str: sources contain brackets, which rich would take for markup
        row = (claim.id, claim.kind.value, claim.title, claim.source)
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)


main.add_command(limit)
main.add_command(learn)
main.add_command(notebooks)


# figure, benchmark


@main.command(epilog="\b\nExample:\n  coarseproof figure --output landscape.svg")
@click.option(
    "--output",
    metavar="FILE",
    default="coarseproof.png",
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A .png or .svg file.",
)
def figure(output: Path) -> None:
    """Draw the theory against samples of the network."""
    if output.suffix.lower() not in {".png", ".svg"}:
        raise ValueError(f"cannot draw {output}: the name must end in .png or .svg")
    from verify.files import check_writable

    check_writable(output)
    from verify.reading.figure import draw

    draw(output)
    click.echo(f"written    {output}")


@main.command(
    cls=ManyValues,
    epilog="""\b
Examples:
  coarseproof benchmark
  coarseproof benchmark --only closed-form --json timings.json""",
)
@click.option("--only", metavar="NAME ...", multiple=True, help="Only these benchmarks.")
@click.option(
    "--json",
    "json_path",
    metavar="FILE",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write the timings as JSON; - for standard output.",
)
def benchmark(only: tuple[str, ...], json_path: Path | None) -> None:
    """Time the generated code."""
    from verify.commands.benchmark import main as run_benchmarks

    _check_targets(None, json_path)
    sys.exit(run_benchmarks(split_names(only), json_path))


if __name__ == "__main__":
    main(prog_name="coarseproof")
