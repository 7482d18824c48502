"""A claim on trial by runs: the problems drawn for it, the code under test, and what was found.

Counts, extremes and, if the theory is wrong, a witness to replay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

import numerics
from proofs.engine.claim import Claim
from verify.configurations import stream
from verify.evidence import Evidence, Fate, Figures, Grade, Level, Verdict
from verify.iteration.arithmetic import Problem, pull, unit
from verify.minimizer import BROUGHT, DEFAULTS, Array
from verify.rows import Judgement, Relation, Row, judge

_TINY = 1e-9
"""Bounds that are not above this are 0 for all that a quotient by them says."""

_OUTPUTS: Final = ((1.0, 0.5), (0.75, -1.25, 0.5), (2.0, 1.0))
"""True output weights v*, which set κ."""


@dataclass
class Findings:
    """Of one claim, or of a part of its problems; parts are merged.

    `rows` is what the runs say of the claim's formulas, `fates` what they make of its mutants, `doubts` what should
    have been judged and could not be.
    """

    demands: int = 0
    refuted: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    extremes: dict[str, float] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    fates: dict[str, Fate] = field(default_factory=dict)

    def demand(self, condition: Any, witness: str) -> bool:
        """The claim says that `condition` holds."""
        self.demands += 1
        if not condition:
            self.refuted.append(witness)
        return bool(condition)

    def within(self, name: str, value: Any, bound: float, witness: object) -> bool:
        """The claim says that this number is zero; it is known to `bound`. NaN is not within anything."""
        self.extreme(f"max {name}", value)
        return self.demand(value <= bound, f"{name} = {float(value):.3g} > {bound:.3g}: {witness}")

    def count(self, name: str, number: int = 1) -> None:
        self.counts[name] += int(number)

    def extreme(self, name: str, value: Any) -> None:
        """Keep the largest of "max …", the smallest of "min …"; NaN is larger and smaller than anything."""
        kept = np.maximum if name.startswith("max ") else np.minimum
        self.extremes[name] = float(kept(self.extremes.get(name, float(value)), float(value)))

    def require(self, *names: str) -> None:
        """What was never met was not judged."""
        self.doubts += [f"never met: {name}" for name in names if not self.counts[name]]

    @classmethod
    def merged(cls, parts: Iterable[Findings]) -> Findings:
        """All parts together, in their order."""
        whole = Findings()
        for part in parts:
            whole.demands += part.demands
            whole.refuted += part.refuted
            whole.doubts += part.doubts
            whole.counts.update(part.counts)
            whole.notes |= part.notes
            whole.rows += part.rows
            whole.fates |= {a: fate for a, fate in part.fates.items() if whole.fates.get(a) is not Fate.KILLED}
            for name, value in part.extremes.items():
                whole.extreme(name, value)
        return whole

    def evidence(self, method: str, seconds: float) -> Evidence:
        """Refuted before undecided before verified; nothing compared is undecided."""
        figures: Figures = {"demands": self.demands, **self.counts, **self.notes, **dict(sorted(self.extremes.items()))}
        if self.refuted:
            verdict, detail = Verdict.REFUTED, f"{self.refuted[0]} ({len(self.refuted)} of {self.demands} demands fail)"
        elif self.doubts or not self.demands:
            verdict, detail = Verdict.UNDECIDED, (self.doubts or ["no problem meets the hypotheses"])[0]
        else:
            verdict, detail = Verdict.VERIFIED, ""
        return Evidence(method, verdict, Grade.TESTED, figures, seconds, detail, self.fates)


class Trial(Findings):
    """A claim judged on the problems of one part; `share` is its false-alarm probability a random test.

    A `blind` one judges nothing, and the runs leave their rows only: neither a formula of the claim is used nor the
    code under test.
    """

    def __init__(
        self, claim: Claim, level: Level, seed: int, part: int = 0, share: float = 1e-8, *, blind: bool = False
    ) -> None:
        super().__init__()
        self.claim, self.level, self.seed, self.part, self.share, self.blind = claim, level, seed, part, share, blind
        self.penalty = str(getattr(claim.definition, "penalty", "*"))  # "*": any
        self.aspect = str(getattr(claim.definition, "aspect", ""))
        self.rng = generator(seed, claim.id, part)

    @property
    def penalties(self) -> tuple[str, ...]:
        """The claim's penalty, or all; the notes name those of extensions."""
        if self.penalty != "*":
            return (self.penalty,)
        if BROUGHT:
            self.notes["penalties of extensions"] = ", ".join(BROUGHT)
        return tuple(DEFAULTS)

    def many(self, quick: int, full: int) -> int:
        return quick if self.level == "quick" else full

    def rounds(self, quick: int, full: int, *needed: str) -> Iterator[int]:
        """0, 1, … for as many rounds as the level asks for, and on until all needed was counted: tenfold at most.

        What a claim must be seen to do does not happen on every problem drawn; how often it does is left to chance,
        whether it was seen at all is not.
        """
        wanted = self.many(quick, full)
        for k in range(10 * wanted):
            if k >= wanted and all(self.counts[name] for name in needed):
                break
            yield k
        self.require(*needed)

    def row(self, part: str, relation: Relation, observed: Any, values: Any, slack: Any, where: Any) -> None:
        """Keep a row, and hold it against the claim; where only the runs' own side is wanted nothing is judged."""
        self.rows.append(row := Row(part, relation, observed, values, slack, where))
        if self.blind:
            return
        said = judge(self.claim, row)
        if not said.applies.any():
            self.count("rows outside the hypotheses")
            return
        self._figure(row, said)
        self.demand(not said.refuted, _witness(row, said) if said.refuted else "")

    def _figure(self, row: Row, said: Judgement) -> None:
        """How far off an equality is at most, or how near a bound is reached.

        What the judge allows for rounding is taken off first: over a bound near 0 it would be all of the quotient. So
        the quotient exceeds 1 only where the claim is refuted; it is infinite where it then has no value.
        """
        if row.relation == "=":
            self.extreme(f"max |{row.part} − observed|", _largest(abs(row.observed - said.stated), said))
        elif row.relation in ("<=", ">="):
            pair = (row.observed, said.stated) if row.relation == "<=" else (said.stated, row.observed)
            over, under = (np.asarray(value, dtype=float) for value in pair)
            with np.errstate(all="ignore"):
                quotient = np.where(under > _TINY, (over - np.asarray(row.slack, dtype=float)) / under, np.nan)
            kept = np.clip(np.nan_to_num(quotient, nan=0.0), 0.0, 1.0)  # the subtraction rounds, too
            broken = np.where(np.isnan(quotient), np.inf, np.maximum(quotient, 1.0))
            self.extreme(f"max {row.part}: reached", _largest(np.where(said.holds, kept, broken), said))

    def limit(self, problem: Problem, digits: int | None = None) -> Any:
        """The limit by the code under test, or None where it says that there is none, or where none is asked."""
        if self.blind:
            return None
        numbers = (problem.kappa, problem.beta, problem.lam, problem.penalty)
        options = {"normalize": True, "digits": digits, **problem.parameters}
        try:
            return numerics.sparse_limit(list(problem.w_star), *numbers, **options)
        except numerics.NoLimitError:
            return None


@dataclass(frozen=True)
class Aspect:
    """How claims of one aspect are judged: `parts` tasks (quick, full), each of about `weight` seconds.

    `chances` is the number of random tests of the last part.
    """

    checker: Callable[[Trial], None]
    parts: tuple[int, int] = (1, 1)
    weight: float = 1.0
    chances: int = 0

    def count(self, level: Level) -> int:
        return self.parts[level == "full"]


ASPECTS: Final[dict[str, Aspect]] = {}
"""Aspect of a `Splitting` -> how it is judged."""

_Checker = Callable[[Trial], None]


def on_trial(aspect: str, **how: Any) -> Callable[[_Checker], _Checker]:
    """The function judges the claims of this aspect; `how` are the other fields of `Aspect`."""

    def register(checker: _Checker) -> _Checker:
        ASPECTS[aspect] = Aspect(checker, **how)
        return checker

    return register


def generator(seed: int, name: str, part: int) -> np.random.Generator:
    """Random numbers by seed, claim id and part."""
    return stream(seed, 0x17, part, *map(ord, name))


def drawn(
    rng: np.random.Generator,
    penalty: str,
    *,
    n: int,
    beta: tuple[float, float] = (0.05, 20.0),
    lam: tuple[float, float] = (1e-3, 1.0),
) -> Problem:
    """A problem with κ from the quadrature of its coarse gradient; β/κ and λ/κ log-uniform in the ranges given.

    The filter has normal entries, as many as may be, in random places; now and then one of them dominates.
    """
    v_star = _OUTPUTS[int(rng.integers(len(_OUTPUTS)))]
    alpha, kappa = (float(x) for x in pull(v_star, ("relu", "identity")[int(rng.integers(2))]))
    nonzeros, dominating, w = int(rng.integers(1, n + 1)), bool(rng.random() < 0.3), np.zeros(n)
    places = rng.permutation(n)[:nonzeros]
    w[places] = rng.standard_normal(len(places))
    if dominating:
        w[places[0]] *= 6
    w_star = tuple(float(x) for x in np.round(w / np.linalg.norm(w), 4) + (w != 0) * 1e-5)
    ratios = [float(np.exp(rng.uniform(np.log(low), np.log(high)))) for low, high in (beta, lam)]
    least = {shape.name: float(shape.above) for shape in BROUGHT[penalty].parameters} if penalty in BROUGHT else {}
    shapes = {
        name: least.get(name, 0.0) + (value - least.get(name, 0.0)) * float(np.exp(rng.uniform(-1, 1)))
        for name, value in DEFAULTS[penalty].items()
    }
    if penalty == "scad":
        shapes["a"] = max(shapes["a"], 2.1)
    return Problem(w_star, kappa, kappa * ratios[0], kappa * ratios[1], penalty, shapes, alpha)


def directions(rng: np.random.Generator, count: int, n: int) -> Array:
    """Uniform directions (count, n)."""
    return unit(rng.standard_normal((count, n)))


def _largest(values: Any, said: Judgement) -> float:
    return float(np.max(np.where(said.applies, np.asarray(values, dtype=float), -np.inf)))


def _witness(row: Row, said: Judgement) -> str:
    """The first comparison that fails, with the values it fails at."""
    wrong = said.applies & ~said.holds
    at = int(np.flatnonzero(np.broadcast_to(wrong, np.broadcast_shapes(wrong.shape, said.applies.shape)))[0])
    values = ", ".join(f"{name} = {_at(value, at)}" for name, value in row.values.items())
    observed = row.observed if isinstance(row.observed, tuple) else _at(row.observed, at)
    return f"{row.part}: observed {observed} {row.relation} {_at(said.stated, at)} fails at {values}: {row.where}"


def _at(value: Any, index: int) -> str:
    return f"{float(value[index] if isinstance(value, np.ndarray) and value.ndim else value):.15g}"
