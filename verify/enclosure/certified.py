"""Claims about integrals, at points: the ball of the definition against the ball of the closed form.

Verified if the two overlap and their difference is known to 45 digits of the natural size, the sum of the |terms|
that the definition is a sum of (of a vector: that of its largest coordinate); refuted if they are disjoint, which is a
proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, cast

from flint import acb, arb
from sympy import Expr, Integral, Symbol

from proofs import symbols
from proofs.engine.claim import Claim
from proofs.engine.definitions import (
    Correlation,
    Definition,
    FilterGradient,
    HalfSpaceMoment,
    MeanSample,
    OutputMinimizer,
    Potential,
    ReluNetwork,
    Splitting,
)
from proofs.proxies import ESTIMATORS, Estimator, estimator
from verify.closed_form import prepared
from verify.configurations import Configuration, Level
from verify.enclosure.arithmetic import BALLS, digits, power
from verify.enclosure.integrals import integrate
from verify.enclosure.means import Means, means_at
from verify.enclosure.network import Enclosed, Network, ReluPatches
from verify.evidence import Verdict
from verify.model import PROXY_MOMENTS, moment_rows

__all__ = ["DIGITS", "Comparison", "compare", "covered", "definition_sides"]

DIGITS: Final = 45
"""Digits to which a difference must be known."""

_WORKING: Final = 62
_LADDER: Final = (_WORKING, 2 * _WORKING, 12 * _WORKING)
"""Digits to which closed forms without integrals are evaluated, until they are known well enough."""

_QUICK: Final = ("clipped-relu", "sigmoid")
"""The estimators that stand for all in a quick run."""


@dataclass(frozen=True)
class Side:
    """The definition's side of a comparison, and what the closed form needs to be evaluated there."""

    label: str
    defined: tuple[Enclosed, ...]
    point: Configuration
    proxy: Estimator | None = None
    known: dict[Symbol, arb] = field(default_factory=dict, hash=False)
    sign: int = 1
    potential: bool = False


@dataclass(frozen=True)
class Comparison:
    """One number: certified digits of agreement, radius relative to its size, both balls in words."""

    label: str
    verdict: Verdict
    digits: float
    radius: float
    witness: str


Sides = Callable[[Definition, Configuration, Level], Iterator[Side]]


def _proxies(name: str, level: Level) -> list[Estimator]:
    if name != "*":
        return [estimator(name)]
    return [proxy for key, proxy in ESTIMATORS.items() if key in _QUICK or (level == "full" and proxy.waves is None)]


def _moments(definition: Definition, point: Configuration, level: Level) -> Iterator[Side]:
    wanted = cast(HalfSpaceMoment, definition)
    for proxy in _proxies("*", level) if wanted.proxy else [None]:
        means = means_at(point, proxy)
        defined = tuple(Enclosed.of(means.mean(row)) for row in moment_rows(wanted, point.n))
        yield Side(_label(point, proxy), defined, point, proxy)


def _network(definition: Definition, point: Configuration, level: Level) -> Iterator[Side]:
    name, at = getattr(definition, "estimator", ""), getattr(definition, "at", "")
    if at == "teacher":
        point = replace(point, v=point.v_star)
    for proxy in _proxies(name, level) if name else [None]:
        network = Network(point, proxy, origin=at == "origin")
        moments = _four_moments(network.means) if name == "*" else {}
        yield Side(_label(point, proxy), tuple(network.said(definition)), point, proxy, moments)


def _four_moments(means: Means) -> dict[Symbol, arb]:
    """M, M₊, A and B under the symbols of statements about any proxy."""
    return {symbol: means.mean(row) for symbol, row in PROXY_MOMENTS.items()}


def _slopes(definition: Definition, point: Configuration, level: Level) -> Iterator[Side]:
    """At both ends of [0, π] the one-sided slope of the loss, counted towards the middle or away."""
    for name, angle, sign in (("0", arb(0), 1), ("π", arb.pi(), -1)):
        network = Network(point, angle=angle)
        slope = network.filter_gradient()[1]
        yield Side(f"{_label(point)}, θ = {name}", (slope,), point, known={symbols.theta: angle}, sign=sign)


def _potential(definition: Definition, point: Configuration, level: Level) -> Iterator[Side]:
    network = Network(point, estimator(cast(Potential, definition).estimator))
    yield Side(_label(point), tuple(network.said(definition)), point, potential=True)


def _relu(definition: Definition, point: Configuration, level: Level) -> Iterator[Side]:
    point = replace(point, r_star=1.75)
    patches = ReluPatches(point)
    aspect = cast(ReluNetwork, definition).aspect
    defined = (
        patches.gradient() if aspect == "gradient" else [patches.kernel() if aspect == "kernel" else patches.loss()]
    )
    yield Side(_label(point), tuple(defined), point)


def _cap(definition: Definition, point: Configuration, level: Level) -> Iterator[Side]:
    """P(θ < π − α₀) of a uniform direction: ∫ sin^{n−2} over the cap against the sphere, α₀ = θ/2 < π/2."""
    values = point.scalars(BALLS)

    def up_to(end: arb) -> arb:
        return end * integrate(lambda x, _: acb(power((x * end).sin(), point.n - 2)), arb(0), arb(1))

    cap, sphere = up_to(arb.pi() - values[symbols.cap_angle]), up_to(arb.pi())
    yield Side(_label(point), (Enclosed.of(cap / sphere),), point)


def _sides_of(definition: Definition) -> Sides | None:
    """How a definition is enclosed; None where it is no integral."""
    match definition:
        case HalfSpaceMoment():
            return _moments
        case FilterGradient(one_sided=True):
            return _slopes
        case MeanSample() | FilterGradient() | Correlation() | OutputMinimizer():
            return _network
        case Potential(jointly=False):
            return _potential
        case ReluNetwork(aspect="kernel" | "loss" | "gradient"):
            return _relu
        case Splitting(aspect="probability"):
            return _cap
    return None


def covered(claim: Claim) -> bool:
    """Whether a claim states a formula for an integral that this method encloses: not one of waves without end."""
    proxy = ESTIMATORS.get(getattr(claim.definition, "estimator", ""))
    if proxy is not None and proxy.waves is not None:
        return False
    return claim.statement is not None and _sides_of(claim.definition) is not None


_KNOWN: dict[object, list[Side]] = {}


def definition_sides(definition: Definition, point: Configuration, level: Level) -> list[Side]:
    """The definition's balls at a configuration, remembered: a claim's mutants are held against the same."""
    sides = _sides_of(definition)
    if sides is None:
        raise ValueError(f"no integral is known for {definition}")
    key = definition, repr(point), level
    if key not in _KNOWN:
        if len(_KNOWN) > 256:
            _KNOWN.clear()
        with digits(_WORKING):
            _KNOWN[key] = list(sides(definition, point, level))
    return _KNOWN[key]


def compare(claim: Claim, point: Configuration, level: Level) -> Iterator[Comparison]:
    """Every closed form of a claim against its definition at a configuration, coordinate by coordinate."""
    forms = {"statement": claim.statement, "printed form": claim.printed}
    for side in definition_sides(claim.definition, point, level):
        for name, form in forms.items():
            if form is not None:
                yield from _with_digits_enough(f"{side.label}, {name}", form, side)


def _with_digits_enough(label: str, form: Expr, side: Side) -> list[Comparison]:
    """The comparisons of one form, which may need more digits than its definition: it may subtract large numbers."""
    found: list[Comparison] = []
    for count in _LADDER[:1] if form.has(Integral) else _LADDER:
        with digits(count):
            stated = _stated(form, side)
        with digits(_WORKING):
            found = list(_judged(label, stated, side.defined))
        if all(comparison.verdict is not Verdict.UNDECIDED for comparison in found):
            break
    return found


def _stated(form: Expr, side: Side) -> list[arb]:
    """The closed form's coordinates, as many as the definition has: 0 in directions it does not name."""
    values = {**side.point.scalars(BALLS, side.proxy), **side.known}
    if side.potential:  # of (r, θ): a step along e lowers θ
        slopes = form.diff(symbols.r), -form.diff(symbols.theta) / symbols.r
        found = [prepared(slope).balls(values)[0] for slope in slopes]
    else:
        ready = prepared(form)
        found = ready.coordinates([side.sign * x for x in ready.balls(values, side.proxy)], side.point, BALLS)
    return [*found, *(arb(0) for _ in range(len(side.defined) - len(found)))]


def _judged(label: str, stated: Sequence[arb], defined: Sequence[Enclosed]) -> Iterator[Comparison]:
    size = _largest([entry.size for entry in defined])
    for index, (closed_ball, entry) in enumerate(zip(stated, defined, strict=True)):
        name = f"{label}, coordinate {index}" if len(defined) > 1 else label
        yield _comparison(name, closed_ball, entry.value, size)


def _largest(sizes: Sequence[arb]) -> arb:
    """The midpoint of the largest; sizes may lie outside the range of floats."""
    found = sizes[0].mid()
    for size in sizes[1:]:
        found = found.max(size.mid())
    return found


def _comparison(label: str, stated: arb, defined: arb, size: arb) -> Comparison:
    difference = stated - defined
    witness = f"{label}: closed form {stated.str(20)}, definition {defined.str(20)}"
    if not difference.is_finite():
        return Comparison(label, Verdict.UNDECIDED, 0.0, float("inf"), witness)
    known = _decimals(difference.rad(), size)
    if not difference.contains(0):
        return Comparison(label, Verdict.REFUTED, _decimals(abs(difference).upper(), size), 10.0**-known, witness)
    verdict = Verdict.VERIFIED if known >= DIGITS else Verdict.UNDECIDED
    return Comparison(label, verdict, known, 10.0**-known, witness)


def _decimals(error: arb, size: arb) -> float:
    """−log10 of error/size; the working precision for no error."""
    if error == 0:
        return float(_WORKING)
    if size == 0:
        return 0.0
    return min(float(_WORKING), float(-((error / size).log() / arb(10).log()).mid()))


def _label(point: Configuration, proxy: Estimator | None = None) -> str:
    return point.label + (f", {proxy.name}" if proxy else "")
