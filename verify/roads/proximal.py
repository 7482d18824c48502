"""Chapter P: what a proximal map minimizes, a displacement bounds and an envelope is.

For any penalty whose forms are polynomials, quotients and roots in pieces, and for the two whose maps are roots of a
cubic (`verify.roads.cubic`). S(x) is the claim's own formula, and F(u) is built from the penalty as it is
defined. The objective is compared for x ≥ 0 and x ≤ 0 with every real competitor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import cast

from sympy import Abs, And, Eq, Expr, Function, Ge, Implies, Integer, Le, Max, Min, Piecewise, Symbol, Tuple, sign
from sympy.logic.boolalg import Boolean, true

from proofs.engine.claim import Claim, get
from proofs.engine.definitions import Displacement, Envelope, ProximalMap
from proofs.penalties import map_id
from proofs.penalty_forms import Penalty, size
from proofs.symbols import beta, lam, ratio, u, x_in
from verify.inequalities import Statement, placed, reals, stated
from verify.minimizer import objective, penalty_of
from verify.roads import cubic
from verify.roads.cubic import CUBIC, SIDES, is_cubic

_V, (_S, _REACHED) = Symbol("v", positive=True), reals("S reached")


def _attained(chosen: Penalty, formula: Expr, point: Expr) -> tuple[tuple[Symbol, Expr], tuple[Symbol, Expr]]:
    """S(x), and what is minimized there, at x = `point`."""
    cost = objective(chosen.on_reals.xreplace({u: _S}), _S, point, ratio)
    return (_S, formula.subs(x_in, point)), (_REACHED, cost)


def _minimal(chosen: Penalty, formula: Expr, given: tuple[Boolean, ...]) -> Iterator[Statement]:
    """What S(x) attains is no more than ρp(|v|) + ½(v − x)² for every real v."""
    if is_cubic(chosen, formula):
        yield from cubic.minimal(chosen, formula, given)
        return
    yield Statement("−v is no better than v for x ≥ 0, p being even", Le((_V - size) ** 2, (_V + size) ** 2))
    bounds = [Le(_REACHED, objective(Integer(0), Integer(0), size, ratio))]
    for low, high, piece in chosen.pieces:
        inside = And(low < _V, high >= _V)
        no_more = Le(_REACHED, objective(piece.subs(u, _V), _V, size, ratio))
        bounds.append(no_more if inside == true else Implies(inside, no_more, evaluate=False))
    for side, words in SIDES:
        own = _attained(chosen, formula, side * size)
        if side > 0 or own != _attained(chosen, formula, size):
            yield Statement(f"{words}: no more than at any v", And(*bounds), given, own, slow=side < 0)


_ALGEBRAIC = {Abs, Max, Min, Piecewise, sign}


def _subject(claim: Claim) -> Penalty | None:
    """The penalty that a claim is about, if it and its map are algebraic."""
    chosen = penalty_of(claim.definition)
    if chosen is None or chosen.name in CUBIC:
        return chosen
    used = Tuple(chosen.on_reals, chosen.proximal, *claim.formulas.values()).atoms(Function)
    return chosen if {type(part) for part in used} <= _ALGEBRAIC else None


def _heavy(claim: Claim) -> bool:
    """A penalty with parameters or a cubic takes the solver seconds."""
    chosen = cast(Penalty, _subject(claim))
    return bool(chosen.parameters) or chosen.name in CUBIC


@stated(ProximalMap, scope="every real competitor", whole=True, heavy=_heavy, applies=_subject)
def _map(claim: Claim) -> Iterator[Statement]:
    return _minimal(cast(Penalty, _subject(claim)), claim.formula, claim.hypotheses)


@stated(
    Displacement, scope="S(x) the map of P1, P2, P3, P7, which minimizes", whole=True, heavy=_heavy, applies=_subject
)
def _displacement(claim: Claim) -> Iterator[Statement]:
    chosen, bound = cast(Penalty, _subject(claim)), claim.parts["bound"]
    formula = get(map_id(chosen.name)).formula
    if is_cubic(chosen, formula):
        yield from cubic.displaced(chosen, formula, bound, claim.hypotheses)
        return
    for side, words in SIDES:
        gap, own = Le(Abs(side * size - _S), Min(size, bound)), formula.subs(x_in, side * size)
        yield Statement(words, gap, claim.hypotheses, ((_S, own),), slow=side < 0)
    if chosen.displacement is None:  # the threshold is the farthest
        rests = Eq(Abs(bound - _S), bound)
        yield Statement("attained", rests, claim.hypotheses, ((_S, formula.subs(x_in, bound)),))


@stated(Envelope, scope="every real competitor, attained at the map", whole=True, heavy=_heavy, applies=_subject)
def _envelope(claim: Claim) -> Iterator[Statement]:
    chosen = cast(Penalty, _subject(claim))
    formula = get(map_id(chosen.name)).formula
    value = claim.formula.subs(lam, ratio * beta)  # λ > 0 exactly where ρ > 0, and roots of λ/β are no more
    for statement in _minimal(chosen, formula, claim.hypotheses):
        yield replace(statement, slow=True)
    if is_cubic(chosen, formula):
        yield from cubic.enveloped(chosen, formula, value, claim.hypotheses)
        return
    for side, words in SIDES:
        own, (_, cost) = _attained(chosen, formula, side * size)
        pieces = own, (_REACHED, value.subs(x_in, side * size) - beta * cost)
        yield Statement(f"{words}: attained", Eq(_REACHED, 0), claim.hypotheses, pieces, slow=side < 0)


# P6, for every penalty: its values are numbers.

_P_HERE, _P_THERE, _E_HERE, _E_THERE, _HERE, _THERE = reals("p_u0 p_u1 e_0 e_1 w_0 w_1")
_cost = partial(objective, weight=lam, pull=beta)


def _bent(point: Expr, least: Expr) -> Expr:
    """h = (β/2)w² − e(w)."""
    return beta * point**2 / 2 - least


@stated("P6.convexity", scope="every penalty, all n by entries", whole=True)
def _convexity(claim: Claim) -> Iterator[Statement]:
    affine = placed(claim.parts["affine function"], {"p_u": _P_HERE})
    yield Statement("the affine function of a u", Eq(_bent(x_in, _cost(_P_HERE, u, x_in)), affine))
    part = Symbol("t", real=True)
    between = (1 - part) * _HERE + part * _THERE
    ends = {"h_0": _bent(_HERE, _E_HERE), "h_1": _bent(_THERE, _E_THERE), "t": part}
    chord = placed(claim.parts["bound"], ends)
    least = Le(_E_HERE, _cost(_P_HERE, u, _HERE)), Le(_E_THERE, _cost(_P_HERE, u, _THERE))
    known = (*least, Ge(part, 0), Le(part, 1))
    yield Statement("h lies below its chord", Le(_bent(between, _cost(_P_HERE, u, between)), chord), known)


@stated("P6.gradient", scope="every penalty, all n by entries", whole=True)
def _gradient(claim: Claim) -> Iterator[Statement]:
    own, other = reals("S_0 S_1")
    e_here, e_there = _cost(_P_HERE, own, _HERE), _cost(_P_THERE, other, _THERE)
    known = Le(e_here, _cost(_P_THERE, other, _HERE)), Le(e_there, _cost(_P_HERE, own, _THERE))
    here, there = _bent(_HERE, e_here), _bent(_THERE, e_there)
    names = {"h_0": here, "w_0": _HERE, "w_1": _THERE, "S_0": own, "S_1": other}
    part = {name: placed(form, names) for name, form in claim.parts.items()}
    yield Statement("from below", Ge(there, part["lower bound"]), known)
    yield Statement("from above", Le(there, part["upper bound"]), known)
    rest = there - here - part["gradient"] * (_THERE - _HERE)
    far = beta * Abs((other - own) * (_THERE - _HERE))
    yield Statement("the gradient, where S is continuous", Le(Abs(rest), far), known)
