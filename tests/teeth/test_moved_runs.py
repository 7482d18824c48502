"""What is observed of runs is observed: where every step goes astray, all that is said of runs fails.

An observed side that is computed by the claim's own formula, a tolerance that is typed instead of estimated, an end
that counts as a known limit wherever it is: each of them would hold all the same.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import numpy as np
import pytest

import proofs
from proofs.engine.definitions import Splitting
from verify.contexts.doubles import Network
from verify.iteration import route, trial
from verify.iteration.arithmetic import Iteration
from verify.iteration.training import Training
from verify.iteration.trial import Findings, Trial
from verify.rows import judge

CLAIMS: Final = [claim.id for claim in proofs.all_claims() if isinstance(claim.definition, Splitting)]

ASTRAY: Final = {"R6": 1e-5}
"""How far, of the length of a step's z, of the coarse gradient and of ∂f/∂v, if not 1e-4. What leaves a cap leaves it
far once steps are long.
"""

LOOSE: Final = 1e-5
"""No estimate of how far off a run may be comes to more."""

ANYWHERE: Final = {
    ("R4.tl1", "kept entry"),  # x by u = S(x)
    ("R5", "distance"),  # the chord by the angle
    ("R5.sharp-l1", "slope"),  # known to what two runs differ by
    ("R5.sharp-tl1", "slope"),
    ("R6.radius", "bound"),  # of S
    ("R7.stability", "stiffness"),
}
"""Equations that hold at any filter, be it the end of a run or not."""

ROOMY: Final = {"|g₁ − d₁|, |√g₂ − √d₂|, over their bound"}
"""What is demanded by a bound that is not reached: what is next to a limit keeps it, too."""

SAID: Final = {
    "R6": "from within",
    "R7.l1": "no predicted limit",
    "R7.l0": "no predicted limit",
    "R7.tl1": "no predicted limit",
    "R7.stability": "runs return",
}
"""What else is demanded of runs, by words of its witness."""


@pytest.fixture
def astray(claim_id: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[bool]]:
    """Steps and gradients are off; what should be 0, by name: whether it was found to be."""
    off = ASTRAY.get(claim_id, 1e-4)
    raw, along, slope = Iteration.raw, Training.along, Network.gradient_v
    held: dict[str, list[bool]] = defaultdict(list)

    def moved(self: Iteration, *given: Any) -> Any:
        z = raw(self, *given)
        size = np.linalg.norm(z.astype(float), axis=-1, keepdims=True)
        return z + off * size * np.cos(1 + np.arange(z.shape[-1]))

    def within(self: Findings, name: str, value: Any, bound: float, witness: object) -> bool:
        if name not in ROOMY:
            held[name].append(bool(value <= bound) or bound > LOOSE)
        return True

    monkeypatch.setattr(Iteration, "raw", moved)
    monkeypatch.setattr(Training, "along", lambda self, theta: (1 + off) * along(self, theta))
    monkeypatch.setattr(Network, "gradient_v", lambda self: [x + off for x in slope(self)])
    monkeypatch.setattr(Findings, "within", within)
    monkeypatch.setattr(trial, "DEFAULTS", {name: trial.DEFAULTS[name] for name in ("l1", "l0", "tl1")})
    monkeypatch.setattr(Trial, "many", lambda self, quick, full: quick if quick >= 100 else min(quick, 3))
    return held


@pytest.mark.parametrize("claim_id", CLAIMS)
def test_what_is_said_of_runs_fails_where_steps_go_astray(claim_id: str, astray: dict[str, list[bool]]) -> None:
    claim = proofs.get(claim_id)
    found = route._judge(claim, "quick", 1, 0, 1e-8)
    refuted: dict[str, list[bool]] = defaultdict(list)
    for row in found.rows:  # one without slack is of a given point
        if row.relation == "=" and np.any(row.slack) and (claim_id, row.part) not in ANYWHERE:
            refuted[row.part].append(judge(claim, row).refuted)
    held = [part for part, seen in refuted.items() if np.mean(seen) < 0.6]
    assert held == []
    assert [name for name, seen in astray.items() if np.mean(seen) > 0.4] == []
    if claim_id in SAID:
        assert any(SAID[claim_id] in text for text in found.refuted)
