"""`coarseproof` from Python: its names, what they load, and what stands in their way."""

import os
import sys
import tomllib
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import processes
import pytest
from click.shell_completion import ShellComplete
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import proofs
from proofs.engine.render import forms_of, supposed_by
from verify.cli import main
from verify.extras import EXTRAS

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PATHS = os.pathsep.join(map(str, (ROOT, ROOT / "verify" / "top-level")))


def python(*arguments: str, cwd: Path) -> processes.Done:
    return processes.run([sys.executable, *arguments], cwd=cwd, env=os.environ | {"PYTHONPATH": PATHS})


def told(code: str, cwd: Path) -> list[str]:
    done = python("-c", code, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The package as its users import it, in this process."""
    monkeypatch.syspath_prepend(str(ROOT / "verify" / "top-level"))
    return import_module("coarseproof")


def test_the_names_are_those_of_the_packages_and_load_nothing_before_they_are_used(tmp_path: Path) -> None:
    heavy = "print(*sorted({'numpy', 'sympy', 'click', 'proofs', 'numerics'} & set(sys.modules)))"
    code = (
        f"import sys, coarseproof; names = dir(coarseproof); {heavy}; coarseproof.learn; {heavy}; coarseproof.get;"
        "import numerics, proofs; print(sorted({*numerics.__all__, *proofs.__all__, 'torch', 'verify'}) == names);"
        "print(coarseproof.learn is numerics.learn, coarseproof.get is proofs.get, hasattr(coarseproof, 'nothing'));"
        "exec('from coarseproof import *'); print('learn' in dir(), 'get' in dir(), 'verify' in dir())"
    )
    assert told(code, tmp_path) == ["", "numerics numpy", "True", "True True False", "True True True"]


def test_a_star_gives_what_is_installed(tmp_path: Path) -> None:
    code = "import sys; sys.modules['sympy'] = None; from coarseproof import *; print('learn' in dir(), 'get' in dir())"
    assert told(code, tmp_path) == ["True False"]


def test_claims_are_verified_from_python(imported: ModuleType) -> None:
    report = imported.verify("G1", seed=7, jobs=1)
    assert (report.seed, report.exit_code) == (7, 0)


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        (3, {}, "claim id 3 is unknown"),
        (["C3"], {}, r"claim id \['C3'\] is unknown"),
        ("G1", {"level": "fast"}, "level is 'fast'; allowed: quick, full"),
        ("G1", {"seed": -1}, "seed must be an integer, at least 0, not -1"),
        *(("G1", {"seed": seed}, f"seed must be an integer, at least 0, not {seed!r}") for seed in ("7", 1.5, None)),
        ("G1", {"jobs": 0}, "jobs must be an integer, at least 1, not 0"),
        ("G1", {"jobs": "2"}, "jobs must be an integer, at least 1, not '2'"),
    ],
)
def test_what_cannot_be_verified_is_refused(
    given: Any, options: dict[str, Any], said: str, imported: ModuleType
) -> None:
    with pytest.raises(ValueError, match=rf"^{said}"):
        imported.verify(given, **options)


def test_it_is_the_command_too(tmp_path: Path) -> None:
    done = python("-m", "coarseproof", "claims", "N99", cwd=tmp_path)
    assert (done.returncode, done.stderr.startswith("Error: claim id 'N99' is unknown")) == (2, True)


@pytest.mark.parametrize("name", ["verify.py", "proofs.py", "numerics/__init__.py"])
def test_a_file_that_hides_a_package_is_told_by_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("x = 1\n", encoding="utf-8")
    said = f"{tmp_path / name} hides coarseproof's package {name.partition('/')[0].removesuffix('.py')!r}; rename it"
    done = python("-m", "coarseproof", "--version", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: {said}")
    assert len(done.stderr.splitlines()) == 1
    (tmp_path / "script.py").write_text("import coarseproof\ncoarseproof.learn\n", encoding="utf-8")
    done = python("script.py", cwd=tmp_path)
    assert f"ImportError: {said}" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("line", ["import coarseproof; coarseproof.torch", "from coarseproof.torch import RVSCGD"])
def test_torch_that_is_missing_is_named_with_its_extra(line: str, tmp_path: Path) -> None:
    done = python("-c", f"import sys; sys.modules['torch'] = None; {line}", cwd=tmp_path)
    said = "ImportError: this needs torch, which is not installed: pip install 'coarseproof[torch]'"
    assert done.stderr.splitlines()[-1] == said


def test_an_extra_that_is_missing_is_named(tmp_path: Path) -> None:
    without = "import sys; sys.modules['sympy'] = None; import coarseproof\n"
    code = f"{without}try:\n    coarseproof.get\nexcept ImportError as error:\n    print(error)"
    assert told(code, tmp_path) == ["this needs sympy, which is not installed: pip install 'coarseproof[verify]'"]
    code = f"{without}sys.argv[1:] = ['claims']; from coarseproof.__main__ import main; main()"
    done = python("-c", code, cwd=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "pip install 'coarseproof[verify]'" in done.stderr


def test_the_lock_has_what_is_needed() -> None:
    lines = (ROOT / "docs" / "constraints.txt").read_text(encoding="utf-8").split()
    locked = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}
    needed = [Requirement(one) for one in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["verify"])]
    assert [str(one) for one in needed if locked[canonicalize_name(one.name)] not in one.specifier] == []


def test_every_module_of_an_extra_is_known() -> None:
    extras = PROJECT["optional-dependencies"]
    modules: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for name in distributions:
            modules.setdefault(canonicalize_name(name), set()).add(module)
    for extra, known in EXTRAS.items():
        for requirement in extras[extra]:
            name = canonicalize_name(Requirement(requirement).name)
            assert name not in modules or name == "coarseproof" or modules[name] & set(known), requirement


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("claims R4", ["R4.l1", "R4.l0", "R4.tl1"]),
        ("verify --only C3 P7", ["P7.mcp", "P7.scad", "P7.half"]),
        ("verify --only C3 --le", ["--level"]),
        ("limit --penalty t", ["tl1"]),
        ("learn --penalty s", ["scad"]),
        ("learn --ste l", ["leaky-relu"]),
    ],
)
def test_the_shell_completes(words: str, offered: list[str]) -> None:
    *before, last = words.split()
    found = ShellComplete(main, {}, "coarseproof", "_COARSEPROOF_COMPLETE").get_completions(before, last)
    assert [item.value for item in found] == offered


def test_nothing_is_completed_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.commands.options.find_spec", lambda name: None)
    assert ShellComplete(main, {}, "coarseproof", "_COARSEPROOF_COMPLETE").get_completions(["claims"], "R4") == []


def test_a_claim_is_shown_as_its_statement() -> None:
    for claim in proofs.all_claims():
        head, *displayed, given = claim._repr_latex_().split("$$")
        assert head == f"{claim.id}. {claim.title}\n"
        assert [form.strip() for form in displayed[::2]] == forms_of(claim)
        assert all(f"${condition}$" in given for condition in supposed_by(claim))
        assert claim.setting in given
