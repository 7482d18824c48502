"""Training runs whose gradients are quadratures of their definitions, and `learn` held against them step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from verify.contexts.doubles import Network
from verify.iteration.arithmetic import Iteration, Problem, unit
from verify.iteration.trial import Trial, directions, drawn
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
    if trial.theory is None:
        training.run(steps, 0.0)
        return
    problem = training.problem
    options: dict[str, Any] = {"v_star": training.v_star, "max_steps": steps, "tolerance": 1e-300, **problem.parameters}
    if training.eta_v:
        options |= {"learn_v": True, "eta_v": training.eta_v}
    given = problem.beta, problem.lam, training.eta, problem.penalty, training.ste
    result = trial.theory.learn(training.v, training.w, problem.unit, *given, **options)
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
