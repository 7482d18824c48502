"""What a definition comes to at a configuration: the quantities of the networks, once over a kind of number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sympy import Expr, Symbol

from proofs.engine import definitions
from proofs.engine.claim import Claim
from proofs.engine.definitions import ACTIVATIONS, Definition
from proofs.proxies import Estimator, estimator
from proofs.symbols import r, theta
from verify.closed_form import Form, prepared
from verify.configurations import Configuration
from verify.evidence import Level
from verify.model import PROXY_MOMENTS, BinarizedNetwork, RectifiedNetwork, moment_rows

NORM_STAR: Final = 1.75
"""‖w*‖ of the ReLU network, so that no power of it is lost."""


@dataclass(frozen=True)
class World:
    """Networks over one kind of number: of a configuration, a proxy and, if given, w = 0 or another angle.

    `standing` are the estimators that stand for all there, `ends` those of [0, π], `coordinates` those of a
    closed form.
    """

    network: Callable[..., BinarizedNetwork[Any]]
    patches: Callable[[Configuration], RectifiedNetwork[Any]]
    standing: Callable[[Level, Configuration], Iterable[Estimator]]
    ends: Callable[[], tuple[Any, Any]]
    coordinates: Callable[[Form, Side], list[Any]]


@dataclass(frozen=True)
class Side:
    """The definition's numbers, and what the closed form needs to be evaluated there: `sign` times it is meant."""

    defined: tuple[Any, ...]
    point: Configuration
    proxy: Estimator | None = None
    known: dict[Symbol, Any] = field(default_factory=dict, hash=False)
    place: str = ""
    sign: int = 1


def speaks_of(definition: Definition) -> bool:
    """Whether a definition is a quantity of a network, which `sides` evaluates."""
    match definition:
        case definitions.Potential():
            return not definition.jointly
        case definitions.ReluNetwork():
            return definition.aspect in ("kernel", "loss", "gradient")
        case definitions.HalfSpaceMoment() | definitions.MeanSample() | definitions.FilterGradient():
            return True
    return isinstance(definition, definitions.Correlation | definitions.OutputMinimizer)


def sides(definition: Definition, point: Configuration, level: Level, world: World) -> Iterator[Side]:
    """The definition's sides: one for each estimator it is about, or for each end of [0, π]."""
    match definition:
        case definitions.HalfSpaceMoment():
            for proxy in world.standing(level, point) if definition.proxy else [None]:
                mean = world.network(point, proxy).mean
                yield Side(tuple(map(mean, moment_rows(definition, point.n))), point, proxy)
        case definitions.FilterGradient(one_sided=True):  # counted towards the middle
            for name, angle, sign in zip("0π", world.ends(), (1, -1), strict=True):
                slope = world.network(point, angle=angle).one_sided_slope()
                yield Side((slope,), point, known={theta: angle}, place=f", θ = {name}", sign=sign)
        case definitions.ReluNetwork():
            point = replace(point, r_star=NORM_STAR)
            yield Side(tuple(world.patches(point).said(definition)), point)
        case _:
            yield from _of_network(definition, point, level, world)


def _of_network(definition: Definition, point: Configuration, level: Level, world: World) -> Iterator[Side]:
    name, at = getattr(definition, "estimator", ""), getattr(definition, "at", "")
    if at == "teacher":
        point = replace(point, v=point.v_star)
    for proxy in world.standing(level, point) if name == "*" else [estimator(name) if name else None]:
        levels = ACTIVATIONS[getattr(definition, "activation", "binary")]
        network = world.network(point, proxy, origin=at == "origin", levels=levels)
        moments = {symbol: network.mean(row).value for symbol, row in PROXY_MOMENTS.items()} if name == "*" else {}
        named = None if isinstance(definition, definitions.Potential) else proxy
        yield Side(tuple(network.said(definition)), point, named, moments)


def stated(form: Expr, definition: Definition, side: Side, world: World) -> list[Any]:
    """The closed form's coordinates, as many as the definition has: 0 in directions it does not name.

    What is compared of a potential of (r, θ) are its slopes along ŵ and e, where a step along e lowers θ.
    """
    compared = [form.diff(r), -form.diff(theta) / r] if isinstance(definition, definitions.Potential) else [form]
    found = [side.sign * entry for one in compared for entry in world.coordinates(prepared(one), side)]
    return [*found, *[world.ends()[0]] * (len(side.defined) - len(found))]


def forms(claim: Claim) -> dict[str, Expr]:
    """The expressions of a claim by name: the statement, and the printed form if there is one."""
    found = {"statement": claim.statement, "printed form": claim.printed}
    return {name: form for name, form in found.items() if form is not None}
