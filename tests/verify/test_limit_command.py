"""`coarseproof limit` and `coarseproof learn`."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import stat
import sys
from pathlib import Path
from typing import Any

import numpy as np
import processes
import pytest
from mpmath import mp, mpf
from processes import coarseproof
from scipy.integrate import quad

from numerics import proximal_map, stable_limits

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


def as_json(folder: Path, *arguments: object) -> dict[str, Any]:
    done = coarseproof(*arguments, "--json", "out.json", cwd=folder)
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
    settings = ("--weights", "w.csv", "--penalty", "l1", "--beta", 4, "--lam", 0.9)
    done = coarseproof("limit", *settings, "--json", "out.json", cwd=tmp_path)
    assert done.returncode == 1
    assert "lam" in done.stderr
    document = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert document["exists"] is False
    assert document["weights"] is None
    assert document["spurious"]
    assert "spike at entry" in done.stdout


def test_the_supports_of_all_limits_are_named(tmp_path: Path) -> None:
    w_star = sparse_weight(60, 14, seed=3)
    np.save(tmp_path / "w.npy", w_star)
    settings = ("limit", "--weights", "w.npy", "--penalty", "l0", "--beta", 2, "--lam", 0.02)
    found = as_json(tmp_path, *settings)
    counted = found["stable_limits"]
    every = stable_limits(w_star, 1.0, 2.0, 0.02, "l0").limits
    assert len(every) > 100
    supports = [frozenset(one.support.tolist()) for one in every]
    own = [{*counted["common_support"], *one["further_support"]} for one in counted["sparse"]]
    assert own == supports
    assert np.array_equal(found["auxiliary"], proximal_map(np.array(found["weights"]), 0.01, "l0"))
    told = coarseproof(*settings, cwd=tmp_path).stdout
    order = [int(index) for index in re.findall(r"\d+", told.split("order")[1].split("sparse")[0])]
    rows = re.findall(rf"(?<=\s)[+·?]{{{len(order)}}}(?=\s)", told)
    assert all(abs(w_star[a]) >= abs(w_star[b]) for a, b in itertools.pairwise(order))
    choices = [[{"+": [1], "·": [0], "?": [0, 1]}[sign] for sign in row] for row in rows[12:]]
    patterns = [ins for row in choices for ins in itertools.product(*row)]
    said = [{*counted["common_support"], *itertools.compress(order, ins)} for ins in patterns]
    assert len(said) == len(supports) > 3 * len(choices)
    assert {*map(frozenset, said)} == {*supports}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (("--beta", 0.5, "--lam", 0.5), "support of ū       0 of 2: λ is so large that the penalty does nothing"),
        (("--beta", 2, "--lam", 0.75), "error bound        no bound: r ≥ κ (R5)"),
        (("--beta", 2, "--lam", 0.75), "gets near w*       R6 says nothing of random starts: r ≥ κ"),
    ],
)
def test_what_says_nothing_is_told_as_that(settings: tuple[object, ...], words: str, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("0.8,0.6\n", encoding="utf-8")
    assert words in coarseproof("limit", "--weights", "w.csv", *settings, cwd=tmp_path).stdout
    if "λ" in words:
        ran = coarseproof("learn", "--weights", "w.csv", *settings, cwd=tmp_path).stdout
        assert words.replace("ū", "u") in ran


BAD = [
    (("--weights", "missing.npy"), "does not exist"),
    (("--weights", "big.csv"), "norm"),
    (("--weights", "zero.csv"), "zero"),
    (("--weights", "w.csv", "--lam", "-1"), "lam"),
    (("--weights", "w.csv", "--beta", "1e400"), "'1e400' is not finite in float64"),
    (("--weights", "w.csv", "--beta", "1e999999999"), "is not finite in float64"),
    (("--weights", "w.csv", "--lam", "1e-400"), "'1e-400' is nonzero but 0 in float64"),
    (("--weights", "w.csv", "--gamma", "2"), "--gamma 2.0 has no meaning for --penalty l1; it is a parameter of"),
    (("--weights", "w.csv", "--tau", "2"), "it is a parameter of the estimator gaussian"),
    (("--weights", "w.csv", "--beta", "nan"), "Invalid value for '--beta': 'nan' is not a finite number"),
    (("--weights", "w.csv", "--kappa", "0"), "kappa"),
    (("--weights", "w.csv", "--a", "2"), "--a 2.0 has no meaning for --penalty l1"),
    (("--weights", "w.csv", "--penalty", "tl1", "--a", "-2"), "a = -2"),
    (("--weights", "w.csv", "--penalty", "mcp"), "`coarseproof learn --penalty mcp` runs the iteration"),
    (("--weights", "w.csv", "--penalty", "lasso"), "'lasso' is unknown; known: l1, l0, tl1, mcp, scad, half"),
    (("--weights", "w.csv", "--plot", "map.gif"), ".png, .svg or .pdf"),
    (("--weights", "w.csv", "--json", "nowhere/out.json"), "nowhere"),
]


@pytest.mark.parametrize(("arguments", "complaint"), BAD)
def test_bad_input_is_told_in_one_line(tmp_path: Path, arguments: tuple[str, ...], complaint: str) -> None:
    (tmp_path / "w.csv").write_text("0.8,0.6\n", encoding="utf-8")
    (tmp_path / "big.csv").write_text("3, 4\n", encoding="utf-8")
    (tmp_path / "zero.csv").write_text("0, 0\n", encoding="utf-8")
    done = coarseproof("limit", "--penalty", "l1", "--beta", 0.5, "--lam", 0.1, *arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert complaint in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 4


@pytest.mark.parametrize(
    "error", [OverflowError(34, "Numerical result out of range"), MemoryError("Unable to allocate")]
)
def test_numbers_too_large_to_compute_with_are_a_mistake(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: Path) -> None:
        raise error

    monkeypatch.setattr("verify.commands.weights.read_weights", fail)
    done = coarseproof("limit", "--weights", "w.csv", "--penalty", "l1", "--beta", 1, "--lam", 1)
    assert done.returncode == 2
    assert str(error) in done.stderr


ESTIMATORS = [
    ("clipped-relu", "c", 0.2, lambda x: (0 < x < 0.2) * 1.0, (0, 0.2)),
    ("leaky-relu", "slope", 0.25, lambda x: 1.0 if x > 0 else 0.25, (0,)),
    ("gaussian", "tau", 0.6, lambda x: np.exp(-(x**2) / 0.72), (0,)),
]


@pytest.mark.parametrize(("ste", "name", "value", "derivative", "kinks"), ESTIMATORS)
def test_learn_takes_the_parameter_of_its_estimator(
    tmp_path: Path, ste: str, name: str, value: float, derivative: Any, kinks: tuple[float, ...]
) -> None:
    """κ sin θ = ‖v*‖² E[μ'(x) y 1{x cos θ + y sin θ > 0}] for normal x and y: predicted is what quadrature says."""
    (tmp_path / "w.csv").write_text("0.96,0.28\n", encoding="utf-8")
    settings = ("--weights", "w.csv", "--beta", 0.5, "--lam", 0.2)
    found = as_json(tmp_path, "learn", *settings, "--ste", ste, f"--{name}", value)
    theta = found["angle"]

    def mean(x: float) -> float:
        return derivative(x) * np.exp(-((x / np.sin(theta)) ** 2) / 2) / (2 * np.pi)

    ends = [-8 * theta, *kinks, 8 * theta]
    pull = sum(quad(mean, low, high, epsabs=0)[0] for low, high in zip(ends, ends[1:], strict=False))
    assert found["ste_parameters"] == {name: value}
    assert found["predicted"]["kappa"] == pytest.approx(2 * np.sqrt(2 * np.pi) * pull / np.sin(theta), rel=1e-7)
    other = as_json(tmp_path, "learn", *settings, "--ste", ste)["predicted"]["kappa"]
    assert abs(other - found["predicted"]["kappa"]) > 1e-4


def test_learn_takes_the_parameter_of_its_penalty(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("0.8,0.6\n", encoding="utf-8")
    settings = ("learn", "--weights", "w.csv", "--beta", 0.5, "--lam", 0.02)
    for penalty, name in (("mcp", "gamma"), ("scad", "a"), ("tl1", "a")):
        found = as_json(tmp_path, *settings, "--penalty", penalty, f"--{name}", 5)
        assert found["parameters"] == {name: 5.0}


IDLE = [
    (("--tau", "2"), "--tau 2.0 has no meaning for --ste relu and --penalty l1; it is a parameter of the estimator"),
    (("--a", "2"), "it is a parameter of the penalty tl1, the penalty scad"),
    (("--ste", "gaussian", "--tau", "0"), "tau = 0.0 is out of range; a finite number > 0"),
    (("--kappa", "1e300"), "--kappa 1e+300 is out of range; 1e-199 to 1e199 is allowed"),
    (("--v", "w.csv", "--kappa", "1"), "--kappa 1 has no meaning with --v"),
    (("--v", "w.csv", "--units", "4"), "--units 4 has no meaning with --v"),
    (("--samples", "10"), "--samples 10 has no meaning with --gradient population"),
    (("--gradient", "fresh", "--dataset", "10"), "--dataset 10 has no meaning with --gradient fresh"),
]


@pytest.mark.parametrize(("arguments", "complaint"), IDLE)
def test_an_option_that_would_change_nothing_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    (tmp_path / "w.csv").write_text("0.8,0.6\n", encoding="utf-8")
    done = coarseproof("learn", "--weights", "w.csv", "--beta", 0.5, "--lam", 0.1, *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


COLLIDING = [
    "verify --json out --report out",
    "verify --report out --json out",
    "verify --json out --report out/below",
    "verify --report there --json there/../there/report.html",
    "limit --beta 1 --lam 0 --weights w.json --json w.json",
    "limit --beta 1 --lam 0 --json w.json --weights ./w.json",
    "limit --beta 1 --lam 0 --weights w.json --plot a.png --phase-diagram a.png",
    "learn --beta 1 --lam 0 --weights w.json --save a --json a",
    "learn --beta 1 --lam 0 --weights w.json --resume run.npz --json run.npz",
    "benchmark --json - --markdown -",
]


@pytest.mark.parametrize("line", COLLIDING)
def test_two_options_of_one_name_are_refused_before_the_work(line: str, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "w.json").write_text("[0.6, 0.8]")
    (tmp_path / "run.npz").write_text("a run")
    done = coarseproof(*line.split(), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        r"Error: (--\w+)\S* and (?!\1)--\S+ both name \S+; give one of them another name\n", done.stderr
    )


def test_what_does_not_collide_is_taken(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text("[0.6, 0.8]")
    run = ("learn", "--weights", "w.json", "--beta", 0.5, "--lam", 0.1)
    for more in (("--save", "run.npz"), ("--resume", "run.npz", "--save", "run.npz"), ("--start", "w.json")):
        assert coarseproof(*run, *more, "--json", os.devnull, "--plot", "a.svg", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("limit", "--penalty", "l1", "--json", "/dev/full"),
        ("limit", "--penalty", "l1", "--plot", "full.png"),
        ("learn", "--save", "/dev/full"),
        ("learn", "--json", "/dev/full"),
        ("learn", "--plot", "full.svg"),
    ],
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_no_verdict(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "w.csv").write_text("0.8,0.6\n", encoding="utf-8")
    for name in ("full.png", "full.svg"):
        (tmp_path / name).symlink_to("/dev/full")
    done = coarseproof(*arguments, "--weights", "w.csv", "--beta", 0.5, "--lam", 0.1, cwd=tmp_path)
    assert done.returncode == 74
    assert "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "multiplier N " in done.stdout  # nobody loses a result over a file
    assert {path.name for path in tmp_path.iterdir()} == {"w.csv", "full.png", "full.svg"}
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_no_picture_and_no_prediction_cost_nobody_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "w.csv").write_text("0.8,0.6\n", encoding="utf-8")
    run = ("learn", "--weights", "w.csv", "--beta", 0.5, "--lam", 0.1, "--save", "run.npz", "--plot", "run.png")
    done = coarseproof(*run, "--kappa", 1e-150, "--max-steps", 9, cwd=tmp_path)
    assert "no prediction: beta = 0.5 is out of range; 0 to 1e100 kappa is allowed" in done.stderr
    assert "multiplier N " in done.stdout
    assert (done.returncode, (tmp_path / "run.npz").exists()) == (0, True)

    def broken(*_: object) -> None:
        raise ValueError("no such font")

    monkeypatch.setattr("verify.commands.figures.draw_run", broken)
    done = coarseproof(*run, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "Error: no such font\n")
    assert "multiplier N " in done.stdout
    monkeypatch.setattr("verify.commands.options.find_spec", lambda _: None)
    done = coarseproof(*run, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("this needs matplotlib, which is not installed: pip install 'coarseproof[docs]'\n")


def test_pictures(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", sparse_weight(60, 12))
    settings = ("--weights", "w.npy", "--penalty", "l1", "--beta", 0.5, "--lam", 0.02)
    done = coarseproof("limit", *settings, "--plot", "map.png", "--phase-diagram", "phases.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = coarseproof("limit", *settings, "--plot", "map.pdf", cwd=tmp_path)
    assert (tmp_path / "map.pdf").read_bytes().startswith(b"%PDF"), done.stderr
    done = coarseproof("limit", *settings, "--digits", 20, "--plot", "digits.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = coarseproof("learn", *settings, "--plot", "run.svg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for name in ("map.png", "digits.png", "phases.png"):
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
    often = "from verify.commands import progress; progress._HEARTBEAT = 0.1; from verify.cli import main; main()"
    command = [sys.executable, "-c", often, "learn", "--weights", "w.npy", "--beta", "0.5", "--lam", "0.001"]
    command += ["--eta", "1e-6", "--max-steps", "100000000", "--save", "state.npz"]
    with processes.started(command, cwd=tmp_path, env=ENVIRONMENT) as process:
        assert process.stderr is not None
        assert "step" in process.stderr.readline()  # under way
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "--resume state.npz" in said
    assert (tmp_path / "state.npz").stat().st_size > 0
