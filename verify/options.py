"""What options of several commands have in common."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

__all__ = ["ManyValues", "cpus", "split_names"]


class ManyValues(click.Command):
    """A command without arguments of its own, whose `--only` takes all up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The words, with `--only` before each of its values."""
        spread: list[str] = []
        collecting = False
        for position, word in enumerate(args):
            if word.startswith("-") and word != "-":
                collecting = word == "--only" or word.startswith("--only=")
            elif collecting and args[position - 1] != "--only":
                spread.append("--only")
            spread.append(word)
        return super().parse_args(ctx, spread)


def split_names(values: Sequence[str], example: str = "claim; give ids, e.g. --only C3 N1") -> tuple[str, ...]:
    """`C3,N1` and repeated options alike; naming nothing must not come to mean "all"."""
    names = tuple(name.strip() for value in values for name in value.split(",") if name.strip())
    if values and not names:
        raise ValueError(f"--only names no {example}")
    return names


def cpus() -> int:
    """CPUs this process may use."""
    count = getattr(os, "process_cpu_count", None)
    if count is None and hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return (count or os.cpu_count)() or 1
