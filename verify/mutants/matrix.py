"""Claim × method × mutant: who noticed what, gathered from the evidence of the methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from proofs.engine.claim import Claim
from verify.evidence import Evidence, Fate, Figures, Grade, Level, Verdict
from verify.mutants.mutant import mutants

__all__ = ["conclude"]

NAME = "mutants"


def conclude(
    claims: Sequence[Claim], found: Mapping[str, Sequence[Evidence]], level: Level
) -> dict[str, list[Evidence]]:
    """Evidence on every claim: its mutants are dead, or it is too weak; one without mutants is undecided."""
    return {claim.id: [_evidence(claim, found.get(claim.id, ()), level)] for claim in claims}


def _evidence(claim: Claim, found: Sequence[Evidence], level: Level) -> Evidence:
    rows = _matrix(claim, found, level)
    equivalent = [label for label, fates in rows.items() if Fate.EQUIVALENT in fates.values()]
    disputed = [label for label in equivalent if Fate.KILLED in rows[label].values()]
    live = {label: fates for label, fates in rows.items() if label not in equivalent}
    survivors = [label for label, fates in live.items() if Fate.KILLED not in fates.values()]
    figures: Figures = {
        "killed": len(live) - len(survivors),
        "total": len(live),
        "equivalent": len(equivalent),
        "survivors": survivors,
        "by_method": _by_method(live),
        "matrix": {label: {method: fate.value for method, fate in fates.items()} for label, fates in rows.items()},
    }
    if disputed:
        detail = f"proved to be equivalent by one method and refuted by another: {'; '.join(disputed)}"
        return Evidence(NAME, Verdict.ERROR, Grade.TESTED, figures, 0.0, detail)
    if not live:
        return Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, figures, 0.0, "the claim states nothing to change")
    detail = f"not noticed: {'; '.join(survivors)}" if survivors else ""
    verdict = Verdict.UNDECIDED if survivors else Verdict.VERIFIED
    return Evidence(NAME, verdict, Grade.TESTED, figures, 0.0, detail)


def _matrix(claim: Claim, found: Sequence[Evidence], level: Level) -> dict[str, dict[str, Fate]]:
    """Fates by method of each mutant of the claim, then of those that a method made itself (of generated text)."""
    rows: dict[str, dict[str, Fate]] = {mutant.label: {} for mutant in mutants(claim, level)}
    for evidence in found:
        for label, fate in evidence.fates.items():
            rows.setdefault(label, {})[evidence.method] = fate
    return rows


def _by_method(rows: Mapping[str, Mapping[str, Fate]]) -> dict[str, Any]:
    """How many each method tried and noticed, and how many no other noticed."""
    methods = dict.fromkeys(method for fates in rows.values() for method in fates)
    return {method: _tally(method, rows) for method in methods}


def _tally(method: str, rows: Mapping[str, Mapping[str, Fate]]) -> dict[str, int]:
    tried = [fates for fates in rows.values() if method in fates]
    noticed = [fates for fates in tried if fates[method] is Fate.KILLED]
    alone = [fates for fates in noticed if list(fates.values()).count(Fate.KILLED) == 1]
    return {"tried": len(tried), "killed": len(noticed), "alone": len(alone)}
