"""Comparing a closed form with its definition: digits agreed, and what they say.

The scale of a comparison is the natural size of the number: the larger of its value and the sum of the |terms| it is
built from, so that a number that legitimately cancels is judged by what it cancels from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import mpmath
from mpmath import mp, mpf
from sympy import Expr, Integral, Symbol

from proofs.engine.claim import Claim
from proofs.engine.definitions import Correlation, Definition, FilterGradient, MeanSample, Potential, ReluNetwork
from proofs.proxies import ESTIMATORS, Estimator
from verify.at_points import Comparison
from verify.closed_form import Form, NoValueError, prepared
from verify.configurations import Configuration
from verify.contexts.digits.network import Network, ReluPatches, UndefinedError
from verify.contexts.digits.quadrature import DIGITS, Estimate
from verify.evidence import Level, Verdict
from verify.sides import Side, World, forms, sides, stated


@dataclass(frozen=True)
class Demand:
    """Digits a comparison must reach to verify, and below which it refutes."""

    verified: float
    refuted: float


FINE: Final = Demand(45, 40)
"""For quadrature alone."""

ROUGH: Final = Demand(20, 15)
"""For quantities that difference quadratures."""

_NOISE: Final = mpf(10) ** -15
"""Differenced gradients carry twenty digits; a quotient may exceed 1 by what they leave."""


def compare(
    label: str, closed: Sequence[mpf], defined: Sequence[Estimate], demand: Demand = FINE, *, joint: bool = False
) -> list[Comparison]:
    """Coordinate by coordinate; `joint` judges every coordinate by the size of the largest."""
    if len(closed) != len(defined):
        raise ValueError(f"{label}: {len(closed)} closed coordinates against {len(defined)} of the definition")
    largest = max(estimate.size for estimate in defined)
    names = [f"{label}, coordinate {k}" for k in range(len(closed))] if len(closed) > 1 else [label]
    return [
        _compare(name, value, estimate, demand, largest if joint else estimate.size)
        for name, value, estimate in zip(names, closed, defined, strict=True)
    ]


def _compare(label: str, closed: mpf, defined: Estimate, demand: Demand, size: mpf) -> Comparison:
    with mp.workdps(DIGITS):
        scale = max(abs(closed), abs(defined.value), size)
        difference = abs(closed - defined.value)
        witness = f"{label}: closed form {_text(closed)}, definition {_text(defined.value)}"
        if not mpmath.isfinite(difference):
            return Comparison(label, Verdict.UNDECIDED, 0.0, witness, required=demand.verified, defined=defined.value)
        digits, known = _digits(difference, scale), _digits(defined.error, scale)
    verdict = Verdict.VERIFIED if digits >= demand.verified else Verdict.UNDECIDED
    if digits < demand.refuted and known > digits + 1:
        verdict = Verdict.REFUTED
    if verdict is Verdict.VERIFIED and known < demand.verified:
        verdict = Verdict.UNDECIDED
        witness += f" (known to {known:.1f} digits only)"
    agreed = min(digits, known)
    return Comparison(label, verdict, agreed, witness, required=demand.verified, defined=defined.value)


def _digits(difference: mpf, scale: mpf) -> float:
    if difference == 0:
        return float(DIGITS)
    return float(min(mpf(DIGITS), -mpmath.log10(difference / scale))) if scale else 0.0


def _text(value: mpf) -> str:
    return str(mpmath.nstr(value, 20))


def closed_value(form: Expr, point: Configuration, *, extra: Mapping[Symbol, mpf] | None = None) -> mpf:
    """A scalar form at a point, with the extra digits that its cancellations need."""
    (value,) = closed_coordinates(prepared(form), point, extra=extra)
    return value


def closed_coordinates(
    form: Form, point: Configuration, *, extra: Mapping[Symbol, mpf] | None = None, proxy: Estimator | None = None
) -> list[mpf]:
    """A scalar at a point, or a vector along (ŵ, e) or entrywise, with the digits that its cancellations need.

    Integrals are taken to a fixed precision: a form is only as accurate as the largest of them.
    """
    with mp.workdps(DIGITS):
        found = form.at(point, extra=extra, proxy=proxy, spare=_cancelling(point))
    if not form.vectors and mpmath.im(found[0]):
        raise NoValueError(f"the closed form is {mpmath.nstr(found[0], 8)}, not a real number")
    return found


@dataclass
class Held:
    """A claim held against its definition at a configuration; `place` labels the comparisons made."""

    claim: Claim
    point: Configuration
    place: str
    found: list[Comparison] = field(default_factory=list)

    def at(self, name: str) -> Held:
        """The same, a place further in."""
        return replace(self, place=self._label(name))

    def _label(self, name: str) -> str:
        return f"{self.place}, {name}" if self.place else name

    def part(self, name: str, extra: Mapping[Symbol, mpf] | None = None) -> mpf:
        """The value of a named part of the claim's statement."""
        return closed_value(self.claim.parts[name], self.point, extra=extra)

    def forms(self, defined: Estimate, extra: Mapping[Symbol, mpf] | None = None) -> None:
        """Every form of a claim about one number against its definition."""
        for name, form in forms(self.claim).items():
            self.equal(name, closed_value(form, self.point, extra=extra), defined)

    def equal(self, name: str, closed: Any, defined: Any, demand: Demand = FINE, *, joint: bool = False) -> None:
        """The claim says that this is what was defined: `compare`, of a number or of a vector."""
        stated, found = ([x] if isinstance(x, mpf | Estimate) else x for x in (closed, defined))
        self.found += compare(self._label(name), stated, found, demand, joint=joint)

    def vanish(self, name: str, defined: Sequence[Estimate], demand: Demand = FINE) -> None:
        """The claim says that these numbers are zero."""
        self.equal(name, [mpf(0)] * len(defined), defined, demand)

    def shown(self, name: str, number: Estimate, sign: int = 0) -> None:
        """The claim says that it is positive, negative or (sign 0) not zero: it must stand out of its noise."""
        with mp.workdps(DIGITS):
            noise = 100 * number.error + number.size * mpf(10) ** (8 - DIGITS)
            clear = abs(number.value) > noise
            right = clear and (sign == 0 or (number.value > 0) == (sign > 0))
        wanted = {0: "nonzero", 1: "positive", -1: "negative"}[sign]
        exact = clear or not noise  # 0, without an error, has no sign
        verdict = Verdict.VERIFIED if right else Verdict.REFUTED if exact else Verdict.UNDECIDED
        label = self._label(name)
        witness = f"{label}: {_text(number.value)}, claimed {wanted}"
        self.found.append(Comparison(label, verdict, None, witness, defined=number.value))

    def true(self, name: str, condition: object, witness: str = "does not hold", **known: Any) -> None:
        """The claim says that `condition` holds."""
        verdict, label = Verdict.VERIFIED if condition else Verdict.REFUTED, self._label(name)
        self.found.append(Comparison(label, verdict, None, f"{label}: {witness}", **known))

    def quotient(
        self, name: str, left: mpf, right: mpf, least: object = 0, noise: mpf = _NOISE, *, measured: bool = True
    ) -> None:
        """The claim says left ≤ right; and, where `least` is given, that left/right is at least that. A figure only
        where it is `measured`.
        """
        if not right:
            self.true(name, left <= 0, f"left side {_text(left)}, bound 0", defined=left)
            return
        quotient = left / right
        text = f"quotient {mpmath.nstr(quotient, 12)}, claimed between {mpmath.nstr(mpf(least), 12)} and 1"
        right_way = mpf(least) - noise <= quotient <= 1 + noise if right > 0 else left <= right
        self.true(name, right_way, text, quotient=float(quotient) if measured else None, defined=left)


def holding(check: Callable[[Held, Level], None]) -> Callable[[Claim, Configuration, Level], list[Comparison]]:
    """A check that writes down what it holds, as a function of claim, configuration and level."""

    def checker(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
        check(held := Held(claim, point, point.label), level)
        return held.found

    return checker


def generic(points: Sequence[Configuration]) -> list[Configuration]:
    """Differenced gradients, and what a step changes, are lost in rounding at ‖w‖ = 1e±150 or next to a kink."""
    return [point for point in points if 1e-6 < point.r < 1e6 and 1e-6 < point.theta < mp.pi - 1e-6]


def _cancelling(point: Configuration) -> int:
    """Digits that are lost where forms subtract powers of r, and of the distance of θ to 0 and π."""
    sine = abs(mpmath.sin(mpmath.mpmathify(point.theta)))
    near = abs(mpmath.log10(sine)) if sine > mpf(10) ** -30 else mpf(30)
    size = mpmath.mpmathify(point.r)
    return int(2 * abs(mpmath.log10(size)) + 2 * near if size else 2 * near)


# Quantities of the networks, whose definition `verify.sides` evaluates.

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


def _coordinates(form: Form, side: Side) -> list[mpf]:
    return closed_coordinates(form, side.point, extra=side.known, proxy=side.proxy)


_WORLD: Final = World(Network.at, ReluPatches.at, _standing, _ends, _coordinates)


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
            label = f"{side.point.label}, {name}" + (f", {side.proxy.name}" if side.proxy else "") + side.place
            joint = _joint(definition, form, side.proxy)
            found += compare(label, stated(form, definition, side, _WORLD), side.defined, demand, joint=joint)
    return found
