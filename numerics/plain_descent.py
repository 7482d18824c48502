"""Plain coarse gradient descent (B2): v and w learned together, without splitting and without normalization.

``v ← v − η ∂f/∂v``, ``w ← w − η G_μ`` with the population's gradients. The ReLU estimator descends and rests at the
spurious minimum if it starts near it. The identity estimator cannot rest there: w shrinks through 0 and flips. That is
no success: with v still near v(π) the flipped w is pulled back, and the iteration goes on crossing w = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
import numpy.typing as npt

from numerics.arguments import vector
from numerics.generated.estimators import coarse_gradient
from numerics.generated.network import loss_gradient_v, population_loss
from numerics.geometry import angle, length

__all__ = ["PlainDescentResult", "plain_descent"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PlainDescentResult:
    """The last v (m,) and w (n,); by step, the start included: loss, angle to w*, ‖w‖, and ‖(∂f/∂v, G)‖."""

    v: Array
    w: Array
    loss_history: Array
    angle_history: Array
    norm_history: Array
    gradient_history: Array
    steps: int
    converged: bool


def plain_descent(
    v0: npt.ArrayLike,
    w0: npt.ArrayLike,
    v_star: npt.ArrayLike,
    w_star: npt.ArrayLike,
    eta: float,
    ste: str = "relu",
    *,
    tolerance: float = 1e-10,
    max_steps: int = 10_000,
    **parameters: float,
) -> PlainDescentResult:
    """Iterate until ‖(∂f/∂v, G)‖ ≤ `tolerance` or `max_steps` steps are done.

    v0, v_star: (m,) output weights; w0, w_star: (n,) filters, nonzero; eta: step size, > 0; ste and parameters as in
    `coarse_gradient`. Raises ValueError naming the argument for a wrong shape, a zero filter (a step that lands on
    w = 0 exactly included), a value that is not finite, an unknown ste, eta ≤ 0, tolerance < 0 or max_steps < 1.
    Source: B2, [Y], Algorithm 1.
    """
    for name, value, good in (
        ("eta", eta, eta > 0),
        ("tolerance", tolerance, tolerance >= 0),
        ("max_steps", max_steps, max_steps >= 1),
    ):
        if not (isfinite(value) and good):
            raise ValueError(f"{name} = {value!r} is out of range; see the docstring")
    given = {"v0": v0, "w0": w0, "v_star": v_star, "w_star": w_star}
    v, w, true_v, true_w = (vector(name, value) for name, value in given.items())
    rows: list[tuple[float, float, float, float]] = []
    while True:
        steep = loss_gradient_v(v, w, true_v, true_w)
        coarse = coarse_gradient(v, w, true_v, true_w, ste, **parameters)
        size = float(length(np.concatenate([steep, coarse])))
        loss = float(population_loss(v, w, true_v, true_w))
        rows.append((loss, float(angle(w, true_w)), float(length(w)), size))
        if size <= tolerance or len(rows) > max_steps:
            break
        with np.errstate(over="ignore"):
            v, w = v - eta * steep, w - eta * coarse
        if not (np.isfinite(v).all() and np.isfinite(w).all()):
            raise ValueError(f"eta = {eta!r} is too large: step {len(rows)} leaves the range of float64")
    losses, angles, norms, sizes = np.array(rows).T
    return PlainDescentResult(v, w, losses, angles, norms, sizes, len(rows) - 1, bool(sizes[-1] <= tolerance))
