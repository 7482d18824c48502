"""A derivation carried out again, past what is remembered, and no further than its first step that is not proved."""

from __future__ import annotations

import inspect

import pytest

from proofs.engine import claim as registry
from proofs.engine.derivation import Derivation, Step

__all__ = ["decided"]


class _UnprovedError(Exception):
    """A step is refuted or undecided."""


class _Strict(list[Step]):
    def append(self, step: Step) -> None:
        if step.decided is not True:
            raise _UnprovedError(step.decided)
        super().append(step)


def decided(claim_id: str) -> bool | None:
    """True if all is proved, False or None by the first step that is not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "Derivation", lambda *of: Derivation(*of, steps=_Strict()))
        try:
            return inspect.unwrap(registry.derive)(claim_id).decided
        except _UnprovedError as unproved:
            return unproved.args[0]
