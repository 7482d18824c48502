"""Rules of forms, norms and roots: when Σ D x² is > 0 orthogonally to w, when a norm is 1, what a rising root is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import sympy
from sympy import And, Eq, Equivalent, Expr, Ge, Implies, Ne, Pow, Symbol, diff
from sympy.logic.boolalg import Boolean

from proofs.engine.residual import decide_zero
from proofs.engine.sentence import Exists, Is, Root
from proofs.rules.algebra import Applied
from proofs.rules.analysis import _CONTINUOUS, _between, _regular


def reached(
    *,
    said: Exists,
    entry: Expr,
    over: Symbol,
    low: Expr,
    high: Expr,
    most: Expr,
    alone: Mapping[Symbol, Expr] = MappingProxyType({}),
) -> Applied:
    """IVT: what is `said` to exist, where a norm is 1, of a vector whose entries are continuous.

    `most` is the entry of a unit vector: no entry is larger at `high`. At `low` none is smaller, or one, which `alone`
    picks, is 1 or more. Source: Rudin, Principles of Mathematical Analysis, 4.9 and 4.23.
    """
    symbol, (where, *norm) = said.args[0], said.args[1].args
    if symbol != over or len(norm) != 1 or not isinstance(norm[0], Eq) or norm[0].rhs != 1:
        raise ValueError(f"IVT says where a norm is 1 for some {over}, and not {said}")
    first, last = entry.subs(over, low), entry.subs(over, high)
    needs = And(
        low <= high,
        Implies(_between(low, over, high), And(_regular(entry, _CONTINUOUS, Ge), where)),
        first.subs(alone) >= 1 if alone else first >= most,
        And(last >= 0, last <= most),
    )
    return Applied(needs, said, over)


def rises(
    *,
    root: Root,
    form: Expr,
    factor: Expr = sympy.S.One,
    names: Mapping[Symbol, Expr] = MappingProxyType({}),
    slopes: Mapping[Symbol, Expr] = MappingProxyType({}),
) -> Applied:
    """ROOT: at a rising root the two sides are equal and their difference has a slope > 0; so has `form`, if that
    difference is a positive `factor` times it.

    names: what symbols in these stand for; slopes: theirs. ValueError for another form or slope. Source: Rudin,
    Principles of Mathematical Analysis, 5.3 and 5.5.
    """
    which, over, equation, (low, high) = root.args
    if which.name != "a rising":
        raise ValueError(f"ROOT is of a rising root, not of {root}")
    left = [equation.lhs - equation.rhs - (factor * form).subs(names)]
    left += [diff(names[name], over) - slope.subs(names) for name, slope in slopes.items()]
    if not all(decide_zero(residual).zero for residual in left) or form.free_symbols & names.keys() - slopes.keys():
        raise ValueError(f"ROOT: {form} is not {equation}, up to the factor {factor}, or has another slope")
    slope = diff(form, over) + sum(diff(form, name) * slopes[name] for name in slopes)
    needs = And(factor > 0, *(Eq(name, term) for name, term in names.items()))
    return Applied(needs, Equivalent(root, And(low < over, over < high, Eq(form, 0), slope > 0)))


Triple = tuple[Expr, Expr, Expr]


def tried(*, positive: Boolean, entries: Sequence[Triple], sums: Mapping[Expr, Expr] | None = None) -> Boolean:
    """FORM: Σ D x² is > 0 on each x ≠ 0 orthogonal to w, if diag(D) is `positive` there. By definition.

    entries: (D, w, x) of some entries; one whose terms are among `sums` stands for all the others, x is 0 elsewhere.
    """
    if not isinstance(positive, Is):
        raise ValueError(f"FORM reads a predicate, not {positive}")
    tangent, value = _of_form(entries, sums or {})
    return Implies(And(positive, tangent), value > 0)


def definite(
    *, positive: Boolean, given: Boolean, entries: Sequence[Triple], sums: Mapping[Expr, Expr] | None = None
) -> Applied:
    """FORM: diag(D) is `positive` orthogonally to w if Σ D x² > 0 for every such x ≠ 0. By definition.

    `entries` as in `tried`. ValueError if x stands in what is `given`.
    """
    if not isinstance(positive, Is):
        raise ValueError(f"FORM gives a predicate, not {positive}")
    tangent, value = _of_form(entries, sums or {})
    if moved := given.free_symbols & {symbol for *_, x in entries for symbol in x.free_symbols}:
        raise ValueError(f"FORM is for every x orthogonal to w, and {', '.join(map(str, moved))} is given")
    return Applied(Implies(And(given, tangent), value > 0), Implies(given, positive))


def _of_form(entries: Sequence[Triple], sums: Mapping[Expr, Expr]) -> tuple[Boolean, Expr]:
    """That x, which is not 0, is orthogonal to w, and Σ D x²."""
    terms = [[w * x, x**2, stiff * x**2] for stiff, w, x in entries]
    along, square, value = (sum(sums.get(term, term) for term in kind) for kind in zip(*terms, strict=True))
    defined = [Ne(part.base, 0) for *_, x in entries for part in x.atoms(Pow) if part.exp.is_negative]
    return And(*defined, Eq(along, 0, evaluate=False), square > 0), value
