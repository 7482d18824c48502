"""The generated code against the closed forms: what is held, and what the errors say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import mpmath
from sympy import Integral

import proofs
from proofs.code.generate import modules
from proofs.engine.claim import Claim
from verify.evidence import Evidence, Fate, Grade, Level, Outcome, Task, Verdict
from verify.extensions import Text, derived
from verify.files import holds
from verify.generated import penalties, scalars, vectors
from verify.generated.held import ALLOWED, Case, Held, Names, Row, compared, errors, fates_of, figures_of
from verify.workers import describe

NAME = "generated"

_TEXTS = ("texts",)


def stale_modules() -> dict[str, str]:
    """Generated modules whose text is not what the claims derive: file name -> what is wrong."""
    import numerics

    folder = Path(numerics.__file__).parent / "generated"
    wrong = [folder / name for name, wanted in modules().items() if not holds(folder / name, wanted)]
    return {path.name: "differs from what the claims derive" if path.is_file() else "is missing" for path in wrong}


def holding(claim: Claim) -> list[Held]:
    """How the generated code of a claim is held against it; empty where nothing is."""
    return [*vectors.holding(claim), *penalties.holding(claim), *scalars.holding(claim)]


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """One task for each claim that code is generated from, and one for the modules' texts."""
    held = [claim for claim in claims if holding(claim)]
    texts = [Task(NAME, tuple(claim.id for claim in held), _TEXTS, weight=2.0)] if held else []
    return [Task(NAME, (claim.id,), (level, seed), weight=_weight(claim, level)) for claim in held] + texts


def _weight(claim: Claim, level: Level) -> float:
    """Expected seconds."""
    integrals = len(claim.formula.atoms(Integral)) if claim.statement is not None else 0
    return (0.4 + 1.2 * integrals) * (1 if level == "quick" else 6)


def run(task: Task) -> dict[str, Any]:
    """Compare one claim's generated code with its closed form over all cases, and judge mutants of either; or say which
    texts are stale.
    """
    if task.arguments == _TEXTS:
        return stale_modules()
    (claim_id,), (level, seed) = task.claim_ids, task.arguments
    return judge(proofs.get(claim_id), level, seed)


def compare(claim: Claim, level: Level, seed: int) -> dict[str, Any]:
    """Worst errors of the generated code of `claim`, which may be altered to see it refuted."""
    return figures_of([row for _, rows in _rows(claim, level, seed) for row in rows])


def _rows(claim: Claim, level: Level, seed: int) -> list[tuple[Held, list[Row]]]:
    held = holding(claim)
    if not held:
        raise ValueError(f"claim {claim.id} has no generated function")
    return [(one, compared(one, level, seed)) for one in held]


def judge(claim: Claim, level: Level, seed: int) -> dict[str, Any]:
    """Figures of the comparison, fates of the mutants; an error that is too large already makes mutants idle."""
    pairs = _rows(claim, level, seed)
    rows = [row for _, found in pairs for row in found]
    if not rows:
        return {"points": 0, "fates": {}}
    figures = figures_of(rows)
    fates: dict[str, Fate] = {}
    excluded = 0
    if figures["conditioned"] <= ALLOWED:
        for held, found in pairs:
            fates_here, left_out = fates_of(held, found, level)
            fates |= fates_here
            excluded += left_out
    return figures | {"sites_excluded": excluded, "fates": fates}


def conclude(claims: Sequence[Claim], outcomes: Sequence[Outcome], *_: object) -> dict[str, list[Evidence]]:
    """Refuted where an error is too large, or where the module's text is not what the claims derive."""
    stale = {name: what for one in outcomes if one.task.arguments == _TEXTS for name, what in one.value.items()}
    complaint = "; ".join(f"numerics/generated/{name} {what}" for name, what in stale.items())
    unheld = "code is generated from this claim, but nothing holds it against the claim"
    found = {
        claim.id: [Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, {}, 0.0, unheld)]
        for claim in claims
        if claim.code and not holding(claim)
    }
    for outcome in outcomes:
        if outcome.task.arguments != _TEXTS:
            found[outcome.task.claim_ids[0]] = [_evidence(dict(outcome.value), outcome.seconds, complaint)]
    return found


def _evidence(figures: dict[str, Any], seconds: float, complaint: str) -> Evidence:
    fates = figures.pop("fates")
    if not figures["points"]:
        nothing = "no input meets the hypotheses"
        return Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, figures, seconds, nothing)
    complaints = [f"{complaint}; run `coarseproof derive --check`"] if complaint else []
    if not figures["conditioned"] <= ALLOWED:
        complaints.append(f"error {figures['conditioned']:.3g} at {figures['worst_at']}, allowed {ALLOWED:g}")
    verdict = Verdict.REFUTED if complaints else Verdict.VERIFIED
    return Evidence(NAME, verdict, Grade.TESTED, figures, seconds, "; ".join(complaints), fates)


# Before text is written.

_SEED = 0


def require_right(texts: Mapping[str, str], claims: Iterable[Claim]) -> None:
    """Raise ValueError unless the modules, texts by file name, compute what the claims on their functions state.

    The points are those of a quick run, ordinary and nasty. The message names the function, the point and both values.
    """
    with derived(texts):  # the package need not be importable as it is written
        names = {file: _carried_out(file, text) for file, text in texts.items()}
    for claim in claims:
        for held in holding(claim):
            if (file := f"{held.module}.py") in names:
                _compare(held, file, names[file])


def _carried_out(file: str, text: str) -> Names:
    try:
        return Text(f"numerics.generated.{file.removesuffix('.py')}", text).names
    except Exception as error:  # whatever carrying out a text may raise
        raise ValueError(f"{file} as derived does not run, so nothing is written: {describe(error)}") from error


def _compare(held: Held, file: str, names: Names) -> None:
    compared = 0
    for case in held.cases("quick", _SEED):
        try:
            value = held.value(case)
        except ArithmeticError:  # Arb certifies too few digits there
            continue
        inputs = " ".join(str(case.inputs).split())
        where = f"{held.functions[0]} of {file} is wrong, so nothing is written: at {case.label}, {inputs},"
        try:
            results = held.computed(names, case)
        except FloatingPointError:  # NumPy's warnings are for `verify` to judge
            continue
        except Exception as error:  # whatever a wrong function may raise
            raise ValueError(f"{where} it raises {describe(error)}") from error
        compared += 1
        for result in results:
            if not _close(held, case, value, result):
                stated = ", ".join(mpmath.nstr(entry, 17) for entry in value)
                raise ValueError(f"{where} it gives {result}, and claim {held.claim.id} says [{stated}]")
    if not compared:
        raise ValueError(f"{held.functions[0]} of {file} could be compared with {held.claim.id} at no point")


def _close(held: Held, case: Case, value: list[mpmath.mpf], result: list[float]) -> bool:
    """Whether the error is one of rounding; how far that may move the value is asked where it matters only."""
    plain = errors(value, mpmath.mpf(0), [result])[0]
    return plain <= ALLOWED or errors(value, held.moved(case, value), [result])[1] <= ALLOWED
