"""R11: learning v as well, and when the spurious minimum attracts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from verify.iteration.arithmetic import Problem
from verify.iteration.asked import Asked, directions
from verify.iteration.findings import Findings
from verify.iteration.limits import predicted
from verify.iteration.network import output_system
from verify.iteration.training import BETWEEN, Training, as_learn, largest_step, random_training
from verify.rows import Row

__all__ = ["check_joint", "check_spurious"]

Array = NDArray[np.float64]


def check_joint(asked: Asked) -> Findings:
    """Where v is learned too, runs end at the best v and at Nw = κ(θ̄)w* + βS(w), κ(θ) by the claim's formula."""
    found, rng = Findings(), asked.rng
    needed = (BETWEEN,) if asked.blind else (BETWEEN, "sparse limits")
    for k in asked.rounds(6, 40, lambda: found.lacking(*needed)):
        penalty = ("l1", "l0", "tl1")[k % 3 if k < asked.many(6, 40) else 0]  # l1 has the limit to compare with
        training = random_training(rng, penalty, int(rng.integers(1, 5)))
        training.ste = ("relu", "identity")[k // 3 % 2]
        training.eta = 0.9 * min(largest_step(replace(training, v=v)) for v in _met(training))
        training.eta_v = 3.0 / (len(training.v) + 1)
        as_learn(asked, found, training, 30)
        if training.run(2000, 1e-14) > 1e-12:
            found.count("runs not ended")
            continue
        found.count("runs")
        _joint_end(asked, found, training)
    found.require(*needed)
    if found.counts["runs not ended"] > found.counts["runs"]:
        found.doubt("most runs did not end")
    return found


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


def _joint_end(asked: Asked, found: Findings, training: Training) -> None:
    problem, theta = training.problem, training.theta
    best = np.linalg.solve(*output_system(theta, training.v_star))
    where = f"v* = {training.v_star.tolist()}: {problem}"
    found.within("‖v̄ − v(θ̄)‖", np.linalg.norm(training.v - best), 1e-9, where)
    if abs(np.sin(theta)) < 1e-6:
        found.count("runs that end at w* or −w*")
        return
    found.count(BETWEEN)
    kappa, rest = _strength_at_the_end(training)
    size = abs(kappa) + problem.beta
    found.within("residual of Nw = κw* + βS(w)", rest / size, 1e-9, where)
    double = 2 if training.ste == "identity" else 1
    slack = 1e-9 * size / abs(np.sin(theta))
    found.against(asked, Row("statement", "=", kappa / double, _values(training, theta), slack, where))
    pull = Problem(problem.w_star, abs(kappa), problem.beta, problem.lam, problem.penalty, problem.parameters)
    if kappa > 0 and problem.penalty == "l1" and not asked.blind:
        _consistent(asked, found, training, pull)


def _strength_at_the_end(training: Training) -> tuple[float, float]:
    """κ that balances βū across w̄, −β⟨ū, e⟩/sin θ̄, and what is left of βū across w̄ and w*."""
    w, w_star = training.w, training.problem.unit
    across = w_star - (w_star @ w) * w
    push = training.problem.beta * (training.u - (training.u @ w) * w)
    kappa = -float(push @ across) / float(across @ across)
    return kappa, float(np.linalg.norm(push + kappa * across))


def _consistent(asked: Asked, found: Findings, training: Training, pull: Problem) -> None:
    """With κ(θ̄) in place of κ the end is the limit of R4, unless it is a spike."""
    factor = float(training.w @ (pull.kappa * pull.unit + pull.beta * training.u))
    if abs(factor - pull.beta) < 1e-3 * pull.beta:
        found.count("runs that end near N = β")  # what a run's last step says of its distance is lost there
        return
    if factor < pull.beta:
        found.count("spikes")
        return
    limit = predicted(asked, pull)
    if found.demand(limit is not None, f"a run ends at N > β where no limit is predicted: {pull}"):
        away = np.linalg.norm(np.asarray(limit.weights, dtype=float) - training.w)
        found.count("sparse limits")
        found.within("distance from R4's limit at κ(θ̄)", away, 1e-8, str(pull))


def check_spurious(asked: Asked) -> Findings:
    """Runs from next to (−w*, v(π)) end there where κ(π) < 0 and leave where κ(π) > 0."""
    found, rng = Findings(), asked.rng
    for _ in range(asked.many(200, 1000)):
        if found.counts["attracts"] + found.counts["repels"] >= asked.many(8, 40):
            break
        penalty = ("l1", "l0", "tl1")[int(rng.integers(3))]
        training = random_training(rng, penalty, int(rng.integers(1, 6)))
        problem = training.problem
        sizes = np.abs(problem.unit[problem.unit != 0])
        beta = float(problem.kappa * rng.uniform(0.1, 0.5))
        # Everything thresholded; or nothing, by l0, or by l1 at λ = 0.
        high, low = (1.2 * float(sizes.max()), 0.0) if penalty == "l1" else (2.0, 0.3 * float(sizes.min()) ** 2)
        rho = low if penalty != "tl1" and rng.random() < 0.5 else high
        # Both cases in turn: output weights all alike repel, from m = 2 on; weights that nearly add up to 0 attract.
        attracting = found.counts["attracts"] <= found.counts["repels"]
        v_star = training.v_star
        training.v_star = v_star - 0.8 * v_star.mean() if attracting else np.abs(v_star) + 0.3
        training.problem = Problem(problem.w_star, problem.kappa, beta, rho * beta, penalty, problem.parameters)
        # An entry that l0 keeps alone is a spike (R7.l0): −w* then attracts beyond κ(π) < 0 as well.
        if penalty == "l0" and rho == low and len(sizes) == 1:
            continue
        training.v = np.array(np.linalg.solve(*output_system(np.pi, training.v_star)), dtype=np.float64)
        kappa = training.strength(3.0)[1]  # of the ReLU estimator it depends on v only
        if abs(kappa) > 0.05 * float(np.sum(training.v_star**2)):
            where = f"v* = {training.v_star.tolist()}"
            found.against(asked, Row("statement", "=", kappa, _values(training, np.pi), 1e-12, where))
            _next_to_spurious(asked, found, training, directions(rng, 1, problem.n)[0])
    found.require("attracts", "repels")
    return found


def _next_to_spurious(asked: Asked, found: Findings, training: Training, direction: Array) -> None:
    """A run from next to −w*: it comes back or leaves, by the sign of the claim's κ(π)."""
    training.v = training.v + 1e-4 * direction[0]
    # So near that no entry crosses its threshold: the claim is about a neighbourhood.
    near = min(1e-3, 0.05 * float(np.abs(training.problem.unit[training.problem.unit != 0]).min()))
    w = -training.problem.unit + near * direction
    training.w = w / np.linalg.norm(w)
    training.eta = 0.5 / (4 * float(np.sum(training.v_star**2)) + training.problem.beta)
    training.eta_v = 3.0 / (len(training.v) + 1)
    start, away = np.pi - training.theta, np.nan
    for _ in range(3000):
        training.step()
        away = np.pi - training.theta
        if away < start / 100 or away > 10 * start:
            break
    message = f"π − θ goes from {start:.3g} to {away:.3g} and no further, v* = {training.v_star.tolist()}"
    if found.demand(away < start / 100 or away > 10 * start, f"{message}: {training.problem}"):
        attracts = bool(away < start)
        found.count("attracts" if attracts else "repels")
        where = f"v* = {training.v_star.tolist()}: {training.problem}"
        values = _values(training, np.pi)
        found.against(asked, Row("statement", ">=" if attracts else "<=", 0.0, values, 0.0, where))
