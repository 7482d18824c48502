"""Deciding whether an expression is identically zero, and saying so only when it is proved.

`decide_zero` answers True (an exact reduction reached 0), False (a point was found where the expression is
far from 0) or None (neither). None is *undecided*, and undecided is never passed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import mpmath
import sympy
from sympy import (
    Add,
    Basic,
    Dummy,
    Expr,
    Integral,
    Poly,
    Pow,
    Rational,
    Symbol,
    atan,
    cancel,
    default_sort_key,
    exp,
    expand,
)
from sympy.codegen.cfunctions import expm1
from sympy.core.function import AppliedUndef
from sympy.polys.polyerrors import PolynomialError

from proofs.engine.cases import Region, has_cases, leaves, witness
from proofs.engine.decision import Decision
from proofs.engine.smt import impossible
from proofs.engine.terms import BINDING
from proofs.symbols import QUANTITIES, mu, phi_angle, theta

_WRITTEN = {
    expm1: lambda y: exp(y) - 1,
    sympy.erfc: lambda y: 1 - sympy.erf(y),
    sympy.cot: lambda y: sympy.cos(y) / sympy.sin(y),
    sympy.tan: lambda y: sympy.sin(y) / sympy.cos(y),
}
_HALF_ANGLE = Dummy("tan_half_theta", positive=True)
_HALF_TURN = Dummy("tan_half_phi", real=True)
_ANYWHERE = {theta: Dummy("theta", real=True), phi_angle: Dummy("phi", real=True)}
_BRANCHED = (sympy.Abs, sympy.sign, sympy.Max, sympy.Min, sympy.Heaviside, sympy.asin, sympy.acos, atan, AppliedUndef)
"""Besides radicals, what depends on more of an angle than its sine and cosine."""
_WITNESS_DIGITS = 40
_CASE_ROUNDS = 8
_IMAGINARY = 1e-6
"""What rounding at the end of a range may leave of an imaginary part."""


def in_basic_quantities(expression: Expr) -> Expr:
    """`expression` with every derived quantity (differences, w*) written in the basic ones."""
    basic = {q.symbol: q.basic for q in QUANTITIES.values() if q.basic is not None}
    return sympy.sympify(expression).xreplace(basic)


def reduce_exactly(expression: Expr) -> Expr:
    """A canonical form in which an identity of this theory's functions becomes 0.

    θ becomes 2·atan(t), which makes every trigonometric term rational in t; erfc becomes 1 − erf; arguments
    of functions are brought to one form and products of exponentials to one exponential; then the coefficient of
    each exponential is reduced modulo the squares of its radicals. Each move is an exact equality for θ in (0, π) and
    φ in (−π, π), so a result of 0 is a proof wherever no divisor is 0.
    """
    reduced = _in_arcsines(in_basic_quantities(expression).doit(integrals=False))
    for function, written in _WRITTEN.items():
        reduced = reduced.replace(function, written)
    half_angles = {theta: 2 * atan(_HALF_ANGLE), phi_angle: 2 * atan(_HALF_TURN)}
    reduced = sympy.expand_trig(sympy.expand_trig(reduced).subs(half_angles))
    reduced = reduced.replace(
        lambda part: isinstance(part, sympy.erf | AppliedUndef), lambda part: part.func(*map(_tidy, part.args))
    )
    return Add(*(Dummy() * left for part in _by_exponential(reduced) if (left := _reduce_radicals(part)) != 0))


def decide_zero(expression: Expr) -> Decision:
    """Decide whether `expression` vanishes identically on the declared domain of its symbols, wherever it is defined.

    A symbol without assumptions is a real number. Integrals over one range are compared by their integrands:
    sufficient for a proof, not necessary. What is 0/0 at every point is not passed.
    """
    expression = in_basic_quantities(sympy.sympify(expression))
    brought_together = any(divisor.is_Add for divisor in _divisors(expression))  # expanded it would only grow
    if expression == 0 or (not brought_together and expand(expression) == 0):
        return Decision(True)
    if expression.has(sympy.Limit) or any(map(has_cases, expression.atoms(sympy.Derivative))):
        return Decision(None)  # SymPy's limit holds where parameters are not special, its slope where there is one
    if _has_regions(expression):
        return _decide_by_cases(expression)
    points = _looks(expression)
    if seen := next(points, None):  # one will do for nearly all that is not zero; the others come after a proof failed
        return Decision(False, seen)
    try:
        proved = all(reduce_exactly(part) == 0 for part in _integrands(expression))
        if proved and not any(reduce_exactly(divisor) == 0 for divisor in _divisors(expression)):
            return Decision(True)
    except (PolynomialError, NotImplementedError, RecursionError):
        pass
    seen = next(filter(None, points), None)
    return Decision(False, seen) if seen else Decision(None)


def is_seen_not_to_vanish(expression: Expr) -> bool:
    """Whether a point at hand shows that `expression` is not 0: nothing is expanded, which takes longer."""
    expression = in_basic_quantities(expression)
    return bool(_seen_in_cases(expression) if _has_regions(expression) else any(_looks(expression)))


def _has_regions(expression: Expr) -> bool:
    """Whether to split into regions: not for an angle (|sin θ| is sin θ), not by a condition on a bound variable."""
    return has_cases(expression) and not (expression.has(theta) or any(map(has_cases, expression.atoms(*BINDING))))


def _divisors(expression: Expr) -> list[Expr]:
    """What `expression` divides by."""
    quotients = (part for part in expression.atoms(Pow) if part.exp.could_extract_minus_sign())
    return sorted({part.base for part in quotients if part.base.free_symbols}, key=default_sort_key)


def _decide_by_cases(expression: Expr) -> Decision:
    """In each region that the conditions leave, what stands there must vanish; a point near a boundary may refute."""
    if refutation := _seen_in_cases(expression):
        return Decision(False, refutation)
    try:
        return Decision(True if all(_vanishes_in(leaf, region) for leaf, region in leaves(expression)) else None)
    except (PolynomialError, NotImplementedError, RecursionError):
        return Decision(None)


def _seen_in_cases(expression: Expr) -> str | None:
    """A point, near a boundary if need be, where `expression` is clearly not 0, as text; None if none was met."""
    if expression.has(AppliedUndef, Integral):
        return None
    bases = [_spread(point, round_) for round_, point in enumerate(_samples(expression, _CASE_ROUNDS))]
    if (met := witness(expression, bases)) is None:
        return None
    where = ", ".join(f"{k} = {v:.12g}" for k, v in sorted(met[0].items(), key=lambda kv: kv[0].name))
    return f"residual {met[1]:.6g} at {where}"


def _spread(point: dict[Symbol, Expr], round_: int) -> dict[Symbol, float]:
    """The point as floats, its coordinates scaled apart by factors from 1/4 to 8: some regions lie far out."""
    digests = {symbol: hashlib.sha256(f"{symbol.name}/scale/{round_}".encode()).digest() for symbol in point}
    return {symbol: float(value) * 2.0 ** (digests[symbol][0] % 6 - 2) for symbol, value in point.items()}


def _vanishes_in(leaf: Expr, region: Region) -> bool:
    if leaf.has(sympy.nan, sympy.zoo):
        return False
    if not all(divisor.is_nonzero or impossible((*region, sympy.Eq(divisor, 0))) for divisor in _divisors(leaf)):
        return False  # a region may be a curve on which this is 0/0
    if leaf == 0 or expand(leaf) == 0 or reduce_exactly(leaf) == 0:
        return True
    return impossible((*region, sympy.Ne(leaf, 0)))


def at_any_angle(expression: Basic, angles: Iterable[Basic]) -> dict[Basic, Expr]:
    """Names without a range for those of the angles on whose range the expression depends: |sin θ| is not sin θ."""
    radicals = {part for part in expression.atoms(Pow) if part.exp.is_integer is not True}
    branched = radicals | expression.atoms(*_BRANCHED)
    return {one: _ANYWHERE[one] for one in angles if one in _ANYWHERE and any(part.has(one) for part in branched)}


def _integrands(expression: Expr) -> list[Expr]:
    """Expressions whose vanishing makes `expression` vanish: one per range of integration, and the rest."""
    bound = {variable for part in expression.atoms(Integral) for variable in part.variables}
    free = at_any_angle(sympy.Tuple(*expression.atoms(Integral)), bound)  # it goes wherever the limits say
    expression = expression.replace(lambda part: isinstance(part, Integral), lambda part: part.xreplace(free))
    integrals = sorted(expression.atoms(Integral), key=default_sort_key)
    if not integrals:
        return [expression]
    names = {integral: Dummy() for integral in integrals}
    linear = Poly(expression.xreplace(names), *names.values())
    if linear.total_degree() > 1:
        raise PolynomialError("not linear in its integrals")
    ranges = [integral.args[1:] for integral in integrals]
    if not all(_is_finite(one) for one in integrals if ranges.count(one.args[1:]) > 1):
        raise PolynomialError("what is put together may be ∞ − ∞")
    merged: dict[sympy.Tuple, Expr] = {}
    for integral, name in names.items():
        weight = linear.coeff_monomial(name)
        if weight.free_symbols & {limit[0] for limit in integral.limits}:
            raise PolynomialError("a bound variable also stands outside its integral")
        merged[integral.args[1:]] = merged.get(integral.args[1:], 0) + weight * integral.function
    return [*merged.values(), linear.coeff_monomial(1)]


def _is_finite(integral: Integral) -> bool:
    """Whether an integral is seen to be finite, or supposed to be, as those of an unknown function are."""
    function, ends = integral.function, [(one, end) for one, *two in integral.limits for end in two]
    if function.has(AppliedUndef):
        return True
    bound = [divisor for divisor in _divisors(function) if divisor.free_symbols & {*integral.variables}]
    regular = all(divisor.is_nonzero and divisor.subs(one, end) != 0 for divisor in bound for one, end in ends)
    falling = [part.args[0] for part in function.atoms(exp)]
    far = [end for end in ends if end[1].is_infinite]
    return regular and all(any(sympy.limit(power, *end) == -sympy.oo for power in falling) for end in far)


def _by_exponential(expression: Expr) -> list[Expr]:
    """The coefficients of the distinct exponentials in the numerator of `expression`."""
    names = {part: Dummy() for part in sorted(expression.atoms(exp), key=default_sort_key)}
    numerator = sympy.fraction(sympy.together(expression.xreplace(names)))[0]
    if not names:
        return [numerator]
    groups: dict[Expr, Expr] = {}
    for powers, weight in Poly(numerator, *names.values()).terms():
        exponent = expand(_tidy(Add(*(k * part.args[0] for k, part in zip(powers, names, strict=True)))))
        groups[exponent] = groups.get(exponent, sympy.Integer(0)) + weight
    return list(groups.values())


def _in_arcsines(expression: Expr) -> Expr:
    """arccos A = π/2 − arcsin A = 2 arcsin √((1 − A)/2); then each arcsine becomes three times a free angle 2 arctan t.

    Exact for every real A in [−1, 1]; what relates the angle to its sine is forgotten, which can only lose a proof.
    """
    if not expression.has(sympy.asin, sympy.acos):
        return expression
    angles: dict[tuple[bool, Expr], Expr] = {}

    def named(sine: Expr) -> tuple[bool, Expr]:
        root = _is_root(sine)  # the square tells roots apart, but not signs: x and √x have different names
        return root, expand(_tidy(sine**2)) if root else sine

    def angle(sine: Expr) -> Expr:
        return 6 * atan(angles.setdefault(named(sine), Dummy("t", real=True)))

    for part in sorted(expression.atoms(sympy.asin), key=default_sort_key):
        expression = expression.xreplace({part: angle(part.args[0])})
    for part in sorted(expression.atoms(sympy.acos), key=default_sort_key):
        (cosine,) = part.args
        known = _is_root(cosine) and named(cosine) in angles
        expression = expression.xreplace(
            {part: sympy.pi / 2 - angle(cosine) if known else 2 * angle(sympy.sqrt((1 - cosine) / 2))}
        )
    return expression


def _is_root(part: Expr) -> bool:
    """Whether a factorwise look shows that `part` is ≥ 0 wherever it is real."""
    return all(
        factor.is_nonnegative or (factor.is_Pow and factor.exp.is_Rational and factor.exp.q == 2)
        for factor in part.as_ordered_factors()
    )


def _tidy(argument: Expr) -> Expr:
    return cancel(sympy.together(argument))


def _reduce_radicals(expression: Expr) -> Expr:
    """Numerator of `expression`, reduced modulo y² = radicand for each square root y in it."""
    radicals: dict[Dummy, Expr] = {}

    def name_radical(part: Expr) -> Expr:
        base, power = part.args
        radicand = sympy.together(base)
        for known, value in radicals.items():
            if cancel(value - radicand) == 0:
                return known ** (2 * power)
        radicals[root := Dummy("root", positive=True)] = radicand
        return root ** (2 * power)

    def is_radical(part: Expr) -> bool:
        return isinstance(part, Pow) and part.exp.is_Rational and part.exp.q == 2 and bool(part.base.free_symbols)

    numerator, _ = sympy.fraction(sympy.together(expression.replace(is_radical, name_radical)))
    numerator = expand(numerator)
    for root, radicand in radicals.items():
        upper, lower = sympy.fraction(radicand)
        if not numerator.has(root):
            continue
        remainder = Poly(numerator, root).prem(Poly(lower * root**2 - upper, root))
        numerator = expand(sympy.fraction(sympy.together(remainder.as_expr()))[0])
    return expand(cancel(numerator)) if numerator != 0 else numerator


def _samples(expression: Expr, rounds: int) -> Iterator[dict[Symbol, Expr]]:
    """Reproducible generic points: each value depends on the symbol's name alone, never on set order.

    Exponents are eighths: SymPy takes powers of exact numbers apart, for ever where exponents are long.
    """
    exponents = {symbol for power in expression.atoms(Pow) for symbol in power.exp.free_symbols}
    symbols = expression.free_symbols
    for round_ in range(rounds):
        values = {symbol: _value(symbol, round_) for symbol in symbols}
        yield {name: Rational(round(8 * y), 8) if name in exponents else y for name, y in values.items()}


def _value(symbol: Symbol, round_: int) -> Expr:
    digest = hashlib.sha256(f"{symbol.name}/{round_}".encode()).digest()
    fractional = Rational(int.from_bytes(digest[:4], "big"), 2**32)
    if symbol == theta:
        return Rational(1, 10) + fractional * 29 / 10
    if symbol.is_integer:
        return sympy.Integer(2 + int(fractional * 9))
    if symbol.is_nonnegative:
        return Rational(1, 5) + 2 * fractional
    if symbol.is_nonpositive:
        return -Rational(1, 5) - 2 * fractional
    return 4 * fractional - 2


def _stand_in(argument: Expr) -> Expr:
    """A concrete, asymmetric proxy: a statement about every μ' must in particular hold for this one."""
    return exp(-(argument**2)) * (1 + argument / 3)


def _by_quadrature(integral: Integral) -> Expr:
    """A float for an integral over a Gaussian weight, whose tails beyond 12 are nothing in float64."""
    variable, low, high = integral.limits[0]
    integrand = sympy.lambdify([variable], integral.function, "math", docstring_limit=0)
    start, stop = max(float(low), -12.0), min(float(high), 12.0)
    inner = [node for node in (-4.0, -1.0, 0.0, 0.3, 1.0, 3.0) if start < node < stop]
    try:
        return sympy.Float(mpmath.fp.quad(integrand, [start, *inner, stop]))
    except (ValueError, TypeError):  # rounding takes a node beyond the end of the range, where nothing is real
        integrand = sympy.lambdify([variable], integral.function, "mpmath")
        found = sympy.sympify(mpmath.quad(integrand, [start, *inner, stop]))
        return found if abs(sympy.im(found)) > _IMAGINARY * abs(found) else sympy.re(found)


def _looks(expression: Expr) -> Iterator[str | None]:
    """For each point that is tried: what shows that `expression` is clearly not 0 there, None if nothing does."""
    expression = expression.replace(mu, _stand_in)
    integrals = expression.atoms(Integral)
    if expression.has(AppliedUndef) or any(len(part.limits) > 1 for part in integrals):
        return
    bound = {variable for part in integrals for variable in part.variables}  # `subs` minds them, and is slow
    tolerance, rounds = (1e-9, 4) if integrals else (1e-20, 2)
    for point in _samples(expression, rounds):
        try:
            numbers = expression.xreplace(point) if bound.isdisjoint(point) else expression.subs(point)
            numbers = numbers.replace(lambda part: isinstance(part, Integral), _by_quadrature)
            real = numbers.evalf(_WITNESS_DIGITS, maxn=400).as_real_imag()[0]
        except (ZeroDivisionError, OverflowError):
            yield f"what stands there is not finite at {point}"
            continue
        if isinstance(real, sympy.Float) and abs(real) > tolerance:
            where = ", ".join(f"{k} = {v}" for k, v in sorted(point.items(), key=lambda kv: kv[0].name))
            yield f"residual {float(real):.6g} at {where or 'every point'}"
        else:
            yield None
