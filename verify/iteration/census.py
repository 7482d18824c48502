"""R7: every stable limit, and nothing else, attracts; and where a spike appears."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from verify.iteration.arithmetic import Iteration, Problem
from verify.iteration.asked import Asked, directions, drawn
from verify.iteration.findings import Findings
from verify.iteration.local import slopes, tangent

__all__ = ["check_astroid", "check_census"]

Array = NDArray[np.float64]

_FAST: Final = 1e8
_SETTLED: Final = 1e-13
"""A run whose last step is longer has not ended, and is not judged."""


def check_census(asked: Asked) -> Findings:
    """Runs from everywhere end at predicted limits only, and every predicted limit is where runs from around it end."""
    found, rng = Findings(), asked.rng
    quick, full = (32, 50) if asked.penalty == "l1" else (16, 25)
    for _ in range(asked.many(quick, full)):
        problem = drawn(rng, asked.penalty, n=int(rng.integers(2, 9)), beta=(0.2, 60.0), lam=(0.01, 3.0))
        _compared(asked, found, problem, rng)
    slow = found.counts["runs not ended"]
    if slow > 0.05 * found.counts["runs"]:
        found.doubt(f"{slow} of {found.counts['runs']} runs did not end")
    unjudged = found.counts["predicted limits not judged"]
    if unjudged > 0.05 * found.counts["limits predicted"]:
        found.doubt(f"of {unjudged} predicted limits no run from nearby ended")
    if not found.counts["spikes"]:
        found.doubt("no problem has a spike")
    return found


def _compared(asked: Asked, found: Findings, problem: Problem, rng: np.random.Generator) -> None:
    numbers = (problem.kappa, problem.beta, problem.lam, problem.penalty)
    census = asked.theory.stable_limits(list(problem.w_star), *numbers, normalize=True, **problem.parameters)
    limits = [np.asarray(limit.weights, dtype=float) for limit in census.limits]
    found.count("problems")
    found.count("limits predicted", len(limits))
    found.count("spikes", sum(limit.kind == "spike" for limit in census.limits))
    found.count("problems with several limits", len(limits) > 1)
    iteration, n = Iteration.of(problem), problem.n
    predicted = np.array(limits).reshape(-1, n)
    axes = np.vstack([np.eye(n), -np.eye(n)]) + 0.05 * directions(rng, 2 * n, n)
    near = np.repeat(predicted, 3, axis=0) + 1e-6 * directions(rng, 3 * len(limits), n)
    starts = np.vstack([near, directions(rng, asked.many(100, 200), n), axes, problem.unit])
    ends, last = iteration.run(starts / np.linalg.norm(starts, axis=-1, keepdims=True), _FAST)
    settled = last < _SETTLED
    found.count("runs", len(ends))
    found.count("runs not ended", int(np.sum(~settled)))
    _returns(found, problem, predicted, ends, settled)
    _ends_known(asked, found, problem, predicted, ends[settled], bool(census.complete))
    if census.complete:
        found.demand(census.total == len(limits), f"total = {census.total}, {len(limits)} limits listed: {problem}")


def _returns(found: Findings, problem: Problem, predicted: Array, ends: Array, settled: NDArray[np.bool_]) -> None:
    for k, limit in enumerate(predicted):
        if not settled[3 * k : 3 * k + 3].any():
            found.count("predicted limits not judged")
        for j in range(3 * k, 3 * k + 3):
            if settled[j]:
                away = float(np.linalg.norm(ends[j] - limit))
                message = f"a run from next to the predicted limit {limit.tolist()} ends elsewhere: {problem}"
                found.within("distance, started next to a limit", away, 1e-9, message)


def _ends_known(asked: Asked, found: Findings, problem: Problem, predicted: Array, ends: Array, complete: bool) -> None:
    reached = set[int]()
    for end in ends:
        distances = np.linalg.norm(predicted - end, axis=-1) if len(predicted) else np.array([np.inf])
        nearest = int(np.argmin(distances))
        if distances[nearest] < 1e-7:
            if nearest not in reached:
                _one_active_entry(asked, found, problem, end)
            reached.add(nearest)
        elif _neutral(problem, end):
            found.count("ends in continua of fixed points")
        elif not complete:
            found.count("ends beyond an incomplete census")
        else:
            found.demand(False, f"a run ends at {end.tolist()}, which is no predicted limit: {problem}")
    found.demands += len(ends)
    found.count("limits reached", len(reached))


def _one_active_entry(asked: Asked, found: Findings, problem: Problem, w: Array) -> None:
    """The equation of a spike, at an end that is one: A²/N² + B²/(β − N)² = 1, for tl1 the polynomial in U = |u_j|."""
    iteration = Iteration.of(problem)
    u, factor = iteration.split(w), float(iteration.multiplier(w[None, :])[0])
    active = np.flatnonzero(u)
    if len(active) != 1 or abs(problem.beta - factor) < 1e-4 * problem.beta:
        return
    if problem.penalty != "tl1" and factor > problem.beta:
        return
    j = int(active[0])
    own, sign, size = problem.kappa * float(problem.unit[j]), float(np.sign(w[j])), abs(float(u[j]))
    squared, spoiled = problem.kappa**2 - own**2, asked.theory.spoiled("spike")
    if problem.penalty == "tl1":
        a = problem.parameters["a"]
        along = size * (size + a) ** 2 + spoiled * problem.rho * a * (a + 1)
        pulled = (problem.beta * size + sign * own) ** 2
        value = along**2 * (squared + pulled) / ((size + a) ** 4 * pulled)
    else:
        lifted = problem.lam - sign * own if problem.penalty == "l1" else own
        value = spoiled * (squared / factor**2 + lifted**2 / (problem.beta - factor) ** 2)
    found.count("equations of spikes")
    found.within("spike's equation", abs(value - 1), 1e-8, str(problem))


def _neutral(problem: Problem, w: Array) -> bool:
    """Whether the second derivative of H on the sphere vanishes in some direction: then w need not attract anything."""
    iteration = Iteration.of(problem)
    bent = problem.beta * slopes(problem, iteration.split(w))
    basis = tangent(w)
    eigenvalues = np.linalg.eigvalsh(basis.T @ ((iteration.multiplier(w[None, :])[0] - bent)[:, None] * basis))
    return bool(np.abs(eigenvalues).min() < 1e-9 * (problem.kappa + problem.beta))


def check_astroid(asked: Asked) -> Findings:
    """The spike at ±e_j is there for β just above (A^{2/3} + B^{2/3})^{3/2}, and not just below."""
    found, rng = Findings(), asked.rng
    while found.counts["spikes"] < asked.many(8, 40):
        problem = drawn(rng, "l1", n=int(rng.integers(2, 7)), lam=(0.05, 3.0))
        j, sign = int(rng.integers(problem.n)), float(rng.choice([-1.0, 1.0]))
        across = problem.kappa * float(np.sqrt(1 - min(problem.unit[j] ** 2, 1.0)))
        along = problem.lam - sign * problem.kappa * problem.unit[j]
        if along > 0.01 * problem.kappa and across > 0.01 * problem.kappa:
            _appears(asked, found, problem, (j, sign, across, along))
    return found


def _appears(asked: Asked, found: Findings, problem: Problem, spike: tuple[int, float, float, float]) -> None:
    j, sign, across, along = spike
    stated = asked.formula({"spike_across": across, "spike_along": along})
    words = (across ** (2 / 3) + along ** (2 / 3)) ** 1.5
    threshold = asked.theory.spoiled("astroid") * float(words if stated is None else stated)
    # Where the two roots meet; only there is it asked whether the entries are on the right side of the threshold.
    factor = threshold * across ** (2 / 3) / (across ** (2 / 3) + along ** (2 / 3))
    w = problem.kappa * problem.unit / factor
    w[j] = sign * along / (threshold - factor)
    level = problem.lam / threshold
    others = np.abs(np.delete(w, j)).max()
    if not (abs(w[j]) > 1.1 * level and others < 0.9 * level):
        found.count("spikes off the threshold")
        return
    found.count("spikes")
    for side, expected in ((1 - 4e-3, False), (1 + 4e-3, True)):
        moved = Problem(problem.w_star, problem.kappa, side * threshold, problem.lam, "l1", {}, problem.alpha)
        iteration = Iteration.of(moved)
        ends, last = iteration.run((w / np.linalg.norm(w))[None, :], _FAST, steps=20_000)
        u = iteration.split(ends)[0]
        alone = bool(u[j] * sign > 0 and np.sum(u != 0) == 1 and iteration.multiplier(ends)[0] < moved.beta)
        if last[0] > 1e-12:
            found.count("runs not ended")
            continue
        found.demand(alone == expected, f"spike at {j}, sign {sign:+.0f}: {alone}, claimed {expected}: {moved}")
