"""Chapter P: the transformed l1 penalty and its map between l0 and l1 (P4).

For x ≥ 0, all being odd or even, S(x) is 0 or a number S > 0 with x − S = ρp'(S), and no point does better. Of these
points 0 and a few others are named: the statements need no more.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Abs, And, Eq, Equivalent, Expr, Ge, Gt, Implies, Integer, Le, Lt, Max, Symbol, diff, sqrt
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim, get
from proofs.penalty_forms import penalty, size
from proofs.symbols import a, ratio, u, x_in
from verify.inequalities.frame import placed
from verify.inequalities.statement import Statement, stated
from verify.minimizer import objective

__all__: list[str] = []

_V, _S, _FAR = (Symbol(name, positive=True) for name in ("v", "S", "R"))
_STEEPEST = (a + 1) / a
"""p'(0⁺)."""


def _price(point: Expr) -> Expr:
    return penalty("tl1").on_reals.xreplace({u: point})


def _cost(point: Expr) -> Expr:
    return objective(_price(point), point, size, ratio)


def _kept() -> tuple[Boolean, ...]:
    """What S(x) = S > 0 satisfies. The cubic's other root is a maximum: it is worse than 0."""
    return Eq(size - _S, ratio * diff(_price(_S), _S)), Le(_cost(_S), _cost(Integer(0)))


def _dropped() -> tuple[Boolean, ...]:
    """What is so where S(x) = 0: two points that would do better beyond the threshold do not."""
    jump = sqrt(2 * ratio * (a + 1)) - a
    beyond = size - ratio * _STEEPEST
    return tuple(Implies(Gt(v, 0), Le(_cost(Integer(0)), _cost(v)), evaluate=False) for v in (jump, beyond))


@stated("P4.l1", scope="all u, a and R", whole=True)
def _to_l1(claim: Claim) -> Iterator[Statement]:
    bound = placed(claim.parts["bound"], {"R": _FAR})
    yield Statement("|u| ≤ R", Le(Abs(_price(u) - Abs(u)), bound), (Le(Abs(u), _FAR),))
    less = Symbol("epsilon", positive=True)
    near_one = Ge(Abs(_price(_FAR) - _FAR), (1 - less) * bound)
    flat = Le(4 * _FAR, less * a), Lt(less, 1)
    yield Statement("the quotient tends to 1 as R → 0", near_one, (*flat, Le(4 * _FAR, less)))
    yield Statement("the quotient tends to 1 as R → ∞", near_one, (*flat, Ge(less * _FAR, 4)))


@stated("P4.l0", scope="all u ≠ 0, a and R", whole=True)
def _to_l0(claim: Claim) -> Iterator[Statement]:
    bound = placed(claim.parts["bound"], {"u": Abs(_V)})
    yield Statement("u ≠ 0", Le(Abs(_price(_V) - 1), bound))
    if "bound away from 0" in claim.parts:
        away = placed(claim.parts["bound away from 0"], {"R": _FAR})
        yield Statement("|u| ≥ R", Le(Abs(_price(_V) - 1), away), (Ge(_V, _FAR),))


@stated("P4.l1-map", scope="all x, a, ρ and R, with P1's map", whole=True)
def _to_soft(claim: Claim) -> Iterator[Statement]:
    bound = placed(claim.parts["bound"], {"R": _FAR})
    least, most = claim.parts["gap lower bound"], claim.parts["gap upper bound"]
    soft, within = get("P1").formula.subs(x_in, size), (Le(size, _FAR),)
    yield Statement("the gap from below", Ge(size - _S, least), _kept())
    yield Statement("the gap from above", Le(size - _S, most), _kept())
    yield Statement("S(x) > 0", Le(Abs(_S - soft), bound), (*_kept(), *within))
    yield Statement("S(x) = 0", Le(Abs(soft), bound), (*_dropped(), *within))
    level = size / _STEEPEST  # x = ρp'(0⁺)
    edge = And(*(Eq(form.xreplace({ratio: level}), gap) for form, gap in _at_the_threshold(bound, most, level)))
    yield Statement("equality at the threshold", edge, (Le(2 * size, a), Le(size, 1), Eq(_FAR, size)))


def _at_the_threshold(bound: Expr, most: Expr, level: Expr) -> tuple[tuple[Expr, Expr], ...]:
    """(a bound, what it bounds) where S(x) = 0 is about to become positive."""
    return (bound, Max(size - level, 0)), (most, size)


@stated("P4.l0-map", scope="all x, a and ρ; the bound is at most a multiple of a", whole=True)
def _to_hard(claim: Claim) -> Iterator[Statement]:
    bound, threshold, limit = (claim.parts[name] for name in ("bound", "threshold", "limit of the threshold"))
    jumps = (Le(a**2, 2 * ratio * (a + 1)),)
    yield Statement("the gap", Le(size - _S, bound), _kept())
    yield Statement("S(x) > 0 beyond the threshold only", Ge(size, threshold), (*_kept(), *jumps))
    yield Statement("S(x) = 0 up to it only", Le(size, threshold), (*_dropped(), *jumps))
    yield Statement("l0: x is as good as 0", Equivalent(Ge(size**2 / 2, ratio), Ge(size, limit)))
    late = Gt(threshold.xreplace({ratio: Integer(2)}), limit.xreplace({ratio: Integer(2)}))
    yield Statement("not uniformly near it: ρ = 2", late, (Lt(a, 4),))
    yield Statement("the limit", Le(Abs(threshold - limit), a * (1 + ratio)))
    small = Le(bound, 100 * ratio * a / size**2)
    yield Statement("the gap vanishes", small, (Le(a, 1), Gt(size, 0)))
    edge = {ratio: a**2 / (2 * (a + 1)), size: a / 2}  # the jump is 0: x = ρp'(0⁺) and S(x) = 0
    yield Statement("equality at the threshold", Eq(bound.xreplace(edge), a / 2))
