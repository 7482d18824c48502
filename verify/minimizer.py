"""A penalty from its definition, and what minimizes ρp(|u|) + ½(u − x)²: once, over doubles and over digits.

A penalty is a few smooth pieces of p on u > 0, with p(0) = 0. Where p' is convex on a piece, the slope of the objective
is convex in u and its largest zero is the only local minimum inside the piece: Newton's method from the right end goes
down to it without passing it. Where p' is concave, it is the least zero, reached from the left; where p' turns from one
to the other, a piece is cut in two. The minimizer is the best of these, the ends of the pieces and 0.

All is elementwise, of arrays of floats or of mpf (dtype object, at mpmath's current precision). No closed form of any
proximal map is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray
from scipy.optimize import brentq
from sympy import Expr, Piecewise, Symbol, count_ops, diff, factor, lambdify, oo, true

from proofs.code.emit import in_log1p
from proofs.engine.definitions import PenaltyLimit, ProximalMap
from proofs.extensions import penalties
from proofs.penalty_forms import PENALTIES, Penalty
from proofs.symbols import ratio, u
from verify.closed_form import MPMATH

Array = NDArray[Any]

Number = Any
"""A float, an mpf, or an array of either."""

Function = Callable[[Number], Number]
Shapes = tuple[tuple[Symbol, Number], ...]

BROUGHT: Final[dict[str, Penalty]] = {
    penalty.name: penalty for penalty in penalties(own=False) if penalty not in penalties(own=True)
}
"""By name: the penalties that extensions declare."""

DEFAULTS: Final[dict[str, dict[str, float]]] = {
    penalty.name: {shape.name: float(shape.default) for shape in penalty.parameters} for penalty in penalties(own=False)
}
"""Penalty -> its parameters."""

_PASSES: Final = 1000

TINY: Final = 1e-200
"""Stands for 0⁺: p' and p'' of every penalty are finite there."""

_WIDEST: Final = 1e3
"""p' of a piece without an end is looked at up to here."""


def objective(height: Any, at: Any, x: Any, weight: Any, pull: Any = 1) -> Any:
    """weight·p(at) + pull/2 (at − x)², which a proximal map minimizes over `at`; `height` is p(at). Of numbers or of
    expressions.
    """
    return weight * height + pull * (at - x) ** 2 / 2


@dataclass(frozen=True)
class Piece:
    """p, p' and p'' on (low, high), a number where they are constant; `straight` where p'' is, so that one Newton step
    is the last; `convex` unless p' is concave.
    """

    low: mpf
    high: mpf
    value: Function
    slope: Function
    bend: Function
    straight: bool
    convex: bool

    def ends(self, size: Array) -> tuple[Number, Number]:
        """The ends as numbers of the kind that `size` has."""
        return (self.low, self.high) if size.dtype == object else self._floats

    @cached_property
    def _floats(self) -> tuple[float, float]:
        return float(self.low), float(self.high)


def penalty_of(definition: Any) -> Penalty | None:
    """The declared penalty that a definition is about."""
    if isinstance(definition, ProximalMap):
        return next((known for known in PENALTIES.values() if known.on_reals == definition.penalty), None)
    return PENALTIES.get("tl1" if isinstance(definition, PenaltyLimit) else getattr(definition, "penalty", ""))


def pieces(penalty: str, parameters: Mapping[str, Number] | None = None) -> tuple[Piece, ...]:
    """The pieces of a named penalty; LookupError for an unknown name."""
    known, values = PENALTIES[penalty], {**DEFAULTS[penalty], **(parameters or {})}
    shapes = tuple((shape.symbol, values[shape.name]) for shape in known.parameters)
    return _pieces(tuple((high, piece) for _, high, piece in known.pieces), shapes, mp.prec)


def pieces_of(p: Expr, values: Mapping[Symbol, Number]) -> tuple[Piece, ...]:
    """The pieces of p(|u|) as a definition states it, by cases in u ≤ end; `values` gives those of its shapes."""
    rows = _rows(p)
    shapes = sorted(p.free_symbols - {u}, key=str)
    return _pieces(rows, tuple((name, values[name]) for name in shapes), mp.prec)


@lru_cache(maxsize=64)
def _rows(p: Expr) -> tuple[tuple[Expr, Expr], ...]:
    """(end, p) of each case on u > 0."""
    positive = Symbol("u", positive=True)
    form = p.subs(u, positive)
    cases = form.args if isinstance(form, Piecewise) else ((form, true),)
    return tuple((oo if when == true else when.gts, piece.xreplace({positive: u})) for piece, when in cases)


@lru_cache(maxsize=4096)
def _pieces(rows: tuple[tuple[Expr, Expr], ...], shapes: Shapes, precision: int) -> tuple[Piece, ...]:
    """Case by case; nothing is left of a case that the ones before have passed. The ends are of this precision."""
    found: list[Piece] = []
    low = mpf(0)
    for end, form in rows:
        high = mp.mpmathify(_compiled(end, tuple(name for name, _ in shapes))[1](*(mpf(value) for _, value in shapes)))
        if high > low:
            found += _cut(form, shapes, low, high)
            low = high
    return tuple(found)


def _cut(form: Expr, shapes: Shapes, low: mpf, high: mpf) -> Iterator[Piece]:
    """One smooth form between two ends, cut where p' turns from convex to concave or back."""
    value, slope, bend, turn = (_function(part, shapes) for part in _derivatives(form))
    straight = _derivatives(form)[3] == 0
    cuts = [] if straight else _turns(turn, float(low), float(high))
    for start, stop in zip([low, *cuts], [*cuts, high], strict=True):
        middle = float(start) + min(float(stop - start) / 2, 1.0)
        yield Piece(start, stop, value, slope, bend, straight, convex=straight or float(turn(middle)) >= 0)


@lru_cache(maxsize=256)
def _derivatives(form: Expr) -> tuple[Expr, ...]:
    """p, p', p'' and p''', over one denominator where that is shorter: a difference of quotients has fewer digits."""
    slopes = [diff(form, u, order) for order in (1, 2, 3)]
    return form, *(min(slope, factor(slope), key=count_ops) for slope in slopes)


@lru_cache(maxsize=256)
def _compiled(form: Expr, names: tuple[Symbol, ...]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """For arrays of floats, and for numbers in mpmath."""
    return lambdify(names, in_log1p(form), "numpy"), lambdify(names, form, MPMATH)


def _function(form: Expr, shapes: Shapes) -> Function:
    fast, exact = _compiled(form, (u, *(name for name, _ in shapes)))
    floats, digits = ([kind(value) for _, value in shapes] for kind in (float, mp.mpmathify))
    by_entry = np.frompyfunc(lambda point: mp.mpmathify(exact(point, *digits)), 1, 1)

    def function(point: Number) -> Number:
        return by_entry(point) if np.asarray(point).dtype == object else fast(point, *floats)

    return function


def _turns(turn: Function, low: float, high: float) -> list[mpf]:
    """Where p''' changes its sign."""
    grid = np.geomspace(1e-6, min(high - low, _WIDEST), 400)[:-1] + low
    signs = np.sign(turn(grid) + 0 * grid)
    grid, signs = grid[signs != 0], signs[signs != 0]
    changes = np.flatnonzero(signs[:-1] * signs[1:] < 0)
    return [mpf(brentq(lambda point: float(turn(point)), grid[k], grid[k + 1])) for k in changes]


def closed_at(name: str, rho: float, parameters: Mapping[str, float]) -> bool:
    """Whether the closed form of the map is declared for this ρ."""
    values = {shape.symbol: parameters[shape.name] for shape in PENALTIES[name].parameters}
    return bool(PENALTIES[name].domain.subs({ratio: rho, **values}))


def proximal(x: Array, rho: Number, parts: tuple[Piece, ...]) -> Array:
    """argmin over u of ρp(|u|) + ½(u − x)², elementwise; 0 where 0 is as good as another. p must not fall."""
    size = np.abs(x)
    best, least = 0 * size, 0 * size
    for part in parts:
        beyond = size > part.ends(size)[0]
        if not beyond.any():
            continue
        u = _bottom(size, rho, part)
        # F(u) − F(0), written so that nothing of the size of x² cancels; where u stands for 0 it is what p rounds to.
        gain = part.value(u) * rho - u * (size - u / 2)
        better = (gain < least) & beyond & (u > TINY)
        best, least = np.where(better, u, best), np.where(better, gain, least)
    return np.sign(x) * best


def _bottom(size: Array, rho: Number, part: Piece) -> Array:
    """The only local minimum inside a piece, or the end towards which the objective falls; `TINY` stands for 0."""
    low, high = part.ends(size)
    low = max(low, TINY)
    end = np.maximum(np.minimum(size, high), low)
    fine = mpf(10) ** (2 - mp.dps) if size.dtype == object else 1e-16
    u, far, side = (end, low, 1) if part.convex else (low + 0 * size, end, -1)
    for _ in range(_PASSES):  # an array stands left: mpf · array writes the array out before it gives way
        slope, bend = u - size + part.slope(u) * rho, 1 + part.bend(u) * rho
        rises = bend > 0
        everywhere = np.all(rises)
        moved = u - slope / bend if everywhere else np.where(rises, u - slope / np.where(rises, bend, 1.0), far)
        moved = np.minimum(np.maximum(moved, low), end)
        if not (everywhere and part.straight):  # such a step ends in the minimum from either side
            moved = np.where(side * slope > 0, moved, u)
        settled = part.straight or (np.abs(u - moved) <= (size if part.convex else moved) * fine).all()
        u = moved
        if settled:
            break
    return u


def total(u: Array, parts: tuple[Piece, ...]) -> Array:
    """p(|u|), elementwise."""
    return _by_piece(u, [(part, part.value) for part in parts])


def _by_piece(u: Array, functions: list[tuple[Piece, Function]]) -> Array:
    size = np.abs(u)
    value = 0 * size
    for part, function in functions:
        low, high = part.ends(size)
        value = np.where(size > low, function(np.minimum(np.maximum(size, max(low, TINY)), high)), value)
    return value


def curvature(u: Array, parts: tuple[Piece, ...]) -> Array:
    """p'' at |u| where u ≠ 0, and 0 where u = 0; elementwise."""
    return _by_piece(u, [(part, part.bend) for part in parts])


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
