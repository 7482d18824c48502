"""Every checking route computes its side without the closed forms, and the same numbers as with them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import processes
import pytest

import numerics
import proofs

ROUTES = {
    "precision": ("G1", "G3", "G5", "N1", "N3", "N4", "C3", "C5.sigmoid", "P3", "P6.l1", "B1.loss"),
    "monte_carlo": ("N1", "N2", "C3", "C5.tanh"),
    "iteration": ("R1", "R4.l1", "R7.l1", "R11"),
    "enclosure": ("G1", "G3", "N1", "N2", "C3", "C5.sigmoid"),
}
SCRIPT = Path(__file__).with_name("own_sides.py")


def sides(method: str, sight: str) -> dict[str, Any]:
    done = processes.run([sys.executable, str(SCRIPT), method, sight, *ROUTES[method]], timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def numbers(value: Any) -> int:
    """How many values there are in what a route returned."""
    if isinstance(value, dict):
        return sum(map(numbers, value.values()))
    return sum(map(numbers, value)) if isinstance(value, list) else 1


@pytest.mark.parametrize("method", ROUTES)
def test_a_route_needs_no_closed_form(method: str) -> None:
    blind = sides(method, "blind")
    assert set(blind) == set(ROUTES[method])
    assert all(numbers(side) >= 1 for side in blind.values()), "a route that computes nothing shows nothing"
    assert blind == sides(method, "seeing")


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
        "print([raises(act) for act in acts])\n"
    )
    folders = [str(SCRIPT.parent), str(SCRIPT.parents[2])]
    done = processes.run([sys.executable, "-c", probe, *folders])
    assert done.returncode == 0, done.stderr[-2000:]
    answers = json.loads(done.stdout.lower())
    assert len(answers) == 10
    assert all(answers)


def test_here_they_are_not() -> None:
    assert proofs.get("N1").formula is not None
    assert numerics.halfspace_probability(1.0) > 0
