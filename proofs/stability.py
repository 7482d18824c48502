"""Chapter R, continued: the rate at a fixed point (R8), and when a fixed point is stable (R7.stability)."""

from __future__ import annotations

import sympy
from sympy import And, Derivative, Expr, Gt, Implies, Integer, Symbol, cos, oo, sin, sqrt, symbols
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import claim
from proofs.engine.combinations import coefficient, inner
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.sentence import All, Either, If, Iff, Is, Part, Same, Term, eq, formula_of, gt, le, lt, ne
from proofs.rules.algebra import total
from proofs.rules.forms import definite, tried
from proofs.rules.gradients import linearized
from proofs.splitting import ENTRY, TARGET, U_VECTOR, descent_step
from proofs.symbols import alpha, beta, curvature, eta, kappa, multiplier, step, w_star


def soft_spectrum() -> dict[str, Boolean]:
    """l1: P diag(1_J) on a tangent vector, which mixes √(1−q²)a − qb, R^J off a and the rest off b.

    w̄ = q a + √(1−q²) b, a along w̄_J, b along the rest, all of length 1.
    """
    part = Symbol("q_J", positive=True)
    on, off, inside, outside = symbols("a_J b_J t_J t_0")
    rest = sqrt(1 - part**2)
    gram = {(vector, vector): Integer(1) for vector in (on, off, inside, outside)}
    w, mixed = part * on + rest * off, rest * on - part * off

    def masked(vector: Expr) -> Expr:
        kept = coefficient(vector, on) * on + coefficient(vector, inside) * inside
        return kept - sympy.UnevaluatedExpr(inner(kept, w, gram)) * sympy.UnevaluatedExpr(w)

    return {
        "l1: μ = 1 on every t_J, |J| − 1 times": Same(masked(inside), inside),
        "1 − q_J² once": Same(masked(mixed), (1 - part**2) * mixed),
        "and 0 on every t_0, n − |J| − 1 times": Same(masked(outside), 0 * outside),
    }


_FACTOR = (1 + step * beta * curvature) / (1 + step * multiplier)


def contraction() -> dict[str, Boolean]:
    """When the factor is a contraction, and how it depends on τ = η/(1 − η(α+β))."""
    ends, positive = beta * curvature / multiplier, Symbol("multiplier", positive=True)
    gap = multiplier - beta * curvature
    return {
        "a contraction exactly for N > βμ": sympy.Equivalent(_FACTOR < 1, beta * curvature < multiplier),
        "the factor is > 0": Gt(_FACTOR, 0, evaluate=False),
        "1 less the factor": eq(1 - _FACTOR, step * gap / (1 + step * multiplier)),
        "it falls in τ": Implies(gap > 0, Derivative(_FACTOR, step) < 0),
        "to its limit": eq(sympy.Limit(_FACTOR.subs(multiplier, positive), step, oo), ends.subs(multiplier, positive)),
        "τ rises in η": Implies(eta * (alpha + beta) < 1, Derivative(eta / (1 - eta * (alpha + beta)), eta) > 0),
        "at η* = 1/(α+β) the step is along κw* + βu": Same(
            sympy.Subs(descent_step(), eta, 1 / (alpha + beta)), (kappa * w_star + beta * U_VECTOR) / (alpha + beta)
        ),
    }


@claim(
    id="R8",
    title="The rate: an eigenvalue of the step's derivative at a fixed point",
    source="[here]",
    subject=r"\frac{1}{\|t\|^2}\,t^\top\frac{\partial w^+}{\partial w}\Big|_{\bar w}t",
    definition=Splitting("rate"),
    statement=_FACTOR,
    hypotheses=(Gt(1 + step * multiplier, 0),),
    besides=lambda: soft_spectrum() | contraction(),
    setting="S differentiable at the entries of w̄; t ⟂ w̄ an eigenvector: P diag(S'(w̄)) t = μt, P the projector off w̄; "
    "μ ≥ 0 as S does not fall (P6.gradient); for l1 w̄ = q_J a_J + √(1 − q_J²) b_J, of unit vectors a_J and t_J ⟂ "
    "a_J on the active entries J, b_J and t_0 ⟂ b_J off them",
    remark="∂w⁺/∂w t is t times this",
)
def R8(d: Derivation) -> None:
    d.open(linearized)
    d.cite("P6.gradient")
    d.evaluate("The limit")
    d.conclude(R8.formula)


_REST, SUM, _CROSS, LEAST_STIFF, _SIZE = symbols("B_x A_w s D_j E", real=True)
"""Over the entries other than j: Σ D_i x_i², Σ w_i²/D_i, Σ w_i x_i; D_j, the least of all; and Σ x_i²."""

W_J, _X_J, W_I, _X_I = symbols("w_j x_j w_i x_i", real=True)
NEXT, STIFF = symbols("D_2 D_i", real=True)
"""The least D of an entry other than j, and any."""

_W_NEXT, SLOPE, _TANGENT_I = symbols("w_2 S_slope t_i", real=True)

STIFFNESS = multiplier - beta * SLOPE
"""R7.stability: D_i; `S_slope` is S'(w̄_i)."""

STABLE = Is("stable", Term(r"\bar w"))

CASES = Either(
    gt(LEAST_STIFF, 0),
    All(lt(LEAST_STIFF, 0), gt(NEXT, 0), lt(Part("secular sum"), 0)),
    All(eq(LEAST_STIFF, 0), ne(W_J, 0), gt(NEXT, 0)),
)
"""R7.stability: where that is so."""

_NAMES = {
    **{SLOPE: r"S'(\bar w_i)", SUM: r"\textstyle\sum_{i\ne j}\bar w_i^2/D_i", W_J: r"\bar w_j"},
    **{NEXT: r"\min_{i\ne j}D_i", W_I: r"\bar w_i", ENTRY: r"\bar u_i"},
}


def _bent() -> Expr:
    """d²/ds² of H's part in one entry, along cos s w̄ + sin s t at s = 0: its slope is κw*_i + βū_i (R1), then βS'."""
    angle = Symbol("s", real=True)
    moved = cos(angle) * W_I + sin(angle) * _TANGENT_I - W_I
    height = (kappa * TARGET + beta * ENTRY) * moved + beta * SLOPE / 2 * moved**2
    return sympy.expand(height.diff(angle, 2).subs(angle, 0))


@claim(
    id="R7.stability",
    title="Second-order stability of a fixed point on the sphere",
    source="[here]",
    sentence=All(
        Iff(STABLE, CASES),
        If(
            All(
                eq(multiplier * W_I, kappa * TARGET + beta * ENTRY),
                ne(_TANGENT_I, 0),
                eq(_bent(), multiplier * (_TANGENT_I**2 - W_I**2) - STIFF * _TANGENT_I**2),
            ),
            eq(STIFF, Part("stiffness")),
        ),
    ),
    definition=Splitting("stability"),
    parts={"stiffness": STIFFNESS, "secular sum": SUM + W_J**2 / LEAST_STIFF},
    premises={"D_j is least": le(LEAST_STIFF, NEXT), "of the others": le(NEXT, STIFF)},
    names=_NAMES,
    setting="stable is Σ D_i x_i² > 0 for every x ≠ 0 orthogonal to w̄; ‖w̄‖ = 1, 1 + τN > 0, S differentiable at the "
    "entries of w̄; n ≥ 2: for n = 1 nothing is orthogonal to w̄. −Σ D_i t_i² is d²/ds² of H along cos s w̄ + sin s t, "
    "‖t‖ = 1: what N(t_i² − w̄_i²) adds to an entry sums to 0",
)
def R7_stability(d: Derivation) -> None:
    g = Graph(d)
    least, others = g.given("D_j is least"), g.given("of the others")
    cases = formula_of(CASES, R7_stability.parts)
    on_j, on_i, along = (LEAST_STIFF, W_J, _X_J), (STIFF, W_I, _X_I), W_J * _X_J
    sums = {STIFF * _X_I**2: _REST, W_I * _X_I: _CROSS, _X_I**2: _SIZE, W_I**2 / STIFF: SUM}
    rest = g.rule("Σ D_i x_i²", total, g.fact("an entry", NEXT * _X_I**2 <= STIFF * _X_I**2, others), sums=sums)
    turned = g.fact("a square", -2 * along * W_I * _X_I <= _X_I**2 + along**2 * W_I**2)
    unit = g.rule("Σ w̄_i x_i", total, turned, sums=sums | {W_I**2: 1 - W_J**2}, because="‖w̄‖ = 1")
    stiff = g.case("the others are stiff", NEXT > 0)
    pushed = 2 * LEAST_STIFF * along * W_I * _X_I <= W_J**2 * STIFF * _X_I**2 + (LEAST_STIFF * _X_J * W_I) ** 2 / STIFF
    square = g.fact("another square", And(pushed, W_I**2 / STIFF >= 0), others, stiff)
    schwarz = g.under(stiff, g.rule("A", total, square, sums=sums))
    enough = g.apply(
        "in these cases",
        definite,
        *(least, rest, unit, schwarz),
        positive=STABLE,
        given=cases,
        entries=[on_j, on_i],
        sums=sums,
    )
    tries = {
        "w̄_2 e_j − w̄_j e_2": [(LEAST_STIFF, W_J, _W_NEXT), (NEXT, _W_NEXT, -W_J)],
        "e_j": [(LEAST_STIFF, W_J, Integer(1))],
        "w̄_i/D_i, and −A/w̄_j": [(LEAST_STIFF, W_J, -SUM / W_J), (STIFF, W_I, W_I / STIFF)],
    }
    squares = {W_I**2 / STIFF: SUM, (W_I / STIFF) ** 2: Symbol("Σ w̄_i²/D_i²", nonnegative=True)}
    found = [g.rule(name, tried, positive=STABLE, entries=told, sums=squares) for name, told in tries.items()]
    g.conclude(enough, *found, others)
