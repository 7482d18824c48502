"""RVSCGD, the relaxed variable splitting coarse gradient descent of THEORY section 5: `learn`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from numerics.arguments import Array, check_parameters, flag, float_range, integer, number
from numerics.generated.penalties import PENALTY_PARAMETERS
from numerics.learning.problem import (
    GRADIENTS,
    LARGE,
    Problem,
    Pull,
    Sampling,
    choose_steps,
    digest,
    polar,
    unit_vector,
    vectors,
)
from numerics.learning.run import Progress, Run
from numerics.learning.state import LearningResult, LearningState
from numerics.learning.steps import Thresholding


def learn(
    v: npt.ArrayLike,
    w0: npt.ArrayLike,
    w_star: npt.ArrayLike,
    beta: float,
    lam: float,
    eta: float | None = None,
    penalty: str = "l1",
    ste: str = "relu",
    *,
    v_star: npt.ArrayLike | None = None,
    sphere: bool = True,
    learn_v: bool = False,
    eta_v: float | None = None,
    gradient: str = "population",
    samples: int = 256,
    dataset: int | None = None,
    seed: int = 0,
    tolerance: float = 1e-12,
    max_steps: int = 100_000,
    record_every: int = 1,
    normalize: bool = False,
    ste_parameters: Mapping[str, float] | None = None,
    progress: Progress | None = None,
    state: LearningState | None = None,
    **parameters: float,
) -> LearningResult:
    """RVSCGD: `u = S(w)`, `w ← normalize(w − ηG(w) − ηβ(w − u))`, from w0 until its limit is known within `tolerance`.

    v, v_star (m,): output weights, learned (or their start) and true; v_star is v unless given. Norms 1e-100 to 1e100.
    w0, w_star (n,): start, of which only the direction matters on the sphere, and true filter, ‖w*‖ = 1 up to 1e-9.
    beta, lam: β, λ >= 0. With λ = 0 u = w; with β = 0 < λ u = 0, and w is not coupled to it.
    eta: 0 < η < 1/(α+β), α as in C9 (the largest over the angles where it varies); without normalization the same
        bound, which is the one at norm 1. Default 0.9/max(α+β, |κ|+β). When v is learned, α and |κ| are the largest of
        every v that a run from v can come to.
    penalty: l1, l0, tl1, mcp, scad or half; `parameters` are its own. ste, ste_parameters: as in `coarse_gradient`.
    sphere=False drops the normalization (R10). learn_v=True also steps `v ← v − η_v ∂f/∂v`, at the same (v, w) (R11),
        0 < eta_v < 8/(m+1), default min(η, 4/(m+1)).
    gradient: "population"; "fresh", a new minibatch of `samples` networks each step; "fixed", minibatches of one data
        set of `dataset` networks (default: `samples`). (seed, step) alone determine what is drawn.
    tolerance: a population run ends, converged, when a bound for its distance from a fixed point that it leads to, the
        `distance` of the result, is at most this; or at most 1.5e-8 where rounding hides what is left. The bound does
        not depend on η: short steps are no sign of a limit. Next to a saddle there is none, and the run goes on.
        Sampled gradients do not settle: those runs make `max_steps` steps and do not count as converged.
    record_every: histories hold the start, every so many-th step and the last one, and whether to end is asked in the
        step after each of those, so a run ends up to twice as many steps later. Steps between are not measured, which
        makes them several times faster, if α and κ are constant: a population gradient, v not learned, `ste` relu or
        identity. Else the angle is needed at every step.
    normalize: divide w_star by its norm. progress: called as progress(step, angle, residual), at most ten times a
        second, in runs longer than 2 s; angle and residual are the last that were measured, the residual that before
        a step, nan for sampled gradients.
    state: of an earlier run of the same problem, which is continued to `max_steps` in all, to the last bit as if it had
        not stopped.

    Raises ValueError naming the argument, its value and what is allowed, also if `state` is of another problem, or a
    step leaves the range of float64 or has 1 − η(α+β) <= 0 after all. LearningInterrupted, a KeyboardInterrupt, carries
    the state.
    Source: THEORY section 5, R1, R3, R8, R10-R12; [DX].
    """
    if not isinstance(state, LearningState | None):
        raise ValueError(f"state = {state!r:.200} is no LearningState; LearningState.load(path) reads one")
    if not (progress is None or callable(progress)):
        raise ValueError(f"progress = {progress!r:.200} cannot be called; a function of (step, angle, residual) can")
    given_v, start, true_v, true_w = vectors(v, w0, v_star, w_star)
    true_w = unit_vector("w_star", true_w, flag("normalize", normalize))
    sphere, learn_v = flag("sphere", sphere), flag("learn_v", learn_v)
    _check_start(given_v, start, sphere, learn_v)
    tolerance = number("tolerance", tolerance, "> 0")
    integer("max_steps", max_steps, 0)
    record_every = integer("record_every", record_every, 1)
    beta, lam = number("beta", beta, most=LARGE), number("lam", lam, most=LARGE)
    own = check_parameters(penalty, parameters, PENALTY_PARAMETERS, "penalty")
    pull = Pull(ste, ste_parameters, true_v)
    eta, eta_v = choose_steps(pull, given_v, beta, eta, eta_v, learn_v)
    sampling = _sampling(gradient, samples, dataset, seed, ste, pull.parameters)
    threshold = Thresholding(penalty, beta, lam, own)
    problem = Problem(true_w, true_v, beta, lam, eta, eta_v, sphere, learn_v, pull, threshold, sampling, record_every)
    settings: dict[str, Any] = {"penalty": penalty, "parameters": own, "ste": ste, "ste_parameters": pull.parameters}
    settings |= {"beta": beta, "lam": lam, "eta": eta, "eta_v": eta_v if learn_v else None, "gradient": gradient}
    settings |= {"sphere": sphere, "learn_v": learn_v, "v": digest(given_v), "v_star": digest(true_v)}
    settings |= {"w0": digest(start), "w_star": digest(true_w), "record_every": record_every}
    if sampling is not None:
        settings |= {"samples": sampling.samples, "dataset": sampling.dataset, "seed": sampling.seed}
    with float_range(f"scale v, beta = {beta!r} and lam = {lam!r}"):
        return Run(problem, settings, start, given_v, tolerance, state).result(max_steps, progress)


def _check_start(v: Array, w0: Array, sphere: bool, learn_v: bool) -> None:
    if not (learn_v or v.any()):
        raise ValueError("v is the zero vector; it must be nonzero unless it is learned")
    size = polar(w0)[0]
    if not (sphere or 1 / LARGE < size < LARGE):
        raise ValueError(f"w0 has norm {size!r}; without normalization it must be between {1 / LARGE:g} and {LARGE:g}")


def _sampling(
    gradient: str, samples: int, dataset: int | None, seed: int, ste: str, parameters: Mapping[str, float]
) -> Sampling | None:
    if not isinstance(gradient, str) or gradient not in GRADIENTS:
        raise ValueError(f"gradient = {gradient!r} is unknown; allowed: {', '.join(GRADIENTS)}")
    if gradient == "population":
        return None
    samples, seed = integer("samples", samples, 1), integer("seed", seed, 0)
    size = samples if dataset is None else integer("dataset", dataset, 1)
    fresh = gradient == "fresh"
    return Sampling(fresh, samples if fresh else min(samples, size), 0 if fresh else size, seed, ste, parameters)
