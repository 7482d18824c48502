"""Penalties from their definitions, and their proximal maps by minimization.

A penalty is a few smooth pieces of p on u > 0, with p(0) = 0. Where p' is convex on a piece, the slope of
``ρp(u) + ½(u − x)²`` is convex in u and its largest zero is the only local minimum inside the piece: Newton's
method from the right end goes down to it without passing it. Where p' is concave, as it may be in an extension's
penalty, it is the least zero, reached from the left. The minimizer is the best of these, the ends of the pieces and 0.
No closed form of any proximal map is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray

from verify.iteration.brought import BROUGHT, declared_pieces
from verify.iteration.piece import Number, Piece

__all__ = [
    "DEFAULTS",
    "PENALTIES",
    "curvature",
    "displacement",
    "map_slope",
    "pieces",
    "proximal",
    "proximal_exact",
    "threshold",
    "total",
]

Array = NDArray[np.float64]
DEFAULTS: Final[dict[str, dict[str, float]]] = {
    "l1": {},
    "l0": {},
    "tl1": {"a": 1.0},
    "mcp": {"gamma": 2.0},
    "scad": {"a": 3.7},
    "half": {},
    **{name: {shape.name: float(shape.default) for shape in known.parameters} for name, known in BROUGHT.items()},
}
"""Penalty -> its parameters."""

PENALTIES: Final = tuple(DEFAULTS)

_PASSES: Final = 100

TINY: Final = 1e-200
"""Stands for 0⁺: p' and p'' of every penalty are finite there."""


def pieces(penalty: str, parameters: Mapping[str, Number] | None = None) -> tuple[Piece, ...]:
    """The pieces of a named penalty; LookupError for a name that is not in `DEFAULTS`."""
    known = {**DEFAULTS[penalty], **(parameters or {})}
    inf = float("inf")
    if penalty in BROUGHT:
        return tuple(declared_pieces(penalty, known))
    if penalty == "l1":
        return (Piece(0, inf, lambda u: u, lambda u: 1 + 0 * u, lambda u: 0 * u),)
    if penalty == "l0":
        return (Piece(0, inf, lambda u: 1 + 0 * u, lambda u: 0 * u, lambda u: 0 * u),)
    if penalty == "tl1":
        a = known["a"]
        return (
            Piece(
                0,
                inf,
                lambda u: (a + 1) * u / (a + u),
                lambda u: a * (a + 1) / (a + u) ** 2,
                lambda u: -2 * a * (a + 1) / (a + u) ** 3,
                straight=False,
            ),
        )
    if penalty == "mcp":
        g = known["gamma"]
        rising = Piece(0, g, lambda u: u - u**2 / (2 * g), lambda u: 1 - u / g, lambda u: 0 * u - 1 / g)
        return rising, _flat(g, g / 2)
    if penalty == "scad":
        a = known["a"]
        bent = Piece(
            1 + 0 * a,
            a,
            lambda u: 1 + (a * (u - 1) - (u**2 - 1) / 2) / (a - 1),
            lambda u: (a - u) / (a - 1),
            lambda u: 0 * u - 1 / (a - 1),
        )
        return Piece(0, 1 + 0 * a, lambda u: u, lambda u: 1 + 0 * u, lambda u: 0 * u), bent, _flat(a, (a + 1) / 2)
    return (
        Piece(0, inf, lambda u: u**0.5, lambda u: 1 / (2 * u**0.5), lambda u: -1 / (4 * u**0.5 * u), straight=False),
    )


def _flat(low: Number, height: Number) -> Piece:
    return Piece(low, float("inf"), lambda u: height + 0 * u, lambda u: 0 * u, lambda u: 0 * u)


def proximal(x: Array, rho: Number, parts: tuple[Piece, ...]) -> Array:
    """argmin over u of ρp(|u|) + ½(u − x)², elementwise; 0 where 0 is as good as another."""
    size = np.abs(x)
    best, least = np.zeros_like(size), np.zeros_like(size)
    for part in parts:
        if part.low and not np.any(size > part.low):
            continue
        u = _bottom(size, rho, part)
        # F(u) − F(0), written so that nothing of the size of x² cancels.
        gain = np.where(u > 0, rho * part.value(np.maximum(u, TINY)) - u * (size - u / 2), 0.0)
        better = (gain < least) & (size > part.low)
        best, least = np.where(better, u, best), np.where(better, gain, least)
    return np.sign(x) * best


def _bottom(size: Array, rho: Number, part: Piece) -> Array:
    low = max(float(part.low), TINY)
    end = np.maximum(np.minimum(size, float(part.high)), low)
    u = end
    if not part.convex:
        return _rising(size, rho, part, (low, end))
    for _ in range(_PASSES):
        slope, bend = u - size + rho * part.slope(u), 1 + rho * part.bend(u)
        if part.straight and np.all(bend > 0):
            u = np.where(slope > 0, np.maximum(u - slope / bend, low), u)
            break
        moved = np.where(bend > 0, u - slope / np.where(bend > 0, bend, 1.0), low)
        moved = np.where(slope > 0, np.maximum(moved, low), u)
        settled = part.straight or (u - moved <= 1e-16 * size).all()
        u = moved
        if settled:
            break
    return np.where(u <= TINY, 0.0, u)


def _rising(size: Array, rho: Number, part: Piece, ends: tuple[float, Array]) -> Array:
    """The least zero of a concave slope, from the left; the right end where the slope stays below 0."""
    u = np.full_like(size, ends[0])
    for _ in range(_PASSES):
        slope, bend = u - size + rho * part.slope(u), 1 + rho * part.bend(u)
        moved = np.where(bend > 0, u - slope / np.where(bend > 0, bend, 1.0), ends[1])
        moved = np.where(slope < 0, np.minimum(moved, ends[1]), u)
        settled = (moved - u <= 1e-16 * moved).all()
        u = moved
        if settled:
            break
    return np.where(u <= TINY, 0.0, u)


def proximal_exact(x: mpf, rho: mpf, parts: tuple[Piece, ...]) -> mpf:
    """The same for one number, at mpmath's current precision."""
    size, best, least = abs(x), mpf(0), mpf(0)
    fine = mpf(10) ** (2 - mp.dps)
    for part in parts:
        if size <= part.low:
            continue
        u = _bottom_exact(size, rho, part, fine)
        gain = rho * part.value(u) - u * (size - u / 2) if u else mpf(0)
        if gain < least:
            best, least = u, gain
    return best if x > 0 else -best


def _bottom_exact(size: mpf, rho: mpf, part: Piece, fine: mpf) -> mpf:
    """The only local minimum inside a piece, or the end of the piece where F falls towards it."""
    low, end = mpf(part.low), min(size, mpf(part.high))
    u, far, side = (end, low, 1) if part.convex else (max(low, mpf(TINY)), end, -1)
    for _ in range(10 * _PASSES):
        slope, bend = u - size + rho * part.slope(u), 1 + rho * part.bend(u)
        if side * slope <= 0:
            break
        last, u = u, u - slope / bend if bend > 0 else far
        u = max(u, low) if part.convex else min(u, end)
        if u == far or abs(last - u) <= fine * (size if part.convex else u):
            break
    return u if u > TINY else low


def total(u: Number, parts: tuple[Piece, ...]) -> Number:
    """p(|u|) elementwise for an array, or of one mpf."""
    if isinstance(u, np.ndarray):
        size = np.abs(u)
        value = np.zeros_like(size)
        for part in parts:
            value = np.where(size > part.low, part.value(np.maximum(size, TINY)), value)
        return value
    held = [part for part in parts if abs(u) > part.low]
    return held[-1].value(abs(u)) if held else mpf(0)


def curvature(u: Array, parts: tuple[Piece, ...]) -> Array:
    """p'' at |u| where u ≠ 0, and 0 where u = 0; elementwise."""
    size = np.abs(u)
    value = np.zeros_like(size)
    for part in parts:
        value = np.where(size > part.low, part.bend(np.maximum(size, TINY)), value)
    return value


def map_slope(u: Array, rho: Number, parts: tuple[Piece, ...]) -> Array:
    """S'(x) where u = S(x), by the implicit equation of the minimizer: 1/(1 + ρp''(u)); 0 where S rests at 0.

    S does not rest there if p and p' start from 0.
    """
    bent = np.where(u != 0, 1 / (1 + rho * curvature(u, parts)), 0.0)
    start = np.array(TINY)
    if max(parts[0].value(start), parts[0].slope(start)) < 1e-50:
        bent = np.where(u == 0, 1 / (1 + rho * parts[0].bend(start)), bent)
    return np.asarray(bent)


def displacement(rho: float, parts: tuple[Piece, ...], reach: float = 40.0) -> float:
    """sup |x − S(x)| over |x| ≤ reach, by search: the threshold, or the best of a grid, refined seven times."""
    low, high, best = 0.0, reach, min(threshold(rho, parts), reach)
    for _ in range(8):
        x = np.linspace(low, high, 401)
        gap = np.abs(x - proximal(x, rho, parts))
        k = int(np.argmax(gap))
        best = max(best, float(gap[k]))
        low, high = float(x[max(k - 1, 0)]), float(x[min(k + 1, 400)])
    return best


def threshold(rho: float, parts: tuple[Piece, ...]) -> float:
    """The largest |x| with S(x) = 0, to the last digits, by halving an interval again and again."""
    low, high = 0.0, 1.0
    while not proximal(np.array([high]), rho, parts)[0]:
        low, high = high, 2 * high
    for _ in range(12):
        x = np.linspace(low, high, 65)
        kept = int(np.argmax(proximal(x, rho, parts) != 0))
        low, high = float(x[kept - 1]), float(x[kept])
    return low
