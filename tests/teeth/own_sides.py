"""What checking routes compute by themselves, as JSON, after the closed forms were made unavailable.

Run as a script: own_sides.py METHOD:ID ...
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import mpmath
import numpy as np
from flint import arb

SEED = 3
FORMS = ("statement", "printed", "parts", "formula", "formulas", "as_printed")
GENERATED = ("background", "estimators", "gaussian", "network", "penalties", "splitting")
"""Modules of closed forms. `proxies` holds μ' itself, which is what a sampled network is made of: a definition."""


class UnavailableError(RuntimeError):
    """A closed form was asked for."""


def _raise(*_: object, **__: object) -> None:
    raise RuntimeError("generated code is not available")


def blind() -> None:
    """From now on no formula of a claim, no derivation, no generated closed form and no code of the iteration's ends
    can be read or run.
    """
    import proofs
    from proofs.engine import claim as registry
    from proofs.engine.claim import Claim

    plainly = Claim.__getattribute__

    def without_forms(self: Claim, name: str) -> Any:
        if name in FORMS:
            raise UnavailableError(f"{name} of a claim was read")
        return plainly(self, name)

    def no_derivation(claim_id: str) -> None:
        raise UnavailableError(f"the derivation of {claim_id} was asked for")

    Claim.__getattribute__ = without_forms  # type: ignore[method-assign]
    for module in (proofs, registry):
        module.derive = no_derivation  # type: ignore[attr-defined]
    for name in GENERATED:
        for value in vars(importlib.import_module(f"numerics.generated.{name}")).values():
            if isinstance(value, FunctionType) and value.__module__ == f"numerics.generated.{name}":
                value.__code__ = _raise.__code__  # whoever has the function already: it raises
    sys.modules.update(dict.fromkeys(("numerics.limits", "numerics.learning")))  # imported where they are used


def side(method: str, claim_id: str) -> Any:
    """The route's own side of a claim."""
    import proofs

    claim = proofs.get(claim_id)
    if method == "enclosure":
        from verify.configurations import configurations
        from verify.enclosure.certified import definition_sides

        point = configurations("quick", SEED)[0]
        return list(definition_sides(claim.definition, point, "quick"))
    from verify.suite import METHODS

    return importlib.import_module(METHODS[method]).own_side(claim, "quick", SEED)


def plain(value: Any) -> Any:
    """A value as text and lists, with all its digits."""
    if isinstance(value, mpmath.mpf):
        return str(value._mpf_)
    if isinstance(value, arb):
        return str(value.str(50, more=True))
    if isinstance(value, np.ndarray):
        return [float(x).hex() for x in value.ravel()]
    if isinstance(value, float | np.floating):
        return float(value).hex()
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value)


def main(*asked: str) -> None:
    """Print the sides by what was asked."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from verify.suite import METHODS

    of = {one: one.split(":") for one in asked}
    for method, _ in of.values():
        importlib.import_module(METHODS[method])
    blind()
    print(json.dumps({one: plain(side(*what)) for one, what in of.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
