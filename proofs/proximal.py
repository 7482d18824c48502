"""How the closed form of a proximal map is derived: one graph for every penalty that is declared.

With F(u) = ρ p(|u|) + ½(u − x)² the printed point S is compared with every real u: up to the threshold it is 0; beyond
it |S| is stationary in a piece of p, on the side of x. What is compared are |x|, |u| and |S|, p being even.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sympy import Abs, And, Eq, Expr, Ge, Gt, Implies, Le, Not, Piecewise, diff, oo, sign, true
from sympy.logic.boolalg import Boolean

from proofs.engine.definitions import ProximalMap
from proofs.engine.derivation import Derivation, Obligation, vanishes
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import Term
from proofs.engine.smt import follows
from proofs.naming import plain
from proofs.penalty_forms import Penalty, size
from proofs.rules.gradients import cost_of
from proofs.symbols import named, ratio, u, x_in

MAP = Term("S(x)", real=True)
"""S(x)."""

P_U, P_S = named("p(|u|)", "p(|S(x)|)")
X, V, SIZE = named("|x|", "|u|", "|S(x)|", nonnegative=True)


@dataclass(frozen=True)
class Branch:
    """Where |S(x)| lands in one piece of p: |S(x)| in `size`, the condition, and what proves it the minimizer."""

    root: Expr
    condition: Boolean
    owes: tuple[Obligation, ...]


def objective(piece: Expr, point: Expr, at: Expr = size) -> Expr:
    """F at a point > 0, from the piece of p that holds there."""
    return ratio * piece.subs(u, point) + (point - at) ** 2 / 2


def cost(penalty: Penalty, point: Expr) -> Expr:
    """F at any real point."""
    return ProximalMap(penalty.on_reals).cost.xreplace({u: point})


def landing(root: Expr, low: Expr, high: Expr, given: list[Boolean]) -> Obligation:
    """Owe: the stationary point lies in the piece it was computed from."""
    return follows("the stationary point lies in its piece", _landed(root, low, high), given)


def derive_map(
    d: Derivation,
    penalty: Penalty,
    statement: Expr,
    printed: Expr | None,
    compare: Callable[[Graph, Penalty, Fact, list[Fact]], list[Fact]],
    ties: Sequence[tuple[Boolean, Expr]] = (),
) -> None:
    """The whole derivation, from the objective to the statement.

    `compare` shows that no u is better; `ties` are (where, which u is as good).
    """
    d.open(cost_of, "to be minimized over all real u")
    if penalty.prove is not None and penalty.prove_threshold is not None:
        _as_declared(d, penalty, penalty.prove_threshold(penalty), penalty.prove(penalty))
    else:
        g = Graph(d)
        mapped = g.let(MAP, statement)
        given = [g.given(name) for name in g.premises]
        found = compare(g, penalty, mapped, given)
        equal = And(*(Implies(where, Eq(cost(penalty, other), cost(penalty, MAP))) for where, other in ties))
        g.least(mapped, u, *found, also=[_lean(g, "as good", equal, mapped, perhaps=given)] if ties else [])
    d.conclude(statement, printed)


def _as_declared(d: Derivation, penalty: Penalty, threshold: list[Obligation], found: list[Branch]) -> None:
    """What the declaration of a penalty proves of it, in its words."""
    d.step("Threshold", penalty.threshold, "0 is a minimizer exactly up to there", threshold)
    for branch in found:
        where = "|x| beyond the threshold" + ("" if branch.condition == true else f", {plain(branch.condition)}")
        d.step("Minimizer beyond it", branch.root, f"{where}: no real u has a smaller value", branch.owes)
    cases = [(sign(x_in) * b.root.subs(size, Abs(x_in)), b.condition.subs(size, Abs(x_in))) for b in found]
    below = [] if penalty.threshold == 0 else [(0, Le(Abs(x_in), penalty.threshold))]
    put_together = Piecewise(*below, *cases)
    d.step("Put together", put_together, "odd in x", vanishes("S(x) − this", penalty.proximal - put_together))


def _lean(g: Graph, name: str, formula: Boolean, *uses: Fact, perhaps: Sequence[Fact]) -> Fact:
    """A fact, with those of what it may need that it does."""
    kept = list(perhaps)
    for one in perhaps:
        others = [use.formula for use in (*uses, *kept) if use is not one]
        if follows(name, formula, others).decision.zero:
            kept.remove(one)
    return g.fact(name, formula, *uses, *kept)


def compared(g: Graph, penalty: Penalty, mapped: Fact, given: list[Fact]) -> list[Fact]:
    """Piece by piece: where |S| lands, and that no |u| of any piece is better."""
    x, v, s = (g.let(name, Abs(of)) for name, of in ((X, x_in), (V, u), (SIZE, MAP)))
    p_u, p_s = (g.let(name, penalty.on_reals.xreplace({u: of})) for name, of in ((P_U, u), (P_S, MAP)))
    values = [Implies(_inside(V, low, high), Eq(P_U, piece.subs(u, V))) for low, high, piece in penalty.pieces]
    price = _lean(g, "p by pieces", And(Implies(Eq(V, 0), Eq(P_U, 0)), *values), p_u, v, perhaps=given)
    folded = g.fact("|u| is no worse than u", (u - x_in) ** 2 >= (V - X) ** 2, x, v)
    side = g.fact("on the side of x", MAP * x_in >= 0, mapped)
    whole = ratio * P_S + (MAP - x_in) ** 2 / 2
    ends: list[Fact] = []
    before: list[Boolean] = []
    for own, root, here, name in _landings(penalty):
        there = g.case(name, And(*before, own))
        before.append(Not(own))
        landed = _lean(g, f"{name}: S(x)", root, mapped, x, s, there, perhaps=given)
        reached = _lean(g, f"{name}: F", Eq(whole, here), p_s, x, s, perhaps=[landed, side, *given])
        others = [("0", true, X**2 / 2)]
        others += [
            (f"|u| > {plain(low)}", _inside(V, low, high), objective(p, V, X)) for low, high, p in penalty.pieces
        ]
        against = [
            _lean(g, f"{name}: no worse than {words}", Implies(where, here <= other), perhaps=[landed, there, *given])
            for words, where, other in others
            if other != here
        ]
        best = g.fact(f"{name}: best", here <= ratio * P_U + (V - X) ** 2 / 2, *against, price)
        least = whole <= ratio * P_U + (u - x_in) ** 2 / 2
        ends.append(g.under(there, g.fact(f"{name}: no u is better", least, reached, best, folded)))
    return [g.fact("no u is better", least, *ends), p_u, p_s]


def _landings(penalty: Penalty) -> Iterator[tuple[Boolean, Boolean, Expr, str]]:
    """(condition, what |S| satisfies, F there, name): 0 up to the threshold, then a stationary point of each piece."""
    yield penalty.threshold >= X, Eq(SIZE, 0), X**2 / 2, "up to the threshold"
    for (_, condition), (low, high, piece) in zip(penalty.branches, penalty.pieces, strict=True):
        own = true if isinstance(condition, bool) else condition.subs(size, X)
        stationary = Eq(X, SIZE + ratio * diff(piece, u).subs(u, SIZE))
        yield own, And(stationary, _landed(SIZE, low, high)), objective(piece, SIZE, X), f"|S(x)| > {plain(low)}"


def _landed(point: Expr, low: Expr, high: Expr) -> Boolean:
    above = Gt(point, 0) if low == 0 else Ge(point, low)
    return above if high == oo else And(above, Le(point, high))


def _inside(point: Expr, low: Expr, high: Expr) -> Boolean:
    return And(Gt(point, low), *([] if high == oo else [Le(point, high)]))
