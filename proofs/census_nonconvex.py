"""Chapter R, continued: the census of stable limits for l0 and transformed l1 (R7.l0, R7.tl1)."""

from __future__ import annotations

from sympy import Abs, And, Eq, Equivalent, Expr, Implies, Symbol, oo

from proofs.census import _TARGET_2, _U_2, ACROSS_SQUARED, NAMES, SETTING, SOME_TANGENT, SPIKE_SIZE, SUMS, Census
from proofs.engine.claim import claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.sentence import All, If, Iff, Part, Root, eq, formula_of, ge, gt, le, lt
from proofs.limits_nonconvex import JUMP, SHAPE, START, branch
from proofs.rules.algebra import total
from proofs.rules.forms import rises
from proofs.splitting import TARGET
from proofs.stability import LEAST_STIFF, NEXT, SLOPE, STABLE, STIFF, STIFFNESS, W_I, W_J
from proofs.symbols import a, beta, kappa, kept_level, multiplier, ratio, spike_sign, star_entry

_L0 = Census(
    "P2",
    {
        "multiplier equation": ACROSS_SQUARED / multiplier**2 + kappa**2 * star_entry**2 / (beta - multiplier) ** 2,
        "spike": kappa * star_entry / (multiplier - beta),
        "threshold": JUMP,
    },
    -kappa * star_entry,
    Part("threshold"),
    W_J,
    lt(kappa * Abs(_TARGET_2), multiplier * Part("threshold")),
    {},
)


@claim(
    id="R7.l0",
    title="All stable limits for l0",
    source="[here]",
    sentence=_L0.sentence,
    definition=Splitting("census", "l0"),
    parts=_L0.parts,
    premises=_L0.premises(),
    names=NAMES | {Part("threshold"): "T"},
    hypotheses=(SOME_TANGENT,),
    setting=f"{SETTING}; no |w̄_i| = T",
)
def R7_l0(d: Derivation) -> None:
    d.cite("R3")
    g = Graph(d)
    ends, _ = _L0.derive(g)
    g.conclude(*ends)


_DRIVE = spike_sign * kappa * star_entry + beta * kept_level
"""N|w̄_j| of a limit with one active entry, for transformed l1."""


def _octic() -> Expr:
    """The polynomial in U whose roots are the fixed points with one active entry, for transformed l1."""
    lifted = kept_level * (a + kept_level) ** 2 + ratio * SHAPE
    return lifted**2 * (ACROSS_SQUARED + _DRIVE**2) - _DRIVE**2 * (a + kept_level) ** 4


_U_I = Symbol("U_i", nonnegative=True)
_SPIKE = Root("a rising", kept_level, eq(Part("multiplier equation"), 0), (START, oo))
_ALONE = All(eq(_U_2, 0), eq(multiplier * SPIKE_SIZE, _DRIVE))


@claim(
    id="R7.tl1",
    title="Stable limits for transformed l1: at most one entry off its upper branch; the spikes as roots of degree 8",
    source="[here]",
    sentence=All(
        If(STABLE, gt(NEXT, 0)),
        If(_ALONE, All(Iff(STABLE, All(gt(multiplier, 0), _SPIKE)), eq(multiplier, Part("multiplier")))),
    ),
    definition=Splitting("census", "tl1"),
    parts={"multiplier equation": _octic(), "multiplier": _DRIVE / SPIKE_SIZE},
    premises={
        "order": All(le(LEAST_STIFF, NEXT), le(NEXT, STIFF)),
        "|w̄_j|": All(eq(SPIKE_SIZE, branch()[0]), eq(Abs(W_J), SPIKE_SIZE), gt(kept_level, START)),
        "D_j": All(eq(SLOPE, branch()[1]), eq(LEAST_STIFF, STIFFNESS)),
        "D_2": If(eq(_U_2, 0), eq(NEXT, multiplier)),
        "D_i": All(
            If(eq(_U_I, 0), All(eq(STIFF, multiplier), eq(multiplier * W_I, kappa * TARGET))),
            If(gt(_U_I, 0), All(gt(_U_I, START), eq(STIFF, STIFFNESS.subs(SLOPE, branch(_U_I)[1])))),
        ),
    },
    names=NAMES | {_U_2: r"\bar u_2"},
    hypotheses=(SOME_TANGENT,),
    setting="‖w̄‖ = ‖w*‖ = 1; D_j is the least D, D_2 that of the others, of which i is any; U = |ū_j|, U_i = |ū_i|, "
    "ρ = λ/β, σ the sign of w̄_j; no |w̄_i| = t",
    remark="where ū_i = 0, κ|w*_i| < Nt (R4.tl1); with ū = 0 w̄ = w*, N = κ; with more active entries, one with "
    "D_j ≤ 0, R7.stability decides",
)
def R7_tl1(d: Derivation) -> None:
    d.cite("R3", "R4.tl1")
    g = Graph(d)
    order, own, d_j, d_2, d_i = map(g.given, R7_tl1.premises)
    alone = g.case("alone", formula_of(_ALONE, {}))
    stable = g.cite("R7.stability", {}, order)
    steep = g.fact("S' ≥ 1", And(SLOPE >= 1, Eq(LEAST_STIFF, STIFFNESS), kept_level > START), own, d_j)
    positive = g.case("N > 0", multiplier > 0)
    squares = Eq(multiplier**2 * W_I**2, kappa**2 * TARGET**2), Eq(multiplier * W_I**2 / STIFF, W_I**2), ge(W_I**2, 0)
    lengths = g.rule("lengths", total, g.fact("an entry", And(*squares), positive, d_i, d_2, order, alone), sums=SUMS)
    own_square = g.fact("w̄_j²", Eq(SPIKE_SIZE**2, W_J**2), own)
    risen = LEAST_STIFF * ACROSS_SQUARED / multiplier**3 + SPIKE_SIZE**2
    form = g.fact("of the length", Equivalent(STABLE, risen > 0), stable, lengths, own_square, d_2, alone, positive)
    root = g.apply(
        "‖w̄‖² rises",
        rises,
        *(own, alone, positive, d_j),
        root=formula_of(_SPIKE, R7_tl1.parts),
        form=ACROSS_SQUARED / multiplier**2 + SPIKE_SIZE**2 - 1,
        factor=(multiplier * SPIKE_SIZE) ** 2 * (a + kept_level) ** 4,
        names={SPIKE_SIZE: branch()[0], SLOPE: branch()[1], multiplier: _DRIVE / branch()[0]},
        slopes={SPIKE_SIZE: 1 / SLOPE, multiplier: (beta - multiplier / SLOPE) / SPIKE_SIZE},
        because="N|w̄_j| = σκw*_j + βU",
    )
    below = g.fact("N ≤ 0", Implies(STABLE, multiplier > 0), d_2, alone, order, stable)
    spike = formula_of(_SPIKE, R7_tl1.parts)
    found = g.fact("a spike", Equivalent(STABLE, spike), form, root, steep, lengths, own_square)
    g.conclude(stable, order, g.under(alone, below), g.under(alone, g.under(positive, found)))
