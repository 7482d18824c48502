"""The worked examples of CONTRIBUTING.md, carried out on a copy of the packages."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"<!-- (append to (\S+)|run) -->\n```\w+\n(.+?)```", flags=re.DOTALL)


def examples() -> list[tuple[list[tuple[str, str]], list[str]]]:
    """(what is appended to which file, the commands then run), one for each run block."""
    found, additions = [], []
    for _, path, text in BLOCK.findall(TEXT):
        if path:
            additions.append((path, text))
        else:
            found.append((additions, text.splitlines()))
            additions = []
    return found


EXAMPLES = examples()


def run(arguments: list[str], root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "verify.cli", *arguments],
        cwd=root,
        env={"PYTHONPATH": str(root), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


CALLS = {
    "proofs/proxies.py": (
        "import numpy as np, numerics; v = np.ones(3); w = np.array([1.0, 0.0]); u = np.array([0.6, 0.8]);"
        "print(numerics.coarse_gradient(v, w, v, u, ste='hard-tanh', c=2.0).shape)",
        "(2,)",
    ),
    "proofs/penalty_forms.py": (
        "import numerics; print(numerics.proximal_map([0.25, -1.0, 1.5], 0.5, 'capped-l1').tolist(),"
        "numerics.penalty_value([0.5, -3.0], 'capped-l1'))",
        "[0.0, -0.5, 1.5] 1.5",
    ),
}
"""What a user calls afterwards, and what it prints."""


def test_there_are_examples() -> None:
    assert [[path for path, _ in additions] for additions, _ in EXAMPLES] == [
        ["proofs/proxies.py"],
        ["proofs/gaussian.py"],
        ["proofs/penalty_forms.py"],
    ]


@pytest.mark.parametrize(("additions", "commands"), EXAMPLES, ids=["estimator", "claim", "penalty"])
def test_example(additions: list[tuple[str, str]], commands: list[str], tmp_path: Path) -> None:
    for name in ("proofs", "numerics", "verify", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, code in additions:
        with (tmp_path / path).open("a", encoding="utf-8") as chapter:
            chapter.write("\n\n" + code)
    for command in commands:
        done = run(command.split()[1:], tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    check, expected = CALLS.get(additions[0][0], ("", ""))
    done = subprocess.run([sys.executable, "-c", check], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected
