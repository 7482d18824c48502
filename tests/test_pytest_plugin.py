"""Claims of a user's own as tests, in a pytest of their own."""

import os
import re
import sys
from pathlib import Path

import processes
import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "howto" / "own-claims.md").read_text(encoding="utf-8")
CLAIMS = re.search(r"<!-- write my_claims.py -->\n```python\n(.+?)```", PAGE, flags=re.DOTALL)
PATHS = os.pathsep.join(map(str, (ROOT, ROOT / "verify" / "top-level")))
PLUGIN = ("-m", "pytest", "-p", "coarseproof.pytest_plugin", "-p", "no:cacheprovider", "--coarseproof")


def tried(folder: Path, *arguments: str) -> processes.Done:
    changes = {"PYTHONPATH": PATHS, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return processes.run([sys.executable, *PLUGIN, *arguments], cwd=folder, env=os.environ | changes)


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (("", ""), 0, ["my_claims.py::G6 PASSED", "1 passed"]),
        (("cos", "sin"), 1, ["claim G6", "symbolic refuted: step 'Statement'", "monte_carlo refuted", "1 failed"]),
    ],
)
def test_a_claim_is_a_test(change: tuple[str, str], code: int, said: list[str], tmp_path: Path) -> None:
    assert CLAIMS
    (tmp_path / "my_claims.py").write_text(CLAIMS[1].replace(*change) if change[0] else CLAIMS[1], encoding="utf-8")
    (tmp_path / "test_other.py").write_text("def test_other():\n    raise AssertionError\n", encoding="utf-8")
    done = tried(tmp_path, "my_claims.py", "-v")
    assert done.returncode == code, done.stdout + done.stderr
    assert [words for words in said if words not in done.stdout] == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("nothing.py", None, "--coarseproof nothing.py: a Python file that declares claims is needed"),
        ("broken.py", "import absent", "extension 'broken', named by COARSEPROOF_EXTENSIONS, cannot be imported"),
    ],
)
def test_what_is_no_extension_is_refused_in_a_line(name: str, text: str | None, said: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = tried(tmp_path, name)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert said in done.stderr
    assert "Traceback" not in done.stderr
