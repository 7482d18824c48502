"""R1: what one step gains, and what a fixed point is beside all other points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np
from mpmath import mp, mpf
from sympy import Abs, Eq, Ge, Le

import numerics
from proofs.engine.claim import Claim
from proofs.symbols import beta, lam, step
from verify.inequalities import N, Statement, U, W, Z, dot, placed, reals, soft, squares, stated
from verify.iteration.arithmetic import Exact, Iteration, Problem, norm, unit, vector
from verify.iteration.training import random_training
from verify.iteration.trial import Trial, directions, drawn, on_trial
from verify.minimizer import Array, closed_at, objective
from verify.rows import DIGITS, Relation


@stated("R1", scope="all n: three coordinates hold w, w⁺ and u", whole=True)
def _lyapunov(claim: Claim) -> Iterator[Statement]:
    """w* as the step makes it: κw* = (z − w)/τ − βu, z = ‖z‖w⁺; λP(u) is a number, and u competes at w⁺ too."""
    new, (height, least) = reals("p_1:4"), reals("lambda_P e_plus")
    pull = (Z * new - W) / step - beta * U
    before = dot(pull, W) + beta / 2 - height - beta * squares(W, U) / 2
    after = dot(pull, new) + beta / 2 - least
    bound = placed(claim.parts["lower bound"], {"‖w⁺−w‖²": squares(new, W), "‖z‖": Z})
    known = Eq(dot(new, new), 1), Le(least, height + beta * squares(new, U) / 2)
    yield Statement("H(w⁺) − H(w)", Ge(after - before, bound), known)


@stated("R1.global", scope="all n, by entries: ½N(w_i² − w̄_i²) sums to 0", whole=True)
def _global(claim: Claim) -> Iterator[Statement]:
    """The envelope at w_i is the objective at some v, whichever it is; at w̄_i it is the one at S(w̄_i)."""
    here, limit, v, own, pull = reals("x x_bar v u_bar y")
    value = pull * limit + beta * limit**2 / 2 - objective(Abs(own), own, limit, lam, beta)
    other = pull * here + beta * here**2 / 2 - objective(Abs(v), v, here, lam, beta)
    bound = placed(claim.parts["lower bound"], {"‖w−w̄‖²": (here - limit) ** 2})
    known = Eq(own, soft(limit)), Eq(N * limit, pull + beta * own)
    yield Statement("an entry", Ge(value - other, bound - N * (here**2 - limit**2) / 2), known)


# By runs.

_STEPS: Final = (1e-3, 0.1, 1.0, 10.0, 1e3, 1e6)
_ROUNDING: Final = 4e-15
"""Relative rounding of the Lyapunov function in double precision, at these n."""


@on_trial("lyapunov")
def check_lyapunov(trial: Trial) -> None:
    """V = κ(1 − cos θ) + λP(u) + (β/2)‖w − u‖² falls by the claim's bound at least, z = w + τ(κw* + βu)."""
    rng = trial.rng
    if trial.penalty == "l1":
        _lowest(trial)
        return
    for penalty in trial.penalties:
        for tau in _STEPS:
            for weights in ((1e-3, 0.3), (3.0, 10.0)):  # the second thresholds everything, mostly
                for _ in range(trial.many(1, 4)):
                    problem = drawn(rng, penalty, n=int(rng.integers(2, 25)), lam=weights)
                    w = directions(rng, 32, problem.n)
                    _descends(trial, problem, Iteration.of(problem), tau, w, trial.many(12, 25))
        _check_histories(trial, penalty)
        for tau in _STEPS[:: trial.many(5, 2)]:
            problem = drawn(rng, penalty, n=3, lam=(0.01, 10.0))
            w = directions(rng, 1, 3)[0]
            with mp.workdps(DIGITS):
                _descends(trial, problem, Exact.of(problem), mpf(tau), unit(vector(w)), trial.many(6, 12))


def _lowest(trial: Trial) -> None:
    """At a limit w̄, for l1, V(w) − V(w̄) is at least the claim's bound: w̄ with N > β is the global minimum."""
    rng = trial.rng
    for _ in range(trial.many(30, 200)):
        problem = drawn(rng, "l1", n=int(rng.integers(2, 12)))
        iteration = Iteration.of(problem)
        ends, last = iteration.run(np.vstack([problem.unit, directions(rng, 60, problem.n)]))
        factor = float(iteration.multiplier(ends[0]))
        if last[0] > 1e-13:
            trial.count("runs not ended")
            continue
        # Elsewhere: random filters, and where other runs end, which may be other limits.
        nearby = unit(ends[:1] + rng.standard_normal((60, problem.n)) * 0.1)
        w = np.vstack([directions(rng, 200, problem.n), ends, nearby])
        trial.count("limits" if factor > problem.beta else "limits with N ≤ β")
        higher, square = iteration.lyapunov(w) - iteration.lyapunov(ends[0]), np.sum((w - ends[0]) ** 2, axis=-1)
        # Where w and w̄ have the same signs beyond the threshold the envelope is affine between them: an equality.
        same = np.all(iteration.split(w) * iteration.split(ends[0]) > 0, axis=-1)
        relations: dict[Relation, Array] = {">=": np.full(len(w), True), "=": same}
        for relation, at in relations.items():
            values = {"multiplier": factor, "beta": problem.beta, "‖w−w̄‖²": square[at]}
            slack = _ROUNDING * problem.n * (problem.kappa + problem.beta)
            if at.any():
                trial.row("lower bound", relation, higher[at], values, slack, problem)


def _descends(trial: Trial, problem: Problem, iteration: Iteration, tau: Any, w: Array, steps: int) -> None:
    """Steps from many starts in double precision, or from one in digits."""
    exact = isinstance(iteration, Exact)

    def size(x: Array) -> Any:
        return norm(x) if exact else norm(x)[:, 0]

    value = iteration.lyapunov(w)
    rounding = _ROUNDING * problem.n * (problem.kappa + problem.beta + np.max(value))
    for _ in range(steps):
        z, _ = iteration.unnormalized(w, tau)
        new, length = unit(z), size(z) * (1 + tau * (iteration.alpha + iteration.beta))  # of z over 1 − η(α + β)
        after, moved = iteration.lyapunov(new), size(new - w)
        trial.count("steps at 50 digits" if exact else "steps", 1 if exact else len(w))
        # The owed gain inherits the rounding of w⁺ − w, at most 2e-16·(1 + ‖z‖)/τ times the step.
        slack = mpf(10) ** -50 if exact else rounding + 1e-15 * (1 + length) / tau * moved
        # Where u = 0 before and after the step, the bound is an equality.
        idle = not exact and not (iteration.split(w).any() or iteration.split(new).any())
        values = {"step": tau, "‖z‖": length, "‖w⁺−w‖²": moved**2}
        trial.row("lower bound", "=" if idle else ">=", value - after, values, slack, problem)
        w, value = new, after


_DRAWS: Final = 100
"""As many problems are drawn for one at which the closed form of the map, which `learn` uses, is declared."""


def _check_histories(trial: Trial, penalty: str) -> None:
    """The Lyapunov history of `learn` is V of the steps made here, and falls."""
    if trial.blind:
        return
    for _ in range(_DRAWS):
        training = random_training(trial.rng, penalty, 2)
        if closed_at(penalty, training.problem.rho, training.problem.parameters):
            break
    else:
        trial.doubts.append(f"in {_DRAWS} problems drawn no λ/β for which the map of {penalty} is declared")
        return
    problem, v_star = training.problem, training.v_star
    training.v, training.eta = v_star.copy(), 0.8 / (2 * float(v_star @ v_star) + problem.beta)
    iteration = replace(training.iteration, kappa=training.strength(1.0)[1])
    given = training.w, problem.unit, problem.beta, problem.lam, training.eta, penalty
    result = numerics.learn(v_star, *given, max_steps=20, tolerance=1e-300, **problem.parameters)
    for k, value in enumerate(result.lyapunov_history):
        gap = abs(iteration.lyapunov(training.w) - value) / (iteration.kappa + problem.beta)
        trial.within("|V − the history of learn|", gap, 1e-12, f"step {k}: {training}")
        training.step()
    rise = float(np.max(np.diff(result.lyapunov_history)))
    trial.demand(rise <= 1e-14 * (1 + problem.beta), f"the Lyapunov history of learn rises by {rise:.3g}: {problem}")
