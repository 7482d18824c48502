"""The scalar functions of chapter R that the interactive page computes with.

A penalty enters the limits by its law alone: p', −p'', the least U and its proximal map beyond the threshold, to which
`proofs.code.laws` holds the claims R4.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Rational, Symbol, betainc_regularized, integrate, pi, sin, solve

from proofs.code.laws import LAWS, bend, least, slope
from proofs.code.splitting import threshold_in_roots
from proofs.engine.claim import get
from proofs.penalties import map_id
from proofs.penalty_forms import penalty, size
from proofs.symbols import (
    beta,
    cap_angle,
    kappa,
    lam,
    multiplier,
    n,
    nonzeros,
    ratio,
    star_size,
    theta,
    thresholded,
    u,
    w_star,
)

LONGEST = 12
"""Largest n of the page: R6's probability is written out for each."""

_RHO, _X = Symbol("rho", positive=True), Symbol("x", real=True)
_THRESHOLD, _DELTA = (Symbol(name, positive=True) for name in ("t", "delta"))


@dataclass(frozen=True)
class Scalar:
    """A function of the script: where it stands, the claim it is of, what of it, its form and its arguments."""

    group: str
    name: str
    claim_id: str
    what: str
    form: Expr
    arguments: tuple[Symbol, ...]


Row = tuple[str, str, str, Expr, tuple[Symbol, ...]]
"""What a scalar is, but for its group."""


def scalars() -> list[Scalar]:
    """The functions of chapter R."""
    return [Scalar(group, *row) for group, rows in _GROUPS.items() for row in rows()]


def _fixed_points() -> list[Row]:
    """R3, one entry: κw* + βu, and the w* for which that is N x; R4: the entry where u = 0."""
    right = get("R3").parts["right side"]
    (level,) = right.free_symbols - {kappa, beta, w_star}
    (star,) = solve(right - multiplier * _X, w_star)
    names = {"l1": "inactive entry", "l0": "dropped entry", "tl1": "lower entry"}
    (below,) = {get(f"R4.{name}").parts[part] for name, part in names.items()}  # one for all
    return [
        ("right_side", "R3", "an entry of N w̄", right, (w_star, level, kappa, beta)),
        ("star", "R3", "w* of an entry x", star, (_X, level, multiplier, kappa, beta)),
        ("lower", "R4.l1", "|w̄_i| where ū_i = 0, for each penalty", below, (star_size, multiplier, kappa)),
    ]


def _laws() -> list[Row]:
    """What each penalty whose limit is known enters R4 by."""
    return [
        (f"{each.name}_{name}", claim_id, what, form.xreplace({size: _X, ratio: _RHO}), (*given, *own))
        for each in map(penalty, LAWS)
        for own in [tuple(shape.symbol for shape in each.parameters)]
        for name, claim_id, what, form, given in (
            ("slope", map_id(each.name), "p'(u)", slope(each), (u,)),
            ("bend", map_id(each.name), "−p''(u)", bend(each), (u,)),
            ("least", f"R4.{each.name}", "u_t, the least |ū_i| > 0", least(each), (_RHO,)),
            ("kept", map_id(each.name), "S(x) beyond its threshold", each.landings[0], (_X, _RHO)),
        )
    ]


def _stability() -> list[Row]:
    """R7: the sum that decides where one D_i < 0, and the least β of a spike in A and B."""
    rest, own, stiff = (Symbol(name, real=True) for name in ("A_w", "w_j", "D_j"))
    threshold = threshold_in_roots(get("R7.astroid").parts["threshold"])
    roots = tuple(Symbol(name, positive=True) for name in "ab")
    return [
        ("secular", "R7.stability", "Σ w̄_i²/D_i", get("R7.stability").parts["secular sum"], (rest, own, stiff)),
        ("threshold", "R7.astroid", "least β of a spike, a = A^(1/3), b = B^(1/3)", threshold, roots),
    ]


def _errors() -> list[Row]:
    """R5: bounds of sin θ̄, and ‖w̄ − w*‖."""
    parts = get("R5").parts
    (moved,) = parts["bound"].free_symbols - {beta, kappa}
    return [
        ("by_gap", "R5", "bound of sin θ̄", parts["bound"].subs(moved, _DELTA), (_DELTA, kappa, beta)),
        ("distance", "R5", "‖w̄ − w*‖", parts["distance"], (theta,)),
        ("l1", "R5.l1", "bound of sin θ̄", get("R5.l1").parts["bound"], (nonzeros, kappa, lam)),
        ("l0", "R5.l0", "bound of sin θ̄", get("R5.l0").parts["bound"], (thresholded, kappa, beta, lam)),
        ("tl1", "R5.tl1", "bound of sin θ̄", get("R5.tl1").parts["bound"], (nonzeros, _THRESHOLD, kappa, beta)),
    ]


def _basin() -> list[Row]:
    """R6: the radius, and the probability for each n, where the incomplete beta function is elementary."""
    whole, form = "R6.probability", get("R6.probability").formula
    sizes = range(2, LONGEST + 1)
    return [
        ("radius", "R6.radius", "bound", get("R6.radius").parts["bound"], (beta, _DELTA, n)),
        *((f"probability_{k}", whole, f"n = {k}", _elementary(form.subs(n, k)), (cap_angle,)) for k in sizes),
    ]


def _elementary(form: Expr) -> Expr:
    """The probability with I_{sin²α}(k/2 + ½, ½) as the quotient of ∫ sin^k over (0, α) by that over (0, π/2)."""
    (special,) = form.atoms(betainc_regularized)
    first, second, zero, upper = special.args
    if (second, zero, upper) != (Rational(1, 2), 0, sin(cap_angle) ** 2):
        raise ValueError(f"{special} is not the incomplete beta function of a cap")
    power = 2 * first - 1
    angle = Symbol("phi", positive=True)
    part, whole = (integrate(sin(angle) ** power, (angle, 0, end)) for end in (cap_angle, pi / 2))
    return form.xreplace({special: part / whole})


_GROUPS = {"fixed_points": _fixed_points, "laws": _laws, "stability": _stability, "errors": _errors, "basin": _basin}
