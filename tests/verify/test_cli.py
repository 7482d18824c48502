"""The command line: in a process of its own where it matters whose streams, signals and imports they are."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from processes import Done, coarseproof, run, started

import proofs
import verify
from verify import suite
from verify.commands import progress

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
fake_methods: Any = import_module("fake_methods")  # workers import it by this name, too


def environment(*folders: Path) -> dict[str, str]:
    paths = os.pathsep.join(str(folder) for folder in (ROOT, HERE, *folders))
    return os.environ | {"PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"}


def apart(*arguments: str, **changes: str) -> Done:
    """The real command in a process of its own."""
    return run([sys.executable, "-m", "verify.cli", *arguments], cwd=ROOT, env=environment() | changes)


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
    """The same in this process, with one job."""
    paths = {name: fake_methods.write(folder, name, script) for name, script in scripts.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setattr(suite, "METHODS", paths)
        return coarseproof(*arguments, "--jobs", 1, cwd=folder)


def with_build(folder: Path, outputs: dict[str, str], stale: list[str], *arguments: str) -> Done:
    """The command with a scripted `verify.build`."""
    build: Any = ModuleType("verify.build")
    build.GENERATED = "generated"
    build.derive_outputs = lambda progress, where: outputs
    build.stale_files = lambda root, wanted: stale
    build.project_root = lambda: folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "verify.build", build)
        patch.setattr(verify, "build", build, raising=False)
        return coarseproof("derive", *arguments)


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
    done = run([sys.executable, "-c", program], cwd=ROOT, env=environment())
    assert done.returncode == 0


def test_a_run_starts_its_workers_before_it_imports_what_is_slow() -> None:
    program = (
        "import sys\nfrom verify import cli, suite\n"
        "def run_suite(**asked):\n"
        "    print(asked['jobs'], {'sympy', 'numpy', 'scipy'} & set(sys.modules))\n    raise KeyboardInterrupt\n"
        "suite.run_suite = run_suite\ncli.main(['verify', '--seed', '1', '--jobs', '2'])"
    )
    done = run([sys.executable, "-c", program], cwd=ROOT, env=environment())
    assert done.stdout == "2 set()\n"


def test_version() -> None:
    assert apart("--version").stdout.startswith("coarseproof ")


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
        (["derive", "--target", "jax"], ["--target jax", "--output DIR"]),
        (["no-such-command"], ["no-such-command"]),
    ],
)
def test_mistakes_are_told_in_one_line(arguments: list[str], words: list[str], tmp_path: Path) -> None:
    blocked = tmp_path / "README-as-a-folder.md"
    blocked.write_text("a file")
    arguments = [word.replace("README-as-a-folder.md", str(blocked)) for word in arguments]
    done = coarseproof(*arguments)
    assert done.returncode == 2
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
        ({"symbolic": {}, "precision": {"C3": "survivor"}}, 1),
        ({"symbolic": {"C3": "undecided"}}, 3),
        ({"precision": {}}, 3),
    ],
)
def test_exit_codes(scripts: dict[str, dict[str, str]], code: int, tmp_path: Path) -> None:
    done = with_methods(tmp_path, scripts, "verify", "--only", "C3")
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
    done = with_methods(tmp_path, methods, "verify", *only, "--json", "-")
    assert done.returncode == 0, done.stderr
    assert {claim["id"] for claim in json.loads(done.stdout)["claims"]} == {"C3", "N1.origin"}


def test_a_fresh_seed_is_shown_and_replays(tmp_path: Path) -> None:
    arguments = ["verify", "--only", "C3", "--json", "-"]
    first = with_methods(tmp_path, {"symbolic": {}}, *arguments)
    document = json.loads(first.stdout)
    assert f"seed {document['seed']}" in first.stderr
    again = json.loads(with_methods(tmp_path, {"symbolic": {}}, *arguments, "--seed", str(document["seed"])).stdout)
    figures = [claims[0]["evidence"][0]["figures"] for claims in (document["claims"], again["claims"])]
    assert figures[0] == figures[1]
    other = json.loads(with_methods(tmp_path, {"symbolic": {}}, *arguments).stdout)
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
@pytest.mark.parametrize(("sent", "jobs"), [(signal.SIGINT, "1"), (signal.SIGINT, "2"), (signal.SIGTERM, "2")])
def test_an_interrupt_stops_at_once_and_writes_nothing(sent: signal.Signals, jobs: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    targets = ["--report", str(out), "--json", str(tmp_path / "x.json"), "--jobs", jobs]
    line = command(tmp_path, {"symbolic": {"*": f"sleep {tmp_path}"}}, "verify", *targets)
    with started(line, cwd=ROOT, env=environment(tmp_path)) as process:
        assert process.stderr is not None
        assert "seed" in process.stderr.readline()
        fake_methods.sleepers(tmp_path, int(jobs))
        (os.killpg if sent is signal.SIGINT else os.kill)(process.pid, sent)  # the whole group, as from a terminal
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 130, errors
        assert _group_ends(process.pid)
    assert "nothing was written" in errors
    assert "Traceback" not in errors
    assert not out.exists()
    assert {path.suffix for path in tmp_path.iterdir() if path.is_file()} == {".py", ".sleeps"}


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
    line = command(tmp_path, {"symbolic": {"*": f"sleep {tmp_path}"}}, "verify", "--jobs", "2")
    with started(line, cwd=ROOT, env=environment(tmp_path)) as process:
        assert process.stderr is not None
        assert "seed" in process.stderr.readline()
        fake_methods.sleepers(tmp_path, 2)
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


@pytest.mark.parametrize("arguments", [(), ("--target", "jax", "--output", "generated/x")])
def test_a_folder_that_cannot_be_written_to_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "generated").write_text("in the way")
    monkeypatch.chdir(tmp_path)
    done = with_build(tmp_path, {}, [], *arguments)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("Error: cannot ")
    assert "derive" not in done.stderr


@pytest.mark.parametrize("found", [None, b"x = 1", b"x = 2\n", b"\xff\xfe", b"x = 1\r\n", b""])
def test_check_shows_every_difference_and_writes_nothing(found: bytes | None, tmp_path: Path) -> None:
    if found is not None:
        (tmp_path / "a.py").write_bytes(found)
    done = with_build(tmp_path, {"a.py": "x = 1\n"}, [], "--check")
    assert done.returncode == 1
    assert "--- a/a.py" in done.stdout
    assert "+++ b/a.py" in done.stdout
    assert "+x = 1" in done.stdout
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
    for expected in ("Statement", "Hypotheses", "Derivation", "exactly zero", "every step is decided"):
        assert expected in done.stdout


def test_claims_latex_is_latex_only() -> None:
    done = coarseproof("claims", "G1", "--latex")
    assert done.stdout.startswith(r"\mathbb{P}")
    assert "Derivation" not in done.stdout


def test_claims_shows_several_and_a_chapter() -> None:
    both = coarseproof("claims", "G1", "N1", "--latex").stdout
    assert both == "\n".join(coarseproof("claims", name, "--latex").stdout for name in ("G1", "N1"))
    chapter = coarseproof("claims", "P").stdout
    assert all(claim.id in chapter for claim in proofs.all_claims() if claim.id[0] == "P")
    assert "B1.loss" not in chapter
    done = coarseproof("claims", "G1", "N99")
    assert (done.returncode, done.stdout) == (2, "")
    assert "claim id 'N99' is unknown" in done.stderr


def test_claims_to_verify_are_named_with_an_option() -> None:
    done = coarseproof("verify", "C3")
    assert done.returncode == 2
    assert "claims are named with --only, as in: coarseproof verify --only C3 N1" in done.stderr


POOR = [
    {"COLUMNS": "1", "LINES": "1"},
    {"COLUMNS": "²", "LINES": "0"},
    {"TERM": "dumb", "NO_COLOR": "1", "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
]


@pytest.mark.parametrize("settings", POOR)
def test_a_poor_terminal_hides_nothing(
    settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How streams are encoded is settled when a process starts; all else is asked for when something is shown."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    encoded = "PYTHONIOENCODING" in settings
    done = apart("claims", **settings) if encoded else coarseproof("claims")
    assert done.returncode == 0, done.stderr
    assert "C5.leaky-relu" in done.stdout
    methods: dict[str, dict[str, str]] = {"symbolic": {}, "precision": {}}
    arguments = ("verify", "--only", "C3", "--json", "-")
    if encoded:
        line = command(tmp_path, methods, *arguments, "--jobs", "1")
        done = run(line, cwd=ROOT, env=environment(tmp_path) | settings)
    else:
        done = with_methods(tmp_path, methods, *arguments)
    assert json.loads(done.stdout)["claims"][0]["title"] == proofs.get("C3").title
    assert done.returncode == 0
    assert "1 of 1 verified" in done.stderr
    assert re.search(r"C3 .* (proved|tested)", done.stderr)


# Streams that cannot be written.


@pytest.mark.skipif(os.name != "posix", reason="a shell")
@pytest.mark.parametrize("arguments", ["claims", "claims C3", "--help", "limit --weights example --json - LIMIT"])
def test_a_document_is_not_lost_in_a_closed_standard_output(arguments: str) -> None:
    line = f"{sys.executable} -m verify.cli {arguments.replace('LIMIT', '--normalize --beta 0.5 --lam 0.04')} >&-"
    done = run(["sh", "-c", line], cwd=ROOT, env=environment())
    assert (done.returncode, done.stderr) == (74, "Error: standard output: Bad file descriptor\n")


@pytest.mark.skipif(os.name != "posix", reason="a shell")
def test_a_closed_standard_error_leaves_standard_output_to_results() -> None:
    done = run(["sh", "-c", f"{sys.executable} -m verify.cli claims XX 2>&-"], cwd=ROOT, env=environment())
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [["claims"], ["claims", "C3"], ["limit", "--help"]])
def test_output_that_cannot_be_written_is_told(arguments: list[str]) -> None:
    line = [sys.executable, "-m", "verify.cli", *arguments]
    with open("/dev/full", "w") as full:
        done = run(line, cwd=ROOT, env=environment(), stdout=full)
        assert done.returncode == 74
        assert done.stderr == "Error: standard output: No space left on device\n"


@pytest.mark.skipif(os.name != "posix", reason="pipes")
@pytest.mark.parametrize("arguments", [["claims"], ["--help"]])
def test_a_closed_pipe_is_no_verdict(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = run([sys.executable, "-m", "verify.cli", *arguments], cwd=ROOT, env=environment(), stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (74, "Error: standard output: Broken pipe\n")


def test_progress_that_cannot_be_told_stops_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    said = []

    def full(text: str, **_: Any) -> None:
        said.append(text)
        raise OSError("No space left on device")

    monkeypatch.setattr(progress.click, "echo", full)
    with progress.display("tasks") as show:
        show(1, 1, 1.0, "concluding")
    assert said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("target", [["--json", "/dev/full"], ["--report", "out"]])
def test_a_full_disk_is_no_refutation_and_hides_no_verdict(target: list[str], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.json").symlink_to("/dev/full")
    done = with_methods(tmp_path, {"symbolic": {}, "precision": {}}, "verify", "--only", "C3", *target)
    assert done.returncode == 74
    assert "1 of 1 verified" in done.stdout
    assert "No space left on device" in done.stderr.splitlines()[-1]


# Parameters.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "C5.tanh", "--tau", "3"], ["--tau 3.0", "estimator gaussian"]),
        (["--only", "R4.tl1", "--a", "3"], ["--a 3.0", "no claim of this run"]),
        (["--only", "P7.scad", "P3", "--a", "0.5"], ["a = 0.5", ">= 1"]),
        (["--only", "C5.gaussian", "--tau", "0"], ["tau = 0.0", "> 0"]),
    ],
)
def test_a_parameter_that_no_claim_is_checked_at_is_refused(arguments: list[str], words: list[str]) -> None:
    done = coarseproof("verify", *arguments)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert all(word in line for word in words)


def test_a_parameter_given_is_checked_at_stated_and_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A method that says which values the points have: every second one the given value, and the extreme ones."""
    (tmp_path / "telling.py").write_text(
        "from verify.configurations import configurations\n"
        "from verify.evidence import Evidence, Grade, Task, Verdict\n"
        "NAME = 'precision'\n"
        "def tasks(claims, level, seed, budget):\n    return [Task(NAME, (claims[0].id,), (level, seed))] * 2\n"
        "def run(task):\n    return [point.parameters['tau'] for point in configurations(*task.arguments)]\n"
        "def conclude(claims, outcomes, level, seed, budget):\n"
        "    figures = {'values': outcomes[0].value}\n"
        "    return {claims[0].id: [Evidence(NAME, Verdict.VERIFIED, Grade.TESTED, figures, 0.0)]}\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(suite, "METHODS", {"precision": "telling"})
    arguments = ["--only", "C5.gaussian", "--seed", "4", "--report", "out", "--tau", "1/3"]
    done = coarseproof("verify", *arguments, "--jobs", 2, cwd=tmp_path)
    document = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert document["environment"]["parameters"] == f"--tau {1 / 3!r}"
    values = document["claims"][0]["evidence"][0]["figures"]["values"]
    assert values[0::2] == [1 / 3] * len(values[0::2]), done.stderr
    assert values[1] != 1 / 3
    assert f"--seed 4 --only C5.gaussian --tau {1 / 3!r}`" in (tmp_path / "out" / "summary.md").read_text(
        encoding="utf-8"
    )
