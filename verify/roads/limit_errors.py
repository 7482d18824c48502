"""R5: the error of a limit, for any penalty and for three."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mp, mpf
from sympy import Abs, Add, And, Eq, Expr, Ge, Integer, Le, Lt, Ne, Or, Rational, Symbol, cos, sin, sqrt
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim
from proofs.symbols import a, beta, kappa, lam, nonzeros, ratio, theta, thresholded
from verify.inequalities import CIRCLE, OWN, STAR, C, N, S, Statement, U, W, X, on_circle, placed, reals, soft, stated
from verify.iteration.arithmetic import Exact, Iteration, Problem, norm, run_exact
from verify.iteration.trial import Trial, directions, drawn, on_trial
from verify.minimizer import Array, displacement, objective, threshold
from verify.rows import DIGITS, Relation

_SUM = Symbol("gaps_squared", nonnegative=True)


@stated("R5", scope="all n: three coordinates hold w̄, w* and ū", whole=True)
def _error(claim: Claim) -> Iterator[Statement]:
    gap, half = (Symbol(name, nonnegative=True) for name in ("gap", "sin_half"))
    apart, inner = reals("distance star_u")
    known = (*CIRCLE, *map(Eq, N * W, kappa * STAR + beta * U), Eq(gap**2, (1 - U[0]) ** 2 + U[1] ** 2 + U[2] ** 2))
    part = {name: placed(form, {"gap": gap, "u_w": U[0]}) for name, form in claim.parts.items()}
    yield Statement("sin θ̄", Le(S, part["bound"]), known)
    yield Statement("its square", Eq(S**2, part["square of the sine"]), known)
    by_half = part["distance"].xreplace({sin(theta / 2): half, cos(theta / 2): sqrt(1 - half**2)})
    chord = Eq(apart**2, (1 - C) ** 2 + S**2), Ge(apart, 0), Eq(C, 1 - 2 * half**2), Le(half, 1)
    yield Statement("the distance", Eq(apart, by_half), (*CIRCLE, *chord))
    # A minimizer is no longer than x and on its side, so that u_i has the sign of N x − βu: of w*_i.
    price, at_x = reals("p_u p_x")
    better = Le(objective(price, OWN, X, lam, beta), lam * at_x), Le((X - OWN) ** 2, (X + OWN) ** 2)
    shorter = Or(Lt(Abs(OWN), Abs(X)), Ge(price, at_x))
    yield Statement("u_i w*_i ≥ 0", Ge(OWN * (N * X - beta * OWN), 0), (*better, shorter, Ge(N, beta)))
    ahead = Eq(N * C, kappa + beta * inner), Ge(inner, 0), Ge(N, beta)
    yield Statement("cos θ̄", Ge(C, part["lower bound"]), ahead)


def _sum_of_gaps(claim: Claim, count: Symbol, most: Expr) -> Statement:
    """κ sin θ̄ ≤ β‖w̄ − ū‖ (R5), of which `count` entries are not 0 and none is more than `most`."""
    known = Ge(S, 0), Le((kappa * S) ** 2, _SUM), Le(_SUM, count * most)
    return Statement("the sum", Le(S, claim.parts["bound"]), known, relaxed=True)


def _instance(
    bound: Expr, counted: Symbol, count: int, entries: list[tuple[int, Expr, Expr]], known: Boolean
) -> Statement:
    """w̄ and ū of a few different entries (how often, w̄_i, ū_i), N = 3/2 and β = 1: κw* = (3/2)w̄ − ū."""
    pull = [Rational(3, 2) * x - u for _, x, u in entries]
    square = Add(*(times * y**2 for (times, _, _), y in zip(entries, pull, strict=True)))
    along = Add(*(times * x * y for (times, x, _), y in zip(entries, pull, strict=True)))
    bound = bound.xreplace({counted: Integer(count)})
    given = (known, Eq(beta, 1), Eq(kappa**2, square), Eq(kappa**2 * S**2, square - along**2))
    return Statement(f"an instance of {sum(times for times, _, _ in entries)} entries", Le(S, bound), given)


@stated("R5.l1", scope="all n, by entries", whole=True)
def _l1_error(claim: Claim) -> Iterator[Statement]:
    gap, star = beta * (X - OWN), Symbol("y", real=True)
    known = beta < N, Eq(OWN, soft(X)), Eq(N * X, star + beta * OWN)
    yield Statement("an entry", Le(Abs(gap), lam), known)
    yield Statement("where w*_i = 0", Eq(gap, 0), (*known, Eq(star, 0)))
    yield _sum_of_gaps(claim, nonzeros, lam**2)
    (large, small), least = on_circle(Rational(1, 1000)), Rational(1, 10**6)
    entries = [(1, large, large - least), (400, small / 20, small / 20 - least)]
    yield _instance(claim.parts["bound"], nonzeros, 401, entries, Eq(lam, least))


@stated("R5.l0", scope="all n, by entries", whole=True)
def _l0_error(claim: Claim) -> Iterator[Statement]:
    gap, star = beta * (X - OWN), Symbol("y", real=True)
    known = (Or(Eq(OWN, 0), Eq(OWN, X)), Le(beta * (X - OWN) ** 2 / 2, lam), Eq(N * X, star + beta * OWN), beta < N)
    yield Statement("an entry", Le(gap**2, 2 * lam * beta), known)
    yield Statement("where w*_i = 0, or u_i is not", Eq(gap, 0), (*known, Or(Eq(star, 0), Ne(OWN, 0))))
    yield _sum_of_gaps(claim, thresholded, 2 * lam * beta)
    large, small = on_circle(Rational(1, 100))
    yield _instance(
        claim.parts["bound"], thresholded, 1, [(1, large, large), (1, small, Integer(0))], Eq(2 * lam, small**2)
    )


@stated("R5.tl1", scope="all n, by entries, with P5's bound", whole=True)
def _tl1_error(claim: Claim) -> Iterator[Statement]:
    edge, star = Symbol("t", positive=True), Symbol("y", real=True)
    closer = Le(Abs(X - OWN), edge), Le(Abs(OWN), Abs(X)), Ge(OWN * X, 0)
    known = *closer, Eq(N * X, star + beta * OWN), beta < N
    yield Statement("where w*_i = 0", Eq(X, 0), (*known, Eq(star, 0)))
    bound = placed(claim.parts["bound"], {"t": edge})
    sums = Ge(S, 0), Le((kappa * S) ** 2, _SUM), Le(_SUM, nonzeros * (beta * edge) ** 2)
    yield Statement("the sum", Le(S, bound), sums, relaxed=True)
    (large, small), least = on_circle(Rational(1, 1000)), Symbol("gap", positive=True)
    own = large - small / 80  # = a, where the gap ρa(a + 1)/(a + u)² is a quarter of the threshold ρ(a + 1)/a
    shape = Eq(a, own), Eq(edge, small / 20), Eq(ratio * (a + 1), a * edge), Ge(a**2, 2 * ratio * (a + 1))
    kept = Eq(least, ratio * a * (a + 1) / (a + own) ** 2), Eq(least, large - own)
    entries = [(1, large, own), (400, small / 20, Integer(0))]
    yield _instance(bound, nonzeros, 401, entries, And(*shape, *kept))


# By runs.


@on_trial("error")
def check_error(trial: Trial) -> None:
    """sin θ̄ ≤ β‖w̄ − ū‖/κ ≤ r/κ at every limit found; r is the penalty's, for limits with N > β."""
    rng = trial.rng
    for penalty in trial.penalties:
        for _ in range(trial.many(6, 40)):
            problem = drawn(rng, penalty, n=int(rng.integers(2, 12)))
            _bounded(trial, problem, np.vstack([problem.unit, directions(rng, 12, problem.n)]))
        tight = tight_problem(problem.kappa, penalty, problem.parameters, 1e-4, 4000)
        _bounded(trial, tight, tight.unit[None, :], tight=True)


def tight_problem(
    kappa: float, penalty: str, parameters: dict[str, float], tiny: float = 1e-3, count: int = 400
) -> Problem:
    """One entry near 1 and many tiny ones next to the threshold: w̄ − ū is orthogonal to w̄ up to 0.3 %."""
    beta = tiny * kappa
    lam = 0.5 * tiny * beta if penalty == "l1" else beta * tiny**2 / 2
    problem = Problem((1.0,), kappa, beta, lam, penalty, parameters, kappa)
    size = tiny
    if penalty != "l1":  # just below the threshold, where the displacement is largest
        size = (1 - 1.5 * tiny) * displacement(problem.rho, problem.parts, 1.0)
    return replace(problem, w_star=(1.0, *[size] * count))


def _bounded(trial: Trial, problem: Problem, starts: Array, *, tight: bool = False) -> None:
    """`tight` says that the bounds are reached, but for 0.08 %, where w̄ − ū is all but orthogonal to w̄."""
    iteration = Iteration.of(problem)
    ends, last = iteration.run(starts)
    ends = ends[last < 1e-13]
    trial.count("limits", len(ends))
    if not len(ends):
        return
    u, nonzero = iteration.split(ends), problem.unit != 0
    along = (ends @ iteration.w_star)[:, None]
    sine = np.linalg.norm(iteration.w_star - along * ends, axis=-1)
    gap = np.linalg.norm(ends - u, axis=-1)
    known: dict[str, Any] = {**problem.values, "multiplier": iteration.multiplier(ends), "gap": gap}
    known |= {"u_w": np.sum(u * ends, axis=-1), "theta": iteration.angle(ends)}
    known |= {"nonzeros": float(nonzero.sum()), "t": threshold(problem.rho, problem.parts)}
    known["thresholded"] = np.sum(nonzero & (u == 0), axis=-1).astype(float)
    # At N = β to the last digit, which random problems do not meet, rounding decides on which side of it a run is.
    trial.row("bound", "<=", sine, known, 1e-14, problem)
    if tight and np.all((1 - known["u_w"]) ** 2 < 1e-3 * gap**2):  # not so where S(x) is 0 at 0 only
        trial.row("bound", ">=", sine, known, 8e-4 * sine, problem)
    if trial.penalty == "*":
        _general(trial, problem, np.linalg.norm(ends - iteration.w_star, axis=-1), (sine, along[:, 0]), known)
    else:
        trial.row("bound", "<=", problem.beta * gap / problem.kappa, known, 1e-14, problem)


def _general(trial: Trial, problem: Problem, away: Array, turned: tuple[Array, Array], known: dict[str, Any]) -> None:
    """sin²θ̄ by the displacement of the entries, the chord, and for N ≥ β the least cosine."""
    sine, cosine = turned
    trial.row("distance", "=", away, known, 1e-14, problem)
    ratio = (problem.beta / problem.kappa) ** 2
    trial.row("square of the sine", "=", sine**2, known, 1e-14 * (1 + ratio), problem)
    high = known["multiplier"] > problem.beta * (1 + 1e-9)
    relations: dict[Relation, Array] = {">=": high, "=": high & (known["thresholded"] == known["nonzeros"])}
    for relation, where in relations.items():  # where ū = 0, w̄ = w*
        if where.any():
            there = {name: value[where] if np.ndim(value) else value for name, value in known.items()}
            trial.row("lower bound", relation, cosine[where], there, 1e-14, problem)


_SMALL: Final = (1e-4, 1e-6, 1e-8)
"""λ/κ of the runs to first order."""


@on_trial("sharpness")
def check_sharpness(trial: Trial) -> None:
    """‖w̄ − w*‖ over its first-order form is 1 + O(λ) as λ → 0, at 60 digits."""
    rng = trial.rng
    for _ in range(trial.many(3, 10)):
        base = drawn(rng, trial.penalty, n=int(rng.integers(3, 6)), beta=(0.3, 3.0))
        base = replace(base, w_star=tuple(float(x) for x in np.round(rng.uniform(0.2, 1, base.n), 3)))
        with mp.workdps(DIGITS):
            _first_order(trial, base)


def _first_order(trial: Trial, base: Problem) -> None:
    """‖w̄ − w*‖/λ settles like λ as λ → 0, at what the claim says."""
    slopes: list[mpf] = []
    ends: list[tuple[Exact, Array]] = []
    for small in _SMALL:
        problem = replace(base, lam=small * base.kappa)
        iteration, w, settled = run_exact(problem, problem.unit)
        if not settled:
            trial.count("runs too slow to end")
            return
        ends.append((iteration, w))
        slopes.append(norm(w - iteration.w_star) / iteration.lam)
        trial.count("runs")
    if slopes[-1] * base.kappa < mpf(10) ** -3:
        trial.count("problems without a first order")
        return
    gaps = [abs(slopes[k] - slopes[k + 1]) for k in (0, 1)]
    if gaps[1] < _SMALL[1] * slopes[-1] / 10:  # what is left may be of the third order as much as of the second
        trial.count("problems without a second order")
    else:
        order = mpmath.log10(gaps[0] / gaps[1]) / 2
        trial.extreme("max |order of what is left − 1| in λ", abs(order - 1))
        trial.demand(abs(order - 1) < 0.02, f"‖w̄ − w*‖/λ settles like λ^{float(order):.4g}: {base}")
    sizes, slope = [abs(y) for y in iteration.w_star if y], iteration.parts[0].slope
    known = {"kappa": iteration.kappa, "beta": iteration.beta, "nonzeros": mpf(len(sizes))}
    known |= {"taxicab": mpmath.fsum(sizes), "slope_sum": mpmath.fsum(slope(x) * x for x in sizes)}
    known |= {"slope_squares": mpmath.fsum(slope(x) ** 2 for x in sizes)}
    for k, (iteration, w) in enumerate(ends):
        held = known | {"lam": iteration.lam}
        if k < 2:  # What is left of the slope is proportional to λ: at λ_k it is 1/(1 − λ_{k+1}/λ_k) times the gap.
            trial.row("slope", "=", slopes[k], held, 2 * gaps[k], base)
        if trial.penalty == "l1":
            trial.row("tangent", "=", mpmath.tan(iteration.angle(w)), held, mpf(10) ** -40, base)
        reached = [slope(abs(u)) for u in iteration.split(w)]
        held["g₁"] = mpmath.fsum(p * y for p, y in zip(reached, sizes, strict=True))
        held["g₂"] = mpmath.fsum(p**2 for p in reached)
        trial.row("distance", "=", slopes[k] * iteration.lam, held, mpf(10) ** -40, base)
        if trial.penalty == "tl1":
            a, ratio = mpf(base.parameters["a"]), iteration.beta / iteration.kappa
            d_1, d_2 = known["slope_sum"], known["slope_squares"]
            most = 2 * iteration.lam * (a + 1) ** 2 * mpmath.sqrt(2 * len(sizes) * (2 * ratio**2 + 1))
            off = max(abs(held["g₁"] - d_1), abs(mpmath.sqrt(held["g₂"]) - mpmath.sqrt(d_2))) * a**3 * iteration.beta
            trial.within("|g₁ − d₁|, |√g₂ − √d₂|, over their bound", off / most, 1, base)
