"""What checking routes compute by themselves, from a claim's definition alone.

Run as a script, as JSON, after the closed forms were made unavailable: own_sides.py METHOD:ID ...
"""

from __future__ import annotations

import importlib
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import mpmath
import numpy as np
from flint import arb
from mpmath import mpf
from sympy import Integer

if TYPE_CHECKING:
    from proofs.engine.claim import Claim
    from verify.configurations import Configuration
    from verify.rows import Row

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
    import numerics
    import proofs
    from proofs.engine import claim as registry
    from proofs.engine.claim import Claim

    proofs.all_claims()  # chapters still to be imported would read what they declare
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
    for name in ("learn", "sparse_limit", "stable_limits"):
        getattr(numerics, name).__code__ = _raise.__code__


def side(method: str, claim_id: str) -> Any:
    """The route's own side of a claim."""
    import proofs
    from verify.configurations import configurations
    from verify.enclosure.route import definition_sides

    claim, points = proofs.get(claim_id), configurations("quick", SEED)
    if method == "enclosure":
        return list(definition_sides(claim.definition, points[0], "quick"))
    if method == "precision":
        return of_precision(claim, points)
    return of_iteration(claim) if method == "iteration" else of_monte_carlo(claim)


def of_precision(claim: Claim, points: Sequence[Configuration]) -> list[tuple[str, tuple[mpf, ...]]]:
    """What the definition gives at the claim's configurations: (label, values). Every formula of the claim is taken to
    be 1: none is read.
    """
    from verify.precision import route

    known = {"id": claim.id, "definition": claim.definition, "printed": None}
    unstated = SimpleNamespace(**known, statement=Integer(1), parts=defaultdict(lambda: Integer(1)))
    chosen = route.points_for(claim, points)
    compared = (one for point in chosen for one in route._check(cast("Claim", unstated), point, "quick"))
    return [(one.label, (one.defined,)) for one in compared if one.defined is not None]


def of_monte_carlo(claim: Claim) -> dict[str, list[float]]:
    """By a few samples, means by name. Neither a formula of the claim nor generated code is read."""
    from numerics.sampling import iterate_shards, merge_all
    from verify.monte_carlo.plan import checks
    from verify.monte_carlo.sampled import problem
    from verify.monte_carlo.samplers import pilot

    found: dict[str, list[float]] = {}
    for check in checks(claim, "quick", SEED):
        one, scene = check.expectation, check.scene
        moments = merge_all(iterate_shards(problem(scene, one.part, [one]), 0, 1))
        estimate = pilot(scene, [one])[one.column]
        found[f"{one.column}, {scene.point.label}, {one.part}"] = [float(x) for x in moments[one.column].mean.ravel()]
        found[f"{one.column}, {scene.point.label}, reduced"] = [float(x) for x in estimate.mean]
    return found


def of_iteration(claim: Claim, seed: int = SEED) -> tuple[Row, ...]:
    """What the runs say: the values of the symbols at each, and what was observed there. Of the claim its id and its
    definition are used.
    """
    from verify.iteration import route
    from verify.iteration.trial import Findings

    aspect = route._aspect(claim)
    parts = range(aspect.count("quick") if aspect else 1)
    return tuple(Findings.merged(route._judge(claim, "quick", seed, part, 1e-8, blind=True) for part in parts).rows)


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
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from verify.suite import METHODS

    of = {one: one.split(":") for one in asked}
    for method, _ in of.values():
        importlib.import_module(METHODS[method])
    blind()
    print(json.dumps({one: plain(side(*what)) for one, what in of.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
