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
    along = sign * p.w_star[index]
    above = p.above(x, 1) if p.penalty == "l0" else _exceeds(p, across, push, along)
    keep = above & (others[index] <= multiplier * p.threshold)
    free = _free(p, size)
    if p.penalty == "l1" and np.count_nonzero(free) > 1:
        keep &= push > 0  # at N = β a second entry with |w*_i| = λ/κ is free as well: one end of a continuum
    index, sign, e, x, across, along, multiplier = (
        array[keep] for array in (index, sign, e, x, across, along, multiplier)
    )
    return Spikes(index, sign, multiplier, -e, x, _lyapunov(p, across, x, along, multiplier), _continua(p, size, free))


def _exceeds(problem: Problem, across: Array, push: Array, along: Array) -> npt.NDArray[np.bool_]:
    """x > t for l1, without rounding x: as x = B/(β − N), exactly where N > N₀ = `along`/t.

    At N₀ the square of the norm is (t‖w*‖/along)², and falls there where along³ < A²B; where it is neither below 1 nor
    falls, the larger root is not beyond. At a tie it is w* itself.
    """
    with np.errstate(over="ignore", under="ignore"):
        return (along > problem.cut) | (along * along * along < across * across * push)


def _free(problem: Problem, size: Array) -> npt.NDArray[np.bool_]:
    """Entries whose equation at N = β is 0·w_i = 0."""
    level = problem.level if problem.penalty == "l1" else 0.0
    return np.asarray(np.abs(size - level) <= problem.rounding * size)


def _signed(problem: Problem, rows: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int8], Array]:
    """(j, s, B) of every spike that the signs allow."""
    y = problem.w_star[rows]
    if problem.penalty == "l1":
        push = problem.level - np.concatenate([y, -y])
        index, sign = np.concatenate([rows, rows]), np.repeat(np.array([1, -1], np.int8), len(rows))
        # B = 0 means N = β; the sign of rounding in λ/scale must not decide.
        push[np.abs(push) <= problem.rounding * np.abs(problem.w_star[index])] = 0.0
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


def _continua(problem: Problem, size: Array, free: npt.NDArray[np.bool_]) -> str:
    """Families at N = β: two or more entries whose equation 0·w_i = 0 leaves them free."""
    p, t = problem, problem.threshold
    if np.count_nonzero(free) < 2 or not t < 1:
        return ""
    rest = size[~free]
    if rest.max(initial=0.0) > p.pull * t:
        return ""
    if p.penalty == "l1":  # all of them above t = λ/β: Σ w*_i² < β² in these units
        some = p.pull > p.norm * (1 + p.rounding)
    else:
        taken = np.sqrt(np.dot(rest, rest)) / p.pull
        some = (1 - taken) * (1 + taken) > 2 * t * t
    if not some:
        return ""
    name = "|w*_i| = lam/kappa" if p.penalty == "l1" else "w*_i = 0"
    return (
        f"N = beta: the {int(free.sum())} entries with {name} can share the norm in any proportion above the "
        "threshold; these fixed points are neutrally stable and not listed"
    )
