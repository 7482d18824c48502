"""What the runs found: counts, extremes and, if the theory is wrong, a witness to replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.evidence import Evidence, Fate, Figures, Grade, Verdict
from verify.rows import Judgement, Row, judge

if TYPE_CHECKING:
    from verify.iteration.asked import Asked

__all__ = ["Findings"]

_TINY = 1e-9
"""Bounds that are not above this are 0 for all that a quotient by them says."""


@dataclass
class Findings:
    """Of one claim, or of a part of its problems; parts are merged.

    `rows` is what the runs say of the claim's formulas, `fates` what they make of its mutants.
    """

    demands: int = 0
    refuted: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    largest: dict[str, float] = field(default_factory=dict)
    smallest: dict[str, float] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    fates: dict[str, Fate] = field(default_factory=dict)

    def demand(self, condition: Any, witness: str) -> bool:
        """The claim says that `condition` holds."""
        self.demands += 1
        if not condition:
            self.refuted.append(witness)
        return bool(condition)

    def within(self, name: str, value: Any, bound: float, witness: str) -> bool:
        """The claim says that this number is zero; it is known to `bound`. NaN is not within anything."""
        self.most(name, value)
        return self.demand(value <= bound, f"{name} = {float(value):.3g} > {bound:.3g}: {witness}")

    def against(self, asked: Asked, row: Row) -> None:
        """Keep a row, and hold it against the claim; where only the runs' own side is wanted nothing is judged."""
        self.rows.append(row)
        if asked.blind:
            return
        said = judge(asked.claim, row)
        if not said.applies.any():
            self.count("rows outside the hypotheses")
            return
        self._figure(row, said)
        self.demand(not said.refuted, "" if not said.refuted else _witness(row, said))

    def _figure(self, row: Row, said: Judgement) -> None:
        """How far off an equality is at most, or how near a bound is reached.

        What the judge allows for rounding is taken off first: over a bound near 0 it would be all of the quotient. So
        the quotient exceeds 1 only where the claim is refuted; it is infinite where it then has no value.
        """
        if row.relation == "=":
            self.most(f"|{row.part} − observed|", _largest(abs(row.observed - said.stated), said))
        elif row.relation in ("<=", ">="):
            pair = (row.observed, said.stated) if row.relation == "<=" else (said.stated, row.observed)
            over, under = (np.asarray(value, dtype=float) for value in pair)
            with np.errstate(all="ignore"):
                quotient = np.where(under > _TINY, (over - np.asarray(row.slack, dtype=float)) / under, np.nan)
            kept = np.clip(np.nan_to_num(quotient, nan=0.0), 0.0, 1.0)  # the subtraction rounds, too
            broken = np.where(np.isnan(quotient), np.inf, np.maximum(quotient, 1.0))
            self.most(f"{row.part}: reached", _largest(np.where(said.holds, kept, broken), said))

    def doubt(self, reason: str) -> None:
        """Something that should have been judged could not be."""
        self.doubts.append(reason)

    def lacking(self, *names: str) -> list[str]:
        """Those of these that were never counted."""
        return [name for name in names if not self.counts[name]]

    def require(self, *names: str) -> None:
        """What was never met was not judged."""
        for name in self.lacking(*names):
            self.doubt(f"never met: {name}")

    def count(self, name: str, number: int = 1) -> None:
        """How many of something were run."""
        self.counts[name] += int(number)

    def most(self, name: str, value: Any) -> None:
        """Keep the largest; NaN is larger than anything."""
        self.largest[name] = float(np.maximum(self.largest.get(name, float("-inf")), float(value)))

    def least(self, name: str, value: Any) -> None:
        """Keep the smallest; NaN is smaller than anything."""
        self.smallest[name] = float(np.minimum(self.smallest.get(name, float("inf")), float(value)))

    @classmethod
    def merged(cls, parts: Iterable[Findings]) -> Findings:
        """All parts together, in their order."""
        whole = cls()
        for part in parts:
            whole.demands += part.demands
            whole.refuted += part.refuted
            whole.doubts += part.doubts
            whole.counts.update(part.counts)
            whole.notes |= part.notes
            whole.rows += part.rows
            for label, fate in part.fates.items():
                if whole.fates.get(label) is not Fate.KILLED:
                    whole.fates[label] = fate
            for name, value in part.largest.items():
                whole.most(name, value)
            for name, value in part.smallest.items():
                whole.least(name, value)
        return whole

    def evidence(self, method: str, seconds: float) -> Evidence:
        """Refuted before undecided before verified; nothing compared is undecided."""
        figures: Figures = {"demands": self.demands, **self.counts, **self.notes}
        figures |= {f"max {name}": value for name, value in self.largest.items()}
        figures |= {f"min {name}": value for name, value in self.smallest.items()}
        if self.refuted:
            verdict, detail = Verdict.REFUTED, f"{self.refuted[0]} ({len(self.refuted)} of {self.demands} demands fail)"
        elif self.doubts or not self.demands:
            verdict, detail = Verdict.UNDECIDED, (self.doubts or ["no problem meets the hypotheses"])[0]
        else:
            verdict, detail = Verdict.VERIFIED, ""
        return Evidence(method, verdict, Grade.TESTED, figures, seconds, detail, self.fates)


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
