"""R5, R9: how far the limit is from w*, to first order and in bounds, and when it keeps the support."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray

from verify.iteration.arithmetic import FAST, Exact, Iteration, Problem, norm, run_exact
from verify.iteration.asked import Asked, angle_to, directions, drawn, generator, penalties_of
from verify.iteration.findings import Findings
from verify.minimizer import displacement, threshold
from verify.rows import DIGITS, Relation, Row

__all__ = ["check_error", "check_sharpness", "check_support", "tight_problem"]

Array = NDArray[np.float64]

"""The step τ of runs that only have to end: practically η = 1/(α + β)."""


def check_error(asked: Asked) -> Findings:
    """sin θ̄ ≤ β‖w̄ − ū‖/κ ≤ r/κ at every limit found; r is the penalty's, for limits with N > β."""
    found, rng = Findings(), asked.rng
    for penalty in penalties_of(asked, found.notes):
        for _ in range(asked.many(6, 40)):
            problem = drawn(rng, penalty, n=int(rng.integers(2, 12)))
            _bounded(asked, found, problem, np.vstack([problem.unit, directions(rng, 12, problem.n)]))
        tight = tight_problem(problem.kappa, penalty, problem.parameters, 1e-4, 4000)
        _bounded(asked, found, tight, tight.unit[None, :], tight=True)
    return found


def tight_problem(
    kappa: float, penalty: str, parameters: dict[str, float], tiny: float = 1e-3, count: int = 400
) -> Problem:
    """One entry near 1 and many tiny ones next to the threshold: w̄ − ū is orthogonal to w̄ up to 0.3 %."""
    beta = tiny * kappa
    lam = 0.5 * tiny * beta if penalty == "l1" else beta * tiny**2 / 2
    size = tiny
    if penalty != "l1":  # just below the threshold, where the displacement is largest
        parts = Problem((1.0,), kappa, beta, lam, penalty, parameters)
        size = (1 - 1.5 * tiny) * displacement(parts.rho, parts.parts, 1.0)
    return Problem((1.0, *[size] * count), kappa, beta, lam, penalty, parameters, kappa)


def _bounded(asked: Asked, found: Findings, problem: Problem, starts: Array, *, tight: bool = False) -> None:
    """`tight` says that the bounds are reached, but for 0.08 %, where w̄ − ū is all but orthogonal to w̄."""
    iteration = Iteration.of(problem)
    ends, last = iteration.run(starts, FAST)
    settled = last < 1e-13
    ends = ends[settled]
    found.count("limits", len(ends))
    if not len(ends):
        return
    u, factor = iteration.split(ends), iteration.multiplier(ends)
    along = (ends @ iteration.w_star)[:, None]
    sine = np.linalg.norm(iteration.w_star - along * ends, axis=-1)
    gap = np.linalg.norm(ends - u, axis=-1)
    values: dict[str, Any] = {"kappa": problem.kappa, "beta": problem.beta, "lam": problem.lam}
    known = {**values, "multiplier": factor, "gap": gap, "u_w": np.sum(u * ends, axis=-1)}
    known["theta"] = angle_to(iteration, ends)
    nonzero = np.array(problem.w_star) != 0
    known |= {"nonzeros": float(nonzero.sum()), "t": threshold(problem.rho, problem.parts)}
    known["thresholded"] = np.sum(nonzero & (u == 0), axis=-1).astype(float)
    # At N = β to the last digit, which random problems do not meet, rounding decides on which side of it a run is.
    found.against(asked, Row("bound", "<=", sine, known, 1e-14, problem))
    if tight and np.all((1 - known["u_w"]) ** 2 < 1e-3 * gap**2):  # not so where S(x) is 0 at 0 only
        found.against(asked, Row("bound", ">=", sine, known, 8e-4 * sine, problem))
    if asked.penalty == "*":
        _general(asked, found, problem, (iteration, ends), (sine, along[:, 0], known))
    else:
        found.against(asked, Row("bound", "<=", problem.beta * gap / problem.kappa, known, 1e-14, problem))


def _general(
    asked: Asked, found: Findings, problem: Problem, run: tuple[Iteration, Array], seen: tuple[Array, Array, Any]
) -> None:
    """sin²θ̄ by the displacement of the entries, the chord, and for N ≥ β the least cosine."""
    (iteration, ends), (sine, cosine, known) = run, seen
    away = np.linalg.norm(ends - iteration.w_star, axis=-1)
    found.against(asked, Row("distance", "=", away, known, 1e-14, problem))
    ratio = (problem.beta / problem.kappa) ** 2
    found.against(asked, Row("square of the sine", "=", sine**2, known, 1e-14 * (1 + ratio), problem))
    high = known["multiplier"] > problem.beta * (1 + 1e-9)
    relations: dict[Relation, Array] = {">=": high, "=": high & (known["thresholded"] == known["nonzeros"])}
    for relation, where in relations.items():  # where ū = 0, w̄ = w*
        if where.any():
            there = {name: value[where] if np.ndim(value) else value for name, value in known.items()}
            found.against(asked, Row("lower bound", relation, cosine[where], there, 1e-14, problem))


def check_sharpness(asked: Asked) -> Findings:
    """‖w̄ − w*‖ over its first-order form is 1 + O(λ) as λ → 0, at 60 digits."""
    found, rng = Findings(), asked.rng
    for _ in range(asked.many(3, 10)):
        base = drawn(rng, asked.penalty, n=int(rng.integers(3, 6)), beta=(0.3, 3.0))
        base = replace(base, w_star=tuple(float(x) for x in np.round(rng.uniform(0.2, 1, base.n), 3)))
        _first_order(asked, found, base)
    return found


_SMALL: Final = (1e-4, 1e-6, 1e-8)
"""λ/κ of the runs."""


def _first_order(asked: Asked, found: Findings, base: Problem) -> None:
    """‖w̄ − w*‖/λ settles like λ as λ → 0, at what the claim says."""
    slopes: list[mpf] = []
    for ratio in _SMALL:
        problem = replace(base, lam=ratio * base.kappa)
        iteration, w, settled = run_exact(problem, problem.unit)
        if not settled:
            found.count("runs too slow to end")
            return
        with mp.workdps(DIGITS):
            slopes.append(norm(w - iteration.w_star) / iteration.lam)
        found.count("runs")
    with mp.workdps(DIGITS):
        if slopes[-1] * base.kappa < mpf(10) ** -3:
            found.count("problems without a first order")
            return
        gaps = [abs(slopes[k] - slopes[k + 1]) for k in (0, 1)]
        order = mpmath.log10(gaps[0] / gaps[1]) / 2
        found.most("|order of what is left − 1| in λ", abs(order - 1))
        found.demand(abs(order - 1) < 0.02, f"‖w̄ − w*‖/λ settles like λ^{float(order):.4g}: {base}")
        for k in (0, 1):
            values = _norms(iteration, _SMALL[k] * base.kappa)
            # What is left of the slope is proportional to λ: at λ_k it is 1/(1 − λ_{k+1}/λ_k) = 1.0101 times the gap.
            row = Row("statement", "=", slopes[k] * values["lam"], values, 2 * gaps[k] * values["lam"], base)
            found.against(asked, row)


def _norms(iteration: Exact, lam: float) -> dict[str, mpf]:
    """The norms of w* and of p' at its entries."""
    sizes, slope = [abs(y) for y in iteration.w_star if y], iteration.parts[0].slope
    values = {"kappa": iteration.kappa, "beta": iteration.beta, "lam": mpf(lam), "nonzeros": mpf(len(sizes))}
    values |= {"taxicab": mpmath.fsum(sizes), "slope_sum": mpmath.fsum(slope(x) * x for x in sizes)}
    return values | {"slope_squares": mpmath.fsum(slope(x) ** 2 for x in sizes)}


def check_support(asked: Asked) -> Findings:
    """At the end of the run from w*, supp u = supp w* iff every nonzero |w*_i| > Nλ/(κβ); more than λ(κ+β)/(κβ) do."""
    found = Findings()
    needed = ("supports kept", "supports lost", "kept at the sufficient size")
    for k in asked.rounds(20, 120, lambda: found.lacking(*needed)):
        rng = generator(asked.seed, asked.claim.id, k)
        problem = drawn(rng, "l1", n=int(rng.integers(2, 8)), lam=(1e-4, 0.05))
        for side in (0.997, 0.9999, 1.0001, 1.003):
            _supported(asked, found, _with_small_entry(asked, problem, side))
    found.require(*needed)
    return found


def _with_small_entry(asked: Asked, problem: Problem, side: float) -> Problem:
    """The problem with its smallest nonzero entry put at `side` times the sufficient size λ(κ+β)/(κβ)."""
    w = problem.unit.copy()
    nonzero = np.flatnonzero(w)
    k = nonzero[np.argmin(np.abs(w[nonzero]))]
    size = min(side * problem.lam * (problem.kappa + problem.beta) / (problem.kappa * problem.beta), 0.5)
    w[k] = 0.0
    if not w.any():
        return problem
    w *= np.sqrt(1 - size**2) / np.linalg.norm(w)
    w[k] = size
    return Problem(tuple(w.tolist()), problem.kappa, problem.beta, problem.lam, "l1", {}, problem.alpha)


def _supported(asked: Asked, found: Findings, problem: Problem) -> None:
    iteration = Iteration.of(problem)
    ends, last = iteration.run(problem.unit[None, :], FAST)
    factor = float(iteration.multiplier(ends)[0])
    if last[0] > 1e-14 or factor <= problem.beta:
        found.count("runs without such a limit")
        return
    nonzero = problem.unit != 0
    u, least = iteration.split(ends)[0], float(np.abs(problem.unit[nonzero]).min())
    kept = bool(np.all((u != 0) == nonzero))
    found.count("supports kept" if kept else "supports lost")
    values = {"kappa": problem.kappa, "beta": problem.beta, "lam": problem.lam, "multiplier": factor}
    relation: Relation = ">=" if kept else "<="
    found.against(asked, Row("statement", relation, least, values, 1e-10 * least, problem))
    # N ≤ κ + β: the size at N = κ + β is enough.
    enough = {**values, "multiplier": problem.kappa + problem.beta}
    if not kept:
        found.against(asked, Row("statement", "<=", least, enough, 1e-10 * least, problem))
    else:
        found.count("kept at the sufficient size", least > problem.lam / problem.kappa + problem.rho)
