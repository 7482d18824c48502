"""`coarseproof benchmark` says what it measured, beside what is promised, and ends accordingly."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from processes import Done, coarseproof

from verify.commands import benchmark
from verify.commands.benchmarks import paired

ROOT = Path(__file__).parents[2]


def measured(*figures: tuple[Any, ...], arguments: tuple[str, ...] = ()) -> Done:
    """The command, where the one benchmark there is gives these figures."""
    module: Any = ModuleType("verify.commands.benchmarks.scripted")
    module.given = lambda: iter(figures)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)
        patch.setattr(benchmark, "_PLACES", {"scripted": "scripted:given"})
        return coarseproof("benchmark", *arguments)


@pytest.mark.parametrize(("value", "code", "word"), [(1.0, 0, "kept"), (1.5, 0, "kept"), (1.51, 1, "BROKEN")])
def test_a_broken_promise_ends_in_1(value: float, code: int, word: str) -> None:
    done = measured(("a / b", value, "×", 1.5), ("a", 3.0, "ms"))
    assert done.returncode == code, done.stderr
    first, second = done.stdout.splitlines()
    assert "a / b" in first
    assert f"≤ 1.5 ×  {word}" in first
    assert second.endswith("3 ms")


def test_a_line_is_printed_before_the_next_is_measured(capfd: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []

    def one_by_one() -> Any:
        yield "first", 1.0, "s"
        said.append(capfd.readouterr().out)
        yield "second", 2.0, "s"

    module: Any = ModuleType("verify.commands.benchmarks.scripted")
    module.given = one_by_one
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)
        patch.setattr(benchmark, "_PLACES", {"scripted": "scripted:given"})
        benchmark.benchmark.main([], standalone_mode=False)
    assert "first" in said[0]


def test_figures_are_written_even_where_a_promise_is_broken(tmp_path: Path) -> None:
    folder, figure = str(tmp_path), ("a | b", 2.0, "×", 1.0, "peer 1.2")
    done = measured(figure, arguments=("--json", f"{folder}/f.json", "--markdown", f"{folder}/f.md"))
    assert done.returncode == 1
    document = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert document["schema"] == 1
    assert document["environment"]["numpy"] == np.__version__
    row = {"benchmark": "scripted", "what": "a | b", "value": 2.0, "unit": "×", "promise": 1.0, "peer": "peer 1.2"}
    assert document["figures"] == [row]
    page = (tmp_path / "f.md").read_text(encoding="utf-8")
    assert r"| scripted | a \| b | 2 × | ≤ 1 × | BROKEN | peer 1.2 |" in page.splitlines()


def test_the_page_that_shows_figures_is_made_from_them() -> None:
    document = json.loads((ROOT / "docs" / "measured.json").read_text(encoding="utf-8"))
    assert (ROOT / "docs" / "measured.md").read_text(encoding="utf-8") == benchmark.page_of(document)


def test_pieces_of_work_take_turns() -> None:
    order: list[str] = []
    took = paired({name: lambda name=name: order.append(name) for name in "ab"}, rounds=2)
    assert order == list("ab" * 3)  # with one warm-up
    took["a"], took["b"] = [1.0, 6.0, 3.0], [1.0, 2.0, 3.0]
    assert (took.median("a"), took.ratio("a", "b")) == (3.0, 1.0)
