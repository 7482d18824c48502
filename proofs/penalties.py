"""Chapter P: penalties, their proximal maps and Moreau envelopes.

==================  ==================================================================================
symbol              meaning
==================  ==================================================================================
``p(|u|)``          a penalty of one entry, p(0) = 0; P(u) is the sum over the entries
``ρ = λ/β``         the ratio of a proximal map, ρ > 0
``S(x)``            argmin over u of F(u) = ρ p(|u|) + ½(u − x)², x real
``e(w)``            min over u of λ p(|u|) + (β/2)(w − u)²
``h(w)``            (β/2)w² − e(w)
``a, γ``            shapes of the transformed l1 and SCAD penalties, and of the minimax concave one
==================  ==================================================================================

The penalties are declared in `proofs.penalty_forms`; the chain that derives a proximal map is `proofs.proximal`. For
each penalty the claims are made here: its map (P1, P2, P3, P7.name), displacement (P5.name) and envelope (P6.name). How
the transformed l1 penalty depends on its shape is the subject of `proofs.penalty_limits`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sympy import Abs, And, Eq, Expr, Integer, Le, Max, Min, Piecewise, Rational, oo, sqrt
from sympy.logic.boolalg import Boolean

from proofs import cubic
from proofs.engine.claim import Claim, claim, get
from proofs.engine.definitions import Displacement, Envelope, ProximalMap
from proofs.engine.derivation import Derivation, vanishes
from proofs.engine.graph import Graph
from proofs.engine.residual import decide_zero
from proofs.engine.sentence import All, If, Part, Tends, eq, gt, le
from proofs.naming import plain
from proofs.penalty_forms import HALF, L0, MCP, PENALTIES, SCAD, TL1, Penalty, size
from proofs.proximal import MAP, compared, derive_map
from proofs.rules.analysis import tends
from proofs.rules.gradients import cost_of
from proofs.symbols import a, beta, gamma, lam, ratio, u, x_in

_MAPS = {"l1": "P1", "l0": "P2", "tl1": "P3"}
_JUMPS = {
    "l0": "at |x| = √(2ρ) both 0 and x are minimizers; the form takes 0",
    "tl1": "where ρ > a²/(2(a+1)), both 0 and √(2ρ(a+1)) − a are minimizers at the threshold; the form takes 0",
    "mcp": "where ρ > γ, both 0 and x are minimizers at the threshold; for ρ = γ, all of [0, γ] are; the form takes 0",
    "scad": "where ρ > a − 1 there is a jump, at which two minimizers are equally good; for ρ = a − 1, all of [1, a] "
    "are at x = a; the form takes the smallest",
    "half": "at the threshold both 0 and ρ^(2/3) are minimizers; the form takes 0",
}
_TIES: dict[str, tuple[tuple[Boolean, Expr], ...]] = {
    "l0": ((Eq(x_in, L0.threshold), x_in),),
    "tl1": ((And(Eq(x_in, TL1.threshold), ratio > a**2 / (2 * (a + 1))), sqrt(2 * ratio * (a + 1)) - a),),
    "mcp": (
        (And(Eq(x_in, MCP.threshold), ratio > gamma), x_in),
        (And(Eq(ratio, gamma), Eq(x_in, gamma), u >= 0, u <= gamma), u),
    ),
    "scad": (
        (And(Eq(x_in, SCAD.threshold), ratio >= a + 1), x_in),
        (And(Eq(x_in, (a + 1 + ratio) / 2), ratio >= a - 1, ratio <= a + 1), x_in),
        (And(Eq(ratio, a - 1), Eq(x_in, a), u >= 1, u <= a), u),
    ),
    "half": ((Eq(x_in, HALF.threshold), ratio ** Rational(2, 3)),),
}
"""For x > 0, where another u is as good as S(x), and which: `_JUMPS` as formulas."""


def map_id(name: str) -> str:
    """Id of the claim that states a penalty's proximal map."""
    return _MAPS.get(name, f"P7.{name}")


def envelope_id(name: str) -> str:
    """Id of the claim that states a penalty's Moreau envelope."""
    return f"P6.{name}"


def displacement_id(name: str) -> str:
    """Id of the claim that bounds |x − S(x)|."""
    return f"P5.{name}"


def _supposed(penalty: Penalty) -> dict[str, Any]:
    """What every claim about a penalty declares: its source, and its hypotheses, each a premise as well."""
    hypotheses = penalty.hypotheses
    return {"source": penalty.source, "hypotheses": hypotheses, "premises": {plain(one): one for one in hypotheses}}


# Proximal maps: P1, P2, P3 and P7.


def _map(penalty: Penalty, d: Derivation) -> None:
    mine = get(map_id(penalty.name))
    compare = cubic.compare if penalty.name in cubic.MAPS else compared
    derive_map(d, penalty, mine.formula, mine.printed, compare, _TIES.get(penalty.name, ()))


def register_map(penalty: Penalty) -> Claim:
    """Claim the proximal map of a penalty."""
    return claim(
        id=map_id(penalty.name),
        title=f"Proximal map of {penalty.title}",
        subject="S(x)",
        definition=ProximalMap(penalty.on_reals),
        statement=penalty.proximal if penalty.stable is None else penalty.stable,
        printed=penalty.printed if penalty.stable is None else penalty.proximal,
        setting=_JUMPS.get(penalty.name, ""),
        code=("proximal_map", "penalty_value"),
        **_supposed(penalty),
    )(partial(_map, penalty))


# Displacement: P5. A penalty whose map moves points arbitrarily far has no such claim.


def _displacement(penalty: Penalty, d: Derivation) -> None:
    g = Graph(d)
    mapped = g.cite(map_id(penalty.name), {}, *map(g.given, g.premises), value=MAP)
    limits = [g.apply("far out", tends, f=f, over=size, to=oo) for f in _far_out(penalty, penalty.farthest)]
    if penalty.name not in cubic.MAPS:
        g.conclude(mapped, *limits)
        return
    beyond = g.case("beyond the threshold", Abs(x_in) > penalty.threshold)
    gap = g.fact(
        "the gap", Abs(x_in - MAP) <= Min(Abs(x_in), penalty.farthest), *cubic.place(g, penalty, mapped, beyond)
    )
    g.conclude(mapped, g.under(beyond, gap))


def _edges(penalty: Penalty) -> list[Expr]:
    """The ends of branches at which |x| − |S(x)| is as large as it gets, if that is not the threshold."""
    ends = zip(penalty.branches, penalty.edges, strict=False)
    return [edge for (gap, _), edge in ends if decide_zero(gap.subs(size, edge) - penalty.farthest).zero]


def _far_out(penalty: Penalty, farthest: Expr) -> list[Expr]:
    """What tends to 0 as |x| → ∞, if it is largest there."""
    inside = penalty.displacement is None or _edges(penalty)
    return [] if inside else [penalty.branches[-1][0] - farthest]


def _reached(penalty: Penalty) -> Boolean:
    """Where |x − S(x)| is δ, or what it is where it comes near."""
    bound, moved = Part("bound"), Abs(x_in - MAP)
    if penalty.displacement is None:
        return If(le(Abs(x_in), bound), eq(MAP, 0))
    for edge in _edges(penalty):
        return If(eq(Abs(x_in), edge), eq(moved, bound))
    (far,) = _far_out(penalty, bound)
    last = If(gt(Abs(x_in), Max(penalty.threshold, *penalty.edges)), eq(moved, (far + bound).subs(size, Abs(x_in))))
    return All(last, Tends(far, Integer(0), (size, oo)))


def register_displacement(penalty: Penalty) -> Claim:
    """Claim the bound on |x − S(x)| of a penalty that has one, and where it is reached."""
    return claim(
        id=displacement_id(penalty.name),
        title=f"Displacement by the proximal map of {penalty.name}",
        sentence=All(le(Abs(x_in - MAP), Min(Abs(x_in), Part("bound"))), _reached(penalty)),
        definition=Displacement(penalty.name),
        parts={"bound": penalty.farthest},
        names={Part("bound"): r"\delta"},
        **_supposed(penalty),
    )(partial(_displacement, penalty))


# Moreau envelopes: P6.


def _envelope(penalty: Penalty, d: Derivation) -> None:
    d.open(cost_of, "its minimum over all real u")
    spent = d.reached("step()")
    cases = [] if penalty.threshold == 0 else [(beta * size**2 / 2, Le(size, penalty.threshold))]
    for (gap, condition), (_, _, piece) in zip(penalty.branches, penalty.pieces, strict=True):
        cases.append((lam * piece.subs(u, size - gap) + beta * gap**2 / 2, condition))
    value = Piecewise(*cases).subs(size, abs(x_in)).subs(ratio, lam / beta)
    if penalty.prove is None:
        _least_cost(penalty, d, spent, value)
    else:
        d.cite(map_id(penalty.name))
        same = vanishes("S(x) as cited − by branches", get(map_id(penalty.name)).formula - penalty.proximal)
        d.step("The cost at S(x)", value, "in each branch p is the piece in which S(x) lands", same)
    d.conclude(get(envelope_id(penalty.name)).formula)


def _least_cost(penalty: Penalty, d: Derivation, spent: Expr, value: Expr) -> None:
    """Go on with the cost at S(x), which no u is below."""
    g, there = Graph(d), spent.xreplace({u: MAP})
    given = [g.given(name) for name in g.premises]
    cited = partial(g.cite, map_id(penalty.name), {ratio: lam / beta}, *given, value=MAP)
    mapped, best = cited(), cited(name="no u is better", meant=True)
    behind = [mapped, *given]
    if penalty.name in cubic.MAPS:  # of which the formula does not show that S(x) is on the side of x
        behind.append(g.fact("on the side of x", MAP * x_in >= 0, g.instance("nor is −S(x)", best, {u: -MAP})))
    costs = g.fact("the cost there", Eq(there, value, evaluate=False), *behind)
    g.least(mapped, u, best, value=costs)


def register_envelope(penalty: Penalty) -> Claim:
    """Claim the Moreau envelope of a penalty in closed form."""
    form = penalty.envelope if penalty.stable_envelope is None else penalty.stable_envelope
    return claim(
        id=envelope_id(penalty.name),
        title=f"Moreau envelope of {penalty.title}",
        subject=r"\min_u\ \lambda p(|u|) + \tfrac{\beta}{2}(x-u)^2",
        definition=Envelope(penalty.name),
        statement=form.subs(ratio, lam / beta),
        code=("moreau_envelope",),
        **_supposed(penalty),
    )(partial(_envelope, penalty))


for _penalty in PENALTIES.values():
    register_map(_penalty)
    if _penalty.farthest != oo:
        register_displacement(_penalty)
    register_envelope(_penalty)
