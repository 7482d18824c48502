"""Ball arithmetic on SymPy expressions: a ball that contains the value, for every point of the balls given.

An expression is compiled once into a list of operations without repetition and run many times. What is enclosed are
the *real* values of an expression: where a ball sticks out of a function's domain (√ below 0, acos beyond 1) the
function is enclosed on the part inside; where it lies outside altogether, the result is not finite. Of relations and
connectives balls say that they certainly hold, certainly do not, or neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial, reduce
from operator import add, eq, ge, gt, le, lt, methodcaller, mul, ne
from typing import Any, Final

import mpmath
import sympy
from flint import arb, ctx, fmpq
from sympy import Expr, Symbol
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.relational import Relational
from sympy.functions.special.beta_functions import betainc_regularized
from sympy.logic.boolalg import And, BooleanFalse, BooleanTrue, Not, Or

from verify.configurations import Numbers

Truth = bool | None
"""Certainly true, certainly false, or open."""


def compare(name: str, difference: arb) -> Truth:
    """What a ball says of `difference > 0`, `≥ 0`, `< 0`, `≤ 0`, `= 0`, `≠ 0`."""
    certain, excluded = _SIDES[name]
    return True if certain(difference, 0) else False if excluded(difference, 0) else None


_SIDES: Final = {"Gt": (gt, le), "Ge": (ge, lt), "Lt": (lt, ge), "Le": (le, gt), "Eq": (eq, ne), "Ne": (ne, eq)}
LOGIC: Final[dict[type[Any], Callable[..., Truth]]] = {
    **{getattr(sympy, name): partial(compare, name) for name in _SIDES},
    And: lambda *parts: False if False in parts else None if None in parts else True,
    Or: lambda *parts: True if True in parts else None if None in parts else False,
    Not: lambda part: None if part is None else not part,
}
"""SymPy's relations, of the difference of their sides, and connectives."""


def children(node: Any) -> tuple[Any, ...]:
    """What the operation of a node is applied to: of a case distinction values and conditions in turn."""
    if isinstance(node, Relational):
        return (sympy.Add(node.lhs, -node.rhs),)
    if isinstance(node, sympy.Piecewise):
        return tuple(part for pair in node.args for part in (pair.expr, pair.cond))
    return tuple(node.args)


def chosen(parts: Sequence[Any], hull: Callable[[Any, Any], Any], nowhere: Any) -> Any:
    """Of values and conditions in turn, the hull of all that may be the first whose condition holds."""
    found = []
    for value, truth in zip(parts[::2], parts[1::2], strict=True):
        if truth is not False:
            found.append(value)
        if truth is True:
            break
    return reduce(hull, found) if found else nowhere


Operation = Callable[..., Any]
Applied = tuple[Operation, tuple[Any, ...]]
"""An operation, and the nodes that it is applied to."""

_FINE: Final = 20
"""Bits of relative accuracy below which a monotone function is taken at the ends of a ball."""


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


def midpoint(ball: arb) -> mpmath.mpf:
    """The middle of a ball, whatever the working precision."""
    mantissa, exponent = ball.mid().man_exp()
    return mpmath.mp.make_mpf(mpmath.libmp.from_man_exp(int(mantissa), int(exponent)))


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
    """An integer power, of a real or complex ball."""
    found: Any = arb(1)
    for bit in f"{abs(exponent):b}":
        found = found * found * base if bit == "1" else found * found
    return found if exponent >= 0 else 1 / found


def _monotone(function: Operation, low: int, high: int | None = None) -> Operation:
    """A monotone function on [low, high]: by Arb on a fine ball inside, else by its values at both ends of the part of
    a ball inside, since Arb overestimates on a wide one.
    """

    def enclosed(x: arb) -> arb:
        if x.rel_accuracy_bits() > _FINE and x > low and (high is None or x < high):
            return function(x)
        below = x.lower().max(arb(low))
        above = x.upper() if high is None else x.upper().min(arb(high))
        return hull(function(below), function(above)) if below <= above else arb.nan()

    return enclosed


def _general_power(base: arb, exponent: arb) -> arb:
    """exp(exponent·log base), for base > 0."""
    return (exponent * base.log()).exp()


def _incomplete_beta(a: arb, b: arb, low: arb, high: arb) -> arb:
    """The regularized incomplete beta function between low and high, monotone in both."""
    upto = _monotone(lambda x: x if x in (0, 1) else x.beta_lower(a, b, regularized=True), 0, 1)
    return upto(high) - upto(low)


def _at_zero(x: arb, half: arb) -> arb:
    """Heaviside's function."""
    return hull((x.sgn() + 1) / 2, half) if x.contains(0) else (x.sgn() + 1) / 2


_PLAIN = (
    *(sympy.exp, expm1, log1p, sympy.log, sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc),
    *(sympy.sinh, sympy.cosh, sympy.tanh, sympy.coth, sympy.sech, sympy.csch, sympy.atan, sympy.asinh),
    *(sympy.erf, sympy.erfc),
)

FUNCTIONS: Final[dict[type[Any], Operation]] = {
    sympy.Add: add,
    sympy.Mul: mul,
    **{function: methodcaller(function.__name__) for function in _PLAIN},
    sympy.asin: _monotone(arb.asin, -1, 1),
    sympy.acos: _monotone(arb.acos, -1, 1),
    sympy.atan2: arb.atan2,
    sympy.Abs: lambda x: abs(x) if not x.contains(0) else hull(arb(0), x.abs_upper()),
    sympy.sign: arb.sgn,
    sympy.Heaviside: _at_zero,
    sympy.Max: lambda *terms: reduce(arb.max, terms),
    sympy.Min: lambda *terms: reduce(arb.min, terms),
    betainc_regularized: _incomplete_beta,
    **LOGIC,
    sympy.Piecewise: lambda *parts: chosen(parts, hull, arb.nan()),
}
"""SymPy's functions on real balls; sums and products of two."""

CONSTANTS: Final[dict[Any, Callable[[], arb]]] = {
    sympy.pi: arb.pi,
    sympy.E: arb.const_e,
    sympy.EulerGamma: arb.const_euler,
    sympy.oo: arb.pos_inf,
    -sympy.oo: arb.neg_inf,
}


class Compiled:
    """An expression as a list of steps on numbered slots, first of all those of its symbols, in alphabetical order.

    `symbols` are those a value is needed for, all if None. What contains none of them is evaluated once a precision.
    """

    def __init__(self, expression: Expr, symbols: Iterable[Symbol] | None = None) -> None:
        self.symbols: tuple[Symbol, ...] = tuple(sorted(symbols or expression.free_symbols, key=str))
        self._slots: dict[Any, int] = {symbol: index for index, symbol in enumerate(self.symbols)}
        self._fixed: list[tuple[int, Any]] = []
        self._steps: list[tuple[int, Operation, tuple[int, ...]]] = []
        self._result = self._place(expression)
        self._prepared: dict[int, list[Any]] = {}

    def __call__(self, values: Mapping[Symbol, arb]) -> arb:
        """The ball of the expression; ValueError where a symbol has no value."""
        if missing := [symbol for symbol in self.symbols if symbol not in values]:
            raise ValueError(f"no value for {sorted(map(str, missing))}")
        return self.at(*(values[symbol] for symbol in self.symbols))

    def at(self, *balls: arb) -> arb:
        """The same, with the values in the order of `symbols`: the fast way in."""
        slots = self.ready().copy()
        slots[: len(balls)] = balls
        for target, operation, sources in self._steps:
            slots[target] = operation(*[slots[source] for source in sources])
        return slots[self._result]

    def ready(self) -> list[Any]:
        """Slots at the current precision; ValueError where a number is not one of the functions known."""
        if ctx.prec not in self._prepared:
            self._prepared[ctx.prec] = self._filled(_number)
        return self._prepared[ctx.prec]

    def _filled(self, value: Callable[[Any], Any]) -> list[Any]:
        """Slots with all in them that no symbol is needed for."""
        slots: list[Any] = [None] * len(self._slots)
        for target, node in self._fixed:
            slots[target] = value(node)
        return slots

    def _place(self, node: Any) -> int:
        """The slot of a node, after the steps that fill it."""
        if node in self._slots:
            return self._slots[node]
        if node.free_symbols.isdisjoint(self.symbols):
            self._fixed.append((len(self._slots), node))
        else:
            operation, parts = self._operation(node)
            sources = [self._place(part) for part in parts]
            if operation in (add, mul):
                for index, source in enumerate(sources[1:-1]):
                    sources[0] = self._step((node, index), operation, sources[0], source)
                sources = [sources[0], sources[-1]]
            return self._step(node, operation, *sources)
        return self._slots.setdefault(node, len(self._slots))

    def _step(self, name: Any, operation: Operation, *sources: int) -> int:
        self._steps.append((len(self._slots), operation, sources))
        return self._slots.setdefault(name, len(self._slots))

    def _operation(self, node: Any) -> Applied:
        """The operation that a node is and the nodes it is applied to; ValueError naming a function without one."""
        return operation(node, FUNCTIONS, _power_of)


def _number(node: Any) -> Any:
    """The ball of a number, or whether a relation holds, at the precision of the moment."""
    if isinstance(node, BooleanTrue | BooleanFalse):
        return bool(node)
    if isinstance(node, sympy.Rational | sympy.Float):
        return as_ball(sympy.Rational(node))
    if node in CONSTANTS:
        return CONSTANTS[node]()
    apply, parts = operation(node, FUNCTIONS, _power_of)
    balls = [_number(part) for part in parts]
    return reduce(apply, balls) if apply in (add, mul) else apply(*balls)


def operation(node: Any, functions: Mapping[type[Any], Operation], power_of: Callable[[Any, Any], Applied]) -> Applied:
    """What a node is by a table of functions, and the nodes it is applied to; ValueError naming what is not there."""
    if isinstance(node, sympy.Pow):
        base, exponent = node.args
        return (functions[sympy.exp], (exponent,)) if base == sympy.E else power_of(base, exponent)
    if node.func in functions and node.args:
        return functions[node.func], children(node)
    raise ValueError(f"no ball arithmetic for {node.func.__name__} in {node}")


def _power_of(base: Any, exponent: Any) -> Applied:
    if isinstance(exponent, sympy.Integer):
        return partial(power, exponent=int(exponent)), (base,)
    if isinstance(exponent, sympy.Rational):
        count, numerator = int(exponent.q), int(exponent.p)
        root = _monotone(lambda x: arb(0) if x == 0 else x.sqrt() if count == 2 else x.root(count), 0)
        return lambda x: power(root(x), numerator), (base,)
    return _general_power, (base, exponent)


@lru_cache(maxsize=4096)
def compiled(expression: Expr) -> Compiled:
    """An expression ready to be evaluated many times, remembered; ValueError naming a function it does not know."""
    found = Compiled(expression)
    found.ready()
    return found


def ball(expression: Expr, values: Mapping[Symbol, arb]) -> arb:
    """A ball that contains the expression's real values wherever its symbols lie in `values`.

    It is not finite where the expression has no value or no bound there. ValueError for a function it does not know,
    or a symbol without a value.
    """
    return compiled(expression)(values)
