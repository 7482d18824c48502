"""Plain coarse gradient descent (B2): v and w learned together, without splitting and without normalization.

``v ← v − η ∂f/∂v``, ``w ← w − η G_μ`` with the population's gradients. The ReLU estimator descends and rests at the
spurious minimum if it starts near it. The identity estimator cannot rest there: w shrinks through 0 and flips. That is
no success: with v still near v(π) the flipped w is pulled back, and the iteration goes on crossing w = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
import numpy.typing as npt

from numerics.arguments import Array, integer, number, stepping, vector
from numerics.generated.estimators import coarse_gradient
from numerics.generated.network import best_output_weights, loss_gradient_v, population_loss
from numerics.geometry import angle, length


@dataclass(frozen=True, eq=False)
class PlainDescentResult:
    """The last v (m,) and w (n,); by step, the start included: loss, angle to w*, ‖w‖, and ‖(∂f/∂v, G)‖.

    `converged`: the last of these is at most `tolerance`, and v and the angle only come closer to those of a global or
    of a spurious minimum from here: a saddle with a small gradient is left again.
    """

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
    """Iterate until ‖(∂f/∂v, G)‖ ≤ `tolerance` next to a minimum, or `max_steps` steps are done.

    v0, v_star: (m,) output weights; w0, w_star: (n,) filters, nonzero; eta: step size, > 0; ste and parameters as in
    `coarse_gradient`. Raises ValueError naming the argument for a wrong shape, a zero filter (a step that lands on
    w = 0 exactly included), a value that is not finite, an unknown ste, eta ≤ 0, tolerance < 0 or max_steps < 1.
    Source: B2, [Y], Algorithm 1.
    """
    eta, tolerance = number("eta", eta, "> 0"), number("tolerance", tolerance)
    integer("max_steps", max_steps, 1)
    given = {"v0": v0, "w0": w0, "v_star": v_star, "w_star": w_star}
    v, w, true_v, true_w = (vector(name, value) for name, value in given.items())
    if not w.any():
        raise ValueError("w0 is the zero vector; it must be nonzero")
    rows: list[tuple[float, float, float, float]] = []
    while True:
        with stepping(eta, len(rows), f"below 8/(m + 1) = {8 / (len(v) + 1):.6g} v stays bounded"):
            steep = loss_gradient_v(v, w, true_v, true_w)
            coarse = coarse_gradient(v, w, true_v, true_w, ste, **parameters)
            size = float(length(np.concatenate([steep, coarse])))
            loss = float(population_loss(v, w, true_v, true_w))
            rows.append((loss, float(angle(w, true_w)), float(length(w)), size))
        converged = size <= tolerance and _approaches(v, rows[-1][1], true_v, eta)
        if converged or len(rows) > max_steps:
            break
        with np.errstate(over="ignore"):
            v, w = v - eta * steep, w - eta * coarse
    losses, angles, norms, sizes = np.array(rows).T
    return PlainDescentResult(v, w, losses, angles, norms, sizes, len(rows) - 1, converged)


def _approaches(v: Array, theta: float, v_star: Array, eta: float) -> bool:
    """Whether v and the angle cannot but approach those at θ = 0 or at θ = π from here, where B > 0 (C6).

    ‖v − v(0)‖ stays below the larger of itself and (2θ/π)‖v*‖ by N2 and N4, if η(m+1)/4 <= 1, and θ falls while v·v*
    is positive; likewise at π, where v·v* is to be negative.
    """
    end = 0.0 if theta < pi / 2 else pi
    best, size = best_output_weights(end, v_star), float(np.linalg.norm(v_star))
    reach = max(float(np.linalg.norm(v - best)), 2 * abs(theta - end) / pi * size)
    return eta * (len(v) + 1) <= 4 and bool(np.cos(end) * float(best @ v_star) > reach * size)
