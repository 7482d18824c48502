"""R1, R2, R3: what a step does to the Lyapunov function and to the Lagrangian, and where runs end."""

from __future__ import annotations

from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray

from verify.iteration.arithmetic import FAST, Exact, Iteration, Problem, norm, pull, run_exact, unit, vector
from verify.iteration.asked import Asked, directions, drawn, penalties_of
from verify.iteration.findings import Findings
from verify.iteration.training import check_histories
from verify.minimizer import total
from verify.precision.network import Network
from verify.rows import DIGITS, Relation, Row

__all__ = ["check_fixed_points", "check_lagrangian", "check_lyapunov"]

_STEPS: Final = (1e-3, 0.1, 1.0, 10.0, 1e3, 1e6)
_ROUNDING: Final = 4e-15
"""Relative rounding of the Lyapunov function in double precision, at these n."""


def check_lyapunov(asked: Asked) -> Findings:
    """V = κ(1 − cos θ) + λP(u) + (β/2)‖w − u‖² falls by the claim's bound at least, z = w + τ(κw* + βu)."""
    found, rng = Findings(), asked.rng
    if asked.penalty == "l1":
        return _lowest(asked, found, rng)
    for penalty in penalties_of(asked, found.notes):
        for tau in _STEPS:
            for lam in ((1e-3, 0.3), (3.0, 10.0)):  # the second thresholds everything, mostly
                for _ in range(asked.many(1, 4)):
                    problem = drawn(rng, penalty, n=int(rng.integers(2, 25)), lam=lam)
                    _descends(asked, found, problem, tau, directions(rng, 32, problem.n))
        check_histories(asked, penalty, found, rng)
        for tau in _STEPS[:: asked.many(5, 2)]:
            problem = drawn(rng, penalty, n=3, lam=(0.01, 10.0))
            _descends_exactly(asked, found, problem, tau, directions(rng, 1, 3)[0])
    return found


def _lowest(asked: Asked, found: Findings, rng: np.random.Generator) -> Findings:
    """At a limit w̄, for l1, V(w) − V(w̄) is at least the claim's bound: w̄ with N > β is the global minimum."""
    for _ in range(asked.many(30, 200)):
        problem = drawn(rng, "l1", n=int(rng.integers(2, 12)))
        iteration = Iteration.of(problem)
        ends, last = iteration.run(np.vstack([problem.unit, directions(rng, 60, problem.n)]), FAST)
        factor = float(iteration.multiplier(ends[:1])[0])
        if last[0] > 1e-13:
            found.count("runs not ended")
            continue
        # Elsewhere: random filters, and where other runs end, which may be other limits.
        nearby = ends[:1] + rng.standard_normal((60, problem.n)) * 0.1
        w = np.vstack([directions(rng, 200, problem.n), ends, nearby / np.linalg.norm(nearby, axis=-1, keepdims=True)])
        found.count("limits" if factor > problem.beta else "limits with N ≤ β")
        values = {"multiplier": factor, "beta": problem.beta, "‖w−w̄‖²": np.sum((w - ends[0]) ** 2, axis=-1)}
        higher = iteration.lyapunov(w) - iteration.lyapunov(ends[:1])
        slack = _ROUNDING * problem.n * (problem.kappa + problem.beta)
        found.against(asked, Row("lower bound", ">=", higher, values, slack, problem))
        # Where w and w̄ have the same signs beyond the threshold the envelope is affine between them: an equality.
        same = np.all(iteration.split(w) * iteration.split(ends[:1]) > 0, axis=-1)
        if same.any():
            there = {**values, "‖w−w̄‖²": np.sum((w[same] - ends[0]) ** 2, axis=-1)}
            found.against(asked, Row("lower bound", "=", higher[same], there, slack, problem))
    return found


def _descends(asked: Asked, found: Findings, problem: Problem, tau: float, w: Any) -> None:
    iteration = Iteration.of(problem)
    value = iteration.lyapunov(w)
    size = problem.kappa + problem.beta + value.max()
    for _ in range(asked.many(12, 25)):
        z, _ = iteration.unnormalized(w, tau)
        length = np.linalg.norm(z, axis=-1)
        idle = not iteration.split(w).any()
        new = z / length[:, None]
        after, moved = iteration.lyapunov(new), np.linalg.norm(new - w, axis=-1)
        length *= 1 + tau * (problem.alpha + problem.beta)  # of z over 1 − η(α + β)
        # The owed gain inherits the rounding of w⁺ − w, at most 2e-16·(1 + ‖z‖)/τ times the step.
        slack = _ROUNDING * problem.n * size + 1e-15 * (1 + length) / tau * moved
        values = {"step": tau, "‖z‖": length, "‖w⁺−w‖²": moved**2}
        found.count("steps", len(w))
        # Where u = 0 before and after the step, the bound is an equality.
        relation: Relation = "=" if idle and not iteration.split(new).any() else ">="
        found.against(asked, Row("lower bound", relation, value - after, values, slack, problem))
        w, value = new, after


def _descends_exactly(asked: Asked, found: Findings, problem: Problem, tau: float, start: Any) -> None:
    with mp.workdps(DIGITS):
        iteration, step = Exact.of(problem), mpf(tau)
        w = unit(vector(start))
        value = iteration.lyapunov(w)
        for _ in range(asked.many(6, 12)):
            z, shrink = iteration.unnormalized(w, step)
            new = unit(z)
            after = iteration.lyapunov(new)
            values = {"step": step, "‖z‖": norm(z) / shrink, "‖w⁺−w‖²": norm(new - w) ** 2}
            found.count("steps at 50 digits")
            found.against(asked, Row("lower bound", ">=", value - after, values, mpf(10) ** -50, problem))
            w, value = new, after


_WITNESSES: Final[dict[str, dict[str, Any]]] = {
    "l0": {"beta": (1, 5), "lam": (49, 1000), "eta": ("2.4", "0.1", "1e-2", "1e-4", "1e-8")},
    "l1": {"beta": (1, 1), "lam": (1, 2), "eta": ("0.1", "1e-2", "1e-4", "1e-8")},
}
"""R2's witnesses, exact: n = 2, ‖v*‖ = 1; by l0 every step raises both, by l1 every small one."""

_W, _W_STAR = ((4, 5), (3, 5)), ((3, 5), (4, 5))
_SHORT: Final = mpf("1e-13")
"""A step so short that the rates are those at τ = 0 but for 1e-12."""


def check_lagrangian(asked: Asked) -> Findings:
    """From R2's witnesses a step raises L_β with the true population loss, and θ, at the claim's rates."""
    found = Findings()
    for penalty, witness in _WITNESSES.items():
        _both_rise(asked, found, penalty, witness)
    return found


def _both_rise(asked: Asked, found: Findings, penalty: str, witness: dict[str, Any]) -> None:
    with mp.workdps(DIGITS):
        alpha, kappa = pull((1.0,))
        w, w_star = (np.array([mpf(p) / q for p, q in entries]) for entries in (_W, _W_STAR))
        beta, lam = (mpf(p) / q for p, q in (witness["beta"], witness["lam"]))
        start = Exact(w_star, kappa, beta, lam, Problem((1.0,), 1.0, 1.0, 1.0, penalty).parts, alpha)
        before, theta = _lagrangian(start, w)
        for eta in witness["eta"]:
            after, turned = _lagrangian(start, unit(start.raw(w, start.split(w), mpf(eta))))
            found.count("steps at 50 digits")
            found.notes[f"dL/η at η = {eta}, {penalty}"] = float((after - before) / mpf(eta))
            found.demand(after > before, f"L changes by {mpmath.nstr(after - before, 8)} at η = {eta}, {penalty}")
            found.demand(turned > theta, f"θ changes by {mpmath.nstr(turned - theta, 8)} at η = {eta}, {penalty}")
        after, turned = _lagrangian(start, start.step(w, _SHORT))
        for name, risen in (("angle", turned - theta), ("Lagrangian", after - before)):
            row = Row(f"rate of the {name}, {penalty}", "=", risen / _SHORT, {}, mpf(10) ** -11, f"{penalty}'s witness")
            found.against(asked, row)
        numbers = [float(x) for x in (beta, lam)]
    if asked.theory is not None:
        floats = (x.astype(float) for x in (w, w_star))
        result = asked.theory.learn([1.0], *floats, *numbers, 0.1, penalty, max_steps=1)
        found.demand(result.lagrangian_history[1] > result.lagrangian_history[0], "the Lagrangian of learn falls")
        found.demand(result.angle_history[1] > result.angle_history[0], "the angle of learn falls")


def _lagrangian(start: Exact, w: NDArray[Any]) -> tuple[mpf, mpf]:
    """L_β with the population loss by quadrature, and θ."""
    theta, u, weights = start.angle(w), start.split(w), (mpf(1),)
    value = Network(weights, weights, theta, mpf(1), 2).loss().value
    penalty = start.lam * mpmath.fsum(total(u, start.parts))
    return value + penalty + start.beta / 2 * norm(w - u) ** 2, theta


def check_fixed_points(asked: Asked) -> Findings:
    """Where a run ends, Nw, N and sin θ are what the claim says, N by the length of the step's z."""
    found, rng = Findings(), asked.rng
    for penalty in penalties_of(asked, found.notes):
        for _ in range(asked.many(2, 8)):
            problem = drawn(rng, penalty, n=int(rng.integers(2, 5)))
            iteration, w, settled = run_exact(problem, directions(rng, 1, problem.n)[0])
            found.count("runs")
            if not settled:
                found.count("runs too slow to end")
                continue
            with mp.workdps(DIGITS):
                _balance(asked, found, iteration, w, problem)
    if found.counts["runs too slow to end"] > 0.2 * found.counts["runs"]:
        found.doubt(f"{found.counts['runs too slow to end']} of {found.counts['runs']} runs did not end")
    return found


def _balance(asked: Asked, found: Findings, iteration: Exact, w: NDArray[Any], problem: Problem) -> None:
    u, fine = iteration.split(w), mpf(10) ** -45
    z, shrink = iteration.unnormalized(w, mpf(1))
    factor = norm(z) / shrink - 1  # z = ‖z‖w, as w is fixed, and τ = 1
    numbers = {"kappa": iteration.kappa, "beta": iteration.beta}
    size = iteration.kappa + iteration.beta
    for x, y, entry in zip(w, iteration.w_star, u, strict=True):
        values = {**numbers, "w_star": y, "u": entry}
        found.against(asked, Row("right side", "=", factor * x, values, fine * size, problem))
    along = mpmath.fdot(u, w)
    across = norm(u - along * w)
    sine = norm(iteration.w_star - mpmath.fdot(iteration.w_star, w) * w)
    away = norm(w - u)
    found.demand(across <= away + mpf(10) ** -50, f"‖Pū‖ > ‖w̄ − ū‖ = {mpmath.nstr(away, 12)}: {problem}")
    found.against(
        asked, Row("sine", "=", sine, {**numbers, "P_u": across}, fine * (1 + size / iteration.kappa), problem)
    )
    values = {**numbers, "theta": iteration.angle(w), "u_w": along}
    found.against(asked, Row("multiplier", "=", factor, values, fine * size, problem))
