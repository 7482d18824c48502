"""R7 for l1 and l0: limits with one entry above the threshold and N <= β, for all entries and both signs at once.

In units of `Problem.scale`, e = β − N >= 0, x = |w_j|: A² /N² + x² = 1 and e x = B, where A² is the squared norm of
the other entries of w*, and B = λ − s w*_j (l1) or |w*_j|, with the sign s opposite to that of w*_j (l0). The stable
root is the larger N.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from numerics.arguments import Array
from numerics.generated.splitting import spike_threshold
from numerics.limits.problem import Problem

__all__ = ["Spikes", "find_spikes", "first_spikes", "largest_other", "norm_of_others"]


@dataclass(frozen=True, eq=False)
class Spikes:
    """One row a spike, all arrays (k,): N and N − β in units of the problem, x = |w_j|."""

    index: npt.NDArray[np.intp]
    sign: npt.NDArray[np.int8]
    multiplier: Array
    gap: Array
    size: Array
    lyapunov: Array
    continua: str = ""

    def take(self, rows: npt.NDArray[np.intp]) -> Spikes:
        """Some of the rows, in that order."""
        arrays = {item.name: getattr(self, item.name)[rows] for item in fields(self) if item.name != "continua"}
        return Spikes(**arrays, continua=self.continua)


def first_spikes(problem: Problem, spikes: Spikes, count: int) -> Spikes:
    """The `count` best."""
    rows = np.arange(len(spikes.index))
    if count < len(rows):
        rows = np.argpartition(spikes.lyapunov, count - 1)[:count]
    return spikes.take(rows[np.argsort(spikes.lyapunov[rows], kind="stable")])


def find_spikes(problem: Problem) -> Spikes:
    """All spikes of an l1 or l0 problem with beta, lam > 0."""
    p = problem
    size = np.abs(p.w_star)
    others = largest_other(size)
    # N <= β − B and the other entries stay below the threshold: nothing else needs to be solved.
    rows = np.flatnonzero(others <= p.pull * p.threshold) if p.threshold < 1 else np.zeros(0, np.intp)
    index, sign, push = _signed(p, rows)
    keep = others[index] <= (p.pull - push) * p.threshold * (1 + 1e-12)
    index, sign, push = index[keep], sign[keep], push[keep]
    across = norm_of_others(p, size)[index]
    keep = p.pull > spike_threshold(across, push)
    index, sign, push, across = index[keep], sign[keep], push[keep], across[keep]
    e, x = _solve(p.pull, across, push)
    multiplier = p.pull - e
    keep = (x > p.threshold) & (others[index] <= multiplier * p.threshold)
    index, sign, e, x, across = (array[keep] for array in (index, sign, e, x, across))
    multiplier = multiplier[keep]
    value = _lyapunov(p, across, x, sign * p.w_star[index], multiplier)
    return Spikes(index, sign, multiplier, -e, x, value, _continua(p, size, others))


def _signed(problem: Problem, rows: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int8], Array]:
    """(j, s, B) of every spike that the signs allow."""
    y = problem.w_star[rows]
    if problem.penalty == "l1":
        push = problem.lam / problem.scale - np.concatenate([y, -y])
        index, sign = np.concatenate([rows, rows]), np.repeat(np.array([1, -1], np.int8), len(rows))
        # B = 0 means N = β; the sign of rounding in λ/scale must not decide.
        push[np.abs(push) <= 4 * problem.field.eps * np.abs(problem.w_star[index])] = 0.0
        keep = push >= 0
        return index[keep], sign[keep], push[keep]
    zero = rows[y == 0]
    index = np.concatenate([rows, zero])
    sign = np.concatenate([np.where(y > 0, -1, 1), np.full(len(zero), -1)]).astype(np.int8)
    return index, sign, np.abs(problem.w_star[index])


def largest_other(size: Array) -> Array:
    """max of |w*_i| over i != j, for every j; 0 for n = 1."""
    if len(size) == 1:
        return np.zeros(1)
    first = int(np.argmax(size))
    result = np.full(len(size), size[first])
    result[first] = max(size[:first].max(initial=0.0), size[first + 1 :].max(initial=0.0))
    return result


def norm_of_others(problem: Problem, size: Array) -> Array:
    """A, without cancellation for the one entry that may hold nearly all of the norm."""
    result = np.sqrt(np.maximum((problem.norm - size) * (problem.norm + size), 0.0))
    first = int(np.argmax(size))
    rest = size.copy()
    rest[first] = 0.0
    result[first] = np.sqrt(np.dot(rest, rest))
    return result


def _solve(pull: float, across: Array, push: Array) -> tuple[Array, Array]:
    """(β − N, |w_j|): least root e of A²/(β − e)² + B²/e² = 1; Newton from e = B, where the convex left side is >= 1,
    climbs to it.
    """
    e = push.copy()
    flat = push > 0
    for _ in range(200):  # a dozen suffice unless the two roots nearly meet
        a, b, c = across[flat], push[flat], e[flat]
        rest = pull - c
        with np.errstate(over="ignore"):  # 1/c, for an entry of 1e-310: the step is 0 then, as it should
            value = (a / rest) ** 2 + (b / c) ** 2 - 1
            slope = 2 * ((b / c) ** 2 / c - (a / rest) ** 2 / rest)
        step = np.where((slope > 0) & (value > 0), value / np.where(slope > 0, slope, 1.0), 0.0)
        e[flat] = c + step
        flat[flat] = step > 2e-16 * c
        if not flat.any():
            break
    ratio = across / (pull - e)
    with np.errstate(all="ignore"):
        direct = np.where(push > 0, push / e, 1.0)
    return e, np.where(direct < 0.7, direct, np.sqrt((1 - ratio) * (1 + ratio)))


def _lyapunov(problem: Problem, across: Array, x: Array, along: Array, multiplier: Array) -> Array:
    """κ(1 − cos θ) + λP(u) + (β/2)‖w − u‖²; `along` is s w*_j."""
    p = problem
    if not len(x):
        return x  # λ/β may be out of range then
    cosine = (across**2 / multiplier + x * along) / p.norm
    moved = (across / multiplier) ** 2
    if p.penalty == "l1":
        return p.kappa * (1 - cosine) + p.lam * (x - p.rho) + p.beta / 2 * (moved + p.rho**2)
    return p.kappa * (1 - cosine) + p.lam + p.beta / 2 * moved


def _continua(problem: Problem, size: Array, others: Array) -> str:
    """Families at N = β: two or more entries whose equation 0·w_i = 0 leaves them free."""
    p, t = problem, problem.threshold
    level = p.lam / p.scale if p.penalty == "l1" else 0.0
    free = np.abs(size - level) <= 4 * p.field.eps * level
    rest = size[~free]
    if free.sum() < 2 or not t < 1 or rest.max(initial=0.0) > p.pull * t:
        return ""
    taken = np.sqrt(np.dot(rest, rest)) / p.pull
    if taken >= 1 or not 1 - taken**2 - (int(free.sum()) - 2) * (level / p.pull) ** 2 > 2 * t * t:
        return ""
    name = "|w*_i| = lam/kappa" if level else "w*_i = 0"
    return (
        f"N = beta: the {int(free.sum())} entries with {name} can share the norm in any proportion above the "
        "threshold; these fixed points are neutrally stable and not listed"
    )
