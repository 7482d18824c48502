"""R7.stability, R8: the second variation at a fixed point, which fixed points attract, and how fast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from mpmath import mp, mpf
from scipy.optimize import brentq
from sympy import Add, And, Eq, Equivalent, Expr, Gt, Lt, Matrix, Ne, Or, Symbol, diag, eye
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim
from proofs.symbols import beta
from verify.inequalities import N, Statement, dot, placed, reals, stated
from verify.iteration.arithmetic import Iteration, Problem, norm, run_exact, unit, vector
from verify.iteration.ends import different, tangent
from verify.iteration.trial import Trial, directions, drawn, on_trial
from verify.minimizer import Array
from verify.rows import DIGITS, Relation


@stated("R7.stability", scope="n = 2, 3", whole=False)
def _stability(claim: Claim) -> Iterator[Statement]:
    for size in (2, 3):
        entries, slopes = (reals(f"{name}_1:{size + 1}") for name in "wS")
        stiff = [placed(claim.parts["stiffness"], {"S_slope": slope}) for slope in slopes]
        known = Eq(dot(entries, entries), 1), Ne(entries[0], 0)
        claimed = Or(And(*(Gt(d, 0) for d in stiff)), *_soft_cases(claim.parts["secular sum"], entries, stiff))
        bent = [N - beta * slope for slope in slopes]  # N − h'', h' = βS
        yield Statement(f"n = {size}", Equivalent(_definite(entries, bent), claimed), known, slow=size > 2)


def _soft_cases(part: Expr, entries: Sequence[Symbol], stiff: list[Expr]) -> Iterator[Boolean]:
    for j, (own, d) in enumerate(zip(entries, stiff, strict=True)):
        others = [(w, other) for i, (w, other) in enumerate(zip(entries, stiff, strict=True)) if i != j]
        secular = placed(part, {"A_w": Add(*(w**2 / other for w, other in others)), "w_j": own, "D_j": d})
        rest = [Gt(other, 0) for _, other in others]
        yield And(Lt(d, 0), *rest, Lt(secular, 0))
        yield And(Eq(d, 0), *rest, Ne(own, 0))


def _definite(entries: Sequence[Symbol], stiff: list[Expr]) -> Boolean:
    """diag(D) > 0 on the complement of w, which (−w_k, …, w_1, …) span where w_1 ≠ 0: by its leading minors."""
    first, *rest = entries
    tangents = Matrix([[-other for other in rest]]).col_join(first * eye(len(rest)))
    gram = tangents.T * diag(*stiff) * tangents
    return And(*(Gt(gram[:k, :k].det(), 0) for k in range(1, len(entries))))


# By runs.


@on_trial("rate")
def check_rate(trial: Trial) -> None:
    """Next to a limit a step multiplies each eigenvector's displacement by (1 + τβμ)/(1 + τN), at 60 digits."""
    rng = trial.rng
    for penalty in trial.penalties:
        for k in range(trial.many(2, 8)):
            problem = drawn(rng, penalty, n=int(rng.integers(2, 5)), beta=(0.2, 3.0), lam=(0.01, 0.5))
            _contracts(trial, problem, (0.3, 3.0, 1e6)[k % 3], directions(rng, 1, problem.n)[0])


def _contracts(trial: Trial, problem: Problem, tau: float, direction: Array) -> None:
    exact, end, settled = run_exact(problem, problem.unit)
    if not settled:
        trial.count("runs too slow to end")
        return
    w, iteration = end.astype(float), Iteration.of(problem)
    basis = tangent(w)
    eigenvalues, vectors = np.linalg.eigh(basis.T @ (iteration.slopes(iteration.split(w))[:, None] * basis))
    values: dict[str, Any] = {"beta": problem.beta, "step": tau, "multiplier": float(iteration.multiplier(w))}
    where, grown, tiny = f"τ = {tau}: {problem}", [], mpf(10) ** -25
    trial.count("limits")
    with mp.workdps(DIGITS):
        for axis in (basis @ vectors).T:  # where one step takes w̄ + 1e-25 t, in units of 1e-25 from w̄
            away = (exact.step(unit(end + tiny * vector(axis)), mpf(tau)) - end) / tiny
            rate = sum(away * axis) / float(axis @ axis)
            rest = norm(away - rate * vector(axis))
            trial.within("distance of a displacement from a multiple of itself", rest, 1e-10, where)
            grown.append(float(rate))
        observed = _observed(exact, end, mpf(tau), direction)
    trial.row("statement", "=", np.array(grown), {**values, "curvature": eigenvalues}, 1e-10, where)
    if observed is not None:
        # Other directions may not have died out on the way: the ratio comes from below.
        largest = {**values, "curvature": float(eigenvalues.max())}
        trial.row("statement", "<=", float(observed), largest, 1e-9, where)


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


@on_trial("stability")
def check_stability(trial: Trial) -> None:
    """Fixed points, stable and not, by root search: runs from nearby return exactly where the criterion says so."""
    rng, penalties = trial.rng, trial.penalties
    needed = ("fixed points that attract", "fixed points that repel", "attracting with one negative entry")
    for _ in trial.rounds(6, 30, *needed):
        _turns(trial)
        for penalty in penalties:
            problem = drawn(rng, penalty, n=int(rng.integers(2, 5)), beta=(0.5, 20.0), lam=(0.01, 1.0))
            _sorted_out(trial, problem)


def _turns(trial: Trial) -> None:
    """diag(D) with one entry −d: the claim's sum on both sides of where it stops being positive on tangents."""
    rng, n = trial.rng, int(trial.rng.integers(2, 6))
    w, others = directions(rng, 1, n)[0], rng.uniform(0.2, 2.0, n - 1)
    edge = brentq(lambda d: _least(np.append(-d, others), w), 0.0, 1e6, xtol=1e-13)
    for d in (edge * (1 - 3e-4), edge * (1 + 3e-4)):
        values = {"A_w": float(np.sum(w[1:] ** 2 / others)), "w_j": float(w[0]), "D_j": -d}
        relation: Relation = ">=" if _least(np.append(-d, others), w) > 0 else "<="
        trial.row("secular sum", relation, 0.0, values, 0.0, f"D = {[-d, *others]}, w̄ = {w}")


_AROUND: Final = 12
"""Runs from around each fixed point."""


def _sorted_out(trial: Trial, problem: Problem) -> None:
    iteration, rng = Iteration.of(problem), trial.rng
    points = np.array(_fixed_points(iteration, rng, trial.many(150, 800))).reshape(-1, problem.n)
    points = points[~_near_a_jump(iteration, points)]
    if not len(points):
        return
    bent = iteration.slopes(iteration.split(points))
    entries = iteration.multiplier(points)[:, None] - problem.beta * bent
    _stiff(trial, problem, points, bent)
    around = np.repeat(points, _AROUND, axis=0) + 1e-7 * directions(rng, _AROUND * len(points), problem.n)
    ends, last = iteration.run(unit(around))
    back = np.linalg.norm(ends - np.repeat(points, _AROUND, axis=0), axis=-1) < 1e-8
    for k, w in enumerate(points):
        runs = slice(_AROUND * k, _AROUND * (k + 1))
        if abs(_least(entries[k], w)) < 0.02 * problem.kappa:
            trial.count("fixed points too near the edge")
        else:
            _attracts(trial, problem, w, entries[k], (back[runs], last[runs]))


def _stiff(trial: Trial, problem: Problem, points: Array, bent: Array) -> None:
    """D_i of all points, from differences of the force N w_i − κw*_i − βS(w_i), against the claim's."""
    iteration, h = Iteration.of(problem), 1e-6
    factors = np.repeat(iteration.multiplier(points), problem.n)
    force = [iteration.beta * iteration.split(points + side).ravel() for side in (-h, h)]
    values = {"multiplier": factors, "beta": problem.beta, "S_slope": bent.ravel()}
    slack = 1e-5 * (problem.kappa + problem.beta * (1 + bent.ravel() ** 2))
    trial.row("stiffness", "=", factors - (force[1] - force[0]) / (2 * h), values, slack, problem)


def _attracts(trial: Trial, problem: Problem, w: Array, entries: Array, runs: tuple[Array, Array]) -> None:
    """Whether the runs return, against the signs of D; where one D_j < 0 alone the claim's sum decides."""
    back, last = runs
    returned, left = bool(np.all(back)), not np.any(last[back] < 1e-13)
    zero = np.abs(entries) < 1e-12 * np.abs(entries).max()
    negative = np.flatnonzero((entries < 0) & ~zero)
    message = f"{back.sum()} of {_AROUND} runs return to w = {w.tolist()}, D = {entries.tolist()}: {problem}"
    trial.count(f"fixed points that {'attract' if returned else 'repel'}")
    if not trial.demand(returned or left, message):
        return
    if len(negative) == 1 and not zero.any():
        j = int(negative[0])
        values = {"A_w": float(np.delete(w**2 / entries, j).sum()), "w_j": float(w[j]), "D_j": float(entries[j])}
        trial.count("attracting with one negative entry", returned)
        trial.row("secular sum", ">=" if returned else "<=", 0.0, values, 0.0, problem)
        return
    stable = not len(negative) and (not zero.any() or (zero.sum() == 1 and bool(np.all(w[zero] != 0))))
    trial.demand(returned == stable, message)


def _least(entries: Array, w: Array) -> float:
    """diag(D)'s least eigenvalue on the tangent space."""
    basis = tangent(w)
    return float(np.linalg.eigvalsh(basis.T @ (entries[:, None] * basis))[0])


def _near_a_jump(iteration: Iteration, points: Array) -> Array:
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
        matrix[:, range(n), range(n)] = factor - iteration.beta * iteration.slopes(u)
        matrix[:, :n, n], matrix[:, n, :n] = w, w
        right = np.append(gap, (np.sum(w**2, axis=-1, keepdims=True) - 1) / 2, axis=-1)
        singular = np.abs(np.linalg.det(matrix)) < 1e-12
        size = np.abs(matrix).sum(axis=-1).max(axis=-1)  # the matrix is symmetric: shifted by more it is positive
        matrix[singular] += (1 + size[singular, None, None]) * np.eye(n + 1)
        move = np.linalg.solve(matrix, right[:, :, None])[:, :, 0]
        move *= np.minimum(1, 0.5 / np.maximum(norm(move[:, :n]), 1e-300))
        w, factor = w - move[:, :n], factor - move[:, n:]
        w /= np.maximum(norm(w), 1e-3)
    return different(w[iteration.residual(w) < 1e-12], 1e-6)
