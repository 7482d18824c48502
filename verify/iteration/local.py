"""R7, R8: which fixed points attract, and how fast."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray
from scipy.optimize import brentq

from verify.iteration.arithmetic import FAST, Iteration, Problem, norm, run_exact, unit, vector
from verify.iteration.asked import Asked, directions, drawn, penalties_of
from verify.iteration.ends import slopes, tangent
from verify.iteration.findings import Findings
from verify.minimizer import map_slope
from verify.rows import DIGITS, Relation, Row

__all__ = ["check_rate", "check_stability"]

Array = NDArray[np.float64]


def check_rate(asked: Asked) -> Findings:
    """Next to a limit a step multiplies each eigenvector's displacement by (1 + τβμ)/(1 + τN), at 60 digits."""
    found, rng = Findings(), asked.rng
    for penalty in penalties_of(asked, found.notes):
        for k in range(asked.many(2, 8)):
            problem = drawn(rng, penalty, n=int(rng.integers(2, 5)), beta=(0.2, 3.0), lam=(0.01, 0.5))
            _contracts(asked, found, problem, (0.3, 3.0, 1e6)[k % 3], directions(rng, 1, problem.n)[0])
    return found


def _contracts(asked: Asked, found: Findings, problem: Problem, tau: float, direction: Array) -> None:
    iteration, end, settled = run_exact(problem, problem.unit)
    if not settled:
        found.count("runs too slow to end")
        return
    w = np.array([float(x) for x in end])
    u = Iteration.of(problem).split(w)
    basis = tangent(w)
    eigenvalues, vectors = np.linalg.eigh(basis.T @ (slopes(problem, u)[:, None] * basis))
    factor = float(Iteration.of(problem).multiplier(w[None, :])[0])
    values: dict[str, Any] = {"beta": problem.beta, "step": tau, "multiplier": factor, "curvature": eigenvalues}
    where = f"τ = {tau}: {problem}"
    found.count("limits")
    grown = []
    with mp.workdps(DIGITS):
        for axis in (basis @ vectors).T:
            away = _moved(iteration, end, mpf(tau), axis)
            rate = sum(away * axis) / float(axis @ axis)
            rest = norm(away - rate * vector(axis))
            found.within("distance of a displacement from a multiple of itself", rest, 1e-10, where)
            grown.append(float(rate))
        observed = _observed(iteration, end, mpf(tau), direction)
    found.against(asked, Row("statement", "=", np.array(grown), values, 1e-10, where))
    if observed is not None:
        # Other directions may not have died out on the way: the ratio comes from below.
        largest = {**values, "curvature": float(eigenvalues.max())}
        found.against(asked, Row("statement", "<=", float(observed), largest, 1e-9, where))


def _moved(iteration: Any, end: Array, tau: mpf, direction: Array) -> Array:
    """Where one step takes w̄ + 1e-25 t, in units of 1e-25 from w̄."""
    tiny = mpf(10) ** -25
    start = unit(end + tiny * vector(direction))
    return np.asarray((iteration.step(start, tau) - end) / tiny)


def _observed(iteration: Any, end: Array, tau: mpf, direction: Array) -> mpf | None:
    """The last ratio of distances on the way from 1e-14 to 1e-40, or None if that takes too long."""
    w = unit(end + mpf(10) ** -14 * vector(direction))
    distance, ratio = norm(w - end), None
    for _ in range(600):
        w = iteration.step(w, tau)
        last, distance = distance, norm(w - end)
        if distance < mpf(10) ** -40:
            break
        ratio = distance / last
    return ratio


def check_stability(asked: Asked) -> Findings:
    """Fixed points, stable and not, by root search: runs from nearby return exactly where the criterion says so."""
    found, rng = Findings(), asked.rng
    penalties = penalties_of(asked, found.notes)
    needed = ("fixed points that attract", "fixed points that repel", "attracting with one negative entry")
    for _ in asked.rounds(6, 30, lambda: found.lacking(*needed)):
        _turns(asked, found, rng)
        for penalty in penalties:
            problem = drawn(rng, penalty, n=int(rng.integers(2, 5)), beta=(0.5, 20.0), lam=(0.01, 1.0))
            _sorted_out(asked, found, problem, rng)
    found.require(*needed)
    return found


def _turns(asked: Asked, found: Findings, rng: np.random.Generator) -> None:
    """diag(D) with one entry −d: the sign of the claim's sum just below and above the d at which, on the tangent space,
    it ceases to be positive.
    """
    n = int(rng.integers(2, 6))
    w, others = directions(rng, 1, n)[0], rng.uniform(0.2, 2.0, n - 1)
    edge = brentq(lambda d: _least(np.append(-d, others), w), 0.0, 1e6, xtol=1e-13)
    for d in (edge * (1 - 3e-4), edge * (1 + 3e-4)):
        values = {"A": float(np.sum(w[1:] ** 2 / others)), "w_j": float(w[0]), "d": d}
        relation: Relation = ">=" if _least(np.append(-d, others), w) > 0 else "<="
        found.against(asked, Row("secular sum", relation, 0.0, values, 0.0, f"D = {[-d, *others]}, w̄ = {w}"))


_AROUND: Final = 12
"""Runs from around each fixed point."""


def _sorted_out(asked: Asked, found: Findings, problem: Problem, rng: np.random.Generator) -> None:
    iteration = Iteration.of(problem)
    points = np.array(_fixed_points(iteration, rng, asked.many(150, 800))).reshape(-1, problem.n)
    points = points[~_near_a_jump(iteration, points)]
    if not len(points):
        return
    factors = iteration.multiplier(points)
    bent = slopes(problem, iteration.split(points))
    entries = factors[:, None] - problem.beta * bent
    _stiff(asked, found, problem, points, bent)
    around = np.repeat(points, _AROUND, axis=0) + 1e-7 * directions(rng, _AROUND * len(points), problem.n)
    ends, last = iteration.run(around / np.linalg.norm(around, axis=-1, keepdims=True), FAST)
    back = np.linalg.norm(ends - np.repeat(points, _AROUND, axis=0), axis=-1) < 1e-8
    for k, w in enumerate(points):
        runs = slice(_AROUND * k, _AROUND * (k + 1))
        if abs(_least(entries[k], w)) < 0.02 * problem.kappa:
            found.count("fixed points too near the edge")
        else:
            _attracts(asked, found, problem, (w, entries[k]), (back[runs], last[runs]))


def _stiff(asked: Asked, found: Findings, problem: Problem, points: Array, bent: Array) -> None:
    """D_i of all points, from differences of the force N w_i − κw*_i − βS(w_i), against the claim's."""
    iteration, h = Iteration.of(problem), 1e-6
    factors = np.repeat(iteration.multiplier(points), problem.n)
    force = [iteration.beta * iteration.split(points + side).ravel() for side in (-h, h)]
    values = {"multiplier": factors, "beta": problem.beta, "S_slope": bent.ravel()}
    slack = 1e-5 * (problem.kappa + problem.beta * (1 + bent.ravel() ** 2))
    found.against(asked, Row("stiffness", "=", factors - (force[1] - force[0]) / (2 * h), values, slack, problem))


def _attracts(
    asked: Asked, found: Findings, problem: Problem, point: tuple[Array, Array], runs: tuple[NDArray[np.bool_], Array]
) -> None:
    """Whether the runs return, against the signs of D; where one D_j < 0 alone the claim's sum decides."""
    (w, entries), (back, last) = point, runs
    returned, left = bool(np.all(back)), not np.any(last[back] < 1e-13)
    zero = np.abs(entries) < 1e-12 * np.abs(entries).max()
    negative = np.flatnonzero((entries < 0) & ~zero)
    message = f"{back.sum()} of {_AROUND} runs return to w = {w.tolist()}, D = {entries.tolist()}: {problem}"
    found.count(f"fixed points that {'attract' if returned else 'repel'}")
    if not found.demand(returned or left, message):
        return
    if len(negative) == 1 and not zero.any():
        j = int(negative[0])
        others = np.delete(w**2 / entries, j).sum()
        values = {"A": float(others), "w_j": float(w[j]), "d": -float(entries[j])}
        found.count("attracting with one negative entry", returned)
        found.against(asked, Row("secular sum", ">=" if returned else "<=", 0.0, values, 0.0, problem))
        return
    stable = not len(negative) and (not zero.any() or (zero.sum() == 1 and bool(np.all(w[zero] != 0))))
    found.demand(returned == stable, message)


def _least(entries: Array, w: Array) -> float:
    """diag(D)'s least eigenvalue on the tangent space."""
    basis = tangent(w)
    return float(np.linalg.eigvalsh(basis.T @ (entries[:, None] * basis))[0])


def _near_a_jump(iteration: Iteration, points: Array) -> NDArray[np.bool_]:
    """Whether S is not smooth within 1e-6 of an entry: (points,)."""
    here = iteration.split(points)
    moved = np.array([iteration.split(points + h) for h in (-1e-6, 1e-6)])
    jumps = (np.abs(moved - here) > 1e-4) | ((moved == 0) != (here == 0))
    return np.asarray(jumps.any(axis=(0, 2)))


def _fixed_points(iteration: Iteration, rng: np.random.Generator, tries: int) -> list[Array]:
    """Different solutions of Nw = κw* + βS(w), ‖w‖ = 1, by Newton's method from random (w, N), w* and −w*."""
    n = len(iteration.w_star)
    w = np.vstack([iteration.w_star, -iteration.w_star, directions(rng, tries, n)])
    factor = rng.uniform(-iteration.kappa, iteration.kappa + iteration.beta, size=(len(w), 1))
    for _ in range(40):
        u = iteration.split(w)
        gap = factor * w - iteration.kappa * iteration.w_star - iteration.beta * u
        matrix = np.zeros((len(w), n + 1, n + 1))
        bent = map_slope(u, iteration.lam / iteration.beta, iteration.parts)
        matrix[:, range(n), range(n)] = factor - iteration.beta * bent
        matrix[:, :n, n], matrix[:, n, :n] = w, w
        right = np.append(gap, (np.sum(w**2, axis=-1, keepdims=True) - 1) / 2, axis=-1)
        singular = np.abs(np.linalg.det(matrix)) < 1e-12
        size = np.abs(matrix).sum(axis=-1).max(axis=-1)  # the matrix is symmetric: shifted by more it is positive
        matrix[singular] += (1 + size[singular, None, None]) * np.eye(n + 1)
        move = np.linalg.solve(matrix, right[:, :, None])[:, :, 0]
        move *= np.minimum(1, 0.5 / np.maximum(np.linalg.norm(move[:, :n], axis=-1, keepdims=True), 1e-300))
        w, factor = w - move[:, :n], factor - move[:, n:]
        w /= np.maximum(np.linalg.norm(w, axis=-1, keepdims=True), 1e-3)
    points: list[Array] = []
    for one in w[iteration.residual(w) < 1e-12]:
        if not points or np.linalg.norm(np.array(points) - one, axis=-1).min() > 1e-6:
            points.append(one)
    return points
