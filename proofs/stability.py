"""Chapter R, continued: the rate at a fixed point (R8), and when a fixed point is stable (R7.stability)."""

from __future__ import annotations

from sympy import And, Eq, Expr, Gt, Integer, Ne, Or, Symbol, cos, expand, limit, oo, simplify, sin, sqrt, symbols

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation, Obligation, coefficient, inner, vanishes
from proofs.engine.sentence import All, Either, Iff, Is, Part, Term, eq, gt, lt, ne
from proofs.engine.smt import follows
from proofs.splitting import ENTRY, F_VECTOR, TARGET, U_VECTOR, X_OTHER, X, descent_step
from proofs.symbols import alpha, beta, curvature, eta, kappa, multiplier, step, w_hat, w_star

_TANGENT, _CHANGE = symbols("t y")


@claim(
    id="R8",
    title="The rate: an eigenvalue of the step's derivative at a fixed point",
    source="[here]",
    subject=(
        r"P\,\mathrm{diag}(S'(\bar w))\,t=\mu t\ \Rightarrow\ "
        r"\frac{\partial w^+}{\partial w}\Big|_{\bar w}t=\mathrm{factor}\cdot t,\quad\mathrm{factor}"
    ),
    definition=Splitting("rate"),
    statement=(1 + step * beta * curvature) / (1 + step * multiplier),
    hypotheses=(Gt(1 + step * multiplier, 0),),
    setting="S differentiable at the entries of w̄; t ⟂ w̄, P the projector off w̄",
)
def R8(d: Derivation) -> None:
    d.cite("R3")
    h, overlap, square = symbols("h q Y", real=True)
    d.begin("d/dh of normalize(z + h y) at h = 0: z = (1 + τN)w̄ (R3), y = t + τβ diag(S'(w̄)) t")
    length = 1 + step * multiplier
    gram = {(w_hat, w_hat): Integer(1), (w_hat, _CHANGE): overlap, (_CHANGE, _CHANGE): square}
    moved = length * w_hat + h * _CHANGE
    norm = sqrt(inner(moved, moved, gram))
    slope = _CHANGE / length - overlap / length * w_hat
    d.step(
        "The derivative is Py/(1 + τN)",
        slope,
        "q = ⟨w̄, y⟩; the norm at h = 0 is 1 + τN > 0",
        vanishes("‖z‖² − (1 + τN)²", norm.subs(h, 0) ** 2 - length**2),
        vanishes("derivative − form", _derivative_of_direction(moved, norm, length, h) - slope),
        vanishes("⟨w̄, form⟩", inner(slope, w_hat, gram)),
    )
    along = Symbol("D_t_w", real=True)
    gram_t = {(w_hat, w_hat): Integer(1), (w_hat, F_VECTOR): along, (w_hat, _TANGENT): Integer(0)}
    change = _TANGENT + step * beta * F_VECTOR
    projected = (change - inner(change, w_hat, gram_t) * w_hat) / length
    eigen = projected.subs(F_VECTOR, curvature * _TANGENT + along * w_hat)
    d.step(
        "On an eigenvector",
        expand(eigen),
        "diag(S')t = μt + ⟨w̄, diag(S')t⟩w̄, t ⟂ w̄: the derivative is a multiple of t",
        vanishes("no component along w̄", coefficient(eigen, w_hat)),
    )
    d.apply("The factor", lambda vector: coefficient(vector, _TANGENT))
    d.conclude(R8.formula)
    soft_spectrum(d)
    in_the_step(d)


def _derivative_of_direction(moved: Expr, norm: Expr, length: Expr, h: Symbol) -> Expr:
    """d/dh of moved/norm at h = 0, where the norm is `length`."""
    root = Symbol("norm", positive=True)
    inside = norm**2
    slope = (moved.diff(h) * inside - moved * inside.diff(h) / 2) / root**3
    return slope.subs(h, 0).subs(root, length)


def soft_spectrum(d: Derivation) -> None:
    """l1: the spectrum of P diag(1_J) P on the tangent space."""
    part = Symbol("q_J", positive=True)
    on, off, inside, outside = symbols("a_J b_J a_perp b_perp_J")
    rest = sqrt(1 - part**2)
    gram = {(vector, vector): Integer(1) for vector in (on, off, inside, outside)}
    w = part * on + rest * off
    mixed = rest * on - part * off

    def masked(vector: Expr) -> Expr:
        kept = coefficient(vector, on) * on + coefficient(vector, inside) * inside
        return kept - inner(kept, w, gram) * w

    owes = [
        vanishes("the mixed vector is tangent", inner(mixed, w, gram)),
        vanishes("1 − Σ_J w_i² on it", masked(mixed) - (1 - part**2) * mixed),
        vanishes("1 on R^J off w_J", masked(inside) - inside),
        vanishes("0 off J and off w", masked(outside)),
        vanishes("these are tangent", inner(inside, w, gram) ** 2 + inner(outside, w, gram) ** 2),
    ]
    d.step(
        "l1: S' = 1 on the active set J, 0 off it",
        "μ = 1 (|J| − 1 times), 1 − Σ_J w̄_i² (once), 0 (n − |J| − 1 times); J empty: 0; J everything: 1",
        "w̄ = q a + √(1−q²) b, a along w̄_J, b along the rest, q² = Σ_J w̄_i²; a tangent vector mixes √(1−q²)a − qb, "
        "R^J off a and the rest off b",
        owes,
    )


def _monotone() -> Obligation:
    """Minimizers u at x and v at y are in the order of x and y, whatever the penalty."""
    other, p_u, p_v = symbols("v_i p_u p_v", real=True)
    return follows(
        "S is nondecreasing: (x − y)(u − v) ≥ 0",
        (X - X_OTHER) * (ENTRY - other) >= 0,
        p_u + beta / 2 * (X - ENTRY) ** 2 <= p_v + beta / 2 * (X - other) ** 2,
        p_v + beta / 2 * (X_OTHER - other) ** 2 <= p_u + beta / 2 * (X_OTHER - ENTRY) ** 2,
    )


def in_the_step(d: Derivation) -> None:
    """When the factor is a contraction, and how it depends on τ and η."""
    factor_, shrink = get("R8").formula, 1 - eta * (alpha + beta)
    fastest = (descent_step() - eta * (kappa * w_star + beta * U_VECTOR)).subs(eta, 1 / (alpha + beta))
    bounds = [beta * curvature < multiplier]
    ends = beta * curvature / multiplier
    positive = Symbol("multiplier", positive=True)
    slope = (beta * curvature - multiplier) / (1 + step * multiplier) ** 2
    d.step(
        "Contraction, and the fastest step",
        ends,
        "the derivative is symmetric on w̄^⊥, so errors shrink by the largest factor in the end; N > βμ ≥ 0 (S is "
        "nondecreasing, so μ ≥ 0); it falls in τ, and τ = η/(1 − η(α+β)) rises to ∞ "
        "as η → 1/(α+β): η* = 1/(α+β), where w⁺ is the direction of κw* + βu",
        _monotone(),
        follows("0 < factor < 1", And(factor_ > 0, factor_ < 1), bounds),
        follows("only then, at 1 + τN > 0", beta * curvature < multiplier, 1 + step * multiplier > 0, factor_ < 1),
        vanishes("slope in τ", factor_.diff(step) - slope),
        follows("it is negative", slope < 0, bounds),
        vanishes("limit τ → ∞", limit(factor_.subs(multiplier, positive), step, oo) - ends.subs(multiplier, positive)),
        vanishes("dτ/dη − 1/(1 − η(α+β))²", (eta / shrink).diff(eta) - 1 / shrink**2),
        vanishes("the step at η* − (κw* + βu)/(α+β)", fastest),
    )


_REST, _SUM, _CROSS, _DEFICIT = symbols("B A s d", real=True)
"""Over the entries other than j: Σ D_i x_i², Σ w_i²/D_i, Σ w_i x_i; and d = −D_j."""

_W_J, _X_J = symbols("w_j x_j", real=True)

_SLOPE = Symbol("S_slope", real=True)

STIFFNESS = multiplier - beta * _SLOPE
"""R7.stability: D_i; `S_slope` is S'(w̄_i)."""

SECULAR = _SUM - _W_J**2 / _DEFICIT
"""R7.stability: Σ w̄_i²/D_i where D_j = −d < 0 alone is negative; A is the sum over the others."""

_NAMES = {_SLOPE: r"S'(\bar w_i)", _SUM: r"\textstyle\sum_{i\ne j}\bar w_i^2/D_i", _W_J: r"\bar w_j", _DEFICIT: "d"}

_D_J, _OTHERS = Term("D_j"), Term(r"\text{every other }D_i")


@claim(
    id="R7.stability",
    title="Second-order stability of a fixed point on the sphere",
    source="[here]",
    kind=Kind.EQUIVALENCE,
    sentence=All(
        Iff(
            Is("positive", Term(r"\mathrm{diag}(D)")),
            Either(
                gt(Term(r"\text{every }D_i"), 0),
                All(eq(_D_J, -_DEFICIT), lt(-_DEFICIT, 0), gt(_OTHERS, 0), lt(Part("secular sum"), 0)),
                All(eq(_D_J, 0), ne(_W_J, 0), gt(_OTHERS, 0)),
            ),
        ),
        eq(Term("D_i"), Part("stiffness")),
    ),
    definition=Splitting("stability"),
    parts={"stiffness": STIFFNESS, "secular sum": SECULAR},
    names=_NAMES,
    setting="‖w̄‖ = 1, 1 + τN > 0, S differentiable at the entries of w̄; for n = 1 nothing is orthogonal to w̄, and "
    "every sign of D_1 is among the cases",
)
def R7_stability(d: Derivation) -> None:
    d.cite("R1", "R3", "R8")
    second_variation(d)
    gap = multiplier - beta * curvature
    d.step(
        "In terms of the step",
        step * gap / (1 + step * multiplier),
        "1 minus the factor of R8; N − βμ is an eigenvalue of diag(D) on w̄^⊥: all are positive exactly when every "
        "factor is < 1",
        vanishes("1 − factor − form", 1 - get("R8").formula - step * gap / (1 + step * multiplier)),
        follows("one sign", gap > 0, step * gap / (1 + step * multiplier) > 0, 1 + step * multiplier > 0),
        follows("and back", step * gap / (1 + step * multiplier) > 0, gap > 0, 1 + step * multiplier > 0),
        follows("no factor is ≤ 0, as μ ≥ 0 (R8)", get("R8").formula > 0, 1 + step * multiplier > 0),
    )
    one_negative(d)
    fails(d)
    d.conclude_argument(
        "these cases exhaust the signs of the D_i; with two D_i < 0, or one and "
        "Σ w̄_i²/D_i > 0, H grows in some direction and the point repels"
    )


def second_variation(d: Derivation) -> None:
    """H along the great circle cos s w̄ + sin s t."""
    angle, entry, tangent, value = symbols("s_angle w_i t_i u_i", real=True)
    slope = _SLOPE
    d.begin("d²/ds² H(cos s w̄ + sin s t) at s = 0, t ⟂ w̄, ‖t‖ = 1")
    moved = cos(angle) * entry + sin(angle) * tangent
    gradient = kappa * TARGET + beta * value
    height = gradient * (moved - entry) + beta * slope / 2 * (moved - entry) ** 2
    form = beta * slope * tangent**2 - gradient * entry
    d.step(
        "It is −Σ D_i t_i²",
        form,
        "one entry: H has the gradient (R1) κw*_i + βu_i = N w̄_i and second derivative βS'; summed, Σ βS' t_i² − N "
        "with ‖w̄‖ = ‖t‖ = 1",
        vanishes("second derivative of one entry − form", height.diff(angle, 2).subs(angle, 0) - form),
        vanishes("first derivative", height.diff(angle).subs(angle, 0) - gradient * tangent),
        vanishes(
            "form + D t² at the fixed point, N(t² − w̄²) summing to 0",
            form.subs(value, (multiplier * entry - kappa * TARGET) / beta)
            + (multiplier - beta * slope) * tangent**2
            - multiplier * (tangent**2 - entry**2),
        ),
    )
    bent = height.diff(angle, 2).subs(angle, 0).subs(value, (multiplier * entry - kappa * TARGET) / beta)
    # Σ w̄_i² = Σ t_i² = 1, so N w̄_i² may be counted as N t_i².
    d.hold("stiffness", STIFFNESS, expand(-expand(bent).subs(entry, tangent) / tangent**2), "of −t_i²")


def one_negative(d: Derivation) -> None:
    """The cases with at most one D_j ≤ 0 in which the form is positive."""
    entry, tangent, weight, share = symbols("w_i x_i D_i t", real=True)
    tangency = Eq(_W_J * _X_J, -_CROSS)
    facts = [_REST >= 0, _SUM >= 0, _CROSS**2 <= _SUM * _REST, tangency]
    d.step(
        "Positive in the cases listed",
        "Q = B + D_j x_j², w_j x_j = −s: B = Σ D_i x_i², A = Σ w_i²/D_i, s = Σ w_i x_i over i ≠ j, where D_i > 0",
        "s² ≤ AB (Cauchy–Schwarz); Q = 0 leaves B = 0, so x_i = 0 for i ≠ j, and then x_j = 0 if w_j ≠ 0",
        vanishes(
            "D_i(x_i − t w_i/D_i)² expands",
            weight * (tangent - share * entry / weight) ** 2
            - (weight * tangent**2 - 2 * share * entry * tangent + share**2 * entry**2 / weight),
        ),
        follows(
            "so B − 2ts + t²A ≥ 0 at t = s/A gives s² ≤ AB",
            _CROSS**2 <= _SUM * _REST,
            _SUM > 0,
            Eq(share, _CROSS / _SUM),
            _REST - 2 * share * _CROSS + share**2 * _SUM >= 0,
        ),
        follows(
            "one D_j = −d < 0 and A < w_j²/d: Q > 0 unless B = 0 and x_j = 0",
            Or(_REST - _DEFICIT * _X_J**2 > 0, And(Eq(_REST, 0), Eq(_X_J, 0))),
            *facts,
            _DEFICIT > 0,
            _SUM - _W_J**2 / _DEFICIT < 0,
        ),
        follows(
            "one D_j = 0 and w_j ≠ 0: likewise", Or(_REST > 0, And(Eq(_REST, 0), Eq(_X_J, 0))), *facts, Ne(_W_J, 0)
        ),
    )


def fails(d: Derivation) -> None:
    """In every other case a tangent vector x ≠ 0 has Σ D_i x_i² ≤ 0."""
    first, second, w_1, w_2 = symbols("D_1 D_2 w_1 w_2", real=True)
    d.step(
        "Not positive in any other",
        "two D_i ≤ 0: x = w₂e₁ − w₁e₂ (e₁ if w₁ = w₂ = 0); one D_j ≤ 0 with w_j = 0: x = e_j; "
        "one D_j = −d < 0 with A ≥ w_j²/d: x_i = w_i/D_i, x_j = −A/w_j",
        "each is tangent, not 0, and Σ D_i x_i² ≤ 0; with two D_i < 0 it is < 0",
        vanishes("the first is tangent", w_1 * w_2 + w_2 * (-w_1)),
        follows("its form is ≤ 0", first * w_2**2 + second * w_1**2 <= 0, first <= 0, second <= 0),
        follows(
            "and < 0 for two negative entries",
            first * w_2**2 + second * w_1**2 < 0,
            first < 0,
            second < 0,
            Ne(w_1**2 + w_2**2, 0),
        ),
        vanishes("the last is tangent", _SUM + _W_J * (-_SUM / _W_J)),
        follows(
            "its form A − d(A/w_j)² is ≤ 0, and A > 0",
            And(_SUM - _DEFICIT * (_SUM / _W_J) ** 2 <= 0, _SUM > 0),
            _DEFICIT > 0,
            Ne(_W_J, 0),
            _SUM >= _W_J**2 / _DEFICIT,
        ),
        follows(
            "and < 0 for A > w_j²/d",
            _SUM - _DEFICIT * (_SUM / _W_J) ** 2 < 0,
            _DEFICIT > 0,
            Ne(_W_J, 0),
            _SUM > _W_J**2 / _DEFICIT,
        ),
    )
    least = _SUM - _DEFICIT * (_SUM / _W_J) ** 2
    d.hold(
        "secular sum",
        SECULAR,
        simplify(-least * _W_J**2 / (_DEFICIT * _SUM)),
        "the form there, A − d(A/w_j)², by the factor −dA/w_j², which is < 0",
    )
