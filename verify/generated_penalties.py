"""Generated proximal maps and Moreau envelopes against their closed forms at several hundred digits.

The inputs are float64 numbers and are taken as exact; the *printed* form is evaluated where there is one, with so many
digits that its cancellations do not matter. As in verify.generated an error is judged by what rounding the inputs would
cause: one ulp of the result + the change when x, ρ (or λ) and the shapes move by half an ulp.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf
from sympy import Expr, Symbol, lambdify

from proofs.claim import Claim
from proofs.definitions import Envelope, ProximalMap
from proofs.penalty_forms import PENALTIES, Penalty
from proofs.symbols import beta, lam, ratio, x_in
from verify.evidence import Level

__all__ = ["PenaltyCase", "compare_penalty", "penalty_cases", "stated_penalty"]

_DIGITS = 700
"""Powers of 1e±150 up to the third, and as many digits again."""

_RATIOS = {"quick": (1e-150, 0.3, 1e150), "full": (1e-150, 1e-8, 0.3, 2.5, 1e8, 1e150)}
_SHAPES = {"quick": (1.0, 8.0), "full": (1.0, 1e-3, 0.3, 8.0, 1e3)}
_FACTORS = (0.5, 1 - 1e-9, 1 + 1e-9, -1.001, 1.7, -1e3)


@dataclass(frozen=True)
class PenaltyCase:
    """Inputs of one evaluation: x, ρ, β, and the shapes of the penalty."""

    label: str
    generic: bool
    x: float
    rho: float
    strength: float
    shapes: dict[str, float]


def stated_penalty(claim: Claim) -> Penalty | None:
    """The penalty whose map or envelope a claim states and code is generated from; None for other claims."""
    definition = claim.definition
    if not claim.code:
        return None
    if isinstance(definition, ProximalMap):
        return next((known for known in PENALTIES.values() if known.on_reals == definition.penalty), None)
    return PENALTIES.get(definition.penalty) if isinstance(definition, Envelope) else None


def penalty_cases(penalty: Penalty, level: Level, seed: int) -> Iterator[PenaltyCase]:
    """Random ones, and ratios and shapes from one end of float64 to the other with x around the threshold."""
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(0x9E,))))
    threshold = _function(penalty.threshold, [ratio, *(shape.symbol for shape in penalty.parameters)])
    for index in range(8 if level == "quick" else 40):
        factor, size, width, strength = np.exp(rng.uniform(-1.5, 1.5, 4))
        shapes = {s.name: float(s.above + width * float(s.default - s.above)) for s in penalty.parameters}
        x = float(rng.choice([-1, 1]) * factor) * float(threshold(mpf(size), *map(mpf, shapes.values())))
        yield PenaltyCase(f"random {index}", True, x, float(size), float(strength), shapes)
    for rho in _RATIOS[level]:
        for width in _SHAPES[level] if penalty.parameters else (1.0,):
            shapes = {s.name: float(s.above + width * float(s.default - s.above)) for s in penalty.parameters}
            for factor in _FACTORS:
                x = factor * float(threshold(mpf(rho), *map(mpf, shapes.values())))
                label = f"x = {x:.9g}, rho = {rho:g}" + "".join(f", {name} = {v:g}" for name, v in shapes.items())
                yield PenaltyCase(label, False, x, rho, 1.0, shapes)


def _function(form: Expr, names: list[Symbol]) -> Callable[..., mpf]:
    compiled: Callable[..., mpf] = lambdify(names, form, "mpmath")
    return compiled


def compare_penalty(claim: Claim, penalty: Penalty, level: Level, seed: int) -> dict[str, Any]:
    """Worst errors of the generated code of `claim`; the figures are those of verify.generated."""
    started = time.perf_counter()
    own = [shape.symbol for shape in penalty.parameters]
    envelope = isinstance(claim.definition, Envelope)
    names = [x_in, *([beta, lam] if envelope else [ratio]), *own]
    exact = _function(claim.as_printed, names)
    rows = []
    for case in penalty_cases(penalty, level, seed):
        weights = [case.strength, case.strength * case.rho] if envelope else [case.rho]
        inputs = [case.x, *weights, *case.shapes.values()]
        computed = _computed(penalty, envelope, case, weights)
        with mpmath.workdps(_DIGITS):
            value = exact(*map(mpf, inputs))
            moved = mpmath.fsum(abs(exact(*point) - value) for point in _moved(inputs))
            error = max(abs(mpf(result) - value) for result in computed)
            ulp = mpf(math.ulp(abs(float(value))))
            rows.append((case, float(error / ulp), float(error / (ulp + moved))))
    worst = max(rows, key=lambda row: row[2] if row[2] == row[2] else math.inf)
    return {
        "conditioned": worst[2],
        "worst_at": worst[0].label,
        "ulp_generic": max(row[1] for row in rows if row[0].generic),
        "ulp_nasty": max(row[1] for row in rows if not row[0].generic),
        "points": len(rows),
        "seconds": time.perf_counter() - started,
    }


def _moved(inputs: list[float]) -> Iterator[list[mpf]]:
    """The inputs with one of them moved by half an ulp."""
    for index, value in enumerate(inputs):
        yield [mpf(v) + (mpf(math.ulp(value)) / 2 if k == index else 0) for k, v in enumerate(inputs)]


def _computed(penalty: Penalty, envelope: bool, case: PenaltyCase, weights: list[float]) -> list[float]:
    """The generated code at the case, checked and raw; no input in the domain may cause a warning."""
    import numerics
    from numerics.generated.penalties import PROXIMAL_MAPS

    with np.errstate(all="raise", under="ignore"):
        if envelope:
            strength, weight = weights
            return [float(numerics.moreau_envelope([case.x], strength, weight, penalty.name, **case.shapes))]
        checked = float(numerics.proximal_map(case.x, case.rho, penalty.name, **case.shapes))
        raw = float(PROXIMAL_MAPS[penalty.name](np.array([case.x]), case.rho, **case.shapes)[0])
    return [checked, raw]
