"""Generated text before it is written: carried out, and every function held against its claim at points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import mpmath

from proofs.engine.claim import Claim
from verify.extensions import Text, derived
from verify.generated.held import ALLOWED, Case, Held, Names, errors
from verify.generated.route import holding

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
        raise ValueError(f"{file} as derived does not run, so nothing is written: {_told(error)}") from error


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
            raise ValueError(f"{where} it raises {_told(error)}") from error
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


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
