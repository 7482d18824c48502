"""Training runs whose gradients are quadratures of their definitions, and `learn` held against them step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from verify.iteration.arithmetic import Problem
from verify.iteration.asked import Asked, directions, drawn
from verify.iteration.findings import Findings
from verify.iteration.network import coarse, output_gradient
from verify.minimizer import closed_at, proximal, total

__all__ = ["BETWEEN", "Training", "as_learn", "check_histories", "largest_step", "random_training", "splitting_part"]

Array = NDArray[np.float64]

BETWEEN: Final = "runs that end between w* and −w*"
"""Counted: at w* and −w* the strength of the pull has no part in the balance."""


_DRAWS: Final = 100
"""As many problems are drawn for one at which the closed form of the map, which `learn` uses, is declared."""


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
    parameters: dict[str, float] = field(default_factory=dict)

    @property
    def theta(self) -> float:
        """Angle to w* by Kahan's formula."""
        w_star = self.problem.unit
        return float(2 * np.arctan2(np.linalg.norm(self.w - w_star), np.linalg.norm(self.w + w_star)))

    @property
    def u(self) -> Array:
        """S(w)."""
        return proximal(self.w, self.problem.rho, self.problem.parts)

    def along(self, theta: float) -> Array:
        """The coarse gradient along (ŵ, e) at an angle."""
        return coarse(theta, self.v, self.v_star, self.ste, self.parameters)

    def strength(self, theta: float) -> tuple[float, float]:
        """(α, κ) at an angle: G = αŵ − κw*."""
        radial, across = self.along(theta)
        kappa = -across / np.sin(theta)
        return float(radial + kappa * np.cos(theta)), float(kappa)

    def step(self) -> float:
        """One step of w, and of v if η_v > 0, both from where they are; the length of the move."""
        theta, u = self.theta, self.u
        radial, across = self.along(theta)
        rest = self.problem.unit - np.cos(theta) * self.w
        gradient = radial * self.w + across * rest / max(np.linalg.norm(rest), 1e-300)
        z = self.w - self.eta * gradient - self.eta * self.problem.beta * (self.w - u)
        new = z / np.linalg.norm(z)
        moved = float(np.linalg.norm(new - self.w))
        if self.eta_v:
            change = self.eta_v * output_gradient(theta, self.v, self.v_star)
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


def as_learn(asked: Asked, found: Findings, training: Training, steps: int) -> None:
    """`learn` makes the same steps; afterwards `training` has made them."""
    if asked.theory is None:
        training.run(steps, 0.0)
        return
    problem = training.problem
    options: dict[str, Any] = {"v_star": training.v_star, "ste_parameters": training.parameters or None}
    if training.eta_v:
        options |= {"learn_v": True, "eta_v": training.eta_v}
    result = asked.theory.learn(
        training.v, training.w, problem.unit, problem.beta, problem.lam, training.eta, problem.penalty, training.ste,
        max_steps=steps, tolerance=1e-300, **options, **problem.parameters,
    )  # fmt: skip
    training.run(int(result.steps), 0.0)
    away = np.linalg.norm(training.w - result.w) + np.linalg.norm(training.v - result.v)
    found.count("steps of learn", result.steps)
    found.within("distance of learn from the definition", away, 1e-10, f"{training.ste}, v = {training.v}: {problem}")


def random_training(rng: np.random.Generator, penalty: str, m: int, lam: tuple[float, float] = (0.01, 0.5)) -> Training:
    """A problem whose κ is that of v* at v = v*, a random start."""
    v_star = np.round(rng.standard_normal(m) + 0.3, 3)
    problem = drawn(rng, penalty, n=int(rng.integers(2, 6)), beta=(0.2, 3.0), lam=lam)
    w = directions(rng, 1, problem.n)[0]
    return Training(problem, v_star, np.round(rng.standard_normal(m), 3), w)


def largest_step(training: Training) -> float:
    """1/(max |α| + |κ| + β) over a grid of angles, v and v*."""
    sizes = [abs(x) for theta in np.linspace(0.1, 3.0, 5) for x in training.strength(float(theta))]
    return 1 / (2 * max(sizes) + training.problem.beta)


def splitting_part(problem: Problem, w: Array, u: Array) -> float:
    """λP(u) + (β/2)‖w − u‖²."""
    penalty = float(np.sum(total(u, problem.parts)))
    return problem.lam * penalty + problem.beta / 2 * float(np.sum((w - u) ** 2))


def check_histories(asked: Asked, penalty: str, found: Findings, rng: np.random.Generator) -> None:
    """The Lyapunov history of `learn` is V of the steps made here, and falls."""
    if asked.theory is None:
        return
    for _ in range(_DRAWS):
        training = random_training(rng, penalty, 2)
        if closed_at(penalty, training.problem.rho, training.problem.parameters):
            break
    else:
        found.doubt(f"in {_DRAWS} problems drawn no λ/β for which the map of {penalty} is declared")
        return
    problem, v_star = training.problem, training.v_star
    training.v, training.eta = v_star.copy(), 0.8 / (2 * float(v_star @ v_star) + training.problem.beta)
    alpha, kappa = training.strength(1.0)
    result = asked.theory.learn(
        v_star, training.w, problem.unit, problem.beta, problem.lam, training.eta, penalty,
        max_steps=20, tolerance=1e-300, **problem.parameters,
    )  # fmt: skip
    for k, value in enumerate(result.lyapunov_history):
        fit = kappa * float(np.sum((training.w - problem.unit) ** 2)) / 2
        gap = abs(fit + splitting_part(problem, training.w, training.u) - value) / (kappa + problem.beta)
        found.within("|V − the history of learn|", gap, 1e-12, f"step {k}, α = {alpha!r}: {problem}")
        training.step()
    rise = float(np.max(np.diff(result.lyapunov_history)))
    found.demand(rise <= 1e-14 * (1 + problem.beta), f"the Lyapunov history of learn rises by {rise:.3g}: {problem}")
