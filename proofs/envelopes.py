"""Chapter P: what every Moreau envelope has in common, whatever the penalty (P6.convexity, P6.gradient).

With h(w) = (β/2)w² − e(w): h is convex, and its gradient is βS(w). Symbols as in `proofs.penalties`.
"""

from __future__ import annotations

from sympy import Eq, Function, Ge, Le, Symbol, diff, expand, solve, symbols

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import Envelope
from proofs.engine.derivation import Derivation, vanishes
from proofs.engine.sentence import All, If, Is, Part, Term, eq, le
from proofs.engine.smt import follows
from proofs.symbols import beta, lam, u, x_in

SLOPE, HEIGHT, HERE, THERE, PART, PENALTY_THERE = symbols("A B w_0 w_1 t p_u", real=True)
"""An affine function Aw + B, two arguments of h, a number between 0 and 1, and p(|u|)."""

H_HERE, H_THERE, S_HERE, S_THERE = symbols("h_0 h_1 S_0 S_1", real=True)
"""h and a minimizer at the two arguments."""

_AFFINE = beta * u * x_in - lam * PENALTY_THERE - beta * u**2 / 2
_CHORD = (1 - PART) * H_HERE + PART * H_THERE
_TANGENT = H_HERE + beta * S_HERE * (THERE - HERE)
_FAR_TANGENT = H_HERE + beta * S_THERE * (THERE - HERE)
_SLOPE = beta * S_HERE

_ENDS = {H_HERE: "h(w_0)", H_THERE: "h(w_1)", S_HERE: "S(w_0)", S_THERE: "S(w_1)"}


@claim(
    id="P6.convexity",
    title="What the Moreau envelope leaves of a square is convex, for every penalty",
    source="classical; [J] is applied to it",
    sentence=All(
        eq(Term("h(x)"), Term(r"\tfrac\beta2x^2-e(x)")),
        eq(Term(r"\tfrac\beta2x^2-e(x)"), Function(r"\max_u")(Part("affine function"))),
        If(Term(r"0\le t\le1"), le(Term("h((1-t)w_0+tw_1)"), Part("bound"))),
        eq(PENALTY_THERE, Term("p(|u|)")),
        eq(H_HERE, Term("h(w_0)")),
        eq(H_THERE, Term("h(w_1)")),
    ),
    definition=Envelope("*", "convexity"),
    kind=Kind.INEQUALITY,
    setting="p any function for which the minimum is attained; entrywise, hence for the sum over the entries as well",
    parts={"affine function": _AFFINE, "bound": _CHORD},
)
def P6_convexity(d: Derivation) -> None:
    middle = Symbol("h_t", real=True)
    d.begin(
        beta * x_in**2 / 2 - (lam * PENALTY_THERE + beta * (x_in - u) ** 2 / 2),
        "h(x) is the maximum of this over all real u: (β/2)x² does not depend on u",
    )
    d.apply("Affine in x", expand, "p(|u|) does not depend on x")
    d.hold("affine function", _AFFINE)
    d.step(
        "At a point between w₀ and w₁",
        expand(SLOPE * ((1 - PART) * HERE + PART * THERE) + HEIGHT),
        "h is Aw + B there, A = βu, u the minimizer there, and h ≥ Aw + B at both ends",
        vanishes("its slope in x − βu", diff(_AFFINE, x_in) - beta * u),
    )
    d.apply(
        "In its values at both ends",
        lambda current: expand(current.subs({HERE: (H_HERE - HEIGHT) / SLOPE, THERE: (H_THERE - HEIGHT) / SLOPE})),
        "Aw₀ + B ≤ h₀, Aw₁ + B ≤ h₁",
    )
    d.hold("bound", _CHORD)
    d.step(
        "h(w_t) ≤ that",
        _CHORD,
        "w_t = (1 − t)w₀ + t w₁, 0 ≤ t ≤ 1",
        follows(
            "h lies below its chord",
            Le(middle, _CHORD),
            PART >= 0,
            PART <= 1,
            Eq(middle, expand(SLOPE * ((1 - PART) * HERE + PART * THERE) + HEIGHT)),
            H_HERE >= SLOPE * HERE + HEIGHT,
            H_THERE >= SLOPE * THERE + HEIGHT,
        ),
    )
    d.conclude_argument("h lies below its chords")


@claim(
    id="P6.gradient",
    title="The gradient of what the Moreau envelope leaves of a square",
    source="classical; [here] in this two-sided form",
    sentence=All(
        le(Part("lower bound"), Term("h(w_1)")),
        le(Term("h(w_1)"), Part("upper bound")),
        If(Is("single-valued", Term("S")), eq(Term("h'(w_0)"), Part("gradient"))),
        *(eq(symbol, Term(latex)) for symbol, latex in _ENDS.items() if symbol != H_THERE),
    ),
    definition=Envelope("*", "gradient"),
    kind=Kind.INEQUALITY,
    setting="S(w) any minimizer; p lower semicontinuous: minimizers at w' → w accumulate at minimizers at w only",
    parts={"lower bound": _TANGENT, "upper bound": _FAR_TANGENT, "gradient": _SLOPE},
)
def P6_gradient(d: Derivation) -> None:
    b0, b1 = symbols("b0 b1", real=True)
    d.begin("h(w) = max over u of [βuw − λp(|u|) − (β/2)u²], attained at u = S(w)")
    d.cite("P6.convexity")
    affine = get("P6.convexity").parts["affine function"]
    at_here, at_there = (
        affine.subs({u: s, lam * PENALTY_THERE: -b - beta * s**2 / 2}) for s, b in ((S_HERE, b0), (S_THERE, b1))
    )
    known = [
        Eq(H_HERE, at_here.subs(x_in, HERE)),
        Eq(H_THERE, at_there.subs(x_in, THERE)),
        Ge(H_THERE, at_here.subs(x_in, THERE)),
        Ge(H_HERE, at_there.subs(x_in, HERE)),
    ]
    below = at_here.subs(x_in, THERE).subs(b0, solve(known[0], b0)[0])
    above = H_THERE - (at_there.subs(x_in, HERE).subs(b1, solve(known[1], b1)[0]) - H_HERE)
    d.step(
        "The affine function at S(w₀), which touches h there",
        below,
        "its value at w₁; b is −λp(|u|) − (β/2)u² at u = S(w₀), at u = S(w₁)",
        follows("h(w₁) is no smaller", Ge(H_THERE, below), known),
    )
    d.hold("lower bound", _TANGENT)
    d.step(
        "The affine function at S(w₁)",
        above,
        "as far above h(w₁) as h(w₀) is above it at w₀",
        follows("h(w₁) is no larger", Ge(above, H_THERE), known),
        follows("so S is nondecreasing", Ge((S_THERE - S_HERE) * (THERE - HERE), 0), known),
    )
    d.hold("upper bound", _FAR_TANGENT)
    d.step(
        "The slope of the lower bound",
        diff(below, THERE),
        "at w₁ → w₀",
        vanishes("and of the upper at S₁ = S₀", diff(above - below, THERE).subs(S_THERE, S_HERE)),
    )
    d.hold("gradient", _SLOPE)
    d.conclude_argument(
        "the two slopes differ by β(S(w₁) − S(w₀)): a map whose values accumulate at minimizers only is continuous "
        "where the minimizer is one"
    )
