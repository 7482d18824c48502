"""Every checking route computes its side without the closed forms, and the same numbers as with them."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import own_sides
import processes
import pytest

import numerics
import proofs

ROUTES = {
    "precision": ("N1", "P3", "G1", "G3", "G5", "N3", "N4", "C3", "C5.sigmoid", "P6.l1", "B1.loss"),
    "monte_carlo": ("N1", "C5.tanh", "N2", "C3"),
    "iteration": ("R1", "R7.l1", "R4.l1", "R11"),
    "enclosure": ("N1", "C5.sigmoid", "G1", "G3", "N2", "C3"),
}
SCRIPT = Path(own_sides.__file__)


def of(method: str, which: str) -> list[str]:
    """The first two claims of a route, or more."""
    return [f"{method}:{claim_id}" for claim_id in (ROUTES[method][:2] if which == "two" else ROUTES[method][2:])]


@cache
def blind_sides(which: str) -> dict[str, Any]:
    """Of all routes, in a process of its own: nothing that was computed by sight is remembered there."""
    asked = [one for method in ROUTES for one in of(method, which)]
    done = processes.run([sys.executable, str(SCRIPT), *asked], timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def numbers(value: Any) -> int:
    """How many values there are in what a route returned."""
    if isinstance(value, dict):
        return sum(map(numbers, value.values()))
    return sum(map(numbers, value)) if isinstance(value, list) else 1


@pytest.mark.parametrize("which", ["two", pytest.param("more", marks=pytest.mark.slow)])
@pytest.mark.parametrize("method", ROUTES)
def test_a_route_needs_no_closed_form(method: str, which: str) -> None:
    blind = {one: blind_sides(which)[one] for one in of(method, which)}
    assert all(numbers(side) >= 1 for side in blind.values()), "a route that computes nothing shows nothing"
    assert blind == {one: own_sides.plain(own_sides.side(*one.split(":"))) for one in blind}


def test_the_closed_forms_are_really_out_of_reach() -> None:
    """The same blindfold in a process of its own: statements, derivations and generated code all raise."""
    probe = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "import own_sides, proofs, numerics\n"
        "from numerics.generated.penalties import PROXIMAL_MAPS\n"
        "own_sides.blind()\n"
        "def raises(act):\n"
        "    try:\n        act()\n    except RuntimeError:\n        return True\n    return False\n"
        "claim = proofs.get('N1')\n"
        "acts = [lambda name=name: getattr(claim, name) for name in own_sides.FORMS]\n"
        "acts += [lambda: proofs.derive('N1'), lambda: numerics.halfspace_probability(1.0)]\n"
        "acts += [lambda: PROXIMAL_MAPS['l1'](1.0, 0.5), lambda: numerics.coarse_gradient([1], [1], [1], [1])]\n"
        "from numerics.limits.sparse import sparse_limit\n"
        "acts += [lambda: sparse_limit([1.0], 1.0, 1.0, 0.1)]\n"
        "print([raises(act) for act in acts])\n"
    )
    folders = [str(SCRIPT.parent), str(SCRIPT.parents[1])]
    done = processes.run([sys.executable, "-c", probe, *folders])
    assert done.returncode == 0, done.stderr[-2000:]
    answers = json.loads(done.stdout.lower())
    assert len(answers) == 11
    assert all(answers)


def test_here_they_are_not() -> None:
    assert proofs.get("N1").formula is not None
    assert numerics.halfspace_probability(1.0) > 0
