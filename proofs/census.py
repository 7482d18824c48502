"""Chapter R, continued: the census of stable limits for l1 (R7.l1): the sparse limit, and spikes.

Stable means that Σ D_i x_i² > 0 on the tangent space at w̄, D_i = N − βS'(w̄_i) (R7.stability). An entry is *active* when
ū_i ≠ 0. A spike has one active entry j and N ≤ β; its other entries are κw*_i/N. Entries exactly at a kink or jump of S
are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Abs, And, Eq, Equivalent, Expr, Ge, Implies, Not, Or, Piecewise, Rational, Symbol, diff, sign, symbols
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import claim
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, Either, If, Iff, Part, Root, eq, formula_of, ge, gt, le, lt, ne
from proofs.limits import R9_BOUND
from proofs.rules.algebra import total
from proofs.rules.analysis import sole
from proofs.rules.forms import rises
from proofs.splitting import ENTRY, TARGET, at_entry
from proofs.stability import LEAST_STIFF, NEXT, SLOPE, STABLE, STIFF, STIFFNESS, SUM, W_I, W_J
from proofs.symbols import beta, kappa, lam, multiplier, n, spike_across, spike_along, spike_sign, star_entry

SPIKE_SIZE = Symbol("x_j", positive=True)
"""|w̄_j| of a spike."""

ACROSS_SQUARED = kappa**2 * (1 - star_entry**2)
"""Σ (κw*_i)² over the entries other than a spike's."""

SOME_TANGENT = Ge(n, 2)
"""For n = 1 nothing is tangent, and every fixed point is stable."""

_P, _Q = spike_across ** Rational(2, 3), spike_along ** Rational(2, 3)
_SQUARE = spike_across**2 / multiplier**2 + spike_along**2 / (beta - multiplier) ** 2
LEAST = beta * _P / (_P + _Q)
"""R7.astroid: the N at which the square is least."""

_INSIDE = lt(0, multiplier), lt(multiplier, beta)
_TWO = {
    "the smaller root": Root("the only", multiplier, eq(_SQUARE, 1), (0, LEAST)),
    "the larger root": Root("the only", multiplier, eq(1, _SQUARE), (LEAST, beta)),
}


@claim(
    id="R7.astroid",
    title="Least β at which a spike exists",
    source="[here]",
    sentence=All(
        lt(0, LEAST),
        lt(LEAST, beta),
        eq(_SQUARE.subs(multiplier, LEAST), (Part("threshold") / beta) ** 2),
        If(All(*_INSIDE), ge(_SQUARE, (Part("threshold") / beta) ** 2)),
        If(All(*_INSIDE), Iff(gt(diff(_SQUARE, multiplier), 0), gt(multiplier, LEAST))),
        If(All(*_INSIDE, le(_SQUARE - spike_along**2 / (beta - multiplier) ** 2, 1)), gt(beta, spike_across)),
        If(All(*_INSIDE, le(_SQUARE - spike_across**2 / multiplier**2, 1)), gt(beta, spike_along)),
        If(gt(beta, Part("threshold")), All(*_TWO.values())),
    ),
    definition=Splitting("astroid"),
    parts={"threshold": (_P + _Q) ** Rational(3, 2)},
    names={Part("threshold"): r"\beta_j"},
    setting="A_j = κ√(1 − w*_j²), B_j = λ − sκw*_j for a spike at j of sign s",
    code=("spike_threshold",),
)
def R7_astroid(d: Derivation) -> None:
    g = Graph(d)
    room, ends = g.case("β > β_j", beta > R7_astroid.parts["threshold"]), []
    for name, root in _TWO.items():
        low, high = root.args[3]
        found = g.apply(name, sole, room, equation=root.args[2], over=multiplier, low=low, high=high)
        ends.append(g.under(room, found))
    g.conclude(*ends)


# The census of a map whose slope S' is 0 below its threshold and 1 beyond: l1 and l0.

_W_2, _TARGET_2, U_J, _U_2 = symbols("w_2 w*_2 u_j u_2", real=True)
_ENTRIES = {
    "j": (W_J, star_entry, U_J, LEAST_STIFF),
    "2": (_W_2, _TARGET_2, _U_2, NEXT),
    "i": (W_I, TARGET, ENTRY, STIFF),
}
"""w̄, w*, ū and D of the largest entry |w̄_j|, of the largest other one, and of any other."""

SUMS = {W_I**2: 1 - W_J**2, TARGET**2: 1 - star_entry**2, W_I**2 / STIFF: SUM}
"""Over the entries other than j."""

NAMES = {W_J: r"\bar w_j", U_J: r"\bar u_j", _W_2: r"\bar w_2", _U_2: r"\bar u_2", W_I: r"\bar w_i", ENTRY: r"\bar u_i"}


def _fixed(name: str) -> Boolean:
    """N w̄ = κw* + βū (R3) in one entry."""
    entry, target, kept, _ = _ENTRIES[name]
    return eq(multiplier * entry, kappa * target + beta * kept)


SETTING = (
    "‖w̄‖ = ‖w*‖ = 1; |w̄_j| is the largest, |w̄_2| the largest of the others, of which i is any; ū_i = S(w̄_i), "
    "D_i = N − βS'(w̄_i); stable as in R7.stability"
)


@dataclass(frozen=True)
class Census:
    """The census of the map of a claim: its parts, what (β − N) times the `spike`, |w̄_j| or w̄_j, is, the part that is
    the threshold of |w̄_j|, how small w*_2 is, and what σ is.
    """

    claim_id: str
    parts: dict[str, Expr]
    along: Expr
    level: Part
    spike: Expr
    others: Boolean
    signs: dict[str, Boolean]

    def premises(self) -> dict[str, Boolean]:
        """What D is, where S' is 1 beyond the threshold and 0 below; no entry is at it; the others are at rest."""
        said: dict[str, Boolean] = {}
        level = self.parts[self.level.name]
        for name, (entry, _, _, stiff) in _ENTRIES.items():
            slope = Piecewise((1, Abs(entry) > level), (0, True))
            told = [eq(stiff, STIFFNESS.subs(SLOPE, slope)), ne(Abs(entry), level)]
            said[f"entry {name}"] = All(*told, *([_fixed(name)] if name == "i" else []))
        said["order"] = All(ge(Abs(W_J), Abs(_W_2)), ge(Abs(_W_2), Abs(W_I)))
        return said | self.signs

    @property
    def root(self) -> Root:
        """N of a spike."""
        return Root("a rising", multiplier, eq(Part("multiplier equation"), 1), (0, beta))

    @property
    def sentence(self) -> Boolean:
        """Which fixed points are stable; where an entry rests beyond the threshold, and below it."""
        size, still = Part("spike"), lt(Abs(_W_2), self.level)
        active = gt(Abs(W_J), self.level)
        alone = All(active, still, Either(self.root, All(eq(multiplier, beta), eq(self.along, 0))))
        kinds = Either(gt(multiplier, beta), All(eq(multiplier, kappa), lt(Abs(W_J), self.level)), alone)
        large = gt(size if self.spike.has(Abs) else Abs(size), self.level)
        return All(
            If(_fixed("j"), Iff(STABLE, kinds)),
            If(
                All(lt(0, multiplier), lt(multiplier, beta)),
                Iff(All(_fixed("j"), active), All(eq(self.spike, size), large)),
            ),
            If(
                lt(0, multiplier),
                Iff(All(_fixed("2"), still), All(eq(multiplier * _W_2, kappa * _TARGET_2), self.others)),
            ),
        )

    def derive(self, g: Graph) -> tuple[list[Fact], list[Fact]]:
        """D_i is N − β on active entries and N on the others: R7.stability, with Σ w̄_i²/D_i in N."""
        level, square = self.parts[self.level.name], self.parts["multiplier equation"]
        told = {name: g.given(name) for name in self.premises()}
        on: dict[str, Fact] = {}
        shrunk: dict[str, Fact] = {}
        order, signed = told["order"], [told[name] for name in self.signs]
        for name, (entry, target, kept, stiff) in _ENTRIES.items():
            active = And(Abs(entry) > level, Eq(stiff, multiplier - beta))
            still = [Abs(entry) < level, Eq(stiff, multiplier), Eq(kept, 0)]
            still += [Eq(multiplier * entry, kappa * target)] * (name == "i")
            shrunk[name] = g.cite(self.claim_id, at_entry(entry), value=kept, name=f"ū_{name}")
            on[name] = g.fact(f"active or not: {name}", Or(active, And(*still)), told[f"entry {name}"], shrunk[name])
        stable = g.cite("R7.stability", {}, *on.values(), order)
        beyond = g.case("N > β", multiplier > beta)
        high = g.under(beyond, g.fact("every D_i > 0", STABLE, stable, on["j"], beyond))
        below = g.case("N ≤ β", multiplier <= beta)
        fixed = formula_of(_fixed("j"), {})
        rest = Eq(multiplier**2 * W_I**2, kappa**2 * TARGET**2)

        none = g.case("none active", Abs(W_J) < level)
        at_rest = g.rule("the length", total, g.fact("κw*_i/N", rest, on["i"], order, none), sums=SUMS)
        at_star = Implies(fixed, Equivalent(STABLE, Eq(multiplier, kappa)))
        none_active = g.fact("every D_i is N", at_star, stable, on["j"], on["2"], none, at_rest)

        two = g.case("two active", Abs(_W_2) > level)
        two_active = g.fact("two D_i ≤ 0", Not(STABLE), stable, on["j"], on["2"], order, two, below)

        one = g.case("one active", And(Abs(W_J) > level, Abs(_W_2) < level))
        rising, ahead = g.case("N > 0", multiplier > 0), multiplier * W_I**2 / STIFF
        others = g.fact("the others", And(rest, Eq(ahead, W_I**2)), on["i"], order, one, rising)
        length = g.under(rising, g.rule("lengths", total, others, sums=SUMS))
        share = (1 - W_J**2) / multiplier < W_J**2 / (beta - multiplier)
        known = (on["j"], on["2"], one, below)
        form = g.fact(
            "of the length",
            Equivalent(STABLE, And(multiplier > 0, Or(Eq(multiplier, beta), share))),
            *(stable, length, *known),
        )
        pulled = Implies(fixed, Eq((beta - multiplier) * self.spike, self.along))
        own = g.fact("(β − N)w̄_j", pulled, one, shrunk["j"], *signed)
        root, edge = formula_of(self.root, self.parts), And(Eq(multiplier, beta), Eq(self.along, 0))
        slope_ = g.apply("a rising root", rises, root=root, form=square - 1)
        alone = g.fact("one rising", Implies(fixed, Equivalent(STABLE, Or(root, edge))), form, own, slope_, length)
        low = [(none, none_active), (two, two_active), (one, alone)]
        ends = [g.under(case, g.under(below, fact) if below.name in fact.rests else fact) for case, fact in low]
        spike = formula_of(self.sentence.args[1], self.parts)
        large = g.fact("a spike", spike, shrunk["j"], *signed)
        return [high, *ends, on["j"], on["2"], large], [on["i"], order, slope_]


_ALONG_L1 = lam - spike_sign * kappa * star_entry
_L1 = Census(
    "P1",
    {
        "multiplier equation": ACROSS_SQUARED / multiplier**2 + _ALONG_L1**2 / (beta - multiplier) ** 2,
        "spike": _ALONG_L1 / (beta - multiplier),
        "active threshold": lam / beta,
        "inactive threshold": R9_BOUND,
    },
    _ALONG_L1,
    Part("active threshold"),
    Abs(W_J),
    lt(Abs(_TARGET_2), Part("inactive threshold")),
    {"σ": eq(spike_sign, sign(W_J))},
)
_ONE = If(All(_fixed("j"), STABLE, lt(lam, kappa * Abs(TARGET))), gt(multiplier, beta))


@claim(
    id="R7.l1",
    title="All stable limits for l1",
    source="[here]",
    sentence=All(_L1.sentence, _ONE),
    definition=Splitting("census", "l1"),
    parts=_L1.parts,
    premises=_L1.premises(),
    names=NAMES,
    hypotheses=(SOME_TANGENT,),
    setting=f"{SETTING}; no |w̄_i| = λ/β",
)
def R7_l1(d: Derivation) -> None:
    d.cite("R3")
    g = Graph(d)
    ends, others = _L1.derive(g)
    alone = g.fact("λ < κ|w*_i|", formula_of(_ONE, {}), *ends[1:6], *others)
    g.conclude(*ends, alone)
