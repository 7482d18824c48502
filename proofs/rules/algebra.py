"""The rules: what a theorem of the literature lets one conclude, computed from its premises.

A rule either computes its conclusion from facts as they stand (GRAM, SUM), or is told of a function and says what it
*needs*, which the solver then proves from the facts that are used, and what it *gives*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import sympy
from sympy import (
    Abs,
    And,
    Basic,
    Dummy,
    Eq,
    Equivalent,
    Expr,
    Ge,
    Implies,
    Integer,
    Le,
    Poly,
    Symbol,
    cos,
    expand,
    sqrt,
)
from sympy.logic.boolalg import Boolean

from proofs.engine.combinations import inner
from proofs.engine.sentence import Same
from proofs.symbols import PLANE, PRODUCTS, QUANTITIES, is_vector

Pair = tuple[Expr, Expr]


@dataclass(frozen=True)
class Applied:
    """`gives` holds where `needs` does, for each value of `over`.

    `needs` must hold whatever the values of the `free` symbols are; or of all but the `fixed` ones, if these are given.
    `called` are names that are given, each with what it is one of, `sums` those of sums of terms.
    """

    needs: Boolean
    gives: Boolean
    over: Symbol | None = None
    fixed: frozenset[Basic] | None = None
    free: frozenset[Basic] = frozenset()
    called: tuple[tuple[Basic, tuple[Basic, ...]], ...] = ()
    sums: Mapping[Expr, Expr] = field(default_factory=dict)


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

    premises: which vectors are the same as combinations of the basis. products: ⟨a, b⟩ of the basis, each pair once: of
    the registry's vectors as it has them, of others a name, the square of that of a length, or 0; 1 of a vector and
    itself, of two such the cosine of their angle. vectors: combinations of the basis, by their symbols. norms: what the
    length of a vector is called, or is shown to be. expanded: names for inner products. named: the same, with the
    inequality. cosines: names for the cosine of the angle between two vectors, or that of a name for the angle. same:
    names for the distance of two. ValueError for an inner product that is missing, and what is no name. Source: Horn &
    Johnson, Matrix Analysis, 5.1.4 and 7.2.10.
    """
    known, lengths = dict(vectors or {}), dict(norms or {})
    if strange := [premise for premise in premises if not isinstance(premise, Same)]:
        raise ValueError(f"GRAM takes equalities of vectors, not {strange}")
    _of_names(products, known, (*(same or ()), *(expanded or ()), *(named or ()), *map(_angle, cosines or ())))
    known |= dict(premise.args for premise in premises)
    basis = {symbol for pair in products for symbol in pair}
    if missing := [f"⟨{a}, {b}⟩" for a in basis for b in basis if (a, b) not in products and (b, a) not in products]:
        raise ValueError(f"GRAM needs every inner product of the basis; {', '.join(sorted(missing))} is missing")

    def product(first: Expr, second: Expr) -> Expr:
        return inner(first.xreplace(known), second.xreplace(known), dict(products))

    for vector, norm in lengths.items():
        shown = not isinstance(norm, Symbol) and sympy.trigsimp(norm**2 - product(vector, vector)) == 0
        if not (isinstance(norm, Symbol) or (shown and norm.is_nonnegative)):
            raise ValueError(f"GRAM gives names to lengths, and that of {vector} is not shown to be {norm}")

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
    """Of what GRAM is told: each name with what it is a name of. Cosines name an angle, squares a length.

    A vector is a name of its combination; or, where products of it are numbers, of itself, and the products of those.
    """
    known = dict(vectors or {})
    told: list[tuple[Expr, tuple[Expr, ...]]] = [one for kind in pairs.values() for one in kind.items()]
    told += [(name, (vector,)) for vector, name in (norms or {}).items()]
    told += [(_angle(cosine), pair) for cosine, pair in (cosines or {}).items()]
    products = {pair: sympy.sympify(value) for pair, value in products.items()}
    for pair, value in products.items():
        if {*pair} <= QUANTITIES.keys() or not value.args:
            told.append((value, pair))
        elif value.is_Pow:
            told.append((value.base, pair[:1]))
        else:  # the theory's angle is that of one pair, and no new name
            told.append((value if _angle(value) in QUANTITIES else _angle(value), pair))
    for name, meant in told:
        if isinstance(name, Symbol | cos):
            yield name, tuple(sorted((vector.xreplace(known) for vector in meant), key=sympy.default_sort_key))
    for pair, value in products.items():
        if value.is_Number and not {*pair} <= QUANTITIES.keys():
            first, second = sorted(pair, key=sympy.default_sort_key)
            yield Symbol(f"⟨{first}, {second}⟩"), (value,)
            yield from ((vector, (vector,)) for vector in {*pair} - QUANTITIES.keys())
    yield from ((vector, (combination,)) for vector, combination in known.items())


def _of_names(products: Mapping[Pair, Expr], vectors: Mapping[Symbol, Expr], called: Iterable[Expr]) -> None:
    """ValueError where GRAM is told of something that is no name, or of one that has a meaning already."""
    for (first, second), value in products.items():
        ours = {PLANE.get(pair, PRODUCTS.get(pair)) for pair in ((first, second), (second, first))}
        if {first, second} <= QUANTITIES.keys():
            if value not in ours - {None}:
                raise ValueError(f"GRAM is told that ⟨{first}, {second}⟩ is {value}, which is not what it is called")
        elif not _may_be(first, second, value, products):
            raise ValueError(f"GRAM needs a name for ⟨{first}, {second}⟩, and {value} is none")
    if taken := vectors.keys() & QUANTITIES.keys():
        raise ValueError(f"GRAM is told what {', '.join(map(str, taken))} is, which has a meaning already")
    if wrong := [name for name in called if not isinstance(name, Symbol)]:
        raise ValueError(f"GRAM gives names to inner products and angles, and {', '.join(map(str, wrong))} is none")


def _may_be(first: Expr, second: Expr, value: Expr, products: Mapping[Pair, Expr]) -> bool:
    """Whether an inner product can be that, whatever the others are that are told in this way."""
    if isinstance(value, Symbol) or value == 0:
        return True
    if first == second:
        return bool(value == 1 or (value.is_Pow and value.exp == 2 and value.base.is_Symbol))
    return isinstance(_angle(value), Symbol) and all(products.get((one, one)) == 1 for one in (first, second))


def _angle(cosine: Expr) -> Expr:
    """What a cosine is of; of what is none, itself."""
    return cosine.args[0] if isinstance(cosine, cos) else cosine


def entrywise(vectors: Boolean, *, entries: Mapping[Symbol, Expr]) -> Boolean:
    """ENTRY: vectors that are equal have equal entries; `entries` says what the entry of each is called.

    ValueError for what is no equality of vectors, and for a vector whose entry has no name, or something else for one.
    By definition.
    """
    if wrong := [entry for entry in entries.values() if not isinstance(entry, Symbol)]:
        raise ValueError(f"ENTRY gives names to entries, and {', '.join(map(str, wrong))} is none")
    if not isinstance(vectors, Same):
        raise ValueError(f"ENTRY takes an equality of vectors, not {vectors}")
    left, right = (side.xreplace(dict(entries)) for side in vectors.args)
    if lacking := [one for one in (left - right).free_symbols if not one.is_real or is_vector(one)]:
        raise ValueError(f"ENTRY needs a name for the entry of {', '.join(map(str, lacking))}")
    return Eq(left, right, evaluate=False)


def grown(steeper: Boolean, *, slope: Symbol, below: Expr, over: Symbol, start: Pair, end: Pair) -> Boolean:
    """MONO: going up a function gains no less, going down it loses no more, than one that is nowhere steeper.

    steeper: (slope − below)(over − start) ≥ 0, for every point `over` between start and end, the function having that
    slope there. start, end: a point, and the value of the function. ValueError for another premise, or for a `below`
    that is no polynomial. Source: Rudin, Principles of Mathematical Analysis, 5.11.
    """
    if steeper != Ge((slope - below) * (over - start[0]), 0, evaluate=False):
        raise ValueError(f"MONO needs (slope − {below})({over} − {start[0]}) ≥ 0, not {steeper}")
    if below.has(slope) or not below.is_polynomial(over) or {over, slope} & {*start, *end}:
        raise ValueError(f"MONO needs a polynomial in {over}, not {below}")
    return Ge(end[1] - start[1], sympy.integrate(below, (over, start[0], end[0])), evaluate=False)


def iterated(
    first: Boolean, after: Boolean, *, holds: Boolean, values: Mapping[Expr, tuple[Expr, Expr, Expr]], count: Symbol
) -> Boolean:
    """ITER: what holds at the start, and after a step if it did before, holds after every number of steps.

    holds: of quantities after `count` steps. values: each with what it is at the start, one step later, and at last.
    first, after: that it holds at the start; that it implies the same one step later. ValueError for other premises.
    Source: induction.
    """
    start, then, last = ({value: told[place] for value, told in values.items()} for place in range(3))
    passed = Implies(holds, holds.xreplace(then).subs(count, count + 1), evaluate=False)
    for told, needed in ((first, holds.xreplace(start).subs(count, 0)), (after, passed)):
        if told != needed:
            raise ValueError(f"ITER needs {needed}, not {told}")
    if not (count.is_nonnegative and count.is_integer):
        raise ValueError(f"ITER counts steps, and {count} may be no number of them")
    return holds.xreplace(last)


def total(entry: Boolean, *, sums: Mapping[Expr, Expr]) -> Boolean:
    """SUM: what holds of each entry holds of the sums over the entries.

    entry: relations that are linear in the terms that `sums` maps to their sums. The sum of 1, their number, is one of
    these where there is a constant. ValueError for one that is not linear. Source: induction on the number of entries.
    """
    return And(*(_summed(part, sums) for part in And.make_args(entry)))


def _summed(relation: Boolean, sums: Mapping[Expr, Expr]) -> Boolean:
    if not isinstance(relation, Le | Ge | Eq):
        raise ValueError(f"SUM takes ≤, ≥ and = between terms of an entry, not {relation}")
    one = Integer(1)
    places = {term: Dummy() for term in sums if term != one}
    bound = {symbol for term in sums for symbol in term.free_symbols}
    summed = []
    for side in relation.args:
        left = Poly(expand(side).subs(places), *places.values())
        constant = left.coeff_monomial(1)
        if not left.is_linear or (constant != 0 and one not in sums) or left.free_symbols_in_domain & bound:
            raise ValueError(f"SUM needs a relation linear in {', '.join(map(str, sums))}, not {relation}")
        terms = left.as_expr() - constant + constant * sums.get(one, one)
        summed.append(terms.subs({place: sums[term] for term, place in places.items()}))
    return relation.func(*summed, evaluate=False)
