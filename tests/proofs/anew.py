"""A derivation carried out again, past what is remembered, and no further than its first step that is not proved."""

from __future__ import annotations

import inspect

import pytest

from proofs.engine import claim as registry
from proofs.engine import smt
from proofs.engine.derivation import Derivation, Step

__all__ = ["FEW", "decided"]

FEW = 200_000
"""Steps of the solver over what a wrong derivation asks: twice what the statement of any claim takes that is given no
more. What the right one asks, too, is remembered where that was made.
"""


class _UnprovedError(Exception):
    """A step is refuted or undecided."""


class _Strict(list[Step]):
    def append(self, step: Step) -> None:
        if step.decided is not True:
            raise _UnprovedError(step.decided)
        super().append(step)


def decided(claim_id: str, steps: int = smt.STEPS) -> bool | None:
    """True if all is proved, False or None by the first step that is not.

    The solver may take so many `steps` over what it was not asked before.
    """
    solver = smt.Translation.solver
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(smt.Translation, "solver", lambda self, most, *of: solver(self, min(most, steps), *of))
        patch.setattr(registry, "Derivation", lambda *of: Derivation(*of, steps=_Strict()))
        try:
            return inspect.unwrap(registry.derive)(claim_id).decided
        except _UnprovedError as unproved:
            return unproved.args[0]
