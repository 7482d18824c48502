"""R7, R8, R10: which fixed points attract, how fast, and what happens without normalization."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray
from scipy.optimize import least_squares

from verify.iteration.arithmetic import DIGITS, Iteration, Problem, less, norm, run_exact, unit
from verify.iteration.asked import Asked, directions, drawn
from verify.iteration.findings import Findings
from verify.iteration.penalties import PENALTIES, curvature

__all__ = ["check_free", "check_rate", "check_stability", "nothing_stays", "slopes", "tangent"]

Array = NDArray[np.float64]


def slopes(problem: Problem, u: Array) -> Array:
    """S'(w) where u = S(w): 1/(1 + ρp''(u)) where u ≠ 0, by the implicit equation of the minimizer; else 0."""
    bent = 1 / (1 + problem.rho * curvature(u, problem.parts))
    return np.asarray(np.where(u != 0, bent, 0.0))


def tangent(w: Array) -> Array:
    """An orthonormal basis (n, n − 1) of what is orthogonal to w."""
    return np.asarray(np.linalg.svd(w[None, :])[2][1:].T)


def check_rate(asked: Asked) -> Findings:
    """Next to a limit a step multiplies each eigenvector's displacement by (1 + τβμ)/(1 + τN), at 60 digits."""
    found, rng = Findings(), asked.rng
    for penalty in PENALTIES if asked.penalty == "*" else (asked.penalty,):
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
    claimed = [_factor(asked, problem, tau, factor, mu) for mu in eigenvalues]
    where = f"τ = {tau}, N = {factor!r}: {problem}"
    found.count("limits")
    with mp.workdps(DIGITS):
        for rate, vector in zip(claimed, (basis @ vectors).T, strict=True):
            away = _moved(iteration, end, mpf(tau), vector)
            gap = norm([x - rate * float(t) for x, t in zip(away, vector, strict=True)])
            found.within("distance of a displacement from factor × itself", gap, 1e-10, where)
        observed = _observed(iteration, end, mpf(tau), direction)
    if observed is not None:
        # Other directions may not have died out on the way: the ratio comes from below.
        found.most("observed over predicted rate", observed / max(claimed))
        found.demand(observed <= max(claimed) * (1 + 1e-9), f"contracts by {float(observed):.9g} a step, {where}")


def _factor(asked: Asked, problem: Problem, tau: float, factor: float, mu: float) -> float:
    values = {"beta": problem.beta, "step": tau, "multiplier": factor, "curvature": mu, "kappa": problem.kappa}
    stated = asked.formula(values)
    words = (1 + tau * problem.beta * mu) / (1 + tau * factor)
    return asked.theory.spoiled("rate") * float(words if stated is None else stated)


def _moved(iteration: Any, end: list[mpf], tau: mpf, direction: Array) -> list[mpf]:
    """Where one step takes w̄ + 1e-25 t, in units of 1e-25 from w̄."""
    tiny = mpf(10) ** -25
    start = unit([x + tiny * float(d) for x, d in zip(end, direction, strict=True)])
    return [x / tiny for x in less(iteration.step(start, tau), end)]


def _observed(iteration: Any, end: list[mpf], tau: mpf, direction: Array) -> mpf | None:
    """The last ratio of distances on the way from 1e-14 to 1e-40, or None if that takes too long."""
    w = unit([x + mpf(10) ** -14 * float(d) for x, d in zip(end, direction, strict=True)])
    distance, ratio = norm(less(w, end)), None
    for _ in range(600):
        w = iteration.step(w, tau)
        last, distance = distance, norm(less(w, end))
        if distance < mpf(10) ** -40:
            break
        ratio = distance / last
    return ratio


def check_stability(asked: Asked) -> Findings:
    """Fixed points, stable and not, by root search: runs from nearby return exactly where the criterion says so."""
    found, rng = Findings(), asked.rng
    for penalty in PENALTIES if asked.penalty == "*" else (asked.penalty,):
        for _ in range(asked.many(6, 30)):
            problem = drawn(rng, penalty, n=int(rng.integers(2, 5)), beta=(0.5, 20.0), lam=(0.01, 1.0))
            _sorted_out(asked, found, problem, rng)
    for needed in ("fixed points that attract", "fixed points that repel", "attracting with one negative entry"):
        if not found.counts[needed]:
            found.doubt(f"no problem has {needed}")
    return found


def _sorted_out(asked: Asked, found: Findings, problem: Problem, rng: np.random.Generator) -> None:
    iteration = Iteration.of(problem)
    for w in _fixed_points(iteration, rng, asked.many(150, 800)):
        factor = float(iteration.multiplier(w[None, :])[0])
        entries = factor - problem.beta * slopes(problem, iteration.split(w))
        margin = _margin(asked, entries, w)
        if abs(margin) < 0.02 * problem.kappa or _near_a_jump(iteration, w):
            found.count("fixed points too near the edge")
            continue
        around = w + 1e-7 * directions(rng, 12, problem.n)
        ends, last = iteration.run(around / np.linalg.norm(around, axis=-1, keepdims=True), 1e8, steps=600)
        back = np.linalg.norm(ends - w, axis=-1) < 1e-8
        kind = "attract" if margin > 0 else "repel"
        found.count(f"fixed points that {kind}")
        if margin > 0 and np.sum(entries < 0) == 1:
            found.count("attracting with one negative entry")
        right = bool(np.all(back)) if margin > 0 else not np.any(back & (last < 1e-13))
        found.demand(right, f"{back.sum()} of 12 runs return to w = {w.tolist()}, which should {kind}: {problem}")


def _margin(asked: Asked, entries: Array, w: Array) -> float:
    """Positive where R7's criterion, a matter of D alone, says stable; of the size of diag(D)'s least eigenvalue."""
    basis = tangent(w)
    size = float(np.linalg.eigvalsh(basis.T @ (entries[:, None] * basis))[0])
    zero = np.abs(entries) < 1e-12 * np.abs(entries).max()
    negative = (entries < 0) & ~zero
    if zero.any():
        stable = not negative.any() and zero.sum() == 1 and bool(np.all(w[zero] != 0))
    else:
        stable = not negative.any() or (negative.sum() == 1 and float(np.sum(w**2 / entries)) < 0)
    if asked.theory.spoiled("criterion") != 1:  # a wrong one: no entry may be negative
        stable = not negative.any()
    return abs(size) if stable else -abs(size)


def _near_a_jump(iteration: Iteration, w: Array) -> bool:
    """Whether S is not smooth within 1e-6 of an entry."""
    here = iteration.split(w)
    moved = np.array([iteration.split(w + h) for h in (-1e-6, 1e-6)])
    return bool(np.any(np.abs(moved - here) > 1e-4) or np.any((moved == 0) != (here == 0)))


def _fixed_points(iteration: Iteration, rng: np.random.Generator, tries: int) -> list[Array]:
    """Different solutions of Nw = κw* + βS(w), ‖w‖ = 1, by Newton's method from random (w, N), w* and −w*."""
    n = len(iteration.w_star)
    w = np.vstack([iteration.w_star, -iteration.w_star, directions(rng, tries, n)])
    factor = rng.uniform(-iteration.kappa, iteration.kappa + iteration.beta, size=(len(w), 1))
    for _ in range(40):
        u = iteration.split(w)
        gap = factor * w - iteration.kappa * iteration.w_star - iteration.beta * u
        matrix = np.zeros((len(w), n + 1, n + 1))
        bent = np.where(u != 0, 1 / (1 + iteration.lam / iteration.beta * curvature(u, iteration.parts)), 0.0)
        matrix[:, range(n), range(n)] = factor - iteration.beta * bent
        matrix[:, :n, n], matrix[:, n, :n] = w, w
        right = np.append(gap, (np.sum(w**2, axis=-1, keepdims=True) - 1) / 2, axis=-1)
        singular = np.abs(np.linalg.det(matrix)) < 1e-12
        matrix[singular] += np.eye(n + 1)
        move = np.linalg.solve(matrix, right[:, :, None])[:, :, 0]
        move *= np.minimum(1, 0.5 / np.maximum(np.linalg.norm(move[:, :n], axis=-1, keepdims=True), 1e-300))
        w, factor = w - move[:, :n], factor - move[:, n:]
        w /= np.maximum(np.linalg.norm(w, axis=-1, keepdims=True), 1e-3)
    points: list[Array] = []
    for one in w[iteration.residual(w) < 1e-12]:
        if all(np.linalg.norm(one - other) > 1e-6 for other in points):
            points.append(one)
    return points


_ETA: Final = 0.5
"""Step of the free runs, in units of 1/(α + β)."""


def check_free(asked: Asked) -> Findings:
    """Without normalization nothing but 0 stays, for l1 and tl1; for l0 exactly the cw* with c·min|w*_i| > √(2λ/β)."""
    found, rng = Findings(), asked.rng
    for penalty in ("l1", "tl1"):
        for _ in range(asked.many(3, 16)):
            nothing_stays(found, drawn(rng, penalty, n=int(rng.integers(2, 6)), beta=(0.2, 5.0), lam=(0.1, 1.0)), rng)
    for _ in range(asked.many(6, 24)):
        _a_ray_stays(asked, found, drawn(rng, "l0", n=int(rng.integers(2, 6)), beta=(0.2, 5.0), lam=(0.01, 0.5)), rng)
    return found


def _free_run(problem: Problem, w: Array, steps: int) -> tuple[Array, Array]:
    iteration = Iteration.of(problem)
    eta = _ETA / (problem.alpha + problem.beta)
    new = w
    for _ in range(steps):
        w, new = new, iteration.raw(new, iteration.split(new), eta)
        new = np.where(np.linalg.norm(new, axis=-1, keepdims=True) < 1e-90, 1e-90 * iteration.w_star, new)
    return new, np.linalg.norm(new - w, axis=-1)


def _free_force(w: Array, iteration: Iteration) -> Array:
    """κ(w* − ŵ) − β(w − S(w)), which vanishes at fixed points."""
    return iteration.raw(w, iteration.split(w), 1.0) - w


def nothing_stays(found: Findings, problem: Problem, rng: np.random.Generator) -> None:
    """Free runs from many scales shrink to 0 or go on moving, and a search for a resting place finds none."""
    scales = np.exp(rng.uniform(-2, 1.5, size=(24, 1)))
    ends, moved = _free_run(problem, scales * directions(rng, 24, problem.n), 1000)
    lengths = np.linalg.norm(ends, axis=-1)
    for end, length, step in zip(ends, lengths, moved, strict=True):
        found.count("free runs that shrink to 0" if length < 1e-6 else "free runs that go on")
        rests = length >= 1e-6 and step < 1e-12 * length
        found.demand(not rests, f"a free run rests at w = {end.tolist()}: {problem}")
    iteration = Iteration.of(problem)
    for start in scales[:3] * directions(rng, 3, problem.n):
        solved = least_squares(_free_force, start, args=(iteration,), xtol=1e-15, ftol=1e-15, gtol=1e-15)
        rests = np.linalg.norm(solved.fun) < 1e-11 * problem.kappa and np.linalg.norm(solved.x) > 1e-6
        found.count("searches")
        found.demand(not rests, f"w = {solved.x.tolist()} is a fixed point without normalization: {problem}")


def _a_ray_stays(asked: Asked, found: Findings, problem: Problem, rng: np.random.Generator) -> None:
    iteration, w_star = Iteration.of(problem), problem.unit
    least = float(np.abs(w_star[w_star != 0]).min())
    threshold = asked.theory.spoiled("threshold") * np.sqrt(2 * problem.rho)
    for side in (0.2, 0.99, 0.995, 1.005, 1.01, 3.0):
        w = side * np.sqrt(2 * problem.rho) / least * w_star[None, :]
        moved = np.linalg.norm(iteration.raw(w, iteration.split(w), 1.0) - w) / problem.kappa
        length = float(np.linalg.norm(w))
        stays = length * least > threshold
        found.count("points of the ray")
        rests = moved < 1e-12 * max(1, length)
        found.demand(rests == stays, f"cw*, c = {length!r} moves by {moved:.3g} κ: {problem}")
    scales = np.exp(rng.uniform(-2, 3, size=(24, 1)))
    ends, last = _free_run(problem, scales * directions(rng, 24, problem.n), 1500)
    lengths = np.linalg.norm(ends, axis=-1)
    for end, length, moved in zip(ends, lengths, last, strict=True):
        if moved > 1e-13 * max(length, 1) and length > 1e-6:
            found.count("free runs that go on")
            continue
        found.count("free runs")
        away = float(np.linalg.norm(end / length - w_star))
        resting = length < 1e-6 or (away < 1e-9 and length * least > threshold * (1 - 1e-12))
        message = f"a free run ends at {end.tolist()}, which is no cw* with c·min|w*_i| > √(2λ/β)"
        found.demand(resting, f"{message}: {problem}")
