"""R12: any straight-through estimator: its fixed points, and what one step gains where the slope of κ is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from sympy import Eq, Expr, Ge, Gt, Implies, Integer, Le, Rational, Symbol, integrate, pi

from proofs.engine.claim import Claim
from proofs.symbols import beta, eta, moment_across, step
from verify.contexts.doubles import potential_rise
from verify.inequalities import CIRCLE, STAR, Statement, U, W, Z, dot, on_circle, placed, reals, squares, stated
from verify.iteration.training import BETWEEN, Training, judged_enough, random_training, settles
from verify.iteration.trial import Trial, on_trial
from verify.model import PROXY_MOMENTS
from verify.rows import Relation

_T, _STEEPEST = Symbol("t", nonnegative=True), Symbol("L", nonnegative=True)


@stated("R12.step", scope="all n: three coordinates hold w, w⁺ and u; slopes are integrated", whole=True)
def _curved(claim: Claim) -> Iterator[Statement]:
    """−Ψ has the slope κ in c = cos θ (R12), and κ(c) + Lc is nondecreasing: dκ/dc ≥ −L."""
    here, there, rise, height, least = reals("kappa_0 kappa_c rise lambda_P e_plus")
    shift, new = Symbol("s", real=True), reals("p_1:4")
    risen = there + _STEEPEST * shift
    nondecreasing = Implies(Ge(shift, 0), Ge(risen, here)), Implies(Le(shift, 0), Le(risen, here))
    yield Statement("κ(c + s)s ≥ (κ(c) − Ls)s", Ge(there * shift, (here - _STEEPEST * shift) * shift), nondecreasing)
    away, square = new - W, squares(new, W)
    yield Statement("|cos θ⁺ − cos θ| ≤ ‖w⁺ − w‖", Le(dot(STAR, away) ** 2, square), CIRCLE)
    pull = (Z * new - W) / step - beta * U  # κw*
    fit = integrate(here - _STEEPEST * _T, (_T, 0, shift)).subs(here * shift, dot(pull, away))
    envelope = height + beta * squares(W, U) / 2 - least
    bound, unit = _gain(claim, square, Z, _STEEPEST), Eq(dot(new, new), 1)
    known = unit, Le(shift**2, square), Ge(rise, fit), Le(least, height + beta * squares(new, U) / 2)
    yield Statement("H(w⁺) − H(w)", Ge(rise + envelope, bound), known, relaxed=True)
    yield Statement("an increase for τ ≤ 1/L", Gt(bound, 0), (Gt(square, 0), Le(step * _STEEPEST, 1)))
    yield _square_estimator(claim)
    # w − η(G + β(w − u)) with G = α w − κw* (R12) is along z, by entries.
    w, star, entry, level = reals("w_i w_star_i u_i alpha")
    left = 1 - eta * (level + beta)
    ahead = w - eta * (level * w - here * star + beta * (w - entry))
    along = left * (w + step * (here * star + beta * entry))
    yield Statement("τ = η/(1 − η(α + β))", Eq(ahead, along), (Eq(step, eta / left), Gt(left, 0)))


def _gain(claim: Claim, square: Expr, norm: Expr, steepest: Expr) -> Expr:
    return placed(claim.parts["lower bound"], {"‖w⁺−w‖²": square, "‖z‖": norm, "L": steepest})


def _square_estimator(claim: Claim) -> Statement:
    """μ'(x) ∝ x²: κ = k sin²θ (G5). With l0 and a small λ u = w at w and at w⁺, and H gains what −Ψ does."""
    (near, across), (far, beyond) = on_circle(Rational(999, 1000)), on_circle(Rational(998, 1000))
    weak = 1 / Integer(10) ** 12
    norm = (1 + weak) * across / beyond  # z = (1 + τβ)w + τκw*, τ = 1
    strength = (norm * far - (1 + weak) * near) / across**2
    rise = integrate(strength * (1 - _T**2), (_T, near, far))
    square = (far - near) ** 2 + (beyond - across) ** 2
    bound = _gain(claim, square, norm, 2 * strength * far)  # −dκ/dc = 2kc is largest at the end
    return Statement("an instance, κ = k sin²θ", Ge(rise, bound), (Eq(step, 1), Eq(beta, weak)))


# By runs.

_ESTIMATORS: Final = ("relu", "clipped-relu", "gaussian", "tanh", "leaky-relu", "sigmoid", "identity", "triangular")


def _trainings(trial: Trial, *needed: str) -> Iterator[Training]:
    """Fixed v with v·v* > 0, several estimators and penalties."""
    for k in trial.rounds(5, 16, *needed):
        # The bound is an equality where u = 0; every estimator has its turn with a large λ and with a small one.
        large = trial.aspect == "any-estimator-step" and (k + k // len(_ESTIMATORS)) % 2 == 0
        training = random_training(trial.rng, ("l1", "tl1", "l0")[k % 3], 2, (3.0, 6.0) if large else (0.02, 0.3))
        training.v = training.v_star + np.round(0.3 * trial.rng.standard_normal(2), 3)
        training.ste = _ESTIMATORS[k % len(_ESTIMATORS)]
        training.eta = 0.9 * training.largest_step()
        yield training


@on_trial("any-estimator", weight=2.0)
def check_any_estimator(trial: Trial) -> None:
    """With any μ', runs end at Nw = κ(θ̄)w* + βu, κ(θ̄) sin θ̄ ≤ β‖w̄ − ū‖, κ(θ̄) as claimed."""
    for training in _trainings(trial, BETWEEN):
        if not settles(trial, training, 15, trial.many(500, 2000), 1e-11):
            continue
        theta = training.theta
        if not 1e-4 < theta < np.pi - 1e-4:
            trial.count("runs that end at w* or −w*")
            continue
        trial.count(BETWEEN)
        _balanced(trial, training, theta)
    judged_enough(trial)
    for angle, name in ((Integer(0), "w"), (pi, "−w")) if trial.part == 0 else ():  # which the hypotheses exclude
        values = {"theta": angle, "v_vs": Integer(2), "B": Integer(0)}
        trial.row("strength", "=", 0, values, 0, f"w* = {name}")


def _balanced(trial: Trial, training: Training, theta: float) -> None:
    """At the end of a run κ(θ̄) sin θ̄ = Ψ'(θ̄) balances βū, B by quadrature of its definition."""
    problem, (kappa, rest) = training.problem, training.balance()
    slope, size = kappa * np.sin(theta), abs(kappa) + problem.beta
    trial.within("residual of Nw = κ(θ̄)w* + βu", rest / size, 1e-9, training)
    gap = problem.beta * float(np.linalg.norm(training.w - training.u))
    trial.demand(abs(slope) <= gap + 1e-10, f"κ sin θ̄ > β‖w̄ − ū‖ = {gap:.9g}: {training}")
    values = {"theta": theta, "B": training.network(theta).mean(PROXY_MOMENTS[moment_across])}
    values["v_vs"] = float(training.v @ training.v_star)
    trial.row("slope of the potential", "=", slope, values, 1e-9 * size, str(training))
    trial.row("strength", "=", kappa, values, 1e-9 * size / np.sin(theta), str(training))


_LOSING: Final = "steps on which κ falls, and nothing else changes"
"""There the gain is less than it is for constant κ."""

_SEEN: Final = 1e-9
"""What such a step must lose for rounding not to hide it."""


@on_trial("any-estimator-step", weight=2.0)
def check_any_step(trial: Trial) -> None:
    """Ψ(θ) + λP(u) + (β/2)‖w − u‖² falls by ((1 + ‖z‖)/(2τ) − L/2)‖w⁺ − w‖² at least, L ≥ sup (−dκ/dcos θ)₊."""
    for training in _trainings(trial, "steps", _LOSING):
        problem, (ascent, constant) = training.problem, _steepest(training)
        iteration, weight = training.iteration, training.problem.beta
        if ascent:  # positive for τ ≤ 1/L and every z ≠ 0
            longest = {"step": 1 / ascent, "‖z‖": 1e-6, "‖w⁺−w‖²": 1.0, "L": ascent}
            trial.row("lower bound", "<=", 0.0, longest, 0.0, f"τ = 1/L: {problem}")
        for _ in range(trial.many(8, 20)):
            theta, w, u = training.theta, training.w, training.u
            if not 0.05 < theta < np.pi - 0.05:
                break
            alpha, pull = training.strength(theta)
            tau = training.eta / (1 - training.eta * (alpha + weight))
            moved, where = training.step(), f"θ = {theta!r}, {training}"
            rise = potential_rise(theta, training.theta, training.along)
            fallen = float(iteration.splitting(w) - iteration.splitting(training.w)) - rise
            size = float(np.linalg.norm(w + tau * (pull * problem.unit + weight * u)))
            trial.count("steps")
            trial.count("steps where κ falls with θ", ascent == 0)
            # For constant κ, with S = 0 before and after the step, the bound is an equality.
            idle = not u.any() and not training.u.any()
            lost = (pull - training.strength(training.theta)[1]) * (np.cos(training.theta) - np.cos(theta))
            trial.count(_LOSING, idle and lost > _SEEN)
            relation: Relation = "=" if constant and idle else ">="
            values = {"step": tau, "‖z‖": size, "‖w⁺−w‖²": moved**2, "L": ascent}
            trial.row("lower bound", relation, fallen, values, 1e-12 * (1 + weight), where)


def _steepest(training: Training) -> tuple[float, bool]:
    """An upper estimate of sup (−dκ/dcos θ)₊ by differences on a grid, 0 where κ never rises with θ; is κ constant."""
    angles = np.linspace(0.05, np.pi - 0.05, 121)
    kappa = np.array([training.strength(float(angle))[1] for angle in angles])
    slope = -np.diff(kappa) / np.diff(np.cos(angles))
    steepest, size = float(slope.max()), 1e-9 * float(np.abs(kappa).max())
    return 1.05 * steepest if steepest > size else 0.0, bool(np.ptp(kappa) < size)
