"""The rules: what a theorem of the literature lets one conclude, computed from its premises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sympy import Abs, And, Dummy, Eq, Equivalent, Expr, Ge, Le, Poly, Symbol, default_sort_key, expand, sqrt
from sympy.logic.boolalg import Boolean

from proofs.engine.derivation import inner
from proofs.engine.sentence import Same

__all__ = ["gram", "names", "total"]

Pair = tuple[Expr, Expr]


def gram(
    *premises: Boolean,
    products: Mapping[Pair, Expr],
    vectors: Mapping[Symbol, Expr] | None = None,
    norms: Mapping[Expr, Expr] | None = None,
    expanded: Mapping[Expr, Pair] | None = None,
    named: Mapping[Expr, Pair] | None = None,
    cosines: Mapping[Expr, Pair] | None = None,
    same: Mapping[Expr, Pair] | None = None,
) -> Boolean:
    """GRAM: inner products of combinations, Cauchy-Schwarz, and that a vector of length 0 is none.

    products: ⟨a, b⟩ of the basis, each pair once. vectors: combinations of the basis, by their symbols. norms: what the
    length of a vector is called. expanded: names for inner products. named: the same, with the inequality. cosines:
    names for the cosine of the angle between two vectors. same: names for the distance of two. ValueError for an inner
    product that is missing. Source: Horn & Johnson, Matrix Analysis, 5.1.4 and 7.2.10.
    """
    known, lengths = dict(vectors or {}), dict(norms or {})
    basis = {symbol for pair in products for symbol in pair}
    if missing := [f"⟨{a}, {b}⟩" for a in basis for b in basis if (a, b) not in products and (b, a) not in products]:
        raise ValueError(f"GRAM needs every inner product of the basis; {', '.join(sorted(missing))} is missing")

    def product(first: Expr, second: Expr) -> Expr:
        return inner(first.xreplace(known), second.xreplace(known), dict(products))

    def length(vector: Expr) -> Expr:
        return lengths.get(vector, sqrt(product(vector, vector)))

    said: list[Boolean] = []
    for name, (first, second) in (same or {}).items():
        lengths[first - second] = name
        said.append(Equivalent(Same(first, second), Eq(name, 0)))
    for vector, norm in lengths.items():
        said += [Ge(norm, 0), Eq(norm**2, product(vector, vector))]
    said += [Eq(name, product(first, second)) for name, (first, second) in (expanded or {}).items()]
    for name, (first, second) in (named or {}).items():
        said += [Eq(name, product(first, second)), Le(Abs(name), length(first) * length(second))]
    for name, (first, second) in (cosines or {}).items():
        said.append(Eq(name * length(first) * length(second), product(first, second)))
    return And(*said)


def names(
    *,
    products: Mapping[Pair, Expr],
    vectors: Mapping[Symbol, Expr] | None = None,
    norms: Mapping[Expr, Expr] | None = None,
    cosines: Mapping[Expr, Pair] | None = None,
    **pairs: Mapping[Expr, Pair],
) -> Iterator[tuple[Expr, tuple[Expr, ...]]]:
    """Of what GRAM is told: each name with what it is a name of. Cosines name an angle."""
    known = dict(vectors or {})
    inners = [(name, pair) for pair, name in products.items()] + [
        one for told in pairs.values() for one in told.items()
    ]
    lengths = [(name, (vector,)) for vector, name in (norms or {}).items()]
    for name, meant in [*inners, *lengths, *((cos.args[0], pair) for cos, pair in (cosines or {}).items())]:
        if isinstance(name, Symbol):
            yield name, tuple(sorted((vector.xreplace(known) for vector in meant), key=default_sort_key))


def total(entry: Boolean, *, sums: Mapping[Expr, Expr]) -> Boolean:
    """SUM: what holds of each entry holds of the sums over the entries.

    entry: relations that are linear in the terms that `sums` maps to their sums, without a constant. ValueError for
    one that is not. Source: induction on the number of entries.
    """
    return And(*(_summed(part, sums) for part in And.make_args(entry)))


def _summed(relation: Boolean, sums: Mapping[Expr, Expr]) -> Boolean:
    if not isinstance(relation, Le | Ge | Eq):
        raise ValueError(f"SUM takes ≤, ≥ and = between terms of an entry, not {relation}")
    places = {term: Dummy() for term in sums}
    sides = [expand(side).subs(places) for side in relation.args]
    for side in sides:
        left = Poly(side, *places.values()) if side else Poly(0, *places.values())
        bound = {symbol for term in sums for symbol in term.free_symbols}
        if not left.is_linear or left.coeff_monomial(1) != 0 or left.free_symbols_in_domain & bound:
            raise ValueError(f"SUM needs a relation linear in {', '.join(map(str, sums))}, not {relation}")
    back = {places[term]: sums[term] for term in sums}
    return relation.func(*(side.subs(back) for side in sides), evaluate=False)
