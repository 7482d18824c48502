"""What the pages show is what happens: their blocks are carried out in order, and the output is the one printed.

`<!-- write FILE -->` before a block writes it, `<!-- change FILE -->` applies a diff of single lines, `console` blocks
are commands with their output (`...` stands for anything), `python` blocks are run, with their output in the `text`
block that follows. `sh` blocks are not run, and say why in a comment.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import processes
import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [DOCS / "index.md", DOCS / "tutorial.md", *sorted((DOCS / "howto").glob("*.md"))]
BLOCK = re.compile(
    r"(?:<!-- (?P<order>write|change|not run:) ?(?P<what>.+?) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)^```$",
    flags=re.DOTALL | re.MULTILINE,
)
SHIM = '#!/bin/sh\nexec "{python}" -m verify.cli "$@"\n'


class Reader:
    """Somebody who follows a page in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        self.folder.mkdir()
        shim = folder / "bin" / "coarseproof"
        shim.parent.mkdir()
        shim.write_text(SHIM.format(python=sys.executable), encoding="utf-8")
        shim.chmod(0o755)
        self.environment = {"PATH": f"{shim.parent}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def shell(self, command: str) -> tuple[int, str]:
        """Exit code and what is seen: standard output, then what was said besides."""
        if command.startswith("coarseproof ") and "PYTHONPATH" not in self.environment:  # nothing of the reader's own
            return self._seen(processes.coarseproof(*shlex.split(command)[1:], cwd=self.folder))
        settings = dict(re.findall(r"(\w+)=(\S+)", command)) if re.match(r"(export )?\w+=", command) else {}
        if command.startswith("export "):
            self.environment |= settings
            return 0, ""
        # The page's own PYTHONPATH comes first, as it would in an installed environment.
        path = settings.get("PYTHONPATH", self.environment.get("PYTHONPATH", ""))
        plain = re.sub(r"^PYTHONPATH=\S+ ", "", command)
        environment = self.environment | {"PYTHONPATH": os.pathsep.join(filter(None, [path, str(ROOT)]))}
        return self._run(["/bin/sh", "-c", plain], environment)

    def python(self, code: str) -> tuple[int, str]:
        path = os.pathsep.join([str(self.folder), str(ROOT)])
        return self._run([sys.executable, "-c", code], {"PATH": "", "PYTHONPATH": path})

    def _run(self, arguments: list[str], environment: dict[str, str]) -> tuple[int, str]:
        return self._seen(processes.run(arguments, cwd=self.folder, env=environment, timeout=400))

    def _seen(self, done: processes.Done) -> tuple[int, str]:
        return done.returncode, done.stdout + (done.stderr if done.returncode or not done.stdout else "")

    def console(self, body: str) -> None:
        """Commands with their output; a code other than 0 must be asked for with `echo $?`."""
        code = 0
        for command, expected in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", body, flags=re.MULTILINE):
            if command == "echo $?":
                assert expected.strip() == str(code)
                code = 0
                continue
            assert code == 0, "the page does not say that the command before fails"
            code, seen = self.shell(command)
            assert matches(expected, seen), f"$ {command}\n{seen}"
        assert code == 0

    def change(self, name: str, diff: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        for old, new in re.findall(r"^-(.*)\n\+(.*)$", diff, flags=re.MULTILINE):
            assert text.count(f"{old}\n") == 1
            text = text.replace(f"{old}\n", f"{new}\n")
        (self.folder / name).write_text(text, encoding="utf-8")


def matches(expected: str, seen: str) -> bool:
    """Whether `seen` is `expected`, in which `...` stands for anything; ends of lines and of the text aside."""
    lines = [line.rstrip() for line in seen.strip("\n").splitlines()]
    pattern = re.escape("\n".join(line.rstrip() for line in expected.strip("\n").splitlines()))
    return re.fullmatch(pattern.replace(re.escape("..."), ".*?"), "\n".join(lines), flags=re.DOTALL) is not None


def blocks(page: Path) -> list[re.Match[str]]:
    return list(BLOCK.finditer(page.read_text(encoding="utf-8")))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_what_a_page_shows_happens(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)  # a worker of pytest-xdist has one
    reader = Reader(tmp_path)
    found = blocks(page)
    for place, block in enumerate(found):
        if block["what"] in (
            "it needs PyTorch",
            "it needs JAX",
        ):  # tests/numerics/test_torch.py, test_targets.py run it
            assert block["order"] == "not run:"
        elif block["order"] == "write":
            (reader.folder / block["what"]).write_text(block["body"], encoding="utf-8")
        elif block["order"] == "change":
            reader.change(block["what"], block["body"])
        elif block["kind"] == "console":
            reader.console(block["body"])
        elif block["kind"] == "python":
            code, seen = reader.python(block["body"])
            assert code == 0, seen
            assert found[place + 1]["kind"] == "text"
            assert matches(found[place + 1]["body"], seen), seen
        else:
            assert block["kind"] in ("sh", "text", "diff")
            assert block["kind"] != "sh" or block["order"] == "not run:"


def test_every_command_has_a_page() -> None:
    from verify.cli import main

    assert {page.stem for page in PAGES if page.parent.name == "howto"} >= {"index", *main.commands}
    for name in main.commands:
        assert f"coarseproof {name}" in (DOCS / "howto" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("expected", "seen", "same"),
    [
        ("a\n...\nz\n", "a\nb\nc\nz\n", True),
        ("a\n...\nz\n", "a\nb\nc\n", False),
        ("N = 1.38...\n", "N = 1.3857  \n", True),
        ("N = 1.38...\n", "M = 1.3857\n", False),
        ("", "something\n", False),
    ],
)
def test_output_is_compared(expected: str, seen: str, same: bool) -> None:
    assert matches(expected, seen) is same


def test_the_theory_page_has_every_claim() -> None:
    import proofs

    text = (DOCS / "theory.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^```\{claim\} (\S+)$", text, flags=re.MULTILINE))
    assert len(named) >= 40
    named |= set(re.findall(r"\{c\}`([^`]+)`", text))
    assert named == {claim.id for claim in proofs.all_claims()}


@pytest.mark.parametrize("page", [DOCS / "theory.md", DOCS / "tutorial.md", *PAGES], ids=lambda page: page.name)
def test_no_formula_is_typed_by_hand(page: Path) -> None:
    prose = BLOCK.sub("", page.read_text(encoding="utf-8"))
    assert "$" not in re.sub(r"`[^`]*`", "", prose)
    assert not re.search(r"\\[a-zA-Z]", prose)


def test_the_notation_page_has_every_symbol() -> None:
    from proofs.engine.unicode import name_of
    from proofs.symbols import QUANTITIES

    rows = [
        line.split("|")[2] for line in (DOCS / "notation.md").read_text(encoding="utf-8").splitlines() if "|" in line
    ]
    known = {one.strip() for row in rows for one in row.split(",")}
    names = {name_of(entry.latex) for entry in QUANTITIES.values()}
    assert names - known == {name for name in names if "−" in name or name == "|w*ᵢ|"}


def test_every_source_is_in_the_bibliography() -> None:
    import proofs
    from verify.reading.references import REFERENCES

    cited = {key for claim in proofs.all_claims() for key in re.findall(r"\[(\w+)\]", claim.source)}
    assert cited == set(REFERENCES)
    text = re.sub(r"\[(arXiv:[\d.]+)\]\(\S+?\)|<(https:\S+)>", r"\1\2", (DOCS / "references.md").read_text("utf-8"))
    for key, said in REFERENCES.items():
        assert f'<a id="{key.lower()}"></a>**[{key}]** {said}' in " ".join(text.split())
