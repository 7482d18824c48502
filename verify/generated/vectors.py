"""Generated functions of vectors: losses, gradients, coarse gradients.

The inputs are float64 vectors, read exactly; angle, norms and inner products are computed from them anew at 50 digits,
and the claim's *printed* form is evaluated where there is one: neither the generated text nor `numerics.geometry` is
used on that side.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Final

import mpmath
import numpy as np
import numpy.typing as npt
from flint import arb, ctx
from mpmath import mpf
from sympy import Integral, Symbol, default_sort_key, oo

from proofs.code.functions import FUNCTIONS
from proofs.engine.definitions import MeanSample
from proofs.naming import identifier
from proofs.proxies import ESTIMATORS, Estimator
from verify.closed_form import SPARE, Form, enclosed, prepared, real
from verify.configurations import Configuration, configurations, meeting, stream
from verify.contexts.balls.arithmetic import midpoint
from verify.contexts.balls.network import Network
from verify.evidence import Level
from verify.generated.held import Case, Held, Names, distance
from verify.model import PROXY_MOMENTS

DIGITS: Final = 50
Arrays = dict[str, npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Inputs:
    """Vectors of a network and its teacher, proxy parameters by name."""

    vectors: Arrays
    parameters: dict[str, float]


def cases(level: Level, seed: int) -> list[Case]:
    """Inputs in R^m × R^n: the configurations, embedded in random planes, and one large network."""
    rng = stream(seed, 0x6E)
    found = []
    for point in configurations(level, seed):
        frame = np.linalg.qr(rng.standard_normal((max(point.n, 2), 2)))[0].T
        w_star = frame[0]
        w = point.r * (math.cos(point.theta) * frame[0] + math.sin(point.theta) * frame[1])
        inputs = {"v": np.array(point.v), "v_star": np.array(point.v_star), "w": w, "w_star": w_star}
        found.append(Case(point.label, point.label.startswith("generic"), Inputs(inputs, point.parameters)))
    large = {name: rng.standard_normal(16) for name in ("v", "v_star")}
    large |= {name: rng.standard_normal(64) for name in ("w", "w_star")}
    found.append(Case("m = 16, n = 64", True, Inputs(large, found[0].inputs.parameters)))
    return found


@dataclass(frozen=True)
class Vectors(Held):
    """One function of `FUNCTIONS`."""

    arguments: tuple[str, ...] = ("v", "w", "v_star", "w_star")
    result: str = "n"
    """The last axis of the function's result."""

    limit: int | None = None
    """How many cases are tried; all if None."""

    extra: Callable[[Configuration], Mapping[Symbol, mpf]] = lambda point: {}
    """Values of further symbols of the formula."""

    @cached_property
    def forms(self) -> dict[bool, Form]:
        """The printed form and the statement; the former cancels more digits than are carried where r is extreme."""
        return {True: prepared(self.claim.as_printed), False: prepared(self.claim.formula)}

    def cases(self, level: Level, seed: int) -> list[Case]:
        """The cases; one that does not meet the hypotheses is drawn anew until it does; it is dropped if none does."""
        rng = stream(seed, 0x6F)
        found = [self._admissible(case, rng) for case in cases(level, seed)[: self.limit]]
        return [case for case in found if case is not None]

    def _admissible(self, case: Case, rng: np.random.Generator) -> Case | None:
        for drawn in _redrawn(case, rng):
            with mpmath.workdps(DIGITS):
                if meeting(self.claim.hypotheses, [self._point(drawn)[0]]):
                    return drawn
        return None

    def results(self, names: Names, case: Case) -> list[Any]:
        return [names[self.functions[0]](*self._arguments(case))]

    def _arguments(self, case: Case) -> list[Any]:
        given: dict[str, Any] = {**case.inputs.vectors}
        given |= {"a": given["w"], "b": given["w_star"], "k": len(given["v"])}
        with mpmath.workdps(30):
            given["theta"] = float(_frame(*(_exact(given[name]) for name in ("w", "w_star")))[2])
        return [given[name] for name in self.arguments]

    def value(self, case: Case) -> list[mpf]:
        with mpmath.workdps(DIGITS + 10):
            return self._value(case)

    def moved(self, case: Case, value: list[mpf]) -> mpf:
        """The largest move of the value under several changes of the inputs."""
        with mpmath.workdps(30):
            return max(distance(self._value(case, shifts), value) for shifts in self._shifts(case))

    def _shifts(self, case: Case) -> Iterator[Mapping[str, list[float]]]:
        """Changes of every input vector by half an ulp of its norm.

        The first turns w and w* towards each other, which is what an angle feels most; the others are random.
        """
        rng = np.random.Generator(np.random.Philox(7))
        vectors: Arrays = case.inputs.vectors
        for attempt in range(2 if self.forms[True].integrals else 6):
            directions = {name: rng.standard_normal(len(vector)) for name, vector in vectors.items()}
            if attempt == 0:
                directions |= _turns(vectors["w"], vectors["w_star"])
            half = 2.0**-53
            shifts = {
                name: (half * np.linalg.norm(vectors[name]) / np.linalg.norm(direction) * direction).tolist()
                for name, direction in directions.items()
            }
            yield shifts | {"theta": [half * math.pi]}

    def _value(self, case: Case, shifts: Mapping[str, list[float]] | None = None) -> list[mpf]:
        """The closed form at the case, from the vectors themselves, at mpmath's current precision."""
        point, w_hat, e = self._point(case, shifts)
        form = self.forms[1e-20 < point.r < 1e20]
        entries = certified(form, point, self.extra(point))
        if self.result != "n":
            return entries
        return [entries[0] * a + entries[1] * b for a, b in zip(w_hat, e, strict=True)]

    def _point(
        self, case: Case, shifts: Mapping[str, list[float]] | None = None
    ) -> tuple[Configuration, list[mpf], list[mpf]]:
        """The configuration in R² that the vectors amount to, and the frame (ŵ, e)."""
        rows = {name: _exact(vector) for name, vector in case.inputs.vectors.items()}
        if shifts is not None:
            rows = {name: [x + mpf(k) for x, k in zip(row, shifts[name], strict=True)] for name, row in rows.items()}
        w_hat, e, angle, (norm, norm_star) = _frame(rows["w"], rows["w_star"])
        if "theta" in self.arguments:  # the function is given the angle, rounded
            angle = mpf(self._arguments(case)[self.arguments.index("theta")])
            angle += 0 if shifts is None else shifts["theta"][0]
        sizes = tuple(rows["v"]), tuple(rows["v_star"])
        return Configuration(case.label, *sizes, angle, norm, 2, case.inputs.parameters, norm_star), w_hat, e


def _redrawn(case: Case, rng: np.random.Generator) -> Iterator[Case]:
    """The case, then others of its kind with weights drawn anew, now and then with one more."""
    yield case
    vectors: Arrays = case.inputs.vectors
    for attempt in range(100):
        size = len(vectors["v"]) + attempt // 10
        drawn = vectors | {name: rng.standard_normal(size) for name in ("v", "v_star")}
        yield replace(case, inputs=replace(case.inputs, vectors=drawn))


def _exact(vector: npt.NDArray[np.float64]) -> list[mpf]:
    return [mpf(float(x)) for x in vector]


def _frame(w: list[mpf], w_star: list[mpf]) -> tuple[list[mpf], list[mpf], mpf, tuple[mpf, mpf]]:
    """ŵ, e, θ and both norms of exact vectors; where they are parallel, e is any vector, since its coefficient is 0."""
    norm, norm_star = (mpmath.sqrt(mpmath.fdot(x, x)) for x in (w, w_star))
    w_hat, unit_star = [x / norm for x in w], [x / norm_star for x in w_star]
    cosine = mpmath.fdot(w_hat, unit_star)
    across = [x - cosine * y for x, y in zip(unit_star, w_hat, strict=True)]
    sine = mpmath.sqrt(mpmath.fdot(across, across))
    e = [x / sine for x in across] if sine > 0 else across
    return w_hat, e, mpmath.atan2(sine, cosine), (norm, norm_star)


def _turns(w: npt.NDArray[np.float64], w_star: npt.NDArray[np.float64]) -> Arrays:
    """Directions that turn each filter towards the other; none where rounding leaves nothing across."""
    a, b = w / np.linalg.norm(w), w_star / np.linalg.norm(w_star)
    across = {"w": b - (a @ b) * a, "w_star": a - (a @ b) * b}
    return {name: direction for name, direction in across.items() if np.linalg.norm(direction) > 0}


@dataclass(frozen=True, kw_only=True)
class CoarseGradient(Vectors):
    """`coarse_gradient` for one estimator: its kernels, held against the claim on it."""

    proxy: Estimator

    def results(self, names: Names, case: Case) -> list[Any]:
        known = {p.name: case.inputs.parameters[p.name] for p in self.proxy.parameters}
        return [names["coarse_gradient"](*self._arguments(case), self.proxy.name, **known)]

    @property
    def endless(self) -> frozenset[str]:
        """The text numbers the integrals of the statement in SymPy's order."""
        ordered = sorted(self.claim.formula.atoms(Integral), key=default_sort_key)
        return frozenset(f"integral_{index}" for index, part in enumerate(ordered) if part.limits[0][2] == oo)


def _moments(proxy: Estimator, point: Configuration) -> Mapping[Symbol, mpf]:
    """What is said of all estimators is tried with one: its moments are integrated, not read from its claim."""
    with ctx.workdps(mpmath.mp.dps + SPARE):
        network = Network.at(point, proxy)
        balls = {name: network.mean(row).value for name, row in PROXY_MOMENTS.items()}
    return {name: required(ball, f"{name} at {point.label} is") for name, ball in balls.items()}


def holding(claim: Any) -> list[Held]:
    """How the vector functions of a claim are held."""
    for function in FUNCTIONS:
        if function.claim_id == claim.id:
            return [Vectors(claim, function.chapter, (function.name,), function.arguments, function.result)]
    definition = claim.definition
    if "coarse_gradient" not in claim.code or not isinstance(definition, MeanSample):
        return []
    if definition.estimator == "*":
        proxy = ESTIMATORS["clipped-relu"]  # none of its four kernels is 0
        return [
            CoarseGradient(
                claim, "estimators", ("coarse_gradient",), limit=2, extra=partial(_moments, proxy), proxy=proxy
            )
        ]
    if definition.estimator not in ESTIMATORS:
        return []
    proxy = ESTIMATORS[definition.estimator]
    return [CoarseGradient(claim, "estimators", (f"_{identifier(proxy.name)}_kernels",), proxy=proxy)]


_LOST: Final = 8
"""Bits of those asked for that it may lose."""

_NOTHING: Final = mpf(2) ** -8192
"""Seven of the largest float64 numbers times this are still below the smallest: how far below is not asked."""


def _require_close(error: mpf, size: mpf, what: str) -> None:
    """ArithmeticError where an error counts beside a size: an integral may not exist, or have cancelled."""
    if not (error <= size * mpf(2) ** (_LOST - mpmath.mp.prec) or error + size < _NOTHING):
        raise ArithmeticError(f"{what} known to too few digits")


def required(found: arb, what: str) -> mpf:
    """The number in a ball; ArithmeticError where Arb does not certify it to mpmath's current precision."""
    value = midpoint(found)
    _require_close(midpoint(found.rad()), abs(value), what)
    return value


def certified(form: Form, point: Configuration, extra: Mapping[Symbol, mpf]) -> list[mpf]:
    """The entries of a form's value at mpmath's current precision; one for a scalar form.

    `extra` gives values of further symbols. Raises ValueError where the value is no real number, ArithmeticError where
    what Arb leaves open of an integral counts beside it: one that cancels does not where others are large.
    """
    values = {**point.scalars(), **extra}
    with ctx.workdps(mpmath.mp.dps + SPARE):
        balls = {part: enclosed(part, values) for part in form.integrals}
    integrals = {part: midpoint(found) for part, found in balls.items()}

    def entries(known: Mapping[Integral, mpf]) -> list[mpf]:
        return form.coordinates([real(factor) for factor in form.digits(values, list(known.values()))], point)

    found = entries(integrals)
    for part, value in integrals.items():
        error = midpoint(balls[part].rad())
        if error > abs(value) * mpf(2) ** (-SPARE - mpmath.mp.prec):
            moved = entries({**integrals, part: value + error})
            change = mpmath.norm([a - b for a, b in zip(moved, found, strict=True)])
            _require_close(change, mpmath.norm(found), f"by {part} at {point.label} it is")
    return found
