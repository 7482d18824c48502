"""Runs of RVSCGD for the command line: settings in, the run and the limit predicted for it out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from numerics import LearningResult, LearningState, SparseLimit, angle, learn, sparse_limit
from numerics.learning.problem import Pull
from verify.commands.limit import LIMIT_PENALTIES, idle, require_unit
from verify.commands.weights import read_weights
from verify.monte_carlo.statistics import finite

Array = npt.NDArray[np.float64]


def run(options: dict[str, Any], progress: Callable[[int, float, float], None]) -> tuple[LearningResult, Array, Array]:
    """The run, the true weight normalized, and the true output weights."""
    w_star, v_star = true_weights(options)
    rng = np.random.Generator(np.random.Philox(options["seed"]))
    start = rng.standard_normal(w_star.size) if options["start"] is None else read_weights(options["start"])
    v = rng.standard_normal(v_star.size) * np.linalg.norm(v_star) if options["learn_v"] else v_star
    state = None if options["resume"] is None else LearningState.load(options["resume"])
    names = ["beta", "lam", "eta", "penalty", "ste", "learn_v", "gradient", "samples", "dataset", "ste_parameters"]
    names += ["seed", "tolerance", "max_steps", "record_every", "normalize"]
    settings = {name: options[name] for name in names} | options["parameters"]
    result = learn(
        v, start, w_star, v_star=v_star, sphere=not options["free"], progress=progress, state=state, **settings
    )
    return result, w_star / np.linalg.norm(w_star), v_star


def true_weights(options: dict[str, Any]) -> tuple[Array, Array]:
    """w*, whose norm is 1 unless it is to be made so, and v*."""
    w_star = read_weights(options["weights_path"])
    if not options["normalize"]:
        require_unit(options["weights_path"], w_star)
    if options["v_path"] is not None:
        return w_star, read_weights(options["v_path"])
    kappa, units = options["kappa"], options["units"]
    if not 1e-199 <= kappa <= 1e199:  # the norm of v is to be between 1e-100 and 1e100
        raise ValueError(f"--kappa {kappa} is out of range; 1e-199 to 1e199 is allowed")
    return w_star, np.full(units, math.sqrt(kappa * 2 * math.sqrt(2 * math.pi) / units))


def prediction(result: LearningResult, w_star: Array, v_star: Array, options: dict[str, Any]) -> SparseLimit | None:
    """R4's limit for the pull κ at the end of the run (R11, R12), or None where theory names none or none exists."""
    if options["free"] or options["penalty"] not in LIMIT_PENALTIES:
        return None
    own = result.state.settings["ste_parameters"]  # with the defaults of those that were not given
    kappa = Pull(options["ste"], own, v_star).at(result.v, float(angle(result.w, w_star)), 1.0)[1]
    if kappa == 0:
        click.echo("no prediction: v·v* = 0, nothing pulls towards w* or away from it (R11)", err=True)
        return None
    target = math.copysign(1.0, kappa) * w_star  # where v·v* < 0 the pull is towards −w*
    beta, lam, penalty = options["beta"], options["lam"], options["penalty"]
    try:
        return sparse_limit(target, abs(kappa), beta, lam, penalty, **options["parameters"])
    except ValueError as error:  # none, or out of what `sparse_limit` computes: the run is worth telling all the same
        click.echo(f"no prediction: {error}", err=True)
        return None


def cap(predicted: SparseLimit | None) -> float | None:
    """The angle arcsin(r/κ) of R5, from the bound 2 sin(θ/2) on the error."""
    if predicted is None or not float(predicted.error_bound) < 2:
        return None
    return 2 * math.asin(float(predicted.error_bound) / 2)


def as_json(
    result: LearningResult, predicted: SparseLimit | None, w_star: Array, options: dict[str, Any]
) -> dict[str, Any]:
    """The document of `--json`."""
    names = ("penalty", "beta", "lam", "ste", "gradient", "seed")
    document: dict[str, Any] = {"schema": 1, **{name: options[name] for name in names}}
    document |= {name: result.state.settings[name] for name in ("parameters", "ste_parameters")}
    document |= {"steps": int(result.steps), "converged": bool(result.converged)}
    document |= {"angle": float(result.angle_history[-1]), "error": float(np.linalg.norm(result.w - w_star))}
    document |= {name: finite(getattr(result, name)) for name in ("multiplier", "residual", "distance")}
    document |= {"support": np.flatnonzero(result.u).tolist(), "weights": result.w.tolist()}
    document |= {"auxiliary": result.u.tolist(), "v": result.v.tolist()}
    if predicted is None:
        return document | {"predicted": None}
    told = {"kappa": predicted.kappa, "angle": float(angle(predicted.weights, w_star))}
    told |= {"multiplier": float(predicted.multiplier), "support": [int(index) for index in predicted.support]}
    return document | {"predicted": told | {"distance": float(np.linalg.norm(result.w - predicted.weights))}}


def _distance(value: float) -> str:
    if math.isnan(value):
        return "no bound: sampled gradients do not settle"
    if math.isinf(value):
        return "no bound: the limit is far, or a saddle or a jump of S is near"
    return f"{value:.3g}  (at most, to the fixed point that the run leads to)"


def rows(result: LearningResult, predicted: SparseLimit | None, w_star: Array) -> list[tuple[str, str]]:
    """What a run found, line by line."""
    ended = "converged" if result.converged else "stopped"
    size, given = np.count_nonzero(result.u), result.state.settings
    why = "" if size else f": {idle(given['beta'], given['lam'])}"
    found = [
        ("steps", f"{result.steps} ({ended})"),
        ("angle to w*", f"{result.angle_history[-1]:.9g} rad"),
        ("error ‖w − w*‖", f"{np.linalg.norm(result.w - w_star):.9g}"),
        ("multiplier N", f"{result.multiplier:.12g}"),
        ("support of u", f"{size} of {result.u.size}{why}"),
        ("residual", f"{result.residual:.3g}  (sine of the angle between w and κw* + βu)"),
        ("distance", _distance(result.distance)),
    ]
    if predicted is not None:
        found += [
            ("predicted angle", f"{angle(predicted.weights, w_star):.9g} rad (R4, κ = {predicted.kappa:.6g})"),
            ("from prediction", f"{np.linalg.norm(result.w - predicted.weights):.3g}"),
        ]
    return found
