"""Every command the README shows runs, and its Python example does what it says."""

import re
import shlex
import sys
from fnmatch import fnmatch
from pathlib import Path

import processes
import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.+?)```", README, flags=re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.startswith("coarseproof ")]


def test_the_two_set_up_commands_are_the_ones_ci_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for marker in ("main command", "test command"):
        assert f"<!-- {marker} -->\n```sh\npython3 -m venv .venv && " in README
        assert f"command_after '{marker}'" in script


def test_the_tour_shows_every_command() -> None:
    from verify.cli import main

    assert {command.split()[1] for command in COMMANDS} == set(main.commands)


@pytest.mark.parametrize(("kind", "heading"), [("ste", "Estimators"), ("penalty", "Penalties")])
def test_it_and_help_name_every_estimator_and_penalty(kind: str, heading: str) -> None:
    from verify.commands.parameters import table

    listed = re.search(rf"^{heading}: (.+?)\.$", README, flags=re.DOTALL | re.MULTILINE)
    assert listed
    assert set(re.findall("`(.+?)`", listed[1])) == set(table(kind))
    told = processes.coarseproof("learn", "--help").stdout
    assert f":{','.join(table(kind))}." in "".join(told.split())


ELSEWHERE = ("notebooks --check", "derive --check")
"""What `test_stored` carries out for all notebooks, and `.ci/run` with the main command."""


@pytest.mark.slow
@pytest.mark.parametrize("command", [command for command in COMMANDS if not any(part in command for part in ELSEWHERE)])
def test_command(command: str, tmp_path: Path) -> None:
    arguments = shlex.split(command)[1:]
    done = processes.coarseproof(*arguments, cwd=tmp_path)
    codes = (0, 1) if arguments[0] == "benchmark" else (0,)  # of a slow machine no test speaks
    assert done.returncode in codes, done.stdout + done.stderr
    for option, name in zip(arguments, arguments[1:], strict=False):
        if option in ("--json", "--output", "--plot"):
            assert (tmp_path / name).stat().st_size > 0


def test_what_the_commands_write_is_not_tracked() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    names = re.findall(r"--(?:json|output|plot|save|report) (\S+)", "\n".join(COMMANDS))
    assert names
    assert [name for name in names if not any(fnmatch(f"/{name}", pattern) for pattern in ignored)] == []


@pytest.mark.parametrize("example", re.findall(r"```python\n(.+?)```", README, flags=re.DOTALL))
def test_python_example(example: str) -> None:
    done = processes.run([sys.executable, "-c", example], cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "True"


def test_the_pictures_are_there() -> None:
    pictures = re.findall(r"!\[.+?\]\((.+?)\)", README)
    assert len(pictures) == 2
    for picture in pictures:
        assert (ROOT / picture).read_bytes().startswith(b"\x89PNG")
