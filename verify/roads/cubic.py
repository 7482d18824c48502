"""Maps that are roots of a cubic, written as the sine of a third of an arcsine: transformed l1 and l½.

σ = sin(arcsin(q)/3) is the number in [0, ½] with 3σ − 4σ³ = q, and μ = √3 cos(arcsin(q)/3) the one ≥ 0 with
μ² = 3 − 3σ². So the formula is algebraic: what it gives is shown to be stationary, the far one of two such points, and
what is so is shown to minimize. ρ = k²/(2(a + 1)) and ρ = k³ leave no roots in the thresholds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sympy import And, Eq, Expr, Ge, Gt, Integer, Le, Min, Or, Symbol, asin, cos, pi, powdenest, sin, sqrt
from sympy.logic.boolalg import Boolean

from proofs.engine.cases import leaves
from proofs.penalty_forms import Penalty, size
from proofs.symbols import a, beta, ratio, u, x_in
from verify.inequalities import Statement
from verify.minimizer import objective

CUBIC: Final = frozenset({"tl1", "half"})
"""The penalties whose maps are such roots."""

SIDES: Final = (1, "x ≥ 0"), (-1, "x ≤ 0")
"""The sign of x; what is stated of the latter belongs to the full level."""

_K, _V, _ROOT = Symbol("k", positive=True), Symbol("v", positive=True), Symbol("root_v", positive=True)
_SIGMA, _MU, _S = Symbol("sigma", nonnegative=True), Symbol("mu", nonnegative=True), Symbol("S", positive=True)
_ROOT_S = Symbol("root_S", positive=True)

Region = tuple[Boolean, ...]


def is_cubic(chosen: Penalty, formula: Expr) -> bool:
    """Whether this module can judge a formula: a map of transformed l1 or l½ with a third of an arcsine in it."""
    return chosen.name in CUBIC and formula.has(asin)


def _leaves(chosen: Penalty, formula: Expr, region: Region) -> Iterator[tuple[Expr, Region, Region]]:
    """(what the formula is, where, what defines its σ and μ)."""
    plain = _in_k(chosen, formula)
    angles = sorted(plain.atoms(asin), key=str)
    if len(angles) > 1:
        raise ValueError(f"more than one arcsine in {formula}")
    known: Region = ()
    for angle in angles:
        third = angle / 3
        algebraic = {sin(third): _SIGMA, cos(third): _MU / sqrt(3), sin(pi / 3 + third): (_SIGMA + _MU) / 2}
        plain = plain.xreplace(algebraic)
        square = angle.args[0] ** 2
        own = Le(2 * _SIGMA, 1), Eq((3 * _SIGMA - 4 * _SIGMA**3) ** 2, square), Eq(_MU**2, 3 - 3 * _SIGMA**2)
        known = (Le(square, 1), *own)
    for value, inside in leaves(plain, region):
        yield value, inside, known if value.has(_SIGMA, _MU) else ()


def _in_k(chosen: Penalty, form: Expr) -> Expr:
    level = _K**2 / (2 * (a + 1)) if chosen.name == "tl1" else _K**3
    return powdenest(form.subs(ratio, level))


def _stationary(chosen: Penalty, point: Expr) -> Region:
    """x − u = ρp'(u) at u = `point`, without roots, and u at least two thirds of the way to x (a + x for TL1)."""
    level = _in_k(chosen, ratio)
    if chosen.name == "tl1":
        return Eq((size - point) * (a + point) ** 2, level * a * (a + 1)), Ge(3 * (a + point), 2 * (a + size))
    return Eq(4 * point * (size - point) ** 2, level**2), Ge(3 * point, 2 * size), Le(point, size)


def _cost(chosen: Penalty, point: Expr) -> Expr:
    price = chosen.pieces[0][2].subs(u, point) if point != 0 else Integer(0)
    return objective(price, point, size, _in_k(chosen, ratio))


def minimal(chosen: Penalty, formula: Expr, given: Region) -> Iterator[Statement]:
    """F(S(x)) ≤ F(v) for every v; p is even, so that v has the sign of x."""
    other, own = (_ROOT**2, _ROOT_S**2) if chosen.name == "half" else (_V, _S)
    for side, words in SIDES:
        slow = side < 0
        for value, region, known in _leaves(chosen, side * formula.subs(x_in, side * size), given):
            if value == 0:
                no_more = Le(size**2 / 2, _cost(chosen, other))
                yield Statement(f"{words}: 0 minimizes", no_more, region, slow=slow)
                continue
            if known:
                yield Statement(f"{words}: its sine exists", known[0], region, slow=slow)
            far = And(Gt(value, 0), *_stationary(chosen, value))
            what = f"{words}: S(x) is stationary, and the far one"
            yield Statement(what, far, (*region, *known[1:]), slow=slow)
            here = _cost(chosen, own)
            best = And(Le(here, _cost(chosen, other)), Le(here, size**2 / 2))
            facts = (*region, *_stationary(chosen, own))
            yield Statement(f"{words}: what is so minimizes", best, facts, slow=slow)


def displaced(chosen: Penalty, formula: Expr, bound: Expr, given: Region) -> Iterator[Statement]:
    """|x − S(x)| ≤ min(|x|, bound) for x ≥ 0, S being odd; and S is 0 where |x| is the bound."""
    most, resting = _in_k(chosen, bound), []
    for value, region, _ in _leaves(chosen, formula.subs(x_in, size), given):
        own = Integer(0) if value == 0 else _S
        facts = () if value == 0 else _stationary(chosen, _S)
        within = And(Ge(size - own, 0), Le(size - own, Min(size, most)))
        yield Statement("0" if value == 0 else "the stationary point", within, (*region, *facts))
        resting += [And(*region).xreplace({size: most})] if value == 0 else []
    yield Statement("attained", And(Ge(most, 0), Or(*resting)), given)


def enveloped(chosen: Penalty, formula: Expr, value: Expr, given: Region) -> Iterator[Statement]:
    """e(x) is β F(S(x)); `value` is e(x) in ρ and β."""
    for side, words in SIDES:
        for own, region, _ in _leaves(chosen, side * formula.subs(x_in, side * size), given):
            for least, inside, known in _leaves(chosen, value.subs(x_in, side * size), region):
                cost = beta * _cost(chosen, own)
                yield Statement(f"{words}: e(x)", Eq(least, cost), (*inside, *known[1:]), slow=side < 0)
