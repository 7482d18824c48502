"""What the builders of statements share: names in a formula, exact products, corners, agreement of two formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sympy import Expr, Integer, Max, Min, Poly, Rational, Symbol, cos, cot, exp, expand, sin, sympify

from proofs.engine.claim import Claim
from proofs.symbols import QUANTITIES, e, theta, w_hat
from verify.enclosure.boxes.margin import identically_zero
from verify.enclosure.boxes.search import search
from verify.enclosure.boxes.statement import Range, Statement
from verify.evidence import Verdict

_CLOSE: Final = Rational(1, 10**6)


def formula(claim: Claim, name: str) -> Expr:
    """A formula of the claim; ValueError where it states none of that name."""
    if name not in claim.formulas:
        raise ValueError(f"claim {claim.id} states no {name!r}")
    return claim.formulas[name]


def named(expression: Expr, **values: object) -> Expr:
    """The expression with its symbols replaced by name; ValueError for a symbol without a value."""
    missing = {symbol.name for symbol in expression.free_symbols} - set(values)
    if missing:
        raise ValueError(f"no value for {', '.join(sorted(missing))}")
    chosen = {symbol: sympify(values[symbol.name]) for symbol in expression.free_symbols}
    return expression.xreplace(chosen).doit()


def in_plane(vector: Expr) -> tuple[Expr, Expr]:
    """A filter's components along ŵ and e, in the basic invariants."""
    for _ in range(3):
        vector = vector.subs({s: QUANTITIES[s].basic for s in vector.free_symbols if _derived(s)})
    vector = expand(vector)
    return vector.coeff(w_hat), vector.coeff(e)


def _derived(symbol: Symbol) -> bool:
    return symbol in QUANTITIES and QUANTITIES[symbol].basic is not None and symbol != theta


def basic(scalar: Expr) -> Expr:
    """A scalar in the basic invariants."""
    return scalar.subs({s: QUANTITIES[s].basic for s in scalar.free_symbols if _derived(s)})


def without_factor(margin: Expr, symbol: Symbol, box: Mapping[Symbol, Range]) -> Expr:
    """A margin polynomial in a coordinate, divided by (1 − it) as often as that divides it exactly."""
    others = {other: ends for other, ends in box.items() if other != symbol}
    polynomial = Poly(expand(margin), symbol)
    while polynomial.degree() > 0 and identically_zero(polynomial.eval(1), others):
        polynomial = polynomial.div(Poly(1 - symbol, symbol))[0]
    return polynomial.as_expr()


def as_product(margin: Expr, factor: Expr, cofactor: Expr) -> Expr:
    """`cofactor`, if the margin is proved to be factor·cofactor; else the margin itself."""
    return cofactor if expand((margin - factor * cofactor).rewrite(exp)) == 0 else margin


def resolved(expression: Expr, box: Mapping[Symbol, Range]) -> Expr:
    """The expression with max and min replaced by the term that is proved to be the one, over the whole box."""
    for node in expression.atoms(Max, Min):
        for chosen in node.args:
            way = 1 if isinstance(node, Max) else -1
            if all(_never_negative(way * (chosen - other), box) for other in node.args if other != chosen):
                expression = expression.xreplace({node: chosen})
                break
    return expression


def _never_negative(difference: Expr, box: Mapping[Symbol, Range]) -> bool:
    used = {symbol: ends for symbol, ends in box.items() if difference.has(symbol)}
    for scale in [Integer(1), *(sin(node.args[0]) for node in difference.atoms(cot))]:
        scaled = expand((difference * scale).replace(cot, lambda angle: cos(angle) / sin(angle)))
        if search(Statement("larger", scaled, used, limit=200)).verdict is Verdict.VERIFIED:
            return True
    return False


def agrees(name: str, stated: Expr, defined: Expr, box: Mapping[Symbol, Range], reduction: str) -> Iterator[Statement]:
    """The stated value is the one defined (≥ 0), to a millionth of it, over the whole box."""
    for word, sign in (("most", 1), ("least", -1)):
        margin = sign * ((1 + sign * _CLOSE) * defined - stated)
        yield Statement(f"{name}: at {word} the defined one, to 1e-6", margin, box, reduction=reduction)
