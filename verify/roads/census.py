"""R7: when a spike exists, and that every stable limit, and nothing else, attracts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np
from sympy import Abs, Add, Eq, Equivalent, Expr, Gt, Le, Lt, Ne, Rational, Symbol, expand

import numerics
from proofs.engine.claim import Claim
from proofs.symbols import a, beta, kappa, kept_level, lam, ratio, spike_sign, star_entry, star_size
from verify.enclosure.boxes.search import Statement, coordinates, named
from verify.inequalities import N, X, dot, placed, reals, soft, stated
from verify.inequalities import Statement as OverReals
from verify.iteration.arithmetic import Iteration, Problem, unit
from verify.iteration.ends import different, ended, neutral, next_to_threshold, uncertainty
from verify.iteration.trial import Trial, directions, drawn, on_trial
from verify.minimizer import Array
from verify.roads import over_boxes


@over_boxes("R7.astroid")
def _astroid(claim: Claim) -> Iterator[Statement]:
    """A²/N² + B²/(β − N)² takes the value 1 on (0, β) exactly for β at least the threshold; β is enough there.

    Scaling A, B, β, N together allows A = c^{3/2}, B = (1 − c)^{3/2}; N = βν. Below the threshold F > 1 on (0, β)
    is F(ν) ≥ threshold² at every ν; that F reaches 1 from the threshold on is F(c) ≤ threshold².
    """
    c, y = box = coordinates(c=(0, 1), y=(0, 1))
    first, second = (Symbol(name, positive=True) for name in ("c", "d"))
    across, along = first ** Rational(3, 2), second ** Rational(3, 2)
    threshold = named(claim.parts["threshold"], spike_across=across, spike_along=along)
    threshold = threshold.subs({first: c, second: 1 - c})
    reduction = "A = c^{3/2}, B = (1 − c)^{3/2}, N = βν by scaling; times ν²(1 − ν)²"

    limit = 20 if threshold.free_symbols else 2_000  # a threshold that c enters can be refuted, but hardly closed

    def least(nu: Expr) -> Expr:
        return expand(c**3 * (1 - nu) ** 2 + (1 - c) ** 3 * nu**2 - threshold**2 * nu**2 * (1 - nu) ** 2)

    own, mirrored = {c: box[c]}, expand(least(1 - (1 - c) * y).subs(c, 1 - c))
    yield Statement("no root below, ν ≤ c", least(c * y), box, reduction=reduction, limit=limit)
    yield Statement("no root below, ν ≥ c", mirrored, box, reduction=f"{reduction}; c and ν counted from 1")
    yield Statement("a root from the threshold on", expand(-least(c)), own, reduction=reduction, equality=True)
    yield Statement("the threshold is positive", threshold, own, reduction=reduction)


# Over the reals. A spike is one active entry j with N < β: N x = σκw*_j + βu at x = |w̄_j|.

_SPIKE = Symbol("x_j", positive=True)
_ALONG = spike_sign * kappa * star_entry
_BELOW = Gt(N, 0), Lt(N, beta)


def _others(claim: Claim, spike: Expr) -> Iterator[OverReals]:
    """n = 2, 3: ‖w̄‖ = 1 with entries κw*_i/N beside the spike."""
    for count in (1, 2):
        rest = reals(f"w_:{count}")
        total = spike**2 + Add(*((kappa * w / N) ** 2 for w in rest))
        known = *_BELOW, Eq(star_entry**2 + dot(rest, rest), 1), Eq(spike_sign**2, 1)
        equation = Equivalent(Eq(total, 1), Eq(claim.parts["multiplier equation"], 1))
        yield OverReals(f"‖w̄‖ = 1, n = {count + 1}", equation, known)


@stated("R7.l1", scope="the conditions of a spike, n = 2, 3; stability is R7.stability", whole=False)
def _l1_census(claim: Claim) -> Iterator[OverReals]:
    parts, signs = claim.parts, Eq(spike_sign**2, 1)
    balance = Eq(N * _SPIKE, _ALONG + beta * soft(_SPIKE))
    active = Gt(_SPIKE, parts["active threshold"])
    yield OverReals("active", Equivalent(Ne(soft(_SPIKE), 0), active))
    found = Equivalent(balance, Eq(_SPIKE, parts["spike"]))
    yield OverReals("the spike", found, (*_BELOW, signs, Gt(_SPIKE * beta, lam)))
    low = Le(kappa * star_size / N, lam / beta)
    yield OverReals("inactive", Equivalent(low, Le(star_size, parts["inactive threshold"])), _BELOW)
    yield from _others(claim, (lam - _ALONG) / (beta - N))


@stated("R7.l0", scope="the conditions of a spike, n = 2, 3; stability is R7.stability", whole=False)
def _l0_census(claim: Claim) -> Iterator[OverReals]:
    parts = claim.parts
    spike = Eq(N * X, kappa * star_entry + beta * X)
    yield OverReals("the spike", Equivalent(spike, Eq(X, parts["spike"])), _BELOW)
    yield OverReals("x is better than 0", Equivalent(Gt(beta * X**2 / 2, lam), Gt(Abs(X), parts["threshold"])))
    yield from _others(claim, kappa * star_entry / (N - beta))


@stated("R7.tl1", scope="the equation of a spike; stability is R7.stability", whole=False)
def _tl1_census(claim: Claim) -> Iterator[OverReals]:
    level = kept_level + ratio * a * (a + 1) / (a + kept_level) ** 2
    found = placed(claim.parts["multiplier"], {"x_j": level})
    signs = (Eq(spike_sign**2, 1),)
    balance = Eq(N * level, _ALONG + beta * kept_level)
    yield OverReals("N", Equivalent(balance, Eq(N, found)), signs)
    norm = Eq(kappa**2 * (1 - star_entry**2) * level**2 + (level**2 - 1) * (_ALONG + beta * kept_level) ** 2, 0)
    yield OverReals("‖w̄‖ = 1", Equivalent(norm, Eq(claim.parts["multiplier equation"], 0)), signs, slow=True)


# By runs.


@on_trial("census", parts=(1, 4), weight=3.0)
def check_census(trial: Trial) -> None:
    """Runs from everywhere end at predicted limits only, and every predicted limit is where runs from around it end."""
    rng, needed = trial.rng, () if trial.blind else ("spikes",)
    for _ in trial.rounds(*((32, 50) if trial.penalty == "l1" else (16, 25)), *needed):
        _compared(trial, drawn(rng, trial.penalty, n=int(rng.integers(2, 9)), beta=(0.2, 60.0), lam=(0.01, 3.0)))
    slow, unjudged = trial.counts["runs not ended"], trial.counts["predicted limits not judged"]
    if slow > 0.05 * trial.counts["runs"]:
        trial.doubts.append(f"{slow} of {trial.counts['runs']} runs did not end")
    if unjudged > 0.05 * trial.counts["limits predicted"]:
        trial.doubts.append(f"of {unjudged} predicted limits no run from nearby ended")


def _compared(trial: Trial, problem: Problem) -> None:
    rng, n, numbers = trial.rng, problem.n, (problem.kappa, problem.beta, problem.lam, problem.penalty)
    trial.count("problems")
    limits, census = [], None
    if not trial.blind:
        census = numerics.stable_limits(list(problem.w_star), *numbers, normalize=True, **problem.parameters)
        limits = [np.asarray(limit.weights, dtype=float) for limit in census.limits]
        trial.count("limits predicted", len(limits))
        trial.count("spikes", sum(limit.kind == "spike" for limit in census.limits))
        trial.count("problems with several limits", len(limits) > 1)
    predicted = np.array(limits).reshape(-1, n)
    axes = np.vstack([np.eye(n), -np.eye(n)]) + 0.05 * directions(rng, 2 * n, n)
    near = np.repeat(predicted, 3, axis=0) + 1e-6 * directions(rng, 3 * len(limits), n)
    starts = np.vstack([near, directions(rng, trial.many(100, 200), n), axes, problem.unit])
    ends, settled, leapt = ended(problem, unit(starts))
    trial.count("runs", len(ends))
    trial.count("runs that leapt to their end", leapt)
    trial.count("runs not ended", int(np.sum(~settled)))
    for end in different(ends[settled], 1e-7):
        _one_active_entry(trial, problem, end)
    if census is None:
        return
    _returns(trial, problem, predicted, ends, settled)
    _ends_known(trial, problem, predicted, ends[settled], bool(census.complete))
    if census.complete:
        trial.demand(census.total == len(limits), f"total = {census.total}, {len(limits)} limits listed: {problem}")


def _returns(trial: Trial, problem: Problem, predicted: Array, ends: Array, settled: Array) -> None:
    for k, limit in enumerate(predicted):
        around = [j for j in range(3 * k, 3 * k + 3) if settled[j]]
        if not around:
            trial.count("predicted limits not judged")
        for j in around:
            away = float(np.linalg.norm(ends[j] - limit))
            message = f"a run from next to the predicted limit {limit.tolist()} ends elsewhere: {problem}"
            trial.within("distance, started next to a limit", away, 1e-9 + uncertainty(problem, ends[j]), message)


def _ends_known(trial: Trial, problem: Problem, predicted: Array, ends: Array, complete: bool) -> None:
    reached = set[int]()
    for end in ends:
        distances = np.linalg.norm(predicted - end, axis=-1) if len(predicted) else np.array([np.inf])
        nearest = int(np.argmin(distances))
        if distances[nearest] < 1e-7 or distances[nearest] < 1e-7 + uncertainty(problem, end):
            reached.add(nearest)
        elif neutral(problem, end):
            trial.count("ends in continua of fixed points")
        elif not complete:
            trial.count("ends beyond an incomplete census")
        else:
            trial.demand(False, f"a run ends at {end.tolist()}, which is no predicted limit: {problem}")
    trial.demands += len(ends)
    trial.count("limits reached", len(reached))


def _one_active_entry(trial: Trial, problem: Problem, w: Array) -> None:
    """What is claimed of an end with one active entry; for l1 and l0 of one with N < β."""
    iteration = Iteration.of(problem)
    u, factor = iteration.split(w), float(iteration.multiplier(w))
    active = np.flatnonzero(u)
    if len(active) != 1 or abs(problem.beta - factor) < 1e-4 * problem.beta or neutral(problem, w):
        return
    j = int(active[0])
    values: dict[str, Any] = {**problem.values, "n": float(problem.n), "multiplier": factor, "ratio": problem.rho}
    values |= {**problem.parameters, "star_entry": float(problem.unit[j]), "spike_sign": float(np.sign(w[j]))}
    values |= {"kept_level": abs(float(u[j])), "x_j": abs(float(w[j]))}
    if problem.penalty == "tl1":
        _by_level(trial, problem, values)
    elif factor < problem.beta:
        _spike(trial, problem, float(w[j]), float(np.abs(np.delete(problem.unit, j)).max()), values)


def _spike(trial: Trial, problem: Problem, entry: float, rest: float, values: dict[str, Any]) -> None:
    """A spike w̄_j for l1 or l0, and which entries S keeps next to its threshold; κ|w*_i| is N times such an entry."""
    trial.count("equations of spikes")
    factor = values["multiplier"]
    size = (problem.kappa + problem.lam) * (1 + 1 / abs(problem.beta - factor) + 1 / factor)
    slack, l1 = 1e-12 * (1 + size**2), problem.penalty == "l1"
    active, inactive = ("active threshold", "inactive threshold") if l1 else ("threshold", "threshold")
    trial.row("multiplier equation", "=", 1.0, values, slack, problem)
    for level, relation in next_to_threshold(problem):
        trial.row(active, relation, level, values, 0.0, problem)
        if l1:
            trial.row(inactive, relation, level * factor / problem.kappa, values, 0.0, problem)
    trial.row("spike", "=", abs(entry) if l1 else entry, values, slack, problem)
    trial.row(active, ">=", abs(entry), values, 1e-9, problem)
    trial.row(inactive, "<=", rest if l1 else problem.kappa * rest / factor, values, 1e-9, problem)


def _by_level(trial: Trial, problem: Problem, values: dict[str, Any]) -> None:
    """Transformed l1: N > 0 is that of U = |ū_j|, a root of the polynomial."""
    trial.count("equations of spikes")
    a, level, weight = problem.parameters["a"], values["kept_level"], problem.kappa + problem.beta
    for relation in ("=", ">="):
        trial.row("multiplier", relation, values["multiplier"], values, 1e-9 * weight, problem)
    size = (weight * (1 + level) * ((a + level) ** 3 + problem.rho * a * (a + 1))) ** 2
    trial.row("multiplier equation", "=", 0.0, values, 1e-11 * size, problem)


@on_trial("astroid")
def check_astroid(trial: Trial) -> None:
    """Runs stay at the spike at ±e_j for β above the claim's value, and leave it below."""
    rng = trial.rng
    while trial.counts["spikes"] < trial.many(8, 40):
        problem = drawn(rng, "l1", n=int(rng.integers(2, 7)), lam=(0.05, 3.0))
        j, sign = int(rng.integers(problem.n)), float(rng.choice([-1.0, 1.0]))
        across = problem.kappa * float(np.sqrt(1 - min(problem.unit[j] ** 2, 1.0)))
        along = problem.lam - sign * problem.kappa * problem.unit[j]
        if along > 0.01 * problem.kappa and across > 0.01 * problem.kappa:
            _appears(trial, problem, j, sign, {"spike_across": across, "spike_along": along})


_SIDES: Final = np.outer([-1.0, 1.0], np.geomspace(3e-4, 0.02, 6)).ravel()
"""Values of β tried, relative to where the spike is expected. Not at it: there the spike meets the point that bounds
its basin, and a start that is off by the spacing of a grid need not stay.
"""


def _appears(trial: Trial, problem: Problem, j: int, sign: float, values: dict[str, float]) -> None:
    across, along = values.values()
    # About where a spike appears, and its N there: the least of N + B/√(1 − A²/N²) over N > A, on a fine grid.
    grid = across * (1 + np.geomspace(1e-6, 1e6, 20_001))
    heights = grid + along / np.sqrt(1 - (across / grid) ** 2)
    least, factor = float(heights.min()), float(grid[np.argmin(heights)])
    # Where the two roots meet; only there is it asked whether the entries are on the right side of the threshold.
    w = problem.kappa * problem.unit / factor
    w[j] = sign * along / (least - factor)
    level = problem.lam / least
    if not (abs(w[j]) > 1.1 * level and np.abs(np.delete(w, j)).max() < 0.9 * level):
        trial.count("spikes off the threshold")
        return
    trial.count("spikes")
    tried = least * (1 + _SIDES)[:, None]
    starts = np.repeat(unit(w[None, :]), len(tried), axis=0)
    iteration = replace(Iteration.of(problem), beta=tried, lam=np.full_like(tried, problem.lam))
    ends, last = iteration.run(starts, steps=20_000, tolerance=1e-13)
    u = iteration.split(ends)
    alone = (u[:, j] * sign > 0) & (np.sum(u != 0, axis=-1) == 1) & (iteration.multiplier(ends) < tried[:, 0])
    for k, one in enumerate(tried[:, 0]):
        if last[k] > 1e-12:
            trial.count("runs not ended")
            continue
        trial.count("runs that stay" if alone[k] else "runs that leave")
        trial.row("threshold", ">=" if alone[k] else "<=", one, values, 1e-9 * one, problem)
