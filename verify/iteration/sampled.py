"""R4 with sampled gradients: runs on fresh samples stay around the same limit, at the Monte Carlo rate."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy.special import stdtrit

from numerics.model import sample_coarse_gradient
from verify.iteration.arithmetic import FAST, Iteration, Problem, pull, unit
from verify.iteration.trial import Trial, generator
from verify.minimizer import Array

CHANCES: Final = 3
"""Random tests of one call: the exponent, the mean of the runs, and the run of `learn`."""

_V_STAR: Final = (1.0, 0.5)
_BATCHES: Final = tuple(2**k for k in range(6, 13))
_STEPS, _KEPT = 40, 12
_CURVED: Final = 0.05
"""Allowed for what the exponent owes to the curvature of the sphere at the smallest batch."""


def _noisy_runs(problem: Problem, rng: np.random.Generator, runs: int, batch: int, eta: float) -> Array:
    """The last iterates of runs from w* with a fresh batch each step: (kept, runs, n)."""
    iteration, kept = Iteration.of(problem), []
    w = np.tile(iteration.w_star, (runs, 1))
    for k in range(_STEPS):
        gradient = np.empty_like(w)
        for chunk in np.array_split(np.arange(runs), max(1, runs * batch // 32_768)):
            Z = rng.standard_normal((len(chunk), batch, len(_V_STAR), problem.n))
            here = w[chunk, None, :]
            one = sample_coarse_gradient(_V_STAR, here, _V_STAR, iteration.w_star, Z, lambda x: x > 0)
            gradient[chunk] = one.mean(axis=1)
        w = unit(iteration.raw(w, iteration.split(w), eta, gradient))
        if k >= _STEPS - _KEPT:
            kept.append(w)
    return np.array(kept)


def check_sampled(trial: Trial) -> None:
    """Distance from the limit ∝ samples^(−½), mean of the runs at the limit, for batches of 2^6 to 2^12 networks."""
    rng = generator(trial.seed, f"sampled {trial.claim.id}", trial.part)
    alpha, kappa = (float(x) for x in pull(_V_STAR))
    problem = Problem((0.8, -0.55, 0.15), kappa, 0.5 * kappa, 0.1 * kappa, "l1", {}, alpha)
    limit = trial.limit(problem)
    if trial.theory is not None and not trial.demand(limit is not None, f"no limit is predicted: {problem}"):
        return
    ends, _ = Iteration.of(problem).run(problem.unit[None, :], FAST)
    target, runs = ends[0] if limit is None else np.asarray(limit.weights, dtype=float), trial.many(24, 96)
    eta = 0.4 / (alpha + problem.beta)
    logs, variances, last = [], [], np.zeros(0)
    for batch in _BATCHES:
        last = _noisy_runs(problem, rng, runs, batch, eta)
        squares = np.mean(np.sum((last - target) ** 2, axis=-1), axis=0)
        logs.append(float(np.log2(squares.mean())))
        variances.append(float(squares.var(ddof=1) / runs / squares.mean() ** 2 / np.log(2) ** 2))
        for which in ("max", "min"):
            trial.extreme(f"{which} error × √samples", np.sqrt(squares.mean() * batch))
        trial.count("sampled networks", runs * batch * _STEPS)
    reach = -float(stdtrit(runs - 1, trial.share / 2))
    _exponent(trial, logs, variances, runs)
    _mean(trial, problem, last, target, reach)
    if trial.theory is None:
        return
    options: dict[str, Any] = {"gradient": "fresh", "samples": _BATCHES[-1], "seed": trial.seed, "max_steps": 60}
    result = trial.theory.learn(
        np.array(_V_STAR), problem.unit, problem.unit, problem.beta, problem.lam, eta, "l1", "relu", **options
    )
    trial.count("steps of learn", int(result.steps))
    allowed = float(2 ** (logs[-1] / 2)) * reach
    trial.within("distance of learn on fresh samples", np.linalg.norm(result.w - target), allowed, problem)


def _exponent(trial: Trial, logs: list[float], variances: list[float], runs: int) -> None:
    """The slope of log error over log samples, by Student's t with Welch and Satterthwaite's degrees of freedom."""
    x = np.log2(_BATCHES) - np.mean(np.log2(_BATCHES))
    slope = float(x @ np.array(logs) / (x @ x)) / 2
    parts = x**2 * np.array(variances)
    freedom = (runs - 1) * float(np.sum(parts) ** 2 / np.sum(parts**2))
    deviation = float(np.sqrt(np.sum(parts)) / (x @ x)) / 2
    allowed = -float(stdtrit(freedom, trial.share / 2)) * deviation + _CURVED
    trial.notes |= {"exponent of the error": slope, "exponent allowed within": allowed}
    trial.demand(abs(slope + 0.5) <= allowed, f"error ∝ samples^{slope:.4g}, allowed within {allowed:.2g} of −½")


def _mean(trial: Trial, problem: Problem, last: Array, target: Array, reach: float) -> None:
    """The runs' mean is the limit, but for chance and for a bias of the square of their spread."""
    ends = last.mean(axis=0)
    away = ends.mean(axis=0) - target
    direction = away / np.linalg.norm(away)
    deviation = float(np.std(ends @ direction, ddof=1) / np.sqrt(len(ends)))
    spread = float(np.mean(np.sum((last - target) ** 2, axis=-1)))
    # Along the direction of the mean itself chance is that of n coordinates.
    allowed = np.sqrt(problem.n) * reach * deviation + 3 * spread
    trial.notes["mean of the runs allowed within"] = allowed
    trial.within("distance of the mean of the runs", np.linalg.norm(away), allowed, problem)
