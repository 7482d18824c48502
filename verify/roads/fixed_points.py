"""R3, R10: fixed points of the splitting iteration, with and without normalization."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

import mpmath
import numpy as np
from mpmath import mp, mpf
from sympy import Abs, And, Eq, Equivalent, Ge, Implies, Le, Lt, Ne, Or, Symbol

from proofs.engine.claim import Claim
from proofs.symbols import a, beta, kappa, lam, step
from verify.inequalities import CIRCLE, STAR, C, N, S, Statement, U, W, Z, dot, placed, reals, soft, squares, stated
from verify.iteration.arithmetic import Exact, Iteration, Problem, norm, run_exact
from verify.iteration.trial import Trial, directions, drawn, on_trial
from verify.minimizer import Array, objective
from verify.rows import DIGITS, Relation


@stated("R3", scope="all n: three coordinates hold w̄, w* and ū", whole=True)
def _fixed(claim: Claim) -> Iterator[Statement]:
    right = [placed(claim.parts["right side"], {"u": u, "w_star": s}) for u, s in zip(U, STAR, strict=True)]
    moved = W + step * (kappa * STAR + beta * U)
    level = placed(claim.parts["multiplier"], {"u_w": U[0]})
    norm = Eq(Z**2, dot(moved, moved))
    balance, stays = list(map(Eq, N * W, right)), And(*map(Eq, moved, Z * W))
    own = [part.xreplace({N: level}) for part in balance]
    yield Statement("fixed, so N w̄ is that", And(*own, 1 + step * level > 0), (*CIRCLE, norm, stays))
    positive = 1 + step * N > 0
    yield Statement("N w̄ is that, so fixed", And(stays, Eq(N, level)), (*CIRCLE, norm, *balance, positive))
    across = Symbol("norm_P_u", nonnegative=True)
    sine = placed(claim.parts["sine"], {"P_u": across})
    known = (*CIRCLE, *balance, Eq(across**2, U[1] ** 2 + U[2] ** 2))
    yield Statement("sin θ̄", Eq(S, sine), known)
    yield Statement("‖Pū‖ ≤ ‖w̄ − ū‖", Le(across**2, squares(W, U)), known)


@stated("R10", scope="all n, by entries", whole=True)
def _free(claim: Claim) -> Iterator[Statement]:
    """κ(w* − ŵ) = β(w − u), w = r ŵ: every term of w·(w − u) is ≥ 0, p being even and nondecreasing in |u|."""
    w, own, price, at_w, inner = reals("w_i u_i p_u p_w w_dot")
    r = Symbol("norm_w", positive=True)
    better = [
        Le(objective(price, own, w, lam, beta), lam * at_w),
        Le((w - own) ** 2, (w + own) ** 2),
        Implies(Ge(Abs(own), Abs(w)), Ge(price, at_w)),
    ]
    yield Statement("w_i(w_i − u_i) ≥ 0", Ge(w * (w - own), 0), tuple(better))
    balance = Eq(kappa * (C - 1) * r, beta * inner)
    known = (*CIRCLE, balance, Ge(inner, 0))
    yield Statement("so w is along w*, and w·(w − u) = 0", And(Eq(C, 1), Eq(inner, 0)), known)
    yield Statement("so an entry of w that is not 0 is u_i", Eq(w, own), (Eq(w * (w - own), 0), Ne(w, 0)))
    v, here = Symbol("v", real=True), Symbol("x", positive=True)
    yield Statement("l1: S(x) ≠ x", Ne(soft(here), here))
    slope = lam / beta * a * (a + 1) / (a + here) ** 2
    shorter = objective((a + 1) * v / (a + v), v, here, lam, beta)
    yield Statement(
        "transformed l1: a shorter one is better than x",
        Lt(shorter, lam * (a + 1) * here / (a + here)),
        (Or(Eq(v, here - slope), Eq(v, 0)), Ge(v, 0), Ge(v, here - slope)),
    )
    keeps = Ge(beta * here**2 / 2, lam)
    yield Statement("l0: x is as good as 0", Equivalent(keeps, Ge(here, claim.parts["threshold"])))


# By runs.


@on_trial("fixed-points")
def check_fixed_points(trial: Trial) -> None:
    """Where a run ends, Nw, N and sin θ are what the claim says, N by the length of the step's z."""
    rng = trial.rng
    for penalty in trial.penalties:
        for _ in range(trial.many(2, 8)):
            problem = drawn(rng, penalty, n=int(rng.integers(2, 5)))
            iteration, w, settled = run_exact(problem, directions(rng, 1, problem.n)[0])
            trial.count("runs")
            if not settled:
                trial.count("runs too slow to end")
                continue
            with mp.workdps(DIGITS):
                _balance(trial, iteration, w, problem)
    slow, runs = trial.counts["runs too slow to end"], trial.counts["runs"]
    if slow > 0.2 * runs:
        trial.doubts.append(f"{slow} of {runs} runs did not end")


def _balance(trial: Trial, iteration: Exact, w: Array, problem: Problem) -> None:
    u, fine = iteration.split(w), mpf(10) ** -45
    z, shrink = iteration.unnormalized(w, mpf(1))
    factor = norm(z) / shrink - 1  # z = ‖z‖w, as w is fixed, and τ = 1
    numbers = {"kappa": iteration.kappa, "beta": iteration.beta}
    size = iteration.kappa + iteration.beta
    for x, y, entry in zip(w, iteration.w_star, u, strict=True):
        trial.row("right side", "=", factor * x, {**numbers, "w_star": y, "u": entry}, fine * size, problem)
    along = mpmath.fdot(u, w)
    across, away = norm(u - along * w), norm(w - u)
    sine = norm(iteration.w_star - mpmath.fdot(iteration.w_star, w) * w)
    trial.demand(across <= away + mpf(10) ** -50, f"‖Pū‖ > ‖w̄ − ū‖ = {mpmath.nstr(away, 12)}: {problem}")
    trial.row("sine", "=", sine, {**numbers, "P_u": across}, fine * (1 + size / iteration.kappa), problem)
    values = {**numbers, "theta": iteration.angle(w), "u_w": along}
    trial.row("multiplier", "=", factor, values, fine * size, problem)


# R10 by runs.

_ETA: Final = 0.5
"""Step of the free runs, in units of 1/(α + β)."""

_STARTS: Final = 24
"""Free runs of each problem."""

_FAR: Final = 1e3
"""Beyond it the force of transformed l1, which falls like 1/‖w‖², comes near the rounding of a search."""


@on_trial("free")
def check_free(trial: Trial) -> None:
    """Without normalization nothing but 0 stays, for l1 and tl1; for l0 exactly the cw* with c·min|w*_i| > √(2λ/β)."""
    for penalty in ("l1", "tl1"):
        for _ in range(trial.many(1, 4)):
            nothing_stays(trial, _alike(trial.rng, penalty, 4, (0.1, 1.0)))
    for _ in range(trial.many(1, 4)):
        _rays_stay(trial, _alike(trial.rng, "l0", 6, (0.01, 0.5)))


def _alike(rng: np.random.Generator, penalty: str, count: int, lam: tuple[float, float]) -> list[Problem]:
    """Problems of one n and one shape of the penalty, whose runs can be made together."""
    first = drawn(rng, penalty, n=int(rng.integers(2, 6)), beta=(0.2, 5.0), lam=lam)
    rest = [drawn(rng, penalty, n=first.n, beta=(0.2, 5.0), lam=lam) for _ in range(count - 1)]
    return [first, *(replace(problem, parameters=first.parameters) for problem in rest)]


def _together(problems: Sequence[Problem]) -> Iteration:
    """`_STARTS` starts of each problem in turn."""

    def each(name: str) -> Array:
        values = np.array([getattr(problem, name) for problem in problems], dtype=float)
        return np.repeat(values.reshape(len(problems), -1), _STARTS, axis=0)

    kappa, beta, lam, alpha = (each(name) for name in ("kappa", "beta", "lam", "alpha"))
    return Iteration(each("unit"), kappa, beta, lam, problems[0].parts, alpha)


def _free_runs(problems: Sequence[Problem], w: Array, steps: int) -> tuple[Array, Array]:
    """The ends and last moves of `_STARTS` runs of each problem in turn: (runs, n), (runs,)."""
    iteration = _together(problems)
    eta = _ETA / (iteration.alpha + iteration.beta)
    new = w
    for k in range(steps):
        w, new = new, iteration.raw(new, iteration.split(new), eta)
        length = norm(new)
        new = np.where(length < 1e-90, 1e-90 * iteration.w_star, new)
        if k % 50 == 49 and np.all((length < 1e-90) | (norm(new - w) == 0)):
            break
    return new, np.linalg.norm(new - w, axis=-1)


def nothing_stays(trial: Trial, problems: Sequence[Problem]) -> None:
    """Free runs from many scales shrink to 0 or go on moving, and a search for a resting place finds none."""
    rng, n, count = trial.rng, problems[0].n, _STARTS * len(problems)
    starts = np.exp(rng.uniform(-2, 1.5, size=(count, 1))) * directions(rng, count, n)
    ends, moved = _free_runs(problems, starts, 1000)
    for k, (end, last) in enumerate(zip(ends, moved, strict=True)):
        length = float(np.linalg.norm(end))
        trial.count("free runs that shrink to 0" if length < 1e-6 else "free runs that go on")
        rests = length >= 1e-6 and last < 1e-12 * length
        trial.demand(not rests, f"a free run rests at w = {end.tolist()}: {problems[k // _STARTS]}")
    trial.count("searches", count)
    points, left = _free_search(_together(problems), starts)
    lengths = np.linalg.norm(points, axis=-1)
    trial.count("searches that run off", int(np.sum(lengths > _FAR)))
    for j in np.flatnonzero((left < 1e-11) & (lengths > 1e-6) & (lengths <= _FAR)):
        message = f"w = {points[j].tolist()} is a fixed point without normalization: {problems[int(j) // _STARTS]}"
        trial.demand(False, message)


def _free_search(iteration: Iteration, w: Array) -> tuple[Array, Array]:
    """Gauss–Newton for κ(w* − ŵ) = β(w − S(w)) from every start: where it gets, and the residual over κ there."""
    n = w.shape[-1]
    for _ in range(60):
        length, u = np.maximum(norm(w), 1e-7), iteration.split(w)
        hat, bent = w / length, iteration.slopes(u)
        gap = iteration.raw(w, u, 1.0) - w
        matrix = (iteration.alpha / length)[:, :, None] * (np.eye(n) - hat[:, :, None] * hat[:, None, :])
        matrix[:, range(n), range(n)] += iteration.beta * (1 - bent)
        normal = np.swapaxes(matrix, 1, 2) @ matrix
        normal += 1e-13 * np.trace(normal, axis1=1, axis2=2)[:, None, None] * np.eye(n)
        move = np.linalg.solve(normal, np.swapaxes(matrix, 1, 2) @ gap[:, :, None])[:, :, 0]
        w = w + move * np.minimum(1, 0.5 * length / np.maximum(norm(move), 1e-300))
    gap = iteration.raw(w, iteration.split(w), 1.0) - w
    return w, np.linalg.norm(gap, axis=-1) / iteration.kappa[:, 0]


def _rays_stay(trial: Trial, problems: Sequence[Problem]) -> None:
    """l0: points of the ray cw* stay or move by the claim's threshold, and free runs end on it or at 0."""
    for problem, side in product(problems, (0.2, 0.99, 0.9995, 1.0005, 1.01, 3.0)):
        iteration, w = Iteration.of(problem), side * np.sqrt(2 * problem.rho) / problem.least * problem.unit[None, :]
        moved = np.linalg.norm(iteration.raw(w, iteration.split(w), 1.0) - w) / problem.kappa
        length = float(np.linalg.norm(w))
        trial.count("points of the ray")
        relation: Relation = ">=" if moved < 1e-12 * max(1, length) else "<="
        trial.row("threshold", relation, length * problem.least, problem.values, 1e-12 * length, problem)
    rng, count = trial.rng, _STARTS * len(problems)
    starts = np.exp(rng.uniform(-2, 3, size=(count, 1))) * directions(rng, count, problems[0].n)
    for k, (end, moved) in enumerate(zip(*_free_runs(problems, starts, 1500), strict=True)):
        problem, length = problems[k // _STARTS], float(np.linalg.norm(end))
        if moved > 1e-13 * max(length, 1) and length > 1e-6:
            trial.count("free runs that go on")
            continue
        trial.count("free runs")
        if length > 1e-6:
            away = float(np.linalg.norm(end / length - problem.unit))
            trial.demand(away < 1e-9, f"a free run ends at {end.tolist()}, which is no cw*: {problem}")
            trial.row("threshold", ">=", length * problem.least, problem.values, 1e-9 * length, problem)
