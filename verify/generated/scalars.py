"""Generated functions of numbers: formulas of chapter R at 60 digits, and proxies of estimators."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mpf
from sympy import lambdify

from proofs.engine.claim import Claim
from proofs.engine.definitions import MeanSample
from proofs.naming import identifier
from proofs.proxies import ESTIMATORS, Estimator
from proofs.symbols import cap_angle, n, spike_across, spike_along
from verify.closed_form import MPMATH
from verify.configurations import stream
from verify.contexts.slopes import pieces_in_digits, slope_in_digits
from verify.evidence import Level, pinned
from verify.generated.held import Case, Held, OfNumbers

Inputs = Iterator[tuple[str, bool, tuple[float, ...]]]
"""(label, generic, values)"""


def _basins(level: Level, rng: np.random.Generator) -> Inputs:
    for index in range(8 if level == "quick" else 60):
        size, ratio = int(rng.integers(2, 200)), float(rng.uniform(0, 1))
        yield f"random {index}", True, (size, ratio)
    for size in (2, 3, 64, 10**4, 10**7):
        for ratio in (0.0, 1e-8, 1e-3, 0.7071, 1 - 1e-9, math.nextafter(1, 0)):
            yield f"n = {size}, ratio = {ratio!r}", False, (size, ratio)
    yield "n = 1", False, (1, 0.3)


def _caps(size: mpf, ratio: mpf) -> tuple[mpf, mpf]:
    """n and α₀. For n = 1 the formula has a limit, which differs from its value at n = 1 + 1e-50 by as little."""
    return size + (mpf(10) ** -50 if size == 1 else 0), mpmath.asin(ratio)


def _spikes(level: Level, rng: np.random.Generator) -> Inputs:
    for index in range(8 if level == "quick" else 60):
        yield f"random {index}", True, tuple(np.exp(rng.uniform(-3, 3, 2)).tolist())
    for first in (0.0, 1e-150, 1.0, 1e150):
        for second in (0.0, 1e-150, 1e-8, 1e150):
            yield f"A = {first:g}, B = {second:g}", False, (first, second)


SCALARS: Final[dict[str, tuple[Any, ...]]] = {
    "basin_probability": ((n, cap_angle), _caps, _basins, (0,), "_basin_near", "_basin_far"),
    "spike_threshold": ((spike_across, spike_along), lambda *numbers: numbers, _spikes, ()),
}
"""Generated function -> the symbols of its claim's statement, how its arguments become these, inputs to try, the
positions of integers, which no rounding moves, and helpers.
"""


def _of_chapter_r(claim: Claim, name: str) -> Held:
    symbols, translate, inputs, whole, *helpers = SCALARS[name]

    def drawn(level: Level, seed: int) -> Iterator[Case]:
        return (Case(*entry) for entry in inputs(level, stream(seed, 0x5B)))

    def formula(own: Claim) -> Callable[..., mpf]:
        (form,) = own.formulas.values()
        compiled: Callable[..., mpf] = lambdify(symbols, form, MPMATH)
        return lambda *numbers: compiled(*translate(*numbers))

    functions = (name, *helpers)
    options: dict[str, Any] = {"numbers": list, "formula": formula, "side": -1, "whole": whole}
    return OfNumbers(claim, "splitting", functions, drawn, lambda names, inputs: [names[name](*inputs)], **options)


def _beside(proxy: Estimator, level: Level, seed: int) -> Iterator[Case]:
    """x on both sides of every breakpoint, near and far, with random parameters."""
    rng = stream(seed, 0x9F)
    for index in range(2 if level == "quick" else 8):
        drawn = {p.name: float(p.default) * float(rng.uniform(0.5, 2)) for p in proxy.parameters}
        parameters = drawn | {name: pin for name, pin in pinned().items() if name in drawn and index % 2 == 0}
        values = {p.symbol: parameters[p.name] for p in proxy.parameters}
        centres = {0.0, *(float(end.subs(values)) for end in proxy.breakpoints)}
        steps = (0.3, float(rng.uniform(0.5, 3)), 30.0)
        near = {(centre, 3e-4 * (abs(centre) or 1.0)) for centre in centres}  # an end that is off is off in scale
        pairs = near | {(centre, step) for centre in centres for step in steps}
        for x in sorted(centre + sign * step for centre, step in pairs for sign in (-1, 1)):
            yield Case(f"μ' at x = {x:g}, draw {index}", True, (x, parameters))


def _piece(proxy: Estimator, x: mpf, *values: mpf) -> mpf:
    """μ' as its pieces are declared. At a breakpoint itself nothing is."""
    parameters = {p.name: value for p, value in zip(proxy.parameters, values, strict=True)}
    return slope_in_digits(pieces_in_digits(proxy, parameters), x)


def holding(claim: Claim) -> list[Held]:
    """How a claim's function of numbers is held, or the proxy of the estimator whose coarse gradient it states."""
    if len(claim.code) == 1 and claim.code[0] in SCALARS:
        return [_of_chapter_r(claim, claim.code[0])]
    definition = claim.definition
    if "coarse_gradient" in claim.code and isinstance(definition, MeanSample) and definition.estimator in ESTIMATORS:
        proxy = ESTIMATORS[definition.estimator]
        return [
            OfNumbers(
                claim,
                "proxies",
                (f"_{identifier(proxy.name)}_proxy",),
                drawn=partial(_beside, proxy),
                called=lambda names, inputs: [names["PROXIES"][proxy.name](np.array([inputs[0]]), **inputs[1])],
                numbers=lambda inputs: [inputs[0], *inputs[1].values()],
                formula=lambda _: partial(_piece, proxy),
                reads_formula=False,
            )
        ]
    return []
