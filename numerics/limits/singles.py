"""R7: limits with a single entry above the threshold, of either sign and on any branch, for all entries at once.

With u = |S(w_j)|, x = X(u) and A the norm of the other entries of w*, N x = s y_j + βu and ‖w̄‖² = x² + (A/N)² = 1. Let
x = T/√(1 + T²): then N = A√(1 + T²), and what remains is h(T) = 0 for

    h(T) = A T − βx + B(u),  B(u) = λp'(u) − s y_j.

It is a stable limit where h rises through 0, whichever branch that is. S is concave beyond the threshold, and x in T: h
is convex, and rises through 0 once at most, at the larger of its roots. Newton's method falls to it from the right.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from numerics.arguments import Array
from numerics.generated.penalties import PENALTIES
from numerics.generated.splitting import spike_threshold
from numerics.limits.field import blocks
from numerics.limits.law import Root
from numerics.limits.problem import Problem

Records = Any
"""np.recarray; indexing one loses its type."""

_SINGLE = [("index", np.intp), *((name, np.float64) for name in ("x", "u", "multiplier", "gap", "across"))]


def singles(problem: Problem) -> tuple[Records, bool]:
    """All limits with one entry above the threshold, as records (k,): its index, w_j and u, N and N − β in units of the
    problem, and A; solved for every entry and both signs, block by block.

    Beside them whether the two roots of some h are one to rounding, so that it may be a limit or none.
    """
    p, size = problem, np.abs(problem.w_star)
    others, across = _others(p, size)
    rows = np.flatnonzero(~p.above(others, p.norm + p.pull)) if p.threshold < 1 else np.zeros(0, np.intp)
    ends = p.law.convex and bool(np.count_nonzero(_free(p, size)) > 1)
    found = [_at(p, piece, others[piece], across[piece], ends) for piece in [rows[:0], *blocks(rows)]]
    return np.concatenate([records for records, _ in found]).view(np.recarray), any(unsure for _, unsure in found)


def _at(problem: Problem, rows: npt.NDArray[np.intp], others: Array, across: Array, ends: bool) -> tuple[Records, bool]:
    """Those at `rows`; `ends`: whether N = β is on a continuum, of which they would be ends."""
    p, law = problem, problem.law
    best = float(law.proximal(1.0))  # the largest u
    index, sign = np.repeat(rows, 2), np.tile([1.0, -1.0], len(rows))
    others, across, size = np.repeat(others, 2), np.repeat(across, 2), np.abs(p.w_star[index])
    push = sign * size
    if not law.curved:  # B = 0 means N = β; the sign of rounding in λ/scale must not decide
        push[np.abs(law.offset - push) <= p.rounding * size] = law.offset
    # N <= β − B where B >= 0, and the other entries stay below the threshold: nothing else needs to be solved.
    against = law.level * law.slope(best) - push
    keep = ~p.above(others, np.where(against >= 0, p.pull - against, p.norm + p.pull))
    if not law.curved:
        keep &= (against < 0) | (p.pull > spike_threshold(across, np.maximum(against, 0)))
        keep &= (against != 0) | (not ends)  # a second entry with |w*_i| = λ/κ is free as well then
    index, sign, push, across, others = (array[keep] for array in (index, sign, push, across, others))
    tangent, rises, even = _larger_root(p, push, across, best)
    x = 1 / np.hypot(1, 1 / tangent)
    u = law.proximal(np.maximum(x, p.threshold))
    gap = (push - law.level * law.slope(u)) / x
    # N = β + gap, or A√(1 + T²), which does not cancel where βu and s y_j do
    multiplier = np.where((gap > -p.pull / 2) | (across == 0), p.pull + gap, across * np.hypot(1, tangent))
    fits = (x > p.threshold) & (u > law.least) & p.apart(push, u, multiplier) & (multiplier > 0)
    fits &= ~p.above(others, multiplier)
    # At a tie of w* itself, N = β + gap is known to the rounding of β only: `unmoved` has that limit.
    tie = np.abs(push - p.threshold * p.norm) <= 4 * p.rounding * push
    fits &= ~tie | (u > p.field.eps**0.5) | (law.least > 0)
    sign *= np.where(p.w_star[index] < 0, -1.0, 1.0)
    found = np.rec.fromarrays([index, sign * x, sign * u, multiplier, gap, across], dtype=_SINGLE)
    return found[fits & rises], bool((fits & even).any())


def best_of(problem: Problem, found: Records, count: int) -> Iterator[Root]:
    """The `count` with the least Lyapunov value."""
    if count < len(found):
        cost = PENALTIES[problem.penalty](found.u, **problem.parameters)
        overlap = found.across**2 / found.multiplier + found.x * problem.w_star[found.index]
        moved = (found.across / found.multiplier) ** 2 + (found.x - found.u) ** 2
        found = found[np.argpartition(problem.lyapunov(overlap, cost, moved), count - 1)[:count]]
    for j, _, u, multiplier, gap, across in found.tolist():
        yield Root(multiplier, gap, math.inf, ((j, u),), lower=across**2)


def _larger_root(
    problem: Problem, push: Array, across: Array, best: float
) -> tuple[Array, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(T, whether h rises through 0 there, whether h has two roots there to rounding). A straight law is known to have
    the root; T is infinite for A = 0.
    """
    law, eps = problem.law, problem.field.eps
    tangent = np.maximum(law.pull - (law.level * law.slope(best) - push), 0) / across
    rises, even = tangent > 0, np.zeros(len(push), bool)
    active = np.flatnonzero(rises & (across > 0))
    for _ in range(200):  # a dozen suffice unless the two roots nearly meet
        if not len(active):
            break
        a, y, place = across[active], push[active], tangent[active]
        x = 1 / np.hypot(1, 1 / place)
        cosine, (held, steep) = x / place, law.beyond(x)
        pulled, against = law.pull * x, held - y
        value, noise = a * place - (pulled - against), 2 * eps * (pulled + np.abs(against))
        slope = a - law.pull * steep * (cosine * cosine * cosine)
        step = np.where((slope > 0) & (value > 0), value / slope, 0.0)
        new = place - step
        if law.curved:
            rises[active] = (x > law.threshold) & (new > 0) & ((slope > 0) | (value <= noise))
            even[active] = (value <= noise) & ~(noise < 4 * math.sqrt(eps) * slope * place)
        tangent[active] = new
        active = active[(value > noise) & (step > eps * place) & rises[active]]
    return tangent, rises & ~even, even


def _others(problem: Problem, size: Array) -> tuple[Array, Array]:
    """max |w*_i| over i != j, 0 for n = 1, and A, for every j: without cancellation for the one entry that may hold
    nearly all of the norm.
    """
    first = int(np.argmax(size))
    rest, largest = np.delete(size, first), np.full(len(size), size[first])
    across = np.sqrt(np.maximum((problem.norm - size) * (problem.norm + size), 0.0))
    largest[first], across[first] = rest.max(initial=0.0), np.sqrt(np.dot(rest, rest))
    return largest, across


def _free(problem: Problem, size: Array) -> npt.NDArray[np.bool_]:
    """Entries whose equation at N = β is 0·w_i = 0, for a straight law."""
    return np.asarray(np.abs(size - problem.law.offset) <= problem.rounding * size)


def continua(problem: Problem) -> str:
    """Families at N = β: two or more entries whose equation 0·w_i = 0 leaves them free."""
    p, t = problem, problem.threshold
    if p.law.curved or not t < 1:
        return ""
    size = np.abs(p.w_star)
    free = _free(p, size)
    rest = size[~free]
    if np.count_nonzero(free) < 2 or rest.max(initial=0.0) > p.pull * t:
        return ""
    taken = np.sqrt(np.dot(rest, rest)) / p.pull
    # All of the l1 entries are above t = λ/β, and Σ w*_i² < β² then; for l0 two have to be.
    some = p.pull > p.norm * (1 + p.rounding) if p.law.convex else (1 - taken) * (1 + taken) > 2 * t * t
    if not some:
        return ""
    name = "|w*_i| = lam/kappa" if p.law.convex else "w*_i = 0"
    return (
        f"N = beta: the {int(free.sum())} entries with {name} can share the norm in any proportion above the "
        "threshold; these fixed points are neutrally stable and not listed"
    )
