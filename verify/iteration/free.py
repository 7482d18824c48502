"""R10: without normalization nothing rests for l1 and transformed l1, and a ray of points for l0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from verify.iteration.arithmetic import Iteration, Problem
from verify.iteration.asked import Asked, directions, drawn
from verify.iteration.findings import Findings
from verify.minimizer import curvature
from verify.rows import Relation, Row

__all__ = ["check_free", "nothing_stays"]

Array = NDArray[np.float64]

_ETA: Final = 0.5
"""Step of the free runs, in units of 1/(α + β)."""


def check_free(asked: Asked) -> Findings:
    """Without normalization nothing but 0 stays, for l1 and tl1; for l0 exactly the cw* with c·min|w*_i| > √(2λ/β)."""
    found, rng = Findings(), asked.rng
    for penalty in ("l1", "tl1"):
        for _ in range(asked.many(1, 4)):
            nothing_stays(found, _alike(rng, penalty, 4, (0.1, 1.0)), rng)
    for _ in range(asked.many(1, 4)):
        _rays_stay(asked, found, _alike(rng, "l0", 6, (0.01, 0.5)), rng)
    return found


def _alike(rng: np.random.Generator, penalty: str, count: int, lam: tuple[float, float]) -> list[Problem]:
    """Problems of one n and one shape of the penalty, whose runs can be made together."""
    first = drawn(rng, penalty, n=int(rng.integers(2, 6)), beta=(0.2, 5.0), lam=lam)
    rest = [drawn(rng, penalty, n=first.n, beta=(0.2, 5.0), lam=lam) for _ in range(count - 1)]
    return [first, *(replace(problem, parameters=first.parameters) for problem in rest)]


_STARTS: Final = 24
"""Free runs of each problem."""

_FAR: Final = 1e3
"""Beyond it the force of transformed l1, which falls like 1/‖w‖², comes near the rounding of a search."""


def _together(problems: Sequence[Problem]) -> Iteration:
    """`_STARTS` starts of each problem in turn."""

    def each(values: Sequence[Any]) -> Array:
        return np.repeat(np.array(values, dtype=float).reshape(len(problems), -1), _STARTS, axis=0)

    kappa, beta, lam, alpha = (each([getattr(p, name) for p in problems]) for name in ("kappa", "beta", "lam", "alpha"))
    return Iteration(each([p.unit for p in problems]), kappa, beta, lam, problems[0].parts, alpha)


def _free_runs(problems: Sequence[Problem], w: Array, steps: int) -> tuple[Array, Array]:
    """The ends and last moves of `_STARTS` runs of each problem in turn: (runs, n), (runs,)."""

    iteration = _together(problems)
    eta = _ETA / (iteration.alpha + iteration.beta)
    new = w
    for k in range(steps):
        w, new = new, iteration.raw(new, iteration.split(new), eta)
        length = np.linalg.norm(new, axis=-1, keepdims=True)
        new = np.where(length < 1e-90, 1e-90 * iteration.w_star, new)
        if k % 50 == 49 and np.all((length < 1e-90) | (np.linalg.norm(new - w, axis=-1, keepdims=True) == 0)):
            break
    return new, np.linalg.norm(new - w, axis=-1)


def nothing_stays(found: Findings, problems: Sequence[Problem], rng: np.random.Generator) -> None:
    """Free runs from many scales shrink to 0 or go on moving, and a search for a resting place finds none."""
    n = problems[0].n
    starts = np.exp(rng.uniform(-2, 1.5, size=(_STARTS * len(problems), 1))) * directions(
        rng, _STARTS * len(problems), n
    )
    ends, moved = _free_runs(problems, starts, 1000)
    for k, (end, step) in enumerate(zip(ends, moved, strict=True)):
        length = float(np.linalg.norm(end))
        found.count("free runs that shrink to 0" if length < 1e-6 else "free runs that go on")
        rests = length >= 1e-6 and step < 1e-12 * length
        found.demand(not rests, f"a free run rests at w = {end.tolist()}: {problems[k // _STARTS]}")
    found.count("searches", len(starts))
    points, left = _free_search(_together(problems), starts)
    lengths = np.linalg.norm(points, axis=-1)
    found.count("searches that run off", int(np.sum(lengths > _FAR)))
    for j in np.flatnonzero((left < 1e-11) & (lengths > 1e-6) & (lengths <= _FAR)):
        message = f"w = {points[j].tolist()} is a fixed point without normalization: {problems[int(j) // _STARTS]}"
        found.demand(False, message)


def _free_search(iteration: Iteration, w: Array) -> tuple[Array, Array]:
    """Gauss–Newton for κ(w* − ŵ) = β(w − S(w)) from every start: where it gets, and the residual over κ there."""
    ratio, n = iteration.lam / iteration.beta, w.shape[-1]
    for _ in range(60):
        length, u = np.maximum(np.linalg.norm(w, axis=-1, keepdims=True), 1e-7), iteration.split(w)
        unit_w, bent = w / length, np.where(u != 0, 1 / (1 + ratio * curvature(u, iteration.parts)), 0.0)
        gap = iteration.raw(w, u, 1.0) - w
        across = np.eye(n) - unit_w[:, :, None] * unit_w[:, None, :]
        matrix = (iteration.alpha / length)[:, :, None] * across
        matrix[:, range(n), range(n)] += iteration.beta * (1 - bent)
        normal = np.swapaxes(matrix, 1, 2) @ matrix
        normal += 1e-13 * np.trace(normal, axis1=1, axis2=2)[:, None, None] * np.eye(n)
        move = np.linalg.solve(normal, np.swapaxes(matrix, 1, 2) @ gap[:, :, None])[:, :, 0]
        w = w + move * np.minimum(1, 0.5 * length / np.maximum(np.linalg.norm(move, axis=-1, keepdims=True), 1e-300))
    gap = iteration.raw(w, iteration.split(w), 1.0) - w
    return w, np.linalg.norm(gap, axis=-1) / iteration.kappa[:, 0]


def _rays_stay(asked: Asked, found: Findings, problems: Sequence[Problem], rng: np.random.Generator) -> None:
    """l0: points of the ray cw* stay or move by the claim's threshold, and free runs end on it or at 0."""
    for problem in problems:
        _a_ray_stays(asked, found, problem)
    count = _STARTS * len(problems)
    starts = np.exp(rng.uniform(-2, 3, size=(count, 1))) * directions(rng, count, problems[0].n)
    for k, (end, moved) in enumerate(zip(*_free_runs(problems, starts, 1500), strict=True)):
        problem, length = problems[k // _STARTS], float(np.linalg.norm(end))
        if moved > 1e-13 * max(length, 1) and length > 1e-6:
            found.count("free runs that go on")
            continue
        found.count("free runs")
        if length > 1e-6:
            away = float(np.linalg.norm(end / length - problem.unit))
            found.demand(away < 1e-9, f"a free run ends at {end.tolist()}, which is no cw*: {problem}")
            least = length * float(np.abs(problem.unit[problem.unit != 0]).min())
            values = {"beta": problem.beta, "lam": problem.lam}
            found.against(asked, Row("threshold", ">=", least, values, 1e-9 * length, problem))


def _a_ray_stays(asked: Asked, found: Findings, problem: Problem) -> None:
    iteration, w_star = Iteration.of(problem), problem.unit
    least = float(np.abs(w_star[w_star != 0]).min())
    values = {"beta": problem.beta, "lam": problem.lam}
    for side in (0.2, 0.99, 0.9995, 1.0005, 1.01, 3.0):
        w = side * np.sqrt(2 * problem.rho) / least * w_star[None, :]
        moved = np.linalg.norm(iteration.raw(w, iteration.split(w), 1.0) - w) / problem.kappa
        length = float(np.linalg.norm(w))
        found.count("points of the ray")
        relation: Relation = ">=" if moved < 1e-12 * max(1, length) else "<="
        found.against(asked, Row("threshold", relation, length * least, values, 1e-12 * length, problem))
