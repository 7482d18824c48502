"""R12: any straight-through estimator: its fixed points and its Lyapunov function."""

from __future__ import annotations

from typing import Final

import mpmath
import numpy as np
from mpmath import mp, mpf

from proofs.proxies import ESTIMATORS, estimator
from verify.iteration.asked import Asked
from verify.iteration.findings import Findings
from verify.iteration.network import potential_rise
from verify.iteration.training import Training, as_learn, largest_step, random_training, splitting_part
from verify.precision.network import Network, coarse_gradient
from verify.precision.quadrature import DIGITS

__all__ = ["check_any_estimator", "check_any_step"]

_ESTIMATORS: Final = ("relu", "clipped-relu", "gaussian", "tanh", "leaky-relu", "sigmoid", "identity", "triangular")


def _trainings(asked: Asked, rng: np.random.Generator) -> list[Training]:
    """Fixed v with v·v* > 0, several estimators and penalties."""
    chosen = [name for name in _ESTIMATORS if name in ESTIMATORS]
    found = []
    for k in range(asked.many(5, 16)):
        large = asked.aspect == "any-estimator-step" and k % 2 == 0  # the bound is an equality where u = 0
        training = random_training(rng, ("l1", "tl1", "l0")[k % 3], 2, (3.0, 6.0) if large else (0.02, 0.3))
        training.v = training.v_star + np.round(0.3 * rng.standard_normal(2), 3)
        training.ste = chosen[k % len(chosen)]
        training.eta = 0.9 * largest_step(training)
        found.append(training)
    return found


def check_any_estimator(asked: Asked) -> Findings:
    """With any μ', runs end at Nw = κ(θ̄)w* + βu, κ(θ̄) sin θ̄ ≤ β‖w̄ − ū‖, κ(θ̄) by 50-digit quadrature."""
    found, rng = Findings(), asked.rng
    for training in _trainings(asked, rng):
        as_learn(asked, found, training, 15)
        if training.run(asked.many(500, 2000), 1e-14) > 1e-11:
            found.count("runs not ended")
            continue
        found.count("runs")
        theta, problem = training.theta, training.problem
        if not 1e-4 < theta < np.pi - 1e-4:
            found.count("runs that end at w* or −w*")
            continue
        kappa = asked.theory.spoiled("kappa") * _exact_strength(training, theta)
        force = kappa * problem.unit + problem.beta * training.u
        where = f"{training.ste}, v = {training.v.tolist()}, v* = {training.v_star.tolist()}: {problem}"
        residual = np.linalg.norm(force - (force @ training.w) * training.w) / (abs(kappa) + problem.beta)
        found.within("residual of Nw = κ(θ̄)w* + βu", residual, 1e-9, where)
        gap = problem.beta * float(np.linalg.norm(training.w - training.u))
        found.demand(abs(kappa) * np.sin(theta) <= gap + 1e-10, f"κ sin θ̄ > β‖w̄ − ū‖ = {gap:.9g}: {where}")
    if not found.counts["runs"] or found.counts["runs not ended"] > found.counts["runs"]:
        found.doubt("too few runs ended")
    return found


def _exact_strength(training: Training, theta: float) -> float:
    with mp.workdps(DIGITS):
        v, v_star = (tuple(mpf(float(x)) for x in weights) for weights in (training.v, training.v_star))
        proxy = estimator(training.ste)
        shape = {p.name: float(p.default) for p in proxy.parameters} | training.parameters
        gradient = coarse_gradient(Network(v, v_star, mpf(theta), mpf(1), 3, proxy, shape))
        return float(-gradient[1].value / mpmath.sin(mpf(theta)))


def check_any_step(asked: Asked) -> Findings:
    """Ψ(θ) + λP(u) + (β/2)‖w − u‖² falls by ((1 + ‖z‖)/(2τ) − L/2)‖w⁺ − w‖² at least, L ≥ sup (−dκ/dcos θ)₊."""
    found, rng = Findings(), asked.rng
    for training in _trainings(asked, rng):
        problem, ascent = training.problem, _steepest(training)
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
            owed = asked.theory.spoiled("gain") * ((1 + size) / (2 * tau) - ascent / 2) * moved**2
            found.count("steps")
            found.count("steps where κ falls with θ", ascent == 0)
            found.least("relative surplus", (fallen - owed) / (kappa + problem.beta + problem.lam))
            message = f"falls by {fallen:.9g}, owed {owed:.9g}, θ = {theta!r}, {training.ste}, η = {training.eta!r}"
            found.demand(fallen >= owed - 1e-12 * (1 + problem.beta), f"{message}: {problem}")
    return found


def _steepest(training: Training) -> float:
    """An upper estimate of sup (−dκ/dcos θ)₊ from differences on a grid; 0 where κ never rises with θ."""
    angles = np.linspace(0.05, np.pi - 0.05, 121)
    kappa = np.array([training.strength(float(angle))[1] for angle in angles])
    slope = -np.diff(kappa) / np.diff(np.cos(angles))
    steepest = float(slope.max())
    return 1.05 * steepest if steepest > 1e-9 * float(np.abs(kappa).max()) else 0.0
