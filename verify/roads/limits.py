"""R4, R9: the limit as a sparsifying map of w*, that it is where runs end, and its support for l1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mp, mpf
from sympy import Abs, And, Eq, Equivalent, Ge, Gt, Le, Lt, Ne, Piecewise, Symbol

from proofs.engine.claim import Claim
from proofs.symbols import a, beta, kappa, kept_level, lam, ratio, star_size
from verify.inequalities import OWN, C, N, Statement, X, dot, placed, reals, soft, stated
from verify.iteration.arithmetic import Exact, Iteration, Problem, norm, run_exact, unit
from verify.iteration.ends import next_to_threshold, refined, uncertainty
from verify.iteration.training import CHANCES, check_sampled
from verify.iteration.trial import ASPECTS, Trial, directions, drawn, generator, on_trial
from verify.minimizer import Array, objective
from verify.rows import DIGITS, Relation

_ABOVE = (Gt(N, beta),)
_SOFT = Eq(OWN, soft(X)), Eq(N * X, kappa * star_size + beta * OWN)


@stated("R4.l1", scope="all n, by entries; that ‖w̄(N)‖ = 1 has a root is its continuity", whole=False)
def _l1_limit(claim: Claim) -> Iterator[Statement]:
    parts = claim.parts
    active = Gt(star_size, parts["active threshold"])
    form = Piecewise((parts["active entry"], active), (parts["inactive entry"], True))
    balance = Eq(N * X, kappa * star_size + beta * soft(X))
    yield Statement("an entry", Equivalent(balance, Eq(X, form)), _ABOVE)
    other, later = Symbol("M", positive=True), Symbol("x_M", real=True)
    after = Eq(other * later, kappa * star_size + beta * soft(later))
    grown = (*_ABOVE, balance, after, Gt(other, N), Gt(star_size, 0))
    yield Statement("it falls as N grows", And(Gt(later, 0), Lt(later, X)), grown)
    largest, size = Symbol("omega_max", positive=True), Symbol("K", positive=True)
    exists = placed(parts["existence"], {"omega_max": largest})
    near = Le(size * (N - beta), kappa * star_size - lam), Lt(N * lam, beta * kappa * star_size)
    yield Statement(
        "the largest entry tends to ∞ as N → β, if λ is below",
        Ge(X, size),
        (*_ABOVE, *_SOFT, *near, Eq(star_size, largest), Lt(lam, exists)),
    )
    yield Statement("there are such N, if λ is below", Gt(kappa * largest, lam), (Lt(lam, exists),))
    yield Statement("else no entry is active", Eq(OWN, 0), (*_ABOVE, *_SOFT, Le(star_size, largest), Ge(lam, exists)))
    rests = Eq(kappa * star_size, kappa * star_size + beta * soft(star_size))
    yield Statement("w̄ = w*, N = κ", Equivalent(rests, Le(beta * star_size, lam)))


@stated("R9", scope="all n, by entries", whole=True)
def _support(claim: Claim) -> Iterator[Statement]:
    yield Statement("an entry", Equivalent(Ne(OWN, 0), Gt(star_size, claim.parts["threshold"])), (*_ABOVE, *_SOFT))
    inner = Symbol("w_u", real=True)
    most = claim.parts["threshold"].xreplace({N: kappa + beta})
    known = Eq(N, kappa * C + beta * inner), Le(C, 1), Le(inner, 1)
    yield Statement("N ≤ κ + β", Le(claim.parts["threshold"], most), known)


@stated("R4.l0", scope="all n, by entries; the norm for n = 3", whole=False)
def _l0_limit(claim: Claim) -> Iterator[Statement]:
    parts = claim.parts
    kept, dropped = Eq(N * X, kappa * star_size + beta * X), Eq(N * X, kappa * star_size)
    yield Statement("kept", Equivalent(kept, Eq(X, parts["kept entry"])), _ABOVE)
    yield Statement("dropped", Equivalent(dropped, Eq(X, parts["dropped entry"])), _ABOVE)
    yield Statement("x is as good as 0", Equivalent(Ge(beta * X**2 / 2, lam), Ge(Abs(X), parts["threshold"])))
    entries = reals("w_1:4")
    for support in (1, 2):
        found = [kappa * w / (N - beta if i < support else N) for i, w in enumerate(entries)]
        mass = dot(entries[:support], entries[:support])
        equation = Eq(dot(found, found), placed(parts["norm equation"], {"kept_mass": mass}))
        yield Statement(f"norm, {support} kept of 3", equation, (*_ABOVE, Eq(dot(entries, entries), 1)))


@stated("R4.tl1", scope="all n, by entries: that these are limits, not that there are no others", whole=False)
def _tl1_limit(claim: Claim) -> Iterator[Statement]:
    parts, v = claim.parts, Symbol("v", nonnegative=True)
    yield Statement("dropped", Equivalent(Eq(N * X, kappa * star_size), Eq(X, parts["lower entry"])), (Gt(N, 0),))
    x = parts["kept entry"]
    level, other = ((a + 1) * u / (a + u) for u in (kept_level, v))
    here, there = (objective(p, u, x, ratio) for p, u in ((level, kept_level), (other, v)))
    beyond = Ge((a + kept_level) ** 2, 2 * ratio * (a + 1))
    yield Statement("kept: U minimizes at x", Le(here, there), (beyond,))
    yield Statement("its equation", Eq(N * x - beta * kept_level, parts["active equation"]))


# By runs.


@on_trial("limit", parts=(2, 3), chances=CHANCES)
def check_limit(trial: Trial) -> None:
    """Runs from w* and from around the predicted limit end there; where none is predicted, no run ends at N > β.

    The last part is about sampled gradients, for l1; the others are about the population's.
    """
    rng, penalty = trial.rng, trial.penalty
    if trial.part == ASPECTS["limit"].count(trial.level) - 1:
        if penalty == "l1":
            check_sampled(trial)
        return
    for _ in range(trial.many(12, 40)):
        _limit_in_floats(trial, drawn(rng, penalty, n=int(rng.integers(2, 9))))
    for _ in range(trial.many(6, 20)):  # where the threshold is as large as the pull there may be no limit
        edge = drawn(rng, penalty, n=int(rng.integers(2, 7)), beta=(0.5, 30.0), lam=(0.5, 5.0))
        _limit_in_floats(trial, edge)
    for _ in range(trial.many(2, 5)):
        _limit_in_floats(trial, drawn(rng, penalty, n=200, lam=(1e-3, 0.1)))
    for _ in range(trial.many(3, 12) if penalty == "l1" else 0):
        _exists(trial)
    for _ in range(trial.many(2, 8) if penalty != "tl1" else 0):
        _near_the_threshold(trial)
    for _ in range(trial.many(4, 14)):
        _limit_exactly(trial, drawn(rng, penalty, n=int(rng.integers(2, 5)), lam=(1e-3, 0.5)))
    if not trial.blind and 2 * trial.counts["limits"] < trial.counts["problems"]:
        trial.doubts.append("most problems had no limit to compare with")


def _limit_in_floats(trial: Trial, problem: Problem) -> None:
    iteration, limit, rng = Iteration.of(problem), trial.limit(problem), trial.rng
    trial.count("problems")
    if limit is None and not trial.blind:
        ends, last = iteration.run(directions(rng, 40, problem.n))
        high = iteration.multiplier(ends) > problem.beta * (1 + 1e-9)
        trial.count("problems without a limit")
        trial.demand(not np.any(high & (last < 1e-12)), f"a run ends at N > β, yet no limit is predicted: {problem}")
        return
    trial.count("limits")
    target = problem.unit if limit is None else np.asarray(limit.weights, dtype=float)
    ends, last = iteration.run(np.vstack([problem.unit, unit(target + 1e-5 * directions(rng, 8, problem.n))]))
    if last.max() > 1e-14:
        trial.count("runs too slow to end")
        return
    _entries(trial, problem, iteration, ends[0])
    if limit is None:
        return
    ends = np.array([refined(problem, w) for w in ends])
    bound = 1e-12 + max(uncertainty(problem, w) for w in ends)
    distance = np.linalg.norm(ends - target, axis=-1)
    trial.within("distance, started around the limit", distance[1:].max(), bound, problem)
    trial.within("distance, started at w*", distance[0], bound, problem)
    off = abs(float(limit.multiplier) - iteration.multiplier(ends[0]))
    trial.within("|N − ⟨w, κw* + βu⟩|", off, 1e-11, problem)


def _limit_exactly(trial: Trial, problem: Problem) -> None:
    trial.count("problems")
    limit = trial.limit(problem, digits=50)
    if limit is None and not trial.blind:
        return
    trial.count("limits")
    iteration, w, settled = run_exact(problem, problem.unit)
    if not settled:
        trial.count("runs too slow to end")
        return
    with mp.workdps(DIGITS):
        if limit is not None:
            weights = np.array([mpmath.mpmathify(x) for x in limit.weights])
            trial.within("distance at 50 digits", norm(weights - w), 1e-45, problem)
        _entries(trial, problem, iteration, w)


_ENTRY: Final = {
    "l1": ("inactive entry", "active entry"),
    "l0": ("dropped entry", "kept entry"),
    "tl1": ("lower entry", "kept entry"),
}
"""Penalty -> the part for |w̄_i| where ū_i = 0, and where it is not."""


def _entries(trial: Trial, problem: Problem, iteration: Iteration, w: Array) -> None:
    """The entries of a run's end against the claim's formula for their branch, with its N; in digits one by one."""
    exact = isinstance(iteration, Exact)
    u, factor, star = iteration.split(w), iteration.multiplier(w), iteration.w_star
    apart, size = abs(factor - iteration.beta), iteration.kappa + iteration.beta + iteration.lam
    if apart < (1e-6 if exact else 1e-3) * iteration.beta:
        trial.count(f"runs that end {'at' if exact else 'near'} N = β")
        return
    if problem.penalty != "tl1" and factor < iteration.beta:  # of which the claim says nothing
        trial.count("runs that end at N < β")
        return
    kind = mpf if exact else float
    values = {name: kind(value) for name, value in (problem.values | problem.parameters).items()}
    values |= {"ratio": iteration.lam / iteration.beta, "multiplier": factor}
    if exact:
        slack = of_norm = mpf(10) ** -45 * (1 + iteration.kappa / apart)
    else:
        slack = 1e-13 * size * (1 + 1 / apart + 1 / problem.kappa)
        of_norm = slack / apart
    if problem.penalty == "l0" and np.any(u != 0):
        mass = np.sum(star[u != 0] ** 2)
        trial.row("norm equation", "=", kind(1), {**values, "kept_mass": mass}, of_norm, problem)
    for size, relation in next_to_threshold(problem) if problem.penalty == "l1" and not exact else ():
        trial.row("active threshold", relation, size * factor / problem.kappa, values, 0.0, problem)
    for at in range(len(star)) if exact else [at for at in (u == 0, u != 0) if at.any()]:
        sizes = {"star_size": abs(star[at]), "kept_level": abs(u[at])}
        _said(trial, problem, bool(np.all(u[at] != 0)), abs(w[at]), slack, {**values, **sizes})


def _said(trial: Trial, problem: Problem, kept: bool, size: Any, slack: Any, values: dict[str, Any]) -> None:
    """The rows of one entry |w̄_i|, or of several on the same branch."""
    trial.row(_ENTRY[problem.penalty][kept], "=", size, values, slack, problem)
    relation: Relation = ">=" if kept else "<="
    if problem.penalty == "l1":
        trial.row("active threshold", relation, values["star_size"], values, slack, problem)
    elif problem.penalty == "l0":
        trial.row("threshold", relation, size, values, slack, problem)
    elif kept:
        pull = values["kappa"] * values["star_size"]
        trial.row("active equation", "=", pull, values, slack * (1 + values["multiplier"]), problem)


def _near_the_threshold(trial: Trial) -> None:
    """An entry just below and just above where it is thresholded: what is claimed of it there is seen sharply."""
    soft, rng = trial.penalty == "l1", trial.rng
    base = drawn(rng, trial.penalty, n=6, beta=(0.2, 2.0) if soft else (5e-4, 1e-3), lam=(0.01, 0.05))
    w = rng.uniform(0.3, 1.0, 6)
    if not soft:  # T = 0.2
        base = replace(base, lam=base.beta * 0.02)
    base = replace(base, w_star=tuple(w.tolist()))
    iteration = Iteration.of(base)
    ends, _ = iteration.run(base.unit[None, :])
    level = float(iteration.multiplier(ends[0])) * base.rho / base.kappa if soft else 0.2
    if level > 0.5:
        return
    for side in (0.998, 1.002) if soft else (0.9996, 1.0004):
        near = np.append(w[1:] * np.sqrt(1 - (side * level) ** 2) / np.linalg.norm(w[1:]), side * level)
        problem = replace(base, w_star=tuple(near.tolist()))
        ends, last = Iteration.of(problem).run(problem.unit[None, :])
        if last[0] < 1e-14:
            trial.count("limits with an entry near the threshold")
            _entries(trial, problem, Iteration.of(problem), ends[0])


def _exists(trial: Trial) -> None:
    """l1, β > κ: a run ends at N > β for λ just below the claim's value, and none does just above it."""
    rng = trial.rng
    base = drawn(rng, "l1", n=int(rng.integers(2, 6)), beta=(1.1, 4.0), lam=(0.5, 0.5))
    largest = float(np.abs(base.unit).max())
    for side in (0.985, 0.9995, 1.0005, 1.015):
        problem = replace(base, lam=side * base.kappa * largest)
        iteration = Iteration.of(problem)
        ends, last = iteration.run(np.vstack([problem.unit, directions(rng, trial.many(6, 20), problem.n)]))
        high = iteration.multiplier(ends) > problem.beta * (1 + 1e-9)
        if not np.any(high) and np.any(last > 1e-12):
            trial.count("runs too slow to end")
            continue
        values = {**problem.values, "omega_max": largest}
        trial.count("existence: runs that end at N > β", bool(np.any(high)))
        relation: Relation = "<=" if np.any(high & (last < 1e-9)) else ">="
        trial.row("existence", relation, problem.lam, values, 1e-12, problem)


@on_trial("support")
def check_support(trial: Trial) -> None:
    """At the end of the run from w*, supp u = supp w* iff every nonzero |w*_i| > Nλ/(κβ); more than λ(κ+β)/(κβ) do."""
    for k in trial.rounds(20, 120, "supports kept", "supports lost", "kept at the sufficient size"):
        rng = generator(trial.seed, trial.claim.id, k)
        problem = drawn(rng, "l1", n=int(rng.integers(2, 8)), lam=(1e-4, 0.05))
        for side in (0.997, 0.9999, 1.0001, 1.003):
            _supported(trial, _with_small_entry(problem, side))


def _with_small_entry(problem: Problem, side: float) -> Problem:
    """The problem with its smallest nonzero entry put at `side` times the sufficient size λ(κ+β)/(κβ)."""
    w = problem.unit.copy()
    nonzero = np.flatnonzero(w)
    k = nonzero[np.argmin(np.abs(w[nonzero]))]
    size = min(side * problem.lam * (problem.kappa + problem.beta) / (problem.kappa * problem.beta), 0.5)
    w[k] = 0.0
    if not w.any():
        return problem
    w *= np.sqrt(1 - size**2) / np.linalg.norm(w)
    w[k] = size
    return replace(problem, w_star=tuple(w.tolist()))


def _supported(trial: Trial, problem: Problem) -> None:
    iteration = Iteration.of(problem)
    ends, last = iteration.run(problem.unit[None, :])
    factor = float(iteration.multiplier(ends[0]))
    if last[0] > 1e-14 or factor <= problem.beta:
        trial.count("runs without such a limit")
        return
    least, kept = problem.least, bool(np.all((iteration.split(ends[0]) != 0) == (problem.unit != 0)))
    trial.count("supports kept" if kept else "supports lost")
    values = {**problem.values, "multiplier": factor}
    trial.row("threshold", ">=" if kept else "<=", least, values, 1e-10 * least, problem)
    if not kept:  # N ≤ κ + β: the size at N = κ + β is enough
        enough = {**values, "multiplier": problem.kappa + problem.beta}
        trial.row("threshold", "<=", least, enough, 1e-10 * least, problem)
    else:
        trial.count("kept at the sufficient size", least > problem.lam / problem.kappa + problem.rho)
