"""R7.astroid: when a spike exists."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Eq, Equivalent, Expr, Gt, Le, Ne, Rational, Symbol, expand

from proofs.engine.claim import Claim
from proofs.symbols import beta, kappa, lam, spike_sign, star_size
from verify.enclosure.boxes.stated import Stated, formula, named
from verify.enclosure.boxes.statement import Statement, coordinates
from verify.inequalities.entries import ALONG, BELOW, SPIKE, N, others, soft
from verify.inequalities.statement import Statement as OverReals
from verify.inequalities.statement import stated
from verify.roads import over_boxes


@over_boxes("R7.astroid")
def _astroid(claim: Claim) -> Stated:
    """A²/N² + B²/(β − N)² takes the value 1 on (0, β) exactly for β at least the threshold; β is enough there.

    Scaling A, B, β, N together allows A = c^{3/2}, B = (1 − c)^{3/2}; N = βν. Below the threshold F > 1 on (0, β)
    is F(ν) ≥ threshold² at every ν; that F reaches 1 from the threshold on is F(c) ≤ threshold².
    """
    box = coordinates(c=(0, 1), y=(0, 1))
    c, y = box
    first, second = (Symbol(name, positive=True) for name in ("c", "d"))
    powers = {"A_j": first ** Rational(3, 2), "B_j": second ** Rational(3, 2)}
    threshold = named(formula(claim, "statement"), **powers, spike_across=powers["A_j"], spike_along=powers["B_j"])
    threshold = threshold.subs({first: c, second: 1 - c})
    reduction = "A = c^{3/2}, B = (1 − c)^{3/2}, N = βν by scaling; times ν²(1 − ν)²"

    limit = 20 if threshold.free_symbols else 2_000  # a threshold that c enters can be refuted, but hardly closed

    def least(nu: Expr) -> Expr:
        return expand(c**3 * (1 - nu) ** 2 + (1 - c) ** 3 * nu**2 - threshold**2 * nu**2 * (1 - nu) ** 2)

    own, mirrored = {c: box[c]}, expand(least(1 - (1 - c) * y).subs(c, 1 - c))
    return Stated(
        (
            Statement("no root below, ν ≤ c", least(c * y), box, reduction=reduction, limit=limit),
            Statement("no root below, ν ≥ c", mirrored, box, reduction=f"{reduction}; c and ν counted from 1"),
            Statement("a root from the threshold on", expand(-least(c)), own, reduction=reduction, equality=True),
            Statement("the threshold is positive", threshold, own, reduction=reduction),
        ),
        whole=True,
    )


# Over the reals.


@stated("R7.l1", scope="the conditions of a spike, n = 2, 3; stability is R7.stability", whole=False)
def _l1_census(claim: Claim) -> Iterator[OverReals]:
    parts, signs = claim.parts, Eq(spike_sign**2, 1)
    balance = Eq(N * SPIKE, ALONG + beta * soft(SPIKE))
    active = Gt(SPIKE, parts["active threshold"])
    yield OverReals("active", Equivalent(Ne(soft(SPIKE), 0), active))
    yield OverReals("the spike", Equivalent(balance, Eq(SPIKE, parts["spike"])), (*BELOW, signs, Gt(SPIKE * beta, lam)))
    low = Le(kappa * star_size / N, lam / beta)
    yield OverReals("inactive", Equivalent(low, Le(star_size, parts["inactive threshold"])), BELOW)
    yield from others(claim, (lam - ALONG) / (beta - N))
