"""Generated formulas of chapter R against their statements at 60 digits, judged as in verify.generated."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mpf
from sympy import Symbol, lambdify

import numerics
from proofs.claim import Claim
from proofs.symbols import cap_angle, n, spike_across, spike_along
from verify.closed_form import MPMATH
from verify.evidence import Level

__all__ = ["SCALARS", "ScalarFormula", "compare_scalar"]

_DIGITS: Final = 60


@dataclass(frozen=True)
class ScalarFormula:
    """A generated function of numbers: how its arguments become the statement's symbols, and inputs to try.

    Each input is (label, generic, values).
    """

    function: Callable[..., Any]
    symbols: tuple[Symbol, ...]
    translate: Callable[..., Sequence[mpf]]
    inputs: Callable[[Level, np.random.Generator], Iterator[tuple[str, bool, tuple[float, ...]]]]
    whole: tuple[int, ...] = ()
    """Positions of integer arguments, which no rounding moves."""


def _basins(level: Level, rng: np.random.Generator) -> Iterator[tuple[str, bool, tuple[float, ...]]]:
    for index in range(8 if level == "quick" else 60):
        size, ratio = int(rng.integers(2, 200)), float(rng.uniform(0, 1))
        yield f"random {index}", True, (size, ratio)
    for size in (2, 3, 64, 10**4, 10**7):
        for ratio in (0.0, 1e-8, 1e-3, 0.7071, 1 - 1e-9, math.nextafter(1, 0)):
            yield f"n = {size}, ratio = {ratio!r}", False, (size, ratio)


def _spikes(level: Level, rng: np.random.Generator) -> Iterator[tuple[str, bool, tuple[float, ...]]]:
    for index in range(8 if level == "quick" else 60):
        yield f"random {index}", True, tuple(np.exp(rng.uniform(-3, 3, 2)).tolist())
    for first in (0.0, 1e-150, 1.0, 1e150):
        for second in (0.0, 1e-150, 1e-8, 1e150):
            yield f"A = {first:g}, B = {second:g}", False, (first, second)


SCALARS: Final[dict[str, ScalarFormula]] = {
    "basin_probability": ScalarFormula(
        numerics.basin_probability, (n, cap_angle), lambda size, ratio: (size, mpmath.asin(ratio)), _basins, whole=(0,)
    ),
    "spike_threshold": ScalarFormula(
        numerics.spike_threshold, (spike_across, spike_along), lambda first, second: (first, second), _spikes
    ),
}
"""Generated function -> how it is held against its claim."""


def compare_scalar(claim: Claim, level: Level, seed: int) -> dict[str, Any]:
    """Worst errors of the generated function of `claim`; the figures are those of verify.generated."""
    started = time.perf_counter()
    (name,) = claim.code
    formula = SCALARS[name]
    stated = lambdify(formula.symbols, claim.formula, MPMATH)
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(0x5B,))))
    rows = []
    for label, generic, values in formula.inputs(level, rng):
        with np.errstate(all="raise", under="ignore"):
            computed = float(formula.function(*values))
        with mpmath.workdps(_DIGITS):
            exact = stated(*formula.translate(*map(mpf, values)))
            error, ulp = abs(mpf(computed) - exact), mpf(math.ulp(float(exact)))
            moved = mpmath.fsum(
                abs(stated(*formula.translate(*point)) - exact) for point in _moved(values, formula.whole)
            )
            rows.append((label, generic, float(error / ulp), float(error / (ulp + moved))))
    worst = max(rows, key=lambda row: row[3] if row[3] == row[3] else math.inf)
    return {
        "conditioned": worst[3],
        "worst_at": worst[0],
        "ulp_generic": max(row[2] for row in rows if row[1]),
        "ulp_nasty": max(row[2] for row in rows if not row[1]),
        "points": len(rows),
        "seconds": time.perf_counter() - started,
    }


def _moved(values: Sequence[float], whole: Sequence[int]) -> Iterator[list[mpf]]:
    """The inputs with one of them moved by half an ulp downwards, which leaves none outside its domain but 0."""
    for index, value in enumerate(values):
        if index not in whole and value > 0:
            yield [mpf(v) - (mpf(math.ulp(value)) / 2 if k == index else 0) for k, v in enumerate(values)]
