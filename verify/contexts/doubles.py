"""The network in double precision: the sums of verify.model, each mean a polar quadrature of the raw integrand.

A row enters through s = ŵ·z and t = e·z, so every mean is an integral over the plane of (s, t), here in polar
coordinates with panels that end where an indicator or a piece of μ' does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from numerics.model import Proxy
from proofs.proxies import estimator
from verify.contexts.slopes import slope_of
from verify.model import BinarizedNetwork, Row

Array = NDArray[np.float64]

_REACH: Final = 12.0
_ANGLES, _RADII = 40, 36


@dataclass(frozen=True, eq=False)
class Network(BinarizedNetwork[float]):
    """A network and its teacher, ‖w‖ = ‖w*‖ = 1, vectors along ŵ and e."""

    r: float = 1.0
    n: int = 2
    ste: str = "relu"

    exact = float

    @staticmethod
    def weighted(terms: Iterable[tuple[float, Any]]) -> float:
        return float(sum(number * weight for number, weight in terms))

    def mean(self, row: Row) -> float:
        inside, pushed = _means(self.theta, self.ste)
        which = (row.a, row.b)
        return float(pushed[which][row.t] if row.proxy else inside[which])

    def best_weights(self) -> list[float]:
        return [float(weight) for weight in np.linalg.solve(*self.normal_equations())]


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
def _proxy(ste: str) -> tuple[Proxy, tuple[float, ...]]:
    """μ' as a function of arrays, and where its pieces end."""
    chosen = estimator(ste)
    values = {parameter.symbol: float(parameter.default) for parameter in chosen.parameters}
    ends = {float(end.subs(values)) for end in chosen.breakpoints}
    slope = slope_of(ste, {symbol.name: value for symbol, value in values.items()})
    return slope, tuple(sorted(ends - {0.0}))


@lru_cache(maxsize=20_000)
def _means(theta: float, ste: str) -> tuple[dict[tuple[bool, bool], float], dict[tuple[bool, bool], Array]]:
    """By (is 1{ŵ·z > 0} a factor, is 1{w*·z > 0}): the probability, and E zμ' along (ŵ, e)."""
    proxy, knots = _proxy(ste)
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
    direction, a, b = np.stack([cosine, np.sin(angle)]), cosine > 0, np.cos(angle - theta) > 0
    kept = {(False, False): a | True, (True, False): a, (False, True): b, (True, True): a & b}
    probability = {which: float(np.sum(inside * on)) for which, on in kept.items()}
    return probability, {which: direction @ (pushed * on) for which, on in kept.items()}


def potential_rise(before: float, after: float, gradient: Callable[[float], Array]) -> float:
    """Ψ(after) − Ψ(before) where Ψ' = −(component of G along e), by quadrature of G along (ŵ, e)."""
    x, weights = _nodes(16)
    slopes = [-float(gradient(before + (after - before) * place)[1]) for place in x]
    return float(weights @ np.array(slopes)) * (after - before)
