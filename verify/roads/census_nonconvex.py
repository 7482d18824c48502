"""R7.l0, R7.tl1: the conditions of a spike."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Abs, Eq, Equivalent, Gt

from proofs.engine.claim import Claim
from proofs.symbols import a, beta, kappa, kept_level, lam, ratio, spike_sign, star_entry
from verify.inequalities.entries import ALONG, BELOW, N, X, others
from verify.inequalities.frame import placed
from verify.inequalities.statement import Statement, stated

__all__: list[str] = []


@stated("R7.l0", scope="the conditions of a spike, n = 2, 3; stability is R7.stability", whole=False)
def _l0_census(claim: Claim) -> Iterator[Statement]:
    parts = claim.parts
    spike = Eq(N * X, kappa * star_entry + beta * X)
    yield Statement("the spike", Equivalent(spike, Eq(X, parts["spike"])), BELOW)
    yield Statement("x is better than 0", Equivalent(Gt(beta * X**2 / 2, lam), Gt(Abs(X), parts["threshold"])))
    yield from others(claim, kappa * star_entry / (N - beta))


@stated("R7.tl1", scope="the equation of a spike; stability is R7.stability", whole=False)
def _tl1_census(claim: Claim) -> Iterator[Statement]:
    level = kept_level + ratio * a * (a + 1) / (a + kept_level) ** 2
    found = placed(claim.parts["multiplier"], {"x_j": level})
    signs = (Eq(spike_sign**2, 1),)
    balance = Eq(N * level, ALONG + beta * kept_level)
    yield Statement("N", Equivalent(balance, Eq(N, found)), signs)
    norm = Eq(kappa**2 * (1 - star_entry**2) * level**2 + (level**2 - 1) * (ALONG + beta * kept_level) ** 2, 0)
    yield Statement("‖w̄‖ = 1", Equivalent(norm, Eq(claim.parts["multiplier equation"], 0)), signs, slow=True)
