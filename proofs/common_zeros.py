"""Chapter C, continued: where coarse gradients vanish together with ∂f/∂v, and where they do not (C8).

Notation and increments of the loss are those of `proofs.landscape`: V = ‖v*‖², S = 1ᵀv*, v = v(θ) of N4.
"""

from __future__ import annotations

from sympy import Add, Integer, Ne, Rational, Symbol, cos, diff, limit, oo, pi, simplify, sin, solve, sqrt

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import CommonZeros
from proofs.engine.derivation import Derivation, coefficient, holds, positive_terms, vanishes
from proofs.engine.sentence import All, Either, If, Iff, Part, Tends, Term, Where, eq, le, lt, ne
from proofs.landscape import (
    SADDLE_ANGLE,
    along_teacher,
    cauchy_schwarz,
    gradient_at_best_weights,
    increment,
    on_best_weights,
)
from proofs.network import COSINE_LIKE, stationary_weights
from proofs.symbols import CLOSED_ANGLE, NONZERO_FILTER, e, m, ones, r, sum_vs, theta, v, v_star, vs_vs, w_hat

BEST_WEIGHTS = COSINE_LIKE * v_star + sum_vs * (1 - COSINE_LIKE) / (m + 1) * ones
"""v(θ) as C8 states it."""

_STEP = Symbol("h", positive=True)


@claim(
    id="C8",
    title="Where the ReLU coarse gradient and ∂f/∂v vanish together",
    source="[Y], Lemma 6, with the case S² ≥ ½(m+1)‖v*‖² added [here]",
    kind=Kind.EQUIVALENCE,
    sentence=Iff(
        All(eq(Term(r"\partial f/\partial v"), 0), eq(Term(r"G_{\mathrm{relu}}"), 0)),
        All(
            eq(v, Part("best weights")),
            Either(eq(theta, 0), eq(theta, pi), All(eq(theta, Part("saddle angle")), le(theta, pi))),
        ),
    ),
    definition=CommonZeros("relu", "zeros"),
    parts={"best weights": BEST_WEIGHTS, "saddle angle": SADDLE_ANGLE},
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    setting="v* ≠ 0",
)
def C8(d: Derivation) -> None:
    d.cite("C3", "N4", "N4.inner")
    d.begin("G_relu on v = v(θ)", "∂f/∂v = 0 is v = v(θ) (N4)")
    weights = stationary_weights()
    d.step(
        "∂f/∂v = 0",
        weights,
        "a linear system with the one solution v(θ)",
        vanishes("the solution of N4", weights - get("N4").as_printed),
    )
    d.hold("best weights", BEST_WEIGHTS)
    inner = get("N4.inner").formula
    w_star_there = cos(theta) * w_hat + sin(theta) * e
    vector = COSINE_LIKE * w_hat - w_star_there
    form = inner / (2 * sqrt(2 * pi)) * vector
    d.step(
        "G_relu = v·v*/(2√(2π)) · (c(θ) ŵ − w*)",
        form,
        "c(θ) = 1 − 2θ/π",
        vanishes("G_relu − form", on_best_weights(get("C3").formula) - form),
    )
    length = (COSINE_LIKE - cos(theta)) ** 2 + sin(theta) ** 2
    d.step(
        "‖c(θ) ŵ − w*‖² = (c(θ) − cos θ)² + sin²θ",
        length,
        "zero only where sin θ = 0 and c(θ) = cos θ: at θ = 0 and θ = π",
        vanishes("squared length", sum(coefficient(vector, basis) ** 2 for basis in (w_hat, e)) - length),
        vanishes("at θ = 0", length.subs(theta, 0)),
        vanishes("at θ = π", length.subs(theta, pi)),
    )
    (saddle,) = solve(inner, theta)
    d.step("The other factor", inner, "", vanishes("v(θ)·v* at the saddle angle", inner.subs(theta, saddle)))
    d.hold("saddle angle", SADDLE_ANGLE, saddle, "the root of v(θ)·v*; outside (0, π) where S² ≥ ½(m+1)V")
    d.conclude_argument("v(θ)·v* vanishes at the saddle angle and, being affine in θ, nowhere else")


WITNESS_WEIGHT = Rational(1, 3)
"""Both entries of v(π) in the witness of C8.beyond."""

WITNESS_SLOPE = -1 / (3 * pi)
"""The slope of f there, as θ leaves π."""


@claim(
    id="C8.beyond",
    title="A common zero of ∂f/∂v and the ReLU coarse gradient that is not a critical point of N5",
    source="[here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=If(
        All(eq(m, 2), eq(v_star, Term("(1,1)")), eq(theta, pi), eq(v, Part("weight") * v_star)),
        All(
            eq(Term(r"\partial f/\partial v"), 0),
            eq(Term(r"G_{\mathrm{relu}}"), 0),
            eq(Term(r"\partial f/\partial(\pi-\theta)"), Part("slope")),
            lt(Part("slope"), 0),
        ),
    ),
    definition=CommonZeros("relu", "beyond"),
    parts={"weight": WITNESS_WEIGHT, "slope": WITNESS_SLOPE},
)
def C8_beyond(d: Derivation) -> None:
    d.cite("C3", "N1", "N2", "N4")
    d.begin("m = 2, v* = (1, 1), θ = π, v = v(π)")
    numbers = {m: 2, vs_vs: 2, sum_vs: 2, theta: pi}
    weights = get("N4").as_printed.subs(numbers)
    d.step("v(π) = ⅓ 1 (as v* = 1 here)", weights, "", vanishes("∂f/∂v", gradient_at_best_weights()))
    d.hold("weight", WITNESS_WEIGHT, weights.subs({v_star: 1, ones: 1}), "an entry, both entries of v* being 1")
    gradient = on_best_weights(get("C3").formula, pi).subs(numbers)
    d.step("G_relu there", gradient, "", vanishes("G_relu", gradient))
    form, owed = increment(pi, -_STEP)
    falls = along_teacher(form, Integer(0)).subs(numbers)
    d.step("The loss falls as θ leaves π", falls, "", owed, positive_terms("minus the increment", -falls))
    d.hold("slope", WITNESS_SLOPE, falls / _STEP, "per unit of π − θ")
    d.conclude_argument(
        "S² = 4 > ½(m+1)V = 3: the coarse gradient method can rest where the loss has no critical point"
    )


@claim(
    id="C8.identity",
    title="The identity coarse gradient at the spurious minimum",
    source="[Y], Lemma 7; that m ≥ 2 and 1ᵀv* ≠ 0 are needed for it not to vanish [here]",
    subject=r"\|G_{\mathrm{identity}}(v(\pi),w)\|,\ \theta=\pi",
    definition=CommonZeros("identity", "spurious"),
    statement=2 * (m - 1) * sum_vs**2 / (sqrt(2 * pi) * (m + 1) ** 2),
)
def C8_identity(d: Derivation) -> None:
    d.cite("C2", "N4")
    d.begin("‖G_identity‖ at v = v(π), w* = −ŵ")
    gradient = on_best_weights(get("C2").formula, pi).subs(theta, pi)
    radial = coefficient(gradient, w_hat)
    rows_beyond_one = Symbol("m_1", nonnegative=True)
    d.step(
        "Its only component",
        simplify(radial),
        "along ŵ, and ≥ 0 since m ≥ 1; it is 0 exactly when m = 1 or S = 0",
        vanishes("component along e", coefficient(gradient, e)),
        holds("≥ 0", simplify(radial).subs(m, 1 + rows_beyond_one).factor() >= 0),
    )
    d.conclude(C8_identity.statement)


TOP_AT_PI = 2 * (m - 1) ** 2 * sum_vs**4 / (pi * (m + 1) ** 4)
"""What the numerator of C8.ratio tends to as θ → π."""

BOTTOM_RATE = (2 * sum_vs**2 / (m + 1) - vs_vs) ** 2 / ((2 * pi) ** Rational(3, 2) * r)
"""The rate at which its denominator tends to 0, per unit of π − θ."""


_ID_SQUARE = Term(r"\|G_{\mathrm{id}}\|^2")
_ID_INNER = Term(r"\langle G_{\mathrm{id}},\partial f/\partial w\rangle")
_TO_PI = (theta, Term(r"\pi^-"))


@claim(
    id="C8.ratio",
    title="The descent ratio of the identity estimator is unbounded near θ = π",
    source="[Y], (16); that it needs neither m ≥ 2 nor a spurious minimum, only 1ᵀv* ≠ 0 [here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=Where(
        All(
            Tends(_ID_SQUARE / (Term(r"\|\partial f/\partial v\|^2") + _ID_INNER), oo, _TO_PI),
            Tends(_ID_SQUARE, Part("numerator"), _TO_PI),
            Tends(_ID_INNER / (pi - theta), Part("rate"), _TO_PI),
        ),
        eq(v, Term(r"v(\theta)")),
        ne(sum_vs, 0),
    ),
    definition=CommonZeros("identity", "ratio"),
    hypotheses=(*NONZERO_FILTER, Ne(sum_vs, 0)),
    parts={"numerator": TOP_AT_PI, "rate": BOTTOM_RATE},
)
def C8_ratio(d: Derivation) -> None:
    d.cite("C2", "C6.identity", "N2", "N4", "N4.inner")
    d.begin("numerator and denominator on v = v(θ)", "there ∂f/∂v = 0 (N4)")
    gradient = on_best_weights(get("C2").formula)
    numerator = Add(*(coefficient(gradient, basis) ** 2 for basis in (w_hat, e)))
    denominator = on_best_weights(get("C6.identity").formula)
    inner = get("N4.inner").formula
    d.step(
        "The denominator is positive next to π, and at most linear in π − θ",
        denominator,
        "(v(θ)·v*)² sin θ times a positive number; v(θ)·v* is affine in θ and not constant",
        vanishes("∂f/∂v on v = v(θ)", gradient_at_best_weights()),
        vanishes("denominator − form", denominator - inner**2 * sin(theta) / ((2 * pi) ** Rational(3, 2) * r)),
        vanishes("v(θ)·v* is affine in θ", diff(inner, theta, 2)),
        positive_terms("minus its slope", cauchy_schwarz(-diff(inner, theta))),
    )
    d.hold("rate", BOTTOM_RATE, simplify(limit(denominator / (pi - theta), theta, pi)))
    at_end = simplify(numerator.subs(theta, pi))
    d.hold("numerator", TOP_AT_PI, at_end)
    two_rows = {m: 2 + Symbol("m_2", nonnegative=True), sum_vs: Symbol("S", nonzero=True, real=True)}
    d.step(
        "m ≥ 2: the numerator stays away from 0", at_end, "S ≠ 0", positive_terms("its limit", at_end.subs(two_rows))
    )
    one_row = {m: 1, vs_vs: Symbol("S", nonzero=True, real=True) ** 2, sum_vs: Symbol("S", nonzero=True, real=True)}
    alone = simplify((numerator / denominator).subs(one_row, simultaneous=True))
    d.step(
        "m = 1: both vanish, the denominator faster",
        alone,
        "one row has ‖v*‖² = S²",
        holds("the limit of the ratio is +∞", limit(alone.subs(r, 1), theta, pi, "-") == oo),
    )
    witness = {m: 2, vs_vs: Integer(5), sum_vs: Integer(1), r: 1}
    number = limit((numerator / denominator).subs(witness), theta, pi, "-")
    d.step("A witness", "m = 2, v* = (2, −1), r = 1", "", holds("its limit is +∞", number == oo))
    d.conclude_argument("no constant bounds the ratio")
