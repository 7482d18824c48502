"""How the closed form of a proximal map is derived: the same chain for every penalty that is declared.

With F(u) = ρ p(|u|) + ½(u − x)² and x ≥ 0, which symmetry allows: 0 is a minimizer exactly while x ≤ Q(u) for all
u > 0, where Q(u) = u/2 + ρp(u)/u, so the threshold is the infimum of Q; beyond it the minimizer is the stationary point
that the declaration names, and it is compared with *every* other u, not only with other stationary points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import sympy
from sympy import Abs, And, Eq, Expr, Ge, Gt, Le, Min, Not, Piecewise, Pow, Symbol, diff, expand, factor, oo, sign, true
from sympy.logic.boolalg import Boolean

from proofs.engine.derivation import Derivation, Obligation, holds, vanishes
from proofs.engine.smt import follows
from proofs.naming import plain
from proofs.penalty_forms import Penalty, size
from proofs.symbols import ratio, u, x_in

v = Symbol("v", positive=True)
_P = Symbol("p_u", real=True)
_U = Symbol("u", positive=True)

REMEDY = "give `prove` and, for the threshold, `prove_threshold`, as tests/extension/modules/log_sum.py does"


@dataclass(frozen=True)
class Branch:
    """Where |S(x)| lands in one piece of p: |S(x)| in `size`, the condition, and what proves it the minimizer."""

    root: Expr
    condition: Boolean
    owes: tuple[Obligation, ...]


def objective(piece: Expr, point: Expr) -> Expr:
    """F at a point > 0, from the piece of p that holds there."""
    return ratio * piece.subs(u, point) + (point - size) ** 2 / 2


def derive_map(
    d: Derivation,
    penalty: Penalty,
    statement: Expr,
    printed: Expr | None = None,
    find: Callable[[Penalty], list[Branch]] | None = None,
    ties: Iterable[Obligation] = (),
) -> None:
    """The whole chain, from the objective to the statement.

    `find` gives the branches where SymPy needs help with them; `ties` is owed on what happens where the map jumps.
    """
    d.begin(ratio * penalty.on_reals + (u - x_in) ** 2 / 2, "to be minimized over all real u")
    _symmetry(d)
    threshold = derive_threshold(d, penalty)
    found = (find or rational_branches)(penalty)
    for branch in found:
        where = "|x| beyond the threshold" + ("" if branch.condition == true else f", {plain(branch.condition)}")
        d.step(
            "Minimizer beyond the threshold",
            branch.root,
            f"{where}: stationary, and no real u has a smaller value",
            branch.owes,
        )
    if owed := tuple(ties):
        d.step(
            "Ties",
            "where the map jumps, F has one value at both ends of the jump",
            "at the threshold F(0) is still the minimum",
            owed,
        )
    cases = [(sign(x_in) * b.root.subs(size, Abs(x_in)), b.condition.subs(size, Abs(x_in))) for b in found]
    below = [] if threshold == 0 else [(0, Le(Abs(x_in), threshold))]
    put_together = Piecewise(*below, *cases)
    d.step(
        "Put together", put_together, "odd in x", vanishes("infimum of Q − threshold", threshold - penalty.threshold)
    )
    d.conclude(statement, printed)


def _symmetry(d: Derivation) -> None:
    def value(point: Expr, x: Expr) -> Expr:
        return ratio * _P + (point - x) ** 2 / 2

    d.step(
        "Symmetry: x ≥ 0, and then only u ≥ 0 matter",
        "F(−u) − F(u) = 2ux ≥ 0, and F is unchanged when u and x change sign together",
        "p depends on |u| only",
        vanishes("F(−u) − F(u) − 2ux", value(-v, size) - value(v, size) - 2 * v * size),
        holds("2ux ≥ 0", 2 * v * size >= 0),
        vanishes("F(−u) at −x, less F(u) at x", value(-v, -size) - value(v, size)),
    )


def derive_threshold(d: Derivation, penalty: Penalty) -> Expr:
    """Derive inf Q: its limit at 0⁺ and its stationary points are computed, and nothing of Q lies below them.

    ValueError where SymPy or the solver cannot, and the penalty does not say how.
    """
    name = "Threshold: inf over u > 0 of Q(u) = u/2 + ρp(u)/u"
    if penalty.prove_threshold is not None:
        d.step(name, penalty.threshold, "0 is a minimizer exactly up to there", penalty.prove_threshold(penalty))
        return penalty.threshold
    quotients = [v / 2 + ratio * piece.subs(u, v) / v for _, _, piece in penalty.pieces]
    at_zero = sympy.limit(quotients[0], v, 0, "+")
    low, last = penalty.pieces[-1][0], quotients[-1]
    roots = [root for root in solved(penalty, diff(last, v), v) if root.is_positive is not False]
    least = [sympy.simplify(last.subs(v, root)) for root in roots]
    inside = [Piecewise((value, Gt(root, low)), (at_zero, True)) for root, value in zip(roots, least, strict=True)]
    found = Min(at_zero, *inside)
    owes = [
        vanishes("F(u) − F(0) − u(Q(u) − x)", objective(piece, v) - size**2 / 2 - v * (quotient - size))
        for (_, _, piece), quotient in zip(penalty.pieces, quotients, strict=True)
    ]
    owes += [vanishes("slope of Q there", diff(last, v).subs(v, root)) for root in roots]
    owes += [
        follows(
            f"Q(u) ≥ its infimum, {_interval(lower, upper)}", Ge(quotient, found), _within(v, lower, upper, penalty)
        )
        for (lower, upper, _), quotient in zip(penalty.pieces, quotients, strict=True)
    ]
    d.step(name, found, "0 is a minimizer exactly up to there", owes)
    return found


def solved(penalty: Penalty, equation: Expr, unknown: Symbol) -> list[Expr]:
    """The roots that SymPy finds; ValueError with the remedy where it does not know how."""
    try:
        return list(sympy.solve(equation, unknown))
    except NotImplementedError as error:
        raise ValueError(f"penalty {penalty.name!r}: SymPy cannot solve {equation} = 0; {REMEDY}") from error


def _interval(low: Expr, high: Expr) -> str:
    return f"u > {plain(low)}" if high == oo else f"{plain(low)} < u ≤ {plain(high)}"


def _within(point: Expr, low: Expr, high: Expr, penalty: Penalty) -> list[Boolean]:
    """The hypotheses on the parameters, and that a point lies in a piece."""
    inside = [Gt(point, low), *([Le(point, high)] if high != oo else [])]
    return [condition for condition in (*penalty.hypotheses, *inside) if condition != true]


def branches(penalty: Penalty) -> Iterator[tuple[Expr, Boolean, list[Boolean]]]:
    """(|x| − |S(x)|, condition, everything that holds there) as declared, in the order of the pieces."""
    before: list[Boolean] = [*penalty.hypotheses, beyond(penalty)]
    for gap, condition in penalty.branches:
        own = true if condition is True else condition
        yield gap, own, [*before, *([own] if own != true else [])]
        before.append(Not(own))


def beyond(penalty: Penalty) -> Boolean:
    """|x| > threshold, squared where that removes the roots."""
    square = expand(penalty.threshold**2)
    rooted = any(power.exp.is_Rational and not power.exp.is_integer for power in square.atoms(Pow))
    return Gt(size, penalty.threshold) if rooted else Gt(size**2, square)


def landing(root: Expr, low: Expr, high: Expr, given: list[Boolean]) -> Obligation:
    """Owe: the stationary point lies in the piece it was computed from."""
    above = Gt(root, 0) if low == 0 else Ge(root, low)
    inside = And(above, Le(root, high)) if high != oo else above
    return follows("the stationary point lies in its piece", inside, given)


def rational_branches(penalty: Penalty) -> list[Branch]:
    """Branches of a penalty whose stationary points SymPy solves for, one to a piece, compared with every other u.

    Where it finds several, or cannot tell that one is, the solver is asked whether that which is declared is one.
    """
    found = []
    for (low, high, piece), (gap, condition, given) in zip(penalty.pieces, branches(penalty), strict=True):
        slope = diff(objective(piece, _U), _U)
        roots = solved(penalty, slope, _U)
        root = roots[0] if len(roots) == 1 else size - gap
        owed = vanishes("slope there", slope.subs(_U, root))
        if owed.decision.zero is None:
            root = size - gap
            owed = follows("slope there is 0", Eq(slope.subs(_U, root), 0), given)
        owes = [owed, landing(root, low, high, given)]
        owes += _global(penalty, piece, [*given, Ge(_U, low), *([Le(_U, high)] if high != oo else [])])
        found.append(Branch(root, condition, tuple(owes)))
    return found


def _global(penalty: Penalty, piece: Expr, given: list[Boolean]) -> Iterator[Obligation]:
    """Owe: F(v) ≥ F(u) for v = 0 and for v in every piece, u being stationary: x = u + ρp'(u) leaves polynomials."""
    x = _U + ratio * diff(piece.subs(u, _U), _U)
    known = [condition.subs(size, x) for condition in given if condition != true]
    here = objective(piece, _U)
    yield _no_smaller("F(0)", size**2 / 2 - here, x, known)
    for low, high, other in penalty.pieces:
        words = f"F(v), {_interval(low, high).replace('u', 'v')}"
        yield _no_smaller(words, objective(other, v) - here, x, [*known, *_within(v, low, high, penalty)])


def _no_smaller(what: str, difference: Expr, x: Expr, given: list[Boolean]) -> Obligation:
    above, below = sympy.fraction(factor(difference.subs(size, x)))
    return follows(f"{what} is no smaller", Ge(above * below, 0), list(dict.fromkeys(given)))
