"""R11: learning v as well, and when the spurious minimum attracts."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from verify.iteration.arithmetic import unit
from verify.iteration.training import BETWEEN, Training, judged_enough, random_training, settles
from verify.iteration.trial import Trial, directions, on_trial
from verify.minimizer import Array


@on_trial("joint", weight=2.0)
def check_joint(trial: Trial) -> None:
    """Where v is learned too, runs end at the best v and at Nw = κ(θ̄)w* + βS(w), κ(θ) by the claim's formula."""
    rng = trial.rng
    for k in trial.rounds(6, 40, BETWEEN, *(() if trial.blind else ("sparse limits",))):
        penalty = ("l1", "l0", "tl1")[k % 3 if k < trial.many(6, 40) else 0]  # l1 has the limit to compare with
        training = random_training(rng, penalty, int(rng.integers(1, 5)))
        training.ste = ("relu", "identity")[k // 3 % 2]
        training.eta = 0.9 * min(replace(training, v=v).largest_step() for v in _met(training))
        training.eta_v = 3.0 / (len(training.v) + 1)
        if settles(trial, training, 30, 2000, 1e-12):
            _joint_end(trial, training)
    judged_enough(trial)


def _met(training: Training) -> list[Array]:
    """Output weights around all that training may come to: their sum moves to that of v*, the rest towards ±v*."""
    v, v_star = training.v, training.v_star
    across = (v - v.mean(), v_star - v_star.mean(), v_star.mean() - v_star)
    low, high = np.sort([v.mean(), v_star.mean(), v_star.mean() * (len(v) - 1) / (len(v) + 1)])[[0, -1]]
    return [y + mean for y in across for mean in (low, high)]


def _values(training: Training, theta: float) -> dict[str, float]:
    """What κ(θ) depends on."""
    v_star = training.v_star
    known = {"theta": theta, "vs_vs": float(v_star @ v_star), "sum_vs": float(v_star.sum())}
    return known | {"m": float(len(v_star)), "n": float(training.problem.n)}


def _joint_end(trial: Trial, training: Training) -> None:
    problem, theta = training.problem, training.theta
    best = np.array(training.network(theta).best_weights())
    trial.within("‖v̄ − v(θ̄)‖", np.linalg.norm(training.v - best), 1e-9, training)
    if abs(np.sin(theta)) < 1e-6:
        trial.count("runs that end at w* or −w*")
        return
    trial.count(BETWEEN)
    kappa, rest = training.balance()
    size = abs(kappa) + problem.beta
    trial.within("residual of Nw = κw* + βS(w)", rest / size, 1e-9, training)
    double = 2 if training.ste == "identity" else 1
    slack = 1e-9 * size / abs(np.sin(theta))
    trial.row("strength", "=", kappa / double, _values(training, theta), slack, str(training))
    if kappa > 0 and problem.penalty == "l1" and not trial.blind:
        _consistent(trial, training, kappa)


def _consistent(trial: Trial, training: Training, kappa: float) -> None:
    """With κ(θ̄) in place of κ the end is the limit of R4, unless it is a spike."""
    pull = replace(training.problem, kappa=kappa)
    factor = float(training.w @ (kappa * pull.unit + pull.beta * training.u))
    if abs(factor - pull.beta) < 1e-3 * pull.beta:
        trial.count("runs that end near N = β")  # what a run's last step says of its distance is lost there
        return
    if factor < pull.beta:
        trial.count("spikes")
        return
    limit = trial.limit(pull)
    if trial.demand(limit is not None, f"a run ends at N > β where no limit is predicted: {pull}"):
        away = np.linalg.norm(np.asarray(limit.weights, dtype=float) - training.w)
        trial.count("sparse limits")
        trial.within("distance from R4's limit at κ(θ̄)", away, 1e-8, pull)


_STEPS: Final = 3000
"""Of a run from next to the spurious minimum: it has to come a hundred times closer, or ten times as far."""


@on_trial("spurious", weight=2.0)
def check_spurious(trial: Trial) -> None:
    """Runs from next to (−w*, v(π)) end there where κ(π) < 0 and leave where κ(π) > 0."""
    rng, seen = trial.rng, trial.counts
    for _ in range(trial.many(200, 1000)):
        if seen["attracts"] + seen["repels"] >= trial.many(8, 40):
            break
        penalty = ("l1", "l0", "tl1")[int(rng.integers(3))]
        training = random_training(rng, penalty, int(rng.integers(1, 6)))
        problem = training.problem
        sizes = np.abs(problem.unit[problem.unit != 0])
        beta = float(problem.kappa * rng.uniform(0.1, 0.5))
        # Everything thresholded; or nothing, by l0, or by l1 at λ = 0.
        high, low = (1.2 * float(sizes.max()), 0.0) if penalty == "l1" else (2.0, 0.3 * problem.least**2)
        rho = low if penalty != "tl1" and rng.random() < 0.5 else high
        # Both cases in turn: output weights all alike repel, from m = 2 on; weights that nearly add up to 0 attract.
        v_star = training.v_star
        attracting = seen["attracts"] <= seen["repels"]
        training.v_star = v_star - 0.8 * v_star.mean() if attracting else np.abs(v_star) + 0.3
        training.problem = replace(problem, beta=beta, lam=rho * beta)
        # An entry that l0 keeps alone is a spike (R7.l0): −w* then attracts beyond κ(π) < 0 as well.
        if penalty == "l0" and rho == low and len(sizes) == 1:
            continue
        training.v = np.array(training.network(np.pi).best_weights())
        kappa = training.strength(3.0)[1]  # of the ReLU estimator it depends on v only
        size = float(np.sum(training.v_star**2))
        training.eta = 0.5 / (4 * size + beta)
        # A step changes π − θ by about η|κ|: with less a run would tell too late.
        if abs(kappa) > 0.05 * size and training.eta * abs(kappa) > 12 / _STEPS:
            trial.row("strength", "=", kappa, _values(training, np.pi), 1e-12, str(training))
            _next_to_spurious(trial, training, directions(rng, 1, problem.n)[0])
    trial.require("attracts", "repels")


def _next_to_spurious(trial: Trial, training: Training, direction: Array) -> None:
    """A run from next to −w*: it comes back or leaves, by the sign of the claim's κ(π)."""
    problem = training.problem
    training.v = training.v + 1e-4 * direction[0]
    # So near that no entry crosses its threshold: the claim is about a neighbourhood.
    training.w = unit(-problem.unit + min(1e-3, 0.05 * problem.least) * direction)
    training.eta_v = 3.0 / (len(training.v) + 1)
    start, away = np.pi - training.theta, np.nan
    for _ in range(_STEPS):
        training.step()
        away = np.pi - training.theta
        if away < start / 100 or away > 10 * start:
            break
    message = f"π − θ goes from {start:.3g} to {away:.3g} and no further: {training}"
    if trial.demand(away < start / 100 or away > 10 * start, message):
        attracts = bool(away < start)
        trial.count("attracts" if attracts else "repels")
        trial.row("strength", ">=" if attracts else "<=", 0.0, _values(training, np.pi), 0.0, str(training))
