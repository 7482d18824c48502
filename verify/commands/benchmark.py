"""`coarseproof benchmark`: measurements of speed and memory, which anyone can reproduce."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

import click

from verify.commands.options import ManyValues, console, json_option, only_option, split_names, write_document

_PLACES = {"import": "library:importing", "monte-carlo": "checks:monte_carlo"}
_PLACES |= {"closed-form": "library:closed_form", "enclosure": "checks:enclosure", "limits": "library:limits"}
_PLACES |= {"learning": "library:learning", "commands": "checks:commands"}


@dataclass(frozen=True)
class Figure:
    """One measured figure, what it is relative to, and the largest value the project promises (or None)."""

    benchmark: str
    what: str
    value: float
    unit: str
    promise: float | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        promise = "" if self.promise is None else f"≤ {self.promise:g} {self.unit}"
        return self.benchmark, self.what, f"{self.value:.3g} {self.unit}", promise


@click.command(
    cls=ManyValues,
    epilog="""\b
Examples:
  coarseproof benchmark
  coarseproof benchmark --only closed-form --json timings.json""",
)
@only_option("NAME", "benchmarks")
@json_option("timings")
def benchmark(only: tuple[str, ...], json_path: Path | None) -> None:
    """Time the generated code."""
    from rich.table import Table

    names = split_names(only)
    for name in names:
        if name not in _PLACES:
            raise ValueError(f"benchmark {name!r} is unknown; allowed: {', '.join(_PLACES)}")
    shown = console(stderr=str(json_path) == "-")
    figures: list[Figure] = []
    for name in names or tuple(_PLACES):
        module, _, function = _PLACES[name].partition(":")
        with shown.status(f"measuring {name} …"):
            measure = getattr(import_module(f"verify.commands.benchmarks.{module}"), function)
            figures += [Figure(name, *found) for found in measure()]
    table = Table("benchmark", "figure", "measured", "promised")
    for figure in figures:
        table.add_row(*figure.cells)
    shown.print(table)
    if json_path is not None:
        write_document(json_path, {"schema": 1, "figures": [asdict(figure) for figure in figures]})
