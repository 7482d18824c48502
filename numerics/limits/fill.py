"""From the multiplier of a limit to its weights, their residual, and the margin by which it is stable: O(n), block by
block.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from numerics.limits.field import BLOCK, FLOATS, Number, bisect, blocks, inner
from numerics.limits.law import Root
from numerics.limits.problem import Problem


class Filled(NamedTuple):
    """Weights (n,), read-only, and what one pass over them tells."""

    weights: npt.NDArray[Any]
    error: Number
    short: Number
    """1 − ‖w̄‖²."""


def fill(problem: Problem, root: Root) -> Filled:
    """The weights at a root."""
    weights = np.empty(problem.size, problem.w_star.dtype)
    error, short = _measured(problem, root, weights, _by_cut)
    if root.upper or root.placed:
        where, entries, _ = named(problem, root)
        weights[where] = entries
        error, short = _measured(problem, root, weights)
    if _complete(problem, root, weights, short):
        error, short = _measured(problem, root, weights)
    weights.flags.writeable = False
    return Filled(weights, error, short)


def residual(problem: Problem, root: Root, weights: npt.NDArray[Any], auxiliary: npt.NDArray[Any]) -> Number:
    """‖N w − κw* − βu‖/N of weights and u = S(w), each (n,)."""
    squares = []
    for y, w, u in zip(*map(blocks, (problem.w_star, weights, auxiliary)), strict=True):
        off = root.multiplier * w - y - problem.pull * u
        squares.append(inner(off, off))
    return problem.field.total(squares) ** 0.5 / root.multiplier


def _by_cut(problem: Problem, root: Root, y: npt.NDArray[Any], out: npt.NDArray[Any]) -> None:
    """Weights of a block, each as its branch has it and, to the last digit, on its side of the threshold."""
    law, limit = problem.law, problem.threshold
    if law.convex and root.cut != np.inf:
        # The middle one of three lines. y ∓ λ keeps its digits however small the gap is, a cut at (β + gap)ρ would not.
        steep = 1 / root.gap
        np.multiply(y, 1 / root.multiplier, out=out)
        np.maximum(out, (y - law.offset) * steep, out=out)
        np.minimum(out, (y + law.offset) * steep, out=out)
        return
    upper = np.abs(y) > root.cut
    if not law.curved and not law.offset and root.gap > 0:
        scale = upper.astype(y.dtype)  # 1/gap or 1/N: by arithmetic half of what a choice by a mask takes
        scale *= 1 / root.gap - 1 / root.multiplier
        scale += 1 / root.multiplier
        np.multiply(y, scale, out=out)
        if np.array_equal(np.abs(out) > limit, upper):
            return
    np.divide(y, root.multiplier, out=out)
    np.clip(out, -limit, limit, out=out)
    places = np.flatnonzero(upper)  # less often mispredicted than a mask
    if len(places):
        chosen = y.take(places)
        out[places] = np.sign(chosen) * law.entries(np.abs(chosen), root.gap, root.multiplier)[0]


def named(problem: Problem, root: Root) -> tuple[npt.NDArray[np.intp], npt.NDArray[Any], npt.NDArray[Any]]:
    """Indices of the entries that a root names, with w and u there."""
    law, where = problem.law, np.concatenate([*root.upper, np.array([i for i, _ in root.placed], np.intp)])
    y, last = problem.w_star[where], np.array([u for _, u in root.placed], problem.w_star.dtype)
    y = y[: len(y) - len(last)]
    x, u = law.entries(np.abs(y), root.gap, root.multiplier) if len(y) else (y, y)
    x, u, sign, also = np.sign(y) * x, np.sign(y) * u, np.sign(last), law.x(np.abs(last))
    return where, np.concatenate([x, sign * also]), np.concatenate([u, last])


def _measured(
    problem: Problem,
    root: Root,
    weights: npt.NDArray[Any],
    write: Callable[[Problem, Root, npt.NDArray[Any], npt.NDArray[Any]], None] | None = None,
) -> tuple[Number, Number]:
    """Error and 1 − ‖w̄‖² of the weights, once `write` has made them, block by block while in the cache."""
    errors, squares = [], []
    buffer = np.empty(min(problem.size, BLOCK), weights.dtype)
    for y, w in zip(blocks(problem.w_star), blocks(weights), strict=True):
        if write is not None:
            write(problem, root, y, w)
        scratch = buffer[: len(y)]
        unit = y if problem.norm == 1 else np.divide(y, problem.norm, out=scratch)
        np.subtract(w, unit, out=scratch)
        errors.append(inner(scratch, scratch))
        squares.append(inner(w, w))
    total = problem.field.total
    return total(errors) ** 0.5, 1 - total(squares)


def _complete(problem: Problem, root: Root, weights: npt.NDArray[Any], short: Number) -> bool:
    """Make up for ‖w̄‖² = 1 − `short`, in place, in the entry that N does not give: one of TL1 next to its fold, where
    D = N − βS'(w̄) is next to 0. Whether there was such an entry, and others of its size, which share the change.

    If N is off by ε an entry is off by εw̄_i/D_i; where one has nearly all of that, the norm knows it better than N.
    """
    if not problem.beta or not problem.law.curved or not abs(short) > 8 * problem.field.eps:
        return False
    law, chosen, loosest, sums = problem.law, 0 * short, 0 * short, []
    for piece in blocks(weights):
        size = np.abs(piece)
        size = size[size > problem.threshold]
        stiffness = np.maximum(
            np.abs(law.stiffness(problem.proximal(size), root.gap)), problem.field.eps * problem.norm
        )
        loose = size * size / stiffness
        sums.append(loose.sum())
        if len(size) and loose.max() > loosest:
            loosest, chosen = loose.max(), size[loose.argmax()]
    where = np.flatnonzero(np.abs(weights) == chosen)
    square = chosen * chosen + short / max(len(where), 1)
    rest = problem.field.total(sums) - len(where) * loosest + 1 / root.multiplier
    if not chosen or not len(where) * loosest > 10 * rest or not abs(short) < 1e-4 * chosen * chosen:
        return False
    weights[where] = np.sign(weights[where]) * max(square**0.5, problem.threshold * (1 + problem.field.eps))
    return True


def stability_margin(problem: Problem, root: Root, w: npt.NDArray[Any], u: npt.NDArray[Any]) -> Number:
    """(N − βμ)/N from the entries w, u = S(w) of the support alone: μ is the largest eigenvalue of P diag(S'(w̄)) P.

    It is (gap + β(1 − μ))/N, and computed so. Without support, or for n = 1 where there is nowhere to go, it is 1. For
    lam = 0, S' = 1 on all entries.
    """
    p = problem
    if p.size == 1 or not p.beta or (p.threshold and not len(w)):
        return root.multiplier / root.multiplier
    if not p.threshold or (not p.law.curved and len(w) > 1):
        return root.gap / root.multiplier
    law, size = p.law, np.abs(u)
    if len(w) > 1:
        least = _least_eigenvalue(-law.rho * law.bend(size) / law.dx(size), w, p)
        return (root.gap + p.pull * least) / root.multiplier
    return (law.stiffness(size[0], root.gap) + p.pull * w[0] * w[0] / law.dx(size[0])) / root.multiplier


def _least_eigenvalue(lost: npt.NDArray[Any], w: npt.NDArray[Any], problem: Problem) -> Number:
    """Least root of Σ w_i²/(d_i − ν) = 0, d_i = `lost` = 1 − S' on the support and 1 on the other entries of the unit
    vector w.

    It lies between the two least d; multiplied by both distances the equation is a difference of two positive terms.
    """
    squares = w * w
    zero = 0 * squares[0]
    rest = max(1 - squares.sum(), zero) if len(w) < problem.size else zero
    places = np.argpartition(lost, 1) if problem.field is FLOATS else np.argsort(lost)
    first, second = lost[places[0]], lost[places[1]]
    top, near = squares[places[0]], squares[places[1]]
    far_lost, far = lost[places[2:]], squares[places[2:]]

    def secular(nu: Number) -> Number:
        above = second - nu
        shared = np.dot(far, above / (above + (far_lost - second))) if above > 0 and len(far) else 0
        return top * above - (nu - first) * (near + shared + rest * above / (1 - nu))

    return bisect(secular, second, first, problem.field.eps) if first < second else first
