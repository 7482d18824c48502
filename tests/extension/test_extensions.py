"""Extensions: a user's modules get every check, a wrong one is red, and the package's own output does not know them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import processes
import pytest

import proofs

ROOT = Path(__file__).parent.parent.parent
MODULES = Path(__file__).parent / "modules"


def run(arguments: list[str], extensions: str, *folders: Path) -> processes.Done:
    path = os.pathsep.join(map(str, (ROOT, ROOT / "tests", MODULES, *folders)))
    environment = {"PYTHONPATH": path, "PATH": "", "COARSEPROOF_EXTENSIONS": extensions}
    return processes.run([sys.executable, *arguments], env=environment, timeout=500)


def verify(extensions: str, file: Path, *claim_ids: str, jobs: int = 1) -> tuple[int, dict[str, Any]]:
    """Exit code, and the claims by id."""
    options = ["--only", *claim_ids, "--seed", "5", "--jobs", str(jobs), "--json", str(file)]
    done = run(["-m", "verify.cli", "verify", *options], extensions)
    assert file.is_file(), done.stderr
    claims = json.loads(file.read_text(encoding="utf-8"))["claims"]
    return done.returncode, {claim["id"]: claim for claim in claims}


def evidence(claim: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {found["method"]: found for found in claim["evidence"]}


IDS = ("C5.lorentz", "C5.ramp", "C5.signum", "P5.capped-l1", "P6.capped-l1", "P7.capped-l1")
METHODS = {
    **{name: {"symbolic", "precision", "generated", "monte_carlo", "enclosure"} for name in IDS[:3]},
    "P5.capped-l1": {"symbolic", "precision"},
    "P6.capped-l1": {"symbolic", "precision", "generated"},
    "P7.capped-l1": {"symbolic", "precision", "generated"},
}


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Any]]:
    return verify("my_ste,odd,my_penalty", tmp_path_factory.mktemp("right") / "report.json", *IDS)


@pytest.mark.slow
@pytest.mark.parametrize("claim_id", IDS)
def test_every_method_holds_it(right: tuple[int, dict[str, Any]], claim_id: str) -> None:
    code, claims = right
    found = evidence(claims[claim_id])
    assert {method: one["verdict"] for method, one in found.items() if one["verdict"] != "verified"} == {}
    assert set(found) >= METHODS[claim_id] | {"mutants"}
    assert code == 0


@pytest.mark.slow
@pytest.mark.parametrize("claim_id", IDS)
def test_its_mutants_die(right: tuple[int, dict[str, Any]], claim_id: str) -> None:
    figures = evidence(right[1][claim_id])["mutants"]["figures"]
    assert figures["survivors"] == []
    assert figures["killed"] == figures["total"] >= 3
    if "generated" in METHODS[claim_id]:
        assert any(label.startswith("code: ") for label in figures["matrix"])


@pytest.mark.slow
def test_a_wrong_one_is_red(tmp_path: Path) -> None:
    wrong = "C5.hard-tanh", "P7.capped-l1"
    code, claims = verify("wrong_kernels,wrong_threshold", tmp_path / "report.json", *wrong, jobs=2)
    assert code == 1
    for claim in claims.values():
        refuting = {method for method, found in evidence(claim).items() if found["verdict"] == "refuted"}
        assert refuting >= {"symbolic", "precision"}


DERIVED = """
import proofs
print(proofs.proved({claim!r}))
"""


def test_what_is_declared_is_owed() -> None:
    """Closed kernels are proved equal."""
    done = run(["-c", DERIVED.format(claim="C5.hard-tanh")], "closed_kernels")
    assert done.stdout.strip() == "True", done.stderr


OWN = """
import proofs
from proofs.extensions import LOADED, is_own
from proofs.code.generate import text_of
from verify.generated.route import stale_modules
own = [claim.id for claim in proofs.all_claims() if is_own(claim)]
print(len(LOADED), len(proofs.all_claims()) - len(own), "_lorentz_kernels" in text_of("estimators.py", own=False))
print(*own)
print(*stale_modules())
"""


@pytest.mark.slow
def test_the_package_writes_of_itself_only() -> None:
    """With extensions, too, generated code is the stored one, and the claims of the formula book are those of here."""
    said, own, stale = run(["-c", OWN], "my_ste,my_penalty").stdout.split("\n")[:3]
    assert said == "2 4 True"
    assert own.split() == [claim.id for claim in proofs.all_claims()]
    assert stale == ""


def test_an_entry_point_names_one(tmp_path: Path) -> None:
    folder = tmp_path / "somebodys-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: somebodys\nVersion: 1.0\n", encoding="utf-8")
    (folder / "entry_points.txt").write_text("[coarseproof.extensions]\nmine = my_penalty\n", encoding="utf-8")
    listed = "import proofs; from proofs.extensions import LOADED; print(LOADED, proofs.get('P5.capped-l1').id)"
    done = run(["-c", listed], "", tmp_path)
    assert done.stdout.strip() == "('my_penalty',) P5.capped-l1", done.stderr


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "ModuleNotFoundError: No module named 'broken'"),
        ("1 / 0", "ZeroDivisionError"),
        ("from proofs.proxies import ESTIMATORS, add; add(ESTIMATORS['relu'])", "'relu' is already declared"),
        (
            "from proofs.proxies import Estimator; Estimator('f', '', ((0, 1, 'x'),))",
            "estimator 'f': 'x' in a piece is",
        ),
    ],
    ids=["missing", "failing", "name taken", "refused"],
)
def test_one_that_cannot_be_imported_is_named(text: str | None, complaint: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "broken.py").write_text(text, encoding="utf-8")
    done = run(["-m", "verify.cli", "claims", "N1"], "broken", tmp_path)
    assert done.returncode == 2
    assert "extension 'broken', named by COARSEPROOF_EXTENSIONS, cannot be imported" in done.stderr
    assert complaint in done.stderr
    assert "PYTHONPATH" in done.stderr
    assert "Traceback" not in done.stderr


def test_output_without_an_extension_is_refused(tmp_path: Path) -> None:
    done = processes.coarseproof("derive", "--output", tmp_path)
    assert done.returncode == 2
    assert "no extension is named: set COARSEPROOF_EXTENSIONS" in done.stderr
    assert list(tmp_path.iterdir()) == []


COMMANDS = """
import json, sys
from processes import coarseproof
for line in json.loads(sys.argv[1]):
    done = coarseproof(*line)
    print(json.dumps([done.returncode, done.stdout, done.stderr]))
"""
"""Carries out several, one after the other."""

CLASHING = """
from sympy import Integer, Symbol
from proofs.proxies import Estimator, Parameter, add
seed = Symbol("seed", positive=True)
add(Estimator("capped", "capped", ((Integer(0), seed, Integer(1)),), (Parameter(seed, Integer(1), "cap"),)))
"""


@pytest.mark.slow
def test_its_parameters_have_options_even_where_the_name_is_taken(tmp_path: Path) -> None:
    """The clipped ReLU under another name, its level being called as an option of the command is."""
    (tmp_path / "clashing.py").write_text(CLASHING, encoding="utf-8")
    (tmp_path / "w.csv").write_text("0.96,0.28\n", encoding="utf-8")
    start = ["learn", "--weights", str(tmp_path / "w.csv"), "--beta", "0.5", "--lam", "0.2"]

    options = (
        ("--ste", "capped", "--ste-seed", "0.2", "--seed", "3"),
        ("--ste", "clipped-relu", "--c", "0.2", "--seed", "3"),
        ("--ste", "capped", "--seed", "3"),
        ("--ste-seed", "2"),
    )
    lines = [[*start, "--json", "-", *chosen] for chosen in options]
    done = [
        json.loads(line) for line in run(["-c", COMMANDS, json.dumps(lines)], "clashing", tmp_path).stdout.splitlines()
    ]
    assert [code for code, *_ in done] == [0, 0, 0, 2]
    own, clipped, other = (json.loads(out)["multiplier"] for _, out, _ in done[:3])
    assert own == pytest.approx(clipped, rel=1e-9)
    assert own != pytest.approx(other, rel=1e-6)
    assert "it is a parameter of the estimator capped" in done[3][2]


def test_what_fails_in_a_derivation_of_ones_own_is_told_with_its_claim(tmp_path: Path) -> None:
    text = (MODULES / "my_claim.py").read_text(encoding="utf-8")
    (tmp_path / "broken.py").write_text(text.replace("d.begin(", "d.begin(1 / 0, "), encoding="utf-8")
    done = run(["-m", "verify.cli", "claims", "B97"], "broken", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "claim 'B97' of extension 'broken' cannot be derived (ZeroDivisionError" in done.stderr


def test_a_claim_of_ones_own_that_words_join_is_refused_with_the_name_of_the_line() -> None:
    done = run(["-m", "verify.cli", "claims", "B97"], "my_claim")
    assert (done.returncode, done.stdout) == (2, "")
    assert "claim 'B97' of extension 'my_claim': nothing but words joins 'as is well known'" in done.stderr
    assert "Traceback" not in done.stderr
