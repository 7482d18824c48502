"""What balls say of relations and connectives: certainly true, certainly false, or open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any, Final

import sympy
from flint import arb
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Not, Or

Truth = bool | None
"""Certainly true, certainly false, or open."""


def compare(name: str, difference: arb) -> Truth:
    """What a ball says of `difference > 0`, `≥ 0`, `< 0`, `≤ 0`, `= 0`, `≠ 0`."""
    if name in ("Eq", "Ne"):
        equal = True if difference == 0 else None if difference.contains(0) else False
        return equal if name == "Eq" or equal is None else not equal
    certain = {"Gt": difference > 0, "Ge": difference >= 0, "Lt": difference < 0, "Le": difference <= 0}[name]
    excluded = {"Gt": difference <= 0, "Ge": difference < 0, "Lt": difference >= 0, "Le": difference > 0}[name]
    return True if certain else False if excluded else None


_RELATIONS = {name: getattr(sympy, name) for name in ("Gt", "Ge", "Lt", "Le", "Eq", "Ne")}
LOGIC: Final[dict[type[Any], Callable[..., Truth]]] = {
    **{relation: partial(compare, name) for name, relation in _RELATIONS.items()},
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
