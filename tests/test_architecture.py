"""The arrows between the packages, and what no source file may contain."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import processes
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("proofs", "numerics", "verify")
NOTEBOOKS = "docs/notebooks/src"
SOURCES = sorted(path for folder in (*PACKAGES, NOTEBOOKS) for path in (ROOT / folder).rglob("*.py"))

FORBIDDEN = {
    "proofs": {"numerics", "verify", "numpy", "scipy"},
    "numerics": {"sympy", "mpmath", "proofs", "verify"},
    "verify": {"docs", "tests"},
    "docs": {"tests"},
}
EVALUATORS = {"eval", "exec", "parse_expr", "compile", "__import__"}
UNPICKLERS = {"load", "loads", "Unpickler"}
FROM_STRINGS = {"sympify", "S", "simplify", "nsimplify"}
HOME = re.compile(r"(?<![\w.])/(?:home|root|tmp|work|Users|mnt|opt|var)/")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(tree: ast.AST) -> Iterator[str]:
    """Top-level names of everything imported anywhere in a file, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def modules_imported(path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of this project that a file imports anywhere, also inside functions; not those for types alone."""
    tree = tree_of(path)
    typing = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    skipped = {id(inner) for node in typing for part in node.body for inner in ast.walk(part)}
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names & known.keys() or {node.module}
    return found & known.keys()


def called(node: ast.Call) -> tuple[str, str]:
    """(object, function) of a call by name: `pickle.load(...)` is ("pickle", "load"), `eval(...)` is ("", "eval")."""
    if isinstance(node.func, ast.Attribute):
        owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
        return owner, node.func.attr
    return "", node.func.id if isinstance(node.func, ast.Name) else ""


def complaints(tree: ast.AST, *, text_from_users: bool) -> Iterator[str]:
    """Calls that would run text or pickles as code."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        owner, name = called(node)
        if name in EVALUATORS and owner in {"", "builtins", "sympy"}:
            yield f"line {node.lineno}: {name}()"
        if name in UNPICKLERS and owner in {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}:
            yield f"line {node.lineno}: {owner}.{name}()"
        if name in FROM_STRINGS and owner in {"", "sympy"}:
            literal = any(isinstance(a, ast.JoinedStr | ast.Constant) and not _number(a) for a in node.args)
            if literal or (text_from_users and name in {"sympify", "S"}):
                yield f"line {node.lineno}: {name}() of text"
        if name in {"load", "loadtxt", "genfromtxt"} and any(
            k.arg == "allow_pickle" and not (isinstance(k.value, ast.Constant) and k.value.value is False)
            for k in node.keywords
        ):
            yield f"line {node.lineno}: allow_pickle"


def _number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, str)


def test_there_are_sources() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in SOURCES}
    assert folders == {*PACKAGES, "docs"}
    assert len(SOURCES) > 25


def at_module_level(tree: ast.Module) -> ast.Module:
    """The module without the bodies of its functions."""
    tree = deepcopy(tree)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in functions:
        node.body = [ast.Pass()]
    return tree


def test_imports_point_one_way() -> None:
    # The limit to more digits than float64 has: mpmath is loaded when digits are asked for.
    lazily = {"mpmath"}
    for path in SOURCES:
        name, forbidden = name_of(path), FORBIDDEN[path.relative_to(ROOT).parts[0]]
        found = set(imported(tree_of(path))) - (lazily if name.startswith("numerics/limits") else set())
        assert not found & forbidden, name
        if forbidden & lazily:
            assert not set(imported(at_module_level(tree_of(path)))) & forbidden, name


@pytest.mark.parametrize("library", ["jax", "torch"])
def test_a_library_is_needed_by_one_module_alone(library: str) -> None:
    found = [name_of(path) for path in SOURCES if library in set(imported(tree_of(path)))]
    assert found == [f"numerics/{library}.py", "verify/commands/benchmarks/library.py"]
    assert not [name_of(path) for path in SOURCES if modules_imported(path, {f"numerics.{library}": path})]


def test_no_import_runs_in_a_circle() -> None:
    modules = {name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in SOURCES}
    list(TopologicalSorter({name: modules_imported(path, modules) for name, path in modules.items()}).static_order())


def test_no_relative_imports_reach_out() -> None:
    for path in SOURCES:
        levels = [node.level for node in ast.walk(tree_of(path)) if isinstance(node, ast.ImportFrom)]
        assert max(levels, default=0) < len(path.relative_to(ROOT).parts), name_of(path)


def test_nothing_runs_text_as_code() -> None:
    found = {}
    for path in SOURCES:
        commands = path.parent.name == "commands" or path.name in {"cli.py", "files.py", "runs.py"}
        found[name_of(path)] = list(complaints(tree_of(path), text_from_users=commands))
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize(
    "source",
    [
        "eval(x)",
        "exec(text)",
        "parse_expr(x)",
        "sympy.parse_expr(x)",
        "pickle.load(f)",
        "pickle.loads(f)",
        "sympify('x+1')",
        "sympy.S('x')",
        "sympify(f'{x}')",
        "np.load(f, allow_pickle=True)",
    ],
)
def test_the_check_itself_sees(source: str) -> None:
    assert list(complaints(ast.parse(source), text_from_users=False))


@pytest.mark.parametrize(
    "source", ["sympify(expression)", "json.load(f)", "re.compile(x)", "S(1)", "np.load(f, allow_pickle=False)"]
)
def test_the_check_itself_lets_through(source: str) -> None:
    assert not list(complaints(ast.parse(source), text_from_users=False))


def test_commands_do_not_sympify_what_users_type() -> None:
    assert list(complaints(ast.parse("sympify(text)"), text_from_users=True))


def test_no_absolute_paths() -> None:
    assert [name_of(path) for path in SOURCES if HOME.search(path.read_text(encoding="utf-8"))] == []


def loaded_by(statement: str) -> set[str]:
    """Top-level modules in memory after `statement` ran in a fresh interpreter."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = processes.run([sys.executable, "-c", code], cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_numerics_loads_no_symbols() -> None:
    modules = loaded_by("import numerics; numerics.coarse_gradient([1.0], [1.0, 0.0], [1.0], [0.0, 1.0], ste='tanh')")
    assert "numpy" in modules
    assert not modules & {"sympy", "mpmath", "proofs", "verify"}


def test_proofs_load_no_numbers() -> None:
    modules = loaded_by(
        "import proofs, proofs.code.generate, proofs.engine.render; proofs.all_claims(); proofs.derive('N1')"
    )
    assert "sympy" in modules
    assert not modules & {"numerics", "verify"}


def test_a_claim_id_stands_in_one_road() -> None:
    """What holds a claim is found in one place; `reading` and `commands` tell of claims, and judge none."""
    import proofs

    ids = {claim.id for claim in proofs.all_claims()}
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "verify").rglob("*.py")):
        name = path.relative_to(ROOT / "verify").as_posix()
        if not name.startswith(("reading/", "commands/")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and node.value in ids:
                    found.setdefault(node.value, set()).add(name)
    assert found
    assert {claim: names for claim, names in found.items() if len(names) > 1} == {}
    assert {name for names in found.values() for name in names if not name.startswith("roads/")} == set()
