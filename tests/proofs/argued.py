"""An argument for a claim that is made for it, and whether all that it owes is proved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sympy import Symbol

from proofs.engine import claim as registry
from proofs.engine.claim import Claim, Kind
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import ge

__all__ = ["proved", "state"]


def state(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> Claim:
    """B91, with these hypotheses, premises or derivation."""
    z = Symbol("z", real=True)
    told = {"derivation": lambda d: None, "kind": Kind.INEQUALITY, "sentence": ge(z, 0), "names": {z: "z"}} | fields
    stated = Claim("B91", "a test", "[here]", Splitting("test"), **told)
    monkeypatch.setitem(registry._REGISTRY, "B91", stated)
    return stated


def proved(argument: Callable[..., Fact], **data: Any) -> bool:
    """Whether nothing of the argument for B91 is refused, refuted or open."""
    chain = Derivation("B91")
    try:
        argument(Graph(chain), **data)
    except ValueError:
        return False
    return all(step.decided is True for step in chain.steps)
