"""Claim × method × mutant: who noticed what, gathered from the evidence of the methods, and what counts.

A wrong formula counts as noticed where a method noticed it that evaluates the definition and shares no code with the
derivation: that it differs from what was derived, once derived = stated is proved, is arithmetic, and that the code
generated from the claim does, too. A weakened hypothesis may be noticed by the solver as well, which exhibits the point
that it lets in; generated text by those who hold it against its formula. Bounds that say less than the claim's are told
apart by the SMT solver, which also exhibits a point where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sympy import Basic, Eq, Ge, Symbol, cos, sin
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim
from proofs.engine.sentence import Part, supposed_where
from proofs.engine.smt import follows
from proofs.symbols import cap_angle, theta
from verify.evidence import INDEPENDENT, Evidence, Fate, Figures, Grade, Level, Verdict
from verify.mutants import Mutant, mutants, side

NAME = "mutants"

_OWN: Final = frozenset({"generated", "symbolic"})
"""The methods that spoil a text or a derivation of their own, and then are the ones to notice it."""

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
    unclear = [mutant for mutant in mutants(claim, level) if mutant.label in unnoticed]
    weaker = {mutant.label: where for mutant in unclear if (where := says_less(claim, mutant))}
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
    made = {mutant.label for mutant in mutants(claim, level)}
    return {
        label: [m for m, fate in fates.items() if fate is Fate.KILLED and m in (INDEPENDENT if label in made else _OWN)]
        for label, fates in rows.items()
    }


def _methods(rows: Rows) -> list[str]:
    return list(dict.fromkeys(method for fates in rows.values() for method in fates))


def _tally(method: str, rows: Rows, noticed: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many a method tried and found wrong, and how many it alone noticed."""
    tried = {label: fates[method] for label, fates in rows.items() if method in fates}
    alone = sum(list(noticed[label]) == [method] for label in tried)
    return {"tried": len(tried), "killed": list(tried.values()).count(Fate.KILLED), "alone": alone}


_STEPS: Final = 1_250_000
"""Milliseconds for each of the two questions about a mutant."""

_ANGLES: Final = frozenset({theta, cap_angle})
"""Between 0 and π."""


def says_less(claim: Claim, mutant: Mutant) -> str:
    """Where the mutant's bound is weaker than the claim's, if it provably is nowhere stronger; "" if that is not shown.

    Such a mutant is true wherever the claim is.
    """
    way = side(claim, mutant.part)
    if not way:
        return ""
    own, wrong = (_algebraic(form) * way for form in (claim.formulas[mutant.part], mutant.formula))
    there = () if claim.sentence is None else supposed_where(claim.sentence, Part(mutant.part))
    given = [*_of_angles((*claim.hypotheses, *there), own.free_symbols | wrong.free_symbols)]
    try:
        if follows("", Ge(wrong, own, evaluate=False), given, steps=_STEPS).decision.zero is not True:
            return ""
        equal = follows("", Eq(wrong, own, evaluate=False), given, steps=_STEPS).decision
    except ValueError:  # a function the solver does not know
        return ""
    return "" if equal.zero is not False else f"equality {equal.witness}"


def _of_angles(conditions: Sequence[Boolean], used: set[Basic]) -> Iterator[Boolean]:
    """The conditions that speak of no angle itself, and what sines and cosines are."""
    for angle in _ANGLES:
        if used & _algebraic(cos(angle) + sin(angle)).free_symbols:
            yield Eq(_algebraic(cos(angle)) ** 2 + _algebraic(sin(angle)) ** 2, 1)
    for condition in conditions:
        if not (said := _algebraic(condition)).free_symbols & _ANGLES:
            yield said


def _algebraic(form: Any) -> Any:
    """Sines and cosines of angles as symbols."""
    return form.xreplace(
        {
            function(angle): Symbol(f"{name}_{angle.name}", **assumed)
            for angle in _ANGLES
            for function, name, assumed in ((cos, "cos", {"real": True}), (sin, "sin", {"nonnegative": True}))
        }
    )
