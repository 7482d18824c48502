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
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from numerics.arguments import float_range, integer
from numerics.generated.splitting import basin_probability
from numerics.limits.census import stable_limits
from numerics.limits.field import FLOATS, blocks, digits_field
from numerics.limits.fill import fill, residual, stability_margin
from numerics.limits.folds import sparse_root
from numerics.limits.law import Root
from numerics.limits.problem import Problem, in_floats, in_range, pose
from numerics.shown import number, pairs

_MOST_DIGITS = 1_000_000
"""A product of such numbers takes a hundredth of a second; GMP ends the process where one has too many to hold."""

_SOLVED = 1e-6
"""Distances of ‖w̄‖ from 1 above it come of numbers too far apart; rounding leaves 1e-14."""


class NoLimitError(ValueError):
    """There is no limit that is a sparsifying map of w*: lam >= kappa max|w*| although beta max|w*| > lam (l1 only)."""


@dataclass(frozen=True, eq=False)
class SparseLimit:
    """The limit w̄ of R4. Arrays are read-only float64 (n,); with `digits` they are tuples, and all numbers mpmath's.

    `angle` is that between w̄ and w*, `error` = ‖w̄ − w*‖ = 2 sin(angle/2).
    """

    weights: Any
    multiplier: Any
    angle: Any
    error: Any
    penalty: str
    kappa: Any
    beta: Any
    lam: Any
    parameters: Mapping[str, Any]
    _problem: Problem
    _root: Root

    def __repr__(self) -> str:
        weights = np.array2string(np.array(self.weights, np.float64), threshold=8, precision=6, separator=", ")
        given = {**self.parameters, "kappa": self.kappa, "beta": self.beta, "lam": self.lam}
        found = {name: getattr(self, name) for name in ("multiplier", "angle", "error", "residual")}
        numbers = ", ".join(f"{name}={value}" for name, value in (given | found).items())
        return f"SparseLimit(penalty={self.penalty!r}, {numbers}, weights={weights} of {len(self.weights)} entries)"

    def _repr_html_(self) -> str:
        given = {"penalty": self.penalty, "κ": self.kappa, "β": self.beta, "λ": self.lam, **self.parameters}
        found = {"multiplier N": self.multiplier, "angle to w*": self.angle, "error ‖w̄ − w*‖": self.error}
        found |= {"stability margin": self.margin, "residual": self.residual}
        numbers = {name: value if isinstance(value, str) else number(value) for name, value in (given | found).items()}
        return pairs(numbers | {"support of ū": f"{len(self.support)} of {len(self.weights)}"})

    @cached_property
    @in_range
    def auxiliary(self) -> Any:
        """u = S(w̄)."""
        u = np.empty(len(self.weights))
        for piece, out in zip(blocks(self.weights), blocks(u), strict=True):
            out[:] = self._problem.proximal(piece)
        u.flags.writeable = False
        return u

    @cached_property
    @in_range
    def residual(self) -> Any:
        """‖N w̄ − κw* − βS(w̄)‖/N, S being the generated map (with `digits`, P1 to P3 in mpmath); it says nothing of
        ‖w̄‖ = 1.
        """
        return self._problem.field.number(
            residual(self._problem, self._root, np.asarray(self.weights), np.asarray(self.auxiliary))
        )

    @cached_property
    def support(self) -> npt.NDArray[np.intp]:
        """Indices where u != 0, increasing."""
        return np.flatnonzero(np.asarray(self.auxiliary))

    @cached_property
    @in_range
    def margin(self) -> Any:
        """(N − βμ)/N, μ the largest eigenvalue of diag S'(w̄) on the tangent space at w̄: positive means stable.

        1 if no entry is above the threshold, or n = 1. An entry exactly at a threshold counts as below it.
        """
        w, u = (np.asarray(vector)[self.support] for vector in (self.weights, self.auxiliary))
        return stability_margin(self._problem, self._root, w, u)

    @cached_property
    @in_range
    def error_bound(self) -> Any:
        """R5: an upper bound of `error` that needs w* only: 2 sin(½ arcsin(r/κ)), r >= β‖w̄ − ū‖; √2 where r >= κ.

        r is the least of β, of λ√‖w*‖₀ (l1), √(2λβs₀) (l0, s₀ nonzero entries thresholded away), βt√‖w*‖₀ (TL1). It
        holds since this limit is never further than π/2 from w*: no entry changes its sign.
        """
        p, one = self._problem, self.kappa / self.kappa
        lost = int(np.count_nonzero(p.w_star)) - (len(self.support) if self.penalty == "l0" else 0)
        radius = p.beta * min(1, p.threshold * p.field.sqrt(lost * one)) if p.beta and lost else 0 * one
        sine = min(one, radius / p.kappa)
        # 2 sin(arcsin(s)/2) = √2 s/√(1 + √(1 − s²)), without the subtraction.
        return sine * 2 ** (sine * 0 + 0.5) / (1 + ((1 - sine) * (1 + sine)) ** 0.5) ** 0.5

    @cached_property
    @in_range
    def basin_probability(self) -> float:
        """R6: a uniformly random start comes within arcsin(r/κ) of w* and stays there with at least this probability.

        r = min(β, βt√n), t the threshold. 0.0 where r >= κ, where R6 says nothing.
        """
        p = self._problem
        radius = float(p.beta)
        if radius:
            radius *= min(1.0, float(p.threshold) * math.sqrt(p.size))
        return float(basin_probability(p.size, radius / float(p.kappa))) if radius < p.kappa else 0.0

    def _settle(self) -> None:
        """In digits: compute what is otherwise computed when first asked for, and leave the context of the problem for
        mpmath's own. Numbers keep their digits.
        """
        from mpmath import mp

        def settled(value: Any) -> Any:
            if isinstance(value, tuple):
                return tuple(map(settled, value))
            return mp.make_mpf(value._mpf_) if hasattr(value, "_mpf_") else value

        values = vars(self)
        w = values["weights"]
        values |= {"weights": tuple(w), "auxiliary": tuple(self._problem.proximal(w))}
        self.residual, self.support, self.margin, self.error_bound, self.basin_probability  # noqa: B018
        values |= {name: settled(value) for name, value in values.items()}
        values["parameters"] = {name: settled(value) for name, value in self.parameters.items()}
        del values["_problem"], values["_root"]


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

    With `digits`, at most a million, everything is computed in mpmath, at any size, for the numbers as given (float,
    int, mpf, Fraction): w_star is divided by its norm in full precision. n of a few thousand then takes seconds.

    Raises NoLimitError where there is none (l1 only), ValueError naming the argument for anything else, and where the
    numbers are too far apart for float64.
    """
    if digits is None:
        problem = pose(w_star, kappa, beta, lam, penalty, parameters, normalize=normalize)
        with float_range(problem.remedy):
            return _limit(problem)
    field = digits_field(integer("digits", digits, 1, _MOST_DIGITS) + 20)
    problem = pose(w_star, kappa, beta, lam, penalty, parameters, normalize=normalize, field=field)
    if problem.pull > 1:  # N − β, of the size of κ, loses as many digits as β/κ has
        field = digits_field(digits + 20 + int(field.context.log10(problem.pull)))
        problem = pose(w_star, kappa, beta, lam, penalty, parameters, normalize=normalize, field=field)
    return _limit(problem)


def _limit(problem: Problem) -> SparseLimit:
    root = sparse_root(problem)
    if root is None:
        raise NoLimitError(_no_limit(problem))
    filled = fill(problem, root)
    if problem.field is FLOATS and not (abs(filled.short) < _SOLVED and math.isfinite(problem.scale * root.multiplier)):
        raise ValueError(f"float64 does not reach; {problem.remedy}")
    p = problem
    found = p.scale * root.multiplier, 2 * p.field.asin(filled.error / 2), filled.error
    multiplier, angle, error = map(p.field.number, found)
    given = p.penalty, p.kappa, p.beta, p.lam, dict(p.parameters)
    limit = SparseLimit(filled.weights, multiplier, angle, error, *given, p, root)
    if problem.field is not FLOATS:
        limit._settle()
    return limit


def _no_limit(problem: Problem) -> str:
    """Which conditions fail, and what attracts instead."""
    p = in_floats(problem)
    census = stable_limits(p.w_star, p.kappa, p.beta, p.lam, p.penalty, count=3, normalize=True)
    spikes = ", ".join(
        f"entry {s.index} with sign {s.sign:+d} (N = {s.multiplier:.6g})" for s in census.limits if s.sign
    )
    others = f" and {census.total - len(census.limits)} more" if census.total and census.total > 3 else ""
    return (
        f"no sparse limit: lam = {p.lam:.9g} is not below kappa max|w_star| = {p.kappa * p.largest / p.norm:.9g}, and "
        f"beta max|w_star| = {p.beta * p.largest / p.norm:.9g} exceeds lam; what attracts instead: "
        f"{f'spikes at {spikes}{others}' if spikes else 'no isolated point'}. Lower lam or beta"
    )
