"""Rules of the coarse gradient: its moments, and where they say more than they are derived for."""

from __future__ import annotations

from sympy import Add, Expr, Integer, diff, oo, pi

from proofs.engine.claim import get
from proofs.engine.definitions import MeanSample, demand
from proofs.engine.derivation import Derivation, Line, vanishes
from proofs.engine.residual import in_basic_quantities
from proofs.moments import Moments, closed_moments, constant_on_sides, folded_moments
from proofs.proxies import ARBITRARY, Estimator, estimator
from proofs.rows import row_lemma
from proofs.rules.means import coarse_gradient_of
from proofs.symbols import HALF, MOMENTS, a_hat, b_hat, c, slope, theta, w_hat, w_star

GENERAL = Moments(*MOMENTS)


def _proxy(definition: MeanSample) -> Estimator:
    demand(definition, MeanSample)
    demand(definition, MeanSample("coarse_gradient", definition.estimator))
    return ARBITRARY if definition.estimator == "*" else estimator(definition.estimator)


def of_half_spaces(d: Derivation, definition: MeanSample) -> Line:
    """ROWS: as in C1, with μ'(x) = q + (p − q) 1{x > 0}; the means of one row are those of G2 and G3, at every angle.

    ValueError for another definition, and another μ'. Source: Durrett, Probability: Theory and Examples, 2.1.9;
    induction on the rows.
    """
    proxy = _proxy(definition)
    if not constant_on_sides(proxy):
        raise ValueError(f"ROWS needs a μ' that is one number on either side of 0, not that of {proxy.name}")
    d.cite("G1", "G2")
    below = Add(*(piece for low, _, piece in proxy.pieces if low == -oo))
    above = Add(*(piece for _, high, piece in proxy.pieces if high == oo))
    of_a, of_both, gap = get("G2").formula.subs(a_hat, w_hat), Integer(0), above - below
    if gap != 0:
        d.cite("G3")
        of_both = get("G3").formula.xreplace({a_hat: w_hat, b_hat: w_star})
    gradient = coarse_gradient_of(gap * of_a, above * of_a, below * of_a.subs(w_hat, w_star) + gap * of_both)
    half = vanishes("P(a·z > 0) − ½", get("G1").formula.subs(theta, 0) - HALF)
    return gradient, [*row_lemma(), half, vanishes("E[z]", of_a + of_a.subs(w_hat, -w_hat))]


def with_moments(d: Derivation, gradient: Expr, *, closed: bool) -> Line:
    """MOMENTS: M, M₊ as they are defined, A as in G4, B by the smoothing law G5, for the pieces of the claim's μ'.

    Closed, by antiderivatives that are differentiated back; else ∫ F(s) ds over s < 0 is ∫ F(−s) ds over s > 0. Source:
    Rudin, Principles of Mathematical Analysis, 6.21 and 6.19.
    """
    proxy = _proxy(d.definition)
    moments, owes = closed_moments(proxy) if closed else (folded_moments(proxy), [])
    return gradient.subs(dict(zip(GENERAL, moments, strict=True)), simultaneous=True), owes


def finite_moments(d: Derivation, gradient: Expr) -> Line:
    """TAILS: moments are finite where μ' grows less than any exp(εx²), and at the ends of its pieces less than a power
    above −1. Source: comparison of integrals; Rudin, Principles of Mathematical Analysis, exercise 6.8.
    """
    return gradient, [vanishes("limit of μ' and its weight", end) for end in _proxy(d.definition).tails()]


def for_any_slope(d: Derivation, gradient: Expr) -> Line:
    """AFFINE: two affine functions of the slope that agree where it is ≥ 0 are equal.

    Source: two points determine one.
    """
    owes = [vanishes("μ' is affine in the slope", diff(piece, slope, 2)) for _, _, piece in _proxy(d.definition).pieces]
    stated = get(d.claim_id).formula
    return gradient, [*owes, vanishes("so is the statement", diff(in_basic_quantities(stated), slope, 2))]


def for_no_length(d: Derivation, gradient: Expr) -> Line:
    """NULL: at c = 0 no piece of μ' has a length, μ' is 0 almost everywhere, and so is G. Source: Durrett, 1.4."""
    pieces = _proxy(d.definition).pieces
    owes = [vanishes("length of the piece at c = 0", (high - low).subs(c, 0)) for low, high, _ in pieces]
    return gradient, [*owes, vanishes("the statement at c = 0", get(d.claim_id).formula.subs(c, 0))]


def at_the_ends(d: Derivation, gradient: Expr) -> Line:
    """ENDS: at θ = 0 and π the half-space of w* is that of w, or the other one: its mean is M₊ ŵ, or (M − M₊) ŵ.

    By definition.
    """
    (full, half, _, _), owes = closed_moments(_proxy(d.definition))
    stated = in_basic_quantities(get(d.claim_id).formula)
    for end, star in ((Integer(0), half), (pi, full - half)):
        direct = coarse_gradient_of(full * w_hat, half * w_hat, star * w_hat)
        there = stated.subs(theta, end)
        owes.append(
            vanishes(f"gradient − statement at θ = {'π' if end == pi else end}", in_basic_quantities(direct) - there)
        )
    return gradient, owes
