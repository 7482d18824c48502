"""The errata page: printed statements that fail or hide a condition, each with its witness."""

from __future__ import annotations

from proofs.engine.claim import get, proved
from proofs.engine.render import latex_of
from proofs.errata import ERRATA, Erratum, Line
from verify.reading.book import slug_of

__all__ = ["errata_page"]

_HEAD = (
    "# Errata",
    "",
    "Written by `coarseproof derive`; do not edit. Statements as the literature prints them which do not hold, or hold",
    "under a condition that is not printed, as the proofs of this toolkit show. Every value below is exact, computed",
    "from the derived formulas at the vectors named, and proved.",
    "",
    "[Y]: Yin et al., *Understanding Straight-Through Estimator in Training Activation Quantized Neural Nets*,",
    "ICLR 2019; numbers as in its first public submission, statements as this project's sources give them.",
)


def errata_page(entries: tuple[Erratum, ...] = ERRATA) -> str:
    """Text of docs/errata.md; ValueError if an entry is not shown."""
    lines = list(_HEAD)
    for entry in entries:
        lines += ["", f"## {entry.where}", "", f"Printed: {entry.printed}", "", entry.fault, ""]
        lines += [_line(entry, line) for line in _witness(entry)]
        lines += ["", f"Right: {entry.right}", "", f"Shown by {_claims(entry)}."]
    return "\n".join(lines) + "\n"


def _witness(entry: Erratum) -> list[Line]:
    if unproved := [name for name in entry.claims if proved(name) is not True]:
        raise ValueError(f"erratum {entry.where}: claim {', '.join(unproved)} is not proved, so nothing is written")
    return list(entry.witness())


def _line(entry: Erratum, line: Line) -> str:
    if not line.shown:
        raise ValueError(f"erratum {entry.where}: {line.text} is not shown, so nothing is written")
    return f"- {line.text}" if line.value is None else f"- {line.text}: ${latex_of(line.value)}$"


def _claims(entry: Erratum) -> str:
    return ", ".join(f"[{name}](formulas.md#{slug_of(get(name))})" for name in entry.claims)
