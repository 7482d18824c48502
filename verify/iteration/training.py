"""Training runs whose gradients are quadratures of their definitions, and `learn` held against them step by step.

Of R4 runs with sampled gradients: on fresh samples they stay around the same limit, at the Monte Carlo rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import stdtrit

import numerics
from numerics.model import sample_coarse_gradient
from verify.contexts.doubles import Network
from verify.iteration.arithmetic import Iteration, Problem, pull, unit
from verify.iteration.trial import Trial, directions, drawn, generator
from verify.minimizer import Array

BETWEEN: Final = "runs that end between w* and −w*"
"""Counted: at w* and −w* the strength of the pull has no part in the balance."""


@dataclass
class Training:
    """One run of RVSCGD whose gradients are quadratures of their definitions."""

    problem: Problem
    v_star: Array
    v: Array
    w: Array
    ste: str = "relu"
    eta: float = 0.1
    eta_v: float = 0.0

    def __str__(self) -> str:
        return f"{self.ste}, v = {self.v.tolist()}, v* = {self.v_star.tolist()}, η = {self.eta!r}: {self.problem}"

    @property
    def iteration(self) -> Iteration:
        return Iteration.of(self.problem)

    @property
    def theta(self) -> float:
        return float(self.iteration.angle(self.w))

    @property
    def u(self) -> Array:
        return self.iteration.split(self.w)

    def network(self, theta: float) -> Network:
        return Network(self.v, self.v_star, theta, ste=self.ste)

    def along(self, theta: float) -> Array:
        """The coarse gradient along (ŵ, e) at an angle."""
        return np.array(self.network(theta).coarse_gradient())

    def strength(self, theta: float) -> tuple[float, float]:
        """(α, κ) at an angle: G = αŵ − κw*."""
        radial, across = self.along(theta)
        kappa = -across / np.sin(theta)
        return float(radial + kappa * np.cos(theta)), float(kappa)

    def largest_step(self) -> float:
        """1/(max |α| + |κ| + β) over a grid of angles."""
        sizes = [abs(x) for theta in np.linspace(0.1, 3.0, 5) for x in self.strength(float(theta))]
        return 1 / (2 * max(sizes) + self.problem.beta)

    def step(self) -> float:
        """One step of w, and of v if η_v > 0, both from where they are; the length of the move."""
        iteration, theta = self.iteration, self.theta
        radial, across = self.along(theta)
        rest = iteration.w_star - np.cos(theta) * self.w
        gradient = radial * self.w + across * rest / max(np.linalg.norm(rest), 1e-300)
        new = unit(iteration.raw(self.w, iteration.split(self.w), self.eta, gradient))
        moved = float(np.linalg.norm(new - self.w))
        if self.eta_v:
            change = self.eta_v * np.array(self.network(theta).gradient_v())
            moved += float(np.linalg.norm(change))
            self.v = self.v - change
        self.w = new
        return moved

    def run(self, steps: int, tolerance: float = 1e-15) -> float:
        """Steps until one is shorter than `tolerance`; the last move."""
        moved = np.inf
        for _ in range(steps):
            moved = self.step()
            if moved < tolerance:
                break
        return float(moved)

    def balance(self) -> tuple[float, float]:
        """κ that balances βū across w̄, −β⟨ū, e⟩/sin θ̄, and what is left of βū across w̄ and w*."""
        w, w_star, u = self.w, self.problem.unit, self.u
        across = w_star - (w_star @ w) * w
        push = self.problem.beta * (u - (u @ w) * w)
        kappa = -float(push @ across) / float(across @ across)
        return kappa, float(np.linalg.norm(push + kappa * across))


def settles(trial: Trial, training: Training, learned: int, steps: int, tolerance: float) -> bool:
    """Whether a run ends: its first steps those of `learn`, its last one shorter than `tolerance`."""
    _as_learn(trial, training, learned)
    ended = training.run(steps, 1e-14) <= tolerance
    trial.count("runs" if ended else "runs not ended")
    return ended


def judged_enough(trial: Trial) -> None:
    """Runs that do not end judge nothing."""
    if trial.counts["runs not ended"] > trial.counts["runs"]:
        trial.doubts.append("most runs did not end")


def _as_learn(trial: Trial, training: Training, steps: int) -> None:
    """`learn` makes the same steps; afterwards `training` has made them."""
    if trial.blind:
        training.run(steps, 0.0)
        return
    problem = training.problem
    options: dict[str, Any] = {"v_star": training.v_star, "max_steps": steps, "tolerance": 1e-300, **problem.parameters}
    if training.eta_v:
        options |= {"learn_v": True, "eta_v": training.eta_v}
    given = problem.beta, problem.lam, training.eta, problem.penalty, training.ste
    result = numerics.learn(training.v, training.w, problem.unit, *given, **options)
    training.run(int(result.steps), 0.0)
    away = np.linalg.norm(training.w - result.w) + np.linalg.norm(training.v - result.v)
    trial.count("steps of learn", result.steps)
    trial.within("distance of learn from the definition", away, 1e-10, training)


def random_training(rng: np.random.Generator, penalty: str, m: int, lam: tuple[float, float] = (0.01, 0.5)) -> Training:
    """A problem whose κ is that of v* at v = v*, a random start."""
    v_star = np.round(rng.standard_normal(m) + 0.3, 3)
    problem = drawn(rng, penalty, n=int(rng.integers(2, 6)), beta=(0.2, 3.0), lam=lam)
    w = directions(rng, 1, problem.n)[0]
    return Training(problem, v_star, np.round(rng.standard_normal(m), 3), w)


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
    if not trial.blind and not trial.demand(limit is not None, f"no limit is predicted: {problem}"):
        return
    ends, _ = Iteration.of(problem).run(problem.unit[None, :])
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
    if trial.blind:
        return
    options: dict[str, Any] = {"gradient": "fresh", "samples": _BATCHES[-1], "seed": trial.seed, "max_steps": 60}
    result = numerics.learn(
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
