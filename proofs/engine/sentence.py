"""What a claim says, as a formula.

A sentence is made of relations between terms, joined in the order in which they are read, and of a few predicates.
Where one of the claim's named expressions stands, there is its `part`: so the role that each plays (a value, a bound
from one side, a threshold, …) is read off its place in the sentence, and the line a reader sees is printed from both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from enum import StrEnum
from functools import partial
from typing import Any, Final

from sympy import And, Basic, Eq, Equivalent, Expr, Ge, Gt, Implies, Le, Lt, Ne, Or, Symbol, default_sort_key, sympify
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean


class Role(StrEnum):
    """What a named expression is in the sentence."""

    VALUE = "value"
    UPPER = "upper bound"
    LOWER = "lower bound"
    THRESHOLD = "threshold"
    LIMIT = "limit"
    EQUATION = "equation"


class Relation(StrEnum):
    """What a sentence asserts."""

    EQUAL = "equal"
    FOR_ALL = "for all"
    EXISTS = "exists"
    IFF = "if and only if"
    TENDS = "tends to"


class Term(Symbol):
    """A quantity that the definition gives, called by its LaTeX: a left-hand side, a point, a function."""

    __slots__ = ()


class Part(Symbol):
    """The place of one of the claim's own expressions: "statement", or a name in `parts`."""

    __slots__ = ()


def _relation(kind: Any) -> Callable[[Any, Any], Boolean]:
    return partial(kind, evaluate=False)


eq, ne, le, lt, ge, gt = map(_relation, (Eq, Ne, Le, Lt, Ge, Gt))
"""Relations as they are written: SymPy would decide some by the assumptions on their symbols."""


class Kept(Boolean):
    """A formula whose arguments keep the order they are given in."""

    def __new__(cls, *arguments: Any) -> Kept:
        """Pairs and numbers become SymPy's."""
        return Basic.__new__(cls, *map(sympify, arguments))


class All(Kept):
    """Every one of these."""


class Either(Kept):
    """At least one of these."""


class If(Kept):
    """(premise, conclusion)."""


class Iff(Kept):
    """The first exactly where the second."""


class Exists(Kept):
    """(symbol, sentence)."""


class Same(Kept):
    """Two vectors are equal."""


class Tends(Kept):
    """(what, its limit, (symbol, where to))."""


_ROOTS: Final = ("the only", "a rising")


class Root(Kept):
    """(which, symbol, equation, (low, high)): the symbol is the only root in there, or one at which lhs − rhs rises."""

    def __new__(cls, which: str, *arguments: Any) -> Root:
        """ValueError for a word that is none of these."""
        return super().__new__(cls, Symbol(_known(str(which), _ROOTS)), *arguments)


KINDS: Final = {
    "a minimizer": r"{}\in S(\bar w)",
    "a strict local minimum": r"{}\text{{ is a local minimum, strict but for }}\|w\|",
    "in a closed graph": r"{}\text{{ is taken from a closed graph}}",
    "not a gradient": r"{}\text{{ is no gradient}}",
    "single-valued": r"{}\text{{ is single-valued}}",
    "stable": r"{}\text{{ is stable}}",
    "stationary": r"{}\text{{ is stationary}}",
    "zero almost everywhere": r"{}=0\text{{ almost everywhere}}",
}
"""The predicates, each with how it reads of a term."""


class Is(Kept):
    """(kind, term): one of `KINDS` of what the term names."""

    def __new__(cls, kind: str, thing: Basic) -> Is:
        """ValueError for a kind that is not one of `KINDS`."""
        return super().__new__(cls, Symbol(_known(str(kind), KINDS)), thing)


def _known(word: str, words: Collection[str]) -> str:
    if word not in words:
        raise ValueError(f"a sentence knows no {word!r}; it knows {', '.join(sorted(words))}")
    return word


_SIDES: Final[dict[type[Basic], Role]] = {Le: Role.UPPER, Lt: Role.UPPER, Ge: Role.LOWER, Gt: Role.LOWER}
_TURNED: Final = {Role.UPPER: Role.LOWER, Role.LOWER: Role.UPPER}


def roles(sentence: Boolean) -> dict[str, Role]:
    """The role of each part in a sentence; one that stands in several places has that of the first.

    An inequality that is asserted bounds; one that is a condition, in a premise or on a side of "exactly where",
    sets a threshold.
    """
    found: dict[str, Role] = {}
    for name, role in _roles(sentence, True):
        found.setdefault(name, role)
    return found


def supposed_where(sentence: Boolean, part: Part) -> Iterator[Boolean]:
    """The conditions under which a sentence asserts a part that stands in one place of it."""
    inside = [one for one in sentence.args if part in one.atoms(Part)]
    if len(inside) == 1 and isinstance(sentence, All | If):
        if isinstance(sentence, If):
            yield from sentence.args[:1] if inside == [sentence.args[1]] else ()
        yield from supposed_where(inside[0], part)


def relation_of(sentence: Boolean) -> Relation:
    """The strongest thing that is asserted: where something holds, that it exists, a limit, a bound, a value."""
    kinds = {Iff: Relation.IFF, Exists: Relation.EXISTS, Tends: Relation.TENDS} | dict.fromkeys(
        _SIDES, Relation.FOR_ALL
    )
    return next((relation for kind, relation in kinds.items() if sentence.has(kind)), Relation.EQUAL)


def _parts(inside: Basic) -> list[Part]:
    return sorted(inside.atoms(Part), key=lambda part: part.name)


def _roles(node: Basic, asserted: bool) -> Iterator[tuple[str, Role]]:
    match node:
        case Relational():
            yield from _in_relation(node, asserted)
        case Same():
            yield from ((part.name, Role.VALUE) for part in _parts(node))
        case Tends():
            yield from ((part.name, Role.LIMIT if part == node.args[1] else Role.VALUE) for part in _parts(node))
        case Root():
            yield from ((part.name, Role.EQUATION) for part in _parts(node.args[2]))
        case If():
            condition, told = node.args
            yield from _roles(told, asserted)
            yield from _roles(condition, False)
        case _:
            for inside in node.args:
                yield from _roles(inside, asserted and not isinstance(node, Iff))


def _in_relation(relation: Relational, asserted: bool) -> Iterator[tuple[str, Role]]:
    for side, expression in (("left", relation.lhs), ("right", relation.rhs)):
        for part in _parts(expression):
            role = _SIDES.get(type(relation), Role.VALUE)
            if role is not Role.VALUE:
                role = Role.THRESHOLD if not asserted else _TURNED[role] if side == "left" else role
            yield part.name, role


def formula_of(sentence: Boolean, parts: Mapping[str, Expr]) -> Boolean:
    """A sentence for the solver: its connectives SymPy's, each part the expression it stands for.

    A predicate stays what it is: the solver knows of it only whether it is the same.
    """
    joined: dict[type, Callable[..., Boolean]] = {All: And, Either: Or, If: Implies, Iff: Equivalent}
    if type(sentence) in joined:
        return joined[type(sentence)](*(formula_of(part, parts) for part in sentence.args), evaluate=False)
    known = {part: parts[part.name] for part in sentence.atoms(Part)}
    if isinstance(sentence, Relational):
        return sentence.func(*(side.xreplace(known) for side in sentence.args), evaluate=False)
    return sentence.xreplace(known)


_REVERSED: Final = {Le: Gt, Lt: Ge, Ge: Lt, Gt: Le, Eq: Ne}


def changed(formula: Boolean) -> Iterator[tuple[str, Boolean]]:
    """The sentence with one word changed: a relation reversed, or a condition left out."""
    relations = [formula] if isinstance(formula, tuple(_REVERSED)) else formula.atoms(*_REVERSED)
    for part in sorted(relations, key=default_sort_key):
        yield f"{part} reversed", formula.xreplace({part: _REVERSED[type(part)](*part.args, evaluate=False)})
    for part in sorted(formula.atoms(Implies), key=default_sort_key):
        yield f"whether or not {part.args[0]}", formula.xreplace({part: part.args[1]})


def widened(formula: Boolean) -> Iterator[tuple[str, Boolean]]:
    """The sentence with one strict condition that allows equality."""
    for part in sorted(formula.atoms(Implies), key=default_sort_key):
        for strict in sorted(part.args[0].atoms(Lt, Gt), key=default_sort_key):
            wide = (Le if isinstance(strict, Lt) else Ge)(*strict.args, evaluate=False)
            yield f"{strict} or equal", formula.xreplace({part: part.xreplace({strict: wide})})
