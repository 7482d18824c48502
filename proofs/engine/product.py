"""What a product is made of when people write it: a sign, a fraction, and what stands after it.

The numbers make one factor, 1/(2√(2π)) and not √2/(4√π); roots make one root, exponentials one; a minus sign goes
into a sum that has one, κw* − λ and not −(−κw* + λ). What is written is never evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from math import gcd, lcm
from typing import Final

from sympy import Add, Expr, Function, Integral, Mul, Pow, Rational, S, erfc, exp, pi, sqrt
from sympy.codegen.cfunctions import expm1

from proofs.symbols import QUANTITIES, is_vector

PHI: Final = Function(r"\Phi")
"""The standard normal law's distribution function."""

_SEEN: Final = 20_000
"""Parts of formulas that are remembered: a page writes most of them many times."""


@dataclass
class Product:
    """A product as it is written: a sign, a fraction, and what stands after it. What is given out is not changed."""

    negative: bool = False
    above: list[Expr] = field(default_factory=list)
    below: list[Expr] = field(default_factory=list)
    aside: list[Expr] = field(default_factory=list)


@lru_cache(maxsize=_SEEN)
def negative(term: Expr) -> bool:
    """Whether a term is written with a minus sign."""
    if term.is_Number:
        return bool(term.is_negative)
    return isinstance(term, Mul | Pow | Integral) and product(term, lead=False).negative


@lru_cache(maxsize=_SEEN)
def product(expr: Expr, lead: bool = True) -> Product:
    """What `expr` is a product of, in the order in which it is written; `lead` unless it follows other terms."""
    number, roots, circle = S.One, S.One, S.Zero
    powers: list[tuple[Expr, Expr]] = []
    sums: list[tuple[Expr, Expr]] = []
    exponents: list[Expr] = []
    pairs = list(_factors(expr))
    for base, power in pairs:  # to which the numbers that are common to a sum are added
        if base.is_Rational and power.is_integer:
            number *= base**power
        elif base == pi and power.is_Rational:
            circle += power
        elif base.is_Rational and base.is_positive and (2 * power).is_Integer:
            roots *= base ** (2 * power)
        elif base == exp(1):
            exponents.append(power)
        elif base.is_Add and power.is_Integer:
            common = content(base)
            pairs.extend((one, times * power) for one, times in _factors(common))
            sums.append((divided(base, common), power))
        else:
            powers.append((base, power))
    half = circle % 1 * (1 if circle > 0 else -1)
    powers += [(pi, circle - half)] * (circle != half)
    found = Product(bool(number < 0))
    _signs(found, sums, lead)
    _numbers(found, abs(number), roots * pi ** (2 * half), powers)
    raised = [(exp(Add(*exponents)), S.One)] if exponents else []
    for base, power in sorted([*powers, *sums, *raised], key=lambda pair: place(pair[0])):
        down = power.could_extract_minus_sign()
        side = found.below if down else found.aside if place(base) >= ASIDE else found.above
        side.append(Pow(base, -power if down else power, evaluate=False) if power not in (1, -1) else base)
    for side in (found.above, found.below):
        side.sort(key=place)
    return found


def _factors(expr: Expr) -> Iterator[tuple[Expr, Expr]]:
    """Bases with their exponents; e^a as (e, a), and of an integral what does not depend on its variable."""
    if isinstance(expr, Mul):
        for factor in expr.as_ordered_factors():
            yield from _factors(factor)
    elif isinstance(expr, exp):
        yield exp(1), expr.args[0]
    elif isinstance(expr, expm1):
        yield Add(exp(expr.args[0]), -1), S.One
    elif isinstance(expr, Integral):
        fixed, rest = expr.function.as_independent(*expr.variables, as_Add=False)
        parts = [(part, content(part) if part.is_Add else S.One) for part in Mul.make_args(rest)]
        yield from (pair for one in (fixed, *(number for _, number in parts)) if one != 1 for pair in _factors(one))
        yield Integral(Mul(*(divided(part, number) for part, number in parts)), *expr.limits), S.One
    elif isinstance(expr, Pow) and isinstance(expr.base, Mul) and expr.exp.is_Integer:
        yield from ((base, power * expr.exp) for base, power in _factors(expr.base))
    elif isinstance(expr, Pow):
        yield expr.base, expr.exp
    elif isinstance(expr, Add) and (told := with_normal_law(expr)) is not expr:
        yield told, S.One
    else:
        yield expr, S.One


@lru_cache(maxsize=_SEEN)
def content(total: Expr) -> Expr:
    """The number to write before a sum, or below it.

    A root or π that all terms have; a denominator only if every term has one, and no other.
    """
    numbers = [_number(term) for term in total.args]
    common = S.One if numbers[0].is_Rational else abs(numbers[0])
    ratios = [number / common for number in numbers]
    if not all(isinstance(one, Rational) for one in ratios):
        return S.One
    other = any(_divides(factor) for term in total.args for factor in Mul.make_args(term))
    if other and common != 1:
        return S.One
    below = 1 if other or (common == 1 and 1 in (one.q for one in ratios)) else lcm(*(one.q for one in ratios))
    whole = [one * below for one in ratios]
    return common * Rational(gcd(*(one.p if one.is_Integer else 1 for one in whole)), below)


def divided(total: Expr, number: Expr) -> Expr:
    """A sum without the number that its terms have in common."""
    return total if number == 1 else Add(*(term / number for term in total.args))


def _number(term: Expr) -> Expr:
    pairs = [(base, power) for base, power in _factors(term) if power.is_Rational]
    sums = [content(base) ** power for base, power in pairs if base.is_Add and power.is_Integer]
    return Mul(*sums, *(base**power for base, power in pairs if base.is_number and not base.is_Add))


def _divides(factor: Expr) -> bool:
    return isinstance(factor, Pow) and factor.exp.could_extract_minus_sign() and not factor.base.is_number


def _signs(found: Product, sums: list[tuple[Expr, Expr]], lead: bool) -> None:
    """A minus sign goes into a sum that has one already: −(a − b) is b − a, −(e − 1) is 1 − e; −a − b is −(a + b).

    After other terms it stays before the sum, and before 1 − x always.
    """
    for index, (total, power) in enumerate(sums):
        signs = [negative(term) for term in total.args]
        numbers = {bool(term.is_negative) for term in total.args if term.is_number}
        turned = True in numbers or (lead and any(signs) and not numbers)
        if power.is_odd and (all(signs) or (found.negative and turned)):
            sums[index] = Add(*(-term for term in total.args)), power
            found.negative = not found.negative


def _numbers(found: Product, number: Rational, squared: Expr, powers: list[tuple[Expr, Expr]]) -> None:
    """√(p/q) with what else stands below a root; in lowest terms, so that √2/2 is 1/√2."""
    rational, rest = squared.as_coeff_Mul()
    inside = number**2 * rational
    (above, over), (below, under) = (_root(part) for part in (inside.p, inside.q))
    over, under = (over * part for over, part in zip((S(over), S(under)), rest.as_numer_denom(), strict=True))
    halves = [pair for pair in powers if abs(pair[1]) == S.Half and not _is_square(pair[0])]
    unsure = 0
    for base, power in halves if rest == 1 else ():  # √(2π) stays by itself
        unsure += len(halves) > 1 and not base.is_nonnegative
        if unsure > 1:
            continue
        powers.remove((base, power))
        if power > 0:
            over = Mul(over, base, evaluate=False) if over != 1 else base
        else:
            under = Mul(under, base, evaluate=False) if under != 1 else base
    found.above += [S(above)] * (above != 1)
    found.below += [S(below)] * (below != 1)
    if over != 1:
        inner = over if under == 1 else Mul(over, Pow(under, -1, evaluate=False), evaluate=False)
        found.above.append(Pow(inner, S.Half, evaluate=False))
    elif under != 1:
        found.below.append(Pow(under, S.Half, evaluate=False))


def _root(number: int) -> tuple[int, int]:
    """(a, b) with number = a²b, b without squares."""
    outside, inside = sqrt(S(number)).as_coeff_Mul()
    return int(outside), int(inside**2)


def _is_square(base: Expr) -> bool:
    return base in QUANTITIES and QUANTITIES[base].latex.endswith(r"\|^2")


ASIDE, VECTOR, INTEGRAL = 8, 9, 10
"""From where on a factor stands beside the fraction."""


def place(factor: Expr) -> int:
    """Where a factor stands: numbers, symbols, roots, sums, functions; then cases, vectors and integrals."""
    base, power = (factor.base, factor.exp) if isinstance(factor, Pow) else (factor, S.One)
    if isinstance(base, Integral):
        return INTEGRAL
    if _is_vector(base):
        return VECTOR
    if base.is_Piecewise:
        return ASIDE
    if factor.is_number:
        return 0 if not factor.has(pi) else 1 if base == pi else 2
    if isinstance(base, exp | Function):
        return 7 if isinstance(base, exp) else 6
    if power == S.Half:
        return 4
    return 5 if base.is_Add and power.is_Integer else 3


def _is_vector(part: Expr) -> bool:
    return is_vector(part) if part.is_Symbol else isinstance(part, Add | Mul) and any(map(_is_vector, part.args))


def with_normal_law(expr: Expr) -> Expr:
    """1 − erfc(x)/2 is Φ(√2 x)."""
    tails = [term for term in expr.args if term.as_coeff_Mul()[0] == -S.Half and isinstance(-2 * term, erfc)]
    if S.One not in expr.args or not tails:
        return expr
    rest = [term for term in expr.args if term not in (S.One, tails[0])]
    law = PHI(sqrt(2) * (-2 * tails[0]).args[0])
    return Add(law, *rest, evaluate=False) if rest else law
