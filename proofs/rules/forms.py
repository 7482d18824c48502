"""Rules of forms, norms and roots: when Σ D x² is > 0 orthogonally to w, when a norm is 1, what a rising root is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import sympy
from sympy import And, Basic, Eq, Equivalent, Expr, Ge, Gt, Implies, Ne, Pow, Symbol, diff
from sympy.logic.boolalg import Boolean

from proofs.engine.residual import decide_zero
from proofs.engine.sentence import Exists, Is, Root
from proofs.rules.algebra import Applied
from proofs.rules.analysis import _CONTINUOUS, _SMOOTH, _between, _regular
from proofs.symbols import QUANTITIES


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

    `most` names the entry of a unit vector: no entry is larger at `high`. At `low` none is smaller, or one, which
    `alone` picks by its name, is 1 or more. ValueError where norm and entries have no names of their own. Source:
    Rudin, Principles of Mathematical Analysis, 4.9 and 4.23.
    """
    symbol, (where, *norm) = said.args[0], said.args[1].args
    if symbol != over or len(norm) != 1 or not isinstance(norm[0], Eq) or norm[0].rhs != 1:
        raise ValueError(f"IVT says where a norm is 1 for some {over}, and not {said}")
    if wrong := [one for one in (norm[0].lhs, most, *alone.values()) if not _named(one)] or alone.keys() - {most}:
        raise ValueError(f"IVT needs names of a norm and of an entry, and {', '.join(map(str, wrong))} is none")
    first, last = entry.subs(over, low), entry.subs(over, high)
    needs = And(
        low <= high,
        Implies(_between(low, over, high), And(_regular(entry, _CONTINUOUS, Ge), where)),
        first.subs(alone) >= 1 if alone else first >= most,
        And(last >= 0, last <= most),
    )
    return Applied(needs, said, over, called=((norm[0].lhs, (entry, most)),))


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

    names: what symbols in these stand for; slopes: theirs. Between the ends all of these are smooth. ValueError for
    another form or slope. Source: Rudin, Principles of Mathematical Analysis, 5.3 and 5.5.
    """
    which, over, equation, (low, high) = root.args
    if which.name != "a rising":
        raise ValueError(f"ROOT is of a rising root, not of {root}")
    left = [equation.lhs - equation.rhs - (factor * form).subs(names)]
    left += [diff(names[name], over) - slope.subs(names) for name, slope in slopes.items()]
    if not all(decide_zero(residual).zero for residual in left) or form.free_symbols & names.keys() - slopes.keys():
        raise ValueError(f"ROOT: {form} is not {equation}, up to the factor {factor}, or has another slope")
    slope = diff(form, over) + sum(diff(form, name) * slopes[name] for name in slopes)
    smooth = [_regular(one, _SMOOTH, Gt) for one in (equation.lhs - equation.rhs, form, factor, *names.values())]
    inside = _between(low, over, high, inside=True)
    needs = And(factor > 0, *(Eq(name, term) for name, term in names.items()), Implies(inside, And(*smooth)))
    return Applied(needs, Equivalent(root, And(inside, Eq(form, 0), slope > 0)))


Triple = tuple[Expr, Expr, Expr]


def tried(*, positive: Boolean, entries: Sequence[Triple], sums: Mapping[Expr, Expr] | None = None) -> Boolean:
    """FORM: Σ D x² is > 0 on each x ≠ 0 orthogonal to w, if diag(D) is `positive` there. By definition.

    entries: (D, w, x) of some entries; one whose terms are among `sums`, each with the name of its sum, stands for all
    the others, x is 0 elsewhere. ValueError for a D, a w or a sum that is no name.
    """
    if not isinstance(positive, Is):
        raise ValueError(f"FORM reads a predicate, not {positive}")
    tangent, value, _ = _of_form(entries, sums or {})
    return Implies(And(positive, tangent), value > 0)


def definite(
    *, positive: Boolean, given: Boolean, entries: Sequence[Triple], sums: Mapping[Expr, Expr] | None = None
) -> Applied:
    """FORM: diag(D) is `positive` orthogonally to w if Σ D x² > 0 for every such x ≠ 0. By definition.

    `entries` as in `tried`, each x a name, one of them standing for all the others. ValueError for other entries, and
    if an x or a sum of them stands in what is `given`.
    """
    if not isinstance(positive, Is):
        raise ValueError(f"FORM gives a predicate, not {positive}")
    tangent, value, summed = _of_form(entries, sums or {})
    each = [x for *_, x in entries]
    if not all(map(_named, each)) or len({*each, *(one for first in entries for one in first[:2])}) < 3 * len(each):
        raise ValueError(f"FORM is for every x orthogonal to w, and {each} are no names of the entries of one")
    if not summed:
        raise ValueError("FORM is for every x orthogonal to w; one entry, with all three sums, stands for the others")
    if moved := given.free_symbols & {*each, *summed}:
        raise ValueError(f"FORM is for every x orthogonal to w, and {', '.join(map(str, moved))} is given")
    needs, gives = Implies(And(given, tangent), value > 0), Implies(given, positive)
    called = names_of_form(positive, entries)
    return Applied(needs, gives, free=frozenset({*each, *summed}), called=called, sums=sums or {})


def names_of_form(positive: Boolean, entries: Sequence[Triple]) -> tuple[tuple[Basic, tuple[Basic, ...]], ...]:
    """What a predicate is one of, which has its own D and w, and what each D is one of."""
    return (positive, entries[0][:2]), *((stiff, (positive, w)) for stiff, w, _ in entries)


def _named(one: Expr) -> bool:
    """Whether it is a name that the theory has not given to something else."""
    return isinstance(one, Symbol) and one not in QUANTITIES


def _of_form(entries: Sequence[Triple], sums: Mapping[Expr, Expr]) -> tuple[Boolean, Expr, list[Expr]]:
    """That x, which is not 0, is orthogonal to w, Σ D x², and the names of sums that stand in these."""
    terms = [[w * x, x**2, stiff * x**2] for stiff, w, x in entries]
    summed = [term for kind in terms for term in kind if term in sums]
    if summed not in ([], *terms):
        raise ValueError(f"FORM needs three sums, of one entry that stands for all the others, not those of {summed}")
    summed = [sums[term] for term in summed]
    if wrong := [one for one in (*summed, *(one for first in entries for one in first[:2])) if not _named(one)]:
        raise ValueError(f"FORM needs names of D, of w and of sums, and {', '.join(map(str, wrong))} is none")
    along, square, value = (sum(sums.get(term, term) for term in kind) for kind in zip(*terms, strict=True))
    defined = [Ne(part.base, 0) for *_, x in entries for part in x.atoms(Pow) if part.exp.is_negative]
    return And(*defined, Eq(along, 0, evaluate=False), square > 0), value, summed
