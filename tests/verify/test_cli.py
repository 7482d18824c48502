"""The command line, run as users run it: in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
fake_methods: Any = import_module("fake_methods")  # workers import it by this name, too

Done = subprocess.CompletedProcess[str]


def environment(*folders: Path) -> dict[str, str]:
    paths = os.pathsep.join(str(folder) for folder in (ROOT, HERE, *folders))
    return os.environ | {"PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"}


def coarseproof(*arguments: str, **changes: str) -> Done:
    """The real command."""
    return subprocess.run(
        [sys.executable, "-m", "verify.cli", *arguments],
        cwd=ROOT,
        env=environment() | changes,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def command(folder: Path, scripts: dict[str, dict[str, str]], *arguments: str) -> list[str]:
    """The command with scripted methods in place of the real ones."""
    paths = {name: fake_methods.write(folder, name, script) for name, script in scripts.items()}
    program = (
        "import sys, verify.suite\n"
        "from verify.cli import main\n"
        f"verify.suite.METHODS.clear(); verify.suite.METHODS.update({paths!r})\n"
        "main(sys.argv[1:], prog_name='coarseproof')\n"
    )
    return [sys.executable, "-c", program, *arguments]


def with_methods(folder: Path, scripts: dict[str, dict[str, str]], *arguments: str) -> Done:
    return subprocess.run(
        command(folder, scripts, *arguments),
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def with_build(folder: Path, outputs: dict[str, str], stale: list[str], *arguments: str) -> Done:
    """The command with a scripted `verify.build`."""
    program = (
        "import sys, types, verify\n"
        "from pathlib import Path\n"
        "build = types.ModuleType('verify.build')\n"
        f"build.derive_outputs = lambda progress: {outputs!r}\n"
        f"build.stale_files = lambda root: [root / name for name in {stale!r}]\n"
        f"build.project_root = lambda: Path({str(folder)!r})\n"
        "sys.modules['verify.build'] = verify.build = build\n"
        "from verify.cli import main\n"
        "main(sys.argv[1:], prog_name='coarseproof')\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program, "derive", *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# Help and usage.


def test_help_teaches() -> None:
    done = coarseproof("--help")
    assert done.returncode == 0
    assert "coarseproof verify --only C3 N1" in done.stdout
    for name in ("derive", "verify", "claims", "figure", "benchmark"):
        shown = coarseproof(name, "--help")
        assert shown.returncode == 0
        assert f"coarseproof {name}" in shown.stdout.replace("Usage:", "", 1)


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom verify.cli import main\nmain(['--help'], standalone_mode=False)\n"
        "assert not {'sympy', 'numpy', 'rich', 'scipy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment(), check=False)
    assert done.returncode == 0


def test_version() -> None:
    assert coarseproof("--version").stdout.startswith("coarseproof ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verify", "--only", "C33"], ["'C33'", "C3"]),
        (["verify", "--only", ","], ["--only"]),
        (["verify", "--jobs", "0"], ["--jobs"]),
        (["verify", "--level", "fast"], ["quick"]),
        (["verify", "--seed", "-1"], ["--seed"]),
        (["verify", "--json", "/no/such/folder/x.json"], ["/no/such/folder"]),
        (["verify", "--report", "README-as-a-folder.md/x"], ["README-as-a-folder.md"]),
        (["claims", "c3"], ["'c3'", "C3"]),
        (["claims", "Z"], ["'Z'"]),
        (["figure", "--output", "x.txt"], [".png"]),
        (["no-such-command"], ["no-such-command"]),
    ],
)
def test_mistakes_are_told_in_one_line(arguments: list[str], words: list[str], tmp_path: Path) -> None:
    blocked = tmp_path / "README-as-a-folder.md"
    blocked.write_text("a file")
    arguments = [word.replace("README-as-a-folder.md", str(blocked)) for word in arguments]
    done = coarseproof(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert all(word in line for word in words)


# verify


@pytest.mark.parametrize(
    ("scripts", "code"),
    [
        ({"symbolic": {}, "precision": {}}, 0),
        ({"symbolic": {}}, 3),
        ({"symbolic": {"C3": "refuted"}}, 1),
        ({"symbolic": {"C3": "raise"}}, 1),
        ({"symbolic": {"C3": "survivor"}}, 1),
        ({"symbolic": {"C3": "undecided"}}, 3),
        ({"precision": {}}, 3),
    ],
)
def test_exit_codes(scripts: dict[str, dict[str, str]], code: int, tmp_path: Path) -> None:
    done = with_methods(tmp_path, scripts, "verify", "--only", "C3", "--jobs", "1")
    assert done.returncode == code, done.stderr
    assert "seed" in done.stdout


@pytest.mark.parametrize(
    "only",
    [
        ["--only", "C3", "N1.origin"],
        ["--only=C3", "N1.origin"],
        ["--only", "C3,N1.origin"],
        ["--only", "C3", "--only", "N1.origin"],
        ["--only", "C3", "N1.origin", "--level", "quick"],
    ],
)
def test_only_takes_every_spelling(only: list[str], tmp_path: Path) -> None:
    methods: dict[str, dict[str, str]] = {"symbolic": {}, "precision": {}}
    done = with_methods(tmp_path, methods, "verify", *only, "--jobs", "1", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert {claim["id"] for claim in json.loads(done.stdout)["claims"]} == {"C3", "N1.origin"}


def test_a_fresh_seed_is_shown_and_replays(tmp_path: Path) -> None:
    run = ["verify", "--only", "C3", "--jobs", "2", "--json", "-"]
    first = with_methods(tmp_path, {"symbolic": {}}, *run)
    document = json.loads(first.stdout)
    assert f"seed {document['seed']}" in first.stderr
    again = json.loads(with_methods(tmp_path, {"symbolic": {}}, *run, "--seed", str(document["seed"])).stdout)
    figures = [claims[0]["evidence"][0]["figures"] for claims in (document["claims"], again["claims"])]
    assert figures[0] == figures[1]
    other = json.loads(with_methods(tmp_path, {"symbolic": {}}, *run).stdout)
    assert other["seed"] != document["seed"]


def test_report_and_json_are_written_even_when_refuted(tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    targets = ["--report", str(out), "--json", str(tmp_path / "x.json")]
    done = with_methods(tmp_path, {"symbolic": {"C3": "refuted"}}, "verify", "--only", "C3", *targets)
    assert done.returncode == 1
    written = ["junit.xml", "mutants.csv", "report.html", "report.json", "summary.md"]
    assert sorted(path.name for path in out.iterdir()) == written
    assert json.loads((tmp_path / "x.json").read_text())["claims"][0]["verdict"] == "refuted"


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_at_once_and_writes_nothing(jobs: str, sent: signal.Signals, tmp_path: Path) -> None:
    out = tmp_path / "out"
    targets = ["--report", str(out), "--json", str(tmp_path / "x.json"), "--jobs", jobs]
    line = command(tmp_path, {"symbolic": {"*": "sleep"}}, "verify", *targets)
    # A session of its own, so that the whole group gets the signal, as from a terminal.
    process = subprocess.Popen(
        line,
        cwd=ROOT,
        env=environment(tmp_path),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    assert "seed" in process.stderr.readline()  # it is under way; now let the workers start
    time.sleep(3)
    started = time.monotonic()
    (os.killpg if sent is signal.SIGINT else os.kill)(process.pid, sent)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert time.monotonic() - started < 5
    assert "nothing was written" in errors
    assert "Traceback" not in errors
    assert not out.exists()
    assert [path.suffix for path in tmp_path.iterdir() if path.is_file()] == [".py"]
    assert _group_ends(process.pid)


def _group_ends(group: int) -> bool:
    """Whether no worker is left; multiprocessing's own tracker takes a moment to go."""
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    line = command(tmp_path, {"symbolic": {"*": "sleep"}}, "verify", "--jobs", "2")
    process = subprocess.Popen(
        line,
        cwd=ROOT,
        env=environment(tmp_path),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    assert "seed" in process.stderr.readline()
    time.sleep(3)
    process.kill()
    process.communicate(timeout=10)
    assert _group_ends(process.pid)


# derive


def test_derive_writes_what_changed_and_deletes_what_is_stale(tmp_path: Path) -> None:
    (tmp_path / "same.py").write_bytes(b"x\n")
    (tmp_path / "old.py").write_text("y\n")
    done = with_build(tmp_path, {"same.py": "x\n", "sub/new.py": "θ\n"}, ["old.py"])
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:3] == ["unchanged  same.py", "written    sub/new.py", "deleted    old.py"]
    assert lines[3].startswith("2 files derived")
    assert (tmp_path / "sub" / "new.py").read_text(encoding="utf-8") == "θ\n"
    assert not (tmp_path / "old.py").exists()
    assert with_build(tmp_path, {"same.py": "x\n", "sub/new.py": "θ\n"}, [], "--check").returncode == 0


@pytest.mark.parametrize("found", [None, b"x = 1", b"x = 2\n", b"\xff\xfe", b"x = 1\r\n", b""])
def test_check_shows_every_difference_and_writes_nothing(found: bytes | None, tmp_path: Path) -> None:
    if found is not None:
        (tmp_path / "a.py").write_bytes(found)
    done = with_build(tmp_path, {"a.py": "x = 1\n"}, [], "--check")
    assert done.returncode == 1
    assert "--- a/a.py" in done.stdout
    assert "+++ b/a.py" in done.stdout
    assert "+x = 1" in done.stdout
    assert "Traceback" not in done.stderr
    after = (tmp_path / "a.py").read_bytes() if (tmp_path / "a.py").exists() else None
    assert after == found


def test_check_shows_superfluous_files(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("y\n")
    done = with_build(tmp_path, {}, ["old.py"], "--check")
    assert done.returncode == 1
    assert "-y" in done.stdout
    assert (tmp_path / "old.py").exists()


# claims


def test_claims_lists_all() -> None:
    done = coarseproof("claims")
    assert done.returncode == 0
    assert "C5.sigmoid" in done.stdout
    assert "[Y], Lemma 1" in done.stdout


def test_claims_shows_a_derivation() -> None:
    done = coarseproof("claims", "C3")
    assert done.returncode == 0
    for expected in (
        "Statement",
        "Hypotheses",
        "Derivation",
        "exactly zero",
        "every step is proved",
    ):
        assert expected in done.stdout


def test_claims_latex_is_latex_only() -> None:
    done = coarseproof("claims", "G1", "--latex")
    assert done.stdout.startswith(r"\mathbb{P}")
    assert "Derivation" not in done.stdout


def test_claims_survives_a_poor_terminal() -> None:
    done = coarseproof("claims", "C3", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
