"""The errata page: printed statements that fail or hide a condition, each with its witness."""

from __future__ import annotations

from proofs.engine.claim import proved
from proofs.errata import ERRATA, Erratum, Line
from verify.reading.book import of_claims


def errata_page(entries: tuple[Erratum, ...] = ERRATA) -> str:
    """Text of docs/errata.md; ValueError if an entry is not shown."""
    return of_claims("errata", entries=entries, witness=_witness)


def _witness(entry: Erratum) -> list[Line]:
    lines = [] if (unproved := [name for name in entry.claims if proved(name) is not True]) else list(entry.witness())
    faults = [f"claim {', '.join(unproved)} is not proved"] if unproved else []
    faults += [f"{line.text} is not shown" for line in lines if not line.shown]
    if faults:
        raise ValueError(f"erratum {entry.where}: {faults[0]}, so nothing is written")
    return lines
