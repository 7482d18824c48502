"""The worked examples of CONTRIBUTING.md, carried out on a copy of the packages."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(
    r"<!-- append to (\S+) -->\n```python\n(.+?)```.*?<!-- run -->\n```sh\n(.+?)```", TEXT, flags=re.DOTALL
)


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


def test_there_are_examples() -> None:
    assert [path for path, _, _ in EXAMPLES] == ["proofs/proxies.py", "proofs/gaussian.py"]


@pytest.mark.parametrize(("path", "code", "commands"), EXAMPLES, ids=[path for path, _, _ in EXAMPLES])
def test_example(path: str, code: str, commands: str, tmp_path: Path) -> None:
    for name in ("proofs", "numerics", "verify", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / path).open("a", encoding="utf-8") as chapter:
        chapter.write("\n\n" + code)
    for command in commands.splitlines():
        done = run(command.split()[1:], tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    if path == "proofs/proxies.py":
        check = (
            "import numpy as np, numerics; v = np.ones(3); w = np.array([1.0, 0.0]); u = np.array([0.6, 0.8]);"
            "print(numerics.coarse_gradient(v, w, v, u, ste='hard-tanh', c=2.0).shape)"
        )
        done = subprocess.run([sys.executable, "-c", check], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "(2,)"
