"""R7: all stable limits of RVSCGD for a given true weight, best first.

A fixed point N w = κw* + βS(w) on the unit sphere is stable when every D_i = N − βS'(w_i) is positive, or a single
D_j is not and Σ w_i²/D_i < 0. Those with N > β are "sparse" (sparsifying maps of w*, several for l0 and TL1), and so
is w̄ = w*; those with one entry j of negative D_j and no other above the threshold are "spikes". Only attractors of
every step size are listed: N > 0, although for n = 1 both points of the sphere are fixed for small steps.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from numerics.arguments import Array, float_range, integer
from numerics.generated.penalties import PENALTIES
from numerics.limits.fill import fill, named, residual, stability_margin
from numerics.limits.law import Root
from numerics.limits.problem import Problem, in_range, pose, unmoved
from numerics.limits.search import Search, seeds
from numerics.limits.singles import best_of, continua, singles
from numerics.shown import listed, number

_SHOWN = 12


@dataclass(frozen=True, eq=False)
class StableLimit:
    """One stable limit. Vectors are made when asked for: `weights` (n,), read-only, in O(n).

    kind: "sparse" or "spike". index, sign: of a spike's entry; None for a sparse limit. lyapunov: κ(1 − cos θ) +
    λP(u) + (β/2)‖w − u‖².
    """

    kind: str
    index: int | None
    sign: int | None
    multiplier: float
    lyapunov: float
    _problem: Problem = field(repr=False)
    _root: Root = field(repr=False)

    @cached_property
    def support(self) -> npt.NDArray[np.intp]:
        """Indices where u = S(w) is not 0, increasing."""
        return np.sort(named(self._problem, self._root)[0])

    @cached_property
    @in_range
    def weights(self) -> Array:
        """w̄ (n,)."""
        return np.asarray(fill(self._problem, self._root).weights)

    @cached_property
    @in_range
    def residual(self) -> float:
        """‖N w̄ − κw* − βS(w̄)‖/N, S being the generated map."""
        p, weights = self._problem, self.weights
        return float(residual(p, self._root, weights, p.proximal(weights)))

    @cached_property
    @in_range
    def margin(self) -> float:
        """(N − βμ)/N, μ the largest eigenvalue of diag S'(w̄) on the tangent space: positive means stable."""
        return float(stability_margin(self._problem, self._root, *named(self._problem, self._root)[1:]))


@dataclass(frozen=True, eq=False)
class StableLimits:
    """The limits found, by increasing Lyapunov value. `total`: how many there are, None if that is not known.

    complete: nothing is missing from `limits`, within what `stable_limits` guarantees for the penalty. continua:
    words about connected families of neutrally stable fixed points, which are not listed; "" if there are none.
    reason: why not `complete`; "" if it is.
    """

    limits: tuple[StableLimit, ...]
    complete: bool
    total: int | None
    continua: str = ""
    reason: str = ""

    def _repr_html_(self) -> str:
        head = ("kind", "entries", "multiplier N", "Lyapunov value", "margin")
        rows = [
            (
                one.kind,
                f"{len(one.support)}" if one.index is None else f"{one.index}, sign {'−+'[(one.sign or 0) > 0]}",
                *map(number, (one.multiplier, one.lyapunov, one.margin)),
            )
            for one in self.limits[:_SHOWN]
        ]
        many = "an unknown number of" if self.total is None else self.total
        count = f"{many} stable limits, the best {len(rows)} of them"
        return listed("; ".join(filter(None, (count, self.continua, self.reason))), head, rows)


def _record(problem: Problem, root: Root) -> StableLimit:
    """A limit with its Lyapunov value."""
    p, n = problem, root.multiplier
    where, w, u = named(p, root)
    cost = float(PENALTIES[p.penalty](u, **p.parameters).sum())
    overlap, moved = root.lower / n + np.dot(w, p.w_star[where]), root.lower / n**2 + np.dot(w - u, w - u)
    value = float(p.lyapunov(overlap, cost, moved))
    if root.placed and not root.upper and not root.gap > 0:
        ((place, level),) = root.placed
        if not p.law.stiffness(abs(level), root.gap) > 0:
            return StableLimit("spike", place, 1 if level > 0 else -1, float(p.scale * n), value, p, root)
    return StableLimit("sparse", None, None, float(p.scale * n), value, p, root)


def stable_limits(
    w_star: ArrayLike,
    kappa: float,
    beta: float,
    lam: float,
    penalty: str = "l1",
    *,
    count: int = 1000,
    normalize: bool = False,
    **parameters: float,
) -> StableLimits:
    """All stable limits (R7), at most `count` >= 1 of them listed, best (least Lyapunov value) first. Arguments as in
    `sparse_limit`.

    l1: exact and complete, `total` even when fewer are listed (then the best ones); O(n), so n = 1e6 is fine. l0:
    every support that fits its own multiplier, by a search that discards what the bounds on N exclude; spikes
    exactly. TL1: every choice of branches likewise, with at most one entry on the branch of negative D_j. With one
    entry above the threshold the multiplier is a root of a convex equation, which has two; with more it is isolated by
    enclosures of the equation and of its slope. Where roots are one to rounding, or the search for supports stops, at
    `count` or at the work allowed, complete is False, total None, and `reason` says which.

    Entries exactly at a threshold, to rounding, count as below it, and entries of w_star below 1e-150 as 0; neutrally
    stable fixed points are not listed. Raises ValueError as `sparse_limit` does, and for count < 1.
    """
    count = integer("count", count, 1)
    posed = pose(w_star, kappa, beta, lam, penalty, parameters, normalize=normalize)
    w = posed.w_star.copy()  # records make their weights later
    w[np.abs(w) < 1e-150] = 0.0
    problem = replace(posed, w_star=w)
    if not problem.threshold:
        problem = replace(problem, lam=0.0)  # λ/β has underflowed
    with float_range(problem.remedy):
        census = _census(problem, count)
    if not all(math.isfinite(limit.multiplier) and math.isfinite(limit.lyapunov) for limit in census.limits):
        raise ValueError(f"the computation leaves the range of float64; {problem.remedy}")
    return census


def _census(problem: Problem, count: int) -> StableLimits:
    """One more than `count` is asked for, to know whether there are more."""
    if not problem.beta or not problem.lam:
        return _without_threshold(problem)
    roots, (alone, unsure), reason = seeds(problem), singles(problem), ""
    total = len(roots) + len(alone)
    if not problem.law.convex:
        search, room = Search(problem), count + 1 - (total if problem.law.curved else len(roots))
        found = list(islice(search.run(count, roots), min(max(room, 0), sys.maxsize)))
        roots, total = roots + found, total + len(found)
        if len(found) >= room:
            reason = "the search stopped when `count` limits were found"
        elif search.stopped:
            reason = "the search for supports stopped at the work allowed"
        elif search.unsure or unsure:
            reason = "a multiplier cannot be told from another, or from β, to rounding"
    limits = [_record(problem, root) for root in (*roots, *best_of(problem, alone, count))]
    if problem.law.curved:
        stable = [limit for limit in limits if limit.margin > 0]
        if len(stable) < len(limits):
            reason = reason or "a limit is neutrally stable to rounding"
        limits = stable
    limits.sort(key=lambda limit: limit.lyapunov)
    known = None if reason else total
    if not reason and total > count:
        reason = f"only count = {count} of them are listed"
    return StableLimits(tuple(limits[:count]), not reason, known, continua(problem), reason)


def _without_threshold(problem: Problem) -> StableLimits:
    """beta = 0 or lam = 0: S is a multiple of the identity, and w* is the only limit; for n = 1, -w* may be another."""
    p = problem
    roots = [unmoved(p) if p.lam else Root(p.pull + p.norm, p.norm, upper=(np.flatnonzero(p.w_star),))]
    if p.size == 1 and p.pull > p.norm:
        roots.append(Root(p.pull - p.norm, -p.norm, placed=((0, float(-np.sign(p.w_star[0]))),)))
    return StableLimits(tuple(_record(p, root) for root in roots), True, len(roots))
