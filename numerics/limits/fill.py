"""From the multiplier of a limit to its weights, their residual, and the margin by which it is stable: O(n), block by
block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numerics.limits.problem import BLOCK, FLOATS, Number, Problem, blocks
from numerics.limits.shape import Shape, bisect
from numerics.limits.solve import Root

__all__ = ["Filled", "complete", "fill", "stability_margin"]


@dataclass(frozen=True, eq=False)
class Filled:
    """Weights and what one pass over them tells. `auxiliary` is kept in digits only."""

    weights: Any
    auxiliary: Any
    error: Number
    residual: Number


def fill(problem: Problem, root: Root) -> Filled:
    """The weights at a root (n,), read-only; with digits a tuple."""
    weights, exact = np.empty(problem.size, problem.w_star.dtype), problem.field is not FLOATS
    kept = np.empty_like(weights) if exact else None
    error, residual, short = _pass(problem, root, weights, kept, place=True)
    if complete(problem, root.multiplier, weights, short):
        error, residual, _ = _pass(problem, root, weights, kept, place=False)
    if kept is not None:
        return Filled(tuple(weights), tuple(kept), error, residual)
    weights.flags.writeable = False
    return Filled(weights, None, error, residual)


def _pass(
    problem: Problem, root: Root, weights: npt.NDArray[Any], kept: npt.NDArray[Any] | None, *, place: bool
) -> tuple[Number, Number, Number]:
    """Error, residual and 1 − ‖w̄‖² of the weights, which are written first if `place`; u goes to `kept`."""
    y, n = problem.w_star, problem.size
    errors, residuals, squares, buffer = [], [], [], np.empty(min(n, BLOCK), y.dtype)
    for start in range(0, n, BLOCK):
        piece, out = y[start : start + BLOCK], weights[start : start + BLOCK]
        if place:
            _entries(problem, root, piece, out, start)
        u = problem.proximal(out) if kept is None else _proximal_exactly(problem, out)
        if kept is not None:
            kept[start : start + BLOCK] = u
        scratch = np.multiply(out, root.multiplier, out=buffer[: len(piece)])
        u *= problem.pull
        u += piece
        u -= scratch
        residuals.append(np.dot(u, u))
        unit = piece if problem.norm == 1 else np.divide(piece, problem.norm, out=scratch)
        np.subtract(out, unit, out=scratch)
        errors.append(np.dot(scratch, scratch))
        squares.append(np.dot(out, out))
    total = problem.field.total
    return total(errors) ** 0.5, total(residuals) ** 0.5 / root.multiplier, 1 - total(squares)


def complete(problem: Problem, multiplier: Number, weights: npt.NDArray[Any], short: Number) -> bool:
    """Make up for ‖w̄‖² = 1 − `short`, in place, in the entry that N does not give: one of TL1 next to its fold, where
    D = N − βS'(w̄) is next to 0. Whether there was such an entry, and others of its size, which share the change.

    If N is off by ε an entry is off by εw̄_i/D_i; where one has nearly all of that, the norm knows it better than N.
    """
    if problem.penalty != "tl1" or not abs(short) > 8 * problem.field.eps:
        return False
    shape, chosen, loosest, sums = Shape.of(problem), 0 * short, 0 * short, []
    for piece in blocks(weights):
        size = np.abs(piece)
        size = size[size > problem.threshold]
        u = problem.proximal(size) if problem.field is FLOATS else _proximal_exactly(problem, size)
        stiffness = np.maximum(np.abs(multiplier - problem.pull / shape.dx(u)), problem.field.eps * multiplier)
        loose = size * size / stiffness
        sums.append(loose.sum())
        if len(size) and loose.max() > loosest:
            loosest, chosen = loose.max(), size[loose.argmax()]
    where = np.flatnonzero(np.abs(weights) == chosen)
    square = chosen * chosen + short / max(len(where), 1)
    rest = problem.field.total(sums) - len(where) * loosest + 1 / multiplier
    if not chosen or not len(where) * loosest > 10 * rest or not abs(short) < 1e-4 * chosen * chosen:
        return False
    weights[where] = np.sign(weights[where]) * max(square**0.5, problem.threshold * (1 + problem.field.eps))
    return True


def _entries(problem: Problem, root: Root, y: npt.NDArray[Any], out: npt.NDArray[Any], start: int) -> None:
    """Weights of a block, each as its branch has it and, to the last digit, on its side of the threshold."""
    limit = problem.threshold
    if root.cut == np.inf:
        np.divide(y, root.multiplier, out=out)
        np.clip(out, -limit, limit, out=out)
    elif problem.penalty == "l1":
        # The middle one of three lines. y ∓ λ keeps its digits however small the gap is, a cut at (β + gap)ρ would not.
        level = problem.lam / problem.scale
        np.divide(y, root.multiplier, out=out)
        line = y + level
        line /= root.gap
        np.minimum(out, line, out=out)
        np.subtract(y, level, out=line)
        line /= root.gap
        np.maximum(out, line, out=out)
    else:
        np.divide(y, root.multiplier, out=out)
        np.clip(out, -limit, limit, out=out)
        upper = np.flatnonzero(np.abs(y) > root.cut)
        out[upper] = _upper(problem, root, y[upper])
        for place, u in root.placed:
            if start <= place < start + len(y):
                x = Shape.of(problem).x(u)
                out[place - start] = x if y[place - start] > 0 else -x


def _upper(problem: Problem, root: Root, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Entries on the upper branch, above the threshold by a rounding error at least."""
    size = np.abs(y)
    if problem.penalty == "l0":
        x = size / root.gap
    else:
        x = (size + problem.pull * Shape.of(problem).upper(size, root.gap, root.multiplier)) / root.multiplier
    return np.sign(y) * np.maximum(x, problem.threshold * (1 + problem.field.eps))


def _proximal_exactly(problem: Problem, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """S(x) in digits, as the definitions have it: for TL1 the root of the cubic in Cardano's form."""
    if not problem.beta:
        return x * 0 if problem.lam else x * 1
    size = np.abs(x)
    if problem.penalty == "l1":
        value = size - problem.rho
    elif problem.penalty == "l0":
        value = size
    else:
        value = np.array([_cardano(problem, item) if item > problem.threshold else 0 for item in size], dtype=object)
    return np.where(size > problem.threshold, value, 0) * np.sign(x)


def _cardano(problem: Problem, x: Number) -> Number:
    """TL1's S(x) for x above the threshold [ZX]."""
    from mpmath import mp

    a, reach = problem.a, problem.a + x
    phi = mp.acos(1 - 27 * problem.rho * a * (a + 1) / (2 * reach**3))
    return 2 * reach * mp.cos(phi / 3) / 3 - 2 * a / 3 + x / 3


def stability_margin(problem: Problem, multiplier: Number, w: npt.NDArray[Any], u: npt.NDArray[Any]) -> Number:
    """(N − βμ)/N from the entries w, u = S(w) of the support alone: μ is the largest eigenvalue of P diag(S'(w̄)) P.

    Without support, or for n = 1 where there is nowhere to go, it is 1. For lam = 0, S' = 1 on all entries.
    """
    one = multiplier / multiplier
    if problem.size == 1 or not problem.beta or (problem.lam and not len(w)):
        return one
    if not problem.lam or (problem.penalty != "tl1" and len(w) > 1):
        largest = one
    elif len(w) == 1:
        slope = one if problem.penalty != "tl1" else 1 / Shape.of(problem).dx(abs(u[0]))
        largest = slope * max((1 - abs(w[0])) * (1 + abs(w[0])), 0 * one)
    else:
        largest = _largest_eigenvalue(1 / Shape.of(problem).dx(np.abs(u)), w, problem)
    return one - problem.beta * largest / multiplier


def _largest_eigenvalue(slopes: npt.NDArray[Any], w: npt.NDArray[Any], problem: Problem) -> Number:
    """Largest root of Σ w_i²/(s_i − μ) = 0, s_i = `slopes` on the support and 0 on the other entries of the unit
    vector w.

    It lies between the two largest s; multiplied by both distances the equation is a difference of two positive terms.
    """
    squares = w * w
    zero = 0 * squares[0]
    rest = max(1 - squares.sum(), zero) if len(w) < problem.size else zero
    places = np.argpartition(-slopes, 1) if problem.field is FLOATS else np.argsort(-slopes)
    first, second = slopes[places[0]], slopes[places[1]]
    top, near = squares[places[0]], squares[places[1]]
    far_slopes, far = slopes[places[2:]], squares[places[2:]]

    def secular(mu: Number) -> Number:
        below = mu - second
        shared = np.dot(far, below / (below + (second - far_slopes))) if below > 0 and len(far) else 0
        return top * below - (first - mu) * (near + shared + rest * below / mu)

    return bisect(secular, second, first, problem.field.eps) if second < first else first
