"""R4: the limit as a sparsifying map of w*, and that it is where runs end."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray

from verify.iteration.arithmetic import DIGITS, Exact, Iteration, Problem, less, norm, run_exact
from verify.iteration.asked import Asked, directions, drawn
from verify.iteration.findings import Findings

__all__ = ["check_limit", "predicted"]

Array = NDArray[np.float64]

_FAST = 1e8
"""The step τ of runs that only have to end: practically η = 1/(α + β)."""


def predicted(asked: Asked, problem: Problem, digits: int | None = None) -> Any:
    """The limit by the code under test, or None where it says that there is none."""
    from numerics.limits import NoLimitError

    options: dict[str, Any] = {"normalize": True, "digits": digits, **problem.parameters}
    w_star = list(problem.w_star)
    try:
        return asked.theory.sparse_limit(w_star, problem.kappa, problem.beta, problem.lam, problem.penalty, **options)
    except NoLimitError:
        return None


def check_limit(asked: Asked) -> Findings:
    """Runs from w* and from around the predicted limit end there; where none is predicted, no run ends at N > β."""
    found, rng = Findings(), asked.rng
    for _ in range(asked.many(12, 40)):
        _limit_in_floats(asked, found, drawn(rng, asked.penalty, n=int(rng.integers(2, 9))), rng)
    for _ in range(asked.many(6, 20)):  # where the threshold is as large as the pull there may be no limit
        edge = drawn(rng, asked.penalty, n=int(rng.integers(2, 7)), beta=(0.5, 30.0), lam=(0.5, 5.0))
        _limit_in_floats(asked, found, edge, rng)
    for _ in range(asked.many(2, 5)):
        _limit_in_floats(asked, found, drawn(rng, asked.penalty, n=200, lam=(1e-3, 0.1)), rng)
    for _ in range(asked.many(4, 14)):
        _limit_exactly(asked, found, drawn(rng, asked.penalty, n=int(rng.integers(2, 5)), lam=(1e-3, 0.5)))
    if 2 * found.counts["limits"] < found.counts["problems"]:
        found.doubt("most problems had no limit to compare with")
    return found


def _limit_in_floats(asked: Asked, found: Findings, problem: Problem, rng: np.random.Generator) -> None:
    iteration, limit = Iteration.of(problem), predicted(asked, problem)
    found.count("problems")
    if limit is None:
        ends, last = iteration.run(directions(rng, 40, problem.n), _FAST)
        high = iteration.multiplier(ends) > problem.beta * (1 + 1e-9)
        found.count("problems without a limit")
        found.demand(not np.any(high & (last < 1e-12)), f"a run ends at N > β, yet no limit is predicted: {problem}")
        return
    found.count("limits")
    target = np.asarray(limit.weights, dtype=float)
    around = target + 1e-5 * directions(rng, 8, problem.n)
    starts = np.vstack([iteration.w_star, around / np.linalg.norm(around, axis=-1, keepdims=True)])
    ends, last = iteration.run(starts, _FAST)
    if last.max() > 1e-14:
        found.count("runs too slow to end")
        return
    distance = np.linalg.norm(ends - target, axis=-1)
    found.within("distance, started around the limit", distance[1:].max(), 1e-12, str(problem))
    found.within("distance, started at w*", distance[0], 1e-12, str(problem))
    off = abs(float(limit.multiplier) - iteration.multiplier(ends)[0])
    found.within("|N − ⟨w, κw* + βu⟩|", off, 1e-11, str(problem))


def _limit_exactly(asked: Asked, found: Findings, problem: Problem) -> None:
    limit = predicted(asked, problem, digits=50)
    found.count("problems")
    if limit is None:
        return
    found.count("limits")
    iteration, w, settled = run_exact(problem, problem.unit)
    if not settled:
        found.count("runs too slow to end")
        return
    with mp.workdps(DIGITS):
        weights = [mpmath.mpmathify(x) for x in limit.weights]
        found.within("distance at 50 digits", norm(less(weights, w)), 1e-45, str(problem))
        _by_branch(asked, found, problem, iteration, w)


def _by_branch(asked: Asked, found: Findings, problem: Problem, iteration: Exact, w: list[mpf]) -> None:
    """Each entry by its branch, with the N of the run: Nw̄_i = κw*_i where u = 0, the penalty's equation elsewhere."""
    factor, u = iteration.multiplier(w), iteration.split(w)
    kept = mpmath.fsum(y**2 for y, z in zip(iteration.w_star, u, strict=True) if z)
    spoiled, rest = mpf(asked.theory.spoiled("branch")), factor - iteration.beta
    if problem.penalty == "l0" and kept:
        square = iteration.kappa**2 * (spoiled * kept / rest**2 + (1 - kept) / factor**2)
        found.within("residual of ‖w̄(N)‖ = 1", abs(square - 1), 1e-45, str(problem))
    for x, y, z in zip(w, iteration.w_star, u, strict=True):
        if not z:
            gap = abs(factor * x - iteration.kappa * y) / iteration.kappa
            found.within("residual of N w̄_i = κw*_i where ū_i = 0", gap, 1e-45, str(problem))
            continue
        pushed = iteration.lam * spoiled * iteration.parts[0].slope(abs(z))  # λp'(U)
        balance = rest * abs(z) + factor * pushed / iteration.beta - iteration.kappa * abs(y)
        found.within("residual of (N − β)U + Nρp'(U) = κ|w*_i|", abs(balance), 1e-45, str(problem))
        if problem.penalty == "l1":
            entry = (iteration.kappa * abs(y) - spoiled * iteration.lam) / rest
            found.within("residual of |w̄_i| = (κ|w*_i| − λ)/(N − β)", abs(entry - abs(x)), 1e-45, str(problem))
