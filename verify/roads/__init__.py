"""What holds a chapter's claims: one file a chapter, named as in proofs/, which registers itself.

A quantity of the networks needs no road: its definition says how it is evaluated (`verify.sides`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final, TypeVar

_Made = TypeVar("_Made", bound=Callable[..., Any])

CHECKERS: Final[dict[type[Any] | str, Callable[..., Any]]] = {}
"""Claim id, or type of definition -> the comparisons in digits of a claim at a configuration, at a level."""

POINTS: Final[dict[type[Any] | str, Callable[..., Sequence[Any]]]] = {}
"""Claim id, or type of definition -> the configurations that it needs, of the definition and those of a run."""

BOXES: Final[dict[str, tuple[Callable[..., Any], str]]] = {}
"""Claim id -> what makes the claim's statements over whole parameter boxes, and what of the claim these do not say."""


def checks(*keys: type[Any] | str, points: Callable[..., Sequence[Any]] | None = None) -> Callable[[_Made], _Made]:
    """The function checks the claims of these ids or definitions, at the configurations that `points` chooses."""

    def register(checker: _Made) -> _Made:
        CHECKERS.update(dict.fromkeys(keys, checker))
        if points is not None:
            POINTS.update(dict.fromkeys(keys, points))
        return checker

    return register


def over_boxes(claim_id: str, *, left: str = "") -> Callable[[_Made], _Made]:
    """The function makes the statements of this claim over boxes; together they say all of it but what is `left`."""

    def register(builder: _Made) -> _Made:
        BOXES[claim_id] = builder, left
        return builder

    return register


def load() -> None:
    """Carry out every road, once."""
    for module in iter_modules(__path__, f"{__name__}."):
        import_module(module.name)
