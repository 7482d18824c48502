"""What balls say of relations and connectives: certainly true, certainly false, or open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

import sympy
from flint import arb
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Not, Or

Truth = bool | None
"""Certainly true, certainly false, or open."""


def compare(name: str, difference: arb) -> Truth:
    """What a ball says of `difference > 0`, `≥ 0`, `< 0`, `≤ 0`, `= 0`, `≠ 0`."""
    certain, excluded = _SIDES[name]
    return True if certain(difference, 0) else False if excluded(difference, 0) else None


_SIDES: Final = {"Gt": (gt, le), "Ge": (ge, lt), "Lt": (lt, ge), "Le": (le, gt), "Eq": (eq, ne), "Ne": (ne, eq)}
LOGIC: Final[dict[type[Any], Callable[..., Truth]]] = {
    **{getattr(sympy, name): partial(compare, name) for name in _SIDES},
    And: lambda *parts: False if False in parts else None if None in parts else True,
    Or: lambda *parts: True if True in parts else None if None in parts else False,
    Not: lambda part: None if part is None else not part,
}
"""SymPy's relations, of the difference of their sides, and connectives."""


def children(node: Any) -> tuple[Any, ...]:
    """What the operation of a node is applied to: of a case distinction values and conditions in turn."""
    if isinstance(node, Relational):
        return (sympy.Add(node.lhs, -node.rhs),)
    if isinstance(node, sympy.Piecewise):
        return tuple(part for pair in node.args for part in (pair.expr, pair.cond))
    return tuple(node.args)


def chosen(parts: Sequence[Any], hull: Callable[[Any, Any], Any], nowhere: Any) -> Any:
    """Of values and conditions in turn, the hull of all that may be the first whose condition holds."""
    found = []
    for value, truth in zip(parts[::2], parts[1::2], strict=True):
        if truth is not False:
            found.append(value)
        if truth is True:
            break
    return reduce(hull, found) if found else nowhere
