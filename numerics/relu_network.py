"""The baseline: plain gradient descent on the population loss of the ReLU network without overlap (B1).

The loss and its gradient are the generated ones. With the step size used by default, k π/(k − 1 + π), the angle to w*
never grows, and every start converges to w* unless it lies on the ray of −w* (B1.descent).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
import numpy.typing as npt

from numerics.arguments import Array, finite_array, integer, number, stepping
from numerics.generated.background import relu_network_gradient, relu_network_loss
from numerics.geometry import angle, length


@dataclass(frozen=True, eq=False)
class ReluLearning:
    """Where gradient descent ended, for a batch of starts at once.

    `weights` is (..., n); `converged` says of each start whether ‖w − w*‖ ≤ tolerance·‖w*‖, `distance` is ‖w − w*‖.
    `angle_history` and `loss_history` are (steps + 1, ...), the start included.
    """

    weights: Array
    converged: npt.NDArray[np.bool_]
    distance: Array
    angle_history: Array
    loss_history: Array
    steps: int
    eta: float


def largest_step(k: int) -> float:
    """The step size k π/(k − 1 + π) up to which B1.descent holds; ValueError for k < 1."""
    integer("k", k, 1)
    return float(k * pi / (k - 1 + pi))


def _filters(name: str, value: npt.ArrayLike) -> Array:
    array = finite_array(name, value).astype(np.float64)
    if array.ndim == 0 or not array.any(axis=-1).all():
        raise ValueError(f"{name} must hold finite filters that are not zero, in its last axis; it is {array!r:.200}")
    return array


def learn_relu_network(
    w0: npt.ArrayLike,
    w_star: npt.ArrayLike,
    k: int,
    eta: float | None = None,
    *,
    tolerance: float = 1e-10,
    max_steps: int = 10_000,
) -> ReluLearning:
    """Iterate ``w ← w − eta ∇ℓ(w)`` from every row of `w0` until all are within `tolerance` of w*.

    w0: (..., n) starts, nonzero. w_star: (n,) true filter, nonzero. k: number of patches. eta: step size, by default
    the largest of B1.descent; a larger one is allowed, but nothing is proved of it.
    Raises ValueError naming the argument for a wrong shape, a zero vector, a value that is not finite, k < 1,
    eta ≤ 0, tolerance ≤ 0 or max_steps < 1. Source: B1, [BG].
    """
    most = largest_step(k)
    rate, tolerance = number("eta", most if eta is None else eta, "> 0"), number("tolerance", tolerance, "> 0")
    integer("max_steps", max_steps, 1)
    w, star = _filters("w0", w0), _filters("w_star", w_star)
    if star.ndim != 1 or w.shape[-1] != len(star):
        raise ValueError(f"w0 has shape {w.shape}, w_star {star.shape}; (..., n) and (n,) are needed")
    angles, losses = [np.asarray(angle(w, star))], [np.asarray(relu_network_loss(w, star, k))]
    wanted = tolerance * float(length(star))
    distance = length(w - star)
    steps = 0
    while steps < max_steps and not np.all(distance <= wanted):
        steps += 1
        with (
            np.errstate(over="ignore"),
            stepping(rate, steps, f"up to kπ/(k − 1 + π) = {most:.6g} the angle to w* never grows"),
        ):
            w = w - rate * relu_network_gradient(w, star, k)
            distance = length(w - star)
            angles.append(np.asarray(angle(w, star)))
            losses.append(np.asarray(relu_network_loss(w, star, k)))
    distance = np.asarray(distance)
    return ReluLearning(w, distance <= wanted, distance, np.array(angles), np.array(losses), steps, rate)
