"""The smooth pieces of a proxy derivative, from whatever it was declared with.

A declaration may hold Python numbers, floats, |x|, max, min, sign, case distinctions and hyperbolic functions. What is
checked, and what code is generated from, is made of fewer things: exact numbers, pieces that are analytic inside, and
exponentials that decay, so that nothing overflows. What cannot be brought to that form is refused here, with the
remedy: no later part has to know what it cannot compute.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cmp_to_key, partial
from itertools import pairwise
from math import gcd, isnan, lcm

import sympy
from sympy import Dummy, Expr, Float, Heaviside, I, Integer, Piecewise, Poly, Rational, exp, nan, oo, zoo
from sympy.core.relational import Relational
from sympy.functions.elementary.hyperbolic import HyperbolicFunction

from proofs.symbols import x

Piece = tuple[Expr, Expr, Expr]
"""Low end, high end, μ' between them."""

_KINKED = (sympy.Abs, sympy.sign, Heaviside, sympy.Max, sympy.Min, Piecewise)
_BY_HAND = "give its pieces (low, high, expression) cut there"


def exact(value: object, what: str) -> Expr:
    """A number or an expression without floats; `what` is its name in messages.

    A float stands for the shortest decimal that reads back as it: 0.1 is 1/10. ValueError for anything else.
    """
    if isinstance(value, Expr) and not value.has(nan, zoo, I):
        return value.xreplace({part: _decimal(part) for part in value.atoms(Float)})
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        if isinstance(value, numbers.Rational):
            return Rational(int(value.numerator), int(value.denominator))
        number = float(value)
        if not isnan(number):
            return Rational(repr(number)) if abs(number) < float("inf") else oo if number > 0 else -oo
    raise ValueError(f"{what} is {value!r}; a real number or a SymPy expression is needed")


def _decimal(number: Float) -> Rational:
    return Rational(Fraction(repr(float(number)) if number._prec <= 53 else str(number)))


def smooth_pieces(pieces: Iterable[Sequence[object]]) -> tuple[Piece, ...]:
    """Pieces on which μ' is analytic, of exact numbers and decaying exponentials; those where it is 0 left out.

    Neighbours with one expression are one piece. ValueError says what cannot be taken apart, and how to write it.
    """
    found: list[Piece] = []
    for piece in _touching(pieces):
        for low, high, proxy in _decaying(_cut(piece)):
            if proxy == 0:
                continue
            joined = found and found[-1][1:] == (low, proxy)
            found.append((found.pop()[0] if joined else low, high, proxy))
    return tuple(found)


def _touching(pieces: Iterable[Sequence[object]]) -> list[Piece]:
    """The pieces as declared, in exact numbers; each an interval that begins where the last ends."""
    given: list[Piece] = []
    for piece in pieces:
        if not isinstance(piece, tuple | list) or len(piece) != 3:
            raise ValueError(f"{piece!r} is no piece; give (low, high, μ')")
        low, high, proxy = (exact(part, f"{part!r} in a piece") for part in piece)
        if given and sign_of(low - given[-1][1]) != 0:
            raise ValueError(
                f"piece ends {given[-1][1]} and {low} do not touch; where μ' is 0 between, give a piece of 0"
            )
        if oo in (low, -high) or (low != -oo and high != oo and sign_of(high - low) != 1):
            raise ValueError(f"piece ({low}, {high}) is not provably an interval, low < high")
        if any(end not in (oo, -oo) and sign_of(end) is None for end in (low, high)):
            raise ValueError(f"the signs of ({low}, {high}) are open; cut at 0 or declare its symbols")
        if proxy.has(sympy.nan, sympy.zoo, oo, -oo, sympy.I):
            raise ValueError(f"μ' is undefined on ({low}, {high}): {proxy}")
        given.append((low, high, proxy))
    return given


def sign_of(number: Expr) -> int | None:
    """−1, 0 or 1 where it is decided, for all values of the symbols in it."""
    for form in (number, sympy.expand(number), sympy.factor(number)):
        for sign, known in ((1, form.is_positive), (-1, form.is_negative), (0, form.is_zero)):
            if known:
                return sign
    return None


def sample_between(low: Expr, high: Expr) -> Expr:
    """A point inside an interval."""
    if low == -oo:
        return Integer(0) if high == oo else high - 1
    return low + 1 if high == oo else (low + high) / 2


def roots_between(function: Expr, low: Expr, high: Expr) -> list[Expr]:
    """The real zeros and poles of a rational function of x inside (low, high), ascending; exact.

    ValueError where they, or their place beside the ends, cannot be told.
    """
    found: list[Expr] = []
    for part in sympy.fraction(sympy.together(function)):
        for _, root in sorted(((sympy.default_sort_key(r), r) for r in _roots(part)), key=lambda pair: pair[0]):
            inside = _beside(root, low, -1) and _beside(root, high, 1)
            if inside and all(_ordered(root, other) for other in found):
                found.append(root)
    return sorted(found, key=cmp_to_key(_ordered))


def _beside(root: Expr, end: Expr, side: int) -> bool:
    return end in (oo, -oo) or _ordered(end, root) == side


def _ordered(one: Expr, other: Expr) -> int:
    sign = sign_of(one - other)
    if sign is None:
        raise ValueError(f"whether {one} or {other} comes first depends on the parameters; {_BY_HAND}")
    return sign


def _roots(function: Expr) -> list[Expr]:
    """The real zeros of a polynomial in x, whose factors must be of degree at most 2."""
    if not function.has(x):
        return []
    try:
        polynomial = Poly(function, x)
    except sympy.PolynomialError:
        polynomial = None
    if polynomial is None or polynomial.free_symbols_in_domain & {x}:
        raise ValueError(f"where {function} is 0 is not solved; {_BY_HAND}")
    if polynomial.degree() > 2:
        factors = [factor.as_expr() for factor, _ in polynomial.factor_list()[1]]
        if any(Poly(factor, x).degree() > 2 for factor in factors):
            raise ValueError(f"where {function} is 0 is not solved; {_BY_HAND}")
        return [root for factor in factors for root in _roots(factor)]
    leading, *_, constant = coefficients = polynomial.all_coeffs()
    if sign_of(leading) in (None, 0):
        raise ValueError(f"where {function} is 0 depends on the sign of {leading}; {_BY_HAND}")
    if len(coefficients) == 2:
        return [-constant / leading]
    middle = coefficients[1]
    square = middle**2 - 4 * leading * constant
    if (sign := sign_of(square)) is None:
        raise ValueError(f"where {function} is 0 depends on the sign of {square}; {_BY_HAND}")
    return [sympy.simplify((k * sympy.sqrt(square) - middle) / (2 * leading)) for k in (-1, 1)[: sign + 1]]


def _cut(piece: Piece) -> Iterator[Piece]:
    """A piece without |·|, sign, max, min and case distinctions in x: cut where they switch."""
    low, high, proxy = piece
    node = next((part for part in sympy.preorder_traversal(proxy) if isinstance(part, _KINKED) and part.has(x)), None)
    if node is None:
        yield piece
        return
    switch, branch = _switch(node, low, high)
    while inner := [part for part in sympy.preorder_traversal(switch) if isinstance(part, _KINKED) and part.has(x)]:
        node = inner[0]
        switch, branch = _switch(node, low, high)
    for start, stop in pairwise([low, *roots_between(switch, low, high), high]):
        side = sign_of(switch.subs(x, sample_between(start, stop)))
        if side is None:
            raise ValueError(f"the sign of {switch} on ({start}, {stop}) is not decided; {_BY_HAND}")
        yield from _cut((start, stop, proxy.xreplace({node: branch(side)})))


def _switch(node: Expr, low: Expr, high: Expr) -> tuple[Expr, Callable[[int], Expr]]:
    """What a kinked function switches at the zeros of, and the function as it is on either side, by the sign."""
    first, *rest = node.args
    if isinstance(node, sympy.Abs):
        return first, lambda side: side * first
    if isinstance(node, sympy.sign):
        return first, Integer
    if isinstance(node, Heaviside):
        return first, lambda side: Integer(max(side, 0)) if side else rest[0]
    if isinstance(node, sympy.Max | sympy.Min):
        second, *others = rest
        larger = 1 if isinstance(node, sympy.Max) else -1
        return first - second, lambda side: node.func(first if side == larger else second, *others)
    for condition in (pair[1] for pair in node.args):
        for relation in sympy.preorder_traversal(condition):
            if isinstance(relation, Relational) and relation.has(x):
                return relation.lhs - relation.rhs, partial(_settled, node, relation, (low, high))
    raise ValueError(f"the conditions of {node} are not inequalities in x; {_BY_HAND}")


def _settled(node: Piecewise, relation: Relational, where: tuple[Expr, Expr], side: int) -> Expr:
    """A case distinction where the difference of a relation's sides has a sign."""
    truth = relation.func(Integer(side), 0)
    settled = Piecewise(*((value, condition.xreplace({relation: truth})) for value, condition in node.args))
    if settled.has(sympy.nan):
        raise ValueError(f"{node} does not say what μ' is on all of {where}; end it with (0, True)")
    return settled


def _decaying(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Pieces in exponentials that decay: where an exp grows towards ±∞, as those of hyperbolic functions do, a piece is
    cut where the exponents are 0 and written in T = exp(−|exponent|).
    """
    for low, high, declared in pieces:
        proxy = declared.replace(_is_hyperbolic, lambda part: part.rewrite(exp, deep=False))
        exponents = [part.args[0] for part in proxy.atoms(exp) if part.has(x)]
        if not any(_grows(exponent, low, high) for exponent in exponents):
            yield low, high, proxy
            continue
        units = _units(exponents)
        cuts = {cut for unit in units for cut in roots_between(unit, low, high)}
        ordered = sorted(cuts, key=cmp_to_key(_ordered))
        for start, stop in pairwise([low, *ordered, high]):
            yield start, stop, _in_decays(proxy, units, start, stop)


def _is_hyperbolic(part: Expr) -> bool:
    return isinstance(part, HyperbolicFunction) and part.has(x)


def _grows(exponent: Expr, low: Expr, high: Expr) -> bool:
    """Whether an exponent may be large and positive in an interval: it tends to ∞ at an end, or it is a difference."""
    if not exponent.is_polynomial(x):
        return False
    polynomial = Poly(exponent, x)
    for end, side in ((low, -1), (high, 1)):
        if end in (oo, -oo) and sign_of(polynomial.LC() * side ** polynomial.degree()) != -1:
            return True
    return False


def _units(exponents: Sequence[Expr]) -> dict[Expr, list[tuple[Expr, int]]]:
    """Polynomials of which the exponents are whole multiples, each with its multiples."""
    groups: dict[Expr, list[tuple[Expr, Rational]]] = {}
    for exponent in sorted(exponents, key=sympy.default_sort_key):
        for first, members in groups.items():
            ratio = sympy.cancel(exponent / first)
            if ratio.is_Rational:
                members.append((exponent, ratio))
                break
        else:
            groups[exponent] = [(exponent, Rational(1))]
    found = {}
    for first, members in groups.items():
        unit = Rational(gcd(*(int(k.p) for _, k in members)), lcm(*(int(k.q) for _, k in members)))
        found[sympy.expand(unit * first)] = [(exponent, int(ratio / unit)) for exponent, ratio in members]
    return found


def _in_decays(proxy: Expr, units: dict[Expr, list[tuple[Expr, int]]], low: Expr, high: Expr) -> Expr:
    """The expression in powers of T = exp(−|unit|) ≤ 1, none of them negative."""
    known: dict[Expr, Expr] = {}
    back: dict[Expr, Expr] = {}
    for unit, members in units.items():
        side = sign_of(unit.subs(x, sample_between(low, high)))
        if not side:
            raise ValueError(f"the sign of {unit} on ({low}, {high}) is not decided; {_BY_HAND}")
        back[decay := Dummy("T", positive=True)] = exp(-side * unit)
        known |= {exp(exponent): decay ** (-side * count) for exponent, count in members}
    written = sympy.factor(proxy.xreplace(known))
    if any(part.base in back and not part.exp.is_positive for part in written.atoms(sympy.Pow)):
        if oo in (high, -low):
            raise ValueError(
                f"μ' grows like an exponential on ({low}, {high}), or is not written in exponentials that decay: its "
                f"moments are not finite, or no float64 numbers, for large ‖w‖: {proxy}"
            )
        return proxy
    return written.xreplace(back)
