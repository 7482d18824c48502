"""R12: any straight-through estimator: its fixed points and its Lyapunov function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import mpmath
import numpy as np
from mpmath import mp, mpf
from sympy import lambdify

from proofs.proxies import ESTIMATORS, estimator
from proofs.symbols import x as argument
from verify.iteration.asked import Asked
from verify.iteration.findings import Findings
from verify.iteration.network import potential_rise
from verify.iteration.training import BETWEEN, Training, as_learn, largest_step, random_training, splitting_part
from verify.rows import Relation, Row

__all__ = ["check_any_estimator", "check_any_step"]

_ESTIMATORS: Final = ("relu", "clipped-relu", "gaussian", "tanh", "leaky-relu", "sigmoid", "identity", "triangular")


def _trainings(asked: Asked, rng: np.random.Generator, lacking: Callable[[], object]) -> Iterator[Training]:
    """Fixed v with v·v* > 0, several estimators and penalties."""
    chosen = [name for name in _ESTIMATORS if name in ESTIMATORS]
    for k in asked.rounds(5, 16, lacking):
        # The bound is an equality where u = 0; every estimator has its turn with a large λ and with a small one.
        large = asked.aspect == "any-estimator-step" and (k + k // len(chosen)) % 2 == 0
        training = random_training(rng, ("l1", "tl1", "l0")[k % 3], 2, (3.0, 6.0) if large else (0.02, 0.3))
        training.v = training.v_star + np.round(0.3 * rng.standard_normal(2), 3)
        training.ste = chosen[k % len(chosen)]
        training.eta = 0.9 * largest_step(training)
        yield training


def check_any_estimator(asked: Asked) -> Findings:
    """With any μ', runs end at Nw = κ(θ̄)w* + βu, κ(θ̄) sin θ̄ ≤ β‖w̄ − ū‖, κ(θ̄) as claimed."""
    found, rng = Findings(), asked.rng
    for training in _trainings(asked, rng, lambda: found.lacking(BETWEEN)):
        as_learn(asked, found, training, 15)
        if training.run(asked.many(500, 2000), 1e-14) > 1e-11:
            found.count("runs not ended")
            continue
        found.count("runs")
        theta = training.theta
        if not 1e-4 < theta < np.pi - 1e-4:
            found.count("runs that end at w* or −w*")
            continue
        found.count(BETWEEN)
        _balanced(asked, found, training, theta)
    found.require(BETWEEN)
    if found.counts["runs not ended"] > found.counts["runs"]:
        found.doubt("most runs did not end")
    return found


def _balanced(asked: Asked, found: Findings, training: Training, theta: float) -> None:
    """At the end of a run κ(θ̄) sin θ̄ = Ψ'(θ̄) balances βū, B by quadrature of its definition."""
    problem, w = training.problem, training.w
    where = f"{training.ste}, v = {training.v.tolist()}, v* = {training.v_star.tolist()}: {problem}"
    across = problem.unit - (problem.unit @ w) * w
    push = problem.beta * (training.u - (training.u @ w) * w)
    slope = -float(push @ across) / float(np.linalg.norm(across))
    rest = np.linalg.norm(push + slope * across / np.linalg.norm(across))
    size = abs(slope / np.sin(theta)) + problem.beta
    found.within("residual of Nw = κ(θ̄)w* + βu", rest / size, 1e-9, where)
    gap = problem.beta * float(np.linalg.norm(w - training.u))
    found.demand(abs(slope) <= gap + 1e-10, f"κ sin θ̄ > β‖w̄ − ū‖ = {gap:.9g}: {where}")
    values = {"theta": theta, "B": _moment(training, theta), "v_vs": float(training.v @ training.v_star)}
    found.against(asked, Row("slope of the potential", "=", slope, values, 1e-9 * size, where))
    slack = 1e-9 * size / np.sin(theta)
    found.against(asked, Row("strength", "=", slope / np.sin(theta), values, slack, where))


def _moment(training: Training, theta: float) -> float:
    """B = E[μ'(s) φ(s cot θ)], s ~ N(0, 1), by quadrature on each piece of μ'."""
    proxy = estimator(training.ste)
    shape = {p.symbol: float(p.default) for p in proxy.parameters}
    total = mpf(0)
    with mp.workdps(25):
        cotangent = 1 / mpmath.tan(mpf(theta))
        for low, high, piece in proxy.pieces:
            ends = [max(min(float(end.subs(shape)), 12.0), -12.0) for end in (low, high)]
            slope = lambdify([argument], piece.subs(shape), "mpmath")

            def weighted(s: mpf, slope: Callable[[mpf], mpf] = slope) -> mpf:
                return slope(s) * mpmath.npdf(s) * mpmath.npdf(s * cotangent)

            inner = [x for x in (-6.0, -2.0, 0.0, 2.0, 6.0) if ends[0] < x < ends[1]]
            total += mpmath.quad(weighted, [ends[0], *inner, ends[1]])
    return float(total)


_LOSING: Final = "steps on which κ falls, and nothing else changes"
"""There the gain is less than it is for constant κ."""

_SEEN: Final = 1e-9
"""What such a step must lose for rounding not to hide it."""


def check_any_step(asked: Asked) -> Findings:
    """Ψ(θ) + λP(u) + (β/2)‖w − u‖² falls by ((1 + ‖z‖)/(2τ) − L/2)‖w⁺ − w‖² at least, L ≥ sup (−dκ/dcos θ)₊."""
    found, rng = Findings(), asked.rng
    for training in _trainings(asked, rng, lambda: found.lacking("steps", _LOSING)):
        problem, (ascent, constant) = training.problem, _steepest(training)
        if ascent:  # positive for τ ≤ 1/L and every z ≠ 0
            longest = {"step": 1 / ascent, "‖z‖": 1e-6, "‖w⁺−w‖²": 1.0, "L": ascent}
            found.against(asked, Row("lower bound", "<=", 0.0, longest, 0.0, f"τ = 1/L: {problem}"))
        for _ in range(asked.many(8, 20)):
            theta, w, u = training.theta, training.w, training.u
            if not 0.05 < theta < np.pi - 0.05:
                break
            alpha, kappa = training.strength(theta)
            tau = training.eta / (1 - training.eta * (alpha + problem.beta))
            before, moved = splitting_part(problem, w, u), training.step()
            rise = potential_rise(theta, training.theta, training.along)
            fallen = before - splitting_part(problem, training.w, training.u) - rise
            size = float(np.linalg.norm(w + tau * (kappa * problem.unit + problem.beta * u)))
            found.count("steps")
            found.count("steps where κ falls with θ", ascent == 0)
            values = {"step": tau, "‖z‖": size, "‖w⁺−w‖²": moved**2, "L": ascent}
            where = f"θ = {theta!r}, {training.ste}, η = {training.eta!r}: {problem}"
            # For constant κ, with S = 0 before and after the step, the bound is an equality.
            idle = not u.any() and not training.u.any()
            lost = (kappa - training.strength(training.theta)[1]) * (np.cos(training.theta) - np.cos(theta))
            found.count(_LOSING, idle and lost > _SEEN)
            relation: Relation = "=" if constant and idle else ">="
            found.against(asked, Row("lower bound", relation, fallen, values, 1e-12 * (1 + problem.beta), where))
    found.require("steps", _LOSING)
    return found


def _steepest(training: Training) -> tuple[float, bool]:
    """An upper estimate of sup (−dκ/dcos θ)₊ by differences on a grid, 0 where κ never rises with θ; is κ constant."""
    angles = np.linspace(0.05, np.pi - 0.05, 121)
    kappa = np.array([training.strength(float(angle))[1] for angle in angles])
    slope = -np.diff(kappa) / np.diff(np.cos(angles))
    steepest, size = float(slope.max()), 1e-9 * float(np.abs(kappa).max())
    return 1.05 * steepest if steepest > size else 0.0, bool(np.ptp(kappa) < size)
