"""Ball arithmetic on SymPy expressions: a ball that contains the value, for every point of the balls given.

An expression is compiled once into a list of operations without repetition and run many times. What is enclosed are
the *real* values of an expression: where a ball sticks out of a function's domain (√ below 0, acos beyond 1) the
function is enclosed on the part inside; where it lies outside altogether, the result is not finite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial, reduce
from typing import Any, Final

import mpmath
import sympy
from flint import arb, ctx, fmpq
from sympy import Expr, Symbol
from sympy.codegen.cfunctions import expm1, log1p
from sympy.functions.special.beta_functions import betainc_regularized
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from verify.configurations import Numbers
from verify.enclosure.truth import LOGIC, children

__all__ = ["BALLS", "Compiled", "as_ball", "ball", "compiled", "digits", "dot", "exact_key", "hull", "power"]

Operation = Callable[..., Any]

_FINE: Final = 20
"""Bits of relative accuracy below which a monotone function is taken at the ends of a ball."""


@contextmanager
def digits(count: int) -> Iterator[None]:
    """Work with that many decimal digits inside the block."""
    before = ctx.dps
    ctx.dps = count
    try:
        yield
    finally:
        ctx.dps = before


def as_ball(number: Any) -> arb:
    """A ball around an exact number: int, float, SymPy rational or mpf (taken as the binary fraction it is)."""
    if isinstance(number, arb):
        return number
    if isinstance(number, sympy.Rational):
        return arb(fmpq(int(number.p), int(number.q)))
    if isinstance(number, mpmath.mpf):
        if not mpmath.isfinite(number):
            raise ValueError(f"{number} is not finite")
        sign, mantissa, exponent, _ = number._mpf_
        return arb(((-1) ** sign * int(mantissa), int(exponent)))
    return arb(number)


def exact_key(number: arb) -> str:
    """What tells balls apart: all bits of midpoint and radius, where `str` shows so many digits."""
    return f"{number.mid().man_exp()} {number.rad().man_exp()}"


def dot(first: Sequence[arb], second: Sequence[arb]) -> arb:
    """The inner product."""
    return sum((x * y for x, y in zip(first, second, strict=True)), arb(0))


BALLS: Final = Numbers(as_ball, dot, lambda terms: sum(terms, arb(0)), arb.cos, arb.sin)
"""A configuration in balls: its floats are exact, everything computed from them is enclosed."""


def hull(low: arb, high: arb) -> arb:
    """The smallest ball around two balls; not finite if one of them is not."""
    return low.union(high) if low.is_finite() and high.is_finite() else arb.nan()


def power(base: Any, exponent: int) -> Any:
    """An integer power, of a real or complex ball; a real one of even exponent is not below 0."""
    if exponent < 0:
        return 1 / power(base, -exponent)
    if exponent % 2 == 0 and isinstance(base, arb) and base.contains(0):
        largest = base.abs_upper()
        return hull(arb(0), _product_power(largest, exponent)) if exponent else arb(1)
    return _product_power(base, exponent)


def _product_power(base: Any, exponent: int) -> Any:
    found = None
    while exponent:
        if exponent & 1:
            found = base if found is None else found * base
        exponent >>= 1
        if exponent:
            base = base * base
    return arb(1) if found is None else found


def _increasing(function: Operation, low: int | None = None, high: int | None = None) -> Operation:
    """An increasing function on [low, high], by its values at both ends of the part of a ball inside."""

    def enclosed(x: arb) -> arb:
        below, above = x.lower(), x.upper()
        if low is not None:
            if above < low:
                return arb.nan()
            below = below.max(arb(low))
        if high is not None:
            if below > high:
                return arb.nan()
            above = above.min(arb(high))
        return hull(function(below), function(above))

    return enclosed


def _smooth(function: Operation, increasing: bool = True) -> Operation:
    """A monotone function on the line: by Arb on a fine ball, by its ends on a wide one, where Arb overestimates."""

    def enclosed(x: arb) -> arb:
        if x.rel_accuracy_bits() > _FINE:
            return function(x)
        ends = function(x.lower()), function(x.upper())
        return hull(*ends) if increasing else hull(ends[1], ends[0])

    return enclosed


def _within(function: Operation, low: int, high: int, decreasing: bool = False) -> Operation:
    """A monotone function on [low, high] that Arb evaluates well strictly inside."""
    sign = -1 if decreasing else 1
    at_ends = _increasing(lambda x: sign * function(x), low, high)

    def enclosed(x: arb) -> arb:
        if low < x < high and x.rel_accuracy_bits() > _FINE:
            return function(x)
        return sign * at_ends(x)

    return enclosed


def _root(x: arb, count: int) -> arb:
    """The nonnegative root, 0 at 0."""
    return arb(0) if x == 0 else x.sqrt() if count == 2 else x.root(count)


def _rational_power(x: arb, numerator: int, denominator: int) -> arb:
    if x > 0 and x.rel_accuracy_bits() > _FINE:
        return power(_root(x, denominator), numerator)
    return power(_increasing(partial(_root, count=denominator), low=0)(x), numerator)


def _general_power(base: arb, exponent: arb) -> arb:
    """exp(exponent·log base), for base > 0."""
    return (exponent * base.log()).exp()


def _between_poles(function: Operation, shift: arb, sign: int) -> Operation:
    """tan (increasing) or cot (decreasing): on a wide ball between two poles by its values at both ends."""

    def enclosed(x: arb) -> arb:
        if x.rel_accuracy_bits() > _FINE:
            return function(x)
        period = (x / arb.pi() + shift).floor().unique_fmpz()
        if period is None:
            return arb.nan()
        ends = function(x.lower()), function(x.upper())
        return hull(*ends[::sign])

    return enclosed


def _incomplete_beta(a: arb, b: arb, low: arb, high: arb) -> arb:
    """The regularized incomplete beta function between low and high, monotone in both."""

    def lower(x: arb) -> arb:
        return arb(0) if x == 0 else arb(1) if x == 1 else x.beta_lower(a, b, regularized=True)

    def upto(x: arb) -> arb:
        if 0 < x < 1 and x.rel_accuracy_bits() > _FINE:
            return lower(x)
        return _increasing(lower, 0, 1)(x)

    return upto(high) - upto(low)


def _sum(*terms: Any) -> Any:
    return sum(terms[1:], terms[0])


def _product(*factors: Any) -> Any:
    found = factors[0]
    for factor in factors[1:]:
        found = found * factor
    return found


FUNCTIONS: Final[dict[type[Any], Operation]] = {
    sympy.Add: _sum,
    sympy.Mul: _product,
    sympy.exp: lambda x: x.exp(),
    expm1: lambda x: x.expm1(),
    log1p: lambda x: x.log1p(),
    sympy.log: lambda x: x.log(),
    sympy.sin: lambda x: x.sin(),
    sympy.cos: lambda x: x.cos(),
    sympy.sec: lambda x: x.sec(),
    sympy.csc: lambda x: x.csc(),
    sympy.tan: _between_poles(lambda x: x.tan(), arb(0.5), 1),
    sympy.cot: _between_poles(lambda x: x.cot(), arb(0), -1),
    sympy.sinh: _smooth(lambda x: x.sinh()),
    sympy.cosh: lambda x: x.cosh(),
    sympy.tanh: _smooth(lambda x: x.tanh()),
    sympy.coth: lambda x: x.coth(),
    sympy.sech: lambda x: x.sech(),
    sympy.csch: lambda x: x.csch(),
    sympy.asin: _within(lambda x: x.asin(), -1, 1),
    sympy.acos: _within(lambda x: x.acos(), -1, 1, decreasing=True),
    sympy.atan: _smooth(lambda x: x.atan()),
    sympy.asinh: _smooth(lambda x: x.asinh()),
    sympy.atan2: arb.atan2,
    sympy.erf: _smooth(lambda x: x.erf()),
    sympy.erfc: _smooth(lambda x: x.erfc(), increasing=False),
    sympy.Abs: lambda x: abs(x) if not x.contains(0) else hull(arb(0), x.abs_upper()),
    sympy.sign: lambda x: x.sgn(),
    sympy.Heaviside: lambda x, half: hull((x.sgn() + 1) / 2, half) if x.contains(0) else (x.sgn() + 1) / 2,
    sympy.Max: lambda *terms: reduce(arb.max, terms),
    sympy.Min: lambda *terms: reduce(arb.min, terms),
    betainc_regularized: _incomplete_beta,
}
"""SymPy's functions on real balls."""

CONSTANTS: Final[dict[Any, Callable[[], arb]]] = {
    sympy.pi: arb.pi,
    sympy.E: arb.const_e,
    sympy.EulerGamma: arb.const_euler,
    sympy.oo: arb.pos_inf,
    -sympy.oo: arb.neg_inf,
}


def _cases(*parts: Any) -> arb:
    """Piecewise: the hull of every branch whose condition is not excluded by an earlier one or itself."""
    found: arb | None = None
    for value, truth in zip(parts[::2], parts[1::2], strict=True):
        if truth is not False:
            found = value if found is None else hull(found, value)
        if truth is True:
            break
    return arb.nan() if found is None else found


FUNCTIONS.update({**LOGIC, sympy.Piecewise: _cases})


_Step = tuple[int, Operation, tuple[int, ...]]
"""A slot, what fills it, and the slots that takes."""


class Compiled:
    """An expression as a list of steps on numbered slots, first of all those of its symbols.

    `symbols` are those a value is needed for, in alphabetical order.
    """

    def __init__(self, expression: Expr) -> None:
        self.symbols: tuple[Symbol, ...] = tuple(sorted(expression.free_symbols, key=str))
        self._slots: dict[Any, int] = {symbol: index for index, symbol in enumerate(self.symbols)}
        self._fixed: list[_Step] = []
        self._steps: list[_Step] = []
        self._result = self._place(expression)
        self._prepared: dict[int, list[Any]] = {}

    def __call__(self, values: Mapping[Symbol, arb]) -> arb:
        """The ball of the expression; ValueError where a symbol has no value."""
        if missing := [symbol for symbol in self.symbols if symbol not in values]:
            raise ValueError(f"no value for {sorted(map(str, missing))}")
        return self.at(*(values[symbol] for symbol in self.symbols))

    def at(self, *balls: arb) -> arb:
        """The same, with the values in the order of `symbols`: the fast way in."""
        slots = self._ready().copy()
        slots[: len(balls)] = balls
        for target, operation, sources in self._steps:
            slots[target] = operation(*[slots[source] for source in sources])
        return slots[self._result]

    def _ready(self) -> list[Any]:
        """Slots with all that depends on no symbol filled in, at the current precision."""
        if ctx.prec not in self._prepared:
            slots: list[Any] = [None] * len(self._slots)
            for target, operation, sources in self._fixed:
                slots[target] = operation(*[slots[source] for source in sources])
            self._prepared[ctx.prec] = slots
        return self._prepared[ctx.prec]

    def _place(self, node: Any) -> int:
        """The slot of a node, after the steps that fill it."""
        if node not in self._slots:
            constant = _constant(node)
            operation, parts = (constant, ()) if constant else _operation(node)
            sources = tuple(self._place(part) for part in parts)
            self._slots[node] = len(self._slots)
            steps = self._steps if node.free_symbols else self._fixed
            steps.append((self._slots[node], operation, sources))
        return self._slots[node]


def _constant(node: Any) -> Operation | None:
    """What makes the ball of a number without arguments, at the precision of the moment."""
    if isinstance(node, BooleanTrue | BooleanFalse):
        return lambda: bool(node)
    if isinstance(node, sympy.Rational):
        return partial(as_ball, node)
    if isinstance(node, sympy.Float):
        return partial(as_ball, sympy.Rational(node))
    return CONSTANTS.get(node)


def _operation(node: Any) -> tuple[Operation, tuple[Any, ...]]:
    """The operation that a node is and the nodes it is applied to; ValueError naming a function without one."""
    if isinstance(node, sympy.Pow):
        return _power_of(node)
    if node.func in FUNCTIONS and node.args:
        return FUNCTIONS[node.func], children(node)
    raise ValueError(f"no ball arithmetic for {node.func.__name__} in {node}")


def _power_of(node: sympy.Pow) -> tuple[Operation, tuple[Any, ...]]:
    base, exponent = node.args
    if base == sympy.E:
        return FUNCTIONS[sympy.exp], (exponent,)
    if isinstance(exponent, sympy.Integer):
        return partial(power, exponent=int(exponent)), (base,)
    if isinstance(exponent, sympy.Rational):
        return partial(_rational_power, numerator=int(exponent.p), denominator=int(exponent.q)), (base,)
    return _general_power, (base, exponent)


@lru_cache(maxsize=4096)
def compiled(expression: Expr) -> Compiled:
    """An expression ready to be evaluated many times, remembered; ValueError naming a function it does not know."""
    return Compiled(expression)


def ball(expression: Expr, values: Mapping[Symbol, arb]) -> arb:
    """A ball that contains the expression's real values wherever its symbols lie in `values`.

    It is not finite where the expression has no value or no bound there. ValueError for a function it does not know,
    or a symbol without a value.
    """
    return compiled(expression)(values)
