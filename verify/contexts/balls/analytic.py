"""Arb's certified quadrature and integrands for it: SymPy expressions of one variable on complex balls.

`acb.integral` bounds its error by the size of the integrand on complex ellipses, which says something only where the
integrand is analytic: asked for that (`analytic` true), every function here answers with a value that is not finite
unless the whole ball lies where it is. A function known on the real line alone (|x|, sign, Max, a case distinction) is
continued by the branch that the real part selects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, reduce
from operator import add, mul
from typing import Any, Final

import sympy
from flint import acb, arb, ctx
from sympy import Expr, Symbol
from sympy.codegen.cfunctions import expm1

from verify.contexts.balls.arithmetic import LOGIC, Applied, Compiled, Truth, chosen, compiled, operation, power

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


def _cut(name: str, part: str) -> Operation:
    """A function with branch cuts beyond ±1 in one direction, analytic on the balls in the strip between them."""

    def apply(z: acb, analytic: bool) -> acb:
        return getattr(z, name)() if not analytic or abs(getattr(z, part)) < 1 else _NOWHERE

    return apply


def _flagged(name: str) -> Operation:
    """A function whose own `analytic` flag does the work; of many arguments, one after the other."""

    def apply(first: acb, *others: Any) -> acb:
        *balls, analytic = others
        function = getattr(acb, name)
        if not balls:
            return function(first, analytic=analytic)
        return reduce(lambda found, other: function(found, other, analytic=analytic), balls, first)

    return apply


def _real(decide: Callable[..., Truth]) -> Operation:
    """A relation or a connective, decided by real parts."""
    return lambda *parts: decide(*(part.real if isinstance(part, acb) else part for part in parts[:-1]))


def _cases(*parts: Any) -> acb:
    """The branch that the real part selects; analytic only where it selects one for certain."""
    *pairs, analytic = parts
    certain = next((truth for truth in pairs[1::2] if truth is not False), True)
    if analytic and certain is None:
        return _NOWHERE
    return chosen(pairs, acb.union, _NOWHERE)


FUNCTIONS: Final[dict[type[Any], Operation]] = {
    sympy.Add: add,
    sympy.Mul: mul,
    **{
        function: _entire(function.__name__)
        for function in (
            *(sympy.exp, expm1, sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc),
            *(sympy.sinh, sympy.cosh, sympy.tanh, sympy.coth, sympy.sech, sympy.csch, sympy.erf, sympy.erfc),
        )
    },
    sympy.log: _flagged("log"),
    **{function: _cut(function.__name__, "real") for function in (sympy.asin, sympy.acos)},
    **{function: _cut(function.__name__, "imag") for function in (sympy.atan, sympy.asinh)},
    sympy.Abs: _flagged("real_abs"),
    sympy.sign: _flagged("real_sgn"),
    sympy.Heaviside: lambda z, _half, analytic: z.real_heaviside(analytic=analytic),
    sympy.Max: _flagged("real_max"),
    sympy.Min: _flagged("real_min"),
    **{kind: _real(decide) for kind, decide in LOGIC.items()},
    sympy.Piecewise: _cases,
}
"""SymPy's functions on complex balls; the last argument is the `analytic` flag, which sums and products do not take."""


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


class Integrand(Compiled):
    """An expression of one variable as a list of steps. What does not contain the variable is evaluated once, by
    real balls, when the other symbols get their values.
    """

    def bind(self, values: Mapping[Symbol, arb]) -> Function:
        """The function of the variable and the flag; ValueError where a symbol has no value."""

        def complex_ball(node: Any) -> Any:
            found = compiled(node)(values)
            return acb(found) if isinstance(found, arb) else found

        slots, result = self._filled(complex_ball), self._result
        steps = [(*step, step[1] in (add, mul)) for step in self._steps]

        def function(z: acb, analytic: bool) -> acb:
            slots[0] = z
            for target, apply, sources, plain in steps:
                if plain:
                    slots[target] = apply(slots[sources[0]], slots[sources[1]])
                else:
                    slots[target] = apply(*[slots[source] for source in sources], analytic)
            return slots[result]

        return function

    def _operation(self, node: Any) -> Applied:
        if isinstance(node, sympy.Add | sympy.Mul):
            constant, rest = node.as_independent(*self.symbols, as_Add=isinstance(node, sympy.Add))
            if len(constant.args) and len(node.args) > len(rest.args) > 0:
                return FUNCTIONS[node.func], (constant, *(rest.args if rest.func is node.func else (rest,)))
        return operation(node, FUNCTIONS, _power_of)


def _power_of(base: Any, exponent: Any) -> Applied:
    if isinstance(exponent, sympy.Integer):
        return _integer_power(int(exponent)), (base,)
    if exponent == sympy.Rational(1, 2):
        return _flagged("sqrt"), (base,)
    return _general_power, (base, exponent)


@lru_cache(maxsize=1024)
def integrand(expression: Expr, variable: Symbol) -> Integrand:
    """An expression ready to be integrated, remembered; ValueError naming a function it does not know."""
    return Integrand(expression, [variable])


# The quadrature.

SPARE: Final = 12
"""Bits of the working precision that the quadrature need not reach."""

_EVALUATIONS: Final = 20_000


class UncertifiedError(ArithmeticError):
    """An integral of which Arb cannot say where it lies, or not closely."""


def fraction() -> arb:
    """What does not count beside 1."""
    return arb((1, SPARE - ctx.prec))


def _size(function: Callable[[acb, bool], acb], low: arb, high: arb) -> arb:
    """About as large as the integral between two points, and not 0, which Arb takes for "any"."""
    found = [abs(function(acb(place), False)) for place in (low, (low + high) / 2, high)]
    largest = max((value.mid() for value in found if value.is_finite()), default=arb(0))
    return abs(high - low) * largest if largest > 0 and low != high else arb((1, -100 * ctx.prec))


def integrate(function: Callable[[acb, bool], acb], low: arb, high: arb, size: arb | None = None) -> arb:
    """∫ function(z, analytic) from an exact point to another; errors far below |size| do not count.

    `UncertifiedError` if the result is not finite or not real. What `function` raises, Arb would swallow: it is raised
    again here. ValueError for ends that are balls.
    """
    if not (low.is_exact() and high.is_exact()):
        raise ValueError(f"the ends {low} and {high} must be exact; an integral between balls is `enclose`'s")
    raised: list[BaseException] = []

    def guarded(z: acb, analytic: bool) -> acb:
        if not raised:
            try:
                return function(z, analytic)
            except BaseException as error:  # noqa: BLE001, RUF100 (an interruption too)
                raised.append(error)
        return acb(arb.nan(), arb.nan())

    relative = fraction()
    absolute = size if size is not None and size > 0 else _size(function, low, high)
    found = acb.integral(
        guarded,
        acb(low),
        acb(high),
        rel_tol=relative,
        abs_tol=relative * absolute,
        eval_limit=_EVALUATIONS,
        depth_limit=8 * ctx.prec,
    )
    if raised:
        raise raised[0]
    if not found.is_finite():
        raise UncertifiedError(f"the integral from {short(low)} to {short(high)} is not certified")
    if not found.imag.contains(0):
        raise UncertifiedError(f"the integral from {short(low)} to {short(high)} is not real")
    return found.real


def short(number: arb) -> str:
    """A few digits, for messages."""
    return str(number.str(8, radius=False))
