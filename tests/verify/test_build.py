"""What `derive` writes: everything, from proved claims only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sympy import Function, Rational

import proofs
from proofs.code.generate import modules
from proofs.engine import claim as registry
from proofs.engine.claim import Claim
from proofs.symbols import theta
from verify import build
from verify.build import derive_outputs, project_root, require_proved, stale_files
from verify.cli import main
from verify.generated.route import require_right
from verify.mutants.text import text_mutants

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    return modules()


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derivations are carried out anew, so that an altered claim is noticed."""
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry._REGISTRY))
    monkeypatch.setattr(registry, "derive", registry.derive.__wrapped__)


def alter(claim: Claim, monkeypatch: pytest.MonkeyPatch, **fields: object) -> None:
    """Put another statement into the claim object itself; undone at the end of the test."""
    for name, value in fields.items():
        monkeypatch.setitem(vars(claim), name, value)


def test_every_module_is_there_and_current(generated: dict[str, str]) -> None:
    """That all else is, too, `coarseproof derive --check` says."""
    names = ["__init__", "background", "estimators", "gaussian", "limits", "network", "penalties", "proxies"]
    assert set(generated) == {f"{name}.py" for name in [*names, "splitting"]}
    stored = {name: (ROOT / build.GENERATED / name).read_text(encoding="utf-8") for name in generated}
    assert [name for name, text in generated.items() if stored[name] != text] == [], "run `coarseproof derive`"


@pytest.mark.parametrize(
    ("claim_id", "stopped"), [*((name, name) for name in ("G1", "N1", "N4", "C3", "C6.relu", "C9")), ("C3", "C8")]
)
def test_a_wrong_statement_stops_everything(claim_id: str, stopped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever of those that use it is met first: C8 rests on C3."""
    claim = proofs.get(claim_id)
    remembered, anew = registry.derive, registry.derive.__wrapped__
    alter(claim, monkeypatch, statement=Rational(1001, 1000) * claim.formula)
    monkeypatch.setattr(registry, "derive", lambda wanted: (anew if wanted == stopped else remembered)(wanted))
    written: list[str] = []
    monkeypatch.setattr(build, "modules", lambda: written.append("modules"))
    monkeypatch.setattr(build, "formula_book", lambda generated: written.append("book"))
    with pytest.raises(ValueError, match=rf"^claim {stopped} is (refuted|undecided) at step .*othing (is|was) written"):
        derive_outputs()
    assert not written


def test_a_wrong_printed_form_stops_everything(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = proofs.get("N2")
    alter(claim, monkeypatch, printed=-claim.as_printed)
    with pytest.raises(ValueError, match=r"claim N2 is refuted at step 'Statement'.*coarseproof claims N2"):
        derive_outputs()


def test_an_undecided_claim_stops_everything(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = proofs.get("N1")
    alter(claim, monkeypatch, statement=claim.formula + Function("f")(theta), printed=None)
    with pytest.raises(ValueError, match="claim N1 is undecided at step 'Statement'"):
        require_proved(claim)


def test_a_claim_without_a_conclusion_is_not_built_upon(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = proofs.get("N1")
    alter(claim, monkeypatch, derivation=lambda d: d.begin("nothing follows"))
    with pytest.raises(ValueError, match="claim N1 is undecided at step 'no conclusion'"):
        require_proved(claim)


def test_altering_is_undone() -> None:
    for claim_id in ("G1", "N1", "N2", "C3", "C8"):
        require_proved(proofs.get(claim_id))


def test_superfluous_modules_are_found(generated: dict[str, str], tmp_path: Path) -> None:
    wanted = [f"{build.GENERATED}/{name}" for name in generated]
    assert stale_files(tmp_path, wanted) == stale_files(project_root(), wanted) == []
    assert project_root() == ROOT
    folder = tmp_path / "numerics" / "generated"
    folder.mkdir(parents=True)
    for name in ("__init__.py", "network.py", "optimizers.py", "zz.py", "notes.txt"):
        (folder / name).write_text("")
    assert stale_files(tmp_path, wanted) == [f"{build.GENERATED}/{name}" for name in ("optimizers.py", "zz.py")]


def test_an_installed_copy_is_no_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "__file__", str(tmp_path / "site-packages" / "proofs" / "__init__.py"))
    with pytest.raises(ValueError, match=r"is not a checkout of coarseproof.*--root DIR"):
        project_root()


def with_mistake(text: str, function: str) -> str:
    """A generated module with the first constant of one of its functions off by 0.1 %, or its first sign changed."""
    mutants, _ = text_mutants(text, [function])
    first = next((m for m in mutants if "off by 0.1" in m.label), mutants[0])
    tree = ast.parse(text)
    tree.body = [first.tree if getattr(node, "name", "") == function else node for node in tree.body]
    return ast.unparse(tree)


MISTAKEN = [
    ("gaussian.py", "wedge_mean", "G3"),
    ("network.py", "loss_gradient_w", "N3"),
    ("background.py", "relu_network_loss", "B1.loss"),
    ("estimators.py", "_relu_kernels", "C3"),
    ("estimators.py", "_tanh_kernels", "C5.tanh"),
    ("proxies.py", "_sigmoid_proxy", "C5.sigmoid"),
    ("penalties.py", "_tl1_map", "P3"),
    ("penalties.py", "_l1_envelope", "P6.l1"),
    ("penalties.py", "_mcp_penalty", "P7.mcp"),
    ("penalties.py", "_half_threshold", "P7.half"),
    ("splitting.py", "_basin_near", "R6.probability"),
]


@pytest.mark.parametrize(("file", "function", "claim_id"), MISTAKEN)
def test_code_that_is_wrong_is_not_written(
    generated: dict[str, str], file: str, function: str, claim_id: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The message names the function, the point and both values; it is one line."""
    texts = generated | {file: with_mistake(generated[file], function)}
    monkeypatch.setattr(build, "modules", lambda: texts)
    monkeypatch.setattr(build, "is_own", lambda claim: claim.id == claim_id)
    monkeypatch.setattr("verify.commands.derive.cpus", lambda: 1)  # another process would import the right texts
    done = CliRunner().invoke(main, ["derive", "--root", str(tmp_path)])
    assert done.exit_code != 0
    said = str(done.exception) if isinstance(done.exception, ValueError) else done.output.splitlines()[-1]
    assert re.search(
        rf"of {file} is wrong, so nothing is written: at .*it gives .*, and claim {claim_id} says \[.*\d", said
    )
    assert "\n" not in said.strip()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("def _relu_kernels(theta: Array", "def _relu_kernels(r: Array, theta: Array", "does not run.*SyntaxError"),
        ("np.cos(theta)", "npy.cos(theta)", "wrong, so nothing is written: at .*it raises NameError"),
    ],
)
def test_code_that_does_not_run_is_not_written(generated: dict[str, str], old: str, new: str, complaint: str) -> None:
    text = generated["estimators.py"]
    assert old in text
    claims = [proofs.get(name) for name in ("C3", "C4")]
    require_right({"estimators.py": text}, claims)
    with pytest.raises(ValueError, match=complaint):
        require_right({"estimators.py": text.replace(old, new)}, claims)


def test_a_wrong_law_is_not_written(generated: dict[str, str]) -> None:
    text, claims = generated["limits.py"], [proofs.get("P3")]
    require_right({"limits.py": text}, claims)
    with pytest.raises(ValueError, match=r"_tl1_bends of limits\.py is wrong, so nothing is written: .* claim P3 says"):
        require_right({"limits.py": text.replace("return (2 / reach)", "return (3 / reach)")}, claims)
