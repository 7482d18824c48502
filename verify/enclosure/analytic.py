"""Integrands for Arb's certified quadrature: SymPy expressions of one variable on complex balls.

`acb.integral` bounds its error by the size of the integrand on complex ellipses, which says something only where the
integrand is analytic: asked for that (`analytic` true), every function here answers with a value that is not finite
unless the whole ball lies where it is. A function known on the real line alone (|x|, sign, Max, a case distinction) is
continued by the branch that the real part selects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import sympy
from flint import acb, arb
from sympy import Expr, Symbol
from sympy.codegen.cfunctions import expm1

from verify.enclosure.arithmetic import compiled, power
from verify.enclosure.truth import LOGIC, Truth, children

__all__ = ["Integrand", "integrand"]

Function = Callable[[acb, bool], acb]
Operation = Callable[..., Any]

_NOWHERE: Final = acb(arb.nan(), arb.nan())


def _entire(name: str) -> Operation:
    """A function that is analytic wherever Arb's answer is finite: entire or meromorphic."""

    of_complex = getattr(acb, name)
    if name not in ("erf", "erfc"):
        return lambda z, analytic: of_complex(z)
    of_real = getattr(arb, name)  # Arb's complex error functions are slow, and most nodes are real

    def apply(z: acb, analytic: bool) -> acb:
        return acb(of_real(z.real)) if z.imag == 0 else of_complex(z)

    return apply


def _cut(name: str, clear: Callable[[acb], bool]) -> Operation:
    """A function with branch cuts, known to be analytic on the balls that are clear of them."""

    def apply(z: acb, analytic: bool) -> acb:
        return _NOWHERE if analytic and not clear(z) else getattr(z, name)()

    return apply


def _inside_unit_strip(z: acb) -> bool:
    return bool(abs(z.real) < 1)


def _inside_unit_band(z: acb) -> bool:
    return bool(abs(z.imag) < 1)


def _flagged(name: str) -> Operation:
    """A function whose own `analytic` flag does the work."""

    def apply(*arguments: Any) -> acb:
        *balls, analytic = arguments
        found = balls[0]
        if len(balls) == 1:
            return getattr(found, name)(analytic=analytic)
        for other in balls[1:]:
            found = getattr(found, name)(other, analytic=analytic)
        return found

    return apply


def _sum(*terms: Any) -> acb:
    return sum(terms[1:-1], terms[0])


def _product(*factors: Any) -> acb:
    found = factors[0]
    for factor in factors[1:-1]:
        found = found * factor
    return found


FUNCTIONS: Final[dict[type[Any], Operation]] = {
    sympy.Add: _sum,
    sympy.Mul: _product,
    **{
        function: _entire(function.__name__)
        for function in (
            *(sympy.exp, expm1, sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc),
            *(sympy.sinh, sympy.cosh, sympy.tanh, sympy.coth, sympy.sech, sympy.csch, sympy.erf, sympy.erfc),
        )
    },
    sympy.log: _flagged("log"),
    sympy.asin: _cut("asin", _inside_unit_strip),
    sympy.acos: _cut("acos", _inside_unit_strip),
    sympy.atan: _cut("atan", _inside_unit_band),
    sympy.asinh: _cut("asinh", _inside_unit_band),
    sympy.Abs: _flagged("real_abs"),
    sympy.sign: _flagged("real_sgn"),
    sympy.Heaviside: lambda z, _half, analytic: z.real_heaviside(analytic=analytic),
    sympy.Max: _flagged("real_max"),
    sympy.Min: _flagged("real_min"),
}
"""SymPy's functions on complex balls; the last argument is the `analytic` flag."""


def _real(decide: Callable[..., Truth]) -> Operation:
    """A relation or a connective, decided by real parts."""
    return lambda *parts: decide(*(part.real if isinstance(part, acb) else part for part in parts[:-1]))


def _cases(*parts: Any) -> acb:
    """The branch that the real part selects; analytic only where it selects one for certain."""
    *pairs, analytic = parts
    found: acb | None = None
    for value, truth in zip(pairs[::2], pairs[1::2], strict=True):
        if truth is None and analytic:
            return _NOWHERE
        if truth is not False:
            found = value if found is None else found.union(value)
        if truth is True:
            break
    return _NOWHERE if found is None else found


FUNCTIONS.update({**{kind: _real(decide) for kind, decide in LOGIC.items()}, sympy.Piecewise: _cases})


def _integer_power(exponent: int) -> Operation:
    if exponent == 2:
        return lambda z, analytic: z * z
    if exponent == -2:
        return lambda z, analytic: 1 / (z * z)
    return lambda z, analytic: power(z, exponent)


def _general_power(base: acb, exponent: acb, analytic: bool) -> acb:
    """Around 0, where Arb has no answer, by the largest modulus of a positive power."""
    found = base.pow(exponent, analytic=analytic)
    if analytic or found.is_finite() or not (exponent.imag == 0 and exponent.real > 0 and base.is_finite()):
        return found
    largest = base.abs_upper()
    around = arb(0, (exponent.real * largest.log()).exp().upper()) if largest > 0 else arb(0)
    return acb(around, around)


def _fast(target: int, operation: Operation, sources: tuple[int, ...]) -> Callable[[list[Any], bool], None]:
    """A step as a function of the slots; the kinds that integrands mostly consist of without unpacking."""
    first, last = sources[0], sources[-1]

    def multiply(slots: list[Any], analytic: bool) -> None:
        found = slots[first]
        for source in sources[1:]:
            found = found * slots[source]
        slots[target] = found

    def unary(slots: list[Any], analytic: bool) -> None:
        slots[target] = operation(slots[first], analytic)

    def product(slots: list[Any], analytic: bool) -> None:
        slots[target] = slots[first] * slots[last]

    def add(slots: list[Any], analytic: bool) -> None:
        slots[target] = slots[first] + slots[last]

    def any_kind(slots: list[Any], analytic: bool) -> None:
        slots[target] = operation(*[slots[source] for source in sources], analytic)

    if operation is _product:
        return product if len(sources) == 2 else multiply
    if operation is _sum and len(sources) == 2:
        return add
    return unary if len(sources) == 1 else any_kind


class Integrand:
    """An expression of one variable as a list of steps. What does not contain the variable is evaluated once, by
    real balls, when the other symbols get their values.
    """

    def __init__(self, expression: Expr, variable: Symbol) -> None:
        self.variable = variable
        self._slots: dict[Any, int] = {variable: 0}
        self._fixed: list[tuple[int, Any]] = []
        self._steps: list[tuple[int, Operation, tuple[int, ...]]] = []
        self._result = self._place(expression)

    def bind(self, values: Mapping[Symbol, arb]) -> Function:
        """The function of the variable and the flag; ValueError where a symbol has no value."""
        slots: list[Any] = [None] * len(self._slots)
        for index, constant in self._fixed:
            found = compiled(constant)(values)
            slots[index] = acb(found) if isinstance(found, arb) else found
        steps, result = [_fast(*step) for step in self._steps], self._result

        def function(z: acb, analytic: bool) -> acb:
            slots[0] = z
            for step in steps:
                step(slots, analytic)
            return slots[result]

        return function

    def _place(self, node: Any) -> int:
        if node in self._slots:
            return self._slots[node]
        if not node.has(self.variable):
            self._slots[node] = len(self._slots)
            self._fixed.append((self._slots[node], node))
            return self._slots[node]
        operation, parts = self._operation(node)
        sources = tuple(self._place(part) for part in parts)
        self._slots[node] = len(self._slots)
        self._steps.append((self._slots[node], operation, sources))
        return self._slots[node]

    def _operation(self, node: Any) -> tuple[Operation, tuple[Any, ...]]:
        if isinstance(node, sympy.Pow):
            return _power_of(node)
        if isinstance(node, sympy.Add | sympy.Mul):
            constant, rest = node.as_independent(self.variable, as_Add=isinstance(node, sympy.Add))
            if len(constant.args) and len(node.args) > len(rest.args) > 0:
                return FUNCTIONS[node.func], (constant, *(rest.args if rest.func is node.func else (rest,)))
            return FUNCTIONS[node.func], node.args
        if node.func in FUNCTIONS and node.args:
            return FUNCTIONS[node.func], children(node)
        raise ValueError(f"no complex ball arithmetic for {node.func.__name__} in {node}")


def _power_of(node: sympy.Pow) -> tuple[Operation, tuple[Any, ...]]:
    base, exponent = node.args
    if base == sympy.E:
        return FUNCTIONS[sympy.exp], (exponent,)
    if isinstance(exponent, sympy.Integer):
        return _integer_power(int(exponent)), (base,)
    if exponent == sympy.Rational(1, 2):
        return _flagged("sqrt"), (base,)
    return _general_power, (base, exponent)


@lru_cache(maxsize=1024)
def integrand(expression: Expr, variable: Symbol) -> Integrand:
    """An expression ready to be integrated, remembered; ValueError naming a function it does not know."""
    return Integrand(expression, variable)
