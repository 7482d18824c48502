"""What Jupyter shows of results: tables that a browser can read, with the numbers of the result."""

import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest

from numerics import learn, sparse_limit, stable_limits

W_STAR = np.array([0.6, -0.8, 0.0])


def cells(shown: Any) -> list[list[str]]:
    body = ET.fromstring(f"<div>{shown._repr_html_()}</div>")
    return [["".join(cell.itertext()) for cell in row] for row in body.iter("tr")]


@pytest.mark.parametrize("digits", [None, 30])
def test_a_limit(digits: int | None) -> None:
    found = sparse_limit(W_STAR, 1, 0.5, 0.1, penalty="tl1", a=2, digits=digits)
    said = dict(cells(found))  # type: ignore[arg-type]
    assert said["penalty"] == "tl1"
    assert [float(said[name]) for name in ("κ", "β", "λ", "a")] == [1, 0.5, 0.1, 2]
    assert float(said["multiplier N"]) == pytest.approx(float(found.multiplier), rel=1e-8)
    assert said["support of ū"] == f"{len(found.support)} of 3"


def test_all_limits() -> None:
    found = stable_limits(W_STAR, 1, 20, 2)
    head, *rows = cells(found)
    assert head[:2] == ["kind", "entries"]
    assert [float(row[2]) for row in rows] == pytest.approx([one.multiplier for one in found.limits], rel=1e-8)
    spikes = [f"{one.index}, sign {'+' if one.sign == 1 else '−'}" for one in found.limits if one.kind == "spike"]
    assert spikes
    assert [row[1] for row in rows if row[0] == "spike"] == spikes


def test_a_run() -> None:
    run = learn(np.ones(4), np.array([0.1, 0.2, 0.3]), W_STAR, 0.5, 0.1)
    said = dict(cells(run))  # type: ignore[arg-type]
    assert said["steps"] == f"{run.steps} (converged)"
    assert said["support of u"] == f"{np.count_nonzero(run.u)} of 3"
