"""R7: every stable limit, and nothing else, attracts; and where a spike appears."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from verify.iteration.arithmetic import FAST, Iteration, Problem
from verify.iteration.asked import Asked, directions, drawn
from verify.iteration.ends import ended, neutral, next_to_threshold, uncertainty
from verify.iteration.findings import Findings
from verify.rows import Row

__all__ = ["check_astroid", "check_census"]

Array = NDArray[np.float64]


def check_census(asked: Asked) -> Findings:
    """Runs from everywhere end at predicted limits only, and every predicted limit is where runs from around it end."""
    found, rng = Findings(), asked.rng
    quick, full = (32, 50) if asked.penalty == "l1" else (16, 25)
    for _ in asked.rounds(quick, full, lambda: not asked.blind and found.lacking("spikes")):
        problem = drawn(rng, asked.penalty, n=int(rng.integers(2, 9)), beta=(0.2, 60.0), lam=(0.01, 3.0))
        _compared(asked, found, problem, rng)
    slow = found.counts["runs not ended"]
    if slow > 0.05 * found.counts["runs"]:
        found.doubt(f"{slow} of {found.counts['runs']} runs did not end")
    unjudged = found.counts["predicted limits not judged"]
    if unjudged > 0.05 * found.counts["limits predicted"]:
        found.doubt(f"of {unjudged} predicted limits no run from nearby ended")
    if not asked.blind:
        found.require("spikes")
    return found


def _compared(asked: Asked, found: Findings, problem: Problem, rng: np.random.Generator) -> None:
    census = _census(asked, problem)
    limits = [] if census is None else [np.asarray(limit.weights, dtype=float) for limit in census.limits]
    found.count("problems")
    if census is not None:
        found.count("limits predicted", len(limits))
        found.count("spikes", sum(limit.kind == "spike" for limit in census.limits))
        found.count("problems with several limits", len(limits) > 1)
    n = problem.n
    predicted = np.array(limits).reshape(-1, n)
    axes = np.vstack([np.eye(n), -np.eye(n)]) + 0.05 * directions(rng, 2 * n, n)
    near = np.repeat(predicted, 3, axis=0) + 1e-6 * directions(rng, 3 * len(limits), n)
    starts = np.vstack([near, directions(rng, asked.many(100, 200), n), axes, problem.unit])
    ends, settled, leapt = ended(problem, starts / np.linalg.norm(starts, axis=-1, keepdims=True))
    found.count("runs", len(ends))
    found.count("runs that leapt to their end", leapt)
    found.count("runs not ended", int(np.sum(~settled)))
    for end in _different(ends[settled]):
        _one_active_entry(asked, found, problem, end)
    if census is None:
        return
    _returns(found, problem, predicted, ends, settled)
    _ends_known(found, problem, predicted, ends[settled], bool(census.complete))
    if census.complete:
        found.demand(census.total == len(limits), f"total = {census.total}, {len(limits)} limits listed: {problem}")


def _census(asked: Asked, problem: Problem) -> Any:
    """The stable limits by the code under test, or None where none are asked."""
    if asked.theory is None:
        return None
    numbers = (problem.kappa, problem.beta, problem.lam, problem.penalty)
    return asked.theory.stable_limits(list(problem.w_star), *numbers, normalize=True, **problem.parameters)


def _different(ends: Array) -> list[Array]:
    """One of each group of ends that are within 1e-7 of each other."""
    groups: list[Array] = []
    for end in ends:
        if not groups or np.linalg.norm(np.array(groups) - end, axis=-1).min() > 1e-7:
            groups.append(end)
    return groups


def _returns(found: Findings, problem: Problem, predicted: Array, ends: Array, settled: NDArray[np.bool_]) -> None:
    for k, limit in enumerate(predicted):
        if not settled[3 * k : 3 * k + 3].any():
            found.count("predicted limits not judged")
        for j in range(3 * k, 3 * k + 3):
            if settled[j]:
                away = float(np.linalg.norm(ends[j] - limit))
                message = f"a run from next to the predicted limit {limit.tolist()} ends elsewhere: {problem}"
                found.within("distance, started next to a limit", away, 1e-9 + uncertainty(problem, ends[j]), message)


def _ends_known(found: Findings, problem: Problem, predicted: Array, ends: Array, complete: bool) -> None:
    reached = set[int]()
    for end in ends:
        distances = np.linalg.norm(predicted - end, axis=-1) if len(predicted) else np.array([np.inf])
        nearest = int(np.argmin(distances))
        if distances[nearest] < 1e-7 + uncertainty(problem, end):
            reached.add(nearest)
        elif neutral(problem, end):
            found.count("ends in continua of fixed points")
        elif not complete:
            found.count("ends beyond an incomplete census")
        else:
            found.demand(False, f"a run ends at {end.tolist()}, which is no predicted limit: {problem}")
    found.demands += len(ends)
    found.count("limits reached", len(reached))


def _one_active_entry(asked: Asked, found: Findings, problem: Problem, w: Array) -> None:
    """What is claimed of an end with one active entry; for l1 and l0 of one with N < β."""
    iteration = Iteration.of(problem)
    u, factor = iteration.split(w), float(iteration.multiplier(w[None, :])[0])
    active = np.flatnonzero(u)
    if len(active) != 1 or abs(problem.beta - factor) < 1e-4 * problem.beta or neutral(problem, w):
        return
    j = int(active[0])
    values: dict[str, Any] = {"kappa": problem.kappa, "beta": problem.beta, "lam": problem.lam, "n": float(problem.n)}
    values |= {"multiplier": factor, "ratio": problem.rho, **problem.parameters}
    values |= {"star_entry": float(problem.unit[j]), "spike_sign": float(np.sign(w[j]))}
    values |= {"kept_level": abs(float(u[j])), "x_j": abs(float(w[j]))}
    others = float(np.abs(np.delete(problem.unit, j)).max())
    if problem.penalty == "tl1":
        _by_level(asked, found, problem, values)
    elif factor < problem.beta:
        _spike(asked, found, problem, (float(w[j]), others), values)


def _spike(asked: Asked, found: Findings, problem: Problem, seen: tuple[float, float], values: dict[str, Any]) -> None:
    """A spike for l1 or l0: (w̄_j, the largest other |w*_i|)."""
    entry, others = seen
    found.count("equations of spikes")
    size = (problem.kappa + problem.lam) * (1 + 1 / abs(problem.beta - values["multiplier"]) + 1 / values["multiplier"])
    slack = 1e-12 * (1 + size**2)
    found.against(asked, Row("multiplier equation", "=", 1.0, values, slack, problem))
    _thresholds(asked, found, problem, values)
    if problem.penalty == "l1":
        found.against(asked, Row("spike", "=", abs(entry), values, slack, problem))
        found.against(asked, Row("active threshold", ">=", abs(entry), values, 1e-9, problem))
        found.against(asked, Row("inactive threshold", "<=", others, values, 1e-9, problem))
    else:
        found.against(asked, Row("spike", "=", entry, values, slack, problem))
        found.against(asked, Row("threshold", ">=", abs(entry), values, 1e-9, problem))
        dropped = problem.kappa * others / values["multiplier"]
        found.against(asked, Row("threshold", "<=", dropped, values, 1e-9, problem))


def _thresholds(asked: Asked, found: Findings, problem: Problem, values: dict[str, Any]) -> None:
    """Which entries S keeps, next to its threshold; κ|w*_i| is N times such an entry."""
    for size, relation in next_to_threshold(problem):
        if problem.penalty == "l1":
            star = size * values["multiplier"] / problem.kappa
            found.against(asked, Row("active threshold", relation, size, values, 0.0, problem))
            found.against(asked, Row("inactive threshold", relation, star, values, 0.0, problem))
        else:
            found.against(asked, Row("threshold", relation, size, values, 0.0, problem))


def _by_level(asked: Asked, found: Findings, problem: Problem, values: dict[str, Any]) -> None:
    """Transformed l1: N > 0 is that of U = |ū_j|, a root of the polynomial."""
    found.count("equations of spikes")
    a, level, weight = problem.parameters["a"], values["kept_level"], problem.kappa + problem.beta
    found.against(asked, Row("multiplier", "=", values["multiplier"], values, 1e-9 * weight, problem))
    found.against(asked, Row("multiplier", ">=", values["multiplier"], values, 1e-9 * weight, problem))
    size = (weight * (1 + level) * ((a + level) ** 3 + problem.rho * a * (a + 1))) ** 2
    found.against(asked, Row("multiplier equation", "=", 0.0, values, 1e-11 * size, problem))


def check_astroid(asked: Asked) -> Findings:
    """Runs stay at the spike at ±e_j for β above the claim's value, and leave it below."""
    found, rng = Findings(), asked.rng
    while found.counts["spikes"] < asked.many(8, 40):
        problem = drawn(rng, "l1", n=int(rng.integers(2, 7)), lam=(0.05, 3.0))
        j, sign = int(rng.integers(problem.n)), float(rng.choice([-1.0, 1.0]))
        across = problem.kappa * float(np.sqrt(1 - min(problem.unit[j] ** 2, 1.0)))
        along = problem.lam - sign * problem.kappa * problem.unit[j]
        if along > 0.01 * problem.kappa and across > 0.01 * problem.kappa:
            _appears(asked, found, problem, (j, sign, across, along))
    return found


_SIDES: Final = np.outer([-1.0, 1.0], np.geomspace(3e-4, 0.02, 6)).ravel()
"""Values of β tried, relative to where the spike is expected. Not at it: there the spike meets the point that bounds
its basin, and a start that is off by the spacing of a grid need not stay.
"""


def _appears(asked: Asked, found: Findings, problem: Problem, spike: tuple[int, float, float, float]) -> None:
    j, sign, across, along = spike
    least, factor = _least_beta(across, along)
    # Where the two roots meet; only there is it asked whether the entries are on the right side of the threshold.
    w = problem.kappa * problem.unit / factor
    w[j] = sign * along / (least - factor)
    level = problem.lam / least
    if not (abs(w[j]) > 1.1 * level and np.abs(np.delete(w, j)).max() < 0.9 * level):
        found.count("spikes off the threshold")
        return
    found.count("spikes")
    beta = least * (1 + _SIDES)[:, None]
    starts = np.repeat(w[None, :] / np.linalg.norm(w), len(beta), axis=0)
    iteration = replace(Iteration.of(problem), beta=beta, lam=np.full_like(beta, problem.lam))
    ends, last = iteration.run(starts, FAST, steps=20_000, tolerance=1e-13)
    u = iteration.split(ends)
    alone = (u[:, j] * sign > 0) & (np.sum(u != 0, axis=-1) == 1) & (iteration.multiplier(ends) < beta[:, 0])
    values = {"spike_across": across, "spike_along": along}
    for k, one in enumerate(beta[:, 0]):
        if last[k] > 1e-12:
            found.count("runs not ended")
            continue
        found.count("runs that stay" if alone[k] else "runs that leave")
        found.against(asked, Row("statement", ">=" if alone[k] else "<=", one, values, 1e-9 * one, problem))


def _least_beta(across: float, along: float) -> tuple[float, float]:
    """About where a spike appears, and its N there: the least of N + B/√(1 − A²/N²) over N > A, on a fine grid."""
    factor = across * (1 + np.geomspace(1e-6, 1e6, 20_001))
    beta = factor + along / np.sqrt(1 - (across / factor) ** 2)
    k = int(np.argmin(beta))
    return float(beta[k]), float(factor[k])
