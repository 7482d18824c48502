"""Text of the script `formulas.js`: what the interactive page computes with, as functions of numbers.

A limit's multiplier is N = β + gap, and a spike's is N = β − excess: `gap` and `excess` are arguments instead of N, as
N − β would lose its digits where the two are close. That is a substitution in what the claims state; every function is
one of their expressions, or its derivative.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill, indent

from sympy import Expr, Rational, Symbol, betainc_regularized, diff, expand, integrate, pi, sin

from proofs.claim import get
from proofs.dialect import JAVASCRIPT
from proofs.emit import assignments
from proofs.generate_penalties import map_form, steps, value_form
from proofs.generate_splitting import threshold_in_roots
from proofs.penalties import map_id
from proofs.penalty_forms import Penalty, penalty
from proofs.render import line_of
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
    x_in,
)

__all__ = ["CAPTIONED", "LONGEST", "PAGE_PENALTIES", "SCRIPT", "Scalar", "javascript", "scalars"]

SCRIPT = "docs/_static/interactive/formulas.js"
"""Path of the script, relative to the root."""

LONGEST = 12
"""Largest n of the page: R6's probability is written out for each."""

PAGE_PENALTIES = ("l1", "l0", "tl1", "mcp", "scad", "half")
"""Penalties of the page; the limit is a known map of w* for the first three."""

CAPTIONED = (
    *(map_id(name) for name in PAGE_PENALTIES),
    *(f"{claim}.{name}" for claim in ("R4", "R5", "R7") for name in ("l1", "l0", "tl1")),
    *("R3", "R5", "R6.radius", "R6.probability", "R7.astroid"),
)
"""Claims whose statement the page shows."""

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


def javascript(captions: Mapping[str, str]) -> str:
    """The script. `captions`: by claim id, the statement as MathML."""
    own = [penalty(name) for name in PAGE_PENALTIES]
    rows = scalars()
    groups = list(dict.fromkeys(row.group for row in rows))
    parts = [_group("penalties", [_penalty(each) for each in own])]
    parts += [_group(group, [_function(row) for row in rows if row.group == group]) for group in groups]
    parts.append(_group("captions", [_caption(claim_id, captions[claim_id]) for claim_id in CAPTIONED]))
    body = indent("\n".join(parts), "  ", lambda line: bool(line.strip()))
    ids = dict.fromkeys([*(map_id(each.name) for each in own), *(row.claim_id for row in rows)])
    return f'{_header(list(ids))}\n"use strict";\n\nglobalThis.coarseproofFormulas = {{\n{body}}};\n'


def scalars() -> list[Scalar]:
    """The functions of chapter R."""
    return [*_limits(), *_spikes(), *_errors(), *_basin()]


def _header(ids: Sequence[str]) -> str:
    listed = fill(", ".join(ids), 112, initial_indent=" * ", subsequent_indent=" * ")
    return (
        "/*\n * Formulas of the interactive page, as functions of numbers.\n *\n"
        f" * Written by `coarseproof derive` from proofs/ and the claims\n{listed}.\n"
        " * Do not edit: change the claim and derive again.\n */"
    )


def _group(name: str, members: Sequence[str]) -> str:
    return f"{name}: {{\n{indent(''.join(members), '  ', lambda line: bool(line.strip()))}}},\n"


def _caption(claim_id: str, mathml: str) -> str:
    shown = {"title": get(claim_id).title, "mathml": mathml}
    return f"{json.dumps(claim_id)}: {json.dumps(shown, ensure_ascii=False)},\n"


# Penalties: the same forms as NumPy's.


def _penalty(each: Penalty) -> str:
    shapes = [
        {
            "name": shape.name,
            "default": float(shape.default),
            "above": int(shape.above),
            "attained": shape.attained,
            "meaning": shape.meaning,
        }
        for shape in each.parameters
    ]
    names = tuple(shape.name for shape in each.parameters)
    map_claim = map_id(each.name)
    rows = [
        f"title: {json.dumps(each.title, ensure_ascii=False)},\n",
        f"claim: {json.dumps(map_claim)},\n",
        f"parameters: {json.dumps(shapes, ensure_ascii=False)},\n",
        _method("value", "p(|u|)", ("u", *names), steps(each, value_form(each), JAVASCRIPT)),
        _method("map", f"S(x), {map_claim}", ("x", "rho", *names), steps(each, map_form(each), JAVASCRIPT)),
        _method("threshold", "largest |x| with S(x) = 0", ("rho", *names), steps(each, each.threshold, JAVASCRIPT)),
        _method("displacement", "largest |x − S(x)|", ("rho", *names), steps(each, each.farthest, JAVASCRIPT)),
    ]
    return _group(each.name, rows)


def _method(name: str, comment: str, arguments: Sequence[str], pairs: Sequence[tuple[str, str]]) -> str:
    *shared, (_, value) = pairs
    lines = [f"const {key} = {source};" for key, source in shared] + [f"return {value};"]
    head = f"/** {comment} */\n" if comment else ""
    return f"{head}{name}({', '.join(arguments)}) {{\n{indent(chr(10).join(lines), '  ')}\n}},\n"


# Chapter R: parts of claims, in the gap or the excess.


def _function(scalar: Scalar) -> str:
    names = [symbol.name for symbol in scalar.arguments]
    if missing := scalar.form.free_symbols - set(scalar.arguments):
        raise ValueError(f"{scalar.claim_id}, {scalar.what}: {sorted(map(str, missing))} are no arguments")
    pairs = assignments([scalar.form], ["value"], names, JAVASCRIPT)
    return _method(scalar.name, f"{scalar.claim_id}, {scalar.what}: {line_of(scalar.form)}", names, pairs)


def _part(claim_id: str, name: str) -> Expr:
    """A part of a claim at N = β + gap, with ρ as `rho`."""
    return get(claim_id).parts[name].subs(multiplier, beta + _GAP).xreplace(_SHORT)


def _limits() -> list[Scalar]:
    """R4: the entries of a limit, what decides between them, and the equation of the multiplier."""
    entry, cubic = (star_size, _GAP, kappa, beta), (kept_level, _GAP, beta, _RHO, a)
    form, size = _part("R4.tl1", "active equation"), _part("R4.tl1", "kept entry")
    at_zero = form.subs(_GAP, 0)
    gap = (kappa * star_size - at_zero) / diff(form, _GAP)
    fold = (kappa * star_size + beta * kept_level) * diff(size, kept_level) - beta * size
    (_, _), (beyond, _) = get(map_id("tl1")).formula.args
    rows = [
        ("l1_inactive", "R4.l1", "|w̄_i| where ū_i = 0", _part("R4.l1", "inactive entry"), entry),
        ("l1_active", "R4.l1", "|w̄_i| where ū_i ≠ 0", _part("R4.l1", "active entry"), (*entry, lam)),
        ("l1_level", "R4.l1", "largest inactive |w*_i|", _part("R4.l1", "active threshold"), (_GAP, kappa, beta, lam)),
        ("l1_exists", "R4.l1", "λ lies below it", get("R4.l1").parts["existence"], (_LARGEST, kappa)),
        ("l0_kept", "R4.l0", "|w̄_i| on J", _part("R4.l0", "kept entry"), entry),
        ("l0_dropped", "R4.l0", "|w̄_i| off J", _part("R4.l0", "dropped entry"), entry),
        ("l0_square", "R4.l0", "‖w̄‖²", _part("R4.l0", "norm equation"), (kept_mass, _GAP, kappa, beta)),
        ("l0_threshold", "R4.l0", "T", get("R4.l0").parts["threshold"], (beta, lam)),
        ("tl1_lower", "R4.tl1", "|w̄_i| where ū_i = 0", _part("R4.tl1", "lower entry"), entry),
        ("tl1_size", "R4.tl1", "|w̄_i| where |ū_i| = U > 0", size, (kept_level, _RHO, a)),
        ("tl1_size_slope", "R4.tl1", "its slope in U, 1/S'", diff(size, kept_level), (kept_level, _RHO, a)),
        ("tl1_pull", "R4.tl1", "κ|w*_i|", form, cubic),
        ("tl1_pull_slope", "R4.tl1", "its slope in U", diff(form, kept_level), cubic),
        ("tl1_gap", "R4.tl1", "the gap at which an entry has U", gap, (star_size, kept_level, kappa, beta, _RHO, a)),
        ("tl1_fold", "R4.tl1", "0 where two branches meet", fold, (star_size, kept_level, kappa, beta, _RHO, a)),
        ("tl1_kept", "P3", "S(x) beyond its threshold", beyond.xreplace({x_in: _X} | _SHORT), (_X, _RHO, a)),
    ]
    return [Scalar("limits", *row) for row in rows]


def _spikes() -> list[Scalar]:
    """R7: limits with one entry above the threshold, in A and B of R7.astroid."""
    rows: list[tuple[str, str, str, Expr, tuple[Symbol, ...]]] = []
    threshold, roots = threshold_in_roots(), tuple(Symbol(name, positive=True) for name in "ab")
    rows.append(("threshold", "R7.astroid", "least β, a = A^(1/3), b = B^(1/3)", threshold, roots))
    across_squared = kappa**2 * (1 - star_entry**2)
    for name, along in (("l1", lam - spike_sign * kappa * star_entry), ("l0", kappa * star_entry)):
        named = {along**2: spike_along**2, across_squared: spike_across**2, multiplier: beta - _EXCESS}
        square = get(f"R7.{name}").parts["multiplier equation"].subs(named)
        size = abs(get(f"R7.{name}").parts["spike"].subs(along, spike_along).subs(multiplier, beta - _EXCESS))
        given = (spike_across, spike_along, _EXCESS, beta)
        rows += [
            (f"{name}_square", f"R7.{name}", "‖w̄‖²", square, given),
            (f"{name}_square_slope", f"R7.{name}", "its slope in the excess", diff(square, _EXCESS), given),
            (f"{name}_size", f"R7.{name}", "|w̄_j|", size, (spike_along, _EXCESS)),
        ]
    return [Scalar("spikes", *row) for row in [*rows, *_tl1_spikes(across_squared)]]


def _tl1_spikes(across_squared: Expr) -> list[tuple[str, str, str, Expr, tuple[Symbol, ...]]]:
    """The norm of a limit with one active entry, at two U: an enclosure over an interval takes one at each end."""
    claim, size = get("R7.tl1"), get("R4.tl1").parts["kept entry"]
    level = claim.parts["multiplier"].subs(spike_sign * kappa * star_entry, _PUSH)
    (own,) = level.free_symbols - {_PUSH, beta, kept_level}
    drive = level * own
    square = size.subs(kept_level, _OUTER) ** 2 * (1 + spike_across**2 / drive**2)
    stated = claim.parts["multiplier equation"].subs(spike_sign * kappa * star_entry, _PUSH)
    here = (square.subs(_OUTER, kept_level) - 1).subs(spike_across**2, across_squared) * drive**2
    if expand(here * (a + kept_level) ** 4 - stated).equals(0) is not True:
        raise ValueError("R7.tl1: the norm of a limit with one active entry does not lead to the equation it states")
    given = (_PUSH, kept_level, beta, _RHO, a)
    return [
        ("tl1_multiplier", "R7.tl1", "N, push = σκw*_j", level.subs(own, size).xreplace(_SHORT), given),
        ("tl1_entry", "R7.tl1", "|w̄_j|, from N", drive / (beta + _GAP), (_PUSH, kept_level, _GAP, beta)),
        (
            "tl1_square",
            "R7.tl1",
            "‖w̄‖² from N's U and the U of |w̄_j|",
            square.xreplace(_SHORT),
            (spike_across, _PUSH, kept_level, _OUTER, beta, _RHO, a),
        ),
    ]


def _errors() -> list[Scalar]:
    """R5: bounds of sin θ̄, and ‖w̄ − w*‖."""
    parts = get("R5").parts
    (moved,) = parts["bound"].free_symbols - {beta, kappa}
    rows = [
        ("by_gap", "R5", "bound of sin θ̄", parts["bound"].subs(moved, _DELTA), (_DELTA, kappa, beta)),
        ("distance", "R5", "‖w̄ − w*‖", parts["distance"], (theta,)),
        ("l1", "R5.l1", "bound of sin θ̄", get("R5.l1").parts["bound"], (nonzeros, kappa, lam)),
        ("l0", "R5.l0", "bound of sin θ̄", get("R5.l0").parts["bound"], (thresholded, kappa, beta, lam)),
        ("tl1", "R5.tl1", "bound of sin θ̄", get("R5.tl1").parts["bound"], (nonzeros, _THRESHOLD, kappa, beta)),
    ]
    return [Scalar("errors", *row) for row in rows]


def _basin() -> list[Scalar]:
    """R6: the radius, and the probability for each n, where the incomplete beta function is elementary."""
    rows = [Scalar("basin", "radius", "R6.radius", "bound", get("R6.radius").parts["bound"], (beta, _DELTA, n))]
    for size in range(2, LONGEST + 1):
        form = get("R6.probability").formula.subs(n, size)
        rows.append(
            Scalar("basin", f"probability_{size}", "R6.probability", f"n = {size}", _elementary(form), (cap_angle,))
        )
    return rows


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
