"""Checks of closed forms for quantities of the networks, whose definition `verify.sides` evaluates in digits.

Each checker takes a claim, one configuration at which its hypotheses hold, and the level; it returns comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mpmath import mp, mpf
from sympy import Expr, Integral

from proofs.engine.claim import Claim
from proofs.engine.definitions import Correlation, Definition, FilterGradient, MeanSample, Potential, ReluNetwork
from proofs.proxies import ESTIMATORS, Estimator
from verify.configurations import Configuration, Level
from verify.precision.comparison import FINE, ROUGH, Comparison, closed_coordinates, compare, forms
from verify.precision.network import Network, ReluPatches, UndefinedError
from verify.precision.quadrature import DIGITS
from verify.sides import Side, World, ready, sides

__all__ = ["check_sides", "label_of"]

_QUICK: Final = ("clipped-relu", "sigmoid", "triangular")


def _standing(level: Level, point: Configuration) -> Iterator[Estimator]:
    """A quick run tries them all at the generic points, and one of them, in turn, at each of the others."""
    in_turn = _QUICK[len(point.label) % len(_QUICK)]
    quick = _QUICK if point.label.startswith("generic") else (in_turn,)
    names = tuple(key for key in ESTIMATORS if ESTIMATORS[key].waves is None) if level == "full" else quick
    yield from (ESTIMATORS[key] for key in names)


def _ends() -> tuple[mpf, mpf]:
    with mp.workdps(DIGITS):
        return mpf(0), +mp.pi


_WORLD: Final = World(Network.at, ReluPatches.at, _standing, _ends)


def label_of(point: Configuration, form: str, proxy: Estimator | None = None) -> str:
    """Where a comparison was made: configuration, form, proxy."""
    return f"{point.label}, {form}" + (f", {proxy.name}" if proxy else "")


def _joint(definition: Definition, form: Expr, proxy: Estimator | None) -> bool:
    """Whether a vector is only as accurate as its largest coordinate: its integrals are taken to a fixed precision."""
    if isinstance(definition, ReluNetwork):
        return definition.aspect == "gradient"
    if not isinstance(definition, MeanSample) or proxy is None:
        return False
    # The integrals of waves have the size of their sums.
    return definition.estimator == "*" or (form.has(Integral) and proxy.waves is None)


def check_sides(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """Every form of a claim against every side of its definition."""
    definition = claim.definition
    if isinstance(definition, Potential) and not point.r:
        raise UndefinedError("‖w‖ has no gradient at w = 0")
    demand = ROUGH if isinstance(definition, FilterGradient | Correlation) else FINE
    found = []
    for side in sides(definition, point, level, _WORLD):
        for name, form in forms(claim).items():
            label = label_of(side.point, name, side.proxy) + side.place
            joint = _joint(definition, form, side.proxy)
            found += compare(label, _stated(form, definition, side), side.defined, demand, joint=joint)
    return found


def _stated(form: Expr, definition: Definition, side: Side) -> list[mpf]:
    """The closed form's coordinates, as many as the definition has: 0 in directions it does not name."""
    found = [
        side.sign * entry
        for one in ready(form, definition)
        for entry in closed_coordinates(one, side.point, extra=side.known, proxy=side.proxy)
    ]
    return [*found, *[mpf(0)] * (len(side.defined) - len(found))]
