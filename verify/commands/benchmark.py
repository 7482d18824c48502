"""`coarseproof benchmark`: measurements of speed and memory, which anyone can reproduce."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from verify.commands.options import (
    ManyValues,
    cpus,
    json_option,
    only_option,
    output_option,
    split_names,
    write_document,
)

_PLACES: Final = {
    "import": "library:importing",
    "closed-form": "library:closed_form",
    "limits": "library:limits",
    "learning": "library:learning",
    "monte-carlo": "checks:monte_carlo",
    "enclosure": "checks:enclosure",
    "commands": "commands:commands",
    "suite": "commands:quick",
    "full": "commands:full",
}

_NAMED_ONLY: Final = "full"
"""It takes as long as all the others."""


@dataclass(frozen=True)
class Figure:
    """One measured figure, the largest value the project promises (or None), and what it is relative to, with its
    version.
    """

    benchmark: str
    what: str
    value: float
    unit: str
    promise: float | None = None
    peer: str = ""

    @property
    def kept(self) -> bool | None:
        return None if self.promise is None else self.value <= self.promise

    @property
    def cells(self) -> tuple[str, ...]:
        """Benchmark, figure, measured, promised, whether that is kept, peer."""
        promised = "" if self.promise is None else f"≤ {self.promise:g} {self.unit}"
        kept = {None: "", True: "kept", False: "BROKEN"}[self.kept]
        return self.benchmark, self.what, f"{self.value:.3g} {self.unit}", promised, kept, self.peer


@click.command(
    cls=ManyValues,
    epilog=f"""\b
Examples:
  coarseproof benchmark                   all but {_NAMED_ONLY}
  coarseproof benchmark --only closed-form --json timings.json
  coarseproof benchmark --only suite      where the seconds of verify go

Benchmarks: {", ".join(_PLACES)}. Exit code 1: a promise is broken.""",
)
@only_option("NAME", "benchmarks")
@json_option("figures")
@output_option("--markdown", "markdown_path", help="Write the figures as a page of Markdown; - for standard output.")
def benchmark(only: tuple[str, ...], json_path: Path | None, markdown_path: Path | None) -> None:
    """Measure speed and memory against what is promised, a line as soon as it is known."""
    from verify.versions import versions

    names = split_names(only)
    for name in names:
        if name not in _PLACES:
            raise ValueError(f"benchmark {name!r} is unknown; allowed: {', '.join(_PLACES)}")
    figures: list[Figure] = []
    to_stderr = "-" in map(str, (json_path, markdown_path))
    for figure in _measured(names or [name for name in _PLACES if name != _NAMED_ONLY]):
        figures.append(figure)
        name, what, value, *said = figure.cells
        click.echo(f"{name:<12} {what:<82} {value:>10}  {'  '.join(filter(None, said))}".rstrip(), err=to_stderr)
    document = {
        "schema": 1,
        "environment": versions() | {"jobs": cpus()},
        "figures": [asdict(figure) for figure in figures],
    }
    if json_path is not None:
        write_document(json_path, document)
    if markdown_path is not None:
        write_document(markdown_path, page_of(document))
    broken = [figure for figure in figures if figure.kept is False]
    if broken:
        click.echo(f"{len(broken)} of {sum(figure.kept is not None for figure in figures)} promises broken", err=True)
        sys.exit(1)


def _measured(names: Sequence[str]) -> Iterator[Figure]:
    for name in names:
        click.echo(f"measuring {name}", err=True)
        module, _, function = _PLACES[name].partition(":")
        measure = getattr(import_module(f"verify.commands.benchmarks.{module}"), function)
        for found in measure():
            yield Figure(name, *found)


def page_of(document: Mapping[str, Any]) -> str:
    """The page of what `--json` holds."""
    from verify.reading.markdown import page

    return page("benchmark", document=document, figures=[Figure(**row) for row in document["figures"]])
