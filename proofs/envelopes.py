"""Chapter P: what every Moreau envelope has in common, whatever the penalty (P6.convexity, P6.gradient).

With h(w) = (β/2)w² − e(w): h is convex, and its gradient is βS(w). Symbols as in `proofs.penalties`.
"""

from __future__ import annotations

from sympy import Abs, Expr, symbols

from proofs.engine.claim import claim
from proofs.engine.definitions import Envelope
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.sentence import All, If, Is, Part, Term, eq, ge, le
from proofs.rules.algebra import total
from proofs.rules.analysis import cluster, slope
from proofs.symbols import beta, lam, u, x_in

HERE, THERE, PART, PENALTY_THERE = symbols("w_0 w_1 t p_u", real=True)
"""Two arguments of h, a number between 0 and 1, and p(|u|)."""

H_HERE, H_THERE, S_HERE, S_THERE = symbols("h_0 h_1 S_0 S_1", real=True)
"""h and a minimizer at the two arguments."""

_AFFINE = beta * u * x_in - lam * PENALTY_THERE - beta * u**2 / 2
_CHORD = (1 - PART) * H_HERE + PART * H_THERE
_TANGENT = H_HERE + beta * S_HERE * (THERE - HERE)
_FAR_TANGENT = H_HERE + beta * S_THERE * (THERE - HERE)
_SLOPE = beta * S_HERE

_BETWEEN = (1 - PART) * HERE + PART * THERE
_H_BETWEEN = Term(r"h((1-t)w_0+tw_1)", real=True)
_SUM_HERE, _SUM_THERE, _SUM_BETWEEN = (Term(rf"\sum_ih({at})", real=True) for at in ("w_0", "w_1", "(1-t)w_0+tw_1"))
_P_HERE, _P_THERE = symbols("p_0 p_1", real=True)
_DERIVATIVE = Term("h'(w_0)", real=True)
_NAMES = {H_HERE: "h(w_0)", H_THERE: "h(w_1)", S_HERE: "S(w_0)", S_THERE: "S(w_1)", PENALTY_THERE: "p(|u|)"}
_NAMES |= {_P_HERE: "p(|S(w_0)|)", _P_THERE: "p(|S(w_1)|)"}


def _cost(point: Expr, penalty: Expr, at: Expr) -> Expr:
    return lam * penalty + beta * (at - point) ** 2 / 2


def _least(at: Expr, height: Expr) -> Expr:
    """e(w) in h(w)."""
    return beta * at**2 / 2 - height


@claim(
    id="P6.convexity",
    title="What the Moreau envelope leaves of a square is convex, for every penalty",
    source="classical; [J] is applied to it",
    sentence=All(
        eq(beta * x_in**2 / 2 - _cost(u, PENALTY_THERE, x_in), Part("affine function")),
        ge(H_HERE, _AFFINE.subs(x_in, HERE)),
        eq(_H_BETWEEN, _AFFINE.subs(x_in, _BETWEEN)),
        le(_H_BETWEEN, Part("bound")),
        le(_SUM_BETWEEN, (1 - PART) * _SUM_HERE + PART * _SUM_THERE),
    ),
    definition=Envelope("*", "convexity"),
    premises={
        "e(w_0) ≤ cost of u": le(_least(HERE, H_HERE), _cost(u, PENALTY_THERE, HERE)),
        "e(w_1) ≤ cost of u": le(_least(THERE, H_THERE), _cost(u, PENALTY_THERE, THERE)),
        "u minimizes between": eq(_least(_BETWEEN, _H_BETWEEN), _cost(u, PENALTY_THERE, _BETWEEN)),
        "t": All(ge(PART, 0), le(PART, 1)),
    },
    names=_NAMES,
    setting="h(w) = (β/2)w² − e(w); p any function for which the minimum is attained; the sum is over the entries",
    parts={"affine function": _AFFINE, "bound": _CHORD},
)
def P6_convexity(d: Derivation) -> None:
    g = Graph(d)
    ends = [g.given(name) for name in P6_convexity.premises]
    chord = g.fact("h lies below its chord", _H_BETWEEN <= _CHORD, *ends)
    sums = {_H_BETWEEN: _SUM_BETWEEN, H_HERE: _SUM_HERE, H_THERE: _SUM_THERE}
    g.conclude(chord, g.rule("summed", total, chord, sums=sums), ends[0], ends[2])


@claim(
    id="P6.gradient",
    title="The gradient of what the Moreau envelope leaves of a square",
    source="classical; [here] in this two-sided form",
    sentence=All(
        le(Part("lower bound"), H_THERE),
        le(H_THERE, Part("upper bound")),
        ge((S_THERE - S_HERE) * (THERE - HERE), 0),
        If(All(Is("in a closed graph", S_THERE), Is("single-valued", S_HERE)), eq(_DERIVATIVE, Part("gradient"))),
    ),
    definition=Envelope("*", "gradient"),
    premises={
        "S(w_0) minimizes": eq(_least(HERE, H_HERE), _cost(S_HERE, _P_HERE, HERE)),
        "S(w_1) minimizes": eq(_least(THERE, H_THERE), _cost(S_THERE, _P_THERE, THERE)),
        "e(w_0) ≤ cost of S(w_1)": le(_least(HERE, H_HERE), _cost(S_THERE, _P_THERE, HERE)),
        "e(w_1) ≤ cost of S(w_0)": le(_least(THERE, H_THERE), _cost(S_HERE, _P_HERE, THERE)),
    },
    names=_NAMES,
    setting="S(w) any minimizer; its graph is closed for p lower semicontinuous",
    parts={"lower bound": _TANGENT, "upper bound": _FAR_TANGENT, "gradient": _SLOPE},
)
def P6_gradient(d: Derivation) -> None:
    g = Graph(d)
    least = [g.given(name) for name in P6_gradient.premises]
    rises = g.fact("S is nondecreasing", (S_THERE - S_HERE) * (THERE - HERE) >= 0, *least)
    rest = Abs(H_THERE - H_HERE - _SLOPE * (THERE - HERE))
    near = g.fact("near a line", rest <= beta * Abs(S_THERE - S_HERE) * Abs(THERE - HERE), *least)
    continuous = g.rule("S is continuous", cluster, rises, here=(HERE, S_HERE), there=(THERE, S_THERE))
    g.conclude(*least, g.rule("the gradient", slope, near, continuous, f=(H_HERE, H_THERE), called=_DERIVATIVE))
