"""Parameters of estimators and penalties that a run pins to a value."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

PINNED: Final = "_COARSEPROOF_PINNED"
"""Variable by which worker processes, which inherit it, know them."""


@contextmanager
def pinning(values: Mapping[str, float]) -> Iterator[None]:
    """Points drawn inside, in this process and those it starts, have these values of the parameters named.

    Every second generic point, and the nasty ones, which are made of the first: at the others parameters are drawn as
    ever, so that wrong formulas which agree at one value (τ² and τ³ at 1) are told apart.
    """
    before = os.environ.pop(PINNED, None)
    if values:
        os.environ[PINNED] = json.dumps(dict(values))
    try:
        yield
    finally:
        os.environ.pop(PINNED, None)
        if before is not None:
            os.environ[PINNED] = before


def pinned() -> dict[str, float]:
    """The parameters with a value of their own, by name."""
    found: dict[str, float] = json.loads(os.environ.get(PINNED, "{}"))
    return found
