"""Generated proximal maps, Moreau envelopes, penalties and thresholds against closed forms at several hundred digits.

The inputs are float64 numbers and are taken as exact; the *printed* form is evaluated where there is one, with so many
digits that its cancellations do not matter. Penalties are held against the definition of the claim on their map,
thresholds and displacements against what the penalty declares and the derivation of that claim proves. So are the laws
of the penalties whose limits are known: p' and −p'' against derivatives of p, the least u and S beyond the threshold
against S; at the u where −p'' is said to have a value, it is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, Final, cast

import mpmath
import numpy as np
from mpmath import mpf
from sympy import Expr, Integer, Max, Min, Symbol, default_sort_key, diff, lambdify, oo

from proofs.code.laws import LAWS
from proofs.engine.claim import Claim
from proofs.engine.definitions import Envelope, ProximalMap
from proofs.naming import identifier
from proofs.penalty_forms import PENALTIES, Penalty, size
from proofs.symbols import beta, lam, ratio, u, x_in
from verify.configurations import Configuration, meeting, stream
from verify.evidence import Level, pinned
from verify.generated.held import Case, Held, Names, OfNumbers
from verify.minimizer import penalty_of

_DIGITS: Final = 700
"""Powers of 1e±150 up to the third, and as many digits again."""

_RATIOS: Final = {"quick": (1e-150, 0.3, 1e150), "full": (1e-150, 1e-8, 0.3, 2.5, 1e8, 1e150)}
_SHAPES: Final = {"quick": (1.0, 8.0), "full": (1.0, 1e-3, 0.3, 8.0, 1e3)}
_BESIDE: Final = (1 - 3e-4, 1 - 2e-5, 1 + 2e-5, 1 + 3e-4, -1.2)
_FACTORS: Final = (0.0, 0.5, 1 - 5e-7, 1 - 1e-9, 1 + 1e-9, -1.001, 1.7, -1e3)
_WIDTHS: Final = (1.0, 0.5, 4.0)
_GRID: Final = tuple(2.0**k for k in range(-6, 7))
_KNOTS: Final = (0.0, 1e-150, 1e-5, 0.5, 0.9997, 1.0003, -1.7, 1e3)


@dataclass(frozen=True)
class PenaltyInputs:
    """x, ρ, β, and the shapes of the penalty."""

    x: float
    rho: float
    strength: float
    shapes: dict[str, float]

    def of(self, symbols: Iterable[Symbol]) -> list[float]:
        """What the symbols of a form stand for."""
        rest = {ratio: self.rho, beta: self.strength, lam: self.strength * self.rho}
        return [rest.get(symbol, self.x) for symbol in symbols]


def stated_penalty(claim: Claim) -> Penalty | None:
    """The penalty whose map or envelope a claim states and code is generated from; None for other claims."""
    stated = claim.code and isinstance(claim.definition, ProximalMap | Envelope)
    return penalty_of(claim.definition) if stated else None


@lru_cache(maxsize=512)
def _function(penalty: Penalty, form: Expr, *symbols: Symbol) -> Callable[..., mpf]:
    """A form as a function of these symbols and the shapes of the penalty."""
    names = [*symbols, *(shape.symbol for shape in penalty.parameters)]
    compiled: Callable[..., mpf] = lambdify(names, form, "mpmath")
    return compiled


def _cases(penalty: Penalty, level: Level, seed: int) -> Iterator[Case]:
    """Random ones, and ratios and shapes from one end of float64 to the other with x around the threshold."""
    rng = stream(seed, 0x9E)
    reach = Integer(1) if penalty.threshold == 0 else penalty.threshold
    threshold, *ends = (_function(penalty, form, ratio) for form in (reach, *penalty.edges))
    drawn = [tuple(np.exp(rng.uniform(-1.5, 1.5, 4))) for _ in range(8 if level == "quick" else 40)]
    drawn += [(1.1, rho, width, 1.0) for rho, width in dict.fromkeys(_regimes(penalty))]
    for index, (factor, rho, width, strength) in enumerate(drawn):
        shapes = _shapes(penalty, width)
        x = float(rng.choice([-1, 1]) * factor) * float(threshold(mpf(rho), *map(mpf, shapes.values())))
        yield Case(f"random {index}", True, PenaltyInputs(x, float(rho), float(strength), shapes))
        for end in (float(end(mpf(rho), *map(mpf, shapes.values()))) for end in ends):
            for beside in _BESIDE:
                label = f"random {index}, x = {beside:g} of {end:.9g}"
                yield Case(label, True, PenaltyInputs(beside * end, float(rho), float(strength), shapes))
    for rho in _RATIOS[level]:
        for shapes in _all_shapes(penalty, level):
            for factor in _FACTORS:
                x = factor * float(threshold(mpf(rho), *map(mpf, shapes.values())))
                label = f"x = {x:.9g}, rho = {rho:g}" + "".join(f", {name} = {v:g}" for name, v in shapes.items())
                yield Case(label, False, PenaltyInputs(x, rho, 1.0, shapes))


def _shapes(penalty: Penalty, width: float) -> dict[str, float]:
    """Shapes at `width` times their defaults, counted from their least values."""
    return {s.name: float(s.above + width * float(s.default - s.above)) for s in penalty.parameters}


def _all_shapes(penalty: Penalty, level: Level) -> Iterator[dict[str, float]]:
    """Shapes of all widths, and the pinned ones."""
    for width in _SHAPES[level] if penalty.parameters else (1.0,):
        yield _shapes(penalty, width)
    if pins := {shape.name: pinned()[shape.name] for shape in penalty.parameters if shape.name in pinned()}:
        yield _shapes(penalty, 1.0) | pins


def _regimes(penalty: Penalty) -> Iterator[tuple[float, float]]:
    """ρ and a width of the shapes where each argument of each minimum and maximum decides, if it does on a grid."""
    grid = [(rho, width) for width in _WIDTHS for rho in _GRID]
    extremes = {part for form in (penalty.threshold, *penalty.edges) for part in form.atoms(Min, Max)}
    for extreme in sorted(extremes, key=default_sort_key):
        sign = 1 if isinstance(extreme, Min) else -1
        values = [_function(penalty, sign * part, ratio) for part in extreme.args]
        for index in range(len(values)):
            for rho, width in grid:
                found = [float(value(rho, *_shapes(penalty, width).values())) for value in values]
                others = [value for k, value in enumerate(found) if k != index]
                if found[index] < min(others) - 0.05 * abs(min(others)):
                    yield rho, width
                    break


def _knots(penalty: Penalty, level: Level, seed: int) -> Iterator[Case]:
    """u on both sides of every end of a piece."""
    for shapes in _all_shapes(penalty, level):
        ends = [_function(penalty, high) for _, high, _ in penalty.pieces[:-1]]
        sizes = [1.0, *(float(end(*shapes.values())) for end in ends)]
        for x in (knot * factor for knot in sizes for factor in _KNOTS):
            label = f"u = {x:g}" + "".join(f", {name} = {v:g}" for name, v in shapes.items())
            yield Case(label, 1e-9 < abs(x) < 10, PenaltyInputs(x, 1.0, 1.0, shapes))


def _above(penalty: Penalty, level: Level, seed: int) -> Iterator[Case]:
    """u >= 0 alone."""
    return (case for case in _knots(penalty, level, seed) if case.inputs.x >= 0)


def _beyond(penalty: Penalty, level: Level, seed: int) -> Iterator[Case]:
    """x beyond the threshold."""
    threshold = _function(penalty, penalty.threshold, ratio)
    for case in _cases(penalty, level, seed):
        if case.inputs.x > threshold(mpf(case.inputs.rho), *map(mpf, case.inputs.shapes.values())):
            yield case


def _by_ratio(table: str, penalty: Penalty, level: Level, seed: int) -> list[Case]:
    """One case for every ρ and every shape."""
    found = {(c.inputs.rho, *c.inputs.shapes.values()): c for c in _cases(penalty, level, seed)}
    return [replace(case, label=f"{table}, {case.label}") for case in found.values()]


def _meets(claim: Claim, at: PenaltyInputs) -> bool:
    parameters = {**at.shapes, "beta": at.strength}
    return bool(meeting(claim.hypotheses, [Configuration("", (at.x,), (at.rho,), 1.0, 1.0, 2, parameters)]))


def holding(claim: Claim) -> list[Held]:
    """How the functions of a claim on a proximal map or an envelope are held; wrappers go with the first of either."""
    penalty = stated_penalty(claim)
    if penalty is None:
        return []
    known, bounded = penalty.name, penalty.farthest != oo
    wrapped = known == next(iter(PENALTIES))

    def of(
        name: str,
        form: Callable[[Claim], Expr],
        symbols: tuple[Symbol, ...],
        called: Callable[[Names, PenaltyInputs], list[Any]],
        cases: Callable[[Penalty, Level, int], Iterable[Case]],
        *wrappers: str,
        reads_formula: bool = False,
        module: str = "penalties",
    ) -> Held:
        """The function of that name: its form, in these symbols and the shapes."""
        return OfNumbers(
            claim,
            module,
            (f"_{identifier(known)}_{name}", *(wrappers if wrapped else ())),
            drawn=lambda level, seed: (case for case in cases(penalty, level, seed) if _meets(claim, case.inputs)),
            called=called,
            numbers=lambda at: [*at.of(symbols), *at.shapes.values()],
            formula=lambda own: _function(penalty, form(own), *symbols),
            reads_formula=reads_formula,
            digits=_DIGITS,
        )

    def of_ratio(name: str, form: Expr, inverse: bool = False) -> Held:
        """An entry of a table by name; of one without a bound, the inverse."""
        table = f"{name.upper()}S"

        def called(names: Names, at: PenaltyInputs) -> list[Any]:
            found = names[table][known](at.rho, **at.shapes)
            return [1 / float(found) if inverse else found]

        return of(name, lambda _: form, (ratio,), called, partial(_by_ratio, table))

    def enveloped(names: Names, at: PenaltyInputs) -> list[Any]:
        return [names["moreau_envelope"]([at.x], at.strength, at.strength * at.rho, known, **at.shapes)]

    def valued(names: Names, at: PenaltyInputs) -> list[Any]:
        return [names["penalty_value"]([at.x], known, **at.shapes)]

    def mapped(names: Names, at: PenaltyInputs) -> list[Any]:
        """`proximal_map`, checked, and the entry of PROXIMAL_MAPS."""
        checked = names["proximal_map"](at.x, at.rho, known, **at.shapes)
        return [checked, names["PROXIMAL_MAPS"][known](np.array([at.x]), at.rho, **at.shapes)]

    def printed(own: Claim) -> Expr:
        return own.as_printed

    if isinstance(claim.definition, Envelope):
        return [of("envelope", printed, (x_in, beta, lam), enveloped, _cases, "moreau_envelope", reads_formula=True)]
    own_penalty = cast(ProximalMap, claim.definition).penalty
    found = [
        of("map", printed, (x_in, ratio), mapped, _cases, "proximal_map", reads_formula=True),
        of("penalty", lambda _: own_penalty, (u,), valued, _knots),
        of_ratio("threshold", penalty.threshold),
    ]
    if penalty.farthest != penalty.threshold:
        found.append(of_ratio("displacement", penalty.farthest if bounded else Integer(0), inverse=not bounded))
    return [*found, *(_law(penalty, of) if known in LAWS else ())]


def _law(penalty: Penalty, of: Callable[..., Held]) -> Iterator[Held]:
    """How the tables of `limits` are held, by the way that those of penalties are."""
    from numerics.limits.field import FLOATS  # code under test: not before it is what a test wants

    p, landing, known = penalty.at(u), penalty.landings[0], penalty.name
    bend = _function(penalty, -diff(p, u, 2), u)

    def held(table: str, form: Expr, symbols: tuple[Symbol, ...], cases: Any, *field: Any) -> Held:
        def called(names: Names, at: PenaltyInputs) -> list[Any]:
            return [names[table][known](*field, *at.of(symbols), **at.shapes)]

        return of(table.lower(), lambda _: form, symbols, called, cases, module="limits")

    def turned(names: Names, at: PenaltyInputs) -> list[Any]:
        """Half of −p'' times what it is the half of; u itself where p'' = 0."""
        shapes = at.shapes.values()
        with mpmath.workdps(_DIGITS):
            there = bend(mpf(at.x), *map(mpf, shapes))
            twice = float(2 / there) if there else at.rho
            found = names["TURNING"][known](FLOATS, twice, **at.shapes)
            return [bend(mpf(float(found)), *map(mpf, shapes)) * twice / 2 if there else found]

    yield held("SLOPES", diff(p, u), (u,), _above)
    yield held("BENDS", -diff(p, u, 2), (u,), _above)
    yield held("LEAST", landing.subs(size, penalty.threshold), (ratio,), partial(_by_ratio, "LEAST"), FLOATS)
    yield held("KEPT", landing, (size, ratio), _beyond, FLOATS)
    turn = Integer(0 if diff(p, u, 2) == 0 else 1)
    yield of("turning", lambda _: turn, (), turned, _above, module="limits")
