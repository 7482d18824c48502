"""Penalties that users bring: right, or refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mpmath import mpf
from sympy import Expr, Integer, oo, sqrt
from test_extensions import evidence, run, verify

from proofs.penalty_forms import Penalty, size
from proofs.symbols import ratio, u
from verify.minimizer import map_slope, pieces_of, proximal

MODULES = "many_penalties,log_sum,my_penalty"

BRUTE: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "elastic-net": lambda t: t + t**2 / 2,
    "firm": lambda t: np.where(t < 2, t - t**2 / 4, 1.0),
    "weighted": lambda t: t / 2,
    "huber": lambda t: np.where(t < 1, t**2 / 2, t - 0.5),
    "truncated-ridge": lambda t: np.minimum(t, 1) ** 2 / 2,
    "l0-l1": lambda t: t + (t > 0),
    "l-three-halves": lambda t: t**1.5,
    "log-sum": lambda t: np.log(1 + t),
    "capped-l1": lambda t: np.minimum(t, 1),
}
"""p by hand, at the default parameters."""

MAPS = """
import json, sys
import verify
from numerics import moreau_envelope, proximal_map
x, cases = json.loads(sys.argv[1])
print(json.dumps([[proximal_map(x, rho, name).tolist(), [float(moreau_envelope([one], 1.0, rho, name)) for one in x]]
                  for name, rho in cases]))
try:
    proximal_map([1.0], 1.01, "log-sum")
except ValueError as refused:
    print(refused)
"""


def test_maps_are_minimizers() -> None:
    """Of the objective on a fine grid, refined three times; of log-sum where its map is declared, ρ ≤ 1."""
    x = [0.013, -0.4, 0.97, -1.34, 2.2, 3.7, -9.0]
    cases = [(name, rho) for name in BRUTE for rho in (0.07, 0.6, 1.0, 4.0) if rho <= 1 or name != "log-sum"]
    told, refused = run(["-c", MAPS, json.dumps([x, cases])], MODULES).stdout.splitlines()
    assert refused == "penalty log-sum has a closed form for rho <= eps ** 2 only, got rho = lam/beta = 1.01"
    for (name, rho), (found, heights) in zip(cases, json.loads(told), strict=True):
        least = [_least(BRUTE[name], abs(one), rho) for one in x]
        assert heights == pytest.approx([height for _, height in least], rel=1e-9), name
        assert np.abs(found) == pytest.approx([point for point, _ in least], abs=2e-6), name
        assert np.all(np.array(found) * x >= 0), name


def _least(p: Callable[[np.ndarray], np.ndarray], x: float, rho: float) -> tuple[float, float]:
    """A minimizer over 0 ≤ u ≤ x, and the minimum."""
    low, high, best = 0.0, x, (0.0, x**2 / 2)
    for _ in range(4):
        grid = np.linspace(low, high, 4001)
        heights = rho * p(grid) + (grid - x) ** 2 / 2
        k = int(np.argmin(heights))
        if heights[k] < best[1]:
            best = float(grid[k]), float(heights[k])
        low, high = grid[max(k - 1, 0)], grid[min(k + 1, 4000)]
    return best


@pytest.mark.slow
def test_every_method_holds_them(tmp_path: Path) -> None:
    """What was an error, or refuted, of right declarations."""
    ids = ["P7.elastic-net", "P6.elastic-net", "P5.truncated-ridge", "P7.huber", "P7.l-three-halves"]
    ids += [f"P{k}.log-sum" for k in (5, 6, 7)]
    code, claims = verify(MODULES, tmp_path / "report.json", *ids)
    assert {name: claim["verdict"] for name, claim in claims.items() if claim["verdict"] != "verified"} == {}
    assert code == 0
    assert "P5.elastic-net" not in claims
    for claim in claims.values():
        assert evidence(claim)["mutants"]["figures"]["survivors"] == []


RUNS = """
import proofs
from verify.iteration.trial import Trial
from verify.iteration.route import check
Trial.many = lambda trial, quick, full: min(quick, 2)
for name in ("R1", "R3", "R5", "R6", "R6.radius", "R8", "R7.stability"):
    found = check(proofs.get(name), seed=3, parts=1)
    print(found.verdict.value, found.figures["penalties of extensions"], found.detail, sep="|")
"""


@pytest.mark.slow
def test_they_take_part_in_the_runs_of_every_penalty() -> None:
    done = run(["-c", RUNS], "many_penalties,log_sum")
    names = ", ".join(name for name in BRUTE if name != "capped-l1")
    assert done.stdout.splitlines() == [f"verified|{names}|"] * 7, done


@pytest.mark.slow
@pytest.mark.parametrize("command", ["derive", "learn"])
def test_a_wrong_one_is_told_with_both_values(command: str, tmp_path: Path) -> None:
    weights = tmp_path / "w.json"
    weights.write_text("[0.6, 0.8]", encoding="utf-8")
    arguments = {
        "derive": ["--output", str(tmp_path / "code")],
        "learn": ["--weights", str(weights), "--penalty", "capped-l1", "--beta", "0.5", "--lam", "0.1"],
    }[command]
    done = run(["-m", "verify.cli", command, *arguments], "wrong_threshold")
    assert done.returncode == 2
    assert "claim P7.capped-l1 is refuted" in done.stderr
    assert "the objective ρp(u) + ½(u − x)² is" in done.stderr
    assert not (tmp_path / "code").exists()


@pytest.mark.parametrize(
    ("p", "by_hand"),
    [
        (u**2 / (1 + u**2), lambda t: t**2 / (1 + t**2)),
        (u - sqrt(1 + u) + 1, lambda t: t - np.sqrt(1 + t) + 1),
        (sqrt(1 + u**2) - 1, lambda t: np.sqrt(1 + t**2) - 1),
    ],
    ids=["p' turns twice", "concave p'", "p' turns once"],
)
@pytest.mark.parametrize("rho", [0.3, 2.5, 9.0])
def test_the_search_finds_minimizers_of_any_smooth_p(
    p: Expr, by_hand: Callable[[np.ndarray], np.ndarray], rho: float
) -> None:
    """The search reads p alone: the map that is declared is wrong here."""
    declared = Penalty("any", "any", ((Integer(0), oo, p),), Integer(0), ((Integer(0), True),), displacement=oo)
    parts = pieces_of(declared.on_reals, {})
    x = np.array([0.02, 0.5, 1.1, 2.3, 4.0, 7.5])
    found = proximal(x, rho, parts)
    for one, at in zip(x, found, strict=True):
        point, height = _least(by_hand, one, rho)
        assert rho * by_hand(at) + (at - one) ** 2 / 2 <= height + 1e-14
        assert at == pytest.approx(point, abs=1e-5)
        (exact,) = proximal(np.array([mpf(one)]), mpf(rho), parts)
        assert float(exact) == pytest.approx(at, abs=1e-12)
    h = 1e-6
    slope = (proximal(x + h, rho, parts) - proximal(x - h, rho, parts)) / (2 * h)
    assert map_slope(found, rho, parts) == pytest.approx(slope, abs=1e-5)


def test_a_map_without_a_threshold_has_a_slope_at_zero() -> None:
    """S(x) = x/(1 + ρ) for p = u²/2."""
    declared = Penalty(
        "ridge", "ridge", ((0, oo, u**2 / 2),), 0, ((ratio * size / (1 + ratio), True),), displacement=oo
    )
    assert map_slope(np.zeros(2), 3.0, pieces_of(declared.on_reals, {})) == pytest.approx([0.25, 0.25], rel=1e-15)
