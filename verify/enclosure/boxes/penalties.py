"""P5.tl1, P5.half: how far a proximal map moves its argument.

The map itself is not used: u > 0 can be a minimizer at x only if x = u + ρp'(u) and u is no worse than 0, and 0 only if
x ≤ u/2 + ρp(u)/u for every u > 0. Both come from the definition of the map as an argmin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sympy import Expr, Integer, Rational, Symbol, expand, powdenest, simplify, sqrt

from proofs.engine.claim import Claim
from verify.enclosure.boxes.stated import Stated, named, part
from verify.enclosure.boxes.statement import Statement, coordinates

__all__ = ["BUILDERS"]

_SHAPE: Final = Symbol("a", positive=True)
_ROOT: Final = Symbol("q", positive=True)


def _level(claim: Claim, branch: int) -> Expr:
    """δ/a at ρ = q²a²/(2(a + 1)), with q < 1 (branch 0) or q > 1 (1); ValueError if a stays in it."""
    size = Symbol("z", positive=True)
    below = size / (1 + size)
    root = below if branch == 0 else 1 / below
    bound = named(part(claim, "bound"), a=_SHAPE, ratio=root**2 * _SHAPE**2 / (2 * (_SHAPE + 1)))
    level = simplify(powdenest(simplify(bound / _SHAPE), force=True))
    if level.has(_SHAPE):
        raise ValueError("δ/a depends on more than ρ(a + 1)/a²")
    back = _ROOT / (1 - _ROOT) if branch == 0 else 1 / (_ROOT - 1)
    return simplify(level.subs(size, back))


def _transformed(claim: Claim) -> Stated:
    """u = as, R = ρ(a + 1)/a² = q²/2: then ρp'(u) = aR/(1 + s)², and u is no worse than 0 for (1 + s)² ≥ 2R = q²."""
    small = coordinates(q=(0, 1), y=(0, 1))
    large = coordinates(p=(0, 1), y=(0, 1))
    q, y = small
    p = next(iter(large))
    first = _level(claim, 0).subs(_ROOT, q)
    second = _level(claim, 1).subs(_ROOT, 1 / p)
    reduction = "u = as, ρ = q²a²/(2(a + 1)): both sides over a depend on q and s alone"
    return Stated(
        (
            Statement("u > 0, q ≤ 1", expand(first - q**2 * y**2 / 2), small, reduction=f"{reduction}; 1 + s = 1/y"),
            Statement(
                "u > 0, q ≥ 1",
                expand(simplify((second - y**2 / 2) * p)),
                large,
                reduction=f"{reduction}; q = 1/p, 1 + s = q/y as (1 + s)² ≥ q²; times p",
            ),
            Statement(
                "u = 0, q ≤ 1",
                expand(first - q**2 / 2),
                {q: small[q]},
                reduction=f"{reduction}; x ≤ the limit of s/2 + R/(1 + s) at s = 0",
                equality=True,
            ),
            Statement(
                "u = 0, q ≥ 1",
                expand(simplify((second - (1 / p - 1) / 2 - 1 / p / 2) * p)),
                {p: large[p]},
                reduction=f"{reduction}; x ≤ s/2 + R/(1 + s) at 1 + s = q; times p",
                equality=True,
            ),
        ),
        whole=False,
        left="that δ is attained",
    )


def _half(claim: Claim) -> Stated:
    """u = ρ^{2/3} s: then ρp'(u) = ρ^{2/3}/(2√s), and u is no worse than 0 for s ≥ 1."""
    ratio = Symbol("rho", positive=True)
    level = simplify(named(part(claim, "bound"), ratio=ratio, rho=ratio) / ratio ** Rational(2, 3))
    if level.free_symbols:
        raise ValueError("δ is not proportional to ρ^{2/3}")
    box = coordinates(y=(0, 1))
    (y,) = box
    s = Integer(1)
    reduction = "u = ρ^{2/3} s, over ρ^{2/3}"
    return Stated(
        (
            Statement("u > 0", level - y / 2, box, reduction=f"{reduction}; y = 1/√s ≤ 1 where u is no worse than 0"),
            Statement("u = 0", level - (s / 2 + 1 / sqrt(s)), {}, reduction=f"{reduction}; x at s = 1", equality=True),
        ),
        whole=False,
        left="that δ is attained",
    )


BUILDERS: Final[Mapping[str, Callable[[Claim], Stated]]] = {"P5.tl1": _transformed, "P5.half": _half}
