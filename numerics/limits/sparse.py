"""R4: the limit of RVSCGD as a sparsifying map of the true weight, computed directly, in float64 or to any number of
digits.

The limit w̄ on the unit sphere solves N w̄ = κw* + βS(w̄) (R3). The weights come with their residual in that
equation, taken with the generated proximal map, and with the margin by which they are stable.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import index
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from numerics.generated.splitting import basin_probability
from numerics.limits.fill import Filled, fill, stability_margin
from numerics.limits.problem import FLOATS, Problem, blocks, digits_field, pose
from numerics.limits.solve import Root, l0_root, l1_root
from numerics.limits.tl1 import tl1_root

__all__ = ["NoLimitError", "SparseLimit", "sparse_limit"]


class NoLimitError(ValueError):
    """There is no limit that is a sparsifying map of w*: lam >= kappa max|w*| although beta max|w*| > lam (l1 only)."""


@dataclass(frozen=True, eq=False)
class SparseLimit:
    """The limit w̄ of R4. Arrays are read-only float64 (n,); with `digits` they are tuples, and all numbers mpmath's.

    `residual` is ‖N w̄ − κw* − βS(w̄)‖/N, S being the generated map (with `digits`, the definition in mpmath);
    it says nothing of ‖w̄‖ = 1.
    `angle` is that between w̄ and w*, `error` = ‖w̄ − w*‖ = 2 sin(angle/2).
    """

    weights: Any
    multiplier: Any
    angle: Any
    error: Any
    residual: Any
    penalty: str
    kappa: Any
    beta: Any
    lam: Any
    parameters: Mapping[str, Any]
    _problem: Problem
    _filled: Filled

    @property
    def auxiliary(self) -> Any:
        """u = S(w̄)."""
        return self._filled.auxiliary if self._exact else self._auxiliary

    @cached_property
    def _auxiliary(self) -> npt.NDArray[Any]:
        u = np.empty(len(self.weights))
        for piece, out in zip(blocks(self.weights), blocks(u), strict=True):
            out[:] = self._problem.proximal(piece)
        u.flags.writeable = False
        return u

    @property
    def _exact(self) -> bool:
        return isinstance(self.weights, tuple)

    @cached_property
    def support(self) -> npt.NDArray[np.intp]:
        """Indices where u != 0, increasing."""
        return np.flatnonzero(np.asarray(self.auxiliary, dtype=None if not self._exact else object))

    @cached_property
    def margin(self) -> Any:
        """(N − βμ)/N, μ the largest eigenvalue of diag S'(w̄) on the tangent space at w̄: positive means stable.

        1 if no entry is above the threshold, or n = 1. An entry exactly at a threshold counts as below it.
        """
        u = np.asarray(self.auxiliary, dtype=None if not self._exact else object)
        w = np.asarray(self.weights, dtype=u.dtype)
        chosen = self.support
        return stability_margin(self._problem, self._filled.root, w[chosen], u[chosen])

    @cached_property
    def error_bound(self) -> Any:
        """R5: an upper bound of `error` that needs w* only: 2 sin(½ arcsin(r/κ)), r >= β‖w̄ − ū‖; √2 where r >= κ.

        r is the least of β, of λ√‖w*‖₀ (l1), √(2λβs₀) (l0, s₀ nonzero entries thresholded away), βt√‖w*‖₀ (TL1). It
        holds since this limit is never further than π/2 from w*: no entry changes its sign.
        """
        p = self._problem
        lost = int(np.count_nonzero(p.w_star)) - (len(self.support) if self.penalty == "l0" else 0)
        radius = (
            p.beta * min(1, p.threshold * p.field.sqrt(lost * (p.kappa / p.kappa))) if p.beta and lost else 0 * p.beta
        )
        sine = min(1 + 0 * p.kappa, radius / p.kappa)
        # 2 sin(arcsin(s)/2) = √2 s/√(1 + √(1 − s²)), without the subtraction.
        return sine * 2 ** (sine * 0 + 0.5) / (1 + ((1 - sine) * (1 + sine)) ** 0.5) ** 0.5

    @cached_property
    def basin_probability(self) -> float:
        """R6: a uniformly random start comes within arcsin(r/κ) of w* and stays there with at least this probability.

        r = min(β, βt√n), t the threshold. 0.0 where r >= κ, where R6 says nothing.
        """
        p = self._problem
        radius = float(p.beta)
        if radius:
            radius *= min(1.0, float(p.threshold) * math.sqrt(p.size))
        return float(basin_probability(p.size, radius / float(p.kappa))) if radius < p.kappa else 0.0


def sparse_limit(
    w_star: ArrayLike,
    kappa: Any,
    beta: Any,
    lam: Any,
    penalty: str = "l1",
    *,
    normalize: bool = False,
    digits: int | None = None,
    **parameters: Any,
) -> SparseLimit:
    """The limit of RVSCGD that is a sparsifying map of the true weight (R4): no iteration, n up to 1e7 and more.

    w_star (n,) is of unit norm up to 1e-9 and stands for w_star/‖w_star‖; `normalize` admits any other norm. kappa
    from 1e-200 to 1e200, beta from 0 to 1e100 kappa, lam >= 0; penalty "l1", "l0" or "tl1" (a=1.0, 1e-300 to 1e300).

    l1: the only limit with N > β. l0: the one on the support {|w*_i| > √(2λ/β)}, where the iteration from w* ends.
    TL1: entries thresholded in w* stay so; of the others as many as possible, by size, are on the nonzero branch that
    is stable by itself, and one at most on the other nonzero branch. Entries exactly at a threshold count as
    thresholded. Where nothing exceeds the threshold, w̄ = w* and N = κ; so for beta = 0, where u = 0 if lam > 0 and u
    = w̄ if not. lam = 0 gives w̄ = w*, N = κ + β.

    With `digits` everything is computed in mpmath, for the numbers as they are given (float, int, mpf, Fraction):
    w_star is divided by its norm in full precision. n of a few thousand then takes seconds.

    Raises NoLimitError where there is none (l1 only), ValueError naming the argument for anything else.
    """
    if digits is None:
        return _limit(pose(w_star, kappa, beta, lam, penalty, parameters, normalize=normalize))
    if isinstance(digits, bool) or not hasattr(digits, "__index__") or index(digits) < 1:
        raise ValueError(f"digits = {digits!r} is out of range; an integer >= 1, or None for float64, is needed")
    from mpmath import mp

    with mp.workdps(index(digits) + 20):
        problem = pose(w_star, kappa, beta, lam, penalty, parameters, normalize=normalize, field=digits_field())
        return _limit(problem)


def _limit(problem: Problem) -> SparseLimit:
    root = solve(problem)
    filled = fill(problem, root)
    half = filled.error / 2
    number = float if problem.field is FLOATS else lambda value: value
    limit = SparseLimit(
        weights=filled.weights,
        multiplier=number(problem.scale * root.multiplier),
        angle=number(2 * problem.field.asin(half)),
        error=number(filled.error),
        residual=number(filled.residual),
        penalty=problem.penalty,
        kappa=problem.kappa,
        beta=problem.beta,
        lam=problem.lam,
        parameters=dict(problem.parameters),
        _problem=problem,
        _filled=filled,
    )
    if limit._exact:  # what is computed when first asked for needs the digits too
        limit.margin, limit.error_bound  # noqa: B018
    return limit


def solve(problem: Problem) -> Root:
    """The sparse limit's root, whatever the penalty. Raises NoLimitError."""
    if problem.penalty == "l0":
        return l0_root(problem)
    if problem.penalty == "tl1":
        return tl1_root(problem)
    root = l1_root(problem)
    if root is None:
        raise NoLimitError(_no_limit(problem))
    return root


def _no_limit(problem: Problem) -> str:
    """Which conditions fail, and what attracts instead."""
    from numerics.limits.census import (
        stable_limits,  # the census knows the spikes; it needs this module's solvers in turn
    )

    largest = float(problem.largest / problem.norm)
    kappa, beta, lam = (float(value) for value in (problem.kappa, problem.beta, problem.lam))
    census = stable_limits(
        np.array([float(x) for x in problem.w_star]), kappa, beta, lam, problem.penalty, count=3, normalize=True
    )
    spikes = ", ".join(f"entry {s.index} with sign {s.sign:+d} (N = {s.multiplier:.6g})" for s in census.limits)
    others = f" and {census.total - len(census.limits)} more" if census.total and census.total > 3 else ""
    return (
        f"no sparse limit: lam = {lam:.9g} is not below kappa max|w_star| = {kappa * largest:.9g}, and "
        f"beta max|w_star| = {beta * largest:.9g} exceeds lam; what attracts instead: "
        f"{f'spikes at {spikes}{others}' if spikes else 'no isolated point'}. Lower lam or beta"
    )
