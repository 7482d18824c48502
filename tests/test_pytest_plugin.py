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


def test_a_claim_is_a_test(tmp_path: Path) -> None:
    assert CLAIMS
    wrong = CLAIMS[1].replace("G6", "G7").replace("cos", "sin")
    (tmp_path / "elsewhere.py").write_text(f"{CLAIMS[1]}\n\n{wrong}", encoding="utf-8")
    (tmp_path / "my_claims.py").symlink_to("elsewhere.py")
    (tmp_path / "test_other.py").write_text("def test_other():\n    raise AssertionError\n", encoding="utf-8")
    done = tried(tmp_path, "my_claims.py", "-v")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    said = ["my_claims.py::G6 PASSED", "claim G7", "symbolic refuted: step 'Statement'", "monte_carlo refuted"]
    assert [words for words in (*said, "1 failed, 1 passed") if words not in done.stdout] == []


@pytest.mark.parametrize(
    ("name", "text", "said", "more"),
    [
        ("nothing.py", None, "--coarseproof nothing.py: a Python file that declares claims is needed", ()),
        ("broken.py", "import absent", "extension 'broken', named by COARSEPROOF_EXTENSIONS, cannot be imported", ()),
        ("one.py", "", "--coarseproof one.py --coarseproof b.py: name one file", ("--coarseproof", "b.py")),
    ],
)
def test_what_is_no_extension_is_refused_in_a_line(
    name: str, text: str | None, said: str, more: tuple[str, ...], tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = tried(tmp_path, name, *more)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert said in done.stderr
    assert "Traceback" not in done.stderr
