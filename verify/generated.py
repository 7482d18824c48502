"""The generated code against the closed forms: float64 results held against 50 digits, in units in the last place.

The inputs are float64 vectors, read exactly; angle, norms and inner products are computed from them anew at 50 digits,
and the claim's *printed* form is evaluated where there is one: neither the generated text nor `numerics.geometry` is
used on that side. An error is judged by what the input's own rounding would cause: `conditioned` is the error in units
of (one ulp of the result + the change of the result when every input vector moves by half an ulp of its norm).
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt
from mpmath import mpf
from sympy import Integral

import proofs
from proofs.claim import Claim
from proofs.definitions import MeanSample
from proofs.generate import FUNCTIONS, Function, modules
from proofs.proxies import ESTIMATORS
from verify.closed_form import evaluate, vector_coordinates
from verify.configurations import Configuration, configurations
from verify.evidence import Evidence, Grade, Level, Outcome, Task, Verdict
from verify.generated_penalties import compare_penalty, stated_penalty
from verify.generated_splitting import SCALARS, compare_scalar

__all__ = ["ALLOWED", "NAME", "conclude", "run", "stale_modules", "tasks"]

NAME = "generated"

ALLOWED = 16.0
"""Largest `conditioned` error accepted: some thirty roundings, of half a unit each, lie between input and result.

Measured over 80 seeds and at the full level: up to 5.2, mostly near 1. An error of 0.1 % would be 10¹².
"""

DIGITS = 50
Vectors = dict[str, npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Case:
    """Float64 inputs of one evaluation: the arguments of a generated function and proxy parameters."""

    label: str
    generic: bool
    inputs: Vectors
    parameters: dict[str, float]


def stale_modules() -> dict[str, str]:
    """Generated modules whose text is not what the claims derive: file name -> what is wrong."""
    import numerics

    folder = Path(numerics.__file__).parent / "generated"
    wrong = {}
    for name, wanted in modules().items():
        path = folder / name
        if not path.is_file():
            wrong[name] = "is missing"
        elif path.read_bytes() != wanted.encode():
            wrong[name] = "differs from what the claims derive"
    return wrong


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """One task for each claim that code is generated from."""
    return [
        Task(NAME, (claim.id,), (level, seed), weight=6.0 if _needs_quadrature(claim) else 1.0)
        for claim in claims
        if _is_held(claim)
    ]


def _is_held(claim: Claim) -> bool:
    """Whether this method can hold the claim's generated code against it."""
    if claim.statement is None:
        return False
    return _target(claim) is not None or stated_penalty(claim) is not None or _scalar(claim)


def _scalar(claim: Claim) -> bool:
    return len(claim.code) == 1 and claim.code[0] in SCALARS


def _needs_quadrature(claim: Claim) -> bool:
    return claim.statement is not None and claim.statement.has(Integral)


def _target(claim: Claim) -> Function | str | None:
    """The generated function of a claim, or the name of the estimator whose coarse gradient it states."""
    for function in FUNCTIONS:
        if function.claim_id == claim.id:
            return function
    definition = claim.definition
    if isinstance(definition, MeanSample) and definition.estimator in ESTIMATORS:
        return definition.estimator
    return None


def cases(level: Level, seed: int) -> list[Case]:
    """Inputs in R^m × R^n: the configurations, embedded in random planes, and some with exactly parallel filters."""
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(0x6E,))))
    found = []
    for point in configurations(level, seed):
        frame = np.linalg.qr(rng.standard_normal((max(point.n, 2), 2)))[0].T
        w_star = frame[0]
        w = point.r * (math.cos(point.theta) * frame[0] + math.sin(point.theta) * frame[1])
        inputs = {"v": np.array(point.v), "v_star": np.array(point.v_star), "w": w, "w_star": w_star}
        found.append(Case(point.label, point.label.startswith("generic"), inputs, point.parameters))
    large = {name: rng.standard_normal(16) for name in ("v", "v_star")}
    large |= {name: rng.standard_normal(64) for name in ("w", "w_star")}
    found.append(Case("m = 16, n = 64", True, large, found[0].parameters))
    return found


def run(task: Task) -> dict[str, Any]:
    """Compare one claim's generated code with its closed form over all cases."""
    (claim_id,), (level, seed) = task.claim_ids, task.arguments
    claim = proofs.get(claim_id)
    if (penalty := stated_penalty(claim)) is not None:
        return compare_penalty(claim, penalty, level, seed)
    if _scalar(claim):
        return compare_scalar(claim, level, seed)
    return compare(claim, cases(level, seed))


def compare(claim: Claim, inputs: Sequence[Case]) -> dict[str, Any]:
    """Worst errors of the generated code of `claim` over `inputs`; `claim` may be altered to see it refuted."""
    started = time.perf_counter()
    target = _target(claim)
    if target is None:
        raise ValueError(f"claim {claim.id} has no generated function")
    rows = []
    for case in (_admissible(claim, case) for case in inputs):
        computed = np.atleast_1d(_call(target, case))
        with mpmath.workdps(DIGITS + 10):
            exact = _exact(claim, target, case)
            error = _distance([mpf(float(x)) for x in computed], exact)
            size = mpmath.sqrt(mpmath.fdot(exact, exact))
        moved = _sensitivity(claim, target, case)
        ulp = mpf(math.ulp(float(size)))
        rows.append((case, float(error / ulp), float(error / (ulp + moved))))
    worst = max(rows, key=lambda row: row[2] if row[2] == row[2] else math.inf)
    return {
        "conditioned": worst[2],
        "worst_at": worst[0].label,
        "ulp_generic": max((row[1] for row in rows if row[0].generic), default=0.0),
        "ulp_nasty": max((row[1] for row in rows if not row[0].generic), default=0.0),
        "points": len(rows),
        "seconds": time.perf_counter() - started,
    }


def _admissible(claim: Claim, case: Case) -> Case:
    """The case, with v* changed so that a saddle exists where the claim is about one."""
    if claim.id != "N5.saddle":
        return case
    v_star = case.inputs["v_star"]
    centred = v_star - v_star.mean()
    if not np.linalg.norm(centred) > 0.1 * np.linalg.norm(v_star):
        centred = np.resize([1.0, -1.0], max(2, len(v_star) // 2 * 2))
    # With 1ᵀv* = ‖centred‖/10 the condition holds by far.
    v_star = centred + 0.1 * np.linalg.norm(centred) / len(centred)
    return replace(case, inputs=case.inputs | {"v_star": v_star, "v": np.resize(case.inputs["v"], v_star.shape)})


def _call(target: Function | str, case: Case) -> npt.NDArray[np.floating]:
    """The generated function at the case. Warnings are errors: no input in the domain may cause one."""
    import numerics
    from numerics.generated.estimators import PARAMETERS

    with np.errstate(all="raise", under="ignore"):
        if isinstance(target, str):
            known = {name: case.parameters[name] for name in PARAMETERS[target]}
            v, w, v_star, w_star = (case.inputs[name] for name in ("v", "w", "v_star", "w_star"))
            return np.asarray(numerics.coarse_gradient(v, w, v_star, w_star, target, **known))
        return np.asarray(getattr(numerics, target.name)(*_arguments(target, case.inputs)))


def _arguments(target: Function, inputs: Vectors) -> list[Any]:
    import numerics

    given: dict[str, Any] = {**inputs, "a": inputs["w"], "b": inputs["w_star"]}
    given["k"] = len(inputs["v"])
    given["theta"] = float(numerics.angle(inputs["w"], inputs["w_star"]))
    return [given[name] for name in target.arguments]


def _exact(claim: Claim, target: Function | str, case: Case, shifts: dict[str, list[float]] | None = None) -> list[mpf]:
    """The closed form at the case, from the vectors themselves, at mpmath's current precision."""
    rows = {name: [mpf(float(x)) for x in vector] for name, vector in case.inputs.items()}
    if shifts is not None:
        rows = {name: [x + mpf(k) for x, k in zip(row, shifts[name], strict=True)] for name, row in rows.items()}
    w_hat, e, theta, (r, r_star) = _frame(rows["w"], rows["w_star"])
    if not isinstance(target, str) and "theta" in target.arguments:
        theta = mpf(_arguments(target, case.inputs)[0]) + (0 if shifts is None else shifts["theta"][0])
    point = Configuration(case.label, tuple(rows["v"]), tuple(rows["v_star"]), theta, r, 2, case.parameters, r_star)
    ordinary = 1e-20 < r < 1e20  # elsewhere printed forms cancel more digits than are carried
    expression = claim.printed if claim.printed is not None and ordinary else claim.statement
    assert expression is not None
    result = target.result if isinstance(target, Function) else "n"
    if result == "":
        return [evaluate(expression, point)]
    coordinates = vector_coordinates(expression, point)["vector"]
    if result == "m":
        return coordinates
    return [coordinates[0] * a + coordinates[1] * b for a, b in zip(w_hat, e, strict=True)]


def _frame(w: list[mpf], w_star: list[mpf]) -> tuple[list[mpf], list[mpf], mpf, tuple[mpf, mpf]]:
    """ŵ, e, θ and both norms of exact vectors; where they are parallel, e is any vector, since its coefficient is 0."""
    r, one = (mpmath.sqrt(mpmath.fdot(x, x)) for x in (w, w_star))
    w_hat, unit_star = [x / r for x in w], [x / one for x in w_star]
    cosine = mpmath.fdot(w_hat, unit_star)
    across = [x - cosine * y for x, y in zip(unit_star, w_hat, strict=True)]
    sine = mpmath.sqrt(mpmath.fdot(across, across))
    e = [x / sine for x in across] if sine > 0 else across
    return w_hat, e, mpmath.atan2(sine, cosine), (r, one)


def _sensitivity(claim: Claim, target: Function | str, case: Case) -> mpf:
    """How far the exact result moves when every input vector moves by half an ulp of its norm.

    The first move turns w and w* towards each other, which is what an angle feels most; the others are random.
    """
    rng = np.random.Generator(np.random.Philox(7))
    half = 2.0**-53
    with mpmath.workdps(30):
        base = _exact(claim, target, case)
        moves = []
        for attempt in range(2 if _needs_quadrature(claim) else 6):
            directions = {name: rng.standard_normal(len(vector)) for name, vector in case.inputs.items()}
            if attempt == 0:
                directions |= _turns(case.inputs["w"], case.inputs["w_star"])
            shifts = {
                name: (half * np.linalg.norm(case.inputs[name]) / np.linalg.norm(direction) * direction).tolist()
                for name, direction in directions.items()
            }
            shifts["theta"] = [half * math.pi]
            moves.append(_distance(_exact(claim, target, case, shifts), base))
        return max(moves)


def _turns(w: npt.NDArray[np.float64], w_star: npt.NDArray[np.float64]) -> Vectors:
    """Directions that turn each filter towards the other; none where rounding leaves nothing across."""
    a, b = w / np.linalg.norm(w), w_star / np.linalg.norm(w_star)
    across = {"w": b - (a @ b) * a, "w_star": a - (a @ b) * b}
    return {name: direction for name, direction in across.items() if np.linalg.norm(direction) > 0}


def _distance(left: Sequence[mpf], right: Sequence[mpf]) -> mpf:
    return mpmath.sqrt(mpmath.fsum((a - b) ** 2 for a, b in zip(left, right, strict=True)))


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """Refuted where an error is too large, or where the module's text is not what the claims derive."""
    stale = stale_modules()
    complaint = "; ".join(f"numerics/generated/{name} {what}" for name, what in stale.items())
    # C1 is about every estimator: its code is held estimator by estimator, by the claims on each.
    unheld = "code is generated from this claim, but nothing holds it against the claim"
    found = {
        claim.id: [Evidence(NAME, Verdict.UNDECIDED, Grade.TESTED, {}, 0.0, unheld)]
        for claim in claims
        if claim.code and not _is_held(claim) and getattr(claim.definition, "estimator", "") != "*"
    }
    for outcome in outcomes:
        if outcome.error:
            continue
        figures = dict(outcome.value)
        seconds = figures.pop("seconds")
        complaints = [f"{complaint}; run `coarseproof derive --check`"] if stale else []
        if not figures["conditioned"] <= ALLOWED:
            complaints.append(f"error {figures['conditioned']:.3g} at {figures['worst_at']}, allowed {ALLOWED:g}")
        verdict = Verdict.REFUTED if complaints else Verdict.VERIFIED
        found[outcome.task.claim_ids[0]] = [
            Evidence(NAME, verdict, Grade.TESTED, figures, seconds, "; ".join(complaints))
        ]
    return found
