"""Ends of runs from random starts, counted against the census of limits."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from processes import coarseproof

from numerics import learn, stable_limits
from verify.starts import Ends

PROBLEMS = {
    "l0": ([0.7, -0.5, 0.35, 0.3, -0.2, 0.1], 2.0, 0.03),  # several supports
    "l1": ([0.8, 0.6], 4.0, 0.9),  # spikes, and no sparse limit
    "tl1": ([0.6, -0.5, 0.45, 0.4, 0.2], 2.0, 0.3),
}


def counted(folder: Path, penalty: str, *more: object) -> dict[str, Any]:
    weights, beta, lam = PROBLEMS[penalty]
    np.save(folder / "w.npy", np.array(weights))
    settings = ("--normalize", "--penalty", penalty, "--beta", beta, "--lam", lam, "--json", "-")
    done = coarseproof("learn", "--weights", "w.npy", *settings, *more, cwd=folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("penalty", PROBLEMS)
def test_every_end_is_counted_at_the_limit_where_it_is(penalty: str, tmp_path: Path) -> None:
    found = counted(tmp_path, penalty, "--starts", 60, "--seed", 3, "--jobs", 1)
    weights, beta, lam = PROBLEMS[penalty]
    w_star = np.array(weights) / np.linalg.norm(weights)
    limits = np.array([one.weights for one in stable_limits(w_star, 1.0, beta, lam, penalty).limits])
    assert len(limits) > 1
    expected = np.zeros(len(limits), dtype=int)
    v = np.full(2, np.sqrt(np.sqrt(2 * np.pi)))  # another network with κ = 1
    for index in range(60):
        start = np.random.Generator(np.random.Philox([3, index])).standard_normal(w_star.size)
        away = np.linalg.norm(learn(v, start, w_star, beta, lam, penalty=penalty).w - limits, axis=1)
        assert away.min() < 1e-10
        expected[away.argmin()] += 1
    assert [one["count"] for one in found["limits"]] == expected.tolist()
    assert np.count_nonzero(expected) > 1
    assert found["elsewhere"]["count"] == found["not_converged"]["count"] == 0


def test_the_seed_decides_and_not_the_jobs(tmp_path: Path) -> None:
    found = counted(tmp_path, "l1", "--starts", 60, "--seed", 3, "--jobs", 1)
    assert counted(tmp_path, "l1", "--starts", 60, "--seed", 3, "--jobs", 2) == found
    assert counted(tmp_path, "l1", "--starts", 60, "--seed", 4, "--jobs", 1) != found


def test_what_stops_early_is_at_no_limit(tmp_path: Path) -> None:
    found = counted(tmp_path, "l0", "--starts", 7, "--max-steps", 2, "--jobs", 1)
    assert found["not_converged"] == {"count": 7, "interval": [pytest.approx(0.025 ** (1 / 7)), 1.0]}
    loose = counted(tmp_path, "l0", "--starts", 20, "--tolerance", 0.1, "--jobs", 1)
    assert sum(one["count"] for one in loose["limits"]) == 20


def test_intervals_are_exact() -> None:
    census = stable_limits([0.8, 0.6], 1.0, 0.5, 0.1)
    for number, count in ((1, 0), (1, 1), (30, 0), (30, 4), (30, 30), (900, 3)):
        low, high = Ends(1.0, census, [count], number - count, 0).interval(count)

        def at_least(k: int, p: float, n: int = number) -> float:
            return math.fsum(math.comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1)) if k <= n else 0.0

        assert low == 0 if count == 0 else at_least(count, low) == pytest.approx(0.025, rel=1e-9)
        assert high == 1 if count == number else at_least(count + 1, high) == pytest.approx(0.975, rel=1e-9)


def test_what_is_printed_adds_up() -> None:
    settings = ("--weights", "example", "--normalize", "--penalty", "l0", "--beta", 2, "--lam", 0.005)
    lines = coarseproof("learn", *settings, "--starts", 100, "--jobs", 1).stdout.splitlines()
    counts = [int(line.split(", share")[0].split()[-1]) for line in lines if ", share" in line]
    assert sum(counts) == 100
    assert counts[:12] == sorted(counts[:12], reverse=True)
    assert lines[-1].endswith(" of 64 (R7)")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--starts", 5, "--ste", "tanh"), "--ste tanh are not known: its pull κ varies"),
        (("--starts", 5, "--penalty", "mcp"), "'mcp' has no limit map"),
        (("--starts", 5, "--learn-v"), "--learn-v has no meaning with --starts"),
        (("--starts", 5, "--plot", "x.png"), "--plot x.png has no meaning with --starts"),
        (("--starts", 5, "--gradient", "fresh"), "--gradient fresh has no meaning with --starts"),
        (("--starts", 5, "--eta", 7), "eta = 7.0"),
        (("--starts", 0), "--starts"),
        (("--jobs", 2), "--jobs 2 has no meaning without --starts"),
        (("--scheduler", "tcp://127.0.0.1:1"), "--scheduler tcp://127.0.0.1:1 has no meaning without --starts"),
    ],
)
def test_what_has_no_meaning_is_refused(arguments: tuple[object, ...], words: str, tmp_path: Path) -> None:
    settings = ("--weights", "example", "--normalize", "--beta", 0.5, "--lam", 0.04)
    done = coarseproof("learn", *settings, *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
