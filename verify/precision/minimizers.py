"""Proximal maps by search: the minimizer of the defining objective, found without its derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from mpmath import mp, mpf, sqrt
from sympy import lambdify

from proofs.claim import Claim
from proofs.definitions import ProximalMap
from proofs.symbols import ratio, u, x_in
from verify.configurations import Configuration
from verify.evidence import Level
from verify.precision.checkers import label_of
from verify.precision.comparison import Comparison, closed_value, compare, forms
from verify.precision.quadrature import DIGITS, Estimate

__all__ = ["check_proximal_map"]

_GRID = 400


def check_proximal_map(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """argmin over u of ρ p(u) + ½(u − x)², x and ρ being those of the configuration."""
    objective = ratio * cast(ProximalMap, claim.definition).penalty + (u - x_in) ** 2 / 2
    # Near a minimum f is flat: half the digits of f are lost in u.
    with mp.workdps(2 * DIGITS + 20):
        known = {name: value for name, value in point.scalars().items() if name in objective.free_symbols}
        function = lambdify([u, *known], objective, "mpmath")
        size = abs(point.scalars()[x_in])
        found = _global_minimum(lambda value: function(value, *known.values()), 2 * size + 1)
    estimate = Estimate(found, size * mpf(10) ** -DIGITS, size)  # judged by |x|: S(x) itself may be 0
    return [
        comparison
        for name, form in forms(claim).items()
        for comparison in compare(label_of(point, name), [closed_value(form, point)], [estimate])
    ]


def _global_minimum(function: Callable[[mpf], mpf], reach: mpf) -> mpf:
    """Grid, then golden section around its best point; 0, where penalties have their kink or jump, is tried too."""
    grid = [reach * (2 * mpf(k) / _GRID - 1) for k in range(_GRID + 1)]
    best = min(range(1, _GRID), key=lambda k: function(grid[k]))
    low, high = grid[best - 1], grid[best + 1]
    golden = (sqrt(mpf(5)) - 1) / 2
    while high - low > mpf(10) ** -(DIGITS + 5):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if function(left) <= function(right) else (left, high)
    middle = (low + high) / 2
    return mpf(0) if function(mpf(0)) <= function(middle) else middle
