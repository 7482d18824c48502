"""`coarseproof derive`: writes the generated code and the formula book, or says how they are stale."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from verify.commands.options import cpus
from verify.files import check_folder_writable, difference, holds, make_folder, write_atomically, writing


@click.command(
    epilog="""\b
Examples:
  coarseproof derive                  write every file whose content changed
  coarseproof derive --check          write nothing; show a diff and exit 1 if anything is stale
  COARSEPROOF_EXTENSIONS=my_ste coarseproof derive --output my_code
                                      the generated modules with your own estimators and penalties
  coarseproof derive --target jax --output my_code
                                      the closed forms for JAX; torch: for PyTorch"""
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
    help="Write the modules that hold the code of extensions, or those for --target, here and nothing else.",
)
@click.option("--target", type=click.Choice(["jax", "torch"]), help="Write code for this library.  [default: NumPy]")
def derive(check: bool, root: Path | None, output: Path | None, target: str | None) -> None:
    """Derive every formula; write the code and the formula book."""
    from verify.cluster import executor
    from verify.commands.progress import display

    started = time.perf_counter()
    if target is not None and output is None:
        raise ValueError(f"--target {target} needs a folder to write into; name it with --output DIR")
    if output is not None:
        if root is not None:
            raise ValueError("--output and --root are two places to write to; give one of them")
        if not check:
            check_folder_writable(output)
        with display("claims") as show:
            from verify import build

            outputs = build.extension_outputs(show) if target is None else build.target_outputs(target, show)
        folder, superfluous = output, list[str]()
    else:
        with display("claims and the code") as show, executor(cpus()) as where:
            from verify import build  # SymPy: when the others have begun to import it, too

            folder = root or build.project_root()
            if not check:
                check_folder_writable(folder / build.GENERATED)
            outputs = build.derive_outputs(show, where)
        superfluous = build.stale_files(folder, outputs)
    if check:
        sys.exit(_check_outputs(folder, outputs, superfluous))
    _write_outputs(folder, outputs, superfluous)
    if output is None:
        click.echo(f"{len(outputs)} files derived in {time.perf_counter() - started:.1f} s")


def _check_outputs(root: Path, outputs: Mapping[str, str], superfluous: Sequence[str]) -> int:
    """Print how the files differ from what they should be; 1 if they do."""
    wanted = {name: text for name, text in sorted(outputs.items()) if not holds(root / name, text)}
    wanted |= dict.fromkeys(superfluous, "")
    for name, text in wanted.items():
        for line in difference(root / name, name, text):
            click.echo(line, nl=False)
    if wanted:
        click.echo(f"{len(wanted)} stale: {', '.join(wanted)}; run `coarseproof derive`", err=True)
        return 1
    click.echo(f"all {len(outputs)} files are current")
    return 0


def _write_outputs(root: Path, outputs: Mapping[str, str], superfluous: Sequence[str]) -> None:
    for name, text in sorted(outputs.items()):
        if holds(root / name, text):
            click.echo(f"unchanged  {name}")
            continue
        make_folder((root / name).parent)
        write_atomically(root / name, text)
        click.echo(f"written    {name}")
    for name in superfluous:
        with writing(root / name):
            (root / name).unlink()
        click.echo(f"deleted    {name}")
