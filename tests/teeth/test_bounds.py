"""A bound that is true and weaker than the claim's is noticed: each is held where it is reached, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sympy import Expr, Rational, sqrt

import proofs
from proofs.engine.definitions import Splitting
from proofs.engine.sentence import Role
from proofs.lipschitz_constant import PARTIAL_CONSTANTS
from proofs.symbols import beta, kappa, multiplier, n, nonzeros
from verify.configurations import configurations
from verify.evidence import Verdict
from verify.iteration import route as iteration
from verify.precision import route as precision

POINTS = configurations("quick", 5)
BOUNDS = [(claim.id, part) for claim in proofs.all_claims() for part in claim.bounds]
LOST: dict[str, tuple[str, str, Callable[[Expr], Expr]]] = {
    "half a gain": ("R1", "lower bound", lambda bound: bound / 2),
    "n for √n": ("R6.radius", "bound", lambda bound: bound.subs(sqrt(n), n)),
    "the number of entries for its root": ("R5.l1", "bound", lambda bound: bound.subs(sqrt(nonzeros), nonzeros)),
    "κ/(N + β) for κ/N": ("R5", "lower bound", lambda bound: kappa / (multiplier + beta)),
    "the Frobenius norm for the spectral one": ("N6", "bound", lambda bound: PARTIAL_CONSTANTS.norm()),
}


def refuted(claim_id: str, part: str, weaker: Callable[[Expr], Expr]) -> bool:
    right = proofs.get(claim_id)
    claim = replace(right, parts={**right.parts, part: weaker(right.parts[part])})
    assert claim.parts != right.parts
    found = []
    if precision.checker_of(claim):
        found.append(precision.check(claim, precision.points_for(claim, POINTS)))
    if isinstance(claim.definition, Splitting):
        found.append(iteration.check(claim, "quick", 1))
    return any(evidence.verdict is Verdict.REFUTED for evidence in found)


@pytest.mark.slow
@pytest.mark.parametrize(("claim_id", "part"), BOUNDS)
def test_a_bound_weaker_by_a_thousandth_is_refuted(claim_id: str, part: str) -> None:
    upper = proofs.get(claim_id).bounds[part] is Role.UPPER
    assert refuted(claim_id, part, lambda bound: bound * Rational(1001, 1000) ** (1 if upper else -1))


@pytest.mark.parametrize("name", LOST)
def test_an_exponent_or_a_factor_lost_is_refuted(name: str) -> None:
    assert refuted(*LOST[name])


def test_there_are_bounds() -> None:
    assert len(BOUNDS) > 30
