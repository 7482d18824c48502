"""R5, R9: how far the limit is from w*, to first order and in bounds, and when it keeps the support."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray

from verify.iteration.arithmetic import DIGITS, Exact, Iteration, Problem, less, norm, run_exact
from verify.iteration.asked import Asked, angle_to, directions, drawn, generator
from verify.iteration.findings import Findings
from verify.iteration.penalties import PENALTIES, displacement

__all__ = ["check_error", "check_sharpness", "check_support", "tight_problem"]

Array = NDArray[np.float64]

_FAST: Final = 1e8
"""The step τ of runs that only have to end: practically η = 1/(α + β)."""


def _values(problem: Problem) -> dict[str, Any]:
    """Values of the scalar symbols a claim may name."""
    numbers = {"kappa": problem.kappa, "beta": problem.beta, "lam": problem.lam, **problem.parameters}
    return {name: mpf(value) for name, value in numbers.items()}


def check_error(asked: Asked) -> Findings:
    """sin θ̄ ≤ β‖w̄ − ū‖/κ ≤ r/κ at every limit found; r is the penalty's, for limits with N > β."""
    found, rng = Findings(), asked.rng
    penalties = PENALTIES if asked.penalty == "*" else (asked.penalty,)
    for penalty in penalties:
        for _ in range(asked.many(6, 40)):
            problem = drawn(rng, penalty, n=int(rng.integers(2, 12)))
            _bounded(asked, found, problem, np.vstack([problem.unit, directions(rng, 12, problem.n)]))
        tight = tight_problem(problem.kappa, penalty, problem.parameters)
        _bounded(asked, found, tight, tight.unit[None, :])
    return found


def tight_problem(kappa: float, penalty: str, parameters: dict[str, float]) -> Problem:
    """One entry near 1 and 400 tiny ones next to the threshold: w̄ − ū is orthogonal to w̄ up to 0.3 %."""
    beta, tiny = 1e-3 * kappa, 1e-3
    lam = 0.5 * tiny * beta if penalty == "l1" else beta * tiny**2 / 2
    size = tiny
    if penalty != "l1":  # just below the threshold, where the displacement is largest
        parts = Problem((1.0,), kappa, beta, lam, penalty, parameters)
        size = 0.9985 * displacement(parts.rho, parts.parts, 1.0)
    return Problem((1.0, *[size] * 400), kappa, beta, lam, penalty, parameters, kappa)


def _bounded(asked: Asked, found: Findings, problem: Problem, starts: Array) -> None:
    iteration = Iteration.of(problem)
    ends, last = iteration.run(starts, _FAST)
    u, factor, theta = iteration.split(ends), iteration.multiplier(ends), angle_to(iteration, ends)
    for k in np.flatnonzero(last < 1e-13):
        found.count("limits")
        gap, sine = problem.beta * np.linalg.norm(ends[k] - u[k]), np.sin(theta[k])
        chord = np.linalg.norm(ends[k] - iteration.w_star) - 2 * np.sin(theta[k] / 2)
        found.within("|‖w̄ − w*‖ − 2 sin(θ̄/2)|", abs(chord), 1e-14, str(problem))
        bound = asked.theory.spoiled("bound") * gap / problem.kappa
        found.demand(sine <= bound + 1e-14, f"sin θ̄ = {sine:.9g} > β‖w̄ − ū‖/κ = {bound:.9g}: {problem}")
        found.most("sin θ̄ over β‖w̄ − ū‖/κ", sine / max(bound, 1e-13))
        high = factor[k] > problem.beta * (1 + 1e-9)
        if asked.penalty == "*":
            _general(asked, found, problem, ends[k], u[k])
            found.demand(not high or np.cos(theta[k]) >= problem.kappa / factor[k] - 1e-14, f"cos θ̄ < κ/N: {problem}")
        elif high:
            radius = _radius(asked, problem, u[k])
            found.demand(sine <= radius + 1e-14, f"sin θ̄ = {sine:.9g} > r/κ = {radius:.9g}: {problem}")
            away = gap / problem.kappa
            found.demand(away <= radius + 1e-14, f"β‖w̄ − ū‖/κ = {away:.9g} > r/κ = {radius:.9g}: {problem}")
            found.most("sin θ̄ over r/κ", sine / max(radius, 1e-13))


def _general(asked: Asked, found: Findings, problem: Problem, w: Array, u: Array) -> None:
    """sin² θ̄ = (β/κ)²(‖w̄ − ū‖² − (1 − ⟨ū, w̄⟩)²)."""
    ratio = asked.theory.spoiled("square") * (problem.beta / problem.kappa) ** 2
    words = ratio * (np.sum((w - u) ** 2) - (1 - u @ w) ** 2)
    sine = np.linalg.norm(problem.unit - (problem.unit @ w) * w)
    found.within("|sin² θ̄ − (β/κ)²‖P(w̄ − ū)‖²|", abs(sine**2 - words) / (1 + ratio), 1e-14, str(problem))


def _radius(asked: Asked, problem: Problem, u: Array) -> float:
    """The penalty's r/κ."""
    nonzeros = np.array(problem.w_star) != 0
    if problem.penalty == "l1":
        radius = problem.lam * np.sqrt(nonzeros.sum())
    elif problem.penalty == "l0":
        radius = np.sqrt(2 * problem.lam * problem.beta * np.sum(nonzeros & (u == 0)))
    else:
        radius = problem.beta * displacement(problem.rho, problem.parts, 2.0) * np.sqrt(nonzeros.sum())
    return asked.theory.spoiled("radius") * float(radius) / problem.kappa


def check_sharpness(asked: Asked) -> Findings:
    """‖w̄ − w*‖ over its first-order form is 1 + O(λ) as λ → 0, at 60 digits."""
    found, rng = Findings(), asked.rng
    penalty = "tl1" if "tl1" in (asked.penalty, asked.claim.id.rpartition("-")[2]) else "l1"
    for _ in range(asked.many(3, 10)):
        base = drawn(rng, penalty, n=int(rng.integers(3, 6)), beta=(0.3, 3.0))
        base = replace(base, w_star=tuple(float(x) for x in np.round(rng.uniform(0.2, 1, base.n), 3)))
        errors = []
        for ratio in (1e-4, 1e-6, 1e-8):
            problem = Problem(
                base.w_star, base.kappa, base.beta, ratio * base.kappa, penalty, base.parameters, base.alpha
            )
            relative = _relative_to_first_order(asked, problem)
            if relative is None:
                break
            errors.append(abs(relative - 1))
            found.count("runs")
        if len(errors) == 3:
            found.most("|error/first order − 1| at λ = 1e-8 κ", errors[-1])
            found.demand(errors[-1] < 1e-3, f"error/first order − 1 = {float(errors[-1]):.3g} at λ = 1e-8 κ: {base}")
            for k in (0, 1):
                order = mpmath.log10(errors[k] / errors[k + 1]) / 2
                found.most("|order − 1| in λ", abs(order - 1))
                found.demand(abs(order - 1) < 0.02, f"error/first order − 1 falls like λ^{float(order):.4g}: {base}")
    return found


def _relative_to_first_order(asked: Asked, problem: Problem) -> mpf | None:
    """Error of the run's end over its first-order form, or None where that form vanishes."""
    iteration, w, settled = run_exact(problem, problem.unit)
    if not settled:
        return None
    with mp.workdps(DIGITS):
        first = _first_order(asked, problem, iteration)
        small = mpf(problem.lam) / problem.kappa * mpf(10) ** -3
        return None if first < small else norm(less(w, iteration.w_star)) / first


def _first_order(asked: Asked, problem: Problem, iteration: Exact) -> mpf:
    sizes = [abs(y) for y in iteration.w_star if y]
    part = iteration.parts[0]
    squares = mpmath.fsum(part.slope(x) ** 2 for x in sizes)
    along = mpmath.fsum(part.slope(x) * x for x in sizes)
    rest = mpmath.sqrt(abs(squares - along**2))
    values = _values(problem) | {"nonzeros": len(sizes), "taxicab": mpmath.fsum(sizes)}
    values |= {"slope_sum": along, "slope_squares": squares}
    stated = asked.formula(values)
    form = iteration.lam / iteration.kappa * rest if stated is None else stated
    return form * mpf(asked.theory.spoiled("sharpness"))


def check_support(asked: Asked) -> Findings:
    """At the end of the run from w*, supp u = supp w* iff every nonzero |w*_i| > Nλ/(κβ); more than λ(κ+β)/(κβ) do."""
    found = Findings()
    for k in range(asked.many(20, 120)):
        rng = generator(asked.seed, asked.claim.id, k)
        problem = drawn(rng, "l1", n=int(rng.integers(2, 8)), lam=(1e-4, 0.05))
        for side in (0.997, 0.9999, 1.0001, 1.003):
            _supported(asked, found, _with_small_entry(asked, problem, side))
    for needed in ("supports kept", "supports lost", "kept by the sufficient condition"):
        if not found.counts[needed]:
            found.doubt(f"no problem with {needed}")
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
    ends, last = iteration.run(problem.unit[None, :], _FAST)
    factor = float(iteration.multiplier(ends)[0])
    if last[0] > 1e-14 or factor <= problem.beta:
        found.count("runs without such a limit")
        return
    nonzero = problem.unit != 0
    u, least = iteration.split(ends)[0], float(np.abs(problem.unit[nonzero]).min())
    kept = bool(np.all((u != 0) == nonzero))
    bound = _needed(asked, problem, factor) / factor
    found.count("supports kept" if kept else "supports lost")
    if abs(least / (factor * bound) - 1) > 1e-10:
        message = f"support {'kept' if kept else 'lost'}, min |w*_i| = {least:.12g}, Nλ/(κβ) = {factor * bound:.12g}"
        found.demand(kept == (least > factor * bound), f"{message}: {problem}")
    if least > (problem.kappa + problem.beta) * bound:
        found.count("kept by the sufficient condition", kept)
        found.demand(kept, f"support lost though min |w*_i| = {least:.12g} > λ(κ+β)/(κβ): {problem}")


def _needed(asked: Asked, problem: Problem, factor: float) -> float:
    """Size Nλ/(κβ) above which an entry of w* stays, by the claim's formula if it has one."""
    stated = asked.formula(_values(problem) | {"multiplier": factor})
    words = factor * problem.lam / (problem.kappa * problem.beta)
    return asked.theory.spoiled("support") * float(words if stated is None else stated)
