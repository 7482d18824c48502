"""Whether a smooth piece of μ' has moments that can be computed: what it is made of, where it is defined, its growth.

Everything is read off the expression, node by node, towards the safe side: what is not seen to be right is refused,
with the reason and the remedy.
"""

from __future__ import annotations

from itertools import product
from typing import Final

import sympy
from sympy import Dummy, Expr, Pow, Rational, atan, cos, erf, erfc, exp, oo, pi, sin

from proofs.pieces import Piece, roots_between, sample_between, sign_of
from proofs.symbols import x

ADMITTED: Final = (exp, sin, cos, atan, erf, erfc)
"""The functions that smooth pieces are made of, beside powers; every method knows these."""

_BOUNDS: Final = {sin: (-1, 1), cos: (-1, 1), atan: (-pi / 2, pi / 2), erf: (-1, 1), erfc: (0, 2)}

_STEEPEST: Final = Rational(-9, 10)
_HIGHEST: Final = 2
"""|x|² is the largest growth whose moments are float64 numbers at ‖w‖ = 1e150."""

_DERIVATIVES: Final = 4


def check_piece(piece: Piece) -> None:
    """ValueError with the reason unless the moments of a smooth piece are finite and computed at every ‖w‖."""
    low, high, proxy = piece
    check_functions(proxy)
    _check_defined(proxy, low, high)
    for end in (low, high):
        if end in (oo, -oo):
            _check_growth(proxy, low, high)
        else:
            _check_end(order_at(proxy, end, low, high), end, proxy)


def check_functions(expression: Expr) -> None:
    """ValueError naming a function that no method knows."""
    for node in sympy.preorder_traversal(expression):
        known = isinstance(node, (*ADMITTED, sympy.Add, sympy.Mul, Pow)) or node.is_Atom
        known |= isinstance(node, sympy.Max | sympy.Min | sympy.cot) and not node.has(
            x
        )  # of parameters, or θ in a kernel
        if not known or (isinstance(node, Pow) and node.exp.has(x)):
            name = "a power with x in the exponent" if isinstance(node, Pow) else node.func.__name__
            name += ", which is no function," if isinstance(node, sympy.DiracDelta) else ""
            names = ", ".join(function.__name__ for function in ADMITTED)
            raise ValueError(
                f"{name} in {expression} is not admitted; use powers, {names}, hyperbolic functions, "
                "Abs, sign, Heaviside, Max, Min and Piecewise"
            )


def _check_defined(proxy: Expr, low: Expr, high: Expr) -> None:
    """No pole, and no root of a negative number, inside the piece."""
    for power in sorted(proxy.atoms(Pow), key=sympy.default_sort_key):
        base, exponent = power.args
        if not base.has(x) or (exponent.is_integer and exponent.is_positive):
            continue
        sign = _sign_on(base, low, high)
        if not sign or (sign < 0 and not exponent.is_integer):
            kind = "0" if exponent.is_integer else "negative"
            raise ValueError(
                f"{base} is not seen to be never {kind} on ({low}, {high}), where μ' has {power}; cut there, "
                "or write it with Abs"
            )


def _sign_on(function: Expr, low: Expr, high: Expr) -> int | None:
    """1 or −1 where a function is seen to keep that sign inside an interval; None otherwise."""
    if sign := sign_of(function):
        return sign
    try:
        if not roots_between(function, low, high):
            return sign_of(function.subs(x, sample_between(low, high)))
    except ValueError:  # not a polynomial
        return _sign_by_parts(function, low, high)
    return None


def _sign_by_parts(function: Expr, low: Expr, high: Expr) -> int | None:
    """By the bounds of sin, cos, …, in which it must be affine; else by terms of one sign after x = low + y, y > 0."""
    bounded = sorted((node for node in function.atoms(*_BOUNDS) if node.has(x)), key=sympy.default_sort_key)
    names = {node: Dummy(real=True) for node in bounded}
    named = function.xreplace(names)
    if names and not any(named.diff(name, 2) != 0 for name in names.values()):
        corners = product(*(_BOUNDS[node.func] for node in bounded))
        signs = {_sign_on(named.subs(dict(zip(names.values(), at, strict=True))), low, high) for at in corners}
        return signs.pop() if len(signs) == 1 else None
    y = Dummy(positive=True)
    far, near = (high - y, low + y)
    if low != -oo and high != oo:
        near = far = low + (high - low) * y / (1 + y)
    return sign_of(function.subs(x, far if low == -oo else near)) or None


def order_at(expression: Expr, end: Expr, low: Expr, high: Expr) -> Expr:
    """An exponent e ≤ 0 with |expression| ≤ C |x − end|^e at a finite end of (low, high); 0 where it is bounded.

    ValueError where numerator and denominator vanish together, or an order is not known.
    """
    if not expression.has(x):
        return sympy.Integer(0)
    if isinstance(expression, sympy.Add):
        return sympy.Min(*(order_at(term, end, low, high) for term in expression.args))
    if isinstance(expression, sympy.Mul):
        orders = [order_at(factor, end, low, high) for factor in expression.args]
        if any(orders) and any(
            not o and f.has(x) and f.subs(x, end) == 0 for f, o in zip(expression.args, orders, strict=True)
        ):
            raise ValueError(f"{expression} is 0/0 at x = {end}; write it without")
        return sympy.Add(*orders)
    if isinstance(expression, Pow):
        base, exponent = expression.args
        if inner := order_at(base, end, low, high):
            return sympy.Integer(0) if exponent.is_negative else inner * exponent
        return sympy.Min(0, _multiplicity(base, end) * exponent)
    if any(order_at(argument, end, low, high) for argument in expression.args):
        raise ValueError(f"{expression} is not smooth up to x = {end}; end the piece before")
    return sympy.Integer(0)


def _multiplicity(base: Expr, end: Expr) -> int:
    """Of the zero of a function at a point; 0 where it is none."""
    for count in range(_DERIVATIVES):
        value = base.diff(x, count).subs(x, end)
        sign = sign_of(value) if value.is_finite is not False else None
        if sign is None:
            raise ValueError(f"whether {base} is 0 at x = {end} is not decided")
        if sign:
            return count
    raise ValueError(f"the order of the zero of {base} at x = {end} is not known")


def _check_end(order: Expr, end: Expr, proxy: Expr) -> None:
    if order == 0:
        return
    if not order.is_Rational:
        raise ValueError(f"μ' = {proxy} is not bounded at x = {end}; there its exponent must be a number")
    distance = "|x|" if end == 0 else f"|x − ({end})|"
    if order <= -1:
        raise ValueError(
            f"μ' = {proxy} grows like {distance}^({order}) at x = {end}: it has no Gaussian mean; cut it off"
        )
    if end != 0 or order < _STEEPEST:
        raise ValueError(
            f"μ' = {proxy} grows like {distance}^({order}) at x = {end}; only at 0, no steeper than |x|^(-9/10), are "
            "its moments computed to float64 accuracy; cut it off"
        )


def _check_growth(proxy: Expr, low: Expr, high: Expr) -> None:
    """At infinity: no factor that overflows, and none that grows like an exponential."""
    for node in sorted(proxy.atoms(exp), key=sympy.default_sort_key):
        exponent = node.args[0]  # a polynomial falls: `proofs.pieces` leaves no other
        if node.has(x) and not exponent.is_polynomial(x) and _sign_on(exponent, low, high) != -1:
            raise ValueError(
                f"{node} is not seen to be bounded on ({low}, {high}); use exponents that are negative there"
            )
    if any(node.has(x) for node in proxy.atoms(sin, cos)) and _degree(proxy, low, high) != -oo:
        raise ValueError(
            f"{proxy} oscillates on ({low}, {high}) without end: beside large ‖w‖ no quadrature resolves it; end the "
            "piece, let it decay like an exponential, or write μ' as one sum of constants times cos(kx + d) and "
            "sin(kx + d), k from 1/16 to 16 or a parameter > 0, on (-oo, oo)"
        )
    for term in sympy.Add.make_args(sympy.expand(proxy) if proxy.is_polynomial(x) else proxy):
        for factor in sympy.Mul.make_args(term):
            if _degree(factor, low, high) > _HIGHEST:
                raise ValueError(
                    f"{factor} grows faster than |x|^{_HIGHEST} on ({low}, {high}): beside large ‖w‖ it leaves the "
                    "range of a float64; end the piece where μ' has faded, or write it in 1/x"
                )


def _degree(node: Expr, low: Expr, high: Expr) -> Expr:
    """A power of |x| that bounds a node far out; −∞ for an exponential that decays, ∞ where none is known."""
    if not node.has(x) or isinstance(node, tuple(_BOUNDS)):
        return sympy.Integer(0)
    if node == x:
        return sympy.Integer(1)
    if isinstance(node, sympy.Add):
        return max(_degree(term, low, high) for term in node.args)
    if isinstance(node, sympy.Mul):
        degrees = [_degree(factor, low, high) for factor in node.args]
        return -oo if -oo in degrees and oo not in degrees else sympy.Add(*degrees)
    if isinstance(node, exp):
        polynomial = node.args[0].is_polynomial(x)
        return -oo if polynomial else sympy.Integer(0)
    base, exponent = node.args
    if exponent.is_negative:
        least = _least(base, low, high)
        return oo if least is None else least * exponent if exponent.is_number else sympy.Integer(0)
    if exponent.is_number:
        return _degree(base, low, high) * exponent
    return oo if _degree(base, low, high) > 0 else sympy.Integer(0)


def _least(node: Expr, low: Expr, high: Expr) -> Expr | None:
    """A power of |x| that a node is above, up to a factor, far out; None where none is known."""
    if not node.has(x):
        return sympy.Integer(0)
    if isinstance(node, sympy.Mul):
        parts = [_least(factor, low, high) for factor in node.args]
        return None if None in parts else sympy.Add(*parts)
    if isinstance(node, Pow) and node.exp.is_number:
        if node.exp.is_negative:
            return _degree(node.base, low, high) * node.exp
        inner = _least(node.base, low, high)
        return None if inner is None else inner * node.exp
    if isinstance(node, sympy.Add):
        for term in node.args:
            own, others = _least(term, low, high), [other for other in node.args if other is not term]
            if own is not None and all(_degree(other, low, high) < own for other in others):
                return own
        constant, rest = node.as_independent(x, as_Add=True)
        sign = sign_of(constant)
        bounded = sign and _sign_on(node, low, high) and (_sign_on(rest, low, high) == sign or _is_bounded(rest))
        return sympy.Integer(0) if bounded else None
    return sympy.Integer(1) if node == x else None


def _is_bounded(rest: Expr) -> bool:
    """Whether a sum is made of bounded functions alone, whose corners have been tried."""
    factors = (factor for term in sympy.Add.make_args(rest) for factor in sympy.Mul.make_args(term))
    return all(isinstance(factor, tuple(_BOUNDS)) or not factor.has(x) for factor in factors)
