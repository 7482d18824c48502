"""How large an integrand is far out: a bound C·s^p·exp(b s − a s²) for all s ≥ 1, and of its integral from there on.

Read off the expression, node by node: products multiply the four numbers, sums take the larger exponents,
a denominator must be bounded away from 0, a bounded function counts as its bound. Nothing here is an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import add, mul
from typing import Any, Final

import sympy
from flint import arb
from sympy import Dummy, Expr, Poly, PolynomialError, Symbol

from verify.contexts.balls.arithmetic import compiled


class UnboundedError(ArithmeticError):
    """No bound of an integrand far out is known."""


@dataclass(frozen=True)
class _Growth:
    """|node| ≤ size · s^degree · exp(rate·s − decay·s²) for s ≥ 1."""

    size: arb
    degree: arb
    rate: arb
    decay: arb

    def __mul__(self, other: _Growth) -> _Growth:
        sums = (self.degree + other.degree, self.rate + other.rate, self.decay + other.decay)
        return _Growth(self.size * other.size, *sums)

    def __add__(self, other: _Growth) -> _Growth:
        """s ≥ 1: the larger exponents bound both."""
        rising = self.degree.max(other.degree), self.rate.max(other.rate)
        return _Growth(self.size + other.size, *rising, self.decay.min(other.decay))

    def power(self, exponent: arb) -> _Growth:
        """Of a positive exponent."""
        return _Growth(_power(self.size, exponent), *(x * exponent for x in (self.degree, self.rate, self.decay)))


def _power(base: arb, exponent: arb) -> arb:
    return arb(0) if base == 0 else (exponent * base.log()).exp()


def _constant(size: arb) -> _Growth:
    return _Growth(size, arb(0), arb(0), arb(0))


_BOUNDED: Final[dict[type[Any], tuple[int, int]]] = {
    sympy.erf: (-1, 1),
    sympy.erfc: (0, 2),
    sympy.tanh: (-1, 1),
    sympy.sech: (0, 1),
    sympy.sin: (-1, 1),
    sympy.cos: (-1, 1),
    sympy.sign: (-1, 1),
    sympy.Heaviside: (0, 1),
    sympy.atan: (-2, 2),
}
"""Functions by bounds that hold on the whole line."""


_START, _RATIO = Dummy("start", positive=True), Dummy("ratio", positive=True)


def tail_bound(expression: Expr, variable: Symbol, start: arb, values: Mapping[Symbol, arb]) -> arb:
    """A bound of ∫ |expression| over variable > start > 0; ∞ where the integrand does not fall there yet.

    `UnboundedError` where no bound of a part is known. It is read off in the ratio s = variable/start, from 1 on.
    """
    if not start > 0:
        raise ValueError(f"the tail starts at {start}; it must start above 0")
    growth = _Reader({**values, _START: start}).growth(_scaled(expression, variable))
    falls = 2 * growth.decay - growth.rate - growth.degree
    if not (growth.decay >= 0 and falls > 0 and growth.size.is_finite()):
        return arb.pos_inf()
    # The logarithmic derivative p/s + b − 2as of the bound falls in s, so from s = 1 on it is at most −falls.
    here = growth.size * (growth.rate - growth.decay).exp()
    return (start * here / falls).upper()


@lru_cache(maxsize=1024)
def _scaled(expression: Expr, variable: Symbol) -> Expr:
    """In the ratio, with floats as the fractions they are: polynomials would round them."""
    exact = {number: sympy.Rational(number) for number in expression.atoms(sympy.Float)}
    return expression.xreplace(exact).subs(variable, _START * _RATIO)


@lru_cache(maxsize=4096)
def _quadratic(node: Expr) -> tuple[Expr, ...] | None:
    """The coefficients of a polynomial of degree at most 2 in the ratio; None for anything else."""
    try:
        polynomial = Poly(node, _RATIO)
    except PolynomialError:
        return None
    return None if polynomial.degree() > 2 else tuple(polynomial.coeff_monomial(_RATIO**k) for k in range(3))


class _Reader:
    """Bounds of the nodes of one expression in the ratio on s ≥ 1."""

    def __init__(self, values: Mapping[Symbol, arb]) -> None:
        self.values = values

    def number(self, node: Expr) -> arb:
        return compiled(node)(self.values)

    def growth(self, node: Expr) -> _Growth:
        """The four numbers of a node."""
        if not node.has(_RATIO):
            return _constant(self.number(node).abs_upper())
        if node == _RATIO:
            return _Growth(arb(1), arb(1), arb(0), arb(0))
        if isinstance(node, sympy.Add | sympy.Max | sympy.Min):
            return reduce(add, map(self.growth, node.args))
        if isinstance(node, sympy.Mul):
            return reduce(mul, map(self.growth, node.args))
        if isinstance(node, sympy.Piecewise):
            return reduce(add, (self.growth(pair.expr) for pair in node.args))
        if isinstance(node, sympy.exp):
            return self._exponential(node.args[0])
        if isinstance(node, sympy.Pow):
            return self._power(*node.args)
        if isinstance(node, sympy.Abs):
            return self.growth(node.args[0])
        low, high = self.range(node)
        return self._finite(low.abs_upper().max(high.abs_upper()), node)

    def _finite(self, size: arb, node: Expr) -> _Growth:
        if not size.is_finite():
            raise UnboundedError(f"no bound of {node} for large {_RATIO} is known")
        return _constant(size)

    def _power(self, base: Expr, exponent: Expr) -> _Growth:
        if base == sympy.E:
            return self._exponential(exponent)
        if exponent.has(_RATIO):
            raise UnboundedError(f"no bound of {base}**({exponent}) is known")
        power = self.number(exponent)
        if power > 0:
            return self.growth(base).power(power)
        if not power <= 0:
            raise UnboundedError(f"the sign of the exponent {exponent} is not known")
        low, high = self.range(base)
        least = low if low > 0 else -high
        if not least > 0:
            raise UnboundedError(f"the denominator {base} is not bounded away from 0")
        return _constant(_power(least.lower(), power).upper())

    def _exponential(self, exponent: Expr) -> _Growth:
        """exp of a polynomial of degree at most 2, term by term; of anything else, by its largest value."""
        coefficients = _quadratic(exponent)
        if coefficients is not None:
            constant, rate, square = map(self.number, coefficients)
            return _Growth(constant.exp().upper(), arb(0), rate.upper(), (-square).lower())
        return self._finite(self.range(exponent)[1].exp().upper(), sympy.exp(exponent))

    def range(self, node: Expr) -> tuple[arb, arb]:
        """Bounds of a node's values, exact numbers or ±∞, which are all that is said of one that may not be real."""
        if not node.has(_RATIO):
            value = self.number(node)
            return value.lower(), value.upper()
        if node == _RATIO:
            return arb(1), arb.pos_inf()
        if not self._real(node):
            return arb.neg_inf(), arb.pos_inf()
        parts = [self.range(argument) for argument in node.args]
        if isinstance(node, sympy.Add):
            return _lowest(sum((part[0] for part in parts), arb(0))), _highest(sum((part[1] for part in parts), arb(0)))
        if isinstance(node, sympy.Mul):
            return reduce(_times, parts)
        if isinstance(node, sympy.exp) or (isinstance(node, sympy.Pow) and node.args[0] == sympy.E):
            low, high = parts[-1]
            return low.exp().lower().max(arb(0)), _highest(high.exp())
        if isinstance(node, sympy.Pow) and isinstance(node.args[1], sympy.Integer) and node.args[1] > 0:
            return _integer_power(parts[0], int(node.args[1]))
        if isinstance(node, sympy.Pow) and parts[0][0] > 0 and parts[1][0] > 0:
            return arb(0), arb.pos_inf()
        least, most = _BOUNDED.get(node.func, (arb.neg_inf(), arb.pos_inf()))
        return arb(least), arb(most)

    def _real(self, node: Expr) -> bool:
        """Whether a node is known to be real for every s ≥ 1: √(1 − s) is not, and cos √(1 − s) grows."""
        if node == _RATIO or not node.has(_RATIO):
            return bool(node == _RATIO or self.number(node).is_finite())
        if isinstance(node, sympy.Pow) and not isinstance(node.args[1], sympy.Integer):
            return self.range(node.args[0])[0] >= 0 and self._real(node.args[1])
        known = isinstance(node, (sympy.Add, sympy.Mul, sympy.Pow, sympy.exp, sympy.Abs, *_BOUNDED))
        return known and all(map(self._real, node.args))


def _integer_power(base: tuple[arb, arb], exponent: int) -> tuple[arb, arb]:
    if exponent % 2 == 0:
        low, high = base
        base = low.max(-high).max(arb(0)), low.abs_upper().max(high.abs_upper())
    return reduce(_times, [base] * exponent)


def _times(one: tuple[arb, arb], other: tuple[arb, arb]) -> tuple[arb, arb]:
    """The product of two ranges; 0·∞ = 0, since the ends of a range bound finite numbers."""
    ends = [arb(0) if x == 0 or y == 0 else x * y for x in one for y in other]
    return _lowest(reduce(arb.min, ends)), _highest(reduce(arb.max, ends))


def _lowest(end: arb) -> arb:
    """The lower end of a bound; −∞ where it is not known."""
    return arb.neg_inf() if end.is_nan() else end.lower()


def _highest(end: arb) -> arb:
    return arb.pos_inf() if end.is_nan() else end.upper()
