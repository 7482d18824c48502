"""Claims about integrals, at points: the ball of the definition against the ball of the closed form.

Verified if the two overlap and their difference is known to 45 digits of the natural size, the sum of the |terms|
that the definition is a sum of (of a vector: that of its largest coordinate); refuted if they are disjoint, which is a
proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, reduce
from math import inf
from typing import Final

from flint import acb, arb, ctx
from sympy import Expr, Integral

from proofs import symbols
from proofs.engine.claim import Claim
from proofs.engine.definitions import Definition, Splitting
from proofs.proxies import ESTIMATORS, Estimator
from verify.at_points import Comparison
from verify.closed_form import Form
from verify.configurations import Configuration, Level
from verify.contexts.balls.analytic import integrate
from verify.contexts.balls.arithmetic import BALLS, power
from verify.contexts.balls.network import Enclosed, Network, ReluPatches
from verify.evidence import Verdict
from verify.sides import Side, World, forms, sides, speaks_of, stated

DIGITS: Final = 45
"""Digits to which a difference must be known."""

_WORKING: Final = 62
_LADDER: Final = (_WORKING, 2 * _WORKING, 12 * _WORKING)
"""Digits to which closed forms without integrals are evaluated, until they are known well enough."""

_QUICK: Final = ("clipped-relu", "sigmoid")
"""The estimators that stand for all in a quick run."""


def _standing(level: Level, point: Configuration) -> list[Estimator]:
    return [proxy for key, proxy in ESTIMATORS.items() if key in _QUICK or (level == "full" and proxy.waves is None)]


def _coordinates(form: Form, side: Side) -> list[arb]:
    values = {**side.point.scalars(BALLS, side.proxy), **side.known}
    return form.coordinates(form.balls(values, side.proxy), side.point, BALLS)


_WORLD: Final = World(Network.at, ReluPatches.at, _standing, lambda: (arb(0), arb.pi()), _coordinates)


def _cap(point: Configuration) -> Side:
    """P(θ < π − α₀) of a uniform direction: ∫ sin^{n−2} over the cap against the sphere, α₀ = θ/2 < π/2."""

    def up_to(end: arb) -> arb:
        return end * integrate(lambda x, _: acb(power((x * end).sin(), point.n - 2)), arb(0), arb(1))

    cap, sphere = up_to(arb.pi() - point.scalars(BALLS)[symbols.cap_angle]), up_to(arb.pi())
    return Side((Enclosed.of(cap / sphere),), point)


def _capped(definition: Definition) -> bool:
    return isinstance(definition, Splitting) and definition.aspect == "probability"


def covered(claim: Claim) -> bool:
    """Whether a claim states a formula for an integral that this method encloses: not one of waves without end."""
    definition = claim.definition
    proxy = ESTIMATORS.get(getattr(definition, "estimator", ""))
    if proxy is not None and proxy.waves is not None:
        return False
    return claim.statement is not None and (speaks_of(definition) or _capped(definition))


@lru_cache(maxsize=256)
def definition_sides(definition: Definition, point: Configuration, level: Level) -> list[Side]:
    """The definition's balls at a configuration, remembered: a claim's mutants are held against the same."""
    with ctx.workdps(_WORKING):
        return [_cap(point)] if _capped(definition) else list(sides(definition, point, level, _WORLD))


def compare(claim: Claim, point: Configuration, level: Level) -> Iterator[Comparison]:
    """Every closed form of a claim against its definition at a configuration, coordinate by coordinate."""
    for side in definition_sides(claim.definition, point, level):
        label = point.label + (f", {side.proxy.name}" if side.proxy else "") + side.place
        for name, form in forms(claim).items():
            yield from _with_digits_enough(f"{label}, {name}", form, claim.definition, side)


def _with_digits_enough(label: str, form: Expr, definition: Definition, side: Side) -> list[Comparison]:
    """The comparisons of one form, which may need more digits than its definition: it may subtract large numbers."""
    found: list[Comparison] = []
    for count in _LADDER[:1] if form.has(Integral) else _LADDER:
        with ctx.workdps(count):
            closed = stated(form, definition, side, _WORLD)
        with ctx.workdps(_WORKING):
            found = list(_judged(label, closed, side.defined))
        if all(comparison.verdict is not Verdict.UNDECIDED for comparison in found):
            break
    return found


def _judged(label: str, closed: Sequence[arb], defined: Sequence[Enclosed]) -> Iterator[Comparison]:
    size = reduce(arb.max, [entry.size.mid() for entry in defined])  # it may lie outside the range of floats
    for index, (stated_ball, entry) in enumerate(zip(closed, defined, strict=True)):
        name, difference = f"{label}, coordinate {index}" if len(defined) > 1 else label, stated_ball - entry.value
        witness = f"{name}: closed form {stated_ball.str(20)}, definition {entry.value.str(20)}"
        known = _decimals(difference.rad(), size) if difference.is_finite() else 0.0
        verdict, agreed = Verdict.VERIFIED if known >= DIGITS else Verdict.UNDECIDED, known
        if difference.is_finite() and not difference.contains(0):
            verdict, agreed = Verdict.REFUTED, _decimals(abs(difference).upper(), size)
        radius = 10.0**-known if difference.is_finite() else inf
        yield Comparison(name, verdict, agreed, witness, required=DIGITS, radius=radius)


def _decimals(error: arb, size: arb) -> float:
    """−log10 of error/size; the working precision for no error."""
    if error == 0:
        return float(_WORKING)
    if size == 0:
        return 0.0
    return min(float(_WORKING), float(-((error / size).log() / arb(10).log()).mid()))
