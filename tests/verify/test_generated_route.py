"""The check of generated code passes for right code and catches wrong code, even wrong by little."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from sympy import Integral, Rational, exp, oo

import numerics
import proofs
from numerics.generated import estimators
from proofs.code.generate import modules
from proofs.engine.claim import Claim
from proofs.symbols import e, r, s, vs_vs, w_hat
from verify.closed_form import Form
from verify.configurations import Configuration, configurations, meeting
from verify.evidence import Fate, Grade, Outcome, Task, Verdict
from verify.generated.held import ALLOWED
from verify.generated.route import compare, conclude, holding, judge, run, stale_modules, tasks
from verify.generated.vectors import Vectors, cases, certified

QUICK = cases("quick", 5)
ROOT = Path(__file__).resolve().parents[2]


def outcome(claim_id: str, **figures: Any) -> Outcome:
    value = {
        "conditioned": 1.0,
        "worst_at": "generic 0",
        "ulp_generic": 1.0,
        "ulp_nasty": 2.0,
        "points": 3,
        "fates": {},
        **figures,
    }
    return Outcome(Task("generated", (claim_id,)), value, 0.1)


@pytest.mark.parametrize("claim_id", ["N1", "C3", "G1", "G3", "N2", "N3", "N4", "N5.saddle", "N1.origin", "C2"])
def test_right_code_passes(claim_id: str) -> None:
    found = compare(proofs.get(claim_id), "quick", 5)
    assert found["conditioned"] <= ALLOWED
    assert found["points"] >= len(QUICK)


@pytest.mark.parametrize("claim_id", ["C4", "C5.gaussian", "C5.triangular"])
def test_right_code_passes_where_it_is_curved(claim_id: str) -> None:
    assert compare(proofs.get(claim_id), "quick", 5)["conditioned"] <= ALLOWED


@pytest.mark.parametrize(
    ("claim_id", "name"),
    [
        ("N1", "population_loss"),
        ("N2", "loss_gradient_v"),
        ("N3", "loss_gradient_w"),
        ("N4", "best_output_weights"),
        ("G1", "halfspace_probability"),
        ("C3", "coarse_gradient"),
    ],
)
@pytest.mark.parametrize("factor", [1.001, 1 + 1e-12])
def test_corrupted_functions_are_caught(
    claim_id: str, name: str, factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = getattr(numerics, name)
    monkeypatch.setattr(numerics, name, lambda *a, **k: factor * right(*a, **k))
    found = compare(proofs.get(claim_id), "quick", 5)
    assert found["conditioned"] > 100 * ALLOWED
    (evidence,) = conclude([], [outcome(claim_id, **found)], "quick", 5, 0.0)[claim_id]
    assert evidence.verdict is Verdict.REFUTED
    assert f"allowed {ALLOWED:g}" in evidence.detail


@pytest.mark.parametrize("index", range(2))
def test_corrupted_kernels_are_caught(index: int, monkeypatch: pytest.MonkeyPatch) -> None:
    right = estimators.KERNELS["relu"]

    def wrong(theta: Any, r: Any) -> Any:
        kernels = list(right(theta, r))
        kernels[index] = kernels[index] * 1.001
        return tuple(kernels)

    monkeypatch.setitem(estimators.KERNELS, "relu", wrong)
    assert compare(proofs.get("C3"), "quick", 5)["conditioned"] > 1e6


@pytest.mark.parametrize(
    "corrupt", [lambda g: g + 1e-9, lambda g: np.where(g == g.max(), np.nan, g), np.zeros_like, lambda g: -g]
)
def test_other_corruptions_are_caught(corrupt: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    right = numerics.coarse_gradient
    monkeypatch.setattr(numerics, "coarse_gradient", lambda *a, **k: corrupt(right(*a, **k)))
    found = compare(proofs.get("C3"), "quick", 5)
    assert not found["conditioned"] <= ALLOWED
    (evidence,) = conclude([], [outcome("C3", **found)], "quick", 5, 0.0)["C3"]
    assert evidence.verdict is Verdict.REFUTED
    assert evidence.detail


def test_a_warning_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numerics, "population_loss", lambda *a: np.float64(1) / np.zeros(()))
    with pytest.raises(FloatingPointError):
        compare(proofs.get("N1"), "quick", 5)


def test_a_wrong_claim_is_caught_too(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = proofs.get("N1")
    monkeypatch.setitem(vars(claim), "printed", Rational(1001, 1000) * claim.as_printed)
    assert compare(claim, "quick", 5)["conditioned"] > 1e6


def test_an_integral_that_cancels_counts_by_what_stands_beside_it() -> None:
    point = replace(configurations("quick", 1)[0], r=1e150)
    cancels = Integral((1 - r * s) * exp(-r * s) * exp(-(s**2) / 2), (s, 0, oo))  # 2e-450, of parts of 1e-150
    large = Integral(exp(-(s**2) / 2), (s, 0, oo))
    with mpmath.workdps(40):
        along, across = certified(Form(cancels * w_hat + large * e), point, {})
        assert abs(along) < 1e-190
        assert abs(across - mpmath.sqrt(mpmath.pi / 2)) < 1e-37
        with pytest.raises(ArithmeticError, match="too few digits"):
            certified(Form(cancels * w_hat), point, {})


def test_claims_without_code_are_refused() -> None:
    with pytest.raises(ValueError, match="claim C6 has no generated function"):
        compare(proofs.get("C6"), "quick", 5)


def test_one_task_for_each_claim_with_code() -> None:
    ids = {task.claim_ids[0] for task in tasks(proofs.all_claims(), "quick", 5, 0.0)}
    assert {"C1", "G1", "G2", "G3", "N1", "N1.origin", "N2", "N3", "N4", "N5.saddle", "C2", "C3", "C4"} <= ids
    assert {f"C5.{name}" for name in ("leaky-relu", "sigmoid", "tanh", "triangular", "gaussian")} <= ids
    assert not ids & {"C6", "C8", "C9", "N5", "B3", "G4", "G5"}


def test_cases_are_reproducible_and_cover_the_edges() -> None:
    for one, other in zip(QUICK, cases("quick", 5), strict=True):
        assert one.label == other.label
        mine, again = one.inputs.vectors, other.inputs.vectors
        assert all(np.array_equal(mine[name], again[name]) for name in mine)
    labels = {case.label for case in cases("full", 5)}
    assert {"r = 1e150", "r = 1e-150", "m = 1", "v = v*", "θ = π − 1e-8"} <= labels
    assert any(case.generic for case in QUICK)
    assert not all(case.generic for case in QUICK)


# Stale modules.


DERIVED = cache(modules)
"""What the claims derive; here only the files differ."""


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of numerics/ that `stale_modules` looks at."""
    shutil.copytree(ROOT / "numerics", tmp_path / "numerics", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(numerics, "__file__", str(tmp_path / "numerics" / "__init__.py"))
    monkeypatch.setattr("verify.generated.route.modules", DERIVED)
    return tmp_path / "numerics" / "generated"


def test_a_changed_module_is_stale(copy: Path) -> None:
    assert stale_modules() == {}
    path = copy / "network.py"
    path.write_text(path.read_text("utf-8").replace("0.125", "0.126", 1), "utf-8")
    (copy / "gaussian.py").unlink()
    assert stale_modules() == {"network.py": "differs from what the claims derive", "gaussian.py": "is missing"}


def test_line_ends_count(copy: Path) -> None:
    path = copy / "proxies.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert set(stale_modules()) == {"proxies.py"}


def test_a_stale_module_refutes_every_claim_with_code(copy: Path) -> None:
    (copy / "proxies.py").write_text("# edited\n")
    texts = tasks([proofs.get("N1")], "quick", 5, 0.0)[-1]
    (evidence,) = conclude([], [outcome("N1"), Outcome(texts, run(texts), 0.1)], "quick", 5, 0.0)["N1"]
    assert evidence.verdict is Verdict.REFUTED
    assert "numerics/generated/proxies.py differs" in evidence.detail
    assert "coarseproof derive --check" in evidence.detail


def test_conclusions() -> None:
    found = conclude(
        [],
        [outcome("N1"), outcome("N2", conditioned=ALLOWED * 1.01), outcome("N3", conditioned=math.nan)],
        "quick",
        5,
        0.0,
    )
    assert set(found) == {"N1", "N2", "N3"}
    assert found["N1"][0].verdict is Verdict.VERIFIED
    assert found["N1"][0].grade is Grade.TESTED
    assert found["N2"][0].verdict is Verdict.REFUTED
    assert found["N3"][0].verdict is Verdict.REFUTED
    assert "error nan" in found["N3"][0].detail


def test_altered_claims_do_not_linger() -> None:
    claim: Claim = proofs.get("N1")
    assert proofs.derive("N1").decided is True
    assert claim.printed is not None


# Hypotheses and mutants.


def test_cases_are_moved_to_where_the_hypotheses_hold() -> None:
    claim = proofs.get("N5.saddle")
    (held,) = holding(claim)
    assert isinstance(held, Vectors)
    found = held.cases("full", 5)
    assert len(found) == len(cases("full", 5))
    points: list[Configuration] = [held._point(case)[0] for case in found]
    assert meeting(claim.hypotheses, points) == points
    before = {case.label: case.inputs.vectors["v_star"] for case in cases("full", 5)}
    assert any(not np.array_equal(case.inputs.vectors["v_star"], before[case.label]) for case in found)


def test_without_an_input_that_meets_the_hypotheses_nothing_is_verified() -> None:
    claim = replace(proofs.get("N5.saddle"), hypotheses=(vs_vs < 0,))
    value = judge(claim, "quick", 5)
    assert value["points"] == 0
    (evidence,) = conclude([], [Outcome(Task("generated", ("N5.saddle",)), value, 0.1)], "quick", 5, 0.0)["N5.saddle"]
    assert evidence.verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("claim_id", ["G2", "N2", "C3", "P1", "R7.astroid"])
def test_mutants_of_the_claim_and_of_the_text_are_judged(claim_id: str) -> None:
    value = judge(proofs.get(claim_id), "full", 5)
    of_text = {label: fate for label, fate in value["fates"].items() if label.startswith("code: ")}
    assert of_text
    assert value["fates"].keys() - of_text.keys()
    assert set(value["fates"].values()) <= {Fate.KILLED, Fate.EQUIVALENT}
    assert list(value["fates"].values()).count(Fate.KILLED) >= 4


def test_hypotheses_are_not_judged() -> None:
    assert not any(label.startswith("hypothesis") for label in judge(proofs.get("G1"), "full", 5)["fates"])


def test_code_that_is_wrong_already_judges_no_mutants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numerics, "population_loss", lambda *a: np.zeros(()))
    assert judge(proofs.get("N1"), "quick", 5)["fates"] == {}
