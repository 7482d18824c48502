"""R2: the witnesses' rates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mp, mpf
from sympy import And, Eq, Gt, Integer, Lt, Rational, Symbol, pi, sqrt
from sympy import ImmutableMatrix as Matrix

import numerics
from proofs.engine.claim import Claim
from verify.contexts.digits.network import Network
from verify.inequalities import Statement, dot, stated
from verify.iteration.arithmetic import Exact, pull, unit
from verify.iteration.trial import Trial, on_trial
from verify.minimizer import Array, pieces
from verify.rows import DIGITS

_W, _STAR = Matrix([4, 3]) / 5, Matrix([3, 4]) / 5

_SQRT_PI = Symbol("sqrt_pi", positive=True)


@stated("R2", scope="the rates at τ = 0", whole=False)
def _rates(claim: Claim) -> Iterator[Statement]:
    """θ and the Lagrangian along w⁺ of the witnesses: κ = 1/(2√(2π)), and f = θ/2π at v = v*."""
    tangent = Matrix([-3, 4]) / 5
    strength = 1 / (2 * sqrt(2) * _SQRT_PI)
    known = Gt(_SQRT_PI**2, Rational(314159, 100000)), Lt(_SQRT_PI**2, Rational(314160, 100000))
    minimizers = {"l0": (Rational(1, 5), Matrix([_W[0], 0])), "l1": (Integer(1), Matrix([3, 1]) / 10)}
    for name, (coupling, own) in minimizers.items():
        force = strength * _STAR + coupling * own
        turn = -dot(tangent, force)  # w* lies on the side of the tangent
        rise = turn / (2 * _SQRT_PI**2) - coupling * dot(own, tangent) * dot(tangent, force)
        for what, rate in (("angle", turn), ("Lagrangian", rise)):
            part = claim.parts[f"rate of the {what}, {name}"]
            stated_rate = part.xreplace({pi: _SQRT_PI**2, 1 / sqrt(pi): 1 / _SQRT_PI, 1 / pi: 1 / _SQRT_PI**2})
            yield Statement(f"{what}, {name}", And(Eq(rate, stated_rate), Gt(stated_rate, 0)), known)


# By runs.

_WITNESSES: Final[dict[str, dict[str, Any]]] = {
    "l0": {"beta": (1, 5), "lam": (49, 1000), "eta": ("2.4", "0.1", "1e-2", "1e-4", "1e-8")},
    "l1": {"beta": (1, 1), "lam": (1, 2), "eta": ("0.1", "1e-2", "1e-4", "1e-8")},
}
"""R2's witnesses, exact: n = 2, ‖v*‖ = 1; by l0 every step raises both, by l1 every small one."""

_SHORT: Final = mpf("1e-13")
"""A step so short that the rates are those at τ = 0 but for 1e-12."""


@on_trial("lagrangian")
def check_lagrangian(trial: Trial) -> None:
    """From R2's witnesses a step raises L_β with the true population loss, and θ, at the claim's rates."""
    for penalty, witness in _WITNESSES.items():
        with mp.workdps(DIGITS):
            _both_rise(trial, penalty, witness)


def _both_rise(trial: Trial, penalty: str, witness: dict[str, Any]) -> None:
    alpha, kappa = pull((1.0,))
    w, w_star = (np.array([mpf(int(x.p)) / int(x.q) for x in entries]) for entries in (_W, _STAR))
    beta, lam = (mpf(p) / q for p, q in (witness["beta"], witness["lam"]))
    start = Exact(w_star, kappa, beta, lam, pieces(penalty), alpha)
    before, theta = _lagrangian(start, w)
    for eta in witness["eta"]:
        after, turned = _lagrangian(start, unit(start.raw(w, start.split(w), mpf(eta))))
        trial.count("steps at 50 digits")
        trial.notes[f"dL/η at η = {eta}, {penalty}"] = float((after - before) / mpf(eta))
        for name, risen in (("L", after - before), ("θ", turned - theta)):
            trial.demand(risen > 0, f"{name} changes by {mpmath.nstr(risen, 8)} at η = {eta}, {penalty}")
    after, turned = _lagrangian(start, start.step(w, _SHORT))
    for name, risen in (("angle", turned - theta), ("Lagrangian", after - before)):
        where = f"{penalty}'s witness"
        trial.row(f"rate of the {name}, {penalty}", "=", risen / _SHORT, {}, mpf(10) ** -11, where)
    if not trial.blind:
        start_at, target = w.astype(float), w_star.astype(float)
        result = numerics.learn([1.0], start_at, target, float(beta), float(lam), 0.1, penalty, max_steps=1)
        trial.demand(result.lagrangian_history[1] > result.lagrangian_history[0], "the Lagrangian of learn falls")
        trial.demand(result.angle_history[1] > result.angle_history[0], "the angle of learn falls")


def _lagrangian(start: Exact, w: Array) -> tuple[mpf, mpf]:
    """L_β with the population loss by quadrature, and θ."""
    theta, weights = start.angle(w), (mpf(1),)
    return Network(weights, weights, theta, mpf(1), 2).loss().value + start.splitting(w), theta
