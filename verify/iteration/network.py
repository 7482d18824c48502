"""The network's means in double precision: polar quadrature of raw integrands, sums over rows one by one.

A row enters through s = ŵ·z and t = e·z, so every mean is an integral over the plane of (s, t), here in polar
coordinates with panels that end where an indicator or a piece of μ' does. Rows are independent: nothing else is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sympy import lambdify, oo

from proofs.proxies import estimator
from proofs.symbols import x as argument

__all__ = ["Means", "coarse", "means", "output_gradient", "output_system", "potential_rise"]

Array = NDArray[np.float64]

_REACH: Final = 12.0
_ANGLES, _RADII = 40, 36


@dataclass(frozen=True)
class Means:
    """Of one row at angle θ: `both` = E 1{a}1{b}; (s, t)-vectors E zμ', E zμ'1{a}, E zμ'1{b}."""

    half: float
    both: float
    plain: Array
    with_a: Array
    with_b: Array


@cache
def _nodes(count: int) -> tuple[Array, Array]:
    x, weights = np.polynomial.legendre.leggauss(count)
    return (x + 1) / 2, weights / 2


def _panels(ends: Array, count: int) -> tuple[Array, Array]:
    """Nodes and weights on (..., k) from ends (..., k + 1), Gauss–Legendre on every panel."""
    x, weights = _nodes(count)
    width = np.diff(ends, axis=-1)[..., None]
    at = ends[..., :-1, None] + width * x
    return at.reshape(*ends.shape[:-1], -1), (width * weights).reshape(*ends.shape[:-1], -1)


@cache
def _proxy(ste: str, parameters: tuple[tuple[str, float], ...]) -> tuple[Callable[[Array], Array], tuple[float, ...]]:
    """μ' as a function of arrays, and where its pieces end."""
    chosen = estimator(ste)
    known = dict(parameters)
    values = {p.symbol: known.get(p.name, float(p.default)) for p in chosen.parameters}
    pieces = []
    for low, high, piece in chosen.pieces:
        ends = [np.inf if end == oo else -np.inf if end == -oo else float(end.subs(values)) for end in (low, high)]
        pieces.append((*ends, lambdify([argument], piece.subs(values), "numpy")))

    def evaluate(x: Array) -> Array:
        total = np.zeros_like(x)
        for low, high, piece in pieces:
            total += np.where((x > low) & (x < high), piece(np.clip(x, low, high)), 0.0)
        return total

    finite = {end for low, high, _ in pieces for end in (low, high) if np.isfinite(end) and end != 0}
    return evaluate, tuple(sorted(finite))


@lru_cache(maxsize=20_000)
def means(theta: float, ste: str = "relu", parameters: tuple[tuple[str, float], ...] = ()) -> Means:
    """The means of one row at angle θ, with ‖w‖ = 1."""
    proxy, knots = _proxy(ste, parameters)
    half = np.pi / 2
    ends = np.unique(np.clip([-np.pi, -half, 0, half, np.pi, theta - half, theta + half], -np.pi, np.pi))
    if theta + half > np.pi:
        ends = np.unique(np.append(ends, theta - 3 * half))
    # Where a knot leaves the reach, the integral over the radius has a kink.
    turns = [side * np.arccos(knot / _REACH) for knot in knots if abs(knot) < _REACH for side in (-1, 1)]
    angle, weight = _panels(np.unique(np.append(ends, turns)), _ANGLES)
    cosine = np.cos(angle)
    cuts = [np.zeros_like(angle), np.full_like(angle, _REACH)] if knots else [np.zeros(1), np.full(1, _REACH)]
    with np.errstate(divide="ignore"):
        for knot in knots:
            cuts.append(np.clip(np.nan_to_num(knot / cosine, posinf=_REACH, neginf=0.0), 0.0, _REACH))
    radius, radial = _panels(np.sort(np.stack(cuts, axis=-1), axis=-1), _RADII)
    density = np.exp(-(radius**2) / 2) / (2 * np.pi) * radius * radial
    pushed = np.sum(density * radius * proxy(radius * cosine[:, None]), axis=-1) * weight
    inside = np.sum(density, axis=-1) * weight
    direction = np.stack([cosine, np.sin(angle)])
    a, b = cosine > 0, np.cos(angle - theta) > 0
    plain, with_a, with_b = (direction @ (pushed * kept) for kept in (1.0, a, b))
    return Means(float(inside @ a), float(inside @ (a & b)), plain, with_a, with_b)


def coarse(
    theta: float, v: Array, v_star: Array, ste: str = "relu", parameters: Mapping[str, float] | None = None
) -> Array:
    """The coarse gradient along (ŵ, e), ‖w‖ = 1: Σ_i v_i E[Z_i μ'(Z_i w)(Σ_j v_j σ(Z_j w) − Σ_j v*_j σ(Z_j w*))]."""
    one = means(theta, ste, tuple(sorted((parameters or {}).items())))
    total = np.zeros(2)
    for x, y in zip(v, v_star, strict=True):
        others = (v.sum() - x) - (v_star.sum() - y)
        total += x * (x * one.with_a - y * one.with_b + others * one.half * one.plain)
    return total


def output_system(theta: float, v_star: Array) -> tuple[Array, Array]:
    """(M, b) with ∂f/∂v = Mv − b: M = E[σσᵀ], b = E[σσ*ᵀ]v*, σ = σ(Zw)."""
    one, m = means(theta), len(v_star)
    matrix = np.full((m, m), one.half**2)
    cross = matrix.copy()
    np.fill_diagonal(matrix, one.half)
    np.fill_diagonal(cross, one.both)
    return matrix, np.asarray(cross @ v_star)


def output_gradient(theta: float, v: Array, v_star: Array) -> Array:
    """∂f/∂v (m,)."""
    matrix, right = output_system(theta, v_star)
    return np.asarray(matrix @ v - right)


def potential_rise(before: float, after: float, gradient: Callable[[float], Array]) -> float:
    """Ψ(after) − Ψ(before) where Ψ' = −(component of G along e), by quadrature of G along (ŵ, e)."""
    x, weights = _nodes(16)
    slopes = [-float(gradient(before + (after - before) * place)[1]) for place in x]
    return float(weights @ np.array(slopes)) * (after - before)
