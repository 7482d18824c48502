"""Entries of a fixed point of the splitting iteration: N x = y + βu, y = κ|w*_i| > 0 and u a minimizer at x.

A spike is one active entry j with N < β; there y = σκw*_j and x = |w̄_j|. A sum over the entries is stated for the
numbers it adds up, or for vectors of few different entries.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Eq, Equivalent, Expr, Gt, Integer, Lt, Symbol

from proofs.engine.claim import Claim, get
from proofs.penalties import map_id
from proofs.symbols import beta, kappa, lam, multiplier, ratio, spike_sign, star_entry, star_size, x_in
from verify.inequalities.frame import dot, reals
from verify.inequalities.statement import Statement

__all__ = ["ABOVE", "ALONG", "BELOW", "OWN", "SOFT", "SPIKE", "N", "X", "others", "soft"]

N = multiplier
X, OWN = reals("x_i u_i")


def soft(point: Expr) -> Expr:
    """P1's map at ρ = λ/β."""
    return get(map_id("l1")).formula.subs({x_in: point, ratio: lam / beta})


SOFT = Eq(OWN, soft(X)), Eq(N * X, kappa * star_size + beta * OWN)
ABOVE = (Gt(N, beta),)
SPIKE = Symbol("x_j", positive=True)
ALONG = spike_sign * kappa * star_entry
BELOW = Gt(N, 0), Lt(N, beta)


def others(claim: Claim, spike: Expr) -> Iterator[Statement]:
    """n = 2, 3: ‖w̄‖ = 1 with entries κw*_i/N beside the spike."""
    for count in (1, 2):
        rest = reals(" ".join(f"w_{i}" for i in range(count)))
        total = spike**2 + sum(((kappa * w / N) ** 2 for w in rest), Integer(0))
        known = *BELOW, Eq(star_entry**2 + dot(rest, rest), 1), Eq(spike_sign**2, 1)
        equation = Equivalent(Eq(total, 1), Eq(claim.parts["multiplier equation"], 1))
        yield Statement(f"‖w̄‖ = 1, n = {count + 1}", equation, known)
