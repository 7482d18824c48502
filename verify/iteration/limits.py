"""R4: the limit as a sparsifying map of w*, and that it is where runs end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray

from verify.iteration.arithmetic import FAST, Exact, Iteration, Problem, norm, run_exact
from verify.iteration.asked import Asked, directions, drawn
from verify.iteration.ends import next_to_threshold, refined, uncertainty
from verify.iteration.findings import Findings
from verify.rows import DIGITS, Relation, Row

__all__ = ["by_branch", "check_limit", "predicted"]

Array = NDArray[np.float64]

"""The step τ of runs that only have to end: practically η = 1/(α + β)."""


def predicted(asked: Asked, problem: Problem, digits: int | None = None) -> Any:
    """The limit by the code under test, or None where it says that there is none, or where none is asked."""
    if asked.theory is None:
        return None
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
    for _ in range(asked.many(3, 12) if asked.penalty == "l1" else 0):
        _exists(asked, found, rng)
    for _ in range(asked.many(2, 8)):
        _near_the_threshold(asked, found, rng)
    for _ in range(asked.many(4, 14)):
        _limit_exactly(asked, found, drawn(rng, asked.penalty, n=int(rng.integers(2, 5)), lam=(1e-3, 0.5)))
    if not asked.blind and 2 * found.counts["limits"] < found.counts["problems"]:
        found.doubt("most problems had no limit to compare with")
    return found


def _limit_in_floats(asked: Asked, found: Findings, problem: Problem, rng: np.random.Generator) -> None:
    iteration, limit = Iteration.of(problem), predicted(asked, problem)
    found.count("problems")
    if limit is None and not asked.blind:
        ends, last = iteration.run(directions(rng, 40, problem.n), FAST)
        high = iteration.multiplier(ends) > problem.beta * (1 + 1e-9)
        found.count("problems without a limit")
        found.demand(not np.any(high & (last < 1e-12)), f"a run ends at N > β, yet no limit is predicted: {problem}")
        return
    found.count("limits")
    target = problem.unit if limit is None else np.asarray(limit.weights, dtype=float)
    around = target + 1e-5 * directions(rng, 8, problem.n)
    starts = np.vstack([iteration.w_star, around / np.linalg.norm(around, axis=-1, keepdims=True)])
    ends, last = iteration.run(starts, FAST)
    if last.max() > 1e-14:
        found.count("runs too slow to end")
        return
    _entries(asked, found, problem, ends[0])
    if limit is None:
        return
    ends = np.array([refined(problem, w) for w in ends])
    bound = 1e-12 + max(uncertainty(problem, w) for w in ends)
    distance = np.linalg.norm(ends - target, axis=-1)
    found.within("distance, started around the limit", distance[1:].max(), bound, str(problem))
    found.within("distance, started at w*", distance[0], bound, str(problem))
    off = abs(float(limit.multiplier) - iteration.multiplier(ends)[0])
    found.within("|N − ⟨w, κw* + βu⟩|", off, 1e-11, str(problem))


def _limit_exactly(asked: Asked, found: Findings, problem: Problem) -> None:
    found.count("problems")
    limit = predicted(asked, problem, digits=50)
    if limit is None and not asked.blind:
        return
    found.count("limits")
    iteration, w, settled = run_exact(problem, problem.unit)
    if not settled:
        found.count("runs too slow to end")
        return
    with mp.workdps(DIGITS):
        if limit is not None:
            weights = np.array([mpmath.mpmathify(x) for x in limit.weights])
            found.within("distance at 50 digits", norm(weights - w), 1e-45, str(problem))
        by_branch(asked, found, problem, iteration, w)


def by_branch(asked: Asked, found: Findings, problem: Problem, iteration: Exact, w: Array) -> None:
    """Each entry of a run's end against the claim's formula for its branch, with the N of the run."""
    factor, u = iteration.multiplier(w), iteration.split(w)
    if abs(factor - iteration.beta) < 1e-6 * iteration.beta:
        found.count("runs that end at N = β")
        return
    values = {"kappa": iteration.kappa, "beta": iteration.beta, "lam": iteration.lam, "multiplier": factor}
    values |= {"ratio": iteration.lam / iteration.beta} | {k: mpf(v) for k, v in problem.parameters.items()}
    slack = mpf(10) ** -45 * (1 + iteration.kappa / abs(factor - iteration.beta))
    if problem.penalty == "l0" and any(u):
        kept = mpmath.fsum(y**2 for y, z in zip(iteration.w_star, u, strict=True) if z)
        found.against(asked, Row("norm equation", "=", mpf(1), {**values, "kept_mass": kept}, slack, problem))
    for x, y, z in zip(w, iteration.w_star, u, strict=True):
        if y:
            sizes = {"star_size": abs(y), "kept_level": abs(z)}
            _said(asked, found, problem, (bool(z), abs(x), slack), {**values, **sizes})


def _entries(asked: Asked, found: Findings, problem: Problem, w: Array) -> None:
    """The same for all entries at once, in double precision."""
    iteration = Iteration.of(problem)
    u, factor = iteration.split(w), float(iteration.multiplier(w[None, :])[0])
    apart = abs(factor - problem.beta)
    if apart < 1e-3 * problem.beta:
        found.count("runs that end near N = β")
        return
    values: dict[str, Any] = {"kappa": problem.kappa, "beta": problem.beta, "lam": problem.lam, "multiplier": factor}
    values |= {"ratio": problem.rho, **problem.parameters}
    slack = 1e-13 * (problem.kappa + problem.beta + problem.lam) * (1 + 1 / apart + 1 / problem.kappa)
    if problem.penalty == "l0" and u.any():
        kept = float(np.sum(iteration.w_star[u != 0] ** 2))
        found.against(asked, Row("norm equation", "=", 1.0, {**values, "kept_mass": kept}, slack / apart, problem))
    for size, relation in next_to_threshold(problem) if problem.penalty == "l1" else ():
        star = size * factor / problem.kappa
        found.against(asked, Row("active threshold", relation, star, values, 0.0, problem))
    for kept_ones in (False, True):
        at = (iteration.w_star != 0) & ((u != 0) == kept_ones)
        if at.any():
            sizes = {"star_size": np.abs(iteration.w_star[at]), "kept_level": np.abs(u[at])}
            _said(asked, found, problem, (kept_ones, np.abs(w[at]), slack), {**values, **sizes})


_ENTRY = {
    "l1": ("inactive entry", "active entry"),
    "l0": ("dropped entry", "kept entry"),
    "tl1": ("lower entry", "kept entry"),
}
"""Penalty -> the part for |w̄_i| where ū_i = 0, and where it is not."""


def _said(
    asked: Asked, found: Findings, problem: Problem, entry: tuple[bool, Any, Any], values: dict[str, Any]
) -> None:
    """The rows of one entry, or of several on the same branch: (is ū_i ≠ 0, |w̄_i|, slack)."""
    kept, size, slack = entry
    found.against(asked, Row(_ENTRY[problem.penalty][kept], "=", size, values, slack, problem))
    relation: Relation = ">=" if kept else "<="
    if problem.penalty == "l1":
        found.against(asked, Row("active threshold", relation, values["star_size"], values, slack, problem))
    elif problem.penalty == "l0":
        found.against(asked, Row("threshold", relation, size, values, slack, problem))
    elif kept:
        pull = values["kappa"] * values["star_size"]
        found.against(asked, Row("active equation", "=", pull, values, slack * (1 + values["multiplier"]), problem))


def _near_the_threshold(asked: Asked, found: Findings, rng: np.random.Generator) -> None:
    """An entry just below and just above where it is thresholded: what is claimed of it there is seen sharply."""
    if asked.penalty == "tl1":
        return
    soft = asked.penalty == "l1"
    base = drawn(rng, asked.penalty, n=6, beta=(0.2, 2.0) if soft else (5e-4, 1e-3), lam=(0.01, 0.05))
    w = rng.uniform(0.3, 1.0, 6)
    if not soft:  # T = 0.2
        base = replace(base, lam=base.beta * 0.02)
    base = replace(base, w_star=tuple(w.tolist()))
    iteration = Iteration.of(base)
    ends, _ = iteration.run(base.unit[None, :], FAST)
    level = float(iteration.multiplier(ends)[0]) * base.rho / base.kappa if soft else 0.2
    if level > 0.5:
        return
    for side in (0.998, 1.002) if soft else (0.9996, 1.0004):
        near = np.append(w[1:] * np.sqrt(1 - (side * level) ** 2) / np.linalg.norm(w[1:]), side * level)
        problem = replace(base, w_star=tuple(near.tolist()))
        ends, last = Iteration.of(problem).run(problem.unit[None, :], FAST)
        if last[0] < 1e-14:
            found.count("limits with an entry near the threshold")
            _entries(asked, found, problem, ends[0])


def _exists(asked: Asked, found: Findings, rng: np.random.Generator) -> None:
    """l1, β > κ: a run ends at N > β for λ just below the claim's value, and none does just above it."""
    base = drawn(rng, "l1", n=int(rng.integers(2, 6)), beta=(1.1, 4.0), lam=(0.5, 0.5))
    largest = float(np.abs(base.unit).max())
    for side in (0.985, 0.9995, 1.0005, 1.015):
        problem = replace(base, lam=side * base.kappa * largest)
        iteration = Iteration.of(problem)
        starts = np.vstack([problem.unit, directions(rng, asked.many(6, 20), problem.n)])
        ends, last = iteration.run(starts, FAST)
        high = iteration.multiplier(ends) > problem.beta * (1 + 1e-9)
        if not np.any(high) and np.any(last > 1e-12):
            found.count("runs too slow to end")
            continue
        values = {"kappa": problem.kappa, "beta": problem.beta, "omega_max": largest}
        found.count("existence: runs that end at N > β", bool(np.any(high)))
        relation: Relation = "<=" if np.any(high & (last < 1e-9)) else ">="
        found.against(asked, Row("existence", relation, problem.lam, values, 1e-12, problem))
