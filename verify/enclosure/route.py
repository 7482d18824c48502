"""The enclosure route: ball arithmetic, at points for integrals and over whole boxes for inequalities.

A claim whose definition is an integral is judged at configurations, the ball of the definition against the ball of the
closed form: verified if the two overlap and their difference is known to 45 digits of the natural size, the sum of the
|terms| that the definition is a sum of (of a vector: that of its largest coordinate); refuted if they are disjoint,
which is a proof. That is of grade *tested*, since certified at points is not proved between them; a claim with a
statement over a parameter box by adaptive subdivision (verify.enclosure.boxes), of grade *enclosed* if its boxes say
all that the claim says. Only what is certified kills a mutant: one that cannot be enclosed, or not be evaluated, is not
judged.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, reduce
from math import inf
from typing import Final

from flint import acb, arb, ctx
from sympy import Expr, Integral
from sympy.polys.polyerrors import PolynomialError

from proofs import symbols
from proofs.engine.claim import Claim, get
from proofs.engine.definitions import Definition, Splitting
from proofs.proxies import ESTIMATORS, Estimator
from verify import roads
from verify.at_points import AtPoints, Comparison, Found
from verify.closed_form import Form
from verify.configurations import Configuration, meeting
from verify.contexts.balls.analytic import integrate
from verify.contexts.balls.arithmetic import BALLS, power
from verify.contexts.balls.network import Enclosed, Network, ReluPatches
from verify.enclosure.boxes.search import search
from verify.evidence import Evidence, Fate, Figures, Level, Outcome, Task, Verdict
from verify.mutants import Mutant, fates, mutants
from verify.sides import Side, World, forms, sides, speaks_of, stated
from verify.workers import describe

DIGITS: Final = 45
"""Digits to which a difference must be known."""

_WORKING: Final = 62
_LADDER: Final = (_WORKING, 2 * _WORKING, 12 * _WORKING)
"""Digits to which closed forms without integrals are evaluated, until they are known well enough."""

_DEFINED: Final = (_WORKING, 5 * _WORKING)
"""Digits to which definitions are: at ‖w‖ = 1e150 the halves of an odd μ' cancel, beside moments near 1e-300."""

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
def definition_sides(definition: Definition, point: Configuration, level: Level, digits: int = _WORKING) -> list[Side]:
    """The definition's balls at a configuration, remembered: a claim's mutants are held against the same."""
    with ctx.workdps(digits):
        return [_cap(point)] if _capped(definition) else list(sides(definition, point, level, _WORLD))


def compare(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """Every closed form of a claim against its definition at a configuration, coordinate by coordinate."""
    found: list[Comparison] = []
    for digits in _DEFINED:
        found = []
        for side in definition_sides(claim.definition, point, level, digits):
            label = point.label + (f", {side.proxy.name}" if side.proxy else "") + side.place
            for name, form in forms(claim).items():
                found += _with_digits_enough(f"{label}, {name}", form, claim.definition, side, digits)
        if all(comparison.verdict is not Verdict.UNDECIDED for comparison in found):
            break
    return found


def _with_digits_enough(label: str, form: Expr, definition: Definition, side: Side, digits: int) -> list[Comparison]:
    """The comparisons of one form, which may need more digits than its definition: it may subtract large numbers."""
    found: list[Comparison] = []
    for count in _LADDER[:1] if form.has(Integral) else _LADDER:
        with ctx.workdps(count):
            closed = stated(form, definition, side, _WORLD)
        with ctx.workdps(digits):
            found = list(_held(label, closed, side.defined))
        if all(comparison.verdict is not Verdict.UNDECIDED for comparison in found):
            break
    return found


def _held(label: str, closed: Sequence[arb], defined: Sequence[Enclosed]) -> Iterator[Comparison]:
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


NAME = "enclosure"

roads.load()

_MUTANT_BOXES: Final = 100
"""Boxes that may be tried on a mutant: the points that refute one are found in the first few."""

_BOXES: Final = "boxes"


def _compare(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """What Arb cannot enclose is undecided."""
    try:
        return compare(claim, point, level)
    except (ArithmeticError, ValueError) as trouble:
        return [Comparison(point.label, Verdict.UNDECIDED, None, f"{point.label}: {trouble}")]


def _weight(claim: Claim, level: Level) -> float:
    definition = claim.definition
    arbitrary = getattr(definition, "estimator", "") == "*" or getattr(definition, "proxy", False)
    if not arbitrary:
        return 0.05 if getattr(definition, "estimator", "") else 0.01
    return 0.15 if level == "quick" else 0.4


def _fates(
    claim: Claim, points: Sequence[Configuration], base: Configuration, level: Level
) -> tuple[dict[str, Fate], Figures]:
    """The claim's wrong formulas against the definition as well, at the first configuration that tells them apart."""

    def notices(mutant: Mutant) -> bool | None:
        return _first_refutation(mutant.claim, points, level) if mutant.part == "statement" else None

    return fates(mutants(claim, level), notices), {}


def _first_refutation(claim: Claim, points: Sequence[Configuration], level: Level) -> bool | None:
    """Whether some definition's ball is disjoint from the closed form's; None if nowhere, but not all were known."""
    open_somewhere = False
    for point in points:
        said = {comparison.verdict for comparison in compare(claim, point, level)}
        if Verdict.REFUTED in said:
            return True
        open_somewhere |= Verdict.UNDECIDED in said
    return None if open_somewhere else False


_METHOD: Final = AtPoints(
    NAME,
    "no integral is known for",
    covers=covered,
    points=lambda claim, points: meeting(claim.hypotheses, points),
    compare=_compare,
    fates=_fates,
    weight=_weight,
    far=3,  # a power's tail is enclosed over every scale
    tried=lambda claim, level: _weight(claim, level) * (0.5 if level == "quick" else 3),
)
check = _METHOD.check


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """Integrals: a task per configuration and group of claims, which share its means; boxes: a task per claim."""
    seconds = 0.6 if level == "quick" else 10.0
    boxes = [Task(NAME, (claim.id,), (level, _BOXES), seconds) for claim in claims if claim.id in roads.BOXES]
    return _METHOD.tasks(claims, level, seed, budget) + boxes


def run(task: Task) -> dict[str, Found]:
    """Do one task: integrals of several claims at one configuration, or one claim's boxes, with mutants."""
    if task.arguments[-1] == _BOXES:
        return {claim_id: _over_boxes(get(claim_id), task.arguments[0]) for claim_id in task.claim_ids}
    return _METHOD.run(task)


def _over_boxes(claim: Claim, level: Level) -> Found:
    """The claim over its boxes; in a full run its mutants as well, each of which costs about as much."""
    started = time.process_time()
    found = judge_boxes(claim)
    if found is None:
        return Found(0.0, verdict=Verdict.UNDECIDED, detail="no box is stated", whole=False)

    def notices(mutant: Mutant) -> bool | None:
        judged = judge_boxes(mutant.claim, _MUTANT_BOXES)
        return None if judged is None else judged.verdict is Verdict.REFUTED

    told = fates(mutants(claim, level), notices) if level == "full" else {}
    seconds = time.process_time() - started
    return replace(found, figures={"boxes": found.figures}, fates=told, seconds=seconds)


def conclude(claims: Sequence[Claim], outcomes: Sequence[Outcome], *_: object) -> dict[str, list[Evidence]]:
    """One evidence a claim: the worst of its points and boxes; what neither speaks of has none."""
    concerned = replace(_METHOD, covers=lambda claim: covered(claim) or claim.id in roads.BOXES)
    return concerned.conclude(claims, outcomes)


def judge_boxes(claim: Claim, most: int | None = None) -> Found | None:
    """Enclose what the claim object states, over its whole box; None where nothing is stated over a box.

    `most` boxes may be tried (else as many as each statement says): a wrong claim is refuted soon or not at all. The
    figures give by statement the box, how often it was subdivided, the smallest lower bound of the margin (divided at
    its edges) and what covers the edges.
    """
    builder, left = roads.BOXES.get(claim.id, (lambda _: (), ""))
    figures: Figures = {}
    try:
        for statement in tuple(builder(claim)):
            found = search(statement if most is None else replace(statement, limit=min(most, statement.limit)))
            told = {"box": statement.described()} | found.figures() | {"reduction": statement.reduction}
            figures[statement.name] = told
            if found.verdict is not Verdict.VERIFIED:
                at = ", ".join(f"{name} = {value}" for name, value in found.witness.items())
                why = f"violated at {at}" if found.verdict is Verdict.REFUTED else found.detail
                return Found(0.0, "", (), found.verdict, f"{statement.name}: {why}", figures, whole=False)
    except (ArithmeticError, KeyError, ValueError, TypeError, NotImplementedError, PolynomialError) as trouble:
        return Found(
            0.0, verdict=Verdict.UNDECIDED, detail=f"not judged over its box: {describe(trouble)}", whole=False
        )
    detail = f"not covered: {left}" if left else ""
    return Found(0.0, "", (), Verdict.VERIFIED, detail, figures, whole=not left) if figures else None
