"""Expressions in pieces (Piecewise, min, max, |·|, sgn): whether they vanish, region by region.

`leaves` splits at every condition and yields what stands in each region; regions that the solver proves empty are left
out. `witness` looks for a point where the expression is not 0, on either side of every boundary, as close as 1e-5
to it, so that a boundary that is off by little is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import sympy
from mpmath import isfinite, mp, mpf
from sympy import Abs, Expr, Max, Min, Piecewise, Symbol, default_sort_key
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, false, true

from proofs.engine.smt import impossible

_KINDS = (Piecewise, Max, Min, Abs, sympy.sign)
_NEAR = (3e-4, -3e-4, 1e-5, -1e-5)
_CORNERS = 60
_DIGITS = 40
_GRID = tuple(1.21**k for k in range(-24, 25))

Region = tuple[Boolean, ...]


def has_cases(expression: Expr) -> bool:
    """Whether the expression is put together from pieces."""
    return bool(expression.has(*_KINDS))


def leaves(expression: Expr, region: Region = ()) -> Iterator[tuple[Expr, Region]]:
    """(what the expression is there, the region's conditions) for every region that may be nonempty.

    No piece may stand inside an integral: a condition on a bound variable is no region.
    """
    chosen = _innermost(expression)
    if chosen is None:
        yield expression, region
        return
    for condition, replaced in _split(expression, chosen):
        inside = (*region, condition)
        if not impossible(inside):
            yield from leaves(replaced, inside)


def _innermost(expression: Expr) -> sympy.Basic | None:
    """A part to split at whose own arguments have no pieces; for a Piecewise, a condition of it."""
    for part in sorted(expression.atoms(*_KINDS), key=default_sort_key):
        if isinstance(part, Piecewise):
            for relation in sorted(part.atoms(Relational), key=default_sort_key):
                if not relation.has(*_KINDS):
                    return relation
        elif not any(argument.has(*_KINDS) for argument in part.args):
            return part
    return None


def _split(expression: Expr, part: sympy.Basic) -> Iterator[tuple[Boolean, Expr]]:
    """(condition, the expression where it holds): two cases, or three for the sign of a symbol."""
    if isinstance(part, Relational):
        yield part, expression.xreplace({part: true, part.negated: false})
        yield part.negated, expression.xreplace({part: false, part.negated: true})
    elif isinstance(part, Max | Min):
        first, second, *rest = part.args
        for condition, kept in ((sympy.Ge(first, second), first), (sympy.Lt(first, second), second)):
            other = second if kept == first else first
            winner = kept if isinstance(part, Max) else other
            yield condition, expression.xreplace({part: part.func(winner, *rest)})
    else:
        (inside,) = part.args
        for condition, factor in ((sympy.Gt(inside, 0), 1), (sympy.Lt(inside, 0), -1), (sympy.Eq(inside, 0), 0)):
            # SymPy turns |1/x| into 1/|x| when it is made anew: the part itself has to be replaced as well.
            known = {Abs(inside): factor * inside, sympy.sign(inside): sympy.Integer(factor)}
            known[part] = factor * inside if isinstance(part, Abs) else sympy.Integer(factor)
            at_zero = not factor and isinstance(inside, Symbol)
            yield condition, expression.subs(inside, 0) if at_zero else expression.xreplace(known)


Point = dict[Symbol, float]


def witness(expression: Expr, bases: Iterable[Point]) -> tuple[Point, float] | None:
    """(point, value) where `expression` is clearly not 0; None if none was met.

    Tried are the points `bases` and, on the line through each along each coordinate, points next to every boundary and
    half-way between two.
    """
    names = sorted(expression.free_symbols, key=default_sort_key)
    value = sympy.lambdify(names, expression, "mpmath", docstring_limit=0)
    for point in _candidates(names, expression, list(bases)):
        with mp.workdps(_DIGITS):
            try:
                found = value(*(mpf(point[name]) for name in names))
            except (ZeroDivisionError, ValueError, OverflowError, TypeError):
                continue
            real = getattr(found, "real", found)
            if isfinite(real) and abs(real) > mpf(10) ** -20 * max(1, *(abs(number) for number in point.values())):
                return point, float(real)
    return None


Gap = tuple[list[Symbol], Callable[..., float]]


def _boundaries(expression: Expr) -> Iterator[Gap]:
    """Functions whose zeros are the boundaries between pieces, each with its symbols."""
    found: dict[Expr, None] = {}
    for relation in sorted(expression.atoms(Relational), key=default_sort_key):
        found[relation.lhs - relation.rhs] = None
    for part in sorted(expression.atoms(Max, Min), key=default_sort_key):
        found.update({part.args[0] - other: None for other in part.args[1:]})
    for gap in found:
        if gap.free_symbols:
            yield _compiled(gap)


@lru_cache(maxsize=4096)
def _compiled(gap: Expr) -> Gap:
    names = sorted(gap.free_symbols, key=default_sort_key)
    return names, sympy.lambdify(names, gap, "math", docstring_limit=0)


def _candidates(names: list[Symbol], expression: Expr, bases: list[Point]) -> Iterator[Point]:
    yield from bases
    gaps = list(_boundaries(expression))
    edges = []
    for base in bases:
        for moved in names:
            ends = _ends(base, moved, gaps)
            edges += [(base, moved, end * (1 + shift)) for end in ends for shift in (3e-4, -3e-4)]
            near = [end * (1 + shift) for end in ends for shift in _NEAR]
            beyond = [2 * ends[0], 2 * ends[-1], ends[0] / 2, ends[-1] / 2] if ends else []
            yield from ({**base, moved: value} for value in [*near, *_middles(ends), *beyond] if value)
    # Where two boundaries meet: next to one of them, between any two others.
    for base, moved, value in edges[: _CORNERS * len(names)]:
        corner = {**base, moved: value}
        for across in names:
            if across != moved and across.is_nonnegative is None:
                yield from ({**corner, across: middle} for middle in _middles(_ends(corner, across, gaps)))


def _middles(ends: list[float]) -> list[float]:
    return [(low + high) / 2 for low, high in zip(ends, ends[1:], strict=False)]


def _ends(base: Point, moved: Symbol, gaps: list[Gap]) -> list[float]:
    """Where boundaries cross the line through a point along one coordinate, ascending."""
    signs = (1.0,) if moved.is_nonnegative else (1.0, -1.0)
    return sorted({end for side in signs for end in _crossings(base, moved, side, gaps)})


def _crossings(base: Point, moved: Symbol, side: float, gaps: list[Gap]) -> Iterator[float]:
    """Where a boundary crosses the line along one coordinate, on one side of 0."""
    for names, gap in gaps:
        if moved not in names:
            continue
        given, place = [base[name] for name in names], names.index(moved)

        def along(
            value: float, gap: Callable[..., float] = gap, given: list[float] = given, place: int = place
        ) -> float:
            given[place] = value
            try:
                return float(gap(*given))
            except (ValueError, ZeroDivisionError, OverflowError, TypeError):
                return float("nan")

        heights = [along(side * size) for size in _GRID]
        for index, (left, right) in enumerate(zip(heights, heights[1:], strict=False)):
            if left * right <= 0:
                yield _bisect(along, side * _GRID[index], side * _GRID[index + 1])


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    rising = function(low) < function(high)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (function(middle) < 0) == rising else (low, middle)
    return (low + high) / 2
