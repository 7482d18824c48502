"""The command line `coarseproof`. Commands import what is heavy (SymPy, NumPy) when they run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verify.commands.benchmark import benchmark
from verify.commands.derive import derive
from verify.commands.exits import Group
from verify.commands.learn import learn
from verify.commands.limit import limit
from verify.commands.notebooks import notebooks
from verify.commands.options import claim_ids, console, picture_option, width
from verify.commands.verify import verify

if TYPE_CHECKING:
    from proofs.engine.claim import Claim


def _version() -> str:
    try:
        return metadata.version("coarseproof")
    except metadata.PackageNotFoundError:
        return "(not installed: running from a checkout)"


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog="""\b
Examples:
  coarseproof claims                  all statements of the theory
  coarseproof claims C3               one of them, derived step by step
  coarseproof verify                  check everything
  coarseproof verify --only C3 N1     check two claims
  coarseproof limit --weights w.npy --penalty l1 --beta 0.5 --lam 0.02
                                      where the iteration ends for a true weight
  coarseproof derive --check          is the generated code up to date?""",
)
@click.version_option(_version(), message="coarseproof %(version)s")
def main() -> None:
    """Derive, generate and verify the formulas of coarse-gradient training.

    Every claim is stated once; it is proved symbolically, turned into NumPy code, and checked
    against its definition by independent methods.

    Exit codes of every command: 2 usage, 74 a file or standard output that could not be written, 130 interrupted; 1 is
    told by the command.
    """


@main.command(
    epilog="""\b
Examples:
  coarseproof claims                  the list
  coarseproof claims R                the list of a chapter
  coarseproof claims C3               statement, hypotheses, derivation
  coarseproof claims C3 N1 --latex    the statements for a paper"""
)
@click.argument("names", metavar="[ID]...", nargs=-1, shell_complete=claim_ids)
@click.option("--latex", is_flag=True, help="Print LaTeX only.")
def claims(names: tuple[str, ...], latex: bool) -> None:
    """List the claims, or show some with their derivations."""
    import proofs
    from proofs.engine.render import describe, latex_of_claim

    chosen = [_find(name) for name in names] or [list(proofs.all_claims())]  # before anything is printed
    for number, one in enumerate(chosen):
        if isinstance(one, list):
            _list_claims(one, latex)
        else:
            gap = "\n" if number else ""
            click.echo(gap + (latex_of_claim(one) if latex else describe(one, width())))
    if not latex:
        from verify.reading.references import listed

        shown = [claim for one in chosen for claim in (one if isinstance(one, list) else [one])]
        for line in listed((claim.source for claim in shown), width()):
            click.echo(line)


def _find(name: str) -> Claim | list[Claim]:
    """The claim of that id, or those of the chapter with that letter."""
    import proofs
    from proofs.engine.claim import nearest

    with suppress(ValueError):
        return proofs.get(name)  # of its chapter, all that has to be imported
    known = proofs.all_claims()
    if chapter := [claim for claim in known if claim.id[0] == name]:
        return chapter
    hint = nearest(name, [claim.id for claim in known]) or "`coarseproof claims` lists them"
    raise ValueError(f"claim id {name!r} is unknown; {hint}")


def _list_claims(known: Sequence[Claim], latex: bool) -> None:
    if latex:
        from proofs.engine.render import latex_of_claim

        for claim in known:
            click.echo(f"% {claim.id}: {claim.title}\n{latex_of_claim(claim)}\n")
        return
    from rich.table import Table
    from rich.text import Text

    table = Table("id", "kind", "title", "source", box=None, header_style="bold")
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for claim in known:  # Text, not str: sources contain brackets, which rich would take for markup
        row = (claim.id, claim.kind.value, claim.title, claim.source)
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)


@main.command(epilog="\b\nExample:\n  coarseproof figure --output landscape.svg")
@picture_option("--output", default="coarseproof.png", help="A .png, .svg or .pdf file.")
def figure(output: Path) -> None:
    """Draw the theory against samples of the network."""
    from verify.commands.figures import draw_landscape

    draw_landscape(output)
    click.echo(f"written    {output}")


for command in (derive, verify, limit, learn, notebooks, benchmark):
    main.add_command(command)


if __name__ == "__main__":
    main(prog_name="coarseproof")
