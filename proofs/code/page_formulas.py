"""The scalar functions of chapter R that the interactive page computes with.

A limit's multiplier is N = β + gap, and a spike's is N = β − excess: `gap` and `excess` are arguments instead of N, as
N − β would lose its digits where the two are close. That is a substitution in what the claims state; every function is
one of their expressions, or its derivative.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Max, Min, Rational, Symbol, betainc_regularized, diff, integrate, pi, sin, solve

from proofs.code.splitting import threshold_in_roots
from proofs.engine.claim import get
from proofs.engine.residual import decide_zero
from proofs.penalties import map_id
from proofs.penalty_forms import penalty
from proofs.symbols import (
    a,
    beta,
    cap_angle,
    kappa,
    kept_level,
    kept_mass,
    lam,
    multiplier,
    n,
    nonzeros,
    ratio,
    spike_across,
    spike_along,
    spike_sign,
    star_entry,
    star_size,
    theta,
    thresholded,
    w_star,
    x_in,
)

LONGEST = 12
"""Largest n of the page: R6's probability is written out for each."""

_GAP, _EXCESS = Symbol("gap", positive=True), Symbol("excess", positive=True)
_PUSH, _OUTER = Symbol("push", real=True), Symbol("outer", positive=True)
_RHO, _X = Symbol("rho", positive=True), Symbol("x", real=True)
_LARGEST, _THRESHOLD, _DELTA = (Symbol(name, positive=True) for name in ("omega_max", "t", "delta"))
_SHORT = {ratio: _RHO}


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


def _part(claim_id: str, name: str) -> Expr:
    """A part of a claim at N = β + gap, with ρ as `rho`."""
    return get(claim_id).parts[name].subs(multiplier, beta + _GAP).xreplace(_SHORT)


def _fixed_points() -> list[Row]:
    """R3, one entry: κw* + βu, and the w* for which that is N x."""
    right = get("R3").parts["right side"]
    (level,) = right.free_symbols - {kappa, beta, w_star}
    (star,) = solve(right - multiplier * _X, w_star)
    return [
        ("right_side", "R3", "an entry of N w̄", right, (w_star, level, kappa, beta)),
        ("star", "R3", "w* of an entry x", star, (_X, level, multiplier, kappa, beta)),
    ]


def _lower() -> list[Row]:
    """R4: an entry with ū_i = 0, from N itself."""
    names, given = {"l1": "inactive", "l0": "dropped", "tl1": "lower"}, (star_size, multiplier, kappa)
    forms = {name: get(f"R4.{name}").parts[f"{part} entry"] for name, part in names.items()}
    return [(name, f"R4.{name}", "|w̄_i| where ū_i = 0", form, given) for name, form in forms.items()]


def vanishes(difference: Expr) -> bool:
    """Whether it is proved to; what is undecided is no formula of the page."""
    return decide_zero(difference).zero is True


def least_kept() -> Expr:
    """u_t of R4.tl1: the |ū_i| at which |w̄_i| is the threshold that P3 states; 0 where the map does not jump."""
    threshold = penalty("tl1").threshold
    (capped,) = threshold.atoms(Min)
    (root,) = set(capped.args) - {a}
    beyond = threshold.xreplace({capped: a}) - get("R4.tl1").parts["kept entry"].subs(kept_level, root - a)
    if not vanishes(beyond):
        raise ValueError("R4.tl1: |w̄_i| is not the threshold of P3 where |ū_i| is least")
    return Max(root - a, 0).xreplace(_SHORT)


def _stability() -> list[Row]:
    """R7.stability: D_i, for transformed l1 at S' = 1/(d|w̄_i|/dU), and the sum that decides where one D_i < 0."""
    parts = get("R7.stability").parts
    (slope,) = parts["stiffness"].free_symbols - {multiplier, beta}
    at_level = parts["stiffness"].subs(slope, 1 / diff(get("R4.tl1").parts["kept entry"], kept_level)).xreplace(_SHORT)
    rest, own, stiff = (Symbol(name, real=True) for name in ("A_w", "w_j", "D_j"))
    return [
        ("tl1", "R7.stability", "D_i", at_level, (multiplier, kept_level, beta, _RHO, a)),
        ("secular", "R7.stability", "Σ w̄_i²/D_i", parts["secular sum"], (rest, own, stiff)),
    ]


def _limits() -> list[Row]:
    """R4: the entries of a limit, what decides between them, and the equation of the multiplier."""
    entry, cubic = (star_size, _GAP, kappa, beta), (kept_level, _GAP, beta, _RHO, a)
    form, size = _part("R4.tl1", "active equation"), _part("R4.tl1", "kept entry")
    at_zero = form.subs(_GAP, 0)
    gap = (kappa * star_size - at_zero) / diff(form, _GAP)
    fold = (kappa * star_size + beta * kept_level) * diff(size, kept_level) - beta * size
    (_, _), (beyond, _) = get(map_id("tl1")).formula.args
    return [
        ("l1_inactive", "R4.l1", "|w̄_i| where ū_i = 0", _part("R4.l1", "inactive entry"), entry),
        ("l1_active", "R4.l1", "|w̄_i| where ū_i ≠ 0", _part("R4.l1", "active entry"), (*entry, lam)),
        ("l1_level", "R4.l1", "largest inactive |w*_i|", _part("R4.l1", "active threshold"), (_GAP, kappa, beta, lam)),
        ("l1_exists", "R4.l1", "λ lies below it", get("R4.l1").parts["existence"], (_LARGEST, kappa)),
        ("l0_kept", "R4.l0", "|w̄_i| on J", _part("R4.l0", "kept entry"), entry),
        ("l0_square", "R4.l0", "‖w̄‖²", _part("R4.l0", "norm equation"), (kept_mass, _GAP, kappa, beta)),
        ("l0_threshold", "R4.l0", "T", get("R4.l0").parts["threshold"], (beta, lam)),
        ("tl1_lower", "R4.tl1", "|w̄_i| where ū_i = 0", _part("R4.tl1", "lower entry"), entry),
        ("tl1_least_kept", "R4.tl1", "u_t, the least U", least_kept(), (_RHO, a)),
        ("tl1_size", "R4.tl1", "|w̄_i| where |ū_i| = U > 0", size, (kept_level, _RHO, a)),
        ("tl1_size_slope", "R4.tl1", "its slope in U, 1/S'", diff(size, kept_level), (kept_level, _RHO, a)),
        ("tl1_pull", "R4.tl1", "κ|w*_i|", form, cubic),
        ("tl1_pull_slope", "R4.tl1", "its slope in U", diff(form, kept_level), cubic),
        ("tl1_gap", "R4.tl1", "the gap at which an entry has U", gap, (star_size, kept_level, kappa, beta, _RHO, a)),
        ("tl1_fold", "R4.tl1", "0 where two branches meet", fold, (star_size, kept_level, kappa, beta, _RHO, a)),
        ("tl1_kept", "P3", "S(x) beyond its threshold", beyond.xreplace({x_in: _X} | _SHORT), (_X, _RHO, a)),
    ]


def _spikes() -> list[Row]:
    """R7: limits with one entry above the threshold, in A and B of R7.astroid."""
    threshold = threshold_in_roots(get("R7.astroid").parts["threshold"])
    roots = tuple(Symbol(name, positive=True) for name in "ab")
    rows: list[Row] = [("threshold", "R7.astroid", "least β, a = A^(1/3), b = B^(1/3)", threshold, roots)]
    across_squared = kappa**2 * (1 - star_entry**2)
    for name, along in (("l1", lam - spike_sign * kappa * star_entry), ("l0", kappa * star_entry)):
        named = {along**2: spike_along**2, across_squared: spike_across**2, multiplier: beta - _EXCESS}
        square = get(f"R7.{name}").parts["multiplier equation"].subs(named)
        size = abs(get(f"R7.{name}").parts["spike"].subs(along, spike_along).subs(multiplier, beta - _EXCESS))
        given = (spike_across, spike_along, _EXCESS, beta)
        own = (spike_sign, star_entry, kappa, lam) if name == "l1" else (star_entry, kappa)
        others = spike_across / (beta - _EXCESS)
        if not vanishes(square.subs(spike_along, 0) - others**2):
            raise ValueError(f"R7.{name}: the entries other than the spike's have not the norm A/N")
        rows += [
            (f"{name}_along", f"R7.{name}", "B", along, own),
            (f"{name}_others", f"R7.{name}", "norm of the other entries", others, (spike_across, _EXCESS, beta)),
            (f"{name}_square", f"R7.{name}", "‖w̄‖²", square, given),
            (f"{name}_square_slope", f"R7.{name}", "its slope in the excess", diff(square, _EXCESS), given),
            (f"{name}_size", f"R7.{name}", "|w̄_j|", size, (spike_along, _EXCESS)),
        ]
    return [*rows, *_tl1_spikes(across_squared)]


def _tl1_spikes(across_squared: Expr) -> list[Row]:
    """The norm of a limit with one active entry, at two U: an enclosure over an interval takes one at each end."""
    claim, size = get("R7.tl1"), get("R4.tl1").parts["kept entry"]
    level = claim.parts["multiplier"].subs(spike_sign * kappa * star_entry, _PUSH)
    (own,) = level.free_symbols - {_PUSH, beta, kept_level}
    drive = level * own
    square = size.subs(kept_level, _OUTER) ** 2 * (1 + spike_across**2 / drive**2)
    stated = claim.parts["multiplier equation"].subs(spike_sign * kappa * star_entry, _PUSH)
    here = (square.subs(_OUTER, kept_level) - 1).subs(spike_across**2, across_squared) * drive**2
    if not vanishes(here * (a + kept_level) ** 4 - stated):
        raise ValueError("R7.tl1: the norm of a limit with one active entry does not lead to the equation it states")
    given, apart = (_PUSH, kept_level, beta, _RHO, a), (spike_across, _PUSH, kept_level, _OUTER, beta, _RHO, a)
    return [
        ("tl1_multiplier", "R7.tl1", "N, push = σκw*_j", level.subs(own, size).xreplace(_SHORT), given),
        ("tl1_entry", "R7.tl1", "|w̄_j|, from N", drive / (beta + _GAP), (_PUSH, kept_level, _GAP, beta)),
        ("tl1_square", "R7.tl1", "‖w̄‖² from N's U and the U of |w̄_j|", square.xreplace(_SHORT), apart),
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


_GROUPS = {
    **{"fixed_points": _fixed_points, "lower": _lower, "limits": _limits, "stability": _stability},
    **{"spikes": _spikes, "errors": _errors, "basin": _basin},
}
