"""What the runs found: counts, extremes and, if the theory is wrong, a witness to replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from verify.evidence import Evidence, Figures, Grade, Verdict

__all__ = ["Findings"]


@dataclass
class Findings:
    """Of one claim, or of a part of its problems; parts are merged."""

    demands: int = 0
    refuted: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    largest: dict[str, float] = field(default_factory=dict)
    smallest: dict[str, float] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

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

    def doubt(self, reason: str) -> None:
        """Something that should have been judged could not be."""
        self.doubts.append(reason)

    def count(self, name: str, number: int = 1) -> None:
        """How many of something were run."""
        self.counts[name] += int(number)

    def most(self, name: str, value: Any) -> None:
        """Keep the largest."""
        self.largest[name] = max(self.largest.get(name, float("-inf")), float(value))

    def least(self, name: str, value: Any) -> None:
        """Keep the smallest."""
        self.smallest[name] = min(self.smallest.get(name, float("inf")), float(value))

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
        return Evidence(method, verdict, Grade.TESTED, figures, seconds, detail)
