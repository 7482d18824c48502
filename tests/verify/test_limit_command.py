"""`coarseproof limit` and `coarseproof learn`, run as users run them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


def coarseproof(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "verify.cli", *map(str, arguments)],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def as_json(folder: Path, *arguments: object) -> dict[str, Any]:
    done = coarseproof(folder, *arguments, "--json", "out.json")
    assert done.returncode == 0, done.stdout + done.stderr
    document: dict[str, Any] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    return document


def sparse_weight(n: int, nonzeros: int, seed: int = 0) -> np.ndarray:
    rng = np.random.Generator(np.random.Philox(seed))
    w_star = np.zeros(n)
    w_star[rng.choice(n, nonzeros, replace=False)] = rng.standard_normal(nonzeros)
    return w_star / np.linalg.norm(w_star)


@pytest.mark.parametrize(("penalty", "lam"), [("l1", 0.02), ("l0", 0.001), ("tl1", 0.02)])
def test_the_limit_is_where_iterating_ends(tmp_path: Path, penalty: str, lam: float) -> None:
    w_star = sparse_weight(1000, 50)
    np.save(tmp_path / "w.npy", w_star)
    settings = ("--weights", "w.npy", "--penalty", penalty, "--beta", 0.5, "--lam", lam)
    found = as_json(tmp_path, "limit", *settings)
    np.save(tmp_path / "start.npy", w_star)
    ran = as_json(tmp_path, "learn", *settings, "--start", "start.npy", "--tolerance", 1e-13)
    assert ran["converged"]
    assert np.abs(np.array(found["weights"]) - ran["weights"]).max() < 1e-12
    assert found["support"] == ran["support"]
    assert found["multiplier"] == pytest.approx(ran["multiplier"], rel=1e-12)
    assert found["error"] == pytest.approx(ran["error"], rel=1e-10)
    assert found["error"] <= found["error_bound"]
    assert ran["predicted"]["distance"] < 1e-12
    assert set(found) >= {
        "schema",
        "penalty",
        "kappa",
        "beta",
        "lam",
        "angle",
        "basin_probability",
        "spurious",
        "exists",
    }


def test_digits(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text('["0.6", "-0.8"]', encoding="utf-8")
    found = as_json(
        tmp_path, "limit", "--weights", "w.json", "--penalty", "l1", "--beta", 0.5, "--lam", 0.1, "--digits", 60
    )
    with mp.workdps(60):
        multiplier, weights = mpf(found["multiplier"]), [mpf(value) for value in found["weights"]]
        assert abs(sum(w**2 for w in weights) - 1) < mpf(10) ** -58
        lam, beta = mpf(1) / 10, mpf(1) / 2
        for weight, true in zip(weights, (mpf(6) / 10, -mpf(8) / 10), strict=True):
            shrunk = mp.sign(weight) * max(abs(weight) - lam / beta, mpf(0))
            assert abs(multiplier * weight - true - beta * shrunk) < mpf(10) ** -57


def test_no_limit_exits_with_1_and_names_what_attracts(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("0.8,0.6\n", encoding="utf-8")
    done = coarseproof(
        tmp_path, "limit", "--weights", "w.csv", "--penalty", "l1", "--beta", 4, "--lam", 0.9, "--json", "out.json"
    )
    assert done.returncode == 1
    assert "lam" in done.stderr
    document = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert document["exists"] is False
    assert document["weights"] is None
    assert document["spurious"]
    assert "spike at entry" in done.stdout


BAD = [
    (("--weights", "missing.npy"), "does not exist"),
    (("--weights", "big.csv"), "norm"),
    (("--weights", "zero.csv"), "zero"),
    (("--weights", "w.csv", "--lam", "-1"), "lam"),
    (("--weights", "w.csv", "--beta", "nan"), "Invalid value for '--beta': 'nan' is not a finite number"),
    (("--weights", "w.csv", "--kappa", "0"), "kappa"),
    (("--weights", "w.csv", "--a", "2"), "--a 2.0 has no meaning for --penalty l1"),
    (("--weights", "w.csv", "--penalty", "tl1", "--a", "-2"), "a = -2"),
    (("--weights", "w.csv", "--penalty", "mcp"), "`coarseproof learn --penalty mcp` runs the iteration"),
    (("--weights", "w.csv", "--penalty", "lasso"), "'lasso' is unknown; known: l1, l0, tl1, mcp, scad, half"),
    (("--weights", "w.csv", "--plot", "map.pdf"), ".png or .svg"),
    (("--weights", "w.csv", "--json", "nowhere/out.json"), "nowhere"),
]


@pytest.mark.parametrize(("arguments", "complaint"), BAD)
def test_bad_input_is_told_in_one_line(tmp_path: Path, arguments: tuple[str, ...], complaint: str) -> None:
    (tmp_path / "w.csv").write_text("0.8,0.6\n", encoding="utf-8")
    (tmp_path / "big.csv").write_text("3,4\n", encoding="utf-8")
    (tmp_path / "zero.csv").write_text("0,0\n", encoding="utf-8")
    done = coarseproof(tmp_path, "limit", "--penalty", "l1", "--beta", 0.5, "--lam", 0.1, *arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert complaint in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 4
    assert "Traceback" not in done.stderr


def test_pictures(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", sparse_weight(60, 12))
    settings = ("--weights", "w.npy", "--penalty", "l1", "--beta", 0.5, "--lam", 0.02)
    done = coarseproof(tmp_path, "limit", *settings, "--plot", "map.png", "--phase-diagram", "phases.png")
    assert done.returncode == 0, done.stderr
    done = coarseproof(tmp_path, "learn", *settings, "--plot", "run.svg")
    assert done.returncode == 0, done.stderr
    for name in ("map.png", "phases.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "run.svg").read_text(encoding="utf-8")


def test_recording_less_often_ends_at_the_same_limit(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", sparse_weight(200, 20))
    settings = ("learn", "--weights", "w.npy", "--beta", 0.5, "--lam", 0.02)
    seldom = as_json(tmp_path, *settings, "--record-every", 10, "--plot", "run.png")
    assert seldom["converged"]
    assert np.abs(np.array(seldom["weights"]) - as_json(tmp_path, *settings)["weights"]).max() < 1e-12


def test_learn_resumes_where_it_stopped(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", sparse_weight(30, 6))
    settings = ("learn", "--weights", "w.npy", "--beta", 0.5, "--lam", 0.02, "--eta", 0.1)
    whole = as_json(tmp_path, *settings, "--max-steps", 60)
    as_json(tmp_path, *settings, "--max-steps", 25, "--save", "state.npz")
    resumed = as_json(tmp_path, *settings, "--max-steps", 60, "--resume", "state.npz")
    assert whole == resumed


def test_an_interrupted_run_keeps_its_state(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", sparse_weight(100_000, 1000))
    command = [sys.executable, "-m", "verify.cli", "learn", "--weights", "w.npy", "--beta", "0.5", "--lam", "0.001"]
    command += ["--eta", "1e-6", "--max-steps", "100000000", "--save", "state.npz"]
    with subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "--resume state.npz" in said
    assert (tmp_path / "state.npz").stat().st_size > 0
