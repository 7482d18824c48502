"""Chapter `penalties`, as NumPy.

Written by `coarseproof derive` from proofs/ and the claims
P1, P2, P3, P7.mcp, P7.scad, P7.half, P6.l1, P6.l0, P6.tl1, P6.mcp, P6.scad, P6.half.
Do not edit: change the claim and derive again. To copy this module out of the project, take
numerics/arguments.py, elementwise.py, geometry.py, quadrature.py and wide.py along; it needs nothing else but NumPy and SciPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from numerics.arguments import Limit, check_parameters
from numerics.elementwise import acute_sine, entrywise, quotient, root, row_sums
from numerics.geometry import Array

__all__ = [
    "DISPLACEMENTS",
    "ENVELOPES",
    "PENALTIES",
    "PENALTY_PARAMETERS",
    "PROXIMAL_MAPS",
    "THRESHOLDS",
    "moreau_envelope",
    "penalty_value",
    "proximal_map",
]


def _l1_penalty(u: Array) -> Array:
    """l1, p(u) = |u|."""
    value = np.abs(u)
    return np.asarray(value, np.float64)


def _l1_map(x: Array, rho: Array | float) -> Array:
    """Proximal map of l1; source: P1."""
    return x - np.clip(x, -rho, rho)


def _l1_threshold(rho: Array | float) -> Array | float:
    """Largest |x| with S(x) = 0 for l1."""
    return rho


def _l1_envelope(x: Array, beta: Array | float, lam: Array | float) -> Array:
    """Moreau envelope of l1; source: P6.l1."""
    rho = quotient(lam, beta)
    k0 = np.abs(x)
    k1 = np.minimum(k0, rho)
    return beta * k1 * (k0 - 0.5 * k1)


def _l0_penalty(u: Array) -> Array:
    """l0, p(u) = 1{u ≠ 0}."""
    value = np.where(np.abs(u) <= 0, 0, 1)
    return np.asarray(value, np.float64)


def _l0_map(x: Array, rho: Array | float) -> Array:
    """Proximal map of l0; source: P2."""
    return np.where(np.abs(x) <= root(2, rho), 0, x)


def _l0_threshold(rho: Array | float) -> Array | float:
    """Largest |x| with S(x) = 0 for l0."""
    return root(2, rho)


def _l0_envelope(x: Array, beta: Array | float, lam: Array | float) -> Array:
    """Moreau envelope of l0; source: P6.l0."""
    return np.minimum(lam, 0.5 * beta * x ** 2)


def _tl1_penalty(u: Array, *, a: float = 1.0) -> Array:
    """transformed l1, p(u) = (a + 1)|u|/(a + |u|)."""
    k0 = np.abs(u)
    value = k0 * (a + 1) / (a + k0)
    return np.asarray(value, np.float64)


def _tl1_map(x: Array, rho: Array | float, *, a: float = 1.0) -> Array:
    """Proximal map of tl1; source: P3."""
    k0 = np.abs(x)
    k1 = a + 1
    k2 = root(2, rho, k1)
    k3 = np.minimum(a, k2)
    k4 = 0.5 * k3 * (2 * k2 - k3) / a
    k5 = a + np.maximum(k0, k4)
    return np.where(k0 <= k4, 0, x - np.sign(x) * np.minimum(k0, 1.3333333333333333 * k5 * acute_sine(np.arcsin(np.minimum(1.5 * root(3, a, rho, k1) / k5 / np.sqrt(k5), 1)) / 3) ** 2))


def _tl1_threshold(rho: Array | float, *, a: float = 1.0) -> Array | float:
    """Largest |x| with S(x) = 0 for tl1."""
    k0 = root(2, rho, (a + 1))
    k1 = np.minimum(a, k0)
    return 0.5 * k1 * (2 * k0 - k1) / a


def _tl1_envelope(x: Array, beta: Array | float, lam: Array | float, *, a: float = 1.0) -> Array:
    """Moreau envelope of tl1; source: P6.tl1."""
    rho = quotient(lam, beta)
    k0 = np.abs(x)
    k1 = a + 1
    k2 = root(2, rho, k1)
    k3 = np.minimum(a, k2)
    k4 = 0.5 * k3 * (2 * k2 - k3) / a
    k5 = np.maximum(k0, k4)
    k6 = a + k5
    k7 = acute_sine(np.arcsin(np.minimum(1.5 * root(3, a, rho, k1) / k6 / np.sqrt(k6), 1)) / 3)
    k8 = 1.3333333333333333 * k6 * k7 ** 2
    return np.where(k0 <= k4, 0.5 * beta * x ** 2, 0.8888888888888888 * beta * k6 ** 2 * k7 ** 4 + k1 * lam * (k5 - k8) / (k6 - k8))


def _mcp_penalty(u: Array, *, gamma: float = 2.0) -> Array:
    """minimax concave, p(u) = |u| − u²/2γ up to γ, then γ/2."""
    k0 = np.abs(u)
    k1 = np.minimum(gamma, k0)
    value = np.where(gamma >= k0, k1 - 0.5 * k1 ** 2 / gamma, 0.5 * gamma)
    return np.asarray(value, np.float64)


def _mcp_map(x: Array, rho: Array | float, *, gamma: float = 2.0) -> Array:
    """Proximal map of mcp; source: P7.mcp."""
    divisor = gamma - rho
    k0 = np.abs(x)
    return np.where(k0 <= root(rho, np.minimum(gamma, rho)), 0, np.where(gamma > k0, gamma * (k0 - rho) * (1 / np.where(divisor > 0, divisor, 1)) * np.sign(x), x))


def _mcp_threshold(rho: Array | float, *, gamma: float = 2.0) -> Array | float:
    """Largest |x| with S(x) = 0 for mcp."""
    return root(rho, np.minimum(gamma, rho))


def _mcp_envelope(x: Array, beta: Array | float, lam: Array | float, *, gamma: float = 2.0) -> Array:
    """Moreau envelope of mcp; source: P6.mcp."""
    rho = quotient(lam, beta)
    divisor = gamma - rho
    k0 = 0.5 * beta
    k1 = np.abs(x)
    k2 = -k1
    k3 = gamma + k2
    k4 = divisor > 0
    k5 = k2 + k3 * rho * (1 / np.where(k4, divisor, 1))
    return np.where(k1 <= root(rho, np.minimum(gamma, rho)), k0 * x ** 2, np.where(gamma > k1, k0 * k3 ** 2 * rho ** 2 * (1 / np.where(k4, divisor ** 2, 1)) + lam * (-k5 - 0.5 * k5 ** 2 / gamma), 0.5 * gamma * lam))


def _scad_penalty(u: Array, *, a: float = 3.7) -> Array:
    """smoothly clipped, p'(u) = 1 up to 1, (a − u)/(a − 1) up to a, then 0."""
    divisor = 2 * a - 2
    k0 = np.abs(u)
    k1 = np.maximum(1, np.minimum(a, k0))
    value = np.where(k0 <= 1, np.minimum(1, k0), np.where(a >= k0, k1 - (k1 - 1) ** 2 * (1 / np.where(divisor > 0, divisor, 1)), 0.5 * a + 0.5))
    return np.asarray(value, np.float64)


def _scad_map(x: Array, rho: Array | float, *, a: float = 3.7) -> Array:
    """Proximal map of scad; source: P7.scad."""
    divisor = a - rho - 1
    k0 = np.abs(x)
    k1 = a + 1
    return np.where(k0 <= root(rho, np.minimum(k1, rho)), 0, x - np.sign(x) * np.minimum(k0, np.where(k0 <= np.minimum(k1, np.minimum(rho + 1, 0.5 * a + 0.5 * rho + 0.5)), rho, np.where(a > k0, rho * (a - k0) * (1 / np.where(divisor > 0, divisor, 1)), 0))))


def _scad_threshold(rho: Array | float, *, a: float = 3.7) -> Array | float:
    """Largest |x| with S(x) = 0 for scad."""
    return root(rho, np.minimum(rho, a + 1))


def _scad_envelope(x: Array, beta: Array | float, lam: Array | float, *, a: float = 3.7) -> Array:
    """Moreau envelope of scad; source: P6.scad."""
    rho = quotient(lam, beta)
    divisor = 2 * a - 2
    divisor_1 = a - rho - 1
    k0 = 0.5 * beta
    k1 = np.abs(x)
    k2 = a + 1
    k3 = k0 * rho ** 2
    k4 = -k1
    k5 = 0.5 * a + 0.5
    k6 = a + k4
    k7 = divisor_1 > 0
    k8 = k4 + k6 * rho * (1 / np.where(k7, divisor_1, 1))
    return np.where(k1 <= root(rho, np.minimum(k2, rho)), k0 * x ** 2, np.where(k1 <= np.minimum(k2, np.minimum(k5 + 0.5 * rho, rho + 1)), k3 + lam * (-k4 - rho), np.where(a > k1, k3 * k6 ** 2 * (1 / np.where(k7, divisor_1 ** 2, 1)) + lam * (-k8 - (-k8 - 1) ** 2 * (1 / np.where(divisor > 0, divisor, 1))), k5 * lam)))


def _half_penalty(u: Array) -> Array:
    """l½, p(u) = √|u|."""
    value = np.sqrt(np.abs(u))
    return np.asarray(value, np.float64)


def _half_map(x: Array, rho: Array | float) -> Array:
    """Proximal map of half; source: P7.half."""
    k0 = np.abs(x)
    k1 = 1.5 * np.cbrt(rho) ** 2
    k2 = np.maximum(1e-300, np.maximum(k0, k1))
    k3 = np.arcsin(np.minimum(1.299038105676658 * rho / k2 / np.sqrt(k2), 1)) / 3
    return np.where(k0 <= k1, 0, x - np.sign(x) * np.minimum(k0, 1.3333333333333333 * k2 * np.sin(k3) * np.sin(k3 + 1.0471975511965979)))


def _half_threshold(rho: Array | float) -> Array | float:
    """Largest |x| with S(x) = 0 for half."""
    return 1.5 * np.cbrt(rho) ** 2


def _half_envelope(x: Array, beta: Array | float, lam: Array | float) -> Array:
    """Moreau envelope of half; source: P6.half."""
    rho = quotient(lam, beta)
    k0 = beta * x ** 2
    k1 = np.abs(x)
    k2 = 1.5 * np.cbrt(rho) ** 2
    k3 = np.maximum(1e-300, np.maximum(k1, k2))
    k4 = np.arcsin(np.minimum(1.299038105676658 * rho / k3 / np.sqrt(k3), 1)) / 3
    k5 = np.sin(k4)
    k6 = np.sin(k4 + 1.0471975511965979)
    return np.where(k1 <= k2, 0.5 * k0, 0.8888888888888888 * k0 * k5 ** 2 * k6 ** 2 + lam * np.sqrt(k3 - 1.3333333333333333 * k3 * k5 * k6))


PENALTY_PARAMETERS: Final[dict[str, dict[str, Limit]]] = {
    "l1": {},
    "l0": {},
    "tl1": {"a": (1.0, "> 0")},
    "mcp": {"gamma": (2.0, "> 0")},
    "scad": {"a": (3.7, ">= 1")},
    "half": {},
}
"""By penalty: its parameters, each with its default and its domain."""

PENALTIES: Final[dict[str, Callable[..., Array]]] = {
    "l1": _l1_penalty,
    "l0": _l0_penalty,
    "tl1": _tl1_penalty,
    "mcp": _mcp_penalty,
    "scad": _scad_penalty,
    "half": _half_penalty,
}
"""By penalty: p(|u|), entry by entry: (u, **parameters)."""

PROXIMAL_MAPS: Final[dict[str, Callable[..., Array]]] = {
    "l1": _l1_map,
    "l0": _l0_map,
    "tl1": _tl1_map,
    "mcp": _mcp_map,
    "scad": _scad_map,
    "half": _half_map,
}
"""By penalty: S(x), entry by entry: (x, rho, **parameters), rho >= 0 a number or an array; nothing is checked."""

THRESHOLDS: Final[dict[str, Callable[..., Array | float]]] = {
    "l1": _l1_threshold,
    "l0": _l0_threshold,
    "tl1": _tl1_threshold,
    "mcp": _mcp_threshold,
    "scad": _scad_threshold,
    "half": _half_threshold,
}
"""By penalty: largest |x| with S(x) = 0: (rho, **parameters)."""

DISPLACEMENTS: Final[dict[str, Callable[..., Array | float]]] = {
    "l1": _l1_threshold,
    "l0": _l0_threshold,
    "tl1": _tl1_threshold,
    "mcp": _mcp_threshold,
    "scad": _scad_threshold,
    "half": _half_threshold,
}
"""By penalty: largest |x - S(x)| over all x: (rho, **parameters)."""

ENVELOPES: Final[dict[str, Callable[..., Array]]] = {
    "l1": _l1_envelope,
    "l0": _l0_envelope,
    "tl1": _tl1_envelope,
    "mcp": _mcp_envelope,
    "scad": _scad_envelope,
    "half": _half_envelope,
}
"""By penalty: Moreau envelope, entry by entry: (x, beta, lam, **parameters)."""


def proximal_map(
    x: npt.ArrayLike, rho: npt.ArrayLike, penalty: str = "l1", **parameters: float
) -> npt.NDArray[np.floating]:
    """The proximal map S(x), a minimizer over u of rho p(u) + (u - x)**2 / 2, entry by entry.

    x: any shape, finite. rho: >= 0, broadcast against x; 0 gives x itself, inf gives 0.
    penalty and its parameters:

    l1: l1, p(u) = |u|
    l0: l0, p(u) = 1{u ≠ 0}
    tl1: transformed l1, p(u) = (a + 1)|u|/(a + |u|) (a, shape, a > 0, default 1)
    mcp: minimax concave, p(u) = |u| − u²/2γ up to γ, then γ/2 (gamma, width, γ > 0, default 2)
    scad: smoothly clipped, p'(u) = 1 up to 1, (a − u)/(a − 1) up to a, then 0 (a, knee, a ≥ 1, default 3.7)
    half: l½, p(u) = √|u|

    Returns (...), the shape of x and rho broadcast; float32 x gives float32. Where two u attain the minimum (|x| at
    the threshold of a map that jumps), 0 is returned.
    Raises ValueError naming the argument for values that are out of range or not finite, for shapes that do not
    broadcast, for an unknown penalty, for a parameter that it does not have and for a result that is beyond its float.
    Source: P1, P2, P3 and, by penalty, P7.
    """
    known = check_parameters(penalty, parameters, PENALTY_PARAMETERS, "penalty")
    return entrywise(PROXIMAL_MAPS[penalty], "x", x, known, rho=rho)


def penalty_value(u: npt.ArrayLike, penalty: str = "l1", **parameters: float) -> npt.NDArray[np.floating]:
    """P(u), the sum of p(|u_i|) over the last axis.

    u: (..., n), finite. penalty and its parameters as in `proximal_map`. Returns (...); float32 in, float32 out.
    Raises ValueError as `proximal_map` does. Source: P1, P2, P3 and, by penalty, P7.
    """
    known = check_parameters(penalty, parameters, PENALTY_PARAMETERS, "penalty")
    return row_sums(PENALTIES[penalty], "u", u, known)


def moreau_envelope(
    w: npt.ArrayLike, beta: npt.ArrayLike, lam: npt.ArrayLike, penalty: str = "l1", **parameters: float
) -> npt.NDArray[np.floating]:
    """The Moreau envelope E(w), the minimum over u of lam P(u) + (beta / 2) norm(w - u)**2.

    w: (..., n), finite. beta, lam: >= 0, finite, broadcast against the leading axes of w.
    penalty and its parameters as in `proximal_map`. Returns (...); float32 w gives float32.
    Raises ValueError as `proximal_map` does. Source: P6.l1, P6.l0, P6.tl1 and, by penalty, P6.
    """
    known = check_parameters(penalty, parameters, PENALTY_PARAMETERS, "penalty")
    return row_sums(ENVELOPES[penalty], "w", w, known, beta=beta, lam=lam)
