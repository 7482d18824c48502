"""R4 with sampled gradients: runs on fresh samples stay around the same limit, at the Monte Carlo rate."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from verify.iteration.arithmetic import FAST, Iteration, Problem, pull
from verify.iteration.asked import Asked, generator
from verify.iteration.findings import Findings
from verify.iteration.limits import predicted

__all__ = ["CHANCES", "check_sampled", "noisy_runs", "sample_gradient"]

Array = NDArray[np.float64]

CHANCES: Final = 3
"""Random tests of one call: the exponent, the mean of the runs, and the run of `learn`."""

_V_STAR: Final = (1.0, 0.5)
_BATCHES: Final = tuple(2**k for k in range(6, 13))
_STEPS, _KEPT = 40, 12
_CURVED: Final = 0.05
"""Allowed for what the exponent owes to the curvature of the sphere at the smallest batch."""


def sample_gradient(w: Array, w_star: Array, Z: Array) -> Array:
    """Mean over samples of Zᵀ(σ(Zw) ⊙ v)(vᵀσ(Zw) − v*ᵀσ(Zw*)), v = v*: (runs, n), (runs, b, m, n) -> (runs, n)."""
    v = np.array(_V_STAR)
    active = np.einsum("rbmn,rn->rbm", Z, w) > 0
    residual = active @ v - (Z @ w_star > 0) @ v
    return np.asarray(np.einsum("rbm,rbmn->rn", active * v * residual[..., None], Z) / Z.shape[1])


def noisy_runs(problem: Problem, rng: np.random.Generator, runs: int, batch: int, eta: float) -> Array:
    """The last iterates of runs from w* with a fresh batch each step: (kept, runs, n)."""
    iteration, kept = Iteration.of(problem), []
    w = np.tile(iteration.w_star, (runs, 1))
    for k in range(_STEPS):
        gradient = np.empty_like(w)
        for chunk in np.array_split(np.arange(runs), max(1, runs * batch // 32_768)):
            Z = rng.standard_normal((len(chunk), batch, len(_V_STAR), problem.n))
            gradient[chunk] = sample_gradient(w[chunk], iteration.w_star, Z)
        w = w - eta * gradient - eta * problem.beta * (w - iteration.split(w))
        w /= np.linalg.norm(w, axis=-1, keepdims=True)
        if k >= _STEPS - _KEPT:
            kept.append(w)
    return np.array(kept)


def check_sampled(asked: Asked) -> Findings:
    """Distance from the limit ∝ samples^(−½), mean of the runs at the limit, for batches of 2^6 to 2^12 networks."""
    found, rng = Findings(), generator(asked.seed, f"sampled {asked.claim.id}", asked.part)
    alpha, kappa = (float(x) for x in pull(_V_STAR))
    problem = Problem((0.8, -0.55, 0.15), kappa, 0.5 * kappa, 0.1 * kappa, "l1", {}, alpha)
    limit = predicted(asked, problem)
    if not asked.blind and not found.demand(limit is not None, f"no limit is predicted: {problem}"):
        return found
    ends, _ = Iteration.of(problem).run(problem.unit[None, :], FAST)
    target, runs = ends[0] if limit is None else np.asarray(limit.weights, dtype=float), asked.many(24, 96)
    eta = 0.4 / (alpha + problem.beta)
    logs, variances, last = [], [], np.zeros(0)
    for batch in _BATCHES:
        last = noisy_runs(problem, rng, runs, batch, eta)
        squares = np.mean(np.sum((last - target) ** 2, axis=-1), axis=0)
        logs.append(float(np.log2(squares.mean())))
        variances.append(float(squares.var(ddof=1) / runs / squares.mean() ** 2 / np.log(2) ** 2))
        found.most("error × √samples", np.sqrt(squares.mean() * batch))
        found.least("error × √samples", np.sqrt(squares.mean() * batch))
        found.count("sampled networks", runs * batch * _STEPS)
    reach = float(student.isf(asked.share / 2, runs - 1))
    _exponent(found, logs, variances, asked.share, runs)
    _mean(found, problem, last, target, reach)
    _learned(asked, found, problem, (target, eta, float(2 ** (logs[-1] / 2)) * reach))
    return found


def _exponent(found: Findings, logs: list[float], variances: list[float], share: float, runs: int) -> None:
    """The slope of log error over log samples, by Student's t with Welch and Satterthwaite's degrees of freedom."""
    x = np.log2(_BATCHES) - np.mean(np.log2(_BATCHES))
    slope = float(x @ np.array(logs) / (x @ x)) / 2
    parts = x**2 * np.array(variances)
    freedom = (runs - 1) * float(np.sum(parts) ** 2 / np.sum(parts**2))
    deviation = float(np.sqrt(np.sum(parts)) / (x @ x)) / 2
    allowed = float(student.isf(share / 2, freedom)) * deviation + _CURVED
    found.notes |= {"exponent of the error": slope, "exponent allowed within": allowed}
    found.demand(abs(slope + 0.5) <= allowed, f"error ∝ samples^{slope:.4g}, allowed within {allowed:.2g} of −½")


def _mean(found: Findings, problem: Problem, last: Array, target: Array, reach: float) -> None:
    """The runs' mean is the limit, but for chance and for a bias of the square of their spread."""
    ends = last.mean(axis=0)
    away = ends.mean(axis=0) - target
    direction = away / np.linalg.norm(away)
    deviation = float(np.std(ends @ direction, ddof=1) / np.sqrt(len(ends)))
    spread = float(np.mean(np.sum((last - target) ** 2, axis=-1)))
    # Along the direction of the mean itself chance is that of n coordinates.
    allowed = np.sqrt(problem.n) * reach * deviation + 3 * spread
    found.notes["mean of the runs allowed within"] = allowed
    found.within("distance of the mean of the runs", np.linalg.norm(away), allowed, str(problem))


def _learned(asked: Asked, found: Findings, problem: Problem, rest: tuple[Array, float, float]) -> None:
    target, eta, allowed = rest
    if asked.theory is None:
        return
    options: dict[str, Any] = {"gradient": "fresh", "samples": _BATCHES[-1], "seed": asked.seed, "max_steps": 60}
    result = asked.theory.learn(
        np.array(_V_STAR), problem.unit, problem.unit, problem.beta, problem.lam, eta, "l1", "relu", **options
    )
    found.count("steps of learn", int(result.steps))
    found.within("distance of learn on fresh samples", np.linalg.norm(result.w - target), allowed, str(problem))
