"""The nonzero branches of the transformed l1 and l½ maps: the largest root of a cubic, by the sine of a triple angle.

Roots are removed from what the solver is asked: m stands for √(2ρ(a + 1)) in the first and for ρ^(1/3) in the second.
"""

from __future__ import annotations

from sympy import Abs, And, Eq, Expr, Rational, asin, expand_trig, factor_terms, pi, sin, sqrt
from sympy.logic.boolalg import Boolean

from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import ge, gt, le
from proofs.penalty_forms import Penalty, size
from proofs.proximal import MAP, cost, objective
from proofs.rules.analysis import addition, arcsine
from proofs.symbols import a, named, phi_angle, ratio, u, x_in

MAPS = frozenset({"tl1", "half"})
"""Penalties whose maps are such roots."""


def place(g: Graph, penalty: Penalty, mapped: Fact, beyond: Fact, at: Expr = x_in) -> tuple[Fact, Fact]:
    """Where |S(x)| is beyond the threshold, x being `at`, by the formula `mapped`, and that S(x) has the sign of x."""
    x, chosen, (angle,) = Abs(at), Abs(mapped.formula.lhs), mapped.formula.rhs.atoms(asin)
    half, third, turn = penalty.name == "half", angle / 3, pi / 3
    expanded = {sin(third + turn): expand_trig(sin(phi_angle + turn)).subs(phi_angle, third)}
    kept = x - factor_terms(penalty.branches[0][0].subs(size, x).subs(expanded))
    sines = g.apply("a third of the angle", arcsine, beyond, angle=third)

    def stationary(point: Expr) -> Boolean:
        if half:
            return Eq(4 * point * (x - point) ** 2, ratio**2, evaluate=False)
        return Eq((x - point) * (a + point) ** 2, ratio * a * (a + 1), evaluate=False)

    def far(point: Expr) -> Boolean:
        """So far from 0 that no other u is better, if it is stationary."""
        if half:
            return gt(point, ratio ** Rational(2, 3))
        return And(gt(point, 0), ge((a + point) ** 2, 2 * ratio * (a + 1)))

    start = 0 if half else a
    known = (sines, beyond) if half else (sines,)
    larger = g.fact("the larger root", And(le(kept, x), ge(3 * (start + kept), 2 * (start + x))), *known)
    equation = g.fact("stationary", stationary(kept), *known)
    least = g.fact("far from 0", far(kept), *(() if half else (equation,)), larger, beyond)
    turned = g.rule("turned by 60°", addition, first=third, second=turn) if half else least
    size_of = g.fact("|S(x)|", Eq(chosen, kept), mapped, turned, beyond)
    within = (larger,) if half else ()
    side = g.fact("on the side of x", Eq(Abs(at - mapped.formula.lhs), x - chosen), mapped, size_of, *within)
    return g.fact("S(x) is that root", And(stationary(chosen), far(chosen)), equation, least, size_of), side


def compare(g: Graph, penalty: Penalty, mapped: Fact, given: list[Fact]) -> list[Fact]:
    """That no u is better than S(x): up to the threshold, and beyond it."""
    x, chosen, other = Abs(x_in), Abs(MAP), Abs(u)
    no_better = cost(penalty, MAP) <= cost(penalty, u)
    below, beyond = g.case("up to it", x <= penalty.threshold), g.case("beyond the threshold", x > penalty.threshold)
    root, side = place(g, penalty, mapped, beyond)
    known = [root]
    if penalty.name == "half":
        w, q = named("√|S(x)|", "√|u|")
        roots = [g.let(w, sqrt(chosen)), g.let(q, sqrt(other))]
        far = And(w > 0, w**3 > ratio, Eq(2 * w * (x - w**2), ratio))
        in_roots = ratio * w + (w**2 - x) ** 2 / 2 <= ratio * q + (q**2 - x) ** 2 / 2
        known = [g.fact("best, by roots", in_roots, g.fact("in roots", far, root, side, roots[0]), roots[1]), *roots]
    piece = penalty.pieces[0][2]
    best = g.fact("best", objective(piece, chosen, x) <= objective(piece, other, x), *known)
    beyond_it = g.fact("no u is better", no_better, side, best)
    return [g.under(below, g.fact("no u is better than 0", no_better, mapped, below)), g.under(beyond, beyond_it)]
