"""R1, R2, R3: what a step does to the Lyapunov function and to the Lagrangian, and where runs end."""

from __future__ import annotations

from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mp, mpf

from verify.iteration.arithmetic import DIGITS, Exact, Iteration, Problem, less, norm, pull, run_exact, unit
from verify.iteration.asked import Asked, directions, drawn
from verify.iteration.findings import Findings
from verify.iteration.penalties import PENALTIES
from verify.iteration.training import check_histories
from verify.precision.network import Network, loss

__all__ = ["check_fixed_points", "check_lagrangian", "check_lyapunov", "penalties_of"]

_STEPS: Final = (1e-3, 0.1, 1.0, 10.0, 1e3, 1e6)
_ROUNDING: Final = 4e-15
"""Relative rounding of the Lyapunov function in double precision, at these n."""


def penalties_of(asked: Asked) -> tuple[str, ...]:
    """The claim's penalty, or all."""
    return PENALTIES if asked.penalty == "*" else (asked.penalty,)


def check_lyapunov(asked: Asked) -> Findings:
    """V = κ(1 − cos θ) + λP(u) + (β/2)‖w − u‖² falls by (1 + ‖z‖)/(2τ)·‖w⁺ − w‖² at least, z = w + τ(κw* + βu)."""
    found, rng = Findings(), asked.rng
    if asked.penalty == "l1":
        return _lowest(asked, found, rng)
    for penalty in penalties_of(asked):
        for tau in _STEPS:
            for lam in ((1e-3, 0.3), (3.0, 10.0)):  # the second thresholds everything, where the bound is an equality
                for _ in range(asked.many(1, 4)):
                    problem = drawn(rng, penalty, n=int(rng.integers(2, 25)), lam=lam)
                    _descends(asked, found, problem, tau, directions(rng, 32, problem.n))
        check_histories(asked, penalty, found, rng)
        for tau in _STEPS[:: asked.many(5, 2)]:
            problem = drawn(rng, penalty, n=3, lam=(0.01, 10.0))
            _descends_exactly(asked, found, problem, tau, directions(rng, 1, 3)[0])
    return found


def _lowest(asked: Asked, found: Findings, rng: np.random.Generator) -> Findings:
    """A limit w̄ with N > β is the global minimum on the sphere: V(w) − V(w̄) ≥ ½(N − β)‖w − w̄‖², for l1."""
    for _ in range(asked.many(30, 200)):
        problem = drawn(rng, "l1", n=int(rng.integers(2, 12)))
        iteration = Iteration.of(problem)
        ends, last = iteration.run(np.vstack([problem.unit, directions(rng, 60, problem.n)]), 1e8)
        factor = float(iteration.multiplier(ends[:1])[0])
        if last[0] > 1e-13 or factor <= problem.beta:
            found.count("runs from w* that end at N ≤ β")
            continue
        # Elsewhere: random filters, and where other runs end, which may be other limits.
        nearby = ends[:1] + rng.standard_normal((60, problem.n)) * 0.1
        w = np.vstack([directions(rng, 200, problem.n), ends, nearby / np.linalg.norm(nearby, axis=-1, keepdims=True)])
        owed = asked.theory.spoiled("gain") * (factor - problem.beta) / 2 * np.sum((w - ends[0]) ** 2, axis=-1)
        surplus = iteration.lyapunov(w) - iteration.lyapunov(ends[:1]) - owed
        worst = int(np.argmin(surplus))
        found.count("limits")
        found.least("surplus/κ", surplus[worst] / problem.kappa)
        message = f"V(w) − V(w̄) falls short by {-surplus[worst]:.6g} at w = {w[worst].tolist()}: {problem}"
        found.demand(surplus[worst] >= -_ROUNDING * problem.n * (problem.kappa + problem.beta), message)
    return found


def _gain(asked: Asked, tau: Any, length: Any) -> Any:
    """The coefficient of ‖w⁺ − w‖² that is claimed: the sharper of R1's two."""
    return asked.theory.spoiled("gain") * (1 + length) / (2 * tau)


def _descends(asked: Asked, found: Findings, problem: Problem, tau: float, w: Any) -> None:
    iteration = Iteration.of(problem)
    value = iteration.lyapunov(w)
    size = problem.kappa + problem.beta + value.max()
    for _ in range(asked.many(12, 25)):
        new = iteration.step(w, tau)
        fallen = value - iteration.lyapunov(new)
        z = np.linalg.norm(w + tau * (problem.kappa * iteration.w_star + problem.beta * iteration.split(w)), axis=-1)
        moved = np.linalg.norm(new - w, axis=-1)
        owed = _gain(asked, tau, z) * moved**2
        # The owed gain inherits the rounding of w⁺ − w, at most 2e-16·(1 + ‖z‖)/τ times the step.
        slack = (fallen - owed + 1e-15 * (1 + z) / tau * moved) / size
        worst = int(np.argmin(slack))
        found.count("steps", len(w))
        found.least("relative surplus", slack[worst])
        message = f"V falls by {fallen[worst]:.6g} < {owed[worst]:.6g} at w = {w[worst].tolist()}, τ = {tau}: {problem}"
        found.demand(slack[worst] >= -_ROUNDING * problem.n, message)
        w, value = new, iteration.lyapunov(new)


def _descends_exactly(asked: Asked, found: Findings, problem: Problem, tau: float, start: Any) -> None:
    with mp.workdps(DIGITS):
        iteration, step = Exact.of(problem), mpf(tau)
        w = unit([mpf(float(x)) for x in start])
        value = iteration.lyapunov(w)
        for _ in range(asked.many(6, 12)):
            new = iteration.step(w, step)
            after = iteration.lyapunov(new)
            length = norm([x + step * y for x, y in zip(w, iteration.force(w), strict=True)])
            owed = _gain(asked, step, length) * norm(less(new, w)) ** 2
            found.count("steps at 50 digits")
            message = f"V falls by {mpmath.nstr(value - after, 12)}, owed {mpmath.nstr(owed, 12)}, τ = {tau}: {problem}"
            found.demand(value - after >= owed - mpf(10) ** -50, message)
            w, value = new, after


_WITNESS: Final[dict[str, Any]] = {
    "w": ((4, 5), (3, 5)),
    "w_star": ((3, 5), (4, 5)),
    "beta": (1, 5),
    "lam": (49, 1000),
}
"""R2's witness, exact: n = 2, ‖v*‖ = 1, penalty l0."""


def check_lagrangian(asked: Asked) -> Findings:
    """From R2's witness one step, however small, raises L_β with the true population loss, and θ."""
    found = Findings()
    with mp.workdps(DIGITS):
        unit_weight = (mpf(1),)
        alpha, kappa = pull((1.0,))
        w, w_star = ([mpf(p) / q for p, q in _WITNESS[name]] for name in ("w", "w_star"))
        beta, lam = (mpf(p) / q for p, q in (_WITNESS["beta"], _WITNESS["lam"]))
        beta, lam = (x * mpf(asked.theory.spoiled("witness")) for x in (beta, lam))
        start = Exact(tuple(w_star), kappa, beta, lam, Problem((1.0,), 1.0, 1.0, 1.0, "l0").parts, alpha)

        def lagrangian(x: list[mpf]) -> tuple[mpf, mpf]:
            theta = 2 * mpmath.atan2(norm(less(x, w_star)), norm([p + q for p, q in zip(x, w_star, strict=True)]))
            u = start.split(x)
            penalty = lam * sum(1 for entry in u if entry)
            value = loss(Network(unit_weight, unit_weight, theta, mpf(1), 2)).value
            return value + penalty + beta / 2 * norm(less(x, u)) ** 2, theta

        before, theta = lagrangian(w)
        for eta in ("2.4", "0.1", "1e-2", "1e-4", "1e-8"):
            after, turned = lagrangian(unit(start.raw(w, start.split(w), mpf(eta))))
            found.count("steps at 50 digits")
            found.notes[f"dL/η at η = {eta}"] = float((after - before) / mpf(eta))
            found.demand(after > before, f"L changes by {mpmath.nstr(after - before, 8)} at η = {eta}")
            found.demand(turned > theta, f"θ changes by {mpmath.nstr(turned - theta, 8)} at η = {eta}")
        numbers = [float(x) for x in (beta, lam)]
    w, w_star = ([float(p / q) for p, q in _WITNESS[name]] for name in ("w", "w_star"))
    result = asked.theory.learn([1.0], w, w_star, *numbers, 0.1, "l0", max_steps=1)
    found.demand(result.lagrangian_history[1] > result.lagrangian_history[0], "the Lagrangian history of learn falls")
    found.demand(result.angle_history[1] > result.angle_history[0], "the angle history of learn falls")
    return found


def check_fixed_points(asked: Asked) -> Findings:
    """Where a run ends, Nw = κw* + βS(w), and κ sin θ = β‖u‖ sin ∠(u, w)."""
    found, rng = Findings(), asked.rng
    for penalty in penalties_of(asked):
        for _ in range(asked.many(2, 8)):
            problem = drawn(rng, penalty, n=int(rng.integers(2, 5)))
            iteration, w, settled = run_exact(problem, directions(rng, 1, problem.n)[0])
            found.count("runs")
            if not settled:
                found.count("runs too slow to end")
                continue
            with mp.workdps(DIGITS):
                _balance(asked, found, iteration, w, str(problem))
    if found.counts["runs too slow to end"] > 0.2 * found.counts["runs"]:
        found.doubt(f"{found.counts['runs too slow to end']} of {found.counts['runs']} runs did not end")
    return found


def _balance(asked: Asked, found: Findings, iteration: Exact, w: list[mpf], problem: str) -> None:
    u, force = iteration.split(w), iteration.force(w)
    # N is read off the largest entry, so that the other entries can disagree with it.
    k = max(range(len(w)), key=lambda i: abs(w[i]))
    factor = force[k] / w[k]
    residual = norm([x - factor * y for x, y in zip(force, w, strict=True)])
    found.within("residual of N w = κw* + βu", residual / iteration.kappa, 1e-45, problem)
    along = mpmath.fdot(u, w)
    split_off = norm([x - along * y for x, y in zip(u, w, strict=True)])
    sine = norm([y - mpmath.fdot(iteration.w_star, w) * x for x, y in zip(w, iteration.w_star, strict=True)])
    strength = iteration.beta * mpf(asked.theory.spoiled("balance"))
    away = norm(less(w, u))
    found.demand(split_off <= away + mpf(10) ** -50, f"‖Pū‖ > ‖w̄ − ū‖ = {mpmath.nstr(away, 12)}: {problem}")
    gap = abs(iteration.kappa * sine - strength * split_off) / iteration.kappa
    found.within("residual of κ sin θ = β‖u‖ sin ∠(u, w)", gap, 1e-45, problem)
