"""Mutants of generated text: every kind of mistake is made, judged by numbers, and proved harmless where it is."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from types import ModuleType

import pytest

import proofs
from verify.extensions import Text, carry_out
from verify.generated.route import holding
from verify.mutants.equal_text import same_value
from verify.mutants.text import TextMutant, text_mutants

SOURCE = '''\
from __future__ import annotations

import numpy as np

def f(x: float, y: float) -> float:
    """x and y."""
    whole = x >= 1
    require(whole, 0)
    k0 = 0.5 * x - y ** 2
    return np.where(x < 1, np.sin(k0) / 3, -np.minimum(x, 2))

TABLE = {"f": f}
'''


def texts(source: str, function: str = "f", **options: tuple[str, ...]) -> dict[str, str]:
    made, _ = text_mutants(source, [function], **options)
    return {mutant.label: ast.unparse(mutant.tree) for mutant in made}


def source_of(module: str) -> str:
    return inspect.getsource(import_module(f"numerics.generated.{module}"))


def one(module: str, function: str, words: str) -> TextMutant:
    made, _ = text_mutants(source_of(module), [function])
    return next(mutant for mutant in made if words in mutant.label)


def test_every_kind_of_mistake_is_made() -> None:
    whole = "\n".join(texts(SOURCE).values())
    for wrong in (
        "0.5005 * x - y ** 2",
        "0.5 / x - y ** 2",
        "0.5 * x + y ** 2",
        "-(0.5 * x) - y ** 2",
        "k0 = 0.5 * x\n",
        "k0 = -y ** 2",
        "y ** 3",
        "y ** 1",
        "0.5 * y - x ** 2",
        "np.cos(k0) / 3",
        "np.sin(k0) * 3",
        "x > 1",
        "x < 2",
        "x < 0",
        ", np.minimum(x, 2))",
        "-np.maximum(x, 2)",
        "np.minimum(x, 1.998)",
    ):
        assert wrong in whole, wrong


def test_guards_and_ties_are_left_alone() -> None:
    for text in texts(SOURCE).values():
        assert "require(whole, 0)" in text
        assert "<=" not in text


def test_labels_are_unique_and_say_where() -> None:
    made, _ = text_mutants(SOURCE, ["f"])
    labels = [mutant.label for mutant in made]
    assert len(set(labels)) == len(labels)
    assert all(label.startswith("code: f: ") and "(line " in label for label in labels)
    assert labels == [mutant.label for mutant in text_mutants(SOURCE, ["f"])[0]]


def test_the_right_text_is_left_as_it_is() -> None:
    before = ast.unparse(ast.parse(SOURCE))
    (function,) = (node for node in ast.parse(SOURCE).body if isinstance(node, ast.FunctionDef))
    for mutant in text_mutants(SOURCE, ["f"])[0]:
        wrong = ast.unparse(mutant.tree)
        assert wrong != ast.unparse(function)
        assert ast.unparse(mutant.right) == ast.unparse(function)
    assert ast.unparse(ast.parse(SOURCE)) == before


def test_a_function_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="no such function in the text: g"):
        text_mutants(SOURCE, ["f", "g"])


@pytest.mark.parametrize(
    ("line", "left_out"),
    [
        ("I = half_line(g, 0, 45 / r, 1 / r)", ["45", "1 / r"]),
        ("I = half_line(g, 0, np.minimum(1 / r, decay_length(0.7 * r)), 1 / r)", ["0.7"]),
        ("I = np.arcsin(np.minimum(0.7 * r, 1))", [", 1)"]),
        ("I = r * (1 / np.where(r > 0, 3 * r, 1))", ["r > 0", ", 1)"]),
        ("I = np.maximum(1e-300, r)", ["1e-300"]),
        ("I = np.where(2 * r < 1, near(r), far(r))", ["2 * r < 1"]),
    ],
)
def test_what_is_no_formula_is_left_out_and_counted(line: str, left_out: list[str]) -> None:
    source = f"def f(r: float) -> float:\n    {line}\n    return I\n"
    made, excluded = text_mutants(source, ["f"], {"I"} if "45" in line else ())
    assert excluded > 0
    for mutant in made:
        assert all(part in ast.unparse(mutant.tree) for part in left_out), mutant.label


def test_a_finite_range_is_part_of_the_formula() -> None:
    source = "def f(r: float) -> float:\n    I = half_line(g, 0, 2 / r, 1 / r)\n    return I\n"
    assert any("2.002 / r" in text for text in texts(source).values())
    assert not any("2.002 / r" in text for text in texts(source, endless=("I",)).values())


def test_a_mistake_is_carried_out_in_tables_too_and_taken_back() -> None:
    text = Text("numerics.generated.penalties", source_of("penalties"))
    right = text.names["_l1_map"]
    with text.with_mistake(one("penalties", "_l1_map", "with +")) as names:
        assert names["PROXIMAL_MAPS"]["l1"] is names["_l1_map"] is not right
        assert float(names["proximal_map"](3.0, 1.0)) == 4.0
    assert text.names["PROXIMAL_MAPS"]["l1"] is text.names["_l1_map"] is right
    assert float(text.names["proximal_map"](3.0, 1.0)) == 2.0
    import numerics

    assert float(numerics.proximal_map(3.0, 1.0)) == 2.0


def test_text_is_carried_out_in_the_module_given() -> None:
    module = ModuleType("m")
    carry_out(ast.parse("x = 1 + 1"), module)
    assert module.x == 2


@pytest.mark.parametrize(
    ("module", "function", "words"),
    [
        ("network", "population_loss", "arguments of pair"),
        ("network", "population_loss", "v and v_star exchanged"),
        ("gaussian", "wedge_mean", "a and b exchanged"),
        ("splitting", "spike_threshold", "A and B exchanged"),
        ("background", "relu_network_loss", "w and w_star exchanged"),
        ("estimators", "_relu_kernels", "theta and r exchanged"),
        ("estimators", "_sigmoid_kernels", "sign of r"),
        ("proxies", "_leaky_relu_proxy", "0.0 off by"),
        ("proxies", "_triangular_proxy", "x < 1 with 2"),
    ],
)
def test_what_changes_nothing_is_proved_to(module: str, function: str, words: str) -> None:
    assert same_value(source_of(module), one(module, function, words))


@pytest.mark.parametrize(
    ("module", "function", "words"),
    [
        ("network", "population_loss", "0.125 off by"),
        ("network", "loss_gradient_v", "v and v_star exchanged"),
        ("background", "relu_network_gradient", "arguments of pair"),
        ("estimators", "_clipped_relu_kernels", "theta and r exchanged"),
        ("estimators", "_triangular_kernels", "2 off by"),
        ("proxies", "_leaky_relu_proxy", "turned round"),
        ("penalties", "_scad_map", "0.5 off by"),
    ],
)
def test_what_changes_something_is_not_proved_equal(module: str, function: str, words: str) -> None:
    assert not same_value(source_of(module), one(module, function, words))


def test_all_generated_formulas_are_held_by_a_claim() -> None:
    """Every function of the generated modules with a place to mutate belongs to a claim."""
    held = {(one.module, name) for claim in proofs.all_claims() for one in holding(claim) for name in one.functions}
    for module in ("background", "estimators", "gaussian", "network", "penalties", "proxies", "splitting"):
        tree = ast.parse(source_of(module))
        for name in (node.name for node in tree.body if isinstance(node, ast.FunctionDef)):
            made, excluded = text_mutants(source_of(module), [name])
            if made or excluded:
                assert (module, name) in held or name == "moreau_envelope", f"{module}.{name}"
