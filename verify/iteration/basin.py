"""R6: the cone that is never left, the region where θ falls, and how often a random start is in it."""

from __future__ import annotations

from typing import Final

import mpmath
import numpy as np
from mpmath import mpf
from numpy.typing import NDArray
from scipy.stats import norm as normal

from verify.iteration.arithmetic import FAST, Iteration, Problem
from verify.iteration.asked import Asked, angle_to, directions, drawn, penalties_of
from verify.iteration.errors import tight_problem
from verify.iteration.findings import Findings
from verify.minimizer import DEFAULTS, displacement, proximal
from verify.rows import Relation, Row

__all__ = ["CAPS", "LAUNCHES", "check_basin", "check_probability", "check_radius"]

Array = NDArray[np.float64]

_STEPS: Final = (1e-3, 0.3, 3.0, 1e3, 1e6)


def check_radius(asked: Asked) -> Findings:
    """β‖w − S(w)‖ on the unit sphere: random directions, and filters built to come near the bound."""
    found, rng = Findings(), asked.rng
    for penalty in penalties_of(asked, found.notes):
        for k in range(asked.many(12, 60)):
            n = int(rng.integers(1, 40))
            rho = float(np.exp(rng.uniform(-8, 1))) if k else 0.5 / n
            problem = Problem((1.0,) * n, 1.0, 2.0, 2.0 * rho, penalty, DEFAULTS[penalty])
            delta = displacement(rho, problem.parts)
            w = np.vstack([directions(rng, 200, n), *_adversarial(problem)])
            gap = problem.beta * np.linalg.norm(w - proximal(w, problem.rho, problem.parts), axis=-1)
            found.count("filters", len(w))
            values = {"beta": problem.beta, "delta": delta, "n": float(n)}
            # By l1 a flat filter is moved by all of the bound.
            relation: Relation = "=" if penalty == "l1" else "<="
            found.against(asked, Row("bound", relation, float(gap.max()), values, 1e-9, problem))
    return found


def _radius(problem: Problem) -> float:
    """A bound of β‖w − S(w)‖ on the unit sphere, δ by search: n entries are displaced by δ at most, together by 1."""
    far = displacement(problem.rho, problem.parts, 1.0)  # entries of unit filters are ≤ 1
    return problem.beta * min(1.0, (1 + 1e-9) * far * float(np.sqrt(problem.n)))


def _adversarial(problem: Problem) -> list[Array]:
    """Unit filters with k entries where |x − S(x)| is largest and one more for the rest; flat ones."""
    grid = np.linspace(0, 1, 20001)
    gap = np.abs(grid - proximal(grid, problem.rho, problem.parts))
    size, rows = float(grid[np.argmax(gap)]), []
    for k in range(1, problem.n + 1):
        rows.append(np.where(np.arange(problem.n) < k, 1 / np.sqrt(k), 0.0))
        if k < problem.n and k * size**2 < 1:
            row = np.where(np.arange(problem.n) < k, size, 0.0)
            row[k] = np.sqrt(1 - k * size**2)
            rows.append(row)
    return rows


def check_basin(asked: Asked) -> Findings:
    """For every τ: θ falls while α₀ < θ < π − α₀, and θ ≤ α₀ is never left. β < κ alone is enough (r = β)."""
    found, rng = Findings(), asked.rng
    for penalty in penalties_of(asked, found.notes):
        for k in range(asked.many(6, 40)):
            # Every second problem has r = β < κ whatever λ is.
            beta, lam = ((0.05, 5.0), (1e-4, 0.02)) if k % 2 else ((0.05, 0.98), (0.5, 20.0))
            problem = drawn(rng, penalty, n=int(rng.integers(2, 20)), beta=beta, lam=lam)
            _falls(asked, found, problem, rng, _STEPS[k % len(_STEPS)])
        tight = tight_problem(1.0, penalty, DEFAULTS[penalty])
        _falls(asked, found, tight, rng, 1e6)
        _gains_no_more(asked, found, penalty)
    found.require("steps")
    return found


_LITTLE: Final = 1e-5
"""How far from their limits the steps are whose gain is the bound in the limit."""


def _gains_no_more(asked: Asked, found: Findings, penalty: str) -> None:
    """Steps whose gain comes down to the bound, with S(w) all but w: at θ = π/2 short ones, elsewhere those to w*."""
    for beta, tau, cosine in ((1e-3, _LITTLE, 0.0), (1e3 / _LITTLE, 1.0, 0.0), (_LITTLE**2, 1 / _LITTLE**2, 0.5)):
        problem = Problem((1.0, 0.0), 1.0, beta, _LITTLE**4, penalty, DEFAULTS[penalty], 1.0)
        iteration, w = Iteration.of(problem), np.array([[cosine, np.sqrt(1 - cosine**2)]])
        gained = iteration.step(w, tau)[:, 0] - cosine
        away = beta * float(np.linalg.norm(w - iteration.split(w)))
        values = {"kappa": 1.0, "beta": beta, "step": tau, "cap_angle": float(np.arcsin(away))}
        values |= {"theta": float(np.arccos(cosine))}
        found.against(asked, Row("gain lower bound", "=", gained, values, 10 * _LITTLE * gained, problem))


def _falls(asked: Asked, found: Findings, problem: Problem, rng: np.random.Generator, tau: float) -> None:
    sine = _radius(problem) / problem.kappa
    if sine >= 1:
        found.count("problems with r ≥ κ")
        return
    cone, iteration = float(np.arcsin(sine)), Iteration.of(problem)
    found.count("problems")
    w = np.vstack([directions(rng, 32, problem.n), _at_angles(rng, iteration, cone), iteration.w_star])
    theta = angle_to(iteration, w)
    for _ in range(asked.many(25, 60)):
        w = iteration.step(w, tau)
        turned = angle_to(iteration, w)
        between = (theta > cone + 1e-14) & (theta < np.pi - cone - 1e-14)
        rise = np.where(between, turned - theta, -np.inf)
        worst, steps = int(np.argmax(rise)), int(between.sum())
        found.count("steps", steps)
        found.count("steps in the cone", len(w) - steps)
        if steps:
            message = f"θ goes from {theta[worst]:.15g} to {turned[worst]:.15g}, α₀ = {cone:.12g}, τ = {tau}: {problem}"
            found.demand(rise[worst] <= 8e-16, message)
            values = {"kappa": problem.kappa, "beta": problem.beta, "step": tau, "cap_angle": cone}
            gained = 2 * np.sin((theta + turned) / 2) * np.sin((theta - turned) / 2)
            row = Row("gain lower bound", ">=", gained[between], {**values, "theta": theta[between]}, 1e-15, problem)
            found.against(asked, row)
        inside = theta <= cone
        if inside.any():
            left = float(np.max(turned[inside]))
            found.most("θ⁺/α₀ from within", left / cone)
            found.demand(left <= cone + 8e-16, f"θ⁺ = {left:.15g} > α₀ = {cone:.15g} from within, τ = {tau}: {problem}")
        theta = turned


def _at_angles(rng: np.random.Generator, iteration: Iteration, cone: float) -> Array:
    """Starts just within and just outside both cones."""
    d = directions(rng, 6, len(iteration.w_star))
    across = d - (d @ iteration.w_star)[:, None] * iteration.w_star
    across /= np.linalg.norm(across, axis=-1, keepdims=True)
    angles = np.array([cone * 0.999, cone * 1.001, cone * 1.1, np.pi - cone * 1.001, np.pi - cone * 1.1, cone])
    return np.asarray(np.cos(angles)[:, None] * iteration.w_star + np.sin(angles)[:, None] * across)


CAPS: Final = ((2, 0.6), (3, 0.9), (5, 0.5), (12, 0.25), (24, 0.3))
"""(n, sin α₀) at which the measure of the cone is sampled: one random test each."""

LAUNCHES: Final = (("l1", 3), ("l0", 2), ("tl1", 5))
"""Penalty and n of the runs from random starts: one random test each."""


def check_probability(asked: Asked) -> Findings:
    """P(θ < π − α₀) of uniform starts by exact two-sided tests; runs succeed at least that often, by one-sided ones."""
    found, rng = Findings(), asked.rng
    count = asked.many(400_000, 4_000_000)
    for n, sine in CAPS:
        hits = 0
        for _ in range(0, count, 100_000):
            z = rng.standard_normal((100_000, n))
            hits += int(np.sum(z[:, 0] > -np.sqrt(1 - sine**2) * np.linalg.norm(z, axis=-1)))
        found.count("directions", count)
        found.most("relative error caught with probability 0.999", _power(asked.share, hits / count, count))
        found.against(asked, _frequency(asked, "frequency", (hits, count), n, sine))
    for penalty, n in LAUNCHES:
        _launch(asked, found, rng, penalty, n)
    return found


def _frequency(asked: Asked, relation: Relation, seen: tuple[int, int], n: int, sine: float) -> Row:
    values = {"n": mpf(n), "cap_angle": mpmath.asin(sine)}
    return Row("statement", relation, seen, values, asked.share, f"n = {n}, r/κ = {sine}")


def _launch(asked: Asked, found: Findings, rng: np.random.Generator, penalty: str, n: int) -> None:
    problem = drawn(rng, penalty, n=n, beta=(0.7, 0.95), lam=(0.5, 2.0))
    iteration, count = Iteration.of(problem), asked.many(2000, 20_000)
    sine = min(problem.beta, _radius(problem)) / problem.kappa
    ends, last = iteration.run(directions(rng, count, n), FAST)
    hits = int(np.sum((angle_to(iteration, ends) <= np.arcsin(sine) + 1e-9) & (last < 1e-9)))
    found.count("runs", count)
    found.least("success frequency", hits / count)
    found.against(asked, _frequency(asked, "frequency at least", (hits, count), n, sine))


def _power(share: float, probability: float, count: int) -> float:
    """Relative error of the probability that a test at `share` catches with probability 0.999."""
    if not 0 < probability < 1:
        return 0.0
    reach = float(normal.isf(share / 2) + normal.isf(1e-3))
    return float(reach * np.sqrt(probability * (1 - probability) / count) / probability)
