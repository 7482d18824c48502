"""The rules of analysis: limits, monotone and convex functions, values between two, local minima, sines."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Abs, And, Basic, Eq, Expr, Ge, Gt, Implies, Le, Symbol, asin, cos, diff, expand, pi, sin
from sympy.logic.boolalg import Boolean
from sympy.series.gruntz import mrv_leadterm

from proofs.engine.residual import decide_zero, in_basic_quantities
from proofs.engine.sentence import Is, Root, Same, Tends, ge, le
from proofs.engine.terms import defined
from proofs.rules.algebra import Applied, Pair
from proofs.symbols import is_vector, k, m, n, r, r_star, sum_v, sum_vs, theta, v_v, v_vs, vs_vs

_SMOOTH: tuple[type, ...] = (sympy.Add, sympy.Mul, sympy.Pow, Symbol, sympy.Number, sympy.NumberSymbol, sin, cos)
_SMOOTH += (sympy.exp, sympy.erf, sympy.atan)
_CONTINUOUS = (*_SMOOTH, Abs, sympy.Max, sympy.Min)
_INDEPENDENT = {theta, r, r_star, v_v, v_vs, vs_vs, sum_v, sum_vs, n, m, k}
_WITH_LIMITS = (*_SMOOTH, sympy.log, sympy.tan, sympy.cot)


def _regular(f: Expr, kinds: tuple[type, ...], radicand: Callable[[Expr, int], Boolean]) -> Boolean:
    """Where an expression made of such functions is what they are: no divisor is 0, no radicand negative."""
    owed: list[Boolean] = []
    for part in sympy.preorder_traversal(f):
        if not isinstance(part, kinds):
            raise ValueError(f"no rule knows where {part.func.__name__} is regular, in {f}")
        if isinstance(part, sympy.Pow):
            if not part.exp.is_Rational and part.base.is_positive is not True:
                raise ValueError(f"no rule knows where the power {part} is regular")
            owed += [sympy.Ne(part.base, 0)] if part.exp.is_negative else []
            owed += [radicand(part.base, 0)] if part.exp.is_Rational and not part.exp.is_Integer else []
    return And(*owed)


def _between(low: Expr, over: Expr, high: Expr, *, inside: bool = False) -> Boolean:
    return And(low < over, over < high) if inside else And(low <= over, over <= high)


def _still(over: Symbol, *ends: Expr) -> None:
    if any(sympy.sympify(end).has(over) for end in ends):
        raise ValueError(f"an end of the range of {over} moves with it: {', '.join(map(str, ends))}")


def _differentiable(f: Expr, over: Symbol, low: Expr, high: Expr, condition: Boolean) -> Boolean:
    """Inside, f is smooth and `condition` holds; at the ends it is continuous."""
    _still(over, low, high)
    inside = Implies(_between(low, over, high, inside=True), And(_regular(f, _SMOOTH, Gt), condition))
    return And(inside, Implies(_between(low, over, high), _regular(f, _SMOOTH, Ge)))


def rising(*, f: Expr, over: Symbol, low: Expr, high: Expr, then: Symbol, strict: bool = False) -> Applied:
    """MONO: a function whose slope is ≥ 0 between `low` and `high` does not fall there; > 0, it rises.

    Of any two points of the closed interval, `over` ≤ `then`; ends may be infinite. Source: Rudin, Principles of
    Mathematical Analysis, 5.11.
    """
    slope, later = diff(f, over), f.subs(over, then)
    needs = _differentiable(f, over, low, high, slope > 0 if strict else slope >= 0)
    where = And(low <= over, over < then if strict else over <= then, then <= high)
    return Applied(needs, Implies(where, f < later if strict else f <= later), over)


def convex(*, f: Expr, over: Symbol, low: Expr, high: Expr) -> Applied:
    """CONVEX: where f″ ≥ 0, f lies below its chord from `low` to `high`.

    Source: Rockafellar & Wets, Variational Analysis, 2.13 and 2.14.
    """
    needs = _differentiable(f, over, low, high, diff(f, over, 2) >= 0)
    above = f.subs(over, low) * (high - over) + f.subs(over, high) * (over - low)
    return Applied(needs, Implies(_between(low, over, high), f * (high - low) <= above), over)


def sole(*, equation: Eq, over: Symbol, low: Expr, high: Expr) -> Applied:
    """ONLY: on an open interval a function that falls from above a value to below it takes it once.

    Its limits at the ends are found as LIM finds them. Source: Rudin, Principles of Mathematical Analysis, 4.23 and
    5.11.
    """
    _still(over, low, high)
    f = equation.lhs - equation.rhs
    falls = Implies(_between(low, over, high, inside=True), And(_regular(f, _SMOOTH, Gt), diff(f, over) < 0))
    (first, at_low), (last, at_high) = _limit(f, over, low, "+"), _limit(f, over, high, "-")
    needs = And(low < high, first > 0, last < 0, at_low, at_high, falls)
    return Applied(needs, Root("the only", over, equation, (low, high)), over)


def circle(*, at: Symbol) -> Applied:
    """SINE: sine and cosine at 0 and π, and their signs between. Source: Rudin, Principles of Analysis, 8.7."""
    signs = [
        Implies(And(at > 0, at < pi), sin(at) > 0),
        Implies(And(at >= 0, at <= pi), sin(at) >= 0),
        Implies(And(at >= 0, at < pi / 2), cos(at) > 0),
        Implies(And(at >= 0, at <= pi / 2), cos(at) >= 0),
        Implies(And(at > pi / 2, at <= pi), cos(at) < 0),
        Implies(And(at > 0, at <= pi), cos(at) < 1),
        *(Implies(Eq(at, end), And(Eq(sin(at), 0), Eq(cos(at), cos(end)))) for end in (sympy.Integer(0), pi)),
    ]
    return Applied(sympy.true, And(*signs))


def partial(value: Boolean, *, over: Symbol, called: Symbol) -> Boolean:
    """DIFF: what the partial derivative of an equality's right side is, `called` so.

    ValueError for one that is not written in θ, ‖w‖, ‖w*‖, n, m, k and the invariants of v and v*, which do not depend
    on each other, and for what is no name. By definition.
    """
    right = in_basic_quantities(value.rhs) if isinstance(value, Eq) else None
    if right is None or not right.free_symbols <= _INDEPENDENT or over not in _INDEPENDENT - {n, m, k}:
        raise ValueError(f"DIFF needs an equality whose right side is in the variables of the theory, not {value}")
    if not isinstance(called, Symbol):
        raise ValueError(f"DIFF gives a name to a slope, and {called} is none")
    return Eq(called, diff(right, over), evaluate=False)


def _next_to(place: Same, fixed: set[Basic], *still: Expr) -> None:
    """ValueError where not the angle and one vector alone vary, and what is `still`, and the point, stand still."""
    vector, point = place.args
    moving = {one for one in point.free_symbols - {theta} if one.is_real and not is_vector(one)}.union(
        *(one.free_symbols for one in still)
    ) - fixed
    if moving or {theta, vector} & fixed or vector in point.free_symbols:
        told = f"and {', '.join(map(str, moving))} may move" if moving else f"of which {fixed} is said to be fixed"
        raise ValueError(f"LOCAL is for every {theta} and every vector next to {place}, {told}")


def least(*, value: Expr, level: Expr, place: Same, near: Expr, fixed: set[Basic], called: Expr) -> Applied:
    """LOCAL: a strict local minimum where the angle is at its end π and `place` holds; `value` is `level` there.

    Everywhere `near`er than that to π, in the angle, the value is larger. ValueError for a level or distance that
    moves, and for a `place` that does, but with the angle. Source: the definition.
    """
    _next_to(place, fixed, level, near)
    point = And(Eq(theta, pi), place)
    above = Implies(And(theta > pi - near, theta <= pi), sympy.Or(point, value > level))
    needs = And(near > 0, Implies(point, Eq(value, level)), above)
    return Applied(needs, Is("a strict local minimum", called), fixed=frozenset(fixed), called=((called, (place,)),))


def falling(*, value: Expr, level: Expr, place: Same, fixed: set[Basic], called: Expr) -> Applied:
    """LOCAL: no local minimum at the point of `least`, as the value is smaller all along a path that ends there.

    `place` puts a vector on the path, a polynomial in the angle of w: for n ≥ 2 each of [0, π] is one near w.
    ValueError as of `least`. By definition.
    """
    _next_to(place, fixed, level)
    if not place.args[1].is_polynomial(theta):
        raise ValueError(f"LOCAL needs a path that is a polynomial in {theta}, not {place.args[1]}")
    ends = Implies(And(Eq(theta, pi), place), Eq(value, level))
    needs = And(n >= 2, ends, Implies(And(theta < pi, place), value < level))
    none = sympy.Not(Is("a strict local minimum", called))
    return Applied(needs, none, fixed=frozenset(fixed), called=((called, (place,)),))


def _limit(f: Expr, over: Symbol, to: Expr, side: str) -> tuple[Expr, Boolean]:
    """SymPy's limit of a function made of smooth ones, where it is one for parameters that are 0 or negative as well.

    And what it needs: that what a root or a logarithm is of has a limit > 0, and that what divides has, for every value
    of the parameters, the leading term that it has for most.
    """
    _still(over, to)
    from_0 = over.is_nonnegative and (to.is_extended_negative or (to == 0 and side == "-"))
    if from_0 or (over.is_nonpositive and to.is_extended_positive) or (over.is_integer and not to.is_infinite):
        raise ValueError(f"LIM needs what tends to {to}, and {over} does not")
    parameters, positive = (f.free_symbols | sympy.sympify(to).free_symbols) - {over}, []
    for part in (part for part in sympy.preorder_traversal(f) if part.has(over)):
        whole = isinstance(part, sympy.Pow) and part.exp.is_Integer
        if not isinstance(part, _WITH_LIMITS) or (isinstance(part, sympy.Pow) and part.exp.has(over)):
            raise ValueError(f"LIM knows no limit of {part.func.__name__}, which stands in {f}")
        if isinstance(part, sympy.Pow | sympy.log) and not whole:
            positive.append(part.args[0])
    try:
        found, *bases = (sympy.limit(one, over, to, side) for one in (f, *positive))
        divisors = {part.base for part in _in_sines(f).atoms(sympy.Pow) if part.exp.is_negative and part.has(over)}
        leading = [_leading(one, over, to, side) for one in divisors if one.free_symbols & parameters]
    except NotImplementedError as error:  # it depends on the sign of a parameter
        raise ValueError(f"LIM finds no limit of {f} as {over} tends to {to}: {error}") from None
    none = (sympy.Limit, sympy.AccumBounds, sympy.nan, sympy.zoo, sympy.I)
    if any(
        one.has(*none) or one.atoms(sympy.sign) - f.atoms(sympy.sign) or (one.args and one.has(sympy.oo, -sympy.oo))
        for one in (found, *bases)
    ):
        raise ValueError(f"LIM finds no limit of {f} as {over} tends to {to}")
    for one in parameters:  # SymPy takes it for any other number than 0, and for one > 0 at times
        signs = ([0] if not one.is_nonzero else []) + ([-1] if one.is_nonnegative is not True else [])
        for trial in signs:
            tried, end, said = (sympy.sympify(term).subs(one, trial) for term in (f, to, found))
            there = sympy.limit(tried, over, end, side)
            if there.has(sympy.nan, sympy.zoo) or (there != said and decide_zero(there - said).zero is not True):
                raise ValueError(f"LIM finds {found} as {over} tends to {to}, but {there} where {one} is {trial}")
    roots = (end > 0 if one.free_symbols & parameters else end >= 0 for one, end in zip(positive, bases, strict=True))
    return found, And(*roots, *(sympy.Ne(one, 0) for one in leading))


def _in_sines(f: Expr) -> Expr:
    """Tangents as the quotients that they are."""
    return f.replace(sympy.tan, lambda y: sin(y) / cos(y)).replace(sympy.cot, lambda y: cos(y) / sin(y))


def _leading(f: Expr, over: Symbol, to: Expr, side: str) -> Expr:
    """The coefficient of a function's leading term as `over` tends to an end."""
    far = sympy.Dummy(positive=True)
    there = {sympy.oo: far, -sympy.oo: -far}.get(to, to + (1 if side == "+" else -1) / far)
    found = f.subs(over, there).rewrite("tractable", deep=True, limitvar=far)
    while found.has(far):
        found, _ = mrv_leadterm(found, far)
    return sympy.simplify(found)


def tends(*, f: Expr, over: Symbol, to: Expr, side: str = "+", value: Expr | None = None) -> Applied:
    """LIM: the limit that SymPy computes (Gruntz's algorithm), quadrature and balls holding it as well.

    Of sums, products, powers with fixed exponents, sine, cosine, tangent, exp, log, erf, atan; of other functions only
    of parameters. ValueError where SymPy finds none, where it is not the `value` told, and where the limit is another
    if a parameter is 0 or −1. What a root or a logarithm is of has to tend to a positive number, and the leading
    coefficient of what divides must not be 0. Source: Gruntz, On Computing Limits in a Symbolic Manipulation System,
    1996.
    """
    found, needs = _limit(f, over, to, side)
    if value is not None and decide_zero(found - value).zero is not True:
        raise ValueError(f"LIM finds {found} as {over} tends to {to}, not {value}")
    return Applied(needs, Tends(f, found if value is None else value, (over, to)))


def carried(equal: Boolean, limit: Boolean, *, value: Expr | None = None) -> Boolean:
    """LIM: what is equal to a function near a point, wherever it is a number, tends to what that tends to, the `value`.

    ValueError if the limit is another function's, or `value` another number. Source: Rudin, Principles of Mathematical
    Analysis, 4.1.
    """
    if not isinstance(limit, Tends):
        raise ValueError(f"LIM carries a limit over, not {limit}")
    function, found, where = limit.args
    if isinstance(equal, Implies) and equal.args[0] == defined(equal.args[1]):
        equal = equal.args[1]
    if not isinstance(equal, Eq) or equal.rhs != function:
        raise ValueError(f"LIM knows the limit of {function}, not of what is in {equal}")
    if value is not None and decide_zero(value - found).zero is not True:
        raise ValueError(f"LIM finds the limit {found}, not {value}")
    return Tends(equal.lhs, found if value is None else value, where)


def squeezed(near: Boolean, limit: Boolean, *, of: Expr, value: Expr) -> Boolean:
    """LIM: what is no further from a value than something that tends to 0 tends to that value.

    near: |of − value| ≤ b. limit: b → 0. ValueError for other premises, and where the value, or what is in b, varies.
    Source: Rudin, Principles of Mathematical Analysis, 4.2.
    """
    if not isinstance(limit, Tends) or limit.args[1] != 0:
        raise ValueError(f"LIM needs what tends to 0, not {limit}")
    bound, _, (over, to) = limit.args
    if near != Le(Abs(of - value), bound, evaluate=False) or value.has(over):
        raise ValueError(f"LIM needs |{of} − {value}| ≤ {bound}, the value without {over}; not {near}")
    return Tends(of, value, (over, to))


def unbounded(*, f: Expr, top: Expr, bottom: Expr, over: Symbol, start: Expr, to: Expr) -> Applied:
    """LIM: f → ∞ from the left if, from `start` on, f·bottom ≥ top and bottom > 0, bottom → 0 and lim top > 0.

    ValueError if bottom has another limit, or `tends` finds none. Source: Rudin, Principles of Mathematical Analysis,
    4.33 and 4.34.
    """
    _still(over, start, to)
    (small, at_bottom), (large, at_top) = _limit(bottom, over, to, "-"), _limit(top, over, to, "-")
    if small != 0:
        raise ValueError(f"LIM needs a divisor that tends to 0, not {bottom}")
    near = Implies(_between(start, over, to, inside=True), And(bottom > 0, f * bottom >= top))
    needs = And(start < to, large > 0, at_bottom, at_top, near)
    return Applied(needs, Tends(f, sympy.oo, (over, to)), over)


def vanishing(between: Boolean, base: Boolean, *, value: Expr, factor: Expr, ratio: Expr, over: Symbol) -> Boolean:
    """LIM: what lies between 0 and a multiple of q^t, 0 ≤ q < 1, tends to 0 as t → ∞.

    between: 0 ≤ value ≤ factor·ratio^over, at every `over`. base: 0 ≤ ratio < 1. ValueError for other premises, and
    where `factor` or `ratio` varies. Source: Rudin, Principles of Mathematical Analysis, 3.19 and 3.20.
    """
    if between != And(Ge(value, 0), factor * ratio**over >= value) or base != And(ratio >= 0, ratio < 1):
        raise ValueError(f"LIM needs 0 ≤ {value} ≤ {factor}·({ratio})^{over}, 0 ≤ {ratio} < 1; not {between}, {base}")
    if over in factor.free_symbols | ratio.free_symbols:
        raise ValueError(f"LIM needs a multiple of a power, and {factor} or {ratio} varies with {over}")
    return Tends(value, sympy.Integer(0), (over, sympy.oo))


def arcsine(*, angle: Expr) -> Applied:
    """ARC: for 0 ≤ q ≤ 1, arcsin(q)/k lies in [0, π/(2k)], where the sine rises, and the sine of k times it is q.

    ValueError for an angle that is no such part of an arcsine. Source: Abramowitz & Stegun, Handbook of Mathematical
    Functions, 4.3.1 and 4.4.1.
    """
    ((q,),) = (arc.args for arc in angle.atoms(asin))
    parts, turn = asin(q) / angle, sympy.Dummy()
    if not (parts.is_Integer and parts > 0):
        raise ValueError(f"ARC needs a whole part of an arcsine, not {angle}")
    end, whole = pi / (2 * parts), sympy.expand_trig(sin(parts * turn)).subs(turn, angle)
    needs = And(ge(q, 0), le(q, 1))
    return Applied(needs, And(ge(sin(angle), 0), le(sin(angle), sin(end)), ge(cos(angle), cos(end)), Eq(whole, q)))


def addition(*, first: Expr, second: Expr) -> Boolean:
    """ADD: the sine of a sum. Source: Abramowitz & Stegun, Handbook of Mathematical Functions, 4.3.16."""
    return Eq(sin(first + second), sin(first) * cos(second) + cos(first) * sin(second), evaluate=False)


def cluster(nondecreasing: Boolean, *, here: Pair, there: Pair) -> Boolean:
    """CLUSTER: a nondecreasing map with a closed graph is continuous where it has one value.

    here, there: a point with a value at it, the one in question and any other. The limits from both sides exist, and
    lie in the graph. ValueError for a premise that does not say that the map is nondecreasing. Source: Rudin,
    Principles of Mathematical Analysis, 4.29.
    """
    (point, value), (other, its_value) = here, there
    if nondecreasing != Ge((its_value - value) * (other - point), 0):
        raise ValueError(f"CLUSTER needs ({its_value} − {value})({other} − {point}) ≥ 0, not {nondecreasing}")
    one = And(Is("in a closed graph", its_value), Is("single-valued", value))
    return Implies(one, Tends(its_value, value, (other, point)), evaluate=False)


def slope(near: Boolean, continuous: Boolean, *, f: Pair, called: Symbol) -> Boolean:
    """DIFF: f(w') − f(w) = c(w' − w) up to k|g(w') − g(w)||w' − w| gives f'(w) = c, `called` so, where g is continuous.

    f: names of f(w), f(w'). near: |f(w') − f(w) − c(w' − w)| ≤ k|g(w') − g(w)||w' − w|. continuous: where g(w') → g(w)
    as w' → w. ValueError for other premises. Source: Rudin, Principles of Mathematical Analysis, 5.1.
    """
    (here, there), (where, limit) = f, continuous.args
    value, to, (moving, start) = limit.args
    factor, rest = near.rhs / Abs(moving - start) / Abs(value - to), expand(near.lhs.args[0])
    rest = expand(rest * rest.coeff(there))  # |·| does not keep the sign
    c = -rest.coeff(moving)
    left = expand(rest - there + here + c * (moving - start))
    if left != 0 or factor.has(moving, value, here, there, Abs) or c.has(moving, value, here, there):
        raise ValueError(f"DIFF needs |f(w') − f(w) − c(w' − w)| ≤ k|g(w') − g(w)||w' − w|, not {near}")
    return Implies(where, Eq(called, c), evaluate=False)
