"""The worked examples of CONTRIBUTING.md: extensions as they stand, additions to the package on a copy of it."""

import os
import re
import shutil
import sys
from pathlib import Path

import processes
import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"<!-- (write|append to|run with|run)(?: (\S+))? -->\n(```+)\w+\n(.+?)\3", flags=re.DOTALL)
PACKAGES = ("proofs", "numerics", "verify", "docs")


def blocks(kind: str) -> dict[str, str]:
    """What the blocks of a kind are about (a file, an extension) -> their text."""
    return {name: text for found, name, _, text in BLOCK.findall(TEXT) if found == kind}


def run(arguments: list[str], root: Path, cwd: Path, **environment: str) -> processes.Done:
    path = os.pathsep.join([str(root), str(cwd)])
    done = processes.run(
        [sys.executable, *arguments], cwd=cwd, env={"PYTHONPATH": path, "PATH": "", **environment}, timeout=500
    )
    assert done.returncode == 0, f"{arguments}\n{done.stdout}{done.stderr}"
    return done


ONE_AFTER_THE_OTHER = """
import sys
from verify.cli import main
for line in sys.argv[1:]:
    try:
        main(line.split()[1:], prog_name="coarseproof")
    except SystemExit as ended:
        if ended.code:
            sys.exit(f"{line} ended with {ended.code}")
"""


def test_there_are_examples() -> None:
    assert list(blocks("write")) == ["my_ste.py", "my_penalty.py"]
    assert list(blocks("run with")) == ["my_ste", "my_penalty"]
    assert [path for path, _ in APPENDED] == ["proofs/proxies.py", "proofs/gaussian.py", *A_BOUND, *AN_ACTIVATION]


APPENDED = [(path, text) for kind, path, _, text in BLOCK.findall(TEXT) if kind == "append to"]
A_BOUND = ["proofs/network.py", "verify/roads/network.py", "docs/theory.md"]
AN_ACTIVATION = ["proofs/engine/definitions.py", "proofs/network.py", "docs/theory.md"]


def test_a_bound_and_an_activation_are_three_files_and_a_hundred_lines_each() -> None:
    for example in (APPENDED[2:5], APPENDED[5:]):
        assert sum(len(text.splitlines()) for _, text in example) <= 100


# Extensions.

STE_CALL = (
    "import numpy as np; from my_code.estimators import coarse_gradient; from my_code.proxies import PROXIES;"
    "v = np.ones(3); w = np.array([1.0, 0.0]); u = np.array([0.6, 0.8]);"
    "print(coarse_gradient(v, w, v, u, ste='lorentz', width=2.0).shape, PROXIES['lorentz'](np.ones(1)).tolist())",
    "(2,) [0.5]",
)
PENALTY_CALL = (
    "from my_code.penalties import proximal_map, penalty_value;"
    "print(proximal_map([0.25, -1.0, 1.5], 0.5, 'capped-l1').tolist(), penalty_value([0.5, -3.0], 'capped-l1'))",
    "[0.0, -0.5, 1.5] 1.5",
)


@pytest.mark.parametrize("name", blocks("write"))
def test_an_extension_is_the_one_that_every_method_is_tried_on(name: str) -> None:
    assert (ROOT / "tests" / "extension" / "modules" / name).read_text(encoding="utf-8") == blocks("write")[name]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "call"), [("my_ste", STE_CALL), ("my_penalty", PENALTY_CALL)])
def test_an_extension(name: str, call: tuple[str, str], tmp_path: Path) -> None:
    """As a user has it: a module in some folder, and the package untouched."""
    (tmp_path / f"{name}.py").write_text(blocks("write")[f"{name}.py"], encoding="utf-8")
    before = contents(ROOT / "numerics")
    lines = [line for line in blocks("run with")[name].splitlines() if " verify " not in line]
    run(["-c", ONE_AFTER_THE_OTHER, *lines], ROOT, tmp_path, COARSEPROOF_EXTENSIONS=name)
    assert contents(ROOT / "numerics") == before
    done = run(["-c", call[0]], ROOT, tmp_path)  # without the extension: what was written stands by itself
    assert done.stdout.strip() == call[1]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*.py")}


# Additions to the package.

CALLS = {
    "import numpy as np, numerics; v = np.ones(3); w = np.array([1.0, 0.0]); u = np.array([0.6, 0.8]);"
    "print(numerics.coarse_gradient(v, w, v, u, ste='hard-tanh', c=2.0).shape)": "(2,)",
    "import proofs; print(proofs.get('G6').id)": "G6",
}
"""What a user calls afterwards, and what it prints."""


@pytest.mark.slow
def test_the_additions(tmp_path: Path) -> None:
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, text in APPENDED:
        with (tmp_path / path).open("a", encoding="utf-8") as chapter:
            chapter.write("\n\n" + text)
    derive, *others = "".join(text for kind, _, _, text in BLOCK.findall(TEXT) if kind == "run").splitlines()
    run(["-c", ONE_AFTER_THE_OTHER, derive], tmp_path, tmp_path)
    run(["-c", ONE_AFTER_THE_OTHER, *others], tmp_path, tmp_path)  # on what was derived
    for call, expected in CALLS.items():
        assert run(["-c", call], tmp_path, tmp_path).stdout.strip() == expected
    book = (tmp_path / "docs" / "formulas.md").read_text(encoding="utf-8")
    assert all(claim_id in book for claim_id in ("N4.loss", "N7"))
