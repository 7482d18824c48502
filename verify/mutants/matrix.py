"""Claim × method × mutant: who noticed what, gathered from the evidence of the methods, and what counts.

A wrong formula counts as noticed where a method noticed it that evaluates the definition and shares no code with the
derivation: that it differs from what was derived, once derived = stated is proved, is arithmetic, and that the code
generated from the claim does, too. A weakened hypothesis may be noticed by the solver as well, which exhibits the point
that it lets in; generated text by those who hold it against its formula.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from proofs.engine.claim import Claim
from verify.evidence import INDEPENDENT, Evidence, Fate, Figures, Grade, Level, Verdict
from verify.mutants.mutant import mutants
from verify.mutants.weaker import says_less

NAME = "mutants"

_JUDGES: Final[Mapping[str, Collection[str]]] = {
    "formula": INDEPENDENT,
    "hypothesis": INDEPENDENT | {"inequalities"},
    "own": {"generated", "symbolic"},
}
"""By what was changed: the methods that can notice it; of its own text or derivation, the method that spoilt it."""

Rows = Mapping[str, Mapping[str, Fate]]
"""Mutant -> method -> what it made of it."""


def conclude(
    claims: Sequence[Claim], found: Mapping[str, Sequence[Evidence]], level: Level
) -> dict[str, list[Evidence]]:
    """Evidence on every claim: its mutants are dead or say less, or it is too weak; without mutants it is undecided."""
    return {claim.id: [_evidence(claim, found.get(claim.id, ()), level)] for claim in claims}


def _evidence(claim: Claim, found: Sequence[Evidence], level: Level) -> Evidence:
    rows = _matrix(claim, found, level)
    noticed = _noticed(claim, rows, level)
    equivalent = [label for label, fates in rows.items() if Fate.EQUIVALENT in fates.values()]
    disputed = [label for label in equivalent if noticed[label]]
    unseconded = not INDEPENDENT & set(_methods(rows))
    unnoticed = [label for label in rows if not (unseconded or noticed[label] or label in equivalent)]
    weaker = _weaker(claim, unnoticed, level)
    for label in weaker:
        rows[label]["symbolic"] = Fate.WEAKER
    live = {} if unseconded else {label: rows[label] for label in rows if label not in (*equivalent, *weaker)}
    survivors = [label for label in unnoticed if label not in weaker]
    figures: Figures = {
        "killed": len(live) - len(survivors),
        "total": len(live),
        "equivalent": len(equivalent),
        "weaker": len(weaker),
        "weaker_where": weaker,
        "survivors": survivors,
        "by_method": {method: _tally(method, live, noticed) for method in _methods(live)},
        "matrix": {label: {method: fate.value for method, fate in fates.items()} for label, fates in rows.items()},
    }
    if disputed:
        detail = f"proved to be equivalent by one method and refuted by another: {'; '.join(disputed)}"
        return Evidence(NAME, Verdict.ERROR, Grade.TESTED, figures, 0.0, detail)
    if not live:
        why = (
            "no method that evaluates the definition judged a mutant" if rows else "the claim states nothing to change"
        )
        return Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, figures, 0.0, why)
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


def _noticed(claim: Claim, rows: Rows, level: Level) -> dict[str, list[str]]:
    """By mutant the methods that noticed it and can."""
    kinds = {mutant.label: mutant.kind for mutant in mutants(claim, level)}
    return {
        label: [m for m, fate in fates.items() if fate is Fate.KILLED and m in _JUDGES[kinds.get(label, "own")]]
        for label, fates in rows.items()
    }


def _weaker(claim: Claim, labels: Collection[str], level: Level) -> dict[str, str]:
    """Those that provably say less than the claim, which is a matter of exact statements, and where they do."""
    chosen = [mutant for mutant in mutants(claim, level) if mutant.label in labels]
    return {mutant.label: where for mutant in chosen if (where := says_less(claim, mutant))}


def _methods(rows: Rows) -> list[str]:
    return list(dict.fromkeys(method for fates in rows.values() for method in fates))


def _tally(method: str, rows: Rows, noticed: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many a method tried and found wrong, and how many it alone noticed."""
    tried = {label: fates[method] for label, fates in rows.items() if method in fates}
    alone = sum(list(noticed[label]) == [method] for label in tried)
    return {"tried": len(tried), "killed": list(tried.values()).count(Fate.KILLED), "alone": alone}
